"""Evidence tables: their declarations, the rows that expressions look up, and which metric looks up which.

Belongs here: what each is made from. Does not: how a file is read (`read.evidence_tables`) or a value found
(`evaluate.evidence_values`). Without evidence the graph has none of the tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from tidebook.pipelines.evaluate.conversions import ConvertedBases
from tidebook.pipelines.evaluate.declared import Formulas, MetricsFile
from tidebook.pipelines.evaluate.deflators import Deflators, converted_bases, read_deflators
from tidebook.pipelines.evaluate.derived_references import (
    DerivedReferences,
    ReferenceFormulas,
    ReferencesFile,
    derived_references,
    read_reference_formulas,
)
from tidebook.pipelines.evaluate.evaluations import Views
from tidebook.pipelines.evaluate.evidence_rows import evidence_extracts, evidence_reads_table, evidence_rows_table
from tidebook.pipelines.evaluate.evidence_values import EvidenceValues
from tidebook.pipelines.evaluate.hazards import all_spells, hazards_table
from tidebook.pipelines.graph.step import EVIDENCE, ROWS_READ, Each, Files, GraphInputs, StepVariant, Want, step
from tidebook.pipelines.judge.claims import BoundClaims
from tidebook.pipelines.judge.declared import ClaimsFile
from tidebook.pipelines.judge.quoted import with_quoted
from tidebook.pipelines.read.declarations import Assumptions, Sources
from tidebook.pipelines.read.dossier.declared import Dossier, DossierFile, PrintedTables
from tidebook.pipelines.read.evidence_tables.declared import EvidenceFile, check_evidence_sources, read_evidence_tables
from tidebook.pipelines.read.evidence_tables.series import EvidenceTables
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.replay import Replay
from tidebook.pipelines.read.tables import PrintedFigures
from tidebook.schemas.analysis import Hazards
from tidebook.schemas.base import Frame, Table, records, table_name
from tidebook.schemas.evidence import EvidenceReads, EvidenceRows, Observations
from tidebook.schemas.reference import ReferenceValues


def _files(known: GraphInputs) -> dict[str, Want]:
    return {name.removeprefix(EVIDENCE): Want(name) for name in known.files if name.startswith(EVIDENCE)}


def _metadata(known: GraphInputs) -> dict[str, Want]:
    return {name: wanted for name, wanted in _files(known).items() if name.endswith("_json")}


@step(group="declared")
def evidence(
    raw: EvidenceFile, dossier: Dossier, sources: Sources, **metadata: Annotated[RawFile, Each(_metadata)]
) -> EvidenceTables:
    """Say what evidence there is; units of the dossier's own are known by then."""
    found = read_evidence_tables(raw, {each.path: each for each in metadata.values()})
    check_evidence_sources(raw, found, sources.sources)
    return found


@step(group="declared", by_key=True)
def deflators(raw: DossierFile, dossier: Dossier, printed: PrintedFigures, evidence: EvidenceTables) -> Deflators:
    """Say what converts numbers between the bases that one series deflates, in the years of these and of figures."""
    figures = records(printed.rows) if dossier.bases else []
    return read_deflators(dossier.bases, figures, evidence, raw)


@step(group="declared", by_key=True)
def reference_formulas(raw: ReferencesFile, evidence: EvidenceTables, deflators: Deflators) -> ReferenceFormulas:
    """Parse the references that are declared by an expression; deflators look up evidence too."""
    found = read_reference_formulas(raw, evidence)
    return replace(found, formulas={**found.formulas, **deflators.formulas})


@step(group="evidence_views")
def converted(
    deflators: Deflators,
    printed: PrintedFigures,
    raw: DossierFile,
    evidence: EvidenceTables,
    assumptions: Assumptions,
    dossier: Dossier,
    rows: Frame[EvidenceRows] | None = None,
) -> ConvertedBases:
    """Evaluate what converts numbers between bases."""
    known = EvidenceValues(rows, evidence, dossier.article.published)
    return converted_bases(deflators, dossier.bases, printed.rows, raw, known, assumptions)


@step(group="figures", name="declared/derived_references")
def derived(
    raw: ReferencesFile,
    declared: ReferenceFormulas,
    printed: PrintedFigures,
    tables: PrintedTables,
    evidence: EvidenceTables,
    sources: Sources,
    assumptions: Assumptions,
    dossier: Dossier,
    bound: BoundClaims,
    replay: Replay,
    rows: Frame[EvidenceRows] | None = None,
) -> DerivedReferences:
    """Compute the references that are declared by an expression."""
    if not declared.declared:
        return DerivedReferences()
    known = EvidenceValues(rows, evidence, dossier.article.published)
    figures = with_quoted(printed.rows, bound, dossier.article.content, assumptions)
    return derived_references(raw, declared, figures, tables, known, sources, assumptions, replay.is_on)


def _rows(known: GraphInputs) -> Iterator[StepVariant]:
    if _files(known):
        yield StepVariant(table_name(EvidenceRows), EvidenceRows, EvidenceRows)


def _reads(known: GraphInputs) -> Iterator[StepVariant]:
    if _files(known):
        yield StepVariant(table_name(EvidenceReads), EvidenceReads, EvidenceReads)


def _extracts(known: GraphInputs) -> Iterator[StepVariant]:
    if _files(known):
        yield StepVariant(ROWS_READ, Files, None)


@step(group="tables", each=_extracts)
def rows_read(
    made: None,
    formulas: Formulas,
    evidence: EvidenceTables,
    references: ReferenceFormulas,
    metrics_file: MetricsFile,
    claims_file: ClaimsFile,
    references_file: ReferencesFile,
    **files: Annotated[RawFile, Each(_files)],
) -> Files:
    """The cells of evidence that expressions need, as they are in its files; a release keeps these of the files."""
    by_path = {each.path: each for each in files.values()}
    every = {**formulas, **references.formulas}
    return evidence_extracts(every, evidence, by_path, metrics_file, claims_file, references_file)


@step(group="tables", each=_rows)
def evidence_rows(
    model: type[Table],
    formulas: Formulas,
    evidence: EvidenceTables,
    references: ReferenceFormulas,
    replay: Replay,
    extracts: Annotated[Files, ROWS_READ],
) -> Frame[Table]:
    """Read the rows of evidence that expressions look up."""
    return replay.known_evidence(evidence_rows_table({**formulas, **references.formulas}, evidence, extracts))


@step(group="evidence_views")
def hazards(
    references: Frame[ReferenceValues],
    observations: Frame[Observations],
    sources: Sources,
    assumptions: Assumptions,
    rows: Frame[EvidenceRows] | None = None,
) -> Frame[Hazards]:
    """Learn how soon values change from all evidence that repeats one."""
    fixed = assumptions.reconciliation.fixed
    spells = all_spells(references, observations, rows, sources.publishers, assumptions.materiality, fixed)
    return hazards_table(spells)


@step(group="metrics", each=_reads)
def evidence_reads(model: type[Table], views: Views, references: DerivedReferences) -> Frame[Table]:
    """List the rows of evidence that each metric and each computed reference looks up."""
    return evidence_reads_table(views, references)
