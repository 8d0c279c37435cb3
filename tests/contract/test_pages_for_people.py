"""The navigation of the docs: ten pages for people, and on each page, in its first line, for whom it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tidebook.pipelines.read.plugin import all_plugins

DOCS = ROOT / "docs"
GENERATED = ("tables/", "quantities/", "data-dictionary", "functions", "quantities.md", "printed-numbers", "mistakes")
MEASURED = ("internals/benchmarks.md", "internals/ledger-benchmarks.md", "method/record.md")
BY_HAND = sorted(
    name
    for name in (path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
    if not name.startswith(GENERATED) and name not in MEASURED
)
MOST_WORDS, MOST_IN_README = 35_000, 1_400
"""What a reader may be asked to read of docs and plugins, and before both; whoever adds a page shortens another."""


def navigation() -> list[dict[str, object]]:
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    found: list[dict[str, object]] = yaml.safe_load(f"nav:{text.partition('nav:')[2].partition('not_in_nav')[0]}")[
        "nav"
    ]
    return found


def words(page: Path) -> int:
    return len(page.read_text("utf-8").split())


def test_there_are_ten_pages_for_people() -> None:
    assert len([page for entry in navigation() for page in entry.values() if isinstance(page, str)]) == 10


@pytest.mark.parametrize("name", BY_HAND)
def test_a_page_says_first_for_whom_it_is(name: str) -> None:
    title, blank, first, *_ = (DOCS / name).read_text("utf-8").split("\n")
    assert (title[:2], blank, first[:4]) == ("# ", "", "For "), name


def test_the_pages_by_hand_stay_short() -> None:
    pages = [DOCS / name for name in BY_HAND] + sorted((ROOT / "plugins").glob("*/README.md"))
    assert len(pages) > len(BY_HAND)
    assert sum(words(page) for page in pages) <= MOST_WORDS
    assert words(ROOT / "README.md") <= MOST_IN_README


def test_the_navigation_has_the_page_of_each_plugin() -> None:
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    assert [plugin.name for plugin in all_plugins() if f"plugins/{plugin.name}.md" not in text] == []
