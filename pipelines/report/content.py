"""From the tables to everything the report shows, computed once: HTML, Markdown and JSON only lay it out.

Belongs here: the report as a whole, and how tables are read for it. Does not: what is said of its parts, which have
modules of their own, markup or charts.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from pipelines.dossier.declared import ARTICLE
from pipelines.formatting import format_share
from pipelines.report import words
from pipelines.report.alternatives import OtherVerdict, alternatives, other_verdicts
from pipelines.report.changes_section import ChangesSection, changes_section
from pipelines.report.claims import (
    Claim,
    ClaimBuilder,
    Metric,
    StatusGroup,
    ThemeSection,
    by_notability,
    count_statuses,
    to_metric,
    to_sections,
)
from pipelines.report.evidence import Figure, Source, to_figure
from pipelines.report.findings import FigureNote, Finding, faults, figure_notes, finding_counts
from pipelines.report.live import Live, live
from pipelines.report.predictions import Forecast, Prediction, forecasts, predictions
from pipelines.report.questions import HISTORY, Board, boards
from pipelines.report.track import Projections, Track, projections, track

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Tables = Mapping[str, pd.DataFrame]

READ = {"forecast_history": HISTORY, "worlds": ("figure_id", "p05", "p95")}
"""Columns of a long table that are read; of others all are."""


@dataclass(frozen=True)
class Assumption:
    """A value that no source states."""

    name: str
    value: str
    meaning: str


@dataclass(frozen=True)
class Content:
    """The whole report, before any markup."""

    lens: str
    as_of: dt.date
    article: Source
    counts: dict[str, int]
    groups: list[StatusGroup]
    fragile: list[Claim]
    sections: list[ThemeSection]
    predictions: list[Prediction]
    metrics: list[Metric]
    assumptions: list[Assumption]
    sources: list[Source]
    figures: list[Figure]
    draws: int
    findings: list[Finding]
    figure_notes: list[FigureNote]
    finding_counts: dict[str, int]
    other_verdicts: list[OtherVerdict]
    known_day: dt.date | None
    live: Live
    forecasts: list[Forecast]
    boards: dict[str, Board]
    track: Track
    projections: Projections
    changes: ChangesSection
    outcomes: list[Row]
    figure_outcomes: list[Row]

    @property
    def claims(self) -> list[Claim]:
        """Return all claims in the order of the report."""
        return [claim for section in self.sections for claim in section.claims]

    @property
    def prediction_ids(self) -> set[str]:
        """Return the ids of the predictions, which a claim may share."""
        return {prediction.prediction_id for prediction in self.predictions}

    @property
    def metrics_by_theme(self) -> list[tuple[str, list[Metric]]]:
        """Return the metrics under the title of their theme."""
        grouped = ((title, [m for m in self.metrics if m.theme == theme]) for theme, title in words.THEMES.items())
        return [(title, metrics) for title, metrics in grouped if metrics]

    def percent(self, name: str, default: float) -> str:
        """Return an assumed share as a percentage, that of `default` when the table does not hold it."""
        return format_share(float(next((row.value for row in self.assumptions if row.name == name), default)))


def build_content(tables: Tables, lens: str = "printed") -> Content:
    """Return what the report shows of the tables under one lens.

    Raises:
        LookupError: a table refers to a row that is not there, or there is no `as_of` among the assumptions.
    """
    rows = _rows(tables)
    sources = {row["source_id"]: Source(**row) for row in rows["sources"]}
    assumptions = [Assumption(**row) for row in rows["assumptions"]]
    as_of = next((row.value for row in assumptions if row.name == "as_of"), None)
    if as_of is None:
        raise LookupError("the assumptions have no row as_of")
    if ARTICLE not in sources:
        raise LookupError(f"no source has the id {ARTICLE}, which is the one judged")
    figures = _figures(rows, sources)
    labels = {row["subject"]: row["label"] for row in reversed(rows["figures"])}
    metrics = {row["metric_id"]: to_metric(row, labels) for row in rows["metrics"]}
    names = {name: figure.name for name, figure in figures.items()}
    names |= {name: f"“{metric.meaning}”" for name, metric in metrics.items()}
    for table in ("verdicts", "reading_verdicts"):
        rows[table] = [row | {"reason": words.replace_ids(row["reason"], names)} for row in rows[table]]
    findings, references = rows.get("findings", []), rows.get("references", [])
    found = faults(findings, figures, sources)
    titles = {name: source.title for name, source in sources.items()}
    builder = ClaimBuilder(
        lens,
        rows,
        figures,
        metrics,
        labels,
        alternatives(rows, {row["figure_id"]: row for row in rows["figures"]}, titles),
        _doubts(found),
    )
    sections = to_sections([builder.build(row) for row in rows["claims"]])
    claims = [claim for section in sections for claim in section.claims]
    return Content(
        lens=lens,
        as_of=dt.date.fromisoformat(as_of),
        article=sources[ARTICLE],
        counts=count_statuses(claims),
        groups=_groups(claims),
        fragile=_fragile(claims),
        sections=sections,
        predictions=predictions(rows["predictions"]),
        metrics=list(metrics.values()),
        assumptions=assumptions,
        sources=list(sources.values()),
        figures=list(figures.values()),
        draws=builder.draws,
        findings=found,
        figure_notes=figure_notes(findings, figures, sources, references, sources[ARTICLE].day),
        finding_counts=finding_counts(findings),
        other_verdicts=other_verdicts(rows["claims"], rows["verdicts"], rows.get("replacements", []), titles),
        known_day=max((row["as_of"] for row in rows["verdicts"] if row["lens"] == "best_known"), default=None),
        live=live(rows),
        forecasts=forecasts(row for row in rows.get("forecasts", []) if row["current"]),
        boards=boards(rows, sources),
        track=track(rows.get("scores", []), rows.get("skill", [])),
        projections=projections(rows.get("projections", []), references),
        changes=changes_section(
            rows.get("changes", []),
            {row["claim_id"]: row["statement"] for row in rows["claims"]},
            {metric_id: metric.meaning for metric_id, metric in metrics.items()},
            names,
        ),
        outcomes=rows.get("outcomes", []),
        figure_outcomes=rows.get("figure_outcomes", []),
    )


def _rows(tables: Tables) -> Rows:
    """Return the rows of each table; of the worlds, those that say how far a figure spreads over the draws."""
    worlds = tables["worlds"]
    drawn = {"worlds": worlds[(worlds["kind"] == "draw") & worlds["p05"].notna()]}
    return {
        name: _records(table[list(READ[name])] if name in READ else table)
        for name, table in {**tables, **drawn}.items()
    }


def _records(table: pd.DataFrame) -> list[Row]:
    """Return rows as dicts in which a missing value is None and a list is a list."""
    return list(pa.Table.from_pandas(table, preserve_index=False).to_pylist())


def _figures(rows: Rows, sources: Mapping[str, Source]) -> dict[str, Figure]:
    spreads = {row["figure_id"]: (row["p05"], row["p95"]) for row in rows["worlds"]}
    return {row["figure_id"]: to_figure(row, sources, spreads) for row in rows["figures"]}


def _doubts(found: Sequence[Finding]) -> dict[str, list[str]]:
    """Return the findings that fault each figure, by its id."""
    doubts: dict[str, list[str]] = defaultdict(list)
    for each in found:
        doubts[each.figure.figure_id].append(each.finding)
    return doubts


def _groups(claims: Sequence[Claim]) -> list[StatusGroup]:
    return [
        StatusGroup(status_words, by_notability(claim for claim in claims if claim.status == status))
        for status, status_words in words.STATUS_WORDS.items()
    ]


def _fragile(claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims that the change of one figure turns, those first that take the least."""
    near = [(claim.nearest.distance, claim) for claim in claims if claim.nearest and claim.status != "untestable"]
    return [claim for _, claim in sorted(near, key=lambda pair: pair[0])]
