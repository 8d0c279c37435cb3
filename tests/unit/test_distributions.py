"""Distributions by explicit formulas: exact values that are known, and SciPy's for all others."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracles import special
from tidebook.pipelines.evaluate.distributions import (
    binomial_chance,
    binomial_coefficient,
    binomial_tail,
    chi_squared_tail,
    f_tail,
    gamma_quantile,
    normal_probabilities,
    normal_quantile,
    normal_quantiles,
    normal_tail,
    t_probability,
    t_quantile,
    t_quantiles,
    t_tail,
)

SHARES = np.concatenate([np.linspace(0.001, 0.999, 999), [1e-15, 1e-9, 1e-4, 1 - 1e-4, 1 - 1e-9]])
SHAPES = (0.1, 0.5, 1.0, 1.5, 3.7, 10.0, 60.0, 400.0)
DEGREES = (1.0, 1.5, 2.0, 3.0, 4.5, 7.0, 13.0, 30.0, 120.0)


def test_quantiles_that_are_known() -> None:
    assert normal_quantiles(np.array([0.5, 0.0, 1.0])).tolist() == [0, -math.inf, math.inf]
    assert t_probability(1, 1e-9) - 0.5 == pytest.approx(1e-9 / math.pi, rel=1e-6)
    assert normal_quantile(0.975) == pytest.approx(1.959963984540054, rel=1e-15)
    # With one degree of freedom it is Cauchy's distribution, with two it has a closed form.
    for share in (0.01, 0.2, 0.7, 0.95):
        assert t_quantile(1, share) == pytest.approx(math.tan(math.pi * (share - 0.5)), rel=1e-13)
        two = (2 * share - 1) / math.sqrt(2 * share * (1 - share))
        assert t_quantile(2, share) == pytest.approx(two, rel=1e-13)
    assert t_quantiles(5, np.array([0.0, 0.5, 1.0])).tolist() == [-math.inf, 0, math.inf]
    # A gamma distribution of shape one is exponential.
    assert gamma_quantile(1.0, 0.95) == pytest.approx(-math.log(0.05), rel=1e-14)
    assert np.isnan(normal_quantiles(np.array([-0.1, 1.1]))).all()
    assert np.isnan(t_quantiles(3, np.array([-0.1, 1.1]))).all()


def test_normal_distribution_as_in_scipy() -> None:
    np.testing.assert_allclose(normal_quantiles(SHARES), special.ndtri(SHARES), rtol=2e-14, atol=1e-15)
    x = np.linspace(-8, 8, 401)
    np.testing.assert_allclose(normal_probabilities(x), special.ndtr(x), rtol=2e-14)


@pytest.mark.parametrize("degrees", DEGREES)
def test_student_t_as_in_scipy(degrees: float) -> None:
    found = t_quantiles(degrees, SHARES)
    np.testing.assert_allclose(found, special.stdtrit(degrees, SHARES), rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(special.stdtr(degrees, found), SHARES, rtol=1e-11)
    for x in (-40.0, -3.0, -0.2, 0.0, 0.7, 5.0, 1e4):
        assert t_probability(degrees, x) == pytest.approx(float(special.stdtr(degrees, x)), rel=1e-11)


@given(st.floats(0.6, 300), st.floats(1e-6, 1 - 1e-6))
def test_a_quantile_has_its_share_below_it(degrees: float, share: float) -> None:
    assert t_probability(degrees, t_quantile(degrees, share)) == pytest.approx(share, rel=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
def test_gamma_quantiles_as_in_scipy(shape: float) -> None:
    for share in (1e-6, 0.01, 0.05, 0.3, 0.5, 0.6, 0.95, 0.999, 1 - 1e-9):
        assert gamma_quantile(shape, share) == pytest.approx(float(special.gammaincinv(shape, share)), rel=1e-12)


@pytest.mark.parametrize("n", [1, 2, 7, 40, 300, 3000])
def test_binomial_tails_as_in_scipy(n: int) -> None:
    for least in sorted({0, 1, 2, n // 3, n // 2, n - 1, n, n + 1}):
        for chance in (0.0, 0.01, 0.3, 0.5, 0.9, 1.0):
            expected = float(special.bdtrc(least - 1, n, chance)) if 0 < least <= n else float(least == 0)
            assert binomial_tail(least, n, chance) == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_the_ends_of_exact_intervals_as_in_scipy() -> None:
    for n in (1, 5, 23):
        for hits in range(1, n + 1):
            for share in (0.05, 0.95):
                expected = float(special.betaincinv(hits, n - hits + 1, share))
                assert binomial_chance(hits, n, share) == pytest.approx(expected, rel=1e-12)


def test_a_coefficient_that_no_float_holds_is_infinite() -> None:
    assert binomial_coefficient(5, 2) == 10
    assert binomial_coefficient(5, 6) == 0
    assert binomial_coefficient(2000, 1000) == math.inf


@pytest.mark.parametrize("degrees", DEGREES)
def test_tails_as_in_scipy(degrees: float) -> None:
    for x in (0.0, 0.1, 0.9, 1.0, 1.1, 3.2, 12.0, 90.0):
        assert chi_squared_tail(degrees, x) == pytest.approx(float(special.chdtrc(degrees, x)), rel=1e-10, abs=1e-15)
        assert t_tail(degrees, x) == pytest.approx(float(special.stdtr(degrees, -x)), rel=1e-11)
        assert t_tail(degrees, -x) == pytest.approx(float(special.stdtr(degrees, x)), rel=1e-11)
        assert normal_tail(x) == pytest.approx(float(special.ndtr(-x)), rel=1e-12)
        for below in DEGREES:
            expected = float(special.fdtrc(degrees, below, x))
            assert f_tail(degrees, below, x) == pytest.approx(expected, rel=1e-9, abs=1e-15)


def test_critical_values_of_published_tables() -> None:
    # NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7: upper values at 5 and 1 percent.
    for tail, share, room in (
        (t_tail(10, 1.812), 0.05, 5e-5),
        (f_tail(2, 45, 3.204), 0.05, 5e-5),
        (f_tail(5, 10, 5.636), 0.01, 5e-6),
        (chi_squared_tail(10, 18.307), 0.05, 5e-6),
        (chi_squared_tail(1, 6.635), 0.01, 5e-6),
    ):
        assert tail == pytest.approx(share, abs=room)
