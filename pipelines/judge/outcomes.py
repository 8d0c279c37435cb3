"""The decision table: which one word each statement gets, from its statuses at four moments and its figures' outcomes.

Belongs here: the rules, pure and each a few lines, and the rows that they are applied to. Does not: how a reading is
judged at a moment (`verdicts`), or a figure beside its references (`figure_outcomes`).
"""

from __future__ import annotations

import copy
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tidebook.pipelines.evaluate.evidence_views import comparable
from tidebook.pipelines.evaluate.known import CLAIMED
from tidebook.pipelines.judge.declared import DeclaredClaim, Reading
from tidebook.pipelines.judge.figure_outcomes import figure_outcomes
from tidebook.pipelines.judge.outcome_words import known_words, of_figure, turned_words, wrong_words
from tidebook.pipelines.judge.sensitivity import Moment, by_moment, changes_of
from tidebook.pipelines.judge.verdicts import Moments, nearest_flips
from tidebook.pipelines.read.declarations import Assumptions, Prediction
from tidebook.pipelines.read.formatting import joined
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.read.intervals import assumed_ends, ends_are_assumed
from tidebook.schemas.base import records, table_of
from tidebook.schemas.outcomes import Outcomes
from tidebook.schemas.units import percent
from tidebook.schemas.vocabulary import HARDLY, OF_THE_PRINT

TURNS_WITHIN = 2.0
"""A figure that nothing bears out must not turn a statement that stands within this factor."""


# The rules. Statuses at a moment are S, C, D and U: see `schemas.outcomes`.


def status_at(verdicts: Iterable[str]) -> str:
    """Return what fair readings come to at a moment, untestable ones left out."""
    testable = frozenset(verdicts) - {"untestable"}
    return {frozenset(): "U", frozenset({"supported"}): "S", frozenset({"contradicted"}): "C"}.get(testable, "D")


@dataclass(frozen=True)
class Facts:
    """What the outcome of an assertion follows from.

    `asserted` are the outcomes of the figures that it asserts, `readings` the number of its fair readings;
    `comparable` says that an independent value or event bears on one of them, and `checked` that one does on every
    figure that turns a fair reading within a factor of two.
    """

    asserted: Collection[str]
    readings: int
    comparable: bool
    written: str
    published: str
    checked: bool


def assertion(facts: Facts) -> str:
    """Return the outcome of an assertion that has readings, or a reason for none: the first rule that fits.

    One without any fair reading is undecided, unless a figure that it asserts is wrong.
    """
    if "wrong" in facts.asserted:
        return "wrong"
    if facts.readings and not facts.comparable:
        return "unchecked"
    if facts.published == "C":
        return "outdated" if facts.written == "S" else "wrong"
    if facts.published == "S":
        if facts.written == "C":
            return "premature"
        if "outdated" in facts.asserted:
            return "outdated"
        return "stands" if facts.checked else "unchecked"
    if facts.published == "D":
        return "depends"
    return {"C": "wrong", "D": "depends"}.get(facts.written, "undecided")


def assertion_of_figures(asserted: Collection[str]) -> str:
    """Return the outcome of an assertion that says no more than its figures: the first of these that one of them has.

    Of figures without any outcome nothing is known.
    """
    found = (each for each in ("wrong", "unchecked", "premature", "outdated") if each in asserted)
    return next(found, "stands" if asserted else "unchecked")


def consistency(as_printed: str) -> str:
    """Return the outcome of a consistency test, which is about the printed figures alone."""
    return {"S": "agrees", "C": "disagrees"}.get(as_printed, "open")


def prediction(statuses: Collection[str], falsifiable: bool = True) -> str:
    """Return the outcome of a prediction from how it stands under each clock and reading of its deadline.

    Void readings count only where there is no other; one that came true by some reading and not by others depends.
    """
    if not falsifiable:
        return "not falsifiable"
    counting = set(statuses) - {"void"}
    if not counting:
        return "void"
    if "came_true" in counting:
        return "came true" if counting == {"came_true"} else "depends"
    return "failed" if counting == {"failed"} else "open"


# The rows that they are applied to.

