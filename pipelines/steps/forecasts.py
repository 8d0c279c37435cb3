"""What became of the predictions, and how likely the rest is.

Belongs here: which functions are steps. Does not: what they make (`pipelines.forecasts`), or from what, which they say.
"""

from __future__ import annotations

from pipelines.forecasts.gpu_hours import gpu_hours_table
from pipelines.forecasts.history import forecast_history_table, forecasts_table, resolutions_table
from pipelines.forecasts.projections import projections_table
from pipelines.forecasts.scores import scores_table, skill_table
from pipelines.steps.step import step_from

STEPS = [
    step_from(function, "forecasts")
    for function in (
        resolutions_table,
        forecasts_table,
        forecast_history_table,
        scores_table,
        skill_table,
        projections_table,
        gpu_hours_table,
    )
]
