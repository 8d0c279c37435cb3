"""The registry of every table of the engine, in the order of computation: the index to read first.

Each entry is a Pandera model; `schemas.base` turns one into an Arrow schema or a page of the data dictionary.
"""

from tidebook.schemas import (
    analysis,
    evidence,
    figures,
    forecasts,
    outcomes,
    reference,
    releases,
    sources,
    text,
)
from tidebook.schemas.base import Table, table_name


def _by_name(*models: type[Table]) -> dict[str, type[Table]]:
    return {table_name(model): model for model in models}


ALWAYS = _by_name(
    analysis.Sources, analysis.Assumptions, figures.Figures, reference.ReferenceValues, analysis.Hazards,
    reference.Reconciliation,
    reference.Comparisons, outcomes.FigureOutcomes, figures.Scenarios, figures.CalibrationCases, figures.Calibration,
    analysis.Claims, analysis.Interpretations, analysis.Metrics, analysis.Verdicts, analysis.InterpretationVerdicts,
    analysis.TippingPoints, analysis.Substitutions, analysis.Sensitivity, analysis.ValueOfInformation,
    analysis.Multiverse,
    analysis.Predictions, evidence.Events, evidence.Observations, forecasts.Resolutions, forecasts.Forecasts,
    forecasts.ForecastHistory, forecasts.Scores, forecasts.Skill, outcomes.ChangedOutcomes, outcomes.Outcomes,
    outcomes.ClaimCards,
    analysis.Changes,
)  # fmt: skip

SOURCED = _by_name(sources.SourceFiles, sources.Quarantine, sources.Revisions)
"""Tables of releases that use snapshots of sources."""

OF_TEXT = _by_name(
    text.TextQuotes, text.TextSentences, text.TextLeftOut, text.TextNumbers, text.TextCells, text.TextFindings
)
"""Tables of releases whose dossier has the article's own text."""

LOOKED_UP = _by_name(evidence.EvidenceRows, evidence.EvidenceReads)
"""Tables of releases whose dossier declares evidence tables."""

ENGINE = ALWAYS | OF_TEXT | SOURCED | LOOKED_UP
"""The tables of the core; a release adds those that its dossier prints, and those of its plugins."""

RECORD = _by_name(releases.Release)
"""The table in which a release says which it is: publishing makes it, no step does."""
