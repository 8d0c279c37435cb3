"""Builds scenarios from figures: as printed, drawn from their uncertainty, without one subject, with one figure scaled.

Belongs here: values of figures, and their summary. Does not: the values of metrics (`evaluations`), or the distribution
of a figure, which its columns declare (`read.intervals`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tidebook.pipelines.evaluate.distributions import (
    FARTHEST,
    normal_probabilities,
    normal_quantile,
    normal_quantiles,
    stream,
    t_quantile,
    t_quantiles,
)
from tidebook.pipelines.evaluate.frame import FloatArray, Scenarios
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.read.declarations import Assumptions, Correlated
from tidebook.schemas.base import records
from tidebook.schemas.units import UNITS, UNSCALED
from tidebook.schemas.vocabulary import SPREAD

NEAR, NEAR_STEP, FAR_STEP = 1.5, 1.0025, 1.025
"""Factors that scale a figure grow by `NEAR_STEP` up to `NEAR`, and by `FAR_STEP` beyond.

Between two steps a predicate may flip and flip back unseen. Steps are fine near 1, where a tipping point says most.
"""

KINDS = ("printed", "draw", "drop", "scale")
QUANTILES = {"p05": 0.05, "median": 0.5, "p95": 0.95}

DRAWN = ["figure_id", "unit", "value", *SPREAD]
"""The columns on which the draws of a figure depend."""

NORMAL_OR_T = ("interval", "fitted")
"""Normal and t distributions of the logarithm: `drawn_low` and `drawn_high` are percentiles, and draws exceed them."""

TAIL = 0.95
"""The probability below the upper end of a normal or t distribution."""

CACHED = 128
"""Figures whose deviates are cached: those of a Student's t take as long as all other work together."""

BLOCK = 2**22  # 32 MiB as floats
"""Draws of all figures that are summarised at once."""


def printed(figures: pd.DataFrame) -> FloatArray:
    """Return the values as printed, shape (1, figures)."""
    return figures["value"].to_numpy(dtype=float)[None, :]


def printed_scenarios(figures: pd.DataFrame) -> Scenarios:
    """Return the printed values as a single scenario, with the labels of the figures' rows.

    A figure without a value lies somewhere between the bounds of its unit.
    """
    names, values = figures["figure_id"].tolist(), printed(figures)
    labels = dict(zip(names, figures["labels"].tolist(), strict=True))
    totals = figures.loc[figures["is_total"], "figure_id"]
    missing = {}
    for place in np.flatnonzero(np.isnan(values[0])):
        unit = UNITS[figures["unit"].iloc[place]]
        missing[names[place]] = (unit.lower, unit.upper)
    return Scenarios(values, names, labels, missing, totals)


def draws(figures: pd.DataFrame, count: int, seed: int, correlated: Sequence[Correlated] = ()) -> FloatArray:
    """Draw `count` scenarios, each figure from its own distribution, shape (count, figures).

    The stream of a figure depends on the seed and its id only: neither other figures nor their order change it.
    """
    # Draws of a figure are contiguous in memory: they are drawn and sorted together.
    values = np.empty((len(figures), count))
    for place, row in enumerate(records(figures[DRAWN])):
        values[place] = draws_of(row, count, seed, correlated)
    return values.T


def draws_of(figure: Mapping[str, Any], count: int, seed: int, correlated: Sequence[Correlated]) -> FloatArray | float:
    """Return `count` draws of one figure in its unit, or its value if it does not vary.

    A rounded figure stays as printed: what its rounding allows is no matter of chance (`print_range`).
    """
    name, spread = figure["figure_id"], figure["distribution"]
    if spread in ("none", "rounding"):
        return float(figure["value"])
    together = correlation_of(name, correlated)
    if spread in NORMAL_OR_T:
        return _normal_or_t_draws(figure, count, seed, together)
    low, high = figure["drawn_low"], figure["drawn_high"]
    uniform = _uniform(name, count, seed, together)
    if low <= 0:  # zero and less have no logarithm
        return np.asarray(low + (high - low) * uniform)
    # Uniform in the logarithm: an estimate is known to within a factor, so that half and double are equally likely.
    return np.asarray(low * np.exp((np.log(high) - np.log(low)) * uniform))


