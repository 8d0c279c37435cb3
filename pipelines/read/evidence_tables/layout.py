"""Where the table is in a publisher's CSV file: the sign between cells, lines above the header, notes below.

Belongs here: finding the header, by what a series expects of it. Does not: which cells are needed (`files`).
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.evidence_tables.periods import period
from tidebook.pipelines.read.rawfile import OTHER_SIGNS, decoded

SEARCHED_ROWS = 30
"""Rows among which a header is looked for."""
SEARCHED_BYTES = 2**16
"""Beginning of a file in which it is looked for: a data set of millions of rows is not decoded for its header."""
MOST_HEADER_LINES = 3
"""Maximum lines of a header."""


class Layout(NamedTuple):
    """How a file is laid out: the sign between its cells, its headers, and the byte at which its first row begins."""

    sign: str
    headers: list[str]
    start: int


def layout_of(path: str, data: bytes, is_header: Callable[[list[str]], bool], lines: int = 1) -> Layout:
    """Return the layout of a CSV file by the first row that can be its header, else as if its first row were that.

    Args:
        path: the file.
        data: its content.
        is_header: whether some headers can be those of the table.
        lines: how many rows make the header.

    Raises:
        InputError: it is not CSV in UTF-8.
    """
    # Cut at the end of a line, or a character of several bytes could be cut in two.
    end = data.find(b"\n", SEARCHED_BYTES)
    text = decoded(path, data if end < 0 else data[: end + 1])
    mark = len(data) - len(data.removeprefix(b"\xef\xbb\xbf"))
    for sign in (",", *OTHER_SIGNS):
        above: list[list[str]] = []
        for row, start in itertools.islice(_rows(path, text, sign), SEARCHED_ROWS):
            above = [*above, row][-lines:]
            headers = joined_header(above)
            # A title and the first line of a header have columns of one name.
            are_complete = len(above) == lines and (lines == 1 or len(set(headers)) == len(headers))
            if are_complete and is_header(headers):
                return Layout(sign, headers, mark + start)
    headers, start = next(_rows(path, text, ","), ([], 0))
    return Layout(",", headers, mark + start)


def joined_header(lines: Sequence[Sequence[str]]) -> list[str]:
    """Return the headers that some lines make together.

    An empty cell of an upper line is that to its left, which spans it. What spans all columns tells none from another,
    so that it names only those that no line below it names, unless it is the year of quarters.
    """
    names = list(lines[-1])
    for line in reversed(lines[:-1]):
        cells = list(line)
        for place in range(1, len(cells)):
            cells[place] = cells[place] or cells[place - 1]
        spans_all = len(set(cells[1:])) < 2 and period(cells[-1]) is None
        for place, (upper, name) in enumerate(zip(cells, names, strict=False)):  # a line above a header is shorter
            names[place] = name if spans_all and name else f"{upper} {name}".strip()
    return names


def _rows(path: str, text: str, sign: str) -> Iterator[tuple[list[str], int]]:
    """Yield the cells of each row, without blanks around them, with the byte behind it."""
    # With line ends as they are, since their bytes are counted.
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, delimiter=sign)
    read = start = 0
    try:
        for cells in reader:
            start += len("".join(lines[read : reader.line_num]).encode())
            read = reader.line_num
            if any(cells):
                yield [cell.strip() for cell in cells], start
    except csv.Error as error:
        raise InputError(Problem(path, f"well-formed CSV ({error})", read + 1)) from error
