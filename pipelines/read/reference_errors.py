"""What the error of a reference is known by, and the interval that it gives.

A number that the dossier assumes comes first, then the source's own range, then the class of confidence of the value
itself. A count, a date or a list price repeats the number of a primary source and has no error by the class of a whole
source. What pairs of sources show of each other is in `evaluate.learnt_errors`.

Belongs here: the intervals, and what a row declares of them. Does not: what they mean for a figure
(`evaluate.reconciliation`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from tidebook.pipelines.read.declarations import Assumptions, Sources
from tidebook.pipelines.read.errors import did_you_mean, refuse
from tidebook.pipelines.read.quantities.grammar import SECONDS
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.stated_intervals import StatedInterval, drawn_from_interval, scaled
from tidebook.schemas.units import UNITS, UNSCALED, get_unit

CONFIDENCE, ASSUMES = "confidence", "assumes"
"""Columns that a row of references may have: the class of its confidence, and the premise that it rests on."""

STATED, LEARNT, EXACT = "stated", "learnt", "exact"
BY_CLASS, BY_PREMISE = "confidence ", "assumption "
"""How `error_by` begins, before the name of the class or the premise."""

COVERAGE = 95.0
"""The percentage of an error's interval, at both ends of which a figure is held against it."""


def is_repeated(unit: str, basis: str, assumed: Assumptions) -> bool:
    """Whether sources repeat the exact number of a primary one: a count, date, time, score or stated price."""
    if unit not in UNITS:
        return False  # which is reported where the cell is read
    is_bounded = math.isfinite(get_unit(unit).upper)
    is_timed = unit in (*UNSCALED, *SECONDS)
    return get_unit(unit).count or is_bounded or is_timed or basis in assumed.exact_bases


def declared_error(
    record: Mapping[str, str], interval: StatedInterval | None, sources: Sources, assumed: Assumptions
) -> str:
    """Return what the error of a row is known by, "" if by nothing that it or its source declares."""
    if name := record.get(ASSUMES, ""):
        return f"{BY_PREMISE}{name}"
    if interval is not None:
        return STATED
    if name := record.get(CONFIDENCE, ""):
        return f"{BY_CLASS}{name}"
    if is_repeated(record["unit"], record["basis"], assumed):
        return EXACT
    source = sources.sources.get(record["source"])
    return f"{BY_CLASS}{source.confidence}" if source and source.confidence else ""


def widest_class(names: Iterable[str], assumed: Assumptions) -> str:
    """Return the class among some, "" for none, whose values may be farthest off; "" without any."""
    known = [name for name in names if name in assumed.confidence]
    return max(known, key=lambda name: (_factor_of(name, assumed), name), default="")


def _factor_of(name: str, assumed: Assumptions) -> float:
    stated = assumed.confidence[name]
    return scaled(stated.factor, stated.percent)


def check_error(record: Mapping[str, str], assumed: Assumptions, report: Callable[[str, str], None]) -> None:
    """Report a class or a premise that the assumptions do not have, or that the row's unit cannot have."""
    for key, known in ((CONFIDENCE, assumed.confidence), (ASSUMES, assumed.premises)):
        name = record.get(key, "")
        if name and name not in known:
            report(key, no_such_entry(name, known, "confidence" if key == CONFIDENCE else "premises"))
        elif name and record["unit"] in UNSCALED:
            report(key, f"nothing: a number in {record['unit']} is off by days or years, and by no factor")
    if record.get(CONFIDENCE) and record.get(ASSUMES):
        report(ASSUMES, f"nothing beside {CONFIDENCE}: a value has the error of one of the two")


def check_classes(raw: RawFile, assumed: Assumptions) -> None:
    """Check the classes of confidence that sources, or tables of evidence and their columns, name.

    Raises:
        InputError: the assumptions do not have a class.
    """
    problems = []
    for place, name in _classes_in(raw.toml()):
        if name not in assumed.confidence:
            problems.append(raw.problem(place, no_such_entry(name, assumed.confidence, "confidence"), name))
    refuse(problems)


