"""What turned a verdict between two releases: the changes of figures and terms that do it alone or only together.

A claim is judged again over old figures and terms with some of the new ones in their place. Which verdicts turned, and
all else that differs, is in `changes`; how a claim on the database is judged again is in `database_replay`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from tidebook.pipelines.evaluate.declared import Metrics
from tidebook.pipelines.evaluate.evaluations import DECIDING, Evaluations, evidence_of
from tidebook.pipelines.evaluate.evidence_views import Held, Lens
from tidebook.pipelines.judge.declared import Reading, parse_condition
from tidebook.pipelines.judge.predicates import parse_predicate
from tidebook.pipelines.judge.verdicts import judge_under
from tidebook.pipelines.read.declarations import Assumptions, Correlated, Draws, VerdictShares
from tidebook.pipelines.read.printed import Printed
from tidebook.schemas.base import records
from tidebook.schemas.units import UNSCALED

ROLES = ("alone", "together", "other")
FITTED = "fitted spread"
FITTING = ("calibration.prior_cases", "reconciliation.near")
"""Assumptions that the fitted spread of every figure depends on."""

READING = ("untestable", "metric_id", "predicate", "least_n", "requires")
"""The terms that say how a claim is read. One that is read by another metric takes them all at once."""

Terms = Mapping[str, str]
"""What a claim is judged by, as text: columns of claims and readings, and assumptions by their names.

