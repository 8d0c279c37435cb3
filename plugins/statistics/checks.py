"""All checks of a text: those that `tidebook statistics` lists, and of these the findings that every review shows.

Belongs here: running the rules, and what they cover. Does not: the rules, or which texts they run on (`rules`).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from tidebook.pipelines.judge.text.brought import Brought
from tidebook.pipelines.judge.text.coverage import NumberKey
from tidebook.pipelines.judge.text.finding import Span
from tidebook.pipelines.read.text.document import Document
from tidebook.plugins.statistics.check import Check
from tidebook.plugins.statistics.counts import count_checks
from tidebook.plugins.statistics.marks import reports_more_than_shares
from tidebook.plugins.statistics.tests import Convention
from tidebook.plugins.statistics.text import StatisticsText, statistics_text

_DIGITS = re.compile(r"[-−–.]?\d[\d.,·]*")


def checks_of(document: Document, convention: Convention | None = None) -> list[Check]:
    """Return all checks of a text, in its order.

    Args:
        document: the text.
        convention: how it reports, None for what it says of that itself.
    """
    return sorted(_checks(statistics_text(document, convention)), key=lambda each: each.at.start)


def _checks(text: StatisticsText) -> Iterator[Check]:
    for passage in text.passages:
        yield from count_checks(passage)
    if reports_more_than_shares(text.document):
        yield from _of_paper(text)


def _of_paper(text: StatisticsText) -> Iterator[Check]:
    """Yield the checks of a text that reports more than shares; their rules take longer to import than most texts."""
    from tidebook.plugins.statistics.descriptives import descriptive_checks
    from tidebook.plugins.statistics.effects import effect_checks
    from tidebook.plugins.statistics.estimates import estimates_of
    from tidebook.plugins.statistics.intervals import interval_checks, intervals_of
    from tidebook.plugins.statistics.reported import test_checks
    from tidebook.plugins.statistics.tables import table_checks
    from tidebook.plugins.statistics.words import word_checks

    for passage in text.passages:
        estimates = estimates_of(passage)
        intervals = [*intervals_of(estimates)]
        yield from test_checks(text, passage, estimates)
        yield from interval_checks(text, passage, intervals)
        yield from descriptive_checks(passage, estimates)
        yield from effect_checks(passage, estimates)
        yield from word_checks(passage, intervals)
    yield from table_checks(text)


def brought(document: Document) -> Brought:
    """Return the findings of a text, and the numbers that were compared."""
    found = Brought([], {}, set())
    keys = _Keys(document)
    for check in _checks(statistics_text(document)):
        each = check.finding(document)
        if each is not None:
            found.findings.append(each)
        # A share is a relation of any text: other rules may say more of it.
        for span in (check.at, *check.evidence, *check.covers) if check.rule != "share" else ():
            if next(keys.within(span.start, span.end), None) is not None:
                found.own.update(_places(document, span))
        for span in (check.at, *check.evidence) if check.outcome != "not recomputed" else ():
            found.checked.update((key, check.why) for key in keys.within(span.start, span.end))
    return found


def _places(document: Document, span: Span) -> Iterator[tuple[int, int]]:
    """Yield where a part of the source begins, and where each number in it does, by line and column."""
    yield document.place(span.start)
    for digits in _DIGITS.finditer(document.source, span.start, span.end):
        yield document.place(digits.start())


class _Keys:
    """The characters of the running text of a document, by their offset in its source."""

    def __init__(self, document: Document) -> None:
        self.blocks = [
            (block.offsets, index) for index, block in enumerate(document.blocks) if block.is_prose and block.offsets
        ]
        self.blocks.sort(key=lambda each: each[0][0])
        self.starts = [offsets[0] for offsets, _ in self.blocks]

    def within(self, start: int, end: int) -> Iterator[NumberKey]:
        """Yield the characters of a part of the source."""
        at = bisect_right(self.starts, start) - 1
        if at < 0:
            return
        offsets, index = self.blocks[at]
        for place in range(bisect_left(offsets, start), bisect_left(offsets, end)):
            yield index, place
