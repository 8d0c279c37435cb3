"""The resource that gives each asset of a Dagster run the walk of the graph that it is part of.

Belongs here: which folders a run reads and writes, and through which store. Does not: what an asset does with the walk
(`materialize`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dagster as dg
from pydantic import Field, PrivateAttr

from tidebook.pipelines.compare.previous import PREVIOUS
from tidebook.pipelines.defs.observations import observe
from tidebook.pipelines.defs.turns import lease, marking_outages, reloading_after
from tidebook.pipelines.graph.graph import graph_of
from tidebook.pipelines.graph.places import Bucket
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.store import Entry, RunStore, Store
from tidebook.pipelines.graph.structure import Graph
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.settings import Publishing, Settings
from tidebook.pipelines.release.release import sync_latest


class DossierResource(dg.ConfigurableResource["DossierResource"]):
    """The folders of a dossier; in a run, the walk of its graph.

    The sources are read, and their versions recorded, before anything else: what Dagster shows as stale or fresh then
    is what the run goes by. Where it needs the result of an asset that it was not asked for, it brings that up to date;
    an asset fails if that is not what Dagster has recorded.

    A run in one process locks the store until it ends, so that runs take turns. Where steps work apart, in processes
    of their own, no process can hold the lock for all: the first one pins the sources, and all others read the same.
    """

    dossier: str = Field(description="Folder with dossier.toml in it.")
    out: str = Field(description="Folder of the results on this machine.")
    remote: str | None = Field(None, description="Address of the object store that releases are sent to, if any.")
    snapshots: str | None = Field(None, description="Folder of the snapshots of live sources, if any.")
    sources_as_of: str | None = Field(None, description="Ignore snapshots taken after this day.")
    base_url: str = Field("", description="Address at which the report is published, if any.")
    print_full: bool = Field(False, description="Whether the report has a page with everything, to print.")
    prefix: str = Field("", description="What asset keys and names of jobs begin with.")
    steps_apart: bool = Field(False, description="Whether steps have processes of their own.")

    _graph_run: Run = PrivateAttr()

    @property
    def folders(self) -> Settings:
        """The fields as settings."""
        return Settings(
            Path(self.dossier),
            Path(self.out),
            self.remote,
            Path(self.snapshots) if self.snapshots is not None else None,
            dt.date.fromisoformat(self.sources_as_of) if self.sources_as_of else None,
            prefix=self.prefix,
            publishing=Publishing(self.base_url, self.print_full),
        )

    @property
    def graph_run(self) -> Run:
        """The walk of the graph, while a run lasts."""
        return self._graph_run

    def observer(self) -> RunObserver:
        """Return who hears how the sources are read."""
        return RunObserver()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[DossierResource]:
        """Yield the resource with the walk of one run."""
        folders = self.folders
        graph = graph_of(folders)
        assert context.instance is not None and context.run is not None
        with marking_outages(context.instance, context.run.run_id):
            store = _run_store(folders, context) if self.steps_apart else Store(folders.out)
            with _locked(folders, context, store, self.steps_apart):
                run = Run(graph, store, folders.out, _pinned(graph, store), complete=True)
                self._graph_run = _with_sources(run, folders, context, self.observer())
                yield self


def dossier_resource(folders: Settings, apart: bool, observer: RunObserver | None = None) -> DossierResource:
    """Return the resource of a dossier, whose steps may work apart; an observer hears how sources are read."""
    as_of = folders.sources_as_of
    return (_observed_by(observer) if observer else DossierResource)(
        dossier=str(folders.raw),
        out=str(folders.out),
        remote=folders.remote,
        snapshots=str(folders.snapshots) if folders.snapshots is not None else None,
        sources_as_of=as_of.isoformat() if as_of else None,
        base_url=folders.publishing.base_url,
        print_full=folders.publishing.print_full,
        prefix=folders.prefix,
        steps_apart=apart,
    )


def _observed_by(observer: RunObserver) -> type[DossierResource]:
    """Return a kind of resource with an observer: a field cannot hold one, since fields are configuration."""

    class Observed(DossierResource):
        def observer(self) -> RunObserver:
            return observer

    return Observed


@contextmanager
def _locked(folders: Settings, context: dg.InitResourceContext, store: Store, apart: bool) -> Iterator[None]:
    """Hold what the process of a run in one process holds until it ends; where steps work apart, the executor does."""
    if apart:
        yield
        return
    assert context.run is not None
    with lease(folders, context.run.run_id), reloading_after(context.run), store.exclusive():
        yield


def _with_sources(run: Run, folders: Settings, context: dg.InitResourceContext, observer: RunObserver) -> Run:
    """Return a run that has read its sources, and whose instance knows their versions."""
    assert context.instance is not None
    if folders.remote and PREVIOUS not in run.given:
        sync_latest(Bucket(folders.remote), folders.out, repairing=True)
    observe(context.instance, folders, run, observer)
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
