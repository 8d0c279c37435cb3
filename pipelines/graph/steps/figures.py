"""Figures, the evidence beside them, and what is found of each; then the scenarios that they span.

Belongs here: what each is made from. Does not: the rules (`read`, `evaluate.reconciliation`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any

from tidebook.pipelines.evaluate.base import Metric
from tidebook.pipelines.evaluate.calibration import calibration_cases_table, calibration_table, fitted_figures
from tidebook.pipelines.evaluate.content_days import content_days
from tidebook.pipelines.evaluate.derived_references import DerivedReferences, with_derived
from tidebook.pipelines.evaluate.learnt_errors import with_learnt
from tidebook.pipelines.evaluate.reconciliation import reconciliation_table
from tidebook.pipelines.evaluate.scenarios import Draws, scenarios_table
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.graph.step import Bundle, Each, GraphInputs, Want, cells_step, raw_step, step
from tidebook.pipelines.judge.claims import BoundClaims
from tidebook.pipelines.judge.comparisons import comparisons_table
from tidebook.pipelines.judge.quoted import with_quoted
from tidebook.pipelines.read.corrections import Corrections
from tidebook.pipelines.read.declarations import Assumptions, Predictions, Sources
from tidebook.pipelines.read.dossier.declared import Article, Dossier, DossierFile, PrintedTables
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.references import (
    TypedReferences,
    reference_values_table,
    refuse_other_units,
    refuse_typos,
)
from tidebook.pipelines.read.replay import Replay
from tidebook.pipelines.read.tables import ParsedTable, PrintedFigures, figures_table
from tidebook.pipelines.read.text.figures import ProseFigures, prose_rows
from tidebook.schemas import analysis
from tidebook.schemas.base import Frame, records, table_of
from tidebook.schemas.evidence import Events
from tidebook.schemas.figures import Calibration, CalibrationCases, Figures, Scenarios
from tidebook.schemas.reference import Comparisons, Reconciliation, ReferenceValues
from tidebook.schemas.text import TextQuotes


def _cells(known: GraphInputs) -> dict[str, Want]:
    return {name: Want(cells_step(name)) for name in known.dossier.models}


def _dating(known: GraphInputs) -> dict[str, Want]:
    """Return the inputs that date the content, none if the dossier declares its days."""
    if not known.dossier.article.follows_from_figures:
        return {}
    file = Want(raw_step("reference/figures.csv"), optional=True)
    return {**{name: Want(kind=kind) for name, kind in _DATING.items()}, "_file": file, **_cells(known)}


_DATING = {"_tables": PrintedTables, "_corrections": Corrections, "_sources": Sources, "_assumptions": Assumptions}
"""Inputs beside the cells by name, which no printed table can have."""


@step(group="declared")
def article(dossier: Dossier, **evidence: Annotated[Any, Each(_dating)]) -> Article:
    """Return the article; find the days of its content if they are to follow from its figures."""
    if not dossier.article.follows_from_figures:
        return dossier.article
    tables, corrections, sources, assumptions = (evidence.pop(name) for name in _DATING)
    file, published = evidence.pop("_file", None), dossier.article.published
    own = figures_table(evidence, published, sources, assumptions)
    # Counts of events are left out: predictions declare them, whose clocks start with these days.
    no_events = table_of(Events, [])
    until = dossier.article.replay or dt.date.max
    named = tables.tables
    known = reference_values_table(file, no_events, corrections, sources, assumptions, named, Predictions(), until)
    return dossier.article.dated(*content_days(records(own), records(known), published, assumptions))


@dataclass(frozen=True)
class Prose(Bundle):
    """The numbers of the prose that are figures by themselves, and where their quotations stand."""

    figures: ProseFigures
    quotes: Frame[TextQuotes] | None = None


@step(group="declared", by_key=True)
def printed(
    article: Article,
    sources: Sources,
    assumptions: Assumptions,
    replay: Replay,
    _prose: Prose,
    **parsed: Annotated[ParsedTable, Each(_cells)],
) -> PrintedFigures:
    """List the figures as printed, those that the prose alone has too."""
    own = prose_rows(_prose.figures, _prose.quotes, article.content, assumptions)
    rows = figures_table(parsed, article.content, sources, assumptions, own)
    return PrintedFigures(replay.known_figures(rows, sources))


@step(group="figures")
def figures(
    printed: PrintedFigures,
    references: Frame[ReferenceValues],
    tables: PrintedTables,
    article: Article,
    assumptions: Assumptions,
    prose: ProseFigures,
    bound: BoundClaims,
    raw: DossierFile,
) -> Frame[Figures]:
    """List the figures, those that claims quote too, and estimates with the uncertainty that references show."""
    rows = with_quoted(printed.rows, bound, article.content, assumptions)
    refuse_typos(references, rows, {**tables.tables, **prose.tables})
    refuse_other_units(assumptions.bases, references, rows, raw)
    return fitted_figures(rows, references, article.content, assumptions)


# By its key: the text of a frame leaves out rows, so that an edit among them would not be seen.
@step(group="figures", name="declared/typed_references", by_key=True)
def typed(
    events: Frame[Events],
    corrections: Corrections,
    sources: Sources,
    assumptions: Assumptions,
    tables: PrintedTables,
    predictions: Predictions,
    prose: ProseFigures,
    replay: Replay,
    file: Annotated[RawFile, "reference/figures.csv"] | None = None,
) -> TypedReferences:
    """Read the typed references, so that their bad cells are reported together with those of the article."""
    named = {**tables.tables, **prose.tables}
    rows = reference_values_table(file, events, corrections, sources, assumptions, named, predictions, replay.day)
    return TypedReferences(rows)


@step(group="figures")
def references(typed: TypedReferences, derived: DerivedReferences, assumptions: Assumptions) -> Frame[ReferenceValues]:
    """Join the references that are typed and those that are declared by an expression, with the errors that pairs of
    sources show."""
    joined = with_derived(typed.rows, derived)
    return table_of(ReferenceValues, with_learnt(records(joined), assumptions))


@step(group="comparisons")
def comparisons(
    figures: Frame[Figures],
    references: Frame[ReferenceValues],
    metrics: Frame[analysis.Metrics],
    known: dict[str, Metric],
    tables: PrintedTables,
    article: Article,
    assumed: Assumptions,
) -> Frame[Comparisons]:
    """Compare every figure of the article, as rows of `schemas.reference.Comparisons`, sorted by key."""
    return comparisons_table(figures, references, metrics, known, tables, article, assumed)


@step(group="scenarios")
def scenarios(figures: Frame[Figures], assumptions: Assumptions, cache: StepCache) -> Frame[Scenarios]:
    """Summarise the scenarios."""
    if figures.empty:
        return table_of(Scenarios, [])
    return scenarios_table(figures, Draws(assumptions, cache), assumptions.tipping_points.reach)


@step(group="comparisons")
def reconciliation(figures: Frame[Figures], references: Frame[ReferenceValues]) -> Frame[Reconciliation]:
    """Return each figure beside each reference, as rows of `schemas.reference.Reconciliation`, sorted by key."""
    return reconciliation_table(figures, references)


@step(group="scenarios")
def calibration_cases(
    figures: Frame[Figures], references: Frame[ReferenceValues], article: Article, assumed: Assumptions
) -> Frame[CalibrationCases]:
    """Return each case with its interval, as rows of `schemas.figures.CalibrationCases`, sorted by key."""
    return calibration_cases_table(figures, references, article, assumed)


@step(group="scenarios")
def calibration(cases: Frame[CalibrationCases]) -> Frame[Calibration]:
    """Return how often intervals held the reference, by form of figure, as rows of `schemas.figures.Calibration`."""
    return calibration_table(cases)
