"""The days that content may be from, by its figures: spans by hand, and a dossier that leaves its date to them."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from tests.conftest import SMALL, edit, tidebook
from tests.unit.assumed import assumed
from tests.unit.evidence_rows import figures, printed, reference, references
from tidebook.pipelines.evaluate.content_days import content_days
from tidebook.schemas.base import records
from tidebook.schemas.parquet import read_parquet

PUBLISHED = dt.date(2025, 6, 1)
Spans = dict[str, list[tuple[str, str]]]


def days(spans: Spans, fixed: str = "[]") -> tuple[str, str]:
    """Return the days of prices of $5, given the values that each had and since when."""
    own = figures(*(printed(f"shops/{name}/price", "$5.00", basis="list price") for name in spans))
    known = references(
        *(
            reference(f"shops/{name}/price", text, basis="list price", as_of=day)
            for name, values in spans.items()
            for text, day in values
        )
    )
    given = assumed(reconciliation=f"{{ near = 1.1, outlier_z = 3.5, fixed = {fixed} }}")
    first, last = content_days(records(own), records(known), PUBLISHED, given)
    return str(first), str(last)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        # Both were right from March to the day before June.
        (
            {
                "a": [("$5.00", "2024-01-01"), ("$6.00", "2024-06-01")],
                "b": [("$4.00", "2024-01-01"), ("$5.00", "2024-03-01")],
            },
            ("2024-03-01", "2024-05-31"),
        ),
        # Never on one day: from the last day of the first to the first day of the second.
        (
            {
                "a": [("$5.00", "2024-01-01"), ("$6.00", "2024-06-01")],
                "b": [("$4.00", "2024-01-01"), ("$5.00", "2024-09-01")],
            },
            ("2024-05-31", "2024-09-01"),
        ),
        # Still right: it may be from the day of publication.
        ({"a": [("$4.00", "2024-01-01"), ("$5.00", "2024-03-01")]}, ("2024-03-01", "2025-06-01")),
        # What was never right, or became right after publication, tells nothing.
        (
            {"a": [("$9.00", "2024-01-01")], "b": [("$4.00", "2024-01-01"), ("$5.00", "2025-09-01")]},
            ("2025-06-01",) * 2,
        ),
        ({"a": []}, ("2025-06-01",) * 2),
    ],
)
def test_the_days_follow_from_the_spans_in_which_figures_were_right(spans: Spans, expected: tuple[str, str]) -> None:
    assert days(spans) == expected


def test_a_value_of_one_event_gives_no_day() -> None:
    spans = {"a": [("$4.00", "2024-01-01"), ("$5.00", "2024-03-01")]}
    assert days(spans, fixed='["price"]') == ("2025-06-01", "2025-06-01")


def test_a_dossier_may_leave_the_day_to_its_figures(tmp_path: Path) -> None:
    """Sales were $30M from 10 February on and $20M until 20 April; the front page of May has both."""
    raw = tmp_path / "raw"
    shutil.copytree(SMALL, raw)
    edit(raw / "dossier.toml", "published = 2024-06-01", 'published = 2024-06-01\nwritten = "figures"')
    rows = [
        "shops/north/sales,audited,$26.0M,,USD,2024-01-01,accounts,P,",
        "shops/north/sales,audited,$30.0M,,USD,2024-02-10,accounts,P,",
        "shops/south/sales,audited,$20.0M,,USD,2024-01-01,accounts,P,",
        "shops/south/sales,audited,$24.0M,,USD,2024-04-20,accounts,P,",
    ]
    header = (raw / "reference" / "figures.csv").read_text("utf-8").splitlines()[0]
    (raw / "reference" / "figures.csv").write_text("\n".join([header, *rows, ""]), "utf-8")
    assert tidebook("build", "--raw", str(raw), "--out", str(tmp_path / "out")).exit_code == 0
    verdicts = read_parquet(tmp_path / "out" / "latest" / "tables" / "verdicts.parquet")
    assert [str(day) for day in sorted(set(verdicts["as_of"]))][:2] == ["2024-02-10", "2024-04-19"]
