"""From the selected snapshots to tables: files, quarantine and revisions, and for plugins the rows of any other.

How one publisher's file is read is in its connector; what its rows come to is the plugin's that brings it.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.grouping import grouped
from tidebook.pipelines.read.plugin import load
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.sources.base import Connector, FetchError, Parsed
from tidebook.pipelines.read.sources.registry import all_connectors
from tidebook.pipelines.read.sources.selection import Snapshots
from tidebook.pipelines.read.sources.snapshots import Snapshot, content
from tidebook.schemas.base import Table, table_name, table_of
from tidebook.schemas.parquet import to_parquet
from tidebook.schemas.rules import validate
from tidebook.schemas.sources import Quarantine, Revisions, SourceFiles


class Selected(NamedTuple):
    """One source in use: its connector and status, its snapshot with what it holds, and those before, oldest first."""

    connector: Connector
    status: str
    snapshot: Snapshot
    parsed: Parsed
    earlier: tuple[Snapshot, ...] = ()
    folder: Path = Path()


class Contents(NamedTuple):
    """What the rows of a source come to: how those of each table are made of it, and values that may be revised.

    These are given as the item that they are of, the column, and the value.
    """

    rows: Mapping[type[Table], Callable[[Selected], Iterable[dict[str, Any]]]]
    revised: Callable[[Parsed], Iterable[tuple[str, str, Any]]]


def selected(folder: Path, snapshots: RawFile) -> Iterator[Selected]:
    """Yield the sources in use. Raises InputError if one is not known, or as `parse` says."""
    known = all_connectors()
    for entry in json.loads(snapshots.data):
        if entry["source"] not in known:
            raise InputError(Problem(f"snapshots of {entry['source']}", f"one of {', '.join(known)}"))
        *earlier, current = map(Snapshot.of, (*entry["earlier"], entry["current"]))
        connector = known[entry["source"]]
        yield Selected(connector, entry["status"], current, parse(folder, current), tuple(earlier), folder)


@functools.lru_cache(maxsize=32)
def parse(folder: Path, snapshot: Snapshot) -> Parsed:
    """Return what a snapshot holds, parsed once in this process; nobody may change it.

    Raises InputError if its bytes are not those received, or cannot be parsed.
    """
    data = {file.name: content(folder, file) for file in snapshot.files}
    return all_connectors()[snapshot.source].parse(data, dt.date.fromisoformat(snapshot.vintage))


def check(connector: Connector, snapshot: Snapshot, data: Mapping[str, bytes]) -> None:
    """Make the tables of a snapshot that is not stored yet, so that nothing is stored that a build could not read.

    Raises InputError if it cannot be parsed, or a rule of its tables fails, FetchError if too many rows have bad cells.
    """
    found = connector.parse(data, dt.date.fromisoformat(snapshot.vintage))
    bad = sum(count.quarantined for count in found.files)
    if bad > connector.describe.quarantine_limit:
        raise FetchError(f"{bad} rows with bad cells, more than the {connector.describe.quarantine_limit} allowed")
    one = Selected(connector, "current", snapshot, found)
    contents = _contents(connector)
    for model, rows_of in (ROWS | dict(contents.rows if contents else {})).items():
        frame = table_of(model, rows_of(one))
        if failed := [result for result in validate(model, frame) if not result.passed]:
            place = f"{connector.describe.name}, table {table_name(model)}"
            raise InputError([Problem(place, f"{result.rule.meaning}; {result.text}") for result in failed])
        # What rules do not see, such as a number too large for its type, fails here and not in a build.
        to_parquet(model, frame)


def source_table(model: type[Table], snapshots: Snapshots) -> pd.DataFrame:
    """Return a table of what the snapshots in use hold."""
    return table_of(model, (row for one in selected(*snapshots) for row in ROWS[model](one)))


def _contents(connector: Connector) -> Contents | None:
    found: Contents | None = load(connector.contents) if connector.contents else None
    return found


def _file_rows(one: Selected) -> Iterator[dict[str, Any]]:
    """Yield the files in use with the account of their rows."""
    describe, stored = one.connector.describe, {file.name: file for file in one.snapshot.files}
    for count in one.parsed.files:
        yield {
            **vars(describe),
            **vars(one.snapshot),
            **vars(stored[count.file]),
            **vars(count),
            "source_id": describe.source_id,
            "status": one.status,
            "fetched_on": one.snapshot.day,
            "vintage": dt.date.fromisoformat(one.snapshot.vintage),
        }


def dated_rows(one: Selected) -> Iterator[dict[str, Any]]:
    """Yield the dated values of a source, those of rolling series that only older snapshots have among them."""
    yield from (*one.parsed.observations, *_before_window(one))


def _before_window(one: Selected) -> Iterator[dict[str, Any]]:
    """Yield the days of rolling series that the snapshot in use no longer has, each from the newest that has it."""
    rolling = one.connector.describe.rolling
    first = min((row["date"] for row in one.parsed.observations if row["series"] in rolling), default=None)
    if first is None:
        return
    for snapshot in reversed(one.earlier):
        known = parse(one.folder, snapshot).observations
        rows = [row for row in known if row["series"] in rolling and row["date"] < first]
        first = min((row["date"] for row in rows), default=first)
        yield from ({**row, "file": f"{row['file']}@{snapshot.snapshot}"} for row in rows)


def _revision_rows(one: Selected) -> Iterator[dict[str, Any]]:
    """Yield what publishers changed from each snapshot to the next; the end of a period that had none is news."""
    contents = _contents(one.connector)
    new = _revisable(one.parsed, contents)
    for after, before in itertools.pairwise((one.snapshot, *reversed(one.earlier)) if new else ()):
        ids = {"old_snapshot": before.snapshot, "new_snapshot": after.snapshot, "fetched_at": after.fetched_at}
        old = _revisable(parse(one.folder, before), contents)
        for (item, column), now in new.items():
            was = old.get((item, column))
            if None not in (was, now) and was != now and (was or column != "to_date"):
                about = {"source": one.connector.describe.name, "item": item, "column_name": column}
                yield {**about, **ids, "old": was, "new": now}
        new = old


def _revisable(parsed: Parsed, contents: Contents | None) -> dict[tuple[str, str], str | None]:
    """Return by item and column the values in which revisions are looked for, None where there are several."""
    values = list(contents.revised(parsed)) if contents else []
    for row in parsed.observations:
        values.append((f"{row['series']} of {row['subject']} on {row['date']} ({row['basis']})", "value", row["value"]))
    found = grouped(values, itemgetter(0, 1))
    return {place: _as_text(same[0][2]) if len(same) == 1 else None for place, same in found.items()}


def _as_text(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    # `repr` tells apart any two floats.
    return repr(value) if isinstance(value, float) else str(value)


ROWS: dict[type[Table], Callable[[Selected], Iterable[dict[str, Any]]]] = {
    SourceFiles: _file_rows,
    Quarantine: lambda one: one.parsed.quarantine,
    Revisions: _revision_rows,
}
"""How the rows of each table are made of a source in use."""
