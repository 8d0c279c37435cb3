"""Plain text as a document.

Belongs here: what of a text without marks is a heading, a wrapped paragraph, an entry of a list or a table. Does not:
marks within a line (`markdown`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile
from typing import NamedTuple

from tidebook.pipelines.read.text.blocks import Builder, Document, Kind, Line, Plain, lines_of

SHORTEST_WRAPPED = 40
"""Minimum characters of a line that goes on in the next: a shorter one is a heading or an entry of a list."""
LONGEST_WRAPPED = 120
"""Maximum characters of the lines of a text that is wrapped; in one with a longer line each line is a paragraph."""
LONGEST_HEADING = 80
"""Maximum characters of a heading: a longer line is a paragraph."""
_ITEM = re.compile(r"[ \t]*(?:[-*•–·+]|\(?(?:[0-9]{1,3}|[a-z]|[ivx]{1,4})[.)])[ \t]+")
_RULER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_BORDER = re.compile(r"[ \t]*\+(?:[-=:]+\+)+[ \t]*")
_UNDERLINE = re.compile(r"[ \t]*(=+|-+|~+)[ \t]*")
_MARKED = re.compile(r"(#{1,6})[ \t]+")
_SENTENCE_END = re.compile(r"[.:;,!?…]['\"”’)]*$")


def read_plain(name: str, source: str, work: int) -> Document:
    """Read plain text, which is so much work: paragraphs, wrapped or one a line; headings, lists, and tables with
    pipes, tabs or blanks."""
    builder = Builder(name, source, work)
    lines = list(lines_of(source))
    lengths = [len(line.text) for line in lines if "|" not in line.text and "\t" not in line.text]
    is_wrapped = max(lengths, default=0) <= LONGEST_WRAPPED
    straight = _Straight(lines)
    index = 0
    while index < len(lines):
        if lines[index].is_empty:
            index += 1
            continue
        taken = _take_table(builder, lines, straight, index) or _take_heading(builder, lines, index, is_wrapped)
        index += taken or _take_paragraph(builder, lines, index, is_wrapped)
    return builder.document()


def _from(lines: Sequence[Line], index: int) -> Iterator[Line]:
    """Yield the lines from an index on; a slice would copy all of them."""
    for place in range(index, len(lines)):
        yield lines[place]


def _plain(line: Line, start: int = 0, end: int | None = None) -> Plain:
    """Return a part of a line without blanks around it."""
    part = line.text[start:end]
    first = start + len(part) - len(part.lstrip())
    text = part.strip()
    return Plain(text, range(line.start + first, line.start + first + len(text)))


# Tables


def _take_table(builder: Builder, lines: Sequence[Line], straight: _Straight, index: int) -> int:
    """Add the table that begins at a line; return how many lines it has, 0 for none."""
    for taken, split in ((_pipe_rows(lines, index), _pipe_cells), (_tab_rows(lines, index), _tab_cells)):
        if not taken:
            continue
        rows = []
        for line in lines[index : index + taken]:
            if not _is_ruler(line):
                rows.append([builder.cell(_plain(line, *part), line.start + part[0]) for part in split(line.text)])
        builder.table(rows, 1)
        return taken
    return _take_straight(builder, straight, index)


def _is_ruler(line: Line) -> bool:
    """Whether a line parts the rows of a table, or frames it."""
    return bool(_BORDER.fullmatch(line.text) or (_RULER.fullmatch(line.text) and "-" in line.text))


def _take_straight(builder: Builder, straight: _Straight, index: int) -> int:
    """Add the table whose columns stand straight below each other with blanks between them; return its lines, or 0."""
    columns = straight.columns_from(index)
    if columns is None:
        return 0
    rows = []
    for line, cells in straight.printed_from(index):
        spans = dict(zip(_columns_of(cells, columns) or (), cells, strict=True))
        row = []
        for place, column in enumerate(columns):
            nowhere = min(column[0], len(line.text))
            part = spans.get(place, (nowhere, nowhere))
            row.append(builder.cell(_plain(line, *part), line.start + part[0]))
        rows.append(row)
    builder.table(rows, 1)
    return straight.after - index


MIN_STRAIGHT = 2
"""Minimum cells of a line of a straight table, but for a heading of a part of it."""
MIN_STRAIGHT_ROWS = 3
"""Minimum lines of a straight table, with its heads: two lines may be below each other by chance."""
_STRAIGHT_RULER = re.compile(r"[ \t]*[-=_–—]{3,}(?:[ \t]+[-=_–—]{3,})*[ \t]*")
_STRAIGHT_CELL = re.compile(r"\S+(?: \S+)*")
_NUMBER_CELL = re.compile(r"[-–−+(~<>≈]?\s?[$€£¥]?\s?[-–−]?\d.*|[-–—]+|n/?a", re.IGNORECASE)


def _straight_cells(text: str) -> list[tuple[int, int]]:
    """Return where the cells of a line begin and end, which two blanks or more part."""
    return [found.span() for found in _STRAIGHT_CELL.finditer(text)]


class _Remaining(NamedTuple):
    """The lines of a paragraph from one on, without rulers.

    Attributes:
        first: the first line.
        lines: how many they are.
        full: how many of them have as many cells as the one with most.
        columns: where the cells of these begin and end.
    """

    first: int
    lines: int
    full: int
    columns: list[tuple[int, int]]


class _Straight:
    """Tells from which lines on a paragraph is a straight table.

    What that depends on is gathered once for each paragraph, from its end: to read all lines again for each line that
    begins no table would take minutes for a long list.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.end = self.after = 0
        self.cells: dict[int, list[tuple[int, int]]] = {}
        self.rest: dict[int, _Remaining] = {}
        self.last_bad = self.misfit = -1

    def columns_from(self, index: int) -> list[tuple[int, int]] | None:
        """Return where the columns of the table begin and end that begins at a line; None if none does.

        Each line below the heads has numbers behind its label, or is a label alone, which heads what follows.
        """
        text = self.lines[index].text
        fewest = MIN_STRAIGHT - 1 if text[:1].isspace() else MIN_STRAIGHT
        if len(_straight_cells(text)) < fewest:
            return None
        if index >= self.end:
            self._gather(index)
        rest = self.rest.get(index)
        if rest is None or not self._may_be_table(rest) or not self._fit(index, rest.columns):
            return None
        return rest.columns

    def _may_be_table(self, rest: _Remaining) -> bool:
        """Whether lines are enough for a table, most of them are full, and their columns are apart."""
        if rest.lines < MIN_STRAIGHT_ROWS or self.last_bad > rest.first:
            return False
        if len(rest.columns) < MIN_STRAIGHT or rest.full * 2 < rest.lines:
            return False
        return all(left[1] < right[0] for left, right in pairwise(rest.columns))

    def printed_from(self, index: int) -> Iterator[tuple[Line, list[tuple[int, int]]]]:
        """Yield the lines of a table and their cells, without rulers."""
        for place in range(index, self.after):
            if place in self.cells:
                yield self.lines[place], self.cells[place]

    def _fit(self, index: int, columns: Sequence[tuple[int, int]]) -> bool:
        """Whether each cell is in a column; the line that did not fit last is likely not to fit again."""
        for place in (self.misfit, *range(index, self.after)):
            if place >= index and place in self.cells and _columns_of(self.cells[place], columns) is None:
                self.misfit = place
                return False
        return True

    def _gather(self, index: int) -> None:
        """Gather what is known of each line of a paragraph: that which begins at an index."""
        texts = [line.text for line in takewhile(lambda line: not line.is_empty, _from(self.lines, index))]
        self.end = index + len(texts)
        # A note right below a table is no row of it.
        while texts and _is_text_alone(texts[-1]):
            texts.pop()
        self.after = index + len(texts)
        self.cells, self.rest = {}, {}
        self.last_bad = self.misfit = -1
        rest: _Remaining | None = None
        for place in range(self.after - 1, index - 1, -1):
            text = texts[place - index]
            if not _STRAIGHT_RULER.fullmatch(text):
                cells = self.cells[place] = _straight_cells(text)
                if not _is_row(text, cells, is_last=rest is None):
                    self.last_bad = max(self.last_bad, place)
                rest = _above(place, cells, rest)
            if rest is not None:
                self.rest[place] = rest


