"""What changed since the previous release, and the report.

Belongs here: which tables each reads. Does not: causes (`pipelines.claims`), words and pictures (`pipelines.report`).
"""

from __future__ import annotations

import pandas as pd

from pipelines.steps.step import Files, Step, ThisCode, Want
from pipelines.storage.previous import PREVIOUS, PreviousRelease
from schemas import ALWAYS, SOURCED
from schemas.analysis import Changes

REPORT = "verdict_report"
REPORTED = (
    "figures", "worlds", "metrics", "claims", "readings", "verdicts", "reading_verdicts", "flips", "swaps",
    "predictions", "assumptions", "sources", "findings", "references", "events", "observations", "resolutions",
    "forecasts", "forecast_history", "scores", "projections", "gpu_hours", "changes",
)  # fmt: skip
OF_SOURCES = ("source_files", "trends", "revisions", "quarantine")
"""Reported where there are snapshots."""


def changes(previous: PreviousRelease, code: ThisCode, **tables: pd.DataFrame) -> pd.DataFrame:
    """Say what changed since the previous release."""
    from pipelines.report.since import changes_table

    return changes_table(previous, code.key, code.versions, tables)


def verdict_report(**tables: pd.DataFrame) -> Files:
    """Render the report."""
    from pipelines.report.render import render

    return render(tables)


def report_steps() -> list[Step]:
    """Return the steps that read all or most tables, those of live sources where there are any."""
    compared = {name: Want(name, optional=name in SOURCED) for name in (*ALWAYS, *SOURCED) if name != "changes"}
    reported = {name: Want(name, optional=name in OF_SOURCES) for name in (*REPORTED, *OF_SOURCES)}
    return [
        Step(
            "changes", "report", changes, {"previous": Want(PREVIOUS), "code": Want(kind=ThisCode), **compared}, Changes
        ),
        Step(REPORT, "report", verdict_report, reported, Files),
    ]
