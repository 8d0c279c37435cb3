"""Reported tests: which p follows from a statistic and its degrees of freedom, and whether it is the one beside it.

Belongs here: the judgement of one test, with the range of rounding, and what excuses a difference. Does not: reading
tests (`notation`), or the words of a finding (`wording`).

Source: M. B. Nuijten and others, The prevalence of statistical reporting errors in psychology (1985-2013), Behavior
Research Methods 48 (2016), 1205-1226: which tests are recomputed, the rounding of both, and the error of a decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal, NamedTuple

from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.plugins.statistics.excuses import Excuses
from tidebook.plugins.statistics.formulas import MOST_DEGREES, P_OF, Formula, absolute
from tidebook.plugins.statistics.notation import CORRELATIONS, SIGNED, Number, PrintedP, PrintedTest

State = Literal["consistent", "inconsistent", "decision", "excused", "not recomputed"]
"""`inconsistent`: another p than the one that follows; `decision`: one on the other side of alpha."""
ROOM = 1e-9
"""Errors of float arithmetic, as a share, between a computed p and the decimals that bound it."""
NEAREST = 1e-12
"""Difference, as a share, at which a computed p is equal to a bound: the last digits of floats."""
FEWEST_CASES = 3.0
"""A number from which on it may be the cases of a correlation."""


@dataclass(frozen=True)
class Convention:
    """How a text reports.

    Attributes:
        alpha: the level at which a test is significant.
        equal_is_significant: whether a p that is equal to it is significant, too.
        one_tailed: whether the text mentions one-tailed tests: then half of a two-tailed p is right, too.
        all_one_tailed: whether all its tests are.
        zero_is_wrong: whether `p = .000`, which no test gives, is wrong by itself.
        cases_for_degrees: whether the number behind a correlation may be that of its cases.
    """

    alpha: float = 0.05
    equal_is_significant: bool = True
    one_tailed: bool = False
    all_one_tailed: bool = False
    zero_is_wrong: bool = False
    cases_for_degrees: bool = True


class JudgedTest(NamedTuple):
    """A test with what follows from it.

    Attributes:
        test: what is printed.
        state: whether its p is right.
        p: the range of p that follows, over the rounding of what is printed; None where nothing does.
        exact: the p of the printed numbers themselves.
        half: whether the printed p is that of a one-tailed test, which nothing says it is.
        excuse: what accounts for a difference, or why nothing is recomputed; "" for none.
        formula: how p follows.
    """

    test: PrintedTest
    state: State
    p: Interval | None = None
    exact: float = 1.0
    half: bool = False
    excuse: str = ""
    formula: Formula | None = None

    @property
    def is_wrong(self) -> bool:
        """Whether another p follows, which nothing excuses."""
        return self.state in ("inconsistent", "decision")


def judge_test(test: PrintedTest, convention: Convention, excuses: Excuses) -> JudgedTest:
    """Recompute the p of a test and compare it with the printed one."""
    if why := why_not(test):
        return JudgedTest(test, "not recomputed", excuse=why)
    assert test.p is not None
    formula = P_OF[test.name]
    allowed = p_allowed(test, excuses)
    # A rank correlation allows a range of p; the one by t is shown, which most programs print.
    exact = P_OF["r" if test.name == "ρ" else test.name].value(*(each.low for each in _points(test)))
    if convention.all_one_tailed:
        allowed, exact = Interval(allowed.low / 2, allowed.high / 2), exact / 2
    judged = JudgedTest(test, "consistent", allowed, exact, formula=formula)
    if agrees(test.p, allowed, convention):
        return judged
    half = not convention.all_one_tailed and _agrees_one_tailed(test, allowed, convention)
    if half and test.p.tails != 2 and (convention.one_tailed or test.p.tails == 1):
        return judged
    if convention.cases_for_degrees and _agrees_by_cases(test, convention, excuses):
        return judged
    judged = judged._replace(half=half)
    if excuse := excuses.of(test, allowed):
        return judged._replace(state="excused", excuse=excuse)
    turns = _turns(test.p, allowed, convention)
    return judged._replace(state="decision" if turns else "inconsistent")


def why_not(test: PrintedTest) -> str:
    """Return why no p can be recomputed for a test, "" where one can."""
    if test.p is None:
        return "no p stands beside it"
    if len(test.degrees) < test.needed:
        return "its degrees of freedom are not beside it"
    if len(test.degrees) > test.needed:
        return "it has more degrees of freedom than its distribution"
    if any(not 0 < each.value <= MOST_DEGREES for each in test.degrees):
        return f"its degrees of freedom are not between 0 and {MOST_DEGREES:,.0f}"
    if test.statistic.interval.high < 0 and test.name not in SIGNED:
        return "it cannot be negative"
    if test.name in CORRELATIONS and size_of(test).low > 1:
        return "a correlation is at most 1"
    return ""


def size_of(test: PrintedTest) -> Interval:
    """Return the sizes, without a sign, that the print of a statistic allows."""
    if test.op in ("<", "≤"):
        return Interval(0.0, abs(test.statistic.value))
    if test.op in (">", "≥"):
        return Interval(abs(test.statistic.value), inf)
    return absolute(test.statistic.interval)


def degrees_of(number: Number, excuses: Excuses | None = None) -> Interval:
    """Return the degrees of freedom that a print allows: a whole number is exact, unless the text rounds them."""
    if "." in number.words or (excuses and excuses.rounds_degrees):
        return Interval(max(number.interval.low, 0.5), number.interval.high)
    return Interval.point(number.value)


def p_allowed(test: PrintedTest, excuses: Excuses | None = None) -> Interval:
    """Return the least and the greatest p that a test allows as it is printed."""
    # Those of the groups, the first of two, are never estimated, nor are any but those of variances; p is not monotone
    # in them.
    exact = test.degrees[: test.needed - 1] if test.name in ("t", "F") else test.degrees
    degrees = [*map(degrees_of, exact), *(degrees_of(each, excuses) for each in test.degrees[len(exact) :])]
    return P_OF[test.name].interval(size_of(test), *degrees)


def _points(test: PrintedTest) -> list[Interval]:
    return [Interval.point(abs(test.statistic.value)), *(Interval.point(each.value) for each in test.degrees)]


def agrees(printed: PrintedP, p: Interval, convention: Convention) -> bool:
    """Whether a printed p is one of a range; a p of .000 is one below .0005."""
    if printed.number is None:
        return p.high > convention.alpha
    value = printed.number.value
    if convention.zero_is_wrong and value == 0 and printed.op in ("=", "<"):
        return False
    match printed.op:
        case "<":
            return p.low < value * (1 - NEAREST)
        case "≤":
            return p.low <= value * (1 + NEAREST)
        case ">":
            return p.high > value * (1 + NEAREST)
        case "≥":
            return p.high >= value * (1 - NEAREST)
    low, high = printed.number.interval[:2]
    return p.low <= high * (1 + ROOM) and p.high >= low * (1 - ROOM)


def _agrees_one_tailed(test: PrintedTest, p: Interval, convention: Convention) -> bool:
    """Whether a printed p is that of a one-tailed test, in either direction."""
    one_square = bool(test.degrees) and test.degrees[0].value == 1
    if test.p is None or not (test.name in SIGNED or one_square):
        return False
    halves = (Interval(p.low / 2, p.high / 2), Interval(1 - p.high / 2, 1 - p.low / 2))
    return any(agrees(test.p, half, convention) for half in halves)


def _agrees_by_cases(test: PrintedTest, convention: Convention, excuses: Excuses) -> bool:
    """Whether the number behind a correlation is its sample size, printed instead of the degrees of freedom."""
    is_known = test.name not in CORRELATIONS or test.cases is not None
    if is_known or test.p is None or test.degrees[0].value < FEWEST_CASES:
        return False
    # A correlation of n cases has n - 2 degrees of freedom.
    n = test.degrees[0]
    fewer = n._replace(value=n.value - 2, interval=Interval(n.interval.low - 2, n.interval.high - 2))
    return agrees(test.p, p_allowed(test._replace(degrees=(fewer,)), excuses), convention)


def _turns(printed: PrintedP, p: Interval, convention: Convention) -> bool:
    """Whether a printed p is on another side of alpha than all that follow."""
    claimed = is_significant(printed, convention)
    if claimed is None:
        return False
    if claimed:
        return p.low > convention.alpha
    return p.high <= convention.alpha if convention.equal_is_significant else p.high < convention.alpha


def is_significant(printed: PrintedP, convention: Convention) -> bool | None:
    """Whether the printed p is significant; None where a bound leaves it open."""
    if printed.number is None:
        return False
    value, alpha = printed.number.value, convention.alpha
    match printed.op:
        case "<" | "≤":
            return True if value <= alpha else None
        case ">" | "≥":
            return False if value >= alpha else None
    return value <= alpha if convention.equal_is_significant else value < alpha
