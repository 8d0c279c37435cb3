"""Questions: each prediction under one clock, one reading of its deadline and one population.

How a question is decided is in `resolve`, how likely it is in `outlook`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from pipelines.forecasts.clocks import deadlines
from pipelines.ingest.declarations import (
    Burst,
    EventsByDeadline,
    FirstEvent,
    Indicators,
    Model,
    Predictions,
    Ratio,
    ShareByDeadline,
)

BOTH = "both"
BURST, BASKET_FALL, DOWN_ROUND, MILD = "burst", "basket_fall", "down_round", "burst_not_catastrophic"
THRESHOLD, YARDSTICK = "threshold", "rental_price"


class Question(NamedTuple):
    """One question. Exposure and trends count from `since`, the content date, under either clock."""

    prediction_id: str
    model: Model
    clock: str
    start: dt.date
    reading: str
    deadline: dt.date | None
    population: str
    decides: bool
    roster: tuple[str, ...]
    since: dt.date

    def key(self) -> dict[str, Any]:
        """Return the key columns of the forecast tables."""
        return {
            "prediction_id": self.prediction_id,
            "clock": self.clock,
            "deadline_reading": self.reading,
            "population": self.population,
        }

    @property
    def void(self) -> bool:
        """Whether the deadline had passed when the clock started, so that nothing can count."""
        return self.deadline is not None and self.deadline < self.start


def questions(declared: Predictions) -> list[Question]:
    """Return the questions of all predictions that have a model, in the order of raw/predictions.toml."""
    starts = declared.clocks.model_dump()
    return [
        Question(
            prediction.id, prediction.model, clock, starts[clock], reading, deadline, population, decides,
            tuple(declared.rosters.get(population, ())), declared.clocks.content,
        )
        for prediction in declared.predictions
        if prediction.model
        for clock, reading, deadline in deadlines(prediction)
        for population, decides in populations(prediction.model, declared)
    ]  # fmt: skip


def populations(model: Model, declared: Predictions) -> list[tuple[str, bool]]:
    """Return each population of a model, and whether it decides the prediction."""
    match model:
        case EventsByDeadline() | FirstEvent():
            return [(roster, roster == model.decides) for roster in declared.rosters]
        case ShareByDeadline():
            return [*((population, False) for population in model.populations), (BOTH, True)]
        case Burst():
            return [(MILD, True), (BURST, False), (BASKET_FALL, False), (DOWN_ROUND, False)]
        case Ratio():
            strict = declared.rosters.get("strict", ())
            return [
                (f"{company}/{against}", against == THRESHOLD and company in strict)
                for company in model.companies
                for against in (THRESHOLD, YARDSTICK)
            ]
        case Indicators():
            return [(indicator.series, False) for indicator in model.shown]
