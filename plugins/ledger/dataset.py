"""The files of a ledger, in a folder or an object store: what each holds, whether it changed, whether it is synthetic.

A file's rows count for the months of their hours, wherever the file lies. How rows are judged is in `rules`.
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
from tidebook.places import file_system, store_errors
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
"""What a place has in front of a file of a month, in Python as in the engines; of several months the last."""

LATE_MONTHS = 3
"""A row may come in the file of its own month or of the three after it."""


@dataclass(frozen=True)
class File:
    """One file: where it lies in the ledger, where the engine finds it, and what is known of its content.

    `version` is its content as a hash or as the object store has it. `partition` is the month of its folder, else the
    last that it holds. `months` are those that its rows count for.
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
        """Return whether it lies in the folder of a month."""
        return _folder_month(self.path) is not None

    @property
    def own_path(self) -> str | None:
        """Return where it lies when its place in an engine does not tell the month, None where it does."""
        return None if self.in_month_folder and not self.path.endswith(".csv") else self.path


@dataclass(frozen=True)
class Dataset:
    """A ledger as it is found: its place, what it says of itself, its files, and the rows of CSV never read."""

    shown: str
    description: Description
    models: Mapping[str, str]
    files: Sequence[File]
    unread: Sequence[Problem]

    @property
    def synthetic(self) -> bool:
        """Return whether it is synthetic: it says so, or one of its files does."""
        return self.description.synthetic or any(file.synthetic for file in self.files)

    def months(self) -> dict[str, list[File]]:
        """Return the files that hold rows of each month, months in order."""
        names = sorted({month for file in self.files for month in file.months})
        return {name: [file for file in self.files if name in file.months] for name in names}


def read_dataset(settings: LedgerSettings, store: Store) -> Dataset:
    """Return a ledger. What is known of files that have not changed since the last time is kept in the store.

    Raises InputError if it has no files, or one cannot be used.
    """
    place: Place = Bucket(settings.data) if settings.remote else Folder(Path(settings.data))
    if isinstance(place, Folder) and not place.path.is_dir():
        raise InputError(Problem(settings.data, "the folder of a ledger"))
    description = read_description(_read_required(place, DESCRIPTION))
    models = read_models(_read_required(place, MODELS))
    if isinstance(place, Bucket):
        objects = place.files("").items()
        stamps = {path: [found.tag or found.written.isoformat()] for path, found in objects if _holds_rows(path)}
    else:
        stamps = dict(_local_files(place.path))
    if not stamps:
        raise InputError(Problem(settings.data, "a ledger with at least one .parquet or .csv file"))
    unread, problems, places = [], [], dict[str, tuple[Place, str]]()
    for path in sorted(stamps):
        try:
            if path.endswith(".csv"):
                with _interpretation(place, path):
                    raw = _read_required(place, path)
                converted, bad = convert_csv(raw, path, description.csv, store)
                unread += bad
                places[path] = Folder(converted.parent), converted.name
            elif path.endswith(".parquet"):
                places[path] = place, path
            else:
                problems.append(Problem(f"{place}/{path}", "a file called .parquet or .csv"))
        except InputError as error:
            problems += error.problems

    def inspect(paths: Sequence[str]) -> dict[str, Any]:
        found = {}
        for path in paths:
            try:
                with _interpretation(place, path):
                    found[path] = _inspect(path, stamps[path], *places[path])
            except InputError as error:
                problems.extend(error.problems)
        refuse(problems)
        return found

    cache = StepCache(store.root / "ledger" / f"{digest(settings.data)[:16]}.json", code_key())
    keys = {path: digest([stamps[path], f"{where}/{inside}"]) for path, (where, inside) in places.items()}
    facts = cache.gather(keys, inspect)
    refuse(problems)
    with store.lock():
        cache.save()
    return Dataset(str(place), description, models, [File(**each) for each in facts.values()], unread)


def _read_required(place: Place, path: str) -> RawFile:
    data = None if isinstance(place, Folder) and not (place.path / path).is_file() else place.read(path)
    if data is None:
        raise InputError(Problem(f"{place}/{path}", "a file of this name beside the rows of the ledger"))
    return RawFile(f"{place}/{path}", data)


def _local_files(folder: Path) -> Iterator[tuple[str, list[Any]]]:
    """Yield the files of rows below a folder, each with what tells cheaply whether it has changed."""

    def refuse(error: OSError) -> None:
        with _readable(str(error.filename), "folder"):
            raise error

    for parent, _, names in os.walk(folder, onerror=refuse, followlinks=True):
        for path in (Path(parent, name) for name in names):
            if _holds_rows(name := path.relative_to(folder).as_posix()):
                with _readable(str(path)):
                    facts = path.stat()
                if not stat.S_ISREG(facts.st_mode):  # a FIFO would be waited for, and a device has no end
                    raise InputError(Problem(str(path), "a regular file"))
                yield name, [facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino]


