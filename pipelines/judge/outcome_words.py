"""Outcomes in words: verdicts on interpretations, changes between two days, errors of figures.

Belongs here: sentences of the column `why`. Does not: which outcome follows from what (`outcomes`).
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from tidebook.pipelines.judge.predicates import NUMBER
from tidebook.pipelines.read.formatting import format_apart, format_number, format_value, joined
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.schemas.units import percent

THANKS_TO_ROUNDING = "thanks to rounding"
"""Words for a condition that fails at the printed values, and that what they are rounded from may satisfy."""
EQUAL_AS_PRINTED = "equal as printed"
"""Words for a strict comparison that rounding leaves open."""
IN_POINTS = "it holds of the difference in percentage points alone"
"""Words for a relative change of two percentages that is printed as their difference."""
SMALL_RATIO = 0.1
"""Ratios below this read better as fractions: 0.0133 as 1/75."""
NAMED = 2
"""Maximum wrong figures that are named; more are counted."""

_VERBS = {
    "supported": ("holds", "hold"),
    "contradicted": ("does not hold", "do not hold"),
    "contested": ("remains open", "remain open"),
}
_ERRS = {
    "a power of ten": " by a power of ten",
    "another subject's value": " (another subject's value)",
    "another unit or basis": " (another unit or basis)",
}


def known_words(rows: Sequence[Row]) -> str:
    """Put verdicts on interpretations into words: `“at least half” (60%) holds, but “two thirds” (60%) does not hold`.

    Omits untestable ones; "" if there is no other.
    """
    by_status = grouped(rows, itemgetter("status"))
    parts = []
    for status, (one, several) in _VERBS.items():
        same = by_status[status]
        if same:
            verb = one if len(same) == 1 else several
            quoted = [f"“{row['interpretation']}” ({_value_words(row)})" for row in same]
            parts.append(f"{joined(quoted)} {verb}")
    if len(parts) < 2:
        return "".join(parts)
    first, *others = parts
    conjunction = "but" if by_status["supported"] else "and"
    return f"{first}, {conjunction} {', and '.join(others)}"


def _value_words(row: Row) -> str:
    """Return the value of an interpretation's metric; with the reason if it is contested or holds by rounding only."""
    value = _metric_words(row["value"], row["unit"], row["predicate"])
    if row["reason"].endswith(IN_POINTS):
        return f"{value}; {IN_POINTS}"
    if row["status"] != "contested":
        return f"{value}, {THANKS_TO_ROUNDING}" if THANKS_TO_ROUNDING in row["reason"] else value
    if row["reason"].startswith(EQUAL_AS_PRINTED):
        return f"{value}; {EQUAL_AS_PRINTED}"
    # If a small n made it contested, the reason ends with the confidence interval.
    small_n = row["reason"].partition(", but ")[2]
    why = small_n or f"it holds in {percent(row['probability'])} of the draws"
    return f"{value}; {why}"


def _metric_words(value: float, unit: str, predicate: str = "") -> str:
    """Return a value so that it reads by itself: events as they are on record, small ratios as fractions.

    It has as many digits as tell it from the bounds of a predicate.
    """
    if unit == "event":
        return f"{format_value(value, unit)} on record" if value else "no event on record"
    if unit == "ratio" and 0 < value < SMALL_RATIO:
        return f"about 1/{format_number(1 / value, 2)}"
    bounds = [float(word) for word in predicate.split() if NUMBER.fullmatch(word)]
    return format_apart(value, unit, bounds)


def changed_words(written: Sequence[Row], published: Sequence[Row]) -> str:
    """Put verdicts on two days into words, where the status changed in between."""
    same_interpretations = [row["rank"] for row in written] == [row["rank"] for row in published]
    statuses = {row["status"] for row in written}, {row["status"] for row in published}
    quoted = joined([f"“{row['interpretation']}”" for row in written])
    then, now = "; ".join(map(_value_words, written)), "; ".join(map(_value_words, published))
    if same_interpretations and statuses == ({"supported"}, {"contradicted"}):
        return f"{quoted} held when written ({then}), but no longer when published ({now})"
    if same_interpretations and statuses == ({"contradicted"}, {"supported"}):
        return f"{quoted} did not yet hold when written ({then}), but did when published ({now})"
    return f"when written, {known_words(written)}; when published, {known_words(published)}"


def of_figure(row: Row) -> str:
    """Put the outcome of a printed figure into words, with the reason."""
    if row["outcome"] == "outdated":
        return f"{row['printed']} was {row['reason']}"
    if row["outcome"] == "depends":
        return f"{row['printed']} depends: {row['reason']}"
    if row["outcome"] == "contradicts itself":
        return f"{row['printed']} contradicts itself: {row['reason']}"
    return f"{row['printed']} is {row['outcome']}{_ERRS.get(row['error_type'], '')}: {row['reason']}"


def wrong_words(names: Sequence[str]) -> str:
    """Say which figures are wrong as printed, or how many."""
    many = f"{len(names)} of its figures" if len(names) > NAMED else joined(names)
    return f"{many} {'is' if len(names) == 1 else 'are'} wrong as printed"
