"""Which rows of a printed table add up to another, and the columns in which they do not.

Belongs here: sums, differences and shares of one whole. Does not: other rules within a table (`consistency`). A sum is
meant if it holds in a column with more digits than chance gives; a column where it fails is an error only if one typo
(a digit, a factor of ten, two cells swapped) would put it right. The slack is all that rounding can explain: half a
unit of the last digit of every cell.
"""

from __future__ import annotations

import re
import string
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise, permutations, product
from math import fsum, gcd, isfinite, log10
from typing import NamedTuple, TypeGuard, TypeVar

from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.schemas.units import UNITS

Grid = Sequence[Sequence[Quantity | None]]
T = TypeVar("T")
CellPlace = tuple[int, int]
"""A row and a column, from 0."""

MOST_ITEMS = 25
"""Maximum rows that one total adds up."""
MOST_HELD, MOST_FAILED = 50, 50
"""Maximum columns of which two are tried whether a third is their quotient, and of which each may have a typo."""
FEWEST = 3
"""Numbers that may share a step by chance, and columns that show what is meant."""
THREE = 3
"""Rows of a change: two and their difference."""
# The digits from here on were set by planted slips and random correct tables: docs/decisions/table-findings.md.
MOST_DIGITS = 6.0
"""Maximum digits that count of one column, and of all others together."""
OTHERS = 0.3
"""Weight of the digits of further columns: what holds in one often holds in the next, as in years of one series."""
LABEL, CLOSING_LABEL = 1.5, 1.0
"""Digits that a label such as `Total` is worth, and one such as `Net`."""
NAMED, NAMED_ALIKE, NAMELESS = 1.5, 0.3, 2.0
"""Digits beyond chance that show an error: with such a label, with one in a column like another, without one."""
NAMELESS_BELOW, NAMELESS_ABOVE = 2.7, 3.7
"""The same without a label, where a single column of another quantity holds: the total below its parts, or above them,
where few tables have one that they do not name."""
LEAST, LEAST_ALIKE, LEAST_NEAR = 0.8, 0.3, 2.0
"""Digits by which a sum must hold in its best column: usually, in a column like another, where the error is small."""
NEAR = 4.0
"""An error below this multiple of the slack is small."""
EXPLAINED, EXPLAINED_ALIKE, EXPLAINED_FAR, LIKE_A_MEAN = 0.8, -1.2, 0.9, 1.8
"""Digits that a typo must explain: usually, in a column like another, in another unit, in a total like a mean."""
SAME_SHARE = 2.0
"""Factor below which parts fall short of their totals by about the same share."""
ALIKE_STRENGTH = 0.5
"""Digits by which two sums may differ if either may be meant."""
CERTAIN = 5.0
"""Digits that outweigh all else."""

_TOTAL = re.compile(r"(?i)\b(?:sub-?)?totals?\b|\bsum\b|\boverall\b|\bcombined\b")
_CLOSING = re.compile(
    r"(?i)^(?:all|both|world|altogether)\b|\bnet\b|\bbalance\b|\b(?:ending|closing|end of)\b"
    r"|\b(?:profit|loss|surplus|deficit|margin)\b"
)
"""Labels of a result of several rows that need not be their sum."""
_CHANGE = re.compile(r"(?i)\b(?:change|changes|difference|increase|decrease|variance|delta)\b|^[δ∆Δ]")
"""Labels of what one row is more than another."""
_MONTHS = "jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec"
_MONTHS += "|january|february|march|april|august|september|october|november|december"
_PERIODS = "years?|ended|ending|fiscal|months?|quarters?|half|three|six|nine|twelve|as|at|of|and"
_PERIODS += "|restated|revised|final|estimated|preliminary|unaudited|audited|actual|us|millions?|thousands?|m"
_OF_PERIODS = re.compile(rf"\b(?:{_MONTHS}|{_PERIODS})\b|[^a-z]+")
"""What heads of one quantity in two periods differ by."""
_STATISTIC = re.compile(r"(?i)(?:\w+ )?(?:average|mean|median|min(?:imum)?|max(?:imum)?)(?: \w+)?")


_NUMBERED = re.compile(r"(.*?)[ .:#(-]*(?:\d+|(?<![A-Za-z])[A-Za-z])\)?")
"""A label that ends in a number, or in a letter by itself: what is before it."""
_PART_OF = re.compile(r"(?i)of which\b|thereof\b|including\b|incl\.|o/w\b")

MOST_TRIED = 10_000
"""Maximum columns in which sums are tried: where more may hold, as in long tables of ones and twos, most do so by
chance."""
LONGEST = 18
"""Maximum digits of a number whose typos are tried."""
TRANSPOSED = "two digits in each other's place"
SWAPPED = "two cells swapped"


