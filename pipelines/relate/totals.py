"""Totals: which lines of a table add up to another, and where they do not.

Belongs here: sums, differences and shares of one whole. Does not: what two numbers give a third (`results`), or which
of several relations explains a number (`search`). A sum is meant if it holds in a column with more digits than chance
gives. The slack is all that rounding can explain: half a unit of the last digit of every number.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import permutations
from math import fsum, hypot, log10, sqrt
from typing import NamedTuple

from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.relate import typos
from tidebook.pipelines.relate.rivals import explain, reference_places
from tidebook.pipelines.relate.terms import FEWEST, CellPlace, Line, Table, Term, Terms
from tidebook.pipelines.relate.typos import SWAPPED, TRANSPOSED
from tidebook.schemas.units import UNITS

MOST_ITEMS = 25
"""Maximum rows that one total adds up."""
MOST_HELD, MOST_FAILED = 50, 50
"""Maximum columns of which two are tried whether a third is their quotient, and of which each may have a typo."""
TWO, THREE = 2, 3
"""Columns of a swap; rows of a change: two and their difference."""
# The digits from here on were set by planted slips and random correct tables: docs/internals/decisions.md.
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
"""Digits that a typo must explain: usually, in a column like another, in another unit, in a total like a mean or one
that may count once what its parts share."""
UNLIKE_A_PART = 1_000.0
"""Units of the last digit in the span of some parts from which on their mean is hardly one of them."""
SMALL, SMALL_HELD = 30, 5
"""Numbers below which counts are not rounded, and columns in which they must add up exactly for that to be known."""
NAMED_AT_ALL, AT_ALL, STRENGTH_AT_ALL = 1.0, 2.0, 1.4
"""Digits of totals beyond chance by which a sum must hold for one that no typo explains: with a label, without one,
and then by its best column."""
COMMON_ROUNDING = 2 / sqrt(3)
"""Two standard deviations of the error of a number, in halves of its last digit."""
ONLY_EXPLAINED, FEWEST_OF_ONLY = 1.5, 4
"""Digits that a typo must explain in the only column of a table, and the fewest rows with the total."""
SAME_SHARE = 3.0
"""Factor below which parts fall short of their totals by about the same share."""
ALIKE_STRENGTH = 0.5
"""Digits by which two sums may differ if either may be meant."""
CERTAIN = 5.0
"""Digits that outweigh all else."""

MOST_TRIED = 10_000
"""Maximum columns in which sums are tried: where more may hold, as in long tables of ones and twos, most do so by
chance."""


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
    cells: tuple[Term, ...]
    rest: float
    slack: float
    size: float
    distinct: float
    is_complete: bool
    """Whether each of its rows has a number: an empty cell may be one left out."""

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
    def is_exact(self) -> bool:
        """Whether it holds digit by digit: a hundredth of the slack is no rounding, but errors of floats."""
        return abs(self.rest) < self.slack / 100

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
    def is_close(self) -> bool:
        """Whether it holds within the usual error of a sum: errors of rounding rarely all point one way."""
        halves = [cell.half for cell in self.cells if cell.value]
        return abs(self.rest) <= min(self.slack, max(2 * halves[-1], COMMON_ROUNDING * hypot(*halves)))

    @property
    def is_of_small_counts(self) -> bool:
        """Whether it holds small whole numbers, which nobody rounds."""
        return all(cell.unit == "number" and cell.value.is_integer() and 0 <= cell.value < SMALL for cell in self.cells)

    @property
    def adds_up(self) -> bool:
        """Whether the total is one of a kind that adds up: of percentages, shares do, whose total is 100%."""
        return self.unit != "percent" or round(self.cells[-1].value) == 100

    @property
    def parts_are_whole(self) -> bool:
        """Whether percentages come to a hundred, whatever is printed as their total."""
        return round(self.cells[-1].value + self.rest) == 100

    @property
    def agreeing(self) -> float:
        """How many digits of the total agree: those that are printed, if they do."""
        printed = fsum(cell.last for cell in self.cells if cell.value) / 2
        room = printed if abs(self.rest) <= printed else self.slack
        return min(max(log10(abs(self.cells[-1].value) / room), 0.0), MOST_DIGITS)

    @property
    def like_a_mean(self) -> bool:
        """Whether the total lies among its parts, as a mean or a rate of the whole does."""
        parts = [cell.value for cell in self.cells[:-1]]
        return min(parts) <= self.cells[-1].value <= max(parts)


class Explained(NamedTuple):
    """A column where a sum fails, and the one typo that would explain it.

    Attributes:
        column: the column.
        cells: the places of the cells, of which one or two have the typo.
        name: the typo.
        digits: how many digits agree once it is put right, less those that the choice among typos would explain.
        in_total: whether it is in the total.
        culprits: the cells that are wrong if it is the cause.
    """

    column: Column
    cells: tuple[CellPlace, ...]
    name: str
    digits: float
    in_total: bool
    culprits: tuple[CellPlace, ...]


@dataclass(frozen=True)
class Relation:
    """A sum with the columns where it holds and where it fails.

    Attributes:
        sum: the rows.
        named, closing: whether the total has a label that says so, or that it is what is left; shares of a whole need
            none.
        changes: whether it is two rows and what a label says is their change.
        held, failed: the columns.
        explained: the failed columns that one typo would put right.
        peers: whether the total has a name like those of its parts, as among `Plant 1` to `Plant 5`: it is not a total.
        alike: whether a failed column has the head of one that holds but for its year, by place.
        tried: the table.
    """

    sum: Sum
    named: bool
    closing: bool
    changes: bool
    peers: bool
    held: list[Column]
    failed: list[Column]
    explained: list[Explained]
    alike: frozenset[int]
    tried: _TriedTable

    @property
    def rows(self) -> int:
        """The number of rows with a number."""
        return self.tried.rows

    @property
    def chance(self) -> float:
        """Digits by which a sum of this table agrees by chance, as so many are tried."""
        return self.tried.chance

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
    def swapped(self) -> list[Explained]:
        """The typos in two columns that one swap would correct."""
        places = Counter(frozenset(typo.cells) for typo in self.explained)
        return [typo for typo in self.explained if typo.name == SWAPPED and places[frozenset(typo.cells)] > 1]

    @property
    def is_whole(self) -> bool:
        """Whether its named total of all other rows prints 100% in every column, though it holds in none."""
        if self.held or not self.explained or not self.is_named or len(self.sum.rows) < self.rows:
            return False
        if any(typo.name == TRANSPOSED for typo in self.explained):
            return False  # so many numbers have two digits to swap that alone it says too little
        return all(column.total_is_a_hundred for column in self.failed)

    @property
    def is_of_only_column(self) -> bool:
        """Whether it is the named total of all rows above, in the only column that there is to add up, and misses them
        by a typo that chance hardly gives."""
        if self.held or len(self.failed) != 1 or not self.explained or not self.is_named:
            return False
        if len(self.sum.rows) < max(self.rows, FEWEST_OF_ONLY) or self.sum.is_below or self.peers:
            return False
        column = self.failed[0]
        has_subtotal = any(self.tried.table.rows[row].total for row in self.sum.rows[:-1])
        if has_subtotal or column.unit == "percent" or column.like_a_mean:
            return False
        return self.explained[0].digits >= ONLY_EXPLAINED and not self._is_near(self.explained[0])

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
        unexplained = len(self.failed) - len(self.explained)
        digits = sum(column.digits for column in self.held or self.failed) + sum(each.digits for each in self.explained)
        # A column that a typo explains counts nearly as one that holds; one without an explanation speaks against the
        # sum.
        return len(self.held) + 0.9 * len(self.explained) - 0.5 * unexplained, digits

    @property
    def is_alone(self) -> bool:
        """Whether a single column fails and several others hold, in whatever unit."""
        return len(self.failed) == 1 and len(self.held) >= FEWEST

    @property
    def errors(self) -> list[Explained]:
        """The slips in columns where it must hold."""
        if self.is_whole or self.is_of_only_column:
            return self.explained
        found = [typo for typo in self.explained if not (self._is_rate(typo.column) or self._lacks_a_row(typo.column))]
        found = [typo for typo in found if not (self.is_excused(typo.column) or self._is_no_share(typo.column))]
        found = [typo for typo in found if not self._is_rate_beside_shares(typo.column)]
        found = [typo for typo in found if not (self._has_too_many() or self._has_other_parts(typo.column))]
        return [typo for typo in found if self._must_be_whole(typo) or self._must_hold(typo)]

    @property
    def misses(self) -> list[Column]:
        """The columns in which a sum fails that must hold, whatever the cause: all of its numbers are given."""
        if self.sum.total is None or self.peers or self.sum.is_below or self.sum.is_around:
            return []
        held = [column for column in self.held if column.adds_up]
        if not any(column.is_close for column in held):
            return []
        units = {column.unit for column in held}
        found = [each for each in self.failed if each.unit in units and (each.adds_up or each.parts_are_whole)]
        found = [each for each in found if not self._is_a_mean(each)]
        if self._has_unseen_parts() or len(found) > max(1, len(held) // FEWEST):
            return []
        found = [each for each in found if not self._may_be_no_sum(each)]
        agreeing = fsum(column.agreeing for column in held) - log10(len(self.sum.rows))
        if self.named or self.closing:
            return found if agreeing >= NAMED_AT_ALL else []
        return found if agreeing >= AT_ALL and self.strength >= STRENGTH_AT_ALL else []

    @property
    def inexact(self) -> list[Column]:
        """The one column of small counts that is off by what only rounding would explain, where nothing is rounded."""
        off = [column for column in self.held if not column.is_exact]
        if len(off) != 1 or self.failed or not self.is_named or self.sum.is_below or not off[0].is_of_small_counts:
            return []
        small = sum(column.is_of_small_counts for column in self.held)
        may_fail = self.is_excused(off[0]) or self._may_overlap(off[0])
        return off if small > SMALL_HELD and not may_fail else []

    def _may_be_no_sum(self, column: Column) -> bool:
        """Whether a column may fail without a slip: what it holds does not add up, or not all parts are given."""
        return (
            self._is_rate(column)
            or self._lacks_a_row(column)
            or self.is_excused(column)
            or self._may_be_excerpt(column)
            or self._has_other_parts(column)
            or self._may_overlap(column)
            or self._may_overlap_alike(column)
        )

    def _may_overlap(self, column: Column) -> bool:
        """Whether a total may count once what several parts have: of 27, 22 and 15 species 34 in all.

        Sums in columns that count other things do not say whether this one adds up, too.
        """
        *parts, total = [cell.value for cell in column.cells]
        if column.place in self.alike or not max(parts) <= total < sum(parts):
            return False
        if not all(cell.value.is_integer() for cell in column.cells) or UNITS[column.unit].currency:
            return False
        heads = self.tried.table.columns
        own = heads[column.place].words
        others = [heads[each.place].words for each in self.held if each.digits >= LEAST]
        return bool(own) and not any(own & each for each in others)

    def _is_a_mean(self, column: Column) -> bool:
        """Whether a total is a price, a mean or a rate of the whole, as one among its parts is, of its own quantity."""
        if self.sum.total is None:
            return False  # the last of some shares is one of them
        *parts, total = [cell.value for cell in column.cells]
        if min(parts) < 0 < max(parts):
            return False  # what is left of amounts and deductions lies among them as often as not
        # A mean hardly has all digits of one of its parts: the total stands in the place of that part.
        if self.is_named and parts.count(total) == 1 and max(parts) - min(parts) >= UNLIKE_A_PART * column.last:
            return False
        # A number that stands several times among its parts is a price or a rate too.
        return column.like_a_mean and (column.place not in self.alike or parts.count(total) > 1)

    def is_excused(self, column: Column) -> bool:
        """Whether a row explains the failure that says nothing where the sum holds: it is zero or empty in all of it.

        Won and lost matches come to all that were played, until one is drawn: then whether a row belongs to the sum is
        not known, be it one of its parts or not.
        """
        places = reference_places([(each.place, each.rest, each.slack) for each in self.held])
        if not places:
            return False
        outside, inside = list[float](), list[float]()
        for row, line in enumerate(self.tried.cells):
            cell = line[column.place] if line else None
            if cell is None or not cell.value or cell.added_unit != column.cells[0].added_unit:
                continue
            if not any((other := line[place]) and other.value for place in places):
                (inside if row in self.sum.rows else outside).append(cell.value)
        return explain(inside, column.rest, column.slack, (-1,)) or explain(outside, column.rest, column.slack)

    def _is_rate(self, column: Column) -> bool:
        """Whether it is one column that adds up over another in every row: sales per head add up to nothing."""
        return any(_is_quotient(column, *pair) for pair in permutations(self.held[:MOST_HELD], 2))

    def _lacks_a_row(self, column: Column) -> bool:
        """Whether the parts fall short of the total by about the same share in all columns: a row is left out."""
        shares = [each.rest / each.cells[-1].value for each in (column, *self.held)]
        is_short = max(shares) < 0 and min(shares) > SAME_SHARE * max(shares)
        return self.sum.total is not None and bool(self.held) and is_short

    def _has_too_many(self) -> bool:
        """Whether it holds in all columns without a part, as rounding hides a small one, or without some."""
        return self._has_unseen_parts() or any(self._holds_without([part]) for part in range(len(self.sum.rows) - 1))

    def _has_unseen_parts(self) -> bool:
        """Whether it holds in all columns without the parts that are zero wherever it is exact."""
        exact = [column for column in self.held if column.is_exact]
        parts = range(len(self.sum.rows) - 1)
        unseen = [part for part in parts if not any(column.cells[part].value for column in exact)]
        return bool(unseen) and self._holds_without(unseen)

    def _holds_without(self, parts: Sequence[int]) -> bool:
        for column in (*self.held, *self.failed):
            left_out = sum(self.sum.signs[part] * column.cells[part].value for part in parts)
            if abs(column.rest - left_out) > column.slack:
                return False
        return True

    def _has_other_parts(self, column: Column) -> bool:
        """Whether more or fewer of the rows above add up to the total."""
        total = self.sum.rows[-1]
        if self.sum.total is None or (self.sum.is_below and self.closing):
            return False  # of what is left below a total, the rows above it say nothing
        running = _RunningRemainders(
            [cell if place == column.place else None for place, cell in enumerate(self.tried.cells[total])]
        )
        for row in range(total - 1, max(total - 1 - MOST_ITEMS, -1), -1):
            if self.tried.cells[row] and self.tried.cells[row][column.place]:
                running.add(self.tried.cells[row])
            least = NAMED_AT_ALL if not any(self.tried.cells[:row]) else AT_ALL
            if any(log10(abs(each.total.value) / each.slack) >= least for each in running.held):
                return True
        return False

    def _may_be_excerpt(self, column: Column) -> bool:
        """Whether the parts may fall short of the total everywhere: by the same share, or by less than rounding hides
        elsewhere."""
        if column.rest >= 0:
            return False
        if _may_miss_one_share([column, *self.held]):
            return True
        return len(self.held) > 1 and all(each.rest < -each.slack / 100 for each in self.held)

    def _may_overlap_alike(self, column: Column) -> bool:
        """Whether the parts exceed the total by a share that rounding may hide in the other columns of the quantity."""
        heads = self.tried.table.columns
        alike = [each for each in self.held if heads[each.place].words & heads[column.place].words]
        return column.rest > 0 and bool(alike) and _may_miss_one_share([column, *alike])

    def _is_no_share(self, column: Column) -> bool:
        """Whether the heads of the columns that come to a hundred have a word, such as `share`, that a column lacks."""
        if self.sum.total is not None or not self.held:
            return False
        heads = self.tried.table.columns
        common = frozenset.intersection(*(frozenset(heads[each.place].words) for each in self.held))
        return bool(common) and common.isdisjoint(heads[column.place].words)

    def _is_rate_beside_shares(self, column: Column) -> bool:
        """Whether percentages are rates, as those that add up all come to a hundred, which these do not.

        The total of rates is one among its parts, none of which is a hundred in the place of the total.
        """
        if self.sum.total is None or column.unit != "percent" or not column.like_a_mean:
            return False
        shares = [each for each in self.held if each.unit == "percent"]
        has_hundred = column.parts_are_whole or any(cell.value == 100 for cell in column.cells)
        return bool(shares) and all(each.adds_up for each in shares) and not has_hundred

    def _must_be_whole(self, typo: Explained) -> bool:
        """Whether a total of all rows prints 100% as that of another column does, which adds up."""
        if not self.is_named or len(self.sum.rows) < self.rows or not typo.column.total_is_a_hundred:
            return False
        return any(column.total_is_a_hundred for column in self.held)

    def _must_hold(self, typo: Explained) -> bool:
        """Whether the columns that hold, and how well the typo explains this one, outweigh chance."""
        if self.peers or self._holds_loosely:
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

    @property
    def _holds_loosely(self) -> bool:
        """Whether it holds in one column alone, by zeros at the end of a number, or by rounding of some rows."""
        if len(self.held) != 1:
            return False
        column = self.held[0]
        return column.holds_by_zeros or (len(self.sum.rows) < self.rows and not column.is_exact)

    def _fails_too_often(self, typo: Explained, swap: bool, explained: float) -> bool:
        """Whether too few columns of the unit hold, beside those that fail, for the sum to be meant in it."""
        same = self.holds_in(typo.column.unit)
        if swap and self.sum.total is None and same == 1:
            return True  # two shares of three may change places by chance
        if swap and explained >= CERTAIN:
            return False
        failed = sum(column.unit == typo.column.unit and not self._is_a_mean(column) for column in self.failed)
        if failed > 2 and same < FEWEST * failed:
            return True  # what fails so often is another relation
        return failed > 1 + swap and same <= failed

    def _best_beside(self, typo: Explained) -> float:
        """Return the digits of the best column that holds: of the slip's unit, or of any where it alone fails.

        Beside a small error only a column without one counts: what two columns miss by rounding may be chance in both.
        """
        columns = [column for column in self.held if column.unit == typo.column.unit or self.is_alone]
        if self._is_near(typo):
            columns = [column for column in columns if column.is_exact]
        return max((column.digits for column in columns), default=0.0)

    def _least_of_best(self, typo: Explained, alike: bool) -> float:
        """Return the digits by which the sum must hold in its best column."""
        if self._is_near(typo):
            return LEAST_NEAR
        return LEAST_ALIKE if alike and self.is_named else LEAST

    def _is_near(self, typo: Explained) -> bool:
        """Whether the error is so small that rounding may be the cause of it."""
        return abs(typo.column.rest) < NEAR * typo.column.slack and not self.is_definition

    def _is_beyond_chance(self, typo: Explained, alike: bool, explained: float) -> bool:
        """Whether the digits that hold and those that the typo explains are more than chance gives."""
        held = self.digits(typo.column.unit)
        # Without a total nothing says that percentages are shares: one column comes to a hundred by chance.
        if self.holds_in(typo.column.unit) == 1 and not self.label and not (alike and self.sum.total is not None):
            needed = NAMELESS_ABOVE if self.sum.is_below else NAMELESS_BELOW
            return held + explained * typo.column.distinct**2 >= needed
        if alike and self.is_named and not self._is_near(typo):
            return held + explained >= NAMED_ALIKE
        return held + explained >= (NAMED if self.is_named or self.changes else NAMELESS)

    def _without_its_unit(self, swap: bool, explained: float) -> bool:
        """Decide where no column of the unit holds: by a swap of two alone, or by columns of other units."""
        if self.sum.total is None:
            return False
        if not any(column.adds_up for column in self.held):
            if not swap or len(self.failed) > 2:
                return False
            distinct = 1.0 if self.is_named else min(column.distinct for column in self.failed)
            needed = NAMED if self.is_named else NAMELESS
            return distinct**2 * explained + self.label - self.chance >= needed
        best = _sum_of_digits(self.held)
        return len(self.failed) == 1 and explained >= EXPLAINED_FAR and best + explained - self.chance >= CERTAIN

    def _least_explained(self, typo: Explained, alike: bool) -> float:
        """Return the digits that a typo must explain: few in a column like another, many where a mean would be so."""
        if alike:
            return EXPLAINED_ALIKE
        if self._may_overlap(typo.column):
            return LIKE_A_MEAN
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


def _may_miss_one_share(columns: Sequence[Column]) -> bool:
    """Whether the same share of the total, left out or counted twice, would be within the rounding of all columns.

    It is looked for only where zeros at the end of numbers hide that a column does not add up.
    """
    if not any(abs(each.rest) > fsum(min(cell.last, 1) for cell in each.cells) / 2 for each in columns[1:]):
        return False
    lows = [(each.rest - each.slack) / abs(each.cells[-1].value) for each in columns]
    highs = [(each.rest + each.slack) / abs(each.cells[-1].value) for each in columns]
    return max(lows) <= min(highs)


def _is_quotient(column: Column, above: Column, below: Column) -> bool:
    """Whether each number of a column may be one of `above` over one of `below`, within their rounding."""
    for cell, one, other in zip(column.cells, above.cells, below.cells, strict=True):
        if abs(other.value) <= other.half:
            return False
        room = one.half + cell.half * abs(other.value) + other.half * (abs(cell.value) + cell.half)
        if abs(cell.value * other.value - one.value) > room:
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


def candidates(cells: Terms, lines: Sequence[Line]) -> Candidates:
    """Return the sums that rows may be: of neighbours above or below their total, of what is open above it, of two and
    their change; and of all, as shares.

    What has been added up is closed: from there on its total stands for it. Of the many that are tried few hold
    anywhere, which running sums tell.
    """
    rows = [row for row, line in enumerate(cells) if any(line)]
    found: dict[tuple[int | None, tuple[int, ...]], Sum] = {}
    tried = 0
    above: list[int] = []
    open_rows: list[int] = []
    for place, total in enumerate(rows):
        # Nearest first, on either side of the total.
        sides = [above[: -MOST_ITEMS - 1 : -1], rows[place + 1 : place + 1 + MOST_ITEMS]]
        if open_rows != above:
            sides.append(open_rows[: -MOST_ITEMS - 1 : -1])
        running = [_running(cells, total, near) for near in sides]
        for near, steps in zip(sides, running, strict=True):
            for each in _running_sums(steps, total, near, len(rows)):
                found.setdefault((each.total, each.rows), each)
            tried += max(len(near) - 1, 0)
        closed = _closed(running[0] if open_rows == above else running[-1], lines[total])
        if closed:
            del open_rows[-closed:]
        # A row such as `of which new` is a part of the one above it, and adds to no total below.
        if not lines[total].part:
            above.append(total)
            open_rows.append(total)
    others = [*_sums_with_change(rows, lines), *_sum_of_all(rows)]
    return Candidates([*found.values(), *others], tried + len(others))


class _Step(NamedTuple):
    """A total from which the nearest rows up to one are taken off.

    Attributes:
        held: in how many columns rounding explains the rest.
        digits: how many digits agree there.
        may_hold: whether it holds anywhere, or may do so but for two cells swapped.
    """

    held: int
    digits: float
    may_hold: bool


def _running(cells: Terms, total: int, near: Sequence[int]) -> list[_Step]:
    """Take some rows off a total, one after another."""
    running, steps = _RunningRemainders(cells[total]), []
    for row in near:
        running.add(cells[row])
        held = running.held
        digits = fsum(min(log10(abs(each.total.value) / each.slack), MOST_DIGITS) for each in held)
        steps.append(_Step(len(held), digits, bool(held) or running.may_be_swapped))
    return steps


def _closed(steps: Sequence[_Step], line: Line) -> int:
    """Return how many of the nearest rows add up to a row beyond chance in most columns; 0 for none.

    Of as many columns the fewest rows: a further one is so small that rounding hides it, as a group of its own may be.
    """
    needed = CLOSED_NAMED if line.total or line.closing else CLOSED
    best, closed = 0, 0
    for count, step in enumerate(steps, 1):
        if step.held > best and step.digits - log10(len(steps)) >= needed:
            best, closed = step.held, count
    return closed


CLOSED_NAMED, CLOSED = 1.0, 2.0
"""Digits beyond chance by which rows add up to one with a label that says so, and to any other, to be closed."""


def _running_sums(steps: Sequence[_Step], total: int, near: Sequence[int], rows: int) -> Iterator[Sum]:
    """Yield the sums of the next 2, 3 ... of some rows that may be a total: those that hold somewhere, or take them
    all, or all but one."""
    for count, step in enumerate(steps, 1):
        if count > 1 and (step.may_hold or count + 1 >= rows):
            parts = near[:count] if near[0] > total else near[count - 1 :: -1]
            yield Sum(total, (*parts, total), (*[1] * count, -1))


def _sums_with_change(rows: Sequence[int], lines: Sequence[Line]) -> Iterator[Sum]:
    """Yield the rows that two others and their change may be."""
    for before, later, change in zip(rows, rows[1:], rows[2:], strict=False):
        if lines[change].change:
            yield Sum(later, (before, change, later), (1, 1, -1))


def _sum_of_all(rows: Sequence[int]) -> Iterator[Sum]:
    """Yield all rows as shares of a whole that has none of its own."""
    if len(rows) > 2:
        yield Sum(None, tuple(rows), (1,) * len(rows))


@dataclass(slots=True)
class _Remainder:
    """What a column of a total leaves when rows are taken off it, as in `Column`, and how many of these are not 0."""

    place: int
    total: Term
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

    def __init__(self, total: Sequence[Term | None]) -> None:
        numbers = [(place, cell) for place, cell in enumerate(total) if cell is not None and cell.value]
        self.columns = [_Remainder(place, cell, -cell.value, cell.half) for place, cell in numbers]

    def add(self, line: Sequence[Term | None]) -> None:
        """Take a row off the total; a column with another unit there is none of this sum or a longer one."""
        kept = []
        for column in self.columns:
            cell = line[column.place]
            if cell is None:
                kept.append(column)
                continue
            if cell.added_unit != column.total.added_unit:
                continue
            column.rest += cell.value
            column.slack += cell.half
            column.size = max(column.size, abs(cell.value))
            column.parts += bool(cell.value)
            kept.append(column)
        self.columns = kept

    @property
    def held(self) -> list[_Remainder]:
        """The columns in which rounding explains the rest."""
        return [column for column in self.columns if column.parts > 1 and abs(column.rest) <= column.room]

    @property
    def may_be_swapped(self) -> bool:
        """Whether two cells swapped between the only two columns may explain the rest."""
        columns = [column for column in self.columns if column.parts > 1 and column.total.unit != "percent"]
        if len(columns) != 2:
            return False
        one, other = columns
        return abs(one.rest + other.rest) <= one.room + other.room


def _column(cells: Terms, candidate: Sum, place: int, distinct: float) -> Column | None:
    """Add up one column; None if a cell is not a number, units differ, or there is nothing to add."""
    found = _like_cells(cells, candidate.rows, place)
    if found is None:
        return None
    without_total = candidate.total is None
    # Digits are counted from the second largest part: a single large one would agree with its total by itself.
    sizes = sorted(abs(cell.value) for cell in (found if without_total else found[:-1]))
    if not sizes[-2] or not found[-1].value:
        return None
    is_complete = all(cells[row][place] is not None for row in candidate.rows)
    if without_total and not (is_complete and _may_be_shares(found)):
        return None
    # What rounding may add up to at most, and a little for errors of floats.
    slack = fsum(cell.half for cell in found) + 1e-9 * sizes[-1]
    return Column(place, tuple(found), _rest(candidate, found), slack, sizes[-2], distinct, is_complete)


def _may_be_shares(parts: Sequence[Term]) -> bool:
    """Whether numbers may be the shares of a whole, none of them all of it."""
    return parts[0].unit == "percent" and all(cell.value < 100 for cell in parts)


def _rest(candidate: Sum, found: Sequence[Term]) -> float:
    """Return by how much the parts of a sum exceed its total, which is a hundred without one."""
    rest = fsum(sign * cell.value for sign, cell in zip(candidate.signs, found, strict=True))
    return rest - 100 if candidate.total is None else rest


def _like_cells(cells: Terms, rows: Sequence[int], place: int) -> list[Term] | None:
    """Return the cells of some rows in a column, zero where there is no number; None if their units do not add up."""
    last = cells[rows[-1]][place]
    if last is None:
        return None
    found: list[Term] = []
    for row in rows:
        cell = cells[row][place]
        if cell is not None and cell.added_unit != last.added_unit:
            return None
        found.append(cell or last._replace(value=0.0, interval=Interval.point(0.0), half=0.0, likely=0.0))
    return found


def _distinct(cells: Terms, place: int) -> float:
    """Return the share of a column's numbers that differ from each other."""
    numbers = [cell.value for line in cells if line and (cell := line[place]) and cell.value]
    return len(set(numbers)) / max(len(numbers), 1)


