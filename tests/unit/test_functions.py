"""The functions of expressions against SciPy, statsmodels, pandas and answers worked out by hand.

How arguments are joined and intervals carried on is in test_interpret.py; more on the statistics in test_statistics.py.
"""

from __future__ import annotations

import inspect
import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.oracles import sm, stats
from tidebook.pipelines.evaluate import functions
from tidebook.pipelines.evaluate.estimates import Estimate
from tidebook.pipelines.evaluate.functions import FUNCTIONS, page

NAN = math.nan
ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning", "ignore:divide by zero:RuntimeWarning")


def call(name: str, *args: Any) -> Any:
    """Return a function of the language, of rows given as lists, in one scenario."""
    arrays = [
        np.array([one], dtype=object if isinstance(one[0], str) else float) if isinstance(one, list) else one
        for one in args
    ]
    found = FUNCTIONS[name].call(*arrays)
    found = found[0] if isinstance(found, tuple) else found
    return found.value[0] if isinstance(found, Estimate) else found[0]


def frames(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two tables of 40 scenarios × 7 rows, positive, with some missing values and ties."""
    generator = np.random.default_rng(seed)
    x, y = (generator.integers(1, 12, (40, 7)) * generator.choice([1.0, 2.5]) for _ in range(2))
    for values in (x, y):
        values[generator.random(values.shape) < 0.15] = np.nan
    return pd.DataFrame(x), pd.DataFrame(y)


def both(x: pd.Series, y: pd.Series) -> tuple[Any, Any]:
    known = x.notna() & y.notna()
    return x[known].to_numpy(), y[known].to_numpy()


# Over rows.


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sum", lambda frame: frame.sum(axis="columns", min_count=1)),
        ("mean", lambda frame: frame.mean(axis="columns")),
        ("median", lambda frame: frame.median(axis="columns")),
        ("hhi", lambda frame: (frame.div(frame.sum(axis="columns"), axis="index") ** 2).sum(axis="columns")),
        ("first", lambda frame: frame.bfill(axis="columns").iloc[:, 0]),
        ("share", lambda frame: frame.div(frame.sum(axis="columns"), axis="index")),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_over_rows_as_in_pandas(name: str, expected: Any, seed: int) -> None:
    frame, _ = frames(seed)
    np.testing.assert_allclose(FUNCTIONS[name].call(frame.to_numpy()), expected(frame), rtol=1e-12)


def test_least_and_greatest_over_rows() -> None:
    frame, _ = frames(1)
    np.testing.assert_array_equal(FUNCTIONS["min"].call(frame.to_numpy()), frame.min(axis="columns"))
    np.testing.assert_array_equal(FUNCTIONS["max"].call(frame.to_numpy()), frame.max(axis="columns"))


@pytest.mark.parametrize("name", ["sum", "mean", "median", "hhi", "first"])
def test_of_no_value_nothing_is_known(name: str) -> None:
    assert math.isnan(call(name, [NAN, NAN]))


def test_sums_and_shares_by_hand() -> None:
    assert call("sum", [1, NAN, 2]) == 3
    assert call("median", [3, 1, NAN, 2]) == 2
    assert call("median", [4, 1, 3, 2]) == 2.5
    assert call("hhi", [1, 1, 2]) == 0.375
    assert call("top_share", [5, 3, NAN, 2], 2) == 0.8
    assert math.isnan(call("top_share", [5, 3], 3))
    assert math.isnan(call("top_share", [5, NAN, NAN], 2))
    np.testing.assert_array_equal(call("share", [1, NAN, 3]), [0.25, NAN, 0.75])


def test_picking_by_hand() -> None:
    values, days = [10.0, 20.0, 30.0, NAN], [5.0, 9.0, 1.0, 99.0]
    assert call("latest", values, days) == 20
    assert call("latest", values, days, np.array([8.0])) == 10
    assert call("latest", values, days, np.array([5.0])) == 10
    assert math.isnan(call("latest", values, days, np.array([0.0])))
    assert math.isnan(call("latest", values, days, np.array([NAN])))
    assert call("earliest", values, days) == 30
    assert call("at_max", days, values) == 1
    assert call("at_min", days, values) == 5
    assert call("at_max", ["a", "b", "c"], [1.0, 3.0, NAN]) == "b"
    assert call("first", ["a", "b"]) == "a"
    assert call("latest", ["a", "b"], [NAN, NAN]) is None
    assert call("span", values, days) == 8
    assert math.isnan(call("span", [NAN, NAN], [1.0, 2.0]))


# Over pairs.


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("name", "oracle"), [("pearson", "pearsonr"), ("spearman", "spearmanr"), ("kendall", "kendalltau")]
)
def test_correlations_as_in_scipy(name: str, oracle: str, seed: int) -> None:
    x, y = frames(seed)
    found = FUNCTIONS[name].call(x.to_numpy(), y.to_numpy())
    for scenario in range(len(x)):
        first, second = both(x.loc[scenario], y.loc[scenario])
        assert found.n[scenario] == len(first)
        if len(first) > 2 and len(set(first)) > 1 and len(set(second)) > 1:
            assert found.value[scenario] == pytest.approx(getattr(stats, oracle)(first, second).statistic, abs=1e-12)
            if name == "pearson" and len(first) > 3 and abs(found.value[scenario]) < 1:
                interval = stats.pearsonr(first, second).confidence_interval(0.9)
                assert (found.low[scenario], found.high[scenario]) == pytest.approx((interval.low, interval.high))


@pytest.mark.parametrize("name", ["pearson", "spearman", "kendall"])
def test_exact_p_is_the_share_of_orders_as_extreme(name: str) -> None:
    x, y = [1.0, 2.0, 4.0, 9.0, 16.0, NAN], [2.0, 1.0, 5.0, 7.0, 6.0, 3.0]
    statistic = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}[name]
    observed = abs(statistic(x[:5], y[:5]).statistic)
    orders = [abs(statistic(order, y[:5]).statistic) for order in itertools.permutations(x[:5])]
    assert call(f"{name}_p", x, y) == pytest.approx(np.mean(np.array(orders) >= observed - 1e-12))


def test_a_p_value_of_too_many_rows_is_missing_in_that_scenario_alone() -> None:
    x, y = np.tile(np.arange(9.0), (2, 1)), np.tile(np.arange(9.0) ** 2, (2, 1))
    x[1, 0] = np.nan
    for name in ("spearman_p", "kendall_p"):  # of Pearson's correlation it is known for any number of rows
        found = FUNCTIONS[name].call(x, y)
        assert list(found.n) == [9, 8]
        assert math.isnan(found.value[0]) and found.value[1] == pytest.approx(2 / math.factorial(8))


def test_the_least_p_is_two_in_all_orders() -> None:
    assert call("least_p", [1.0, 2.0, 3.0, NAN], [1.0, 2.0, 3.0, 4.0]) == 2 / 6
    assert math.isnan(call("least_p", [1.0, NAN], [1.0, 2.0]))


@pytest.mark.parametrize("seed", range(3))
def test_slope_and_growth_as_in_statsmodels(seed: int) -> None:
    y, x = frames(seed)
    slope = FUNCTIONS["slope"].call(y.to_numpy(), x.to_numpy())
    growth = FUNCTIONS["growth"].call(y.to_numpy(), 100 * x.to_numpy(), np.full(len(x), 3.0))
    for scenario in range(len(x)):
        values, times = both(y.loc[scenario], x.loc[scenario])
        if len(values) < 3 or len(set(times)) < 2:
            continue
        fit = sm.OLS(values, sm.add_constant(times)).fit()
        low, high = fit.conf_int(0.1)[1]
        assert (slope.low[scenario], slope.value[scenario], slope.high[scenario]) == pytest.approx(
            (low, fit.params[1], high), abs=1e-9
        )
        fit = sm.OLS(np.log(values), sm.add_constant(100 * times / 365.25)).fit()
        low, high = np.exp(3 * fit.conf_int(0.1)[1])
        found = (growth.low[scenario], growth.value[scenario], growth.high[scenario])
        assert found == pytest.approx((low, np.exp(3 * fit.params[1]), high), rel=1e-6)
        assert growth.n[scenario] == slope.n[scenario] == len(values)


def test_growth_in_a_year_unless_a_period_is_given() -> None:
    days = [0.0, 365.25, 730.5]
    assert call("growth", [10.0, 20.0, 40.0], days) == pytest.approx(2)
    assert call("growth", [10.0, 20.0, 40.0], days, np.array([2.0])) == pytest.approx(4)
    assert np.isnan(call("growth", [10.0, 0.0, 40.0], days)), "what falls to zero has no factor"
    assert np.isnan(call("growth", [-10.0, 20.0, 40.0], days))


def test_a_change_from_a_loss_or_to_one_has_no_value() -> None:
    for old, new, expected in ((4.0, 5.0, 1.25), (4, 0, 0), (-4, 5, NAN), (0, 5, NAN), (4, -1, NAN)):
        assert call("change", [float(old), float(new)], [0.0, 365.25]) == pytest.approx(expected, nan_ok=True)


def test_a_quantile_lies_between_the_rows_around_it() -> None:
    # Of 1, 2, 4, 8 the place of 0.25 is 0.75 behind the first, that of 0.9 is 2.7 behind it.
    values = [4.0, NAN, 1.0, 8.0, 2.0]
    for share, expected in ((0.25, 1.75), (0.5, 3), (0.9, 4 + 0.7 * 4), (0, 1), (1, 8), (1.5, NAN)):
        assert call("quantile", values, share) == pytest.approx(expected, nan_ok=True)


def test_the_deviation_of_a_sample_and_the_interval_of_its_mean() -> None:
    # Of 2, 4, 6 the mean is 4, the squares add to 8, and 8 / 2 is 2 squared; t is 2.91999 with two degrees of freedom.
    values = np.array([[2.0, 4.0, NAN, 6.0]])
    deviation, mean = FUNCTIONS["standard_deviation"].call(values), FUNCTIONS["sample_mean"].call(values)
    assert (deviation.value, deviation.n) == (pytest.approx([2]), [3])
    assert (mean.value, mean.n) == (pytest.approx([4]), [3])
    assert mean.high == pytest.approx([4 + 2.919986 * 2 / 3**0.5])
    assert mean.low == pytest.approx([4 - 2.919986 * 2 / 3**0.5])
    assert np.isnan(FUNCTIONS["sample_mean"].call(np.array([[2.0]])).low).all()


def test_what_grows_doubles_and_what_falls_does_not() -> None:
    np.testing.assert_allclose(call("doubling", [2, 4, 1, 0.5, NAN], np.array([[12.0]])), [12, 6, NAN, NAN, NAN])


def test_growth_a_year_is_compound() -> None:
    # 1.1 to the third is 1.331.
    for new, old, years, expected in (
        (133.1, 100, 3, 0.1), (81, 100, 2, -0.1), (0, 100, 2, -1), (100, -5, 2, NAN), (-1, 5, 2, NAN), (2, 1, 0, NAN)
    ):  # fmt: skip
        found = FUNCTIONS["yearly_growth"].call(*(np.array([float(each)]) for each in (new, old, years)))
        assert found == pytest.approx([expected], nan_ok=True)


def test_change_compares_the_last_with_the_first() -> None:
    found = FUNCTIONS["change"].call(np.array([[6.0, NAN, 3.0, 2.0]]), np.array([[9.0, 10.0, 4.0, 5.0]]))
    assert (found.value[0], found.n[0]) == (2, 3)
    assert math.isnan(call("change", [6.0, NAN], [1.0, 2.0]))


# Row by row.


def test_steps_by_hand() -> None:
    values, days = np.array([[30.0, 10.0, 5.0, NAN]]), np.array([[1.0, 5.0, 9.0, 12.0]])
    steps, known = functions.step_changes(values, days)
    np.testing.assert_allclose(steps, [[NAN, 1 / 3, 0.5, NAN]])
    assert list(known) == [False, True, True, False]
    same_day = functions.step_changes(np.array([[30.0, 10.0]]), np.array([[5.0, 5.0]]))
    assert np.isnan(same_day[0]).all() and same_day[1].all()


def test_best_by_hand() -> None:
    found = call("best_by", [5.0, 9.0, 7.0, NAN], [1.0, 4.0, 2.0, 0.0], [0.0, 1.0, 3.0, 4.0, NAN])
    np.testing.assert_array_equal(found, [NAN, 5, 7, 9, NAN])


def test_modified_z_as_in_scipy() -> None:
    frame, _ = frames(2)
    found = FUNCTIONS["modified_z"].call(frame.to_numpy())
    spread = stats.median_abs_deviation(frame, axis=1, nan_policy="omit")
    away = frame.sub(frame.median(axis="columns"), axis="index")
    np.testing.assert_allclose(found, 0.6745 * away.div(np.where(spread > 0, spread, np.nan), axis="index"))
    np.testing.assert_array_equal(call("modified_z", [1.0, 1.0, 1.0, 5.0]), [NAN] * 4)


def test_the_pareto_front_by_hand() -> None:
    np.testing.assert_array_equal(call("pareto_front", [1, 2, 3, 2, NAN], [3, 2, 1, 1, 9]), [1, 1, 1, 0, NAN])
    np.testing.assert_array_equal(call("pareto_front", [1, 1]), [1, 1])


def test_row_by_row() -> None:
    np.testing.assert_array_equal(call("where", [1, 2, 3], np.array([[1, 0, NAN]])), [1, NAN, NAN])
    np.testing.assert_allclose(call("log", [math.e, 0, -1, NAN]), [1, NAN, NAN, NAN])
    np.testing.assert_allclose(call("log10", [1000, 0]), [3, NAN])
    np.testing.assert_array_equal(call("abs", [-2, NAN]), [2, NAN])
    np.testing.assert_array_equal(call("min", [1, 5, NAN], np.array([[3, 3, 3]])), [1, 3, NAN])
    np.testing.assert_array_equal(call("max", [1, 5, NAN], np.array([[3, 3, 3]])), [3, 5, NAN])
    np.testing.assert_allclose(
        call("halving", [0.5, 0.25, 1, 2, 0, NAN], np.array([[12.0]])), [12, 6, NAN, NAN, NAN, NAN]
    )


# The page.


def test_every_function_says_what_it_is_and_what_a_missing_value_does() -> None:
    for function in FUNCTIONS.values():
        text = str(inspect.getdoc(function.call))
        what, _, rest = text.partition("\n\n")
        assert what.endswith("."), function.name
        assert any(word in rest for word in ("issing", "left out")), function.name


def test_the_page_on_functions_is_up_to_date() -> None:
    """`python -m tidebook.pipelines.evaluate.functions > docs/functions.md` makes it."""
    assert (ROOT / "docs" / "functions.md").read_text(encoding="utf-8") == page()
