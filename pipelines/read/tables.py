"""From CSV files to typed tables and figures, with the place of every cell.

Belongs here: rows, subjects and cells of a declared table. Does not: the declaration (`printed`), or the reading of one
cell (`quantities.quantity`).
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any, NamedTuple

import pandas as pd

from tidebook.pipelines.read.declarations import Assumptions, Sources
from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean, one_of_units, refuse, shown
from tidebook.pipelines.read.grouping import grouped
from tidebook.pipelines.read.intervals import spread_columns
from tidebook.pipelines.read.names import QUOTED, SLUGGED, name_hint, parts_of, share_hint, slug
from tidebook.pipelines.read.printed import NUMBERS, Column, Printed, PrintedTable, Role
from tidebook.pipelines.read.quantities.grammar import SECONDS
from tidebook.pipelines.read.quantities.proposals import describe, propose
from tidebook.pipelines.read.quantities.quantity import Context, QuantityError, cell_reader
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.read.rawfile import EMPTY_ROW, RawFile, RawRow, is_empty
from tidebook.schemas.base import Table, table_of
from tidebook.schemas.figures import FIGURE_ID, Figures
from tidebook.schemas.units import EPOCH, UNITS
from tidebook.schemas.vocabulary import SLUG

MOST_ROWS = 200
"""Maximum rows of a table: metrics compare its rows pairwise in every scenario, so that work grows quadratically."""

MOST_OWN_ROWS = 2_000_000
"""Maximum rows of a table whose rows are figures: metrics read these by name, so that work grows linearly."""

NAMES = ("subject", "label", "basis", "source")
"""Roles of columns whose cells are compared with other texts."""

ESTIMATE_MARK = re.compile(r"\((est\.?|estimated)\)\s*$", re.IGNORECASE)
"""The mark of a row whose plain numbers are estimates."""


class Cell(NamedTuple):
    """One quantity cell.

    Attributes:
        subject: The slug of its row's subject.
        label: The subject as printed.
        quantity: The name of what is measured.
        text: The cell as printed.
        amount: Its parsed value.
        labels: The labels of its row, as JSON; "" without any.
        is_total: Whether its row is the total of others.
    """

    subject: str
    label: str
    quantity: str
    text: str
    amount: Quantity
    labels: str
    is_total: bool
    basis: str
    source_id: str
    line: int
    header: str


class ParsedTable(NamedTuple):
    """A printed table as read from its file: typed columns of each row, quantity cells, and problems."""

    table: PrintedTable
    raw: RawFile
    rows: Sequence[Mapping[str, Any]]
    cells: Sequence[Cell]
    problems: Sequence[Problem] = ()


class PrintedFigures(NamedTuple):
    """The figures as printed: the spread of estimates is assumed, and not fitted to references."""

    rows: pd.DataFrame


NAMED = "a name with letters or digits"
MARKED_DAY = 'a day, or a column that declares missing = ["N/A"]: only in such may days be missing'


def read_table(table: PrintedTable, raw: RawFile) -> tuple[list[dict[str, Any]], list[Cell]]:
    """Read a CSV file: one dict of typed columns per row, and its quantity cells in order.

    Raises:
        InputError: the file is not CSV with the declared headers, has too many rows or a cell that cannot be read, or
            two rows have the same subject (and quantity, where rows are figures).
    """
    reader = _RowReader(table)
    most = MOST_OWN_ROWS if table.rows == "figures" else MOST_ROWS
    rows = []
    problems: list[Problem] = []
    for number, row in enumerate(_rows(table, raw, problems)):
        if number == most:
            raise InputError(Problem(raw.path, f"at most {most} rows", row.line))
        before = len(problems)
        rows.append(reader.read(number, row))
        # One problem for an empty row, instead of one for each of its cells.
        if len(problems) > before and is_empty(row.cells) and not table.transposed:
            problems[before:] = [Problem(raw.path, EMPTY_ROW, row.line)]
    problems += reader.absent_totals(raw.path)
    if problems:
        raise InputError(_with_proposals(table, raw, problems))
    return rows, reader.cells


def parse_table(table: PrintedTable, raw: RawFile) -> ParsedTable:
    """Read a CSV file as `read_table` does, but keep its problems: the steps that use the table raise them."""
    try:
        return ParsedTable(table, raw, *read_table(table, raw))
    except InputError as error:
        return ParsedTable(table, raw, [], [], error.problems)


class _RowReader:
    """Reads a table row by row and collects its quantity cells."""

    def __init__(self, table: PrintedTable) -> None:
        self.table = table
        self.cells: list[Cell] = []
        self._columns: list[tuple[str, Column, Role]] = []
        self._contexts: dict[str, Context] = {}
        self._subjects: list[str] = []
        self._labels: dict[str, str] = {}
        self._names: dict[str, None] = {}
        self._of_role: dict[Role, str] = {}
        self._seen: dict[tuple[str, str], tuple[int, str]] = {}
        labels = table.labels
        for header, column in table.printed.items():
            role = column.holds
            self._columns.append((header, column, role))
            self._contexts[header] = column.context(column.unit)
            self._of_role[role] = header
            if role == "subject":
                self._subjects.append(header)
            if column.name in labels:
                self._labels[column.name] = header

    def read(self, number: int, row: RawRow) -> dict[str, Any]:
        """Return the typed columns of a row, and collect its quantity cells."""
        label, name = self._subject(number, row)
        self._check_subject(number, row, label, name)
        labels, is_total = self._labels_of(row), self._is_total(row)
        typed: dict[str, Any] = {"subject": name}
        for header, column, role in self._columns:
            text = row.cells[header]
            row.report(header, _name_fault(role, text, is_named=bool(name)))
            if role not in NUMBERS:
                typed[column.name] = text
                continue
            amount = self._amount(row, header, column, label)
            if amount is None:
                continue
            typed[column.name] = _typed(amount, column)
            quantity = self._text(row, "quantity_name", column.name)
            basis, source = self._text(row, "basis") or column.basis, self._text(row, "source")
            self.cells.append(
                Cell(name, label, quantity, text, amount, labels, is_total, basis, source, *row.place(header))
            )
        return typed

    def _subject(self, number: int, row: RawRow) -> tuple[str, str]:
        """Return the subject of a row as printed and as a slug, "" where a part of it has none.

        Without a column of subjects, rows are numbered.
        """
        parts = [row.cells[header] for header in self._subjects] or [f"r{number + 1}"]
        slugs = list(map(slug, parts))
        return ", ".join(parts), "_".join(slugs) if all(slugs) else ""

    def _is_total(self, row: RawRow) -> bool:
        """Whether a cell that names the subject says that the row is the total of others."""
        names = [row.cells[header].strip() for header in self._subjects]
        self._names.update(dict.fromkeys(names))
        return any(map(self.table.is_total, names))

    def absent_totals(self, path: str) -> Iterator[Problem]:
        """Yield a problem for each declared total that no row is called."""
        for name in self.table.totals or ():
            if name not in self._names:
                yield Problem(
                    path, f"a row with the label that totals names{did_you_mean(name, self._names)}", 1, text=name
                )

    def _labels_of(self, row: RawRow) -> str:
        """Return the labels of a row by column, as JSON; "" without any."""
        texts = {column: row.cells[header] for column, header in self._labels.items()}
        return json.dumps(texts, ensure_ascii=False) if texts else ""

    def _check_subject(self, number: int, row: RawRow, label: str, name: str) -> None:
        """Report a subject that another row has, with the same quantity where rows are figures."""
        place = f"column {label}" if self.table.transposed else f"line {row.line}"
        first, where = self._seen.setdefault((name, self._text(row, "quantity_name")), (number, place))
        if first != number and name:
            other = "with another quantity than" if self.table.rows == "figures" else "not in"
            naming = self._subjects[0] if self._subjects else self._columns[0][0]
            row.report(naming, f"a subject {other} {where}: both are {name}")

    def _amount(self, row: RawRow, header: str, column: Column, label: str) -> Quantity | None:
        """Read a cell in its unit; report a cell that cannot be used and return None."""
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
            # Read again: an estimate implies another interval than a plain number.
            estimated = replace(self._contexts[header], estimated=True)
            return cell_reader(unit, estimated)(row.cells[header])
        return amount

    def _text(self, row: RawRow, role: Role, default: str = "") -> str:
        """Return the text of a row in the column of a role, or the default without such a column."""
        header = self._of_role.get(role)
        return default if header is None else row.cells[header]


def _name_fault(role: Role, text: str, is_named: bool) -> str:
    """Return what was expected of a cell with an invalid name, "" for other cells.

    `is_named` says that each part of the row's subject has letters or digits.
    """
    if role == "quantity_name":
        return "" if re.fullmatch(SLUG, text) else SLUGGED
    if role not in NAMES:
        return ""
    hint = name_hint(text)
    if not hint and role == "subject" and not is_named and not slug(text):
        return NAMED
    return hint


def _with_proposals(table: PrintedTable, raw: RawFile, problems: Sequence[Problem]) -> list[Problem]:
    """Add to problems the declarations that would solve them; of a column with one, only the first problem stays."""
    proposals: dict[str | None, Problem] = {}
    for header, column, texts in _texts(table, raw):
        if not any(problem.text in texts for problem in problems):
            continue
        proposal = _proposal(header, column, texts, table)
        if proposal:
            proposals[header] = Problem(raw.path, f"a declaration: {proposal}", 1, header)
    kept = []
    solved: set[str | None] = set()
    for problem in problems:
        if problem.column not in solved:
            kept.append(problem)
        if problem.column in proposals:
            solved.add(problem.column)
    return [*kept, *proposals.values()]


def scale_warnings(table: PrintedTable, raw: RawFile) -> Iterator[Problem]:
    """Yield a warning for each readable column whose heading or title names a scale that is not declared."""
    for header, column, texts in _texts(table, raw):
        proposal = _proposal(header, column, texts, table) if column.scale is None else ""
        if proposal:
            yield Problem(raw.path, f"a scale, 1 where the cells are in full: {proposal}", 1, header)


def _texts(table: PrintedTable, raw: RawFile) -> Iterator[tuple[str, Column, list[str]]]:
    """Yield header, column and cells of each column with a unit, without empty rows."""
    # Nobody reads this list of problems: an earlier pass has reported those of the rows.
    rows = [row for row in _rows(table, raw, []) if not is_empty(row.cells)]
    for header, column in table.printed.items():
        if column.unit:
            yield header, column, [row.cells[header] for row in rows]


def _proposal(header: str, column: Column, texts: Sequence[str], table: PrintedTable) -> str:
    """Return the declarations under which all cells of a column can be read, in words; "" if there are none."""
    context = column.context(column.unit)
    words = "" if column.scale is not None else f"{header} {table.meaning}"

    def suits(amount: Quantity) -> bool:
        return not share_hint(column.name, amount.unit, amount.value) and not column.beyond(amount.value)

    proposals = [describe(proposal, context) for proposal in propose(texts, column.unit or "", context, words, suits)]
    if not proposals:
        return ""
    # The others repeat the words before " with ".
    others = [proposal.partition(" with ")[2] for proposal in proposals[1:]]
    return " or with ".join([proposals[0], *others])


def _rows(table: PrintedTable, raw: RawFile, problems: list[Problem]) -> Iterator[RawRow]:
    """Yield the rows of a table as `RawFile.records` does; rows of a turned table are the columns of the file."""
    raw = raw.fitted(table)
    if table.transposed:
        yield from _turned_rows(table, raw, problems)
    elif table.sections:
        yield from _rows_of_sections(table, raw, problems)
    else:
        yield from raw.records(list(table.printed), problems)


def _rows_of_sections(table: PrintedTable, raw: RawFile, problems: list[Problem]) -> Iterator[RawRow]:
    """Yield the rows below each heading with its text; a heading is the only text of its row, or of all its cells."""
    section = ""
    for row in raw.records([header for header in table.printed if header != table.sections], problems):
        texts = [text for text in row.cells.values() if text.strip()]
        # A heading that spans all columns is repeated in each cell by readers of HTML.
        if len(texts) == 1 or (len(texts) == len(row.cells) and len(set(texts)) == 1):
            section = texts[0].strip()
        else:
            yield row._replace(cells={**row.cells, table.sections: section})


def _turned_rows(table: PrintedTable, raw: RawFile, problems: list[Problem]) -> Iterator[RawRow]:
    """Yield a row for each column of a file whose rows are quantities."""
    headers = list(table.printed)
    (first_line, head), *rest = raw.rows()
    corner, *subjects = head or [""]
    lines = _lines_of_rows(raw, rest, corner, first_line)
    _check_turned_headers(raw, headers, lines, first_line)
    for place, subject in enumerate(subjects, start=1):
        cells = {corner: subject} | {row[0]: row[place] for _, row in rest}
        places = {header: (lines[header], subject) for header in headers}
        yield RawRow(raw.path, lines[headers[0]], cells, problems, places)


def _lines_of_rows(raw: RawFile, rows: Sequence[tuple[int, list[str]]], corner: str, first_line: int) -> dict[str, int]:
    """Return the line of each row by its name. Raises InputError for a name that two rows have."""
    lines = {corner: first_line}
    for line, (name, *_) in rows:
        if lines.setdefault(name, line) != line:
            raise InputError(Problem(raw.path, f"a row that line {lines[name]} does not have", line, text=name))
    return lines


def _check_turned_headers(raw: RawFile, headers: Sequence[str], lines: Mapping[str, int], first_line: int) -> None:
    """Raise InputError if a declared row is missing from a turned table, or another one is not declared."""
    if missing := [header for header in headers if header not in lines]:
        expected = f"a row for each declared column (missing: {', '.join(map(shown, missing))})"
        raise InputError(Problem(raw.path, expected, first_line, text=", ".join(lines)))
    if unknown := [header for header in lines if header not in headers]:
        expected = f"only rows that are declared: {', '.join(headers)}{did_you_mean(unknown[0], headers)}"
        raise InputError(Problem(raw.path, expected, lines[unknown[0]], text=unknown[0]))


def misnamed(figure_id: str, tables: Printed) -> str:
    """Return what was expected of an id without a known table and quantity, "" for a correct id.

    Its subject may be unknown: evidence may cover subjects with which a printed one was confused.
    """
    if not re.fullmatch(FIGURE_ID, figure_id):
        return "table/subject/quantity in small letters, digits and underscores"
    table, _, quantity = parts_of(figure_id)
    if table not in tables:
        known = ", ".join(name for name in tables if name not in QUOTED)
        return f"one of the tables {known} before the first slash{did_you_mean(table, tables)}"
    names = tables[table].quantities
    if names and quantity not in names:
        return f"one of the quantities {', '.join(names)} after the last slash{did_you_mean(quantity, names)}"
    return ""


def _typed(amount: Quantity, column: Column) -> float | dt.date:
    """Return a value of the typed table: a date in a column of dates, otherwise a number."""
    dated = column.unit == "date" and amount.kind != "missing"
    return EPOCH + dt.timedelta(days=int(amount.value)) if dated else amount.value


def typed_table(model: type[Table], parsed: ParsedTable) -> pd.DataFrame:
    """Return the typed table of a file, its rows in the order of the file.

    Raises:
        InputError: as `read_table`.
    """
    refuse(parsed.problems)
    return table_of(model, parsed.rows)


def figures_table(
    parsed: Mapping[str, ParsedTable],
    content: dt.date,
    sources: Sources,
    assumptions: Assumptions,
    prose: Iterable[dict[str, Any]] = (),
) -> pd.DataFrame:
    """Return all figures of the printed tables as rows of `Figures`, in the order of tables, rows and columns.

    Args:
        parsed: The tables as they were read, by name.
        content: The day that figures describe whose table declares none.
        sources: The declared sources.
        assumptions: How wide estimates are.
        prose: Rows of numbers of the prose, which come last.

    Raises:
        InputError: as `read_table`, or a row has no known source.
    """
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for name, (table, raw, _, cells, wrong) in parsed.items():
        problems += wrong
        for cell in cells:
            source_id = cell.source_id if table.source == "row" else table.source
            problems += _figure_problems(table, raw, cell, source_id, sources)
            rows.append(
                {
                    **cell._asdict(),
                    "figure_id": f"{name}/{cell.subject}/{cell.quantity}",
                    "table_name": name,
                    **cell.amount._asdict(),
                    **spread_columns(cell.amount, cell.basis, assumptions),
                    "as_of": table.as_of or content,
                    "source_id": source_id,
                    "locator": f"{raw.path}:{cell.line}, column {cell.header}",
                }
            )
    refuse(problems)
    rows += prose
    hold_counts(rows)
    for row in rows:
        _hold_measured(row)
    return table_of(Figures, rows)


PLAIN = "number"
"""The unit of numbers of which no unit says whether they are counted or measured."""


def hold_counts(rows: Sequence[dict[str, Any]]) -> None:
    """Keep numbers from varying whose column shows that they are not rounded, or not as far as their zeros allow.

    Plain numbers are counts where their column has no decimals. Zeros at the end may be places, but 5,000 is exact
    beside 4,213, for numbers of about one size are printed alike, and so it is beside 3,000; beside 12,000 the column
    may be in thousands.
    """
    for column in grouped(rows, itemgetter("table_name", "quantity", "unit")).values():
        if all(row["distribution"] != "rounding" for row in column):
            continue
        in_full = list(filter(_is_in_full, column))
        is_counted = _is_counted(column, in_full)
        in_places = _in_places(in_full)
        for row in in_full:
            may_be_held = row["distribution"] == "rounding" and row["figure_id"] not in in_places
            if may_be_held and (is_counted or _places(row)):
                _hold(row, 0.0 if is_counted else 0.5)


def _is_counted(column: Sequence[Mapping[str, Any]], in_full: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the numbers of a column are counts: by their unit, or as plain numbers all of which are in full."""
    unit = column[0]["unit"]
    if UNITS[unit].count and unit not in SECONDS:
        return True
    return bool(unit == PLAIN and len(in_full) == sum(map(_is_single, column)))


