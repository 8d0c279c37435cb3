"""Which cell a number of the prose copies, where its sentence has words of the row, and how likely that is chance.

Belongs here: the chance of a coincidence among all cells and changes that were tried. Does not: rows that a sentence
names as its subject (`one_row`). A number is never linked by its value alone.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence, Set
from itertools import pairwise
from math import exp, log
from typing import NamedTuple

from tidebook.pipelines.judge.text.columns import ColumnFit, column_fits, is_of_year
from tidebook.pipelines.judge.text.grid import Number
from tidebook.pipelines.judge.text.prose import Sentence, StatedNumber
from tidebook.pipelines.judge.text.rows import DISTINCTIVE_DIGITS, Link, Row, Rows, fits
from tidebook.pipelines.judge.text.words import IN_ALL, NUMBER_WORDS, words

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
"""The beginning of a sentence about what the previous one names."""
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|Sir|Dame)\.?\s+([A-Z][A-Za-z'’-]+)")
"""The surname of a person with a title."""
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")


class Candidate(NamedTuple):
    """A row that a sentence may quote: the share of its words that are there, and whether its label's numbers do."""

    row: Row
    share: float
    has_numbers: bool

    @property
    def is_whole(self) -> bool:
        """Whether all that names the row is in the sentence."""
        return self.share == 1 and self.has_numbers


class Mentions(NamedTuple):
    """What a sentence names: its words, those that its acronyms and pronouns mean, and the rows that it may quote."""

    words: frozenset[str]
    tried: list[Candidate]
    above: frozenset[str] = frozenset()
    """The words that a pronoun at its beginning refers to."""


def mentions_in(rows: Rows, sentence: Sentence, before: Sentence | None) -> Mentions:
    """Return the words of a sentence and the rows with at least half of their words in it.

    A sentence that begins with a pronoun is about what the one `before` names.
    """
    text = sentence.text
    above: frozenset[str] = frozenset()
    if before is not None and _ANAPHORA.match(text):
        above = rows.mentioned(before.text)
    mentioned = rows.mentioned(text) | above
    measures = {stated.measure for stated in (*sentence.numbers, *sentence.durations)} - {""}
    mentioned |= measures
    numbers = _numbers_in(text)
    titled = words(" ".join(_TITLED.findall(text)))
    tried = []
    for row in rows.sharing(mentioned):
        has_numbers = row.label_numbers <= numbers
        # Only the number distinguishes `28 nanometers` from `45 nanometers`.
        if not has_numbers and _has_namesake(rows, row):
            continue
        share = _share_named(row, mentioned, titled, measures)
        if share >= LEAST_SHARED:
            tried.append(Candidate(row, share, has_numbers))
    tried += _totals(rows, tried, mentioned)
    tried = _nearest(rows, sentence, tried)
    return Mentions(mentioned, tried, _antecedent(rows, before) if above and before else frozenset())


def _numbers_in(text: str) -> set[float]:
    """Return the numbers of a text, in digits and in words."""
    in_digits = {float(digits.replace(",", "")) for digits in _DIGITS.findall(text)}
    in_words = {float(NUMBER_WORDS[word]) for word in re.findall("[a-z]+", text.lower()) if word in NUMBER_WORDS}
    return in_digits | in_words


def _has_namesake(rows: Rows, row: Row) -> bool:
    """Whether another row of a table has the same words in its label."""
    return any(other.own == row.own for other in rows.of(row.table) if other is not row)


def _share_named(row: Row, mentioned: frozenset[str], titled: frozenset[str], measures: Set[str]) -> float:
    """Return the share of a row's words that are mentioned, by its best name; 1 if a title and surname name it.

    Its measure alone is enough to quote it.
    """
    if row.own & titled:
        return 1.0
    share = max(len(name & mentioned) / len(name) for name in row.names)
    return max(share, LEAST_SHARED) if row.measure in measures else share


def _nearest(rows: Rows, sentence: Sentence, tried: Sequence[Candidate]) -> list[Candidate]:
    """Return the rows of the tables that a sentence may be about: those with a row that it names, the nearest first."""
    found: dict[int, tuple[bool, int]] = {}
    for each in tried:
        is_named, _ = found.get(each.row.table.table.number, (False, 0))
        found[each.row.table.table.number] = is_named or each.is_whole, -rows.distance(sentence, each.row.table)
    kept = sorted(found, key=lambda number: found[number], reverse=True)[:MOST_TABLES]
    return [each for each in tried if each.row.table.table.number in kept]


