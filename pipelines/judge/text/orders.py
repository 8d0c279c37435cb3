"""Findings on what a sentence says of a column: that a row is the largest, or that all but two lie above a number.

Belongs here: superlatives and counts of rows against the table. Does not: levels and changes of one row (`one_row`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, islice
from typing import NamedTuple

from tidebook.pipelines.judge.text.finding import Finding, finding
from tidebook.pipelines.judge.text.grid import Number, NumberTable
from tidebook.pipelines.judge.text.prose import NEAR, Sentence, StatedNumber
from tidebook.pipelines.judge.text.rows import DISTINCTIVE_DIGITS, Row, Rows, comparable, fits, is_summary
from tidebook.pipelines.judge.text.words import COUNT_WORD, count_of, plain_label, words
from tidebook.pipelines.read.text.document import Document

_MOST = "largest|highest|biggest|greatest|most|longest|fastest growing|oldest|tallest|heaviest|priciest|dearest"
_LEAST = "smallest|lowest|fewest|least|shortest|youngest|lightest|cheapest"
_EITHER = "fastest|slowest|best|worst|strongest|weakest|safest"
"""Superlatives that may mean the largest or the smallest number."""
SUPERLATIVES = tuple("|".join((_MOST, _LEAST, _EITHER)).split("|"))
_SUPERLATIVE = re.compile(
    r"\b(?:the|has|had|with|is|are|was|were|and(?=\s+[a-z]+\s+(?:in|at|for|on|among)\b))"
    rf"\s+(?P<word>{'|'.join(SUPERLATIVES)})\b",
    re.IGNORECASE,
)
_NOT_FIRST = re.compile(
    r"\b(?:one of|among|second|third|fourth|fifth|next|two|three|four|five|ten|top|ever|almost|nearly|not|no longer"
    r"|after|behind|except|other than|since|recent|world|history)\b|-(?:largest|highest|most)",
    re.IGNORECASE,
)
_UP_TO_TEN = "one|two|three|four|five|six|seven|eight|nine|ten"
_ALL_BUT = re.compile(
    rf"\b(?P<all>all but (?P<but>\d+|{_UP_TO_TEN})|every one|all)\b(?P<between>[^.;]{{0,80}}?)"
    r"\b(?P<side>above|over|more than|exceed(?:s|ed)?|at least|below|under|less than|at most|fewer than)\s+$",
    re.IGNORECASE,
)
_ABOVE = re.compile(r"above|over|more than|at least|exceed", re.IGNORECASE)
"""The beginning of the sides that are above."""
FEWEST = 3
"""Minimum rows that are compared."""


def order_findings(document: Document, rows: Rows, sentence: Sentence) -> Iterator[Finding]:
    """Yield superlatives and counts that a table denies."""
    if not sentence.is_plain:
        return
    yield from _superlatives(document, rows, sentence)
    for stated in sentence.numbers:
        yield from _all_but(document, rows, sentence, stated)
        yield from _some_of(document, rows, sentence, stated)


class _Superlative(NamedTuple):
    """A superlative of a sentence.

    Attributes:
        word: where it stands.
        part: the part of the sentence that names its row.
        until_number: that part up to the number beside it, if there is any.
        beside: the number behind it, None without one near.
        signs: 1 if it means the largest number, -1 the smallest; both where the word may mean either.
    """

    word: re.Match[str]
    part: str
    until_number: str
    beside: StatedNumber | None
    signs: tuple[int, ...]

    def firsts(self, cells: Sequence[Number]) -> list[Number]:
        """Return the cells that it may describe."""
        return [max(cells, key=lambda cell: sign * cell.value * cell.factor) for sign in self.signs]


def _superlatives(document: Document, rows: Rows, sentence: Sentence) -> Iterator[Finding]:
    """Yield superlatives about one row where another row has the largest or smallest number."""
    for stated in _superlatives_of(sentence):
        row = _only_row_named(rows, stated)
        columns = _columns_compared(rows, row, sentence, stated) if row else []
        if row is None or len(columns) != 1:
            continue
        cells = comparable(row.table, columns[0])
        own = next((cell for cell in cells if cell.row == row.index), None)
        if own is None or len(cells) < FEWEST or _is_of_some(sentence, stated, len(cells)):
            continue
        if first := _other_first(rows, row, own, stated, cells):
            label, head = row.table.labels[first.row], row.table.heads[first.column].text
            why = f"{label} has {first.text} for {head}, {row.label} {own.text}"
            span, evidence = sentence.span(*stated.word.span("word")), [first.span, own.span]
            yield finding(document, "order", "likely", span, sentence.text, label, why, evidence)


def _other_first(rows: Rows, row: Row, own: Number, stated: _Superlative, cells: Sequence[Number]) -> Number | None:
    """Return the cell that makes a superlative about a row wrong: a larger or smaller one; None if it may be right.

    Of several it is the one that the number beside the superlative prints.
    """
    firsts = _firsts_but_totals(own, stated, cells)
    # A loss is of another kind than what is compared.
    if any(first.value == own.value or first.value < 0 < own.value for first in firsts):
        return None
    return next((cell for cell in firsts if stated.beside and rows.prints(row, cell, stated.beside)), firsts[0])


def _firsts_but_totals(own: Number, stated: _Superlative, cells: Sequence[Number]) -> list[Number]:
    """Return the cells that a superlative may describe, without those that may be totals of the others."""
    firsts = stated.firsts(cells)
    for _ in range(MOST_TOTALS):
        wholes = [cell for cell in firsts if cell is not own and _may_be_whole(cell, cells)]
        if not wholes:
            break
        cells = [cell for cell in cells if cell not in wholes]
        firsts = stated.firsts(cells)
    return firsts


def _only_row_named(rows: Rows, stated: _Superlative) -> Row | None:
    """Return the only row that a superlative describes; None if it describes several, or puts others first."""
    mentioned = words(stated.part)
    named = [row for row in rows.sharing(mentioned) if row.own <= mentioned and not is_summary(row.label)]
    return named[0] if len(named) == 1 and not _NOT_FIRST.search(stated.until_number) else None


def _may_be_whole(cell: Number, cells: Sequence[Number]) -> bool:
    """Whether a cell may be the total of the others, or of those right above or below it, whatever its label says."""
    sizes = [other.value * other.factor for other in cells]
    place, own = cells.index(cell), cell.value * cell.factor
    others = [*sizes[:place], *sizes[place + 1 :]]
    if own > 0 and own >= sum(size for size in others if size > 0) * (1 - NEGLIGIBLE):
        return True
    runs = accumulate(reversed(sizes[:place])), accumulate(sizes[place + 1 :])
    # From two parts on: a single neighbour that is equal is no part of it.
    return any(abs(added - own) <= NEGLIGIBLE * abs(own) for run in runs for added in islice(run, 1, MOST_PARTS))


MOST_TOTALS = 3
"""Maximum totals of a column that are left out of a comparison."""
NEGLIGIBLE = 0.001
"""Maximum relative error of a total by rounding."""
MOST_PARTS = 30
"""Maximum rows right above or below that are added to a total."""
_ALL_OF = re.compile(rf"(?:all\s+|the\s+)*(?P<count>{COUNT_WORD}|all)\b", re.IGNORECASE)
_OF_SOME = re.compile(
    r"\b(?:of|among|outside|without|within|in)\s+(?=(?:the|these|those|its|our|their|all)\b)", re.IGNORECASE
)
"""Opens a sentence on some rows: `Of the newcomers, Town has the most points`."""
_RIGHT_OF = re.compile(r"(?:\s+[a-z-]+){0,2}\s+of\s+(?=(?:the|these|those|its|our)\b)", re.IGNORECASE)
"""Behind a superlative of some rows: `the largest of the small parties`."""


def _is_of_some(sentence: Sentence, stated: _Superlative, count: int) -> bool:
    """Whether a superlative is one of some rows only: `Of the newcomers, Town has the most points`."""
    text = sentence.block.text
    opens = _OF_SOME.match(text, sentence.start) or _RIGHT_OF.match(text, stated.word.end(), sentence.end)
    if opens is None:
        return False
    every = _ALL_OF.match(text, opens.end())
    return every is None or (every["count"].lower() != "all" and count_of(every["count"]) != count)


def _superlatives_of(sentence: Sentence) -> Iterator[_Superlative]:
    """Yield the superlatives of a sentence, each with the part of it that ends before the next one.

    What follows its number may be about another row: `the most entries, 2,150, followed by`.
    """
    text = sentence.block.text
    found = list(_SUPERLATIVE.finditer(text, sentence.start, sentence.end))
    ends = [*(word.start() for word in found[1:]), sentence.end]
    start = sentence.start
    for word, next_start in zip(found, ends, strict=False):
        beside = _number_near(sentence, word.end(), next_start)
        until_number = text[start : beside.end if beside else next_start]
        is_last = beside and (len(found) > 1 or _FOLLOWED.match(text, beside.end))
        end = beside.end if beside and is_last else next_start
        yield _Superlative(word, text[start:end], until_number, beside, _signs(word["word"]))
        start = end


def _number_near(sentence: Sentence, start: int, end: int) -> StatedNumber | None:
    """Return the first number near behind a place, if it ends before another one."""
    near = next((stated for stated in sentence.numbers if 0 <= stated.start - start < NEAR), None)
    return near if near and near.end <= end else None


def _signs(word: str) -> tuple[int, ...]:
    if re.fullmatch(_EITHER, word, re.IGNORECASE):
        return (1, -1)
    return (-1,) if re.fullmatch(_LEAST, word, re.IGNORECASE) else (1,)


_FOLLOWED = re.compile(r"[^.;:()\d]{0,20},?\s+(?:followed by|ahead of|against|compared (?:to|with)|and)\b")
_OF_CHANGE = re.compile(
    r"\s+(?:[a-z-]+\s+)?(?:rise|fall|increase|decrease|growth|gain|drop|decline|change|improvement|jump|cut|reduction"
    r"|gap|difference|loss|share|part)s?\b",
    re.IGNORECASE,
)
"""Behind a superlative that is not about the levels of a column."""


def _columns_compared(rows: Rows, row: Row, sentence: Sentence, stated: _Superlative) -> list[int]:
    """Return the columns that a superlative may compare: by their words, their year, or else the number beside it."""
    columns = _columns_meant(row.table, words(sentence.text) - row.own) or _columns_of_year(row.table, sentence)
    if len(columns) == 1 and len(stated.signs) == 1:
        return columns
    if stated.beside is None or _OF_CHANGE.match(sentence.block.text, stated.word.end()):
        return []
    levels = [column for column, head in enumerate(row.table.heads) if head.kind != "change"]
    return [column for column in levels if _prints_beside(rows, row, column, stated, stated.beside)]


def _prints_beside(rows: Rows, row: Row, column: int, stated: _Superlative, beside: StatedNumber) -> bool:
    """Whether a column prints the number beside a superlative as its first cell, or as that of the row.

    The latter counts only if the number has enough digits to be meant so.
    """
    cells = comparable(row.table, column)
    if len(cells) < FEWEST:
        return False
    extreme = stated.firsts(cells)
    if len(stated.signs) == 1 and beside.digits >= DISTINCTIVE_DIGITS:
        extreme += [cell for cell in cells if cell.row == row.index]
    return any(rows.prints(row, cell, beside, is_copy=True) for cell in extreme)


def _columns_meant(table: NumberTable, mentioned: frozenset[str]) -> list[int]:
    """Return the columns all of whose words are in a sentence; those with most words."""
    found: dict[int, list[int]] = {}
    for column, head in enumerate(table.heads):
        own = words(plain_label(head.text))
        if column and own and own <= mentioned:
            found.setdefault(len(own), []).append(column)
    return found[max(found)] if found else []


def _columns_of_year(table: NumberTable, sentence: Sentence) -> list[int]:
    """Return the columns of levels in the only year that a sentence states."""
    years = {year for _, year in sentence.years}
    if len(years) != 1:
        return []
    return [column for column, head in enumerate(table.heads) if head.kind == "level" and set(head.years) == years]


class _Sides(NamedTuple):
    """The rows on the two sides of a number, in the column that a sentence means.

    Attributes:
        table: the table.
        head: the head of the column.
        inside: the cells on the side that the sentence names.
        outside: the others.
        touching: how many of the others are exactly at the number, and may count as either.
    """

    table: NumberTable
    head: str
    inside: list[Number]
    outside: list[Number]
    touching: int

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.inside) + len(self.outside)

    def names(self, cells: Sequence[Number]) -> str:
        """Return the labels of the rows of some cells."""
        return ", ".join(self.table.labels[cell.row] for cell in cells) or "none"


def _sides(rows: Rows, sentence: Sentence, stated: StatedNumber, side: str) -> _Sides | None:
    """Return on which side of a number the rows of the only column lie that a sentence means; None without one."""
    meant = _only_column_meant(rows, sentence)
    if meant is None:
        return None
    table, column = meant
    sizes = _sizes(rows, table, [cell for cell in comparable(table, column) if fits(cell, stated.unit)])
    if len(sizes) < FEWEST:
        return None
    outside = _outside(sizes, side, stated.value)
    beyond = set(outside)
    inside = [cell for cell in sizes if cell not in beyond]
    touching = sum(sizes[cell] == stated.value for cell in outside)
    return _Sides(table, table.heads[column].text, inside, outside, touching)


def _bound_at(stated: StatedNumber) -> int:
    """Return where the digits of a number begin: the word of the side is part of its words, as in `above 5,000`."""
    digits = re.search(r"\d", stated.text)
    return stated.start + (digits.start() if digits else 0)


def _all_but(document: Document, rows: Rows, sentence: Sentence, stated: StatedNumber) -> Iterator[Finding]:
    """Yield `all but two are above 5 %` where another number of rows is."""
    claim = _ALL_BUT.search(sentence.block.text, sentence.start, _bound_at(stated))
    sides = _sides(rows, sentence, stated, claim["side"]) if claim else None
    if claim is None or sides is None:
        return
    outside = sides.outside
    if len(outside) - sides.touching <= count_of(claim["but"] or "0") <= len(outside):
        return
    span = sentence.span(*claim.span("all"))
    beyond = f"not {claim['side']} {stated.text} in {sides.head}: {sides.names(outside)}"
    why = f"of {sides.size} rows {len(outside)} are {beyond}"
    evidence = [cell.span for cell in outside]
    yield finding(document, "count", "likely", span, sentence.text, f"all but {len(outside)}", why, evidence)


_SIDE = re.compile(r"\b(?P<side>above|over|more than|below|under|less than|fewer than)\s+$", re.IGNORECASE)
_OF_ROWS = re.compile(
    rf"\s+(?:at|in|for)\s+(?P<count>{COUNT_WORD})\s+of\s+(?:the\s+)?(?P<all>{COUNT_WORD})\s+[a-z]{{3,}}", re.I
)


def _some_of(document: Document, rows: Rows, sentence: Sentence, stated: StatedNumber) -> Iterator[Finding]:
    """Yield `above 70% at three of the four clinics` where another number of rows is."""
    side = _SIDE.search(sentence.block.text, sentence.start, _bound_at(stated))
    claim = _OF_ROWS.match(sentence.block.text, stated.end, sentence.end)
    sides = _sides(rows, sentence, stated, side["side"]) if side and claim else None
    if side is None or claim is None or sides is None or count_of(claim["all"]) != sides.size:
        return
    inside = sides.inside
    if len(inside) <= count_of(claim["count"]) <= len(inside) + sides.touching:
        return
    span = sentence.span(*claim.span("count"))
    within = f"{side['side']} {stated.text} in {sides.head}: {sides.names(inside)}"
    why = f"{len(inside)} of {sides.size} rows are {within}"
    evidence = [cell.span for cell in inside]
    yield finding(document, "count", "likely", span, sentence.text, f"{len(inside)}", why, evidence)


def _only_column_meant(rows: Rows, sentence: Sentence) -> tuple[NumberTable, int] | None:
    """Return the only table that has one column whose words are in a sentence, with this column; None if several do."""
    mentioned = words(sentence.text)
    found = []
    for table in rows.searched:
        columns = _columns_meant(table, mentioned)
        if not columns and mentioned & rows.around(table):
            columns = _columns_of_year(table, sentence)
        if len(columns) == 1:
            found.append((table, columns[0]))
    return found[0] if len(found) == 1 else None


def _sizes(rows: Rows, table: NumberTable, cells: Sequence[Number]) -> dict[Number, float]:
    """Return the value of each cell in the unit itself; none at all if the power of ten of one is not known."""
    found = {}
    for cell in cells:
        size = rows.size(table, cell)
        if size is None:
            return {}
        found[cell] = size[0] if cell.value >= 0 else -size[0]
    return found


def _outside(sizes: Mapping[Number, float], side: str, bound: float) -> list[Number]:
    """Return the cells that are not on the named side of a number."""
    if _ABOVE.match(side):
        return [cell for cell, size in sizes.items() if size <= bound]
    return [cell for cell, size in sizes.items() if size >= bound]
