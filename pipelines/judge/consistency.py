"""What the numbers of one table say about each other: totals, shares, growth, ranks and copies that cannot be right.

Belongs here: finding how the rows or columns of a printed table belong together, and where a cell breaks that. Does
not: reading cells, other tables, or what is known from elsewhere. A rule speaks only where the table itself shows that
it is meant: a total must hold in another column, a share or growth in most rows, and one typo (a digit, a factor of
ten, two cells swapped) must put the odd one right.
"""

import re
import string
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import fsum, isfinite, log10, sqrt
from typing import NamedTuple, TypeGuard

from tidebook.pipelines.read.quantities.value import Quantity

Grid = Sequence[Sequence[Quantity | None]]
CellPlace = tuple[int, int]
"""A row and a column, from 0."""
MOST_ITEMS = 25
"""Maximum rows that one total adds up."""
SPREADS = 2.5
"""Standard deviations of rounding by which a sum may be off."""
WHOLE, NAMED, NAMELESS, EXPLAINED = 1.0, 2.0, 5.0, 2.5
"""Digits that must agree beyond rounding, in all columns together, before rows count as a total.

The number depends on whether the total prints 100%, has a label such as `Total`, or neither; it is lower by
`EXPLAINED` where typos explain the columns that fail.
"""
FEWEST_ROWS = 3
"""Minimum rows in which a share or growth must hold, and by how many times they must outnumber the others."""
_TOTAL = re.compile(r"(?i)\b(?:sub-?)?totals?\b|\bsum\b|\boverall\b|\bcombined\b")


class Inconsistency(NamedTuple):
    """Cells that cannot all be right: by which rule (total, share, growth, order, copy or rounding), and in words.

    `rounding` is no error: the cells agree only thanks to rounding, where others of the table agree exactly.
    """

    rule: str
    cells: tuple[CellPlace, ...]
    text: str


class _Sum(NamedTuple):
    """Rows that may add up: the signed values come to 0, or to 100% if there is no `total`, which is the last row."""

    total: int | None
    rows: tuple[int, ...]
    signs: tuple[int, ...]

    @property
    def adds(self) -> bool:
        """Whether all rows are added up, and none is subtracted from the first."""
        return self.signs[1] > 0


class _Column(NamedTuple):
    """A sum in one column: the remainder, the `slack` that rounding allows, and the digits that agree if it holds."""

    place: int
    cells: tuple[Quantity, ...]
    rest: float
    slack: float
    digits: float

    @property
    def holds(self) -> bool:
        return abs(self.rest) <= self.slack

    @property
    def total_is_a_hundred(self) -> bool:
        """Whether the last cell is 100%, so that the table states the sum of the rows."""
        return self.cells[-1].unit == "percent" and self.cells[-1].value == 100


class _Slip(NamedTuple):
    """A column where a sum fails, and the one typo that would explain it."""

    column: _Column
    cells: tuple[CellPlace, ...]
    text: str


class _Relation(NamedTuple):
    """A sum with the columns where it holds and where it fails; `named` if the total has a label that says so."""

    sum: _Sum
    named: bool
    held: list[_Column]
    failed: list[_Column]
    slips: list[_Slip]

    @property
    def is_swap(self) -> bool:
        """Whether swapping two cells puts both columns right where it fails."""
        return len(self.failed) == 2 and len(self.slips) == 2 and self.slips[0].cells == self.slips[1].cells[::-1]

    @property
    def is_whole(self) -> bool:
        """Whether its named total prints 100% in every column, though it holds in none."""
        if self.held or not self.slips or not self.named or self.sum.total is None:
            return False
        return all(column.total_is_a_hundred for column in self.failed)

    @property
    def digits(self) -> float:
        """Digits that agree beyond rounding, in all columns together."""
        return sum(column.digits for column in self.held or self.failed)

    @property
    def is_meant(self) -> bool:
        """Whether the printed figures shows that these rows are a total."""
        if not (self.held or self.is_swap or self.is_whole):
            return False
        needed = NAMED if self.named else NAMELESS
        if self.is_whole:
            needed = WHOLE
        if self.held and self.slips:
            needed -= EXPLAINED
        return self.digits >= needed

    @property
    def rank(self) -> tuple[float, float]:
        """How well it explains the table: more columns, then more digits; adding goes before subtracting."""
        unexplained = len(self.failed) - len(self.slips)
        return len(self.held) + 0.9 * len(self.slips) - 0.5 * unexplained + 0.2 * self.sum.adds, self.digits


