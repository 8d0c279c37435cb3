"""What stands on the pages of a PDF: lines of text in the order of reading, and tables.

Belongs here: columns of text, and which numbers a second reader confirms. Does not: signs and lines (`pdf_signs`),
paragraphs and headings (`pdf`), or the cells of tables (`pdf_tables`).
"""

from __future__ import annotations

import io
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.plugins.documents.libraries import library
from tidebook.plugins.documents.pdf_check import WHAT, check_objects, check_page, opened_by_pdfium
from tidebook.plugins.documents.pdf_signs import Line, Sign, lines_of, signs_of
from tidebook.plugins.documents.pdf_tables import PrintedTable, ruled_tables, unruled_tables

NUMBER = re.compile(r"\d(?:[\d.,']*\d)?")
MOST_DRAWN = 20_000
"""Maximum drawn lines of a page in which tables are looked for: a picture has more."""


@dataclass
class Page:
    """A page: its parts in the order of reading, each some lines of a column or a table; `left_out` is what is none."""

    number: int
    height: float
    parts: list[list[Line] | PrintedTable] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        """All lines outside of tables."""
        return [line for part in self.parts if isinstance(part, list) for line in part]


def pages_between(file: RawFile, first: int, last: int) -> Iterator[Page]:
    """Yield pages of a file, from one on up to another, from 1.

    Raises:
        InputError: it cannot be opened, or is too large.
        ImportError: a package is not installed.
    """
    pdfplumber = library("pdfplumber", "pdfplumber", "PDF files")
    check_objects(file)
    second = opened_by_pdfium(file)
    try:
        total = 0
        for number in range(first, last + 1):
            page = second[number - 1]
            text = page.get_textpage()
            total += text.count_chars()
            check_page(file, page, text, number, total)
        with pdfplumber.open(io.BytesIO(file.data)) as pdf:
            if len(pdf.pages) != len(second):
                pages = f"{len(pdf.pages):,} and {len(second):,}"
                raise InputError(Problem(file.path, f"{WHAT} of which two readers have the same pages", text=pages))
            for number in range(first, last + 1):
                page = pdf.pages[number - 1]
                yield _page_of(page, second[number - 1], number)
                page.close()
    except (InputError, ImportError, MemoryError):
        raise
    except Exception as error:  # whatever its parsers raise, such as RecursionError for a loop
        raise InputError(Problem(file.path, f"{WHAT} that can be parsed; it is damaged")) from error
    finally:
        second.close()


def _page_of(page: Any, second: Any, number: int) -> Page:
    made = Page(number, float(page.height))
    signs, turned = signs_of(page)
    if not signs and page.images:
        made.left_out.append("has no text but a picture: it was not read")
    if any(text.isdigit() for text in turned):
        made.left_out.append(f"has {len(turned):,} turned characters: they were not read")
    if not signs:
        return made
    if len(page.edges) > MOST_DRAWN:
        made.left_out.append(f"has more than {MOST_DRAWN:,} drawn lines: no tables were looked for between them")
    confirm = _Second(second, page)
    tables = ruled_tables(page, number, signs, confirm.judged) if len(page.edges) <= MOST_DRAWN else []
    outside = [sign for sign in signs if not any(table.holds(sign) for table in tables)]
    lines = [confirm.judged(line) for line in lines_of(outside, number)]
    column = number * 1_000
    found: list[tuple[float, list[Line] | PrintedTable]] = [(table.top, table) for table in tables]
    parts: list[list[Line] | PrintedTable] = []
    for flow in _flows(lines, float(page.width)):
        column += 1
        inside = [table for table in tables if _is_beside(table, flow)]
        placed = [each for each in found if each[1] in inside]
        found = [each for each in found if each not in placed]
        parts += _in_order(unruled_tables(_in_column(flow, column), number), placed)
    # Tables beside no text stand first or last.
    above = [table for top, table in sorted(found, key=lambda each: each[0]) if not lines or top < lines[0].top]
    below = [table for _, table in sorted(found, key=lambda each: each[0]) if table not in above]
    made.parts = [*above, *parts, *below]
    return made


def _is_beside(table: PrintedTable, flow: Sequence[Line]) -> bool:
    """Whether a table stands in a column of text."""
    left, right = min(line.x0 for line in flow), max(line.x1 for line in flow)
    top, bottom = flow[0].top, max(line.bottom for line in flow)
    overlaps = min(right, table.x1) - max(left, table.x0) > 0.3 * min(right - left, table.x1 - table.x0)
    return overlaps and top <= table.top <= bottom


def _in_order(
    parts: Sequence[list[Line] | PrintedTable], tables: Sequence[tuple[float, list[Line] | PrintedTable]]
) -> list[list[Line] | PrintedTable]:
    """Return the parts of a column with its ruled tables where they stand."""
    pieces: list[tuple[float, list[Line] | PrintedTable]] = list(tables)
    tops = sorted(top for top, _ in tables)
    for part in parts:
        if not isinstance(part, list):
            pieces.append((part.top, part))
            continue
        begin = 0
        for place in range(1, len(part) + 1):
            if place == len(part) or any(part[place - 1].top < top <= part[place].top for top in tops):
                pieces.append((part[begin].top, part[begin:place]))
                begin = place
    return [part for _, part in sorted(pieces, key=lambda piece: piece[0])]


