"""Raw CSV files to typed tables and figures: every quantity cell read by the grammar, places kept.

Which columns a file has, and what they hold, its dossier declares; how a cell reads is in `quantity`.
"""

import datetime as dt
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from pipelines.ingest.context import Context
from pipelines.ingest.declarations import Assumptions, Sources
from pipelines.ingest.errors import InputError, Problem, close_to, one_of_units, refuse
from pipelines.ingest.names import SLUGGED, name_hint, share_hint, slug
from pipelines.ingest.proposals import propose, tell
from pipelines.ingest.quantity import Quantity, QuantityError, cell_reader
from pipelines.ingest.rawfile import RawFile
from pipelines.ingest.spreads import spread_columns
from schemas.base import table_of
from schemas.figures import FIGURE_ID, Figures
from schemas.printed import SLUG, PrintedColumn, PrintedTable
from schemas.units import EPOCH, UNITS

MOST_ROWS = 200
"""Of a table: metrics compare its rows with one another in every world, so that work grows with their square."""

MOST_OWN_ROWS = 2_000_000
"""Of a table whose rows name their own quantity: metrics read its figures by name, so that work grows with its rows."""

NAMES = ("subject", "label", "basis", "source")
"""Roles of columns whose cells are compared with others."""

ESTIMATE_MARK = re.compile(r"\((est\.?|estimated)\)\s*$", re.IGNORECASE)
"""Of a row so marked, as of a column declared so, a plain number is an estimate."""

Models = Mapping[str, type[PrintedTable]]


class Cell(NamedTuple):
    """One quantity cell: whose it is, what it measures, the text, where it stands and what it reads as."""

    subject: str
    label: str
    quantity: str
    text: str
    reading: Quantity
    labels: str
    basis: str
    source_id: str
    line: int
    header: str


class Place(NamedTuple):
    """Where a table comes from, the id of a source or `row` where each row names one, and the day it speaks of."""

    source: str
    as_of: dt.date


class _Record(NamedTuple):
    """One row by header, with the place of each cell: the line it is on and its header in print."""

    cells: Mapping[str, str]
    places: Mapping[str, tuple[int, str]]


NAMED = "a name with letters or digits"


def read_table(model: type[PrintedTable], raw: RawFile) -> tuple[list[dict[str, Any]], list[Cell]]:
    """Read a raw table: one dict of typed columns per row, and its quantity cells in order.

    Raises InputError if the file is no CSV with the model's headers or has too many rows, a cell cannot be read, or two
    rows have the same subject (and quantity, where rows name their own).
    """
    columns = model.printed_columns()
    rows: list[dict[str, Any]] = []
    cells: list[Cell] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, str], tuple[int, str]] = {}
    most, other = (MOST_OWN_ROWS, "with another quantity than") if model.own_quantities() else (MOST_ROWS, "not in")
    contexts = {column.header: Context(**column.reading) for column in columns}
    of_role = {column.role: column.header for column in reversed(columns)}
    subjects, labelling = [column.header for column in columns if column.role == "subject"], model.labels()
    naming = subjects[0] if subjects else columns[0].header
    for number, record in enumerate(_records(model, raw)):
        line = next(iter(record.places.values()))[0]
        if number == most:
            raise InputError(Problem(raw.path, f"at most {most} rows", line))

        def report(header: str, expected: str, record: _Record = record) -> None:
            place, shown = record.places[header]
            problems.append(Problem(raw.path, expected, place, shown, record.cells[header]))

        text_of = {column.role: record.cells[column.header] for column in columns}
        label, name = _named([record.cells[header] for header in subjects] or [f"r{number + 1}"])
        place = f"column {label}" if model.is_turned() else f"line {line}"
        first, where = seen.setdefault((name, text_of.get("quantity_name", "")), (number, place))
        if first != number and name:
            report(naming, f"a subject {other} {where}: both are {name}")
        for column in columns:
            if expected := _name_fault(column.role, record.cells[column.header], bool(name)):
                report(column.header, expected)
        row: dict[str, Any] = {"subject": name}
        labels = {column.name: record.cells[column.header] for column in columns if column.name in labelling}
        named = json.dumps(labels, ensure_ascii=False) if labels else ""
        for column in columns:
            text = record.cells[column.header]
            if column.role not in ("quantity", "value"):
                row[column.name] = text
                continue
            unit = column.unit or text_of["unit"]
            if unit not in UNITS:
                report(of_role["unit"], one_of_units(unit))
                continue
            try:
                reading = cell_reader(unit, contexts[column.header])(text)
                row[column.name] = typed(reading, column)
            except QuantityError as error:
                report(column.header, f"{error.expected} ({error.reason})" if error.reason else error.expected)
                continue
            if reading.kind in ("exact", "rounded") and (column.estimate or ESTIMATE_MARK.search(label)):
                reading = Quantity(reading.value, math.nan, math.nan, "estimate", unit, reading.note)
            quantity = text_of.get("quantity_name", column.name)
            basis, source = text_of.get("basis", column.basis), text_of.get("source", "")
            cells.append(
                Cell(name, label, quantity, text, reading, named, basis, source, *record.places[column.header])
            )
        rows.append(row)
    if problems:
        raise InputError(_with_proposals(model, raw, problems))
    return rows, cells


