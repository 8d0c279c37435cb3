"""What the sentences of a text say of their numbers: the subject, the role of each number, its year and the direction.

Belongs here: sentences, and the words around a number. Does not: reading a number (`read.quantities`), or comparing it
with others (`arithmetic`, `one_row`).
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
from tidebook.pipelines.judge.text.words import LETTERS, words
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
_YEAR = re.compile(r"(?<![\d.,$€£-])(?:19|20)\d\d(?![\d%]|[.,]\d)")
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

UP = "increase increases increased increasing grew grow grown growth rose rise rises risen rising improved improvement"
UP += " gained climbed jump jumped surge surged expanded up higher advanced soared widened"
DOWN = "decrease decreases decreased decreasing declined decline declines declining fell fall falls fallen falling"
DOWN += " cut cuts slump slumped dropped drop reduced reduction lower down shrank contracted decreases narrowed"
DIRECTIONS = {**dict.fromkeys(UP.split(), 1), **dict.fromkeys(DOWN.split(), -1)}
UNSURE_WORDS = ("improved", "improvement", "advanced")
"""Words of change that a fall may be, too: a ratio of debt improves as it falls."""
_CHANGE = "|".join(sorted(DIRECTIONS, key=len, reverse=True))
_VERB_PARTS = (
    "increased|increases|grew|grow|rose|rises|improved|gained|climbed|jumped|surged|expanded|advanced|soared|widened"
)
_VERB_PARTS += "|decreased|decreases|declined|declines|fell|falls|dropped|reduced|shrank|contracted|narrowed"
_LEVEL_VERBS = "was|were|is|are|totaled|totalled|totals|amounted to|reached|stood at|came to|represented|comprised"
_LEVEL_VERBS += (
    "|accounted for|generated|recorded|reported|had|equaled|equalled|sold|employ(?:s|ed)?|treated|carried|served"
)
_LEVEL_VERBS += "|brought(?: in)?|received|spent|attracted|counted|earned|scored|won|produced|posted|shipped|enrolled"
_NOUNS = "increase|decrease|decline|growth|rise|fall|drop|reduction|improvement|cut|jump|surge|slump"
_CUTS = (
    r";|\b(?:due|attributed|owing)\b(?:\s+\w+)?\s+to\b",
    r"(?:\b(?:was|were|is|are|be|been|largely|partially|directly)|,)\s+attributable\s+to\b",
    r"\b(?:primarily|mainly|principally|because|driven|offset|including|excluding|while|whereas|which)\b",
    r"\bas a result\b|\bresult(?:ed|ing|s)? (?:from|in|of)\b|\breflect(?:s|ing|ed)\b",
    r"\b(?:related to|associated with|as well as)\b|\b(?:consist(?:s|ed|ing)|composed|made up) of\b",
    r"\bcompris(?:e|es|ed of|ing)\b",
    r"\bcaus(?:e|es|ed|ing)\b|\b(?:led|leads|leading) to\b|\bcontribut(?:ed|es|ing) to\b",
    r"\b(?:impact|affect)ed\b(?:\s\w+)?\s+by\b",
)
"""Words behind which a sentence gives reasons or parts, which have another subject."""
_EFFECT = re.compile(r"result(?:ed|ing|s)? in|caus|le[ad]|contribut|impact|affect", re.IGNORECASE)
"""The beginning of words behind which a change is what one cause gives, and not all of it."""
_PARTS = re.compile(r"consist|compos|compris|made up", re.IGNORECASE)
"""The beginning of words behind which numbers are of parts of what is named before."""
_EVENT = re.compile(
    rf"(?P<cut>{'|'.join(_CUTS)})|(?P<noun>\b(?:{_NOUNS})s?\s+in\s+)|(?P<verb>\b(?:{_VERB_PARTS}|{_LEVEL_VERBS})\b)"
)
_NO_SUBJECT = (
    "of|was|were|is|from|to|by|for|during|due|primarily|mainly|driven|as|compared|partially|which|resulting|in|at"
)
_END_OF_SUBJECT = re.compile(rf"\s(?:{_NO_SUBJECT}|and an?)\b|[,;(]|\b(?:{_VERB_PARTS})\b|[$€£]?\d")
_AMOUNT = re.compile(r"\s*(?:approximately\s+|about\s+)?[$€£]?\d")
_HEDGES = (
    "approximately|about|around|nearly|almost|over|roughly|some|only|just|a|an|the|an? additional|an? total of|net"
)
_SOFT = rf"(?:(?:{_HEDGES})\s+)*"
_OLD = re.compile(
    rf"\b(?:from|compared (?:to|with)|versus|vs\.?|against|relative to|comparison (?:to|with))\s+{_SOFT}"
    r"(?:(?!to\b|by\b)[a-z-]+\s+){0,4}?$",
    re.IGNORECASE,
)
_NEW = re.compile(rf"\bto\s+{_SOFT}(?:(?:loss|gain|profit|income) of\s+)?$", re.IGNORECASE)
_BY = re.compile(rf"(?:\bby\s+|\b(?:{_CHANGE})\s+(?:of\s+|by\s+|approximately\s+)?){_SOFT}$", re.IGNORECASE)
_OR = re.compile(
    rf"(?:\bor\s+{_SOFT}|[(,/]\s*(?:or\s+|up\s+|down\s+|an? )?|\brepresenting\s+(?:an?\s+)?)$", re.IGNORECASE
)
_BEHIND = re.compile(rf"^\s*(?:,|\)|\bor\b)?\s*(?:{_NOUNS}|higher|lower)\b", re.IGNORECASE)
_LEVEL = re.compile(
    rf"\b(?:{_LEVEL_VERBS}|of|at|with|earned|incurred|paid|remained|be|been|used|provided)\s+{_SOFT}$", re.IGNORECASE
)
_THEN_CHANGE = re.compile(rf"(?:\s[a-z-]+){{0,3}},\s+(?:up|down|an?\s+(?:{_NOUNS})\s+of)\s", re.IGNORECASE)
"""Between a level and its change: `they lent 486,000 books, up 8%`."""
_MEAN_BEHIND = re.compile(r"\s+(?:[a-z]+\s+){0,3}?(?:on average|apiece|each)\b", re.IGNORECASE)
_MEAN_BEFORE = re.compile(r"\b(?:averag(?:ed|ing|es)|(?:average|mean) of)\s+$", re.IGNORECASE)
"""Beside a mean over rows or years, which is the level of none."""
_MORE = re.compile(r"\s+(?:[a-z]+\s+)?(?:more|fewer|less)\s+(?:[a-z]+\s+){0,3}than\s+(?!in\b)", re.IGNORECASE)
"""Behind what one thing has more than another: no level and no change in time."""
_EXCEEDED = re.compile(rf"\bexceed(?:s|ed|ing)?\b[^.;\d]*\bby\s+{_SOFT}$", re.IGNORECASE)
"""Before what one thing has more than another, too."""
_SHARE = re.compile(r"^\s*(?:of\b|per cent of\b|\b(?:total|net)\s+(?:sales|revenue))", re.IGNORECASE)
_OF_WHICH = re.compile(r"\s*of (?:which|this|that|the)\b", re.IGNORECASE)
_LISTED = re.compile(r"\s*(?:,|and|,\s*and|&|or)\s*(?:[$€£]\s*)?$", re.IGNORECASE)
_ADJUNCT = re.compile(
    r"^\W*(?:(?:In|For|During|At|As of|As at|Over|Compared|Since|On|By|From|Through|Throughout)\b[^,]*,\s*)+",
    re.IGNORECASE,
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


_OTHER_SCOPE = re.compile(
    r"\b(?:after|before|since|until|till|so far|to date|during|under|without|this|last|previous|earlier|ago"
    r"|away|at home|worldwide|nationwide|at least one|any|either|both|not|in (?!(?:all|total|(?:19|20)\d\d)\b))",
    re.IGNORECASE,
)
"""Words that give a number another time, place or group than the table or the numbers beside it."""

_SCOPE_WITHIN = 100
"""Maximum characters behind a number in which they are looked for."""

SINCE = re.compile(
    r"[\s,]*(?:since|over|from|on|versus|compared|against)\b"
    r"(?!\s+(?:a year|the (?:prior|previous|preceding) year|last year))",
    re.IGNORECASE,
)
"""Behind a change that may be against another time than the year before."""


ROOM = 1.0001
"""Factor on what rounding allows, for the errors of float arithmetic."""


@dataclass
class StatedNumber:
    """A number in a sentence.

    Attributes:
        start, end: its place in the text of its block.
        text: the words.
        quantity: what they mean; None where they are unclear.
        role: `old`, `new`, `level`, `difference`, `rate`, `share` or ``""``.
        subject: the words that say what it is the number of.
        near: the words between it and the number or verb before.
        years: the years that stand with it.
        direction: 1 for a rise, -1 for a fall, 0 where no word says.
        region: which part of the sentence it belongs to; numbers of one region have one subject.
        is_part: whether it may be of a part of what the words name, or what one cause gives.
        measure: the measure that a plain number has, such as `mile/gallon`.
        beside: the words between it and the numbers or marks on both of its sides.
        ago: how many years before the year that its sentence is about it is of, such as 1 for `the prior year`; None
            where no words say so.
        factor: what it is multiplied by where the text prints amounts as its tables do, in millions without a word.
    """

    start: int
    end: int
    text: str
    quantity: Quantity
    role: str = ""
    subject: str = ""
    near: str = ""
    years: tuple[int, ...] = ()
    direction: int = 0
    turn: tuple[int, int] | None = None
    region: int = -1
    measure: str = ""
    is_part: bool = False
    beside: str = ""
    ago: int | None = None
    factor: float = 1.0

    def turn_in(self, text: str) -> tuple[int, int] | None:
        """Return where the word of its direction stands, None where it has none or that may mean either."""
        if not self.direction or self.turn is None or text[slice(*self.turn)].lower() in UNSURE_WORDS:
            return None
        return self.turn

    @property
    def unit(self) -> str:
        """Its unit without what it is counted per."""
        return self.quantity.unit.partition("/")[0]

    @property
    def value(self) -> float:
        """Its value in the unit itself."""
        return self.quantity.value * self.factor

    @property
    def size(self) -> float:
        """Its value without a sign."""
        return abs(self.value)

    @property
    def slack(self) -> float:
        """Half the width of what its print allows; infinite for a bound."""
        width = (self.quantity.high - self.quantity.low) * self.factor
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
    """A sentence of a block with its numbers and years; `start` and `end` are its place in the block's text, and
    `before` the years of the last sentence with some above it in the block. `ranks` are the places in an order, and
    `durations` the lengths of time, each with its unit as its measure; `is_plain` is whether it states plain levels
    and changes."""

    block: Block
    start: int
    end: int
    numbers: list[StatedNumber] = field(default_factory=list)
    years: list[tuple[int, int]] = field(default_factory=list)
    before: tuple[int, ...] = ()
    ranks: list[StatedNumber] = field(default_factory=list)
    durations: list[StatedNumber] = field(default_factory=list)
    is_plain: bool = True

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
    """Return the sentences of the running text, each number with its role, subject and years.

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
    before: tuple[int, ...] = ()
    starts = [each.start for each in found]
    for start, end in sentences_of(text):
        inside = [_measured(each, measures) for each in found[bisect_left(starts, start) : bisect_left(starts, end)]]
        is_long = end - start > LONGEST_SENTENCE or len(inside) > MOST_NUMBERS
        if is_long or not _HAS_WORD.search(text, start, end):
            continue
        sentence = Sentence(_NOWHERE, start, end, before=before)
        _fill(text, sentence, inside, asides)
        before = tuple(year for _, year in sentence.years) or before
        sentences.append(sentence)
    return found, sentences


