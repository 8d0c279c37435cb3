"""Where the article's text is no longer what the dossier has of it: quotations, and figures of CSV files.

Belongs here: what has drifted, in words, with its place. Does not: what is judged of the new number (`outcomes`), or
how a quotation is found (`read.text.quotes`).
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from tidebook.pipelines.read.errors import close_names, place_of
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.read.names import slug
from tidebook.pipelines.read.text.folded import folded

if TYPE_CHECKING:  # to say how a quotation has drifted needs no frames, which take long to import
    import pandas as pd

    from tidebook.pipelines.read.printed import Printed, PrintedTable

MOST_ALIKE = 0.5
"""Minimum share of heads and of rows that make a table of the text the same as a CSV file."""

CLAIMS = "claims/"


@dataclass(frozen=True)
class Drift:
    """What has drifted: the words for each claim and figure, by id.

    `cells` are the figures of CSV files that the text has with another text: the place of each, and that text.
    """

    claims: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def of_claim(self, claim_id: str) -> str:
        """Return how a claim's quotation has drifted, "" if it has not."""
        return self.claims.get(claim_id, "")

    def of_figure(self, figure_id: str) -> str:
        """Return how a figure has drifted, "" if it has not."""
        return self.figures.get(figure_id, "")


def drift(
    path: str,
    quotes: pd.DataFrame,
    numbers: pd.DataFrame,
    cells: pd.DataFrame,
    figures: pd.DataFrame,
    tables: Printed,
) -> Drift:
    """Compare the dossier with the article's text.

    Args:
        path: the file of the text.
        quotes: its quotations, as rows of `TextQuotes`.
        numbers: the numbers of its prose, as rows of `TextNumbers`.
        cells: the cells of its tables, as rows of `TextCells`.
        figures: the figures of the dossier.
        tables: its tables.
    """
    from tidebook.schemas.base import records

    claims, of_figures = _of_quotes(path, records(quotes), set(figures["figure_id"]))
    of_cells: dict[str, tuple[str, str]] = {}
    rows = grouped(records(figures), itemgetter("table_name"))
    of_files = {name: table for name, table in tables.items() if table.path}
    in_text = [list(group) for _, group in groupby(records(cells), key=itemgetter("table"))] if of_files else []
    # With blanks around, so that `has_number` finds a sign on either side.
    texts = [f" {folded(str(text)).text} " for text in [*numbers["text"], *cells["text"].fillna("")]]
    values = {(row["value"], row["unit"]) for row in records(numbers)}
    for name, table in of_files.items():
        if table.rows == "figures":
            of_figures |= dict(_of_prose(path, rows[name], texts, values))
        # The tables of the text are read with their subjects in rows.
        elif not table.transposed:
            for figure, words, cell in _of_table(path, table, rows[name], in_text):
                of_figures[figure["figure_id"]] = words
                if cell:
                    of_cells[figure["figure_id"]] = figure["locator"], cell
    return Drift(claims, of_figures, of_cells)


