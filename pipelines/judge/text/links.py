"""Which cell a number of the prose copies, where its sentence has words of the row, and how likely that is chance.

Belongs here: the chance of a coincidence among all cells and changes that were tried. Does not: rows that a sentence
names as its subject (`rows`). A number is never linked by its value alone.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import exp, log
from typing import NamedTuple

from tidebook.pipelines.judge.text.grid import Number
from tidebook.pipelines.judge.text.prose import Said, Sentence
from tidebook.pipelines.judge.text.rows import Link, Row, Rows, fits, is_of_year, words, years_of

MOST_CHANCE = 0.05
"""Maximum chance that a link which is shown is a coincidence."""
MOST_NAMED_CHANCE = 0.25
"""The same where the row is the subject of the sentence, and the words beside the number say what it is of it."""
_FLOORS = ((4, 0.01), (3, 0.03))
"""Minimum chance by significant digits: the formula is too low for long numbers, since texts repeat them."""
LEAST_SHARED = 0.5
"""Minimum share of a label's words in the sentence of a number that may copy a cell of its row."""
MOST_ROWS = 200
"""Maximum rows whose cells are counted as tried one by one; of more, those of all tables are."""
EVERYTHING = 100.0
"""A percentage that all texts have: it copies a cell only of a row that is named in full."""
_ANAPHORA = re.compile(r"\W*(?:his|her|hers|its|their|this|these|that|those|it|he|she|they|both|such)\b", re.IGNORECASE)
"""The beginning of a sentence that goes on about what the one before names."""
_ACRONYM = re.compile(r"(?<![A-Za-z])[A-Z][A-Za-z]*[A-Z](?![a-rt-z])")
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")


class Candidate(NamedTuple):
    """A row that a sentence may quote: the share of its words that stand there, and whether its label's numbers do."""

    row: Row
    share: float
    has_numbers: bool

    @property
    def is_whole(self) -> bool:
        """Whether all that names the row stands in the sentence."""
        return self.share == 1 and self.has_numbers


class Heard(NamedTuple):
    """What a sentence names: its words, also those that an acronym or pronoun stands for, and the rows it may quote."""

    words: frozenset[str]
    tried: list[Candidate]


def heard_in(rows: Rows, sentence: Sentence, before: Sentence | None) -> Heard:
    """Return the words of a sentence and the rows of which it has at least half of the words.

    A sentence that begins with a pronoun goes on about what the one `before` names.
    """
    text = sentence.text
    heard = words(text)
    if before is not None and _ANAPHORA.match(text):
        heard |= words(before.text)
    for acronym in _ACRONYM.findall(text):
        heard |= rows.by_acronym.get(acronym.lower(), frozenset())
    for said in sentence.numbers:
        heard |= words(said.measure)
    heard |= rows.of_roots(heard)
    numbers = {float(digits.replace(",", "")) for digits in _DIGITS.findall(text)}
    tried = []
    for row in rows.sharing(heard):
        share = len(row.own & heard) / len(row.own)
        if share >= LEAST_SHARED:
            tried.append(Candidate(row, share, row.label_numbers <= numbers))
    return Heard(heard, tried)


def copied(rows: Rows, sentence: Sentence, said: Said, heard: Heard) -> Link | None:
    """Return the cell that a number copies, in one of the rows of which its sentence has the words; None without one.

    First the rows are tried whose label stands right before the number or is its subject, then those whose label stands
    in the sentence, then those of which half does; and of these one with more words, then a cell of a year or column
    that the sentence tells. None if two rows are left, or if chance may explain the match.
    """
    close = words(f"{said.subject} {said.near}")
    whole = [each for each in heard.tried if each.is_whole]
    named = [each for each in whole if each.row.own <= close]
    for tried in (named, whole, heard.tried):
        found = list(_matching(rows, tried, said, heard.words))
        if not found:
            continue
        best = max(fit for fit, _, _ in found)
        kept = [(row, cell) for fit, row, cell in found if fit == best]
        if len({(id(row.table), row.index) for row, _ in kept}) > 1:
            return None
        row, cell = kept[0]
        if said.unit == "percent" and said.size == EVERYTHING and tried is heard.tried:
            return None
        likelihood = chance(rows, said, [each.row for each in tried])
        return Link(sentence, said, row, (cell,), "cell", likelihood) if likelihood <= MOST_CHANCE else None
    return None


