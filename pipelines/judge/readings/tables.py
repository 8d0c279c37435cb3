"""The tables of a text as a reader names them: an id for each table and column, a name for each row.

Belongs here: which column has the labels, which hold numbers, names without doubles, and which rows are totals. Does
not: what a reader is given of them (`request`), or what an expression over them gives (`values`).
"""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tidebook.pipelines.judge.text.finding import Span
from tidebook.pipelines.judge.text.grid import Number, NumberTable, declared_scale, number_tables
from tidebook.pipelines.read.names import slug_of_all
from tidebook.pipelines.read.text.document import Cell, Document, TextTable

MOST_TABLES, MOST_ROWS, MOST_COLUMNS = 60, 400, 60
"""Maximum tables of a request, and of each table its rows and columns: a reader has to see all names at once."""
GROUP = "group"
"""The column of texts with the heading within a table that each row is below."""
LEAST_ROUND = 4
"""Minimum numbers of a column whose common zeros at the end are taken for rounding."""
_MOST_PARTS = 12
"""Maximum rows beside a subtotal that are tried as its parts."""
MOST_BEFORE_LABELS = 5
"""Columns among which the labels are looked for: ranks and numbers may stand before them."""
_PERIOD = re.compile(
    r"\W*(?:(?:fy|cy|q[1-4]|h[12]|jan\w*|feb\w*|mar\w*|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*|week|day|month"
    r"|quarter|spring|summer|autumn|winter|year|to|and)\b|['’]\d\d\b|(?:1[89]|20|21)\d\d|\d{4}-\d\d(?:-\d\d)?|\W)+",
    re.IGNORECASE,
)
"""A label that is a time: a year, a month, a quarter, a range of years."""
_TOTAL = re.compile(
    r"\W*(?:(?:grand|sub|overall|group|network|all)[\s-]*)?(?:totals?|sum|overall|altogether|all|average|mean|median)\b.*",
    re.IGNORECASE,
)
"""A label that says that a row is about all others: a total, a mean."""
_MARKS = re.compile(r"[*†‡§¶]+|\[[0-9a-z]{1,2}\]|[⁰¹²³⁴⁵⁶⁷⁸⁹]+")


