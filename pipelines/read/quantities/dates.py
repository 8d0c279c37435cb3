"""Printed days, months, quarters, years and periods, and times such as `4:35.2`.

Belongs here: reading them as days since 1970, as years or as seconds, with their bounds. Does not: durations in one
unit, such as `18 months`, which are numbers.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tidebook.pipelines.read.quantities.context import BY_START, MONTH_NAMES
from tidebook.pipelines.read.quantities.grammar import SECONDS, Reader, compiled, words
from tidebook.pipelines.read.quantities.numerals import read_ordinal
from tidebook.pipelines.read.quantities.vocabulary import BLANKS, DASHES, MONTHS, SHORT_YEARS, SMALL, TENS
from tidebook.schemas.units import EPOCH, FIRST_YEAR, LAST_YEAR

_B = f"[{BLANKS}]"
_MONTH = rf"(?P<name>{words('|'.join(sorted(MONTHS, key=len, reverse=True)))})\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>[0-9]{4})(?![0-9])"
_PARTS = "|".join(SHORT_YEARS)
# The day comes before the month, or the month is a word: `03/04/2024` has two readings and is refused.
_DATES = tuple(
    compiled(f"{_B}*{form}")
    for form in (
        r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?(?![0-9-])",
        rf"{_DAY}(?:{_B}+|-){_MONTH}(?:-|{_B}*,?{_B}*){_YEAR}",
        r"(?P<month>0[1-9]|1[0-2])/(?P<year>[0-9]{4})(?![0-9/])",
        rf"{_MONTH}{_B}+{_DAY}(?:{_B}*,{_B}*|{_B}+){_YEAR}",
        rf"{_MONTH}(?:{_B}*,)?{_B}+{_YEAR}",
        rf"(?P<part>{_PARTS})(?:{_B}+of)?{_B}*{_YEAR}",
        rf"(?P<part>{_PARTS})(?:{_B}?['’])?(?P<short>[0-9]{{2}})(?![0-9])",
    )
)
_NAMES = words("|".join(sorted(MONTHS, key=len, reverse=True)))
_JOINED = f"(?:{_B}*[{DASHES}]{_B}*|{words(' (?:and|to|until|through) ')})"
_MONTH_AHEAD = compiled(rf"{_B}*{_MONTH}(?={_JOINED}(?:{_NAMES})\.?{_B}+{_YEAR})")
"""The first month of `May to July 2020`, which has the year of the last."""
# Which part of what follows; `mid-2023` has a hyphen.
_PARTS_OF = {
    "early": "early",
    "mid": "mid(?:dle of)?",
    "late": "late",
    "start": "(?:start|beginning) of",
    "end": "(?:year-)?end(?: of)?",
}
_ANY_PART = "|".join(f"(?P<{part}>{words(text)})" for part, text in _PARTS_OF.items())
_PART_OF = compiled(f"{_B}*{words('(?:the )?(?:very )?')}(?:{_ANY_PART})(?:{_B}+|-){words('(?:in )?(?:the )?')}")
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "opening": 1, "final": 0, "last": 0}
"""Which quarter or half of a year it is; 0 for the last."""
_IN_PARTS = compiled(
    rf"{_B}*{words('(?:the )?')}(?P<nth>{words('|'.join(_NTH))}){_B}+(?P<which>{words('half|quarter')})"
    rf"{words('(?: of)? ')}(?P<year>[0-9]{{4}})(?![0-9])"
)
_ON = compiled(
    words("(?:(?:in|on|at|during|the year)(?: the year)? )?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?")
)
_DECADES = {word[:-1] + "ies": number for word, number in TENS.items() if number > 20}
"""Decades of the 20th century by their names; the twenties may be those of the 21st."""
_DECADE = compiled(
    rf"{_B}*(?:{words('the ')})?(?:(?:(?P<decade>[0-9]{{3}}0)|['’](?P<short>[3-9]0))['’]?s"
    rf"|(?P<word>{words('|'.join(_DECADES))}))(?![A-Za-z0-9])"
)
_CENTURY = compiled(rf"{_B}*(?:{words('the ')})?(?P<number>[A-Za-z0-9-]+){_B}+{words('century')}(?![A-Za-z0-9])")
_SEASONS = {
    **{"spring": ((3, 1), (6, 20)), "summer": ((6, 1), (9, 22)), "winter": ((12, 1), (3, 20))},
    **dict.fromkeys(("autumn", "fall"), ((9, 1), (12, 21))),
}
"""Seasons of the northern hemisphere, from the first of a month to the last day by the sun: months and days."""
_ONE_OR_TWO_YEARS = rf"(?P<year>[0-9]{{4}})(?:{_B}*[/{DASHES}]{_B}*(?P<last>(?:[0-9]{{2}}){{1,2}}))?(?![0-9/])"
_SEASON = compiled(
    f"{_B}*{words('(?:in )?(?:the )?')}(?P<name>{words('|'.join(_SEASONS))}){words('(?: of)? ')}{_ONE_OR_TWO_YEARS}"
)
_PLAYED = compiled(f"{_B}*{words('(?:the )?')}{_ONE_OR_TWO_YEARS}{words(' season')}(?![A-Za-z])")
"""A season of sport."""
_FISCAL = compiled(f"(?:(?:{_PARTS}){_B}+)?(?:FY|{words('(?:the )?(?:fiscal|financial|tax) ')})")
_FISCAL_YEAR = compiled(
    rf"{_B}*{words('(?:the )?')}(?:(?P<part>{_PARTS})(?:{_B}+of)?{_B}+)?"
    rf"(?:FY{_B}?['’]?|{words('(?:fiscal|financial|tax) (?:year )?')}){_B}*(?P<year>(?:[0-9]{{2}}){{1,2}})"
    rf"(?:{_B}*[/{DASHES}]{_B}*(?P<last>(?:[0-9]{{2}}){{1,2}}))?(?![0-9/])"
)
"""A fiscal year, a quarter or a half of one: `FY2024`, `Q2 FY24`, `fiscal year 2023/24`."""
_FISCAL_REASON = "a financial year, whose first month is not said: fiscal_year of the table or the column says it"
_THROUGH = compiled(f"{_B}*[{DASHES}]{_B}*(?=[A-Za-z0-9])|{words(' (?:to|until|through) ')}")
_AND = compiled(words(" and "))
_MONTHS_OF = {"early": (1, 4), "mid": (5, 8), "late": (9, 12), "start": (1, 1), "end": (12, 12)}
"""The months of a part of a year."""
_DAYS_OF = {"early": (1, 10), "mid": (11, 20), "late": (21, 31), "start": (1, 10), "end": (21, 31)}
"""The days of a part of a month."""
_YEARS_OF = {"early": (0, 3), "mid": (3, 6), "late": (6, 9), "start": (0, 3), "end": (6, 9)}
"""The years of a part of a decade."""
_PART_BEHIND = compiled(f"{_B}+(?P<part>{_PARTS})(?![A-Za-z0-9])")
# Blanks around the dash matter: see `take_period`.
_PERIOD = compiled(
    rf"{_B}*(?P<first>[0-9]{{4}})(?:{_B}*(?P<stroke>/){_B}*(?P<last>(?:[0-9]{{2}}){{1,2}})"
    rf"|(?P<gap>{_B}*)[{DASHES}]{_B}*(?P<short>[0-9]{{2}}))(?![0-9])"
)
# Minutes and seconds below 60, or it is a ratio.
_CLOCK = compiled(
    f"{_B}*"
    r"(?P<first>[0-9]{1,3}):(?P<second>[0-5][0-9])(?::(?P<third>[0-5][0-9]))?"
    r"(?:\.(?P<decimals>[0-9]{1,6}))?(?![0-9:.])"
)
# Every part is optional, so that the pattern also matches nothing: `_take_spelled_time` checks.
_IN_WORDS = words(f"(?:(?:{'|'.join(TENS)})(?:-| ))?(?:{'|'.join(SMALL)})|{'|'.join(TENS)}")
_JOINT = rf"(?:{words(' and ')}(?=(?:[0-9]{{1,2}}(?:\.[0-9]+)?|{_IN_WORDS}){_B}?(?:m|s))|{_B}*)"
# `1h45` has no unit behind its minutes.
_SPELLED = compiled(
    rf"{_B}*(?:(?P<hours>[0-9]{{1,4}}|{words('an?')}|{_IN_WORDS}){_B}?(?:hours?|hrs?|h)(?![A-Za-z]){_JOINT})?"
    rf"(?:(?P<minutes>[0-9]{{1,4}}|{_IN_WORDS}){_B}?(?:(?P<spelled>minutes?|mins?)|m)(?![a-z]){_JOINT}"
    rf"|(?:(?<=h)|(?<=h ))(?P<bare>[0-5][0-9])(?![0-9A-Za-z.,:]))?"
    rf"(?:(?P<seconds>[0-9]{{1,2}}(?:\.[0-9]{{1,6}})?){_B}?(?:seconds?|secs?|s)(?![a-z]))?"
)


class Span(NamedTuple):
    """A value with its bounds, both included; equal bounds mean an exact value."""

    value: float
    low: float
    high: float


def take_date(reader: Reader) -> Span:
    """Read a day, month, quarter, half, year or decade, or a part of one, in days since 1970.

    A day is exact. The value of anything longer is the day in its middle, its bounds are its first and last day.

    Raises:
        QuantityError: the text is not a date, or names a day that no calendar has.
    """
    start = reader.position
    part = ""
    month_of_range = None
    if reader.whole:
        reader.take(_ON)
        if reader.context.fiscal_year and (fiscal := reader.take(_FISCAL_YEAR)):
            return _days_of_fiscal_year(reader, fiscal, start)
        span = _take_named_span(reader, start)
        if span is not None:
            return span
        part = _part_of(reader.take(_PART_OF))
        month_of_range = None if part else reader.take(_MONTH_AHEAD)
    found = month_of_range or _take_first(reader, _DATES)
    if found is None:
        raise reader.error(_FISCAL_REASON if reader.take(_FISCAL) else "")
    year, months, day = _year(found), _months(reader, found), found.groupdict().get("day")
    if part:
        return _days_of_part(reader, part, year, months, bool(day), start)
    return _days(reader, year, months, (int(day), int(day)) if day else None, start)


def _take_named_span(reader: Reader, start: int) -> Span | None:
    """Read a decade, a century, a season or `the second half of 2023`, whose words begin at `start`; else None."""
    if years := _take_years(reader):
        return _days_of_years(reader, int(years.low), int(years.high), start)
    if season := _take_season(reader):
        return season
    in_parts = reader.take(_IN_PARTS)
    return _days_of_half_or_quarter(reader, in_parts, start) if in_parts else None


def _days_of_fiscal_year(reader: Reader, found: re.Match[str], start: int) -> Span:
    """Return the days of a fiscal year, or of a quarter or a half of it, by the first month that is declared.

    One of two years begins in the first of them. One of a single year ends in it, unless the declaration names it by
    its start.
    """
    declared = reader.context.fiscal_year
    first_month = MONTH_NAMES.index(declared.removesuffix(BY_START)) + 1
    year = int(found["year"])
    if len(found["year"]) == 2:
        year += 2000 if year < 50 else 1900
    if last := found["last"]:
        if int(last[-2:]) != (year + 1) % 100:
            raise reader.error("years that do not follow each other", found.start("last"))
    elif first_month > 1 and not declared.endswith(BY_START):
        year -= 1
    part = found["part"] or (behind["part"] if (behind := reader.take(_PART_BEHIND)) else "")
    ends = []
    for month in SHORT_YEARS[part] if part else (1, 12):
        years, beyond = divmod(first_month + month - 2, 12)
        ends.append(_days(reader, year + years, (beyond + 1, beyond + 1), None, start))
    low, high = ends[0].low, ends[1].high
    return Span(float((low + high + 1) // 2), low, high)


def _year(found: re.Match[str]) -> int:
    """Return the year of a date; two digits, as in `1Q21`, are one from 1950 to 2049."""
    parts = found.groupdict()
    if parts.get("year"):
        return int(parts["year"])
    short = int(parts["short"])
    return short + (2000 if short < 50 else 1900)


def _take_season(reader: Reader) -> Span | None:
    """Read `summer 2019`, `winter 2018/19` or `the 2018/19 season`, which lasts from July to June; None without one.

    Raises:
        QuantityError: the season may be that of two years.
    """
    start = reader.position
    if years := _take_years_played(reader):
        first, last = years
        days = ((7, 1), (6, 30)) if first < last else ((1, 1), (12, 31))
    elif found := reader.take(_SEASON):
        first, last = _years_of(reader, found)
        name = found["name"].lower()
        if name == "winter" and first == last:
            raise reader.error(f"the winter that begins in {first}, or that ends in it?", start)
        if name != "winter" and first < last:
            raise reader.error(f"the {name} of {first}, or of the next year?", start)
        days = _SEASONS[name]
    else:
        return None
    low, high = _day(reader, first, days[0], start), _day(reader, last, days[1], start)
    return Span(float((low + high + 1) // 2), low, high)


def _take_years_played(reader: Reader) -> tuple[int, int] | None:
    """Read `the 2018/19 season` as its first and last year; None without one."""
    found = reader.take(_PLAYED)
    return _years_of(reader, found) if found else None


def _years_of(reader: Reader, found: re.Match[str]) -> tuple[int, int]:
    """Return the years of a season, two consecutive ones. Raises QuantityError if it does not."""
    first, last = int(found["year"]), found["last"]
    if not last:
        return first, first
    if int(last[-2:]) != (first + 1) % 100:
        raise reader.error("years that do not follow each other", found.start("last"))
    return first, first + 1


def _day(reader: Reader, year: int, day: tuple[int, int], start: int) -> float:
    """Return a day of a year, by its month and its day of the month, in days since 1970."""
    return _days(reader, year, (day[0], day[0]), (day[1], day[1]), start).low


def _days_of_half_or_quarter(reader: Reader, found: re.Match[str], start: int) -> Span:
    """Return the days of `the second half of 2023`."""
    count = 2 if found["which"].lower() == "half" else 4
    nth = _NTH[found["nth"].lower()] or count
    if nth > count:
        raise reader.error("no such half", start)
    months = 12 // count
    return _days(reader, int(found["year"]), ((nth - 1) * months + 1, nth * months), None, start)


def _days_of_part(reader: Reader, part: str, year: int, months: tuple[int, int], has_day: bool, start: int) -> Span:
    """Return the days of `early 2023`, or of a part of one month."""
    if has_day or months not in ((1, 12), (months[0], months[0])):
        raise reader.error("a part of something other than a year or a month", start)
    if months == (1, 12):
        return _days(reader, year, _MONTHS_OF[part], None, start)
    return _days(reader, year, months, _DAYS_OF[part], start)


def take_last_date(reader: Reader, between: bool) -> Span | None:
    """Read the end of a range of dates, such as the rest of `2020–2022`; None if there is none."""
    joint = reader.take(_THROUGH) or (reader.take(_AND) if between else None)
    return take_date(reader) if joint else None


def _part_of(found: re.Match[str] | None) -> str:
    """Return the name of a part: early, mid, late, start or end."""
    return str(found.lastgroup) if found else ""


def _days(reader: Reader, year: int, months: tuple[int, int], days: tuple[int, int] | None, start: int) -> Span:
    """Return the first and last day of some months, or of some days within a month."""
    _check_known(reader, year, year, start)
    first_day, last_day = days or (1, 31)
    try:
        length = monthrange(year, months[1])[1]
        first = date(year, months[0], first_day)
        # A single day must exist, while a part of a month ends with it: late February on the 28th.
        last = date(year, months[1], last_day if first_day == last_day else min(last_day, length))
    except ValueError:  # months and days out of range alike
        raise reader.error("no such date", start) from None
    low, high = (first - EPOCH).days, (last - EPOCH).days
    # A whole day: of an even number, the later one of the middle two.
    return Span(float((low + high + 1) // 2), float(low), float(high))


def _check_known(reader: Reader, first: int, last: int, start: int) -> None:
    """Refuse years that `schemas.units` does not have."""
    if first < FIRST_YEAR or last > LAST_YEAR:
        raise reader.error(f"outside the years {FIRST_YEAR} to {LAST_YEAR}", start)


def _days_of_years(reader: Reader, first: int, last: int, start: int) -> Span:
    """Return the days from the first of one year to the last of another."""
    low, high = _days(reader, first, (1, 12), None, start).low, _days(reader, last, (1, 12), None, start).high
    return Span(float((low + high + 1) // 2), low, high)


def _take_years(reader: Reader) -> Span | None:
    """Read a decade such as `the mid-1990s`, or a century, as its first and last year; None for anything else."""
    start = reader.position
    part = _part_of(reader.take(_PART_OF))
    years = None
    if decade := reader.take(_DECADE):
        years = _years_of_decade(decade, part)
    elif not part and (century := reader.take(_CENTURY)):
        years = _years_of_century(century["number"])
    if years is None:
        reader.position = start
    return years


def _years_of_decade(found: re.Match[str], part: str) -> Span | None:
    """Return the years of a decade, or of a part of it; None outside the known years."""
    first = int(found["decade"] or 0) or 1900 + int(found["short"] or _DECADES[found["word"].lower()])
    if first < FIRST_YEAR or first + 9 > LAST_YEAR:
        return None
    low, high = _YEARS_OF[part] if part else (0, 9)
    return Span(first + (low + high) / 2, float(first + low), float(first + high))


def _years_of_century(number: str) -> Span | None:
    """Return the years of a century by its ordinal; None for another word, or outside the known years."""
    ordinal = read_ordinal(number, 0, len(number))
    first = 100 * (ordinal[0] - 1) if ordinal else 0
    if not FIRST_YEAR <= first <= LAST_YEAR - 100:
        return None
    # 1800 and 1900 are both in the 19th century to some.
    return Span(first + 50.0, float(first), float(first + 100))


def _take_first(reader: Reader, patterns: Sequence[re.Pattern[str]]) -> re.Match[str] | None:
    """Take what the first pattern that matches here finds."""
    for pattern in patterns:
        found = reader.take(pattern)
        if found is not None:
            return found
    return None


def _months(reader: Reader, found: re.Match[str]) -> tuple[int, int]:
    """Return the first and the last month of a date; a part of a year may also follow it, as in `2024 Q1`."""
    parts = found.groupdict()
    if parts.get("name"):
        month = MONTHS[parts["name"].lower()]
        return month, month
    if parts.get("month"):
        return int(parts["month"]), int(parts["month"])
    part = parts.get("part")
    # Only a bare ISO year: behind `May 2024` a `Q2` would be a second date.
    if found.re.pattern == _DATES[0].pattern:
        behind = reader.take(_PART_BEHIND)
        part = behind["part"] if behind else None
    return SHORT_YEARS[part] if part else (1, 12)


def take_period(reader: Reader) -> Span | None:
    """Read `2017/18`, `2017–18` or `the 1990s` as the years from the first to the last; None for anything else.

    Raises:
        QuantityError: the second number may be a month, or is not a later year.
    """
    if reader.whole:
        if years := _take_years(reader):
            return years
        if played := _take_years_played(reader):
            return Span(sum(played) / 2, float(played[0]), float(played[1]))
    found = reader.take(_PERIOD)
    if found is None:
        return None
    first, printed = int(found["first"]), found["last"] or found["short"]
    last = _last_year(first, printed)
    # `2017-05` and `2017/05` are months too. Blanks around a dash rule that out.
    if _is_month(printed) and not found["gap"]:
        raise reader.error(f"{first} to {last}, or month {int(printed)} of {first}?", found.start())
    if first >= last:
        raise reader.error("years out of order", found.start())
    _check_known(reader, first, last, found.start())
    return Span((first + last) / 2, float(first), float(last))


def _last_year(first: int, printed: str) -> int:
    """Return the last year of a period, which has four digits or two."""
    if len(printed) == 4:
        return int(printed)
    # A year of the same century, but for `00`, which begins the next: 1999/00 ends in 2000.
    return first - first % 100 + (int(printed) or 100)


def _is_month(printed: str) -> bool:
    """Whether digits may be a month."""
    return len(printed) == 2 and 1 <= int(printed) <= 12


def take_time(reader: Reader) -> Span | None:
    """Read hours, minutes and seconds in the reader's unit, known to half of the last printed part.

    None if there are none.

    Raises:
        QuantityError: the text is a clock such as `3:56`, and no column declares which one.
    """
    start = reader.position
    time = _take_clock(reader) or _take_spelled_time(reader)
    if time is None:
        reader.position = start
        return None
    reader.unit_seen = True
    total, last = (part / SECONDS[reader.unit.symbol] for part in time)
    return Span(float(total), max(float(total - last / 2), 0.0), float(total + last / 2))


def _take_clock(reader: Reader) -> tuple[Fraction, Fraction] | None:
    """Read `4:35.2`; return the seconds of the time and of its last printed part."""
    found = reader.take(_CLOCK)
    return _clock(reader, found) if found else None


def _take_spelled_time(reader: Reader) -> tuple[Fraction, Fraction] | None:
    """Read `1h 20m`; return the seconds of the time and of its last printed part."""
    found = reader.take(_SPELLED)
    if found is None or not _is_time(found):
        return None
    # Each part takes the blanks behind it, of which the last belong to what follows.
    reader.position = found.start() + len(found[0].rstrip(BLANKS))
    seconds = found["seconds"]
    minutes = found["minutes"] or found["bare"]
    total = 3600 * _count(found["hours"]) + 60 * _count(minutes) + Fraction(seconds or 0)
    if seconds:
        return total, Fraction(1, 10 ** len(seconds.partition(".")[2]))
    return total, Fraction(60 if minutes else 3600)


def _is_time(spelled: re.Match[str]) -> bool:
    """Whether words with hours, minutes or seconds are a time only."""
    if not (spelled["hours"] or spelled["seconds"] or spelled["spelled"]):
        return False  # `5 m` alone is five metres, or million
    parts = [spelled[part] for part in ("hours", "minutes", "bare", "seconds") if spelled[part]]
    is_duration_in_words = len(parts) == 1 and not parts[0][0].isdigit()  # two hours
    return not is_duration_in_words


def _count(text: str | None) -> int:
    """Return a number below a hundred in words, or one in digits; 0 without one."""
    if not text:
        return 0
    if text.isdigit():
        return int(text)
    return sum(SMALL.get(word) or TENS.get(word) or 1 for word in re.split(r"[^a-z]+", text.lower()))


def _clock(reader: Reader, found: re.Match[str]) -> tuple[Fraction, Fraction]:
    """Return the seconds of a clock, and the size of its last printed part."""
    first, second, third, decimals = int(found["first"]), int(found["second"]), found["third"], found["decimals"]
    # Three parts or a decimal point leave no doubt; two parts need a declaration.
    if third is None and decimals is None:
        if not reader.context.clock:
            reason = f"{first} min {second} s, or {first} h {second} min? its column declares which"
            raise reader.error(reason, found.start())
        if reader.context.clock == "h:m":
            return Fraction(3600 * first + 60 * second), Fraction(60)
    last = Fraction(1, 10 ** len(decimals or ""))
    seconds = 60 * first + second if third is None else 3600 * first + 60 * second + int(third)
    return seconds + int(decimals or 0) * last, last
