"""The prediction kind `ratio`: the next value of a series over a threshold, and over the price of a yardstick.

Belongs here: the model of the declaration, how it is decided and forecast, and the yardstick's prices. Does not: the
table of the figures (`hours`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from statistics import median
from typing import Annotated, Literal

from pydantic import Field

from tidebook.pipelines.judge.predictions.base import Forecast, Population, Question, Resolution
from tidebook.pipelines.judge.predictions.cohort import first_events
from tidebook.pipelines.judge.predictions.models import QUANTILES, exponential, predict
from tidebook.pipelines.judge.predictions.rows import Evidence, Observation, count_weak, ids, months_after, series
from tidebook.pipelines.read.declarations import (
    Count,
    Forecasting,
    KindsOfEvents,
    LevelPrior,
    Months,
    Names,
    Positive,
    Predictions,
    Series,
    Slugs,
    Text,
)
from tidebook.pipelines.read.formatting import format_count
from tidebook.pipelines.read.naming import BASIS, COHORT, COMPANY, NameOf, Read

SCORED = False
"""Not scored: the forecast is of the next figure, not of the prediction."""

THRESHOLD, YARDSTICK = "threshold", "yardstick"
LONGEST_QUARTER = 100
"""Maximum days between the ends of two successive quarters: a fiscal one of 14 weeks has 98."""


class Ratio(Forecasting):
    """The next value of a series over `threshold`, and over a yardstick's price at most `yardstick_days` away.

    The first of `bases` that a company has is used, against the yardstick the last. `measure`, `threshold_unit` and
    `yardstick_means` are words for the report. The prediction comes true if the series of a company of the cohort
    `decides` stays below the threshold for `quarters_below` quarters, and an event of the kinds `gone` follows within
    `fails_within_months`.
    """

    kind: Literal["ratio"]
    series: Series
    measure: Text
    companies: Annotated[Slugs, COMPANY] = Field(min_length=1)
    bases: Annotated[Names, BASIS] = Field(min_length=1)
    horizon_months: Months
    threshold: Positive
    threshold_unit: Text
    decides: Annotated[str, NameOf(COHORT)]
    quarters_below: Count
    gone: KindsOfEvents
    fails_within_months: Months
    yardstick: Series
    yardstick_means: Text
    yardstick_days: int = Field(ge=0, le=3650)
    prior: LevelPrior

    def reads(self, cohorts: Mapping[str, Collection[str]]) -> Iterator[Read]:
        """Yield the figures of its companies, and all prices of the yardstick."""
        yield Read(self.series, self.companies, self.bases)
        yield Read(self.yardstick)


MODEL = Ratio


def populations(model: Ratio, declared: Predictions) -> list[Population]:
    """Return each company against threshold and yardstick; only the threshold decides, for the deciding cohort."""
    deciding = declared.cohorts[model.decides]
    found = []
    for company in model.companies:
        found.append(Population(f"{company}/{THRESHOLD}", company in deciding))
        found.append(Population(f"{company}/{YARDSTICK}", False))
    return found


def resolve(question: Question[Ratio], known: Evidence, day: dt.date) -> Resolution:
    """Report the latest ratio; the prediction comes true if a company stays below and then ends."""
    model, rows = question.model, _ratios(question, known)
    company = question.population.partition("/")[0]
    if not rows:
        reason = f"No {model.measure} of {company} that can be compared."
        return Resolution("open", reason, needed=1, unit="ratio")
    last = rows[-1]
    facts = (last.date, last.value, 1.0, "ratio")
    below = _quarters_below(question, rows) if question.decides else []
    if below:
        start, end = below[-1].date, months_after(below[-1].date, model.fails_within_months)
        for row in first_events(known.events, model.gone, (company,)).values():
            if start <= row.date <= end:
                reason = f"Below for {model.quarters_below} quarters up to {start}, ended on {row.date}."
                return Resolution("came true", reason, row.date, *facts, (*ids(below), row.id))
    count = sum(row.value < 1 for row in rows)
    reason = f"{last.value:.2f} times on {last.date}; below in {count} of {format_count(len(rows), 'period')}."
    return Resolution("open", reason, None, *facts, ids([last]))


def _quarters_below(question: Question[Ratio], rows: Sequence[Observation]) -> list[Observation]:
    """Return the first long enough run of quarters below since the clock's start, without weak sources."""
    run: list[Observation] = []
    for row in rows:
        if row.date < question.start or row.tier == "W":
            continue
        successive = not run or (row.date - run[-1].date).days <= LONGEST_QUARTER
        if row.value >= 1:
            run = []
        elif successive:
            run = [*run, row]
        else:
            run = [row]
        if len(run) == question.model.quarters_below:
            return run
    return []