def _classes_in(part: Any, *place: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each class that a declaration names, with the place of its key."""
    if not isinstance(part, dict):
        return
    for key, value in part.items():
        if key == CONFIDENCE and isinstance(value, str) and value:
            yield (*place, key), value
        else:
            yield from _classes_in(value, *place, key)


def no_such_entry(name: str, known: Collection[str], section: str) -> str:
    """Return what was expected in place of a class or premise that is not declared."""
    listed = ", ".join(known) or "none yet"
    return f"an entry of [{section}] in assumptions.toml ({listed}){did_you_mean(name, known)}"


def error_ends(error_by: str, low: float, high: float, assumed: Assumptions) -> tuple[float, float] | None:
    """Return the 95% interval of a value by its class or its premise; None if neither gives one.

    It begins and ends with what the value's own text leaves open, from `low` to `high`; by a premise it is in
    proportion to the number that is assumed.
    """
    kind, _, name = error_by.partition(" ")
    if low < 0 < high or (not low and not high):
        return None
    down = up = 1.0
    if f"{kind} " == BY_CLASS and name in assumed.confidence:
        up = _factor_of(name, assumed)
        down = 1 / up
    elif f"{kind} " == BY_PREMISE and name in assumed.premises:
        taken = assumed.premises[name]
        down, up = taken.low / taken.value, taken.high / taken.value
    else:
        return None
    # A fall is off by a factor as a rise is.
    return (low * up, high * down) if high <= 0 else (low * down, high * up)


def stated_ends(interval: StatedInterval) -> tuple[float, float]:
    """Return the 95% interval of a stated one; one that names no coverage, or reaches zero, is taken as it is."""
    low, high, percent = interval
    if math.isnan(percent) or low <= 0:
        return low, high
    middle, half = math.log(low * high) / 2, math.log(scaled(math.sqrt(high / low), percent))
    return math.exp(middle - half), math.exp(middle + half)


def error_columns(
    error_by: str, low: float, high: float, interval: StatedInterval | None, assumed: Assumptions
) -> dict[str, Any]:
    """Return the columns of `ReferenceValues` on the error of a value, whose text allows what is from low to high.

    A value with the error of a class or a premise is drawn by it where it replaces a figure.
    """
    if error_by == STATED and interval is not None:
        return {"error_by": error_by, **_ends_columns(stated_ends(interval))}
    ends = error_ends(error_by, low, high, assumed)
    return {"error_by": error_by, **_ends_columns(ends), **drawn_by_error(error_by, ends)}


def _ends_columns(ends: tuple[float, float] | None) -> dict[str, float]:
    low, high = ends or (math.nan, math.nan)
    return {"error_low": low, "error_high": high}


def drawn_by_error(error_by: str, ends: tuple[float, float] | None) -> dict[str, Any]:
    """Return how a value with an error that its source does not state is drawn: between the ends of a premise, or as a
    lognormal with the ends as its 95% interval; nothing without ends."""
    if ends is None or not all(map(math.isfinite, ends)):
        return {}
    percent = math.nan if error_by.startswith(BY_PREMISE) else COVERAGE
    distribution, (low, high) = drawn_from_interval(StatedInterval(*ends, percent))
    drawn = {"drawn_low": low, "drawn_high": high, "degrees_of_freedom": math.nan}
    return {"distribution": distribution, **drawn}


def redrawn(reference: Mapping[str, Any], assumed: Assumptions) -> dict[str, Any]:
    """Return how a reference is drawn under other assumptions; nothing if its error does not follow from them."""
    error_by = str(reference["error_by"])
    return drawn_by_error(error_by, error_ends(error_by, reference["low"], reference["high"], assumed))


NO_ERROR: Mapping[str, Any] = {"error_by": "", "error_low": math.nan, "error_high": math.nan}
"""The columns of a value whose error is not known."""

EXACT_NUMBER: Mapping[str, Any] = {"error_by": EXACT, "error_low": math.nan, "error_high": math.nan}
"""The columns of a value that has no error, such as a count of events."""


def stated_error(low: float, high: float) -> dict[str, Any]:
    """Return the columns of a value whose ends are stated with it."""
    return {"error_by": STATED, "error_low": low, "error_high": high}
