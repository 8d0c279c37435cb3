"""The card of each claim: what was judged on its own day, from the verdict, the metric and the rows that decided.

Belongs here: rows of `schemas.outcomes.ClaimCards`, and what other vintages of the evidence say. Does not: which
verdict decides (`outcomes`), or words (`card_words`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from tidebook.pipelines.evaluate.evaluations import Evaluations, Views
from tidebook.pipelines.evaluate.evidence_values import gap_words
from tidebook.pipelines.evaluate.evidence_views import EvidenceView
from tidebook.pipelines.evaluate.hazards import MONTH, KnownHazards, kind_of
from tidebook.pipelines.evaluate.known import best_references, is_of_one_period
from tidebook.pipelines.evaluate.trail import NO_TRAIL, DecidingRow, Trail
from tidebook.pipelines.judge.card_words import (
    NAMED_SOURCES,
    NamedRows,
    correction,
    found_words,
    missing_words,
    period_words,
    source_words,
    vintage_words,
    with_range,
)
from tidebook.pipelines.judge.corrections import sentence
from tidebook.pipelines.judge.declared import DeclaredClaim
from tidebook.pipelines.judge.interpretations import Interpretation
from tidebook.pipelines.judge.judged_days import JudgedDays, VerdictKey
from tidebook.pipelines.judge.outcome_words import (
    DAY_DECIDES,
    better_words,
    is_condition,
    known_words,
    note_words,
    opposite_words,
)
from tidebook.pipelines.judge.verdicts import metric_names, verdicts_under
from tidebook.pipelines.read.declarations import VerdictShares
from tidebook.pipelines.read.evidence_tables.periods import period
from tidebook.pipelines.read.formatting import format_value, joined
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.schemas.base import Frame, table_of
from tidebook.schemas.outcomes import ClaimCards
from tidebook.schemas.vocabulary import LATER, REVISION

PRINTED = "printed"

OPEN = ("undecided", "unchecked", "depends")
"""Outcomes that something could decide."""


@dataclass(frozen=True)
class Judged:
    """What cards are made from.

    Attributes:
        interpretations: The interpretations by claim and rank.
        views: The evidence views.
        verdicts: Rows of `interpretation_verdicts` by key.
        outcomes: Rows of `outcomes` by claim.
        figure_outcomes: Rows of `figure_outcomes` by figure.
        named: What is known of rows of evidence and figures; `better` is filled in for each view.
        references: Rows of `reference_values`.
        days: The days of judging.
        places: The place of each claim's words in the text.
        stated: The figures that each claim states.
        shares: The shares of the draws that bound the statuses.
        hazards: How soon values change.
        fixed: Bases and quantities of one event or period.
    """

    interpretations: Mapping[tuple[str, int], Interpretation]
    views: Views
    verdicts: Mapping[VerdictKey, Row]
    outcomes: Mapping[str, Row]
    figure_outcomes: Mapping[str, Row]
    named: NamedRows
    references: Sequence[Row]
    days: JudgedDays
    places: Mapping[str, str]
    stated: Mapping[str, Sequence[str]]
    shares: VerdictShares
    hazards: KnownHazards
    fixed: Collection[str]


def claim_cards_table(claims: Iterable[DeclaredClaim], judged: Judged) -> Frame[ClaimCards]:
    """Return the card of each claim that is no prediction, as rows of `ClaimCards`, sorted by claim."""
    maker = _Maker(judged)
    return table_of(ClaimCards, [maker.card(claim) for claim in claims if claim.id in judged.outcomes])


class _Maker:
    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        self.by_view = {(view.name, view.as_of): (view, evaluations) for view, evaluations in judged.views}
        self.interpretations = grouped(judged.interpretations.values(), attrgetter("claim_id"))
        self.better: dict[tuple[str, dt.date], dict[str, Row]] = {}

    def card(self, claim: DeclaredClaim) -> dict[str, Any]:
        outcome = self.judged.outcomes[claim.id]
        decided = self.deciding(claim, outcome)
        row: dict[str, Any] = {
            **BLANK,
            "claim_id": claim.id,
            "statement": claim.statement,
            "place": self.judged.places.get(claim.id, "") or claim.section,
            "outcome": outcome["outcome"],
            "would_change": would_change(outcome, self.judged.named),
            **self.day(claim, outcome),
        }
        if not decided:
            return row | self.of_figures(claim, outcome)
        interpretation, verdict, view, known = decided
        row |= {
            "evidence_view": view.name,
            "as_of": view.as_of,
            **{column: verdict[column] for column in ("metric_id", "predicate", "value", "low", "high", "unit")},
        }
        return row | self.of_test(claim, outcome, interpretation, verdict, view, known)

    def deciding(
        self, claim: DeclaredClaim, outcome: Row
    ) -> tuple[Interpretation, Row, EvidenceView, Evaluations] | None:
        """Return what decides a claim; None for one that only states figures or has no fair interpretation."""
        if not outcome["decided_view"]:
            return None
        rank = int(outcome["decided_rank"])
        key = outcome["decided_view"], outcome["decided_on"]
        return (
            self.judged.interpretations[claim.id, rank],
            self.judged.verdicts[claim.id, rank, *key],
            *self.by_view[key],
        )

    def day(self, claim: DeclaredClaim, outcome: Row) -> dict[str, Any]:
        """Return the day on which a claim is judged, and why that day."""
        days = self.judged.days
        if outcome["decided_view"] == PRINTED:
            return {"day": claim.said or days.written, "day_reason": "by the article's own figures"}
        if claim.said:
            return {"day": claim.said, "day_reason": "when it was said"}
        if outcome["decided_on"] == days.written != days.published:
            return {"day": days.written, "day_reason": "when it was written, as no later data can test it"}
        return {"day": days.published, "day_reason": "when it was published"}

    def named(self, view: EvidenceView) -> NamedRows:
        """Return what is known of rows under a view."""
        key = view.name, view.as_of
        if key not in self.better:
            replaced = view.known if view.name != PRINTED else {}
            best = best_references(self.judged.named.figures.values(), self.judged.references, view.as_of)
            self.better[key] = {name: row for name, row in best.items() if name in replaced}
        own = self.judged.named
        return replace(own, better=self.better[key])

    def of_test(
        self,
        claim: DeclaredClaim,
        outcome: Row,
        interpretation: Interpretation,
        verdict: Row,
        view: EvidenceView,
        known: Evaluations,
    ) -> dict[str, Any]:
        """Return the columns of a card that a test decides."""
        named = self.named(view)
        judged = [(interpretation, verdict)]
        if interpretation.parts:
            printed = self.judged.views[0][1]
            own = verdicts_under(view, interpretation.parts, printed, known, self.judged.shares)
            judged = list(zip(interpretation.parts, own, strict=True))
        trails = [known.trail(each.metric_id) for each, _ in judged]
        rows = _joined(trails, named)
        readings = self.readings(claim, view) if _shown(outcome) == "depends" else []
        found = known_words(readings, named.names) if len(readings) > 1 else _found(verdict, judged, trails, named)
        source = source_words(rows, named) if found else ""
        evaluation = known.get(interpretation.metric_id) or {}
        gaps = evaluation.get("gaps", ())
        by_number = self.number_words(claim, outcome)
        why = _reason(verdict, found, gaps)
        if verdict["status"] == "untestable" and DAY_DECIDES in outcome["why"]:
            why += f"; {DAY_DECIDES}{outcome['why'].partition(DAY_DECIDES)[2]}"
        values: list[float] = []
        for (_, row), trail in zip(judged, trails, strict=True):
            values += _values(row, trail)
        card = {
            "kind": "several" if interpretation.parts else trails[0].kind,
            "found": found,
            "source": source,
            "correction": by_number or correction(_shown(outcome), found, source, named.in_words(why)),
            "sides": values,
            "rows": [row.row_id for row in rows],
            "trail": [named.line(row) for row in rows],
            "rows_read": len(evaluation.get("evidence_rows", ())) + len(evaluation.get("evidence", ())),
            "periods": period_words(rows, named) if any(trail.latest for trail in trails) else "",
            **self.keeping(self.values(rows, named, any(trail.latest for trail in trails))),
        }
        if verdict["status"] == "untestable" and (needed := missing_words(gaps)):
            card["would_change"] = claim.decided_by or needed
        return card | self.of_vintages(claim, interpretation, verdict, view, known)

    def values(self, rows: Iterable[DecidingRow], named: NamedRows, latest: bool) -> Iterator[tuple[str, str, dt.date]]:
        """Yield the values that a test rests on: the unit, how such a value may change, and its day."""
        for one in rows:
            row, better = named.evidence.get(one.row_id), named.better.get(one.row_id)
            when = period(row["period"] or "") if row else None
            if row and (day := when.end if latest and when else row["vintage"] or (when and when.end)):
                yield row["unit"], LATER if latest else REVISION, day
            elif better:
                yield better["unit"], self.change_of(one.row_id), better["as_of"]

    def change_of(self, figure_id: str) -> str:
        figure = self.judged.named.figures[figure_id]
        return REVISION if is_of_one_period(figure, self.judged.fixed) else LATER

    def keeping(self, values: Iterable[tuple[str, str, dt.date]]) -> dict[str, Any]:
        """Return the columns on how soon the values that a claim rests on change: those of the first to look at."""
        found = []
        for unit, change, day in values:
            words = self.judged.hazards.words(unit, change)
            hazard = self.judged.hazards.of(unit, change) if words else None
            again = day + dt.timedelta(days=round(hazard["third_months"] * MONTH)) if hazard else None
            found.append((again or dt.date.max, change, kind_of(unit), f"known on {day}; {words}" if words else ""))
        if not found:
            return {}
        again, change, kind, words = min(found)
        return {"value_kind": kind, "value_change": change, "keeps": words, "look_again": again if words else None}

    def number_words(self, claim: DeclaredClaim, outcome: Row) -> str:
        """Return the correction of a claim that a figure which it states decides; "" of any other."""
        if _shown(outcome) not in ("wrong", "contradicts itself", "outdated", "premature", "revised", "expired"):
            return ""
        if outcome["number"] != _shown(outcome) and outcome["interpretations"]:
            return ""
        return str(self.of_figures(claim, outcome)["correction"]) if self.faulted(claim, _shown(outcome)) else ""

    def readings(self, claim: DeclaredClaim, view: EvidenceView) -> list[Row]:
        """Return the verdicts on the fair interpretations that could be tested, each with its value in words."""
        readings: list[Row] = []
        for each in self.interpretations[claim.id]:
            row = self.judged.verdicts[claim.id, each.rank, view.name, view.as_of]
            if each.strictness == "fair" and row["status"] != "untestable":
                value = "" if each.says or is_condition(row) else opposite_words(row) or with_range(row, each.predicate)
                found = "; ".join(filter(None, (value, note_words(row)))) if value else ""
                readings.append({**row, "says": each.says, "found": found})
        return readings

    def faulted(self, claim: DeclaredClaim, outcome: str) -> list[Row]:
        found = (self.judged.figure_outcomes.get(name) for name in self.judged.stated.get(claim.id, ()))
        return [row for row in found if row and row["outcome"] == outcome]

    def of_figures(self, claim: DeclaredClaim, outcome: Row) -> dict[str, Any]:
        """Return the columns of a card that the figures which the claim states decide."""
        word = _shown(outcome)
        stated = [name for name in self.judged.stated.get(claim.id, ()) if name in self.judged.figure_outcomes]
        faulted = self.faulted(claim, word) or [self.judged.figure_outcomes[name] for name in stated]
        told = [row for row in faulted if row["better"]]
        found = joined([self.of_figure(row) for row in told])
        names = list(
            dict.fromkeys(self.judged.named.publishers.get(row["source_id"], row["source_id"]) for row in told)
        )
        source = "; ".join(names[:NAMED_SOURCES])
        why = claim.untestable or self.judged.named.in_words(faulted[0]["reason"] if faulted else outcome["why"])
        card: dict[str, Any] = {
            "kind": "figure" if stated else "none",
            "found": found,
            "source": source,
            "correction": correction(word, found, source, why),
            "rows": stated,
            "trail": [self.judged.named.line(DecidingRow(name)) for name in stated],
            "rows_read": len(stated),
        }
        card |= self.keeping(
            (row["better_unit"], self.change_of(row["figure_id"]), row["day"]) for row in told if row["day"]
        )
        if len(told) == 1:
            card |= {"value": told[0]["better_value"], "unit": told[0]["better_unit"]}
        if word in OPEN and claim.decided_by:
            card["would_change"] = claim.decided_by
        return card

    def of_figure(self, row: Row) -> str:
        """Return the name of a figure with its better value."""
        return sentence("found", "figure", what=self.judged.named.name(row["figure_id"]), better=better_words(row))

    def of_vintages(
        self,
        claim: DeclaredClaim,
        interpretation: Interpretation,
        verdict: Row,
        view: EvidenceView,
        known: Evaluations,
    ) -> dict[str, Any]:
        """Return what the vintages of a claim's evidence say of it, each of the periods that it means."""
        names = metric_names(interpretation)
        vintages = sorted({day for name in names for day in known.metrics[name].vintages})
        if len(vintages) < 2 or view.name == PRINTED or verdict["status"] == "untestable":
            return {}
        day = claim.said or view.as_of

        def status_by(vintage: dt.date) -> str:
            other = known.by_vintage(vintage, day, names)
            rows = verdicts_under(view, [interpretation], self.judged.views[0][1], other, self.judged.shares)
            return str(next(iter(rows))["status"])

        kind, when = vintage_kind(vintages, day, verdict["status"], status_by)
        return {"vintages": kind, "vintage_words": vintage_words(kind, when, len(vintages))} if kind else {}