def _of_quotes(path: str, quotes: Sequence[Row], known: Collection[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what the text has in place of quotations, by claim and by figure; `known` are the ids of figures."""
    claims: dict[str, str] = {}
    of_figures: dict[str, str] = {}
    for row in quotes:
        if row["status"] == "found":
            continue
        name, words = row["quote_id"], quote_words(path, row)
        if name.startswith(CLAIMS):
            claims[name.removeprefix(CLAIMS)] = words
        # A claim with several numbers has a figure for each, and none of its own id.
        own = [figure_id for figure_id in known if figure_id == name or figure_id.startswith(f"{name}/")]
        of_figures |= dict.fromkeys(own, words)
    return claims, of_figures


def quote_words(path: str, row: Row) -> str:
    """Say what the text has in place of a quotation."""
    place = short_place(row["locator"]) if row["locator"] else path
    if row["status"] == "changed":
        return f"the text now says “{row['words']}” ({place}), not “{row['quote']}”"
    near = f"; near: “{row['near']}” ({place})" if row["near"] else ""
    return f"the text no longer says “{row['quote']}”{near}"


def short_place(locator: str) -> str:
    """Return a place in a text as editors take it: `article.md:17:4`."""
    file, line, column = place_of(locator)
    return f"{file}:{line}:{column}" if column else f"{file}:{line}"


def _of_prose(
    path: str, rows: Sequence[Row], texts: Sequence[str], values: Container[tuple[float, str]]
) -> Iterator[tuple[str, str]]:
    """Yield the numbers of a table of prose figures that the text does not have, in prose or in a table."""
    for row in rows:
        if row["kind"] == "missing" or (row["value"], row["unit"]) in values:
            continue
        printed = folded(row["text"]).text
        if not any(has_number(text, printed) for text in texts):
            yield row["figure_id"], f"the text ({path}) no longer has “{row['text']}”"


def has_number(text: str, printed: str) -> bool:
    """Whether a text, with a blank at either end, has these words as a whole, not within a longer word or number."""
    start = text.find(printed)
    while start >= 0:
        before, after = text[start - 1], text[start + len(printed) : start + len(printed) + 2]
        inside = (
            before.isalnum() or before in ".,-" or after[:1].isalnum() or (after[:1] in ".," and after[1:].isdigit())
        )
        if not inside:
            return True
        start = text.find(printed, start + 1)
    return False


@dataclass(frozen=True)
class _MatchingTable:
    """A table of the text that a CSV file has too: each row's cells by head, by subject."""

    line: int
    heads: Collection[str]
    rows: Mapping[str, Mapping[str, Row]]

    def line_of(self, subject: str) -> int:
        """Return the line of a row."""
        line: int = next(iter(self.rows[subject].values()))["line"]
        return line


def _of_table(
    path: str, table: PrintedTable, rows: Sequence[Row], in_text: Sequence[Sequence[Row]]
) -> Iterator[tuple[Row, str, str]]:
    """Yield the figures of a CSV file that differ from the same table in the text: words, and the cell there."""
    twin = _matching_table(table, {row["subject"] for row in rows}, in_text)
    if twin is None:
        return
    headers = {column.name: header for header, column in table.printed.items()}
    for row in rows:
        words, cell = _difference(path, twin, row, headers.get(row["quantity"], ""))
        if words:
            yield row, words, cell


def _difference(path: str, twin: _MatchingTable, row: Row, header: str) -> tuple[str, str]:
    """Return in words what a table of the text has in place of a figure, and its cell; "" where it has the same."""
    subject = row["subject"]
    if subject not in twin.rows:
        near = _near_rows(path, twin, subject)
        return f"the table of the text ({path}:{twin.line}) has no row {row['label']!r}{near}", ""
    if header not in twin.heads:
        return f"the table of the text ({path}:{twin.line}) has no column {header!r}", ""
    cell = twin.rows[subject][header]
    text = cell["text"] or ""
    if folded(text).text == folded(row["text"] or "").text:
        return "", ""
    place = f"{path}:{cell['line']}:{cell['position']}"
    return f"the table of the text has “{cell['text']}” ({place}), not “{row['text']}”", text


def _near_rows(path: str, twin: _MatchingTable, subject: str) -> str:
    """Suggest in words the rows of a table of the text with similar names."""
    near = [f"{name} ({path}:{twin.line_of(name)})" for name in close_names(subject, twin.rows)]
    return f"; near: {', '.join(near)}" if near else ""


def _matching_table(
    table: PrintedTable, subjects: Collection[str], in_text: Sequence[Sequence[Row]]
) -> _MatchingTable | None:
    """Return the table of the text with most heads and rows of a CSV file, None if half of either are not there."""
    headers = [header for header in table.printed if header != table.sections]
    naming = [header for header, column in table.printed.items() if column.holds == "subject" and header in headers]
    best: tuple[float, _MatchingTable] | None = None
    for cells in in_text:
        found = _as_matching(cells, naming)
        heads, same = _share_in(found.heads, headers), _share_in(found.rows, subjects)
        if heads >= MOST_ALIKE and same >= MOST_ALIKE and (best is None or heads + same > best[0]):
            best = heads + same, found
    return best[1] if best else None


def _share_in(found: Container[str], wanted: Collection[str]) -> float:
    return sum(name in found for name in wanted) / max(len(wanted), 1)


def _as_matching(cells: Sequence[Row], naming: Sequence[str]) -> _MatchingTable:
    heads: dict[int, str] = {}
    rows: dict[str, dict[str, Row]] = {}
    for number, group in groupby(cells, key=itemgetter("row")):
        row = list(group)
        if number == 0:
            heads = {cell["place"]: cell["text"] or "" for cell in row}
            continue
        by_head = {heads[cell["place"]]: cell for cell in row}
        parts = [slug(by_head[head]["text"] or "") if head in by_head else "" for head in naming]
        rows.setdefault("_".join(parts) if naming else f"r{number}", by_head)
    return _MatchingTable(cells[0]["line"], set(heads.values()), rows)
