"""The forecasts as tables: as of the as-of date, and on every month-end since each clock started.

Every row goes through `outlook`, which sees the rows dated on or before its day and no others.
"""

from __future__ import annotations

import pandas as pd

from pipelines.forecasts.outlook import outlook
from pipelines.forecasts.questions import questions
from pipelines.forecasts.rows import evidence_of, month_ends
from pipelines.ingest.declarations import Assumptions, Predictions
from schemas.base import column_types
from schemas.forecasts import ForecastHistory, Forecasts


def forecasts_table(
    predictions: Predictions, assumptions: Assumptions, events: pd.DataFrame, observations: pd.DataFrame
) -> pd.DataFrame:
    """Return the forecasts as of the as-of date, as rows of `Forecasts`."""
    as_of = assumptions.as_of
    rows = evidence_of(events, observations)
    found = []
    for question in questions(predictions):
        ruling, said = outlook(question, rows, as_of)
        found.append(
            {
                **question.key(),
                **said._asdict(),
                "decides": question.decides,
                "as_of": as_of,
                "status": ruling.status,
                "resolved_on": ruling.resolved_on,
                "evidence": list(dict.fromkeys((*said.evidence, *ruling.evidence))),
            }
        )
    return column_types(Forecasts, pd.DataFrame(found))


def forecast_history_table(
    predictions: Predictions, assumptions: Assumptions, events: pd.DataFrame, observations: pd.DataFrame
) -> pd.DataFrame:
    """Return the forecasts on every month-end since the clock's start, as rows of `ForecastHistory`."""
    as_of = assumptions.as_of
    rows = evidence_of(events, observations)
    found = []
    for question in questions(predictions):
        for day in month_ends(question.start, as_of):
            ruling, said = outlook(question, rows, day)
            found.append({**question.key(), **said._asdict(), "as_of": day, "status": ruling.status})
    return column_types(ForecastHistory, pd.DataFrame(found))
