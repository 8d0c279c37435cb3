"""Inline XBRL: the facts that a page tags, each held against its sentence or row, and where it is tagged again.

Belongs here: what a tag says a number is, facts that differ beyond their precision, and powers of ten that the sentence
or the row of a fact has otherwise. Does not: the text of the page (`read.text.markup`), or taxonomies: the same name,
context and unit are the same fact.

Source: Inline XBRL 1.1 (XBRL International, 2013), and its registry of transformations.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from tidebook.pipelines.judge.text.brought import Brought
from tidebook.pipelines.judge.text.coverage import NumberKey
from tidebook.pipelines.judge.text.finding import Finding, Span, finding, share_off
from tidebook.pipelines.judge.text.prose import Sentence
from tidebook.pipelines.read.quantities.vocabulary import MAGNITUDE_WORDS, SMALL, TENS
from tidebook.pipelines.read.text.document import Document

MOST_FACTS = 20_000
"""Maximum facts that are compared; a report of a large company has some 3,000."""
SOURCE = "Inline XBRL 1.1"
_OPEN = re.compile(r"<(?:\w{1,20}:)?nonFraction\b([^<>]{1,4000})>", re.IGNORECASE)
_TEXT = re.compile(r"(?:\s*<[^/<>][^<>]{0,4000}>){0,3}([^<>]{1,200})</")
"""The text of a fact, which may be that of another one within it."""
_ATTRIBUTE = re.compile(r"""([A-Za-z:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_INLINE = r"</?(?:\w+:\w+|span|font|b|i|u|em|strong|sup|sub)\b[^<>]{0,300}>"
_BEHIND = re.compile(rf"(?:{_INLINE}|\s|&nbsp;|&#160;){{1,8}}(thousand|million|billion|trillion)\b", re.IGNORECASE)
"""A word behind a fact that multiplies it."""
_WHOLE = re.compile(r"[+-]?\d{1,3}")
LONGEST_QUOTE = 400


class Fact(NamedTuple):
    """A tagged number.

    Attributes:
        of: its name, context and unit.
        start: where its text begins in the source.
        text: that text.
        value: its value.
        half: how far that may be off by rounding.
        scale: the power of ten that its text is multiplied by.
        end: where its text ends in the source.
    """

    of: tuple[str, str, str]
    start: int
    text: str
    value: Decimal
    half: Decimal
    scale: int
    end: int

    def agrees(self, other: Fact) -> bool:
        """Whether two values may be the same before they were rounded."""
        return abs(self.value - other.value) <= self.half + other.half


def judge(document: Document, sentences: Sequence[Sentence]) -> Brought:
    """Compare the facts of a page that are tagged more than once."""
    brought = Brought([], {}, set())
    by_fact: dict[tuple[str, str, str], list[Fact]] = defaultdict(list)
    for count, fact in enumerate(facts_of(document.source)):
        if count >= MOST_FACTS:
            break
        by_fact[fact.of].append(fact)
    if not by_fact:
        return brought
    places = _Places(document)
    all_facts = sorted((fact for facts in by_fact.values() for fact in facts), key=lambda fact: fact.start)
    brought.findings.extend(_scaled_by_words(document, places, all_facts))
    brought.findings.extend(_scaled_in_rows(document, places, all_facts))
    for facts in by_fact.values():
        if len(facts) < 2:
            continue
        usual = _usual(facts)
        for fact in facts:
            if fact.agrees(usual):
                if key := places.number(fact):
                    brought.checked[key] = f"the same fact is tagged in {len(facts)} places"
            else:
                brought.findings.append(_finding(document, places, fact, usual))
    return brought


def facts_of(source: str) -> Iterator[Fact]:
    """Yield the numeric facts that a page tags; what cannot be read as a number is left out."""
    if "nonfraction" not in source.lower():
        return
    for opened in _OPEN.finditer(source):
        found = _TEXT.match(source, opened.end())
        if found is None or opened[1].endswith("/"):
            continue
        attributes = {name.lower(): one or other for name, one, other in _ATTRIBUTE.findall(opened[1])}
        text = html.unescape(found[1])
        value = _value(text.strip(), attributes)
        if value is None:
            continue
        of = attributes.get("name", ""), attributes.get("contextref", ""), attributes.get("unitref", "")
        start = found.start(1) + len(found[1]) - len(found[1].lstrip())
        decimals = attributes.get("decimals", "INF")
        half = Decimal(5).scaleb(-int(decimals) - 1) if _WHOLE.fullmatch(decimals) else Decimal(0)
        scale = int(attributes.get("scale", "0") or 0)
        yield Fact(of, start, text.strip(), value, half, scale, found.end(1))


def _scaled_by_words(document: Document, places: _Places, facts: Iterable[Fact]) -> Iterator[Finding]:
    """Yield the facts whose power of ten is not that of the word behind them, such as `11.9 billion` tagged as 11.9."""
    for fact in facts:
        behind = _BEHIND.match(document.source, fact.end)
        if behind is None or MAGNITUDE_WORDS[behind[1].lower()] == fact.scale:
            continue
        why = f"the fact {_name_of(fact)} is tagged as {fact.value:,f}, the text says {fact.text} {behind[1]}"
        off = 1 - 10.0 ** -abs(MAGNITUDE_WORDS[behind[1].lower()] - fact.scale)
        word = Span(behind.start(1), behind.end(1), behind[1])
        yield finding(document, "fact", "likely", _span_of(fact), places.quote(fact), "", why, [word], off, [SOURCE])


def _scaled_in_rows(document: Document, places: _Places, facts: Iterable[Fact]) -> Iterator[Finding]:
    """Yield the facts of a row that have another power of ten than two or more others of the same name and unit."""
    rows: dict[tuple[int, str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.value and (number := places.row(fact)) is not None:
            rows[number, fact.of[0], fact.of[2]].append(fact)
    for row in rows.values():
        scale, count = Counter(fact.scale for fact in row).most_common(1)[0]
        if count < 2 or count != len(row) - 1:
            continue
        (odd,) = (fact for fact in row if fact.scale != scale)
        usual = next(fact for fact in row if fact.scale == scale)
        why = (
            f"the fact {_name_of(odd)} is tagged as {odd.value:,f}, in 10^{odd.scale}; others of its row in 10^{scale}"
        )
        off = 1 - 10.0 ** -abs(scale - odd.scale)
        beside = [_span_of(usual)]
        yield finding(document, "fact", "likely", _span_of(odd), places.quote(odd), "", why, beside, off, [SOURCE])


def _value(text: str, attributes: Mapping[str, str]) -> Decimal | None:
    """Return the value of a fact: its text by its format, times its power of ten, with its sign."""
    form = attributes.get("format", "").rpartition(":")[2].lower().replace("-", "")
    if attributes.get("xsi:nil") == "true":
        return None
    if form in ("zerodash", "fixedzero", "numdash", "nocontent"):
        text = "0"
    elif form in ("numcommadecimal", "numcomma", "numdotcomma"):
        text = text.replace(".", "").replace(",", ".")
    elif form == "numwordsen":
        text = _of_words(text)
    elif form not in ("", "numdotdecimal", "numcommadot", "numspacedot"):
        return None  # dates and the like
    plain = re.sub(r"[,\s\u00a0']", "", text)
    scale = attributes.get("scale", "0")
    if not re.fullmatch(r"\d{1,30}(?:\.\d{1,30})?", plain) or not _WHOLE.fullmatch(scale):
        return None
    try:
        value = Decimal(plain).scaleb(int(scale))
    except InvalidOperation:
        return None
    return -value if attributes.get("sign") == "-" else value


def _of_words(text: str) -> str:
    """Return the digits of a number below a hundred in words; the text itself if it is none."""
    words = text.lower().replace("-", " ").split()
    if words in (["no"], ["none"], ["zero"]):
        return "0"
    numbers = [SMALL.get(word) or TENS.get(word) for word in words]
    is_number = len(words) == 1 or (len(words) == 2 and words[0] in TENS and SMALL.get(words[1], 10) < 10)
    return str(sum(filter(None, numbers))) if is_number and all(numbers) else text


def _usual(facts: Sequence[Fact]) -> Fact:
    """Return the fact with which most others agree, of several the first."""
    counts = Counter({place: sum(map(fact.agrees, facts)) for place, fact in enumerate(facts[:200])})
    return facts[max(counts, key=lambda place: (counts[place], -place))]


def _finding(document: Document, places: _Places, fact: Fact, usual: Fact) -> Finding:
    why = (
        f"the fact {_name_of(fact)} of the same period is tagged as {usual.value:,f} elsewhere, here as {fact.value:,f}"
    )
    off = share_off(float(fact.value), float(usual.value))
    beside = [_span_of(usual)]
    return finding(document, "fact", "likely", _span_of(fact), places.quote(fact), "", why, beside, off, [SOURCE])


def _name_of(fact: Fact) -> str:
    return fact.of[0].rpartition(":")[2]


def _span_of(fact: Fact) -> Span:
    return Span(fact.start, fact.start + len(fact.text), fact.text)


class _Places:
    """Which block or row of a page holds an offset of its source."""

    def __init__(self, document: Document) -> None:
        self.blocks = [(block.offsets[0], index) for index, block in enumerate(document.blocks) if len(block.offsets)]
        self.blocks.sort()
        self.document = document
        self.rows: list[str] = []
        self.cells: list[tuple[int, int, int]] = []
        for table in document.tables:
            for row in (*table.header_rows, *table.rows):
                for cell in row:
                    if len(cell.offsets) and not cell.spanned:
                        self.cells.append((cell.offsets[0], cell.offsets[-1], len(self.rows)))
                self.rows.append(" | ".join(cell.text for cell in row))
        self.cells.sort()

    def row(self, fact: Fact) -> int | None:
        """Return the row of a table in which a fact is, by its number in the page."""
        at = bisect_right(self.cells, (fact.start, len(self.document.source), 0)) - 1
        return self.cells[at][2] if at >= 0 and fact.start <= self.cells[at][1] else None

    def number(self, fact: Fact) -> NumberKey | None:
        """Return the block of prose and the offset in it at which a fact is."""
        at = bisect_right(self.blocks, (fact.start, len(self.document.blocks))) - 1
        if at < 0:
            return None
        index = self.blocks[at][1]
        block = self.document.blocks[index]
        if block.is_prose and block.offsets[0] <= fact.start <= block.offsets[-1]:
            for place, offset in enumerate(block.offsets):
                if offset == fact.start:
                    return index, place
        return None

    def quote(self, fact: Fact) -> str:
        """Return the sentence or row of a fact."""
        if key := self.number(fact):
            text, place = self.document.blocks[key[0]].text, key[1]
            return text[max(place - LONGEST_QUOTE // 2, 0) : place + LONGEST_QUOTE // 2].strip()
        row = self.row(fact)
        return self.rows[row][:LONGEST_QUOTE] if row is not None else fact.text
