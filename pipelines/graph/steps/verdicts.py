"""The metrics in every world and under every lens, and what follows: verdicts, and what became of the predictions.

Belongs here: what each is made from. Does not: formulas (`evaluate`), judgement (`judge`), or how
likely what is open is (`judge.predictions`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from tidebook.pipelines.evaluate.declared import Metrics
from tidebook.pipelines.evaluate.evaluations import Evaluations, metrics_table
from tidebook.pipelines.evaluate.evidence_views import best_known, lenses
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.graph.step import step
from tidebook.pipelines.judge.declared import DeclaredClaim, Reading
from tidebook.pipelines.judge.figure_outcomes import figure_outcomes_table
from tidebook.pipelines.judge.flips import flips_table, swaps_table
from tidebook.pipelines.judge.outcomes import (
    TURNS_WITHIN,
    OutcomeInputs,
    outcomes_table,
    predictions_outcomes,
    status_at,
)
from tidebook.pipelines.judge.predictions.history import forecast_history_table, forecasts_table, resolutions_table
from tidebook.pipelines.judge.predictions.scores import scores_table, skill_table
from tidebook.pipelines.judge.sensitivity import information_table, multiverse_table, sensitivity_table
from tidebook.pipelines.judge.verdicts import (
    Views,
    metric_names,
    moments_of,
    reading_verdicts_table,
    verdicts_table,
    verdicts_under,
)
from tidebook.pipelines.read.declarations import Assumptions, Predictions
from tidebook.pipelines.read.dossier.declared import Article
from tidebook.schemas import analysis
from tidebook.schemas.analysis import Information, Multiverse, ReadingVerdicts, Sensitivity, Swaps
from tidebook.schemas.base import Frame
from tidebook.schemas.evidence import Events, Observations
from tidebook.schemas.figures import Figures
from tidebook.schemas.forecasts import ForecastHistory, Forecasts, Resolutions, Scores, Skill
from tidebook.schemas.outcomes import FigureOutcomes, Outcomes
from tidebook.schemas.reference import References


@step(group="lenses", by_key=True)
def evaluations(figures: Frame[Figures], assumptions: Assumptions, metrics: Metrics, cache: StepCache) -> Evaluations:
    """Evaluate the metrics in every world as printed, each when it is first asked for."""
    return Evaluations(figures, assumptions, metrics, cache)


@step(group="lenses", by_key=True)
def views(
    evaluations: Evaluations,
    figures: Frame[Figures],
    references: Frame[References],
    article: Article,
    assumptions: Assumptions,
) -> Views:
    """Evaluate them under every lens, the printed one first."""
    days = moments_of(article, assumptions)
    return [(lens, evaluations.on_figures(lens.figures)) for lens in lenses(figures, references, days)]


@step(group="verdicts")
def reading_verdicts(
    readings: list[Reading], views: Views, assumptions: Assumptions
) -> Frame[analysis.ReadingVerdicts]:
    """Judge each reading."""
    return reading_verdicts_table(readings, views, assumptions.verdicts)


@step(group="verdicts")
def flips(readings: list[Reading], evaluations: Evaluations, assumptions: Assumptions) -> Frame[analysis.Flips]:
    """Find what turns each claim: the smallest factor on one figure, in both directions."""
    judged = [reading for reading in readings if reading.rank == 0]
    return flips_table(judged, evaluations, assumptions.flips.reach)


@step(group="verdicts")
def swaps(
    references: Frame[References], readings: list[Reading], evaluations: Evaluations, article: Article
) -> Frame[Swaps]:
    """Replace single figures of each claim's first reading by a reference between content and publication."""
    return swaps_table(references, readings, evaluations, article)


@step(group="verdicts")
def verdicts(
    claims: list[DeclaredClaim],
    reading_verdicts: Frame[analysis.ReadingVerdicts],
    flips: Frame[analysis.Flips],
    metrics: Frame[analysis.Metrics],
    views: Views,
) -> Frame[analysis.Verdicts]:
    """Judge each claim."""
    return verdicts_table(claims, reading_verdicts, flips, metrics, [lens for lens, _ in views])


@step(group="verdicts")
def figure_outcomes(
    figures: Frame[Figures],
    references: Frame[References],
    metrics: Frame[analysis.Metrics],
    claims: list[DeclaredClaim],
    readings: list[Reading],
    article: Article,
    assumptions: Assumptions,
) -> Frame[FigureOutcomes]:
    """Say of each printed figure whether it is right, wrong, outdated, premature or unchecked."""
    evidence = dict(zip(metrics["metric_id"], metrics["evidence"], strict=True))
    read = {(name, reading.claim_id) for reading in readings for name in evidence.get(reading.metric_id, [])}
    read |= {(name, claim.id) for claim in claims for name in claim.asserts}
    readers = Counter(name for name, _ in read)
    days = moments_of(article, assumptions)
    return figure_outcomes_table(figures, references, readers, days.written, days.published, assumptions)


