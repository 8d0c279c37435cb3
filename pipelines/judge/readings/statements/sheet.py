"""A table as cells with two labels each; rows and columns are treated alike, and no value is looked at.

Belongs here: what labels say (words, periods, groups, totals, changes) and which cells there are, in which unit. Does
not: the values (`judge.text.grid`), or which labels a sentence names (`mentions`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Literal

from tidebook.pipelines.judge.readings.statements.lexicon import (
    class_of,
    keys_of,
    keys_of_label_word,
    label_words,
    pattern,
)
from tidebook.pipelines.judge.readings.statements.periods import YEAR_TO, Period, periods_in
from tidebook.pipelines.judge.readings.statements.tokens import Tokens, tokens_of
from tidebook.pipelines.judge.readings.tables import ReadTable
from tidebook.pipelines.judge.text.grid import Number, currency_codes
from tidebook.pipelines.judge.text.prose import Sentence
from tidebook.pipelines.judge.text.words import measure_of, plain_label
from tidebook.pipelines.read.evidence_tables.countries import spoken_names

Axis = Literal["row", "column"]

_TOTAL = re.compile(r"^\W*(?:grand |sub)?totals?\b|\btotals?\W*$|^all\b|^combined|^together|^sum\b", re.IGNORECASE)
_CHANGE_ROW = re.compile(r"\bchange\b|\bgrowth\b|\by/y\b", re.IGNORECASE)
RANK_HEAD = re.compile(r"(?:rank|#|no\.?|pos)(?:\b|$)", re.IGNORECASE)
_COMPARES = re.compile(r"\bvs\b", re.IGNORECASE)
_SPLIT_YEAR = re.compile(r"\b(?:19|20)\d\d[-/–]\d\d\b")
"""A financial year, which no calendar year is."""
_BARE_YEAR = re.compile(r"(?:19|20)\d\d\W*\d?")
_PERCENT = re.compile(r"%|\bper ?cent\b", re.IGNORECASE)
_QUARTERS = re.compile(r"\b(?:three|3) months\b|\bquarters? ended\b", re.IGNORECASE)
_LONGER = re.compile(r"\b(?:six|nine|twelve|6|9|12) months\b|\byears? ended\b", re.IGNORECASE)
_MONTH_ALONE = re.compile(
    r"^(?!.*\bend(?:ed|ing)?\b).*\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? (?:19|20)\d\d\b", re.I
)
_MONTH = re.compile(
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b"
)
_MONTH_OF_END = re.compile(r"\b(mar|jun|sep|dec)[a-z]*\b", re.IGNORECASE)
_QUARTER_OF = {"mar": "Q1", "jun": "Q2", "sep": "Q3", "dec": "Q4"}
CODE = re.compile(r"\([A-Z][A-Z0-9/-]{1,5}\)")
"""A code in brackets: the label is of one thing, whose name may have more words than the label."""
_COUNT_BEHIND = re.compile(r"\((?:number|units?|count|#)\)\s*$", re.IGNORECASE)
"""What makes a row a count, whatever the head of the table says: `USD million` above `Ships (number)`."""
_MOST_HEAD_ROWS = 4
"""Rows at the top of a body that may be heads: `2018 1`, `Amount`, `% of total revenue`."""
_LONGEST_SUBHEAD = 40


@dataclass(frozen=True)
class Label:
    """A row or a column, as its label says.

    Attributes:
        index: its place, from 0; the column of labels is column 0.
        words: the stems that tell it from others.
        group: the stems of the heading within the table above a row; of a column, those of its whole head.
        periods: the periods that the label names.
        kind: `level`, `change`, `share` or `rank`.
    """

    axis: Axis
    index: int
    text: str
    words: tuple[str, ...]
    group: frozenset[str]
    periods: tuple[Period, ...]
    is_total: bool
    kind: str

    @property
    def measure(self) -> str:
        """The measure that its text names, as `Output (GWh)` does; "" for none."""
        return measure_of(self.text)


@dataclass(frozen=True)
class SheetCell:
    """A cell that holds a number: its labels, its unit, and the power of ten that the table declares for it.

    Attributes:
        scale: 1 for none.
        is_scaled: whether the table says so, or the number is none that a scale applies to.
    """

    row: Label
    column: Label
    unit: str
    scale: float
    is_scaled: bool

    @property
    def is_percent(self) -> bool:
        """Whether it is a percentage."""
        return self.unit == "percent"

    @property
    def is_level(self) -> bool:
        """Whether neither of its labels says that it is a change, a share or a rank."""
        return self.row.kind == self.column.kind == "level"

    @property
    def period(self) -> Period | None:
        """The period that its labels name, None where they name none."""
        named = self.row.periods or self.column.periods
        return named[0] if named else None

    @property
    def is_loss(self) -> bool:
        """Whether its row is of losses or uses, which a text states without the table's minus."""
        return not class_of("losses").isdisjoint(self.row.words)


