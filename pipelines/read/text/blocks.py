"""What a document is made of: blocks of plain text and tables, each character with its place in the file.

Belongs here: the types, the place of a character, and putting blocks together. Does not: reading a form of text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import itemgetter
from typing import Literal, NamedTuple

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.text.folded import UNSEEN

Form = Literal["markdown", "html", "text", "table"]
Kind = Literal["heading", "paragraph", "item", "quote", "caption", "code", "table"]

LINE_END = re.compile(r"\r\n|\r|\n")


class Line(NamedTuple):
    """A line without its end, and where it begins in the source."""

    text: str
    start: int

    @property
    def is_empty(self) -> bool:
        """Whether it has blanks at most."""
        return not self.text.strip()


def lines_of(source: str) -> Iterator[Line]:
    """Yield the lines of a source."""
    start = 0
    for end in LINE_END.finditer(source):
        yield Line(source[start : end.start()], start)
        start = end.end()
    yield Line(source[start:], start)


class Place(NamedTuple):
    """Line and column in a file, from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        """Return `line:column`."""
        return f"{self.line}:{self.column}"


class Plain(NamedTuple):
    """Text without marks: the offset in the source of each character."""

    text: str
    offsets: Sequence[int]


@dataclass(frozen=True)
class Block:
    """A piece of a text: a heading, paragraph, entry of a list, quotation, caption, code, or the place of a table.

    Attributes:
        kind: what it is.
        text: its text without marks: no emphasis, no targets of links, entities resolved, a line end within it one
            blank; "" for a table.
        section: the headings above it, the outermost first.
        offsets: the offset in the source of each character of `text`.
        table: the number of the table that is here, or that a caption belongs to; 0 for none.
    """

    kind: Kind
    text: str
    section: tuple[str, ...]
    offsets: Sequence[int]
    table: int = 0

    @property
    def is_prose(self) -> bool:
        """Whether it is running text: no heading, code or table."""
        return self.kind in ("paragraph", "item", "quote", "caption")


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its text, where that begins, and the offset in the source of each character of it.

    `spanned` is whether it repeats a cell that spans several rows or columns. `is_head` is whether the text says that
    it is a head, as `<th>` does.
    """

    text: str
    place: Place
    offsets: Sequence[int] = ()
    spanned: bool = False
    is_head: bool = False


@dataclass(frozen=True)
class TextTable:
    """A table of a text.

    Attributes:
        number: its number among the tables, from 1.
        caption: its caption, "" without one.
        section: the headings above it.
        header_rows: the rows of heads.
        rows: the other rows, as long as the header rows.
        lead: the text of the block right above it, "" for none: it may say `in millions`.
    """

    number: int
    caption: str
    section: tuple[str, ...]
    header_rows: Sequence[Sequence[Cell]]
    rows: Sequence[Sequence[Cell]]
    lead: str = ""

    @cached_property
    def heads(self) -> list[str]:
        """The head of each column: the texts of its header rows, joined with ` / `, each once."""
        heads = []
        for column in range(self.width):
            texts = dict.fromkeys(row[column].text for row in self.header_rows)
            heads.append(" / ".join(filter(None, texts)))
        return heads

    @property
    def labels(self) -> list[str]:
        """The label of each row: its first cell."""
        return [row[0].text if row else "" for row in self.rows]

    @property
    def width(self) -> int:
        """The number of columns."""
        return max((len(row) for row in (*self.header_rows, *self.rows)), default=0)

    @property
    def place(self) -> Place:
        """Where it begins."""
        return next(row[0].place for row in (*self.header_rows, *self.rows) if row)


@dataclass(frozen=True)
class Document:
    """A text that was read: the name of its file, its source, its blocks in order, and its tables in order.

    `work` is how much work that was (`work`): what is left of its budget is for checking it. The source of a file that
    is no text itself is its text as it was read, and `wheres` says for each of its lines where that is in the file,
    such as `page 3`. `notes` are parts of the file that were not read, each with its place.
    """

    name: str
    source: str
    blocks: Sequence[Block]
    tables: Sequence[TextTable]
    work: int = 0
    wheres: Sequence[str] = ()
    notes: Sequence[str] = ()

    def where(self, line: int) -> str:
        """Return where a line, from 1, is in a file that has none itself; "" for a text."""
        return self.wheres[min(line, len(self.wheres)) - 1] if self.wheres else ""

    @cached_property
    def _headings(self) -> list[tuple[int, tuple[str, ...]]]:
        """The offset of each heading, and the headings above what follows it."""
        found = sorted((each for each in self.blocks if each.kind == "heading"), key=lambda each: each.offsets[0])
        return [(each.offsets[0], (*each.section, each.text)) for each in found]

    def headings_above(self, offset: int) -> tuple[str, ...]:
        """Return the headings above an offset in the source, the outermost first."""
        place = bisect_right(self._headings, offset, key=itemgetter(0))
        return self._headings[place - 1][1] if place else ()

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(end.end() for end in LINE_END.finditer(self.source))]

    def place(self, offset: int) -> Place:
        """Return the line and column of an offset in the source, as an editor counts them."""
        line = bisect_right(self._line_starts, offset)
        return Place(line, offset - self._line_starts[line - 1] + 1)

    def offset(self, place: Place) -> int:
        """Return the offset of a place in the source."""
        return self._line_starts[place.line - 1] + place.column - 1


MOST_CELLS = 300_000
"""Maximum cells of all tables of a text, the rows of each made equally long."""


@dataclass
class Builder:
    """Puts the blocks and tables of a document together, in order."""

    name: str
    source: str
    work: int = 0
    wheres: Sequence[str] = ()
    notes: Sequence[str] = ()
    blocks: list[Block] = field(default_factory=list)
    tables: list[TextTable] = field(default_factory=list)
    _open: list[tuple[int, str]] = field(default_factory=list)
    _cells: int = 0
    _caption: Plain | None = None

    @cached_property
    def _empty(self) -> Document:
        # Places are looked up before there are any blocks.
        return Document(self.name, self.source, (), ())

    @property
    def section(self) -> tuple[str, ...]:
        """The headings that are open."""
        return tuple(text for _, text in self._open)

    def place(self, offset: int) -> Place:
        """Return the line and column of an offset."""
        return self._empty.place(offset)

    def cell(self, plain: Plain, start: int, *, is_head: bool = False, spanned: bool = False) -> Cell:
        """Return the cell of a text; `start` is where it stands if it is empty."""
        plain = _visible(plain)
        return Cell(plain.text, self.place(plain.offsets[0] if plain.text else start), plain.offsets, spanned, is_head)

    def heading(self, level: int, plain: Plain) -> None:
        """Add a heading, which closes those of its level and below."""
        plain = _visible(plain)
        if not plain.text:
            return
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        self.blocks.append(Block("heading", plain.text, self.section, plain.offsets))
        self._open.append((level, plain.text))

    def add(self, kind: Kind, plain: Plain) -> None:
        """Add a block of text; a paragraph `Table 2: ...`, or a caption right below a table, is that of the table."""
        plain = _visible(plain)
        if not plain.text:
            return
        if kind == "paragraph" and CAPTION.match(plain.text):
            plain = _without_mark(plain)
            if self._labels_last_table(plain.text):
                self._label_last_table(plain)
                return
            kind = "caption"
        elif kind == "caption" and self._labels_last_table(plain.text):
            self._label_last_table(plain)
            return
        self.blocks.append(Block(kind, plain.text, self.section, plain.offsets))

    def _labels_last_table(self, text: str) -> bool:
        """Whether a caption stands right below a table without one; `:` begins one in Pandoc."""
        below = bool(self.blocks) and self.blocks[-1].kind == "table" and not self.tables[-1].caption
        return below and len(text) <= LONGEST_CAPTION

    def _label_last_table(self, plain: Plain) -> None:
        self.tables[-1] = replace(self.tables[-1], caption=plain.text)
        self.blocks.append(Block("caption", plain.text, self.section, plain.offsets, len(self.tables)))

    def table(self, rows: Sequence[Sequence[Cell]], heads: int, caption: Plain | None = None) -> None:
        """Add a table, its rows made equally long.

        Args:
            rows: its rows from the top.
            heads: how many of them the text says are heads; more that look like heads are found.
            caption: its caption, None to take that of the block above.

        Raises:
            InputError: the text has too many cells.
        """
        width = max(map(len, rows), default=0)
        if not width:
            return
        self.check_cells(rows)
        self._cells += len(rows) * width
        filled = [filled_up(row, width, row[-1].place if row else rows[0][0].place) for row in rows]
        heads = header_count(list(map(_words_of, filled)), heads)
        number = len(self.tables) + 1
        above = self.blocks[-1] if self.blocks and self.blocks[-1].kind != "table" else None
        said = self._caption_above(number, above) if caption is None else self._add_caption(number, caption)
        lead = above.text if above else ""
        self.tables.append(TextTable(number, said, self.section, filled[:heads], filled[heads:], lead))
        self.blocks.append(Block("table", "", self.section, (), number))

    def _caption_above(self, number: int, above: Block | None) -> str:
        """Return the caption in the block above a table, which is then of this table; "" without one."""
        if above is None or above.kind != "caption" or above.table:
            return ""
        self.blocks[-1] = replace(above, table=number)
        return above.text

    def _add_caption(self, number: int, caption: Plain) -> str:
        """Add the caption that a table has itself, if it says something."""
        if caption.text:
            self.blocks.append(Block("caption", caption.text, self.section, caption.offsets, number))
        return caption.text

    def check_cells(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Raise InputError if a table has more cells than the text may still have."""
        if self._cells + len(rows) * max(map(len, rows), default=0) > MOST_CELLS:
            line = next(row[0].place.line for row in rows if row)
            raise InputError(
                Problem(self.name, f"tables of at most {MOST_CELLS:,} cells, with equally long rows", line)
            )

    def document(self) -> Document:
        """Return the document."""
        made = tuple(self.blocks), tuple(self.tables), self.work, self.wheres, self.notes
        return Document(self.name, self.source, *made)


