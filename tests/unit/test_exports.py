"""Cells of exports: what a value becomes, and that no text becomes a formula."""

from __future__ import annotations

import datetime as dt
import io
import json
import math
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tidebook.pipelines.release.exports import (
    LONGEST,
    Content,
    add_sheet,
    as_text,
    cell,
    csv_bytes,
    replace_folder,
    sheet_names,
    table_names,
)

TABLE = pa.table(
    {
        "name": ["a", "=cmd()", 'q"u,o', ""],
        "value": pa.array([1.5, None, math.inf, -2e25]),
        "day": pa.array([dt.date(2026, 11, 24), None, None, None]),
        "good": [True, False, True, False],
        "parts": [["x", "é"], [], ["=1"], ["y"]],
        "many": pa.array([1, 2**53, -5, 2**53 - 1], pa.int64()),
    }
)
CONTENT = Content({"name": "things"}, TABLE)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (0.1, "0.1"),
        (1e25, "1e+25"),
        (math.inf, "INF"),
        (-math.inf, "-INF"),
        (3, "3"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (["a", 'b"'], '["a", "b\\""]'),
        ([], "[]"),
        ("x", "x"),
    ],
)
def test_a_value_is_written_as_table_schema_says(value: Any, text: str) -> None:
    assert as_text(value) == text


LIKE_FORMULAS = [
    "=cmd()",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "-",
    "=1",
    " =1+1",
    "\n=1+1",
    "\u00a0@SUM(A1)",
    "\u3000=1",
    "\ufeff=1",
    "\u200b-2+3",
    "\x00+1+1",
    " \n \t+cmd()",
    "\u2028=1",
    "＝1+1",
    "＋1+1",
    "－2+3",
    "＠SUM(A1)",
    " ＝1",
    "\t",
    "\r\ntext",
    "\ntext",
    " -5",
    "+１+1",
]


def test_a_text_like_a_formula_gets_an_apostrophe(subtests: pytest.Subtests) -> None:
    for value in LIKE_FORMULAS:
        with subtests.test(value=value):
            assert cell(value) == f"'{value}"


@pytest.mark.parametrize(
    "value", ["-40%", "+250", "-1,000.5", "plain = text", "'quoted", -1.5, ["=1"], "", " plain", "a\n=1", "\u00a0a"]
)
def test_numbers_and_other_texts_stay_as_they_are(value: Any) -> None:
    assert cell(value) == as_text(value)


def test_csv_is_utf8_with_lists_as_json() -> None:
    assert csv_bytes(CONTENT).decode() == (
        "name,value,day,good,parts,many\n"
        'a,1.5,2026-11-24,true,"[""x"", ""é""]",1\n'
        "'=cmd(),,,false,[],9007199254740992\n"
        '"q""u,o",INF,,true,"[""=1""]",-5\n'
        ',-2e+25,,false,"[""y""]",9007199254740991\n'
    )


def workbook(content: Content) -> Any:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        add_sheet(book, content, content.name, table_names([content.name])[content.name])
    return openpyxl.load_workbook(stream)


def test_a_sheet_holds_values_of_their_types_and_no_formula() -> None:
    rows = list(workbook(CONTENT)["things"].iter_rows())
    assert [cell.value for cell in rows[0]] == TABLE.column_names
    assert [cell.data_type for row in rows[1:] for cell in row if cell.data_type == "f"] == []
    assert rows[2][0].value == "=cmd()"
    assert rows[2][0].data_type == "s"
    assert [cell.value for cell in rows[1][:2]] == ["a", 1.5]
    assert rows[1][2].value.date() == dt.date(2026, 11, 24)
    assert [cell.value for cell in rows[1][3:]] == [True, "x; é", 1]
    assert [row[1].value for row in rows[2:]] == [None, "INF", -2e25]
    assert [row[5].value for row in rows[2:]] == ["9007199254740992", -5, 9007199254740991]


def test_a_sheet_is_a_table_with_filters_and_columns_as_wide_as_their_values() -> None:
    sheet = workbook(CONTENT)["things"]
    table = sheet.tables["things"]
    assert (table.ref, table.autoFilter.ref) == ("A1:F5", "A1:F5")
    assert [column.name for column in table.tableColumns] == TABLE.column_names
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["C"].width == pytest.approx(11, abs=1)  # a day
    long = Content({"name": "t"}, pa.table({"a": ["x" * 5_000]}))
    assert workbook(long)["t"].column_dimensions["A"].width < 70


