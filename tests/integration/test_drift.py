"""An article's text binds its dossier: whoever edits the text hears from the next build what no longer fits.

The article of `tests/ferries` has a table that only it has, one that a CSV file has too, and prose. Each test edits one
thing, as an author would, and looks at what is said of it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.conftest import built_once, edit, tidebook

FERRIES = Path(__file__).parents[1] / "ferries"
NORTH = "the_northern_route_carried_of_all_passengers"
NIGHT = "its_passengers_fell_by_in_the_same_time"
Build = Callable[..., Result]


@pytest.fixture
def ferries(tmp_path: Path) -> Path:
    """A copy of the dossier to edit."""
    return shutil.copytree(FERRIES, tmp_path / "ferries")


@pytest.fixture
def build(ferries: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Builds the edited dossier where the unedited one was built."""
    out = shutil.copytree(built_once(tmp_path_factory, FERRIES), tmp_path / "out", symlinks=True)

    def run(fail_on: str = "wrong") -> Result:
        return tidebook("build", "--raw", str(ferries), "--out", str(out), "--fail-on", fail_on, "--all")

    return run


def said(result: Result, code: int) -> str:
    """Return all that a command printed, once its exit code is the expected one."""
    text = result.stdout + result.stderr
    assert result.exit_code == code, text
    return text


def row_of(text: str, name: str) -> str:
    """Return the line of a statement in `--all`."""
    return next(line for line in text.splitlines() if line.startswith(name))


def test_nothing_is_said_of_an_article_that_fits(ferries: Path, build: Build) -> None:
    text = said(build("wrong,drifted,uncovered"), 0)
    assert "Nothing has changed" in text
    checked = tidebook("check", "--strict", "--raw", str(ferries))
    assert checked.exit_code == 0, checked.stderr


@pytest.mark.parametrize("number", ["47 %", "41 %", "4.2 %", "47 percent", "about 60 %"])
def test_1_another_number_in_a_quotation_drifts_and_is_judged(ferries: Path, build: Build, number: str) -> None:
    edit(ferries / "article.md", "carried 42 %", f"carried {number}")
    text = said(build(), 1)
    assert "drifted" in row_of(text, NORTH)
    assert f"“The northern route carried {number} of all passengers” (article.md:17:1)" in text
    assert "by itself contradicts itself" in row_of(text, NORTH)  # 42.1% of 400,370
    assert 'dossier.toml:36, column "claims.0.quote"' in text


def test_1_the_new_number_may_be_right(ferries: Path, build: Build) -> None:
    edit(ferries / "article.md", "carried 42 %", "carried 42.1 %")
    text = said(build("drifted"), 1)
    assert "by itself consistent" in row_of(text, NORTH)


def test_1_a_number_in_a_unit_that_the_claim_cannot_have_drifts(ferries: Path, build: Build) -> None:
    edit(ferries / "article.md", "carried 42 %", "carried $42")
    text = said(build(), 1)
    assert "the text now says “The northern route carried $42 of all passengers”" in row_of(text, NORTH)
    assert "by itself consistent" in row_of(text, NORTH)  # as quoted


def test_2_a_number_in_a_unit_that_the_figure_cannot_have_drifts(ferries: Path, build: Build) -> None:
    edit(ferries / "article.md", "85 people", "$85")
    assert "1 figure: unchecked → drifted: “the harbour employs 85 people”" in said(build(), 1)


@pytest.mark.parametrize("edited", ["$19.4 million", "$11.4 billion", "$1.14 million", "€11.4 million"])
def test_2_another_number_of_a_figure_drifts(ferries: Path, build: Build, edited: str) -> None:
    edit(ferries / "article.md", "$11.4 million", edited)
    text = said(build(), 1)
    assert f"1 figure: unchecked → drifted: “Repairs came to {edited}”" in text
    assert f"the text now says “Repairs came to {edited}”" in text


def test_2_a_number_that_no_figure_has_is_uncovered(ferries: Path, build: Build) -> None:
    edit(ferries / "article.md", "a new ferry", "7 new ferries")
    assert 'article.md:34:23: found "7", expected a claim or [[figures]]' in said(build("uncovered"), 1)
    assert "1 uncovered" in said(build("uncovered"), 1)


def test_2_each_number_of_a_claim_with_several_drifts(ferries: Path, tmp_path: Path) -> None:
    with (ferries / "dossier.toml").open("a", encoding="utf-8") as dossier:
        dossier.write(
            '\n[[claims]]\nid = "both"\nquote = "a new ferry with 120 places and 40 crew"\n'
            'is = ["3 * 40", "120 / 3"]\nunit = "number"\n'
        )
    article = ferries / "article.md"
    article.write_text(f"{article.read_text()}\nIt is a new ferry with 120 places and 60 crew.\n", encoding="utf-8")
    out = str(tmp_path / "made")
    said(tidebook("build", "--raw", str(ferries), "--out", out, "--fail-on", "drifted"), 1)
    drifted = tidebook("figures", "--out", out, "--outcome", "drifted").stdout
    assert [line.split()[0] for line in drifted.splitlines()[2:]] == ["claims/both/1", "claims/both/2"]


