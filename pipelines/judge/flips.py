"""Which single figure turns a claim: scaled until it does (flips), or replaced by one reference (swaps).

The printed world is the base. What the draws say of a claim is in `verdicts`, what all references together say is the
best-known lens, in `evaluate.evidence_views`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd

from tidebook.pipelines.evaluate import scenarios as build
from tidebook.pipelines.evaluate.base import Metric
from tidebook.pipelines.evaluate.evaluations import Evaluations, RestsOn, columns
from tidebook.pipelines.evaluate.evidence_views import between, comparable
from tidebook.pipelines.evaluate.frame import Worlds
from tidebook.pipelines.judge.declared import Reading
from tidebook.pipelines.read.dossier.declared import Article
from tidebook.pipelines.read.grouping import grouped
from tidebook.schemas.analysis import Flips, Swaps
from tidebook.schemas.base import Frame, column_types, records, table_of

PRECISION = 0.001


@dataclass
class _Search:
    """The search for one flip: the predicate has not turned at factor `inside` and has at `outside`.

    `figure` is the column of the figure scaled, `place` that of the metric's value.
    """

    reading: Reading
    holds: bool
    figure_id: str
    figure: int
    place: int
    direction: str
    inside: float
    outside: float


def flips_table(
    readings: Sequence[Reading], evaluations: Evaluations, reach: float, refined: bool = True
) -> pd.DataFrame:
    """Return the flips of the readings, as rows of `schemas.analysis.Flips`; of several of a claim, the nearest.

    For each figure that the claim's metric reads and each direction: the smallest factor on the grid of
    `build.scale_factors` at which the predicate has turned, refined by bisection to 0.1 %. A figure that
    cannot turn it within `reach` has no row. Where it is not `refined`, factors are those of the grid.
    """
    by_metric = grouped(readings, attrgetter("metric"))
    by_id = evaluations.figures.set_index("figure_id", drop=False)

    def flips_of(name: str) -> list[Any]:
        rows_of = evaluations.of(name)
        valued = {metric_id for metric_id, row in rows_of.items() if not np.isnan(row["value"])}
        same = [each for each in by_metric[name] if each.metric_id in valued]
        searches = metric_flips(evaluations.metrics[name], by_id, same, rows_of, reach, refined) if same else []
        return [(each.reading.claim_id, "printed", each.figure_id, each.direction, each.outside) for each in searches]

    parts = {name: RestsOn(evaluations, [name], [repr(same), reach, refined]) for name, same in by_metric.items()}
    rows = [row for found in evaluations.cached("flips", parts, flips_of).values() for row in found]
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
) -> list[_Search]:
    """Return the finished searches of all claims on one metric; `figures` have their ids as index."""
    reads = rows_of[readings[0].metric_id]["reads"]
    read = figures.loc[reads]
    base = build.printed_worlds(read)
    searches: list[_Search] = []
    for direction in ("up", "down"):
        factors = build.scale_factors(read, reach, direction)
        possible = np.nonzero(~np.isnan(factors))
        worlds = base.with_values(build.one_at_a_time(base.values, possible[1], factors[possible]))
        result = columns(metric, worlds)
        for reading in readings:
            row, place = rows_of[reading.metric_id], result.ids.index(reading.metric_id)
            holds = bool(reading.predicate.holds(np.array(row["value"])))
            turned = np.zeros(factors.shape, dtype=bool)
            turned[possible] = reading.predicate.turned(result.value[:, place], holds)
            for figure in np.flatnonzero(turned.any(axis=0)):
                if reads[figure] in row["evidence"]:
                    step = int(np.argmax(turned[:, figure]))
                    ends = float(factors[step - 1, figure]) if step else 1.0, float(factors[step, figure])
                    searches.append(_Search(reading, holds, reads[figure], int(figure), place, direction, *ends))
    if refined:
        _bisect(metric, base, searches)
    return searches


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


def swaps_table(
    references: pd.DataFrame, readings: list[Reading], evaluations: Evaluations, article: Article
) -> Frame[Swaps]:
    """Return every swap on every claim's judged reading, as rows of `schemas.analysis.Swaps`, sorted by key.

    References are those of the time between content and publication. All swaps of one metric are evaluated in one pass.
    """
    held = between(references, article.content, article.published)
    known = comparable(evaluations.figures, held).rename(columns={"text": "reference"})
    judged = {reading.claim_id: reading for reading in readings if reading.rank == 0}
    candidates = {
        claim_id: known[known["figure_id"].isin(evaluations.reads(reading.metric))]
        for claim_id, reading in judged.items()
    }

    parts = {
        claim_id: RestsOn(evaluations, [judged[claim_id].metric], [repr(judged[claim_id]), values])
        for claim_id, own in candidates.items()
        if (values := own[["figure_id", "value"]].to_numpy().tolist())
    }
    swapped = evaluations.cached(
        "swaps", parts, lambda claim_id: _swaps(judged[claim_id], candidates[claim_id], evaluations)
    )
    rows = [
        {**reference, "claim_id": claim_id, "unit": evaluations.metrics[judged[claim_id].metric].declared.unit, **swap}
        for claim_id, found in swapped.items()
        for reference, swap in zip(records(candidates[claim_id]), found, strict=True)
        if swap
    ]
    return table_of(Swaps, rows)


def _swaps(reading: Reading, candidates: pd.DataFrame, evaluations: Evaluations) -> list[dict[str, Any] | None]:
    """Return what the metric comes to with each reference and whether that turns the reading; None off the evidence."""
    row = evaluations.get(reading.metric_id)
    if row is None or np.isnan(row["value"]):
        return [None] * len(candidates)
    base = build.printed_worlds(evaluations.figures.set_index("figure_id", drop=False).loc[row["reads"]])
    values = np.repeat(base.values, len(candidates), axis=0)
    places = [row["reads"].index(name) for name in candidates["figure_id"]]
    values[np.arange(len(candidates)), places] = candidates["value"]
    result = columns(evaluations.metrics[reading.metric], base.with_values(values))
    found = result.value[:, result.ids.index(reading.metric_id)]
    turned = reading.predicate.turned(found, bool(reading.predicate.holds(np.array(row["value"]))))
    return [
        {"value": float(value), "turns": bool(turns)} if name in row["evidence"] else None
        for name, value, turns in zip(candidates["figure_id"], found, turned, strict=True)
    ]
