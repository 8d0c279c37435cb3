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
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from pipelines.ingest.errors import InputError, Problem
from pipelines.ingest.rawfile import RawFile
from pipelines.sources.base import Connector, FetchError, Parsed
from pipelines.sources.entities import Entities
from pipelines.sources.snapshots import Snapshot, StoredFile, content
from pipelines.storage.parquet import to_parquet
from pipelines.storage.rules import judge
from schemas.base import Table, column_types, keys, table_name
from schemas.sources import DatabaseModels, ModelPrices, Quarantine, Revisions, SourceFiles, SourceObservations

Rows = list[dict[str, Any]]


class Selected(NamedTuple):
    """One source in use: its connector and status, its snapshot and those before, oldest first."""

    connector: Connector
    status: str
    snapshot: Snapshot
    earlier: tuple[Snapshot, ...]


def _selected(snapshots: RawFile) -> list[Selected]:
    from pipelines.sources.registry import CONNECTORS

    found = []
    for entry in json.loads(snapshots.data):
        if entry["source"] not in CONNECTORS:
            raise InputError(Problem(f"snapshots of {entry['source']}", f"one of {', '.join(CONNECTORS)}"))
        earlier = tuple(map(_snapshot, entry["earlier"]))
        connector = CONNECTORS[entry["source"]]
        found.append(Selected(connector, entry["status"], _snapshot(entry["current"]), earlier))
    return found


def _snapshot(facts: Mapping[str, Any]) -> Snapshot:
    return Snapshot(**{**facts, "files": tuple(StoredFile(**file) for file in facts["files"])})


@functools.lru_cache(maxsize=32)
def _parse_files(folder: Path, source: str, snapshot: str, files: tuple[tuple[str, str], ...], vintage: str) -> Parsed:
    """Return what a snapshot holds, parsed once in this process; nobody may change it."""
    from pipelines.sources.registry import CONNECTORS

    data = {name: content(folder, StoredFile(name, "", sha256, 0, {})) for name, sha256 in files}
    return CONNECTORS[source].parse(data, dt.date.fromisoformat(vintage))


def parse(folder: Path, snapshot: Snapshot) -> Parsed:
    """Return what a snapshot holds. Raises InputError if its bytes are not those received, or cannot be parsed."""
    files = tuple((file.name, file.sha256) for file in snapshot.files)
    return _parse_files(folder, snapshot.source, snapshot.snapshot, files, snapshot.vintage)


def _each_parsed(folder: Path, snapshots: RawFile) -> Iterator[tuple[Selected, Parsed]]:
    for one in _selected(snapshots):
        yield one, parse(folder, one.snapshot)


def check(connector: Connector, snapshot: Snapshot, data: Mapping[str, bytes]) -> None:
    """Make the tables of a snapshot that is not stored yet, so that nothing is stored that a build could not read.

    Raises InputError if it cannot be parsed, or a rule of its tables fails, FetchError if too many rows have bad cells.
    """
    found = connector.parse(data, dt.date.fromisoformat(snapshot.vintage))
    bad = sum(count.quarantined for count in found.files)
    if bad > connector.describe.quarantine_limit:
        raise FetchError(f"{bad} rows with bad cells, more than the {connector.describe.quarantine_limit} allowed")
    nobody = Entities({}, {}, {})
    made: dict[type[Table], Iterable[dict[str, Any]]] = {
        SourceFiles: _file_rows(Selected(connector, "current", snapshot, ()), found),
        Quarantine: found.quarantine,
        DatabaseModels: _model_rows(found.models, nobody),
        ModelPrices: _price_rows(found.prices, nobody),
        SourceObservations: _observation_rows(found.observations, nobody),
    }
    for model, rows in made.items():
        frame = _table(model, list(rows))
        if failed := [result for result in judge(model, frame) if not result.passed]:
            place = f"{connector.describe.name}, table {table_name(model)}"
            raise InputError([Problem(place, f"{result.rule.meaning}; {result.text}") for result in failed])
        to_parquet(model, frame)


def files_table(folder: Path, snapshots: RawFile) -> pd.DataFrame:
    """Return the files in use with the account of their rows, as rows of `SourceFiles`."""
    rows = [row for one, found in _each_parsed(folder, snapshots) for row in _file_rows(one, found)]
    return _table(SourceFiles, rows)


def _file_rows(one: Selected, found: Parsed) -> Rows:
    describe, stored = one.connector.describe, {file.name: file for file in one.snapshot.files}
    return [
        {
            **vars(describe),
            **vars(one.snapshot),
            **vars(stored[count.file]),
            **vars(count),
            "source_id": describe.source_id,
            "status": one.status,
            "fetched_on": one.snapshot.day,
            "vintage": dt.date.fromisoformat(one.snapshot.vintage),
        }
        for count in found.files
    ]


def quarantine_table(folder: Path, snapshots: RawFile) -> pd.DataFrame:
    """Return the bad cells of all sources, as rows of `Quarantine`."""
    return _table(Quarantine, [row for _, found in _each_parsed(folder, snapshots) for row in found.quarantine])


