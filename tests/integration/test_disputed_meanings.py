"""Numbers that an expert of their field would question: their basis, their bound, their day, and their last digit.

Each row is a printed figure beside what sources say, with the outcome that follows; each claim, a comparison of two
such figures. The answers were fixed by hand first.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import pandas as pd
import pytest

from tests.dossiers import run_of

DOSSIER = """
[article]
title = "Disputed meanings"
publisher = "A test"
published = 2024-12-01

[tables.prose]
path = "prose.csv"
title = "Prose"
rows = "figures"
[tables.prose.columns]
"subject" = { name = "name" }
"quantity" = { name = "quantity" }
"text" = { name = "value" }
"unit" = { name = "unit" }
"basis" = { name = "basis" }
"""
TIERS = {"agency": "P", "office": "P", "paper": "S", "blog": "W", "later": "P"}
SOURCES = "".join(
    f'[sources.{name}]\ntitle = "{name}"\npublisher = "{name}"\naddress = "https://example.org/{name}"\n'
    f'tier = "{tier}"\nlicence = "CC0"\npublished = 2024-06-01\n'
    for name, tier in TIERS.items()
)
JANUARY, JUNE, MARCH_AFTER = "2024-01-01", "2024-06-01", "2025-03-01"

Known = tuple[str, ...]
"""What a source says: its text, then its unit and basis where they differ from the print's, its day and itself."""


def known(text: str, basis: str = "", day: str = JUNE, source: str = "agency", unit: str = "") -> Known:
    return text, basis, day, source, unit


FIGURES: dict[str, tuple[str, str, str, Sequence[Known], str]] = {
    # id: print, unit, basis, what is known, outcome
    "dollars_of_2020": ("$50,000", "USD", "nominal", [known("$50,000", "2020 dollars"), known("$46,000")], "wrong"),
    "dollars_of_2020_alone": ("$50,000", "USD", "nominal", [known("$46,000", "2020 dollars")], "unchecked"),
    "median_as_mean": ("$70,000", "USD", "mean", [known("$70,000", "median"), known("$95,000")], "wrong"),
    "some_average": ("$70,000", "USD", "as reported", [known("$70,000", "median"), known("$95,000")], "depends"),
    "total_as_a_year": ("$11B", "USD", "annual", [known("$11B", "cumulative"), known("$4B")], "wrong"),
    "fiscal_year": ("$383B", "USD", "fiscal 2023", [known("$391B", "calendar 2023"), known("$383.3B")], "right"),
    "people_of_2023": ("45", "case/person", "by people of 2020", [known("41", "by people of 2023")], "unchecked"),
    "percent_for_points": ("2%", "percent", "change", [known("2 points", unit="percentage point"),
                                                       known("25%", source="office")], "wrong"),
    "sign": ("−5%", "percent", "as counted", [known("5%")], "wrong"),
    # A bound decides only what it excludes or implies.
    "more_than_a_bound": ("500", "person", "as counted", [known("at least 400")], "unchecked"),
    "the_same_bound": ("at least 400", "person", "as counted", [known("at least 400")], "right"),
    "a_wider_bound": ("at least 400", "person", "as counted", [known("at least 350")], "unchecked"),
    "a_tighter_bound": ("at least 400", "person", "as counted", [known("at least 450")], "right"),
    "range_below_a_top": ("up to 40%", "percent", "as counted", [known("35–45%")], "right"),
    "above_a_top": ("300", "person", "as counted", [known("up to 250")], "wrong"),
    "two_bounds": ("more than 20 but fewer than 30", "person", "as counted", [known("30")], "wrong"),
    # Days: what was superseded, and what no source could know yet.
    "superseded": ("100", "person", "as counted", [known("100", day=JANUARY), known("120")], "outdated"),
    "superseding": ("120", "person", "as counted", [known("100", day=JANUARY), known("120")], "right"),
    "known_later": ("150", "person", "as counted", [known("120"),
                                                    known("150", day=MARCH_AFTER, source="later")], "wrong"),
    # Sources of one day.
    "two_agencies": ("10", "person", "as counted", [known("10"), known("11", source="office")], "depends"),
    "neither_agency": ("13", "person", "as counted", [known("10"), known("11", source="office")], "wrong"),
    "agency_and_blog": ("10", "person", "as counted", [known("10"), known("11", source="blog")], "right"),
    "paper_against_agency": ("11", "person", "as counted", [known("10"), known("11", source="paper")], "wrong"),
    # The last digit.
    "half_down": ("3.2%", "percent", "as counted", [known("3.25%")], "right"),
    "half_up": ("3.3%", "percent", "as counted", [known("3.25%")], "right"),
    "past_half": ("3.2%", "percent", "as counted", [known("3.2503%")], "wrong"),
    "a_million": ("1.0 million", "person", "as counted", [known("1,049,999")], "right"),
    "past_a_million": ("1.0 million", "person", "as counted", [known("1,050,001")], "wrong"),
    "finer_than_its_source": ("3.27%", "percent", "as counted", [known("3.3%")], "right"),
    "a_unit_of_its_source_off": ("3.21%", "percent", "as counted", [known("3.3%")], "right"),
    "too_fine": ("3.19%", "percent", "as counted", [known("3.3%")], "wrong"),
}  # fmt: skip

