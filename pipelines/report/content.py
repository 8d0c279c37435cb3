"""From the tables to everything the report shows, computed once: HTML, Markdown and JSON only lay it out.

Belongs here: the report as a whole, and how tables are read for it. Does not: what is said of its parts, which have
modules of their own, markup or pictures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import pandas as pd
import pyarrow as pa

from pipelines.dossier.charts import Charts
from pipelines.dossier.declared import Article
from pipelines.formatting import format_date
from pipelines.grouping import grouped
from pipelines.report import words
from pipelines.report.appendix import DataTable, Page, appendix, tables_page
from pipelines.report.changes_section import ChangesSection, changes_section
from pipelines.report.claims import ASSERTION, Statement, StatementBuilder, readers
from pipelines.report.figures import Figure, Figures, Source, figures_section, to_figures
from pipelines.report.headline import Headline, headline
from pipelines.report.pictures import Picture, beside_sources, declared_pictures, how_little
from pipelines.report.predictions import Prediction, predictions_section
from schemas.vocabulary import CONSISTENCY_OUTCOMES

Row = dict[str, Any]
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Content:
    """The whole report, before any markup."""

    article: Article
    as_of: dt.date
    evidence_to: dt.date | None
    headline: Headline
    figures: Figures
    statements: list[Statement]
    predictions: list[Prediction]
    changes: ChangesSection
    hero: Picture | None
    little: Picture | None
    charts: list[Picture]
    pages: list[Page]
    data: Sequence[DataTable]
    notices: list[str]
    assumptions: list[Row]
    sources: list[Source]
    rows: Mapping[str, list[Row]]

    @property
    def link(self) -> str:
        """The article's address where a browser may follow it."""
        return words.web_address(self.article.address)

    @property
    def dated(self) -> bool:
        """Whether the content is of another month than its publication."""
        return self.article.content.replace(day=1) != self.article.published.replace(day=1)

    @property
    def assertions(self) -> list[Statement]:
        """What the article asserts and is decided, or depends."""
        return [each for each in self.statements if each.kind == ASSERTION and each.outcome != "undecided"]

    @property
    def undecided(self) -> list[Statement]:
        """What nothing at hand decides."""
        return [each for each in self.statements if each.outcome == "undecided"]

    @property
    def tests(self) -> list[tuple[str, list[Statement]]]:
        """Tests of the article's consistency by outcome, the gravest first."""
        found = grouped((each for each in self.statements if each.kind != ASSERTION), attrgetter("outcome"))
        return [(outcome, found[outcome]) for outcome in CONSISTENCY_OUTCOMES if outcome in found]

    @property
    def wording(self) -> list[Statement]:
        """Statements whose readings do not all stand alike."""
        return [each for each in self.statements if each.wording]

    @property
    def newest(self) -> dt.date:
        """The newest day of the evidence."""
        return max(day for day in (self.evidence_to, self.article.published) if day)


def build_content(
    tables: Tables, article: Article, charts: Charts | None = None, data: Sequence[DataTable] = ()
) -> Content:
    """Return what the report shows of the tables.

    Raises:
        LookupError: a table refers to a row that is not there, or there is no `as_of` among the assumptions.
    """
    # Arrow's rows have None for what is missing and lists for arrays, and are made sooner than those of pandas.
    rows = {name: pa.Table.from_pandas(table, preserve_index=False).to_pylist() for name, table in tables.items()}
    sources = {row["source_id"]: Source(**row) for row in rows["sources"]}
    as_of = next((row["value"] for row in rows["assumptions"] if row["name"] == "as_of"), None)
    if as_of is None:
        raise LookupError("the assumptions have no row as_of")
    figures = to_figures(rows["figures"], sources)
    labels = {figure.subject: figure.label for figure in figures.values()}
    for row in rows["metrics"]:
        what, colon, subject = row["meaning"].rpartition(": ")
        row["meaning"] = f"{what}{colon}{labels.get(subject, subject)}"  # as the article names it
    names = _names(rows, figures)
    statements = StatementBuilder(rows, figures, names, article).build()
    findings = [row | {"detail": words.replace_ids(row["detail"], names)} for row in rows.get("findings", [])]
    section = figures_section(rows["figure_outcomes"], findings, figures, sources, readers(statements))
    predictions = predictions_section(rows, sources, names)
    return Content(
        article=article,
        as_of=dt.date.fromisoformat(as_of),
        evidence_to=max((row["evidence_to"] for row in rows["outcomes"] if row["evidence_to"]), default=None),
        headline=headline(section, statements, predictions),
        figures=section,
        statements=statements,
        predictions=predictions,
        changes=changes_section(
            rows.get("changes", []),
            {row["claim_id"]: row["statement"] for row in rows["claims"]}
            | {each.prediction_id: each.statement for each in predictions},
            {row["metric_id"]: row["meaning"] for row in rows["metrics"]},
            names,
        ),
        hero=beside_sources(section),
        little=how_little(statements),
        charts=declared_pictures(charts.charts if charts else (), figures, section.cards, rows["metrics"]),
        pages=[*appendix(rows, sources, names), tables_page(data)],
        data=data,
        notices=_notices(rows.get("source_files", [])),
        assumptions=rows["assumptions"],
        sources=list(sources.values()),
        rows=rows,
    )


def _names(rows: Mapping[str, Sequence[Row]], figures: Mapping[str, Figure]) -> dict[str, str]:
    """Return in words what texts name by id: figures, measures, sources, claims.

    An id of one word is left out: in a text it may be that word.
    """
    names = {name: figure.name for name, figure in figures.items()}
    names |= {row["metric_id"]: f"“{row['meaning']}”" for row in rows["metrics"]}
    names |= {row["source_id"]: row["original_publisher"] or row["publisher"] for row in rows["sources"]}
    names |= {row["claim_id"]: row["title"] or words.humanize(row["claim_id"]) for row in rows["claims"]}
    return {name: said for name, said in names.items() if not name.isalpha()}


def _notices(files: Sequence[Row]) -> list[str]:
    """Return a sentence for each live source that is stale or down."""
    troubled = {row["title"]: row for row in files if row["status"] != "current"}
    return [
        f"{title} is {row['status']}: the snapshot of {format_date(row['fetched_on'])} stays in use."
        for title, row in troubled.items()
    ]
