"""The formats of evidence files, CSV and Parquet: their columns, and the rows that meet conditions.

Belongs here: reading and writing a file of any size, as far as it is needed. Does not: what its cells mean (`files`),
or where in a CSV file the table stands (`layout`).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean
from tidebook.pipelines.read.evidence_tables.layout import layout_of
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.regular import MAX_BYTES
from tidebook.schemas.parquet import as_bytes

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as arrow
    from pyarrow import csv as arrow_csv
    from pyarrow import parquet

PARQUET = b"PAR1"

MOST_ROWS, FREE_ROWS = 100_000_000, 1_000_000
"""Maximum rows of a Parquet file, and those that one of any size may have; beyond, as many as it has bytes. A few bytes
may hold far more: the same row over and over."""

UNPACKED, FREE_UNPACKED = 64, 64 * 2**20
"""Maximum bytes of a Parquet file's columns for each byte of it, beside those that any may have."""
MOST_OF_REASON = 200
"""Characters of what a reader says of a damaged file."""


class FileTable(ABC):
    """A file as a table: its headers, and its rows by some columns.

    Attributes:
        path: the file.
        columns: its headers.
        is_filtered: whether `rows` leaves out what the filters rule out; else it returns all rows.
    """

    is_filtered = False

    def __init__(self, path: str, columns: list[str]) -> None:
        """Take the headers of a file. Raises InputError if two columns have one."""
        for place, name in enumerate(columns):
            if name in columns[:place]:
                raise InputError(Problem(path, "headers that differ", 1, text=name))
        self.path, self.columns = path, columns

    @abstractmethod
    def distinct(self, column: str) -> list[str]:
        """Return the texts of a column, each once."""

    @abstractmethod
    def rows(self, names: Sequence[str], filters: Mapping[str, Any]) -> arrow.Table:
        """Return rows of some columns.

        Args:
            names: the columns.
            filters: by column the texts that are wanted, or the first and the last period, None for an open end.
        """

    @abstractmethod
    def bytes_of(self, rows: arrow.Table) -> bytes:
        """Return some of its rows as a file of the same format."""

    def column(self, header: str) -> str:
        """Return a header. Raises InputError without such a column."""
        if header not in self.columns:
            expected = f"a column {header}{did_you_mean(header, self.columns)}"
            raise InputError(Problem(self.path, expected, 1, text=", ".join(self.columns[:8])))
        return header

    def frame(self, names: Sequence[str]) -> pd.DataFrame:
        """Return all rows of some columns."""
        return as_frame(self.rows(names, {}))


@contextmanager
def opened(raw: RawFile, is_header: Callable[[list[str]], bool], lines: int = 1) -> Iterator[FileTable]:
    """Open a file; what a reader makes of a damaged one, there or later, becomes an error that names it.

    `lines` is the number of rows in the header of a CSV file; `is_header` says whether their texts may be one.
    """
    import pyarrow as arrow

    try:
        yield _Parquet(raw) if raw.data.startswith(PARQUET) else _Csv(raw, is_header, lines)
    except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
        why = "".join(character if character.isprintable() else " " for character in str(error))
        expected = f"a CSV or Parquet file that can be read ({why[:MOST_OF_REASON]})"
        raise InputError(Problem(raw.path, expected)) from error


def as_frame(rows: arrow.Table) -> pd.DataFrame:
    """Return rows for pandas, days as such."""
    found: pd.DataFrame = rows.to_pandas(date_as_object=True)
    return found