def inconsistencies(grid: Grid, labels: Sequence[str], heads: Sequence[str]) -> list[Inconsistency]:
    """Find what is wrong in a table of parsed cells, each row with a label and each column with a head.

    Cells that are no numbers are None; all rows are as long as `heads`. Each group of cells is reported once a rule.
    """
    transposed = list(zip(*grid, strict=True))
    found = [*_totals(grid, labels, heads), *_ratios(grid, labels)]
    found += [*_orders(grid, heads), *_copies(grid, labels, heads)]
    for mirrored in _totals(transposed, heads, labels):
        cells = tuple((row, column) for column, row in mirrored.cells)
        found.append(mirrored._replace(cells=cells))
    distinct = {}
    for inconsistency in found:
        distinct[inconsistency.rule, frozenset(inconsistency.cells)] = inconsistency
    return list(distinct.values())


# Sums


def _totals(grid: Grid, labels: Sequence[str], heads: Sequence[str]) -> Iterator[Inconsistency]:
    for relation in relations(grid, labels):
        total = relation.sum.total
        rule, name = "share", "100%"
        if total is not None:
            rule, name = "total", labels[total] or f"row {total + 1}"
        for column, cells, slip in relation.slips:
            text = f"{name}, {heads[column.place]}: off by {abs(column.rest):.10g}; {slip} would correct it"
            yield Inconsistency(rule, cells, text)
        for column in _only_by_rounding(relation.held):
            cells = tuple((row, column.place) for row in relation.sum.rows)
            text = f"{name}, {heads[column.place]}: adds up only with rounding, off by {abs(column.rest):.10g}"
            yield Inconsistency("rounding", cells, text)


def _only_by_rounding(held: Sequence[_Column]) -> list[_Column]:
    """Return the columns that need rounding to add up, if at least two others do so exactly."""
    inexact = [column for column in held if not abs(column.rest) < column.slack / 100]
    return inexact if len(held) - len(inexact) > 1 else []


def relations(grid: Grid, labels: Sequence[str]) -> Iterator[_Relation]:
    """Yield for each total row the sum that explains most columns, if the table shows that one is meant.

    Rows that add up to a hundred percent without a total are a relation too.
    """
    best: dict[int | tuple[int, ...], _Relation] = {}
    for candidate in _sums(grid):
        relation = _relation(grid, labels, candidate)
        if not relation.is_meant:
            continue
        key = candidate.rows if candidate.total is None else candidate.total
        if key not in best or relation.rank > best[key].rank:
            best[key] = relation
    yield from best.values()


def _relation(grid: Grid, labels: Sequence[str], candidate: _Sum) -> _Relation:
    """Try a sum in every column."""
    held: list[_Column] = []
    failed: list[_Column] = []
    for place in range(len(grid[0])):
        column = _column(grid, candidate, place)
        if column is not None:
            (held if column.holds else failed).append(column)
    named = candidate.total is None or bool(_TOTAL.search(labels[candidate.total]))
    return _Relation(candidate, named, held, failed, _slips(candidate, held, failed))


