"""What is marked in the article's text: its numbers and claims, each with its place there and what is known of it.

Belongs here: where a review of the text, or the outcomes of a dossier, say something; one mark for what several say of
the same words. Does not: what is judged (`judge`), or the page (`marked`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, NamedTuple

from tidebook.pipelines.judge.severity import graveness
from tidebook.pipelines.judge.text.finding import Finding
from tidebook.pipelines.read.errors import place_of
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.read.text.document import Block, Cell, Document, Place
from tidebook.pipelines.read.text.folded import folded
from tidebook.pipelines.read.text.quotation import Quotation
from tidebook.pipelines.read.text.quotes import AmbiguousError, Passage, QuoteFinder
from tidebook.pipelines.report import words
from tidebook.pipelines.report.dossier_findings import JudgedRows
from tidebook.pipelines.report.rows import by_key
from tidebook.pipelines.report.words import Mark, name_of, plain, replace_ids

if TYPE_CHECKING:
    from tidebook.pipelines.judge.text.review import Review

_CROSS, _WAVE, _DASH = words.OUTCOMES["wrong"].sign, words.OUTCOMES["open"].sign, words.OUTCOMES["unchecked"].sign
_CHECK = words.OUTCOMES["right"].sign
_QUESTION = "M-0.45,-0.35C-0.45,-1 0.5,-1 0.5,-0.4C0.5,0.05 0,0 0,0.35M0,0.8L0,0.82"
_BOX = "M-0.5,-0.5L0.5,-0.5L0.5,0.5L-0.5,0.5Z"
_DOT = "M0,0L0,0.02"

STATES = {
    "certain": Mark("certain", "bad", _CROSS, "what the text says of its own numbers does not hold"),
    "likely": Mark("likely", "late", _CROSS, "a sentence and the row of a table that it names differ"),
    "hint": Mark("hint", "open", _WAVE, "close to a cell of a row that is mentioned"),
    "checked": Mark("checked", "good", _CHECK, "with another number, its sentence, a cell or a claim would deny it"),
    "seen": Mark(
        "seen", "mute", _DASH, "a cell of a row that the words name has this number; nothing says that it must"
    ),
    "figure": Mark("figure", "mute", _BOX, "the dossier declares it, and nothing tests it"),
    "ignored": Mark("ignored", "mute", _DOT, "the dossier says why nobody needs to check it"),
    "set aside": Mark("set aside", "mute", _DOT, "a year, an ordinal, or part of a name"),
    "unknown": Mark("unknown", "open", _QUESTION, "nothing says anything about it"),
}
"""The mark of what the text alone says of a number."""

MARKS: Mapping[str, Mark] = {**words.OUTCOMES, **STATES}
"""The mark of each outcome and state."""

WORST_FIRST = (
    "wrong", "contradicts itself", "failed", "certain", "drifted", "likely", "outdated", "premature",
    "depends", "hint", "unknown", "open", "undecided", "void", "not falsifiable", "advice", "expired", "unchecked",
    "revised", "figure", "seen", "checked", "consistent", "came true", "right", "stands", "ignored", "set aside",
)  # fmt: skip
LOUD = WORST_FIRST[: WORST_FIRST.index("hint") + 1]
"""What is listed above the article."""
QUIET = ("ignored", "set aside")
"""What is hardly marked, and has no note on paper."""


class Link(NamedTuple):
    """A link of a note: its words, and where it leads."""

    words: str
    href: str


@dataclass(frozen=True)
class Note:
    """What is known of marked words: the outcome or state, what it is about, and the reason.

    Attributes:
        code: the outcome or state, a key of `MARKS`.
        about: the claim, or the rule that was broken; "" for a number.
        text: the reason, in sentences.
        expected: what would be right, "" if that is not one number.
        links: where the reason comes from.
        severity: the order among notes of one code, the gravest largest.
    """

    code: str
    about: str
    text: str
    expected: str = ""
    links: tuple[Link, ...] = ()
    severity: float = 0.0


class TextKey(NamedTuple):
    """Where a text stands: a block by its index, or a cell by its table, row (heads first) and column."""

    kind: Literal["block", "cell"]
    place: int
    row: int = 0
    column: int = 0


@dataclass(eq=False)
class Spot:
    """Marked words: where they stand, and the notes on them; `is_claim` if a quotation, within which numbers stand.

    `number` is its number in the order of the text; a number that a claim reads has that of the claim. Two claims may
    quote the same words, so that a spot equals itself alone.
    """

    key: TextKey
    start: int
    end: int
    notes: list[Note] = field(default_factory=list)
    is_claim: bool = False
    claim: Spot | None = None
    number: int = 0

    @property
    def code(self) -> str:
        """The worst outcome or state that is known of it."""
        return min((note.code for note in self.notes), key=WORST_FIRST.index)

    @property
    def mark(self) -> Mark:
        """How it is marked."""
        return MARKS[self.code]

    @property
    def graveness(self) -> tuple[int, float]:
        """Its place among all, the worst least."""
        return WORST_FIRST.index(self.code), -max(note.severity for note in self.notes)

    @property
    def is_loud(self) -> bool:
        """Whether it is listed above the article."""
        return self.code in LOUD

    @property
    def is_quiet(self) -> bool:
        """Whether it is hardly marked."""
        return self.code in QUIET


@dataclass(frozen=True)
class Unplaced:
    """A statement whose words the text does not have: its note, and the block with the nearest words, if any are."""

    note: Note
    near: TextKey | None


class Text:
    """A document whose places can be looked up."""

    def __init__(self, document: Document) -> None:
        self.document = document

    @cached_property
    def cells(self) -> dict[TextKey, Cell]:
        """The cells of all tables, those of heads first."""
        found = {}
        for index, table in enumerate(self.document.tables):
            for row, cells in enumerate((*table.header_rows, *table.rows)):
                for column, cell in enumerate(cells):
                    found[TextKey("cell", index, row, column)] = cell
        return found

    def of(self, key: TextKey) -> str:
        """Return the text of a block or cell."""
        return self._piece(key).text

    def _piece(self, key: TextKey) -> Block | Cell:
        return self.document.blocks[key.place] if key.kind == "block" else self.cells[key]

    @cached_property
    def _by_place(self) -> dict[tuple[int, int], tuple[TextKey, int]]:
        """The text and the index in it of each character, by line and column; of cells that span, the first."""
        found: dict[tuple[int, int], tuple[TextKey, int]] = {}
        place = self.document.place
        parts: list[tuple[TextKey, Sequence[int]]] = [
            (TextKey("block", index), block.offsets) for index, block in enumerate(self.document.blocks)
        ]
        parts += [(key, cell.offsets) for key, cell in self.cells.items()]
        for key, offsets in parts:
            for index, offset in enumerate(offsets):
                found.setdefault(place(offset), (key, index))
        return found

    def spot(self, line: int, column: int, said: str, end: tuple[int, int] | None = None) -> Spot | None:
        """Return the words that begin at a place, None if the text has none there.

        Args:
            line, column: where they begin, from 1.
            said: the words.
            end: the place behind them, for words that are printed otherwise there.
        """
        at = self._by_place.get((line, column))
        if at is None:
            return None
        key, start = at
        text = self.of(key)
        if text.startswith(said, start) and said:
            return Spot(key, start, start + len(said))
        if end is not None:
            stop = start + 1
            while stop < len(text) and self.places(key, stop) < end:
                stop += 1
            return Spot(key, start, stop)
        wanted = folded(said).text
        for stop in range(start + 1, min(len(text), start + 2 * len(said) + 10) + 1):
            if folded(text[start:stop]).text == wanted:
                return Spot(key, start, stop)
        stop = min(start + max(len(said), 1), len(text))
        while stop < len(text) and text[stop - 1 : stop + 1].isalnum():  # no mark ends within a word
            stop += 1
        return Spot(key, start, stop)

    def number_from(self, line: int, column: int, printed: str) -> Spot | None:
        """Return a number that stands in quoted words, None if it is not found behind the place where they begin."""
        at = self._by_place.get((line, column))
        if at is None:
            return None
        key, start = at
        words = r"\s+".join(map(re.escape, printed.split()))
        found = re.compile(rf"(?<![\w.,]){words}(?!\w|[.,]\d)").search(self.of(key), start)
        return Spot(key, *found.span()) if found else None

    def places(self, key: TextKey, index: int) -> tuple[int, int]:
        """Return line and column of a character of a text."""
        return self.document.place(self._piece(key).offsets[index])

    @cached_property
    def _heads(self) -> dict[tuple[int, str], TextKey]:
        """The cell below each head, by line and head; a head that occurs twice is the first."""
        found: dict[tuple[int, str], TextKey] = {}
        for index, table in enumerate(self.document.tables):
            heads = [folded(head).text for head in table.heads]
            for row, cells in enumerate(table.rows, len(table.header_rows)):
                for column, cell in enumerate(cells):
                    if cell.text:
                        found.setdefault((cell.place.line, heads[column]), TextKey("cell", index, row, column))
        return found

    @cached_property
    def lines(self) -> list[range]:
        """The lines of each block."""
        found = []
        for block in self.document.blocks:
            ends = [self.document.place(offset).line for offset in (*block.offsets[:1], *block.offsets[-1:])]
            found.append(range(ends[0], ends[1] + 1) if ends else range(0))
        return found

    def cell(self, line: int, head: str, printed: str) -> Spot | None:
        """Return the cell in a line below a head, or the only one there that is printed so."""
        key = self._heads.get((line, folded(head).text))
        if key is None or folded(self.of(key)).text != folded(printed).text:
            same = [
                each for each, cell in self.cells.items()
                if cell.place.line == line and folded(cell.text).text == folded(printed).text
            ]  # fmt: skip
            key = same[0] if len(same) == 1 else None
        return Spot(key, 0, len(self.of(key))) if key else None


class Marked(NamedTuple):
    """All that is marked: numbers and words, which do not overlap; claims, which may; statements without a place.

    `left_out` has a line for each part of the text that was not read, or not checked.
    """

    text: Text
    spots: Sequence[Spot]
    claims: Sequence[Spot]
    unplaced: Sequence[Unplaced]
    left_out: Sequence[str]

    @property
    def all(self) -> list[Spot]:
        """Everything that has a note of its own, in the order of its numbers."""
        return sorted((each for each in (*self.spots, *self.claims) if each.claim is None), key=attrgetter("number"))


def marked_of(document: Document, found: Review, rows: JudgedRows | None = None, report: str = "") -> Marked:
    """Return what is marked in a text.

    Args:
        document: the text.
        found: what it says against itself.
        rows: what was judged of the dossier that the text belongs to.
        report: the address of the report, to whose statements notes link; "" without one.
    """
    text = Text(document)
    names = {}
    if rows is not None:
        names = {row["figure_id"]: name_of(row) for row in rows.figures}
    spots = [*_finding_spots(text, found.findings), *_numeral_spots(text, found, rows, names)]
    claims: list[Spot] = []
    unplaced: list[Unplaced] = []
    if rows is not None:
        spots += _figure_spots(text, rows, names)
        claims, unplaced = _claim_spots(text, rows, names, report)
    joined = _joined(spots)
    for spot in joined:
        spot.claim = _read_by(spot, claims)
    _number(document, joined, claims)
    _lead_to_spots(text, joined)
    return Marked(text, joined, claims, unplaced, found.left_out)


def _finding_spots(text: Text, findings: Iterable[Finding]) -> Iterator[Spot]:
    for each in findings:
        spot = text.spot(*each.start, each.printed, Place(each.end_line, each.end or 1))
        if spot is None:
            continue
        beside = tuple(Link(other.words, f"#{anchor(other.line, other.column)}") for other in each.evidence)
        spot.notes.append(Note(each.tier, each.kind, plain(words.ended(each.why)), each.expected, beside, each.off))
        yield spot


def anchor(line: int, column: int) -> str:
    """Return the id of a place in the text."""
    return f"at-{line}-{column}"


def _numeral_spots(text: Text, found: Review, rows: JudgedRows | None, names: Mapping[str, str]) -> Iterator[Spot]:
    """Yield the numbers of the prose with what became of each: by the dossier, or else by the text alone."""
    declared = {(row["line"], row["position"]): row for row in rows.numbers} if rows else {}
    outcomes = by_key(rows.figure_outcomes, "figure_id") if rows else {}
    for numeral in found.coverage.numerals:
        spot = text.spot(numeral.line, numeral.column, numeral.text)
        if spot is None:
            continue
        note = Note(numeral.state, "", plain(words.ended(numeral.why)))
        row = declared.pop((numeral.line, numeral.column), None)
        if row is not None and (row["coverage"] not in ("unknown", "set aside") or numeral.state == "unknown"):
            note = _declared_note(row, outcomes, names, note)
        spot.notes.append(note)
        yield spot
    yield from _spots_in_words(text, declared.values(), outcomes, names)


def _spots_in_words(
    text: Text, rows: Iterable[Row], outcomes: Mapping[str, Row], names: Mapping[str, str]
) -> Iterator[Spot]:
    """Yield the numbers in words, of which the dossier alone says what became of them."""
    for row in rows:
        spot = text.spot(row["line"], row["position"], row["text"])
        if spot is not None:
            spot.notes.append(_declared_note(row, outcomes, names, Note(row["coverage"], "", "")))
            yield spot


READ_BY_CLAIM = Note("checked", "", "A claim reads it.")


def _declared_note(row: Row, outcomes: Mapping[str, Row], names: Mapping[str, str], other: Note) -> Note:
    """Return what a dossier says of a number of the prose."""
    state, quoted = row["coverage"], row["quote_id"] or ""
    if quoted in outcomes and outcomes[quoted]["outcome"] != "unchecked":
        outcome = outcomes[quoted]
        if not _overlap(row["text"], outcome["printed"]):
            return Note("set aside", "", f"Part of the words that the dossier quotes for {outcome['printed']}.")
        return _figure_note(outcome, names)
    if state == "checked":
        return READ_BY_CLAIM
    if state == "ignored":
        return Note(state, "", "The dossier says why nobody needs to check it.")
    if state == "figure":
        said = "The dossier has it as a figure; no independent value is known."
        return Note(state, "", said if quoted else "A figure of the dossier is printed the same.")
    return other


def _overlap(one: str, other: str) -> bool:
    """Whether one of two texts is within the other, as the number of a quotation is within its words."""
    texts = folded(one).text, folded(other).text
    return texts[0] in texts[1] or texts[1] in texts[0]


def _figure_note(row: Row, names: Mapping[str, str]) -> Note:
    better = row["better"] or ""
    return Note(
        row["outcome"],
        names.get(row["figure_id"], ""),
        plain(words.ended(replace_ids(row["reason"], names))),
        better if row["outcome"] not in ("right", "unchecked") else "",
        severity=_severity(row, row["severity_index"]),
    )


def _severity(row: Row, index: float) -> float:
    severity, index = graveness(row["severity"], index)
    return 1000 * severity + index


def _figure_spots(text: Text, rows: JudgedRows, names: Mapping[str, str]) -> Iterator[Spot]:
    """Yield the figures that are in the text, in tables and in prose, with their outcomes."""
    outcomes = by_key(rows.figure_outcomes, "figure_id")
    for figure in rows.figures:
        row = outcomes.get(figure["figure_id"])
        spot = _figure_spot(text, rows, figure) if row else None
        if row is None or spot is None:
            continue
        in_prose = spot.key.kind == "block"
        if in_prose and row["outcome"] == "unchecked":
            continue  # what became of the number says as much
        spot.notes.append(_figure_note(row, names))
        yield spot


def _figure_spot(text: Text, rows: JudgedRows, figure: Row) -> Spot | None:
    """Return where the text has a figure, None if it is not read from there."""
    path, line, head = place_of(figure["locator"])
    printed = figure["text"] or ""
    if path != rows.text or not printed:
        return None
    if cell := text.cell(line, head or "", printed):
        return cell
    return text.number_from(line, int(head), printed) if head and head.isdigit() else None


def _claim_spots(
    text: Text, rows: JudgedRows, names: Mapping[str, str], report: str
) -> tuple[list[Spot], list[Unplaced]]:
    """Return the statements at the words that they quote, and those whose words the text does not have."""
    quoted = by_key(rows.quotes, "quote_id")
    loose = [row for row in rows.outcomes if row["quote"] and f"claims/{row['statement_id']}" not in quoted]
    found = QuoteFinder(text.document).find_all([Quotation(row["quote"]) for row in loose])
    passages = dict(zip(((row["statement_kind"], row["statement_id"]) for row in loose), found, strict=True))
    spots = []
    unplaced = []
    for row in rows.outcomes:
        note = _claim_note(row, rows.why(row), names, report)
        quote = quoted.get(f"claims/{row['statement_id']}")
        passage = passages.get((row["statement_kind"], row["statement_id"]))
        spot = _quoted_spot(text, quote) if quote else _found_spot(passage)
        if spot:
            spot.notes.append(note)
            spots.append(spot)
        elif quote:
            unplaced.append(Unplaced(note, _near(text, quote)))
        elif row["statement_kind"] != "consistency test":
            unplaced.append(Unplaced(note, None))
    return spots, unplaced


def _claim_note(row: Row, said: str, names: Mapping[str, str], report: str) -> Note:
    """Return the note on a statement, with a link to the report if there is one."""
    links = (Link("In the report", f"{report}#{_anchor(row)}"),) if report else ()
    why = plain(words.in_quotes(words.ended(replace_ids(said, names))))
    return Note(row["outcome"], row["statement"], why, links=links, severity=_severity(row, 0.0))


def _anchor(row: Row) -> str:
    """Return the id of a statement's place in the report."""
    kind = "prediction" if row["statement_kind"] == "prediction" else "claim"
    return f"{kind}-{row['statement_id']}"