@dataclass
class Allowance:
    """The columns in which sums may still be tried, in one table or in all of a text."""

    columns: int = MOST_TRIED

    def covers(self, columns: int) -> bool:
        """Whether the budget allows this many columns; if so, they are subtracted from it."""
        is_covered = columns <= self.columns
        self.columns -= columns if is_covered else 0
        return is_covered


def relations(table: Table, allowance: Allowance | None = None) -> list[Relation]:
    """Return for each total row the sum that explains most columns; so too for the rows of a whole without a total.

    None where more sums than the allowance covers may hold.
    """
    summed = [[] if line.statistic else terms for line, terms in zip(table.rows, table.terms, strict=True)]
    tried = candidates(summed, table.rows)
    width = len(table.columns)
    if not (allowance or Allowance()).covers(len(tried.sums) * width):
        return []
    distinct = [_distinct(table.terms, place) for place in range(width)]
    tried_table = _TriedTable(table, summed, distinct, sum(map(any, summed)), log10(tried.tried + 1))
    return _consistent(_best_relations(tried_table, tried.sums))


def _best_relations(tried: _TriedTable, sums: Sequence[Sum]) -> list[Relation]:
    """Return the relation that explains most for each total, apart by the side on which its parts stand."""
    best: dict[tuple[int | None, bool, bool], Relation] = {}
    for candidate in sums:
        found = _relation(tried, candidate)
        if not (found.held or found.swapped or found.is_whole or found.is_of_only_column):
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
        # That rows which a total counts beside each other add up to one of them, in some columns, is chance.
        if each.failed and not each.label and others.count_all_of(each):
            continue
        if any(_is_part_of_its_part(each, other) for other in others.subtotals_within(each)):
            continue
        # A label such as `Total` speaks of the rows above it.
        is_second = each.sum.is_below and others.have_total_of(each)
        kept.append(replace(each, named=each.named and not is_second))
    return kept


