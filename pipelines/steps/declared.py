"""The declarations of the dossier, each parsed once; whatever else reads one gets the parsed object.

Belongs here: which file each is read from. Does not: what it may hold (`pipelines.ingest`, `pipelines.claims`).
"""

from __future__ import annotations

from typing import Annotated

from pipelines.claims.declared import DeclaredClaim, Reading, read_claims, read_readings
from pipelines.ingest.corrections import Corrections, read_corrections
from pipelines.ingest.declarations import (
    Assumptions,
    Predictions,
    Sources,
    read_assumptions,
    read_predictions,
    read_sources,
)
from pipelines.ingest.rawfile import RawFile
from pipelines.sources.entities import Entities, read_entities
from pipelines.sources.scores import Score, read_scores
from pipelines.steps.step import step

ClaimsFile = Annotated[RawFile, "claims.toml"]


@step(group="declared")
def assumptions(file: Annotated[RawFile, "assumptions.toml"]) -> Assumptions:
    """Parse what the verdicts rest on and no source states."""
    return read_assumptions(file)


@step(group="declared")
def sources(file: Annotated[RawFile, "sources.toml"]) -> Sources:
    """Parse the sources."""
    return read_sources(file)


@step(group="declared")
def corrections(file: Annotated[RawFile, "reference/corrections.toml"]) -> Corrections:
    """Parse the known errors of sources."""
    return read_corrections(file)


@step(group="declared")
def claims(file: ClaimsFile) -> list[DeclaredClaim]:
    """Parse the claims."""
    return read_claims(file)


@step(group="declared")
def readings(file: ClaimsFile, claims: list[DeclaredClaim], assumptions: Assumptions) -> list[Reading]:
    """Parse the predicates of the claims' readings."""
    return read_readings(file, claims, assumptions.cutoffs)


@step(group="declared")
def predictions(file: Annotated[RawFile, "predictions.toml"]) -> Predictions:
    """Parse the predictions."""
    return read_predictions(file)


@step(group="declared")
def entities(file: Annotated[RawFile, "reference/entities.csv"]) -> Entities:
    """Parse the names under which sources know the article's subjects."""
    return read_entities(file)


@step(group="declared")
def scores(file: Annotated[RawFile, "reference/scores.csv"], entities: Entities, sources: Sources) -> dict[str, Score]:
    """Parse what models score, by which prices at a fixed quality are found."""
    return read_scores(file, entities, set(sources.sources))
