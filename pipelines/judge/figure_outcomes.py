"""Outcomes of figures: one word each, with the better value and how far off it is.

Belongs here: from a comparison to an outcome. Does not: comparing a figure with its references (`reconciliation`), or
the outcomes of statements (`outcomes`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log10, nan
from typing import Any

import pandas as pd

from tidebook.pipelines.evaluate.evidence_views import YEAR
from tidebook.pipelines.evaluate.hazards import MONTH, KnownHazards
from tidebook.pipelines.evaluate.known import CITED, VINTAGE, dispute_words, is_fixed, is_of_one_period
from tidebook.pipelines.evaluate.reconciliation import (
    LATER_ONLY,
    UNSTATED,
    Comparison,
    DisputedFigure,
    JudgedFigure,
    Pair,
    PairedFigure,
    all_ended,
    judged_with_disputes,
    known_on,
    paired_figures,
    with_unit,
    words,
)
from tidebook.pipelines.judge.accepted import ACCEPTABLE, AcceptedFinding, printed_in
from tidebook.pipelines.judge.severity import mildest, severity_of
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.names import column_of
from tidebook.schemas.base import records, table_of
from tidebook.schemas.outcomes import FigureOutcomes
from tidebook.schemas.units import UNSCALED
from tidebook.schemas.vocabulary import BY_FACTOR, FAULTED, WITH_SEVERITY

WRONG = {
    "power-of-ten error": "a power of ten",
    "wrong attribution": "another subject's value",
    "wrong unit": "another unit or basis",
    "wrong basis": "another unit or basis",
    "differs": BY_FACTOR,
    "beyond its whole": "more than its whole",
}
"""Comparison results that make a figure wrong, with the type of error."""

UNDECIDABLE = ("unstated basis", "uncertain reference", "above its whole")
"""Comparison results that leave open whether a figure is wrong: its basis, the reference's own error, or a whole's."""

ANOTHER_SUBJECT = WRONG["wrong attribution"]

ANOTHER = 0.3
"""Minimum of the index for another subject's, unit's or basis's value, whatever its factor: about log10(2)."""

OPEN = ("unchecked", "depends")
"""Outcomes that no reference decides."""

FAR_OFF = 2.0
"""Factor between a bound and the known value from which a right bound says by how much it understates it."""


@dataclass(frozen=True)
class FigureRules:
    """What figures are judged by.

    Attributes:
        written: the day of the article's content.
        published: the day of publication.
        assumed: the assumptions.
        publishers: names of sources by id, for the words of disputes.
        contradictions: what other cells of its table say against a figure, by id.
        accepted: the findings that are accepted, by figure.
        accepted_together: why a contradiction is accepted, by each figure that is part of it.
        drifted: what the article's text has in place of a figure, by id.
        hazards: how soon values change.
    """

    written: dt.date
    published: dt.date
    assumed: Assumptions
    publishers: Mapping[str, str] = field(default_factory=dict)
    contradictions: Mapping[str, Comparison] = field(default_factory=dict)
    accepted: Mapping[str, AcceptedFinding] = field(default_factory=dict)
    accepted_together: Mapping[str, str] = field(default_factory=dict)
    drifted: Mapping[str, str] = field(default_factory=dict)
    hazards: KnownHazards = field(default_factory=KnownHazards)

    def publisher(self, reference: Row) -> str:
        """Return who published a reference; a source without a name is its own publisher."""
        source_id: str = reference["source_id"]
        return self.publishers.get(source_id, source_id)


def outcome_of(found: Comparison, published: dt.date, fixed: bool, has_successor: bool) -> str:
    """Decide the outcome of a figure by its comparison.

    A `fixed` figure, which is of one event, version or period, can be neither outdated nor premature. One that was
    right until a day is outdated where another value was known by publication, else it has only expired: that nobody
    has a later value does not show that there is none.
    """
    if found.name in WRONG:
        return "wrong"
    if found.name in UNDECIDABLE:
        return "depends"
    if found.name not in ("agrees", "outdated", "premature"):
        return "unchecked"
    if fixed:
        return "right"
    if found.valid_until and found.valid_until <= published:
        return "outdated" if has_successor else "expired"
    return "premature" if found.name == "premature" else "right"


def figure_outcomes_table(
    figures: pd.DataFrame, references: pd.DataFrame, readers: Mapping[str, int], rules: FigureRules
) -> pd.DataFrame:
    """Decide every printed figure.

    Args:
        figures: the figures, of which the printed ones are decided.
        references: independent values.
        readers: by figure, the number of claims that read or assert it.
        rules: what they are judged by.

    Returns:
        Rows of `schemas.outcomes.FigureOutcomes`, sorted by key.
    """
    paired = paired_figures(records(figures), records(references))
    return table_of(FigureOutcomes, figure_outcomes(paired, readers, rules))


