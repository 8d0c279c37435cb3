"""Puts the text of a file that is no text itself together: a source of lines, each with its place in the file.

Belongs here: the lines, and blocks and tables over them. Does not: reading a form of files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.text.blocks import MOST_CELLS, Builder, Cell, Document, Kind, Plain
from tidebook.pipelines.read.text.document import check_length
from tidebook.pipelines.read.text.split_cells import gathered, has_lone_marks
from tidebook.pipelines.read.text.work import OF_BLOCK, OF_SIGN, Work


class CellText(NamedTuple):
    """A cell: its text, where that is in the source, or would be if it is empty, and whether it repeats another."""

    plain: Plain
    start: int
    is_head: bool = False
    is_spanned: bool = False


class _Heading(NamedTuple):
    level: int
    plain: Plain


class _Block(NamedTuple):
    kind: Kind
    plain: Plain


class _Table(NamedTuple):
    rows: Sequence[Sequence[CellText]]
    heads: int
    caption: Plain | None


@dataclass
class Assembly:
    """The lines of a document that is being read, and its parts in order.

    Attributes:
        path: its file, for messages.
        notes: parts of the file that were not read.
    """

    path: str
    notes: list[str] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)
    _wheres: list[str] = field(default_factory=list)
    _parts: list[_Heading | _Block | _Table] = field(default_factory=list)
    _length: int = 0
    _cells: int = 0
    _work: Work = field(init=False)

    def __post_init__(self) -> None:
        self._work = Work(self.path)

    @property
    def tables(self) -> int:
        """The number of tables so far."""
        return sum(isinstance(part, _Table) for part in self._parts)

    def line(self, text: str, where: str) -> Plain:
        """Add a line to the source, and return it with the place of each character.

        Raises:
            InputError: the text is too long or too much work.
        """
        assert "\n" not in text
        start = self._length
        self._lines.append(text)
        self._wheres.append(where)
        self._length += len(text) + 1
        if not self._work.add(len(text) + OF_BLOCK):
            raise self._work.refusal(len(self._lines))
        return Plain(text, range(start, start + len(text)))

    def heading(self, level: int, plain: Plain) -> None:
        """Add a heading."""
        self._parts.append(_Heading(level, plain))

    def add(self, kind: Kind, plain: Plain) -> None:
        """Add a block of text."""
        self._parts.append(_Block(kind, plain))

    def table(self, rows: Sequence[Sequence[CellText]], heads: int = 0, caption: Plain | None = None) -> None:
        """Add a table, of which so many rows are said to be heads.

        Raises:
            InputError: the document has too many cells.
        """
        width = max(map(len, rows), default=0)
        self.check_cells(width * len(rows))
        self._cells += width * len(rows)
        self._work.add(width * len(rows) * OF_SIGN["|"])
        self._parts.append(_Table(rows, heads, caption))

    def check_cells(self, count: int) -> None:
        """Raise InputError if a table of so many cells is too much."""
        if self._cells + count > MOST_CELLS:
            raise InputError(Problem(self.path, f"tables of at most {MOST_CELLS:,} cells, with equally long rows"))

    def document(self) -> Document:
        """Return the document.

        Raises:
            InputError: it has no text, or too much.
        """
        source = "\n".join(self._lines)
        if not source.strip():
            raise InputError(Problem(self.path, "a document with text: it has none, or only pictures or turned words"))
        check_length(self.path, source)
        builder = Builder(self.path, source, self._work.done, tuple(self._wheres), tuple(self.notes))
        for part in self._parts:
            match part:
                case _Heading(level, plain):
                    builder.heading(level, plain)
                case _Block(kind, plain):
                    builder.add(kind, plain)
                case _Table(rows, heads, caption):
                    builder.table(_cells_of(builder, rows), heads, caption)
        return builder.document()


def _cells_of(builder: Builder, rows: Sequence[Sequence[CellText]]) -> Sequence[Sequence[Cell]]:
    """Return the cells of a table, marks of money in cells of their own beside their numbers."""
    cells = []
    for row in rows:
        cells.append([builder.cell(*each[:2], is_head=each.is_head, spanned=each.is_spanned) for each in row])
    return gathered(cells) if has_lone_marks(cells) else cells


def joined(plains: Iterable[Plain], between: str = " ") -> Plain:
    """Return texts as one, with a blank between them, which has the place of the character before it."""
    text = ""
    offsets: list[int] = []
    for plain in plains:
        if text and plain.text:
            text += between
            offsets += [offsets[-1]] * len(between)
        text += plain.text
        offsets += plain.offsets
    return Plain(text, offsets)


def stripped(plain: Plain) -> Plain:
    """Return a text without blanks at its ends."""
    begin = len(plain.text) - len(plain.text.lstrip())
    text = plain.text.strip()
    return Plain(text, plain.offsets[begin : begin + len(text)])
