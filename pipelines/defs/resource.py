"""The resource that gives each step of a Dagster run the walk of the graph that it is part of.

Belongs here: which folders a run reads and writes, and through which store. Does not: what a step does with the walk
(`materialize`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import dagster as dg
from pydantic import Field, PrivateAttr

from tidebook.pipelines.defs.turns import lease, reloading_after
from tidebook.pipelines.graph.graph import graph_of
from tidebook.pipelines.graph.places import Bucket
from tidebook.pipelines.graph.run import Run
from tidebook.pipelines.graph.store import Entry, RunStore, Store
from tidebook.pipelines.graph.structure import Graph
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.settings import Publishing, Settings
from tidebook.pipelines.release.release import sync_latest


class DossierResource(dg.ConfigurableResource["DossierResource"]):
    """The folders of a dossier; in a run, the walk of its graph.

    A run in one process locks the store until it ends, so that runs take turns. Where steps work apart, in processes
    of their own, no process can hold the lock for all: the first one pins the sources, and all others read the same.
    Which of these it is follows from the run, since a project may run the assets in an executor of its own.
    """

    dossier: str = Field(description="Folder with dossier.toml in it.")
    out: str = Field(description="Folder of the results on this machine.")
    remote: str | None = Field(None, description="Address of the object store that releases are sent to, if any.")
    snapshots: str | None = Field(None, description="Folder of the snapshots of live sources, if any.")
    sources_as_of: str | None = Field(None, description="Ignore snapshots taken after this day.")
    base_url: str = Field("", description="Address at which the report is published, if any.")
    print_full: bool = Field(False, description="Whether the report has a page with everything, to print.")
    prefix: str = Field("", description="What asset keys and names of jobs begin with.")

    _held: ExitStack = PrivateAttr()
    _context: dg.InitResourceContext = PrivateAttr()
    _walk: Run | None = PrivateAttr(None)

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

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[DossierResource]:
        """Yield the resource of one run; what its walk holds is released at the end."""
        with ExitStack() as held:
            self._held, self._context, self._walk = held, context, None
            yield self

    def walk(self, apart: bool) -> Run:
        """Return the walk of the graph in this process, which the first step that asks for it begins.

        Raises InputError if the dossier cannot be read.
        """
        if self._walk is None:
            self._walk = self._begun(apart)
        return self._walk

    def _begun(self, apart: bool) -> Run:
        folders, run = self.folders, self._context.run
        assert run is not None
        graph = graph_of(folders)
        bucket = Bucket(folders.remote) if folders.remote else None
        if apart:
            store: Store = RunStore(folders.out, run.run_id, bucket)
        else:
            store = Store(folders.out)
            for each in (lease(folders, run.run_id), reloading_after(run), store.exclusive()):
                self._held.enter_context(each)
        given = _pinned(graph, store)
        if bucket and not given:
            sync_latest(bucket, folders.out, repairing=True)
        if isinstance(store, RunStore) and not given:
            given = _pin(graph, store, folders.out)
        return Run(graph, store, folders.out, given, complete=True)


def dossier_resource(folders: Settings) -> DossierResource:
    """Return the resource of a dossier."""
    as_of = folders.sources_as_of
    return DossierResource(
        dossier=str(folders.raw),
        out=str(folders.out),
        remote=folders.remote,
        snapshots=str(folders.snapshots) if folders.snapshots is not None else None,
        sources_as_of=as_of.isoformat() if as_of else None,
        base_url=folders.publishing.base_url,
        print_full=folders.publishing.print_full,
        prefix=folders.prefix,
    )


def _pinned(graph: Graph, store: Store) -> dict[str, Entry]:
    """Return the sources that an earlier process of the run has read."""
    found = {step: store.pinned(step) for step in graph.sources()} if isinstance(store, RunStore) else {}
    return {step: entry for step, entry in found.items() if entry}


def _pin(graph: Graph, store: RunStore, out: Path) -> dict[str, Entry]:
    """Read the sources for all processes of the run; what cannot be read, the step that reads it will say."""
    reading = Run(graph, store, out)
    for step in graph.sources():
        with suppress(InputError):
            store.pin(step, reading.bring_up_to_date(step).entry.folder.name)  # type: ignore[union-attr]
    return _pinned(graph, store)
