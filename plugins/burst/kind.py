"""A bubble bursts, but not catastrophically: a fall of a basket or a down round, and what must survive it.

Two triggers, each judged and forecast by itself; their union; and the union with the conditions judged later.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from tidebook.pipelines.judge.predictions.base import Forecast, Population, Question, Resolution
from tidebook.pipelines.judge.predictions.cohort import first_events, searched_words
from tidebook.pipelines.judge.predictions.models import Chance, by_deadline, either, rate_of, rate_words
from tidebook.pipelines.judge.predictions.rows import (
    Evidence,
    Observation,
    count_weak,
    ids,
    in_order,
    months_after,
    series,
    years,
)
from tidebook.pipelines.read.declarations import (
    Count,
    Declaration,
    Forecasting,
    KindsOfEvents,
    Months,
    Names,
    Percent,
    Predictions,
    RatePrior,
    Series,
    Slug,
    Slugs,
    repeated,
)
from tidebook.pipelines.read.naming import COMPANY, KIND, ROSTER, SUBJECT, NameOf, Read
from tidebook.pipelines.read.rawfile import Fault

SCORED = True
MILD, BURST, BASKET_FALL, DOWN_ROUND = "burst_not_catastrophic", "burst", "basket_fall", "down_round"
ROUND_DAYS = 14
"""Days by which the report of a round's amount and that of its valuation may differ."""

NOT_ROUNDS = NameOf("words in a basis of the valuations", of="valuation", within=True)


class Basket(Declaration):
    """The series and subject of a basket's drawdown from its high, in percent; `members` are its companies.

    Falls of `indexes` are shown beside it and decide nothing.
    """

    series: Series
    subject: Annotated[Slug, SUBJECT]
    members: Annotated[Slugs, COMPANY]
    indexes: Annotated[Slugs, SUBJECT] = Field(default=[])


class Burst(Forecasting):
    """A fall of a basket or a down round, and what must survive it `judged_after_months` later.

    Of the companies of the roster `survivors_of`, that many must survive. Kinds of events: a `round` of money, a
    `shutdown`, and those by which a company is `gone`.
    """

    kind: Literal["burst"]
    basket: Basket
    fall_percent: Percent
    floor_percent: Percent
    companies: Annotated[Slugs, COMPANY] = Field(min_length=1)
    round: Annotated[Slug, KIND]
    shutdown: Annotated[Slug, KIND]
    gone: KindsOfEvents
    valuation: Series
    not_rounds: Annotated[Names, NOT_ROUNDS]
    revenue: Series
    survivors_of: Annotated[str, NameOf(ROSTER, count="survivors")]
    survivors: Count
    judged_after_months: Months
    horizon_months: Months
    basket_prior: RatePrior
    round_prior: RatePrior

    def faults(self) -> Iterator[Fault]:
        """Yield what is wrong with the falls, and names of the basket that stand twice."""
        if self.floor_percent <= self.fall_percent:
            expected = f"a fall above that of fall_percent, which is {self.fall_percent:g}"
            yield ("floor_percent",), expected, f"{self.floor_percent:g}"
        members = self.basket.members
        names = [self.basket.subject, *members, *self.basket.indexes]
        for place in repeated(names):
            at = place - 1 - len(members)
            where = ("indexes", at) if at >= 0 else ("members", place - 1)
            yield ("basket", *where), "a name of the basket that does not stand before", names[place]

    def reads(self, cohorts: Mapping[str, Collection[str]]) -> Iterator[Read]:
        """Yield the falls, the valuations, and the revenue of those that must survive."""
        basket = self.basket
        yield Read(basket.series, [basket.subject, *basket.members, *basket.indexes])
        yield Read(self.valuation, self.companies)
        yield Read(self.revenue, cohorts[self.survivors_of])


MODEL = Burst


class _Hazard(NamedTuple):
    """The chance of a trigger within the horizon, the rows that it rests on, the prior's chance, the prior in words."""

    chance: Chance
    rows: list[Observation]
    prior_only: float
    prior: str


