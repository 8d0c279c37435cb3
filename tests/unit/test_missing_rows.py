"""Verdicts on values that missing rows leave open: both ends must agree."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tidebook.pipelines.judge.missing_rows import verdict_over_ends
from tidebook.pipelines.judge.predicates import parse_predicate
from tidebook.pipelines.read.declarations import VerdictShares

SHARES = VerdictShares(supported_from=0.95, contradicted_to=0.05)


def verdict(predicate: str, least: float, most: float, unit: str | None = "number") -> dict[str, Any]:
    ends = np.array([[least] * 20, [most] * 20])
    evaluation = {"least": least, "most": most, "draw_ends": ends}
    return verdict_over_ends(parse_predicate(predicate, {}), evaluation, SHARES, "as drawn", unit)


@pytest.mark.parametrize(
    ("predicate", "least", "most", "status"),
    [
        ("above 1", 1.1, math.inf, "supported"),
        ("above 1", 1.0, math.inf, "contested"),
        ("above 1", 0.0, 1.0, "contradicted"),
        ("at_least 1", 0.0, 1.0, "contested"),
        ("below 3", -math.inf, 2.0, "supported"),
        ("at_most 3", 3.5, 4.0, "contradicted"),
        ("between 2 4", 2.0, 4.0, "supported"),
        ("between 3 3", 2.0, 4.0, "contested"),  # a count of two to four may be three
        ("between 5 6", 2.0, 4.0, "contradicted"),
        ("outside 5 6", 2.0, 4.0, "supported"),
        ("outside 2 4", 3.0, 5.0, "contested"),
        ("outside 2 4", 2.0, 4.0, "contradicted"),
    ],
)
def test_both_ends_must_agree(predicate: str, least: float, most: float, status: str) -> None:
    assert verdict(predicate, least, most)["status"] == status


def test_the_reason_says_between_which_ends_it_lies() -> None:
    assert verdict("above 1", 0.0, 1.25)["reason"].endswith(", but with what is missing it is between 0 and 1.25")
    assert verdict("above 1", 1.25, math.inf)["reason"].endswith("; with what is missing it is at least 1.25")


def test_the_ends_are_in_the_unit_of_the_claim_and_a_condition_has_none() -> None:
    people = verdict("below 3000000", 2.7e6, math.inf, "person")["reason"]
    assert people == "as drawn, but with what is missing it is at least 2.7M\N{NO-BREAK SPACE}people"
    share = verdict("above 0.5", 0.4, 0.8, "share")["reason"]
    assert share == "as drawn, but with what is missing it is between 40% and 80%"
    assert verdict("at_least 1", 0, 1, None)["reason"] == "as drawn, but what is missing decides"


def test_without_a_missing_row_nothing_changes() -> None:
    assert verdict_over_ends(parse_predicate("above 1", {}), {"draw_ends": None}, SHARES, "as drawn", "number") == {}
