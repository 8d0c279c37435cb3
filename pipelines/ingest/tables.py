"""Raw CSV files to typed tables and figures: every quantity cell read by the grammar, places kept.

Which columns a file has, and what they hold, is in `schemas.printed`; how a cell reads is in `quantity`.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from pipelines.ingest.declarations import SOURCES, Assumptions, Sources
from pipelines.ingest.errors import InputError, Problem, close_to
from pipelines.ingest.names import name_hint
from pipelines.ingest.quantity import Quantity, QuantityError, parse_quantity
from pipelines.ingest.rawfile import RawFile
from pipelines.ingest.spreads import spread_columns
from schemas.base import column_types
from schemas.figures import FIGURE_ID, Figures
from schemas.printed import PRINTED, PrintedTable
from schemas.units import EPOCH, UNITS

MOST_ROWS = 200
"""Of a table: metrics compare its rows with one another in every world, so that work grows with their square."""

MOST_OWN_ROWS = 1000
"""Of a table whose rows name their own quantity."""

MOST_NAMED_ROWS = 2_000_000
"""Of a table whose figures metrics read one by one, by name: work grows with its rows alone."""

NAMED = ("article/prose_figures.csv",)
"""Those tables."""

NAMES = ("subject", "group", "basis", "source")
"""Roles of columns whose cells are compared with others."""

ESTIMATE_MARK = re.compile(r"\((est\.?|estimated)\)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Cell:
    """One quantity cell: whose it is, what it measures, the text, where it stands and what it reads as."""

    subject: str
    label: str
    quantity: str
    text: str
    reading: Quantity
    group: str
    basis: str
    source_id: str
    line: int
    header: str


def slug(label: str) -> str:
    """Return the slug of a printed label: parentheses at the end dropped, `Llama 3 405B` as `llama_3_405b`."""
    plain = re.sub(r"\s*\([^()]*\)\s*$", "", label).lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def read_table(model: type[PrintedTable], raw: RawFile) -> tuple[list[dict[str, Any]], list[Cell]]:
    """Read a raw table: one dict of typed columns per row, and its quantity cells in order.

    Raises:
        InputError: the file is no CSV with the model's headers or has too many rows, a cell cannot be read, or two
            rows have the same subject (and quantity, where rows name their own).
    """
    columns = _printed_columns(model)
    rows: list[dict[str, Any]] = []
    cells: list[Cell] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, str], int] = {}
    own = MOST_NAMED_ROWS if model.path() in NAMED else MOST_OWN_ROWS
    most = own if any(column.role == "quantity_name" for column in columns) else MOST_ROWS
    for row_number, (line, record) in enumerate(raw.records([column.header for column in columns])):
        if row_number == most:
            raise InputError(Problem(raw.path, f"at most {most} rows", line))
        text_of = {column.role: record[column.header] for column in columns}
        label = text_of["subject"]
        first = seen.setdefault((slug(label), text_of.get("quantity_name", "")), line)
        if first != line or not slug(label):
            expected = f"a subject not in line {first}" if slug(label) else "a name with letters or digits"
            problems.append(Problem(raw.path, expected, line, text=label))
        for column in columns:
            if column.role in NAMES and (expected := name_hint(record[column.header])):
                problems.append(Problem(raw.path, expected, line, column.header, record[column.header]))
        row: dict[str, Any] = {"subject": slug(label)}
        for column in columns:
            text = record[column.header]
            if column.role not in ("quantity", "value"):
                row[column.name] = text
                continue
            unit = column.unit or text_of["unit"]
            if unit not in UNITS:
                header = next(other.header for other in columns if other.role == "unit")
                problems.append(Problem(raw.path, f"one of the units {', '.join(UNITS)}", line, header, unit))
                continue
            try:
                reading = _read_cell(text, unit, column.estimate, label)
            except QuantityError as error:
                expected = f"{error.expected} ({error.reason})" if error.reason else error.expected
                problems.append(Problem(raw.path, expected, line, column.header, text))
                continue
            quantity = text_of.get("quantity_name", column.name)
            basis, group = text_of.get("basis", column.basis), text_of.get("group", "")
            source = text_of.get("source", "")
            place = (line, column.header)
            cells.append(Cell(row["subject"], label, quantity, text, reading, group, basis, source, *place))
            row[column.name] = typed(reading)
        rows.append(row)
    if problems:
        raise InputError(problems)
    return rows, cells


class PrintedColumn(NamedTuple):
    """A column of a raw table: its name here, its header in print, its role, unit, estimate mark and basis."""

    name: str
    header: str
    role: str
    unit: str | None
    estimate: bool
    basis: str


def _printed_columns(model: type[PrintedTable]) -> list[PrintedColumn]:
    """Return the columns of the model that the raw file has."""
    return [
        PrintedColumn(name, meta["printed"], meta["role"], meta["unit"], meta["estimate"], meta["basis"])
        for name, spec in model.to_schema().columns.items()
        if (meta := spec.metadata)["printed"]
    ]


def misnamed(figure_id: str) -> str:
    """Return what was expected of an id that names no table, or no column where columns are quantities, else nothing.

    Its subject need not be in print: others are what a figure may have been mixed up with.
    """
    if not re.fullmatch(FIGURE_ID, figure_id):
        return "table/subject/quantity in small letters, digits and underscores"
    table, _, quantity = figure_id.split("/")
    if table not in PRINTED:
        return f"one of the tables {', '.join(PRINTED)} before the first slash{close_to(table, PRINTED)}"
    names = [column.name for column in _printed_columns(PRINTED[table]) if column.role == "quantity"]
    if names and quantity not in names:
        return f"one of the quantities {', '.join(names)} after the last slash{close_to(quantity, names)}"
    return ""


def _read_cell(text: str, unit: str, marked: bool, label: str) -> Quantity:
    """Read one cell; in a column or row marked as estimated a plain number is an estimate.

    Raises:
        QuantityError: the text cannot be read in the unit.
    """
    reading = parse_quantity(text, unit)
    if reading.kind in ("exact", "rounded") and (marked or ESTIMATE_MARK.search(label)):
        return Quantity(reading.value, math.nan, math.nan, "estimate", unit, reading.note)
    return reading


def typed(reading: Quantity) -> float | dt.date:
    """Return the value as the typed table holds it: a date where the unit is one, else a number."""
    if reading.unit == "date" and reading.kind != "missing":
        return EPOCH + dt.timedelta(days=int(reading.value))
    return reading.value


def typed_table(name: str, raw: RawFile) -> pd.DataFrame:
    """Return the typed table of a raw file, in its order of rows.

    Raises:
        InputError: as `read_table` says.
    """
    model = PRINTED[name]
    rows, _ = read_table(model, raw)
    return column_types(model, pd.DataFrame(rows))


def figures_table(sources: Sources, assumptions: Assumptions, **raws: RawFile) -> pd.DataFrame:
    """Return all figures of the raw tables, by name, in the order of files, rows and columns.

    Raises:
        InputError: as `read_table` says; a file or a row has no known source.
    """
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for name, raw in raws.items():
        try:
            rows += figure_rows(name, raw, sources, assumptions)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return column_types(Figures, pd.DataFrame(rows))


def figure_rows(name: str, raw: RawFile, declared: Sources, assumed: Assumptions) -> list[dict[str, Any]]:
    """Return the figures of one raw table as rows of `Figures`."""
    place = declared.tables.get(raw.path)
    if place is None:
        raise InputError(Problem(SOURCES, f'an entry [tables."{raw.path}"]'))
    rows = []
    problems = []
    _, cells = read_table(PRINTED[name], raw)
    for cell in cells:
        source_id = cell.source_id if place.source == "row" else place.source
        if source_id not in declared.sources:
            problems.append(Problem(raw.path, "the id of a source in sources.toml", cell.line, text=source_id))
        rows.append(
            {
                "figure_id": f"{name}/{cell.subject}/{cell.quantity}",
                "table": name,
                "subject": cell.subject,
                "quantity": cell.quantity,
                "label": cell.label,
                "group": cell.group,
                "text": cell.text,
                "value": cell.reading.value,
                "kind": cell.reading.kind,
                "unit": cell.reading.unit,
                "basis": cell.basis,
                **spread_columns(cell.reading, cell.basis, assumed),
                "note": cell.reading.note,
                "as_of": place.as_of,
                "source_id": source_id,
                "locator": f"{raw.path}:{cell.line}, column {cell.header}",
            }
        )
    if problems:
        raise InputError(problems)
    return rows


def row_problems(
    model: type[PrintedTable], raw: RawFile, rows: Sequence[int], column: str | None, expected: str
) -> list[Problem]:
    """Return a problem for each row (by position) that fails a rule, at its place in the raw file."""
    columns = {column.name: column.header for column in _printed_columns(model)}
    records = list(raw.records(list(columns.values())))
    header = columns.get(column or "")
    return [Problem(raw.path, expected, records[row][0], header, records[row][1].get(header or "")) for row in rows]
