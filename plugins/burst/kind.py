"""The prediction kind `burst`: a bubble bursts, but not catastrophically.

There are two triggers, a fall of a basket of shares and a down round. Each is decided and forecast by itself, as is
their union; the prediction itself also needs companies to survive. Belongs here: the model of the declaration, and how
it is decided and forecast. Does not: hazards in general (`judge.predictions.models`).
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
from tidebook.pipelines.read.naming import COHORT, COMPANY, KIND, SUBJECT, NameOf, Read
from tidebook.pipelines.read.rawfile import Fault

SCORED = True
MILD, BURST, BASKET_FALL, DOWN_ROUND = "burst_not_catastrophic", "burst", "basket_fall", "down_round"
ROUND_DAYS = 14
"""Maximum days between the reports of a round's amount and of its valuation."""

NOT_ROUNDS = NameOf("words in a basis of the valuations", of="valuation", within=True)


class Basket(Declaration):
    """The series and subject of a basket's drawdown from its high, in percent; `members` are its companies.

    Falls of `indexes` are shown, but decide nothing.
    """

    series: Series
    subject: Annotated[Slug, SUBJECT]
    members: Annotated[Slugs, COMPANY]
    indexes: Annotated[Slugs, SUBJECT] = Field(default=[])


class Burst(Forecasting):
    """A fall of a basket or a down round, and what must survive it `judged_after_months` later.

    At least `survivors` companies of the cohort `survivors_of` must survive. Kinds of events: a funding `round`, a
    `shutdown`, and those after which a company is `gone`.
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
    survivors_of: Annotated[str, NameOf(COHORT, count="survivors")]
    survivors: Count
    judged_after_months: Months
    horizon_months: Months
    basket_prior: RatePrior
    round_prior: RatePrior

    def faults(self) -> Iterator[Fault]:
        """Yield a floor above the fall, and repeated names in the basket."""
        if self.floor_percent <= self.fall_percent:
            expected = f"a fall above that of fall_percent, which is {self.fall_percent:g}"
            yield ("floor_percent",), expected, f"{self.floor_percent:g}"
        members = self.basket.members
        names = [self.basket.subject, *members, *self.basket.indexes]
        for position in repeated(names):
            # `names` is the subject, then the members, then the indexes.
            member = position - 1
            index = member - len(members)
            key = ("indexes", index) if index >= 0 else ("members", member)
            yield ("basket", *key), "a name of the basket that is not used above", names[position]

    def reads(self, cohorts: Mapping[str, Collection[str]]) -> Iterator[Read]:
        """Yield the drawdowns, the valuations, and the revenue of the companies that must survive."""
        basket = self.basket
        yield Read(basket.series, [basket.subject, *basket.members, *basket.indexes])
        yield Read(self.valuation, self.companies)
        yield Read(self.revenue, cohorts[self.survivors_of])


MODEL = Burst


class _Hazard(NamedTuple):
    """Chance of a trigger within the horizon, its evidence, its chance by the prior alone, and the prior in words."""

    chance: Chance
    rows: list[Observation]
    prior_only: float
    prior: str


def populations(model: Burst, declared: Predictions) -> list[Population]:
    """Return the population that decides the prediction, then its parts."""
    survivors = tuple(declared.cohorts[model.survivors_of])
    parts = [Population(BURST, False), Population(BASKET_FALL, False), Population(DOWN_ROUND, False)]
    return [Population(MILD, True, survivors), *parts]


def resolve(question: Question[Burst], known: Evidence, day: dt.date) -> Resolution:
    """Decide whether a trigger was met and, for the prediction itself, whether the aftermath was mild."""
    triggers = _triggers(question, known)
    trigger = triggers.get(question.population, triggers[BURST])
    if not trigger.resolved_on:
        none = "Neither trigger has" if trigger is triggers[BURST] else "The trigger has not"
        return trigger._replace(reason=f"{trigger.reason} {none} been seen.")
    if question.population == MILD:
        return _aftermath(question, known, day, trigger.resolved_on, trigger.evidence)
    return trigger._replace(reason=f"Met on {trigger.resolved_on}. {trigger.reason}")


def _triggers(question: Question[Burst], known: Evidence) -> dict[str, Resolution]:
    """Return the state of each trigger and of either one, resolved on the first day on which it was met."""
    fall, down = _basket_trigger(question, known), _round_trigger(question, known)
    return {BASKET_FALL: fall, DOWN_ROUND: down, BURST: _first_of(fall, down)}


def _first_of(fall: Resolution, down: Resolution) -> Resolution:
    reason = f"{fall.reason} {down.reason}"
    # Only days that both triggers cover are observed: a burst may have come by the other one.
    observed = min(fall.observed_to, down.observed_to) if fall.observed_to and down.observed_to else None
    met = [(each.resolved_on, each.evidence) for each in (fall, down) if each.resolved_on]
    if met:
        day, evidence = min(met)
        return Resolution("came true", reason, day, observed, evidence=evidence, excluded=down.excluded)
    evidence = (*fall.evidence, *down.evidence)
    return Resolution("open", reason, None, observed, evidence=evidence, excluded=down.excluded)


def _basket_trigger(question: Question[Burst], known: Evidence) -> Resolution:
    model = question.model
    falls = _falls(model.basket, known, [model.basket.subject], question.start)
    members, indexes = _member_falls(question, known), _index_falls(question, known)
    reason = " ".join(_basket_words(falls, members, indexes, len(model.basket.members)))
    observed = falls[-1].date if falls else None
    for row in falls:
        if row.value >= model.fall_percent and row.tier != "W":
            return Resolution("came true", reason, row.date, observed, evidence=(row.id,))
    return Resolution("open", reason, None, observed, evidence=ids([*members, *indexes]))


def _member_falls(question: Question[Burst], known: Evidence) -> list[Observation]:
    """Return the members' falls from their own highs on the last day with one."""
    falls = _falls(question.model.basket, known, question.model.basket.members, question.start)
    # Falls since another day, such as the year's start, cannot be averaged with these.
    from_highs = [row for row in falls if "high" in row.basis]
    return [row for row in from_highs if row.date == from_highs[-1].date]


