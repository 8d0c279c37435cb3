"""Excel workbooks and notebooks: tables as they are shown, at their cells, and what is refused."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.plugins.documents.made import TABLE, cells, read_bytes, refused, run, texts, with_parts
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


def test_the_slip_of_a_sheet_is_found_at_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    path.write_bytes(saved(report()))
    for command in ("read", "check"):
        assert "report.xlsx, Sheet!C9: " in run(command, path).output


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


def test_hostile_workbooks_are_refused() -> None:
    data = saved(report())
    assert "damaged" in refused("a.xlsx", data[:900])
    many = "".join(f'<c r="A{each}"><v>{each * 7919}</v></c>' for each in range(300_001)).encode()

    def change(name: str, part: bytes) -> bytes:
        return many if name.endswith("sheet1.xml") else part

    assert "300,000 cells" in refused("a.xlsx", with_parts(data, change))
    bomb = [("xl/bomb.xml", b"0" * 40_000_000)]
    assert "of which a byte unpacks" in refused("a.xlsx", with_parts(data, lambda _, part: part, bomb))


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


def test_findings_of_a_notebook_are_at_its_cells(tmp_path: Path) -> None:
    path = tmp_path / "study.ipynb"
    path.write_bytes(notebook(TEXT, printed({"text/html": html(TABLE)})))
    found = run("check", path).output
    assert "study.ipynb, cell 1: " in found
    assert "study.ipynb, output of cell 2: " in found


def test_a_table_that_is_cut_is_named_and_not_read() -> None:
    document = read_bytes("a.ipynb", notebook(TEXT, printed({"text/html": html([*TABLE[:3], ["...", "...", "..."]])})))
    assert not document.tables
    assert "output of cell 2 leaves out rows" in document.notes[0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{", "a Jupyter notebook"),
        (b'{"cells": 5}', "a Jupyter notebook"),
        (b'{"cells": [5]}', "a Jupyter notebook"),
        (b"[" * 100_000, "a Jupyter notebook"),
        (notebook(printed({"text/plain": "1"})), "it has code alone"),
        (json.dumps({"cells": [{}] * 20_001}).encode(), "at most 20,000 cells"),
    ],
)
def test_hostile_notebooks_are_refused(data: bytes, said: str) -> None:
    assert said in refused("a.ipynb", data)


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
