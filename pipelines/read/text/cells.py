"""The tables of the article's text as files of cells, so that a declared table reads them as it reads CSV.

Belongs here: which table of the text is meant, its heads and rows with their places. Does not: what its cells mean
(`read.tables`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Any, Self

import pandas as pd

from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.printed import PrintedTable
from tidebook.pipelines.read.rawfile import Fault, RawFile, RawRow
from tidebook.pipelines.read.text.document import Document
from tidebook.pipelines.read.text.folded import folded
from tidebook.schemas.base import records, table_of
from tidebook.schemas.text import TextCells

LOCATED_BY = ("caption", "heading", "number")
"""The keys of a table that say which one of the text it is."""


def text_cells_table(document: Document) -> pd.DataFrame:
    """Return the cells of a document's tables as rows of `TextCells`."""
    rows: list[dict[str, Any]] = []
    for table in document.tables:
        about = {"table": table.number, "caption": table.caption, "section": " / ".join(table.section)}
        heads = once(table.heads)
        for place, head in enumerate(heads, 1):
            # A table without heads has its first cell as the place of all of them.
            top = table.header_rows[0][place - 1].place if table.header_rows else table.place
            rows.append({**about, "row": 0, "place": place, "text": head, "line": top.line, "position": top.column})
        for number, cells in enumerate(table.rows, 1):
            for place, cell in enumerate(cells, 1):
                at = {"row": number, "place": place, "line": cell.place.line, "position": cell.place.column}
                rows.append({**about, **at, "text": " ".join(cell.text.split())})
    return table_of(TextCells, rows)


def once(heads: Sequence[str]) -> list[str]:
    """Return heads of which no two are the same: the second `Change` becomes `Change (2)`."""
    seen: Counter[str] = Counter()
    found = []
    for head in (" ".join(each.split()) for each in heads):
        seen[head] += 1
        found.append(head if seen[head] == 1 else f"{head} ({seen[head]})")
    return found


@dataclass(frozen=True)
class TableInText(RawFile):
    """A table of a text in place of a CSV file: its rows of `TextCells`, the heads first.

    `kept` has the place of each row below the heads among those of the text, from 0; empty for all of them.
    """

    cells: tuple[tuple[tuple[str, int], ...], ...] = ()
    kept: tuple[int, ...] = ()

    def fitted(self, table: PrintedTable) -> Self:
        """Return it as a declaration reads it: rows told apart, of a turned table only those that are declared."""
        heads = [text for text, _ in self.cells[0]]
        named = [header for header, column in table.printed.items() if column.holds == "subject" and header in heads]
        if table.sections or not (table.transposed or len(named) == 1):
            return self
        found = self.told_apart(0 if table.transposed else heads.index(named[0]))
        if not table.transposed:
            return found
        places = [place for place, row in enumerate(found.cells[1:]) if row[0][0] in table.printed]
        return found._with_rows(places)

    def told_apart(self, label: int) -> Self:
        """Return it without headings among its rows; a label that several rows have gets the heading, or else the row,
        above it."""
        rows: list[tuple[tuple[str, int], ...]] = []
        places: list[int] = []
        above: list[str] = []
        heading = before = ""
        for place, row in enumerate(self.cells[1:]):
            texts = [text.strip() for text, _ in row]
            if not any(texts):
                continue
            filled = [text for text in texts if text]
            is_alone = len(filled) == 1 and bool(texts[label] or texts[0]) and not any(map(str.isdigit, filled[0]))
            if is_group(texts) or is_alone:
                heading = filled[0].rstrip(":")
                continue
            rows.append(row)
            places.append(place)
            above.append(heading or before)
            before = texts[label]
        counts = Counter(row[label][0] for row in rows)
        named = []
        for row, words in zip(rows, above, strict=True):
            text, line = row[label]
            is_told = counts[text] == 1 or not words or not text.strip()
            own = text if is_told else f"{words}: {text}"
            named.append((*row[:label], (own, line), *row[label + 1 :]))
        return replace(
            self,
            cells=(self.cells[0], *named),
            kept=tuple(self.kept[place] if self.kept else place for place in places),
        )

    def _with_rows(self, places: Sequence[int]) -> Self:
        rows = [self.cells[place + 1] for place in places]
        return replace(self, cells=(self.cells[0], *rows), kept=tuple(self.kept[place] for place in places))

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the line and the cells of each row, the heads first."""
        for row in self.cells:
            yield row[0][1], [text for text, _ in row]

    def records(self, headers: Sequence[str], problems: list[Problem]) -> Iterator[RawRow]:
        """Yield the rows below the heads, each cell with its own line; heads that are not declared are left out.

        Raises:
            InputError: a declared head is not there.
        """
        heads = [text for text, _ in self.cells[0]]
        self._check_heads(heads, headers)
        for row in self.cells[1:]:
            of_head = dict(zip(heads, row, strict=True))
            declared = {header: of_head[header] for header in headers}
            texts = {header: text for header, (text, _) in declared.items()}
            if any(texts.values()) and not is_group([text for text, _ in row]):
                places = {header: (line, header) for header, (_, line) in declared.items()}
                yield RawRow(self.path, row[0][1], texts, problems, places)

    def _check_heads(self, heads: Sequence[str], declared: Sequence[str]) -> None:
        """Raise InputError for the first declared head that is none of the table's own."""
        for header in declared:
            if header not in heads:
                near = did_you_mean(header, heads) or f": {', '.join(heads)}"
                expected = f"a table with the heads that are declared; {header!r} is not among its own{near}"
                raise InputError(Problem(self.path, expected, self.cells[0][0][1], text=" | ".join(heads)))


