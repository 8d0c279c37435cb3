"""Projections of a frontier model's training compute and cost, and how such projections have done before.

A straight line in the logarithm over the day of release, by ordinary least squares, with its prediction interval.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from pipelines.forecasts.models import QUANTILES, TAIL, exponential, predict
from pipelines.forecasts.rows import months_after, years
from pipelines.ingest.declarations import Assumptions, Predictions
from schemas.base import column_types, records
from schemas.forecasts import Projections
from schemas.units import EPOCH

QUANTITIES = {"training_compute": "FLOP", "training_cost": "USD"}
PREFIX = "frontier_"
ARTICLE, FRONTIER = "article", "frontier"
HORIZONS = (1, 2)
LEAST_MODELS = 8
"""Models that a trend must rest on before its intervals are tested."""

METHOD = (
    "Least-squares line of the logarithm over the day of release, with the 90 % prediction interval of one more model. "
)
WORDS = {
    ARTICLE: "Models and figures of the article's first table, as printed, on their release dates.",
    FRONTIER: "Models that were among the ten largest by training compute up to their release, since 2018; "
    "estimates as known in the sources' copies, not as known on the day.",
}


class Point(NamedTuple):
    """One model: the day of its release, its compute or cost, and the id of the row that gives it."""

    date: dt.date
    value: float
    id: str


def projections_table(
    predictions: Predictions,
    assumptions: Assumptions,
    training_runs: pd.DataFrame,
    releases: pd.DataFrame,
    observations: pd.DataFrame,
) -> pd.DataFrame:
    """Return projections from both clocks' starts and the as-of date, then a test of each year-end's projections.

    The article's own models are projected from the content date alone: they end there.

    A row of kind `backtest` projects from one year-end and counts how many of the models released within half
    a year of its target lay inside their own prediction interval. Rows are those of `Projections`.
    """
    as_of = assumptions.as_of
    clocks = predictions.clocks
    rows: list[dict[str, Any]] = []
    for quantity, unit in QUANTITIES.items():
        populations = {
            ARTICLE: article_points(training_runs, releases, quantity),
            FRONTIER: _frontier_points(observations, quantity),
        }
        for population, points in populations.items():
            key = {"quantity": quantity, "population": population, "unit": unit}
            for horizon in HORIZONS:
                later = {clocks.publication, as_of} if population == FRONTIER else set()
                for origin in sorted({clocks.content, *later}):
                    rows.append({**key, "kind": "projection", **project(points, population, origin, horizon)})
            for horizon in HORIZONS:
                for origin in _year_ends(points):
                    row = project(points, population, origin, horizon)
                    if row["n"] >= LEAST_MODELS and (test := coverage_of(points, origin, horizon))["tested"]:
                        rows.append({**key, "kind": "backtest", **row, **test})
    return column_types(Projections, pd.DataFrame(rows))


def article_points(training_runs: pd.DataFrame, releases: pd.DataFrame, quantity: str) -> list[Point]:
    """Return the figures of one quantity of the article's first table that have a release date."""
    released = dict(zip(releases["subject"], releases["release_date"], strict=True))
    return sorted(
        Point(released[row["subject"]], row[quantity], f"training_runs/{row['subject']}/{quantity}")
        for row in records(training_runs)
        if row["subject"] in released and row[quantity] > 0
    )


def _frontier_points(observations: pd.DataFrame, quantity: str) -> list[Point]:
    rows = observations[observations["series"] == PREFIX + quantity]
    return sorted(Point(row["date"], row["value"], row["observation_id"]) for row in records(rows) if row["value"] > 0)


def project(points: Sequence[Point], population: str, origin: dt.date, horizon: int) -> dict[str, Any]:
    """Return the projection of one model released `horizon` years after `origin`, from models released by then."""
    known = [point for point in points if point.date <= origin]
    target = months_after(origin, 12 * horizon)
    row = {
        "horizon_years": horizon,
        "origin": origin,
        "target": target,
        "n": len(known),
        "tested": 0,
        "covered": 0,
        "method": METHOD + WORDS[population],
        "evidence": [point.id for point in known],
    }
    if len(known) < 3:
        return row
    trend = predict(*_axes(known), years(EPOCH, target), None)
    value, low, high = (exponential(trend.quantile(share)) for share in QUANTILES)
    return {**row, "value": value, "low": low, "high": high, "growth": exponential(trend.slope)}


def _axes(points: Sequence[Point]) -> tuple[list[float], list[float]]:
    return [years(EPOCH, point.date) for point in points], [math.log(point.value) for point in points]


def coverage_of(points: Sequence[Point], origin: dt.date, horizon: int) -> dict[str, Any]:
    """Return how many models released around the target lay inside their own prediction interval from `origin`."""
    first, last = (months_after(origin, 12 * horizon + months) for months in (-6, 6))
    known = _axes([point for point in points if point.date <= origin])
    later = [point for point in points if first < point.date <= last]
    inside = 0
    for point in later:
        trend = predict(*known, years(EPOCH, point.date), None)
        inside += trend.quantile(TAIL) <= math.log(point.value) <= trend.quantile(1 - TAIL)
    return {"tested": len(later), "covered": inside, "coverage": inside / len(later) if later else math.nan}


def _year_ends(points: Sequence[Point]) -> list[dt.date]:
    return [dt.date(year, 12, 31) for year in range(points[0].date.year, points[-1].date.year)] if points else []
