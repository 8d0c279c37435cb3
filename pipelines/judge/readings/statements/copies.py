"""Which cell a number of the prose copies, or misses by a slip: a cell of a row that the sentence names.

Belongs here: numbers that no reading is of. Nothing says that they must be that cell, so that a copy is *seen* and no
check, and a miss is a hint. Does not: what a sentence states (`parse`, `bind`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from tidebook.pipelines.judge.readings.statements.mentions import Mention, mentions
from tidebook.pipelines.judge.readings.statements.periods import Period
from tidebook.pipelines.judge.readings.statements.sheet import Label, Sheet, SheetCell
from tidebook.pipelines.judge.readings.statements.tokens import Token, tokens_of
from tidebook.pipelines.judge.text.grid import Number
from tidebook.pipelines.judge.text.prose import Sentence, StatedNumber

DISTINCTIVE_DIGITS = 3
"""Minimum digits of a number that is like a cell hardly by chance; others need the words of the column, too."""
_ROOM = 1.0001
"""Factor on what rounding allows, for the errors of float arithmetic."""


class Copy(NamedTuple):
    """A number of a sentence and the cell that it copies, or misses by a slip.

    Attributes:
        row, head: the labels of the cell.
        slip: by what it misses the cell, "" if it copies it.
    """

    sentence: Sentence
    stated: StatedNumber
    cell: Number
    row: str
    head: str
    slip: str = ""

    def words(self) -> str:
        """Return the cell in words."""
        return f"cell of {self.row}: {self.cell.text} ({self.head or self.cell.column})"


def copies_in(sentences: Sequence[Sentence], sheets: Sequence[Sheet]) -> Iterator[Copy]:
    """Yield the numbers of sentences that copy a cell, or miss one by a slip."""
    labels = sorted({label for sheet in sheets for label in sheet.labels_with_joints}, key=len, reverse=True)
    carried: list[Token] = []
    block = None
    for sentence in sentences:
        if sentence.block is not block:
            block, carried = sentence.block, []
        if not sentence.numbers and not sheets:
            continue
        tokens = tokens_of(sentence, labels)
        own = [token for token in tokens if token.is_content]
        is_of_pronoun = any(token.is_word_of("pronouns") for token in tokens[:2])
        named = [*carried, *own] if is_of_pronoun else own
        carried = named
        periods = [token.period for token in tokens if token.period is not None]
        for stated in sentence.numbers if named else ():
            reached = [each for sheet in sheets for each in _reached(sheet, named, stated, periods)]
            if copy := _only(sentence, stated, reached):
                yield copy


def _reached(
    sheet: Sheet, tokens: Sequence[Token], stated: StatedNumber, periods: Sequence[Period]
) -> Iterator[tuple[SheetCell, Number, bool]]:
    """Yield the cells of the rows and columns that some words name, and whether they name the column."""
    rows = _labels_of(mentions(sheet, "row", tokens))
    columns = _labels_of(mentions(sheet, "column", tokens))
    numbers = sheet.numbers_at
    for place, cell in sheet.cells.items():
        is_in_row = cell.row in rows or (not rows and cell.column in columns and bool(cell.row.periods))
        is_of_time = not periods or cell.period is None or any(cell.period.fits(each) for each in periods)
        if is_in_row and is_of_time and fits(numbers[place], stated.unit):
            yield cell, numbers[place], cell.column in columns or bool(cell.period and periods)


def _labels_of(found: Sequence[Mention]) -> set[Label]:
    return {label for mention in found for label in mention.labels}


def _only(sentence: Sentence, stated: StatedNumber, reached: Sequence[tuple[SheetCell, Number, bool]]) -> Copy | None:
    """Return the copy of a cell of the only row that has what a number prints, else the first cell that it misses."""
    if not stated.is_plain:
        return None
    long = stated.digits >= DISTINCTIVE_DIGITS
    printing = [each for each in reached if (long or each[2]) and _prints(each[1], stated)]
    if printing:
        is_one = len({(id(cell.row), cell.row.index) for cell, _, _ in printing}) == 1
        return _copy(sentence, stated, printing[0]) if is_one else None
    for each in reached if long else ():
        if slip := misses(stated, each[1].size):
            return _copy(sentence, stated, each, slip)
    return None


def _copy(sentence: Sentence, stated: StatedNumber, each: tuple[SheetCell, Number, bool], slip: str = "") -> Copy:
    cell, number, _ = each
    return Copy(sentence, stated, number, cell.row.text, cell.column.text, slip)


def _prints(number: Number, stated: StatedNumber) -> bool:
    """Whether a number is rounded from a cell, or the cell from it."""
    return abs(number.size - stated.size) <= max(number.slack, stated.slack) * _ROOM


def fits(number: Number, unit: str) -> bool:
    """Whether a cell may hold what a sentence says in a unit."""
    if "percent" in (number.unit, unit):
        return number.unit == unit
    return number.unit == unit or "number" in (number.unit, unit)


def misses(stated: StatedNumber, size: float) -> str:
    """Return by what a number misses a size, "" if by more than a slip."""
    if not stated.slack or not size:
        return ""
    unit = 2 * stated.slack
    digits, other = str(round(stated.size / unit)), str(round(size / unit))
    # A digit too many or too few, or the wrong word for a magnitude.
    if any(abs(stated.size * factor - size) <= stated.slack * factor for factor in (10.0, 0.1, 1e3, 1e-3)):
        return "a power of ten"
    if len(digits) != len(other):
        return ""
    apart = [place for place, pair in enumerate(zip(digits, other, strict=True)) if pair[0] != pair[1]]
    if len(apart) == 1:
        return "one digit"
    return "two digits that are swapped" if _are_swapped(apart, digits, other) else ""


def _are_swapped(apart: Sequence[int], digits: str, other: str) -> bool:
    """Whether the places at which two numbers are apart are two neighbours whose digits change places."""
    if len(apart) != 2:
        return False
    ((first, second),) = pairwise(apart)
    return second == first + 1 and digits[first] == other[second] and digits[second] == other[first]
