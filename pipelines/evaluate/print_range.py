"""The range of a metric over the implied intervals of the figures that it reads: what their print allows.

Belongs here: which values the figures take, and the least and greatest result. Does not: the rule of a sign or function
(`functions`), or what a range means for a claim (`judge.verdicts`).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from tidebook.pipelines.evaluate import scenarios as build
from tidebook.pipelines.evaluate.base import Metric
from tidebook.pipelines.evaluate.evidence_views import INTERVAL
from tidebook.pipelines.evaluate.frame import FloatArray, Scenarios
from tidebook.schemas.base import records

MOST_AT_CORNERS = 10
"""Maximum figures of which all corners are tried: 2^10 = 1,024 scenarios."""

DRAWN = 500
"""Scenarios drawn from the implied intervals of more figures, beside those that move figures to their ends."""

INSIDE = 1e-9
"""Relative distance from an open end at which a value still lies inside."""

BY_PRINT = ("none", "rounding")
"""Distributions of figures that are exact or rounded: print alone decides, and they do not vary over the draws."""


class PrintRange(NamedTuple):
    """The least and greatest value that a print allows; NaN where that is not known. Ends may be infinite."""

    low: float
    high: float


UNKNOWN = PrintRange(np.nan, np.nan)


def allowed(figures: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Return the ends of each figure that its print leaves open, by id; a value near an open end lies inside."""
    ends = {}
    for row in records(figures[["figure_id", *INTERVAL, *build.SPREAD]]):
        if row["distribution"] == "rounding":
            # A number half way may be rounded either way: both ends are allowed.
            low, high = row["drawn_low"], row["drawn_high"]
        elif row["distribution"] != "none":
            size = INSIDE * max(abs(row["value"]), min(abs(row["low"]), abs(row["high"])))
            low = row["low"] + (size if row["low_open"] else 0.0)
            high = row["high"] - (size if row["high_open"] else 0.0)
        else:
            continue
        ends[row["figure_id"]] = low, high
    return ends


def print_ranges(metric: Metric, figures: pd.DataFrame, reads: Sequence[str], seed: int) -> dict[str, PrintRange]:
    """Return the range of a metric by metric id, which always holds the printed value.

    Args:
        metric: the metric.
        figures: the figures that it reads.
        reads: their ids, in the order of reading.
        seed: the seed of the values drawn.
    """
    base = build.printed_scenarios(figures)
    ends = {name: end for name, end in allowed(figures).items() if name in set(reads)}
    # An estimate whose print states no range may be anywhere.
    if not all(np.isfinite(low) and np.isfinite(high) and low < high for low, high in ends.values()):
        return {}
    values = _tried(metric, base, ends, seed)
    result = metric.function(base.with_values(values))
    found = {}
    for metric_id, column in zip(result.ids, result.value.T, strict=True):
        known = column[~np.isnan(column)]
        if len(known):
            found[metric_id] = PrintRange(float(known.min()), float(known.max()))
    return found


def _tried(metric: Metric, base: Scenarios, ends: Mapping[str, tuple[float, float]], seed: int) -> FloatArray:
    """Return scenarios in which the figures stand at their ends, the printed one first.

    Of few figures all combinations are tried. Of more, each is moved alone; then all together to the end that lowers or
    raises each result, which gives its range if it rises or falls with each figure throughout; then some are drawn.
    """
    if metric.rowwise:
        return np.vstack([base.values, *_corners(base, _by_subject(ends))])
    if len(ends) <= MOST_AT_CORNERS:
        return np.vstack([base.values, *_corners(base, [ends])])
    names, (low, high) = list(ends), np.array(list(ends.values())).T
    columns = [base.figure_ids.index(name) for name in names]
    alone = np.repeat(base.values, 2 * len(names), axis=0)
    for place, column in enumerate(columns):
        alone[2 * place, column], alone[2 * place + 1, column] = low[place], high[place]
    moved = metric.function(base.with_values(alone)).value
    rises = (moved[1::2] > moved[0::2]).T  # results × figures
    together = np.repeat(base.values, 2 * len(rises), axis=0)
    together[0::2, columns] = np.where(rises, low, high)
    together[1::2, columns] = np.where(rises, high, low)
    drawn = np.repeat(base.values, DRAWN, axis=0)
    for column, name, least, most in zip(columns, names, low, high, strict=True):
        drawn[:, column] = least + (most - least) * build.stream(seed, name).random(DRAWN)
    return np.vstack([base.values, alone, together, drawn])


def _by_subject(ends: Mapping[str, tuple[float, float]]) -> list[Mapping[str, tuple[float, float]]]:
    """Group figures by subject: the result of a row depends on its own figures only."""
    groups: dict[str, dict[str, tuple[float, float]]] = {}
    for name, end in ends.items():
        groups.setdefault(name.split("/")[1], {})[name] = end
    return list(groups.values())


def _corners(base: Scenarios, groups: Sequence[Mapping[str, tuple[float, float]]]) -> list[FloatArray]:
    """Return all combinations of the ends of each group, those of one group beside those of the others."""
    most = min(max(map(len, groups), default=0), MOST_AT_CORNERS)
    sides: npt.NDArray[np.intp] = np.array(list(itertools.product((0, 1), repeat=most)), dtype=np.intp)
    corners = np.repeat(base.values, len(sides), axis=0)
    for group in groups:
        for place, (name, end) in enumerate(group.items()):
            corners[:, base.figure_ids.index(name)] = np.array(end)[sides[:, place % most]]
    return [corners]
