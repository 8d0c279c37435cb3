"""The article as a page with its numbers and claims marked in place, which needs no script and no other file.

Belongs here: the page before any markup: runs of text and marks, the legend, what to look at first. Does not: what is
marked (`marks`), or the markup (`templates/article.html.j2`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from operator import attrgetter
from typing import NamedTuple

from tidebook.pipelines.read.formatting import format_count, joined
from tidebook.pipelines.read.grouping import grouped
from tidebook.pipelines.read.text.document import Block, Cell, Document, TextTable
from tidebook.pipelines.report.marks import LOUD, MARKS, WORST_FIRST, Marked, Spot, TextKey, Unplaced, anchor
from tidebook.pipelines.report.words import Mark

MOST_WORDS = 12
"""Words of a claim that are shown in the list above the article."""


class Run(NamedTuple):
    """A run of text: the number or words that it is, if marked; the claims around it, and those that end with it."""

    text: str
    spot: Spot | None
    claims: tuple[Spot, ...]
    closing: tuple[Spot, ...]

    @property
    def tone(self) -> str:
        """The tone of the worst claim around it, "" for none."""
        return min(self.claims, key=attrgetter("graveness")).mark.tone if self.claims else ""


class ShownCell(NamedTuple):
    """A cell of a table: its runs, the columns and rows that it spans, its id, and whether it is a head or a number."""

    runs: list[Run]
    across: int
    down: int
    id: str
    is_head: bool
    is_number: bool


class ShownTable(NamedTuple):
    """A table: its rows of heads, and its other rows."""

    heads: list[list[ShownCell]]
    rows: list[list[ShownCell]]


class ShownBlock(NamedTuple):
    """A block of the text: its kind, the level of a heading, its runs, and its table."""

    kind: str
    level: int
    runs: list[Run]
    id: str
    table: ShownTable | None


class Highlight(NamedTuple):
    """An entry of the list above the article: a spot with its words."""

    spot: Spot
    words: str


@dataclass(frozen=True)
class MarkedArticle:
    """The page before any markup.

    Attributes:
        title: the title of the article.
        report: the address of the report, "" for none.
        summary: what was found, in a sentence.
        kinds: the signs that occur, the worst first, and how often.
        loud: what to look at first.
        gone: statements to look at whose words the text does not have.
        elsewhere: the other statements that quote no words of it.
        blocks: the text; entries of a list follow each other.
        notes: all marks in the order of the text, with their words.
        left_out: a line for each part of the text that was not read, or not checked.
    """

    title: str
    report: str
    summary: str
    kinds: list[tuple[Mark, int]]
    highlights: list[Highlight]
    gone: list[Unplaced]
    elsewhere: list[Unplaced]
    blocks: list[ShownBlock]
    notes: list[Highlight]
    left_out: Sequence[str]


def marked_article(marked: Marked, title: str = "", report: str = "") -> MarkedArticle:
    """Lay out a text with its marks.

    Args:
        marked: what is marked in it.
        title: its title, by default its first heading or the name of its file.
        report: the address of the report that it belongs to.
    """
    document = marked.text.document
    layout = _Layout(marked)
    notes = [Highlight(spot, _words(marked, spot)) for spot in marked.all]
    highlights = [note for note in sorted(notes, key=lambda note: note.spot.graveness) if note.spot.is_loud]
    gone = [each for each in marked.unplaced if each.note.code in LOUD]
    return MarkedArticle(
        title=title or _first_heading(document),
        report=report,
        summary=_summary(marked, len(highlights) + len(gone)),
        kinds=_counted_kinds(marked),
        highlights=highlights,
        gone=gone,
        elsewhere=[each for each in marked.unplaced if each.note.code not in LOUD],
        blocks=list(layout.blocks()),
        notes=[note for note in notes if not note.spot.is_quiet],
        left_out=marked.left_out,
    )


def _first_heading(document: Document) -> str:
    return next((block.text for block in document.blocks if block.kind == "heading"), document.name)


def _counted_kinds(marked: Marked) -> list[tuple[Mark, int]]:
    """Return the kinds of marks that there are, worst first, with how many."""
    codes = [*(spot.code for spot in marked.all), *(each.note.code for each in marked.unplaced)]
    return [(MARKS[code], codes.count(code)) for code in WORST_FIRST if code in codes]


def _summary(marked: Marked, highlights: int) -> str:
    claims = [format_count(len(marked.claims), "claim")] if marked.claims else []
    said = joined([*claims, format_count(len(marked.spots), "number or word", "numbers and words")])
    look = "nothing needs a look" if not highlights else f"{highlights} {'needs' if highlights == 1 else 'need'} a look"
    return f"{said} marked; {look}."


def _words(marked: Marked, spot: Spot) -> str:
    text = marked.text.of(spot.key)[spot.start : spot.end].split()
    return " ".join(text) if len(text) <= MOST_WORDS else f"{' '.join(text[:MOST_WORDS])} …"


class _Layout:
    """Lays out the blocks of a text with its marks."""

    def __init__(self, marked: Marked) -> None:
        self.text = marked.text
        self._spots = grouped(marked.spots, attrgetter("key"))
        self._claims = grouped(marked.claims, attrgetter("key"))

    def blocks(self) -> Iterator[ShownBlock]:
        """Yield the blocks in order."""
        document = self.text.document
        for index, block in enumerate(document.blocks):
            runs = self._runs(TextKey("block", index))
            table = self._table(block.table - 1, document.tables[block.table - 1]) if block.kind == "table" else None
            yield ShownBlock(block.kind, _level(block), runs, f"b{index}", table)

    def _runs(self, key: TextKey) -> list[Run]:
        """Cut a text at the beginning and the end of each mark."""
        text = self.text.of(key)
        spots, claims = self._spots[key], self._claims[key]
        starts = {spot.start: spot for spot in spots}
        ends = {claim: _outside(claim.end, spots, at_end=True) for claim in claims}
        begins = {claim: _outside(claim.start, spots, at_end=False) for claim in claims}
        cuts = {0, len(text), *ends.values(), *begins.values(), *starts, *(spot.end for spot in spots)}
        runs = []
        for start, end in pairwise(sorted(cuts)):
            within = tuple(claim for claim in claims if begins[claim] <= start and end <= ends[claim])
            closing = tuple(claim for claim in claims if ends[claim] == end)
            runs.append(Run(text[start:end], starts.get(start), within, closing))
        return runs

    def _table(self, index: int, table: TextTable) -> ShownTable:
        rows = (*table.header_rows, *table.rows)
        numeric = {column for column in range(1, table.width) if _is_numeric([row[column].text for row in table.rows])}
        shown = []
        for number, cells in enumerate(rows):
            line = []
            for column, cell in enumerate(cells):
                if cell.spanned:
                    continue
                across = _span(cell, cells[column + 1 :])
                down = _span(cell, [row[column] for row in rows[number + 1 :]])
                is_head = cell.is_head or number < len(table.header_rows)
                place = anchor(*cell.place)
                runs = self._runs(TextKey("cell", index, number, column))
                line.append(ShownCell(runs, across, down, place, is_head, column in numeric))
            shown.append(line)
        heads = len(table.header_rows)
        return ShownTable(shown[:heads], shown[heads:])


def _outside(place: int, spots: Iterable[Spot], *, at_end: bool) -> int:
    """Return a place that is not within a marked number: its end or its beginning."""
    for spot in spots:
        if spot.start < place < spot.end:
            return spot.end if at_end else spot.start
    return place


def _span(cell: Cell, following: Iterable[Cell]) -> int:
    """Return in how many cells, itself one, a cell is repeated."""
    repeated = takewhile(lambda other: other.spanned and list(other.offsets) == list(cell.offsets), following)
    return 1 + sum(1 for _ in repeated)


def _is_numeric(texts: Iterable[str]) -> bool:
    """Whether most cells of a column have more digits than letters."""
    filled = [text for text in texts if any(map(str.isalnum, text))]
    numbers = [text for text in filled if sum(map(str.isdigit, text)) >= sum(map(str.isalpha, text))]
    return 2 * len(numbers) > len(filled)


def _level(block: Block) -> int:
    """Return the level of a heading on the page, whose own title is the first."""
    return min(len(block.section) + 2, 6) if block.kind == "heading" else 0
