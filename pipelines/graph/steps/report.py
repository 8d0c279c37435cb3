"""What changed since the previous release, and the report.

Belongs here: which tables each reads. Does not: causes (`judge`), words and pictures (`report`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, NamedTuple

from tidebook.pipelines.compare.previous import PREVIOUS, PreviousRelease
from tidebook.pipelines.evaluate.declared import Metrics
from tidebook.pipelines.graph.step import Bundle, Each, Files, GraphInputs, StepVariant, Stored, ThisCode, Want, step
from tidebook.pipelines.graph.steps.text import TextReview
from tidebook.pipelines.graph.structure import CHANGES
from tidebook.pipelines.read.dossier.charts import Charts
from tidebook.pipelines.read.dossier.checked import all_models
from tidebook.pipelines.read.dossier.declared import Article, PrintedTables
from tidebook.pipelines.read.dossier.wording import Labels
from tidebook.pipelines.read.plugin import SwitchedOn
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.settings import Publishing
from tidebook.pipelines.read.sources.selection import PUBLISHING
from tidebook.pipelines.read.text.document import Document
from tidebook.schemas.analysis import Changes
from tidebook.schemas.base import Frame, records
from tidebook.schemas.figures import Figures
from tidebook.schemas.outcomes import ClaimCards, FigureOutcomes, Outcomes
from tidebook.schemas.registry import ENGINE
from tidebook.schemas.text import TextNumbers, TextQuotes

REPORTED = (
    "figures", "metrics", "claims", "interpretations", "verdicts", "interpretation_verdicts", "tipping_points",
    "substitutions",
    "predictions", "assumptions", "sources", "comparisons", "reference_values", "events", "observations", "resolutions",
    "forecasts", "forecast_history", "scores", "skill", "changes", "outcomes", "figure_outcomes",
    "claim_cards",
)  # fmt: skip
OPTIONAL = (
    "source_files", "revisions", "quarantine", "sensitivity", "changed_outcomes", "multiverse", "calibration",
    "evidence_reads", "text_findings", "text_left_out",
)  # fmt: skip
"""Reported where there are any."""


Previous = Annotated[PreviousRelease, PREVIOUS]


class Released(NamedTuple):
    """The tables of a release by name, but for the changes since the release before."""

    tables: Mapping[str, Stored]


def _compared(known: GraphInputs) -> dict[str, Want]:
    names = [name for name in all_models(known.dossier) if name != CHANGES]
    return {name: Want(name, Stored, optional=True) for name in names}


@step(group="report", name="release/tables", by_key=True)
def released(**tables: Annotated[Stored, Each(_compared)]) -> Released:
    """Collect the tables of a release, and the metrics and settings that its comparison needs."""
    return Released(tables)


@step(group="report")
def changes(
    previous: Previous, code: ThisCode, known: Metrics, printed: PrintedTables, released: Released
) -> Frame[Changes]:
    """Say what changed since the previous release."""
    from tidebook.pipelines.compare.changes_table import changes_table

    tables = {name: table.read() for name, table in released.tables.items()}
    hashes = {name: table.sha256 for name, table in released.tables.items()}
    return changes_table(previous, code.version, code.versions, known, printed.tables, tables, hashes)


class ArticlePage(NamedTuple):
    """The article with its numbers and claims marked, as a page."""

    html: bytes


@dataclass(frozen=True)
class Judged(Bundle):
    """The outcomes of the article, and their places in its text."""

    figures: Frame[Figures]
    figure_outcomes: Frame[FigureOutcomes]
    outcomes: Frame[Outcomes]
    cards: Frame[ClaimCards]
    quotes: Frame[TextQuotes]
    numbers: Frame[TextNumbers]


def _own_text(known: GraphInputs) -> Iterator[StepVariant]:
    """Yield the page of a text that releases may hold: that of another may not be published."""
    if known.dossier.article.text and known.dossier.article.own:
        yield StepVariant("report/article_page", ArticlePage, "index.html")


@step(group="report", by_key=True, each=_own_text)
def article_page(
    report: str, document: Document, review: TextReview, article: Article, wording: Labels, _judged: Judged
) -> ArticlePage:
    """Mark the numbers and claims of the article in its text; the notes link to the report."""
    from tidebook.pipelines.report.dossier_findings import JudgedRows
    from tidebook.pipelines.report.marked import marked_article
    from tidebook.pipelines.report.marks import marked_of
    from tidebook.pipelines.report.render import render_article
    from tidebook.pipelines.report.words import use_words

    rows = JudgedRows(
        figures=records(_judged.figures),
        figure_outcomes=records(_judged.figure_outcomes),
        outcomes=records(_judged.outcomes),
        cards={row["claim_id"]: row for row in records(_judged.cards)},
        quotes=records(_judged.quotes),
        numbers=records(_judged.numbers),
        text=article.text,
    )
    use_words(wording)
    return ArticlePage(
        render_article(marked_article(marked_of(document, review.found, rows, report), article.title, report))
    )


@step(group="report")
def verdict_report(
    previous: Previous,
    words: Labels,
    article: Article,
    charts: Charts,
    printed: PrintedTables,
    on: SwitchedOn,
    released: Released,
    changes: Annotated[Stored, Want(CHANGES, Stored)],
    publishing: Annotated[RawFile, Want(PUBLISHING)] | None = None,
    page: ArticlePage | None = None,
) -> Files:
    """The report, as pages, Markdown and JSON: what of the article is wrong, contradicts itself, was true, or stands.

    It shows what is in the most important tables, and of all others how large they are.
    """
    from tidebook.pipelines.report.appendix import data_table
    from tidebook.pipelines.report.render import render

    models = {**printed.models, **ENGINE, **on.tables}
    stored = {**released.tables, CHANGES: changes}
    data = [data_table(models[name], stored[name].rows, stored[name].bytes) for name in models if name in stored]
    tables = {name: stored[name].read() for name in (*REPORTED, *OPTIONAL, *on.parts("appendix")) if name in stored}
    asked = Publishing(**json.loads(publishing.data)) if publishing else None
    return render(tables, words, article, charts, asked, previous.feed, data, page.html if page else b"")