BLANK: Row = {
    **dict.fromkeys(("as_printed", "written", "published", "now", "decided_by"), ""),
    **dict.fromkeys(("turns_figure_id", "turns_unit", "turns_direction"), ""),
    **{"evidence_to": None, "since": None, "although": [], "hangs_on": []},
}
"""What a row has of that which does not concern its statement."""


@dataclass(frozen=True)
class OutcomeInputs:
    """The tables that outcomes follow from; `turning` are flips of all fair readings within a factor of two."""

    figures: pd.DataFrame
    references: pd.DataFrame
    figure_outcomes: pd.DataFrame
    metrics: pd.DataFrame
    verdicts: pd.DataFrame
    flips: pd.DataFrame
    turning: pd.DataFrame
    sensitivity: pd.DataFrame


StatusOn = Callable[[Sequence[Reading], dt.date], str]
"""Returns what readings come to on a day between two moments."""


def outcomes_table(
    claims: Sequence[DeclaredClaim],
    readings: Sequence[Reading],
    tables: OutcomeInputs,
    moments: Moments,
    assumed: Assumptions,
    status_on: StatusOn,
) -> pd.DataFrame:
    """Return the outcome of every claim, as rows of `schemas.outcomes.Outcomes`, in their order."""
    decider = _Decider(readings, tables, moments, status_on)
    hangs = _hangs_on(claims, decider, tables, moments, assumed)
    rows = [decider.row(claim) | {"hangs_on": hangs[claim.id]} for claim in claims]
    return table_of(Outcomes, rows)


def _hangs_on(
    claims: Sequence[DeclaredClaim], decider: _Decider, tables: OutcomeInputs, moments: Moments, assumed: Assumptions
) -> dict[str, list[str]]:
    """Return by claim the assumptions of which another value, each by itself, gives another outcome.

    Those of which both other values do come first. Changed are the verdicts on readings and what asserted figures are;
    which figures turn a reading is taken from the print as it is.
    """
    turned = grouped(
        records(tables.sensitivity[tables.sensitivity["turns"]]), lambda row: (row["assumption"], row["value"])
    )
    asserted = {name for claim in claims for name in claim.asserts}
    figures = [decider.figures[name] for name in decider.figures if name in asserted]
    quantities = {tuple(name.split("/")[::2]) for name in asserted}
    near = [row for row in records(tables.references) if tuple(row["figure_id"].split("/")[::2]) in quantities]
    counts: dict[str, Counter[str]] = {claim.id: Counter() for claim in claims}
    for change in changes_of(assumed):
        turning = by_moment(turned[change.name, change.value])
        found = _figures_under(change.assumptions, figures, near, moments, assumed)
        changed = {name for name, row in found.items() if row["outcome"] != decider.outcome[name]["outcome"]}
        other = decider.under({moment: row["changed_status"] for moment, row in turning.items()}, found)
        reached = {claim_id for claim_id, *_ in turning}
        for claim in claims:
            if claim.id in reached or not changed.isdisjoint(claim.asserts):
                counts[claim.id][change.name] += other.decide(claim).outcome != decider.decide(claim).outcome
    return {name: [one for one, times in count.most_common() if times] for name, count in counts.items()}


def _figures_under(
    given: Assumptions, figures: Sequence[Row], references: Sequence[Row], moments: Moments, assumed: Assumptions
) -> dict[str, Row]:
    """Return what printed figures are under other assumptions, by which texts and near values reach further or less."""
    rows = []
    for row in references:
        low, high = row["low"], row["high"]
        if ends_are_assumed(row, assumed):
            low, high = assumed_ends(row["kind"], row["value"], row["unit"], given)
        rows.append({**row, "low": low, "high": high})
    same_rules = (given.open_ended, given.reconciliation) == (assumed.open_ended, assumed.reconciliation)
    if not rows or (same_rules and rows == list(references)):
        return {}
    found = figure_outcomes(figures, rows, {}, moments.written, moments.published, given)
    return {row["figure_id"]: row for row in found}


class _Decision(NamedTuple):
    """What a claim comes to, with what that follows from; figures that nothing bears out are `unborne`.

    Only an assertion that is more than its figures has `facts`.
    """

    outcome: str
    cells: dict[str, str]
    facts: Facts | None = None
    unborne: Sequence[str] = ()


