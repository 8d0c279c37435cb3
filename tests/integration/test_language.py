"""What a claim can say, built from a small dossier: metrics inside claims, numbers as printed, joined conditions."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import tidebook

DOSSIER = """
[article]
title = "Three kitchens"
publisher = "example"
published = 2024-05-02

[tables.meals]
path = "article/meals.csv"
title = "Meals served"
[tables.meals.columns]
"Kitchen" = { name = "kitchen", role = "subject" }
"Meals" = { name = "meals", unit = "number" }
"Waste" = { name = "waste", unit = "percent" }
"""
MEALS = "Kitchen,Meals,Waste\nNorth,240,4.0%\nSouth,180,5.0%\nWest,N/A,6.5%\n"
METRICS = """
[metrics.lead]
is = "meals[north].meals - meals[south].meals"
unit = "number"
means = "Meals of the north over those of the south"

[metrics.of_north]
is = "meals[north].meals"
unit = "number"
means = "Meals of the north"

[metrics.waste_above_north]
is = "meals.waste - meals[north].waste"
unit = "percentage point"
means = "Waste above that of the north"
"""
CLAIMS = """
[[claims]]
id = "north_ahead"
statement = "The north serves 240 meals, more than the south"
interpretations = [{ interpretation = "both", all_of = [
    { metric = "of_north", predicate = "equals 240" }, { metric = "lead", predicate = "above 0" } ] }]

[[claims]]
id = "one_part_is_false"
statement = "The north serves 240 meals, fewer than the south"
interpretations = [{ interpretation = "both", all_of = [
    { metric = "of_north", predicate = "equals 240" }, { metric = "lead", predicate = "below 0" } ] }]

[[claims]]
id = "two_rows"
statement = "The south wastes one point more than the north, the west more than two"
interpretations = [{ interpretation = "both", all_of = [
    { metric = "waste_above_north/south", predicate = "equals 1 pp" },
    { metric = "waste_above_north/west", predicate = "above 2" } ] }]

[[claims]]
id = "a_third_more"
statement = "The north serves a third more than the south"
is = "meals[north].meals / meals[south].meals - 1"
unit = "percent"
predicate = "equals about 33%"

[[claims]]
id = "rose_by_one_percent"
statement = "From north to south the waste rises by one percent"
is = "meals[south].waste / meals[north].waste - 1"
unit = "percent"
predicate = "equals 1%"

[[claims]]
id = "north_largest"
statement = "The north serves most of the three"
[[claims.interpretations]]
interpretation = "more than any other"
is = "meals[north].meals - max(meals[not north].meals)"
predicate = "above 0"
"""


def folder(place: Path, claims: str = CLAIMS, metrics: str = METRICS) -> Path:
    """Write the dossier to a new folder and return it."""
    raw = place / "raw"
    (raw / "article").mkdir(parents=True)
    for name, text in {"dossier.toml": DOSSIER, "metrics.toml": metrics, "claims.toml": claims}.items():
        (raw / name).write_text(text, "utf-8")
    (raw / "article" / "meals.csv").write_text(MEALS, "utf-8")
    return raw


def refused(place: Path, claims: str) -> str:
    """Return the errors of a check that ends in them."""
    result = tidebook("check", "--raw", str(folder(place, claims)))
    assert result.exit_code == 2, result.output
    return result.output


def test_claims_with_metrics_inside_and_joined_conditions_are_judged(tmp_path: Path) -> None:
    result = tidebook("build", "--raw", str(folder(tmp_path)), "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    outcomes = pd.read_parquet(tmp_path / "out" / "latest" / "tables" / "outcomes.parquet")
    assert dict(zip(outcomes["statement_id"], outcomes["outcome"], strict=True)) == {
        "north_ahead": "consistent",
        "one_part_is_false": "contradicts itself",
        "two_rows": "consistent",
        "a_third_more": "consistent",
        # From 4.0% to 5.0% it rises by one percentage point, which is 25 percent.
        "rose_by_one_percent": "contradicts itself",
        # The meals of the west are not printed.
        "north_largest": "depends",
    }
    why = outcomes.set_index("statement_id")["why"]
    assert "“both” does not hold: lead is 60, not below 0" in why["one_part_is_false"], "the part that fails"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'is = "meals[south].waste / meals[north].waste - 1"',
            'is = "meals[south].waste - meals[north].waste"',
            'claims.toml:31, column "claims.4.is, character 1": found "meals[south].waste - meals[north].waste", '
            "expected percentage point as the metric's unit",
        ),
        ("equals 1 pp", "equals 1 percent", "expected percentage points such as 3 pp"),
        ('metric = "lead", predicate = "above 0"', 'metric = "leed", predicate = "above 0"', "did you mean lead?"),
        (
            "meals[not north].meals",
            "meals[not norht].meals",
            'found "norht", expected a subject of meals; did you mean',
        ),
        ("waste_above_north/west", "waste_above_north/wst", "expected a subject of meals; did you mean west?"),
        ('predicate = "equals about 33%"\n', "", "expected a predicate, such as at_least 0.5"),
        (
            'statement = "The north serves a third more than the south"\n',
            'statement = "It"\ninterpretations = [{ interpretation = "so", metric = "lead", predicate = "above 0" }]\n',
            "expected either is or interpretations",
        ),
        (
            'interpretation = "more than any other"',
            'interpretation = "more than any other"\nmetric = "lead"',
            "expected exactly one of metric, is and all_of",
        ),
        ('id = "a_third_more"', 'id = "lead"', "a name of its own, not that of [metrics.lead]"),
    ],
)
def test_what_a_claim_cannot_say_is_reported_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert CLAIMS.count(old) == 1
    assert told in refused(tmp_path, CLAIMS.replace(old, new))


SECTIONS = """
[article]
title = "Rents by size"
publisher = "example"
published = 2024-05-02

