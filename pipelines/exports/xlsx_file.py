"""Tables as one Excel workbook: a sheet each, with one before them that says what their columns mean.

What is exported is in `content`.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.exports.content import Content, about, as_text, contents, extra
from pipelines.storage.atomic import write_file
from pipelines.storage.release import Release

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

LARGEST = 2**53
LONGEST = 32_767
SHEET_NAME = 31
WIDTH = 18


def write_xlsx(release: Release, path: Path) -> None:
    """Write the workbook in one step, in place of an earlier one; its bytes depend on the release alone.

    Raises InputError if the release is damaged, RuntimeError if XlsxWriter is not installed, OSError if a text is
    longer than a cell can hold.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        raise extra("XlsxWriter", "an Excel file") from error
    found = contents(release)
    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True}) as book:
        day = dt.datetime.fromisoformat(release.manifest["as_of"])
        book.set_properties({"title": f"Tidebook release {release.release_id}", "created": day})
        _add_about(book, release, found)
        for content in found:
            add_table(book, content)
    write_file(path, stream.getvalue())


def _add_about(book: Workbook, release: Release, found: list[Content]) -> None:
    """Add the sheet that names the release and says what each column means, in which unit."""
    sheet = book.add_worksheet("about")
    rows: list[tuple[str, ...]] = [*about(release), (), ("table", "column", "meaning", "unit")]
    for content in found:
        rows.append((content.name, "", content.meaning, ""))
        rows += [(content.name, column.name, column.meaning, column.unit) for column in content.columns]
    for place, cells in enumerate(rows):
        for column, value in enumerate(cells):
            sheet.write_string(place, column, value)
    sheet.set_column(0, 1, WIDTH)
    sheet.set_column(2, 2, 5 * WIDTH)


def add_table(book: Workbook, content: Content) -> None:
    """Add a table's sheet: a header that stays in sight, then its rows."""
    sheet = book.add_worksheet(content.name[:SHEET_NAME])
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    head = book.add_format({"bold": True})
    for place, column in enumerate(content.columns):
        sheet.write_string(0, place, column.name, head)
    for number, row in enumerate(content.rows(), start=1):
        for place, value in enumerate(row):
            _write_cell(sheet, number, place, value, day)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(content.columns) - 1, WIDTH)


def _write_cell(sheet: Worksheet, row: int, place: int, value: Any, day: Any) -> None:
    """Write a value as what it is; no text becomes a formula, a link or a number, and null stays empty.

    Raises OSError if a text is longer than a cell can hold.
    """
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | float) and math.isfinite(value) and (isinstance(value, float) or abs(value) < LARGEST):
        sheet.write_number(row, place, value)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, place, dt.datetime.combine(value, dt.time()), day)
    elif len(text := as_text(value)) <= LONGEST:
        sheet.write_string(row, place, text)
    else:
        raise OSError(
            f"sheet {sheet.get_name()}, row {row + 1}: a text of {len(text)} characters; a cell holds {LONGEST}"
        )