def _fill(text: str, sentence: Sentence, inside: Sequence[FoundQuantity], asides: Set[int]) -> None:
    """Set the years and numbers of a sentence, each number with its context."""
    start, end = sentence.start, sentence.end
    sentence.years = [(year.start(), int(year[0])) for year in _YEAR.finditer(text, start, end)]
    sentence.is_plain = not NOT_PLAIN.search(text, start, end)
    sentence.numbers = list(_numbers(inside, asides))
    sentence.ranks = list(_ranks(inside))
    sentence.durations = list(_durations(inside, asides))
    if sentence.numbers or sentence.durations:
        _assign(text, sentence)


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


def has_other_scope(sentence: Sentence, stated: StatedNumber) -> bool:
    """Whether words right behind a number give it another time, place or group than what it might be held against."""
    end = min(sentence.end, stated.end + _SCOPE_WITHIN)
    return _OTHER_SCOPE.search(sentence.block.text, stated.end, end) is not None


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


DURATIONS = _TIMES[: _TIMES.index("date")]


# Roles


@dataclass
class _Region:
    number: int = -1
    of_noun: bool = False
    subject: str = ""
    direction: int = 0
    turn: tuple[int, int] | None = None
    is_effect: bool = False
    is_part: bool = False


class _Regions:
    """The regions of a sentence, which reasons, nouns of change and verbs with a subject of their own open.

    Attributes:
        region: the one that goes on.
        boundary: where its last words begin.
    """

    def __init__(self, text: str, sentence: Sentence) -> None:
        self.text = text
        self.end = sentence.end
        self.region = _Region()
        self.boundary = sentence.start
        self._count = 0

    def take_event(self, event: re.Match[str], next_number: int) -> None:
        """Go on behind words that open a region, or state what the one that goes on is about."""
        if event["cut"]:
            is_effect, is_part = bool(_EFFECT.match(event[0])), bool(_PARTS.match(event[0]))
            self.region = _Region(self._next(), is_effect=is_effect, is_part=is_part)
        elif event["noun"]:
            is_effect = self.region.is_effect
            self.region = _of_noun(self.text, event, self.end, self._next())
            self.region.is_effect = is_effect
        else:
            self._hear_verb(event, next_number)
        self.boundary = event.end()

    def _hear_verb(self, event: re.Match[str], next_number: int) -> None:
        subject = _subject(self.text[self.boundary : event.start()])
        if subject or self.region.number < 0:
            self.region = _Region(self._next(), subject=subject)
        word = event[0].lower()
        if word in DIRECTIONS:
            self.region.direction, self.region.turn = DIRECTIONS[word], event.span()
            if changed := _CHANGED.match(self.text, event.end(), next_number):
                self.region.subject, self.region.is_part = changed["what"], True

    def _next(self) -> int:
        self._count += 1
        return self._count


