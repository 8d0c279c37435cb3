"""Quantities that a text states twice, one of them with a slip: `1,284 missions` of a summary, `1,384` in the body.

Belongs here: which numbers of the prose may be of the same quantity, and how likely that is. A text has to say many
things twice before one that differs counts; two numbers are of one quantity if a slip would make them so alike, and
their words, units and places make that likelier than chance. Does not: numbers held against tables (`statements`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from math import isfinite, log
from typing import NamedTuple

from tidebook.pipelines.judge.readings.statements.lexicon import class_of, has_content, stem
from tidebook.pipelines.judge.readings.statements.periods import Period, periods_in
from tidebook.pipelines.judge.text.prose import ENGLISH, Sentence, asides_of, prose_of
from tidebook.pipelines.judge.text.words import root
from tidebook.pipelines.read.quantities.sentences import FoundQuantity, find_quantities
from tidebook.pipelines.read.text.citations import is_reference
from tidebook.pipelines.read.text.document import Block, Document
from tidebook.schemas.units import CURRENCIES

FEWEST_REPEATED, LEAST_SHARE = 6, 0.4
"""Numbers that another sentence repeats, and their share of all, in a text that says things twice."""
LEAST_ODDS = 1.5
"""Logarithm of the odds that two numbers are of one quantity from which on a difference is a finding."""

# How much likelier a slip makes two printed numbers so alike than chance does, as a logarithm, by their digits: nearly
# half of all slips change one digit, and as many swap two. Of two numbers with two digits chance makes every fifth pair
# differ in one, and every hundredth by a swap.
_ONE_DIGIT = {1: -0.5, 2: 1.0, 3: 2.5}
_SWAPPED = {2: 3.0, 3: 4.5}
_LONG_ONE_DIGIT, _LONG_SWAPPED = 4.0, 5.5

_SIGN = 1.0
"""What each further sign for or against one quantity adds."""

_PARTS = "first|last|next|other|others|remaining|another|additional|further|new|top"
_OF_THE = re.compile(
    rf"\b(?:the|its|their|these|those|all|both|figure of)\s*(?:(?!(?:{_PARTS})\b)[a-z]+ )?[$€£]?$", re.IGNORECASE
)
"""Before a number that was stated before: `of the 1,284 missions`."""
_COUNTED = re.compile(r"[\s-]*(?:of the |of |new |more |other )?([A-Za-z]+)")
_TIME = re.compile(r"(?P<digits>\d+(?:\.\d+)?)[\s-](?P<unit>minute|hour)s?", re.IGNORECASE)
_BARE = re.compile(r"\s*(?:[.,;:)]|$|(?:to|and|or|instead|than|from)\b)")
"""Behind a number that leaves out what it is of, or its unit."""
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
_SPELLED = re.compile(
    r"(?:(?:twen|thir|for|fif|six|seven|eigh|nine)ty|(?:thir|four|fif|six|seven|eigh|nine)teen|eleven|twelve|ten"
    r"|one|two|three|four|five|six|seven|eight|nine)",
    re.IGNORECASE,
)
_PLAN = re.compile(
    r"\b(?:expect|forecast|plan|target|budgeted|estimat|project(?:ed|s|ion)|revis|original|initial|previous|goal|aim(?:s|ed)?\b"
    r"|excluding|adjusted)",
    re.IGNORECASE,
)
"""Words of a plan, an earlier state or another scope, where the other number is of what came."""
_NEAR = 50
"""Characters before a number within which a word says that it is of a plan."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_SMALLEST = 10
"""Numbers below it are repeated by chance, unless they measure something."""
_COUNTS = frozenset({"number", "person", "ratio"})
"""Units of what is counted, which only the noun behind a number tells apart."""
_SHARED_BY_NONE = _COUNTS | {"percent"}
"""Units that no bare number beside them has."""
_PEOPLE = "people"
_LONGEST_ROOT = 5
_ALIKE_WORDS, _FEWEST_WORDS = 0.5, 4
"""Share of words that two sentences of parallel things have in common, and how many words they have at least."""
_SUMMARY, _FEWEST_OF_SUMMARY = 0.6, 2
"""Share of its other numbers that a block with what is said elsewhere repeats, and how many it has at least."""
_MOST_COMPARED = 200
"""Numbers of nearly one value with which each is compared: a text may print `10` a thousand times."""
_PARALLEL = 2
"""Differences between the same two parts of a text that make them parts on different things."""


