"""What the numbers of one table say about each other: totals, shares, growth, ranks and units that cannot be right.

Belongs here: finding how the rows or columns of a printed table belong together, and where a cell breaks that. Does
not: sums themselves (`sums`), reading cells, other tables, or what is known from elsewhere. A rule speaks only where
the table itself shows that it is meant, and only of what no rounding of the printed numbers explains: a correct table
is never accused.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from math import comb, factorial, isfinite, log10, nan
from typing import NamedTuple

from tidebook.pipelines.judge.sums import (
    Allowance,
    Cell,
    CellPlace,
    Cells,
    Column,
    Grid,
    Relation,
    Typo,
    cells_of,
    half_of,
    is_known,
    relations,
    swapped_axes,
)
from tidebook.pipelines.read.formatting import format_number
from tidebook.pipelines.read.quantities.value import Quantity

MOST_COLUMNS = 24
"""Maximum columns among which ratios and ranks are looked for."""
FEWEST_ROWS = 3
"""Minimum rows in which a share or growth must hold, and by how many times they must outnumber the others."""
RATIO_DIGITS = 2.5
"""Digits that must agree, in all rows together, before percentages count as ratios of two columns."""
RATIO_LABEL = 1.0
"""Digits that a head such as `Growth` or `Share` is worth."""
_RATIO_LABELS = {
    "growth": re.compile(r"(?i)\b(?:growth|change|increase|decrease|yoy|y/y|y-o-y|rise|gain)\b|[δ∆Δ]"),
    "share": re.compile(r"(?i)\b(?:share|proportion|portion)\b|\bof (?:the )?(?:total|all|whole|sales|revenue)\b"),
}
MISSING_UNITS = (1e6, 1e9, 1e12)
"""Factors of a missing `million`, `billion` or `trillion`."""
SCALED = 1e4
"""Minimum factor between last digits of numbers with a word such as `million` and those of one without."""
CHANCE_OF_ORDER = 0.001
"""Maximum share of all orders of a column that look like a ranking with one error, before it counts as ranked."""
ALIKE = 30.0
"""Maximum factor between the numbers that show a unit to be missing in another cell."""
NO_ERROR = ("rounding", "copy")
"""Rules that may speak though all cells are right."""


class Inconsistency(NamedTuple):
    """Cells that cannot all be right, with the rule and the reason in words.

    Rules are total, share, growth, order and unit. Two are not errors: `rounding`, where cells agree only thanks to
    rounding while others of the table agree exactly, and `copy`, where a number occurs twice. The last cell is the one
    that others would give, and `factor` is what it prints over that; NaN where there is none. `columns` is in how many
    columns or rows the same relation holds.
    """

    rule: str
    cells: tuple[CellPlace, ...]
    text: str
    factor: float = nan
    columns: int = 0

    @property
    def is_error(self) -> bool:
        """Whether the cells contradict each other."""
        return self.rule not in NO_ERROR


class _Table(NamedTuple):
    """A printed table: its numbers with their rounding, and the labels of rows and columns."""

    grid: Grid
    cells: Cells
    labels: Sequence[str]
    heads: Sequence[str]
    texts: Sequence[Sequence[str]]


def inconsistencies(
    grid: Grid,
    labels: Sequence[str],
    heads: Sequence[str],
    texts: Sequence[Sequence[str]] = (),
    allowance: Allowance | None = None,
) -> list[Inconsistency]:
    """Find what is wrong in a table of parsed cells, each row with a label and each column with a head.

    Cells that are not numbers are None; all rows are as long as `heads`. Each group of cells is reported once a rule.

    Args:
        grid: the cells.
        labels: the label of each row.
        heads: the head of each column.
        texts: the cells as printed, to quote them; their numbers if there are none.
        allowance: how many sums may be tried; as many as a table may have by default.
    """
    table = _Table(grid, cells_of(grid), labels, heads, texts or _numbers(grid))
    found = [*_totals(table, allowance), *_ratios(table), *_orders(table), *_units(table), *_copies(table)]
    turned = _Table(swapped_axes(grid), swapped_axes(table.cells), heads, labels, swapped_axes(table.texts))
    for mirrored in _totals(turned, allowance):
        cells = tuple((row, column) for column, row in mirrored.cells)
        found.append(mirrored._replace(cells=cells))
    distinct = {}
    for inconsistency in found:
        distinct[inconsistency.rule, frozenset(inconsistency.cells)] = inconsistency
    return list(distinct.values())


def _numbers(grid: Grid) -> list[list[str]]:
    return [list(map(_number, row)) for row in grid]


def _number(cell: Quantity | None) -> str:
    return _in_full(cell.value) if cell and isfinite(cell.value) else ""


def _in_full(value: float) -> str:
    return format_number(value, EXACT)


PLAIN = re.compile(r"\d+(?:\.\d+)?")
"""A number without a unit or a magnitude word."""

EXACT = 12
"""Significant digits of a number that is quoted in full."""


# Sums


def _totals(table: _Table, allowance: Allowance | None) -> Iterator[Inconsistency]:
    for relation in relations(table.cells, table.labels, table.heads, allowance):
        for typo in relation.errors:
            text = f"{_place(table, relation, typo.column)}; {typo.text} would correct it"
            rule = "share" if relation.sum.total is None else "total"
            yield Inconsistency(rule, typo.cells, text, _factor(relation, typo), len(relation.held))
        for column in _only_by_rounding(relation.held):
            cells = tuple((row, column.place) for row in relation.sum.rows)
            name = _name(table, relation, column)
            text = f"{name}: adds up only with rounding, off by {abs(column.rest):.10g}"
            yield Inconsistency("rounding", cells, text)


def _factor(relation: Relation, typo: Typo) -> float:
    """Return the printed total divided by the sum of its parts, if the two are compared."""
    total = typo.column.cells[-1].value
    if relation.sum.total is None or typo in relation.swapped or not total + typo.column.rest:
        return nan
    return total / (total + typo.column.rest)


def _name(table: _Table, relation: Relation, column: Column) -> str:
    total = relation.sum.total
    row = "all" if total is None else table.labels[total] or f"row {total + 1}"
    return f"{row}, {table.heads[column.place]}"


def _place(table: _Table, relation: Relation, column: Column) -> str:
    """Say what is printed as a total, and what follows from its parts."""
    total = relation.sum.total
    name = _name(table, relation, column)
    if total is None:
        return f"{name}: the shares add up to {_in_full(100 + column.rest)}%, not 100%"
    sign = "%" if column.unit == "percent" else ""
    text = table.texts[total][column.place]
    value = column.cells[-1].value
    follows = _in_full((value + column.rest) / _scale(text, value)) + sign
    return f"{name}: {text} is printed, {follows} follows from its parts"


def _scale(text: str, value: float) -> float:
    """Return the factor of a column's head: 1,000 if cells such as `4,900` are in thousands; else 1."""
    digits = text.replace(",", "")
    number = float(digits) if PLAIN.fullmatch(digits) else 0.0
    return value / number if number and value else 1.0


