"""The ledger on DuckDB against hand-written SQL, and what larger ones would take; run last by `make bench`.

Each side is a fresh process. `python -m benchmarks.ledger` measures and keeps what it found in ledger-results.json;
`ledger_page` writes docs/internals/ledger-benchmarks.md from it.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SIZES = tuple(int(float(size)) for size in os.environ.get("BENCH_ROWS", "1e6 1e7 1e8").split())
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SEED = 7
MEMORY = "1GB"
CORES = os.cpu_count() or 1
SPARK = f"Spark local[{CORES}]"
MOST_SPARK = 10**7
"""Rows of the largest ledger that Spark is given."""
SQL = """
WITH fine AS MATERIALIZED (
    SELECT date_trunc('month', hour) AS month, operator, accelerator, model_id, count(*) AS n,
        sum(tokens_in) + sum(tokens_out) AS tokens, sum(gpu_hours) AS hours, sum(revenue_usd) AS revenue,
        sum(cost_usd) AS cost, min(hour) AS since, max(hour) AS until
    FROM read_parquet('{rows}', hive_partitioning = false) GROUP BY ALL
), economics AS (
    SELECT operator, accelerator, month, sum(n) AS n, sum(tokens) AS tokens, sum(hours) AS hours,
        sum(revenue) AS revenue, sum(cost) AS cost, min(since) AS since, max(until) AS until,
        sum(revenue) / sum(hours), sum(cost) / sum(hours), sum(tokens) / sum(hours)
    FROM fine GROUP BY ALL
), mix AS (
    SELECT month, weights, sum(tokens), sum(revenue), sum(hours)
    FROM fine LEFT JOIN read_csv('{models}') USING (model_id) GROUP BY ALL
)
SELECT (SELECT count(*) FROM economics), (SELECT sum(hash(economics)) FROM economics),
    (SELECT sum(hash(mix)) FROM mix)
"""


def by_sql(folder: Path) -> None:
    """Run the query written by hand: one scan, both tables."""
    import duckdb

    start = time.perf_counter(), cpu()
    with duckdb.connect(config={"memory_limit": MEMORY}) as connection:
        connection.execute(SQL.format(rows=folder / "*" / "*.parquet", models=folder / "models.csv")).fetchall()
    report(*start)


def by_ibis(folder: Path, engine: str, validated: bool) -> None:
    """Add a ledger up: its months' sums alone, or with every rule, duplicates, and the quarantine."""
    import pyarrow as pa

    from tidebook.pipelines.graph.store import Store
    from tidebook.plugins.ledger import month, results, rules
    from tidebook.plugins.ledger.dataset import read_dataset
    from tidebook.plugins.ledger.engine import running
    from tidebook.plugins.ledger.settings import LedgerSettings
    from tidebook.plugins.ledger.tables import LedgerRows

    rules.bad_texts(LedgerRows, "region", ["any"])  # Pandera imports what runs its checks at the first one
    settings = LedgerSettings(str(folder), engine, MEMORY)
    dataset = read_dataset(settings, Store(folder.parent / "index"))
    months = list(dataset.months())
    with running(settings) as started:
        start = time.perf_counter(), cpu()
        if validated:
            found = month.compute(months, dataset.files, dataset.models, started, 0.01)
            sums = results.concat_months({name: each.sums for name, each in found.items()})
        else:
            (part,) = [month.part(months, same, started) for same in month.group_by_columns(dataset.files, months)]
            groups = month.with_month_names(started.fetch(month.add_up(part.rows, month.BY, started)))
            found = month.as_sums(groups.append_column("part", pa.repeat(0, len(groups))), [part])
            sums = results.concat_months({name: month.rows_of_month(found, name) for name in months})
        models = dict.fromkeys(sums["model_id"].to_pylist(), "unknown")
        results.economics_table(sums, {}, True)
        results.mix_table(sums, models | dict(dataset.models), dataset.description, True)
        report(*start)


def cpu() -> float:
    """Return the processor seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def report(wall: float, processor: float) -> None:
    """Print seconds since the start, processor seconds, and the peak of memory in bytes."""
    facts = Path("/proc/self/status").read_text(encoding="ascii")  # ru_maxrss starts from what the parent had
    peak = int(facts.split("VmHWM:")[1].split()[0]) * 1024
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": cpu() - processor, "peak": peak}))


SIDES: dict[str, Any] = {
    "hand-written SQL": by_sql,
    "aggregation": lambda folder: by_ibis(folder, "duckdb", False),
    "with validation": lambda folder: by_ibis(folder, "duckdb", True),
    SPARK: lambda folder: by_ibis(folder, f"local[{CORES}]", True),
}
INTERLEAVED = ("hand-written SQL", "aggregation", "with validation")


def one(side: str, folder: Path) -> dict[str, float]:
    """Run a side in a fresh process and return what it reports, with the seconds of the whole process."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.ledger", side, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return {**json.loads(done.stdout.splitlines()[-1]), "process": time.perf_counter() - start}


def measure(folder: Path) -> dict[str, dict[str, float]]:
    """Return the medians of each side over interleaved rounds after a warm-up."""
    found: dict[str, list[dict[str, float]]] = {side: [] for side in INTERLEAVED}
    for number in range(ROUNDS + 1):
        for side, rounds in found.items():
            measured = one(side, folder)
            if number:
                rounds.append(measured)
    return {side: {name: median(each[name] for each in rounds) for name in rounds[0]} for side, rounds in found.items()}


def main() -> None:
    """Generate, measure, keep, write."""
    from benchmarks import ledger_page
    from tidebook.plugins.ledger.generate import generate

    load, spark = os.getloadavg()[0], bool(shutil.which("java")) and installed("pyspark")
    found: list[dict[str, Any]] = []
    for rows in SIZES:
        with tempfile.TemporaryDirectory(prefix="tidebook-bench-") as scratch:
            folder = Path(scratch) / "ledger"
            start = time.perf_counter()
            paths = generate(folder, rows, SEED)
            made = time.perf_counter() - start
            size = sum(path.stat().st_size for path in paths)
            sides = measure(folder)
            if spark and rows <= MOST_SPARK:
                sides[SPARK] = one(SPARK, folder)
            found.append({"rows": rows, "bytes": size, "generate": made, "sides": sides})
            print(json.dumps(found[-1]), flush=True)
    packages = ("duckdb", "ibis-framework", "pyarrow", *(["pyspark"] if spark else []))
    machine = [
        f"{platform.system()} {platform.machine()}, {CORES} processors, python {platform.python_version()}",
        *(f"{name} {version(name)}" for name in packages),
    ]
    about = {
        "rounds": ROUNDS,
        "seed": SEED,
        "memory": MEMORY,
        "cores": CORES,
        "machine": ", ".join(machine),
        "load": load,
    }
    ledger_page.RESULTS.write_text(json.dumps({**about, "sizes": found}, indent=1) + "\n", encoding="utf-8")
    print(ledger_page.write())


def installed(package: str) -> bool:
    """Return whether a package can be imported."""
    from importlib.util import find_spec

    return find_spec(package) is not None


if __name__ == "__main__":
    if len(sys.argv) > 1:
        SIDES[sys.argv[1]](Path(sys.argv[2]))
    else:
        main()
