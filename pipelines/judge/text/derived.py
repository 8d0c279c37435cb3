"""Which cells a number of the prose follows from, where the words beside it say how: mean, sum, share, count, rank.

Belongs here: what several cells give. Does not: copies of one cell (`links`), or changes of the row that is the subject
(`one_row`). Nothing is derived by value alone: the words name the operation and the rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import permutations
from math import isclose
from typing import NamedTuple

from tidebook.pipelines.judge.text.columns import years_of
from tidebook.pipelines.judge.text.grid import Number, NumberTable
from tidebook.pipelines.judge.text.links import MOST_CHANCE, MOST_NAMED_CHANCE, Mentions, chance_of
from tidebook.pipelines.judge.text.prose import NEAR, ROOM, Sentence, StatedNumber
from tidebook.pipelines.judge.text.rows import Link, Row, Rows, in_column, is_summary, is_total
from tidebook.pipelines.judge.text.words import OF_TOTAL, plain_label, words
from tidebook.pipelines.read.grouping import grouped

FEWEST = 2
"""Minimum rows of a mean, a sum or a count."""
MOST_NAMED = 6
"""Maximum rows that a sentence compares."""

_BESIDE = r"[^.;:\d$€£]{0,40}$"
_MEAN = re.compile(rf"\b(?:mean|averag(?:e|es|ed|ing))\b{_BESIDE}", re.IGNORECASE)
_MEAN_BEHIND = re.compile(r"[a-z ]{0,20}\bon average\b", re.IGNORECASE)
_SUM = re.compile(rf"\b(?:together|combined|altogether|in total|in all|a total of|sum of)\b{_BESIDE}", re.IGNORECASE)
_SUM_BEHIND = re.compile(r"[a-z ]{0,20}\b(?:together|combined|altogether|in total|in all)\b", re.IGNORECASE)
_SHARE_BEHIND = re.compile(r"\s+of\b", re.IGNORECASE)
_MORE_BEHIND = re.compile(
    r"\s*(?:[a-z]+\s+){0,2}(?:more|fewer|less|higher|lower|larger|smaller|above|below|ahead|behind)\b", re.IGNORECASE
)
_TIMES = re.compile(r"\s*(?:times\b|x\b|×)", re.IGNORECASE)
_COUNTED = re.compile(r"\s+(?:[a-z-]+\s+){0,2}?(?P<noun>[a-z-]{3,})\b")
_LEAST = re.compile(r"\b(?:smallest|lowest|fewest|least|shortest|youngest|lightest|cheapest|last)\b", re.IGNORECASE)


class Derived(NamedTuple):
    """What some cells give, and by how much rounding lets it differ."""

    row: Row
    cells: tuple[Number, ...]
    size: float
    slack: float


def derived(rows: Rows, sentence: Sentence, stated: StatedNumber, mentioned: Mentions) -> Link | None:
    """Return the cells that give a number in the way that the words beside it say; None without any.

    All that the words allow is tried, and the chance of a coincidence is that among all of it.
    """
    text = sentence.block.text
    left = text[max(sentence.start, stated.start - NEAR) : stated.start]
    right = text[stated.end : min(sentence.end, stated.end + NEAR)]
    if counted := _count(rows, sentence, stated, right):
        return counted
    how = _operation(stated, left, right)
    of_total = how == "share" and OF_TOTAL.match(text, stated.end) is not None
    if not how or (of_total and _is_of_amount_before(sentence, stated)):
        return None
    tried = list(_tried(rows, stated, mentioned, how, of_total=of_total))
    likelihood = _chance_among(tried, stated)
    agreeing = [each for each in tried if abs(each.size - stated.size) <= (each.slack + stated.slack) * ROOM]
    if not agreeing or likelihood > MOST_CHANCE:
        return None
    return Link(sentence, stated, agreeing[0].row, agreeing[0].cells, how, likelihood)


def _chance_among(tried: Sequence[Derived], stated: StatedNumber) -> float:
    """Return the chance that one of some results, of those near it, agrees with a number by coincidence."""
    return chance_of(sum(stated.size / 2 <= each.size <= 2 * stated.size for each in tried), stated)


def _is_of_amount_before(sentence: Sentence, stated: StatedNumber) -> bool:
    """Whether an amount is near before a share of the total, which is then the share of that amount."""
    amounts = [each for each in sentence.numbers if each.end <= stated.start and each.unit != "percent"]
    return bool(amounts) and stated.start - amounts[-1].end <= NEAR


def _operation(stated: StatedNumber, left: str, right: str) -> str:
    """Return what a number is of several cells, by the words beside it; "" if they do not say."""
    if _MEAN.search(left) or _MEAN_BEHIND.match(right):
        return "mean"
    if _SUM.search(left) or _SUM_BEHIND.match(right):
        return "sum"
    if stated.unit == "percent" and _SHARE_BEHIND.match(right):
        return "share"
    if stated.unit == "ratio" or _TIMES.match(right):
        return "ratio"
    return "difference" if _MORE_BEHIND.match(right) else ""


def _tried(rows: Rows, stated: StatedNumber, mentioned: Mentions, how: str, *, of_total: bool) -> Iterator[Derived]:
    """Yield the results of the named rows in each column that the sentence may mean."""
    items = [each.row for each in mentioned.tried if each.is_whole and not is_summary(each.row.label)]
    named = grouped(items, lambda row: id(row.table))
    for table in rows.searched:
        chosen = named[id(table)]
        if not chosen and (how not in _OF_ALL or not mentioned.words & rows.around(table)):
            continue
        for column in _columns(table, stated):
            if how in _OF_ALL:
                yield from _of_many(rows, table, chosen, column, stated, how)
            elif len(chosen) <= MOST_NAMED:
                wholes = _totals(rows, table, mentioned.words, of_total=of_total) if how == "share" else []
                yield from _of_pairs(rows, table, [] if of_total else chosen, chosen, wholes, column, stated, how)


_OF_ALL = ("mean", "sum")
"""What a sentence may state about all rows of a table without naming one."""


def _columns(table: NumberTable, stated: StatedNumber) -> list[int]:
    """Return the columns of levels in the years that stand with a number; all if none do."""
    levels = [column for column, head in enumerate(table.heads) if column and head.kind == "level"]
    in_years = [column for column in levels if years_of(table, column) & set(stated.years)]
    return in_years or levels


def _of_many(
    rows: Rows, table: NumberTable, chosen: Sequence[Row], column: int, stated: StatedNumber, how: str
) -> Iterator[Derived]:
    """Yield the mean or sum of the named rows, or of all rows but totals if less than two are named."""
    if len(chosen) >= FEWEST:
        added = rows.added(in_column(chosen, column, stated.unit))
    else:
        added = rows.items_added(table, column, stated.unit)
    if added is not None:
        parts = len(added.cells) if how == "mean" else 1
        cells = tuple(cell for _, cell in added.cells)
        yield Derived(added.cells[0][0], cells, added.total / parts, added.room / parts)


def _totals(rows: Rows, table: NumberTable, mentioned: frozenset[str], *, of_total: bool) -> list[Row]:
    """Return the rows that sum up a table: its total where a sentence says so, else those that it names in part."""
    if of_total:
        return [row for row in rows.of(table) if is_total(row.label)]
    return [row for row in rows.of(table) if is_summary(row.label) and mentioned & (row.own | row.around)]


def _of_pairs(
    rows: Rows,
    table: NumberTable,
    others: Sequence[Row],
    chosen: Sequence[Row],
    wholes: Sequence[Row],
    column: int,
    stated: StatedNumber,
    how: str,
) -> Iterator[Derived]:
    """Yield the differences, ratios or shares between two named rows, and shares of rows that sum up."""
    unit = stated.unit if how == "difference" and stated.unit != "percent" else ""
    cells, whole = in_column(chosen, column, unit), in_column(wholes, column, unit)
    pairs = permutations(in_column(others, column, unit), 2)
    for first, second in [*pairs, *((part, all_) for part in cells for all_ in whole)]:
        one, other = rows.size(table, first[1]), rows.size(table, second[1])
        # Nothing is divided by what may be zero before rounding.
        if one is None or other is None or not other[0] - other[1] > 0:
            continue
        value, slack = _result(one, other, how, stated)
        yield Derived(first[0], (first[1], second[1]), value, slack)


def _result(
    one: tuple[float, float], other: tuple[float, float], how: str, stated: StatedNumber
) -> tuple[float, float]:
    """Return the size and slack of what two rounded numbers give."""
    ratio = one[0] / other[0]
    # The most by which rounding raises a ratio: (a + da) / (b - db) - a / b.
    slack = (one[1] + ratio * other[1]) / (other[0] - other[1])
    if how == "difference" and stated.unit == "percent":
        return 100 * abs(ratio - 1), 100 * slack
    if how == "difference":
        return abs(one[0] - other[0]), one[1] + other[1]
    return (100 * ratio, 100 * slack) if how == "share" else (ratio, slack)


# Counts and ranks


def _count(rows: Rows, sentence: Sentence, stated: StatedNumber, right: str) -> Link | None:
    """Return the only table that has as many rows as a number says, of what is behind it: `the 12 rivers`."""
    noun = _COUNTED.match(right)
    if noun is None or stated.unit == "percent" or not re.fullmatch(r"\d+", stated.text):
        return None
    tables = list(_tables_of(rows, words(noun["noun"])))
    own = rows.items(tables[0]) if len(tables) == 1 else []
    if len(own) != stated.size or len(own) < FEWEST:
        return None
    # As if each count up to this one were as likely.
    likelihood = 1 / len(own)
    cells = tuple(row.numbers[0] for row in own if row.numbers)
    return Link(sentence, stated, own[0], cells, "count", likelihood) if likelihood <= MOST_NAMED_CHANCE else None


def _tables_of(rows: Rows, meant: frozenset[str]) -> Iterator[NumberTable]:
    """Yield the tables whose rows are what some words name, by the head of the labels or the caption."""
    for table in rows.searched:
        head = table.heads[0].text if table.heads else ""
        if meant & words(f"{head} {table.table.caption}"):
            yield table


def ranked(rows: Rows, sentence: Sentence, stated: StatedNumber, mentioned: Mentions) -> Link | None:
    """Return the cell whose rank in its column a sentence states for the only row that it names, or None.

    Places count from the largest number, or from the smallest where the sentence has a word for it.
    """
    named = [each.row for each in mentioned.tried if each.is_whole and not is_summary(each.row.label)]
    if len(named) != 1:
        return None
    column = _only_column_stated(rows, named[0], sentence, mentioned)
    own = next((cell for row, cell in column if row is named[0]), None)
    if own is None:
        return None
    place = _place(own, column, from_least=_LEAST.search(sentence.text) is not None)
    # As if each place were as likely.
    likelihood = 1 / len(column)
    if not isclose(place, stated.size) or likelihood > MOST_NAMED_CHANCE:
        return None
    return Link(sentence, stated, named[0], (own,), "rank", likelihood)


def _only_column_stated(rows: Rows, row: Row, sentence: Sentence, mentioned: Mentions) -> Sequence[tuple[Row, Number]]:
    """Return the rows and cells of the only column that a sentence states; none if their units differ."""
    columns = _stated_columns(row.table, sentence, mentioned)
    if len(columns) != 1:
        return []
    column = in_column(rows.items(row.table), columns[0], "")
    return column if len({cell.unit for _, cell in column}) == 1 else []


def _place(own: Number, column: Sequence[tuple[Row, Number]], *, from_least: bool) -> int:
    """Return the place of a cell in its column, counted from the largest number or from the least."""
    sign = -1 if from_least else 1
    return 1 + sum(sign * cell.value > sign * own.value for _, cell in column)


def _stated_columns(table: NumberTable, sentence: Sentence, mentioned: Mentions) -> list[int]:
    """Return the columns of levels whose head a sentence repeats, or whose years are all that it states."""
    years = {year for _, year in sentence.years}
    found = []
    for column, head in enumerate(table.heads):
        own = words(plain_label(head.text))
        is_stated = (own and own <= mentioned.words) or (years and set(head.years) == years)
        if column and head.kind == "level" and is_stated:
            found.append(column)
    return found
