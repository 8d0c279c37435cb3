"""Figures, the evidence beside them, and what is found of each; then the worlds that they span.

Belongs here: what each is made from. Does not: the rules (`pipelines.ingest`, `pipelines.claims.reconciliation`).
"""

from __future__ import annotations

from typing import Annotated

from pipelines.claims.reconciliation import findings_table, reconciliation_table
from pipelines.ingest.corrections import Corrections
from pipelines.ingest.declarations import Assumptions, Sources
from pipelines.ingest.rawfile import RawFile
from pipelines.ingest.references import references_table
from pipelines.ingest.tables import figures_table
from pipelines.sources.entities import Entities
from pipelines.sources.scores import Score
from pipelines.steps.step import Frame, Step, Want, raw_step, step
from pipelines.worlds.build import worlds_table
from schemas import analysis
from schemas.evidence import Events
from schemas.figures import Figures, Worlds
from schemas.printed import PRINTED, FrontierModels
from schemas.reference import Findings, Reconciliation, References
from schemas.sources import DatabaseModels, ModelPrices, SourceFiles, SourceObservations


def figures() -> Step:
    """Return the step that lists every figure of the printed tables."""
    files = {name: Want(raw_step(model.path())) for name, model in PRINTED.items()}
    declared = {"sources": Want(kind=Sources), "assumptions": Want(kind=Assumptions)}
    return Step("figures", "figures", figures_table, {**declared, **files}, Figures)


@step(group="figures")
def references(
    file: Annotated[RawFile, "reference/figures.csv"],
    figures: Frame[Figures],
    events: Frame[Events],
    corrections: Corrections,
    sources: Sources,
    assumptions: Assumptions,
    database_models: Frame[DatabaseModels] | None = None,
    model_prices: Frame[ModelPrices] | None = None,
    source_observations: Frame[SourceObservations] | None = None,
    source_files: Frame[SourceFiles] | None = None,
    frontier_models: Frame[FrontierModels] | None = None,
    entities: Entities | None = None,
    scores: dict[str, Score] | None = None,
) -> Frame[References]:
    """Read the references, those of snapshots too."""
    entered = references_table(file, events, corrections, sources, assumptions, figures)
    if database_models is None or model_prices is None or source_observations is None:
        return entered
    if frontier_models is None or entities is None or scores is None or source_files is None:
        return entered
    from pipelines.sources.evidence import with_references

    live = database_models, model_prices, source_observations, frontier_models
    return with_references(entered, *live, entities, scores, source_files, assumptions)


@step(group="findings")
def reconciliation(
    figures: Frame[Figures], references: Frame[References], assumptions: Assumptions
) -> Frame[Reconciliation]:
    """Hold each figure against its references."""
    return reconciliation_table(figures, references, assumptions)


@step(group="findings")
def findings(
    figures: Frame[Figures],
    references: Frame[References],
    metrics: Frame[analysis.Metrics],
    assumptions: Assumptions,
) -> Frame[Findings]:
    """Say what the references find of each figure."""
    return findings_table(figures, references, metrics, assumptions.lenses.as_of[0], assumptions)


@step(group="worlds")
def worlds(figures: Frame[Figures], assumptions: Assumptions) -> Frame[Worlds]:
    """Summarise the worlds."""
    return worlds_table(figures, assumptions)
