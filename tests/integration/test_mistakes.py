"""The page of thirty mistakes says what is told of each today."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import ROOT
from tests.mistakes import GROUPS, page


def test_the_page_has_thirty_mistakes_and_says_what_is_reported_of_each_today(marathon: Path) -> None:
    assert sum(map(len, GROUPS.values())) == 30
    assert (ROOT / "docs" / "mistakes.md").read_text("utf-8") == page(marathon), "run `make pages`"
