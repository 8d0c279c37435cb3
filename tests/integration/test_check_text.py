"""`check` on an article whose text is an input: findings at their words, and numbers that nothing accounts for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import edit, tidebook

ARTICLE = """\
# Corner shops

In 2023 the northern shop sold for **$30 million**, half of the
total. 2 shops sold more than in 2022.

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


def test_a_clean_article_passes_and_reports_its_coverage(article: Path) -> None:
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


def test_a_figure_of_the_prose_is_shown_at_its_number_not_where_its_quotation_begins(article: Path) -> None:
    edit(article / "article.md", "2 shops", "Their rent came to\n$3 million. 2 shops")
    with (article / "dossier.toml").open("a") as stream:
        stream.write('\n[[figures]]\nid = "rent"\nquote = "Their rent came to $3 million"\n')
    edit(article / "article.md", "$3 million", "$4 million")
    findings = json.loads(tidebook("check", str(article), "--json").stdout)["findings"]
    (rent,) = [finding for finding in findings if finding["id"] == "figures/rent"]
    assert (rent["kind"], rent["line"], rent["column"], rent["end"]) == ("drifted", 5, 1, 11)


def test_too_little_coverage_and_an_uncovered_number_fail_where_that_is_asked_for(article: Path) -> None:
    assert tidebook("check", str(article), "--coverage-min", "60").exit_code == 0
    assert tidebook("check", str(article), "--coverage-min", "70").exit_code == 1
    result = tidebook("check", str(article), "--fail-on", "uncovered", "--json")
    assert result.exit_code == 1
    (number,) = [finding for finding in json.loads(result.stdout)["findings"] if finding["level"] == "error"]
    assert (number["printed"], number["line"], number["column"], number["end"]) == ("2", 4, 8, 9)