def _is_text_alone(text: str) -> bool:
    """Whether a line has fewer cells than a table, and is not a ruler."""
    return len(_straight_cells(text)) < MIN_STRAIGHT and not _STRAIGHT_RULER.fullmatch(text)


def _is_row(text: str, cells: Sequence[tuple[int, int]], is_last: bool) -> bool:
    """Whether a line may be below the heads of a table: it has a number behind its label, or heads what follows."""
    first, *others = cells
    if not others:
        return not is_last and first[1] - first[0] <= LONGEST_HEADING
    return any(_NUMBER_CELL.fullmatch(text[start:end]) for start, end in others)


def _above(place: int, cells: list[tuple[int, int]], below: _Remaining | None) -> _Remaining:
    """Return the lines from one on, given those below it."""
    if below is None:
        return _Remaining(place, 1, 1, cells)
    if len(cells) > len(below.columns):
        return _Remaining(place, below.lines + 1, 1, cells)
    if len(cells) < len(below.columns):
        return below._replace(first=place, lines=below.lines + 1)
    columns = [(min(one[0], two[0]), max(one[1], two[1])) for one, two in zip(cells, below.columns, strict=True)]
    return _Remaining(place, below.lines + 1, below.full + 1, columns)


def _columns_of(cells: Sequence[tuple[int, int]], columns: Sequence[tuple[int, int]]) -> list[int] | None:
    """Return the column of each cell of a line, None if two are in one or one in none."""
    found: list[int] = []
    # The heading of a part may reach over the columns behind the first.
    if len(cells) == 1 and cells[0][0] < columns[1][0]:
        return [0]
    for start, end in cells:
        own = [place for place, column in enumerate(columns) if start < column[1] and column[0] < end]
        if len(own) != 1 or own[0] in found:
            return None
        found += own
    return found


