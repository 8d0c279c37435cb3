"""The committed lock holds the committed raw files as they are."""

import os
from pathlib import Path

import pytest

from tests.conftest import ROOT, edit, tidebook
from tidebook.pipelines.read.lock import differences, raw_paths, read_lock, write_lock
from tidebook.pipelines.read.rawfile import NAME_HINT


def test_committed_lock_matches_committed_bytes() -> None:
    assert differences(ROOT / "raw") == []
    assert list(read_lock(ROOT / "raw")) == raw_paths(ROOT / "raw")


def test_an_edit_is_named_and_recorded(raw: Path) -> None:
    edit(raw / "article" / "regional_funding.csv", "$8B", "$40B")
    (raw / "reference" / "extra.csv").write_text("a\n1\n")
    (raw / "reference" / "releases.csv").unlink()
    changed = ["article/regional_funding.csv", "reference/extra.csv", "reference/releases.csv"]
    assert differences(raw) == changed
    assert write_lock(raw) == changed
    assert differences(raw) == []
    assert read_lock(raw)["reference/extra.csv"]["rows"] == 1
    assert "reference/releases.csv" not in read_lock(raw)


def test_lock_command_says_what_it_recorded(raw: Path) -> None:
    edit(raw / "article" / "regional_funding.csv", "$8B", "$9B")
    result = tidebook("lock", "--raw", str(raw))
    assert (result.exit_code, result.output) == (0, "recorded article/regional_funding.csv\n")
    assert tidebook("lock", "--raw", str(raw)).output == "The lock is up to date\n"


def test_a_first_lock_says_what_it_recorded_and_leaves_out_the_results_beside_the_files(tmp_path: Path) -> None:
    for name in ("a.csv", "b.CSV", "c.toml.txt", "notes.md", "releases/x/inputs/a.csv", "store/a.csv", "more/d.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a\n")
    result = tidebook("lock", "--raw", str(tmp_path))
    assert result.output == "".join(f"recorded {name}\n" for name in ("a.csv", "b.CSV", "c.toml.txt", "more/d.toml"))


def test_a_quote_in_a_name_is_recorded_as_it_is(raw: Path) -> None:
    name = """reference/"it's" a \\ [name].csv"""
    (raw / name).write_text("a\n1\n")
    assert tidebook("lock", "--raw", str(raw)).output == f"recorded {name}\n"
    assert read_lock(raw)[name]["rows"] == 1
    assert tidebook("lock", "--raw", str(raw)).output == "The lock is up to date\n"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"\xff.csv", r"\udcff.csv"),
        (b"\x1b[31mred.toml", r"\x1b[31mred.toml"),
        (b"two\nlines.csv", r"two\nlines.csv"),
        ("\u202evsc.csv".encode(), r"\u202evsc.csv"),
        ("no\u00a0break.csv".encode(), r"no\xa0break.csv"),
    ],
)
@pytest.mark.parametrize("command", ["lock", "check", "build", "status"])
def test_a_name_that_cannot_be_shown_is_reported_with_its_characters_escaped(
    raw: Path, out: Path, command: str, name: bytes, shown: str
) -> None:
    Path(os.fsdecode(os.fsencode(raw) + b"/" + name)).write_text("a\n")
    place = ["--out", str(out)] if command in ("build", "status") else []
    result = tidebook(command, "--raw", str(raw), *place)
    assert (result.exit_code, result.output) == (2, f"error: {shown}: expected {NAME_HINT}\n")


def test_names_in_the_lock_that_cannot_be_shown_are_reported_too(raw: Path) -> None:
    with (raw / "sources.lock").open("a") as stream:
        stream.write('\n["\\u001b[31m.csv"]\nsha256 = "0"\n')
    result = tidebook("check", "--raw", str(raw))
    assert result.exit_code == 2
    assert "\x1b" not in result.output
    assert r'found "\x1b[31m.csv", expected' in result.output


def test_a_cell_that_is_too_long_to_be_counted_is_bad_input(raw: Path) -> None:
    (raw / "reference" / "long.csv").write_text(f"a\n{'x' * 200_000}\n")
    result = tidebook("lock", "--raw", str(raw))
    assert (result.exit_code, result.exception is None or isinstance(result.exception, SystemExit)) == (2, True)
    assert "error: reference/long.csv:2: expected well-formed CSV (field larger" in result.output
