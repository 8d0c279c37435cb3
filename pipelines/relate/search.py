"""The search: all relations of a table, and the numbers that only an error explains.

Belongs here: which relation explains a number, where several may. Does not: the relations (`totals`, `results`,
`reprinted`), or the words of what is found. A number is accused only by a relation that no other explains away: the
simplest one that holds in all rows wins over one with exceptions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, combinations
from math import fsum, isnan, nan
from statistics import fmean, median

from tidebook.pipelines.relate.anomaly import Anomaly
from tidebook.pipelines.relate.forms import DIFFERENCE, RATE
from tidebook.pipelines.relate.reprinted import carried, copies, doubles
from tidebook.pipelines.relate.results import Result, Results, Row
from tidebook.pipelines.relate.rivals import explain, reference_places
from tidebook.pipelines.relate.terms import NAME, CellPlace, Table, Term, room
from tidebook.pipelines.relate.totals import Allowance, Column, Explained, Relation, relations


def anomalies(table: Table, allowance: Allowance | None = None) -> list[Anomaly]:
    """Return what is wrong in a table, each group of cells once a rule; the surest first, errors before the rest.

    Args:
        table: the numbers, with what their rows and columns are.
        allowance: how many sums may be tried; as many as a table may have by default.
    """
    amounts = _amounts(table)
    down, across = relations(amounts, allowance), relations(amounts.turned, allowance)
    of_rows = _totals_that_hold(down)
    found = [*_odd_totals(down, ()), *(each.turned for each in _odd_totals(across, {each[::-1] for each in of_rows}))]
    held = _totals_that_hold(down, any_that_never_fails=True)
    held |= _turned(_totals_that_hold(across, any_that_never_fails=True))
    found += _odd_results(amounts, held)
    found += [each.turned for each in _odd_results(amounts.turned, _turned(held))]
    found = _without_repeats(_crossing(found))
    found += [*copies(amounts), *doubles(amounts), *carried(amounts)]
    found += [*_only_by_rounding(down), *(each.turned for each in _only_by_rounding(across))]
    return list({(each.rule, frozenset(each.cells)): each for each in found}.values())


def rows_that_add_up(table: Table) -> set[int]:
    """Return the rows that are the sums of others in more columns than not, of those whose numbers may be summed."""
    rows = set[int]()
    for each in relations(_amounts(table)):
        held = _totals_that_hold([each])
        units = {column.unit for column in each.held}
        if len(held) > sum(column.unit in units for column in each.failed):
            rows.update(row for row, _ in held)
    return rows


def _amounts(table: Table) -> Table:
    """Return the table without ranks and names, which give nothing."""
    terms = [[None if term is None or term.unit in ("rank", NAME) else term for term in line] for line in table.terms]
    return table._replace(terms=terms)


# Totals


Totals = dict[CellPlace, frozenset[CellPlace]]
"""Totals, each with the numbers that it is the sum of."""


def _totals_that_hold(found: Sequence[Relation], any_that_never_fails: bool = False) -> Totals:
    """Return the totals that are meant and right; those too of which no column shows that they are not meant."""
    totals: Totals = {}
    for relation in found:
        never_fails = not relation.failed and (relation.is_named or any_that_never_fails)
        is_meant = relation.is_meant or never_fails
        if relation.sum.total is not None and is_meant and (relation.label or len(relation.held) > 1):
            for column in relation.held:
                if column.adds_up:
                    parts = frozenset((row, column.place) for row in relation.sum.rows if row != relation.sum.total)
                    totals[relation.sum.total, column.place] = parts
    return totals


def _turned(totals: Totals) -> Totals:
    """Return totals of the table with rows for columns."""
    return {total[::-1]: frozenset(part[::-1] for part in parts) for total, parts in totals.items()}


def _odd_totals(found: Sequence[Relation], held: Collection[CellPlace]) -> Iterator[Anomaly]:
    """Yield where a sum fails: in the place of one typo, or where it must hold. `held` are totals of the other way."""
    below = _totals_that_hold([each for each in found if each.sum.is_below])
    above = _totals_that_hold([each for each in found if not each.sum.is_below])
    settled = _settled(found)
    for relation in found:
        total = relation.sum.total
        if _is_of_rows_below(relation, found):
            continue
        errors = [typo for typo in relation.errors if not _swaps_columns(typo) or settled.isdisjoint(typo.cells)]
        explained = {typo.column.place: typo for typo in errors}
        for typo in explained.values():
            # A total of all rows to one side of it is no sum of some to the other.
            is_known = (total, typo.column.place) in (above if relation.sum.is_below else below)
            is_part = _leaves_out_the_next(relation, typo.column, above | below)
            if not (is_known and is_part):
                odd = _of_typo(relation, typo)
                # Some rows of a list, in one other column, by fewer digits than a sum that is meant: mostly chance.
                is_chance = is_part and len(relation.held) == 1 and not relation.is_meant
                yield odd._replace(is_sure=odd.is_sure and not is_chance)
        for column in (*relation.misses, *relation.inexact):
            if column.place not in explained and (total, column.place) not in held:
                yield _of_total(relation, column, tuple((row, column.place) for row in relation.sum.rows))


def _swaps_columns(typo: Explained) -> bool:
    """Whether a typo is of two cells of different columns."""
    return len({column for _, column in typo.cells}) > 1


def _settled(found: Sequence[Relation]) -> set[CellPlace]:
    """Return the numbers of named sums that hold in every column, several: swapped with others, they would not."""
    settled = set[CellPlace]()
    for each in found:
        if each.is_named and not each.failed and len(each.held) > 1:
            settled.update((row, column.place) for row in each.sum.rows for column in each.held)
    return settled


def _is_of_rows_below(relation: Relation, found: Sequence[Relation]) -> bool:
    """Whether the rows below a total add up to it in all columns, in more digits than those above, which few show."""
    if relation.sum.is_below or not relation.held or relation.is_meant:
        return False
    below = [each for each in found if each.sum.is_below and each.sum.total == relation.sum.total and not each.failed]
    return any(each.strength >= relation.strength for each in below)


def _leaves_out_the_next(relation: Relation, column: Column, known: Totals) -> bool:
    """Whether the rows of a sum begin beside another one with a number that is itself no total: a part of a list.

    A sum that begins with a total begins there.
    """
    total, *_ = relation.sum.rows[::-1]
    last = max(relation.sum.rows[:-1], key=lambda row: abs(row - total))
    if (last, column.place) in known:
        return False
    beside = last + (1 if last > total else -1)
    cells = relation.tried.cells
    has_number = 0 <= beside < len(cells) and bool(cells[beside]) and cells[beside][column.place] is not None
    return has_number and (beside, column.place) not in known and not relation.tried.table.rows[beside].total


def _of_total(relation: Relation, column: Column, cells: tuple[CellPlace, ...], typo: str = "") -> Anomaly:
    total = column.cells[-1].value
    follows = total + column.rest
    return Anomaly("total", cells, total, follows, follows, len(relation.held), typo, is_sure=bool(typo))


def _of_typo(relation: Relation, typo: Explained) -> Anomaly:
    """Return the anomaly of a column that one typo explains, at its culprit where only one number may have it."""
    column, total = typo.column, relation.sum.total
    if total is None:
        return Anomaly("shares", typo.cells, nan, 100 + column.rest, 100 + column.rest, len(relation.held), typo.name)
    # What holds nowhere else says too little for an outcome.
    odd = _of_total(relation, column, typo.cells, typo.name)._replace(is_sure=not relation.is_of_only_column)
    places = [(row, column.place) for row in relation.sum.rows]
    if len(typo.cells) != len(places):
        # Two cells of two columns: neither total is what is wrong.
        return odd._replace(printed=nan, low=nan, high=nan)
    if len(typo.culprits) == 1 and typo.culprits[0] != places[-1]:
        return _accusing(odd, typo.culprits[0], column.cells[places.index(typo.culprits[0])].value)
    return odd


def _accusing(odd: Anomaly, cell: CellPlace, printed: float) -> Anomaly:
    """Return a wrong sum as the error of one of its parts."""
    others = tuple(each for each in odd.cells if each != cell)
    follows = printed + odd.printed - odd.expected
    return odd._replace(cells=(*others, cell), printed=printed, low=follows, high=follows, is_result=False)


def _only_by_rounding(found: Sequence[Relation]) -> Iterator[Anomaly]:
    """Yield the columns that need rounding to add up, if at least two others do so exactly."""
    for relation in found:
        inexact = [column for column in relation.held if not column.is_exact]
        for column in inexact if len(relation.held) - len(inexact) > 1 else ():
            cells = tuple((row, column.place) for row in relation.sum.rows)
            off = abs(column.rest)
            yield Anomaly("rounding", cells, nan, off, off, is_result=relation.sum.total is not None)


# Results of two numbers


def _odd_results(table: Table, held: Totals) -> Iterator[Anomaly]:
    """Yield the rows in which a column is not the result of two others that it is elsewhere.

    A column that is one result throughout is no other one, and of two columns for one result the one that is it
    throughout, or in more rows, is meant. `held` are totals that are right.
    """
    search = Results(table)
    by_column = search.by_column()
    throughout, most = set(), Counter[tuple[str, tuple[int, int], bool]]()
    for each in chain.from_iterable(by_column.values()):
        most[each.key] = max(most[each.key], len(each.held))
        if not each.odd:
            throughout.add(each.key)
    for column, own in by_column.items():
        accusing = [each for each in own if each.odd and _may_accuse(each)]
        if not accusing:
            continue
        rivals = [*own, *search.rivals_in(column)]
        known = {row.row for each in rivals for row in each.held}
        best = max(len(each.held) for each in rivals if each in accusing or not each.odd)
        for each in accusing:
            if len(each.held) < max(best, most[each.key]) or each.key in throughout:
                continue
            for row in each.odd:
                is_total = (row.row, column) in held or (each.form is DIFFERENCE and _is_in_total(each, row, held))
                if row.row not in known and not is_total and not _has_excuse(table, each, row):
                    yield _of_result(each, row)


def _is_in_total(result: Result, row: Row, held: Totals) -> bool:
    """Whether the numbers of a difference are a total that holds and two of its parts: then it has others."""
    cells = {*row.operands, (row.row, result.column)}
    return any(cells - {cell} <= held[cell] for cell in cells if cell in held)


def _may_accuse(result: Result) -> bool:
    """Whether what breaks a relation is an error: a column is no difference of columns behind it unless it says so."""
    return result.is_stated or result.column >= 2


def _of_result(result: Result, row: Row) -> Anomaly:
    rule = "change" if result.form in (DIFFERENCE, RATE) else "share" if result.of_rows else "ratio"
    low, high = result.expected(row)
    cells = (*row.operands, (row.row, result.column))
    return Anomaly(rule, cells, row.printed.value, low, high, len(result.held), is_sure=result.is_sure)


def _has_excuse(table: Table, result: Result, row: Row) -> bool:
    """Whether something else explains why a row is not what others are."""
    line = table.rows[row.row]
    printed = row.printed.value
    column = [line[result.column] for line in table.terms]
    others = [term.value for place, term in enumerate(column) if term is not None and place != row.row]
    # The row of the whole has a mean of rates, or their sum, as often as the rate of its sums.
    is_last = row.row in (0, len(table.terms) - 1) or line.total or line.closing or line.statistic
    # Unless another total has the rate of its sums.
    if is_last and result.form is not DIFFERENCE and not any(table.rows[each.row].total for each in result.held):
        if not result.is_stated and min(others) <= printed <= max(others):
            return True
        # Each of the others is rounded as this one is.
        if any(abs(way(others) - printed) <= row.slack + row.printed.half for way in (fmean, median, sum)):
            return True
    return _has_more(table, result, row) or (result.form is DIFFERENCE and _is_of_another(table, result, row))


def _is_of_another(table: Table, result: Result, row: Row) -> bool:
    """Whether a difference holds with other numbers of its row: one for one of the three, or two for both operands.

    A lead is that over another rival, or of another two.
    """
    line = table.terms[row.row]
    used = (*result.pair, result.column)
    own = [term for column in used if (term := line[column]) is not None]
    others = [term for column, term in enumerate(line) if column not in used and term is not None and term.value]
    others = [term for term in others if term.added_unit == own[0].added_unit]
    for other in others:
        for place in range(len(own)):
            if _is_difference([*own[:place], other, *own[place + 1 :]]):
                return True
    if any(_is_difference([*two, own[-1]]) for two in combinations(others, 2)):
        return True
    # Two numbers and their sum are no difference.
    return abs(own[0].value + own[1].value - own[2].value) <= room(own)


def _is_difference(three: Sequence[Term]) -> bool:
    """Whether one of three numbers is the difference of the two others, whichever of them leads."""
    *smaller, largest = sorted(abs(term.value) for term in three)
    return abs(largest - fsum(smaller)) <= room(three)


def _has_more(table: Table, result: Result, row: Row) -> bool:
    """Whether a row has a number in a column where no row that holds has one, which may be why it differs."""
    rests = [(each.row, abs(each.printed.value) - abs(each.low + each.high) / 2, each.slack) for each in result.held]
    rows = reference_places(rests)
    used = {result.column} if result.of_rows else {result.column, *result.pair}
    silent = []
    for column, term in enumerate(table.terms[row.row]):
        if term is None or not term.value or column in used:
            continue
        if not any((other := table.terms[each][column]) and other.value for each in rows):
            silent.append(term.value)
    if result.form is not DIFFERENCE:
        return bool(silent)
    rest = abs(row.printed.value) - abs(row.low + row.high) / 2
    return explain(silent, rest, 2 * row.slack)


# What several rules find


def _crossing(found: Sequence[Anomaly]) -> list[Anomaly]:
    """Return anomalies, of a row and a column that both fail the number that they share: it is the wrong one."""
    kept = list(found)
    for one in found:
        for other in found:
            if one.rule != "total" or other.rule != "total" or one.across or not other.across:
                continue
            shared = set(one.cells) & set(other.cells)
            if len(shared) != 1 or one not in kept or other not in kept:
                continue
            (cell,) = shared
            if cell in (one.cells[-1], other.cells[-1]) or isnan(one.printed):
                continue
            kept.remove(other)
            kept[kept.index(one)] = _accusing(one, cell, nan)
    return kept


def _without_repeats(found: Sequence[Anomaly]) -> list[Anomaly]:
    """Return anomalies without those whose cells are among those of a surer one."""
    kept: list[Anomaly] = []
    for each in sorted(found, key=lambda one: not one.is_sure):
        cells = set(each.cells)
        if not any(cells <= set(other.cells) or set(other.cells) <= cells for other in kept):
            kept.append(each)
    return kept
