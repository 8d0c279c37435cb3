"""Two sources of one day and tier that exclude each other, in a small dossier: what depends on which of them is right.

Belongs here: figures and claims of a whole dossier. Does not: how one figure is judged (`tests/unit`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tidebook.pipelines.graph.graph import graph_of
from tidebook.pipelines.graph.run import Run
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.read.settings import Settings

DOSSIER = """
[article]
title = "Three shops"
published = 2024-06-01

[tables.shops]
path = "article/shops.csv"
title = "Sales of three shops"
[tables.shops.columns]
"Shop" = { name = "shop", role = "subject" }
"Sales" = { name = "sales", unit = "USD", basis = "audited" }

[assumptions]
draws = { count = 100, seed = 1 }

[metrics.north_to_south]
is = "shops[north].sales / shops[south].sales"
unit = "ratio"
means = "Sales of the northern shop over those of the southern"

[metrics.north]
is = "shops[north].sales"
unit = "USD"
means = "Sales of the northern shop"

[metrics.south]
is = "shops[south].sales"
unit = "USD"
means = "Sales of the southern shop"

[sources.FIRST]
title = "Register"
publisher = "City register"
address = "https://city.example"
tier = "S"
licence = "CC0"
published = 2024-05-01

[sources.SECOND]
title = "Survey"
publisher = "Trade survey"
address = "https://survey.example"
tier = "S"
licence = "CC0"
published = 2024-05-01

[[claims]]
id = "north_leads"
statement = "The northern shop sells at least a fifth more than the southern"
interpretations = [{ interpretation = "a fifth more", metric = "north_to_south", predicate = "at_least 1.2" }]

[[claims]]
id = "north_is_large"
statement = "The northern shop sells more than $10M"
interpretations = [{ interpretation = "more than 10 million", metric = "north", predicate = "above 10e6" }]

[[claims]]
id = "north_is_huge"
statement = "The northern shop sells more than $100M"
interpretations = [{ interpretation = "more than 100 million", metric = "north", predicate = "above 100e6" }]

[[claims]]
id = "south"
statement = "The southern shop sells less than $25M"
interpretations = [{ interpretation = "less than 25 million", metric = "south", predicate = "below 25e6" }]

[[claims]]
id = "north_said"
statement = "The northern shop sells $30M"
states_figures = ["shops/north/sales"]
"""
SHOPS = "Shop,Sales\nNorth,$30M\nSouth,$20M\nEast,$10M\n"
HEADER = "figure_id,basis,text,interval,unit,as_of,source,tier,note\n"
ROWS = [
    "shops/north/sales,audited,$30M,,USD,2024-04-30,FIRST,S,",
    "shops/north/sales,audited,$20M,,USD,2024-04-30,SECOND,S,",
    "shops/south/sales,audited,$20M,,USD,2024-04-30,FIRST,S,",
    "shops/south/sales,audited,$20.1M,,USD,2024-04-30,SECOND,S,",
]
ORDERS = [
    (ROWS, ("register", "survey")),
    (ROWS[::-1], ("register", "survey")),
    (ROWS, ("z_register", "a_survey")),  # names that sort the other way
]


def outcomes(place: Path, rows: Sequence[str], names: tuple[str, str]) -> dict[str, tuple[str, str]]:
    """Return outcome and reason of each figure and statement of a dossier with these references and source ids."""
    texts = {
        "dossier.toml": DOSSIER,
        "article/shops.csv": SHOPS,
        "reference/figures.csv": HEADER + "\n".join(rows) + "\n",
    }
    for name, text in texts.items():
        path = place / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("FIRST", names[0]).replace("SECOND", names[1]), encoding="utf-8")
    run = Run(graph_of(Settings(place / "raw", place / "out")), Store(place / "out"), place / "out", complete=True)
    run.bring_up_to_date("outcomes")
    found = {}
    for row in run.table("figure_outcomes").to_dict("records"):
        found[row["figure_id"]] = row["outcome"], row["reason"]
    for row in run.table("outcomes").to_dict("records"):
        found[row["statement_id"]] = row["outcome"], row["why"]
    return found


DISAGREE = "sources disagree: $20M (Trade survey) or $30M (City register)"


@pytest.mark.parametrize(("rows", "names"), ORDERS)
def test_what_depends_on_the_source_says_so_whatever_the_order_and_the_names(
    tmp_path: Path, rows: list[str], names: tuple[str, str]
) -> None:
    found = outcomes(tmp_path, rows, names)
    # Printed $30M, as the register has it.
    assert found["shops/north/sales"] == ("depends", DISAGREE)
    assert found["north_said"] == ("depends", f"$30M depends: {DISAGREE}")
    # 30 / 20 is 1.5, and 20 / 20 is 1.
    outcome, why = found["north_leads"]
    assert outcome == "depends" and DISAGREE in why
    # Both values say the same of these.
    assert {name: found[name][0] for name in ("north_is_large", "north_is_huge")} == {
        "north_is_large": "stands",
        "north_is_huge": "wrong",
    }
    # $20M allows 20.1: the two do not exclude each other.
    assert (found["shops/south/sales"][0], found["south"][0]) == ("right", "stands")


def test_a_third_source_does_not_outvote_the_others(tmp_path: Path) -> None:
    third = ROWS[0].replace("audited,$30M", "audited,$30.2M").replace(",FIRST,", ",article,").replace(",S,", ",D,")
    found = outcomes(tmp_path, [*ROWS, third], ("register", "survey"))
    assert found["north_leads"][0] == "depends", "a derived value is of a lower tier"


def test_a_later_value_settles_a_dispute(tmp_path: Path) -> None:
    later = "shops/north/sales,audited,$30M,,USD,2024-05-31,SECOND,S,"
    found = outcomes(tmp_path, [*ROWS, later], ("register", "survey"))
    assert found["north_leads"][0] == "stands"
