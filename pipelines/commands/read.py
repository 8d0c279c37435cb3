"""The command `read`: every quantity of a text with its place, and which of them are figures of a dossier.

How a quantity is found is in `read.quantities.sentences`.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterator
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tidebook.pipelines.commands.common import json_option, raw_option
from tidebook.pipelines.commands.terminal import json_text, print_table
from tidebook.pipelines.read.documents import json_value
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.formatting import format_count, listed
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.settings import settings
from tidebook.schemas.units import UNITS

if TYPE_CHECKING:
    from tidebook.pipelines.read.dossier.declared import Dossier
    from tidebook.pipelines.read.quantities.quantity import Quantity
    from tidebook.pipelines.read.rawfile import RawFile

SHOWN = 3
"""How many of the figures that the text does not have are named; JSON has all."""
PrintedFigures = list[tuple[str, str, "Quantity"]]
"""Id, text in print and reading of each printed figure."""


@click.command()
@click.argument(
    "text", default="", metavar="[FILE]", help="A text, or - for standard input. Default: that of the dossier."
)
@raw_option
@json_option
def read(text: str, raw: Path | None, as_json: bool) -> None:
    """List the quantities of a text with their places, and which of them are figures of the dossier."""
    from tidebook.pipelines.read.dossier.checked import dossier_in

    folder = settings(raw).raw
    dossier = dossier_in(folder)
    figures = list(_printed_figures(folder, dossier))
    rows = list(quantities(_text(text, folder, dossier).text(), figures))
    if as_json:
        click.echo(json_text({"quantities": rows, "figures_not_in_the_text": _lacking_in(rows, figures)}))
        return
    heads = ("place", "text", "value", "unit", "kind", "figures that say the same")
    print_table(heads, map(_cells, rows))
    for line in summary(rows, figures):
        click.echo(line)


def _text(name: str, folder: Path, dossier: Dossier) -> RawFile:
    """Return the text that is named, or else the dossier's own. Raises InputError if it is not there, or unreadable."""
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
    """Yield the figures printed in the article, but for missing ones. Raises InputError if a table cannot be read."""
    from tidebook.pipelines.read.rawfile import read_raw
    from tidebook.pipelines.read.tables import read_table

    printed = {name: table for name, table in dossier.tables.items() if not table.path.startswith("reference/")}
    for name, table in printed.items():
        for cell in read_table(table, read_raw(folder, table.path))[1]:
            if cell.amount.kind != "missing":
                yield f"{name}/{cell.subject}/{cell.quantity}", cell.text, cell.amount


def quantities(text: str, figures: PrintedFigures) -> Iterator[Row]:
    """Yield the quantities of a text in their order: place, words, what they say, and the figures that say the same."""
    from tidebook.pipelines.read.quantities.sentences import find_quantities, paragraphs

    ends = [place for place, character in enumerate(text) if character == "\n"]
    for start, paragraph in paragraphs(text):
        for found in find_quantities(paragraph):
            place = start + found.start
            line = bisect_right(ends, place - 1)
            column = place - (ends[line - 1] if line else -1)
            row: dict[str, Any] = {"line": line + 1, "column": column, "text": found.text}
            if found.quantity is None:
                yield row | {"unclear": found.problem}
                continue
            said = json_value(found.quantity._asdict(), finite=True)
            same = [name for name, printed, reading in figures if _same(found.text, found.quantity, printed, reading)]
            yield row | said | {"figures": same}


def _same(text: str, quantity: Quantity, printed: str, reading: Quantity) -> bool:
    """Whether words of a text say what a figure does: in its own words, or the same value in its unit or in none."""
    from tidebook.pipelines.read.quantities.grammar import PRINTED_UNITS

    unit = reading.unit.partition("/")[0]
    bare = quantity.unit == "number" and unit not in PRINTED_UNITS and not UNITS[unit].currency
    same = isclose(quantity.value, reading.value, rel_tol=1e-9) and (bare or quantity.unit in (unit, reading.unit))
    return same or (quantity.unit == "number" and text == printed)


def summary(rows: list[Row], figures: PrintedFigures) -> Iterator[str]:
    """Yield how many of the quantities are figures, and which figures the text does not have."""
    read = [row for row in rows if "unclear" not in row]
    known = sum(bool(row["figures"]) for row in read)
    seen, unclear = format_count(len(read), "quantity", "quantities"), len(rows) - len(read)
    yield f"{seen}, {known} of which the dossier has as figures; {unclear} unclear"
    if lacking := _lacking_in(rows, figures):
        many = format_count(len(lacking), "figure of the dossier is", "figures of the dossier are")
        yield f"{many} not in the text: {listed(lacking, SHOWN)}"


def _lacking_in(rows: list[Row], figures: PrintedFigures) -> list[str]:
    found = {name for row in rows for name in row.get("figures", [])}
    return [name for name, *_ in figures if name not in found]


def _cells(row: Row) -> list[str]:
    place = f"{row['line']}:{row['column']}"
    if "unclear" in row:
        return [place, row["text"], "", "", "unclear", row["unclear"]]
    return [place, row["text"], f"{row['value']:.12g}", row["unit"], row["kind"], ", ".join(row["figures"])]
