"""The files of a ledger, in a folder or an object store: what each holds, its version, whether it is synthetic.

Belongs here: finding files, and the facts of their footers. Does not: reading rows (`month`), or their rules (`rules`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.graph.keys import code_key
from tidebook.pipelines.graph.places import Bucket, Folder, Place
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.errors import InputError, Problem, refuse
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.regular import check_target
from tidebook.places import file_system, store_errors
from tidebook.plugins.ledger import CODE
from tidebook.plugins.ledger.csv_input import convert_csv
from tidebook.plugins.ledger.description import (
    COLUMNS,
    DESCRIPTION,
    KEY,
    MODELS,
    ROWS,
    SYNTHETIC,
    Description,
    read_description,
    read_models,
)
from tidebook.plugins.ledger.settings import LedgerSettings
from tidebook.plugins.ledger.tables import FIRST_HOUR, LAST_HOUR, MEASURES

FOLDER = "month"
MONTH = rf"^(?:.*/)?{FOLDER}=([^/]*)/"
"""Pattern of the folder of a month in a path, for Python and the engines; the last one counts."""

LATE_MONTHS = 3
"""Maximum months by which a row may arrive late: in the file of its own month, or of the three after it."""


@dataclass(frozen=True)
class File:
    """A file of rows.

    Attributes:
        path: its path in the ledger.
        place: its address for the engine.
        version: hash of its content, or the tag of the object store.
        partition: month of its folder, else the last month that it holds.
        columns: columns of the contract that it has.
        months: months for which its rows count.
        rows: number of rows.
        synthetic: whether it is marked as made up.
    """

    path: str
    place: str
    version: str
    partition: str
    columns: Sequence[str]
    months: Sequence[str]
    rows: int
    synthetic: bool

    @property
    def in_month_folder(self) -> bool:
        """Whether it lies in the folder of a month."""
        return _folder_month(self.path) is not None

    @property
    def own_path(self) -> str | None:
        """Its path if its address does not tell the month; None if it does."""
        return None if self.in_month_folder and not self.path.endswith(".csv") else self.path


@dataclass(frozen=True)
class Dataset:
    """A ledger: its address, description, models, files, and the rows of CSV files that cannot be read."""

    shown: str
    description: Description
    models: Mapping[str, str]
    files: Sequence[File]
    unread: Sequence[Problem]

    @property
    def synthetic(self) -> bool:
        """Whether the ledger or one of its files is marked as made up."""
        return self.description.synthetic or any(file.synthetic for file in self.files)

    def months(self) -> dict[str, list[File]]:
        """Group the files by the months for which their rows count, months in order."""
        by_month: dict[str, list[File]] = {}
        for file in self.files:
            for month in file.months:
                by_month.setdefault(month, []).append(file)
        return dict(sorted(by_month.items()))


def read_dataset(settings: LedgerSettings, store: Store) -> Dataset:
    """Read a ledger's description, models, and the facts of its files; those of unchanged files come from the store.

    Raises:
        InputError: it has no files, or one cannot be used.
    """
    place: Place = Bucket(settings.data) if settings.remote else Folder(Path(settings.data))
    if isinstance(place, Folder) and not place.path.is_dir():
        raise InputError(Problem(settings.data, "the folder of a ledger"))
    description = read_description(_read_required(place, DESCRIPTION))
    models = read_models(_read_required(place, MODELS))
    stamps = _stamps(place)
    if not stamps:
        raise InputError(Problem(settings.data, "a ledger with at least one .parquet or .csv file"))
    unread: list[Problem] = []
    problems: list[Problem] = []
    parquet: dict[str, tuple[Place, str]] = {}
    for path in sorted(stamps):
        try:
            parquet[path] = _as_parquet(path, place, description, store, unread)
        except InputError as error:
            problems += error.problems

    def inspect(paths: Sequence[str]) -> dict[str, Any]:
        facts = {}
        for path in paths:
            try:
                with _reading(place, path):
                    facts[path] = _inspect(path, stamps[path], *parquet[path])
            except InputError as error:
                problems.extend(error.problems)
        # Here, before the cache takes the facts: some are missing where a file has a problem.
        refuse(problems)
        return facts

    own = f"store/ledger/{digest(settings.data)[:16]}.json"
    check_target(store.root.parent, own)
    cache = StepCache(store.root.parent / own, code_key(CODE))
    keys = {path: digest([stamps[path], f"{where}/{inside}"]) for path, (where, inside) in parquet.items()}
    facts = cache.gather(keys, inspect)
    refuse(problems)
    with store.lock():
        cache.save()
    return Dataset(str(place), description, models, [File(**each) for each in facts.values()], unread)


def _stamps(place: Place) -> dict[str, list[Any]]:
    """Return by path, for each file of rows, what shows cheaply whether it has changed."""
    if isinstance(place, Folder):
        return dict(_local_files(place.path))
    stamps: dict[str, list[Any]] = {}
    for path, found in place.files("").items():
        if _holds_rows(path):
            stamps[path] = [found.tag or found.written.isoformat()]
    return stamps


def _as_parquet(
    path: str, place: Place, description: Description, store: Store, unread: list[Problem]
) -> tuple[Place, str]:
    """Return where the rows of a file are as Parquet, converting CSV; append its bad rows to `unread`.

    Raises:
        InputError: the file is neither, or it cannot be read.
    """
    if path.endswith(".parquet"):
        return place, path
    if not path.endswith(".csv"):
        raise InputError(Problem(f"{place}/{path}", "a file called .parquet or .csv"))
    with _reading(place, path):
        raw = _read_required(place, path)
    converted, bad = convert_csv(raw, path, description.csv, store)
    unread += bad
    return Folder(converted.parent), converted.name


def _read_required(place: Place, path: str) -> RawFile:
    data = None if isinstance(place, Folder) and not (place.path / path).is_file() else place.read(path)
    if data is None:
        raise InputError(Problem(f"{place}/{path}", "a file of this name beside the rows of the ledger"))
    return RawFile(f"{place}/{path}", data)


def _local_files(folder: Path) -> Iterator[tuple[str, list[Any]]]:
    """Yield path and stamp of the files of rows below a folder.

    Raises:
        InputError: a folder cannot be read, or a file is not a regular one.
    """

    def refuse(error: OSError) -> None:
        with _readable(str(error.filename), "folder"):
            raise error

    for parent, _, names in os.walk(folder, onerror=refuse, followlinks=True):
        for name in names:
            path = Path(parent, name)
            inside = path.relative_to(folder).as_posix()
            if not _holds_rows(inside):
                continue
            with _readable(str(path)):
                facts = path.stat()
            # Opening a FIFO would wait for a writer, and a device may have no end.
            if not stat.S_ISREG(facts.st_mode):
                raise InputError(Problem(str(path), "a regular file"))
            # With the time of change, since tools may keep the time of writing of a file that they replace.
            yield inside, [facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino]


@contextmanager
def _readable(place: str, what: str = "file") -> Iterator[None]:
    """Turn an OSError in this block into an InputError."""
    try:
        yield
    except OSError as error:
        lines = (error.strerror or str(error)).strip().splitlines()
        raise InputError(
            Problem(place, f"a {what} that can be read ({lines[0] if lines else 'no reason given'})")
        ) from error


@contextmanager
def _reading(place: Place, path: str) -> Iterator[None]:
    """Turn a failure to read a local file into an InputError; that of an object store stays one of the machine."""
    with _readable(f"{place}/{path}") if isinstance(place, Folder) else store_errors(place.url):
        yield


def _holds_rows(path: str) -> bool:
    """Whether a file holds rows: not the ledger's own, and not hidden, as are files that Spark leaves behind."""
    return path not in (DESCRIPTION, MODELS) and not any(part.startswith((".", "_")) for part in path.split("/"))


