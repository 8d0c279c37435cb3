"""Means, standard deviations, shares and numbers of cases in running text: which of them are possible together.

Belongs here: the scale that answers are on, what lies outside of it, GRIM, GRIMMER and DEBIT, margins of error, sizes
of groups, response rates. Does not: the arithmetic of whole numbers (`grim`), or tables (`tables`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isfinite

from tidebook.pipelines.judge.text.finding import Span, share_off
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.plugins.statistics.check import Check, Outcome, span_in
from tidebook.plugins.statistics.estimates import Estimate
from tidebook.plugins.statistics.formulas import MARGIN, STANDARD_ERROR, largest_deviation
from tidebook.plugins.statistics.grim import (
    DEBIT,
    GRIM,
    GRIMMER,
    is_possible_binary,
    is_possible_deviation,
    is_possible_mean,
    nearest_means,
)
from tidebook.plugins.statistics.notation import NUMBER, Number, number_or_none
from tidebook.plugins.statistics.printing import like
from tidebook.plugins.statistics.text import Passage

_COUNT = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_SIGNED = rf"-?\s?{NUMBER}"
_MEAN = re.compile(
    rf"(?:(?<![A-Za-z.])M(?:ean)?\s*=\s*|\b[Mm]ean(?:\s+(?:score|rating|value|response|age|number|answer)s?)?"
    rf"(?:\s+of\s+[a-z ]{{2,40}}?)?"
    rf"\s*(?:was|is|were|of|=|:|,)\s*)(?P<mean>{_SIGNED})(?P<unit>\s?%)?"
)
_CASES = re.compile(rf"(?<![\w.])[nN]\s?=\s?(?P<n>{_COUNT})(?![\d%]|[.,]\d)")
_ENDS = re.compile(
    r"\b(?:scale|scored|rated|ratings?|ranging|ranges?|range|answers?|from|items?|responses?)\b[^.;\d]{0,40}?"
    r"(?<![\d.])(?P<low>-?\d{1,3})(?:\s*(?:\([^)]{1,60}\)|=\s*[^,;)\d]{1,50}))?\s*(?:to|,|;|-|and)\s*(?P<high>\d{1,3})"
    r"(?=\s*(?:\(|=|[.,;)]|$|with|scale|where|for|on|and\b))"
)
_POINTS = re.compile(
    r"\b(?P<points>five|seven|nine|ten|eleven|four|six|\d{1,2})[-\s]point\b(?:\s+(?:Likert|rating|response|type))*\s*-?(?:type\s+)?(?:scale|item|Likert)",
    re.IGNORECASE,
)
_BINARY = re.compile(
    r"\b(?:dichotom\w+|binary|dummy|coded (?:as )?0(?:/| and | or |, )1|0\s*=\s*\w+[,;]\s*1\s*=)", re.IGNORECASE
)
_WORDS = {"four": 4, "five": 5, "six": 6, "seven": 7, "nine": 9, "ten": 10, "eleven": 11}
_ITEMS = re.compile(
    r"\b(?P<items>two|three|four|five|six|seven|eight|nine|ten|[2-9]|\d{2,3})[-\s](?:(?:[a-z]+[-\s])?items?|questions)\b",
    re.IGNORECASE,
)
_NUMBERS = {**_WORDS, "two": 2, "three": 3, "eight": 8}
_SINGLE = re.compile(
    r"\b(?:single|one|1)[-\s](?:item|question)\b|\b(?:Likert|rated|ratings?|number\s+of|answered)\b", re.IGNORECASE
)
_NOT_WHOLE = re.compile(
    r"\b(?:visual\s+analog\w*|VAS|slider|weighted|adjusted|estimated|imput\w+|least[-\s]squares|marginal|composite|ind(?:ex|ices)"
    r"|averag(?:ed|ing)|aggregat\w+|subscales?|items|log\w*|standardi[sz]ed|z-scores?|percent\w*|sum(?:med)?|total|transformed|BMI)\b",
    re.IGNORECASE,
)
"""Words by which a mean need not be one of whole numbers."""
_OTHER_MEASURE = re.compile(
    r"\b(?:age[sd]?|years?|weights?|heights?|BMI|incomes?|wages?|hours?|minutes?|seconds?|days?|weeks?|months?|kg|cm|mm|ms|km|number"
    r"|durations?|times?|latenc(?:y|ies)|pressures?|rates?|errors?|temperatures?|distances?|counts?|percent\w*|prices?|costs?|words)\b",
    re.IGNORECASE,
)
"""Words of a sentence whose mean is of something that nobody rates."""
FARTHEST_OFF = 2
"""How many times the upper end of a scale a mean may be that is one on this scale, misprinted."""
NEAR = 80
"""Maximum characters between a mean and its number of cases."""


@dataclass(frozen=True)
class Scale:
    """The scale that answers are on: its ends, and the words that say so."""

    low: float
    high: float
    words: str


@dataclass(frozen=True)
class PrintedMean:
    """A mean with its standard deviation, standard error and cases, those of them that are printed.

    `is_named`: whether the deviation is named so; `5.4 ± 1.2` may be a standard error.
    """

    mean: Number
    deviation: Number | None
    error: Number | None
    cases: Number | None
    span: tuple[int, int]
    is_named: bool = True

    @property
    def n(self) -> int:
        """The number of cases, 0 if it is not printed."""
        return round(self.cases.value) if self.cases else 0


def descriptive_checks(passage: Passage, estimates: Sequence[Estimate]) -> Iterator[Check]:
    """Yield the checks of means, margins of error, groups and rates of a block."""
    for each in means_of(passage, estimates):
        yield from _first_failing(passage, each, [*_of_mean(passage, each)])
    yield from _margins(passage)
    yield from _groups(passage)
    yield from _rates(passage)


def _first_failing(passage: Passage, each: PrintedMean, found: Sequence[Check]) -> Iterator[Check]:
    """Yield the first check that fails, else the last one."""
    failing = [check for check in found if check.tier]
    yield from failing[:1] or found[-1:]


# Means


def means_of(passage: Passage, estimates: Sequence[Estimate]) -> list[PrintedMean]:
    """Return the means of a block: what is named so, and what a standard deviation stands right behind."""
    text, found = passage.plain, []
    for each in estimates:
        if each.number is None or each.is_percent or not each.is_beside:
            continue
        deviation, error, cases = (each.only(kind) for kind in ("sd", "se", "n"))
        if deviation or (error and each.scale == "level"):
            span = each.number.span[0], each.items[-1].span[1]
            n = cases.number if cases else _cases_near(passage, *span)
            sd, se = (one and one.number for one in (deviation, error))
            found.append(PrintedMean(each.number, sd, se, n, span, not (deviation and deviation.is_open)))
    known = {each.mean.span[1] for each in found}
    for match in _MEAN.finditer(text):
        mean = number_or_none(text, *match.span("mean"))
        if mean is not None and not match["unit"] and mean.span[1] not in known:
            found.append(PrintedMean(mean, None, None, _cases_near(passage, *match.span()), match.span()))
    return sorted(found, key=lambda each: each.span)


def _cases_near(passage: Passage, start: int, end: int) -> Number | None:
    """Return the cases that stand with a mean: the only n behind it before the next mean, or right before it."""
    text = passage.plain
    sentence_start, sentence_end = passage.sentence_at(start)
    following = _MEAN.search(text, end, sentence_end)
    until = min(following.start() if following else sentence_end, end + NEAR)
    behind = list(_CASES.finditer(text, end, until))
    if len(behind) == 1 and not re.search(r"[.;]", text[end : behind[0].start()].replace("; n", ", n")):
        return number_or_none(text, *behind[0].span("n"))
    before = list(_CASES.finditer(text, max(sentence_start, start - NEAR), start))
    if (
        len(before) == 1
        and not behind
        and re.fullmatch(r"[\s,;:)(]*(?:was|were|had|with)?[\s,;:(]*", text[before[0].end() : start])
    ):
        return number_or_none(text, *before[0].span("n"))
    return None


def scale_of(passage: Passage, place: int) -> Scale | None:
    """Return the only scale that the sentence around a place names, else the only one of the block, else None.

    A sentence that names another measure is not about the scale of its block.
    """
    own = passage.sentence_at(place)
    for start, end in (own, (0, len(passage.plain))):
        found = {(each.low, each.high): each for each in _scales_once(passage.plain, start, end)}
        if found:
            is_other = (start, end) != own and _OTHER_MEASURE.search(passage.plain, *own)
            return next(iter(found.values())) if len(found) == 1 and not is_other else None
    return None


@lru_cache(maxsize=64)
def _scales_once(text: str, start: int, end: int) -> tuple[Scale, ...]:
    """Return the scales of a part of a text, which each of its means asks for."""
    return tuple(scales_in(text, start, end))


def scales_in(text: str, start: int, end: int) -> Iterator[Scale]:
    """Yield the scales that a part of a plain text names."""
    for match in _ENDS.finditer(text, start, end):
        low, high = float(match["low"]), float(match["high"])
        is_scale = re.search(
            r"scale|rated|rating|scored|item|answer|response",
            match[0] + text[max(start, match.start() - 40) : match.start()],
        )
        if is_scale and low in (0, 1, -3, -2, -5) and low < high <= 100:
            yield Scale(low, high, match[0])
    for match in _POINTS.finditer(text, start, end):
        points = match["points"].lower()
        count = _WORDS.get(points) or int(points)
        # Without its ends a scale of k points may begin with 0 or 1, or have its zero in the middle.
        if not any(_ENDS.finditer(text, start, end)):
            yield Scale(float(-(count // 2)), float(count), match[0])


def _of_mean(passage: Passage, each: PrintedMean) -> Iterator[Check]:
    scale = scale_of(passage, each.mean.span[0])
    if scale is not None:
        yield _against_scale(passage, each, scale)
        if each.deviation is not None:
            yield _deviation_against_scale(passage, each, scale)
    if each.deviation and each.error and each.cases:
        yield _error_against_deviation(passage, each, each.deviation, each.error)
    items = _whole_items(passage, each, scale)
    if items and each.n > 1 and each.mean.value >= 0:
        yield from _whole_numbers(passage, each, items)


def _check(
    passage: Passage,
    rule: str,
    outcome: Outcome,
    at: Number,
    why: str,
    others: Sequence[Number | None],
    expected: str = "",
    source: str = "",
    off: float = 1.0,
    span: tuple[int, int] | None = None,
) -> Check:
    block = passage.block
    places = [_span(passage, other) for other in others if other is not None]
    shown = block.text[slice(*span)] if span else at.words
    return Check(
        rule, outcome, _span(passage, at), shown.strip(), passage.quote(at.span[0]), expected, why, source,
        tuple(places), off,
    )  # fmt: skip


def _span(passage: Passage, number: Number) -> Span:
    start, end = number.span
    lead = len(number.words) - len(number.words.lstrip())
    return span_in(passage.block, start + lead, end)


def _against_scale(passage: Passage, each: PrintedMean, scale: Scale) -> Check:
    low, high = each.mean.interval[:2]
    shown = f"{scale.low:g} to {scale.high:g}"
    if low <= scale.high and high >= scale.low:
        why = f"the mean lies on its scale, {shown}"
        return _check(passage, "mean", "consistent", each.mean, why, [each.deviation], span=each.span)
    nearest = scale.high if low > scale.high else scale.low
    why = f"a mean of {each.mean.words.strip()} lies outside of its scale, {shown} (“{scale.words.strip()}”)"
    off = share_off(each.mean.value, nearest)
    is_near = abs(each.mean.value) <= FARTHEST_OFF * max(scale.high, -scale.low)
    outcome: Outcome = "inconsistent" if is_near else "hint"
    return _check(passage, "mean", outcome, each.mean, why, [], off=off, span=each.span)


def _deviation_against_scale(passage: Passage, each: PrintedMean, scale: Scale) -> Check:
    assert each.deviation is not None
    # Of two cases the deviation can be largest.
    n = each.n or 2
    inside = [min(max(end, scale.low), scale.high) for end in each.mean.interval[:2]]
    middle = (scale.low + scale.high) / 2
    if inside[0] <= middle <= inside[1]:
        inside.append(middle)
    most = max(largest_deviation(mean, scale.low, scale.high, n) for mean in inside)
    cases = f" {each.n} cases with" if each.n else ""
    shown = f"a mean of {each.mean.words.strip()} on {scale.low:g} to {scale.high:g}"
    limit = f"the standard deviation of{cases} {shown} is at most {most:.3g}"
    source = "R. Bhatia and C. Davis, American Mathematical Monthly 107 (2000), 353-357"
    if each.deviation.interval.low <= most or each.mean.value > FARTHEST_OFF * scale.high:
        return _check(
            passage, "deviation", "consistent", each.deviation, limit, [each.mean], source=source, span=each.span
        )
    off = share_off(each.deviation.value, most)
    why = f"{limit}, not {each.deviation.words}"
    return _check(
        passage, "deviation", "inconsistent", each.deviation, why, [each.mean, each.cases], "", source, off, each.span
    )


def _error_against_deviation(passage: Passage, each: PrintedMean, deviation: Number, error: Number) -> Check:
    follows = STANDARD_ERROR.interval(deviation.interval, Interval.point(float(each.n)))
    expected = like((follows.low + follows.high) / 2, error.words)
    agrees = follows.overlaps(error.interval)
    why = f"SD = {deviation.words} of {each.n} cases gives a standard error of {expected}"
    off = 0.0 if agrees else share_off((follows.low + follows.high) / 2, error.value)
    outcome: Outcome = "consistent" if agrees else "inconsistent"
    told = why if agrees else f"{why}, not {error.words}"
    return _check(
        passage,
        "deviation",
        outcome,
        error,
        told,
        [deviation, each.cases],
        expected,
        STANDARD_ERROR.source,
        off,
        each.span,
    )


def _whole_items(passage: Passage, each: PrintedMean, scale: Scale | None) -> int:
    """Return of how many whole numbers a case's value is the mean: 1 for one answer or count, 0 if nothing says so."""
    if each.n < 2:
        return 0
    start, end = passage.sentence_at(each.mean.span[0])
    sentence = passage.plain[start:end]
    around = sentence if _SINGLE.search(sentence) or _ITEMS.search(sentence) else passage.plain
    before = passage.plain[max(0, each.span[0] - NEAR) : each.span[1]]
    named = _items_in(around)
    if len(set(named)) == 1 and re.search(r"\bmeans?\b|\baverag", around):
        without = _ITEMS.sub("", around)
        return 0 if re.search(r"\b(?:VAS|slider|weighted|adjusted|sum)\b", without) else named[0]
    if named or _names_fractions(passage.plain):
        return 0
    is_answer = scale is not None and _SINGLE.search(around) is not None
    is_count = re.search(r"\bnumber\s+of\s+[a-z]", before) is not None
    return 1 if is_answer or is_count else 0


