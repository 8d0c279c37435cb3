"""Statistics for all scenarios at once, over the subjects that have a value.

Arguments have the shape (scenarios, subjects), NaN where a subject has no value in a scenario. Results have the shape
(scenarios,).

Belongs here: the computation. Does not: its sources (`functions`), or the figures to which it is applied and what the
result means (raw/metrics.toml).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tidebook.pipelines.evaluate.distributions import normal_quantile, t_quantile, t_tail
from tidebook.pipelines.evaluate.frame import FloatArray

IntArray = npt.NDArray[np.intp]

LEVEL = 0.90
"""Coverage of all two-sided intervals."""

MOST_PERMUTED = 8
"""Largest sample of which all orders are enumerated: 8! = 40,320."""

_TIE = 1e-12
"""Tolerance within which two statistics of different orders count as equal."""

_CONSTANT = 1e-13
"""Relative deviation below which values are equal but for rounding errors."""

_BLOCK = 2**22
"""Maximum statistics of one matrix product: 32 MiB as floats."""


def count_pairs(x: FloatArray, y: FloatArray) -> IntArray:
    """Count the subjects that have a value in both, per scenario."""
    return np.asarray((~np.isnan(_paired(x, y)[0])).sum(axis=1))


def pearson(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return Pearson's correlation, NaN below two subjects and where x or y is the same for all of them."""
    a, b = (_deviations(values) for values in _paired(x, y))
    scale = np.sqrt(np.nansum(a * a, axis=1) * np.nansum(b * b, axis=1))
    with np.errstate(invalid="ignore"):
        # Rounding may give 1.0000000000000002, of which Fisher's transformation is NaN.
        return np.asarray(np.clip(np.nansum(a * b, axis=1) / scale, -1, 1))


