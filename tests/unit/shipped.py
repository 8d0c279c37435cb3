"""The shipped metrics, checked on the shipped figures: what tests of the article's formulas evaluate."""

from __future__ import annotations

from pathlib import Path

from pipelines.ingest.declarations import read_assumptions, read_sources
from pipelines.ingest.rawfile import read_raw
from pipelines.ingest.tables import figures_table
from pipelines.metrics.declared import known_tables, read_metrics, ready_metrics
from pipelines.storage.kept import Kept
from schemas.printed import PRINTED

RAW = Path(__file__).resolve().parents[2] / "raw"
TABLES = {name: read_raw(RAW, model.path()) for name, model in PRINTED.items()}
SOURCES, ASSUMED = read_sources(read_raw(RAW, "sources.toml")), read_assumptions(read_raw(RAW, "assumptions.toml"))
FIGURES = figures_table(SOURCES, ASSUMED, **TABLES)
FORMULAS = read_metrics(read_raw(RAW, "metrics.toml"))
METRICS = ready_metrics(FORMULAS, known_tables(FIGURES, FORMULAS), read_raw(RAW, "metrics.toml"), Kept())
