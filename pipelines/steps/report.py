"""What changed since the previous release, and the report.

Belongs here: which tables each reads. Does not: causes (`pipelines.claims`), words and pictures (`pipelines.report`).
"""

from __future__ import annotations

from typing import NewType

import pandas as pd

from pipelines.claims.replacements import replacements_table
from pipelines.dossier.checked import all_models
from pipelines.dossier.declared import Dossier, Tables, Wording
from pipelines.metrics.declared import Metrics
from pipelines.steps.step import Files, Frame, Step, ThisCode, Want, step
from pipelines.storage.kept import Kept
from pipelines.storage.previous import PREVIOUS, PreviousRelease
from schemas.analysis import Changes, Verdicts
from schemas.figures import Figures
from schemas.reference import References

Replacements = NewType("Replacements", pd.DataFrame)

REPORT = "verdict_report"
REPORTED = (
    "figures", "worlds", "metrics", "claims", "readings", "verdicts", "reading_verdicts", "flips", "swaps",
    "predictions", "assumptions", "sources", "findings", "references", "events", "observations", "resolutions",
    "forecasts", "forecast_history", "scores", "changes", "outcomes", "figure_outcomes",
)  # fmt: skip
OF_PACKS = ("projections", "gpu_hours", "source_files", "trends", "revisions", "quarantine")
"""Reported where a pack of the engine makes them."""


def changes(
    previous: PreviousRelease, code: ThisCode, known: Metrics, printed: Tables, **tables: pd.DataFrame
) -> pd.DataFrame:
    """Say what changed since the previous release."""
    from pipelines.claims.changes_table import changes_table

    return changes_table(previous, code.key, code.versions, known, printed.models, tables)


@step(group="report", by_key=True)
def replacements(figures: Frame[Figures], references: Frame[References], verdicts: Frame[Verdicts]) -> Replacements:
    """Find what stands for printed figures in verdicts as best known; the report shows it beside the print."""
    return Replacements(replacements_table(figures, references, verdicts))


def verdict_report(replacements: Replacements, words: Wording, kept: Kept, **tables: pd.DataFrame) -> Files:
    """Render the report."""
    from pipelines.report.render import render

    return render({**tables, "replacements": replacements}, words, kept)


def report_steps(dossier: Dossier) -> list[Step]:
    """Return the steps that read all or most tables, those of live sources where there are any."""
    compared = {name: Want(name, optional=True) for name in all_models(dossier) if name != "changes"}
    reported = {name: Want(name, optional=name in OF_PACKS) for name in (*REPORTED, *OF_PACKS)}
    values = {"replacements": Replacements, "words": Wording, "kept": Kept}
    reported |= {name: Want(kind=kind) for name, kind in values.items()}
    compared |= {"previous": Want(PREVIOUS), "code": Want(kind=ThisCode)}
    compared |= {"known": Want(kind=Metrics), "printed": Want(kind=Tables)}
    return [
        Step("changes", "report", changes, compared, Changes),
        Step(REPORT, "report", verdict_report, reported, Files),
    ]