def test_3_a_cell_of_the_text_changes_its_figure(ferries: Path, build: Build) -> None:
    edit(ferries / "article.md", "168,560", "158,560")
    text = said(build(), 1)
    assert "contradicts itself" in row_of(text, NORTH)
    assert 'because Northern’s now went from "168,560" to "158,560" (article.md:13, column 2024)' in text


def test_3_a_cell_that_a_csv_file_has_too_drifts(ferries: Path, build: Build) -> None:
    edit(ferries / "article.md", "$31.00", "$13.00")
    text = said(build(), 1)
    assert "Night’s fare" in text
    assert "drifted" in text


def test_4_a_cell_of_the_csv_file_is_a_cause(ferries: Path, build: Build) -> None:
    edit(ferries / "article/fares.csv", "$31.00", "$13.00")
    text = said(build(), 1)
    assert 'because Night’s fare went from "$31.00" to "$13.00" (article/fares.csv:4, column Fare)' in text


def test_5_the_bound_is_the_number_of_the_quotation(ferries: Path, build: Build) -> None:
    edit(ferries / "article.md", "fell by 10 %", "fell by 17 %")
    text = said(build(), 1)
    assert "by itself contradicts itself" in row_of(text, NIGHT)
    assert 'the claim\'s predicate went from "equals −10 %" to "equals −17 %"' in text


@pytest.mark.parametrize("other", ["Nite", "Overnight", "Moon"])
def test_7_a_renamed_row_that_a_claim_names_is_an_error(ferries: Path, build: Build, other: str) -> None:
    edit(ferries / "article.md", "| Night | 150", f"| {other} | 150")
    text = said(build(), 2)
    assert (
        'dossier.toml:45, column "claims.2.is, character 12": found "night", expected a subject of passengers' in text
    )
    assert NIGHT in text
    assert other != "Nite" or "did you mean nite?" in text


def test_8_a_row_renamed_in_the_text_alone_drifts(ferries: Path, build: Build) -> None:
    edit(ferries / "article.md", "| Night | $", "| Nite | $")
    text = said(build(), 1)
    assert "1 figure: unchecked → drifted: Night’s fare" in text


def test_9_a_new_paragraph_has_uncovered_numbers_at_their_places(ferries: Path, build: Build) -> None:
    edit(ferries / "article.md", "## What comes", "Of 12 boats 7 are new, and 250 tons came.\n\n## What comes")
    text = said(build("uncovered"), 1)
    for place, number in (("32:4", "12"), ("32:13", "7"), ("32:28", "250")):
        assert f'article.md:{place}: found "{number}' in text
    assert "Failed: 3 uncovered" in text


def test_10_a_deleted_quotation_drifts(ferries: Path, build: Build) -> None:
    edit(ferries / "article.md", "All three\ntogether carried 400,370 people.", "")
    text = said(build(), 1)
    assert "the text no longer says “All three together carried 400,370 people”" in row_of(text, "all_together_carried")
    assert "Failed: 1 drifted" in text


def test_10_reworded_it_has_what_is_near(ferries: Path, build: Build) -> None:
    edit(
        ferries / "article.md",
        "All three\ntogether carried 400,370 people",
        "All three carried 400,370 people together",
    )
    text = said(build(), 1)
    assert "near: “All three carried 400,370 people together.” (article.md:18:" in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("northern route carried", "northern\nroute carried"),
        ("northern route carried", "northern  route carried"),
        ("carried 42 %", "carried **42 %**"),
        ("carried 42 %", "*carried* 42 %"),
        ("carried 42 %", "carried 42%"),
        ("northern route", "[northern route](https://example.org/n_1)"),
        ("northern route", "<b>northern</b> route"),
        ("northern route", "`northern` route"),
    ],
)
def test_11_12_layout_is_not_a_change(ferries: Path, build: Build, old: str, new: str) -> None:
    edit(ferries / "article.md", f"{old}", new)
    text = said(build("drifted,wrong,uncovered"), 0)
    assert "Changed:" not in text


def test_case_is_a_change(ferries: Path, build: Build) -> None:
    edit(ferries / "article.md", "The northern route", "The Northern Route")
    assert "drifted" in row_of(said(build(), 1), NORTH)


