"""What a source is: its description, how it is fetched and parsed, and how rows are read without losing any.

Belongs here: what holds for the files of any publisher. Does not: publishers, which plugins bring, each with its terms
in a catalogue.toml and the columns of its files in a columns.csv; HTTP (`web`), stored copies (`snapshots`).
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import io
import json
import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.rawfile import RawRow, decoded

FIRST_DAY, LAST_DAY = dt.date(1940, 1, 1), dt.date(2100, 1, 1)
"""Days that a source may state: one that lies beyond is a typing error."""
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
US_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
NUMBER = re.compile(r"\$?[+-]?(\d[\d,]*\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
SMALLEST, LARGEST = 1e-40, 1e40
"""No amount or price lies beyond; what is made of one that does would overflow, or be no text to read."""
SHOWN_CHARACTERS = 200
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class FetchError(RuntimeError):
    """A file could not be fetched; the text says why."""


class AbsentError(FetchError):
    """As `FetchError`, where the publisher has no such file."""


@dataclass(frozen=True)
class FileSpec:
    """One file of a source: its name here, its address, what it holds, and the bytes that it may have at most.

    A source goes without an optional file that its publisher does not have, as long as it has another one.
    """

    name: str
    address: str
    kind: Literal["csv", "json", "parquet"]
    max_bytes: int = 64 * 2**20
    optional: bool = False


@dataclass(frozen=True)
class Description:
    """What a source is and on which terms: licence, whether derived tables may be republished, cadence, attribution.

    A source that was not reached for `max_age_days` counts as stale. More than `quarantine_limit` rows with bad
    cells stop a build. Of the series in `rolling` the publisher gives the last days alone; older snapshots
    have the rest. The columns of its files are in the columns.csv of `folder`.
    """

    name: str
    title: str
    publisher: str
    files: Sequence[FileSpec]
    licence: str
    republish: bool
    attribution: str
    cadence: Literal["daily", "weekly", "monthly"]
    max_age_days: int
    tier: Literal["P", "S", "W", "D"] = "P"
    quarantine_limit: int = 20
    rolling: Sequence[str] = ()
    note: str = ""
    folder: Path = Path()

    @property
    def source_id(self) -> str:
        """Return the id under which figures and references cite the source."""
        return f"live_{self.name}"


def description(folder: Path, name: str) -> Description:
    """Return what the catalogue.toml of a folder says of a source."""
    facts = _catalogue(folder)[name]
    files = [FileSpec(**file) for file in facts["files"]]
    return Description(**{**facts, "name": name, "files": files, "folder": folder})


@functools.cache
def _catalogue(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "catalogue.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class ReceivedFile:
    """One file as received: bytes, address it came from, and the headers worth keeping."""

    name: str
    address: str
    data: bytes
    headers: Mapping[str, str]


@dataclass
class FileCount:
    """What became of one file's rows; every row is used, irrelevant or quarantined."""

    file: str
    rows: int = 0
    used: int = 0
    irrelevant: int = 0
    quarantined: int = 0
    duplicates: int = 0
    unknown_columns: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Connector:
    """A source: `describe` says what it is, `read` what its files hold. They are got by HTTP, or `made` here.

    One that is not `fetched` is handed over by another command. `contents` is the place of what its rows come to, a
    `read.sources.tables.Contents`.
    """

    describe: Description
    read: Callable[[Mapping[str, bytes], Parsed], None]
    made: Callable[[], ReceivedFile] | None = None
    fetched: bool = True
    contents: str = ""

    def fetch(self, get: Callable[[FileSpec], ReceivedFile | None]) -> dict[str, ReceivedFile | None]:
        """Return each file by name, as `get` fetches it; None for one that has not changed since the known copy."""
        if self.made:
            return {self.describe.files[0].name: self.made()}
        found = {}
        for place, spec in enumerate(self.describe.files, start=1):
            try:
                found[spec.name] = get(spec)
            except AbsentError:
                # Not the last one too: a source without any file is not reached.
                if not spec.optional or (not found and place == len(self.describe.files)):
                    raise
        return found

    def parse(self, files: Mapping[str, bytes], vintage: dt.date) -> Parsed:
        """Return what the files hold.

        `vintage` is the day of the publisher's copy: what a source dates later is a projection. Raises InputError if a
        file is not UTF-8, CSV or JSON, or lacks a column.
        """
        parsed = Parsed(self.describe.name, self.describe.folder)
        self.read(files, parsed)
        for row in parsed.observations:
            row["projection"] |= row["date"] > vintage
        return parsed


