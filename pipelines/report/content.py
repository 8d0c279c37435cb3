"""The whole report before any markup, computed once from the tables: HTML, Markdown and JSON only lay it out.

Belongs here: how tables are read for the report, how its parts are put together, and the changes since the previous
release. Does not: the other parts, which have their own modules; markup; drawing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter, itemgetter
from typing import Any

import pyarrow as pa

from tidebook.pipelines.read.dossier.charts import Charts
from tidebook.pipelines.read.dossier.declared import Article
from tidebook.pipelines.read.formatting import format_count, format_date, joined, month_words
from tidebook.pipelines.read.grouping import Row, TableRows, grouped
from tidebook.pipelines.report import words
from tidebook.pipelines.report.appendix import DataTable, Grid, Page, appendix, tables_page
from tidebook.pipelines.report.claims import Statement, StatementBuilder, readers
from tidebook.pipelines.report.counts import ASSERTION
from tidebook.pipelines.report.figures import Figure, FiguresSection, differing, figures_section, to_figures, to_sources
from tidebook.pipelines.report.headline import Headline, headline
from tidebook.pipelines.report.other_assumptions import other_headlines
from tidebook.pipelines.report.pictures import Picture, beside_sources, declared_pictures, how_little
from tidebook.pipelines.report.predictions import ShownPrediction, predictions_section
from tidebook.pipelines.report.rows import column_by
from tidebook.pipelines.report.text_findings import TextSection, text_section
from tidebook.pipelines.report.words import STATUS_OF_VERDICT, STATUSES, in_quotes, plain, replace_ids, view_words
from tidebook.schemas.base import Tables
from tidebook.schemas.vocabulary import ASSERTION_OUTCOMES, CONSISTENCY_OUTCOMES, MOST_AGAIN

MOST_CHANGES = 40
"""Maximum changes shown for each part; the table `changes` has all."""

ROWS = ("removed", "revised", "added")
PARTS = {"outcomes": ("outcome",), "verdicts": ("verdict",), "moved": ("moved", "metric"), "rows": ROWS}
"""Parts of the changes, each with its kinds of rows: outcomes, verdicts on interpretations, values, rows."""


@dataclass(frozen=True)
class ShownChange:
    """A change since the previous release; `title` is a statement or the meaning of a measure."""

    kind: str
    table: str
    title: str
    old: str
    new: str
    text: str
    causes: list[str]
    evidence_views: str


@dataclass(frozen=True)
class Content:
    """The whole report, before any markup.

    Attributes:
        previous: id of the release that this one is compared with, `""` for the first.
        changes: changes since then, by the names of `PARTS`.
        hero: the chart of figures beside sources.
        little: the chart of the smallest changes that flip a statement.
        charts: the charts that the dossier declares.
        rows: all rows by table.
        gone: the rows of evidence that the previous release had and this one lacks, in words; `""` for none.
    """

    article: Article
    as_of: dt.date
    evidence_to: dt.date | None
    headline: Headline
    figures: FiguresSection
    text: TextSection
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
    gone: str
    rows: Mapping[str, list[Row]]

    @property
    def link(self) -> str:
        """The article's address, if a browser may follow it."""
        return words.web_address(self.article.address)

    @property
    def written(self) -> str:
        """When the article was written, if that is an interval or another month than its publication; else `""`."""
        first, last = self.article.content, self.article.content_to
        if first != last:
            return f"between {format_date(first)} and {format_date(last)}"
        return f"about {month_words(first)}" if self._months_later else ""

    @property
    def dates(self) -> str:
        """When the article was written and published: `written about May 2024, published 2 July 2026: 25 months later`.

        Says when it was published alone, if it was written then.
        """
        published = f"published {format_date(self.article.published)}"
        if not self.written:
            return published
        later = f": {format_count(self._months_later, 'month')} later" if self._months_later > 0 else ""
        return f"written {self.written}, {published}{later}"

    @property
    def _months_later(self) -> int:
        written, published = self.article.content_to, self.article.published
        return 12 * (published.year - written.year) + published.month - written.month

    @property
    def assertions(self) -> list[Statement]:
        """The article's claims that available evidence tests."""
        return [claim for claim in self.claims if claim.is_tested]

    @property
    def untested(self) -> list[Statement]:
        """The article's claims that no available evidence tests."""
        return [claim for claim in self.claims if not claim.is_tested]

    @property
    def claims(self) -> list[Statement]:
        """All claims of the article, in its order."""
        return [each for each in self.statements if each.kind == ASSERTION]

    @property
    def again(self) -> list[Statement]:
        """The claims to look at again first, as the values that they rest on change the soonest."""
        dated = [(each.look_again, each.claim_id, each) for each in self.claims if each.look_again]
        return [each for _, _, each in sorted(dated)[:MOST_AGAIN]]

    @property
    def has_numbers(self) -> bool:
        """Whether a number that a claim prints has a fault beside its test."""
        return any(claim.number for claim in self.claims)

    @property
    def by_outcome(self) -> list[tuple[str, list[Statement]]]:
        """The tested claims by outcome, from wrong to standing."""
        claims = grouped(self.assertions, attrgetter("outcome"))
        return [(outcome, claims[outcome]) for outcome in ASSERTION_OUTCOMES if outcome in claims]

    @property
    def tests(self) -> list[tuple[str, list[Statement]]]:
        """Tests of the article's consistency by outcome, the gravest first."""
        tests = [each for each in self.statements if each.kind != ASSERTION]
        by_outcome = grouped(tests, attrgetter("outcome"))
        return [(outcome, by_outcome[outcome]) for outcome in CONSISTENCY_OUTCOMES if outcome in by_outcome]

    @property
    def newest(self) -> dt.date:
        """The last day of the evidence, or the day of publication if there is none."""
        return max(self.evidence_to or self.article.published, self.article.published)


