"""examples/readings: a check by readings in continuous integration, as its README and workflow say."""

import re
import shutil
import socket
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT, edit, tidebook

EXAMPLE = ROOT / "examples" / "readings"


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("a check by readings needs no network")

    monkeypatch.setattr(socket.socket, "connect", refused)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    return shutil.copytree(EXAMPLE, tmp_path / "readings") / "harbour.md"


def checked(text: Path) -> tuple[list[int], str]:
    """Run the commands of the workflow, in the folder of the text; return their exit codes and what they print."""
    (job,) = yaml.safe_load((EXAMPLE / "numbers.yml").read_text("utf-8"))["jobs"].values()
    commands = [step["run"].split() for step in job["steps"] if step.get("run", "").startswith("tidebook")]
    results = [tidebook(*(str(text) if word == text.name else word for word in command[1:])) for command in commands]
    return [each.exit_code for each in results], "".join(each.output for each in results)


def edit_of(kind: str) -> tuple[str, str]:
    """Return the edit that the README names."""
    row = re.search(rf"^\| {kind}: `(.+?)`.* becomes `(.+?)`", (EXAMPLE / "README.md").read_text("utf-8"), re.MULTILINE)
    assert row
    return row[1], row[2]


def test_the_text_passes_as_it_is_and_all_its_numbers_are_checked(text: Path) -> None:
    codes, said = checked(text)
    assert codes == [0, 0]
    assert "100% of those that count are covered" in said


def test_an_edit_of_a_number_is_reported_without_a_reader(text: Path) -> None:
    edit(text, *edit_of("a number"))
    codes, said = checked(text)
    assert codes == [1, 0]
    assert "[Night, Passengers 2022] - [Night, Passengers 2023] is 15,050" in said
    assert "unread" not in said


def test_an_edit_of_a_cell_is_reported_at_the_sentences_that_follow_from_it(text: Path) -> None:
    edit(text, *edit_of("a cell"))
    codes, said = checked(text)
    assert codes[0] == 1
    assert "[Night, Passengers 2022] - [Night, Passengers 2023] is 5,050" in said


def test_an_edit_of_a_wording_is_listed_as_unread_and_fails_a_strict_check(text: Path) -> None:
    edit(text, *edit_of("a wording"))
    codes, said = checked(text)
    assert codes == [0, 2]
    assert "1 sentence with numbers unread: line 13" in said
    assert "15,050" not in said
