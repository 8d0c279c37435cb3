"""Periods of time series: years, quarters, months and days, as their texts in a file and in expressions.

Belongs here: what a text or number says of a period, and the periods of a range. Does not: which of them a file has.
A fiscal year is a year that begins in another month, and is written by its first and last one: 2019-04--2020-03.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from tidebook.schemas.units import EPOCH

LAST_YEAR = 9998
"""The last year of a period: the one after it must have a date too."""
RESOLUTIONS = ("year", "quarter", "month", "day")
"""The lengths of periods, the longest first."""

_FORMS = {
    "year": re.compile(r"(\d{4})"),
    "quarter": re.compile(r"(\d{4})[- ]?[QK]([1-4])"),
    "month": re.compile(r"(\d{4})(?:-?M|-)(\d{2})"),
    "day": re.compile(r"(\d{4})-(\d{2})-(\d{2})"),
}
_QUARTER_FIRST = re.compile(r"Q([1-4])(?:[ /-]?(\d{4})| ?['’](\d{2}))")
"""Q2 2019 and Q3'23, as companies write quarters."""
_SPAN = re.compile(r"(\d{4})-(\d{2})--(\d{4})-(\d{2})")
_TWO_YEARS = re.compile(r"\d{4} ?[-–/] ?(?:\d{2}){1,2}")
_FISCAL = re.compile(r"\b(?:FY|fiscal|financial|tax)", re.IGNORECASE)
_AGE = re.compile(r"([1-9]\d*) (year|quarter|month|day)s?")
_MONTHS = {"year": 12, "quarter": 3, "month": 1}


