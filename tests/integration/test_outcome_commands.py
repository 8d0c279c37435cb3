"""What the command line tells of outcomes: after a build, as lists, as JSON, and as an exit code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import tidebook as reading
from tests.conftest import ROOT, SMALL, edit, tidebook
from tidebook.schemas.vocabulary import SEVERITIES


@pytest.fixture(scope="module")
def marathon(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What the build of an example printed, and its output folder."""
    out = tmp_path_factory.mktemp("marathon")
    result = tidebook("build", "--raw", str(ROOT / "examples" / "marathon"), "--out", str(out))
    assert result.exit_code == 0, result.output
    return result.output, out


def test_a_build_counts_outcomes_and_names_the_gravest_figures(marathon: tuple[str, Path]) -> None:
    output, out = marathon
    counts = reading.read_table("figure_outcomes", out)["outcome"].value_counts()
    (line,) = (line for line in output.splitlines() if line.startswith("Figures: "))
    told = dict(reversed(part.split(" ", 1)) for part in line.removeprefix("Figures: ").split(", "))
    assert {word: int(number) for word, number in told.items()} == counts.to_dict()
    wrong = [line for line in output.splitlines() if line.startswith("  wrong: ")]
    assert 1 <= len(wrong) <= 5
    assert "is printed" in wrong[0]


def test_a_wrong_day_is_named_although_no_factor_says_how_grave_it_is(tmp_path: Path) -> None:
    raw = shutil.copytree(ROOT / "examples" / "marathon", tmp_path / "raw")
    with (raw / "reference" / "figures.csv").open("a", encoding="utf-8") as stream:
        stream.write("men/tergat_2003/date,as reported,2003-09-26,,date,2003-09-28,records,S,\n")
    result = tidebook("build", "--raw", str(raw), "--out", str(tmp_path / "out"))
    told = "2003-09-28; 2003-09-26 (2003-09-28); the printed value is 2 days later"
    assert f"  wrong: Tergat 2003’s date is printed {told}\n" in result.output


def test_lists_are_of_the_outcomes_asked_for_in_a_table_or_as_json(marathon: tuple[str, Path]) -> None:
    place = ["--out", str(marathon[1])]
    table = reading.read_table("outcomes", marathon[1])
    found = json.loads(tidebook("claims", "--json", *place).stdout)
    assert sorted(row["statement_id"] for row in found) == sorted(table["statement_id"])
    severities = [SEVERITIES.index(row["severity"]) for row in found if row["severity"]]
    assert severities == sorted(severities, reverse=True) and found[0]["severity"], "the gravest first"
    word = str(table["outcome"].iloc[0])
    few = json.loads(tidebook("claims", "--json", "--outcome", word, *place).stdout)
    assert few == [row for row in found if row["outcome"] == word]
    gravest, *_ = json.loads(tidebook("figures", "--json", *place).stdout)
    assert gravest["severity_index"] == reading.read_table("figure_outcomes", marathon[1])["severity_index"].max()
    assert gravest["figure_id"] in tidebook("figures", "--outcome", gravest["outcome"], *place).stdout


def test_an_unknown_outcome_is_reported_with_a_suggestion(marathon: tuple[str, Path]) -> None:
    result = tidebook("figures", "--outcome", "wrnog", "--out", str(marathon[1]))
    assert result.exit_code == 2
    assert '--outcome: found "wrnog"' in result.output
    assert result.output.endswith("did you mean wrong?\n")


def test_a_build_fails_on_unwanted_outcomes_after_it_is_published(tmp_path: Path) -> None:
    raw = shutil.copytree(ROOT / "examples" / "marathon", tmp_path / "raw")
    command = ["build", "--raw", str(raw), "--out", str(tmp_path / "out"), "--fail-on"]
    failed = tidebook(*command, "wrong,outdated")
    assert failed.exit_code == 1
    assert "Failed: " in failed.output
    assert "error" not in failed.output
    assert (tmp_path / "out" / "latest").is_dir()
    assert tidebook(*command, "void").exit_code == 0
    assert tidebook(*command, "viod").exit_code == 2
    assert tidebook(*command, "").exit_code == 2


def test_diff_alone_compares_the_latest_release_with_the_one_before(tmp_path: Path) -> None:
    raw = shutil.copytree(ROOT / "examples" / "marathon", tmp_path / "raw")
    place = ["--out", str(tmp_path / "out")]
    assert tidebook("build", "--raw", str(raw), *place).exit_code == 0
    first = tidebook("diff", *place)
    assert (first.exit_code, "a release with one before it" in first.output) == (2, True)
    text = (raw / "dossier.toml").read_text(encoding="utf-8")
    (raw / "dossier.toml").write_text(text.replace('publisher = "', 'publisher = "Again ', 1), encoding="utf-8")
    assert tidebook("build", "--raw", str(raw), *place).exit_code == 0
    result = tidebook("diff", *place)
    assert result.exit_code == 0, result.output
    assert "No outcome changed." in result.output


def test_the_version_is_shown() -> None:
    assert tidebook("--version").stdout.startswith("tidebook ")


def test_results_go_to_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = tidebook("build", "--raw", str(ROOT / "examples" / "marathon"), "--out", str(tmp_path / "file"))
    assert (result.exit_code, result.output) == (
        2, f"error: {tmp_path / 'file'}: expected a folder for results, not a file\n",
    )  # fmt: skip


def test_a_label_that_is_a_typo_of_another_is_noted(tmp_path: Path) -> None:
    """A condition on it would leave its row out, and metrics would move without a word."""
    raw = Path(shutil.copytree(ROOT / "examples" / "marathon", tmp_path / "raw"))
    edit(raw / "article" / "men.csv", "Kipchoge 2018,Berlin", "Kipchoge 2018,Berlni")
    found = tidebook("check", "--raw", str(raw)).output
    expected = (
        'column "city": found "Berlni", expected another label, or one that other rows have; did you mean Berlin?'
    )
    assert f"article/men.csv:8, {expected}" in found
    assert "another label" not in tidebook("check", "--raw", str(ROOT / "examples" / "marathon")).output


def test_a_build_reports_which_values_moved_where_no_outcome_changed(tmp_path: Path) -> None:
    raw, out = Path(shutil.copytree(SMALL, tmp_path / "raw")), str(tmp_path / "out")
    assert "moved" not in tidebook("build", "--raw", str(raw), "--out", out).output
    edit(raw / "article" / "shops.csv", "$10M+", "$10.5M+")
    told = tidebook("build", "--raw", str(raw), "--out", out).output
    assert "No outcome changed, but 1 value moved: north_leads; see `tidebook diff`" in told
    assert "Changed:" not in told
    edit(raw / "article" / "shops.csv", "$20M", "$2M")
    assert "moved" not in tidebook("build", "--raw", str(raw), "--out", out).output
