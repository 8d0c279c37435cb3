"""Flip distances: the smallest factor on one figure at which a claim's predicate turns.

The printed world is the base. What the draws say of a claim is in `verdicts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from pipelines.claims.declared import Reading
from pipelines.grouping import grouped
from pipelines.metrics.base import Metric
from pipelines.metrics.evaluations import Evaluations, columns
from pipelines.storage.kept import Kept
from pipelines.storage.keys import digest
from pipelines.worlds import build
from pipelines.worlds.frame import Worlds
from schemas.analysis import Flips
from schemas.base import column_types

PRECISION = 0.001


@dataclass
class _Search:
    """The search for one flip: the predicate has not turned at factor `inside` and has at `outside`.

    `figure` is the column of the figure scaled, `place` that of the metric's value.
    """

    reading: Reading
    holds: bool
    figure: int
    place: int
    direction: str
    inside: float
    outside: float


def flips_table(
    readings: Sequence[Reading], evaluations: Evaluations, reach: float, kept: Kept, refined: bool = True
) -> pd.DataFrame:
    """Return the flips of the readings, as rows of `schemas.analysis.Flips`; of several of a claim, the nearest.

    For each figure that the claim's metric reads and each direction: the smallest factor on the grid of
    `build.scale_factors` at which the predicate has turned, refined by bisection to 0.1 %. A figure that
    cannot turn it within `reach` has no row. Where it is not `refined`, factors are those of the grid.
    """
    by_metric = grouped(readings, lambda reading: reading.metric_id.partition("/")[0])
    by_id = evaluations.figures.set_index("figure_id", drop=False)

    def flips_of(names: Sequence[str]) -> dict[str, Any]:
        evaluations.prepare(names)
        found: dict[str, Any] = {}
        for name in names:
            rows_of = evaluations.of(name)
            valued = {metric_id for metric_id, row in rows_of.items() if not np.isnan(row.get("value", np.nan))}
            same = [each for each in by_metric[name] if each.metric_id in valued]
            searches = metric_flips(evaluations.metrics[name], by_id, same, rows_of, reach, refined) if same else []
            found[name] = [
                (search.reading.claim_id, "printed", figure_id, search.direction, search.outside)
                for search, figure_id in searches
            ]
        return found

    keys = {name: digest([evaluations.key(name), repr(same), reach]) for name, same in by_metric.items()}
    rows = [row for found in kept.gather(keys, flips_of).values() for row in found]
    frame = pd.DataFrame(rows, columns=["claim_id", "lens", "figure_id", "direction", "factor"])
    order = ["claim_id", "lens", "figure_id", "direction"]
    nearest = frame.assign(distance=frame["factor"].map(np.log).abs()).sort_values([*order, "distance"])
    return column_types(Flips, nearest.drop_duplicates(order).reset_index(drop=True))


def metric_flips(
    metric: Metric,
    figures: pd.DataFrame,
    readings: Sequence[Reading],
    rows_of: Mapping[str, Mapping[str, Any]],
    reach: float,
    refined: bool = True,
) -> list[tuple[_Search, str]]:
    """Return the finished searches of all claims on one metric, each with the id of the figure scaled.

    `figures` have their ids as index.
    """
    reads = rows_of[readings[0].metric_id]["reads"]
    read = figures.loc[reads]
    base = build.printed_worlds(read)
    factors = {direction: build.scale_factors(read, reach, direction) for direction in ("up", "down")}
    possible = {direction: np.nonzero(~np.isnan(each)) for direction, each in factors.items()}
    scaled = np.concatenate([figure for _, figure in possible.values()])
    scale = np.concatenate([factors[direction][places] for direction, places in possible.items()])
    result = columns(metric, base.with_values(build.one_at_a_time(base.values, scaled, scale)))
    ends = np.cumsum([len(figure) for _, figure in possible.values()])[:-1]
    values = dict(zip(possible, np.split(result.value, ends), strict=True))
    searches: list[_Search] = []
    for direction, reading in product(possible, readings):
        row, own = rows_of[reading.metric_id], factors[direction]
        holds = bool(reading.predicate.holds(np.array(row["value"])))
        place = result.ids.index(reading.metric_id)
        turned = np.zeros(own.shape, dtype=bool)
        turned[possible[direction]] = reading.predicate.turned(values[direction][:, place], holds)
        for figure in np.flatnonzero(turned.any(axis=0)):
            if reads[figure] in row["evidence"]:
                step = int(np.argmax(turned[:, figure]))
                inside = float(own[step - 1, figure]) if step else 1.0
                outside = float(own[step, figure])
                searches.append(_Search(reading, holds, int(figure), place, direction, inside, outside))
    if refined:
        _bisect(metric, base, searches)
    return [(search, reads[search.figure]) for search in searches]


def _bisect(metric: Metric, base: Worlds, searches: Sequence[_Search]) -> None:
    """Narrow all searches at once until the two ends of each differ by at most 0.1 %."""
    scaled = np.array([search.figure for search in searches], dtype=np.intp)
    while any(abs(np.log(search.outside / search.inside)) > PRECISION for search in searches):
        middle = np.array([np.sqrt(search.inside * search.outside) for search in searches])
        worlds = base.with_values(build.one_at_a_time(base.values, scaled, middle))
        values = columns(metric, worlds).value
        for row, search in enumerate(searches):
            if search.reading.predicate.turned(values[row, search.place], search.holds):
                search.outside = float(middle[row])
            else:
                search.inside = float(middle[row])
