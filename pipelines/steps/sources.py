"""The tables of live sources, made from snapshots. Without a snapshot the graph has none of these steps.

Belongs here: what each is made from. Does not: how a publisher's file is read (`pipelines.sources`).
"""

from __future__ import annotations

from pipelines.ingest.declarations import Assumptions
from pipelines.metrics.trends import trends_table
from pipelines.sources import tables
from pipelines.sources.entities import Entities
from pipelines.sources.scores import Score
from pipelines.sources.selection import Snapshots
from pipelines.steps.step import Frame, step
from schemas.sources import (
    DatabaseModels,
    ModelPrices,
    Quarantine,
    Revisions,
    SourceFiles,
    SourceObservations,
    Trends,
)


@step(group="sources")
def source_files(snapshots: Snapshots) -> Frame[SourceFiles]:
    """List the files in use with the account of their rows."""
    return tables.source_table(SourceFiles, snapshots.folder, snapshots.selected)


@step(group="sources")
def quarantine(snapshots: Snapshots) -> Frame[Quarantine]:
    """List the rows of sources that are not used, with reasons."""
    return tables.source_table(Quarantine, snapshots.folder, snapshots.selected)


@step(group="sources")
def database_models(snapshots: Snapshots, entities: Entities) -> Frame[DatabaseModels]:
    """List the models of the databases."""
    return tables.source_table(DatabaseModels, snapshots.folder, snapshots.selected, entities)


@step(group="sources")
def model_prices(snapshots: Snapshots, entities: Entities) -> Frame[ModelPrices]:
    """List the prices of the price lists."""
    return tables.source_table(ModelPrices, snapshots.folder, snapshots.selected, entities)


@step(group="sources")
def source_observations(snapshots: Snapshots, entities: Entities) -> Frame[SourceObservations]:
    """List the observations that sources make."""
    return tables.source_table(SourceObservations, snapshots.folder, snapshots.selected, entities)


@step(group="sources")
def revisions(snapshots: Snapshots) -> Frame[Revisions]:
    """List what sources revised from one snapshot to the next."""
    return tables.source_table(Revisions, snapshots.folder, snapshots.selected)


@step(group="sources")
def trends(
    database_models: Frame[DatabaseModels],
    model_prices: Frame[ModelPrices],
    scores: dict[str, Score],
    assumptions: Assumptions,
) -> Frame[Trends]:
    """Find how fast compute, cost and prices change."""
    return trends_table(database_models, model_prices, scores, assumptions.draws.seed)
