"""The forms in which numbers give another one: each once, with its value and the interval that rounding allows it.

Belongs here: what follows from given numbers. Does not: which numbers belong together (`totals`, `results`), or which
values a printed number allows: its implied interval is the only slack there is, with one exception, `cut`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.relate.intervals import Ends, add, divide, largest, multiply, rank_among, smallest, subtract

Rule = Callable[..., Ends]


@dataclass(frozen=True)
class Form:
    """A way in which numbers, its operands, give another one.

    Attributes:
        name: its name.
        ends: the range of the result from those of the operands, for single numbers or arrays of them.
        operands: how many there are; 0 for any number.
        directions: 1 for operands with which the result rises, -1 for those with which it falls; the last one is that
            of all others too. Of products and quotients it is true of numbers above zero.
        is_linear: whether the directions are true of all numbers.
    """

    name: str
    ends: Rule
    operands: int = 2
    directions: tuple[int, ...] = (1, -1)
    is_linear: bool = False

    def value(self, *operands: float) -> float:
        """Return the result of exact numbers; NaN where there is none."""
        return float(self.ends(*(Ends(each, each) for each in operands)).low)

    def interval(self, *operands: Interval) -> Interval:
        """Return the values that the result may have if each operand has any value of its own interval.

        An end is open where an operand never reaches it; where that is not known, it is closed, which accuses nobody.
        """
        low, high, *_ = self.ends(*(Ends(each.low, each.high) for each in operands))
        known = bool(self.directions) and (self.is_linear or all(each.low > 0 for each in operands))
        return Interval(
            float(low), float(high), known and self._opens(operands, -1), known and self._opens(operands, 1)
        )

    def _opens(self, operands: Sequence[Interval], side: int) -> bool:
        """Whether the lower end (-1) or the upper one (1) of the result needs an end that an operand excludes."""
        last = len(self.directions) - 1
        for place, each in enumerate(operands):
            at_high = self.directions[min(place, last)] == side
            if each.high_open if at_high else each.low_open:
                return True
        return False


def _total(*parts: Ends) -> Ends:
    return reduce(add, parts)


def _scaled(ends: Ends, factor: float) -> Ends:
    return Ends(ends.low * factor, ends.high * factor)


def _share(part: Ends, whole: Ends) -> Ends:
    return _scaled(divide(part, whole), 100.0)


def _rate(new: Ends, old: Ends) -> Ends:
    # Of a loss, too, a rise is a rise: the change is measured against the size of the old number.
    is_loss = old.high < 0
    size = Ends(np.where(is_loss, -old.high, old.low), np.where(is_loss, -old.low, old.high))
    ratio = divide(new, size)
    sign = np.where(is_loss, -1.0, 1.0)
    return Ends(100.0 * (ratio.low - sign), 100.0 * (ratio.high - sign))


def _mean(*values: Ends) -> Ends:
    return _scaled(_total(*values), 1 / len(values))


def _weighted_mean(*values_and_weights: Ends) -> Ends:
    """Take values, then as many weights, which are not negative."""
    half = len(values_and_weights) // 2
    values, weights = values_and_weights[:half], values_and_weights[half:]
    # For given values a mean is least where all below some value weigh most, and all above it least.
    lows = [_weighted([each.low for each in values], weights, cut, 1) for cut in range(half + 1)]
    highs = [_weighted([each.high for each in values], weights, cut, -1) for cut in range(half + 1)]
    return Ends(reduce(np.minimum, lows), reduce(np.maximum, highs))


def _weighted(values: Sequence[Any], weights: Sequence[Ends], cut: int, side: int) -> Any:
    order = np.argsort(np.stack(np.broadcast_arrays(*values)), axis=0)
    ranks = np.argsort(order, axis=0)
    used: list[Any] = [
        np.where((ranks[place] < cut) == (side == 1), each.high, each.low) for place, each in enumerate(weights)
    ]
    return sum(value * weight for value, weight in zip(values, used, strict=True)) / sum(used)


def _count(*values: Ends) -> Ends:
    known: Any = sum(1.0 - np.isnan(each.low) for each in values)
    return Ends(known, known)


TOTAL = Form("total", _total, 0, (1,), is_linear=True)
DIFFERENCE = Form("difference", subtract, is_linear=True)
"""The first number less the second."""
RATE = Form("rate", _rate)
"""The change from the second number to the first, in percent of the size of the second."""
SHARE = Form("share", _share)
"""The first number in percent of the second."""
MULTIPLE = Form("multiple", divide)
"""How many times the second number the first one is: of numbers in one unit."""
QUOTIENT = Form("quotient", divide)
"""The first number per unit of the second, which is of something else."""
PRODUCT = Form("product", multiply, 2, (1,))
MEAN = Form("mean", _mean, 0, (1,), is_linear=True)
WEIGHTED_MEAN = Form("weighted mean", _weighted_mean, 0, ())
"""Of values, and behind them as many weights."""
CUMULATIVE = Form("cumulative", add, 2, (1,), is_linear=True)
"""What there was so far, and what comes to it."""
RANK = Form("rank", rank_among, 0, ())
"""The place of the first number among all, 1 for the largest."""
LARGEST = Form("largest", largest, 0, (1,), is_linear=True)
SMALLEST = Form("smallest", smallest, 0, (1,), is_linear=True)
COUNT = Form("count", _count, 0, ())
"""How many numbers there are."""

FORMS = {
    form.name: form
    for form in (
        TOTAL, DIFFERENCE, RATE, SHARE, MULTIPLE, QUOTIENT, PRODUCT, MEAN, WEIGHTED_MEAN, CUMULATIVE, RANK, LARGEST,
        SMALLEST, COUNT,
    )
}  # fmt: skip
"""All forms by name."""


def cut(interval: Interval, last: float) -> Interval:
    """Return the interval of a percentage that may have been cut instead of rounded: a unit of its last digit more.

    `last` is that unit. Whoever accuses a rate or share uses this interval of it; all else is rounded.
    """
    return Interval(interval.low - last, interval.high + last, interval.low_open, interval.high_open)
