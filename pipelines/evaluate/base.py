"""The types of metrics: their declaration, their function and their values in every scenario.

Belongs here: types that several modules of this room share. Does not: reading raw/metrics.toml (`declared`), or what a
metric computes (`interpret`, `statistics`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from tidebook.pipelines.evaluate.frame import FloatArray, Scenarios
from tidebook.pipelines.read.declarations import Declaration, Names, Text, shaped

if TYPE_CHECKING:
    import pandas as pd

    from tidebook.pipelines.evaluate.trail import Trail

Expression = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, eq=False)
class MetricColumns:
    """The result of a metric: values, sample sizes and confidence intervals, each scenarios × ids, NaN where missing.

    The ids are the metric's name, or for a metric with a value per subject `name/subject`. `least` and `most` are the
    ends between which a value lies if rows are missing, None where nothing is, NaN where no rule gives them. `floor` is
    the least value that a test on such rows could give, as printed, and `end_points` are the subjects of the first and
    last point of trends. `evidence_rows` are the ids of the rows of evidence that were looked up, and `gaps` what is
    missing among them, in words.
    """

    ids: list[str]
    value: FloatArray
    n: FloatArray
    low: FloatArray
    high: FloatArray
    least: FloatArray | None = None
    most: FloatArray | None = None
    floor: float = math.nan
    end_points: tuple[str, ...] = ()
    evidence_rows: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


class Outliers(Declaration):
    """Figures that are suspect where the metric's value for their subject is an outlier.

    `figures` are named as table.quantity, the most suspect first; `words` describe the outlier.
    """

    figures: list[Annotated[str, shaped(r"^[a-z0-9_]+\.[a-z0-9_]+$", "table.quantity")]] = Field(min_length=1)
    words: Text


class DeclaredMetric(Declaration):
    """A metric in raw/metrics.toml.

    `one_year` requires that all of its figures describe the same year; `mixes` names the bases of one unit that it
    joins on purpose.
    """

    is_: Expression = Field(alias="is")
    unit: Text
    means: Text
    theme: str = ""
    method: Text = "as the formula says"
    one_year: bool = False
    mixes: Names = Field(default=[])
    outliers: Outliers | None = None


@dataclass(frozen=True)
class InlineMetric:
    """A metric that is in a claim, with the place of its expression in the file of claims."""

    name: str
    declared: DeclaredMetric
    key: tuple[str | int, ...]
    said: dt.date | None = None


@dataclass(frozen=True)
class Metric:
    """A metric that is ready to be evaluated.

    Attributes:
        function: Returns its values in scenarios.
        rowwise: Whether it has a value per subject, each of which depends on figures of this subject only.
        key: A digest of its computation and of the rest of its declaration: equal keys give equal results, however
            the expression is written.
        expression: The text of the expression, after the definitions that it uses.
        columns_read: Each column that it reads as table, column and subject, "" for all rows, as often as it occurs.
        is_ruled: Whether each of its functions has a rule of its range.
        untied: The function with comparisons that decide otherwise of equals, `<` as `<=`; None without comparisons.
        points: Of the relative change of two percentages, the function of their difference; else None.
        on: Returns the metric by the evidence of a day, and by other rows of evidence unless these are None; None of
            one that looks up no evidence.
        by_vintage: Returns the metric by the vintage of a day, of the periods that are meant on another day; None of
            one that looks up no evidence.
        vintages: The days of all vintages of its evidence, in order; none of evidence without vintages.
        traced: Returns what decided its value in scenarios, given the units of figures and a subject, "" for none.
        statistic: The function that it is a call of, "" if it is none.
        is_numeric: Whether it depends on the numbers of its figures alone, and on no label or evidence.
        is_of_parts: Whether it is a share, a count or a rank of numbers that keep their sign.
        flat: Returns what flat random shares of so many rows would give, as a ratio; None if it is no concentration.
    """

    declared: DeclaredMetric
    function: Callable[[Scenarios], MetricColumns]
    rowwise: bool
    key: str
    expression: str
    columns_read: tuple[tuple[str, str, str], ...] = ()
    is_ruled: bool = False
    untied: Callable[[Scenarios], MetricColumns] | None = None
    points: Callable[[Scenarios], MetricColumns] | None = None
    on: Callable[[dt.date, pd.DataFrame | None], Metric] | None = None
    by_vintage: Callable[[dt.date, dt.date], Metric] | None = None
    vintages: tuple[dt.date, ...] = ()
    traced: Callable[[Scenarios, Mapping[str, str], str], Trail] | None = None
    statistic: str = ""
    is_numeric: bool = False
    is_of_parts: bool = False
    flat: Callable[[int], float] | None = None