def _inspect(path: str, stamp: Sequence[Any], place: Place, inside: str) -> dict[str, Any]:
    """Return the fields of `File`.

    Raises:
        InputError: it is not a Parquet file, lacks columns, or lies in a folder that names no month.
    """
    address = f"{place}/{inside}"
    if isinstance(place, Folder):
        with (place.path / inside).open("rb") as stream:
            version = hashlib.file_digest(stream, "sha256").hexdigest()
    else:
        version = digest(list(stamp))  # the tag changes with the content, so nothing is downloaded for it
    try:
        footer = pq.ParquetFile(address if isinstance(place, Folder) else file_system(place.url).open(address))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(Problem(address, f"a Parquet file ({str(error).splitlines()[0]})")) from error
    columns = _checked_columns(address, footer.schema_arrow)
    named = _folder_month(path)
    _check_month(named, address)
    months = _months_in(footer)
    if named:
        partition, first = named, _month_text(months_before(named, LATE_MONTHS))
    else:
        first = _month_text(FIRST_HOUR)
        partition = months[-1] if months else first
    # Hours that cannot belong to the file count for its partition, where the rules report them.
    own = {month if first <= month <= partition else partition for month in months}
    return {
        "path": path,
        "place": address,
        "version": version,
        "partition": partition,
        "columns": columns,
        "months": sorted(own),
        "rows": footer.metadata.num_rows,
        "synthetic": (footer.schema_arrow.metadata or {}).get(SYNTHETIC.encode()) == b"true",
    }


