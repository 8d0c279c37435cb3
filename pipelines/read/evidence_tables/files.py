"""The rows that expressions need, from CSV and Parquet files of any size: only their columns and rows are read.

A file is read in two steps: `extract` takes the cells that are needed as they stand, `read_rows` makes values of them.
A release keeps the extract in place of the file, so that the second step can be done again without it.

Belongs here: filters that a reader applies, keys and periods of rows, doubled keys. Does not: which rows are needed
(`evaluate.evidence_values`).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, reduce
from operator import and_
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean
from tidebook.pipelines.read.evidence_tables.countries import country
from tidebook.pipelines.read.evidence_tables.declared import Series, Value
from tidebook.pipelines.read.evidence_tables.layout import layout_of
from tidebook.pipelines.read.evidence_tables.periods import RESOLUTIONS, Period, containing, period
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.regular import MAX_BYTES
from tidebook.schemas.parquet import as_bytes

if TYPE_CHECKING:
    import pyarrow as arrow
    from pyarrow import csv as arrow_csv
    from pyarrow.parquet import FileMetaData

NOTHING = (
    "", "NA", "N/A", "n/a", "#N/A", "..", "...", "…", "-", "–", "—", "null", "NULL", "None", "NaN", "nan", ":",
    "no data",
)  # fmt: skip
"""Cells that hold no value."""

PARQUET = b"PAR1"

_YEAR = re.compile(r"^(?:YR?)?(\d{4})(?:\.0| \[YR\d{4}\])?$")
"""A year as programs write it: 2019.0, Y2019 (FAO), 2019 [YR2019] (World Bank)."""

_SIGNS = re.compile(r"[-−]?\d[\d.,'’\s]*%?")
"""A number that only lacks the signs of decimals and thousands that its column has."""

MOST_ROWS, FREE_ROWS = 100_000_000, 1_000_000
"""Maximum rows of a Parquet file, and those that one of any size may have; beyond, as many as it has bytes. A few bytes
may hold far more: the same row over and over."""

UNPACKED, FREE_UNPACKED = 64, 64 * 2**20
"""Maximum bytes of a Parquet file's columns for each byte of it, beside those that any may have."""
MOST_OF_REASON = 200
"""Characters of what a reader says of a damaged file."""


class Needed(NamedTuple):
    """Rows that are needed: of a value, with these texts of a key if it is named, between two periods."""

    value: str
    texts: Mapping[str, frozenset[str]]
    first: Period | None
    last: Period | None


class ReadRow(NamedTuple):
    """A row that was read: its keys beside the time, the period's text, and the value."""

    value_name: str
    keys: tuple[str, ...]
    period: str
    value: float


class Extract(NamedTuple):
    """The part of a file that is needed, as a file of the same format, and the texts of its keys that are there."""

    data: bytes
    keys: Mapping[str, frozenset[str]]


def extract(series: Series, raw: RawFile, wanted: Sequence[Needed]) -> Extract:
    """Return the columns and rows of a file that are wanted, in its order and with its cells as they are.

    Raises:
        InputError: the file is no table, or lacks a column.
    """
    with _told(raw):
        table = _open(series, raw)
        take = _wide_extract if series.wide else _long_extract
        rows, keys = take(series, table, wanted)
        return Extract(_parquet_bytes(rows) if table.is_parquet else _csv_bytes(rows), keys)


def read_rows(series: Series, raw: RawFile, wanted: Sequence[Needed]) -> list[ReadRow]:
    """Return the rows of an extract that are wanted, sorted.

    Raises:
        InputError: it holds no number where one is needed, or has two rows of the same keys.
    """
    with _told(raw):
        return sorted(_rows_by_key(series, raw, wanted).values())