_BEFORE_HEAD = re.compile(r"\b(?:of|from|for|in|on|by|to)\b|[,(]")


class LabelIndex:
    """Labels by their words, so that a sentence is held only against labels that share a word with it.

    Attributes:
        by_words: the labels that have the same words.
        frequency: how many of these each word is in.
    """

    def __init__(self, labels: Sequence[Label]) -> None:
        self.by_words: dict[tuple[str, ...], list[Label]] = {}
        for label in labels:
            # A country has many names; each is one of the label.
            for words in dict.fromkeys([label.words, *map(label_words, spoken_names(label.text))]):
                if words:
                    self.by_words.setdefault(tuple(sorted(words)), []).append(label)
        self.frequency = Counter(word for words in self.by_words for word in words)
        self._words = list(self.by_words)
        self._of_key: dict[str, list[int]] = {}
        for place, words in enumerate(self._words):
            for key in {key for word in words for key in keys_of_label_word(word)}:
                self._of_key.setdefault(key, []).append(place)

    @cached_property
    def heads(self) -> dict[tuple[str, ...], str]:
        """The head nouns of labels of several words that no other label has."""
        heads = {}
        for words, labels in self.by_words.items():
            head = label_words(_BEFORE_HEAD.split(labels[0].text.lower())[0])[-1:]
            if head and len(words) > 1 and self.frequency[head[0]] == 1:
                heads[words] = head[0]
        return heads

    @property
    def keys(self) -> Iterable[str]:
        """The keys of their words."""
        return self._of_key

    def near(self, keys: Set[str]) -> list[tuple[str, ...]]:
        """Return the words of the labels that have one of some keys of words, in the order of the labels."""
        found = {place for key in self._of_key.keys() & keys for place in self._of_key[key]}
        return [self._words[place] for place in sorted(found)]


