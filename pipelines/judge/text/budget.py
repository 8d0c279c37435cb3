"""How much of a text is checked: what is beyond a budget of counted work is left out, with a note.

Belongs here: what of a text costs time to check, and what of it is within the budget. Does not: the work of parsing a
text, of which this budget is the rest (`read.text.work`), or the checks. Nothing here reads a clock, so that the same
text has the same findings on every machine.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from tidebook.pipelines.read.errors import Problem
from tidebook.pipelines.read.formatting import format_count
from tidebook.pipelines.read.text.document import NUMBER, Block, Document, TextTable
from tidebook.pipelines.read.text.work import MOST_WORK

OF_NUMBER, OF_SENTENCE = 1_600, 300
"""Work of checking a number of the prose, and of a sentence, in the units of `read.text.work`."""
OF_COMPARED = 100
"""Work of a cell that the prose is compared with."""
OF_TABLE, OF_HELD = 3_000, 300
"""Work of a table that is held against itself, too, and of each of its cells."""
OF_SMALL_COUNTS = 30
"""More work of each pair of cells of one digit of a table: small counts add up by chance in many ways."""
MOST_ROWS = 1_000
"""Maximum rows of a table that is held against itself; larger ones are data, where some rows add up by chance."""
MOST_HELD_CELLS, MOST_COMPARED_CELLS = 8_000, 30_000
"""Maximum cells of a table that is held against itself, and of one that prose is compared with: about half of the
budget, so that a table of data does not keep all else from being checked."""
_SENTENCE_END = re.compile(r"[.!?]\s")


class WithinBudget(NamedTuple):
    """The part of a text that is checked.

    Attributes:
        document: the text with its tables beyond the budget empty and its prose beyond it as code, which is not read.
        held: the numbers of the tables that are held against themselves; the others are only compared with the prose.
        left_out: a note for each table that is not checked in full, and one for the prose that is not checked.
    """

    document: Document
    held: frozenset[int]
    left_out: list[Problem]


def within_budget(document: Document) -> WithinBudget:
    """Return the part of a text that is checked: each block and table, in order, that the rest of the budget allows."""
    budget = _Budget(document)
    tables = {table.number: table for table in document.tables}
    blocks = []
    for block in document.blocks:
        if block.kind == "table":
            tables[block.table] = budget.table(tables[block.table])
        is_left_out = block.is_prose and not budget.takes_prose(block)
        blocks.append(replace(block, kind="code") if is_left_out else block)
    within = replace(document, blocks=blocks, tables=list(tables.values()))
    return WithinBudget(within, frozenset(budget.held), budget.notes())


class _Budget:
    """What is left of the budget of a text, and what was left out of its checks."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.left = MOST_WORK - document.work
        self.held: list[int] = []
        self.tables: list[Problem] = []
        self.prose_left_out: list[Block] = []

    def table(self, table: TextTable) -> TextTable:
        """Return a table as far as it is checked: without its rows, if they are beyond the budget."""
        rows = len(table.rows)
        size = rows * max(table.width - 1, 0)
        if not size:  # a column of labels has nothing to check
            return table
        small = sum(len(cell.text) == 1 and cell.text.isdigit() for row in table.rows for cell in row[1:])
        work = OF_TABLE + size * OF_HELD + small * small * OF_SMALL_COUNTS
        if rows <= MOST_ROWS and size <= MOST_HELD_CELLS and self._take(work):
            self.held.append(table.number)
            return table
        is_compared = size <= MOST_COMPARED_CELLS and self._take(size * OF_COMPARED)
        self.tables.append(self._note_on_table(table, size, is_compared=is_compared))
        return table if is_compared else replace(table, rows=())

    def takes_prose(self, block: Block) -> bool:
        """Whether a block of prose is checked: none is behind the first that is beyond the budget."""
        if self.prose_left_out or not self._take(_work_of_prose(block)):
            self.prose_left_out.append(block)
            return False
        return True

    def _take(self, work: int) -> bool:
        """Take work from the budget, if as much is left."""
        if work > self.left:
            return False
        self.left -= work
        return True

    def _note_on_table(self, table: TextTable, size: int, *, is_compared: bool) -> Problem:
        rows = len(table.rows)
        found, most = f"{size:,} cells", f"{MOST_HELD_CELLS:,} cells"
        if rows > MOST_ROWS:
            found, most = f"{rows:,} rows", f"{MOST_ROWS:,} rows"
        elif size <= MOST_HELD_CELLS:
            most = "as many as the rest of the text leaves"
        so = "it is only compared with the prose" if is_compared else "it is not checked"
        expected = f"at most {most} for a table to be held against itself; {so}"
        return Problem(
            self.document.name, expected, table.rows[0][0].place.line, text=f"table {table.number} of {found}"
        )

    def notes(self) -> list[Problem]:
        """Return what is left out: each table, and the prose from its first line on."""
        if not self.prose_left_out:
            return self.tables
        numbers = sum(len(NUMBER.findall(block.text)) for block in self.prose_left_out)
        line = self.document.place(self.prose_left_out[0].offsets[0]).line
        expected = "a shorter text: the prose from here on is not checked"
        found = f"prose with {format_count(numbers, 'number')}, beyond what is checked of a text"
        return [*self.tables, Problem(self.document.name, expected, line, text=found)]


def _work_of_prose(block: Block) -> int:
    sentences = 1 + len(_SENTENCE_END.findall(block.text))
    return sentences * OF_SENTENCE + len(NUMBER.findall(block.text)) * OF_NUMBER
