"""The type of a value that may come with a sample size and a confidence interval.

Belongs here: the type, which functions and expressions share. Does not: how a statistic is computed (`statistics`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, eq=False)
class Estimate:
    """A single value in every world, with the sample size and the confidence interval of a statistic.

    Attributes:
        value: One number or text per world; one in all if it is the same everywhere.
        n: The sample size per world, None if the value is no statistic.
        low: The lower end of the interval per world, in the unit of `value`; None without one.
        high: The upper end, likewise.
        fixed: Whether no world can change the value.
    """

    value: Any
    n: Any = None
    low: Any = None
    high: Any = None
    fixed: bool = False

    @property
    def has_interval(self) -> bool:
        """Whether it has both ends of a confidence interval."""
        return self.low is not None and self.high is not None

    def mapped(self, call: Callable[[Any], Any]) -> Estimate:
        """Return the estimate with a function applied to its value and to the ends of its interval."""
        low, high = (None if end is None else call(end) for end in (self.low, self.high))
        return replace(self, value=call(self.value), low=low, high=high)
