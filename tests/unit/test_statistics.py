"""The shared statistics against SciPy, statsmodels and hand-computed answers, and what holds for any numbers.

What the metrics make of the article's tables is in the other test_metrics modules.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.oracles import sm, stats
from tidebook.pipelines.evaluate import functions, statistics
from tidebook.pipelines.evaluate.frame import FloatArray

Statistic = Callable[[FloatArray, FloatArray], FloatArray]

CORRELATIONS: dict[str, tuple[Statistic, str]] = {
    "pearson": (statistics.pearson, "pearsonr"),
    "spearman": (statistics.spearman, "spearmanr"),
    "kendall": (statistics.kendall, "kendalltau"),
}
TESTS: dict[str, tuple[Statistic, Statistic]] = {
    "pearson": (lambda x, y: statistics.pearson_p(x, y).p, statistics.pearson),
    "spearman": (lambda x, y: statistics.rank_p(statistics.spearman, x, y).p, statistics.spearman),
    "kendall": (lambda x, y: statistics.rank_p(statistics.kendall, x, y).p, statistics.kendall),
}

FUNDING, MMLU = np.array([[13, 7.5, 6, 1.2]]), np.array([[88.7, 88.3, 87.5, 84.0]])

tables = st.integers(2, 5).flatmap(
    lambda subjects: arrays(float, (3, 2, subjects), elements=st.integers(-6, 6).map(lambda half: half / 2))
)


def sample(scenarios: int, subjects: int, seed: int = 1) -> tuple[FloatArray, FloatArray]:
    """Return two quantities with ties and gaps."""
    generator = np.random.default_rng(seed)
    x, y = generator.integers(0, 6, (2, scenarios, subjects)).astype(float)
    x[generator.random(x.shape) < 0.15] = np.nan
    y[generator.random(y.shape) < 0.15] = np.nan
    return x, y


def known(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the pairs of one scenario that have both values."""
    both = ~np.isnan(x) & ~np.isnan(y)
    return x[both], y[both]


@pytest.mark.parametrize("name", CORRELATIONS)
def test_correlations_agree_with_scipy(name: str) -> None:
    ours, theirs = CORRELATIONS[name][0], getattr(stats, CORRELATIONS[name][1])
    x, y = sample(200, 7)
    found = ours(x, y)
    for scenario in range(len(x)):
        a, b = known(x[scenario], y[scenario])
        if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
            assert np.isnan(found[scenario])
        else:
            assert found[scenario] == pytest.approx(theirs(a, b).statistic, abs=1e-12)


@pytest.mark.parametrize("name", TESTS)
def test_exact_p_values_count_every_order(name: str) -> None:
    p_value, statistic = TESTS[name]
    x, y = sample(40, 5, seed=2)
    found = p_value(x, y)
    for scenario in range(len(x)):
        a, b = known(x[scenario], y[scenario])
        observed = float(statistic(a[None, :], b[None, :])[0])
        if np.isnan(observed):
            assert np.isnan(found[scenario])
            continue
        orders = np.array(list(itertools.permutations(b)))
        null = statistic(np.broadcast_to(a, orders.shape), orders)
        assert found[scenario] == pytest.approx((np.abs(null) >= abs(observed) - 1e-12).mean(), abs=1e-12)


@pytest.mark.parametrize("name", TESTS)
def test_exact_p_values_agree_with_scipy(name: str) -> None:
    p_value, _ = TESTS[name]
    generator = np.random.default_rng(3)
    x, y = generator.normal(size=(2, 5, 6))
    for scenario, found in enumerate(p_value(x, y)):
        reference = stats.permutation_test(
            (y[scenario],),
            lambda order, scenario=scenario: getattr(stats, CORRELATIONS[name][1])(x[scenario], order).statistic,
            permutation_type="pairings",
            n_resamples=np.inf,
        )
        # SciPy's two-sided p doubles the smaller tail; ours counts both tails of |statistic|.
        null = np.abs(reference.null_distribution)
        assert found == pytest.approx((null >= abs(reference.statistic) - 1e-9).mean(), abs=1e-12)


def test_four_companies_in_perfect_order_give_one_in_twelve() -> None:
    assert statistics.pearson(FUNDING, MMLU)[0] == pytest.approx(0.8896, abs=5e-5)
    assert statistics.spearman(FUNDING, MMLU)[0] == 1
    assert statistics.kendall(FUNDING, MMLU)[0] == 1
    assert TESTS["spearman"][0](FUNDING, MMLU)[0] == pytest.approx(1 / 12, abs=1e-15)
    assert TESTS["kendall"][0](FUNDING, MMLU)[0] == pytest.approx(1 / 12, abs=1e-15)
    known = np.where(np.arange(5) < np.array([[1], [2], [4], [5]]), 1.0, np.nan)
    assert functions.least_p(known, known).value.tolist() == pytest.approx([np.nan, 1, 1 / 12, 1 / 60], nan_ok=True)


