"""The resource that gives each asset of a Dagster run the walk of the graph that it is part of.

Belongs here: which store a run reads and writes. Does not: what an asset does with the walk (`assets`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import dagster as dg

from tidebook.pipelines.compare.previous import PREVIOUS
from tidebook.pipelines.defs.observations import observe
from tidebook.pipelines.defs.turns import lease, reloading_after
from tidebook.pipelines.graph.graph import graph_of
from tidebook.pipelines.graph.places import Bucket
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.store import Entry, RunStore, Store
from tidebook.pipelines.graph.structure import Graph
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.release.release import sync_latest


def walk_resource(folders: Settings, apart: bool, observer: RunObserver | None = None) -> dg.ResourceDefinition:
    """Return the resource that holds the walk of the graph for one Dagster run.

    The sources are read, and their versions recorded, before anything else: what Dagster shows as stale or fresh then
    is what the run goes by. Where it needs the result of an asset that it was not asked for, it brings that up to date;
    an asset fails if that is not what Dagster has recorded (`materialize`).

    A run in one process locks the store until it ends, so that runs take turns. Where steps work `apart`, in processes
    of their own, no process can hold the lock for all: the first one pins the sources, and all others read the same.
    """

    @dg.resource
    def walk(context: dg.InitResourceContext) -> Iterator[Run]:
        graph = graph_of(folders)
        store = _run_store(folders, context) if apart else Store(folders.out)
        with _held(folders, context, store, apart):
            run = Run(graph, store, folders.out, _pinned(graph, store), complete=True)
            yield _begun(run, folders, context, observer)

    return walk


@contextmanager
def _held(folders: Settings, context: dg.InitResourceContext, store: Store, apart: bool) -> Iterator[None]:
    """Hold what the process of a run in one process holds until it ends; where steps work apart, the executor does."""
    if apart:
        yield
        return
    assert context.run is not None
    with lease(folders, context.run.run_id), reloading_after(context.run), store.exclusive():
        yield


def _begun(run: Run, folders: Settings, context: dg.InitResourceContext, observer: RunObserver | None) -> Run:
    """Return a run that has read its sources, and whose instance knows their versions."""
    assert context.instance is not None
    if folders.remote and PREVIOUS not in run.given:
        sync_latest(Bucket(folders.remote), folders.out, mending=True)
    observe(context.instance, folders, run, observer or RunObserver())
    if isinstance(run.store, RunStore):
        for step in run.graph.sources():
            with suppress(InputError):  # of what cannot be read, each process says so
                run.store.pin(step, run.current(step).folder.name)
    return run


def _pinned(graph: Graph, store: Store) -> dict[str, Entry]:
    """Return the sources that an earlier process of the run has read."""
    found = {step: store.pinned(step) for step in graph.sources()} if isinstance(store, RunStore) else {}
    return {step: entry for step, entry in found.items() if entry}


def _run_store(folders: Settings, context: dg.InitResourceContext) -> RunStore:
    """Return the store of a run whose steps work apart."""
    assert context.run is not None
    return RunStore(folders.out, context.run.run_id, Bucket(folders.remote) if folders.remote else None)