@lru_cache(maxsize=64)
def _items_in(text: str) -> tuple[int, ...]:
    """Return how many items a text names, each time."""
    return tuple(_NUMBERS.get(match["items"].lower()) or int(match["items"]) for match in _ITEMS.finditer(text))


@lru_cache(maxsize=64)
def _names_fractions(text: str) -> bool:
    """Whether a text has words by which its means need not be those of whole numbers."""
    return _NOT_WHOLE.search(text) is not None


def _is_surely_whole(passage: Passage) -> bool:
    """Whether each case surely has one whole number; answers may be means over what was rated."""
    return re.search(r"\b(?:single|one|1)[-\s](?:item|question)\b|\bnumber\s+of\s", passage.plain) is not None


def _whole_numbers(passage: Passage, each: PrintedMean, items: int) -> Iterator[Check]:
    """Yield whether n cases of whole numbers can have a mean and a standard deviation."""
    mean, n = each.mean.words.strip().replace(",", ""), each.n
    of = f"{n} cases" if items == 1 else f"{n} cases of {items} items"
    is_binary = items == 1 and _BINARY.search(passage.plain) is not None and each.mean.value <= 1
    is_sure = items > 1 or is_binary or _is_surely_whole(passage)
    outcome: Outcome = "inconsistent" if is_sure else "hint"
    if not is_possible_mean(mean, n, items):
        below, above = nearest_means(mean, n, items)
        near = " and ".join(like(float(each_mean), mean) for each_mean in (below, above))
        nearest = min((below, above), key=lambda other: abs(other - Fraction(mean)))
        why = f"no whole numbers of {of} have a mean of {mean}: the nearest are {near}"
        off = share_off(float(nearest), each.mean.value)
        yield _check(
            passage, "mean", outcome, each.mean, why, [each.cases], like(float(nearest), mean), GRIM, off, each.span
        )
        return
    if each.deviation is None:
        yield _check(
            passage,
            "mean",
            "consistent",
            each.mean,
            f"whole numbers of {of} can have it",
            [each.cases],
            source=GRIM,
            span=each.span,
        )
        return
    deviation = each.deviation.words
    possible = is_possible_binary(mean, deviation, n) if is_binary else is_possible_deviation(mean, deviation, n, items)
    source = DEBIT if is_binary else GRIMMER
    if possible:
        yield _check(
            passage,
            "deviation",
            "consistent",
            each.deviation,
            f"whole numbers of {of} can have it",
            [each.mean, each.cases],
            source=source,
            span=each.span,
        )
        return
    numbers = "zeros and ones" if is_binary else "whole numbers"
    why = f"no {numbers} of {of} have a mean of {mean} and a standard deviation of {deviation}"
    yield _check(
        passage, "deviation", outcome, each.deviation, why, [each.mean, each.cases], "", source, 1.0, each.span
    )


