"""Numbers of TAT-QA's prose as a person reads them, compared with what is read and linked.

labels.csv has, for numbers of 107 documents: the paragraph and the offset of its digits, the value, its unit (`aside`
for numerals that are no quantity: notes, days, list markers), and the cells that it copies, each as row:column, from 0
and heads included. Links to differences and rates of cells are not labelled.

Belongs here: comparing with the labels. Does not: planted slips (`measure`).
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import NamedTuple

from benchmarks.text.documents import Document, Rendered, Where, rendered
from benchmarks.text.measure import read_text
from tidebook.pipelines.judge.readings.request import MaskedText
from tidebook.pipelines.judge.readings.statements.copies import Copy, copies_in
from tidebook.pipelines.judge.readings.statements.reader import sheets_of_text
from tidebook.pipelines.judge.text.prose import prose_of
from tidebook.pipelines.judge.text.review import Review, review
from tidebook.pipelines.read.quantities.context import Context
from tidebook.pipelines.read.quantities.sentences import FoundQuantity, find_quantities
from tidebook.pipelines.read.text.document import Document as Text

ENGLISH = Context(decimal=".")
LABELS = Path(__file__).with_name("labels.csv")
ASIDE = "aside"


class Label(NamedTuple):
    """A number as a person reads it."""

    uid: str
    where: Where
    start: int
    value: float | None
    unit: str
    cells: tuple[Where, ...]


def labels() -> list[Label]:
    """Return all labels."""
    found = []
    with LABELS.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            cells = tuple(Where(*map(int, cell.split(":"))) for cell in row["cells"].split())
            value = float(row["value"]) if row["value"] else None
            place = Where(int(row["paragraph"]))
            found.append(Label(row["uid"], place, int(row["start"]), value, row["unit"], cells))
    return found


@dataclass
class Counts:
    """How many labelled quantities are read right, wrongly or not at all, and how many copies are linked right."""

    right: int = 0
    wrong: int = 0
    refused: int = 0
    asides: int = 0
    asides_left_out: int = 0
    linked: int = 0
    mislinked: int = 0
    unlinked: int = 0
    extra: int = 0

    @property
    def quantities(self) -> int:
        """How many quantities are labelled."""
        return self.right + self.wrong + self.refused

    @property
    def copies(self) -> int:
        """How many copies are labelled."""
        return self.linked + self.mislinked + self.unlinked


class _Judged(NamedTuple):
    """A document of the data set as Markdown, as it is read, and what is found in it."""

    markdown: Rendered
    text: Text
    review: Review
    copies: list[Copy]


def compared(documents: Sequence[Document]) -> Counts:
    """Compare the labels of some documents with what is read."""
    by_uid = {document.uid: document for document in documents}
    counts = Counts()
    seen: dict[str, _Judged] = {}
    for label in labels():
        if label.uid not in by_uid:
            continue
        if label.uid not in seen:
            markdown = rendered(by_uid[label.uid])
            text = read_text(markdown.text)
            copies = copies_in(prose_of(text.blocks).sentences, sheets_of_text(MaskedText(text)))
            own = [copy for copy in copies if not copy.slip]
            seen[label.uid] = _Judged(markdown, text, review(text, hints=True), own)
        judged = seen[label.uid]
        if label.value is None:
            counts.asides += 1
            counts.asides_left_out += _state(judged, label) == "set aside"
        else:
            _count_quantity(counts, judged, label)
            _count_links(counts, judged, label)
    return counts


def _count_quantity(counts: Counts, judged: _Judged, label: Label) -> None:
    found = _found(judged.markdown, label)
    if found is None or found.quantity is None:
        counts.refused += 1
    elif _agrees(label, found):
        counts.right += 1
    else:
        counts.wrong += 1


def _count_links(counts: Counts, judged: _Judged, label: Label) -> None:
    cells = _copied(judged, label)
    if not label.cells:
        counts.extra += bool(cells)
    elif not cells:
        counts.unlinked += 1
    elif cells <= set(label.cells):
        counts.linked += 1
    else:
        counts.mislinked += 1


def _found(markdown: Rendered, label: Label) -> FoundQuantity | None:
    """Return the quantity that is read where a label stands."""
    text = markdown.document.text_at(label.where)
    return next((each for each in find_quantities(text, ENGLISH) if each.start <= label.start < each.end), None)


def _state(judged: _Judged, label: Label) -> str:
    """Return the state of a labelled numeral; "set aside" if it is not even counted."""
    place = judged.text.place(judged.markdown.offset(label.where, label.start))
    for numeral in judged.review.coverage.numerals:
        if numeral.line == place.line and numeral.column <= place.column < numeral.column + len(numeral.text):
            return numeral.state
    return "set aside"


def _agrees(label: Label, found: FoundQuantity) -> bool:
    """Whether a value is that of a label; of a range either end may be meant."""
    quantity = found.quantity
    assert quantity is not None and label.value is not None
    unit = quantity.unit.partition("/")[0]
    if unit not in (label.unit, "number") and label.unit != "number":
        return False
    if label.unit in ("percent", "percentage point") and unit != label.unit:
        return False
    ends = (quantity.value, quantity.low, quantity.high) if quantity.kind == "estimate" else (quantity.value,)
    return any(isclose(end, label.value, rel_tol=1e-9) for end in ends)


def _copied(judged: _Judged, label: Label) -> set[Where]:
    """Return the cells that the number of a label copies."""
    markdown = judged.markdown
    place = markdown.offset(label.where, label.start)
    cells = {markdown.offset(where, 0): where for where in markdown.starts if not where.is_prose}
    found = set()
    for copy in judged.copies:
        offsets = copy.sentence.block.offsets
        if offsets[copy.stated.start] <= place <= offsets[copy.stated.end - 1]:
            found.add(cells[max(start for start in cells if start <= copy.cell.start)])
    return found


def same_tables(documents: Sequence[Document]) -> int:
    """Return how many documents have a table that is read with exactly the cells of the source."""
    same = 0
    for document in documents:
        text = read_text(rendered(document).text)
        tables = [[*table.header_rows, *table.rows] for table in text.tables]
        same += len(tables) == 1 and _texts(tables[0]) == [list(row) for row in document.rows]
    return same


def _texts(rows: Sequence[Sequence[object]]) -> list[list[str]]:
    return [["" if getattr(cell, "spanned", False) else str(getattr(cell, "text", "")) for cell in row] for row in rows]
