"""CSV files of a ledger, read by the mapping in ledger.toml into Parquet of the row contract, once for each content.

A row with a cell that cannot be read is left out and reported by line. What a row means is judged in `rules`.
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
"""Of each type but text: what a cell looks like, how it is read, and how that is told."""

PARQUET, UNREAD = "rows.parquet", "unread.json"


def convert_csv(raw: RawFile, path: str, mapping: Csv | None, store: Store) -> tuple[Path, list[Problem]]:
    """Return the Parquet file of a CSV file's rows, and what is wrong with the rows left out.

    Raises InputError if there is no mapping, a header that it names is missing, or the text is not CSV.
    """
    if mapping is None:
        raise InputError(Problem(raw.path, f"a section [csv] in {DESCRIPTION} that says what its columns are"))
    step = f"ledger/csv/{digest(path)[:16]}"
    key = digest([raw.sha256, path, mapping.model_dump(), code_key()])
    entry, _ = store.ensure(step, key, lambda: _read_rows(raw, path, mapping))
    return entry.folder / PARQUET, [Problem(**each) for each in json.loads(entry.read(UNREAD))]


def _read_rows(raw: RawFile, path: str, mapping: Csv) -> dict[str, bytes]:
    """Return the rows that can be read, and what is wrong with the others, as files."""
    columns = [name for name in COLUMNS if name in mapping.columns or name in mapping.constants]
    schema = pa.schema([ROWS.field(name) for name in columns])
    rows, unread = [], []
    for line, cells in _records(raw, mapping):
        values = {}
        for name in columns:
            text = cells[mapping.columns[name]] if name in mapping.columns else mapping.constants[name]
            try:
                values[name] = _parse_cell(text, schema.field(name).type)
            except (ValueError, OverflowError):
                _, _, expected = CELLS[schema.field(name).type.id]
                unread.append(Problem(path, expected, line, mapping.columns.get(name, name), text))
                break
        else:
            rows.append(values)
    table = pa.Table.from_pylist(rows, pa.schema([field.with_nullable(True) for field in schema]))
    return {PARQUET: as_bytes(table), UNREAD: json.dumps([asdict(each) for each in unread]).encode()}


def _records(raw: RawFile, mapping: Csv) -> Iterator[tuple[int, Mapping[str, str]]]:
    rows = raw.rows()
    _, header = next(rows)
    wrong = [name for name in mapping.columns.values() if header.count(name) != 1]
    if wrong:
        expected = f"the header {', '.join(wrong)} once, as [csv.columns] of {DESCRIPTION} says"
        raise InputError(Problem(raw.path, expected, 1, text=",".join(header)))
    for line, cells in rows:
        yield line, dict(zip(header, cells, strict=True))


def _parse_cell(text: str, kind: pa.DataType) -> Any:
    """Return a cell's value: of a day its first hour, of an empty measure none. Raises ValueError for another type."""
    if pa.types.is_string(kind) or not (text or pa.types.is_timestamp(kind)):
        return text or None
    pattern, read, expected = CELLS[kind.id]
    if not pattern.fullmatch(text):
        raise ValueError(expected)
    value = read(text)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
    return pa.scalar(value, kind).as_py()
