"""Fetching in Dagster: an asset per source with freshness and retries, with its own jobs and schedules.

New bytes become a snapshot; the sensor on raw content then requests a run of the main job. No build fetches.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import dagster as dg

from tidebook.pipelines.defs.common import OWNERS
from tidebook.pipelines.defs.internals import GROUP_SEPARATOR, FreshnessPolicy
from tidebook.pipelines.read.dossier.checked import readable_dossier
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.sources.base import Connector
from tidebook.pipelines.read.sources.order import due
from tidebook.pipelines.read.sources.registry import connectors, fetched

GROUP = "fetch"
DELAY = 60
"""Seconds before the single retry of a source whose server or network is down; permanent errors are not retried."""
CRONS = {"daily": "0 5 * * *", "weekly": "30 4 * * 1"}


def key_of(connector: Connector, prefix: str = "") -> dg.AssetKey:
    """Return the key of the asset that fetches a source."""
    return dg.AssetKey([*filter(None, [prefix]), GROUP, connector.describe.name])


def _fetch_asset(connector: Connector, folders: Settings, priority: int) -> dg.AssetsDefinition:
    """Return the asset that fetches a source; its data version is the id of the newest snapshot.

    Of the sources that one run fetches, those of the greatest priority come first.
    """
    describe = connector.describe
    licence = f"Licence: {describe.licence}. {describe.attribution}"

    @dg.asset(
        key=key_of(connector, folders.prefix),
        group_name=GROUP_SEPARATOR.join([*filter(None, folders.group.split("/")), GROUP]),
        description=f"{describe.title}, {describe.publisher}. {describe.note} {licence}",
        owners=OWNERS,
        kinds={spec.kind for spec in describe.files},
        tags={"cadence": describe.cadence},
        op_tags={"dagster/priority": str(priority)},
        freshness_policy=FreshnessPolicy.time_window(fail_window=timedelta(days=describe.max_age_days)),
        retry_policy=dg.RetryPolicy(max_retries=1, delay=DELAY),
    )
    def asset() -> dg.MaterializeResult[Any]:
        from tidebook.pipelines.read.sources.fetch import fetch, web
        from tidebook.pipelines.read.sources.snapshots import write_lock
        from tidebook.pipelines.read.sources.tables import parse

        outcome = fetch(connector, folders.fetched, web().get)
        if outcome.status == "failed" or outcome.snapshot is None:
            raise dg.Failure(outcome.message, allow_retries=outcome.temporary)
        write_lock(folders.fetched)
        parsed = parse(folders.fetched, outcome.snapshot)
        unknown = sorted({name for count in parsed.files for name in count.unknown_columns})
        metadata: dict[str, Any] = {
            "result": outcome.status,
            "snapshot": outcome.snapshot.snapshot,
            "fetched_at": outcome.snapshot.fetched_at,
            "vintage": outcome.snapshot.vintage,
            "republish": describe.republish,
            **parsed.totals("rows", "used", "irrelevant", "quarantined", "duplicates"),
            "unknown_columns": ", ".join(unknown) or "none",
        }
        return dg.MaterializeResult(metadata=metadata, data_version=dg.DataVersion(outcome.snapshot.snapshot))

    return asset


def fetch_defs(folders: Settings, sources: Mapping[str, Connector], running: bool = True) -> dg.Definitions:
    """Return the assets that fetch, and a schedule with its job for the daily and the weekly sources.

    `running` says whether the schedules are on before anybody switches them.
    """
    status = dg.DefaultScheduleStatus.RUNNING if running else dg.DefaultScheduleStatus.STOPPED
    known = fetched(sources)
    schedules = []
    for cadence, cron in CRONS.items():
        keys = [key_of(one, folders.prefix) for one in known.values() if one.describe.cadence == cadence]
        job = dg.define_asset_job(
            folders.prefixed(f"fetch_{cadence}"),
            selection=dg.AssetSelection.assets(*keys),
            executor_def=dg.in_process_executor,
            description=f"Fetches the sources with a {cadence} schedule.",
        )
        schedule = dg.ScheduleDefinition(
            name=folders.prefixed(f"fetch_{cadence}"),
            job=job,
            cron_schedule=cron,
            execution_timezone="UTC",
            default_status=status,
            description=f"Fetches the {cadence} sources; new content triggers a run of the main job.",
        )
        schedules.append(schedule)
    # The process of a run loads this anew, so that the order is that of the latest release.
    days = due(folders.out)
    later = sorted({*days.values()}, reverse=True)
    assets = [
        _fetch_asset(each, folders, later.index(days[name]) + 1 if (name := each.describe.source_id) in days else 0)
        for each in known.values()
    ]
    return dg.Definitions(assets=assets, schedules=schedules)


def source_defs(folders: Settings, running: bool = True) -> dg.Definitions:
    """Return the definitions that fetch a dossier's live sources; empty if its plugins have none."""
    dossier = readable_dossier(folders.raw)
    if dossier is None or not dossier.switched_on.parts("connectors"):
        return dg.Definitions()
    return fetch_defs(folders, connectors(dossier.switched_on), running)
