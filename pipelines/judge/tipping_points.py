"""Tipping points, single figures scaled until a claim flips, and substitutions of one figure by one reference.

Belongs here: changes of one figure, from the printed scenario on. Does not: what the draws say of a claim (`verdicts`),
or all references together, which are the best-known evidence view (`evaluate.evidence_views`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tidebook.pipelines.evaluate import scenarios as build
from tidebook.pipelines.evaluate.base import Metric
from tidebook.pipelines.evaluate.evaluations import Dependencies, Evaluations, columns
from tidebook.pipelines.evaluate.evidence_views import between, comparable
from tidebook.pipelines.evaluate.frame import Scenarios
from tidebook.pipelines.judge.crossing import Crossing
from tidebook.pipelines.judge.interpretations import Interpretation
from tidebook.pipelines.read.dossier.declared import Article
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.schemas.analysis import Substitutions, TippingPoints
from tidebook.schemas.base import Frame, column_types, records, table_of

PRECISION = 0.001
"""Maximum distance between the logarithms of the two ends of a finished search."""

HALVINGS = math.ceil(math.log2(math.log(build.FAR_STEP) / PRECISION))
"""How often the widest step between two factors is halved until it is that narrow."""

FLIPS_WITHIN = 2.0
"""A statement stands only if no uncorroborated figure flips it within this factor (`outcomes`)."""


@dataclass
class _Search:
    """The search for one flip: the predicate has not flipped at factor `inside` and has at `outside`.

    `figure` is the column of the scaled figure among the scenarios, `place` that of the value among the metric's
    results.
    """

    interpretation: Interpretation
    holds: bool
    figure_id: str
    figure: int
    place: int
    direction: str
    inside: float
    outside: float


def crossings(
    interpretations: Sequence[Interpretation], evaluations: Evaluations, reach: float, replaced: Collection[str]
) -> list[Crossing]:
    """Find where single figures flip interpretations in a view, the nearest to the value in the view first.

    Args:
        interpretations: the interpretations.
        evaluations: the metrics over the figures of the view.
        reach: the largest factor tried.
        replaced: the figures that have a better value in the view than the printed one.
    """
    rows = {row["figure_id"]: row for row in records(evaluations.figures)}
    found = _found_points(interpretations, evaluations, reach, refined=True)
    crossed = grouped(found, lambda point: (point.claim_id, point.figure_id, point.direction))
    crossings = []
    for (claim_id, figure_id, _), points in crossed.items():
        for point in points:
            flipped = [other for other in points if abs(np.log(other.factor)) <= abs(np.log(point.factor)) + PRECISION]
            crossings.append(
                Crossing(
                    claim_id,
                    figure_id,
                    value=rows[figure_id]["value"],
                    factor=point.factor,
                    ranks=frozenset(other.rank for other in flipped),
                    is_replaced=figure_id in replaced,
                    drawn=frozenset(other.rank for other in flipped if _is_drawn(other.evidence, rows)),
                )
            )
    # Rounded, since half and double are equally far but for the last digits of their logarithms.
    return sorted(crossings, key=lambda each: (round(abs(np.log(each.factor)), 9), each.figure_id, each.factor))


def _is_drawn(evidence: Iterable[str], rows: Mapping[str, Row]) -> bool:
    """Whether draws decide what is read from some figures: one is an estimate or an open bound."""
    return any(rows[name]["distribution"] not in ("none", "rounding") for name in evidence if name in rows)


class _Point(NamedTuple):
    """A tipping point of one interpretation, with the figures that its metric reads."""

    claim_id: str
    rank: int
    figure_id: str
    direction: str
    factor: float
    evidence: Sequence[str]


def _found_points(
    interpretations: Sequence[Interpretation], evaluations: Evaluations, reach: float, refined: bool
) -> list[_Point]:
    """Return the tipping points of each interpretation."""
    by_metric = grouped(interpretations, attrgetter("metric"))
    figures = _scaled_figures(evaluations)

    def points_of(name: str) -> list[Any]:
        rows_of = evaluations.of(name)
        valued = {metric_id for metric_id, row in rows_of.items() if not np.isnan(row["value"])}
        own = [interpretation for interpretation in by_metric[name] if interpretation.metric_id in valued]
        if not own:
            return []
        searches = metric_tipping_points(evaluations.metrics[name], figures, own, rows_of, reach, refined)
        found = []
        for search in searches:
            read = search.interpretation
            evidence = list(rows_of[read.metric_id]["evidence"])
            found.append((read.claim_id, read.rank, search.figure_id, search.direction, search.outside, evidence))
        return found

    parts = {name: Dependencies(evaluations, [name], [repr(own), reach, refined]) for name, own in by_metric.items()}
    points = []
    for rows in evaluations.cached("tipping_points", parts, points_of).values():
        points += [_Point(*row) for row in rows]
    return points


def tipping_points_table(
    interpretations: Sequence[Interpretation], evaluations: Evaluations, reach: float, refined: bool = True
) -> pd.DataFrame:
    """Find the tipping points of interpretations: for each figure that the metric reads, the smallest factor up and
    down.

    Args:
        interpretations: the interpretations; of several of a claim, the nearest tipping point counts.
        evaluations: the metrics over the printed figures.
        reach: the largest factor tried; a figure that cannot flip an interpretation within it has no row.
        refined: bisect to 0.1%; otherwise factors are those of the grid of `scenarios.scale_factors`.

    Returns:
        Rows of `schemas.analysis.TippingPoints`.
    """
    rows = []
    for point in _found_points(interpretations, evaluations, reach, refined):
        rows.append((point.claim_id, "printed", point.figure_id, point.direction, point.factor))
    return _nearest_points(rows)


def _nearest_points(rows: Sequence[tuple[str, str, str, str, float]]) -> pd.DataFrame:
    """Return rows of `TippingPoints`; of several of one claim, figure and direction the nearest counts."""
    order = ["claim_id", "evidence_view", "figure_id", "direction"]
    frame = pd.DataFrame(rows, columns=[*order, "factor"])
    nearest = frame.assign(distance=frame["factor"].map(np.log).abs()).sort_values([*order, "distance"])
    return column_types(TippingPoints, nearest.drop_duplicates(order).reset_index(drop=True))


def tipping_points_of_references(
    interpretations: Sequence[Interpretation], evaluations: Evaluations, references: Iterable[Row]
) -> pd.DataFrame:
    """Find the tipping points that lie within the known error of the reference which replaces a figure.

    Args:
        interpretations: the interpretations; those about the printed figures have none.
        evaluations: the metrics over the best-known figures.
        references: independent values, those among them that replace a figure.

    Returns:
        Rows of `schemas.analysis.TippingPoints`.
    """
    factors = _error_factors(evaluations.figures, references)
    reached = []
    for interpretation in interpretations:
        reads = evaluations.reads(interpretation.metric) if interpretation.metric in evaluations.metrics else ()
        if not interpretation.about_printed and not factors.keys().isdisjoint(reads):
            reached.append(interpretation)
    reach = max((max(1 / low, high) for low, high in factors.values()), default=1.0)
    rows = []
    for point in _found_points(reached, evaluations, reach, refined=True) if reached and reach > 1 else ():
        low, high = factors.get(point.figure_id, (1.0, 1.0))
        if low <= point.factor <= high:
            rows.append((point.claim_id, "best_known", point.figure_id, point.direction, point.factor))
    return _nearest_points(rows)


def _error_factors(figures: pd.DataFrame, references: Iterable[Row]) -> dict[str, tuple[float, float]]:
    """Return the ends of the error of each figure's reference over its value, for figures that one replaces."""
    known = {}
    for row in references:
        if row["value"] > 0 and row["error_low"] > 0 and np.isfinite(row["error_high"]):
            known[row["figure_id"], row["locator"]] = row["error_low"] / row["value"], row["error_high"] / row["value"]
    places = zip(figures["figure_id"], figures["locator"], strict=True) if known else ()
    return {name: known[name, locator] for name, locator in places if (name, locator) in known}