def _sums(grid: Grid) -> Iterator[_Sum]:
    """Yield the sums that neighbouring rows may be: above a total or below it, the first less the others, shares."""
    rows = [row for row, cells in enumerate(grid) if any(map(_known, cells))]
    for place, total in enumerate(rows):
        above, below = rows[max(place - MOST_ITEMS, 0) : place], rows[place + 1 : place + 1 + MOST_ITEMS]
        for count in range(2, len(above) + 1):
            yield _Sum(total, (*above[-count:], total), (*[1] * count, -1))
            yield _Sum(total, (*above[-count:], total), (1, *[-1] * count))
        for count in range(2, len(below) + 1):
            yield _Sum(total, (*below[:count], total), (*[1] * count, -1))
            yield _Sum(None, (total, *below[:count]), (1,) * (count + 1))


def _known(cell: Quantity | None) -> TypeGuard[Quantity]:
    return cell is not None and isfinite(cell.value) and isfinite(cell.low) and isfinite(cell.high)


def _half(cell: Quantity) -> float:
    """Return half a unit of the last printed digit; that digit counts ones where the interval does not say."""
    return max((cell.high - cell.low) / 2, 0.5 if cell.kind == "exact" else 0.0) or 0.5


def _may_be_shares(grid: Grid, place: int, unit: str) -> bool:
    """Whether a column holds percentages but not the hundred of which they may be shares."""
    if unit != "percent":
        return False
    for cells in grid:
        cell = cells[place]
        if cell and cell.value == 100:
            return False
    return True


def _column(grid: Grid, candidate: _Sum, place: int) -> _Column | None:
    """Add up one column; None if a cell is no number, units differ, or there is nothing to add."""
    cells = _cells_of_one_unit(grid, candidate.rows, place)
    if cells is None:
        return None
    without_total = candidate.total is None
    sizes = sorted(abs(cell.value) for cell in (cells if without_total else cells[:-1]))
    if not sizes[-2] or not cells[-1].value:
        return None
    if without_total and not _may_be_shares(grid, place, cells[0].unit):
        return None
    rest = fsum(sign * cell.value for sign, cell in zip(candidate.signs, cells, strict=True))
    if without_total:
        rest -= 100
    last = 2 * max(map(_half, cells))
    # Rounding errors are uniform: variance last**2 / 12 per cell.
    slack = SPREADS * last * sqrt(len(cells) / 12) + 1e-9 * sizes[-1]
    return _Column(place, cells, rest, slack, max(log10(sizes[-2] / slack), 0.0))


def _cells_of_one_unit(grid: Grid, rows: Sequence[int], place: int) -> tuple[Quantity, ...] | None:
    cells: list[Quantity] = []
    for row in rows:
        cell = grid[row][place]
        if not _known(cell) or (cells and cell.unit != cells[0].unit):
            return None
        cells.append(cell)
    return tuple(cells)


# Typos that explain why a sum fails


def _slips(candidate: _Sum, held: Sequence[_Column], failed: Sequence[_Column]) -> list[_Slip]:
    # Percentages add up only if they are shares of one whole; growth rates, for instance, do not.
    are_shares = candidate.total is None or all(round(column.cells[-1].value) == 100 for column in held)
    slips: list[_Slip] = []
    for column in failed:
        if are_shares or column.cells[0].unit != "percent":
            slip = _slip(candidate, column, failed)
            if slip is not None:
                slips.append(slip)
    return slips


def _slip(candidate: _Sum, column: _Column, failed: Sequence[_Column]) -> _Slip | None:
    """Find the one typo that would explain why a column does not add up."""
    all_cells = tuple((row, column.place) for row in candidate.rows)
    for index, (sign, cell) in enumerate(zip(candidate.signs, column.cells, strict=True)):
        wanted = cell.value - sign * column.rest
        if min(abs(cell.value / 10 - wanted), abs(cell.value * 10 - wanted)) <= column.slack:
            return _Slip(column, all_cells, "a factor of ten")
        if cell.value * wanted >= 0 and _one_digit(cell, wanted, column.slack):
            return _Slip(column, all_cells, "one digit")
        if candidate.adds and _swapped_with_total(candidate.signs, column, index):
            return _Slip(column, all_cells, "two cells swapped")
        other = _swapped_across(column, failed, index, sign)
        if other is not None:
            return _Slip(column, (all_cells[index], (candidate.rows[index], other.place)), "two cells swapped")
    return None


