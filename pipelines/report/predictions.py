"""The predictions with their tests and deadlines, and the current forecast on each of their questions.

Belongs here: the tables `predictions` and `forecasts` row by row, as verdicts.json has them. Does not: what is said of
a prediction as a whole (`questions`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.formatting import format_interval, format_share
from pipelines.report.words import CLOCKS, measure_words

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Deadline:
    """A prediction's deadline in one reading under one clock."""

    clock: str
    clock_words: str
    clock_start: dt.date
    reading: str
    deadline: dt.date | None
    status: str


@dataclass(frozen=True)
class Prediction:
    """A prediction, or a thing to watch, under every clock."""

    prediction_id: str
    kind: str
    section: str
    statement: str
    criterion: list[str]
    leaves_room: list[str]
    room: str
    deadlines: list[Deadline]


@dataclass(frozen=True)
class Forecast:
    """The current forecast on one prediction, clock, reading and population."""

    prediction_id: str
    clock: str
    reading: str
    population: str
    status: str
    probability: str
    measure: str
    method: str
    prior: str
    n: int


def predictions(rows: Iterable[Row]) -> list[Prediction]:
    """Return each prediction once, with a deadline per clock and reading."""
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row["prediction_id"], []).append(row)
    same = ("prediction_id", "kind", "section", "statement", "leaves_room", "room")
    return [
        Prediction(
            **{name: mine[0][name] for name in same},
            criterion=[line.strip() for line in mine[0]["criterion"].splitlines() if line.strip()],
            deadlines=[
                Deadline(
                    **{name: row[name] for name in ("clock", "clock_start", "deadline", "status")},
                    clock_words=CLOCKS[row["clock"]],
                    reading=row["deadline_reading"],
                )
                for row in mine
            ],
        )
        for mine in grouped.values()
    ]


def forecasts(rows: Iterable[Row]) -> list[Forecast]:
    """Return the current forecasts in words."""
    found = []
    for row in rows:
        chance = "none given" if row["probability"] is None else format_share(row["probability"])
        if row["low"] is not None and row["high"] is not None:
            chance += f" ({format_interval(row['low'], row['high'], 'probability')})"
        found.append(
            Forecast(
                row["prediction_id"],
                row["clock"],
                row["deadline_reading"],
                row["population"].replace("_", " "),
                row["status"].replace("_", " "),
                chance,
                measure_words(row),
                row["method"],
                row["prior"],
                row["n"],
            )
        )
    return found
