"""How the forecasts did and where the frontier is projected to go: scores against simple rules, projections, backtests.

Belongs here: the tables `scores` and `projections` in words. Does not: how they are computed (`pipelines.forecasts`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.formatting import format_interval, format_share, format_value
from pipelines.report.words import humanize, joined, population_words

Row = Mapping[str, Any]
SERIES = ("prediction_id", "clock", "deadline_reading", "population", "version")
COVERAGE = 0.9
"""What a prediction interval promises to hold."""

FORECASTERS = {
    "model": "the model",
    "always_half": "always 50 %",
    "climatology": "climatology",
    "last_value": "last value",
}


@dataclass(frozen=True)
class SeriesScore:
    """The scores of one decided series; Brier and logarithmic score by forecaster, as text."""

    prediction_id: str
    clock: str
    reading: str
    population: str
    version: int
    current: bool
    n: int
    came_true: int
    scores: list[tuple[str, str]]


@dataclass(frozen=True)
class Track:
    """All scores, and in words what the skill over independent outcomes is."""

    rows: list[SeriesScore]
    summary: str


@dataclass(frozen=True)
class Projection:
    """A projection of one quantity from one day: one row a horizon, each with value, interval and target."""

    quantity: str
    population: str
    origin: dt.date
    last: dt.date
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
class Projections:
    """Projections, their backtests, and how both are computed, by the models that they rest on.

    `trend` says why their growth is not that of the published trend, where there is one; `coverage` what the
    backtests say of the intervals.
    """

    projections: list[Projection]
    backtests: list[Backtest]
    methods: list[tuple[str, str]]
    trend: str
    coverage: str


def track(rows: Sequence[Row], skill: Sequence[Row]) -> Track:
    """Return the scores, one row a series of each version, and the skill in words."""
    latest = {row["prediction_id"]: row["version"] for row in sorted(rows, key=lambda row: row["version"])}
    series: dict[tuple[Any, ...], dict[str, Row]] = {}
    for row in rows:
        series.setdefault(tuple(row[name] for name in SERIES), {})[row["forecaster"]] = row
    scored = [
        SeriesScore(
            prediction,
            clock,
            reading,
            population_words(population),
            version,
            version == latest[prediction],
            found["model"]["n"],
            found["model"]["came_true"],
            [(_score(found[name]["brier"]), _score(found[name]["log_score"])) for name in FORECASTERS],
        )
        for (prediction, clock, reading, population, version), found in series.items()
    ]
    return Track(scored, _skill_words(skill))


def _score(value: float) -> str:
    """Return a score to three decimals, and never as 0 when it is more."""
    return "<0.001" if 0 < value < 0.001 else f"{value:.3f}"


def _skill_words(rows: Sequence[Row]) -> str:
    """Return the Brier skill against each simple rule with its interval, or that there are too few outcomes."""
    if not rows:
        return ""
    outcomes = rows[0]["outcomes"]
    of = f"All months, clocks and readings of a prediction share one outcome, so that there are {outcomes} here"
    known = [row for row in rows if row["skill"] is not None]
    if not known:
        return f"{of}: too few to say whether the model has skill."
    each = [
        f"{FORECASTERS[row['forecaster']]} {format_share(row['skill'])} "
        f"({format_share(row['low'])} to {format_share(row['high'])})"
        for row in known
    ]
    return f"{of}. Brier skill with a 90 % interval, against {joined(each)}."


def projections(rows: Sequence[Row], references: Iterable[Row] = ()) -> Projections:
    """Return projections and backtests.

    The published trend is the reference for the growth of what is projected: of `frontier` and `training_cost`, the
    first for a figure `.../frontier_training_cost/growth_per_year`.
    """
    grown = {f"{row['population']}_{row['quantity']}/growth_per_year" for row in rows}
    ahead: dict[tuple[Any, ...], list[Row]] = {}
    tests: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        grouped, last = (ahead, "origin") if row["kind"] == "projection" else (tests, "horizon_years")
        grouped.setdefault((row["quantity"], row["population"], row[last]), []).append(row)
    backtests = [_backtest(mine) for mine in tests.values()]
    return Projections(
        [_projection(mine) for mine in ahead.values()],
        backtests,
        list(dict.fromkeys((row["population"], row["method"]) for row in rows)),
        next((_trend_words(row) for row in references if row["figure_id"].partition("/")[2] in grown), ""),
        _coverage_words(backtests),
    )


def _coverage_words(backtests: Sequence[Backtest]) -> str:
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


def _trend_words(trend: Row) -> str:
    """Return why the growth of the projections is not that of a published trend."""
    return (
        "The growth here is the slope of a least-squares line through the points named below; claims of growth are "
        f"held against a published {trend['basis']} of {trend['text']} a year on another basis "
        f"({_as_clause(trend['note'])}), and need not agree with it."
    )


def _as_clause(note: str) -> str:
    """Return the first clause of a note, to stand inside a sentence."""
    first = note.partition(";")[0]
    return first[:1].lower() + first[1:]


def _projection(rows: Sequence[Row]) -> Projection:
    """Return the projections of one quantity from one day, by horizon."""
    first = rows[0]
    return Projection(
        humanize(first["quantity"]),
        first["population"],
        first["origin"],
        first["last"],
        "" if first["growth"] is None else format_value(first["growth"], "ratio"),
        first["n"],
        [
            (
                row["target"],
                format_value(row["value"], row["unit"]),
                format_interval(row["low"], row["high"], row["unit"]),
            )
            for row in sorted(rows, key=lambda row: row["horizon_years"])
            if row["value"] is not None
        ],
    )


def _backtest(rows: Sequence[Row]) -> Backtest:
    """Return how the projections of one quantity and horizon have done, all origins together."""
    first = rows[0]
    tested, covered = sum(row["tested"] for row in rows), sum(row["covered"] for row in rows)
    return Backtest(
        humanize(first["quantity"]),
        first["population"],
        first["horizon_years"],
        len(rows),
        tested,
        covered,
        format_share(covered / tested),
    )
