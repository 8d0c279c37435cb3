"""How likely a question is on a day, from the rows known on it: which rows each model takes, and what it says.

The formulas are in `models`, the rules for what counts in `resolve`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import NamedTuple

from pipelines.forecasts.models import (
    Chance,
    Predictive,
    Prior,
    Rate,
    by_deadline,
    count_quantile,
    counts,
    either,
    exponential,
    logit,
    percent,
    predict,
)
from pipelines.forecasts.questions import BASKET_FALL, BOTH, BURST, DOWN_ROUND, THRESHOLD, Question
from pipelines.forecasts.resolve import (
    OWNERSHIP,
    Ruling,
    down_rounds,
    drawdowns,
    earnings,
    first_events,
    ids,
    indicated,
    priced_rounds,
    ratios,
    resolve,
    shares,
    yardstick,
)
from pipelines.forecasts.rows import Event, Evidence, Observation, known_on, months_after, years
from pipelines.ingest.declarations import (
    Burst,
    EventsByDeadline,
    FirstEvent,
    Indicators,
    LevelPrior,
    RatePrior,
    Ratio,
    ShareByDeadline,
)

QUANTILES = (0.5, 0.05, 0.95)


class Outlook(NamedTuple):
    """What a model says: columns of `schemas.forecasts.Forecasts`, and the baselines of the same day."""

    method: str
    prior: str = ""
    by: dt.date | None = None
    probability: float = math.nan
    low: float = math.nan
    high: float = math.nan
    measure: str = ""
    value: float = math.nan
    value_low: float = math.nan
    value_high: float = math.nan
    unit: str = ""
    n: int = 0
    weak: int = 0
    evidence: tuple[str, ...] = ()
    climatology: float = math.nan
    last_value: float = math.nan


def outlook(question: Question, rows: Evidence, day: dt.date) -> tuple[Ruling, Outlook]:
    """Return how a question stands on a day and how likely it is then, from the rows dated on or before it.

    Once it is decided the probability is 1 or 0; of a void question there is none.
    """
    known = known_on(rows, day)
    ruling = resolve(question, known, day)
    said = model_says(question, known, day, ruling)
    if ruling.status in ("came_true", "failed"):
        sure = float(ruling.status == "came_true")
        said = said._replace(probability=sure, low=sure, high=sure, by=question.deadline)
    elif ruling.status == "void":
        said = said._replace(probability=math.nan, low=math.nan, high=math.nan, by=question.deadline)
    return ruling, said


def model_says(question: Question, known: Evidence, day: dt.date, ruling: Ruling) -> Outlook:
    """Return what the question's model says, whether or not it is decided."""
    match question.model:
        case EventsByDeadline():
            return events_outlook(question, question.model, known, day, ruling)
        case FirstEvent():
            return first_outlook(question, question.model, known, day)
        case ShareByDeadline() if question.population == BOTH:
            return both_outlook(question, question.model, known)
        case ShareByDeadline():
            return share_outlook(question, question.model, known)
        case Burst():
            return burst_outlook(question, question.model, known, day)
        case Ratio():
            return ratio_outlook(question, question.model, known, day)
        case Indicators():
            return indicator_outlook(question, question.model, known)


def rate_words(prior: RatePrior, of: str) -> str:
    """Return a rate's prior in words."""
    return f"{prior.events:g} event in {prior.years:g} {of}: a gamma distribution of that shape and exposure"


def exposed(question: Question, gone: dict[str, Event], day: dt.date) -> float:
    """Return the company-years of the roster since the content date, each up to its event or to `day`."""
    ends = [min(gone[company].date, day) if company in gone else day for company in question.roster]
    return sum(max(years(question.since, end), 0.0) for end in ends)


def events_outlook(
    question: Question, model: EventsByDeadline, known: Evidence, day: dt.date, ruling: Ruling
) -> Outlook:
    """Forecast a number of events by the deadline: gamma and Poisson over the roster."""
    gone = first_events(known.events, model.events, question.roster)
    seen = [row for row in gone.values() if row.date >= question.since]
    prior = Rate(model.prior.events, model.prior.years)
    rate = prior.after(len(seen), exposed(question, gone, day))
    at_risk = len(question.roster) - len(gone)
    left = max(years(day, question.deadline), 0.0) if question.deadline else 0.0
    counted = 0 if math.isnan(ruling.counted) else int(ruling.counted)
    chance = by_deadline(rate, model.needed - counted, at_risk, left)
    expected = counts(rate, at_risk, left)
    middle, low, high = (counted + count_quantile(expected, share) for share in QUANTILES)
    return Outlook(
        "Gamma and Poisson: every company of the roster still independent is taken over at one unknown rate, learnt "
        "from the prior and from the roster's own completed deals per company-year since the content date.",
        rate_words(model.prior, "company-years"),
        question.deadline,
        *chance,
        "companies taken over or merged by then",
        middle,
        low,
        high,
        "company",
        len(seen),
        0,
        ids(seen),
        by_deadline(prior, model.needed, len(question.roster), left).probability,
        float(counted >= model.needed),
    )


