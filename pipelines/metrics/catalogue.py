"""The catalogue of all metrics: importing it registers every theme module's functions in `METRICS`."""

from pipelines.metrics import economics, funding, models, prices, training
from pipelines.metrics.base import METRICS

__all__ = ["METRICS", "economics", "funding", "models", "prices", "training"]
