"""The declarations of the dossier, each parsed once; whatever else reads one gets the parsed object.

Belongs here: what each is read from, or which function says so. Does not: what it may hold (`read`,
`judge`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Any

from tidebook.pipelines.evaluate.declared import (
    DraftFormulas,
    Formulas,
    Metrics,
    MetricsFile,
    TableColumns,
    known_tables,
    read_metrics,
    ready_metrics,
)
from tidebook.pipelines.evaluate.evidence_values import EvidenceValues
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.graph.step import GraphInputs, StepVariant, step
from tidebook.pipelines.judge.accepted import Accepted, AcceptedFile, read_accepted
from tidebook.pipelines.judge.claims import BoundClaims, conjunctions, declared_claims, inline_metrics, read_claims
from tidebook.pipelines.judge.declared import ClaimsFile, DeclaredClaim
from tidebook.pipelines.judge.interpretations import Interpretation, read_interpretations
from tidebook.pipelines.judge.predictions.questions import kinds_with
from tidebook.pipelines.judge.quoted import bind
from tidebook.pipelines.read.corrections import Corrections, read_corrections
from tidebook.pipelines.read.declarations import (
    Assumptions,
    AssumptionsFile,
    Predictions,
    PredictionsFile,
    Sources,
    SourcesFile,
    default_days,
    read_assumptions,
    read_predictions,
    read_sources,
)
from tidebook.pipelines.read.dossier.charts import Charts, read_charts
from tidebook.pipelines.read.dossier.checked import check_plugin_versions, check_sources, check_versions, read_dossier
from tidebook.pipelines.read.dossier.declared import Article, Dossier, DossierFile, EventKinds, PrintedTables
from tidebook.pipelines.read.dossier.sections import PACKAGE
from tidebook.pipelines.read.dossier.wording import Labels
from tidebook.pipelines.read.evidence_tables.declared import EvidenceFile
from tidebook.pipelines.read.evidence_tables.series import EvidenceTables
from tidebook.pipelines.read.plugin import SwitchedOn
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.reference_errors import check_classes
from tidebook.pipelines.read.replay import Replay
from tidebook.pipelines.read.tables import PrintedFigures
from tidebook.pipelines.read.text.figures import ProseFigures, read_prose_figures
from tidebook.schemas.base import Frame
from tidebook.schemas.evidence import EvidenceRows
from tidebook.schemas.figures import Figures
from tidebook.schemas.text import TextQuotes


@step(group="declared")
def dossier(raw: DossierFile, package: Annotated[RawFile, PACKAGE] | None = None) -> Dossier:
    """Return the dossier that a file declares, its tables in a data package where that is so."""
    return read_dossier(raw, package)


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


# Steps for parts of the dossier limit invalidation: a change of another part leaves what reads this one.


@step(group="declared")
def events(dossier: Dossier) -> EventKinds:
    """Kinds of events that forecasts count, and who acts in them (dossier.toml)."""
    return dossier.events


@step(group="declared")
def wording(dossier: Dossier) -> Labels:
    """Words for themes, slugs and names in the report (dossier.toml)."""
    return dossier.wording


@step(group="declared")
def switched_on(main: DossierFile, dossier: Dossier) -> SwitchedOn:
    """Plugins that are switched on (dossier.toml), whose tables keep to the contracts that they have recorded."""
    check_plugin_versions(main, dossier.switched_on)
    return dossier.switched_on


def _sections(known: GraphInputs) -> Iterator[StepVariant]:
    return (StepVariant(f"declared/{name}", type(section), name) for name, section in known.dossier.sections.items())


@step(group="declared", each=_sections)
def section(name: str, dossier: Dossier) -> Any:
    """The section of a plugin that is on (dossier.toml)."""
    return dossier.sections[name]


@step(group="declared")
def replay(dossier: Dossier) -> Replay:
    """Say as of which day evidence is left out, if the article is replayed."""
    return Replay(dossier.article.replay or dt.date.max)


@step(group="declared")
def charts(
    file: Annotated[RawFile, "charts.toml"],
    tables: PrintedTables,
    words: Labels,
    figures: Frame[Figures],
    formulas: Formulas,
) -> Charts:
    """Say what is drawn of the printed tables."""
    printed = (figures["table_name"] + "." + figures["quantity"]).unique()
    return read_charts(file, tables, words.themes, printed, formulas)


@step(group="declared")
def assumptions(
    file: AssumptionsFile,
    dossier: Dossier,
    sources: Sources,
    evidence: EvidenceTables,
    sources_file: SourcesFile,
    evidence_file: EvidenceFile,
    references: Annotated[RawFile, "reference/figures.csv"] | None = None,
) -> Assumptions:
    """Parse the assumptions that verdicts depend on and no source states; check who names a class of theirs."""
    published = dossier.article.published
    vintages = [day for series in evidence.series.values() for day in series.vintages]
    found = read_assumptions(file, default_days(published, sources, references, vintages), published)
    check_classes(sources_file, found)
    check_classes(evidence_file, found)
    replayed = {"as_of": published} if dossier.article.replay else {}
    return found.model_copy(update={"bases": dossier.bases, **replayed})


@step(group="declared")
def sources(file: SourcesFile, dossier: Dossier) -> Sources:
    """Parse the sources."""
    return read_sources(file, dossier.article.source)


@step(group="declared")
def corrections(raw: Annotated[RawFile, "reference/corrections.toml"], sources: Sources) -> Corrections:
    """Return the corrections of a file."""
    return read_corrections(raw, sources)


@step(group="declared", by_key=True)
def drafts(
    raw: MetricsFile, words: Labels, claims: ClaimsFile, plugins: SwitchedOn, evidence: EvidenceTables
) -> DraftFormulas:
    """Read the metrics of a file and of claims, by name, and parse their expressions."""
    return DraftFormulas(read_metrics(raw, words, inline_metrics(claims, plugins), claims, evidence))


@step(group="declared")
def columns(printed: PrintedFigures, tables: PrintedTables, drafts: DraftFormulas) -> TableColumns:
    """Return the columns of every table, from the figures and the declarations, for the check of units."""
    return known_tables(printed.rows, tables, drafts.formulas)


@step(group="declared")
def prose(
    figures: Annotated[RawFile, "figures.toml"], ignored: Annotated[RawFile, "ignored.toml"], dossier: Dossier
) -> ProseFigures:
    """Read which numbers of the prose are figures by themselves, and which are ignored."""
    return read_prose_figures(figures, ignored, dossier.tables)


@step(group="declared")
def bound(
    file: ClaimsFile,
    drafts: DraftFormulas,
    tables: TableColumns,
    plugins: SwitchedOn,
    evidence: EvidenceTables,
    cache: StepCache,
    quotes: Frame[TextQuotes] | None = None,
) -> BoundClaims:
    """Choose the numbers of quotations that bound claims."""
    return bind(file, declared_claims(file, plugins), drafts.formulas, tables, quotes, cache, evidence)


@step(group="declared", by_key=True)
def formulas(
    drafts: DraftFormulas, bound: BoundClaims, claims: ClaimsFile, assumptions: Assumptions, plugins: SwitchedOn
) -> Formulas:
    """Return the metrics by name, those of quoted claims in the unit of their number, and conjunctions."""
    found = bound.with_units(drafts.formulas)
    return found | conjunctions(claims, found, assumptions.cutoffs, plugins, bound)


@step(group="declared", by_key=True)
def metrics(
    formulas: Formulas,
    tables: TableColumns,
    raw: MetricsFile,
    claims: ClaimsFile,
    evidence: EvidenceTables,
    dossier: Dossier,
    cache: StepCache,
    rows: Frame[EvidenceRows] | None = None,
) -> Metrics:
    """Return the metrics, ready to be evaluated. Their units are checked where a formula or a table has changed."""
    known = EvidenceValues(rows, evidence, dossier.article.published)
    return ready_metrics(formulas, tables, raw, cache, claims, evidence=known)


@step(group="declared")
def claims(
    raw: ClaimsFile, metrics: Formulas, words: Labels, plugins: SwitchedOn, bound: BoundClaims, article: Article
) -> list[DeclaredClaim]:
    """Read the claims of a file, in order."""
    return read_claims(raw, metrics, words, plugins, bound, article.own)


@step(group="declared")
def accepted(
    file: AcceptedFile, claims_file: ClaimsFile, claims: list[DeclaredClaim], figures: Frame[Figures]
) -> Accepted:
    """Read which findings are accepted, and why."""
    return read_accepted([file, claims_file], figures["figure_id"], claims)


@step(group="declared")
def interpretations(
    raw: ClaimsFile, claims: list[DeclaredClaim], assumptions: Assumptions, metrics: Formulas
) -> list[Interpretation]:
    """Parse every interpretation of every claim of a file, in order."""
    return read_interpretations(raw, claims, assumptions, metrics)


@step(group="declared")
def predictions(file: PredictionsFile, article: Article, plugins: SwitchedOn, replay: Replay) -> Predictions:
    """Parse the predictions."""
    return replay.known_searches(read_predictions(file, article.clocks, kinds_with(plugins)))