def _in_places(in_full: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the ids of the numbers of a column whose zeros may be places: much larger than what ends in a digit."""
    rounded = [row for row in in_full if _places(row)]
    if len(in_full) > 1 and not any(row["value"] % (10 * _places(row)) for row in rounded):
        return set()
    largest_to_one = max((abs(row["value"]) for row in in_full if row["value"] % 10), default=0.0)
    return {row["figure_id"] for row in rounded if abs(row["value"]) >= _ONE_SIZE * largest_to_one}


_ONE_SIZE = 10
"""How many times larger a number may be than one that is printed to its last digit, to be so itself."""
_WHOLE_NUMBER = re.compile(r"\d[\d,]*(?![\d.,])")


def _places(row: Mapping[str, Any]) -> float:
    """Return the unit to which a number in full may have been rounded, 0 if its zeros do not say so."""
    width = round(row["high"] - row["low"])
    return width if width > 1 else 0


def _is_single(row: Mapping[str, Any]) -> bool:
    """Whether a number is known, and stated as such: no estimate and no bound."""
    return row["kind"] in ("exact", "rounded")


def _is_in_full(row: Mapping[str, Any]) -> bool:
    """Whether the digits of a number are all of it, as in `5,000` and unlike `5 million` or `5.0`."""
    found = _WHOLE_NUMBER.search(row["text"] or "") if _is_single(row) else None
    return found is not None and float(found[0].replace(",", "")) == abs(row["value"])


def _hold(row: dict[str, Any], half: float) -> None:
    """Keep a number within so much of what is printed."""
    spread = "rounding" if half else "none"
    row |= {"distribution": spread, "drawn_low": row["value"] - half, "drawn_high": row["value"] + half}


_MEASURED = re.compile(r"(\d[\d,]*(?:\.(\d+))?)[^\d.,]*(?:±|\+/[−-])")
"""A number before its stated error, with its decimals."""


def _hold_measured(row: dict[str, Any]) -> None:
    """Keep a number with a stated error, such as `27.87 ± 0.15`, within its own rounding.

    What the article concludes from it is about the number that it prints; the error is that of the measurement.
    """
    measured = _MEASURED.search(row["text"] or "")
    if measured is None or row["distribution"] != "range":
        return
    number = float(measured[1].replace(",", ""))
    decimals = len(measured[2] or "")
    # In a column of millions, 27.87 has the value 27,870,000, and its last digit counts as many times more.
    scale = abs(row["value"]) / number if number else 1.0
    _hold(row, 0.5 * 10.0**-decimals * scale)


def _figure_problems(
    table: PrintedTable, raw: RawFile, cell: Cell, source_id: str, sources: Sources
) -> Iterator[Problem]:
    """Yield problems of a cell that can be read: an unknown source, or a share beyond 100 %."""
    if source_id not in sources.sources:
        expected = f"the id of a source{did_you_mean(source_id, sources.sources)}"
        yield Problem(raw.path, expected, cell.line, _header_of(table, "source"), source_id)
    if expected := share_hint(cell.quantity, cell.amount.unit, cell.amount.value):
        yield Problem(raw.path, expected, cell.line, cell.header, cell.text)


def _header_of(table: PrintedTable, role: Role) -> str | None:
    """Return the header of the column with a role, None without one."""
    for header, column in table.printed.items():
        if column.holds == role:
            return header
    return None


def row_problems(
    table: PrintedTable, raw: RawFile, rows: Sequence[int], column: str | None, expected: str
) -> list[Problem]:
    """Return a problem for each row, given by position, that fails a rule on a column or on the whole row."""
    header = next((header for header, printed in table.printed.items() if printed.name == column), None)
    problems: list[Problem] = []
    found = list(_rows(table, raw, problems))
    for row in rows:
        if header:
            found[row].report(header, expected)
        else:
            problems.append(Problem(raw.path, expected, found[row].line))
    return problems