def _name_fault(role: str, text: str, is_named: bool) -> str:
    """Return what was expected of a cell that names something; nothing of one that does, or that names nothing.

    `is_named` says that each part of the row's subject has letters or digits.
    """
    if role == "quantity_name":
        return "" if re.fullmatch(SLUG, text) else SLUGGED
    nameless = role == "subject" and not is_named and not slug(text)
    return (name_hint(text) if role in NAMES else "") or NAMED * nameless


def _named(texts: Sequence[str]) -> tuple[str, str]:
    """Return the label and the slug of a subject that some texts name together; no slug where one has none."""
    slugs = [slug(text) for text in texts]
    return ", ".join(texts), "_".join(slugs) if all(slugs) else ""


def _with_proposals(model: type[PrintedTable], raw: RawFile, problems: Sequence[Problem]) -> list[Problem]:
    """Return problems, of a column that some declaration would read the first alone, and that declaration."""
    proposals: dict[str | None, Problem] = {}
    for column, texts in _texts(model, raw):
        if any(problem.text in texts for problem in problems) and (told := _told(column, texts, model)):
            proposals[column.header] = Problem(raw.path, f"a declaration: {told}", 1, column.header)
    foremost = {problem.column: problem for problem in reversed(problems)}
    shown = [each for each in problems if each.column not in proposals or each is foremost[each.column]]
    return [*shown, *proposals.values()]


def scale_notes(model: type[PrintedTable], raw: RawFile) -> Iterator[Problem]:
    """Yield for each column that can be read the scale that its heading or title has, where none is declared."""
    for column, texts in _texts(model, raw):
        if "scale" not in column.reading and (told := _told(column, texts, model)):
            yield Problem(raw.path, f"a scale, 1 where the cells are in full: {told}", 1, column.header)


def _texts(model: type[PrintedTable], raw: RawFile) -> Iterator[tuple[PrintedColumn, list[str]]]:
    """Yield the columns that have one unit, each with its cells."""
    records = list(_records(model, raw))
    for column in model.printed_columns():
        if column.unit:
            yield column, [record.cells[column.header] for record in records]


def _told(column: PrintedColumn, texts: Sequence[str], model: type[PrintedTable]) -> str:
    """Return the declarations under which all cells of a column can be read, nothing if there are none."""
    context = Context(**column.reading)
    words = "" if "scale" in column.reading else f"{column.header} {model.__doc__}"
    found = propose(texts, column.unit or "", context, words)
    first, *others = [tell(each, context) for each in found] or [""]
    return " or with ".join((first, *(other.partition(" with ")[2] for other in others)))


def _records(model: type[PrintedTable], raw: RawFile) -> Iterator[_Record]:
    """Yield the rows of a table; those of one that is turned stand in the file's columns."""
    headers = [column.header for column in model.printed_columns()]
    if not model.is_turned():
        for line, cells in raw.records(headers):
            yield _Record(cells, {header: (line, header) for header in headers})
        return
    (first, head), *rest = raw.rows()
    corner, *subjects = head or [""]
    lines = {corner: first}
    for line, (name, *_) in rest:
        if lines.setdefault(name, line) != line:
            raise InputError(Problem(raw.path, f"a row that line {lines[name]} does not have", line, text=name))
    if missing := [header for header in headers if header not in lines]:
        expected = f"a row for each declared column (missing: {', '.join(missing)})"
        raise InputError(Problem(raw.path, expected, first, text=", ".join(lines)))
    if unknown := [header for header in lines if header not in headers]:
        expected = f"only rows that are declared: {', '.join(headers)}{close_to(unknown[0], headers)}"
        raise InputError(Problem(raw.path, expected, lines[unknown[0]], text=unknown[0]))
    for place, subject in enumerate(subjects, start=1):
        found = {corner: subject} | {cells[0]: cells[place] for _, cells in rest}
        yield _Record(found, {header: (lines[header], subject) for header in headers})


