"""The shipped metrics, checked on the shipped figures: what tests of the article's formulas evaluate."""

from __future__ import annotations

from pathlib import Path

from pipelines.ingest.rawfile import read_raw
from pipelines.ingest.tables import figures_table
from pipelines.metrics.declared import metrics_on
from schemas import PRINTED

RAW = Path(__file__).resolve().parents[2] / "raw"
TABLES = {name: read_raw(RAW, model.path()) for name, model in PRINTED.items()}
FIGURES = figures_table(read_raw(RAW, "sources.toml"), read_raw(RAW, "assumptions.toml"), **TABLES)
METRICS = metrics_on(read_raw(RAW, "metrics.toml"), FIGURES)