class Cell(NamedTuple):
    """A number as printed.

    Attributes:
        value, unit: the number.
        last: a unit of its last printed digit.
        half: how far it may be off by rounding, at most.
        likely: how far it is if its zeros are digits as those of its column are.
    """

    value: float
    unit: str
    last: float
    half: float
    likely: float


Cells = Sequence[Sequence[Cell | None]]


def is_known(quantity: Quantity | None) -> TypeGuard[Quantity]:
    """Whether a cell holds a number with two ends."""
    return quantity is not None and all(map(isfinite, (quantity.value, quantity.low, quantity.high)))


def half_of(quantity: Quantity) -> float:
    """Return half a unit of the last printed digit; that digit counts ones where the interval does not say."""
    return max((quantity.high - quantity.low) / 2, 0.5 if quantity.kind == "exact" else 0.0) or 0.5


def swapped_axes(grid: Sequence[Sequence[T]]) -> list[list[T]]:
    """Return the columns of a grid as its rows."""
    return [list(column) for column in zip(*grid, strict=True)]


def cells_of(grid: Grid) -> list[list[Cell | None]]:
    """Return the numbers of a grid, each with the coarsest rounding that its column allows.

    Whole numbers may be rounded to the greatest step that divides all of a column, such as 50, or to as many digits as
    the one with most has before its zeros: 300, 1,200 and 25,000 to two.
    """
    columns = [_rounded(column) for column in zip(*grid, strict=True)]
    return [list(row) for row in zip(*columns, strict=True)]


def _rounded(column: Sequence[Quantity | None]) -> list[Cell | None]:
    numbers = defaultdict[str, list[int]](list)
    for quantity in column:
        if is_known(quantity) and half_of(quantity) >= 0.5:
            numbers[quantity.unit].append(round(abs(quantity.value)))
    most = {unit: max(map(_digits_before_zeros, own)) for unit, own in numbers.items()}
    steps = {unit: gcd(*own) if len(own) > FEWEST else 1 for unit, own in numbers.items()}
    cells: list[Cell | None] = []
    for quantity in column:
        if not is_known(quantity):
            cells.append(None)
            continue
        half = likely = half_of(quantity)
        last = 2 * half
        if half >= 0.5 and quantity.value and quantity.unit != "percent":
            digits = 10.0 ** (len(str(round(abs(quantity.value)))) - most[quantity.unit])
            likely = max(0.5, steps[quantity.unit] / 2, digits / 2)
            half = max(half, likely)
        cells.append(Cell(quantity.value, quantity.unit, last, half, likely))
    return cells


def _digits_before_zeros(number: int) -> int:
    return len(str(number).rstrip("0"))


class Sum(NamedTuple):
    """Rows that may add up: the signed values come to 0, or to 100% if there is no `total`, which is the last row."""

    total: int | None
    rows: tuple[int, ...]
    signs: tuple[int, ...]

    @property
    def is_below(self) -> bool:
        """Whether the rows are below their total."""
        return self.rows[0] > self.rows[-1]

    @property
    def is_around(self) -> bool:
        """Whether the rows are on both sides of their total, which is the later of two with their difference."""
        return self.rows[0] < self.rows[-1] < self.rows[1]


class Column(NamedTuple):
    """A sum in one column: the remainder, and the `slack` that rounding allows."""

    place: int
    cells: tuple[Cell, ...]
    rest: float
    slack: float
    size: float
    distinct: float

    @property
    def holds(self) -> bool:
        """Whether rounding explains the remainder."""
        return abs(self.rest) <= self.slack

    @property
    def unit(self) -> str:
        """The unit of its cells."""
        return self.cells[0].unit

    @property
    def last(self) -> float:
        """The coarsest unit of a last digit."""
        return 2 * max(cell.half for cell in self.cells)

    @property
    def digits(self) -> float:
        """How many digits agree that chance would not make agree."""
        return max(log10(self.size / (abs(self.rest) + self.last / 2)), 0.0)

    @property
    def holds_by_zeros(self) -> bool:
        """Whether it holds only as zeros at the end of a number may hide more than the other digits of its column."""
        return self.holds and abs(self.rest) > fsum(cell.likely for cell in self.cells) + 1e-9 * self.size

    @property
    def total_is_a_hundred(self) -> bool:
        """Whether the last cell is 100%, so that the table states the sum of the rows."""
        return self.cells[-1].unit == "percent" and self.cells[-1].value == 100

    @property
    def like_a_mean(self) -> bool:
        """Whether the total lies among its parts, as a mean or a rate of the whole does."""
        parts = [cell.value for cell in self.cells[:-1]]
        return min(parts) <= self.cells[-1].value <= max(parts)


class Typo(NamedTuple):
    """A column where a sum fails, and the one typo that would explain it.

    Attributes:
        column: the column.
        cells: the places of the cells, of which one or two have the typo.
        text: the typo in words.
        digits: how many digits agree once it is put right, less those that the choice among typos would explain.
    """

    column: Column
    cells: tuple[CellPlace, ...]
    text: str
    digits: float
    in_total: bool


