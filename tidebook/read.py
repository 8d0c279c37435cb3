"""Reading a table as a pandas or Polars frame or an Arrow table.

Where it is read from is in `places`, what it means in `describe`.
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any, Literal, overload

from tidebook.describe import Description, describe, unknown
from tidebook.places import Release, find_release

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

Named = str | os.PathLike[str] | Release | None


def tables(release: Named = None) -> list[str]:
    """Return the names of a release's tables, sorted. Raises LookupError if there is no such release."""
    files = find_release(release).manifest["files"]
    return sorted(path.removeprefix("tables/").removesuffix(".parquet") for path in files if path.startswith("tables/"))


@overload
def read_table(name: str, release: Named = None, *, engine: Literal["pandas"] = "pandas") -> pandas.DataFrame: ...


@overload
def read_table(name: str, release: Named = None, *, engine: Literal["polars"]) -> polars.DataFrame: ...


@overload
def read_table(name: str, release: Named = None, *, engine: Literal["arrow"]) -> pyarrow.Table: ...


def read_table(name: str, release: Named = None, *, engine: str = "pandas") -> Any:
    """Return a table of a release, by default of the latest in `./out`, checked against what was published.

    With `pandas`, units and descriptions stand in the frame's `attrs`: dates are `datetime.date`, lists are lists, null
    is NaN or None. With `arrow` they stand in the schema's metadata. Polars has no such place: use `describe`. Raises
    ImportError if the engine, or what an object store needs, is not installed, LookupError if there is no such release,
    or no such table in it, OSError if the table is damaged, ValueError if there is no such engine.
    """
    if engine not in ("pandas", "polars", "arrow"):
        raise ValueError(f"no engine {engine!r}: one of pandas, polars, arrow")
    found = find_release(release)
    known = tables(found)
    if name not in known:
        raise unknown(name, found, known)
    data = found.read(f"tables/{name}.parquet")
    if engine == "polars":
        try:
            import polars
        except ImportError as error:
            raise ImportError('engine "polars" needs Polars: pip install "tidebook[polars]"') from error
        return polars.read_parquet(io.BytesIO(data))
    import pyarrow.parquet

    # `read_table` of pyarrow would import pandas; its threads may outlive a short process, which aborts then.
    table = pyarrow.parquet.ParquetFile(io.BytesIO(data), pre_buffer=False).read(use_threads=False)
    if engine == "arrow":
        return table.replace_schema_metadata({**(table.schema.metadata or {}), b"release": found.release_id.encode()})
    return to_pandas(table, found, describe(name, found))


def to_pandas(table: pyarrow.Table, release: Release, meaning: Description) -> pandas.DataFrame:
    """Return an Arrow table as a pandas frame with what it means in `attrs`."""
    frame: pandas.DataFrame = table.to_pandas()
    for column in meaning.columns:
        if column.type.startswith("list of "):
            frame[column.name] = frame[column.name].map(list).astype(object)
    frame.attrs = {
        "release": release.release_id,
        "table": meaning.name,
        "version": meaning.version,
        "description": meaning.description,
        "units": meaning.units,
        "descriptions": meaning.descriptions,
    }
    return frame