def _ratios(question: Question[Ratio], known: Evidence) -> list[Observation]:
    """Return a company's figures over the threshold, or over the yardstick's price at the time.

    Figures without a price within `yardstick_days` are left out.
    """
    model = question.model
    found = []
    for row in _figures(question, known):
        if _against_threshold(question):
            found.append(row._replace(value=row.value / model.threshold))
            continue
        prices = yardstick_prices(model, known, row)
        if prices:
            found.append(row._replace(value=row.value / median(price.value for price in prices)))
    return found


def _against_threshold(question: Question[Ratio]) -> bool:
    return question.population.endswith(f"/{THRESHOLD}")


def _figures(question: Question[Ratio], known: Evidence) -> list[Observation]:
    """Return a company's figures on one basis: the first of `bases` that it has, against the yardstick the last."""
    model, company = question.model, question.population.partition("/")[0]
    rows = [row for row in series(known, model.series, company) if row.value > 0]
    # The last basis counts what the yardstick is a price of, such as hours of an H100.
    bases = model.bases if _against_threshold(question) else model.bases[::-1]
    for basis in bases:
        found = [row for row in rows if row.basis == basis]
        if found:
            return found
    return []


def yardstick_prices(model: Ratio, known: Evidence, row: Observation) -> list[Observation]:
    """Return the yardstick's prices on the day nearest to that of a figure, before or after.

    All figures of a company are compared with prices of one basis, such as on-demand: that with prices near most of
    their days, first without weak sources, then with them; among equals, the nearest in sum.
    """
    prices = [price for price in known.observations if price.series == model.yardstick and price.unit == row.unit]
    days = {each.date for each in series(known, model.series, row.subject)}

    def nearest(basis: str, day: dt.date, *, weak: bool = True) -> int | None:
        distances = []
        for price in prices:
            distance = abs((price.date - day).days)
            if price.basis == basis and distance <= model.yardstick_days and (weak or price.tier != "W"):
                distances.append(distance)
        return min(distances, default=None)

    def fit(basis: str) -> tuple[int, int, int, str]:
        strong, distances = 0, []
        for day in days:
            distance = nearest(basis, day)
            if distance is not None:
                distances.append(distance)
            strong += nearest(basis, day, weak=False) is not None
        return -strong, -len(distances), sum(distances), basis

    basis = min({price.basis for price in prices}, key=fit, default="")
    distance = nearest(basis, row.date)
    return [price for price in prices if price.basis == basis and abs((price.date - row.date).days) == distance]


def forecast(question: Question[Ratio], known: Evidence, day: dt.date) -> Forecast:
    """Forecast the next ratio: a level on the logarithmic scale with Student's t around it."""
    model, prior, rows = question.model, question.model.prior, _ratios(question, known)
    if not rows:
        return Forecast("None: no figure is known that can be compared.")
    level = predict([0.0] * len(rows), [math.log(row.value) for row in rows], 0.0, prior)
    middle, low, high = (exponential(level.quantile(share)) for share in QUANTILES)
    if _against_threshold(question):
        compared, prices = f"{model.threshold:g} {model.threshold_unit}", []
    else:
        compared = f"{model.yardstick_means} then"
        compared_with: dict[Observation, None] = {}  # in order, each once
        for row in _figures(question, known):
            compared_with.update(dict.fromkeys(yardstick_prices(model, known, row)))
        prices = list(compared_with)
    only_weak = bool(prices) and count_weak(prices) == len(prices)
    return Forecast(
        "Level of the ratio's logarithm with Student's t around it; the probability is that the next figure is at "
        "least 1. It says nothing of whether the business works. Where all prices are of weak sources, none is given.",
        f"logarithm 0 ± {prior.level_sd:g}, one quarter ± {prior.noise:g} (weighing as "
        f"{prior.noise_weight:g} quarters)",
        months_after(day, model.horizon_months),
        math.nan if only_weak else level.above(0.0),
        measure=f"{model.measure} over {compared}",
        value=middle,
        value_low=low,
        value_high=high,
        unit="ratio",
        n=len(rows),
        weak=count_weak(rows) + count_weak(prices),
        evidence=ids([*rows, *prices]),
        prior_only=predict([], [], 0.0, prior).above(0.0),
        last_value=float(rows[-1].value >= 1),
    )
