"""Tables on the pages of a PDF: those with ruled lines, and those whose columns only gaps part.

Belongs here: rows and columns out of lines and gaps. Does not: captions, or where a table stands in the text
(`pdf_page`).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tidebook.plugins.documents.pdf_signs import Line, Sign, lines_of

LEAST_ROWS, LEAST_NUMBERS = 3, 0.3
"""Minimum rows of a table without ruled lines, and share of its cells behind the first that have digits."""
WIDEST = 0.45
"""Maximum width of a cell without ruled lines, as a share of the table: wider is running text."""


MOST_LINES = 8
"""Maximum lines of a cell: what frames more frames text, or a table whose rows are not ruled."""
NEAR = 2
"""How far edges of columns that coincide are apart at most, in points."""
_NUMBER = re.compile(r"[-–−+(<>]?\s*[$€£¥]?\s*\d[\d.,\s]*%?\)?[*†‡¹²³]*")
_YEAR = re.compile(r"(?:1[89]|20)\d\d")


@dataclass
class PrintedCell:
    """A cell: its lines, and the first of the rows that it spans, from 0."""

    lines: list[Line] = field(default_factory=list)
    row: int = 0

    @property
    def text(self) -> str:
        """Its text."""
        return " ".join(line.text for line in self.lines)


@dataclass
class PrintedTable:
    """A table: its rows, of equally many cells, one that spans several columns or rows in each of them.

    `columns` are the edges of its columns, and `last_page` is the page that it ends on.
    """

    page: int
    x0: float
    top: float
    x1: float
    bottom: float
    rows: list[list[PrintedCell]]
    columns: Sequence[tuple[float, float]]
    last_page: int = 0

    @property
    def heads(self) -> int:
        """How many rows at the top have no number behind the label, where the next has one; 0 where that is a year."""
        for place, row in enumerate(self.rows):
            texts = [cell.text.strip() for cell in row[1:]]
            if _are_numbers_of_columns([cell.text for cell in row]):
                continue
            if any(_YEAR.fullmatch(text) for text in texts):
                return 0
            if any(_NUMBER.fullmatch(text) for text in texts):
                # The last of them may be a heading over the rows below.
                count = place
                while count and not any(cell.text for cell in self.rows[count - 1][1:]):
                    count -= 1
                return count
        return 0

    def take_over(self, other: PrintedTable) -> bool:
        """Add the rows of a table on the next page if they go on with this one; return whether they do.

        They do if the other begins with the same heads, which are not added again, or with numbers in the same columns.
        """
        if other.page != max(self.page, self.last_page) + 1 or len(self.rows[0]) != len(other.rows[0]):
            return False
        heads = max(self.heads, 1)
        if _texts(self.rows[:heads]) != _texts(other.rows[:heads]):
            heads = 0
            if not (_begins_with_numbers(other.rows) and _are_same(self.columns, other.columns)):
                return False
        begin = len(self.rows)
        for cell in {id(cell): cell for row in other.rows for cell in row}.values():
            cell.row = max(begin + cell.row - heads, begin)
        self.rows += other.rows[heads:]
        self.last_page = other.page
        return True

    def holds(self, sign: Sign) -> bool:
        """Whether a sign is in it."""
        return self.x0 <= sign.middle <= self.x1 and self.top <= _height(sign) <= self.bottom


def _texts(rows: Sequence[Sequence[PrintedCell]]) -> list[list[str]]:
    return [[cell.text.strip() for cell in row] for row in rows]


def _begins_with_numbers(rows: Sequence[Sequence[PrintedCell]]) -> bool:
    """Whether the first row with anything behind its label has a number there, and no year: that may be a head."""
    first = next((texts for texts in _texts(rows) if any(texts[1:])), [])
    return any(map(_NUMBER.fullmatch, first[1:])) and not any(map(_YEAR.fullmatch, first[1:]))


def _are_same(columns: Sequence[tuple[float, float]], others: Sequence[tuple[float, float]]) -> bool:
    """Whether columns begin or end at the same places."""
    for (begin, end), (other_begin, other_end) in zip(columns, others, strict=True):
        if min(abs(begin - other_begin), abs(end - other_end)) > NEAR:
            return False
    return True


def _are_numbers_of_columns(texts: Sequence[str]) -> bool:
    """Whether a row only numbers the columns: `1`, `2=`, `3`, with how one follows from others."""
    found = [re.match(r"\(?(\d+)\b", text.strip()) for text in texts]
    return len(texts) > 2 and [each and each[1] for each in found] == [str(place + 1) for place in range(len(texts))]


def ruled_tables(page: Any, number: int, signs: Sequence[Sign], judged: Callable[[Line], Line]) -> list[PrintedTable]:
    """Return the tables of a page whose cells are ruled; a frame around text is none."""
    found = []
    for table in page.find_tables():
        made = _of_cells(number, table.bbox, [each for each in table.cells if each], signs, judged)
        filled = [cell for row in made.rows for cell in row if cell.lines]
        is_frame = any(len(cell.lines) > MOST_LINES for cell in filled)
        has_numbers = any(map(str.isdigit, "".join(cell.text for cell in filled)))
        if len(made.rows) > 1 and len(made.rows[0]) > 1 and has_numbers and not is_frame:
            found.append(made)
    return found


def _of_cells(
    number: int,
    place: tuple[float, float, float, float],
    boxes: Sequence[tuple[float, float, float, float]],
    signs: Sequence[Sign],
    judged: Callable[[Line], Line],
) -> PrintedTable:
    """Return the table that boxes make; one that reaches over several columns or rows is in each."""
    columns = _edges([box[0] for box in boxes])
    tops = _edges([box[1] for box in boxes])
    grid: dict[tuple[int, int], PrintedCell] = {}
    signs = sorted(signs, key=_height)
    for x0, top, x1, bottom in sorted(boxes, key=lambda box: (box[1], box[0])):
        beside = signs[bisect_left(signs, top, key=_height) : bisect_right(signs, bottom, key=_height)]
        inside = [sign for sign in beside if x0 <= sign.middle <= x1]
        row = _nearest(tops, top)
        lines = [judged(line) for line in lines_of(inside, number)]
        across = [at for at in range(_nearest(columns, x0), len(columns)) if columns[at] < x1 - 1]
        ends = [*columns[1:], place[2]]
        cells = _spread(lines, [(columns[at], ends[at]) for at in across], row)
        for down in range(row, len(tops)):
            if tops[down] < bottom - 1:
                for at, cell in zip(across, cells, strict=True):
                    grid.setdefault((down, at), cell)
    rows = []
    for down in range(len(tops)):
        rows.append([grid.get((down, across)) or PrintedCell([], down) for across in range(len(columns))])
    parted = _parted(rows)
    kept = _filled_columns(parted)
    edges = list(zip(columns, [*columns[1:], place[2]], strict=True))
    rows = [[row[column] for column in kept] for row in parted]
    return PrintedTable(number, *place, rows, [edges[column] for column in kept])


def _height(sign: Sign) -> float:
    """Return the middle of a sign from the top."""
    return (sign.top + sign.bottom) / 2


def _spread(lines: Sequence[Line], columns: Sequence[tuple[float, float]], row: int) -> list[PrintedCell]:
    """Return the cell of each column that a ruled cell reaches over: one, unless its text is in parts side by side."""
    levels: dict[float, list[Line]] = {}
    for line in lines:
        level = next((each for each in levels if abs(each - line.bottom) < 0.5 * line.size), line.bottom)
        levels.setdefault(level, []).append(line)
    if all(len(level) < 2 for level in levels.values()) or len(columns) < 2:
        return [PrintedCell(list(lines), row)] * len(columns)
    made: dict[tuple[int, ...], PrintedCell] = {}
    cells = []
    for begin, end in columns:
        middle = (begin + end) / 2
        own = [min(level, key=lambda line: abs((line.x0 + line.x1) / 2 - middle)) for level in levels.values()]
        cells.append(made.setdefault(tuple(map(id, own)), PrintedCell(own, row)))
    return cells


def _edges(places: Sequence[float]) -> list[float]:
    """Return places from the smallest on, those that nearly coincide once."""
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > NEAR:
            found.append(place)
    return found


def _nearest(edges: Sequence[float], place: float) -> int:
    return min(range(len(edges)), key=lambda index: abs(edges[index] - place))


def _parted(rows: Sequence[Sequence[PrintedCell]]) -> list[list[PrintedCell]]:
    """Return rows, one with several lines of numbers in each column as several: some tables are ruled by fives."""
    found: list[list[PrintedCell]] = []
    for number, row in enumerate(rows):
        own = [cell for cell in dict.fromkeys(map(id, row))]
        cells = [cell for cell in row if cell.row == number and id(cell) in own]
        levels = _levels([line for cell in cells for line in cell.lines])
        counts = [len(_levels(cell.lines)) for cell in cells if cell.lines]
        full = sum(count == len(levels) for count in counts)
        begin = len(found)
        if len(levels) > 1 and full > 1 and full >= 0.6 * len(counts) and _have_numbers(cells, len(levels)):
            for place, level in enumerate(levels):
                made: dict[int, PrintedCell] = {}
                for cell in row:
                    lines = [line for line in cell.lines if abs(line.bottom - level) < 0.5 * line.size]
                    made.setdefault(id(cell), PrintedCell(lines, begin + place))
                found.append([made[id(cell)] for cell in row])
            continue
        for cell in cells:
            cell.row = begin
        found.append(list(row))
    return found


def _levels(lines: Sequence[Line]) -> list[float]:
    """Return the base lines of some lines."""
    found: list[float] = []
    for line in sorted(lines, key=lambda each: each.bottom):
        if not found or line.bottom - found[-1] > 0.5 * line.size:
            found.append(line.bottom)
    return found


def _have_numbers(cells: Sequence[PrintedCell], levels: int) -> bool:
    """Whether a column has a number in each of its lines."""
    for cell in cells:
        if len(cell.lines) >= levels and all(any(map(str.isdigit, line.text)) for line in cell.lines):
            return True
    return False


def _filled_columns(rows: Sequence[Sequence[PrintedCell]]) -> list[int]:
    """Return the columns that hold something else than what spans them."""
    kept = []
    for column in range(len(rows[0]) if rows else 0):
        if any(row[column].lines and not (column and row[column] is row[column - 1]) for row in rows):
            kept.append(column)
    return kept


# Without ruled lines


def unruled_tables(lines: Sequence[Line], number: int) -> list[list[Line] | PrintedTable]:
    """Return the lines of a column of text, and in place of those that make a table the table."""
    parts: list[list[Line] | PrintedTable] = []
    text: list[Line] = []
    rows = _rows_of(lines)
    place = 0
    while place < len(rows):
        end = place
        while end < len(rows) and _is_row(rows[end]) and (end == place or _is_near(rows[end - 1], rows[end])):
            end += 1
        table = _of_rows(rows[place:end], number) if end - place >= LEAST_ROWS else None
        if table is None:
            text.append(_in_one(rows[place]))
            place += 1
            continue
        if text:
            parts.append(text)
            text = []
        parts.append(table)
        place = end
    return [*parts, text] if text else parts


def _rows_of(lines: Sequence[Line]) -> list[list[Line]]:
    """Return lines that stand beside each other together."""
    rows: list[list[Line]] = []
    for line in lines:
        if rows and abs(line.bottom - rows[-1][0].bottom) < 0.5 * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda each: each.x0) for row in rows]


def _in_one(row: Sequence[Line]) -> Line:
    """Return lines beside each other that make no row of a table as one: a number and its heading, say."""
    line = row[0]
    for other in row[1:]:
        moved = [(start + len(line.text) + 1, end + len(line.text) + 1, said) for start, end, said in other.differing]
        line = replace(
            line,
            text=f"{line.text} {other.text}",
            signs=[*line.signs, None, *other.signs],
            x1=max(line.x1, other.x1),
            differing=(*line.differing, *moved),
        )
    return line


def _is_row(row: Sequence[Line]) -> bool:
    return len(row) > 1


def _is_near(above: Sequence[Line], row: Sequence[Line]) -> bool:
    return row[0].top - above[0].top < 3 * row[0].size


def _of_rows(rows: Sequence[Sequence[Line]], number: int) -> PrintedTable | None:
    """Return the table that rows of lines make, None if they make none."""
    x0, x1 = min(row[0].x0 for row in rows), max(line.x1 for row in rows for line in row)
    if any(line.x1 - line.x0 > WIDEST * (x1 - x0) for row in rows for line in row[1:]):
        return None
    columns = _columns([line for row in rows if len(row) > 1 for line in row])
    if len(columns) < 2:
        return None
    cells: list[list[PrintedCell]] = []
    for place, row in enumerate(rows):
        made = [PrintedCell([], place) for _ in columns]
        for line in row:
            over = [at for at, (begin, end) in enumerate(columns) if begin < line.x1 and line.x0 < end]
            for at in over[1:]:
                made[at] = made[over[0]]
            made[over[0]].lines.append(line)
        cells.append(made)
    behind = [cell for row in cells for cell in row[1:] if cell.lines]
    with_digits = sum(any(map(str.isdigit, cell.text)) for cell in behind)
    if not behind or with_digits < LEAST_NUMBERS * len(behind):
        return None
    top, bottom = rows[0][0].top, max(line.bottom for line in rows[-1])
    return PrintedTable(number, x0, top, x1, bottom, cells, columns)


def _columns(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """Return where columns begin and end: where lines overlap, but for the few that reach over several."""
    found: list[tuple[float, float]] = []
    widths = sorted(line.x1 - line.x0 for line in lines)
    usual = 3 * widths[len(widths) // 2]
    for line in sorted(lines, key=lambda each: each.x0):
        if line.x1 - line.x0 > usual and len(lines) > 6 and not _begins(line, lines):
            continue
        if found and line.x0 < found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], line.x1)
        else:
            found.append((line.x0, line.x1))
    return found


def _begins(line: Line, lines: Sequence[Line]) -> bool:
    """Whether a line begins where the first column does."""
    return line.x0 < min(each.x0 for each in lines) + 2 * line.size
