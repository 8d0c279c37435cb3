"""The outcome of each statement, one word: it follows from its statuses in four views and its figures' outcomes.

Belongs here: the rules, which are pure and a few lines each, and the rows that they are applied to. Does not: how an
interpretation is judged in a view (`verdicts`), how a figure compares with its references (`figure_outcomes`), or the
sentences of the column `why` (`outcome_words`).
"""

from __future__ import annotations

import copy
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import ceil, floor
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from tidebook.pipelines.evaluate.evidence_views import comparable, is_printed
from tidebook.pipelines.evaluate.known import CLAIMED, is_fixed
from tidebook.pipelines.judge import cutoffs
from tidebook.pipelines.judge.accepted import AcceptedFinding
from tidebook.pipelines.judge.corrections import sentence
from tidebook.pipelines.judge.crossing import Crossing
from tidebook.pipelines.judge.declared import DeclaredClaim
from tidebook.pipelines.judge.figure_outcomes import (
    accepted_columns,
    as_judged,
    has_independent_value,
)
from tidebook.pipelines.judge.interpretations import Interpretation
from tidebook.pipelines.judge.judged_days import JudgedDays, VerdictKey, by_verdict_key
from tidebook.pipelines.judge.outcome_words import (
    BLANK,
    BY_TODAYS_DATA,
    DAY_DECIDES,
    changed_words,
    is_void,
    known_words,
    names_in,
    of_figure,
)
from tidebook.pipelines.judge.severity import factor_beyond, gravest, mildest, severity_of
from tidebook.pipelines.judge.varied import VariedAssumption
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.formatting import joined
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.schemas.base import records, table_of
from tidebook.schemas.outcomes import Outcomes
from tidebook.schemas.units import get_unit
from tidebook.schemas.vocabulary import ABOUT_PRINTED, CONTRADICTS, NUMBER_OUTCOMES, WITH_SEVERITY

# The rules. Statuses are those of `DATE_STATUSES`.


def status_at(verdicts: Iterable[str]) -> str:
    """Combine the verdicts on fair interpretations in one view; untestable ones count only if there is no other."""
    testable = set(verdicts) - {"untestable"}
    if not testable:
        return "untestable"
    if testable == {"supported"}:
        return "supported"
    return "contradicted" if testable == {"contradicted"} else "depends"


@dataclass(frozen=True)
class Facts:
    """The facts that determine the outcome of an assertion.

    Attributes:
        stated: outcomes of the figures that it states.
        interpretations: number of its fair interpretations.
        comparable: whether an independent value or event bears on the evidence of any of them.
        printed: status on the printed figures.
        written: status when written.
        published: status when published.
        checked: whether an independent value bears on every figure that flips a fair interpretation within a factor of
            two.
        repeats: whether its fair interpretations say no more than the figures that it states.
        held_first: whether it held on a part of the days on which it may have been written.
        revised: whether an earlier vintage of the evidence supported it.
        void: whether no test of a fair interpretation could have failed, or decides anything else.
    """

    stated: Set[str]
    interpretations: int
    comparable: bool
    printed: str
    written: str
    published: str
    checked: bool
    repeats: bool = False
    held_first: bool = False
    revised: bool = False
    void: bool = False


OF_FIGURES = (
    "wrong", "contradicts itself", "depends", "outdated", "revised", "premature", "expired", "unchecked",
)  # fmt: skip
"""Outcomes of figures that a statement without a test of its own has, the first that one of them has."""

ON_OWN_FIGURES = {
    "contradicted": "contradicts itself",
    "supported": "consistent",
    "depends": "depends",
    "untestable": "unchecked",
}
"""Outcome of an assertion without independent values, by its status on the printed figures."""


def assertion(facts: Facts) -> str:
    """Decide an assertion by the first rule that fits.

    The numbers are those of the table in docs/method.md. Rule 0, which looks at the article's text, comes
    after all others: what they decide is kept in the column `judged`.
    """
    # 1 and 2. Stating a wrong figure is wrong even if better values support the claim.
    for outcome in ("wrong", "contradicts itself"):
        if outcome in facts.stated:
            return outcome
    of_figures = assertion_of_figures(facts.stated)
    # One printed value has one story: a claim that only repeats a figure cannot differ from it.
    if not facts.interpretations or (facts.repeats and of_figures != "unchecked"):  # 3
        return of_figures
    # A test that could not have failed says nothing of the claim, whatever sources say.
    if facts.void:
        return "undecided"
    # Before 5: without an independent value, the status when published is that of its own figures, which alone cannot
    # refute the claim.
    if not facts.comparable:  # 4
        return ON_OWN_FIGURES[facts.printed]
    if facts.published == "contradicted":  # 5
        return _contradicted_when_published(facts)
    if facts.published == "supported":  # 7
        return _supported_when_published(facts)
    if facts.printed == "contradicted":  # 6
        return "contradicts itself"
    if facts.published == "depends":  # 8
        return "depends"
    return _untestable_when_published(facts)  # 9


def _contradicted_when_published(facts: Facts) -> str:
    """Decide an assertion that does not hold when published (rule 5)."""
    if facts.written == "supported" or (facts.written == "depends" and facts.held_first):
        return "outdated"
    return "revised" if facts.revised else "wrong"


def _supported_when_published(facts: Facts) -> str:
    """Decide an assertion that holds when published (rule 7)."""
    if facts.written == "contradicted":
        return "premature"
    if facts.checked:
        return "stands"
    return "consistent" if facts.printed == "supported" else "depends"