def first_outlook(question: Question, model: FirstEvent, known: Evidence, day: dt.date) -> Outlook:
    """Forecast a first event: a constant hazard per company, learnt from prior and record."""
    listed = first_events(known.events, model.events, question.roster)
    bought = first_events(known.events, OWNERSHIP, question.roster)
    gone = {**bought, **listed}
    by = question.deadline or months_after(day, model.horizon_months)
    seen = [row for row in listed.values() if row.date >= question.since]
    prior = Rate(model.prior.events, model.prior.years)
    rate = prior.after(len(seen), exposed(question, gone, day))
    at_risk = len(question.roster) - len(gone)
    horizon = "by the deadline" if question.deadline else f"within {model.horizon_months} months of the day"
    return Outlook(
        f"Hazard of a first event {horizon}: every company neither listed nor taken over is listed at one unknown "
        "rate, learnt from the prior and from the roster's own listings per company-year since the content date.",
        rate_words(model.prior, "company-years"),
        by,
        *by_deadline(rate, 1, at_risk, years(day, by)),
        "companies listed so far",
        float(len(seen)),
        unit="company",
        n=len(seen),
        evidence=ids(seen),
        climatology=by_deadline(prior, 1, len(question.roster), years(day, by)).probability,
        last_value=float(bool(seen)),
    )


def level_prior(prior: LevelPrior, slope: float = 0.0) -> Prior:
    """Return a prior as the models take it."""
    return Prior(prior.level_sd, slope, prior.noise, prior.noise_weight)


def share_outlook(question: Question, model: ShareByDeadline, known: Evidence) -> Outlook:
    """Forecast a share at the deadline: a line on the logit scale with Student's t around it."""
    rows = shares(model, known, question.population)
    times = [years(question.since, row.date) for row in rows]
    values = [logit(row.value) for row in rows]
    at = years(question.since, question.deadline) if question.deadline else 0.0
    prior = model.prior
    trend = predict(times, values, at, level_prior(prior, prior.slope_sd))
    flat = predict(times, values, at, level_prior(prior))
    middle, low, high = (percent(trend.quantile(share)) for share in QUANTILES)
    return Outlook(
        "Trend of the share's logit in time, fitted to this population alone, with Student's t around it; the "
        "probability is its part at or above the threshold at the deadline.",
        f"logit at the content date 0 ± {prior.level_sd:g}, slope 0 ± {prior.slope_sd:g} a year, one measurement "
        f"± {prior.noise:g} (weighing as {prior.noise_weight:g} measurements)",
        question.deadline,
        trend.above(logit(model.threshold_percent)),
        measure="share of open-weight models at the deadline",
        value=middle,
        value_low=low,
        value_high=high,
        unit="percent",
        n=len(rows),
        weak=weak(rows),
        evidence=ids(rows),
        climatology=flat.above(logit(model.threshold_percent)),
        last_value=float(bool(rows) and rows[-1].value >= model.threshold_percent),
    )


def both_outlook(question: Question, model: ShareByDeadline, known: Evidence) -> Outlook:
    """Bound the probability that every population reaches the threshold; they are never pooled."""
    parts = [share_outlook(question._replace(population=name), model, known) for name in model.populations]
    chances = [part.probability for part in parts]
    latest = [shares(model, known, name)[-1:] for name in model.populations]
    ends = [rows[0].value for rows in latest if rows]
    apart = max(ends) - min(ends) if len(ends) == len(latest) else math.nan
    return Outlook(
        "No probability: how the populations depend on one another is not known. `low` and `high` are the least and "
        "the largest probability that all reach the threshold, whatever the dependence (Fréchet's bounds).",
        parts[0].prior,
        question.deadline,
        low=max(sum(chances) - len(chances) + 1, 0.0),
        high=min(chances),
        measure="latest shares of the populations, largest less smallest",
        value=apart,
        unit="percent",
        n=sum(part.n for part in parts),
        weak=sum(part.weak for part in parts),
        evidence=tuple(name for part in parts for name in part.evidence),
    )


def burst_outlook(question: Question, model: Burst, known: Evidence, day: dt.date) -> Outlook:
    """Forecast a burst within the horizon: hazards of the basket's fall and of a down round."""
    by = months_after(day, model.horizon_months)
    ahead = years(day, by)
    falls, rounds = basket_chance(question, model, known, ahead), round_chance(question, model, known, ahead)
    together = either(falls[0], rounds[0])
    method = (
        f"Hazard within {model.horizon_months} months of the day, learnt from the prior and from the time that the "
        "evidence covers since the content date"
    )
    basket_prior = rate_words(model.basket_prior, "years")
    round_prior = rate_words(model.round_prior, "company-years")
    priors = f"fall of the basket: {basket_prior}; down round: {round_prior}"
    n, rows = len(falls[1]) + len(rounds[1]), [*falls[1], *rounds[1]]
    match question.population:
        case name if name == BASKET_FALL:
            return Outlook(f"{method}.", basket_prior, by, *falls[0], n=len(falls[1]), weak=weak(falls[1]),
                           evidence=ids(falls[1]), climatology=falls[2], last_value=0.0)  # fmt: skip
        case name if name == DOWN_ROUND:
            return Outlook(f"{method}.", round_prior, by, *rounds[0], n=len(rounds[1]), weak=weak(rounds[1]),
                           evidence=ids(rounds[1]), climatology=rounds[2], last_value=0.0)  # fmt: skip
        case name if name == BURST:
            base = 1 - (1 - falls[2]) * (1 - rounds[2])
            return Outlook(f"{method}, of either trigger, taken as independent.", priors, by, *together, n=n,
                           weak=weak(rows), evidence=ids(rows), climatology=base, last_value=0.0)  # fmt: skip
    return Outlook(
        "No probability: the words set no deadline, and there is no record of what follows a burst. `high` is the "
        f"probability of a burst within {model.horizon_months} months, which it cannot exceed.",
        priors, by, low=0.0, high=together.probability, n=n, weak=weak(rows), evidence=ids(rows),
    )  # fmt: skip