@dataclass(frozen=True)
class Relation:
    """A sum with the columns where it holds and where it fails.

    Attributes:
        sum: the rows.
        named, closing: whether the total has a label that says so, or that it is what is left; shares of a whole need
            none.
        changes: whether it is two rows and what a label says is their change.
        held, failed: the columns.
        slips: the failed columns that one typo would put right.
        peers: whether the total has a name like those of its parts, as among `Plant 1` to `Plant 5`: it is not a total.
        alike: whether a failed column has the head of one that holds but for its year, by place.
        rows: the number of rows with a number.
        chance: the digits by which a sum of this table agrees by chance, as so many are tried.
    """

    sum: Sum
    named: bool
    closing: bool
    changes: bool
    peers: bool
    held: list[Column]
    failed: list[Column]
    typos: list[Typo]
    alike: frozenset[int]
    rows: int
    chance: float

    @property
    def is_named(self) -> bool:
        """Whether a label says that it is a total; rows that may be shares of a whole have none."""
        return self.named and self.sum.total is not None

    @property
    def label(self) -> float:
        """Digits that the label is worth."""
        if self.is_named or self.changes:
            return LABEL
        return CLOSING_LABEL if self.closing and self.sum.total is not None else 0.0

    @property
    def is_definition(self) -> bool:
        """Whether nothing but the rows named can be part of it, and it holds in nearly all columns."""
        return self.changes and len(self.held) >= FEWEST * len(self.failed)

    @property
    def swapped(self) -> list[Typo]:
        """The typos in two columns that one swap would correct."""
        places = Counter(frozenset(typo.cells) for typo in self.typos)
        return [typo for typo in self.typos if typo.text == SWAPPED and places[frozenset(typo.cells)] > 1]

    @property
    def is_whole(self) -> bool:
        """Whether its named total of all other rows prints 100% in every column, though it holds in none."""
        if self.held or not self.typos or not self.is_named or len(self.sum.rows) < self.rows:
            return False
        if any(typo.text == TRANSPOSED for typo in self.typos):
            return False  # so many numbers have two digits to swap that alone it says too little
        return all(column.total_is_a_hundred for column in self.failed)

    @property
    def is_meant(self) -> bool:
        """Whether more digits agree than by chance."""
        return self.strength >= NAMED

    @cached_property
    def rows_of_sum(self) -> frozenset[int]:
        """The rows of the sum, its total among them."""
        return frozenset(self.sum.rows)

    @cached_property
    def strength(self) -> float:
        """Digits that agree in the columns of its best unit."""
        return max(map(self.digits, {column.unit for column in self.held}), default=0.0)

    def digits(self, unit: str) -> float:
        """Digits that agree in the columns of a unit, above those of chance."""
        own = [column for column in self.held if column.unit == unit]
        # Repeated numbers, as prices are, add up by chance more often.
        repeated = 1.0 if self.is_named else min((column.distinct for column in own), default=1.0)
        return repeated**2 * _sum_of_digits(own) + self.label - self.chance

    def holds_in(self, unit: str) -> int:
        """Return the number of columns of a unit that it holds in."""
        return sum(column.unit == unit for column in self.held)

    @property
    def rank(self) -> tuple[float, float]:
        """How well it explains the table: more columns, then more digits."""
        unexplained = len(self.failed) - len(self.typos)
        digits = sum(column.digits for column in self.held or self.failed)
        # A column that a typo explains counts nearly as one that holds; one without an explanation speaks against the
        # sum.
        return len(self.held) + 0.9 * len(self.typos) - 0.5 * unexplained, digits

    @property
    def is_alone(self) -> bool:
        """Whether a single column fails and several others hold, in whatever unit."""
        return len(self.failed) == 1 and len(self.held) >= FEWEST

    @property
    def errors(self) -> list[Typo]:
        """The slips in columns where it must hold."""
        if self.is_whole:
            return self.typos
        typos = [typo for typo in self.typos if not self._is_rate(typo.column) and not self._lacks_a_row(typo.column)]
        return [typo for typo in typos if self._must_be_whole(typo) or self._must_hold(typo)]

    def _is_rate(self, column: Column) -> bool:
        """Whether it is one column that adds up over another in every row: sales per head add up to nothing."""
        return any(_is_quotient(column, *pair) for pair in permutations(self.held[:MOST_HELD], 2))

    def _lacks_a_row(self, column: Column) -> bool:
        """Whether the parts fall short of the total by about the same share in all columns: a row is left out."""
        shares = [each.rest / each.cells[-1].value for each in (column, *self.held)]
        is_short = max(shares) < 0 and min(shares) > SAME_SHARE * max(shares)
        return self.sum.total is not None and len(self.held) > 1 and is_short

    def _must_be_whole(self, typo: Typo) -> bool:
        """Whether a total of all rows prints 100% as that of another column does, which adds up."""
        if not self.is_named or len(self.sum.rows) < self.rows or not typo.column.total_is_a_hundred:
            return False
        return any(column.total_is_a_hundred for column in self.held)

    def _must_hold(self, typo: Typo) -> bool:
        """Whether the columns that hold, and how well the typo explains this one, outweigh chance."""
        if self.peers or (len(self.held) == 1 and self.held[0].holds_by_zeros):
            return False
        swapped = self.swapped
        swap = typo in swapped
        explained = sum(each.digits for each in swapped) if swap else typo.digits
        if not self.holds_in(typo.column.unit):
            return self._without_its_unit(swap, explained)
        alike = typo.column.place in self.alike or self.is_definition
        return (
            not self._fails_too_often(typo, swap, explained)
            and explained >= self._least_explained(typo, alike)
            and self._best_beside(typo) >= self._least_of_best(typo, alike)
            and self._is_beyond_chance(typo, alike, explained)
        )

    def _fails_too_often(self, typo: Typo, swap: bool, explained: float) -> bool:
        """Whether too few columns of the unit hold, beside those that fail, for the sum to be meant in it."""
        same = self.holds_in(typo.column.unit)
        if swap and self.sum.total is None and same == 1:
            return True  # two shares of three may change places by chance
        failed = sum(column.unit == typo.column.unit for column in self.failed)
        return failed > 1 + swap and same <= failed and not (swap and explained >= CERTAIN)

    def _best_beside(self, typo: Typo) -> float:
        """Return the digits of the best column that holds: of the slip's unit, or of any where it alone fails."""
        return max(column.digits for column in self.held if column.unit == typo.column.unit or self.is_alone)

    def _least_of_best(self, typo: Typo, alike: bool) -> float:
        """Return the digits by which the sum must hold in its best column."""
        if self._is_near(typo):
            return LEAST_NEAR
        return LEAST_ALIKE if alike and self.is_named else LEAST

    def _is_near(self, typo: Typo) -> bool:
        """Whether the error is so small that rounding may be the cause of it."""
        return abs(typo.column.rest) < NEAR * typo.column.slack and not self.is_definition

    def _is_beyond_chance(self, typo: Typo, alike: bool, explained: float) -> bool:
        """Whether the digits that hold and those that the typo explains are more than chance gives."""
        held = self.digits(typo.column.unit)
        if self.holds_in(typo.column.unit) == 1 and not alike and not self.label:
            needed = NAMELESS_ABOVE if self.sum.is_below else NAMELESS_BELOW
            return held + explained * typo.column.distinct**2 >= needed
        if alike and self.is_named and not self._is_near(typo):
            return held + explained >= NAMED_ALIKE
        return held + explained >= (NAMED if self.is_named or self.changes else NAMELESS)

    def _without_its_unit(self, swap: bool, explained: float) -> bool:
        """Decide where no column of the unit holds: by a swap of two alone, or by columns of other units."""
        if self.sum.total is None:
            return False
        if not self.held:
            if not swap or len(self.failed) > 2:
                return False
            distinct = 1.0 if self.is_named else min(column.distinct for column in self.failed)
            needed = NAMED if self.is_named else NAMELESS
            return distinct**2 * explained + self.label - self.chance >= needed
        best = _sum_of_digits(self.held)
        return len(self.failed) == 1 and explained >= EXPLAINED_FAR and best + explained - self.chance >= CERTAIN

    def _least_explained(self, typo: Typo, alike: bool) -> float:
        """Return the digits that a typo must explain: few in a column like another, many where a mean would be so."""
        if alike:
            return EXPLAINED_ALIKE
        same = self.holds_in(typo.column.unit)
        parts = [cell.value for cell in typo.column.cells[:-1]]
        # What is left of amounts and deductions lies among them as often as not.
        is_left = same >= FEWEST and min(parts) < 0 < max(parts)
        if not typo.column.like_a_mean or is_left:
            return EXPLAINED_ALIKE if same >= FEWEST or self.is_alone else EXPLAINED
        # A total that is one of its parts may be the last of them, or the largest.
        is_a_part = typo.column.cells[-1].value in parts
        if is_a_part or (typo.in_total and not (self.is_alone and self.is_named)):
            return LIKE_A_MEAN
        return EXPLAINED


