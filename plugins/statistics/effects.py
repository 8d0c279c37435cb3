"""Effect sizes beside tests, degrees of freedom beside numbers of cases, and statistics beyond what they can be.

Belongs here: what a sentence prints around a test besides its p. Does not: the p (`reported`), or intervals
(`intervals`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import sqrt

from tidebook.pipelines.judge.text.finding import Span, share_off
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.plugins.statistics.check import Check, Outcome, span_in
from tidebook.plugins.statistics.descriptives import means_of
from tidebook.plugins.statistics.estimates import RATIO, Estimate
from tidebook.plugins.statistics.formulas import (
    D_OF_MEANS,
    D_OF_T,
    F_OF_R_SQUARED,
    I_SQUARED,
    PARTIAL_ETA,
    PHI,
    RATIO_SOURCE,
    Formula,
    absolute,
)
from tidebook.plugins.statistics.notation import CASES, NUMBER, Number, PrintedTest, number_or_none
from tidebook.plugins.statistics.printing import like
from tidebook.plugins.statistics.tests import degrees_of, size_of
from tidebook.plugins.statistics.text import Passage

_SQUARED = r"[\s_^{}()-]*(?:[²2]|squared)[\s_^{}()]*"
_ETA = re.compile(
    rf"(?P<general>generali[sz]ed\s+)?(?P<partial>partial\s+)?(?:η|\beta(?![a-z]))\s*[_^{{]*(?P<before>[pPG])?{_SQUARED}(?P<behind>[pPG](?![a-z]))?"
    rf"[\s}})]*=\s*(?P<value>{NUMBER})"
)
_PHI = re.compile(rf"(?:φ|ϕ|\bphi\b|(?<![A-Za-z])V|Cram[eé]r['’]?s\s+V)\s*=\s*(?P<value>{NUMBER})")
_R_SQUARED = re.compile(
    rf"(?P<other>(?:[Aa]dj(?:usted|\.)?|Δ|[Cc]hange\s+in|[Ii]ncremental|[Mm]arginal|[Cc]onditional|pseudo|Nagelkerke|McFadden)[-\s]*)?(?<![A-Za-z])R{_SQUARED}(?P<low>adj|change)?[\s}}]*=\s*(?P<value>{NUMBER})(?!\s?%)"
)
_I_SQUARED = re.compile(rf"(?<![A-Za-z])I{_SQUARED}\s*(?:=|:|of|was)\s*(?P<value>{NUMBER})\s?%")
_D = re.compile(
    rf"(?:(?:(?<![A-Za-z])[dg](?:_?[sS])?\s*=|(?:Cohen['’]?s\s+d|Hedges['’]?\s*g)(?:_?[sS])?\s*(?:=|,|:|\bof\b|\bwas\b)"
    rf"|\bstandardi[sz]ed\s+(?:mean\s+)?difference\s*(?:=|,|:|\bof\b|\bwas\b))\s*)(?P<value>-?\s?{NUMBER})"
)
_ALPHA = re.compile(
    rf"(?:Cronbach['’]?s\s+(?:α|alpha)|\breliability[^.;\d]{{0,30}}(?:α|alpha))\s*(?:=|was|of|:)\s*(?P<value>{NUMBER})(?!\s?%)"
)
_P_BEYOND = re.compile(r"[\s,;)]*\b[pP]\s*=\s*(?P<value>[1-9]\d*(?:\.\d+)?)(?!\s?[×x%]|[\d.]*\s?[a-zA-Z%])")
_PER_GROUP = re.compile(
    r"(?<![\w.])(?:n\s?=\s?)?(?P<n>\d+)\s+(?:[a-z]+\s+)?(?:per|in\s+each|in\s+either)\s+(?:group|condition|arm|cell|class)\b"
)
_PAIRED = re.compile(
    r"\b(?:paired|within|repeated|pre-?test|post-?test|before|after|change|dependent|follow-?up|d_?z|glass)\b",
    re.IGNORECASE,
)
BEHIND, BEFORE = 120, 60
"""Maximum characters behind and before a test in which its effect size is looked for."""
MOST_CORRECTED = 10
"""How much smaller, times the number of cases, a correction for continuity may make φ."""
MOST_OTHERWISE, FEW_STUDIES = 25, 9
"""How many points I² by another estimator of the variance between studies may be off, and up to how many degrees of
freedom: of more studies the estimators differ less."""
CORRECTED = 0.9
"""Least factor by which Hedges' correction makes an effect size smaller, from eight cases on."""


