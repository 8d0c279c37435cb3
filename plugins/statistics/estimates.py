"""Estimates as texts print them: a number with its standard error, interval, test and p, in any order and spelling.

Belongs here: which numbers of running text are errors, deviations, ratios and intervals, and which of them stand
together with which estimate. Does not: tests and p (`notation`), or what follows from what (`intervals`, `reported`,
`descriptives`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from tidebook.plugins.statistics.notation import CASES, NUMBER, Number, PrintedP, PrintedTest, Span, number_or_none
from tidebook.plugins.statistics.text import Passage

Scale = Literal["ratio", "difference", "effect", "level", ""]
"""Of an estimate: a ratio, whose interval is symmetric in logarithms; a difference or coefficient, where nothing is
zero; a standardised effect, where nothing is zero too, but the interval need not be symmetric; a level, such as a mean;
"" for what has another interval, or is not named."""

_CONFIDENCE = (
    r"(?:CI|C\.I\.|[Cc]onfidence\s+[Ii]ntervals?|[Cc]onfidence\s+[Ll]imits?|CL)s?(?:\s*[(\[](?:95\s?%\s*)?CI[)\]])?"
)
_BAYES = r"(?:CrI|HDI|HPD|[Cc]redible\s+[Ii]ntervals?|[Cc]redibility\s+[Ii]ntervals?)"
SIGNED = rf"[-+]?\s?{NUMBER}"
_TO = r"\s*(?:,|;|\bto\b|\band\b|-)\s*"
_RATIO_NAMES = (
    r"(?:[acu]?ORs?|[ascu]?HRs?|[ac]?RRs?|[ac]?IRRs?|[ac]?PRs?|SMRs?|SHRs?"
    r"|(?:[Oo]dds|[Hh]azards?|[Rr]isk|[Rr]ate|[Pp]revalence|[Ii]ncidence(?: rate)?|[Mm]ortality)[-\s]+ratios?"
    r"|[Rr]elative\s+risks?|[Ee]xp\s?\(\s?[Bbβ]\s?\))(?![A-Za-z])"
)
_INTERVAL = re.compile(
    rf"(?:(?:exact|[Ww]ilson|[Cc]lopper-[Pp]earson|profile|bootstrap\w*|binomial|robust)\s+){{0,2}}(?:(?P<level>\d{{2}}(?:\.\d+)?)\s?(?:%|per\s?cent)\s*-?\s*)?(?:(?P<name>{_CONFIDENCE})|(?P<bayes>{_BAYES}))(?:\s?_?\(?(?P<behind>\d{{2}})(?!\.\d)\s?%?\)?)?"
    rf"\s*(?:[=:,]|of|from|was|is|ranged\s+from)?\s*(?P<open>[\[(])?\s*(?P<low>{SIGNED})(?P<percent>\s?%)?"
    rf"{_TO}(?P<high>{SIGNED})(?P<close>\s?%)?\s*[\])]?(?!\d)"
)
_ENDS = rf"(?P<low>{SIGNED}){_TO}(?P<high>{SIGNED})\s*(?=[\]),;])"
_BARE_INTERVAL = re.compile(
    rf"{_RATIO_NAMES}\s*(?:[=:,]|of|was|is)?\s*(?P<estimate>{NUMBER})\s*[\[(]\s*{_ENDS}"
    rf"|(?<![A-Za-z])(?:r|d|g|[bBβ]|MD|SMD|WMD)\s*=\s*(?P<effect>{SIGNED})\s*\[\s*{_ENDS.replace('P<', 'P<effect_')}"
)
"""A ratio or effect with its ends behind it, and no name for these."""
_LIKE_OTHERS = re.compile(
    rf"(?<![\w.,/])(?P<estimate>-?{NUMBER})(?:\s(?P<unit>(?!(?:and|or|to|in|of)\b)[a-z]+))?"
    rf"(?:\s?(?P<open>[\[(])\s?|,\s)(?P<low>-?{NUMBER})\s?(?:-|to|;)\s?(?P<high>-?{NUMBER})\s?(?=[\]),;])"
)
"""A number with its ends behind it, as other intervals of the text have them: `6.2 months (5.5-7.1)`."""
_OTHER_ENDS = re.compile(
    r"\b(?:range[ds]?|IQR|interquartile|quartiles?|percentiles?|min(?:imum)?|max(?:imum)?|pages?|pp|SD|years?\s+old|aged?)\b",
    re.IGNORECASE,
)
"""Words of sentences whose numbers in brackets may be ends of another kind."""
_NO_CURRENCY = str.maketrans(dict.fromkeys("€$£", " "))
_NAMED = re.compile("CI|C.I|CL|CrI|HDI|HPD|nterval|imits")

_UNITS = (
    r"%|per\s?cent|percentage\s+points?|points?|mm\s?Hg|k?g|mg|[μµ]g|[ckm]?m|m?s|years?|months?|weeks?|days?|hours?|minutes?"
    r"|seconds?|units?|[mμµ]mol/[lL]|m[lL]|m?g/d?[lL]|kg/m²|°C|beats|euros?|dollars?|-?fold|[a-z]{1,3}/[a-z]{1,4}"
)
_LINK = r"\s*(?:=|:|,|\bof\b|\bwas\b|\bis\b)?\s*"
_ERROR = r"(?:S\.?E\.?M?|s\.\s?e\.(?:\s?m\.)?|se|[Ss]tandard\s+errors?|[Ss]td\.?\s*[Ee]rr(?:or)?\.?)"
_DEVIATION = r"(?:S\.?D\.?|s\.\s?d\.|sd|[Ss]tandard\s+deviations?)"
_ITEMS = {
    "b": rf"(?<![A-Za-z])[bB]\s*=\s*(?P<b>{SIGNED})(?!\d|\.\d|\s?[%×])",
    "se": rf"(?:±|\+/-)\s*(?P<se_before>{NUMBER})(?:\s?(?:{_UNITS})(?![\w/]))?\s*\(?\s*{_ERROR}(?![A-Za-z])"
    rf"|\((?P<se_bare>{NUMBER})\)(?=\s*[,;]?\s*[tz]\s*=)"
    rf"|(?<![A-Za-z])(?:(?:robust|clustered)\s+)?{_ERROR}(?:\s?\(?[bB]\)?(?=\s*[=:]))?{_LINK}(?P<se>{NUMBER})",
    "sd": rf"(?:±|\+/-)\s*(?P<sd_before>{NUMBER})(?:\s*\(?\s*{_DEVIATION}(?![A-Za-z]))?"
    rf"|(?<![A-Za-z]){_DEVIATION}{_LINK}(?P<sd>{NUMBER})",
    "n": CASES.pattern,
    "ratio": rf"(?<![A-Za-z]){_RATIO_NAMES}(?:\s*[(\[][A-Za-z]{{2,4}}[)\]])?{_LINK}(?P<ratio>{NUMBER})(?!\d|\s?%|\.\d)",
    "effect": rf"(?<![A-Za-z])(?:d|g|ρ)\s*=\s*(?P<effect>{SIGNED})(?!\d|\.\d)",
    "other": r"(?<![A-Za-z])(?:df|d\.f\.|f[²2]|V|φ|I[²2]|R[²2]|MSE|VIF|BF_?10|(?:partial\s+)?η_?p?[²2]p?)"
    rf"\s*=\s*(?P<other>{SIGNED})\s?%?",
}
_ITEM = re.compile("|".join(f"(?:{each})" for each in _ITEMS.values()))
_BETWEEN = re.compile(
    r"(?:[\s,;:()\[\]]|\b(?:and|with|an?|the|has|had|its|corresponding|associated|two|one|sided|tailed|yielding"
    r"|giving)\b|-)*"
)
"""What may stand between numbers that belong together."""
_MARKS = r"[\s,;:()\[\]]*(?:\bwith\s+an?\s*|\bhas\s+an?\s*)?"
_ESTIMATE = re.compile(
    rf"(?P<estimate>(?<![\w.,/])-?\s?{NUMBER})(?P<unit>\s?(?:{_UNITS})(?![\w/]))?(?P<words>(?:\s[a-z-]+){{0,5}}){_MARKS}$"
)
_OTHER = re.compile(r"(?:\b(?:vs?\.?|versus|than|against|from|to|and|or)|[/-])\s*$")
"""Words before a number that may make it one of two, of whose difference the interval is."""
_NO_ESTIMATE = re.compile(
    r"\b(?:at|in|after|over|within|aged?|for|until|since|during|week|day|month|year|visit|table|figure|model|study|wave|stage"
    r"|experiment|grade|level|quartile|[nNpPtzF]\s?[=<>])\s*$",
    re.IGNORECASE,
)
"""Words before a number that is a time, a place or a label, where other words stand between it and the interval."""
_TIME = re.compile(r"\s?(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?)")
RATIO = re.compile(rf"(?<![A-Za-z]){_RATIO_NAMES}|\bfold\b|\btimes\s+(?:as|more|less|higher|lower)\b")
_DIFFERENCE = re.compile(
    r"(?<![A-Za-z])(?:[bB]|β\u0302?|MD|SMD|WMD|ATE|RD)(?=\s*[=:])|\b(?:differences?|estimates?|coefficients?|slopes?|change|effect"
    r"|gain|loss|elasticity|Estimate|Coefficient|Slope|Difference)\b|\b(?:rose|fell|increased|decreased|longer|shorter|higher"
    r"|lower|improved|reduced|dropped|declined)\b(?:[^.;()\d]{0,60})?\s+by\b"
)
_MORE = re.compile(
    r"\s(?:more|less|fewer|lower|higher|longer|shorter|smaller|larger|greater|heavier|lighter|faster|slower|better|worse|earlier|later)\b"
)
"""Words behind an estimate that make it a difference."""
_LEVEL = re.compile(r"(?<![A-Za-z])M(?=\s*=)|\b(?:[Mm]eans?|[Aa]verage[ds]?)\b")
_EFFECT = re.compile(r"(?<![A-Za-z])(?:r|ρ|d|g)(?=\s*[=(:])|\bcorrelation\b|\bstandardi[sz]ed\b")
_BOUNDED = re.compile(
    r"(?<![A-Za-z])(?:κ|α|R²|η²|η[p_]²|ω²|AUC|ICC)(?=\s*[=(])|\b(?:kappa|sensitivity|specificity|prevalence"
    r"|incidence|proportion|share|percentage|median|alpha|accuracy|indirect|mediat\w+)\b"
)
"""Estimates whose intervals are not symmetric, and need not be."""
_SAME = re.compile(r"[)\]\s,;]*(?:(?!was|were|is|are|had|has|means?\b|average)[a-z-]+,?\s+){0,6}and\s*")
"""Words between an estimate and one of the same kind that is not named again."""
BACK = 100
"""Maximum characters before an estimate in which its name is looked for."""


@dataclass(frozen=True)
class PrintedInterval:
    """An interval as printed.

    Attributes:
        span: where it stands.
        level: its level of confidence as a share.
        low, high: its ends.
        is_bayesian: whether it is one of credibility, which has no p.
        is_percent: whether its ends are in percent.
    """

    span: Span
    level: float
    low: Number
    high: Number
    is_bayesian: bool
    is_percent: bool


class Item(NamedTuple):
    """A number of a known kind: `b`, `se`, `sd`, `n`, `ratio`, `effect`, `other`, `interval`, `test` or `p`.

    `is_open`: whether it stands behind ± without a name.
    """

    kind: str
    span: Span
    number: Number | None = None
    interval: PrintedInterval | None = None
    test: PrintedTest | None = None
    p: PrintedP | None = None
    is_open: bool = False


@dataclass(frozen=True)
class Estimate:
    """Numbers that stand together, and the estimate that they are of.

    Attributes:
        items: the numbers, in order.
        number: the estimate before them, None without one.
        scale: its scale.
        is_percent: whether it is in percent.
        is_beside: whether no words stand between it and the others.
        before, behind: the words before it, and between it and the others.
    """

    items: tuple[Item, ...]
    number: Number | None = None
    scale: Scale = ""
    is_percent: bool = False
    is_beside: bool = True
    before: str = field(default="", repr=False)
    behind: str = field(default="", repr=False)

    def only(self, kind: str) -> Item | None:
        """Return the only item of a kind; None without any, or with several."""
        found = [each for each in self.items if each.kind == kind]
        return found[0] if len(found) == 1 else None


def estimates_of(passage: Passage) -> list[Estimate]:
    """Return the estimates of a block with what stands beside each, in order."""
    found: list[Estimate] = []
    last = 0
    for chain in _chains(passage, _items(passage)):
        begin = passage.sentence_at(chain[0].span[0])[0]
        each = _with_number(passage, chain, max(begin, last))
        # `OR 1.5 (0.9 to 2.4) in men and 2.1 (1.2 to 3.6) in women`
        if found and begin < last and not each.scale and not each.is_percent and _SAME.fullmatch(each.before):
            each = replace(each, scale=found[-1].scale)
        found.append(each)
        last = chain[-1].span[1]
    return found


def _items(passage: Passage) -> list[Item]:
    """Return the numbers of known kinds of a block, in order, none within another."""
    text = passage.plain
    found = [Item("interval", each.span, interval=each) for each in _intervals(passage)]
    found += [Item("p", each.span, p=each) for each in passage.ps]
    for judged in passage.tests:
        found.append(Item("test", judged.test.span, test=judged.test))
    for match in _ITEM.finditer(text):
        name = match.lastgroup or ""
        value = number_or_none(text, *match.span(name))
        if value is not None:
            is_open = name == "sd_before" and not re.search("[A-Za-z]", match[0])
            found.append(Item(name.partition("_")[0], match.span(), value, is_open=is_open))
    order = {"interval": 0, "test": 1, "p": 2}
    found.sort(key=lambda each: (order.get(each.kind, 3), each.span))
    apart: list[Item] = []
    starts: list[int] = []
    for each in found:
        at = bisect_right(starts, each.span[0])
        if (at and apart[at - 1].span[1] > each.span[0]) or (at < len(apart) and apart[at].span[0] < each.span[1]):
            continue
        apart.insert(at, each)
        starts.insert(at, each.span[0])
    return apart


def _intervals(passage: Passage) -> Iterator[PrintedInterval]:
    """Yield the intervals of a block."""
    text, named = passage.plain.translate(_NO_CURRENCY), []
    for match in _INTERVAL.finditer(text) if _NAMED.search(text) else ():
        low, high = (number_or_none(text, *match.span(name)) for name in ("low", "high"))
        if low is not None and high is not None:
            level = float(match["level"] or match["behind"] or 95) / 100
            is_percent = bool(match["percent"] or match["close"])
            named.append(PrintedInterval(match.span(), level, low, high, match["bayes"] is not None, is_percent))
    yield from named
    for match in _BARE_INTERVAL.finditer(text):
        of = "effect_" if match["effect"] else ""
        low, high = (number_or_none(text, *match.span(of + name)) for name in ("low", "high"))
        if low is not None and high is not None:
            start = match.end("effect" if of else "estimate")
            yield PrintedInterval((start, match.end()), 0.95, low, high, is_bayesian=False, is_percent=False)
    for match in _LIKE_OTHERS.finditer(text) if named else ():
        estimate, low, high = (number_or_none(text, *match.span(name)) for name in ("estimate", "low", "high"))
        if estimate is None or low is None or high is None:
            continue
        is_alike = 0 < estimate.decimals == low.decimals == high.decimals
        if is_alike and low.value < high.value and not _OTHER_ENDS.search(passage.quote(match.start())):
            start = match.start("open") if match["open"] else match.start("low")
            yield PrintedInterval(
                (start, match.end()), named[0].level, low, high, named[0].is_bayesian, is_percent=False
            )


def _chains(passage: Passage, items: Sequence[Item]) -> Iterator[tuple[Item, ...]]:
    """Yield the items that stand together."""
    chain: list[Item] = []
    for each in items:
        if chain:
            end = chain[-1].span[1]
            is_apart = passage.sentence_at(each.span[0]) != passage.sentence_at(end - 1)
            # A second interval, error or ratio is that of another estimate.
            kinds = {one.kind for one in chain}
            is_new = each.kind in kinds - {"test", "p", "other"}
            # A test behind a mean and its deviation is that of a difference, as what follows it is.
            is_new = is_new or (each.kind == "test" and "sd" in kinds)
            if is_apart or is_new or not _BETWEEN.fullmatch(passage.plain, end, each.span[0]):
                yield tuple(chain)
                chain = []
        chain.append(each)
    if chain:
        yield tuple(chain)


def _with_number(passage: Passage, chain: tuple[Item, ...], start: int) -> Estimate:
    """Return items with the number before them that they are of, and its scale."""
    if chain[0].kind == "b" and len(chain) > 1:
        return Estimate(chain[1:], chain[0].number, "difference", before="b = ")
    text, end = passage.plain, chain[0].span[0]
    match = _ESTIMATE.search(text, max(start, end - BACK), end)
    if match is None:
        return Estimate(chain)
    before = text[start : match.start()]
    is_beside = not match["words"].strip()
    if (_OTHER.search(before) and chain[0].kind == "interval" and not _SAME.fullmatch(before)) or re.search(
        r"\b[nNpPtzF]\s*[=<>]\s*$", before
    ):
        return Estimate(chain)
    if (not is_beside or _TIME.match(match["unit"] or "")) and _NO_ESTIMATE.search(before):
        return Estimate(chain)
    is_percent = (match["unit"] or "").strip() in ("%", "percent", "per cent")
    printed = number_or_none(text, *match.span("estimate"))
    scale = _scale_of(before[-BACK:], (match["words"] or "") + (match["unit"] or ""))
    return Estimate(chain, printed, "" if is_percent else scale, is_percent, is_beside, before[-BACK:], match["words"])


def _scale_of(before: str, behind: str) -> Scale:
    """Return the scale of an estimate by the words behind it, or the last name before it."""
    if RATIO.search(behind):
        return "ratio"
    if _MORE.search(behind):
        return "difference"
    named: list[tuple[int, Scale]] = []
    scales: tuple[tuple[re.Pattern[str], Scale], ...] = (
        (RATIO, "ratio"), (_DIFFERENCE, "difference"), (_LEVEL, "level"), (_EFFECT, "effect"), (_BOUNDED, ""),
    )  # fmt: skip
    for pattern, scale in scales:
        named += [(match.start(), scale) for match in pattern.finditer(before)]
    scale = max(named, default=(0, ""))[1]
    # `the mean difference` is a difference, `the standardised effect` has another interval.
    if scale == "difference" and re.search(r"\b(?:indirect)\b", before):
        return ""
    if scale == "difference" and re.search(r"\bstandardi[sz]ed\b|\bCohen", before):
        return "effect"
    return scale
