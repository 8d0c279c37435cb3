"""The sentences of a text, with the numbers in each that count or measure something.

Belongs here: where sentences begin and end, and which numbers are asides. Does not: reading a number
(`read.quantities`), or what a sentence states (`judge.readings.statements`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import isfinite
from typing import NamedTuple

from tidebook.pipelines.judge.text.finding import Span
from tidebook.pipelines.judge.text.words import LETTERS
from tidebook.pipelines.read.quantities.context import Context
from tidebook.pipelines.read.quantities.sentences import FoundQuantity, find_quantities
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.read.text.document import Block
from tidebook.schemas.units import recent_by_unit

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
ENGLISH = Context(decimal=".")
_ABBREVIATED = re.compile(
    r"(?:\b(?:U\.S|U\.K|Inc|Corp|Ltd|Co|No|Nos|vs|approx|e\.g|i\.e|Mr|Mrs|Ms|Dr|St|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct"
    r"|Nov|Dec|al|cf|Fig|Eq|pp?)|\b[A-Z])\.$"
)
_BOUNDARY = re.compile(r"[.!?][\"”’')\]]*\s+(?=[A-Z0-9\"“‘(\[])")
_NAMED = "week|day|month|quarter|season|game|round|phase|stage|grade|group|cohort|arm|class|district|zone|ward"
"""Singulars that a number behind them names: `than in week 5`."""
_BEFORE_NAMED = "in|of|than|for|on|by|from|to|until|since|at|after|before|during|and|or"
_ASIDE = re.compile(
    rf"\b(?:Notes?|Items?|Sections?|Parts?|Topic|ASC|ASU|FASB|IFRS|IAS|Nos?\.|Rule|Form|[Pp]ages?|Figures?|Tables?|Exhibit"
    rf"|Chapter|Level|Tier|Phase|Step|Article|Schedule)\s*\d[\w.:-]*(?:\s*(?:,|and|to|of|–|-|&)\s*\d[\w.-]*)*"
    rf"|\b(?:{_MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?!,\d{{3}}(?!\d)|\.\d|\s?%)(?:,?\s+(?:19|20)\d\d)?"
    rf"|\b\d{{1,2}}\s+(?:{_MONTHS})\b"
    rf"|\b(?:(?i:{_BEFORE_NAMED})\s+(?:{_NAMED})|{'|'.join(map(str.capitalize, _NAMED.split('|')))})"
    r"\s+\d{1,3}\b(?!\s?%|[.,]\d)"
    r"|\b\d+\.\d+(?:\.\d+)*\s+(?:stable|beta|alpha|nightly|LTS|rc\d*)\b"
    r"|(?<=[\w.,)%”])\s?\(\d\)|\b[Ff]ull[- ]year \d{4}\b"
)
"""Numbers that count nothing: of notes, standards, days, weeks, groups and versions, and marks of notes."""
_TIMES = (
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "decade",
    "date",
    "calendar year",
    "rank",
)

_UNSURE = (
    "would|could|might|may|expect(?:s|ed)?|forecast|guidance|outlook|preliminary|restated|annuali[sz]ed|hypothetical|if"
)
_UNSURE += "|consensus|assum(?:e|es|ing|ed)"
_ADJUSTED = "exclud(?:e|es|ing)|excluded|constant[- ]currency|organic|like-for-like|pro forma|sequential(?:ly)?"
_ADJUSTED += (
    "|quarter[- ]over[- ]quarter|foreign (?:currency|exchange)|currency (?:impact|effect|translation)s?|basis points"
)
_TWO_PERIODS = r"three(?:\s+months)?\s+and\s+(?:six|nine|twelve)\s+months"
NOT_PLAIN = re.compile(rf"\b(?:{_UNSURE}|{_ADJUSTED}|{_TWO_PERIODS})\b", re.IGNORECASE)
"""Words of sentences that do not state plain levels and changes."""


@dataclass(frozen=True)
class StatedNumber:
    """A number in a sentence.

    Attributes:
        start, end: its place in the text of its block.
        text: the words.
        quantity: what they mean.
        measure: the measure that a plain number has, such as `mile/gallon`.
    """

    start: int
    end: int
    text: str
    quantity: Quantity
    measure: str = ""

    @property
    def unit(self) -> str:
        """Its unit without what it is counted per."""
        return self.quantity.unit.partition("/")[0]

    @property
    def value(self) -> float:
        """Its value in the unit itself."""
        return self.quantity.value

    @property
    def size(self) -> float:
        """Its value without a sign."""
        return abs(self.value)

    @property
    def slack(self) -> float:
        """Half the width of what its print allows; infinite for a bound."""
        width = self.quantity.high - self.quantity.low
        return width / 2 if isfinite(width) else width

    @property
    def is_plain(self) -> bool:
        """Whether its print allows an interval around it with two ends; `up to $2 billion` is a bound."""
        return isfinite(self.slack) and self.quantity.kind != "at_most"

    @property
    def digits(self) -> int:
        """Its significant digits."""
        return len(re.sub(r"\D", "", re.sub(r"[eE].*", "", self.text)).strip("0")) or 1


@dataclass
class Sentence:
    """A sentence of a block with its numbers.

    Attributes:
        start, end: its place in the text of its block.
        ranks: the places in an order.
        durations: the lengths of time, each with its unit as its measure.
    """

    block: Block
    start: int
    end: int
    numbers: list[StatedNumber] = field(default_factory=list)
    ranks: list[StatedNumber] = field(default_factory=list)
    durations: list[StatedNumber] = field(default_factory=list)

    @cached_property
    def text(self) -> str:
        """Its words."""
        return self.block.text[self.start : self.end].strip()

    def span(self, start: int, end: int) -> Span:
        """Return the part of the source that a part of the block is in."""
        offsets = self.block.offsets
        return Span(offsets[start], offsets[end - 1] + 1, self.block.text[start:end])

    def span_of(self, stated: StatedNumber) -> Span:
        """Return the part of the source that a number is in."""
        return self.span(stated.start, stated.end)


class Prose(NamedTuple):
    """The sentences of a text, and what was found in its blocks."""

    sentences: list[Sentence]
    found: list[tuple[Block, list[FoundQuantity]]]


def prose_of(blocks: Sequence[Block], measures: Set[str] = frozenset()) -> Prose:
    """Return the sentences of the running text.

    Args:
        blocks: the text.
        measures: the measures that its tables name, such as `meter`, by which `5 m` is not an amount of millions.
    """
    sentences: list[Sentence] = []
    everything = []
    for block in blocks:
        if block.is_prose:
            found, own = _read(block.text, frozenset(measures))
            everything.append((block, found))
            sentences += [replace(each, block=block) for each in own]
    return Prose(sentences, everything)


_NOWHERE = Block("paragraph", "", (), ())
"""In place of the block, for sentences that may be in several."""


@recent_by_unit
def _read(text: str, measures: frozenset[str]) -> tuple[list[FoundQuantity], list[Sentence]]:
    """Return the quantities and sentences of a block. They are cached and shared: do not modify them."""
    found = find_quantities(text, ENGLISH) if any(map(str.isdigit, text)) else []
    sentences = []
    asides = asides_of(text)
    starts = [each.start for each in found]
    for start, end in sentences_of(text):
        inside = [_measured(each, measures) for each in found[bisect_left(starts, start) : bisect_left(starts, end)]]
        is_long = end - start > LONGEST_SENTENCE or len(inside) > MOST_NUMBERS
        if is_long or not _HAS_WORD.search(text, start, end):
            continue
        numbers, ranks, durations = _numbers(inside, asides), _ranks(inside), _durations(inside, asides)
        sentences.append(Sentence(_NOWHERE, start, end, list(numbers), list(ranks), list(durations)))
    return found, sentences


_LETTER = re.compile(rf"(?P<number>\d[\d,.]*)\s?(?P<letter>[{''.join(LETTERS)}])")


def _measured(each: FoundQuantity, measures: Set[str]) -> FoundQuantity:
    """Return a number whose unit is one letter in a measure that the tables of its text name."""
    letter = _LETTER.fullmatch(each.text) if each.quantity is None else None
    measure = LETTERS[letter["letter"]] if letter else ""
    if letter is None or measure not in measures:
        return each
    (number,) = find_quantities(letter["number"], ENGLISH)
    return each._replace(quantity=number.quantity, measure=measure)


_HAS_WORD = re.compile("[A-Za-z]{2}")
LONGEST_SENTENCE, MOST_NUMBERS = 5_000, 200
"""Maximum characters and numbers of a sentence that is judged; more are a list or data without a point."""


@recent_by_unit
def asides_of(text: str) -> Set[int]:
    """Return the offsets of all characters of a block's references and dates, whose numbers are no quantities."""
    return places_of(aside.span() for aside in _ASIDE.finditer(text))


