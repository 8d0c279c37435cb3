"""Reported tests of a text as checks: what is printed, what follows, and how it is told.

Belongs here: the tests of a block, and the words of their checks. Does not: reading tests (`notation`), or judging one
(`tests`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tidebook.pipelines.judge.text.finding import share_off
from tidebook.plugins.statistics.check import Check, Outcome, span_in
from tidebook.plugins.statistics.coefficients import agrees_with_either_tail, p_of_coefficient, why_of_coefficient
from tidebook.plugins.statistics.formulas import QUOTIENT_SOURCE
from tidebook.plugins.statistics.notation import NUMBER, PrintedP, PrintedTest, number_or_none
from tidebook.plugins.statistics.printing import bare, p_range, p_words
from tidebook.plugins.statistics.tests import JudgedTest, is_significant
from tidebook.plugins.statistics.text import Passage, StatisticsText

_COEFFICIENT = re.compile(
    r"(?:(?<![A-Za-z])[bB]\s*=|\b(?:[Ee]stimate|[Cc]oefficient|[Ss]lope)\s*(?:=|of|was|is))\s*"
    rf"(?P<b>-?\s?{NUMBER})\s*[,;(\[]+\s*(?:SE|S\.E\.|s\.e\.|se|[Ss]tandard\s+error)\s*(?:=|of|:)?\s*"
    rf"(?P<error>{NUMBER})[)\]]?\s*[,;]\s*$"
)
"""A coefficient with its standard error, right before p; a mean has one too, but a p that is not its own."""
_RATIO = re.compile(r"\b(?:[Oo]dds|[Hh]azard|[Rr]isk|[Rr]ate|[Ll]ogistic|OR|HR|RR|IRR)\b")
"""Names of ratios, whose standard errors may be those of their logarithms."""
LONGEST_COEFFICIENT = 80
"""Maximum characters of a coefficient with its standard error."""

_OUTCOMES: dict[str, Outcome] = {"decision": "decision error", "inconsistent": "inconsistent"}


def test_checks(text: StatisticsText, passage: Passage) -> Iterator[Check]:
    """Yield a check for each test of a block, and for each p that stands beside none."""
    for judged in passage.tests:
        yield _check(text, passage, judged)
    for p in passage.alone:
        yield _of_coefficient(passage, p) or _alone(passage, p)


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
    )._replace(low=judged.p.low, high=judged.p.high)
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


def _of_coefficient(passage: Passage, p: PrintedP) -> Check | None:
    """Compare p with the coefficient over its standard error before it; None without one."""
    # Not from where its sentence begins: `s.e. 0.04` may look like the end of one.
    match = _COEFFICIENT.search(passage.plain, max(0, p.span[0] - LONGEST_COEFFICIENT), p.span[0])
    if match is None or p.number is None or _RATIO.search(passage.quote(p.span[0])):
        return None
    b, error = (number_or_none(passage.plain, *match.span(name)) for name in ("b", "error"))
    if b is None or error is None or error.interval.low <= 0:
        return None
    follows = p_of_coefficient(b.interval, error.interval)
    why = why_of_coefficient(b.words.strip(), error.words, follows)
    block, quote = passage.block, passage.quote(p.span[0])
    words, others = block.text[match.start() : p.span[1]], tuple(span_in(block, *each.span) for each in (b, error))
    check = Check(
        "coefficient", "consistent", span_in(block, *p.span), words, quote, "", why, QUOTIENT_SOURCE, others
    )._replace(low=follows.low, high=follows.high)
    if agrees_with_either_tail(p, follows):
        return check
    excuses = passage.excuses.beside(quote)
    if excuse := excuses.otherwise or excuses.many:
        return check._replace(outcome="excused", why=f"{why}, not {p.words}; “{excuse}” in the text")
    off = share_off((follows.low + follows.high) / 2, p.number.value)
    return check._replace(outcome="inconsistent", why=f"{why}, not {p.words}", off=off)