def filled_up(row: Sequence[Cell], width: int, end: Place) -> list[Cell]:
    """Return a row with as many empty cells at its end as it lacks."""
    return [*row, *(Cell("", end) for _ in range(width - len(row)))]


def _words_of(row: Sequence[Cell]) -> list[str]:
    return [" ".join(cell.text.split()) for cell in row]


def _visible(plain: Plain) -> Plain:
    """Return a text without signs that no reader sees, which would keep words from being known."""
    if not any(sign in plain.text for sign in UNSEEN):
        return plain
    kept = [place for place, sign in enumerate(plain.text) if sign not in UNSEEN]
    return Plain("".join(plain.text[place] for place in kept), [plain.offsets[place] for place in kept])


_PANDOC = re.compile(r":\s+")


def _without_mark(caption: Plain) -> Plain:
    """Return a caption without the colon by which Pandoc knows one."""
    mark = _PANDOC.match(caption.text)
    return Plain(caption.text[mark.end() :], caption.offsets[mark.end() :]) if mark else caption


CAPTION = re.compile(
    r"(?:table|tab\.|exhibit)\s+(?:\d+|[A-Z]|[IVX]+)(?:[.\d]*)\b\s*(?:[.:–—|-]|$)|table:|:\s", re.IGNORECASE
)
"""The beginning of a paragraph that is the caption of a table."""
LONGEST_CAPTION = 300
"""Maximum characters of a paragraph below a table that is its caption: a longer one is running text."""

