"""PDF files: running text in the order of reading, and tables, each number confirmed by a second reader.

Belongs here: blocks of text and tables out of what stands on the pages. Does not: what is on a page (`pdf_page`), its
tables (`pdf_tables`), limits (`pdf_check`), or notes in a copy (`pdf_notes`). Text in pictures is not recognised.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from tidebook.pipelines.judge.text.marking import Mark
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.blocks import Document, Plain
from tidebook.plugins.documents.assembly import Assembly, CellText, joined
from tidebook.plugins.documents.pdf_apart import pages_of
from tidebook.plugins.documents.pdf_check import check_streams, opened_by_pdfium
from tidebook.plugins.documents.pdf_notes import with_notes
from tidebook.plugins.documents.pdf_page import Page
from tidebook.plugins.documents.pdf_signs import Line
from tidebook.plugins.documents.pdf_tables import PrintedTable

MOST_NOTES = 20
"""Maximum numbers that are named as read in two ways; more are counted."""
_SENTENCE_END = re.compile(r"[.!?:;][\"”’)\]]*\d{0,3}$")
_ITEM = re.compile(r"(?:[•▪‣●◦∙–-]|\(?\d{1,2}[.)]|\([a-z]\))\s")
_NUMBER_OF_PAGE = re.compile(r"\W*(?:page\s*)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|[/–-])\s*\d{1,4})?\W*", re.IGNORECASE)
_CONTINUED = re.compile(r"\bcont(?:inued|inuation|[’']d|\.|d\.)", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_DAY = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
LARGER, LEADING, SHORT = 1.12, 1.35, 0.85
"""A heading is so much larger than the text; lines of a paragraph are so far apart at most, as a multiple of what is
usual; and a line that ends a paragraph is shorter than this share of the column."""


@dataclass
class Reading:
    """A PDF that is being read, and which signs on the pages each part of the source is from."""

    made: Assembly
    printed: list[tuple[int, Line]] = field(default_factory=list)
    unconfirmed: list[str] = field(default_factory=list)


def read(file: RawFile) -> Document:
    """Read a PDF.

    Raises:
        InputError: it cannot be opened, is too large, or has no text.
        ImportError: a package is not installed.
    """
    return reading_of(file).made.document()


def about(file: RawFile) -> dict[str, Any]:
    """Return the title, the author and the day of creation from the document's properties.

    Raises:
        InputError: it cannot be opened.
        ImportError: the package is not installed.
    """
    check_streams(file)
    opened = opened_by_pdfium(file)
    said = opened.get_metadata_dict()
    opened.close()
    day = _DAY.match(said.get("CreationDate", ""))
    return {"title": said.get("Title"), "author": said.get("Author"), "day": "-".join(day.groups()) if day else None}


def mark(file: RawFile, document: Document, marks: Sequence[Mark]) -> bytes:
    """Return a copy with a highlight and a note at each mark."""
    return with_notes(file, reading_of(file, with_signs=True).printed, marks)


def reading_of(file: RawFile, *, with_signs: bool = False) -> Reading:
    """Read a PDF. Raises InputError and ImportError as `read`."""
    reading = Reading(Assembly(file.path))
    pages = pages_of(file, with_signs=with_signs)
    running = _running_lines(pages)
    body = _body_size(pages)
    sizes = sorted({line.size for page in pages for line in page.lines if line.size >= body * LARGER}, reverse=True)
    for page in pages:
        reading.made.notes += [f"{file.path}: page {page.number} {what}" for what in page.left_out]
    paragraph: list[Line] = []
    for part in _parts_of(pages, running):
        if isinstance(part, PrintedTable):
            _add_paragraph(reading, paragraph, body, sizes)
            paragraph = []
            _add_table(reading, part)
            continue
        if paragraph and not _goes_on(paragraph, part):
            _add_paragraph(reading, paragraph, body, sizes)
            paragraph = []
        paragraph.append(part)
    _add_paragraph(reading, paragraph, body, sizes)
    more = len(reading.unconfirmed) - MOST_NOTES
    reading.made.notes += reading.unconfirmed[:MOST_NOTES]
    if more > 0:
        reading.made.notes.append(f"{file.path}: {more} more numbers that two readers read in two ways")
    return reading


def _parts_of(pages: Sequence[Page], running: Set[tuple[int, float]]) -> list[Line | PrintedTable]:
    """Return lines and tables in the order of reading, a table that goes over several pages as one."""
    parts: list[Line | PrintedTable] = []
    last: PrintedTable | None = None
    for page in pages:
        for part in page.parts:
            if not isinstance(part, PrintedTable):
                lines = [line for line in part if (page.number, line.top) not in running]
                parts += lines
                last = last if all(_CONTINUED.search(line.text) for line in lines) else None
            elif last is None or not last.take_over(part):
                parts.append(part)
                last = part
    return parts


def _body_size(pages: Sequence[Page]) -> float:
    """Return the size that most signs have."""
    counts: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            counts[line.size] += len(line.text)
    return counts.most_common(1)[0][0] if counts else 10.0


def _running_lines(pages: Sequence[Page]) -> set[tuple[int, float]]:
    """Return page and top of the lines at the edges that most pages have, but for digits, and of numbers of pages."""
    seen: Counter[str] = Counter()
    edges: list[tuple[int, Line]] = []
    for page in pages:
        lines = sorted(page.lines, key=lambda line: line.top)
        at_edges = {id(line): line for line in (*lines[:2], *lines[-2:])}.values()
        inside = page.height * 0.09
        for line in at_edges:
            if line.top < inside or line.bottom > page.height - inside:
                edges.append((page.number, line))
                seen[_DIGITS.sub("0", line.text)] += 1
    least = max(2, len(pages) // 3)
    found = set()
    for number, line in edges:
        if _NUMBER_OF_PAGE.fullmatch(line.text) or (len(pages) > 2 and seen[_DIGITS.sub("0", line.text)] >= least):
            found.add((number, line.top))
    return found


def _goes_on(paragraph: Sequence[Line], line: Line) -> bool:
    """Whether a line belongs to the paragraph whose lines stand before it."""
    last = paragraph[-1]
    if abs(last.size - line.size) > 0.08 * last.size or last.is_bold != line.is_bold or _ITEM.match(line.text):
        return False
    if line.column != last.column:
        # Behind the end of a column or page only a sentence goes on.
        return not _SENTENCE_END.search(last.text) and (line.text[0].islower() or line.text[0].isdigit())
    if line.top - last.top > LEADING * last.leading or line.top < last.top:
        return False
    is_short = last.x1 - last.left < SHORT * (last.right - last.left)
    is_indented = line.x0 > line.left + 0.8 * line.size and last.x0 < line.x0 - 0.8 * line.size
    return not ((is_short or is_indented) and _SENTENCE_END.search(last.text))


def _add_paragraph(reading: Reading, lines: Sequence[Line], body: float, sizes: Sequence[float]) -> None:
    """Add lines as a heading, an item or a paragraph."""
    if not lines:
        return
    plains = []
    for place, line in enumerate(lines):
        plain = _source_line(reading, line, f"page {line.page}")
        follows = lines[place + 1].text if place + 1 < len(lines) else ""
        if follows and plain.text.endswith(("-", "\N{HYPHEN}")) and plain.text[-2:-1].isalnum():
            is_word = plain.text[-2].isalpha() and follows[0].islower()
            plains.append(_without_last(plain) if is_word else plain)
        elif follows:
            plains.append(Plain(f"{plain.text} ", [*plain.offsets, plain.offsets[-1]]))
        else:
            plains.append(plain)
    plain = joined(plains, "")
    is_title = len(lines) <= 3 and not plain.text.endswith((".", ",", ";"))
    if is_title and lines[0].size >= body * LARGER:
        reading.made.heading(sizes.index(lines[0].size), plain)
    elif is_title and len(lines) == 1 and lines[0].is_bold and len(plain.text) < 100 and plain.text[0].isalnum():
        reading.made.heading(len(sizes), plain)
    else:
        reading.made.add("item" if _ITEM.match(plain.text) else "paragraph", plain)


def _without_last(plain: Plain) -> Plain:
    return Plain(plain.text[:-1], plain.offsets[:-1])


def _source_line(reading: Reading, line: Line, where: str) -> Plain:
    """Add a line to the source; a number that the second reader has otherwise is none in the text."""
    plain = reading.made.line(line.text, where)
    reading.printed.append((plain.offsets[0] if plain.text else 0, line))
    text = list(plain.text)
    for start, end, other in line.differing:
        said = f"“{other}”" if other else "nothing"
        words = f"{reading.made.path}: {where}: the number “{line.text[start:end]}” is {said} to a second reader"
        reading.unconfirmed.append(f"{words}: it is not judged")
        text[start:end] = "\N{REPLACEMENT CHARACTER}" * (end - start)
    return Plain("".join(text), plain.offsets)


def _add_table(reading: Reading, table: PrintedTable) -> None:
    number = reading.made.tables + 1
    rows: list[list[CellText]] = []
    for row_number, row in enumerate(table.rows, 1):
        cells = []
        made: dict[int, CellText] = {}
        for column, cell in enumerate(row, 1):
            if id(cell) in made or cell.row < row_number - 1:
                first = made.get(id(cell)) or rows[cell.row][column - 1]
                cells.append(first._replace(is_spanned=True))
                continue
            page = cell.lines[0].page if cell.lines else table.page
            where = f"page {page}, table {number}, row {row_number}, column {column}"
            plain = joined([_source_line(reading, line, where) for line in cell.lines])
            made[id(cell)] = CellText(plain, plain.offsets[0] if plain.text else 0)
            cells.append(made[id(cell)])
        rows.append(cells)
    reading.made.table(rows, table.heads)
