"""What vintages of evidence say of a claim: right by the data of its day, by an old figure, by none, or only later."""

from __future__ import annotations

import datetime as dt

import pytest

from tidebook.pipelines.judge.cards import vintage_kind

JANUARY, MARCH, MAY, JULY = (dt.date(2021, month, 1) for month in (1, 3, 5, 7))
APRIL = dt.date(2021, 4, 15)


@pytest.mark.parametrize(
    ("supported", "kind", "day"),
    [
        ([JANUARY, MARCH, MAY, JULY], "right by all", None),
        ([JANUARY, MARCH], "right by its day", MAY),
        ([MARCH, JULY], "right by its day", MAY),
        ([JANUARY], "old figure", JANUARY),
        ([JANUARY, JULY], "old figure", JANUARY),
        ([JULY], "right only later", JULY),
        ([], "never right", None),
    ],
)
def test_a_claim_of_april_is_told_apart_by_the_vintages_before_and_after(
    supported: list[dt.date], kind: str, day: dt.date | None
) -> None:
    def status_by(vintage: dt.date) -> str:
        return "supported" if vintage in supported else "contradicted"

    own = status_by(MARCH)
    assert vintage_kind([JANUARY, MARCH, MAY, JULY], APRIL, own, status_by) == (kind, day)
