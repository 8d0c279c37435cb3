"""Findings on the arithmetic that a sentence states about itself: from A to B, up P %.

Belongs here: sentences that need no table. Does not: the words of a sentence (`prose`), or tables (`one_row`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from tidebook.pipelines.judge.text.finding import Finding, finding, share_off
from tidebook.pipelines.judge.text.prose import ROOM, Sentence, StatedNumber
from tidebook.pipelines.read.formatting import format_number
from tidebook.pipelines.read.text.document import Document


class Interval(NamedTuple):
    """The range in which a number may lie, given how other numbers are rounded."""

    low: float
    high: float

    def allows(self, stated: StatedNumber) -> bool:
        """Whether a printed number agrees, sign aside."""
        return self.low - stated.slack * ROOM <= stated.size <= self.high + stated.slack * ROOM

    @property
    def middle(self) -> float:
        """Its middle."""
        return (self.low + self.high) / 2


def change_between(new: StatedNumber, old: StatedNumber, *, is_rate: bool) -> Interval | None:
    """Return the size of the difference, or of the change in percent, that two numbers allow; None without one."""
    return change_of(new.size, new.slack, old.size, old.slack, is_rate=is_rate)


def change_of(new: float, new_slack: float, old: float, old_slack: float, *, is_rate: bool) -> Interval | None:
    """Return the size of a difference or rate between two rounded numbers."""
    if not is_rate:
        middle, slack = abs(new - old), new_slack + old_slack
        return Interval(max(middle - slack, 0.0), middle + slack)
    # The old value may be zero before rounding, and a rate of change divides by it.
    if old <= old_slack:
        return None
    ends = [100 * ((new + up) / (old + down) - 1) for up in (-new_slack, new_slack) for down in (-old_slack, old_slack)]
    low, high = min(ends), max(ends)
    if low < 0 < high:
        return Interval(0.0, max(-low, high))
    return Interval(*sorted((abs(low), abs(high))))


class Change(NamedTuple):
    """An old and a new number of one subject, with the differences and rates that are said of them."""

    sentence: Sentence
    old: StatedNumber
    new: StatedNumber
    results: list[StatedNumber]


def stated_changes(sentence: Sentence) -> Iterator[Change]:
    """Yield the changes that a sentence states in full."""
    regions = dict.fromkeys(stated.region for stated in sentence.numbers)
    for region in regions:
        own = [stated for stated in sentence.numbers if stated.region == region and stated.is_plain]
        for group in _by_pair(sentence, own):
            yield from _change_among(sentence, group)


def _by_pair(sentence: Sentence, own: Sequence[StatedNumber]) -> Iterator[Sequence[StatedNumber]]:
    """Split the numbers of a sentence before each `from A to B`; it may have several.

    Results listed after the last pair, `up 15% and 50%`, belong to none of them.
    """
    text = sentence.block.text
    starts = [index for index, stated in enumerate(own) if stated.role == "old" and _TO.match(text, stated.end)]
    if len(starts) < 2:
        yield own
        return
    for start, end in pairwise([*starts, len(own)]):
        roles = Counter(stated.role for stated in own[start:end])
        if max(roles["rate"], roles["difference"]) < 2:
            yield own[start:end]


_TO = re.compile(r"\s+to\s")
_DASH = re.compile(r"\s[–—]\s+(?!(?:up|down)?\s*from\b)")
"""Parts a change from another one: `memory fell 27% — we went from 99 objects to 2`."""


def _change_among(sentence: Sentence, own: Sequence[StatedNumber]) -> Iterator[Change]:
    """Yield the change if some numbers contain exactly one old and one new one."""
    ends = _old_and_new(own)
    # Between percentages a rate may be of either kind, and a difference is one in points.
    if ends is None or "percent" in (ends[0].unit, ends[1].unit):
        return
    old, new = ends
    yield Change(sentence, old, new, [stated for stated in own if _is_result(sentence, stated, old, new)])


def _old_and_new(own: Sequence[StatedNumber]) -> tuple[StatedNumber, StatedNumber] | None:
    """Return the only old number of some and the only new one, else the only level in its unit; None without both."""
    old, new = _in_role(own, "old"), _in_role(own, "new")
    if len(old) == 1 and not new:
        new = [stated for stated in _in_role(own, "level") if stated.unit == old[0].unit]
    if len(old) != 1 or len(new) != 1 or not _are_alike(old[0], new[0]):
        return None
    return old[0], new[0]


def _in_role(own: Sequence[StatedNumber], role: str) -> list[StatedNumber]:
    return [stated for stated in own if stated.role == role]


def _is_result(sentence: Sentence, stated: StatedNumber, old: StatedNumber, new: StatedNumber) -> bool:
    """Whether a number is the change between two others: a rate, or a difference in their unit."""
    if stated.role not in ("difference", "rate"):
        return False
    is_own_unit = stated.role == "rate" or stated.unit in (old.unit, new.unit)
    is_aside = stated.start < old.start and _DASH.search(sentence.block.text, stated.end, old.start) is not None
    return is_own_unit and not is_aside


LIKE = 20
"""Maximum ratio of two amounts if only one prints the currency."""


def _are_alike(old: StatedNumber, new: StatedNumber) -> bool:
    """Whether two numbers are in one unit; one may leave out its currency: `from £2 million to 3 million`."""
    if old.unit == new.unit:
        return True
    is_left_out = "number" in (old.unit, new.unit) and "percent" not in (old.unit, new.unit)
    return is_left_out and min(old.size, new.size) * LIKE >= max(old.size, new.size)


class Checks(NamedTuple):
    """What a sentence says about itself: findings, and the numbers that agree."""

    findings: list[Finding]
    agreeing: list[StatedNumber]


def judge_arithmetic(document: Document, sentence: Sentence) -> Checks:
    """Compare the numbers of a sentence with each other, where it says how they belong together."""
    if not sentence.is_plain:
        return Checks([], [])
    findings: list[Finding] = []
    agreeing: list[StatedNumber] = []
    for change in stated_changes(sentence):
        odd = list(odd_results(document, change))
        findings += odd
        if change.results and not odd:
            agreeing += [change.old, change.new, *change.results]
    return Checks(findings, agreeing)


def odd_results(document: Document, change: Change) -> Iterator[Finding]:
    """Yield the differences, rates and words of direction that two numbers deny."""
    if not _is_across_zero(change):
        yield from _odd_sizes(document, change)
        yield from _odd_direction(document, change)


def _odd_sizes(document: Document, change: Change) -> Iterator[Finding]:
    """Yield the differences and rates that two numbers deny."""
    sentence, old, new = change.sentence, change.old, change.new
    for stated in change.results:
        is_rate = stated.role == "rate"
        allowed = change_between(new, old, is_rate=is_rate)
        if allowed is None or allowed.allows(stated):
            continue
        # As computed from the numbers as printed: the middle of what rounding allows is another for a quotient.
        change_of_print = 100 * abs(new.size / old.size - 1) if is_rate else abs(new.size - old.size)
        expected = printed_like(change_of_print, stated, is_rate=is_rate)
        why = f"from {old.text} to {new.text} is {expected}, not {stated.text}"
        others = [sentence.span_of(old), sentence.span_of(new)]
        off = share_off(allowed.middle, stated.size)
        yield finding(
            document, "change", "certain", sentence.span_of(stated), sentence.text, expected, why, others, off
        )


def _odd_direction(document: Document, change: Change) -> Iterator[Finding]:
    """Yield the word of direction that two numbers deny, where a sentence says one direction alone."""
    sentence, old, new = change.sentence, change.old, change.new
    directed = [stated for stated in (old, new, *change.results) if stated.direction]
    is_apart = abs(new.size - old.size) > old.slack + new.slack
    if len({stated.direction for stated in directed}) != 1 or not is_apart:
        return
    turn = directed[0].turn_in(sentence.block.text)
    rises = new.value > old.value
    if turn is not None and rises != (directed[0].direction > 0) and min(old.value, new.value) > 0:
        word = "a rise" if rises else "a fall"
        others = [sentence.span_of(old), sentence.span_of(new)]
        why = f"from {old.text} to {new.text} is {word}"
        yield finding(document, "direction", "certain", sentence.span(*turn), sentence.text, word, why, others)


def _is_across_zero(change: Change) -> bool:
    """Whether a gain became a loss or the reverse, which texts print without signs: from 338 used to 286 provided."""
    old, new, text = change.old, change.new, change.sentence.block.text
    losses = [_LOSS.search(text, change.sentence.start, stated.start) is not None for stated in (old, new)]
    return losses[0] != losses[1] or any(
        stated.role == "difference"
        and abs(old.size + new.size - stated.size) <= (old.slack + new.slack + stated.slack) * ROOM
        for stated in change.results
    )


_LOSS = re.compile(r"\b(?:loss(?:es)?|deficits?|outflows?)\s+of\s+[$€£]?$", re.IGNORECASE)


def printed_like(value: float, like: StatedNumber, *, is_rate: bool) -> str:
    """Return a value as the text prints numbers such as `like`."""
    if is_rate or like.unit == "percent":
        mark = re.search(r"\s?(?:%|percent\b|per cent\b)", like.text)
        return f"{format_number(value, 3)}{mark[0] if mark else '%'}"
    value /= like.factor
    sign = re.match(r"[$€£¥]?", like.text)
    currency = sign[0] if sign else ""
    for word, factor in (("trillion", 1e12), ("billion", 1e9), ("million", 1e6), ("thousand", 1e3)):
        if word in like.text.lower() or (value >= factor and like.text[-1:].lower() == word[0]):
            return f"{currency}{format_number(value / factor, 4)} {word}"
    return f"{currency}{format_number(value, 6)}"


def misses(stated: StatedNumber, size: float) -> str:
    """Return by what a number misses a size, "" if by more than a slip."""
    if not stated.slack or not size:
        return ""
    unit = 2 * stated.slack
    digits, other = str(round(stated.size / unit)), str(round(size / unit))
    # A digit too many or too few, or the wrong word for a magnitude.
    if any(abs(stated.size * factor - size) <= stated.slack * factor for factor in (10.0, 0.1, 1e3, 1e-3)):
        return "a power of ten"
    if len(digits) != len(other):
        return ""
    apart = [place for place, pair in enumerate(zip(digits, other, strict=True)) if pair[0] != pair[1]]
    if len(apart) == 1:
        return "one digit"
    return "two digits that are swapped" if _are_swapped(apart, digits, other) else ""


def _are_swapped(apart: Sequence[int], digits: str, other: str) -> bool:
    """Whether the places at which two numbers are apart are two neighbours whose digits change places."""
    if len(apart) != 2:
        return False
    first, second = apart
    return second == first + 1 and digits[first] == other[second] and digits[second] == other[first]
