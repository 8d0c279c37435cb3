"""The questions of all predictions, and their answers on a day: the one place that chooses by kind of prediction.

What an answer of a kind is stands in its module in `kinds`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from pipelines.forecasts.base import Forecast, Kind, Question, Resolution
from pipelines.forecasts.clocks import deadlines
from pipelines.forecasts.kinds import burst, events_by_deadline, first_event, indicators, ratio, share_by_deadline
from pipelines.forecasts.rows import Evidence, known_on
from pipelines.ingest.declarations import Predictions

KINDS: Mapping[str, Kind[Any]] = {
    "events_by_deadline": events_by_deadline,
    "first_event": first_event,
    "share_by_deadline": share_by_deadline,
    "burst": burst,
    "ratio": ratio,
    "indicators": indicators,
}
"""The kinds by the name that raw/predictions.toml gives them."""


def questions(declared: Predictions) -> list[Question[Any]]:
    """Return the questions of all predictions that have a model, in their order."""
    starts = declared.clocks.model_dump()
    return [
        Question(
            prediction.id, prediction.model, clock, starts[clock], reading, deadline, *population,
            declared.clocks.content,
        )
        for prediction in declared.predictions
        if prediction.model
        for clock, reading, deadline in deadlines(prediction)
        for population in KINDS[prediction.model.kind].populations(prediction.model, declared)
    ]  # fmt: skip


def resolve(question: Question[Any], known: Evidence, day: dt.date) -> Resolution:
    """Return how a question stands on a day, from the rows known on it."""
    if question.deadline is not None and question.deadline < question.start:
        reason = f"The deadline {question.deadline} lies before the clock starts on {question.start}."
        return Resolution("void", reason)
    return KINDS[question.model.kind].resolve(question, known, day)


def forecast(question: Question[Any], rows: Evidence, day: dt.date) -> tuple[Resolution, Forecast]:
    """Return how a question stands on a day and how likely it is then, from the rows dated on or before it.

    Once it is decided the probability is 1 or 0; of a void question there is none.
    """
    known = known_on(rows, day)
    resolution = resolve(question, known, day)
    found = KINDS[question.model.kind].forecast(question, known, day)
    if resolution.status != "open":
        certain = {"came_true": 1.0, "failed": 0.0, "void": math.nan}[resolution.status]
        found = found._replace(probability=certain, low=certain, high=certain, by=question.deadline)
    return resolution, found
