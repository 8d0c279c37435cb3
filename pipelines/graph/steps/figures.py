"""Figures, the evidence beside them, and what is found of each; then the worlds that they span.

Belongs here: what each is made from. Does not: the rules (`read`, `judge.reconciliation`).
"""

from __future__ import annotations

from typing import Annotated

import pandas as pd

from tidebook.pipelines.evaluate.scenarios import Draws, worlds_table
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.graph.step import Step, Want, raw_step, step, step_from
from tidebook.pipelines.judge.calibration import calibration_cases_table, calibration_table, fitted_figures
from tidebook.pipelines.judge.reconciliation import findings_table, reconciliation_table
from tidebook.pipelines.read.corrections import Corrections
from tidebook.pipelines.read.declarations import Assumptions, Predictions, Sources
from tidebook.pipelines.read.dossier.declared import Article, Dossier, LivePack, PrintedTables
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.references import references_table, refuse_slips
from tidebook.pipelines.read.sources.entities import Entities, Score
from tidebook.pipelines.read.tables import figures_table
from tidebook.schemas.base import Frame, table_of
from tidebook.schemas.evidence import Events
from tidebook.schemas.figures import Figures, Worlds
from tidebook.schemas.reference import References
from tidebook.schemas.sources import DatabaseModels, ModelPrices, SourceFiles, SourceObservations

STEPS = [
    step_from(reconciliation_table, "findings"),
    step_from(calibration_cases_table, "worlds"),
    step_from(calibration_table, "worlds"),
]


def figures(dossier: Dossier) -> Step:
    """Return the step that lists every figure of the printed tables, read from their files by the files' steps."""
    files = (raw_step(table.path) for table in dossier.tables.values())
    return step_from(_figures, "figures", {step: Want(step) for step in files})


def _figures(
    article: Article,
    tables: PrintedTables,
    sources: Sources,
    references: Frame[References],
    assumptions: Assumptions,
    **raws: RawFile,
) -> Frame[Figures]:
    """List the figures, estimates among them with the spread that references show."""
    files = {raw.path: raw for raw in raws.values()}
    listed = figures_table(tables.tables, article.content, sources, assumptions, files)
    refuse_slips(references, listed, tables.tables)
    return fitted_figures(listed, references, article.content, assumptions)


def references(dossier: Dossier) -> Step:
    """Return the step that reads the references, those of snapshots too."""
    live = dossier.packs.live
    return step_from(_references, "figures", {"companies": Want(live.models if live else "", optional=True)})


def _references(
    events: Frame[Events],
    corrections: Corrections,
    sources: Sources,
    assumptions: Assumptions,
    tables: PrintedTables,
    predictions: Predictions,
    file: Annotated[RawFile, "reference/figures.csv"] | None = None,
    live: LivePack | None = None,
    companies: pd.DataFrame | None = None,
    database_models: Frame[DatabaseModels] | None = None,
    model_prices: Frame[ModelPrices] | None = None,
    source_observations: Frame[SourceObservations] | None = None,
    source_files: Frame[SourceFiles] | None = None,
    entities: Entities | None = None,
    scores: dict[str, Score] | None = None,
) -> Frame[References]:
    """Read the references, those of snapshots too."""
    entered = references_table(file, events, corrections, sources, assumptions, tables.tables, predictions)
    if live is None or database_models is None or model_prices is None or source_observations is None:
        return entered
    if companies is None or entities is None or scores is None or source_files is None:
        return entered
    from tidebook.pipelines.read.sources.evidence import with_references

    found = database_models, model_prices, source_observations, companies
    return with_references(entered, live, *found, entities, scores, source_files, assumptions)


findings = step_from(findings_table, "findings", {"metrics": Want("metrics")})


@step(group="worlds")
def worlds(figures: Frame[Figures], assumptions: Assumptions, cache: StepCache) -> Frame[Worlds]:
    """Summarise the worlds."""
    if figures.empty:
        return table_of(Worlds, [])
    return worlds_table(figures, Draws(assumptions, cache), assumptions.flips.reach)
