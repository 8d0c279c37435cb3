"""How far off a number is, in a word, by hand."""

from __future__ import annotations

import math

import pytest

from tidebook.pipelines.judge.predicates import parse_predicate
from tidebook.pipelines.judge.severity import by_graveness, factor_beyond, graveness, gravest, mildest, severity_of


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        (1.0, "minor"),
        (0.99908, "minor"),  # 433.1 / 433.5
        (1.0099, "minor"),
        (1.01, "moderate"),
        (0.99, "moderate"),
        (1.99, "moderate"),
        (2.0, "grave"),
        (0.3 / 0.6, "grave"),
        (0.0, "moderate"),  # nothing is a factor of what is not zero: 0.0% for 0.2%
        (-1.0, "grave"),  # the opposite sign
        (math.nan, "moderate"),  # no ratio, such as between two dates
    ],
)
def test_severity_follows_from_the_factor(factor: float, expected: str) -> None:
    assert severity_of(factor, 0.01) == expected


@pytest.mark.parametrize(
    ("value", "predicate", "unit", "factor"),
    [
        (2.94, "at_least 2.95", "ratio", 2.94 / 2.95),
        (1.2, "between 0.9 1.1", "ratio", 1.2 / 1.1),  # the nearer of two bounds
        (-0.2, "above 0", "ratio", math.nan),  # nothing is a factor of zero
        (2020.0, "below 2019", "calendar year", math.nan),
        (-3.0, "at_least 5", "ratio", -0.6),
        (1000.0, "above 1000", "USD", 1.0),  # as near as a sum of money can be
        (3.0, "above 3", "person", 3 / 4),  # of whole things the next one is missing
        (3.0, "below 3", "person", 3 / 2),
        (1.0, "below 1", "correlation", math.nan),  # perfect, where it is said not to be
        (-0.4, "above 0.4", "correlation", -1.0),  # of the opposite sign
    ],
)
def test_a_measure_misses_what_would_satisfy_by_a_factor(
    value: float, predicate: str, unit: str, factor: float
) -> None:
    assert factor_beyond(value, parse_predicate(predicate, {}, unit), unit) == pytest.approx(factor, nan_ok=True)


def test_severity_sorts_before_its_index() -> None:
    rows = [("minor", 9.0), ("", 0.0), ("grave", 0.3), ("grave", 0.5), ("moderate", 2.0)]
    order = sorted(rows, key=lambda row: graveness(*row), reverse=True)
    assert order == [("grave", 0.5), ("grave", 0.3), ("moderate", 2.0), ("minor", 9.0), ("", 0.0)]
    outcomes = []
    for name, (severity, index) in zip("edcba", rows, strict=True):
        outcomes.append({"figure_id": name, "severity": severity, "severity_index": index})
    outcomes.append({"figure_id": "a_first", "severity": "grave", "severity_index": 0.5})
    # Equal ones stand in the order of their names.
    assert [row["figure_id"] for row in by_graveness(outcomes)] == ["a_first", "b", "c", "a", "e", "d"]


def test_the_gravest_and_the_mildest_of_several() -> None:
    assert gravest(["minor", "", "grave", "moderate"]) == "grave"
    assert mildest(["moderate", "", "minor"]) == "minor"
    assert gravest([]) == mildest([""]) == ""
