"""Quotations in a text: where each stands, and whether its number is still the one that is quoted.

Belongs here: finding words in the blocks of a document, told apart by section; what is there instead. Does not:
which number of a quotation a claim is about (`judge.quoted`), or what is made of a quotation that is gone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from tidebook.pipelines.read.quantities.numerals import has_numeral
from tidebook.pipelines.read.quantities.sentences import FoundQuantity, find_quantities
from tidebook.pipelines.read.text.document import Block, Document, Place
from tidebook.pipelines.read.text.folded import folded, without_marks
from tidebook.pipelines.read.text.quotation import Quotation

Status = Literal["found", "changed", "gone"]
"""`changed`: its words are there with another number."""

NEAR = 0.45
"""Share of a quotation's words from which a passage is shown as near."""
MOST_NEAR = 160
"""Maximum characters of a near passage."""
MOST_SOUGHT = 200
"""Maximum quotations that are gone for which what is near is looked for: each is compared with all of the text."""

_MARK = "\x00"
"""Stands for a number in a text whose numbers are left out."""
_TOKEN = re.compile(rf"{_MARK}|\w+|[^\w\s]")
_NUMERAL = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"\d[\d.,]*\d|\w+")
"""A word or a whole number."""
_SENTENCE_END = re.compile(r"[.!?]['\")]*\s+(?=[\"'(]?[A-Z0-9])")


class AmbiguousError(ValueError):
    """A quotation that is in several places: the first of them, and in words what would tell them apart."""

    def __init__(self, words: str, first: Passage) -> None:
        super().__init__(words)
        self.first = first


@dataclass(frozen=True)
class Passage:
    """What a text has in place of a quotation.

    Attributes:
        status: whether it is there, is there with another number, or is gone.
        text: the words as they are in the text, with the whole of each number; "" if they are gone.
        place: where they begin; of a quotation that is gone, where the nearest words stand.
        section: the headings above.
        near: the nearest words, if it is gone and there are any.
        block: the index of the block, with start and end in its text.
    """

    status: Status
    text: str = ""
    place: Place | None = None
    section: tuple[str, ...] = ()
    near: str = ""
    block: int = -1
    start: int = 0
    end: int = 0


class _Key(NamedTuple):
    """What tells a number from another: value, unit and interval, or its words; and its unit, "" where it has none."""

    words: str
    unit: str = ""


class _Numbers(NamedTuple):
    """A text as tokens of words and signs, with a mark for each number; and the numbers, in order."""

    tokens: list[str]
    starts: list[int]
    ends: list[int]
    numbers: list[_Key]

    def add(self, token: str, start: int, end: int) -> None:
        """Add a word or sign."""
        self.tokens.append(token)
        self.starts.append(start)
        self.ends.append(end)

    def add_number(self, key: _Key, start: int, end: int) -> None:
        """Add a number, told apart from others by its key."""
        self.add(_MARK, start, end)
        self.numbers.append(key)


class _Indexed:
    """A block of a document that quotations are looked for in."""

    def __init__(self, index: int, block: Block) -> None:
        self.index, self.block = index, block

    @cached_property
    def folded(self) -> tuple[str, Sequence[int]]:
        return folded(self.block.text)

    @cached_property
    def numbers(self) -> list[FoundQuantity]:
        return find_quantities(self.block.text)

    @cached_property
    def tokens(self) -> _Numbers:
        return _tokens(self.block.text, self.numbers)

    @cached_property
    def words(self) -> Counter[str]:
        return _word_counts(self.folded[0])


class _Span(NamedTuple):
    block: _Indexed
    start: int
    end: int


