"""Which numbers of a text a reader must not see, and the text with them hidden.

Belongs here: the numbers of one block, what of each is hidden, and the masked words. Does not: which blocks and
tables a reader gets (`request`).

Hidden is every number that counts or measures something: in digits, in words (`twelve`, `a third`, `half a million`,
`one in five`) and in both. Its sign, currency, unit, power of ten in words (`million`) and hedge stay. Not hidden are:

- what names a time, a place in an order or a thing: years, dates, times of day, ordinals, `Table 2`, `A380`, ages that
  name a group (`18- to 24-year-olds`, `over-65s`), marks of notes and citations, numbers of a list;
- words that are an operation or no number: `doubled`, `halved`, `twice`, `tenfold`, `one`, `dozens`, `several`, `both`.
  A reader may give what such a wording states.

Which of these a number is follows from the words around it and from how it is printed, not from how large it is. So a
text with other numbers in the same places gives the same masked words.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from tidebook.pipelines.judge.text.coverage import numerals_of, why_set_aside
from tidebook.pipelines.judge.text.prose import asides_of
from tidebook.pipelines.read.quantities.context import Context
from tidebook.pipelines.read.quantities.counted import is_set_aside
from tidebook.pipelines.read.quantities.sentences import FoundQuantity, find_quantities
from tidebook.pipelines.read.quantities.vocabulary import DENOMINATORS, MULTIPLES, SMALL, TENS, VULGAR, ZERO
from tidebook.pipelines.read.text.document import Block

_ENGLISH = Context(decimal=".")
_WORDS = "|".join(sorted((*SMALL, *TENS, *ZERO, "hundred", "dozens?"), key=len, reverse=True))
_PARTS = f"(?:{'|'.join(sorted(DENOMINATORS, key=len, reverse=True))})s?|halves"
_DIGITS = rf"[0-9](?:[0-9.,  ]*[0-9])?(?:\s?[{''.join(VULGAR)}]|/[0-9]+)?|[{''.join(VULGAR)}]"
_NUMERAL = re.compile(
    rf"(?:{_DIGITS})"
    rf"|\b(?:an?[ -])?(?:{_WORDS}|{_PARTS})\b(?:(?:[ -]and[ -](?:an?[ -])?|[ -])(?:{_WORDS}|{_PARTS})\b)*",
    re.IGNORECASE,
)
"""A numeral inside the words of a quantity, without its sign, unit, hedge, and the power of ten behind it."""
AGES = re.compile(
    r"\b\d{1,3}(?:\s?-?\s?(?:to|and|or|[-–])\s?-?\d{1,3})?(?:-|\s)(?:year|month|week)s?(?:-|\s)olds?\b"
    r"|\b(?:aged?|ages)\s+(?:of\s+)?(?:between\s+)?\d{1,3}(?:\s?(?:to|and|or|[-–])\s?(?:\d{1,3}|over|older|above|under|below|more|younger))?"
    r"|\b(?:over|under)(?:-|\s)\d{1,2}s\b|\b\d{1,3}(?:\s?[-–]\s?\d{1,3}s?|\+|s)\s(?:age\s)?(?:group|band|bracket|cohort)s?\b",
    re.IGNORECASE,
)
"""Ages and bands that name a group of people, and count nothing."""
MULTIPLE = re.compile(rf"\b(?:{'|'.join(MULTIPLES)})\w*|\w+fold\b", re.IGNORECASE)
"""A multiple that is a word: `doubled`, `twice`, `tenfold`."""
_NO_NUMBER = re.compile(r"(?:an?\s+)?(?:one|dozens|tens|hundreds|thousands|(?:m|b|tr)illions)(?:\s+of)?", re.IGNORECASE)
_OPEN, _CLOSE = "⟨", "⟩"
REST = f"{_OPEN}…{_CLOSE}"
"""The mask of the further numerals of a number, such as the second of `between 3 and 5`."""


class HiddenNumber(NamedTuple):
    """A number that is hidden.

    Attributes:
        start, end: its place in the text of its block, with sign, unit and hedge.
        found: its words and what they mean; `quantity` is None where they are unclear.
        masked: the parts of the block's text that are replaced, the first by its mask, others by `REST`.
    """

    start: int
    end: int
    found: FoundQuantity
    masked: tuple[tuple[int, int], ...]


def hidden_numbers(block: Block) -> list[HiddenNumber]:
    """Return the numbers of a block that a reader must not see, in their order."""
    text = block.text
    found = find_quantities(text, _ENGLISH)
    kept = [each.span() for each in AGES.finditer(text)]
    asides = asides_of(text)
    hidden = []
    for start, end, each in _candidates(block, found):
        if not asides.isdisjoint(range(start, end)) or any(first < end and start < last for first, last in kept):
            continue
        number = each or _bare(start, text[start:end])
        if spans := tuple(_numerals(number)):
            hidden.append(HiddenNumber(start, end, number, spans))
    return hidden


def _candidates(block: Block, found: Sequence[FoundQuantity]) -> Iterator[tuple[int, int, FoundQuantity | None]]:
    """Yield what may be hidden: quantities in digits or words, and digits that are in none; not what is set aside."""
    in_words = [(each.start, each.end, each) for each in found if not any(map(str.isdigit, each.text))]
    for start, end, each in sorted([*numerals_of(block, found), *in_words], key=lambda one: one[:2]):
        if each is not None and is_set_aside(each):
            continue
        if each is not None and _is_wording(each):
            continue
        if not why_set_aside(block, start, end, each):
            yield start, end, each


def _is_wording(each: FoundQuantity) -> bool:
    """Whether words are an operation, such as `doubled`, or state no number, such as `dozens` and a lone `one`."""
    if any(map(str.isdigit, each.text)):
        return False
    return bool(MULTIPLE.search(each.text) or _NO_NUMBER.fullmatch(each.text.strip()))


def _bare(start: int, digits: str) -> FoundQuantity:
    """Return digits that no quantity has, read by themselves."""
    alone = next(iter(find_quantities(digits, _ENGLISH)), None)
    if alone is None or alone.text != digits:
        return FoundQuantity(start, start + len(digits), digits, None, "no quantity")
    return alone._replace(start=start, end=start + len(digits))


def _numerals(each: FoundQuantity) -> Iterator[tuple[int, int]]:
    """Yield where the numerals of a quantity are in the text of its block."""
    for numeral in _NUMERAL.finditer(each.text):
        yield each.start + numeral.start(), each.start + numeral.end()


def masked(text: str, start: int, end: int, hidden: Sequence[HiddenNumber], first: int = 1, mark: str = "") -> str:
    """Return a part of a block's text with its numbers hidden: `⟨1⟩`, `⟨2⟩`, ... in their order.

    Args:
        text: the text of the block.
        start, end: the part.
        hidden: the numbers of the block.
        first: the number of the first mask.
        mark: what stands before it, as in `⟨#1⟩`.
    """
    pieces = []
    at = start
    count = first
    for number in within(start, end, hidden):
        for place, (begin, stop) in enumerate(number.masked):
            pieces += [_own(text[at:begin]), f"{_OPEN}{mark}{count}{_CLOSE}" if place == 0 else REST]
            at = stop
        count += 1
    pieces.append(_own(text[at:end]))
    return " ".join("".join(pieces).split())


def within(start: int, end: int, hidden: Sequence[HiddenNumber]) -> list[HiddenNumber]:
    """Return the numbers that stand in a part of their block; `hidden` are all of it, in their order."""
    first, last = (bisect_left(hidden, place, key=attrgetter("start")) for place in (start, end))
    return list(hidden[first:last])


def _own(words: str) -> str:
    """Return words of the text without signs that look like a mask."""
    return words.replace(_OPEN, "<").replace(_CLOSE, ">")
