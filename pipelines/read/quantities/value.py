"""What a printed number is read as: its value, the interval that its text implies, and its kind.

Belongs here: the type alone, which needs no grammar. Does not: reading a cell (quantity.py).
"""

from math import isfinite, isnan
from typing import NamedTuple

from tidebook.pipelines.read.quantities.interval import Interval

SMALLEST, LARGEST = 1e-130, 1e130
"""The least and greatest size of a number other than 0 that is no text: printed, the grammar reads it again, and the
ratio and product of any two are floats."""


def has_usual_size(value: float) -> bool:
    """Whether a number is 0 or of a size that can be read, calculated with, and printed so that it is read again."""
    return value == 0 or (isfinite(value) and SMALLEST <= abs(value) <= LARGEST)


class Quantity(NamedTuple):
    """One printed number, in the unit that its cell was read in. Two nan count as equal.

    Attributes:
        value: The number; nan if it is missing.
        low: The lower end of the implied interval; -inf if the text sets none.
        high: Its upper end; inf if the text sets none.
        kind: One of exact, rounded, estimate, at_least, at_most and missing.
        unit: The symbol of the unit.
        note: The reason of a missing value, or footnote marks and the words in parentheses.
        low_open: Whether the lower end is excluded, as in `over 1,000`.
        high_open: Whether the upper end is excluded, as in `nearly 50%`.
        loose: Whether the number says no more than `about`: its error may exceed the interval, so that draws use the
            spread assumed for its unit.
    """

    value: float
    low: float
    high: float
    kind: str
    unit: str
    note: str
    low_open: bool = False
    high_open: bool = False
    loose: bool = False

    @property
    def interval(self) -> Interval:
        """The implied interval."""
        return Interval(self.low, self.high, self.low_open, self.high_open)

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Quantity) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        numbers = (None if isnan(number) else number for number in (self.value, self.low, self.high))
        return (*numbers, *self[3:])
