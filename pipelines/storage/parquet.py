"""Tables as Parquet bytes and back, always with the Arrow schema that the table's model gives.

The bytes depend on the content alone: fixed compression, encoding and row-group size.
"""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.base import Table, arrow_schema

ROW_GROUP_ROWS = 1 << 20


def to_parquet(model: type[Table], frame: pd.DataFrame) -> bytes:
    """Return the frame as Parquet bytes; NaN becomes null, infinities stay.

    Raises:
        pyarrow.ArrowInvalid: a value does not fit the model's Arrow type.
    """
    schema = arrow_schema(model)
    table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False, nthreads=1)
    sink = io.BytesIO()
    pq.write_table(
        table.replace_schema_metadata(schema.metadata),
        sink,
        compression="zstd",
        row_group_size=ROW_GROUP_ROWS,
        write_page_checksum=True,
        store_schema=True,
    )
    return sink.getvalue()


def read_parquet(path: Path) -> pd.DataFrame:
    """Return the table as a frame: dates as `datetime.date`, lists of text as lists, of numbers as arrays."""
    table = pq.read_table(path, page_checksum_verification=True, partitioning=None)
    frame: pd.DataFrame = table.to_pandas(use_threads=False)
    for name, kind in zip(table.schema.names, table.schema.types, strict=True):
        if pa.types.is_list(kind) and pa.types.is_string(kind.value_type):
            frame[name] = pd.Series([list(items) for items in frame[name]], index=frame.index, dtype=object)
    return frame