def _scaled_figures(evaluations: Evaluations) -> pd.DataFrame:
    """Return what scenarios take from the printed figures, by id."""
    return evaluations.figures[["figure_id", "value", "unit", "labels", "is_total"]].set_index("figure_id", drop=False)


def metric_tipping_points(
    metric: Metric,
    figures: pd.DataFrame,
    interpretations: Sequence[Interpretation],
    rows_of: Mapping[str, Mapping[str, Any]],
    reach: float,
    refined: bool = True,
) -> list[_Search]:
    """Search for the tipping points of all claims on one metric.

    Args:
        metric: the metric.
        figures: what scenarios take from the printed figures, indexed by id.
        interpretations: interpretations on this metric, all of which have a value.
        rows_of: the metric's evaluations by id.
        reach: the largest factor tried.
        refined: bisect to 0.1%.

    Returns:
        Finished searches.
    """
    reads = rows_of[interpretations[0].metric_id]["reads"]
    read = figures.loc[reads]
    base = build.printed_scenarios(read)
    searches: list[_Search] = []
    for direction in ("up", "down"):
        factors = build.scale_factors(read, reach, direction)
        possible = np.nonzero(~np.isnan(factors))
        scenarios = base.with_values(build.one_at_a_time(base.values, possible[1], factors[possible]))
        result = columns(metric, scenarios)
        for interpretation in interpretations:
            row, place = rows_of[interpretation.metric_id], result.ids.index(interpretation.metric_id)
            holds = bool(interpretation.predicate.holds(np.array(row["value"])))
            flipped = np.zeros(factors.shape, dtype=bool)
            flipped[possible] = interpretation.predicate.flipped(result.value[:, place], holds)
            for figure in np.flatnonzero(flipped.any(axis=0)):
                if reads[figure] in row["evidence"]:
                    step = int(np.argmax(flipped[:, figure]))  # the first factor at which it flips
                    inside = float(factors[step - 1, figure]) if step else 1.0
                    outside = float(factors[step, figure])
                    search = _Search(
                        interpretation, holds, reads[figure], int(figure), place, direction, inside, outside
                    )
                    searches.append(search)
    if refined:
        _bisect(metric, base, searches)
    return searches


