"""Findings on the tables of a text: totals, shares, changes and ranks that do not follow, and digits wrongly grouped.

Belongs here: applying the rules for a printed table to those of a text. Does not: these rules (`judge.consistency`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import permutations
from math import isfinite
from operator import ne

from tidebook.pipelines.judge.consistency import Inconsistency, inconsistencies
from tidebook.pipelines.judge.sums import Allowance, CellPlace, half_of, swapped_axes
from tidebook.pipelines.judge.text.finding import Finding, Span, Tier, finding, share_off
from tidebook.pipelines.judge.text.grid import PER_UNIT, NumberTable
from tidebook.pipelines.judge.text.learnt import (
    Anomaly,
    Sums,
    held_totals,
    odd_changes,
    odd_ratios,
    odd_shares,
    odd_totals,
    sums_of,
)
from tidebook.pipelines.judge.text.prose import NOT_PLAIN
from tidebook.pipelines.judge.text.words import words
from tidebook.pipelines.read.formatting import format_number
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.read.text.document import Block, Cell, Document

CONFIRMED = 2
"""Minimum columns in which a sum holds before one that fails is certain."""
MOST_TRIED = 20_000
"""Maximum columns of all tables of a text in which sums are tried."""


def table_findings(document: Document, tables: Sequence[NumberTable]) -> Iterator[Finding]:
    """Yield what the numbers of each table say against each other, each group of cells once."""
    allowance = Allowance(MOST_TRIED)
    for table in tables:
        reported: list[frozenset[CellPlace]] = []
        for odd in _odd(table):
            cells = frozenset(odd.cells)
            if not any(cells <= other or other <= cells for other in reported):
                reported.append(cells)
                yield _odd_finding(document, table, odd)
        for found in _errors(table, allowance):
            if not any(set(found.cells) & other for other in reported):
                yield _inconsistency_finding(document, table, found)


def _errors(table: NumberTable, allowance: Allowance) -> Iterator[Inconsistency]:
    """Yield the errors that one slip explains, without totals of what need not add up."""
    heads = table.table.heads[1:]
    texts = [[cell.text for cell in row[1:]] for row in table.table.rows]
    for found in inconsistencies(table.grid, table.labels, heads, texts, allowance):
        is_no_sum = found.rule == "total" and (
            _SIGNED.search(heads[found.cells[-1][1]]) or _may_overlap(table, found.cells)
        )
        if found.is_error and not is_no_sum:
            yield found


def _odd(table: NumberTable) -> Iterator[Anomaly]:
    """Yield the cells that break what their table follows elsewhere."""
    sums = sums_of(table.grid, table.labels)
    held = held_totals(sums)
    yield from _odd_totals_of_rows(table, sums)
    yield from _odd_totals_of_columns(table, held)
    yield from _odd_changes(table, held)
    yield from odd_shares(table.grid)
    rates = {place for place, head in enumerate(table.heads[1:]) if _SAYS_RATE.search(head.text)}
    yield from odd_ratios(table.grid, rates)


_SAYS_RATE = re.compile(r"%|\b(?:rates?|shares?|percent(?:age)?|proportion|turnout|margin|ratio)\b", re.IGNORECASE)


def _odd_totals_of_rows(table: NumberTable, sums: Sums) -> Iterator[Anomaly]:
    """Yield totals that the rows above do not add up to; prices, averages and changes are not sums."""
    heads = table.heads[1:]
    for odd in odd_totals(table.grid, table.labels, sums):
        row, column = odd.cells[-1]
        about = f"{heads[column].text} {table.labels[row]}"
        if any(rule.search(about) for rule in (PER_UNIT, _NO_SUM, _SIGNED)):
            continue
        if heads[column].kind == "change" and _is_rate(table, row, column):
            continue
        # Where two other columns add up, only what is counted by its kinds is believed not to.
        may_share = odd.held < CONFIRMED or _KINDS.search(about) is not None
        if not (may_share and _may_overlap(table, odd.cells)):
            yield odd


def _odd_totals_of_columns(table: NumberTable, held: Collection[CellPlace]) -> Iterator[Anomaly]:
    """Yield totals that the columns before do not add up to, unless they are those of rows, which are `held`."""
    grid, heads = swapped_axes(table.grid), table.heads[1:]
    names = [head.text for head in heads]
    for turned in odd_totals(grid, names, sums_of(grid, names)):
        odd = turned._replace(cells=tuple((row, column) for column, row in turned.cells))
        is_share = any(heads[column].kind == "share" for _, column in odd.cells)
        row, column = odd.cells[-1]
        is_rate = (quantity := table.grid[row][column]) and quantity.unit == "percent"
        if not is_share and not is_rate and (row, column) not in held:
            yield odd


def _odd_changes(table: NumberTable, held: Collection[CellPlace]) -> Iterator[Anomaly]:
    """Yield changes that do not follow; a column may add up what the others have no number of, as `held` says."""
    heads = table.heads[1:]
    changes = [place for place, head in enumerate(heads) if head.kind == "change"]
    adjusted = {place for place, head in enumerate(heads) if NOT_PLAIN.search(head.text)}
    for odd in odd_changes(table.grid, changes):
        if odd.cells[-1] not in held and odd.cells[-1][1] not in adjusted:
            yield odd


def _is_rate(table: NumberTable, row: int, column: int) -> bool:
    """Whether a number is the rate between two others of its row, printed without a percent sign."""
    line = table.grid[row]
    rate = line[column]
    numbers = [each.value for each in line if each is not None and each.value > 0]
    pairs = permutations(numbers, 2)
    return rate is not None and any(
        abs(abs(100 * (new / old - 1)) - abs(rate.value)) <= half_of(rate) for new, old in pairs
    )


def _may_overlap(table: NumberTable, cells: Sequence[CellPlace]) -> bool:
    """Whether the last of some cells may count once what several others have: of 27, 22 and 15 species 34 in all.

    Its column counts something of its own, of which each row has some; one slip of a digit explains no such count.
    """
    given = [table.grid[row][column] for row, column in cells]
    if not all(quantity is None or _is_count(quantity) for quantity in given):
        return False
    *parts, total = [quantity.value if quantity else 0.0 for quantity in given]
    added = sum(parts)
    if not max(parts, default=0.0) <= total < added or _is_one_digit_off(f"{total:g}", f"{added:g}"):
        return False
    heads = [words(head.text) for head in table.heads[1:]]
    own = heads.pop(cells[-1][1])
    return bool(own) and not any(own & other for other in heads)


def _is_count(quantity: Quantity) -> bool:
    return quantity.unit == "number" and quantity.value.is_integer()


def _is_one_digit_off(digits: str, other: str) -> bool:
    return len(digits) == len(other) and sum(map(ne, digits, other)) == 1


_KINDS = re.compile(
    r"\b(?:species|taxa|genera|kinds?|types?|varieties|languages|unique|distinct|different)\b", re.IGNORECASE
)
"""Words of what several rows may have in common, so that the whole has fewer than they add up to."""
_NO_SUM = re.compile(
    r"\b(?:avg|mean|median|density|pct|ratio|index|rank|may yet be|remaining|cumulative|running)\b", re.IGNORECASE
)
"""Words of columns and rows whose total is not a sum."""
_SIGNED = re.compile(r"\bvariances?\b|\b(?:un)?favou?rable\b|\badverse\b|\bbetter\b|\bworse\b", re.IGNORECASE)
"""Words of columns in which more income is good and more cost is bad, so that their signs do not add up."""
_FOLLOWS = {
    "total": "follows from its parts, which add up in {} other{}",
    "change": "follows from the numbers beside it, as in {} other row{}",
    "share": "follows from its row and the total, as in {} other row{}",
    "ratio": "follows from two others of its row, as in {} other row{}",
}


def _odd_finding(document: Document, table: NumberTable, odd: Anomaly) -> Finding:
    row, column = odd.cells[-1]
    printed = table.table.rows[row][column + 1].text
    name = ", ".join(filter(None, (table.labels[row] or f"row {row + 1}", table.table.heads[column + 1])))
    expected = _like_cell(odd.expected, odd.printed, printed)
    follows = _FOLLOWS[odd.rule].format(odd.held, "" if odd.held == 1 else "s")
    why = f"{name}: {printed} is printed, {expected} {follows}"
    tier: Tier = "certain" if odd.is_sure else "likely"
    off = share_off(odd.expected, odd.printed)
    return _on_cells(document, table, odd.rule, tier, odd.cells, expected, why, off)


def _like_cell(value: float, size: float, printed: str) -> str:
    """Return a value as the cell prints its own, which is `size`: with its magnitude, as `$60M` where it has `$61M`."""
    numeral = re.search(r"\d[\d,]*(?:\.\d+)?", printed)
    factor = abs(size) / float(numeral[0].replace(",", "")) if numeral and size else 1.0
    if numeral is None or factor in (0.0, 1.0):
        return format_number(value, 6)
    return printed[: numeral.start()] + format_number(value / factor, 6) + printed[numeral.end() :]


def _inconsistency_finding(document: Document, table: NumberTable, found: Inconsistency) -> Finding:
    row, column = found.cells[-1]
    quantity = table.grid[row][column]
    expected = ""
    off = 1.0
    if quantity is not None and isfinite(found.factor) and found.factor:
        expected = format_number(quantity.value / found.factor, 12)
        off = abs(1 - min(found.factor, 1 / found.factor)) if found.factor > 0 else 1.0
    is_sure = found.rule in ("total", "share", "growth") and found.columns >= CONFIRMED
    tier: Tier = "certain" if is_sure else "likely"
    return _on_cells(document, table, found.rule, tier, found.cells, expected, found.text, off)


def _on_cells(
    document: Document,
    table: NumberTable,
    rule: str,
    tier: Tier,
    places: Sequence[CellPlace],
    expected: str,
    why: str,
    off: float,
) -> Finding:
    """Return the finding on the last of some cells, which the others speak against."""
    *others, at = [_span(document, table.table.rows[row][column + 1]) for row, column in places]
    quote = " | ".join(cell.text for cell in table.table.rows[places[-1][0]])
    return finding(document, rule, tier, at, quote, expected, why, others, off)


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
        why = "its digits are not grouped by threes, as those of the other numbers are"
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
