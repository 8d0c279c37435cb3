"""Terms: numbers that may give each other, with their rounding; and tables of them.

Belongs here: what the search knows of a number, and of the row or column that it stands in. Does not: the words by
which that is known (`judge.text.labels`), or what the numbers give each other (`totals`, `results`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, gcd, isfinite
from typing import NamedTuple, TypeGuard, TypeVar

from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.read.quantities.value import Quantity

T = TypeVar("T")
Grid = Sequence[Sequence[Quantity | None]]
CellPlace = tuple[int, int]
"""A row and a column, from 0."""
NIL = "nil"
"""The note of a zero that a dash stands for: nothing is rounded."""
NAME = "name"
"""The unit of numbers that name something, such as those of cars."""
FEWEST = 3
"""Numbers that may share a step by chance."""


class Term(NamedTuple):
    """A printed number.

    Attributes:
        value, unit: the number.
        interval: the values that its print allows.
        last: a unit of its last printed digit.
        half: how far it may be off by rounding, at most: where its column shows that it is rounded further, by that.
        likely: the same if its zeros are digits as those of its column are.
    """

    value: float
    unit: str
    interval: Interval
    last: float
    half: float
    likely: float

    @property
    def added_unit(self) -> str:
        """The unit in which it is added: percentages differ in points."""
        return "percent" if self.unit == "percentage point" else self.unit

    @property
    def is_long(self) -> bool:
        """Whether it has so many digits that it is hardly twice in a table by chance."""
        return len(str(abs(round(self.value / self.last)))) > FEWEST


def room(terms: Sequence[Term]) -> float:
    """Return by how much rounded numbers may fail to add up: half a unit of the last digit of each, and of floats."""
    return fsum(term.half for term in terms) * (1 + 1e-9)


Terms = Sequence[Sequence[Term | None]]


@dataclass(frozen=True)
class Line:
    """What the label of a row, or the head of a column, says of the numbers in it.

    Attributes:
        total: that they are those of others together.
        closing: that they are what others result in, which need not be their sum.
        opening: that they are what the year before closed with.
        restated: that they are what a balance is restated by.
        change, share: that they are changes, or shares and rates.
        adjusted: that they are so on another basis than the numbers beside them.
        statistic: that they are a mean or another statistic of others.
        part: that they are a part of the line before, and add to nothing below.
        apart: that they never add up: names, ranks, years, prices, means.
        signed: that good is positive and bad negative, whichever of both is more.
        kinds: that they count kinds, of which several lines may have the same.
        stem: the label without a number or letter at its end; None if it has none.
        quantity: the label without words of time.
        words: its words.
        year: the only year that it names, 0 for none or several.
    """

    total: bool = False
    closing: bool = False
    opening: bool = False
    restated: bool = False
    change: bool = False
    share: bool = False
    adjusted: bool = False
    statistic: bool = False
    part: bool = False
    apart: bool = False
    signed: bool = False
    kinds: bool = False
    stem: str | None = None
    quantity: str = ""
    words: frozenset[str] = frozenset()
    year: int = 0


class Table(NamedTuple):
    """Terms in rows and columns, None where there is no number, and what the lines are."""

    terms: Terms
    rows: Sequence[Line]
    columns: Sequence[Line]

    @property
    def turned(self) -> Table:
        """The table with its rows as columns."""
        return Table(swapped_axes(self.terms, len(self.columns)), self.columns, self.rows)


def swapped_axes(grid: Sequence[Sequence[T]], width: int) -> list[list[T]]:
    """Return the columns of a grid as its rows."""
    return [[row[column] for row in grid] for column in range(width)]


def is_known(quantity: Quantity | None) -> TypeGuard[Quantity]:
    """Whether a cell holds a number with two ends."""
    return quantity is not None and all(map(isfinite, (quantity.value, quantity.low, quantity.high)))


def half_of(quantity: Quantity) -> float:
    """Return how far a number may be off, at most; the last digit counts ones where its interval does not say."""
    if quantity.note == NIL:
        return 0.0
    farthest = max(quantity.high - quantity.value, quantity.value - quantity.low)
    return max(farthest, 0.5 if quantity.kind == "exact" else 0.0) or 0.5


def terms_of(grid: Grid) -> list[list[Term | None]]:
    """Return the numbers of a grid, each with the coarsest rounding that its column allows.

    Whole numbers may be rounded to the greatest step that divides all of a column, such as 50, or to as many digits as
    the one with most has before its zeros: 300, 1,200 and 25,000 to two.
    """
    width = len(grid[0]) if grid else 0
    columns = [_rounded(column) for column in swapped_axes(grid, width)]
    return [[column[row] for column in columns] for row in range(len(grid))]


def _rounded(column: Sequence[Quantity | None]) -> list[Term | None]:
    numbers = defaultdict[str, list[int]](list)
    for quantity in column:
        if is_known(quantity) and half_of(quantity) >= 0.5:
            numbers[quantity.unit].append(round(abs(quantity.value)))
    most = {unit: max(map(_digits_before_zeros, own)) for unit, own in numbers.items()}
    steps = {unit: gcd(*own) if len(own) > FEWEST else 1 for unit, own in numbers.items()}
    terms: list[Term | None] = []
    for quantity in column:
        if not is_known(quantity):
            terms.append(None)
            continue
        half = likely = half_of(quantity)
        last = 2 * half or 1.0
        if half >= 0.5 and quantity.value and quantity.unit != "percent":
            digits = 10.0 ** (len(str(round(abs(quantity.value)))) - most[quantity.unit])
            likely = max(0.5, steps[quantity.unit] / 2, digits / 2)
            half = max(half, likely)
        terms.append(Term(quantity.value, quantity.unit, quantity.interval, last, half, likely))
    return terms


def _digits_before_zeros(number: int) -> int:
    return len(str(number).rstrip("0"))
