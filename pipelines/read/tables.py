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

from tidebook.pipelines.read.declarations import Assumptions, Sources
from tidebook.pipelines.read.errors import InputError, Problem, close_to, one_of_units, refuse, shown
from tidebook.pipelines.read.intervals import spread_columns
from tidebook.pipelines.read.names import SLUGGED, name_hint, share_hint, slug
from tidebook.pipelines.read.printed import NUMBERS, Column, Printed, PrintedTable, Role
from tidebook.pipelines.read.quantities.proposals import propose, tell
from tidebook.pipelines.read.quantities.quantity import Quantity, QuantityError, cell_reader
from tidebook.pipelines.read.rawfile import EMPTY_ROW, RawFile, RawRow, is_empty
from tidebook.schemas.base import SLUG, Table, table_of
from tidebook.schemas.figures import FIGURE_ID, Figures
from tidebook.schemas.units import EPOCH, UNITS

MOST_ROWS = 200
"""Of a table: metrics compare its rows with one another in every world, so that work grows with their square."""

MOST_OWN_ROWS = 2_000_000
"""Of a table whose rows name their own quantity: metrics read its figures by name, so that work grows with its rows."""

NAMES = ("subject", "label", "basis", "source")
"""Roles of columns whose cells are compared with others."""

ESTIMATE_MARK = re.compile(r"\((est\.?|estimated)\)\s*$", re.IGNORECASE)
"""Of a row so marked, as of a column declared so, a plain number is an estimate."""


class Cell(NamedTuple):
    """One quantity cell: whose it is, what it measures, the text, where it stands and what it reads as."""

    subject: str
    label: str
    quantity: str
    text: str
    amount: Quantity
    labels: str
    basis: str
    source_id: str
    line: int
    header: str


class ParsedTable(NamedTuple):
    """A printed table as its file has it: one dict of typed columns per row, its quantity cells, what was wrong."""

    table: PrintedTable
    raw: RawFile
    rows: Sequence[Mapping[str, Any]]
    cells: Sequence[Cell]
    problems: Sequence[Problem] = ()


class PrintedFigures(NamedTuple):
    """The figures as printed: the spread of an estimate is the assumed one, whatever references show."""

    rows: pd.DataFrame


NAMED = "a name with letters or digits"
MARKED_DAY = 'a day, or a column that declares missing = ["N/A"]: only in such may days be missing'


def read_table(table: PrintedTable, raw: RawFile) -> tuple[list[dict[str, Any]], list[Cell]]:
    """Read a raw table: one dict of typed columns per row, and its quantity cells in order.

    Raises InputError if the file is no CSV with the table's headers or has too many rows, a cell cannot be read, or two
    rows have the same subject (and quantity, where rows name their own).
    """
    reader = _RowReader(table)
    most = MOST_OWN_ROWS if table.rows == "figures" else MOST_ROWS
    rows = []
    problems: list[Problem] = []
    for number, row in enumerate(_rows(table, raw, problems)):
        if number == most:
            raise InputError(Problem(raw.path, f"at most {most} rows", row.line))
        told = len(problems)
        rows.append(reader.read(number, row))
        if len(problems) > told and is_empty(row.cells) and not table.turned:
            problems[told:] = [Problem(raw.path, EMPTY_ROW, row.line)]
    if problems:
        raise InputError(_with_proposals(table, raw, problems))
    return rows, reader.cells


def parse_table(table: PrintedTable, raw: RawFile) -> ParsedTable:
    """Read a raw table as `read_table` does; what was wrong is kept for those that use it, which raise it."""
    try:
        return ParsedTable(table, raw, *read_table(table, raw))
    except InputError as error:
        return ParsedTable(table, raw, [], [], error.problems)