_YEARS = r"(?:fy|fiscal|cy|h[12]|q[1-4])?\s*'?(?:19|20)\d\d(?:\s*[-–/]\s*(?:\d\d)?\d\d)?(?:\s?[*†‡]|\s?\(\w\))?"
_PERIOD = re.compile(
    rf"{_YEARS}(?:\s*(?:vs\.?|versus|over|to|and|/|from)\s*{_YEARS})?"
    rf"|(?:as (?:of|at) )?(?:[a-z]{{3,9}}\.? ?\d{{0,2}},? ?|\d{{1,2}} [a-z]{{3,9}}\.? )?{_YEARS}"
    rf"|(?:q[1-4]|h[12])(?: ?fy)? ?'?\d\d(?:\d\d)?",
    re.IGNORECASE,
)
"""A head that names a year, two years that are compared, a quarter or a day."""
_MONTHS = "jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec"
_DATED = re.compile(
    rf"\b{_YEARS}|\b(?:{_MONTHS})[a-z]*\.? \d{{1,2}}\b|\b\d{{1,2}} (?:{_MONTHS})[a-z]*"
    r"|\b\d{1,2}[- ](?:months|weeks|days)\b",
    re.IGNORECASE,
)
"""A date or length of time within a head: `Three months ended June 30,`."""
_MARK_OF_NOTE = re.compile(r"\(\d\)|(?<=[A-Za-z])\d\b|(?<=[A-Za-z])(?:[ ,]+\d)+$")
_HEAD_WORD = re.compile(
    r"\W*(?:\$|%|€|£)?\W*(?:change|variance|increase|decrease|inc|dec|growth|total|notes?|\$|€|£|%|in|of|vs\.?|\(?(?:decrease|increase)\)?"
    r"|thousands|millions|billions|(?:us|£|€|rmb|usd)?[$€£]?(?:000|m|mn|bn|million|thousand|billion)s?|'000|’000|amounts?|percentage|percent|excluding|constant|currency|translation|/|\s|\W)+",
    re.IGNORECASE,
)


