"""Tests, shares and means as articles report them: critical values of published tables, and sums worked by hand."""

from __future__ import annotations

import pytest

from tests.unit.test_text_findings import found, only, states

CRITICAL = [
    # Two-tailed at .05: tables of Student's t, F, chi-squared, the normal distribution and the correlation.
    "t(28) = 2.048",
    "t(10) = 2.228",
    "t(1) = 12.71",
    "F(2, 45) = 3.204",
    "F(1, 10) = 4.965",
    "χ²(1, N = 90) = 3.841",
    "χ²(4) = 9.488",
    "χ2(10) = 18.307",
    "Q(3) = 7.815",
    "z = 1.960",
    "z = -1.960",
    "r(28) = .361",
]


@pytest.mark.parametrize("test", CRITICAL)
def test_critical_values_of_the_tables_have_a_p_of_5_percent(test: str) -> None:
    assert not found(f"The groups were compared, {test}, p = .050.")
    finding = only(f"The groups were compared, {test}, p = .080.")
    assert (finding.kind, finding.expected, finding.printed) == ("test", "p = .050", "p = .080")


@pytest.mark.parametrize(
    "words",
    [
        "t(28) = 2.20, p = .036",
        "t(28) = -2.20, d = 0.80, 95% CI [0.1, 1.5], p = .036",
        "t(28) = 2.20 (p = .036)",
        "t(28) = 2.2, p = .04",
        "t(28) = 2.2, p < .05",
        "t(28) = 9.1, p = .000",
        "t(28) = 9.1, p < .001",
        "t(27.4) = 2.20, p = .036",
        "F(2, 45) = 3.21, MSE = 1.4, p < .05, η² = .12",
        "F(1, 45) < 1, p > .05",
        "F(1,450) = 3.85, p = .050",
        "χ²(1, N = 90) = 4.2, p = .04",
        "χ2 (1, N = 1,090) = 4.2, p = .04",
        "r(48) = .31, p = .03",
        "z = 2.2, p = .028",
    ],
)
def test_a_test_whose_p_follows_from_it_is_not_accused(words: str) -> None:
    assert not found(f"They differed, {words}.")
    assert not {"28", "2.20", ".036", "< .05", "90"} & {
        numeral for numeral, state in states(f"They differed, {words}.").items() if state == "unknown"
    }


@pytest.mark.parametrize(
    ("words", "kind", "expected"),
    [
        ("t(28) = 1.20, p = .024", "decision", "p = .240"),
        ("F(2, 45) = 3.1, p < .05", "decision", "p = .055"),
        ("χ²(1, N = 90) = 4.2, p = .40", "decision", "p = .040"),
        ("r(48) = .31, p = .30", "decision", "p = .028"),
        ("t(28) = 2.90, n.s.", "decision", "p = .007"),
        ("t(28) = 2.20, p = .026", "test", "p = .036"),
        ("t(28) = 2.20, p < .01", "test", "p = .036"),
        ("t(28) = 8.20, p = .01", "test", "p < .001"),
        ("t(28) = 1.10, p = .35", "test", "p = .281"),
    ],
)
def test_a_p_that_turns_the_decision_is_told_apart_from_an_inexact_one(words: str, kind: str, expected: str) -> None:
    finding = only(f"They differed, {words}.")
    # Both rules were right in each finding on tests that were not used to write them.
    assert (finding.kind, finding.tier, finding.expected) == (kind, "certain", expected)
    assert ("significant" in finding.why) == (kind == "decision")


def test_a_one_tailed_p_is_right_where_the_text_mentions_one_tailed_tests() -> None:
    sentence = "They differed, t(28) = 1.75, p = .045."
    finding = only(sentence)
    assert finding.tier == "certain"
    assert "one-tailed" in finding.why
    assert not found(f"{sentence}\n\nAll tests were one-sided.")
    assert not found("They differed, t(28) = 1.75, p = .045 (one-tailed).")


def test_a_corrected_p_or_one_of_another_test_is_not_recomputed() -> None:
    assert not found("They differed, t(28) = 2.20, Bonferroni-corrected p = .18.")
    assert not found("The first was t(28) = 2.20. Another one had p = .20.")
    assert not found("They were t(28) = 2.20 and t(28) = 2.05, p = .05.")
    assert not found("The p of t(28) is 2.20; a share p = .5 was drawn.")


SHARES = [
    ("In all, 12 (32%) of the 37 patients left.", "12 (33%) of the 37 patients", "33%"),
    ("In all, 32% (12/37) left.", "31% (12/37)", "31%"),
    ("In all, 32.4% (12 of 37) left.", "34.2% (12 of 37)", "34.2%"),
    ("In all, 12/37 (32 percent) left.", "12/37 (23 percent)", "23 percent"),
]


