"""The tables that are read from the dossier alone: those as printed, and those of the declarations.

Belongs here: which files and declarations each is made from. Does not: how a cell reads (`read`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from tidebook.pipelines.graph.step import Each, GraphInputs, StepVariant, Want, cells_step, raw_step, step
from tidebook.pipelines.judge.declared import DeclaredClaim
from tidebook.pipelines.judge.interpretations import Interpretation, interpretations_table
from tidebook.pipelines.judge.predictions.questions import predictions_table
from tidebook.pipelines.judge.stated import claims_table
from tidebook.pipelines.read.corrections import Corrections
from tidebook.pipelines.read.declarations import Assumptions, Predictions, Sources, assumptions_table, sources_table
from tidebook.pipelines.read.dossier.declared import EventKinds, PrintedTables
from tidebook.pipelines.read.evidence import events_table, observations_table
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.replay import Replay
from tidebook.pipelines.read.tables import ParsedTable, parse_table, typed_table
from tidebook.schemas import analysis
from tidebook.schemas.analysis import Claims, Interpretations
from tidebook.schemas.base import Frame, Table
from tidebook.schemas.evidence import Events, Observations
from tidebook.schemas.figures import Figures
from tidebook.schemas.sources import SourceFiles


def _cells_of(known: GraphInputs) -> Iterator[StepVariant]:
    for name in known.dossier.models:
        if path := known.dossier.tables[name].path:
            yield StepVariant(cells_step(name), ParsedTable, name, {"raw": Want(raw_step(path))})


def _typed_of(known: GraphInputs) -> Iterator[StepVariant]:
    for name, model in known.dossier.models.items():
        yield StepVariant(name, model, model, {"parsed": Want(cells_step(name))})


@step(group="tables", by_key=True, each=_cells_of)
def cells(name: str, raw: RawFile, tables: PrintedTables) -> ParsedTable:
    """Read the cells of one table in print."""
    return parse_table(tables.tables[name], raw)


@step(group="tables", each=_typed_of)
def typed(model: type[Table], parsed: ParsedTable) -> Frame[Table]:
    """Type every cell of one table in print."""
    return typed_table(model, parsed)


@step(group="tables")
def sources(sources: Sources, source_files: Frame[SourceFiles] | None = None) -> Frame[analysis.Sources]:
    """List the sources, those of snapshots too."""
    declared = sources_table(sources)
    if source_files is None:
        return declared
    from tidebook.pipelines.read.sources.provenance import with_sources  # which imports connectors

    return with_sources(declared, source_files)


@step(group="tables")
def assumptions(assumptions: Assumptions) -> Frame[analysis.Assumptions]:
    """List the assumptions."""
    return assumptions_table(assumptions)


@step(group="tables")
def events(
    corrections: Corrections,
    sources: Sources,
    kinds: EventKinds,
    replay: Replay,
    file: Annotated[RawFile, "reference/events.csv"] | None = None,
) -> Frame[Events]:
    """Read the events."""
    return replay.known(events_table(file, corrections, sources, kinds.public))


def _observed(known: GraphInputs) -> dict[str, Want]:
    return {name: Want(name) for name in known.files if name.startswith("raw/reference/observations")}


@step(group="tables")
def observations(
    corrections: Corrections, sources: Sources, replay: Replay, **files: Annotated[RawFile, Each(_observed)]
) -> Frame[Observations]:
    """Read the observations."""
    return replay.known(observations_table(list(files.values()), corrections, sources))


@step(group="claims")
def claims(claims: list[DeclaredClaim], figures: Frame[Figures]) -> Frame[Claims]:
    """Return the claims as rows of `schemas.analysis.Claims`, in their order."""
    return claims_table(claims, figures)


@step(group="claims")
def interpretations(interpretations: list[Interpretation]) -> Frame[Interpretations]:
    """Return the interpretations as rows of `schemas.analysis.Interpretations`, in their order."""
    return interpretations_table(interpretations)


@step(group="claims")
def predictions(predictions: Predictions, assumptions: Assumptions) -> Frame[analysis.Predictions]:
    """Return the predictions as rows of `schemas.analysis.Predictions`, in their order."""
    return predictions_table(predictions, assumptions)
