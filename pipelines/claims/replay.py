"""A claim judged again, between two releases: old figures and terms with some of the new ones in their place.

States go through a metric many at a time, since a pass costs much the same for one as for all. Which states to ask
for is decided in `causes`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipelines.claims.declared import Reading, parse_condition
from pipelines.claims.predicates import parse_predicate
from pipelines.claims.verdicts import failed_condition, judge
from pipelines.ingest.declarations import Correlated, Draws, VerdictShares
from pipelines.metrics.base import Metric
from pipelines.metrics.declared import Metrics
from pipelines.metrics.evaluate import columns, evidence_of, sample_size
from pipelines.worlds import build
from pipelines.worlds.frame import FloatArray, MissingFigureError, Worlds
from schemas.base import records

Terms = Mapping[str, str]
"""What a claim is judged by, as text: columns of claims and readings, and assumptions by their names."""

MOST_STATES = 16
"""So many states are evaluated in one pass: each brings all its draws, so that more would need much memory."""


@dataclass(frozen=True)
class State:
    """The old figures and terms, with the figures in `switched` as the new release has them, or `all` of them."""

    switched: frozenset[str]
    terms: Terms
    all: bool = False


class ReplayResult(NamedTuple):
    """What a claim comes to in a state: verdict, metric on the printed world, share of the draws that hold."""

    status: str
    value: float
    probability: float


class View:
    """One release's figures as its worlds take them, and their draws, each drawn once.

    A figure's draws depend on nothing but itself, seed and assumptions, so that those of two releases can be mixed.
    """

    def __init__(self, figures: pd.DataFrame) -> None:
        self.figures = figures.set_index("figure_id", drop=False)
        self.rows = {row["figure_id"]: row for row in records(figures)}
        self._drawn: dict[tuple[str, str], FloatArray] = {}

    def draws(self, wanted: Collection[str], terms: Terms) -> dict[str, FloatArray]:
        """Return the draws of these figures under the assumptions among the terms."""
        own = {name: section(terms, name) for name in ("draws", "correlated")}
        key = repr(own)
        if fresh := [name for name in wanted if (name, key) not in self._drawn]:
            drawn = Draws.model_validate(own["draws"], strict=False)
            values = build.draws(self.figures.loc[fresh], drawn.count, drawn.seed, _correlated(own["correlated"]))
            self._drawn |= {(name, key): values[:, place] for place, name in enumerate(fresh)}
        return {name: self._drawn[name, key] for name in wanted}

    def reads(self, metric: Metric) -> tuple[str, ...]:
        """Return the ids of the figures that a metric reads of these."""
        worlds = build.printed_worlds(self.figures)
        with suppress(MissingFigureError):
            columns(metric, worlds)
        return tuple(worlds.reads)


_Mixed = Mapping[str, tuple[dict[str, Any], View]]
"""Figures by their ids, each with its row and the release that it is taken from."""


class Replay:
    """The figures of two releases under one lens, ready to be mixed."""

    def __init__(self, old: pd.DataFrame, new: pd.DataFrame, metrics: Metrics) -> None:
        self.metrics = metrics
        self.old, self.new = View(old), View(new)
        self._reads: dict[str, tuple[str, ...]] = {}

    def reads(self, metric_id: str) -> tuple[str, ...]:
        """Return the figures that a metric reads in either release; none when there is no such metric now."""
        name = metric_id.partition("/")[0]
        metric = self.metrics.get(name)
        if metric is None:
            return ()
        if name not in self._reads:
            self._reads[name] = tuple(dict.fromkeys([*self.old.reads(metric), *self.new.reads(metric)]))
        return self._reads[name]

    def evidence(self, metric_id: str) -> tuple[str, ...]:
        """Return the figures that a metric's value rests on in either release."""
        reads = self.reads(metric_id)
        return evidence_of(self.metrics[metric_id.partition("/")[0]], metric_id, reads) if reads else ()

    def results(self, states: Sequence[State]) -> list[ReplayResult]:
        """Return what the claim comes to in each state, judged as the build does."""
        readings = [_reading_of(state.terms, self.metrics) for state in states]
        judged = [(reading.metric_id if reading else "") for reading in readings]
        required = [(reading.requires.metric_id if reading and reading.requires else "") for reading in readings]
        # A condition is about the printed world alone: its metric needs no draws.
        main, others = self._evaluate(judged, states, drawn=True), self._evaluate(required, states, drawn=False)
        found = []
        for state, reading, row, other in zip(states, readings, main, others, strict=True):
            if reading is None:
                found.append(ReplayResult("untestable", np.nan, np.nan))
                continue
            shares = VerdictShares.model_validate(section(state.terms, "verdicts"), strict=False)
            verdict = judge(reading, row, self.metrics[reading.metric_id.partition("/")[0]].unit, shares)
            if reading.requires and verdict["status"] != "untestable":
                verdict |= failed_condition(reading.requires, other)
            found.append(ReplayResult(verdict["status"], verdict.get("value", np.nan), verdict["probability"]))
        return found

    def _evaluate(
        self, metric_ids: Sequence[str], states: Sequence[State], *, drawn: bool
    ) -> list[dict[str, Any] | None]:
        """Return for each state the part of a row of `Evaluations` that a verdict needs, of the state's metric.

        None where a state has no metric, or the metric has no row of that name.
        """
        # A metric looks at which figures there are and which have a value for all worlds at once, so that only states
        # alike in that can share a pass.
        batches: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        mixed = [self._mix(metric_id, state) for metric_id, state in zip(metric_ids, states, strict=True)]
        for place, (metric_id, rows) in enumerate(zip(metric_ids, mixed, strict=True)):
            if self.reads(metric_id):
                pattern = tuple((name, row["labels"], np.isnan(row["value"])) for name, (row, _) in rows.items())
                count = states[place].terms["draws.count"] if drawn else "0"
                batches[metric_id, pattern, count].append(place)
        found: list[dict[str, Any] | None] = [None] * len(states)
        for (metric_id, _, _), places in batches.items():
            for start in range(0, len(places), MOST_STATES):
                chunk = places[start : start + MOST_STATES]
                blocks = [_block(mixed[place], states[place].terms, drawn) for place in chunk]
                metric = self.metrics[metric_id.partition("/")[0]]
                evaluated = _evaluate_blocks(metric, metric_id, mixed[chunk[0]], blocks)
                for place, row in zip(chunk, evaluated, strict=True):
                    found[place] = row
        return found

    def _mix(self, metric_id: str, state: State) -> _Mixed:
        """Return the figures that a metric can read in a state, in the order of the release that it starts from.

        The order counts: a metric over the rows of a table may depend on it, by sums and ties.
        """
        first, second = (self.new, self.old) if state.all else (self.old, self.new)
        reads = set(self.reads(metric_id))
        rows = {}
        for name in [*first.rows, *(name for name in second.rows if name not in first.rows)]:
            if name in reads:
                side = self.new if state.all or name in state.switched else self.old
                if name in side.rows:
                    rows[name] = (side.rows[name], side)
        return rows


