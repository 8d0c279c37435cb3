"""The questions as tables: resolved and forecast as of the as-of date, and forecast on every month-end since the start.

How a question is answered is in `questions`, which sees the rows that could be known on its day and no others.
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
"""How long a history goes on after everything that could change it, so that a page built late is no other page."""


def resolutions_table(
    predictions: Predictions, assumptions: Assumptions, events: Frame[Events], observations: Frame[Observations]
) -> Frame[Resolutions]:
    """Return how every question stands on the as-of date, as rows of `Resolutions`."""
    as_of = assumptions.as_of
    known = known_on(evidence_of(events, observations), as_of)
    current = (question for question in questions(predictions) if question.current)
    found = ({**question.columns(), **resolve(question, known, as_of)._asdict()} for question in current)
    return table_of(Resolutions, found)


def forecasts_table(
    predictions: Predictions, assumptions: Assumptions, events: Frame[Events], observations: Frame[Observations]
) -> Frame[Forecasts]:
    """Return the forecasts as of the as-of date, as rows of `Forecasts`."""
    as_of = assumptions.as_of
    known = known_on(evidence_of(events, observations), as_of)
    found = []
    for question in questions(predictions):
        resolution, likely = forecast(question, known, as_of)
        given = resolution.status == "open" and not math.isnan(likely.probability)
        least, most = prior_range(question, known, as_of) if given else (math.nan, math.nan)
        found.append(
            {
                **question.columns(),
                **likely._asdict(),
                "chosen": getattr(question.model, "chosen", None),
                "prior_low": least,
                "prior_high": most,
                "as_of": as_of,
                "status": resolution.status,
                "resolved_on": resolution.resolved_on,
                "evidence": list(dict.fromkeys((*likely.evidence, *resolution.evidence))),
            }
        )
    return table_of(Forecasts, found)


def forecast_history_table(
    predictions: Predictions, assumptions: Assumptions, events: Frame[Events], observations: Frame[Observations]
) -> Frame[ForecastHistory]:
    """Return the forecasts on every month-end since the clock's start, as rows of `ForecastHistory`.

    A series ends with the as-of date, or `STILL` after the last evidence and the deadline, since nothing changes then.
    """
    as_of = assumptions.as_of
    rows = evidence_of(events, observations)
    on = cache(partial(known_on, rows))  # the same for all questions
    days = [max(row.date, row.available) for kind in rows for row in kind]
    last = max((day for day in days if day <= as_of), default=dt.date.min)
    found = []
    for question in questions(predictions):
        changing = max(last, question.start, question.deadline or question.start)
        for day in month_ends(question.start, min(as_of, changing + STILL)):
            resolution, likely = forecast(question, on(day), day)
            found.append({**question.columns(), **likely._asdict(), "as_of": day, "status": resolution.status})
    return table_of(ForecastHistory, found)
