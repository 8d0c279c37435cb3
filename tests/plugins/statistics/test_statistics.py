"""Intervals, counts, means, effect sizes, tables and words of papers: what is found, and what is never accused."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.plugins.statistics.test_tests import checks
from tidebook.pipelines.judge.readings.review import review_with_readings
from tidebook.pipelines.judge.text.finding import Finding
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import read_document
from tidebook.plugins.statistics.formulas import (
    D_OF_T,
    F_OF_R_SQUARED,
    MARGIN,
    PARTIAL_ETA,
    PHI,
    critical,
    largest_deviation,
    sources,
)
from tidebook.plugins.statistics.grim import (
    is_possible_binary,
    is_possible_deviation,
    is_possible_mean,
    is_possible_share,
)


def findings(text: str, *, hints: bool = False) -> list[Finding]:
    """Return the findings of a whole review of a paper in Markdown."""
    document = read_document(RawFile("paper.md", text.encode()), "markdown")
    return list(review_with_readings(document, [], hints=hints).review.findings)


def found_by(text: str, rule: str) -> Finding:
    """Return the only finding of a text, which is of a rule."""
    (found,) = findings(text)
    assert (found.kind, found.tier) == (rule, "likely")
    return found


# Formulas


def test_formulas_give_what_was_computed_by_hand() -> None:
    # 5.6 / 82.6; (.23 / 3) / (.77 / 96); √(4 / 100); 2.2 √(2/15); 1.96 √(.25 / 1004).
    assert PARTIAL_ETA.value(5.6, 1, 77) == pytest.approx(0.0677966)
    assert F_OF_R_SQUARED.value(0.23, 3, 96) == pytest.approx(9.558442)
    assert PHI.value(4, 100) == pytest.approx(0.2)
    assert D_OF_T.value(2.2, 15, 15) == pytest.approx(0.8033264)
    assert MARGIN.value(0.95, 0.5, 1004) == pytest.approx(0.0309286, abs=1e-6)
    # Two cases at the ends of 1 to 7: √((3² + 3²) / 1).
    assert largest_deviation(4, 1, 7, 2) == pytest.approx(18**0.5)


@given(st.floats(0.5, 0.999), st.integers(1, 500))
def test_quantiles_are_those_of_scipy(level: float, degrees: int) -> None:
    assert critical(level, degrees) == pytest.approx(stats.t.ppf((1 + level) / 2, degrees), rel=1e-8)
    assert critical(level) == pytest.approx(stats.norm.ppf((1 + level) / 2), rel=1e-9)


@given(st.integers(2, 60), st.integers(2, 60), st.floats(-3, 3), st.integers(0, 1000))
@settings(max_examples=30)
def test_d_of_t_is_the_difference_over_the_pooled_deviation(first: int, second: int, shift: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    one, other = random.normal(shift, 1, first), random.normal(0, 1, second)
    t = stats.ttest_ind(one, other).statistic
    pooled = ((first - 1) * one.var(ddof=1) + (second - 1) * other.var(ddof=1)) / (first + second - 2)
    assert D_OF_T.value(abs(t), first, second) == pytest.approx(abs(one.mean() - other.mean()) / pooled**0.5)


def test_each_formula_names_its_source() -> None:
    assert all(source and any(map(str.isdigit, source)) for _, source in sources())


# GRIM, GRIMMER, DEBIT


@given(st.lists(st.integers(1, 7), min_size=2, max_size=40))
def test_whole_numbers_are_possible(values: list[int]) -> None:
    mean, deviation = np.mean(values), np.std(values, ddof=1)
    assert is_possible_mean(f"{mean:.2f}", len(values))
    assert is_possible_deviation(f"{mean:.2f}", f"{deviation:.2f}", len(values))


@given(st.integers(2, 200), st.data())
def test_zeros_and_ones_are_possible(n: int, data: st.DataObject) -> None:
    ones = data.draw(st.integers(0, n))
    values = [1] * ones + [0] * (n - ones)
    assert is_possible_binary(f"{np.mean(values):.2f}", f"{np.std(values, ddof=1):.2f}", n)
    assert is_possible_share(f"{100 * ones / n:.1f}", n)


def test_what_no_whole_numbers_give_is_impossible_by_trying_all() -> None:
    n = 5
    possible = set()
    for values in itertools.combinations_with_replacement(range(1, 6), n):
        mean = Fraction(sum(values), n)
        variance = sum((value - mean) ** 2 for value in values) / Fraction(n - 1)
        possible.add((f"{float(mean):.1f}", f"{float(variance) ** 0.5:.2f}"))
    for deviation in [f"{hundredths / 100:.2f}" for hundredths in range(0, 220)]:
        if not is_possible_deviation("3.0", deviation, n):
            assert ("3.0", deviation) not in possible
    assert not is_possible_deviation("3.0", "1.30", n)


def test_a_mean_of_answers_that_no_sum_gives_is_found() -> None:
    paper = "Mood was measured with a single item, rated on a scale from 1 to 7 (M = {}, SD = 1.21, n = 21)."
    assert not findings(paper.format("5.43"))
    assert "5.38 and 5.43" in found_by(paper.format("5.42"), "mean").why
    # Sum 114: the squares of SD = 1.20 lie between 647.42 and 647.90, where no whole number is.
    assert found_by(paper.format("5.43").replace("1.21", "1.20"), "deviation")


# Intervals

RIGHT_INTERVALS = [
    "The odds ratio was 1.45 (95% CI 1.02 to 2.06; p = 0.04).",
    "Risk was higher (OR 1.45, 95% CI 1.02–2.06, P=0·04).",
    "HR, 0.72; 95% CI, 0.58–0.89; P = .002.",
    "The mean difference was 4·2 mm Hg (95% CI 1·1 to 7·3; p=0·008).",
    "We found b = 0.31, SE = 0.10, 95% CI [0.11, 0.51], t(96) = 3.10, p = .003.",
    "The prevalence was 12.4% (95% CI 9.8% to 15.4%).",
    "Mortality fell by 23% (95% CI 10 to 34).",
    "There was a reduction of 4.2 kg (95% CI −7.3 to −1.1).",
    "They scored 5.2 vs 4.1 (95% CI 0.3 to 1.9).",
    "The risk was 23% lower (95% CI 0.66 to 0.90).",
    "It rose from 3.1 to 4.2 (95% CI 0.8 to 1.4).",
    "Pearson's r(58) was .31, 95% CI [.05, .51], p = .016.",
    "The median was 3.2 (95% CI 2.9 to 4.4).",
    "The effect was 0.31 (95% bootstrap CI [−0.02, 0.71], p = .03).",
    "RR 0.50 (95% CI 0.25 to 1.00; p = 0.05).",
    "The odds ratio was 12.0 (95% CI 1.4 to 560), by exact methods.",
    "b = 0.05, SE = 0.02, 95% CI [0.00, 0.10], p = .049.",
    "The risk was 23% lower (95% CI 0.66 to 0.90), and 4.1 mm shorter (95% CI −6.2 to −2.0).",
    "The log odds were 0.45 (95% CI 1.21 to 2.03).",
    "With five cases the mean difference was 2.0 (SE = 0.7, 95% CI 0.06 to 3.94).",
]


@pytest.mark.parametrize("sentence", RIGHT_INTERVALS)
def test_an_interval_that_may_be_right_is_not_accused(sentence: str) -> None:
    assert not findings(sentence)


@pytest.mark.parametrize(
    ("sentence", "rule", "why"),
    [
        ("HR 0.92 (95% CI 0.58 to 0.89).", "interval", "lies outside"),
        ("M = 3.75, 95% CI [3.00, 3.50].", "interval", "lies outside"),
        ("aOR 0.45 (95% CI, 0.60–0.89).", "interval", "lies outside"),
        ("The mean difference was 4.2 (95% CI 7.3 to 1.1).", "interval", "is above the upper"),
        ("b = 0.31, SE = 0.01, 95% CI [0.11, 0.51].", "interval", "times the standard error"),
        ("b = 0.31, 95% CI [−0.05, 0.67], p = .003.", "interval", "includes 0"),
        ("b = 0.31, 95% CI [0.05, 0.57], p = .30.", "interval", "excludes 0"),
        ("OR = 2.0, 95% CI [0.8, 5.0], p < .001.", "interval", "includes 1"),
        ("OR = 2.0, 99% CI [1.2, 3.3], p = .04.", "interval", "excludes 1"),
        ("The value was -2.8 (95% CI -1.9 to 0.4).", "interval", "lies outside"),
        ("Weight fell by 2.8 kg (95% CI -1.9 to 0.4).", "interval", "lies outside"),
        ("The slope falls to 0.038 (standard error 0.029; t-statistic 2.31).", "coefficient", "over 0.029 is 1.31"),
        ("They correlated at r = .31 [.35, .47].", "interval", "lies outside"),
    ],
)
def test_an_interval_that_contradicts_its_estimate_p_or_error_is_found(sentence: str, rule: str, why: str) -> None:
    assert why in found_by(sentence, rule).why


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        # 0.42 / 0.11 is 3.82; p is below .032 with three degrees of freedom, and less with more.
        ("slope 0.42 ± 0.11 SE, t = 3.82, P < 0.001", "slope 0.42 ± 0.11 SE, t = 1.82, P = 0.07", "coefficient"),
        ("difference 4.2 mL (SE 0.9; p = 0.001)", "difference 4.2 mL (SE 0.9; p = 0.45)", "coefficient"),
        ("gain of b = 0.42, p = .001, SE = 0.11", "gain of b = 0.42, p = .41, SE = 0.11", "coefficient"),
        ("b = 0.42 (OR = 1.52)", "b = 0.42 (OR = 2.52)", "coefficient"),
        ("risks of 12/100 and 24/100 (RR = 0.50)", "risks of 12/100 and 24/100 (RR = 0.80)", "effect"),
        (
            "risk 28% lower (HR 0.72; 95% CI 0.58 to 0.89)",
            "risk 48% lower (HR 0.72; 95% CI 0.58 to 0.89)",
            "coefficient",
        ),
        ("Q(9) = 18.0, p = .035; I² = 50%", "Q(9) = 18.0, p = .035; I² = 80%", "effect"),
        ("0.42 [SE 0.11; 95% CI 0.20, 0.64]", "0.42 [SE 0.30; 95% CI 0.40, 0.44]", "interval"),
        ("HR 0.72 (0.58–0.89), p = 0.003", "HR 0.72 (0.78–0.89), p = 0.003", "interval"),
        ("4.2 minutes less (95% CI 1.1 to 7.3)", "4.2 minutes less (95% CI 5.1 to 7.3)", "interval"),
        ("4.2 kg lower (95% CI 1.1 to 7.3; p = .008)", "4.2 kg lower (95% CI 1.1 to 7.3; p = .40)", "interval"),
        ("0.49 times as likely (95% CI 0.32 to 0.74)", "0.94 times as likely (95% CI 0.32 to 0.74)", "interval"),
        (
            "cost lower with care, by €412 (95% CI €45 to €779, p = 0.028)",
            "cost lower with care, by €412 (95% CI €45 to €779, p = 0.280)",
            "interval",
        ),
        (
            "9.7 months (95% CI 8.3–11.4) with and 6.2 months (5.5–7.1) without",
            "9.7 months (95% CI 8.3–11.4) with and 6.2 months (6.5–7.1) without",
            "interval",
        ),
        (
            "odds of 1.43 (95% CI 1.10 to 1.86) by day and by night (1.87, 1.34 to 2.61)",
            "odds of 1.43 (95% CI 1.10 to 1.86) by day and by night (1.87, 1.94 to 2.61)",
            "interval",
        ),
        ("a sensitivity of 87.3% (95% CI 80.1–92.1)", "a sensitivity of 83.7% (95% CI 80.1–92.1)", "interval"),
        ("d = 0.80, 95% CI [0.05, 1.55]", "d = 0.80, 95% CI [0.95, 1.55]", "interval"),
        ("OR 1.45 (95% CI 1.02 to 2.06)", "OR 1.15 (95% CI 1.02 to 2.06)", "interval"),
    ],
)
def test_numbers_beside_an_estimate_are_held_against_it_in_any_order(right: str, wrong: str, rule: str) -> None:
    assert not findings(f"We found {right}.")
    assert {check.outcome for check in checks(f"We found {right}.")} == {"consistent"}
    assert found_by(f"We found {wrong}.", rule)


@pytest.mark.parametrize(
    "sentence",
    [
        # The error of a mean, of a logarithm, of a raw coefficient; a time and a count before an interval.
        "Mood was 5.2 (SE = 0.3), t(28) = 2.10, p = .045.",
        "The mean fell to 5.2 (SE 0.3; p = .20).",
        "The odds ratio was 1.52 (SE = 0.11), p = .20.",
        "The difference was -1.8 points at 12 months (95% CI -3.1 to -0.4).",
        "It fell by 1.8 points in 34 women with pain (95% CI -3.1 to -0.4).",
        "The effect was 0.19 (s.e. = 0.20, t = 0.95) in the first and 1.20 (SE = 0.24, p < 0.001) in the second year.",
        "The median difference was 3 points (95% CI 0 to 10).",
        "Stay was longer, with 5.2 days (95% CI 4.1 to 6.3), p = .30.",
        # Behind a test stands the interval of the difference, and behind a second ratio its own counts.
        "It was 17.3 (SD = 6.8) and 21.2 (SD = 7.4), t(85) = −2.56, p = .012, 95% CI [−6.93, −0.87].",
        "It struck 48/91 with salmon and 12/64 without (RR = 2.81, 95% CI 1.63 to 4.86), with rice RR = 1.00.",
        # Of two studies and of other tests.
        "In the panel of 540, 68.0% agreed, with a sampling error of 3.9 points. Ranks: z = 2.1, p = .036, n = 268.",
        "Q(2) = 7.51, p = .023; I² = 55%.",
        # No intervals: ranges, and a proportion whose interval reaches toward a half.
        "Age was 6.2 (range 6.5–7.1) where the mean was 8.1 (95% CI 7.9 to 8.3).",
        "The sensitivity was 87.3% (95% CI 80.1–92.1).",
    ],
)
def test_numbers_that_are_not_of_the_estimate_before_them_accuse_nobody(sentence: str) -> None:
    assert not findings(sentence)


def test_an_unusual_level_and_an_estimate_off_the_middle_are_hints_alone() -> None:
    for sentence in (
        "OR 1.45 (59% CI 1.02 to 2.06).",
        "OR 1.45 (95% CI 1.02 to 3.06).",
        "The mean difference was 4.2 (95% CI 1.1 to 9.3).",
    ):
        assert not findings(sentence)
        assert [found.tier for found in findings(sentence, hints=True)] == ["hint"]


# Counts, groups, rates, margins


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        (
            "Of the 37 patients, 12 (32%) left and 25 (68%) stayed.",
            "Of the 37 patients, 12 (32%) left and 25 (86%) stayed.",
            "share",
        ),
        ("Among 212 patients 45 (21%) left.", "Among 212 patients 45 (31%) left.", "share"),
        ("Overall, 21.2% of women (45/212) left.", "Overall, 31.2% of women (45/212) left.", "share"),
        ("It found 45 of 212 cases (sensitivity 21.2%).", "It found 45 of 212 cases (sensitivity 12.2%).", "share"),
        ("45 students, 21.2% of the 212, left.", "45 students, 31.2% of the 212, left.", "share"),
        ("We saw 120 women (56.6%) and 92 men (43.4%).", "We saw 120 women (56.6%) and 92 men (34.4%).", "share"),
        (
            "We asked 212 people. Smokers (n = 45, 21.2%), drinkers (n = 33, 15.6%) and 71 women (33.5%) left.",
            "We asked 212 people. Smokers (n = 45, 21.2%), drinkers (n = 33, 15.6%), 71 women (33.5%), 8 men (8.8%).",
            "share",
        ),
        (
            "We sent 520 questionnaires and 312 were returned, a response rate of 60%.",
            "We sent 520 questionnaires and 312 were returned, a response rate of 62%.",
            "share",
        ),
        (
            "In all, 90 participants were randomly assigned to control (n = 45) or treatment (n = 45).",
            "In all, 90 participants were randomly assigned to control (n = 45) or treatment (n = 44).",
            "size",
        ),
        (
            "Patients (N = 284) with asthma were randomly assigned to A (N = 92), B (N = 96) or C (N = 96).",
            "Patients (N = 284) with asthma were randomly assigned to A (N = 92), B (N = 96) or C (N = 69).",
            "size",
        ),
        (
            "We polled 1,004 adults; the margin of error is plus or minus 3.1 percentage points.",
            "We polled 1,004 adults; the margin of error is plus or minus 1.3 percentage points.",
            "margin",
        ),
        (
            "We polled 1,004 adults. The margin of sampling error is ±3.1 points at the 95% confidence level.",
            "We polled 1,004 adults. The margin of sampling error is ±31 points at the 95% confidence level.",
            "margin",
        ),
        (
            "Liking was rated on a scale from 1 (not at all) to 7 (very much). Readers liked it (M = 5.40, SD = 1.20).",
            "Liking was rated on a scale from 1 (not at all) to 7 (very much). Readers liked it (M = 7.40, SD = 1.20).",
            "mean",
        ),
        (
            "Ratings on a 7-point Likert scale were high (M = 5.40, SD = 1.90).",
            "Ratings on a 7-point Likert scale were high (M = 5.40, SD = 9.10).",
            "deviation",
        ),
        (
            "They scored high (M = 3.40, SD = 1.20, SE = 0.20, n = 36).",
            "They scored high (M = 3.40, SD = 1.20, SE = 0.50, n = 36).",
            "deviation",
        ),
    ],
)
def test_counts_that_do_not_go_together_are_found(right: str, wrong: str, rule: str) -> None:
    assert not findings(right)
    assert found_by(wrong, rule)


@pytest.mark.parametrize(
    "sentence",
    [
        # Another whole, missing cases, means that are none of whole numbers, another measure beside a scale.
        "Of the 37 patients, 12 (32%) were women; of these, 5 (42%) smoked.",
        "Prices rose by 12% (3 of 40 firms), and 12 of 37 firms (95% CI 18 to 49) closed.",
        "In 3 of 4 regions, 12% more people voted.",
        "The test missed 6 of 50 cases, a sensitivity of 88%.",
        "We asked 212 people. Women (n = 45, 31%) and men (n = 12, 52%) agreed.",
        "In all, 90 participants were randomly assigned to control (n = 45) or treatment (n = 44); one withdrew.",
        "Weight was normal (M = 71.23, SD = 8.14, n = 21).",
        "The composite of ratings on a scale from 1 to 7 was high (M = 5.42, SD = 1.20, n = 21).",
        "Pain was rated on a visual analogue scale from 0 to 10 (M = 5.42, SD = 1.20, n = 21).",
        "Pain was rated on a scale from 0 to 10. The mean age was 45.2 years (SD = 12.3).",
        "We polled 1,004 adults; for the 412 women the margin of error is 5 points.",
        "In the smallest canton only 96 people were polled. For the whole survey the margin of error is 2.4 points.",
        "We polled 1,004 adults; the weighted margin of error is plus or minus 3.9 points.",
        "The adjusted number of visits was M = 2.47, n = 21.",
        "We sent 520 questionnaires in 2019, 12 came back unopened and 312 were returned, a response rate of 61%.",
        "The 7-point lead of the party grew to M = 9 seats.",
    ],
)
def test_counts_that_may_go_together_are_not_accused(sentence: str) -> None:
    assert not findings(sentence)


def test_a_margin_that_only_few_to_draw_from_explain_is_neither_right_nor_accused() -> None:
    (check,) = checks("We polled 600 adults, members of the union; the margin of error is ±2 points.")
    assert check.outcome == "excused"
    assert "members of the" in check.why


# Effect sizes and degrees of freedom


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("F(1, 77) = 5.60, p = .020, partial η² = .07", "F(1, 77) = 5.60, p = .020, partial η² = .17", "effect"),
        ("F(1, 77) = 5.60, p = .020, ηp² = .07", "F(1, 77) = 5.60, p = .020, ηp² = .70", "effect"),
        ("R² = .23, F(3, 96) = 9.56, p < .001", "R² = .32, F(3, 96) = 9.56, p < .001", "effect"),
        ("χ²(1, N = 100) = 4.00, p = .046, φ = .20", "χ²(1, N = 100) = 4.00, p = .046, φ = .10", "effect"),
        (
            "A (n = 15) and B (n = 15), t(28) = 2.20, p = .036, d = 0.80",
            "A (n = 15) and B (n = 15), t(28) = 2.20, p = .036, d = 0.30",
            "effect",
        ),
        (
            "A (n = 15) and B (n = 15), t(28) = 2.20, p = .036",
            "A (n = 15) and B (n = 12), t(28) = 2.20, p = .036",
            "degrees",
        ),
        (
            "A (M = 5.20, SD = 1.10) and B (M = 4.60, SD = 1.30), d = 0.50",
            "A (M = 5.20, SD = 1.10) and B (M = 4.60, SD = 1.30), d = 0.05",
            "effect",
        ),
        ("b = 0.31, SE = 0.10, t(96) = 3.10, p = .003", "b = 0.31, SE = 0.10, t(96) = 2.10, p = .038", "coefficient"),
        ("r(48) = .31, n = 50, p = .03", "r(48) = .31, n = 40, p = .03", "degrees"),
        ("r(48) = .31, p = .03", "r(48) = 1.31, p = .03", "size"),
        ("t(28) = 2.20, p = .036", "t(28) = 2.20, p = 3.6", "size"),
        ("Cronbach's α = .91", "Cronbach's α = 1.91", "size"),
    ],
)
def test_an_effect_size_that_does_not_follow_is_found(right: str, wrong: str, rule: str) -> None:
    assert not findings(f"They were compared, {right}.")
    assert found_by(f"They were compared, {wrong}.", rule)


@pytest.mark.parametrize(
    "words",
    [
        "F(1, 77) = 5.60, p = .020, η² = .03",
        "F(1, 98) = 273.14, p < .001, ηp² = .73",
        "β = .25, SE = 0.10, t(96) = 3.10, p = .003",
        "F(1, 77) = 5.60, p = .020, generalized η² = .02",
        "χ²(1, N = 100) = 3.20, p = .074, φ = .20",
        "Adjusted R² = .21, F(3, 96) = 9.56, p < .001",
        "ΔR² = .05, F(1, 95) = 9.56, p = .003",
        "paired scores (M = 5.20, SD = 1.10) and (M = 4.60, SD = 1.30), d = 0.95",
        "A (n = 15) and B (n = 15), t(21.4) = 2.20, p = .039",
        "r(40) = .31, n = 50, p = .046",
        "t(1028) = 2.20, p = .028, N = 90",
    ],
)
def test_an_effect_size_of_another_kind_is_not_accused(words: str) -> None:
    assert not findings(f"They were compared, {words}.")


# Tables

REGRESSION = """Table 1: Predictors of the score

