"""The ledger in Dagster: an asset with a partition per month, one of the tables, and a job.

They exist only if the environment names a ledger. Belongs here: the assets. Does not: what they compute (`build`).
"""

from typing import Any

import dagster as dg

from tidebook.pipelines.defs.common import OWNERS, bad_input
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.settings import Settings
from tidebook.plugins.ledger.settings import LedgerSection, LedgerSettings, ledger_settings
from tidebook.plugins.ledger.tables import FIRST_HOUR

MONTHS, TABLES = dg.AssetKey(["ledger", "months"]), dg.AssetKey(["ledger", "tables"])
JOB = "ledger"


def definitions(folders: Settings, section: LedgerSection) -> dg.Definitions | None:
    """Return the definitions of the ledger named in the environment; None without one."""
    ledger = ledger_settings()
    return ledger_defs(folders, ledger, section) if ledger else None


def ledger_defs(folders: Settings, ledger: LedgerSettings, section: LedgerSection) -> dg.Definitions:
    """Return the assets of a ledger, and the job that builds its tables."""
    partitions = dg.MonthlyPartitionsDefinition(start_date=f"{FIRST_HOUR:%Y-%m-%d}", end_offset=1)

    @dg.asset(
        key=MONTHS,
        group_name=JOB,
        partitions_def=partitions,
        description="Sums of a month's rows that count, and the rows left out with their reasons; late rows included.",
        owners=OWNERS,
        kinds={"parquet", ledger.engine.partition(":")[0].partition("[")[0]},
    )
    def months(context) -> dg.MaterializeResult[Any]:  # type: ignore[no-untyped-def]
        from tidebook.plugins.ledger.build import build_months

        month = context.partition_key[:7]
        try:
            entries, computed = build_months(ledger, folders, [month])
        except InputError as error:
            raise bad_input(error) from error
        rows = entries[month].rows if month in entries else 0
        version = entries[month].version if month in entries else "no rows"
        return dg.MaterializeResult(
            metadata={"dagster/partition_row_count": rows, "unchanged": month not in computed},
            data_version=dg.DataVersion(version),
        )

    @dg.asset(
        key=TABLES,
        deps=[dg.AssetDep(months, partition_mapping=dg.AllPartitionMapping())],
        group_name=JOB,
        description="gpu_economics, inference_mix, ledger_months and the quarantine; months that changed are computed.",
        owners=OWNERS,
        kinds={"parquet"},
    )
    def tables() -> dg.MaterializeResult[Any]:
        from tidebook.pipelines.graph.check import checked_table
        from tidebook.plugins.ledger.build import build, hand_over

        try:
            built = build(ledger, folders, checked_table(folders.raw, "observations"), section.rents)
        except InputError as error:
            raise bad_input(error) from error
        metadata: dict[str, Any] = {
            "folder": dg.MetadataValue.path(str(built.folder)),
            "months_computed": len(built.computed),
            "synthetic": built.synthetic,
            "handed_over": hand_over(built, folders),
            **{name: len(frame) for name, frame in built.tables.items()},
            **{f"quarantine/{reason}": count for reason, count in built.reasons.items()},
        }
        return dg.MaterializeResult(metadata=metadata, data_version=dg.DataVersion(built.folder.name))

    job = dg.define_asset_job(
        JOB, selection=dg.AssetSelection.assets(TABLES), executor_def=dg.in_process_executor,
        description="Builds the ledger's tables; computes only months whose files changed.",
    )  # fmt: skip
    return dg.Definitions(assets=[months, tables], jobs=[job])