BLANK: dict[str, Any] = {
    **dict.fromkeys(("evidence_view", "metric_id", "predicate", "unit", "periods", "vintages", "vintage_words"), ""),
    **dict.fromkeys(("value_kind", "value_change", "keeps"), ""),
    **dict.fromkeys(("value", "low", "high", "look_again")),
    "sides": [],
    "as_of": None,
}
"""Defaults for columns that do not apply."""


def vintage_kind(
    vintages: Sequence[dt.date], day: dt.date, own: str, status_by: Callable[[dt.date], str]
) -> tuple[str, dt.date | None]:
    """Return what the vintages of evidence say of a claim, with the day of the one that differs.

    Args:
        vintages: Their days, in order.
        day: The day on which the claim was made.
        own: Its status by the vintage of that day.
        status_by: Returns its status by another vintage.
    """
    earlier = [each for each in vintages if each <= day][:-1]
    later = [each for each in vintages if each > day]
    if own == "supported":
        against = next((each for each in later if status_by(each) == "contradicted"), None)
        return ("right by its day", against) if against else ("right by all", None)
    if own != "contradicted":
        return "", None
    if old := next((each for each in reversed(earlier) if status_by(each) == "supported"), None):
        return "old figure", old
    if new := next((each for each in later if status_by(each) == "supported"), None):
        return "right only later", new
    return "never right", None


