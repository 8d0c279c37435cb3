"""Time between dates as people count it: whole months and years, and what remains as a part of the next month.

Belongs here: the difference of two dates, and a scale for fits over many. Does not: which differences count so, which
the units of an expression decide (`dimensions`).

Days count from 1970, the unit of figures; NaN stays NaN. Arrays broadcast.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

LEAP_YEAR = 366
"""Days of the year in which every date has a place, 29 February too."""

_BEFORE_MONTH = np.array([0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335])
"""Days of a leap year before each month."""


class _Date(NamedTuple):
    """A date as months since 1970, and the days of its month that have passed."""

    month: Any
    passed: Any


def months_between(first: Any, last: Any) -> Any:
    """Return the months from one date to another, negative if the other is earlier.

    They are whole where the days of the month are the same, or the last of a shorter month: from 30 June 2012 to 30
    June 2020 are 96, from 31 January to 28 February one. What remains is a part of the month that would be next.
    """
    first, last = np.broadcast_arrays(np.asarray(first, dtype=float), np.asarray(last, dtype=float))
    known = np.isfinite(first) & np.isfinite(last)
    earlier, later = (np.where(known, call(first, last), 0.0) for call in (np.minimum, np.maximum))
    start = _date(earlier)
    whole = _date(later).month - start.month
    whole = np.where(_after(start, whole) > later, whole - 1, whole)
    since, until = _after(start, whole), _after(start, whole + 1)
    months = whole + (later - since) / (until - since)
    return np.where(known, np.where(first <= last, months, -months), last - first)


def on_year_scale(days: Any) -> Any:
    """Return dates on a scale of months on which equal dates of two years are whole years apart, for fits over many."""
    days = np.asarray(days, dtype=float)
    known = np.isfinite(days)
    month, passed = _date(np.where(known, days, 0.0))
    year, of_year = np.divmod(month, 12)
    return np.where(known, 12 * (year + (_BEFORE_MONTH[of_year] + passed) / LEAP_YEAR), days)


def _date(days: Any) -> _Date:
    month = np.floor(days).astype("datetime64[D]").astype("datetime64[M]")
    return _Date(month.astype(int), days - month.astype("datetime64[D]").astype(float))


def _after(start: _Date, months: Any) -> Any:
    """Return the day some months after a date: the last day of the month if it is shorter."""
    month = start.month + months
    begins, ends = (each.astype("datetime64[M]").astype("datetime64[D]").astype(float) for each in (month, month + 1))
    # Of a day that has begun, the part that has passed stays.
    return begins + np.minimum(start.passed, ends - begins - 1 + start.passed % 1)