def _normal_or_t_draws(
    figure: Mapping[str, Any], count: int, seed: int, together: tuple[str, float] | None
) -> FloatArray:
    """Return draws whose logarithm has a normal or t distribution, within the bounds of the unit."""
    low, high, degrees = figure["drawn_low"], figure["drawn_high"], figure["degrees_of_freedom"]
    product, ratio = low * high, high / low
    # Either may underflow or overflow: then the logarithms are taken first.
    if 0 < product < math.inf and ratio < math.inf:
        middle, half = math.log(product) / 2, math.log(ratio) / 2
    else:
        middle, half = (math.log(low) + math.log(high)) / 2, (math.log(high) - math.log(low)) / 2
    deviates = _deviates(figure["figure_id"], count, seed, None if math.isnan(degrees) else degrees, together)
    drawn = np.exp(np.clip(middle + half * deviates, -FARTHEST, FARTHEST))
    unit = UNITS[figure["unit"]]
    return np.asarray(np.clip(drawn, unit.lower, unit.upper))


def drawn_as(figure: Mapping[str, Any], correlated: Sequence[Correlated]) -> str:
    """Return a key of the draws of a figure: with the same count and seed, equal keys give equal draws."""
    # What does not vary is the same in any group, so that a change of groups draws nothing again.
    together = figure["distribution"] == "none" or correlation_of(figure["figure_id"], correlated)
    return repr([*(figure[name] for name in DRAWN), together])


@lru_cache(maxsize=CACHED)
def _deviates(
    figure_id: str, count: int, seed: int, degrees: float | None, together: tuple[str, float] | None
) -> FloatArray:
    """Return draws around zero with 1 as 95th percentile: normal ones, or those of a Student's t."""
    uniform = _uniform(figure_id, count, seed, together)
    if degrees is None:
        return normal_quantiles(uniform) / normal_quantile(TAIL)
    return t_quantiles(degrees, uniform) / t_quantile(degrees, TAIL)


def correlation_of(figure_id: str, correlated: Sequence[Correlated]) -> tuple[str, float] | None:
    """Return name and correlation of the first group that a figure belongs to, None without one."""
    for group in correlated:
        # Case matters in ids; fnmatch alone would follow the file system of the platform.
        if any(fnmatchcase(figure_id, pattern) for pattern in group.figures):
            return group.name, group.correlation
    return None


def _uniform(figure_id: str, count: int, seed: int, together: tuple[str, float] | None) -> FloatArray:
    """Return uniform draws between 0 and 1 for a figure; those of one group are correlated by a Gaussian copula."""
    own = stream(seed, figure_id).random(count)
    if together is None:
        return own
    name, correlation = together
    # No figure id begins so, since names of tables have no blank: the stream is that of no figure.
    common = normal_quantiles(stream(seed, f"correlated {name}").random(count))
    # The weights' squares add up to 1, so that each figure stays standard normal.
    return normal_probabilities(np.sqrt(correlation) * common + np.sqrt(1 - correlation) * normal_quantiles(own))


def leave_one_out(figures: pd.DataFrame) -> tuple[FloatArray, list[str]]:
    """Return a scenario without the figures of each subject, shape (subjects, figures), and the sorted subjects.

    A subject is left out of all tables in which it occurs.
    """
    subjects = sorted(set(figures["subject"]))
    values = np.repeat(printed(figures), len(subjects), axis=0)
    values[figures["subject"].to_numpy()[None, :] == np.array(subjects, dtype=object)[:, None]] = np.nan
    return values, subjects


def scale_factors(figures: pd.DataFrame, reach: float, direction: str) -> FloatArray:
    """Return the factors from 1 up to `reach`, or down to 1 / reach, that scale each figure, shape (steps, figures).

    Where a step would leave the bounds of the figure's unit, it ends at the bound. NaN where scaling makes no sense:
    for dates, zero and missing values, and beyond the bounds.
    """
    factors = _steps(reach, direction)[:, None]
    value = figures["value"].to_numpy(dtype=float)
    limits = [UNITS[unit] for unit in figures["unit"].tolist()]
    lower, upper = np.array([unit.lower for unit in limits]), np.array([unit.upper for unit in limits])
    is_scaled = np.array([unit.symbol not in UNSCALED for unit in limits], dtype=bool)
    possible = (value != 0) & ~np.isnan(value) & is_scaled
    value = np.where(possible, value, np.nan)
    bounded = np.clip(value * factors, lower, upper) / value
    # Dividing and multiplying again may end one step of a float beyond the bound.
    beyond = (value * bounded > upper) | (value * bounded < lower)
    bounded = np.where(beyond, np.nextafter(bounded, 0), bounded)
    # Clipped steps repeat the bound: keep only the first.
    previous = np.vstack([np.ones((1, len(value))), bounded[:-1]])
    return np.where((bounded != previous) & (bounded > 0), bounded, np.nan)


