"""Figures' outcomes on rows by hand: one word each, the better value, and how grave it is."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd
import pytest

from tests.unit.assumed import assumed
from tests.unit.evidence_rows import DAY, figures, printed, reference, references
from tests.validated import validated
from tidebook.pipelines.evaluate.hazards import KnownHazards
from tidebook.pipelines.evaluate.known import is_fixed
from tidebook.pipelines.evaluate.reconciliation import Comparison
from tidebook.pipelines.judge.accepted import AcceptedFinding
from tidebook.pipelines.judge.figure_outcomes import FigureRules, figure_outcomes_table
from tidebook.pipelines.judge.outcome_words import better_words
from tidebook.schemas.outcomes import FigureOutcomes

COST = "runs/a/cost"
PUBLISHED = dt.date(2026, 5, 25)
ASSUMED = assumed(reconciliation='{ near = 1.1, outlier_z = 3.5, fixed = ["round", "score"] }')


def outcome(text: str, *known: dict[str, Any], basis: str = "list price", readers: int = 0, **rules: Any) -> pd.Series:
    table = figure_outcomes_table(
        figures(printed(COST, text, basis=basis)),
        references(*known),
        {COST: readers},
        FigureRules(DAY, PUBLISHED, ASSUMED, **rules),
    )
    return validated(FigureOutcomes, table).iloc[0]


def price(text: str, day: str, **about: str) -> dict[str, Any]:
    return reference(COST, text, as_of=day, basis=about.pop("basis", "list price"), **about)


WORDS = [
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
    ([reference(COST, "€5.00", "EUR", basis="list price")], ("wrong", "another unit or basis")),
    ([price("$2.00", "2024-01-01"), reference("runs/b/cost", "$5.00")], ("wrong", "another subject's value")),
]


def test_the_outcome_word_of_a_figure(subtests: pytest.Subtests) -> None:
    for known, expected in WORDS:
        with subtests.test(known=known):
            row = outcome("$5.00", *known)
            assert (row["outcome"], row["error_type"]) == expected


def contradicted(*known: dict[str, Any], **rules: Any) -> pd.Series:
    comparison = Comparison("inconsistent", "A, cost: $5.00 is printed, $50.00 follows", factor=0.1)
    given = FigureRules(DAY, PUBLISHED, ASSUMED, contradictions={COST: comparison}, **rules)
    table = figure_outcomes_table(figures(printed(COST, "$5.00", basis="list price")), references(*known), {}, given)
    return validated(FigureOutcomes, table).iloc[0]


def test_a_figure_that_its_table_contradicts_does_so_unless_a_reference_fits() -> None:
    row = contradicted()
    assert (row["outcome"], row["severity"]) == ("contradicts itself", "grave")
    assert row["reason"] == "A, cost: $5.00 is printed, $50.00 follows"
    assert contradicted(price("$5.00", "2024-01-01"))["outcome"] == "right", "another of the cells is at fault"
    assert contradicted(price("$5.00", "2024-01-01"), price("$2.50", "2024-08-06"))["outcome"] == "outdated"
    assert contradicted(price("$2.50", "2024-01-01"))["outcome"] == "wrong", "which is graver"


KNOWN = AcceptedFinding(id=COST, why="Known")


def test_an_accepted_finding_keeps_its_outcome_and_says_why() -> None:
    row = contradicted(accepted={COST: KNOWN})
    assert (row["outcome"], row["accepted"]) == ("contradicts itself", "Known")
    assert row["reason"].endswith("follows; accepted: Known")
    assert contradicted(price("$5.00", "2024-01-01"), accepted={COST: KNOWN})["accepted"] == ""


def test_an_accepted_finding_is_reported_again_when_it_is_another_or_a_graver_one() -> None:
    minor = {"outcome": "contradicts itself", "severity": "minor", "printed": "$5.00"}
    row = contradicted(accepted={COST: KNOWN.model_copy(update=minor)})
    assert (row["severity"], row["accepted"]) == ("grave", "")
    assert row["reason"].endswith("follows; another finding was accepted here: Known")
    for same in ({"severity": "grave"}, {"printed": "$5.00"}):
        assert contradicted(accepted={COST: KNOWN.model_copy(update=minor | {"severity": "grave"} | same)})["accepted"]
    for other in ({"printed": "$6.00"}, {"outcome": "wrong"}):
        entry = KNOWN.model_copy(update=minor | {"severity": "grave"} | other)
        assert contradicted(accepted={COST: entry})["accepted"] == ""


def test_what_another_cell_accepts_holds_for_the_contradiction_alone() -> None:
    together = {COST: "Known"}
    assert contradicted(accepted_together=together)["accepted"] == "Known"
    row = contradicted(price("$2.50", "2024-01-01"), accepted_together=together)
    assert (row["outcome"], row["accepted"]) == ("wrong", ""), "a source says so, whatever the table does"
    assert contradicted(price("$2.50", "2024-01-01"), accepted={COST: KNOWN})["accepted"] == "Known"


def test_a_value_of_one_event_is_not_outdated_by_another() -> None:
    rounds = [price("$6.0B", "2024-05-27", basis="round"), price("$20B", "2026-01-06", basis="round")]
    assert outcome("$6B", *rounds, basis="round")["outcome"] == "right"
    names = {"basis": "list price", "quantity": "score"}
    assert [is_fixed({**names, "figure_id": f"runs/a/{what}"}, {"score", "round"}) for what in ("score", "cost")] == [
        True,
        False,
    ]


def test_the_whole_row_of_a_figure() -> None:
    known = [price("$5.00", "2024-01-01"), price("$2.50", "2024-08-06")]
    assert outcome("$5.00", *known, readers=2).to_dict() == {
        "figure_id": COST,
        "outcome": "outdated",
        **{"judged": "", "severity": "grave", "error_type": ""},
        "printed": "$5.00",
        "value": 5.0,
        "unit": "USD",
        "better": "$2.50",
        "better_value": 2.5,
        "better_unit": "USD",
        "basis": "list price",
        "day": dt.date(2024, 8, 6),
        "source_id": "list",
        "error_by": "",
        "valid_from": dt.date(2024, 1, 1),
        "valid_until": dt.date(2024, 8, 6),
        "factor": 2.0,
        "claims": 2,
        "severity_index": pytest.approx(0.30103 * 3),
        "reason": "right until 2024-08-06; last known on 2024-08-06: $2.50 (list price)",
        "accepted": "",
    }


def test_the_row_of_a_figure_of_which_nothing_is_known_is_blank() -> None:
    row = outcome("$5.00", price("$5.00", "2024-01-01", tier="W")).to_dict()
    assert [row[name] for name in ("error_type", "better", "better_unit", "basis", "source_id")] == [""] * 5
    assert row["day"] is row["valid_from"] is row["valid_until"] is None
    assert math.isnan(row["better_value"]) and math.isnan(row["factor"])
    assert (row["claims"], row["severity_index"], row["reason"]) == (
        0,
        0,
        "there are only weak independent values",
    )


def test_rows_are_sorted_by_figure_and_counted_from_zero() -> None:
    names = ["runs/c/cost", "runs/a/cost", "runs/b/cost"]
    rows = figures(*(printed(name, "$5.00") for name in names))
    table = figure_outcomes_table(rows, references(), {"runs/a/cost": 1}, FigureRules(DAY, PUBLISHED, ASSUMED))
    assert list(zip(table.index, table["figure_id"], table["claims"], strict=True)) == [
        (0, "runs/a/cost", 1),
        (1, "runs/b/cost", 0),
        (2, "runs/c/cost", 0),
    ]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("$5.00", reference(COST, "€5.00", "EUR", basis="list price")),  # in another unit
        ("$5.00", price("$0.00", "2024-01-01")),  # nothing is a factor of zero
    ],
)
def test_what_does_not_compare_has_no_factor_and_the_least_severity(text: str, known: dict[str, Any]) -> None:
    row = outcome(text, known, readers=1)
    assert row["outcome"] == "wrong"
    assert math.isnan(row["factor"])
    assert row["severity_index"] == (0.6 if row["error_type"] == "another unit or basis" else 0)


def test_a_date_has_no_factor() -> None:
    figure = printed("runs/a/day", "2024-01-01", "date", "list price")
    known = reference("runs/a/day", "2022-01-01", "date", basis="list price")
    table = figure_outcomes_table(figures(figure), references(known), {}, FigureRules(DAY, PUBLISHED, ASSUMED))
    assert (table["outcome"].iloc[0], table["better"].iloc[0]) == ("wrong", "2022-01-01")
    assert table["factor"].isna().all()
    assert table["severity_index"].iloc[0] == 0


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (price("$2.50", "2025-01-01/2025-06-01"), "then $2.50 (list price, 2025-01-01), until 2025-06-01"),
        (price("$2.50", "2025-01-01/2026-05-25"), "then $2.50 (list price, 2025-01-01), until 2026-05-25"),
        (price("$2.50", "2025-01-01/2026-05-26"), "last known on 2025-01-01: $2.50 (list price)"),
    ],
)
def test_a_better_value_that_held_until_before_publication_is_reported_so(later: dict[str, Any], expected: str) -> None:
    row = outcome("$5.00", price("$5.00", "2024-01-01"), later)
    assert row["reason"] == f"right until 2025-01-01; {expected}"


def test_a_better_value_of_a_year_is_reported_with_the_year() -> None:
    known = [price(text, day, basis="fee, 2024") for text, day in (("$5.00", "2024-01-01"), ("$2.50", "2025-01-01"))]
    row = outcome("$5.00", *known, basis="fee, 2024")
    assert row["reason"] == "right until 2025-01-01; last in 2024, $2.50 (fee, 2024, 2025-01-01)"


def test_a_weak_value_is_never_the_better_one() -> None:
    weak = price("$3.00", "2025-06-01", tier="W")
    row = outcome("$5.00", price("$5.00", "2024-01-01"), price("$2.50", "2024-08-06"), weak)
    assert row["better"] == "$2.50"
    wrong = outcome("$5.00", price("$3.00", "2024-02-01", tier="W"), price("$2.50", "2024-01-01"))
    assert wrong["better"] == "$2.50"


def test_of_an_outdated_one_the_better_value_is_that_of_publication_and_of_a_wrong_one_that_of_writing() -> None:
    later = price("$4.00", "2025-01-01")
    outdated = outcome("$5.00", price("$5.00", "2024-01-01"), price("$2.50", "2024-08-06"), later)
    assert (outdated["better"], str(outdated["day"]), outdated["factor"]) == ("$4.00", "2025-01-01", 1.25)
    assert outdated["reason"] == "right until 2024-08-06; last known on 2025-01-01: $4.00 (list price)"
    wrong = outcome("$5.00", price("$2.50", "2024-08-06"), later)
    assert (wrong["better"], wrong["factor"]) == ("$2.50", 2.0)


def test_of_a_right_one_the_better_value_is_the_first_that_bears_it_out() -> None:
    assert str(outcome("$5.00", price("$5.00", "2024-01-01"), price("$5.00", "2024-06-01"))["day"]) == "2024-01-01"


def test_severity_is_how_far_it_is_off_times_who_reads_it() -> None:
    # 5 / 2.5 is a factor of two, log10 2 = 0.301, read by three claims; another basis weighs 0.3 at least.
    assert outcome("$5.00", price("$2.50", "2024-01-01"), readers=3)["severity_index"] == pytest.approx(
        math.log10(2) * 4
    )
    near = [price("$4.00", "2024-01-01"), price("$5.00", "2024-01-01", basis="b")]
    assert outcome("$5.00", *near, readers=1)["severity_index"] == pytest.approx(0.3 * 2)  # log10 1.25 is 0.097
    assert outcome("$5.00", price("$5.00", "2024-01-01"), readers=9)["severity_index"] == 0
    rounded = outcome("$5", price("$5.20", "2024-01-01"), readers=9)
    assert (rounded["outcome"], rounded["severity_index"]) == ("right", 0), (
        "what lies within the rounding weighs nothing"
    )


# Disputes: sources of one day and tier that exclude each other.


@pytest.mark.parametrize(
    ("text", "first", "second", "expected"),
    [
        ("$5.00", "$5.00", "$6.00", "depends"),  # right by one source, wrong by the other
        ("$5.00", "$6.00", "$7.00", "wrong"),  # wrong by either
        ("$5", "$5.20", "$4.80", "right"),  # the print allows both
        ("$5.00", "$5.00", "$5", "right"),  # the two sources do not exclude each other
    ],
)
def test_a_figure_depends_only_where_it_matters_which_source_is_right(
    text: str, first: str, second: str, expected: str
) -> None:
    one, two = (price(each, "2024-01-01", source=source) for each, source in ((first, "a"), (second, "b")))
    swapped = (price(each, "2024-01-01", source=source) for each, source in ((first, "b"), (second, "a")))
    for known in ((one, two), (two, one), tuple(swapped)):
        assert outcome(text, *known)["outcome"] == expected


def test_the_whole_row_of_a_disputed_figure() -> None:
    known = [price("$11.00", "2024-01-01", source="b"), price("$10.00", "2024-01-01", source="a")]
    rules = FigureRules(DAY, PUBLISHED, ASSUMED, {"a": "City A.M.", "b": "Goal"})
    table = figure_outcomes_table(
        figures(printed(COST, "$10.00", basis="list price")), references(*known), {COST: 3}, rules
    )
    row = table.iloc[0]
    assert (row["outcome"], row["severity"], row["error_type"], row["severity_index"]) == ("depends", "", "", 0)
    assert row["reason"] == "sources disagree: $10.00 (City A.M.) or $11.00 (Goal)"
    assert (row["better"], row["source_id"]) == ("$11.00", "b"), "the value that a reader would have instead"
    assert row["valid_from"] is row["valid_until"] is None


def test_a_figure_that_either_of_two_sources_faults_names_both() -> None:
    known = [price("$10.00", "2024-01-01", source="a"), price("$5.02", "2024-01-01", source="b")]
    row = outcome("$5.00", *known)
    assert row["outcome"] == "wrong"
    assert row["reason"].endswith("; sources disagree: $5.02 (b) or $10.00 (a)"), row["reason"]
    assert row["severity"] == "minor", "by the nearer of them, as nobody knows which is right"
    settled = outcome("$5.00", *known, price("$7.00", "2024-06-01"))
    assert "disagree" not in settled["reason"], "a later value settles it"


def test_a_dispute_of_a_superseded_day_matters_where_it_decides_when_the_figure_was_right() -> None:
    before = [price("$5.00", "2024-01-01", source="a"), price("$4.00", "2024-01-01", source="b")]
    assert outcome("$5.00", *before, price("$5.00", "2024-02-01"))["outcome"] == "right"
    assert outcome("$5.00", *before, price("$6.00", "2024-02-01"))["outcome"] == "depends", "outdated or wrong"


def test_one_dispute_is_tried_at_a_time_with_all_others_at_the_preferred_value() -> None:
    # Two of three sources have $5.00 on the first day, so that it is right then whatever is so on the second.
    first = [
        price(text, "2024-01-01", source=name) for name, text in zip("abc", ("$5.00", "$5.00", "$4.00"), strict=True)
    ]
    second = [
        price(text, "2024-02-01", source=name) for name, text in zip("abc", ("$5.00", "$6.00", "$6.00"), strict=True)
    ]
    row = outcome("$5.00", *first, *second)
    assert row["outcome"] == "depends"
    assert row["reason"] == (
        "sources disagree: $4.00 (c) or $5.00 (a and b); sources disagree: $5.00 (a) or $6.00 (b and c)"
    )


# Severity.


@pytest.mark.parametrize(
    ("text", "better", "expected"),
    [
        ("$433.1", "$433.5", "minor"),  # 0.09 % too low
        ("$101", "$100", "moderate"),  # 1 %, which is not below it
        ("$100.9", "$100.0", "minor"),
        ("$5.00", "$9.90", "moderate"),
        ("$5.00", "$10.0", "grave"),  # half
        ("$5.00", "$2.50", "grave"),  # twice
        ("-$5.00", "$4.99", "grave"),  # the sign
        ("$5.00", "$0.00", "moderate"),  # nothing is a factor of zero
    ],
)
def test_how_far_off_a_wrong_figure_is(text: str, better: str, expected: str) -> None:
    row = outcome(text, price(better, "2024-01-01"))
    assert (row["outcome"], row["severity"]) == ("wrong", expected)


def test_another_subjects_value_is_grave_however_near_it_is() -> None:
    near = [price("$501.1", "2024-01-01"), reference("runs/b/cost", "$521.7")]
    row = outcome("$521.7", *near)
    assert (row["error_type"], row["severity"]) == ("another subject's value", "grave")


def test_a_value_that_is_likely_to_be_some_subjects_by_chance_is_only_a_hint() -> None:
    # Fifty values from 600 to 898 in steps of 6 and more: 1 - (1 - 1 / 298)^50 is one in 6.5 numbers of three digits.
    others = [reference(f"runs/s{place}/cost", f"${600 + 6 * place + 4 * (place == 49)}") for place in range(50)]
    row = outcome("$786", price("$774", "2024-01-01"), *others)
    assert (row["outcome"], row["error_type"], row["severity"]) == ("wrong", "a factor", "moderate")
    assert "that is the value of s31 too, which one in 6.5 numbers here is by chance" in row["reason"]


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("over $2,000", "$1,996"),  # a bound states no number that another subject could have
        ("$2,000–$2,100", "$1,996"),
        ("$1,998", "$1,996"),  # two units of its last digit, less than 1%
        ("$2,000", "$2,400"),  # one digit before the zeros, as many numbers have
    ],
)
def test_what_is_near_or_round_is_no_other_subjects_value(text: str, own: str) -> None:
    shown = text.replace("over ", "")
    row = outcome(text, price(own, "2024-01-01"), reference("runs/b/cost", shown))
    assert (row["outcome"], row["error_type"]) == ("wrong", "a factor")


def test_a_date_that_is_wrong_or_a_number_in_another_currency_is_moderate() -> None:
    assert outcome("$5.00", reference(COST, "€5.00", "EUR", basis="list price"))["severity"] == "moderate"


def test_materiality_says_what_is_minor() -> None:
    table = figure_outcomes_table(
        figures(printed(COST, "$5.00", basis="list price")),
        references(price("$5.20", "2024-01-01")),
        {},
        FigureRules(DAY, PUBLISHED, assumed(materiality="0.05")),
    )
    assert table["severity"].tolist() == ["minor"]


def test_what_is_not_faulted_has_no_severity() -> None:
    assert outcome("$5.00")["severity"] == outcome("$5.00", price("$5.00", "2024-01-01"))["severity"] == ""


def test_what_came_after_an_outdated_figure_may_be_of_the_opposite_sign() -> None:
    """A cut of half, after which the price rose."""
    cut = [
        reference(COST, text, "percent", as_of=day) for text, day in (("50%", "2024-01-01"), ("-100%", "2025-01-01"))
    ]
    table = figure_outcomes_table(
        figures(printed(COST, "50%", unit="percent")), references(*cut), {}, FigureRules(DAY, PUBLISHED, ASSUMED)
    )
    row = table.iloc[0]
    assert (row["outcome"], row["reason"].endswith("last known on 2025-01-01: -100%")) == (
        "outdated",
        True,
    )
    assert better_words(row) == "100% the other way"


# Absence is not evidence, and nobody knows what comes later.


def test_what_was_right_until_a_day_after_which_nothing_is_known_has_expired() -> None:
    row = outcome("$5.00", price("$5.00", "2024-01-01/2025-02-24"), readers=4)
    assert (row["outcome"], row["severity"], row["severity_index"]) == ("expired", "", 0)
    assert row["reason"] == "right until 2025-02-24; no later value is known"
    # The lower price was known before, and is no later one.
    earlier = outcome("$5.00", price("$2.50", "2023-01-01"), price("$5.00", "2024-01-01/2025-02-24"))
    assert earlier["outcome"] == "expired"


def test_the_value_of_another_version_is_not_what_became_of_one() -> None:
    one = {**price("$5.00", "2024-01-01/2025-02-24"), "version": "One"}
    two = {**price("$2.50", "2025-02-24"), "version": "Two"}
    assert outcome("$5.00", one, two)["outcome"] == "expired"
    assert outcome("$5.00", one, {**two, "version": "One"})["outcome"] == "outdated"


LATER = "2026-05-26"  # the day after publication


def test_a_value_of_a_day_after_publication_makes_no_figure_wrong() -> None:
    row = outcome("$5.00", price("$2.50", LATER))
    assert (row["outcome"], row["better"]) == ("unchecked", "$2.50")
    assert row["reason"] == "what is known is of a later time: $2.50 (list price, 2026-05-26)"
    assert outcome("$5.00", price("$4.00", "2024-01-01"), price("$2.50", LATER))["better"] == "$4.00"
    # Nor does one of another basis, unit or subject.
    for later in (price("$5.00", LATER, basis="b"), reference("runs/b/cost", "$5.00", as_of=LATER)):
        row = outcome("$5.00", price("$2.00", "2024-01-01"), later)
        assert row["error_type"] == "a factor", later


def test_a_value_that_was_released_after_publication_makes_no_figure_wrong() -> None:
    known = price("$2.50", "2024-01-01")
    assert outcome("$5.00", {**known, "released": dt.date(2026, 5, 26)})["outcome"] == "unchecked"
    assert outcome("$5.00", {**known, "released": PUBLISHED})["outcome"] == "wrong"
    # A page that appeared later may speak of what was known before.
    assert outcome("$5.00", {**known, "available_from": dt.date(2026, 5, 26)})["outcome"] == "wrong"


def test_a_value_that_its_publisher_replaced_after_publication_is_revised() -> None:
    of_year = {"basis": "fee, 2024"}
    known = price("$5.00", "2024-06-01", **of_year)
    row = outcome("$5.00", known, price("$4.00", LATER, **of_year), basis="fee, 2024")
    assert (row["outcome"], row["better"], row["severity"]) == ("revised", "$4.00", "")
    # By another publisher it is another view; of no period it is a change; before publication it is out of date.
    assert (
        outcome("$5.00", known, price("$4.00", LATER, source="b", **of_year), basis="fee, 2024")["outcome"] == "right"
    )
    assert outcome("$5.00", price("$5.00", "2024-06-01"), price("$4.00", LATER))["outcome"] == "right"
    assert outcome("$5.00", known, price("$4.00", "2026-01-01", **of_year), basis="fee, 2024")["outcome"] == "outdated"


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("81,755,538", "81.7 million", "right"),  # cut off, not rounded
        ("81,755,538", "81.8 million", "right"),
        ("81,755,538", "81.6 million", "wrong"),  # more than a unit of its last digit away
        ("81.7 million", "81,655,538", "right"),  # the reference has more digits: only its rounding counts
        ("81.7 million", "81,760,000", "wrong"),
        ("over 81,755,538", "81.7 million", "wrong"),  # no cut lifts a value over a bound
    ],
)
def test_a_coarser_reference_does_not_contradict_within_a_unit_of_its_last_digit(
    text: str, known: str, expected: str
) -> None:
    figure = printed(COST, text, "person", basis="list price")
    table = figure_outcomes_table(
        figures(figure), references(reference(COST, known, "person", basis="list price")), {},
        FigureRules(DAY, PUBLISHED, ASSUMED),
    )  # fmt: skip
    assert table["outcome"].iloc[0] == expected


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("$30M+", "$169.8M", "; it understates 5.7 times"),
        ("over $30M", "$61M", "; it understates 2 times"),
        ("$30M+", "$59M", ""),  # less than twice
        ("up to $30M", "$6M", "; it overstates 5 times"),
        ("$30M", "$30.2M", ""),
    ],
)
def test_a_bound_far_from_the_value_says_so_and_stays_right(text: str, known: str, expected: str) -> None:
    row = outcome(text, price(known, "2024-01-01"))
    assert (row["outcome"], row["reason"]) == ("right", f"{known} (list price, 2024-01-01){expected}")


def test_when_published_is_said_of_a_value_of_a_kind_of_which_half_still_keep() -> None:
    """Two months before publication; half of such prices keep for three months, or for one."""
    known = [price("$5.00", "2024-01-01"), price("$9.00", "2024-11-09"), price("$4.00", "2026-03-25")]
    hazard = {"kind": "total", "change": "later value", "months": 6, "n": 30, "third_months": 2.2, "half_months": 3.0}
    row = outcome("$5.00", *known, hazards=KnownHazards(pd.DataFrame([hazard])))
    assert row["reason"] == "right until 2024-11-09; when published, $4.00 (list price, 2026-03-25)"
    last = "right until 2024-11-09; last known on 2026-03-25: $4.00 (list price)"
    row = outcome("$5.00", *known, hazards=KnownHazards(pd.DataFrame([hazard | {"half_months": 1.0}])))
    assert row["reason"] == f"{last}; after 2 months 1 in 3 of such totals had changed (30 seen)"
    assert outcome("$5.00", *known)["reason"] == last
