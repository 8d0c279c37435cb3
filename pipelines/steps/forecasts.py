"""What became of the predictions, and how likely the rest is.

Belongs here: what each table is made from. Does not: the models (`pipelines.forecasts`).
"""

from __future__ import annotations

from pipelines.dossier.declared import ProjectionsPack
from pipelines.forecasts.gpu_hours import AskedPrediction, gpu_hours_table
from pipelines.forecasts.history import forecast_history_table, forecasts_table, resolutions_table
from pipelines.forecasts.projections import projections_table
from pipelines.forecasts.scores import scores_table, skill_table
from pipelines.ingest.declarations import Assumptions, Predictions
from pipelines.steps.step import Frame, step
from schemas.accelerators import GpuHours
from schemas.evidence import Events, Observations
from schemas.figures import Figures
from schemas.forecasts import ForecastHistory, Forecasts, Projections, Resolutions, Scores, Skill


@step(group="forecasts")
def resolutions(
    predictions: Predictions, assumptions: Assumptions, events: Frame[Events], observations: Frame[Observations]
) -> Frame[Resolutions]:
    """Decide how every question stands."""
    return resolutions_table(predictions, assumptions, events, observations)


@step(group="forecasts")
def forecasts(
    predictions: Predictions, assumptions: Assumptions, events: Frame[Events], observations: Frame[Observations]
) -> Frame[Forecasts]:
    """Forecast every question as of the as-of date."""
    return forecasts_table(predictions, assumptions, events, observations)


@step(group="forecasts")
def forecast_history(
    predictions: Predictions, assumptions: Assumptions, events: Frame[Events], observations: Frame[Observations]
) -> Frame[ForecastHistory]:
    """Forecast every question on each month-end, from what was known then."""
    return forecast_history_table(predictions, assumptions, events, observations)


@step(group="forecasts")
def scores(
    predictions: Predictions,
    assumptions: Assumptions,
    forecast_history: Frame[ForecastHistory],
    resolutions: Frame[Resolutions],
) -> Frame[Scores]:
    """Score the forecasts whose outcome is known."""
    return scores_table(predictions, assumptions, forecast_history, resolutions)


@step(group="forecasts")
def skill(predictions: Predictions, scores: Frame[Scores]) -> Frame[Skill]:
    """Compare the forecasts with simple rules over independent outcomes."""
    return skill_table(predictions, scores)


@step(group="forecasts")
def projections(
    pack: ProjectionsPack,
    predictions: Predictions,
    assumptions: Assumptions,
    figures: Frame[Figures],
    observations: Frame[Observations],
) -> Frame[Projections]:
    """Project the declared quantities, and test such projections."""
    return projections_table(pack, predictions, assumptions, figures, observations)


@step(group="forecasts")
def gpu_hours(
    asked: AskedPrediction, assumptions: Assumptions, events: Frame[Events], observations: Frame[Observations]
) -> Frame[GpuHours]:
    """Set what an accelerator's hour earned beside what it costs to rent."""
    return gpu_hours_table(asked, assumptions, events, observations)