def _untestable_when_published(facts: Facts) -> str:
    """Decide an assertion that is untestable when published (rule 9)."""
    if facts.written == "contradicted":
        return "wrong"
    return "depends" if facts.written == "depends" else "undecided"


def assertion_of_figures(stated: Collection[str]) -> str:
    """Decide an assertion without any fair interpretation by the figures that it states; undecided without any."""
    for outcome in OF_FIGURES:
        if outcome in stated:
            return outcome
    return "stands" if stated else "undecided"


DATED = ("written", "published", "now")
"""The views with the independent values of a date; the view as printed comes before them."""


def statuses_shown(
    outcome: str, facts: Facts, of_interpretations: Mapping[str, str], of_figures: Mapping[str, str]
) -> dict[str, str]:
    """Return the status of an assertion in each view: that of its test, or of its figures if it only repeats them.

    Without independent values it is untestable on every date, though it has a status as printed.

    Args:
        outcome: the outcome of `assertion`.
        facts: what it follows from.
        of_interpretations: status of its fair interpretations by view.
        of_figures: status of the figures that it states by view.
    """
    statuses = dict(of_interpretations)
    if facts.repeats and outcome == assertion_of_figures(facts.stated):
        # Figures that sources corroborate have no status as printed; the interpretations have one.
        return statuses | {when: status for when, status in of_figures.items() if status}
    if not facts.comparable:
        statuses |= dict.fromkeys(DATED, "untestable")
    if facts.comparable and facts.published == "supported":
        return statuses | _held_on_own_figures(outcome, statuses)
    return statuses


_ON_OWN_FIGURES = {"consistent": "untestable", "depends": "depends"}
"""The status that an outcome leaves of `supported`, as it holds only with figures that no source corroborates."""


def _held_on_own_figures(outcome: str, statuses: Mapping[str, str]) -> dict[str, str]:
    """Return the statuses of what holds only with figures that no source corroborates; none for another outcome."""
    if outcome not in _ON_OWN_FIGURES:
        return {}
    return {when: _ON_OWN_FIGURES[outcome] for when in DATED if statuses[when] == "supported"}


def follows_from_figures(outcome: str, facts: Facts) -> bool:
    """Whether an outcome is that of a figure which the claim states, whatever its interpretations say."""
    return outcome in facts.stated and (facts.repeats or outcome in ("wrong", "contradicts itself"))


def number_of(stated: Collection[str]) -> str:
    """Return the outcome of the figures that a claim states, beside that of its test; "" if they have no fault."""
    return next((outcome for outcome in NUMBER_OUTCOMES if outcome in stated), "")


def status_of_figures(outcome: str, of_figures: Iterable[str]) -> str:
    """Combine the statuses of the figures that an assertion states, in one view, in agreement with its outcome.

    One that cannot be tested counts only if the outcome is for want of a test.
    """
    statuses = set(of_figures)
    if "contradicted" in statuses and outcome != "depends":
        return "contradicted"
    if not statuses.isdisjoint(("contradicted", "depends")):
        return "depends"
    for_want_of_test = outcome in ("unchecked", "expired", "contradicts itself")
    if "untestable" in statuses and (for_want_of_test or statuses == {"untestable"}):
        return "untestable"
    return "supported" if statuses else "untestable"


def consistency(as_printed: str) -> str:
    """Decide a consistency test, which is about the printed figures alone, by its status."""
    return {"supported": "consistent", "contradicted": "contradicts itself"}.get(as_printed, "depends")


# The rows that they are applied to.


@dataclass(frozen=True)
class OutcomeInputs:
    """The tables that outcomes follow from.

    `flipping` holds tipping points of all fair interpretations within `tipping_points.FLIPS_WITHIN`, `crossed` where
    figures flip fair interpretations by view (a column of `STATUS_COLUMNS`), `stated` the figures that each claim lists
    and states, `looked_up` the days of vintages of each metric that looks up evidence.
    """

    figures: pd.DataFrame
    references: pd.DataFrame
    figure_outcomes: pd.DataFrame
    metrics: pd.DataFrame
    verdicts: pd.DataFrame
    flipping: pd.DataFrame
    sensitivity: pd.DataFrame
    crossed: Mapping[str, Sequence[Crossing]] = field(default_factory=dict)
    stated: Mapping[str, Sequence[str]] = field(default_factory=dict)
    looked_up: Mapping[str, Sequence[dt.date]] = field(default_factory=dict)


STATUS_COLUMNS = ("as_printed", "written", "published", "now")
"""The columns of `outcomes` that hold the status in a view."""

WRITTEN = "written"
"""What an outcome is sensitive to whose status changes between the first and the last day it may be written on."""

StatusOn = Callable[[Sequence[Interpretation], dt.date], str]
"""Returns the status of interpretations on a day between the dates of two views."""


def outcomes_table(
    claims: Sequence[DeclaredClaim],
    decider: Decider,
    sensitive_to: Mapping[str, Sequence[str]] = MappingProxyType({}),
    accepted: Mapping[str, AcceptedFinding] = MappingProxyType({}),
    drifted: Mapping[str, str] = MappingProxyType({}),
) -> pd.DataFrame:
    """Decide every claim.

    Args:
        claims: the declared claims.
        decider: the rules, with the verdicts, figures and days that they are applied to.
        sensitive_to: the assumptions that change the outcome of a claim, by claim.
        accepted: the findings that are accepted, by claim.
        drifted: what the article's text has in place of a quotation, by claim.

    Returns:
        Rows of `schemas.outcomes.Outcomes`, in the order of the claims.
    """
    rows = []
    for claim in claims:
        by_day = [WRITTEN] if len(decider.runs(claim)) > 1 else []
        row = decider.row(claim) | {"sensitive_to": [*by_day, *sensitive_to.get(claim.id, ())]}
        if now := drifted.get(claim.id):
            why = f"{now}; by itself {row['outcome']}: {row['why']}"
            row |= {"outcome": "drifted", "judged": row["outcome"], "severity": "", "why": why}
        rows.append(row | accepted_columns(row, "why", accepted.get(claim.id)))
    return table_of(Outcomes, rows)


