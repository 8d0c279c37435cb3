"""The decision table: each rule on statuses by hand, and exactly one outcome for every combination of them."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.signs import disagreement
from tidebook.pipelines.judge.declared import DeclaredClaim
from tidebook.pipelines.judge.outcome_words import changed_words, known_words, of_figure
from tidebook.pipelines.judge.outcomes import (
    DATED,
    STATUS_COLUMNS,
    Facts,
    assertion,
    assertion_of_figures,
    consistency,
    number_of,
    status_at,
    status_of_figures,
    statuses_shown,
)
from tidebook.pipelines.judge.predictions.outcomes import outcome_of as prediction
from tidebook.pipelines.judge.stated import stated_figures
from tidebook.pipelines.judge.warnings import asserted_warnings
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.vocabulary import (
    ASSERTION_OUTCOMES,
    CONSISTENCY_OUTCOMES,
    FIGURE_OUTCOMES,
    PREDICTION_OUTCOMES,
    STATUSES,
)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"right"}, "stands"),
        ({"right", "revised"}, "revised"),  # it was right, and its source has corrected it since
        ({"right", "expired", "unchecked"}, "expired"),  # it was right until a day after which nothing is known
        ({"revised", "premature", "expired"}, "revised"),
        ({"right", "wrong", "contradicts itself"}, "wrong"),
        ({"contradicts itself", "depends"}, "contradicts itself"),
        ({"right", "depends", "outdated"}, "depends"),
        ({"outdated", "premature"}, "outdated"),
        ({"right", "premature", "unchecked"}, "premature"),
        ({"right", "unchecked"}, "unchecked"),
        (set(), "undecided"),  # it states none
    ],
)
def test_a_claim_that_says_no_more_than_its_figures_is_the_first_of_what_they_are(
    stated: set[str], expected: str
) -> None:
    assert assertion_of_figures(stated) == expected


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

TABLE = """
rule  stated     fair  known  print  written  published  checked  outcome
1     wrong      *     *      *      *        *          *        wrong
2     self       *     *      *      *        *          *        contradicts itself
3     depends    no    *      *      *        *          *        depends
3     outdated   no    *      *      *        *          *        outdated
3     premature  no    *      *      *        *          *        premature
3     revised    no    *      *      *        *          *        revised
3     expired    no    *      *      *        *          *        expired
3     unchecked  no    *      *      *        *          *        unchecked
3     none       no    *      *      *        *          *        undecided
3     *          no    *      *      *        *          *        stands
3     depends    same  *      *      *        *          *        depends
3     outdated   same  *      *      *        *          *        outdated
3     premature  same  *      *      *        *          *        premature
3     right      same  *      *      *        *          *        stands
3     revised    same  *      *      *        *          *        revised
3     expired    same  *      *      *        *          *        expired
4     *          *     no     C      *        *          *        contradicts itself
4     *          *     no     S      *        *          *        consistent
4     *          *     no     D      *        *          *        depends
4     *          *     no     U      *        *          *        unchecked
5     *          *     *      *      S        C          *        outdated
5     *          *     *      *      *        C          *        wrong
6     *          *     *      C      *        D          *        contradicts itself
6     *          *     *      C      *        U          *        contradicts itself
7     *          *     *      *      C        S          *        premature
7     *          *     *      *      *        S          yes      stands
7     *          *     *      S      *        S          *        consistent
7     *          *     *      *      *        S          *        depends
8     *          *     *      *      *        D          *        depends
9     *          *     *      *      C        U          *        wrong
9     *          *     *      *      D        U          *        depends
9     *          *     *      *      *        U          *        undecided
"""
"""The rules in order; of a case, the first row that fits gives the outcome. A cell `*` fits everything.

