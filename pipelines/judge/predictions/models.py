"""The forecast models as plain formulas: events at an unknown rate, and a level or trend with Student's t.

Belongs here: distributions and their quantiles. Does not: which rows they are given (`kinds`), or priors, which
predictions.toml declares. Formulas: Gelman and others, Bayesian Data Analysis, 3rd edition, section 2.6 (gamma and
Poisson) and chapters 3 and 14 (regression with a conjugate prior).
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidebook.pipelines.evaluate.distributions import (
    binomial_coefficient,
    binomial_tail,
    gamma_quantile,
    t_probability,
    t_quantile,
)
from tidebook.pipelines.read.declarations import LevelPrior, RatePrior

Numbers = NDArray[np.float64]
TAIL = 0.05
"""Share of the probability below, and above, the 90% intervals."""
QUANTILES = (0.5, TAIL, 1 - TAIL)
MOST_POWER = 708.0
"""The largest power of e, either way, whose result is a normal float; the smallest numbers set it."""


class Rate(NamedTuple):
    """A gamma distribution of the rate of events per year of exposure, with shape `events` and rate `years`."""

    events: float
    years: float

    def after(self, events: int, years: float) -> Rate:
        """Update the rate by events seen in years of exposure (gamma prior, Poisson events)."""
        return Rate(self.events + events, self.years + years)

    def quantile(self, share: float) -> float:
        """Return a quantile of the rate, per year."""
        return gamma_quantile(self.events, share) / self.years


def rate_of(prior: RatePrior) -> Rate:
    """Convert a declared prior to a rate."""
    return Rate(prior.events, prior.years)


def rate_words(prior: RatePrior, of: str) -> str:
    """Put a rate's declared prior into words; `of` names its exposure."""
    return f"{prior.events:g} event in {prior.years:g} {of}: a gamma distribution of that shape and exposure"


class Chance(NamedTuple):
    """A probability, and the probabilities at the 5th and 95th percentile of the unknown rate."""

    probability: float
    low: float
    high: float


# Month-ends, clocks and baselines ask for the same again: 97% of the calls of a history.
@functools.lru_cache(maxsize=4096)
def counts(rate: Rate, at_risk: int, years: float) -> Numbers:
    """Return the probabilities that 0, 1, ... of `at_risk` see their event within `years`, shape (at_risk + 1,).

    Each sees it once, at the same unknown rate λ: the number is binomial with p = 1 - exp(-λ years),
    averaged over λ. With q = exp(-λ years), the mean of q^j over a gamma distribution is
    (b / (b + j years))^a, and p^k is expanded in powers of q. The array is cached: do not change it.
    """
    powers = (rate.years / (rate.years + np.arange(at_risk + 1) * years)) ** rate.events
    chances = np.zeros(at_risk + 1)
    for seen in range(at_risk + 1):
        terms = np.arange(seen + 1)
        signs = np.where(terms % 2 == 0, 1.0, -1.0)
        ways = np.array([binomial_coefficient(seen, term) for term in terms.tolist()])
        expanded = signs * ways * powers[at_risk - seen + terms]
        chances[seen] = binomial_coefficient(at_risk, seen) * expanded.sum()
    # Terms of either sign nearly cancel and may leave slightly less than 0.
    return np.clip(chances, 0.0, 1.0)


def by_deadline(rate: Rate, needed: int, at_risk: int, years: float) -> Chance:
    """Return the chance that at least `needed` of `at_risk` see their event within `years`.

    The probability is averaged over the rate; its interval is that of the rate's 5th and 95th percentile.
    """
    if needed <= 0:
        return Chance(1.0, 1.0, 1.0)
    if needed > at_risk:
        return Chance(0.0, 0.0, 0.0)

    def at_quantile(share: float) -> float:
        each = -math.expm1(-rate.quantile(share) * years)
        return binomial_tail(needed, at_risk, each)

    mean = float(np.clip(counts(rate, at_risk, years)[needed:].sum(), 0.0, 1.0))
    # The mean of a skew rate can lie beyond its own 90% interval: widen the interval to hold it.
    return Chance(mean, min(at_quantile(TAIL), mean), max(at_quantile(1 - TAIL), mean))


