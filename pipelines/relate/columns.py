"""Columns by themselves: a step out of the order of ranks, a number whose unit is missing, a number printed twice.

Belongs here: what one column shows without a form of others. Does not: which of several findings stays (`search`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import factorial

from tidebook.pipelines.relate.anomaly import Anomaly
from tidebook.pipelines.relate.results import MOST_COLUMNS
from tidebook.pipelines.relate.terms import FEWEST, Table, Term, Terms

MISSING_UNITS = (1e6, 1e9, 1e12)
"""Factors of a missing `million`, `billion` or `trillion`."""
SCALED = 1e4
"""Minimum factor between last digits of numbers with a word such as `million` and those of one without."""
CHANCE_OF_ORDER = 0.001
"""Maximum share of all orders of a column that look like a ranking with one error, before it counts as ranked."""
ALIKE = 30.0
"""Maximum factor between the numbers that show a unit to be missing in another cell."""


def orders(table: Table) -> Iterator[Anomaly]:
    """Yield neighbours in a ranking that the one ranked column puts in the other order."""
    for place in range(min(len(table.columns), MOST_COLUMNS)):
        rows = _ranking(table.terms, place)
        columns = _complete_columns(table, rows, place) if len(rows) > FEWEST else {}
        # With several columns it may be ranked by any of them, or by all together.
        if len(columns) != 1:
            continue
        for other, values in columns.items():
            odd = _odd_step(values)
            if odd is not None:
                cells = ((rows[odd], other), (rows[odd + 1], other))
                yield Anomaly("order", cells, of=(rows[odd], place))


def _complete_columns(table: Table, rows: Sequence[int], place: int) -> dict[int, list[float]]:
    """Return the values of the columns other than `place` that have a number in each of some rows."""
    columns = {}
    for other in range(len(table.columns)):
        values = [term.value for row in rows if (term := table.terms[row][other])]
        if other != place and len(values) == len(rows):
            columns[other] = values
    return columns


def _ranking(terms: Terms, place: int) -> list[int]:
    """Return the rows in the order of the ranks that a column prints; rows without a rank are left out."""
    ranked = []
    for row, line in enumerate(terms):
        term = line[place]
        if term and term.unit == "rank":
            ranked.append((term.value, row))
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


def missing_units(table: Table) -> Iterator[Anomaly]:
    """Yield a number that is a million or more times smaller than all others of its column, which are similar."""
    for place in range(len(table.columns)):
        column = [(row, term) for row, line in enumerate(table.terms) if (term := line[place]) and term.value]
        column.sort(key=lambda each: abs(each[1].value))
        if not _lacks_a_unit([term for _, term in column]):
            continue
        row, example = column[0][0], column[1][0]
        if not _is_small(table.terms, row, place):
            # The least of these factors: nothing in the column tells which unit is missing.
            expected = column[0][1].value * MISSING_UNITS[0]
            yield Anomaly("unit", ((row, place),), column[0][1].value, expected, expected, of=(example, place))


def _is_small(terms: Terms, row: int, place: int) -> bool:
    """Whether another number of a row is as small in its column: then the row is small, and no unit is missing."""
    for other, term in enumerate(terms[row]):
        sizes = [abs(each.value) for line in terms if (each := line[other])]
        if other != place and term and term.value and abs(term.value) * MISSING_UNITS[0] < max(sizes) * ALIKE**2:
            return True
    return False


def _lacks_a_unit(column: Sequence[Term]) -> bool:
    """Whether the first number, the smallest of all, is among the others once it is multiplied by a million or more."""
    if len(column) < FEWEST or len({term.unit for term in column}) > 1:
        return False
    odd, *others = column
    sizes = [abs(term.value) for term in others]
    if odd.unit == "percent" or sizes[-1] > ALIKE * sizes[0]:
        return False
    # Numbers in full, without a word such as `million`, may be of any size.
    if min(term.last for term in others) < SCALED * odd.last:
        return False
    return any(sizes[0] / ALIKE <= abs(odd.value) * factor <= sizes[-1] * ALIKE for factor in MISSING_UNITS)


def copies(table: Table) -> Iterator[Anomaly]:
    """Yield a long number that is the same as in the row above, where all else in the two rows differs."""
    for row, (above, below) in enumerate(pairwise(table.terms), 1):
        place = _only_common_place(above, below)
        term = None if place is None else below[place]
        if place is None or term is None:
            continue
        # Trailing zeros may be rounding, so that equal numbers are less surprising than their length says.
        digits = str(abs(round(term.value / term.last))).rstrip("0")
        same = sum(1 for line in table.terms if (other := line[place]) and _are_equal(other, term))
        if len(digits) > FEWEST and same <= 2:
            yield Anomaly("copy", ((row - 1, place), (row, place)))


def _only_common_place(above: Sequence[Term | None], below: Sequence[Term | None]) -> int | None:
    """Return the only column in which two rows are equal; None without one, or with too few numbers to compare."""
    comparable = 0
    equal = []
    for place, (one, other) in enumerate(zip(above, below, strict=True)):
        comparable += one is not None and other is not None
        if one and other and _are_equal(one, other):
            equal.append(place)
    return equal[0] if len(equal) == 1 and comparable >= FEWEST else None


def _are_equal(one: Term, other: Term) -> bool:
    return (one.value, one.unit, one.interval) == (other.value, other.unit, other.interval)
