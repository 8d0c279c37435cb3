"""What became of each numeral of a text's prose: checked, seen, a figure, set aside, ignored or unknown.

Belongs here: the state of a numeral, with the reason. Does not: the checks themselves. Cells of tables are not counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set

from tidebook.pipelines.judge.coverage import Coverage, Numeral
from tidebook.pipelines.judge.text.prose import Prose, asides_of, places_of
from tidebook.pipelines.read.quantities.counted import is_set_aside
from tidebook.pipelines.read.quantities.sentences import FoundQuantity
from tidebook.pipelines.read.text.citations import is_cited, is_reference
from tidebook.pipelines.read.text.document import Block, Document

_DIGITS = re.compile(r"[0-9](?:[0-9.,]*[0-9])?")
_TIMES = {"calendar year": "a year", "date": "a date", "rank": "an ordinal"}
_ASIDES = {"part of a name": "part of a name", "calendar year": "a year", "time of day": "a time of day"}
"""Reasons for setting unclear numbers aside, by words of the problem."""

_SHORT_YEAR = re.compile(r"\d\ds?")
_BEFORE_SHORT_YEAR = re.compile(r"(?:\b(?:Q[1-4]|H[12]|FY|CY|F)|(?:^|[^\w'’]))\s?['’]$")
"""What stands before the two digits of a year: `Q3'23`, `FY'25`, `’98`."""

NOTHING_SAYS = "nothing in the text says the same"
NumberKey = tuple[int, int]
"""The index of a block and the offset of a character in its text."""


def coverage_of(
    document: Document,
    prose: Prose,
    checked: Mapping[NumberKey, str],
    figures: Mapping[NumberKey, str],
    ignored: Sequence[str],
) -> Coverage:
    """Return the state of each numeral.

    Args:
        document: the text.
        prose: its sentences and the quantities of its blocks.
        checked: what each number that was compared was compared with.
        figures: the declared figures that numbers print.
        ignored: quotes whose numbers the author leaves unchecked.
    """
    found_in = {id(block): found for block, found in prose.found}
    numerals: list[Numeral] = []
    for index, block in enumerate(document.blocks):
        if block.kind in ("code", "table"):
            continue
        found = found_in.get(id(block), [])
        asides, unchecked = asides_of(block.text), _ignored(block, ignored)
        for start, end, quantity in numerals_of(block, found):
            state, why = _state(block, index, start, end, quantity, checked, figures, asides, unchecked)
            place = document.place(block.offsets[start])
            numerals.append(Numeral(place.line, place.column, block.text[start:end], state, why))
    return Coverage(numerals)


def _ignored(block: Block, quotes: Sequence[str]) -> list[tuple[int, int]]:
    """Return where quotes are in a block."""
    starts = [(block.text.find(quote), len(quote)) for quote in quotes]
    return [(start, start + length) for start, length in starts if start >= 0]


def numerals_of(block: Block, found: Sequence[FoundQuantity]) -> list[tuple[int, int, FoundQuantity | None]]:
    """Return where the numerals of a block stand: quantities with digits, and digits that are in none."""
    taken: list[tuple[int, int, FoundQuantity | None]] = [
        (each.start, each.end, each) for each in found if any(map(str.isdigit, each.text))
    ]
    covered = places_of((start, end) for start, end, _ in taken)
    for digits in _DIGITS.finditer(block.text):
        if digits.start() not in covered:
            taken.append((digits.start(), digits.end(), None))
    return sorted(taken, key=lambda each: each[:2])


def _state(
    block: Block,
    index: int,
    start: int,
    end: int,
    found: FoundQuantity | None,
    checked: Mapping[NumberKey, str],
    figures: Mapping[NumberKey, str],
    asides: Set[int],
    ignored: Sequence[tuple[int, int]],
) -> tuple[str, str]:
    if block.kind == "heading":
        return "set aside", "in a heading"
    if (index, start) in checked:
        return "checked", checked[index, start]
    if (index, start) in figures:
        return "figure", figures[index, start]
    if not asides.isdisjoint(range(start, end)):
        return "set aside", "a reference or a date"
    if is_reference(block):
        return "set aside", "in a list of references"
    if why := why_set_aside(block, start, end, found):
        return "set aside", why
    if any(first <= start and end <= last for first, last in ignored):
        return "ignored", "the author ignores it"
    if found is not None and found.quantity is None:
        return "unknown", found.problem
    return "unknown", NOTHING_SAYS


def why_set_aside(block: Block, start: int, end: int, found: FoundQuantity | None) -> str:
    """Return why a numeral is no quantity, "" if it may be one."""
    if is_cited(block, start, end):
        return "a citation"
    before = block.text[max(start - 6, 0) : start]
    if _SHORT_YEAR.fullmatch(block.text[start:end]) and _BEFORE_SHORT_YEAR.search(before):
        return "a year"
    if found is not None and found.quantity is not None:
        return _TIMES.get(found.quantity.unit.partition("/")[0], "")
    if found is not None and is_set_aside(found):
        return next((why for words, why in _ASIDES.items() if words in found.problem), "a day or a part of a year")
    around = block.text[max(start - 12, 0) : start], block.text[end : end + 12]
    if re.fullmatch(r"(?:1[0-9]|20)\d0s?", block.text[start:end]) and block.text[end - 1 : end + 1].endswith("s"):
        return "a decade"
    if found is not None and found.quantity is None and re.match(r"\d+[A-Za-z]", block.text[start : end + 1]):
        return "part of a name"
    if re.search(r"[A-Za-z][-.]?$", around[0]) or re.match(r"[A-Za-z]|[-.][A-Za-z]", around[1]):
        return "part of a name"
    if re.search(r"(?:://|www\.)\S*$", block.text[max(start - 200, 0) : start]):
        return "in an address"
    return ""
