"""Numbers that no file gives and that miss one of a file by a slip: digits that change places, or one wrong digit.

Belongs here: which number of a file a sentence is about by its words, and the chance that any number is as near to one.
Does not: what a sentence states (`parse`, `bind`, `letters`), or slips beside the text's own tables (`copies`).

Who writes a text beside a table or a letter copies most of its numbers. A number that is none of these, and no
difference or change of two, misses one by a slip, or comes from elsewhere. Of numbers of d digits from elsewhere, a
share of n * k / (9 * 10^(d-1)) are within a slip of one of n numbers, where k is how many numbers are within one of a
number: d - 1 by digits that change places, 9 d by one digit. Where that share is small, it is a slip.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from math import comb, floor, log10
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from tidebook.pipelines.judge.readings.statements.copies import EXACT, fits, misses
from tidebook.pipelines.judge.readings.statements.lexicon import directions, keys_of, keys_of_label_word, label_words
from tidebook.pipelines.judge.readings.statements.periods import Period, periods_in
from tidebook.pipelines.judge.readings.statements.sheet import Sheet, Sheets, is_money
from tidebook.pipelines.judge.readings.statements.tokens import Token
from tidebook.pipelines.judge.text.finding import Span
from tidebook.pipelines.judge.text.prose import Sentence, StatedNumber, prose_of
from tidebook.pipelines.judge.text.words import measure_of, without_prefix
from tidebook.pipelines.read.evidence_tables.countries import spoken_names
from tidebook.pipelines.read.text.document import Document

LIKELY, HINT = 0.01, 0.05
"""Chances up to which a miss is likely a slip, and may be one."""
ENOUGH_WORDS = 2
"""Words, periods or units that a sentence and a number of a file share; by one alone a miss is a hint."""
FEWEST_DIGITS = {"two digits that are swapped": 3, "one digit": 4}
"""Digits from which on so few numbers are within a slip of one that it may tell."""
MOST_GIVEN, MOST_PAIRS = 5_000, 20_000
"""Numbers of files, and pairs of them, beyond which nearly any number is within a slip of one, or what two give."""
MOST_COMPARED = 300_000
"""How often numbers of files are held against the words of a sentence, or tried in pairs."""
_POWERS = (0, -3, 3, -6, 6)
"""The power of ten by which a table that does not say its own, or is in a measure with another prefix, may be off."""
_COARSE = 0.01
"""How far a number of few digits, such as a difference of two, may be from one that is hardly rounded from it."""
_ROOM = 1.0001
"""Factor on what rounding allows, for the errors of float arithmetic."""


@dataclass(frozen=True)
class Given:
    """A number of a file, and what is said of it.

    Attributes:
        words: the keys of each word of its labels, or of its sentence; of a country, those of all its names.
        periods: the periods that these name.
        line: its labels without periods, by which two numbers are of one line; "" for a sentence.
        shown: the number with its labels.
        parts: the two numbers that give it, none if it stands in the file.
    """

    size: float
    slack: float
    unit: str
    measure: str
    is_scaled: bool
    words: frozenset[frozenset[str]]
    periods: frozenset[Period]
    line: str
    span: Span
    shown: str
    parts: tuple[Given, ...] = ()

    def times(self, factor: float) -> Given:
        """Return it multiplied by a factor."""
        return replace(self, size=self.size * factor, slack=self.slack * factor)


@dataclass(frozen=True)
class Slip:
    """A number of a sentence that misses a number of a file.

    Attributes:
        chance: the share of numbers of as many digits that are within as little of a number that fits as well.
        shared: how many words, periods and units the sentence and the number of the file share.
    """

    sentence: Sentence
    stated: StatedNumber
    given: Given
    kind: str
    chance: float
    shared: int

    @property
    def is_likely(self) -> bool:
        """Whether it is hardly one by chance, and more than one word says what it is of."""
        return self.chance <= LIKELY and self.shared >= ENOUGH_WORDS


def slips_in(sentences: Sequence[Sentence], tables: Sheets, beside: Sequence[Document]) -> Iterator[Slip]:
    """Yield the numbers of sentences that miss a number of the files, in a table or a sentence, by a slip."""
    files = _Files(list(_given(tables, beside)) if beside else [])
    if not files.given or files.are_too_many:
        return
    block, said = None, list[Token]()
    for sentence in sentences:
        if sentence.block is not block:
            block, said = sentence.block, []
        said = [*said, *tables.tokens(sentence).tokens]
        for stated in sentence.numbers:
            is_one = stated.is_plain and stated.quantity.kind in ("exact", "rounded")
            slip = _slip(_Stated(sentence, stated, said), files) if is_one and files.left > 0 else None
            if slip is not None:
                yield slip


class _Sizes:
    """Numbers of files in the order of their sizes: those near to a stated one are found without a walk."""

    def __init__(self, given: Iterable[Given]) -> None:
        self._given = sorted(given, key=attrgetter("size"))
        self._sizes = np.array([each.size for each in self._given])
        self._prefixes = {without_prefix(each.measure)[1] for each in self._given}

    def between(self, ends: Sequence[tuple[float, float]], stated: StatedNumber) -> Iterator[Given]:
        """Yield those that a sentence may state and whose size lies between ends, in the power of ten that it means."""
        prefix = without_prefix(stated.measure)[1]
        for power in sorted({*_POWERS, *(own - prefix for own in self._prefixes)}):
            for first, last in np.searchsorted(self._sizes, np.divide(ends, 10.0**power)).tolist():
                for each in self._given[first:last]:
                    if _may_be_of(each.unit, stated.unit) and power in _powers(each, stated):
                        yield each.times(10.0**power)

    def near(self, sizes: Iterable[float], slack: float, stated: StatedNumber) -> Iterator[Given]:
        """Yield those within a slack of one of some sizes."""
        return self.between([(size - slack * _ROOM, size + slack * _ROOM) for size in sizes], stated)


class _Files:
    """The numbers of the files, and what two of one line give, such as the change between two years.

    Attributes:
        left: how often they may still be held against the words of a sentence.
    """

    def __init__(self, given: Sequence[Given]) -> None:
        self.given = given
        self.left = MOST_COMPARED
        self._lines: dict[tuple[str, str], list[Given]] = {}
        for each in given:
            if each.line:
                self._lines.setdefault((each.line, each.unit), []).append(each)

    @property
    def are_too_many(self) -> bool:
        """Whether nearly any number would be near to one of them, or to what two of them give."""
        pairs = sum(comb(len(line), 2) for line in self._lines.values())
        return len(self.given) > MOST_GIVEN or pairs > MOST_PAIRS

    @cached_property
    def sizes(self) -> _Sizes:
        """The numbers themselves."""
        return _Sizes(self.given)

    @cached_property
    def changes(self) -> _Sizes:
        """What two numbers of one line give."""
        pairs = [pair for line in self._lines.values() for pair in combinations(line, 2)]
        return _Sizes(made for pair in pairs for made in _of_two(*pair, is_line=True))


class _Stated:
    """A number of a sentence, and what the sentence and those before it in its paragraph say."""

    def __init__(self, sentence: Sentence, number: StatedNumber, said: Sequence[Token]) -> None:
        self.sentence, self.number = sentence, number
        self.slack = number.slack or EXACT
        self.digits = str(round(number.size / (2 * self.slack)))
        self._said = said

    @cached_property
    def is_of_change(self) -> bool:
        """Whether the words say that something rose or fell."""
        return any(token.low in directions() for token in self._said)

    @cached_property
    def _keys(self) -> Set[str]:
        named = [token.stem for token in self._said if token.is_content or token.is_word_of("means")]
        headings = label_words(" ".join(self.sentence.block.section))
        return {key for word in (*named, *headings) for key in keys_of(word)}

    @cached_property
    def _periods(self) -> Set[Period]:
        return {token.period for token in self._said if token.period is not None}

    def shares(self, given: Given) -> int:
        """Return how many words, periods and units it shares with a number of a file; of two, as many as with each."""
        if given.parts:
            return min(map(self.shares, given.parts))
        words = sum(not self._keys.isdisjoint(keys) for keys in given.words)
        in_period = any(own.fits(other) for own in given.periods for other in self._periods)
        base = without_prefix(self.number.measure)[0]
        is_of_currency = given.unit == self.number.unit and is_money(given.unit)
        return words + in_period + (is_of_currency or (base != "" and base == without_prefix(given.measure)[0]))

    def prints(self, given: Given) -> bool:
        """Whether it is rounded from a number of a file, or that from it."""
        slack = min(given.slack, self.number.size * _COARSE)
        return abs(given.size - self.number.size) <= max(slack, self.number.slack) * _ROOM

    def is_as_coarse(self, given: Given) -> bool:
        """Whether a number of a file has all digits that it prints."""
        return given.slack <= self.slack * _ROOM

    def kind(self, given: Given) -> str:
        """Return by which slip it misses a number of a file, "" for none that may tell."""
        kind = misses(self.number, given.size) if self.is_as_coarse(given) else ""
        return kind if len(self.digits.rstrip("0")) >= FEWEST_DIGITS.get(kind, len(self.digits) + 1) else ""

    @property
    def slips(self) -> Iterator[float]:
        """The sizes that differ from its own by a slip."""
        for place, digit in enumerate(self.digits):
            before, behind = self.digits[:place], self.digits[place + 1 :]
            others = [before + other + behind for other in "0123456789" if other != digit]
            for digits in [*others, before + behind[:1] + digit + behind[1:]]:
                yield int(digits) * 2 * self.slack


def _given(tables: Sheets, beside: Sequence[Document]) -> Iterator[Given]:
    for sheet in tables.sheets:
        if sheet.table.document is not None:
            yield from _given_by_table(sheet)
    for document in beside:
        yield from _given_by_prose(document)


def _given_by_table(sheet: Sheet) -> Iterator[Given]:
    rows = sheet.numbers.table.rows
    about = _keys_of_all(sheet.context)
    for place, cell in sheet.cells.items():
        number = sheet.numbers_at[place]
        beside = (
            other.text for column, other in enumerate(rows[number.row]) if (number.row, column) not in sheet.cells
        )
        labels = [words for words in dict.fromkeys([cell.row.text, *beside, cell.column.text]) if words]
        periods = {period for words in labels for _, _, period in periods_in(words)}
        yield Given(
            number.size,
            number.slack,
            cell.unit,
            measure_of(cell.column.text) or measure_of(cell.row.text) or next(iter(sheet.measures), ""),
            cell.is_scaled,
            frozenset([about, *(alike for words in labels for alike in _words_of_label(words))]),
            frozenset(periods or sheet.context_periods),
            " / ".join(map(_without_periods, labels)),
            number.span._replace(document=sheet.table.document),
            f"{number.text} of {', '.join(labels)}",
        )


def _without_periods(label: str) -> str:
    for start, end, _ in reversed(periods_in(label)):
        label = label[:start] + label[end:]
    return label.strip()


def _words_of_label(label: str) -> Iterator[frozenset[str]]:
    for part in label.split(", "):
        if names := spoken_names(part):
            yield _keys_of_all(stem for name in names for stem in label_words(name))
        else:
            yield from (_keys_of_all([stem]) for stem in label_words(part))


def _keys_of_all(stems: Iterable[str]) -> frozenset[str]:
    return frozenset(key for stem in stems for key in keys_of_label_word(stem))


def _given_by_prose(document: Document) -> Iterator[Given]:
    for sentence in prose_of(document.blocks).sentences:
        periods = frozenset(period for _, _, period in periods_in(sentence.text))
        words = frozenset(_keys_of_all([stem]) for stem in label_words(sentence.text))
        for each in sentence.numbers:
            if each.is_plain:
                span = sentence.span_of(each)._replace(document=document)
                unit, measure = each.unit, each.measure
                yield Given(each.size, each.slack, unit, measure, True, words, periods, "", span, each.text)


class _Miss(NamedTuple):
    """A number of a file that a stated one misses, by which slip, and how many words, periods and units they share."""

    given: Given
    kind: str
    shared: int


def _slip(stated: _Stated, files: _Files) -> Slip | None:
    """Return the slip by which a number misses one of a file; None if a file gives it, or has none as near."""
    number, coarse = stated.number, max(stated.slack, stated.number.size * _COARSE)
    if len(stated.digits) < min(FEWEST_DIGITS.values()):
        return None
    if any(map(stated.prints, files.sizes.near([number.size], coarse, number))):
        return None
    searched = [files.sizes, *([files.changes] if stated.is_of_change else [])]
    missed = list(_missed(stated, searched))
    best = max(missed, key=attrgetter("shared"), default=None)
    if best is None or any(each.shared == best.shared and each.given.size != best.given.size for each in missed):
        return None
    chance = _chance(stated, best, searched, files)
    if chance > HINT or any(map(stated.prints, _given_by_two(stated, best, coarse, files))):
        return None
    return Slip(stated.sentence, number, best.given, best.kind, chance, best.shared)


def _missed(stated: _Stated, searched: Sequence[_Sizes]) -> Iterator[_Miss]:
    sizes = list(stated.slips)
    for one in searched:
        for each in one.near(sizes, stated.slack, stated.number):
            kind, shared = stated.kind(each), stated.shares(each)
            if kind and shared:
                yield _Miss(each, kind, shared)


def _may_be_of(own: str, unit: str) -> bool:
    """Whether a sentence may state in a unit what a file has in its own: an amount of money with its currency."""
    return fits(own, unit) and not (is_money(own) and unit == "number")


def _powers(given: Given, stated: StatedNumber) -> Sequence[int]:
    """Return by which powers of ten a number of a file may have to be multiplied to be what a sentence states."""
    base, power = without_prefix(stated.measure)
    own, own_power = without_prefix(given.measure)
    if own:
        return [own_power - power] if base == own else []
    return _POWERS[:1] if given.is_scaled else _POWERS


def _chance(stated: _Stated, miss: _Miss, searched: Sequence[_Sizes], files: _Files) -> float:
    """Return the share of numbers of as many digits that are within a slip of one that shares as many words."""
    digits, decade = len(stated.digits), 10.0 ** floor(log10(stated.number.size))
    near = digits - 1 if miss.kind == "two digits that are swapped" else 9 * digits
    tried = set()
    for one in searched:
        for each in one.between([(decade, 10 * decade)], stated.number):
            files.left -= 1
            if stated.is_as_coarse(each) and stated.shares(each) >= miss.shared:
                tried.add(each.size)
    return min(len(tried) * near / float(9 * 10 ** (digits - 1)), 1.0)


def _given_by_two(stated: _Stated, miss: _Miss, coarse: float, files: _Files) -> Iterator[Given]:
    """Yield what two numbers of the files give that is near: of one line, or of those that share as many words.

    Of too many, two give nearly any number: then the stated one is yielded.
    """
    size = [stated.number.size]
    yield from filter(stated.shares, files.changes.near(size, coarse, stated.number))
    least = max(miss.shared, ENOUGH_WORDS)
    named = [each for each in files.given if stated.shares(each) >= least]
    files.left -= len(files.given) + comb(len(named), 2)
    if comb(len(named), 2) > MOST_PAIRS:
        yield replace(miss.given, size=stated.number.size)
        return
    pairs = combinations(named, 2)
    yield from _Sizes(made for pair in pairs for made in _of_two(*pair, is_line=False)).near(
        size, coarse, stated.number
    )


def _of_two(one: Given, other: Given, *, is_line: bool) -> Iterator[Given]:
    """Yield what two numbers of one unit give: difference and sum, and change and share of each other in percent.

    Two numbers of one line, such as those of two years, are not added.
    """
    if one.unit != other.unit:
        return
    made = replace(one, slack=one.slack + other.slack, parts=(one, other))
    yield replace(made, size=abs(one.size - other.size))
    if not is_line:
        yield replace(made, size=one.size + other.size)
    if one.unit == "percent" or not (one.size and other.size):
        return
    relative = one.slack / one.size + other.slack / other.size
    percent = replace(made, unit="percent", measure="", is_scaled=True)
    for share in (100 * one.size / other.size, 100 * other.size / one.size):
        yield replace(percent, size=abs(share - 100), slack=share * relative)
        yield replace(percent, size=share, slack=share * relative)
