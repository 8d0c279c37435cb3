"""What most of a table follows and one place of it does not: totals, changes and shares.

Belongs here: relations learnt from the other columns or rows of the same table, whatever would explain the one that
fails. Does not: slips that one typo explains (`judge.sums`, `judge.consistency`), which need less to be meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice, permutations, product
from math import hypot, isclose, log10, sqrt
from typing import NamedTuple

from tidebook.pipelines.judge.sums import CellPlace, Grid, half_of, is_known
from tidebook.pipelines.read.quantities.value import Quantity

MOST_ITEMS = 25
"""Maximum rows that one total adds up."""
MOST_COLUMNS = 24
"""Maximum columns among which changes and shares are looked for."""
NAMED, SEVERAL, ALONE = 1.0, 2.0, 2.0
"""Digits beyond chance by which a sum must hold elsewhere: with a label such as `Total`, in several columns, in one."""
MOST_DIGITS = 6.0
"""Digits beyond which a sum is no surer: more only show that its numbers are printed in full."""
LEAST_OFF = 0.01
"""Minimum relative error of a total that rounding could explain."""
FEWEST_ROWS = 3
"""Minimum rows in which a column must be the change or share of others; two if its head says that it is a change."""
_TOTAL = re.compile(
    r"(?i)\b(?:sub-?)?totals?\b|\bsum\b|\boverall\b|\bcombined\b|^\s*$"
    r"|\b(?:balance|outstanding) at\b.*\bend\b|\b(?:end(?:ing)?|closing) balance\b|^net\b"
)
_ROUNDING = 1.0001
"""Factor on what rounding allows, for the errors of float arithmetic."""
COMMON_ROUNDING = 2 / sqrt(3)
"""Two standard deviations of the error of a number, in halves of its last digit."""


class Anomaly(NamedTuple):
    """Cells that break a relation that holds elsewhere in the table; the last one follows from the others.

    Attributes:
        rule: `total`, `change`, `share` or `ratio`.
        cells: their places.
        expected: what the last one would be.
        printed: what it is.
        held: in how many other columns or rows the relation holds.
        is_sure: whether it is certain to be meant.
    """

    rule: str
    cells: tuple[CellPlace, ...]
    expected: float
    printed: float
    held: int
    is_sure: bool


# Totals


class _Sum(NamedTuple):
    """Rows that add up to another: the columns where they do, and of these where only rounding lets them; those where
    they do not; and the digits that agree."""

    items: tuple[int, ...]
    held: list[int]
    rounded: list[int]
    failed: list[int]
    digits: float
    like_a_mean: bool


Sums = Sequence[tuple[int, _Sum]]
"""The rows that others above them add up to, with these."""


def odd_totals(grid: Grid, labels: Sequence[str], sums: Sums) -> Iterator[Anomaly]:
    """Yield the columns in which a total fails that holds in others.

    A total that only rounding lets hold counts as failed where it is named one, the others hold digit by digit, and it
    is off by a share of itself that few roundings are.
    """
    for total, best in sums:
        for column in best.failed:
            yield _odd_total(grid, best.items, total, column, len(best.held))
        is_named = bool(_TOTAL.search(labels[total]))
        if is_named and not best.failed and len(best.rounded) == 1 and len(best.held) > 1:
            odd = _odd_total(grid, best.items, total, best.rounded[0], len(best.held) - 1)
            if abs(odd.expected - odd.printed) >= LEAST_OFF * abs(odd.printed):
                yield odd


def held_totals(sums: Sums) -> set[CellPlace]:
    """Return the totals that the rows above them add up to."""
    return {(total, column) for total, best in sums for column in best.held}


def sums_of(grid: Grid, labels: Sequence[str]) -> Sums:
    """Return the sums of a table's rows; those that are added up count as one from their total on."""
    found: list[tuple[int, _Sum]] = []
    open_rows: list[int] = []
    for total, line in enumerate(grid):
        if not any(map(is_known, line)):
            continue
        best = _best_sum(grid, open_rows, total, bool(_TOTAL.search(labels[total])))
        if best is not None:
            found.append((total, best))
            # What is added up is not added up again: from here on its total stands for it.
            del open_rows[-len(best.items) :]
        open_rows.append(total)
    return found


