"""Shares of whole counts in running text: no number of 37 people is 31% of them.

Belongs here: shares printed beside their counts, and whether a share can be one of so many cases. Does not: means
(`descriptives`), tables (`tables`), or shares of amounts, which are relations of any text (`judge.text`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import floor
from typing import NamedTuple

from tidebook.pipelines.judge.text.finding import share_off
from tidebook.pipelines.read.quantities.sentences import find_quantities
from tidebook.pipelines.relate.forms import SHARE
from tidebook.plugins.statistics.check import Check, Outcome, span_in
from tidebook.plugins.statistics.grim import GRIM, is_possible_share
from tidebook.plugins.statistics.notation import POINT, Number, number
from tidebook.plugins.statistics.printing import like
from tidebook.plugins.statistics.text import Passage

FARTHEST_NOUN = 40
"""Maximum characters behind a number in which the noun stands that says what it counts."""
HELD, FEWEST_HELD = 0.7, 3
"""Least share, and number, of the shares of a block that are of one whole, which others are then accused by."""
ROOM = 1e-9
"""Errors of float arithmetic, beyond what rounding allows."""

_COUNT = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_NO_SHARE = (
    r"(?!\s*(?:C\.?I\b|[Cc]onfidence|[Cc]redib|-|[a-z]+\s+(?:higher|lower|more|less|increase|decrease)\b"
    r"|(?:of|in|by|to|vs|versus|than|higher|lower|more|less|increase|decrease|points?)\b))"
)
"""What is behind no share: the level of an interval, a change, the share of others."""
_PERCENT = r"(?P<rate>(?P<percent>\d+(?:\.\d+)?)(?P<mark>\s?(?:%|percent\b|per cent\b)))"
_START = r"(?<![\w.,/$€£-])"
_PART, _WHOLE = rf"{_START}(?P<part>{_COUNT})", rf"(?P<whole>{_COUNT})(?![\d%]|[.,]\d|\s?%|\s?/)"
_ALL = r"(?:(?:the|all|our|these|those|its|a\s+total\s+of)\s+){0,2}"
_WORDS, _FEW = r"(?:\s+[a-z'’-]+){0,4}?", r"(?:\s+[a-z'’-]+){0,3}?"
_OF = rf"\s+(?:out\s+)?of\s+{_ALL}"
_FRACTION = rf"{_PART}{_FEW}(?:\s?/\s?|{_OF}){_WHOLE}"
_NAME = (
    r"(?:(?:or|i\.e\.,?|a|an|the|response|detection)\s+){0,2}(?:(?:sensitivity|specificity|PPV|NPV|accuracy|prevalence|rate"
    r"|(?:positive|negative)\s+predictive\s+value)\s*(?:=|:|,|of|was|is)?\s*)?"
)
_END = r"(?=\s*(?:[),.;]|$))"
_SHARES = (
    rf"{_START}{_PERCENT}(?:{_WORDS}\s*[(\[]|\s?,)\s*(?:[nN]\s?=\s?)?{_FRACTION}",
    rf"{_FRACTION}{_WORDS}\s*[(\[]\s*{_NAME}{_PERCENT}{_NO_SHARE}",
    rf"{_FRACTION}{_FEW}(?:,|:|\s+or)\s*{_NAME}{_PERCENT}{_END}",
    rf"{_PART}{_FEW}\s*[(\[]\s?{_PERCENT}\s?[)\]]{_WORDS}{_OF}{_WHOLE}",
    rf"{_PART}{_FEW}\s*[(\[,]\s*{_PERCENT}{_OF}{_WHOLE}",
    rf"{_PART}{_FEW}\s*[(\[]\s?{_PERCENT}\s?[;,]\s*(?:of\s+)?[nN]\s?=\s?{_WHOLE}",
)
_SHARE_OF_COUNTS = [re.compile(each) for each in _SHARES]
_ABOUT = re.compile(
    r"\b(?:about|around|approximately|roughly|nearly|almost|over|under|some|than|least|most|weighted|estimat\w*|adjusted"
    r"|imput\w*|averag\w*|project\w*|~)\b",
    re.IGNORECASE,
)
"""Words of sentences whose shares need not be those of whole counts."""
_NOUNS = r"(?:[a-z-]+\s+){0,2}?(?:people|men|women|children|[a-z]{3,}s)\b(?!\s?['’]|['’])"
_LEADING = re.compile(
    rf"(?:^|(?<=[\s(]))(?:(?:Of|Among|Out\s+of|[Aa]\s+total\s+of|In\s+total,?|In\s+all,?|Overall,?)\s+{_ALL}|(?:sample|cohort|panel)\s+"
    rf"(?:consisted\s+of|comprised|included|of)\s+{_ALL})(?P<whole>{_COUNT})\s+{_NOUNS}"
)
_BARE_FIRST = re.compile(
    rf"[^.;:()\d]{{0,60}},\s*(?:only\s+|just\s+)?{_PERCENT}(?!\s+of\s+(?!(?:them|these|those|whom|which)\b))"
)
_EACH = re.compile(
    rf"{_PART}{_FEW}\s*[(\[]\s?{_PERCENT}\s?[)\]]"
    rf"|[(\[]\s?[nN]\s?=\s?(?P<count>{_COUNT})\s?[;,]\s*(?P<share>\d+(?:\.\d+)?)(?P<sign>\s?%)\s?[)\]]"
)
_WHOLE_OF_OTHERS = re.compile(rf"{_START}(?P<n>{_COUNT})(?![\d%]|[.,]\d|\s?%|\s?[/-])")
_CHANGE = re.compile(
    r"\b(?:rose|grew|fell|up|down|growth|increase[ds]?|decrease[ds]?|rise|fall|gain(?:ed)?|lost|cut|reduced)\s+(?:of\s+|by\s+)?$"
)
NEAR = 30
"""Maximum characters before a percentage in which a word makes it a change."""
_BARE_OF = re.compile(rf"(?<![\w.,/$€£(-]){_PERCENT}{_OF}(?P<whole>{_COUNT})\s+{_NOUNS}")
_OF_OTHERS = re.compile(
    r"\bof\s+(?:them|these|those|which|the\b)|\bof\s+whom\b.*\bof\s+whom\b|\bamong\b|\bin\s+the\b|\bcontrol\b",
    re.IGNORECASE,
)


def count_checks(passage: Passage) -> Iterator[Check]:
    """Yield the checks of the shares of a block.

    Source: N. J. L. Brown and J. A. J. Heathers, The GRIM test, Social Psychological and Personality Science 8 (2017),
    363-369.
    """
    text = passage.plain
    if "%" not in text and "per" not in text:
        return
    seen: set[int] = set()
    for pattern in _SHARE_OF_COUNTS:
        for match in pattern.finditer(text):
            is_change = _CHANGE.search(text, max(0, match.start("rate") - NEAR), match.start("rate"))
            if match.start("rate") in seen or is_change:
                continue
            if (check := _with_counts(passage, match, match)) is not None:
                seen.add(match.start("rate"))
                yield check
    for match in _LEADING.finditer(text):
        bare = _BARE_FIRST.match(text, match.end())
        if bare and not _ABOUT.search(passage.quote(match.start())):
            yield from _bare(passage, bare, match)
    yield from _of_others(passage, seen)
    for match in _BARE_OF.finditer(text):
        if match.start("rate") not in seen and not _ABOUT.search(passage.quote(match.start())):
            yield from _bare(passage, match, match)


def _with_counts(passage: Passage, match: re.Match[str], of: re.Match[str]) -> Check | None:
    """Compare `32% (12/37)`, in any order, with its own counts; `of` holds the whole."""
    part, whole, percent = (
        number(each.string, *each.span(name)) for each, name in ((match, "part"), (of, "whole"), (match, "percent"))
    )
    if not 0 < whole.value >= part.value:
        return None
    # `missed 6 of 50, a sensitivity of 88%`: the share of the others is named.
    rest = part._replace(value=whole.value - part.value)
    if not _is_share(part, whole.value, percent) and _is_share(rest, whole.value, percent):
        return None
    return _share(passage, part, whole, percent, match["mark"], match.span())


def _share(passage: Passage, part: Number, whole: Number, percent: Number, mark: str, span: tuple[int, int]) -> Check:
    """Compare a share with its part and whole."""
    share = SHARE.value(part.value, whole.value)
    expected = f"{like(share, percent.words)}{mark}"
    agrees = _is_share(part, whole.value, percent)
    why = f"{part.words} of {whole.words} is {expected}"
    outcome: Outcome = "consistent" if agrees else "inconsistent"
    told = why if agrees else f"{why}, not {percent.words}{mark}"
    others = tuple(span_in(passage.block, *each.span) for each in (part, whole))
    off = 0.0 if agrees else share_off(share, percent.value)
    at = span_in(passage.block, percent.span[0], percent.span[1] + len(mark))
    words = passage.block.text[slice(*span)]
    return Check("share", outcome, at, words, passage.quote(percent.span[0]), expected, told, "", others, off)


def _is_share(part: Number, whole: float, percent: Number) -> bool:
    share = SHARE.value(part.value, whole)
    return percent.interval.low - ROOM <= share <= percent.interval.high + ROOM


class _Share(NamedTuple):
    """A count with its share, whose whole stands elsewhere: `12 (32%)`."""

    part: Number
    percent: Number
    mark: str
    span: tuple[int, int]


def _of_others(passage: Passage, seen: set[int]) -> Iterator[Check]:
    """Yield the shares whose whole stands before them: `Of the 37 patients, 12 (32%) left and 25 (68%) stayed`.

    A share is right if it is that of a number before it in its sentence, or of one of its block that others are of. It
    is wrong if it is of no number of its block, and the sentence begins with its whole, or most others are of one.
    """
    text, shares = passage.plain, []
    for match in _EACH.finditer(text):
        names = ("count", "share", "sign") if match["count"] else ("part", "percent", "mark")
        part, percent = (number(text, *match.span(name)) for name in names[:2])
        if percent.span[0] not in seen:
            shares.append(_Share(part, percent, match[names[2]], match.span()))
    if not shares:
        return
    wholes = [number(text, *match.span("n")) for match in _WHOLE_OF_OTHERS.finditer(text)]
    held = {
        whole.value: sum(
            whole.value >= each.part.value and _is_share(each.part, whole.value, each.percent) for each in shares
        )
        for whole in wholes
        if whole.value
    }
    main = max(held, key=lambda value: held[value], default=0.0)
    for each in shares:
        start, end = passage.sentence_at(each.span[0])
        leading = _leading(passage, each, start, end)
        own = [
            whole for whole in wholes if whole.value >= each.part.value and whole.span != each.part.span and whole.value
        ]
        right = [whole for whole in own if _is_share(each.part, whole.value, each.percent)]
        near = [whole for whole in right if start <= whole.span[0] < each.span[0] or held[whole.value] > 1]
        is_main = held.get(main, 0) >= FEWEST_HELD and held[main] >= HELD * len(shares)
        if near:
            yield _share(passage, each.part, near[0], each.percent, each.mark, each.span)
        elif total := _total(passage, each, shares):
            yield _share(passage, each.part, total, each.percent, each.mark, each.span)
        elif not right and (whole := leading or next((one for one in own if one.value == main and is_main), None)):
            check = _share(passage, each.part, whole, each.percent, each.mark, each.span)
            yield check._replace(outcome="hint") if _ABOUT.search(text[start:end]) else check


def _leading(passage: Passage, each: _Share, start: int, end: int) -> Number | None:
    """Return the whole that the sentence of a share begins with, unless another one may stand between."""
    match = _LEADING.search(passage.plain, start, end)
    if match is None or match.end() > each.span[0]:
        return None
    whole = number(passage.plain, *match.span("whole"))
    # Behind `of these` and the like there is another whole.
    is_other = _OF_OTHERS.search(passage.plain, match.end(), each.span[0])
    return None if is_other or whole.value < each.part.value else whole


def _total(passage: Passage, each: _Share, shares: Sequence[_Share]) -> Number | None:
    """Return all cases of the parts of a sentence, if all other shares of it are those of their sum."""
    sentence = passage.sentence_at(each.span[0])
    parts = [one for one in shares if passage.sentence_at(one.span[0]) == sentence]
    total = sum(one.part.value for one in parts)
    others = [one for one in parts if one is not each]
    if not others or any(not _is_share(one.part, total, one.percent) for one in others):
        return None
    return each.part._replace(words=f"{total:,.0f}", value=total, span=others[0].part.span)


def _counts_cases(text: str, start: int, end: int) -> bool:
    """Whether a number counts, and is no amount of hours or the like."""
    found = find_quantities(text[start : end + FARTHEST_NOUN], POINT)
    return bool(found) and found[0].quantity is not None and found[0].quantity.unit == "number" and not found[0].measure


def _bare(passage: Passage, match: re.Match[str], of: re.Match[str]) -> Iterator[Check]:
    """Yield whether a share without its count can be one of whole cases."""
    percent = number(match.string, *match.span("percent"))
    whole = number(of.string, *of.span("whole"))
    if whole.value < 1 or not _counts_cases(of.string, *whole.span):
        return
    other = span_in(passage.block, *whole.span)
    at, quote = span_in(passage.block, *match.span("rate")), passage.quote(match.start())
    if is_possible_share(percent.words, round(whole.value)):
        if whole.value >= 10.0 ** (2 + percent.decimals):
            return  # so many cases can have any share
        why = f"a number of {whole.words} can be {percent.words}%"
        yield Check("share", "consistent", at, match[0], quote, "", why, GRIM, (other,), 0.0)
        return
    below = float(floor(percent.value * whole.value / 100))
    near = [(count, SHARE.value(count, whole.value)) for count in (below, below + 1)]
    possible = " and ".join(f"{count:.0f} are {like(share, percent.words)}%" for count, share in near)
    closest = min((share for _, share in near), key=lambda share: abs(share - percent.value))
    why = f"no number of {whole.words} is {percent.words}%: {possible}"
    off = share_off(closest, percent.value)
    yield Check(
        "share", "inconsistent", at, match[0], quote, f"{like(closest, percent.words)}%", why, GRIM, (other,), off
    )
