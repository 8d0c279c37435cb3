"""A verdict traced back in plain lines: what other figures than the printed ones do to it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pyarrow as pa
import pytest

from tests.unit.report_tables import report_tables, table
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.report.explain import explain
from tidebook.schemas.vocabulary import ABOUT_PRINTED


def explained(name: str, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the lines on a claim, prediction or figure, from rows as `tidebook explain` reads them."""
    return list(explain(name, {each: pa.Table.from_pandas(frame).to_pylist() for each, frame in tables.items()}))


def test_sources_that_turn_the_claim_alone_are_named() -> None:
    tables = report_tables() | {
        "comparisons": table("comparisons", []),
        "reference_values": table("reference_values", []),
    }
    lines = explained("us_majority", tables)
    place = lines.index("Each of these sources alone changes the verdict; the nearest in time first:")
    assert lines[place + 1] == (
        "  United States’ total funding: $10B instead of $35B (Release dates, 1\u00a0October\u00a02024) gives 50%"
    )
    assert lines[place + 6] == "  2 more: see the table substitutions"


def test_a_figure_may_be_named_by_an_ending_that_is_its_own() -> None:
    tables = report_tables() | {
        "comparisons": table("comparisons", []),
        "reference_values": table("reference_values", []),
    }
    assert explained("china/total_funding", tables)[1].startswith("  regional_funding/china/total_funding: ")
    with pytest.raises(InputError):
        explained("x/total_funding", tables)


def test_a_claim_about_the_print_is_said_to_keep_its_figures() -> None:
    tables = report_tables() | {
        "comparisons": table("comparisons", []),
        "reference_values": table("reference_values", []),
    }
    claims = {row["claim_id"]: row["kind"] for row in tables["claims"].to_dict("records")}
    said = {name: any("keeps the printed figures" in line for line in explained(name, tables)) for name in claims}
    assert said == {name: kind in ABOUT_PRINTED for name, kind in claims.items()}
    assert len(set(said.values())) == 2


def test_a_prediction_is_traced_to_its_evidence() -> None:
    lines = explained("consolidation", report_tables() | {"comparisons": table("comparisons", [])})
    place = lines.index("Question: counted from when it was written; 18 months; strict")
    assert lines[place + 1 : place + 4] == [
        "  failed: xai since 2024-10-01: 1 of 3.",
        "  0% on 2024-12-31, n = 1",
        "  evidence deal: $250B, 2024-12-01 (reference/events.csv:2)",
    ]
    assert lines[-1] == "Model: A rate."


@pytest.mark.parametrize(("name", "suggestion"), [("us_majorty", "; did you mean us_majority?"), ("xyz", "")])
def test_an_unknown_id_is_refused_with_those_close_to_it(name: str, suggestion: str) -> None:
    with pytest.raises(InputError) as error:
        explained(name, report_tables())
    assert str(error.value).endswith(
        f'found "{name}", expected the id of a claim or a prediction, or of a figure{suggestion}'
    )


@pytest.mark.parametrize(
    ("spread", "words"),
    [
        ({"distribution": "none"}, []),
        (
            {"distribution": "assumed"},
            ["    drawn: $20B–$60B, log-uniform, as the dossier assumes"],
        ),
        (
            {"distribution": "fitted", "degrees_of_freedom": 6.0, "spread_cases": 5.0, "spread_weight": 5.0},
            [
                "    drawn: 90% within $20B–$60B, Student's t in the logarithm with 6 degrees of freedom, fitted to "
                "5 known errors of its kind"
            ],
        ),
        (
            {"distribution": "fitted", "degrees_of_freedom": 8.0, "spread_cases": 7.0, "spread_weight": 3.202},
            [
                "    drawn: 90% within $20B–$60B, Student's t in the logarithm with 8 degrees of freedom, fitted to "
                "7 known errors, which weigh as 3.2 of its kind"
            ],
        ),
    ],
)
def test_the_interval_that_the_draws_use_is_explained_with_what_it_depends_on(
    spread: dict[str, object], words: list[str]
) -> None:
    tables = report_tables() | {
        "comparisons": table("comparisons", []),
        "reference_values": table("reference_values", []),
    }
    rows = tables["figures"].to_dict("records")
    for row in rows:
        if row["figure_id"] == "regional_funding/united_states/total_funding":
            row.update(spread, drawn_low=20e9, drawn_high=60e9)
    lines = explained("regional_funding/united_states/total_funding", tables | {"figures": table("figures", rows)})
    assert [line.replace("\u00a0", " ") for line in lines if line.startswith("    drawn:")] == words


@pytest.mark.parametrize(
    ("distribution", "half", "words"),
    [("none", 0.0, "    judged as exactly $35B"), ("rounding", 0.1e9, "    judged as $34.9B–$35.1B")],
)
def test_a_number_that_varies_less_than_its_print_allows_says_how_it_is_judged(
    distribution: str, half: float, words: str
) -> None:
    name = "regional_funding/united_states/total_funding"
    tables = report_tables() | {
        "comparisons": table("comparisons", []),
        "reference_values": table("reference_values", []),
    }
    rows = tables["figures"].to_dict("records")
    for row in rows:
        if row["figure_id"] == name:
            held = {"drawn_low": 35e9 - half, "drawn_high": 35e9 + half, "distribution": distribution}
            row.update(held, value=35e9, low=34.5e9, high=35.5e9)
    lines = explained(name, tables | {"figures": table("figures", rows)})
    assert words in [line.replace("\u00a0", " ") for line in lines]