def _best_sum(grid: Grid, open_rows: Sequence[int], total: int, is_named: bool) -> _Sum | None:
    """Return the sum that explains a row best: that holds in most columns, then of most rows."""
    near = open_rows[-MOST_ITEMS:]
    found = []
    # The longest first, so that of sums that explain as much it is kept.
    for count in sorted(_counts_that_may_hold(grid, near, total), reverse=True):
        each = _sum_of(grid, tuple(near[-count:]), total)
        if _is_meant(each, is_named, len(near)):
            found.append(each)
    return max(found, key=lambda each: (len(each.held) - len(each.failed), len(each.items)), default=None)


def _counts_that_may_hold(grid: Grid, near: Sequence[int], total: int) -> set[int]:
    """Return for how many of the last rows their sum may be another row in some column."""
    found = set()
    for column, whole in enumerate(grid[total]):
        if not is_known(whole) or not whole.value:
            continue
        rest, slack, parts = -whole.value, half_of(whole), 0
        for count, row in enumerate(reversed(near), 1):
            part = grid[row][column]
            if is_known(part) and part.value:
                if part.unit != whole.unit:
                    break  # nor are more rows of one unit
                rest, slack, parts = rest + part.value, slack + half_of(part), parts + 1
            if parts > 1 and abs(rest) <= slack * _ROUNDING + NEGLIGIBLE * abs(whole.value):
                found.add(count)
    return found


NEGLIGIBLE = 1e-8
"""Maximum relative change of a sum by the order of adding."""


class _Added(NamedTuple):
    """A column whose rows may add up to another: the total printed, the numbers that it has of them, and by how much
    their sum is off and rounding lets it be."""

    column: int
    whole: Quantity
    parts: list[Quantity]
    added: float
    off: float
    halves: list[float]

    @property
    def slack(self) -> float:
        """How far a sum may be off if all numbers are rounded the same way."""
        return sum(self.halves)

    @property
    def holds(self) -> bool:
        """Whether the rows add up."""
        return self.off <= self.slack * _ROUNDING

    @property
    def is_close(self) -> bool:
        """Whether they do so within the usual error of a sum of rounded numbers."""
        return self.off <= _common_error(self.halves) * _ROUNDING

    @property
    def is_rounded(self) -> bool:
        """Whether only the rounding of the parts lets them add up."""
        return self.off > half_of(self.whole) and self.whole.unit != "percent"

    @property
    def is_of_sums(self) -> bool:
        """Whether such numbers add up: percentages do if they, or the total, come to a hundred."""
        return _adds_up(self.whole) or round(self.added) == 100

    @property
    def digits(self) -> float:
        """How many digits agree."""
        return min(max(log10(abs(self.whole.value) / self.slack), 0.0), MOST_DIGITS)


def _added_columns(grid: Grid, items: tuple[int, ...], total: int) -> Iterator[_Added]:
    """Yield the columns in which some rows may add up to another."""
    for column, whole in enumerate(grid[total]):
        parts = _known(grid, items, column)
        if is_known(whole) and _are_comparable(parts, whole):
            added = sum(part.value for part in parts)
            halves = [half_of(whole), *(half_of(part) for part in parts if part.value)]
            yield _Added(column, whole, parts, added, abs(added - whole.value), halves)


def _sum_of(grid: Grid, items: tuple[int, ...], total: int) -> _Sum:
    """Return in which columns some rows add up to another."""
    held: list[_Added] = []
    missed: list[_Added] = []
    for each in _added_columns(grid, items, total):
        (held if each.holds else missed).append(each)
    columns = [each.column for each in held]
    rounded = [each.column for each in held if each.is_rounded]
    broken = _broken(missed, held, len(items))
    failed = [each.column for each in broken if not _is_no_sum(grid, items, total, each.column, columns)]
    like_a_mean = any(_is_like_a_mean(grid, items, total, column) for column in failed)
    return _Sum(items, columns, rounded, failed, sum(each.digits for each in held), like_a_mean)


