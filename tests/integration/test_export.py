"""Exports of a whole release: each format holds what the Parquet holds, and says so when its library is missing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import openpyxl
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from tests.conftest import SMALL, tidebook
from tidebook import read_table
from tidebook.pipelines.release.release import file_facts
from tidebook.places import manifest_bytes

DOSSIER = SMALL


def export(built: Path, *arguments: str | Path) -> None:
    result = tidebook("export", "--out", str(built), *map(str, arguments))
    assert result.exit_code == 0, result.output


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
    assert sorted(book.sheetnames) == sorted(["about", *names(built)])
    for name in names(built):
        table = read_table(name, built, engine="arrow")
        assert book[name].max_row == table.num_rows + 1
        assert not [cell for row in book[name].iter_rows() for cell in row if cell.data_type == "f"]


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
    data = json.dumps(package).encode()
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"]["datapackage.json"] = file_facts(data)
    (folder / "datapackage.json").write_bytes(data)
    (folder / "manifest.json").write_bytes(manifest_bytes(manifest))
    result = tidebook("export", str(folder), "--csv", str(tmp_path / "csv" / "inside"))
    assert result.exit_code == 2
    assert "datapackage.json: expected names of tables of lower-case letters" in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["release"]
