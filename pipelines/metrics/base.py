"""What a metric is: a pure function of worlds with an id, a unit, a theme and a one-line meaning.

Its expression is declared in raw/metrics.toml, which `declared` reads; statistics are in `statistics`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from pipelines.ingest.declarations import Declaration, Text, shaped
from pipelines.worlds.frame import Worlds


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


class Outliers(Declaration):
    """The figures, as table.quantity, that a row of the metric faults when it stands apart, and what it is in words.

    The first is faulted above all.
    """

    figures: list[Annotated[str, shaped(r"^[a-z0-9_]+\.[a-z0-9_]+$", "table.quantity")]] = Field(min_length=1)
    words: Text


@dataclass(frozen=True)
class Metric:
    """A metric: `function` maps worlds to one value per world, or to worlds × subjects for one metric each.

    `rowwise` says that each of the latter rests on its own subject's figures only, `one_year` that its figures make
    sense together only where they speak of one year. `key` stands for all of it: equal keys give equal results.
    """

    metric_id: str
    function: Callable[[Worlds], pd.Series | pd.DataFrame | Estimate]
    unit: str
    theme: str
    meaning: str
    method: str
    rowwise: bool
    one_year: bool = False
    key: str = ""
    outliers: Outliers | None = None
    expression: str = ""
