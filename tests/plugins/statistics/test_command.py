"""`tidebook statistics`: the table of a paper, as text, JSON and a page; its findings in the forms of `check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from selectolax.lexbor import LexborHTMLParser

from benchmarks.statistics.__main__ import main as benchmark
from benchmarks.statistics.anchors import main as anchors
from benchmarks.statistics.results import measure
from tidebook.pipelines.commands.app import app

PAPER = """# A paper

They differed, t(28) = 1.20, p = .024, and F(2, 45) = 3.21, MSE = 1.4, p < .05. A third p = .03 stands alone.
Pairs were compared by Holm's method, t(28) = 2.20, p = .11. The odds ratio was 0.92 (95% CI 0.58 to 0.89).
"""


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.md"
    path.write_text(PAPER, encoding="utf-8")
    return path


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words)], catch_exceptions=False)


def test_all_statistics_are_listed_recomputed_or_with_the_reason(paper: Path) -> None:
    shown = run("statistics", paper)
    assert shown.exit_code == 0
    lines = shown.output.splitlines()
    assert lines[-1] == "5 statistics: 1 decision error, 1 inconsistent, 1 excused, 1 consistent, 1 not recomputed"
    assert any("t(28) = 1.20, p = .024" in line and "p = .240" in line for line in lines)
    assert any("no test stands beside it" in line for line in lines)
    assert any("Holm" in line for line in lines)


def test_json_has_ranges_sources_and_places(paper: Path) -> None:
    found = json.loads(run("statistics", paper, "--json").output)
    assert found["counts"]["decision error"] == 1
    first = found["statistics"][0]
    assert (first["line"], first["column"], first["expected"]) == (3, 30, "p = .240")
    assert first["low"] < 0.24 < first["high"]
    assert "Behavior Research Methods" in first["source"]


def test_the_level_and_the_tails_may_be_given(paper: Path) -> None:
    paper.write_text("They differed, t(28) = 2.20, p = .018.", encoding="utf-8")
    outcome = json.loads(run("statistics", paper, "--json").output)["statistics"][0]["outcome"]
    assert outcome == "inconsistent"
    given = json.loads(run("statistics", paper, "--one-tailed", "--json").output)
    assert (given["statistics"][0]["outcome"], given["one_tailed"]) == ("consistent", True)
    given = json.loads(run("statistics", paper, "--alpha", "0.02", "--json").output)
    assert (given["statistics"][0]["outcome"], given["alpha"]) == ("decision error", 0.02)


def test_the_page_has_a_row_for_each_statistic_and_escapes_the_paper(paper: Path, tmp_path: Path) -> None:
    paper.write_text(PAPER.replace("A third", "&lt;script&gt; a third"), encoding="utf-8")
    page = tmp_path / "page.html"
    assert "Wrote" in run("statistics", paper, "--html", page).output
    parsed = LexborHTMLParser(page.read_text(encoding="utf-8"))
    assert len(parsed.css("tbody tr")) == 5
    assert len(parsed.css("tr.error")) == 2
    assert not parsed.css("script")
    assert next(head.text() for head in parsed.css("h2")) == "Decision error (1)"


def test_a_page_in_place_of_the_paper_is_refused(paper: Path) -> None:
    assert run("statistics", paper, "--html", paper).exit_code == 2
    assert paper.read_text(encoding="utf-8") == PAPER


def test_findings_are_those_of_check_in_sarif_with_their_meaning(paper: Path) -> None:
    log = json.loads(run("check", paper, "--format", "sarif").output)
    (one,) = log["runs"]
    assert {result["ruleId"] for result in one["results"]} == {"decision", "interval"}
    assert all(rule["shortDescription"]["text"] != rule["id"] for rule in one["tool"]["driver"]["rules"])


def test_a_web_page_has_the_same_findings(paper: Path) -> None:
    tests = "<i>t</i>(28) = 1.20, <i>p</i> = .024, <i>F</i><sub>2,45</sub> = 3.21, <i>P</i> &lt; .05"
    html = f"<p>They differed, {tests}.</p>"
    paper.with_suffix(".html").write_text(html, encoding="utf-8")
    found = json.loads(run("statistics", paper.with_suffix(".html"), "--json").output)
    assert [each["outcome"] for each in found["statistics"]] == ["decision error", "consistent"]


def test_the_tests_of_forty_paragraphs_are_recognised(capsys: pytest.CaptureFixture[str]) -> None:
    benchmark(["--half", "first"])
    assert capsys.readouterr().out == "148 of 148 tests recognised; 148 of 148 wrong ones found; 0 right ones accused\n"


def test_results_of_all_kinds_are_recognised_and_no_right_one_is_accused() -> None:
    counts, missed = measure(seed=3)
    assert counts["accused"] == 0, missed
    assert min(counts["recognised"], counts["found"]) > 0.88 * counts["results"] > 100


def test_the_benchmark_of_other_tools_says_which_folder_it_expects(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert anchors([]) == anchors([str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert "expected one folder" in told
    assert f"{tmp_path} has no statcheck_facts.csv" in told
