"""What changed a verdict between two releases: the changes of figures and terms that do so alone or only together.

A claim is judged again over the old figures and terms with some of the new ones in their place.

Belongs here: replaying a claim, and finding its causes. Does not: which verdicts changed, and all else that differs
(`changes`), or how a claim is judged again under an evidence view that a plugin brings.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import pandas as pd

from tidebook.pipelines.evaluate.declared import Metrics
from tidebook.pipelines.evaluate.evaluations import DECIDING, Evaluations, evidence_of
from tidebook.pipelines.evaluate.evidence_views import EvidenceView, Validity
from tidebook.pipelines.judge.interpretations import Interpretation, parse_condition
from tidebook.pipelines.judge.predicates import parse_predicate
from tidebook.pipelines.judge.verdicts import judge_under
from tidebook.pipelines.read.declarations import Assumptions, Correlated, Draws, VerdictShares
from tidebook.pipelines.read.printed import Printed
from tidebook.schemas.base import Tables, records
from tidebook.schemas.units import UNSCALED

Role = Literal["alone", "together", "other"]
ROLES: tuple[Role, ...] = ("alone", "together", "other")
FITTED = "fitted spread"
FITTING = ("calibration.prior_cases", "reconciliation.near")
"""Assumptions that the fitted uncertainty of every figure depends on."""

INTERPRETATION = ("untestable", "metric_id", "predicate", "least_n", "requires")
"""The terms that define a claim's reading. With another metric they all change at once."""

Terms = Mapping[str, str]
"""What a claim is judged by, as text: columns of claims and interpretations, and assumptions by their names.

An old release has tables and no objects, and this code may not be able to read its raw files: so terms are cells of
its tables (`changes.terms_of`). A state takes each term from either release and parses it.
"""


@dataclass(frozen=True)
class State:
    """The old figures and terms, with those in `switched`, or `all`, taken from the new release."""

    switched: frozenset[str]
    terms: Terms
    all: bool = False

    def takes_new(self, name: str) -> bool:
        """Whether a figure has its value of the new release."""
        return self.all or name in self.switched


class ReplayResult(NamedTuple):
    """A claim in a state: its verdict, its metric on the printed scenario, and the share of the draws that hold."""

    status: str
    value: float
    probability: float


@dataclass(frozen=True)
class Change:
    """One difference between two releases that a claim's verdict may depend on.

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
    """A change and what it does to the verdict.

    `role` is `alone` if it changes the verdict by itself, `together` if it is one of those that do so only together,
    and `other` if the verdict changes without it. `alone` is the claim with this change alone; None if that cannot be
    replayed.
    """

    change: Change
    role: Role
    alone: ReplayResult | None = None


class Replayed(Protocol):
    """Two releases under one evidence view, ready to be mixed; in each, evidence counts up to its day in `days`."""

    days: tuple[str, str]

    def changes(self, old: Terms, new: Terms) -> list[Change]:
        """Return all differences that a claim's verdict may depend on."""

    def result(self, state: State) -> ReplayResult:
        """Judge the claim in a state, as the build does."""


class OtherView(NamedTuple):
    """An evidence view that a plugin brings: the replay of two releases, if they have what it takes, and a verdict's
    terms."""

    replay: Callable[[Tables, Tables], Replayed | None]
    terms: Callable[[Tables, Mapping[str, Any]], dict[str, str]]