@step(group="verdicts")
def outcomes(
    claims: list[DeclaredClaim],
    readings: list[Reading],
    evaluations: Evaluations,
    figures: Frame[Figures],
    references: Frame[References],
    figure_outcomes: Frame[FigureOutcomes],
    metrics: Frame[analysis.Metrics],
    reading_verdicts: Frame[analysis.ReadingVerdicts],
    flips: Frame[analysis.Flips],
    sensitivity: Frame[analysis.Sensitivity],
    article: Article,
    predictions: Predictions,
    resolutions: Frame[Resolutions],
    forecasts: Frame[Forecasts],
    assumptions: Assumptions,
) -> Frame[Outcomes]:
    """Give each statement the one word that a reader remembers."""
    fair = [reading for reading in readings if reading.weight == "fair"]
    turning = flips_table(fair, evaluations, TURNS_WITHIN, refined=False)
    tables = OutcomeInputs(figures, references, figure_outcomes, metrics, reading_verdicts, flips, turning, sensitivity)
    days = moments_of(article, assumptions)

    def status_on(some: Sequence[Reading], day: dt.date) -> str:
        read = {name for reading in some for metric in metric_names(reading) for name in evaluations.reads(metric)}
        mine, theirs = (frame[frame["figure_id"].isin(read)] for frame in (figures, references))
        lens = best_known(mine, theirs, day, days.written)
        known = evaluations.on_figures(lens.figures)
        judged = verdicts_under(lens, some, evaluations, known, assumptions.verdicts)
        return status_at(row["status"] for row in judged)

    decided = outcomes_table(claims, readings, tables, days, assumptions, status_on)
    predicted = predictions_outcomes(predictions.predictions, resolutions, forecasts)
    return pd.concat([decided, predicted], ignore_index=True)


@step(group="metrics")
def metrics(evaluations: Evaluations) -> Frame[analysis.Metrics]:
    """Return the summary of each metric, as rows of `schemas.analysis.Metrics`, sorted by id."""
    return metrics_table(evaluations)


@step(group="verdicts")
def sensitivity(
    readings: list[Reading],
    views: Views,
    references: Frame[References],
    verdicts: Frame[ReadingVerdicts],
    assumed: Assumptions,
) -> Frame[Sensitivity]:
    """Try each change of an assumption on each fair reading that it reaches."""
    return sensitivity_table(readings, views, references, verdicts, assumed)


@step(group="verdicts")
def information(
    readings: list[Reading], views: Views, verdicts: Frame[ReadingVerdicts], assumed: Assumptions
) -> Frame[Information]:
    """Estimate how far knowing one figure would decide each contested fair reading, as rows of `Information`."""
    return information_table(readings, views, verdicts, assumed)


@step(group="verdicts")
def multiverse(
    readings: list[Reading],
    views: Views,
    verdicts: Frame[ReadingVerdicts],
    sensitivity: Frame[Sensitivity],
    information: Frame[Information],
    assumed: Assumptions,
) -> Frame[Multiverse]:
    """Summarise all paths through each claim's choices, as rows of `schemas.analysis.Multiverse`, sorted by claim."""
    return multiverse_table(readings, views, verdicts, sensitivity, information, assumed)


@step(group="forecasts")
def resolutions(
    predictions: Predictions, assumptions: Assumptions, events: Frame[Events], observations: Frame[Observations]
) -> Frame[Resolutions]:
    """Resolve every question of a current version on the as-of date, as rows of `Resolutions`."""
    return resolutions_table(predictions, assumptions, events, observations)


@step(group="forecasts")
def forecasts(
    predictions: Predictions, assumptions: Assumptions, events: Frame[Events], observations: Frame[Observations]
) -> Frame[Forecasts]:
    """Forecast every question on the as-of date, as rows of `Forecasts`."""
    return forecasts_table(predictions, assumptions, events, observations)


@step(group="forecasts")
def forecast_history(
    predictions: Predictions, assumptions: Assumptions, events: Frame[Events], observations: Frame[Observations]
) -> Frame[ForecastHistory]:
    """Forecast every question on every month-end since the clock's start, as rows of `ForecastHistory`."""
    return forecast_history_table(predictions, assumptions, events, observations)


@step(group="forecasts")
def scores(
    predictions: Predictions,
    assumptions: Assumptions,
    forecast_history: Frame[ForecastHistory],
    resolutions: Frame[Resolutions],
) -> Frame[Scores]:
    """Score every series with at least one forecast whose outcome is known, as rows of `Scores`."""
    return scores_table(predictions, assumptions, forecast_history, resolutions)


@step(group="forecasts")
def skill(predictions: Predictions, scores: Frame[Scores]) -> Frame[Skill]:
    """Compare the forecasts with each simple rule over all predictions, as rows of `Skill`; none without scores."""
    return skill_table(predictions, scores)