_Fit = tuple[bool, float, int, bool, int]
"""How well a cell fits: whether the numbers of its label are told, the share and count of its row's words that are,
whether its year is, and how many words of its head are."""


def _matching(
    rows: Rows, tried: Sequence[Candidate], said: Said, heard: frozenset[str]
) -> Iterator[tuple[_Fit, Row, Number]]:
    """Yield the cells that print a number, and how well each fits its sentence."""
    for each in tried:
        row = each.row
        for cell in row.numbers:
            if not rows.prints(row, cell, said) or not is_of_year(row, cell, said):
                continue
            is_told = bool(years_of(row.table, cell.column) & set(said.years))
            in_head = len(words(row.table.heads[cell.column].text) & heard)
            yield (each.has_numbers, each.share, len(row.own & heard), is_told, in_head), row, cell


def chance(rows: Rows, said: Said, tried: Sequence[Row] = ()) -> float:
    """Return the chance that some cell or change that was tried agrees with a number by coincidence.

    1 - exp(-N w / ln 4), with N cells and changes of its unit between half and twice the number, whose logarithms are
    taken as evenly spread there, and w the width of its rounding over its value.

    Args:
        rows: the rows of all tables.
        said: the number.
        tried: the rows whose cells were compared with it; none for all.
    """
    if not 0 < len(tried) <= MOST_ROWS:
        sizes = _sizes(rows, said.unit)
        return chance_of(bisect_right(sizes, said.size * 2) - bisect_left(sizes, said.size / 2), said)
    near = sum(said.size / 2 <= size <= said.size * 2 for size in _sizes_of(rows, tried, said.unit, said))
    return chance_of(near, said)


def chance_of(near: int, said: Said) -> float:
    """Return the chance that one of so many numbers between half and twice a number agrees with it by coincidence."""
    if not said.size:
        return 1.0
    width = 2 * said.slack / said.size
    found = 1 - exp(-near * width / log(4))
    for digits, floor in _FLOORS:
        if said.digits >= digits:
            return max(found, floor)
    return found


def _sizes(rows: Rows, unit: str) -> list[float]:
    """Return the sizes of the cells of a unit in all tables, and of the changes between neighbours, in order."""
    if unit not in rows.sizes:
        rows.sizes[unit] = sorted(_sizes_of(rows, rows.rows, unit))
    return rows.sizes[unit]


def _sizes_of(rows: Rows, tried: Sequence[Row], unit: str, said: Said | None = None) -> Iterator[float]:
    """Yield the sizes of the cells and changes of some rows, without those of other years than a number's own."""
    for row in tried:
        for number in row.numbers:
            if fits(number, unit) and (said is None or is_of_year(row, number, said)):
                yield _size(rows, row, number)
        for left, right in pairwise(row.levels):
            if unit == "percent" and left.unit != "percent" and right.value:
                yield abs(100 * (left.value / right.value - 1))
            elif fits(left, unit) and not (said is not None and said.years and said.role == "level"):
                yield abs(_size(rows, row, left) - _size(rows, row, right))


def _size(rows: Rows, row: Row, number: Number) -> float:
    """Return the size of a cell; as it is printed where the power of ten of its table is not known."""
    size = rows.size(row.table, number)
    return abs(number.value) if size is None else size[0]


# Hints


def near_miss(rows: Rows, said: Said, tried: Sequence[Candidate]) -> tuple[Row, Number, str] | None:
    """Return the cell that a number misses by one digit, two neighbours or a power of ten, and how; None without one.

    Its row is one of those that its sentence may quote. Numbers of fewer than three digits are near too many.
    """
    if said.digits < FEWEST_DIGITS or not said.is_plain:
        return None
    for row, *_ in tried:
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
