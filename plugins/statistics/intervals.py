"""Intervals of confidence: the estimate inside, the ends in order, the middle, the p and the standard error beside it.

Belongs here: intervals in running text. Does not: tests (`reported`), margins of error (`descriptives`), or intervals
in the columns of a table (`tables`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import exp, log
from typing import Literal

from tidebook.pipelines.judge.text.finding import share_off
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.plugins.statistics.check import Check, Outcome, span_in
from tidebook.plugins.statistics.formulas import LINEAR_MIDDLE, LOG_MIDDLE, critical
from tidebook.plugins.statistics.notation import NUMBER, Number, PrintedP, number_or_none
from tidebook.plugins.statistics.printing import like, p_range, p_words
from tidebook.plugins.statistics.tests import Convention, is_significant
from tidebook.plugins.statistics.text import Passage, StatisticsText

Scale = Literal["ratio", "difference", "level", ""]
"""Of an estimate: a ratio, whose interval is symmetric in logarithms; a difference or coefficient, where nothing is
zero; a level, such as a mean; "" for what has another interval, or is not named."""

_CONFIDENCE = r"(?:CI|C\.I\.|[Cc]onfidence\s+[Ii]ntervals?|[Cc]onfidence\s+[Ll]imits?|CL)s?"
_BAYES = r"(?:CrI|HDI|HPD|[Cc]redible\s+[Ii]ntervals?|[Cc]redibility\s+[Ii]ntervals?)"
_END = rf"-?\s?{NUMBER}"
_INTERVAL = re.compile(
    rf"(?:(?P<level>\d{{2}}(?:\.\d+)?)\s?%\s*-?\s*)?(?:(?P<name>{_CONFIDENCE})|(?P<bayes>{_BAYES}))(?:\s?_?\(?(?P<behind>\d{{2}})(?!\.\d)\s?%?\)?)?"
    rf"\s*(?:[=:,]|of|from|was|is)?\s*(?P<open>[\[(])?\s*(?P<low>{_END})(?P<percent>\s?%)?"
    rf"\s*(?:,|;|\bto\b|\band\b|-)\s*(?P<high>{_END})(?P<close>\s?%)?\s*[\])]?(?!\d)"
)
_NAMED = re.compile("CI|C.I|CL|CrI|HDI|HPD|nterval|imits")
_ITEM = re.compile(
    rf"[\s,;(\[]*\b(?:SE|se|s\.e\.|SEM|SD|p|P|t|z|Z|F|n|N|df|Wald|χ[2²])(?:[-\s]values?)?\s*(?:[(\[][^)\]]{{0,20}}[)\]])?"
    rf"\s*(?:<=|>=|[=<>≤≥])\s*-?\s?{NUMBER}\s*[,;]?\s*$"
)
"""A number of a kind that is no estimate, at the end of a text."""
_UNITS = (
    r"%|per\s?cent|percentage\s+points?|points?|mm\s?Hg|k?g|mg|[μµ]g|[ckm]?m|m?s|years?|months?|weeks?|days?|hours?|minutes?"
    r"|seconds?|units?|[mμµ]mol/[lL]|m[lL]|m?g/d?[lL]|kg/m²|°C|beats|euros?|dollars?"
)
_ESTIMATE = re.compile(
    rf"(?P<estimate>(?<![\w.])-?\s?{NUMBER})(?P<unit>\s?(?:{_UNITS}))?\s*[,;:(\[]*\s*(?:with\s+an?\s+)?$"
)
_OTHER = re.compile(r"(?:\b(?:vs?\.?|versus|than|against|from|to|and|or)|[/-])\s*$")
"""Words before a number that may make it one of two, of whose difference the interval is."""
_RATIO = re.compile(
    r"\b(?:[ac]?ORs?|[as]?HRs?|[a]?RRs?|IRRs?|PRs?|SMRs?"
    r"|(?:odds|hazards?|risk|rate|prevalence|incidence(?: rate)?|mortality)\s+ratios?"
    r"|relative\s+risks?|exp\s?\(\s?[Bb]\s?\))(?![a-z])"
)
_DIFFERENCE = re.compile(
    r"(?<![A-Za-z])(?:[bB]|β|MD|SMD|WMD|ATE|RD)(?=\s*=)|\b(?:differences?|coefficients?|slopes?|change|effect|gain|loss)\b"
)
_LEVEL = re.compile(r"(?<![A-Za-z])M(?=\s*=)|\b(?:means?|averages?)\b")
_BOUNDED = re.compile(
    r"(?<![A-Za-z])(?:r|ρ|d|g|κ|α|R²|η²|η[p_]²|ω²|AUC|ICC)(?=\s*[=(])|\b(?:correlation|kappa|sensitivity|specificity|prevalence"
    r"|incidence|proportion|share|percentage|median|alpha|accuracy|standardi[sz]ed|indirect|mediat\w+)\b"
)
"""Estimates whose intervals are not symmetric, and need not be."""
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
FARTHEST_P = 30
"""Maximum characters between an interval and its p."""
BACK = 100
"""Maximum characters before an estimate in which its name is looked for."""
LEAST_LEVEL, USUAL_LEVELS = 0.8, (0.5, 0.68, 0.67, 0.66, 0.75)
"""Levels of confidence from the one on are usual, and below it few."""
FAR_OFF = 0.8
"""How many standard errors p and interval may be apart: small samples and other tests explain less than that."""
FEWEST_DEGREES = 3
"""Least degrees of freedom of an interval: the quantile of t is 3.2 there."""


@dataclass(frozen=True)
class PrintedInterval:
    """An interval as printed, with what stands beside it.

    Attributes:
        span: where it stands.
        level: its level of confidence as a share.
        low, high: its ends.
        is_bayesian: whether it is one of credibility, which has no p.
        is_percent: whether its ends, and the estimate, are in percent.
        estimate, scale: the estimate that it is of, None without one, and its scale.
        error: the standard error between them.
        p: the p beside it.
    """

    span: tuple[int, int]
    level: float
    low: Number
    high: Number
    is_bayesian: bool
    is_percent: tuple[bool, bool]
    estimate: Number | None = None
    scale: Scale = ""
    error: Number | None = None
    p: PrintedP | None = None


def interval_checks(text: StatisticsText, passage: Passage) -> Iterator[Check]:
    """Yield a check for each interval of a block: the first of its rules that fails, else that it agrees."""
    for each in intervals_of(passage):
        failing = [*_failing(text, passage, each)]
        whole = (span_in(passage.block, *each.span),)
        if failing:
            yield failing[0]._replace(covers=whole)
        elif each.estimate is not None:
            yield _told(passage, each, "consistent", "the estimate lies inside", each.low)._replace(covers=whole)
        else:
            words, why = whole[0].words, "no estimate stands right before it"
            yield Check("interval", "not recomputed", whole[0], words, passage.quote(each.span[0]), why=why)


def _failing(text: StatisticsText, passage: Passage, each: PrintedInterval) -> Iterator[Check]:
    if each.low.interval.low > each.high.interval.high:
        yield from _out_of_order(passage, each)
        return
    if each.level < LEAST_LEVEL and each.level not in USUAL_LEVELS:
        why = f"{100 * each.level:g}% is an unusual level"
        yield _told(passage, each, "hint", why, each.low)
    if each.estimate is None:
        return
    yield from _outside(passage, each)
    is_wald = not (each.is_bayesian or _NOT_WALD.search(passage.quote(each.span[0])))
    if is_wald:
        yield from _against_p(text.convention, passage, each)
        yield from _against_error(passage, each)
        yield from _off_middle(passage, each)


# Reading


def intervals_of(passage: Passage) -> Iterator[PrintedInterval]:
    """Yield the intervals of a block, in order."""
    text = passage.plain
    if not _NAMED.search(text):
        return
    last = 0
    for match in _INTERVAL.finditer(text):
        low, high = (number_or_none(text, *match.span(name)) for name in ("low", "high"))
        level = match["level"] or match["behind"]
        if low is None or high is None or not (level or match["open"] or match["name"]):
            continue
        level_share = float(level or 95) / 100
        is_percent = bool(match["percent"] or match["close"])
        found = PrintedInterval(match.span(), level_share, low, high, match["bayes"] is not None, (is_percent, False))
        yield _with_estimate(passage, found, max(passage.sentence_at(match.start())[0], last))
        last = match.end()


def _with_estimate(passage: Passage, each: PrintedInterval, start: int) -> PrintedInterval:
    """Return an interval with the number that it is of, and what stands between them and right behind it."""
    text = passage.plain
    end, error, p = each.span[0], None, _p_behind(passage, each)
    end = start + len(re.sub(r"(?:\bwith\s+an?|[,;(\[\s])+$", "", text[start:end]))
    while item := _ITEM.search(text, start, end):
        words = item[0]
        if re.search(r"\b(?:SE|se|s\.e\.|SEM)\b", words):
            last = re.search(rf"-?\s?{NUMBER}\s*[,;]?\s*$", words)
            assert last is not None
            place = item.start() + last.start()
            error = number_or_none(text, place, place + len(last[0].rstrip(" ,;")))
        p = p or next((known for known in passage.ps if item.start() <= known.span[0] < item.end()), None)
        end = item.start()
    estimate = _ESTIMATE.search(text, max(start, end - BACK), end)
    if estimate is None:
        return replace(each, p=p)
    is_percent = each.is_percent[0], (estimate["unit"] or "").strip() in ("%", "percent", "per cent")
    before = text[start : estimate.start()]
    if _OTHER.search(before) or re.search(r"\b[nNpPtzF]\s*[=<>]\s*$", before):
        return replace(each, p=p)
    printed = number_or_none(text, *estimate.span("estimate"))
    scale: Scale = "" if any(is_percent) else _scale_of(before[-BACK:])
    return replace(each, estimate=printed, scale=scale, error=error, p=p, is_percent=is_percent)


def _scale_of(before: str) -> Scale:
    """Return the scale of an estimate by the last name before it."""
    named: list[tuple[int, Scale]] = []
    scales: tuple[tuple[re.Pattern[str], Scale], ...] = (
        (_RATIO, "ratio"), (_DIFFERENCE, "difference"), (_LEVEL, "level"), (_BOUNDED, ""),
    )  # fmt: skip
    for pattern, scale in scales:
        named += [(match.start(), scale) for match in pattern.finditer(before)]
    scale = max(named, default=(0, ""))[1]
    # `the mean difference` is a difference, `the standardised effect` has another interval.
    if scale == "difference" and re.search(r"\b(?:standardi[sz]ed|indirect)\b|\bCohen", before):
        return ""
    return scale


def _p_behind(passage: Passage, each: PrintedInterval) -> PrintedP | None:
    """Return the p right behind an interval."""
    at = bisect_left(passage.ps, each.span[1], key=lambda p: p.span[0])
    if at == len(passage.ps):
        return None
    between = passage.plain[each.span[1] : passage.ps[at].span[0]][:FARTHEST_P]
    return passage.ps[at] if re.fullmatch(r"[\s,;)\]]*(?:with\s+|and\s+)?\(?\s*", between) else None


# Rules


def _told(
    passage: Passage,
    each: PrintedInterval,
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


def _out_of_order(passage: Passage, each: PrintedInterval) -> Iterator[Check]:
    # Ends below zero are sometimes printed by their size: `-1.2 to -3.4`.
    outcome: Outcome = "hint" if each.low.value <= 0 and each.high.value < 0 else "inconsistent"
    why = f"the lower end {each.low.words.strip()} is above the upper end {each.high.words.strip()}"
    yield _told(passage, each, outcome, why, each.low)


def _outside(passage: Passage, each: PrintedInterval) -> Iterator[Check]:
    assert each.estimate is not None
    value, ends = each.estimate.interval, Interval(each.low.interval.low, each.high.interval.high)
    if value.overlaps(ends) or _is_inside_otherwise(passage, each, ends):
        return
    shown = f"{each.low.words.strip()} to {each.high.words.strip()}"
    why = f"the estimate {each.estimate.words.strip()} lies outside of its interval, {shown}, whatever was rounded"
    off = share_off(each.estimate.value, (each.low.value + each.high.value) / 2)
    yield _told(passage, each, "inconsistent", why, each.estimate)._replace(off=off, low=ends.low, high=ends.high)


def _is_inside_otherwise(passage: Passage, each: PrintedInterval, ends: Interval) -> bool:
    """Whether an estimate lies in its interval on another scale: with the other sign, in percent, as a logarithm."""
    assert each.estimate is not None
    value, sentence = each.estimate.value, passage.quote(each.span[0])
    others = [-value] if _FALL.search(sentence) or (value < 0 and ends.low >= 0) else []
    match each.is_percent:
        case (True, False):
            others.append(value * 100)
        case (False, True):
            others += [value / 100, 1 - value / 100, 1 + value / 100]
    if _LOGARITHM.search(sentence) or _RATIO.search(sentence):
        others += [log(value)] if value > 0 else []
        others += [exp(value)] if abs(value) < MOST_EXPONENT else []
    return any(ends.contains(other) for other in others)


def _nothing(each: PrintedInterval) -> float | None:
    """Return the value of an estimate that means no effect, None where no value does."""
    return {"ratio": 1.0, "difference": 0.0}.get(each.scale)


def _against_p(convention: Convention, passage: Passage, each: PrintedInterval) -> Iterator[Check]:
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


def _p_of_interval(each: PrintedInterval, nothing: float) -> Interval | None:
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


def _against_error(passage: Passage, each: PrintedInterval) -> Iterator[Check]:
    """Compare half of an interval with the standard error: their ratio is a quantile of t."""
    if each.error is None or each.error.interval.low <= 0 or each.scale not in ("difference", "ratio", "level"):
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


def _off_middle(passage: Passage, each: PrintedInterval) -> Iterator[Check]:
    """Compare an estimate with the middle of its interval; a hint only, since other methods have other intervals."""
    assert each.estimate is not None
    if each.scale == "ratio" and each.low.interval.low > 0:
        formula = LOG_MIDDLE
    elif each.scale in ("difference", "level"):
        formula = LINEAR_MIDDLE
    else:
        return
    middle = formula.interval(each.low.interval, each.high.interval)
    if middle.overlaps(each.estimate.interval):
        return
    scale = "logarithmic scale" if formula is LOG_MIDDLE else "linear scale"
    low, high = (like(end, each.estimate.words) for end in middle[:2])
    shown = low if low == high else f"{low} to {high}"
    why = f"the middle of its interval is {shown} on the {scale}, not {each.estimate.words.strip()}"
    check = _told(passage, each, "hint", why, each.estimate, source=formula.source)
    off = share_off((middle.low + middle.high) / 2, each.estimate.value)
    yield check._replace(off=off, low=middle.low, high=middle.high)
