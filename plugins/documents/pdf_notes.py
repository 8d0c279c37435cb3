"""Highlights with notes in a copy of a PDF.

Belongs here: where a highlight is. Does not: which words get which note.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tidebook.pipelines.judge.text.marking import AUTHOR, Mark
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.plugins.documents.libraries import library
from tidebook.plugins.documents.pdf_check import WHAT
from tidebook.plugins.documents.pdf_signs import Line, Sign

COLOUR = "ffe066"


def with_notes(file: RawFile, printed: Sequence[tuple[int, Line]], marks: Sequence[Mark]) -> bytes:
    """Return a copy of a PDF with a highlight and a note at each mark.

    Args:
        file: the PDF.
        printed: its lines, each with the offset in the document's source where it begins.
        marks: the notes.

    Raises:
        InputError: the library that writes cannot read the file.
        ImportError: that is not installed.
    """
    pypdf = library("pypdf", "pypdf", "PDF files")
    try:
        writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(file.data)))
        for each in marks:
            for page, signs in _signs_by_page(printed, each).items():
                writer.add_annotation(page_number=page - 1, annotation=_highlight(pypdf, signs, each.note))
        written = io.BytesIO()
        writer.write(written)
    except Exception as error:  # whatever its parser raises
        raise InputError(Problem(file.path, f"{WHAT} into which notes can be written")) from error
    return written.getvalue()


def _signs_by_page(printed: Sequence[tuple[int, Line]], mark: Mark) -> dict[int, list[list[Sign]]]:
    """Return the signs of a mark, those of each line together, by page."""
    starts = [start for start, _ in printed]
    found: dict[int, list[list[Sign]]] = defaultdict(list)
    for start, line in printed[max(bisect_right(starts, mark.start) - 1, 0) : bisect_right(starts, mark.end - 1)]:
        signs = [sign for sign in line.signs[max(mark.start - start, 0) : mark.end - start] if sign is not None]
        if signs:
            found[line.page].append(signs)
    return found


def _highlight(pypdf: Any, lines: Sequence[Sequence[Sign]], note: str) -> Any:
    from pypdf.annotations import Highlight
    from pypdf.generic import ArrayObject, FloatObject, NameObject, TextStringObject

    corners = []
    for signs in lines:
        x0, x1 = min(sign.box[0] for sign in signs), max(sign.box[2] for sign in signs)
        y0, y1 = min(sign.box[1] for sign in signs), max(sign.box[3] for sign in signs)
        corners.append((x0, y0, x1, y1))
    points = ArrayObject()
    for x0, y0, x1, y1 in corners:
        points.extend(FloatObject(round(value, 2)) for value in (x0, y1, x1, y1, x0, y0, x1, y0))
    around = [min(each[0] for each in corners), min(each[1] for each in corners)]
    around += [max(each[2] for each in corners), max(each[3] for each in corners)]
    made = Highlight(rect=tuple(round(value, 2) for value in around), quad_points=points, highlight_color=COLOUR)
    made[NameObject("/Contents")] = TextStringObject(note)
    made[NameObject("/T")] = TextStringObject(AUTHOR)
    return made
