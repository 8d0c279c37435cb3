"""Metrics of what had happened by a day: counts of events.

How likely an event is to come is in `pipelines.forecasts`; which events count is in raw/reference/events.csv.
"""

from __future__ import annotations

import pandas as pd

from pipelines.metrics.base import metric
from pipelines.worlds.frame import Worlds


@metric(unit="event", theme="outlook", rowwise=True, method="completed events up to the day of the lens")
def occurrences(worlds: Worlds) -> pd.DataFrame:
    """Number of times that it had happened."""
    return worlds.table("unprinted", "occurrences")