class _Decider:
    """Decides the outcome of each claim, and says why: it holds the verdicts, figures and days that these rest on."""

    def __init__(
        self, readings: Sequence[Reading], tables: OutcomeInputs, moments: Moments, status_on: StatusOn
    ) -> None:
        self.status_on = status_on
        self.figures = {row["figure_id"]: row for row in records(tables.figures)}
        self.outcome: Mapping[str, Row] = {row["figure_id"]: row for row in records(tables.figure_outcomes)}
        known = comparable(tables.figures, tables.references)
        self.days = {name: list(days) for name, days in known.groupby("figure_id")["as_of"]}
        self.evidence = dict(zip(tables.metrics["metric_id"], tables.metrics["evidence"], strict=True))
        self.fair = grouped((reading for reading in readings if reading.weight == "fair"), attrgetter("claim_id"))
        self.judged = by_moment(records(tables.verdicts))
        self.lens = {
            "as_printed": ("printed", moments.written),
            "written": ("best_known", moments.written),
            "published": ("best_known", moments.published),
            "now": ("best_known", moments.latest),
        }
        self.evidence_to = min(moments.latest, max(tables.references["as_of"], default=moments.latest))
        self.flips = nearest_flips(tables.flips)
        self.turning: dict[str, set[str]] = defaultdict(set)
        for row in records(tables.turning):
            self.turning[row["claim_id"]].add(row["figure_id"])

    def under(self, statuses: Mapping[Moment, str], figures: Mapping[str, Row]) -> _Decider:
        """Return the same with another status of some readings, and other outcomes of some figures."""
        other = copy.copy(self)
        changed = {moment: {**self.judged[moment], "status": status} for moment, status in statuses.items()}
        other.judged = {**self.judged, **changed}
        other.outcome = {**self.outcome, **figures}
        return other

    def decide(self, claim: DeclaredClaim) -> _Decision:
        """Return what a claim comes to: a test of the printed figures by these alone."""
        if claim.kind in OF_THE_PRINT:
            status = self._status(claim, "as_printed")
            return _Decision(consistency(status), {"as_printed": status})
        asserted = {self.outcome[name]["outcome"] for name in claim.asserts if name in self.outcome}
        if not self.fair[claim.id] and not claim.untestable:
            return _Decision(assertion_of_figures(asserted), self._of_figures(claim))
        cells = {moment: self._status(claim, moment) for moment in self.lens}
        unborne = sorted(name for name in self.turning[claim.id] if not self._checked(name))
        known = any(map(self._comparable, self._all_evidence(claim)))
        readings = len(self.fair[claim.id])
        facts = Facts(asserted, readings, known, cells["written"], cells["published"], not unborne)
        return _Decision(assertion(facts), cells, facts, unborne)

    def row(self, claim: DeclaredClaim) -> dict[str, Any]:
        """Return the row of a claim: its outcome, and why."""
        decided = self.decide(claim)
        if claim.kind in OF_THE_PRINT:
            wrong = sorted(name for name in self.turning[claim.id] if self._is(name, "wrong"))
            reasons = (row["reason"] for row in self._verdicts(claim, "as_printed") if row["reason"])
            why = known_words(self._tested(claim, "as_printed")) or claim.untestable or next(reasons, "")
            why += f"; on wrong figures: {', '.join(wrong)}" if wrong else ""
            about: dict[str, Any] = {"statement_kind": "consistency test"}
        else:
            why, wrong = self._why(claim, decided), self._although(claim, decided)
            if wrong and decided.outcome in ("stands", "depends"):
                why += f", although {wrong_words(wrong)}"
            since = self._no_longer(claim, decided.cells)
            if since and decided.cells["published"] == "S":
                why += f"; no longer since {since}"
            about = {"statement_kind": "assertion", "evidence_to": self.evidence_to, "since": since}
        row = {**BLANK, **about, "statement_id": claim.id, "outcome": decided.outcome, "why": why, **decided.cells}
        row |= {"readings": len(self.fair[claim.id]), "although": wrong}
        if decided.outcome in ("undecided", "unchecked", "open", "depends"):
            row["decided_by"] = claim.decided_by
        if claim.id in self.flips and self.fair[claim.id] and _rests_on_print(decided):
            name, factor = self.flips[claim.id]
            figure = self.figures[name]
            row |= {"turns_figure_id": name, "turns_from": figure["value"], "turns_at": figure["value"] * factor}
            row |= {"turns_unit": figure["unit"], "turns_direction": "up" if factor > 1 else "down"}
        return row

    def _no_longer(self, claim: DeclaredClaim, cells: Mapping[str, str]) -> dt.date | None:
        """Return the first day from which a claim holds no longer that held when written or published."""
        if not self.fair[claim.id]:
            ends = [self.outcome[name]["held_until"] for name in claim.asserts if self._is(name, "outdated")]
            return min(ends, default=None)
        for first, last in (("written", "published"), ("published", "now")):
            if (cells[first], cells[last]) == ("S", "C"):
                start, end = self.lens[first][1], self.lens[last][1]
                known = {day for name in self._all_evidence(claim) for day in self.days.get(name, [])}
                days = sorted((day for day in known if start < day <= end), reverse=True)
                against = takewhile(lambda day: self.status_on(self.fair[claim.id], day) == "C", days)
                return min(against, default=end)
        return None

    def _of_figures(self, claim: DeclaredClaim) -> dict[str, str]:
        """Return the statuses of a claim that asserts no more than its figures: it holds on a day as they all do."""
        rows = [self.outcome[name] for name in claim.asserts if name in self.outcome]
        if not rows or any(row["outcome"] == "unchecked" for row in rows):
            return dict.fromkeys(self.lens, "U")
        cells = {moment: "S" if all(_held(row, day) for row in rows) else "C" for moment, (_, day) in self.lens.items()}
        return cells | {"as_printed": ""}

    def _verdicts(self, claim: DeclaredClaim, moment: str) -> list[Row]:
        return [self.judged[claim.id, reading.rank, *self.lens[moment]] for reading in self.fair[claim.id]]

    def _tested(self, claim: DeclaredClaim, moment: str) -> list[Row]:
        return [row for row in self._verdicts(claim, moment) if row["status"] != "untestable"]

    def _status(self, claim: DeclaredClaim, moment: str) -> str:
        return status_at(row["status"] for row in self._verdicts(claim, moment))

    def _all_evidence(self, claim: DeclaredClaim) -> list[str]:
        read = (self.evidence.get(reading.metric_id, ()) for reading in self.fair[claim.id])
        return list(dict.fromkeys(name for names in read for name in names))

    def _although(self, claim: DeclaredClaim, decided: _Decision) -> list[str]:
        """Return the wrong figures that readings of the deciding moment take, those that it asserts left out."""
        moment = "written" if decided.cells["published"] == "U" else "published"
        taken = (name for row in self._tested(claim, moment) for name in self.evidence.get(row["metric_id"], ()))
        return [name for name in dict.fromkeys(taken) if self._is(name, "wrong") and name not in claim.asserts]

    def _is(self, name: str, outcome: str) -> bool:
        return name in self.outcome and self.outcome[name]["outcome"] == outcome

    def _comparable(self, name: str) -> bool:
        """Return whether an independent value bears on a figure; one of a reference table is such a value itself."""
        if name in self.outcome:
            return not self._is(name, "unchecked")
        return name in self.days or self.figures[name]["kind"] != "missing"

    def _checked(self, name: str) -> bool:
        """Return whether a figure may be relied on: what is claimed itself needs nothing else."""
        return self._comparable(name) or self.figures[name]["basis"] == CLAIMED

    def _why(self, claim: DeclaredClaim, decided: _Decision) -> str:
        outcome, facts = decided.outcome, decided.facts
        if facts is None:
            return self._of_each_figure(claim.asserts)
        if not facts.readings and outcome == "undecided":
            ranks = range(len(claim.readings))  # none of these readings is a fair one, that would decide
            beside = known_words([self.judged[claim.id, rank, *self.lens["published"]] for rank in ranks])
            return f"{claim.untestable}{f'; beside that, {beside}' if beside else ''}"
        if "wrong" in facts.asserted or (outcome == "outdated" and facts.published == "S"):
            return self._of_each_figure([name for name in claim.asserts if not self._is(name, "right")])
        written, published = (self._tested(claim, moment) for moment in ("written", "published"))
        if outcome == "unchecked" and facts.comparable:
            return f"{known_words(published)}, but it hangs on {', '.join(decided.unborne)}, which nothing bears out"
        if outcome == "unchecked":
            words = {"S": "agree", "C": "disagree"}.get(decided.cells["as_printed"], "leave it open")
            return f"no comparable value is known; the article's own figures {words}"
        if outcome in ("outdated", "premature"):
            return turned_words(written, published)
        if facts.published == "U":
            then = f"when written, {known_words(written)}; " if written else ""
            untested = dict.fromkeys(row["reason"] for row in self._verdicts(claim, "published"))
            return f"{then}when published it cannot be tested: {'; '.join(untested)}"
        tested = {row["rank"] for row in published}
        before = [row for row in written if row["rank"] not in tested]
        return known_words(published) + (f"; tested only as of its writing: {known_words(before)}" if before else "")

    def _of_each_figure(self, names: Sequence[str]) -> str:
        """Return what each of some figures of a claim is, those without a comparable value together."""
        rows = [self.outcome[name] for name in names if name in self.outcome]
        unchecked = [row for row in rows if row["outcome"] == "unchecked"]
        texts = [of_figure(row) for row in rows if row["outcome"] != "unchecked"]
        if unchecked:
            bases = {self.figures[row["figure_id"]]["basis"]: None for row in unchecked}
            printed = joined([row["printed"] for row in unchecked])
            texts.append(f"nothing comparable is known of {printed}, on the basis {', '.join(bases)}")
        return "; ".join(texts)