class Sheet:
    """The cells of a table by their labels.

    Attributes:
        table: the table as readers name it.
        context: the stems of the words around it: caption, headings, lead, title, what the text says that it shows.
    """

    def __init__(self, table: ReadTable, title: str, announced: str = "") -> None:
        self.table = table
        self.numbers = table.numbers
        text_table = self.numbers.table
        around = [text_table.caption, *text_table.section, text_table.lead, title, self.numbers.announced]
        around += text_table.heads[:1]
        if table.document:  # of a table without a text the name of its file says what it is about
            around.append(PurePath(table.document.name).stem.replace("_", " "))
        self._around = " ".join(around)
        # A paragraph before a table may be about another year.
        self._titles = " ".join([text_table.caption, *text_table.section, title, *text_table.heads[:1]])
        self.context = frozenset(label_words(f"{self._around} {announced}"))

    def name(self, cell: SheetCell) -> str:
        """Return the expression of a cell."""
        return f'{self.table.id}["{self.table.rows[cell.row.index]}"].{self._column_ids[cell.column.index]}'

    def name_of_column(self, column: Label) -> str:
        """Return the expression of all cells of a column."""
        return f"{self.table.id}.{self._column_ids[column.index]}"

    @cached_property
    def _column_ids(self) -> dict[int, str]:
        return {column.place: column.id for column in self.table.columns}

    @cached_property
    def context_periods(self) -> frozenset[Period]:
        """The periods that the caption, the headings and the head of the labels name."""
        return frozenset(period for _, _, period in periods_in(self._titles))

    @cached_property
    def _is_of_quarters(self) -> bool:
        """Whether all columns are of three months that end with the month of their heads."""
        heads = " ".join([*(head.text for head in self.numbers.heads), *self._subheads.values()])
        return bool(_QUARTERS.search(heads)) and not _LONGER.search(heads)

    @cached_property
    def _subheads(self) -> dict[int, str]:
        """What rows of heads within the body add to the head of each column."""
        found = dict.fromkeys(range(len(self.numbers.heads)), "")
        for row in self.numbers.table.rows[: min(_MOST_HEAD_ROWS, self._first_row_of_numbers)]:
            texts = [cell.text.strip() for cell in row]
            if not any(texts[1:]):
                break
            for column, text in enumerate(texts[1:], 1):
                if text and len(text) < _LONGEST_SUBHEAD:
                    found[column] += f" / {text}"
        return found

    @cached_property
    def _first_row_of_numbers(self) -> int:
        return min(self._rows_with_numbers, default=0)

    @cached_property
    def _rows_with_numbers(self) -> frozenset[int]:
        return frozenset(number.row for number in self.numbers.numbers if not _BARE_YEAR.fullmatch(number.text.strip()))

    @cached_property
    def cells(self) -> dict[tuple[int, int], SheetCell]:
        """The cells that hold numbers, by row and column."""
        rows = [self._row(index, text) for index, text in enumerate(self.numbers.labels)]
        columns = [self._column(index) for index in range(len(self.numbers.heads))]
        found = {}
        for number in self.numbers.numbers:
            is_named = number.row in self.table.rows and number.column in self._column_ids
            if number.row not in self._rows_with_numbers or not is_named:
                continue
            place = number.row, number.column
            row, column = rows[number.row], columns[number.column]
            unit = "percent" if _PERCENT.search(self._subheads[number.column]) else number.unit
            if unit == "number" and (code := self._currency_code(row, column)):
                unit = code
            if unit != "percent" and _COUNT_BEHIND.search(row.text):
                unit = "number"
            found[place] = SheetCell(row, column, unit, number.factor, number.is_scaled)
        return found

    @cached_property
    def numbers_at(self) -> dict[tuple[int, int], Number]:
        """The numbers of the table by row and column."""
        return {(number.row, number.column): number for number in self.numbers.numbers}

    def _currency_code(self, row: Label, column: Label) -> str:
        """Return the code of a currency that a label, the head of the labels or the caption has: `EUR million`."""
        table = self.numbers.table
        for text in (row.text, column.text, *table.heads[:1], table.caption):
            if codes := currency_codes(text):
                return codes[0]
        return ""

    def _row(self, index: int, text: str) -> Label:
        kind = "change" if _CHANGE_ROW.search(text) else "level"
        group = frozenset(label_words(self.numbers.groups[index]))
        # What states a change says so without the word.
        plain = _CHANGE_ROW.sub(" ", plain_label(text))
        words = label_words(plain) or label_words(text)
        return Label("row", index, text, words, group, _periods(text), bool(_TOTAL.search(text.strip())), kind)

    def _column(self, index: int) -> Label:
        head = self.numbers.heads[index]
        text = f"{head.text}{self._subheads[index]}"
        kind = head.kind
        if RANK_HEAD.match(text.strip()):
            kind = "rank"
        elif _COMPARES.search(text):
            kind = "change"
        words = label_words(text if kind == "change" else plain_label(text))
        periods = _periods(text) or tuple(Period(year) for year in head.years)
        if self._is_of_quarters:
            periods = tuple(_quarter(period, text) for period in periods)
        return Label(
            "column", index, text, words, frozenset(label_words(text)), periods, bool(_TOTAL.search(text.strip())), kind
        )

    @cached_property
    def rows(self) -> list[Label]:
        """The rows that hold numbers."""
        return list({cell.row.index: cell.row for cell in self.cells.values()}.values())

    @cached_property
    def columns(self) -> list[Label]:
        """The columns that hold numbers, from the left."""
        found = {cell.column.index: cell.column for cell in self.cells.values()}
        return [found[index] for index in sorted(found)]

    @cached_property
    def cells_of_rows(self) -> dict[int, list[SheetCell]]:
        """The cells of each row, by its index."""
        found: dict[int, list[SheetCell]] = {}
        for cell in self.cells.values():
            found.setdefault(cell.row.index, []).append(cell)
        return found

    def names_time(self, word: str) -> bool:
        """Whether a label or the words around the table have a month, day or season, or its first three letters.

        The newest period of a table may be older than what a text says of now.
        """
        if word == "now":
            return not self.periods
        if word == "year":
            return not self._has_split_years
        if word.startswith(YEAR_TO):  # a table that names no month has years as the text has them
            return self.names_time(word.removeprefix(YEAR_TO)) or not _MONTH.search(self._all_text)
        if any(period.part.lower() == word[:3] for period in self.periods):
            return True
        if word == "quarter" and any(period.is_quarter_or_half for period in self.periods):
            return True
        return re.search(rf"\b(?:{word}|{word[:3]})\b", self._all_text) is not None

    @cached_property
    def _has_split_years(self) -> bool:
        return _SPLIT_YEAR.search(self._all_text) is not None

    @cached_property
    def _all_text(self) -> str:
        labels = " ".join(label.text for label in (*self.rows, *self.columns))
        return f"{self._around} {labels}".lower()

    @cached_property
    def measures(self) -> frozenset[str]:
        """The measures that its labels, the head of these and the caption name, such as `terawatt_hour`."""
        table = self.numbers.table
        texts = [label.text for label in (*self.rows, *self.columns)]
        return frozenset(map(measure_of, [*texts, *table.heads[:1], table.caption])) - {""}

    @cached_property
    def row_names(self) -> LabelIndex:
        """The rows by the words of their labels."""
        return LabelIndex(self.rows)

    @cached_property
    def column_names(self) -> LabelIndex:
        """The columns by the words of their heads."""
        return LabelIndex(self.columns)

    @cached_property
    def explained(self) -> frozenset[str]:
        """The words that need no label: those around the table, and those of its totals."""
        return self.context | {word for row in self.total_rows for word in row.words}

    @cached_property
    def names_of_rows(self) -> frozenset[str]:
        """The keys of the words of its rows, countries by all of their names; of its columns, if rows are periods."""
        return frozenset(self.row_names.keys).union(self.column_names.keys if self.has_timed_rows else ())

    @cached_property
    def has_timed_rows(self) -> bool:
        """Whether some of its rows are periods."""
        return any(row.periods for row in self.rows)

    @cached_property
    def known(self) -> frozenset[str]:
        """The keys of all words that it may explain."""
        labels = (*self.rows, *self.columns)
        words = {"expense", *self.explained, *(word for label in labels for word in (*label.words, *label.group))}
        names = {*self.row_names.keys, *self.column_names.keys}
        return frozenset(names) | {key for word in words for key in keys_of_label_word(word)}

    @cached_property
    def has_codes(self) -> bool:
        """Whether a label has a code in brackets: its name may have more words."""
        return any(CODE.search(label.text) for label in (*self.rows, *self.columns))

    def labels(self, axis: Axis) -> list[Label]:
        """Return the rows or the columns."""
        return self.rows if axis == "row" else self.columns

    def cell(self, row: Label, column: Label) -> SheetCell | None:
        """Return the cell of two labels, None where there is no number."""
        return self.cells.get((row.index, column.index))

    @cached_property
    def periods(self) -> list[Period]:
        """The periods of its rows and columns, in order."""
        return sorted({period for label in (*self.rows, *self.columns) for period in label.periods})

    @cached_property
    def months(self) -> frozenset[Period]:
        """The periods of labels that name a month and no day of it, and not what ended with it."""
        labels = [label for label in (*self.rows, *self.columns) if _MONTH_ALONE.search(label.text)]
        return frozenset(period for label in labels for period in label.periods)

    @cached_property
    def parts(self) -> list[Label]:
        """The rows that are no totals."""
        return [row for row in self.rows if not row.is_total]

    @cached_property
    def total_rows(self) -> list[Label]:
        """The rows that are totals by their label."""
        return [row for row in self.rows if row.is_total]

    @cached_property
    def labels_with_joints(self) -> list[str]:
        """The labels with a comma, an `and` or words such as `attributable to`, at which a sentence must not be cut."""
        labels = [label.text for label in (*self.rows, *self.columns)]
        return [text for text in labels if "," in text or " and " in text or pattern("reasons").search(text)]