@dataclass(frozen=True)
class Stated:
    """A quantity of a sentence, with the words that may say what it is.

    Attributes:
        sentence: its sentence.
        start, end: its place in the text of its block.
        kind, value: of what it prints, in its unit.
        own_unit: its unit or measure, without what it is counted per.
        unit: the same, for a bare number the unit beside it.
        noun: the word for what is counted, "" without one.
        words: the words of content of its sentence, each with what it weighs: less behind other numbers.
        periods: those that its sentence names.
        is_repeated: whether it stands behind words for something that was said before.
        is_plain: whether no word of a plan stands before it.
    """

    sentence: Sentence
    start: int
    end: int
    kind: str
    value: float
    own_unit: str
    unit: str
    noun: str
    words: Mapping[str, float] = field(repr=False)
    periods: frozenset[Period]
    is_repeated: bool
    is_plain: bool

    @property
    def text(self) -> str:
        """Its words."""
        return self.sentence.block.text[self.start : self.end]

    @cached_property
    def digits(self) -> str:
        """Its digits up to the last that is not zero."""
        return f"{abs(self.value):.10e}".partition("e")[0].replace(".", "").rstrip("0")

    @cached_property
    def power(self) -> int:
        """The power of ten of its first digit."""
        return int(f"{self.value:.10e}".partition("e")[2])

    @property
    def slack(self) -> float:
        """Half of its last digit that is not zero: it may be rounded to it."""
        return 0.5 * 10.0 ** (self.power - len(self.digits) + 1)

    @property
    def is_measured(self) -> bool:
        """Whether its unit says more than that something is counted."""
        return self.unit not in _COUNTS

    def is_like(self, other: Stated) -> bool:
        """Whether both measure in one unit, or count what one word names."""
        if self.is_measured or other.is_measured:
            return self.unit == other.unit
        return bool(self.noun) and self.noun == other.noun

    def may_be_of_unit(self, other: Stated) -> bool:
        """Whether both may be in one unit: money may leave out its currency."""
        units = {self.unit, other.unit}
        return len(units) == 1 or units <= _COUNTS or ("number" in units and not units.isdisjoint(CURRENCIES))

    def agrees(self, other: Stated) -> bool:
        """Whether both may print the same value, one of them rounded."""
        room = _ABOUT if "estimate" in (self.kind, other.kind) else 1.0
        return abs(self.value - other.value) <= max(self.slack, other.slack) * room * _ROOM


_ABOUT = 2.0
"""How many times as much as rounding `about` allows."""
_ROOM = 1.0001
"""Factor on what rounding allows, for the errors of float arithmetic."""


class Repeat(NamedTuple):
    """Two numbers that are of one quantity and differ: the later one, and the one that it repeats.

    Attributes:
        odds: the logarithm of the odds that they are of one quantity.
    """

    stated: Stated
    other: Stated
    odds: float


def repeats_in(document: Document, explained: Container[tuple[int, int]]) -> Iterator[Repeat]:
    """Yield the pairs of numbers of a text that are of one quantity and differ.

    Args:
        document: the text.
        explained: where numbers begin that its tables speak for, by line and column.
    """
    sentences = prose_of([_as_prose(block) for block in document.blocks if not is_reference(block)]).sentences
    found = list(_stated(sentences))
    told = [document.place(each.sentence.block.offsets[each.start]) in explained for each in found]
    yield from _Text(found, sentences, told).repeats()


def _as_prose(block: Block) -> Block:
    """Return a heading as a paragraph, so that its numbers are read, too."""
    return replace(block, kind="paragraph") if block.kind == "heading" else block


