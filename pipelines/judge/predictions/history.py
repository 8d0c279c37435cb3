"""The questions as tables: resolved and forecast on the as-of date, and forecast on every month-end since the start.

Belongs here: on which days each question is asked. Does not: how it is answered (`questions`), which sees only the rows
that could be known on that day.
"""

from __future__ import annotations

import datetime as dt
import math
from functools import cache, partial

from tidebook.pipelines.judge.predictions.questions import forecast, prior_range, questions, resolve
from tidebook.pipelines.judge.predictions.rows import evidence_of, known_on, month_ends
from tidebook.pipelines.read.declarations import Assumptions, Predictions
from tidebook.schemas.base import Frame, table_of
from tidebook.schemas.evidence import Events, Observations
from tidebook.schemas.forecasts import ForecastHistory, Forecasts, Resolutions

STILL = dt.timedelta(days=366)
"""How long a history continues after all that could change it; a later build adds nothing."""


def resolutions_table(
    predictions: Predictions, assumptions: Assumptions, events: Frame[Events], observations: Frame[Observations]
) -> Frame[Resolutions]:
    """Resolve every question of a current version on the as-of date, as rows of `Resolutions`."""
    as_of = assumptions.as_of
    known = known_on(evidence_of(events, observations), as_of)
    rows = []
    for question in questions(predictions):
        if question.current:
            rows.append({**question.columns(), **resolve(question, known, as_of)._asdict()})
    return table_of(Resolutions, rows)


def forecasts_table(
    predictions: Predictions, assumptions: Assumptions, events: Frame[Events], observations: Frame[Observations]
) -> Frame[Forecasts]:
    """Forecast every question on the as-of date, as rows of `Forecasts`.

    Open questions with a probability also have its range over the declared priors.
    """
    as_of = assumptions.as_of
    known = known_on(evidence_of(events, observations), as_of)
    rows = []
    for question in questions(predictions):
        resolution, likely = forecast(question, known, as_of)
        low, high = math.nan, math.nan
        if resolution.status == "open" and not math.isnan(likely.probability):
            low, high = prior_range(question, known, as_of)
        rows.append(
            {
                **question.columns(),
                **likely._asdict(),
                "in_range": question.current and (question.decides or question.is_alternative),
                "chosen": getattr(question.model, "chosen", None),
                "prior_low": low,
                "prior_high": high,
                "as_of": as_of,
                "status": resolution.status,
                "resolved_on": resolution.resolved_on,
                "evidence": list(dict.fromkeys((*likely.evidence, *resolution.evidence))),
            }
        )
    return table_of(Forecasts, rows)


def forecast_history_table(
    predictions: Predictions, assumptions: Assumptions, events: Frame[Events], observations: Frame[Observations]
) -> Frame[ForecastHistory]:
    """Forecast every question on every month-end since the clock's start, as rows of `ForecastHistory`.

    A series ends on the as-of date, or `STILL` after the last evidence and the deadline, since nothing changes then.
    """
    as_of = assumptions.as_of
    evidence = evidence_of(events, observations)
    known = cache(partial(known_on, evidence))  # questions share their month-ends
    last = dt.date.min
    for kind in evidence:
        for row in kind:
            day = max(row.date, row.available_from)
            if day <= as_of:
                last = max(last, day)
    rows = []
    for question in questions(predictions):
        changing = max(last, question.start, question.deadline or question.start)
        for day in month_ends(question.start, min(as_of, changing + STILL)):
            resolution, likely = forecast(question, known(day), day)
            rows.append({**question.columns(), **likely._asdict(), "as_of": day, "status": resolution.status})
    return table_of(ForecastHistory, rows)
