"""CSV files of a ledger, converted to Parquet of the row contract by the mapping in ledger.toml.

A row with a cell that cannot be read is left out and reported by line. Belongs here: reading cells. Does not: the rules
of rows (`rules`).
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from tidebook.pipelines.graph.keys import code_key
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.plugins.ledger import CODE
from tidebook.plugins.ledger.description import COLUMNS, DESCRIPTION, ROWS, Csv
from tidebook.schemas.parquet import as_bytes

INTEGER = re.compile(r"-?\d{1,19}", re.ASCII)
AMOUNT = re.compile(r"-?\d{1,18}(\.\d+)?", re.ASCII)
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
CELLS: Mapping[int, tuple[re.Pattern[str], Callable[[str], Any], str]] = {
    pa.lib.Type_TIMESTAMP: (TIMESTAMP, dt.datetime.fromisoformat, "a day or an hour such as 2026-01-31T07:00"),
    pa.lib.Type_INT64: (INTEGER, int, "a whole number such as 1200"),
    pa.lib.Type_DECIMAL128: (AMOUNT, Decimal, "an amount such as 12.5, with at most six places"),
}
"""By type other than text: pattern of a cell, its parser, and the words for what is expected."""

PARQUET, UNREAD = "rows.parquet", "unread.json"


def convert_csv(raw: RawFile, path: str, mapping: Csv | None, store: Store) -> tuple[Path, list[Problem]]:
    """Convert a CSV file, once for each content; return the Parquet file, and the problems of rows left out.

    Raises:
        InputError: there is no mapping, a header that it names is missing, or the text is not CSV.
    """
    if mapping is None:
        raise InputError(Problem(raw.path, f"a section [csv] in {DESCRIPTION} with the headers of its columns"))
    step = f"ledger/csv/{digest(path)[:16]}"
    key = digest([raw.sha256, path, mapping.model_dump(), code_key(CODE)])
    entry, _ = store.ensure(step, key, lambda: _read_rows(raw, path, mapping))
    return entry.folder / PARQUET, [Problem(**each) for each in json.loads(entry.read(UNREAD))]


def _read_rows(raw: RawFile, path: str, mapping: Csv) -> dict[str, bytes]:
    """Return the file of rows that can be read, and that of problems with the others."""
    columns = [name for name in COLUMNS if name in mapping.columns or name in mapping.constants]
    schema = pa.schema([ROWS.field(name).with_nullable(True) for name in columns])
    rows, unread = [], []
    for line, cells in _records(raw, mapping):
        texts = mapping.constants | {name: cells[header] for name, header in mapping.columns.items()}
        values, bad = _parse_row(texts, schema)
        if bad:
            expected = CELLS[schema.field(bad).type.id][2]
            unread.append(Problem(path, expected, line, mapping.columns.get(bad, bad), texts[bad]))
        else:
            rows.append(values)
    table = pa.Table.from_pylist(rows, schema)
    return {PARQUET: as_bytes(table), UNREAD: json.dumps([asdict(each) for each in unread]).encode()}


def _parse_row(texts: Mapping[str, str], schema: pa.Schema) -> tuple[dict[str, Any], str]:
    """Return the values of a row, and the first column whose cell cannot be read; `""` if all can."""
    values = {}
    for name in schema.names:
        try:
            values[name] = _parse_cell(texts[name], schema.field(name).type)
        # Arrow's errors of range and precision are ValueErrors too.
        except (ValueError, OverflowError):
            return values, name
    return values, ""


def _records(raw: RawFile, mapping: Csv) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield line and cells by header.

    Raises:
        InputError: a header of the mapping is missing or repeated.
    """
    rows = raw.rows()
    _, header = next(rows)
    wrong = [name for name in mapping.columns.values() if header.count(name) != 1]
    if wrong:
        expected = f"the header {', '.join(wrong)} once, as [csv.columns] of {DESCRIPTION} says"
        raise InputError(Problem(raw.path, expected, 1, text=",".join(header)))
    for line, cells in rows:
        yield line, dict(zip(header, cells, strict=True))


def _parse_cell(text: str, kind: pa.DataType) -> Any:
    """Parse a cell: a day is its first hour, an empty measure None.

    Raises:
        ValueError: the text does not match its type.
    """
    if pa.types.is_string(kind) or not (text or pa.types.is_timestamp(kind)):
        return text or None
    pattern, read, expected = CELLS[kind.id]
    if not pattern.fullmatch(text):
        raise ValueError(expected)
    value = read(text)
    if isinstance(value, dt.datetime):
        # Hours are stored in UTC without a zone.
        return value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
    # Arrow checks range and precision, and pads the decimals.
    return pa.scalar(value, kind).as_py()