MOST_TABLES = 12
"""Maximum tables to which a sentence is held."""


def _is_only_of(rows: Rows, row: Row) -> bool:
    """Whether no other row of a table is in the measure of one."""
    return sum(other.measure == row.measure for other in rows.of(row.table)) == 1


def _totals(rows: Rows, tried: Sequence[Candidate], mentioned: frozenset[str]) -> Iterator[Candidate]:
    """Yield the rows `Total` of tables if a sentence names what they count, by more words than any other row."""
    most: dict[int, int] = {}
    for each in tried:
        # A row that is named in full is meant itself, whatever its table counts.
        shared = len(each.row.own & mentioned) if not each.is_whole else len(mentioned)
        most[id(each.row.table)] = max(shared, most.get(id(each.row.table), 0))
    for row in rows.by_word.get(IN_ALL, ()):
        if len(mentioned & row.around) > most.get(id(row.table), 0):
            yield Candidate(row, 1.0, True)


def _antecedent(rows: Rows, sentence: Sentence) -> frozenset[str]:
    """Return the words of a sentence up to its first number, which the pronoun of the next one may stand for."""
    end = sentence.numbers[0].start if sentence.numbers else sentence.end
    return rows.mentioned(sentence.block.text[sentence.start : end])


_PARTLY, _WHOLE, _BESIDE = 0, 1, 2
"""How a sentence names a row: by half of its words; by all, or by words beside the number that no other row has; by all
of them beside the number."""


class CellMatch(NamedTuple):
    """A cell that a number may copy: how its row is named, whether its column is stated, and how well it fits by these
    and whatever else distinguishes it."""

    row: Row
    cell: Number
    named: int
    is_stated: bool
    fit: tuple[float, ...]

    @property
    def limit(self) -> float:
        """The chance up to which a match is shown."""
        return MOST_NAMED_CHANCE if self.named == _BESIDE or (self.named and self.is_stated) else MOST_CHANCE


def settled(rows: Rows, sentence: Sentence, links: Sequence[Link], mentioned: Mentions) -> list[Link]:
    """Return the links of a sentence without those that its other numbers contradict."""
    copied = [link for link in links if link.how == "cell"]
    dropped = [*_copied_elsewhere(rows, copied), *_loose_of_denied(rows, sentence, copied, mentioned)]
    ids = {id(link) for link in dropped}
    return [link for link in links if id(link) not in ids]


def _copied_elsewhere(rows: Rows, copied: Sequence[Link]) -> list[Link]:
    """Return the copies of cells that another number copies, too, beside which their row is named."""
    beside: list[Link] = []
    elsewhere: list[Link] = []
    for link in copied:
        (beside if _is_named_beside(rows, link) else elsewhere).append(link)
    cells = [link.cells for link in beside]
    return [link for link in elsewhere if link.cells in cells]


def _loose_of_denied(rows: Rows, sentence: Sentence, copied: Sequence[Link], mentioned: Mentions) -> list[Link]:
    """Return the loose copies of cells in tables that contradict a number beside the name of its row.

    They are likely to be of another thing, too.
    """
    loose = [link for link in copied if _is_loose(rows, link)]
    denied = _denied(rows, sentence, mentioned) if loose else set()
    return [link for link in loose if id(link.row.table) in denied]


def _is_named_beside(rows: Rows, link: Link) -> bool:
    """Whether the words beside a number name the row of its cell."""
    close = _close(rows, link.stated)
    return any(name <= close for name in link.row.names)


def _close(rows: Rows, stated: StatedNumber) -> frozenset[str]:
    """Return the words beside a number."""
    return rows.mentioned(f"{stated.subject} {stated.near} {stated.beside}") | {stated.measure}


def _is_loose(rows: Rows, link: Link) -> bool:
    """Whether a number is not what its cell is rounded to: it is finer than the cell, or `about` it."""
    size = rows.size(link.row.table, link.cells[0])
    return (
        size is not None and size[0] != link.stated.size and (link.stated.quantity.loose or size[1] > link.stated.slack)
    )


