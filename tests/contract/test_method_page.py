"""The numbers in the prose of docs/method.md: each is that of a configuration, a constant or a table of a build.

Belongs here: where each comes from. Does not: whether they are right. Code and tables are no prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import ROOT, SHIPPED
from tests.unit.forecast_rows import ASSUMPTIONS
from tidebook.pipelines.judge.predictions.scores import LEAST_OUTCOMES
from tidebook.pipelines.judge.tipping_points import PRECISION
from tidebook.schemas.parquet import read_parquet
from tidebook.schemas.vocabulary import VERY_UNLIKELY

DOSSIER = SHIPPED

PAGE = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
"""Sections, in none of which a number may stand that is not among the fragments."""


def section(title: str) -> str:
    """Return a section's prose in one line, without code, links' addresses and tables."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    lines = [line for line in found[1].splitlines() if not line.startswith("|")]
    return " ".join(re.sub(r"`[^`]*`|\]\([^)]*\)", "", "\n".join(lines)).split())


def table(built: Path, name: str) -> pd.DataFrame:
    return read_parquet(built / "latest" / "tables" / f"{name}.parquet")


def fragments(built: Path) -> Iterator[str]:
    """Yield words with numbers as they stand in the page, each from where its numbers come from."""
    verdicts = ASSUMPTIONS.verdicts
    yield f"in at least {verdicts.supported_from:.0%}"
    yield f"in at most {verdicts.contradicted_to:.0%}"
    yield f"{ASSUMPTIONS.materiality:.0%} by default"
    yield f"bisection to {PRECISION:.1%}"
    yield "its distance to 0 or 1"
    judged_wrong = table(built, "figure_outcomes").query("outcome == 'wrong' and error_type == 'a factor'")
    unknown = int((judged_wrong["error_by"] == "").sum())
    yield f"{len(judged_wrong)} are wrong by a factor, and {unknown} of these rest on a reference"
    yield f"is below {VERY_UNLIKELY:.0%}"
    scores, skill = table(built, "scores"), table(built, "skill")
    yield "90% interval"
    yield f"Below {LEAST_OUTCOMES} outcomes none is given; there are {skill['outcomes'].iloc[0]}."
    mine = scores.query("prediction_id == 'first_model_company_ipo' and population == 'wide' and version == 2")
    brier = mine.set_index("forecaster")["brier"]
    yield f"a Brier score of {brier['model']:.2f} against {brier['always_half']:.2f}"
    assert brier["model"] > brier["always_half"]


def test_every_fragment_stands_in_the_page(built: Path) -> None:
    page = " ".join(re.sub(r"`[^`]*`", "", PAGE).split())
    assert [words for words in fragments(built) if words not in page] == []


@pytest.mark.parametrize("title", SECTIONS)
def test_no_other_number_stands_in_the_prose(built: Path, title: str) -> None:
    prose = section(title)
    for words in sorted(fragments(built), key=len, reverse=True):
        prose = prose.replace(words, " ")
    assert re.findall(r"\S*[0-9⁰¹²³⁴-⁹]\S*", prose) == []
