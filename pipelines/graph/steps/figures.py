"""Figures, the evidence beside them, and what is found of each; then the worlds that they span.

Belongs here: what each is made from. Does not: the rules (`read`, `evaluate.reconciliation`).
"""

from __future__ import annotations

from typing import Annotated

from tidebook.pipelines.evaluate.calibration import calibration_cases_table, calibration_table, fitted_figures
from tidebook.pipelines.evaluate.reconciliation import reconciliation_table
from tidebook.pipelines.evaluate.scenarios import Draws, worlds_table
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.graph.step import Step, Want, step, step_from
from tidebook.pipelines.graph.steps.tables import cells_step
from tidebook.pipelines.judge.findings import findings_table
from tidebook.pipelines.read.corrections import Corrections
from tidebook.pipelines.read.declarations import Assumptions, Predictions, Sources
from tidebook.pipelines.read.dossier.declared import Article, Dossier, PrintedTables
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.references import references_table, refuse_slips
from tidebook.pipelines.read.tables import ParsedTable, PrintedFigures, figures_table
from tidebook.schemas.base import Frame, table_of
from tidebook.schemas.evidence import Events
from tidebook.schemas.figures import Figures, Worlds
from tidebook.schemas.reference import References

STEPS = [
    step_from(reconciliation_table, "findings"),
    step_from(calibration_cases_table, "worlds"),
    step_from(calibration_table, "worlds"),
]


def printed(dossier: Dossier) -> Step:
    """Return the step that lists every figure of the printed tables, from the steps that have read these."""
    return step_from(_printed, "declared", {name: Want(cells_step(name)) for name in dossier.models}, by_key=True)


def _printed(article: Article, sources: Sources, assumptions: Assumptions, **parsed: ParsedTable) -> PrintedFigures:
    """List the figures as printed."""
    return PrintedFigures(figures_table(parsed, article.content, sources, assumptions))


@step(group="figures")
def figures(
    printed: PrintedFigures,
    references: Frame[References],
    tables: PrintedTables,
    article: Article,
    assumptions: Assumptions,
) -> Frame[Figures]:
    """List the figures, estimates among them with the spread that references show."""
    refuse_slips(references, printed.rows, tables.tables)
    return fitted_figures(printed.rows, references, article.content, assumptions)


@step(group="figures")
def references(
    events: Frame[Events],
    corrections: Corrections,
    sources: Sources,
    assumptions: Assumptions,
    tables: PrintedTables,
    predictions: Predictions,
    file: Annotated[RawFile, "reference/figures.csv"] | None = None,
) -> Frame[References]:
    """Read the references."""
    return references_table(file, events, corrections, sources, assumptions, tables.tables, predictions)


findings = step_from(findings_table, "findings", {"metrics": Want("metrics")})


@step(group="worlds")
def worlds(figures: Frame[Figures], assumptions: Assumptions, cache: StepCache) -> Frame[Worlds]:
    """Summarise the worlds."""
    if figures.empty:
        return table_of(Worlds, [])
    return worlds_table(figures, Draws(assumptions, cache), assumptions.flips.reach)
