"""`--against` on the command line, for an assistant and an editor, and readings beside the text of a dossier."""

import json
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import MARATHON, tidebook
from tidebook.pipelines.commands import ui
from tidebook.pipelines.commands.new import drafted_toml
from tidebook.pipelines.read.beside import read_beside

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
    assert "museums.md:3:20: error: level (minor)" in read.stdout
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


def test_a_dossier_is_written_whose_claims_are_judged_by_what_was_brought(text: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    file = str(text.with_name("visits.csv"))
    assert tidebook("read", str(text), "--against", file, "--write", str(made)).exit_code == 0
    dossier = tomllib.loads((made / "dossier.toml").read_text("utf-8"))
    assert [(claim["id"], claim["is"]) for claim in dossier["claims"]] == [
        ("germany_visitors_2023", "visits[germany].visitors_2023")
    ]
    rows = (made / "evidence" / "visits.csv").read_text("utf-8").splitlines()
    assert rows == [
        "country,visitors 2022,visitors 2023",
        "Germany,104200000,107600000",
        "Netherlands,26100000,31500000",
    ]
    checked = tidebook("check", str(made), "--fail-on", "wrong:minor")
    assert checked.exit_code == 1
    assert "error: wrong (minor): germany_visitors_2023" in checked.stdout
    again = tidebook("new", str(text), str(tmp_path / "again"), "--against", file)
    assert again.exit_code == 0
    assert (tmp_path / "again" / "dossier.toml").read_bytes() == (made / "dossier.toml").read_bytes()


QUARTERS = ",Q3'23,Q3'22\nRevenue (mEUR),412.5,371.6\nOperating margin (%),12.4,10.8\n"


def test_a_file_with_a_unit_for_each_row_is_evidence_with_a_row_for_each_quarter(tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_text(QUARTERS, "utf-8")
    (tmp_path / "t.md").write_text(
        "# Results\n\nIn Q3'23 revenue rose by 11 percent to 412.5 million euros.\n", "utf-8"
    )
    made = tmp_path / "made"
    result = tidebook("new", str(tmp_path / "t.md"), str(made), "--against", str(tmp_path / "results.csv"))
    assert result.exit_code == 0, result.output
    dossier = tomllib.loads((made / "dossier.toml").read_text("utf-8"))
    assert dossier["evidence"]["results"]["values"]["revenue_meur"]["scale"] == 1e6
    assert {claim["number"]: claim["is"] for claim in dossier["claims"]} == {
        "11 percent": "results[q3_23].revenue_meur / results[q3_22].revenue_meur - 1",
        "412.5 million euros": "results[q3_23].revenue_meur",
    }
    assert tidebook("check", str(made)).exit_code == 0


def test_an_assistant_gets_the_draft_of_a_text(text: Path) -> None:
    toml = drafted_toml(text.read_bytes(), "", read_beside([str(text.with_name("visits.csv"))]))
    assert tomllib.loads(toml)["claims"][0]["id"] == "germany_visitors_2023"


def test_quarters_as_the_key_of_a_file_are_keys_as_they_are_printed(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("quarter,revenue\nQ3'23,412.5\nQ2'23,398.1\nQ3'22,371.6\n", "utf-8")
    (tmp_path / "t.md").write_text(
        "# R\n\nRevenue rose by 11 percent to 412.5 in the third quarter of 2023.\n", "utf-8"
    )
    made = tmp_path / "made"
    assert tidebook("new", str(tmp_path / "t.md"), str(made), "--against", str(tmp_path / "r.csv")).exit_code == 0
    claims = tomllib.loads((made / "dossier.toml").read_text("utf-8"))["claims"]
    assert [claim["is"] for claim in claims] == ["r[q3_23].revenue / r[q3_22].revenue - 1", "r[q3_23].revenue"]
    assert tidebook("check", str(made)).exit_code == 0
