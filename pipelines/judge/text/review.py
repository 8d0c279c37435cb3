"""All findings on a text that need no reading of its sentences.

Belongs here: which rules run, and their order. Does not: the rules, or what follows from readings (`judge.readings`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from typing import NamedTuple

from tidebook.pipelines.judge.coverage import Coverage
from tidebook.pipelines.judge.text.brought import brought_by_plugins
from tidebook.pipelines.judge.text.budget import within_budget
from tidebook.pipelines.judge.text.coverage import NumberKey, coverage_of
from tidebook.pipelines.judge.text.finding import Finding, worst_first
from tidebook.pipelines.judge.text.grid import number_tables
from tidebook.pipelines.judge.text.prose import prose_of
from tidebook.pipelines.judge.text.tables import grouping_findings, table_findings
from tidebook.pipelines.judge.text.words import measure_of
from tidebook.pipelines.read.text.document import Document

FiguresIn = Callable[[Document], Mapping[NumberKey, str]]
"""Returns what numbers of a text print, by block and offset."""


class Review(NamedTuple):
    """The result of reviewing a text.

    Attributes:
        findings: the worst first.
        coverage: the state of each numeral.
        left_out: a line for each part of the text that was not read, or is beyond the budget of its checks.
        own: where numbers stand that only rules of plugins are about, by line and column.
        within: the part of the text that was checked.
    """

    findings: list[Finding]
    coverage: Coverage
    left_out: list[str]
    own: Set[tuple[int, int]]
    within: Document


def review(
    document: Document,
    *,
    hints: bool = False,
    figures: FiguresIn = lambda _: {},
    ignored: Sequence[str] = (),
) -> Review:
    """Check the tables of a text, and what plugins have rules for.

    Args:
        document: the text.
        hints: whether to return hints, too.
        figures: returns the declared figures that numbers of the prose print, given the part that is checked.
        ignored: quotes whose numbers are left unchecked.
    """
    document, held, left_out = within_budget(document)
    # Each helps to read the units of the other.
    measures = {measure_of(text) for table in document.tables for text in (*table.heads, *table.labels)}
    prose = prose_of(document.blocks, measures - {""})
    tables = number_tables(document.tables, [block.text for block, _ in prose.found])
    found = [*table_findings(document, [each for each in tables if each.table.number in held])]
    found += grouping_findings(document)
    brought = brought_by_plugins(document, prose.sentences)
    found = [each for each in found if each.start not in brought.own]
    found += [each for each in brought.findings if hints or each.tier != "hint"]
    coverage = coverage_of(document, prose, brought.checked, figures(document), ignored)
    return Review(worst_first(found), coverage, [*document.notes, *map(str, left_out)], brought.own, document)
