"""The steps of live sources: entities, tables of sources, trends, and rows added to tables of the core.

Belongs here: the inputs of each step. Does not: what it computes, which is in the modules beside this one.
"""

from __future__ import annotations

from typing import Annotated

import pandas as pd

from tidebook.pipelines.graph.step import Each, GraphInputs, Want, step
from tidebook.pipelines.judge.declared import DeclaredClaim
from tidebook.pipelines.read.declarations import Assumptions, Sources
from tidebook.pipelines.read.plugin import Added
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.sources.selection import Snapshots
from tidebook.plugins.live import rows
from tidebook.plugins.live.database import added_interpretation_verdicts, added_verdicts
from tidebook.plugins.live.entities import PATH, Entities, Score, read_entities, read_scores
from tidebook.plugins.live.evidence import added_observations, added_references
from tidebook.plugins.live.settings import LiveSettings
from tidebook.plugins.live.tables import DatabaseModels, ModelPrices, SourceObservations, Trends
from tidebook.plugins.live.trends import trends_table
from tidebook.schemas.analysis import InterpretationVerdicts
from tidebook.schemas.base import Frame
from tidebook.schemas.figures import Figures
from tidebook.schemas.sources import SourceFiles

NAME = "live"


def _companies(known: GraphInputs) -> dict[str, Want]:
    section = known.dossier.sections[NAME]
    assert isinstance(section, LiveSettings)
    return {"companies": Want(section.companies, optional=True)}


@step(group="declared")
def entities(raw: Annotated[RawFile, PATH]) -> Entities:
    """Return the table of entities."""
    return read_entities(raw)


@step(group="declared")
def scores(raw: Annotated[RawFile, "reference/scores.csv"], entities: Entities, sources: Sources) -> dict[str, Score]:
    """Return scores by entity."""
    return read_scores(raw, entities, sources)


@step(group="sources")
def database_models(snapshots: Snapshots, entities: Entities) -> Frame[DatabaseModels]:
    """List the models of databases with their entities."""
    return rows.database_models(snapshots, entities)


@step(group="sources")
def model_prices(snapshots: Snapshots, entities: Entities) -> Frame[ModelPrices]:
    """List the prices of models with their entities."""
    return rows.model_prices(snapshots, entities)


@step(group="sources")
def source_observations(snapshots: Snapshots, entities: Entities) -> Frame[SourceObservations]:
    """List the dated values of sources with their entities."""
    return rows.source_observations(snapshots, entities)


@step(group="sources")
def trends(
    models: Frame[DatabaseModels], prices: Frame[ModelPrices], scores: dict[str, Score], assumptions: Assumptions
) -> Frame[Trends]:
    """Return the trends of every population and window, and those of prices, as rows of `Trends`."""
    return trends_table(models, prices, scores, assumptions)


@step(group="sources", adds=Added(NAME, "reference_values"))
def references(
    live: LiveSettings,
    database_models: Frame[DatabaseModels],
    model_prices: Frame[ModelPrices],
    source_observations: Frame[SourceObservations],
    entities: Entities,
    scores: dict[str, Score],
    source_files: Frame[SourceFiles],
    assumptions: Assumptions,
    **companies: Annotated[pd.DataFrame, Each(_companies)],
) -> pd.DataFrame:
    """Return references from sources, as rows of `ReferenceValues`."""
    return added_references(
        live,
        database_models,
        model_prices,
        source_observations,
        entities,
        scores,
        source_files,
        assumptions,
        companies.get("companies"),
    )


@step(group="sources", adds=Added(NAME, "observations"))
def observations(source_observations: Frame[SourceObservations], source_files: Frame[SourceFiles]) -> pd.DataFrame:
    """Return observations from sources, as rows of `Observations`."""
    return added_observations(source_observations, source_files)


@step(group="sources", adds=Added(NAME, "interpretation_verdicts"))
def interpretation_verdicts(
    live: LiveSettings,
    claims: list[DeclaredClaim],
    database_models: Frame[DatabaseModels],
    figures: Frame[Figures],
    source_files: Frame[SourceFiles],
    assumptions: Assumptions,
) -> pd.DataFrame:
    """Judge each interpretation on a trend, if there is a snapshot of the database of models."""
    return added_interpretation_verdicts(live, claims, database_models, figures, source_files, assumptions)


@step(group="sources", adds=Added(NAME, "verdicts"))
def verdicts(live: LiveSettings, interpretation_verdicts: Frame[InterpretationVerdicts]) -> pd.DataFrame:
    """Judge each claim that has an interpretation on the database."""
    return added_verdicts(live, interpretation_verdicts)