# Margins of error

_MARGIN = re.compile(
    rf"\b(?:(?:margins?\s+of\s+(?:sampling\s+|statistical\s+)?error|sampling\s+error|error\s+margin|statistical\s+error|MOE)\b[^.;\d]{{0,60}}?"
    rf"(?P<margin>{NUMBER})|(?:±|\+/-|plus\s+or\s+minus)\s*(?P<before>{NUMBER})(?=[^.;\d]{{0,30}}\bmargin\s+of\s+error))"
    r"\s*(?:%|percentage\s+points?|percent|per\s+cent|points?|pp\b)",
    re.IGNORECASE,
)
_MORE_MARGINS = re.compile(rf"(?:±|\+/-|plus\s+or\s+minus)\s*(?P<margin>{NUMBER})\s*(?:%|percentage\s+points?|points?)")
_POLLED = re.compile(
    rf"(?<![\w.,$€£])(?P<n>{_COUNT})\s+(?:[a-z-]+\s+){{0,3}}?(?:adults|people|respondents|voters|participants|persons|citizens|residents"
    rf"|households|Americans|Britons|Germans|Canadians|Australians|interviews|students|teachers|parents|workers|employees|members|women|men|users|customers|readers|tenants|owners)\b|\b(?:sub)?(?:sample|panel|poll|survey)s?\s+of\s+(?P<of>{_COUNT})(?![\d%]|[.,]\d)"
)
_SURE = re.compile(
    r"(?P<level>\d{2}(?:\.\d)?)\s?(?:%|per\s?cent|percent)[-\s]+(?:level\s+of\s+)?confidence|confidence\s+(?:level|interval)\s*(?:of|is|was|:|=)?\s*(?P<other>\d{2})\s?(?:%|per)|(?P<times>19)\s+times\s+out\s+of\s+(?:20|twenty)",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"(?<![\w.±-])(?P<share>\d+(?:\.\d+)?)\s?(?:%|per\s?cent\b)(?!\s*(?:CI|confidence|level|margin|sampling))"
)
_FINITE = re.compile(
    r"\b(?:finite|census|all\s+\d|out\s+of\s+(?:the|all|about)?\s*\d|response\s+rate|members\s+of\s+the)\b",
    re.IGNORECASE,
)
_OF_THE_WHOLE = re.compile(r"\b(?:whole|entire|full|overall|total|all|national(?:ly)?)\b", re.IGNORECASE)
LARGER = 2.5
"""How many times larger than that of a simple sample weights and clusters may make a margin."""
OFTEN_LARGER = 1.6
"""From how many times on it is worth a hint."""


