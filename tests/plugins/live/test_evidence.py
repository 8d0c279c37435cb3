"""From tables of sources to observations: revenue per GPU-hour by quarter, the fourth of which no filing has."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from tidebook.pipelines.read.declarations import read_assumptions
from tidebook.pipelines.read.rawfile import read_raw
from tidebook.pipelines.read.sources.base import LARGEST, SMALLEST, FileRow
from tidebook.plugins.ledger.steps import added_observations as of_ledger
from tidebook.plugins.live.evidence import _reference
from tidebook.plugins.live.evidence import added_observations as of_live
from tidebook.plugins.live.tables import SourceObservations
from tidebook.schemas.base import column_types, records
from tidebook.schemas.evidence import Observations

ASSUMED = read_assumptions(read_raw(ROOT / "raw", "assumptions.toml"))
COPIED = dt.date(2024, 11, 13)
FILES = pd.DataFrame([{"source_id": name, "vintage": COPIED} for name in ("live_sec_edgar", "live_ledger")])


def observed(*rows: tuple[str, str, float, str], **about: Any) -> pd.DataFrame:
    """Return observations of CoreWeave, given as series, day, value and basis."""
    ordinary: dict[str, Any] = {
        "source": "sec_edgar", "file": "companyfacts.json", "subject": "CoreWeave, Inc.", "entity_id": "coreweave",
        "unit": "USD", "confidence": "", "projection": False, "duplicate_of": 0,
    } | about  # fmt: skip
    full = [
        {**ordinary, "row": place, "series": series, "date": dt.date.fromisoformat(day), "value": value, "basis": basis}
        for place, (series, day, value, basis) in enumerate(rows, start=1)
    ]
    return column_types(SourceObservations, pd.DataFrame(full))


def hours(*rows: tuple[str, str, float, str], **about: Any) -> list[dict[str, Any]]:
    """Return what is made of observations where nothing was entered by hand."""
    seen = observed(*rows, **about)
    found = pd.concat([of_live(seen, FILES), of_ledger(seen, FILES)], ignore_index=True)
    found = found.sort_values(["date", "observation_id"], ignore_index=True)
    Observations.validate(found)
    return records(found)


FLEET = [("gpu_fleet", f"2024-{day}", 100_000.0, "cumulative GPU units") for day in ("06-30", "09-30", "12-31")]


def test_a_fourth_quarter_is_the_year_less_nine_months() -> None:
    rows = hours(
        *FLEET,
        ("revenue", "2024-09-30", 500e6, "quarter"),
        ("revenue", "2024-09-30", 1200e6, "nine months"),
        ("revenue", "2024-12-31", 1900e6, "year"),
    )
    # both quarters have 92 days: 100,000 GPUs for 2,208 hours each
    assert [(str(row["date"]), row["text"], row["tier"]) for row in rows] == [
        ("2024-09-30", "$2.26", "D"),
        ("2024-12-31", "$3.17", "D"),
    ]
    assert "Revenue 700.0 million" in rows[1]["note"]
    assert rows[1]["value"] == pytest.approx(3.17)


def test_a_ledger_is_known_from_its_snapshot_on_like_any_source_and_never_before_its_day() -> None:
    shares = [("open_weight_share", day, 60.0, "all tokens") for day in ("2024-06-30", "2024-12-31")]
    rows = hours(*shares, source="ledger", file="observations.json", subject="openrouter")
    assert [(str(row["date"]), str(row["available_from"])) for row in rows] == [
        ("2024-06-30", "2024-11-13"),
        ("2024-12-31", "2024-12-31"),
    ]


def test_a_quarter_that_is_filed_is_not_derived_and_without_nine_months_there_is_none() -> None:
    filed = hours(
        *FLEET,
        ("revenue", "2024-09-30", 1200e6, "nine months"),
        ("revenue", "2024-12-31", 1900e6, "year"),
        ("revenue", "2024-12-31", 747e6, "quarter"),
    )
    assert [row["text"] for row in filed] == ["$3.38"]
    assert hours(*FLEET, ("revenue", "2024-12-31", 1900e6, "year")) == []


def test_what_is_not_a_price_gives_no_reference() -> None:
    """More revenue in nine months than in the year, and a stock of no GPUs, are slips of the source."""
    year = [("revenue", "2024-09-30", 2000e6, "nine months"), ("revenue", "2024-12-31", 1900e6, "year")]
    assert hours(*FLEET, *year) == []
    none = [(series, day, 0.0, basis) for series, day, _, basis in FLEET]
    assert hours(*none, ("revenue", "2024-12-31", 747e6, "quarter")) == []


@given(
    st.one_of(st.sampled_from([0.0, SMALLEST, LARGEST, 0.01, 1e12, 999_999_999_999.999]), st.floats(1e-40, 1e40)),
    st.sampled_from(["FLOP", "USD", "USD/Mtok", "USD/GPU-hour"]),
    st.booleans(),
)
def test_every_number_that_is_taken_from_a_source_is_text_that_the_grammar_reads(
    value: float, unit: str, sure: bool
) -> None:
    assert FileRow("file.csv", 1, {"x": repr(value)}, []).number("x") == value
    for amount in (value, value * 1e6):
        made = _reference("a/b/c", "list price", amount, unit, ASSUMED, sure)
        assert made["value"] == pytest.approx(amount, rel=0.5, abs=0.005)
