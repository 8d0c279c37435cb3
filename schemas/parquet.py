"""Tables as Parquet bytes and back, always with the Arrow schema that the table's model gives.

The bytes depend only on the content and on pyarrow's version: every writer option is fixed here.
"""

import io
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tidebook.schemas.base import Table, arrow_schema, keys, row_order

ROW_GROUP_ROWS = 1 << 20
WRITER: dict[str, Any] = {
    "version": "2.6",
    "data_page_version": "1.0",
    "compression": "zstd",
    "compression_level": 3,
    "use_dictionary": True,
    "dictionary_pagesize_limit": 1 << 20,
    "data_page_size": 1 << 20,
    "max_rows_per_page": 20_000,
    "write_batch_size": 1024,
    "write_statistics": True,
    "write_page_index": False,
    "write_page_checksum": True,
    "store_schema": True,
    "use_compliant_nested_type": True,
    "use_content_defined_chunking": False,
}
"""The defaults of pyarrow but for compression and checksums, stated so that a later version writes the same bytes."""


def to_arrow(model: type[Table], frame: pd.DataFrame) -> pa.Table:
    """Return the frame as it is stored; NaN, and an empty text where a column may be null, becomes null.

    Infinities stay, rows keep their order.

    Raises pyarrow.ArrowInvalid if a value does not fit the model's Arrow type.
    """
    schema = arrow_schema(model)
    table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False, nthreads=1)
    return _with_nulls(table.replace_schema_metadata(schema.metadata))


def to_parquet(model: type[Table], table: pd.DataFrame | pa.Table) -> bytes:
    """Return a frame, or what `to_arrow` makes of it, as Parquet bytes.

    Raises pyarrow.ArrowInvalid as `to_arrow` does, ValueError if the rows are not sorted by the key, and the model says
    that they are.
    """
    if isinstance(table, pd.DataFrame):
        table = to_arrow(model, table)
    ordering = [(name, "ascending") for name in keys(model.to_schema())] if row_order(model) == "key" else []
    positions = pa.array(range(len(table)), pa.uint64())
    # Text sorts by code point, which is how Parquet compares it.
    if ordering and not pc.sort_indices(table, sort_keys=ordering).equals(positions):
        raise ValueError(f"{model.__name__}: rows are not sorted by {', '.join(name for name, _ in ordering)}")
    sorting = pq.SortingColumn.from_ordering(table.schema, ordering) if ordering else None
    return as_bytes(table, row_group_size=ROW_GROUP_ROWS, sorting_columns=sorting)


def _with_nulls(table: pa.Table) -> pa.Table:
    """Return the table as `schemas.base.with_nulls` has it, in Arrow: pandas takes ten times as long for a column."""
    for place, field in enumerate(table.schema):
        if field.nullable and pa.types.is_string(field.type):
            texts = table[field.name]
            table = table.set_column(place, field, pc.if_else(pc.equal(texts, ""), None, texts))
    return table


def as_bytes(table: pa.Table, **more: Any) -> bytes:
    """Return an Arrow table as Parquet bytes; `more` is what `pyarrow.parquet.write_table` takes besides."""
    sink = io.BytesIO()
    pq.write_table(table, sink, **more, **WRITER)
    return sink.getvalue()


def read_parquet(path: Path | io.BytesIO) -> pd.DataFrame:
    """Return a stored table as `to_frame` does."""
    # Twice as fast as `read_table` for small ones, and without a thread.
    with pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False) as file:
        return to_frame(file.read(use_threads=False))


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Return an Arrow table as a frame: dates as `datetime.date`, lists of text as lists, of numbers as arrays.

    Null is an empty text in columns of texts, None or NaN in others.
    """
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type) and table[place].null_count:
            table = table.set_column(place, field, table[place].fill_null(""))
    frame: pd.DataFrame = table.to_pandas(use_threads=False)
    for name, kind in zip(table.schema.names, table.schema.types, strict=True):
        if pa.types.is_list(kind) and pa.types.is_string(kind.value_type):
            frame[name] = pd.Series(table[name].to_pylist(), index=frame.index, dtype=object)
    return frame