def _margins(passage: Passage) -> Iterator[Check]:
    """Yield whether a margin of error is that of its n, which weights and clusters make larger, and nothing smaller."""
    text = passage.plain
    last = 0
    for match in _MARGIN.finditer(text):
        start, end = passage.sentence_at(match.start())
        found = [match, *_MORE_MARGINS.finditer(text, match.end(), end)]
        for each in found:
            name = "margin" if each["margin"] else "before"
            margin = number_or_none(text, *each.span(name))
            cases = _polled(passage, max(start, last), each.start(), end if len(found) == 1 else each.end())
            last = each.end()
            if margin is not None and cases is not None and cases.value >= 30:
                yield _margin(passage, margin, cases, each.span())


def _margin(passage: Passage, margin: Number, cases: Number, span: tuple[int, int]) -> Check:
    text = passage.plain
    sure = _SURE.search(text)
    level = float((sure["level"] or sure["other"] or 95) if sure else 95) / 100
    # That of a share of the same sentence may be meant instead of the largest.
    named = [float(each["share"]) for each in _SHARE.finditer(text, *passage.sentence_at(span[0]))]
    share = max((each for each in named if 0 < each < 100), key=lambda each: abs(each - 50), default=50.0) / 100
    least, usual = (100 * MARGIN.value(level, each, cases.value) for each in (share, 0.5))
    expected = like(usual, margin.words)
    why = f"{cases.words} cases give a margin of error of {expected} points at {100 * level:g}%"
    check = _check(passage, "margin", "consistent", margin, why, [cases], expected, MARGIN.source, 0.0, span)
    off = share_off(usual, margin.value)
    # A tenth less is what rounding of n and of 1.96 to 2 may do.
    if margin.interval.high < 0.9 * least:
        finite = _FINITE.search(text)
        smaller = f"“{finite[0]}” in the text may make" if finite else "nothing makes"
        told = f"{why}, not {margin.words}; {smaller} it smaller"
        return check._replace(outcome="excused" if finite else "inconsistent", why=told, off=off)
    if margin.interval.low > LARGER * usual:
        told = f"{why}, and weights do not make it {margin.words}"
        return check._replace(outcome="inconsistent", why=told, off=off)
    if margin.interval.low > OFTEN_LARGER * usual:
        return check._replace(outcome="hint", why=f"{why}; weights may make it {margin.words}", off=off)
    return check