class Period(NamedTuple):
    """A period by its first day and its length; periods of one length are in order of time."""

    start: dt.date
    resolution: str

    @property
    def end(self) -> dt.date:
        """The last day."""
        return _end_of(self)

    @property
    def text(self) -> str:
        """The period as expressions write it: 2019, 2019-Q2, 2019-05, 2019-05-31, or 2019-04--2020-03."""
        year, month = self.start.year, self.start.month
        if self.start != containing(self.start, self.resolution).start:
            return f"{year:04}-{month:02}--{self.end.year:04}-{self.end.month:02}"
        match self.resolution:
            case "year":
                return f"{year:04}"
            case "quarter":
                return f"{year:04}-Q{(month + 2) // 3}"
            case "month":
                return f"{year:04}-{month:02}"
        return self.start.isoformat()

    def is_within(self, first: Period | None, last: Period | None) -> bool:
        """Whether it lies between the start of one period and the end of another, each None for an open end."""
        return (first is None or self.start >= first.start) and (last is None or self.end <= last.end)

    def moved(self, count: int) -> Period:
        """Return the period `count` steps later, or earlier if it is negative."""
        if self.resolution == "day":
            return Period(self.start + dt.timedelta(days=count), "day")
        months = self.start.year * 12 + self.start.month - 1 + count * _MONTHS[self.resolution]
        return Period(dt.date(months // 12, months % 12 + 1, 1), self.resolution)


@lru_cache(maxsize=4096)
def _end_of(each: Period) -> dt.date:
    # Of as many cells as evidence has, few differ in their period.
    return each.moved(1).start - dt.timedelta(days=1)


@lru_cache(maxsize=4096)
def period(text: str) -> Period | None:
    """Return the period that a text such as 2019, 2019-Q2, 2019-05 or 2019-05-31 names; None for another text.

    Offices write 2019M05 and 2019K2 too, companies Q2 2019.
    """
    text = text.strip()
    if quarter := _QUARTER_FIRST.fullmatch(text):
        text = f"{quarter[2] or f'20{quarter[3]}'}-Q{quarter[1]}"
    if span := _SPAN.fullmatch(text):
        return _of_months(*map(int, span.groups()))
    for resolution, form in _FORMS.items():
        found = form.fullmatch(text)
        if not found:
            continue
        parts = [int(part) for part in found.groups()]
        if parts[0] > LAST_YEAR:
            return None
        if resolution == "quarter":
            parts[1] = parts[1] * 3 - 2
        try:
            return Period(dt.date(*parts, *([1] * (3 - len(parts)))), resolution)
        except ValueError:  # a month 13, or a day that the month does not have
            return None
    return None


def _of_months(year: int, month: int, last_year: int, last_month: int) -> Period | None:
    """Return the year or quarter from the first day of one month to the last day of another, None for another span."""
    count = (last_year - year) * 12 + last_month - month + 1
    resolution = next((name for name, months in _MONTHS.items() if months == count), "month")
    if resolution == "month" or not 1 <= month <= 12 or not 0 < year <= LAST_YEAR:
        return None
    return Period(dt.date(year, month, 1), resolution)


def period_of(text: str, fiscal_year: str) -> Period | None:
    """Return the period that a text names where fiscal years begin as declared; "" where no text is one of those."""
    # First, since 2011-12 is a month too.
    fiscal = fiscal_period(text, fiscal_year) if fiscal_year else None
    return fiscal or period(text)


@lru_cache(maxsize=4096)
def fiscal_period(text: str, first_month: str) -> Period | None:
    """Return the fiscal year, or the quarter of one, that a text such as 2019/20 or FY2024 names; None for another.

    Args:
        text: the text.
        first_month: as a declaration states it, such as `April, named by its start`.
    """
    named = f"FY{text.strip()}" if _TWO_YEARS.fullmatch(text.strip()) else text
    if not _FISCAL.search(named):
        return None
    # Few series have fiscal years, and the grammar of dates takes long to import.
    from tidebook.pipelines.read.quantities.context import Context
    from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity

    try:
        span = parse_quantity(named, "date", Context(fiscal_year=first_month))
    except QuantityError:
        return None
    low, high = (EPOCH + dt.timedelta(days=end) for end in (span.low, span.high))
    return _of_months(low.year, low.month, high.year, high.month)


def resolution_of(texts: Iterable[str]) -> str:
    """Return the length of the periods that texts are, "" of none; of first days that of what they begin.

    The first days of quarters are no months, and a day within a month makes all of them days.
    """
    found = [each for each in map(period, texts) if each]
    lengths = {each.resolution for each in found}
    if lengths != {"day"}:
        return max(lengths, key=RESOLUTIONS.index, default="")
    days = sorted({each.start for each in found})
    if len(days) < 2 or any(day.day != 1 for day in days):
        return "day"
    months = {day.month for day in days}
    if months == {1}:
        return "year"
    return "quarter" if months <= {1, 4, 7, 10} else "month"


def containing(day: dt.date, resolution: str) -> Period:
    """Return the period of a length in which a day lies."""
    months = _MONTHS.get(resolution)
    if months is None:
        return Period(day, "day")
    return Period(dt.date(day.year, (day.month - 1) // months * months + 1, 1), resolution)


def last_ended(day: dt.date, resolution: str) -> Period:
    """Return the last period of a length that had ended by the end of a day."""
    found = containing(day, resolution)
    return found if found.end <= day else found.moved(-1)


def between(first: Period, last: Period, resolution: str) -> Iterator[Period]:
    """Yield the periods of a length that lie between the start of one and the end of another."""
    found = first if first.resolution == resolution else containing(first.start, resolution)
    if found.start < first.start:
        found = found.moved(1)
    while found.end <= last.end:
        yield found
        found = found.moved(1)


class Age(NamedTuple):
    """A maximum age, such as 3 years."""

    number: int
    unit: str

    def earliest(self, newest: Period) -> dt.date:
        """Return the first day on which a period may start that is at most so much older than the newest one."""
        try:
            return self._before(newest)
        except (ValueError, OverflowError):  # before year 1
            return dt.date.min

    def _before(self, newest: Period) -> dt.date:
        if self.unit == "day":
            return newest.start - dt.timedelta(days=self.number)
        back = containing(newest.start, "month").moved(-self.number * _MONTHS[self.unit]).start
        return back.replace(day=min(newest.start.day, monthrange(back.year, back.month)[1]))


def age(text: str) -> Age | None:
    """Return the age that a text such as `3 years` or `18 months` states; None for another text."""
    found = _AGE.fullmatch(text)
    return Age(int(found[1]), found[2]) if found else None