def places_of(spans: Iterable[tuple[int, int]]) -> set[int]:
    """Return the offsets of all characters of some spans."""
    return {place for start, end in spans for place in range(start, end)}


def sentences_of(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the sentences of a block's text begin and end."""
    start = 0
    for boundary in _BOUNDARY.finditer(text):
        stop = boundary.start() + 1
        if _ABBREVIATED.search(text, max(stop - 10, 0), stop):
            continue
        yield start, boundary.end()
        start = boundary.end()
    if start < len(text):
        yield start, len(text)


def _numbers(found: Sequence[FoundQuantity], asides: Set[int]) -> Iterator[StatedNumber]:
    """Yield the numbers that count something."""
    for each in found:
        if each.quantity is None or each.quantity.unit.partition("/")[0] in _TIMES:
            continue
        if not asides.isdisjoint(range(each.start, each.end)):
            continue
        if not any(map(str.isdigit, each.text)):
            continue
        yield StatedNumber(each.start, each.end, each.text, each.quantity, measure=each.measure)


def _ranks(found: Sequence[FoundQuantity]) -> Iterator[StatedNumber]:
    """Yield the places in an order, such as `3rd`."""
    for each in found:
        if each.quantity is not None and each.quantity.unit == "rank":
            yield StatedNumber(each.start, each.end, each.text, each.quantity)


def _durations(found: Sequence[FoundQuantity], asides: Set[int]) -> Iterator[StatedNumber]:
    """Yield the lengths of time that are printed in digits, such as `61.4 years`."""
    for each in found:
        unit = each.quantity.unit if each.quantity else ""
        if unit in DURATIONS and each.text[:1].isdigit() and asides.isdisjoint(range(each.start, each.end)):
            assert each.quantity is not None
            yield StatedNumber(each.start, each.end, each.text, each.quantity, measure=unit)


NEAR = 60
"""Maximum characters between a number and the words, or the other number, that say what it is."""
DURATIONS = _TIMES[: _TIMES.index("date")]