def header_count(rows: Sequence[Sequence[str]], said: int) -> int:
    """Return how many rows at the top are heads, at least the number that the text says.

    Below the heads that are said, a row is one too if it has no label and no number but years, or if all its cells
    behind the label are years or words such as `change` and the heads above have no year. Without any, the first row
    is one if it alone has words above a column of numbers; rows of one text above it are titles.
    """
    count = min(said, len(rows)) or _titled_heads(rows)
    # The last row is none: heads stand above a row.
    while count < min(len(rows) - 1, MOST_HEADS) and _is_head(rows[:count], rows[count]):
        count += 1
    return count


def _titled_heads(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows titles and the first row of heads below them are, 0 without such heads."""
    titles = 0
    # Below titles stand at least a row of heads and one of numbers.
    while titles < min(len(rows) - 2, MOST_HEADS) and len(set(filter(None, rows[titles]))) == 1:
        titles += 1
    named = _naming_rows(rows[titles:])
    if not named and titles and _is_head(rows[:titles], rows[titles]):
        named = 1
    return titles + named if named else 0


def _naming_rows(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows at the top have words in all columns behind the label, if one has only numbers below."""
    count = 0
    while count < len(rows) - 1 and all(map(_is_words, rows[count][1:])):
        count += 1
    for column in range(1, len(rows[0])):
        if count and _are_numbers([row[column] for row in rows[count:]]):
            return count
    return 0


def _are_numbers(cells: Sequence[str]) -> bool:
    """Whether there are cells, and none of them is words."""
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and not any(map(_is_words, filled))


def _is_words(cell: str) -> bool:
    plain = _MARK_OF_NOTE.sub("", cell)
    return any(map(str.isalpha, plain)) and not any(map(str.isdigit, plain))


MOST_HEADS = 8
"""Maximum header rows that are found, not said."""


def _is_head(above: Sequence[Sequence[str]], row: Sequence[str]) -> bool:
    """Whether a row is one of heads: below `above`, it may have a label only if it brings the first years."""
    label = row[0].strip()
    filled = list(filter(None, map(str.strip, row[1:])))
    others = [cell for cell in filled if not _PERIOD.fullmatch(cell)]
    if not filled:
        return False
    if not label:
        return all(map(_is_head_word, others))
    # A year as label begins a row of numbers.
    if _PERIOD.fullmatch(label):
        return False
    brings_years = len(others) < len(filled) and not any(map(_has_period, above))
    return brings_years and all(map(_HEAD_WORD.fullmatch, others))


def _has_period(row: Sequence[str]) -> bool:
    """Whether a cell behind the label is a year or the like."""
    return any(_PERIOD.fullmatch(cell.strip()) for cell in row[1:])


def is_head_within(row: Sequence[str]) -> bool:
    """Whether a row below others has no label and only dates and words: the heads of a second part of a table."""
    return bool(row) and not row[0].strip() and _is_head((), row)


def _is_head_word(text: str) -> bool:
    plain = _MARK_OF_NOTE.sub("", _DATED.sub("", text))
    return bool(_HEAD_WORD.fullmatch(text)) or not any(map(str.isdigit, plain))
