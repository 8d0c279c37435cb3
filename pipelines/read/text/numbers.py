"""The quotations and the numbers of the article's text as tables: what stands where, and what accounts for it.

Belongs here: which numbers of the prose a quotation covers, which are set aside by rule, which nothing accounts for.
Does not: finding words (`quotes`), or what is judged of a number (`judge`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from tidebook.pipelines.read.quantities.counted import is_set_aside
from tidebook.pipelines.read.quantities.sentences import FoundQuantity
from tidebook.pipelines.read.text.citations import is_cited, is_reference
from tidebook.pipelines.read.text.document import Block, Document
from tidebook.pipelines.read.text.folded import folded
from tidebook.pipelines.read.text.quotation import Quoted
from tidebook.pipelines.read.text.quotes import AmbiguousError, Passage, QuoteFinder, sentence_around
from tidebook.schemas.base import table_of
from tidebook.schemas.text import TextNumbers, TextQuotes


@dataclass(frozen=True)
class TextAsRead:
    """The tables of a text's quotations and numbers; and the sentence around each quotation, by its id."""

    quotes: pd.DataFrame
    numbers: pd.DataFrame
    around: Mapping[str, Around] = field(default_factory=dict)


class Around(NamedTuple):
    """A sentence in three parts, the middle one the words that the dossier quotes, and where these stand."""

    before: str
    words: str
    behind: str
    locator: str


def text_as_read(
    document: Document,
    quoted: Sequence[Quoted],
    prose: Collection[str] = (),
    cells: Collection[str] = (),
    restated: Sequence[Quoted] = (),
    within: Document | None = None,
) -> TextAsRead:
    """Look for quotations in a text, and tell what accounts for each number of its prose.

    Args:
        document: the text.
        quoted: the dossier's quotations.
        prose: figures of the prose in the dossier's files, as printed.
        cells: the other figures in its files, as printed.
        restated: words of the dossier that the text may have too.
        within: the document, with the blocks whose numbers are not read as code; all are read without it.
    """
    finder = QuoteFinder(document)
    passages = finder.find_all([each.quotation for each in quoted])
    rows = []
    found: list[tuple[Quoted, Passage]] = []
    for each, passage in zip(quoted, passages, strict=True):
        if isinstance(passage, AmbiguousError):
            # All of these places say the same: the first one is judged, and a warning asks which is meant.
            rows.append({**_quote_row(document.name, each, passage.first), "near": str(passage)})
            found.append((each, passage.first))
        else:
            rows.append(_quote_row(document.name, each, passage))
            found.append((each, passage))
    numbers = _number_rows(within or document, finder, found, _Printed(_all_folded(prose), _all_folded(cells)))
    around = {}
    for each, passage in [*found, *_found(finder, restated)]:
        if passage.status != "gone":
            parts = sentence_around(document.blocks[passage.block].text, passage.start, passage.end)
            around[each.quote_id] = Around(*parts, _quote_row(document.name, each, passage)["locator"])
    return TextAsRead(table_of(TextQuotes, rows), table_of(TextNumbers, numbers), around)


def _found(finder: QuoteFinder, restated: Sequence[Quoted]) -> Iterator[tuple[Quoted, Passage]]:
    """Yield the words that a text has, perhaps with another number."""
    for each, passage in zip(restated, finder.find_all([each.quotation for each in restated]), strict=True):
        if isinstance(passage, Passage) and passage.status != "gone":
            yield each, passage


def _quote_row(path: str, each: Quoted, passage: Passage) -> dict[str, Any]:
    locator = f"{path}:{passage.place.line}, column {passage.place.column}" if passage.place else ""
    return {
        "quote_id": each.quote_id,
        "quote": " ".join(each.quotation.words.split()),
        "status": passage.status,
        "words": passage.text,
        "section": " / ".join(passage.section),
        "locator": locator,
        "near": passage.near,
    }


DISTINCTIVE_DIGITS = 3
"""Minimum digits, without zeros at the end, of a number that is taken for a cell's because it is printed like it."""

_KINDS: Mapping[str, str] = {"claims": "checked", "ignored": "ignored"}
"""What accounts for a number, by what quotes it; else it is a figure."""
_ORDER = ("checked", "figure", "ignored")


class _Printed(NamedTuple):
    """What a dossier's files print as figures, folded: numbers of the prose, and cells."""

    prose: Collection[str]
    cells: Collection[str]

    def has(self, number: FoundQuantity) -> bool:
        """Whether a number is a figure, digit by digit; of few digits, many cells are so by chance."""
        text = folded(number.text).text
        # The text may have words of a unit behind the number that a file prints alone.
        if text in self.prose or any(text.startswith(f"{each} ") for each in self.prose):
            return True
        is_distinctive = sum(sign.isdigit() for sign in text.rstrip("0")) >= DISTINCTIVE_DIGITS
        return is_distinctive and text in self.cells


def _all_folded(texts: Collection[str]) -> set[str]:
    return {folded(text).text for text in texts if text}


def _is_set_aside(block: Block, number: FoundQuantity) -> bool:
    """Whether a number need not be accounted for: one that never counts, a day, or one that cites."""
    is_day = number.quantity is not None and number.quantity.unit == "date"
    return is_set_aside(number) or is_day or is_reference(block) or is_cited(block, number.start, number.end)


def _quoted_by(number: FoundQuantity, quoted: Iterable[tuple[Quoted, Passage]]) -> tuple[str, str, str]:
    """Return how the first of the quotations of a block that have a number covers it, its id and text; "" for none."""
    quotes = []
    for each, passage in quoted:
        is_other = each.number and passage.status == "found" and folded(each.number).text != folded(number.text).text
        if passage.start < number.end and number.start < passage.end and not is_other:
            kind = _KINDS.get(each.quote_id.partition("/")[0], "figure")
            quotes.append((kind, each.quote_id, passage.text))
    return min(quotes, key=lambda one: (_ORDER.index(one[0]), one[1]), default=("", "", ""))


def _coverage(quoted: str, block: Block, number: FoundQuantity, printed: _Printed) -> str:
    """Return what accounts for a number, given how a quotation covers it, "" for none."""
    if not quoted and printed.has(number):
        return "figure"
    if quoted and quoted != "checked":
        return quoted
    # Nor does a claim check the years, ordinals and references within its quotation.
    if _is_set_aside(block, number):
        return "set aside"
    return quoted or ("unknown" if any(map(str.isdigit, number.text)) else "set aside")


def _number_rows(
    document: Document, finder: QuoteFinder, found: Sequence[tuple[Quoted, Passage]], printed: _Printed
) -> list[dict[str, Any]]:
    of_block: dict[int, list[tuple[Quoted, Passage]]] = {}
    for each, passage in found:
        if passage.status != "gone":
            of_block.setdefault(passage.block, []).append((each, passage))
    rows = []
    for index, number in finder.numbers(document):
        block = document.blocks[index]
        place = document.place(block.offsets[number.start])
        quoted, quote_id, quote = _quoted_by(number, of_block.get(index, ()))
        quantity = number.quantity
        rows.append(
            {
                "line": place.line,
                "position": place.column,
                "section": " / ".join(block.section),
                "text": " ".join(number.text.split()),
                "value": quantity.value if quantity else float("nan"),
                "unit": (number.measure or quantity.unit) if quantity else "",
                "coverage": _coverage(quoted, block, number, printed),
                "quote_id": quote_id,
                "quote": quote,
            }
        )
    return rows
