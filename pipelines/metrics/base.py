"""What an expression comes to in every world: a single value with its interval, and all values of a metric."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pipelines.worlds.frame import FloatArray


@dataclass(frozen=True, eq=False)
class Estimate:
    """A value in every world; where a statistic gives them with its sample size and its own interval.

    `value`, `low`, `high` and `n` are one number per world; `low` and `high` are in the unit of `value`. An expression
    has single texts as well, and what is `fixed`, which no world can change.
    """

    value: Any
    n: Any = None
    low: Any = None
    high: Any = None
    fixed: bool = False

    def mapped(self, call: Callable[[Any], Any]) -> Estimate:
        """Return it with its value and the ends of its interval changed alike."""
        low, high = (None if end is None else call(end) for end in (self.low, self.high))
        return replace(self, value=call(self.value), low=low, high=high)


@dataclass(frozen=True, eq=False)
class MetricColumns:
    """What a metric comes to: values, sample sizes and own intervals, each worlds × ids; NaN where there is none.

    A metric with one value per subject has an id for each: `name/subject`.
    """

    ids: list[str]
    value: FloatArray
    n: FloatArray
    low: FloatArray
    high: FloatArray
