"""The definitions of one dossier: its assets and their checks, the job that runs them, its schedule and sensor.

Belongs here: how they fit together, for folders that the caller names. Does not: what an asset does (`assets`), or when
a run is requested (`sensors`).
"""

from dataclasses import dataclass

import dagster as dg

from tidebook.pipelines.defs.assets import build_assets, source_specs, unreadable_asset
from tidebook.pipelines.defs.common import RESOURCE, key_of
from tidebook.pipelines.defs.internals import AssetJob
from tidebook.pipelines.defs.observations import needed
from tidebook.pipelines.defs.resource import dossier_resource
from tidebook.pipelines.defs.sensors import raw_content_sensor, readable_graph
from tidebook.pipelines.defs.turns import in_turn
from tidebook.pipelines.graph.graph import graph_of, graph_with
from tidebook.pipelines.graph.run import RunObserver
from tidebook.pipelines.graph.structure import RELEASE, Graph
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.sources.selection import PATH as SNAPSHOTS

JOB, DAILY, CHANGED = "build_report", "rebuild_daily", "article_changed"
"""The jobs of a dossier, which have the same assets: by hand, by the schedule, and by the sensor."""


@dataclass(frozen=True)
class Automation:
    """When runs are requested: by the schedule, a cron expression in UTC or "" for none, and by changed files.

    `running` says whether schedule and sensor are on before anybody switches them.
    """

    schedule: str = "0 6 * * *"
    running: bool = True


AUTOMATION = Automation()
JOBS = {
    JOB: "Builds tables and report and publishes them as a release: all assets, or those that you select.",
    DAILY: "Scheduled run: makes what is stale, and confirms the release even if nothing is.",
    CHANGED: "Sensor run: makes what a changed file of the article, or a new snapshot, has made stale.",
}


def build_defs(
    folders: Settings,
    observer: RunObserver | None = None,
    executor: dg.ExecutorDefinition = dg.in_process_executor,
    automation: Automation = AUTOMATION,
) -> dg.Definitions:
    """Return the definitions for these folders.

    A run includes the whole job, or only what is stale; cached results are not computed again. A dossier that cannot be
    read has a single asset, which fails with the reason.
    """
    apart = executor is not dg.in_process_executor
    steps_run_in = in_turn(executor, folders) if apart else executor
    try:
        declared = graph_of(folders)
    except InputError as error:
        outline, assets, external = "", [unreadable_asset(folders, error)], []
    else:
        external = [*source_specs(folders, declared), *_awaited_assets(folders, declared)]
        outline, assets = declared.outline, build_assets(folders, declared, observer or RunObserver())
    selection = dg.AssetSelection.assets(*(key for asset in assets for key in asset.keys))
    build, daily, changed = (
        dg.define_asset_job(folders.prefixed(name), selection=selection, executor_def=steps_run_in, description=text)
        for name, text in JOBS.items()
    )
    return dg.Definitions(
        assets=[*assets, *external],
        jobs=[build, daily, changed],
        sensors=[raw_content_sensor(folders, changed, [*map(folders.prefixed, JOBS)], outline, automation.running)],
        schedules=[_schedule(folders, daily, outline, automation)] if automation.schedule else [],
        resources={folders.prefixed(RESOURCE): dossier_resource(folders, apart, observer)},
        # Dagster does not merge definitions that each have an executor.
        executor=None if folders.prefix else steps_run_in,
    )


def _schedule(folders: Settings, job: AssetJob, outline: str, automation: Automation) -> dg.ScheduleDefinition:
    """Return the schedule that requests runs of a job: of what is stale, and of the release."""
    status = dg.DefaultScheduleStatus.RUNNING if automation.running else dg.DefaultScheduleStatus.STOPPED

    @dg.schedule(
        name=folders.prefixed(DAILY),
        job=job,
        cron_schedule=automation.schedule,
        execution_timezone="UTC",
        default_status=status,
        description="Makes what is stale, and confirms the release even if nothing is.",
    )
    def daily(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return dg.RunRequest(asset_selection=_needed(context.instance, folders, outline))

    return daily


def _needed(instance: dg.DagsterInstance, folders: Settings, outline: str) -> list[dg.AssetKey] | None:
    """Return the assets that a run is to make; None for all where the dossier declares another graph, or none."""
    graph = readable_graph(folders)
    return needed(instance, folders, graph) if graph and graph.outline == outline else None


def _awaited_assets(folders: Settings, graph: Graph) -> list[dg.AssetSpec]:
    """Return the assets that the first snapshot of a source will add, none where there is a snapshot.

    They are declared early because the UI does not show runs of assets that it does not know until a reload.
    """
    if graph.snapshots or folders.snapshots is None or not graph.dossier.switched_on.parts("connectors"):
        return []
    with_sources = graph_with(folders.raw, RawFile(SNAPSHOTS, b""), folders.snapshots)
    known = {key_of(step, folders.prefix) for step in (*graph.sources(), *graph.steps, RELEASE)}
    made = [spec for asset in build_assets(folders, with_sources, RunObserver()) for spec in asset.specs]
    awaited = []
    for spec in (*source_specs(folders, with_sources), *made):
        if spec.key not in known:
            description = f"{spec.description} It is made once a source has a snapshot."
            awaited.append(spec.replace_attributes(description=description))
    return awaited
