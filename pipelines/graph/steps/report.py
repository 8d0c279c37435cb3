"""What changed since the previous release, and the report.

Belongs here: which tables each reads. Does not: causes (`judge`), words and pictures (`report`).
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from tidebook.pipelines.compare.previous import PREVIOUS, PreviousRelease
from tidebook.pipelines.evaluate.declared import Metrics
from tidebook.pipelines.graph.step import Files, Step, Stored, ThisCode, Want, step_from
from tidebook.pipelines.read.dossier.charts import Charts
from tidebook.pipelines.read.dossier.checked import all_models
from tidebook.pipelines.read.dossier.declared import Article, Dossier, PrintedTables, Wording
from tidebook.pipelines.read.plugin import plugin_table
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.settings import Publishing
from tidebook.pipelines.read.sources.selection import PUBLISHING
from tidebook.schemas.analysis import Changes
from tidebook.schemas.base import Frame
from tidebook.schemas.registry import ENGINE

REPORT = "verdict_report"
REPORTED = (
    "figures", "metrics", "claims", "readings", "verdicts", "reading_verdicts", "flips", "swaps",
    "predictions", "assumptions", "sources", "findings", "references", "events", "observations", "resolutions",
    "forecasts", "forecast_history", "scores", "skill", "changes", "outcomes", "figure_outcomes",
)  # fmt: skip
OPTIONAL = ("source_files", "revisions", "quarantine", "sensitivity", "multiverse", "calibration")
"""Reported where there are any."""


Previous = Annotated[PreviousRelease, PREVIOUS]

STORED = "stored/"
"""Before the name of a table, in a parameter that says how it is stored."""


def changes(
    previous: Previous, code: ThisCode, known: Metrics, printed: PrintedTables, **tables: Any
) -> Frame[Changes]:
    """Say what changed since the previous release."""
    from tidebook.pipelines.compare.changes_table import changes_table

    hashes = {name: stored.sha256 for name, stored in _taken_out(tables).items()}
    return changes_table(previous, code.version, code.versions, known, printed.tables, tables, hashes)


def verdict_report(
    previous: Previous,
    words: Wording,
    article: Article,
    charts: Charts,
    printed: PrintedTables,
    publishing: RawFile | None = None,
    **tables: Any,
) -> Files:
    """Render the report: of some tables what is in them, of all how large they are."""
    from tidebook.pipelines.report.appendix import data_table
    from tidebook.pipelines.report.render import render

    models = {**printed.models, **ENGINE}
    data = [
        data_table(models.get(name) or plugin_table(name), each.rows, each.bytes)
        for name, each in _taken_out(tables).items()
    ]
    asked = Publishing(**json.loads(publishing.data)) if publishing else None
    return render(tables, words, article, charts, asked, previous.feed, data)


def _taken_out(tables: dict[str, Any]) -> dict[str, Stored]:
    """Return by name how tables are stored, and leave the tables themselves."""
    names = [name for name in tables if name.startswith(STORED)]
    return {name.removeprefix(STORED): tables.pop(name) for name in names}


def report_steps(dossier: Dossier) -> list[Step]:
    """Return the steps that read all or most tables, those of sources and plugins where there are any."""
    stored = {f"{STORED}{name}": Want(name, Stored, optional=True) for name in all_models(dossier)}
    compared = {name: Want(name, optional=True) for name in all_models(dossier)} | stored
    del compared["changes"], compared[f"{STORED}changes"]
    optional = [*OPTIONAL, *dossier.switched_on.parts("appendix")]
    reported = {name: Want(name, optional=name in optional) for name in (*REPORTED, *optional)}
    reported |= {**stored, "publishing": Want(PUBLISHING, optional=True)}
    return [step_from(changes, "report", compared), step_from(verdict_report, "report", reported)]
