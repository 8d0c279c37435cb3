"""Interval arithmetic: the range of a result whose arguments are known only to lie between two ends.

Belongs here: the rules that printed numbers and expressions share, for one number or for arrays of them. Does not:
rules over rows of scenarios (`evaluate.ranges`), or which values a print allows (`read.quantities.implied`).

A rule takes an interval for each argument and gives the smallest interval that holds the result for all values between
the ends, each argument varying by itself. Ends may be infinite, and are NaN where there is no value.

Source: R. E. Moore, R. B. Kearfott and M. J. Cloud, Introduction to Interval Analysis (2009), chapters 2 and 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Each = Any
Mask = npt.NDArray[np.bool_]


class Ends(NamedTuple):
    """The least and greatest value, element by element; `maybe` marks rows that may not be chosen at all."""

    low: Each
    high: Each
    maybe: Mask | None = None


def add(left: Ends, right: Ends) -> Ends:
    """Range of a sum."""
    return Ends(left.low + right.low, left.high + right.high)


def subtract(left: Ends, right: Ends) -> Ends:
    """Range of a difference."""
    return Ends(left.low - right.high, left.high - right.low)


def multiply(left: Ends, right: Ends) -> Ends:
    """Range of a product: among those of the ends."""
    return hull([_times(one, other) for one in left[:2] for other in right[:2]])


def divide(left: Ends, right: Ends) -> Ends:
    """Range of a quotient; unbounded where the divisor may be zero, on the side that its sign leaves."""
    low, high = right.low, right.high
    crosses, is_zero = (low < 0) & (high > 0), (low == 0) & (high == 0)
    # The reciprocal falls with the divisor: its least value is at the upper end, infinite where that is zero.
    least = np.where(crosses, -np.inf, np.where(high == 0, -np.inf, 1 / np.where(high == 0, np.nan, high)))
    most = np.where(crosses, np.inf, np.where(low == 0, np.inf, 1 / np.where(low == 0, np.nan, low)))
    least, most = (np.where(is_zero | np.isnan(low), np.nan, end) for end in (least, most))
    return multiply(left, Ends(least, most))


def smallest(*parts: Ends) -> Ends:
    """Range of the smallest of several."""
    return Ends(reduce(np.minimum, (part.low for part in parts)), reduce(np.minimum, (part.high for part in parts)))


def largest(*parts: Ends) -> Ends:
    """Range of the largest of several."""
    return Ends(reduce(np.maximum, (part.low for part in parts)), reduce(np.maximum, (part.high for part in parts)))


def rank_among(values: Ends, *others: Ends) -> Ends:
    """Range of the rank of the first of several values."""
    surely = reduce(np.add, (np.asarray(other.low > values.high, dtype=float) for other in others))
    perhaps = reduce(np.add, (np.asarray(other.high > values.low, dtype=float) for other in others))
    unknown = reduce(np.logical_or, (np.isnan(part.low) for part in (values, *others)))
    return Ends(np.where(unknown, np.nan, 1 + surely), np.where(unknown, np.nan, 1 + perhaps))


def _times(left: Each, right: Each) -> Each:
    """Return a product in which zero times infinity is zero: the end of a range is approached, not reached."""
    product = left * right
    return np.where((left == 0) & ~np.isnan(right) | (right == 0) & ~np.isnan(left), 0.0, product)


def hull(corners: Sequence[Each]) -> Ends:
    """Return the range of several values."""
    return Ends(reduce(np.minimum, corners), reduce(np.maximum, corners))
