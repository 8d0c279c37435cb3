"""Outcomes in words: what readings come to, what turned between two moments, what is wrong with a figure.

Belongs here: sentences of the column `why`. Does not: which outcome follows from what (`outcomes`).
"""

from __future__ import annotations

from collections.abc import Sequence

from tidebook.pipelines.read.formatting import format_value, joined
from tidebook.pipelines.read.grouping import Row
from tidebook.schemas.units import percent

NAMED = 2
"""So many wrong figures are named; of more, it is told how many they are."""

_VERBS = {
    "supported": ("holds", "hold"),
    "contradicted": ("does not hold", "do not hold"),
    "contested": ("is left open", "are left open"),
}
_ERRS = {
    "a power of ten": " by a power of ten",
    "a factor": " by a factor",
    "another subject's value": ", another subject's value",
    "another unit or basis": ", of another unit or basis",
}


def known_words(rows: Sequence[Row]) -> str:
    """Return what some readings come to: `“at least half” (60 %) holds, but “two thirds” (60 %) does not hold`."""
    parts = []
    for status, (one, several) in _VERBS.items():
        same = [f"“{row['reading']}” ({_found(row)})" for row in rows if row["status"] == status]
        if same:
            parts.append(f"{joined(same)} {one if len(same) == 1 else several}")
    first, *others = parts or [""]
    but = ", but " if any(row["status"] == "supported" for row in rows) else ", and "
    return first + (but + ", and ".join(others) if others else "")


def _found(row: Row) -> str:
    """Return the value of a reading, and of one that is left open what leaves it so."""
    value = format_value(row["value"], row["unit"])
    if row["status"] != "contested":
        return value
    drawn = f"it holds in {percent(row['probability'])} of what the figures may be"
    return f"{value}; {row['reason'].partition(', but ')[2] or drawn}"


def turned_words(written: Sequence[Row], published: Sequence[Row]) -> str:
    """Return what readings come to at both moments, of which the later one has turned."""
    statuses = {row["status"] for row in written}, {row["status"] for row in published}
    then, now = ("; ".join(map(_found, rows)) for rows in (written, published))
    both = joined([f"“{row['reading']}”" for row in written])
    if [row["rank"] for row in written] == [row["rank"] for row in published]:
        if statuses == ({"supported"}, {"contradicted"}):
            return f"{both} held when written ({then}), but no longer when published ({now})"
        if statuses == ({"contradicted"}, {"supported"}):
            return f"{both} did not yet hold when written ({then}), but did when published ({now})"
    return f"when written, {known_words(written)}; when published, {known_words(published)}"


def of_figure(row: Row) -> str:
    """Return what a printed figure is, with the reason."""
    if row["outcome"] == "outdated":
        return f"{row['printed']} was {row['reason']}"
    return f"{row['printed']} is {row['outcome']}{_ERRS.get(row['how'], '')}: {row['reason']}"


def wrong_words(names: Sequence[str]) -> str:
    """Return which figures are wrong as printed, or how many where they are many."""
    many = f"{len(names)} of its figures" if len(names) > NAMED else joined(names)
    return f"{many} {'is' if len(names) == 1 else 'are'} wrong as printed"