def count_quantile(chances: Numbers, share: float) -> int:
    """Return a quantile of a number whose probabilities are `chances`, from 0 on."""
    # A sum of floats may fall just short of its share.
    return int(np.searchsorted(np.cumsum(chances), share - 1e-12))


def either(first: Chance, second: Chance) -> Chance:
    """Return the chance of at least one of two independent events, interval ends likewise."""
    return Chance(*(1 - (1 - one) * (1 - other) for one, other in zip(first, second, strict=True)))


class Predictive(NamedTuple):
    """A predictive distribution: Student's t with `df` degrees of freedom; `slope` is that of the line, per time."""

    centre: float
    scale: float
    df: float
    slope: float

    def quantile(self, share: float) -> float:
        """Return a quantile of the next value."""
        return self.centre + self.scale * t_quantile(self.df, share)

    def above(self, value: float) -> float:
        """Return the probability of a value of at least `value`."""
        return t_probability(self.df, (self.centre - value) / self.scale)


def predict(
    times: Sequence[float], values: Sequence[float], at: float, prior: LevelPrior | None, slope: float = 0.0
) -> Predictive:
    """Predict the value at a time from values at other times, by Bayesian linear regression.

    Values are normal around a line, with a normal and inverse-gamma prior on the line and the noise. Without a prior it
    is the ordinary least-squares line with its prediction interval.

    Args:
        times: when the values were observed.
        values: the values, one for each time.
        at: the time to predict, in the unit of `times`.
        prior: the prior of level and noise; None for none.
        slope: standard deviation of the prior of the slope; 0 for a level without trend. Ignored without a prior.

    Raises:
        ValueError: there is no prior, and fewer than three values or only one distinct time.
    """
    n = len(times)
    if prior is None:
        if n < 3 or max(times) == min(times):
            raise ValueError("a trend without a prior needs three values at two times or more")
        # The flat prior's limit: the noise has as many degrees of freedom as values, less level and slope.
        level_weight, slope_weight, weight, noise = 0.0, 0.0, -2.0, 0.0
        # A flat prior is the same from any origin; counting from the first time keeps the sums small.
        start = times[0]
        t, at = [time - start for time in times], at - start
    else:
        level_weight, slope_weight = _precision(prior.noise, prior.level_sd), _precision(prior.noise, slope)
        weight, noise = prior.noise_weight, prior.noise
        # A level without trend is a line over equal times.
        t, at = (list(times), at) if slope > 0 else ([0.0] * n, 0.0)
    # `fsum` is exact and rounds once: a matrix product's last digits depend on the processor.
    by_level, both = level_weight + n, math.fsum(t)
    by_slope = slope_weight + math.fsum(time * time for time in t)
    sum_, moment = math.fsum(values), math.fsum(map(operator.mul, t, values))
    determinant = by_level * by_slope - both * both
    level = (by_slope * sum_ - both * moment) / determinant
    line = (by_level * moment - both * sum_) / determinant
    residuals = [value - level - line * time for time, value in zip(t, values, strict=True)]
    squares = math.fsum(residual * residual for residual in residuals)
    squares = squares + level_weight * level**2 + slope_weight * line**2
    df = weight + n
    widening = 1 + (by_slope - 2 * at * both + at * at * by_level) / determinant
    scale = math.sqrt((max(weight, 0.0) * noise**2 + squares) / df * widening)
    return Predictive(level + line * at, scale, df, line)


def _precision(noise: float, width: float) -> float:
    """Return the prior precision of a coefficient in units of the noise's; a width of 0 leaves it out of the fit."""
    # Over equal times, the only case with a width of 0, any positive number cancels out.
    return (noise / width) ** 2 if width else 1.0


def logit(share: float) -> float:
    """Return ln(p / (1 - p)) of a share in percent, clipped to 0.1 to 99.9."""
    # 0 and 100% would be infinite.
    part = min(max(share, 0.1), 99.9) / 100
    return math.log(part / (1 - part))


def exponential(power: float) -> float:
    """Return e to a power, clipped to about the largest and smallest normal float."""
    return math.exp(min(max(power, -MOST_POWER), MOST_POWER))


def percent(value: float) -> float:
    """Return the share, in percent, whose logit is `value`."""
    return 100 / (1 + exponential(-value))
