"""Numbers that a table prints twice: in two rows, or as a closing balance and the next opening one.

Belongs here: two places that must print the same number and one typo between them, or that hardly print the same. Does
not: the sums of such rows (`totals`), or the words by which a row is known to open (`judge.text.labels`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from math import fsum

from tidebook.pipelines.relate.anomaly import Anomaly
from tidebook.pipelines.relate.terms import FEWEST, CellPlace, Table, Term, room
from tidebook.pipelines.relate.typos import typo_between

MOST_ALIKE = 10
"""Rows of one label that are held against each other: with more, it is a list."""
MOST_MOVEMENTS = 20
"""Maximum rows from an opening balance to the closing one."""


def doubles(table: Table) -> Iterator[Anomaly]:
    """Yield a long number that differs by one typo from a row of the same label, which has all other numbers, too."""
    rows: dict[str, list[int]] = {}
    for row, line in enumerate(table.rows):
        if line.words:
            rows.setdefault(line.quantity, []).append(row)
    for own in rows.values():
        for first, second in combinations(own[:MOST_ALIKE], 2):
            columns = range(len(table.columns))
            found = _odd_one("double", table, [((first, place), (second, place)) for place in columns])
            if found and found.held:
                yield found


def carried(table: Table) -> Iterator[Anomaly]:
    """Yield an opening balance that differs by one typo from what the year before closed with.

    Only where the columns are years, and only if all other years agree: a balance that was restated differs otherwise.
    """
    years = {line.year: place for place, line in enumerate(table.columns) if line.year}
    if len(years) < sum(line.year > 0 for line in table.columns):
        return  # several columns of one year: of which of them it is, nobody says
    for opening, line in enumerate(table.rows):
        closing = _closing_row(table, opening) if line.opening else None
        if closing is None or any(each.restated for each in table.rows[opening : closing + 1]):
            continue
        pairs = [((closing, years[year - 1]), (opening, place)) for year, place in years.items() if year - 1 in years]
        found = _odd_one("carried", table, pairs)
        # Where the year adds up, it is the year before that does not: its total says so.
        if found and not _adds_up(table, opening, closing, found.cells[-1][1]):
            yield found


def _odd_one(rule: str, table: Table, pairs: Sequence[tuple[CellPlace, CellPlace]]) -> Anomaly | None:
    """Return the only one of some pairs of places that print two numbers, if these are long and one typo apart."""
    odd: list[tuple[tuple[CellPlace, CellPlace], Term, Term]] = []
    held = 0
    for pair in pairs:
        first, second = (table.terms[row][column] for row, column in pair)
        if first is None or second is None:
            continue
        if _are_equal(first, second):
            held += first.is_long
        else:
            odd.append((pair, first, second))
    if len(odd) != 1:
        return None
    ((pair, first, second),) = odd
    if first.unit != second.unit or not (first.is_long and second.is_long):
        return None
    typo = typo_between(second, first) or typo_between(first, second)
    return Anomaly(rule, pair, second.value, first.value, first.value, held, typo, is_sure=False) if typo else None


def _closing_row(table: Table, opening: int) -> int | None:
    """Return the first row below an opening balance that is the sum of those from there, in some column."""
    for row in range(opening + 2, min(opening + MOST_MOVEMENTS, len(table.terms))):
        if table.rows[row].opening:
            return None
        if any(_adds_up(table, opening, row, place) for place in range(len(table.columns))):
            return row
    return None


def _adds_up(table: Table, first: int, last: int, place: int) -> bool:
    column = [line[place] for line in table.terms[first : last + 1]]
    terms = [term for term in column if term]
    if len(terms) < FEWEST or column[0] is None or column[-1] is None:
        return False
    *parts, total = terms
    if any(part.added_unit != total.added_unit for part in parts):
        return False
    return abs(fsum(part.value for part in parts) - total.value) <= room(terms)


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