def _assign(text: str, sentence: Sentence) -> None:
    """Give each number of a sentence of a block its region, subject, role and years."""
    events = list(_EVENT.finditer(text, sentence.start, sentence.end))
    regions = _Regions(text, sentence)
    place = 0
    previous: StatedNumber | None = None
    for stated in sentence.numbers:
        while place < len(events) and events[place].start() < stated.start:
            regions.take_event(events[place], stated.start)
            place += 1
        _set_role(text, sentence, stated, regions.region, previous)
        stated.near = _subject(text[regions.boundary : stated.start])
        stated.is_part = regions.region.is_effect or regions.region.is_part
        regions.boundary = stated.end
        previous = stated
    _take_nouns_behind(text, sentence)
    _mark_parts(sentence, events)
    _set_years(text, sentence)
    _set_beside(text, sentence)
    _set_respectively(text, sentence)


_CHANGED = re.compile(
    r"\s+(?:(?:the|our|its|their|both|this|that|total|net)\s+)*"
    r"(?P<what>(?!(?:in|to|by|from|at|of|for|as|on|over|during|with|and|or|but|approximately|about|year|slightly|[a-z]+ly)\b)"
    rf"[a-z][^.;:,\d]*?)\s+by\s+{_SOFT}[$€£]?$",
    re.IGNORECASE,
)
"""What a verb of change changes: `higher prices increased net sales by $5 million` states what they give, not all."""