def _stated(sentences: Sequence[Sentence]) -> Iterator[Stated]:
    for sentence in sentences:
        text = sentence.block.text
        asides = asides_of(text)
        inside = [
            each for each in find_quantities(text, ENGLISH)
            if sentence.start <= each.start < sentence.end and each.quantity is not None
        ]  # fmt: skip
        counting = [each for each in inside if asides.isdisjoint(range(each.start, each.end)) and _counts(each)]
        if not counting:
            continue
        words = [(match.start(), match[0]) for match in _WORD.finditer(text, sentence.start, sentence.end)]
        periods = frozenset(period for _, _, period in periods_in(text[sentence.start : sentence.end]))
        for each in counting:
            assert each.quantity is not None
            yield Stated(
                sentence,
                each.start,
                each.end,
                each.quantity.kind,
                *_printed(each),
                _unit_of(each, inside, text[each.end : sentence.end]),
                _noun_of(each, text[each.end : sentence.end]),
                _weighed(each, words, inside),
                periods,
                _OF_THE.search(text, sentence.start, each.start) is not None,
                not _PLAN.search(text, max(sentence.start, each.start - _NEAR), each.start),
            )


def _counts(found: FoundQuantity) -> bool:
    """Whether a quantity counts or measures something, and is not a year, a date or a rank."""
    quantity = found.quantity
    assert quantity is not None
    if quantity.unit in ("date", "calendar year", "rank") or not quantity.value or not isfinite(quantity.value):
        return False
    return not (quantity.unit == "number" and _YEAR.fullmatch(found.text.strip()))


def _unit_of(found: FoundQuantity, inside: Sequence[FoundQuantity], behind: str) -> str:
    """Return the unit of a number; that of a bare one is the unit before or behind it: `from 84 to 96 euros`."""
    unit = _own_unit(found)
    if unit != "number" or not _BARE.match(behind):
        return unit
    before = [_own_unit(each) for each in inside if each.start < found.start]
    later = [_own_unit(each) for each in inside if each.start > found.start]
    return next((each for each in (*reversed(before), *later) if each not in _SHARED_BY_NONE), unit)


def _own_unit(found: FoundQuantity) -> str:
    return _printed(found)[1]


def _printed(found: FoundQuantity) -> tuple[float, str]:
    """Return the value of a number in the unit that it prints, and that unit without what it is counted per."""
    quantity = found.quantity
    assert quantity is not None
    time = _TIME.fullmatch(found.text) if quantity.unit == "second" else None
    if time:
        return float(time["digits"]), time["unit"].lower()
    return quantity.value, (found.measure or quantity.unit).partition("/")[0]


def _noun_of(found: FoundQuantity, behind: str) -> str:
    """Return the word for what a number counts: the last of its own words, or the one behind it."""
    own = [word for word in _WORD.findall(found.text) if _says_something(word) and not _SPELLED.fullmatch(word)]
    if own:
        return _key(own[-1])
    match = _COUNTED.match(behind)
    return _key(match[1]) if match and has_content(match[1].lower()) else ""


def _says_something(word: str) -> bool:
    return has_content(word.lower()) and word.lower() not in class_of("number_words")


def _key(word: str) -> str:
    """Return what words with one stem have in common."""
    stemmed = stem(word)
    return root(stemmed) if len(stemmed) > _LONGEST_ROOT else stemmed


def _weighed(
    found: FoundQuantity, words: Sequence[tuple[int, str]], inside: Sequence[FoundQuantity]
) -> dict[str, float]:
    """Return the words of content around a number, which weigh less the more numbers stand between."""
    weights: dict[str, float] = {}
    starts = [each.start for each in inside if each is not found]
    is_counted = found.quantity is not None and found.quantity.unit == "number"
    for start, word in words:
        is_own = found.start <= start < found.end
        if not _says_something(word) or (is_own and not is_counted):
            continue
        first, last = sorted((start, found.start))
        between = sum(1 for other in starts if first < other < last)
        key = _key(word)
        weights[key] = max(weights.get(key, 0.0), 1 / (1 + 0.5 * between))
    return weights


