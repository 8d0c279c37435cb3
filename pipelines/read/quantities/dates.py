"""Days, months, quarters, years and periods, and times such as `4:35.2`, as a cell prints them.

Belongs here: from text to days since 1970, years or seconds, with the bounds of what is meant. Does not: durations in
one unit, such as `18 months`, which are numbers.
"""

import re
from calendar import monthrange
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tidebook.pipelines.read.quantities.grammar import Reader, compiled, words
from tidebook.pipelines.read.quantities.vocabulary import BLANKS, DASHES, MONTHS, SHORT_YEARS
from tidebook.schemas.units import EPOCH, FIRST_YEAR, LAST_YEAR

_B = f"[{BLANKS}]"
_MONTH = rf"(?P<name>{words('|'.join(sorted(MONTHS, key=len, reverse=True)))})\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>[0-9]{4})(?![0-9])"
_PARTS = "|".join(SHORT_YEARS)
_DATES = tuple(
    compiled(f"{_B}*{form}")
    for form in (
        r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?(?![0-9-])",
        rf"{_DAY}(?:{_B}+|-){_MONTH}(?:-|{_B}*,?{_B}*){_YEAR}",
        r"(?P<month>0[1-9]|1[0-2])/(?P<year>[0-9]{4})(?![0-9/])",
        rf"{_MONTH}{_B}+{_DAY}(?:{_B}*,{_B}*|{_B}+){_YEAR}",
        rf"{_MONTH}(?:{_B}*,)?{_B}+{_YEAR}",
        rf"(?P<part>{_PARTS}){_B}*{_YEAR}",
    )
)
_PART_BEHIND = compiled(f"{_B}+(?P<part>{_PARTS})(?![A-Za-z0-9])")
_PERIOD = compiled(
    rf"{_B}*(?P<first>[0-9]{{4}})(?:{_B}*(?P<stroke>/){_B}*(?P<last>(?:[0-9]{{2}}){{1,2}})"
    rf"|(?P<gap>{_B}*)[{DASHES}]{_B}*(?P<short>[0-9]{{2}}))(?![0-9])"
)
_CLOCK = compiled(
    f"{_B}*"
    r"(?P<first>[0-9]{1,3}):(?P<second>[0-5][0-9])(?::(?P<third>[0-5][0-9]))?"
    r"(?:\.(?P<decimals>[0-9]{1,6}))?(?![0-9:.])"
)
_SPELLED = compiled(
    rf"{_B}*(?:(?P<hours>[0-9]{{1,4}}){_B}?(?:hours?|hrs?|h){_B}*)?"
    rf"(?:(?P<minutes>[0-9]{{1,4}}){_B}?(?:(?P<spelled>minutes?|mins?)|m)(?![a-z]){_B}*)?"
    rf"(?:(?P<seconds>[0-9]{{1,2}}(?:\.[0-9]{{1,6}})?){_B}?(?:seconds?|secs?|s)(?![a-z]))?"
)


class Span(NamedTuple):
    """A value with the bounds of what is meant, of which the upper is not included; equal ones are exact."""

    value: float
    low: float
    high: float


def take_date(reader: Reader) -> Span:
    """Read a day, month, quarter, half or year: days since 1970, the value in the middle.

    Raises QuantityError if it is none, or there is no such day.
    """
    start = reader.position
    found = next((found for pattern in _DATES if (found := reader.take(pattern))), None)
    if found is None:
        raise reader.error()
    parts = found.groupdict()
    year = int(parts["year"])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise reader.error(f"outside the years {FIRST_YEAR} to {LAST_YEAR}", start)
    part = parts.get("part")
    if found.re is _DATES[0] and not parts["month"] and (behind := reader.take(_PART_BEHIND)):
        part = behind["part"]
    months = SHORT_YEARS[part] if part else (1, 12)
    month, day = parts.get("month"), parts.get("day")
    if name := parts.get("name"):
        months = (MONTHS[name.lower()],) * 2
    elif month:
        months = (int(month),) * 2
    try:
        first = date(year, months[0], int(day or 1))
        last = first if day else date(year, months[1], monthrange(year, months[1])[1])
    except ValueError:
        raise reader.error("no such date", start) from None
    low, high = (first - EPOCH).days, (last - EPOCH).days + 1
    value = float((low + high) // 2)
    return Span(value, value, value) if day else Span(value, float(low), min(float(high), reader.unit.upper))


def take_period(reader: Reader) -> Span | None:
    """Read `2017/18` or `2017–18` as the years from the first to the last; None if there is no such period.

    Raises QuantityError if the second number may be a month, or is not the later year.
    """
    found = reader.take(_PERIOD)
    if found is None:
        return None
    first, printed = int(found["first"]), found["last"] or found["short"]
    last = int(printed) if len(printed) == 4 else first - first % 100 + (int(printed) or 100)
    if len(printed) == 2 and 0 < int(printed) <= 12 and not found["gap"]:
        raise reader.error(f"{first} to {last}, or month {int(printed)} of {first}?", found.start())
    if not FIRST_YEAR <= first < last <= LAST_YEAR:
        raise reader.error("a period that does not rise", found.start())
    return Span((first + last) / 2, float(first), float(last))


def take_time(reader: Reader) -> Span | None:
    """Read hours, minutes and seconds as seconds, known to half of what is printed last; None if they are none.

    Raises QuantityError for `3:56` without a declared clock.
    """
    start = reader.position
    if found := reader.take(_CLOCK):
        total, last = _clock(reader, found)
    elif (found := reader.take(_SPELLED)) and (found["hours"] or found["seconds"] or found["spelled"]):
        seconds = found["seconds"]
        total = 3600 * int(found["hours"] or 0) + 60 * int(found["minutes"] or 0) + Fraction(seconds or 0)
        last = Fraction(60 if found["minutes"] else 3600)
        if seconds:
            last = Fraction(1, 10 ** len(seconds.partition(".")[2]))
    else:
        reader.position = start
        return None
    reader.unit_seen = True
    return Span(float(total), max(float(total - last / 2), 0.0), float(total + last / 2))


def _clock(reader: Reader, found: re.Match[str]) -> tuple[Fraction, Fraction]:
    """Return the seconds that a clock shows, and those of what it shows last."""
    first, second, third, decimals = int(found["first"]), int(found["second"]), found["third"], found["decimals"]
    clock = reader.context.clock
    if third is None and decimals is None and not clock:
        reason = f"{first} min {second} s, or {first} h {second} min? its column declares which"
        raise reader.error(reason, found.start())
    if third is None and decimals is None and clock == "h:m":
        return Fraction(3600 * first + 60 * second), Fraction(60)
    last = Fraction(1, 10 ** len(decimals or ""))
    seconds = 60 * first + second if third is None else 3600 * first + 60 * second + int(third)
    return seconds + int(decimals or 0) * last, last