def _of_noun(text: str, event: re.Match[str], end: int, count: int) -> _Region:
    """Return the region of `increase in X`, whose subject is X."""
    stop = _END_OF_SUBJECT.search(text, event.end(), end)
    # `cost of revenue` goes on behind its `of`; an amount does not follow it.
    while stop and stop[0].strip() == "of" and not _AMOUNT.match(text, stop.end()):
        stop = _END_OF_SUBJECT.search(text, stop.end(), end)
    subject = text[event.end() : stop.start() if stop else end]
    word = event[0].split()[0].lower().rstrip("s")
    return _Region(
        count, True, subject, DIRECTIONS.get(word, 0), (event.start(), event.start() + len(event[0].split()[0]))
    )


def _subject(words: str) -> str:
    """Return the words before a verb that name its subject, "" if they name nothing."""
    words = _ADJUNCT.sub("", words)
    words = re.sub(r"^\W*(?:and|or|but|also|this|it|they|we|that|,|\s)+\b", "", words, flags=re.IGNORECASE)
    return words.strip(" ,()") if re.search(r"[A-Za-z]{3}", words) else ""


def _set_role(
    text: str, sentence: Sentence, stated: StatedNumber, region: _Region, previous: StatedNumber | None
) -> None:
    """Give a number its region, and its role by the words around it and the number before."""
    stated.region, stated.subject = region.number, region.subject
    stated.direction, stated.turn = region.direction, region.turn
    # Farther than the words reach that give a role.
    left = text[max(sentence.start, stated.start - 80) : stated.start]
    right = text[stated.end : min(sentence.end, stated.end + 40)]
    if _is_apart(left, right):
        return
    if role := _role_of_percentage(stated, previous, left, right):
        stated.role = role
    elif previous is not None and _is_compared(text, previous, stated):
        stated.role, stated.subject, stated.region = "old", previous.subject, previous.region
    elif _BEHIND.match(right) or _BY.search(left):
        stated.role = _role_of_change(stated)
        _take_direction(text, sentence, stated)
    elif role := _stated_role(stated, region, previous, left, right):
        stated.role = role
    elif previous is not None:
        stated.role = _role_beside(text, stated, previous, left)


