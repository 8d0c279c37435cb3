"""`check` on an article whose text is an input: findings at their words, and numbers that nothing accounts for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import edit, tidebook

ARTICLE = """\
# Corner shops

In 2023 the northern shop sold for **$30 million**, half of the
total. Two shops sold more than in 2022.

| Shop | 2023 | 2022 |
|---|---|---|
| North | $30M | $25M |
| South | $20M | $22M |
| East | $10M | $9M |
"""

DOSSIER = """\
[article]
title = "Corner shops"
published = 2024-02-01
text = "article.md"

[tables.shops]
from = "article.md"
title = "Sales"
[tables.shops.columns]
"Shop" = { name = "shop", role = "subject" }
"2023" = { name = "now", unit = "USD" }
"2022" = { name = "before", unit = "USD" }

[[claims]]
quote = "the northern shop sold for $30 million"
is = "shops[north].now"
unit = "USD"

[[claims]]
quote = "half of the total"
is = "shops[north].now / sum(shops.now)"
unit = "share"
"""


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """An article with a table and two claims, of which every number but one is accounted for."""
    (tmp_path / "article.md").write_text(ARTICLE, encoding="utf-8")
    (tmp_path / "dossier.toml").write_text(DOSSIER, encoding="utf-8")
    return tmp_path


def test_a_clean_article_passes_and_tells_its_coverage(article: Path) -> None:
    result = tidebook("check", str(article))
    assert result.exit_code == 0
    assert result.stdout.endswith("1 note; 67% of the text's numbers are covered\n")


def test_words_with_another_number_have_drifted_at_their_place(article: Path) -> None:
    edit(article / "article.md", "**$30 million**", "**$40 million**")
    result = tidebook("check", str(article), "--format", "github")
    assert result.exit_code == 1
    (error,) = [line for line in result.stdout.splitlines() if line.startswith("::error")]
    assert error.startswith(f"::error file={article}/article.md,line=3,col=9,")
    assert "not “the northern shop sold for $30 million”" in error


def test_a_cell_of_the_text_that_no_longer_fits_fails_at_the_words(article: Path) -> None:
    edit(article / "article.md", "| $20M |", "| $50M |")
    result = tidebook("check", str(article))
    assert result.exit_code == 1
    assert f"{article}/article.md:3:53: error: contradicts itself" in result.stdout


def test_too_little_coverage_and_an_uncovered_number_fail_where_that_is_asked_for(article: Path) -> None:
    assert tidebook("check", str(article), "--coverage-min", "60").exit_code == 0
    assert tidebook("check", str(article), "--coverage-min", "70").exit_code == 1
    result = tidebook("check", str(article), "--fail-on", "uncovered", "--json")
    assert result.exit_code == 1
    (number,) = [finding for finding in json.loads(result.stdout)["findings"] if finding["level"] == "error"]
    assert (number["printed"], number["line"], number["column"], number["end"]) == ("Two", 4, 8, 11)
