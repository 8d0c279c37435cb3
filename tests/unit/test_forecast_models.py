"""The forecast models against numbers worked out by hand, or by another library."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracles import sm, stats
from tidebook.pipelines.judge.predictions.models import (
    Rate,
    by_deadline,
    count_quantile,
    counts,
    either,
    exponential,
    logit,
    percent,
    predict,
)
from tidebook.pipelines.read.declarations import LevelPrior


def test_a_rate_after_evidence_adds_events_and_exposure() -> None:
    assert Rate(1.0, 20.0).after(2, 7.5) == Rate(3.0, 27.5)
    assert Rate(1.0, 20.0).quantile(0.5) == pytest.approx(math.log(2) / 20)  # an exponential distribution


def test_a_first_event_has_the_closed_form() -> None:
    # 1 - E[exp(-5 * 1.5 * rate)] = 1 - 20 / (20 + 7.5) = 0.2727...
    chance = by_deadline(Rate(1.0, 20.0), 1, 5, 1.5)
    assert chance.probability == pytest.approx(7.5 / 27.5)
    assert chance.low == pytest.approx(1 - 0.95 ** (7.5 / 20))  # the 5th percentile of the rate is -ln(0.95) / 20
    assert chance.high == pytest.approx(1 - 0.05 ** (7.5 / 20))


def test_two_of_two_by_hand() -> None:
    # E[(1 - q)^2] = 1 - 2 E[q] + E[q^2], with E[q] = 10/12 and E[q^2] = 10/14 for a = 1, b = 10, t = 2.
    assert by_deadline(Rate(1.0, 10.0), 2, 2, 2.0).probability == pytest.approx(1 - 2 * 10 / 12 + 10 / 14)


def test_three_of_five_agrees_with_integration() -> None:
    rate = Rate(2.0, 30.0)
    points = stats.gamma.ppf((np.arange(20_000) + 0.5) / 20_000, rate.events, scale=1 / rate.years)
    expected = float(np.mean(stats.binom.sf(2, 5, 1 - np.exp(-points * 2.0))))
    assert by_deadline(rate, 3, 5, 2.0).probability == pytest.approx(expected, rel=1e-3)


def test_enough_already_or_too_few_left() -> None:
    assert by_deadline(Rate(1.0, 20.0), 0, 3, 1.0) == (1.0, 1.0, 1.0)
    assert by_deadline(Rate(1.0, 20.0), 4, 3, 1.0) == (0.0, 0.0, 0.0)
    assert by_deadline(Rate(1.0, 20.0), 1, 3, 0.0).probability == 0.0


@given(st.floats(0.5, 10), st.floats(1, 200), st.integers(1, 11), st.floats(0, 5), st.integers(1, 11))
def test_counts_are_probabilities_and_chances_lie_in_their_interval(
    events: float, exposure: float, at_risk: int, years: float, needed: int
) -> None:
    chances = counts(Rate(events, exposure), at_risk, years)
    assert chances.sum() == pytest.approx(1.0)
    chance = by_deadline(Rate(events, exposure), needed, at_risk, years)
    assert 0 <= chance.low <= chance.probability <= chance.high <= 1
    more = by_deadline(Rate(events, exposure), needed, at_risk, years + 1)
    assert more.probability >= chance.probability - 1e-9


def test_quantiles_of_a_count() -> None:
    chances = np.array([0.5, 0.3, 0.2])
    assert [count_quantile(chances, share) for share in (0.05, 0.5, 0.51, 0.8, 0.95)] == [0, 0, 1, 1, 2]


def test_either_of_two_independent_chances() -> None:
    first, second = by_deadline(Rate(1.0, 10.0), 1, 1, 1.0), by_deadline(Rate(1.0, 20.0), 1, 1, 1.0)
    both = either(first, second)
    assert both.probability == pytest.approx(1 - (10 / 11) * (20 / 21))


def test_without_a_prior_it_is_the_least_squares_prediction_interval() -> None:
    times, values = [0.0, 1.0, 2.0, 3.5], [1.0, 2.1, 2.9, 4.9]
    found = predict(times, values, 5.0, None)
    frame = sm.OLS(values, sm.add_constant(np.array(times))).fit().get_prediction([[1.0, 5.0]]).summary_frame(0.1)
    assert found.df == 2
    assert found.centre == pytest.approx(frame["mean"].iloc[0])
    assert found.quantile(0.05) == pytest.approx(frame["obs_ci_lower"].iloc[0])
    assert found.quantile(0.95) == pytest.approx(frame["obs_ci_upper"].iloc[0])


@pytest.mark.parametrize(("times", "values"), [([0.0, 1.0], [1.0, 2.0]), ([1.0, 1.0, 1.0], [1.0, 2.0, 3.0])])
def test_a_trend_of_too_little_is_refused(times: list[float], values: list[float]) -> None:
    with pytest.raises(ValueError, match="three values at two times"):
        predict(times, values, 2.0, None)


def test_the_prior_alone() -> None:
    # No rows: centre 0, variance noise² + level² + (slope × 2)², with as many degrees as the prior weighs.
    found = predict([], [], 2.0, LevelPrior(level_sd=2.0, noise=0.3, noise_weight=2.0), 0.5)
    assert (found.centre, found.df) == (0.0, 2.0)
    assert found.scale == pytest.approx(math.sqrt(0.3**2 + 2.0**2 + 1.0**2))
    assert found.above(0.0) == 0.5


def test_a_level_after_two_values_by_hand() -> None:
    # Precision of the prior (0.5/1)² = 0.25. Mean 6 / 2.25. Squares 2 × 0.25 + (4 + 16 - 36 / 2.25) = 4.5, 4 degrees.
    found = predict([0.0, 0.0], [2.0, 4.0], 0.0, LevelPrior(level_sd=1.0, noise=0.5, noise_weight=2.0))
    assert found.centre == pytest.approx(6 / 2.25)
    assert found.df == 4
    assert found.scale == pytest.approx(math.sqrt(4.5 / 4 * (1 + 1 / 2.25)))


def test_much_evidence_outweighs_the_prior() -> None:
    times = list(np.linspace(0, 3, 200))
    values = [-1 + 0.8 * time for time in times]
    prior = LevelPrior(level_sd=2.0, noise=0.3, noise_weight=2.0)
    assert predict(times, values, 4.0, prior, 0.5).centre == pytest.approx(2.2, abs=0.02)


def test_logits_of_percent() -> None:
    assert logit(80.0) == pytest.approx(math.log(4))
    assert percent(logit(11.0)) == pytest.approx(11.0)
    assert percent(logit(0.0)) == pytest.approx(0.1), "nothing is certain"


def test_a_power_beyond_the_floats_stays_a_positive_number() -> None:
    assert exponential(1.0) == math.e
    assert 0 < exponential(-1e6) < 1e-300
    assert 1e300 < exponential(1e6) < math.inf
    assert (percent(-1e6), percent(1e6)) == (pytest.approx(0.0), pytest.approx(100.0))
