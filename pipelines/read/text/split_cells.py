"""Numbers that a table splits over cells: one column for the sign of money, one for the number, one for its `%`.

Belongs here: putting their columns together again. Does not: reading the tags of a page (`markup`), or what a cell
means.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tidebook.pipelines.read.text.blocks import Cell, filled_up

_BEFORE = re.compile(r"(?:[A-Z]{1,3})?[$€£¥]\s?[(−–-]?|RMB|[(]")
_BEHIND = re.compile(r"[)\]]?\s?%\s?[)\]]?|[)\]]|(?:pp|pts|bps)\b[)\]]?|[*†‡§]+")
"""Marks that are in a cell of their own before or behind a number."""

Row = Sequence[Cell]
_LONE = frozenset({"$", "€", "£", "¥", "%", ")%", "%)"})


def has_lone_marks(rows: Sequence[Row]) -> bool:
    """Whether some cells of a table hold a sign of money or a percent sign alone."""
    return any(cell.text in _LONE for row in rows for cell in row)


def gathered(rows: Sequence[Row]) -> list[list[Cell]]:
    """Return rows with each number and its marks in one column, without the columns that are empty or repeat one.

    Columns go together if no row has two texts in them and something says that they are one: a mark beside a number,
    or a column that is empty or repeats the one before in all rows.
    """
    width = max(map(len, rows), default=0)
    whole = [filled_up(row, width, row[-1].place) for row in rows if row]
    kept = [group for group in _column_groups(whole, width) if _has_text(whole, *group)]
    joined = []
    for row in whole:
        joined.append([_joined(row[first:end]) for first, end in kept])
    return joined


def _has_text(rows: Sequence[Row], first: int, end: int) -> bool:
    """Whether a cell of some columns is not empty."""
    return any(cell.text for row in rows for cell in row[first:end])


def _column_groups(rows: Sequence[Row], width: int) -> list[tuple[int, int]]:
    """Return the columns that go together, each group as its first column and the one after its last."""
    groups: list[tuple[int, int]] = []
    # The texts of each row in the last group, of which it has three at most, however wide it is.
    texts: list[list[str]] = [[] for _ in rows]
    for column in range(width):
        next_texts = [_own_text(row, column, is_first=not groups) for row in rows]
        together = [[*own, *behind] for own, behind in zip(texts, next_texts, strict=True)]
        if groups and _belongs(rows, together, column):
            groups[-1] = (groups[-1][0], column + 1)
            texts = together
        else:
            groups.append((column, column + 1))
            texts = [_own_text(row, column, is_first=True) for row in rows]
    return groups


def _own_text(row: Row, column: int, *, is_first: bool) -> list[str]:
    """Return the text that a column adds to a group: none if it is empty or repeats the cell before."""
    cell = row[column]
    return [cell.text] if cell.text and (is_first or not _is_same(row[column - 1], cell)) else []


def _belongs(rows: Sequence[Row], texts: Sequence[Sequence[str]], column: int) -> bool:
    """Whether a column goes with those before it; `texts` are those of each row in all of them."""
    is_idle = all(_is_same(row[column - 1], row[column]) or not row[column].text for row in rows)
    if not is_idle and not any(map(_is_marked, texts)):
        return False
    return all(map(_is_one, texts))


def _is_same(left: Cell, right: Cell) -> bool:
    """Whether two neighbours are one cell that spans both."""
    return right.spanned and left.place == right.place


def _filled(cells: Row) -> list[Cell]:
    """Return the cells that are not empty, one that spans several once."""
    filled = []
    for place, cell in enumerate(cells):
        if cell.text and not (place and _is_same(cells[place - 1], cell)):
            filled.append(cell)
    return filled


def _is_one(texts: Sequence[str]) -> bool:
    """Whether texts are at most one with a mark before and one behind it."""
    if len(texts) < 2:
        return True
    inner = list(texts)
    if _BEFORE.fullmatch(inner[0]):
        del inner[0]
    if len(inner) > 1 and _BEHIND.fullmatch(inner[-1]):
        del inner[-1]
    return len(inner) == 1 and not _BEFORE.fullmatch(inner[0])


def _is_marked(texts: Sequence[str]) -> bool:
    """Whether the last text is a mark behind another, or the last but one a mark before it."""
    return len(texts) > 1 and bool(_BEHIND.fullmatch(texts[-1]) or _BEFORE.fullmatch(texts[-2]))


def _joined(cells: Row) -> Cell:
    """Return the cell that some cells make: that of the text with its marks around it."""
    filled = _filled(cells)
    if len(filled) < 2:
        return filled[0] if filled else cells[0]
    text = "".join(cell.text for cell in filled)
    offsets = [offset for cell in filled for offset in cell.offsets]
    is_head = any(cell.is_head for cell in filled)
    return Cell(text, filled[0].place, offsets, all(cell.spanned for cell in filled), is_head)