def _is_quotient(column: Column, above: Column, below: Column) -> bool:
    """Whether each number of a column may be one of `above` over one of `below`, within their rounding."""
    for cell, numerator, denominator in zip(column.cells, above.cells, below.cells, strict=True):
        if abs(denominator.value) <= denominator.half:
            return False
        numerators = numerator.value - numerator.half, numerator.value + numerator.half
        denominators = denominator.value - denominator.half, denominator.value + denominator.half
        quotients = [one / other for one, other in product(numerators, denominators)]
        if not min(quotients) - cell.half <= cell.value <= max(quotients) + cell.half:
            return False
    return True


def _sum_of_digits(columns: Sequence[Column]) -> float:
    """Add up digits that agree: the best column in full, others in part, as they often go with it."""
    digits = sorted((min(column.digits, MOST_DIGITS) for column in columns), reverse=True)
    return digits[0] + OTHERS * min(sum(digits[1:]), MOST_DIGITS) if digits else 0.0


# Candidates


class Candidates(NamedTuple):
    """The possible sums of a table that may hold in a column, and how many sums of neighbouring rows were tried."""

    sums: list[Sum]
    tried: int


def candidates(cells: Cells, labels: Sequence[str]) -> Candidates:
    """Return the sums that neighbouring rows may be: above a total, below it, or two and their change; and all, as
    shares.

    Of the many that are tried few hold anywhere, which running sums tell.
    """
    rows = [row for row, line in enumerate(cells) if any(line)]
    found: list[Sum] = []
    tried = 0
    above: list[int] = []
    for place, total in enumerate(rows):
        # Nearest first, on either side of the total.
        for near in (above[: -MOST_ITEMS - 1 : -1], rows[place + 1 : place + 1 + MOST_ITEMS]):
            found += _running_sums(cells, total, near, len(rows))
            tried += max(len(near) - 1, 0)
        # A row such as `of which new` is a part of the one above it, and adds to no total below.
        if not _PART_OF.match(labels[total].strip()):
            above.append(total)
    others = [*_sums_with_change(rows, labels), *_sum_of_all(rows)]
    return Candidates(found + others, tried + len(others))


