"""A release's tables as a DuckDB database, a folder of CSV files or an Excel workbook.

Belongs here: how each format writes the tables as they were published. Does not: which files a release has
(`release`).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from tidebook.descriptions import PACKAGE, parse_package
from tidebook.pipelines.read.atomic import remove_folder, write_file, write_folder
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.release.datapackage import FORMATS, LISTS, as_json
from tidebook.pipelines.release.readers import CLAIMS, joins_claims
from tidebook.pipelines.release.release import file_facts
from tidebook.places import ReadableFolder, StrangeError, is_table
from tidebook.read import parse_parquet
from tidebook.releases import LocalRelease
from tidebook.schemas.registry import RECORD

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from tidebook.pipelines.graph.run import RunObserver

FORMULA = re.compile(r"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠﹦﹢﹣﹫]|[\t\r\n]")
"""The start of a formula. Spreadsheets skip blanks and invisible characters, and read full-width and small signs as
plain ones."""

NUMBER = re.compile(r"[+\-]?[0-9][0-9.,]*%?")
"""A negative number begins like a formula, and is none."""
BLOCK_BYTES = 16_384  # DuckDB's least: with its default of 256 KiB, small tables make large files
LARGEST, LONGEST, SHEET_NAME, LONGEST_NAME = 2**53, 32_767, 31, 255
"""Limits of Excel: the largest exact integer, and characters in a cell, in a sheet's name and in a table's."""
CUT = "… [cut here: {:,} characters, all of them in the CSV and Parquet files]"
"""The end of a text that is longer than a cell."""

FIRST_DAY = dt.date(1900, 3, 1)
"""The first day that all spreadsheets count alike; Excel shows no day before 1900, and has a 29 February 1900."""

WIDTH, FILTER, WIDEST = 18, 4, 60
"""Widths of columns in characters: a plain one, the button of a filter, and the widest."""

READ_ME, COLUMNS = "Read me", "Columns"
"""The first sheets of a workbook."""

STYLE = "Table Style Light 1"
CELL = re.compile(r"[a-z]{1,3}[0-9]+|[rc]|r[0-9]*c[0-9]*", re.IGNORECASE)
"""Names of tables that Excel takes for cells, such as `q1` and `r`."""


class ForeignKey(NamedTuple):
    """Columns that name a row of another table by columns there."""

    fields: list[str]
    table: str
    others: list[str]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Each column with the one that it names."""
        return list(zip(self.fields, self.others, strict=True))


