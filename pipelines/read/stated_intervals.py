"""An interval that a source states beside its value, and how it is drawn.

Belongs here: intervals with a coverage, as lognormals. Does not: what a text by itself allows (`intervals`).
"""

import math
from statistics import NormalDist
from typing import NamedTuple


class StatedInterval(NamedTuple):
    """An interval stated beside a value; `percent` is its coverage, NaN if it is not stated."""

    low: float
    high: float
    percent: float


def drawn_from_interval(interval: StatedInterval) -> tuple[str, tuple[float, float]]:
    """Return how to draw from a stated interval: a lognormal with this coverage, or uniformly without one."""
    low, high, percent = interval
    if low > 0 and not math.isnan(percent):
        return "interval", _inner(low, high, percent)
    return "range", (low, high)


def _inner(low: float, high: float, percent: float) -> tuple[float, float]:
    """Return the 5th and 95th percentile of the lognormal distribution whose central `percent` are the interval."""
    # In logarithms it is normal around the middle; widths of a normal are proportional to its quantiles.
    middle, half = math.log(low * high) / 2, math.log(high / low) / 2
    quantile = NormalDist().inv_cdf
    half *= quantile(0.95) / quantile(0.5 + percent / 200)
    return math.exp(middle - half), math.exp(middle + half)


def scaled(factor: float, percent: float) -> float:
    """Return the factor within which 95% of a lognormal error lie, given that for another percentage."""
    quantile = NormalDist().inv_cdf
    return math.exp(math.log(factor) * quantile(0.975) / quantile(0.5 + percent / 200))