class _RivalSums:
    """The sums of a table by their rows: only those that have one in common rule each other out, and there are many."""

    def __init__(self, found: Sequence[Relation]) -> None:
        self._of_total, self._with_row, self._subtotals, self._with_part = (
            defaultdict[int, list[Relation]](list) for _ in range(4)
        )
        for each in found:
            if each.sum.total is None:
                continue
            if each.is_meant:
                self._of_total[each.sum.total].append(each)
                for row in each.sum.rows:
                    self._with_row[row].append(each)
            if each.failed:
                continue
            self._subtotals[each.sum.total].append(each)
            if each.is_named:
                for row in each.sum.rows[:-1]:
                    self._with_part[row].append(each)

    def subtotals_within(self, each: Relation) -> Iterator[Relation]:
        """Yield the sums that hold in every column and whose total is a row of a sum."""
        for row in each.sum.rows:
            yield from self._subtotals.get(row, ())

    def count_all_of(self, each: Relation) -> bool:
        """Whether a named total that holds in every column has all rows of a sum as its parts, the sum's total too."""
        totals = () if each.sum.total is None else self._with_part.get(each.sum.total, ())
        return any(each.rows_of_sum <= set(other.sum.rows[:-1]) for other in totals)

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
    """Whether a sum has among its parts a subtotal, which adds up in every column, and the parts of that too.

    A subtotal without a label, such as a group above its members, is only one beside a sum that fails.
    """
    others = subtotal.rows_of_sum
    is_subtotal = subtotal.is_named or (bool(each.failed) and len(subtotal.held) > 1)
    return is_subtotal and others < each.rows_of_sum and each.sum.total not in others


