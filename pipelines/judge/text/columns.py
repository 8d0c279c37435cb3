"""Which column of a table a sentence states beside a number: by year, part of the year, and the words of its head.

Belongs here: columns. Does not: rows (`rows`), or what their cells say of a number (`links`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from math import inf
from typing import NamedTuple

from tidebook.pipelines.judge.text.grid import NumberTable
from tidebook.pipelines.judge.text.prose import Sentence, StatedNumber
from tidebook.pipelines.judge.text.words import measure_of, plain_label, words

_PERIOD = re.compile(
    r"\bquarter(?:ly|s)?\b|\bQ[1-4]\b|\b(?:three|six|nine|3|6|9)[- ]months?\b|\bmonth(?:ly)?\b|\bhalf\b|\bH[12]\b",
    re.IGNORECASE,
)
_SAME_PERIOD = {"q": "quarter", "three": "quarter", "3": "quarter", "six": "half", "6": "half", "h": "half"}


@lru_cache(maxsize=4096)
def periods(text: str) -> frozenset[str]:
    """Return the kinds of parts of a year that a text names: a quarter, a half, a month."""
    found = set()
    for period in _PERIOD.finditer(text):
        first = re.split(r"(?<=[qh])\d|[- ]", period[0].lower())[0]
        found.add(_SAME_PERIOD.get(first, first.removesuffix("ly").rstrip("s")))
    return frozenset(found)


_PART = re.compile(
    r"\b(?:(?P<which>first|second|third|fourth|1st|2nd|3rd|4th)[- ](?P<kind>quarter|half)"
    r"|(?P<short>[QH])(?P<digit>[1-4])|(?P<whole>full[- ]year|FY(?!\s?['’]?\d)))(?=\b|\d)",
    re.IGNORECASE,
)
_WHICH = {"first": "1", "second": "2", "third": "3", "fourth": "4"}
_WHOLE_YEAR = "y"


@lru_cache(maxsize=4096)
def parts_of_year(text: str) -> frozenset[str]:
    """Return the parts of a year that a text names, such as `q2`."""
    found = set()
    for part in _PART.finditer(text):
        if part["whole"]:
            found.add(_WHOLE_YEAR)
        elif part["kind"]:
            found.add(part["kind"][0].lower() + _WHICH.get(part["which"].lower(), part["which"][0]))
        else:
            found.add(part["short"].lower() + part["digit"])
    return frozenset(found)


def years_of(table: NumberTable, column: int) -> frozenset[int]:
    """Return the years that a column may be of; one that ends in January may be called by the year before."""
    head = table.heads[column]
    years = set(head.years)
    # Retailers whose year ends around 31 January 2024 call it fiscal 2023 or fiscal 2024.
    if re.search(r"\b(?:jan|feb)", head.text, re.IGNORECASE):
        years |= {year - 1 for year in head.years}
    return frozenset(years)


def is_of_year(table: NumberTable, column: int, stated: StatedNumber) -> bool:
    """Whether a column may be of the year of a number; yes if either states no year."""
    years = years_of(table, column)
    return not years or not stated.years or bool(years & set(stated.years))


def year_before(table: NumberTable, column: int) -> int | None:
    """Return the only column that is like another but of the year before, None without one."""
    head = table.heads[column]
    found = []
    for other, each in enumerate(table.heads):
        is_alike = each.kind == "level" and _without_years(each.text) == _without_years(head.text)
        if is_alike and head.years and each.years and max(each.years) == max(head.years) - 1:
            found.append(other)
    return found[0] if len(found) == 1 else None


@cache
def _without_years(head: str) -> str:
    """Return a head without its years, of `2022/23` both."""
    return re.sub(r"(?:19|20)\d\d(?:\s?[/–-]\s?\d{2,4})?|\d\d\b", "", head).casefold()


class ColumnFit(NamedTuple):
    """Whether a sentence states a column beside a number by all that distinguishes it, and how well the column fits.

    `is_other` is whether it states another column: another month or part of the year, or another number of its head.
    """

    is_stated: bool
    fit: tuple[float, ...]
    is_other: bool


_RESULTS = ("difference", "rate")
"""Roles of numbers that a column of changes may print."""
_GAP = re.compile(
    r"\b(?:more|less|fewer|higher|lower) than\b|\b(?:over|under)spen[dt]\b|\bshort(?:fall|\s+of)\b|\bvariance\b",
    re.IGNORECASE,
)
"""Words that allow a column of changes to print the number beside them."""


def column_fits(
    table: NumberTable, sentence: Sentence, stated: StatedNumber, close: frozenset[str], mentioned: frozenset[str]
) -> list[ColumnFit]:
    """Return how well each column fits a number.

    Args:
        table: the table.
        sentence: the sentence.
        stated: the number.
        close: the words beside it.
        mentioned: all words of the sentence.
    """
    heads = _heads_of(table)
    wanted = _years_meant(heads.years, sentence, stated)
    stated_parts = parts_of_year(sentence.text)
    nearest = _nearest_marks(sentence, stated, heads.marks)
    is_gap = _GAP.search(stated.beside) is not None
    is_result = stated.role in _RESULTS or is_gap
    fits = []
    for column, head in enumerate(table.heads):
        years, part, mark, own = (each[column] for each in heads[:4])
        is_change = head.kind == "change"
        in_years, in_part = bool(years & wanted), bool(part & stated_parts)
        matches = (
            head.kind == "level" or is_change == is_result,
            in_years or not heads.years_differ or (is_change and not years),
            in_part or not heads.parts_differ,
            column in nearest or not heads.marks_differ,
            not own or bool(own & mentioned),
        )
        near = nearest.get(column, -inf), len(own & close), len(own & mentioned)
        fit = (is_change == is_result, in_years, in_part, *near, _in_order(heads, column, stated))
        others = (
            _is_other(heads.parts, column, stated_parts),
            bool(nearest and mark and column not in nearest),
            is_gap and head.kind == "level" and not own & close,
        )
        fits.append(ColumnFit(all(matches), fit, any(others)))
    return fits


class _Heads(NamedTuple):
    """What distinguishes the columns of a table: years, parts of the year, months or numbers, and words."""

    years: list[frozenset[int]]
    parts: list[frozenset[str]]
    marks: list[frozenset[str]]
    words: list[frozenset[str]]
    years_differ: bool
    parts_differ: bool
    marks_differ: bool


@lru_cache(maxsize=1024)
def _heads_of(table: NumberTable) -> _Heads:
    years = [years_of(table, column) for column in range(len(table.heads))]
    parts = [parts_of_year(head.text) for head in table.heads]
    marks = [_marks(head.text) for head in table.heads]
    differ = (_sets_apart(years[1:]), _sets_apart(parts[1:]), _sets_apart(marks[1:]))
    return _Heads(years, parts, marks, _own_words(table), *differ)


def _is_other(parts: Sequence[frozenset[str]], column: int, stated_parts: frozenset[str]) -> bool:
    """Whether a sentence states the part of the year of other columns, and not of this one."""
    own = parts[column]
    return bool(own) and not own & stated_parts and any(each & stated_parts for each in parts)


_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_MARK = re.compile(rf"\b(?:{_MONTHS})\b|(?<![\w.,/–-])(?!(?:19|20)\d\d\b)\d+(?:[.,]\d+)*(?![\w%])", re.IGNORECASE)


@cache
def _marks(head: str) -> frozenset[str]:
    """Return the months and numbers that distinguish a head, without years and what is in parentheses."""
    return frozenset(mark.lower() for mark in _MARK.findall(plain_label(head)))


def _nearest_marks(sentence: Sentence, stated: StatedNumber, marks: Sequence[frozenset[str]]) -> dict[int, float]:
    """Return the columns whose marks a sentence has, with how near they stand to a number: those before it first."""
    if not any(marks):
        return {}
    found: dict[str, float] = {}
    for mark in _MARK.finditer(sentence.block.text, sentence.start, sentence.end):
        if mark.end() <= stated.start:
            found[mark[0].lower()] = mark.end() - stated.start
        elif mark.start() >= stated.end:
            found.setdefault(mark[0].lower(), stated.end - mark.start() - len(sentence.text))
    nearest = {}
    for column, own in enumerate(marks):
        mentioned = own & found.keys()
        if mentioned:
            nearest[column] = max(found[mark] for mark in mentioned)
    return nearest


def _sets_apart(of_columns: Sequence[frozenset[object]]) -> bool:
    """Whether columns differ in something of which each may state one or more, or none."""
    return len({each for each in of_columns if each}) > 1


def _own_words(table: NumberTable) -> list[frozenset[str]]:
    """Return the words of each head that not all heads behind the first have."""
    each = []
    for head in table.heads:
        measure = measure_of(head.text)
        each.append(words(head.text) | ({measure} if measure else frozenset()))
    common = frozenset.intersection(*each[1:]) if len(each) > 1 else frozenset()
    return [own - common for own in each]


def _years_meant(years: Sequence[frozenset[int]], sentence: Sentence, stated: StatedNumber) -> frozenset[int]:
    """Return the years of a number: its own, some years ago, or that of its sentence."""
    if stated.years:
        return frozenset(stated.years)
    given = {year for _, year in sentence.years} or set(sentence.before)
    known = frozenset[int]().union(*years)
    if stated.ago is not None and stated.role not in _RESULTS:
        return frozenset({max(given or known, default=0) - stated.ago})
    others = {year for each in sentence.numbers for year in each.years}
    if len(given) == 1 and not given <= others:
        return frozenset(given)
    # A sentence without a year means the newest.
    newest = frozenset({max(known, default=0)})
    return known - newest if stated.role == "old" else newest


def _in_order(heads: _Heads, column: int, stated: StatedNumber) -> float:
    """Return how well a column fits a number of no year: an old one is not of the newest year, others are."""
    if stated.years or not heads.years[column]:
        return 0
    newest = max(max(each) for each in heads.years if each)
    return float((max(heads.years[column]) == newest) != (stated.role == "old"))