class QuoteFinder:
    """Finds quotations in a document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._blocks = [_Indexed(index, block) for index, block in enumerate(document.blocks) if block.text]
        self._sought = 0

    def numbers(self, within: Document) -> Iterator[tuple[int, FoundQuantity]]:
        """Yield the numbers of running text, each with the index of its block.

        Args:
            within: the document, with the blocks that are not to be read as code.
        """
        for block in self._blocks:
            if within.blocks[block.index].is_prose:
                for number in block.numbers:
                    yield block.index, number

    def find_all(self, quotations: Sequence[Quotation]) -> list[Passage | AmbiguousError]:
        """Return for each quotation what the text has in its place; an error for one that stands several times.

        Those that are there are found first: words with another number are taken for a quotation only where no other
        quotation stands.
        """
        found: dict[int, Passage | AmbiguousError] = {}
        taken: list[Passage] = []
        for index, quotation in enumerate(quotations):
            try:
                spans = self._in_section(self._exact(quotation), quotation)
            except AmbiguousError as error:
                found[index] = error
                continue
            if spans:
                passage = self._passage(quotation, spans[0])
                found[index] = passage
                taken.append(passage)
        for index, quotation in enumerate(quotations):
            if index not in found:
                found[index] = self._otherwise(quotation, taken)
        return [found[index] for index in range(len(quotations))]

    def _exact(self, quotation: Quotation) -> list[_Span]:
        """Return the spans of a quotation's words, whole words and numbers only."""
        wanted = folded(without_marks(quotation.words)).text
        if not wanted:
            return []
        spans = []
        for block in self._blocks:
            text, places = block.folded
            start = text.find(wanted)
            while start >= 0:
                end = start + len(wanted)
                if _is_whole(text, start, end):
                    spans.append(_Span(block, places[start], places[end - 1] + 1))
                # From the next character, not from behind the words: two places may overlap.
                start = text.find(wanted, start + 1)
        return spans

    def _in_section(self, spans: list[_Span], quotation: Quotation) -> list[_Span]:
        """Return the only span; of several that below the quotation's section.

        Raises:
            AmbiguousError: several are left.
        """
        if len(spans) < 2:
            return spans
        below = _below_first(spans, quotation.section)
        if len(below) == 1 or quotation.anywhere:
            return below[:1]
        places = [str(self._place(span)) for span in below]
        headings = dict.fromkeys(" / ".join(span.block.block.section) for span in spans)
        of = f"section, one of {', '.join(filter(None, headings))}" if len(headings) > 1 else "more words"
        words = f"words that {self.document.name} has once, or {of}: they stand at {', '.join(places)}"
        raise AmbiguousError(words, self._passage(quotation, below[0]))

    def _place(self, span: _Span) -> Place:
        return self.document.place(span.block.block.offsets[span.start])

    def _passage(self, quotation: Quotation, span: _Span) -> Passage:
        """Return the passage of words that are there; its number is another one if the text goes on within it."""
        text = span.block.block.text
        start, end = span.start, span.end
        whole = []
        for number in span.block.numbers:
            inside = text[max(number.start, span.start) : min(number.end, span.end)]
            if number.start < span.end and number.end > span.start and has_numeral(inside):
                start, end = min(start, number.start), max(end, number.end)
                whole.append(number)
        cut = start < span.start or end > span.end
        own = find_quantities(without_marks(quotation.words)) if cut else []
        status: Status = "changed" if cut and not _same(own, whole) else "found"
        return self._of_span(status, span._replace(start=start, end=end) if status == "changed" else span)

    def _of_span(self, status: Status, span: _Span) -> Passage:
        block = span.block.block
        text = " ".join(block.text[span.start : span.end].split())
        return Passage(status, text, self._place(span), block.section, "", span.block.index, span.start, span.end)

    def _otherwise(self, quotation: Quotation, taken: Sequence[Passage]) -> Passage:
        """Return the same words with another number; or else that they are gone, with what is near."""
        plain = without_marks(quotation.words)
        wanted = _tokens(plain, find_quantities(plain))
        spans = []
        if _MARK in wanted.tokens and len(wanted.tokens) > 1:
            for alike, span in self._alike(wanted):
                if not _overlaps_any(span, taken):
                    spans.append((alike, span))
        best = max((alike for alike, _ in spans), default=_Likeness(0, 0))
        closest = _below_first([span for alike, span in spans if alike == best], quotation.section)
        if len(closest) == 1:
            status: Status = "found" if best.equal == len(wanted.numbers) else "changed"
            return self._of_span(status, closest[0])
        return self._near(plain)

    def _alike(self, wanted: _Numbers) -> Iterator[tuple[_Likeness, _Span]]:
        """Yield where the text has the same words with numbers, and how alike these are."""
        for block in self._blocks:
            for start, end, numbers in _aligned(wanted, block.tokens):
                yield _likeness(wanted.numbers, numbers), _Span(block, start, end)

    def _near(self, words: str) -> Passage:
        """Return that words are gone, with the sentence that has most of them, placed where most of them stand."""
        wanted = _word_counts(folded(words).text)
        self._sought += 1
        span = self._nearest(wanted) if wanted and self._sought <= MOST_SOUGHT else None
        if span is None:
            return Passage("gone")
        passage = span.block.block.text[span.start : span.end]
        place = self._place(span._replace(start=span.start + _densest(passage, wanted)))
        near = " ".join(passage.split())
        near = near if len(near) <= MOST_NEAR else f"{near[: MOST_NEAR - 1].rstrip()}…"
        return Passage("gone", "", place, span.block.block.section, near)

    def _nearest(self, wanted: Counter[str]) -> _Span | None:
        """Return the first sentence that has the largest share of some words; None if none has enough of them."""
        nearest = None
        largest = 0.0
        for block in self._blocks:
            # No sentence has more of the words than its block: most blocks need no look at their sentences.
            if _share_of(wanted, block.words) < NEAR:
                continue
            for start, end in sentence_spans(block.block.text):
                share = _share_of(wanted, _word_counts(folded(block.block.text[start:end]).text))
                if share >= NEAR and share > largest:
                    largest = share
                    nearest = _Span(block, start, end)
        return nearest