def would_change(outcome: Row, named: NamedRows) -> str:
    """Return the value of a figure beyond which the outcome is another, or what would decide it; "" if neither is."""
    name = outcome["flip_figure_id"]
    if name and name in named.figures:
        beyond = format_value(outcome["flip_at"], outcome["flip_unit"])
        return sentence("change", outcome["flip_direction"], what=named.name(name), value=beyond)
    return str(outcome["decided_by"] or "")


def _found(
    verdict: Row, judged: Sequence[tuple[Interpretation, Row]], trails: Sequence[Trail], named: NamedRows
) -> str:
    """Return what was found: of a contradicted interpretation by the conditions that failed, else by all with a value.

    Args:
        verdict: The verdict on the interpretation.
        judged: The conditions that it joins, or itself, each with its verdict.
        trails: What decided the value of each.
        named: What is known of the rows.
    """
    told = []
    for (part, own), trail in zip(judged, trails, strict=True):
        is_failed = own["status"] == "contradicted"
        if own["status"] != "untestable" and (is_failed or verdict["status"] != "contradicted"):
            told.append(found_words(own, part, trail, named))
    return "; ".join(told)


def _shown(outcome: Row) -> str:
    """Return the outcome of a claim, of one that has drifted the one that it has by all other rules."""
    return str(outcome["judged"] or outcome["outcome"])


def _values(verdict: Row, trail: Trail) -> list[float]:
    """Return the value of a verdict, of a condition those of its sides; none of what has none."""
    if trail.parts:
        return [value for part in trail.parts for value in _values(verdict, part)]
    values = [side.value for side in trail.sides] if trail.kind == "condition" else [verdict.get("value")]
    return [value for value in values if value is not None and not math.isnan(value)]


def _reason(verdict: Row, found: str, gaps: Sequence[str]) -> str:
    """Return why a verdict is open: of a value that is missing, which one."""
    if verdict["status"] != "untestable":
        return f"when it was written, {found}; nothing is known of later"
    if gaps:
        return gap_words(gaps)
    return str(verdict["reason"])


def _joined(trails: Sequence[Trail], named: NamedRows) -> list[DecidingRow]:
    """Return the rows of several trails, each once, of those that are known."""
    rows: dict[str, DecidingRow] = {}
    for trail in trails or [NO_TRAIL]:
        for row in trail.rows:
            if named.is_known(row.row_id):
                rows.setdefault(row.row_id, row)
    return sorted(rows.values(), key=lambda row: row.role == "the next")