| Predictor | B | SE | t | p | 95% CI |
|---|---|---|---|---|---|
| Age | 0.31 | 0.10 | 3.10 | .003 | [0.11, 0.51] |
| Sex | -0.52 | 0.20 | -2.60 | .011 | [-0.92, -0.12] |
| Income | 0.12 | 0.08 | 1.50 | .137 | [-0.04, 0.28] |
| School | 0.45 | 0.15 | 3.00 | .004 | [0.15, 0.75] |
| City | 0.25 | 0.11 | 2.27 | .025 | [0.03, 0.47] |
"""
LOGISTIC = """| Predictor | b | SE | Wald | p | OR |
|---|---|---|---|---|---|
| Age | 0.31 | 0.10 | 9.61 | .002 | 1.36 |
| Sex | -0.52 | 0.20 | 6.76 | .009 | 0.59 |
| Income | 0.12 | 0.08 | 2.25 | .134 | 1.13 |
| School | 0.45 | 0.15 | 9.00 | .003 | 1.57 |
"""
MODELS = """Table 2: Models

| | (1) | (2) |
|---|---|---|
| Age | 0.31** | 0.29** |
| | (0.10) | (0.09) |
| Sex | -0.52* | -0.50* |
| | (0.20) | (0.21) |
| School | 0.45** | 0.47** |
| | (0.15) | (0.15) |
| Rain | 0.45** | 0.45** |
| | (0.15) | (0.15) |