def _share_of(wanted: Counter[str], words: Counter[str]) -> float:
    """Return which share of some words are among others."""
    return (wanted & words).total() / wanted.total()


def _word_counts(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


def _densest(text: str, wanted: Counter[str]) -> int:
    """Return where the stretch of a text begins that has most of some words, of stretches of as many words."""
    words = [(match.start(), match[0].lower()) for match in _WORD.finditer(text)]
    length = sum(wanted.values())
    inside: Counter[str] = Counter()
    shared = most = start = 0
    for place, (_, word) in enumerate(words):
        shared += inside[word] < wanted[word]
        inside[word] += 1
        if place >= length:
            left = words[place - length][1]
            inside[left] -= 1
            shared -= inside[left] < wanted[left]
        if shared > most:
            most = shared
            stretch = words[max(place - length + 1, 0) : place + 1]
            start = next(offset for offset, each in stretch if each in wanted)
    return start


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a span of a folded text cuts no word and no number."""
    return not _is_cut_before(text, start) and not _is_cut_behind(text, end)


def _is_cut_before(text: str, start: int) -> bool:
    """Whether a word or number begins before `start` and goes on behind it; a number begins with its sign."""
    if start and text[start].isalnum() and _is_of_word(text[start - 1]):
        return True
    before = text[max(start - 2, 0) : start]
    return text[start].isdigit() and re.search(r"\d[.,]$|(?:^|[\s(])[-+]$", before) is not None


def _is_cut_behind(text: str, end: int) -> bool:
    """Whether a word or number goes on behind `end`; a number with its decimals."""
    if end == len(text) or not text[end - 1].isalnum():
        return False
    if _is_of_word(text[end]):
        return True
    return text[end - 1].isdigit() and re.match(r"[.,]\d", text[end : end + 2]) is not None


def _is_of_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def _below_first(spans: list[_Span], section: str) -> list[_Span]:
    """Return the spans below a section; all of them where none is, or no section is named."""
    wanted = folded(section).text
    return [span for span in spans if wanted and _is_below(span.block.block.section, wanted)] or spans


def _is_below(sections: Sequence[str], wanted: str) -> bool:
    """Whether one of the headings, or the path of several of them, is the section that is meant."""
    heads = [folded(each).text for each in sections]
    paths = {" / ".join(heads[first:last]) for first in range(len(heads)) for last in range(first + 1, len(heads) + 1)}
    return wanted in paths


def _overlaps_any(span: _Span, others: Iterable[Passage]) -> bool:
    """Whether a span has characters of other passages."""
    for other in others:
        if span.block.index == other.block and span.start < other.end and other.start < span.end:
            return True
    return False


def _same(own: Sequence[FoundQuantity], whole: Sequence[FoundQuantity]) -> bool:
    """Whether the numbers of a text are those of a quotation; units that the quotation leaves out may follow."""
    if len(own) != len(whole):
        return False
    for one, other in zip(own, whole, strict=True):
        if one.quantity is None or other.quantity is None:
            if folded(one.text).text not in folded(other.text).text:
                return False
        elif one.quantity.value != other.quantity.value or one.quantity.unit not in ("number", other.quantity.unit):
            return False
    return True


class _Likeness(NamedTuple):
    """How many numbers of two texts are the same, and how many have the same unit."""

    equal: int
    of_one_unit: int


def _likeness(own: Sequence[_Key], others: Sequence[_Key]) -> _Likeness:
    pairs = list(zip(own, others, strict=True))
    return _Likeness(sum(one == other for one, other in pairs), sum(one.unit == other.unit for one, other in pairs))


def _tokens(text: str, numbers: Sequence[FoundQuantity]) -> _Numbers:
    """Return a text as tokens in which numbers are left out; digits that are not quantities, too."""
    found = _Numbers([], [], [], [])
    position = 0
    for number in numbers:
        _add_words(found, text, position, number.start)
        found.add_number(_key(number), number.start, number.end)
        position = number.end
    _add_words(found, text, position, len(text))
    return found


def _add_words(found: _Numbers, text: str, start: int, end: int) -> None:
    """Add the words and signs of a part of a text, and its numerals that are not quantities."""
    part, places = folded(text[start:end])

    def span(match: re.Match[str]) -> tuple[int, int]:
        return start + places[match.start()], start + places[match.end() - 1] + 1

    at = 0
    for numeral in [*_NUMERAL.finditer(part), None]:
        for token in _TOKEN.finditer(part, at, numeral.start() if numeral else len(part)):
            found.add(token[0], *span(token))
        if numeral:
            found.add_number(_Key(numeral[0]), *span(numeral))
            at = numeral.end()


def _key(number: FoundQuantity) -> _Key:
    if number.quantity is None:
        return _Key(folded(number.text).text)
    # As text, in which NaN equals NaN; a footnote mark makes no other number.
    return _Key(repr(tuple(number.quantity._replace(note=""))), number.quantity.unit)


def _aligned(wanted: _Numbers, text: _Numbers) -> Iterator[tuple[int, int, list[_Key]]]:
    """Yield start, end and numbers of each place where a text has the same tokens."""
    length = len(wanted.tokens)
    first = wanted.tokens[0]
    for place in range(len(text.tokens) - length + 1):
        if text.tokens[place] == first and text.tokens[place : place + length] == wanted.tokens:
            before = text.tokens[:place].count(_MARK)
            count = len(wanted.numbers)
            yield text.starts[place], text.ends[place + length - 1], text.numbers[before : before + count]


def sentence_around(text: str, start: int, end: int) -> tuple[str, str, str]:
    """Return the sentences that a span is in, or touches, as what is before it, the span, and what is behind it."""
    touched = [span for span in sentence_spans(text) if span[0] < end and start < span[1]] or [(start, end)]
    parts = text[touched[0][0] : start], text[start:end], text[end : touched[-1][1]]
    before, words, behind = (" ".join(part.split()) for part in parts)
    return before, words, behind


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each sentence of a text begins and ends."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        yield start, end.end() - (len(end[0]) - len(end[0].rstrip()))
        start = end.end()
    yield start, len(text)