def build_content(
    tables: Tables, article: Article, charts: Charts | None = None, data: Sequence[DataTable] = ()
) -> Content:
    """Build the content of the report.

    Args:
        tables: the tables that the report shows.
        article: the article's facts.
        charts: the charts that the dossier declares.
        data: all tables of the release, for download.

    Raises:
        LookupError: a table refers to a row that does not exist, or no assumption states the date.
    """
    # Arrow's rows hold None for missing values and lists for arrays, and are faster to make than those of pandas.
    rows = {name: pa.Table.from_pandas(table, preserve_index=False).to_pylist() for name, table in tables.items()}
    sources = to_sources(rows["sources"])
    figures = to_figures(rows["figures"], sources)
    _name_subjects(rows["metrics"], figures)
    all_names = _names(rows, figures)
    names = words.for_texts(all_names)
    statements = StatementBuilder(rows, figures, names, article).build()
    columns = {each.quantity: words.humanize_inside(each.quantity) for each in figures.values() if "_" in each.quantity}
    comparisons = [row | {"detail": replace_ids(row["detail"], names | columns)} for row in rows.get("comparisons", [])]
    references = rows.get("reference_values", [])
    differing_values = differing(figures, rows["figure_outcomes"], references, sources)
    outcomes = [row | {"reason": replace_ids(row["reason"], columns)} for row in rows["figure_outcomes"]]
    section = figures_section(
        outcomes, comparisons, figures, sources, readers(statements), differing_values, references
    )
    text = text_section(rows.get("text_findings", []), rows.get("text_left_out", []))
    predictions = predictions_section(rows, sources, names)
    evidence_days = filter(None, map(itemgetter("evidence_to"), rows["outcomes"]))
    changes = rows.get("changes", [])
    others = other_headlines(section, statements, rows.get("changed_outcomes", []), rows.get("sensitivity", []), names)
    return Content(
        article=article,
        as_of=_as_of(rows["assumptions"]),
        evidence_to=max(evidence_days, default=None),
        headline=headline(section, statements, predictions, text),
        figures=section,
        text=text,
        statements=statements,
        predictions=predictions,
        previous=changes[0]["previous"] if changes else "",
        changes=_changes(rows, predictions, names),
        hero=beside_sources(section),
        little=how_little(statements),
        charts=declared_pictures(charts.charts if charts else (), figures, section.cards, rows["metrics"]),
        pages=[*_with_headlines(appendix(rows, sources, all_names), others), tables_page(data)],
        data=data,
        notices=_notices(rows.get("source_files", [])),
        gone=_removed_words(changes),
        rows=rows,
    )


def _with_headlines(pages: Iterable[Page], others: Grid | None) -> list[Page]:
    """Put the first screen under other assumptions behind the assumptions."""
    found = []
    for page in pages:
        if page.name == "method" and others:
            first, *further = page.grids
            found.append(replace(page, grids=[first, others, *further]))
        else:
            found.append(page)
    return found


