"""Exports of a whole release: each format holds what the Parquet holds, and says so when its library is missing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from tests.conftest import SMALL, tidebook
from tidebook import read_table
from tidebook.pipelines.release.release import file_facts
from tidebook.places import manifest_bytes


def export(built: Path, *arguments: str | Path) -> None:
    result = tidebook("export", "--out", str(built), *map(str, arguments))
    assert result.exit_code == 0, result.output


def state_files(folder: Path, path: str) -> None:
    """State in the manifest of a release what a changed file holds."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"][path] |= file_facts((folder / path).read_bytes())
    (folder / "manifest.json").write_bytes(manifest_bytes(manifest))


def names(built: Path) -> list[str]:
    return sorted(["release", *(path.stem for path in (built / "latest" / "tables").iterdir())])


def test_duckdb_holds_every_table_with_types_keys_and_comments(built: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.duckdb"
    path.write_bytes(b"checksumDUCK, which an export made before")
    export(built, "--duckdb", path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["t.duckdb"]
    with duckdb.connect(path, read_only=True) as connection:
        for name in names(built):
            table = read_table(name, built, engine="arrow")
            assert connection.sql(f'FROM "{name}"').to_arrow_table().to_pylist() == table.to_pylist()
        types = dict(
            connection.execute(
                "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'verdicts'"
            ).fetchall()
        )
        assert types["as_of"] == "DATE"
        assert types["evidence"] == "VARCHAR[]"
        assert (types["value"], types["n"], types["depends_on_interpretation"]) == ("DOUBLE", "BIGINT", "BOOLEAN")
        comments = "SELECT comment FROM duckdb_columns() WHERE (table_name, column_name) = ('shops', ?)"
        (comment,) = connection.execute(comments, ["sales"]).fetchone() or ("",)
        assert comment == "Sales [USD]"
        assert dict(connection.execute("FROM about").fetchall())["release"] == (built / "latest").resolve().name
        claims = connection.execute("SELECT statement_id, outcome, better FROM report_claims ORDER BY ALL").fetchall()
        assert claims == [("north_leads", "consistent", None), ("south_follows", "depends", None)]
        with pytest.raises(duckdb.Error):
            connection.execute("INSERT INTO claims VALUES (1)")
        (keys,) = connection.execute(
            "SELECT count(*) FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'"
        ).fetchone() or (0,)
        assert keys == len(names(built)) + 1


def test_a_foreign_key_rejects_a_row_of_nothing_and_keeps_a_row_that_is_named(built: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.duckdb"
    export(built, "--duckdb", path)
    with duckdb.connect(path) as connection:
        found = connection.execute(
            "SELECT table_name, constraint_column_names, referenced_table, referenced_column_names "
            "FROM duckdb_constraints() WHERE constraint_type = 'FOREIGN KEY'"
        ).fetchall()
        assert ("figure_outcomes", ["figure_id"], "figures", ["figure_id"]) in found
        key = ["prediction_id", "clock", "deadline_interpretation"]
        assert ("forecasts", key, "predictions", key) in found
        with pytest.raises(duckdb.ConstraintException, match="claim_id: no_such_claim"):
            connection.execute("UPDATE verdicts SET claim_id = 'no_such_claim'")
        with pytest.raises(duckdb.ConstraintException, match="still referenced"):
            connection.execute("DELETE FROM claims")


def test_a_release_with_a_row_that_names_nothing_is_refused(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "release"
    shutil.copytree((built / "latest").resolve(), folder)
    path = folder / "tables" / "figures.parquet"
    table = pq.read_table(path)
    place = table.schema.get_field_index("source_id")
    strange = pa.array(["no_such_source"] * table.num_rows, pa.string())
    pq.write_table(table.set_column(place, table.schema.field(place), strange), path)
    state_files(folder, "tables/figures.parquet")
    result = tidebook("export", str(folder), "--duckdb", str(tmp_path / "t.duckdb"))
    assert result.exit_code == 2
    assert "figures.parquet: expected rows that keep the keys of datapackage.json" in result.output
    assert "no_such_source" in result.output
    assert not (tmp_path / "t.duckdb").exists()


def test_csv_is_a_package_that_frictionless_finds_valid(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "csv"
    export(built, "--csv", folder)
    assert sorted(path.stem for path in folder.glob("*.csv")) == names(built)
    command = [sys.executable, "-m", "frictionless", "validate", "datapackage.json"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert checked.returncode == 0, checked.stdout
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    export(built, "--csv", folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    verdicts = pyarrow.csv.read_csv(folder / "verdicts.csv")
    parquet = pq.read_table(built / "latest" / "tables" / "verdicts.parquet")
    assert verdicts["value"].to_pylist() == parquet["value"].to_pylist()
    assert [json.loads(text) for text in verdicts["evidence"].to_pylist()] == parquet["evidence"].to_pylist()


def test_an_excel_workbook_has_every_table_no_formula_and_the_same_bytes_again(built: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    export(built, "--xlsx", one)
    export(built, "--xlsx", two)
    assert one.read_bytes() == two.read_bytes()
    book = openpyxl.load_workbook(one)
    assert book.sheetnames[:2] == ["Read me", "Columns"]
    assert sorted(book.sheetnames[2:]) == names(built)
    for name in names(built):
        table = read_table(name, built, engine="arrow")
        assert book[name].max_row == table.num_rows + 1
        assert list(book[name].tables) == [name]
        assert not [cell for row in book[name].iter_rows() for cell in row if cell.data_type == "f"]


def test_the_first_sheets_say_what_the_workbook_is_and_what_columns_mean(built: Path, tmp_path: Path) -> None:
    export(built, "--xlsx", tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    rows = [[cell.value for cell in row] for row in book["Read me"].iter_rows()]
    gap = rows.index([None, None, None])
    facts = {row[0]: row[1] for row in rows[:gap]}
    release = (built / "latest").resolve().name
    assert (facts["release"], facts["title"], facts["published"]) == (release, "Three shops", "2024-06-01")
    assert f"“Three shops”, Tidebook release {release}, made by Tidebook" in facts["how to cite"]
    sheets = {row[0]: row[2] for row in rows[gap + 2 :]}
    assert list(sheets) == book.sheetnames[1:]
    assert sheets["claims"] == 2
    columns = {(row[0].value, row[1].value): row for row in book["Columns"].iter_rows()}
    assert columns["shops", "sales"][3].value == "USD"
    assert columns["verdicts", "claim_id"][4].value == "claims.claim_id"


@pytest.mark.parametrize(("option", "library"), [("--duckdb", "duckdb"), ("--xlsx", "xlsxwriter")])
def test_a_missing_library_is_one_line_that_names_the_extra(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    result = tidebook("export", "--out", str(built), option, str(tmp_path / "file"))
    assert result.exit_code == 3
    (line,) = result.output.splitlines()
    assert line.endswith('is not installed: pip install "tidebook[export]"')
    assert not list(tmp_path.iterdir())


def test_nothing_to_write_and_a_damaged_release_are_bad_input(built: Path, tmp_path: Path) -> None:
    assert tidebook("export", "--out", str(built)).exit_code == 2
    folder = tmp_path / "release"
    shutil.copytree((built / "latest").resolve(), folder)
    (folder / "tables" / "claims.parquet").write_bytes(b"PAR1")
    result = tidebook("export", str(folder), "--csv", str(tmp_path / "csv"))
    assert result.exit_code == 2
    assert "claims.parquet: expected the content that was published" in result.output
    assert not (tmp_path / "csv").exists()


@pytest.mark.parametrize("option", ["--duckdb", "--xlsx"])
def test_a_file_of_another_kind_is_never_overwritten(option: str, built: Path, tmp_path: Path) -> None:
    mine = tmp_path / "claims.toml"
    mine.write_text("[[claims]]\n")
    result = tidebook("export", option, str(mine), "--out", str(built))
    assert result.exit_code == 2 and "other files are not overwritten" in result.output
    assert mine.read_text() == "[[claims]]\n"


def test_a_table_cannot_be_named_after_another_place(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "release"
    shutil.copytree((built / "latest").resolve(), folder)
    package = json.loads((folder / "datapackage.json").read_bytes())
    package["resources"][0]["name"] = "../outside"
    (folder / "datapackage.json").write_bytes(json.dumps(package).encode())
    state_files(folder, "datapackage.json")
    result = tidebook("export", str(folder), "--csv", str(tmp_path / "csv" / "inside"))
    assert result.exit_code == 2
    assert "datapackage.json: expected names of tables of lower-case letters" in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["release"]


def test_tables_that_bear_the_names_of_ours_are_exported_beside_them(tmp_path: Path) -> None:
    """Each format has tables or sheets of its own; those of the article keep their names in the Data Package."""
    raw, out = tmp_path / "raw", tmp_path / "out"
    shutil.copytree(SMALL, raw)
    text = (raw / "dossier.toml").read_text()
    (start,) = re.findall(r"(?ms)^\[tables\.shops\]\n.*?(?=^\[(?!tables))", text)
    for name in ("about", "columns", "read_me", "q1", "q1_", "report_claims"):
        text += "\n" + start.replace("tables.shops", f"tables.{name}")
    (raw / "dossier.toml").write_text(text)
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).exit_code == 0
    export(out, "--csv", tmp_path / "csv", "--duckdb", tmp_path / "t.duckdb", "--xlsx", tmp_path / "t.xlsx")
    with duckdb.connect(tmp_path / "t.duckdb", read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM about").fetchall() == [(3,)]
        assert ("release",) in connection.execute("SELECT name FROM about_2").fetchall()
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    named = [table for sheet in book for table in sheet.tables]
    assert len({name.lower() for name in named}) == len(named)