def _pipe_rows(lines: Sequence[Line], index: int) -> int:
    """Return how many lines follow each other that have pipes, below a row of dashes, or that are between pipes."""
    second = lines[index + 1].text if index + 1 < len(lines) else ""
    has_ruler = "-" in second and _RULER.fullmatch(second) is not None
    is_row = _has_pipe if has_ruler else _is_framed
    rows = sum(1 for _ in takewhile(is_row, _from(lines, index)))
    return rows if rows > 1 else 0


def _has_pipe(line: Line) -> bool:
    return "|" in line.text


def _is_framed(line: Line) -> bool:
    text = line.text.strip()
    return (text.startswith("|") and text.endswith("|")) or _BORDER.fullmatch(text) is not None


def _pipe_cells(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the cells of a line with pipes begin and end; an escaped pipe is none."""
    bars = [found.start() for found in re.finditer(r"(?<!\\)\|", text)]
    ends = [-1, *bars, len(text)]
    parts = [(begin + 1, end) for begin, end in pairwise(ends)]
    # A pipe at either end of a line frames it, and parts nothing.
    if text[: bars[0]].strip() == "":
        parts = parts[1:]
    if parts and text[bars[-1] + 1 :].strip() == "":
        parts = parts[:-1]
    yield from parts


def _tab_rows(lines: Sequence[Line], index: int) -> int:
    """Return how many lines have the same number of tabs, at least one; 0 for a single one."""
    count = lines[index].text.count("\t")
    if not count or lines[index].text.startswith("\t\t"):
        return 0
    rows = list(takewhile(lambda line: line.text.count("\t") == count and not line.is_empty, _from(lines, index)))
    return len(rows) if len(rows) > 1 else 0


def _tab_cells(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the cells of a line with tabs begin and end."""
    start = 0
    for part in text.split("\t"):
        yield start, start + len(part)
        start += len(part) + 1


# Headings and paragraphs


def _take_heading(builder: Builder, lines: Sequence[Line], index: int, is_wrapped: bool) -> int:
    """Add the heading that is at a line; return how many lines it takes, 0 for none."""
    line = lines[index]
    marked = _MARKED.match(line.text)
    if marked:
        builder.heading(len(marked[1]), _plain(line, marked.end()))
        return 1
    text = line.text.strip()
    if len(text) > LONGEST_HEADING or _ITEM.match(line.text):
        return 0
    underline = _underline(lines, index)
    if underline:
        builder.heading(1 if underline[0] == "=" else 2, _plain(line))
        return 2
    if not _SENTENCE_END.search(text) and _stands_alone(lines, index, is_wrapped):
        builder.heading(1 if index == 0 else 2, _plain(line))
        return 1
    return 0


def _underline(lines: Sequence[Line], index: int) -> str:
    """Return the signs that underline a line, "" for none: a few below a longer text are a ruler or an entry."""
    if index + 1 == len(lines):
        return ""
    found = _UNDERLINE.fullmatch(lines[index + 1].text)
    shortest = min(3, len(lines[index].text.strip()))
    return found[1] if found and len(found[1]) >= shortest else ""


def _stands_alone(lines: Sequence[Line], index: int, is_wrapped: bool) -> bool:
    """Whether a short line has a longer text below it and none that leads to it: in a wrapped text, an empty line."""
    text = lines[index].text.strip()
    if not text[:1].isupper() and not text[:1].isdigit():
        return False
    following = next((line for line in _from(lines, index + 1) if not line.is_empty), None)
    if following is None or len(following.text) <= len(text):
        return False
    above_is_empty = index == 0 or lines[index - 1].is_empty
    below_is_empty = lines[index + 1].is_empty
    return (above_is_empty and below_is_empty) if is_wrapped else len(following.text) > LONGEST_HEADING


def _take_paragraph(builder: Builder, lines: Sequence[Line], index: int, is_wrapped: bool) -> int:
    """Add the paragraph or entry that begins at a line; return how many lines it has."""
    line = lines[index]
    kind, first = _kind_of(line.text)
    parts = [_plain(line, first)]
    taken = 1
    while is_wrapped and index + taken < len(lines) and _goes_on(lines[index + taken - 1], lines[index + taken]):
        parts.append(_plain(lines[index + taken]))
        taken += 1
    builder.add(kind, joined(parts))
    return taken


def _kind_of(text: str) -> tuple[Kind, int]:
    """Return the kind of block that a line begins, and where its text begins behind the mark."""
    item = _ITEM.match(text)
    if item:
        return "item", item.end()
    if text.lstrip().startswith(">"):
        return "quote", text.index(">") + 1
    return "paragraph", 0


def _goes_on(line: Line, below: Line) -> bool:
    """Whether a line is wrapped, so that its paragraph goes on in the next line."""
    if len(line.text.strip()) < SHORTEST_WRAPPED or below.is_empty or "|" in below.text or "\t" in below.text:
        return False
    return not _ITEM.match(below.text) and not _MARKED.match(below.text) and not below.text.lstrip().startswith(">")


def joined(parts: Sequence[Plain]) -> Plain:
    """Return lines joined by blanks, each of which is at the end of its line."""
    text = " ".join(part.text for part in parts)
    offsets: list[int] = []
    for part in parts:
        if offsets:
            offsets.append(offsets[-1] + 1)
        offsets += part.offsets
    return Plain(text, offsets)