def _denied(rows: Rows, sentence: Sentence, mentioned: Mentions) -> set[int]:
    """Return the tables whose numbers for the named rows and columns differ from those of a sentence."""
    denied = set()
    for stated in sentence.numbers:
        within = list(cells_reached(stated, mentioned.tried))
        beside = [each for each in cell_matches(rows, sentence, stated, mentioned, within) if each.named == _BESIDE]
        is_stated = any(each.is_stated for each in beside)
        if is_stated and not any(rows.prints(each.row, each.cell, stated, is_copy=True) for each in beside):
            denied.add(id(beside[0].row.table))
    return denied


def copied(rows: Rows, sentence: Sentence, stated: StatedNumber, mentioned: Mentions) -> Link | None:
    """Return the cell that a number copies, in a row that its sentence names, or None.

    Of the cells that print it those count with the row named beside it and the column stated, else others; of those
    the one that fits best. None if two rows are left, or if chance may explain the match.
    """
    within = list(cells_reached(stated, mentioned.tried))
    printing = _printing(rows, stated, within)
    places = list(cell_matches(rows, sentence, stated, mentioned, within)) if printing else []
    best = _only_best([each for each in places if each.cell in printing])
    if best is None or _may_be_of_anything(stated, best):
        return None
    sizes = {_size(rows, each.row, each.cell) for each in places if each.fit[:2] >= best.fit[:2]}
    likelihood = chance_of(sum(stated.size / 2 <= size <= stated.size * 2 for size in sizes), stated)
    return Link(sentence, stated, best.row, (best.cell,), "cell", likelihood) if likelihood <= best.limit else None


def _printing(rows: Rows, stated: StatedNumber, within: Sequence[tuple[Candidate, Number]]) -> set[Number]:
    """Return the cells that a number copies, or else agrees with if it has enough digits to be meant so."""
    printing = {cell for each, cell in within if rows.prints(each.row, cell, stated, is_copy=True)}
    if printing or stated.digits < DISTINCTIVE_DIGITS:
        return printing
    return {cell for each, cell in within if rows.prints(each.row, cell, stated)}


def _only_best(places: Sequence[CellMatch]) -> CellMatch | None:
    """Return the place that fits best; None without any, or if places in several rows fit as well."""
    best = max(places, key=lambda each: each.fit, default=None)
    kept = [each for each in places if best and each.fit == best.fit]
    return best if len({(id(each.row.table), each.row.index) for each in kept}) == 1 else None


def _may_be_of_anything(stated: StatedNumber, place: CellMatch) -> bool:
    """Whether a number is a hundred percent and its row is named by half of its words only."""
    return stated.unit == "percent" and stated.size == EVERYTHING and place.named == _PARTLY


def cells_reached(stated: StatedNumber, tried: Sequence[Candidate]) -> Iterator[tuple[Candidate, Number]]:
    """Yield the cells of rows that may hold a number, by its unit and the years that stand with it."""
    for each in tried:
        for cell in each.row.printed:
            is_of_time = is_of_year(each.row.table, cell.column, stated) or _is_named_by_numbers(each)
            if is_of_time and fits(cell, stated.unit):
                yield each, cell


def _is_named_by_numbers(each: Candidate) -> bool:
    """Whether a sentence has all numbers in a row's name, as of a bond: the year beside it may be that of its sale."""
    return each.has_numbers and len(each.row.label_numbers) >= FEWEST_NUMBERS


FEWEST_NUMBERS = 2
"""Minimum numbers that name a row by themselves: a single one may be the year that a sentence is about."""


def cell_matches(
    rows: Rows,
    sentence: Sentence,
    stated: StatedNumber,
    mentioned: Mentions,
    reached: Sequence[tuple[Candidate, Number]],
) -> Iterator[CellMatch]:
    """Yield how cells of rows are named, without those for which the sentence states another column."""
    close = _close(rows, stated) | mentioned.above
    columns: dict[int, list[ColumnFit]] = {}
    known: dict[int, int] = {}
    for each, cell in reached:
        row, table = each.row, each.row.table
        if id(table) not in columns:
            columns[id(table)] = column_fits(table, sentence, stated, close, mentioned.words)
        if id(row) not in known:
            known[id(row)] = _named(rows, each, close)
        column, named = columns[id(table)][cell.column], known[id(row)]
        if not column.is_other:
            in_row = (each.has_numbers, each.share, len(row.own & close), len(row.own & mentioned.words))
            fit = (named, column.is_stated, *in_row, *column.fit, -rows.distance(sentence, table))
            yield CellMatch(row, cell, named, column.is_stated, fit)