def _bisect(metric: Metric, base: Scenarios, searches: Sequence[_Search]) -> None:
    """Narrow all searches at once, in place, until the two ends of each differ by at most 0.1%.

    Each takes as many halvings as the widest step needs, so that no tipping point depends on what else is searched.
    """
    scaled = np.array([search.figure for search in searches], dtype=np.intp)
    for _ in range(HALVINGS if searches else 0):
        # Bisect in log space: factors f and 1/f are equally far from 1.
        middle = np.array([np.sqrt(search.inside * search.outside) for search in searches])
        scenarios = base.with_values(build.one_at_a_time(base.values, scaled, middle))
        values = columns(metric, scenarios).value
        for row, search in enumerate(searches):
            if search.interpretation.predicate.flipped(values[row, search.place], search.holds):
                search.outside = float(middle[row])
            else:
                search.inside = float(middle[row])


def substitutions_table(
    references: pd.DataFrame, interpretations: list[Interpretation], evaluations: Evaluations, article: Article
) -> Frame[Substitutions]:
    """Replace single figures of each claim's first interpretation by a reference between content and publication.

    Returns:
        Rows of `schemas.analysis.Substitutions`, sorted by key.
    """
    held = between(references, article.content, article.published)
    known = records(comparable(evaluations.figures, held).rename(columns={"text": "reference"}))
    judged = {interpretation.claim_id: interpretation for interpretation in interpretations if interpretation.rank == 0}
    candidates = {}
    parts = {}
    for claim_id, interpretation in judged.items():
        reads = set(evaluations.reads(interpretation.metric))
        own = [row for row in known if row["figure_id"] in reads]
        if own:
            candidates[claim_id] = own
            values = [[row["figure_id"], row["value"]] for row in own]
            parts[claim_id] = Dependencies(evaluations, [interpretation.metric], [repr(interpretation), values])

    def substitutions_of(claim_id: str) -> list[dict[str, Any] | None]:
        return _substitutions(judged[claim_id], candidates[claim_id], evaluations)

    rows = []
    for claim_id, substitutions in evaluations.cached("substitutions", parts, substitutions_of).items():
        unit = evaluations.metrics[judged[claim_id].metric].declared.unit
        for reference, substitution in zip(candidates[claim_id], substitutions, strict=True):
            if substitution:
                rows.append({**reference, "claim_id": claim_id, "unit": unit, **substitution})
    return table_of(Substitutions, rows)


def _substitutions(
    interpretation: Interpretation, candidates: Sequence[Row], evaluations: Evaluations
) -> list[dict[str, Any] | None]:
    """Evaluate a metric with each reference in turn, all in one pass; None for references beyond the evidence."""
    row = evaluations.get(interpretation.metric_id)
    if row is None or np.isnan(row["value"]):
        return [None] * len(candidates)
    base = build.printed_scenarios(_scaled_figures(evaluations).loc[row["reads"]])
    scenarios = np.repeat(base.values, len(candidates), axis=0)
    places = [row["reads"].index(candidate["figure_id"]) for candidate in candidates]
    scenarios[np.arange(len(candidates)), places] = [candidate["value"] for candidate in candidates]
    result = columns(evaluations.metrics[interpretation.metric], base.with_values(scenarios))
    values = result.value[:, result.ids.index(interpretation.metric_id)]
    flipped = interpretation.predicate.flipped(values, bool(interpretation.predicate.holds(np.array(row["value"]))))
    substitutions: list[dict[str, Any] | None] = []
    for candidate, value, turns in zip(candidates, values, flipped, strict=True):
        in_evidence = candidate["figure_id"] in row["evidence"]
        substitutions.append({"value": float(value), "flips": bool(turns)} if in_evidence else None)
    return substitutions
