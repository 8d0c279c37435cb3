"""Reading a table as a pandas frame, a Polars frame or an Arrow table.

Belongs here: turning published bytes into tables. Does not: where they are (`places`), what they mean (`descriptions`).
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any, Literal, overload

from tidebook.descriptions import Description, describe, unknown
from tidebook.places import RECORD, Release, StrangeError, find_release, is_table, parse_json

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

Named = str | os.PathLike[str] | Release | None


def tables(release: Named = None) -> list[str]:
    """Return the names of a release's tables, sorted.

    Raises:
        LookupError: there is no such release.
        OSError: its manifest is damaged.
    """
    return sorted(_paths(find_release(release)))


def _paths(release: Release) -> dict[str, str]:
    """Return the paths of a release's tables by name; releases of older versions lack the table `release`."""
    return {_stem(path): path for path in filter(is_table, release.manifest["files"])}


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".parquet")


@overload
def read_table(name: str, release: Named = None, *, engine: Literal["pandas"] = "pandas") -> pandas.DataFrame: ...


@overload
def read_table(name: str, release: Named = None, *, engine: Literal["polars"]) -> polars.DataFrame: ...


@overload
def read_table(name: str, release: Named = None, *, engine: Literal["arrow"]) -> pyarrow.Table: ...


def read_table(name: str, release: Named = None, *, engine: str = "pandas") -> Any:
    """Return a table of a release, checked against the hash in its manifest.

    With `pandas`, the frame's `attrs` hold units and descriptions; dates are `datetime.date`, lists are lists, null is
    NaN or None. With `arrow`, the schema's metadata hold them. Polars keeps no metadata: use `describe`.

    Args:
        name: the table.
        release: a release, as in `find_release`; by default the latest in `./out`.
        engine: `pandas`, `polars` or `arrow`.

    Raises:
        ImportError: the engine, or the client of object stores, is not installed.
        LookupError: there is no such release, or it has no such table.
        OSError: the release is damaged.
        ValueError: there is no such engine.
    """
    if engine not in ("pandas", "polars", "arrow"):
        raise ValueError(f"found engine {engine!r}, expected pandas, polars or arrow")
    source = find_release(release)
    paths = _paths(source)
    if name not in paths:
        raise unknown(name, source, sorted(paths))
    path = paths[name]
    data = source.read(path)
    if engine == "polars":
        try:
            import polars
        except ImportError as error:
            raise ImportError('engine "polars" needs Polars: pip install "tidebook[polars]"') from error
        try:
            return polars.read_parquet(io.BytesIO(data))
        except polars.exceptions.PolarsError as error:
            raise StrangeError(f"{source.place}/{path}", "a Parquet file") from error
    table = parse_parquet(data, f"{source.place}/{path}")
    if engine == "arrow":
        return table.replace_schema_metadata({**(table.schema.metadata or {}), **origin_of(source)})
    return to_pandas(table, source, describe(name, source))


def origin_of(release: Release) -> dict[str, str]:
    """Return what tells the tables of a release from those of others: dossier, release, day of the article.

    Releases of 0.1.0 do not state the first and the last.

    Raises:
        OSError: the release is damaged.
    """
    found = {"dossier": str(release.manifest.get("dossier", "")), "release": release.release_id}
    if RECORD in release.manifest["files"]:
        try:
            found["article_published"] = str(parse_json(release.read(RECORD))["published"])
        except (ValueError, LookupError, TypeError) as error:
            raise StrangeError(f"{release.place}/{RECORD}", "the record of a release") from error
    return found


def parse_parquet(data: bytes, shown: str) -> pyarrow.Table:
    """Return the table in the bytes of a Parquet file, which may come from anywhere; `shown` names it in errors.

    Raises:
        DamagedError: they are not a Parquet file that can be read.
    """
    import pyarrow.parquet

    try:
        # pyarrow's own `read_table` imports pandas, and its threads may outlive a short process, which then aborts.
        return pyarrow.parquet.ParquetFile(io.BytesIO(data), pre_buffer=False).read(use_threads=False)
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError, OverflowError) as error:
        raise StrangeError(shown, "a Parquet file that can be read") from error


@overload
def read_tables(
    *names: str, release: Named = None, engine: Literal["pandas"] = "pandas"
) -> dict[str, pandas.DataFrame]: ...


@overload
def read_tables(*names: str, release: Named = None, engine: Literal["polars"]) -> dict[str, polars.DataFrame]: ...


@overload
def read_tables(*names: str, release: Named = None, engine: Literal["arrow"]) -> dict[str, pyarrow.Table]: ...


def read_tables(*names: str, release: Named = None, engine: Any = "pandas") -> dict[str, Any]:
    """Return tables of one release by name, all of them if none is named.

    The release is found once: a build that moves `latest` meanwhile changes nothing.

    Args:
        names: the tables.
        release: a release, as in `find_release`; by default the latest in `./out`.
        engine: `pandas`, `polars` or `arrow`.

    Raises:
        ImportError, LookupError, OSError, ValueError: as `read_table` does.
    """
    source = find_release(release)
    return {name: read_table(name, source, engine=engine) for name in names or tables(source)}


def to_pandas(table: pyarrow.Table, release: Release, meaning: Description) -> pandas.DataFrame:
    """Return an Arrow table as a pandas frame, with the descriptions of its columns in `attrs`."""
    frame: pandas.DataFrame = table.to_pandas()
    for column in meaning.columns:
        # Arrow's lists arrive as NumPy arrays, which neither compare nor print as lists do.
        if column.type.startswith("list of "):
            frame[column.name] = frame[column.name].map(list).astype(object)
    frame.attrs = {
        "table": meaning.name,
        "version": meaning.version,
        "description": meaning.description,
        "units": meaning.units,
        "descriptions": meaning.descriptions,
    }
    frame.attrs.update(origin_of(release))
    return frame
