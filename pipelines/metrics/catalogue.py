"""The catalogue of all metrics: importing it registers every theme module's functions in `METRICS`.

How one metric is evaluated is in `evaluate`.
"""

import pandas as pd

from pipelines.ingest.declarations import Assumptions
from pipelines.metrics import economics, funding, models, prices, training
from pipelines.metrics.base import METRICS
from pipelines.metrics.evaluate import evaluations_table, metrics_table

__all__ = ["METRICS", "economics", "funding", "models", "prices", "training"]


def evaluate_all(figures: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """Return every metric in every world, as rows of `schemas.analysis.Evaluations`."""
    return evaluations_table(figures, assumptions, METRICS)


def summarise(evaluations: pd.DataFrame) -> pd.DataFrame:
    """Return the summary of every metric, as rows of `schemas.analysis.Metrics`."""
    return metrics_table(evaluations, METRICS)
