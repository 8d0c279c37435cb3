"""The registry of every table of the engine, in the order of the data's way: the index to read first.

Each entry is a Pandera model; `schemas.base` turns one into an Arrow schema or a page of the data dictionary.
"""

from tidebook.schemas import (
    accelerators,
    analysis,
    evidence,
    figures,
    forecasts,
    ledger,
    outcomes,
    reference,
    sources,
)
from tidebook.schemas.base import Table, table_name


def _by_name(*models: type[Table]) -> dict[str, type[Table]]:
    return {table_name(model): model for model in models}


ALWAYS = _by_name(
    analysis.Sources, analysis.Assumptions, figures.Figures, reference.References, reference.Reconciliation,
    reference.Findings, outcomes.FigureOutcomes, figures.Worlds, figures.CalibrationCases, figures.Calibration,
    analysis.Claims, analysis.Readings, analysis.Metrics, analysis.Verdicts, analysis.ReadingVerdicts,
    analysis.Flips, analysis.Swaps, analysis.Sensitivity, analysis.Information, analysis.Multiverse,
    analysis.Predictions, evidence.Events, evidence.Observations, forecasts.Resolutions, forecasts.Forecasts,
    forecasts.ForecastHistory, forecasts.Scores, forecasts.Skill, outcomes.Outcomes,
    analysis.Changes,
)  # fmt: skip

PACKED = _by_name(forecasts.Projections, accelerators.GpuHours)
"""Tables that a release holds only where its dossier switches on their pack."""

SOURCED = _by_name(
    sources.SourceFiles, sources.Quarantine, sources.DatabaseModels, sources.ModelPrices,
    sources.SourceObservations, sources.Revisions, sources.Trends,
)  # fmt: skip
"""Tables that a release holds only when there are snapshots of sources."""

ENGINE = ALWAYS | PACKED | SOURCED
"""The tables that the engine makes; to them come those that a dossier prints."""

LEDGER = _by_name(ledger.LedgerRows, ledger.GpuEconomics, ledger.InferenceMix, ledger.LedgerMonths)
"""The rows of the inference ledger, and the tables that `tidebook ledger build` makes of them beside the releases."""

DESCRIBED = ENGINE | LEDGER
"""Every table whose contract is the engine's."""
