"""A release as other tools read it, each as installed: pandas, Polars, DuckDB, Arrow datasets, Ibis, Frictionless."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.dataset as ds
import pytest

from tests.conftest import ROOT, SHIPPED
from tests.oracles import polars as pl
from tests.unit.shipped import PUBLISHED, TABLES
from tidebook.schemas.base import arrow_schema, version
from tidebook.schemas.parquet import read_parquet

DOSSIER = SHIPPED


@pytest.fixture
def beside(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of somebody who has the release in `out/`."""
    (tmp_path / "out").symlink_to(built)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table(built: Path, name: str) -> Path:
    return built / "latest" / "tables" / f"{name}.parquet"


def counts(built: Path) -> dict[str, int]:
    """Return the number of verdicts of each status, counted row by row."""
    return Counter(read_parquet(table(built, "verdicts"))["status"])


def test_every_reader_finds_the_same_columns_and_rows(built: Path, subtests: pytest.Subtests) -> None:
    for name in PUBLISHED:
        with subtests.test(table=name):
            columns, rows = list(TABLES[name].to_schema().columns), len(read_parquet(table(built, name)))
            path = table(built, name)
            assert (list(found := pd.read_parquet(path)), len(found)) == (columns, rows)
            polars = pl.read_parquet(path)
            assert (polars.columns, polars.height) == (columns, rows)
            duck = duckdb.sql(f"SELECT * FROM '{path}'")
            assert (duck.columns, len(duck.fetchall())) == (columns, rows)
            arrow = ds.dataset(path)
            assert (arrow.schema.names, arrow.count_rows()) == (columns, rows)


def test_pandas(built: Path) -> None:
    found = pd.read_parquet(table(built, "verdicts"))
    assert found["status"].value_counts().to_dict() == counts(built)
    assert found["probability"].dtype == "float64"
    assert found["probability"].isna().any(), "an untestable claim has none"
    assert str(found["claim_id"].dtype).startswith("str")


def test_polars_keeps_nulls_lists_and_days(built: Path) -> None:
    found = pl.read_parquet(table(built, "verdicts"))
    assert dict(found.group_by("status").len().iter_rows()) == counts(built)
    assert found.schema["evidence"] == pl.List(pl.String)
    assert found.schema["as_of"] == pl.Date
    assert found["probability"].null_count() == sum(pd.read_parquet(table(built, "verdicts"))["probability"].isna())
    lazy = pl.scan_parquet(table(built, "figures")).filter(pl.col("kind") == "at_least").collect()
    assert lazy.height == sum(read_parquet(table(built, "figures"))["kind"] == "at_least")


def test_duckdb_by_the_path_of_the_readme(built: Path, beside: Path) -> None:
    query = "SELECT status, count(*) FROM 'out/latest/tables/verdicts.parquet' GROUP BY status"
    assert dict(duckdb.sql(query).fetchall()) == counts(built)
    (types,) = duckdb.sql(
        "SELECT typeof(evidence), typeof(as_of) FROM 'out/latest/tables/verdicts.parquet' LIMIT 1"
    ).fetchall()
    assert types == ("VARCHAR[]", "DATE")
    notes = dict(
        duckdb.sql(
            "SELECT decode(key), decode(value) FROM parquet_kv_metadata('out/latest/tables/verdicts.parquet')"
        ).fetchall()
    )
    assert notes["tidebook.contract"] == "verdicts"
    assert notes["tidebook.version"] == version(TABLES["verdicts"])


def test_duckdb_joins_a_verdict_to_the_figures_that_it_depends_on(built: Path, beside: Path) -> None:
    query = """
        SELECT figures.figure_id, figures.text
        FROM (SELECT unnest(evidence) AS figure_id FROM 'out/latest/tables/verdicts.parquet'
              WHERE claim_id = 'us_majority' AND evidence_view = 'printed') AS evidence
        JOIN 'out/latest/tables/figures.parquet' AS figures USING (figure_id)
    """
    found = dict(duckdb.sql(query).fetchall())
    assert found["regional_funding/united_states/total_funding"] == "$35B"


def test_an_arrow_dataset_has_the_contract_and_pushes_filters_down(built: Path) -> None:
    dataset = ds.dataset(table(built, "verdicts"), format="parquet")
    assert dataset.schema.equals(arrow_schema(TABLES["verdicts"]), check_metadata=False)
    assert dataset.schema.metadata[b"tidebook.contract"] == b"verdicts"
    assert dataset.schema.field("probability").metadata[b"unit"] == b"probability"
    found = dataset.to_table(filter=ds.field("status") == "supported", columns=["claim_id"])
    assert found.num_rows == counts(built)["supported"]


def code_of(page: Path) -> str:
    """Return the Python of a page."""
    (code,) = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return str(code)


def run(code: str, folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_page_on_contracts_runs_as_it_stands(beside: Path) -> None:
    assert run(code_of(ROOT / "docs" / "contracts.md"), beside) == (
        "Share of the draws in which the predicate holds: 1 or 0 as printed; null where rounding decides probability\n"
    )


def test_the_readme_runs_as_it_stands(beside: Path) -> None:
    run(code_of(ROOT / "README.md"), beside)