Note. Standard errors in parentheses. \\* p < .05, \\*\\* p < .01, \\*\\*\\* p < .001.
"""
PATIENTS = """Table 3: Patients

| Characteristic | Control (n = 45), n (%) | Treated (n = 44), n (%) |
|---|---|---|
| Women | 20 (44.4) | 21 (47.7) |
| Smokers | 12 (26.7) | 9 (20.5) |
| Diabetes | 5 (11.1) | 7 (15.9) |
| Married | 30 (66.7) | 31 (70.5) |
| Employed | 25 (55.6) | 20 (45.5) |
"""
DIAGNOSTIC = """| Test | Disease present | Disease absent | Total |
|---|---|---|---|
| Positive | 41 | 12 | 53 |
| Negative | 9 | 138 | 147 |
| Total | 50 | 150 | 200 |

The sensitivity was 82% and the specificity 92%.
"""
TESTS = """| Measure | t | df | p |
|---|---|---|---|
| Speed | 2.20 | 28 | .036 |
| Errors | 1.10 | 28 | .281 |
| Words | 3.40 | 28 | .002 |
| Pauses | 0.45 | 28 | .656 |
"""
WITHOUT_TESTS = """| Predictor | b | SE | p |
|---|---|---|---|
| Age | 0.31 | 0.10 | .003 |
| Sex | -0.52 | 0.20 | .011 |
| Income | 0.12 | 0.08 | .137 |
| School | 0.45 | 0.15 | .004 |
"""
FITS = """| | Model 1 | Model 2 |
|---|---|---|
| N | 212 | 208 |
| F(3, 204) | 5.61 | 6.12 |
"""
CORRELATIONS = """Table 4: Correlations of the measures