class _Csv(FileTable):
    """A CSV file, whose cells are all texts."""

    def __init__(self, raw: RawFile, is_header: Callable[[list[str]], bool], lines: int) -> None:
        _check_signs(raw)
        self._data = raw.data
        self._layout = layout_of(raw.path, raw.data, is_header, lines)
        # Rows often end with a sign, which makes a last column without a header.
        named = [header for place, header in enumerate(self._layout.headers) if header or not place]
        super().__init__(raw.path, named)

    def distinct(self, column: str) -> list[str]:
        found: list[str] = self.rows([column], {})[column].unique().to_pylist()
        return found

    def rows(self, names: Sequence[str], filters: Mapping[str, Any]) -> arrow.Table:
        import pyarrow as arrow
        from pyarrow import csv as arrow_csv

        types = dict.fromkeys(names, arrow.string())
        if len(self._data.rstrip()) <= self._layout.start:
            return arrow.schema(types.items()).empty_table()
        return arrow_csv.read_csv(
            arrow.BufferReader(arrow.py_buffer(self._data).slice(self._layout.start)),
            arrow_csv.ReadOptions(column_names=self._layout.headers),
            arrow_csv.ParseOptions(
                delimiter=self._layout.sign,
                # Quoted cells may hold line ends; without quotes, pyarrow can read in parallel.
                newlines_in_values=b'"' in self._data,
                invalid_row_handler=lambda row: "skip" if _is_note(row) else "error",
            ),
            arrow_csv.ConvertOptions(include_columns=list(names), column_types=types, strings_can_be_null=False),
        )

    def bytes_of(self, rows: arrow.Table) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(rows.column_names)
        writer.writerows(zip(*(column.to_pylist() for column in rows.columns), strict=True))
        return text.getvalue().encode()


def _check_signs(raw: RawFile) -> None:
    """Refuse control characters, as in every other file, without decoding millions of rows."""
    if control := CONTROL.search(raw.data):
        line = raw.data.count(b"\n", 0, control.start()) + 1
        raise InputError(Problem(raw.path, "text without control characters", line, text=control[0].decode()))


CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]")
"""Control characters in UTF-8, but for tabs and line ends."""


def _is_note(row: arrow_csv.InvalidRow) -> bool:
    """Whether a row is a note below a table: a single cell, whose quotation marks are closed."""
    return bool(row.actual_columns == 1 and row.text.count('"') % 2 == 0)


class _Parquet(FileTable):
    """A Parquet file.

    Groups of rows that the file's statistics rule out are not read; of each other one the columns with conditions come
    first, and the rest only where a row meets them. Texts are compared by the file's dictionaries, and only the chosen
    ones become texts: ten times as fast as a scan, and one group after the other is in memory.
    """

    is_filtered = True

    def __init__(self, raw: RawFile) -> None:
        import pyarrow as arrow
        from pyarrow import parquet, types

        file = parquet.ParquetFile(arrow.BufferReader(raw.data))
        super().__init__(raw.path, file.schema_arrow.names)
        self._kinds = {field.name: field.type for field in file.schema_arrow}
        _check_size(raw, file.metadata)
        texts = [name for name, kind in self._kinds.items() if types.is_string(kind) or types.is_large_string(kind)]
        source = arrow.BufferReader(raw.data)
        # Opened again, for only the schema says which columns are texts; metadata are not parsed twice.
        self._file = parquet.ParquetFile(source, metadata=file.metadata, read_dictionary=texts)

    def distinct(self, column: str) -> list[str]:
        from pyarrow import types

        found: dict[str, None] = {}
        for chunk in self._file.read([column]).column(0).chunks:
            texts = chunk.dictionary if types.is_dictionary(chunk.type) else chunk.unique()
            found.update(dict.fromkeys(str(text) for text in texts.to_pylist() if text is not None))
        return list(found)

    def rows(self, names: Sequence[str], filters: Mapping[str, Any]) -> arrow.Table:
        import pyarrow as arrow

        schema = arrow.schema([(name, self._kinds[name]) for name in names])
        _check_types(self.path, schema)
        made = [_condition(self._kinds[name], name, wanted) for name, wanted in filters.items()]
        # Texts of keys first: they rule out more rows than periods do.
        conditions = sorted(filter(None, made), key=lambda each: each.values is None)
        places = {
            self._file.metadata.schema.column(place).path: place for place in range(self._file.metadata.num_columns)
        }
        found: list[arrow.Table] = []
        for group in range(self._file.num_row_groups):
            facts = self._file.metadata.row_group(group)
            met = (each.may_be_met(facts.column(places[each.name]).statistics) for each in conditions)
            if facts.num_rows and all(met):
                found += self._of_group(group, names, conditions)
        chosen = arrow.concat_tables([table.cast(schema) for table in found]) if found else schema.empty_table()
        chosen.validate(full=True)  # texts that are not UTF-8
        return chosen

    def _of_group(self, group: int, names: Sequence[str], conditions: Sequence[_Condition]) -> Iterator[arrow.Table]:
        """Yield the rows of a group that meet all conditions, if any does."""
        import pyarrow as arrow

        read: dict[str, arrow.ChunkedArray] = {}
        mask = np.ones(self._file.metadata.row_group(group).num_rows, dtype=bool)
        for each in conditions:
            read[each.name] = self._file.read_row_group(group, [each.name], use_threads=False).column(0)
            mask &= each.mask(read[each.name])
            if not mask.any():
                return
        rest = self._file.read_row_group(group, [name for name in names if name not in read], use_threads=False)
        columns = {name: read[name] if name in read else rest[name] for name in names}
        chosen = arrow.table(columns).filter(arrow.array(mask)) if conditions else arrow.table(columns)
        _check_texts(self.path, chosen)
        yield chosen

    def bytes_of(self, rows: arrow.Table) -> bytes:
        return as_bytes(rows.replace_schema_metadata(None))  # what other programs noted on the file


