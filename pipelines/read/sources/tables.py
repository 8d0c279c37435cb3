"""From the selected snapshots to tables: files, quarantine, models, prices, observations and revisions.

How one publisher's file is read is in its connector.
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
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.sources.base import Connector, FetchError, Parsed
from tidebook.pipelines.read.sources.entities import Entities
from tidebook.pipelines.read.sources.selection import Snapshots
from tidebook.pipelines.read.sources.snapshots import Snapshot, content
from tidebook.schemas.base import Table, table_name, table_of
from tidebook.schemas.parquet import to_parquet
from tidebook.schemas.rules import judge
from tidebook.schemas.sources import (
    DatabaseModels,
    ModelPrices,
    Quarantine,
    Revisions,
    SourceFiles,
    SourceObservations,
)

REVISED_OF_MODELS = (
    "release_date", "training_compute", "compute_low", "compute_high", "training_cost", "confidence",
)  # fmt: skip
NOBODY = Entities({}, {}, {})


class Selected(NamedTuple):
    """One source in use: its connector and status, its snapshot with what it holds, and those before, oldest first."""

    connector: Connector
    status: str
    snapshot: Snapshot
    parsed: Parsed
    earlier: tuple[Snapshot, ...] = ()
    folder: Path = Path()


def _selected(folder: Path, snapshots: RawFile) -> Iterator[Selected]:
    from tidebook.pipelines.read.sources.registry import CONNECTORS

    for entry in json.loads(snapshots.data):
        if entry["source"] not in CONNECTORS:
            raise InputError(Problem(f"snapshots of {entry['source']}", f"one of {', '.join(CONNECTORS)}"))
        *earlier, current = map(Snapshot.of, (*entry["earlier"], entry["current"]))
        connector = CONNECTORS[entry["source"]]
        yield Selected(connector, entry["status"], current, parse(folder, current), tuple(earlier), folder)


@functools.lru_cache(maxsize=32)
def parse(folder: Path, snapshot: Snapshot) -> Parsed:
    """Return what a snapshot holds, parsed once in this process; nobody may change it.

    Raises InputError if its bytes are not those received, or cannot be parsed.
    """
    from tidebook.pipelines.read.sources.registry import CONNECTORS

    data = {file.name: content(folder, file) for file in snapshot.files}
    return CONNECTORS[snapshot.source].parse(data, dt.date.fromisoformat(snapshot.vintage))


def check(connector: Connector, snapshot: Snapshot, data: Mapping[str, bytes]) -> None:
    """Make the tables of a snapshot that is not stored yet, so that nothing is stored that a build could not read.

    Raises InputError if it cannot be parsed, or a rule of its tables fails, FetchError if too many rows have bad cells.
    """
    found = connector.parse(data, dt.date.fromisoformat(snapshot.vintage))
    bad = sum(count.quarantined for count in found.files)
    if bad > connector.describe.quarantine_limit:
        raise FetchError(f"{bad} rows with bad cells, more than the {connector.describe.quarantine_limit} allowed")
    one = Selected(connector, "current", snapshot, found)
    for model, rows_of in ROWS.items():
        frame = table_of(model, rows_of(one, NOBODY))
        if failed := [result for result in judge(model, frame) if not result.passed]:
            place = f"{connector.describe.name}, table {table_name(model)}"
            raise InputError([Problem(place, f"{result.rule.meaning}; {result.text}") for result in failed])
        to_parquet(model, frame)


def source_table(model: type[Table], snapshots: Snapshots, entities: Entities = NOBODY) -> pd.DataFrame:
    """Return a table of what the snapshots in use hold; `entities` say who is who."""
    return table_of(model, (row for one in _selected(*snapshots) for row in ROWS[model](one, entities)))


def _file_rows(one: Selected, _: Entities) -> Iterator[dict[str, Any]]:
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


def _model_rows(one: Selected, known: Entities) -> Iterator[dict[str, Any]]:
    for row in one.parsed.models:
        companies = filter(None, (known.find("company", name) for name in row["organizations"]))
        yield {**row, "entity_id": known.find("model", row["name"]), "developers": list(dict.fromkeys(companies))}


def _price_rows(one: Selected, known: Entities) -> Iterator[dict[str, Any]]:
    return ({**row, "entity_id": known.find("model", row["model_id"])} for row in one.parsed.prices)


def _observation_rows(one: Selected, known: Entities) -> Iterator[dict[str, Any]]:
    for row in (*one.parsed.observations, *_before_window(one)):
        yield {**row, "entity_id": known.find("company", row["subject"]) or known.find("model", row["subject"])}


def _before_window(one: Selected) -> Iterator[dict[str, Any]]:
    """Yield the days of rolling series that the snapshot in use no longer has, each from the newest that has it."""
    rolling = one.connector.describe.rolling
    first = min((row["date"] for row in one.parsed.observations if row["series"] in rolling), default=None)
    for snapshot in reversed(one.earlier) if first else ():
        known = parse(one.folder, snapshot).observations
        rows = [row for row in known if row["series"] in rolling and row["date"] < first]
        first = min((row["date"] for row in rows), default=first)
        yield from ({**row, "file": f"{row['file']}@{snapshot.snapshot}"} for row in rows)


def _revision_rows(one: Selected, _: Entities) -> Iterator[dict[str, Any]]:
    """Yield what publishers changed from each snapshot to the next; the end of a period that had none is news."""
    new = _revisable(one.parsed)
    for after, before in itertools.pairwise((one.snapshot, *reversed(one.earlier)) if new else ()):
        ids = {"old_snapshot": before.snapshot, "new_snapshot": after.snapshot, "fetched_at": after.fetched_at}
        old = _revisable(parse(one.folder, before))
        for (item, column), now in new.items():
            was = old.get((item, column))
            if None not in (was, now) and was != now and (was or column != "to_date"):
                about = {"source": one.connector.describe.name, "item": item, "column_name": column}
                yield {**about, **ids, "old": was, "new": now}
        new = old


def _revisable(parsed: Parsed) -> dict[tuple[str, str], str | None]:
    """Return by item and column the values in which revisions are looked for, None where there are several.

    A price without a day is one of today: when it changes, that is news.
    """
    values = [(str(row["name"]), column, row[column]) for row in parsed.models for column in REVISED_OF_MODELS]
    for row in parsed.prices:
        if row["from_date"] or row["to_date"]:
            item = f"{row['vendor']}/{row['model_id']} from {row['from_date'] or 'the start'}"
            values += [(item, column, row[column]) for column in ("input_price", "output_price", "to_date")]
    for row in parsed.observations:
        values.append((f"{row['series']} of {row['subject']} on {row['date']} ({row['basis']})", "value", row["value"]))
    found = grouped(values, itemgetter(0, 1))
    return {place: _as_text(same[0][2]) if len(same) == 1 else None for place, same in found.items()}


def _as_text(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return repr(value) if isinstance(value, float) else str(value)


ROWS: dict[type[Table], Callable[[Selected, Entities], Iterable[dict[str, Any]]]] = {
    SourceFiles: _file_rows,
    Quarantine: lambda one, _: one.parsed.quarantine,
    DatabaseModels: _model_rows,
    ModelPrices: _price_rows,
    SourceObservations: _observation_rows,
    Revisions: _revision_rows,
}
"""How the rows of each table are made of a source in use."""