def misnamed(figure_id: str, models: Models) -> str:
    """Return what was expected of an id that names no table, or no column where columns are quantities, else nothing.

    Its subject need not be in print: others are what a figure may have been mixed up with.
    """
    if not re.fullmatch(FIGURE_ID, figure_id):
        return "table/subject/quantity in small letters, digits and underscores"
    table, _, quantity = figure_id.split("/")
    if table not in models:
        return f"one of the tables {', '.join(models)} before the first slash{close_to(table, models)}"
    names = [column.name for column in models[table].printed_columns() if column.role == "quantity"]
    if names and quantity not in names:
        return f"one of the quantities {', '.join(names)} after the last slash{close_to(quantity, names)}"
    return ""


def typed(reading: Quantity, column: PrintedColumn) -> float | dt.date:
    """Return the value as the typed table holds it: a date in a column of dates, else a number.

    Raises QuantityError for a missing day where the column does not declare how one is marked.
    """
    if column.unit != "date":
        return reading.value
    if reading.kind != "missing":
        return EPOCH + dt.timedelta(days=int(reading.value))
    if "missing" in column.reading:
        return reading.value
    raise QuantityError("", 'a day, or a column that declares missing = ["N/A"]: only in such may days be missing', 0)


def typed_table(model: type[PrintedTable], raw: RawFile) -> pd.DataFrame:
    """Return the typed table of a raw file, in its order of rows. Raises InputError as `read_table` says."""
    rows, _ = read_table(model, raw)
    return table_of(model, rows)


def figures_table(
    models: Models, places: Mapping[str, Place], sources: Sources, assumptions: Assumptions, raws: Mapping[str, RawFile]
) -> pd.DataFrame:
    """Return all figures of the printed tables, in the order of tables, rows and columns; `raws` are files by path.

    Raises InputError as `read_table` says, or if a row has no known source.
    """
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for name, model in models.items():
        raw, place = raws[model.path()], places[name]
        naming = next((column.header for column in model.printed_columns() if column.role == "source"), None)
        try:
            _, cells = read_table(model, raw)
        except InputError as error:
            problems += error.problems
            continue
        for cell in cells:
            source_id, reading = cell.source_id if place.source == "row" else place.source, cell.reading
            if source_id not in sources.sources:
                expected = f"the id of a source{close_to(source_id, sources.sources)}"
                problems.append(Problem(raw.path, expected, cell.line, naming, source_id))
            if expected := share_hint(cell.quantity, reading.unit, reading.value):
                problems.append(Problem(raw.path, expected, cell.line, cell.header, cell.text))
            rows.append(
                {
                    **cell._asdict(),
                    "figure_id": f"{name}/{cell.subject}/{cell.quantity}",
                    "table": name,
                    **reading._asdict(),
                    **spread_columns(reading, cell.basis, assumptions),
                    "as_of": place.as_of,
                    "source_id": source_id,
                    "locator": f"{raw.path}:{cell.line}, column {cell.header}",
                }
            )
    refuse(problems)
    return table_of(Figures, rows)


def row_problems(
    model: type[PrintedTable], raw: RawFile, rows: Sequence[int], column: str | None, expected: str
) -> list[Problem]:
    """Return a problem for each row (by position) that fails a rule, at its place in the raw file."""
    header = next((each.header for each in model.printed_columns() if each.name == column), None)
    records = list(_records(model, raw))
    problems = []
    for row in rows:
        places = records[row].places
        line, shown = places[header] if header else (next(iter(places.values()))[0], None)
        problems.append(Problem(raw.path, expected, line, shown, records[row].cells.get(header or "")))
    return problems
