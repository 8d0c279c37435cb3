"""Projections of declared quantities, and how such projections have done before.

A straight line in the logarithm over the day, by ordinary least squares, with its prediction interval. What is
projected, and from which rows, is declared in `settings`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from tidebook.pipelines.graph.step import step
from tidebook.pipelines.judge.predictions.models import QUANTILES, TAIL, exponential, predict
from tidebook.pipelines.judge.predictions.rows import months_after, years
from tidebook.pipelines.read.declarations import Assumptions, Predictions
from tidebook.plugins.projections.settings import Projected, ProjectionsSettings
from tidebook.plugins.projections.tables import Projections
from tidebook.schemas.base import Frame, records, table_of
from tidebook.schemas.evidence import Observations
from tidebook.schemas.figures import Figures
from tidebook.schemas.units import EPOCH

METHOD = "Least-squares line of the logarithm over the day, with the 90 % prediction interval of one more point. "
AROUND = 6
"""Months around a target within which points test it, either way."""


class Point(NamedTuple):
    """One point of a trend: its day, its value, and the id of the row that gives it."""

    date: dt.date
    value: float
    id: str


@step(group="forecasts")
def projections_table(
    declared: ProjectionsSettings,
    predictions: Predictions,
    assumptions: Assumptions,
    figures: Frame[Figures],
    observations: Frame[Observations],
) -> Frame[Projections]:
    """Return projections as of both clocks' starts and the as-of date, then a test of each year-end's projections.

    What has no later points than one of these days shares its projection with the day before. A row of kind `backtest`
    projects from one year-end and counts how many of the points within half a year of its target lay inside their own
    prediction interval. Rows are those of `Projections`.
    """
    starts = predictions.starts()
    rows: list[dict[str, Any]] = []
    for each in declared.of:
        points = points_of(each, figures, observations)
        key = {"quantity": each.quantity, "population": each.population, "unit": each.unit}
        days = [starts["content"]] if each.of_content else sorted({*starts.values(), assumptions.as_of})
        origins = {len(_known(points, day)): day for day in reversed(days)}  # the earliest day that knows as many
        for horizon in declared.horizons:
            ahead = [project(points, each.words, day, horizon) for day in sorted(origins.values())]
            rows += [{**key, "kind": "projection", **row} for row in ahead]
        for horizon in declared.horizons:
            for day in _year_ends(points):
                row = project(points, each.words, day, horizon)
                if row["n"] >= declared.least and (test := coverage_of(points, day, horizon))["tested"]:
                    method = f"{row['method']} Tested where {declared.least} points or more were known."
                    rows.append({**key, "kind": "backtest", **row, **test, "method": method})
    return table_of(Projections, rows)


def points_of(declared: Projected, figures: pd.DataFrame, observations: pd.DataFrame) -> list[Point]:
    """Return the points of what is declared: a table's figures that have a day, or the observations of a series."""
    if declared.series:
        rows = records(observations[observations["series"] == declared.series])
        return sorted(Point(row["date"], row["value"], row["observation_id"]) for row in rows if row["value"] > 0)
    table, quantity = (declared.dates or "/").split("/")
    dated = figures[(figures["table_name"] == table) & (figures["quantity"] == quantity) & figures["value"].notna()]
    days = {row["subject"]: EPOCH + dt.timedelta(days=row["value"]) for row in records(dated)}
    cells = figures[(figures["table_name"] == declared.table) & (figures["quantity"] == declared.quantity)]
    return sorted(
        Point(days[row["subject"]], row["value"], row["figure_id"])
        for row in records(cells)
        if row["subject"] in days and row["value"] > 0
    )


def _known(points: Sequence[Point], day: dt.date) -> list[Point]:
    return [point for point in points if point.date <= day]


def project(points: Sequence[Point], words: str, origin: dt.date, horizon: int) -> dict[str, Any]:
    """Return the projection of one point `horizon` years after the last of those dated up to `origin`, from these."""
    known = _known(points, origin)
    last = known[-1].date if known else origin
    target = months_after(last, 12 * horizon)
    row = {
        "horizon_years": horizon,
        "origin": origin,
        "last": last,
        "target": target,
        "n": len(known),
        "tested": 0,
        "covered": 0,
        "method": METHOD + words,
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
    """Return how many points around the target, `horizon` years after the last one known, lay inside their interval."""
    known = _known(points, origin)
    first, last = (months_after(known[-1].date, 12 * horizon + months) for months in (-AROUND, AROUND))
    later = [point for point in points if max(first, origin) < point.date <= last]
    inside = 0
    for point in later:
        trend = predict(*_axes(known), years(EPOCH, point.date), None)
        inside += trend.quantile(TAIL) <= math.log(point.value) <= trend.quantile(1 - TAIL)
    return {"tested": len(later), "covered": inside, "coverage": inside / len(later) if later else math.nan}


def _year_ends(points: Sequence[Point]) -> list[dt.date]:
    return [dt.date(year, 12, 31) for year in range(points[0].date.year, points[-1].date.year)] if points else []