def _index_falls(question: Question[Burst], known: Evidence) -> Sequence[Observation]:
    """Return the deepest fall of each index."""
    falls = _falls(question.model.basket, known, question.model.basket.indexes, question.start)
    deepest: dict[str, Observation] = {}
    for row in sorted(falls, key=lambda row: (row.value, row.id)):
        deepest[row.subject] = row
    return in_order(deepest.values())


def _basket_words(
    falls: Sequence[Observation], members: Sequence[Observation], indexes: Sequence[Observation], size: int
) -> Iterator[str]:
    """Yield sentences on the falls of the basket, of its members and of indexes; `size` counts all members."""
    if falls:
        deepest = max(falls, key=lambda row: row.value)
        yield f"The deepest fall of the basket seen is {deepest.value:g}% on {deepest.date}."
    else:
        yield "No level of the basket is among the evidence."
    if members and not falls:
        # The mean does not count as a fall of the basket: members peak on different days, so it is larger.
        mean = math.fsum(row.value for row in members) / len(members)
        only_weak = ", by weak sources only" if count_weak(members) == len(members) else ""
        yield (
            f"{len(members)} of its {size} members were {mean:.0f}% below their own highs "
            f"on average on {members[0].date}{only_weak}."
        )
    if indexes:
        fell = "; ".join(f"{row.subject} {row.value:g} % ({row.basis}, {row.date})" for row in indexes)
        yield f"Indexes, which decide nothing, fell: {fell}."


def _falls(basket: Basket, known: Evidence, subjects: Collection[str], start: dt.date) -> list[Observation]:
    """Return published falls from the high since `start`, in percent, by date."""
    falls = []
    for row in known.observations:
        if row.series == basket.series and row.subject in subjects and row.date >= start:
            # Some sources print a fall as -12%, others as 12%.
            falls.append(row._replace(value=abs(row.value)))
    return falls


def _round_trigger(question: Question[Burst], known: Evidence) -> Resolution:
    companies = question.model.companies
    counted: list[Observation] = []
    excluded = []
    for company in companies:
        rounds = _priced_rounds(question.model, known, company)
        stages = _stages(rounds)
        for row in rounds:
            if row.date < question.start:
                continue
            if row in stages:
                excluded.append(f"{row.id}: a stage of the round before, at the same valuation")
            else:
                counted.append(row)
    reason = f"Priced rounds of the {len(companies)} companies since the starting day: {len(counted)}."
    observed = max((row.date for row in counted), default=None)
    for before, row in _down_rounds(question.model, known):
        if row.date >= question.start:
            evidence = ids((before, row))
            return Resolution("came true", reason, row.date, observed, evidence=evidence, excluded=tuple(excluded))
    return Resolution("open", reason, None, observed, evidence=ids(counted), excluded=tuple(excluded))


def _priced_rounds(model: Burst, known: Evidence, company: str) -> list[Observation]:
    """Return a company's valuations at priced rounds, by date."""
    rounds = []
    for row in series(known, model.valuation, company):
        basis = row.basis.lower()
        if not any(word in basis for word in model.not_rounds):
            rounds.append(row)
    return rounds


def _stages(rounds: Sequence[Observation]) -> list[Observation]:
    """Return the rounds at exactly the valuation of the round before: these are further stages of it."""
    return [row for before, row in pairwise(rounds) if row.value == before.value]


def _down_rounds(model: Burst, known: Evidence) -> list[tuple[Observation, Observation]]:
    """Return down rounds by date, each with the round before.

    In a down round the pre-money valuation lies below the post-money valuation of the round before. Stages of a round
    do not count, nor do weak sources.
    """
    pairs = []
    for company in model.companies:
        rounds = [row for row in _priced_rounds(model, known, company) if row.tier != "W"]
        stages = _stages(rounds)
        for before, row in pairwise([row for row in rounds if row not in stages]):
            # If the amount raised is unknown, this is the post-money valuation: it can miss a down round, not make one.
            if row.value - _raised(model, known, row) < before.value:
                pairs.append((before, row))
    return sorted(pairs, key=lambda pair: (pair[1].date, pair[1].id))