def _is_part_of_its_part(each: Relation, subtotal: Relation) -> bool:
    """Whether a sum that fails counts among its parts a total that counts the sum's own total, and adds up in all of
    the sum's columns."""
    is_circular = each.sum.total in subtotal.sum.rows[:-1]
    tried = {column.place for column in (*each.held, *each.failed)}
    return is_circular and bool(each.failed) and tried <= {column.place for column in subtotal.held}


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
    """A table whose rows are tried as sums, its `cells` without rows of statistics; see `Column` and `Relation`."""

    table: Table
    cells: Terms
    distinct: Sequence[float]
    rows: int
    chance: float


def _relation(tried: _TriedTable, candidate: Sum) -> Relation:
    """Try a sum in every column."""
    held, failed = _tried_columns(tried, candidate)
    rows, heads = tried.table.rows, tried.table.columns
    total = candidate.total
    named = total is None or rows[total].total
    # Of a total above its parts, the last of these is what is left: `Net`.
    closing = total is not None and rows[candidate.rows[-2] if candidate.is_below else total].closing
    kinds = {(heads[column.place].quantity, column.unit) for column in held}
    alike = frozenset(column.place for column in failed if (heads[column.place].quantity, column.unit) in kinds)
    # Where it holds nowhere, only a swap between two columns, shares that miss their 100% or a typo in the only column
    # show that it is meant; to look for typos in all other tries would take most of the time.
    is_all = named and len(failed) == 1 and len(candidate.rows) == tried.rows
    may_be_meant = held or len(failed) == TWO or is_all or all(column.total_is_a_hundred for column in failed)
    explained = _explained(candidate, held, failed) if may_be_meant and len(failed) <= MOST_FAILED else []
    return Relation(
        candidate,
        named,
        closing,
        _is_of_change(tried, candidate),
        total is not None and _are_peers([rows[row] for row in candidate.rows]),
        held,
        failed,
        explained,
        alike,
        tried,
    )


