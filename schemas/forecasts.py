"""What the predictions come to: forecasts now and over time, resolutions, scores, and projections.

The predictions themselves are in `schemas.analysis`, what they are judged on in `schemas.evidence`.
"""

import pandas as pd
import pandera.pandas as pa

from tidebook.schemas.base import SLUG, Date, Table, column, probability_column

CLOCKS = ("content", "publication")
OUTCOMES = ("open", "came true", "failed", "void")
BASELINES = ("model", "always_half", "prior_only", "last_value")


class Asked(Table):
    """What tells the ways apart in which a prediction is read."""

    prediction_id: str = column("Prediction", key=True, str_matches=SLUG)
    clock: str = column("Which date the prediction counts from", key=True, isin=CLOCKS)
    deadline_interpretation: str = column("How the deadline's words are read", key=True)


class Forecasts(Asked, version="3.0"):
    """The probability of each prediction as of the as-of date: per clock, reading of the deadline and population."""

    population: str = column("What is counted or measured: a roster, a survey, one of either, a trigger", key=True)
    version: int = column("Which version of the model's priors, counted from the first", key=True, ge=1)
    chosen: Date = column("Day on which these priors were chosen; null without any", nullable=True)
    current: bool = column("Whether this is the version in use; earlier ones stand beside it")
    decides: bool = column("Whether this population decides the prediction; the others stand beside it")
    as_of: Date = column("Day as of which it is forecast, from rows that could be known on it")
    target_date: Date = column(
        "Day by which the probability is: the deadline, or the model's horizon after `as_of`", nullable=True
    )
    status: str = column("Where the prediction stands on that day", isin=OUTCOMES)
    resolved_on: Date = column("Day on which it was decided", nullable=True)
    probability: float = probability_column(
        "Probability that it comes true by `by`; 1 or 0 once decided; null when void or not given", nullable=True
    )
    low: float = probability_column(
        "Lower end of the probability over the 90 % credible interval of the rate, or least joint probability",
        nullable=True,
    )
    high: float = probability_column(
        "Upper end of the probability over the 90 % credible interval of the rate, or largest joint probability",
        nullable=True,
    )
    measure: str = column("What the value measures; null when there is none", nullable=True)
    value: float = column("Median forecast of the measure by `by`, or its latest value", nullable=True)
    value_low: float = column("5th percentile of the predictive distribution of the measure", nullable=True)
    value_high: float = column("95th percentile of the predictive distribution of the measure", nullable=True)
    unit: str = column("Unit of value, value_low and value_high; null when there is none", nullable=True)
    method: str = column("How it is computed")
    prior: str = column("What was assumed before any row was seen; null when nothing is forecast", nullable=True)
    prior_low: float = probability_column(
        "Least probability when each number of the prior is halved, and doubled, in turn; null once decided",
        nullable=True,
    )
    prior_high: float = probability_column(
        "Largest probability when each number of the prior is halved, and doubled, in turn; null once decided",
        nullable=True,
    )
    n: int = column("Events or observations that it rests on", ge=0)
    weak: int = column("Of the rows that it rests on, those of tier W", ge=0)
    evidence: object = column("Ids of the events and observations that it rests on", items="string")

    @pa.dataframe_check(description="low <= probability <= high where they are given")
    @classmethod
    def interval_holds_probability(cls, rows: pd.DataFrame) -> pd.Series:
        """The probability lies within its interval."""
        inside = rows["probability"].between(rows["low"], rows["high"])
        return inside | rows["probability"].isna() | rows["low"].isna()