def _quoted_spot(text: Text, quote: Row) -> Spot | None:
    if quote["status"] == "gone" or not quote["locator"]:
        return None
    _, line, column = place_of(quote["locator"])
    spot = text.spot(line, int(column or 1), quote["words"] or quote["quote"])
    if spot:
        spot.is_claim = True
    return spot


def _found_spot(passage: Passage | AmbiguousError | None) -> Spot | None:
    if passage is None or isinstance(passage, AmbiguousError) or passage.status != "found":
        return None
    return Spot(TextKey("block", passage.block), passage.start, passage.end, is_claim=True)


def _near(text: Text, quote: Row) -> TextKey | None:
    if not quote["locator"]:
        return None
    _, line, _ = place_of(quote["locator"])
    return next((TextKey("block", index) for index, lines in enumerate(text.lines) if line in lines), None)


def _joined(spots: Iterable[Spot]) -> list[Spot]:
    """Return spots that do not overlap: what is said of overlapping words is said of all of them."""
    joined: list[Spot] = []
    for own in grouped(spots, attrgetter("key")).values():
        last: Spot | None = None
        for spot in sorted(own, key=attrgetter("start", "end")):
            if last is not None and spot.start < last.end:
                last.end = max(last.end, spot.end)
                last.notes += [note for note in spot.notes if note not in last.notes]
            else:
                joined.append(spot)
                last = spot
    for spot in joined:
        spot.notes.sort(key=lambda note: (WORST_FIRST.index(note.code), -note.severity))
        _drop_weaker(spot)
    return joined


