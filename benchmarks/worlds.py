"""The world pass without Dagster or files: all metrics over all worlds and all flips, beside one world at a time."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from pipelines.assets.graph import ASSUMPTIONS, CLAIMS, RAW_FILES, RAW_TABLES, SOURCES

from pipelines.claims.declared import Reading, read_readings
from pipelines.claims.flips import flips_table
from pipelines.ingest.declarations import Assumptions, read_assumptions
from pipelines.ingest.rawfile import read_raw
from pipelines.ingest.tables import figures_table
from pipelines.metrics.declared import Metrics, metrics_on
from pipelines.metrics.evaluate import columns, evaluations_table, figures_read
from pipelines.worlds import build
from pipelines.worlds.frame import FloatArray, MissingFigureError, Worlds

ROOT = Path(__file__).resolve().parents[1]
MANY = 100_000
SAMPLE = 100
"""Worlds that are evaluated one at a time; what all would take is this times their number."""


def committed() -> tuple[pd.DataFrame, list[Reading], Assumptions, Metrics]:
    """Return figures, readings, assumptions and metrics of the committed raw folder."""
    files = {step: read_raw(ROOT / "raw", path) for step, path in RAW_FILES.items()}
    tables = {name: files[step] for name, step in RAW_TABLES.items()}
    assumed = read_assumptions(files[ASSUMPTIONS])
    figures = figures_table(files[SOURCES], files[ASSUMPTIONS], **tables)
    readings = list(read_readings(files[CLAIMS], assumed.cutoffs))
    return figures, readings, assumed, metrics_on(files[FORMULAS], figures)


def seconds(work: Callable[[], Any]) -> float:
    """Return the seconds that something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(rounds: int = 5) -> dict[str, float]:
    """Return the median seconds of evaluating every metric in every world and of finding every flip."""
    figures, readings, assumed, metrics = committed()
    read = figures_read(figures, metrics)
    evaluations = evaluations_table(read, assumed, metrics)
    passes = [seconds(lambda: evaluations_table(read, assumed, metrics)) for _ in range(rounds)]
    flips = [
        seconds(lambda: flips_table(figures, readings, evaluations, assumed.flips.reach, metrics))
        for _ in range(rounds)
    ]
    return {"all metrics in all worlds": median(passes), "all flips": median(flips)}


def one_at_a_time(worlds: Worlds, rows: FloatArray, metrics: Metrics) -> None:
    """Evaluate metrics in worlds, one world at a time."""
    for row in rows:
        single = worlds.with_values(row[None, :])
        for name in names:
            try:
                columns(metric, single)
            except MissingFigureError:
                continue


def many() -> dict[str, float]:
    """Return the seconds of one pass over many draws and of all flips, and of the same one world at a time.

    The latter is what a sample takes, times the number of worlds over that of the sample.
    """
    figures, readings, assumed, metrics = committed()
    read = figures_read(figures, metrics)
    more = assumed.model_copy(update={"draws": assumed.draws.model_copy(update={"count": MANY})})
    evaluations = evaluations_table(read, assumed, metrics)
    found = {
        "pass": seconds(lambda: evaluations_table(read, more, metrics)),
        "flips": seconds(lambda: flips_table(figures, readings, evaluations, assumed.flips.reach, metrics)),
    }
    base = build.printed_worlds(read)
    drawn = build.draws(read, SAMPLE, assumed.draws.seed, assumed.open_ended)
    one_at_a_time(base, drawn[:2], metrics)
    found["pass, one at a time"] = seconds(lambda: one_at_a_time(base, drawn, metrics)) * MANY / SAMPLE

    found["flips, one at a time"] = flips_one_at_a_time(read, readings, evaluations, assumed.flips.reach, metrics)
    return found


def flips_one_at_a_time(
    figures: pd.DataFrame, readings: list[Reading], evaluations: pd.DataFrame, reach: float, metrics: Metrics
) -> float:
    """Return the seconds of evaluating the worlds of all flips one at a time, the search between two steps left out."""
    by_id = figures.set_index("figure_id", drop=False)
    reads = evaluations.set_index(evaluations["metric_id"].str.partition("/")[0])["reads"]
    total = 0.0
    for name in sorted({reading.metric_id.partition("/")[0] for reading in readings if reading.rank == 0}):
        own = by_id.loc[reads.loc[[name]].iloc[0]]
        factors = [build.scale_factors(own, reach, direction) for direction in ("up", "down")]
        count = sum(int((~np.isnan(part)).sum()) for part in factors)
        worlds = build.printed_worlds(own)
        start = time.perf_counter()
        one_at_a_time(worlds, np.repeat(worlds.values, SAMPLE // 10, axis=0), {name: metrics[name]})
        total += (time.perf_counter() - start) * count / (SAMPLE // 10)
    return total


def measure_many(rounds: int = 5) -> dict[str, Any]:
    """Return the medians of `many`, each round in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.worlds"]
    runs = [
        json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout)
        for _ in range(rounds)
    ]
    return {
        "draws": MANY,
        "sample": SAMPLE,
        "rounds": rounds,
        "seconds": {name: median(run[name] for run in runs) for name in runs[0]},
    }


if __name__ == "__main__":
    print(json.dumps(many()))
