"""Which cell a number of the prose copies, or misses by a slip: a cell of a row that the sentence names.

Belongs here: numbers that no reading is of, beside the text's own tables. Nothing says that they must be that cell, so
that a copy is *seen* and no check, and a miss a hint, or a finding where chance hardly makes it. Does not: what a
sentence states (`parse`, `bind`), or slips beside files (`slips`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from tidebook.pipelines.judge.readings.statements.mentions import Mention, Places, mentions, places_of
from tidebook.pipelines.judge.readings.statements.periods import Period
from tidebook.pipelines.judge.readings.statements.sheet import Label, Sheet, SheetCell, Sheets
from tidebook.pipelines.judge.readings.statements.tokens import Token
from tidebook.pipelines.judge.text.grid import Number
from tidebook.pipelines.judge.text.prose import NOT_PLAIN, Sentence, StatedNumber

DISTINCTIVE_DIGITS = 3
"""Minimum digits of a number that is like a cell hardly by chance; others need the words of the column, too."""
TELLING_DIGITS = {"one digit": 4, "two digits that are swapped": 3, "a power of ten": 3}
"""Minimum digits from which on a slip is hardly one by chance."""
EXACT = 0.5
"""Half a unit of the last digit of a count, which allows nothing else."""
_ROOM = 1.0001
"""Factor on what rounding allows, for the errors of float arithmetic."""


class Copy(NamedTuple):
    """A number of a sentence and the cell that it copies, or misses by a slip.

    Attributes:
        row, head: the labels of the cell.
        slip: by what it misses the cell, "" if it copies it.
        is_telling: whether a slip is hardly one by chance: the sentence names the row in full, many digits agree, and
            no cell of any table has the number.
    """

    sentence: Sentence
    stated: StatedNumber
    cell: Number
    row: str
    head: str
    slip: str = ""
    is_telling: bool = False

    def words(self) -> str:
        """Return the cell in words."""
        return f"cell of {self.row}: {self.cell.text} ({self.head or self.cell.column})"


class _Reached(NamedTuple):
    """A cell of a row or column that a sentence names.

    Attributes:
        in_column: whether the sentence names its column, or its period.
        is_sure: whether the sentence names its row in full, and no period of which the table says nothing.
        is_own: whether it is of a table of the text; which cell of a file a number misses, `slips` says.
    """

    cell: SheetCell
    number: Number
    in_column: bool
    is_sure: bool
    is_own: bool


def copies_in(sentences: Sequence[Sentence], tables: Sheets) -> Iterator[Copy]:
    """Yield the numbers of sentences that copy a cell, or miss one by a slip."""
    if not tables.sheets:
        return
    printed = {_printed(cell.size) for sheet in tables.sheets for cell in sheet.numbers.numbers}
    for sentence, tokens, named in _with_names(sentences, tables):
        periods = [token.period for token in tokens if token.period is not None]
        near = tables.naming(token.stem for token in named)
        places = places_of(named)
        reached = [each for sheet in near for each in _reached(sheet, named, places, periods)]
        is_other = NOT_PLAIN.search(sentence.text) or any(token.kind in _OTHER_TIMES for token in tokens)
        odd = None if is_other else _odd_of_list(sentence, periods, reached)
        for stated in sentence.numbers:
            if odd is not None and stated is odd.stated:
                yield odd
                continue
            copy = _only(sentence, stated, reached)
            if copy is not None:
                is_open = is_other or _printed(stated.size) in printed
                yield copy._replace(is_telling=False) if is_open else copy


def _with_names(
    sentences: Sequence[Sentence], tables: Sheets
) -> Iterator[tuple[Sentence, Sequence[Token], list[Token]]]:
    """Yield each sentence with numbers, its tokens, and the words that may name a row: a pronoun carries on those of
    the sentence before."""
    carried: list[Token] = []
    block = None
    for sentence in sentences:
        if sentence.block is not block:
            block, carried = sentence.block, []
        if not (sentence.numbers or carried):
            continue
        tokens = tables.tokens(sentence).tokens
        own = [token for token in tokens if token.is_content]
        is_of_pronoun = any(token.is_word_of("pronouns") for token in tokens[:2])
        carried = [*carried, *own] if is_of_pronoun else own
        if carried and any(stated.is_plain for stated in sentence.numbers):
            yield sentence, tokens, carried


_OTHER_TIMES = ("a year before", "last year", "years apart")


def _printed(size: float) -> str:
    """Return a size without its power of ten: a table may be in thousands."""
    return f"{size:e}".partition("e")[0]


def _reached(sheet: Sheet, tokens: Sequence[Token], places: Places, periods: Sequence[Period]) -> Iterator[_Reached]:
    """Yield the cells of the rows that some words name; of a column alone, those in rows of periods."""
    found = mentions(sheet, "row", tokens, places)
    rows = _labels_of(found)
    if not (rows or sheet.has_timed_rows):
        return
    sure = _labels_of([mention for mention in found if mention.is_full])
    columns = _labels_of(mentions(sheet, "column", tokens, places))
    if rows:
        cells = [cell for row in rows for cell in sheet.cells_of_rows.get(row.index, ())]
    else:
        cells = [cell for cell in sheet.cells.values() if cell.column in columns and cell.row.periods]
    for cell in cells:
        is_of_time = not periods or cell.period is None or any(cell.period.fits(each) for each in periods)
        if is_of_time:
            in_column = cell.column in columns or bool(cell.period and periods)
            is_sure = cell.row in sure and (not periods or cell.period is not None)
            number, is_own = sheet.numbers_at[cell.row.index, cell.column.index], sheet.table.document is None
            yield _Reached(cell, number, in_column, is_sure, is_own)


def _odd_of_list(sentence: Sentence, periods: Sequence[Period], reached: Sequence[_Reached]) -> Copy | None:
    """Return the only number of `2019 and 2018 ... were 77.2 and 69.9, respectively` that is not of one row.

    The others copy that row, each in its period, so that the list is of it whatever else the sentence says.
    """
    numbers = sentence.numbers
    is_list = len(numbers) == len(periods) == len(set(periods)) > 1 and "respectively" in sentence.text.lower()
    if not is_list or not all(each.is_plain and each.digits >= DISTINCTIVE_DIGITS for each in numbers):
        return None
    lines: dict[tuple[int, int, tuple[str, ...]], list[_Reached]] = {}
    for each in reached:
        if each.is_sure and each.cell.is_scaled:
            lines.setdefault((id(each.cell.row), each.cell.row.index, each.cell.column.words), []).append(each)
    found = []
    for cells in lines.values():
        pairs = list(_in_periods(cells, numbers, periods))
        odd = [pair for pair in pairs if not _prints(pair[1].number, pair[0])]
        if len(pairs) == len(numbers) and len(odd) < 2:
            found.append(odd)
    if len(found) != 1 or not found[0]:
        return None  # several rows may be meant, or all numbers agree
    ((stated, each),) = found[0]
    row, head = each.cell.row.text, each.cell.column.text
    return Copy(sentence, stated, each.number, row, head, "more than rounding, and the rest of its list agrees", True)


def _in_periods(
    cells: Sequence[_Reached], numbers: Sequence[StatedNumber], periods: Sequence[Period]
) -> Iterator[tuple[StatedNumber, _Reached]]:
    """Yield each number of a list with the only cell of its period, if there is one of its unit."""
    for stated, period in zip(numbers, periods, strict=True):
        own = [each for each in cells if each.cell.period and each.cell.period.fits(period)]
        if len(own) == 1 and fits(own[0].number.unit, stated.unit):
            yield stated, own[0]


def _labels_of(found: Sequence[Mention]) -> list[Label]:
    return list(dict.fromkeys(label for mention in found for label in mention.labels))


def _only(sentence: Sentence, stated: StatedNumber, reached: Sequence[_Reached]) -> Copy | None:
    """Return the copy of a cell of the only row that has what a number prints, else the first cell that it misses."""
    if not stated.is_plain:
        return None
    long = stated.digits >= DISTINCTIVE_DIGITS
    fitting = [each for each in reached if fits(each.number.unit, stated.unit)]
    printing = [each for each in fitting if (long or each.in_column) and _prints(each.number, stated)]
    if printing:
        is_one = len({(id(each.cell.row), each.cell.row.index) for each in printing}) == 1
        return _copy(sentence, stated, printing[0]) if is_one else None
    for each in [each for each in fitting if long and each.is_own]:
        slip = misses(stated, each.number.size)
        if slip == "a power of ten" and (stated.measure or each.number.unit != stated.unit):
            continue  # `12.3 gigawatts` beside a column in megawatts, `112 euros` beside one in cents
        if slip:
            return _copy(sentence, stated, each, slip)
    return None


def _copy(sentence: Sentence, stated: StatedNumber, each: _Reached, slip: str = "") -> Copy:
    is_one_number = stated.quantity.kind in ("exact", "rounded")
    has_scale = each.cell.is_scaled or slip != "a power of ten"  # else the table may be in thousands
    is_sure = is_one_number and has_scale and each.is_sure
    is_telling = bool(slip) and is_sure and stated.digits >= TELLING_DIGITS[slip]
    row, head = each.cell.row.text, each.cell.column.text
    return Copy(sentence, stated, each.number, row, head, slip, is_telling)


def _prints(number: Number, stated: StatedNumber) -> bool:
    """Whether a number is rounded from a cell, or the cell from it."""
    return abs(number.size - stated.size) <= max(number.slack, stated.slack) * _ROOM


def fits(own: str, unit: str) -> bool:
    """Whether a cell in a unit may hold what a sentence says in another."""
    if "percent" in (own, unit):
        return own == unit
    return own == unit or "number" in (own, unit)


def misses(stated: StatedNumber, size: float) -> str:
    """Return by what a number misses a size, "" if by more than a slip."""
    own, slack = stated.size, stated.slack or EXACT
    if not size:
        return ""
    # A digit too many or too few, or the wrong word for a magnitude.
    for factor in (10.0, 0.1, 1e3, 1e-3):
        if abs(own * factor - size) <= slack * factor:
            return "a power of ten"
    digits, other = str(round(own / (2 * slack))), str(round(size / (2 * slack)))
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
