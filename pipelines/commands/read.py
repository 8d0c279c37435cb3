"""The command `read`: every quantity of a text with its place, and which of them are figures of the dossier.

Belongs here: matching quantities with figures, and printing. Does not: finding quantities
(`read.quantities.sentences`).
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from math import inf, isclose
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tidebook.pipelines.commands.common import json_option, raw_option
from tidebook.pipelines.commands.terminal import print_json, print_table, tell
from tidebook.pipelines.read.documents import json_value
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.formatting import format_count, format_interval, listed
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.settings import settings
from tidebook.schemas.units import UNITS

if TYPE_CHECKING:
    from tidebook.pipelines.read.dossier.declared import Dossier
    from tidebook.pipelines.read.quantities.value import Quantity
    from tidebook.pipelines.read.rawfile import RawFile

SHOWN = 3
"""Maximum figures listed that the text does not have; JSON has all."""

PrintedFigures = list[tuple[str, str, "Quantity"]]
"""Id, printed text and parsed value of each printed figure."""


@click.command()
@click.argument(
    "text", default="", metavar="[FILE]", help="Text file, or - for standard input. Default: the text of the dossier."
)
@raw_option
@json_option
def read(text: str, raw: Path | None, as_json: bool) -> None:
    """List the quantities of a text with their places and matching figures."""
    from tidebook.pipelines.read.dossier.checked import dossier_in

    folder = settings(raw).raw
    dossier = dossier_in(folder)
    figures = list(_printed_figures(folder, dossier))
    rows = list(quantities(_text(text, folder, dossier).text(), figures))
    if as_json:
        print_json({"quantities": rows, "figures_not_in_the_text": _missing_from(rows, figures)})
        return
    heads = ("place", "text", "value", "allows", "unit", "kind", "matching figures")
    print_table(heads, map(_cells, rows))
    for line in summary(rows, figures):
        tell(line)


def _text(name: str, folder: Path, dossier: Dossier) -> RawFile:
    """Read the named text, or the dossier's own.

    Raises:
        InputError: there is no such text, or it cannot be read.
    """
    from tidebook.pipelines.read.rawfile import RawFile, read_raw

    if name == "-":
        return RawFile("standard input", sys.stdin.buffer.read())
    if name:
        if not Path(name).is_file():
            raise InputError(Problem(name, "a file of text, or - for standard input"))
        return RawFile(name, Path(name).read_bytes())
    if not dossier.article.text:
        expected = 'text = "article.md" or the like, or a file as argument'
        raise InputError(Problem("dossier.toml", expected, column="article.text"))
    return read_raw(folder, dossier.article.text)


def _printed_figures(folder: Path, dossier: Dossier) -> Iterator[tuple[str, str, Quantity]]:
    """Yield the figures that the article prints with a value.

    Raises:
        InputError: a table cannot be read.
    """
    from tidebook.pipelines.read.rawfile import read_raw
    from tidebook.pipelines.read.tables import read_table

    for name, table in dossier.tables.items():
        if not table.path or table.path.startswith("reference/"):
            continue
        for cell in read_table(table, read_raw(folder, table.path))[1]:
            if cell.amount.kind != "missing":
                yield f"{name}/{cell.subject}/{cell.quantity}", cell.text, cell.amount


def quantities(text: str, figures: PrintedFigures) -> Iterator[Row]:
    """Yield the quantities of a text in order: place, words, parsed value, and the ids of the figures that match.

    An ambiguous quantity has its problem in `unclear` instead of a value.
    """
    from tidebook.pipelines.read.quantities.sentences import find_quantities, paragraphs

    line_ends = [index for index, character in enumerate(text) if character == "\n"]
    for start, paragraph in paragraphs(text):
        for found in find_quantities(paragraph):
            line, column = _position(start + found.start, line_ends)
            row: dict[str, Any] = {"line": line, "column": column, "text": found.text}
            if found.quantity is None:
                yield row | {"unclear": found.problem}
                continue
            value = json_value(found.quantity._asdict(), finite=True)
            del value["loose"]  # how it would be drawn, which no text is
            matches = []
            for name, printed, printed_value in figures:
                if _same(found.text, found.quantity, printed, printed_value):
                    matches.append(name)
            yield row | value | {"figures": matches}


def _position(index: int, line_ends: Sequence[int]) -> tuple[int, int]:
    """Return line and column of a character, from 1."""
    line = bisect_right(line_ends, index - 1)
    return line + 1, index - (line_ends[line - 1] if line else -1)


def _same(text: str, quantity: Quantity, printed: str, figure: Quantity) -> bool:
    """Whether a quantity of a text matches a figure: by its printed text, or by value and unit."""
    from tidebook.pipelines.read.quantities.grammar import PRINTED_UNITS

    if quantity.unit == "number" and text == printed:
        return True
    if not isclose(quantity.value, figure.value, rel_tol=1e-9):
        return False
    unit = figure.unit.partition("/")[0]
    if quantity.unit in (unit, figure.unit):
        return True
    # A text prints units and currencies beside a number, but leaves out units such as "person": a noun implies them.
    return quantity.unit == "number" and unit not in PRINTED_UNITS and not UNITS[unit].currency


def summary(rows: list[Row], figures: PrintedFigures) -> Iterator[str]:
    """Yield a line with the counts of quantities, and one with the figures that the text does not have."""
    parsed = matching = 0
    for row in rows:
        if "unclear" not in row:
            parsed += 1
            matching += bool(row["figures"])
    unclear = len(rows) - parsed
    yield f"{format_count(parsed, 'quantity', 'quantities')}, {matching} of which match figures; {unclear} unclear"
    missing = _missing_from(rows, figures)
    if missing:
        count = format_count(len(missing), "figure of the dossier is", "figures of the dossier are")
        yield f"{count} not in the text: {listed(missing, SHOWN)}"


def _missing_from(rows: list[Row], figures: PrintedFigures) -> list[str]:
    matched: set[str] = set()
    for row in rows:
        matched.update(row.get("figures", ()))
    return [name for name, *_ in figures if name not in matched]


def _cells(row: Row) -> list[str]:
    position = f"{row['line']}:{row['column']}"
    if "unclear" in row:
        return [position, row["text"], "", "", "", "unclear", row["unclear"]]
    allows = _allows(row)
    return [position, row["text"], f"{row['value']:.12g}", allows, row["unit"], row["kind"], ", ".join(row["figures"])]


def _allows(row: Row) -> str:
    """Return the implied interval of a quantity in words; JSON has null for an end that is none."""
    low, high = (-inf if row["low"] is None else row["low"]), (inf if row["high"] is None else row["high"])
    return format_interval(low, high, row["unit"], row["low_open"], row["high_open"])
