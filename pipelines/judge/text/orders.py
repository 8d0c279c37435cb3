"""Findings on what a sentence says of a column: that a row is the largest, or that all but two lie above a number.

Belongs here: superlatives and counts of rows against the table. Does not: levels and changes of one row (`rows`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tidebook.pipelines.judge.text.finding import Finding, Span, finding
from tidebook.pipelines.judge.text.grid import Number, NumberTable
from tidebook.pipelines.judge.text.prose import NOT_PLAIN, Said, Sentence
from tidebook.pipelines.judge.text.rows import Rows, fits, words
from tidebook.pipelines.read.text.document import Document

_MOST = "largest|highest|biggest|greatest|most|longest|fastest growing|oldest|tallest|heaviest|priciest|dearest"
_LEAST = "smallest|lowest|fewest|least|shortest|youngest|lightest|cheapest"
_SUPERLATIVE = re.compile(rf"\b(?:the|has|had|with)\s+(?P<word>{_MOST}|{_LEAST})\b", re.IGNORECASE)
_NOT_FIRST = re.compile(
    r"\b(?:one of|among|second|third|fourth|fifth|next|two|three|four|five|ten|top|ever|almost|nearly|not|no longer"
    r"|after|behind|except|other than|since|recent|world|history)\b|-(?:largest|highest|most)",
    re.IGNORECASE,
)
_TOTALS = re.compile(r"\b(?:total|sum|all|overall|average|mean|median|other|others|rest)\b|^\s*$", re.IGNORECASE)
_COUNTS = {
    word: count
    for count, word in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 1)
}
_ALL_BUT = re.compile(
    rf"\b(?P<all>all but (?P<but>\d+|{'|'.join(_COUNTS)})|every one|all)\b(?P<between>[^.;]{{0,80}}?)"
    r"\b(?P<side>above|over|more than|exceed(?:s|ed)?|at least|below|under|less than|at most|fewer than)\s+$",
    re.IGNORECASE,
)
FEWEST = 3
"""Minimum rows that are compared."""


def order_findings(document: Document, rows: Rows, sentence: Sentence) -> Iterator[Finding]:
    """Yield superlatives and counts that a table denies."""
    if NOT_PLAIN.search(sentence.text):
        return
    yield from _superlatives(document, rows, sentence)
    for said in sentence.numbers:
        yield from _all_but(document, rows, sentence, said)


def _superlatives(document: Document, rows: Rows, sentence: Sentence) -> Iterator[Finding]:
    text = sentence.block.text
    found = list(_SUPERLATIVE.finditer(text, sentence.start, sentence.end))
    if len(found) != 1 or _NOT_FIRST.search(sentence.text):
        return
    word = found[0]
    heard = words(sentence.text)
    named = [row for row in rows.sharing(heard) if row.own <= heard and not _TOTALS.search(row.label)]
    if len(named) != 1:
        return
    row = named[0]
    columns = _columns_meant(row.table, heard - row.own)
    if len(columns) != 1:
        return
    cells = _comparable(row.table, columns[0])
    own = [cell for cell in cells if cell.row == row.index]
    if len(cells) < FEWEST or not own:
        return
    is_most = re.fullmatch(_MOST, word["word"], re.IGNORECASE) is not None
    best = (max if is_most else min)(cells, key=lambda cell: cell.value * cell.factor)
    if best.value == own[0].value:
        return
    label = row.table.labels[best.row]
    head = row.table.heads[columns[0]].text
    why = f"{label} has {best.text} for {head}, {row.label} {own[0].text}"
    span = sentence.span(*word.span("word"))
    evidence = [Span(cell.start, cell.end, cell.text) for cell in (best, own[0])]
    yield finding(document, "order", "likely", span, sentence.text, label, why, evidence)


def _columns_meant(table: NumberTable, heard: frozenset[str]) -> list[int]:
    """Return the columns all of whose words are in a sentence; those with most words, and of one year that it tells."""
    found: dict[int, list[int]] = {}
    for column, head in enumerate(table.heads):
        own = words(re.sub(r"\([^()]*\)", " ", head.text))
        if column and own and own <= heard:
            found.setdefault(len(own), []).append(column)
    return found[max(found)] if found else []


def _comparable(table: NumberTable, column: int) -> list[Number]:
    """Return the numbers of a column in one unit, without totals."""
    cells = [each for each in table.numbers if each.column == column and not _TOTALS.search(table.labels[each.row])]
    return cells if len({cell.unit for cell in cells}) == 1 else []


def _all_but(document: Document, rows: Rows, sentence: Sentence, said: Said) -> Iterator[Finding]:
    """Yield `all but two are above 5 %` where another number of rows is."""
    text = sentence.block.text
    # The word of the side is part of the number's words: `above 5,000`.
    digits = re.search(r"\d", said.text)
    claim = _ALL_BUT.search(text, sentence.start, said.start + (digits.start() if digits else 0))
    if claim is None or said.unit in ("rank",):
        return
    heard = words(sentence.text)
    tables: dict[int, tuple[NumberTable, int]] = {}
    for table in rows.tables:
        columns = _columns_meant(table, heard)
        if len(columns) == 1:
            tables[id(table)] = table, columns[0]
    if len(tables) != 1:
        return
    table, column = next(iter(tables.values()))
    cells = [cell for cell in _comparable(table, column) if fits(cell, said.unit)]
    if len(cells) < FEWEST:
        return
    sizes = {cell: _size(rows, table, cell) for cell in cells}
    if None in sizes.values():
        return
    is_above = claim["side"].lower() in ("above", "over", "more than", "at least") or claim["side"].lower().startswith(
        "exceed"
    )
    bound = said.quantity.value
    outside = []
    for cell, size in sizes.items():
        if size is not None and not (size > bound if is_above else size < bound):
            outside.append(cell)
    touching = [cell for cell in outside if sizes[cell] == bound]
    but = claim["but"] or "0"
    count = _COUNTS.get(but.lower()) if not but.isdigit() else int(but)
    if count is None or len(outside) - len(touching) <= count <= len(outside):
        return
    names = ", ".join(table.labels[cell.row] for cell in outside) or "none"
    span = sentence.span(*claim.span("all"))
    head = table.heads[column].text
    why = f"of {len(cells)} rows {len(outside)} are not {claim['side']} {said.text} in {head}: {names}"
    evidence: Sequence[Span] = [Span(cell.start, cell.end, cell.text) for cell in outside]
    yield finding(document, "count", "likely", span, sentence.text, f"all but {len(outside)}", why, evidence)


def _size(rows: Rows, table: NumberTable, cell: Number) -> float | None:
    size = rows.size(table, cell)
    return None if size is None else size[0] * (1 if cell.value >= 0 else -1)
