"""The tables of many dossiers, put together: an asset for each table, a job, and a sensor on the latest releases.

Belongs here: these definitions. Does not: how the data set is written (`release.union`), or a dossier's own assets.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from tidebook.pipelines.defs.common import OWNERS
from tidebook.pipelines.graph.places import Bucket, Folder, Place
from tidebook.pipelines.read.outputs import output_place
from tidebook.pipelines.release.union import ADDED, DOSSIER, Union, publish_union
from tidebook.releases import latest_id

COMPLETE = "has_every_dossier"
SECONDS = 30
"""Seconds between two looks at the latest releases."""


def union_defs(
    dossiers: Mapping[str, str], tables: Sequence[str], to: Place, name: str, group: str, running: bool
) -> dg.Definitions:
    """Return the definitions of a union.

    Args:
        dossiers: the output folder or address of each dossier, by its id.
        tables: the tables that are put together.
        to: where the data set is.
        name: the prefix of assets, and what the names of job and sensor begin with.
        group: the group of the assets.
        running: whether the sensor starts switched on.
    """
    keys = {table: dg.AssetKey([name, table]) for table in tables}

    @dg.multi_asset(
        name=f"{name}_tables",
        specs=[_spec(table, key, dossiers, to, group) for table, key in keys.items()],
        check_specs=[
            dg.AssetCheckSpec(COMPLETE, asset=key, description="The latest release of every dossier could be read.")
            for key in keys.values()
        ],
        pool=name,
    )
    def union(context: dg.AssetExecutionContext) -> Iterator[Any]:
        done = publish_union(dossiers, tables, to)
        for dossier, reason in done.left_out.items():
            context.log.warning(f"{dossier} is left as it was: {reason}")
        for table, key in keys.items():
            if _is_new(context.instance, key, done.content(table)):
                yield _result(key, table, done)
            yield dg.AssetCheckResult(
                passed=not done.left_out,
                check_name=COMPLETE,
                asset_key=key,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"left_out": done.left_out},
            )

    job = dg.define_asset_job(
        f"{name}_publish",
        selection=dg.AssetSelection.assets(*keys.values()),
        description="Puts the tables of the latest releases together.",
    )
    return dg.Definitions(assets=[union], jobs=[job], sensors=[_sensor(dossiers, job, name, running)])


def _spec(table: str, key: dg.AssetKey, dossiers: Mapping[str, str], to: Place, group: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        deps=[dg.AssetKey([dossier, table]) for dossier in dossiers],
        skippable=True,
        group_name=group,
        owners=OWNERS,
        kinds={"parquet"},
        description=f"The table {table} of all dossiers, with the columns {DOSSIER}, {' and '.join(ADDED)}.",
        metadata={"dagster/uri": _address(to, table)},
    )


def _address(to: Place, table: str) -> str:
    return f"{to.url}/{table}/" if isinstance(to, Bucket) else f"{(to.path / table).as_uri()}/"


def _is_new(instance: dg.DagsterInstance, key: dg.AssetKey, content: str) -> bool:
    """Whether a table is another one than the instance last recorded: readers are told of nothing else."""
    event = instance.get_latest_materialization_event(key)
    known = event.asset_materialization.tags if event and event.asset_materialization else None
    return (known or {}).get("dagster/data_version") != content


def _result(key: dg.AssetKey, table: str, done: Union) -> dg.MaterializeResult[Any]:
    parts = done.tables[table]
    columns = ("dossier", "release", "article_published", "contract", "rows")
    records = [dg.TableRecord({name: str(getattr(part, name)) for name in columns}) for part in parts]
    schema = dg.TableSchema([dg.TableColumn(name) for name in columns])
    return dg.MaterializeResult(
        asset_key=key,
        metadata={
            "dagster/row_count": sum(part.rows for part in parts),
            "files_written": sum(part.path in done.written for part in parts),
            "parts": dg.MetadataValue.table(records=records, schema=schema),
        },
        data_version=dg.DataVersion(done.content(table)),
    )


def _sensor(dossiers: Mapping[str, str], job: Any, name: str, running: bool) -> dg.SensorDefinition:
    """Return the sensor that requests a run when the latest release of a dossier is another one."""

    @dg.sensor(
        name=f"{name}_changed",
        job=job,
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING if running else dg.DefaultSensorStatus.STOPPED,
        description="Requests a run when the latest release of a dossier is another one.",
    )
    def changed(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        known = json.loads(context.cursor or "{}")
        now = {dossier: _latest(named, known.get(dossier)) for dossier, named in dossiers.items()}
        if now == known:
            return dg.SkipReason("no dossier has another release")
        different = [dossier for dossier in now if now[dossier] != known.get(dossier)]
        tags = {"tidebook/changed": ", ".join(different)[:250]}
        return dg.SensorResult(run_requests=[dg.RunRequest(tags=tags)], cursor=json.dumps(now, sort_keys=True))

    return changed


def _latest(named: str, known: str | None) -> str | None:
    """Return the id of a dossier's latest release; the known one if its place cannot be read now."""
    folder, remote = output_place(named)
    try:
        return latest_id(Bucket(remote) if remote else Folder(folder))
    except OSError:
        return known
