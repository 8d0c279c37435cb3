"""The forecast models as plain formulas: events at an unknown rate, and a level or trend with Student's t.

Which rows they are given is decided in `kinds`. Priors stand in raw/predictions.toml. Formulas: Gelman and others,
Bayesian Data Analysis, 3rd edition, section 2.6 (gamma and Poisson) and chapters 3 and 14 (regression with a
conjugate prior).
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidebook.pipelines.read.declarations import LevelPrior, RatePrior

Numbers = NDArray[np.float64]
TAIL = 0.05
QUANTILES = (0.5, TAIL, 1 - TAIL)
MOST_POWER = 708.0
"""Beyond this the exponential function leaves the normal numbers of a float, downwards first."""


class Rate(NamedTuple):
    """What is known of a rate of events per year of exposure: a gamma distribution of `events` in `years`."""

    events: float
    years: float

    def after(self, events: int, years: float) -> Rate:
        """Return the rate after so many events in so many years of exposure (gamma prior, Poisson events)."""
        return Rate(self.events + events, self.years + years)

    def quantile(self, share: float) -> float:
        """Return the rate, per year, below which the true one lies with this probability."""
        from scipy.special import gammaincinv

        return float(gammaincinv(self.events, share)) / self.years


def rate_of(prior: RatePrior) -> Rate:
    """Return a declared prior as a rate."""
    return Rate(prior.events, prior.years)


def rate_words(prior: RatePrior, of: str) -> str:
    """Return a rate's declared prior in words; `of` names its exposure."""
    return f"{prior.events:g} event in {prior.years:g} {of}: a gamma distribution of that shape and exposure"


class Chance(NamedTuple):
    """A probability, and the probabilities at the 5th and 95th percentile of the unknown rate."""

    probability: float
    low: float
    high: float


@functools.lru_cache(maxsize=4096)
def counts(rate: Rate, at_risk: int, years: float) -> Numbers:
    """Return the probabilities that 0, 1, ... of `at_risk` see their event within `years`; do not change it.

    Each sees it once, at the same unknown rate λ: the number is binomial with p = 1 - exp(-λ years),
    averaged over λ. With q = exp(-λ years), the mean of q^j over a gamma distribution is
    (b / (b + j years))^a, and p^k is expanded in powers of q.
    """
    from scipy.special import binom

    powers = (rate.years / (rate.years + np.arange(at_risk + 1) * years)) ** rate.events
    chances = np.zeros(at_risk + 1)
    for seen in range(at_risk + 1):
        terms = np.arange(seen + 1)
        signs = np.where(terms % 2 == 0, 1.0, -1.0)
        expanded = signs * binom(seen, terms) * powers[at_risk - seen + terms]
        chances[seen] = binom(at_risk, seen) * expanded.sum()
    return np.clip(chances, 0.0, 1.0)  # terms of either sign nearly cancel and may leave a little less than nothing


def by_deadline(rate: Rate, needed: int, at_risk: int, years: float) -> Chance:
    """Return the chance that at least `needed` of `at_risk` see their event within `years`."""
    from scipy.special import bdtrc

    if needed <= 0:
        return Chance(1.0, 1.0, 1.0)
    if needed > at_risk:
        return Chance(0.0, 0.0, 0.0)
    ends = [float(bdtrc(needed - 1, at_risk, -math.expm1(-rate.quantile(share) * years))) for share in (TAIL, 1 - TAIL)]
    mean = float(np.clip(counts(rate, at_risk, years)[needed:].sum(), 0.0, 1.0))
    # A skew rate can carry the mean beyond its own 90 % interval; what is shown is an interval that holds it.
    return Chance(mean, min(ends[0], mean), max(ends[1], mean))


def count_quantile(chances: Numbers, share: float) -> int:
    """Return the smallest number whose probability of not being exceeded is at least `share`."""
    return int(np.searchsorted(np.cumsum(chances), share - 1e-12))  # a sum of floats may fall just short of its share


def either(first: Chance, second: Chance) -> Chance:
    """Return the chance that at least one of two independent things happens."""
    return Chance(*(1 - (1 - one) * (1 - other) for one, other in zip(first, second, strict=True)))


class Predictive(NamedTuple):
    """A predictive distribution: Student's t with `df` degrees of freedom around `centre`, `scale` wide."""

    centre: float
    scale: float
    df: float
    slope: float

    def quantile(self, share: float) -> float:
        """Return the value below which the next one lies with this probability."""
        from scipy.special import stdtrit

        return self.centre + self.scale * float(stdtrit(self.df, share))

    def above(self, value: float) -> float:
        """Return the probability of a value of at least `value`."""
        from scipy.special import stdtr

        return float(stdtr(self.df, (self.centre - value) / self.scale))


def predict(
    times: Sequence[float], values: Sequence[float], at: float, prior: LevelPrior | None, slope: float = 0.0
) -> Predictive:
    """Return the predictive distribution of a value at time `at`, from values at `times`.

    The values are normal around a line, with a normal and inverse-gamma prior on the line and the noise; a `slope` of
    zero width is a level without trend. Without a prior it is the ordinary least-squares line with its prediction
    interval.

    Raises ValueError if there is no prior, and fewer than three values or only one distinct time.
    """
    n, trended = len(times), prior is None or slope > 0
    if prior is None:
        if n < 3 or max(times) == min(times):
            raise ValueError("a trend without a prior needs three values at two times or more")
        # The flat prior's limit: the noise has as many degrees of freedom as values, less level and slope.
        level_weight, slope_weight, weight, noise = 0.0, 0.0, -2.0, 0.0
    else:
        level_weight, slope_weight = ((prior.noise / width) ** 2 if width else 1.0 for width in (prior.level_sd, slope))
        weight, noise = prior.noise_weight, prior.noise
    # Sums that are exact until they are rounded once: a matrix product's last digits depend on the processor.
    start = times[0] if prior is None else 0.0  # from which a flat prior lets times be counted as well
    t, at = ([time - start for time in times], at - start) if trended else ([0.0] * n, 0.0)
    by_level, both, by_slope = level_weight + n, math.fsum(t), slope_weight + math.fsum(each * each for each in t)
    sum_, moment = math.fsum(values), math.fsum(map(operator.mul, t, values))
    determinant = by_level * by_slope - both * both
    level, line = (by_slope * sum_ - both * moment) / determinant, (by_level * moment - both * sum_) / determinant
    rest = (value - level - line * time for time, value in zip(t, values, strict=True))
    squares = math.fsum(each * each for each in rest) + level_weight * level**2 + slope_weight * line**2
    df = weight + n
    spread = 1 + (by_slope - 2 * at * both + at * at * by_level) / determinant
    scale = math.sqrt((max(weight, 0.0) * noise**2 + squares) / df * spread)
    return Predictive(level + line * at, scale, df, line)


def logit(share: float) -> float:
    """Return ln(p / (1 - p)) of a share in percent, kept between 0.1 and 99.9: all or nothing would be infinite."""
    part = min(max(share, 0.1), 99.9) / 100
    return math.log(part / (1 - part))


def exponential(power: float) -> float:
    """Return e to a power; one that is too far for a float gives about the largest or smallest that there is."""
    return math.exp(min(max(power, -MOST_POWER), MOST_POWER))


def percent(value: float) -> float:
    """Return the share, in percent, whose logit is `value`."""
    return 100 / (1 + exponential(-value))
