"""Reported tests of a text as checks: what is printed, what follows, and how it is told.

Belongs here: the tests of a block, and the words of their checks. Does not: reading tests (`notation`), or judging one
(`tests`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import exp

from tidebook.pipelines.judge.text.finding import share_off
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.relate.forms import QUOTIENT
from tidebook.plugins.statistics.check import Check, Outcome, span_in
from tidebook.plugins.statistics.coefficients import (
    EXPONENT_SOURCE,
    MOST_EXPONENT,
    agrees_with_either_tail,
    p_of_coefficient,
    p_of_t,
    why_of_coefficient,
)
from tidebook.plugins.statistics.estimates import RATIO, Estimate, Item
from tidebook.plugins.statistics.formulas import LOG_MIDDLE, P_OF, QUOTIENT_SOURCE, absolute
from tidebook.plugins.statistics.notation import Number, PrintedP, PrintedTest
from tidebook.plugins.statistics.printing import bare, like, p_range, p_words
from tidebook.plugins.statistics.tests import JudgedTest, is_significant, size_of
from tidebook.plugins.statistics.text import Passage, StatisticsText

_OUTCOMES: dict[str, Outcome] = {"decision": "decision error", "inconsistent": "inconsistent"}


def test_checks(text: StatisticsText, passage: Passage, estimates: Sequence[Estimate]) -> Iterator[Check]:
    """Yield a check for each test of a block and each coefficient, and for each p that stands beside none."""
    known = set()
    for each in estimates:
        for check in _of_coefficient(passage, each):
            known.add(check.at.start)
            yield check
        # That of an estimate with its interval is compared with it.
        if each.only("interval") and (p := each.only("p")):
            known.add(passage.block.offsets[p.span[0]])
    for judged in passage.tests:
        check = _check(text, passage, judged)
        if check.outcome != "not recomputed" or check.at.start not in known:
            yield check
    for alone in passage.alone:
        if passage.block.offsets[alone.span[0]] not in known:
            yield _alone(passage, alone)


def _check(text: StatisticsText, passage: Passage, judged: JudgedTest) -> Check:
    test, block = judged.test, passage.block
    span = words_span(test)
    words, quote = block.text[slice(*span)], passage.quote(span[0])
    at, other = span_in(block, *(test.p.span if test.p else test.span)), span_in(block, *test.span)
    if judged.state == "not recomputed":
        return Check("test", "not recomputed", at, words, quote, why=judged.excuse)
    assert test.p is not None and judged.p is not None and judged.formula is not None
    check = Check(
        "test", "consistent", at, words, quote, _expected(judged), _follows(judged), judged.formula.source, (other,)
    )._replace(low=judged.p.low, high=judged.p.high, among=" of ranks" if test.name == "ρ" else "")
    if judged.state == "excused":
        return check._replace(outcome="excused", why=f"{check.why}, not {test.p.words}; {judged.excuse}")
    if judged.is_wrong:
        printed = test.p.number.value if test.p.number else text.convention.alpha
        off = share_off(judged.exact, printed)
        return check._replace(outcome=_OUTCOMES[judged.state], why=_why_wrong(text, judged, test.p), off=off)
    return check


def words_span(test: PrintedTest) -> tuple[int, int]:
    """Return where a test stands with its p."""
    p = test.p.span if test.p else test.span
    return min(test.span[0], p[0]), max(test.span[1], p[1])


def _expected(judged: JudgedTest) -> str:
    sign = {"<": ">", "≤": ">", ">": "<", "≥": "<"}.get(judged.test.op, "=")
    return p_words(judged.exact, sign)


def _follows(judged: JudgedTest) -> str:
    """Return what follows from a test, with its range over the rounding of what is printed."""
    assert judged.p is not None
    low, high = judged.p.low, judged.p.high
    shown = "" if high < 0.0005 or judged.test.op != "=" else f" (with rounding {p_range(low, high)})"
    return f"{judged.test.words} gives {_expected(judged)}{shown}"


def _why_wrong(text: StatisticsText, judged: JudgedTest, p: PrintedP) -> str:
    why = f"{_follows(judged)}, not {p.words}"
    alpha = text.convention.alpha
    if judged.state == "decision":
        is_claimed = is_significant(p, text.convention)
        why += f"; at {bare(alpha, 2)} it is {'no longer' if is_claimed else 'in fact'} significant"
    if judged.half:
        why += "; that is the p of a one-tailed test, which the text does not mention"
    return why


def _alone(passage: Passage, p: PrintedP) -> Check:
    at = span_in(passage.block, *p.span)
    return Check("test", "not recomputed", at, p.words, passage.quote(p.span[0]), why="no test stands beside it")


# Coefficients

_CHANGED = re.compile(
    r"\b(?:reduc\w+|lower\w*|decreas\w+|fell|increas\w+|higher|rose|greater|less|more)\b", re.IGNORECASE
)
_STANDARDISED = re.compile(r"(?:β|\bbeta)\s*[=:]\s*$", re.IGNORECASE)
_LOGARITHMIC = re.compile(r"(?:(?<![A-Za-z])[bBβ]\s*[=:]|\b(?:[Cc]oefficient|[Ll]og[-\s]?odds|[Ll]ogit)\b.*)\s*-?$")
"""Names of coefficients beside whose odds ratios they are exponents."""


def _of_coefficient(passage: Passage, each: Estimate) -> Iterator[Check]:
    """Yield what the standard error, test, p and odds ratio beside a coefficient say of each other."""
    error, test, p, ratio = (each.only(kind) for kind in ("se", "test", "p", "ratio"))
    b, own = each.number, each.only("b")
    if own is not None:
        b, each = own.number, replace(each, number=own.number, scale="difference", before="b = ")
    if b is not None and ratio and ratio.number and each.is_percent and _CHANGED.search(each.before + each.behind):
        yield _change(passage, b, ratio.number)
    elif b is not None and ratio and ratio.number and _LOGARITHMIC.search(each.before):
        yield _exponent(passage, each, b, ratio.number)
    if b is not None and error and error.number and _is_of_coefficient(passage, each, b, error):
        if test and test.test and test.test.name in "tz" and test.test.op == "=":
            yield _quotient(passage, b, error.number, test.test)
        elif p and p.p and p.p.number and not test and each.scale == "difference":
            follows = p_of_coefficient(b.interval, error.number.interval)
            why = why_of_coefficient(b.words.strip(), error.number.words, follows)
            yield _p_of(passage, p.p, follows, why, QUOTIENT_SOURCE, [b, error.number])
    t, printed = test and test.test, p and p.p
    if t and printed and t.name == "t" and t.p == printed and not t.degrees:
        follows = p_of_t(size_of(t))
        why = f"{t.words} gives p = {p_range(follows.low, follows.high)} whatever its degrees of freedom"
        if printed.number:
            yield _p_of(passage, printed, follows, why, P_OF["t"].source, [t.statistic])


def _change(passage: Passage, percent: Number, ratio: Number) -> Check:
    """Compare a change in percent with the ratio behind it: `28% lower (HR 0.72)`."""
    ends = [100 * abs(end - 1) for end in ratio.interval[:2]]
    follows = Interval(min(ends), max(ends))
    expected = like(100 * abs(ratio.value - 1), percent.words)
    why = f"a ratio of {ratio.words} is a change of {expected}%"
    off = share_off(100 * abs(ratio.value - 1), percent.value)
    is_right = follows.overlaps(percent.interval)
    return _compared(passage, percent, is_right, why, LOG_MIDDLE.source, [ratio], follows, f"{expected}%", off)


def _is_of_coefficient(passage: Passage, each: Estimate, b: Number, error: Item) -> bool:
    """Whether a standard error is that of a coefficient or difference, for which alone it goes with t and p.

    A number with no name is one if its test stands within the same brackets: a mean has none there.
    """
    assert error.number is not None
    if error.number.interval.low <= 0 or RATIO.search(passage.quote(b.span[0])):
        return False
    styles = {number.words.strip().lstrip("-").startswith(".") for number in (b, error.number)}
    if _STANDARDISED.search(each.before) and (len(styles) > 1 or True in styles):
        return False
    behind = passage.plain[error.span[1] : each.items[-1].span[0]]
    return each.scale == "difference" or (not each.scale and not re.search(r"[)\]]", behind))


def _quotient(passage: Passage, b: Number, error: Number, test: PrintedTest) -> Check:
    """Compare t or z with a coefficient over its standard error."""
    printed, follows = size_of(test), QUOTIENT.interval(absolute(b.interval), error.interval)
    middle = abs(b.value) / error.value
    expected = like(-middle if test.statistic.value < 0 else middle, test.statistic.words)
    why = f"{b.words.strip()} over {error.words} is {expected} ({follows.low:.3g} to {follows.high:.3g} with rounding)"
    is_right = follows.low <= printed.high and printed.low <= follows.high
    off = share_off(middle, abs(test.statistic.value))
    others = [b, error]
    return _compared(passage, test.statistic, is_right, why, QUOTIENT_SOURCE, others, follows, expected, off)


def _exponent(passage: Passage, each: Estimate, b: Number, ratio: Number) -> Check:
    """Compare an odds ratio with the exponent of its coefficient."""
    follows = Interval(exp(b.interval.low), exp(b.interval.high)) if abs(b.value) < MOST_EXPONENT else ratio.interval
    expected = like(exp(min(b.value, MOST_EXPONENT)), ratio.words)
    is_right = follows.overlaps(ratio.interval)
    why = f"exp({b.words.strip()}) is {expected}"
    off = share_off(exp(min(b.value, MOST_EXPONENT)), ratio.value)
    return _compared(passage, ratio, is_right, why, EXPONENT_SOURCE, [b], follows, expected, off)


def _p_of(passage: Passage, p: PrintedP, follows: Interval, why: str, source: str, others: Sequence[Number]) -> Check:
    """Compare a p with those that follow whatever the degrees of freedom are."""
    assert p.number is not None
    at = p.number._replace(words=p.words, span=p.span)
    off = share_off((follows.low + follows.high) / 2, p.number.value)
    check = _compared(passage, at, agrees_with_either_tail(p, follows), why, source, others, follows, "", off)
    excuses = passage.excuses.beside(passage.quote(p.span[0]))
    # Robust errors and those of clusters are the ones printed.
    otherwise = "" if re.match("robust|cluster", excuses.otherwise, re.IGNORECASE) else excuses.otherwise
    if check.tier and (excuse := otherwise or excuses.many):
        return check._replace(outcome="excused", why=f"{check.why}; “{excuse}” in the text")
    return check


def _compared(
    passage: Passage, at: Number, is_right: bool, why: str, source: str, others: Sequence[Number], follows: Interval,
    expected: str, off: float,
) -> Check:  # fmt: skip
    spans = [(number.span[1] - len(number.words.lstrip()), number.span[1]) for number in (at, *others)]
    words = passage.block.text[min(start for start, _ in spans) : max(end for _, end in spans)]
    place, *evidence = (span_in(passage.block, *span) for span in spans)
    outcome: Outcome = "consistent" if is_right else "inconsistent"
    told = why if is_right else f"{why}, not {at.words.strip()}"
    return Check(
        "coefficient", outcome, place, words, passage.quote(at.span[0]), expected, told, source, tuple(evidence),
        0.0 if is_right else off, follows.low, follows.high,
    )  # fmt: skip
