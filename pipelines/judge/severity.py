"""How far off a figure or a statement is: minor, moderate or grave.

Belongs here: from a factor to a word. Does not: which value is compared with which (`figure_outcomes`, `outcomes`), or
what the report does with minor ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, floor, inf, isnan, log, nan
from operator import itemgetter
from typing import TYPE_CHECKING

from tidebook.pipelines.read.grouping import Row
from tidebook.schemas.units import UNSCALED, get_unit
from tidebook.schemas.vocabulary import NOT_TO_BELIEVE, SEVERITIES

if TYPE_CHECKING:  # commands that only read a release start without numpy and the grammar of numbers
    from tidebook.pipelines.judge.predicates import Predicate

GRAVE_FACTOR = 2.0
"""The factor from which on an error is grave."""

ROUNDING = 1e-9
"""Relative error of a factor that comes from binary fractions: 0.3 / 0.6 is not quite 0.5."""


WITHOUT_RATIO = ("correlation", "p-value")
"""Units whose multiples mean nothing, such as correlations."""


def severity_of(factor: float, materiality: float) -> str:
    """Classify how far a value is from the right one.

    Args:
        factor: the value over the right one; NaN where the two have no ratio, as dates have none, or 0 for one of zero.
        materiality: the relative difference from which on an error matters.
    """
    if isnan(factor) or not factor:
        return "moderate"
    if abs(factor - 1) < materiality * (1 - ROUNDING):
        return "minor"
    within = 1 / GRAVE_FACTOR * (1 + ROUNDING) < factor < GRAVE_FACTOR * (1 - ROUNDING)
    return "moderate" if within else "grave"


def factor_beyond(value: float, predicate: Predicate, unit: str) -> float:
    """Return by what factor a value misses the nearest one that satisfies a condition; NaN where there is no ratio."""
    if unit in UNSCALED or isnan(value):
        return nan
    factors = [value / bound for bound in _least_satisfying(predicate, unit) if bound]
    factor = min(factors, key=lambda factor: abs(log(factor)) if factor > 0 else inf, default=nan)
    return nan if factor > 0 and unit in WITHOUT_RATIO else factor


def _least_satisfying(predicate: Predicate, unit: str) -> Sequence[float]:
    """Return the values at which a condition begins to hold: of whole things, more than 3 begins at 4."""
    step = {"above": 1, "below": -1}.get(predicate.form)
    if step is None or not get_unit(unit).whole:
        return predicate.bounds
    (bound,) = predicate.bounds
    return [floor(bound) + 1 if step > 0 else ceil(bound) - 1]


def graveness(severity: str | None, severity_index: float) -> tuple[int, float]:
    """Return the sort key of a figure's outcome, the least grave first: severity, then index."""
    return SEVERITIES.index(severity) if severity else -1, severity_index


def by_graveness(rows: Iterable[Row]) -> list[Row]:
    """Sort rows of `schemas.outcomes.FigureOutcomes`, the gravest first; equal ones by id."""
    by_name = sorted(rows, key=itemgetter("figure_id"))
    return sorted(by_name, key=lambda row: graveness(row["severity"], row["severity_index"]), reverse=True)


def statements_by_graveness(rows: Iterable[Row]) -> list[Row]:
    """Sort rows of `schemas.outcomes.Outcomes`: what is not to be believed, by severity, then the rest in its order."""

    def key(row: Row) -> tuple[bool, int]:
        return row["outcome"] in NOT_TO_BELIEVE, SEVERITIES.index(row["severity"]) if row["severity"] else -1

    return sorted(rows, key=key, reverse=True)


def gravest(severities: Iterable[str]) -> str:
    """Return the worst of some severities, "" for none."""
    return max(filter(None, severities), key=SEVERITIES.index, default="")


def mildest(severities: Iterable[str]) -> str:
    """Return the least of some severities, "" for none."""
    return min(filter(None, severities), key=SEVERITIES.index, default="")