def _tried_columns(tried: _TriedTable, candidate: Sum) -> tuple[list[Column], list[Column]]:
    """Return the columns in which a sum holds, and those in which it fails; in others it cannot be tried."""
    held: list[Column] = []
    failed: list[Column] = []
    for place in range(len(tried.table.columns)):
        column = _column(tried.cells, candidate, place, tried.distinct[place])
        if column is not None and column.holds:
            held.append(column)
        elif column is not None and column.is_complete:
            failed.append(column)
    heads = tried.table.columns
    # What never adds up by its head does so where a column of the same quantity does.
    added = {heads[column.place].quantity for column in held if heads[column.place].apart}
    wholes = [column.cells[-1].value for column in held if column.unit == "percent"]
    failed = [each for each in failed if _is_of_sums(candidate, each, wholes)]
    return held, [each for each in failed if not heads[each.place].apart or heads[each.place].quantity in added]


def _is_of_change(tried: _TriedTable, candidate: Sum) -> bool:
    """Whether a sum is of two numbers and the change between them."""
    if candidate.total is None or len(candidate.rows) != THREE:
        return False
    return (candidate.is_below or candidate.is_around) and tried.table.rows[candidate.rows[-2]].change


def _are_peers(lines: Sequence[Line]) -> bool:
    """Whether labels differ in a number or letter at their end alone, or are numbers."""
    stems = {line.stem for line in lines}
    return len(stems) == 1 and None not in stems


