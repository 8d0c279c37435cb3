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
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from tidebook.describe import PACKAGE, parse_package
from tidebook.pipelines.read.atomic import remove_folder, write_file, write_folder
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.release.datapackage import FORMATS, LISTS, as_json
from tidebook.pipelines.release.readers import CLAIMS, joins_claims
from tidebook.pipelines.release.release import file_facts
from tidebook.places import ReadableFolder, StrangeError, is_table
from tidebook.read import parse_parquet
from tidebook.releases import LocalRelease

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

FORMULA = re.compile(r"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠﹦﹢﹣﹫]|[\t\r\n]")
"""The start of a formula. Spreadsheets skip blanks and invisible characters, and read full-width and small signs as
plain ones."""

NUMBER = re.compile(r"[+\-]?[0-9][0-9.,]*%?")
BLOCK_BYTES = 16_384  # DuckDB's least: with its default of 256 KiB, small tables make large files
LARGEST, LONGEST, SHEET_NAME, WIDTH = 2**53, 32_767, 31, 18
"""Limits of Excel: the largest exact integer, characters in a cell and in a sheet's name; and the width of columns."""


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


def package(release: LocalRelease) -> dict[str, Any]:
    """Return the Data Package of a release.

    Raises:
        InputError: the file is damaged.
        DamagedError: no build wrote it so.
    """
    shown = str(release.folder / PACKAGE)
    document = parse_package(_published(release, PACKAGE), shown)
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


def write_csv(release: LocalRelease, folder: Path) -> None:
    """Write a CSV file in UTF-8 for each table, and their Data Package; lists are JSON.

    Replaces the folder of an earlier export.

    Raises:
        FileExistsError: the folder holds something else.
        InputError: the release is damaged.
    """
    files, resources = {}, []
    for content in contents(release):
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
    for row in content.table.to_pylist():
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
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as scratch:
        fresh = Path(scratch) / folder.name
        write_folder(fresh, files)
        if folder.exists():
            remove_folder(folder)
        fresh.rename(folder)


def write_duckdb(release: LocalRelease, path: Path) -> None:
    """Write a database with types, keys and comments, in one step; an existing file is replaced.

    Raises:
        InputError: the release is damaged.
        RuntimeError: DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError as error:
        raise _missing("duckdb", "a DuckDB file") from error
    tables = contents(release)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as scratch:
        database = Path(scratch) / "database"
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH {_text(str(database))} AS made (BLOCK_SIZE {BLOCK_BYTES})")
            connection.execute("USE made")
            for content in tables:
                _add_table(connection, content)
            if joins_claims({content.name for content in tables}):
                connection.execute(CLAIMS)
            connection.execute("CREATE TABLE about (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)")
            connection.executemany("INSERT INTO about VALUES (?, ?)", _about(release))
        database.replace(path)


def _add_table(connection: DuckDBPyConnection, content: Content) -> None:
    connection.register("given", content.table)
    table = _quoted(content.name)
    key = ", ".join(map(_quoted, content.resource["schema"]["primaryKey"]))
    columns = ", ".join(_column_definitions(connection, content))
    connection.execute(f"CREATE TABLE {table} ({columns}, PRIMARY KEY ({key}))")
    connection.execute(f"INSERT INTO {table} SELECT * FROM given")
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


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def write_xlsx(release: LocalRelease, path: Path) -> None:
    """Write a workbook in one step; an existing file is replaced, and the bytes depend on the release alone.

    Each table has a sheet; a sheet before them describes their columns.

    Raises:
        InputError: the release is damaged.
        RuntimeError: XlsxWriter is not installed.
        OSError: a text is longer than a cell can hold.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        raise _missing("XlsxWriter", "an Excel file") from error
    tables = contents(release)
    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True}) as book:
        # Without a date of its own, XlsxWriter writes the current time.
        day = dt.datetime.fromisoformat(release.manifest["as_of"])
        book.set_properties({"title": f"Tidebook release {release.release_id}", "created": day})
        _add_about(book, release, tables)
        for content in tables:
            add_sheet(book, content)
    write_file(path, stream.getvalue())


def _add_about(book: Workbook, release: LocalRelease, tables: list[Content]) -> None:
    """Add the sheet that identifies the release and describes each column, with its unit."""
    sheet = book.add_worksheet("about")
    rows: list[tuple[str, ...]] = [*_about(release), (), ("table", "column", "meaning", "unit")]
    for content in tables:
        rows.append((content.name, "", content.resource["description"], ""))
        for field in content.fields:
            rows.append((content.name, field["name"], field["description"], field.get("unit", "")))
    for index, cells in enumerate(rows):
        for column, value in enumerate(cells):
            sheet.write_string(index, column, value)
    sheet.set_column(0, 1, WIDTH)
    sheet.set_column(2, 2, 5 * WIDTH)


def add_sheet(book: Workbook, content: Content) -> None:
    """Add a table's sheet: a header that stays in sight, then its rows."""
    sheet = book.add_worksheet(content.name[:SHEET_NAME])
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    head = book.add_format({"bold": True})
    for column, name in enumerate(content.table.column_names):
        sheet.write_string(0, column, name, head)
    for index, row in enumerate(content.table.to_pylist(), start=1):
        for column, value in enumerate(row.values()):
            _write_cell(sheet, index, column, value, day)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, content.table.num_columns - 1, WIDTH)


def _write_cell(sheet: Worksheet, row: int, column: int, value: Any, day_format: Any) -> None:
    """Write a value by its type; no text becomes a formula, a link or a number, and null stays empty.

    Raises:
        OSError: a text is longer than a cell can hold.
    """
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif _is_exact(value):
        sheet.write_number(row, column, value)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), day_format)
    else:
        text = as_text(value)
        if len(text) > LONGEST:
            found = f"found a text of {len(text)} characters, expected at most {LONGEST}, as a cell of Excel holds"
            raise OSError(f"sheet {sheet.get_name()}, row {row + 1}: {found}")
        sheet.write_string(row, column, text)


def _is_exact(value: Any) -> bool:
    """Whether Excel holds a value as a number without loss: not infinity, nor an integer beyond 2**53."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and abs(value) < LARGEST