def _broken(missed: Sequence[_Added], held: Sequence[_Added], count: int) -> list[_Added]:
    """Return the columns with a number in all of `count` rows that do not add up where others do.

    They fail only in a unit in which they add up elsewhere, and more closely than the rounding of many parts lets them.
    """
    if not any(each.is_close for each in held):
        return []
    units = {each.whole.unit for each in held if _adds_up(each.whole)}
    return [each for each in missed if each.is_of_sums and each.whole.unit in units and len(each.parts) == count]


def _common_error(halves: Sequence[float]) -> float:
    """Return how far most sums are off by rounding alone, which is less than they can be if the parts are many."""
    # Errors of rounding are independent: they grow with the root of their number, and rarely all point one way.
    return min(sum(halves), max(2 * halves[0], COMMON_ROUNDING * hypot(*halves)))


def _known(grid: Grid, rows: Sequence[int], column: int) -> list[Quantity]:
    """Return the numbers of some rows in a column."""
    return [cell for row in rows if is_known(cell := grid[row][column])]


def _are_comparable(parts: Sequence[Quantity], whole: Quantity) -> bool:
    """Whether numbers may add up to another: at least two that are not zero, all in its unit."""
    given = [part for part in parts if part.value]
    return whole.value != 0 and len(given) >= 2 and all(part.unit == whole.unit for part in parts)


def _adds_up(whole: Quantity) -> bool:
    """Whether a total is one of a kind that adds up: of percentages, shares do, whose total is 100%."""
    return whole.unit != "percent" or round(whole.value) == 100


def _is_like_a_mean(grid: Grid, items: Sequence[int], total: int, column: int) -> bool:
    """Whether a number lies among those above it, as a price or rate of the whole does."""
    parts = [cell.value for cell in _known(grid, items, column) if cell.value]
    whole = grid[total][column]
    return is_known(whole) and min(parts) > 0 and min(parts) <= whole.value <= max(parts)


def _is_no_sum(grid: Grid, items: Sequence[int], total: int, column: int, sums: Sequence[int]) -> bool:
    """Whether a number is not a sum although those beside it are: a price, a mean or a remainder.

    A price or mean lies among the numbers above it, and its decimals are not those of sums.
    """
    parts = [cell.value for cell in _known(grid, items, column)]
    whole = grid[total][column]
    # A number that stands several times among its parts is a price or a rate.
    if whole is not None and parts.count(whole.value) > 1:
        return True
    if whole is None or not min(parts) <= whole.value <= max(parts):
        return False
    halves = {half_of(cell) for each in sums if is_known(cell := grid[total][each])}
    return not any(isclose(half_of(whole), other) for other in halves)