def _raised(model: Burst, known: Evidence, valuation: Observation) -> float:
    """Return the amount raised in the round of a valuation, in its unit; 0 if no event gives it."""
    largest = 0.0
    for row in known.events:
        of_company = row.kind == model.round and row.subject == valuation.subject
        near = abs((row.date - valuation.date).days) <= ROUND_DAYS
        if of_company and near and row.status == "completed" and row.tier != "W" and row.value < valuation.value:
            largest = max(largest, row.value)
    return largest


def _aftermath(
    question: Question[Burst], known: Evidence, day: dt.date, burst: dt.date, evidence: tuple[str, ...]
) -> Resolution:
    """Decide whether a burst was mild: enough companies, their revenue and the basket's floor have held."""
    model = question.model
    judged = months_after(burst, model.judged_after_months)
    crash = _crash(question, known, judged)
    if crash:
        reason = f"The basket closed {crash.value:g}% below its high on {crash.date}."
        return Resolution("failed", reason, crash.date, crash.date, evidence=(*evidence, crash.id))
    searched = question.searched_to((model.shutdown, model.revenue, model.basket.series), known, day)
    if searched is None or searched < judged:
        reason = f"Burst on {burst}; judged on {judged}. {searched_words(searched)}"
        return Resolution("open", reason, None, searched, evidence=evidence)
    past = [row for row in known.events if row.date <= judged]
    left = len(question.cohort) - len(first_events(past, (model.shutdown,), question.cohort))
    fell = _revenue_fell(question, known, burst, judged)
    status = "failed" if left < model.survivors or fell else "came true"
    revenue = "fallen" if fell else "not fallen"
    sell = f"{left} of {len(question.cohort)} companies sell"
    reason = f"Burst on {burst}; on {judged} {sell}, their revenue has {revenue}."
    return Resolution(status, reason, judged, searched, left, model.survivors, "company", evidence)


def _crash(question: Question[Burst], known: Evidence, judged: dt.date) -> Observation | None:
    """Return the first fall of the basket through its floor, up to the day of judgement."""
    model = question.model
    for row in _falls(model.basket, known, [model.basket.subject], question.start):
        if row.value >= model.floor_percent and row.tier != "W" and row.date <= judged:
            return row
    return None


def _revenue_fell(question: Question[Burst], known: Evidence, burst: dt.date, judged: dt.date) -> bool:
    """Whether revenue fell between two days, over the companies that report it for both."""
    before, after = _run_rates(question, known, burst), _run_rates(question, known, judged)
    both = [company for company in before if company in after]
    return math.fsum(after[company] for company in both) < math.fsum(before[company] for company in both)


def _run_rates(question: Question[Burst], known: Evidence, at: dt.date) -> dict[str, float]:
    """Return each company's latest annualised revenue reported in the year up to a day, in US dollars a year."""
    start = months_after(at, -12)
    latest = {}
    for company in question.cohort:
        for row in series(known, question.model.revenue, company):  # by date: the last one stays
            if row.tier != "W" and start < row.date <= at:
                latest[row.subject] = row.value
    return latest


def forecast(question: Question[Burst], known: Evidence, day: dt.date) -> Forecast:
    """Forecast a burst within the horizon, with independent hazards of the basket's fall and of a down round."""
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
    model = question.model
    rows = _falls(model.basket, known, [model.basket.subject], question.since)
    # Watched up to its last published level: time without evidence is not evidence of calm.
    fallen = any(row.value >= model.fall_percent and row.tier != "W" for row in rows)
    watched = max(years(question.since, rows[-1].date), 0.0) if rows else 0.0
    rate = rate_of(model.basket_prior)
    chance = by_deadline(rate.after(int(fallen), watched), 1, 1, ahead)
    prior_only = by_deadline(rate, 1, 1, ahead).probability
    return _Hazard(chance, rows, prior_only, rate_words(model.basket_prior, "years"))


def _round_hazard(question: Question[Burst], known: Evidence, day: dt.date, ahead: float) -> _Hazard:
    model = question.model
    searched = question.search_cutoffs.get(model.round)
    rows: list[Observation] = []
    watched = 0.0
    for company in model.companies:
        rounds = _priced_rounds(model, known, company)
        rows += [row for row in rounds if row.date >= question.since]
        if rounds:
            # Watched up to the search cutoff for rounds, but at least to the last round known.
            last = rounds[-1].date
            end = max(last, min(searched or last, day))
            watched += max(years(question.since, end), 0.0)
    down = sum(row.date >= question.since for _, row in _down_rounds(model, known))
    # Acquired companies leave the risk set: they hold no more rounds.
    at_risk = len(model.companies) - len(first_events(known.events, model.gone, model.companies))
    rate = rate_of(model.round_prior)
    chance = by_deadline(rate.after(down, watched), 1, at_risk, ahead)
    prior_only = by_deadline(rate, 1, len(model.companies), ahead).probability
    return _Hazard(chance, rows, prior_only, rate_words(model.round_prior, "company-years"))