def _running_sums(cells: Cells, total: int, near: Sequence[int], rows: int) -> Iterator[Sum]:
    """Yield the sums of the next 2, 3 ... of some rows that may be a total: those that hold somewhere, or take them
    all, or all but one."""
    running = _RunningRemainders(cells[total])
    for count, row in enumerate(near, 1):
        running.add(cells[row])
        if count > 1 and (running.may_hold or count + 1 >= rows):
            parts = near[:count] if row > total else near[count - 1 :: -1]
            yield Sum(total, (*parts, total), (*[1] * count, -1))


def _sums_with_change(rows: Sequence[int], labels: Sequence[str]) -> Iterator[Sum]:
    """Yield the rows that two others and their change may be."""
    for before, later, change in zip(rows, rows[1:], rows[2:], strict=False):
        if _CHANGE.search(labels[change]):
            yield Sum(later, (before, change, later), (1, 1, -1))


def _sum_of_all(rows: Sequence[int]) -> Iterator[Sum]:
    """Yield all rows as shares of a whole that has none of its own."""
    if len(rows) > 2:
        yield Sum(None, tuple(rows), (1,) * len(rows))


@dataclass(slots=True)
class _Remainder:
    """What a column of a total leaves when rows are taken off it, as in `Column`, and how many of these are not 0."""

    place: int
    total: Cell
    rest: float
    slack: float
    size: float = 0.0
    parts: int = 0

    @property
    def room(self) -> float:
        """The slack, and what adding up in another order may change."""
        return self.slack * (1 + 1e-9) + 1e-8 * self.size


class _RunningRemainders:
    """The columns of a total from which one row after another is taken off."""

    def __init__(self, total: Sequence[Cell | None]) -> None:
        numbers = [(place, cell) for place, cell in enumerate(total) if cell is not None and cell.value]
        self.columns = [_Remainder(place, cell, -cell.value, cell.half) for place, cell in numbers]

    def add(self, line: Sequence[Cell | None]) -> None:
        """Take a row off the total; a column without a number of its unit there is none of this sum or a longer one."""
        kept = []
        for column in self.columns:
            cell = line[column.place]
            if cell is None or _added(cell.unit) != _added(column.total.unit):
                continue
            column.rest += cell.value
            column.slack += cell.half
            column.size = max(column.size, abs(cell.value))
            column.parts += bool(cell.value)
            kept.append(column)
        self.columns = kept

    @property
    def may_hold(self) -> bool:
        """Whether rounding, or two cells swapped between columns where nothing else holds, may explain the rest."""
        columns = [column for column in self.columns if column.parts > 1]
        if any(abs(column.rest) <= column.room for column in columns):
            return True
        if len(columns) != 2:
            return False
        one, other = columns
        return abs(one.rest + other.rest) <= one.room + other.room


def _column(cells: Cells, candidate: Sum, place: int, distinct: float) -> Column | None:
    """Add up one column; None if a cell is not a number, units differ, or there is nothing to add."""
    found = _like_cells(cells, candidate.rows, place)
    if found is None:
        return None
    without_total = candidate.total is None
    # Digits are counted from the second largest part: a single large one would agree with its total by itself.
    sizes = sorted(abs(cell.value) for cell in (found if without_total else found[:-1]))
    if not sizes[-2] or not found[-1].value:
        return None
    if without_total and not _may_be_shares(found):
        return None
    # What rounding may add up to at most, and a little for errors of floats.
    slack = fsum(cell.half for cell in found) + 1e-9 * sizes[-1]
    return Column(place, tuple(found), _rest(candidate, found), slack, sizes[-2], distinct)


