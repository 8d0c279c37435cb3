"""`tidebook read`: the quantities of a text with their places, and the figures of a dossier that say the same."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.conftest import ROOT, edit, tidebook
from tidebook.pipelines.commands.app import app
from tidebook.schemas.units import use_units

MARATHON = ROOT / "examples" / "marathon"


@pytest.fixture(scope="module", autouse=True)
def _units_of_the_engine() -> Iterator[None]:
    """Leave no units of a dossier to other tests."""
    yield
    use_units({})


def as_json(*arguments: str, given: str | None = None) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["read", "--json", "--raw", str(MARATHON), *arguments], input=given)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_quantities_of_a_dossiers_own_text_have_places_and_the_figures_that_say_the_same() -> None:
    found = as_json()
    lines = (MARATHON / "article.md").read_text(encoding="utf-8").splitlines()
    for row in found["quantities"]:
        here = " ".join([lines[row["line"] - 1][row["column"] - 1 :], *lines[row["line"] : row["line"] + 1]])
        assert here.startswith(row["text"])
    distance = next(row for row in found["quantities"] if row["text"] == "42,195 km")
    says = {"value": 42_195.0, "low": 42_194.5, "high": 42_195.5, "kind": "rounded", "unit": "km", "note": ""}
    says |= {"low_open": False, "high_open": False}
    assert distance == {"line": 7, "column": 15, "text": "42,195 km", **says, "figures": ["prose/marathon/distance"]}
    below = next(row for row in found["quantities"] if row["text"] == "less than a tenth")
    assert (below["low"], below["high"], below["figures"]) == (0.0, 0.1, [])
    unclear = {row["text"]: row["unclear"] for row in found["quantities"] if "unclear" in row}
    assert unclear == {"less than 2:52": "2 min 52 s, or 2 h 52 min?", "2003": "number or calendar year?"}
    said = {name for row in found["quantities"] for name in row.get("figures", [])}
    assert "men/kiptum_2023/time" in said
    assert "men/makau_2011/time" in found["figures_not_in_the_text"]
    assert not said & set(found["figures_not_in_the_text"])


def test_figures_of_tables_in_the_text_match_its_numbers_too() -> None:
    result = CliRunner().invoke(app, ["read", "--json", "--raw", str(ROOT / "tests" / "ferries")])
    rows = json.loads(result.stdout)["quantities"]
    assert {"text": "168,560", "figures": ["passengers/northern/now"]}.items() <= next(
        row for row in rows if row["text"] == "168,560"
    ).items()


def test_the_page_shows_what_the_command_prints() -> None:
    page = (ROOT / "docs" / "quantities.md").read_text(encoding="utf-8")
    shown = re.search(r'\$ echo "(.*?)" \| tidebook read (.*) -\n(.*?)```', page, re.DOTALL)
    assert shown
    result = CliRunner().invoke(app, ["read", *shown[2].split(), "-"], input=shown[1] + "\n")
    assert [line.rstrip() for line in result.stdout.splitlines()] == shown[3].splitlines()


def test_the_page_on_reading_a_text_shows_what_the_command_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "read-a-text.md").read_text(encoding="utf-8")
    shown = re.search(
        r"In `draft.md`:\n\n```markdown\n(.*?)```\n.*?\$ tidebook read draft.md\n(.*?)```", page, re.DOTALL
    )
    assert shown
    draft = tmp_path / "draft.md"
    draft.write_text(shown[1], encoding="utf-8")
    assert tidebook("read", "draft.md").stdout == shown[2]
    draft.write_text(shown[1].replace("15 %", "10 %"), encoding="utf-8")
    assert tidebook("read", str(draft), "--fail-on", "certain").exit_code == 0
    assert tidebook("read", str(draft), "--fail-on", "likely").exit_code == 1


def test_a_text_without_a_dossier_is_checked_and_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "Sales rose from 200 to 230, up 25 %. There are 40 shops.\n"
    result = CliRunner().invoke(app, ["read", "-", "--json"], input=text)
    document = json.loads(result.stdout)
    (finding,) = document["findings"]
    assert (finding["line"], finding["column"], finding["end"]) == (1, 32, 36)
    assert (finding["printed"], finding["expected"], finding["tier"]) == ("25 %", "15 %", "certain")
    assert document["coverage"] == {
        "checked": 3,
        "seen": 0,
        "figure": 0,
        "set aside": 0,
        "ignored": 0,
        "unknown": 1,
        "share": 0.75,
    }
    assert [numeral["text"] for numeral in document["numerals"]] == ["200", "230", "25 %", "40"]
    listed = CliRunner().invoke(app, ["read", "-", "--all"], input=text)
    assert "1:48   40    unknown  no table" in listed.stdout


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("", "standard input:1: expected a text: the file is empty"),
        (b"\xff", 'standard input:1: found "\\xff", expected UTF-8 text'),
    ],
)
def test_what_is_not_a_text_is_refused_without_a_dossier(given: str | bytes, line: str) -> None:
    result = CliRunner().invoke(app, ["read", "-"], input=given)
    assert (result.exit_code, result.stderr.splitlines()) == (2, [f"error: {line}"])


def test_a_file_is_read_instead_and_a_bare_number_is_a_figure_only_where_no_sign_is_due(tmp_path: Path) -> None:
    file = tmp_path / "note.md"
    file.write_text("It took 7,235 s, or 42,195, or $42,195, or 260%.\n", encoding="utf-8")
    rows = {row["text"]: row.get("figures", []) for row in as_json(str(file))["quantities"]}
    assert rows == {
        "7,235 s": ["men/kiptum_2023/time"],
        "42,195": ["prose/marathon/distance"],
        "$42,195": [],
        "260%": [],
    }


def test_lines_that_are_wrapped_go_on_and_numbers_of_lists_and_addresses_are_not_quantities() -> None:
    text = (
        "# Plans for 2030\n1. We need 20 people.\n2) See https://example.org/2024/05 and\n"
        "   a line that is long enough to be wrapped at 1.8\nmillion people\n\nshort 3\n\n4 more\n\n"
        "| 5 |\n|---|\n| 6 |\n"
    )
    rows = [(row["line"], row["column"], row["text"]) for row in as_json("-", given=text)["quantities"]]
    assert rows == [
        (1, 13, "2030"),
        (2, 12, "20 people"),
        (4, 48, "1.8 million people"),
        (7, 7, "3"),
        (9, 1, "4"),
        (11, 3, "5"),
        (13, 3, "6"),
    ]


@pytest.mark.parametrize(
    ("arguments", "given", "line"),
    [
        (["nowhere/a.md"], None, "nowhere/a.md: expected a file of text, or - for standard input"),
        (["-"], "a\nb\x07", 'standard input:2: found "\\x07", expected text without control characters'),
        (["-"], b"\xff", 'standard input:1: found "\\xff", expected UTF-8 text'),
    ],
)
def test_unreadable_text_is_reported(arguments: list[str], given: str | bytes | None, line: str) -> None:
    result = CliRunner().invoke(app, ["read", "--raw", str(MARATHON), *arguments], input=given)
    assert (result.exit_code, result.stderr.splitlines()) == (2, [f"error: {line}"])


def test_a_dossier_without_a_text_asks_for_one(raw: Path) -> None:
    result = tidebook("read", "--raw", str(raw))
    expected = (
        'error: dossier.toml, column "article.text": expected text = "article.md" or the like, or a file as argument'
    )
    assert (result.exit_code, result.stderr.strip()) == (2, expected)
    edit(raw / "dossier.toml", "[article]\n", '[article]\ntext = "../x.md"\n')
    result = tidebook("read", "--raw", str(raw))
    assert result.exit_code == 2
    assert "inside the dossier" in result.stderr


@pytest.mark.parametrize("kind", ["link", "dangling link", "fifo"])
def test_a_page_replaces_no_link_fifo_or_device(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.md").write_text("There are 5 boats.\n", encoding="utf-8")
    (tmp_path / "other").write_text("kept", encoding="utf-8")
    page = tmp_path / "page.html"
    if kind == "fifo":
        os.mkfifo(page)
    else:
        page.symlink_to("other" if kind == "link" else "nowhere")
    before = page.lstat().st_mode
    result = tidebook("read", str(tmp_path / "a.md"), "--html", str(page))
    assert result.exit_code == 2
    assert f"{page}: expected a new page or a regular file, not a link, FIFO or device" in result.stderr
    assert page.lstat().st_mode == before
