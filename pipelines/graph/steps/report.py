"""What changed since the previous release, and the report.

Belongs here: which tables each reads. Does not: causes (`judge`), words and pictures (`report`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, NamedTuple

from tidebook.pipelines.compare.previous import PREVIOUS, PreviousRelease
from tidebook.pipelines.evaluate.declared import Metrics
from tidebook.pipelines.graph.step import Each, Files, Known, Stored, ThisCode, Want, step
from tidebook.pipelines.read.dossier.charts import Charts
from tidebook.pipelines.read.dossier.checked import all_models
from tidebook.pipelines.read.dossier.declared import Article, Labels, PrintedTables
from tidebook.pipelines.read.plugin import SwitchedOn
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.settings import Publishing
from tidebook.pipelines.read.sources.selection import PUBLISHING
from tidebook.schemas.analysis import Changes
from tidebook.schemas.base import Frame
from tidebook.schemas.registry import ENGINE

REPORT, CHANGES = "verdict_report", "changes"
REPORTED = (
    "figures", "metrics", "claims", "interpretations", "verdicts", "interpretation_verdicts", "tipping_points",
    "substitutions",
    "predictions", "assumptions", "sources", "comparisons", "reference_values", "events", "observations", "resolutions",
    "forecasts", "forecast_history", "scores", "skill", "changes", "outcomes", "figure_outcomes",
)  # fmt: skip
OPTIONAL = ("source_files", "revisions", "quarantine", "sensitivity", "multiverse", "calibration", "evidence_reads")
"""Reported where there are any."""


Previous = Annotated[PreviousRelease, PREVIOUS]


class Released(NamedTuple):
    """The tables of a release by name, but for the changes since the release before."""

    tables: Mapping[str, Stored]


def _compared(known: Known) -> dict[str, Want]:
    names = [name for name in all_models(known.dossier) if name != CHANGES]
    return {name: Want(name, Stored, optional=True) for name in names}


@step(group="report", name="release/tables", by_key=True)
def released(**tables: Annotated[Stored, Each(_compared)]) -> Released:
    """Take together what a release is compared and told by."""
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
    return render(tables, words, article, charts, asked, previous.feed, data)