def _one_digit(cell: Quantity, wanted: float, slack: float) -> bool:
    """Whether changing one digit of a cell gives the wanted value, within the slack."""
    last = 2 * _half(cell)
    digits, target, tolerance = str(abs(round(cell.value / last))), round(abs(wanted) / last), int(slack / last)
    for place, printed in enumerate(digits):
        for digit in string.digits:
            changed = int(digits[:place] + digit + digits[place + 1 :])
            if digit != printed and abs(changed - target) <= tolerance:
                return True
    return False


def _swapped_with_total(signs: Sequence[int], column: _Column, index: int) -> bool:
    """Whether swapping a cell with one of the opposite sign makes the column add up."""
    cell, sign = column.cells[index], signs[index]
    for other_sign, other in zip(signs, column.cells, strict=True):
        moved = (sign - other_sign) * (other.value - cell.value)
        if sign != other_sign and abs(column.rest + moved) <= column.slack:
            return True
    return False


def _swapped_across(column: _Column, failed: Sequence[_Column], index: int, sign: int) -> _Column | None:
    """Find the other failing column that adds up, as this one does, once they swap their cells of a row."""
    for other in failed:
        moved = sign * (other.cells[index].value - column.cells[index].value)
        # A swap within the slack would explain nothing.
        if abs(column.rest + moved) <= column.slack and abs(other.rest - moved) <= other.slack < abs(moved):
            return other
    return None


# Ratios of two numbers of a row or column


def _ratios(grid: Grid, labels: Sequence[str]) -> Iterator[Inconsistency]:
    """Yield percentages that do not follow from two numbers beside them, or from their part of the largest row."""
    places = range(len(grid[0]) if grid else 0)
    for place in places:
        rows = _rows_in_unit(grid, place, "percent")
        if len(rows) < FEWEST_ROWS:
            continue
        for new in places:
            whole = _largest_row(grid, new)
            shares = [((row, new), (whole, new)) for row in rows if row != whole]
            yield from _odd(grid, labels, place, shares, "share")
            for old in places:
                if old != new:
                    growth = [((row, new), (row, old)) for row in rows]
                    yield from _odd(grid, labels, place, growth, "growth")


def _rows_in_unit(grid: Grid, place: int, unit: str) -> list[int]:
    """Return the rows whose cell in a column has this unit."""
    rows = []
    for row, cells in enumerate(grid):
        cell = cells[place]
        if cell and cell.unit == unit:
            rows.append(row)
    return rows


def _largest_row(grid: Grid, place: int) -> int:
    """Return the row with a column's largest value, the first of several; 0 if there are no values."""
    largest, largest_value = 0, None
    for row, cells in enumerate(grid):
        cell = cells[place]
        if _known(cell) and (largest_value is None or cell.value > largest_value):
            largest, largest_value = row, cell.value
    return largest


def _odd(
    grid: Grid, labels: Sequence[str], place: int, pairs: Sequence[tuple[CellPlace, CellPlace]], rule: str
) -> Iterator[Inconsistency]:
    """Yield the few rows whose percentage is not the ratio of two numbers that it is in most rows.

    Args:
        place: the column of the percentages.
        pairs: the cells of numerator and denominator; the percentage stands in the row of the first.
        rule: `growth` takes 100% off the ratio, `share` does not.
    """
    matching: set[float] = set()
    odd: list[Inconsistency] = []
    for (row, new_place), (old_row, old_place) in pairs:
        new, old, printed = grid[row][new_place], grid[old_row][old_place], grid[row][place]
        if not (_known(new) and _known(old) and _known(printed)) or not _have_ratio(new, old):
            continue
        base = 100 if rule == "growth" else 0
        low, high = 100 * new.low / old.high - base, 100 * new.high / old.low - base
        last = 2 * _half(printed)
        if low - last <= printed.high and printed.low <= high + last:
            matching.add(printed.value)
        else:
            cells = ((row, new_place), (old_row, old_place), (row, place))
            follows = " to ".join(dict.fromkeys((f"{low:.4g}", f"{high:.4g}")))
            odd.append(Inconsistency(rule, cells, f"{labels[row]}: {follows}% would follow"))
    # `matching` holds distinct values: equal percentages are one piece of evidence, not several.
    if len(matching) >= FEWEST_ROWS * max(len(odd), 1):
        yield from odd