def _check_types(path: str, schema: arrow.Schema) -> None:
    for field in schema:
        if not _is_readable(field.type):
            expected = "a column of numbers, texts or dates"
            raise InputError(Problem(path, expected, column=field.name, text=str(field.type)))


def _check_size(raw: RawFile, metadata: parquet.FileMetaData) -> None:
    """Refuse a file that would grow in memory far beyond its size, as it states itself."""
    rows = min(MOST_ROWS, max(FREE_ROWS, len(raw.data)))
    if metadata.num_rows > rows:
        expected = f"at most {rows:,} rows in {len(raw.data):,} bytes"
        raise InputError(Problem(raw.path, expected, text=f"{metadata.num_rows:,}"))
    unpacked = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    if unpacked > UNPACKED * len(raw.data) + FREE_UNPACKED:
        expected = f"columns of at most {UNPACKED} times the file's bytes, and {FREE_UNPACKED:,} more"
        raise InputError(Problem(raw.path, expected, text=f"{unpacked:,} bytes"))


def _check_texts(path: str, table: arrow.Table) -> None:
    """Refuse texts that many rows share and that would be too large if each row had its own."""
    from pyarrow import compute, types

    for name in table.column_names:
        size = 0
        for chunk in table[name].chunks:
            if types.is_dictionary(chunk.type) and types.is_string(chunk.type.value_type) and len(chunk):
                size += compute.sum(compute.binary_length(chunk.dictionary).take(chunk.indices)).as_py() or 0
        if size > MAX_BYTES:
            expected = f"texts of at most {MAX_BYTES // 2**20} MiB in the rows of a column"
            raise InputError(Problem(path, expected, column=name, text=f"{size:,} bytes"))


def _is_readable(kind: arrow.DataType) -> bool:
    """Whether a column of a type may hold keys or values."""
    from pyarrow import types

    if types.is_dictionary(kind):
        kind = kind.value_type
    tests = (types.is_integer, types.is_floating, types.is_decimal, types.is_string, types.is_large_string)
    return any(test(kind) for test in (*tests, types.is_date, types.is_timestamp, types.is_null))