@pytest.mark.parametrize(("right", "wrong", "printed"), SHARES)
def test_a_share_is_held_against_its_own_counts_in_any_order(right: str, wrong: str, printed: str) -> None:
    assert not found(right)
    finding = only(f"In all, {wrong} left.")
    assert (finding.kind, finding.tier, finding.printed) == ("share", "likely", printed)
    # 12 of 37 is 32.43%.
    assert finding.expected == printed.replace(
        printed.partition(" ")[0].rstrip("%"), "32.4" if "." in printed else "32"
    )


def test_a_share_that_no_count_gives_is_found() -> None:
    # 11 of 37 is 29.7%, 12 is 32.4%.
    for share, is_possible in ((30, True), (31, False), (32, True)):
        for sentence in (f"Of the 37 patients, {share}% left.", f"Left have {share}% of the 37 patients."):
            assert bool(found(sentence)) != is_possible, sentence
    # With a hundred or more any whole percentage is possible, and of a hedged or weighted one nothing is known.
    for sentence in (
        "Of the 137 patients, 31% left.",
        "About 31% of the 37 patients left.",
        "Of 37 patients, some 31% left.",
    ):
        assert not found(sentence)
    for sentence in ("Weighted, 31% of the 37 men left.", "It took 31% of the 37 hours.", "It is 31% of $37."):
        assert not found(sentence)
    assert not found("Of the 37 patients, 31% of the women left.")


def test_a_possible_share_has_the_decimals_of_the_impossible_one() -> None:
    # 11 of 37 is 29.730%, 12 is 32.432%.
    finding = only("Of the 37 patients, 31.4% left.")
    assert finding.expected == "32.4%"
    assert finding.why == "no number of 37 is 31.4%: 11 are 29.7% and 12 are 32.4%"
    assert "GRIM" in finding.sources[0] or "Brown" in finding.sources[0]
    assert only("Of the 37 patients, 31.45% left.").expected == "32.43%"


def test_a_mean_of_counts_that_no_total_gives_is_found() -> None:
    # 51 / 21 is 2.43, 52 / 21 is 2.48.
    assert not found("The mean number of children was 2.48 (n = 21).")
    finding = only("The mean number of children was 2.47 (n = 21).")
    assert (finding.kind, finding.tier, finding.expected) == ("mean", "likely", "2.48")
    assert not found("The mean weight was 2.47 (n = 21).")
    assert not found("The mean number of children was 2.47 (n = 121).")


def test_a_p_that_a_coefficient_over_its_standard_error_does_not_give_is_found() -> None:
    # 0.47 / 0.08 is 5.9: p is .01 with three degrees of freedom, and less with more.
    finding = only("The slope was positive (b = 0.47, SE = 0.08, p = .310).")
    assert (finding.kind, finding.printed) == ("coefficient", "p = .310")
    # 0.06 / 0.11 is 0.55: p is .59 to .62.
    assert only("Age had a coefficient of 0.06 (s.e. 0.11; p = 0.012).").kind == "coefficient"


@pytest.mark.parametrize(
    "sentence",
    [
        "The slope was positive (b = 0.47, SE = 0.08, p < .001).",
        "The slope was not positive (b = 0.06, SE = 0.11, p = .58).",
        "The slope was negative (b = -0.06, SE = 0.11, one-sided p = .29).",
        "The group scored higher (M = 4.2, SE = 0.3, p = .40).",
        "Age mattered (odds ratio 1.60, coefficient of 1.60, SE = 0.11, p = .40).",
        "The slope was positive (b = 0.47, SE = 0.08, p = .310, after a Bonferroni correction).",
        "The slope was positive (b = 0.47, SE = 0.08, bootstrapped, p = .310).",
    ],
)
def test_a_p_beside_a_standard_error_that_explains_it_is_not_accused(sentence: str) -> None:
    assert not found(sentence)


def test_a_gain_with_an_interval_that_excludes_nothing_has_a_small_p() -> None:
    # 5.6 over (8.1 - 3.1) / 3.92 is 4.4: p < .001.
    assert only("Extra time helped (gain 5.6 points, 95% CI 3.1 to 8.1, p = 0.234).").kind == "interval"
    assert not found("Extra time hardly helped (gain 1.2 points, 95% CI -0.6 to 3.0, p = 0.19).")


def test_the_first_two_digits_of_an_interval_are_no_level_of_confidence() -> None:
    assert not found("Sensitivity was 71.3% (95% CI 61.3% to 81.3%).")
    finding = only("Sensitivity was 84.0% (95% CI 61.3% to 81.3%).")
    assert (finding.kind, finding.printed) == ("interval", "84.0")


@pytest.mark.parametrize("cases", ["(n = 30)", ", n = 30", "; N = 30"])
def test_a_correlation_has_the_cases_that_stand_behind_its_p(cases: str) -> None:
    # r = .361 is the critical value of 28 degrees of freedom at .05, two-tailed.
    assert not found(f"Both were correlated, r = .361, p = .050 {cases}.")
    assert only(f"Both were correlated, r = .361, p = .080 {cases}.").expected == "p = .050"
