"""The tables that are read from the dossier alone: those in print, and those that the declarations come to.

Belongs here: which files and declarations each is made from. Does not: how a cell reads (`read`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from tidebook.pipelines.graph.step import Step, Want, raw_step, step, step_from
from tidebook.pipelines.judge.declared import claims_table, readings_table
from tidebook.pipelines.judge.predictions.questions import predictions_table
from tidebook.pipelines.read.corrections import Corrections
from tidebook.pipelines.read.declarations import Assumptions, Sources, assumptions_table, sources_table
from tidebook.pipelines.read.dossier.declared import Dossier, EventKinds, PrintedTables
from tidebook.pipelines.read.evidence import events_table, observations_table
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.tables import ParsedTable, parse_table, typed_table
from tidebook.schemas import analysis
from tidebook.schemas.base import Frame
from tidebook.schemas.evidence import Events, Observations
from tidebook.schemas.sources import SourceFiles

STEPS = [step_from(function, "claims") for function in (claims_table, readings_table, predictions_table)]


def cells_step(table: str) -> str:
    """Return the name of the step that reads the cells of a printed table."""
    return f"declared/cells/{table}"


def printed_tables(dossier: Dossier) -> list[Step]:
    """Return two steps for each printed table: its file with every cell read, and the typed table of these."""
    steps = []
    for name, model in dossier.models.items():
        wants = {"raw": Want(raw_step(dossier.tables[name].path)), "tables": Want(kind=PrintedTables)}
        steps.append(Step(cells_step(name), "tables", partial(_cells, name), wants, ParsedTable, by_key=True))
        parsed = {"parsed": Want(cells_step(name))}
        steps.append(Step(name, "tables", partial(typed_table, model), parsed, model))
    return steps


def _cells(name: str, raw: RawFile, tables: PrintedTables) -> ParsedTable:
    """Read the cells of one table in print."""
    return parse_table(tables.tables[name], raw)


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
    assumptions: Assumptions,
    kinds: EventKinds,
    file: Annotated[RawFile, "reference/events.csv"] | None = None,
) -> Frame[Events]:
    """Read the events."""
    return events_table(file, corrections, sources, assumptions, kinds.public)


def observations(files: Sequence[str]) -> Step:
    """Return the step that reads the observations from these steps of raw files."""
    return step_from(_observations, "tables", {name: Want(name) for name in files})


def _observations(
    corrections: Corrections, sources: Sources, assumptions: Assumptions, **files: RawFile
) -> Frame[Observations]:
    """Read the observations."""
    return observations_table(list(files.values()), corrections, sources, assumptions)