def _stated_role(stated: StatedNumber, region: _Region, previous: StatedNumber | None, left: str, right: str) -> str:
    """Return the role that the words beside a number state, "" if they state none."""
    if _OLD.search(left):
        return "old"
    is_after_old = previous is not None and previous.role == "old"
    if _NEW.search(left) and (region.direction or is_after_old):
        return "new"
    if _LEVEL.search(left):
        # `an increase in sales of $3 million` states a change.
        return _role_of_change(stated) if region.of_noun else "level"
    return "level" if _THEN_CHANGE.match(right) else ""


def _role_of_change(stated: StatedNumber) -> str:
    return "rate" if stated.unit == "percent" else "difference"


def _is_apart(left: str, right: str) -> bool:
    """Whether the words around a number make it a part, a mean or a bound, which has no role in a change."""
    is_before = any(words.match(right) for words in (_OF_WHICH, _MORE, _MEAN_BEHIND))
    return is_before or any(words.search(left) for words in (_MEAN_BEFORE, _EXCEEDED))


_IN_PARENTHESES = re.compile(
    r"\s(?:[a-z]+\s){0,2}(?:in\s(?:19|20)\d\d\S*\s)?\((?:[A-Za-z -]{0,25}|(?:FY\s?)?(?:19|20)\d\d):?\s*", re.IGNORECASE
)


def _is_compared(text: str, previous: StatedNumber, stated: StatedNumber) -> bool:
    """Whether a number stands alone in parentheses behind another of its unit: `sold 9,300 loaves (2023: 9,900)`."""
    is_alike = (
        stated.unit == previous.unit and previous.role in ("level", "new") and text[stated.end : stated.end + 1] == ")"
    )
    return is_alike and _IN_PARENTHESES.fullmatch(text, previous.end, stated.start) is not None


def _role_of_percentage(stated: StatedNumber, previous: StatedNumber | None, left: str, right: str) -> str:
    """Return what a percentage is by the words right beside it: a share, the rate of the amount before, or ""."""
    if stated.unit != "percent":
        return ""
    if _SHARE.match(right):
        return "share"
    is_of_amount = previous is not None and previous.role in ("difference", "new", "level", "old")
    return "rate" if is_of_amount and _OR.search(left) else ""


def _role_beside(text: str, stated: StatedNumber, previous: StatedNumber, left: str) -> str:
    """Return the role that a number has from the one before: as the next of a list, or as what a rate amounts to."""
    if previous.unit == stated.unit and _LISTED.fullmatch(text[previous.end : stated.start]):
        return previous.role
    return "difference" if stated.unit != "percent" and previous.role == "rate" and _OR.search(left) else ""


def _take_direction(text: str, sentence: Sentence, stated: StatedNumber) -> None:
    """Take the direction from the word right beside a change: `an increase of 5 %`, `a 5 % decrease`."""
    before = list(re.finditer(rf"\b(?:{_CHANGE})\b", text[max(sentence.start, stated.start - 40) : stated.start], re.I))
    behind = re.match(rf"[\s,)]*\b({_CHANGE})\b", text[stated.end : stated.end + 30], re.I)
    start = max(sentence.start, stated.start - 40)
    if behind:
        stated.direction = DIRECTIONS[behind[1].lower()]
        stated.turn = stated.end + behind.start(1), stated.end + behind.end(1)
    elif before:
        last = before[-1]
        stated.direction = DIRECTIONS[last[0].lower()]
        stated.turn = start + last.start(), start + last.end()