class _Condition(NamedTuple):
    """What a column must be: one of some values, or not before one and not after another."""

    name: str
    values: arrow.Array | None = None
    first: Any = None
    last: Any = None

    def may_be_met(self, statistics: parquet.Statistics | None) -> bool:
        """Whether a cell may meet it in a group of rows with such a least and greatest cell, if that is known."""
        if statistics is None or not statistics.has_min_max:
            return True
        least, most = statistics.min, statistics.max
        if self.values is not None:
            return any(least <= value <= most for value in self.values.to_pylist())
        first, last = _in_python(self.first), _in_python(self.last)
        try:
            return (first is None or most >= first) and (last is None or least <= last)
        except TypeError:  # times with a zone, and without one
            return True

    def mask(self, column: arrow.ChunkedArray) -> npt.NDArray[np.bool_]:
        """Return which of some cells meet it, none that are missing."""
        from pyarrow import compute, types

        if self.values is not None and types.is_dictionary(column.type):
            return np.concatenate([self._mask_by_dictionary(chunk) for chunk in column.chunks])
        if self.values is not None:
            found = compute.is_in(column, self.values)
        else:
            after = [] if self.first is None else [compute.greater_equal(column, self.first)]
            before = [] if self.last is None else [compute.less_equal(column, self.last)]
            found = reduce(compute.and_, after + before).fill_null(False)
        mask: npt.NDArray[np.bool_] = found.to_numpy()
        return mask

    def _mask_by_dictionary(self, chunk: arrow.DictionaryArray) -> npt.NDArray[np.bool_]:
        """Compare numbers in place of texts."""
        from pyarrow import compute

        wanted = np.flatnonzero(compute.is_in(chunk.dictionary, self.values).to_numpy(zero_copy_only=False))
        return np.isin(chunk.indices.fill_null(-1).to_numpy(), wanted)


def _in_python(end: Any) -> Any:
    return None if end is None else end.as_py()


def _condition(kind: arrow.DataType, name: str, wanted: Any) -> _Condition | None:
    """Return what a column must be, None if its type allows no comparison: texts of a key, or the ends of periods."""
    if isinstance(wanted, tuple):
        first, last = wanted
        return _within(kind, name, first and first.start, last and last.end)
    return _one_of(kind, name, sorted(wanted))


def _one_of(kind: arrow.DataType, name: str, texts: Sequence[str]) -> _Condition | None:
    """Return that a column must be one of some texts, or the number that a text states."""
    import pyarrow as arrow

    if arrow.types.is_integer(kind):
        # Fewer than 19 digits: more may not be an integer of 64 bits.
        numbers = [int(text) for text in texts if text.isascii() and text.lstrip("-").isdigit() and len(text) < 19]
        return _Condition(name, arrow.array(numbers, arrow.int64()))
    is_text = arrow.types.is_string(kind) or arrow.types.is_large_string(kind) or arrow.types.is_dictionary(kind)
    return _Condition(name, arrow.array(texts, arrow.string())) if is_text else None


def _within(kind: arrow.DataType, name: str, first: dt.date | None, last: dt.date | None) -> _Condition | None:
    """Return that a column must lie between two days, each None for an open end; whole numbers are years."""
    import pyarrow as arrow

    low = high = None
    if arrow.types.is_integer(kind):
        low, high = (arrow.scalar(day.year) if day else None for day in (first, last))
    elif arrow.types.is_date(kind) or arrow.types.is_timestamp(kind):
        # A time of the last day is after its midnight, and one with a zone may be on the day before or after.
        low, high = _end(first, -1, kind), _end(last, 2, kind)
    return None if low is None and high is None else _Condition(name, None, low, high)


def _end(day: dt.date | None, days: int, kind: arrow.DataType) -> arrow.Scalar | None:
    """Return the end of a period as a time of a column; None for an open end, or one out of its range."""
    import pyarrow as arrow

    try:
        return arrow.scalar(day + dt.timedelta(days=days)).cast(kind) if day else None
    except (OverflowError, arrow.ArrowInvalid):
        return None
