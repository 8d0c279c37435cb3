"""Excel workbooks and notebooks: tables as they are shown, at their cells, and comments at findings."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

from tests.plugins.documents.made import TABLE, cells, read_bytes, run, texts, with_parts
from tidebook.plugins.documents.excel import shown


def saved(book: Any) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def workbook(rows: list[list[Any]]) -> Any:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def report() -> Any:
    numbers = [[int(cell.replace(",", "")) if cell[0].isdigit() else cell for cell in row] for row in TABLE[1:]]
    book = workbook(
        [["Visitors of towns"], [], ["", "Visitors", ""], ["Town", 2022, 2023], *numbers, [], ["Own counts."]]
    )
    book.active.merge_cells("B3:C3")
    return book


def test_a_sheet_is_a_heading_lines_of_text_and_tables() -> None:
    document = read_bytes("a.xlsx", saved(report()))
    assert texts(document) == ["Sheet", "Visitors of towns", "Own counts."]
    (table,) = document.tables
    assert table.heads == ["Town", "Visitors / 2022", "Visitors / 2023"]
    assert table.labels == ["Lund", "Ystad", "Kalmar", "Växjö", "Total"]
    assert document.where(table.rows[-1][2].place.line) == "Sheet!C9"


@pytest.mark.parametrize(
    ("value", "number_format", "expected"),
    [
        (2.0333, "0.0", "2.0"),
        (2.0333, "#0.0", "2.0"),
        (0.0333, "0.0%", "3.3%"),
        (1234567, "#,##0", "1,234,567"),
        (1234567.8, "#,##0.00", "1,234,567.80"),
        (-12, "#,##0;(#,##0)", "(12)"),
        (-12.34, "0.0", "-12.3"),
        (-0.01, "0.0", "0.0"),
        (0, '0;-0;"-"', "-"),
        (5, '"$"#,##0', "$5"),
        (5, "[$€-407] 0.00", "€ 5.00"),
        (1500000, "0.0,,", "1.5"),
        (12345, "0.0E+00", "1.2E+04"),
        (0.5, "General", "0.5"),
        (0.25, "# ?/?", "0.25"),
        (1.5, "0.0##", "1.5"),
        (3, '0" towns"', "3 towns"),
        (dt.date(2024, 3, 1), "yyyy-mm-dd", "2024-03-01"),
        (dt.date(2024, 3, 1), "mmm-yy", "Mar 2024"),
        (True, "General", "True"),
        (None, "0", ""),
    ],
)
def test_a_value_is_read_as_its_cell_shows_it(value: Any, number_format: str, expected: str) -> None:
    assert shown(value, number_format) == expected


def test_a_hidden_sheet_is_named_and_not_read() -> None:
    book = report()
    book.create_sheet("Secret").sheet_state = "hidden"
    assert "the sheet Secret is hidden" in read_bytes("a.xlsx", saved(book)).notes[0]


# Comments


def marked(tmp_path: Path, data: bytes) -> tuple[Any, bytes]:
    """Return the copy of a workbook with comments, as another library opens it."""
    path, out = tmp_path / "report.xlsx", tmp_path / "marked.xlsx"
    path.write_bytes(data)
    assert f"Wrote {out}" in run("read", path, "--mark", out).output
    assert path.read_bytes() == data
    return openpyxl.load_workbook(out), out.read_bytes()


def comments(sheet: Any) -> dict[str, tuple[str, str]]:
    cells = (cell for row in sheet.iter_rows() for cell in row if cell.comment)
    return {cell.coordinate: (cell.comment.author, cell.comment.text) for cell in cells}


def test_a_finding_is_a_comment_at_its_cell_and_all_other_parts_are_as_they_were(tmp_path: Path) -> None:
    book = report()
    chart = openpyxl.chart.BarChart()
    chart.add_data(openpyxl.chart.Reference(book.active, range_string="Sheet!B5:B8"))
    book.active.add_chart(chart, "F2")
    book.create_sheet("Second")["A1"] = "No numbers."
    before = saved(book)
    opened, after = marked(tmp_path, before)
    ((place, (author, words)),) = comments(opened["Sheet"]).items()
    assert (place, author) == ("C9", "Tidebook")
    assert words.startswith("likely: total (minor): “6535”: Total, Visitors / 2023: 6535 is printed, 6,525 follows")
    assert opened["Sheet"]["C9"].value == 6535
    with zipfile.ZipFile(io.BytesIO(before)) as one, zipfile.ZipFile(io.BytesIO(after)) as other:
        assert other.testzip() is None
        changed = {name for name in one.namelist() if one.read(name) != other.read(name)}
        added = set(other.namelist()) - set(one.namelist())
        ElementTree.fromstring(other.read("xl/drawings/vmlDrawing1.vml"))
    sheet = {"xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels"}
    assert changed == {*sheet, "[Content_Types].xml"}
    assert added == {"xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"}


def test_formulas_without_a_saved_value_are_named_and_not_read() -> None:
    document = read_bytes("a.xlsx", saved(workbook([["Town", 2022], ["Lund", 5], ["Total", "=B2"]])))
    (note,) = document.notes
    assert note.startswith("a.xlsx: cells that were not read: 1, the first in B3; their formulas have no saved value")


def test_a_formula_whose_saved_value_is_an_empty_text_is_not_named() -> None:
    def change(name: str, content: bytes) -> bytes:
        return content.replace(b'<c r="B2"><f>', b'<c r="B2" t="str"><f>')

    book = saved(workbook([["Town", 2022], ["Lund", '=""']]))
    assert read_bytes("a.xlsx", with_parts(book, change)).notes == ()


def test_comments_that_are_there_stay(tmp_path: Path) -> None:
    book = report()
    book.active["A5"].comment = openpyxl.comments.Comment("Is it Lund?", "Own")
    book.active["C9"].comment = openpyxl.comments.Comment("Is it all?", "Own")
    opened, data = marked(tmp_path, saved(book))
    found = comments(opened.active)
    assert found["A5"] == ("Own", "Is it Lund?")
    assert found["C9"][0] == "Own"
    assert found["C9"][1].startswith("Is it all?\n\nTidebook: likely: total")
    assert list(found) == ["A5", "C9"]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".vml"))
        drawing = archive.read(name)
    assert drawing.count(b":Row>") == 4


# Notebooks


def html(rows: list[list[str]]) -> str:
    lines = []
    for row in rows:
        lines.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>")
    return "<div>\n<table>\n" + "\n\n".join(lines) + "\n</table></div>"


def notebook(*given: dict[str, Any]) -> bytes:
    return json.dumps({"nbformat": 4, "cells": given}).encode()


def printed(data: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "source": ["x = 12"], "outputs": [{"output_type": "execute_result", "data": data}]}


TEXT = {"cell_type": "markdown", "source": ["# Towns\n", "They differed, t(28) = 1.20, p = .024."]}


def test_a_notebook_is_its_markdown_and_the_tables_that_it_shows() -> None:
    document = read_bytes("a.ipynb", notebook(TEXT, printed({"text/html": html(TABLE), "text/plain": "1 2 3"})))
    assert texts(document) == ["Towns", "They differed, t(28) = 1.20, p = .024."]
    assert cells(document) == TABLE
    assert document.where(2) == "cell 1"
    assert document.where(document.tables[0].place.line) == "output of cell 2"


def test_a_table_that_is_cut_is_named_and_not_read() -> None:
    document = read_bytes("a.ipynb", notebook(TEXT, printed({"text/html": html([*TABLE[:3], ["...", "...", "..."]])})))
    assert not document.tables
    assert "output of cell 2 leaves out rows" in document.notes[0]


@pytest.mark.parametrize(
    "cell",
    [
        {"cell_type": "markdown", "source": 5},
        {"outputs": 5},
        {"outputs": [5]},
        {"outputs": [{"data": {"text/html": 5}}]},
    ],
)
def test_odd_cells_are_left_out(cell: dict[str, Any]) -> None:
    assert len(texts(read_bytes("a.ipynb", notebook(TEXT, cell)))) == 2
