"""Findings on what a sentence says of two or three of its numbers: shares, totals, multiples, points and years.

Belongs here: relations that words between the numbers state. Does not: changes of a subject (`arithmetic`), or tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil, floor

from tidebook.pipelines.judge.text.arithmetic import Stated, change_between, said_like
from tidebook.pipelines.judge.text.finding import Finding, finding, share_off
from tidebook.pipelines.judge.text.prose import Said, Sentence
from tidebook.pipelines.judge.text.words import NUMBER_WORDS
from tidebook.pipelines.read.formatting import format_number
from tidebook.pipelines.read.text.document import Document

_OF = re.compile(
    r"\s*(?:(?:[a-z-]+\s+){0,2}(?:out\s+)?of\s+(?:(?:the|its|our|their|all|a|total|some)\s+){0,3})", re.IGNORECASE
)
RATE_OPENS = re.compile(r"[^.;%]{0,60}?(?:\(\s*(?:or\s+)?|,?\s+or\s+|,\s*)$", re.IGNORECASE)
_TOGETHER = re.compile(
    r"\b(?:together|combined|altogether|in all|in total|for a total of|a total of|adds? up to|add to|sums? to|sum of"
    r"|totall?ing)"
    r"\s*(?:of\s+|for\s+|a\s+|are\s+|is\s+|were\s+|make\s+|made\s+)*(?:about\s+|some\s+|nearly\s+)?$",
    re.IGNORECASE,
)
_INCLUDES = re.compile(r"\binclud(?:e|es|ed|ing)\b", re.IGNORECASE)
"""Between amounts, the second of which is then a part of the first, and not an item beside it."""

_WHOLE_FIRST = re.compile(r"\bof (?:(?:the|all|its|these|our) )*$", re.IGNORECASE)
_THEN_PART = re.compile(r"[^.;:()\d]{0,60},\s*(?:(?:only|just|some|about) )?$", re.IGNORECASE)
"""Around the whole in `Of 200 shops, 50 (25%)`."""
_OF_WHICH = re.compile(r"[^.;:()\d]{0,60}\bof (?:which|whom|these|those|them)\b[^.;:()\d]{0,30}", re.IGNORECASE)
"""Between the whole and its part in `200 shops, of which 50 (25%)`."""

_POINTS = re.compile(r"\D*\d[\d.,]*[\s-]*points?\b", re.IGNORECASE)
"""A number of percentage points that is printed without `percentage`."""

_WORD_TIMES = {"twice": 2.0, "double": 2.0, "triple": 3.0, "three times": 3.0, "four times": 4.0, "five times": 5.0}
_WORD_TIMES |= {"ten times": 10.0, "half": 0.5, "a third of": 1 / 3, "a quarter of": 0.25}
_FRACTIONS = {"half": 1 / 2, "one half": 1 / 2, "two thirds": 2 / 3, "two-thirds": 2 / 3, "three quarters": 3 / 4}
_FRACTIONS |= {"a third": 1 / 3, "one third": 1 / 3, "a quarter": 1 / 4, "one quarter": 1 / 4, "a fifth": 1 / 5}
_OTHER_NUMBER = (
    r"(?:(?:as\s+(?:many|much|high|large|long)\s+as|the|that|of|in|its|a|what|was|were|is|it|they|there|had|been|when|last"
    r"|previous|year|years|quarter|month|before|earlier|ago|level|figure|number|amount|(?:19|20)\d\d)[\s,]+){0,9}$"
)
"""The words between a multiple and the number that it is of."""
_MULTIPLE = re.compile(
    rf"\b(?P<exactly>exactly\s+)?(?:(?P<times>{'|'.join(_WORD_TIMES)}|(?P<number>\d+(?:\.\d+)?)\s+times)"
    rf"|(?P<fraction>{'|'.join(_FRACTIONS)})\s+(?:(?P<less>less|fewer|lower|smaller|below)|more|higher|larger|above)"
    rf"(?:\s+than)?)\s+{_OTHER_NUMBER}",
    re.IGNORECASE,
)
_MULTIPLE_ROOM = 0.1
"""How far from a multiple in words the ratio may be, as a share."""


def judge_relations(document: Document, sentence: Sentence) -> Stated:
    """Compare the numbers of a sentence that its words relate."""
    stated = Stated([], [])
    for judge in (_shares, _totals, _multiples, _points):
        each = judge(document, sentence)
        stated.findings.extend(each.findings)
        stated.agreeing.extend(each.agreeing)
    stated.findings.extend(_spans(document, sentence))
    return stated


def _between(sentence: Sentence, first: Said, second: Said) -> str:
    return sentence.block.text[first.end : second.start]


def _shares(document: Document, sentence: Sentence) -> Stated:
    """A of B (P %), or of B, A (P %)."""
    stated = Stated([], [])
    numbers = [each for each in sentence.numbers if each.is_plain]
    for first, second, rate in zip(numbers, numbers[1:], numbers[2:], strict=False):
        is_whole_first = _is_whole_first(sentence, first, second)
        whole, part = (first, second) if is_whole_first else (second, first)
        if (
            not are_alike(part, whole)
            or rate.unit != "percent"
            or part.unit == "percent"
            or not part.size <= whole.size
            or not whole.size
        ):
            continue
        is_of = is_whole_first or _OF.fullmatch(_between(sentence, part, whole))
        if not is_of or not RATE_OPENS.fullmatch(_between(sentence, second, rate)):
            continue
        if odd := share_finding(document, sentence, part, whole, rate):
            stated.findings.append(odd)
        else:
            stated.agreeing.extend((part, whole, rate))
    return stated


def are_alike(one: Said, other: Said) -> bool:
    """Whether two numbers may be in one unit: where one has none, it may be left out."""
    return one.unit == other.unit or ("number" in (one.unit, other.unit) and "percent" not in (one.unit, other.unit))


def share_finding(document: Document, sentence: Sentence, part: Said, whole: Said, rate: Said) -> Finding | None:
    """Return the finding on a percentage that a part of a whole is not."""
    low, high = _ratio(part, whole)
    if 100 * low - rate.slack <= rate.size <= 100 * high + rate.slack:
        return None
    follows = 100 * part.size / whole.size
    expected = _like(follows, rate)
    why = f"{part.text} of {whole.text} is {expected}, not {rate.text}"
    return _odd(document, sentence, "share", rate, (part, whole), expected, why, follows)


def _is_whole_first(sentence: Sentence, first: Said, second: Said) -> bool:
    if _OF_WHICH.fullmatch(_between(sentence, first, second)):
        return True
    before = sentence.block.text[sentence.start : first.start]
    return bool(_WHOLE_FIRST.search(before) and _THEN_PART.fullmatch(_between(sentence, first, second)))


def _ratio(part: Said, whole: Said) -> tuple[float, float]:
    """Return the least and the greatest ratio of two numbers; whole numbers without a magnitude are counts."""
    slacks = []
    for said in (part, whole):
        is_count = said.quantity.value.is_integer() and re.fullmatch(r"[\d,]+(?: [a-z]+)?", said.text) is not None
        slacks.append(0.0 if is_count else said.slack)
    low = (part.size - slacks[0]) / (whole.size + slacks[1])
    high = (part.size + slacks[0]) / max(whole.size - slacks[1], 1e-300)
    return low * (1 - 1e-9), high * (1 + 1e-9)


def _totals(document: Document, sentence: Sentence) -> Stated:
    """A and B, together C."""
    stated = Stated([], [])
    for index, total in enumerate(sentence.numbers):
        left = sentence.block.text[max(sentence.start, total.start - 60) : total.start]
        if not total.is_plain or not _TOGETHER.search(left):
            continue
        parts = [each for each in sentence.numbers[:index] if each.unit == total.unit and each.is_plain]
        if len(parts) < 2 or (total.unit == "percent" and "point" in left):
            continue
        if _INCLUDES.search(sentence.block.text[parts[0].end : total.start]):
            continue
        for count in range(2, len(parts) + 1):
            chosen = parts[-count:]
            slack = total.slack + sum(each.slack for each in chosen)
            if abs(sum(each.size for each in chosen) - total.size) <= slack * 1.0001:
                stated.agreeing.extend((*chosen, total))
                break
        else:
            if len(parts) > MOST_PARTS:
                continue
            follows = sum(each.size for each in parts)
            expected = _like(follows, total)
            why = f"{' and '.join(each.text for each in parts)} are together {expected}, not {total.text}"
            odd = _odd(document, sentence, "total", total, parts, expected, why, follows)
            stated.findings.append(odd if _is_list(sentence, parts, total) else odd._replace(tier="likely"))
    return stated


_IN_LIST = re.compile(r"[^.;:()$€£%\d]{0,40}(?:,|\band|\bplus|&)\s*[^.;:()$€£%\d]{0,40}", re.IGNORECASE)
_RIGHT_BEHIND = re.compile(
    r"[^.;:()\d]{0,30}?[\s,(–—-]*(?:together|combined|altogether|totall?ing|(?:for )?a (?:combined )?total of)\b"
    r"[^.;:()\d]{0,20}",
    re.IGNORECASE,
)


def _is_list(sentence: Sentence, parts: Sequence[Said], total: Said) -> bool:
    """Whether amounts are items of one list, right behind which stands what they are together."""
    is_list = all(_IN_LIST.fullmatch(_between(sentence, *pair)) for pair in pairwise(parts))
    return is_list and _RIGHT_BEHIND.fullmatch(_between(sentence, parts[-1], total)) is not None


MOST_PARTS = 4
"""Maximum numbers before a total: of more, some are no parts."""


def _multiples(document: Document, sentence: Sentence) -> Stated:
    """A, twice B, or a third less than B."""
    stated = Stated([], [])
    for first, second in zip(sentence.numbers, sentence.numbers[1:], strict=False):
        said = _MULTIPLE.search(_between(sentence, first, second))
        if said is None or not are_alike(first, second) or not (first.is_plain and second.is_plain) or not second.size:
            continue
        times = _times(said)
        room = times * _MULTIPLE_ROOM if not said["number"] else max(times * _MULTIPLE_ROOM / 2, 0.05)
        low, high = _ratio(first, second)
        if low <= times + room and high >= times - room:
            stated.agreeing.extend((first, second))
            continue
        ratio = first.size / second.size
        expected = f"{format_number(ratio, 3)} times"
        words = said["times"] or f"{format_number(times, 3)} times"
        why = f"{first.text} is {expected} {second.text}, not {words}"
        stated.findings.append(
            _odd(document, sentence, "multiple", first, (second,), expected, why, times * second.size)
        )
    return stated


def _times(said: re.Match[str]) -> float:
    """Return the multiple that words state: twice is 2, a third less 2/3."""
    if said["number"]:
        return float(said["number"])
    if said["times"]:
        return _WORD_TIMES[said["times"].lower()]
    fraction = _FRACTIONS[" ".join(said["fraction"].lower().split())]
    return 1 - fraction if said["less"] else 1 + fraction


def _points(document: Document, sentence: Sentence) -> Stated:
    """From A % to B %, up P points or P %."""
    stated = Stated([], [])
    percents = [each for each in sentence.numbers if each.unit == "percent" and each.is_plain]
    old = [each for each in percents if each.role == "old"]
    new = [each for each in percents if each.role == "new"] or [each for each in percents if each.role == "level"]
    if len(old) != 1 or len(new) != 1 or old[0].region != new[0].region:
        return stated
    results = [each for each in sentence.numbers if each.region == old[0].region and each not in (old[0], new[0])]
    return points_between(document, sentence, old[0], new[0], results)


def points_between(
    document: Document, sentence: Sentence, before: Said, after: Said, results: Sequence[Said]
) -> Stated:
    """Compare the points or the rate that are said of a change between two percentages."""
    stated = Stated([], [])
    points = change_between(after, before, is_rate=False)
    rate = change_between(after, before, is_rate=True)
    assert points is not None
    for said in results:
        if not said.is_plain:
            continue
        if said.unit in ("percentage point", "basis point") or _POINTS.match(sentence.block.text, said.start):
            times = 100 if said.unit == "basis point" else 1
            if points.low * times - said.slack <= said.size <= points.high * times + said.slack:
                stated.agreeing.extend((before, after, said))
                continue
            unit = "basis point" if said.unit == "basis point" else "percentage point"
            expected = f"{format_number(points.middle * times, 3)} {unit}s"
        elif said.role == "rate" and said.unit == "percent" and rate is not None and not rate.allows(said):
            is_points = points.allows(said)
            expected = f"{format_number(points.middle, 3)} points, or {format_number(rate.middle, 3)} %"
            if not is_points and abs(said.size - points.middle) > 2 * points.middle:
                continue
        else:
            continue
        why = f"from {before.text} to {after.text} is {expected}, not {said.text}"
        stated.findings.append(_odd(document, sentence, "points", said, (before, after), expected, why, points.middle))
    return stated


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


def _odd(
    document: Document,
    sentence: Sentence,
    kind: str,
    said: Said,
    others: Sequence[Said],
    expected: str,
    why: str,
    follows: float,
) -> Finding:
    """Return the finding on a number that others of its sentence deny."""
    spans = [sentence.span_of(each) for each in others]
    off = share_off(follows, said.size)
    return finding(document, kind, "certain", sentence.span_of(said), sentence.text, expected, why, spans, off)


def _like(value: float, said: Said) -> str:
    """Return a value in the form of a number: a whole number, or with its magnitude."""
    is_whole = ceil(value) == floor(value)
    return (
        f"{value:,.0f}" if is_whole and said.unit == "number" and value < 1e9 else said_like(value, said, is_rate=False)
    )