def _polled(passage: Passage, start: int, place: int, end: int) -> Number | None:
    """Return the number of cases that a margin of error is of: that of its clause, or the only one of its block.

    None where the sentence speaks of the whole: what another sentence counts may be a part of it. What stands beside a
    test is a part, too.
    """
    text = passage.plain
    own = passage.sentence_at(place)
    places = [(start, end)]
    if start == own[0] and not _OF_THE_WHOLE.search(text, *own):
        tested = {passage.sentence_at(p.span[0]) for p in passage.ps}
        places.append((0, len(text)))
    for first, last in places:
        found = [match.span(match.lastgroup or "n") for match in _POLLED.finditer(text, first, last)]
        found += [match.span("n") for match in _CASES.finditer(text, first, last)]
        if last == len(text):
            found = [span for span in found if passage.sentence_at(span[0]) not in tested]
        if values := {text[slice(*span)] for span in found}:
            return number_or_none(text, *found[0]) if len(values) == 1 else None
    return None


# Groups and rates

_ASSIGNED = re.compile(
    rf"(?<![\w.,])(?P<n>{_COUNT})\s+(?:[a-z-]+\s+){{0,3}}?(?:participants|patients|people|students|children|adults|subjects|women|men|volunteers"
    r"|respondents|pupils|infants|animals|mice|rats)\s+(?:[a-z]+\s+){0,3}?(?:assigned|allocated|randomi[sz]ed|divided|split)\b"
)
_CASES_ASSIGNED = re.compile(
    rf"\b(?:[Pp]articipants|[Pp]atients|[Ss]tudents|[Cc]hildren|[Aa]dults|[Ss]ubjects|[Ww]omen|[Mm]en|[Vv]olunteers)\s*\(\s*[nN]\s*=\s*(?P<n>{_COUNT})\s*\)"
    r"[^.;]{0,60}?\b(?:assigned|allocated|randomi[sz]ed|divided|split)\b"
)
_LEFT = re.compile(
    r"\b(?:exclud\w+|withdr\w+|lost|dropped|dropout\w*|missing|incomplete|remaining|of\s+whom|declin\w+|fail\w*|respectively|each|both|overlap\w*|analy[sz]ed|complet\w+)\b",
    re.IGNORECASE,
)
MOST_GROUPS = 6


