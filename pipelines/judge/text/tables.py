"""Findings on the tables of a text: totals, shares, changes and ranks that do not follow, and digits wrongly grouped.

Belongs here: applying the search for relations to the tables of a text. Does not: the search (`relate`), what labels
say (`labels`), or the words of findings (`wording`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import isfinite

from tidebook.pipelines.judge.text.certainty import tier_of
from tidebook.pipelines.judge.text.finding import Finding, Span, finding, share_off
from tidebook.pipelines.judge.text.grid import NumberTable
from tidebook.pipelines.judge.text.labels import table_of
from tidebook.pipelines.judge.text.wording import RULES, Words, expected_text, why
from tidebook.pipelines.read.text.document import Block, Cell, Document
from tidebook.pipelines.relate.anomaly import Anomaly
from tidebook.pipelines.relate.search import anomalies
from tidebook.pipelines.relate.totals import Allowance

CONFIRMED = 2
"""Minimum columns in which a sum holds before one that fails is certain."""
MOST_TRIED = 20_000
"""Maximum columns of all tables of a text in which sums are tried."""


def table_findings(document: Document, tables: Sequence[NumberTable]) -> Iterator[Finding]:
    """Yield what the numbers of each table say against each other."""
    allowance = Allowance(MOST_TRIED)
    for table in tables:
        heads = table.table.heads[1:]
        texts = [[cell.text for cell in row[1:]] for row in table.table.rows]
        words = Words(texts, table.labels, heads)
        for odd in anomalies(table_of(table.grid, table.labels, heads), allowance):
            if odd.is_error and not _has_parts_elsewhere(odd, words):
                yield _finding(document, table, odd, words)


_RECKONED = re.compile(r"=[\s/]*\(?\d[\d\s()+/to–-]*")
"""How a head says which columns it adds up, by their numbers, such as `2 = (3 to 6) + 14`."""


def _has_parts_elsewhere(odd: Anomaly, words: Words) -> bool:
    """Whether a head or label counts columns or rows beyond the table, which goes on elsewhere, among the parts."""
    rows, columns = zip(*odd.cells, strict=True)
    said = [(words.heads[column], len(words.heads) + 1) for column in set(columns)]
    said += [(words.labels[row], len(words.labels)) for row in set(rows)]
    return any(
        int(number) > last
        for text, last in said
        for found in _RECKONED.findall(text)
        for number in re.findall(r"\d{1,9}", found)
    )


def _finding(document: Document, table: NumberTable, odd: Anomaly, words: Words) -> Finding:
    """Return the finding on the last of some cells, which the others speak against."""
    *others, at = [
        _span(document, table.table.rows[row][column + 1]) for row, column in odd.cells if words.texts[row][column]
    ]
    quote = " | ".join(cell.text for cell in table.table.rows[odd.cells[-1][0]])
    tier = tier_of(f"table: {odd.rule}")
    if tier == "certain" and not (odd.is_sure and odd.held >= CONFIRMED):
        tier = "likely"
    off = share_off(odd.printed, odd.expected) if isfinite(odd.printed) and isfinite(odd.expected) else 1.0
    return finding(document, odd.rule, tier, at, quote, expected_text(odd, words), why(odd, words), others, off)


def _span(document: Document, cell: Cell) -> Span:
    if cell.offsets:
        return Span(cell.offsets[0], cell.offsets[-1] + 1, cell.text)
    raise ValueError(f"an empty cell at {cell.place} of {document.name} is no evidence")


# Wrongly grouped digits

_GROUPED = re.compile(
    r"(?<![\w.,])(?P<sign>[$€£¥]\s?)?(?P<number>\d+(?:,\d+)+(?:\.\d+)?)(?![\d,]|\.\d)"
    r"(?P<behind>\s?(?:%|million|billion|thousand))?"
)
_RIGHT = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?")
"""By threes, or as in India: `12,34,567`."""


def grouping_findings(document: Document) -> Iterator[Finding]:
    """Yield numbers whose digits are wrongly grouped, as `11,54`, where others of the text are grouped by threes."""
    right = 0
    wrong: list[tuple[re.Match[str], Block | Cell, bool]] = []
    for piece, is_cell in _pieces(document):
        for found in _GROUPED.finditer(piece.text):
            if _RIGHT.fullmatch(found["number"]):
                right += 1
            # Elsewhere `11,54` may be two numbers side by side.
            elif found["sign"] or found["behind"] or (is_cell and found[0].strip() == piece.text.strip("()-− %")):
                wrong.append((found, piece, is_cell))
    # A text of decimal commas has many of them.
    if right < max(FEWEST_RIGHT, 3 * len(wrong)):
        return
    for found, piece, _ in wrong:
        start, end = piece.offsets[found.start("number")], piece.offsets[found.end("number") - 1] + 1
        why = RULES["grouping"].templates[""]
        quote = piece.text if len(piece.text) <= LONGEST_QUOTE else found[0]
        yield finding(document, "grouping", "certain", Span(start, end, found["number"]), quote, "", why, ())


FEWEST_RIGHT = 3
"""Minimum numbers grouped by threes before others are wrong."""
LONGEST_QUOTE = 200


def _pieces(document: Document) -> Iterator[tuple[Block | Cell, bool]]:
    for block in document.blocks:
        if block.is_prose:
            yield block, False
    for table in document.tables:
        for row in table.rows:
            for cell in row:
                if not cell.spanned:
                    yield cell, True