def test_eight_subjects_are_permuted_and_nine_are_not() -> None:
    eight, nine = np.arange(8.0)[None, :], np.arange(9.0)[None, :]
    for name, (p_value, _) in TESTS.items():
        assert p_value(eight, eight)[0] == pytest.approx(2 / 40_320, abs=1e-15)
        # A perfect line has no t: its p-value is zero.
        np.testing.assert_equal(p_value(nine, nine), [0.0 if name == "pearson" else np.nan])


def test_fisher_interval() -> None:
    low, high = statistics.fisher_interval(np.array([0.889607, 0.9, 1.0]), np.array([4, 3, 5]))
    reference = np.tanh(np.arctanh(0.889607) + np.array([-1, 1]) * stats.norm.ppf(0.95))
    assert (low[0], high[0]) == pytest.approx(tuple(reference))
    assert np.isnan(low[1]) and np.isnan(high[1])
    assert (low[2], high[2]) == (1, 1)


def test_fisher_interval_agrees_with_scipy() -> None:
    x, y = np.random.default_rng(4).normal(size=(2, 1, 9))
    r, n = statistics.pearson(x, y), statistics.count_pairs(x, y)
    interval = stats.pearsonr(x[0], y[0]).confidence_interval(0.90)
    low, high = statistics.fisher_interval(r, n)
    assert (low[0], high[0]) == pytest.approx((interval.low, interval.high))


def test_least_squares_agrees_with_statsmodels() -> None:
    generator = np.random.default_rng(5)
    x, y = generator.normal(size=(2, 20, 6))
    x[generator.random(x.shape) < 0.2] = np.nan
    fit = functions.slope(y, x)
    for scenario in range(len(x)):
        a, b = known(x[scenario], y[scenario])
        assert np.asarray(fit.n)[scenario] == len(a)
        if len(a) < 2:
            assert np.isnan(fit.value[scenario])
            continue
        reference = sm.OLS(b, sm.add_constant(a)).fit()
        assert fit.value[scenario] == pytest.approx(reference.params[1])
        assert fit.low is not None and fit.high is not None
        if len(a) > 2:
            assert (fit.low[scenario], fit.high[scenario]) == pytest.approx(tuple(reference.conf_int(0.10)[1]))


def test_least_squares_of_few_points() -> None:
    y = np.array([[1.0, 3.0, np.nan], [1.0, np.nan, np.nan], [1.0, 2.0, 3.0]])
    x = np.array([[0.0, 1.0, 2.0], [0.0, 1.0, 2.0], [1.0, 1.0, 1.0]])
    fit = functions.slope(y, x)
    assert fit.value.tolist() == pytest.approx([2, np.nan, np.nan], nan_ok=True)
    assert fit.low is not None and np.isnan(fit.low).all()


def test_growth_of_a_doubling_series() -> None:
    days = np.array([[0.0, 365.25, 730.5]])
    fit = functions.growth(np.array([[1.0, 2.0, 4.0]]), days, years=2)
    assert fit.value[0] == pytest.approx(4)
    assert fit.low is not None and fit.low[0] == pytest.approx(4)
    assert np.isnan(functions.growth(np.array([[1.0, 0.0, 4.0]]), days).value[0]), "what falls to zero has no factor"


def test_latest_and_earliest() -> None:
    values = np.array([[30.0, 10.0, 5.0], [30.0, np.nan, 5.0]])
    days = np.array([[1.0, 5.0, 9.0], [1.0, 5.0, np.nan]])
    assert functions.latest(values, days).tolist() == [5, 30]
    assert functions.latest(values, days, until=np.array([8.0, 8.0])).tolist() == [10, 30]
    assert functions.latest(values, days, until=np.array([0.0, 1.0])).tolist() == pytest.approx(
        [np.nan, 30], nan_ok=True
    )
    assert functions.earliest(values, days).tolist() == [30, 30]


def test_concentration() -> None:
    amounts = np.array([[35, 8, 4, 2], [1, 1, np.nan, np.nan], [np.nan] * 4])
    assert functions.hhi(amounts).tolist() == pytest.approx([0.5452, 0.5, np.nan], abs=5e-5, nan_ok=True)
    ratios = functions.top_share(amounts, 2)
    assert ratios.tolist() == pytest.approx([43 / 49, 1, np.nan], nan_ok=True)
    assert np.isnan(functions.top_share(amounts, 3)).tolist() == [False, True, True]
    assert np.isnan(functions.top_share(amounts, 5)).all()


