"""Reads the pages of a PDF in processes of their own, with limits of time and memory, several at once.

A font, a table of widths or of characters may make a reader count to 2**32: what of a file costs time cannot all be
counted before. What such a process fails at is refused in a line.

Belongs here: starting these processes, and what they return. Does not: what is on a page (`pdf_page`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.processes import environment, private_folder, python_module
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.plugins.documents.pdf_check import WHAT, check_streams, opened_by_pdfium
from tidebook.plugins.documents.pdf_page import Page, pages_between
from tidebook.plugins.documents.pdf_signs import Line, Sign
from tidebook.plugins.documents.pdf_tables import PrintedCell, PrintedTable

SECONDS, SECONDS_A_PAGE = 20, 1
"""Maximum time of a processor for some pages. A page takes some 0.1 s, one full of drawn lines up to 15."""
MOST_MEMORY = 3 * 2**30
"""Maximum bytes of addresses of a process."""
PAGES_EACH = 25
"""Pages for which another process is worth its start."""
SIGNS = "signs"
"""The argument of a process that returns the signs of each line too, most of what there is to write and read."""


@dataclass
class _Answer:
    """What a process has read: its pages, or what is wrong with the file, or what is not installed."""

    pages: Sequence[Page] = ()
    problems: Sequence[Problem] = ()
    missing: str = ""


def pages_of(file: RawFile, *, with_signs: bool = False) -> list[Page]:
    """Return the pages of a file; their lines have signs if these are wanted, else none.

    Raises:
        InputError: it cannot be opened, is too large, or takes too long.
        ImportError: a package is not installed.
    """
    check_streams(file)
    opened = opened_by_pdfium(file)
    count = len(opened)
    opened.close()
    parts = min(os.cpu_count() or 1, 1 + count // PAGES_EACH)
    ends = [count * part // parts for part in range(parts + 1)]
    with ThreadPoolExecutor(parts) as threads:
        answers = list(threads.map(partial(_read_apart, file, with_signs), ends, ends[1:]))
    pages: list[Page] = []
    for answer in answers:
        if answer.problems:
            raise InputError(answer.problems)
        if answer.missing:
            raise ImportError(answer.missing)
        pages += answer.pages
    return pages


def _read_apart(file: RawFile, with_signs: bool, before: int, last: int) -> _Answer:
    seconds = SECONDS + SECONDS_A_PAGE * (last - before)
    command = python_module(__name__, file.path, str(before + 1), str(last), str(seconds), SIGNS if with_signs else "")
    try:
        ended = subprocess.run(
            command, input=file.data, capture_output=True, check=False, timeout=20 * seconds,
            cwd=private_folder(), env=environment(),
        )  # fmt: skip
        if not ended.returncode:
            return _answer_of(json.loads(ended.stdout))
    except subprocess.TimeoutExpired:
        pass
    memory = f"{MOST_MEMORY // 2**30} GiB of memory"
    expected = f"{WHAT} whose pages are read within {seconds} seconds and {memory}; it may be damaged on purpose"
    return _Answer(problems=[Problem(file.path, expected, text=f"pages {before + 1} to {last}")])


def _as_json(value: Any, with_signs: bool) -> dict[str, Any]:
    """Return a dataclass as JSON can hold it; the rows of a table name its cells, of which one may be in several."""
    if isinstance(value, Line) and not with_signs:
        return {**vars(value), "signs": ()}
    if not isinstance(value, PrintedTable):
        return dict(vars(value))
    cells = {id(cell): cell for row in value.rows for cell in row}
    places = {name: place for place, name in enumerate(cells)}
    rows = [[places[id(cell)] for cell in row] for row in value.rows]
    return {**vars(value), "rows": rows, "cells": list(cells.values())}


def _answer_of(found: dict[str, Any]) -> _Answer:
    """Return what a process has written."""
    pages = []
    for page in found["pages"]:
        parts = [_table_of(part) if isinstance(part, dict) else list(map(_line_of, part)) for part in page["parts"]]
        pages.append(Page(**page | {"parts": parts}))
    return _Answer(pages, [Problem(**each) for each in found["problems"]], found["missing"])


def _table_of(found: dict[str, Any]) -> PrintedTable:
    cells = [PrintedCell(list(map(_line_of, cell["lines"])), cell["row"]) for cell in found.pop("cells")]
    return PrintedTable(**found | {"rows": [[cells[place] for place in row] for row in found["rows"]]})


def _line_of(found: dict[str, Any]) -> Line:
    return Line(**found | {"signs": [sign and Sign(*sign) for sign in found["signs"]]})


def _limit(seconds: int) -> None:
    """Limit the time and memory of this process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, wanted in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CORE, 0)):
        hardest = resource.getrlimit(kind)[1]
        most = wanted if hardest == resource.RLIM_INFINITY else min(wanted, hardest)
        resource.setrlimit(kind, (most, hardest))


def main(path: str, first: str, last: str, seconds: str, signs: str) -> None:
    """Read pages of the file on standard input, and write them to standard output."""
    _limit(int(seconds))
    try:
        answer = _Answer(list(pages_between(RawFile(path, sys.stdin.buffer.read()), int(first), int(last))))
    except InputError as error:
        answer = _Answer(problems=error.problems)
    except ImportError as error:
        answer = _Answer(missing=str(error))
    # In one text: `dump`, which writes it in pieces, takes five times as long.
    sys.stdout.write(json.dumps(answer, default=partial(_as_json, with_signs=signs == SIGNS)))


if __name__ == "__main__":
    main(*sys.argv[1:])
