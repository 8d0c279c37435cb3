"""Readings on the command line: by hand, by a program, by an assistant, and from the file beside the text."""

import json
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import tidebook
from tests.unit import test_reading_replies as replies
from tidebook.pipelines.judge.readings.prompt import PROMPT

TEXT = """# Ferries

| Ferry | Cars 2022 | Cars 2023 |
|---|---:|---:|
| Skarv | 1,204 | 1,325 |
| Tern | 950 | 871 |

Skarv took 1,325 cars. Every sailing of Tern lost 97 cars in all.
"""
LINES = (
    {"id": 2, "n": 1, "is": 't1["Skarv"].cars_2023'},
    {"id": 3, "n": 1, "is": 't1["Tern"].cars_2022 - t1["Tern"].cars_2023'},
)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "ferries.md"
    path.write_text(TEXT, "utf-8")
    return path


def requested(text: Path, *options: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(tidebook("reading", "request", str(text), "--json", *options).stdout)
    return found


def reply(text: Path, *lines: object) -> Path:
    path = text.with_name("reply.jsonl")
    head = {"request": requested(text)["request"], "reader": "Kim"}
    path.write_text("\n".join(map(json.dumps, (head, *lines))), "utf-8")
    return path


def test_readings_beside_a_text_are_computed_without_a_reader(text: Path) -> None:
    applied = tidebook("reading", "apply", str(text), str(reply(text, *LINES)))
    assert (applied.exit_code, applied.stdout) == (0, "2 readings taken, 0 left out; none decides anything by itself\n")
    read = tidebook("read", str(text), "--fail-on", "likely")
    assert read.exit_code == 1
    assert "“97”: [Tern, Cars 2022] - [Tern, Cars 2023] is 79 (read by Kim)" in read.stdout
    assert "read by Kim: 1 agreed, 1 disagreed, 0 refused, 0 put aside" in read.stdout
    text.write_text(TEXT.replace("lost 97", "lost 79"), "utf-8")
    assert tidebook("read", str(text), "--fail-on", "likely").exit_code == 0, "a right number needs no new reading"
    text.write_text(TEXT.replace("lost 97", "won 97"), "utf-8")
    reworded = tidebook("read", str(text), "--fail-on", "likely")
    assert reworded.exit_code == 0
    assert "1 sentence with numbers unread: line 8" in reworded.stdout
    assert [each["id"] for each in requested(text, "--new")["sentences"]] == [3]  # type: ignore[attr-defined]


def test_check_takes_the_readings_too_and_json_has_the_record(text: Path) -> None:
    tidebook("reading", "apply", str(text), str(reply(text, *LINES)))
    checked = json.loads(tidebook("check", str(text), "--format", "json").stdout)
    assert [each["printed"] for each in checked["findings"]] == ["97"]
    found = json.loads(tidebook("read", str(text), "--json").stdout)
    record = {"reader": "Kim", "agreed": 1, "disagreed": 1, "refused": 0, "put_aside": 0}
    assert (found["readers"][0], found["left_out"], found["unread"]) == (record, [], [])


def test_a_program_is_asked_once_and_only_for_what_is_new(text: Path, tmp_path: Path) -> None:
    program = tmp_path / "reader.py"
    program.write_text(
        "import re, sys\n"
        "given = sys.stdin.read()\n"
        f"open({str(tmp_path / 'asked')!r}, 'a').write('asked ')\n"
        "print('{\"request\": \"%s\"}' % re.search('REQUEST ([a-z]{12})', given)[1])\n"
        + "".join(f"print({json.dumps(json.dumps(line))})\n" for line in LINES),
        "utf-8",
    )
    command = f"{sys.executable} {program}"
    first = tidebook("read", str(text), "--reader", command)
    second = tidebook("read", str(text), "--reader", command)
    assert (tmp_path / "asked").read_text("utf-8") == "asked "
    said = f"sends 2 sentences and the article without their numbers, and the labels of 1 table, to: {command}\n"
    assert said in first.stderr
    assert "97" in first.stdout
    assert second.stdout == first.stdout
    assert "sends" not in second.stderr


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["read", "TEXT", "--readings", "nowhere.jsonl"], "a file of readings"),
        (["read", "TEXT", "--reader", "no-such-program"], "can be started"),
        (["reading", "apply", "TEXT", "TEXT"], "a first line"),
        (["reading", "apply", "-", "TEXT"], "a file for the readings"),
        (["read", "--reader", "cat"], "a TEXT without --in"),
    ],
)
def test_bad_input_is_one_error_with_exit_code_2(arguments: list[str], why: str, text: Path) -> None:
    result = tidebook(*(str(text) if each == "TEXT" else each for each in arguments))
    assert result.exit_code == 2
    assert why in result.stderr
    assert [line[:7] for line in result.stderr.splitlines() if not line.startswith("sends ")] == ["error: "]


