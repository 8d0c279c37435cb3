"""Proposals for a draft: each is verified against the text and by its units, and decides nothing by itself."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.conftest import tidebook
from tidebook.pipelines.commands.schema import json_schema

SHOPS = """\
# Shops

| Shop | 2023 | 2024 |
|---|---:|---:|
| North | 120 | 168 |
| South | 80 | 72 |

The north grew by 40 % to 168, and both shops sold 240 boats. There are 12 ports. There are 12 piers.
"""


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "shops.md"
    path.write_text(SHOPS, encoding="utf-8")
    return path


def proposed(text: Path, given: object) -> Result:
    """Draft a dossier with proposals, or with a file of this text."""
    path = text.parent / "proposals.json"
    path.write_text(given if isinstance(given, str) else json.dumps(given), encoding="utf-8")
    return tidebook("new", str(text), str(text.parent / "made"), "--proposals", str(path))


def made(text: Path) -> dict[str, Any]:
    return tomllib.loads((text.parent / "made" / "dossier.toml").read_text(encoding="utf-8"))


def test_an_integer_that_python_does_not_read_is_one_line(text: Path) -> None:
    result = proposed(text, f'{{"claims": [{"9" * 5000}]}}')
    assert result.exit_code == 2
    assert "proposals.json:1: expected JSON without numbers of thousands of digits" in result.stderr


@pytest.mark.parametrize("place", ["text", "proposals"])
def test_a_fifo_or_device_is_refused_and_not_waited_for(text: Path, place: str) -> None:
    special = text.parent / "special"
    for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero")):
        make(special)
        named = special if place == "text" else text
        result = tidebook("new", str(named), str(text.parent / "made"), "--proposals", str(special))
        assert result.exit_code == 2
        assert f"error: {special}: expected a file of text" in result.stderr
        special.unlink()


def test_a_proposal_that_fits_stands_in_place_of_a_guess_and_is_marked(text: Path) -> None:
    claim = {
        "quote": "both shops sold 240 boats",
        "is": "sum(shops.c_2024)",
        "id": "all",
        "statement": "{figure} sold",
    }
    figure = {"quote": "There are 12 ports", "unit": "port", "id": "ports"}
    unit = {"symbol": "port", "meaning": "ports", "words": ["ports"]}
    result = proposed(text, {"claims": [claim], "figures": [figure], "units": [unit]})
    assert result.exit_code == 0, result.stderr
    assert "3 proposals taken, 0 left out; none decides anything by itself" in result.stdout
    assert claim in made(text)["claims"] and figure in made(text)["figures"]
    assert not [each for each in made(text)["figures"] if "240" in each["quote"]]
    lines = (text.parent / "made" / "dossier.toml").read_text(encoding="utf-8").splitlines()
    assert 'is = "sum(shops.c_2024)"  # proposed' in lines
    assert tidebook("check", "--raw", str(text.parent / "made")).exit_code == 0


WRONG = {
    "the text does not have these words": {"quote": "both shops sold 240 ships", "is": "sum(shops.c_2024)"},
    "the text has “both shops sold 240 boats”": {"quote": "both shops sold 250 boats", "is": "sum(shops.c_2024)"},
    "number: expected a number of the quote: 240": {"quote": "both shops sold 240 boats", "number": "24", "is": "1"},
    "did you mean c_2024 or c_2023?": {"quote": "grew by 40 %", "is": "shops[north].c_2025"},
    "expected an expression that is complete": {"quote": "grew by 40 %", "is": "shops[north].c_2024 *"},
    "not 40 % (in percent), 168": {"quote": "grew by 40 % to 168", "is": "quantity(1, 'USD')"},
    "is: field required": {"quote": "grew by 40 %"},
    "prize: extra inputs are not permitted": {"quote": "grew by 40 %", "is": "1", "prize": 5},
    "expected an object": "grew by 40 %",
    "id: string should match pattern": {"quote": "grew by 40 %", "is": "1", "id": 'x"\nown = true'},
}


@pytest.mark.parametrize(("why", "claim"), WRONG.items())
def test_what_does_not_fit_is_left_out_with_its_place_and_the_reason(text: Path, why: str, claim: Any) -> None:
    good = {"quote": "to 168", "is": "shops[north].c_2024", "id": "north"}
    result = proposed(text, {"claims": [good, claim]})
    assert result.exit_code == 0, result.stderr
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("left out: ")]
    assert line.startswith("left out: claims 2 (") and why in line
    assert "1 proposal taken, 1 left out" in result.stdout
    assert [each["id"] for each in made(text)["claims"] if each["id"] == "north"] == ["north"]


def test_words_that_stand_twice_and_units_that_are_known_are_left_out(text: Path) -> None:
    figure = {"quote": "There are 12"}
    result = proposed(text, {"figures": [figure], "units": [{"symbol": "USD", "meaning": "dollars"}]})
    assert result.exit_code == 1, "none was taken"
    said = [line for line in result.stdout.splitlines() if line.startswith("left out: ")]
    assert [line.split(" (")[0] for line in said] == ["left out: figures 1", "left out: units 1"]
    assert tidebook("check", "--raw", str(text.parent / "made")).exit_code == 0, "the dossier is written all the same"


def test_a_claim_that_does_not_hold_is_taken_and_pointed_out(text: Path) -> None:
    wrong = {"quote": "grew by 40 %", "is": "shops[south].c_2024 / shops[south].c_2023 - 1"}
    result = proposed(text, {"claims": [wrong]})
    assert result.exit_code == 0
    assert "look: claim grew (claims 1) contradicts itself: " in result.stdout


BAD = {
    '{"claims": [\n  {"quote": "to 168",}\n]}': (':2: found "{"quote": "to 168",}", expected JSON: ', "(column 22)"),
    "[]": (":1: expected an object such as", ""),
    '{"claim": []}': ("did you mean claims?", ""),
    '{"claims": {}}': ("expected a list", ""),
    json.dumps({"claims": [{}] * 251}): ("a list of at most 250 entries", ""),
    json.dumps({"claims": [{"quote": "to 168", "is": "1" * 900}] * 60}): ("at most 50,000 characters", "claims"),
    "": ("expected JSON: expecting value", ""),
    "[" * 100_000: ("JSON", ""),
}


@pytest.mark.parametrize("given", BAD)
def test_a_file_that_is_not_json_of_this_form_is_an_error_with_its_place(text: Path, given: str) -> None:
    result = proposed(text, given)
    assert result.exit_code == 2
    assert all(words in result.stderr for words in BAD[given]), result.stderr
    assert not (text.parent / "made").exists()


def test_the_schema_says_what_is_taken() -> None:
    schema = json_schema("proposals")
    assert set(schema["properties"]) == {"claims", "figures", "units"}
    assert schema["$defs"]["ProposedClaim"]["required"] == ["quote", "is"]
