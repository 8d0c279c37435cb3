"""Where the table is in a publisher's CSV file: the sign between cells, lines above the header, notes below.

Belongs here: finding the header, by what a series expects of it. Does not: which cells are needed (`files`).
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.rawfile import OTHER_SIGNS, decoded

SEARCHED_ROWS = 30
"""Rows among which a header is looked for."""
SEARCHED_BYTES = 2**16
"""Beginning of a file in which it is looked for: a data set of millions of rows is not decoded for its header."""


class Layout(NamedTuple):
    """How a file is laid out: the sign between its cells, its headers, and the byte at which its first row begins."""

    sign: str
    headers: list[str]
    start: int


def layout_of(path: str, data: bytes, is_header: Callable[[list[str]], bool]) -> Layout:
    """Return the layout of a CSV file by the first row that can be its header, else as if its first row were that.

    Raises:
        InputError: it is not CSV in UTF-8.
    """
    # Cut at the end of a line, or a character of several bytes could be cut in two.
    end = data.find(b"\n", SEARCHED_BYTES)
    text = decoded(path, data if end < 0 else data[: end + 1])
    mark = len(data) - len(data.removeprefix(b"\xef\xbb\xbf"))
    for sign in (",", *OTHER_SIGNS):
        for headers, start in itertools.islice(_rows(path, text, sign), SEARCHED_ROWS):
            if is_header(headers):
                return Layout(sign, headers, mark + start)
    headers, start = next(_rows(path, text, ","), ([], 0))
    return Layout(",", headers, mark + start)


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