def figure_outcomes(
    paired: Iterable[PairedFigure], readers: Mapping[str, int], rules: FigureRules
) -> Iterator[dict[str, Any]]:
    """Yield the rows of `figure_outcomes_table`, given the figures beside their references."""
    for judged, disputes in judged_with_disputes(paired, rules.written, rules.assumed, rules.published):
        name = judged.figure["figure_id"]
        claims = readers.get(name, 0)
        row = _disputed(_decided(judged, claims, rules), disputes, claims, rules)
        contradiction = rules.contradictions.get(name)
        if contradiction and row["outcome"] in OPEN:
            row |= _contradicted(contradiction, claims, rules)
        if now := rules.drifted.get(name):
            row |= {"outcome": "drifted", "judged": row["outcome"], "severity": "", "reason": _drifted_words(now, row)}
        together = rules.accepted_together.get(name, "")
        yield row | accepted_columns(row, "reason", rules.accepted.get(name), together)


def _disputed(
    row: dict[str, Any], disputes: Iterable[DisputedFigure], claims: int, rules: FigureRules
) -> dict[str, Any]:
    """Return the row of a figure by all its sources, given the row by the preferred ones.

    A dispute that changes the outcome makes it depend on who is right; one among sources that all fault the figure
    leaves it the mildest severity.
    """
    reasons = []
    for dispute in disputes:
        tried = [_decided(each, claims, rules) for each in dispute.judged]
        who_says_what = dispute_words(dispute.groups, rules.publishers)
        if len({each["outcome"] for each in tried}) > 1:
            reasons.append(who_says_what)
            # Of the outcomes, one with a fault has the better value that a reader should see.
            row = next(each for each in tried if each["outcome"] != "right")
        elif row["outcome"] in FAULTED and row["day"] == dispute.day:
            severity = mildest(each["severity"] for each in tried)
            row |= {"severity": severity, "reason": f"{row['reason']}; {who_says_what}"}
    return row | {**UNDECIDED, "reason": "; ".join(reasons)} if reasons else row


def _drifted_words(now: str, row: Row) -> str:
    """Say what the text has in place of a figure, and what is judged of the figure."""
    return now if row["outcome"] == "unchecked" else f"{now}; {row['outcome']} by itself: {row['reason']}"


def of_same_quantities(references: pd.DataFrame, figure_ids: Iterable[str]) -> list[Row]:
    """Return the references for some figures, or for the same quantity of other subjects."""
    columns = set(map(column_of, figure_ids))
    return [row for row in records(references) if column_of(row["figure_id"]) in columns]


def by_references(
    figures: Sequence[Row], references: Iterable[Row], rules: FigureRules
) -> tuple[dict[str, float], set[str]]:
    """Return the better values of figures that a source faults, in their own units by id, and those that one decides.

    What a reference fits, or once did, is cleared of a contradiction: another cell of its table is at fault.
    """
    better, decided = {}, set()
    for row in figure_outcomes(paired_figures(figures, references), {}, rules):
        if row["outcome"] not in OPEN:
            decided.add(row["figure_id"])
        if row["outcome"] in FAULTED and row["better_unit"] == row["unit"]:
            better[row["figure_id"]] = row["better_value"]
    return better, decided


def accepted_columns(row: Row, column: str, entry: AcceptedFinding | None, together: str = "") -> dict[str, Any]:
    """Return the columns of an accepted finding: the reason, which `column` repeats; "" without a finding.

    Args:
        row: the outcome of a figure or a claim.
        column: the column of its reason.
        entry: what is accepted of it, if anything.
        together: why the contradiction is accepted that it is part of, "" if it is not.
    """
    outcome, words = row["outcome"], row[column]
    if outcome not in ACCEPTABLE:
        return {"accepted": ""}
    if entry and not entry.covers(outcome, row["severity"], printed_in(row)):
        return {"accepted": "", column: f"{words}; another finding was accepted here: {entry.why}"}
    why = ""
    if entry:
        why = entry.why
    elif outcome == "contradicts itself":
        # What another cell accepts is that the two contradict each other, not what a source says against this one.
        why = together
    return {"accepted": why, column: f"{words}; accepted: {why}"} if why else {"accepted": ""}


