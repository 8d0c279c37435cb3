"""Every assumption with other values in its place, one at a time.

Belongs here: which numbers and lists are changed, and how far. Does not: what a change does to bounds (`cutoffs`), to
verdicts (`sensitivity`) or to outcomes (`outcomes`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from pydantic import ValidationError

from tidebook.pipelines.read.declarations import Assumptions


class VariedAssumption(NamedTuple):
    """One assumption with another value, both as texts, and all assumptions with this change.

    The cut-offs that claims write as numbers are in no file of assumptions: all of them are smaller, `side` 0, or
    larger, `side` 1. Each claim is judged by its own, so that this is as good as one at a time.
    """

    name: str
    written: str
    value: str
    assumptions: Assumptions
    side: int | None = None


ROBUST = "Robust to every assumption, each changed by itself"
"""What is said of a claim whose outcome none of these changes changes."""


def _factors(value: float) -> list[float]:
    # Factors multiply: halve and double their logarithm.
    return [math.sqrt(value), value**2]


def _shares(value: float) -> list[float]:
    """Halve and double the distance of a share to the nearer of 0 and 1, but go at most halfway to the other."""
    near = min(value, 1 - value)
    away = min(near * 2, (1 + near) / 2)
    return [near / 2, away] if value <= 0.5 else [1 - near / 2, 1 - away]


def _numbers(value: float) -> list[float]:
    return [value / 2, value * 2]


VARIED = {
    "estimate_spread": _factors,
    "open_ended": _factors,
    "reconciliation.near": _factors,
    "verdicts": _shares,
    "correlated": _shares,
    "dates": _numbers,
    "calibration.prior_cases": _numbers,
    "calibration.unlike": _factors,
    "cutoffs": _numbers,
    "confidence.factor": _factors,
}
"""How the numbers of each section are changed. Seeds, counts and dates are not judgements and stay."""


CUTOFF = "cutoff"
"""The name of the assumption that a cut-off is which a claim writes as a number."""

LISTS = ("exact_bases", "reconciliation.fixed")
"""Lists of which each item is left out in turn."""


def other_cutoffs(value: float, is_share: bool) -> list[float]:
    """Return the lower and the higher value that a cut-off has instead."""
    return sorted(_shares(value) if is_share else _numbers(value))


def changes_of(assumed: Assumptions) -> list[VariedAssumption]:
    """Return every assumption that a verdict may depend on with each of its other values, one at a time.

    Values outside their bounds, such as shares that overlap, are left out.
    """
    of_lists = [change for name in LISTS for change in _without_each(assumed, name)]
    of_claims = [VariedAssumption(CUTOFF, "", side, assumed, place) for place, side in enumerate(("smaller", "larger"))]
    return [*_with_other_numbers(assumed), *_with_other_ranges(assumed), *of_lists, *of_claims]


def _with_other_ranges(assumed: Assumptions) -> Iterator[VariedAssumption]:
    """Yield the assumptions with either end of a premise nearer to its value, and farther from it.

    The value itself stays: references were computed with it.
    """
    for name, premise in assumed.premises.items():
        for end in ("low", "high"):
            written = getattr(premise, end)
            for factor in _factors(written / premise.value):
                other = premise.value * factor
                changed = premise.model_copy(update={end: other})
                if other != written:
                    premises = {**assumed.premises, name: changed}
                    given = assumed.model_copy(update={"premises": premises})
                    yield VariedAssumption(f"premises.{name}.{end}", f"{written:.4g}", f"{other:.4g}", given)


def _without_each(assumed: Assumptions, name: str) -> Iterator[VariedAssumption]:
    """Yield the assumptions without one item of a list, such as `reconciliation.fixed`."""
    *sections, key = name.split(".")
    part: Any = assumed
    for section in sections:
        part = getattr(part, section)
    items = getattr(part, key)
    for item in items:
        changed: Any = {key: [other for other in items if other != item]}
        for section in reversed(sections):
            changed = {section: getattr(assumed, section).model_copy(update=changed)}
        yield VariedAssumption(f"{name}.{item}", "listed", "not listed", assumed.model_copy(update=changed))


def _with_other_numbers(assumed: Assumptions) -> list[VariedAssumption]:
    changes = []
    written = assumed.model_dump()
    for section, vary in VARIED.items():
        for name, part, key in _numbers_in(written, section):
            value = part[key]
            for other in vary(value):
                # `written` holds `part`, so that validating it gives all assumptions with this one changed.
                part[key] = round(other) if isinstance(value, int) else other
                changed = _within_bounds(written)
                if part[key] != value and changed is not None:
                    changes.append(VariedAssumption(name, f"{value:.4g}", f"{part[key]:.4g}", changed))
            part[key] = value
    return changes


def _numbers_in(written: Mapping[str, Any], section: str) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the numbers of a section, such as `dates` or `reconciliation.near`: full name, the dict that holds it, key.

    A group of correlated figures is named by its label.
    """
    first, _, only = section.partition(".")
    groups = {"": written[first]}
    if first == "confidence":
        groups = written[first]
    if first == "correlated":
        groups = {group["name"]: group for group in written[first]}
    for label, part in groups.items():
        for key, value in part.items():
            if isinstance(value, int | float) and only in ("", key):
                yield ".".join(filter(None, (first, label, key))), part, key


def _within_bounds(parts: Mapping[str, Any]) -> Assumptions | None:
    """Validate assumptions; None if a number lies outside its bounds."""
    with suppress(ValidationError):
        assumptions = Assumptions.model_validate(parts)
        if assumptions.verdicts.contradicted_to < assumptions.verdicts.supported_from:
            return assumptions
    return None