def effect_checks(passage: Passage, estimates: Sequence[Estimate]) -> Iterator[Check]:
    """Yield the checks of what stands around the tests of a block."""
    tests = [judged.test for judged in passage.tests]
    for place, test in enumerate(tests):
        until = tests[place + 1].span[0] if place + 1 < len(tests) else len(passage.plain)
        until = min(until, test.span[1] + BEHIND, passage.sentence_at(test.span[0])[1])
        since = max(
            tests[place - 1].span[1] if place else 0, test.span[0] - BEFORE, passage.sentence_at(test.span[0])[0]
        )
        if len(test.degrees) == test.needed and test.op == "=":
            yield from _of_test(passage, test, since, until)
        yield from _beyond(passage, test, until)
    yield from _out_of_range(passage)
    yield from _of_means(passage, estimates)
    yield from _of_counts(passage, estimates)


def _of_test(passage: Passage, test: PrintedTest, since: int, until: int) -> Iterator[Check]:
    match test.name:
        case "F":
            yield from _eta(passage, test, until)
            yield from _r_squared(passage, test, since, until)
        case "χ²":
            yield from _phi(passage, test, until)
        case "Q":
            yield from _heterogeneity(passage, test, since, until)
        case "t":
            yield from _degrees_of_groups(passage, test)
        case "r":
            yield from _degrees_of_cases(passage, test)


def _check(
    passage: Passage, rule: str, outcome: Outcome, at: Number, test: PrintedTest, why: str, expected: str = "",
    source: str = "", off: float = 1.0, others: Sequence[Number] = (),
) -> Check:  # fmt: skip
    block = passage.block
    evidence = (span_in(block, *test.span), *(span_in(block, *each.span) for each in others))
    start, end = min(test.span[0], at.span[0]), max(test.span[1], at.span[1])
    words, quote = block.text[start:end], passage.quote(at.span[0])
    return Check(rule, outcome, _trimmed(passage, at), words, quote, expected, why, source, evidence, off)


def _trimmed(passage: Passage, at: Number) -> Span:
    lead = len(at.words) - len(at.words.lstrip())
    return span_in(passage.block, at.span[0] + lead, at.span[1])


def _compared(
    passage: Passage, at: Number, test: PrintedTest, formula: Formula, operands: Sequence[Interval], words: str,
    excused: str = "",
) -> Check:  # fmt: skip
    """Return the check of a number that follows from a test; `excused` says what may make it larger, "" for nothing."""
    follows = formula.interval(*operands)
    middle = formula.value(*((each.low + each.high) / 2 for each in operands))
    expected = like(middle, at.words)
    low, high = (like(end, at.words) for end in follows[:2])
    shown = expected if low == high else f"{expected} ({low} to {high} with rounding)"
    why = f"{test.words} gives {words} of {shown}"
    size = Interval(max(at.interval.low, 0.0), at.interval.high) if at.value >= 0 else at.interval.mirrored()
    if follows.low <= size.high + 1e-9 and size.low <= follows.high + 1e-9:
        check = _check(passage, "effect", "consistent", at, test, why, expected, formula.source, 0.0)
    elif size.high < follows.low <= size.high + 10.0**-at.decimals:
        why = f"{why}, and {at.words.strip()} may be cut instead of rounded"
        check = _check(passage, "effect", "excused", at, test, why, expected, formula.source)
    elif excused and size.low > follows.high:
        check = _check(passage, "effect", "excused", at, test, f"{why}; {excused}", expected, formula.source)
    else:
        why = f"{why}, not {at.words.strip()}"
        off = share_off(middle, abs(at.value))
        check = _check(passage, "effect", "inconsistent", at, test, why, expected, formula.source, off)
    return check._replace(low=follows.low, high=follows.high)