def _contradicted(contradiction: Comparison, claims: int, rules: FigureRules) -> Row:
    """Return the columns of a figure that other cells of its table contradict."""
    factor = contradiction.factor
    return {
        **UNDECIDED,
        "outcome": "contradicts itself",
        "factor": nan,
        "severity": severity_of(factor, rules.assumed.materiality),
        "severity_index": _severity_index("contradicts itself", "", factor) * (1 + claims),
        "reason": contradiction.detail,
    }


UNDECIDED: Row = {
    **{"outcome": "depends", "severity": "", "error_type": "", "severity_index": 0.0},
    **{"valid_from": None, "valid_until": None},
}
"""The columns of a figure whose outcome depends on which source is right."""


def _decided(judged: JudgedFigure, claims: int, rules: FigureRules) -> dict[str, Any]:
    """Return the row of a figure that `claims` statements read, by the references that it is judged by."""
    figure, found = judged.figure, _when_published(judged, rules)
    fixed = is_fixed(figure, rules.assumed.reconciliation.fixed)
    outcome = outcome_of(found, rules.published, fixed, bool(_successors(judged, found, rules.published)))
    revision = _revision(judged, rules) if outcome == "right" else None
    if revision:
        outcome = "revised"
    better = revision.reference if revision else _better(outcome, found, judged, rules)
    factor = _factor(figure, better)
    how = WRONG[found.name] if outcome == "wrong" else ""
    return {
        **figure,
        **_better_columns(better),
        "outcome": outcome,
        "judged": "",
        "severity": _severity(outcome, how, factor, rules.assumed.materiality),
        "error_type": how,
        "printed": figure["text"],
        "valid_from": found.valid_from,
        "valid_until": found.valid_until,
        "factor": factor,
        "claims": claims,
        # An error does more harm in a figure that more claims read.
        "severity_index": _severity_index(outcome, how, factor) * (1 + claims),
        "reason": _reason(outcome, found, better, judged, rules) + _remark(outcome, figure, better, factor),
    }


def _when_published(judged: JudgedFigure, rules: FigureRules) -> Comparison:
    """Return the comparison of a figure that became right only after publication, by the references of that time."""
    found = judged.comparison
    if found.name != "premature" or found.valid_from is None or found.valid_from <= rules.published:
        return found
    if is_fixed(judged.figure, rules.assumed.reconciliation.fixed) or found.reference is None:
        return found
    later = words(found.reference)
    known = [pair for pair in _cited(judged) if pair.is_known_by(rules.published)]
    if not known or all_ended(known, rules.written):
        return Comparison("no reference", f"{LATER_ONLY}{later}", reference=found.reference)
    best = known_on(known, rules.written)
    return Comparison("differs", f"{words(best.reference)}; only later {later}", best.ratio, reference=best.reference)


def _cited(judged: JudgedFigure) -> list[Pair]:
    """Return the comparable pairs of a figure whose references may replace it."""
    return [pair for pair in judged.pairs if pair.comparable and pair.reference["tier"] in CITED]


def _successors(judged: JudgedFigure, found: Comparison, published: dt.date) -> list[Pair]:
    """Return the values known by publication that came after the one that a figure was right by.

    The value of another product or version is not what became of this one.
    """
    reference, until = found.reference, found.valid_until
    if reference is None or until is None:
        return []
    successors = []
    for pair in _cited(judged):
        other = pair.reference
        is_other_version = bool(other["version"] and reference["version"] and other["version"] != reference["version"])
        if pair.fits is False and other["as_of"] >= until and pair.is_known_by(published) and not is_other_version:
            successors.append(pair)
    return successors


def _revision(judged: JudgedFigure, rules: FigureRules) -> Pair | None:
    """Return the newest value by which a figure that was right has been revised since publication, if there is one.

    Only data of one publisher on one period are a revision of each other: another source that disagrees is none, and a
    quantity without a period of its own has changed.
    """
    found = judged.comparison.reference
    if found is None or not (_is_vintage(found) or is_of_one_period(judged.figure, rules.assumed.reconciliation.fixed)):
        return None
    of_publisher = []
    for pair in judged.pairs:
        is_same = rules.publisher(pair.reference) == rules.publisher(found)
        if pair.comparable and is_same and _is_vintage(pair.reference) == _is_vintage(found):
            of_publisher.append(pair)
    newest = max(of_publisher, key=lambda pair: pair.reference["as_of"], default=None)
    if newest is None or newest.fits is not False or newest.is_known_by(rules.published):
        return None
    return newest


def _is_vintage(reference: Row) -> bool:
    return str(reference["version"]).startswith(VINTAGE)


def _severity(outcome: str, how: str, factor: float, materiality: float) -> str:
    """Return how far off a figure is; "" for one that is not faulted. Another subject's value is grave by itself."""
    if outcome not in WITH_SEVERITY:
        return ""
    return "grave" if how == ANOTHER_SUBJECT else severity_of(factor, materiality)