Fair readings are `same` where they say no more than the figures that the claim states.
"""

RULES = [re.split(r"  +", row) for row in TABLE.strip().splitlines()[1:]]
STATED = {"none": set(), "self": {"contradicts itself"}} | {
    word: {word} for word in ("right", "revised", "wrong", "depends", "outdated", "premature", "expired", "unchecked")
}
STATUS = dict(zip("SCDU", ("supported", "contradicted", "depends", "untestable"), strict=True))
CASES = [
    case
    for case in itertools.product(STATED, ("no", "yes", "same"), ("no", "yes"), "SCDU", "SCDU", "SCDU", ("no", "yes"))
    if case[:2] != ("none", "same")
]


def decided(stated: str, fair: str, known: str, printed: str, written: str, published: str, checked: str) -> str:
    return assertion(
        Facts(
            stated=STATED[stated],
            interpretations=int(fair != "no"),
            comparable=known == "yes",
            printed=STATUS[printed],
            written=STATUS[written],
            published=STATUS[published],
            checked=checked == "yes",
            repeats=fair == "same",
        )
    )


def test_the_first_rule_that_fits_decides_an_assertion() -> None:
    reached = set()
    for case in CASES:
        fitting = (
            number
            for number, (_, *cells, _) in enumerate(RULES)
            if all(cell in ("*", given) for cell, given in zip(cells, case, strict=True))
        )
        first = next(fitting)
        reached.add(first)
        assert decided(*case) == RULES[first][-1], dict(zip(TABLE.split()[1:8], case, strict=True))
    assert len(reached) == len(RULES), "each rule decides some case"


def test_an_article_without_references_is_judged_by_its_own_figures() -> None:
    """60 points do not beat 90, and no other source is needed to see it."""
    assert decided("none", "yes", "no", "C", "C", "C", "yes") == "contradicts itself"
    assert decided("none", "yes", "no", "S", "S", "S", "yes") == "consistent"


def test_several_figures_count_by_the_gravest_that_a_rule_names() -> None:
    assert number_of({"right", "outdated", "premature"}) == "outdated"
    assert number_of({"right", "unchecked"}) == ""
    facts = Facts({"right", "wrong", "contradicts itself"}, 1, True, *["supported"] * 3, checked=True)
    assert assertion(facts) == "wrong"


@pytest.mark.parametrize(
    ("word", "number"), [("outdated", "outdated"), ("premature", "premature"), ("depends", "depends")]
)
def test_a_test_that_holds_stands_with_a_number_that_is_not_right(word: str, number: str) -> None:
    facts = Facts({"right", word}, 1, True, *["supported"] * 3, checked=True)
    assert (assertion(facts), number_of(facts.stated)) == ("stands", number)


def test_what_held_on_a_part_of_the_days_of_writing_is_outdated() -> None:
    facts = Facts(set(), 1, True, "supported", "depends", "contradicted", checked=True, held_first=True)
    assert assertion(facts) == "outdated"
    assert assertion(replace(facts, held_first=False)) == "wrong"
    assert assertion(replace(facts, written="contradicted")) == "wrong"


def test_what_an_earlier_vintage_supported_is_revised() -> None:
    facts = Facts(set(), 1, True, "supported", "contradicted", "contradicted", checked=True, revised=True)
    assert assertion(facts) == "revised"
    assert assertion(replace(facts, written="supported")) == "outdated"


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
    st.lists(st.sampled_from(STATUSES)),
    st.sets(st.sampled_from(FIGURE_OUTCOMES)),
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
)
def test_every_combination_of_statuses_gives_exactly_one_outcome(
    printed: list[str],
    written: list[str],
    published: list[str],
    stated: set[str],
    interpretations: int,
    comparable: bool,
    checked: bool,
) -> None:
    as_printed, when_written, when_published = map(status_at, (printed, written, published))
    facts = Facts(stated, interpretations, comparable, as_printed, when_written, when_published, checked)
    assert assertion(facts) in ASSERTION_OUTCOMES
    assert consistency(status_at(written)) in CONSISTENCY_OUTCOMES


@given(st.lists(st.sampled_from(("open", "came true", "failed", "void"))), st.booleans())
def test_every_combination_of_resolutions_gives_exactly_one_outcome(statuses: list[str], falsifiable: bool) -> None:
    assert prediction(statuses, falsifiable) in PREDICTION_OUTCOMES


# The statuses beside the word.

OF_FIGURES = {
    "right": ("SSS", "SSC"),  # superseded since publication
    "revised": ("SSS", "SSC"),
    "wrong": ("CCC",),
    "depends": ("DDD",),
    "outdated": ("SCC", "CCC", "CCS"),  # superseded before or after it was written, and right again by chance
    "premature": ("CSS", "CSC"),
    "expired": ("SUU", "UUU"),
    "unchecked": ("UUU",),
    "contradicts itself": ("UUU",),
}
"""The statuses that a figure with an outcome can have: when written, when published and now."""

figures_stated = st.lists(
    st.sampled_from([(word, statuses) for word, several in OF_FIGURES.items() for statuses in several]), max_size=3
)


def figures_at_each_moment(outcome: str, figures: list[tuple[str, str]]) -> dict[str, str]:
    words = {word for word, _ in figures}
    printed = "contradicted" if "contradicts itself" in words else "untestable" if "unchecked" in words else ""
    dated = {
        moment: status_of_figures(outcome, [STATUS[statuses[place]] for _, statuses in figures])
        for place, moment in enumerate(DATED)
    }
    return {"as_printed": printed, **dated}


@given(
    figures_stated, st.text("SCDU", min_size=4, max_size=4), st.booleans(), st.booleans(), st.booleans(), st.booleans()
)
def test_the_word_of_an_assertion_and_its_statuses_never_disagree(
    figures: list[tuple[str, str]], readings: str, fair: bool, comparable: bool, checked: bool, repeats: bool
) -> None:
    stated = {word for word, _ in figures}
    cells = {moment: STATUS[letter] for moment, letter in zip(STATUS_COLUMNS, readings, strict=True)}
    if not fair:
        outcome = assertion_of_figures(stated)
        assert disagreement(outcome, figures_at_each_moment(outcome, figures)) == ""
        return
    is_same = repeats and bool(stated) and cells["as_printed"] == "supported"
    printed, written, published, _ = cells.values()
    facts = Facts(stated, 1, comparable, printed, written, published, checked, is_same)
    outcome = assertion(facts)
    shown = statuses_shown(outcome, facts, cells, figures_at_each_moment(outcome, figures))
    number = "" if is_same else number_of(stated)
    assert disagreement(outcome, {**shown, "number": number}) == "", (outcome, shown)
    if not comparable and not stated:
        assert {shown[moment] for moment in DATED} == {"untestable"}, "what is not tested has no tick"


def test_words_that_disagree_with_their_statuses_are_noticed() -> None:
    """The eight ways in which a badge could say another thing than the signs beside it."""
    signs = dict(zip(STATUS_COLUMNS, ["supported"] * 4, strict=True))
    for outcome in (
        "wrong",
        "outdated",
        "premature",
        "contradicts itself",
        "depends",
        "unchecked",
        "undecided",
        "expired",
    ):
        assert disagreement(outcome, signs), outcome
    assert disagreement("consistent", signs) == "published: supported"
    assert disagreement("stands", signs) == ""


# In words.


def judged(text: str, status: str, value: float, rank: int = 0, **about: Any) -> dict[str, Any]:
    return {
        "interpretation": text,
        "predicate": "above 1",
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
        ([judged("more", "supported", 2.0, means="Bonn's share")], "“more” holds: Bonn's share: 2×"),
        ([judged("more", "contradicted", 0.5)], "“more” does not hold"),
        (
            [judged("a", "contested", 2.0, probability=0.6), judged("b", "contradicted", 3.0)],
            "“b” does not hold; “a” remains open: it holds in 60% of the draws",
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
            "“r” remains open: the 90% interval with n = 4 is -0.2 to 1",
        ),
        (
            [judged(name, status, 2.0, probability=0.6) for name, status in zip("cba", STATUSES, strict=False)],
            "“c” holds; “b” does not hold; “a” remains open: it holds in 60% of the draws",
        ),
        (
            [
                judged(
                    "a cut", "contradicted", -150.0, unit="percent", predicate="at_least 50", means="Cut of the price"
                )
            ],
            "“a cut” does not hold: cut of the price: 150% the other way",
        ),
        ([judged("both", "supported", 1.0, unit="number", predicate="all_of a above 0 and b above 0")], "“both” holds"),
        ([judged("found", "supported", 2.0, found="2 times")], "“found” holds: 2 times"),
        ([], ""),
    ],
)
def test_readings_are_reported_one_by_one(rows: list[dict[str, Any]], expected: str) -> None:
    assert known_words(rows, frozenset({"Bonn"})) == expected


FOUND = "The largest model used {value} the compute."


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [judged("ten times", "contradicted", 1 / 75, says=FOUND)],
            "not true: the largest model used about 1/75 the compute",
        ),
        ([judged("twice", "supported", 2.5, says=FOUND)], "true: the largest model used 2.5× the compute"),
        (
            [judged("a", "contested", 2.0, probability=0.6, says="Nobody took {value}")],
            "open: nobody took 2×; it holds in 60% of the draws",
        ),
        (
            [judged("a", "supported", 2.0, says="Bonn has {value}"), judged("b", "contradicted", 3.0)],
            "true: Bonn has 2×; “b” does not hold",
        ),
        (
            [judged("never", "contradicted", 1.0, unit="event", says="launches come to {value}")],
            "not true: launches come to 1 event on record",
        ),
    ],
)
def test_what_was_found_is_reported_in_the_sentence_of_the_dossier(rows: list[dict[str, Any]], expected: str) -> None:
    assert known_words(rows, frozenset({"Bonn"})).replace("\u00a0", " ") == expected


def test_what_changed_between_the_dates_is_reported_of_both() -> None:
    written = [judged("r", "supported", 2.0, says="Bonn has {value}")]
    published = [judged("r", "contradicted", 0.5, says="Bonn has {value}")]
    assert changed_words(written, published, frozenset({"Bonn"})) == (
        "when written, true: Bonn has 2×; when published, not true: Bonn has 0.5×"
    )


@pytest.mark.parametrize(
    ("outcome", "how", "expected"),
    [
        ("right", "", "$5 is right: as filed"),
        ("wrong", "a power of ten", "$5 is wrong by a power of ten: as filed"),
        ("wrong", "a factor", "$5 is wrong: as filed"),
        ("wrong", "another subject's value", "$5 is wrong: as filed"),
        ("wrong", "another unit or basis", "$5 is wrong: as filed"),
        ("premature", "", "$5 is premature: as filed"),
        ("outdated", "", "$5 was as filed"),
    ],
)
def test_a_figure_is_reported_with_how_it_errs(outcome: str, how: str, expected: str) -> None:
    assert of_figure({"printed": "$5", "outcome": outcome, "error_type": how, "reason": "as filed"}) == expected


# Notes.


def test_a_claim_that_asserts_a_figure_that_is_not_there_is_noted() -> None:
    raw = RawFile("claims.toml", b'[[claims]]\nid = "c"\nasserts = ["runs/a/costs"]\n')
    claim = DeclaredClaim(id="c", statement="s", states_figures=["runs/a/costs"])
    figures = {name: {"text": "$5.00", "value": 5.0, "unit": "USD"} for name in ("runs/a/cost", "runs/z/score")}
    (problem,) = asserted_warnings([claim], figures, stated_figures, raw)
    assert str(problem).startswith('claims.toml:3, column "claims.0.states_figures.0"')
    assert "a published figure, since c asserts it; did you mean runs/a/cost" in str(problem)


def test_a_listed_figure_that_the_quotation_does_not_print_is_noted_as_evidence() -> None:
    raw = RawFile("claims.toml", b'[[claims]]\nid = "c"\nstates_figures = ["runs/a/cost", "runs/b/cost"]\n')
    names = ["runs/a/cost", "runs/b/cost"]
    claim = DeclaredClaim(id="c", statement="s", quote="one costs $5.00 by now", states_figures=names)
    prices = {"runs/a/cost": ("$5.00", 5.0), "runs/b/cost": ("$7.00", 7.0)}
    figures = {
        name: {"text": text, "value": value, "unit": "USD", "low": value, "high": value, "low_open": False,
               "high_open": False}
        for name, (text, value) in prices.items()
    }  # fmt: skip
    (problem,) = asserted_warnings([claim], figures, stated_figures, raw)
    assert str(problem).startswith("claims.toml:3")
    assert "$7.00 is evidence for c, not stated" in str(problem)
