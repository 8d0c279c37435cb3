"""A release made anew from what it was made from, in this process and without Dagster.

Whether it is the same as another is found in `pipelines.storage.compare`.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.assets.ahead import order
from pipelines.assets.graph import Graph, load, rule_problems, take_in
from pipelines.assets.publish import publish_current
from pipelines.claims.changes import OWN as CHANGES
from pipelines.ingest.errors import InputError
from pipelines.storage.former import FORMER
from pipelines.storage.release import Release
from pipelines.storage.steps import run_step
from pipelines.storage.store import Store


@dataclass(frozen=True)
class Given:
    """What a release was made from beside raw files: the former release as the store keeps it.

    `changes` is the table of changes since then, as Parquet, where the former release is not to be had: it is taken
    as it is.
    """

    former: Mapping[str, bytes]
    changes: bytes | None = None


def derive(graph: Graph, out: Path, given: Given) -> Release:
    """Compute every step and publish the result in an output folder that nobody else uses.

    Raises:
        InputError: the raw files cannot be used.
    """
    store = Store(out)
    for name in order(graph):
        if name in graph.raw_files:
            take_in(store, graph, name)
        elif name == FORMER:
            take(store, FORMER, given.former)
        elif name == CHANGES and given.changes is not None:
            rows = pq.read_metadata(io.BytesIO(given.changes)).num_rows
            take(store, CHANGES, {f"{CHANGES}.parquet": given.changes}, rows)
        else:
            outcome = run_step(store, graph.nodes[name].step, load)
            if outcome.entry is None:
                raise InputError(rule_problems(name, outcome))
    return publish_current(store, out, graph)[0]


def take(store: Store, step: str, files: Mapping[str, bytes], rows: int | None = None) -> None:
    """Make these files a step's current result; `rows` counts those of a table."""
    store.put(step, "given", files, rows)
    store.make_current(step, "given")
