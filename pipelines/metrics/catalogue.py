"""The catalogue of all metrics: importing it registers every theme module's functions in `METRICS`.

How one metric is evaluated is in `evaluate`.
"""

import pandas as pd

from pipelines.ingest.declarations import Assumptions
from pipelines.metrics import economics, funding, models, outlook, prices, training
from pipelines.metrics.base import METRICS
from pipelines.metrics.evaluate import evaluations_table, figures_read, metrics_table
from pipelines.storage.keys import digest
from pipelines.storage.parquet import to_parquet
from schemas.figures import Figures

__all__ = ["METRICS", "economics", "funding", "models", "outlook", "prices", "training"]


KEPT = 8
MANY = 1_000
"""Of more figures, those that no metric reads are set aside first: it takes a pass over the metrics to find them."""

_known: dict[str, pd.DataFrame] = {}


def evaluate_all(figures: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """Return every metric in every world, as rows of `schemas.analysis.Evaluations`."""
    return remembered(figures, assumptions, list(METRICS))


def remembered(figures: pd.DataFrame, assumptions: Assumptions, names: list[str]) -> pd.DataFrame:
    """Return the evaluations of these metrics.

    The steps of one run ask for the same worlds: those last evaluated in this process are remembered by content.
    """
    metrics = {name: METRICS[name] for name in names}
    read = figures_read(figures, metrics) if len(figures) > MANY else figures
    key = digest([digest(to_parquet(Figures, read)), assumptions.model_dump_json(), names])
    if key not in _known:
        if len(_known) == KEPT:
            _known.pop(next(iter(_known)))
        _known[key] = evaluations_table(read, assumptions, metrics)
    return _known[key]


def evaluate_changed(
    base: pd.DataFrame, figures: pd.DataFrame, assumptions: Assumptions, changed: set[str], used: set[str]
) -> pd.DataFrame:
    """Return the evaluations of other figures.

    `base` are the evaluations of figures that differ only in the ids `changed`. Of the metrics `used`, by
    function, those that read such a figure are evaluated anew; the rows of all others are those of `base`.
    """
    function = base["metric_id"].str.partition("/")[0]
    reading = {name for name, reads in zip(function, base["reads"], strict=True) if not changed.isdisjoint(reads)}
    names = reading & used
    fresh = remembered(figures, assumptions, sorted(names))
    kept = base[~function.isin(names)]
    return pd.concat([kept, fresh], ignore_index=True).sort_values("metric_id", ignore_index=True)


def summarise(evaluations: pd.DataFrame) -> pd.DataFrame:
    """Return the summary of every metric, as rows of `schemas.analysis.Metrics`."""
    return metrics_table(evaluations, METRICS)