def _as_of(assumptions: Iterable[Row]) -> dt.date:
    for row in assumptions:
        if row["name"] == "as_of":
            return dt.date.fromisoformat(row["value"])
    raise LookupError("the assumptions have no row as_of")


def _name_subjects(metrics: Iterable[dict[str, Any]], figures: Mapping[str, Figure]) -> None:
    """Name the subject at the end of a measure's meaning as the article does."""
    labels = {figure.subject: figure.label for figure in figures.values()}
    for row in metrics:
        meaning, colon, subject = row["meaning"].rpartition(": ")
        row["meaning"] = f"{meaning}{colon}{labels.get(subject, subject)}"


EVIDENCE = {"reference_values": "reference", "events": "event", "observations": "observation", "sources": "source"}
"""Noun for a row of each table of evidence."""


def _removed_words(changes: Iterable[Row]) -> str:
    """Count the rows of evidence removed since the previous release: `3 references and 1 event`."""
    removed = Counter(row["table_name"] for row in changes if row["kind"] == "removed")
    return joined([format_count(removed[table], row) for table, row in EVIDENCE.items() if removed[table]])


def _notices(source_files: Iterable[Row]) -> list[str]:
    """List the live sources that are not current, one notice for each source."""
    notices = {}
    for row in source_files:
        if row["status"] != "current":
            day = format_date(row["fetched_on"])
            notices[row["title"]] = f"{row['title']} is {row['status']}: the report still uses the snapshot of {day}."
    return list(notices.values())


def _names(rows: TableRows, figures: Mapping[str, Figure]) -> dict[str, str]:
    """Return words for ids: of figures, measures, sources, claims, populations, and what is observed."""
    names = {row["population"]: words.population_words(row["population"]) for row in rows.get("resolutions", [])}
    for row in rows.get("observations", []):
        names |= {row["series"]: words.series_words(row["series"]), row["subject"]: words.humanize(row["subject"])}
    names |= {name: figure.name for name, figure in figures.items()}
    for row in rows["metrics"]:
        names[row["metric_id"]] = f"“{row['meaning']}”"
    for row in rows["sources"]:
        names[row["source_id"]] = row["original_publisher"] or row["publisher"]
    for row in rows["claims"]:
        names[row["claim_id"]] = words.claim_name(row)
    return names


def _changes(
    rows: TableRows, predictions: Sequence[ShownPrediction], names: Mapping[str, str]
) -> dict[str, list[ShownChange]]:
    """Return the rows of the table `changes` by the names of `PARTS`."""
    statements = {**names, **column_by(rows["claims"], "claim_id", "statement")}
    for prediction in predictions:
        statements[prediction.prediction_id] = prediction.statement
    meanings = column_by(rows["metrics"], "metric_id", "meaning")
    titles: dict[str, Mapping[str, str]] = dict.fromkeys(ROWS, names)
    titles |= {"outcome": statements, "verdict": statements, "moved": statements, "metric": meanings}
    table = rows.get("changes", [])
    changes = {}
    for part, kinds in PARTS.items():
        changes[part] = _merged([row for row in table if row["kind"] in kinds], titles, names)
    return changes


def _merged(
    rows: Iterable[Row], titles: Mapping[str, Mapping[str, str]], names: Mapping[str, str]
) -> list[ShownChange]:
    """Return rows as changes; rows that differ in the evidence view alone become one change."""

    columns = itemgetter("kind", "table_name", "name", "old", "new", "text")

    def but_view(row: Row) -> tuple[Any, ...]:
        return (*columns(row), tuple(row["causes"]))

    changes = []
    for (kind, table, name, old, new, text, causes), alike in grouped(rows, but_view).items():
        changes.append(
            ShownChange(
                kind=kind,
                table=table,
                title=titles[kind].get(name, name),
                old=_state_words(kind, old),
                new=_state_words(kind, new),
                text=_text_words(text, names),
                causes=[_text_words(cause, names) for cause in causes],
                evidence_views=view_words(alike, _dates_words),
            )
        )
    return changes


def _state_words(kind: str, state: str) -> str:
    """Return the words for a verdict on an interpretation; an outcome is a word already."""
    return STATUSES[STATUS_OF_VERDICT[state]].word if kind == "verdict" and state in STATUS_OF_VERDICT else state


def _text_words(text: str, names: Mapping[str, str]) -> str:
    return plain(in_quotes(replace_ids(text, names)))


def _dates_words(days: Iterable[dt.date]) -> str:
    return joined(list(map(format_date, days)))