def models_table(folder: Path, snapshots: RawFile, entities: Entities) -> pd.DataFrame:
    """Return the models of all databases, as rows of `DatabaseModels`."""
    rows = [row for _, found in _each_parsed(folder, snapshots) for row in _model_rows(found.models, entities)]
    return _table(DatabaseModels, rows)


def _model_rows(models: Rows, known: Entities) -> Iterator[dict[str, Any]]:
    for row in models:
        companies = filter(None, (known.find("company", name) for name in row["organizations"]))
        yield {**row, "entity_id": known.find("model", row["name"]), "developers": list(dict.fromkeys(companies))}


def prices_table(folder: Path, snapshots: RawFile, entities: Entities) -> pd.DataFrame:
    """Return the prices of all price lists, as rows of `ModelPrices`."""
    rows = [row for _, found in _each_parsed(folder, snapshots) for row in _price_rows(found.prices, entities)]
    return _table(ModelPrices, rows)


def _price_rows(prices: Rows, known: Entities) -> Iterator[dict[str, Any]]:
    return ({**row, "entity_id": known.find("model", row["model_id"])} for row in prices)


def observations_table(folder: Path, snapshots: RawFile, entities: Entities) -> pd.DataFrame:
    """Return the dated values of all sources, as rows of `SourceObservations`."""
    rows = [
        row
        for one, found in _each_parsed(folder, snapshots)
        for row in _observation_rows([*found.observations, *_before_window(folder, one, found)], entities)
    ]
    return _table(SourceObservations, rows)


def _observation_rows(observations: Rows, known: Entities) -> Iterator[dict[str, Any]]:
    for row in observations:
        yield {**row, "entity_id": known.find("company", row["subject"]) or known.find("model", row["subject"])}


def _before_window(folder: Path, one: Selected, found: Parsed) -> Iterator[dict[str, Any]]:
    """Yield the days of rolling series that the snapshot in use no longer has, each from the newest that has it."""
    rolling = one.connector.describe.rolling
    first = min((row["date"] for row in found.observations if row["series"] in rolling), default=None)
    for snapshot in reversed(one.earlier) if first else ():
        rows = [row for row in parse(folder, snapshot).observations if row["series"] in rolling and row["date"] < first]
        first = min((row["date"] for row in rows), default=first)
        yield from ({**row, "file": f"{row['file']}@{snapshot.snapshot}"} for row in rows)


def revisions_table(folder: Path, snapshots: RawFile) -> pd.DataFrame:
    """Return what publishers changed from each snapshot to the next, as rows of `Revisions`.

    A price without a day is one of today: when it changes, that is news. So is the end of a period that had none.
    """
    rows: Rows = []
    for one in _selected(snapshots):
        taken = (*one.earlier, one.snapshot)
        now = parse(folder, one.snapshot)
        has_past = now.models or now.observations or _dated(now.prices)
        for before, after in itertools.pairwise(taken if has_past else ()):
            old, new = parse(folder, before), parse(folder, after)
            found = [
                *_revisions(old.models, new.models, _model_item, MODEL_VALUES),
                *_revisions(_dated(old.prices), _dated(new.prices), _price_item, PRICE_VALUES),
                *_revisions(old.observations, new.observations, _value_item, ("value",)),
            ]
            ids = {"old_snapshot": before.snapshot, "new_snapshot": after.snapshot, "fetched_at": after.fetched_at}
            rows += [{"source": one.connector.describe.name, **ids, **each} for each in found]
    return _table(Revisions, rows)


def _dated(prices: Rows) -> Rows:
    return [row for row in prices if row["from_date"] or row["to_date"]]


MODEL_VALUES = ("release_date", "training_compute", "compute_low", "compute_high", "training_cost", "confidence")
PRICE_VALUES = ("input_price", "output_price", "to_date")


def _model_item(row: Mapping[str, Any]) -> str:
    return str(row["name"])


def _price_item(row: Mapping[str, Any]) -> str:
    return f"{row['vendor']}/{row['model_id']} from {row['from_date'] or 'the start'}"


def _value_item(row: Mapping[str, Any]) -> str:
    return f"{row['series']} of {row['subject']} on {row['date']} ({row['basis']})"


def _revisions(
    old: Rows, new: Rows, item: Callable[[Mapping[str, Any]], str], columns: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    """Yield each value that differs between two vintages, of the items that both have exactly once."""
    was, now = _unique(old, item), _unique(new, item)
    for name in sorted(was.keys() & now.keys()):
        for column in columns:
            before, after = _as_text(was[name][column]), _as_text(now[name][column])
            if before != after and (before or column != "to_date"):
                yield {"item": name, "column_name": column, "old": before, "new": after}


def _unique(rows: Rows, item: Callable[[Mapping[str, Any]], str]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(item(row), []).append(row)
    return {name: same[0] for name, same in found.items() if len(same) == 1}


def _as_text(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def _table(model: type[Table], rows: Rows) -> pd.DataFrame:
    """Return rows as a table, sorted by its key; missing texts are an error of the schema, not filled in."""
    frame = column_types(model, pd.DataFrame(rows, columns=list(model.to_schema().columns)))
    return frame.sort_values(keys(model.to_schema()), ignore_index=True)