def _eta(passage: Passage, test: PrintedTest, until: int) -> Iterator[Check]:
    match = _ETA.search(passage.plain, test.span[1], until)
    mark = match and (match["before"] or match["behind"] or "")
    if not match or match["general"] or mark == "G":
        return
    value = number_or_none(passage.plain, *match.span("value"))
    if value is None or value.value > 1:
        return
    operands = [size_of(test), *map(degrees_of, test.degrees)]
    check = _compared(passage, value, test, PARTIAL_ETA, operands, "a partial η²")
    if not (match["partial"] or mark) and check.tier:
        # Of all variation, instead of that which other factors leave, it is smaller.
        largest = PARTIAL_ETA.interval(*operands).high
        outcome: Outcome = "hint" if value.interval.low > largest else "excused"
        check = check._replace(
            outcome=outcome, why=f"{check.why}; of all variation it may be smaller, and never larger"
        )
    yield check


def _r_squared(passage: Passage, test: PrintedTest, since: int, until: int) -> Iterator[Check]:
    named = _R_SQUARED.finditer(passage.plain, since, until)
    found = [each for each in named if not (each["other"] or each["low"])]
    if len(found) != 1:
        return
    value = number_or_none(passage.plain, *found[0].span("value"))
    between = passage.plain[min(found[0].end(), test.span[1]) : max(found[0].start(), test.span[0])]
    if value is None or value.value >= 1 or re.search(r"[a-z]{4,}.*[a-z]{4,}|Δ|\b[Cc]hange", between):
        return
    share = Interval(max(value.interval.low, 0.0), min(value.interval.high, 1.0))
    operands = [share, *map(degrees_of, test.degrees)]
    follows = F_OF_R_SQUARED.interval(*operands)
    middle = F_OF_R_SQUARED.value(value.value, *(each.value for each in test.degrees))
    expected = like(middle, test.statistic.words)
    why = f"R² = {value.words} gives F = {expected} ({follows.low:.3g} to {follows.high:.3g} with rounding)"
    agrees = follows.overlaps(size_of(test))
    told = why if agrees else f"{why}, not {test.statistic.words.strip()}"
    off = 0.0 if agrees else share_off(middle, test.statistic.value)
    outcome: Outcome = "consistent" if agrees else "inconsistent"
    check = _check(
        passage, "effect", outcome, test.statistic, test, told, expected, F_OF_R_SQUARED.source, off, [value]
    )
    yield check._replace(low=follows.low, high=follows.high)


def _phi(passage: Passage, test: PrintedTest, until: int) -> Iterator[Check]:
    match = _PHI.search(passage.plain, test.span[1], until)
    value = number_or_none(passage.plain, *match.span("value")) if match else None
    if value is None or value.value > 1 or test.cases is None or test.degrees[0].value != 1:
        return
    operands = [size_of(test), Interval.point(test.cases.value)]
    # Between equal groups the correction makes φ smaller by 2 / n, by more between others.
    is_near = value.interval.low <= PHI.interval(*operands).high + MOST_CORRECTED / test.cases.value
    excused = "a χ² that is corrected for continuity is smaller" if is_near else ""
    yield _compared(passage, value, test, PHI, operands, f"φ with {test.cases.words} cases", excused)


def _heterogeneity(passage: Passage, test: PrintedTest, since: int, until: int) -> Iterator[Check]:
    """Yield whether I² is that of Q; by other estimators than that of DerSimonian and Laird it is another one."""
    found = [*_I_SQUARED.finditer(passage.plain, since, until)]
    value = number_or_none(passage.plain, *found[0].span("value")) if len(found) == 1 else None
    if value is None:
        return
    check = _compared(passage, value, test, I_SQUARED, [size_of(test), degrees_of(test.degrees[0])], "I²")
    degrees = test.degrees[0].value
    room = MOST_OTHERWISE * sqrt(min(1, FEW_STUDIES / degrees))
    is_near = abs(value.value - I_SQUARED.value(test.statistic.value, degrees)) <= room
    yield check._replace(outcome="hint") if check.tier and is_near else check


_TWO_COUNTS = re.compile(
    r"(?<![\w.,/$€£-])(?P<part>\d+)(?:\s+[a-z]+)?(?:\s?/\s?|\s+(?:out\s+)?of\s+(?:the\s+)?)(?P<whole>\d+)(?![\d%]|[.,/]\d)"
)
_RISKS = re.compile(r"(?P<odds>[Oo]dds|OR)|[Rr]isk|[Rr]elative|RR")
_ADJUSTED = re.compile(
    r"\b(?:adjusted|model\w*|regression|person-\w+|stratifi\w+|matched|Mantel\S*|pooled|weighted)\b|\ba[OR]R\b",
    re.IGNORECASE,
)