[tables.rents]
path = "article/rents.csv"
title = "Monthly rents"
sections = "City"
[tables.rents.columns]
"City" = { name = "city", role = "subject" }
"Size" = { name = "size", role = "subject" }
"Rent" = { name = "rent", unit = "USD" }
"""
RENTS = "Size,Rent\nHarbour,\nOne room,$900\nTwo rooms,$1400\nHill,Hill\nOne room,$700\nTwo rooms,$1500\n"


def test_headings_among_the_rows_are_a_part_of_their_key(tmp_path: Path) -> None:
    raw = folder(tmp_path, """
[[claims]]
id = "small_is_dearer_in_the_harbour"
statement = "One room costs $200 more in the harbour, two cost less"
interpretations = [{ interpretation = "both", all_of = [
    { metric = "gap/harbour_one_room", predicate = "equals $200" },
    { metric = "gap/harbour_two_rooms", predicate = "below 0" } ] }]
""", """
[metrics.gap]
is = 'rents[city == "Harbour"].rent - match(rents[city == "Hill"].rent, rents[city == "Harbour"], "size")'
unit = "USD"
means = "Rent of the harbour over that of the hill"
""")  # fmt: skip
    (raw / "dossier.toml").write_text(SECTIONS, "utf-8")
    (raw / "article" / "meals.csv").unlink()
    (raw / "article" / "rents.csv").write_text(RENTS, "utf-8")
    result = tidebook("build", "--raw", str(raw), "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    outcomes = pd.read_parquet(tmp_path / "out" / "latest" / "tables" / "outcomes.parquet")
    assert outcomes["outcome"].tolist() == ["consistent"]
    rents = pd.read_parquet(tmp_path / "out" / "latest" / "tables" / "rents.parquet")
    assert rents["subject"].tolist() == ["harbour_one_room", "harbour_two_rooms", "hill_one_room", "hill_two_rooms"]


def test_a_row_above_the_first_heading_has_no_section(tmp_path: Path) -> None:
    raw = folder(tmp_path, "", "")
    (raw / "dossier.toml").write_text(SECTIONS, "utf-8")
    (raw / "article" / "rents.csv").write_text(RENTS.replace("Harbour,\n", ""), "utf-8")
    result = tidebook("check", "--fail-on", "none", "--raw", str(raw))
    assert result.exit_code == 2
    assert 'rents.csv:2, column "City": found "", expected a name with letters or digits' in result.output


def test_headings_need_a_column(tmp_path: Path) -> None:
    raw = folder(tmp_path, "", "")
    (raw / "article" / "rents.csv").write_text(RENTS, "utf-8")
    (raw / "dossier.toml").write_text(SECTIONS.replace('sections = "City"', 'sections = "Citty"'), "utf-8")
    result = tidebook("check", "--fail-on", "none", "--raw", str(raw))
    assert result.exit_code == 2
    assert 'found "Citty", expected a header under [columns]; did you mean City?' in result.output


TERMS = "Name,Day,Revenue\nStart,2020-01-01,$100M\nMiddle,2021-01-01,$200M\nEnd,2022-01-01,$400M\n"


def test_growth_spans_and_slopes_count_years_of_the_calendar(tmp_path: Path) -> None:
    raw = folder(tmp_path, "", """
[metrics.growth]
is = "growth(terms.revenue, terms.day)"
unit = "ratio"
means = "Growth a year"

[metrics.span]
is = "span(terms.revenue, terms.day)"
unit = "year"
means = "Time between"

[metrics.slope]
is = "slope(terms.revenue, terms.day)"
unit = "USD/year"
means = "Revenue won a year"

[metrics.days]
is = "(terms[end].day - terms[start].day) > 730.5"
unit = "number"
means = "Whether more than 730 days lie between"
""")  # fmt: skip
    (raw / "dossier.toml").write_text("""
[article]
title = "Two years"
publisher = "example"
published = 2024-05-02

[tables.terms]
path = "article/terms.csv"
title = "Terms"
[tables.terms.columns]
"Name" = { name = "name", role = "subject" }
"Day" = { name = "day", unit = "date" }
"Revenue" = { name = "revenue", unit = "USD" }
""", "utf-8")  # fmt: skip
    (raw / "article" / "terms.csv").write_text(TERMS, "utf-8")
    result = tidebook("build", "--raw", str(raw), "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    metrics = pd.read_parquet(tmp_path / "out" / "latest" / "tables" / "metrics.parquet")
    found = dict(zip(metrics["metric_id"], metrics["value"], strict=True))
    assert found == pytest.approx({"growth": 2, "span": 2, "slope": 150e6, "days": 1})