@pytest.mark.parametrize("name", ["q1", "r", "c", "r1c1", "abc123"])
def test_a_table_that_has_the_name_of_a_cell_gets_another(name: str) -> None:
    sheet = workbook(Content({"name": name}, pa.table({"a": ["x"]})))[name]
    assert list(sheet.tables) == [f"{name}_"]


def test_no_two_tables_of_a_workbook_have_one_name() -> None:
    """Excel refuses a workbook in which they have; `columns` is the table of its own sheet."""
    names = table_names(["columns", "q1", "q1_", "a" * 300, "a" * 301, "prices"])
    assert len({name.lower() for name in names.values()} | {"columns"}) == 7
    assert max(map(len, names.values())) == 255
    assert names["prices"] == "prices"


def test_a_day_that_excel_cannot_show_is_a_text() -> None:
    """It counts from 1900, and has a 29 February of that year."""
    days = [dt.date(1850, 1, 1), dt.date(1900, 2, 28), dt.date(1900, 3, 1)]
    sheet = workbook(Content({"name": "t"}, pa.table({"a": days})))["t"]
    assert [sheet["A2"].value, sheet["A3"].value] == ["1850-01-01", "1900-02-28"]
    assert sheet["A4"].value.date() == days[2]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_workbook_is_xml_whatever_a_cell_holds(text: str) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        add_sheet(book, Content({"name": "t"}, pa.table({"a": [text], "b": [[text]]})), "t", "t")
    with zipfile.ZipFile(stream) as files:
        for name in files.namelist():
            ElementTree.fromstring(files.read(name))


def test_a_table_without_rows_is_one_still() -> None:
    sheet = workbook(Content({"name": "t"}, pa.table({"a": pa.array([], pa.string())})))["t"]
    assert sheet.tables["t"].ref == "A1:A2"


def test_names_of_sheets_are_short_and_differ_in_more_than_case() -> None:
    long = "a" * 40
    names = sheet_names([f"{long}x", f"{long}y", "history", "columns", "prices"])
    assert names == {
        f"{long}x": "a" * 31,
        f"{long}y": f"{'a' * 29}_2",
        "history": "history_2",
        "columns": "columns_2",
        "prices": "prices",
    }


@pytest.mark.parametrize("letter", ["x", "😀"])
def test_a_text_too_long_for_a_cell_is_cut_and_says_so(letter: str) -> None:
    """Excel counts in units of UTF-16, of which the face is two; it repairs a workbook with more in one cell."""
    fits = letter * (LONGEST // (len(letter.encode("utf-16-le")) // 2))
    sheet = workbook(Content({"name": "t"}, pa.table({"a": [fits, fits + letter]})))["t"]
    assert sheet["A2"].value == fits
    cut = sheet["A3"].value
    assert cut.startswith(letter * 1_000) and cut.endswith(
        f"[cut here: {len(fits) + 1:,} characters, all of them in the CSV and Parquet files]"
    )
    assert LONGEST - 2 <= len(cut.encode("utf-16-le")) // 2 <= LONGEST


def test_a_folder_of_another_kind_is_never_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "csv"
    replace_folder(folder, export("a"))
    replace_folder(folder, export("b"))
    assert sorted(path.name for path in folder.iterdir()) == ["b.csv", "datapackage.json"]
    (folder / "mine.csv").write_bytes(b"mine")
    with pytest.raises(FileExistsError, match="other files"):
        replace_folder(folder, export("c"))
    assert sorted(path.name for path in folder.iterdir()) == ["b.csv", "datapackage.json", "mine.csv"]
    assert [path.name for path in tmp_path.iterdir()] == ["csv"]


def test_a_folder_of_tables_that_no_export_wrote_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "article").mkdir()
    (tmp_path / "article" / "prices.csv").write_bytes(b"Name,Price\n")
    with pytest.raises(FileExistsError, match="other files"):
        replace_folder(tmp_path / "article", export("c"))
    assert (tmp_path / "article" / "prices.csv").read_bytes() == b"Name,Price\n"


def export(name: str) -> dict[str, bytes]:
    """Return the files of an export of one table."""
    described = {"resources": [{"path": f"{name}.csv", "format": "csv"}]}
    return {f"{name}.csv": b"1", "datapackage.json": json.dumps(described).encode()}
