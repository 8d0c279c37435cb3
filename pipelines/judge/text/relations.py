"""Findings on what a sentence says of two or three of its numbers: shares, multiples, points and years.

Belongs here: relations that words between the numbers state. Does not: changes of a subject (`arithmetic`), totals
(`totals`), or tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil, floor
from operator import attrgetter
from typing import NamedTuple

from tidebook.pipelines.judge.text.arithmetic import Checks, Interval, change_between, printed_like
from tidebook.pipelines.judge.text.finding import Finding, finding, share_off
from tidebook.pipelines.judge.text.prose import DURATIONS, Sentence, StatedNumber
from tidebook.pipelines.judge.text.words import NUMBER_WORDS
from tidebook.pipelines.read.formatting import format_number
from tidebook.pipelines.read.grouping import grouped
from tidebook.pipelines.read.text.document import Document

_OF = re.compile(
    r"\s*(?:(?:[a-z-]+\s+){0,2}(?:out\s+)?of\s+(?:(?:the|its|our|their|all|a|total|some)\s+){0,3})", re.IGNORECASE
)
RATE_OPENS = re.compile(
    r"[^.;%]{0,60}?(?:\(\s*(?:or\s+)?|,?\s+or\s+|,\s*|,\s+(?:that|which)\s+is\s+|,\s+a\s+share\s+of\s+)$"
    r"|(?:\s+[a-z]+){0,2}\s+(?:as|=)\s+$",
    re.IGNORECASE,
)
_WHOLE_FIRST = re.compile(r"\bof (?:(?:the|all|its|these|our) )*$", re.IGNORECASE)
_THEN_PART = re.compile(r"(?:[^.;:()\d]{0,60},|\s+[a-z]+)\s*(?:(?:only|just|some|about) )?$", re.IGNORECASE)
"""Around the whole in `Of 200 shops, 50 (25%)`."""
_OF_WHICH = re.compile(r"[^.;:()\d]{0,60}\bof (?:which|whom|these|those|them)\b[^.;:()\d]{0,30}", re.IGNORECASE)
"""Between the whole and its part in `200 shops, of which 50 (25%)`."""

_OF_THEM = re.compile(r"\s+of (?:them|these|those|whom|which)\b")
"""Behind the part in `200 shops, and 50 of them (25%)`."""

_PART_OPENS = re.compile(r"(?:\s+[a-z-]+){0,3}\s*\((?:n\s?=\s?)?", re.IGNORECASE)
"""Before the part in `48% of the 840 patients (403)`."""
_OF_ANOTHER = re.compile(
    r"\)?,?\s+(?:of\s+(?!(?:the|all|its|our|their|total|these|those|that)\b)"
    r"|(?:more|fewer|less|higher|lower|larger|greater|smaller|above|below|up|down)\b)",
    re.IGNORECASE,
)
"""Behind a rate that is not a share of the whole before: `72 of 519 MB, 89% of what another needs`, `12% more than`."""
_OPENING = re.compile(r"\W*(?:of|among|in|with|for|when|after|at|from|out of|by|if)\b[^,;:]*", re.IGNORECASE)
"""Before an amount that opens a sentence: `Among the 120 voters, 20% of the 250 members` states no share of 120."""

_POINTS = re.compile(r"\D*\d[\d.,]*[\s-]*points?\b", re.IGNORECASE)
"""A number of percentage points that is printed without `percentage`."""
_POINT_UNITS = {"percentage point": (1, "percentage points"), "basis point": (100, "basis points")}
"""Units of a difference between percentages: how many of it are a percentage point, and its plural."""

_WORD_TIMES = {"twice": 2.0, "double": 2.0, "triple": 3.0, "half": 0.5, "a third of": 1 / 3, "a quarter of": 0.25}
_WORD_TIMES |= {f"{word} times": float(count) for word, count in NUMBER_WORDS.items()}
_FRACTIONS = {"half": 1 / 2, "one half": 1 / 2, "two thirds": 2 / 3, "two-thirds": 2 / 3, "three quarters": 3 / 4}
_FRACTIONS |= {"a third": 1 / 3, "one third": 1 / 3, "a quarter": 1 / 4, "one quarter": 1 / 4, "a fifth": 1 / 5}
_AS_MANY_AS = r"as\s+(?:many|much|high|large|long)\s+as"
_OTHER_NUMBER = (
    rf"(?:{_AS_MANY_AS}\s+(?:(?!and\b|but\b)[a-z’'-]+\s+){{1,4}}(?:with|had|has)\s+"
    rf"|(?:(?:{_AS_MANY_AS}|the|that|of|in|its|a|what|was|were|is|it|they|there|had|been|when|last"
    r"|previous|usual|normal|original|average|year|years|quarter|month|before|earlier|ago|level|figure|number|amount|(?:19|20)\d\d)[\s,]+){0,9})$"
)
"""The words between a multiple and the number that it is of."""
_AT_LEAST = r"(?P<least>(?:more|greater|higher|larger)\s+than|over|above|at\s+least|beyond)"
_AT_MOST = r"(?P<most>(?:less|fewer|lower|smaller)\s+than|under|below|at\s+most|up\s+to|not\s+(?:quite|even))"
_TIMES = (
    rf"\b(?:(?:{_AT_LEAST}|{_AT_MOST})\s+)?(?:exactly\s+|about\s+|nearly\s+|almost\s+|roughly\s+)?"
    rf"(?:(?P<times>{'|'.join(_WORD_TIMES)}|(?P<number>\d+(?:\.\d+)?)\s+times)"
)
_MULTIPLE = re.compile(
    rf"{_TIMES}"
    rf"|(?P<fraction>{'|'.join(_FRACTIONS)})\s+(?:(?P<less>less|fewer|lower|smaller|below)|more|higher|larger|above)"
    rf"(?:\s+than)?)\s+{_OTHER_NUMBER}",
    re.IGNORECASE,
)
_AS_MANY_BEHIND = re.compile(
    rf"[^.;:()\d$€£]{{0,40}}?[,(–—]\s*(?:or\s+)?{_TIMES})\s+as\s+(?:many|much|high|large|long)\b\s*(?:[.,;)]|$)",
    re.IGNORECASE,
)
"""Behind two numbers of which the second is a multiple of the first: `21 and 84, four times as many`."""
_MULTIPLE_ROOM = 0.1
"""How far from a multiple in words the ratio may be, as a share."""


def judge_relations(document: Document, sentence: Sentence) -> Checks:
    """Compare the numbers of a sentence that its words relate."""
    checks = Checks([], [])
    for judge in (_shares, _multiples, _points):
        each = judge(document, sentence)
        checks.findings.extend(each.findings)
        checks.agreeing.extend(each.agreeing)
    checks.findings.extend(_spans(document, sentence))
    return checks


def between(sentence: Sentence, first: StatedNumber, second: StatedNumber) -> str:
    """Return the words between two numbers."""
    return sentence.block.text[first.end : second.start]


def _shares(document: Document, sentence: Sentence) -> Checks:
    """A of B (P %); of B, A (P %); or A, P % of B."""
    checks = Checks([], [])
    numbers = [each for each in sentence.numbers if each.is_plain]
    for three in zip(numbers, numbers[1:], numbers[2:], strict=False):
        share = _stated_share(sentence, *three)
        if share is None:
            continue
        if odd := share_finding(document, sentence, *share):
            checks.findings.append(odd)
        else:
            checks.agreeing.extend(share)
    return checks


def _stated_share(
    sentence: Sentence, first: StatedNumber, second: StatedNumber, third: StatedNumber
) -> tuple[StatedNumber, StatedNumber, StatedNumber] | None:
    """Return part, whole and percentage as three numbers in a row state them, or None."""
    if first.unit == "percent":
        part, whole, rate = third, second, first
        is_stated = _is_rate_first(sentence, rate, whole, part)
    elif second.unit == "percent":
        part, whole, rate = first, third, second
        is_stated = _is_rate_between(sentence, part, rate, whole)
    else:
        is_whole_first = _is_whole_first(sentence, first, second)
        (whole, part), rate = (first, second) if is_whole_first else (second, first), third
        is_of = is_whole_first or _OF.fullmatch(between(sentence, part, whole))
        is_stated = bool(is_of) and _is_rate_last(sentence, second, rate)
    return (part, whole, rate) if is_stated and _may_be_share(part, whole, rate) else None


def _may_be_share(part: StatedNumber, whole: StatedNumber, rate: StatedNumber) -> bool:
    if rate.unit != "percent" or part.unit == "percent":
        return False
    return are_alike(part, whole) and part.size <= whole.size and whole.size != 0


def _is_rate_first(sentence: Sentence, rate: StatedNumber, whole: StatedNumber, part: StatedNumber) -> bool:
    """P % of B (A)."""
    is_of = _OF.fullmatch(between(sentence, rate, whole)) and _PART_OPENS.fullmatch(between(sentence, whole, part))
    return bool(is_of) and sentence.block.text[part.end : part.end + 1] == ")"


def _is_rate_between(sentence: Sentence, part: StatedNumber, rate: StatedNumber, whole: StatedNumber) -> bool:
    """A, P % of B."""
    is_of = RATE_OPENS.fullmatch(between(sentence, part, rate)) and _OF.fullmatch(between(sentence, rate, whole))
    return bool(is_of) and not _OPENING.fullmatch(sentence.block.text, sentence.start, part.start)


def _is_rate_last(sentence: Sentence, before: StatedNumber, rate: StatedNumber) -> bool:
    """A of B (P %), or of B, A (P %)."""
    is_behind = RATE_OPENS.fullmatch(between(sentence, before, rate))
    return bool(is_behind) and not _OF_ANOTHER.match(sentence.block.text, rate.end)


def are_alike(one: StatedNumber, other: StatedNumber) -> bool:
    """Whether two numbers may be in one unit: where one has none, it may be left out."""
    if one.measure and other.measure and one.measure != other.measure:
        return False
    return one.unit == other.unit or ("number" in (one.unit, other.unit) and "percent" not in (one.unit, other.unit))


def share_finding(
    document: Document, sentence: Sentence, part: StatedNumber, whole: StatedNumber, rate: StatedNumber
) -> Finding | None:
    """Return the finding on a percentage that a part of a whole is not."""
    low, high = _ratio(part, whole)
    if 100 * low - rate.slack <= rate.size <= 100 * high + rate.slack:
        return None
    follows = 100 * part.size / whole.size
    expected = like(follows, rate)
    why = f"{part.text} of {whole.text} is {expected}, not {rate.text}"
    return odd_relation(document, sentence, "share", rate, (part, whole), expected, why, follows)


def _is_whole_first(sentence: Sentence, first: StatedNumber, second: StatedNumber) -> bool:
    if _OF_WHICH.fullmatch(between(sentence, first, second)) or _OF_THEM.match(sentence.block.text, second.end):
        return True
    before = sentence.block.text[sentence.start : first.start]
    return bool(_WHOLE_FIRST.search(before) and _THEN_PART.fullmatch(between(sentence, first, second)))


def is_count(stated: StatedNumber) -> bool:
    """Whether a number is whole, without a currency or a magnitude."""
    return stated.quantity.value.is_integer() and re.fullmatch(r"[\d,]+(?: [a-z]+)?", stated.text) is not None


def _ratio(part: StatedNumber, whole: StatedNumber) -> tuple[float, float]:
    """Return the least and the greatest ratio of two numbers; whole numbers without a magnitude are counts."""
    slacks = [0.0 if is_count(stated) else stated.slack for stated in (part, whole)]
    low = (part.size - slacks[0]) / (whole.size + slacks[1])
    # The whole may be zero before rounding; then the bound is as good as infinite.
    high = (part.size + slacks[0]) / max(whole.size - slacks[1], 1e-300)
    # A little more on both sides for errors of floats.
    return low * (1 - 1e-9), high * (1 + 1e-9)


def _multiples(document: Document, sentence: Sentence) -> Checks:
    """A, twice B, or a third less than B; or B and A, twice as many."""
    checks = Checks([], [])
    numbers = sorted([*sentence.numbers, *sentence.durations], key=lambda stated: stated.start)
    for first, second in pairwise(numbers):
        multiple = _stated_multiple(sentence, numbers, first, second)
        if multiple is None or not _may_be_multiple(multiple.one, multiple.other):
            continue
        if _is_multiple(*multiple):
            checks.agreeing.extend((first, second))
        else:
            checks.findings.append(_odd_multiple(document, sentence, *multiple))
    return checks


class _Multiple(NamedTuple):
    """Words that state a multiple, the number that is the multiple, and its base."""

    stated: re.Match[str]
    one: StatedNumber
    other: StatedNumber


def _stated_multiple(
    sentence: Sentence, numbers: Sequence[StatedNumber], first: StatedNumber, second: StatedNumber
) -> _Multiple | None:
    """Return the multiple that the words between two neighbouring numbers state, else those behind both."""
    if stated := _MULTIPLE.search(between(sentence, first, second)):
        return _Multiple(stated, first, second)
    behind = _AS_MANY_BEHIND.match(sentence.block.text, second.end, sentence.end)
    if behind and _are_of_one_thing(sentence, numbers, first, second):
        return _Multiple(behind, second, first)
    return None


def _may_be_multiple(one: StatedNumber, other: StatedNumber) -> bool:
    is_alike = one.unit == other.unit if one.unit in DURATIONS else are_alike(one, other)
    return is_alike and one.is_plain and other.is_plain and other.size != 0


def _odd_multiple(
    document: Document, sentence: Sentence, stated: re.Match[str], one: StatedNumber, other: StatedNumber
) -> Finding:
    """Return the finding on a number that is another multiple than words say."""
    times = _times(stated)
    expected = f"{format_number(one.size / other.size, 3)} times"
    words = stated["times"] or f"{format_number(times, 3)} times"
    why = f"{one.text} is {expected} {other.text}, not {words}"
    return odd_relation(document, sentence, "multiple", one, (other,), expected, why, times * other.size)


def _are_of_one_thing(
    sentence: Sentence, numbers: Sequence[StatedNumber], first: StatedNumber, second: StatedNumber
) -> bool:
    """Whether the only two numbers of a sentence have the same noun behind them: `21 people here, there 84 people`."""
    things = [_THING.match(sentence.block.text, each.end) for each in (first, second)]
    nouns = {thing[1].lower() for thing in things if thing}
    return len(nouns) < 2 and not any(are_alike(each, second) for each in numbers if each not in (first, second))


_THING = re.compile(r"\s+([A-Za-z]+)")


def _is_multiple(stated: re.Match[str], one: StatedNumber, other: StatedNumber) -> bool:
    """Whether a number is a stated multiple of another, within rounding."""
    times = _times(stated)
    room = times * _MULTIPLE_ROOM if not stated["number"] else max(times * _MULTIPLE_ROOM / 2, 0.05)
    low, high = _ratio(one, other)
    is_enough = high >= times - room or stated["most"] is not None
    return is_enough and (low <= times + room or stated["least"] is not None)


def _times(stated: re.Match[str]) -> float:
    """Return the multiple that words state: twice is 2, a third less 2/3."""
    if stated["number"]:
        return float(stated["number"])
    if stated["times"]:
        return _WORD_TIMES[stated["times"].lower()]
    fraction = _FRACTIONS[" ".join(stated["fraction"].lower().split())]
    return 1 - fraction if stated["less"] else 1 + fraction


def _points(document: Document, sentence: Sentence) -> Checks:
    """From A % to B %, up P points or P %."""
    percents = [each for each in sentence.numbers if each.unit == "percent" and each.is_plain]
    by_role = grouped(percents, attrgetter("role"))
    before, after = by_role["old"], by_role["new"] or by_role["level"]
    if len(before) != 1 or len(after) != 1 or before[0].region != after[0].region:
        return Checks([], [])
    ends = before[0], after[0]
    results = [each for each in sentence.numbers if each.region == before[0].region and each not in ends]
    return points_between(document, sentence, *ends, results)


def points_between(
    document: Document, sentence: Sentence, before: StatedNumber, after: StatedNumber, results: Sequence[StatedNumber]
) -> Checks:
    """Compare the stated points or rate with the change between two percentages."""
    checks = Checks([], [])
    points = change_between(after, before, is_rate=False)
    rate = change_between(after, before, is_rate=True)
    assert points is not None
    for stated in results:
        if not stated.is_plain:
            continue
        if stated.unit in _POINT_UNITS or _POINTS.match(sentence.block.text, stated.start):
            times, unit = _POINT_UNITS.get(stated.unit, _POINT_UNITS["percentage point"])
            if points.low * times - stated.slack <= stated.size <= points.high * times + stated.slack:
                checks.agreeing.extend((before, after, stated))
                continue
            expected = f"{format_number(points.middle * times, 3)} {unit}"
        elif rate is not None and _is_rate_missed(stated, points, rate):
            expected = f"{format_number(points.middle, 3)} points, or {format_number(rate.middle, 3)} %"
        else:
            continue
        why = f"from {before.text} to {after.text} is {expected}, not {stated.text}"
        odd = odd_relation(document, sentence, "points", stated, (before, after), expected, why, points.middle)
        checks.findings.append(odd)
    return checks


def _is_rate_missed(stated: StatedNumber, points: Interval, rate: Interval) -> bool:
    """Whether a percentage is stated as the rate between two others and is not: it may be their points."""
    if stated.role != "rate" or stated.unit != "percent" or rate.allows(stated):
        return False
    # A number that is far more than the points is the change of something else.
    return points.allows(stated) or abs(stated.size - points.middle) <= 2 * points.middle


# Years

_YEAR = r"(?:1[5-9]|20)\d\d"
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(NUMBER_WORDS)})"
_YEARS = re.compile(_YEAR)
_FIRST, _LAST = rf"(?P<first>{_YEAR})", rf"(?P<last>{_YEAR})"
_PERIOD = r"[- ]years?(?: period| span| run| stretch)?"
_BORN = rf"\bborn\s+(?:on\s+|in\s+)?[^.;]{{0,30}}?{_FIRST}\b[^.;]{{0,100}}?"
_AT = r"(?:aged|at(?: the age of)?)"
_SPANS = (
    rf"\b{_COUNT}{_PERIOD},?\s+(?:from|between)\s+{_FIRST}\s+(?:to|and|until|through)\s+{_LAST}",
    rf"\b{_COUNT}{_PERIOD}\s*\({_FIRST}\s?[-–]\s?{_LAST}\)",
    rf"\b(?:from|between)\s+{_FIRST}\s+(?:to|and|until)\s+{_LAST},?\s+(?:or\s+|a (?:period|span) of\s+)?{_COUNT}"
    r"\s+years\b",
    rf"\b{_FIRST}\b[^.;]{{0,80}}?\b{_COUNT}\s+years\s+later,?\s+in\s+{_LAST}",
    rf"{_BORN}\bdied\b[^.;]{{0,40}}?{_LAST},?\s+{_AT}\s+{_COUNT}\b",
    rf"{_BORN}\b(?:was|{_AT})\s+{_COUNT}\s+(?:years old\s+)?(?:when[^.;]{{0,60}}?\s)?in\s+{_LAST}",
)
_SPAN_OF_YEARS = [re.compile(each, re.IGNORECASE) for each in _SPANS]


def _spans(document: Document, sentence: Sentence) -> Iterator[Finding]:
    """Yield numbers of years that two years deny; both ends may count, and a birthday may be still to come."""
    text = sentence.block.text
    if "year" not in sentence.text and "born" not in sentence.text:
        return
    if len(_YEARS.findall(text, sentence.start, sentence.end)) < 2:
        return
    for pattern in _SPAN_OF_YEARS:
        found = pattern.search(text, sentence.start, sentence.end)
        if found is None:
            continue
        count = NUMBER_WORDS.get(found["count"].lower()) or int(found["count"])
        years = int(found["last"]) - int(found["first"])
        if years < 0 or years - 1 <= count <= years + 1:
            return
        span = sentence.span(*found.span("count"))
        others = [sentence.span(*found.span(name)) for name in ("first", "last")]
        why = f"from {found['first']} to {found['last']} are {years} years, not {found['count']}"
        off = share_off(years, count)
        yield finding(document, "years", "likely", span, sentence.text, f"{years}", why, others, off)
        return


def odd_relation(
    document: Document,
    sentence: Sentence,
    kind: str,
    stated: StatedNumber,
    others: Sequence[StatedNumber],
    expected: str,
    why: str,
    follows: float,
) -> Finding:
    """Return the finding on a number that others of its sentence deny."""
    spans = [sentence.span_of(each) for each in others]
    off = share_off(follows, stated.size)
    return finding(document, kind, "certain", sentence.span_of(stated), sentence.text, expected, why, spans, off)


def like(value: float, stated: StatedNumber) -> str:
    """Return a value in the form of a number: a whole number, or with its magnitude."""
    is_whole = ceil(value) == floor(value)
    return (
        f"{value:,.0f}"
        if is_whole and stated.unit == "number" and value < 1e9
        else printed_like(value, stated, is_rate=False)
    )
