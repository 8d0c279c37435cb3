"""A release's tables for people without Parquet: a DuckDB database, a folder of CSV files or an Excel workbook.

Belongs here: how each format writes the tables as they were published. Does not: which files a release has.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from tidebook.pipelines.read.atomic import remove_folder, write_file, write_folder
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.release.datapackage import FORMATS, LISTS, as_json
from tidebook.pipelines.release.release import file_facts
from tidebook.releases import LocalRelease

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

PACKAGE = "datapackage.json"
NAME = re.compile("[a-z][a-z0-9_]*")
FORMULA = re.compile(r"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠﹦﹢﹣﹫]|[\t\r\n]")
"""Spreadsheets skip blanks and what is invisible, and take full-width and small signs for the plain ones."""
NUMBER = re.compile(r"[+\-]?[0-9][0-9.,]*%?")
BLOCK_BYTES = 16_384  # DuckDB's smallest: its default of 256 KiB a block makes small tables large files
LARGEST, LONGEST, SHEET_NAME, WIDTH = 2**53, 32_767, 31, 18
"""Of Excel: the largest whole number, characters of a cell and of a sheet's name; and the width of our columns."""


class Content(NamedTuple):
    """A table as it was published, and its resource of the Data Package."""

    resource: dict[str, Any]
    table: pa.Table

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.resource["name"])

    @property
    def fields(self) -> list[dict[str, Any]]:
        """Name, type and description of each column, and its unit where it has one."""
        found: list[dict[str, Any]] = self.resource["schema"]["fields"]
        return found


def package(release: LocalRelease) -> dict[str, Any]:
    """Return the Data Package of a release. Raises InputError if it is damaged."""
    found: dict[str, Any] = json.loads(_published(release, PACKAGE))
    for resource in found["resources"]:
        if not NAME.fullmatch(resource["name"]):
            raise InputError(Problem(PACKAGE, "names of lower-case letters", text=resource["name"]))
    return found


def contents(release: LocalRelease) -> list[Content]:
    """Return the tables of a release in the order of its Data Package. Raises InputError if a file is damaged."""
    return [
        Content(resource, pq.read_table(io.BytesIO(_published(release, resource["path"]))))
        for resource in package(release)["resources"]
    ]


def _published(release: LocalRelease, path: str) -> bytes:
    """Return a file of a release as it was published. Raises InputError if it is not what the manifest states."""
    place = release.folder / path
    data = place.read_bytes() if place.is_file() else b""
    if digest(data) != release.manifest["files"].get(path, {}).get("sha256"):
        raise InputError(Problem(str(place), "the content that was published"))
    return data


def _about(release: LocalRelease) -> list[tuple[str, str]]:
    """Return what names a release, as pairs of a name and a text."""
    facts = {**release.manifest, "release": release.release_id}
    return [(name, facts[name]) for name in ("release", "as_of", "tidebook", "code")]


def as_text(value: Any) -> str:
    """Return a value as Table Schema writes it: lists as JSON, infinities as INF and -INF, null as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f"{value}".upper()
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _missing(library: str, kind: str) -> RuntimeError:
    return RuntimeError(f'{kind} needs {library}, which is not installed: pip install "tidebook[export]"')


def write_csv(release: LocalRelease, folder: Path) -> None:
    """Write a file for each table and their Data Package into a folder, which an export may have made before.

    The files are UTF-8, lists in them JSON.

    Raises FileExistsError if there is something else in its place, InputError if the release is damaged.
    """
    files, resources = {}, []
    for content in contents(release):
        path = f"{content.name}.csv"
        files[path] = csv_bytes(content)
        facts = file_facts(files[path])
        for field in content.fields:
            if "arrayItem" in field:
                field["type"] = LISTS["csv"]
        kind = {"path": path, "format": "csv", "mediatype": FORMATS["csv"], "encoding": "utf-8"}
        resources.append(content.resource | kind | {"bytes": facts["bytes"], "hash": f"sha256:{facts['sha256']}"})
    replace_folder(folder, files | {PACKAGE: as_json(package(release) | {"resources": resources})})


def csv_bytes(content: Content) -> bytes:
    """Return a table as CSV, with a header."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(content.table.column_names)
    writer.writerows([cell(value) for value in row.values()] for row in content.table.to_pylist())
    return stream.getvalue().encode()


def cell(value: Any) -> str:
    """Return the cell of a value. A text that a spreadsheet would run as a formula gets an apostrophe before it."""
    text = as_text(value)
    formula = isinstance(value, str) and FORMULA.match(text) and not NUMBER.fullmatch(text)
    return f"'{text}" if formula else text


def _is_export(folder: Path) -> bool:
    """Return whether a folder holds nothing but what its own Data Package, written by an export, says is in it."""
    try:
        described = json.loads((folder / PACKAGE).read_bytes())
        known = {PACKAGE, *(resource["path"] for resource in described["resources"] if resource["format"] == "csv")}
    except (OSError, ValueError, LookupError, TypeError):
        return folder.is_dir() and not any(folder.iterdir())
    return {path.name for path in folder.iterdir()} <= known


