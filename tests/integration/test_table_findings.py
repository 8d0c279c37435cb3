"""A table that contradicts itself, from its cells to the exit code, and how its author accepts that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import tidebook
from tests.dossiers import written

DOSSIER = """\
[article]
title = "Harvest"
published = 2020-03-01

[tables.crops]
path = "crops.csv"
title = "Crops"

[tables.crops.columns]
"Crop" = { name = "crop", role = "subject" }
"2019" = { name = "now", unit = "USD", scale = 1e3 }
"2018" = { name = "before", unit = "USD", scale = 1e3 }
"Change" = { name = "change", unit = "percent" }
"""

CROPS = """\
Crop,2019,2018,Change
Wheat,"$41,210","$38,405",7%
Maize,"22,960","16,020",34%
Rye,"8,212","7,010",17%
Oats,"1,433","1,210",18%
Peas,"5,120","3,310",55%
"""

CLAIM = """
[[claims]]
id = "maize"
statement = "Maize brought a third more"
states_figures = ["crops/maize/change"]
"""

CHANGE = "crops/maize/change"
OPERANDS = ["crops/maize/before", "crops/maize/now"]
WORDS = "Maize, change: 34% is printed, 43% follows from 22,960 and 16,020, as in 4 other rows"


@pytest.fixture
def harvest(tmp_path: Path) -> Path:
    """A dossier with a table, of which one change does not follow, and no claim."""
    return written(tmp_path / "raw", {"dossier.toml": DOSSIER, "crops.csv": CROPS})


def add(raw: Path, text: str) -> None:
    with (raw / "dossier.toml").open("a", encoding="utf-8") as stream:
        stream.write(text)


def built(raw: Path) -> tuple[int, str]:
    result = tidebook("build", "--raw", str(raw), "--out", str(raw.parent / "out"), "--fail-on", "wrong")
    return result.exit_code, result.output


def outcomes(raw: Path, command: str, key: str) -> dict[str, str]:
    rows = json.loads(tidebook(command, "--json", "--out", str(raw.parent / "out")).stdout)
    return {row[key]: row["outcome"] for row in rows}


def test_a_change_that_does_not_follow_fails_a_build_without_any_claim(harvest: Path) -> None:
    code, output = built(harvest)
    assert code == 1
    assert f"  contradicts itself: Maize’s change is printed 34%; {WORDS}\n" in output
    assert output.count(WORDS) == 1
    found = outcomes(harvest, "figures", "figure_id")
    assert [name for name, word in found.items() if word == "contradicts itself"] == [CHANGE]
    report = (harvest.parent / "out" / "latest" / "report" / "report.md").read_text(encoding="utf-8")
    first_screen, _, rest = report.partition("## What is not so")
    assert "contradict each other" in first_screen
    assert WORDS in rest.partition("## Figures")[0]


def test_a_claim_that_states_such_a_figure_contradicts_itself(harvest: Path) -> None:
    add(harvest, CLAIM)
    built(harvest)
    assert outcomes(harvest, "claims", "statement_id") == {"maize": "contradicts itself"}


SOURCE = """
[sources.office]
title = "Yearbook"
publisher = "Statistical office"
address = "https://office.example"
tier = "S"
licence = "CC0"
published = 2020-02-01
"""
REFERENCES = "figure_id,basis,text,interval,unit,as_of,source,tier,note\n"


@pytest.mark.parametrize(
    ("row", "accused"),
    [
        # 22,960 / 16,020 is 43.3% more: with that change, all three agree.
        ("crops/maize/change,as reported,43.3%,,percent,2019-12-31,office,S,\n", []),
        # Who knows that one is right knows only that another one is wrong: most likely what the two give.
        ('crops/maize/now,as reported,"$22,960,000",,USD,2019-12-31,office,S,\n', [CHANGE]),
        # If that is right, one of the two is wrong.
        (
            "crops/maize/change,as reported,34%,,percent,2019-12-31,office,S,\n",
            ["crops/maize/before", "crops/maize/now"],
        ),
    ],
)
def test_a_source_clears_what_agrees_with_its_better_value(harvest: Path, row: str, accused: list[str]) -> None:
    add(harvest, SOURCE)
    written(harvest, {"reference/figures.csv": REFERENCES + row})
    built(harvest)
    found = outcomes(harvest, "figures", "figure_id")
    assert sorted(name for name, word in found.items() if word == "contradicts itself") == accused
    assert (found[CHANGE] == "wrong") == (not accused)


def test_an_accepted_finding_fails_no_build_and_is_shown_with_its_reason(harvest: Path) -> None:
    add(harvest, CLAIM + '\n[[accepted]]\nid = "crops/maize/now"\nwhy = "Sold early"\n')
    code, output = built(harvest)
    assert (code, WORDS in output) == (0, False)
    assert "remove it" not in tidebook("check", "--raw", str(harvest)).output
    report = (harvest.parent / "out" / "latest" / "report" / "report.md").read_text(encoding="utf-8")
    assert f"{WORDS}; accepted: Sold early" in report


def test_an_accepted_finding_may_stand_with_the_claims_or_alone(harvest: Path) -> None:
    entry = '[[accepted]]\nid = "crops/maize/now"\nwhy = "Sold early"\n'
    for name in ("claims.toml", "accepted.toml"):
        path = harvest / name
        path.write_text(entry, encoding="utf-8")
        assert built(harvest)[0] == 0, name
        path.unlink()


def test_check_warns_of_an_obsolete_acceptance_and_refuses_an_unknown_one(harvest: Path) -> None:
    add(harvest, '\n[[accepted]]\nid = "crops/rye/change"\nwhy = "It was wrong once"\n')
    result = tidebook("check", "--raw", str(harvest))
    assert result.exit_code == 1
    assert 'found "crops/rye/change", expected a figure or claim with a finding' in result.output
    add(harvest, '\n[[accepted]]\nid = "crops/mazie/change"\nwhy = "A slip"\n')
    result = tidebook("check", "--raw", str(harvest))
    assert result.exit_code == 2
    assert "expected the id of a figure or a claim; did you mean crops/maize/change" in result.output
