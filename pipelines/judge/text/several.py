"""Findings on what a sentence says of several rows: a share of their total, two together, a place, how many rose.

Belongs here: relations of rows that a sentence names, where its words leave no other. Does not: what agrees
(`derived`), superlatives (`orders`), or what is said of one row alone (`one_row`).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence, Set
from itertools import combinations
from typing import NamedTuple

from tidebook.pipelines.judge.text.arithmetic import Interval, change_of, misses, printed_like
from tidebook.pipelines.judge.text.columns import column_fits, year_before, years_of
from tidebook.pipelines.judge.text.finding import Finding, finding, share_off
from tidebook.pipelines.judge.text.grid import Number, NumberTable
from tidebook.pipelines.judge.text.links import Mentions, chance_of
from tidebook.pipelines.judge.text.prose import DIRECTIONS, NEAR, ROOM, SINCE, Sentence, StatedNumber, has_other_scope
from tidebook.pipelines.judge.text.rows import (
    Link,
    Row,
    RowChecks,
    Rows,
    RowSum,
    comparable,
    fits,
    in_column,
    is_summary,
    is_total,
)
from tidebook.pipelines.judge.text.words import COUNT_WORD, OF_TOTAL, count_of, words
from tidebook.pipelines.read.text.document import Document

FEWEST = 3
"""Minimum rows among which a rank is compared."""
FEWEST_DIGITS = 2
"""Minimum digits of a number that is compared with a sum: one of a single digit is near too many."""
NEAR_SUM = 0.1
"""Maximum share by which a number meant as a sum of cells is off."""
MOST_NAMED = 5
"""Maximum rows that are added."""


def judge_several(
    document: Document,
    rows: Rows,
    sentence: Sentence,
    mentioned: Mentions,
    links: Sequence[Link],
    known: Container[int],
) -> RowChecks:
    """Return what the rows that a sentence names give or deny.

    Args:
        document: the text.
        rows: the rows of all tables.
        sentence: the sentence.
        mentioned: what it names.
        links: its numbers that are linked to cells.
        known: the offsets of its other numbers that are compared already.
    """
    found = RowChecks([], [])
    if not sentence.is_plain:
        return found
    linked = {link.stated.start for link in links}
    copies = [link for link in links if link.how == "cell"]
    for stated in sentence.numbers:
        if not stated.is_plain or stated.start in linked or stated.start in known:
            continue
        follows = _share(rows, sentence, stated, copies) or _change(rows, sentence, stated, copies)
        if follows and follows.agrees:
            found.links.append(follows.link(sentence))
        elif follows:
            found.findings.append(follows.finding(document, sentence))
        found.findings.extend(_sums(document, rows, sentence, stated, mentioned))
    found.findings.extend(_places(document, rows, sentence, mentioned, copies))
    found.findings.extend(_counts(document, rows, sentence))
    return found


# What a number is of the one right before it


class _Follows(NamedTuple):
    """What two cells give for a number that stands right behind a copy of the first."""

    stated: StatedNumber
    row: Row
    cells: tuple[Number, Number]
    how: str
    low: float
    high: float
    why: str

    @property
    def agrees(self) -> bool:
        """Whether the number is that."""
        return Interval(self.low, self.high).allows(self.stated)

    def link(self, sentence: Sentence) -> Link:
        """Return the link of a number that agrees: nothing else was tried."""
        return Link(sentence, self.stated, self.row, self.cells, self.how, chance_of(1, self.stated))

    def finding(self, document: Document, sentence: Sentence) -> Finding:
        """Return the finding on a number that does not agree."""
        middle = (self.low + self.high) / 2
        expected = printed_like(middle, self.stated, is_rate=self.stated.unit == "percent")
        off = share_off(middle, self.stated.size)
        span = sentence.span_of(self.stated)
        why = f"{self.why} {expected}"
        return finding(
            document, self.how, "likely", span, sentence.text, expected, why, [cell.span for cell in self.cells], off
        )


def _copy_before(sentence: Sentence, stated: StatedNumber, copies: Sequence[Link]) -> Link | None:
    """Return the copy of a cell that is the last number before one, and near it."""
    before = [link for link in copies if link.stated.end <= stated.start and link.stated.unit != "percent"]
    if not before:
        return None
    end = before[-1].stated.end
    is_last = not any(end <= each.start < stated.start for each in sentence.numbers)
    return before[-1] if is_last and stated.start - end <= NEAR else None


def _share(rows: Rows, sentence: Sentence, stated: StatedNumber, copies: Sequence[Link]) -> _Follows | None:
    """Return the share of the total that the amount before is: `sold 27,500 loaves, 27.5% of the total`."""
    of_total = OF_TOTAL.match(sentence.block.text, stated.end) if stated.unit == "percent" else None
    before = _copy_before(sentence, stated, copies) if of_total else None
    if of_total is None or before is None:
        return None
    part, row = before.cells[0], before.row
    total = _only_total(rows, row, part.column, of_total["what"])
    one, whole = rows.size(row.table, part), rows.size(row.table, total) if total else None
    if total is None or one is None or whole is None or one[0] >= whole[0]:
        return None
    share, width = 100 * one[0] / whole[0], 100 * (one[1] + whole[1] * one[0] / whole[0]) / whole[0]
    why = f"{part.text} ({row.label}) of {total.text} ({row.table.labels[total.row]}) is"
    return _Follows(stated, row, (part, total), "share", share - width, share + width, why)


def _only_total(rows: Rows, row: Row, column: int, what: str) -> Number | None:
    """Return the only total of a row in a column; None if words name the total of more than its table."""
    of_table = row.around | rows.mentioned(" ".join(row.table.table.heads))
    if not all(rows.mentioned(word) & of_table for word in words(what)):
        return None  # `12% of all bread in town`
    totals = [cell for each in _totals_of(rows, row) for cell in _in_column(each, column)]
    return totals[0] if len(totals) == 1 else None


def _totals_of(rows: Rows, row: Row) -> list[Row]:
    """Return the total that a row is a part of: the next one below it, else all above."""
    totals = [each for each in rows.of(row.table) if is_total(each.label)]
    below = [each for each in totals if each.index > row.index]
    return below[:1] or totals


_THEN = re.compile(
    r"(?:\s[a-z-]+){0,3}[\s,(–—]*(?:(?:which\s+)?(?:is|was|were)\s+)?"
    r"(?:up|down|an?\s+(?:increase|decrease|rise|fall|decline|drop|reduction|improvement)\s+of)\s+(?:by\s+|about\s+|some\s+)?",
    re.IGNORECASE,
)
"""Between a level and its change: `$1.24 billion, up 9%`."""


_MORE_THAN = re.compile(
    r"\s+(?:more|less|fewer|higher|lower|larger|smaller)\s+than\s+(?:in\s+|the\s+)*"
    r"(?:(?:prior|previous|preceding|last)\s+year|a\s+year\s+(?:ago|earlier|before)|year\s+before|(?P<year>(?:19|20)\d\d))\b",
    re.IGNORECASE,
)
"""Behind what a level is more than that of the year before: `£1,985, 23% more than in 2022`."""
_BESIDE = re.compile(r"[\s,(–—]*(?:[a-z]+[\s,]+){0,2}(?:or\s+|and\s+)?", re.IGNORECASE)


def _says_change(sentence: Sentence, stated: StatedNumber, level: StatedNumber, old: Sequence[int]) -> bool:
    """Whether a number is the change of the level before since the year of an old cell."""
    text = sentence.block.text
    if more := _MORE_THAN.match(text, stated.end):
        is_of_year = more["year"] is None or int(more["year"]) in old
        return is_of_year and _BESIDE.fullmatch(text, level.end, stated.start) is not None
    is_result = stated.role in ("rate", "difference") and not SINCE.match(text, stated.end)
    return is_result and _THEN.fullmatch(text, level.end, stated.start) is not None


def _change(rows: Rows, sentence: Sentence, stated: StatedNumber, copies: Sequence[Link]) -> _Follows | None:
    """Return the change of the level before since the year before: `Revenue of $1.24 billion, up 9%`."""
    before = _copy_before(sentence, stated, copies)
    if before is None:
        return None
    row, new = before.row, before.cells[0]
    old = next((each for each in row.levels if each.column == year_before(row.table, new.column)), None)
    if old is None or not _says_change(sentence, stated, before.stated, row.table.heads[old.column].years):
        return None
    is_rate = stated.unit == "percent"
    if not _are_amounts(old, new) or not (is_rate or fits(new, stated.unit)):
        return None
    one, other = rows.size(row.table, new), rows.size(row.table, old)
    allowed = change_of(*one, *other, is_rate=is_rate) if one and other else None
    if allowed is None:
        return None
    why = f"{row.label} went from {old.text} to {new.text}, which is"
    return _Follows(stated, row, (new, old), "change", allowed.low, allowed.high, why)


def _are_amounts(old: Number, new: Number) -> bool:
    """Whether a change from one cell to another can be stated as a share: of amounts above zero, in one unit."""
    return old.unit == new.unit != "percent" and new.value > 0 and old.value > 0


def _in_column(row: Row, column: int) -> list[Number]:
    return [cell for cell in row.numbers if cell.column == column]


# Two together

_TOGETHER = re.compile(r"\b(?:together|combined)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[.;:()]|,\s+(?:and|but|while)\b")


_ALL = re.compile(
    rf"\b(?:the|all|all the|our|its)\s+(?P<count>{COUNT_WORD})\s+[a-z]{{3,}}[^.;:()\d]{{0,20}}$", re.IGNORECASE
)
"""Before `together`, where it refers to all rows: `the four shops together`."""
_YEARS_TOGETHER = re.compile(
    r"\b(?P<years>(?:19|20)\d\d(?:(?:,|,?\s+and)\s+(?:19|20)\d\d)+)(?:\s+taken)?\s+(?:together|combined)\b",
    re.IGNORECASE,
)


def _sums(
    document: Document, rows: Rows, sentence: Sentence, stated: StatedNumber, mentioned: Mentions
) -> Iterator[Finding]:
    """Yield what several rows, or several years of a row, are not together."""
    lead = sentence.block.text[sentence.start : stated.start]
    together = _TOGETHER.search(lead)
    if (
        together is None
        or stated.unit == "percent"
        or len(lead) - together.end() > NEAR
        or stated.digits < FEWEST_DIGITS
    ):
        return
    added = _only_sum(rows, sentence, stated, mentioned, together)
    if added is None or not _misses_sum(stated, added) or has_other_scope(sentence, stated):
        return
    cells, total = [cell for _, cell in added.cells], added.total
    expected = printed_like(total, stated, is_rate=False)
    why = f"{' and '.join(cell.text for cell in cells)} are together {expected}"
    off = share_off(total, stated.size)
    span, evidence = sentence.span_of(stated), [cell.span for cell in cells]
    yield finding(document, "total", "likely", span, sentence.text, expected, why, evidence, off)


def _only_sum(
    rows: Rows, sentence: Sentence, stated: StatedNumber, mentioned: Mentions, together: re.Match[str]
) -> RowSum | None:
    """Return the only cells that the words before a number may add up, with their sum; None if there are several."""
    lead = together.string
    before, behind = lead[: together.start()], lead[together.end() :]
    if years := _YEARS_TOGETHER.search(lead):
        listed = set(map(int, re.findall(r"\d{4}", years["years"])))
        sums = list(_sum_of_years(rows, stated, mentioned, listed, behind))
    elif named := _rows_together(rows, mentioned, before, behind):
        sums = list(_stated_sums(rows, sentence, stated, named, rows.mentioned(f"{stated.beside} {lead}")))
    else:
        return None
    return sums[0] if len(sums) == 1 else None


def _misses_sum(stated: StatedNumber, added: RowSum) -> bool:
    """Whether a number is near the sum of some cells and not that; one that is far off is of something else."""
    if abs(added.total - stated.size) <= (added.room + stated.slack) * ROOM:
        return False
    return bool(misses(stated, added.total)) or share_off(added.total, stated.size) <= NEAR_SUM


def _rows_together(rows: Rows, mentioned: Mentions, before: str, behind: str) -> list[Row]:
    """Return the rows that a sentence adds up: `Market and Harbour together sold`, `the four shops together sold`."""
    if every := _ALL.search(before):
        counted = [rows.items(table) for table in rows.searched]
        fitting = [items for items in counted if len(items) == count_of(every["count"])]
        return fitting[0] if len(fitting) == 1 else []
    # In `Together, Market and Harbour sold` the names are behind, before the verb.
    return _rows_of_names(mentioned, words(_CLAUSE.split(before)[-1]) or words(_without_verb(behind)))


def _rows_of_names(mentioned: Mentions, names: frozenset[str]) -> list[Row]:
    """Return the rows of one table that some words name; none if a word names no row, as the table lacks a part."""
    named = [
        each.row
        for each in mentioned.tried
        if each.is_whole and each.row.own <= names and not is_summary(each.row.label)
    ]
    is_all = names <= frozenset[str]().union(*(row.own for row in named))
    is_one_table = len({id(row.table) for row in named}) == 1
    return named if is_all and is_one_table and 1 < len(named) <= MOST_NAMED else []


def _without_verb(lead: str) -> str:
    """Return the words before a number without the last of them."""
    return lead.rstrip().rpartition(" ")[0]


def _sum_of_years(
    rows: Rows, stated: StatedNumber, mentioned: Mentions, years: Set[int], behind: str
) -> Iterator[RowSum]:
    """Yield the cells of the only named row in some years, with their sum: `in 2022 and 2023 together`."""
    row = _only_part_named(mentioned)
    # A name that is not a row is a part that the table does not have.
    if row is None or not words(_without_verb(behind)) <= row.own | row.around:
        return
    levels = [cell for cell in row.levels if fits(cell, stated.unit) and years_of(row.table, cell.column) & years]
    added = rows.added([(row, cell) for cell in levels])
    if added and len(levels) == len(years):
        yield added


def _only_part_named(mentioned: Mentions) -> Row | None:
    """Return the only row that a sentence names; not a total that `together` names too, unless there are no others."""
    named = [each.row for each in mentioned.tried if each.is_whole]
    parts = [row for row in named if not is_total(row.label)] or named
    return parts[0] if len(parts) == 1 else None


def _stated_sums(
    rows: Rows, sentence: Sentence, stated: StatedNumber, named: Sequence[Row], close: frozenset[str]
) -> Iterator[RowSum]:
    """Yield the cells of some rows in each column that a sentence states, with their sum and its slack."""
    for column, fit in enumerate(column_fits(named[0].table, sentence, stated, close, rows.mentioned(sentence.text))):
        cells = in_column(named, column, stated.unit) if column and fit.is_stated else []
        added = rows.added(cells)
        if added and len(cells) == len(named):
            yield added


# A place in an order

_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6}
_PLACE = re.compile(
    rf"\b(?:came|comes|ranked|ranks|finished|placed)\s+(?P<place>{'|'.join(_PLACES)}|last)\b", re.IGNORECASE
)


_MOST = re.compile(r"\b(?:largest|highest|biggest|greatest|most|leads|led)\b", re.IGNORECASE)
"""Words of a sentence whose places count from the largest number."""


def _places(
    document: Document, rows: Rows, sentence: Sentence, mentioned: Mentions, copies: Sequence[Link]
) -> Iterator[Finding]:
    """Yield a rank that a row does not have in the column of the number beside it."""
    for place in _PLACE.finditer(sentence.block.text, sentence.start, sentence.end):
        copy = _copy_placed(sentence, place, mentioned, copies)
        if copy is None:
            continue
        own, row = copy.cells[0], copy.row
        values = [cell.value for cell in comparable(row.table, own.column)]
        above, below = sum(value > own.value for value in values), sum(value < own.value for value in values)
        orders = (above,) if _MOST.search(sentence.text) else (above, below)
        if len(values) < FEWEST or _has_place(place["place"].lower(), orders, len(values) - above - below, len(values)):
            continue
        head = row.table.heads[own.column].text
        why = f"{row.label} has place {above + 1} of {len(values)} in {head}, with {own.text}"
        span = sentence.span(*place.span("place"))
        yield finding(document, "order", "likely", span, sentence.text, f"{above + 1}", why, [own.span])


def _copy_placed(sentence: Sentence, place: re.Match[str], mentioned: Mentions, copies: Sequence[Link]) -> Link | None:
    """Return the number right behind a place, if it is a cell of the only row named before the place."""
    lead = words(_CLAUSE.split(sentence.block.text[sentence.start : place.start()])[-1])
    named = [each.row for each in mentioned.tried if each.is_whole and each.row.own == lead]
    near = [link for link in copies if place.end() <= link.stated.start < place.end() + NEAR]
    return next((link for link in near if link.row == named[0]), None) if len(named) == 1 else None


def _has_place(word: str, orders: Sequence[int], alike: int, count: int) -> bool:
    """Whether a number may have a place, given how many come before it in each order and how many are like it."""
    printed_place = count if word == "last" else _PLACES[word]
    return any(first < printed_place <= first + alike for first in orders)


# How many rows rose

_OF_ROWS = re.compile(
    rf"\b(?:at|in|for|on)\s+(?P<count>{COUNT_WORD})\s+of\s+(?:the|its|our|all|these)?\s*(?P<all>{COUNT_WORD})\s+[a-z]{{3,}}",
    re.IGNORECASE,
)
_TURN = re.compile(rf"\b(?P<turn>{'|'.join(DIRECTIONS)})\b[^.;:,]{{0,40}}$", re.IGNORECASE)


def _counts(document: Document, rows: Rows, sentence: Sentence) -> Iterator[Finding]:
    """Yield how many rows did not rise: `sales rose at five of the six shops`."""
    text = sentence.block.text
    for found in _OF_ROWS.finditer(text, sentence.start, sentence.end):
        turn = _TURN.search(text, sentence.start, found.start())
        pairs = list(_pairs(rows, sentence, count_of(found["all"]))) if turn else []
        if turn is None or len(pairs) != 1:
            continue
        table, old, new = pairs[0]
        is_rise = DIRECTIONS[turn["turn"].lower()] > 0
        changed = [row for row in rows.items(table) if _has_changed(row, old, new, is_rise=is_rise)]
        if len(changed) == count_of(found["count"]):
            continue
        names = ", ".join(row.label for row in changed) or "none"
        heads = f"from {table.heads[old].text} to {table.heads[new].text}"
        why = f"{len(changed)} of {found['all']} rows {'rose' if is_rise else 'fell'} {heads}: {names}"
        evidence = [_in_column(row, new)[0].span for row in changed]
        span = sentence.span(*found.span("count"))
        yield finding(document, "count", "likely", span, sentence.text, f"{len(changed)}", why, evidence)


def _has_changed(row: Row, old: int, new: int, *, is_rise: bool) -> bool:
    before, after = _in_column(row, old)[0].value, _in_column(row, new)[0].value
    return after > before if is_rise else after < before


def _pairs(rows: Rows, sentence: Sentence, count: int) -> Iterator[tuple[NumberTable, int, int]]:
    """Yield the tables with this many rows, and two columns of neighbouring years that the sentence may compare."""
    mentioned = rows.mentioned(sentence.text)
    for table in rows.searched:
        items = rows.items(table)
        levels = _full_levels(table, items) if len(items) == count else []
        for pair in combinations(levels, 2):
            old, new = sorted(pair, key=lambda column: max(years_of(table, column)))
            names = {words(table.heads[column].text) for column in pair}
            is_in_time = max(years_of(table, old)) < max(years_of(table, new))
            if is_in_time and len(names) == 1 and _is_meant(names.pop(), mentioned, len(levels)):
                yield table, old, new


def _full_levels(table: NumberTable, items: Sequence[Row]) -> list[int]:
    """Return the columns of levels of a year in which each of some rows has one number."""
    levels = [column for column, head in enumerate(table.heads) if head.kind == "level" and years_of(table, column)]
    for row in items:
        levels = [column for column in levels if len(_in_column(row, column)) == 1]
    return levels


def _is_meant(name: frozenset[str], mentioned: frozenset[str], columns: int) -> bool:
    """Whether a sentence may mean the columns of a name: one that it says, or none where two are all that there is."""
    return bool(name & mentioned) if name else columns <= 2
