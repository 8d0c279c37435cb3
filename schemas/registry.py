"""The registry of every table, in the order of the data's way: the index to read first.

Each entry is a Pandera model; `schemas.base` turns one into an Arrow schema or a page of the data dictionary.
"""

from schemas import analysis, evidence, figures, forecasts, ledger, reference, sources
from schemas.base import Table, table_name
from schemas.printed import PRINTED

ALWAYS: dict[str, type[Table]] = PRINTED | {
    table_name(model): model
    for model in (
        analysis.Sources,
        analysis.Assumptions,
        figures.Figures,
        reference.References,
        reference.Reconciliation,
        reference.Findings,
        figures.Worlds,
        analysis.Claims,
        analysis.Readings,
        analysis.Metrics,
        analysis.Verdicts,
        analysis.ReadingVerdicts,
        analysis.Flips,
        analysis.Swaps,
        analysis.Predictions,
        evidence.Events,
        evidence.Observations,
        forecasts.Resolutions,
        forecasts.Forecasts,
        forecasts.ForecastHistory,
        forecasts.Scores,
        forecasts.Skill,
        forecasts.Projections,
        forecasts.GpuHours,
        analysis.Changes,
    )
}

SOURCED: dict[str, type[Table]] = {
    table_name(model): model
    for model in (
        sources.SourceFiles,
        sources.Quarantine,
        sources.DatabaseModels,
        sources.ModelPrices,
        sources.SourceObservations,
        sources.Revisions,
        sources.Trends,
    )
}
"""Tables that a release holds only when there are snapshots of sources."""

TABLES = ALWAYS | SOURCED

LEDGER: dict[str, type[Table]] = {
    table_name(model): model
    for model in (ledger.LedgerRows, ledger.GpuEconomics, ledger.InferenceMix, ledger.LedgerMonths)
}
"""The rows of the inference ledger, and the tables that `tidebook ledger build` makes of them beside the releases."""

DESCRIBED = TABLES | LEDGER
"""Every table that has a contract."""
