"""What cannot be read or listed is an error that names it, never empty; what is written stays in its folder."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, SMALL, edit, tidebook
from tidebook.pipelines.read import regular

WITHOUT_PRIVILEGE = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
"""Has root stopped by the permissions of files."""


@pytest.fixture
def shops(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "shops"))


def unprivileged(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*WITHOUT_PRIVILEGE, sys.executable, "-m", "tidebook", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)


@pytest.mark.parametrize(("command", "folder"), [("check", "reference"), ("build", "reference"), ("lock", "article")])
def test_a_folder_without_permission_is_not_an_empty_one(
    shops: Path, tmp_path: Path, command: str, folder: str
) -> None:
    (shops / folder).chmod(0)
    try:
        out = ["--out", str(tmp_path / "out")] if command == "build" else []
        result = unprivileged(command, "--raw", str(shops), *out)
    finally:
        (shops / folder).chmod(0o755)
    assert result.returncode == 2
    assert result.stderr.startswith(f"error: {folder}")
    assert "Permission denied" in result.stderr
    assert not (tmp_path / "out" / "latest").exists()


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE, errno.ELOOP, errno.EMFILE])
def test_a_folder_that_cannot_be_listed_is_not_an_empty_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int
) -> None:
    def fail(path: object) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr("os.listdir", fail)
    with pytest.raises(OSError, match=os.strerror(number)):
        regular.names_in(tmp_path)
    monkeypatch.setattr("os.lstat", fail)
    with pytest.raises(OSError, match=os.strerror(number)):
        regular.is_there(tmp_path / "events.csv")


@pytest.mark.parametrize("kind", ["file", "fifo", "loop"])
def test_what_stands_in_the_place_of_a_folder_is_not_an_empty_one(shops: Path, kind: str) -> None:
    shutil.rmtree(shops / "reference")
    if kind == "file":
        (shops / "reference").write_text("figure_id\n")
    elif kind == "fifo":
        os.mkfifo(shops / "reference")
    else:
        (shops / "reference").symlink_to("reference")
    result = tidebook("check", "--raw", str(shops))
    assert result.exit_code == 2
    assert result.output.startswith("error: reference")


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert regular.names_in(tmp_path / "reference") == []
    assert not regular.is_there(tmp_path / "reference" / "events.csv")


def test_evidence_that_is_missing_stands_on_the_first_screen(shops: Path, tmp_path: Path) -> None:
    arguments = ["build", "--raw", str(shops), "--out", str(tmp_path / "out")]
    assert tidebook(*arguments).exit_code == 0
    report = tmp_path / "out" / "latest" / "report" / "report.md"
    assert "Evidence is gone" not in report.read_text()
    (shops / "reference" / "figures.csv").unlink()
    assert tidebook(*arguments).exit_code == 0
    assert "**Evidence is gone since the previous release:** 1 reference." in report.read_text()


@pytest.mark.parametrize("what", ["linked folder", "FIFO", "device"])
def test_contracts_are_written_nowhere_else(shops: Path, tmp_path: Path, what: str) -> None:
    contracts, elsewhere = shops / "contracts", tmp_path / "elsewhere"
    contracts.mkdir()
    assert tidebook("lock", "--raw", str(shops)).exit_code == 0
    edit(shops / "article" / "shops.csv", "$30M", "$40M")
    if what == "linked folder":
        contracts.rename(elsewhere)
        contracts.symlink_to(elsewhere)
    elif what == "FIFO":
        (contracts / "history.jsonl").unlink()
        os.mkfifo(contracts / "history.jsonl")
    else:
        (contracts / "history.jsonl").unlink()
        (contracts / "history.jsonl").symlink_to("/dev/zero")
    before = {path: path.read_bytes() for path in elsewhere.glob("*")}
    lock = (shops / "sources.lock").read_bytes()
    result = tidebook("lock", "--raw", str(shops))
    expected = "error: contracts/history.jsonl: expected a file or folder inside the dossier, not a link or device"
    assert (result.exit_code, result.output.strip()) == (2, expected)
    assert {path: path.read_bytes() for path in elsewhere.glob("*")} == before
    assert (shops / "sources.lock").read_bytes() == lock


def test_a_folder_that_cannot_be_written_to_is_reported_before_the_first_write(shops: Path) -> None:
    (shops / "contracts").mkdir(mode=0o500)
    result = unprivileged("lock", "--raw", str(shops))
    expected = "error: contracts/history.jsonl: expected a file in a folder that can be written to"
    assert (result.returncode, result.stderr.strip()) == (2, expected)
    assert not (shops / "sources.lock").exists()


def test_other_files_beside_contracts_stay(shops: Path) -> None:
    (shops / "contracts").mkdir()
    (shops / "contracts" / "mine.json").write_text("{}")
    assert tidebook("lock", "--raw", str(shops)).exit_code == 0
    assert (shops / "contracts" / "history.jsonl").is_file()
    assert (shops / "contracts" / "mine.json").read_text() == "{}"


def test_results_are_not_written_through_links(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "releases").symlink_to(tmp_path / "elsewhere")
    result = tidebook("build", "--raw", str(SMALL), "--out", str(tmp_path / "out"))
    assert result.exit_code == 3
    assert "a link, through which nothing is written" in result.output
    assert not any((tmp_path / "elsewhere").iterdir())


def test_a_link_to_nothing_is_not_a_folder_for_results(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("nowhere")
    result = tidebook("build", "--raw", str(SMALL), "--out", str(tmp_path / "out"))
    assert (result.exit_code, "not a link to nothing" in result.output) == (2, True)