def _better_columns(better: Row | None) -> Row:
    if better is None:
        return {
            "better": "",
            "better_value": nan,
            "better_unit": "",
            "basis": "",
            "day": None,
            "source_id": "",
            "error_by": "",
        }
    return {
        "better": better["text"],
        "better_value": better["value"],
        "better_unit": better["unit"],
        "basis": better["basis"],
        "day": better["as_of"],
        "source_id": better["source_id"],
        "error_by": better["error_by"],
    }


def _factor(figure: Row, better: Row | None) -> float:
    """Return the printed value over the better one; NaN if the two have no ratio."""
    if better is None or figure["unit"] in UNSCALED or better["unit"] != figure["unit"] or not better["value"]:
        return nan
    return float(figure["value"] / better["value"])


def _better(outcome: str, found: Comparison, judged: JudgedFigure, rules: FigureRules) -> Row | None:
    """Return the reference with the value that a reader should have instead, or that corroborates the printed one.

    None if no such value is known.
    """
    if outcome == "expired":
        return None
    if outcome == "outdated":
        return known_on(_successors(judged, found, rules.published), rules.published).reference
    known = [pair for pair in _cited(judged) if pair.is_known_by(rules.published)]
    if outcome in ("right", "unchecked") or not known:
        return found.reference
    return known_on(known, rules.written).reference


def _severity_index(outcome: str, how: str, factor: float) -> float:
    """Return the error in powers of ten; 0 for a figure that is not faulted."""
    if outcome not in FAULTED:
        return 0.0
    least = ANOTHER if how.startswith("another") else 0.0
    return max(abs(log10(factor)), least) if factor > 0 else least


def _remark(outcome: str, figure: Row, better: Row | None, factor: float) -> str:
    """Say what a reader should know beside the reason: that a bound is far from the value; else ""."""
    if not better or figure["unit"] in UNSCALED:
        return ""
    if outcome == "right" and factor > 0:
        if figure["kind"] == "at_least" and factor <= 1 / FAR_OFF:
            return f"; it understates {1 / factor:.2g} times"
        if figure["kind"] == "at_most" and factor >= FAR_OFF:
            return f"; it overstates {factor:.2g} times"
    return ""


def _reason(outcome: str, found: Comparison, better: Row | None, judged: JudgedFigure, rules: FigureRules) -> str:
    if outcome == "revised" and better:
        return f"right by the data of its day: {found.detail}; revised since: {words(better)}"
    if outcome not in ("outdated", "expired"):
        return found.detail
    right = f"right until {found.ended}"
    if not better:
        of_such = rules.hazards.words(judged.figure["unit"])
        return "; ".join(filter(None, (f"{right}; no later value is known", of_such)))
    until = better["until"]
    if until and until <= rules.published:
        return f"{right}; then {words(better)}, until {until}"
    # A value of one year says nothing about the day of publication.
    year = YEAR.search(better["basis"])
    if year:
        return f"{right}; last in {year[1]}, {words(better)}"
    hazard = rules.hazards.of(better["unit"])
    # Half of such values have changed by then; not known, half_months is NaN.
    if hazard and (rules.published - better["as_of"]).days <= hazard["half_months"] * MONTH:
        return f"{right}; when published, {words(better)}"
    known = f"{right}; last known on {better['as_of']}: {_without_day(better)}"
    return "; ".join(filter(None, (known, rules.hazards.words(better["unit"]))))


def _without_day(reference: Row) -> str:
    """Put a reference into words without its day, with its basis where that is stated."""
    basis = "" if reference["basis"] in UNSTATED else f" ({reference['basis']})"
    return f"{with_unit(reference['text'], reference['unit'])}{basis}"


def has_independent_value(outcome: Row | None, kind: str, has_reference: bool) -> bool:
    """Whether an independent value bears on a figure.

    Args:
        outcome: its row of `figure_outcomes`; None for one of a reference table, which is such a value itself.
        kind: its kind.
        has_reference: whether a reference may replace it.
    """
    if outcome is None:
        return has_reference or kind != "missing"
    word = as_judged(outcome)["outcome"]
    # Neither other cells of its table nor a value on another basis, by which it depends, bears on its own.
    is_open = word in ("contradicts itself", "depends")
    return has_reference if is_open else word != "unchecked"


def as_judged(row: Row) -> Row:
    """Return the outcome of a figure apart from drift."""
    return {**row, "outcome": row["judged"]} if row["outcome"] == "drifted" else row