def basket_chance(
    question: Question, model: Burst, known: Evidence, ahead: float
) -> tuple[Chance, list[Observation], float]:
    """Return the chance of the basket's fall, the rows that it rests on, and the prior's chance."""
    rows = drawdowns(model, known, question.since)
    fallen = any(row.value >= model.fall_percent and row.tier != "W" for row in rows)
    watched = max(years(question.since, rows[-1].date), 0.0) if rows else 0.0
    prior = Rate(model.basket_prior.events, model.basket_prior.years)
    rate = prior.after(int(fallen), watched)
    return by_deadline(rate, 1, 1, ahead), rows, by_deadline(prior, 1, 1, ahead).probability


def round_chance(
    question: Question, model: Burst, known: Evidence, ahead: float
) -> tuple[Chance, list[Observation], float]:
    """Return the chance of a down round, the rows that it rests on, and the prior's chance.

    A company is watched up to its last priced round; one that was taken over holds no more of its own.
    """
    rounds = {company: priced_rounds(model, known, company) for company in model.companies}
    rows = [row for company in rounds.values() for row in company if row.date >= question.since]
    watched = sum(max(years(question.since, company[-1].date), 0.0) for company in rounds.values() if company)
    down = sum(row.date >= question.since for _, row in down_rounds(model, known))
    prior = Rate(model.round_prior.events, model.round_prior.years)
    at_risk = len(model.companies) - len(first_events(known.events, OWNERSHIP, model.companies))
    chance = by_deadline(prior.after(down, watched), 1, at_risk, ahead)
    return chance, rows, by_deadline(prior, 1, len(model.companies), ahead).probability


def ratio_outlook(question: Question, model: Ratio, known: Evidence, day: dt.date) -> Outlook:
    """Forecast the next ratio: a level on the logarithmic scale with Student's t around it."""
    rows = ratios(model, known, question.population)
    if not rows:
        return Outlook("None: no figure is known that can be compared.")
    company, _, against = question.population.partition("/")
    next_one: Predictive = predict(
        [0.0] * len(rows), [math.log(row.value) for row in rows], 0.0, level_prior(model.prior)
    )
    middle, low, high = (exponential(next_one.quantile(share)) for share in QUANTILES)
    base = predict([], [], 0.0, level_prior(model.prior))
    prices: list[Observation] = []
    held = f"{model.threshold:g} US dollar"
    if against != THRESHOLD:
        held = "the rental price of an H100 then"
        found = [price for row in earnings(model, known, company, against) for price in yardstick(model, known, row)]
        prices = list(dict.fromkeys(found))
    only_weak = bool(prices) and weak(prices) == len(prices)
    return Outlook(
        "Level of the ratio's logarithm with Student's t around it; the probability is that the next figure is at "
        "least 1. It says nothing of whether the business works. Where all prices are of weak sources, none is given.",
        f"logarithm 0 ± {model.prior.level_sd:g}, one quarter ± {model.prior.noise:g} (weighing as "
        f"{model.prior.noise_weight:g} quarters)",
        months_after(day, model.horizon_months),
        math.nan if only_weak else next_one.above(0.0),
        measure=f"revenue per GPU-hour over {held}",
        value=middle,
        value_low=low,
        value_high=high,
        unit="ratio",
        n=len(rows),
        weak=weak(rows) + weak(prices),
        evidence=(*ids(rows), *ids(prices)),
        climatology=base.above(0.0),
        last_value=float(rows[-1].value >= 1),
    )


def indicator_outlook(question: Question, model: Indicators, known: Evidence) -> Outlook:
    """Show the latest value of an indicator: the leader's, with every company's as evidence."""
    rows = indicated(question.population, model, known)
    method = "None: not falsifiable, indicators only. The value is that of the subject that leads."
    if not rows:
        return Outlook(method)
    top = rows[-1]
    measure = f"{question.population.replace('_', ' ')}, {top.subject}, on {top.date}"
    return Outlook(
        method, measure=measure, value=top.value, unit=top.unit, n=len(rows), weak=weak(rows), evidence=ids(rows)
    )


def weak(rows: Sequence[Observation]) -> int:
    """Return the number of rows of tier W."""
    return sum(row.tier == "W" for row in rows)
