"""What the columns of a table of coefficients or tests say of each other: b, SE, t, p, interval, odds ratio, stars.

Belongs here: one rule each. Does not: which column holds what (`columns`).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from tidebook.pipelines.judge.text.finding import share_off
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.relate.forms import QUOTIENT
from tidebook.plugins.statistics.check import Check, Outcome
from tidebook.plugins.statistics.columns import ReadTable, Row, Rule, check_of
from tidebook.plugins.statistics.formulas import LINEAR_MIDDLE, P_OF, QUOTIENT_SOURCE, absolute, critical
from tidebook.plugins.statistics.notation import PrintedP
from tidebook.plugins.statistics.printing import like, p_range, p_words
from tidebook.plugins.statistics.tests import Convention, agrees

FEWEST_DEGREES = 3
"""Degrees of freedom from which on the p of a t without any is believed."""
MOST_EXPONENT = 20
"""Size of a coefficient up to which its exponent is an odds ratio."""
EXPONENT_SOURCE = "odds ratio = exp(b); D. W. Hosmer and S. Lemeshow, Applied Logistic Regression (2000), section 3.2"


def _quotient(_: ReadTable, row: Row, quote: str) -> Check | None:
    """Compare t, z or Wald's statistic with b over its standard error."""
    test = next((role for role in ("t", "z", "wald") if role in row), "")
    if not (test and "b" in row and "se" in row) or row["se"].interval.low <= 0:
        return None
    b, error, printed = row["b"], row["se"], row[test]
    follows = QUOTIENT.interval(absolute(b.interval), error.interval)
    middle = abs(b.number.value) / error.number.value
    if test == "wald":
        follows, middle = Interval(follows.low**2, follows.high**2), middle**2
    size = absolute(printed.interval)
    agrees_ = follows.low <= size.high + 1e-9 and size.low <= follows.high + 1e-9
    if test == "z" and not agrees_:
        # Some tables print Wald's statistic, its square, below z.
        agrees_ = follows.low**2 <= size.high and size.low <= follows.high**2
    expected = like(-middle if printed.number.value < 0 else middle, printed.words)
    why = f"{b.words} over {error.words} is {expected} ({follows.low:.3g} to {follows.high:.3g} with rounding)"
    off = share_off(middle, abs(printed.number.value))
    return check_of("coefficient", agrees_, printed, quote, why, [b, error], expected, QUOTIENT_SOURCE, off, follows)


def _p(known: ReadTable, row: Row, quote: str) -> Check | None:
    """Compare p with its statistic and degrees of freedom; without any, with what all of them allow."""
    name = next((role for role in ("t", "z", "F", "χ²", "r", "wald") if role in row), "")
    if "p" not in row or not 0 <= row["p"].number.value <= 1:
        return None
    if not name:
        return _p_of_error(known, row, quote)
    printed, statistic = row["p"], row[name]
    degrees = _degrees(known, row, name)
    if degrees is None:
        return None
    letter = {"wald": "χ²"}.get(name, name)
    size = absolute(statistic.interval)
    if letter == "r" and size.high >= 1:
        return None
    ranges = [P_OF[letter].interval(size, *(Interval.point(each) for each in some)) for some in degrees]
    follows = _around(ranges)
    p = PrintedP(printed.words, (0, 0), printed.op, printed.number)
    agrees_ = agrees_with_either_tail(p, follows)
    middle = (follows.low + follows.high) / 2
    shown = (
        p_words(middle)
        if len(degrees) == 1
        else f"p = {p_range(follows.low, follows.high)} whatever its degrees of freedom"
    )
    why = f"{letter} = {statistic.words} gives {shown}"
    expected = p_words(middle) if len(degrees) == 1 else ""
    off = share_off(middle, printed.number.value)
    check = check_of("test", agrees_, printed, quote, why, [statistic], expected, P_OF[letter].source, off, follows)
    if known.many and not agrees_ and printed.op not in ("<", "≤") and printed.number.value > follows.high:
        why = f"{check.why}; “{known.many}” in the text: a correction for many tests makes p larger"
        return check._replace(outcome="excused", why=why)
    return check


def _p_of_error(known: ReadTable, row: Row, quote: str) -> Check | None:
    """Compare p with b over its standard error, where no statistic is printed."""
    if not {"b", "se"} <= row.keys() or row["se"].interval.low <= 0 or known.many:
        return None
    printed = row["p"]
    follows = p_of_coefficient(row["b"].interval, row["se"].interval)
    p = PrintedP(printed.words, (0, 0), printed.op, printed.number)
    agrees_ = agrees_with_either_tail(p, follows)
    why = why_of_coefficient(row["b"].words, row["se"].words, follows)
    off = share_off((follows.low + follows.high) / 2, printed.number.value)
    others = [row["b"], row["se"]]
    return check_of("coefficient", agrees_, printed, quote, why, others, "", QUOTIENT_SOURCE, off, follows)


def p_of_coefficient(b: Interval, error: Interval) -> Interval:
    """Return the p of a coefficient over its standard error, with any degrees of freedom from `FEWEST_DEGREES` on."""
    return p_of_t(QUOTIENT.interval(absolute(b), error))


def p_of_t(size: Interval) -> Interval:
    """Return the p of a t with any degrees of freedom from `FEWEST_DEGREES` on."""
    return _around([P_OF["t"].interval(size, Interval.point(each)) for each in (FEWEST_DEGREES, 1e5)])