def populations(model: Burst, declared: Predictions) -> list[Population]:
    """Return the prediction, which decides, then what it is made of."""
    survivors = tuple(declared.cohorts[model.survivors_of])
    return [Population(MILD, True, survivors), *(Population(name, False) for name in (BURST, BASKET_FALL, DOWN_ROUND))]


def resolve(question: Question[Burst], known: Evidence, day: dt.date) -> Resolution:
    """Decide whether a trigger was met, and some time later whether what had to survive did."""
    triggers = _triggers(question, known)
    trigger = triggers.get(question.population, triggers[BURST])
    if not trigger.resolved_on:
        none = "Neither trigger has" if trigger is triggers[BURST] else "The trigger has not"
        return trigger._replace(reason=f"{trigger.reason} {none} been seen.")
    if question.population == MILD:
        return _aftermath(question, known, day, trigger.resolved_on, trigger.evidence)
    return trigger._replace(reason=f"Met on {trigger.resolved_on}. {trigger.reason}")


def _triggers(question: Question[Burst], known: Evidence) -> dict[str, Resolution]:
    """Return how each trigger stands: resolved on the first day since the clock's start on which it was met."""
    fall, down = _basket_trigger(question, known), _round_trigger(question, known)
    seen = [each.observed_to for each in (fall, down) if each.observed_to]
    met = min(((each.resolved_on, each.evidence) for each in (fall, down) if each.resolved_on), default=None)
    either_one = Resolution(
        "came true" if met else "open",
        f"{fall.reason} {down.reason}",
        met[0] if met else None,
        min(seen) if len(seen) == 2 else None,
        evidence=met[1] if met else (*fall.evidence, *down.evidence),
        excluded=down.excluded,
    )
    return {BASKET_FALL: fall, DOWN_ROUND: down, BURST: either_one}


def _basket_trigger(question: Question[Burst], known: Evidence) -> Resolution:
    model = question.model
    basket, start = model.basket, question.start
    falls = _falls(basket, known, [basket.subject], start)
    # The members' mean is no fall of the basket, whose members do not peak on one day; it can only be larger.
    from_highs = [row for row in _falls(basket, known, basket.members, start) if "high" in row.basis]
    members = [row for row in from_highs if row.date == from_highs[-1].date]
    by_depth = sorted(_falls(basket, known, basket.indexes, start), key=lambda row: (row.value, row.id))
    indexes = in_order({row.subject: row for row in by_depth}.values())
    if falls:
        deepest = max(falls, key=lambda row: row.value)
        words = f"The deepest fall of the basket seen is {deepest.value:g} % on {deepest.date}."
    else:
        words = "No level of the basket is among the evidence."
        if members:
            mean = math.fsum(row.value for row in members) / len(members)
            only_weak = ", by weak sources only" if count_weak(members) == len(members) else ""
            words += (
                f" {len(members)} of its {len(basket.members)} members were {mean:.0f} % below their own highs "
                f"on average on {members[0].date}{only_weak}."
            )
    if indexes:
        fell = "; ".join(f"{row.subject} {row.value:g} % ({row.basis}, {row.date})" for row in indexes)
        words += f" Indexes, which decide nothing, fell: {fell}."
    met = next((row for row in falls if row.value >= model.fall_percent and row.tier != "W"), None)
    observed = falls[-1].date if falls else None
    if met:
        return Resolution("came true", words, met.date, observed, evidence=(met.id,))
    return Resolution("open", words, None, observed, evidence=ids([*members, *indexes]))


def _falls(basket: Basket, known: Evidence, subjects: Collection[str], start: dt.date) -> list[Observation]:
    """Return published falls from the high since `start`, in percent, by date; sources give them with any sign."""
    rows = (row for row in known.observations if row.series == basket.series and row.subject in subjects)
    return [row._replace(value=abs(row.value)) for row in rows if row.date >= start]


