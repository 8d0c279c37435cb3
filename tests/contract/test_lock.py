"""The lock of a dossier: what it records, what differs from it, and that the committed one is up to date."""

import os
from pathlib import Path

import pytest

from tests.conftest import SHIPPED, edit, tidebook
from tidebook.pipelines.read.lock import differences, raw_paths, read_lock, write_lock
from tidebook.pipelines.read.rawfile import NAME_HINT


@pytest.fixture
def locked(raw: Path) -> Path:
    """A dossier whose lock is up to date."""
    write_lock(raw)
    return raw


def test_the_committed_lock_matches_the_committed_bytes() -> None:
    assert differences(SHIPPED) == []
    assert list(read_lock(SHIPPED)) == raw_paths(SHIPPED)


def test_what_was_changed_added_and_removed_is_named_and_recorded(locked: Path) -> None:
    edit(locked / "article" / "shops.csv", "$30M", "$40M")
    (locked / "reference" / "extra.csv").write_text("a\n1\n")
    (locked / "reference" / "figures.csv").unlink()
    changed = ["article/shops.csv", "reference/extra.csv", "reference/figures.csv"]
    assert differences(locked) == changed
    assert write_lock(locked) == changed
    assert differences(locked) == []
    assert read_lock(locked)["reference/extra.csv"]["rows"] == 1
    assert "reference/figures.csv" not in read_lock(locked)


def test_the_lock_command_says_what_it_recorded(locked: Path) -> None:
    edit(locked / "article" / "shops.csv", "$30M", "$40M")
    result = tidebook("lock", "--raw", str(locked))
    assert (result.exit_code, result.output) == (0, "recorded article/shops.csv\n")
    assert tidebook("lock", "--raw", str(locked)).output == "The lock is up to date\n"


def test_a_first_lock_says_what_it_recorded_and_leaves_out_the_results_beside_the_files(tmp_path: Path) -> None:
    for name in ("a.csv", "b.CSV", "c.toml.txt", "notes.md", "releases/x/inputs/a.csv", "store/a.csv", "more/d.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a\n")
    result = tidebook("lock", "--raw", str(tmp_path))
    assert result.output == "".join(f"recorded {name}\n" for name in ("a.csv", "b.CSV", "c.toml.txt", "more/d.toml"))


def test_a_quote_in_a_name_is_recorded_as_it_is(locked: Path) -> None:
    name = """reference/"it's" a \\ [name].csv"""
    (locked / name).write_text("a\n1\n")
    assert tidebook("lock", "--raw", str(locked)).output == f"recorded {name}\n"
    assert read_lock(locked)[name]["rows"] == 1
    assert tidebook("lock", "--raw", str(locked)).output == "The lock is up to date\n"


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
    locked: Path, out: Path, command: str, name: bytes, shown: str
) -> None:
    Path(os.fsdecode(os.fsencode(locked) + b"/" + name)).write_text("a\n")
    place = ["--out", str(out)] if command in ("build", "status") else []
    result = tidebook(command, "--raw", str(locked), *place)
    assert (result.exit_code, result.output) == (2, f"error: {shown}: expected {NAME_HINT}\n")


def test_names_in_the_lock_that_cannot_be_shown_are_reported_too(locked: Path) -> None:
    with (locked / "sources.lock").open("a") as stream:
        stream.write('\n["\\u001b[31m.csv"]\nsha256 = "0"\n')
    result = tidebook("check", "--raw", str(locked))
    assert result.exit_code == 2
    assert "\x1b" not in result.output
    assert r'found "\x1b[31m.csv", expected' in result.output


def test_a_cell_that_is_too_long_to_be_counted_is_bad_input(raw: Path) -> None:
    (raw / "reference" / "long.csv").write_text(f"a\n{'x' * 200_000}\n")
    result = tidebook("lock", "--raw", str(raw))
    assert (result.exit_code, result.exception is None or isinstance(result.exception, SystemExit)) == (2, True)
    assert "error: reference/long.csv:2: expected well-formed CSV (field larger" in result.output
