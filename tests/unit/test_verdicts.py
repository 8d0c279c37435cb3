"""Verdicts: what share of the draws makes which, what is untestable, and what is said of each claim."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.unit.by_hand import EvaluationsByHand
from tidebook.pipelines.evaluate.evidence_views import EvidenceView
from tidebook.pipelines.judge.declared import DeclaredClaim, DeclaredInterpretation
from tidebook.pipelines.judge.interpretations import Interpretation
from tidebook.pipelines.judge.judged_days import status
from tidebook.pipelines.judge.nearest import nearest_tipping_points
from tidebook.pipelines.judge.predicates import parse_predicate
from tidebook.pipelines.judge.verdicts import interpretation_verdicts_table, judge, verdicts_table
from tidebook.pipelines.read.declarations import VerdictShares
from tidebook.schemas.analysis import InterpretationVerdicts, Metrics, TippingPoints, Verdicts
from tidebook.schemas.base import column_types
from tidebook.schemas.figures import Figures
from tidebook.schemas.units import percent

NAN = math.nan
VIEW = EvidenceView("printed", dt.date(2024, 10, 1), column_types(Figures, pd.DataFrame()))
SHARES = VerdictShares(supported_from=0.95, contradicted_to=0.05)


def interpretation(predicate: str = "above 0.5", *, claim: str = "c", rank: int = 0, least_n: int = 1,
            metric: str = "us_share") -> Interpretation:  # fmt: skip
    return Interpretation(claim, rank, f"reading {rank}", metric, parse_predicate(predicate, {}), predicate, least_n)


def evaluation(draws: Sequence[float], *, value: float = 0.7, n: int = 4, missing: str = "",
               drops: Mapping[str, float] | None = None, metric: str = "us_share") -> dict[str, Any]:  # fmt: skip
    left_out = drops or {}
    return {
        "metric_id": metric,
        "missing": missing,
        "value": value,
        "n": n,
        "ci_low": NAN,
        "ci_high": NAN,
        "draws": np.array(draws, dtype=float),
        "drop_subjects": list(left_out),
        "drop_values": np.array(list(left_out.values()), dtype=float),
        "reads": ["t/a/x"],
        "evidence": ["t/a/x"],
    }


def judged(interpretations: Sequence[Interpretation], *evaluations: Mapping[str, Any]) -> pd.DataFrame:
    views = [(VIEW, EvaluationsByHand(*evaluations))]
    return InterpretationVerdicts.validate(interpretation_verdicts_table(interpretations, views, SHARES))


def verdict(one: Interpretation, row: Mapping[str, Any]) -> pd.Series:
    return judged([one], row).iloc[0]


def shares_held(held: int, of: int = 100) -> list[float]:
    return [0.6] * held + [0.4] * (of - held)


# A statistic of few cases.


@pytest.mark.parametrize(
    ("predicate", "low", "high", "expected"),
    [
        ("above 0.5", 0.52, 0.9, "supported"),  # all of the interval lies above
        ("above 0.5", -0.2, 0.9, "contested"),  # as of n = 4 cases whose correlation is 0.7 as printed
        ("above 0.5", 0.52, math.nan, "supported"),
        ("at_most 0.5", 0.52, 0.9, "contradicted"),
        ("at_most 0.5", 0.4, 0.9, "contested"),
        ("between 0.65 0.75", 0.6, 0.8, "contested"),
        ("between 0.1 0.2", 0.6, 0.8, "contradicted"),
        ("between 0.1 0.2", 0.0, 0.8, "contested"),  # the range of the predicate lies inside
        ("outside 0.1 0.2", 0.0, 0.8, "contested"),
    ],
)
def test_a_sampling_interval_on_both_sides_of_the_cut_off_leaves_a_reading_open(
    predicate: str, low: float, high: float, expected: str
) -> None:
    row = verdict(interpretation(predicate), evaluation([0.7] * 100) | {"ci_low": low, "ci_high": high})
    assert row["status"] == expected
    assert ("but the 90% interval with n = 4 is" in row["reason"]) is (expected == "contested")


# One reading.


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (100, "supported"),
        (95, "supported"),
        (94, "contested"),
        (6, "contested"),
        (5, "contradicted"),
        (0, "contradicted"),
    ],
)
def test_the_share_of_the_draws_decides(held: int, expected: str) -> None:
    row = verdict(interpretation(), evaluation(shares_held(held)))
    assert row["status"] == expected
    assert row["probability"] == held / 100


def test_other_shares_decide_otherwise() -> None:
    shares = VerdictShares(supported_from=0.6, contradicted_to=0.4)
    assert [status(share, shares) for share in (0.6, 0.59, 0.41, 0.4)] == [
        "supported", "contested", "contested", "contradicted",
    ]  # fmt: skip


def test_a_draw_without_a_value_is_one_in_which_the_predicate_does_not_hold() -> None:
    row = verdict(interpretation(), evaluation([*shares_held(90, 90), *[NAN] * 10]))
    assert (row["probability"], row["status"]) == (0.9, "contested")
    assert verdict(interpretation("below 0.5"), evaluation([NAN] * 100))["probability"] == 0


def test_a_verdict_says_how_it_came_about() -> None:
    row = verdict(interpretation("between 0.5 0.65"), evaluation(shares_held(97), n=4))
    assert row.to_dict() == {
        "claim_id": "c",
        "evidence_view": "printed",
        "as_of": VIEW.as_of,
        "rank": 0,
        "interpretation": "reading 0",
        "metric_id": "us_share",
        "predicate": "between 0.5 0.65",
        "status": "supported",
        "value": 0.7,
        "low": pytest.approx(0.6),
        "high": pytest.approx(0.6),
        "unit": "share",
        "probability": 0.97,
        "n": 4,
        "reason": "between 0.5 and 0.65 in 97% of 100 draws; the printed value is above the middle 90% of them",
        "drop_flips": [],
    }


def test_low_and_high_leave_out_five_percent_of_the_draws_on_either_side() -> None:
    row = verdict(interpretation(), evaluation([place / 100 for place in range(101)]))
    assert [row["low"], row["high"]] == pytest.approx([0.05, 0.95])


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0%"), (1, "100%"), (0.5, "50%"), (0.1234, "12.3%"), (0.0001, "less than 0.1%"),
        (0.9999, "more than 99.9%"), (0.001, "0.1%"), (0.999, "99.9%"), (0.9496, "95%"),
    ],
)  # fmt: skip
def test_a_share_is_never_rounded_to_all_or_nothing(share: float, words: str) -> None:
    assert percent(share) == words


# A value of exact and rounded figures alone: its print decides.


def by_print(value: float, low: float, high: float, **about: Any) -> dict[str, Any]:
    """Return the evaluation of a value whose print allows all from `low` to `high`."""
    return evaluation([], value=value, **about) | {"by_print": True, "print_range": (low, high)}


@pytest.mark.parametrize(
    ("predicate", "value", "low", "high", "expected"),
    [
        ("between 2.225 2.235", 2.23, 2.22, 2.24, "supported"),  # 18.57 less 16.34, of which draws take in a half
        ("at_least 0", 0, -0.01, 0.01, "supported"),  # 0.71 against 0.71: best or tied
        ("at_most 0", 0, -0.01, 0.01, "supported"),
        ("above 0", 0, -0.01, 0.01, "contested"),  # rounding may hide that one is greater
        ("below 0", 0, -0.01, 0.01, "contested"),
        ("above 0", 0, 0, 0, "contradicted"),  # equal counts are equal
        ("above 0", -20, -20.1, -19.9, "contradicted"),  # 70 against 90
        ("at_least 2", 1.95, 1.85, 2.06, "supported"),  # 19 to 37 thousand, which may be 18.5 to 38: doubled
        ("at_least 2", 1.7, 1.6, 1.81, "contradicted"),
        ("outside 1 2", 1.5, 0.9, 1.8, "supported"),
        ("outside 1 2", 1.5, 1.1, 1.8, "contradicted"),
        ("outside 1 2", 1.5, 1.0, 2.0, "contradicted"),
        ("below -0.5", 7.0 - 7.4, -0.5, -0.3, "contradicted"),  # 6.95 less 7.45 is no less than -0.5
        ("above 0.5", 0.4, 0.3, 0.5, "contradicted"),
        ("at_most -0.5", 7.0 - 7.4, -0.5, -0.3, "supported"),
        ("below -0.5", 7.0 - 7.4, -0.51, -0.3, "supported"),
        ("equals 12.3", 12.4, 12.35, 12.45, "contradicted"),  # 12.25 to 12.35 only touches it
        ("equals 12.3", 12.4, 12.3, 12.5, "supported"),
        ("above 5", 3, 2, math.inf, "supported"),
        ("above 5", 3, -math.inf, 4, "contradicted"),  # an infinite range is no error of floats
    ],
)
def test_print_supports_what_it_says_or_allows_and_contradicts_what_it_rules_out(
    predicate: str, value: float, low: float, high: float, expected: str
) -> None:
    row = verdict(interpretation(predicate), by_print(value, low, high))
    assert row["status"] == expected
    assert (row["value"], row["low"], row["high"]) == (value, low, high)


def test_what_holds_thanks_to_rounding_says_so() -> None:
    row = verdict(interpretation("at_least 2"), by_print(1.95, 1.85, 2.06))
    assert row["reason"] == "at least 2 thanks to rounding: the print allows 1.85 to 2.06"
    assert math.isnan(row["probability"]), "no share of draws stands behind it"
    row = verdict(interpretation("at_least 1.9"), by_print(1.95, 1.85, 2.06))
    assert (row["reason"], row["probability"]) == ("at least 1.9 as printed", 1)
    row = verdict(interpretation("at_least 2.1"), by_print(1.95, 1.85, 2.06))
    assert (row["reason"], row["probability"]) == ("not at least 2.1 as printed", 0)


def test_errors_of_floats_decide_nothing() -> None:
    difference = 18.57 - 16.34  # 2.2300000000000004
    assert difference > 2.23
    assert (
        verdict(interpretation("at_most 2.23"), by_print(difference, difference, difference))["status"] == "supported"
    )
    rest = 0.3 - (0.1 + 0.2)  # -5.6e-17
    assert verdict(interpretation("at_least 0"), by_print(rest, -0.1, 0.1))["status"] == "supported"
    assert verdict(interpretation("below 0"), by_print(rest, -0.1, 0.1))["status"] == "contested"


@pytest.mark.parametrize(("words", "number"), [("fewer than 120", 120), ("nearly 14", 14), ("just over 3", 3)])
def test_a_number_that_its_own_word_excludes_is_contradicted_if_exact_and_open_if_rounded(
    words: str, number: int
) -> None:
    exact = verdict(interpretation(f"equals {words}"), by_print(number, number, number))
    rounded = verdict(interpretation(f"equals {words}"), by_print(number, number - 0.5, number + 0.5))
    assert (exact["status"], rounded["status"]) == ("contradicted", "contested")


def test_a_sample_stays_open_where_its_interval_does_whatever_its_print_says() -> None:
    row = verdict(interpretation("above 0.5"), by_print(0.7, 0.7, 0.7) | {"ci_low": -0.2, "ci_high": 0.9})
    assert (row["status"], row["reason"]) == (
        "contested", "above 0.5 as printed, but the 90% interval with n = 4 is -0.2 to 0.9"
    )  # fmt: skip


# A value to which an estimate contributes.


@pytest.mark.parametrize("allowed", [(0.55, 0.9), (0.1, 0.5), (0.4, 0.9), (0.6, math.inf), (NAN, NAN)])
def test_draws_decide_a_threshold_over_an_estimate_whatever_its_print_allows(allowed: tuple[float, float]) -> None:
    for held, expected in ((50, "contested"), (95, "supported"), (5, "contradicted")):
        row = verdict(interpretation("above 0.5"), evaluation(shares_held(held)) | {"print_range": allowed})
        assert (row["status"], row["probability"]) == (expected, held / 100)


@pytest.mark.parametrize(
    ("predicate", "allowed", "expected"),
    [
        ("equals 49", (47, 51), "supported"),  # 35 + 8 + 4 + 2, each within a half
        ("equals 51", (47, 51), "supported"),  # thanks to rounding
        ("equals 52", (47, 51), "contradicted"),
        ("equals 49", (NAN, NAN), "supported"),
        ("equals 52", (NAN, NAN), "contradicted"),  # no range is stated: the draws decide
    ],
)
def test_that_estimates_give_a_printed_number_is_arithmetic_of_their_print(
    predicate: str, allowed: tuple[float, float], expected: str
) -> None:
    one = Interpretation("c", 0, "reading 0", "us_share", parse_predicate(predicate, {}, "ratio"), predicate, 1)
    assert verdict(one, evaluation([30.0, 40, 70] * 10, value=49) | {"print_range": allowed})["status"] == expected


def test_a_number_that_a_reference_has_replaced_is_judged_by_draws() -> None:
    one = Interpretation("c", 0, "reading 0", "us_share", parse_predicate("equals 49", {}, "ratio"), "equals 49", 1)
    by_hand = EvaluationsByHand(evaluation([30.0, 40, 70] * 10, value=49) | {"print_range": (47, 51)})
    found = by_hand.get("us_share")
    for is_replaced, expected in ((False, "supported"), (True, "contradicted")):
        assert judge(one, found, "ratio", SHARES, by_hand, is_replaced)["status"] == expected


@pytest.mark.parametrize(
    ("low", "predicate", "expected"),
    [
        (20, "equals 20", "contested"),  # 20+
        (20 + 2e-8, "equals 20", "contradicted"),  # more than 20
        (20, "equals 19", "contradicted"),
        (20, "at_least 20", "supported"),
    ],
)
def test_an_open_bound_may_be_the_number_that_it_starts_from(low: float, predicate: str, expected: str) -> None:
    one = Interpretation("c", 0, "reading 0", "us_share", parse_predicate(predicate, {}, "event"), predicate, 1)
    row = verdict(one, evaluation([22, 25, 30] * 10, value=20) | {"print_range": (low, math.inf)})
    assert row["status"] == expected
    assert ("an end of what the print allows" in row["reason"]) is (expected == "contested")


# What cannot be judged.


def test_a_sample_below_the_least_size_is_untestable_and_shows_its_value() -> None:
    row = verdict(interpretation(least_n=5), evaluation(shares_held(100), n=4))
    assert row["status"] == "untestable"
    assert row["reason"] == "4 cases, fewer than the minimum of 5"
    assert (row["value"], row["low"], row["n"]) == (0.7, pytest.approx(0.6), 4)
    assert math.isnan(row["probability"])


def test_a_sample_of_just_the_least_size_is_judged() -> None:
    assert verdict(interpretation(least_n=4), evaluation(shares_held(100), n=4))["status"] == "supported"


def test_a_figure_that_no_table_holds_makes_it_untestable() -> None:
    row = verdict(interpretation(), evaluation([NAN] * 100, value=NAN, n=0, missing="t/a/y"))
    assert (row["status"], row["reason"]) == ("untestable", "no table has the figure t/a/y")
    assert row[["value", "low", "high", "probability"]].isna().all()


def test_a_metric_without_a_value_as_printed_is_untestable() -> None:
    row = verdict(interpretation(), evaluation(shares_held(100), value=NAN, n=3))
    assert (row["status"], row["reason"], row["n"]) == ("untestable", "a figure that it needs has no value", 3)


def test_a_subject_that_no_row_has_makes_it_untestable() -> None:
    row = verdict(interpretation(metric="funding_share/india"), evaluation([], metric="funding_share/china"))
    assert (row["status"], row["reason"]) == ("untestable", "this metric has no such row")
    assert (row["unit"], row["n"], row["drop_flips"]) == ("share", 0, [])


# Subjects left out.


def test_drops_that_turn_the_predicate_are_named() -> None:
    drops = {"us": 0.2, "china": 0.8, "europe": NAN, "rest": 0.5}
    assert verdict(interpretation("above 0.5"), evaluation([0.7], drops=drops))["drop_flips"] == ["us", "rest"]
    assert verdict(interpretation("below 0.5"), evaluation([0.7], drops=drops))["drop_flips"] == ["us"]
    assert verdict(interpretation("at_least 0.2"), evaluation([0.7], drops=drops))["drop_flips"] == []


def test_readings_keep_their_order() -> None:
    interpretations = [
        interpretation(claim="b"),
        interpretation("above 0.65", claim="b", rank=1),
        interpretation(claim="a"),
    ]
    table = judged(interpretations, evaluation(shares_held(100)))
    assert list(zip(table["claim_id"], table["rank"], table["status"], strict=True)) == [
        ("b", 0, "supported"), ("b", 1, "contradicted"), ("a", 0, "supported"),
    ]  # fmt: skip


def test_no_readings_give_an_empty_table() -> None:
    assert len(judged([], evaluation([0.7]))) == 0


# Claims.


def claim(name: str, *predicates: str, untestable: str | None = None) -> DeclaredClaim:
    interpretations = [
        DeclaredInterpretation(interpretation="r", metric="us_share", predicate=predicate) for predicate in predicates
    ]
    return DeclaredClaim(
        id=name,
        theme="funding",
        kind="prose",
        section="S",
        statement="T",
        untestable=untestable,
        interpretations=interpretations,
    )


TIPPING_POINTS = [
    ("a", "t/us/x", "down", 0.8),
    ("a", "t/china/x", "up", 1.4),
    ("b", "t/us/x", "down", 0.5),
    ("b", "t/china/x", "up", 2.0),
    ("b", "t/europe/x", "up", 4.0),
]


def tipping_points(rows: Sequence[tuple[str, str, str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["claim_id", "figure_id", "direction", "factor"])
    return column_types(TippingPoints, frame.assign(evidence_view="printed"))


def metrics(**rows: Any) -> pd.DataFrame:
    row = {"metric_id": "us_share", "method": "a ratio", "n": 4, "draws": 100, "evidence": ["t/us/x", "t/china/x"]}
    return column_types(Metrics, pd.DataFrame([row | rows]))


def verdicts(
    claims: Sequence[DeclaredClaim], row: Mapping[str, Any], found: Sequence[tuple[str, str, str, float]] = ()
) -> pd.DataFrame:
    interpretations = [
        Interpretation(
            entry.id,
            rank,
            each.interpretation,
            each.metric,
            parse_predicate(each.predicate, {}),
            each.predicate,
            each.least_n,
        )
        for entry in claims
        for rank, each in enumerate(entry.interpretations)
    ]
    table = verdicts_table(claims, judged(interpretations, row), tipping_points(found), metrics(), [VIEW])
    return Verdicts.validate(table).set_index("claim_id", drop=False)


def test_every_claim_has_one_row_in_order_and_an_untestable_one_its_reason() -> None:
    claims = [claim("z", "above 0.5"), claim("m", untestable="No table says so"), claim("a", "above 0.9")]
    table = verdicts(claims, evaluation(shares_held(100)))
    assert list(table["claim_id"]) == ["z", "m", "a"]
    assert list(table["status"]) == ["supported", "untestable", "contradicted"]
    blank = table.loc["m"]
    assert blank["reason"] == "No table says so"
    assert blank[["interpretation", "metric_id", "predicate", "unit", "method", "flip_figure_id"]].to_list() == [""] * 6
    assert blank[["value", "low", "high", "probability", "flip_factor"]].isna().all()
    assert (blank["n"], blank["drop_flips"], blank["evidence"]) == (0, [], [])
    assert blank["depends_on_interpretation"] is np.False_


def test_a_claim_is_judged_on_its_first_reading() -> None:
    row = verdicts([claim("a", "above 0.5", "above 0.9")], evaluation(shares_held(100))).loc["a"]
    assert (row["status"], row["predicate"], row["metric_id"]) == ("supported", "above 0.5", "us_share")
    assert (row["method"], row["evidence"]) == ("a ratio", ["t/us/x", "t/china/x"])
    assert (row["value"], row["unit"], row["probability"], row["n"]) == (0.7, "share", 1.0, 4)


@pytest.mark.parametrize(
    ("predicates", "least_n", "expected"),
    [
        (["above 0.5"], [1], False),
        (["above 0.5", "above 0.55"], [1, 1], False),
        (["above 0.5", "above 0.9"], [1, 1], True),
        (["above 0.9", "above 0.95", "above 0.5"], [1, 1, 1], True),
        # Another reading that cannot be judged says nothing against the first; the first that cannot, does.
        (["above 0.5", "above 0.9"], [1, 99], False),
        (["above 0.5", "above 0.9"], [99, 1], True),
        (["above 0.5", "above 0.9"], [99, 99], False),
    ],
)
def test_a_claim_depends_on_its_reading_when_another_gives_another_verdict(
    predicates: list[str], least_n: list[int], expected: bool
) -> None:
    declared = claim("a", *predicates)
    interpretations = [
        each.model_copy(update={"least_n": least})
        for each, least in zip(declared.interpretations, least_n, strict=True)
    ]
    table = verdicts([declared.model_copy(update={"interpretations": interpretations})], evaluation(shares_held(100)))
    assert bool(table.loc["a", "depends_on_interpretation"]) is expected


def test_the_nearest_flip_is_that_of_the_smallest_factor_either_way() -> None:
    table = verdicts([claim("a", "above 0.5"), claim("c", "above 0.5")], evaluation([0.7]), TIPPING_POINTS)
    assert table.loc["a", ["flip_figure_id", "flip_factor"]].to_list() == ["t/us/x", 0.8]
    assert table.loc["c", "flip_figure_id"] == ""
    assert math.isnan(table.loc["c", "flip_factor"])


def test_equally_near_flips_go_by_figure_and_then_by_direction() -> None:
    assert nearest_tipping_points(tipping_points(TIPPING_POINTS)) == {"a": ("t/us/x", 0.8), "b": ("t/china/x", 2.0)}
    ties = [
        ("a", "t/b/x", "down", 0.5),
        ("a", "t/b/x", "up", 2.0),
        ("a", "t/c/x", "up", 1.5),
        ("a", "t/b/y", "up", 1.5),
    ]
    assert nearest_tipping_points(tipping_points(ties)) == {"a": ("t/b/y", 1.5)}
    assert nearest_tipping_points(tipping_points(ties[1::-1])) == {"a": ("t/b/x", 0.5)}
    assert nearest_tipping_points(tipping_points(ties[:2])) == {"a": ("t/b/x", 0.5)}


def test_flips_that_differ_in_the_last_digits_only_are_equally_near() -> None:
    factor = 2 * (1 + 1e-11)
    assert nearest_tipping_points(tipping_points([("a", "t/b/x", "up", factor), ("a", "t/c/x", "down", 0.5)])) == {
        "a": ("t/b/x", factor)
    }


def test_without_flips_none_is_nearest() -> None:
    assert nearest_tipping_points(tipping_points([])) == {}


def test_claims_that_are_all_untestable_are_still_listed() -> None:
    table = verdicts([claim("m", untestable="No table says so")], evaluation([0.7]))
    assert table["status"].to_list() == ["untestable"]


def test_no_claims_give_an_empty_table() -> None:
    assert len(verdicts([], evaluation([0.7]))) == 0


# Tests that cannot decide, and trends that hang on an end.


@pytest.mark.parametrize(
    ("predicate", "status"),
    [
        ("above 0.05", "untestable"),  # not significant, but no p-value of three rows is
        ("at_most 0.05", "untestable"),
        ("between 0 0.05", "untestable"),
        ("at_most 0.5", "supported"),
        ("above 0.5", "contradicted"),
    ],
)
def test_a_test_on_too_few_rows_is_void_and_not_insignificant(predicate: str, status: str) -> None:
    row = {**evaluation([1 / 3], value=1 / 3, n=3), "floor": 1 / 3}
    found = verdict(interpretation(predicate), row)
    assert found["status"] == status
    if status == "untestable":
        assert found["reason"].startswith("the test is void: on 3 rows no p-value is below 0.333")


@pytest.mark.parametrize(
    ("drops", "status"),
    [
        ({"y2019": 0.4, "y2020": 0.7, "y2024": 0.8}, "contested"),  # without the first point it does not hold
        ({"y2019": 0.6, "y2020": 0.4, "y2024": 0.8}, "supported"),  # a point between the ends
        ({"y2019": 0.6, "y2020": 0.7, "y2024": 0.8}, "supported"),
        ({"y2019": NAN, "y2020": 0.7, "y2024": 0.8}, "supported"),  # nothing is left to fit
    ],
)
def test_a_trend_that_is_sensitive_to_its_first_or_last_point_is_contested(
    drops: dict[str, float], status: str
) -> None:
    row = {**evaluation([0.7], drops=drops), "end_points": ["y2019", "y2024"]}
    found = verdict(interpretation(), row)
    assert found["status"] == status
    if status == "contested":
        assert found["reason"].endswith(", but without y2019, at an end of the trend, it turns")
