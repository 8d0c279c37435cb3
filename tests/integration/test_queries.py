"""The queries of the docs, as they stand, in each engine; no name of a table or column needs quotation marks."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

import tidebook
from tests.conftest import ROOT, SHIPPED
from tests.oracles import ibis, polars
from tidebook.pipelines.release.readers import REPORT_CLAIMS, VIEWS

DOSSIER = SHIPPED

PAGE = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8").partition("## Ten queries\n")[2]
QUERIES = re.findall(r"^([A-Z][^\n]*\?)\n\n```sql\n(.*?);\n```", PAGE, re.MULTILINE | re.DOTALL)
Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def views(built: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"SET file_search_path = '{built / 'latest'}'")
    connection.execute((built / "latest" / VIEWS).read_text(encoding="utf-8"))
    return connection


@pytest.fixture
def engines(built: Path, views: duckdb.DuckDBPyConnection) -> dict[str, Ask]:
    """Functions that ask a query in each engine."""
    found = tidebook.read_tables(release=built, engine="polars")
    frames, tables = polars.SQLContext(found), ibis.polars.connect(found)
    return {
        "duckdb": lambda query: views.execute(query).fetchall(),
        "polars": lambda query: frames.execute(query).collect().rows(),
        "ibis": lambda query: tables.sql(query).to_polars().rows(),
    }


def test_there_are_ten() -> None:
    assert len(QUERIES) == 10


def test_each_query_gives_the_same_rows_in_every_engine(engines: dict[str, Ask], subtests: pytest.Subtests) -> None:
    for question, query in QUERIES:
        with subtests.test(question=question):
            expected = engines["duckdb"](query)
            assert expected, "the shipped article has an answer"
            for ask in engines.values():
                assert ask(query) == expected


def test_as_many_claims_could_not_be_tested_as_the_report_says(engines: dict[str, Ask], built: Path) -> None:
    (query,) = [query for question, query in QUERIES if question.startswith("Which claims could not be tested")]
    report = (built / "latest" / "report" / "report.md").read_text(encoding="utf-8")
    assert f"{len(engines['duckdb'](query))} could not be tested" in report


CODE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("code", CODE, ids=["polars", "ibis", "pandas"])
def test_the_code_of_the_page_runs_as_it_stands(code: str, built: Path, tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(built)
    shows = f"{code}\nprint(answers[0])" if "answers" in code else code
    done = subprocess.run([sys.executable, "-c", shows], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "unchecked" in done.stdout


def test_pandas_gives_the_same_rows(
    built: Path, views: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    monkeypatch.setenv("TIDEBOOK_OUT", str(built))
    found: dict[str, Any] = {}
    exec(CODE[-1], found)
    for (question, query), answer in zip(QUERIES, found["answers"], strict=True):
        with subtests.test(question=question):
            values = answer.astype(object).where(answer.notna(), None)
            assert list(values.itertuples(index=False, name=None)) == views.execute(query).fetchall()


def test_no_name_needs_quotation_marks(built: Path, engines: dict[str, Ask], subtests: pytest.Subtests) -> None:
    for name in tidebook.tables(built):
        with subtests.test(table=name):
            frame = tidebook.read_table(name, built)
            for ask in engines.values():
                assert len(ask(f"SELECT {', '.join(frame.columns)} FROM {name}")) == len(frame)
            for column in frame.columns:
                assert len(frame.query(f"{column} == {column} or {column}.isna()", engine="python")) == len(frame)


def test_a_statement_is_one_row_with_its_better_value_and_source(built: Path, views: duckdb.DuckDBPyConnection) -> None:
    outcomes = tidebook.read_table("outcomes", built)
    rows = views.execute(f"SELECT statement_kind, statement_id FROM {REPORT_CLAIMS}").fetchall()
    assert sorted(rows) == sorted(zip(outcomes["statement_kind"], outcomes["statement_id"], strict=True))
    claims = tidebook.read_table("claims", built).set_index("claim_id")["states_figures"]
    found = tidebook.read_table("figure_outcomes", built).set_index("figure_id")
    titles = tidebook.read_table("sources", built).set_index("source_id")["title"]
    query = f"SELECT statement_id, figure_id, printed, better, source FROM {REPORT_CLAIMS} WHERE figure_id IS NOT NULL"
    faulted = views.execute(query).fetchall()
    assert faulted
    for statement, figure_id, printed, better, source in faulted:
        figure = found.loc[figure_id]
        assert (printed, better) == (figure["printed"], figure["better"])
        assert source == (titles[figure["source_id"]] if isinstance(figure["source_id"], str) else None)
        stated = found.loc[claims[statement]]
        known = stated[stated["better"].notna() & ~stated["outcome"].isin(["right", "unchecked"])]
        assert figure["severity_index"] == known["severity_index"].max(), "the most severe"