def _of_counts(passage: Passage, estimates: Sequence[Estimate]) -> Iterator[Check]:
    """Yield whether a ratio of risks or odds is that of the only two shares of its sentence, either way round."""
    for each in estimates:
        item = each.only("ratio")
        ratio = item and item.number
        if item is None or ratio is None:
            continue
        start, end = passage.sentence_at(item.span[0])
        counts = [*_TWO_COUNTS.finditer(passage.plain, start, item.span[0])]
        name = _RISKS.match(passage.plain, *item.span)
        # A second ratio behind the counts is that of something else.
        is_second = counts and RATIO.search(passage.plain, counts[-1].end(), item.span[0])
        if len(counts) != 2 or is_second or name is None or _ADJUSTED.search(passage.plain, start, end):
            continue
        (a, n), (c, m) = ((float(one["part"]), float(one["whole"])) for one in counts)
        if not (0 < a < n and 0 < c < m):
            continue
        value = a / (n - a) / (c / (m - c)) if name["odds"] else a / n / (c / m)
        nearest = min(value, 1 / value, key=lambda one, printed=ratio.value: abs(one - printed))  # type: ignore[misc]
        agrees = ratio.interval.low - 1e-9 <= nearest <= ratio.interval.high + 1e-9
        expected = like(nearest, ratio.words)
        why = f"{a:.0f} of {n:.0f} and {c:.0f} of {m:.0f} give a ratio of {expected}"
        outcome: Outcome = "consistent" if agrees else "inconsistent"
        told = why if agrees else f"{why}, not {ratio.words}"
        off = 0.0 if agrees else share_off(nearest, ratio.value)
        at, quote = _trimmed(passage, ratio), passage.quote(item.span[0])
        others = tuple(span_in(passage.block, *one.span()) for one in counts)
        words = passage.block.text[slice(*item.span)]
        yield Check("effect", outcome, at, words, quote, expected, told, RATIO_SOURCE, others, off)


def _sizes(passage: Passage, place: int) -> list[Number]:
    """Return the numbers of cases `n =` of a sentence."""
    found = [
        number_or_none(passage.plain, *each.span("n"))
        for each in CASES.finditer(passage.plain, *passage.sentence_at(place))
    ]
    return [each for each in found if each is not None]


def _degrees_of_groups(passage: Passage, test: PrintedTest) -> Iterator[Check]:
    """Yield whether a t has more degrees of freedom than two groups allow, and whether d is that of both."""
    sizes = _sizes(passage, test.span[0])
    if each := _PER_GROUP.search(passage.plain, *passage.sentence_at(test.span[0])):
        group = number_or_none(passage.plain, *each.span("n"))
        # Of more groups than two a t may have more.
        sizes = [group, group] if group is not None and test.degrees[0].value == 2 * group.value - 2 else []
    if len(sizes) != 2 or len(passage.tests_by_sentence[passage.sentence_at(test.span[0])]) != 1:
        return
    degrees, most = test.degrees[0], sizes[0].value + sizes[1].value - 2
    why = f"two groups of {sizes[0].words} and {sizes[1].words} have {most:,.0f} degrees of freedom"
    if degrees.value > most:
        off = share_off(most, degrees.value)
        yield _check(
            passage,
            "degrees",
            "inconsistent",
            degrees,
            test,
            f"{why}, not {degrees.words}",
            f"{most:,.0f}",
            "",
            off,
            sizes,
        )
        return
    if degrees.value < most:
        return
    yield _check(passage, "degrees", "consistent", degrees, test, why, f"{most:,.0f}", "", 0.0, sizes)
    match = _D.search(passage.plain, test.span[1], passage.sentence_at(test.span[0])[1])
    value = number_or_none(passage.plain, *match.span("value")) if match else None
    if value is not None:
        size = size_of(test)
        operands = [Interval(size.low * CORRECTED, size.high), *(Interval.point(each.value) for each in sizes)]
        yield _compared(passage, value, test, D_OF_T, operands, "d")