An old release has tables and no objects, and its raw files may be none that this code can read: so terms are cells of
its tables (`changes.terms_of`). A state takes each term from either release, and they are parsed in each state anew.
"""


@dataclass(frozen=True)
class State:
    """The old figures and terms, with the figures in `switched` as the new release has them, or `all` of them."""

    switched: frozenset[str]
    terms: Terms
    all: bool = False

    def takes_new(self, name: str) -> bool:
        """Return whether a figure is as the new release has it."""
        return self.all or name in self.switched


class ReplayResult(NamedTuple):
    """What a claim comes to in a state: verdict, metric on the printed world, share of the draws that hold."""

    status: str
    value: float
    probability: float


@dataclass(frozen=True)
class Change:
    """One difference between two releases that a claim's verdict may rest on.

    `kind` is one of those that `changes_table` has words for; `name` the figure, row, claim or assumption; `old` and
    `new` its texts. `figures` and `terms` are what a replay takes from the new release to apply it.
    """

    kind: str
    name: str
    old: str = ""
    new: str = ""
    locator: str = ""
    figures: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cause:
    """A change and what it does to the verdict; `alone` is what the claim comes to with this change alone.

    `role` is `alone` when it turns the verdict by itself, `together` when it is one of those that do only
    together, and `other` when the verdict turns without it. `alone` is None for what cannot be replayed.
    """

    change: Change
    role: str
    alone: ReplayResult | None = None


class Replayed(Protocol):
    """Two releases under one lens, ready to be mixed; `days` are those up to which evidence counts in each."""

    days: tuple[str, str]

    def result(self, state: State) -> ReplayResult:
        """Return what the claim comes to in a state, judged as the build does."""


class Replay:
    """The figures of two releases under one lens, ready to be mixed.

    `printed` are those that each of them prints, `tables` what the columns of their tables are.
    """

    def __init__(
        self, old: Lens, new: Lens, metrics: Metrics, printed: Sequence[pd.DataFrame], tables: Printed
    ) -> None:
        self.metrics, self.lenses, self.days = metrics, (old, new), (str(old.as_of), str(new.as_of))
        self.tables = tables
        self.figures = by_id(old.figures), by_id(new.figures)
        self.printed = tuple(map(by_id, printed))
        self._sides = [Evaluations(lens.figures, assumed_by({}), metrics) for lens in self.lenses]
        self._evaluations: dict[str, Evaluations] = {}

    def reads(self, metric_id: str) -> tuple[str, ...]:
        """Return the figures that a metric reads in either release; none when there is no such metric now."""
        name = metric_id.partition("/")[0]
        sides = self._sides if name in self.metrics else []
        return tuple(dict.fromkeys(figure for side in sides for figure in side.reads(name)))

    def result(self, state: State) -> ReplayResult:
        """Return what the claim comes to in a state, judged as the build does."""
        assumed = assumed_by(state.terms)
        reading = _reading_of(state.terms, self.metrics, assumed.cutoffs)
        if reading is None:
            return ReplayResult("untestable", np.nan, np.nan)
        figures = self._mix(reading, state)
        # What states that are drawn alike share is evaluated once.
        drawn = repr((assumed.draws, assumed.correlated))
        first = self._evaluations.setdefault(drawn, Evaluations(figures, assumed, self.metrics))
        evaluations = first.on_figures(figures)
        found = evaluations.get(reading.metric_id)
        lens = self._lens(found["evidence"] if found else [], state)
        verdict = judge_under(lens, reading, evaluations, assumed.verdicts)
        return ReplayResult(verdict["status"], verdict.get("value", np.nan), verdict["probability"])

    def _lens(self, evidence: Sequence[str], state: State) -> Lens:
        """Return the lens on the figures that a value rests on, each from the release that a state takes it from."""
        sides = {name: state.takes_new(name) for name in evidence}
        rows = [self.figures[side][name] for name, side in sides.items()]
        known = {name: held for name, side in sides.items() if (held := self.lenses[side].known.get(name))}
        lens = self.lenses[state.all]
        return replace(lens, figures=pd.DataFrame(rows, columns=lens.figures.columns), known=known)

    def _mix(self, reading: Reading, state: State) -> pd.DataFrame:
        """Return the figures that a reading's metrics can read, in the order of the release that a state starts from.

        The order counts: a metric over the rows of a table may depend on it, by sums and ties.
        """
        old, new = self.figures
        order = {**new, **old} if state.all else {**old, **new}
        ids = reading.metric_id, reading.requires.metric_id if reading.requires else ""
        reads = {name for metric_id in ids for name in self.reads(metric_id)}
        sides = {name: self.figures[state.takes_new(name)] for name in order if name in reads}
        rows = [side[name] for name, side in sides.items() if name in side]
        return pd.DataFrame(rows, columns=self._sides[1].figures.columns)

    def changes(self, old: Terms, new: Terms) -> list[Change]:
        """Return all that differs of what a claim's verdict rests on: figures of its evidence, terms, assumptions."""
        metric_ids = [
            name
            for terms in (old, new)
            for name in (terms["metric_id"], terms["requires"].partition(" ")[0])
            if name and not terms["untestable"]
        ]
        reads = {metric_id: self.reads(metric_id) for metric_id in metric_ids}
        rests = (evidence_of(self.metrics[name.partition("/")[0]], name, read) for name, read in reads.items() if read)
        evidence = list(dict.fromkeys(figure_id for figures in rests for figure_id in figures))
        return [*self._figure_changes(evidence, old, new), *term_changes(old, new)]

    def _figure_changes(self, evidence: Sequence[str], old: Terms, new: Terms) -> list[Change]:
        """Return the changes of figures: those revised, rows added or removed, how estimates spread."""
        changes: list[Change] = []
        spread: dict[str, list[str]] = defaultdict(list)
        rows: dict[tuple[str, str], list[str]] = defaultdict(list)
        for name in evidence:
            was, now = (figures.get(name) for figures in self.figures)
            if was is None or now is None:
                rows["added" if was is None else "removed", name.rpartition("/")[0]].append(name)
            elif _same(was, now):
                both = _held(self.lenses[0].known.get(name)), _held(self.lenses[1].known.get(name))
                if both[0] != both[1]:
                    changes.append(Change("row", f"{name}, known to hold", *both, now["locator"], figures=(name,)))
            elif _described(was) == _described(now):  # the same text is drawn from another interval
                spread[_spread_name(was, now, old, new)].append(name)
            else:
                both, place = (_described(was), _described(now)), self._place(name, was, now)
                changes.append(Change("figure", name, *both, place, figures=(name,)))
        for (kind, row), names in rows.items():
            side = self.printed[kind == "added"]  # the row in print came or went, whatever a lens has instead of it
            alone = len(names) == 1
            texts = {name: side[name]["text"] for name in names}
            text = ", ".join(text if alone else f"{name.split('/')[2]} {text}" for name, text in texts.items())
            both = ("", text) if kind == "added" else (text, "")
            locator = side[names[0]]["locator"]
            changes.append(Change(kind, names[0] if alone else row, *both, locator, figures=tuple(names)))
        for name, figures in spread.items():
            if name == FITTED:
                changes.append(Change("spread", FITTED, figures=tuple(figures)))
            elif old.get(name) == new.get(name):
                changes.append(Change("code", "reading of cells", figures=tuple(figures)))
            else:
                changes.append(Change("assumption", name, old.get(name, ""), new.get(name, ""), figures=tuple(figures)))
        return changes

    def _place(self, name: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
        """Return where what differs of a figure stands: its text, or else the first label of its row that does."""
        if was["text"] != now["text"]:
            return str(now["locator"])
        before, after = (json.loads(row["labels"] or "{}") for row in (was, now))
        place, table = str(self.printed[1][name]["locator"]), self.tables.get(name.partition("/")[0])
        columns = table.printed.items() if table and not table.turned else ()
        headers = [header for header, each in columns if before.get(each.name) != after.get(each.name)]
        return f"{place.partition(', column ')[0]}, column {headers[0]}" if headers else place


def by_id(figures: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the rows of figures by their ids."""
    return {row["figure_id"]: row for row in records(figures)}


def assumed_by(terms: Terms) -> Assumptions:
    """Return the assumptions by which figures are drawn and readings judged, from the terms of their sections."""
    groups: dict[str, dict[str, Any]] = defaultdict(dict)
    for key, text in _section(terms, "correlated").items():
        name, _, part = key.partition(".")
        groups[name][part] = text.split(", ") if part == "figures" else text
    parts: dict[str, Any] = {
        "draws": Draws.model_validate(_section(terms, "draws"), strict=False),
        "verdicts": VerdictShares.model_validate(_section(terms, "verdicts"), strict=False),
        "cutoffs": {name: float(text) for name, text in _section(terms, "cutoffs").items()},
        "correlated": [Correlated.model_validate({"name": name} | own, strict=False) for name, own in groups.items()],
    }
    return Assumptions.model_construct(**parts)


def _section(terms: Terms, name: str) -> dict[str, str]:
    """Return the terms of one section of the assumptions, by key: `draws` has `count` and `seed`."""
    start = f"{name}."
    return {key.removeprefix(start): text for key, text in terms.items() if key.startswith(start)}


def _reading_of(terms: Terms, metrics: Metrics, cutoffs: Mapping[str, float]) -> Reading | None:
    """Return the reading that the terms state, or None when there is none or there is no such metric now."""
    if terms["untestable"] or terms["metric_id"].partition("/")[0] not in metrics:
        return None
    predicate = parse_predicate(terms["predicate"], cutoffs)
    requires = parse_condition(terms["requires"], cutoffs) if terms["requires"] else None
    facts = terms["reading"], terms["metric_id"], predicate, terms["predicate"], int(terms["least_n"]), requires
    return Reading(terms["claim_id"], 0, *facts)


def causes_of(replay: Replayed, changes: Sequence[Change], old: Terms, new: Terms, was: str, now: str) -> list[Cause]:
    """Return the causes of a verdict's turn from status `was` to `now`, those that suffice alone first.

    `changes` are all that differ of what the verdict rests on.
    """
    base, joined, *alone = (
        replay.result(_with(some, old, new)) for some in ([], changes, *([each] for each in changes))
    )
    complete = replay.result(State(frozenset(), new, all=True))
    # The replay judges both releases by today's code and expressions. Where it does not give what a release said, these
    # are a cause.
    code = []
    if base.status != was:
        change = Change("code", "old inputs", was, base.status)
        metric = new["metric_id"].partition("/")[0]
        for name, kind, what in (("unit", "row", f"the unit of {metric}"), ("expression", "expression", metric)):
            before, after = (terms.get(name, "") for terms in (old, new))
            if before and after and before != after and old["metric_id"] == new["metric_id"]:
                change = Change(kind, what, before, after)
        code.append(Cause(change, "alone" if base.status == now else "other"))
    if complete.status != now:
        role = "alone" if complete.status == was else "together"
        code.append(Cause(Change("code", "new inputs", complete.status, now), role))
    turned = base.status == now  # by the code alone, so that no change of inputs can be said to turn it
    roles = ["alone" if result.status == now and not turned else "other" for result in alone]
    if "alone" not in roles and joined.status == now and not turned:
        needed = _minimal(replay, old, new, changes, now)
        roles = ["together" if change in needed else "other" for change in changes]
    causes = [Cause(*found) for found in zip(changes, roles, alone, strict=True)]
    # All that differs is applied, and yet it has not turned: what is left is the day, or the order of the new rows.
    if joined.status != now == complete.status and "alone" not in roles and not turned:
        moved = replay.days[0] != replay.days[1]
        left = Change("row", "the day up to which evidence counts", *replay.days) if moved else Change("order", "rows")
        code.append(Cause(left, "together" if changes else "alone"))
    return sorted([*causes, *code], key=lambda cause: ROLES.index(cause.role))


def _with(changes: Sequence[Change], old: Terms, new: Terms) -> State:
    """Return the old release with some changes applied."""
    switched = frozenset(name for change in changes for name in change.figures)
    return State(switched, {**old, **{name: new[name] for change in changes for name in change.terms}})


def _minimal(replay: Replayed, old: Terms, new: Terms, changes: Sequence[Change], now: str) -> list[Change]:
    """Return changes that together give the status `now` and of which none can be left out."""

    def enough(some: Sequence[Change]) -> bool:
        return replay.result(_with(some, old, new)).status == now

    # Those whose absence alone keeps it from turning are mostly enough.
    needed = [change for change in changes if not enough([other for other in changes if other is not change])]
    if enough(needed):
        return needed
    # Else some can replace one another: what the rest can do without is left out, one by one.
    kept = list(changes)
    for change in changes:
        rest = [other for other in kept if other is not change]
        kept = rest if enough(rest) else kept
    return kept


def _same(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Return whether two versions of a figure give the same worlds; NaN is the same as NaN."""
    return all(was[part] == now[part] or (was[part] != was[part] and now[part] != now[part]) for part in DECIDING)


def _held(held: Held | None) -> str:
    if held is None:
        return "as printed"
    return f"from {held.since}" + (f" until {held.until}" if held.until else "")


def _described(figure: Mapping[str, Any]) -> str:
    labels = ", ".join(json.loads(figure["labels"]).values()) if figure["labels"] else ""
    return f"{figure['text']} ({labels})" if labels else str(figure["text"])


def _spread_name(was: Mapping[str, Any], now: Mapping[str, Any], old: Terms, new: Terms) -> str:
    """Return the assumption that sets how far a figure may be off, the one that changed where there are several.

    Where none did, and its spread is fitted, it is what references show of others that changed.
    """
    unit, terms = now["unit"], {**old, **new}
    if now["kind"] in ("at_least", "at_most"):
        own = f"open_ended.{now['kind']}_hides"
    elif unit in UNSCALED:
        own = "dates.estimate_days"
    else:
        own = f"estimate_spread.{unit}" if f"estimate_spread.{unit}" in terms else "estimate_spread.default"
    turned = [name for name in (own, "exact_bases", *FITTING) if old.get(name) != new.get(name)]
    fitted = "fitted" in (was["spread"], now["spread"])
    return turned[0] if turned else FITTED if fitted else own


def term_changes(old: Terms, new: Terms) -> list[Change]:
    """Return the changes of the claim's reading and of the assumptions that decide it besides its figures."""
    claim_id = new["claim_id"]
    changes = []
    if old["untestable"] != new["untestable"]:
        changes.append(Change("claim", claim_id, _reading_words(old), _reading_words(new), terms=READING))
    elif old["metric_id"] != new["metric_id"]:
        changes.append(Change("reading", claim_id, _reading_words(old), _reading_words(new), terms=READING))
    else:
        for name in READING[2:]:
            if old[name] != new[name]:
                kind = "predicate" if name == "predicate" else "reading"
                label = claim_id if name == "predicate" else f"{claim_id}.{name}"
                changes.append(Change(kind, label, old[name], new[name], terms=(name,)))
    # A cut-off decides only where a predicate names it.
    words = " ".join(terms[name] for terms in (old, new) for name in ("predicate", "requires")).split()
    for name in dict.fromkeys([*old, *new]):
        part, _, key = name.partition(".")
        decides = part in ("draws", "correlated", "verdicts") or (part == "cutoffs" and key in words)
        if decides and old.get(name) != new.get(name):
            changes.append(Change("assumption", name, old.get(name, ""), new.get(name, ""), terms=(name,)))
    return changes


def _reading_words(terms: Terms) -> str:
    if terms["untestable"]:
        return f"untestable: {terms['untestable']}"
    return f"{terms['metric_id']} {terms['predicate']}"
