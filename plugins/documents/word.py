"""Word documents, as the core asks for them.

Belongs here: reading one, and marking a copy. Does not: its text (`word_text`), or its comments (`word_comments`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tidebook.pipelines.judge.text.marking import Mark
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.blocks import Document
from tidebook.plugins.documents.word_comments import with_comments
from tidebook.plugins.documents.word_text import opened, story_of


def read(file: RawFile) -> Document:
    """Read a Word document.

    Raises:
        InputError: it cannot be opened, is too large, or a part of its text is in another file.
        ImportError: the package is not installed.
    """
    return story_of(file.path, opened(file)).made.document()


def about(file: RawFile) -> dict[str, Any]:
    """Return what the document's properties say: title, author and the day of its last change."""
    properties = opened(file).core_properties
    return {"title": properties.title, "author": properties.author, "day": properties.modified}


def mark(file: RawFile, document: Document, marks: Sequence[Mark]) -> bytes:
    """Return a copy with a comment at each mark."""
    return with_comments(file, marks)