def _round_trigger(question: Question[Burst], known: Evidence) -> Resolution:
    companies = question.model.companies
    by_company = [_priced_rounds(question.model, known, company) for company in companies]
    staged = [row for rounds in by_company for row in _stages(rounds)]
    rounds = [row for rounds in by_company for row in rounds if row.date >= question.start]
    counted = [row for row in rounds if row not in staged]
    aside = [f"{row.id}: a stage of the round before, at the same valuation" for row in staged if row in rounds]
    downs = [pair for pair in _down_rounds(question.model, known) if pair[1].date >= question.start]
    return Resolution(
        "came true" if downs else "open",
        f"Priced rounds of the {len(companies)} companies since the starting day: {len(counted)}.",
        downs[0][1].date if downs else None,
        max((row.date for row in counted), default=None),
        evidence=ids(downs[0] if downs else counted),
        excluded=tuple(aside),
    )


def _priced_rounds(model: Burst, known: Evidence, company: str) -> list[Observation]:
    """Return a company's valuations at priced rounds, by date: those whose basis names no other occasion."""
    rows = series(known, model.valuation, company)
    return [row for row in rows if not any(word in row.basis.lower() for word in model.not_rounds)]


def _stages(rounds: Sequence[Observation]) -> list[Observation]:
    """Return the rounds that are stages of the round before: at the very same valuation."""
    return [row for before, row in pairwise(rounds) if row.value == before.value]


def _down_rounds(model: Burst, known: Evidence) -> list[tuple[Observation, Observation]]:
    """Return the pairs of rounds in which the value before the new money lies below that after the previous round.

    A valuation equal to the one before is a stage of the same round. Where the amount of the round is not
    known, its value after the new money is taken: that can only miss a down round, not make one.
    """
    found = []
    for company in model.companies:
        rounds = [row for row in _priced_rounds(model, known, company) if row.tier != "W"]
        staged = _stages(rounds)
        for before, row in pairwise([row for row in rounds if row not in staged]):
            if row.value - _raised(model, known, row) < before.value:
                found.append((before, row))
    return sorted(found, key=lambda pair: (pair[1].date, pair[1].id))


def _raised(model: Burst, known: Evidence, valuation: Observation) -> float:
    """Return the money of the round that a valuation belongs to, in its unit; 0 when no event gives it."""
    amounts = [
        row.value
        for row in known.events
        if row.kind == model.round
        and row.status == "completed"
        and row.tier != "W"
        and row.subject == valuation.subject
        and abs((row.date - valuation.date).days) <= ROUND_DAYS
        and row.value < valuation.value
    ]
    return max(amounts, default=0.0)


def _aftermath(
    question: Question[Burst], known: Evidence, day: dt.date, burst: dt.date, evidence: tuple[str, ...]
) -> Resolution:
    """Decide whether a burst was not catastrophic: companies, their revenue and the basket's floor have held."""
    model = question.model
    judged = months_after(burst, model.judged_after_months)
    for row in _falls(model.basket, known, [model.basket.subject], question.start):
        if row.value >= model.floor_percent and row.tier != "W" and row.date <= judged:
            reason = f"The basket closed {row.value:g} % below its high on {row.date}."
            return Resolution("failed", reason, row.date, row.date, evidence=(*evidence, row.id))
    searched = question.searched_to((model.shutdown, model.revenue, model.basket.series), known, day)
    if searched is None or searched < judged:
        reason = f"Burst on {burst}; judged on {judged}. {searched_words(searched)}"
        return Resolution("open", reason, None, searched, evidence=evidence)
    shut = first_events([row for row in known.events if row.date <= judged], (model.shutdown,), question.cohort)
    left = len(question.cohort) - len(shut)
    before, after = (_run_rates(question, known, at) for at in (burst, judged))
    both = [company for company in before if company in after]
    fell = math.fsum(after[company] for company in both) < math.fsum(before[company] for company in both)
    status = "failed" if left < model.survivors or fell else "came true"
    revenue = "fallen" if fell else "not fallen"
    sell = f"{left} of {len(question.cohort)} companies sell"
    reason = f"Burst on {burst}; on {judged} {sell}, their revenue has {revenue}."
    return Resolution(status, reason, judged, searched, left, model.survivors, "company", evidence)


