"""The rows of all tables of a text: what names each, its numbers in the unit itself, and the prose that quotes them.

Belongs here: which rows some words name, and whether a cell prints what a sentence says. Does not: the words of a
sentence (`prose`), or what follows from a row that a sentence names (`one_row`, `several`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from tidebook.pipelines.judge.text.finding import Finding
from tidebook.pipelines.judge.text.grid import PER_UNIT, Number, NumberTable, has_times_in_rows, turned
from tidebook.pipelines.judge.text.prose import ROOM, Sentence, StatedNumber
from tidebook.pipelines.judge.text.words import (
    ACRONYM,
    ALIKE,
    IN_ALL,
    SAYS_IN_ALL,
    WORD,
    acronyms,
    beginnings,
    measure_of,
    plain_label,
    root,
    words,
)
from tidebook.pipelines.read.text.document import Document

LEAST_EXPLAINED = 0.6
"""Minimum share of a subject's words that must occur in its row, table or section."""
QUALIFIED = re.compile(
    r"\b(?:in|at|from|of|for|within|across|outside)\s+(?:(?:the|our|its|their|an?|all|other)\s+)*([A-Za-z-]+)"
)
"""A word behind a preposition, which may restrict what is counted: `sales in the north`."""


@dataclass(frozen=True)
class Row:
    """A row that a sentence may be about: its table, its place, and the words and numbers that name it."""

    table: NumberTable
    index: int
    label: str
    own: frozenset[str]
    around: frozenset[str]
    label_numbers: frozenset[float] = frozenset()
    others: tuple[frozenset[str], ...] = ()
    """The words with what is in parentheses in place of the word before, as in `tax benefit (provision)`, and those
    before a comma or dash, as in `Accounts receivable, net`, or before a preposition."""
    measure: str = ""
    """The measure in parentheses or behind a comma, such as `millimeter`."""

    @property
    def names(self) -> list[frozenset[str]]:
        """The words that name it, in each of the ways that its label gives."""
        return [self.own, *self.others]

    @property
    def numbers(self) -> list[Number]:
        """Its numbers."""
        return self.table.in_row(self.index)

    @property
    def printed(self) -> list[Number]:
        """Its numbers, and the percentages in parentheses behind them."""
        return [*self.numbers, *self.table.asides.get(self.index, ())]

    @property
    def levels(self) -> list[Number]:
        """Its numbers in columns that hold no changes or shares, from left to right."""
        return [each for each in self.numbers if self.table.heads[each.column].kind == "level"]


MOST_TABLES = 100
"""Maximum tables that are searched for cells whose row the sentence does not name."""
MOST_SHARING = 100
"""Maximum rows that share a word which helps to name them."""


FEWEST_ADDED, MOST_ADDED = 2, 200
"""Rows that a mean or sum may be of."""


class RowSum(NamedTuple):
    """Numbers of rows, their sum, and its slack by rounding."""

    cells: Sequence[tuple[Row, Number]]
    total: float
    room: float