CLAIMS: dict[str, tuple[tuple[str, str], dict[str, Sequence[Known]], str]] = {
    # id: prints of `a` and `b`, what is known of each, outcome of "a is more than b"
    "refuted": (("300", "200"), {"a": [known("150")], "b": [known("200")]}, "wrong"),
    "confirmed_against_its_print": (("150", "200"), {"a": [known("300")], "b": [known("200")]}, "stands"),
    "turned_since": (
        ("300", "200"),
        {"a": [known("300"), known("150", day=MARCH_AFTER, source="later")], "b": [known("200")]},
        "stands",
    ),
    "sources_differ_where_it_matters": (
        ("300", "200"),
        {"a": [known("300"), known("150", source="office")], "b": [known("200")]},
        "depends",
    ),
    "sources_differ_where_it_does_not": (
        ("300", "200"),
        {"a": [known("300"), known("310", source="office")], "b": [known("200")]},
        "stands",
    ),
    "excluded_by_a_bound": (("50", "40"), {"a": [known("at most 35")], "b": [known("40")]}, "wrong"),
    "a_range_across": (("50", "40"), {"a": [known("35–45")], "b": [known("40")]}, "depends"),
    "a_range_above": (("50", "40"), {"a": [known("45–55")], "b": [known("40")]}, "stands"),
    "equal": (("50", "40"), {"a": [known("40")], "b": [known("40")]}, "wrong"),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    printed = [(name, "q", *FIGURES[name][:3]) for name in FIGURES]
    references = [
        reference(f"prose/{name}/q", *FIGURES[name][1:3], one) for name in FIGURES for one in FIGURES[name][3]
    ]
    metrics, claims = [], []
    for name, (texts, about, _) in CLAIMS.items():
        printed += [(name, quantity, text, "person", "as counted") for quantity, text in zip("ab", texts, strict=True)]
        for quantity, each in about.items():
            references += [reference(f"prose/{name}/{quantity}", "person", "as counted", one) for one in each]
        metrics.append(
            f'[metrics.{name}]\nis = "prose[{name}].a - prose[{name}].b"\nunit = "person"\nmeans = "{name}"\n'
        )
        interpretation = f'{{ interpretation = "more", metric = "{name}", predicate = "above 0" }}'
        claims.append(f'[[claims]]\nid = "{name}"\nstatement = "S"\ninterpretations = [{interpretation}]\n')
    units = '[units.case]\nmeaning = "cases"\nwords = ["cases", "case"]\n'
    files = {
        "dossier.toml": DOSSIER + units,
        "prose.csv": table("subject,quantity,text,unit,basis", printed),
        "reference/figures.csv": table("figure_id,basis,text,interval,unit,as_of,source,tier,note", references),
        "sources.toml": SOURCES,
        "metrics.toml": "\n".join(metrics),
        "claims.toml": "\n".join(claims),
    }
    found = run_of(tmp_path_factory.mktemp("disputed"), files)
    figures = found.table("figure_outcomes").set_index("figure_id")["outcome"]
    return pd.concat([figures, found.table("outcomes").set_index("statement_id")["outcome"]]).to_frame()


def reference(figure: str, unit: str, basis: str, one: Known) -> tuple[str, ...]:
    text, other_basis, day, source, other_unit = one
    return figure, other_basis or basis, text, "", other_unit or unit, day, source, TIERS[source], ""


def table(header: str, rows: Iterable[Sequence[str]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return stream.getvalue()


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_judged_by_its_own_basis_bound_and_day(outcomes: pd.DataFrame, name: str) -> None:
    assert outcomes.loc[f"prose/{name}/q", "outcome"] == FIGURES[name][4]


@pytest.mark.parametrize("name", CLAIMS)
def test_a_comparison_is_judged_by_what_its_sources_allow(outcomes: pd.DataFrame, name: str) -> None:
    assert outcomes.loc[name, "outcome"] == CLAIMS[name][2]
