"""The decision table: each rule on statuses by hand, and exactly one outcome for every combination of them."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.claims.declared import DeclaredClaim, Reading
from pipelines.claims.figure_outcomes import figure_outcomes_table
from pipelines.claims.moments import Moments
from pipelines.claims.notes import asserted_notes
from pipelines.claims.outcome_words import told, turned_words, wrong_words
from pipelines.claims.outcomes import (
    Facts,
    Tables,
    assertion,
    consistency,
    outcomes_table,
    prediction,
    status_at,
)
from pipelines.claims.predicates import parse_predicate
from pipelines.ingest.rawfile import RawFile
from schemas.analysis import Flips, Metrics, ReadingVerdicts, Sensitivity
from schemas.base import column_types
from schemas.outcomes import FigureOutcomes, Outcomes
from schemas.vocabulary import (
    ASSERTION_OUTCOMES,
    CONSISTENCY_OUTCOMES,
    FIGURE_OUTCOMES,
    MOMENT_STATUSES,
    PREDICTION_OUTCOMES,
    STATUSES,
)
from tests.unit.evidence_rows import ASSUMED, DAY, figures, printed, reference, references


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


# In words.


def judged(text: str, status: str, value: float, rank: int = 0, **about: Any) -> dict[str, Any]:
    return {"reading": text, "status": status, "value": value, "unit": "ratio", "rank": rank, "reason": "", **about}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([judged("more", "supported", 2.0)], "“more” (2×) holds"),
        ([judged("more", "contradicted", 0.5)], "“more” (0.5×) does not hold"),
        ([judged("a", "supported", 2.0), judged("b", "supported", 3.0)], "“a” (2×) and “b” (3×) hold"),
        (
            [judged("a", "contested", 2.0, probability=0.6), judged("b", "contradicted", 3.0)],
            "“b” (3×) does not hold, and “a” (2×; it holds in 60 % of what the figures may be) is left open",
        ),
        (
            [judged("a", "contradicted", 2.0), judged("b", "supported", 3.0)],
            "“b” (3×) holds, but “a” (2×) does not hold",
        ),
        (
            [judged("r", "contested", 0.9, probability=1.0, reason="so in 100 %, but n = 4 leaves -0.2 to 1 open")],
            "“r” (0.9×; n = 4 leaves -0.2 to 1 open) is left open",
        ),
    ],
)
def test_readings_are_told_in_a_sentence(rows: list[dict[str, Any]], expected: str) -> None:
    assert told(rows) == expected


def test_what_turned_between_the_moments_is_told_once() -> None:
    then, now = [judged("still closed", "supported", 0.0)], [judged("still closed", "contradicted", 1.0)]
    assert turned_words(then, now) == "“still closed” held when written (0×), but no longer when published (1×)"
    assert turned_words(now, then) == "“still closed” did not yet hold when written (1×), but did when published (0×)"
    other = judged("elsewhere", "contradicted", 1.0, rank=1)
    assert turned_words(then, [other]) == (
        "when written, “still closed” (0×) holds; when published, “elsewhere” (1×) does not hold"
    )


def test_few_wrong_figures_are_named_and_many_counted() -> None:
    assert wrong_words(["a"]) == "a is wrong as printed"
    assert wrong_words(["a", "b"]) == "a and b are wrong as printed"
    assert wrong_words(["a", "b", "c"]) == "3 of its figures are wrong as printed"


# The rows that they are applied to.

PRICE, OTHER = "runs/a/cost", "runs/b/cost"
DAYS = Moments(DAY, dt.date(2026, 5, 25), dt.date(2026, 11, 24))


def claim(**about: Any) -> DeclaredClaim:
    given = {"id": "c", "theme": "outlook", "kind": "prose", "section": "s", "statement": "s"}
    return DeclaredClaim.model_validate(given | about)


def row(one: DeclaredClaim, text: str, *known: dict[str, Any]) -> pd.Series:
    """Return the outcome of a claim that has no readings, on one figure and its references."""
    of, sources = figures(printed(PRICE, text, basis="list price")), references(*known)
    of_figures = figure_outcomes_table(of, sources, {}, DAYS.written, DAYS.published, ASSUMED)
    none = [column_types(model, pd.DataFrame()) for model in (Metrics, ReadingVerdicts, Flips, Flips, Sensitivity)]
    tables = Tables(of, sources, of_figures, *none)
    return Outcomes.validate(outcomes_table([one], [], tables, DAYS, ASSUMED, lambda *_: "U")).iloc[0]


@pytest.mark.parametrize(
    ("known", "expected", "cells", "since"),
    [
        ([("$5.00", "2024-01-01")], "stands", "SSS", None),
        ([("$5.00", "2024-01-01"), ("$2.50", "2025-02-17")], "outdated", "SCC", dt.date(2025, 2, 17)),
        ([("$5.00", "2024-01-01"), ("$2.50", "2024-08-06")], "outdated", "CCC", dt.date(2024, 8, 6)),
        ([("$2.50", "2024-01-01"), ("$5.00", "2025-01-01")], "premature", "CSS", None),
        ([("$50.0", "2024-01-01")], "wrong", "CCC", None),
        ([], "unchecked", "UUU", None),
    ],
)
def test_a_claim_without_readings_is_what_its_figures_are(
    known: list[tuple[str, str]], expected: str, cells: str, since: dt.date | None
) -> None:
    found = row(claim(asserts=[PRICE]), "$5.00", *(reference(PRICE, text, basis="list price", as_of=day)
                                                  for text, day in known))  # fmt: skip
    assert (found["outcome"], found["written"] + found["published"] + found["now"]) == (expected, cells)
    assert (found["since"] or None) == since


def test_what_would_decide_it_stands_with_what_is_undecided() -> None:
    found = row(claim(untestable="No table says so", decided_by="A census"), "$5.00")
    assert (found["outcome"], found["why"], found["decided_by"]) == ("undecided", "No table says so", "A census")


def test_a_reading_that_does_not_decide_is_told_beside_the_reason() -> None:
    loose = {"reading": "most of it", "metric": "m", "predicate": "above 1", "weight": "loose"}
    one = claim(untestable="No table says so", readings=[loose])
    about = {"claim_id": "c", "rank": 0, "metric_id": "m", "predicate": "above 1", "n": 1, "probability": 1.0}
    verdicts = column_types(ReadingVerdicts, pd.DataFrame([
        judged("most of it", "supported", 2.0) | about | {"lens": lens, "as_of": day}
        for lens, day in (("printed", DAYS.written), *(("best_known", each) for each in DAYS))
    ]))  # fmt: skip
    none = [column_types(model, pd.DataFrame()) for model in (FigureOutcomes, Metrics)]
    flips = [column_types(model, pd.DataFrame()) for model in (Flips, Flips, Sensitivity)]
    tables = Tables(figures(printed(PRICE, "$5.00")), references(), *none, verdicts, *flips)
    reading = Reading("c", 0, "most of it", "m", parse_predicate("above 1", {}), "above 1", 1, weight="loose")
    found = outcomes_table([one], [reading], tables, DAYS, ASSUMED, lambda *_: "U").iloc[0]
    assert found["outcome"] == "undecided"
    assert found["why"] == "No table says so; beside that, “most of it” (2×) holds"


@pytest.mark.parametrize(
    ("printed_as", "then", "told"), [("supported", "supported", PRICE), ("contradicted", "supported", "")]
)
def test_what_turns_the_print_is_told_where_that_stands_as_the_outcome_does(
    printed_as: str, then: str, told: str
) -> None:
    about = {"claim_id": "c", "rank": 0, "metric_id": "m", "predicate": "above 1", "n": 1, "probability": 1.0}
    moments = (("printed", DAYS.written, printed_as), *(("best_known", day, then) for day in DAYS))
    verdicts = column_types(ReadingVerdicts, pd.DataFrame([
        judged("most of it", status, 2.0) | about | {"lens": lens, "as_of": day} for lens, day, status in moments
    ]))  # fmt: skip
    flip = {"claim_id": "c", "lens": "printed", "figure_id": PRICE, "direction": "down", "factor": 0.5}
    flips = column_types(Flips, pd.DataFrame([flip]))
    none = [column_types(model, pd.DataFrame()) for model in (FigureOutcomes, Metrics, Flips, Sensitivity)]
    tables = Tables(figures(printed(PRICE, "$5.00")), references(), *none[:2], verdicts, flips, *none[2:])
    one = claim(readings=[{"reading": "most of it", "metric": "m", "predicate": "above 1"}])
    reading = Reading("c", 0, "most of it", "m", parse_predicate("above 1", {}), "above 1", 1)
    assert outcomes_table([one], [reading], tables, DAYS, ASSUMED, lambda *_: "U")["turns_figure_id"].iloc[0] == told


def test_a_claim_that_asserts_a_figure_that_is_not_there_is_noted() -> None:
    raw = RawFile("claims.toml", b'[[claims]]\nid = "c"\nasserts = ["runs/a/costs"]\n')
    (problem,) = asserted_notes([claim(asserts=["runs/a/costs"])], [PRICE, "runs/z/score"], raw)
    assert str(problem).startswith('claims.toml:3, column "claims.0.asserts.0"')
    assert "a figure in print; close: runs/a/cost" in str(problem)
