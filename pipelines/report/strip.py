"""The strip beside a claim: where value and interval lie against the cut-offs of its condition, from 0 to 100.

Belongs here: geometry. Does not: drawing, which the HTML template does, or deciding a verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite, log

from pipelines.claims.predicates import Predicate

MARGIN = 0.12
LOG_FROM = 30.0


@dataclass(frozen=True)
class Strip:
    """Positions in percent of the width: the value, its interval, the cut-offs, and where the condition holds."""

    value: float
    low: float
    high: float
    cutoffs: list[float]
    holds: list[tuple[float, float]]


def draw_strip(value: float | None, low: float | None, high: float | None, predicate: Predicate) -> Strip | None:
    """Return the strip of a value against a predicate; None where there is no value."""
    if value is None or not isfinite(value):
        return None
    start = value if low is None or not isfinite(low) else low
    end = value if high is None or not isfinite(high) else high
    place = _scale([value, start, end, *predicate.bounds])
    holds = [(place(first), place(last)) for first, last in _holding_regions(predicate)]
    return Strip(place(value), place(start), place(end), [place(bound) for bound in predicate.bounds], holds)


def _holding_regions(predicate: Predicate) -> list[tuple[float, float]]:
    """Return the intervals in which a predicate holds."""
    first, last = predicate.bounds[0], predicate.bounds[-1]
    return {
        "at_least": [(first, inf)],
        "above": [(first, inf)],
        "at_most": [(-inf, first)],
        "below": [(-inf, first)],
        "between": [(first, last)],
        "outside": [(-inf, first), (last, inf)],
    }[predicate.form]


def _scale(points: list[float]) -> Callable[[float], float]:
    """Return a scale that leaves a margin around the points, logarithmic when they span much and are positive."""
    first, last = min(points), max(points)
    logarithmic = first > 0 and last / first >= LOG_FROM

    def along(point: float) -> float:
        return log(point) if logarithmic else point

    def place(point: float) -> float:
        if not isfinite(point):
            return 0.0 if point < 0 else 100.0
        return round(100 * (along(point) - start) / (end - start), 2)

    width = along(last) - along(first) or abs(along(first)) or 1.0
    start, end = along(first) - MARGIN * width, along(last) + MARGIN * width
    return place
