"""The decision table: each rule on statuses by hand, and exactly one outcome for every combination of them."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidebook.pipelines.judge.declared import DeclaredClaim
from tidebook.pipelines.judge.outcome_words import changed_words, known_words, of_figure, wrong_words
from tidebook.pipelines.judge.outcomes import (
    Facts,
    assertion,
    assertion_of_figures,
    consistency,
    status_at,
)
from tidebook.pipelines.judge.predictions.outcomes import outcome_of as prediction
from tidebook.pipelines.judge.warnings import asserted_warnings
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.vocabulary import (
    ASSERTION_OUTCOMES,
    CONSISTENCY_OUTCOMES,
    DATE_STATUSES,
    FIGURE_OUTCOMES,
    PREDICTION_OUTCOMES,
    STATUSES,
)


def outcome(
    written: str,
    published: str,
    *,
    asserted: tuple[str, ...] = (),
    interpretations: int = 1,
    comparable: bool = True,
    checked: bool = True,
) -> str:
    return assertion(Facts(asserted, interpretations, comparable, written, published, checked))


@pytest.mark.parametrize(
    ("asserted", "expected"),
    [
        ({"right"}, "stands"),
        ({"right", "wrong", "unchecked"}, "wrong"),
        ({"right", "premature", "unchecked"}, "unchecked"),
        ({"outdated", "premature"}, "premature"),
        ({"right", "outdated"}, "outdated"),
        (set(), "unchecked"),  # they are in no table
    ],
)
def test_a_claim_that_says_no_more_than_its_figures_is_the_first_of_what_they_are(
    asserted: set[str], expected: str
) -> None:
    assert assertion_of_figures(asserted) == expected


# A moment.


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["supported", "supported"], "supported"),
        (["contradicted", "untestable"], "contradicted"),  # what cannot be tested is left out
        (["supported", "contradicted"], "depends"),
        (["contested"], "depends"),
        (["untestable", "untestable"], "untestable"),
        ([], "untestable"),
    ],
)
def test_the_fair_readings_come_to_one_status(verdicts: list[str], expected: str) -> None:
    assert status_at(verdicts) == expected


# Assertions, rule by rule.


AT_BOTH_TIMES = list(itertools.product(DATE_STATUSES, repeat=2))


def test_1_what_asserts_a_wrong_figure_is_wrong_whatever_else_holds(subtests: pytest.Subtests) -> None:
    for written, published in AT_BOTH_TIMES:
        with subtests.test(written=written, published=published):
            assert outcome(written, published, asserted=("right", "wrong")) == "wrong"
            assert outcome(written, published, asserted=("wrong",), comparable=False) == "wrong"
            assert outcome(written, published, asserted=("wrong",), interpretations=0) == "wrong"


def test_2_what_nothing_independent_bears_on_is_unchecked(subtests: pytest.Subtests) -> None:
    for written, published in AT_BOTH_TIMES:
        with subtests.test(written=written, published=published):
            assert outcome(written, published, comparable=False) == "unchecked"


@pytest.mark.parametrize(
    ("written", "expected"),
    [("supported", "outdated"), ("contradicted", "wrong"), ("depends", "wrong"), ("untestable", "wrong")],
)
def test_3_what_is_false_when_published_is_outdated_if_it_was_true_when_written(written: str, expected: str) -> None:
    assert outcome(written, "contradicted") == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [("supported", "stands"), ("contradicted", "premature"), ("depends", "stands"), ("untestable", "stands")],
)
def test_4_what_is_true_when_published_is_premature_if_it_was_false_when_written(written: str, expected: str) -> None:
    assert outcome(written, "supported") == expected


def test_4_what_asserts_an_outdated_figure_is_outdated_though_it_holds() -> None:
    assert outcome("supported", "supported", asserted=("outdated", "right")) == "outdated"
    assert outcome("contradicted", "supported", asserted=("outdated",)) == "premature"  # the first that fits


def test_4_what_hangs_on_an_unchecked_figure_does_not_stand() -> None:
    assert outcome("supported", "supported", checked=False) == "unchecked"


@pytest.mark.parametrize("written", DATE_STATUSES)
def test_5_what_differs_by_reading_when_published_depends(written: str) -> None:
    assert outcome(written, "depends") == "depends"


@pytest.mark.parametrize(
    ("written", "expected"),
    [("contradicted", "wrong"), ("depends", "depends"), ("supported", "undecided"), ("untestable", "undecided")],
)
def test_6_what_cannot_be_tested_when_published_goes_by_when_it_was_written(written: str, expected: str) -> None:
    assert outcome(written, "untestable") == expected


def test_a_claim_without_any_reading_is_undecided() -> None:
    assert outcome("untestable", "untestable", interpretations=0, comparable=False) == "undecided"


# The other kinds.


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("supported", "consistent"),
        ("contradicted", "contradicts itself"),
        ("depends", "depends"),
        ("untestable", "depends"),
    ],
)
def test_a_consistency_test_agrees_or_not(status: str, expected: str) -> None:
    assert consistency(status) == expected


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["came true", "void"], "came true"),
        (["failed", "void", "failed"], "failed"),
        (["failed", "open", "void"], "open"),
        (["void"], "void"),
        (["came true", "failed"], "depends"),
        (["came true", "open"], "depends"),
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
    written: list[str], published: list[str], asserted: set[str], interpretations: int, comparable: bool, checked: bool
) -> None:
    facts = Facts(asserted, interpretations, comparable, status_at(written), status_at(published), checked)
    assert assertion(facts) in ASSERTION_OUTCOMES
    assert consistency(status_at(written)) in CONSISTENCY_OUTCOMES


@given(st.lists(st.sampled_from(("open", "came true", "failed", "void"))), st.booleans())
def test_every_combination_of_resolutions_gives_exactly_one_outcome(statuses: list[str], falsifiable: bool) -> None:
    assert prediction(statuses, falsifiable) in PREDICTION_OUTCOMES


# In words.


def judged(text: str, status: str, value: float, rank: int = 0, **about: Any) -> dict[str, Any]:
    return {
        "interpretation": text,
        "status": status,
        "value": value,
        "unit": "ratio",
        "rank": rank,
        "reason": "",
        **about,
    }


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([judged("more", "supported", 2.0)], "“more” (2×) holds"),
        ([judged("more", "contradicted", 0.5)], "“more” (0.5×) does not hold"),
        ([judged("a", "supported", 2.0), judged("b", "supported", 3.0)], "“a” (2×) and “b” (3×) hold"),
        (
            [judged("a", "contested", 2.0, probability=0.6), judged("b", "contradicted", 3.0)],
            "“b” (3×) does not hold, and “a” (2×; it holds in 60% of the draws) remains open",
        ),
        (
            [judged("a", "contradicted", 2.0), judged("b", "supported", 3.0)],
            "“b” (3×) holds, but “a” (2×) does not hold",
        ),
        (
            [
                judged(
                    "r",
                    "contested",
                    0.9,
                    probability=1.0,
                    reason="so in 100%, but the 90% interval with n = 4 is -0.2 to 1",
                )
            ],
            "“r” (0.9×; the 90% interval with n = 4 is -0.2 to 1) remains open",
        ),
        (
            [judged(name, status, 2.0, probability=0.6) for name, status in zip("abc", STATUSES, strict=False)],
            "“a” (2×) holds, but “b” (2×) does not hold, and “c” (2×; it holds in 60% of the draws) remains open",
        ),
        (
            [judged("a", "contradicted", 2.0), judged("b", "contradicted", 3.0)],
            "“a” (2×) and “b” (3×) do not hold",
        ),
        (
            [judged(name, "contested", 2.0, probability=0.5) for name in "ab"],
            "“a” (2×; it holds in 50% of the draws) and “b” (2×; it holds in 50% of the draws) remain open",
        ),
        ([], ""),
    ],
)
def test_readings_are_reported_in_a_sentence(rows: list[dict[str, Any]], expected: str) -> None:
    assert known_words(rows) == expected


def test_what_turned_between_the_moments_is_reported_once() -> None:
    then, now = [judged("still closed", "supported", 0.0)], [judged("still closed", "contradicted", 1.0)]
    assert changed_words(then, now) == "“still closed” held when written (0×), but no longer when published (1×)"
    assert changed_words(now, then) == "“still closed” did not yet hold when written (1×), but did when published (0×)"
    other = judged("elsewhere", "contradicted", 1.0, rank=1)
    assert changed_words(then, [other]) == (
        "when written, “still closed” (0×) holds; when published, “elsewhere” (1×) does not hold"
    )


def test_several_readings_that_turned_alike_are_reported_together_and_others_each() -> None:
    then = [judged("a", "supported", 2.0), judged("b", "supported", 3.0, rank=1)]
    now = [judged("a", "contradicted", 0.5), judged("b", "contradicted", 0.25, rank=1)]
    assert changed_words(then, now) == (
        "“a” and “b” held when written (2×; 3×), but no longer when published (0.5×; 0.25×)"
    )
    assert changed_words(then, [now[0], then[1]]) == (
        "when written, “a” (2×) and “b” (3×) hold; when published, “b” (3×) holds, but “a” (0.5×) does not hold"
    )


@pytest.mark.parametrize(
    ("outcome", "how", "expected"),
    [
        ("right", "", "$5 is right: as filed"),
        ("wrong", "a power of ten", "$5 is wrong by a power of ten: as filed"),
        ("wrong", "a factor", "$5 is wrong: as filed"),
        ("wrong", "another subject's value", "$5 is wrong (another subject's value): as filed"),
        ("wrong", "another unit or basis", "$5 is wrong (another unit or basis): as filed"),
        ("premature", "", "$5 is premature: as filed"),
        ("outdated", "", "$5 was as filed"),
    ],
)
def test_a_figure_is_reported_with_how_it_errs(outcome: str, how: str, expected: str) -> None:
    assert of_figure({"printed": "$5", "outcome": outcome, "error_type": how, "reason": "as filed"}) == expected


def test_few_wrong_figures_are_named_and_many_counted() -> None:
    assert wrong_words(["a"]) == "a is wrong as printed"
    assert wrong_words(["a", "b"]) == "a and b are wrong as printed"
    assert wrong_words(["a", "b", "c"]) == "3 of its figures are wrong as printed"


# Notes.


def test_a_claim_that_asserts_a_figure_that_is_not_there_is_noted() -> None:
    raw = RawFile("claims.toml", b'[[claims]]\nid = "c"\nasserts = ["runs/a/costs"]\n')
    claim = DeclaredClaim(id="c", statement="s", states_figures=["runs/a/costs"])
    (problem,) = asserted_warnings([claim], ["runs/a/cost", "runs/z/score"], raw)
    assert str(problem).startswith('claims.toml:3, column "claims.0.states_figures.0"')
    assert "a published figure, since c asserts it; did you mean runs/a/cost" in str(problem)
