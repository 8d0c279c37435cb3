"""What a metric is: a pure function of worlds with an id, a unit, a theme and a one-line meaning.

The formulas are in one module per theme; statistics that several of them share are in `statistics`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from pipelines.worlds.frame import Worlds
from schemas.analysis import THEMES
from schemas.units import get_unit


@dataclass(frozen=True)
class Estimate:
    """A statistic in every world with its sample size and, where it has one, its own interval.

    `value`, `low`, `high` and `n` are one number per world; `low` and `high` are in the unit of `value`.
    """

    value: pd.Series[float]
    n: pd.Series[int] | int
    low: pd.Series[float] | None = None
    high: pd.Series[float] | None = None


Result = pd.Series | pd.DataFrame | Estimate


@dataclass(frozen=True)
class Metric:
    """A metric: `function` maps worlds to one value per world, or to worlds × subjects for one metric each."""

    metric_id: str
    function: Callable[[Worlds], Result]
    unit: str
    theme: str
    meaning: str
    method: str
    rowwise: bool
    one_year: bool = False
    per_subject: bool = False


METRICS: dict[str, Metric] = {}


def metric(
    *, unit: str, theme: str, method: str = "as the formula says", rowwise: bool = False, one_year: bool = False
) -> Callable[[Callable[[Worlds], Result]], Callable[[Worlds], Result]]:
    """Register a function of worlds as a metric named like the function.

    The first line of its docstring is its meaning. A function that returns worlds × subjects gives one
    metric per subject, `name/subject`; `rowwise` says that each of them reads its own subject's figures only.
    `one_year` says that its figures make sense together only where they speak of one year.

    Raises:
        ValueError: the unit or theme is unknown, the docstring is missing, or the name is taken.
    """
    get_unit(unit)
    if theme not in THEMES:
        raise ValueError(f"unknown theme {theme!r}; themes are {', '.join(THEMES)}")

    def register(function: Callable[[Worlds], Result]) -> Callable[[Worlds], Result]:
        name = function.__name__
        if name in METRICS:
            raise ValueError(f"two metrics are called {name}")
        if not function.__doc__:
            raise ValueError(f"metric {name} has no docstring to say what it measures")
        meaning = function.__doc__.strip().splitlines()[0].rstrip(".")
        per_subject = "DataFrame" in str(function.__annotations__.get("return", ""))
        METRICS[name] = Metric(name, function, unit, theme, meaning, method, rowwise, one_year, per_subject)
        return function

    return register
