"""All metrics in all scenarios and all tipping points, without Dagster or files, beside one scenario at a time."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from tidebook.pipelines.evaluate import scenarios as build
from tidebook.pipelines.evaluate.declared import Metrics
from tidebook.pipelines.evaluate.evaluations import Evaluations, columns, evaluated
from tidebook.pipelines.evaluate.frame import FloatArray, MissingFigureError, Scenarios
from tidebook.pipelines.graph.graph import checked_graph
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.judge.interpretations import Interpretation
from tidebook.pipelines.judge.tipping_points import tipping_points_table
from tidebook.pipelines.read.declarations import Assumptions

ROOT = Path(__file__).resolve().parents[1]
MANY = 100_000
SAMPLE = 100
"""Scenarios that are evaluated one at a time; what all would take is this times their number."""


def committed() -> tuple[Evaluations, list[Interpretation], Assumptions]:
    """Return the evaluations, readings and assumptions of the committed dossier; all metrics are evaluated."""
    with tempfile.TemporaryDirectory() as scratch:
        run = Run(checked_graph(ROOT / "raw"), Store(Path(scratch)), Path(scratch))
        run.execute(RunObserver())
        names = ("declared/assumptions", "declared/interpretations", "declared/metrics", "figures")
        assumed, interpretations, metrics, figures = (run.load(name) for name in names)
    every = Evaluations(figures, assumed, metrics)
    read = {figure for name in metrics for figure in every.reads(name)}
    evaluations = Evaluations(figures[figures["figure_id"].isin(read)], assumed, metrics)
    evaluations.prepare(metrics)
    return evaluations, interpretations, assumed


def seconds(work: Callable[[], Any]) -> float:
    """Return the seconds that something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(rounds: int = 5) -> dict[str, float]:
    """Return the median seconds to evaluate every metric in every scenario, and to find every tipping point."""
    known, interpretations, assumed = committed()
    passes = [seconds(lambda: list(evaluated(known.figures, assumed, known.metrics))) for _ in range(rounds)]
    tipping_points = [
        seconds(lambda: tipping_points_table(interpretations, known, assumed.tipping_points.reach))
        for _ in range(rounds)
    ]
    return {"all metrics in all scenarios": median(passes), "all tipping points": median(tipping_points)}


def one_at_a_time(scenarios: Scenarios, rows: FloatArray, metrics: Metrics) -> None:
    """Evaluate metrics in one scenario at a time."""
    for row in rows:
        single = scenarios.with_values(row[None, :])
        for metric in metrics.values():
            try:
                columns(metric, single)
            except MissingFigureError:
                continue


def many() -> dict[str, float]:
    """Return the seconds of one pass over many draws, of all tipping points, and of both one scenario at a time.

    The latter is extrapolated from a sample of scenarios.
    """
    known, interpretations, assumed = committed()
    figures, metrics = known.figures, dict(known.metrics)
    more = assumed.model_copy(update={"draws": assumed.draws.model_copy(update={"count": MANY})})
    found = {
        "pass": seconds(lambda: list(evaluated(figures, more, metrics))),
        "tipping_points": seconds(lambda: tipping_points_table(interpretations, known, assumed.tipping_points.reach)),
    }
    base = build.printed_scenarios(figures)
    drawn = build.draws(figures, SAMPLE, assumed.draws.seed, assumed.correlated)
    one_at_a_time(base, drawn[:2], metrics)
    found["pass, one at a time"] = seconds(lambda: one_at_a_time(base, drawn, metrics)) * MANY / SAMPLE

    found["tipping_points, one at a time"] = tipping_points_one_at_a_time(
        known, interpretations, assumed.tipping_points.reach
    )
    return found


def tipping_points_one_at_a_time(known: Evaluations, interpretations: list[Interpretation], reach: float) -> float:
    """Return the seconds to evaluate the scenarios of all tipping points one at a time, without the bisection."""
    by_id = known.figures.set_index("figure_id", drop=False)
    total = 0.0
    for name in sorted(
        {interpretation.metric_id.partition("/")[0] for interpretation in interpretations if interpretation.rank == 0}
    ):
        own = by_id.loc[list(known.reads(name))]
        factors = [build.scale_factors(own, reach, direction) for direction in ("up", "down")]
        count = sum(int((~np.isnan(part)).sum()) for part in factors)
        scenarios = build.printed_scenarios(own)
        start = time.perf_counter()
        one_at_a_time(scenarios, np.repeat(scenarios.values, SAMPLE // 10, axis=0), {name: known.metrics[name]})
        total += (time.perf_counter() - start) * count / (SAMPLE // 10)
    return total


def measure_many(rounds: int = 5) -> dict[str, Any]:
    """Return the medians of `many`, each round in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.scenarios"]
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
