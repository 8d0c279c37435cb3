"""The catalogue of all metrics: importing it registers every theme module's functions in `METRICS`.

How one metric is evaluated is in `evaluate`.
"""

import pandas as pd

from pipelines.ingest.declarations import Assumptions
from pipelines.metrics import economics, funding, models, prices, training
from pipelines.metrics.base import METRICS
from pipelines.metrics.evaluate import evaluations_table, metrics_table
from pipelines.storage.keys import digest
from pipelines.storage.parquet import to_parquet
from schemas.figures import Figures

__all__ = ["METRICS", "economics", "funding", "models", "prices", "training"]


KEPT = 4
_known: dict[str, pd.DataFrame] = {}


def evaluate_all(figures: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """Return every metric in every world, as rows of `schemas.analysis.Evaluations`.

    The steps of one run ask for the same worlds: those last evaluated in this process are remembered by content.
    """
    key = digest([digest(to_parquet(Figures, figures)), assumptions.model_dump_json()])
    if key not in _known:
        if len(_known) == KEPT:
            _known.pop(next(iter(_known)))
        _known[key] = evaluations_table(figures, assumptions, METRICS)
    return _known[key]


def summarise(evaluations: pd.DataFrame) -> pd.DataFrame:
    """Return the summary of every metric, as rows of `schemas.analysis.Metrics`."""
    return metrics_table(evaluations, METRICS)
