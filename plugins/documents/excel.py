"""Excel workbooks: their tables as they are shown, and the lines above and below them.

Belongs here: what a reader of a sheet sees. Does not: computing formulas, whose saved values count, or comments in a
copy (`excel_notes`).
"""

from __future__ import annotations

import datetime as dt
import html
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from tidebook.pipelines.judge.text.marking import Mark
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.rawfile import CONTROL, RawFile
from tidebook.pipelines.read.text.blocks import MOST_CELLS, Document, Place, Plain
from tidebook.plugins.documents.archive import check_archive
from tidebook.plugins.documents.assembly import Assembly, CellText
from tidebook.plugins.documents.excel_notes import with_notes
from tidebook.plugins.documents.libraries import library

WHAT = "an Excel workbook (.xlsx)"
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^<>]*?\bref\s*=\s*["']([^"']*)["']""")
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?")
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^<>]*)>\s*<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
"""A cell with a formula and no value."""
_NAME = re.compile(rb'\br\s*=\s*"([A-Z0-9]{1,10})"')
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^<>]*>")
LONGEST_FORMAT = 255
"""What Excel allows; a longer one is cut."""
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]')
_DIGITS = re.compile(r"[#0?,]*[#0?](?:\.([#0?]*))?(,*)(?:([eE])[+-](0+))?")


def read(file: RawFile) -> Document:
    """Read a workbook.

    Raises:
        InputError: it cannot be opened, has too many cells, or no text.
        ImportError: the package is not installed.
    """
    made = Assembly(file.path)
    for sheet in _sheets_of(file, made.notes):
        if sheet.sheet_state != "visible":
            made.notes.append(f"{file.path}: the sheet {sheet.title} is hidden: it was not read")
            continue
        _read_sheet(made, sheet)
    return made.document()


def mark(file: RawFile, document: Document, marks: Sequence[Mark]) -> bytes:
    """Return a copy with a comment at the cell of each mark."""
    return with_notes(file, document, marks)


def tables(file: RawFile) -> list[tuple[str, list[list[tuple[Place, str]]]]]:
    """Return the cells of each sheet, hidden ones too, row by row with row and column, numbers with all their digits.

    Raises:
        InputError: it cannot be opened, or has too many cells.
        ImportError: the package is not installed.
    """
    found = []
    for sheet in _sheets_of(file):
        rows = []
        for row, cells in _rows_of(sheet).items():
            texts = []
            for column, cell in cells.items():
                texts.append((Place(row, column), shown(cell.value, str(cell.number_format or ""), all_digits=True)))
            rows.append(texts)
        found.append((sheet.title, rows))
    return found


def _sheets_of(file: RawFile, notes: list[str] | None = None) -> list[Any]:
    """Return the sheets of a workbook, and note the formulas without a value. Raises as `read`."""
    openpyxl = library("openpyxl", "openpyxl", "Excel workbooks")
    counts = {_CELL: 0, _MERGED: 0}
    formulas: list[bytes] = []

    def count(content: bytes) -> None:
        counts[_CELL] += len(_CELL.findall(content))
        counts[_MERGED] += sum(map(_area, _MERGED.findall(content)))
        if max(counts.values()) > MOST_CELLS:
            raise InputError(Problem(file.path, f"{WHAT} of at most {MOST_CELLS:,} cells, merged ones too"))
        # The value of a text of no letters is empty, too.
        formulas.extend(cell for cell in _FORMULA.findall(content) if b'"str"' not in cell)
        for relation in _RELATION.findall(content):
            if b"External" in relation and b"/worksheet" in relation:
                raise InputError(Problem(file.path, f"{WHAT} that is whole: a sheet is in another file, not opened"))

    check_archive(file, "xl/workbook.xml", WHAT, count)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles that no cell shows
            book = openpyxl.load_workbook(io.BytesIO(file.data), data_only=True, keep_links=False)
            sheets: list[Any] = book.worksheets
    except Exception as error:  # whatever its parsers raise
        raise InputError(Problem(file.path, f"{WHAT} that can be opened; it is damaged")) from error
    if formulas and notes is not None:
        first = _NAME.search(formulas[0])
        where = f", the first in {first[1].decode()}" if first else ""
        said = f"cells that were not read: {len(formulas):,}{where}"
        notes.append(f"{file.path}: {said}; their formulas have no saved value, which saving in Excel adds")
    return sheets


def _area(written: bytes) -> int:
    """Return how many cells are merged, each of which the library makes; too many for what is no range of cells."""
    found = _RANGE.fullmatch(html.unescape(written.decode("latin-1")))
    if found is None:
        return MOST_CELLS + 1
    left, top, right, bottom = found.groups()
    return (_column(right or left) - _column(left) + 1) * (int(bottom or top) - int(top) + 1)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _rows_of(sheet: Any) -> dict[int, dict[int, Any]]:
    """Return the cells that are there, by row and column: a sheet may say that it has a million rows."""
    rows: dict[int, dict[int, Any]] = {}
    for row, column in sorted(sheet._cells):
        rows.setdefault(row, {})[column] = sheet._cells[row, column]
    return rows


def _read_sheet(made: Assembly, sheet: Any) -> None:
    """Read a sheet: parts between empty rows, of which those with several columns are tables."""
    made.heading(1, made.line(CONTROL.sub(" ", sheet.title), f"sheet {sheet.title}"))
    spans = _spans_of(sheet)
    part: list[dict[int, CellText]] = []
    last = 0
    texts: dict[tuple[int, int], CellText] = {}
    for row, cells in _rows_of(sheet).items():
        read: dict[int, CellText] = {}
        for column, cell in cells.items():
            first = spans.get((row, column), (row, column))
            if first != (row, column) and first in texts:
                read[column] = texts[first]._replace(is_spanned=True)
                continue
            said = shown(cell.value, str(cell.number_format or ""))
            if said:
                plain = made.line(said, f"{sheet.title}!{cell.coordinate}")
                texts[row, column] = read[column] = CellText(plain, plain.offsets[0])
        if not read or row > last + 1:
            _add_part(made, part)
            part = []
        if read:
            part.append(read)
            last = row
    _add_part(made, part)


def _spans_of(sheet: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """Return for each merged cell the first of its range; huge ranges, which are layout, are left out."""
    found = {}
    for area in sheet.merged_cells.ranges:
        if area.size["rows"] * area.size["columns"] <= 10_000:
            for row in range(area.min_row, area.max_row + 1):
                for column in range(area.min_col, area.max_col + 1):
                    found[row, column] = area.min_row, area.min_col
    return found


def _add_part(made: Assembly, rows: Sequence[dict[int, CellText]]) -> None:
    """Add rows without an empty one between them: lines of one cell at the ends as text, what is between as a table."""
    begin, end = 0, len(rows)
    first = min((column for row in rows for column in row), default=0)
    while begin < end and _is_line(rows[begin], first):
        begin += 1
    while end > begin and _is_line(rows[end - 1], first):
        end -= 1
    if end - begin < 2:
        begin = end = len(rows)
    for row in rows[:begin]:
        _add_lines(made, row)
    if begin < end:
        columns = sorted({column for row in rows[begin:end] for column in row})
        made.check_cells(len(columns) * (end - begin))
        table = []
        for row in rows[begin:end]:
            start = min(cell.start for cell in row.values())
            empty = CellText(Plain("", ()), start)
            table.append([row.get(column, empty) for column in columns])
        made.table(table)
    for row in rows[end:]:
        _add_lines(made, row)


def _is_line(row: dict[int, CellText], first: int) -> bool:
    """Whether a row is a line of text: one cell, in the first column, however many are merged into it."""
    return len({cell.start for cell in row.values()}) < 2 and min(row) == first


def _add_lines(made: Assembly, row: dict[int, CellText]) -> None:
    for cell in row.values():
        if not cell.is_spanned:
            made.add("paragraph", cell.plain)


def shown(value: Any, number_format: str, *, all_digits: bool = False) -> str:
    """Return a value as its cell shows it.

    Args:
        value: the value.
        number_format: how the cell shows it; a number in a format that is not known has all its digits.
        all_digits: whether numbers have all digits that are saved, and dates are whole, whatever the cell shows.
    """
    if value is None:
        return ""
    if isinstance(value, (dt.datetime, dt.date)):
        return _date(value, "" if all_digits else number_format.lower())
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return CONTROL.sub(" ", " ".join(str(value).split()))
    if all_digits:
        return f"{value * 100:.10g}%" if "%" in number_format else _whole(value)
    return _number(value, number_format[:LONGEST_FORMAT])


def _date(value: dt.datetime | dt.date, number_format: str) -> str:
    if isinstance(value, dt.datetime) and value.time() != dt.time():
        return value.isoformat(" ", "minutes")
    day = value.date() if isinstance(value, dt.datetime) else value
    if "d" not in number_format and "y" in number_format:
        return f"{day:%b %Y}" if "m" in number_format else f"{day:%Y}"
    return day.isoformat()


def _whole(value: float) -> str:
    return f"{value:.15g}" if abs(value) < 1e15 else str(value)


def _number(value: float, number_format: str) -> str:
    whole = _whole(value)
    sections = list(_sections(number_format))
    if number_format in ("", "General", "@") or not sections:
        return whole
    section, is_signed = sections[0], True
    if value < 0 and len(sections) > 1:
        section, is_signed = sections[1], False
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    literals: list[str] = []

    def kept(found: re.Match[str]) -> str:
        literals.append(found[1] or found[2] or found[3] or "")
        return "\0"

    plain = _LITERAL.sub(kept, section)
    pattern = _DIGITS.search(plain)
    if pattern is None or "/" in plain or _DIGITS.search(plain, pattern.end()):
        return whole if pattern else _with_literals(plain, literals)
    scaled = abs(value) * 100 ** plain.count("%") / 1000 ** len(pattern[2])
    places = len(pattern[1] or "")
    if pattern[3]:
        said = f"{scaled:.{places}E}"
    else:
        grouped = "," in pattern[0].rstrip(",").partition(".")[0]
        said = f"{scaled:{',' if grouped else ''}.{places}f}"
        optional = len(pattern[1] or "") - len((pattern[1] or "").rstrip("#?"))
        if optional:
            kept_part, rest = said[: len(said) - optional], said[len(said) - optional :].rstrip("0")
            said = (kept_part + rest).rstrip(".")
    if "#" in pattern[0] and "0" not in pattern[0].partition(".")[0] and said.startswith("0."):
        said = said[1:]
    text = _with_literals(plain[: pattern.start()] + said + plain[pattern.end() :], literals)
    return f"-{text}" if value < 0 and is_signed and any(map(str.isdigit, said.strip("0.,"))) else text


def _with_literals(plain: str, literals: Sequence[str]) -> str:
    rest = iter(literals)
    return "".join(next(rest) if sign == "\0" else sign for sign in plain).strip()


def _sections(number_format: str) -> Iterator[str]:
    """Yield the parts of a format: for positive numbers, negative ones, zero."""
    yield from re.findall(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;"\\\[])+', number_format)
