"""The world pass: all metrics over all worlds, and all flips, without Dagster or files."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

from pipelines.assets.graph import ASSUMPTIONS, CLAIMS, RAW_FILES, RAW_TABLES, SOURCES
from pipelines.claims.declared import read_readings
from pipelines.claims.flips import flips_table
from pipelines.ingest.declarations import read_assumptions
from pipelines.ingest.rawfile import read_raw
from pipelines.ingest.tables import figures_table
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.evaluate import evaluations_table

ROOT = Path(__file__).resolve().parents[1]


def measure(rounds: int = 5) -> dict[str, float]:
    """Return the median seconds of evaluating every metric in every world and of finding every flip."""
    files = {step: read_raw(ROOT / "raw", path) for step, path in RAW_FILES.items()}
    tables = {name: files[step] for name, step in RAW_TABLES.items()}
    assumptions = read_assumptions(files[ASSUMPTIONS])
    figures = figures_table(files[SOURCES], files[ASSUMPTIONS], **tables)
    readings = read_readings(files[CLAIMS], assumptions.cutoffs)
    passes, flips = [], []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        evaluations = evaluations_table(figures, assumptions, METRICS)
        middle = time.perf_counter()
        flips_table(figures, readings, evaluations, assumptions.flips.reach)
        passes.append(middle - start)
        flips.append(time.perf_counter() - middle)
    return {"all metrics in all worlds": median(passes[1:]), "all flips": median(flips[1:])}