class Content(NamedTuple):
    """A table as published, and its resource in the Data Package."""

    resource: dict[str, Any]
    table: pa.Table

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.resource["name"])

    @property
    def fields(self) -> list[dict[str, Any]]:
        """The columns as fields of Table Schema: name, type, description, and the unit if there is one."""
        fields: list[dict[str, Any]] = self.resource["schema"]["fields"]
        return fields

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows. Raises DamagedError if Python has no such value, as a day before Christ."""
        try:
            return self.table.to_pylist()  # type: ignore[no-any-return]
        except (OverflowError, ValueError) as error:
            raise StrangeError(str(self.resource["path"]), f"other values ({error})") from error

    @property
    def foreign_keys(self) -> list[ForeignKey]:
        """The keys that lead to other tables."""
        found = []
        for key in self.resource["schema"].get("foreignKeys", ()):
            there = key["reference"]
            found.append(ForeignKey(key["fields"], there["resource"], there["fields"]))
        return found


def package(release: LocalRelease) -> dict[str, Any]:
    """Return the Data Package of a release.

    Raises:
        InputError: the file is damaged.
        DamagedError: no build wrote it so.
    """
    shown = str(release.folder / PACKAGE)
    document = parse_package(_published(release, PACKAGE), shown)
    match document:
        case {"title": str(), "description": str(), "licenses": [{"title": str()}, *_]}:
            pass
        case _:
            raise StrangeError(shown, "texts as title, as description and as the title of a licence")
    for resource in document["resources"]:
        if resource["path"] not in release.manifest["files"] or not is_table(resource["path"]):
            raise StrangeError(shown, "paths of tables that the manifest lists")
    return document


def contents(release: LocalRelease) -> list[Content]:
    """Return the tables of a release, in the order of its Data Package.

    Raises:
        InputError: a file is damaged.
        DamagedError: no build wrote it so.
    """
    tables = []
    for resource in package(release)["resources"]:
        path = resource["path"]
        table = parse_parquet(_published(release, path), f"{release.folder}/{path}")
        if table.column_names != [field["name"] for field in resource["schema"]["fields"]]:
            raise StrangeError(f"{release.folder}/{path}", f"the columns that {PACKAGE} describes")
        tables.append(Content(resource, table))
    return tables


def _each(tables: Iterable[Content], observer: RunObserver | None) -> Iterator[Content]:
    """Yield tables, and tell an observer when one is begun and written."""
    for content in tables:
        if observer:
            observer.step_started(content.name)
        yield content
        if observer:
            observer.step_finished(content.name, False)


def _published(release: LocalRelease, path: str) -> bytes:
    """Return a file of a release as it was published.

    Raises:
        InputError: it is missing or damaged.
    """
    location = release.folder / path
    (data,) = ReadableFolder(release.folder).read_all([path])
    if data is None or digest(data) != release.manifest["files"].get(path, {}).get("sha256"):
        raise InputError(Problem(str(location), "the content that was published"))
    return data


def _about(release: LocalRelease) -> list[tuple[str, str]]:
    """Return what identifies a release, as pairs of a name and a text."""
    facts = {**release.manifest, "release": release.release_id}
    return [(name, facts.get(name, "")) for name in ("release", "as_of", "tidebook", "code")]


def as_text(value: Any) -> str:
    """Return a value as Table Schema writes it: lists as JSON, infinities as INF and -INF, null as `""`."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value) if math.isfinite(value) else f"{value}".upper()
        case list():
            return json.dumps(value, ensure_ascii=False)
        case dt.date():
            return value.isoformat()
        case _:
            return str(value)


def _missing(library: str, kind: str) -> RuntimeError:
    return RuntimeError(f'{kind} needs {library}, which is not installed: pip install "tidebook[export]"')


def write_csv(release: LocalRelease, folder: Path, observer: RunObserver | None = None) -> None:
    """Write a CSV file in UTF-8 for each table, and their Data Package; lists are JSON.

    Replaces the folder of an earlier export.

    Raises:
        FileExistsError: the folder holds something else.
        InputError: the release is damaged.
    """
    files, resources = {}, []
    for content in _each(contents(release), observer):
        path = f"{content.name}.csv"
        files[path] = csv_bytes(content)
        resources.append(_csv_resource(content, path, files[path]))
    document = package(release) | {"resources": resources}
    replace_folder(folder, files | {PACKAGE: as_json(document)})


def _csv_resource(content: Content, path: str, data: bytes) -> dict[str, Any]:
    for field in content.fields:
        if "arrayItem" in field:
            field["type"] = LISTS["csv"]
    facts = file_facts(data)
    return content.resource | {
        "path": path,
        "format": "csv",
        "mediatype": FORMATS["csv"],
        "encoding": "utf-8",
        "bytes": facts["bytes"],
        "hash": f"sha256:{facts['sha256']}",
    }


