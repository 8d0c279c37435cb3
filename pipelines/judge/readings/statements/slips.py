"""Numbers that no file gives and that miss one of a file by a slip: digits that change places, or one wrong digit.

Belongs here: which number of a file a sentence is about by its words, and the chance that any number is as near to one.
Does not: what a sentence states (`parse`, `bind`, `letters`), or slips beside the text's own tables (`copies`).

Who writes a text beside a table or a letter copies most of its numbers. A number that is none of these, and no
difference or change of two, misses one by a slip, or comes from elsewhere. Of numbers of d digits from elsewhere, a
share of n * k / (9 * 10^(d-1)) are within a slip of one of n numbers, where k is how many numbers are within one of a
number: d - 1 by digits that change places, 9 d by one digit. Where that share is small, it is a slip.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, NamedTuple

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
MOST_GIVEN = 5_000
"""Numbers of files beyond which nearly any number is within a slip of one."""
MOST_TRIED = 300_000
"""Pairs of numbers that are compared: a text has few numbers that none of its files gives."""
_SCALES = (1.0, 1e-3, 1e3, 1e-6, 1e6)
"""What a table that does not say its power of ten may have to be multiplied by."""
_COARSE = 0.01
"""How far a number of few digits, such as a difference of two, may be from one that is hardly rounded from it."""
_ROOM = 1.0001
"""Factor on what rounding allows, for the errors of float arithmetic."""


class _Alike(NamedTuple):
    """The keys of a word of a label; of a country, those of all its names."""

    keys: frozenset[str]


@dataclass(frozen=True)
class Given:
    """A number of a file, and what is said of it.

    Attributes:
        words: the words of its labels, or of its sentence.
        periods: the periods that these name.
        line: its labels without periods, by which two numbers are of one line; "" for a sentence.
        shown: the number with its labels.
    """

    size: float
    slack: float
    unit: str
    measure: str
    is_scaled: bool
    words: frozenset[_Alike]
    periods: frozenset[Period]
    line: str
    span: Span
    shown: str

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
    given = list(_given(tables, beside)) if beside else []
    if not given or len(given) > MOST_GIVEN:
        return
    sizes = np.array([each.size for each in given])
    left = MOST_TRIED // len(given)
    block, said = None, list[Token]()
    for sentence in sentences:
        if sentence.block is not block:
            block, said = sentence.block, []
        said = [*said, *tables.tokens(sentence).tokens]
        for stated in sentence.numbers:
            is_one = stated.is_plain and stated.quantity.kind in ("exact", "rounded")
            if left and is_one and _may_miss(stated, sizes):
                left -= 1
                slip = _slip(sentence, stated, said, given)
                if slip is not None:
                    yield slip


def _may_miss(stated: StatedNumber, sizes: np.ndarray[Any, np.dtype[np.float64]]) -> bool:
    """Whether a number is not given in any power of ten, and has enough digits."""
    if _digits(stated) < min(FEWEST_DIGITS.values()):
        return False
    scaled = np.outer(_SCALES, sizes)
    return not (np.abs(scaled - stated.size) <= (stated.slack or EXACT) / 100).any()


def _given(tables: Sheets, beside: Sequence[Document]) -> Iterator[Given]:
    for sheet in tables.sheets:
        if sheet.table.document is not None:
            yield from _given_by_table(sheet)
    for document in beside:
        yield from _given_by_prose(document)


def _given_by_table(sheet: Sheet) -> Iterator[Given]:
    rows = sheet.numbers.table.rows
    about = _Alike(frozenset(key for word in sheet.context for key in keys_of_label_word(word)))
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


def _words_of_label(label: str) -> Iterator[_Alike]:
    for part in label.split(", "):
        names = spoken_names(part)
        stems = [[stem for name in names for stem in label_words(name)]] if names else [[w] for w in label_words(part)]
        for alike in stems:
            yield _Alike(frozenset(key for stem in alike for key in keys_of_label_word(stem)))


def _given_by_prose(document: Document) -> Iterator[Given]:
    for sentence in prose_of(document.blocks).sentences:
        periods = frozenset(period for _, _, period in periods_in(sentence.text))
        words = frozenset(_Alike(frozenset(keys_of_label_word(stem))) for stem in label_words(sentence.text))
        for each in sentence.numbers:
            if each.is_plain:
                span = sentence.span_of(each)._replace(document=document)
                unit, measure = each.unit, each.measure
                yield Given(each.size, each.slack, unit, measure, True, words, periods, "", span, each.text)


class _Ranked(NamedTuple):
    """A number of a file in the power of ten of a stated one, and how many words, periods and units they share."""

    shared: int
    given: Given


def _slip(sentence: Sentence, stated: StatedNumber, said: Sequence[Token], given: Sequence[Given]) -> Slip | None:
    """Return what a number misses, None where a file gives it, or nothing of a file is as near."""
    named = [token.stem for token in said if token.is_content or token.is_word_of("means")]
    headings = label_words(" ".join(sentence.block.section))
    keys = {key for word in (*named, *headings) for key in keys_of(word)}
    periods = {token.period for token in said if token.period is not None}
    ranked = [_Ranked(_shared(each, stated, keys, periods), each) for each in given]
    fitting = [each for each in ranked if _may_be_of(each.given.unit, stated.unit)]
    near = [each._replace(given=scaled) for each in fitting for scaled in _in_powers(each.given, stated)]
    if any(_prints(each.given, stated) for each in near):
        return None
    if any(token.low in directions() for token in said):
        near += _derived(ranked, stated)
    found = [(each, kind) for each in near if each.shared and (kind := _kind(stated, each.given))]
    if not found:
        return None
    best, kind = max(found, key=lambda pair: pair[0].shared)
    if any(each.shared == best.shared and each.given.size != best.given.size for each, _ in found):
        return None
    chance = _chance(kind, stated, [each for each in near if each.shared >= best.shared])
    given_by_two = _derived(ranked, stated, max(best.shared, ENOUGH_WORDS))
    if chance > HINT or any(_prints(each.given, stated) for each in given_by_two):
        return None
    return Slip(sentence, stated, best.given, kind, chance, best.shared)


def _may_be_of(own: str, unit: str) -> bool:
    """Whether a sentence may state in a unit what a file has in its own: an amount of money with its currency."""
    return fits(own, unit) and not (is_money(own) and unit == "number")


def _in_powers(given: Given, stated: StatedNumber) -> Iterator[Given]:
    """Yield a number of a file in the measure of a stated one, or in the powers of ten that its table leaves open."""
    base, power = without_prefix(stated.measure)
    own, own_power = without_prefix(given.measure)
    if own and base != own:
        return
    if own:
        yield given.times(10.0 ** (own_power - power))
    else:
        yield from (given.times(factor) for factor in (_SCALES[:1] if given.is_scaled else _SCALES))


def _shared(given: Given, stated: StatedNumber, keys: Set[str], periods: Set[Period]) -> int:
    words = sum(not keys.isdisjoint(alike.keys) for alike in given.words)
    in_period = any(own.fits(other) for own in given.periods for other in periods)
    base = without_prefix(stated.measure)[0]
    is_of_currency = given.unit == stated.unit and is_money(stated.unit)
    return words + in_period + (is_of_currency or (base != "" and base == without_prefix(given.measure)[0]))


def _prints(given: Given, stated: StatedNumber) -> bool:
    """Whether a number is rounded from one of a file, or that from it."""
    slack = min(given.slack, stated.size * _COARSE)
    return abs(given.size - stated.size) <= max(slack, stated.slack) * _ROOM


def _kind(stated: StatedNumber, given: Given) -> str:
    """Return by which slip a number misses one of a file, "" for none that may tell."""
    if not _is_as_fine(given, stated):
        return ""
    kind, digits = misses(stated, given.size), _digits(stated)
    return kind if digits >= FEWEST_DIGITS.get(kind, digits + 1) else ""


def _is_as_fine(given: Given, stated: StatedNumber) -> bool:
    """Whether a number of a file has all digits that a stated one prints."""
    return given.slack <= (stated.slack or EXACT) * _ROOM


def _digits(stated: StatedNumber) -> int:
    """Return how many digits a number has down to its last one that is no rounding: 3 of `269,000` and of `41.0`."""
    return len(str(round(stated.size / (2 * (stated.slack or EXACT)))))


def _chance(kind: str, stated: StatedNumber, candidates: Sequence[_Ranked]) -> float:
    """Return the share of numbers of as many digits that are within a slip of one of the candidates."""
    digits = _digits(stated)
    near = digits - 1 if kind == "two digits that are swapped" else 9 * digits
    decade = math.floor(math.log10(stated.size))
    sizes = {each.given.size for each in candidates if _is_as_fine(each.given, stated)}
    tried = sum(size > 0 and math.floor(math.log10(size)) == decade for size in sizes)
    return min(tried * near / float(9 * 10 ** (digits - 1)), 1.0)


def _derived(ranked: Sequence[_Ranked], stated: StatedNumber, least: int | None = None) -> Iterator[_Ranked]:
    """Yield what two numbers of one line of the files give, and with `least` also two that both share as many words."""
    is_share = stated.unit == "percent"
    pairs = combinations([each for each in ranked if each.shared], 2)
    for one, other in pairs:
        first, second = one.given, other.given
        is_line = first.line == second.line != ""
        are_named = least is not None and min(one.shared, other.shared) >= least
        if first.unit != second.unit or not (is_line or are_named):
            continue
        as_share = is_share and first.unit != "percent"
        for size, slack in _of_two(first, second, as_share=as_share, is_line=is_line):
            unit = "percent" if as_share else first.unit
            if _may_be_of(unit, stated.unit):
                made = replace(first, size=size, slack=slack, unit=unit)
                for scaled in [made] if as_share else _in_powers(made, stated):
                    yield _Ranked(min(one.shared, other.shared), scaled)


def _of_two(one: Given, other: Given, *, as_share: bool, is_line: bool) -> Iterator[tuple[float, float]]:
    """Yield what two numbers give, with its slack: difference and sum, or change and share of each other in percent.

    Two numbers of one line, such as those of two years, are not added.
    """
    if not as_share:
        slack = one.slack + other.slack
        yield abs(one.size - other.size), slack
        if not is_line:
            yield one.size + other.size, slack
    elif one.size and other.size:
        relative = one.slack / one.size + other.slack / other.size
        for share in (100 * one.size / other.size, 100 * other.size / one.size):
            yield abs(share - 100), share * relative
            yield share, share * relative
