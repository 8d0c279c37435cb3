"""Vintages: what a publisher's file held on a day, and what was true by it when it was said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.dossiers import run_of
from tidebook.schemas.base import records

DOSSIER = """
[article]
title = "People"
published = 2021-03-01

[tables.people]
path = "people.csv"
title = "People by country"
[tables.people.columns]
"Country" = { name = "country", role = "subject" }
"People" = { name = "people", unit = "person", basis = "mid-year estimate" }

[sources.office]
title = "Population"
publisher = "Office"
address = "none"
tier = "S"
licence = "CC0"
published = 2024-01-10

[evidence.pop]
path = "evidence/{}.csv"
vintages = [2020-06-01, 2023-07-01]
source = "office"
key = ["country", "year"]
values = { people = "person" }
basis = "mid-year estimate"

[[references]]
figures = "people/*/people"
is = "pop[:, 2019]"

[[claims]]
id = "more_than_ten_million"
statement = "Portugal had more than ten million people in 2019"
is = "pop[prt, 2019]"
unit = "person"
predicate = "above 10e6"

[[claims]]
id = "said_before_any_data"
statement = "Portugal had more than nine million people in 2019"
said = 2020-01-01
is = "pop[prt, 2019]"
unit = "person"
predicate = "above 9e6"
"""

FILES = {
    "people.csv": "Country,People\nPortugal,10.3 million\nSpain,47.1 million\nFrance,99 million\n",
    "evidence/2020-06-01.csv": "country,year,people\nPRT,2019,10290000\nESP,2019,47080000\nFRA,2019,67200000\n",
    "evidence/2023-07-01.csv": "country,year,people\nPRT,2019,9880000\nESP,2019,47090000\nFRA,2019,67100000\n",
}


def rows(folder: Path, table: str, key: str, dossier: str = DOSSIER) -> dict[str, dict[str, Any]]:
    """Return the rows of a table of the dossier above, by a column."""
    run = run_of(folder, {**FILES, "dossier.toml": dossier}, table)
    return {row[key]: row for row in records(run.table(table))}


def test_a_figure_that_was_right_by_the_data_of_its_day_is_revised_and_not_wrong(tmp_path: Path) -> None:
    """10.3 million rounds 10.29, not 9.88; 47.1 fits both; 99 was never right."""
    found = rows(tmp_path, "figure_outcomes", "figure_id")
    assert {name: row["outcome"] for name, row in found.items()} == {
        "people/portugal/people": "revised",
        "people/spain/people": "right",
        "people/france/people": "wrong",
    }
    assert "revised since" in found["people/portugal/people"]["reason"]
    assert found["people/portugal/people"]["better_value"] == 9.88e6


def test_a_claim_is_judged_by_the_data_that_were_known_when_it_was_published(tmp_path: Path) -> None:
    """It held by the first vintage, and the second does not change that; what it says now is told."""
    row = rows(tmp_path, "outcomes", "statement_id")["more_than_ten_million"]
    assert (row["outcome"], row["published"], row["now"]) == ("stands", "supported", "contradicted")
    assert "by the data of 2020-06-01" in row["why"]
    assert "by data that were revised on 2023-07-01 it does not hold" in row["why"]


def test_what_was_said_before_the_first_vintage_cannot_be_tested(tmp_path: Path) -> None:
    """Nothing is known of what the file held by then."""
    row = rows(tmp_path, "outcomes", "statement_id")["said_before_any_data"]
    assert row["published"] == "untestable"
    assert "its first vintage is of 2020-06-01" in row["why"]


def test_without_vintages_it_is_judged_by_todays_data(tmp_path: Path) -> None:
    """The report says so: that the claim held on its day is not known."""
    today = DOSSIER.replace("evidence/{}.csv", "evidence/2023-07-01.csv")
    today = today.replace("vintages = [2020-06-01, 2023-07-01]\n", "")
    row = rows(tmp_path, "outcomes", "statement_id", today)["more_than_ten_million"]
    assert row["outcome"] == "wrong"
    assert "by today's data" in row["why"]


@pytest.mark.parametrize("day", ["2020-06-01", "2023-07-01"])
def test_each_row_names_its_vintage(tmp_path: Path, day: str) -> None:
    """The rows of both files are stored."""
    assert f"pop/prt/2019@{day}" in rows(tmp_path, "evidence_rows", "evidence_row_id")
