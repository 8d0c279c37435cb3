"""What the numbers of one table say about each other: totals, shares, growth, ranks and copies that cannot be right.

Belongs here: finding how the rows or columns of a printed table belong together, and where a cell breaks that. Does
not: reading cells, other tables, or what is known from elsewhere. A rule speaks only where the print itself shows that
it is meant: a total must hold in another column, a share or growth in most rows, and one slip of the pen (a digit, a
factor of ten, two cells swapped) must put the odd one right.
"""

import re
import string
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import fsum, isfinite, log10, sqrt
from typing import NamedTuple

from tidebook.pipelines.read.quantities.quantity import Quantity

Grid = Sequence[Sequence[Quantity | None]]
CellPlace = tuple[int, int]
"""A row and a column, from 0."""
MOST_ITEMS = 25
"""How many rows one total may add up."""
SPREADS = 2.5
"""How many standard deviations of rounding a sum may be off."""
WHOLE, NAMED, NAMELESS, EXPLAINED = 1.0, 2.0, 5.0, 2.5
"""How many digits must agree beyond rounding, in all columns together, before rows count as a total."""
FEWEST_ROWS = 3
"""In how many rows a share or growth must hold, and in how many times as many as not."""
_TOTAL = re.compile(r"(?i)\b(?:sub-?)?totals?\b|\bsum\b|\boverall\b|\bcombined\b")


class Inconsistency(NamedTuple):
    """Cells that cannot all be right: by which rule (total, share, growth, order, copy or rounding), and in words.

    `rounding` is no error: the cells agree only thanks to rounding, where others of the table agree exactly.
    """

    rule: str
    cells: tuple[CellPlace, ...]
    text: str


class _Sum(NamedTuple):
    """Rows that may add up to another, with the sign of each in what is over.

    The `total` is the last of the rows; without one they come to a hundred percent.
    """

    total: int | None
    rows: tuple[int, ...]
    signs: tuple[int, ...]

    @property
    def adds(self) -> bool:
        """Whether all rows are added up, and none is taken from the first."""
        return self.signs[1] > 0


class _Column(NamedTuple):
    """How a sum comes out in one column: what is over, what rounding may leave, how many digits agree if it holds."""

    place: int
    cells: tuple[Quantity, ...]
    rest: float
    slack: float
    digits: float

    @property
    def holds(self) -> bool:
        return abs(self.rest) <= self.slack


class _Relation(NamedTuple):
    """A sum that is meant: the columns where it holds, and those where it does not with the cells and the slip."""

    sum: _Sum
    held: list[_Column]
    slips: list[tuple[_Column, tuple[CellPlace, ...], str]]


def inconsistencies(grid: Grid, labels: Sequence[str], heads: Sequence[str]) -> list[Inconsistency]:
    """Return what is wrong in a table of parsed cells, each row with a label and each column with a head.

    Cells that are no numbers are None; all rows are as long as `heads`.
    """
    turned = [[row[column] for row in grid] for column in range(len(heads))]
    found = [*_totals(grid, labels, heads), *_ratios(grid, labels)]
    found += [*_orders(grid, heads), *_copies(grid, labels, heads)]
    for each in _totals(turned, heads, labels):
        found.append(each._replace(cells=tuple((row, column) for column, row in each.cells)))
    return list({(each.rule, frozenset(each.cells)): each for each in found}.values())


def _totals(grid: Grid, labels: Sequence[str], heads: Sequence[str]) -> Iterator[Inconsistency]:
    for relation in relations(grid, labels):
        total = relation.sum.total
        rule, name = ("share", "100 %") if total is None else ("total", labels[total] or f"row {total + 1}")
        for column, cells, slip in relation.slips:
            text = f"{name}, {heads[column.place]}: off by {abs(column.rest):.10g}; {slip} would put it right"
            yield Inconsistency(rule, cells, text)
        exact = [column for column in relation.held if abs(column.rest) < column.slack / 100]
        for column in relation.held if len(exact) > 1 else ():
            if column not in exact:
                cells = tuple((row, column.place) for row in relation.sum.rows)
                text = f"{name}, {heads[column.place]}: adds up only thanks to rounding, off by {abs(column.rest):.10g}"
                yield Inconsistency("rounding", cells, text)


