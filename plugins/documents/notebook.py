"""Jupyter notebooks: their Markdown, and the tables that their code has printed.

Belongs here: what of a notebook is text. Does not: reading Markdown and HTML (`read.text`). Code, pictures and printed
lines are not its text; each table is there twice, of which the one in HTML is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.blocks import Document
from tidebook.pipelines.read.text.document import check_length, read_source

WHAT = "a Jupyter notebook of version 4 or later"
MOST_CELLS = 20_000
_CUT = re.compile(r"<t[dh][^>]*>\s*(?:\.\.\.|…)\s*</t[dh]>")
"""A cell by which pandas says that rows or columns are left out."""
_EMPTY_LINES = re.compile(r"\n\s*\n")


def read(file: RawFile) -> Document:
    """Read a notebook. Raises InputError if it is none, or too large."""
    source = file.text()
    check_length(file.path, source)
    try:
        cells = json.loads(source)["cells"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError(Problem(file.path, WHAT)) from error
    if not isinstance(cells, list) or len(cells) > MOST_CELLS or not all(isinstance(each, dict) for each in cells):
        raise InputError(Problem(file.path, f"{WHAT}, with at most {MOST_CELLS:,} cells"))
    lines: list[str] = []
    wheres: list[str] = []
    notes: list[str] = []
    for number, cell in enumerate(cells, 1):
        where = f"cell {number}"
        for text, place in _texts_of(cell, where):
            if _CUT.search(text):
                notes.append(f"{file.path}: {place} leaves out rows or columns of its table: it was not read")
                continue
            own = [*text.splitlines(), ""]
            lines += own
            wheres += [place] * len(own)
    text = "\n".join(lines)
    if not text.strip():
        raise InputError(Problem(file.path, "a notebook with text: it has code alone"))
    document = read_source(file.path, text, "markdown")
    return replace(document, wheres=wheres, notes=[*notes, *document.notes])


def _texts_of(cell: dict[str, Any], where: str) -> Iterator[tuple[str, str]]:
    """Yield the texts of a cell, each with its place."""
    if cell.get("cell_type") == "markdown":
        yield _text(cell.get("source")), where
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        data = output.get("data") if isinstance(output, dict) else None
        if not isinstance(data, dict):
            continue
        html, markdown = _text(data.get("text/html")), _text(data.get("text/markdown"))
        if "<table" in html:
            # An empty line would end the table in Markdown.
            yield _EMPTY_LINES.sub("\n", html[html.index("<table") :]), f"output of {where}"
        elif markdown:
            yield markdown, f"output of {where}"


def _text(value: Any) -> str:
    """Return a text, which may be a list of lines, without characters that no text holds."""
    if isinstance(value, list):
        value = "".join(each for each in value if isinstance(each, str))
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", " ", value) if isinstance(value, str) else ""
