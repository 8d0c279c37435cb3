"""Periods that labels and sentences name: years, quarters, halves, months.

Belongs here: finding them in words. Does not: the form of dates in cells and evidence (`read.quantities`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, total_ordering

_ORDINALS = {"first": "Q1", "second": "Q2", "third": "Q3", "fourth": "Q4"}
YEAR_TO = "year to "
"""Before the month in which a year ends, among the times that a sentence names."""
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_PLACE_OF_MONTH = {month: place for place, month in enumerate(_MONTHS.split("|"))}
_PERIOD = re.compile(
    r"\b(?P<span>[QH][1-4]\s?[-–]\s?[QH][1-4]|[69]M|12M)\s?['’]?\s?(?P<span_year>(?:19|20)\d\d|\d\d)\b"
    r"|(?P<part>[QH][1-4])\s?['’]?\s?(?P<part_year>(?:(?:19|20)\d\d|\d\d))\b"
    r"|\b(?P<year_first>(?:19|20)\d\d)[- ]?(?P<part_last>[QH][1-4])\b"
    r"|\b(?P<bare_part>Q[1-4])\b"
    r"|\b(?P<ordinal>first|second|third|fourth)[- ]quarter\b(?:\s+of\s+(?P<ordinal_year>(?:19|20)\d\d))?"
    rf"|(?:\b(?P<month>{_MONTHS})[a-z]*\.?\s+(?:\d{{1,2}},?\s+)?)?(?<![\d.,$€£])(?P<year>(?:19|20)\d\d)"
    r"(?:\s?[-–/]\s?(?P<until>\d\d(?:\d\d)?))?(?![\d%]|[.,]\d)"
    r"|\b(?:FY|CY|F)\s?['’]?(?P<fiscal>\d\d)\b"
)


@total_ordering
@dataclass(frozen=True)
class Period:
    """A year with its part, such as `Q3`, `Q1-Q3` or `Mar`; year 0 where only the part is named."""

    year: int
    part: str = ""

    def __lt__(self, other: Period) -> bool:
        """Whether it is before another one; months are in their own order."""
        return self._order < other._order

    @property
    def _order(self) -> tuple[int, int, str]:
        return self.year, _PLACE_OF_MONTH.get(self.part, -1), self.part

    @property
    def is_quarter_or_half(self) -> bool:
        """Whether it is a quarter or a half of a year, or several of them."""
        return self.part[1:2].isdigit() or self.part[:1].isdigit()

    def fits(self, other: Period) -> bool:
        """Whether both may name the same period: what one leaves out, the other may say; a quarter is no year."""
        if self.year and other.year and self.year != other.year:
            return False
        if self.is_quarter_or_half or other.is_quarter_or_half:
            return self.part == other.part
        return not self.part or not other.part or self.part == other.part

    def years_back(self, count: int) -> Period:
        """Return the same part of the year, some years before."""
        return Period(self.year - count, self.part)


@cache
def periods_in(text: str) -> tuple[tuple[int, int, Period], ...]:
    """Return the periods that a text names, with their places."""
    return tuple((match.start(), match.end(), _period(match)) for match in _PERIOD.finditer(text))


def _period(match: re.Match[str]) -> Period:
    if match["span"]:
        return Period(_full_year(match["span_year"]), match["span"].replace(" ", "").replace("–", "-"))
    if match["part"]:
        return Period(_full_year(match["part_year"]), match["part"])
    if match["year_first"]:
        return Period(int(match["year_first"]), match["part_last"])
    if match["bare_part"]:
        return Period(0, match["bare_part"])
    if match["ordinal"]:
        return Period(int(match["ordinal_year"] or 0), _ORDINALS[match["ordinal"].lower()])
    if match["fiscal"]:
        return Period(_full_year(match["fiscal"]))
    year = match["year"]
    if match["until"]:  # a season or a fiscal year is named by the year in which it ends
        year = year[: -len(match["until"])] + match["until"]
    return Period(int(year), match["month"] or "")


def _full_year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)
