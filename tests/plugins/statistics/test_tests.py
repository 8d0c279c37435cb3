"""Tests as papers print them: the p that follows by SciPy and by published tables, spellings, excuses, and prose."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.unit.test_text_findings import found, only
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import read_document
from tidebook.plugins.statistics.check import Check
from tidebook.plugins.statistics.checks import checks_of
from tidebook.plugins.statistics.formulas import P_OF
from tidebook.plugins.statistics.tests import Convention


def checks(text: str, convention: Convention | None = None) -> list[Check]:
    """Return the checks of a paper in Markdown."""
    return checks_of(read_document(RawFile("paper.md", text.encode()), "markdown"), convention)


def outcomes(text: str) -> list[str]:
    """Return what became of each statistic of a paper."""
    return [check.outcome for check in checks(text)]


def test_the_range_of_a_p_holds_that_of_the_printed_number() -> None:
    # Tails of F(2, 48) at 1.435, 1.44 and 1.445, by SciPy: .2482, .2469, .2456. Welch's test rounds no first degree.
    right = "The interaction was F(2, 48) = 1.44, p = .248, and Welch's t(24.0) = 2.31, p = .030."
    assert outcomes(right) == ["consistent", "consistent"]
    (check, _) = checks(right)
    assert check.low == pytest.approx(stats.f.sf(1.445, 2, 48.5), abs=1e-6)
    assert check.high == pytest.approx(stats.f.sf(1.435, 2, 47.5), abs=1e-6)


RANKS = ["Spearman's ρ", "rs", "rS", "rho", "r<sub>s</sub>", "Spearman's rank correlation coefficient"]


@pytest.mark.parametrize("name", RANKS)
def test_a_rank_correlation_has_the_p_of_t_or_of_z(name: str) -> None:
    # Of n = 15 and ρ = .62: t = 2.849, p = .0137; z = .62 √14 = 2.320, p = .0203.
    for right in ("P = 0.014", "P = 0.020"):
        (check,) = checks(f"Both rose together ({name} = 0.62, n = 15, {right}).")
        assert (check.outcome, check.expected) == ("consistent", "p = .014")
    (wrong,) = checks(f"Both rose together ({name} = 0.62, n = 15, P = 0.0004).")
    assert (wrong.outcome, wrong.tier) == ("inconsistent", "likely")


@pytest.mark.parametrize("n", [5, 6, 7])
def test_the_range_of_a_rank_correlation_holds_its_exact_p(n: int) -> None:
    first = np.arange(n)
    squares = [((np.array(order) - first) ** 2).sum() for order in itertools.permutations(range(n))]
    sizes = np.abs(1 - 6 * np.array(squares) / (n * (n * n - 1)))
    for size in np.unique(sizes.round(9))[1:-1]:
        exact = (sizes >= size - 1e-9).mean()
        follows = P_OF["ρ"].interval(Interval.point(float(size)), Interval.point(n - 2.0))
        assert follows.low <= exact <= follows.high


@pytest.mark.parametrize(
    "test",
    [
        # Tails by SciPy: .0050, .0198, .353, .0226, 1.3e-4.
        "$F_2(1, 38) = 8.85$, $p = .005$",
        "pr(72) = .27, p = .020",
        "J = 2.08, chi-squared with 2 degrees of freedom, p = 0.35",
        "G = 5.2, d.f. = 1, P = 0.023",
        "(χ²₁ = 14.6, P = 1.3 × 10⁻⁴)",
    ],
)
def test_other_spellings_of_tests_are_recomputed(test: str) -> None:
    assert outcomes(f"They differed, {test}.") == ["consistent"]


BY_SCIPY = {
    "t": lambda size, degrees: 2 * stats.t.sf(size, degrees),
    "F": stats.f.sf,
    "χ²": stats.chi2.sf,
    "Q": stats.chi2.sf,
    "H": stats.chi2.sf,
    "z": lambda size: 2 * stats.norm.sf(size),
    "r": lambda size, degrees: 2 * stats.t.sf(size * np.sqrt(degrees / (1 - size * size)), degrees),
}


@given(
    st.sampled_from(sorted(BY_SCIPY)),
    st.floats(0.01, 40),
    st.integers(1, 2000),
    st.integers(1, 20_000),
)
def test_the_p_of_a_statistic_is_that_of_scipy(name: str, size: float, first: int, second: int) -> None:
    size = size / 41 if name == "r" else size
    degrees = {"F": [first, second], "z": []}.get(name, [first])
    operands = [] if name == "F" else degrees
    expected = BY_SCIPY[name](size, *(degrees if name == "F" else operands))
    assert P_OF[name].value(size, *degrees) == pytest.approx(float(expected), rel=1e-9, abs=1e-13)


@given(st.floats(0.0, 8), st.floats(0.0, 0.4), st.integers(1, 300))
def test_the_range_of_p_holds_that_of_each_statistic_which_the_print_allows(
    size: float, room: float, degrees: int
) -> None:
    range_of_p = P_OF["t"].interval(Interval(size, size + room), Interval.point(degrees))
    for share in (0.0, 0.3, 1.0):
        assert range_of_p.low <= P_OF["t"].value(size + share * room, degrees) <= range_of_p.high


SPELLINGS = [
    "t(28) = 2.20, p = .036",
    "t(28)=2.20, p=.036",
    "t (28) = 2.20; p = 0.036",
    "t[28] = 2.20, p = .036",
    "t = 2.20, df = 28, P = 0.036",
    "t=2·20, df=28, P=0·036",
    "t28 = 2.20, P = 0.036",
    "t~28~ = 2.20, *p* = .036",
    "t<sub>28</sub> = 2.20, p = .036",
    "t₂₈ = 2.20, p = .036",
    "$t_{28} = 2.20$, $p = .036$",
    "t = 2.20 with 28 degrees of freedom, p = .036",
    "t = 2.20, 28 df, p = .036",
    "t-value = −2.20, d.f. = 28, p-value = 0.036",
    "p = .036, t(28) = 2.20",
    "t(28) = 2.20, p = = .036",
    "t(28) = 2.20, d = 0.83, 95% CI [0.05, 1.61], p = .036",
    "t(28) = 2.20 (p = .036)",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_test_is_recognised_in_each_spelling(spelling: str) -> None:
    (right,) = [check for check in checks(f"They differed ({spelling}).") if check.rule == "test"]
    assert right.outcome == "consistent"
    wrong = spelling.replace("036", "136")
    (check,) = [check for check in checks(f"They differed ({wrong}).") if check.rule == "test"]
    assert (check.outcome, check.expected) == ("decision error", "p = .036")
    # Between t = 2.195 and 2.205: scipy.stats.t.sf.
    assert (check.low, check.high) == (pytest.approx(0.035836, abs=1e-6), pytest.approx(0.036619, abs=1e-6))


@pytest.mark.parametrize(
    "words",
    [
        "F(2, 45) = 3.21, p = .050",
        "F(2; 45) = 3.21, p = .050",
        "F = 3.21, df = 2,45, p = .050",
        "F = 3.21; d.f. = 2, 45; p = .050",
        "F<sub>2,45</sub> = 3.21, p = .050",
        "$F_{2,45} = 3.21$, $p = .050$",
        "F = 3.21 with 2 and 45 degrees of freedom, p = .050",
        "F = 3.21, num df = 2, denom df = 45, p-value = 0.050",
        "F(2, 4,500) = 3.00, p = .050",
        "χ²(1, N = 90) = 4.20, p = .040",
        "χ2 = 4.20, df = 1, p = .040",
        "χ²1 = 4.20, p = .040",
        "$\\chi^2(1, N = 90) = 4.20$, $p = .040$",
        "X-squared = 4.2, df = 1, p-value = 0.0404",
        "chi-square(1) = 4.20, p = .040",
        "r = .31, n = 50, p = .028",
        "r(48) = .31, p = .028",
        "r = .31, df = 48, p = .028",
        "Q(3) = 7.82, p = .050",
        "H(3) = 7.82, p = .050",
        "U = 120, z = −2.20, p = .028",
        "Z = 2.2, p < 0.05",
        "t = -20.8544, df = 98, p-value < 2.2e-16",
        "t(28) = 9.10, p = 7.4 × 10⁻¹⁰",
        "t(28) = 1.10, n.s.",
        "t(28) = 1.10, ns",
        "chi-square 6.84 on 1 df, p = 0.009",
        "a t-statistic for the placebo of 2.48 with 129 degrees of freedom (p = 0.014)",
        "a p-value of .012 (t = 2.56, df = 98)",
        "a Wald statistic of 6.25 (df = 1, p = .012)",
    ],
)
def test_a_right_test_of_each_kind_is_recomputed_and_not_accused(words: str) -> None:
    text = f"They were compared, {words}, as planned."
    assert "consistent" in outcomes(text)
    assert not found(text)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("χ² = 2.20, p = .036", "degrees of freedom"),
        ("F(45) = 3.21, p = .05", "degrees of freedom"),
        ("t(28) = 2.20", "no p"),
        ("r(28) = 1.31, p = .05", "at most 1"),
        ("they differed, p = .036", "no test"),
    ],
)
def test_what_cannot_be_recomputed_is_listed_with_the_reason(words: str, why: str) -> None:
    (check,) = [each for each in checks(f"They differed ({words}).") if each.outcome == "not recomputed"]
    assert why in check.why


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        # SciPy: t(118) = 0.57 has p = .570; a comma in p makes all of them decimal.
        ("They did alike, t(118) = 0,57; p = 0,57.", ["consistent"]),
        ("They did better, t(118) = 2,40; p = 0,042.", ["inconsistent"]),
        # t(1610) = 2.88 has p = .0040; t(1610) = 4.20 has p = .00003.
        ("Of many, t(1610) = 2.88, p < 10⁻⁴, and t(1610) = 4.20, p < 10⁻⁴.", ["inconsistent", "consistent"]),
        ("They did alike, r(36) = .14, NS.", ["consistent"]),
        # χ²(1) = 9.29 has p = .0023, F(3, 83) = 0.71 has p = .549, F(3, 83) = 4.11 has p = .0090.
        ("It rose (P < 0.01 was the criterion; P = 0.002, χ² = 9.29, df = 1).", ["not recomputed", "consistent"]),
        ("It fell (P = 0.009, F = 4.11, df = 3, 83 and P = 0.55, F = 0.71, df = 3, 83).", ["consistent"] * 2),
        # r(178) = .21 has p = .005, r(178) = .17 has p = .023: which p is whose, no order says.
        ("Both rose, r(178) = .21 and r(178) = .17, p = .004 and .023, respectively.", ["not recomputed"] * 2),
        # Half of p = .076 is that of one tail, which the words exclude.
        ("By one-tailed tests it rose. Age did too, r(64) = .22, p (2-tailed) = .038.", ["decision error"]),
        # Degrees of freedom of a χ² are counted also beside Welch's: χ²(1) = 9.55 has p = .0020.
        ("By Welch's test they differ, χ²(1) = 9.55, p = .004.", ["inconsistent"]),
        # r = .51 of 24 cases has p = .011; of 22 it would have .017.
        ("They rose together, r = 0.51, n = 24, P = 0.017.", ["inconsistent"]),
    ],
)
def test_a_spelling_that_blind_writers_had_is_read_as_meant(words: str, expected: list[str]) -> None:
    assert outcomes(words) == expected


def test_a_t_without_degrees_of_freedom_allows_the_p_of_any() -> None:
    # p is .028 with 1,000 degrees of freedom and .115 with three.
    assert outcomes("They differed (t = 2.20, p = .036).") == ["consistent"]
    assert outcomes("They differed (t = 2.20, p = .36).") == ["inconsistent"]
    assert outcomes("They differed (t = 2.20) and grew (p = .36).") == ["not recomputed"]


def test_rounding_may_go_either_way() -> None:
    # P of t = 2.0 with 10 degrees is 0.07339: of 1.95 it is 0.0798, of 2.05 it is 0.0675.
    for p in (".07", ".08", ".068", ".080"):
        assert not found(f"They differed, t(10) = 2.0, p = {p}.")
    for p in (".06", ".09", ".066", ".082"):
        assert only(f"They differed, t(10) = 2.0, p = {p}.").kind == "test"


def test_a_tiny_p_is_held_to_its_digits() -> None:
    # Of t = 9.095 to 9.105 with 28 degrees it is 7.31e-10 to 7.48e-10: scipy.stats.t.sf.
    assert only("They differed, t(28) = 9.10, p = 7.1 × 10⁻¹⁰.").kind == "test"


def test_a_level_that_the_text_states_decides() -> None:
    sentence = "They differed, t(28) = 2.20, p = .006."
    assert only(sentence).kind == "test"
    assert only(f"We set alpha = .01 for all tests.\n\n{sentence}").kind == "decision"
    assert only(f"Significance was set at 1%.\n\n{sentence}").kind == "decision"
    assert only(f"We set alpha = .01 here and α = .05 there.\n\n{sentence}").kind == "test"


@pytest.mark.parametrize(
    "excuse",
    [
        "All p values were adjusted by Holm's method.",
        "Pairs were compared with the Bonferroni correction.",
        "Tukey's test was used for pairs.",
    ],
)
def test_a_correction_for_many_tests_excuses_a_larger_p_and_is_named(excuse: str) -> None:
    larger, smaller = "They differed, t(28) = 2.20, p = .11.", "They differed, t(28) = 2.20, p = .011."
    assert not found(f"{excuse}\n\n{larger}")
    (check,) = [each for each in checks(f"{excuse}\n\n{larger}") if each.outcome == "excused"]
    assert any(name in check.why for name in ("Holm", "adjusted", "Bonferroni", "Tukey"))
    assert only(f"{excuse}\n\n{smaller}").kind == "test"


def test_a_correction_for_sphericity_excuses_f_alone() -> None:
    methods = "The Greenhouse-Geisser correction was applied where needed.\n\n"
    assert not found(f"{methods}Time mattered, F(4, 80) = 2.60, p = .07.")
    assert found(f"{methods}The groups differed, t(28) = 2.20, p = .07.")
    # Fractions are degrees of freedom after it.
    assert found("With the Greenhouse-Geisser correction time mattered, F(2.4, 81.6) = 7.43, p = .018.")


def test_degrees_of_freedom_of_welch_may_be_rounded() -> None:
    # P of t = 3.00: 0.0240 with 6 degrees, 0.0260 with 5.5.
    assert not found("Welch's test was used.\n\nThey differed, t(6) = 3.00, p = .026.")
    assert found("They differed, t(6) = 3.00, p = .026.")


def test_a_one_tailed_p_is_right_where_the_text_says_so() -> None:
    assert not found("They differed, t(28) = 1.75, p = .045 (one-tailed).")
    assert not found("A directional hypothesis was tested.\n\nThey differed, t(28) = 1.75, p = .045.")
    convention = Convention(all_one_tailed=True)
    (check,) = checks("They differed, t(28) = 1.75, p = .045.", convention)
    assert check.outcome == "consistent"


INNOCENT = [
    # Sports, engineering, finance, chemistry, law, computing: letters that are no statistics.
    "The final was played at t = 28 minutes; Brandt scored in the 36th, and p = 4 points were deducted.",
    "With F = 12.4 N, r = 0.35 m and t = 2.5 s the torque is 4.3 N m, at p = 0.3 MPa.",
    "At p = 0.5 bar the flow was Q = 12.3 l/min, and at p = 0.7 bar Q = 15.1 l/min.",
    "The bond has a price of F = 100, a rate of r = 0.05 and a term of t = 28 years, so p = 0.61 of it is due.",
    "The rate law holds for n = 2 with k = 0.31 s, z = 2.0 and p = 1.2 atm; the yield was 93% ± 2%.",
    "Under section 28(2), clause F(2), the fine is 5% of turnover (p = 12 pages of reasons).",
    "The hash table has n = 90 slots, load r = .31, and a chance p = 0.03 of a collision in each.",
    "The signal z = 1.4 + 2.1i has modulus 2.5; p < 0.5 marks the stable region.",
    "A pH of 7.4 (n = 3) and a melting point of 112 ± 1 °C were found; t½ = 28 min.",
    "Serve percentages were 62% (n = 45) and 58% (n = 52), z = 3rd and r = 2nd in the ranking.",
    "The beam's T = 300 K, H = 0.5 T; F < 1 kN is allowed, and P = 0.05 kW is lost.",
    "Let t(28) = 2.20 be the price after 28 days; the share p = .5 is drawn anew.",
    "They offered 3 for 2 (CI: continuous integration) and r(48) is the radius of ring 48.",
    "ROC (n = 212) shows 0.81, CI stands for Côte d'Ivoire, and F = 32 + 1.8 C.",
]


@pytest.mark.parametrize("sentence", INNOCENT)
def test_letters_that_are_no_statistics_are_not_accused(sentence: str) -> None:
    assert not [check.words for check in checks(sentence) if check.tier]
    assert not found(sentence)


def test_a_paragraph_of_a_thousand_tests_is_judged_in_parts() -> None:
    listed = checks("They differ, " + "t(28) = 2.20, p = .036, " * 1000)
    assert len(listed) == 1000
    assert {check.outcome for check in listed} == {"consistent"}
    assert max(len(check.quote) for check in listed) <= 2000