def test_a_figure_is_covered_and_counts_for_no_minimum(article: Path) -> None:
    with (article / "dossier.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[figures]]\nid = "two"\nquote = "2 shops sold more"\n')
    checked = json.loads(tidebook("check", str(article), "--json").stdout)
    assert (checked["coverage"], checked["checked"]) == (1.0, 2 / 3)
    result = tidebook("check", str(article), "--coverage-min", "70")
    assert result.exit_code == 1
    assert result.stderr.endswith("67% of the text's numbers are checked\n")
    assert "100% of the text's numbers are covered, 67% are checked" in result.stdout


def test_what_the_text_says_against_itself_is_reported_where_the_dossier_cannot_be_read(article: Path) -> None:
    edit(article / "article.md", "2 shops", "Sales rose from $25 million to $30 million, up 25%. 2 shops")
    edit(article / "dossier.toml", 'shops[north].now"', 'shops[nort].now"')
    result = tidebook("check", str(article))
    assert result.exit_code == 2
    assert "did you mean north?" in result.stderr
    assert f"{article}/article.md:4:55: error: change (moderate): “25%”" in result.stdout


def test_a_text_is_not_checked_without_its_dossier_because_that_cannot_be_read(article: Path) -> None:
    edit(article / "dossier.toml", "[article]", "[article")
    result = tidebook("check", str(article / "article.md"))
    assert result.exit_code == 2
    assert "dossier.toml:1" in result.stderr


def test_a_folder_of_articles_names_how_to_check_each(tmp_path: Path) -> None:
    (tmp_path / "article.md").write_text(ARTICLE, encoding="utf-8")
    result = tidebook("check", str(tmp_path))
    assert result.exit_code == 2
    assert f"`{tmp_path}/*` names each article in it" in result.stderr


def test_what_is_accepted_of_a_dossier_and_its_text_is_silent_until_it_is_mended_and_pruned(article: Path) -> None:
    text = article / "article.md"
    edit(text, "2 shops", "Sales rose from $25 million to $30 million, up 25%. 2 shops")
    edit(text, "half of", "a third of")
    accept = ("accept", "--dossier", str(article))
    assert tidebook(*accept, "--all", "--why", "Known").exit_code == 0
    assert {"accepted.toml", "article.md.accepted.toml"} <= {path.name for path in article.iterdir()}
    calm = tidebook("check", str(article))
    assert calm.exit_code == 0
    assert ": change" not in calm.stdout and ": drifted" not in calm.stdout
    assert not [line for line in calm.stderr.splitlines() if "accepted" in line or "no longer says" in line]
    edit(text, "a third of", "half of")
    edit(text, "up 25%", "up 20%")
    mended = tidebook("check", str(article)).stderr
    assert "expected a figure or claim with a finding; this one has none: remove it" in mended
    assert "article.md.accepted.toml:2, " in mended and "this one is gone: remove it" in mended
    assert tidebook(*accept, "--prune").exit_code == 0
    assert "remove it" not in tidebook("check", str(article)).stderr


@pytest.mark.parametrize("why", ["a\x1b[31mb", "b" * 10_001, "c\udcff"], ids=["control", "long", "no UTF-8"])
def test_a_reason_that_no_file_may_hold_is_refused_in_words(article: Path, why: str) -> None:
    edit(article / "article.md", "**$30 million**", "**$40 million**")
    result = tidebook("accept", "--all", "--why", why, "--dossier", str(article))
    assert result.exit_code == 2
    assert result.stderr.startswith("error: --why: found ")
    assert not (article / "accepted.toml").exists()


def test_an_accepted_claim_fails_again_when_its_number_is_another(article: Path) -> None:
    edit(article / "article.md", "**$30 million**", "**$40 million**")
    assert tidebook("accept", "--all", "--why", "Known", "--dossier", str(article)).exit_code == 0
    assert tidebook("check", str(article)).exit_code == 0
    edit(article / "article.md", "**$40 million**", "**$50 million**")
    result = tidebook("check", str(article))
    assert result.exit_code == 1
    assert "another finding was accepted here: Known" in result.stdout


TEXT = """\
Sales rose from $25 million to $30 million, up 25%.

Costs rose from $10 million to $12 million, up 20%.
"""


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A text without a dossier, of which one sentence misses its own arithmetic."""
    path = tmp_path / "text.md"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_text_without_a_dossier_is_checked_against_itself(text: Path) -> None:
    result = tidebook("check", str(text))
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{text}:1:48: error: change (moderate): “25%”")
    edit(text, "25%", "20%")
    assert tidebook("check", str(text)).exit_code == 0


def test_an_accepted_finding_of_a_text_stays_silent_when_lines_move_and_until_the_number_is_another(text: Path) -> None:
    (finding,) = json.loads(tidebook("check", str(text), "--json").stdout)["findings"]
    assert tidebook("accept", finding["id"], "--why", "The editor rounds", "--text", str(text)).exit_code == 0
    for line in range(100):
        text.write_text(f"Line {line}.\n\n{text.read_text()}")
    assert tidebook("check", str(text)).exit_code == 0
    edit(text, "up 25%", "up 52%")
    assert tidebook("check", str(text)).exit_code == 1
    edit(text, "up 52%", "up 20%")
    assert "removed" in tidebook("accept", "--prune", "--text", str(text)).output


def test_a_text_is_checked_with_the_dossier_whose_text_it_is(article: Path) -> None:
    result = tidebook("check", str(article / "article.md"), "--json")
    assert json.loads(result.stdout)["folder"] == str(article)


def test_a_text_that_cannot_be_read_exits_with_2(tmp_path: Path) -> None:
    (tmp_path / "text.md").write_bytes(b"\xff\xfe\xff")
    assert tidebook("check", str(tmp_path / "text.md")).exit_code == 2


def test_what_a_dossiers_text_says_against_itself_is_found_too(article: Path) -> None:
    edit(
        article / "article.md",
        "half of the\ntotal.",
        "half of the\ntotal. Costs rose from $10.0 million to $12.0 million, up 30%.",
    )
    result = tidebook("check", str(article))
    assert result.exit_code == 1
    assert "error: change (moderate): “30%”: from $10.0 million to $12.0 million is a change of 20%" in result.stdout


def test_words_that_only_locate_a_claim_may_stand_twice(article: Path) -> None:
    with (article / "article.md").open("a", encoding="utf-8") as stream:
        stream.write("\nShops of the north.\n\nShops of the north.\n")
    reading = '{ interpretation = "most", metric = "north", predicate = "above 0.4" }'
    with (article / "dossier.toml").open("a", encoding="utf-8") as stream:
        stream.write('\n[metrics.north]\nis = "shops[north].now / sum(shops.now)"\nunit = "share"\nmeans = "Share"\n')
        stream.write(
            f'\n[[claims]]\nid = "m"\nstatement = "s"\nquote = "Shops of the north"\ninterpretations = [{reading}]\n'
        )
    assert tidebook("check", str(article)).exit_code == 0


def test_a_link_to_itself_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "loop.md").symlink_to("loop.md")
    result = tidebook("check", str(tmp_path / "loop.md"))
    assert result.exit_code == 2
    assert "loop.md: expected a file or folder, not a link to itself" in result.stderr


def test_words_that_are_repeated_are_judged_and_the_claim_asks_for_a_section(article: Path) -> None:
    with (article / "article.md").open("a", encoding="utf-8") as file:
        file.write("\n## Again\n\nAs said, the northern shop sold for $30 million.\n")
    result = tidebook("check", str(article))
    assert result.exit_code == 0
    (asked,) = [line for line in result.stderr.splitlines() if "claims.0.quote" in line]
    assert "expected words that article.md has once, or section, one of Corner shops, Corner shops / Again" in asked
    assert "all can be read" in result.stdout