def relations(grid: Grid, labels: Sequence[str]) -> Iterator[_Relation]:
    """Yield for each row the sum that explains most columns, if the print shows that one is meant."""
    best: dict[int | tuple[int, ...], tuple[tuple[float, float], _Relation]] = {}
    for each in _sums(grid):
        columns = [found for place in range(len(grid[0])) if (found := _column(grid, each, place))]
        held = [column for column in columns if column.holds]
        failed = [column for column in columns if not column.holds]
        shares = each.total is None or all(round(column.cells[-1].value) == 100 for column in held)
        slips = [
            (column, *slip)
            for column in failed
            if shares or column.cells[0].unit != "percent"
            if (slip := _slip(each, column, failed))
        ]
        named = each.total is None or bool(_TOTAL.search(labels[each.total]))
        swapped = len(failed) == 2 and len(slips) == 2 and slips[0][1] == slips[1][1][::-1]
        whole = not held and named and each.total is not None and bool(slips) and all(map(_prints_a_hundred, failed))
        if not (held or swapped or whole):
            continue
        digits = sum(column.digits for column in held or failed)
        fewest = WHOLE if whole else NAMED if named else NAMELESS
        if digits < fewest - (EXPLAINED if held and slips else 0):
            continue
        rank = (len(held) + 0.9 * len(slips) - 0.5 * (len(failed) - len(slips)) + 0.2 * each.adds, digits)
        key = each.rows if each.total is None else each.total
        if key not in best or rank > best[key][0]:
            best[key] = (rank, _Relation(each, held, slips))
    yield from (relation for _, relation in best.values())


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


def _known(cell: Quantity | None) -> bool:
    return cell is not None and isfinite(cell.value) and isfinite(cell.low) and isfinite(cell.high)


def _half(cell: Quantity) -> float:
    """Return half of what the last printed digit stands for: one, where the interval does not say."""
    return max((cell.high - cell.low) / 2, 0.5 if cell.kind == "exact" else 0.0) or 0.5


def _prints_a_hundred(column: _Column) -> bool:
    """Whether the total is a hundred percent, so that the print says what the rows come to."""
    return column.cells[-1].unit == "percent" and column.cells[-1].value == 100


def _unprinted(grid: Grid, place: int, cell: Quantity) -> bool:
    """Whether percentages of a column may be shares of a hundred that is not printed."""
    return cell.unit == "percent" and not any((other := line[place]) and other.value == 100 for line in grid)


def _column(grid: Grid, each: _Sum, place: int) -> _Column | None:
    """Return how a sum comes out in one column; None where it cannot be meant: other units, nothing to add."""
    cells = tuple(cell for row in each.rows if (cell := grid[row][place]) is not None and _known(cell))
    if len(cells) < len(each.rows) or len({cell.unit for cell in cells}) > 1:
        return None
    sizes = sorted(abs(cell.value) for cell in (cells if each.total is None else cells[:-1]))
    if not sizes[-2] or not cells[-1].value or (each.total is None and not _unprinted(grid, place, cells[0])):
        return None
    rest = fsum(sign * cell.value for sign, cell in zip(each.signs, cells, strict=True))
    rest -= 100 if each.total is None else 0
    last = 2 * max(map(_half, cells))
    slack = SPREADS * last * sqrt(len(cells) / 12) + 1e-9 * sizes[-1]
    return _Column(place, cells, rest, slack, max(log10(sizes[-2] / slack), 0.0))


def _slip(each: _Sum, column: _Column, failed: list[_Column]) -> tuple[tuple[CellPlace, ...], str] | None:
    """Return the cells of a column and the one slip that would explain why it does not add up."""
    all_ = tuple((row, column.place) for row in each.rows)
    for number, (sign, cell) in enumerate(zip(each.signs, column.cells, strict=True)):
        wanted = cell.value - sign * column.rest
        if min(abs(cell.value / 10 - wanted), abs(cell.value * 10 - wanted)) <= column.slack:
            return all_, "a factor of ten"
        if cell.value * wanted >= 0 and _one_digit(cell, wanted, column.slack):
            return all_, "one digit"
        for opposite, other in zip(each.signs, column.cells, strict=True):
            moved = (sign - opposite) * (other.value - cell.value)
            if each.adds and sign != opposite and abs(column.rest + moved) <= column.slack:
                return all_, "two cells swapped"
        for second in failed:
            moved = sign * (second.cells[number].value - cell.value)
            if abs(column.rest + moved) <= column.slack and abs(second.rest - moved) <= second.slack < abs(moved):
                return (all_[number], (each.rows[number], second.place)), "two cells swapped"
    return None


