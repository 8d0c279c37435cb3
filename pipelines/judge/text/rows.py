"""Findings on sentences about a named row of a table: its level in a year, its change, the direction of that.

Belongs here: which row a sentence is about, and what its cells say. Does not: the words of a sentence (`prose`), or
what a sentence says about itself (`arithmetic`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from tidebook.pipelines.judge.text.arithmetic import ROOM, Interval, change_of, misses, printed_like
from tidebook.pipelines.judge.text.columns import column_fits, is_of_year, periods, year_before, years_of
from tidebook.pipelines.judge.text.finding import Finding, finding, share_off
from tidebook.pipelines.judge.text.grid import PER_UNIT, Number, NumberTable, has_times_in_rows, turned
from tidebook.pipelines.judge.text.prose import SINCE, Sentence, StatedNumber
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
_LOSS = re.compile(
    r"\b(?:loss(?:es)?|benefit|deficit|used in|expenses?, net|\(?income\)?|provision)\b|\(", re.IGNORECASE
)

_UNIT_BEHIND = re.compile(r"\s*\((?=[^()]*[$€£¥%]|in\s)[^()]*\)")
"""A unit in parentheses behind a label, as in `Revenue ($m)`: it is no sign of a loss."""


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
    """The words with what stands in parentheses in place of the word before, as in `tax benefit (provision)`, and those
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
"""Rows of which a mean or sum is taken."""


