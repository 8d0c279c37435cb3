"""What a printed number is read as: its value, the interval that its text implies, and its kind.

Belongs here: the type alone, which needs no grammar. Does not: reading a cell (quantity.py).
"""

from math import isnan
from typing import NamedTuple


class Quantity(NamedTuple):
    """One printed number, in the unit that its cell was read in. Two nan count as equal.

    Attributes:
        value: The number; nan if it is missing.
        low: The lower end of the implied interval, included; nan for an estimate without bounds.
        high: Its upper end, excluded when rounded or vague; inf if the text sets none.
        kind: One of exact, rounded, estimate, at_least, at_most and missing.
        unit: The symbol of the unit.
        note: The reason of a missing value, or footnote marks and the words in parentheses.
    """

    value: float
    low: float
    high: float
    kind: str
    unit: str
    note: str

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Quantity) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[float | str | None, ...]:
        numbers = (None if isnan(number) else number for number in (self.value, self.low, self.high))
        return (*numbers, self.kind, self.unit, self.note)