# Typos that explain why a sum fails


def _explained(candidate: Sum, held: Sequence[Column], failed: Sequence[Column]) -> list[Explained]:
    by_rest = sorted(failed, key=lambda column: column.rest)
    widest = max((column.slack for column in failed), default=0.0)
    explained: list[Explained] = []
    for column in failed:
        # A swap leaves what two columns miss together as it is, so that only some can have a cell of this one.
        room = 2 * (column.slack + widest)
        first = bisect_left(by_rest, -column.rest - room, key=lambda other: other.rest)
        last = bisect_right(by_rest, -column.rest + room, key=lambda other: other.rest)
        found = list(_explanations(candidate, column, sorted(by_rest[first:last])))
        if found:
            explained.append(_likeliest(found))
    return explained


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


def _likeliest(found: Sequence[Explained]) -> Explained:
    """Return the typo that explains most; of swaps that explain as much, the cells of all.

    Where typos of several cells explain nearly as much, none of them is the culprit.
    """
    best = max(found, key=lambda typo: typo.digits)
    as_likely = {typo.culprits for typo in found if typo.digits > best.digits - SURELY}
    if len(as_likely) > 1:
        best = best._replace(culprits=())
    if best.name != SWAPPED:
        return best
    cells: dict[CellPlace, None] = {}
    for typo in found:
        if typo.name == SWAPPED and typo.digits == best.digits:
            cells.update(dict.fromkeys(typo.cells))
    return best._replace(cells=tuple(cells)) if len(cells) > len(best.cells) else best


