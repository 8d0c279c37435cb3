"""The engines that the ledger's expressions run on: DuckDB in this process, or Spark by the address of its master.

What is asked of them is written once, in Ibis, in `month`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tidebook.plugins.ledger.settings import LedgerSettings

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

PLACE = "_place"
"""The column that says which file a row is from."""

OFFLINE: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
SPARK = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@dataclass(frozen=True)
class Engine:
    """An engine at work: `read` gives the table in Parquet files that have the same columns, with a column `PLACE`.

    `wide` is the type in which its sums of whole numbers cannot overflow, `hash` its function of 64 bits.
    """

    name: str
    backend: Any
    read: Callable[[Sequence[str]], ir.Table]
    wide: str
    hash: str

    def fetch(self, expression: ir.Table) -> pa.Table:
        """Return what an expression gives. Raises RuntimeError with the first line that a failing engine says."""
        try:
            return self.backend.to_pyarrow(expression)
        except Exception as error:
            raise RuntimeError(f"{self.name}: {str(error).strip().splitlines()[0]}") from error


@contextmanager
def running(settings: LedgerSettings) -> Iterator[Engine]:
    """Yield the engine, which is stopped in the end. Raises RuntimeError when it is not installed."""
    name = settings.engine
    begin, extra = (_duckdb_engine, "ledger") if name == "duckdb" else (_spark_engine, "spark")
    with ExitStack() as stack:
        try:
            engine = begin(settings, stack)
        except ImportError as error:
            missing = f'{name} needs {error.name}, which is missing: pip install "tidebook[{extra}]"'
            raise RuntimeError(missing) from error
        yield engine


def _duckdb_engine(settings: LedgerSettings, stack: ExitStack) -> Engine:
    """Start DuckDB with a limit of memory; what does not fit goes to a folder that is removed in the end."""
    import ibis

    scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="tidebook-"))
    backend = ibis.duckdb.connect(memory_limit=settings.memory, temp_directory=scratch, **OFFLINE)
    backend.raw_sql("SET TimeZone = 'UTC'")
    stack.callback(backend.disconnect)
    if "://" in settings.data:
        from tidebook.places import file_system

        backend.register_filesystem(file_system(settings.data))

    def read(places: Sequence[str]) -> ir.Table:
        name = ibis.util.gen_name("ledger")
        listed = ", ".join("'" + place.replace("'", "''") + "'" for place in places)
        how = f"hive_partitioning = false, filename = '{PLACE}'"
        backend.raw_sql(f'CREATE TEMP VIEW "{name}" AS SELECT * FROM read_parquet([{listed}], {how})')
        return backend.table(name)

    return Engine("duckdb", backend, read, "int64", "hash")


def _spark_engine(settings: LedgerSettings, stack: ExitStack) -> Engine:
    """Start a Spark session on the master that the settings name; its other settings are Spark's own."""
    import ibis
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(settings.engine).appName("tidebook ledger")
    for key, value in SPARK.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    stack.callback(session.stop)
    backend = ibis.pyspark.connect(session)

    def read(places: Sequence[str]) -> ir.Table:
        name = ibis.util.gen_name("ledger")
        rows = session.read.option("recursiveFileLookup", "true").parquet(*places)  # it takes no column from folders
        rows.selectExpr("*", f"_metadata.file_path AS {PLACE}").createOrReplaceTempView(name)
        return backend.table(name)

    return Engine(settings.engine, backend, read, "decimal(19, 0)", "xxhash64")
