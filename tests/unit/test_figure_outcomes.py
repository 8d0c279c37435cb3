"""Figures' outcomes on rows by hand: one word each, the better value, and how grave it is."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd
import pytest

from pipelines.claims.figure_outcomes import figure_outcomes_table
from schemas.outcomes import FigureOutcomes
from tests.unit.assumed import assumed
from tests.unit.evidence_rows import DAY, figures, printed, reference, references

COST = "runs/a/cost"
PUBLISHED = dt.date(2026, 5, 25)
ASSUMED = assumed(reconciliation='{ near = 1.1, outlier_z = 3.5, fixed = ["round", "score"] }')


def outcome(text: str, *known: dict[str, Any], basis: str = "list price", readers: int = 0) -> pd.Series:
    table = figure_outcomes_table(
        figures(printed(COST, text, basis=basis)), references(*known), {COST: readers}, DAY, PUBLISHED, ASSUMED
    )
    return FigureOutcomes.validate(table).iloc[0]


def price(text: str, day: str, **about: str) -> dict[str, Any]:
    return reference(COST, text, as_of=day, basis=about.pop("basis", "list price"), **about)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ([], ("unchecked", "")),
        ([price("$8.00", "2024-01-01", basis="another")], ("unchecked", "")),
        ([price("$5.00", "2024-01-01")], ("right", "")),
        ([price("$5.00", "2024-01-01"), price("$2.50", "2024-08-06")], ("outdated", "")),  # before it was written
        ([price("$5.00", "2024-01-01"), price("$2.50", "2025-08-06")], ("outdated", "")),  # before it was published
        ([price("$5.00", "2024-01-01"), price("$2.50", "2026-05-26")], ("right", "")),  # the day after
        ([price("$2.50", "2024-01-01"), price("$5.00", "2025-01-01")], ("premature", "")),
        ([price("$50.0", "2024-01-01")], ("wrong", "a power of ten")),
        ([price("$2.50", "2024-01-01")], ("wrong", "a factor")),
        ([price("$2.00", "2024-01-01"), price("$5.00", "2024-01-01", basis="b")], ("wrong", "another unit or basis")),
    ],
)
def test_the_one_word(known: list[dict[str, Any]], expected: tuple[str, str]) -> None:
    row = outcome("$5.00", *known)
    assert (row["outcome"], row["how"]) == expected


def test_a_value_of_one_event_is_not_outdated_by_another() -> None:
    rounds = [price("$6.0B", "2024-05-27", basis="round"), price("$20B", "2026-01-06", basis="round")]
    assert outcome("$6B", *rounds, basis="round")["outcome"] == "right"


def test_of_an_outdated_one_the_better_value_is_that_of_publication_and_of_a_wrong_one_that_of_writing() -> None:
    later = price("$4.00", "2025-01-01")
    outdated = outcome("$5.00", price("$5.00", "2024-01-01"), price("$2.50", "2024-08-06"), later)
    assert (outdated["better"], str(outdated["day"]), outdated["factor"]) == ("$4.00", "2025-01-01", 1.25)
    assert outdated["reason"] == "right until 2024-08-06; when published, $4.00 (list price, 2025-01-01)"
    wrong = outcome("$5.00", price("$2.50", "2024-08-06"), later)
    assert (wrong["better"], wrong["factor"]) == ("$2.50", 2.0)


def test_gravity_is_how_far_it_is_off_times_who_reads_it() -> None:
    # 5 / 2.5 is a factor of two, log10 2 = 0.301, read by three claims; another basis weighs 0.3 at least.
    assert outcome("$5.00", price("$2.50", "2024-01-01"), readers=3)["gravity"] == pytest.approx(math.log10(2) * 4)
    near = [price("$4.00", "2024-01-01"), price("$5.00", "2024-01-01", basis="b")]
    assert outcome("$5.00", *near, readers=1)["gravity"] == pytest.approx(0.3 * 2)  # log10 1.25 is 0.097
    assert outcome("$5.00", price("$5.00", "2024-01-01"), readers=9)["gravity"] == 0
