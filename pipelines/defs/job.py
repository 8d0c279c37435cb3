"""The definitions of one dossier: its assets and their checks, the job that runs them, its schedule and sensor.

Belongs here: how they fit together, for folders that the caller names. Does not: what an asset does (`assets`), or when
a run is requested (`sensors`).
"""

import dagster as dg

from tidebook.pipelines.compare.previous import PREVIOUS
from tidebook.pipelines.defs.assets import build_assets, unreadable_asset
from tidebook.pipelines.defs.common import RESOURCE, key_of
from tidebook.pipelines.defs.resource import walk_resource
from tidebook.pipelines.defs.sensors import raw_content_sensor
from tidebook.pipelines.graph.graph import graph_of, graph_with
from tidebook.pipelines.graph.run import RunObserver
from tidebook.pipelines.graph.structure import Graph
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.settings import IN_PROCESS, Settings
from tidebook.pipelines.read.sources.selection import PATH as SNAPSHOTS
from tidebook.pipelines.release.build import RELEASE

JOB = "tidebook"


def build_defs(folders: Settings, observer: RunObserver | None = None, executor: str = IN_PROCESS) -> dg.Definitions:
    """Return the definitions for these folders.

    A run includes the whole job, or only the assets that changed raw files reach; cached results are not computed
    again. `executor` is a setting as in `defs.executors`. A dossier that cannot be read has a single asset, which fails
    with the reason.
    """
    steps_run_in = dg.in_process_executor
    if executor != IN_PROCESS:
        from tidebook.pipelines.defs.executors import executor_of

        steps_run_in = executor_of(executor)
    try:
        declared = graph_of(folders)
    except InputError as error:
        outline, assets, awaited = "", [unreadable_asset(folders, error)], []
    else:
        awaited = _awaited_assets(folders, declared)
        outline, assets = declared.outline, build_assets(folders, declared, observer or RunObserver())
    selection = dg.AssetSelection.assets(*(asset.key for asset in assets))
    name = folders.prefixed(JOB)
    job = dg.define_asset_job(name, selection=selection, executor_def=steps_run_in, tags={"tidebook/turn": name})

    daily = dg.ScheduleDefinition(
        name=folders.prefixed("daily"),
        job=job,
        cron_schedule="0 6 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Rebuilds every day; if nothing has changed, the run only confirms that.",
    )
    return dg.Definitions(
        assets=[*assets, *awaited],
        jobs=[job],
        sensors=[raw_content_sensor(folders, job, outline, executor)],
        schedules=[daily],
        resources={folders.prefixed(RESOURCE): walk_resource(folders, executor != IN_PROCESS)},
        executor=None if folders.prefix else steps_run_in,
    )


def _awaited_assets(folders: Settings, graph: Graph) -> list[dg.AssetSpec]:
    """Return the assets that the first snapshot of a source will add, none where there is a snapshot.

    They are declared early because the UI does not show runs of assets that it does not know until a reload.
    """
    if graph.snapshots or folders.snapshots is None or not graph.dossier.switched_on.parts("connectors"):
        return []
    with_sources = graph_with(folders.raw, RawFile(SNAPSHOTS, b""), folders.snapshots)
    known = {key_of(step, folders.prefix) for step in (*graph.raw_files, PREVIOUS, *graph.steps, RELEASE)}
    awaited = []
    for asset in build_assets(folders, with_sources, RunObserver()):
        for spec in asset.specs:
            if spec.key not in known:
                description = f"{spec.description} It is made once a source has a snapshot."
                awaited.append(spec.replace_attributes(description=description))
    return awaited