class Decision(NamedTuple):
    """A claim's outcome and its reasons.

    Attributes:
        outcome: the word.
        number: the outcome of the figures that it states beside that of its test, "" if there is none to tell.
        cells: status by view of its fair interpretations, or of its figures if it has none.
        shown: status by view, in agreement with the outcome.
        facts: what it follows from, only of an assertion with fair interpretations.
        uncorroborated: uncorroborated figures that would flip it.
    """

    outcome: str
    number: str
    cells: dict[str, str]
    shown: dict[str, str]
    facts: Facts | None = None
    uncorroborated: Sequence[str] = ()


class Decider:
    """Decides the outcome of each claim and says why; it holds the verdicts, figures and days that this takes.

    Args:
        interpretations: all interpretations, of which fair ones count.
        tables: the tables that outcomes follow from.
        judged_days: the days on which statements are judged.
        status_on: judges interpretations on further days, to date a change.
        assumed: the assumptions as written.
    """

    def __init__(
        self,
        interpretations: Sequence[Interpretation],
        tables: OutcomeInputs,
        judged_days: JudgedDays,
        status_on: StatusOn,
        assumed: Assumptions,
    ) -> None:
        self.status_on = status_on
        self.fixed, self.materiality = assumed.reconciliation.fixed, assumed.materiality
        self.figures = {row["figure_id"]: row for row in records(tables.figures)}
        self.outcome: dict[str, Row] = {row["figure_id"]: as_judged(row) for row in records(tables.figure_outcomes)}
        known = comparable(tables.figures, tables.references)
        self.days = {name: list(days) for name, days in known.groupby("figure_id")["as_of"]}
        self.evidence = dict(zip(tables.metrics["metric_id"], tables.metrics["evidence"], strict=True))
        self.fair = grouped(
            (interpretation for interpretation in interpretations if interpretation.strictness == "fair"),
            attrgetter("claim_id"),
        )
        words = {(each.claim_id, each.rank): {"says": each.says, "means": each.means} for each in interpretations}
        self.names = names_in(tables.figures["label"], [each.means for each in interpretations])
        self.judged = by_verdict_key(
            {**row, **words.get((row["claim_id"], row["rank"]), {})} for row in records(tables.verdicts)
        )
        self.looked_up = tables.looked_up
        self.until = {name: list(days.dropna()) for name, days in known.groupby("figure_id")["until"]}
        # Copies with changed statuses keep what lies between the first and the last day of writing.
        self.base, self._runs = self, dict[str, list[tuple[dt.date, str]]]()
        self.listed, self.stated = tables.stated, dict[str, list[str]]()
        self.view = {
            "first": ("best_known", judged_days.first),
            "as_printed": ("printed", judged_days.written),
            "written": ("best_known", judged_days.written),
            "published": ("best_known", judged_days.published),
            "now": ("best_known", judged_days.latest),
        }
        # Nothing is known of the days after the newest reference.
        self.evidence_to = min(judged_days.latest, max(tables.references["as_of"], default=judged_days.latest))
        self.crossed = {when: grouped(found, attrgetter("claim_id")) for when, found in tables.crossed.items()}
        self.flipping: dict[str, set[str]] = defaultdict(set)
        for row in records(tables.flipping):
            self.flipping[row["claim_id"]].add(row["figure_id"])

    def is_by(self, change: VariedAssumption, flip: Row) -> bool:
        """Whether a row of `sensitivity` is by a change, of several of the same assumption."""
        interpretation = next(each for each in self.fair[flip["claim_id"]] if each.rank == flip["rank"])
        return bool(flip["value"] == cutoffs.shown(change, interpretation)[1])

    def changed(self, figures: Mapping[str, Row]) -> set[str]:
        """Return which of some figures have another outcome here."""
        return {name for name, row in figures.items() if row["outcome"] != self.outcome[name]["outcome"]}

    def reached(
        self,
        claims: Sequence[DeclaredClaim],
        verdicts: Iterable[VerdictKey],
        figure_ids: Set[str],
        flipping: Mapping[str, Set[str]],
    ) -> Iterator[DeclaredClaim]:
        """Yield the claims with a verdict, a stated figure or a flipping figure among those given."""
        concerned = {claim_id for claim_id, *_ in verdicts} | flipping.keys()
        for claim in claims:
            if claim.id in concerned or not figure_ids.isdisjoint(self.states(claim)):
                yield claim

    def under(
        self, sensitivity: Mapping[VerdictKey, Row], figures: Mapping[str, Row], flipping: Mapping[str, set[str]]
    ) -> Decider:
        """Return a copy with the changed statuses of some interpretations, other outcomes of some figures, and other
        figures that flip some claims."""
        other = copy.copy(self)
        other.judged = dict(self.judged)
        for key, row in sensitivity.items():
            other.judged[key] = {**self.judged[key], "status": row["changed_status"]}
        other.outcome = {**self.outcome, **figures}
        other.flipping = defaultdict(set, {**self.flipping, **flipping})
        return other

    def decide(self, claim: DeclaredClaim) -> Decision:
        """Decide a claim; a consistency test by the printed figures alone."""
        if claim.kind in ABOUT_PRINTED:
            status = self._status(claim, "as_printed")
            cells = {"as_printed": status}
            return Decision(consistency(status), "", cells, cells)
        stated = {row["outcome"] for row in self._stated(claim)}
        interpretations = self.fair[claim.id]
        if not interpretations:
            if self.states(claim) and not stated:
                stated = {"unchecked"}  # no table has them
            outcome = assertion_of_figures(stated)
            cells = self._of_figures(claim, outcome)
            return Decision(outcome, "", cells, cells)
        cells = {when: self._status(claim, when) for when in STATUS_COLUMNS} | {"written": self._when_written(claim)}
        uncorroborated = sorted(name for name in self.flipping[claim.id] if not self._checked(name))
        facts = Facts(
            stated=stated,
            interpretations=len(interpretations),
            comparable=any(map(self._has_reference, interpretations)),
            printed=cells["as_printed"],
            written=cells["written"],
            published=cells["published"],
            checked=not uncorroborated,
            repeats=self._repeats(claim, cells["published"]),
            held_first=self._held_first(claim, cells),
            revised=self._held_by_earlier_data(claim, cells["published"]),
            void=self._is_void(claim),
        )
        outcome = assertion(facts)
        shown = statuses_shown(outcome, facts, cells, self._of_figures(claim, outcome))
        number = "" if facts.repeats else number_of(stated)
        return Decision(outcome, number, cells, shown, facts, uncorroborated)

    def _is_void(self, claim: DeclaredClaim) -> bool:
        """Whether the test of each fair interpretation decides nothing."""
        return all(is_void(row["reason"]) for row in self._verdicts(claim, "as_printed"))

    def row(self, claim: DeclaredClaim) -> dict[str, Any]:
        """Return the row of a claim but for `sensitive_to`."""
        decided = self.decide(claim)
        is_test = claim.kind in ABOUT_PRINTED
        about = self._test_columns(claim) if is_test else self._assertion_columns(claim, decided)
        row = {**BLANK, **about, "statement_id": claim.id, "statement": claim.statement, "quote": claim.quote}
        row |= {"outcome": decided.outcome, "number": decided.number, **decided.shown}
        row["severity"] = self.severity(claim, decided)
        row["interpretations"] = len(self.fair[claim.id])
        is_open = decided.outcome in ("undecided", "unchecked", "depends")
        # Only the article itself supports a consistent claim, so readers learn what would decide it; a test of print
        # needs nothing else.
        if is_open or (decided.outcome == "consistent" and not is_test):
            row["decided_by"] = claim.decided_by
        return row | self._decided_columns(claim, decided) | self._flip_columns(claim, decided)

    def _decided_columns(self, claim: DeclaredClaim, decided: Decision) -> dict[str, Any]:
        """Return the verdict that decides the outcome: the first of those in its view that agree with it."""
        when = "as_printed" if decided.outcome == CONTRADICTS else self._deciding_view(claim, decided)
        rows = self._verdicts(claim, when)
        if not rows:
            return {}
        status = {"depends": "contested"}.get(status_at(row["status"] for row in rows), "")
        wanted = (status or status_at(row["status"] for row in rows), "contradicted")
        row = min(rows, key=lambda each: wanted.index(each["status"]) if each["status"] in wanted else len(wanted))
        return {"decided_view": row["evidence_view"], "decided_on": row["as_of"], "decided_rank": row["rank"]}

    def severity(self, claim: DeclaredClaim, decided: Decision) -> str:
        """Return how far off a claim is; "" for one that is not faulted.

        Of the figures that it states the gravest decides; of its interpretations, none of which holds, the mildest.
        """
        if decided.outcome not in WITH_SEVERITY:
            return ""
        stated = [row["severity"] for row in self._stated(claim) if row["outcome"] == decided.outcome]
        when = "as_printed" if decided.outcome == "contradicts itself" else "published"
        if decided.cells.get(when) == "untestable":
            when = "written"
        of_interpretations = []
        if decided.cells.get(when) == "contradicted" and self.fair[claim.id]:
            predicates = {each.rank: each.predicate for each in self.fair[claim.id]}
            for row in self._tested(claim, when):
                factor = factor_beyond(row["value"], predicates[row["rank"]], row["unit"])
                of_interpretations.append(severity_of(factor, self.materiality))
        return gravest([*stated, mildest(of_interpretations)])

    def _test_columns(self, claim: DeclaredClaim) -> dict[str, Any]:
        """Return the columns that are particular to a consistency test."""
        wrong = sorted(name for name in self.flipping[claim.id] if self._is(name, "wrong"))
        reasons = (row["reason"] for row in self._verdicts(claim, "as_printed") if row["reason"])
        why = self._known_words(claim, "as_printed") or claim.untestable or next(reasons, "")
        if wrong:
            why += f"; on wrong figures: {', '.join(wrong)}"
        return {"statement_kind": "consistency test", "why": why, "wrong_evidence": wrong}

    def _assertion_columns(self, claim: DeclaredClaim, decided: Decision) -> dict[str, Any]:
        """Return the columns that are particular to an assertion."""
        why, wrong = self._why(claim, decided), self._wrong_evidence(claim, decided)
        if decided.outcome == "stands" and decided.cells["as_printed"] == "contradicted":
            why += ", although its own figures say otherwise"
        why += self._number_words(claim, decided) + self._data_words(claim, decided)
        if not (decided.outcome == "outdated" and decided.cells["written"] == "depends" and self.fair[claim.id]):
            why += self._day_words(claim)
        since = self._no_longer(claim, decided)
        if since and decided.cells["published"] == "supported":
            if since in self._vintages(claim):
                why += f"; by data that were revised on {since} it does not hold"
            else:
                why += f"; it no longer holds since {since}"
        return {
            "statement_kind": "assertion",
            "evidence_to": self.evidence_to,
            "false_since": since,
            "why": why,
            "wrong_evidence": wrong,
        }

    def _flip_columns(self, claim: DeclaredClaim, decided: Decision) -> dict[str, Any]:
        """Return the columns on the nearest value of a figure that changes the outcome; none without one."""
        when = self._deciding_view(claim, decided)
        for crossing in self._crossings(claim, when):
            if not is_printed(self.figures[crossing.figure_id]):
                continue  # a value of a source alone, whose counts and days are not a matter of degree
            if self._outcome_beyond(claim, decided, when, crossing) != decided.outcome:
                unit = self.figures[crossing.figure_id]["unit"]
                return {
                    "flip_figure_id": crossing.figure_id,
                    "flip_from": crossing.value,
                    "flip_at": _reachable(crossing, unit),
                    "flip_unit": unit,
                    "flip_direction": "up" if crossing.flip_at > crossing.value else "down",
                }
        return {}

    def _deciding_view(self, claim: DeclaredClaim, decided: Decision) -> str:
        """Return the view whose status decides the outcome, as a column of `STATUS_COLUMNS`."""
        if claim.kind in ABOUT_PRINTED:
            return "as_printed"
        return "written" if decided.cells["published"] == "untestable" else "published"

    def _crossings(self, claim: DeclaredClaim, when: str) -> Sequence[Crossing]:
        by_claim = self.crossed.get(when)
        return by_claim.get(claim.id, []) if by_claim else []

    def _outcome_beyond(self, claim: DeclaredClaim, decided: Decision, when: str, crossing: Crossing) -> str:
        """Return the outcome that a claim has if a figure has a value beyond one that flips interpretations."""
        facts = decided.facts
        if facts is None:
            return consistency(self._status_beyond(claim, when, crossing))
        # A figure that no better value replaces has the other value as printed and on every date.
        views = [when] if crossing.is_replaced else ["as_printed", "written", "published"]
        statuses = {"as_printed": facts.printed, "written": facts.written, "published": facts.published}
        for view in views:
            if statuses[view] != "untestable":
                statuses[view] = self._status_beyond(claim, view, crossing)
        printed, written, published = statuses.values()
        return assertion(replace(facts, printed=printed, written=written, published=published))

    def _status_beyond(self, claim: DeclaredClaim, when: str, crossing: Crossing) -> str:
        """Return the status of a claim in a view beyond a value that flips interpretations."""
        statuses = []
        for row in self._verdicts(claim, when):
            status = row["status"]
            if row["rank"] in crossing.ranks and status in _OPPOSITE:
                # Where draws decide, half of them are still on this side.
                status = "contested" if row["rank"] in crossing.drawn else _OPPOSITE[status]
            statuses.append(status)
        return status_at(statuses)

    def _number_words(self, claim: DeclaredClaim, decided: Decision) -> str:
        """Say of a number beside the test that it is outdated, disputed and so on; "" if it decides or has no fault."""
        number = decided.number
        if not number or (number == decided.outcome and number in ("wrong", CONTRADICTS)):
            return ""
        faulted = [name for name in self.states(claim) if self._is(name, number)]
        return f", with {sentence('number', number)}: {self._of_each_figure(faulted)}"

    def _held_first(self, claim: DeclaredClaim, cells: Mapping[str, str]) -> bool:
        """Whether a claim that does not hold when published held on a part of the days it may be written on."""
        if (cells["written"], cells["published"]) != ("depends", "contradicted"):
            return False
        return any(status == "supported" for _, status in self.base.runs(claim))

    def _held_by_earlier_data(self, claim: DeclaredClaim, published: str) -> bool:
        """Whether a claim that is contradicted when published was supported by an earlier vintage of its evidence."""
        if published != "contradicted":
            return False
        earlier = [day for day in self._vintages(claim) if day < self.view["published"][1]]
        return any(self._status_on(claim, day) == "supported" for day in earlier)

    def _no_longer(self, claim: DeclaredClaim, decided: Decision) -> dt.date | None:
        """Return the first day on which a claim no longer holds that held when written or published."""
        if decided.facts is None or decided.facts.repeats:
            ends = [row["valid_until"] for row in self._stated(claim) if row["outcome"] == "outdated"]
            return min(ends, default=None)
        for first, last in (("written", "published"), ("published", "now")):
            if (decided.cells[first], decided.cells[last]) == ("supported", "contradicted"):
                return self._start_of_contradiction(claim, self.view[first][1], self.view[last][1])
        if decided.outcome == "outdated":
            return self._end_of_holding(claim)
        return None

    def _end_of_holding(self, claim: DeclaredClaim) -> dt.date | None:
        """Return the day on which a claim ceased to hold within the days on which it may have been written."""
        ends = [change for (_, status), (change, _) in pairwise(self.base.runs(claim)) if status == "supported"]
        return max(ends, default=None)

    def _start_of_contradiction(self, claim: DeclaredClaim, start: dt.date, end: dt.date) -> dt.date:
        """Return the day after `start` from which a claim is contradicted until `end`."""
        days: set[dt.date] = set()
        for name in self._all_evidence(claim):
            days.update(day for day in self.days.get(name, []) if start < day <= end)
        days.update(day for day in self._vintages(claim) if start < day <= end)
        since = end
        # Newest first: find the start of the final contradicted stretch.
        for day in sorted(days, reverse=True):
            if self._status_on(claim, day) != "contradicted":
                break
            since = day
        return since

    def _status_on(self, claim: DeclaredClaim, day: dt.date) -> str:
        """Return the status of a claim on a day between the dates of two views."""
        with_reference, statuses = [], []
        for interpretation in self.fair[claim.id]:
            if self._has_reference(interpretation):
                with_reference.append(interpretation)
            else:
                statuses.append(self.judged[claim.id, interpretation.rank, *self.view["as_printed"]]["status"])
        if with_reference:
            statuses.append(self.status_on(with_reference, day))
        return status_at(statuses)

    def states(self, claim: DeclaredClaim) -> list[str]:
        """Return the figures that a claim states: those that it lists and quotes, and those that it repeats."""
        if claim.id not in self.base.stated:
            listed = self.listed.get(claim.id, claim.states_figures)
            self.base.stated[claim.id] = list(dict.fromkeys([*listed, *self._repeated(claim)]))
        return self.base.stated[claim.id]

    def _stated(self, claim: DeclaredClaim) -> list[Row]:
        """Return the outcomes of the figures that a claim states, of those that have one."""
        return [self.outcome[name] for name in self.states(claim) if name in self.outcome]

    def _repeats(self, claim: DeclaredClaim, published: str) -> bool:
        """Whether a claim says no more than its figures, given its status when published."""
        names = self._repeated(claim)
        # A round of one event stays what it was; that it is the latest does not.
        is_superseded = published == "contradicted" and any(is_fixed(self.figures[name], self.fixed) for name in names)
        return bool(names) and not is_superseded

    def _repeated(self, claim: DeclaredClaim) -> list[str]:
        """Return the figures of its fair interpretations if each of these says no more than a figure; else none."""
        names = list(map(self._repeated_by, self.fair[claim.id]))
        return [] if claim.kind in ABOUT_PRINTED or not all(names) else names

    def _repeated_by(self, interpretation: Interpretation) -> str:
        """Return the figure that an interpretation repeats, saying of it what its print allows; "" for another one."""
        evidence = self.evidence.get(interpretation.metric_id, ())
        if len(evidence) != 1 or interpretation.parts:
            return ""
        (name,) = evidence
        figure, predicate = self.figures[name], interpretation.predicate
        printed = self.judged[interpretation.claim_id, interpretation.rank, *self.view["as_printed"]]
        if (printed["value"], printed["unit"]) != (figure["value"], figure["unit"]):
            return ""  # a function of it, such as whether it is above a cut-off
        return name if predicate.repeats(Interval.of(figure)) else ""

    def _of_figures(self, claim: DeclaredClaim, outcome: str) -> dict[str, str]:
        """Return the statuses by view of the figures that a claim states, in agreement with its outcome.

        The print of checked figures has no status by itself: it is what their references are held against.
        """
        outcomes = {row["outcome"] for row in self._stated(claim)}
        cells = dict.fromkeys(STATUS_COLUMNS, "untestable")
        if "contradicts itself" in outcomes:
            cells["as_printed"] = "contradicted"
        elif outcomes and "unchecked" not in outcomes:
            cells["as_printed"] = ""
        for when in DATED:
            cells[when] = self._figures_status(claim, outcome, self.view[when][1])
        if self._figures_status(claim, outcome, self.view["first"][1]) != cells["written"]:
            cells["written"] = "depends"
        return cells

    def _figures_status(self, claim: DeclaredClaim, outcome: str, day: dt.date) -> str:
        """Return the status on a day of the figures that a claim states, as its outcome has them."""
        return status_of_figures(outcome, (self._figure_status(row, day) for row in self._stated(claim)))

    def _figure_status(self, row: Row, day: dt.date) -> str:
        """Return the status of a printed figure on a day."""
        if row["outcome"] in ("unchecked", "contradicts itself"):
            return "untestable"
        if row["outcome"] == "expired" and not _was_right(row, day):
            return "untestable"  # what it was afterwards nobody knows
        if row["outcome"] == "depends":
            return "depends"
        if row["outcome"] == "revised" and day <= self.view["published"][1]:
            return "supported"  # by the data of that day
        return "supported" if _was_right(row, day) and not self._starts_after(row, day) else "contradicted"

    def _starts_after(self, row: Row, day: dt.date) -> bool:
        """Whether a figure that is right on the last day of writing was not yet on an earlier one."""
        since = row["valid_from"]
        if row["outcome"] != "right" or since is None or since <= day or day >= self.view["written"][1]:
            return False
        return not is_fixed(self.figures[row["figure_id"]], self.fixed)

    def _when_written(self, claim: DeclaredClaim) -> str:
        """Return the status when written; it depends if it changes between the first and the last day of that."""
        ends = {self._status(claim, "first"), self._status(claim, "written")}
        statuses = ends | self.base.passing_statuses(claim)
        return statuses.pop() if len(statuses) == 1 else "depends"

    def passing_statuses(self, claim: DeclaredClaim) -> set[str]:
        """Return the statuses between the first and the last day of writing that a claim has on neither of them."""
        inner = {status for _, status in self.runs(claim)}
        return inner - {self._status(claim, "first"), self._status(claim, "written")}

    def runs(self, claim: DeclaredClaim) -> list[tuple[dt.date, str]]:
        """Return the successive statuses of an assertion over the days it may be written on, each with its first
        day."""
        if claim.id not in self._runs:  # judging a claim on one more day costs as much as in a view
            self._runs[claim.id] = self._runs_of(claim)
        return self._runs[claim.id]

    def _runs_of(self, claim: DeclaredClaim) -> list[tuple[dt.date, str]]:
        start, end = self.view["first"][1], self.view["written"][1]
        if start == end or claim.kind in ABOUT_PRINTED:
            return []
        runs: list[tuple[dt.date, str]] = []
        for day in [start, *self._changing_days(claim, start, end)]:
            status = self._status_when_written(claim, day)
            if not runs or status != runs[-1][1]:
                runs.append((day, status))
        return runs

    def _changing_days(self, claim: DeclaredClaim, start: dt.date, end: dt.date) -> list[dt.date]:
        """Return the days after `start`, up to `end`, on which a value of a claim's evidence starts or ends."""
        days = {end}
        for name in self._all_evidence(claim):
            days.update(self.days.get(name, []), self.until.get(name, []))
        if not self.fair[claim.id]:
            for row in self._stated(claim):
                days.update(filter(None, (row["valid_from"], row["valid_until"])))
        return sorted(day for day in days if start < day <= end)

    def _status_when_written(self, claim: DeclaredClaim, day: dt.date) -> str:
        """Return the status of an assertion that was written on a day of the interval."""
        if not self.fair[claim.id]:
            return self._figures_status(claim, self.decide(claim).outcome, day)
        for when in ("first", "written"):
            if day == self.view[when][1]:
                return self._status(claim, when)
        return self._status_on(claim, day)

    def _day_words(self, claim: DeclaredClaim) -> str:
        """Say how the status depends on the day it was written; "" if it does not."""
        runs = self.runs(claim)
        if len(runs) < 2:
            return ""
        parts: list[str] = []
        for (_, status), (change, _) in pairwise(runs):
            then = "then " if parts else ""
            parts.append(f"{then}until {change - dt.timedelta(days=1)} {sentence('held', status)}")
        parts.append(f"after that {sentence('held', runs[-1][1])}")
        return f"; {DAY_DECIDES}{', '.join(parts)}"

    def _verdicts(self, claim: DeclaredClaim, when: str) -> list[Row]:
        """Return the verdicts on the fair interpretations in a view; without a reference they stay as printed."""
        rows = []
        for interpretation in self.fair[claim.id]:
            view = self.view[when if self._has_reference(interpretation) else "as_printed"]
            rows.append(self.judged[claim.id, interpretation.rank, *view])
        return rows

    def _known_words(self, claim: DeclaredClaim, when: str) -> str:
        return known_words(self._tested(claim, when), self.names)

    def _tested(self, claim: DeclaredClaim, when: str) -> list[Row]:
        return [row for row in self._verdicts(claim, when) if row["status"] != "untestable"]

    def _status(self, claim: DeclaredClaim, when: str) -> str:
        return status_at(row["status"] for row in self._verdicts(claim, when))

    def _all_evidence(self, claim: DeclaredClaim) -> list[str]:
        names: dict[str, None] = {}
        for interpretation in self.fair[claim.id]:
            names.update(dict.fromkeys(self.evidence.get(interpretation.metric_id, ())))
        return list(names)

    def _vintages(self, claim: DeclaredClaim) -> set[dt.date]:
        """Return the days of the vintages of all evidence that a claim looks up."""
        found: set[dt.date] = set()
        for interpretation in self.fair[claim.id]:
            found.update(self.looked_up.get(interpretation.metric, ()))
        return found

    def _data_words(self, claim: DeclaredClaim, decided: Decision) -> str:
        """Say by which version of the evidence a claim is judged; "" if it looks up none or could not be tested."""
        looked_up = any(interpretation.metric in self.looked_up for interpretation in self.fair[claim.id])
        if not looked_up or decided.cells.get("published") == "untestable":
            return ""
        day = claim.said or self.view["published"][1]
        known = [each for each in self._vintages(claim) if each <= day]
        return f", by the data of {max(known)}" if known else BY_TODAYS_DATA

    def _has_reference(self, interpretation: Interpretation) -> bool:
        """Whether an independent value bears on the evidence of an interpretation."""
        if interpretation.metric in self.looked_up:
            return True
        return any(map(self._comparable, self.evidence.get(interpretation.metric_id, ())))

    def _wrong_evidence(self, claim: DeclaredClaim, decided: Decision) -> list[str]:
        """Return the wrong figures read in the deciding view, but not those that the claim states."""
        when = "written" if decided.cells["published"] == "untestable" else "published"
        taken: dict[str, None] = {}
        for row in self._tested(claim, when):
            taken.update(dict.fromkeys(self.evidence.get(row["metric_id"], ())))
        return [name for name in taken if self._is(name, "wrong") and name not in self.states(claim)]

    def _is(self, name: str, outcome: str) -> bool:
        return name in self.outcome and self.outcome[name]["outcome"] == outcome

    def _comparable(self, name: str) -> bool:
        """Whether an independent value bears on a figure; one of a reference table is such a value itself."""
        return has_independent_value(self.outcome.get(name), self.figures[name]["kind"], name in self.days)

    def _checked(self, name: str) -> bool:
        """Whether a figure may be relied on: one that is itself a claim (basis `claimed`) needs no other value."""
        return self._comparable(name) or self.figures[name]["basis"] == CLAIMED

    def _why(self, claim: DeclaredClaim, decided: Decision) -> str:
        """Explain the outcome of an assertion, by the same order of rules as `assertion`."""
        outcome, facts = decided.outcome, decided.facts
        if facts is None:
            return self._why_of_figures(claim)
        if follows_from_figures(outcome, facts):
            return self._why_of_number(claim, decided, facts)
        if facts.void:
            return "; ".join(dict.fromkeys(row["reason"] for row in self._verdicts(claim, "as_printed")))
        if not facts.comparable:
            return self._why_on_own_figures(claim)
        if outcome == "outdated" and facts.written == "depends":
            since = self._end_of_holding(claim)
            held = f"it held until {since - dt.timedelta(days=1)}; when published, " if since else ""
            return f"{held}{self._known_words(claim, 'published')}"
        if outcome in ("outdated", "premature"):
            return changed_words(self._tested(claim, "written"), self._tested(claim, "published"), self.names)
        if outcome == "contradicts itself":
            later = "" if facts.published == "untestable" else "when published, "
            return f"{self._why_as_printed(claim)}; {later}{self._why_published(claim, facts)}"
        if facts.published == "supported" and not facts.checked:
            figures = ", ".join(decided.uncorroborated)
            return f"{self._why_tested(claim)}, but it is sensitive to {figures}, which no source corroborates"
        return self._why_published(claim, facts)

    def _why_of_number(self, claim: DeclaredClaim, decided: Decision, facts: Facts) -> str:
        """Explain an outcome that a stated figure has, with what falsifies its test as well, if anything does."""
        if facts.repeats:
            return self._of_each_figure(self._not_right(self.states(claim)))
        of_number = self._of_each_figure([name for name in self.states(claim) if self._is(name, decided.outcome)])
        when = "published" if decided.outcome == "wrong" else "as_printed"
        if decided.cells[when] != "contradicted":
            return of_number
        return f"{self._known_words(claim, when)}; and {of_number}"

    def _why_published(self, claim: DeclaredClaim, facts: Facts) -> str:
        return self._why_untested(claim) if facts.published == "untestable" else self._why_tested(claim)

    def _not_right(self, figure_ids: Sequence[str]) -> list[str]:
        return [name for name in figure_ids if not self._is(name, "right")]

    def _why_of_figures(self, claim: DeclaredClaim) -> str:
        """Explain the outcome of a claim without fair interpretations: by its figures, and the declared reason."""
        parts = [self._of_each_figure(self.states(claim))] if self._stated(claim) else []
        if claim.states_figures and not self.states(claim) and not claim.untestable:
            parts.append("its quotation prints none of the figures that it lists")
        if claim.untestable:
            parts.append(self._why_untestable(claim))
        return "; ".join(parts)

    def _why_untestable(self, claim: DeclaredClaim) -> str:
        """Give the declared reason, with what strict and loose interpretations say, which decide nothing."""
        verdicts = [self.judged[claim.id, rank, *self.view["published"]] for rank in range(len(claim.interpretations))]
        others = known_words(verdicts, self.names)
        return f"{claim.untestable}; for comparison, {others}" if others else f"{claim.untestable}"

    def _why_on_own_figures(self, claim: DeclaredClaim) -> str:
        """Explain the status, as printed, of a claim without independent values."""
        if not self._tested(claim, "as_printed"):
            reasons = dict.fromkeys(row["reason"] for row in self._verdicts(claim, "as_printed"))
            return f"it has no figure to stand on: {'; '.join(reasons)}"
        metric_ids = [interpretation.metric_id for interpretation in self.fair[claim.id]]
        # A figure depends by a value on another basis, which is known and bears on nothing.
        depends = any(self._is(name, "depends") for each in metric_ids for name in self.evidence.get(each, ()))
        known = "independent values are known, but on other bases" if depends else "no independent value is known"
        return f"{self._why_as_printed(claim)}; {known}"

    def _why_as_printed(self, claim: DeclaredClaim) -> str:
        return f"on the article's own figures, {self._known_words(claim, 'as_printed')}"

    def _why_untested(self, claim: DeclaredClaim) -> str:
        """Explain why a claim could not be tested when published."""
        reasons = dict.fromkeys(row["reason"] for row in self._verdicts(claim, "published"))
        why = f"it could not be tested when published: {'; '.join(reasons)}"
        written = self._known_words(claim, "written")
        return f"when written, {written}; {why}" if written else why

    def _why_tested(self, claim: DeclaredClaim) -> str:
        """Give the interpretations when published, then those that could be tested only when written."""
        published = self._tested(claim, "published")
        ranks = {row["rank"] for row in published}
        earlier = [row for row in self._tested(claim, "written") if row["rank"] not in ranks]
        why = known_words(published, self.names)
        return f"{why}; testable only when written: {known_words(earlier, self.names)}" if earlier else why

    def _of_each_figure(self, names: Sequence[str]) -> str:
        """Describe the outcomes of some figures, those without a comparable value together."""
        rows = [self.outcome[name] for name in names if name in self.outcome]
        unchecked = [row for row in rows if row["outcome"] == "unchecked"]
        texts = [of_figure(row) for row in rows if row["outcome"] != "unchecked"]
        if unchecked:
            bases = dict.fromkeys(self.figures[row["figure_id"]]["basis"] for row in unchecked)
            printed = joined([row["printed"] for row in unchecked])
            texts.append(f"no comparable value is known for {printed} (basis: {', '.join(bases)})")
        return "; ".join(texts)


def _reachable(crossing: Crossing, unit: str) -> float:
    """Return the value at which a figure flips a claim; of whole things the next whole number."""
    if not get_unit(unit).whole or crossing.value % 1:
        return crossing.flip_at
    return ceil(crossing.flip_at) if crossing.flip_at > crossing.value else floor(crossing.flip_at)


_OPPOSITE = {"supported": "contradicted", "contradicted": "supported"}


def _was_right(row: Row, day: dt.date) -> bool:
    """Whether a printed figure was right on a day."""
    if row["outcome"] in ("right", "wrong"):
        return bool(row["outcome"] == "right")
    since, until = row["valid_from"], row["valid_until"]
    return (since is None or since <= day) and (until is None or day < until)
