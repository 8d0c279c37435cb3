"""The ledger on DuckDB against hand-written SQL, and what larger ones would take; run last by `make bench`.

Each side is a fresh process. `python -m benchmarks.ledger` measures and writes docs/ledger-benchmarks.md.
"""

from __future__ import annotations

import json
import math
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
PAGE = ROOT / "docs" / "ledger-benchmarks.md"
SIZES = tuple(int(float(size)) for size in os.environ.get("BENCH_ROWS", "1e6 1e7 1e8").split())
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SEED = 7
MEMORY = "1GB"
GOALS = {"aggregation": 1.15, "with validation": 2.0}
SQL = """
WITH fine AS MATERIALIZED (
    SELECT date_trunc('month', hour) AS month, operator, accelerator, model_id, count(*) AS n,
        sum(tokens_in) + sum(tokens_out) AS tokens, sum(gpu_hours) AS hours, sum(revenue_usd) AS revenue,
        sum(cost_usd) AS cost, max(hour) AS until
    FROM read_parquet('{rows}', hive_partitioning = false) GROUP BY ALL
), economics AS (
    SELECT operator, accelerator, month, sum(n) AS n, sum(tokens) AS tokens, sum(hours) AS hours,
        sum(revenue) AS revenue, sum(cost) AS cost, max(until) AS until,
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
    import pandas as pd

    from pipelines.ledger import month, results
    from pipelines.ledger.dataset import read_dataset
    from pipelines.ledger.engine import on_demand
    from pipelines.settings import LedgerSettings
    from pipelines.storage.store import Store

    settings = LedgerSettings(str(folder), engine, MEMORY)
    dataset = read_dataset(settings, Store(folder.parent / "index"))
    months = list(dataset.months())
    with on_demand(settings) as begin:
        begin()
        start = time.perf_counter(), cpu()
        if validated:
            found = month.compute(months, dataset.files, dataset.models, begin(), 0.01)
            sums = results.of_months({name: each.sums for name, each in found.items()})
        else:
            (part,) = [month.part(months, same, begin()) for same in month.alike(dataset.files, months)]
            rows = part.rows.filter(part.rows["operator"].notnull()).mutate(part=0, good=True)
            every = month.added_up(rows, begin()).drop("others")
            found = month.as_sums(begin().fetch(every), [part])
            sums = results.of_months({name: month.in_month(found, name) for name in months})
        models = dict.fromkeys(sums["model_id"].to_pylist(), "unknown")
        results.economics_table(sums, pd.DataFrame(columns=["series"]), True)
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
    "Spark local[2]": lambda folder: by_ibis(folder, "local[2]", True),
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
    """Generate, measure, write."""
    from pipelines.ledger.generate import generate

    results: dict[str, Any] = {}
    load = os.getloadavg()[0]
    for rows in SIZES:
        with tempfile.TemporaryDirectory(prefix="tidebook-bench-") as scratch:
            folder = Path(scratch) / "ledger"
            start = time.perf_counter()
            paths = generate(folder, rows, SEED)
            made = time.perf_counter() - start
            size = sum(path.stat().st_size for path in paths)
            sides = measure(folder)
            if rows <= 10**7 and shutil.which("java") and installed("pyspark"):
                sides["Spark local[2]"] = one("Spark local[2]", folder)
            results[f"{rows:.0e}"] = {"rows": rows, "bytes": size, "generate": made, "sides": sides}
            print(json.dumps(results[f"{rows:.0e}"]), flush=True)
    PAGE.write_text(page(list(results.values()), load), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


def installed(package: str) -> bool:
    """Return whether a package can be imported."""
    from importlib.util import find_spec

    return find_spec(package) is not None


def page(results: list[dict[str, Any]], load: float) -> str:
    """Return docs/ledger-benchmarks.md."""
    lines = [
        "# Ledger benchmarks",
        "",
        "`python -m benchmarks.ledger`: a generated ledger of twelve months, with bad, late and repeated rows (seed "
        f"{SEED}). Each side runs in fresh",
        f"processes; medians of {ROUNDS} interleaved rounds after a warm-up. Seconds count from the started engine to "
        "the result, so that",
        "Ibis' own work is in, imports are not; `process` is all of the process. DuckDB may use "
        f"{MEMORY} and all processors on every side.",
        "Hand-written SQL scans once and gives both tables, and it checks nothing.",
        "",
        "| rows | side | seconds | processor seconds | process | peak MiB | times the SQL | goal |",
        "|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    for result in results:
        base = result["sides"]["hand-written SQL"]
        for side, found in result["sides"].items():
            goal = ""
            if side in GOALS and result["rows"] >= 10**7:
                goal = f"{GOALS[side]:.2f}, {'met' if found['wall'] <= GOALS[side] * base['wall'] else 'missed'}"
            ratio = f"{found['wall'] / base['wall']:.2f}"
            busy, peak = "", ""  # Spark's own process is not seen
            if side in INTERLEAVED:
                ratio += f" ({found['cpu'] / base['cpu']:.2f} by processor)"
                busy, peak = f"{found['cpu']:.2f}", f"{found['peak'] / 2**20:,.0f}"
            cells = [f"{result['rows']:,}", side, f"{found['wall']:.2f}", busy, f"{found['process']:.2f}", peak, ratio]
            lines.append(f"| {' | '.join([*cells, goal])} |")
    lines += ["", *scaling(results), "", *larger(results), ""]
    packages = ("duckdb", "ibis-framework", "pyarrow", *(["pyspark"] if installed("pyspark") else []))
    lines += [
        f"Machine: {platform.system()} {platform.machine()}, {os.cpu_count()} processors, python "
        f"{platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in packages) + ".",
        f"Load when it started: {load:.1f}; above 0, other work shared the processors and seconds are too high, while "
        "ratios in one run still say how the sides compare.",
        "",
    ]
    return "\n".join(lines)


def scaling(results: list[dict[str, Any]]) -> list[str]:
    """Return how time grows with rows, and the peak of memory, in words."""
    first, last = results[0], results[-1]
    decades = math.log10(last["rows"] / first["rows"])
    lines = [
        f"Generating took {last['generate']:.0f} s for {last['rows']:,} rows; a row is "
        f"{last['bytes'] / last['rows']:.1f} bytes on disk (Snappy, pyarrow's default)."
    ]
    if decades:
        parts = []
        for name, words in (("wall", "seconds"), ("cpu", "processor seconds")):
            times = [each["sides"]["with validation"][name] for each in (first, last)]
            parts.append(f"{math.log10(times[1] / times[0]) / decades:.2f} by {words}")
        lines.append(
            f"With validation, the slope per decade between {first['rows']:,} and {last['rows']:,} rows (log-log) is "
            f"{' and '.join(parts)}; goal: at most 1.05."
        )
    peak = last["sides"]["with validation"]["peak"] / 2**30
    return [*lines, f"Peak memory at {last['rows']:,} rows: {peak:.2f} GiB; goal: under 2."]


PARTITION = 128 * 2**20
SHUFFLED = 40
"""Bytes of a partial count that is shuffled: a hash, a day, two whole numbers, and what Spark adds to a row."""

HOURS = 8_760
POWERS = {10**10: "10¹⁰", 10**12: "10¹²"}


def larger(results: list[dict[str, Any]]) -> list[str]:
    """Return the arithmetic for ledgers that need a cluster, from the rates measured here."""
    last = results[-1]
    each = last["bytes"] / last["rows"]
    local = last["rows"] / last["sides"]["with validation"]["cpu"]
    spark = [one for one in results if "Spark local[2]" in one["sides"]]
    lines = [
        "## Larger ledgers, by arithmetic",
        "",
        f"From {each:.1f} bytes a row and {local / 1e6:.1f} million rows a second and core with validation on DuckDB"
        + (
            f", {spark[-1]['rows'] / spark[-1]['sides']['Spark local[2]']['wall'] / 2e6:.2f} million on Spark at "
            f"{spark[-1]['rows']:,} rows"
            if spark
            else ""
        )
        + ". One year of rows; partitions of 128 MiB.",
        "What is shuffled is the count of hours by deployment and day: one record for each that a partition holds, of "
        f"about {SHUFFLED} bytes.",
        "Sums by group and the rows left out are small beside it. A partition of less than an hour saves nothing.",
        "",
        "| rows | on disk | partitions | hours in one | shuffled | core-hours at DuckDB's rate | at Spark's rate "
        "| cores for an hour |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for rows, shown in POWERS.items():
        size = rows * each
        partitions = math.ceil(size / PARTITION)
        span = rows / partitions / (rows / HOURS)
        records = rows / min(max(span, 1), 24)
        hours = rows / local / 3600
        cluster = (
            rows / (spark[-1]["rows"] / spark[-1]["sides"]["Spark local[2]"]["wall"] / 2) / 3600 if spark else math.nan
        )
        lines.append(
            f"| {shown} | {size / 1e12:.2f} TB | {partitions:,} | {span:.2f} | {records * SHUFFLED / 1e12:.2f} TB | "
            f"{hours:,.1f} | {cluster:,.1f} | {math.ceil(cluster if spark else hours):,} |"
        )
    lines += [
        "",
        "If sixteen cores are eight times as fast as two, DuckDB on one machine then takes "
        f"{10**10 / local / 16 / 60:.0f} minutes for 10¹⁰ rows, as long as the disk gives "
        f"{local * 16 * each / 1e9:.1f} GB a second; 10¹² rows need a cluster, or "
        f"{10**12 / local / 16 / 3600:.0f} hours. "
        "Only months whose files changed are computed, so that a month's arrival costs a twelfth of it.",
    ]
    if spark:
        cores = local / (spark[-1]["rows"] / spark[-1]["sides"]["Spark local[2]"]["wall"] / 2)
        lines += [
            "",
            f"The crossover: one core with DuckDB does what {cores:.0f} cores with Spark do here, so at none of the "
            f"sizes measured is Spark the faster one. A cluster pays when it has more than {cores:.0f} times the cores "
            "of the machine that DuckDB would have, or when the ledger cannot be read from one machine.",
        ]
    return lines


if __name__ == "__main__":
    if len(sys.argv) > 1:
        SIDES[sys.argv[1]](Path(sys.argv[2]))
    else:
        main()
