"""The set of values that a printed number allows: an interval whose ends belong to it or not.

Belongs here: the type and its set operations, which need no grammar. Does not: which interval a text implies
(`implied.py`), or how values are drawn from it (`read.intervals`).
"""

from collections.abc import Mapping
from math import inf, isinf
from typing import Any, NamedTuple, Self


class Interval(NamedTuple):
    """All numbers from `low` to `high`; an open end does not belong to it, and an infinite one never does.

    Attributes:
        low, high: The ends, in the unit of the number.
        low_open, high_open: Whether the end is excluded, as in `over 1,000`.
    """

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    @classmethod
    def point(cls, value: float) -> Self:
        """Return the interval of one value."""
        return cls(value, value)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Return the implied interval of a row of `Figures` or `ReferenceValues`; NaN ends where it has no value."""
        return cls(row["low"], row["high"], bool(row["low_open"]), bool(row["high_open"]))

    @property
    def is_point(self) -> bool:
        """Whether it holds one value only: the number is exact."""
        return self.low == self.high

    @property
    def is_bound(self) -> bool:
        """Whether a side has no end: `over 1,000` is a bound, `1,000` and `20–30` are not."""
        return isinf(self.low) or isinf(self.high)

    @property
    def sign(self) -> int:
        """1 if all its values are positive, -1 if all are negative, else 0."""
        if self.low > 0 or (self.low == 0 and self.low_open):
            return 1
        return -1 if self.high < 0 or (self.high == 0 and self.high_open) else 0

    def contains(self, value: float) -> bool:
        """Whether a value belongs to it."""
        above = self.low < value or (self.low == value and not self.low_open)
        below = value < self.high or (self.high == value and not self.high_open)
        return above and below

    def overlaps(self, other: "Interval") -> bool:
        """Whether a value belongs to both."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return low < high or (low == high and self.contains(low) and other.contains(low))

    def within(self, other: "Interval") -> bool:
        """Whether all its values belong to another interval."""
        above = other.low < self.low or (other.low == self.low and (self.low_open or not other.low_open))
        below = self.high < other.high or (self.high == other.high and (self.high_open or not other.high_open))
        return above and below

    def mirrored(self) -> "Interval":
        """Return the interval of the same numbers with the opposite sign, as `fell 8%` has it."""
        # Adding 0.0 turns -0.0 into 0.0.
        return Interval(-self.high + 0.0, -self.low + 0.0, self.high_open, self.low_open)

    def scaled(self, factor: float) -> "Interval":
        """Return the interval of a positive multiple of each value."""
        return self._replace(low=self.low * factor, high=self.high * factor)

    def clipped(self, lower: float, upper: float) -> "Interval":
        """Cut it at the bounds of a unit, which belong to it; no upper end stays none."""
        low, low_open = (lower, False) if self.low < lower else (self.low, self.low_open)
        high, high_open = (upper, False) if upper < self.high < inf else (self.high, self.high_open)
        return Interval(low, high, low_open, high_open)