def _may_be_shares(parts: Sequence[Cell]) -> bool:
    """Whether numbers may be the shares of a whole, none of them all of it."""
    return parts[0].unit == "percent" and all(cell.value < 100 for cell in parts)


def _rest(candidate: Sum, found: Sequence[Cell]) -> float:
    """Return by how much the parts of a sum exceed its total, which is a hundred without one."""
    rest = fsum(sign * cell.value for sign, cell in zip(candidate.signs, found, strict=True))
    return rest - 100 if candidate.total is None else rest


def _like_cells(cells: Cells, rows: Sequence[int], place: int) -> list[Cell] | None:
    """Return the cells of some rows in a column; None if one is not a number, or their units do not add up."""
    found: list[Cell] = []
    for row in rows:
        cell = cells[row][place]
        if cell is None or (found and _added(cell.unit) != _added(found[0].unit)):
            return None
        found.append(cell)
    return found


def _distinct(cells: Cells, place: int) -> float:
    """Return the share of a column's numbers that differ from each other."""
    numbers = [cell.value for line in cells if line and (cell := line[place]) and cell.value]
    return len(set(numbers)) / max(len(numbers), 1)


def _added(unit: str) -> str:
    """Return the unit in which numbers are added: percentages differ in points."""
    return "percent" if unit == "percentage point" else unit


@dataclass
class Allowance:
    """The columns in which sums may still be tried, in one table or in all of a text."""

    columns: int = MOST_TRIED

    def covers(self, columns: int) -> bool:
        """Whether the budget allows this many columns; if so, they are subtracted from it."""
        is_covered = columns <= self.columns
        self.columns -= columns if is_covered else 0
        return is_covered


def relations(
    cells: Cells, labels: Sequence[str], heads: Sequence[str], allowance: Allowance | None = None
) -> list[Relation]:
    """Return for each total row the sum that explains most columns; so too for the rows of a whole without a total.

    None where more sums than the allowance covers may hold.
    """
    left_out = [row for row, label in enumerate(labels) if _STATISTIC.fullmatch(label.strip())]
    summed = [[] if row in left_out else line for row, line in enumerate(cells)]
    tried = candidates(summed, labels)
    if not (allowance or Allowance()).covers(len(tried.sums) * len(heads)):
        return []
    plain = [_OF_PERIODS.sub("", head.lower()) for head in heads]
    distinct = [_distinct(cells, place) for place in range(len(heads))]
    table = _TriedTable(cells, labels, plain, distinct, sum(map(any, summed)), log10(tried.tried + 1))
    return _consistent(_best_relations(table, tried.sums))


def _best_relations(table: _TriedTable, sums: Sequence[Sum]) -> list[Relation]:
    """Return the relation that explains most for each total, apart by the side on which its parts stand."""
    best: dict[tuple[int | None, bool, bool], Relation] = {}
    for candidate in sums:
        found = _relation(table, candidate)
        if not (found.held or found.swapped or found.is_whole):
            continue
        key = candidate.total, candidate.is_below, candidate.is_around
        if key not in best or found.rank > best[key].rank:
            best[key] = found
    return list(best.values())


def _consistent(found: Sequence[Relation]) -> list[Relation]:
    """Drop the sums that another one of the table rules out."""
    others = _RivalSums(found)
    kept = []
    for each in found:
        if any(_counts_twice(each, other) for other in others.subtotals_within(each)):
            continue
        if any(_rules_out(other, each) for other in others.meant_near(each)):
            continue
        # A label such as `Total` speaks of the rows above it.
        is_second = each.sum.is_below and others.have_total_of(each)
        kept.append(replace(each, named=each.named and not is_second))
    return kept


class _RivalSums:
    """The sums of a table by their rows: only those that have one in common rule each other out, and there are many."""

    def __init__(self, found: Sequence[Relation]) -> None:
        self._of_total, self._with_row, self._subtotals = (defaultdict[int, list[Relation]](list) for _ in range(3))
        for each in found:
            if each.sum.total is None:
                continue
            if each.is_meant:
                self._of_total[each.sum.total].append(each)
                for row in each.sum.rows:
                    self._with_row[row].append(each)
            if each.is_named and not each.failed:
                self._subtotals[each.sum.total].append(each)

    def subtotals_within(self, each: Relation) -> Iterator[Relation]:
        """Yield the sums that hold in every column and whose total is a row of a sum."""
        for row in each.sum.rows:
            yield from self._subtotals.get(row, ())

    def meant_near(self, each: Relation) -> Iterator[Relation]:
        """Yield the sums that are meant and have their total among the rows of a sum, or its total among theirs."""
        for row in each.sum.rows:
            yield from self._of_total.get(row, ())
        if each.sum.total is not None:
            yield from self._with_row.get(each.sum.total, ())

    def have_total_of(self, each: Relation) -> bool:
        """Whether another sum that is meant has the total of a sum."""
        same = () if each.sum.total is None else self._of_total.get(each.sum.total, ())
        return any(other is not each for other in same)