def test_modified_z() -> None:
    found = functions.modified_z(np.array([[1.0, 2, 3, 4, 100], [5, 5, 5, 5, 9]]))
    assert found[0].tolist() == pytest.approx([-1.349, -0.6745, 0, 0.6745, 65.4265])
    assert np.isnan(found[1]).all()


def test_pareto_front() -> None:
    price, score = np.array([[5.0, 3, 2, 2, np.nan]]), np.array([[9.0, 8, 7, 6, 99]])
    front = functions.pareto_front(-price, score)[0]
    assert front.tolist() == pytest.approx([1, 1, 1, 0, np.nan], nan_ok=True)
    twins = np.array([[1.0, 1.0]])
    assert functions.pareto_front(twins, twins)[0].tolist() == [1, 1]


@given(tables)
def test_correlations_lie_between_minus_one_and_one(table: FloatArray) -> None:
    x, y = table[:, 0], table[:, 1]
    for correlate, _ in CORRELATIONS.values():
        found = correlate(x, y)
        assert (np.isnan(found) | (np.abs(found) <= 1)).all()
        np.testing.assert_allclose(found, correlate(y, x), rtol=1e-5)
        np.testing.assert_allclose(found, correlate(x * 1024 + 3, y), rtol=1e-5, atol=1e-9)
        np.testing.assert_allclose(found, -correlate(-x, y), rtol=1e-5, atol=1e-9)


@given(tables)
def test_p_values_are_positive_and_at_most_one(table: FloatArray) -> None:
    x, y = table[:, 0], table[:, 1]
    for name, (p_value, statistic) in TESTS.items():
        found = p_value(x, y)
        assert (np.isnan(found) == np.isnan(statistic(x, y))).all(), name
        assert (np.isnan(found) | ((found > 0) & (found <= 1))).all(), name
        np.testing.assert_allclose(found, p_value(y, x), rtol=1e-5, atol=1e-9)


@given(tables)
def test_scenarios_and_subjects_may_come_in_any_order(table: FloatArray) -> None:
    x, y = table[:, 0], table[:, 1]
    functions = [correlate for correlate, _ in CORRELATIONS.values()] + [test for test, _ in TESTS.values()]
    for function in functions:
        found = function(x, y)
        np.testing.assert_allclose(function(x[::-1], y[::-1])[::-1], found, atol=1e-12)
        np.testing.assert_allclose(function(x[:, ::-1], y[:, ::-1]), found, atol=1e-12)


@settings(max_examples=50)
@given(arrays(float, (3, 4), elements=st.floats(0.1, 1e12)))
def test_shares_and_their_squares_are_bounded(amounts: FloatArray) -> None:
    index = functions.hhi(amounts)
    assert ((index >= 0.25 - 1e-12) & (index <= 1 + 1e-12)).all()
    np.testing.assert_allclose(functions.hhi(amounts * 1000), index)
    np.testing.assert_allclose(functions.top_share(amounts, 4), 1)


def test_the_least_p_is_that_of_the_strongest_order() -> None:
    x, y = np.array([[1.0, 2, 3, 4]]), np.array([[3.0, 1, 4, 2]])
    tied = np.array([[1.0, 1, 2, 2]])
    assert statistics.rank_p(statistics.kendall, x, y).least == pytest.approx([2 / 24])
    assert statistics.rank_p(statistics.spearman, x, tied).least == pytest.approx([8 / 24]), "ties leave fewer orders"
    assert statistics.pearson_p(x, y).least == pytest.approx([2 / 24])
    assert np.isnan(statistics.pearson_p(x, np.ones((1, 4))).least).all()


def test_pearson_has_a_p_value_above_eight_rows_by_students_t() -> None:
    rng = np.random.default_rng(7)
    x, y = rng.normal(size=(2, 4, 20))
    y[1] = x[1] * 2  # a perfect line
    x[2, 5:] = np.nan  # five rows: exact
    found = statistics.pearson_p(x, y)
    for place in (0, 3):
        assert found.p[place] == pytest.approx(stats.pearsonr(x[place], y[place]).pvalue)
        assert found.least[place] == 0
    assert found.p[1] == 0
    assert found.p[2] == pytest.approx(statistics.pearson_p(x[2:3, :5], y[2:3, :5]).p[0])