def _is_meant(each: _Sum, is_named: bool, tried: int) -> bool:
    """Whether a sum holds beyond chance, and fails in one column alone or in few of many."""
    if not each.held or len(each.failed) > max(1, len(each.held) // 3):
        return False
    # Among `tried` sums the best agrees by chance in log10(tried) digits.
    digits = each.digits - log10(tried)
    if is_named:
        return digits >= NAMED
    if len(each.held) == 1 and each.like_a_mean:
        return False
    return digits >= (SEVERAL if len(each.held) > 1 else ALONE)


def _odd_total(grid: Grid, items: Sequence[int], total: int, column: int, held: int) -> Anomaly:
    whole = grid[total][column]
    assert whole is not None
    cells = tuple((row, column) for row in (*items, total) if is_known(grid[row][column]))
    added = sum(cell.value for cell in _known(grid, items, column))
    return Anomaly("total", cells, added, whole.value, held, held > 1)


# Columns of changes and shares


_Amounts = Sequence[Quantity | None]
"""The numbers of a column, None where a row has none that others may follow from."""


class _Row(NamedTuple):
    """A row of a relation between columns: what is printed, what follows, and by how much they may differ."""

    row: int
    printed: Quantity
    expected: float
    slack: float

    @property
    def holds(self) -> bool:
        """Whether print and arithmetic agree; columns of changes print a fall in many ways, so that signs are left."""
        return abs(abs(self.expected) - abs(self.printed.value)) <= self.slack * _ROUNDING


def odd_changes(grid: Grid, change_columns: Sequence[int]) -> Iterator[Anomaly]:
    """Yield the rows in which a column is not the difference or rate of two others, as it is in most rows."""
    amounts: list[_Amounts] = []
    for column in islice(zip(*grid, strict=True), MOST_COLUMNS):
        amounts.append([cell if is_known(cell) and cell.value else None for cell in column])
    for result in range(len(amounts)):
        is_stated = result in change_columns
        printed = list(_printed_changes(grid, result))
        if (is_stated or result >= 2) and _may_be_changes(printed, is_stated):
            yield from _of_best_pair("change", list(_change_relations(amounts, result, printed, is_stated)))


def _may_be_changes(printed: Sequence[tuple[int, Quantity]], is_stated: bool) -> bool:
    """Whether a column has enough numbers of enough digits to be read as changes."""
    return len({abs(cell.value) for _, cell in printed if _has_digits(cell)}) >= _fewest_rows(is_stated)


class _Relation(NamedTuple):
    """How the last of three columns may follow from the others: the rows in which it does, and those that break it."""

    columns: tuple[int, int, int]
    kept: list[_Row]
    odd: list[_Row]


def _relation(columns: tuple[int, int, int], rows: Iterable[_Row], is_stated: bool) -> _Relation | None:
    """Return the relation of three columns; None if it holds in too few rows to be meant."""
    kept, odd = _parted(rows)
    return _Relation(columns, kept, odd) if _enough(kept, odd, is_stated) else None


def _change_relations(
    amounts: Sequence[_Amounts], result: int, printed: Sequence[tuple[int, Quantity]], is_stated: bool
) -> Iterator[_Relation]:
    """Yield the pairs of columns whose difference or rate is another column, in enough rows."""
    rates = [(row, cell) for row, cell in printed if cell.unit == "percent"]
    others = [column for column in range(len(amounts)) if column != result]
    with_rates = _columns_with_rates(amounts) if rates else set()
    for (new, old), (is_rate, own) in product(permutations(others, 2), ((False, printed), (True, rates))):
        if is_rate and not {new, old} <= with_rates:
            continue
        rows = _change_rows(amounts[new], amounts[old], own, is_rate)
        if relation := _relation((new, old, result), rows, is_stated):
            yield relation


def _columns_with_rates(amounts: Sequence[_Amounts]) -> set[int]:
    """Return the columns that may have rates of change: those that are not percentages alone."""
    return {column for column, cells in enumerate(amounts) if any(each and each.unit != "percent" for each in cells)}


def _of_best_pair(rule: str, relations: Sequence[_Relation]) -> Iterator[Anomaly]:
    """Yield what breaks the relation that holds in most rows.

    Of several pairs of columns that a column may follow from, one that it does in this row excuses it.
    """
    explained = {each.row for relation in relations for each in relation.kept}
    best = max((len(relation.kept) for relation in relations if relation.odd), default=0)
    for relation in relations:
        if len(relation.kept) < best:
            continue
        for each in relation.odd:
            if each.row not in explained:
                cells = tuple((each.row, column) for column in relation.columns)
                yield _odd_row(rule, each, cells, best)


def _parted(rows: Iterable[_Row]) -> tuple[list[_Row], list[_Row]]:
    """Return the rows that hold and those that do not, up to one more than a relation may have."""
    kept: list[_Row] = []
    odd: list[_Row] = []
    for row in rows:
        (kept if row.holds else odd).append(row)
        if len(odd) > MOST_ODD:
            break
    return kept, odd


def _printed_changes(grid: Grid, column: int) -> Iterator[tuple[int, Quantity]]:
    """Yield the numbers of a column with their rows, without dashes."""
    for row, line in enumerate(grid):
        cell = line[column]
        if is_known(cell) and (cell.value or cell.kind != "exact"):
            yield row, cell


def _change_rows(
    new: _Amounts,
    old: _Amounts,
    printed: Sequence[tuple[int, Quantity]],
    is_rate: bool,
) -> Iterator[_Row]:
    """Yield the rows in which a number may be the change, in percent if `is_rate`, between those of two columns."""
    for row, change in printed:
        after, before = new[row], old[row]
        if after is None or before is None or after.unit != before.unit:
            continue
        if (after.unit == "percent") if is_rate else (change.unit != after.unit):
            continue
        if is_rate:
            expected, slack = _rate(after, before)
        else:
            expected, slack = after.value - before.value, half_of(after) + half_of(before)
        # One unit more in a rate: some cut digits off instead of rounding them.
        yield _Row(row, change, expected, slack + (3 if is_rate else 1) * half_of(change))


def _rate(after: Quantity, before: Quantity) -> tuple[float, float]:
    """Return the change of a number in percent, and by how much rounding lets it differ."""
    size = abs(before.value)
    slack = 100 * (half_of(after) + half_of(before) * abs(after.value / before.value)) / size
    return 100 * (after.value - before.value) / size, slack


def _enough(kept: Sequence[_Row], odd: Sequence[_Row], is_stated: bool) -> bool:
    """Whether a relation holds in enough rows, with numbers of enough digits, to be meant in those that break it."""
    distinctive = {abs(each.printed.value) for each in kept if _is_distinctive(each)}
    return len(distinctive) >= _fewest_rows(is_stated) and len(kept) >= 2 * len(odd) and len(odd) <= MOST_ODD


def _is_distinctive(row: _Row) -> bool:
    """Whether a number hardly agrees by chance; between 3 and 4, if they are rounded, may be nearly any rate."""
    return _has_digits(row.printed) and abs(row.printed.value) >= FEWEST_SLACKS * row.slack


def _has_digits(printed: Quantity) -> bool:
    return abs(printed.value) >= DISTINCTIVE_SLACKS * half_of(printed)


def _fewest_rows(is_stated: bool) -> int:
    """Return in how many rows a relation must hold at least; fewer will do where a head says what it is."""
    return FEWEST_ROWS - 1 if is_stated else FEWEST_ROWS


DISTINCTIVE_SLACKS, FEWEST_SLACKS = 20.0, 2.0
"""Minimum half units of its last digit, and of what rounding allows it, in a number that agrees hardly by chance."""
MOST_ODD = 2
"""Maximum rows that break a relation; with more, it is not meant so."""


def odd_shares(grid: Grid) -> Iterator[Anomaly]:
    """Yield the rows in which a column of percentages is not the share of a total, as it is in most rows."""
    width = min(len(grid[0]) if grid else 0, MOST_COLUMNS)
    for amount, share in permutations(range(width), 2):
        pairs = list(_amounts_with_percent(grid, amount, share))
        wholes = [(row, part) for row, part, percent in pairs if percent.value == 100 and part.value]
        if len(wholes) != 1:
            continue
        whole_row, whole = wholes[0]
        kept, odd = _parted(_share_rows(pairs, whole_row, whole))
        if _enough(kept, odd, is_stated=False):
            for each in odd:
                yield _odd_row("share", each, ((each.row, amount), (whole_row, amount), (each.row, share)), len(kept))


def _amounts_with_percent(grid: Grid, amount: int, share: int) -> Iterator[tuple[int, Quantity, Quantity]]:
    """Yield the rows that have an amount in one column and a percentage in another, with both."""
    for row, line in enumerate(grid):
        part, percent = line[amount], line[share]
        if is_known(part) and is_known(percent) and percent.unit == "percent" != part.unit:
            yield row, part, percent


def _share_rows(pairs: Iterable[tuple[int, Quantity, Quantity]], whole_row: int, whole: Quantity) -> Iterator[_Row]:
    """Yield the rows where a percentage may be the share of an amount in the whole, without the row of the whole."""
    for row, part, percent in pairs:
        if row != whole_row:
            slack = 100 * (half_of(part) + half_of(whole)) / abs(whole.value) + half_of(percent)
            # One unit more, as some make shares add up to a hundred.
            yield _Row(row, percent, 100 * part.value / whole.value, slack + 2 * half_of(percent))


def odd_ratios(grid: Grid, stated_columns: Collection[int]) -> Iterator[Anomaly]:
    """Yield the rows in which a column of percentages is not the ratio of two others, as it is in most rows.

    Args:
        grid: the numbers of a table.
        said_columns: the columns whose heads say that they are rates or shares: two rows show that one is a ratio.
    """
    amounts, percents = _amounts_and_percents(grid)
    for result, printed in percents.items():
        # A column with a hundred percent for all is one of shares of a total.
        if any(cell.value == 100 for _, cell in printed):
            continue
        relations = []
        for part, whole in permutations(amounts, 2):
            rows = _ratio_rows(amounts[part], amounts[whole], printed)
            if relation := _relation((part, whole, result), rows, result in stated_columns):
                typos = [each for each in relation.odd if _is_typo_in_ratio(grid, each, relation.kept)]
                relations.append(relation._replace(odd=typos))
        yield from _of_best_pair("ratio", relations)


def _amounts_and_percents(grid: Grid) -> tuple[dict[int, _Amounts], dict[int, list[tuple[int, Quantity]]]]:
    """Return the columns of amounts above zero, and those that are percentages alone with the rows of these."""
    amounts: dict[int, _Amounts] = {}
    percents: dict[int, list[tuple[int, Quantity]]] = {}
    for column, cells in enumerate(islice(zip(*grid, strict=True), MOST_COLUMNS)):
        known = [(row, cell) for row, cell in enumerate(cells) if is_known(cell)]
        if known and all(cell.unit == "percent" for _, cell in known):
            percents[column] = known
        else:
            amounts[column] = [cell if is_known(cell) and cell.value > 0 else None for cell in cells]
    return amounts, percents


def _is_typo_in_ratio(grid: Grid, row: _Row, kept: Sequence[_Row]) -> bool:
    """Whether no excuse explains a row without the ratio: truncated digits, or an additional number."""
    is_cut = abs(row.expected - row.printed.value) <= row.slack + 2 * half_of(row.printed)
    return not is_cut and not _has_more(grid, row.row, kept)


def _has_more(grid: Grid, row: int, kept: Sequence[_Row]) -> bool:
    """Whether a row has a number in a column where no row that holds has one, which may be why it differs: a credit."""
    for column, cell in enumerate(grid[row]):
        others = (grid[each.row][column] for each in kept)
        if is_known(cell) and cell.value and not any(is_known(other) and other.value for other in others):
            return True
    return False


def _ratio_rows(parts: _Amounts, wholes: _Amounts, printed: Sequence[tuple[int, Quantity]]) -> Iterator[_Row]:
    """Yield the rows in which a percentage may be what one column is of another."""
    for row, percent in printed:
        part, whole = parts[row], wholes[row]
        if part is not None and whole is not None and part.unit == whole.unit != "percent":
            share = part.value / whole.value
            slack = 100 * (half_of(part) + half_of(whole) * share) / whole.value
            yield _Row(row, percent, 100 * share, slack + half_of(percent))


def _odd_row(rule: str, row: _Row, cells: tuple[CellPlace, ...], held: int) -> Anomaly:
    return Anomaly(rule, cells, row.expected, row.printed.value, held, held > FEWEST_ROWS)
