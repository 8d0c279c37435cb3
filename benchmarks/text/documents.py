"""TAT-QA's documents as Markdown: a table with the paragraphs around it, split by hash into two halves.

Belongs here: the layout of the data set, and where a cell or a paragraph stands in the Markdown. Does not: what its
numbers mean (`numbers`, `relations`) or what the project reads in them (`measure`).
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import NamedTuple

HALVES = ("development", "report")
"""Documents to work on, and documents that are read once, at the end."""
_SPECIAL = re.compile(r"[\\`*_<\[]")
_SPECIAL_IN_CELLS = re.compile(r"[\\`*_<\[|]")


class Where(NamedTuple):
    """A block of a document: the paragraph `row` (`column` is -1), or a cell; all count from 0."""

    row: int
    column: int = -1

    @property
    def is_prose(self) -> bool:
        """Whether it is a paragraph."""
        return self.column < 0


class Document(NamedTuple):
    """A table and its paragraphs; a uid is that of the table."""

    uid: str
    rows: tuple[tuple[str, ...], ...]
    paragraphs: tuple[str, ...]

    @property
    def half(self) -> str:
        """Which half it belongs to."""
        return HALVES[int(hashlib.sha256(self.uid.encode()).hexdigest(), 16) % 2]

    def text_at(self, where: Where) -> str:
        """Return the text of a paragraph or cell."""
        return self.paragraphs[where.row] if where.is_prose else self.rows[where.row][where.column]

    def with_text(self, where: Where, text: str) -> Document:
        """Return the document with another text in a paragraph or cell."""
        if where.is_prose:
            at = where.row
            return self._replace(paragraphs=(*self.paragraphs[:at], text, *self.paragraphs[at + 1 :]))
        row = self.rows[where.row]
        changed = (*row[: where.column], text, *row[where.column + 1 :])
        return self._replace(rows=(*self.rows[: where.row], changed, *self.rows[where.row + 1 :]))


class Rendered(NamedTuple):
    """A document as Markdown, with the offset of each block in it."""

    document: Document
    text: str
    starts: dict[Where, int]

    def offset(self, where: Where, within: int) -> int:
        """Return the offset in the Markdown of a character of a block."""
        return self.starts[where] + len(_escaped(self.document.text_at(where)[:within], where.is_prose))


def documents(path: Path, half: str | None = None) -> list[Document]:
    """Return the documents of a folder of TAT-QA files, or those of one half, in the order of their uid."""
    found: dict[str, Document] = {}
    for file in sorted(path.glob("*.json")):
        for entry in json.loads(file.read_text(encoding="utf-8")):
            width = max(map(len, entry["table"]["table"]))
            rows = [(*row, *[""] * (width - len(row))) for row in entry["table"]["table"]]
            ordered = sorted(entry["paragraphs"], key=lambda each: int(each["order"]))
            document = Document(
                entry["table"]["uid"],
                tuple(tuple(" ".join(cell.split()) for cell in row) for row in rows),
                tuple(" ".join(each["text"].split()) for each in ordered),
            )
            found[document.uid] = document
    return [found[uid] for uid in sorted(found) if half in (None, found[uid].half)]


def rendered(document: Document) -> Rendered:
    """Return a document as Markdown: the table, then the paragraphs, with what Markdown reads as marks escaped."""
    text = ""
    starts: dict[Where, int] = {}
    for at, row in enumerate(document.rows):
        text += "|"
        for column, cell in enumerate(row):
            text += " "
            starts[Where(at, column)] = len(text)
            text += _escaped(cell, is_prose=False) + " |"
        text += "\n"
        if not at:
            text += "|" + "---|" * len(row) + "\n"
    for at, paragraph in enumerate(document.paragraphs):
        text += "\n"
        starts[Where(at)] = len(text)
        text += _escaped(paragraph, is_prose=True) + "\n"
    return Rendered(document, text, starts)


def _escaped(text: str, is_prose: bool) -> str:
    return (_SPECIAL if is_prose else _SPECIAL_IN_CELLS).sub(r"\\\g<0>", text)