def _rows_by_key(
    series: Series, raw: RawFile, wanted: Sequence[Needed]
) -> dict[tuple[str, tuple[str, ...], str], ReadRow]:
    table = _open(series, raw)
    rows: dict[tuple[str, tuple[str, ...], str], ReadRow] = {}
    for value_name in dict.fromkeys(each.value for each in wanted):
        own = [each for each in wanted if each.value == value_name]
        read = _wide_rows if series.wide else _long_rows
        for row in read(series, table, series.values[value_name], value_name):
            if not any(_is_wanted(series, row, each) for each in own):
                continue
            name = row[:3]
            if name in rows:
                listed = " ".join(filter(None, (*row.keys, row.period)))
                raise InputError(Problem(raw.path, "one row for each key", text=f"two of {listed}"))
            rows[name] = row
    return rows


def known_keys(series: Series, raw: RawFile, key: str) -> set[str]:
    """Return all texts that a key has in a file. Raises InputError as `read_rows`."""
    with _told(raw):
        table = _open(series, raw)
        if key == series.wide:
            return {series.key_of(key, header) for header in table.columns}
        header = series.keys[key] or table.columns[0]
        return {series.key_of(key, text) for text in table.distinct(_column(table, header))}


def labels_of(series: Series, raw: RawFile, key: str) -> dict[str, int]:
    """Return the texts of a key with the number of rows, or of columns, that have each. Raises as `known_keys`."""
    with _told(raw):
        table = _open(series, raw)
        if key == series.wide:
            return dict.fromkeys(table.columns[1:], 1)
        header = _column(table, series.keys[key] or table.columns[0])
        counts = table.rows([header], {})[header].value_counts()
        return {str(each["values"]): each["counts"] for each in counts.to_pylist() if each["values"] is not None}


def _is_wanted(series: Series, row: ReadRow, each: Needed) -> bool:
    others = [key for key in series.keys if key != series.time]
    for key, text in zip(others, row.keys, strict=True):
        if key in each.texts and text not in each.texts[key]:
            return False
    return _meets(period(row.period) if row.period else None, each)


class _Table(NamedTuple):
    """A file: its columns, their distinct texts, and its rows by some columns. Filters are only those of Parquet."""

    path: str
    is_parquet: bool
    columns: list[str]
    distinct: Callable[[str], list[str]]
    rows: Callable[[Sequence[str], Mapping[str, Any]], arrow.Table]

    def frame(self, names: Sequence[str]) -> pd.DataFrame:
        """Return all rows of some columns."""
        return _as_frame(self.rows(names, {}))


@contextmanager
def _told(raw: RawFile) -> Iterator[None]:
    """Tell what a reader of CSV or Parquet makes of a damaged file, whatever it is, as an error that names it."""
    import pyarrow as arrow

    try:
        yield
    except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
        why = "".join(character if character.isprintable() else " " for character in str(error))
        expected = f"a CSV or Parquet file that can be read ({why[:MOST_OF_REASON]})"
        raise InputError(Problem(raw.path, expected)) from error


def _open(series: Series, raw: RawFile) -> _Table:
    return _parquet(raw) if raw.data.startswith(PARQUET) else _csv(series, raw)


def _parquet(raw: RawFile) -> _Table:
    import pyarrow as arrow
    from pyarrow import parquet

    file = parquet.ParquetFile(arrow.BufferReader(raw.data))
    columns = file.schema_arrow.names
    _check_headers(raw, columns)
    _check_size(raw, file.metadata)

    def distinct(column: str) -> list[str]:
        found: dict[str, None] = {}
        read = parquet.read_table(arrow.BufferReader(raw.data), columns=[column], read_dictionary=[column])
        for chunk in read.column(0).chunks:
            texts = chunk.dictionary if arrow.types.is_dictionary(chunk.type) else chunk.unique()
            found.update(dict.fromkeys(str(text) for text in texts.to_pylist() if text is not None))
        return list(found)

    def rows(names: Sequence[str], filters: Mapping[str, Any]) -> arrow.Table:
        kinds = {name: file.schema_arrow.field(name).type for name in names}
        for name, kind in kinds.items():
            if not _is_readable(kind):
                expected = "a column of numbers, texts or dates"
                raise InputError(Problem(raw.path, expected, column=name, text=str(kind)))
        conditions = [_condition(kinds[name], name, wanted) for name, wanted in filters.items()]
        # Texts of keys first: they rule out more rows than periods do.
        by_texts = sorted(filter(None, conditions), key=lambda each: each.values is None)
        return _chosen_rows(raw, kinds, by_texts)

    return _Table(raw.path, True, columns, distinct, rows)