def _around(ranges: Sequence[Interval]) -> Interval:
    """Return the smallest interval that holds all of some."""
    return Interval(min(each.low for each in ranges), max(each.high for each in ranges))


def agrees_with_either_tail(p: PrintedP, follows: Interval) -> bool:
    """Whether a printed p is one of those that follow, or half of one."""
    return agrees(p, follows, Convention()) or agrees(p, Interval(follows.low / 2, follows.high / 2), Convention())


def why_of_coefficient(b: str, error: str, follows: Interval) -> str:
    """Return in words which p the two numbers give."""
    return f"{b} over {error} gives p = {p_range(follows.low, follows.high)} whatever its degrees of freedom"


def _degrees(known: ReadTable, row: Row, name: str) -> list[list[float]] | None:
    """Return the degrees of freedom that a statistic may have: of t without any the least and the most."""
    if name == "z":
        return [[]]
    if name == "wald":
        return [[1.0]]
    column = next((group[name] for group in known.groups if name in group and group[name] in known.degrees), -1)
    needed = 2 if name == "F" else 1
    if column >= 0 and len(known.degrees[column]) == needed:
        return [known.degrees[column]]
    if "df" in row and needed == 1 and row["df"].number.value > 0:
        return [[row["df"].number.value]]
    return [[FEWEST_DEGREES], [1e5]] if name == "t" else None


def _inside(_: ReadTable, row: Row, quote: str) -> Check | None:
    """Compare an estimate with its interval."""
    estimate = row.get("ratio") or row.get("b")
    if estimate is None or "low" not in row or "high" not in row:
        return None
    low, high = row["low"], row["high"]
    ends = Interval(low.interval.low, high.interval.high)
    why = f"the estimate lies in its interval, {low.words} to {high.words}"
    agrees_ = estimate.interval.overlaps(ends) if ends.low <= ends.high else False
    if not agrees_ and "ratio" in row and "b" in row:
        return None  # the interval may be that of either
    return check_of("interval", agrees_, estimate, quote, why, [low, high], follows=ends)


def _width(_: ReadTable, row: Row, quote: str) -> Check | None:
    """Compare the standard error with half of the interval of b."""
    if not {"b", "se", "low", "high"} <= row.keys() or "ratio" in row or row["se"].interval.low <= 0:
        return None
    low, high, error = row["low"], row["high"], row["se"]
    half = Interval((high.interval.low - low.interval.high) / 2, (high.interval.high - low.interval.low) / 2)
    least, most = critical(0.9), critical(0.99, FEWEST_DEGREES)
    agrees_ = half.high / error.interval.low >= least and half.low / error.interval.high <= most
    middle = (half.low + half.high) / 2
    why = f"half of the interval, {middle:.3g}, is {middle / error.number.value:.2g} times the standard error"
    return check_of("interval", agrees_, error, quote, why, [low, high], "", LINEAR_MIDDLE.source)


def _exponent(_: ReadTable, row: Row, quote: str) -> Check | None:
    """Compare an odds ratio with its coefficient."""
    if "ratio" not in row or "b" not in row or abs(row["b"].number.value) > MOST_EXPONENT:
        return None
    b, ratio = row["b"], row["ratio"]
    follows = Interval(exp(b.interval.low), exp(b.interval.high))
    agrees_ = follows.overlaps(ratio.interval)
    expected = like(exp(b.number.value), ratio.words)
    why = f"exp({b.words}) is {expected}"
    off = share_off(exp(b.number.value), ratio.number.value)
    return check_of("coefficient", agrees_, ratio, quote, why, [b], expected, EXPONENT_SOURCE, off, follows)


def _stars(known: ReadTable, row: Row, quote: str) -> Check | None:
    """Compare stars with p, else with b over its standard error."""
    starred = next(
        (row[role] for role in ("b", "ratio", "t", "z", "p", "r", "F", "χ²") if role in row and row[role].stars), None
    )
    if starred is None or starred.stars not in known.legend:
        return None
    level = known.legend[starred.stars]
    if "p" in row and row["p"].op == "=":
        low, others = row["p"].interval.low, [row["p"]]
        shown = f"p = {row['p'].words}"
    elif "b" in row and "se" in row and row["se"].interval.low > 0:
        size = QUOTIENT.interval(absolute(row["b"].interval), row["se"].interval)
        low, others = P_OF["z"].value(size.high), [row["b"], row["se"]]
        shown = f"{row['b'].words} over {row['se'].words} is {size.high:.3g} at most, of p {p_range(low, low)} at least"
    elif test := row.get("t") or row.get("z"):
        low, others = P_OF["z"].value(absolute(test.interval).high), [test]
        shown = f"{test.words} has p {p_range(low, low)} at least"
    else:
        return None
    why = f"{shown}, and {starred.stars * '*'} stands for p < {level:g}"
    outcome: Outcome = "consistent" if low < level + 1e-9 else "inconsistent"
    others = [other for other in others if other is not starred]
    evidence = tuple(other.span for other in others)
    words = starred.words + starred.stars * "*"
    return Check("stars", outcome, starred.span, words, quote, "", why, QUOTIENT_SOURCE, evidence, 1.0)


COEFFICIENT_RULES: tuple[Rule, ...] = (_quotient, _p, _inside, _width, _exponent, _stars)
