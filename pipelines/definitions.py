"""The Dagster project on one page: assets and their checks, the job, the sensor on raw content, the schedule.

`build_defs` takes the folders, so that tests and the command line can name their own.
"""

import json
import os
import threading
from collections.abc import Collection, Mapping
from textwrap import shorten

import dagster as dg

from tidebook.pipelines.defs.assets import (
    RESOURCE,
    awaited_assets,
    build_assets,
    key_of,
    unreadable_asset,
    walk_resource,
)
from tidebook.pipelines.defs.executors import executor_of
from tidebook.pipelines.defs.internals import reload_location
from tidebook.pipelines.graph.graph import Graph, graph_of
from tidebook.pipelines.graph.run import NOTES, RELEASE, Run, RunObserver
from tidebook.pipelines.read.dossier.checked import readable_dossier
from tidebook.pipelines.read.dossier.declared import Packs
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.settings import IN_PROCESS, Settings, executor, ledger_settings, settings
from tidebook.pipelines.read.sources.selection import changed_inputs, input_hashes
from tidebook.pipelines.release.places import Folder
from tidebook.pipelines.release.release import LocalRelease, latest_id, up_to_date

JOB = "tidebook"
PAUSE = threading.Event()
LOOKS, BETWEEN = 20, 0.2
"""How often the sensor looks at the inputs in one of its turns, and the seconds between."""
UNFINISHED = [dg.DagsterRunStatus[each] for each in ("QUEUED", "NOT_STARTED", "STARTING", "STARTED")]
OTHER_RELEASE = "the latest release is another, or gone"
RELOAD = "reload the code location: the dossier now declares another graph"


