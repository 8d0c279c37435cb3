"""The current results of all steps put together as a release. Dagster is not known here.

What a release holds is decided in `pipelines.storage.release`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipelines.assets.graph import Graph, current
from pipelines.ingest.lock import entry as locked
from pipelines.ingest.rawfile import RawFile
from pipelines.storage.datapackage import About
from pipelines.storage.former import FORMER, read_former
from pipelines.storage.release import Input, Release, publish
from pipelines.storage.steps import table_of
from pipelines.storage.store import Entry, Store
from schemas.base import records

REPORT = "verdict_report"
NAMING, DESCRIBING = ("source", "source_id"), {"sources", "source_files"}
"""The columns that name the source of a row, and the tables that describe sources and hold none of their values."""


def publish_current(store: Store, out: Path, graph: Graph) -> tuple[Release, bool]:
    """Publish the current results; the flag says whether the release is new.

    Raises:
        LookupError: a step has no current result.
    """
    tables = {name: current(store, name) for name in graph.published}
    files = [RawFile(path, current(store, step).read("bytes")) for step, path in graph.raw_files.items()]
    inputs = {file.path: Input(file.data, locked(file).get("rows")) for file in files}
    assumed = table_of("assumptions", tables["assumptions"]).set_index("name")["value"]
    about = About(str(assumed["as_of"]), records(table_of("sources", tables["sources"])), restricted(tables))
    former = read_former(current(store, FORMER)).release_id or None
    return publish(out, tables, current(store, REPORT), inputs, about, former)


def restricted(tables: Mapping[str, Entry]) -> dict[str, list[str]]:
    """Return by table the ids of the sources whose values in it may not be republished."""
    if "source_files" not in tables:
        return {}
    files = table_of("source_files", tables["source_files"])
    closed = records(files[~files["republish"]].drop_duplicates("source"))
    ids = {column: {row[column]: row["source_id"] for row in closed} for column in NAMING}
    held: dict[str, list[str]] = {}
    for name in tables.keys() - DESCRIBING if closed else ():
        frame = table_of(name, tables[name])
        found = {
            ids[column][text]
            for column in NAMING
            if column in frame
            for text in frame[column].unique()
            if text in ids[column]
        }
        if found:
            held[name] = sorted(found)
    return held
