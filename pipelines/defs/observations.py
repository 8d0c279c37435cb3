"""What a Dagster instance knows of a project's assets, compared with the files as they are now.

Belongs here: the data versions of raw files and of the previous release, which no run makes, recorded before a run
reads them; and which assets are stale. Does not: when somebody looks (`sensors`), or what a run does (`materialize`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import dagster as dg

from tidebook.pipelines.compare.previous import PREVIOUS, previous_id
from tidebook.pipelines.defs.common import key_of
from tidebook.pipelines.defs.internals import DATA_VERSION
from tidebook.pipelines.graph.keys import code_key, versions
from tidebook.pipelines.graph.places import Folder
from tidebook.pipelines.graph.previous import read_previous
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.step import ROWS_READ
from tidebook.pipelines.graph.structure import MAIN, RELEASE, REPORT, Graph
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.settings import Settings
from tidebook.places import DamagedError
from tidebook.releases import latest_id

NO_RELEASE = "none"
LOST = "lost "
"""Before the id of a previous release that was not whole any more when it was wanted."""

GOING_ON = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
"""Statuses of runs that may have recorded what they read; one in the queue has not."""


@dataclass(frozen=True)
class Record:
    """What an instance recorded last of an asset: its data version, the code, and the versions of its inputs."""

    version: str = ""
    code: str | None = None
    inputs: Mapping[dg.AssetKey, str] = field(default_factory=dict)


def assets_of(graph: Graph) -> list[str]:
    """Return the steps of a graph that a run materializes, in order; the release is the last."""
    return [*graph.stored(), RELEASE]


def parents_of(graph: Graph, asset: str) -> list[str]:
    """Return the sources and assets that an asset is made from: all read the units that the dossier declares."""
    if asset == RELEASE:
        rows_read = [ROWS_READ] if ROWS_READ in graph.steps else []
        return [*graph.sources(), *graph.published, *rows_read, REPORT]
    return list(dict.fromkeys([MAIN, *graph.stored_inputs(asset)]))


def code_of(graph: Graph, asset: str) -> str:
    """Return the code version of an asset: its code, its columns and the libraries, without the dossier's units."""
    model = None if asset == RELEASE else graph.steps[asset].model
    return digest([code_key(graph.dossier.switched_on.names), model.declaration() if model else "", versions()])[:16]


def records_of(instance: dg.DagsterInstance, folders: Settings, steps: Iterable[str]) -> dict[str, Record]:
    """Return the last record of each of these steps, by step; an empty one where the instance has none."""
    keys = {key_of(step, folders.prefix): step for step in steps}
    found = {step: Record() for step in keys.values()}
    for each in instance.get_asset_records([*keys]):
        event = each.asset_entry.last_materialization
        if event and event.asset_materialization:
            tags = event.asset_materialization.tags or {}
            made_from = dg.DataProvenance.from_tags(tags)
            inputs = {key: version.value for key, version in made_from.input_data_versions.items()} if made_from else {}
            code = made_from.code_version if made_from else None
            found[keys[each.asset_entry.asset_key]] = Record(tags.get(DATA_VERSION, ""), code, inputs)
    return found


def source_version(run: Run, source: str) -> str:
    """Return the data version of a source as a run reads it: the SHA-256 of a raw file, the id of a release.

    Raises InputError if a raw file cannot be read.
    """
    entry = run.current(source)
    if source != PREVIOUS:
        return entry.folder.name
    previous = read_previous(entry)
    lost = previous.release_id and previous.manifest is None
    return f"{LOST}{previous.release_id}" if lost else previous.release_id or NO_RELEASE


def present_versions(folders: Settings, graph: Graph) -> dict[str, str]:
    """Return the data version of each source as it is now, without those that cannot be read."""
    found = {}
    for step in graph.raw_files:
        try:
            found[step] = graph.read(step).sha256
        except InputError:
            continue
    if len(found) == len(graph.raw_files):
        hashes = {path: found[step] for step, path in graph.raw_files.items()}
        found[PREVIOUS] = previous_id(folders.out, hashes) or NO_RELEASE
    return found


def observations(
    folders: Settings, versions: Mapping[str, str], records: Mapping[str, Record]
) -> list[dg.AssetMaterialization]:
    """Return an event for each source whose version is not the one recorded.

    They are materializations: Dagster takes the version of an input from its last observation only where there is no
    materialization, and earlier versions of Tidebook recorded raw files so.
    """
    found = []
    for step, version in versions.items():
        known = records[step].version
        if known not in (version, f"{LOST}{version}"):
            key = key_of(step, folders.prefix)
            found.append(dg.AssetMaterialization(key, tags={DATA_VERSION: version}))
    return found


def observe(instance: dg.DagsterInstance, folders: Settings, run: Run, observer: RunObserver) -> None:
    """Record the version of each source that a run is going to read; it reads the same ones until it ends."""
    versions = {}
    for step in run.graph.sources():
        observer.step_started(step)
        try:
            result = run.bring_up_to_date(step)
        except InputError:
            continue  # the assets that depend on it fail with the reason
        versions[step] = source_version(run, step)
        observer.step_finished(step, result.reused)
    _record(instance, folders, run.graph, versions)


def observe_now(instance: dg.DagsterInstance, folders: Settings, graph: Graph) -> None:
    """Record the version of each source as it is now, so that what depends on a changed one shows as stale.

    Not while a run goes on: it has recorded what it reads, and nothing of it must be recorded as made from later files.
    """
    if instance.get_runs_count(dg.RunsFilter(statuses=GOING_ON)):
        return
    _record(instance, folders, graph, present_versions(folders, graph))


def _record(instance: dg.DagsterInstance, folders: Settings, graph: Graph, versions: Mapping[str, str]) -> None:
    records = records_of(instance, folders, graph.sources())
    for event in observations(folders, versions, records):
        instance.report_runless_asset_event(event)


def stale_assets(instance: dg.DagsterInstance, folders: Settings, graph: Graph) -> list[str]:
    """Return the assets that Dagster shows as stale or missing once all sources are observed, in order.

    The release is one of them too where `latest` is another than the one recorded.
    """
    records = records_of(instance, folders, [*graph.sources(), *assets_of(graph)])
    present = {step: record.version for step, record in records.items()} | present_versions(folders, graph)
    stale: dict[str, None] = {}
    for asset in assets_of(graph):
        record, parents = records[asset], parents_of(graph, asset)
        read = {key_of(parent, folders.prefix): present[parent] for parent in parents}
        current = record.version and record.inputs == read and code_of(graph, asset) == record.code
        if not current or not stale.keys().isdisjoint(parents):
            stale[asset] = None
    if not _is_latest(folders, records[RELEASE].version):
        stale[RELEASE] = None
    return [*stale]


def needed(instance: dg.DagsterInstance, folders: Settings, graph: Graph) -> list[dg.AssetKey] | None:
    """Return the assets that a run is to make: those that are stale, and the release, which is confirmed; None for all.

    Dagster writes a dozen events for each asset of a run, which takes longer than to find it unchanged.
    """
    some = dict.fromkeys((*stale_assets(instance, folders, graph), RELEASE))
    return None if len(some) == len(assets_of(graph)) else [key_of(step, folders.prefix) for step in some]


def _is_latest(folders: Settings, release: str) -> bool:
    try:
        return latest_id(Folder(folders.out)) == release
    except DamagedError:
        return False