@dataclass(frozen=True)
class ReadColumn:
    """A column: its id in expressions, its head, its place, and the texts of its rows if it has no numbers."""

    id: str
    head: str
    place: int
    texts: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether it holds texts, which conditions compare."""
        return bool(self.texts)


class ReadTable:
    """A table as readers name it.

    Attributes:
        id: its id in expressions, such as `t1`.
        numbers: its numbers, its label column moved to the front.
        columns: the columns behind the labels.
        rows: the name of each row that has a number or could have one, by its index.
        totals: the rows whose label says that they are about all others.
        document: the file that it is in, None for the text itself.
    """

    def __init__(self, id: str, numbers: NumberTable, document: Document | None = None) -> None:
        self.id = id
        self.numbers = numbers
        self.document = document
        self.rows = _row_names(numbers)
        self.totals = [index for index in self.rows if _TOTAL.fullmatch(numbers.labels[index])]
        self.columns = list(_columns(numbers, self.rows))

    @property
    def text_table(self) -> TextTable:
        """The table in the text."""
        return self.numbers.table

    @cached_property
    def cells(self) -> dict[tuple[int, int], Number]:
        """Its numbers by row and column; `2:31:04` and `812:743` are none."""
        found = [each for each in self.numbers.numbers if each.row in self.rows and ":" not in each.text]
        return {(number.row, number.column): number for number in found}

    def span_of(self, number: Number) -> Span:
        """Return where a cell stands."""
        return number.span._replace(document=self.document)

    def unit_of(self, column: int) -> str:
        """Return the unit of a column's numbers where it is the same in all rows, "" where it is not."""
        units = {number.unit for (_, place), number in self.cells.items() if place == column}
        return next(iter(units)) if len(units) == 1 else ""

    def column_at(self, place: int) -> ReadColumn | None:
        """Return the column at a place of the table."""
        return next((column for column in self.columns if column.place == place), None)

    def name_of(self, row: int, column: ReadColumn) -> str:
        """Return the name of a cell: its row and the head of its column."""
        return f"{self.rows[row]}, {column.head or column.id}"

    def labels_of(self, row: int, column: ReadColumn) -> tuple[str, ...]:
        """Return the labels that say what a cell is."""
        return self.numbers.labels[row], column.head

    def is_scale_sure(self, number: Number) -> bool:
        """Whether the power of ten of a cell is certain: of percentages, money in a declared scale, by its labels."""
        if number.unit == "percent":
            return True
        scale = declared_scale(self.numbers.heads[number.column].text) or declared_scale(
            self.numbers.labels[number.row]
        )
        return bool(scale) or (number.is_scaled and number.unit != "number" and number.factor != 1)

    def slack_of(self, number: Number) -> tuple[float, float]:
        """Return half a unit of the last digit of a cell as printed, for its size, and for its order among others.

        Whole numbers of a column that are all round were rounded: those of `12,300` and `4,500` to hundreds. Other
        whole numbers count exactly in an order.
        """
        step = self._steps.get(number.column, 1.0)
        if number.half != 0.5:
            return number.half, number.half
        is_count = step == 1.0 and number.factor == 1 and number.unit != "percent" and number.column in self._whole
        return number.half * step, 0.0 if is_count else number.half * step

    @cached_property
    def _whole(self) -> set[int]:
        """The columns all of whose numbers are whole."""
        fractions = {number.column for number in self.cells.values() if number.half != 0.5}
        return {number.column for number in self.cells.values()} - fractions

    @cached_property
    def _steps(self) -> dict[int, float]:
        """By column the power of ten of which all its whole numbers are multiples, where they are several."""
        values: dict[int, list[float]] = {}
        for number in self.cells.values():
            if number.value and number.column in self._whole:
                values.setdefault(number.column, []).append(abs(number.value))
        steps = {}
        for column, sizes in values.items():
            step = 1.0
            while len(sizes) >= LEAST_ROUND and step < 1e6 and all(size % (10 * step) == 0 for size in sizes):
                step *= 10
            steps[column] = step
        return steps

    @cached_property
    def suspects(self) -> list[int]:
        """The rows that add up, or are a mean, in most columns, and whose label does not say so."""
        plain = [row for row in self.rows if row not in self.totals]
        columns = [column.place for column in self.columns if not column.is_text]
        found = []
        for row in plain:
            others = [other for other in plain if other != row]
            hits = [self._adds_up(row, others, place) for place in columns if (row, place) in self.cells]
            is_whole = len(others) >= 2 and hits and sum(hits) >= min(2, len(hits)) and 2 * sum(hits) >= len(hits)
            if is_whole or self._is_subtotal(row, columns):
                found.append(row)
        return found

    def _is_subtotal(self, row: int, columns: Sequence[int]) -> bool:
        """Whether a row is the sum of some right above or below it in all columns."""
        rows, filled = list(self.rows), [place for place in columns if (row, place) in self.cells]
        place = rows.index(row)
        beside = (reversed(rows[max(0, place - _MOST_PARTS) : place]), rows[place + 1 : place + 1 + _MOST_PARTS])
        for near in map(list, beside):
            for count in range(2, len(near) + 1):
                if len(filled) > 1 and all(self._adds_up(row, near[:count], each) for each in filled):
                    return True
        return False

    def _adds_up(self, row: int, others: Sequence[int], place: int) -> bool:
        """Whether a cell is the sum or the mean of the others of its column, as far as rounding goes."""
        own = self.cells[row, place]
        parts = [self.cells[other, place] for other in others if (other, place) in self.cells]
        if len(parts) < 2 or not own.value:
            return False
        total, slack = sum(part.value for part in parts), sum(part.half for part in parts)
        is_sum = abs(total - own.value) <= slack + own.half
        return is_sum or abs(total / len(parts) - own.value) <= slack / len(parts) + own.half


