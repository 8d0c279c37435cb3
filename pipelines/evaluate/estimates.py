"""The type of a value that may come with a sample size, a confidence interval and a range.

Belongs here: the type, which functions and expressions share. Does not: how a statistic is computed (`statistics`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tidebook.pipelines.evaluate.ranges import Ends


@dataclass(frozen=True, eq=False)
class Estimate:
    """A single value in every scenario, with the sample size and the confidence interval of a statistic.

    Attributes:
        value: One number or text per scenario; one in all if it is the same everywhere.
        n: The sample size per scenario, None if the value is not a statistic.
        low: The lower end of the interval per scenario, in the unit of `value`; None without one.
        high: The upper end, likewise.
        fixed: Whether no scenario can change the value.
        least, most: The ends between which the value lies if rows are missing, per scenario; None where nothing is, and
            NaN where no rule gives them.
        floor: The least value that a test on such rows could give, per scenario; None of anything else.
    """

    value: Any
    n: Any = None
    low: Any = None
    high: Any = None
    fixed: bool = False
    least: Any = None
    most: Any = None
    floor: Any = None

    @property
    def ends(self) -> Ends:
        """The ends between which the value lies: the value itself where nothing is missing."""
        return Ends(self.value, self.value) if self.least is None else Ends(self.least, self.most)

    @property
    def has_interval(self) -> bool:
        """Whether it has both ends of a confidence interval."""
        return self.low is not None and self.high is not None

    def mapped(self, call: Callable[[Any], Any]) -> Estimate:
        """Return the estimate with a rising function applied to its value and to all of its ends."""
        ends = (self.low, self.high, self.least, self.most)
        low, high, least, most = (None if end is None else call(end) for end in ends)
        return replace(self, value=call(self.value), low=low, high=high, least=least, most=most)