def _have_ratio(new: Quantity, old: Quantity) -> bool:
    """Whether two numbers are of one unit other than percent and surely positive."""
    return new.unit == old.unit and new.unit != "percent" and min(new.low, old.low) > 0


# Rankings and copies


def _orders(grid: Grid, heads: Sequence[str]) -> Iterator[Inconsistency]:
    """Yield neighbours in a ranking that one other column alone puts the other way round."""
    for place in range(len(heads)):
        rows = _ranking(grid, place)
        if len(rows) <= FEWEST_ROWS:
            continue
        for other in range(len(heads)):
            if other == place:
                continue
            values = _values(grid, rows, other)
            odd = _odd_step(values) if len(values) == len(rows) else None
            if odd is not None:
                cells = ((rows[odd], other), (rows[odd + 1], other))
                yield Inconsistency("order", cells, f"{heads[other]}: out of the order of {heads[place]}")


def _ranking(grid: Grid, place: int) -> list[int]:
    """Return the rows in the order of the ranks that a column prints; rows without a rank are left out."""
    ranked = []
    for row, cells in enumerate(grid):
        cell = cells[place]
        if cell and cell.unit == "rank":
            ranked.append((cell.value, row))
    return [row for _, row in sorted(ranked)]


def _values(grid: Grid, rows: Sequence[int], place: int) -> list[float]:
    """Return the known values of a column in some rows, which may be fewer than the rows."""
    values = []
    for row in rows:
        cell = grid[row][place]
        if _known(cell):
            values.append(cell.value)
    return values


def _odd_step(values: Sequence[float]) -> int | None:
    """Return the index of the only step that goes against all others; None without one, or with few others."""
    rises, falls = [], []
    for index, (before, after) in enumerate(pairwise(values)):
        step = after - before
        if step > 0:
            rises.append(index)
        elif step < 0:
            falls.append(index)
    fewer, more = sorted((rises, falls), key=len)
    return fewer[0] if len(fewer) == 1 and len(more) >= FEWEST_ROWS else None


def _copies(grid: Grid, labels: Sequence[str], heads: Sequence[str]) -> Iterator[Inconsistency]:
    """Yield a long number that is the same as in the row above, where all else in the two rows differs."""
    for row, (above, below) in enumerate(pairwise(grid), 1):
        place = _only_common_place(above, below)
        if place is None:
            continue
        cell = below[place]
        if not _known(cell):
            continue
        # Trailing zeros may be rounding, so that equal numbers are less surprising than their length says.
        digits = str(abs(round(cell.value / (2 * _half(cell))))).rstrip("0")
        column = [cells[place] for cells in grid]
        if len(digits) > FEWEST_ROWS and column.count(cell) <= 2:
            text = f"{heads[place]}: {labels[row]} repeats the number of {labels[row - 1]}"
            yield Inconsistency("copy", ((row - 1, place), (row, place)), text)


def _only_common_place(above: Sequence[Quantity | None], below: Sequence[Quantity | None]) -> int | None:
    """Return the only column in which two rows are equal; None without one, or with too few numbers to compare."""
    comparable = 0
    equal = []
    for place, (one, other) in enumerate(zip(above, below, strict=True)):
        comparable += _known(one) and _known(other)
        if other and one == other:
            equal.append(place)
    return equal[0] if len(equal) == 1 and comparable >= FEWEST_ROWS else None
