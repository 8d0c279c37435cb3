"""The current results of all steps put together as a release. Dagster is not known here.

What a release holds is decided in `pipelines.storage.release`.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.assets.graph import Graph, current
from pipelines.ingest.lock import entry as locked
from pipelines.ingest.rawfile import RawFile
from pipelines.storage.datapackage import About
from pipelines.storage.former import FORMER, read_former
from pipelines.storage.release import Input, Release, publish
from pipelines.storage.steps import table_of
from pipelines.storage.store import Store
from schemas.base import records

REPORT = "verdict_report"


def publish_current(store: Store, out: Path, graph: Graph) -> tuple[Release, bool]:
    """Publish the current results; the flag says whether the release is new.

    Raises:
        LookupError: a step has no current result.
    """
    tables = {name: current(store, name) for name in graph.published}
    files = [RawFile(path, current(store, step).read("bytes")) for step, path in graph.raw_files.items()]
    inputs = {file.path: Input(file.data, locked(file).get("rows")) for file in files}
    assumed = table_of("assumptions", tables["assumptions"]).set_index("name")["value"]
    about = About(str(assumed["as_of"]), records(table_of("sources", tables["sources"])))
    former = read_former(current(store, FORMER)).release_id or None
    return publish(out, tables, current(store, REPORT), inputs, about, former)