def build_defs(folders: Settings, observer: RunObserver | None = None, executor: str = IN_PROCESS) -> dg.Definitions:
    """Return the definitions for these folders.

    A run is of the whole job, or of what changed raw files reach; assets whose content key is known are not computed.
    `executor` says what the steps run in, as `defs.executors` knows it. A dossier that cannot be read has one
    asset, which says why.
    """
    steps_run_in = executor_of(executor)
    try:
        declared = graph_of(folders)
    except InputError as error:
        outline, assets, awaited = "", [unreadable_asset(folders, error)], []
    else:
        awaited = awaited_assets(folders, declared)
        outline, assets = declared.outline, build_assets(folders, declared, observer or RunObserver())
    selection = dg.AssetSelection.assets(*(asset.key for asset in assets))
    name = folders.prefixed(JOB)
    job = dg.define_asset_job(name, selection=selection, executor_def=steps_run_in, tags={"tidebook/turn": name})

    @dg.sensor(
        name=folders.prefixed("raw_content"),
        job=job,
        minimum_interval_seconds=4,  # Dagster looks every five seconds, or a little less
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Requests a run of what is reached by a changed raw file, or by a new snapshot of a source.",
    )
    def raw_content(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        known = json.loads(context.cursor or "{}")
        before = known.get("inputs", {})
        try:
            found = _looked(folders, before)
            graph = graph_of(folders)
            if graph.outline != outline:
                if address := os.environ.get("TIDEBOOK_UI"):
                    reload_location(address)
                return dg.SkipReason(RELOAD)
        except InputError as error:
            return dg.SkipReason(f"the dossier cannot be read: {error}")
        now = {"inputs": found, "release": latest_id(Folder(folders.out))}
        if known == now:
            return dg.SkipReason("no raw file has changed")
        cursor = json.dumps(now, sort_keys=True)
        if before in ({}, found):  # a first look, or no file has changed but another release has come
            current = up_to_date(folders.out, found)
            if current and (before or _is_recorded(context.instance, current, folders.prefix)):
                context.update_cursor(cursor)
                return dg.SkipReason("the latest release was built from these raw files")
            if before and context.instance.get_runs_count(dg.RunsFilter(job_name=name, statuses=UNFINISHED)):
                return dg.SkipReason(f"{OTHER_RELEASE}, and a run goes on")
        changed = changed_inputs(before, found)
        told = ", ".join(changed) or OTHER_RELEASE
        tags = {"tidebook/changed": shorten(told, 250, placeholder=" …")} if before else {}
        context.log.info(f"a run is asked for: {told}")
        some = reached(folders, graph, context.instance, before, changed) if executor == IN_PROCESS else None
        return dg.SensorResult(run_requests=[dg.RunRequest(tags=tags, asset_selection=some)], cursor=cursor)

    daily = dg.ScheduleDefinition(
        name=folders.prefixed("daily"),
        job=job,
        cron_schedule="0 6 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Rebuilds every day; with nothing changed it only confirms that.",
    )
    return dg.Definitions(
        assets=[*assets, *awaited],
        jobs=[job],
        sensors=[raw_content],
        schedules=[daily],
        resources={folders.prefixed(RESOURCE): walk_resource(folders, executor != IN_PROCESS)},
        executor=None if folders.prefix else steps_run_in,
    )


def _looked(folders: Settings, known: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the hashes of a build's inputs; under `tidebook ui` once they are others than those known, or in a while.

    Dagster asks a sensor every five seconds. A look that lasts nearly as long sees a saved file at once.
    """
    if known and "TIDEBOOK_UI" in os.environ:
        for _ in range(LOOKS):
            if input_hashes(folders) != known:
                break
            PAUSE.wait(BETWEEN)
        PAUSE.wait(BETWEEN)  # an editor may still be writing
    return input_hashes(folders)


def _is_recorded(instance: dg.DagsterInstance, release: LocalRelease | None, prefix: str) -> bool:
    """Return whether a release is the one that an instance knows of; one that was built without it is not."""
    event = instance.get_latest_materialization_event(key_of(RELEASE, prefix))
    known = event.asset_materialization.metadata["release"].value if event and event.asset_materialization else None
    return release is not None and release.release_id == known


def reached(
    folders: Settings,
    graph: Graph,
    instance: dg.DagsterInstance,
    before: Mapping[str, str | None],
    changed: Collection[str],
) -> list[dg.AssetKey] | None:
    """Return the assets that `changed` raw files reach, given the hashes of all `before`; None for all assets.

    The others are known only where today's code made the latest release of the files before, and the instance has
    recorded that, and of the others nothing since: a run that failed may have recorded what its files were. Dagster
    writes a dozen events for each asset of a run, which takes longer than to find it unchanged.
    """
    known = _is_recorded(instance, up_to_date(folders.out, before), folders.prefix)
    if not changed or not known or not {*changed} <= {*graph.raw_files.values()}:
        return None
    steps = dict.fromkeys((*graph.reached(changed), NOTES, RELEASE))  # notes are told of files that it does not read
    some = [key_of(step, folders.prefix) for step in steps]
    others = {key_of(step, folders.prefix) for step in Run.order(graph)}.difference(some)
    return some if _are_released(instance, others, some[-1]) else None


def _are_released(instance: dg.DagsterInstance, assets: Collection[dg.AssetKey], release: dg.AssetKey) -> bool:
    """Return whether an instance recorded each of some assets, last in the run that recorded a release or before."""
    entries = (record.asset_entry for record in instance.get_asset_records([*assets, release]))
    found = {each.asset_key: each.last_materialization_record for each in entries}
    made = found[release]
    return made is not None and all(
        (last := found.get(asset)) and (last.run_id == made.run_id or last.timestamp < made.timestamp)
        for asset in assets
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions for the folders that the environment names: main job, fetching, and what it asks for."""
    folders = settings()
    parts, dossier = [build_defs(folders, executor=executor())], readable_dossier(folders.raw)
    packs = dossier.packs if dossier else Packs()
    if packs.live:
        from tidebook.pipelines.defs.fetching import fetch_defs

        parts.append(fetch_defs(folders))
    if packs.ledger and (ledger := ledger_settings()):
        from tidebook.pipelines.defs.ledger import ledger_defs

        parts.append(ledger_defs(folders, ledger, packs.ledger))
    if address := os.environ.get("TIDEBOOK_WEBHOOK"):
        from tidebook.pipelines.defs.alerts import alert_defs

        parts.append(alert_defs(address))
    if place := os.environ.get("TIDEBOOK_OPENLINEAGE"):
        from tidebook.pipelines.defs.lineage import lineage_defs

        parts.append(lineage_defs(place, folders))
    return dg.Definitions.merge(*parts)