def _only_by_rounding(held: Sequence[Column]) -> list[Column]:
    """Return the columns that need rounding to add up, if at least two others do so exactly."""
    # A hundredth of the slack is no rounding, but errors of floats.
    inexact = [column for column in held if not abs(column.rest) < column.slack / 100]
    return inexact if len(held) - len(inexact) > 1 else []


# Ratios of two numbers of a row or column


class _Ratio(NamedTuple):
    """A column of percentages as ratios of two numbers.

    Attributes:
        rule: `growth` takes 100% off the ratio, `share` does not.
        place: the column of the percentages.
        pair: the columns, or the column and the row of the whole, that it is the ratio of; the column and `ABOVE` or
            `BELOW` for growth on the row above or below.
        label: digits that the head of the column is worth.
        rows: the number of rows that agree.
        matching: by printed value, how seldom chance would make it agree; equal values are one piece of evidence.
        odd: the rows that differ by more than rounding explains.
    """

    rule: str
    place: int
    pair: tuple[int, int]
    label: float
    rows: list[int]
    matching: dict[float, float]
    odd: list[Inconsistency]

    @property
    def is_meant(self) -> bool:
        """Whether the percentages are that ratio in all rows but a few."""
        agreeing = len(self.rows) if self.label else len(self.matching)
        if agreeing < FEWEST_ROWS * max(len(self.odd), 1) or len(self.matching) < FEWEST_ROWS - 1:
            return False
        chance = log10(comb(len(self.matching) + len(self.odd), len(self.odd)))
        return self.label + sum(self.matching.values()) - chance >= RATIO_DIGITS