def read_tables(document: Document, *, is_beside: bool = False) -> list[ReadTable]:
    """Return the tables of a text that a reader can name; those too large for that are left out.

    Args:
        document: the text.
        is_beside: whether it is a file that another text is held against.
    """
    around = [block.text for block in document.blocks if block.is_prose]
    found = []
    fitting = [table for table in document.tables if fits(table)][:MOST_TABLES]
    for numbers in number_tables([_with_labels_first(table) for table in fitting], around):
        table = ReadTable(f"t{numbers.table.number}", numbers, document if is_beside else None)
        if table.rows and table.columns:
            found.append(table)
    return found


def fits(table: TextTable) -> bool:
    """Whether a reader can see all names of a table at once."""
    return 1 < table.width <= MOST_COLUMNS and 0 < len(table.rows) <= MOST_ROWS


def _with_labels_first(table: TextTable) -> TextTable:
    """Return a table with its labels in the first column: ranks and other numbers in front of names are no labels."""
    place = label_place(table)
    if place == 0:
        return table

    def moved(row: Sequence[Cell]) -> Sequence[Cell]:
        return [row[place], *row[:place], *row[place + 1 :]]

    return replace(table, header_rows=list(map(moved, table.header_rows)), rows=list(map(moved, table.rows)))


def label_place(table: TextTable) -> int:
    """Return the first column whose cells are mostly words or times; the first one if there is none."""
    for place in range(min(table.width, MOST_BEFORE_LABELS)):
        texts = [row[place].text.strip() for row in table.rows if place < len(row) and row[place].text.strip()]
        labels = [text for text in texts if _PERIOD.fullmatch(text) or re.search(r"[^\W\d_]{2}", text)]
        if texts and 2 * len(labels) > len(texts):
            return place
    return 0


def _row_names(numbers: NumberTable) -> dict[int, str]:
    """Return a name for each row below the heads that has a label and a cell: the label, if doubled with its group."""
    labels = {}
    for index, row in enumerate(numbers.table.rows):
        label = _plain(row[0].text)
        has_cell = any(cell.text.strip() and not cell.spanned for cell in row[1:])
        if label and has_cell and label != _plain(row[-1].text):
            labels[index] = label
    doubled = {label for label, count in Counter(labels.values()).items() if count > 1}
    grouped = {}
    for index, label in labels.items():
        group = _plain(numbers.groups[index])
        grouped[index] = f"{group}: {label}" if label in doubled and group else label
    return dict(zip(grouped, _distinct(grouped.values()), strict=True))


def _plain(label: str) -> str:
    """Return a label without marks of notes, and without signs that end a text in an expression."""
    return " ".join(_MARKS.sub("", label).replace('"', "'").replace("\\", "/").split())


def _distinct(names: Iterable[str]) -> list[str]:
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _columns(numbers: NumberTable, rows: Iterable[int]) -> Iterable[ReadColumn]:
    """Yield the columns behind the labels that hold numbers, or texts without digits in at least half of the rows.

    A table with headings within it has them as a column of texts.
    """
    taken: set[str] = set()
    groups = tuple(_plain(numbers.groups[index]) for index in rows)
    if any(groups):
        taken.add(GROUP)
        yield ReadColumn(GROUP, "the last heading above, within the table", 0, groups)
    for place in range(1, numbers.table.width):
        head = _plain(numbers.heads[place].text)
        texts = tuple(_plain(numbers.table.rows[index][place].text) for index in rows)
        has_digits = any(map(str.isdigit, "".join(texts)))
        if not has_digits and 2 * sum(any(map(str.isalpha, text)) for text in texts) < len(texts):
            continue
        id = _column_id(head, place, taken)
        taken.add(id)
        yield ReadColumn(id, head, place, () if has_digits else texts)


def _column_id(head: str, place: int, taken: Iterable[str]) -> str:
    """Return a name for a column that expressions can use: its head as a slug, which begins with a letter."""
    slug = "_".join(slug_of_all(head).split("_")[:8])
    name = slug if slug[:1].isalpha() else f"c_{slug}".rstrip("_")
    if keyword.iskeyword(name) or name == "c":
        name = f"c_{place}"
    return name if name not in taken else f"{name}_{place}"