class Added(NamedTuple):
    """Numbers of rows, what they add up to, and by how much rounding lets that differ."""

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
        numbers = [stated for sentence in sentences for stated in sentence.numbers]
        distinctive = [
            stated
            for stated in numbers
            if stated.unit != "percent" and stated.is_plain and stated.digits >= DISTINCTIVE_DIGITS
        ]
        distinctive = distinctive[: max(MOST_COMPARED // max(len(tables), 1), FEWEST_COMPARED)]
        self.factors = {id(table): _factor(table, distinctive) for table in named}
        self.sizes: dict[str, list[float]] = {}
        self.by_acronym: dict[str, frozenset[str]] = {}
        self._by_root: dict[str, set[str]] = {}
        self._of_table: dict[int, list[Row]] = {}
        self._items: dict[int, list[Row]] = {}
        self._items_added: dict[tuple[int, int, str], Added | None] = {}
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
        # `Cost of revenue for A` is no total where A has a row of its own.
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

    def items_added(self, table: NumberTable, column: int, unit: str) -> Added | None:
        """Return what the rows of a table that sum up no others add up to in a column; None if they do not add up."""
        key = id(table), column, unit
        if key not in self._items_added:
            self._items_added[key] = self.added(in_column(self.items(table), column, unit))
        return self._items_added[key]

    def added(self, cells: Sequence[tuple[Row, Number]]) -> Added | None:
        """Return what numbers of rows add up to; None for one alone, for too many, or without their powers of ten."""
        if not FEWEST_ADDED <= len(cells) <= MOST_ADDED:
            return None
        sizes = [size for row, cell in cells if (size := self.size(row.table, cell)) is not None]
        if len(sizes) < len(cells):
            return None
        return Added(cells, sum(size for size, _ in sizes), sum(half for _, half in sizes))

    def of_roots(self, stated: Iterable[str]) -> frozenset[str]:
        """Return the words of labels with the same root as one of some words: `reassignment` for `reassigned`."""
        found: set[str] = set()
        for word in stated:
            found |= self._by_root.get(root(word), set())
        return frozenset(found)

    def mentioned(self, text: str) -> frozenset[str]:
        """Return the words of a text and those words of labels that it says in another way.

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
        """Return how many blocks a table stands from a sentence."""
        return abs(self._place_of_table.get(table.table.number, 0) - self._place_of.get(id(sentence.block), 0))

    def sharing(self, stated: Iterable[str]) -> list[Row]:
        """Return the rows that have any of some words, in the order of the text."""
        found: dict[int, Row] = {}
        for word in stated:
            rows = self.by_word.get(word, ())
            # A word of so many rows tells none from another.
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
    """Whether a row has a number in a unit, and it and what stands around it have most words of a subject."""
    if not any(fits(each, unit) for each in row.numbers):
        return False
    explained = len(stated & (row.own | row.around)) / len(stated)
    return explained >= LEAST_EXPLAINED and not _is_restricted(subject, row)


def _likeliest(rows: list[Row], subject: str, stated: frozenset[str]) -> list[Row]:
    """Return the rows that are totals as the subject is or is not, and of these those whose group it names."""
    is_total = "total" in subject.lower()
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
    around = words(" ".join([table.table.caption, *table.table.section, *table.table.heads, table.announced]))
    labels = [words(plain_label(label)) for label in table.labels]
    # `Total loans` says what the other rows count.
    for label, own in zip(table.labels, labels, strict=True):
        if is_total(label):
            around |= own
    beginnings_of = _beginnings(table.labels, labels)
    for index, label in enumerate(table.labels):
        own = labels[index] or (frozenset({IN_ALL}) if is_total(label) else frozenset())
        if own and table.in_row(index):
            of_row = around | words(table.groups[index])
            shorter = [*_other_words(label), beginnings_of[index]]
            others = tuple(each for each in shorter if each and each != own)
            yield Row(table, index, label, own, of_row, _numbers_of(label), others, measure_of(label))


_OTHER = re.compile(r"\w+[\s/]*\((?P<other>[a-z][a-z ]+)\)", re.IGNORECASE)


def _other_words(label: str) -> Iterator[frozenset[str]]:
    """Yield the words of a label with what stands in parentheses in place of the word before, and of what begins it."""
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
    """Whether a row's label says that it sums up others or holds what is left, or says nothing."""
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
    cells = [
        number
        for number in table.numbers
        if not number.is_scaled and len(f"{abs(number.value):g}".strip("0.")) >= DISTINCTIVE_DIGITS
    ]
    counts = dict.fromkeys(FACTORS, 0)
    sizes = sorted(abs(number.value) for number in cells)
    for stated in numbers:
        for factor in FACTORS:
            counts[factor] += _is_among(sizes, stated.size / factor, stated.slack / factor)
    best = max(counts, key=lambda factor: counts[factor])
    rivals = [factor for factor, count in counts.items() if count == counts[best]]
    if counts[best] and len(rivals) == 1:
        return best
    # Money is often printed in thousands without a word; what has no currency is what it looks like.
    return None if table.currency or 1.0 not in rivals else 1.0


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
        """Return what the number follows from."""
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


class Judged(NamedTuple):
    """What the table says of the numbers of a sentence: those that agree, and findings on those that do not."""

    links: list[Link]
    findings: list[Finding]


def judge_rows(rows: Rows, sentence: Sentence, agreeing: Sequence[StatedNumber] = ()) -> Judged:
    """Compare the numbers of a sentence with the rows that it names.

    Args:
        rows: the rows of all tables.
        sentence: the sentence.
        agreeing: its numbers that agree with each other: a change among them follows from the sentence itself.
    """
    links: list[Link] = []
    findings: list[Finding] = []
    is_plain = sentence.is_plain
    by_region: dict[int, list[StatedNumber]] = {}
    for stated in sentence.numbers:
        if stated.role and stated.is_plain and (stated.subject or stated.near):
            by_region.setdefault(stated.region, []).append(stated)
    for group in by_region.values():
        claim = _Claim(rows, sentence, group, agreeing)
        links += claim.links
        if is_plain:
            findings += claim.findings
    return Judged(links, findings)


Pair = tuple[Number, Number, Interval]
"""Two cells of a row, the newer first, and the change between them."""


class _Claim:
    """The numbers of one region of a sentence beside the row that its subject names."""

    def __init__(
        self, rows: Rows, sentence: Sentence, group: Sequence[StatedNumber], agreeing: Sequence[StatedNumber]
    ) -> None:
        self.rows = rows
        self.sentence = sentence
        self.group = group
        self.agreeing = agreeing
        self.links: list[Link] = []
        self.findings: list[Finding] = []
        self.years = sorted({year for _, year in sentence.years} or set(sentence.before), reverse=True)
        open_levels: list[tuple[StatedNumber, Row]] = []
        for stated in group:
            named, is_meant = self._named_by(stated)
            if not named:
                continue
            if stated.role in ("level", "old", "new"):
                is_open = is_meant and not self._names_another(stated, named)
                open_levels += [each for each in self._level(stated, named) if is_open]
            elif stated.role in ("difference", "rate"):
                self._change(stated, named, is_meant=is_meant)
        # One number may be wrong; of two without any that agrees, the row is likely to be another one.
        if len(open_levels) > 1 and not self.links:
            return
        for stated, row in open_levels:
            if not self._odd_level(stated, row):
                self._odd_beside(stated, row)

    def _named_by(self, stated: StatedNumber) -> tuple[list[Row], bool]:
        """Return the rows that a number's subject names, or else the words near a level, and whether they are meant.

        What agrees shows that the row is meant; what does not may be of a part of it, or of another period.
        """
        unit = "" if stated.role == "rate" else stated.unit
        named, is_meant = self.rows.named(stated.subject, unit), not stated.is_part
        if not named and stated.role == "level":
            named, is_meant = self.rows.named(stated.near, unit), is_meant and _is_owner(stated.subject)
        return named, is_meant and not any(_is_of_other_period(self.sentence, row.table) for row in named)

    def _names_another(self, stated: StatedNumber, named: Sequence[Row]) -> bool:
        """Whether the words beside a number name a row that its subject does not: `leaving a surplus of £80,000`."""
        beside = self.rows.mentioned(f"{stated.near} {stated.beside}") - self.rows.mentioned(stated.subject)
        return any(row.own <= beside and row not in named for row in self.rows.sharing(beside))

    # Levels

    def _level(self, stated: StatedNumber, named: Sequence[Row]) -> Iterator[tuple[StatedNumber, Row]]:
        """Link a level with its cell; yield it with its row if no cell says so and only one row is named."""
        for row in named:
            cells = self._cells_of(stated, row, row.numbers)
            of_year = [each for each in cells if is_of_year(row.table, each.column, stated)]
            if of_year:
                if best := self._best(stated, row, of_year):
                    self.links.append(Link(self.sentence, stated, row, (best,), "cell"))
                return
        if len(named) == 1:
            yield stated, named[0]

    def _best(self, stated: StatedNumber, row: Row, cells: Sequence[Number]) -> Number | None:
        """Return the cell of a row whose column fits a number best; None if the sentence states another column."""
        close, mentioned = self.rows.mentioned(stated.beside), self.rows.mentioned(self.sentence.text)
        columns = column_fits(row.table, self.sentence, stated, close, mentioned)
        kept = [cell for cell in cells if not columns[cell.column].is_other]
        return max(kept, key=lambda cell: columns[cell.column], default=None)

    def _cells_of(self, stated: StatedNumber, row: Row, numbers: Iterable[Number]) -> list[Number]:
        """Return the cells that print what a sentence says."""
        return [number for number in numbers if self.rows.prints(row, number, stated)]

    def _odd_level(self, stated: StatedNumber, row: Row) -> bool:
        """Report a level that its row denies in the year that stands with it; return whether it did."""
        if not stated.years:
            return False
        levels = [each for each in row.levels if fits(each, stated.unit)]
        own = [each for each in levels if set(stated.years) & years_of(row.table, each.column)]
        if len(own) > 1:
            own = self._by_head(row, own)
        is_of_years = all(years_of(row.table, each.column) for each in levels)
        if len(own) != 1 or not (is_of_years or self._is_measure_stated(row, own[0])):
            return False
        size = self.rows.size(row.table, own[0])
        if size is None:
            return False
        expected = printed_like(size[0], stated, is_rate=stated.unit == "percent")
        head = row.table.heads[own[0].column].text
        elsewhere = self._cells_of(stated, row, levels)
        why = f"the table has {own[0].text} for {row.label}, {head}"
        if elsewhere:
            why += f"; {elsewhere[0].text} is that of {row.table.heads[elsewhere[0].column].text}"
        self._report("year" if elsewhere else "level", stated, expected, why, own, share_off(size[0], stated.size))
        return True

    def _is_measure_stated(self, row: Row, cell: Number) -> bool:
        """Whether the head of a cell says what it counts beside its year, and the sentence, too."""
        own = words(row.table.heads[cell.column].text)
        return bool(own) and own <= self.rows.mentioned(self.sentence.text)

    def _by_head(self, row: Row, cells: Sequence[Number]) -> list[Number]:
        """Return the cells of one year whose column the sentence names beside it."""
        heads = {each.column: words(row.table.heads[each.column].text) for each in cells}
        common = frozenset.intersection(*heads.values())
        stated = words(self.sentence.text)
        return [each for each in cells if (own := heads[each.column] - common) and own <= stated]

    def _odd_beside(self, stated: StatedNumber, row: Row) -> None:
        """Report a level without a year that is in no cell of its row, where another number of the sentence is."""
        linked = [cell for link in self.links if link.row is row for cell in link.cells]
        if stated.years or not linked or self._cells_of(stated, row, row.numbers):
            return
        others = list(self._free_levels(stated, row, linked))
        if not others:
            return
        # What a slip explains comes before what is merely near.
        off, nearest_size, nearest = min(others, key=lambda each: (not misses(stated, each[1]), each[0]))
        if off > FARTHEST and not misses(stated, nearest_size):
            return
        expected = printed_like(nearest_size, stated, is_rate=stated.unit == "percent")
        why = f"no cell of {row.label} says so, which the numbers beside it are from; {nearest.text} is nearest"
        self._report("level", stated, expected, why, (nearest,), off)

    def _free_levels(
        self, stated: StatedNumber, row: Row, linked: Sequence[Number]
    ) -> Iterator[tuple[float, float, Number]]:
        """Yield how far a number is off each other level of a row, its size and its cell.

        A column of another measure than the linked cells is no evidence: of 37 plants and 840 MW.
        """
        alike = {_measure(row.table, cell.column) for cell in linked}
        for each in row.levels:
            is_free = fits(each, stated.unit) and each not in linked and _measure(row.table, each.column) in alike
            if is_free and (size := self.rows.size(row.table, each)):
                yield share_off(size[0], stated.size), size[0], each

    # Changes

    def _change(self, stated: StatedNumber, named: Sequence[Row], *, is_meant: bool) -> None:
        is_rate = stated.role == "rate"
        for row in named:
            pairs = list(self._pairs(row, is_rate=is_rate))
            for new, old, allowed in pairs:
                if allowed.allows(stated) and self._are_years_stated(row, new, old):
                    self.links.append(Link(self.sentence, stated, row, (new, old), "change"))
                    if is_meant:
                        self._direction(stated, row, new, old)
                    return
            cells = [each for each in self._cells_of(stated, row, _changes(row)) if self._is_change_stated(row, each)]
            if cells:
                self.links.append(Link(self.sentence, stated, row, tuple(cells[:1]), "cell"))
                return
        is_open = is_meant and len(named) == 1 and not any(stated is each for each in self.agreeing)
        if is_open and not self._is_of_longer_label(stated, named[0]):
            self._odd_change(stated, named[0], is_rate=is_rate)

    def _is_of_longer_label(self, stated: StatedNumber, row: Row) -> bool:
        """Whether a row whose label has all words of another and more says the same as the sentence."""
        longer = (other for other in self.rows.of(row.table) if row.own < other.own)
        return any(self._cells_of(stated, other, other.numbers) for other in longer)

    def _pairs(self, row: Row, *, is_rate: bool) -> Iterator[Pair]:
        """Yield the newer and the older of neighbouring cells of a row, or of cells a year apart, and their change."""
        levels = [each for each in row.levels if each.unit != "percent" or not is_rate]
        pairs = [_in_time(row.table, left, right) for left, right in pairwise(levels)]
        for new in levels:
            before = year_before(row.table, new.column)
            pairs += [(new, old) for old in levels if old.column == before and (new, old) not in pairs]
        for new, old in pairs:
            if new.unit != old.unit:
                continue
            new_size, old_size = self.rows.size(row.table, new), self.rows.size(row.table, old)
            if is_rate:
                new_size, old_size = (abs(new.value), new.half), (abs(old.value), old.half)
            if new_size is None or old_size is None:
                continue
            allowed = change_of(*new_size, *old_size, is_rate=is_rate)
            if allowed is not None:
                yield new, old, allowed

    def _are_years_stated(self, row: Row, new: Number, old: Number) -> bool:
        """Whether the years of a sentence, if it states any, are those of two cells."""
        mine = years_of(row.table, new.column) | years_of(row.table, old.column)
        return not mine or not self.years or bool(mine & set(self.years))

    def _odd_change(self, stated: StatedNumber, row: Row, *, is_rate: bool) -> None:
        """Report a change that no neighbouring cells of its row have."""
        pairs = list(self._pairs(row, is_rate=is_rate))
        if not row.levels:
            self._odd_printed_change(stated, row)
        pair = self._stated_pair(row, pairs)
        if pair is None or not stated.is_plain or any(allowed.allows(stated) for _, _, allowed in pairs):
            return
        new, old, allowed = pair
        if not self._may_be_change(stated, new, old, is_rate=is_rate):
            return
        if not self._is_near_change(stated, row, pairs) and not self._states_new(row, new):
            return
        expected = printed_like(allowed.middle, stated, is_rate=is_rate)
        why = f"{row.label} went from {old.text} to {new.text} in the table, which is {expected}"
        self._report("change", stated, expected, why, (new, old), share_off(allowed.middle, stated.size))

    def _stated_pair(self, row: Row, pairs: Sequence[Pair]) -> Pair | None:
        """Return the cells whose years a sentence states, else the first or only pair; None if it states others."""
        for pair in pairs:
            if self._is_pair_of_years(row, *pair[:2]):
                return pair
        return pairs[0] if pairs and (len(pairs) == 1 or not self.years) else None

    def _may_be_change(self, stated: StatedNumber, new: Number, old: Number, *, is_rate: bool) -> bool:
        """Whether a number may be the change between two cells: by its unit, their signs and the words behind it."""
        text = self.sentence.block.text
        if SINCE.match(text, stated.end) or new.value * old.value <= 0 or not (is_rate or fits(new, stated.unit)):
            return False
        return _POINTS.match(text, stated.end) is None or new.unit in ("percent", "number")

    def _is_near_change(self, stated: StatedNumber, row: Row, pairs: Sequence[Pair]) -> bool:
        """Whether a number is a slip of a change of its row, or the printed change of another row of the table."""
        if any(_is_slip(stated, allowed) for _, _, allowed in pairs):
            return True
        return any(self._cells_of(stated, other, _changes(other)) for other in self.rows.of(row.table))

    def _states_new(self, row: Row, new: Number) -> bool:
        """Whether the newer of two cells is stated with their change: `rises by £1.9 million to £15.1 million`."""
        return any(stated.role == "new" and self.rows.prints(row, new, stated) for stated in self.group)

    def _odd_printed_change(self, stated: StatedNumber, row: Row) -> None:
        """Report a change that the only column of changes in its years prints otherwise."""
        cells = [each for each in _changes(row) if fits(each, stated.unit) and self._is_change_stated(row, each)]
        size = self.rows.size(row.table, cells[0]) if len(cells) == 1 else None
        if size is None or not self.years or self._cells_of(stated, row, row.numbers):
            return
        expected = printed_like(size[0], stated, is_rate=stated.unit == "percent")
        why = f"the table has {cells[0].text} for {row.label}, {row.table.heads[cells[0].column].text}"
        self._report("change", stated, expected, why, cells, share_off(size[0], stated.size))

    def _is_change_stated(self, row: Row, cell: Number) -> bool:
        """Whether a column of changes ends in the last year that a sentence states; yes if either states none."""
        mine = row.table.heads[cell.column].years
        return not mine or not self.years or max(mine) == self.years[0]

    def _is_pair_of_years(self, row: Row, new: Number, old: Number) -> bool:
        newer, older = years_of(row.table, new.column), years_of(row.table, old.column)
        if not newer or not older:
            return False
        if len(self.years) >= 2:
            return bool(newer & set(self.years)) and bool(older & set(self.years))
        return bool(newer & set(self.years))

    def _direction(self, stated: StatedNumber, row: Row, new: Number, old: Number) -> None:
        """Report a word of direction that the cells of its row deny."""
        turn = stated.turn_in(self.sentence.block.text)
        if turn is None or _LOSS.search(_UNIT_BEHIND.sub("", row.label)) or min(new.value, old.value) <= 0:
            return
        newer, older = years_of(row.table, new.column), years_of(row.table, old.column)
        if not newer or not older or newer == older:  # a budget and what came of it are of one year
            return
        apart = abs(new.value - old.value) > new.half + old.half
        if apart and (new.value > old.value) != (stated.direction > 0):
            word = "a rise" if new.value > old.value else "a fall"
            why = f"{row.label} went from {old.text} to {new.text} in the table, which is {word}"
            span = self.sentence.span(*turn)
            others = [new.span, old.span]
            found = finding(self.rows.document, "direction", "likely", span, self.sentence.text, word, why, others)
            self.findings.append(found)

    def _report(
        self, kind: str, stated: StatedNumber, expected: str, why: str, cells: Iterable[Number], off: float
    ) -> None:
        others = [cell.span for cell in cells]
        span = self.sentence.span_of(stated)
        quote = self.sentence.text
        found = finding(self.rows.document, kind, "likely", span, quote, expected, why, others, off)
        self.findings.append(found)


FARTHEST = 0.5
"""Maximum share by which a number is off that is no slip of a digit: more is another thing."""


def _is_slip(stated: StatedNumber, allowed: Interval) -> bool:
    """Whether a change may be meant as another: it is near, or misses it by a digit or a power of ten."""
    low, high = allowed.low - stated.slack, allowed.high + stated.slack
    is_scaled = low > 0 and any(low <= stated.size * factor <= high for factor in (10.0, 0.1, 1e3, 1e-3))
    return is_scaled or share_off(allowed.middle, stated.size) <= FARTHEST or bool(misses(stated, allowed.middle))


def _measure(table: NumberTable, column: int) -> frozenset[str]:
    """Return the words of a head that say what its column holds; that of a year needs none."""
    head = table.heads[column]
    return frozenset() if head.years else words(head.text)


_POINTS = re.compile(r"[\s-]*points?\b", re.IGNORECASE)
"""Words behind a number that is no money: it is the difference of two percentages, or of two scores."""


def _is_owner(subject: str) -> bool:
    """Whether a subject can be whose text it is: nobody, or names alone. `A customer` has numbers of its own."""
    common = [word for word in WORD.findall(subject) if word[0].islower() and words(word)]
    return not common


def _is_of_other_period(sentence: Sentence, table: NumberTable) -> bool:
    """Whether a sentence is about a quarter, half or month and the table has no such columns."""
    stated = periods(sentence.text)
    return bool(stated) and not stated <= periods(table.about)


def _changes(row: Row) -> list[Number]:
    """Return the numbers of a row in columns of changes."""
    return [each for each in row.numbers if row.table.heads[each.column].kind == "change"]


def _in_time(table: NumberTable, left: Number, right: Number) -> tuple[Number, Number]:
    """Return two neighbouring cells, the newer first; without years the left one counts as newer."""
    first, second = table.heads[left.column].years, table.heads[right.column].years
    if first and second and max(first) < max(second):
        return right, left
    return left, right