def _groups(passage: Passage) -> Iterator[Check]:
    """Yield whether the sizes of the groups that cases were assigned to add up to all cases."""
    text = passage.plain
    for match in (*_ASSIGNED.finditer(text), *_CASES_ASSIGNED.finditer(text)):
        start, end = passage.sentence_at(match.start())
        sizes = [number_or_none(text, *found.span("n")) for found in _CASES.finditer(text, match.end(), end)]
        known = [size for size in sizes if size is not None]
        whole = number_or_none(text, *match.span("n"))
        others = len(_ASSIGNED.findall(text[start:end])) + len(_CASES_ASSIGNED.findall(text[start:end]))
        if whole is None or others > 1 or not 2 <= len(known) <= MOST_GROUPS or _LEFT.search(text[start:end]):
            continue
        total = sum(size.value for size in known)
        outcome: Outcome = "consistent" if total == whole.value else "inconsistent"
        why = f"the groups have {' + '.join(size.words for size in known)} = {total:,.0f} cases"
        told = why if outcome == "consistent" else f"{why}, not {whole.words}"
        off = share_off(total, whole.value)
        yield _check(passage, "size", outcome, whole, told, known, f"{total:,.0f}", "", off, (match.start(), end))


_RATE = re.compile(
    rf"\bresponse\s+rate\b[^.;\d]{{0,40}}(?P<rate>{NUMBER})\s?(?:%|percent|per\s+cent)|(?P<before>{NUMBER})\s?%\s+response\s+rate",
    re.IGNORECASE,
)
_SENT = re.compile(rf"(?<![\w.,])(?P<n>{_COUNT})\b(?![.,]\d|\s?%)")
_ASKED = re.compile(
    r"\b(?:sent|mailed|invited|distributed|approached|contacted|eligible|asked|returned|responded|completed|replied|received|answered)\b",
    re.IGNORECASE,
)


