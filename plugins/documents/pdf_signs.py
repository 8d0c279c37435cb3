"""The signs of a page of a PDF, and the lines that they make.

Belongs here: which signs are a line, blanks between words, and raised signs. Does not: the order of lines (`pdf_page`).
"""

from __future__ import annotations

import functools
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

from tidebook.pipelines.read.rawfile import CONTROL
from tidebook.pipelines.read.text.math import superscript

WORD_GAP = 0.17
"""A gap between words, as a share of the size of the letters."""
PART_GAP = 0.9
"""A gap between columns of text or cells, as a multiple of the size."""
RAISED = 0.82
"""Size of raised signs as a share of the others at most."""


class Sign(NamedTuple):
    """A character on a page, in points from the top left of it; `box` is that of the file: x0, y0, x1, y1."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    is_bold: bool
    box: tuple[float, float, float, float]

    @property
    def middle(self) -> float:
        """Its middle across."""
        return (self.x0 + self.x1) / 2


@dataclass(frozen=True)
class Line:
    """A line of text, or the part of one in a column.

    Attributes:
        page: its page, from 1.
        text: its text.
        signs: the sign of each character of `text`, None for a blank between words.
        size, is_bold: of most of it.
        column: which column of which page it is in, in the order of reading.
        left, right: the edges of that column.
        leading: how far lines of this column are apart.
        differing: the numbers that the second reader has otherwise: begin, end, what that has.
    """

    page: int
    text: str
    signs: Sequence[Sign | None]
    size: float
    is_bold: bool
    x0: float
    x1: float
    top: float
    bottom: float
    column: int = 0
    left: float = 0
    right: float = 0
    leading: float = 0
    differing: Sequence[tuple[int, int, str]] = ()


def signs_of(page: Any) -> tuple[list[Sign], list[str]]:
    """Take the characters out of a page, and return the upright ones, blanks too, and the texts of the turned ones.

    Of one that is printed twice for a bold look this is the first. pdfplumber would make a dictionary of each, which
    takes longer than all else; what it looks for tables in are the drawn lines that are left.
    """
    left, top = page.mediabox[:2]
    found: dict[tuple[str, int, int], Sign] = {}
    turned: list[str] = []
    for char in _taken_from(page.layout):
        text = _text_of(char.get_text())
        if not char.upright:
            turned.append(text)
            continue
        if not text or char.x1 <= char.x0:
            continue
        x0, x1 = char.x0 + left, char.x1 + left
        above, below = (page.height - y + top for y in (char.y1, char.y0))
        box = x0, char.y0, x1, char.y1
        sign = Sign(text, x0, x1, above, below, round(char.size, 1), _is_bold(char.fontname), box)
        found.setdefault((text, round(x0 / 1.5), round(above / 1.5)), sign)
    return list(found.values()), turned


def _taken_from(layout: Any) -> list[Any]:
    """Take the characters out of a layout of pdfminer and of the figures in it."""
    from pdfminer.layout import LTChar, LTContainer

    taken, others = [], []
    for each in layout._objs:
        if isinstance(each, LTChar):
            taken.append(each)
            continue
        if isinstance(each, LTContainer):
            taken += _taken_from(each)
        others.append(each)
    layout._objs = others
    return taken


@functools.cache
def _text_of(text: str) -> str:
    """Return the text of a character: "" for a control character, or one for which its font has no letter."""
    said = CONTROL.sub("", unicodedata.normalize("NFKC", text) if len(text) == 1 else text)
    if said.startswith("(cid:"):
        return ""
    return " " if said.isspace() else said


@functools.cache
def _is_bold(font: str | bytes) -> bool:
    name = str(font).lower()
    return any(word in name for word in ("bold", "black", "heavy", "cmbx", "demi"))


def lines_of(signs: Sequence[Sign], page: int) -> list[Line]:
    """Return the lines that signs make, from the top; one with a wide gap is several."""
    rows: list[list[Sign]] = []
    bottoms: list[float] = []
    for sign in sorted((each for each in signs if each.text != " "), key=lambda each: (each.bottom, each.x0)):
        if rows and sign.bottom - bottoms[-1] <= 0.45 * max(sign.size, 4):
            rows[-1].append(sign)
        else:
            rows.append([sign])
            bottoms.append(sign.bottom)
    found = []
    blanks = [sign for sign in signs if sign.text == " "]
    for row in _with_raised(rows):
        row.sort(key=lambda each: each.x0)
        size = median(each.size for each in row)
        base = median(each.bottom for each in row)
        beside = sorted(sign.middle for sign in blanks if abs(sign.bottom - base) < 0.5 * size)
        begin = 0
        for place in range(1, len(row) + 1):
            if place == len(row) or row[place].x0 - row[place - 1].x1 > PART_GAP * size:
                found.append(_line_of(row[begin:place], beside, page))
                begin = place
    return [line for line in found if line.text.strip(",. ")]


def _with_raised(rows: Sequence[list[Sign]]) -> list[list[Sign]]:
    """Return rows, one of raised signs alone with the row below it, whose signs they stand among."""
    found: list[list[Sign]] = []
    pending: list[Sign] = []
    for place, row in enumerate(rows):
        below = rows[place + 1] if place + 1 < len(rows) else []
        size = median(each.size for each in row)
        if below and size <= RAISED * median(each.size for each in below) and len(row) < len(below):
            bottom, top = max(each.bottom for each in row), min(each.top for each in below)
            if bottom > top + 0.2 * size:
                pending += row
                continue
        found.append([*pending, *row])
        pending = []
    return [*found, pending] if pending else found


def _line_of(row: Sequence[Sign], blanks: Sequence[float], page: int) -> Line:
    """Return a line: blanks between words, raised digits as such, other raised signs left out.

    `blanks` has the middles of the blanks that the file itself has at this height.
    """
    size = max(set(each.size for each in row), key=lambda one: sum(each.size == one for each in row))
    base = median(each.bottom for each in row if each.size >= RAISED * size)
    text: list[str] = []
    signs: list[Sign | None] = []
    last: Sign | None = None
    for run in _runs(row, size, base):
        is_raised = _is_raised(run[0], size, base)
        raised = superscript("".join(each.text for each in run)) if is_raised else None
        if is_raised and raised is None:
            # Marks of notes are no text: `12a`; a raised word in small letters may be one, such as `th`.
            if any(each.text.isalpha() for each in run) and len(run) > 1:
                raised = "".join(each.text for each in run)
            else:
                last = run[-1]
                continue
        for place, sign in enumerate(run):
            if last is not None and _are_apart(last, sign, blanks, size):
                text.append(" ")
                signs.append(None)
            said = raised[place] if raised and len(raised) == len(run) else sign.text
            text += said
            signs += [sign] * len(said)
            last = sign
    begin, end = row[0], max(row, key=lambda each: each.x1)
    is_bold = sum(each.is_bold for each in row) > 0.8 * len(row)
    top, bottom = base - size, base
    return Line(page, "".join(text), signs, size, is_bold, begin.x0, end.x1, top, bottom)


def _are_apart(last: Sign, sign: Sign, blanks: Sequence[float], size: float) -> bool:
    """Whether a blank is between two signs: by the gap, or by one of the file itself in a smaller gap."""
    gap = sign.x0 - last.x1
    if gap > WORD_GAP * size:
        return True
    at = bisect_left(blanks, last.middle)
    return gap > 0.05 * size and at < len(blanks) and blanks[at] < sign.middle


def _runs(row: Sequence[Sign], size: float, base: float) -> Iterator[list[Sign]]:
    """Yield the signs of a row, raised ones that touch together."""
    run: list[Sign] = []
    for sign in row:
        if run and not (_is_raised(sign, size, base) and _is_raised(run[-1], size, base)):
            yield run
            run = []
        run.append(sign)
    if run:
        yield run


def _is_raised(sign: Sign, size: float, base: float) -> bool:
    return sign.size <= RAISED * size and sign.bottom < base - 0.15 * size
