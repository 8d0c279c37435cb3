"""How the forecasts did and where the frontier is projected to go: scores against simple rules, projections, backtests.

Belongs here: the tables `scores` and `projections` in words. Does not: how they are computed (`pipelines.forecasts`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.report.board import population_words
from pipelines.report.numbers import format_interval, format_share, format_value
from pipelines.report.words import joined, spell

Row = Mapping[str, Any]
SERIES = ("prediction_id", "clock", "deadline_reading", "population")
TREND = "unprinted/frontier_training_cost/growth_per_year"
"""The published trend that the claim of tenfold growth is held against."""

COVERAGE = 0.9
"""What a prediction interval promises to hold."""

FORECASTERS = {
    "model": "the model",
    "always_half": "always 50 %",
    "climatology": "climatology",
    "last_value": "last value",
}


@dataclass(frozen=True)
class Scored:
    """The scores of one decided series; Brier and logarithmic score by forecaster, as text."""

    prediction_id: str
    clock: str
    reading: str
    population: str
    n: int
    came_true: int
    scores: list[tuple[str, str]]


@dataclass(frozen=True)
class Track:
    """All scores, and in words how often the model did better than each simple rule."""

    rows: list[Scored]
    summary: str


@dataclass(frozen=True)
class Projected:
    """A projection of one quantity from one day: one row a horizon, each with value, interval and target."""

    quantity: str
    population: str
    origin: dt.date
    growth: str
    n: int
    ahead: list[tuple[dt.date, str, str]]


@dataclass(frozen=True)
class Backtest:
    """How often models released later lay inside their 90 % prediction intervals."""

    quantity: str
    population: str
    horizon: int
    origins: int
    tested: int
    covered: int
    coverage: str


@dataclass(frozen=True)
class Outlooks:
    """Projections, their backtests, and how both are computed, by the models that they rest on.

    `trend` says why their growth is not that of the published trend, where there is one; `coverage` what the
    backtests say of the intervals.
    """

    projections: list[Projected]
    backtests: list[Backtest]
    methods: list[tuple[str, str]]
    trend: str
    coverage: str


def track(rows: Iterable[Row]) -> Track:
    """Return the scores, one row a series."""
    series: dict[tuple[Any, ...], dict[str, Row]] = {}
    for row in rows:
        series.setdefault(tuple(row[name] for name in SERIES), {})[row["forecaster"]] = row
    scored = [
        Scored(
            prediction,
            clock,
            reading,
            population_words(population),
            found["model"]["n"],
            found["model"]["came_true"],
            [(score(found[name]["brier"]), score(found[name]["log_score"])) for name in FORECASTERS],
        )
        for (prediction, clock, reading, population), found in series.items()
    ]
    return Track(scored, beaten(list(series.values())))


def score(value: float) -> str:
    """Return a score to three decimals, and never as 0 when it is more."""
    return "<0.001" if 0 < value < 0.001 else f"{value:.3f}"


def beaten(series: Sequence[Mapping[str, Row]]) -> str:
    """Return how often the model had the lower Brier score than each rule, in words."""
    if not series:
        return ""
    counts = [
        f"{words} in {sum(found['model']['brier'] < found[name]['brier'] for found in series)}"
        for name, words in FORECASTERS.items()
        if name != "model"
    ]
    return f"Of {len(series)} series the model has the lower Brier score than {joined(counts)}."


def projected(rows: Iterable[Row], references: Iterable[Row] = ()) -> Outlooks:
    """Return projections and backtests."""
    found = list(rows)
    ahead: dict[tuple[Any, ...], list[Row]] = {}
    tests: dict[tuple[Any, ...], list[Row]] = {}
    for row in found:
        grouped, last = (ahead, "origin") if row["kind"] == "projection" else (tests, "horizon_years")
        grouped.setdefault((row["quantity"], row["population"], row[last]), []).append(row)
    backtests = [backtest(mine) for mine in tests.values()]
    return Outlooks(
        [projection(mine) for mine in ahead.values()],
        backtests,
        list(dict.fromkeys((row["population"], row["method"]) for row in found)),
        next((trend_words(row) for row in references if row["figure_id"] == TREND), ""),
        coverage_words(backtests),
    )


def coverage_words(backtests: Sequence[Backtest]) -> str:
    """Return in words whether the intervals held as often as they promise, over all backtests."""
    tested, covered = sum(each.tested for each in backtests), sum(each.covered for each in backtests)
    if not tested:
        return ""
    share = covered / tested
    width = "too narrow" if share < COVERAGE else "too wide" if share > COVERAGE else "as wide as they should be"
    return (
        f"In the backtests below the intervals held {covered} of {tested} models, {format_share(share)}, and promise "
        f"{format_share(COVERAGE)}: they are {width}. The models are not "
        "independent of each other, so that this is no test of significance."
    )


def trend_words(trend: Row) -> str:
    """Return why the growth of the projections is not that of a published trend."""
    return (
        "The growth here is the slope of a least-squares line, for the frontier through the ten largest models up to "
        "each release since 2018, and the frontier's cost is that of renting the compute; the claim of tenfold growth "
        f"is held against a published {trend['basis']} of {trend['text']} a year on another basis "
        f"({as_clause(trend['note'])}), and need not agree with it."
    )


def as_clause(note: str) -> str:
    """Return the first clause of a note, to stand inside a sentence."""
    first = note.partition(";")[0]
    return first[:1].lower() + first[1:]


def projection(rows: Sequence[Row]) -> Projected:
    """Return the projections of one quantity from one day, by horizon."""
    first = rows[0]
    return Projected(
        spell(first["quantity"]),
        first["population"],
        first["origin"],
        "" if first["growth"] is None else format_value(first["growth"], "ratio"),
        first["n"],
        [
            (
                row["target"],
                format_value(row["value"], row["unit"]),
                format_interval(row["low"], row["high"], row["unit"]),
            )
            for row in sorted(rows, key=lambda row: row["horizon_years"])
        ],
    )


def backtest(rows: Sequence[Row]) -> Backtest:
    """Return how the projections of one quantity and horizon have done, all origins together."""
    first = rows[0]
    tested, covered = sum(row["tested"] for row in rows), sum(row["covered"] for row in rows)
    return Backtest(
        spell(first["quantity"]),
        first["population"],
        first["horizon_years"],
        len(rows),
        tested,
        covered,
        format_share(covered / tested),
    )
