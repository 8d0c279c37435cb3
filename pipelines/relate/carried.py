"""Balances carried over: a year opens with what the year before closed with.

Belongs here: a row of opening balances beside the row that the rows below it add up to. Does not: that sum itself
(`totals`), or the words by which a row is known to open (`judge.text.labels`).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from tidebook.pipelines.relate.anomaly import Anomaly
from tidebook.pipelines.relate.terms import FEWEST, Table, Term
from tidebook.pipelines.relate.typos import typo_between

MOST_MOVEMENTS = 20
"""Maximum rows between an opening balance and the closing one."""


def carried(table: Table) -> Iterator[Anomaly]:
    """Yield an opening balance that differs by one typo from what the year before closed with.

    Only where the columns are years, and only if all other years agree: a balance that was restated differs otherwise.
    """
    years = {line.year: place for place, line in enumerate(table.columns) if line.year}
    if len(years) < len([line for line in table.columns if line.year]):
        return  # several columns of one year: of which of them it is, nobody says
    for row, line in enumerate(table.rows):
        closing = _closing_row(table, row) if line.opening else None
        if closing is None or any(each.restated for each in table.rows[row : closing + 1]):
            continue
        pairs = [((row, place), (closing, years[year - 1])) for year, place in years.items() if year - 1 in years]
        yield from _differing(table, [pair for pair in pairs if all(_long_at(table, cell) for cell in pair)])


def _closing_row(table: Table, opening: int) -> int | None:
    """Return the first row below an opening balance that is the sum of those from there, in some column."""
    for row in range(opening + 2, min(opening + MOST_MOVEMENTS, len(table.terms))):
        if table.rows[row].opening:
            return None
        if any(_adds_up(table, opening, row, place) for place in range(len(table.columns))):
            return row
    return None


def _adds_up(table: Table, first: int, last: int, place: int) -> bool:
    terms = [term for line in table.terms[first : last + 1] if (term := line[place])]
    if len(terms) < FEWEST or table.terms[first][place] is None or table.terms[last][place] is None:
        return False
    *parts, total = terms
    if any(part.added_unit != total.added_unit for part in parts):
        return False
    room = fsum(term.half for term in terms) * (1 + 1e-9)
    return abs(fsum(part.value for part in parts) - total.value) <= room


def _long_at(table: Table, cell: tuple[int, int]) -> Term | None:
    """Return the number of a cell if it is so long that it hardly agrees by chance."""
    term = table.terms[cell[0]][cell[1]]
    return term if term and term.is_long else None


def _differing(table: Table, pairs: list[tuple[tuple[int, int], tuple[int, int]]]) -> Iterator[Anomaly]:
    odd = []
    for opening, closing in pairs:
        one, other = _long_at(table, opening), _long_at(table, closing)
        if one and other and abs(one.value - other.value) > one.half + other.half:
            odd.append((opening, closing, one, other))
    if len(odd) != 1:
        return
    ((opening, closing, one, other),) = odd
    typo = typo_between(one, other) or typo_between(other, one)
    first, last = opening[0], closing[0]
    if not typo or _adds_up(table, first, last, opening[1]):
        return  # where the year adds up, it is the year before that does not: its total says so
    yield Anomaly(
        "carried", (closing, opening), one.value, other.value, other.value, len(pairs) - 1, typo, is_sure=False
    )
