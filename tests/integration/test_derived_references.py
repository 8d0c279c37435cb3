"""References that an expression gives to a whole column: a source's table in another currency, and its ranks."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.dossiers import run_of
from tidebook.pipelines.graph.run import Run
from tidebook.pipelines.read.errors import InputError

DOSSIER = """
[article]
title = "The richest clubs"
published = 2023-01-19

[tables.now]
path = "now.csv"
title = "Clubs by revenue"
[tables.now.columns]
"Club" = { name = "club", role = "subject" }
"Revenue" = { name = "revenue", unit = "EUR", basis = "revenue 2022" }
"Place" = { name = "place", unit = "rank", basis = "rank 2022" }

[sources.office]
title = "Clubs in pounds"
publisher = "Office"
address = "none"
tier = "S"
licence = "CC0"
published = 2023-01-10

[evidence.pounds]
path = "evidence/pounds.csv"
source = "office"
key = ["Club"]
values = { revenue = { column = "Revenue", unit = "GBP", basis = "revenue 2022" } }

[evidence.rates]
path = "evidence/rates.csv"
source = "office"
key = ["currency", "year"]
values = { eur = "EUR/GBP" }
"""

REFERENCES = """
[[references]]
figures = "now/*/revenue"
is = "pounds.revenue * rates[gbp, 2022].eur"
error = "1 %"

[[references]]
figures = "now/*/place"
is = "rank(pounds.revenue)"
basis = "rank 2022"
"""

FILES = {
    "now.csv": "Club,Revenue,Place\nAjax,€121.0m,1st\nBonn United,€110m,2nd\nCeltic,€90m,3rd\n",
    "evidence/pounds.csv": "Club,Revenue\nAjax,£100m\nBonn United,£80m\nDover,£85m\n",
    "evidence/rates.csv": "currency,year,eur\nGBP,2022,1.2\n",
}


def run(folder: Path, step: str, references: str = REFERENCES) -> Run:
    """Bring a step of the dossier above up to date."""
    return run_of(folder, {**FILES, "dossier.toml": DOSSIER + references}, step)


def outcomes(folder: Path) -> pd.Series[str]:
    """Return the outcome of each figure."""
    return run(folder, "figure_outcomes").table("figure_outcomes").set_index("figure_id")["outcome"]


def test_a_table_of_a_source_checks_a_column_in_another_currency(tmp_path: Path) -> None:
    """£100m at 1.2 is €120m, within 1 % of €121m; £80m is €96m, which €110m is not; of Celtic nothing is known."""
    found = outcomes(tmp_path)
    assert found["now/ajax/revenue"] == "right"
    assert found["now/bonn_united/revenue"] == "wrong"
    assert found["now/celtic/revenue"] == "unchecked"
    # Dover comes between the two, so that Bonn is third by the source.
    assert found["now/ajax/place"] == "right"
    assert found["now/bonn_united/place"] == "wrong"


def test_a_reference_has_basis_day_source_and_error_from_its_evidence(tmp_path: Path) -> None:
    """The row says what it was computed by; the rows that it rests on are stored."""
    made = run(tmp_path, "reference_values")
    row = made.table("reference_values").set_index("figure_id").loc["now/ajax/revenue"]
    assert row["basis"] == "revenue 2022"
    assert (row["source_id"], row["tier"]) == ("office", "D")
    assert row["text"] == "€119M–€121M"
    assert (row["low"], row["high"]) == pytest.approx((118.8e6, 121.2e6))
    assert row["note"] == "pounds.revenue * rates[gbp, 2022].eur ± 1 %"
    assert set(made.table("evidence_rows")["evidence_row_id"]) == {
        "pounds/ajax", "pounds/bonn_united", "pounds/dover", "rates/gbp/2022",
    }  # fmt: skip


def test_the_reference_of_one_figure_is_the_value_of_its_subject(tmp_path: Path) -> None:
    """Of a whole table; the others are not missed."""
    one = '[[references]]\nfigure = "now/ajax/revenue"\nis = "pounds.revenue * rates[gbp, 2022].eur"\nerror = "1 %"\n'
    made = run(tmp_path, "figure_outcomes", one)
    found = made.table("figure_outcomes").set_index("figure_id")["outcome"]
    assert found.to_dict() == {name: "unchecked" for name in found.index} | {"now/ajax/revenue": "right"}
    assert made.load("declared/derived_references").notes == ()


def test_subjects_that_do_not_meet_are_listed(tmp_path: Path) -> None:
    """They are no error, but an author wants to know."""
    notes = list(map(str, run(tmp_path, "reference_values").load("declared/derived_references").notes))
    assert any("a value for celtic" in note for note in notes)
    assert any("a figure for dover" in note for note in notes)


@pytest.mark.parametrize(
    ("references", "expected"),
    [
        ('[[references]]\nfigures = "now/*/revenu"\nis = "1"\n', "a printed figure"),
        ('[[references]]\nfigures = "now/*/place"\nis = "rank(pounds.revenue)"\n', None),
        ('[[references]]\nfigures = "now/*/revenue"\nis = "pounds.revenue"\n', "a value in EUR"),
        ('[[references]]\nfigures = "now/celtic/revenue"\nis = "pounds.revenue * rates[gbp, 2022].eur"\n', "subjects"),
        (
            '[[references]]\nfigures = "now/*/revenue"\nis = "pounds.revenue * rates[gbp, 2022].eur"\nerror = "x"\n',
            "0.5 %",
        ),
    ],
)
def test_what_cannot_be_joined_is_an_error_at_its_place(tmp_path: Path, references: str, expected: str | None) -> None:
    """A rank has the basis of the amounts that it orders unless another one is stated: it is then not comparable."""
    if expected is None:
        made = run(tmp_path, "reference_values", references).table("reference_values")
        assert set(made["basis"]) == {"revenue 2022"}
        return
    with pytest.raises(InputError) as error:
        run(tmp_path, "reference_values", references)
    assert expected in str(error.value)


def test_an_empty_table_of_evidence_is_an_error_of_its_reference(tmp_path: Path) -> None:
    """It has no subject that could meet one of the article."""
    files = {**FILES, "evidence/pounds.csv": "Club,Revenue\n", "dossier.toml": DOSSIER + REFERENCES}
    with pytest.raises(InputError, match="subjects of both"):
        run_of(tmp_path, files, "reference_values")


def test_an_expression_that_looks_up_nothing_is_not_a_reference(tmp_path: Path) -> None:
    """A number alone has no source, even where a basis is stated."""
    dossier = DOSSIER.replace('"Place"', '"Stars" = { name = "stars", unit = "number", basis = "stars" }\n"Place"')
    typed = '[[references]]\nfigure = "now/ajax/stars"\nis = "2"\nbasis = "stars"\n'
    files = {**FILES, "now.csv": "Club,Revenue,Place,Stars\nAjax,€121.0m,1st,3\n", "dossier.toml": dossier + typed}
    with pytest.raises(InputError, match="looks up evidence"):
        run_of(tmp_path, files, "reference_values")