def _check_size(raw: RawFile, metadata: FileMetaData) -> None:
    """Refuse a file that would grow in memory far beyond its size, as it states itself."""
    rows = min(MOST_ROWS, max(FREE_ROWS, len(raw.data)))
    if metadata.num_rows > rows:
        expected = f"at most {rows:,} rows in {len(raw.data):,} bytes"
        raise InputError(Problem(raw.path, expected, text=f"{metadata.num_rows:,}"))
    unpacked = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    if unpacked > UNPACKED * len(raw.data) + FREE_UNPACKED:
        expected = f"columns of at most {UNPACKED} times the file's bytes, and {FREE_UNPACKED:,} more"
        raise InputError(Problem(raw.path, expected, text=f"{unpacked:,} bytes"))


def _check_texts(raw: RawFile, table: arrow.Table) -> None:
    """Refuse texts that many rows share and that would be too large if each row had its own."""
    from pyarrow import compute, types

    for name in table.column_names:
        size = 0
        for chunk in table[name].chunks:
            if types.is_dictionary(chunk.type) and types.is_string(chunk.type.value_type) and len(chunk):
                size += compute.sum(compute.binary_length(chunk.dictionary).take(chunk.indices)).as_py() or 0
        if size > MAX_BYTES:
            expected = f"texts of at most {MAX_BYTES // 2**20} MiB in the rows of a column"
            raise InputError(Problem(raw.path, expected, column=name, text=f"{size:,} bytes"))


def _is_readable(kind: arrow.DataType) -> bool:
    """Whether a column of a type may hold keys or values."""
    from pyarrow import types

    if types.is_dictionary(kind):
        kind = kind.value_type
    tests = (types.is_integer, types.is_floating, types.is_decimal, types.is_string, types.is_large_string)
    return any(test(kind) for test in (*tests, types.is_date, types.is_timestamp, types.is_null))


def _chosen_rows(raw: RawFile, kinds: Mapping[str, arrow.DataType], conditions: Sequence[_Condition]) -> arrow.Table:
    """Return the rows of a Parquet file that meet all conditions, of the columns in `kinds`.

    Groups of rows that the file's statistics rule out are not read; of each other one the columns with conditions come
    first, and the rest only where a row meets them. Texts are compared by the file's dictionaries, and only the chosen
    ones become texts: ten times as fast as a scan, and one group after the other is in memory.
    """
    import pyarrow as arrow
    from pyarrow import compute, dataset, parquet

    texts = [name for name, kind in kinds.items() if arrow.types.is_string(kind) or arrow.types.is_large_string(kind)]
    file = parquet.ParquetFile(arrow.BufferReader(raw.data), read_dictionary=texts)
    groups: Iterable[int] = range(file.num_row_groups)
    if conditions:
        fragment = dataset.ParquetFileFormat().make_fragment(arrow.BufferReader(raw.data))
        parts = fragment.split_by_row_group(reduce(and_, [each.expression() for each in conditions]))
        groups = [group.id for part in parts for group in part.row_groups]
    found = []
    for group in groups:
        mask = None
        for each in conditions:
            column = file.read_row_group(group, [each.name], use_threads=False).column(0)
            mask = each.mask(column) if mask is None else compute.and_(mask, each.mask(column))
            if not compute.any(mask).as_py():
                break
        else:
            table = file.read_row_group(group, [*kinds], use_threads=False).select([*kinds])
            found.append(table if mask is None else table.filter(mask))
            _check_texts(raw, found[-1])
    schema = arrow.schema(kinds.items())
    chosen = arrow.concat_tables([table.cast(schema) for table in found]) if found else schema.empty_table()
    chosen.validate(full=True)  # texts that are no UTF-8
    return chosen