class Replay:
    """The figures of two releases under one evidence view, ready to be mixed.

    `printed` are those that each of them prints, `tables` what the columns of their tables are, `looked_up` the rows
    of evidence that expressions looked up in each. Rows count as figures do: each is taken from either release. The
    day up to which they count is that of the release which a state starts from. Replays under several evidence views
    share what they evaluate in `known`, by the settings of the draws.
    """

    def __init__(
        self,
        old: EvidenceView,
        new: EvidenceView,
        metrics: Metrics,
        printed: Sequence[pd.DataFrame],
        tables: Printed,
        looked_up: Sequence[pd.DataFrame | None] = (None, None),
        known: dict[str, Evaluations] | None = None,
    ) -> None:
        self.metrics, self.evidence_views, self.days = metrics, (old, new), (str(old.as_of), str(new.as_of))
        self.tables = tables
        self.figures = by_id(old.figures), by_id(new.figures)
        self.printed = tuple(map(by_id, printed))
        self._looked_up = [{} if rows is None else by_id(rows, "evidence_row_id") for rows in looked_up]
        self._columns = next((list(rows.columns) for rows in looked_up if rows is not None), [])
        self._known = {} if known is None else known
        self._unchanged = self._same_figures()
        self._unchanged_rows = _same_rows(*self._looked_up)
        self._sides = []
        for side, view in enumerate(self.evidence_views):
            own = self._by_evidence(State(frozenset(), {}, all=bool(side)), metrics)
            self._sides.append(self._evaluations(view.figures, assumed_by({})).with_metrics(own))
        self._results: dict[object, ReplayResult] = {}

    def _same_figures(self) -> set[str]:
        """Return the figures that are the same in both releases, and known to hold on the same days."""
        old, new = (view.known for view in self.evidence_views)
        return {name for name in _same_rows(*self.figures) if old.get(name) == new.get(name)}

    def reads(self, metric_id: str) -> tuple[str, ...]:
        """Return the figures that a metric reads in either release, each once; none if there is no such metric now."""
        name = metric_id.partition("/")[0]
        if name not in self.metrics:
            return ()
        old, new = self._sides
        return tuple(dict.fromkeys([*old.reads(name), *new.reads(name)]))

    def result(self, state: State) -> ReplayResult:
        """Judge the claim in a state, as the build does; states that give the same inputs are judged once.

        A single changed input, for instance, already makes the new release.
        """
        figures, rows, view = self._figures_in(state), self._rows_in(state), self.evidence_views[state.all]
        inputs = tuple(figures.items()), tuple(rows.items()), view.as_of, view.printed, frozenset(state.terms.items())
        if inputs not in self._results:
            self._results[inputs] = self._judged(state, figures)
        return self._results[inputs]

    def _judged(self, state: State, sides: Mapping[str, int]) -> ReplayResult:
        """Judge the claim in a state, which takes each figure that it reads from one of the releases."""
        assumed = assumed_by(state.terms)
        interpretation = _interpretation_of(state.terms, self.metrics, assumed.cutoffs)
        if interpretation is None:
            return ReplayResult("untestable", np.nan, np.nan)
        rows = [self.figures[side][name] for name, side in sides.items()]
        figures = pd.DataFrame(rows, columns=self._sides[1].figures.columns)
        by_evidence = self._by_evidence(state, self._judging(state.terms))
        evaluations = self._evaluations(figures, assumed).with_metrics(by_evidence)
        evaluation = evaluations.get(interpretation.metric_id)
        view = self._view(evaluation["evidence"] if evaluation else [], state)
        verdict = judge_under(view, interpretation, evaluations, assumed.verdicts)
        return ReplayResult(verdict["status"], verdict.get("value", np.nan), verdict["probability"])

    def _evaluations(self, figures: pd.DataFrame, assumed: Assumptions) -> Evaluations:
        """Return the evaluations over some figures; with equal settings of the draws they share results."""
        drawn = repr((assumed.draws, assumed.correlated))
        if drawn not in self._known:
            self._known[drawn] = Evaluations(figures, assumed, self.metrics)
        return self._known[drawn].on_figures(figures)

    def _judging(self, terms: Terms) -> list[str]:
        """Return the metrics that decide a claim: its own, and that of its condition."""
        named = (terms["metric_id"], terms["requires"].partition(" ")[0])
        return [name for each in named if (name := each.partition("/")[0]) in self.metrics]

    def _by_evidence(self, state: State, names: Iterable[str]) -> Metrics:
        """Return those of some metrics that look up evidence, by its rows in a state."""
        looking = {name: on for name in names if (on := self.metrics[name].on)}
        if not looking:
            return {}
        day = self.evidence_views[state.all].as_of
        found = [self._looked_up[side][name] for name, side in self._rows_in(state).items()]
        rows = pd.DataFrame(found, columns=self._columns)
        return {name: on(day, rows) for name, on in looking.items()}

    def _figures_in(self, state: State) -> dict[str, int]:
        """Return the figures that the claim's metrics can read in a state, each with the release that it is from.

        They are in the order of the release that the state starts from, since sums and ties over the rows of a table
        may depend on it. A figure that is the same in both releases counts as that of the old one.
        """
        old, new = self.figures
        order = {**new, **old} if state.all else {**old, **new}
        reads = {figure for name in self._judging(state.terms) for figure in self.reads(name)}
        sides = {}
        for name in order:
            side = int(state.takes_new(name) and name not in self._unchanged)
            if name in reads and name in self.figures[side]:
                sides[name] = side
        return sides

    def _rows_in(self, state: State) -> dict[str, int]:
        """Return the rows of evidence in a state, each with the release that it is from, as `_figures_in` does."""
        old, new = self._looked_up
        sides = {}
        for name in sorted({**old, **new}):
            side = int(state.takes_new(name) and name not in self._unchanged_rows)
            if name in self._looked_up[side]:
                sides[name] = side
        return sides

    def _evidence_changes(self, old: Terms, new: Terms) -> list[Change]:
        """Return the changes of rows of evidence that a claim's metrics look up."""
        changes = []
        for name in self._rows_looked_up(old, new):
            was, now = (side.get(name) for side in self._looked_up)
            if was is None or now is None:
                kind, place = ("added", now) if was is None else ("removed", was)
                locator = place["locator"] if place else ""
                changes.append(Change(kind, name, _amount(was), _amount(now), locator, figures=(name,)))
            elif (was["value"], was["unit"]) != (now["value"], now["unit"]):
                changes.append(Change("row", name, _amount(was), _amount(now), now["locator"], figures=(name,)))
        return changes

    def _rows_looked_up(self, old: Terms, new: Terms) -> list[str]:
        """Return the rows of evidence that a claim's metrics look up in either release, each once."""
        names: dict[str, None] = {}
        for metric in (metric_id.partition("/")[0] for metric_id in _metric_ids(old, new)):
            looks_up = metric in self.metrics and self.metrics[metric].on
            for side in self._sides if looks_up else ():
                for row in side.of(metric).values():
                    names.update(dict.fromkeys(row["evidence_rows"]))
        return list(names)

    def _view(self, evidence: Sequence[str], state: State) -> EvidenceView:
        """Return the evidence view on a value's evidence, each figure from the release that a state takes it from."""
        rows = []
        known = {}
        for name in evidence:
            side = state.takes_new(name)
            rows.append(self.figures[side][name])
            held = self.evidence_views[side].known.get(name)
            if held:
                known[name] = held
        view = self.evidence_views[state.all]
        return replace(view, figures=pd.DataFrame(rows, columns=view.figures.columns), known=known)

    def changes(self, old: Terms, new: Terms) -> list[Change]:
        """Return all that differs in what a verdict depends on: figures of its evidence, terms, assumptions."""
        figures = self._figure_changes(self._evidence(old, new), old, new)
        return [*figures, *self._evidence_changes(old, new), *term_changes(old, new)]

    def _evidence(self, old: Terms, new: Terms) -> list[str]:
        """Return the figures behind a claim's metric and condition in either release."""
        evidence: dict[str, None] = {}
        for metric_id in _metric_ids(old, new):
            reads = self.reads(metric_id)
            if reads:
                metric = self.metrics[metric_id.partition("/")[0]]
                evidence.update(dict.fromkeys(evidence_of(metric, metric_id, reads)))
        return list(evidence)

    def _figure_changes(self, evidence: Sequence[str], old: Terms, new: Terms) -> list[Change]:
        """Return the changes of figures: those revised, then rows added or removed, then other intervals.

        Figures of one added or removed row are one change, and so are those whose interval changed for one reason.
        """
        revised: list[Change] = []
        rows: dict[tuple[str, str], list[str]] = defaultdict(list)
        intervals: dict[str, list[str]] = defaultdict(list)
        deciding = self._deciding_labels(old, new)
        for name in evidence:
            was, now = (_with_labels(figures.get(name), deciding) for figures in self.figures)
            if was is None or now is None:
                rows["added" if was is None else "removed", name.rpartition("/")[0]].append(name)
            elif _same(was, now):
                revised += self._held_changes(name, now)
            elif _described(was) == _described(now):  # the same text is drawn from another interval
                intervals[_spread_name(was, now, old, new)].append(name)
            else:
                place = self._place(name, was, now)
                revised.append(Change("figure", name, _described(was), _described(now), place, figures=(name,)))
        lone = [self._row_change(kind, row, names) for (kind, row), names in rows.items()]
        spread = [_interval_change(name, figures, old, new) for name, figures in intervals.items()]
        return [*revised, *lone, *spread]

    def _deciding_labels(self, old: Terms, new: Terms) -> set[tuple[str, str]]:
        """Return the columns of labels, by table, that a claim's metrics read: a note beside them decides nothing."""
        names = {metric_id.partition("/")[0] for metric_id in _metric_ids(old, new)}.intersection(self.metrics)
        return {column for name in names for side in self._sides for column in side.labels_read(name)}

    def _held_changes(self, name: str, now: Mapping[str, Any]) -> list[Change]:
        """Return the change of a figure's days of validity, if any."""
        old, new = (_validity_words(view.known.get(name)) for view in self.evidence_views)
        if old == new:
            return []
        return [Change("row", f"{name}, known to hold", old, new, now["locator"], figures=(name,))]

    def _row_change(self, kind: str, row: str, names: Sequence[str]) -> Change:
        """Describe a row that was added or removed, given its figures."""
        # The printed row came or went, whatever an evidence view has instead of it.
        side = self.printed[kind == "added"]
        if len(names) == 1:
            row = names[0]
            text = side[row]["text"]
        else:
            text = ", ".join(f"{name.split('/')[2]} {side[name]['text']}" for name in names)
        old, new = ("", text) if kind == "added" else (text, "")
        return Change(kind, row, old, new, side[names[0]]["locator"], figures=tuple(names))

    def _place(self, name: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
        """Return the cell where a figure differs: its own, or if its text is the same, the first label that differs."""
        if was["text"] != now["text"]:
            return str(now["locator"])
        place = str(self.printed[1][name]["locator"])
        table = self.tables.get(name.partition("/")[0])
        if not table or table.transposed:
            return place
        before, after = (json.loads(row["labels"] or "{}") for row in (was, now))
        for header, column in table.printed.items():
            if before.get(column.name) != after.get(column.name):
                return f"{place.partition(', column ')[0]}, column {header}"
        return place


def _metric_ids(old: Terms, new: Terms) -> list[str]:
    """Return the ids of a claim's metric and condition in either release, "" for none."""
    metric_ids: dict[str, None] = {}
    for terms in (old, new):
        if not terms["untestable"]:
            metric_ids[terms["metric_id"]] = None
            metric_ids[terms["requires"].partition(" ")[0]] = None
    return list(metric_ids)


def _with_labels(figure: Mapping[str, Any] | None, deciding: set[tuple[str, str]]) -> Mapping[str, Any] | None:
    """Return a figure with the deciding labels of its row only."""
    if figure is None or not figure["labels"]:
        return figure
    table = figure["figure_id"].partition("/")[0]
    kept = {column: text for column, text in json.loads(figure["labels"]).items() if (table, column) in deciding}
    return {**figure, "labels": json.dumps(kept) if kept else ""}


def _same_rows(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Return the ids of rows that have the same cells in both; NaN equals NaN."""
    return {name for name in old.keys() & new.keys() if repr(old[name]) == repr(new[name])}


def by_id(rows: pd.DataFrame, key: str = "figure_id") -> dict[str, dict[str, Any]]:
    """Index rows by their ids."""
    return {row[key]: row for row in records(rows)}


def assumed_by(terms: Terms) -> Assumptions:
    """Parse the assumptions by which figures are drawn and interpretations judged.

    All other assumptions are unset.
    """
    groups: dict[str, dict[str, Any]] = defaultdict(dict)
    for key, text in _section(terms, "correlated").items():
        name, _, part = key.partition(".")
        groups[name][part] = text.split(", ") if part == "figures" else text
    # Not strict, as a table of a release has every assumption as a text.
    parts: dict[str, Any] = {
        "draws": Draws.model_validate(_section(terms, "draws"), strict=False),
        "verdicts": VerdictShares.model_validate(_section(terms, "verdicts"), strict=False),
        "cutoffs": {name: float(text) for name, text in _section(terms, "cutoffs").items()},
        "correlated": [Correlated.model_validate({"name": name} | own, strict=False) for name, own in groups.items()],
    }
    # Unchecked: a table of a release lacks what validation asks for, and nothing here reads it.
    return Assumptions.model_construct(**parts)


def _section(terms: Terms, name: str) -> dict[str, str]:
    """Return the terms of one section of the assumptions by key, such as `count` and `seed` of `draws`."""
    start = f"{name}."
    return {key.removeprefix(start): text for key, text in terms.items() if key.startswith(start)}


def _interpretation_of(terms: Terms, metrics: Metrics, cutoffs: Mapping[str, float]) -> Interpretation | None:
    """Parse the interpretation that the terms state; None if they state none, or there is no such metric now."""
    if terms["untestable"] or terms["metric_id"].partition("/")[0] not in metrics:
        return None
    unit = metrics[terms["metric_id"].partition("/")[0]].declared.unit
    predicate = parse_predicate(terms["predicate"], cutoffs, unit)
    requires = None
    if terms["requires"]:
        named = metrics.get(terms["requires"].partition(" ")[0].partition("/")[0])
        requires = parse_condition(terms["requires"], cutoffs, named.declared.unit if named else "number")
    facts = terms["interpretation"], terms["metric_id"], predicate, terms["predicate"], int(terms["least_n"]), requires
    return Interpretation(terms["claim_id"], 0, *facts)


def causes_of(replay: Replayed, changes: Sequence[Change], old: Terms, new: Terms, was: str, now: str) -> list[Cause]:
    """Find the causes of a verdict's change from status `was` to `now`, those that suffice alone first.

    The replay judges both releases by today's code and expressions. Where it does not give what a release said, the
    code is a cause.

    Args:
        replay: the two releases under the evidence view of the verdict.
        changes: all that differs in what the verdict depends on.
        old: the terms of the previous release.
        new: the terms of this release.
        was: the status in the previous release.
        now: the status in this release.
    """
    base = replay.result(_with([], old, new))
    joined = replay.result(_with(changes, old, new))
    alone = [replay.result(_with([change], old, new)) for change in changes]
    complete = replay.result(State(frozenset(), new, all=True))
    # If the code alone changes the verdict, no change of inputs can be said to do so.
    by_code = base.status == now
    roles: list[Role] = ["other"] * len(changes)
    if not by_code:
        roles = _roles(replay, changes, alone, joined, old, new, now)
    causes = [Cause(*parts) for parts in zip(changes, roles, alone, strict=True)]
    causes += _code_causes(base, complete, old, new, was, now)
    # `joined` replays known changes; `complete` adds dates and row order.
    only_complete = joined.status != now == complete.status
    # What is no change of a row is named only where no such change explains the verdict alone.
    if only_complete and "alone" not in roles and not by_code:
        causes.append(Cause(_remaining_change(replay), "together" if changes else "alone"))
    return sorted(causes, key=lambda cause: ROLES.index(cause.role))


def _roles(
    replay: Replayed,
    changes: Sequence[Change],
    alone: Sequence[ReplayResult],
    joined: ReplayResult,
    old: Terms,
    new: Terms,
    now: str,
) -> list[Role]:
    """Return the role of each change: those that suffice alone, or else those that are needed together."""
    roles: list[Role] = ["alone" if result.status == now else "other" for result in alone]
    if "alone" in roles or joined.status != now:
        return roles
    needed = _minimal(replay, old, new, changes, now)
    return ["together" if change in needed else "other" for change in changes]


def _code_causes(
    base: ReplayResult, complete: ReplayResult, old: Terms, new: Terms, was: str, now: str
) -> Iterator[Cause]:
    """Yield a cause for each release that today's code judges differently: `base` (old) or `complete` (new)."""
    if base.status != was:
        yield Cause(_engine_change(old, new, was, base.status), "alone" if base.status == now else "other")
    if complete.status != now:
        role: Role = "alone" if complete.status == was else "together"
        yield Cause(Change("code", "new inputs", complete.status, now), role)


def _engine_change(old: Terms, new: Terms, was: str, status: str) -> Change:
    """Describe why old inputs are judged differently now: the metric's expression or unit, or the code, has changed."""
    metric = new["metric_id"].partition("/")[0]
    if old["metric_id"] == new["metric_id"]:
        for name, kind, label in (("expression", "expression", metric), ("unit", "row", f"the unit of {metric}")):
            before, after = old.get(name, ""), new.get(name, "")
            if before and after and before != after:
                return Change(kind, label, before, after)
    return Change("code", "old inputs", was, status)


def _remaining_change(replay: Replayed) -> Change:
    """Describe what is left when all changes are applied: the day, or the order of the new rows."""
    if replay.days[0] != replay.days[1]:
        return Change("row", "the day up to which evidence counts", *replay.days)
    return Change("order", "rows")


def _with(changes: Sequence[Change], old: Terms, new: Terms) -> State:
    """Return the old release with some changes applied."""
    figures: set[str] = set()
    terms = dict(old)
    for change in changes:
        figures.update(change.figures)
        for name in change.terms:
            terms[name] = new[name]
    return State(frozenset(figures), terms)


def _minimal(replay: Replayed, old: Terms, new: Terms, changes: Sequence[Change], now: str) -> list[Change]:
    """Return changes that together give the status `now`, none of which can be left out."""

    def enough(some: Sequence[Change]) -> bool:
        return replay.result(_with(some, old, new)).status == now

    # First try the changes that cannot be missed: usually they suffice.
    needed = [change for change in changes if not enough(_except(change, changes))]
    if enough(needed):
        return needed
    # Otherwise some can replace each other: drop one by one what the rest can do without.
    kept = list(changes)
    for change in changes:
        rest = _except(change, kept)
        kept = rest if enough(rest) else kept
    return kept


def _except(change: Change, changes: Sequence[Change]) -> list[Change]:
    return [other for other in changes if other is not change]


def _same(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether two versions of a figure give the same scenarios; NaN equals NaN."""
    for part in DECIDING:
        old, new = was[part], now[part]
        if old != new and not (_is_nan(old) and _is_nan(new)):
            return False
    return True


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _amount(row: Mapping[str, Any] | None) -> str:
    """Return the value of a row of evidence with its unit, "" where there is none."""
    return f"{row['value']:.12g} {row['unit']}" if row else ""


def _validity_words(held: Validity | None) -> str:
    if held is None:
        return "as printed"
    until = f" until {held.until}" if held.until else ""
    return f"from {held.since}{until}"


def _described(figure: Mapping[str, Any]) -> str:
    labels = ", ".join(json.loads(figure["labels"]).values()) if figure["labels"] else ""
    return f"{figure['text']} ({labels})" if labels else str(figure["text"])


def _spread_name(was: Mapping[str, Any], now: Mapping[str, Any], old: Terms, new: Terms) -> str:
    """Return the assumption that sets the width of a figure's interval: one that changed, if any did.

    If none did and the width is fitted, it follows from references for other figures, which changed.
    """
    own = _width_term(now, {**old, **new})
    # The nearest assumption first: the one of the figure's own kind and unit.
    for name in (own, "exact_bases", *FITTING):
        if old.get(name) != new.get(name):
            return name
    return FITTED if "fitted" in (was["distribution"], now["distribution"]) else own


def _width_term(figure: Mapping[str, Any], terms: Terms) -> str:
    """Return the assumption that sets the width for a figure's kind and unit."""
    if figure["kind"] in ("at_least", "at_most"):
        return f"open_ended.{figure['kind']}_hides"
    if figure["unit"] in UNSCALED:
        return "dates.estimate_days"
    of_unit = f"estimate_spread.{figure['unit']}"
    return of_unit if of_unit in terms else "estimate_spread.default"


def _interval_change(name: str, figures: Sequence[str], old: Terms, new: Terms) -> Change:
    """Describe why equal texts have different intervals, given the name from `_spread_name`."""
    if name == FITTED:
        return Change("uncertainty", FITTED, figures=tuple(figures))
    if old.get(name) == new.get(name):
        return Change("code", "reading of cells", figures=tuple(figures))
    return Change("assumption", name, old.get(name, ""), new.get(name, ""), figures=tuple(figures))


def term_changes(old: Terms, new: Terms) -> list[Change]:
    """Return the changes of a claim's reading, then those of the assumptions that decide it besides its figures."""
    changes = _interpretation_changes(old, new)
    # A cut-off decides only where a predicate names it.
    stated = [terms[name] for terms in (old, new) for name in ("predicate", "requires")]
    words = set(" ".join(stated).split())
    for name in {**old, **new}:
        section, _, key = name.partition(".")
        decides = section in ("draws", "correlated", "verdicts") or (section == "cutoffs" and key in words)
        if decides and old.get(name) != new.get(name):
            changes.append(Change("assumption", name, old.get(name, ""), new.get(name, ""), terms=(name,)))
    return changes


def _interpretation_changes(old: Terms, new: Terms) -> list[Change]:
    claim_id = new["claim_id"]
    for name, kind in (("untestable", "claim"), ("metric_id", "interpretation")):
        if old[name] != new[name]:
            return [
                Change(kind, claim_id, _interpretation_words(old), _interpretation_words(new), terms=INTERPRETATION)
            ]
    changes = []
    for name, kind, label in (
        ("predicate", "predicate", claim_id),
        ("least_n", "interpretation", f"{claim_id}.least_n"),
        ("requires", "interpretation", f"{claim_id}.requires"),
    ):
        if old[name] != new[name]:
            changes.append(Change(kind, label, old[name], new[name], terms=(name,)))
    return changes


def _interpretation_words(terms: Terms) -> str:
    if terms["untestable"]:
        return f"untestable: {terms['untestable']}"
    return f"{terms['metric_id']} {terms['predicate']}"
