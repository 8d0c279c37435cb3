"""One dossier in which assertions have each outcome, from the census of five towns: the decision table, row by row."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.dossiers import run_of

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
TOWNS = 'Town,People\nOak,"52,310"\nElm,"21,480"\nAsh,"31,275"\nFir,"12,044"\nYew,"9,011"\n'
KNOWN = """figure_id,basis,text,interval,unit,as_of,source,tier,note
towns/oak/people,census,"49,120",,person,2023-12-31,register,P,
towns/elm/people,census,"21,480",,person,2023-06-01,register,P,
towns/elm/people,census,"19,002",,person,2024-01-20,register,P,
towns/ash/people,census,"29,100",,person,2023-06-01,register,P,
towns/ash/people,census,"31,275",,person,2024-01-20,register,P,
towns/fir/people,census,"12,044",,person,2023-12-01,register,P,
"""
# The register has 49,120 in Oak, once 21,480 and then 19,002 in Elm, once 29,100 and then 31,275 in Ash, and the
# printed 12,044 in Fir; of Yew it knows nothing.
FIGURES = {"oak": "wrong", "elm": "outdated", "ash": "premature", "fir": "right", "yew": "unchecked"}
CLAIMS = {
    "towns[oak].people above 50000": "wrong",
    "towns[oak].people above 55000": "wrong",  # the print denies it too, but a source decides first
    "towns[oak].people above 40000": "stands",  # although 52,310 is wrong
    "towns[elm].people above 20000": "outdated",
    "towns[ash].people at_least 30000": "premature",
    "towns[fir].people above 10000": "stands",
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
    "": "undecided",
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
    files = {"dossier.toml": DOSSIER, "towns.csv": TOWNS, "reference/figures.csv": KNOWN}
    run = run_of(Path(tmp_path_factory.mktemp("towns")), {**files, "claims.toml": "\n".join(claims)})
    return {name: run.table(name) for name in ("outcomes", "figure_outcomes")}


def test_each_figure_has_one_word(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["figure_outcomes"]
    found = {name.split("/")[1]: word for name, word in zip(rows["figure_id"], rows["outcome"], strict=True)}
    assert found == FIGURES


def test_a_claim_has_the_outcome_of_the_first_rule_that_fits(tables: dict[str, pd.DataFrame]) -> None:
    outcomes = tables["outcomes"].set_index("statement_id")["outcome"]
    assert {text: outcomes[f"c{number}"] for number, text in enumerate(CLAIMS)} == CLAIMS


def test_a_claim_without_interpretation_has_the_outcome_of_its_figures(tables: dict[str, pd.DataFrame]) -> None:
    outcomes = tables["outcomes"].set_index("statement_id")["outcome"]
    assert {towns: outcomes[f"s{number}"] for number, towns in enumerate(STATED)} == STATED
