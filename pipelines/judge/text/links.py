"""Which cell a number of the prose copies, where its sentence has words of the row, and how likely that is chance.

Belongs here: the chance of a coincidence among all cells and changes that were tried. Does not: rows that a sentence
names as its subject (`rows`). A number is never linked by its value alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise
from math import exp, log

from tidebook.pipelines.judge.text.grid import Number
from tidebook.pipelines.judge.text.prose import Said, Sentence
from tidebook.pipelines.judge.text.rows import Link, Row, Rows, fits, words

MOST_CHANCE = 0.05
"""Maximum chance that a link which is shown is a coincidence."""
_FLOORS = ((4, 0.01), (3, 0.03))
"""Minimum chance by significant digits: the formula is too low for long numbers, since texts repeat them."""


def copied(rows: Rows, sentence: Sentence, said: Said) -> Link | None:
    """Return the cell that a number copies, in a row of which the sentence has half of the words; None without one.

    Of several rows the one with most words in the sentence; None if such rows tie, or if chance may explain it.
    """
    heard = words(sentence.text)
    found: list[tuple[float, Row, Number]] = []
    for row in rows.sharing(heard):
        shared = len(row.own & heard) / len(row.own)
        if shared < LEAST_SHARED:
            continue
        number = next((each for each in row.numbers if rows.prints(row, each, said)), None)
        if number is not None:
            found.append((shared, row, number))
    if not found:
        return None
    most = max(shared for shared, _, _ in found)
    best = [(row, number) for shared, row, number in found if shared == most]
    if len(best) > 1 or chance(rows, said) > MOST_CHANCE:
        return None
    row, number = best[0]
    return Link(sentence, said, row, (number,), "cell")


LEAST_SHARED = 0.5


def chance(rows: Rows, said: Said) -> float:
    """Return the chance that some cell or change of a table agrees with a number by coincidence.

    1 - exp(-N w / ln 4), with N cells and changes of its unit between half and twice the number, whose logarithms are
    taken as evenly spread there, and w the width of its rounding over its value.
    """
    if not said.size:
        return 1.0
    sizes = _sizes(rows, said.unit)
    near = bisect_right(sizes, said.size * 2) - bisect_left(sizes, said.size / 2)
    width = 2 * said.slack / said.size
    found = 1 - exp(-near * width / log(4))
    for digits, floor in _FLOORS:
        if said.digits >= digits:
            return max(found, floor)
    return found


def _sizes(rows: Rows, unit: str) -> list[float]:
    """Return the sizes of the cells of a unit, and of the differences or rates between neighbours, in order."""
    if unit not in rows.sizes:
        rows.sizes[unit] = sorted(_all_sizes(rows, unit))
    return rows.sizes[unit]


def _all_sizes(rows: Rows, unit: str) -> Iterator[float]:
    for row in rows.rows:
        for number in row.numbers:
            size = rows.size(row.table, number)
            if size and fits(number, unit):
                yield size[0]
        for left, right in pairwise(row.levels):
            first, second = rows.size(row.table, left), rows.size(row.table, right)
            if unit == "percent" and left.unit != "percent" and right.value:
                yield abs(100 * (left.value / right.value - 1))
            elif first and second and fits(left, unit):
                yield abs(first[0] - second[0])


# Hints


def near_miss(rows: Rows, sentence: Sentence, said: Said) -> tuple[Row, Number, str] | None:
    """Return the cell that a number misses by one digit, two neighbours or a power of ten, and how; None without one.

    Its row has half of its words in the sentence. Numbers of fewer than three digits are near too many.
    """
    if said.digits < FEWEST_DIGITS or not said.is_plain:
        return None
    heard = words(sentence.text)
    for row in rows.sharing(heard):
        if len(row.own & heard) / len(row.own) < LEAST_SHARED:
            continue
        for number in row.numbers:
            size = rows.size(row.table, number)
            if size and fits(number, said.unit) and (how := _miss(said, size[0])):
                return row, number, how
    return None


FEWEST_DIGITS = 3


def _miss(said: Said, size: float) -> str:
    """Return by what a number misses a size, "" if by more than a slip."""
    if not said.slack or not size:
        return ""
    unit = 2 * said.slack
    digits, other = str(round(said.size / unit)), str(round(size / unit))
    if any(abs(said.size * factor - size) <= said.slack * max(factor, 1.0) for factor in (10.0, 0.1, 1e3, 1e-3)):
        return "a power of ten"
    if len(digits) != len(other) or len(digits) < FEWEST_DIGITS:
        return ""
    apart = [place for place, pair in enumerate(zip(digits, other, strict=True)) if pair[0] != pair[1]]
    if len(apart) == 1:
        return "one digit"
    is_swap = len(apart) == 2 and apart[1] == apart[0] + 1 and digits[apart[0]] == other[apart[1]]
    return "two digits that are swapped" if is_swap and digits[apart[1]] == other[apart[0]] else ""