class Sheets:
    """The tables of a text with an index of their words, so that a sentence is held only against those it may name.

    Attributes:
        sheets: the tables, in their order.
        labels: the labels at whose joints no sentence is cut, the longest first.
    """

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self.sheets = sheets
        texts = {text for sheet in sheets for text in sheet.labels_with_joints}
        self.labels = tuple(sorted(texts, key=lambda text: (-len(text), text)))
        self._tokens: dict[int, tuple[Sentence, Tokens]] = {}
        self._named: dict[str, set[int]] = {}
        self._known: dict[str, set[int]] = {}
        self._with_codes = {place for place, sheet in enumerate(sheets) if sheet.has_codes}
        for place, sheet in enumerate(sheets):
            for key in sheet.names_of_rows:
                self._named.setdefault(key, set()).add(place)
            for key in sheet.known:
                self._known.setdefault(key, set()).add(place)

    def tokens(self, sentence: Sentence) -> Tokens:
        """Return the tokens of a sentence of the text, which is kept."""
        kept = self._tokens.get(id(sentence))
        if kept is None:
            kept = self._tokens[id(sentence)] = sentence, tokens_of(sentence, self.labels)
        return kept[1]

    def naming(self, stems: Iterable[str]) -> list[Sheet]:
        """Return the tables of which a row shares a word with some stems, or a column where the rows are periods."""
        found = {place for stem in set(stems) for key in keys_of(stem) for place in self._named.get(key, ())}
        return [self.sheets[place] for place in sorted(found)]

    def explaining(self, stems: Sequence[str], names: Sequence[str]) -> list[Sheet]:
        """Return the tables that may explain all of some stems, or of names, which codes in labels explain, too."""
        found: set[int] | None = None
        for stem in (*stems, *names):
            own = {place for key in keys_of(stem) for place in self._known.get(key, ())}
            own |= self._with_codes if stem in names else set()
            found = own if found is None else found & own
        return list(self.sheets) if found is None else [self.sheets[place] for place in sorted(found)]