def test_status_knows_that_the_text_is_another(ferries: Path, build: Build, tmp_path: Path) -> None:
    asked = ("status", "--raw", str(ferries), "--out", str(tmp_path / "out"))
    assert "Up to date" in tidebook(*asked).stdout
    edit(ferries / "article.md", "a new ferry", "a new boat")
    assert "Out of date: article.md changed" in tidebook(*asked).stdout


def test_a_quotation_found_twice_asks_for_its_section_and_the_rest_is_judged(ferries: Path, build: Build) -> None:
    edit(ferries / "article.md", "## What comes", "All three together carried 400,370 people.\n\n## What comes")
    text = said(build(), 0)
    assert "section, one of " in text
    assert "Assertions: 6 consistent" in text
    assert "they stand at article.md:" not in text
    assert "Passengers" in text
    edit(ferries / "dossier.toml", 'is = "sum(passengers.now)"', 'is = "sum(passengers.now)"\nsection = "Passengers"')
    said(build("wrong,drifted"), 0)


def test_the_report_and_the_badge_tell_it(ferries: Path, build: Build, tmp_path: Path) -> None:
    edit(ferries / "article.md", "carried 42 %", "carried 47 %")
    said(build(), 1)
    report = (tmp_path / "out/latest/report/report.md").read_text(encoding="utf-8")
    assert "The text has changed: in one place it no longer says what is judged here." in report
    assert "1 drifted" in (tmp_path / "out/latest/report/badge.svg").read_text(encoding="utf-8")


def test_follow_takes_an_edit_over(ferries: Path, build: Build) -> None:
    edit(ferries / "article.md", "carried 42 %", "carried 42.1 %")
    edit(ferries / "article.md", "fell by 10 %", "fell by a tenth")
    edit(ferries / "article.md", "$31.00", "$31.10")
    dossier = (ferries / "dossier.toml").read_text(encoding="utf-8")
    followed = tidebook("follow", "--raw", str(ferries))
    assert followed.exit_code == 0, followed.stderr
    changed = dossier.replace("carried 42 % of", "carried 42.1 % of")
    changed = changed.replace(
        'quote = "its passengers fell by 10 %', f'id = "{NIGHT}"\nquote = "its passengers fell by a tenth'
    )
    assert (ferries / "dossier.toml").read_text(encoding="utf-8") == changed
    assert "Night,$31.10" in (ferries / "article/fares.csv").read_text(encoding="utf-8")
    built = build("wrong,drifted")
    said(built, 0)
    assert "drifted" not in built.stdout, "the steps that were rebuilt, on stderr, bear the word"


def test_follow_writes_through_no_link(ferries: Path) -> None:
    """Not in the dossier either: the link would become a file. The error comes before the first write."""
    edit(ferries / "article.md", "carried 42 %", "carried 42.1 %")
    edit(ferries / "article.md", "$31.00", "$31.10")
    fares = ferries / "article" / "fares.csv"
    fares.rename(ferries / "fares.csv")
    fares.symlink_to(Path("..", "fares.csv"))
    before = (ferries / "dossier.toml").read_bytes()
    followed = tidebook("follow", "--raw", str(ferries))
    assert (followed.exit_code, "not a link or device" in followed.stderr) == (2, True), followed.output
    assert fares.is_symlink() and (ferries / "dossier.toml").read_bytes() == before


def test_follow_takes_one_edit_only(ferries: Path) -> None:
    edit(ferries / "article.md", "carried 42 %", "carried 42.1 %")
    edit(ferries / "article.md", "$11.4 million", "$12 million")
    assert "“Repairs came to $12 million”" in tidebook("follow", "repairs", "--raw", str(ferries)).stdout
    assert 'quote = "The northern route carried 42 % of' in (ferries / "dossier.toml").read_text(encoding="utf-8")


def test_follow_says_what_is_near_what_is_missing(ferries: Path) -> None:
    edit(ferries / "article.md", "All three\ntogether carried", "Together they carried")
    found = tidebook("follow", "all_together_carried_people", "--raw", str(ferries))
    assert found.exit_code == 2
    assert "near: “Together they carried 400,370 people.” (article.md:18:85)" in found.stderr
    assert "did you mean repairs?" in tidebook("follow", "repair", "--raw", str(ferries)).stderr


@pytest.mark.parametrize("own", [False, True])
def test_a_release_is_built_again_without_the_text(ferries: Path, tmp_path: Path, own: bool) -> None:
    if own:
        edit(ferries / "dossier.toml", 'text = "article.md"', 'text = "article.md"\nown = true')
    out = tmp_path / "made"
    said(tidebook("build", "--raw", str(ferries), "--out", str(out)), 0)
    assert (out / "latest/inputs/article.md").exists() == own
    assert "Verified" in said(tidebook("verify", "--out", str(out)), 0)