def _take_nouns_behind(text: str, sentence: Sentence) -> None:
    """Give a number before `increase in X` the subject X."""
    for stated in sentence.numbers:
        if stated.role not in ("difference", "rate"):
            continue
        noun = re.match(
            rf"[\s,]*(?:or\s+[\d.,]+\s?(?:%|percent),?\s+)?(?:{_NOUNS})s?\s+in\s+",
            text[stated.end : stated.end + 60],
            re.I,
        )
        if noun:
            start = stated.end + noun.end()
            stop = _END_OF_SUBJECT.search(text, start, sentence.end)
            stated.subject = text[start : stop.start() if stop else sentence.end]
            # A region of its own: no sentence has a thousand, so that it clashes with none that was counted.
            stated.region = 1000 + stated.start


def _mark_parts(sentence: Sentence, events: Sequence[re.Match[str]]) -> None:
    """Mark changes among the reasons for the subject's change as parts of it."""
    first = next((event.start() for event in events if event["cut"]), sentence.end)
    about = {words(stated.subject) for stated in sentence.numbers if stated.start < first}
    for stated in sentence.numbers:
        if stated.start > first and stated.role in ("difference", "rate") and words(stated.subject) in about:
            stated.is_part = True


def _set_years(text: str, sentence: Sentence) -> None:
    """Give each number the year that is between it and the next one, else the one before the first number.

    A year that opens a clause, or is before a colon, is that of the number behind it.
    """
    ahead = _years_ahead(text, sentence)
    ends = [*(stated.start for stated in sentence.numbers[1:]), sentence.end]
    # A sentence with lengths of time alone has an end and no number.
    for stated, end in zip(sentence.numbers, ends, strict=False):
        opening = [year for start, year in sentence.years if ahead.get(start) == stated.start]
        behind = [(start, year) for start, year in sentence.years if stated.end <= start < end and start not in ahead]
        if opening:
            stated.years = (opening[-1],)
        elif behind and not _PARTS_YEARS.search(text, stated.end, behind[0][0]):
            stated.years = (behind[0][1],)
        elif stated is sentence.numbers[0]:
            stated.years = _only_year_before(sentence, stated)


def _only_year_before(sentence: Sentence, stated: StatedNumber) -> tuple[int, ...]:
    before = {year for start, year in sentence.years if start < stated.start}
    return tuple(before) if len(before) == 1 else ()


_PARTS_YEARS = re.compile(r";|\b(?:compared|versus|from)\b")
_OPENS_CLAUSE = re.compile(
    r"(?:,\s*(?:and|but|while|whereas)?|;|\b(?:and|but|while|whereas))\s+(?:in|by|for|during)\s+$"
)
_CLAUSE = re.compile(r"[^,;:()]*[a-z]{3}[^,;:()]*")
_COLON = re.compile(r"(?:\s?[/–-]\s?\d{2,4})?\s*:\s*")


def _years_ahead(text: str, sentence: Sentence) -> dict[int, int]:
    """Return the years that belong to the number behind them: `(2017: $1.3 million)`, `and in 2024 it was 90`."""
    found = {}
    for year, _ in sentence.years:
        number = next((stated.start for stated in sentence.numbers if stated.start > year), None)
        if number is None:
            continue
        lead, between = text[max(sentence.start, year - 20) : year], text[year + 4 : number]
        opens_clause = _OPENS_CLAUSE.search(lead) and _CLAUSE.fullmatch(between)
        if _COLON.fullmatch(between) or opens_clause:
            found[year] = number
    return found


_MARK = re.compile(r"[;:()]|,(?!\d)|\s[–—]\s")
"""Separates the words of a sentence; those beside a number say what it counts."""
_ANOTHER = re.compile(r"\b(?:and|to|while|but|against|versus|from)\b(?!.*\b(?:and|to|while|but|against|versus|from)\b)")
"""The word between two numbers where the words of the second begin."""
_WORD_COUNTS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "the": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "ten": 10,
    "twenty": 20,
}
_AGO = re.compile(
    rf"\b(?:(?P<count>\d{{1,2}}|{'|'.join(_WORD_COUNTS)})\s+(?:(?:fiscal|financial)\s+)?years?\s+(?:ago|earlier|before|previously|prior)"
    r"|(?:prior|previous|preceding|last)(?:\s+(?:fiscal|financial|calendar))?[-\s](?:year|season)"
    r"|year[-\s](?:ago|earlier))\b(?!\s+than)",
    re.IGNORECASE,
)
_THIS_YEAR = re.compile(r"\b(?:this|the current)\s+(?:year|season)\b", re.IGNORECASE)