def _steps(reach: float, direction: str) -> FloatArray:
    """Return factors from 1 (excluded) to `reach`, or to 1 / reach, evenly on the log scale, finer near 1."""
    sign = 1 if direction == "up" else -1
    near = min(NEAR, reach)
    fine = np.linspace(0, np.log(near), int(np.ceil(np.log(near) / np.log(NEAR_STEP))) + 1)
    coarse = np.linspace(np.log(near), np.log(reach), int(np.ceil(np.log(reach / near) / np.log(FAR_STEP))) + 1)
    return np.asarray(np.exp(sign * np.concatenate([fine[1:], coarse[1:]])))


def one_at_a_time(base: FloatArray, columns: npt.NDArray[np.intp], factors: FloatArray) -> FloatArray:
    """Return a scenario per factor, in which one figure of the printed scenario is multiplied by it.

    Args:
        base: The printed scenario, shape (1, figures).
        columns: The column of the figure that each scenario scales, shape (scenarios,).
        factors: The factor of each scenario, shape (scenarios,).

    Returns:
        Shape (scenarios, figures).
    """
    values = np.repeat(base, len(columns), axis=0)
    values[np.arange(len(columns)), columns] *= factors
    return values


class Draws:
    """The draws under some assumptions; their summary is cached by figure and by how it is drawn."""

    def __init__(self, assumptions: Assumptions, cache: StepCache | None = None) -> None:
        self.count, self.seed, self.correlated = assumptions.draws.count, assumptions.draws.seed, assumptions.correlated
        self._cache = cache or StepCache()

    def summary(self, figures: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the kind `draw`; figures that are drawn as in an earlier build are not drawn again."""

        def summaries(ids: Sequence[str]) -> dict[str, Any]:
            chosen = figures[figures["figure_id"].isin(ids)]
            drawn = draws(chosen, self.count, self.seed, self.correlated)
            return {row["figure_id"]: row for row in records(_summary(chosen, "draw", drawn))}

        keys = {
            row["figure_id"]: f"{self.count} {self.seed} {drawn_as(row, self.correlated)}"
            for row in records(figures[DRAWN])
        }
        return pd.DataFrame(self._cache.gather(keys, summaries).values())


def scenarios_table(figures: pd.DataFrame, drawn: Draws, reach: float) -> pd.DataFrame:
    """Return how each figure spreads over the scenarios of each kind, as rows of `schemas.figures.Scenarios`.

    Figures are scaled by up to `reach`. They are taken in blocks: a scenario of all of them at once would need memory
    for each draw of each figure.
    """
    subjects = figures["subject"].nunique()
    size = max(BLOCK // drawn.count, 1)
    blocks = [
        _block_summaries(figures.iloc[start : start + size], drawn, reach, subjects)
        for start in range(0, len(figures), size)
    ]
    return pd.concat([block[kind] for kind in KINDS for block in blocks], ignore_index=True)


def _block_summaries(figures: pd.DataFrame, drawn: Draws, reach: float, subjects: int) -> dict[str, pd.DataFrame]:
    """Return the rows of some of the figures by kind of scenario; `subjects` counts those of all figures."""
    once = printed(figures)
    factors = np.vstack([scale_factors(figures, reach, direction) for direction in ("down", "up")])
    # A figure is as printed in all scenarios but that without its subject, so that they need not be built.
    left_out = _summary(figures, "drop", once)
    left_out = left_out.assign(scenarios=subjects, missing=np.where(np.isnan(once[0]), subjects, 1))
    left_out.loc[left_out["missing"] == subjects, list(QUANTILES)] = np.nan
    return {
        "printed": _summary(figures, "printed", once),
        "draw": drawn.summary(figures),
        "drop": left_out,
        "scale": _summary(figures, "scale", once * factors),
    }


def _summary(figures: pd.DataFrame, kind: str, values: FloatArray) -> pd.DataFrame:
    """Return the quantiles of each figure over scenarios, ignoring missing values, which are counted."""
    missing = np.isnan(values).sum(axis=0)
    quantiles = np.full((3, len(figures)), np.nan)
    # nanquantile is much slower than quantile: only figures with gaps need it.
    complete, partial = missing == 0, (missing > 0) & (missing < len(values))
    quantiles[:, complete] = np.quantile(values.T[complete], list(QUANTILES.values()), axis=1)
    if partial.any():
        quantiles[:, partial] = np.nanquantile(values[:, partial], list(QUANTILES.values()), axis=0)
    counts = {"scenarios": np.full(len(figures), len(values)), "missing": missing}
    spread = dict(zip(QUANTILES, quantiles, strict=True))
    ids = figures["figure_id"].reset_index(drop=True)
    return pd.DataFrame({"kind": kind, "figure_id": ids, **counts, **spread})