class FileRow(RawRow):
    """One row of a source's file; reading a bad cell notes it, so that the row goes to quarantine."""

    def text(self, column: str) -> str:
        """Return a cell's text on one line, without control characters; empty when the row has no such cell."""
        value = self.cells.get(column)
        return "" if value is None else _one_line(value)

    def required(self, column: str) -> str:
        """Return a cell's text; an empty cell is bad."""
        text = self.text(column)
        if not text:
            self.reject(column, "a text")
        return text

    def number(self, column: str) -> float:
        """Return 0 or a positive number, as `1e25`, `1,000` or `$29827341.92`; NaN for an empty cell."""
        text = self.text(column)
        if not text:
            return math.nan
        found = float(text.lstrip("$").replace(",", "")) if NUMBER.fullmatch(text) else math.nan
        if found != 0 and not SMALLEST <= found <= LARGEST:
            self.reject(column, f"0, or a number from {SMALLEST:.0e} to {LARGEST:.0e}")
            return math.nan
        return found

    def day(self, column: str) -> dt.date | None:
        """Return a day given as YYYY-MM-DD or M/D/YYYY, from 1940 to 2100; None for an empty cell."""
        text = self.text(column)
        if not text:
            return None
        if american := US_DAY.fullmatch(text):
            text = f"{american[3]}-{american[1]:0>2}-{american[2]:0>2}"
        with suppress(ValueError):
            found = dt.date.fromisoformat(text if ISO_DAY.fullmatch(text) else "")
            if FIRST_DAY <= found < LAST_DAY:
                return found
        self.reject(column, "a day from 1940 to 2100 as YYYY-MM-DD or M/D/YYYY")
        return None

    def required_day(self, column: str) -> dt.date | None:
        """Return a day as `day` does; an empty cell is bad too."""
        self.required(column)
        return self.day(column)

    def reject(self, column: str, expected: str) -> None:
        """Note that a cell is bad, and what was expected there."""
        self.report(column, expected, self.text(column))


ReadRow = Callable[[FileRow], Sequence[Mapping[str, Any]]]
"""Returns what a row says as records of a table, none where it is irrelevant; bad cells are noted in the row."""


def _one_line(value: object) -> str:
    return " ".join(CONTROL.sub(" ", str(value)).split())


@dataclass
class Parsed:
    """What a snapshot holds: dated values, and plain rows of other tables by name, with the account of every row."""

    source: str
    folder: Path = Path()
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    observations: list[dict[str, Any]] = field(default_factory=list)
    quarantine: list[dict[str, Any]] = field(default_factory=list)
    files: list[FileCount] = field(default_factory=list)

    def totals(self, *parts: str) -> dict[str, int]:
        """Return what became of the rows of all files, by the names that `FileCount` has for it."""
        totals = dict.fromkeys(parts, 0)
        for count in self.files:
            for part in parts:
                totals[part] += getattr(count, part)
        return totals

    def read_csv(
        self,
        file: str,
        data: bytes,
        read_row: ReadRow,
        key: Sequence[str],
        aliases: Mapping[str, str] | None = None,
        more: Sequence[str] = (),
    ) -> list[dict[str, Any]]:
        """Return the records that `read_row` finds in each row of a CSV file, placed at the line on which it starts.

        Columns that columns.csv calls needed must be there, and `more`; those that it does not hold are reported as
        unknown. `aliases` maps the name that a column has in another vintage to the one used here. Of records with the
        same `key` the later ones have the row of the first in `duplicate_of`. Raises InputError if the bytes are no
        UTF-8 or no CSV, or a column that must be there is missing.
        """
        path = f"{self.source}/{file}"
        reader = csv.reader(io.StringIO(decoded(path, data), newline=""))
        try:
            names = [name.strip() for name in next(reader, [])]
        except csv.Error as error:
            raise InputError(Problem(path, f"well-formed CSV ({error})", 1)) from error
        header = [(aliases or {}).get(name, name) for name in names]
        if missing := [name for name in (*columns_of(self.folder, file)[0], *more) if name not in header]:
            shown = ", ".join(name for name in header if name)
            raise InputError(Problem(path, f"the columns {', '.join(missing)}, which are missing", 1, text=shown))
        return self._read_rows(file, _records(reader, header, path), {*filter(None, header)}, read_row, key)

    def read_objects(self, file: str, items: object, read_row: ReadRow, key: Sequence[str]) -> list[dict[str, Any]]:
        """Return the records that `read_row` finds in each object of a JSON list, numbered from 1, as `read_csv` does.

        Raises InputError if there is no list of objects, or no object has a key that is needed.
        """
        path = f"{self.source}/{file}"
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise InputError(Problem(path, "a list of JSON objects"))
        keys = {str(name) for item in items for name in item}
        if missing := [name for name in columns_of(self.folder, file)[0] if name not in keys]:
            raise InputError(Problem(path, f"the keys {', '.join(missing)}, which are missing"))
        rows = (FileRow(path, place, item, []) for place, item in enumerate(items, start=1))
        return self._read_rows(file, rows, keys, read_row, key)

    def _read_rows(
        self, file: str, rows: Iterator[FileRow], names: Set[str], read_row: ReadRow, key: Sequence[str]
    ) -> list[dict[str, Any]]:
        # A row with a bad cell goes to quarantine whole; one in which nothing is found is irrelevant.
        count = FileCount(file, unknown_columns=_unknown(names, columns_of(self.folder, file)[1]))
        self.files.append(count)
        found: list[dict[str, Any]] = []
        first: dict[tuple[Any, ...], int] = {}
        for row in rows:
            count.rows += 1
            place = {"source": self.source, "file": file, "row": row.line}
            records = read_row(row)
            if row.problems:
                count.quarantined += 1
                self.quarantine += [{**place, **_reason(bad)} for bad in dict.fromkeys(row.problems)]
                continue
            count.used += bool(records)
            count.irrelevant += not records
            for record in records:
                same = first.setdefault(tuple(record[name] for name in key), row.line)
                count.duplicates += same != row.line
                found.append({**place, **record, "duplicate_of": 0 if same == row.line else same})
        return found