SURELY = 1.0
"""Digits by which a typo must explain more than those of other cells for its cell to be the wrong one."""


def _explanations(candidate: Sum, column: Column, others: Sequence[Column]) -> Iterator[Explained]:
    """Yield the typos of which one would explain why a column does not add up; `others` may have a cell of it."""
    places = tuple((row, column.place) for row in candidate.rows)
    count = len(places)

    def explained(name: str, index: int, rest: float, ways: float, *swapped: CellPlace) -> Explained:
        near = abs(rest) + column.last / 2
        digits = log10(column.size / near) - log10(ways)
        is_in_total = candidate.signs[index] < 0 or places[-1] in swapped
        culprits = (places[index], *swapped)
        # Of a swap with another column, the two cells are all that is accused.
        cells = culprits if swapped and places[-1] not in swapped else places
        return Explained(column, cells, name, digits, is_in_total, culprits)

    for index, (sign, cell) in enumerate(zip(candidate.signs, column.cells, strict=True)):
        meant = cell.value - sign * column.rest
        for each in typos.typos(cell, meant - column.slack, meant + column.slack):
            rest = column.rest + sign * (each.value - cell.value)
            # By rounding of floats a correction may just not be one.
            if abs(rest) <= column.slack:
                yield explained(each.name, index, rest, each.ways * count)
        if candidate.total is not None and index < count - 1:
            rest = column.rest + 2 * (column.cells[-1].value - cell.value)
            if abs(rest) <= column.slack:
                yield explained(SWAPPED, index, rest, count, places[-1])
        for other in others:
            moved = sign * (other.cells[index].value - cell.value)
            # A swap within the slack would explain nothing.
            if abs(column.rest + moved) <= column.slack and abs(other.rest - moved) <= other.slack < abs(moved):
                yield explained(SWAPPED, index, column.rest + moved, count, (candidate.rows[index], other.place))
