"""The declarations of the dossier, each parsed once; whatever else reads one gets the parsed object.

Belongs here: what each is read from, or which function says so. Does not: what it may hold (`read`,
`judge`).
"""

from __future__ import annotations

from functools import partial
from operator import attrgetter
from typing import Annotated, Any

from tidebook.pipelines.evaluate.declared import (
    Formulas,
    MetricsFile,
    TableColumns,
    known_tables,
    read_metrics,
    ready_metrics,
)
from tidebook.pipelines.graph.step import Step, Want, step, step_from
from tidebook.pipelines.judge.declared import ClaimsFile, DeclaredClaim, read_claims, read_readings
from tidebook.pipelines.judge.notes import asserted_notes, bound_notes, correlation_notes, definition_notes
from tidebook.pipelines.judge.notes import notes as claim_notes
from tidebook.pipelines.judge.predictions.names import NamesOnRecord, name_notes, unread_notes
from tidebook.pipelines.read.corrections import Corrections, check_corrected, read_corrections
from tidebook.pipelines.read.declarations import (
    Assumptions,
    Predictions,
    Sources,
    default_days,
    kinds_and_series,
    kinds_with,
    read_assumptions,
    read_predictions,
    read_sources,
)
from tidebook.pipelines.read.dossier.charts import Charts, read_charts
from tidebook.pipelines.read.dossier.checked import check_sources, check_versions, read_dossier
from tidebook.pipelines.read.dossier.declared import Article, Dossier, DossierFile, EventKinds, PrintedTables, Wording
from tidebook.pipelines.read.errors import Problem, place_of
from tidebook.pipelines.read.notes import (
    SAME_FIGURE,
    SAME_OBSERVATION,
    SAME_REFERENCE,
    basis_notes,
    clock_notes,
    disagreeing_notes,
    early_notes,
    odd_notes,
    share_notes,
    today_notes,
    twice_notes,
    unit_notes,
)
from tidebook.pipelines.read.plugin import SwitchedOn
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.base import Frame
from tidebook.schemas.evidence import Events, Observations
from tidebook.schemas.figures import Figures
from tidebook.schemas.reference import References

PredictionsFile = Annotated[RawFile, "predictions.toml"]
AssumptionsFile = Annotated[RawFile, "assumptions.toml"]
SourcesFile = Annotated[RawFile, "sources.toml"]

dossier = step_from(read_dossier, "declared", name="dossier")


@step(group="declared")
def tables(
    main: DossierFile,
    dossier: Dossier,
    sources: Sources,
    history: Annotated[RawFile, "contracts/history.jsonl"] | None = None,
) -> PrintedTables:
    """Say what the printed tables hold; a change of one that has a contract takes a step of its version."""
    check_sources(main, dossier.printed, sources.sources)
    if history is not None:
        check_versions(main, dossier.models, history)
    return dossier.printed


def parts(dossier: Dossier) -> list[Step]:
    """Return a step for each part of a dossier that steps need by itself."""
    kinds = {"article": Article, "events": EventKinds, "wording": Wording, "switched_on": SwitchedOn}
    return [_taken(name, name, kind) for name, kind in kinds.items()]


def sections(dossier: Dossier) -> list[Step]:
    """Return a step for the section of each plugin that is on."""
    found = dossier.sections.items()
    return [_taken(name, f"plugins.{name}", type(section)) for name, section in found]


def _taken(name: str, place: str, kind: type) -> Step:
    return Step(f"declared/{name}", "declared", partial(_part, place), {"dossier": Want(kind=Dossier)}, kind)


def _part(name: str, dossier: Dossier) -> Any:
    """Take a part of the dossier, so that what rests on it does not rest on the others."""
    return attrgetter(name)(dossier)


@step(group="declared")
def charts(
    file: Annotated[RawFile, "charts.toml"],
    tables: PrintedTables,
    words: Wording,
    figures: Frame[Figures],
    formulas: Formulas,
) -> Charts:
    """Say what is drawn of the printed tables."""
    printed = (figures["table"] + "." + figures["quantity"]).unique()
    return read_charts(file, tables, words.themes, printed, formulas)


@step(group="declared")
def assumptions(
    file: AssumptionsFile,
    article: Article,
    sources: Sources,
    references: Annotated[RawFile, "reference/figures.csv"] | None = None,
) -> Assumptions:
    """Parse what the verdicts rest on and no source states."""
    return read_assumptions(file, default_days(article.published, sources, references), article.published)


@step(group="declared")
def sources(file: SourcesFile, article: Article) -> Sources:
    """Parse the sources."""
    return read_sources(file, article.source)


corrections = step_from(read_corrections, "declared", name="corrections")
formulas = step_from(read_metrics, "declared", name="formulas", by_key=True)
columns = step_from(known_tables, "declared", {"figures": Want("figures")}, name="columns")
metrics = step_from(ready_metrics, "declared", name="metrics", by_key=True)
claims = step_from(read_claims, "declared", name="claims")
readings = step_from(read_readings, "declared", name="readings")


@step(group="declared")
def predictions(file: PredictionsFile, article: Article, plugins: SwitchedOn) -> Predictions:
    """Parse the predictions."""
    return read_predictions(file, article.clocks, kinds_with(plugins))


@step(group="declared")
def notes(
    claims: list[DeclaredClaim],
    formulas: Formulas,
    columns: TableColumns,
    claims_file: ClaimsFile,
    file: MetricsFile,
    figures: Frame[Figures],
    references: Frame[References],
    events: Frame[Events],
    observations: Frame[Observations],
    article: Article,
    assumptions: Assumptions,
    assumptions_file: AssumptionsFile,
    sources: Sources,
    sources_file: SourcesFile,
    predictions: Predictions,
    predictions_file: PredictionsFile,
    corrections: Corrections,
    main: DossierFile,
    dossier: Dossier,
) -> list[Problem]:
    """Note what claims, predictions and assumptions name that is nowhere, and what in the evidence will surprise.

    These notes are on what other steps make. `Run.notes` adds those on words in all raw files, and on what no step
    reads: the article's text, and files that are there for nothing.
    """
    printed, dated = set(figures["figure_id"]), (events, observations, references)
    check_corrected(corrections, {place_of(place)[0] for table in dated for place in table["locator"]})
    labels = dict.fromkeys(zip(*(figures[name].tolist() for name in ("table", "labels")), strict=True))
    evidence = NamesOnRecord(events, observations, figures, predictions, dossier)
    return [
        *claim_notes(claims, formulas, columns, labels, claims_file, file),
        *definition_notes(file, dossier.models),
        *asserted_notes(claims, printed, claims_file),
        *bound_notes(claims, formulas, claims_file),
        *correlation_notes(assumptions, printed, assumptions_file),
        *name_notes(evidence, predictions_file, main),
        *unread_notes(evidence, predictions_file),
        *basis_notes(figures, references, assumptions, assumptions_file),
        *share_notes(figures),
        *unit_notes(figures, references),
        *disagreeing_notes(figures, SAME_FIGURE),
        *disagreeing_notes(references, SAME_REFERENCE),
        *disagreeing_notes(observations, SAME_OBSERVATION),
        *twice_notes(events, kinds_and_series(predictions)),
        *early_notes(sources, dated),
        *odd_notes(observations),
        *clock_notes(predictions, article.clocks, predictions_file),
        *today_notes(assumptions, assumptions_file, sources, sources_file, predictions, predictions_file, dated),
    ]