class Rows:
    """The rows of all tables of a text, and the power of ten that each table is printed in."""

    def __init__(self, document: Document, tables: Sequence[NumberTable], sentences: Sequence[Sentence]) -> None:
        self.document = document
        self.tables = tables
        named = [*tables, *(turned(table) for table in tables if has_times_in_rows(table))]
        self.rows = [row for table in named for row in _rows_of(table)]
        distinctive = _distinctive_amounts(sentences)[: max(MOST_COMPARED // max(len(tables), 1), FEWEST_COMPARED)]
        self.factors = {id(table): _factor(table, distinctive) for table in named}
        self.sizes: dict[str, list[float]] = {}
        self.by_acronym: dict[str, frozenset[str]] = {}
        self._by_root: dict[str, set[str]] = {}
        self._of_table: dict[int, list[Row]] = {}
        self._items: dict[int, list[Row]] = {}
        self._items_added: dict[tuple[int, int, str], RowSum | None] = {}
        self._heard: dict[str, frozenset[str]] = {}
        self._place_of = {id(block): place for place, block in enumerate(document.blocks)}
        self._place_of_table = {
            block.table: place for place, block in enumerate(document.blocks) if block.kind == "table"
        }
        self.by_word: dict[str, list[Row]] = {}
        for row in self.rows:
            self._index(row)

    @property
    def searched(self) -> Sequence[NumberTable]:
        """The tables that are searched for cells whose row the sentence does not name."""
        return self.tables[:MOST_TABLES]

    def _index(self, row: Row) -> None:
        """Let a row be found by its table, its words, their roots and beginnings, and its acronyms."""
        self._of_table.setdefault(id(row.table), []).append(row)
        for word in row.own.union(*row.others, {row.measure} if row.measure else ()):
            self.by_word.setdefault(word, []).append(row)
            for short in (root(word), *beginnings(word)):
                self._by_root.setdefault(short, set()).add(word)
        self.by_acronym.update(acronyms(row.label))

    def named(self, subject: str, unit: str) -> list[Row]:
        """Return the rows that a subject names: all words of the label are in it, and most of its words are explained.

        Of several the one with most words; several of equal standing are all returned.
        """
        stated = words(subject)
        whole = [row for row in self.sharing(stated) if row.own <= stated] if stated else []
        best = _longest([row for row in whole if _is_explained(row, subject, stated, unit)])
        if not best:
            return []
        best = _likeliest(best, subject, stated)
        # `Cost of revenue for A` is not a total where A has a row of its own.
        rivals = [row for row in whole if row.table is best[0].table and not row.own <= best[0].own | row.around]
        return best + rivals

    def around(self, table: NumberTable) -> frozenset[str]:
        """Return the words that say what the rows of a table count."""
        own = self.of(table)
        return own[0].around if own else frozenset()

    def of(self, table: NumberTable) -> list[Row]:
        """Return the rows of a table."""
        return self._of_table.get(id(table), [])

    def items(self, table: NumberTable) -> list[Row]:
        """Return the rows of a table that sum up no others."""
        if id(table) not in self._items:
            self._items[id(table)] = [row for row in self.of(table) if not is_summary(row.label)]
        return self._items[id(table)]

    def items_added(self, table: NumberTable, column: int, unit: str) -> RowSum | None:
        """Return the sum of a table's item rows in a column; None if they do not add up."""
        key = id(table), column, unit
        if key not in self._items_added:
            self._items_added[key] = self.added(in_column(self.items(table), column, unit))
        return self._items_added[key]

    def added(self, cells: Sequence[tuple[Row, Number]]) -> RowSum | None:
        """Return what numbers of rows add up to; None for one alone, for too many, or without their powers of ten."""
        if not FEWEST_ADDED <= len(cells) <= MOST_ADDED:
            return None
        sizes = [size for row, cell in cells if (size := self.size(row.table, cell)) is not None]
        if len(sizes) < len(cells):
            return None
        return RowSum(cells, sum(size for size, _ in sizes), sum(half for _, half in sizes))

    def of_roots(self, stated: Iterable[str]) -> frozenset[str]:
        """Return the words of labels with the same root as one of some words: `reassignment` for `reassigned`."""
        found: set[str] = set()
        for word in stated:
            found |= self._by_root.get(root(word), set())
        return frozenset(found)

    def mentioned(self, text: str) -> frozenset[str]:
        """Return the words of a text, and the words of labels that it expresses differently.

        These are words of the same root, what an acronym or the beginning of a word stands for, what is commonly called
        otherwise, and what sums up a table.
        """
        if text not in self._heard:
            self._heard[text] = self._mentioned_in(text)
        return self._heard[text]

    def _mentioned_in(self, text: str) -> frozenset[str]:
        found = set(words(text))
        for acronym in ACRONYM.findall(text):
            found |= self.by_acronym.get(acronym.replace("&", "").lower(), frozenset())
        for word in tuple(found):
            found |= ALIKE.get(word, frozenset())
        if SAYS_IN_ALL.search(text):
            found.add(IN_ALL)
        return frozenset(found) | self.of_roots(found)

    def distance(self, sentence: Sentence, table: NumberTable) -> int:
        """Return the number of blocks between a table and a sentence."""
        return abs(self._place_of_table.get(table.table.number, 0) - self._place_of.get(id(sentence.block), 0))

    def sharing(self, stated: Iterable[str]) -> list[Row]:
        """Return the rows that have any of some words, in the order of the text."""
        found: dict[int, Row] = {}
        for word in stated:
            rows = self.by_word.get(word, ())
            # A word that many rows share distinguishes none of them.
            for row in rows if len(rows) <= MOST_SHARING else ():
                found[id(row)] = row
        return sorted(found.values(), key=lambda row: (row.table.table.number, row.index))

    def size(self, table: NumberTable, number: Number) -> tuple[float, float] | None:
        """Return the size and slack of a number in the unit itself; None if the power of ten is not known."""
        if number.is_scaled:
            return number.size, number.slack
        factor = self.factors[id(table)]
        return None if factor is None else (abs(number.value) * factor, number.half * factor)

    def prints(self, row: Row, number: Number, stated: StatedNumber, *, is_copy: bool = False) -> bool:
        """Whether a cell of a row prints what a sentence says, within rounding.

        Both may be rounded from the same value; a copy is rounded from the cell, or the cell from it.
        """
        if not fits(number, stated.unit):
            return False
        size = self.size(row.table, number)
        if size is None:  # the same digits are the same in any power of ten
            return abs(number.value) == stated.size and _numeral(number.text) == _numeral(stated.text)
        slack = max(size[1], stated.slack) if is_copy else size[1] + stated.slack
        return abs(size[0] - stated.size) <= slack * ROOM


def _is_explained(row: Row, subject: str, stated: frozenset[str], unit: str) -> bool:
    """Whether a row has a number in a unit, and it and what is around it have most words of a subject."""
    if not any(fits(each, unit) for each in row.numbers):
        return False
    explained = len(stated & (row.own | row.around)) / len(stated)
    return explained >= LEAST_EXPLAINED and not _is_restricted(subject, row)


def _likeliest(rows: list[Row], subject: str, stated: frozenset[str]) -> list[Row]:
    """Return the rows that are totals as the subject is or is not, and of these those whose group it names."""
    is_total = "total" in subject.lower()
    # Without any such row all stay: the sentence or the label may leave out the word `total`.
    alike = [row for row in rows if ("total" in row.label.lower()) == is_total] or rows
    return [row for row in alike if words(row.table.groups[row.index]) & stated] or alike


def _longest(rows: Sequence[Row]) -> list[Row]:
    """Return the rows whose labels have most words."""
    most = max((len(row.own) for row in rows), default=0)
    return [row for row in rows if len(row.own) == most]


def _numeral(text: str) -> str:
    """Return the digits of a printed number, "" without any."""
    found = re.search(r"\d[\d.,]*", text)
    return found[0].rstrip(".,") if found else ""


def _is_restricted(subject: str, row: Row) -> bool:
    """Whether a subject is a part of its row only: a word behind its label and a preposition is not explained."""
    known = row.own | row.around
    for found in _RESTRICTS.finditer(subject):
        if not words(found[0]) <= known and not words(found[0].replace("-", "")) <= known:
            return True
    places = [found.end() for found in WORD.finditer(subject) if words(found[0]) & row.own]
    if not places:
        return False
    behind = [found[1] for found in QUALIFIED.finditer(subject, min(places))]
    return any(not words(word) <= known for word in behind)


_RESTRICTS = re.compile(
    r"\b(?:non-?[a-z]{3,}|comparable|same-store|certain|additional|incremental|remaining|deferred|average|intersegment|unallocated|adjusted"
    r"|acquired|located|generated|derived|incurred|held|owned|operated|purchased|sold|whose)\b",
    re.IGNORECASE,
)
"""Words that make a subject a part of what its noun names, or another thing."""


def _rows_of(table: NumberTable) -> Iterator[Row]:
    labels = [words(plain_label(label)) for label in table.labels]
    around = _around(table, labels)
    beginnings_of = _beginnings(table.labels, labels)
    for index, label in enumerate(table.labels):
        own = labels[index] or (frozenset({IN_ALL}) if is_total(label) else frozenset())
        if own and table.in_row(index):
            of_row = around | words(table.groups[index])
            shorter = [*_other_words(label), beginnings_of[index]]
            others = tuple(each for each in shorter if each and each != own)
            yield Row(table, index, label, own, of_row, _numbers_of(label), others, measure_of(label))


def _around(table: NumberTable, labels: Sequence[frozenset[str]]) -> frozenset[str]:
    """Return the words that say what the rows of a table count: those around it, its heads, and those of totals."""
    around = words(" ".join([table.table.caption, *table.table.section, *table.table.heads, table.announced]))
    # `Total loans` says what the other rows count.
    for label, own in zip(table.labels, labels, strict=True):
        if is_total(label):
            around |= own
    return around


_OTHER = re.compile(r"\w+[\s/]*\((?P<other>[a-z][a-z ]+)\)", re.IGNORECASE)


def _other_words(label: str) -> Iterator[frozenset[str]]:
    """Yield the words of a label with what is in parentheses in place of the word before, and of what begins it."""
    found = _OTHER.search(label)
    if found is not None and not measure_of(label):
        yield words(f"{label[: found.start()]} {found['other']} {label[found.end() :]}")
    first = words(_AFTERTHOUGHT.split(plain_label(label), maxsplit=1)[0])
    if len(first) > 1:
        yield first


_AFTERTHOUGHT = re.compile(r",\s|\s[–—-]\s")
"""What separates a label from its qualifier: `Accounts receivable, net`."""


def _beginnings(labels: Sequence[str], words_of: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """Return the words of each label before its first preposition; none where there are less than two.

    Nor where several labels have them: `Net cash from operations` and `Net cash used in financing`.
    """
    having: defaultdict[str, set[int]] = defaultdict(set)
    for index, own in enumerate(words_of):
        for word in own:
            having[word].add(index)
    found = []
    for label in labels:
        first = words(_PREPOSITION.split(plain_label(label), maxsplit=1)[0])
        is_own = len(first) > 1 and len(set.intersection(*(having[word] for word in first))) == 1
        found.append(first if is_own else frozenset())
    return found


_PREPOSITION = re.compile(r"\s(?:to|of|for|from|in|on|by|with|at)\s")
"""What parts a label from what it is of: `Working capital adjustment to purchase price`."""


def _numbers_of(label: str) -> frozenset[float]:
    """Return the numbers that distinguish a label, without marks of notes."""
    return frozenset(float(digits) for digits in re.findall(r"(?<![\w.,])\d+(?:\.\d+)?(?![\w,])", plain_label(label)))


_TOTAL = re.compile(r"\s*(?:total|all)\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def is_total(label: str) -> bool:
    """Whether a row's label says that it is the total of others."""
    return _TOTAL.match(label) is not None


_SUMMARY = re.compile(r"\b(?:total|sum|all|overall|average|mean|median|other|others|rest)\b|^\s*$", re.IGNORECASE)


@lru_cache(maxsize=4096)
def is_summary(label: str) -> bool:
    """Whether a row's label says that it is a total or a remainder, or is empty."""
    return _SUMMARY.search(label) is not None


def comparable(table: NumberTable, column: int) -> list[Number]:
    """Return the numbers of a column in one unit, without totals."""
    cells = [each for each in table.numbers if each.column == column and not is_summary(table.labels[each.row])]
    return cells if len({cell.unit for cell in cells}) == 1 else []


def in_column(rows: Iterable[Row], column: int, unit: str) -> list[tuple[Row, Number]]:
    """Return the numbers of rows in a column, each with its row; "" is the unit of all but percentages."""
    found = []
    for row in rows:
        found += [(row, cell) for cell in row.numbers if cell.column == column and fits(cell, unit)]
    return found


def fits(number: Number, unit: str) -> bool:
    """Whether a cell may hold what a sentence says in a unit; "" is that of a rate, which any level may have."""
    if not unit:
        return number.unit != "percent"
    if "percent" in (number.unit, unit):
        return number.unit == unit
    return number.unit == unit or number.unit == "number" != unit or unit == "number" != number.unit


FACTORS = (1.0, 1e3, 1e6, 1e9)
"""Powers of ten in which tables are printed."""


MOST_COMPARED, FEWEST_COMPARED = 500_000, 20
"""Maximum comparisons of numbers of the prose with tables to find their powers of ten, and minimum numbers."""


DISTINCTIVE_DIGITS = 3
"""Minimum digits of a number that agrees with a cell hardly by chance."""


def _factor(table: NumberTable, numbers: Sequence[StatedNumber]) -> float | None:
    """Return the power of ten of a table that declares none: the one by which most numbers of the prose are its cells.

    `numbers` are numbers of three digits and more: others agree by chance.
    """
    if table.scale is not None:
        return table.scale
    sizes = _distinctive_sizes(table)
    counts = dict.fromkeys(FACTORS, 0)
    for stated in numbers:
        for factor in FACTORS:
            counts[factor] += _is_among(sizes, stated.size / factor, stated.slack / factor)
    most = max(counts.values())
    best = [factor for factor, count in counts.items() if count == most]
    if most and len(best) == 1:
        return best[0]
    # Money is often printed in thousands without a word; what has no currency is what it looks like.
    return None if table.currency or 1.0 not in best else 1.0


def _distinctive_amounts(sentences: Iterable[Sentence]) -> list[StatedNumber]:
    """Return the amounts of the prose that agree with a cell hardly by chance."""
    amounts = []
    for sentence in sentences:
        for stated in sentence.numbers:
            if stated.unit != "percent" and stated.is_plain and stated.digits >= DISTINCTIVE_DIGITS:
                amounts.append(stated)
    return amounts


def _distinctive_sizes(table: NumberTable) -> list[float]:
    """Return the sizes of cells that agree with an amount hardly by chance, without those of a known power of ten."""
    sizes = []
    for number in table.numbers:
        size = abs(number.value)
        if not number.is_scaled and len(f"{size:g}".strip("0.")) >= DISTINCTIVE_DIGITS:
            sizes.append(size)
    return sorted(sizes)


FEWEST_AS_PRINTED = 3
"""Minimum amounts of the prose that are printed as tables print theirs before all are taken to be."""


def scale_of_prose(tables: Sequence[NumberTable], numbers: Sequence[StatedNumber]) -> float:
    """Return by what a text multiplies the amounts of its prose: as its tables do if it prints them so, 1 otherwise.

    Some reports state once that all amounts are in millions: `Gross profit increased $102.3`.
    """
    bare = [stated for stated in numbers if _is_bare(stated) and stated.digits >= DISTINCTIVE_DIGITS][:MOST_BARE]
    as_printed: Counter[float] = Counter()
    in_full = 0
    for table in tables if len(bare) >= FEWEST_AS_PRINTED else ():
        if table.scale is None:
            continue
        sizes = sorted(abs(number.value) for number in table.numbers if number.factor == table.scale)
        as_printed[table.scale] += sum(_is_among(sizes, stated.size, 0.0) for stated in bare)
        in_full += sum(_is_among(sizes, stated.size / table.scale, stated.slack / table.scale) for stated in bare)
    best = max(as_printed, key=lambda scale: as_printed[scale], default=1.0)
    return best if as_printed[best] >= max(FEWEST_AS_PRINTED, 2 * in_full) else 1.0


MOST_BARE = 100
"""Maximum amounts of the prose that are looked up to find its scale."""


def _is_bare(stated: StatedNumber) -> bool:
    """Whether a number is an amount of money without a word such as `million`, and no price."""
    is_money = stated.unit not in ("percent", "number") and not re.search("[a-z]", stated.text)
    return (
        is_money
        and "/" not in stated.quantity.unit
        and not PER_UNIT.search(f"{stated.subject} {stated.near} {stated.beside}")
    )


def scaled(sentence: Sentence, scale: float) -> Sentence:
    """Return a sentence whose amounts without a word such as `million` are multiplied."""
    numbers = [replace(stated, factor=scale) if _is_bare(stated) else stated for stated in sentence.numbers]
    return replace(sentence, numbers=numbers)


def _is_among(sizes: Sequence[float], size: float, slack: float) -> bool:
    place = bisect_left(sizes, size - slack)
    return place < len(sizes) and sizes[place] <= size + slack


SHOWN_CELLS = 4
"""Maximum cells that are shown of those that a number follows from."""


class Link(NamedTuple):
    """A number of the prose and the cells that it follows from.

    Attributes:
        row: the row of the cells, or of the first of them.
        how: what it is of them: a `cell` itself, a `change`, or what `derived` finds.
        chance: the chance that the match is a coincidence among all that was tried for the number.
    """

    sentence: Sentence
    stated: StatedNumber
    row: Row
    cells: tuple[Number, ...]
    how: str
    chance: float = 0.0

    def words(self) -> str:
        """Return in words what the number follows from."""
        table = self.row.table
        is_one_row = all(cell.row == self.row.index for cell in self.cells)
        shown = []
        for cell in self.cells[:SHOWN_CELLS]:
            head = table.heads[cell.column].text or f"{cell.column}"
            shown.append(f"{cell.text} ({head})" if is_one_row else f"{cell.text} ({table.labels[cell.row]}, {head})")
        cells = ", ".join(shown) + (" and others" if len(self.cells) > SHOWN_CELLS else "")
        of = f"{self.row.label}: {cells}" if is_one_row else cells
        likelihood = f"{self.chance:.0%}" if self.chance >= 0.005 else "below 1%"
        return f"{self.how} of {of}; chance {likelihood}"


class RowChecks(NamedTuple):
    """What the table says of the numbers of a sentence: those that agree, and findings on those that do not."""

    links: list[Link]
    findings: list[Finding]