def _rests_on_print(decided: _Decision) -> bool:
    """Return whether the print stands as the outcome does, so that what turns the one turns the other."""
    if decided.facts and "wrong" in decided.facts.asserted:
        return False
    cells = decided.cells
    moment = "written" if cells.get("published") == "U" else "published"
    return cells["as_printed"] == cells.get(moment, cells["as_printed"])


def _held(row: Row, day: dt.date) -> bool:
    """Return whether a printed figure was right on a day."""
    if row["outcome"] in ("right", "wrong"):
        return bool(row["outcome"] == "right")
    since, until = row["held_from"], row["held_until"]
    return (since is None or since <= day) and (until is None or day < until)


def predictions_outcomes(
    predictions: Sequence[Prediction], resolutions: pd.DataFrame, forecasts: pd.DataFrame
) -> pd.DataFrame:
    """Return the outcome of every prediction, as rows of `schemas.outcomes.Outcomes`, in their order."""
    stands, likely = (
        grouped(records(frame[frame["decides"]]), itemgetter("prediction_id")) for frame in (resolutions, forecasts)
    )
    rows: list[Row] = []
    for each in predictions:
        mine = stands[each.id]
        outcome = prediction([row["status"] for row in mine], falsifiable=bool(mine))
        still_open = [row["probability"] for row in likely[each.id] if outcome == row["status"] == "open"]
        known = [share for share in still_open if not np.isnan(share)]
        most = max(known, default=np.nan)
        why = _standing(mine) if mine else each.room
        if known:
            hardly = len(known) == len(still_open) and most < HARDLY
            why += f"; {percent(most)} likely at most" + (": it can hardly come true" if hardly else "")
        seen = max((row["observed_to"] for row in mine if row["observed_to"]), default=None)
        row = {**BLANK, "statement_kind": "prediction", "statement_id": each.id, "outcome": outcome, "why": why}
        rows.append({**row, "evidence_to": seen, "readings": len(mine), "probability": most})
    return table_of(Outcomes, rows)


def _standing(rows: Sequence[Row]) -> str:
    """Return how a prediction stands under its readings: `failed under 2 of 6 readings, void under 1, open under 3`."""
    by_status = grouped(rows, itemgetter("status"))
    parts: list[str] = []
    for status in ("came_true", "failed", "void", "open"):
        if same := by_status[status]:
            of_all = "" if parts else f" of {len(rows)} readings"
            days = sorted({row["resolved_on"] for row in same if row["resolved_on"]})
            on = f" ({', '.join(map(str, days))})" if days else ""
            parts.append(f"{status.replace('_', ' ')} under {len(same)}{of_all}{on}")
    return ", ".join(parts)
