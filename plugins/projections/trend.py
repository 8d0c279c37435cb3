"""Projections of declared quantities, and backtests of such projections.

The model is an ordinary least-squares line of the logarithm over the day, with its prediction interval. Belongs here:
points, projections and backtests. Does not: what is projected (`settings`), or the regression
(`judge.predictions.models`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
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

METHOD = "Least-squares line of the logarithm over the day, with the 90% prediction interval of one more point. "
AROUND = 6
"""Points within this many months of a target, before or after, test its projection."""


class Point(NamedTuple):
    """A point of a trend: day, value, and id of its row."""

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
    """Return projections as of both clocks' starts and the as-of date, and backtests from each year-end.

    A row of kind `backtest` counts how many of the points within half a year of its target lay inside their own
    prediction interval. Rows are those of `Projections`.
    """
    starts = predictions.starts()
    rows: list[dict[str, Any]] = []
    for each in declared.of:
        points = points_of(each, figures, observations)
        days = [starts["content"]] if each.of_content else sorted({*starts.values(), assumptions.as_of})
        key = {"quantity": each.quantity, "population": each.population, "unit": each.unit}
        for row in (*_projections(each, points, days, declared.horizons), *_backtests(each, points, declared)):
            rows.append({**key, **row})
    return table_of(Projections, rows)


def _projections(
    projected: Projected, points: Sequence[Point], days: Sequence[dt.date], horizons: Sequence[int]
) -> Iterator[dict[str, Any]]:
    """Yield the projections from each day; of days that know the same points, only the earliest counts."""
    origins: list[dt.date] = []
    counts = set()
    for day in days:
        count = len(_known(points, day))
        if count not in counts:
            counts.add(count)
            origins.append(day)
    for horizon in horizons:
        for day in origins:
            yield {"kind": "projection", **project(points, projected.words, day, horizon)}


def _backtests(
    projected: Projected, points: Sequence[Point], declared: ProjectionsSettings
) -> Iterator[dict[str, Any]]:
    """Yield the projection from each year-end with enough points before it and some around its target."""
    for horizon in declared.horizons:
        for day in _year_ends(points):
            row = project(points, projected.words, day, horizon)
            if row["n"] < declared.least:
                continue
            test = coverage_of(points, day, horizon)
            if test["tested"]:
                method = f"{row['method']} Tested where {declared.least} points or more were known."
                yield {"kind": "backtest", **row, **test, "method": method}


def points_of(declared: Projected, figures: pd.DataFrame, observations: pd.DataFrame) -> list[Point]:
    """Return the positive observations of the declared series, or figures of the declared table that have a day."""
    points = []
    if declared.series:
        for row in records(observations[observations["series"] == declared.series]):
            if row["value"] > 0:
                points.append(Point(row["date"], row["value"], row["observation_id"]))
        return sorted(points)
    table, quantity = (declared.dates or "/").split("/")
    dated = figures[(figures["table_name"] == table) & (figures["quantity"] == quantity) & figures["value"].notna()]
    days = {row["subject"]: EPOCH + dt.timedelta(days=row["value"]) for row in records(dated)}
    cells = figures[(figures["table_name"] == declared.table) & (figures["quantity"] == declared.quantity)]
    for row in records(cells):
        if row["subject"] in days and row["value"] > 0:
            points.append(Point(days[row["subject"]], row["value"], row["figure_id"]))
    return sorted(points)


def _known(points: Sequence[Point], day: dt.date) -> list[Point]:
    return [point for point in points if point.date <= day]


def project(points: Sequence[Point], words: str, origin: dt.date, horizon: int) -> dict[str, Any]:
    """Project the points dated up to `origin` to `horizon` years after the last of them.

    Without three such points the columns `value`, `low`, `high` and `growth` are absent.
    """
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
    # A line through two points leaves no degree of freedom for an interval around it.
    if len(known) < 3:
        return row
    trend = predict(*_axes(known), years(EPOCH, target), None)
    value, low, high = (exponential(trend.quantile(share)) for share in QUANTILES)
    return {**row, "value": value, "low": low, "high": high, "growth": exponential(trend.slope)}


def _axes(points: Sequence[Point]) -> tuple[list[float], list[float]]:
    return [years(EPOCH, point.date) for point in points], [math.log(point.value) for point in points]


def coverage_of(points: Sequence[Point], origin: dt.date, horizon: int) -> dict[str, Any]:
    """Count the points around the target of a projection, and those inside their own prediction interval."""
    known = _known(points, origin)
    first = months_after(known[-1].date, 12 * horizon - AROUND)
    last = months_after(known[-1].date, 12 * horizon + AROUND)
    # What was known at the origin tests nothing.
    later = [point for point in points if max(first, origin) < point.date <= last]
    inside = 0
    for point in later:
        trend = predict(*_axes(known), years(EPOCH, point.date), None)
        inside += trend.quantile(TAIL) <= math.log(point.value) <= trend.quantile(1 - TAIL)
    return {"tested": len(later), "covered": inside, "coverage": inside / len(later) if later else math.nan}


def _year_ends(points: Sequence[Point]) -> list[dt.date]:
    if not points:
        return []
    # Without the last year: no later point could test its projection.
    return [dt.date(year, 12, 31) for year in range(points[0].date.year, points[-1].date.year)]
