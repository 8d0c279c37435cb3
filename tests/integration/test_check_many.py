"""`check` of several articles in one process: one document for all, and each by itself whatever the others are."""

from __future__ import annotations

import gc
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from junitparser import JUnitXml
from sarif_pydantic import Sarif

from tests.conftest import ROOT, SMALL, edit, tidebook
from tidebook.pipelines.graph import check as graph_check
from tidebook.pipelines.graph.check import CheckedFolder
from tidebook.pipelines.graph.run import RunObserver
from tidebook.pipelines.read.settings import Settings

SLIP = "The groups differed, t(28) = 2.20, p = .36.\n"


@pytest.fixture
def articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an article that is clean, one with a wrong figure, one that cannot be read, and a text."""
    folder = tmp_path / "articles"
    for name in ("clean", "wrong"):
        shutil.copytree(SMALL, folder / name)
    edit(folder / "clean" / "article" / "shops.csv", "$30M", "$24.1M")
    (folder / "broken").mkdir()
    (folder / "broken" / "dossier.toml").write_text("[articel]\n")
    (folder / "text.md").write_text(SLIP)
    monkeypatch.chdir(tmp_path)
    return folder


def named(articles: Path) -> list[str]:
    """Return the articles as a shell writes `articles/*`."""
    return sorted(str(path.relative_to(articles.parent)) for path in articles.iterdir())


def test_a_table_comes_last_and_the_worst_exit_code_counts(articles: Path) -> None:
    result = tidebook("check", *named(articles))
    assert result.exit_code == 2
    lines = result.stdout.splitlines()[-6:]
    assert [line.split("  ")[0].strip() for line in lines[:5]] == ["article", *named(articles)]
    cells = [line.split()[1:3] for line in lines[1:5]]
    assert cells == [["2", "cannot"], ["0", "1"], ["1", "1"], ["1", "1"]]
    assert lines[5] == "4 articles: 1 pass, 2 have findings, 1 cannot be read"
    assert 'error: articles/broken/dossier.toml:1: found "articel"' in result.stderr
    assert "articles/wrong/article/shops.csv:2:7: error: wrong" in result.stdout


@pytest.mark.parametrize(("left", "code"), [(["clean"], 0), (["clean", "wrong"], 1), (["clean", "broken"], 2)])
def test_the_exit_code_is_the_worst(articles: Path, left: list[str], code: int) -> None:
    assert tidebook("check", *(f"articles/{name}" for name in left)).exit_code == code


def test_a_note_names_its_text_once(articles: Path) -> None:
    for name in ("a", "b"):
        (articles / f"{name}.qmd").write_text("They differed, p = `r p`.\n")
    shown = tidebook("check", "articles/a.qmd", "articles/b.qmd").stderr
    assert "warning: articles/a.qmd:1: the value of `r p` is not read" in shown


def test_a_check_that_crashes_stops_no_other(articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check = graph_check.check

    def crashes(folders: Settings, judged: bool = True, observer: RunObserver | None = None) -> CheckedFolder:
        if folders.raw.name == "clean":
            raise RuntimeError("out of luck")
        return check(folders, judged, observer)

    monkeypatch.setattr(graph_check, "check", crashes)
    result = tidebook("check", *named(articles))
    assert result.exit_code == 3
    assert "the check failed: out of luck" in result.stdout
    assert result.stdout.endswith("4 articles: 2 have findings, 1 cannot be read, 1 could not be checked\n")
    (suite,) = [each for each in JUnitXml.fromstring(check_all(articles, "junit").encode()) if "clean" in each.name]
    assert (suite.errors, suite.failures) == (1, 0)


def test_an_article_that_is_not_there_stops_no_other(articles: Path) -> None:
    result = tidebook("check", "articles/nowhere", "articles/wrong")
    assert result.exit_code == 2
    assert "error: articles/nowhere: expected a dossier" in result.stderr
    assert "1 have findings, 1 cannot be read" in result.stdout


def check_all(articles: Path, form: str) -> str:
    """Return the document of a form; the table must stand elsewhere."""
    result = tidebook("check", *named(articles), "--format", form)
    assert "4 articles: " in result.stderr or form == "json"
    return result.stdout


def test_each_form_is_one_document_with_the_findings_of_all(articles: Path) -> None:
    (run,) = Sarif.model_validate_json(check_all(articles, "sarif")).runs
    kinds = ["unreadable", "depends", "decision", "wrong", "depends"]
    assert [result.rule_id for result in run.results or ()] == kinds
    suites = list(JUnitXml.fromstring(check_all(articles, "junit").encode()))
    assert [suite.name for suite in suites] == named(articles)
    assert [(suite.errors, suite.failures) for suite in suites] == [(1, 0), (0, 0), (0, 1), (0, 1)]
    documents = json.loads(check_all(articles, "json"))
    assert [(each["folder"], each["exit_code"]) for each in documents] == [
        *zip(named(articles), (2, 0, 1, 1), strict=True)
    ]
    diagnostics = json.loads(check_all(articles, "rdjson"))["diagnostics"]
    assert [each["code"]["value"] for each in diagnostics] == kinds
    errors = [line for line in check_all(articles, "github").splitlines() if line.startswith("::error")]
    assert len(errors) == 3


def test_a_text_and_its_dossier_are_one_article(tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / "tests" / "ferries", tmp_path / "ferries")
    result = tidebook("check", str(folder), str(folder / "article.md"), "--json", "--fail-on", "none")
    assert json.loads(result.stdout)["folder"] == str(folder)


def test_tables_of_one_article_are_dropped_before_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []
    check = graph_check.check

    def counting(folders: Settings, judged: bool = True, observer: RunObserver | None = None) -> CheckedFolder:
        left.append(sum(isinstance(each, pd.DataFrame) for each in gc.get_objects()))
        return check(folders, judged, observer)

    monkeypatch.setattr(graph_check, "check", counting)
    copies = [str(shutil.copytree(SMALL, tmp_path / str(number))) for number in range(6)]
    tidebook("check", *copies)
    assert len(left) == 6
    assert max(left[2:]) <= left[1], "what the second one began with is all that any finds"