class _Condition(NamedTuple):
    """What a column must be: one of some values, or not before one and not after another."""

    name: str
    values: arrow.Array | None = None
    first: Any = None
    last: Any = None

    def expression(self) -> Any:
        """Return it as statistics are asked."""
        from pyarrow import dataset

        column = dataset.field(self.name)
        if self.values is not None:
            return column.isin(self.values)
        after = [] if self.first is None else [column >= self.first]
        before = [] if self.last is None else [column <= self.last]
        return reduce(and_, after + before)

    def mask(self, column: arrow.ChunkedArray) -> arrow.ChunkedArray:
        """Return which of some cells meet it."""
        from pyarrow import compute

        if self.values is not None:
            return compute.is_in(column, self.values)
        after = [] if self.first is None else [compute.greater_equal(column, self.first)]
        before = [] if self.last is None else [compute.less_equal(column, self.last)]
        return reduce(compute.and_, after + before)


def _condition(kind: arrow.DataType, name: str, wanted: Any) -> _Condition | None:
    """Return what a column must be, None if its type allows no comparison: texts of a key, or the ends of periods."""
    import pyarrow as arrow

    if not isinstance(wanted, tuple):
        texts = sorted(wanted)
        if arrow.types.is_integer(kind):
            numbers = [int(text) for text in texts if text.isascii() and text.lstrip("-").isdigit() and len(text) < 19]
            return _Condition(name, arrow.array(numbers, arrow.int64()))
        is_text = arrow.types.is_string(kind) or arrow.types.is_large_string(kind) or arrow.types.is_dictionary(kind)
        return _Condition(name, arrow.array(texts, arrow.string())) if is_text else None
    first, last = wanted
    ends = [first and first.start, last and last.end]
    if ends == [None, None]:
        return None
    if arrow.types.is_integer(kind):
        return _Condition(name, None, *(arrow.scalar(day.year) if day else None for day in ends))
    if arrow.types.is_date(kind) or arrow.types.is_timestamp(kind):
        return _Condition(name, None, *(arrow.scalar(day).cast(kind) if day else None for day in ends))
    return None


def _csv(series: Series, raw: RawFile) -> _Table:
    import pyarrow as arrow
    from pyarrow import csv as arrow_csv

    layout = layout_of(raw.path, raw.data, lambda headers: _is_header(series, headers))
    # Rows often end with a sign, which makes a last column without a header.
    columns = [header for place, header in enumerate(layout.headers) if header or not place]
    _check_headers(raw, columns)
    form = arrow_csv.ParseOptions(
        delimiter=layout.sign,
        newlines_in_values=b'"' in raw.data,
        invalid_row_handler=lambda row: "skip" if _is_note(row) else "error",
    )

    is_empty = len(raw.data.rstrip()) <= layout.start

    def read(names: Sequence[str]) -> arrow.Table:
        if is_empty:
            return arrow.schema([(name, arrow.string()) for name in names]).empty_table()
        texts = arrow_csv.ConvertOptions(
            include_columns=list(names), column_types=dict.fromkeys(names, arrow.string()), strings_can_be_null=False
        )
        return arrow_csv.read_csv(
            arrow.BufferReader(arrow.py_buffer(raw.data).slice(layout.start)),
            arrow_csv.ReadOptions(column_names=layout.headers),
            form,
            texts,
        )

    return _Table(
        raw.path, False, columns, lambda name: read([name])[name].unique().to_pylist(), lambda names, _: read(names)
    )


def _is_note(row: arrow_csv.InvalidRow) -> bool:
    """Whether a row is a note below a table: a single cell, whose quotation marks are closed."""
    return row.actual_columns == 1 and row.text.count('"') % 2 == 0


def _is_header(series: Series, headers: Sequence[str]) -> bool:
    """Whether a row of a file can be its header: it has the keys, and where keys are headers countries or periods."""
    named = {header for key, header in series.keys.items() if header and key != series.wide}
    if not named <= set(headers):
        return False
    texts = headers[1:]
    if series.wide == series.time != "":
        return sum(_period_text(series, text) is not None for text in texts) > 1
    if series.wide == series.place != "":
        return any(country(series.key_of(series.wide, text)) for text in texts)
    return len(headers) > 1 or not series.wide