@contextmanager
def _readable(place: str, what: str = "file") -> Iterator[None]:
    """Turn a failure to read, while the block lasts, into bad input."""
    try:
        yield
    except OSError as error:
        lines = (error.strerror or str(error)).strip().splitlines()
        raise InputError(
            Problem(place, f"a {what} that can be read ({lines[0] if lines else 'no reason given'})")
        ) from error


@contextmanager
def _interpretation(place: Place, path: str) -> Iterator[None]:
    """Turn a failure to read a file of the ledger into bad input; that of an object store is one of the machine."""
    with _readable(f"{place}/{path}") if isinstance(place, Folder) else store_errors(place.url):
        yield


def _holds_rows(path: str) -> bool:
    """Return whether a file is one of rows: not the ledger's own, and not hidden as Spark hides what it leaves."""
    return path not in (DESCRIPTION, MODELS) and not any(part.startswith((".", "_")) for part in path.split("/"))


def _inspect(path: str, stamp: Sequence[Any], place: Place, inside: str) -> dict[str, Any]:
    """Return the facts of `File`. Raises InputError if it is no Parquet file, or none of a ledger."""
    address = f"{place}/{inside}"  # as engines take it
    if isinstance(place, Folder):
        with (place.path / inside).open("rb") as stream:
            version = hashlib.file_digest(stream, "sha256").hexdigest()
    else:
        version = digest(list(stamp))  # what the object store says of the content
    try:
        footer = pq.ParquetFile(address if isinstance(place, Folder) else file_system(place.url).open(address))
    except (pa.ArrowException, OSError) as error:
        raise InputError(Problem(address, f"a Parquet file ({str(error).splitlines()[0]})")) from error
    columns = _checked_columns(address, footer.schema_arrow)
    named = _folder_month(path)
    if named is not None:
        found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", named)
        if not found or not FIRST_HOUR.year <= int(found[1]) < LAST_HOUR.year:
            raise InputError(Problem(address, "a folder named by a month, as month=2026-01", text=f"month={named}"))
    months = _months_in(footer)
    partition = named or (months or [_month_text(FIRST_HOUR)])[-1]
    first = _month_text(months_before(partition, LATE_MONTHS) if named else FIRST_HOUR)
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


def _folder_month(path: str) -> str | None:
    found = re.match(MONTH, path)
    return found[1] if found else None


def _month_text(day: dt.date) -> str:
    return f"{day:%Y-%m}"


def months_before(month: str, count: int) -> dt.datetime:
    """Return the first hour of the month so many months before; after, where the count is negative."""
    first: dt.datetime = (pd.Period(month) - count).start_time.to_pydatetime()
    return first


def _checked_columns(shown: str, schema: pa.Schema) -> list[str]:
    """Return the columns of the contract that a file has, in the contract's order; others are not read.

    Raises InputError if one of the key is missing, all measures are, or one has another type.
    """
    problems = [
        Problem(shown, "this column, which is missing", column=name) for name in KEY if name not in schema.names
    ]
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
    if pa.types.is_dictionary(found):
        found = found.value_type
    if pa.types.is_decimal(wanted):
        digits = wanted.precision - wanted.scale
        fits = pa.types.is_decimal(found) and found.scale <= wanted.scale and found.precision - found.scale <= digits
    elif pa.types.is_timestamp(wanted):
        fits = pa.types.is_timestamp(found) and found.unit in ("ms", "us", "ns") and found.tz in (None, "UTC")
    elif pa.types.is_integer(wanted):
        fits = pa.types.is_integer(found) and found != pa.uint64()
    else:
        fits = pa.types.is_string(found) or pa.types.is_large_string(found) or pa.types.is_string_view(found)
    return bool(fits)


def _months_in(file: pq.ParquetFile) -> list[str]:
    """Return the months of the hours in a file, with an empty text where an hour is missing.

    They are read from the footer where its statistics tell them, else from the hours themselves.
    """
    found: set[str] = set()
    place = file.schema_arrow.names.index("hour")
    for number in range(file.metadata.num_row_groups):
        facts = file.metadata.row_group(number).column(place).statistics
        known = facts is not None and facts.has_min_max and facts.has_null_count and not facts.null_count
        if known and _month_text(facts.min) == _month_text(facts.max):
            found.add(_month_text(facts.min))
        else:
            hours = file.read_row_group(number, ["hour"])["hour"]
            months = pc.unique(pc.floor_temporal(hours, unit="month")).to_pylist()
            found |= {_month_text(each) if each else "" for each in months}
    return sorted(found)