def _evaluate_blocks(
    metric: Metric, metric_id: str, rows: _Mixed, blocks: Sequence[FloatArray]
) -> list[dict[str, Any] | None]:
    """Return the evaluation of each block, whose first world is the printed one and the others are draws.

    The blocks are of one shape, and have the figures of `rows`.
    """
    worlds = Worlds(np.vstack(blocks), list(rows), {name: row["labels"] for name, (row, _) in rows.items()})
    blank = {"missing": "", "n": 0, "draws": np.array([]), "drop_subjects": [], "drop_values": np.array([])}
    try:
        result = columns(metric, worlds)
    except MissingFigureError as error:
        return [blank | {"missing": error.figure_id} for _ in blocks]
    if metric_id not in result.ids:
        return [None] * len(blocks)
    place, size = result.ids.index(metric_id), len(blocks[0])
    evidence = evidence_of(metric, metric_id, tuple(worlds.reads))
    evaluated: list[dict[str, Any] | None] = []
    for start in range(0, len(worlds), size):
        value = result.value[start : start + size, place]
        n = sample_size(result.n[start, place], evidence, dict(zip(rows, worlds.values[start], strict=True)))
        ends = {"interval_low": result.low[start, place], "interval_high": result.high[start, place]}
        evaluated.append(blank | {"value": value[0], "n": n, "draws": value[1:], **ends})
    return evaluated


def _block(rows: _Mixed, terms: Terms, drawn: bool) -> FloatArray:
    """Return the worlds of one state: the printed one, then the draws when they are wanted."""
    printed = np.array([[row["value"] for row, _ in rows.values()]], dtype=float)
    if not drawn or not rows:
        return printed
    by_side: dict[View, list[str]] = defaultdict(list)
    for name, (_, side) in rows.items():
        by_side[side].append(name)
    values = {name: found for side, names in by_side.items() for name, found in side.draws(names, terms).items()}
    return np.vstack([printed, np.column_stack([values[name] for name in rows])])


def _correlated(terms: Terms) -> list[Correlated]:
    """Return the groups of figures that move together, from the terms of their section."""
    groups: dict[str, dict[str, Any]] = defaultdict(dict)
    for key, text in terms.items():
        name, _, part = key.partition(".")
        groups[name][part] = text.split(", ") if part == "figures" else text
    return [Correlated.model_validate({"name": name, **parts}, strict=False) for name, parts in groups.items()]


def section(terms: Terms, name: str) -> dict[str, str]:
    """Return the terms of one section of the assumptions, by key: `draws` has `count` and `seed`."""
    start = f"{name}."
    return {key.removeprefix(start): text for key, text in terms.items() if key.startswith(start)}


def _reading_of(terms: Terms, metrics: Metrics) -> Reading | None:
    """Return the reading that the terms state, or None when there is none or there is no such metric now."""
    if terms["untestable"] or terms["metric_id"].partition("/")[0] not in metrics:
        return None
    cutoffs = {name: float(text) for name, text in section(terms, "cutoffs").items()}
    predicate = parse_predicate(terms["predicate"], cutoffs)
    requires = parse_condition(terms["requires"], cutoffs) if terms["requires"] else None
    return Reading(
        terms["claim_id"],
        0,
        terms["reading"],
        terms["metric_id"],
        predicate,
        terms["predicate"],
        int(terms["least_n"]),
        requires,
    )