def _run_rates(question: Question[Burst], known: Evidence, at: dt.date) -> dict[str, float]:
    """Return each company's latest annualised revenue reported in the year up to a day, in US dollars a year."""
    start = months_after(at, -12)
    rows = (row for company in question.cohort for row in series(known, question.model.revenue, company))
    return {row.subject: row.value for row in rows if row.tier != "W" and start < row.date <= at}


def forecast(question: Question[Burst], known: Evidence, day: dt.date) -> Forecast:
    """Forecast a burst within the horizon: hazards of the basket's fall and of a down round, taken as independent."""
    months = question.model.horizon_months
    by = months_after(day, months)
    hazards = _hazards(question, known, day, years(day, by))
    hazard = hazards.get(question.population, hazards[BURST])
    n, weak, evidence = len(hazard.rows), count_weak(hazard.rows), ids(hazard.rows)
    if question.population == MILD:
        return Forecast(
            "No probability: the words set no deadline, and there is no record of what follows a burst. `high` is the "
            f"probability of a burst within {months} months, which it cannot exceed.",
            hazard.prior, by, low=0.0, high=hazard.chance.probability, n=n, weak=weak, evidence=evidence,
        )  # fmt: skip
    method = (
        f"Hazard within {months} months of the day, learnt from the prior and from the time that the evidence covers "
        "since the content date"
    )
    return Forecast(
        f"{method}, of either trigger, taken as independent." if question.population == BURST else f"{method}.",
        hazard.prior, by, *hazard.chance, n=n, weak=weak, evidence=evidence, prior_only=hazard.prior_only,
        last_value=0.0,
    )  # fmt: skip


def _hazards(question: Question[Burst], known: Evidence, day: dt.date, ahead: float) -> dict[str, _Hazard]:
    fall, down = _basket_hazard(question, known, ahead), _round_hazard(question, known, day, ahead)
    either_one = _Hazard(
        either(fall.chance, down.chance),
        [*fall.rows, *down.rows],
        1 - (1 - fall.prior_only) * (1 - down.prior_only),
        f"fall of the basket: {fall.prior}; down round: {down.prior}",
    )
    return {BASKET_FALL: fall, DOWN_ROUND: down, BURST: either_one}


def _basket_hazard(question: Question[Burst], known: Evidence, ahead: float) -> _Hazard:
    """The basket is watched up to its last published level: time without evidence is no evidence of calm."""
    model = question.model
    rows = _falls(model.basket, known, [model.basket.subject], question.since)
    fallen = any(row.value >= model.fall_percent and row.tier != "W" for row in rows)
    watched = max(years(question.since, rows[-1].date), 0.0) if rows else 0.0
    rate = rate_of(model.basket_prior)
    chance = by_deadline(rate.after(int(fallen), watched), 1, 1, ahead)
    prior_only = by_deadline(rate, 1, 1, ahead).probability
    return _Hazard(chance, rows, prior_only, rate_words(model.basket_prior, "years"))


def _round_hazard(question: Question[Burst], known: Evidence, day: dt.date, ahead: float) -> _Hazard:
    """A company is watched up to the sweep for rounds, else its last one; taken over, it holds no more of its own."""
    model = question.model
    rounds = [_priced_rounds(model, known, company) for company in model.companies]
    rows = [row for company in rounds for row in company if row.date >= question.since]
    searched = question.search_cutoffs.get(model.round)
    watched = sum(
        max(years(question.since, max(company[-1].date, min(searched or company[-1].date, day))), 0.0)
        for company in rounds
        if company
    )
    down = sum(row.date >= question.since for _, row in _down_rounds(model, known))
    at_risk = len(model.companies) - len(first_events(known.events, model.gone, model.companies))
    rate = rate_of(model.round_prior)
    chance = by_deadline(rate.after(down, watched), 1, at_risk, ahead)
    prior_only = by_deadline(rate, 1, len(model.companies), ahead).probability
    return _Hazard(chance, rows, prior_only, rate_words(model.round_prior, "company-years"))