def csv_bytes(content: Content) -> bytes:
    """Return a table as CSV, with a header."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(content.table.column_names)
    for row in content.rows:
        writer.writerow(map(cell, row.values()))
    return stream.getvalue().encode()


def cell(value: Any) -> str:
    """Return the CSV cell of a value; an apostrophe before a text keeps spreadsheets from running it as a formula."""
    text = as_text(value)
    is_formula = isinstance(value, str) and FORMULA.match(text) and not NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def _is_export(folder: Path) -> bool:
    """Whether a folder is empty, or holds only what its own Data Package, written by an export, lists."""
    try:
        document = json.loads((folder / PACKAGE).read_bytes())
        listed = [resource["path"] for resource in document["resources"] if resource["format"] == "csv"]
        known = {PACKAGE, *listed}
    except (OSError, ValueError, LookupError, TypeError):
        return folder.is_dir() and not any(folder.iterdir())
    return all(path.name in known for path in folder.iterdir())


def replace_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Write a folder of these files; one of an earlier export is replaced.

    Raises:
        FileExistsError: the path holds something else.
    """
    if folder.exists() and not _is_export(folder):
        raise FileExistsError(f"{folder} holds other files; move it away, or choose another folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside the folder, since a folder is moved in one step only within a file system.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as scratch:
        fresh = Path(scratch) / folder.name
        write_folder(fresh, files)
        if folder.exists():
            remove_folder(folder)
        fresh.rename(folder)


def write_duckdb(release: LocalRelease, path: Path, observer: RunObserver | None = None) -> None:
    """Write a database with types, keys, foreign keys and comments, in one step; an existing file is replaced.

    Raises:
        InputError: the release is damaged.
        DamagedError: a row names one of another table that is not there.
        RuntimeError: DuckDB is not installed.
        OSError: it cannot be written.
    """
    try:
        import duckdb
    except ImportError as error:
        raise _missing("duckdb", "a DuckDB file") from error
    tables = contents(release)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Beside the file, as in `replace_folder`.
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as scratch:
        database = Path(scratch) / path.name
        try:
            with duckdb.connect() as connection:
                connection.execute(f"ATTACH {_text(str(database))} AS made (BLOCK_SIZE {BLOCK_BYTES})")
                connection.execute("USE made")
                _fill(connection, release, tables, observer)
        except duckdb.IOException as error:
            raise OSError(f"{path}: {error}") from error
        database.replace(path)


def _fill(
    connection: DuckDBPyConnection, release: LocalRelease, tables: list[Content], observer: RunObserver | None
) -> None:
    """Add the tables of a release to a database, with the view of statements and what identifies the release."""
    for content in _each(_ordered(tables), observer):
        _add_table(connection, release, content)
    names = {content.name for content in tables}
    if joins_claims(names):
        connection.execute(CLAIMS)
    about = _unused("about", names)
    connection.execute(f"CREATE TABLE {about} (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)")
    connection.executemany(f"INSERT INTO {about} VALUES (?, ?)", _about(release))


def _ordered(tables: list[Content]) -> list[Content]:
    """Return tables so that each is behind those that its foreign keys lead to."""
    by_name = {content.name: content for content in tables}
    others: dict[str, set[str]] = {}
    for content in tables:
        others[content.name] = by_name.keys() & {key.table for key in content.foreign_keys}
    try:
        return [by_name[name] for name in TopologicalSorter(others).static_order()]
    except CycleError as error:
        raise StrangeError(PACKAGE, "foreign keys without a cycle") from error


def _add_table(connection: DuckDBPyConnection, release: LocalRelease, content: Content) -> None:
    import duckdb

    table = _quoted(content.name)
    rules = [f"PRIMARY KEY ({_names(content.resource['schema']['primaryKey'])})"]
    for key in content.foreign_keys:
        rules.append(f"FOREIGN KEY ({_names(key.fields)}) REFERENCES {_quoted(key.table)} ({_names(key.others)})")
    place = f"{release.folder}/{content.resource['path']}"
    try:
        connection.register("given", content.table)
    except duckdb.Error as error:
        raise StrangeError(place, f"columns of types that DuckDB has ({str(error).splitlines()[0]})") from error
    try:
        connection.execute(f"CREATE TABLE {table} ({', '.join([*_column_definitions(connection, content), *rules])})")
        connection.execute(f"INSERT INTO {table} SELECT * FROM given")
    except duckdb.IOException:
        raise
    except duckdb.Error as error:
        raise StrangeError(place, f"rows that keep the keys of {PACKAGE} ({str(error).splitlines()[0]})") from error
    connection.unregister("given")
    connection.execute(f"COMMENT ON TABLE {table} IS {_text(content.resource['description'])}")
    for field in content.fields:
        note = f"{field['description']} [{field['unit']}]" if "unit" in field else field["description"]
        connection.execute(f"COMMENT ON COLUMN {table}.{_quoted(field['name'])} IS {_text(note)}")


def _column_definitions(connection: DuckDBPyConnection, content: Content) -> Iterator[str]:
    """Yield the columns of the registered table in SQL, with the types that DuckDB gives them."""
    described = connection.execute("DESCRIBE given").fetchall()
    for field, (_, type_, *_) in zip(content.table.schema, described, strict=True):
        yield f"{_quoted(field.name)} {type_}{'' if field.nullable else ' NOT NULL'}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def write_xlsx(release: LocalRelease, path: Path, observer: RunObserver | None = None) -> None:
    """Write a workbook in one step; an existing file is replaced, and the bytes depend on the release alone.

    Each table has a sheet, on which it is a table of Excel with filters. Two sheets before them say what the workbook
    is and what its columns mean.

    Raises:
        InputError: the release is damaged.
        RuntimeError: XlsxWriter is not installed.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        raise _missing("XlsxWriter", "an Excel file") from error
    tables = contents(release)
    names = [content.name for content in tables]
    sheets, named = sheet_names(names), table_names(names)
    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True}) as book:
        # Without a date of its own, XlsxWriter writes the current time.
        day = dt.datetime.fromisoformat(release.manifest["as_of"])
        book.set_properties({"title": f"Tidebook release {release.release_id}", "created": day})
        _add_read_me(book, release, tables, sheets)
        _add_columns(book, tables)
        for content in _each(tables, observer):
            add_sheet(book, content, sheets[content.name], named[content.name])
    write_file(path, stream.getvalue())


def sheet_names(tables: Iterable[str]) -> dict[str, str]:
    """Return the name of each table's sheet, short enough for Excel; in it no two names are equal, whatever their case.

    Excel keeps the name `history` for itself.
    """
    taken = {READ_ME.lower(), COLUMNS.lower(), "history"}
    found = {}
    for table in tables:
        found[table] = _unused(table, taken, SHEET_NAME)
        taken.add(found[table].lower())
    return found


def table_names(tables: Iterable[str]) -> dict[str, str]:
    """Return the name of each table in a workbook, which has no two of one name and none that looks like a cell."""
    taken = {COLUMNS.lower()}
    found = {}
    for table in tables:
        found[table] = _unused(f"{table}_" if CELL.fullmatch(table) else table, taken)
        taken.add(found[table].lower())
    return found


def _unused(name: str, taken: Collection[str], longest: int = LONGEST_NAME) -> str:
    """Return a name, cut and with a number at its end if need be, that is not taken in whatever case."""
    found, number = name[:longest], 1
    while found.lower() in taken:
        number += 1
        end = f"_{number}"
        found = f"{name[: longest - len(end)]}{end}"
    return found


def _add_read_me(book: Workbook, release: LocalRelease, tables: list[Content], sheets: Mapping[str, str]) -> None:
    """Add the first sheet: what the release is, how to cite it, and what each sheet holds."""
    sheet = book.add_worksheet(READ_ME)
    head, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    described = package(release)
    facts = _facts(release, tables)
    rows = [("what it is", described["title"]), *facts, ("how to cite", _citation(release, dict(facts)))]
    rows += [("licence", described["licenses"][0]["title"]), ("terms", described["description"])]
    for index, (name, value) in enumerate(rows):
        sheet.write_string(index, 0, name, head)
        _write_text(sheet, index, 1, value, wrapped)
    start = len(rows) + 1
    listed = [(COLUMNS, "What each column means, its unit, and the table that it refers to", "")]
    listed += [(sheets[each.name], each.resource["description"], str(each.table.num_rows)) for each in tables]
    for column, name in enumerate(("sheet", "what it holds", "rows")):
        sheet.write_string(start, column, name, head)
    for index, (name, meaning, rows_of) in enumerate(listed, start=start + 1):
        sheet.write_url(index, 0, f"internal:'{name}'!A1", string=name)
        _write_text(sheet, index, 1, meaning, wrapped)
        if rows_of:
            sheet.write_number(index, 2, int(rows_of))
    sheet.set_column(0, 0, SHEET_NAME)
    sheet.set_column(1, 1, 5 * WIDTH)


def _facts(release: LocalRelease, tables: list[Content]) -> list[tuple[str, str]]:
    """Return what identifies a release: its row of the table `release`, or without one, as before, its manifest."""
    for content in tables:
        if content.name in RECORD and content.table.num_rows == 1:
            (row,) = content.rows
            return [(name, joined(value)) for name, value in row.items() if value not in (None, [])]
    return _about(release)


def _citation(release: LocalRelease, facts: Mapping[str, str]) -> str:
    title = f"“{facts['title']}”" if "title" in facts else "an article"
    # A release from elsewhere may not state its version.
    maker = " ".join(filter(None, ("Tidebook", release.manifest.get("tidebook"))))
    made = f"made by {maker} from what was known on {release.manifest['as_of']}"
    return f"Check of {title}, Tidebook release {release.release_id}, {made}. Cite the sources of its figures too."


def _add_columns(book: Workbook, tables: list[Content]) -> None:
    """Add the sheet that describes each column, with its unit and what it refers to."""
    rows = []
    for content in tables:
        refers = {name: f"{key.table}.{other}" for key in content.foreign_keys for name, other in key.pairs}
        for field in content.fields:
            name = field["name"]
            rows.append((content.name, name, field["description"], field.get("unit", ""), refers.get(name, "")))
    sheet = book.add_worksheet(COLUMNS)
    header = ("table", "column", "meaning", "unit", "refers_to")
    for index, cells in enumerate([header, *rows]):
        for column, value in enumerate(cells):
            _write_text(sheet, index, column, value)
    _as_table(sheet, COLUMNS.lower(), header, len(rows))
    sheet.set_column(0, 1, SHEET_NAME)
    sheet.set_column(2, 2, 5 * WIDTH)
    sheet.set_column(3, 4, SHEET_NAME)


def add_sheet(book: Workbook, content: Content, name: str, named: str) -> None:
    """Add the sheet of this name: a table of Excel, `named`, with filters, whose header stays in sight."""
    sheet = book.add_worksheet(name)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    widths = [len(column) + FILTER for column in content.table.column_names]
    for index, row in enumerate(content.rows, start=1):
        for column, value in enumerate(row.values()):
            _write_cell(sheet, index, column, value, day)
            widths[column] = max(widths[column], min(len(joined(value)) + 1, WIDEST))
    _as_table(sheet, named, content.table.column_names, content.table.num_rows)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)


def _as_table(sheet: Worksheet, name: str, header: Sequence[str], rows: int) -> None:
    """Make a table of Excel of a sheet's header and rows, of which it has at least one, be it empty."""
    columns = [{"header": text} for text in header]
    sheet.add_table(0, 0, max(rows, 1), len(header) - 1, {"name": name, "columns": columns, "style": STYLE})
    sheet.freeze_panes(1, 0)


def joined(value: Any) -> str:
    """Return the text of a cell of Excel: a list as its items."""
    return "; ".join(map(as_text, value)) if isinstance(value, list) else as_text(value)


def _write_cell(sheet: Worksheet, row: int, column: int, value: Any, day_format: Any) -> None:
    """Write a value by its type; no text becomes a formula, a link or a number, and null stays empty."""
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif _is_exact(value):
        sheet.write_number(row, column, value)
    elif type(value) is dt.date and value >= FIRST_DAY:
        sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), day_format)
    else:
        _write_text(sheet, row, column, joined(value))


def _write_text(sheet: Worksheet, row: int, column: int, text: str, form: Any = None) -> None:
    """Write a text, up to what a cell can hold."""
    sheet.write_string(row, column, _fitting(text), form)


def _fitting(text: str) -> str:
    """Return a text that a cell can hold: a longer one is cut, and says so at its end.

    Excel counts in units of UTF-16, of which an emoji is two.
    """
    units = text.encode("utf-16-le", errors="surrogatepass")
    if len(units) <= 2 * LONGEST:
        return text
    mark = CUT.format(len(text))
    return units[: 2 * (LONGEST - len(mark))].decode("utf-16-le", errors="ignore") + mark


def _is_exact(value: Any) -> bool:
    """Whether Excel holds a value as a number without loss: not infinity, nor an integer beyond 2**53."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and abs(value) < LARGEST