def _counts_twice(each: Relation, subtotal: Relation) -> bool:
    """Whether a sum has among its parts a subtotal, which adds up in every column, and the parts of that too."""
    others = subtotal.rows_of_sum
    return others < each.rows_of_sum and each.sum.total not in others


def _rules_out(other: Relation, each: Relation) -> bool:
    """Whether a part of one sum would be the total of its other parts, or rows would count beside their total.

    That is not known of two that agree in as many digits, each in a column where the other one fails.
    """
    rows, others = each.rows_of_sum, other.rows_of_sum
    is_elsewhere = not {column.place for column in each.held} <= {column.place for column in other.held}
    is_as_strong = each.is_named >= other.is_named and each.strength >= other.strength - ALIKE_STRENGTH
    if is_elsewhere and is_as_strong:
        return False
    if other.strength > each.strength and each.sum.total in other.sum.rows[:-1] and len(rows & others) > 1:
        return True
    return others < rows and each.sum.total not in others and (other.is_named or other.strength > each.strength)


class _TriedTable(NamedTuple):
    """A table whose rows are tried as sums: `heads` without periods, and see `Column` and `Relation` for the rest."""

    cells: Cells
    labels: Sequence[str]
    heads: Sequence[str]
    distinct: Sequence[float]
    rows: int
    chance: float


def _relation(table: _TriedTable, candidate: Sum) -> Relation:
    """Try a sum in every column."""
    held, failed = _tried_columns(table, candidate)
    named = candidate.total is None or bool(_TOTAL.search(table.labels[candidate.total]))
    closing = any(map(_is_closing, _labels_of_result(table, candidate)))
    peers = candidate.total is not None and _are_peers([table.labels[row] for row in candidate.rows])
    kinds = {(table.heads[column.place], column.unit) for column in held}
    alike = frozenset(column.place for column in failed if (table.heads[column.place], column.unit) in kinds)
    # Where it holds nowhere, only a swap between two columns or shares that miss their 100% show that it is meant; to
    # look for slips in all other tries would take most of the time.
    may_be_meant = held or len(failed) <= 2 or all(column.total_is_a_hundred for column in failed)
    typos = _typos(candidate, held, failed) if may_be_meant and len(failed) <= MOST_FAILED else []
    return Relation(
        candidate,
        named,
        closing,
        _is_of_change(table, candidate),
        peers,
        held,
        failed,
        typos,
        alike,
        table.rows,
        table.chance,
    )


def _tried_columns(table: _TriedTable, candidate: Sum) -> tuple[list[Column], list[Column]]:
    """Return the columns in which a sum holds, and those in which it fails; in others it cannot be tried."""
    held: list[Column] = []
    failed: list[Column] = []
    for place in range(len(table.cells[0])):
        column = _column(table.cells, candidate, place, table.distinct[place])
        if column is not None:
            (held if column.holds else failed).append(column)
    return held, failed


def _is_of_change(table: _TriedTable, candidate: Sum) -> bool:
    """Whether a sum is of two numbers and the change between them."""
    if candidate.total is None or len(candidate.rows) != THREE:
        return False
    is_beside = candidate.is_below or candidate.is_around
    return is_beside and bool(_CHANGE.search(table.labels[candidate.rows[-2]]))


def _labels_of_result(table: _TriedTable, candidate: Sum) -> list[str]:
    """Return the labels of the row that others give: the total, and what is left of one that is above."""
    if candidate.total is None:
        return []
    left = [candidate.rows[-2]] if candidate.is_below else []
    return [table.labels[row] for row in (candidate.total, *left)]


def _are_peers(labels: Sequence[str]) -> bool:
    """Whether labels differ in a number or letter at their end alone, or are numbers."""
    numbered = [_NUMBERED.fullmatch(label.strip()) for label in labels]
    return None not in numbered and len({found[1].lower() for found in numbered if found}) == 1


def _is_closing(label: str) -> bool:
    return not label.strip() or bool(_CLOSING.search(label))


# Typos that explain why a sum fails


def _typos(candidate: Sum, held: Sequence[Column], failed: Sequence[Column]) -> list[Typo]:
    wholes = [column.cells[-1].value for column in held if column.unit == "percent"]
    by_rest = sorted(failed, key=lambda column: column.rest)
    widest = max((column.slack for column in failed), default=0.0)
    typos: list[Typo] = []
    for column in failed:
        if not _is_of_sums(candidate, column, wholes):
            continue
        # A swap leaves what two columns miss together as it is, so that only some can have a cell of this one.
        room = 2 * (column.slack + widest)
        first = bisect_left(by_rest, -column.rest - room, key=lambda other: other.rest)
        last = bisect_right(by_rest, -column.rest + room, key=lambda other: other.rest)
        found = list(_explanations(candidate, column, sorted(by_rest[first:last])))
        if found:
            typos.append(_likeliest(found))
    return typos