def _one_digit(cell: Quantity, wanted: float, slack: float) -> bool:
    """Whether one other digit makes of a cell what is wanted, within the slack."""
    last = 2 * _half(cell)
    printed, middle = str(abs(round(cell.value / last))), round(abs(wanted) / last)
    others = (
        int(printed[:place] + other + printed[place + 1 :])
        for place, digit in enumerate(printed)
        for other in string.digits
        if other != digit
    )
    return any(abs(other - middle) <= int(slack / last) for other in others)


def _ratios(grid: Grid, labels: Sequence[str]) -> Iterator[Inconsistency]:
    """Yield percentages that do not follow from the two numbers beside them, or from their part of the largest row."""
    places = range(len(grid[0]) if grid else 0)
    for place in places:
        rows = [row for row, cells in enumerate(grid) if (cell := cells[place]) and cell.unit == "percent"]
        for new in places if len(rows) >= FEWEST_ROWS else ():
            sizes = {row: cell.value for row, cells in enumerate(grid) if (cell := cells[new]) and _known(cell)}
            whole = max(sizes, key=lambda row: sizes[row], default=0)
            yield from _odd(grid, labels, place, [((row, new), (whole, new)) for row in rows if row != whole], "share")
            for old in places:
                yield from _odd(grid, labels, place, [((row, new), (row, old)) for row in rows if old != new], "growth")


def _odd(
    grid: Grid, labels: Sequence[str], place: int, pairs: list[tuple[CellPlace, CellPlace]], rule: str
) -> Iterator[Inconsistency]:
    """Yield the few rows whose percentage is not what most rows make of two numbers, to one of its last digits."""
    held: set[float] = set()
    odd: list[Inconsistency] = []
    base = 100 if rule == "growth" else 0
    for (row, new_place), (old_row, old_place) in pairs:
        new, old, printed = grid[row][new_place], grid[old_row][old_place], grid[row][place]
        if not (new and old and printed) or not all(map(_known, (new, old, printed))):
            continue
        if new.unit != old.unit or new.unit == "percent" or min(new.low, old.low) <= 0:
            continue
        low, high, last = 100 * new.low / old.high - base, 100 * new.high / old.low - base, 2 * _half(printed)
        if low - last <= printed.high and printed.low <= high + last:
            held.add(printed.value)
        else:
            cells = ((row, new_place), (old_row, old_place), (row, place))
            follows = " to ".join(dict.fromkeys((f"{low:.4g}", f"{high:.4g}")))
            odd.append(Inconsistency(rule, cells, f"{labels[row]}: {follows} % would follow"))
    if len(held) >= FEWEST_ROWS * max(len(odd), 1):
        yield from odd


def _orders(grid: Grid, heads: Sequence[str]) -> Iterator[Inconsistency]:
    """Yield neighbours in a ranking that one column alone puts the other way round."""
    for place in range(len(heads)):
        ranked = sorted(
            (cell.value, row) for row, cells in enumerate(grid) if (cell := cells[place]) and cell.unit == "rank"
        )
        rows = [row for _, row in ranked]
        for other in range(len(heads)) if len(rows) > FEWEST_ROWS else ():
            beside = [cell for row in rows if (cell := grid[row][other]) and _known(cell)]
            if other == place or len(beside) < len(rows):
                continue
            steps = [after.value - before.value for before, after in pairwise(beside)]
            up, down = (sum(sign * step > 0 for step in steps) for sign in (1, -1))
            if min(up, down) == 1 and max(up, down) >= FEWEST_ROWS:
                odd = next(at for at, step in enumerate(steps) if (step > 0) == (up == 1) and step)
                cells = ((rows[odd], other), (rows[odd + 1], other))
                yield Inconsistency("order", cells, f"{heads[other]}: out of the order of {heads[place]}")


def _copies(grid: Grid, labels: Sequence[str], heads: Sequence[str]) -> Iterator[Inconsistency]:
    """Yield a long number that is the same as in the row above, where all else in the two rows differs."""
    for row, (above, cells) in enumerate(pairwise(grid), 1):
        pairs = list(zip(above, cells, strict=True))
        known = sum(_known(one) and _known(two) for one, two in pairs)
        same = [(place, two) for place, (one, two) in enumerate(pairs) if two and one == two]
        if len(same) != 1 or known < FEWEST_ROWS or not _known(same[0][1]):
            continue
        ((place, cell),) = same
        digits = str(abs(round(cell.value / (2 * _half(cell))))).rstrip("0")
        if len(digits) > FEWEST_ROWS and [line[place] for line in grid].count(cell) <= 2:
            text = f"{heads[place]}: {labels[row]} has the number of {labels[row - 1]}"
            yield Inconsistency("copy", ((row - 1, place), (row, place)), text)
