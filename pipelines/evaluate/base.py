"""The types of metrics: their declaration, their function and their values in every world.

Belongs here: types that several modules of this room share. Does not: reading raw/metrics.toml (`declared`), or what a
metric computes (`interpret`, `statistics`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field

from tidebook.pipelines.evaluate.frame import FloatArray, Scenarios
from tidebook.pipelines.read.declarations import Declaration, Text, shaped

Expression = Annotated[str, Field(min_length=1)]


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


@dataclass(frozen=True, eq=False)
class MetricColumns:
    """The result of a metric: values, sample sizes and confidence intervals, each worlds × ids, NaN where missing.

    The ids are the metric's name, or for a metric with a value per subject `name/subject`.
    """

    ids: list[str]
    value: FloatArray
    n: FloatArray
    low: FloatArray
    high: FloatArray


class Outliers(Declaration):
    """Figures that are suspect where the metric's value for their subject is an outlier.

    `figures` are named as table.quantity, the most suspect first; `words` describe the outlier.
    """

    figures: list[Annotated[str, shaped(r"^[a-z0-9_]+\.[a-z0-9_]+$", "table.quantity")]] = Field(min_length=1)
    words: Text


class DeclaredMetric(Declaration):
    """A metric in raw/metrics.toml. `one_year` requires that all of its figures describe the same year."""

    is_: Expression = Field(alias="is")
    unit: Text
    means: Text
    theme: str = ""
    method: Text = "as the formula says"
    one_year: bool = False
    outliers: Outliers | None = None


@dataclass(frozen=True)
class Metric:
    """A metric that is ready to be evaluated.

    Attributes:
        function: Returns its values in worlds.
        rowwise: Whether it has a value per subject, each of which depends on figures of this subject only.
        key: A digest of its computation and of the rest of its declaration: equal keys give equal results, however
            the expression is written.
        expression: The text of the expression, after the definitions that it uses.
    """

    declared: DeclaredMetric
    function: Callable[[Scenarios], MetricColumns]
    rowwise: bool
    key: str
    expression: str
