"""Values that a metric could have had: with other numbers in place of those that are printed.

Belongs here: which numbers are tried, and of which metrics the results are all that matters. Does not: what the print
of the figures allows (`print_range`), or what it means for a claim (`judge.void_tests`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from tidebook.pipelines.evaluate import distributions
from tidebook.pipelines.evaluate.base import Metric
from tidebook.pipelines.evaluate.expressions import CONDITIONS, Node, nodes
from tidebook.pipelines.evaluate.frame import FloatArray, Scenarios
from tidebook.schemas.units import UNSCALED, get_unit

ANYTHING, ORDERS = 200, 100
"""Scenarios of drawn sizes, and of printed values in another order."""

MAGNITUDES = 3.0
"""Powers of ten to each side of the typical value, between which sizes are drawn."""

MOST_ALONE = 100
"""Maximum figures that are made far larger and far smaller, each by itself."""

_OF_PARTS = ("share", "top_share", "hhi", "count", "rank", "spearman", "kendall", "pearson")
"""Functions whose results have bounds of their own, of numbers that do not change their sign."""


def statistic_of(root: Node) -> str:
    """Return the function that an expression is a call of, but for its sign; "" if it is none."""
    while root.kind == "neg" or (root.kind == "call" and root.value == "abs"):
        root = root.args[0]
    return str(root.value) if root.kind == "call" else ""


def depends_on_numbers_alone(root: Node) -> bool:
    """Whether a linked expression chooses no rows by labels and looks up nothing: then its numbers are all it tests."""
    for node in nodes(root):
        if node.kind in ("lookup", "when", "rank_among") or (node.kind == "call" and node.value == "match"):
            return False
        if node.kind == "select" and node.args[1].kind != "subject":
            return False
        if node.kind == "text" and node.place.key and not _is_unit(node, root):
            return False
    return True


def _is_unit(text: Node, root: Node) -> bool:
    """Whether a text is the unit of a constant, or the subject of a row."""
    for node in nodes(root):
        if node.kind == "call" and node.value in ("quantity", "row") and node.args[1] is text:
            return True
    return False


def is_of_parts(root: Node) -> bool:
    """Whether an expression is a share, a count or a rank, of numbers that keep their sign."""
    for node in nodes(root):
        if node.kind == "call" and node.value in _OF_PARTS:
            return True
        if node.kind == "call" and node.value == "mean" and node.args[0].kind in CONDITIONS:
            return True
        if node.kind == "/" and node.args[1].kind == "call" and node.args[1].value == "sum":
            return True
    return False


def possible_values(metric: Metric, printed: Scenarios, units: Mapping[str, str], seed: int) -> dict[str, FloatArray]:
    """Return values that a metric could have had, by metric id; nothing if points in time are among its figures.

    Args:
        metric: the metric, which depends on numbers alone.
        printed: the figures that it reads, as printed.
        units: the unit of each of them.
        seed: the seed of what is drawn.
    """
    if any(units[name] in UNSCALED for name in printed.figure_ids):
        return {}
    values = np.vstack([printed.values, *_tried(metric, printed, seed)])
    low, high = np.array([(get_unit(units[name]).lower, get_unit(units[name]).upper) for name in printed.figure_ids]).T
    result = metric.function(printed.with_values(np.clip(values, low, high)))
    found = {}
    for metric_id, column in zip(result.ids, result.value.T, strict=True):
        known = column[~np.isnan(column)]
        if len(known) > 1 and known.min() < known.max():
            found[metric_id] = known
    return found


def _tried(metric: Metric, printed: Scenarios, seed: int) -> Iterator[FloatArray]:
    """Yield scenarios: all values equal, one far from the others, of any size, in another order, of any sign.

    A share, a count or a rank is of numbers that keep their sign, unless the printed ones have both.
    """
    own = printed.values[0]
    sizes = np.abs(own[~np.isnan(own) & (own != 0)])
    typical = float(np.exp(np.log(sizes).mean())) if len(sizes) else 1.0
    signs = np.where(own < 0, -1.0, 1.0) + np.where(np.isnan(own), np.nan, 0.0)
    equal = typical * signs
    yield equal[None, :]
    for factor in (10.0**-MAGNITUDES, 10.0**MAGNITUDES):
        alone = np.repeat(equal[None, :], min(len(own), MOST_ALONE), axis=0)
        places = np.arange(len(alone))
        alone[places, places] *= factor
        yield alone
    drawn = np.empty((ANYTHING, len(own)))
    orders = np.empty((ORDERS, len(own)))
    for place, name in enumerate(printed.figure_ids):
        stream = distributions.stream(seed, f"possible {name}")
        drawn[:, place] = typical * signs[place] * 10 ** stream.uniform(-MAGNITUDES, MAGNITUDES, ANYTHING)
        orders[:, place] = stream.random(ORDERS)
    yield drawn
    yield np.where(np.isnan(own), np.nan, own[np.argsort(orders, axis=1)])
    if not metric.is_of_parts or (np.any(own < 0) and np.any(own > 0)):
        yield -equal[None, :]
        turned = drawn.copy()
        turned[:, ::2] *= -1
        yield turned
        yield -drawn
        yield np.abs(drawn)
        yield -np.abs(drawn)
