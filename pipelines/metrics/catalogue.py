"""The catalogue of all metrics: importing it registers every theme module's functions in `METRICS`.

How one metric is evaluated is in `evaluate`, which of them a build has to evaluate in `evaluations`.
"""

from pipelines.metrics import economics, funding, models, outlook, prices, training
from pipelines.metrics.base import METRICS

__all__ = ["METRICS", "economics", "funding", "models", "outlook", "prices", "training"]