class _Text:
    """The quantities of a text, held against each other."""

    def __init__(self, found: Sequence[Stated], sentences: Sequence[Sentence], told: Sequence[bool]) -> None:
        self.found = found
        self.sentences = sentences
        self.told = told
        self.counted = [
            place for place, each in enumerate(found)
            if len(each.digits) > 1 or abs(each.value) >= _SMALLEST
        ]  # fmt: skip

    def repeats(self) -> Iterator[Repeat]:
        """Yield the differences, each number in one, but for parts of the text that speak of different things."""
        if not self._says_things_twice:
            return
        pairs = sorted(self._pairs(), key=lambda pair: (-pair[2], pair[:2]))
        chosen: list[tuple[int, int, float]] = []
        taken: set[int] = set()
        for one, other, odds in pairs:
            if odds >= LEAST_ODDS and taken.isdisjoint((one, other)):
                taken |= {one, other}
                chosen.append((one, other, odds))
        between = Counter(self._parts(one, other) for one, other, _ in chosen)
        for one, other, odds in sorted(chosen):
            if between[self._parts(one, other)] < _PARALLEL:
                yield Repeat(self.found[other], self.found[one], odds)

    @cached_property
    def _says_things_twice(self) -> bool:
        repeated = sum(1 for place in self.counted if self._twins[place])
        return repeated >= FEWEST_REPEATED and repeated >= LEAST_SHARE * len(self.counted)

    def _parts(self, one: int, other: int) -> frozenset[object]:
        """Return the sections in which two numbers stand, or, in one, the blocks."""
        first, second = (self.found[place].sentence.block for place in (one, other))
        if first.section == second.section:
            return frozenset((id(first), id(second)))
        return frozenset((first.section, second.section))

    @cached_property
    def _twins(self) -> dict[int, set[int]]:
        """For each number, those of other sentences that say the same, as far as they are near in order."""
        ordered = sorted(self.counted, key=lambda place: (self.found[place].value, place))
        twins: dict[int, set[int]] = {place: set() for place in self.counted}
        for index, one in enumerate(ordered):
            for other in ordered[index + 1 : index + 1 + _MOST_COMPARED]:
                first, second = self.found[one], self.found[other]
                if second.value - first.value > _ABOUT * max(first.slack, second.slack) * _ROOM:
                    break
                if self._are_twins(first, second):
                    twins[one].add(other)
                    twins[other].add(one)
        return twins

    def _are_twins(self, one: Stated, other: Stated) -> bool:
        if one.sentence is other.sentence or not one.agrees(other):
            return False
        if not one.may_be_of_unit(other) and one.own_unit != other.own_unit:
            return False
        long = min(len(one.digits), len(other.digits)) > 1
        if one.value == other.value and (long or one.is_like(other)):
            return True
        share = not one.words.keys().isdisjoint(other.words)
        return share and (one.value == other.value or long)

    @cached_property
    def _lonely(self) -> list[int]:
        """The numbers that nothing else of the text speaks for."""
        return [place for place in self.counted if not self._twins[place] and not self.told[place]]

    @cached_property
    def _of_unit(self) -> Counter[str]:
        return Counter(self.found[place].unit for place in self._lonely)

    @cached_property
    def _rarity(self) -> dict[str, float]:
        """How much each word tells: the logarithm of how few sentences have it."""
        having: Counter[str] = Counter()
        for sentence in self.sentences:
            having.update({_key(word) for word in _WORD.findall(sentence.text) if has_content(word.lower())})
        return {word: log((len(self.sentences) + 1) / count) for word, count in having.items()}

    def _pairs(self) -> Iterator[tuple[int, int, float]]:
        """Yield the pairs of lonely numbers that a slip would make so alike, with the logarithm of their odds."""
        alike: dict[tuple[int, str], list[int]] = defaultdict(list)
        for place in self._lonely:
            for form in _forms(self.found[place].digits):
                alike[self.found[place].power, form].append(place)
        seen = set()
        for places in alike.values():
            for index, one in enumerate(places):
                for other in places[index + 1 :]:
                    pair = min(one, other), max(one, other)
                    if pair not in seen and self._may_be_one(*pair):
                        seen.add(pair)
                        yield *pair, self._odds(*pair)

    def _may_be_one(self, one: int, other: int) -> bool:
        """Whether neither units, times, plans nor the form of their sentences speak for two quantities."""
        first, second = self.found[one], self.found[other]
        if first.sentence is second.sentence or first.agrees(second) or not first.may_be_of_unit(second):
            return False
        if first.is_plain != second.is_plain:
            return False
        if first.periods and second.periods and not any(a.fits(b) for a in first.periods for b in second.periods):
            return False
        words = first.words.keys(), second.words.keys()
        both, either = len(words[0] & words[1]), len(words[0] | words[1])
        # The same words but for a few: sentences on parallel things.
        is_parallel = either > both > _ALIKE_WORDS * either and min(map(len, words)) >= _FEWEST_WORDS
        return not is_parallel and not self._are_on_others(one, other)

    @cached_property
    def _of_sentence(self) -> dict[int, list[int]]:
        return self._grouped(lambda stated: stated.sentence)

    @cached_property
    def _of_block(self) -> dict[int, list[int]]:
        return self._grouped(lambda stated: stated.sentence.block)

    def _grouped(self, part: Callable[[Stated], object]) -> dict[int, list[int]]:
        """Return the numbers of each part of the text, by its identity."""
        found: dict[int, list[int]] = defaultdict(list)
        for place in self.counted:
            found[id(part(self.found[place]))].append(place)
        return found

    def _are_on_others(self, one: int, other: int) -> bool:
        """Whether the sentences of two numbers have several others, of which none agree."""
        beside = [
            [place for place in self._of_sentence[id(self.found[each].sentence)] if place != each]
            for each in (one, other)
        ]
        if min(map(len, beside)) < _PARALLEL:
            return False
        return not any(self._are_twins(self.found[a], self.found[b]) for a, b in product(*beside))

    def _odds(self, one: int, other: int) -> float:
        """Return the logarithm of the odds that two numbers are of one quantity.

        By how alike they are, among how many of their unit, which words their sentences share, and what else speaks
        for or against it.
        """
        first, second = self.found[one], self.found[other]
        odds = _likeness(first.digits, second.digits) - log(max(self._of_unit[first.unit], self._of_unit[second.unit]))
        for word in first.words.keys() & second.words.keys():
            odds += self._rarity.get(word, 0.0) * min(first.words[word], second.words[word])
        signs_for = [second.is_repeated, self._sums_up(one) or self._sums_up(other)]
        signs_against = [first.sentence.block is second.sentence.block and not second.is_repeated]
        if not (first.is_measured and second.is_measured) and first.noun and second.noun:
            signs_for.append(first.noun == second.noun)
            signs_against.append(first.noun != second.noun and _PEOPLE not in (first.noun, second.noun))
        return odds + _SIGN * (sum(signs_for) - sum(signs_against))

    def _sums_up(self, place: int) -> bool:
        """Whether most other numbers of its block are repeated elsewhere."""
        block = self.found[place].sentence.block
        others = [other for other in self._of_block[id(block)] if other != place]
        repeated = [
            other for other in others
            if any(self.found[twin].sentence.block is not block for twin in self._twins[other])
        ]  # fmt: skip
        return len(others) >= _FEWEST_OF_SUMMARY and len(repeated) >= _SUMMARY * len(others)


def _forms(digits: str) -> Iterator[str]:
    """Yield forms of which two numbers that a slip would make alike share one: a digit left open, or two in order."""
    padded = digits.ljust(_MOST_PADDED, "0")
    for place in range(len(padded)):
        yield f"{padded[:place]}?{padded[place + 1 :]}"
    for place in range(len(padded) - 1):
        low, high = sorted(padded[place : place + 2])
        if low != high:
            yield f"{padded[:place]}({low}{high}){padded[place + 2 :]}"


_MOST_PADDED = 6
"""Digits of a number that stand beside zeros: `17` is `17.6` but for one digit."""


def _likeness(one: str, other: str) -> float:
    """Return how much likelier a slip makes two numbers so alike than chance does, as a logarithm."""
    count = max(len(one), len(other))
    first, second = one.ljust(count, "0"), other.ljust(count, "0")
    apart = [place for place in range(count) if first[place] != second[place]]
    if len(apart) == 1:
        return _ONE_DIGIT.get(count, _LONG_ONE_DIGIT)
    return _SWAPPED.get(count, _LONG_SWAPPED)
