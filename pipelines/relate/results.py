"""Results: columns that two other numbers give row by row, such as changes, rates and shares, and rows that break that.

Belongs here: differences, rates, shares and quotients. Does not: numbers that others add up to (`totals`), or which of
several relations explains a number (`search`). All pairs of columns are tried at once; a relation is meant if it holds
in more rows than chance gives, counted in digits.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log10
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tidebook.pipelines.relate.forms import DIFFERENCE, PRODUCT, QUOTIENT, RATE, SHARE, Form
from tidebook.pipelines.relate.intervals import Ends
from tidebook.pipelines.relate.terms import FEWEST, CellPlace, Table, Term

MOST_COLUMNS, MOST_ROWS = 24, 1_000
"""Maximum columns and rows among which results are looked for."""
MEANT, MEANT_STATED, LABEL = 2.5, 1.2, 1.0
"""Digits beyond chance by which a result is meant, and where its head says so; those that such a head is worth."""
SURPRISING = 0.7
"""Minimum digits beyond chance in a row that counts for a result to be sure: 1 in 5 by chance."""
MOST_WHOLES = 3
"""Maximum rows with 100% that are tried as wholes."""
MOST_ODD = 2
"""Maximum rows that break a relation; with more, it is not meant so."""
DISTINCTIVE, TELLING = 20.0, 2.0
"""Minimum halves of its last digit, and of what rounding allows it, in a number that hardly agrees by chance."""
MOST_AT_ONCE = 200_000
"""Maximum pairs of numbers that are compared at once with the numbers of some columns."""
PERCENT = 1
"""The number of the unit of percentages."""
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


class Row(NamedTuple):
    """A row of a relation: its place, the operands and the result, between which values that follows, and the first
    operand."""

    row: int
    operands: tuple[CellPlace, CellPlace]
    printed: Term
    low: float
    high: float
    first: Term

    def is_multiple_of(self, other: Row) -> bool:
        """Whether the numbers of a row are those of another one times a factor, as shares of one whole are."""
        (one, first), (two, second) = (self.printed, self.first), (other.printed, other.first)
        room = one.half * abs(second.value) + second.half * abs(one.value)
        room += two.half * abs(first.value) + first.half * abs(two.value)
        return abs(one.value * second.value - two.value * first.value) <= room

    @property
    def slack(self) -> float:
        """How far what follows may be off."""
        return (self.high - self.low) / 2 + self.printed.half

    @property
    def is_telling(self) -> bool:
        """Whether it hardly agrees by chance; between 3 and 4, if they are rounded, may be nearly any rate."""
        size = abs(self.printed.value)
        return size >= DISTINCTIVE * self.printed.last / 2 and size >= TELLING * self.slack


@dataclass(frozen=True)
class Result:
    """A column as what a form makes of two numbers.

    Attributes:
        form: the form.
        column: the column.
        pair: what the two numbers are: columns, or a column and `ABOVE`, `BELOW` or the row of a whole.
        of_rows: whether the second one is in another row of the first one's column.
        is_stated: whether the head of the column says so.
        held, odd: the rows that agree, and those that do not.
        printed: the numbers of the column, in order.
        smaller: the largest number, by size, of the operand whose numbers are smaller.
        columns: how many columns are tried.
    """

    form: Form
    column: int
    pair: tuple[int, int]
    of_rows: bool
    is_stated: bool
    held: list[Row]
    odd: list[Row]
    printed: Sequence[float]
    smaller: float
    columns: int

    @property
    def key(self) -> tuple[str, tuple[int, int], bool]:
        """What makes two relations the same, of whichever column: a rise is the same as the fall to what was before."""
        first, second = self.pair
        is_change = self.form in (DIFFERENCE, RATE) and not self.of_rows
        return self.form.name, (min(first, second), max(first, second)) if is_change else self.pair, self.of_rows

    @cached_property
    def independent(self) -> list[Row]:
        """The rows that agree, without those that have to if another one does: what the numbers of a column give, their
        shares in one whole give too."""
        if self.form is not DIFFERENCE or self.is_stated:
            return self.held
        found: list[Row] = []
        for each in self.held:
            if not any(each.is_multiple_of(other) for other in found):
                found.append(each)
        return found

    @cached_property
    def telling(self) -> int:
        """How many different numbers agree that hardly do so by chance."""
        return len({abs(each.printed.value) for each in self.independent if each.is_telling})

    @cached_property
    def surprises(self) -> list[float]:
        """Digits by which chance would not make each row agree; equal numbers are one piece of evidence."""
        return [*{each.printed.value: self._surprise(each) for each in self.independent}.values()]

    @property
    def strength(self) -> float:
        """Digits by which chance would not make all agree but those that do not; sizes agree with either sign."""
        either_sign = self.prints_sizes and any(each.low > 0 for each in self.held)
        return sum(self.surprises) - log10(len(self.odd) + 1) - either_sign * len(self.surprises) * log10(2)

    @property
    def is_meant(self) -> bool:
        """Whether it holds in all rows but a few, with numbers of enough digits."""
        if self.is_stated:  # its head says which form is meant, so that fewer are tried
            return self.telling >= FEWEST - 1 and self.strength + LABEL >= MEANT_STATED
        tried = 1 if self.of_rows else self.columns**2
        return self.telling >= FEWEST and self.strength - log10(tried) >= MEANT

    @property
    def is_sure(self) -> bool:
        """Whether so many rows hold that what breaks it is wrong whatever the cause, and whatever its head says."""
        surprising = sum(each >= SURPRISING for each in self.surprises)
        # Each column is tried with each pair of others.
        others = 2 if self.of_rows else (self.columns - 1) * (self.columns - 2)
        is_beyond_chance = self.strength - log10(max(self.columns * others / 2, 1)) >= MEANT
        return is_beyond_chance and surprising >= FEWEST * max(len(self.odd), 1)

    def _surprise(self, row: Row) -> float:
        """Return, in digits, how unlikely it is that a number is between two ends by chance.

        Chance is the share of the column's span that they take, or of its other numbers that lie there too; of a
        difference also their share of the larger operand, as it is below that, and of the smaller one in any row: what
        is nearly the larger one agrees with whatever is small.
        """
        room, own = row.printed.half, row.printed.value
        low, high = row.low - room, row.high + room
        span = self.printed[-1] - self.printed[0]
        if self.form is DIFFERENCE:
            span = min(span, max(abs(row.first.value), abs(row.first.value - own)), self.smaller)
        if not span:
            return 0.0
        alike = bisect_right(self.printed, high) - bisect_left(self.printed, low) - (low <= own <= high)
        chance = max((high - low) / span, alike / max(len(self.printed) - 1, 1))
        return max(-log10(chance), 0.0) if chance else 0.0

    @property
    def prints_sizes(self) -> bool:
        """Whether falls are printed without a sign, as in a column `Decrease`."""
        return any(each.high < 0 < each.printed.value for each in self.held)

    def expected(self, row: Row) -> tuple[float, float]:
        """Return between which values the number of a row lies that follows, with the sign that the column prints."""
        if self.prints_sizes and row.high < 0:
            return -row.high, -row.low
        return row.low, row.high


ABOVE, BELOW = -1, -2
"""In place of a second column: the numbers of the row above, or below."""


class _Tried(NamedTuple):
    """Pairs of numbers that may give a result in each row, with what a form makes of them, in arrays of rows and pairs.

    Attributes:
        form: the form.
        pairs: what the two numbers are, as in `Result`.
        columns: the columns of the first number of each pair, and of the second one.
        second_rows: the row of the second number, for each row, where it is in the first one's column; else None.
        low, high: between which values what follows lies.
        unit: the unit of the first number, 0 where the pair cannot give anything.
        is_loss: where the second number is below zero: what a loss changes by may be what its size does.
    """

    form: Form
    pairs: Sequence[tuple[int, int]]
    columns: Rows
    second_rows: Rows | None
    low: Numbers
    high: Numbers
    unit: Rows
    is_loss: Mask


class Results:
    """The relations of a table. What a form makes of each pair of numbers is computed once for all columns."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.width = min(len(table.columns), MOST_COLUMNS) if len(table.terms) <= MOST_ROWS else 0
        shape = len(table.terms), self.width
        self.value, self.half, self.last = np.full(shape, np.nan), np.zeros(shape), np.zeros(shape)
        self.unit, is_amount = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.bool_)
        units = {"percent": PERCENT}
        for row, line in enumerate(table.terms):
            for column, term in enumerate(line[: self.width]):
                if term is not None:
                    at = row, column
                    self.value[at], self.half[at], self.last[at] = term.value, term.half, term.last
                    self.unit[at] = units.setdefault(term.added_unit, len(units) + 1)
                    is_amount[at] = term.value != 0 and not table.rows[row].statistic
        # A dash for none is no number.
        self.is_printed = (self.value != 0) & ~np.isnan(self.value) | (self.half > 0)
        self.low = np.where(is_amount, self.value - self.half, np.nan)
        self.high = np.where(is_amount, self.value + self.half, np.nan)
        self._pairs: dict[str, _Tried] = {}
        heads = table.columns[: self.width]
        self.adjusted = np.array([head.adjusted for head in heads], dtype=np.bool_)
        self.of_change = np.array([head.change for head in heads], dtype=np.bool_)
        self.of_share = np.array([head.share for head in heads], dtype=np.bool_)
        self.of_share_alone = self.of_share & [not (head.change and head.words) for head in heads]

    def by_column(self) -> dict[int, list[Result]]:
        """Return the changes, rates and shares that a column is in enough rows to be meant so, by the column."""
        all_columns = np.flatnonzero(~self.adjusted)
        of_rates = all_columns[(self.is_printed & (self.unit == PERCENT)).sum(axis=0)[all_columns] >= FEWEST - 1]
        found = [*self._meant(self._of_columns(DIFFERENCE), all_columns, self.of_change)]
        if len(of_rates):
            found += self._meant(self._of_columns(RATE), of_rates, self.of_change)
            found += self._meant(self._of_columns(SHARE), of_rates, self.of_share_alone)
            for tried in self._of_rows():
                found += self._meant(tried, of_rates, self.of_share if tried.form is SHARE else self.of_change)
        columns: dict[int, list[Result]] = {}
        for each in found:
            columns.setdefault(each.column, []).append(each)
        return columns

    def rivals_in(self, place: int) -> list[Result]:
        """Return the products and quotients that a column is: whatever they explain, nothing else has to."""
        unstated = np.zeros(self.width, dtype=np.bool_)
        tried = [self._of_columns(form) for form in (QUOTIENT, PRODUCT)]
        return [found for each in tried for found in self._meant(each, np.array([place]), unstated)]

    def _of_columns(self, form: Form) -> _Tried:
        """Apply a form to each pair of columns."""
        if form.name not in self._pairs:
            pairs = [(first, second) for first in range(self.width) for second in range(self.width) if first != second]
            self._pairs[form.name] = self._tried(form, pairs, None)
        return self._pairs[form.name]

    def _of_rows(self) -> list[_Tried]:
        """Numbers beside those above and below them, whose growth a column may be, and beside those of a whole: the
        largest one, and one that a column calls 100%."""
        columns, count = range(self.width), len(self.low)
        rows = np.repeat(np.arange(count)[:, None], self.width, axis=1)
        amounts = np.where(self.unit == PERCENT, np.nan, self.low + self.high)
        largest = np.nanargmax(np.where(np.isnan(amounts), -np.inf, amounts), axis=0)
        stated = np.flatnonzero(((self.unit == PERCENT) & (self.value == 100)).any(axis=1))[:MOST_WHOLES]
        wholes = [(each, int(largest[each])) for each in columns]
        wholes += [(each, int(row)) for row in stated for each in columns if largest[each] != row]
        return [
            self._tried(SHARE, wholes, np.repeat([[row for _, row in wholes]], count, axis=0)),
            self._tried(RATE, [(each, ABOVE) for each in columns], rows - 1),
            self._tried(RATE, [(each, BELOW) for each in columns], rows + 1),
        ]

    def _tried(self, form: Form, pairs: Sequence[tuple[int, int]], second_rows: Rows | None) -> _Tried:
        """Apply a form to pairs of columns, or of numbers in one column."""
        first, second = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        one = Ends(self.low[:, first], self.high[:, first])
        if second_rows is None:
            other, unit = Ends(self.low[:, second], self.high[:, second]), self.unit[:, second]
        else:
            second = first
            # A row of no numbers stands outside of the table.
            low, high, units = (np.append(each, [[0] * self.width], 0) for each in (self.low, self.high, self.unit))
            at = np.where(second_rows < 0, len(self.low), second_rows), first[None]
            other, unit = Ends(low[at], high[at]), units[at]
        may_give = _may_give(form, one, other, self.unit[:, first], unit)
        with np.errstate(all="ignore"):
            ends = form.ends(one, other)
        may_give &= np.isfinite(ends.low) & np.isfinite(ends.high)
        unit = np.where(may_give, self.unit[:, first], 0)
        return _Tried(form, pairs, np.stack([first, second]), second_rows, ends.low, ends.high, unit, other.high < 0)

    def _meant(self, tried: _Tried, columns: Rows, is_stated: Mask) -> Iterator[Result]:
        """Yield the pairs of which one of some columns is the result in enough rows to be meant."""
        at_once = max(MOST_AT_ONCE // max(tried.unit.size, 1), 1)
        for start in range(0, len(columns), at_once):
            yield from self._meant_at_once(tried, columns[start : start + at_once], is_stated)

    def _meant_at_once(self, tried: _Tried, columns: Rows, is_stated: Mask) -> Iterator[Result]:
        # Arrays of rows, columns and pairs.
        is_own = self.is_printed[:, columns]
        if tried.form in (RATE, SHARE):
            is_own = is_own & (self.unit[:, columns] == PERCENT)
        is_tried = (tried.unit > 0)[:, None] & is_own[:, :, None]
        if tried.form is DIFFERENCE:
            is_tried &= tried.unit[:, None] == self.unit[:, columns, None]
            is_tried &= ~self._are_years(tried, columns)
        if tried.form is SHARE and tried.second_rows is not None:
            is_tried &= np.stack(
                [self._are_parts(tried, int(place), is_own[:, at]) for at, place in enumerate(columns)], 1
            )
        is_tried &= (tried.columns[:, None] != columns[None, :, None]).all(axis=0)
        is_held = is_tried & self._agree(tried, columns, is_own)
        held = is_held.sum(axis=0)
        odd = is_tried.sum(axis=0) - held
        is_enough = (held >= FEWEST - is_stated[columns, None]) & (odd <= MOST_ODD) & (held >= 2 * odd)
        for at, index in np.argwhere(is_enough).tolist():
            place = int(columns[at])
            lists: tuple[list[Row], list[Row]] = [], []
            for row in np.flatnonzero(is_tried[:, at, index]).tolist():
                lists[not is_held[row, at, index]].append(self._row(tried, index, row, place))
            of_rows = tried.second_rows is not None
            numbers = sorted(self.value[is_own[:, at], place].tolist())
            smaller = np.abs(self.value[is_tried[:, at, index]][:, tried.columns[:, index]]).max(axis=0).min()
            found = Result(
                tried.form, place, tried.pairs[index], of_rows, bool(is_stated[place]), *lists, numbers, float(smaller),
                self.width,
            )  # fmt: skip
            if found.is_meant:
                yield found

    def _are_years(self, tried: _Tried, columns: Rows) -> Mask:
        """Return for which columns and pairs all three are one quantity in a year each, and none is a change."""
        heads = self.table.columns
        quantities, numbers = {head.quantity: place for place, head in enumerate(heads)}, range(self.width)
        quantity = np.array([quantities[heads[each].quantity] if heads[each].year else -each - 1 for each in numbers])
        first, second = tried.columns
        own = quantity[columns, None]
        return np.asarray((own == quantity[first]) & (own == quantity[second]))

    def _agree(self, tried: _Tried, columns: Rows, is_own: Mask) -> Mask:
        """Return where what is printed agrees with what follows; where a column has no sign, a fall has none."""
        value, room = self.value[:, columns, None], self.half[:, columns, None]
        if tried.form in (RATE, SHARE):
            # Percentages are cut by some instead of rounded: a unit of the last digit more.
            room = room + self.last[:, columns, None]
        room = room + 1e-9 * np.abs(value)
        low, high = tried.low[:, None] - room, tried.high[:, None] + room
        agree = (low <= value) & (value <= high)
        if tried.form in (RATE, DIFFERENCE):
            is_below_zero = np.any(is_own & (value[:, :, 0] < 0), axis=0)
            may_have_other_sign = ~np.asarray(is_below_zero)[None, :, None]
            if tried.form is RATE:
                may_have_other_sign = may_have_other_sign | tried.is_loss[:, None]
            agree |= (low <= -value) & (-value <= high) & may_have_other_sign
        return np.asarray(agree)

    def _row(self, tried: _Tried, index: int, row: int, place: int) -> Row:
        first, second = tried.pairs[index]
        other = (row, second) if tried.second_rows is None else (int(tried.second_rows[row, index]), first)
        printed, operand = self.table.terms[row][place], self.table.terms[row][first]
        assert printed is not None and operand is not None  # as they were tried
        return Row(
            row, ((row, first), other), printed, float(tried.low[row, index]), float(tried.high[row, index]), operand
        )

    def _are_parts(self, tried: _Tried, place: int, is_own: Mask) -> Mask:
        """Return which numbers may be parts of the largest one of their column, in a column of percentages."""
        is_part = np.zeros(tried.unit.shape, dtype=np.bool_)
        rows, first = np.arange(len(is_own)), int(is_own.argmax())
        for index, (_, whole) in enumerate(tried.pairs):
            own = self.table.terms[whole][place]
            # A row that prints another share than 100% is a part itself.
            if own is None or (own.unit == "percent" and abs(own.value - 100) <= own.half):
                # What stands behind the whole, when its parts stand before it, is measured against another one.
                is_part[:, index] = ((rows < whole) == (first < whole)) & (rows != whole)
        return is_part


def _may_give(form: Form, one: Ends, other: Ends, first: Rows, second: Rows) -> Mask:
    """Return which operands may give a result by a form; `first` and `second` are their units."""
    if form in (PRODUCT, QUOTIENT):
        return np.asarray((first > 0) & (second > 0) & (one.low > 0) & (other.low > 0))
    same = (first > 0) & (first == second)
    if form is RATE:
        same &= (first != PERCENT) & ((other.low > 0) | (other.high < 0))
    if form is SHARE:
        same &= (first != PERCENT) & (one.low > 0) & (other.low > 0)
    return np.asarray(same)
