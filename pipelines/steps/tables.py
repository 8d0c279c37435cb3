"""The tables that are read from the dossier alone: those in print, and those that the declarations come to.

Belongs here: which files and declarations each is made from. Does not: how a cell reads (`pipelines.ingest`).
"""

from __future__ import annotations

from typing import Annotated

from pipelines.claims.declared import DeclaredClaim, Reading, claims_table, readings_table
from pipelines.forecasts.clocks import predictions_table
from pipelines.ingest.corrections import Corrections
from pipelines.ingest.declarations import Assumptions, Predictions, Sources, assumptions_table, sources_table
from pipelines.ingest.evidence import events_table, observations_table
from pipelines.ingest.rawfile import RawFile
from pipelines.ingest.tables import typed_table
from pipelines.steps.step import Frame, Step, made_step, raw_step, step
from schemas import analysis
from schemas.evidence import Events, Observations
from schemas.printed import PRINTED
from schemas.sources import SourceFiles, SourceObservations


def printed_tables() -> list[Step]:
    """Return a step for each printed table: its file with every cell typed."""
    return [
        made_step("tables", typed_table, model, {"raw": raw_step(model.path())}, name)
        for name, model in PRINTED.items()
    ]


@step(group="tables")
def sources(sources: Sources, source_files: Frame[SourceFiles] | None = None) -> Frame[analysis.Sources]:
    """List the sources, those of snapshots too."""
    declared = sources_table(sources)
    if source_files is None:
        return declared
    from pipelines.sources.evidence import with_sources  # connectors are imported only where there are snapshots

    return with_sources(declared, source_files)


@step(group="tables")
def assumptions(file: Annotated[RawFile, "assumptions.toml"], assumptions: Assumptions) -> Frame[analysis.Assumptions]:
    """List the assumptions as they are written."""
    return assumptions_table(file, assumptions)


@step(group="tables")
def events(
    file: Annotated[RawFile, "reference/events.csv"],
    corrections: Corrections,
    sources: Sources,
    assumptions: Assumptions,
) -> Frame[Events]:
    """Read the events."""
    return events_table(file, corrections, sources, assumptions)


@step(group="tables")
def observations(
    observed: Annotated[RawFile, "reference/observations.csv"],
    trained: Annotated[RawFile, "reference/training_history.csv"],
    corrections: Corrections,
    sources: Sources,
    assumptions: Assumptions,
    source_observations: Frame[SourceObservations] | None = None,
    source_files: Frame[SourceFiles] | None = None,
) -> Frame[Observations]:
    """Read the observations, those of snapshots too."""
    entered = observations_table([observed, trained], corrections, sources, assumptions)
    if source_observations is None or source_files is None:
        return entered
    from pipelines.sources.evidence import with_observations

    return with_observations(entered, source_observations, source_files, assumptions)


@step(group="claims")
def claims(claims: list[DeclaredClaim]) -> Frame[analysis.Claims]:
    """List the claims."""
    return claims_table(claims)


@step(group="claims")
def readings(readings: list[Reading]) -> Frame[analysis.Readings]:
    """List how each claim is read."""
    return readings_table(readings)


@step(group="claims")
def predictions(predictions: Predictions, assumptions: Assumptions) -> Frame[analysis.Predictions]:
    """List the predictions with each reading of their deadlines."""
    return predictions_table(predictions, assumptions)
