"""From the tables to everything the report shows, computed once: HTML, Markdown and JSON only lay it out.

Belongs here: the report as a whole, how tables are read for it, and what changed since the previous release, the same
under several lenses once. Does not: what is said of other parts, which have modules of their own, markup or pictures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

import pyarrow as pa

from tidebook.pipelines.read.dossier.charts import Charts
from tidebook.pipelines.read.dossier.declared import Article
from tidebook.pipelines.read.formatting import format_date, joined
from tidebook.pipelines.read.grouping import Row, TableRows, grouped
from tidebook.pipelines.report import words
from tidebook.pipelines.report.appendix import DataTable, Page, appendix, tables_page
from tidebook.pipelines.report.claims import ASSERTION, Statement, StatementBuilder, readers
from tidebook.pipelines.report.figures import Figure, FiguresSection, figures_section, to_figures, to_sources
from tidebook.pipelines.report.headline import Headline, headline
from tidebook.pipelines.report.pictures import Picture, beside_sources, declared_pictures, how_little
from tidebook.pipelines.report.predictions import ShownPrediction, predictions_section
from tidebook.pipelines.report.words import CODES, STATUSES, in_quotes, lens_words, plain, replace_ids
from tidebook.schemas.base import Tables
from tidebook.schemas.vocabulary import CONSISTENCY_OUTCOMES

MOST_CHANGES = 40
"""So many changes of each part are shown; the table has all."""

ROWS = ("removed", "revised", "added")
PARTS = {"turned": ("outcome",), "flips": ("flip",), "moved": ("moved", "metric"), "rows": ROWS}
"""What changed, by kind: outcomes and verdicts that turned, values that moved, what became of rows."""


@dataclass(frozen=True)
class ShownChange:
    """One change; `title` is a claim's statement or a metric's meaning, `lenses` says under which it is so."""

    kind: str
    table: str
    title: str
    old: str
    new: str
    text: str
    causes: list[str]
    lenses: str


@dataclass(frozen=True)
class Content:
    """The whole report, before any markup.

    `previous` is the id of the release that this one is compared with, empty when there is none, `changes` has what
    differs by the names of `PARTS`.
    """

    article: Article
    as_of: dt.date
    evidence_to: dt.date | None
    headline: Headline
    figures: FiguresSection
    statements: list[Statement]
    predictions: list[ShownPrediction]
    previous: str
    changes: dict[str, list[ShownChange]]
    hero: Picture | None
    little: Picture | None
    charts: list[Picture]
    pages: list[Page]
    data: Sequence[DataTable]
    notices: list[str]
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
    def tests(self) -> list[tuple[str, list[Statement]]]:
        """Tests of the article's consistency by outcome, the gravest first."""
        found = grouped((each for each in self.statements if each.kind != ASSERTION), attrgetter("outcome"))
        return [(outcome, found[outcome]) for outcome in CONSISTENCY_OUTCOMES if outcome in found]

    @property
    def newest(self) -> dt.date:
        """The newest day of the evidence."""
        return max(day for day in (self.evidence_to, self.article.published) if day)


def build_content(
    tables: Tables, article: Article, charts: Charts | None = None, data: Sequence[DataTable] = ()
) -> Content:
    """Return what the report shows of the tables. Raises LookupError as `render` says."""
    # Arrow's rows have None for what is missing and lists for arrays, and are made sooner than those of pandas.
    rows = {name: pa.Table.from_pandas(table, preserve_index=False).to_pylist() for name, table in tables.items()}
    sources = to_sources(rows["sources"])
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
    findings = [row | {"detail": replace_ids(row["detail"], names)} for row in rows.get("findings", [])]
    section = figures_section(rows["figure_outcomes"], findings, figures, sources, readers(statements))
    predictions = predictions_section(rows, sources, names)
    troubled = {row["title"]: row for row in rows.get("source_files", []) if row["status"] != "current"}
    return Content(
        article=article,
        as_of=dt.date.fromisoformat(as_of),
        evidence_to=max((row["evidence_to"] for row in rows["outcomes"] if row["evidence_to"]), default=None),
        headline=headline(section, statements, predictions),
        figures=section,
        statements=statements,
        predictions=predictions,
        previous=next((row["previous"] for row in rows.get("changes", [])), ""),
        changes=_changes(rows, predictions, names),
        hero=beside_sources(section),
        little=how_little(statements),
        charts=declared_pictures(charts.charts if charts else (), figures, section.cards, rows["metrics"]),
        pages=[*appendix(rows, sources, names), tables_page(data)],
        data=data,
        notices=[
            f"{title} is {row['status']}: the snapshot of {format_date(row['fetched_on'])} stays in use."
            for title, row in troubled.items()
        ],
        rows=rows,
    )


def _names(rows: TableRows, figures: Mapping[str, Figure]) -> dict[str, str]:
    """Return in words what texts name by id: figures, measures, sources, claims.

    An id of one word is left out: in a text it may be that word.
    """
    names = {name: figure.name for name, figure in figures.items()}
    names |= {row["metric_id"]: f"“{row['meaning']}”" for row in rows["metrics"]}
    names |= {row["source_id"]: row["original_publisher"] or row["publisher"] for row in rows["sources"]}
    names |= {row["claim_id"]: row["title"] or words.humanize(row["claim_id"]) for row in rows["claims"]}
    return {name: said for name, said in names.items() if not name.isalpha()}


def _changes(
    rows: TableRows, predictions: Sequence[ShownPrediction], names: Mapping[str, str]
) -> dict[str, list[ShownChange]]:
    """Return the rows of the table `changes` in parts."""
    said = {**names, **{row["claim_id"]: row["statement"] for row in rows["claims"]}}
    said |= {each.prediction_id: each.statement for each in predictions}
    meanings = {row["metric_id"]: row["meaning"] for row in rows["metrics"]}
    titles = {"outcome": said, "flip": said, "moved": said, "metric": meanings, **dict.fromkeys(ROWS, names)}
    table = rows.get("changes", [])
    return {
        part: _alike([row for row in table if row["kind"] in kinds], titles, names) for part, kinds in PARTS.items()
    }


def _alike(rows: Iterable[Row], titles: Mapping[str, Mapping[str, str]], names: Mapping[str, str]) -> list[ShownChange]:
    """Return the rows as changes, those that differ in the lens alone as one."""
    same = ("kind", "table", "name", "old", "new", "text")
    alike = grouped(rows, lambda row: (*(row[name] for name in same), tuple(row["causes"])))
    found = []
    for (kind, table, name, old, new, text, causes), mine in alike.items():
        was, now = (STATUSES[CODES[each]].word if kind == "flip" and each in CODES else each for each in (old, new))
        first, *lines = (plain(in_quotes(replace_ids(line, names))) for line in (text, *causes))
        lenses = lens_words(mine, lambda days: joined(list(map(format_date, days))))
        found.append(ShownChange(kind, table, titles[kind].get(name, name), was, now, first, lines, lenses))
    return found