def is_group(texts: Sequence[str]) -> bool:
    """Whether a row is one heading that spans all columns: `Balance sheet data:` over the rows below it."""
    has_number = any(map(str.isdigit, texts[0]))
    return len(texts) > 1 and len(set(texts)) == 1 and not has_number and texts[0].strip("-–— ") != ""


def table_in_text(path: str, cells: pd.DataFrame, number: int) -> TableInText:
    """Return a table of the text by its number."""
    found = []
    for _, group in groupby(records(cells[cells["table"] == number]), key=itemgetter("row")):
        found.append(tuple((row["text"] or "", row["line"]) for row in group))
    return TableInText(path, b"", cells=tuple(found))


def number_of(table: PrintedTable, cells: pd.DataFrame) -> int | Fault:
    """Return the number of the table in the text that a declared table is; what is wrong if it names no single one."""
    tables = _summaries(cells)
    if not tables:
        return ("from",), "a text with a table", table.from_
    matching = [each for each in tables if _fits(table, each)]
    if len(matching) == 1:
        return int(matching[0]["table"])
    by = [key for key in LOCATED_BY if getattr(table, key)]
    known = "; ".join(map(_words, tables))
    if not by:
        return ("from",), f"caption, heading or number beside it, as the text has several tables: {known}", table.from_
    key, value = by[0], str(getattr(table, by[0]))
    if not matching:
        near = _near_name(key, value, tables)
        return (key,), f"a table of the text{near or f': {known}'}", value
    several = "; ".join(map(_words, matching))
    return (key,), f"what names one table; number tells them apart: {several}", value


def _near_name(key: str, value: str, tables: Iterable[Row]) -> str:
    """Return a hint to the caption or heading of a table that is nearly a value; "" if none is, or it is a number."""
    if key == "number":
        return ""
    names = [each["caption"] if key == "caption" else each["section"].rpartition(" / ")[2] for each in tables]
    return did_you_mean(value, filter(None, (folded(str(name)).text for name in names)))


def _summaries(cells: pd.DataFrame) -> Sequence[Row]:
    """Return the first cell of each table, for its caption, section and line."""
    return records(cells[(cells["row"] == 0) & (cells["place"] == 1)])


def _words(each: Row) -> str:
    about = each["caption"] or each["section"]
    return f"number {each['table']} in line {each['line']}" + (f" ({about})" if about else "")


def _fits(table: PrintedTable, each: Row) -> bool:
    if table.number and each["table"] != table.number:
        return False
    if table.caption and not _same_caption(table.caption, each["caption"] or ""):
        return False
    if not table.heading:
        return True
    heads = folded(each["section"] or "").text.split(" / ")
    wanted = folded(table.heading).text
    paths = {" / ".join(heads[first:]) for first in range(len(heads))}
    return wanted in paths


def _same_caption(wanted: str, caption: str) -> bool:
    """Whether a caption is meant: all of it, or what is behind its number or before its colon."""
    given, whole = folded(wanted).text.rstrip("."), folded(caption).text.rstrip(".")
    first, _, rest = whole.partition(": ")
    return given in (whole, first, rest)
