"""`--against` on the command line, for an assistant and an editor, and readings beside the text of a dossier."""

import json
import sys
from pathlib import Path

import pytest

from tests.conftest import MARATHON, tidebook
from tidebook.pipelines.commands import ui

VISITS = "country,year,visitors\nDE,2022,104200000\nDE,2023,107600000\nNL,2022,26100000\nNL,2023,31500000\n"
TEXT = "# Museums\n\nGerman museums had 106.7 million visitors in 2023. A ticket is dear.\n"


@pytest.fixture
def text(tmp_path: Path) -> Path:
    (tmp_path / "visits.csv").write_text(VISITS, "utf-8")
    path = tmp_path / "museums.md"
    path.write_text(TEXT, "utf-8")
    return path


def test_read_and_check_show_the_cell_of_the_file(text: Path) -> None:
    file = str(text.with_name("visits.csv"))
    assert tidebook("read", str(text), "--fail-on", "likely").exit_code == 0
    read = tidebook("read", str(text), "--against", file, "--fail-on", "likely")
    assert read.exit_code == 1
    assert f"beside 107600000 ({file}:3:9)" in read.stdout
    found = json.loads(tidebook("read", str(text), "--against", file, "--json").stdout)
    assert [each["file"] for each in found["findings"][0]["evidence"]] == [file]
    checked = json.loads(tidebook("check", str(text), "--against", file, "--json").stdout)
    assert [each["printed"] for each in checked["findings"]] == ["106.7 million"]
    assert (checked["coverage"], checked["unchecked"]) == (1.0, [])
    alone = json.loads(tidebook("check", str(text), "--json").stdout)
    assert [each["text"] for each in alone["unchecked"]] == ["106.7 million"]


def test_a_request_and_a_reply_are_with_the_files(text: Path) -> None:
    file = str(text.with_name("visits.csv"))
    request = json.loads(tidebook("reading", "request", str(text), "--against", file, "--json").stdout)
    (table,) = request["tables"]
    assert (table["file"], table["rows"]) == ("visits.csv", ["Germany", "Netherlands"])
    reply = text.with_name("reply.jsonl")
    line = {"id": 2, "n": 1, "is": f'{table["id"]}["Germany"].visitors_2023'}
    reply.write_text(f"{json.dumps({'request': request['request'], 'reader': 'Kim'})}\n{json.dumps(line)}\n", "utf-8")
    assert tidebook("reading", "apply", str(text), str(reply), "--against", file).exit_code == 0
    read = tidebook("read", str(text), "--against", file)
    # Two readers alike, whose row the text names.
    assert "3:20 certain, reading" in read.stdout
    assert "is 107,600,000 (read by built-in and Kim)" in read.stdout


def test_a_table_too_large_to_be_read_is_said(text: Path) -> None:
    file = text.with_name("large.csv")
    file.write_text("town,homes\n" + "".join(f"Town {number},{number}\n" for number in range(401)), "utf-8")
    read = tidebook("read", str(text), "--against", str(file))
    assert "a table of 401 rows and 2 columns is left out: at most 400 rows and 60 columns are read" in read.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("read", "TEXT", "--against", "nothing.csv"), "nothing.csv: expected a text, CSV, Parquet"),
        (("check", "examples", "--against", "FILE"), "--against: expected texts without a dossier"),
        (("read", "--against", "FILE"), "--against: expected a TEXT without --in"),
    ],
)
def test_what_cannot_be_held_against_anything_is_told(text: Path, arguments: tuple[str, ...], expected: str) -> None:
    named = {"TEXT": str(text), "FILE": str(text.with_name("visits.csv"))}
    found = tidebook(*(named.get(each, each) for each in arguments))
    assert found.exit_code == 2
    assert expected in found.stderr


DOSSIER = """[article]
title = "Ferries"
published = 2024-01-31
text = "article.md"
own = true
"""
ARTICLE = """# Ferries

| Ferry | Cars 2022 | Cars 2023 |
|---|---:|---:|
| Skarv | 1,204 | 1,325 |
| Tern | 950 | 871 |

Every sailing of Skarv took 1,325 cars. Every sailing of Tern lost 97 cars in all.
"""


def test_readings_beside_the_text_of_a_dossier_are_used_by_build_and_check(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    (raw / "dossier.toml").write_text(DOSSIER, "utf-8")
    article = raw / "article.md"
    article.write_text(ARTICLE, "utf-8")
    request = json.loads(tidebook("reading", "request", str(article), "--json").stdout)
    lines = [
        {"request": request["request"], "reader": "Kim"},
        {"id": 3, "n": 1, "is": 't1["Tern"].cars_2022 - t1["Tern"].cars_2023'},
    ]
    reply = tmp_path / "reply.jsonl"
    reply.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    assert tidebook("reading", "apply", str(article), str(reply)).exit_code == 0
    checked = json.loads(tidebook("check", str(raw), "--json").stdout)
    assert [each["printed"] for each in checked["findings"] if each["kind"] == "reading"] == ["97"]
    (unread,) = (note for note in checked["notes"] if "a reading of this sentence" in note)
    assert "article.md:8" in unread
    built = tidebook("build", "--dossier", str(raw), "--out", str(out))
    assert built.exit_code == 0, built.stderr
    article.write_text(ARTICLE.replace("lost 97", "lost 79"), "utf-8")
    again = json.loads(tidebook("check", str(raw), "--json").stdout)
    assert [each for each in again["findings"] if each["kind"] == "reading"] == []


@pytest.mark.parametrize("command", ["read", "ui"])
def test_a_missing_extra_ends_a_command_with_3_and_names_it(
    command: str, text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    monkeypatch.setattr(ui, "find_spec", lambda name: None)
    sheet = tmp_path / "sheet.xlsx"
    sheet.write_bytes(b"")
    arguments = {"read": ("read", str(text), "--against", str(sheet)), "ui": ("ui", str(MARATHON))}[command]
    result = tidebook(*arguments)
    extra = {"read": "documents", "ui": "ui"}[command]
    assert result.exit_code == 3 and f'pip install "tidebook[{extra}]"' in result.output