def _rates(passage: Passage) -> Iterator[Check]:
    """Yield whether a response rate is that of the two numbers of cases in its sentence or the one before."""
    text = passage.plain
    for match in _RATE.finditer(text):
        name = "rate" if match["rate"] else "before"
        rate = number_or_none(text, *match.span(name))
        start, end = passage.sentence_at(match.start())
        previous = passage.sentence_at(max(start - 2, 0))[0] if start else 0
        for first in (start, previous):
            counts = _two_counts(text, first, end, match.span())
            if rate is not None and counts is not None:
                yield _rate(passage, rate, *counts, match.span())
                break


def _two_counts(text: str, start: int, end: int, without: tuple[int, int]) -> tuple[Number, Number] | None:
    """Return the numbers of those who answered and of those who were asked; None unless there are just these two."""
    if len(_ASKED.findall(text[start:end])) < 2:
        return None
    found = []
    for match in _SENT.finditer(text, start, end):
        value = number_or_none(text, *match.span("n"))
        is_year = re.fullmatch(r"(?:19|20)\d\d", match["n"])
        if value is not None and not without[0] <= match.start() < without[1] and not is_year and value.value >= 10:
            found.append(value)
    if len(found) != 2 or found[0].value == found[1].value:
        return None
    part, whole = sorted(found, key=lambda each: each.value)
    return part, whole


def _rate(passage: Passage, rate: Number, part: Number, whole: Number, span: tuple[int, int]) -> Check:
    share = 100 * part.value / whole.value
    expected = like(share, rate.words)
    agrees = rate.interval.low - 1e-9 <= share <= rate.interval.high + 1e-9
    why = f"{part.words} of {whole.words} is {expected}%"
    outcome: Outcome = "consistent" if agrees else "inconsistent"
    told = why if agrees else f"{why}, not {rate.words}%"
    off = 0.0 if agrees or not isfinite(share) else share_off(share, rate.value)
    return _check(passage, "share", outcome, rate, told, [part, whole], f"{expected}%", "", off, span)