NEAR = 60
"""Maximum characters between a number and the words, or the other number, that say what it is."""


def _set_beside(text: str, sentence: Sentence) -> None:
    """Give each number the words beside it, and how many years ago they say that it was."""
    ends = [sentence.start, *(stated.end for stated in sentence.numbers)]
    starts = [*(stated.start for stated in sentence.numbers), sentence.end]
    for stated in sentence.durations:
        stated.beside = text[max(sentence.start, stated.start - NEAR) : min(stated.end + NEAR, sentence.end)]
    for index, stated in enumerate(sentence.numbers):
        before, behind = text[ends[index] : stated.start], text[stated.end : starts[index + 1]]
        if index + 1 < len(sentence.numbers) and (cut := _ANOTHER.search(behind)):
            behind = behind[: cut.start()]
        stated.beside = f"{_MARK.split(before)[-1]} {_MARK.split(behind, maxsplit=1)[0]}"
        stated.ago = _years_ago(behind) if _years_ago(behind) is not None else _years_ago(before)


def _years_ago(words: str) -> int | None:
    """Return how many years ago some words say, 0 for this year; None if they do not say."""
    if found := _AGO.search(words):
        count = found["count"]
        if count is None:
            return 1
        return _WORD_COUNTS.get(count.lower()) or int(count)
    return 0 if _THIS_YEAR.search(words) else None


_RUN_GAP = re.compile(
    r"\s*(?:,\s*and|,|and|&|or)\s*(?:(?:in|for|at|as of|fiscal|years?|ended|the|to|approximately)\s+)*", re.IGNORECASE
)
_COMPARED = re.compile(r",?\s+(?:as\s+)?compared\s+(?:to|with)\s+(?:approximately\s+)?[$€£]?", re.IGNORECASE)
"""Between two numbers of a list that goes with a list of years, where the sentence says `respectively`."""
_OF_YEARS = re.compile(
    rf",?\s+(?:(?:in|for|during|at|as\s+(?:of|at)|the|both|(?:fiscal|financial|calendar)?\s*years?|ended|(?:{_MONTHS})\s+\d{{1,2}},)\s+)+"
    r"(?:(?:fiscal|financial)\s+)?",
    re.IGNORECASE,
)
"""Between a list of numbers and that of their years: `was $12 million and $9 million in 2022 and 2023`."""


def _set_respectively(text: str, sentence: Sentence) -> None:
    """Pair a list of numbers with an equally long list of years: that right behind it, or `respectively`."""
    if len(sentence.years) < 2 or len(sentence.numbers) < 2:
        return
    places_of_years = [(start, start + 4) for start, _ in sentence.years]
    lists_of_years = [run for run in _runs(text, places_of_years) if len(run) > 1]
    if len(lists_of_years) != 1:
        return
    (years,) = lists_of_years
    says_so = "respectively" in text[sentence.start : sentence.end]
    for numbers in _runs(text, [(each.start, each.end) for each in sentence.numbers], compared=says_so):
        is_followed = _OF_YEARS.fullmatch(text, numbers[-1][1], years[0][0]) is not None
        if len(numbers) == len(years) and (says_so or is_followed):
            _pair(sentence, numbers, years)


def _pair(sentence: Sentence, numbers: Sequence[tuple[int, int]], years: Sequence[tuple[int, int]]) -> None:
    """Give the numbers of a list the years of another list, and the context of the first number."""
    year_at = dict(sentence.years)
    said_at = {each.start: each for each in sentence.numbers}
    first = said_at[numbers[0][0]]
    for (start, _), (start_of_year, _) in zip(numbers, years, strict=True):
        stated = said_at[start]
        stated.years = (year_at[start_of_year],)
        stated.role, stated.subject, stated.region = first.role or "level", first.subject, first.region


def _runs(text: str, places: Sequence[tuple[int, int]], *, compared: bool = False) -> list[list[tuple[int, int]]]:
    """Return places parted into lists whose members are in a row, with nothing but commas and `and` between.

    With `compared`, `as compared to` may be between them, too.
    """
    runs: list[list[tuple[int, int]]] = []
    for place in places:
        gap = text[runs[-1][-1][1] : place[0]] if runs else ""
        gap = re.sub(rf"\b(?:{_MONTHS})\.?\s+\d{{1,2}},?\s*$", "", gap)
        if runs and (_RUN_GAP.fullmatch(gap) or (compared and _COMPARED.fullmatch(gap))):
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs
