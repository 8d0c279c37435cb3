"""Findings as notes in a copy of the file that they are about.

Belongs here: which words get which note. Does not: how a form of files holds notes (the plugin that reads it).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from tidebook.pipelines.judge.finding import Finding
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.plugin import reader_of
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import Document, Place

AUTHOR = "Tidebook"
"""Who the notes are from."""


class Mark(NamedTuple):
    """A note at a part of a document's source: the offsets of its first character and behind its last."""

    start: int
    end: int
    note: str


def marked_copy(file: RawFile, document: Document, findings: Iterable[Finding]) -> bytes:
    """Return a copy of a file with a note at each place that has findings.

    Raises:
        InputError: no notes can be written into such a file.
    """
    reader = reader_of(file.path)
    if reader is None or not hasattr(reader, "mark"):
        expected = "a file that notes can be written into (.docx, .xlsx, .pdf); --html writes any text as a page"
        raise InputError(Problem(file.path, expected))
    copy: bytes = reader.mark(file, document, marks_of(document, findings))
    return copy


def marks_of(document: Document, findings: Iterable[Finding]) -> list[Mark]:
    """Return the places of findings with the words of all findings at each, in the order of the text."""
    notes: dict[tuple[int, int], list[str]] = defaultdict(list)
    for each in findings:
        start = document.offset(Place(each.line, each.column or 1))
        end = document.offset(Place(each.end_line, each.end)) if each.end else start + 1
        notes[start, max(end, start + 1)].append(f"{each.tier}: {each.words}")
    return [Mark(start, end, "\n".join(words)) for (start, end), words in sorted(notes.items())]
