"""The dossiers in examples/: that they build, that their planted slips are found, that the engine knows no dossier.

The tutorial is followed as written.
"""

from __future__ import annotations

import csv
import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.conftest import ROOT, built_once, edit, tidebook
from tests.pages import follow, in_process
from tidebook.pipelines.read.formatting import NBSP
from tidebook.pipelines.read.tables import slug
from tidebook.schemas.base import records
from tidebook.schemas.parquet import read_parquet
from tidebook.schemas.units import UNITS, use_units

EXAMPLES = ROOT / "examples"
NAMES = ["marathon", "measles"]
"""Those with typed references and a prediction; `test_energy` has the one on open data."""
PAGE = ROOT / "docs" / "your-article.md"
DOSSIERS = [ROOT / "raw", *(each.parent for each in EXAMPLES.glob("*/dossier.toml"))]


@pytest.fixture(scope="module", autouse=True)
def _units_of_the_engine() -> Iterator[None]:
    """Leave no units of a dossier to other tests."""
    yield
    use_units({})


@pytest.fixture(scope="module", params=NAMES)
def example(request: pytest.FixtureRequest) -> Path:
    return EXAMPLES / str(request.param)


@pytest.fixture(scope="module")
def made(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a build of an example, not to be changed."""
    return built_once(tmp_path_factory, example)


def rows(table: str, out: Path) -> list[dict[str, Any]]:
    return records(read_parquet(out / "latest" / "tables" / f"{table}.parquet"))


def planted(example: Path) -> dict[str, tuple[str, str]]:
    """Return the slips that an example's README lists: what is printed for a figure, and what is right."""
    text = (example / "README.md").read_text("utf-8")
    found = re.findall(r"^\| `([\w/]+)` \| ([^|]+) \| ([^|]+) \|", text, re.MULTILINE)
    return {figure: (printed, right) for figure, printed, right in found}


def test_there_are_two_and_one_on_open_data(example: Path) -> None:
    assert sorted(each.parent.name for each in EXAMPLES.glob("*/dossier.toml")) == sorted([*NAMES, "energy"])
    tables = sections(example, "tables")["tables"]
    assert len(tables) == 2
    assert sections(example, "figures")["figures"], "numbers of the prose have one home, the text"
    assert len(sections(example, "claims")["claims"]) >= 8
    assert len(sections(example, "predictions")["predictions"]) == 1
    assert sections(example, "units")["units"]


def test_the_planted_typos_are_found_and_no_others(example: Path, made: Path) -> None:
    figures = {row["figure_id"]: row for row in rows("figure_outcomes", made)}
    slips = planted(example)
    assert len(slips) >= 2
    wrong = {name: (row["printed"], row["better"]) for name, row in figures.items() if row["outcome"] == "wrong"}
    shown = {name: (row["printed"], row["better"].removesuffix(" km")) for name, row in figures.items()}
    assert wrong.keys() == slips.keys()
    for name, (printed, right) in slips.items():
        assert shown[name] == (printed, right.removesuffix(" km"))
    hows = {figures[name]["error_type"] for name in slips}
    assert {"a power of ten", "another subject's value"} <= hows


OUTCOMES = {
    "marathon": {
        "berlin": "consistent",
        "gain": "stands",
        "ever_faster": "stands",
        "distance": "wrong",
        "pace": "stands",
        "women_behind": "stands",
        "women_ahead": "wrong",
        "within_three_years": "stands",
        "shoes": "undecided",
        "below_two_hours": "failed",
    },
    "measles": {
        "far_from_threshold": "consistent",
        "first_dose_not_back": "stands",
        "eleven_never_came": "stands",
        "outbreaks_doubled": "stands",
        "cases_rise": "stands",  # with the newer numbers too
        "deaths_rise": "wrong",
        "one_in_a_hundred": "stands",
        "deaths_averted": "stands",
        "half_would_do": "stands",
        "prose_agrees": "consistent",
        "below_threshold": "stands",
        "falls_every_year": "wrong",
        "fewer_doses_more_cases": "wrong",  # without 2019 four rows are left, of which no p-value can be low enough
        "exception": "stands",
        "eliminated": "undecided",
        "back_in_2024": "failed",
    },
}


def test_every_statement_has_the_outcome_that_one_finds_by_hand(example: Path, made: Path) -> None:
    assert {row["statement_id"]: row["outcome"] for row in rows("outcomes", made)} == OUTCOMES[example.name]


BY_HAND = {
    # 2:04:55 less 2:00:35; 7,235 s over 42,195 km as printed; 7,913 / 7,235 - 1; 8,125 - 7,913 - 260;
    # 35 s at 260 s in 20 years and ten days.
    "marathon": {
        "gain": 260.0,
        "berlin_share": 8 / 9,
        "pace": 7235 / 42195,
        "women_behind": 100 * (7913 / 7235 - 1),
        "women_ahead": -48.0,
        "years_left": 35 / 260 * (240 + 10 / 30) / 12,
    },
    # 95 - 74; 86 - 83; 1 - 74 / 83; 57 / 22; 1,075,000 / 10,341,000; 1,274 / (13 + 121 + 49 + 58)
    "measles": {
        "second_dose_gap": 21.0,
        "first_dose_gap": 3.0,
        "lost_between_doses": 100 * (1 - 74 / 83),
        "outbreaks_growth": 57 / 22,
        "deaths_per_case/2023": 1075 / 10341,
        "exception": 1274 / 241,
    },
}


def test_metrics_are_what_one_computes_by_hand(example: Path, made: Path) -> None:
    found = {row["metric_id"]: row["value"] for row in rows("metrics", made)}
    for name, value in BY_HAND[example.name].items():
        assert found[name] == pytest.approx(value, rel=1e-12)


def test_quotes_stand_in_the_article(example: Path) -> None:
    article = " ".join((example / "article.md").read_text("utf-8").split())
    for claim in sections(example, "claims")["claims"]:
        if "quote" in claim:
            assert claim["quote"] in article
            assert len(claim["quote"].split()) <= 15


def test_a_rebuild_is_the_same_byte_for_byte(made: Path) -> None:
    result = tidebook("verify", "--out", str(made))
    assert result.exit_code == 0, result.output
    assert "byte for byte" in result.output


def test_all_commands_work_on_it(example: Path, made: Path, tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    shutil.copytree(example, raw)
    shutil.copytree(made, out, symlinks=True)
    assert "can be read" in tidebook("check", "--raw", str(raw)).output
    printed, right = (("42,195 km", "42.195 km"), ("1,075,000", "107,500"))[NAMES.index(example.name)]
    edit(raw / "article.md", printed, right)
    followed = tidebook("follow", "--in", str(raw)).output
    # The measles number is a cell of a table in the text, which nothing repeats.
    assert ("is now" if example.name == "marathon" else "Nothing to follow") in followed
    result = tidebook("build", "--raw", str(raw), "--out", str(out))
    assert (result.exit_code, "warning" in result.output) == (0, False), result.output
    assert "contradicted → supported" in tidebook("diff", "--out", str(out)).output
    assert len(tidebook("releases", "list", "--out", str(out)).output.splitlines()) == 2
    statements = [row["statement_id"] for row in rows("outcomes", made)]
    for name in (*statements, *(row["figure_id"] for row in rows("figures", made)[:2])):
        result = tidebook("explain", name, "--out", str(made))
        assert result.exit_code == 0, result.output


def test_an_output_folder_of_one_is_not_taken_for_the_other(example: Path, made: Path) -> None:
    other = next(name for name in NAMES if name != example.name)
    result = tidebook("build", "--raw", str(EXAMPLES / other), "--out", str(made))
    assert result.exit_code == 2
    assert result.output.count("error:") == 1


def test_whoever_follows_the_tutorial_makes_a_dossier_and_corrects_it(tmp_path: Path) -> None:
    kinds = follow(PAGE.read_text("utf-8"), tmp_path, in_process)
    assert set(kinds) == {"console", "csv", "diff", "markdown", "toml"}


# The engine knows no dossier.

ORDINARY = {
    "any", "berlin", "best", "cursor", "distance", "elimination", "exception", "front", "gain", "google", "later",
    "marathon", "men", "meta", "models", "pace", "prices", "prose", "releases", "revenue", "total", "unprinted",
    "shares", "vaccination", "women", "world", "API", "China", "Corp", "EU", "EUR", "GitHub", "HHI", "Pearson",
    "Spearman", "US", "USD",
}  # fmt: skip
"""Words of the language, of statistics, of money, of the trade and of geography that a dossier's names happen to be."""

PAST = "schemas/contracts/"
"""Contracts are versions of the past too."""


def sections(dossier: Path, name: str) -> Mapping[str, Any]:
    """Return the file that a section of a dossier stands in."""
    own = dossier / f"{name}.toml"
    return tomllib.loads((own if own.is_file() else dossier / "dossier.toml").read_text("utf-8"))


def names_of(dossier: Path) -> Iterator[str]:
    """Yield what is a dossier's own: subjects, cohorts, names as they are spelled, ids."""
    main = sections(dossier, "dossier")
    for name, table in main["tables"].items():
        yield name
        columns = table.get("columns", {})
        own = table.get("rows") == "figures"
        headers = [title for title, column in columns.items() if column.get("role") == "subject"]
        if "path" not in table:
            continue  # a table of the article's text, whose rows are years
        with (dossier / table["path"]).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for header in ["subject"] if own else headers:
                    yield from (row[header], slug(row[header]))
    yield from main.get("spelling", {}).get("names", [])
    for cohort in sections(dossier, "predictions").get("cohorts", {}).values():
        yield from cohort
    for kind in ("claims", "predictions"):
        yield from (each["id"] for each in sections(dossier, kind).get(kind, []))
    yield from sections(dossier, "metrics").get("metrics", {})


def own_names() -> set[str]:
    units = {*UNITS.engine, *(word for unit in UNITS.engine.values() for word in unit.words)}
    found = {name for dossier in DOSSIERS for name in names_of(dossier)}
    return {name for name in found - ORDINARY - units if len(name) > 2 and not name.isdigit()}


def code(folder: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of what is written in a folder."""
    for path in sorted((ROOT / folder).rglob("*")):
        place = path.relative_to(ROOT).as_posix()
        if path.suffix in (".py", ".j2", ".json", ".toml", ".css", ".csv") and not place.startswith(PAST):
            yield place, path.read_text("utf-8")


def mentions(name: str, text: str) -> list[int]:
    return [text.count("\n", 0, found.start()) + 1 for found in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)]


def test_a_rebuild_from_another_day_gives_what_a_first_build_gives(tmp_path: Path) -> None:
    """Of figures known since and figures as printed, the day of writing says which are of one time."""
    raw, out = shutil.copytree(EXAMPLES / "measles", tmp_path / "raw"), tmp_path / "out"
    found = []
    for day, place in (("2024-11-20", out), ("2024-11-10", out), ("2024-11-10", tmp_path / "first")):
        edit(raw / "dossier.toml", "written = 2024-11-20", f"written = {day}")
        assert tidebook("build", "--raw", str(raw), "--out", str(place)).exit_code == 0
        found.append({row["statement_id"]: row["outcome"] for row in rows("outcomes", place)})
        edit(raw / "dossier.toml", f"written = {day}", "written = 2024-11-20")
    assert found[0] != found[1] == found[2]


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ('unit = "year"', 'unit = "month"', 'the unit of years_left went from "year" to "month"'),
        ('quantity(7200, "second")', 'quantity(6900, "second")', "the expression of years_left went from"),
    ],
    ids=["unit", "expression"],
)
def test_what_a_metric_is_declared_by_is_the_cause_where_it_turns_a_claim(
    tmp_path: Path, old: str, new: str, cause: str
) -> None:
    raw, out = shutil.copytree(EXAMPLES / "marathon", tmp_path / "raw"), tmp_path / "out"
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).exit_code == 0
    metrics = (raw / "metrics.toml").read_text(encoding="utf-8")
    before, mark, after = metrics.partition("[metrics.years_left]")
    (raw / "metrics.toml").write_text(before + mark + after.replace(old, new, 1), encoding="utf-8")
    told = tidebook("build", "--raw", str(raw), "--out", str(out)).output
    assert "within_three_years: stands → wrong" in told and cause in told and "other code" not in told


def test_another_unit_reaches_all_that_was_read_in_it(tmp_path: Path) -> None:
    raw, out = shutil.copytree(EXAMPLES / "marathon", tmp_path / "raw"), tmp_path / "out"
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).exit_code == 0
    edit(raw / "dossier.toml", 'words = ["km"]', 'words = ["miles"]')
    result = tidebook("build", "--raw", str(raw), "--out", str(out))
    assert result.exit_code == 2
    assert 'metrics.toml:21, column "metrics.distance.is' in result.output
    assert 'reference/figures.csv:14, column "unit": found "km"' in result.output


def test_no_name_of_a_dossier_stands_in_the_engine() -> None:
    names = own_names()
    assert {"OpenAI", "training_runs", "united_states", "kelvin_kiptum", "Assefa 2023", "us_majority"} <= names
    of_the_world = "pipelines/read/evidence_tables/countries.py"  # has the names of all countries
    texts = [each for each in (*code("pipelines"), *code("schemas")) if each[0] != of_the_world]
    everything = "\n".join(text for _, text in texts)
    suspects = sorted(name for name in names if name in everything)
    found = [f"{place}:{line}: {name}" for place, text in texts for name in suspects for line in mentions(name, text)]
    assert found == []


def test_a_name_is_found_as_a_word_only() -> None:
    assert mentions("xai", "a\nb = xai/c\nmaxaim\n_xai") == [2]


def test_the_table_of_the_page_on_tables_can_be_read(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "dossier.md").read_text("utf-8")
    (declared,) = re.findall(r"```toml\n(\[tables\.data_centers\].*?)```", page, re.DOTALL)
    (tmp_path / "article").mkdir()
    (tmp_path / "dossier.toml").write_text(
        f'article = {{ title = "Power", published = 2024-10-01 }}\n{declared}', "utf-8"
    )
    cells = "Site,Owner,Capital Cost ($ million),Power (est.)\nHamina,own,850,60 MW\nMemphis,leased,-,-\n"
    (tmp_path / "article" / "data_centers.csv").write_text(cells, "utf-8")
    result = tidebook("check", "--raw", str(tmp_path))
    assert "Power" not in result.output, "a dash is declared of the power, and not of the cost"
    assert 'data_centers.csv:3, column "Capital Cost ($ million)": found "-"' in result.output
    edit(tmp_path / "article" / "data_centers.csv", "leased,-,-", "leased,400,-")
    assert tidebook("check", "--raw", str(tmp_path)).output.startswith("2 data_centers")


# The first exercise: an edit of the text, `follow`, and what the report says.


def page_of(out: Path) -> str:
    """Return the words of the report's main page."""
    tree = LexborHTMLParser((out / "latest" / "report" / "index.html").read_text(encoding="utf-8"))
    body = tree.css_first("body")
    assert body is not None
    return " ".join(body.text().split()).replace(NBSP, " ")


def test_a_corrected_number_is_right_in_the_report_and_never_struck_out_for_itself(tmp_path: Path) -> None:
    raw, out = shutil.copytree(EXAMPLES / "marathon", tmp_path / "raw"), tmp_path / "out"
    assert tidebook("build", str(raw), "--out", str(out)).exit_code == 0
    assert "42,195 km printed, better:→ 42.195 km" in page_of(out)
    edit(raw / "article.md", "42,195 km", "42.195 km")

    assert tidebook("build", str(raw), "--out", str(out)).exit_code == 0
    drifted = page_of(out)
    assert "Drifted Marathon’s distance 42.195 km" in drifted
    assert "42.195 km printed, better" not in drifted

    assert tidebook("follow", "--in", str(raw)).exit_code == 0
    assert tidebook("build", str(raw), "--out", str(out)).exit_code == 0
    followed = page_of(out)
    assert "Drifted" not in followed and "42,195 km printed, better" not in followed
    assert "42.195 km" in followed


def test_follow_names_the_places_that_keep_the_old_number(tmp_path: Path) -> None:
    raw = shutil.copytree(EXAMPLES / "marathon", tmp_path / "raw")
    edit(raw / "claims.toml", "The length of a marathon, as printed", "A marathon is 42,195 km long")
    edit(raw / "article.md", "42,195 km", "42.195 km")
    told = tidebook("follow", "--in", str(raw))
    assert "claims.toml:21: still has “42,195 km”; change it, if it is the same number" in told.output
    assert "reference" not in told.output, "what others say is no place of the article's number"
