"""What a metric is: what is declared of it in raw/metrics.toml, and what it comes to in every world.

The file is read in `declared`; statistics are in `statistics`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field

from tidebook.pipelines.evaluate.frame import FloatArray, Worlds
from tidebook.pipelines.read.declarations import Declaration, Text, shaped

Expression = Annotated[str, Field(min_length=1)]


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


class Outliers(Declaration):
    """The figures, as table.quantity, that a row of the metric faults when it stands apart, and what it is in words.

    The first is faulted above all.
    """

    figures: list[Annotated[str, shaped(r"^[a-z0-9_]+\.[a-z0-9_]+$", "table.quantity")]] = Field(min_length=1)
    words: Text


class DeclaredMetric(Declaration):
    """One metric. `one_year` says that its figures make sense together only where they speak of one year."""

    is_: Expression = Field(alias="is")
    unit: Text
    means: Text
    theme: str = ""
    method: Text = "as the formula says"
    one_year: bool = False
    outliers: Outliers | None = None


@dataclass(frozen=True)
class Metric:
    """A metric, ready to be evaluated: its declaration, and the `function` that gives its values in worlds.

    `rowwise` says that it has a value per subject, each of which rests on its own subject's figures only. `key` stands
    for all that it computes and for the rest of its declaration: equal keys give equal results, however the expression
    is written. `expression` is how it is, after the definitions that it uses.
    """

    declared: DeclaredMetric
    function: Callable[[Worlds], MetricColumns]
    rowwise: bool
    key: str
    expression: str