ABOVE, BELOW = -1, -2
"""In place of a column: the numbers of the row above, or below."""


def _ratios(table: _Table) -> Iterator[Inconsistency]:
    """Yield percentages that do not follow from two numbers beside them, or from their part of the largest row.

    A column that is one ratio throughout is no other one, and of two columns for one ratio the one that is it
    throughout is meant.
    """
    meant = [ratio for ratio in _all_ratios(table) if ratio.is_meant]
    places = {ratio.place for ratio in meant if not ratio.odd}
    pairs = {(ratio.rule, ratio.pair) for ratio in meant if not ratio.odd}
    for ratio in meant:
        if ratio.place not in places and (ratio.rule, ratio.pair) not in pairs:
            yield from (odd._replace(columns=len(ratio.matching)) for odd in ratio.odd)


class _Percentages(NamedTuple):
    """A column of percentages: its place, the rows that have one, and its numbers in order."""

    place: int
    rows: list[int]
    printed: list[float]


def _all_ratios(table: _Table) -> Iterator[_Ratio]:
    percentages, amounts = [], []
    for place in range(min(len(table.heads), MOST_COLUMNS)):
        column = [(row, cell) for row, line in enumerate(table.cells) if (cell := line[place])]
        rows = [row for row, cell in column if cell.unit == "percent"]
        if len(rows) >= FEWEST_ROWS:
            percentages.append(_Percentages(place, rows, sorted(cell.value for _, cell in column)))
        if len(rows) < len(column):
            amounts.append(place)
    for each, new in product(percentages, amounts):
        yield from _ratios_of(table, each, new, amounts)


def _ratios_of(table: _Table, column: _Percentages, new: int, amounts: Sequence[int]) -> Iterator[_Ratio]:
    """Compare percentages with ratios of which the numerators are in the column `new`, and the denominators in it or
    in another one of `amounts`."""
    whole = _largest_row(table.cells, new)
    shares = [((row, new), (whole, new)) for row in column.rows if row != whole]
    own = table.cells[whole][column.place]
    # A row that prints another share than 100% is a part itself.
    if own is None or abs(own.value - 100) <= own.half:
        yield _ratio(table, "share", column, (new, whole), shares)
    for place_of_old, step in ((ABOVE, -1), (BELOW, 1)):
        steps = [((row, new), (row + step, new)) for row in column.rows if 0 <= row + step < len(table.cells)]
        yield _ratio(table, "growth", column, (new, place_of_old), steps)
    for old in amounts:
        if old != new:
            yield _ratio(table, "growth", column, (new, old), [((row, new), (row, old)) for row in column.rows])


def _largest_row(cells: Cells, place: int) -> int:
    """Return the row with a column's largest value, the first of several; 0 if there are no values."""
    largest, largest_value = 0, None
    for row, line in enumerate(cells):
        cell = line[place]
        if cell and (largest_value is None or cell.value > largest_value):
            largest, largest_value = row, cell.value
    return largest


def _ratio(
    table: _Table, rule: str, column: _Percentages, pair: tuple[int, int], pairs: Sequence[tuple[CellPlace, CellPlace]]
) -> _Ratio:
    """Compare percentages with ratios; `pairs` are the cells of numerator and denominator, the percentage is in the
    row of the first."""
    place = column.place
    base = 100 if rule == "growth" else 0
    label = RATIO_LABEL if _RATIO_LABELS[rule].search(table.heads[place]) else 0.0
    ratio = _Ratio(rule, place, pair, label, [], {}, [])
    for (row, new_place), (old_row, old_place) in pairs:
        new, old, cell = table.cells[row][new_place], table.cells[old_row][old_place], table.cells[row][place]
        if not (new and old and cell and _have_ratio(new, old)):
            continue
        # One unit more: some cut digits off instead of rounding them.
        room = cell.half + cell.last
        low, high = _quotient(new, new.half, old, old.half, base)
        if low - room <= cell.value <= high + room:
            # Trailing zeros taken as digits give closer ends, with which a number agrees less likely by chance.
            near, far = _quotient(new, new.last / 2, old, old.last / 2, base)
            is_close = near - cell.half <= cell.value <= far + cell.half
            ends = (near - cell.half, far + cell.half) if is_close else (low - room, high + room)
            ratio.rows.append(row)
            ratio.matching[cell.value] = _surprise(column.printed, cell.value, *ends)
        else:
            places = ((row, new_place), (old_row, old_place), (row, place))
            ratio.odd.append(_odd_ratio(table, rule, places, low, high))
        if FEWEST_ROWS * len(ratio.odd) > len(pairs):
            break  # it cannot be meant
    return ratio