def _is_of_sums(candidate: Sum, column: Column, wholes: Sequence[float]) -> bool:
    """Whether the numbers of a column add up: percentages only if they, or those that held, are shares of one whole.

    Growth rates, for instance, do not; `wholes` are the totals of percentages that held.
    """
    # Points say that percentages were added or subtracted.
    if column.unit != "percent" or any(cell.unit == "percentage point" for cell in column.cells):
        return True
    are_shares = bool(wholes) and all(round(whole) == 100 for whole in wholes)
    is_whole = candidate.total is None or (column.total_is_a_hundred and not wholes)
    return are_shares or is_whole


def _likeliest(typos: Sequence[Typo]) -> Typo:
    """Return the slip that explains most; of swaps that explain as much, the cells of all."""
    best = max(typos, key=lambda typo: typo.digits)
    if best.text != SWAPPED:
        return best
    cells: dict[CellPlace, None] = {}
    for typo in typos:
        if typo.text == SWAPPED and typo.digits == best.digits:
            cells.update(dict.fromkeys(typo.cells))
    return best._replace(cells=tuple(cells)) if len(cells) > len(best.cells) else best


def _explanations(candidate: Sum, column: Column, others: Sequence[Column]) -> Iterator[Typo]:
    """Yield the typos of which one would explain why a column does not add up; `others` may have a cell of it."""
    all_cells = tuple((row, column.place) for row in candidate.rows)
    count = len(all_cells)

    for index, (sign, cell) in enumerate(zip(candidate.signs, column.cells, strict=True)):

        def typo(
            kind: str, rest: float, ways: float, cells: tuple[CellPlace, ...] = all_cells, total: bool = sign < 0
        ) -> Typo:
            near = abs(rest) + column.last / 2
            return Typo(column, cells, kind, log10(column.size / near) - log10(ways), total)

        for factor in (0.1, 10):
            rest = column.rest + sign * (factor - 1) * cell.value
            if abs(rest) <= column.slack and _may_be(cell, factor):
                yield typo("a factor of ten", rest, 2 * count)
        yield from (typo("one digit", rest, ways * count) for rest, ways in _one_digit(cell, sign, column))
        yield from (typo(TRANSPOSED, rest, ways * count) for rest, ways in _two_digits_swapped(cell, sign, column))
        if candidate.total is not None and index < count - 1:
            rest = column.rest + 2 * (column.cells[-1].value - cell.value)
            if abs(rest) <= column.slack:
                yield typo(SWAPPED, rest, count, total=True)
        for other in others:
            moved = sign * (other.cells[index].value - cell.value)
            # A swap within the slack would explain nothing.
            if abs(column.rest + moved) <= column.slack and abs(other.rest - moved) <= other.slack < abs(moved):
                places = all_cells[index], (candidate.rows[index], other.place)
                yield typo(SWAPPED, column.rest + moved, count, places)


def _may_be(cell: Cell, factor: float) -> bool:
    """Whether a tenth or ten times a number can exist: a tenth of 22 people cannot."""
    return factor > 1 or not UNITS[cell.unit].whole or cell.value % 10 == 0


def _two_digits_swapped(cell: Cell, sign: int, column: Column) -> Iterator[tuple[float, int]]:
    """Yield what remains once two neighbouring digits of a cell change places, within the slack, and the ways to."""
    digits, step = _digits_and_step(cell, sign)
    for place, (first, second) in enumerate(pairwise(digits)):
        size = 10 ** (len(digits) - 2 - place) * step
        # Swapped neighbours change a number by nine times their difference.
        rest = column.rest + 9 * (int(second) - int(first)) * size
        if first != second and abs(rest) <= column.slack:
            yield rest, len(digits) - 1


def _one_digit(cell: Cell, sign: int, column: Column) -> Iterator[tuple[float, int]]:
    """Yield what remains once one digit of a cell is changed, within the slack, and how many digits come before."""
    digits, step = _digits_and_step(cell, sign)
    for place, printed in enumerate(digits):
        size = 10 ** (len(digits) - 1 - place) * step
        for digit in string.digits:
            rest = column.rest + (int(digit) - int(printed)) * size
            if digit != printed and abs(rest) <= column.slack:
                # At each of them nine other digits might stand.
                yield rest, 9 * (place + 1)


def _digits_and_step(cell: Cell, sign: int) -> tuple[str, float]:
    """Return the digits of a number, "" if typos in so many are not tried, and what one more in the last place adds to
    what remains."""
    digits = str(abs(round(cell.value / cell.last)))
    return digits if len(digits) <= LONGEST else "", sign * (-cell.last if cell.value < 0 else cell.last)