class _RowReader:
    """Reads a table row by row, and keeps its quantity cells."""

    def __init__(self, table: PrintedTable) -> None:
        self.table = table
        self.cells: list[Cell] = []
        columns, labels = table.printed.items(), table.labels
        self._columns = [(header, column, column.holds) for header, column in columns]
        self._contexts = {header: column.context(column.unit) for header, column in columns}
        self._subjects = [header for header, _, role in self._columns if role == "subject"]
        self._labels = {column.name: header for header, column in columns if column.name in labels}
        self._of_role = {role: header for header, _, role in self._columns}
        self._seen: dict[tuple[str, str], tuple[int, str]] = {}

    def read(self, number: int, row: RawRow) -> dict[str, Any]:
        """Return a row's typed columns: first it is seen whose it is, then what each cell says."""
        parts = [row.cells[header] for header in self._subjects] or [f"r{number + 1}"]
        slugs = [slug(part) for part in parts]
        label, name = ", ".join(parts), "_".join(slugs) if all(slugs) else ""
        self._check_subject(number, row, label, name)
        texts = {column: row.cells[header] for column, header in self._labels.items()}
        labels = json.dumps(texts, ensure_ascii=False) if texts else ""
        typed: dict[str, Any] = {"subject": name}
        for header, column, role in self._columns:
            text = row.cells[header]
            row.report(header, _name_fault(role, text, is_named=bool(name)))
            if role not in NUMBERS:
                typed[column.name] = text
            elif amount := self._amount(row, header, column, label):
                typed[column.name] = _typed(amount, column)
                quantity = self._text(row, "quantity_name", column.name)
                basis, source = self._text(row, "basis") or column.basis, self._text(row, "source")
                self.cells.append(Cell(name, label, quantity, text, amount, labels, basis, source, *row.place(header)))
        return typed

    def _check_subject(self, number: int, row: RawRow, label: str, name: str) -> None:
        """Report a subject that another row has, with the same quantity where rows name their own."""
        place = f"column {label}" if self.table.turned else f"line {row.line}"
        first, where = self._seen.setdefault((name, self._text(row, "quantity_name")), (number, place))
        if first != number and name:
            other = "with another quantity than" if self.table.rows == "figures" else "not in"
            naming = self._subjects[0] if self._subjects else self._columns[0][0]
            row.report(naming, f"a subject {other} {where}: both are {name}")

    def _amount(self, row: RawRow, header: str, column: Column, label: str) -> Quantity | None:
        """Return what a cell says in its unit; where it says nothing that can be used, report that."""
        unit = column.unit or self._text(row, "unit")
        if unit not in UNITS:
            row.report(self._of_role["unit"], one_of_units(unit))
            return None
        try:
            amount = cell_reader(unit, self._contexts[header])(row.cells[header])
        except QuantityError as error:
            row.report(header, error.hint)
            return None
        if column.unit == "date" and amount.kind == "missing" and column.missing is None:
            row.report(header, MARKED_DAY)
            return None
        if amount.kind in ("exact", "rounded") and (column.estimate or ESTIMATE_MARK.search(label)):
            return Quantity(amount.value, math.nan, math.nan, "estimate", unit, amount.note)
        return amount

    def _text(self, row: RawRow, role: Role, default: str = "") -> str:
        """Return a row's text in the column of a role, the default where there is no such column."""
        header = self._of_role.get(role)
        return default if header is None else row.cells[header]


def _name_fault(role: Role, text: str, is_named: bool) -> str:
    """Return what was expected of a cell that names something; nothing of one that does, or that names nothing.

    `is_named` says that each part of the row's subject has letters or digits.
    """
    if role == "quantity_name":
        return "" if re.fullmatch(SLUG, text) else SLUGGED
    nameless = role == "subject" and not is_named and not slug(text)
    return (name_hint(text) if role in NAMES else "") or NAMED * nameless


def _with_proposals(table: PrintedTable, raw: RawFile, problems: Sequence[Problem]) -> list[Problem]:
    """Return problems, of a column that some declaration would read the first alone, and that declaration."""
    proposals: dict[str | None, Problem] = {}
    for header, column, texts in _texts(table, raw):
        if any(problem.text in texts for problem in problems) and (told := _told(header, column, texts, table)):
            proposals[header] = Problem(raw.path, f"a declaration: {told}", 1, header)
    foremost = {problem.column: problem for problem in reversed(problems)}
    shown = [each for each in problems if each.column not in proposals or each is foremost[each.column]]
    return [*shown, *proposals.values()]


def scale_notes(table: PrintedTable, raw: RawFile) -> Iterator[Problem]:
    """Yield for each column that can be read the scale that its heading or title has, where none is declared."""
    for header, column, texts in _texts(table, raw):
        if column.scale is None and (told := _told(header, column, texts, table)):
            yield Problem(raw.path, f"a scale, 1 where the cells are in full: {told}", 1, header)


def _texts(table: PrintedTable, raw: RawFile) -> Iterator[tuple[str, Column, list[str]]]:
    """Yield the columns that have one unit, each with its header and its cells in rows that are not empty."""
    rows = [row for row in _rows(table, raw, []) if not is_empty(row.cells)]
    for header, column in table.printed.items():
        if column.unit:
            yield header, column, [row.cells[header] for row in rows]


def _told(header: str, column: Column, texts: Sequence[str], table: PrintedTable) -> str:
    """Return the declarations under which all cells of a column can be read, nothing if there are none."""
    context = column.context(column.unit)
    words = "" if column.scale is not None else f"{header} {table.meaning}"

    def suits(amount: Quantity) -> bool:
        return not (share_hint(column.name, amount.unit, amount.value) or column.beyond(amount.value))

    found = propose(texts, column.unit or "", context, words, suits)
    first, *others = [tell(each, context) for each in found] or [""]
    return " or with ".join((first, *(other.partition(" with ")[2] for other in others)))