def _quarter(period: Period, head: str) -> Period:
    """Return the quarter that ends with the month of a head."""
    month = _MONTH_OF_END.search(head)
    return Period(period.year, _QUARTER_OF[month[1].lower()]) if month and not period.is_quarter_or_half else period


def is_money(unit: str) -> bool:
    """Whether a unit is the code of a currency."""
    return len(unit) == 3 and unit.isupper()


def _periods(text: str) -> tuple[Period, ...]:
    return tuple(period for _, _, period in periods_in(text))


_SHOWS = re.compile(r"\b(?:table|as follows|set forth|summari[sz]ed?|shown|presented) ", re.IGNORECASE)
_LONGEST_ANNOUNCEMENT = 400


def sheets_of(tables: Sequence[ReadTable], title: str, paragraphs: Iterable[str]) -> list[Sheet]:
    """Return the tables of a text as sheets; what paragraphs say that a table shows is said of the only one."""
    announced = ""
    if len(tables) == 1:
        announced = " ".join(words for text in paragraphs for words in _announcements(text))
    return [Sheet(table, title, announced) for table in tables]


def _announcements(text: str) -> Iterator[str]:
    """Yield the short parts of a paragraph between two points that say what a table shows."""
    for words in text.split("."):
        if len(words) < _LONGEST_ANNOUNCEMENT and _SHOWS.search(words):
            yield words