# The order of reading


def _flows(lines: Sequence[Line], width: float) -> list[list[Line]]:
    """Return the columns of text of a page in the order of reading, each from the top.

    Where a page has two columns, lines across both part it into bands, of which each is read column by column.
    """
    if not lines:
        return []
    gutter = _gutter(lines, width)
    if gutter is None:
        return [sorted(lines, key=lambda line: (line.top, line.x0))]
    flows: list[list[Line]] = []
    left: list[Line] = []
    right: list[Line] = []

    def end_band() -> None:
        flows.extend(part for part in (left[:], right[:]) if part)
        left.clear()
        right.clear()

    for line in sorted(lines, key=lambda each: (each.top, each.x0)):
        if line.x1 < gutter + 2:
            left.append(line)
        elif line.x0 > gutter - 2:
            right.append(line)
        else:
            end_band()
            if flows and _is_across(flows[-1], gutter):
                flows[-1].append(line)
            else:
                flows.append([line])
    end_band()
    return flows


def _is_across(flow: Sequence[Line], gutter: float) -> bool:
    return all(line.x0 < gutter - 2 and line.x1 > gutter + 2 for line in flow)


def _gutter(lines: Sequence[Line], width: float) -> float | None:
    """Return the middle between two columns of running text, None for a page without."""
    if len(lines) < 12:
        return None
    best: tuple[int, float] | None = None
    for at in range(int(width * 0.38), int(width * 0.62), 2):
        crossing = sum(line.x0 < at < line.x1 for line in lines)
        if best is None or crossing < best[0]:
            best = crossing, float(at)
    assert best is not None
    crossing, at_x = best
    left = [line for line in lines if line.x1 <= at_x]
    right = [line for line in lines if line.x0 >= at_x]
    if crossing > 0.25 * len(lines) or min(len(left), len(right)) < 5:
        return None
    for side in (left, right):
        begin, end = min(line.x0 for line in side), max(line.x1 for line in side)
        long = sum(line.x1 - line.x0 > 0.6 * (end - begin) for line in side)
        if long < 0.5 * len(side) or end - begin < 0.25 * width:
            return None
    return at_x


def _in_column(flow: Sequence[Line], column: int) -> list[Line]:
    """Return lines with the column that they are in, its edges, and how far its lines are apart."""
    left, right = min(line.x0 for line in flow), max(line.x1 for line in flow)
    leadings: dict[float, float] = {}
    for above, line in pairwise(flow):
        apart = line.top - above.top
        if abs(above.size - line.size) < 0.5 and 0.5 * line.size < apart < 2.2 * line.size:
            leadings[line.size] = min(leadings.get(line.size, apart), apart)
    found: list[Line] = []
    for line in flow:
        leading = leadings.get(line.size, 1.3 * line.size)
        found.append(replace(line, column=column, left=left, right=right, leading=leading))
    return found


# The second reader


class _Second:
    """The same page as PDFium has it: its characters by their place."""

    def __init__(self, page: Any, first: Any) -> None:
        text = page.get_textpage()
        said = text.get_text_range() if text.count_chars() else ""
        self.is_turned = bool(page.get_rotation())
        self.said = re.sub(r"\s+", " ", said)
        self.height = float(first.height)
        left, top = first.bbox[0], first.bbox[1]
        self.chars: list[tuple[float, float, str]] = []
        from pypdfium2 import raw

        for index in range(text.count_chars()):
            code = raw.FPDFText_GetUnicode(text.raw, index)
            if code in (0, 10, 13, 32) or not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
                continue
            x0, y0, x1, y1 = text.get_charbox(index, loose=True)
            self.chars.append(((y0 + y1) / 2, (x0 + x1) / 2, chr(code)))
        self.chars.sort()
        self.origin = left, top

    def judged(self, line: Line) -> Line:
        """Return a line with the numbers that this reader has otherwise."""
        differing = []
        for found in NUMBER.finditer(line.text):
            start, end = found.span()
            signs = [sign for sign in line.signs[start:end] if sign is not None]
            other = self._at(signs)
            if other != "".join(sign.text for sign in dict.fromkeys(signs)):
                differing.append((start, end, other))
        return replace(line, differing=tuple(differing)) if differing else line

    def _at(self, signs: Sequence[Sign]) -> str:
        """Return what this reader has where some signs are."""
        if self.is_turned:  # other axes: the number has to be somewhere on the page
            text = "".join(sign.text for sign in dict.fromkeys(signs))
            return text if text in self.said.replace(" ", "") else ""
        low, high = min(sign.box[1] for sign in signs), max(sign.box[3] for sign in signs)
        left, right = signs[0].box[0], signs[-1].box[2]
        room = 0.25 * (high - low)
        found = []
        for place in range(bisect_left(self.chars, (low - room, -1.0, "")), len(self.chars)):
            y, x, text = self.chars[place]
            if y > high + room:
                break
            if left <= x <= right and low - room <= y <= high + room:
                found.append((x, text))
        said = "".join(text for _, text in sorted(found))
        return unicodedata.normalize("NFKC", said)
