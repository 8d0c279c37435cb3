"""Intervals of confidence: the estimate inside, the ends in order, the middle, the p and the standard error beside it.

Belongs here: the rules of intervals in running text. Does not: which estimate they are of (`estimates`), margins of
error (`descriptives`), or intervals in the columns of a table (`tables`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Literal

from tidebook.pipelines.judge.text.finding import share_off
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.plugins.statistics.check import Check, Outcome, span_in
from tidebook.plugins.statistics.estimates import RATIO, Estimate, PrintedInterval, Scale
from tidebook.plugins.statistics.formulas import LINEAR_MIDDLE, LOG_MIDDLE, WILSON_SOURCE, critical
from tidebook.plugins.statistics.notation import CORRELATIONS, NUMBER, Number, PrintedP, number_or_none
from tidebook.plugins.statistics.printing import like, p_range, p_words
from tidebook.plugins.statistics.tests import Convention, is_significant
from tidebook.plugins.statistics.text import Passage, StatisticsText

_FALL = re.compile(
    r"\b(?:reduc\w+|decreas\w+|lower\w*|fewer|less|declin\w+|f[ae]ll\w*|loss|lost|drop\w*|shorter|smaller|worse)\b",
    re.IGNORECASE,
)
_NOT_WALD = re.compile(
    r"\bbootstrap\w*|\bprofile|\bexact\b|\bclopper|\bwilson\b|\bfieller|\bbayes\w*|\bposterior|\bpercentile|\bbias-corrected|\bBCa\b"
    r"|\bmediat\w+|\bindirect",
    re.IGNORECASE,
)
"""Methods whose intervals are not symmetric on any scale, and whose p may come from another test."""
_LOGARITHM = re.compile(r"\b(?:log(?:s|arithms?|-\w+|it|istic)?|ln|exp|exponent\w*)\b", re.IGNORECASE)
MOST_EXPONENT = 20
_SKEWED = re.compile(r"\b(?:median|Hodges|log\w*|transform\w*|geometric|skew\w*|Poisson|rare)\b", re.IGNORECASE)
"""Words of estimates whose intervals may reach much farther to one side."""
_PROPORTION = re.compile(
    r"\b(?:sensitivity|specificity|predictive\s+value|[PN]PV|prevalence|proportion|accuracy)\b[^.;%]{0,40}$"
)
MOST_UNEVEN = 2.2
"""How many times farther an interval may reach to one side of its estimate than to the other."""
MOST_UNEVEN_OF_SHARES = 1.5
"""The same for a proportion, to the wrong side: toward 0 or 1."""
LEAST_LEVEL, USUAL_LEVELS = 0.8, (0.5, 0.68, 0.67, 0.66, 0.75)
"""Levels of confidence from the one on are usual, and below it few."""
FAR_OFF = 0.8
"""How many standard errors p and interval may be apart: small samples and other tests explain less than that."""
FEWEST_DEGREES = 3
"""Least degrees of freedom of an interval: the quantile of t is 3.2 there."""


@dataclass(frozen=True)
class IntervalOf:
    """An interval with the estimate that it is of, None without one, its standard error, and the p beside them."""

    printed: PrintedInterval
    estimate: Number | None
    scale: Scale
    is_percent: bool
    is_beside: bool
    before: str
    error: Number | None
    p: PrintedP | None

    @property
    def span(self) -> tuple[int, int]:
        """Where the interval stands."""
        return self.printed.span

    @property
    def level(self) -> float:
        """Its level of confidence as a share."""
        return self.printed.level

    @property
    def low(self) -> Number:
        """Its lower end."""
        return self.printed.low

    @property
    def high(self) -> Number:
        """Its upper end."""
        return self.printed.high


def intervals_of(estimates: Sequence[Estimate]) -> Iterator[IntervalOf]:
    """Yield the intervals of a block, in order."""
    for each in estimates:
        found, error, p = (each.only(kind) for kind in ("interval", "se", "p"))
        if found is None or found.interval is None:
            continue
        number, scale, is_beside = each.number, each.scale, each.is_beside
        is_percent = each.is_percent or found.interval.is_percent
        own: tuple[Literal["ratio", "effect"], ...] = ("ratio", "effect")
        for kind in own:
            if (item := each.only(kind)) is not None and item.span < found.span:
                number, scale, is_beside = item.number, kind, True
        before = [item for item in each.items if item.span < found.span]
        if before and (r := before[0].test) is not None and r.name in CORRELATIONS:
            number, scale, is_beside = r.statistic, "effect", True
        yield IntervalOf(
            found.interval, number, "" if is_percent else scale, each.is_percent, is_beside, each.before,
            error and error.number, p and p.p,
        )  # fmt: skip


def interval_checks(text: StatisticsText, passage: Passage, found: Sequence[IntervalOf]) -> Iterator[Check]:
    """Yield a check for each interval of a block: the first of its rules that fails, else that it agrees."""
    for each in found:
        failing = [*_failing(text, passage, each)]
        whole = (span_in(passage.block, *each.span),)
        if failing:
            yield failing[0]._replace(covers=whole)
        elif each.estimate is not None:
            yield _told(passage, each, "consistent", "the estimate lies inside", each.low)._replace(covers=whole)
        else:
            words, why = whole[0].words, "no estimate stands right before it"
            yield Check("interval", "not recomputed", whole[0], words, passage.quote(each.span[0]), why=why)


def _failing(text: StatisticsText, passage: Passage, each: IntervalOf) -> Iterator[Check]:
    if each.low.interval.low > each.high.interval.high:
        yield from _out_of_order(passage, each)
        return
    if each.level < LEAST_LEVEL and each.level not in USUAL_LEVELS:
        why = f"{100 * each.level:g}% is an unusual level"
        yield _told(passage, each, "hint", why, each.low)
    if each.estimate is None:
        return
    yield from _outside(passage, each)
    yield from _off_half(passage, each)
    is_wald = not (each.printed.is_bayesian or _NOT_WALD.search(passage.quote(each.span[0])))
    if is_wald:
        yield from _against_p(text.convention, passage, each)
        yield from _against_error(passage, each)
        yield from _off_middle(passage, each)


# Rules


def _told(
    passage: Passage,
    each: IntervalOf,
    outcome: Outcome,
    why: str,
    at: Number,
    expected: str = "",
    source: str = "",
) -> Check:
    block = passage.block
    numbers = [number for number in (each.estimate, each.error, each.low, each.high) if number and number is not at]
    start = min([each.span[0], *(number.span[0] for number in (each.estimate,) if number)])
    others = [span_in(block, *_trimmed(number)) for number in numbers]
    if each.p is not None:
        others.append(span_in(block, *each.p.span))
    words = block.text[start : each.span[1]].strip()
    return Check(
        "interval", outcome, span_in(block, *_trimmed(at)), words, passage.quote(each.span[0]), expected, why, source,
        tuple(others),
    )  # fmt: skip


def _trimmed(number: Number) -> tuple[int, int]:
    """Return where a number stands without the blanks at its ends."""
    start, end = number.span
    lead = len(number.words) - len(number.words.lstrip())
    return start + lead, end - (len(number.words) - len(number.words.rstrip()))


def _out_of_order(passage: Passage, each: IntervalOf) -> Iterator[Check]:
    # Ends below zero are sometimes printed by their size: `-1.2 to -3.4`.
    outcome: Outcome = "hint" if each.low.value <= 0 and each.high.value < 0 else "inconsistent"
    why = f"the lower end {each.low.words.strip()} is above the upper end {each.high.words.strip()}"
    yield _told(passage, each, outcome, why, each.low)


def _outside(passage: Passage, each: IntervalOf) -> Iterator[Check]:
    assert each.estimate is not None
    value, ends = each.estimate.interval, Interval(each.low.interval.low, each.high.interval.high)
    if value.overlaps(ends) or _is_inside_otherwise(passage, each, ends):
        return
    if not each.is_beside and any(ends.contains(other) for other in _numbers(each.before)):
        return  # words stand between: it may be that of another number
    shown = f"{each.low.words.strip()} to {each.high.words.strip()}"
    why = f"the estimate {each.estimate.words.strip()} lies outside of its interval, {shown}, whatever was rounded"
    off = share_off(each.estimate.value, (each.low.value + each.high.value) / 2)
    yield _told(passage, each, "inconsistent", why, each.estimate)._replace(off=off, low=ends.low, high=ends.high)


def _is_inside_otherwise(passage: Passage, each: IntervalOf, ends: Interval) -> bool:
    """Whether an estimate lies in its interval on another scale: with the other sign, in percent, as a logarithm."""
    assert each.estimate is not None
    value, sentence = each.estimate.value, passage.quote(each.span[0])
    others = [-value] if _FALL.search(sentence) or (value < 0 and ends.low >= 0) else []
    match each.printed.is_percent, each.is_percent:
        case (True, False):
            others.append(value * 100)
        case (False, True):
            others += [value / 100, 1 - value / 100, 1 + value / 100]
    if _LOGARITHM.search(sentence) or (each.scale != "ratio" and RATIO.search(sentence)):
        others += [log(value)] if value > 0 else []
        others += [exp(value)] if abs(value) < MOST_EXPONENT else []
    return any(ends.contains(other) for other in others)


def _numbers(text: str) -> Iterator[float]:
    """Yield the numbers of a text, with either sign."""
    for match in re.finditer(NUMBER, text):
        if (found := number_or_none(text, *match.span())) is not None:
            yield from (found.value, -found.value)


def _nothing(each: IntervalOf) -> float | None:
    """Return the value of an estimate that means no effect, None where no value does."""
    if not each.scale and each.low.interval.high < 0 < each.high.interval.low:
        return 0.0
    return {"ratio": 1.0, "difference": 0.0, "effect": 0.0}.get(each.scale)


def _against_p(convention: Convention, passage: Passage, each: IntervalOf) -> Iterator[Check]:
    """Compare p with the interval: at the same level both must say whether there is an effect."""
    nothing = _nothing(each)
    if each.p is None or nothing is None or each.estimate is None or (each.scale == "ratio" and each.low.value <= 0):
        return
    alpha = round(1 - each.level, 6)
    claimed = is_significant(each.p, Convention(alpha=alpha))
    low, high = each.low.interval, each.high.interval
    excludes = nothing < low.low or nothing > high.high
    includes = low.high < nothing < high.low
    p = _p_of_interval(each, nothing)
    if p is None or not (excludes or includes) or claimed is None:
        return
    shown = f"{each.low.words.strip()} to {each.high.words.strip()}"
    source = LOG_MIDDLE.source if each.scale == "ratio" else LINEAR_MIDDLE.source
    side = "excludes" if excludes else "includes"
    why = f"the {100 * each.level:g}% interval {shown} {side} {nothing:g} and goes with p = {p_range(p.low, p.high)}"
    expected = p_words(min((p.low + p.high) / 2, 1.0))
    off = share_off((p.low + p.high) / 2, each.p.number.value if each.p.number else convention.alpha)
    at = each.p.number
    if at is not None and claimed != excludes:
        near = p.low * 0.67 <= at.value <= p.high * 1.5
        outcome: Outcome = "hint" if near else "inconsistent"
        check = _told(passage, each, outcome, f"{why}, not {each.p.words}", each.low, expected, source)
    elif at is not None and _is_far_below(each.p, p):
        check = _told(passage, each, "inconsistent", f"{why}, not {each.p.words}", each.low, expected, source)
    else:
        return
    place = span_in(passage.block, *each.p.span)
    ends = [span_in(passage.block, *_trimmed(number)) for number in (each.estimate, each.low, each.high)]
    yield check._replace(at=place, evidence=tuple(ends), off=off, low=p.low, high=p.high)


def _p_of_interval(each: IntervalOf, nothing: float) -> Interval | None:
    """Return the range of p of an estimate with its interval, by the normal distribution; None for one of no width.

    Source: D. G. Altman and J. M. Bland, How to obtain the P value from a confidence interval, BMJ 343 (2011), d2304.
    """
    from tidebook.plugins.statistics.formulas import P_OF

    assert each.estimate is not None
    ends = []
    for estimate in each.estimate.interval[:2]:
        for low in each.low.interval[:2]:
            for high in each.high.interval[:2]:
                if each.scale == "ratio" and min(estimate, low, high) <= 0:
                    continue
                size, width = (
                    (log(estimate), log(high / low)) if each.scale == "ratio" else (estimate - nothing, high - low)
                )
                if width > 0:
                    ends.append(P_OF["z"].value(abs(size) / (width / 2 / critical(each.level))))
    return Interval(min(ends), max(ends)) if ends else None


def _is_far_below(printed: PrintedP, p: Interval) -> bool:
    """Whether a printed p is so small that neither rounding nor a small sample explains it."""
    assert printed.number is not None
    if printed.op in (">", "≥"):
        return False
    highest = printed.number.interval.high if printed.op == "=" else printed.number.value
    if not 0 < highest < p.low < 1:
        return False
    return critical(1 - highest) - critical(1 - p.low) > FAR_OFF


def _against_error(passage: Passage, each: IntervalOf) -> Iterator[Check]:
    """Compare half of an interval with the standard error: their ratio is a quantile of t."""
    if each.error is None or each.error.interval.low <= 0:
        return
    widths = [
        Interval(
            (each.high.interval.low - each.low.interval.high) / 2, (each.high.interval.high - each.low.interval.low) / 2
        )
    ]
    if each.low.interval.low > 0:
        logs = [log(end) for number in (each.low, each.high) for end in number.interval[:2]]
        widths.append(Interval((logs[2] - logs[1]) / 2, (logs[3] - logs[0]) / 2))
    least, most = critical(each.level), critical(each.level, FEWEST_DEGREES)
    for width in widths:
        if width.high / each.error.interval.low >= 0.97 * least and width.low / each.error.interval.high <= most:
            return
    half = (each.high.value - each.low.value) / 2
    why = (
        f"half of the interval, {half:.3g}, is {half / each.error.value:.2g} times the standard error"
        f" {each.error.words.strip()}; at {100 * each.level:g}% it is between {least:.2f} and {most:.2f} times"
    )
    yield _told(passage, each, "inconsistent", why, each.error, source=LINEAR_MIDDLE.source)


def _off_half(passage: Passage, each: IntervalOf) -> Iterator[Check]:
    """Compare a proportion with its interval, which by every method is even, or reaches farther toward a half."""
    assert each.estimate is not None
    if not _PROPORTION.search(each.before) or each.scale:
        return
    half = 50.0 if each.is_percent or each.printed.is_percent else 0.5
    middle, value = LINEAR_MIDDLE.interval(each.low.interval, each.high.interval), each.estimate
    is_above = middle.low > half and value.interval.high < middle.low
    is_below = middle.high < half and value.interval.low > middle.high
    if not (is_above or is_below):
        return
    arms = sorted([abs(each.high.value - value.value), abs(value.value - each.low.value)])
    outcome: Outcome = "inconsistent" if arms[1] > MOST_UNEVEN_OF_SHARES * arms[0] else "hint"
    shown = like((middle.low + middle.high) / 2, value.words)
    why = f"the middle of its interval is {shown}; a proportion lies there or farther from a half, not at {value.words}"
    check = _told(passage, each, outcome, why, value, source=WILSON_SOURCE)
    yield check._replace(off=share_off((middle.low + middle.high) / 2, value.value), low=middle.low, high=middle.high)


def _off_middle(passage: Passage, each: IntervalOf) -> Iterator[Check]:
    """Compare an estimate with the middle of its interval: a hint, unless it is farther off than in other methods."""
    assert each.estimate is not None
    value, is_ratio = each.estimate.interval, each.scale == "ratio"
    if is_ratio and min(each.low.interval.low, value.low) > 0:
        formula = LOG_MIDDLE
    elif each.scale in ("difference", "level"):
        formula = LINEAR_MIDDLE
    else:
        return
    middle = formula.interval(each.low.interval, each.high.interval)
    if middle.overlaps(value):
        return
    scale = "logarithmic scale" if is_ratio else "linear scale"
    low, high = (like(end, each.estimate.words) for end in middle[:2])
    shown = low if low == high else f"{low} to {high}"
    why = f"the middle of its interval is {shown} on the {scale}, not {each.estimate.words.strip()}"
    to_scale = log if is_ratio else float
    arms = [
        [to_scale(end) - to_scale(one) for end, one in ((each.high.value, at), (at, each.low.value))]
        for at in value[:2]
    ]
    is_far = all(max(arm) > MOST_UNEVEN * max(min(arm), 0) for arm in arms) and each.is_beside
    is_usual = each.scale != "level" and not _SKEWED.search(passage.quote(each.span[0]))
    outcome: Outcome = "inconsistent" if is_far and is_usual else "hint"
    check = _told(passage, each, outcome, why, each.estimate, source=formula.source)
    off = share_off((middle.low + middle.high) / 2, each.estimate.value)
    yield check._replace(off=off, low=middle.low, high=middle.high)