def _odd_ratio(
    table: _Table, rule: str, places: tuple[CellPlace, CellPlace, CellPlace], low: float, high: float
) -> Inconsistency:
    """Describe a percentage that does not follow from two numbers, with their places, then its own."""
    row, place = places[2]
    follows = " to ".join(dict.fromkeys((f"{low:.4g}", f"{high:.4g}")))
    new, old, printed = (table.texts[one][other] for one, other in places)
    text = f"{table.labels[row]}, {table.heads[place]}: {printed} is printed, {follows}% follows from {new} and {old}"
    cell, middle = table.cells[row][place], (low + high) / 2
    return Inconsistency(rule, places, text, cell.value / middle if cell and middle else nan)


def _quotient(new: Cell, new_half: float, old: Cell, old_half: float, base: float) -> tuple[float, float]:
    """Return the least and the greatest percentage that two rounded numbers allow."""
    low = 100 * (new.value - new_half) / (old.value + old_half) - base
    return low, 100 * (new.value + new_half) / (old.value - old_half) - base


def _surprise(printed: Sequence[float], own: float, low: float, high: float) -> float:
    """Return, in digits, how unlikely it is that a percentage of a column, `own`, is between two ends by chance.

    Chance is the share of the column's span that they take, or of its other rows that lie there too. `printed` are its
    percentages in order.
    """
    span = printed[-1] - printed[0]
    if not span:
        return 0.0
    alike = bisect_right(printed, high) - bisect_left(printed, low) - (low <= own <= high)
    chance = max((high - low) / span, alike / (len(printed) - 1))
    return max(-log10(chance), 0.0)


def _have_ratio(new: Cell, old: Cell) -> bool:
    """Whether two numbers are of one unit other than percent and surely positive."""
    return new.unit == old.unit and new.unit != "percent" and new.value > new.half and old.value > old.half


# Rankings


def _orders(table: _Table) -> Iterator[Inconsistency]:
    """Yield neighbours in a ranking that the one ranked column puts in the other order."""
    for place, head in enumerate(table.heads[:MOST_COLUMNS]):
        rows = _ranking(table.grid, place)
        columns = _complete_columns(table, rows, place) if len(rows) > FEWEST_ROWS else {}
        # With several columns it may be ranked by any of them, or by all together.
        if len(columns) != 1:
            continue
        for other, values in columns.items():
            odd = _odd_step(values)
            if odd is not None:
                cells = ((rows[odd], other), (rows[odd + 1], other))
                quoted = [table.texts[row][column] for row, column in cells]
                text = f"{table.heads[other]}: {quoted[0]} before {quoted[1]} is out of the order of {head}"
                yield Inconsistency("order", cells, text)


def _complete_columns(table: _Table, rows: Sequence[int], place: int) -> dict[int, list[float]]:
    """Return the values of the columns other than `place` that have a number in each of some rows."""
    columns = {}
    for other in range(len(table.heads)):
        values = [cell.value for row in rows if (cell := table.cells[row][other])]
        if other != place and len(values) == len(rows):
            columns[other] = values
    return columns


def _ranking(grid: Grid, place: int) -> list[int]:
    """Return the rows in the order of the ranks that a column prints; rows without a rank are left out."""
    ranked = []
    for row, cells in enumerate(grid):
        cell = cells[place]
        if cell and cell.unit == "rank":
            ranked.append((cell.value, row))
    return [row for _, row in sorted(ranked)]