def spearman(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return Spearman's rank correlation, average ranks for ties; NaN as `pearson`."""
    a, b = _paired(x, y)
    return pearson(_ranks(a), _ranks(b))


def kendall(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return Kendall's tau-b, which corrects for ties; NaN as `pearson`."""
    a, b = _paired(x, y)
    left, right = np.triu_indices(a.shape[1], k=1)
    up, along = np.sign(a[:, left] - a[:, right]), np.sign(b[:, left] - b[:, right])
    scale = np.sqrt(np.nansum(up * up, axis=1) * np.nansum(along * along, axis=1))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nansum(up * along, axis=1) / scale)


class Test(NamedTuple):
    """The p-values of an exact test, and the least ones that it could give on such rows, shape (scenarios,) each."""

    p: FloatArray
    least: FloatArray


def pearson_p(x: FloatArray, y: FloatArray) -> Test:
    """Return the exact two-sided p-value of Pearson's correlation over all orders of y.

    It is the share of the n! orders whose |r| is at least the observed one. NaN where r is NaN. Above `MOST_PERMUTED`
    subjects it is that of Student's t with n - 2 degrees of freedom, which can be as low as zero.
    """
    a, b = _permutable(x, y)
    p, least = np.full(len(a), np.nan), np.full(len(a), np.nan)
    for known, scenarios in _kinds((~np.isnan(a)).astype(np.int16)):
        subjects = np.flatnonzero(known)
        n = len(subjects)
        if n < 2:
            continue
        # One matrix product gives r of all orders: products of all pairs, summed over the pairs of each order.
        placements = _placements(n)
        step = max(_BLOCK // placements.shape[1], 1)
        for block in np.split(scenarios, range(step, len(scenarios), step)):
            first, second = (_standardised(values[np.ix_(block, subjects)]) for values in (a, b))
            products = (first[:, :, None] * second[:, None, :]).reshape(len(block), n * n)
            with np.errstate(invalid="ignore"):
                size = np.abs(products @ placements)
            observed = size[:, :1]  # the given order is the first
            missing = np.isnan(observed[:, 0])
            p[block] = np.where(missing, np.nan, (size >= observed - _TIE).mean(axis=1))
            strongest = size.max(axis=1, keepdims=True)
            least[block] = np.where(missing, np.nan, (size >= strongest - _TIE).mean(axis=1))
    pairs, r = count_pairs(x, y), pearson(x, y)
    for place in np.flatnonzero((pairs > MOST_PERMUTED) & ~np.isnan(r)):
        p[place], least[place] = _t_of_correlation(float(r[place]), int(pairs[place])), 0.0
    return Test(p, least)


def _t_of_correlation(r: float, n: int) -> float:
    """Return the two-sided p-value of a correlation over n subjects, by Student's t."""
    rest = 1 - r * r
    return 2 * t_tail(n - 2, abs(r) * np.sqrt((n - 2) / rest)) if rest > 0 else 0.0


def rank_p(statistic: Callable[[FloatArray, FloatArray], FloatArray], x: FloatArray, y: FloatArray) -> Test:
    """Return the exact two-sided p-value of a rank statistic, with equality and limits as in `pearson_p`.

    The null distribution depends on the ties only: it is computed once for each pattern of ties, not for each scenario.
    """
    x, y = _permutable(x, y)
    # Doubled, average ranks are whole numbers, which compare exactly.
    a, b = (np.nan_to_num(2 * np.sort(_ranks(values), axis=1)).astype(np.int16) for values in (x, y))
    observed = np.abs(statistic(x, y))
    p, least = np.full(len(a), np.nan), np.full(len(a), np.nan)
    for ties, scenarios in _kinds(np.hstack([a, b])):
        first, second = ties[ties > 0].reshape(2, -1).astype(float)
        orders = second[_permutations(len(second))]
        null = np.sort(np.abs(statistic(np.broadcast_to(first, orders.shape), orders)))
        p[scenarios] = 1 - np.searchsorted(null, observed[scenarios] - _TIE) / len(null)
        least[scenarios] = (null >= null[-1] - _TIE).mean()
    missing = np.isnan(observed)
    return Test(np.where(missing, np.nan, p), np.where(missing, np.nan, least))


def fisher_interval(r: FloatArray, n: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper end of Fisher's interval of a correlation, NaN for n < 4.

    For |r| = 1 both ends are r: arctanh is infinite there, and tanh of infinity is 1.
    """
    with np.errstate(divide="ignore"):
        z = np.arctanh(r)
    half = normal_quantile((1 + LEVEL) / 2) / np.sqrt(np.where(n > 3, n - 3, np.nan))
    return np.tanh(z - half), np.tanh(z + half)


def slope(y: FloatArray, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the slope of y on x by ordinary least squares, and half the width of its t interval.

    Both are in units of y per unit of x. The slope is NaN where all x are the same, the width also for n < 3.
    """
    n = count_pairs(y, x)
    b, a = (_deviations(values) for values in _paired(y, x))
    # Quantiles by n, looked up below: far fewer than scenarios.
    quantiles = np.array([t_quantile(max(many - 2, 1), (1 + LEVEL) / 2) for many in range(a.shape[1] + 1)])
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.nansum(a * a, axis=1)
        rate = np.nansum(a * b, axis=1) / spread
        squares = np.nansum((b - rate[:, None] * a) ** 2, axis=1)
        error = np.sqrt(squares / spread / np.where(n > 2, n - 2, np.nan))
    return rate, quantiles[n] * error


def quantiles(values: FloatArray) -> tuple[float, float]:
    """Return the 5th and 95th percentile, ignoring NaN; NaN if there are no values."""
    known = values[~np.isnan(values)]
    if not len(known):
        return np.nan, np.nan
    low, high = np.quantile(known, [0.05, 0.95])
    return float(low), float(high)


def _paired(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return both with NaN wherever either is NaN."""
    missing = np.isnan(x) | np.isnan(y)
    return np.where(missing, np.nan, x), np.where(missing, np.nan, y)


def _permutable(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return both as `_paired` does, with NaN in scenarios of more than `MOST_PERMUTED` subjects."""
    # A scenario may have fewer subjects than the printed one, so that the limit holds for each by itself.
    few = (count_pairs(x, y) <= MOST_PERMUTED)[:, None]
    return _paired(np.where(few, x, np.nan), y)


def _deviations(values: FloatArray) -> FloatArray:
    """Return the deviations from each scenario's mean, zero where the values differ by rounding errors only.

    Without that, the correlation of a constant would be one of rounding errors.
    """
    with np.errstate(invalid="ignore"):
        mean = np.nansum(values, axis=1, keepdims=True) / (~np.isnan(values)).sum(axis=1, keepdims=True)
    away = values - mean
    constant = np.nansum(away * away, axis=1, keepdims=True) <= (_CONSTANT * mean) ** 2
    return np.where(constant & ~np.isnan(away), 0.0, away)


def _standardised(values: FloatArray) -> FloatArray:
    """Return deviations from each scenario's mean, scaled to length 1; NaN where all values are the same."""
    away = _deviations(values)
    length: FloatArray = np.sqrt((away * away).sum(axis=1, keepdims=True))
    with np.errstate(invalid="ignore"):
        return away / length


def _ranks(values: FloatArray) -> FloatArray:
    """Return each scenario's ranks, from 1 on, with average ranks for ties; NaN stays NaN."""
    here, there = values[:, :, None], values[:, None, :]
    ranks = (there < here).sum(axis=2) + ((there == here).sum(axis=2) + 1) / 2
    return np.where(np.isnan(values), np.nan, ranks)


def _kinds(rows: npt.NDArray[np.int16]) -> Iterator[tuple[npt.NDArray[np.int16], npt.NDArray[np.intp]]]:
    """Yield each distinct row with the indices where it stands."""
    # Rows packed into bytes sort much faster than np.unique with an axis.
    packed = np.ascontiguousarray(rows).view(f"V{rows.shape[1] * rows.itemsize}").ravel()
    _, first, kind = np.unique(packed, return_index=True, return_inverse=True)
    for number, place in enumerate(first):
        yield rows[place], np.flatnonzero(kind == number)


@cache
def _permutations(n: int) -> npt.NDArray[np.intp]:
    """Return all orders of n subjects, shape (n!, n), the given order first."""
    return np.array(list(itertools.permutations(range(n))), dtype=np.intp)


@cache
def _placements(n: int) -> FloatArray:
    """Return an array of shape (n², n!): 1 in row i n + j where an order pairs subject j of y with subject i of x."""
    orders = _permutations(n)
    table = np.zeros((n * n, len(orders)))
    table[np.arange(n) * n + orders, np.arange(len(orders))[:, None]] = 1
    return table