def _rows(table: PrintedTable, raw: RawFile, problems: list[Problem]) -> Iterator[RawRow]:
    """Yield the rows of a table as `RawFile.records` does; those of one that is turned stand in the file's columns."""
    headers = list(table.printed)
    if not table.turned:
        yield from raw.records(headers, problems)
        return
    (first, head), *rest = raw.rows()
    corner, *subjects = head or [""]
    lines = {corner: first}
    for line, (name, *_) in rest:
        if lines.setdefault(name, line) != line:
            raise InputError(Problem(raw.path, f"a row that line {lines[name]} does not have", line, text=name))
    if missing := [header for header in headers if header not in lines]:
        expected = f"a row for each declared column (missing: {', '.join(map(shown, missing))})"
        raise InputError(Problem(raw.path, expected, first, text=", ".join(lines)))
    if unknown := [header for header in lines if header not in headers]:
        expected = f"only rows that are declared: {', '.join(headers)}{close_to(unknown[0], headers)}"
        raise InputError(Problem(raw.path, expected, lines[unknown[0]], text=unknown[0]))
    for place, subject in enumerate(subjects, start=1):
        found = {corner: subject} | {cells[0]: cells[place] for _, cells in rest}
        places = {header: (lines[header], subject) for header in headers}
        yield RawRow(raw.path, lines[headers[0]], found, problems, places)


def misnamed(figure_id: str, tables: Printed) -> str:
    """Return what was expected of an id that names no table, or no column where columns are quantities, else nothing.

    Its subject need not be in print: others are what a figure may have been mixed up with.
    """
    if not re.fullmatch(FIGURE_ID, figure_id):
        return "table/subject/quantity in small letters, digits and underscores"
    table, _, quantity = figure_id.split("/")
    if table not in tables:
        return f"one of the tables {', '.join(tables)} before the first slash{close_to(table, tables)}"
    names = tables[table].quantities
    if names and quantity not in names:
        return f"one of the quantities {', '.join(names)} after the last slash{close_to(quantity, names)}"
    return ""


def _typed(amount: Quantity, column: Column) -> float | dt.date:
    """Return the value as the typed table holds it: a date in a column of dates, else a number."""
    dated = column.unit == "date" and amount.kind != "missing"
    return EPOCH + dt.timedelta(days=int(amount.value)) if dated else amount.value


def typed_table(model: type[Table], parsed: ParsedTable) -> pd.DataFrame:
    """Return the typed table of a raw file, in its order of rows. Raises InputError as `read_table` says."""
    refuse(parsed.problems)
    return table_of(model, parsed.rows)


def figures_table(
    parsed: Mapping[str, ParsedTable], content: dt.date, sources: Sources, assumptions: Assumptions
) -> pd.DataFrame:
    """Return all figures of the printed tables, given by name, in the order of tables, rows and columns.

    A table that says no day is of that of the article's content. Raises InputError as `read_table` says, or if a row
    has no known source.
    """
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for name, (table, raw, _, cells, wrong) in parsed.items():
        problems += wrong
        naming = next((header for header, column in table.printed.items() if column.holds == "source"), None)
        for cell in cells:
            source_id, amount = cell.source_id if table.source == "row" else table.source, cell.amount
            if source_id not in sources.sources:
                expected = f"the id of a source{close_to(source_id, sources.sources)}"
                problems.append(Problem(raw.path, expected, cell.line, naming, source_id))
            if expected := share_hint(cell.quantity, amount.unit, amount.value):
                problems.append(Problem(raw.path, expected, cell.line, cell.header, cell.text))
            rows.append(
                {
                    **cell._asdict(),
                    "figure_id": f"{name}/{cell.subject}/{cell.quantity}",
                    "table": name,
                    **amount._asdict(),
                    **spread_columns(amount, cell.basis, assumptions),
                    "as_of": table.as_of or content,
                    "source_id": source_id,
                    "locator": f"{raw.path}:{cell.line}, column {cell.header}",
                }
            )
    refuse(problems)
    return table_of(Figures, rows)


def row_problems(
    table: PrintedTable, raw: RawFile, rows: Sequence[int], column: str | None, expected: str
) -> list[Problem]:
    """Return a problem for each row (by position) that fails a rule, at its place in the raw file."""
    header = next((header for header, each in table.printed.items() if each.name == column), None)
    problems: list[Problem] = []
    found = list(_rows(table, raw, problems))
    for row in rows:
        if header:
            found[row].report(header, expected)
        else:
            problems.append(Problem(raw.path, expected, found[row].line))
    return problems