def _odd_step(values: Sequence[float]) -> int | None:
    """Return the index of the only step against the order of all others; None without one, or if it may be chance."""
    rises, falls = [], []
    for index, (before, after) in enumerate(pairwise(values)):
        step = after - before
        if step > 0:
            rises.append(index)
        elif step < 0:
            falls.append(index)
    fewer = min(rises, falls, key=len)
    if len(fewer) != 1 or _chance_of_order(len(rises) + len(falls) + 1) >= CHANCE_OF_ORDER:
        return None
    return fewer[0]


def _chance_of_order(count: int) -> float:
    """Return the share of the orders of n different numbers in which at most one step goes against all others.

    One order only rises, and 2^n - n - 1 have one fall (an Eulerian number); as many only fall, or have one rise.
    """
    return 2 * ((1 << count) - count) / factorial(count)


# Units and copies


def _units(table: _Table) -> Iterator[Inconsistency]:
    """Yield a number that is a million or more times smaller than all others of its column, which are similar."""
    for place, head in enumerate(table.heads):
        column = [(row, cell) for row, line in enumerate(table.cells) if (cell := line[place]) and cell.value]
        column.sort(key=lambda each: abs(each[1].value))
        if not _lacks_a_unit([cell for _, cell in column]):
            continue
        row, example = column[0][0], column[1][0]
        if _is_small(table.cells, row, place):
            continue
        odd, other = table.texts[row][place], table.texts[example][place]
        text = f"{table.labels[row]}, {head}: {odd} is printed beside {other}; a unit is missing"
        # The least of these factors: nothing in the column tells which unit is missing.
        yield Inconsistency("unit", ((row, place),), text, 1 / MISSING_UNITS[0])


def _is_small(cells: Cells, row: int, place: int) -> bool:
    """Whether another cell of a row is as small in its column: then the row is small, and no unit is missing."""
    for other, cell in enumerate(cells[row]):
        sizes = [abs(each.value) for line in cells if (each := line[other])]
        if other != place and cell and cell.value and abs(cell.value) * MISSING_UNITS[0] < max(sizes) * ALIKE**2:
            return True
    return False


def _lacks_a_unit(column: Sequence[Cell]) -> bool:
    """Whether the first cell, the smallest of all, is among the others once it is multiplied by a million or more."""
    if len(column) < FEWEST_ROWS or len({cell.unit for cell in column}) > 1:
        return False
    odd, *others = column
    sizes = [abs(cell.value) for cell in others]
    if odd.unit == "percent" or sizes[-1] > ALIKE * sizes[0]:
        return False
    # Numbers in full show less than those with a word such as `million`: more of them are needed.
    scaled = min(cell.last for cell in others) >= SCALED * odd.last
    if not scaled and len(others) <= FEWEST_ROWS:
        return False
    return any(sizes[0] / ALIKE <= abs(odd.value) * factor <= sizes[-1] * ALIKE for factor in MISSING_UNITS)


def _copies(table: _Table) -> Iterator[Inconsistency]:
    """Yield a long number that is the same as in the row above, where all else in the two rows differs."""
    for row, (above, below) in enumerate(pairwise(table.grid), 1):
        place = _only_common_place(above, below)
        if place is None:
            continue
        cell = below[place]
        if not is_known(cell):
            continue
        # Trailing zeros may be rounding, so that equal numbers are less surprising than their length says.
        digits = str(abs(round(cell.value / (2 * half_of(cell))))).rstrip("0")
        column = [cells[place] for cells in table.grid]
        if len(digits) > FEWEST_ROWS and column.count(cell) <= 2:
            text = f"{table.heads[place]}: {table.labels[row]} repeats the number of {table.labels[row - 1]}"
            yield Inconsistency("copy", ((row - 1, place), (row, place)), text)


def _only_common_place(above: Sequence[Quantity | None], below: Sequence[Quantity | None]) -> int | None:
    """Return the only column in which two rows are equal; None without one, or with too few numbers to compare."""
    comparable = 0
    equal = []
    for place, (one, other) in enumerate(zip(above, below, strict=True)):
        comparable += is_known(one) and is_known(other)
        if other and one == other:
            equal.append(place)
    return equal[0] if len(equal) == 1 and comparable >= FEWEST_ROWS else None
