"""Inline XBRL: the facts that a page tags, each held against the other places where the same fact is tagged.

Belongs here: what a tag says a number is, and facts that differ beyond their precision. Does not: the text of the page
(`read.text.markup`), or taxonomies: the same name, context and unit are the same fact.

Source: Inline XBRL 1.1 (XBRL International, 2013), and its registry of transformations.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from tidebook.pipelines.judge.text.brought import Brought
from tidebook.pipelines.judge.text.coverage import NumberKey
from tidebook.pipelines.judge.text.finding import Finding, Span, finding, share_off
from tidebook.pipelines.judge.text.prose import Sentence
from tidebook.pipelines.read.text.document import Document

MOST_FACTS = 20_000
"""Maximum facts that are compared; a report of a large company has some 3,000."""
SOURCE = "Inline XBRL 1.1"
_OPEN = re.compile(r"<(?:\w{1,20}:)?nonFraction\b([^<>]{1,4000})>", re.IGNORECASE)
_TEXT = re.compile(r"(?:\s*<[^/<>][^<>]{0,4000}>){0,3}([^<>]{1,200})</")
"""The text of a fact, which may be that of another one within it."""
_ATTRIBUTE = re.compile(r"""([A-Za-z:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_WHOLE = re.compile(r"[+-]?\d{1,3}")
LONGEST_QUOTE = 400


class Fact(NamedTuple):
    """A tagged number: what it is of, where its text stands in the source, its value and how far it is rounded."""

    of: tuple[str, str, str]
    start: int
    text: str
    value: Decimal
    half: Decimal

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
    several = [facts for facts in by_fact.values() if len(facts) > 1]
    if not several:
        return brought
    places = _Places(document)
    for facts in several:
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
        yield Fact(of, start, text.strip(), value, half)


def _value(text: str, attributes: Mapping[str, str]) -> Decimal | None:
    """Return the value of a fact: its text by its format, times its power of ten, with its sign."""
    form = attributes.get("format", "").rpartition(":")[2].lower().replace("-", "")
    if attributes.get("xsi:nil") == "true":
        return None
    if form in ("zerodash", "fixedzero", "numdash", "nocontent"):
        text = "0"
    elif form in ("numcommadecimal", "numcomma", "numdotcomma"):
        text = text.replace(".", "").replace(",", ".")
    elif form not in ("", "numdotdecimal", "numcommadot", "numspacedot"):
        return None  # words, dates and the like
    plain = re.sub(r"[,\s\u00a0']", "", text)
    scale = attributes.get("scale", "0")
    if not re.fullmatch(r"\d{1,30}(?:\.\d{1,30})?", plain) or not _WHOLE.fullmatch(scale):
        return None
    try:
        value = Decimal(plain).scaleb(int(scale))
    except InvalidOperation:
        return None
    return -value if attributes.get("sign") == "-" else value


def _usual(facts: Sequence[Fact]) -> Fact:
    """Return the fact with which most others agree, of several the first."""
    counts = Counter({place: sum(map(fact.agrees, facts)) for place, fact in enumerate(facts[:200])})
    return facts[max(counts, key=lambda place: (counts[place], -place))]


def _finding(document: Document, places: _Places, fact: Fact, usual: Fact) -> Finding:
    name = fact.of[0].rpartition(":")[2]
    why = f"the fact {name} of the same period is tagged as {usual.value:,f} elsewhere, here as {fact.value:,f}"
    at, other = (Span(each.start, each.start + len(each.text), each.text) for each in (fact, usual))
    off = share_off(float(fact.value), float(usual.value))
    return finding(document, "fact", "likely", at, places.quote(fact), "", why, [other], off, [SOURCE])


class _Places:
    """Which block or row of a page holds an offset of its source."""

    def __init__(self, document: Document) -> None:
        self.blocks = [(block.offsets[0], index) for index, block in enumerate(document.blocks) if len(block.offsets)]
        self.blocks.sort()
        self.document = document
        self.rows: list[tuple[int, str]] = []
        for table in document.tables:
            for row in (*table.header_rows, *table.rows):
                words = " | ".join(cell.text for cell in row)
                self.rows += [(cell.offsets[0], words) for cell in row if len(cell.offsets) and not cell.spanned]
        self.rows.sort()

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
        at = bisect_right(self.rows, (fact.start, "\U0010ffff")) - 1
        return self.rows[at][1][:LONGEST_QUOTE] if at >= 0 else fact.text
