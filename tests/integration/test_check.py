"""The command `check`: exit codes, places, and the forms that other tools read, each judged by such a tool."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from junitparser import JUnitXml
from sarif_pydantic import Sarif

from tests.conftest import SMALL, edit, tidebook
from tidebook.pipelines.commands.app import app

SALES = "shops/north/sales"


def check(*arguments: str) -> tuple[int, str]:
    result = tidebook("check", *arguments)
    return result.exit_code, result.stdout


def test_a_wrong_figure_fails_the_check_at_its_cell(raw: Path) -> None:
    code, shown = check(str(raw))
    assert code == 1
    assert f"{raw}/article/shops.csv:2:7: error: wrong (moderate): {SALES} is printed $30M; $24.1M" in shown
    assert shown.endswith("1 error, 1 note\n")


@pytest.mark.parametrize(("words", "code"), [("none", 0), ("wrong:grave", 0), ("depends", 1), ("wrong", 1)])
def test_the_exit_code_follows_the_outcomes_that_are_named(raw: Path, words: str, code: int) -> None:
    assert check(str(raw), "--fail-on", words)[0] == code


def test_an_empty_list_of_outcomes_is_no_way_to_say_none(raw: Path) -> None:
    assert check(str(raw), "--fail-on", "")[0] == 2


def test_a_file_that_cannot_be_read_is_a_finding_too_and_exits_with_2(raw: Path) -> None:
    edit(raw / "article" / "shops.csv", "$30M", "thirty-ish")
    code, shown = check(str(raw), "--format", "github")
    assert code == 2
    assert shown.startswith(f"::error file={raw}/article/shops.csv,line=2,title=unreadable%3A article/shops.csv::")
    assert "thirty-ish" in shown


def test_a_second_check_says_the_same_from_its_cache(raw: Path) -> None:
    assert check(str(raw), "--json") == check(str(raw), "--json")


def test_several_folders_are_checked_at_once(raw: Path) -> None:
    code, shown = check(str(raw), str(SMALL), "--json")
    assert code == 1
    assert [document["folder"] for document in json.loads(shown)] == [str(raw), str(SMALL)]


def test_sarif_is_valid_and_keeps_its_fingerprints_when_lines_move(raw: Path) -> None:
    code, before = check(str(raw), "--format", "sarif")
    assert code == 1
    table = raw / "article" / "shops.csv"
    header, first, *others = table.read_text().splitlines()
    table.write_text("\n".join([header, *others, first, ""]))
    after = check(str(raw), "--format", "sarif")[1]
    lines = []
    prints = []
    for log in (before, after):
        (run,) = Sarif.model_validate_json(log).runs
        assert run.results
        result = run.results[0]
        lines.append(
            json.loads(log)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"]
        )
        prints.append(result.partial_fingerprints)
    assert lines == [2, 4]
    assert prints[0] == prints[1]


def test_junit_has_a_case_for_each_figure_and_statement(raw: Path) -> None:
    suites = JUnitXml.fromstring(check(str(raw), "--format", "junit")[1].encode())
    cases = {case.name: case for suite in suites for case in suite}
    assert set(cases) == {"north/sales", "south/sales", "east/sales", "north_leads", "south_follows"}
    assert [name for name, case in cases.items() if case.is_failure] == ["north/sales"]
    assert [name for name, case in cases.items() if case.is_skipped] == ["east/sales", "south/sales"], "are unchecked"


def test_reviewdog_is_offered_the_better_number_in_bytes(raw: Path) -> None:
    edit(raw / "article" / "shops.csv", "North,$30M", "Nørth,$30M")
    document = json.loads(check(str(raw), "--format", "rdjson")[1])
    diagnostic = document["diagnostics"][0]
    assert diagnostic["suggestions"] == [{"range": diagnostic["location"]["range"], "text": "$24.1M"}]
    assert diagnostic["location"]["range"]["start"] == {"line": 2, "column": 8}, "ø has two bytes"


def test_reviewdog_gets_only_the_line_of_a_text_on_standard_input() -> None:
    text = "Sales rose from $25 million to $30 million, up 25%.\n"
    result = CliRunner().invoke(app, ["check", "--format", "rdjson", "-"], input=text)
    (diagnostic,) = json.loads(result.stdout)["diagnostics"]
    assert (result.exit_code, diagnostic["location"]["range"]) == (1, {"start": {"line": 1}})


def test_the_document_follows_its_schema(raw: Path) -> None:
    document = json.loads(check(str(raw), "--json")[1])
    assert document["outcomes"][SALES] == "wrong"
    assert document["findings"][0]["expected"] == "$24.1M"
