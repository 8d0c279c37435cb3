"""One dossier in which assertions have each outcome, from the census of five towns: the decision table, row by row."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.dossiers import run_of
from tests.signs import disagreement

DOSSIER = """
[article]
title = "Five towns"
publisher = "A test"
published = 2024-02-01
written = 2024-01-10

[tables.towns]
path = "towns.csv"
title = "People of five towns"
[tables.towns.columns]
"Town" = { name = "town", role = "subject" }
"People" = { name = "people", unit = "person", basis = "census" }

[tables.rents]
path = "rents.csv"
title = "Rents"
[tables.rents.columns]
"Town" = { name = "town", role = "subject" }
"Rent" = { name = "rent", unit = "USD", basis = "rent, 2023" }

[assumptions]
as_of = 2025-01-01

[sources.register]
title = "Register"
publisher = "Register office"
address = "https://example.org/register"
tier = "P"
licence = "CC0"
published = 2024-05-01
"""
TOWNS = 'Town,People\nOak,"52,310"\nElm,"21,480"\nAsh,"31,275"\nFir,"12,044"\nYew,"9,011"\nBox,"7,300"\n'
RENTS = "Town,Rent\nFir,$900\n"
KNOWN = """figure_id,basis,text,interval,unit,as_of,source,tier,note
towns/oak/people,census,"49,120",,person,2023-12-31,register,P,
towns/elm/people,census,"21,480",,person,2023-06-01,register,P,
towns/elm/people,census,"19,002",,person,2024-01-20,register,P,
towns/ash/people,census,"29,100",,person,2023-06-01,register,P,
towns/ash/people,census,"31,275",,person,2024-01-20,register,P,
towns/fir/people,census,"12,044",,person,2023-12-01,register,P,
towns/box/people,census,"7,300",,person,2023-06-01/2024-01-15,register,P,
rents/fir/rent,"rent, 2023",$900,,USD,2023-12-31,register,P,
rents/fir/rent,"rent, 2023",$950,,USD,2024-06-01,register,P,
"""
# The register has 49,120 in Oak, once 21,480 and then 19,002 in Elm, once 29,100 and then 31,275 in Ash, and the
# printed 12,044 in Fir; of Yew it knows nothing, and of Box nothing after 15 January. It corrected the rent after
# publication.
FIGURES = {
    "towns/oak": "wrong",
    "towns/elm": "outdated",
    "towns/ash": "premature",
    "towns/fir": "right",
    "towns/yew": "unchecked",
    "towns/box": "expired",
    "rents/fir": "revised",
}
CLAIMS = {
    "towns[oak].people above 50000": "wrong",
    "towns[oak].people above 55000": "wrong",  # the print denies it too, but a source decides first
    "towns[oak].people above 40000": "stands",  # although 52,310 is wrong
    "towns[elm].people above 20000": "outdated",
    "towns[ash].people at_least 30000": "premature",
    "towns[fir].people above 10000": "stands",
    "towns[box].people above 7000": "undecided",  # it held when written, and nobody knows the people of 1 February
    "towns[yew].people below 10000": "consistent",
    "towns[yew].people above 12000": "contradicts itself",
    # Yew would have to have 13 times its people to lead.
    "towns[oak].people / towns[yew].people above 1": "stands",
    # It leads already with a third more.
    "towns[fir].people / towns[yew].people above 1": "consistent",
    # What the register says of Fir denies it with the printed people of Yew.
    "towns[fir].people / towns[yew].people below 1": "wrong",
}
STATED = {
    "oak": "wrong",
    "elm": "outdated",
    "ash": "premature",
    "fir": "stands",
    "yew": "unchecked",
    "fir yew": "unchecked",
    "elm ash": "outdated",
    "box": "expired",
    "box yew": "expired",
    "ash box": "premature",
    "": "undecided",
}
QUOTED = {
    # A quotation that prints the number, a test on it, and the badge.
    ("oak", "Oak has 52,310 people", "towns[oak].people above 40000"): ("wrong", "wrong"),
    ("oak", "Oak is large", "towns[oak].people above 40000"): ("stands", ""),
    ("elm", "with 21,480 people Elm is a town", "towns[elm].people above 10000"): ("stands", "outdated"),
    ("ash", "with 31,275 people Ash is a town", "towns[ash].people above 10000"): ("stands", "premature"),
    ("fir", "with 12,044 people Fir is a town", "towns[fir].people above 10000"): ("stands", ""),
    ("elm", "with 21,480 people Elm is the second", "towns[elm].people above 20000"): ("outdated", "outdated"),
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    claims = []
    for number, text in enumerate(CLAIMS):
        expression, predicate, bound = text.rsplit(" ", 2)
        unit = "ratio" if "/" in expression else "person"
        claims.append(
            f'[[claims]]\nid = "c{number}"\nstatement = "{text}"\nis = "{expression}"\nunit = "{unit}"\n'
            f'predicate = "{predicate} {bound}"\n'
        )
    for number, towns in enumerate(STATED):
        stated = [f"towns/{town}/people" for town in towns.split()]
        more = f"states_figures = {stated}" if stated else 'untestable = "no table says so"'
        claims.append(f'[[claims]]\nid = "s{number}"\nstatement = "States {towns}"\n{more}\n')
    for number, (town, quote, text) in enumerate(QUOTED):
        expression, predicate, bound = text.rsplit(" ", 2)
        claims.append(
            f'[[claims]]\nid = "q{number}"\nstatement = "{quote}"\nquote = "{quote}"\n'
            f'states_figures = ["towns/{town}/people"]\nis = "{expression}"\nunit = "person"\n'
            f'predicate = "{predicate} {bound}"\n'
        )
    claims.append('[[claims]]\nid = "rent"\nstatement = "The rent"\nstates_figures = ["rents/fir/rent"]\n')
    files = {"dossier.toml": DOSSIER, "towns.csv": TOWNS, "rents.csv": RENTS, "reference/figures.csv": KNOWN}
    run = run_of(Path(tmp_path_factory.mktemp("towns")), {**files, "claims.toml": "\n".join(claims)})
    return {name: run.table(name) for name in ("outcomes", "figure_outcomes")}


def test_each_figure_has_one_word(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["figure_outcomes"]
    found = {name.rpartition("/")[0]: word for name, word in zip(rows["figure_id"], rows["outcome"], strict=True)}
    assert found == FIGURES


def test_a_claim_has_the_outcome_of_the_first_rule_that_fits(tables: dict[str, pd.DataFrame]) -> None:
    outcomes = tables["outcomes"].set_index("statement_id")["outcome"]
    assert {text: outcomes[f"c{number}"] for number, text in enumerate(CLAIMS)} == CLAIMS


def test_a_claim_without_interpretation_has_the_outcome_of_its_figures(tables: dict[str, pd.DataFrame]) -> None:
    outcomes = tables["outcomes"].set_index("statement_id")["outcome"]
    assert {towns: outcomes[f"s{number}"] for number, towns in enumerate(STATED)} == STATED
    assert outcomes["rent"] == "revised"


def test_a_claim_with_a_test_has_a_word_for_it_and_one_for_its_number(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["outcomes"].set_index("statement_id")
    found = {}
    for number, case in enumerate(QUOTED):
        row = rows.loc[f"q{number}"]
        found[case] = row["outcome"], row["number"]
        assert disagreement(row["outcome"], row.to_dict()) == "", case
    assert found == QUOTED
