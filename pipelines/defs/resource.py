"""The resource that gives each asset of a Dagster run the walk of the graph that it is part of.

Belongs here: which store a run reads and writes. Does not: what an asset does with the walk (`assets`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import dagster as dg

from tidebook.pipelines.defs.common import key_of
from tidebook.pipelines.graph.graph import graph_of
from tidebook.pipelines.graph.places import Bucket
from tidebook.pipelines.graph.run import Run
from tidebook.pipelines.graph.store import RunStore, Store
from tidebook.pipelines.read.settings import Settings


def walk_resource(folders: Settings, apart: bool) -> dg.ResourceDefinition:
    """Return the resource that holds the walk of the graph for one Dagster run.

    A run in one process locks the store until it ends, so that runs take turns. Where it needs the result of an asset
    that it was not asked for, it brings that up to date as well, without recording it.

    Where steps work `apart`, in processes of their own, no process can hold the lock for all. Each run then has results
    of its own, and reads those of other runs only for assets that it was not asked for.
    """

    @dg.resource
    def walk(context: dg.InitResourceContext) -> Iterator[Run]:
        graph = graph_of(folders)
        store = _run_store(folders, context) if apart else Store(folders.out)
        with nullcontext() if apart else store.exclusive():
            yield Run(graph, store, folders.out, complete=not apart)

    return walk


def _run_store(folders: Settings, context: dg.InitResourceContext) -> Store:
    """Return the store of a run whose steps work apart. A retried run continues with the results of the first."""
    run = context.run
    assert run is not None
    selected = run.asset_selection

    def is_made(step: str) -> bool:
        return selected is None or key_of(step, folders.prefix) in selected

    bucket = Bucket(folders.remote) if folders.remote else None
    return RunStore(folders.out, run.root_run_id or run.run_id, is_made, bucket)