| | Speed | Errors |
|---|---|---|
| Errors | -.31 | .12 |
| Words | .44 | -.27 |
| Pauses | -.12 | .33 |
| Age | .21 | .05 |
"""


@pytest.mark.parametrize(
    ("table", "right", "wrong", "rule"),
    [
        (REGRESSION, "| 3.00 |", "| 4.00 |", "coefficient"),
        (REGRESSION, "| .025 |", "| .25 |", "test"),
        (REGRESSION, "| 0.45 | 0.15 | 3.00 | .004 |", "| 0.95 | 0.15 | 6.33 | .001 |", "interval"),
        (LOGISTIC, "| 6.76 |", "| 7.66 |", "coefficient"),
        (LOGISTIC, "| 0.59 |", "| 0.95 |", "coefficient"),
        (MODELS, "0.47**", "0.07**", "stars"),
        (PATIENTS, "25 (55.6)", "25 (65.6)", "share"),
        (DIAGNOSTIC, "92%", "29%", "share"),
        (TESTS, ".281", ".821", "test"),
        (WITHOUT_TESTS, ".011", ".311", "coefficient"),
        (FITS, "| N | 212 | 208 |", "| N | 212 | 180 |", "degrees"),
        (CORRELATIONS, ".44", "4.40", "size"),
    ],
)
def test_a_cell_that_contradicts_its_row_is_found(table: str, right: str, wrong: str, rule: str) -> None:
    assert not findings(table)
    assert rule in {found.kind for found in findings(table.replace(right, wrong)) if found.tier == "likely"}


@pytest.mark.parametrize(
    "table",
    [
        # Another t than b over its error in all rows: the columns are not what their heads say.
        REGRESSION.replace("| SE |", "| SE of y |").replace("| t |", "| T |"),
        LOGISTIC.replace("| OR |", "| r |").replace("1.36", "0.36").replace("1.13", "0.13").replace("1.57", "0.57"),
        # A row with missing values in both groups.
        PATIENTS.replace("| Married | 30 (66.7) | 31 (70.5) |", "| Married | 30 (69.8) | 31 (72.1) |"),
        # Corrected for many tests.
        TESTS.replace(".281", ".562") + "\nNote. p values were adjusted by Holm's method.\n",
        # One-tailed throughout.
        TESTS.replace(".036", ".018").replace(".281", ".140").replace(".002", ".001").replace(".656", ".328"),
        "| Club | t | F | p |\n|---|---|---|---|\n| A | 3 | 4 | 9 |\n| B | 1 | 2 | 5 |\n| C | 7 | 2 | 8 |\n",
        "| Item | M | SD |\n|---|---|---|\n| a | 12.1 | 44.0 |\n| b | 3.3 | 9.0 |\n",
    ],
)
def test_a_table_whose_columns_mean_something_else_is_not_accused(table: str) -> None:
    assert not [found for found in findings(table) if found.kind not in ("total", "ratio", "change")]


def test_a_mean_outside_of_the_scale_that_a_caption_names_is_found() -> None:
    rows = ["| Clear | 5.4 | 1.2 |", "| Useful | 4.9 | 1.4 |", "| Short | 3.9 | 1.8 |", "| Long | 4.4 | 1.1 |"]
    table = "Table 1: Ratings on a scale from 1 to 7\n\n| Item | M | SD |\n|---|---|---|\n" + "\n".join(rows)
    assert not findings(table)
    assert found_by(table.replace("5.4", "8.4"), "mean")
    assert found_by(table.replace("1.8", "8.1"), "deviation")


# Words


@pytest.mark.parametrize(
    "sentence",
    [
        "They differed significantly, t(28) = 1.20, p = .240.",
        "They did not differ, t(28) = 3.20, p = .003.",
        "There was no difference in mortality (OR 1.45, 95% CI 1.12 to 1.88).",
        "They were strongly correlated, r(148) = .21, p = .010.",
        "They were negatively correlated, r(48) = .31, p = .028.",
    ],
)
def test_words_that_do_not_fit_are_hints_alone(sentence: str) -> None:
    assert not findings(sentence)
    assert [(found.kind, found.tier) for found in findings(sentence, hints=True)] == [("words", "hint")]


@pytest.mark.parametrize(
    "sentence",
    [
        "They differed significantly, t(28) = 3.20, p = .003.",
        "The effect was not significant, t(28) = 1.20, p = .240.",
        "Whether they differ significantly was tested, t(28) = 1.20, p = .240.",
        "They were positively correlated, r(48) = .31, p = .028.",
        "There was a difference in mortality (OR 1.45, 95% CI 1.12 to 1.88).",
    ],
)
def test_words_that_fit_are_no_hints(sentence: str) -> None:
    assert not findings(sentence, hints=True)


def test_one_check_is_listed_for_each_statistic_of_a_paper() -> None:
    listed = checks(f"{REGRESSION}\n{TESTS}\nThey differed, t(28) = 2.20, p = .036, d = 0.80, 95% CI [0.05, 1.61].")
    assert {check.outcome for check in listed} == {"consistent"}
    assert {check.rule for check in listed} >= {"test", "coefficient", "interval"}
