"""Claims whose tests could not have failed, exclude each other or have too few rows: undecided, and `check` says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tidebook.pipelines.graph.check import CheckedFolder, check
from tidebook.pipelines.read.settings import Settings

CELLS = """\
Firm,Now,Before,Share,Profit
A,40,50,0.4%,-5
B,30,60,3%,4
C,20,10,20%,2
D,10,20,10%,1
"""
DOSSIER = """\
[article]
title = "Four firms"
published = 2024-01-01
text = "article.md"
[tables.t]
path = "article/t.csv"
title = "Firms"
[tables.t.columns]
"Firm" = { name = "firm", role = "subject" }
"Now" = { name = "now", unit = "number" }
"Before" = { name = "before", unit = "number" }
"Share" = { name = "share", unit = "percent" }
"Profit" = { name = "profit", unit = "number" }
[metrics.first]
is = "t[a].now / sum(t.now)"
unit = "share"
means = "Share of the first"
"""
TOP_TWO, COUNTED, RANKS = "top_share(t.now, 2)", "count(t.now > 15)", "spearman(t.now, t.before)"

# The words of the article, the expression, its unit, the predicate ("" where the words are it), outcome and reason.
CLAIMS = {
    "top two": ("The top two hold at least half", TOP_TWO, "share", "at_least 0.5", "undecided", "could not have"),
    "most of it": ("The top two hold most of it", TOP_TWO, "share", "at_least 0.6", "consistent", ""),
    "of four": ("At most four are large", COUNTED, "number", "at_most 4", "undecided", "could not have"),
    "of three": ("At most three are large", COUNTED, "number", "at_most 3", "consistent", ""),
    "some fall": ("Some fell", "sum(t.profit < 0)", "number", "at_least 1", "consistent", ""),
    "some fall, counted": ("Not all gained", "count(t.profit < 0)", "number", "at_least 1", "consistent", ""),
    "any sign": ("Up to four fell", "count(t.profit < 0)", "number", "at_most 4", "undecided", "could not have"),
    "sum": ("Together they are positive", "sum(t.now)", "number", "above 0", "consistent", ""),
    "ranks": ("Size persists", RANKS, "correlation", "above 0.3", "undecided", "4 rows are too few"),
    "p": ("It is significant", "spearman_p(t.now, t.before)", "p-value", "below 0.5", "undecided", "too few for any"),
    "coefficient": ("The coefficient is 0.6", RANKS, "correlation", "equals 0.6", "consistent", ""),
    "same order": ("The order is the same", RANKS, "correlation", "at_least 1", "contradicts itself", ""),
    "fall with plus": ("A fell by 20%", "1 - t[a].now / t[a].before", "number", "", "undecided", "write new / old - 1"),
    "fall of things": ("A lost 10 in size", "t[a].before - t[a].now", "number", "", "undecided", "write new - old"),
    "fall": ("Now A is 20% down", "t[a].now / t[a].before - 1", "number", "", "consistent", ""),
    "another fall": ("A lost 30% of it", "1 - t[a].now / t[a].before", "number", "", "contradicts itself", ""),
    "rise": ("A rose by 20%", "t[a].now / t[a].before - 1", "number", "", "contradicts itself", ""),
    "from a loss": ("Profit of A grew", "t[b].profit / t[a].profit - 1", "percent", "above 0", "unchecked", "no value"),
    "to a loss": ("Profit of B fell", "t[a].profit / t[b].profit - 1", "percent", "below 0", "unchecked", "no value"),
}  # fmt: skip


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> CheckedFolder:
    folder: Path = tmp_path_factory.mktemp("nothing")
    (folder / "article").mkdir()
    (folder / "article" / "t.csv").write_text(CELLS, encoding="utf-8")
    (folder / "article.md").write_text("\n\n".join(f"{words}." for words, *_ in CLAIMS.values()), encoding="utf-8")
    text = DOSSIER
    for number, (words, expression, unit, predicate, _, _) in enumerate(CLAIMS.values()):
        given = {"id": f"c{number}", "quote": words, "is": expression}
        if predicate:
            given |= {"unit": unit, "predicate": predicate}
        text += "".join(["[[claims]]\n", *(f"{key} = {json.dumps(value)}\n" for key, value in given.items())])
    text += """\
[[claims]]
id = "both"
statement = "It is high"
interpretations = [
    { interpretation = "high", metric = "first", predicate = "above 0.5" },
    { interpretation = "low", metric = "first", predicate = "at_most 0.5" },
]
[[claims]]
id = "shares"
statement = "Some are small"
is = "count(t.share < 0.5)"
predicate = "equals 1"
[[claims]]
id = "largest"
statement = "One is most of it"
is = "max(share(t.share))"
unit = "share"
predicate = "at_least 0.55"
"""
    (folder / "dossier.toml").write_text(text, encoding="utf-8")
    return check(Settings(folder, folder / "out"))


@pytest.mark.parametrize("name", CLAIMS)
def test_a_test_that_could_not_have_failed_decides_nothing(checked: CheckedFolder, name: str) -> None:
    *_, expected, reason = CLAIMS[name]
    (row,) = (each for each in checked.rows.outcomes if each["statement_id"] == f"c{[*CLAIMS].index(name)}")
    assert row["outcome"] == expected, row["why"]
    assert reason in row["why"]


def test_interpretations_that_exclude_each_other_decide_nothing(checked: CheckedFolder) -> None:
    (row,) = (each for each in checked.rows.outcomes if each["statement_id"] == "both")
    assert (row["outcome"], row["why"]) == ("undecided", "it decides nothing: its interpretations exclude each other")


def test_check_names_each_of_them_at_its_line(checked: CheckedFolder) -> None:
    told = [warning for warning in checked.warnings if "expected a test that could fail" in warning]
    undecided = [row["statement_id"] for row in checked.rows.outcomes if row["outcome"] == "undecided"]
    assert [warning.partition('found "')[2].partition('"')[0] for warning in told] == undecided
    assert len(undecided) == 8
    assert all(warning.startswith("dossier.toml:") for warning in told)


def test_check_warns_of_a_bare_number_beside_a_percentage(checked: CheckedFolder) -> None:
    (told,) = (warning for warning in checked.warnings if "beside a percentage" in warning)
    assert 'found "0.5", expected 50% or 0.5%, with the sign: 0.5 beside a percentage is taken as the latter' in told


def test_check_tells_that_percentages_of_which_shares_are_taken_do_not_add_to_100(checked: CheckedFolder) -> None:
    (told,) = (warning for warning in checked.warnings if "percentages that add to 100" in warning)
    assert "they add to 33.4, by which each is divided" in told


def test_a_concentration_has_beside_it_what_flat_random_shares_would_give(checked: CheckedFolder) -> None:
    (row,) = (each for each in checked.rows.outcomes if each["statement_id"] == "c1")
    assert "70" in row["why"] and row["why"].endswith(
        "flat random shares of 4 rows would give 79.2%; no independent value is known"
    ), row["why"]