def replace_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Put a folder of these files in place of one that an earlier export made, or of none.

    Raises FileExistsError if there is something else.
    """
    if folder.exists() and not _is_export(folder):
        raise FileExistsError(f"{folder} holds other files; move it away, or name another folder")
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    write_folder(fresh, files)
    if folder.exists():
        remove_folder(folder)
    fresh.rename(folder)


def write_duckdb(release: LocalRelease, path: Path) -> None:
    """Write a database with types, keys and comments in one step, in place of an earlier one.

    Raises InputError if the release is damaged, RuntimeError if DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError as error:
        raise _missing("duckdb", "a DuckDB file") from error
    found = contents(release)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as scratch:
        made = Path(scratch) / "database"
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH {_text(str(made))} AS made (BLOCK_SIZE {BLOCK_BYTES})")
            connection.execute("USE made")
            for content in found:
                _add_table(connection, content)
            connection.execute("CREATE TABLE about (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)")
            connection.executemany("INSERT INTO about VALUES (?, ?)", _about(release))
        made.replace(path)


def _add_table(connection: DuckDBPyConnection, content: Content) -> None:
    connection.register("given", content.table)
    kinds = [kind for _, kind, *_ in connection.execute("DESCRIBE given").fetchall()]
    columns = [
        f"{_quoted(field.name)} {kind}{'' if field.nullable else ' NOT NULL'}"
        for field, kind in zip(content.table.schema, kinds, strict=True)
    ]
    key = ", ".join(map(_quoted, content.resource["schema"]["primaryKey"]))
    table = _quoted(content.name)
    connection.execute(f"CREATE TABLE {table} ({', '.join(columns)}, PRIMARY KEY ({key}))")
    connection.execute(f"INSERT INTO {table} SELECT * FROM given")
    connection.unregister("given")
    connection.execute(f"COMMENT ON TABLE {table} IS {_text(content.resource['description'])}")
    for field in content.fields:
        note = f"{field['description']} [{field['unit']}]" if "unit" in field else field["description"]
        connection.execute(f"COMMENT ON COLUMN {table}.{_quoted(field['name'])} IS {_text(note)}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def write_xlsx(release: LocalRelease, path: Path) -> None:
    """Write a workbook in one step, in place of an earlier one; its bytes depend on the release alone.

    Each table has a sheet, and one before them says what their columns mean.

    Raises InputError if the release is damaged, RuntimeError if XlsxWriter is not installed, OSError if a text is
    longer than a cell can hold.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        raise _missing("XlsxWriter", "an Excel file") from error
    found = contents(release)
    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True}) as book:
        day = dt.datetime.fromisoformat(release.manifest["as_of"])
        book.set_properties({"title": f"Tidebook release {release.release_id}", "created": day})
        _add_about(book, release, found)
        for content in found:
            add_sheet(book, content)
    write_file(path, stream.getvalue())


def _add_about(book: Workbook, release: LocalRelease, found: list[Content]) -> None:
    """Add the sheet that names the release and says what each column means, in which unit."""
    sheet = book.add_worksheet("about")
    rows: list[tuple[str, ...]] = [*_about(release), (), ("table", "column", "meaning", "unit")]
    for content in found:
        rows.append((content.name, "", content.resource["description"], ""))
        rows += [(content.name, each["name"], each["description"], each.get("unit", "")) for each in content.fields]
    for place, cells in enumerate(rows):
        for column, value in enumerate(cells):
            sheet.write_string(place, column, value)
    sheet.set_column(0, 1, WIDTH)
    sheet.set_column(2, 2, 5 * WIDTH)


def add_sheet(book: Workbook, content: Content) -> None:
    """Add a table's sheet: a header that stays in sight, then its rows."""
    sheet = book.add_worksheet(content.name[:SHEET_NAME])
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    head = book.add_format({"bold": True})
    for place, name in enumerate(content.table.column_names):
        sheet.write_string(0, place, name, head)
    for number, row in enumerate(content.table.to_pylist(), start=1):
        for place, value in enumerate(row.values()):
            _write_cell(sheet, number, place, value, day)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, content.table.num_columns - 1, WIDTH)


def _write_cell(sheet: Worksheet, row: int, place: int, value: Any, day: Any) -> None:
    """Write a value as what it is; no text becomes a formula, a link or a number, and null stays empty.

    Raises OSError if a text is longer than a cell can hold.
    """
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | float) and math.isfinite(value) and (isinstance(value, float) or abs(value) < LARGEST):
        sheet.write_number(row, place, value)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, place, dt.datetime.combine(value, dt.time()), day)
    elif len(text := as_text(value)) <= LONGEST:
        sheet.write_string(row, place, text)
    else:
        found = f"a text of {len(text)} characters; a cell holds {LONGEST}"
        raise OSError(f"sheet {sheet.get_name()}, row {row + 1}: {found}")
