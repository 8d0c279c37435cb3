"""Read a table alone: lines of cells with commas, semicolons or tabs between them.

Belongs here: where each cell of such a file stands. Does not: tables within a text (`plain`), or tables of a dossier,
whose columns are declared (`read.tables`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tidebook.pipelines.read.text.blocks import Builder, Cell, Document, Plain
from tidebook.pipelines.read.text.work import OF_SIGN, Work

DELIMITERS = (",", ";", "\t")


def read_delimited(name: str, source: str) -> Document:
    """Read a file of comma-separated values as a text of one table, whose first row has the heads."""
    work = Work(name)
    builder = Builder(name, source)
    rows = [row for row in _rows(builder, source, work) if any(cell.text for cell in row)]
    builder.work = work.done
    if rows:
        builder.table(rows, 1)
    return builder.document()


def _rows(builder: Builder, source: str, work: Work) -> Iterator[list[Cell]]:
    """Yield the rows. Raises InputError at the cell where they are too much work."""
    delimiter = re.escape(max(DELIMITERS, key=source.partition("\n")[0].count))
    # A quote that nothing closes is a part of its cell.
    cells = re.compile(rf'(?:"(?P<quoted>(?:[^"]|"")*)"(?={delimiter}|[\r\n]|$)|(?P<plain>[^\r\n{delimiter}]*))')
    ends = re.compile(rf"(?P<cell>{delimiter})|\r\n|[\r\n]|$")
    position = len(source) - len(source.lstrip("\ufeff"))
    row: list[Cell] = []
    while position < len(source):
        found = cells.match(source, position)
        end = ends.match(source, found.end()) if found else None
        if found is None or end is None:  # a lone `\x0b` or the like ends no line
            break
        if not work.add(len(found[0]) + 1 + OF_SIGN["\t"]):
            raise work.refusal(builder.place(position).line)
        row.append(builder.cell(_text(found), found.start()))
        position = end.end()
        if not end["cell"]:
            yield row
            row = []
    if row:
        yield row


def _text(found: re.Match[str]) -> Plain:
    """Return the text of a cell, two quotes within quotes being one, with the place of each character."""
    group = "plain" if found["quoted"] is None else "quoted"
    text, offsets = "", []
    for match in re.finditer(r'""|(?s:.)' if group == "quoted" else r"(?s:.)", found[group]):
        text += match[0][0]
        offsets.append(found.start(group) + match.start())
    return Plain(text, offsets)