class ForecastHistory(Asked, version="3.0"):
    """The same probability on every month-end since the clock's start, as it would have been known on that day."""

    population: str = column("What is counted or measured", key=True)
    version: int = column("Which version of the model's priors, counted from the first", key=True, ge=1)
    as_of: Date = column("Month-end; only rows that could be known on it are used", key=True)
    target_date: Date = column("Day by which the probability is", nullable=True)
    status: str = column("Where the prediction stood on that day", isin=OUTCOMES)
    probability: float = probability_column(
        "Probability that it comes true by `by`; 1 or 0 once decided", nullable=True
    )
    low: float = probability_column("Lower end of the probability, as in `forecasts`", nullable=True)
    high: float = probability_column("Upper end of the probability, as in `forecasts`", nullable=True)
    value: float = column("Median forecast of the measure by `by`, or its latest value", nullable=True)
    value_low: float = column("5th percentile of the predictive distribution of the measure", nullable=True)
    value_high: float = column("95th percentile of the predictive distribution of the measure", nullable=True)
    prior_only: float = probability_column(
        "Probability from the prior or the plain spread of past values", nullable=True
    )
    last_value: float = probability_column("1 if it holds as things stood on that day, else 0", nullable=True)
    n: int = column("Events or observations that it rests on", ge=0)


class Resolutions(Asked, version="2.0"):
    """How each prediction is decided as of the as-of date, under each clock, reading and population."""

    population: str = column("What is counted or measured", key=True)
    decides: bool = column("Whether this population decides the prediction")
    clock_start: Date = column("Date that the clock starts at; nothing earlier counts")
    deadline: Date = column("Last day on which it can come true; null when the words set none", nullable=True)
    status: str = column("open, came_true, failed or void", isin=OUTCOMES)
    resolved_on: Date = column("Day on which it was decided", nullable=True)
    observed_to: Date = column("Day up to which it is known what happened; null when nothing is", nullable=True)
    counted: float = column("What has been counted or measured so far, in `unit`", nullable=True)
    needed: float = column("What it takes, in `unit`", nullable=True)
    unit: str = column("Unit of counted and needed; null when there is none", nullable=True)
    reason: str = column("Why it stands so, in words")
    evidence: object = column("Ids of the events and observations that decide it or count", items="string")
    excluded: object = column("Ids of the rows near it that do not count, each with why", items="string")


class Scores(Asked, version="3.0"):
    """How well the forecasts of each decided series did, and how simple rules would have done on the same days.

    These are hindcasts: the models were written after the events. The forecasts of one series share one
    outcome, so that n counts days on which it was forecast, not independent trials.
    """

    population: str = column("What is counted or measured", key=True)
    version: int = column("Which version of the model's priors, counted from the first", key=True, ge=1)
    forecaster: str = column("The model, or a simple rule that it is held against", key=True, isin=BASELINES)
    n: int = column("Month-ends scored: the forecast was open then and its outcome is known now", ge=1)
    came_true: int = column("Of these, forecasts of something that came true", ge=0)
    brier: float = column("Mean Brier score, 0 best and 1 worst", unit="index", ge=0, le=1)
    log_score: float = column(
        "Mean logarithmic score, 0 best, with probabilities cut at 0.01 and 0.99", unit="index", ge=0
    )


class Skill(Table, version="2.0"):
    """The forecasts beside simple rules over all predictions with a known outcome, each of which counts once.

    All months, clocks, readings and populations of a prediction share one outcome: their scores are averaged first.
    """

    forecaster: str = column("The model, or a simple rule that it is held against", key=True, isin=BASELINES)
    outcomes: int = column("Predictions with a known outcome, taken as independent", ge=1)
    series: int = column("Series of these that are scored", ge=1)
    months: int = column("Month-ends scored in all of them", ge=1)
    brier: float = column("Mean Brier score, 0 best and 1 worst; null below five outcomes", nullable=True, ge=0, le=1)
    log_score: float = column("Mean logarithmic score, 0 best; null below five outcomes", nullable=True, ge=0)
    skill: float = column("1 less the model's Brier score over this one's; null below five outcomes", nullable=True)
    low: float = column("Lower end of its 90 % interval, by leaving out one outcome at a time", nullable=True)
    high: float = column("Upper end of its 90 % interval", nullable=True)