def test_forty_bad_lines_are_left_out_or_refused_with_a_count_and_the_good_one_still_counts(tmp_path: Path) -> None:
    text = tmp_path / "text.md"
    text.write_text(replies.TEXT, "utf-8")
    lines = [line for line, _ in [*replies.LEFT_OUT, *replies.REFUSED]]
    (tmp_path / "reply").write_text(replies.reply(*lines, replies.GOOD), "utf-8")
    applied = tidebook("reading", "apply", str(text), str(tmp_path / "reply"))
    assert applied.exit_code == 0
    left_out = [line for line in applied.stderr.splitlines() if line.startswith("left out: line ")]
    assert len(left_out) == len(replies.LEFT_OUT)
    kept = len(replies.REFUSED) + 1
    assert applied.stdout.startswith(f"{kept} readings taken, {len(left_out)} left out")
    record = json.loads(tidebook("read", str(text), "--json").stdout)["readers"][0]
    assert record == {"reader": "tester", "agreed": 1, "disagreed": 0, "refused": kept - 1, "put_aside": 0}
    assert tidebook("check", str(text)).exit_code == 0


def test_a_file_of_readings_that_is_no_json_is_an_error_with_its_line(text: Path) -> None:
    Path(f"{text}.readings.jsonl").write_text('{"sentence": "abcdefghijkl", "n": 1, "is": "t1.x"}\n{oops\n', "utf-8")
    result = tidebook("read", str(text))
    assert (result.exit_code, "readings.jsonl:2" in result.stderr) == (2, True)


def test_an_assistant_gets_the_request_and_the_findings(text: Path, tmp_path: Path) -> None:
    pytest.importorskip("mcp")
    from tidebook.pipelines.commands.mcp import _Tools

    tools = _Tools(tmp_path)
    given = tools.reading_request(TEXT)
    assert PROMPT.partition("{")[0] in given
    assert "Every sailing of Tern lost ⟨1⟩ cars in all." in given
    judged = tools.judge_readings(reply(text, *LINES, {"id": 3, "n": 1, "is": "97"}).read_text("utf-8"), TEXT)
    assert ([each.printed for each in judged.findings], judged.agreed) == (["97"], 1)
    assert len(judged.left_out) == 1
    assert len(judged.readings.splitlines()) == 3


def test_a_draft_makes_claims_of_readings_and_says_who_read_them(tmp_path: Path) -> None:
    text = tmp_path / "ferries.md"
    text.write_text(TEXT.replace("| Tern | 950 | 871 |", "| Tern | 950 | 871 |\n| Total | 2,154 | 2,196 |"), "utf-8")
    whole = {"id": 2, "n": 1, "is": "sum(t1.cars_2023) - t1['Tern'].cars_2023"}
    tidebook("reading", "apply", str(text), str(reply(text, whole, LINES[1])))
    drafted = tidebook("new", str(text), str(tmp_path / "ferries"))
    assert drafted.exit_code == 0
    assert "2 proposals taken, 0 left out" in drafted.stdout
    assert "lost 97 cars in all.” does not hold" in drafted.stdout
    claims = tomllib.loads((tmp_path / "ferries" / "dossier.toml").read_text("utf-8"))["claims"]
    # Functions over rows leave out what is called a total, and `lost` makes its number negative in a claim.
    expected = ["sum(ferries.cars_2023) - ferries[tern].cars_2023"]
    expected.append("ferries[tern].cars_2023 - ferries[tern].cars_2022")
    assert [claim["is"] for claim in claims] == expected
    assert {claim["read_by"][:5] for claim in claims} == {"Kim, "}
    built = tidebook("build", "--dossier", str(tmp_path / "ferries"), "--out", str(tmp_path / "out"))
    assert built.exit_code == 0, built.output
    (table,) = (tmp_path / "out" / "latest").rglob("claims.parquet")
    assert set(pd.read_parquet(table)["read_by"].str[:3]) == {"Kim"}
