"""A claim judged again, between two releases: old figures and terms with some of the new ones in their place.

Which states to ask for is decided in `causes`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipelines.claims.declared import Reading, parse_condition
from pipelines.claims.predicates import parse_predicate
from pipelines.claims.verdicts import failed_condition, judge, of_no_one_time
from pipelines.ingest.declarations import Assumptions, Correlated, Draws, VerdictShares
from pipelines.metrics.declared import Metrics
from pipelines.metrics.evaluations import Evaluations, evidence_of
from pipelines.worlds.lenses import Lens, known_in_print, years
from schemas.base import records

Terms = Mapping[str, str]
"""What a claim is judged by, as text: columns of claims and readings, and assumptions by their names."""


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


class Replay:
    """The figures of two releases under one lens, ready to be mixed; `printed` are those that each of them prints."""

    def __init__(self, old: Lens, new: Lens, metrics: Metrics, printed: Sequence[pd.DataFrame] = ()) -> None:
        self.metrics, self.lenses, self.days = metrics, (old, new), (str(old.as_of), str(new.as_of))
        self.old, self.new = ({row["figure_id"]: row for row in records(lens.figures)} for lens in self.lenses)
        frames = printed or [lens.figures for lens in self.lenses]
        self.printed = tuple({row["figure_id"]: row for row in records(frame)} for frame in frames)
        self._sides = [Evaluations(lens.figures, _drawn_by({}), metrics) for lens in self.lenses]
        self._evaluations: dict[str, Evaluations] = {}

    def reads(self, metric_id: str) -> tuple[str, ...]:
        """Return the figures that a metric reads in either release; none when there is no such metric now."""
        name = metric_id.partition("/")[0]
        sides = self._sides if name in self.metrics else []
        return tuple(dict.fromkeys(figure for side in sides for figure in side.reads(name)))

    def evidence(self, metric_id: str) -> tuple[str, ...]:
        """Return the figures that a metric's value rests on in either release."""
        reads = self.reads(metric_id)
        return evidence_of(self.metrics[metric_id.partition("/")[0]], metric_id, reads) if reads else ()

    def result(self, state: State) -> ReplayResult:
        """Return what the claim comes to in a state, judged as the build does."""
        reading = _reading_of(state.terms, self.metrics)
        if reading is None:
            return ReplayResult("untestable", np.nan, np.nan)
        evaluations = self._over(self._mix(reading, state), state.terms)
        shares = VerdictShares.model_validate(section(state.terms, "verdicts"), strict=False)
        metric, found = self.metrics[reading.metric_id.partition("/")[0]], evaluations.get(reading.metric_id)
        verdict = judge(reading, found, metric.unit, shares)
        if found and verdict["status"] != "untestable":
            lens = self._lens(found["evidence"], state)
            year_of = years(lens) if metric.one_year else {}
            verdict |= of_no_one_time(found["evidence"], year_of, lens, known_in_print(lens))
        if reading.requires and verdict["status"] != "untestable":
            verdict |= failed_condition(reading.requires, evaluations.get(reading.requires.metric_id))
        return ReplayResult(verdict["status"], verdict.get("value", np.nan), verdict["probability"])

    def _lens(self, evidence: Sequence[str], state: State) -> Lens:
        """Return the lens on the figures that a value rests on, each from the release that a state takes it from."""
        sides = {name: state.all or name in state.switched for name in evidence}
        rows = [(self.old, self.new)[side][name] for name, side in sides.items()]
        known = {name: held for name, side in sides.items() if (held := self.lenses[side].known.get(name))}
        lens = self.lenses[state.all]
        return lens._replace(figures=pd.DataFrame(rows, columns=lens.figures.columns), known=known)

    def _over(self, figures: pd.DataFrame, terms: Terms) -> Evaluations:
        """Return the metrics over figures that are drawn as the terms say; what they share is evaluated once."""
        assumed = _drawn_by(terms)
        known = self._evaluations.setdefault(repr(assumed), Evaluations(figures, assumed, self.metrics))
        return known.over(figures)

    def _mix(self, reading: Reading, state: State) -> pd.DataFrame:
        """Return the figures that a reading's metrics can read, in the order of the release that a state starts from.

        The order counts: a metric over the rows of a table may depend on it, by sums and ties.
        """
        first, second = (self.new, self.old) if state.all else (self.old, self.new)
        ids = reading.metric_id, reading.requires.metric_id if reading.requires else ""
        reads = {name for metric_id in ids for name in self.reads(metric_id)}
        sides = {
            name: self.new if state.all or name in state.switched else self.old
            for name in {**first, **second}
            if name in reads
        }
        rows = [side[name] for name, side in sides.items() if name in side]
        return pd.DataFrame(rows, columns=self._sides[1].figures.columns)


def _drawn_by(terms: Terms) -> Assumptions:
    """Return the assumptions by which figures are drawn, from the terms of their sections."""
    drawn: dict[str, Any] = {"draws": Draws.model_validate(section(terms, "draws"), strict=False)}
    return Assumptions.model_construct(**drawn, correlated=_correlated(section(terms, "correlated")))


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