def _degrees_of_cases(passage: Passage, test: PrintedTest) -> Iterator[Check]:
    """Yield whether a correlation has more degrees of freedom than its cases allow; parting out others takes some."""
    if test.cases is None or test.degrees[0].span == test.cases.span:
        return
    degrees, most = test.degrees[0], test.cases.value - 2
    if degrees.value > most and degrees.value != test.cases.value:
        why = f"a correlation of {test.cases.words} cases has {most:,.0f} degrees of freedom, not {degrees.words}"
        off = share_off(most, degrees.value)
        yield _check(passage, "degrees", "inconsistent", degrees, test, why, f"{most:,.0f}", "", off, [test.cases])


def _beyond(passage: Passage, test: PrintedTest, until: int) -> Iterator[Check]:
    """Yield a correlation or a p above 1 of a test."""
    has_degrees = len(test.degrees) == test.needed
    if test.name == "r" and size_of(test).low > 1 and has_degrees and test.op == "=":
        why = f"a correlation is between -1 and 1, not {test.statistic.words.strip()}"
        yield _check(passage, "size", "inconsistent", test.statistic, test, why)
    match = _P_BEYOND.match(passage.plain, test.span[1], until)
    value = number_or_none(passage.plain, *match.span("value")) if match and test.p is None and has_degrees else None
    if value is not None and value.value > 1:
        yield _check(passage, "size", "inconsistent", value, test, f"p is at most 1, not {value.words}")


def _out_of_range(passage: Passage) -> Iterator[Check]:
    """Yield shares of variation and reliabilities above 1."""
    names = ((_ETA, "η²"), (_R_SQUARED, "R²"), (_ALPHA, "Cronbach's α"))
    for pattern, name in names:
        for match in pattern.finditer(passage.plain):
            value = number_or_none(passage.plain, *match.span("value"))
            if value is None or value.interval.low < 1:
                continue
            # `R² = 23` may be in percent.
            outcome: Outcome = "inconsistent" if "." in value.words and value.value < 10 else "hint"
            at, quote = _trimmed(passage, value), passage.quote(match.start())
            yield Check("size", outcome, at, match[0], quote, "", f"{name} is at most 1, not {value.words}")


def _of_means(passage: Passage, estimates: Sequence[Estimate]) -> Iterator[Check]:
    """Yield whether d is the difference of the two means of its sentence over their standard deviation."""
    means = list(means_of(passage, estimates))
    for match in _D.finditer(passage.plain):
        start, end = passage.sentence_at(match.start())
        two = [each for each in means if start <= each.span[0] < match.start()]
        here = [each for each in _D.finditer(passage.plain, start, end)]
        value = number_or_none(passage.plain, *match.span("value"))
        if len(two) != 2 or len(here) != 1 or value is None or not (two[0].deviation and two[1].deviation):
            continue
        deviations = [each.deviation.interval for each in two if each.deviation]
        ends = [one - other for one in two[0].mean.interval[:2] for other in two[1].mean.interval[:2]]
        size = absolute(Interval(min(ends), max(ends)))
        pooled = Interval(max(min(each.low for each in deviations), 1e-12), max(each.high for each in deviations))
        follows = D_OF_MEANS.interval(size, pooled)
        printed = value.interval if value.value >= 0 else value.interval.mirrored()
        agrees = follows.low * CORRECTED <= printed.high and printed.low <= follows.high
        shown = f"{like(follows.low, value.words)} to {like(follows.high, value.words)}"
        why = (
            f"the means {two[0].mean.words} and {two[1].mean.words} with their standard deviations give a d of {shown}"
        )
        excused = _PAIRED.search(passage.plain[start:end])
        outcome: Outcome = "consistent" if agrees else "excused" if excused else "inconsistent"
        if outcome == "inconsistent" and printed.high < follows.low and not (two[0].is_named and two[1].is_named):
            outcome = "hint"  # what stands behind ± may be standard errors, of which deviations are larger
        told = why if agrees else f"{why}, not {value.words.strip()}"
        if excused and not agrees:
            told += f"; “{excused[0]}” beside it: of pairs it is over the deviation of their differences"
        off = 0.0 if agrees else share_off((follows.low + follows.high) / 2, abs(value.value))
        at, quote = _trimmed(passage, value), passage.quote(match.start())
        others = tuple(_trimmed(passage, number) for each in two for number in (each.mean, each.deviation) if number)
        check = Check("effect", outcome, at, match[0], quote, "", told, D_OF_MEANS.source, others, off)
        yield check._replace(low=follows.low, high=follows.high)
