"""The next ratio of a series to a fixed threshold, and to the price of a yardstick at the time, company by company.

What it rests on as a table is in `hours`.
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
from tidebook.pipelines.read.naming import BASIS, COMPANY, ROSTER, NameOf, Read

SCORED = False
"""What is forecast is the next figure and not the prediction."""

THRESHOLD, YARDSTICK = "threshold", "yardstick"
LONGEST_QUARTER = 100
"""Days by which the ends of two successive quarters may lie apart."""


class Ratio(Forecasting):
    """The next value of a series against `threshold`, and against a yardstick's price at most `yardstick_days` off.

    The first of `bases` that a company has is taken; against the yardstick they are tried from the last. `measure`,
    `threshold_unit` and `yardstick_means` are words. For companies of the roster `decides` the rule comes true when
    the series stays below the threshold for `quarters_below` quarters and an event of the kinds `gone` follows
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
    decides: Annotated[str, NameOf(ROSTER)]
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
    """Return each company against threshold and yardstick; the threshold decides for those of the deciding roster."""
    deciding = declared.cohorts[model.decides]
    return [
        Population(f"{company}/{against}", against == THRESHOLD and company in deciding)
        for company in model.companies
        for against in (THRESHOLD, YARDSTICK)
    ]


def resolve(question: Question[Ratio], known: Evidence, day: dt.date) -> Resolution:
    """Report the latest ratio; a company that stays below for some quarters and then ends makes the rule true."""
    model, rows = question.model, _ratios(question, known)
    company = question.population.partition("/")[0]
    if not rows:
        reason = f"No {model.measure} of {company} that can be compared."
        return Resolution("open", reason, needed=1, unit="ratio")
    last = rows[-1]
    facts = (last.date, last.value, 1.0, "ratio")
    if question.decides and (below := _quarters_below(question, rows)):
        start, end = below[-1].date, months_after(below[-1].date, model.fails_within_months)
        for row in first_events(known.events, model.gone, (company,)).values():
            if start <= row.date <= end:
                reason = f"Below for {model.quarters_below} quarters up to {start}, ended on {row.date}."
                return Resolution("came true", reason, row.date, *facts, (*ids(below), row.id))
    count = sum(row.value < 1 for row in rows)
    reason = f"{last.value:.2f} times on {last.date}; below in {count} of {format_count(len(rows), 'period')}."
    return Resolution("open", reason, None, *facts, ids([last]))


def _quarters_below(question: Question[Ratio], rows: Sequence[Observation]) -> list[Observation]:
    """Return the first run of enough quarters below since the clock's start, of tiers other than W."""
    run: list[Observation] = []
    for row in rows:
        if row.date < question.start or row.tier == "W":
            continue
        successive = not run or (row.date - run[-1].date).days <= LONGEST_QUARTER
        run = ([*run, row] if successive else [row]) if row.value < 1 else []
        if len(run) == question.model.quarters_below:
            return run
    return []


def _ratios(question: Question[Ratio], known: Evidence) -> list[Observation]:
    """Return the figures of a company over the threshold, or over the yardstick's price of that time.

    Where no price is known within `yardstick_days` of a figure, there is no ratio.
    """
    model = question.model
    found = []
    for row in _figures(question, known):
        if _against_threshold(question):
            found.append(row._replace(value=row.value / model.threshold))
        elif prices := yardstick_prices(model, known, row):
            found.append(row._replace(value=row.value / median(price.value for price in prices)))
    return found


def _against_threshold(question: Question[Ratio]) -> bool:
    return question.population.endswith(f"/{THRESHOLD}")


def _figures(question: Question[Ratio], known: Evidence) -> list[Observation]:
    """Return a company's figures on one basis: the first that it has, the last against the yardstick.

    The last is what the yardstick is a price of, and so the better count beside it.
    """
    model, company = question.model, question.population.partition("/")[0]
    rows = [row for row in series(known, model.series, company) if row.value > 0]
    bases = model.bases if _against_threshold(question) else model.bases[::-1]
    return next((found for basis in bases if (found := [row for row in rows if row.basis == basis])), [])


def yardstick_prices(model: Ratio, known: Evidence, row: Observation) -> list[Observation]:
    """Return the prices of the yardstick that a figure is compared with: those of the nearest day, either way.

    All figures of a company are compared with prices of one basis, such as on-demand: the one that is near enough to
    most of their days with prices of tiers other than W, then with any, among equals the nearer in sum.
    """
    prices = [price for price in known.observations if price.series == model.yardstick and price.unit == row.unit]
    days = {each.date for each in series(known, model.series, row.subject)}

    def nearest(basis: str, day: dt.date, *, weak: bool = True) -> int | None:
        taken = [price for price in prices if price.basis == basis and (weak or price.tier != "W")]
        offs = [abs((price.date - day).days) for price in taken]
        return min((off for off in offs if off <= model.yardstick_days), default=None)

    def fit(basis: str) -> tuple[int, int, int, str]:
        offs = [off for day in days if (off := nearest(basis, day)) is not None]
        cited = [day for day in days if nearest(basis, day, weak=False) is not None]
        return -len(cited), -len(offs), sum(offs), basis

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
        found = [price for row in _figures(question, known) for price in yardstick_prices(model, known, row)]
        prices = list(dict.fromkeys(found))
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