def _named(rows: Rows, each: Candidate, close: frozenset[str]) -> int:
    """Return how a sentence names a row, given the words beside a number."""
    if each.is_whole:
        return _BESIDE if any(name <= close for name in each.row.names) else _WHOLE
    if each.row.measure and each.row.measure in close and _is_only_of(rows, each.row):
        return _WHOLE
    own = max((name & close for name in each.row.names), key=len)
    if not each.has_numbers or len(own) < LEAST_SHARED * len(each.row.own):
        return _PARTLY
    return _WHOLE if _is_only_with(rows, each.row, own) else _PARTLY


def _is_only_with(rows: Rows, row: Row, some: frozenset[str]) -> bool:
    """Whether no other row of its table has some words in one of its names."""
    others = (name for other in rows.of(row.table) if other is not row for name in other.names)
    return not any(some <= name for name in others)


def chance(rows: Rows, stated: StatedNumber, tried: Sequence[Row] = ()) -> float:
    """Return the chance that some cell or change that was tried agrees with a number by coincidence.

    1 - exp(-N w / ln 4), with N cells and changes of its unit between half and twice the number, whose logarithms are
    taken as evenly spread there, and w the width of its rounding over its value.

    Args:
        rows: the rows of all tables.
        stated: the number.
        tried: the rows whose cells were compared with it; none for all.
    """
    if not 0 < len(tried) <= MOST_ROWS:
        sizes = _sizes(rows, stated.unit)
        return chance_of(bisect_right(sizes, stated.size * 2) - bisect_left(sizes, stated.size / 2), stated)
    near = sum(stated.size / 2 <= size <= stated.size * 2 for size in _sizes_of(rows, tried, stated.unit, stated))
    return chance_of(near, stated)


def chance_of(near: int, stated: StatedNumber) -> float:
    """Return the chance that one of `count` numbers between half and twice a number agrees with it by coincidence."""
    if not stated.size:
        return 1.0
    width = 2 * stated.slack / stated.size
    # A factor of four lies between half and twice the number, hence log(4).
    found = 1 - exp(-near * width / log(4))
    for digits, floor in _FLOORS:
        if stated.digits >= digits:
            return max(found, floor)
    return found


def _sizes(rows: Rows, unit: str) -> list[float]:
    """Return the sizes of the cells of a unit in all tables, and of the changes between neighbours, in order."""
    if unit not in rows.sizes:
        rows.sizes[unit] = sorted(_sizes_of(rows, rows.rows, unit))
    return rows.sizes[unit]


def _sizes_of(rows: Rows, tried: Sequence[Row], unit: str, stated: StatedNumber | None = None) -> Iterator[float]:
    """Yield the sizes of the cells and changes of some rows, without those of other years than a number's own."""
    has_year = stated is not None and bool(stated.years) and stated.role == "level"
    for row in tried:
        for number in row.numbers:
            if fits(number, unit) and (stated is None or is_of_year(row.table, number.column, stated)):
                yield _size(rows, row, number)
        yield from _sizes_of_changes(rows, row, unit, is_rate_only=has_year)


def _sizes_of_changes(rows: Rows, row: Row, unit: str, *, is_rate_only: bool) -> Iterator[float]:
    """Yield the sizes of the changes between neighbouring cells of a row, in percent or in their unit."""
    for left, right in pairwise(row.levels):
        if unit == "percent" and left.unit != "percent" and right.value:
            yield abs(100 * (left.value / right.value - 1))
        elif fits(left, unit) and not is_rate_only:
            yield abs(_size(rows, row, left) - _size(rows, row, right))


def _size(rows: Rows, row: Row, number: Number) -> float:
    """Return the size of a cell; as it is printed where the power of ten of its table is not known."""
    size = rows.size(row.table, number)
    return abs(number.value) if size is None else size[0]
