"""The public module: tables as pandas, Polars and Arrow with units and descriptions, and errors that help."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tidebook
from tests.conftest import ROOT, SMALL
from tests.oracles import polars as pl
from tidebook.pipelines.commands.latest import count_lines, outcome_counts, read_rows
from tidebook.pipelines.read.documents import with_nulls
from tidebook.pipelines.read.dossier.checked import read_dossier
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import read_raw
from tidebook.schemas.base import keys, version
from tidebook.schemas.registry import ALWAYS, RECORD

PUBLISHED = {**read_dossier(read_raw(SMALL, "dossier.toml")).models, **ALWAYS, **RECORD}
"""The models of the tables that its release holds."""


def test_a_pandas_frame_has_units_and_descriptions_attached(built: Path) -> None:
    frame = tidebook.read_table("shops", built)
    assert frame.attrs["units"] == {"sales": "USD"}
    assert frame.attrs["descriptions"]["sales"] == "Sales"
    assert frame.attrs["table"] == "shops"
    assert frame.attrs["version"] == version(PUBLISHED["shops"])
    assert frame.attrs["release"] == (built / "latest").resolve().name
    assert frame.attrs["description"].startswith("Sales of three shops")
    assert len(frame) == 3
    assert frame.head(2).attrs == frame.attrs


def test_values_are_those_of_the_parquet_with_dates_lists_and_nulls(built: Path) -> None:
    frame = tidebook.read_table("verdicts", built)
    table = pq.read_table(built / "latest" / "tables" / "verdicts.parquet")
    assert list(frame["evidence"]) == table["evidence"].to_pylist()
    assert all(type(day) is dt.date for day in frame["as_of"])
    nulls = [value is None for value in table["flip_factor"].to_pylist()]
    assert any(nulls) and not all(nulls)
    assert list(frame["flip_factor"].isna()) == nulls
    assert math.inf in set(tidebook.read_table("figures", built)["high"])


def test_every_engine_gives_the_same_rows(built: Path) -> None:
    for name in tidebook.tables(built):
        arrow = tidebook.read_table(name, built, engine="arrow")
        assert isinstance(arrow, pa.Table)
        polars = tidebook.read_table(name, built, engine="polars")
        assert isinstance(polars, pl.DataFrame)
        assert polars.to_dicts() == arrow.to_pylist()
        frame = tidebook.read_table(name, built)
        assert isinstance(frame, pd.DataFrame)
        assert list(frame.columns) == arrow.column_names
        assert len(frame) == arrow.num_rows == tidebook.describe(name, built).rows


def test_an_arrow_table_has_them_in_its_metadata(built: Path) -> None:
    table = tidebook.read_table("shops", built, engine="arrow")
    assert table.schema.metadata[b"release"].decode() == (built / "latest").resolve().name
    assert table.schema.field("sales").metadata[b"unit"] == b"USD"


def test_a_description_is_that_of_the_models(built: Path) -> None:
    assert tidebook.tables(built) == sorted(PUBLISHED)
    for name, model in PUBLISHED.items():
        found, schema = tidebook.describe(name, built), model.to_schema()
        assert found.key == tuple(keys(schema))
        assert found.units == {
            column: spec.metadata["unit"] for column, spec in schema.columns.items() if spec.metadata["unit"]
        }
        assert [(column.name, column.nullable) for column in found.columns] == [
            (column, spec.nullable) for column, spec in schema.columns.items()
        ]
    types = {column.name: column.type for column in tidebook.describe("verdicts", built).columns}
    assert (types["evidence"], types["as_of"], types["n"]) == ("list of string", "date", "integer")


def test_a_description_lists_the_values_that_a_column_may_have(built: Path) -> None:
    found = tidebook.describe("verdicts", built)
    assert found.values["status"] == ("supported", "contradicted", "contested", "untestable")
    assert "claim_id" not in found.values, "ids are not listed"


def test_the_page_lists_the_allowed_values_of_columns(built: Path) -> None:
    page = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` of `(\w+)` \| (.+) \|$", page, re.MULTILINE)
    assert len(rows) == 8
    for column, table, listed in rows:
        assert tuple(re.findall("`(.+?)`", listed)) == tidebook.describe(table, built).values[column], (table, column)


def test_a_release_is_named_by_output_folder_release_folder_or_itself(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = tidebook.find_release(built)
    for named in (str(built), built / "latest", (built / "latest").resolve(), release):
        assert tidebook.find_release(named).release_id == release.release_id
    monkeypatch.setenv("TIDEBOOK_OUT", str(built))
    assert tidebook.find_release().release_id == release.release_id
    assert len(tidebook.read_table("verdicts")) == 6


def test_a_release_in_hand_stays_when_latest_moves(built: Path, tmp_path: Path) -> None:
    shutil.copytree((built / "latest").resolve(), tmp_path / "releases" / "1")
    (tmp_path / "latest").symlink_to("releases/1")
    release = tidebook.find_release(tmp_path)
    (tmp_path / "latest").unlink()
    (tmp_path / "latest").symlink_to("releases/2")
    assert len(tidebook.read_table("claims", release)) == 2
    with pytest.raises(LookupError, match="no release in"):
        tidebook.read_table("claims", tmp_path)


def test_errors_name_what_there_is(built: Path, tmp_path: Path) -> None:
    with pytest.raises(LookupError, match=r"no table verdict; did you mean verdicts\? \(its tables: assumptions, "):
        tidebook.read_table("verdict", built)
    with pytest.raises(LookupError, match=r"no table nothing \(its tables"):
        tidebook.describe("nothing", built)
    with pytest.raises(LookupError, match="no release in "):
        tidebook.read_table("verdicts", tmp_path)
    with pytest.raises(ValueError, match="expected pandas, polars or arrow"):
        tidebook.read_table("verdicts", built, engine="spark")  # type: ignore[call-overload]


def test_a_damaged_table_is_not_read(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "release"
    shutil.copytree((built / "latest").resolve(), folder)
    path = folder / "tables" / "claims.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"X")
    with pytest.raises(OSError, match=r"claims.parquet is not what was published"):
        tidebook.read_table("claims", folder)


def test_the_import_is_light() -> None:
    heavy = ("pandas", "polars", "pyarrow", "numpy", "dagster", "pandera", "scipy", "obstore", "pipelines", "schemas")
    code = f"import sys, json, tidebook; print(json.dumps([n for n in {heavy} if n in sys.modules]))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert json.loads(run.stdout) == []


def test_reading_needs_neither_dagster_nor_pandera_nor_the_pipelines(built: Path) -> None:
    code = (
        "import sys, tidebook\n"
        f"tidebook.read_table('verdicts', {str(built)!r})\n"
        "print([n for n in ('dagster', 'pandera', 'scipy', 'pipelines', 'schemas') if n in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout == "[]\n"


def test_commands_read_rows_without_pandas(built: Path) -> None:
    rows = read_rows(built, ["verdicts", "tipping_points"])
    for name in ("verdicts", "tipping_points"):
        stored = pq.read_table(built / "latest" / "tables" / f"{name}.parquet").to_pylist()
        assert [with_nulls(row) for row in rows[name]] == stored
    assert outcome_counts(built)["figure"] == Counter(
        row["outcome"] for row in read_rows(built, ["figure_outcomes"])["figure_outcomes"]
    )
    code = (
        "import sys, pathlib\n"
        "from tidebook.pipelines.commands.latest import read_rows\n"
        f"read_rows(pathlib.Path({str(built)!r}), ['verdicts'])\n"
        "print([n for n in ('pandas', 'pandera', 'scipy', 'dagster', 'pyarrow.dataset') if n in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout == "[]\n"


def test_status_needs_neither_pandas_nor_pyarrow(built: Path) -> None:
    code = (
        "import sys\n"
        "from tidebook.pipelines.commands.app import app\n"
        f"app(['status', '--raw', {str(SMALL)!r}, '--out', {str(built)!r}], standalone_mode=False)\n"
        "print([n for n in ('numpy', 'pandas', 'pandera', 'pyarrow', 'dagster') if n in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    first, second, *counts, last = run.stdout.splitlines()
    assert first.startswith("Latest release: ") and (second, last) == ("Up to date", "[]")
    assert counts == list(count_lines(outcome_counts(built)))


@pytest.mark.parametrize("command", [["explain", "north_leads"], ["claims"], ["figures"], ["releases", "list"]])
def test_commands_that_read_a_release_need_neither_pandas_nor_dagster(built: Path, command: list[str]) -> None:
    code = (
        "import sys\n"
        "from tidebook.pipelines.commands.app import app\n"
        f"app([*{command}, '--out', {str(built)!r}], standalone_mode=False)\n"
        "print([n for n in ('pandas', 'pandera', 'scipy', 'dagster') if n in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.splitlines()[-1] == "[]"


def test_a_bare_text_is_read_without_the_libraries_of_tables_or_documents(tmp_path: Path) -> None:
    (tmp_path / "towns.md").write_text(
        "| Town | 2022 | 2023 |\n|---|---|---|\n| Lund | 13 | 16 |\n\nLund rose by 37% from 2022 to 2023.\n",
        encoding="utf-8",
    )
    code = (
        "import sys\n"
        "from tidebook.pipelines.commands.app import app\n"
        f"app(['read', {str(tmp_path / 'towns.md')!r}], standalone_mode=False)\n"
        "of_documents = ('docx', 'lxml', 'openpyxl', 'pdfminer', 'pdfplumber', 'pylatexenc', 'pypdf', 'pypdfium2')\n"
        "of_tables = ('pandas', 'pandera', 'pint', 'pyarrow', 'scipy', 'dagster')\n"
        "print([n for n in (*of_tables, *of_documents) if n in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "37%" in run.stdout
    assert run.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("damage", ["remove", "change"])
def test_tables_that_cannot_be_read_are_reported_by_commands(built: Path, tmp_path: Path, damage: str) -> None:
    with pytest.raises(InputError, match="expected a release; run `tidebook build` first"):
        read_rows(tmp_path, ["verdicts"])
    shutil.copytree((built / "latest").resolve(), tmp_path / "latest")
    with pytest.raises(InputError, match=r"nothing.parquet: expected a release that has this file"):
        read_rows(tmp_path, ["nothing"])
    for path in ("tables/verdicts.parquet", "report/verdicts.json"):
        (tmp_path / "latest" / path).unlink() if damage == "remove" else (tmp_path / "latest" / path).write_bytes(b"")
    with pytest.raises(InputError, match=r"verdicts.parquet: expected the Parquet file that was published"):
        read_rows(tmp_path, ["claims", "verdicts"])
    with pytest.raises(InputError, match=r"verdicts.json: expected the JSON file that was published"):
        outcome_counts(tmp_path)


def test_what_is_public_is_what_the_page_promises() -> None:
    page = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page or f"`{name}(" in page for name in tidebook.__all__)
    assert (ROOT / "tidebook" / "py.typed").is_file()