def _drop_weaker(spot: Spot) -> None:
    """Leave out what only says that nothing else is known, where something is."""
    weak = ("unknown", "figure", "unchecked", *QUIET)
    telling = [note for note in spot.notes if note.code not in weak and note != READ_BY_CLAIM]
    if telling:
        spot.notes = telling


def _read_by(spot: Spot, claims: Iterable[Spot]) -> Spot | None:
    """Return the claim that reads a number of which nothing else is known."""
    if any(note.code != "checked" for note in spot.notes):
        return None
    for claim in claims:
        if claim.key == spot.key and claim.start < spot.end and spot.start < claim.end:
            return claim
    return None


def _lead_to_spots(text: Text, spots: Iterable[Spot]) -> None:
    """Let links to places in the prose lead to the spots there; what is not marked there is no link."""
    at = {}
    for spot in spots:
        if spot.key.kind == "block":
            at[f"#{anchor(*text.places(spot.key, spot.start))}"] = f"#m{spot.number}"
    cells = {f"#{anchor(*cell.place)}" for cell in text.cells.values()}
    for spot in spots:
        for index, note in enumerate(spot.notes):
            links = []
            for link in note.links:
                inside = link.href.startswith("#")
                kept = link.href if not inside or link.href in cells else at.get(link.href, "")
                links.append(Link(link.words, kept))
            spot.notes[index] = replace(note, links=tuple(links))


def _number(document: Document, spots: Iterable[Spot], claims: Iterable[Spot]) -> None:
    """Number the spots in the order of the text, a claim behind the numbers in it; those without a footnote last."""
    place_of_table = {block.table: index for index, block in enumerate(document.blocks) if block.kind == "table"}

    def order(spot: Spot) -> tuple[int, int, int, int, bool]:
        key = spot.key
        block = key.place if key.kind == "block" else place_of_table[key.place + 1]
        return block, key.row, key.column, spot.end, spot.is_claim

    own = sorted((spot for spot in (*spots, *claims) if spot.claim is None), key=order)
    for number, spot in enumerate(sorted(own, key=attrgetter("is_quiet")), 1):  # those with a note on paper first
        spot.number = number
    for spot in spots:
        if spot.claim is not None:
            spot.number = spot.claim.number