def _check_headers(raw: RawFile, columns: Sequence[str]) -> None:
    """Raise InputError if two columns have one header."""
    seen: set[str] = set()
    for name in columns:
        if name in seen:
            raise InputError(Problem(raw.path, "headers that differ", 1, text=name))
        seen.add(name)


def _as_frame(rows: arrow.Table) -> pd.DataFrame:
    found: pd.DataFrame = rows.to_pandas(date_as_object=True)
    return found


def _csv_bytes(rows: arrow.Table) -> bytes:
    """Return texts as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows.column_names)
    writer.writerows(zip(*(column.to_pylist() for column in rows.columns), strict=True))
    return text.getvalue().encode()


def _parquet_bytes(rows: arrow.Table) -> bytes:
    """Return rows as Parquet, without what other programs noted on the file."""
    return as_bytes(rows.replace_schema_metadata(None))


def _column(table: _Table, header: str) -> str:
    if header not in table.columns:
        expected = f"a column {header}{did_you_mean(header, table.columns)}"
        raise InputError(Problem(table.path, expected, 1, text=", ".join(table.columns[:8])))
    return header


def _texts_of(series: Series, key: str, wanted: Sequence[Needed]) -> frozenset[str] | None:
    """Return the texts of a key that some of the wanted rows have, None if all may."""
    found: set[str] = set()
    for each in wanted:
        if key not in each.texts:
            return None
        found |= each.texts[key]
    return frozenset(found)


def _codes(series: Series, key: str, texts: Iterable[Any]) -> dict[Any, str]:
    """Return what each text of a key stands for."""
    return {text: series.key_of(key, str(text)) for text in texts}


def _span(wanted: Sequence[Needed]) -> tuple[Period | None, Period | None]:
    """Return the first and the last period that some of the wanted rows have, None for an open end."""
    firsts, lasts = [each.first for each in wanted], [each.last for each in wanted]
    first = None if None in firsts else min(firsts, key=lambda each: each.start)  # type: ignore[union-attr]
    last = None if None in lasts else max(lasts, key=lambda each: each.end)  # type: ignore[union-attr]
    return first, last


def _long_rows(series: Series, table: _Table, value: Value, name: str) -> Iterator[ReadRow]:
    headers = {key: _column(table, header) for key, header in series.keys.items()}
    frame = table.frame([*headers.values(), _column(table, value.column)])
    keys, periods = _keys_and_periods(series, frame, headers)
    numbers = _numbers(table.path, value, frame[value.column])
    yield from _rows(name, [*keys.values()], periods, numbers)


def _long_extract(
    series: Series, table: _Table, wanted: Sequence[Needed]
) -> tuple[arrow.Table, dict[str, frozenset[str]]]:
    """Return the wanted rows of a long table, and the texts of keys that they have."""
    headers = {key: _column(table, header) for key, header in series.keys.items()}
    named = {*headers.values(), *(_column(table, series.values[each.value].column) for each in wanted)}
    found = _candidates(series, table, headers, [each for each in table.columns if each in named], wanted)
    kept, codes = _exactly(series, found, headers, wanted)
    return kept, {key: frozenset(texts) for key, texts in codes.items()}


def _exactly(
    series: Series, found: arrow.Table, headers: Mapping[str, str], wanted: Sequence[Needed]
) -> tuple[arrow.Table, dict[str, pd.Series]]:
    """Return the rows that are wanted by the keys in some columns, and by key what their texts stand for."""
    frame = _as_frame(found.select([*dict.fromkeys(headers.values())]))
    keys, periods = _keys_and_periods(series, frame, headers)
    codes = {key: pd.Series(texts, dtype=object) for key, texts in keys.items()}
    whens = pd.Series(periods, dtype=object)
    by_text = {text: period(text) if text else None for text in dict.fromkeys(periods) if text is not None}
    mask = np.zeros(len(frame), dtype=bool)
    for each in wanted:
        own = whens.isin([text for text, when in by_text.items() if _meets(when, each)])
        for key, texts in each.texts.items():
            if key in codes:
                own &= codes[key].isin(texts)
        mask |= own.to_numpy()
    return found.filter(mask), {key: texts[mask] for key, texts in codes.items()}


def _meets(when: Period | None, each: Needed) -> bool:
    """Whether a period lies between the ends that are wanted; without periods everything does."""
    if when is None:
        return True
    return (each.first is None or when.start >= each.first.start) and (each.last is None or when.end <= each.last.end)


def _candidates(
    series: Series, table: _Table, headers: Mapping[str, str], names: Sequence[str], wanted: Sequence[Needed]
) -> arrow.Table:
    """Return the rows that may be wanted.

    In Parquet the usual spellings of a key are tried first, which spares reading a column of millions of rows: all
    names of a country, and of other keys the text itself. Only where a key is not found so, the column is read for
    others.
    """
    import pyarrow as arrow
    from pyarrow import compute

    named = {}
    for key in series.keys:
        texts = _texts_of(series, key, wanted) if key != series.time else None
        if texts is not None:
            named[key] = texts
    if not table.is_parquet:
        found = table.rows(names, {})
        for key, texts in named.items():
            column = found[headers[key]]
            spelled = _spellings(series, key, texts, column.unique().to_pylist())
            found = found.filter(compute.is_in(column, arrow.array(spelled, arrow.string())))
        return found
    filters: dict[str, Any] = {headers[series.time]: _span(wanted)} if series.time else {}
    for key, texts in named.items():
        filters[headers[key]] = {spelled for text in texts for spelled in series.spelled(key, text)}
    found = table.rows(names, filters)
    for key, texts in named.items():
        if texts <= set(_codes(series, key, found[headers[key]].unique().to_pylist()).values()):
            continue
        filters[headers[key]] = _spellings(series, key, texts, table.distinct(headers[key]))
        found = table.rows(names, filters)
    return found


def _spellings(series: Series, key: str, texts: Collection[str], known: Iterable[str]) -> list[str]:
    """Return those of the cells of a key that stand for some texts."""
    return [text for text, code in _codes(series, key, known).items() if code in texts]


def _wide_columns(series: Series, table: _Table) -> tuple[dict[str, str], dict[str, str]]:
    """Return the columns of a wide table: those of its other keys by key, and the code of each of the rest."""
    first = {}
    for key, header in series.keys.items():
        if key != series.wide:
            first[key] = _column(table, header) if header else table.columns[0]
    others = [text for text in table.columns if text not in first.values()]
    if series.wide != series.time:
        return first, _codes(series, series.wide, others)
    # Columns beside the periods, such as a code or a note, are no values.
    periods = {header: text for header in others if (text := _period_text(series, header))}
    if not periods:
        expected = "columns whose headers are periods, such as 2019 or 2019-Q2"
        raise InputError(Problem(table.path, expected, 1, text=", ".join(table.columns[:8])))
    return first, periods


def _wide_extract(
    series: Series, table: _Table, wanted: Sequence[Needed]
) -> tuple[arrow.Table, dict[str, frozenset[str]]]:
    """Return the wanted rows and columns of a wide table, and the texts of keys that they have."""
    first, every = _wide_columns(series, table)
    if series.wide == series.time:
        codes = {header: text for header, text in every.items() if any(_meets(period(text), each) for each in wanted)}
    else:
        texts = _texts_of(series, series.wide, wanted)
        codes = {header: code for header, code in every.items() if texts is None or code in texts}
    found = table.rows([*first.values(), *codes], {})
    kept, others = _exactly(series, found, first, wanted)
    return kept, {**{key: frozenset(own) for key, own in others.items()}, series.wide: frozenset(codes.values())}


def _wide_rows(series: Series, table: _Table, value: Value, name: str) -> Iterator[ReadRow]:
    first, codes = _wide_columns(series, table)
    frame = table.frame([*first.values(), *codes])
    keys, periods = _keys_and_periods(series, frame, first)
    order = [key for key in series.keys if key != series.time]
    for header, code in codes.items():
        numbers = _numbers(table.path, replace(value, column=header), frame[header])
        if series.wide == series.time:
            periods = [code] * len(frame)
        else:
            keys[series.wide] = [code] * len(frame)
        yield from _rows(name, [keys[key] for key in order], periods, numbers)


def _rows(
    name: str, keys: Sequence[Sequence[str]], periods: Sequence[str | None], numbers: Sequence[float]
) -> Iterator[ReadRow]:
    """Yield the rows that have a period and a value; `keys` are the columns of keys beside the time."""
    for when, number, *own in zip(periods, numbers, *keys, strict=True):
        if when is not None and not np.isnan(number):
            yield ReadRow(name, tuple(own), when, number)


def _keys_and_periods(
    series: Series, frame: pd.DataFrame, headers: Mapping[str, str]
) -> tuple[dict[str, list[str]], list[str | None]]:
    """Return what each cell of some keys stands for, those beside the time by key; periods are "" without a column."""
    keys = {key: _key_texts(series, key, frame[header]) for key, header in headers.items() if key != series.time}
    if series.time in headers:
        return keys, _period_texts(series, frame[headers[series.time]])
    return keys, [""] * len(frame)


def _key_texts(series: Series, key: str, cells: pd.Series) -> list[str]:
    """Return what each cell of a key stands for."""

    @cache
    def text_of(cell: Any) -> str:
        return series.key_of(key, str(cell))

    return [text_of(cell) for cell in cells]


def _period_texts(series: Series, cells: pd.Series) -> list[str | None]:
    """Return the period of each cell as expressions write it, None of one before year 1 or that is no period."""

    @cache
    def text_of(cell: Any) -> str | None:
        return _period_text(series, cell)

    return [text_of(cell) for cell in cells]


def _period_text(series: Series, cell: Any) -> str | None:
    if isinstance(cell, (int, np.integer)):
        cell = f"{cell:04d}"
    elif isinstance(cell, float):
        cell = f"{cell:04.0f}"
    elif cell is pd.NaT:
        return None
    elif isinstance(cell, (dt.datetime, pd.Timestamp)):
        cell = cell.date().isoformat()
    text = _YEAR.sub(r"\1", str(cell).strip())
    found = period(text)
    if found is None:
        return None
    is_finer = series.resolution and RESOLUTIONS.index(found.resolution) > RESOLUTIONS.index(series.resolution)
    return containing(found.start, series.resolution).text if is_finer else found.text


def _numbers(path: str, value: Value, cells: pd.Series) -> list[float]:
    """Return the numbers of a column, NaN for nothing; a cell such as `£619.1m` is read as it is printed.

    Raises InputError if a cell is no number in the unit.
    """
    if is_numeric_dtype(cells):
        cells = cells * (1 if value.is_plain else _quantity(path, value, "1"))
    else:
        cells = cells.astype(object)
        cells = cells.where(~cells.isin({*NOTHING}.difference(value.printing.nil)))
        # Where signs are declared, 1.234 may be a thousand.
        plain = cells if value.is_plain else cells.mask(cells.map(lambda cell: isinstance(cell, str)))
        numbers = pd.to_numeric(plain, errors="coerce")
        printed = cells[numbers.isna() & cells.notna()]
        read = {text: _quantity(path, value, str(text)) for text in printed.unique()}
        cells = numbers.where(~cells.isin(list(read)), cells.map(read)) if read else numbers
    found = cells.to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(found).any():
        expected = "a number, or nothing"
        raise InputError(Problem(path, expected, column=value.column, text=str(found[np.isinf(found)][0])))
    listed: list[float] = found.tolist()
    return listed


def _quantity(path: str, value: Value, text: str) -> float:
    try:
        quantity = parse_quantity(text, value.unit, value.printing)
    except QuantityError as error:
        expected = f"a number, or nothing: {error.hint}"
        if value.is_plain and _SIGNS.fullmatch(text):
            expected += '; signs of another language are declared, such as locale = "de"'
        raise InputError(Problem(path, expected, column=value.column, text=text)) from error
    if quantity.kind not in ("exact", "rounded", "missing"):
        raise InputError(Problem(path, "a number, or nothing: no bound or estimate", column=value.column, text=text))
    return float(quantity.value)
