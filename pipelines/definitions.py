"""The Dagster project on one page: assets and their checks, the job, the sensor on raw content, the schedule.

`build_defs` takes the folders, so that tests and the command line can name their own.
"""

from __future__ import annotations

import dagster as dg

from pipelines.assets.executors import executor_of
from pipelines.assets.source_graph import input_paths
from pipelines.assets.wrap import STORE, Watch, awaited_assets, build_assets, store_of
from pipelines.settings import IN_PROCESS, Settings, executor, ledger_settings, lineage, settings, webhook
from pipelines.sources.selection import selected_inputs
from pipelines.storage.keys import digest
from pipelines.storage.release import hash_inputs, up_to_date

JOB = "tidebook"


def build_defs(folders: Settings, watch: Watch | None = None, executor: str = IN_PROCESS) -> dg.Definitions:
    """Return the definitions for these folders.

    Every run is of the whole job: assets whose content key is known are skipped, so a run costs what has
    changed. `executor` says what the steps run in, as `pipelines.assets.executors` knows it.
    """
    steps_run_in = executor_of(executor)
    assets = build_assets(folders, watch)
    selection = dg.AssetSelection.assets(*(asset.key for asset in assets))
    job = dg.define_asset_job(JOB, selection=selection, executor_def=steps_run_in, tags={"tidebook/turn": JOB})

    @dg.sensor(
        name="raw_content",
        job=job,
        minimum_interval_seconds=5,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Requests one run of the whole job when a raw file changes, or a source brings a new snapshot.",
    )
    def raw_content(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        others = selected_inputs(folders)
        found = digest({**hash_inputs(folders.raw, input_paths(bool(others))), **others})
        if context.cursor == found:
            return dg.SkipReason("no raw file has changed")
        if not context.cursor and up_to_date(folders.raw, folders.out, others):
            context.update_cursor(found)
            return dg.SkipReason("the latest release was built from these raw files")
        return dg.SensorResult(run_requests=[dg.RunRequest(tags={"tidebook/raw": found})], cursor=found)

    daily = dg.ScheduleDefinition(
        name="daily",
        job=job,
        cron_schedule="0 6 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Rebuilds every day; with nothing changed it only confirms that.",
    )
    return dg.Definitions(
        assets=assets,
        jobs=[job],
        sensors=[raw_content],
        schedules=[daily],
        resources={STORE: store_of(folders, apart=executor != IN_PROCESS)},
        executor=steps_run_in,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions for the folders that the environment names: main job, fetching, and what it asks for."""
    from pipelines.assets.fetching import fetch_defs

    folders = settings()
    parts = [
        build_defs(folders, executor=executor()),
        fetch_defs(folders),
        dg.Definitions(assets=awaited_assets(folders)),
    ]
    if ledger := ledger_settings():
        from pipelines.assets.ledger import ledger_defs

        parts.append(ledger_defs(folders, ledger))
    if address := webhook():
        from pipelines.assets.alerts import alert_defs

        parts.append(alert_defs(address))
    if place := lineage():
        from pipelines.assets.lineage import lineage_defs

        parts.append(lineage_defs(place, folders))
    return dg.Definitions.merge(*parts)