def _unknown(names: Iterable[str], known: Sequence[str]) -> list[str]:
    """Return the names that are not known, sorted; a known name that ends in `*` covers all that begin so."""
    families = tuple(name.removesuffix("*") for name in known if name.endswith("*"))
    return sorted(_one_line(name) for name in names if name not in known and not name.startswith(families))


def _reason(bad: Problem) -> dict[str, Any]:
    """Return the columns of `Quarantine` that describe the fault of a cell."""
    text = (bad.text or "")[:SHOWN_CHARACTERS]  # untrusted: a cell may be a whole file
    return {"column_name": bad.column, "text": text, "reason": f"expected {bad.expected}"}


@functools.cache
def columns_of(folder: Path, file: str) -> tuple[list[str], list[str]]:
    """Return the columns or keys that a source's file must have, and all that are known, of a folder's columns.csv.

    What ends in `*` there stands for all that begin so.
    """
    with (folder / "columns.csv").open(encoding="utf-8", newline="") as stream:
        found = [row for row in csv.DictReader(stream) if file in row["files"].split()]
    return [row["column"] for row in found if row["needed"]], [row["column"] for row in found]


def observation(
    series: str, subject: str, date: Any, value: float, unit: str, basis: str, sure: str = "", projection: bool = False
) -> list[dict[str, Any]]:
    """Return a dated value as a list, empty when there is none; `sure` says how sure the source is of it."""
    about = {"series": series, "subject": subject, "date": date, "unit": unit, "basis": basis}
    return [] if math.isnan(value) else [about | {"value": value, "confidence": sure, "projection": projection}]


def _records(reader: Any, header: Sequence[str], path: str) -> Iterator[FileRow]:
    start = reader.line_num + 1
    try:
        for cells in reader:
            if any(cells):
                # Not strict: a row of another length is noted, and its cells are still shown.
                row = FileRow(path, start, dict(zip(header, cells, strict=False)), [])
                if len(cells) != len(header):
                    row.report("", f"{len(header)} cells, one for each column", f"{len(cells)} cells")
                yield row
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(Problem(path, f"well-formed CSV ({error})", start)) from error


def read_json(source: str, file: str, data: bytes, key: str = "") -> Any:
    """Return a JSON document, or with a `key` what an object has under it.

    Raises InputError if the bytes are not UTF-8 or JSON, or not an object with the key.
    """
    path = f"{source}/{file}"
    text = decoded(path, data)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(Problem(path, f"well-formed JSON ({error})")) from error
    if key and not (isinstance(document, dict) and key in document):
        raise InputError(Problem(path, f"an object with the key {key}"))
    return document[key] if key else document
