"""Commands in surroundings that few have: closed streams, optimised Python, names that are no UTF-8, hidden files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, SMALL, tidebook
from tidebook.pipelines.read.quantities.quantity import parse_quantity
from tidebook.pipelines.release.exports import replace_folder

CHECK = [sys.executable, "-m", "tidebook", "check", "--fail-on", "none", "--raw", str(SMALL)]


def test_a_closed_output_is_not_a_crash() -> None:
    command = ["sh", "-c", '"$@" >&-', "sh", *CHECK]
    result = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert (result.returncode, result.stderr) == (0, "")


def test_python_without_docstrings_is_refused_in_one_line() -> None:
    environment = {**os.environ, "PYTHONOPTIMIZE": "2"}
    result = subprocess.run(CHECK, check=False, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert result.returncode == 2
    assert result.stderr.startswith("error: PYTHONOPTIMIZE=2 ")
    assert result.stderr.count("\n") == 1


def test_a_folder_whose_name_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    result = tidebook("build", "--raw", str(SMALL), "--out", os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    assert (result.exit_code, "expected a folder whose path is UTF-8" in result.output) == (2, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["1x10^" + "9" * 150, "10^" + "9" * 150, "1e" + "9" * 150])
def test_an_exponent_of_many_digits_is_too_large(text: str) -> None:
    with pytest.raises(ValueError, match="too large or too small a number"):
        parse_quantity(text, "number")


def test_text_with_an_exponent_that_python_refuses_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1x10^" + "9" * 5000)
    assert tidebook("read", str(tmp_path / "a.txt")).exit_code == 0


def test_an_export_leaves_hidden_files_beside_it_alone(tmp_path: Path) -> None:
    mine = tmp_path / ".tables.new"
    mine.mkdir()
    (mine / "work.txt").write_text("mine")
    replace_folder(tmp_path / "tables", {"a.csv": b"a\n"})
    assert (mine / "work.txt").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".tables.new", "tables"]
