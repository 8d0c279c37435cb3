"""Tests as texts print them: `t(28) = 2.20, p = .036`, `F = 3.1; df = 2,45; P = 0·055`, `p < .001, χ²1 = 12.4`.

Belongs here: which characters are a statistic, its degrees of freedom and its p, and which of them belong together.
Does not: what a number means (`read.quantities`), what follows from a test (`tests`), or intervals (`intervals`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tidebook.pipelines.read.quantities.context import Context
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity

Span = tuple[int, int]
"""Where words begin and end in the text of a block."""

_SIGNS = {
    **dict.fromkeys("·∙⋅", "."),
    **dict.fromkeys("−–—‒‑", "-"),
    **dict.fromkeys("\u00a0\u2009\u202f\u2007\u200a", " "),
    **dict.fromkeys("χΧ𝜒𝝌𝛘𝒳", "χ"),
    **dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)),
    "ₛ": "s",
    **dict(zip("⁰¹³⁴⁵⁶⁷⁸⁹⁻", "013456789-", strict=True)),
    **dict(zip("𝑡𝐹𝑧𝑟𝑝𝑃𝑄𝐻𝑁𝑛", "tFzrpPQHNn", strict=True)),
}
"""One sign for each of those that stand for the same; a text keeps its length. `²` stays: it is part of χ²."""
_PLAIN = str.maketrans(_SIGNS)
_LETTER_FOR_ONE = re.compile(r"(?<=F\()[lI](?=\s*,)|(?<=F \()[lI](?=\s*,)")
"""A letter that a scan or a typist had for the first degree of freedom."""
_COMMA_IN_P = re.compile(r"\b[pP]\s?[=<>≤≥]\s?0?,\d")
_COMMA_IN_NUMBER = re.compile(r"([=<>≤≥]\s?-?\s?\d*),(?=\d)")
"""A decimal comma, in a text where a p has one: `t(118) = 0,57; p = 0,57`."""
LONGEST_BLANKS = 8
"""Maximum blanks between the parts of a statistic: patterns take time to the power of three of longer runs."""
_LONG_BLANKS = re.compile(rf"\s{{{LONGEST_BLANKS + 1},}}")

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_OF_TEN = r"10\s?\^?(?:\{\s?-\s?\d+\}|\(\s?-\s?\d+\)|\s?-\s?\d+)"
_POWER = rf"(?:\s?[×x*]\s?{_OF_TEN}|[eE]-\d+)"
COMPARED = r"(?:<=|>=|[=<>≤≥])"

_SQUARE = r"(?:χ|[Cc]hi(?![a-z])|(?<![A-Za-z])X)[-\s_]?(?:\^?[{(]?[2²][)}]?\^?|squared?\b)"
_NAMES = {
    "t": r"t",
    # By subjects and by items there are F1 and F2.
    "F": r"F(?:_?\{?[12]\}?(?=\s?[(\[]))?",
    "χ²": rf"{_SQUARE}|[Ww]ald(?=[-\s]stat|\s*=)|G[2²]?|LRT?"
    rf"|[A-Z]{{1,3}}(?=\s*=\s*{NUMBER}\s*[,;(]\s*(?:{_SQUARE})\s(?:with|on)\b)",
    "z": r"[zZ]",
    "r": r"r|(?<!partial )(?<!intraclass )[Cc]orrelation(?:\s+coefficient)?"
    r"|(?:pr|r_?\{?p(?:art(?:ial)?)?\}?)(?=\s?[(\[])",
    "ρ": r"ρ_?\{?[sS]?\}?|[Rr]ho(?![a-z])|r_?\{?[sS]p?\}?(?![A-Za-z])",
    "Q": r"Q(?:[-_]?(?:[wbWBEM]|within|between))?",
    "H": r"H",
}
CORRELATIONS = ("r", "ρ")
SIGNED = ("t", "z", *CORRELATIONS)
"""Statistics that may be negative, and may be tested on one side."""
_SORT = r"(?:[-\s_]?(?:for\s+)?(?:values?|stat(?:istic)?s?|scores?|ratio|test|change|trend|Wald|LR|MH|McNemar))?"
_SAID = (
    r"(?:[-\s](?:values?|statistics?|scores?|ratio|test)(?:\s+(?:of|for|on)(?:\s+[a-z-]+){1,5}?)?"
    r"\s+(?:was|is|gave|gives|yielded|yields|equals|equalled|of)(?:\s+[a-z-]+){0,3}?"
    # `t-statistic 2.67`, `correlation of .33`
    r"|[-\s](?:value|stat(?:istic)?|ratio)(?=\s\d)|(?<=tion|ient)(?:\s*,|\s+(?:was|of|is))?(?=\s*-?\s?0?\.\d)"
    r"|(?=\s\d+(?:\.\d+)?\s*[,;(]?\s*(?:(?:on|with)\s+)?\(?(?:d\.?f\b|\d+\s*(?:d\.?f\b|degrees?\b))))"
)
"""Words that lead from the name of a test to it, as `the t-statistic for the placebo is`, or degrees of freedom behind
it, as in `chi-square 6.84 on 1 df`."""
_ONE = rf"(?:d\.?f\.?\s*=\s*)?{NUMBER}"
_CASES = rf"(?:\s*[,;]\s*[Nn]\s*=\s*{NUMBER})?"
_INSIDE = rf"\s?[(\[]\s*(?P<in>{_ONE}(?:\s*[,;]\s*{_ONE})??){_CASES}\s*[)\]]"
_LOWERED = r"[_~^{]*(?P<low>\d+(?:\.\d+)?(?:\s?[,;]\s?\d+(?:\.\d+)?)?)[}~]*"
_TESTS = {
    name: re.compile(
        rf"(?<![A-Za-z0-9_.^/\\-])(?:{letters})(?:{_SORT}(?:{_INSIDE}|{_LOWERED})?\s*(?P<op>{COMPARED}|:(?=\s?-?\d))"
        rf"|{_SAID})"
        rf"\s*(?P<value>-?\s?{NUMBER})(?![.,]?\d|\s?%|\s?[×x]\s?10)"
    )
    for name, letters in _NAMES.items()
}
_DEGREES = re.compile(
    rf"(?:num\.?\s+)?\bd\.?f\.?(?:1|_1)?\s*[=:]?\s*[(\[]?\s*(?P<first>{NUMBER})"
    rf"(?:\s*(?:[,;/]|and|,?\s*denom\.?\s*d\.?f\.?\s*=|,?\s*d\.?f\.?_?2\s*=)\s*(?P<second>{NUMBER}))?[)\]]?"
    rf"|(?P<one>{NUMBER})(?:\s*(?:and|,)\s*(?P<other>{NUMBER}))?\s*(?:d\.?f\.?(?![a-z])|degrees?\s+of\s+freedom)"
)
# `2,210` are two degrees of freedom of F: there a comma parts them, also where it could group thousands.
_TWO_DEGREES = re.compile(r"(?P<first>\d+(?:\.\d+)?)\s*[,;]\s*(?P<second>" + NUMBER + ")")
_DF_OF_F = re.compile(
    r"\bd\.?f\.?\s*[=:]?\s*[(\[]?\s*" + _TWO_DEGREES.pattern + r"[)\]]?"
    r"|(?P<one>\d+(?:\.\d+)?)\s*(?:,|and)\s*(?P<other>" + NUMBER + r")\s*(?:d\.?f\.?(?![a-z])|degrees?\s+of\s+freedom)"
)
CASES = re.compile(rf"(?<![\w.])[nN]\s?=\s?(?P<n>{NUMBER})(?![\d%]|\.\d)")
_CASES_BEHIND = re.compile(r"\s?[,;]?\s?[(\[]?" + CASES.pattern)
_NEXT_P = r"\s*,?\s*(?:and|or)\s+0?\.\d|\s*,\s+0?\.\d"
"""Another p behind one, as of `p = .004 and .023, respectively`: of which test each is, no order says."""
P = re.compile(
    r"(?<![A-Za-z0-9_.^/\\-])[pP](?:s|_?(?:adj|corr|FDR))?(?:[-\s]?values?(?:\s+(?:of|for)(?:\s+[a-z-]+){1,4}?(?=\s+(?:was|is)\b))?)?"
    r"(?P<tail>\s*\((?:one|two|1|2)[-\s](?:tailed|sided)\))?"
    rf"\s*(?:(?:=\s*)?(?P<op>{COMPARED})|of|was|is|:|(?<=value)\s)\s*"
    rf"(?:(?P<p>(?P<power>{_OF_TEN})|(?:0?\.\d+|[01](?:\.0+)?|\d(?:\.\d+)?(?={_POWER})){_POWER}?)(?![\d%]|[.,]\d|\s?%|{_NEXT_P})"
    r"|(?P<ns>n\.?\s?s\b\.?|NS\b))"
)
_NOT_SIGNIFICANT = re.compile(r"(?<![A-Za-z.])(?:n\.s\.|ns\b|NS\b)")
_TAILS_BEHIND = re.compile(r"^[\s,]*\(?\s*(?P<tails>one|1|single|two|2)[-\s](?:tailed|sided)", re.IGNORECASE)
_UNIT = re.compile(
    r"\s?(?:[kMGm]?Pa|bar|mbar|psi|atm|Torr|mmHg|mm\s?Hg|[mckµμn]?m|km|[mµμn]?s|min|h|[kmµμ]?g|[kM]?N|[kM]?W|[kM]?J|[mk]?V"
    r"|[mµμ]?A|[kMG]?Hz|[mµμ]?mol|[mµμ]?M|°\s?[CF]?|K|USD|EUR|[$€£]|[mµμ]?[lL]|dB|rpm|ohms?|points|goals|runs|wins)\b(?!\s*[=<>(])"
)
"""Behind a number that is no statistic and no p, but a length, a pressure, a score."""

FARTHEST = 160
"""Maximum characters between a test and its p, which may hold effect sizes and an interval."""
MOST_WORDS = 6
"""Maximum words between them: `with 18 degrees of freedom and a`."""
_PARTED = re.compile(r"[.!?]\s+(?=[A-Z(])|\n|;\s*(?!d\.?f)[a-zA-Z]{4,}")
"""What parts a test from a p that belongs to another."""
_WORD = re.compile(r"[A-Za-z]{2,}")
_NAMES_BETWEEN = re.compile(
    r"\b(?:MSE|SEM?|SD|CI|CrI|BF10|BF|MD|OR|RR|HR|Cohen(?:['’]s)?|Hedges(?:['’]s?)?|partial|eta|omega|epsilon|phi|squared?"
    r"|df|num|denom|degrees?|of|freedom|tailed|sided|two|one|adj|with)\b"
)
"""Words between a test and its p that say nothing of another one."""


class Number(NamedTuple):
    """A printed number: its words, value, and the values that its print allows."""

    words: str
    span: Span
    value: float
    interval: Interval

    @property
    def decimals(self) -> int:
        """How many digits stand behind its point."""
        return len(re.sub(r"[^\d].*", "", self.words.partition(".")[2]))


class PrintedP(NamedTuple):
    """A printed p: how it is compared, its value (None for `n.s.`), and the tails said beside it (0 for none)."""

    words: str
    span: Span
    op: str
    number: Number | None
    tails: int = 0

    @property
    def is_not_significant(self) -> bool:
        """Whether it only says that the test is not significant."""
        return self.number is None


class PrintedTest(NamedTuple):
    """A statistic as printed.

    Attributes:
        name: its letter, as in `formulas.P_OF`.
        span: where all of it stands, its degrees of freedom included, without its p.
        op: how the statistic is compared, `=` for nearly all.
        statistic: the number.
        degrees: its degrees of freedom.
        cases: the number of cases that stands with it, None for none.
        p: its p, None for none.
        words: what is printed of it, without its p.
    """

    name: str
    span: Span
    op: str
    statistic: Number
    degrees: tuple[Number, ...]
    cases: Number | None
    p: PrintedP | None
    words: str

    @property
    def needed(self) -> int:
        """How many degrees of freedom its distribution has."""
        return {"F": 2, "z": 0}.get(self.name, 1)


def plain(text: str) -> str:
    """Return a text with one sign for each of those that stand for the same; no place in it moves."""
    found = _LETTER_FOR_ONE.sub("1", text.translate(_PLAIN))
    if _COMMA_IN_P.search(found):
        found = _COMMA_IN_NUMBER.sub(r"\1.", found)
    return _LONG_BLANKS.sub(lambda blanks: blanks[0][:LONGEST_BLANKS] + "\0" * (len(blanks[0]) - LONGEST_BLANKS), found)


POINT = Context(decimal=".")


def number(text: str, start: int, end: int) -> Number:
    """Read a number of a plain text."""
    words = text[start:end]
    found = parse_quantity(words.strip(), "number", POINT)
    return Number(words, (start, end), found.value, found.interval)


def number_or_none(text: str, start: int, end: int) -> Number | None:
    """Read a number of a plain text; None where the reader of numbers refuses it."""
    try:
        return number(text, start, end)
    except QuantityError:
        return None


def _group(match: re.Match[str], name: str) -> Number:
    return number(match.string, *match.span(name))


class Tests(NamedTuple):
    """The tests of a text, in order, and the p that stand beside none."""

    tests: list[PrintedTest]
    alone: list[PrintedP]


def tests_of(text: str) -> Tests:
    """Return the tests in the plain text of a block, each with its degrees of freedom and its p."""
    heads = _heads(text)
    ps = _ps(text)
    given: set[int] = set()
    found = []
    starts = [match.start() for _, match in heads]
    ps_from = [each.span[0] for each in ps]
    was_led = False
    for place, (name, match) in enumerate(heads):
        until = starts[place + 1] if place + 1 < len(heads) else len(text)
        since = heads[place - 1][1].end() if place else 0
        at = _p_of(text, match, ps, bisect_left(ps_from, match.end()), (since, until), was_led)
        was_led = at is not None and ps[at].span[0] < match.start()
        p = None if at is None or at in given else ps[at]
        if p is not None and at is not None:
            given.add(at)
        by_ranks = name == "r" and "pearman" in text
        found.append(_test(text, "ρ" if by_ranks else name, match, p, until))
    return Tests(found, [each for index, each in enumerate(ps) if index not in given])


def _heads(text: str) -> list[tuple[str, re.Match[str]]]:
    """Return the statistics of a text, none within another."""
    found = []
    for name, pattern in _TESTS.items():
        for match in pattern.finditer(text):
            if not _UNIT.match(text, match.end()):
                found.append((name, match))
    found.sort(key=lambda each: (each[1].start(), -each[1].end()))
    apart: list[tuple[str, re.Match[str]]] = []
    for name, match in found:
        if not apart or match.start() >= apart[-1][1].end():
            apart.append((name, match))
    return apart


def _ps(text: str) -> list[PrintedP]:
    found = []
    for match in P.finditer(text):
        if match["p"] is None:
            found.append(PrintedP(match[0], match.span(), ">", None))
            continue
        value = _power_of_ten(match) if match["power"] else number_or_none(text, *match.span("p"))
        if value is None or not 0 <= value.value <= 1 or _UNIT.match(text, match.end()):
            continue
        op = {"<=": "≤", ">=": "≥"}.get(match["op"] or "=", match["op"] or "=")
        found.append(PrintedP(match[0], match.span(), op, value, _tails(match)))
    taken = {place for each in found for place in range(*each.span)}
    for match in _NOT_SIGNIFICANT.finditer(text):
        if match.start() not in taken:
            found.append(PrintedP(match[0], match.span(), ">", None))
    return sorted(found, key=lambda each: each.span)


def _power_of_ten(p: re.Match[str]) -> Number:
    """Read a p such as `10^-4`, whose one is exact."""
    value = 10.0 ** -int(re.sub(r"\D", "", p["power"].removeprefix("10")))
    return Number(p["power"], p.span("power"), value, Interval.point(value))


def _tails(p: re.Match[str]) -> int:
    """Return how many tails are said within a p or right behind it: `p (2-tailed) = .04`; 0 for none."""
    said = _TAILS_BEHIND.match(p["tail"] or p.string[p.end() : p.end() + 20])
    if said is None:
        return 0
    return 2 if said["tails"].lower() in ("two", "2") else 1


def _p_of(
    text: str, match: re.Match[str], ps: Sequence[PrintedP], first: int, within: Span, was_led: bool
) -> int | None:
    """Return which p is that of a test: the next one right behind it, `first`, or the one that leads both.

    Args:
        text: The plain text.
        match: The test.
        ps: All printed p.
        first: The first p behind the test.
        within: Where the test before ends, and the next one begins.
        was_led: Whether the p of the test before led it.
    """
    since, until = within
    if first and ps[first - 1].span[0] >= since:
        goes_on = was_led or _is_first_in_bracket(text, since, ps[first - 1].span[0])
        if _leads(text, ps[first - 1], match.start(), goes_on=goes_on):
            return first - 1
    is_last = first == len(ps) or ps[first].span[0] > until
    # `the p-value was .012 (t = 2.56, df = 98)`
    if first and is_last and re.fullmatch(r"\s*[(\[]\s*", text[ps[first - 1].span[1] : match.start()]):
        return first - 1
    if first == len(ps) or ps[first].span[1] > until:
        return None
    p = ps[first]
    if until < len(text) and _leads(text, p, until):
        return None
    return first if _is_right_behind(text, match.end(), p.span[0]) else None


def _is_first_in_bracket(text: str, since: int, start: int) -> bool:
    """Whether a bracket is open at a place which none was at the test before."""
    between = text[since:start]
    opened = max(between.rfind("("), between.rfind("["))
    return opened >= 0 and not re.search(r"[)\]]", between[opened:])


def _leads(text: str, p: PrintedP, start: int, *, goes_on: bool = False) -> bool:
    """Whether a p stands right before a test and opens what holds both: `(p = .04, t(18) = 2.2)`.

    Where the p of the test before did so, or no test stands in the bracket yet, it may follow on something else.
    """
    if re.fullmatch(r"\s*[,;]\s*", text[p.span[1] : start]) is None:
        return False
    before = text[: p.span[0]].rstrip()
    return before[-1:] in ("(", "[", ":", "") or (goes_on and re.search(r"(?:[;,]|\band)$", before) is not None)


def _is_right_behind(text: str, end: int, start: int) -> bool:
    between = text[end:start]
    if len(between) > FARTHEST or _PARTED.search(text, end, start):
        return False
    return len(_WORD.findall(_NAMES_BETWEEN.sub("", between))) <= MOST_WORDS


def _test(text: str, name: str, match: re.Match[str], p: PrintedP | None, until: int) -> PrintedTest:
    end = match.end()
    inside = match["in"] or match["low"]
    start, stop = match.start(), end
    degrees: list[Number] = []
    if inside:
        begin = match.start("in") if match["in"] else match.start("low")
        degrees = list(_degrees(text, name, begin, begin + len(inside)))
    else:
        beside = _degrees_beside(text, name, match, p, until)
        if beside is not None:
            degrees, (first, last) = beside
            start, stop = min(start, first), max(stop, last)
    cases = CASES.search(text, match.start(), max(stop, p.span[1] if p and p.span[0] >= end else stop))
    if cases is None and p is not None and p.span[0] >= end:
        cases = _CASES_BEHIND.match(text, p.span[1])
    statistic = number(text, *match.span("value"))
    said = match["op"] or "="
    op = {"<=": "≤", ">=": "≥", ":": "="}.get(said, said)
    shown = text[start:stop] if p is None or not start <= p.span[0] < stop else match[0]
    size = _group(cases, "n") if cases else None
    if name in CORRELATIONS and size is not None and not degrees and size.value > 2:
        # A correlation of n cases has n - 2 degrees of freedom.
        degrees = [size._replace(value=size.value - 2, interval=Interval.point(size.value - 2))]
        stop = max(stop, size.span[1] if p is None or size.span[0] < p.span[0] else stop)
    return PrintedTest(name, (start, stop), op, statistic, tuple(degrees), size, p, shown.strip())


def _degrees(text: str, name: str, start: int, end: int) -> Iterator[Number]:
    """Yield the degrees of freedom that stand within brackets or lowered."""
    if name == "F" and (two := _TWO_DEGREES.search(text, start, end)):
        yield from (_group(two, "first"), _group(two, "second"))
        return
    for found in re.compile(NUMBER).finditer(text, start, end):
        yield number(text, *found.span())


NEAR = 60
"""Maximum characters between a test and degrees of freedom behind it, or behind its p."""


def _degrees_beside(
    text: str, name: str, match: re.Match[str], p: PrintedP | None, until: int
) -> tuple[list[Number], Span] | None:
    """Return the degrees of freedom that stand behind a test or its p, or right before it, and where."""
    pattern = _DF_OF_F if name == "F" else _DEGREES
    found = pattern.search(text, match.end(), min(until, match.end() + NEAR))
    if found and _PARTED.search(text, match.end(), found.start()):
        found = None
    if found is None and p is not None and p.span[0] >= match.end():
        found = pattern.search(text, p.span[1], min(until, p.span[1] + NEAR // 3))
    if found is None:
        before = [*pattern.finditer(text, max(0, match.start() - NEAR // 2), match.start())]
        near = before and re.fullmatch(r"\s*[,;)]?\s*", text[before[-1].end() : match.start()])
        found = before[-1] if near else None
    if found is None and name == "F":
        found = _two_named(text, match.end(), until)
    if found is None:
        return None
    names = [each for each in ("first", "second", "one", "other") if found.groupdict().get(each)]
    return [_group(found, each) for each in names], found.span()


def _two_named(text: str, start: int, until: int) -> re.Match[str] | None:
    """Return `num df = 28, denom df = 29` or `df1 = 2, df2 = 45`."""
    found = _DEGREES.search(text, start, min(until, start + NEAR))
    return found if found and found["second"] else None
