"""The shipped dossier, read once: what tests of its figures, formulas and declarations evaluate.

Belongs here: what its files declare, as the steps read it. Does not: what is worked out of it.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tidebook.pipelines.evaluate.declared import Metrics, known_tables, metrics_on, read_metrics, ready_metrics
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.judge.predictions.questions import kinds_with
from tidebook.pipelines.read.declarations import Assumptions, Sources, read_assumptions, read_sources
from tidebook.pipelines.read.dossier.checked import all_models, read_dossier
from tidebook.pipelines.read.plugin import plugin
from tidebook.pipelines.read.rawfile import RawFile, read_raw
from tidebook.pipelines.read.tables import figures_table, parse_table
from tidebook.schemas.registry import ALWAYS, LOOKED_UP, OF_TEXT

RAW = Path(__file__).resolve().parents[2] / "raw"
DOSSIER = read_dossier(read_raw(RAW, "dossier.toml"))
ARTICLE, PRINTED, MODELS, WORDS = DOSSIER.article, DOSSIER.tables, DOSSIER.models, DOSSIER.wording
ABSENT = {*plugin("ledger").tables, *OF_TEXT, *LOOKED_UP}
TABLES = {name: model for name, model in all_models(DOSSIER).items() if name not in ABSENT}
"""The models of all tables that a release of it may hold, its own first."""

COMPUTED = {name: model for name, model in TABLES.items() if name in ("projections", "gpu_hours")}
PUBLISHED = {**MODELS, **ALWAYS, **COMPUTED}
"""The models of the tables that a release without snapshots holds."""

PLUGINS = DOSSIER.switched_on
KINDS = kinds_with(PLUGINS)

SOURCES = read_sources(read_raw(RAW, "sources.toml"), ARTICLE.source)
ASSUMED = read_assumptions(read_raw(RAW, "assumptions.toml"))


def figures_of(raws: dict[str, RawFile], sources: Sources = SOURCES, assumed: Assumptions = ASSUMED) -> pd.DataFrame:
    """Return the figures of some of its tables, by name."""
    tables = {name: table for name, table in PRINTED.items() if name in raws}
    parsed = {name: parse_table(table, raws[name]) for name, table in tables.items()}
    return figures_table(parsed, ARTICLE.content, sources, assumed)


FIGURES = figures_of({name: read_raw(RAW, table.path) for name, table in PRINTED.items()})
FORMULAS = read_metrics(read_raw(RAW, "metrics.toml"), WORDS)
COLUMNS = known_tables(FIGURES, DOSSIER.printed, FORMULAS)
METRICS = ready_metrics(FORMULAS, COLUMNS, read_raw(RAW, "metrics.toml"), StepCache())


def metrics_of(raw: RawFile, figures: pd.DataFrame = FIGURES) -> Metrics:
    """Return the metrics of a file, checked on its figures."""
    return metrics_on(raw, WORDS, DOSSIER.printed, figures)
