"""The decision table: each rule on statuses by hand, and exactly one outcome for every combination of them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.claims.outcomes import Facts, assertion, consistency, prediction, status_at
from schemas.outcomes import (
    ASSERTION_OUTCOMES,
    CONSISTENCY_OUTCOMES,
    FIGURE_OUTCOMES,
    MOMENT_STATUSES,
    PREDICTION_OUTCOMES,
)
from schemas.vocabulary import STATUSES


def outcome(
    written: str,
    published: str,
    *,
    asserted: tuple[str, ...] = (),
    readings: int = 1,
    comparable: bool = True,
    checked: bool = True,
) -> str:
    return assertion(Facts(asserted, readings, comparable, written, published, checked))


# A moment.


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["supported", "supported"], "S"),
        (["contradicted", "untestable"], "C"),  # what cannot be tested is left out
        (["supported", "contradicted"], "D"),
        (["contested"], "D"),
        (["untestable", "untestable"], "U"),
        ([], "U"),
    ],
)
def test_the_fair_readings_come_to_one_status(verdicts: list[str], expected: str) -> None:
    assert status_at(verdicts) == expected


# Assertions, rule by rule.


@pytest.mark.parametrize(("written", "published"), list(itertools.product(MOMENT_STATUSES, repeat=2)))
def test_1_what_asserts_a_wrong_figure_is_wrong_whatever_else_holds(written: str, published: str) -> None:
    assert outcome(written, published, asserted=("right", "wrong")) == "wrong"
    assert outcome(written, published, asserted=("wrong",), comparable=False) == "wrong"
    assert outcome(written, published, asserted=("wrong",), readings=0) == "wrong"


@pytest.mark.parametrize(("written", "published"), list(itertools.product(MOMENT_STATUSES, repeat=2)))
def test_2_what_nothing_independent_bears_on_is_unchecked(written: str, published: str) -> None:
    assert outcome(written, published, comparable=False) == "unchecked"


@pytest.mark.parametrize(("written", "expected"), [("S", "outdated"), ("C", "wrong"), ("D", "wrong"), ("U", "wrong")])
def test_3_what_is_false_when_published_is_outdated_if_it_was_true_when_written(written: str, expected: str) -> None:
    assert outcome(written, "C") == expected


@pytest.mark.parametrize(
    ("written", "expected"), [("S", "stands"), ("C", "premature"), ("D", "stands"), ("U", "stands")]
)
def test_4_what_is_true_when_published_is_premature_if_it_was_false_when_written(written: str, expected: str) -> None:
    assert outcome(written, "S") == expected


def test_4_what_asserts_an_outdated_figure_is_outdated_though_it_holds() -> None:
    assert outcome("S", "S", asserted=("outdated", "right")) == "outdated"
    assert outcome("C", "S", asserted=("outdated",)) == "premature"  # the first that fits


def test_4_what_hangs_on_an_unchecked_figure_does_not_stand() -> None:
    assert outcome("S", "S", checked=False) == "unchecked"


@pytest.mark.parametrize("written", MOMENT_STATUSES)
def test_5_what_differs_by_reading_when_published_depends(written: str) -> None:
    assert outcome(written, "D") == "depends"


@pytest.mark.parametrize(
    ("written", "expected"), [("C", "wrong"), ("D", "depends"), ("S", "undecided"), ("U", "undecided")]
)
def test_6_what_cannot_be_tested_when_published_goes_by_when_it_was_written(written: str, expected: str) -> None:
    assert outcome(written, "U") == expected


def test_a_claim_without_any_reading_is_undecided() -> None:
    assert outcome("U", "U", readings=0, comparable=False) == "undecided"


# The other kinds.


@pytest.mark.parametrize(("status", "expected"), [("S", "agrees"), ("C", "disagrees"), ("D", "open"), ("U", "open")])
def test_a_consistency_test_agrees_or_not(status: str, expected: str) -> None:
    assert consistency(status) == expected


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["came_true", "void"], "came true"),
        (["failed", "void", "failed"], "failed"),
        (["failed", "open", "void"], "open"),
        (["void"], "void"),
        (["came_true", "failed"], "depends"),
        (["came_true", "open"], "depends"),
    ],
)
def test_a_prediction_fails_only_under_every_reading_that_is_not_void(statuses: list[str], expected: str) -> None:
    assert prediction(statuses) == expected


def test_a_prediction_that_nothing_decides_is_not_falsifiable() -> None:
    assert prediction([], falsifiable=False) == "not falsifiable"


# Every combination.


@given(
    st.lists(st.sampled_from(STATUSES)),
    st.lists(st.sampled_from(STATUSES)),
    st.sets(st.sampled_from(FIGURE_OUTCOMES)),
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
)
def test_every_combination_of_statuses_gives_exactly_one_outcome(
    written: list[str], published: list[str], asserted: set[str], readings: int, comparable: bool, checked: bool
) -> None:
    facts = Facts(asserted, readings, comparable, status_at(written), status_at(published), checked)
    assert assertion(facts) in ASSERTION_OUTCOMES
    assert consistency(status_at(written)) in CONSISTENCY_OUTCOMES


@given(st.lists(st.sampled_from(("open", "came_true", "failed", "void"))), st.booleans())
def test_every_combination_of_resolutions_gives_exactly_one_outcome(statuses: list[str], falsifiable: bool) -> None:
    assert prediction(statuses, falsifiable) in PREDICTION_OUTCOMES
