"""The first screen under other assumptions: how many figures are faulted and claims hold if one is changed.

Belongs here: the counts under each change, and which words it changes. Does not: which changes are tried and what they
do (`judge.changed_outcomes`), or the first screen itself (`headline`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter

from tidebook.pipelines.judge.varied import CUTOFF
from tidebook.pipelines.read.formatting import format_count
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.report.appendix import Grid, ShownCell, ShownRow
from tidebook.pipelines.report.claims import Statement
from tidebook.pipelines.report.counts import claim_counts
from tidebook.pipelines.report.figures import FiguresSection

HEADS = ("assumption", "as declared", "instead", "figures", "claims", "what changes")
_OWN_CUTOFF = "the cut-off that a claim writes itself"


def other_headlines(
    figures: FiguresSection,
    statements: Sequence[Statement],
    changed: Iterable[Row],
    tried: Iterable[Row],
    names: Mapping[str, str],
) -> Grid | None:
    """Count figures and claims under each change of an assumption; None if no assumption was changed.

    Args:
        figures: the figures under the assumptions as declared.
        statements: the statements under these.
        changed: rows of `changed_outcomes`.
        tried: rows of `sensitivity`, which names the assumptions that were changed.
        names: words for ids.
    """
    by_change = grouped(changed, itemgetter("assumption", "written", "value"))
    others = {row["assumption"] for row in tried} - {name for name, *_ in by_change}
    if not by_change and not others:
        return None
    rows = [_row(("as declared", "", ""), figures, statements, {}, names)]
    for (name, written, value), reached in by_change.items():
        about = (_OWN_CUTOFF if name == CUTOFF else name, written or "", value)
        of_change = {(row["statement_kind"], row["statement_id"]): row for row in reached}
        rows.append(_row(about, figures, statements, of_change, names))
    if others:
        rows.append(_row((f"{format_count(len(others), 'other')}, each alone", "", ""), figures, statements, {}, names))
    return Grid("other_headlines", "The first screen under other assumptions", [(h, False) for h in HEADS], rows)


def _row(
    about: tuple[str, str, str],
    figures: FiguresSection,
    statements: Sequence[Statement],
    changed: Mapping[tuple[str, str], Row],
    names: Mapping[str, str],
) -> ShownRow:
    """Return the counts under a change, given the outcomes that are others then."""
    cards, claims, words = [], [], []
    for card in figures.cards:
        row = changed.get(("figure", card.figure.figure_id))
        if row and card.outcome == row["outcome"]:  # the word of one that has drifted stays
            words.append(_change_words(names.get(card.figure.figure_id, card.figure.title), row))
            cards.append(replace(card, outcome=row["changed_outcome"], severity=row["changed_severity"] or ""))
        else:
            cards.append(card)
    for claim in statements:
        row = changed.get((claim.kind, claim.claim_id))
        if row and claim.outcome == row["outcome"]:
            words.append(_change_words(claim.name, row))
            claims.append(replace(claim, outcome=row["changed_outcome"], severity=row["changed_severity"] or ""))
        else:
            claims.append(claim)
    counted = _faulted_words(replace(figures, cards=cards)), claim_counts(claims).words
    what = ShownCell("; ".join(words) or "nothing", "", "wide")
    return ShownRow("", [*map(ShownCell, (*about, *counted)), what], [])


def _faulted_words(figures: FiguresSection) -> str:
    """Count the faulted figures: `26 of 45 wrong or out of date`; `""` without a checkable one."""
    faulted, faults = figures.faulted
    return f"{faulted} of {figures.checkable} {faults or 'wrong'}" if figures.checkable else ""


def _change_words(name: str, row: Row) -> str:
    return f"{name}: {row['outcome']} → {row['changed_outcome']}"
