"""What changed since the previous release, and the report.

Belongs here: which tables each reads. Does not: causes (`pipelines.claims`), words and pictures (`pipelines.report`).
"""

from __future__ import annotations

from typing import NewType

import pandas as pd

from pipelines.claims.replacements import replacements_table
from pipelines.metrics.declared import Metrics
from pipelines.steps.step import Files, Frame, Step, ThisCode, Want, step
from pipelines.storage.kept import Kept
from pipelines.storage.previous import PREVIOUS, PreviousRelease
from schemas.analysis import Changes, Verdicts
from schemas.figures import Figures
from schemas.reference import References
from schemas.registry import ALWAYS, SOURCED

Replacements = NewType("Replacements", pd.DataFrame)

REPORT = "verdict_report"
REPORTED = (
    "figures", "worlds", "metrics", "claims", "readings", "verdicts", "reading_verdicts", "flips", "swaps",
    "predictions", "assumptions", "sources", "findings", "references", "events", "observations", "resolutions",
    "forecasts", "forecast_history", "scores", "skill", "projections", "gpu_hours",
    "changes",
)  # fmt: skip
OF_SOURCES = ("source_files", "trends", "revisions", "quarantine")
"""Reported where there are snapshots."""


def changes(previous: PreviousRelease, code: ThisCode, known: Metrics, **tables: pd.DataFrame) -> pd.DataFrame:
    """Say what changed since the previous release."""
    from pipelines.claims.changes_table import changes_table

    return changes_table(previous, code.key, code.versions, known, tables)


@step(group="report", by_key=True)
def replacements(figures: Frame[Figures], references: Frame[References], verdicts: Frame[Verdicts]) -> Replacements:
    """Find what stands for printed figures in verdicts as best known; the report shows it beside the print."""
    return Replacements(replacements_table(figures, references, verdicts))


def verdict_report(replacements: Replacements, kept: Kept, **tables: pd.DataFrame) -> Files:
    """Render the report."""
    from pipelines.report.render import render

    return render({**tables, "replacements": replacements}, kept)


def report_steps() -> list[Step]:
    """Return the steps that read all or most tables, those of live sources where there are any."""
    compared = {name: Want(name, optional=name in SOURCED) for name in (*ALWAYS, *SOURCED) if name != "changes"}
    reported = {name: Want(name, optional=name in OF_SOURCES) for name in (*REPORTED, *OF_SOURCES)}
    reported |= {"replacements": Want(kind=Replacements), "kept": Want(kind=Kept)}
    compared |= {"previous": Want(PREVIOUS), "code": Want(kind=ThisCode), "known": Want(kind=Metrics)}
    return [
        Step("changes", "report", changes, compared, Changes),
        Step(REPORT, "report", verdict_report, reported, Files),
    ]
