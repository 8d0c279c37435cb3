"""From tables of sources to observations: revenue per GPU-hour by quarter, the fourth of which no filing has."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from pipelines.ingest.declarations import read_assumptions
from pipelines.ingest.rawfile import read_raw
from pipelines.sources.evidence import with_observations
from schemas.base import column_types, records
from schemas.evidence import Observations
from schemas.sources import SourceObservations
from tests.conftest import ROOT

ASSUMED = read_assumptions(read_raw(ROOT / "raw", "assumptions.toml"))


def observed(*rows: tuple[str, str, float, str]) -> pd.DataFrame:
    """Return observations of CoreWeave, given as series, day, value and basis."""
    ordinary: dict[str, Any] = {
        "source": "sec_edgar", "file": "companyfacts.json", "subject": "CoreWeave, Inc.", "entity_id": "coreweave",
        "unit": "USD", "confidence": "", "projection": False, "duplicate_of": 0,
    }  # fmt: skip
    full = [
        {**ordinary, "row": place, "series": series, "date": dt.date.fromisoformat(day), "value": value, "basis": basis}
        for place, (series, day, value, basis) in enumerate(rows, start=1)
    ]
    return column_types(SourceObservations, pd.DataFrame(full))


def hours(*rows: tuple[str, str, float, str]) -> list[dict[str, Any]]:
    """Return what is made of observations where nothing was entered by hand."""
    none = column_types(Observations, pd.DataFrame(columns=list(Observations.to_schema().columns)))
    found = with_observations(none, observed(*rows), ASSUMED)
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


def test_a_quarter_that_is_filed_is_not_derived_and_without_nine_months_there_is_none() -> None:
    filed = hours(
        *FLEET,
        ("revenue", "2024-09-30", 1200e6, "nine months"),
        ("revenue", "2024-12-31", 1900e6, "year"),
        ("revenue", "2024-12-31", 747e6, "quarter"),
    )
    assert [row["text"] for row in filed] == ["$3.38"]
    assert hours(*FLEET, ("revenue", "2024-12-31", 1900e6, "year")) == []