def _check_month(named: str | None, address: str) -> None:
    """Check the month of a folder.

    Raises:
        InputError: it is not a month of the years that the contract allows.
    """
    if named is None:
        return
    found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", named)
    if not found or not FIRST_HOUR.year <= int(found[1]) < LAST_HOUR.year:
        raise InputError(Problem(address, "a folder named by a month, as month=2026-01", text=f"month={named}"))


def _folder_month(path: str) -> str | None:
    found = re.match(MONTH, path)
    return found[1] if found else None


def _month_text(day: dt.date) -> str:
    return f"{day:%Y-%m}"


def months_before(month: str, count: int) -> dt.datetime:
    """Return the first hour of the month `count` months before; a negative count means after."""
    first: dt.datetime = (pd.Period(month) - count).start_time.to_pydatetime()
    return first


def _checked_columns(shown: str, schema: pa.Schema) -> list[str]:
    """Return the columns of the contract that a file has, in the contract's order; others are not read.

    Raises:
        InputError: a column of the key or all measures are missing, or a column has another type.
    """
    problems = []
    for name in KEY:
        if name not in schema.names:
            problems.append(Problem(shown, "this column, which is missing", column=name))
    if not set(MEASURES) & set(schema.names):
        problems.append(Problem(shown, f"at least one of the columns {', '.join(MEASURES)}"))
    found = [name for name in COLUMNS if name in schema.names]
    for name in found:
        if not _fits(schema.field(name).type, ROWS.field(name).type):
            expected = f"a column of type {ROWS.field(name).type}"
            problems.append(Problem(shown, expected, column=name, text=str(schema.field(name).type)))
    refuse(problems)
    return found


def _fits(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether all values of a type, but for nanoseconds, can be read as another without loss."""
    if pa.types.is_dictionary(found):
        found = found.value_type
    if pa.types.is_decimal(wanted):
        return pa.types.is_decimal(found) and _decimal_fits(found, wanted)
    if pa.types.is_timestamp(wanted):
        # Parquet has no times in seconds.
        return pa.types.is_timestamp(found) and found.unit in ("ms", "us", "ns") and found.tz in (None, "UTC")
    if pa.types.is_integer(wanted):
        # Only uint64 has numbers that int64 does not.
        return pa.types.is_integer(found) and bool(found != pa.uint64())
    return any(is_text(found) for is_text in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))


def _decimal_fits(found: pa.DataType, wanted: pa.DataType) -> bool:
    digits_before = wanted.precision - wanted.scale
    return bool(found.scale <= wanted.scale and found.precision - found.scale <= digits_before)


def _months_in(file: pq.ParquetFile) -> list[str]:
    """Return the months of the hours in a file, with `""` for a missing hour.

    Reads the statistics of each row group in the footer, and the hours themselves only where these span two months.
    """
    found: set[str] = set()
    column = file.schema_arrow.names.index("hour")
    for number in range(file.metadata.num_row_groups):
        facts = file.metadata.row_group(number).column(column).statistics
        known = facts is not None and facts.has_min_max and facts.has_null_count and not facts.null_count
        if known and _month_text(facts.min) == _month_text(facts.max):
            found.add(_month_text(facts.min))
        else:
            hours = file.read_row_group(number, ["hour"])["hour"]
            months = pc.unique(pc.floor_temporal(hours, unit="month")).to_pylist()
            found |= {_month_text(each) if each else "" for each in months}
    return sorted(found)
