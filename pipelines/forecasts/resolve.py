"""How questions are decided: what counts as a merger, a listing, a down round, and when it is too late.

Rows of tier W never decide. The criteria in words are in raw/predictions.toml; probabilities are in `outlook`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import pandas as pd

from pipelines.forecasts.questions import (
    BASKET_FALL,
    BOTH,
    BURST,
    DOWN_ROUND,
    THRESHOLD,
    Question,
    questions,
)
from pipelines.forecasts.rows import Event, Evidence, Observation, evidence_of, known_on, months_after, series
from pipelines.ingest.declarations import (
    Assumptions,
    Burst,
    EventsByDeadline,
    FirstEvent,
    Indicators,
    Predictions,
    Ratio,
    ShareByDeadline,
)
from schemas.base import column_types
from schemas.forecasts import Resolutions

OWNERSHIP = ("merger", "acquisition")
"""Events that end a company's independence when completed."""

CLOSE_TO_OWNERSHIP = ("licence_and_hire", "minority_stake")
CLOSE_TO_LISTING = ("filing",)
ROUND_DAYS = 14
"""Days by which the report of a round's amount and that of its valuation may differ."""

QUARTERS_BELOW = 4
LONGEST_QUARTER = 100
FAILS_WITHIN = 24


class Ruling(NamedTuple):
    """How a question stands on a day: columns of `schemas.forecasts.Resolutions`."""

    status: str
    reason: str
    resolved_on: dt.date | None = None
    observed_to: dt.date | None = None
    counted: float = math.nan
    needed: float = math.nan
    unit: str = ""
    evidence: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()


def resolutions_table(
    predictions: Predictions, assumptions: Assumptions, events: pd.DataFrame, observations: pd.DataFrame
) -> pd.DataFrame:
    """Return how every question stands on the as-of date, as rows of `Resolutions`."""
    as_of = assumptions.as_of
    known = known_on(evidence_of(events, observations), as_of)
    rows = [
        {
            **question.key(),
            "decides": question.decides,
            "clock_start": question.start,
            "deadline": question.deadline,
            **resolve(question, known, as_of)._asdict(),
        }
        for question in questions(predictions)
    ]
    frame = pd.DataFrame(rows)
    for name in ("evidence", "set_aside"):
        frame[name] = frame[name].map(list)
    return column_types(Resolutions, frame)


def resolve(question: Question, known: Evidence, day: dt.date) -> Ruling:
    """Return how a question stands on a day, from the rows known on it."""
    if question.void:
        return Ruling("void", f"The deadline {question.deadline} lies before the clock starts on {question.start}.")
    match question.model:
        case EventsByDeadline():
            return resolve_events(question, question.model, known, day)
        case FirstEvent():
            return resolve_first(question, question.model, known, day)
        case ShareByDeadline():
            return resolve_share(question, question.model, known, day)
        case Burst():
            return resolve_burst(question, question.model, known, day)
        case Ratio():
            return resolve_ratio(question, question.model, known)
        case Indicators():
            found = indicated(question.population, question.model, known)
            reason = (
                "Not falsifiable: the words name no measure, no level and no day. Indicators are shown; none decides."
            )
            return Ruling("void", reason, observed_to=found[-1].date if found else None, evidence=ids(found))


def first_events(rows: Iterable[Event], kinds: Sequence[str], roster: Sequence[str]) -> dict[str, Event]:
    """Return each roster company's first completed event of these kinds that is not of tier W, by date."""
    found: dict[str, Event] = {}
    for row in rows:
        if row.kind in kinds and row.status == "completed" and row.tier != "W" and row.subject in roster:
            found.setdefault(row.subject, row)
    return found


def set_aside(
    question: Question, rows: Iterable[Event], kinds: Sequence[str], also: Sequence[str], counted: Sequence[Event]
) -> tuple[str, ...]:
    """Return the rows of these kinds that do not count, as `id: why`; of strangers, those since the clock's start."""
    found = []
    for row in rows:
        if row in counted or row.kind not in (*kinds, *also):
            continue
        if row.subject in question.roster:
            found.append(f"{row.id}: {why_not(question, row, kinds)}")
        elif row.kind in OWNERSHIP and row.counterparty in question.roster:
            found.append(f"{row.id}: {row.counterparty} is the buyer")
        elif row.date >= question.start:
            found.append(f"{row.id}: {row.subject} is not on the roster")
    return tuple(found)


def why_not(question: Question, row: Event, kinds: Sequence[str]) -> str:
    """Return why an event of a roster company does not count."""
    if row.kind not in kinds:
        return f"{row.kind.replace('_', ' ')} does not count"
    if row.status != "completed":
        return f"{row.status}, not completed"
    if row.tier == "W":
        return "only a weak source"
    if row.date < question.start:
        return f"before the clock starts on {question.start}"
    if question.deadline and row.date > question.deadline:
        return f"after the deadline {question.deadline}"
    return "not the first"


def resolve_events(question: Question, model: EventsByDeadline, known: Evidence, day: dt.date) -> Ruling:
    """Decide whether enough companies of the roster have seen a counting event by the deadline."""
    deadline = question.deadline or day
    firsts = first_events(known.events, model.events, question.roster)
    counted = [row for row in firsts.values() if question.start <= row.date <= deadline]
    last = counted[model.needed - 1].date if len(counted) >= model.needed else None
    failed = last is None and question.deadline is not None and day > question.deadline
    status = "came_true" if last else "failed" if failed else "open"
    return Ruling(
        status,
        f"{len(counted)} of the {len(question.roster)} companies count from {question.start} to {min(day, deadline)}; "
        f"it takes {model.needed}.",
        last or (question.deadline if failed else None),
        day,
        len(counted),
        model.needed,
        "company",
        ids(counted),
        set_aside(question, known.events, model.events, CLOSE_TO_OWNERSHIP, counted),
    )


def resolve_first(question: Question, model: FirstEvent, known: Evidence, day: dt.date) -> Ruling:
    """Decide whether the first event of the roster has come; void when it came before the clock started."""
    firsts = list(first_events(known.events, model.events, question.roster).values())
    aside = set_aside(question, known.events, model.events, CLOSE_TO_LISTING, firsts[:1])
    facts = (day, float(bool(firsts)), 1.0, "company", ids(firsts[:1]), aside)
    if not firsts:
        return Ruling("open", f"None of the {len(question.roster)} companies has been listed.", None, *facts)
    row = firsts[0]
    if row.date < question.start:
        reason = f"The first listing, {row.subject} on {row.date}, came before the clock started on {question.start}."
        return Ruling("void", reason, None, *facts)
    return Ruling("came_true", f"{row.subject} was listed on {row.date}.", row.date, *facts)


def resolve_share(question: Question, model: ShareByDeadline, known: Evidence, day: dt.date) -> Ruling:
    """Decide whether the latest share within the months before the deadline reaches the threshold."""
    if question.population == BOTH:
        return resolve_both(question, model, known, day)
    rows = shares(model, known, question.population)
    others = [row for row in series(known, model.series, question.population) if row not in rows]
    aside = tuple(f"{row.id}: on another basis, {row.basis}" for row in others)
    latest = rows[-1] if rows else None
    facts = (latest.value if latest else math.nan, model.threshold_percent, "percent")
    observed = latest.date if latest else None
    if question.deadline is None or day <= question.deadline:
        reason = f"The latest share is {latest.value:g} % on {latest.date}." if latest else "No share is known."
        return Ruling("open", reason, None, observed, *facts, ids(rows[-1:]), aside)
    window = months_after(question.deadline, -model.within_months)
    in_time = [row for row in rows if window < row.date <= question.deadline and row.tier != "W"]
    if not in_time:
        reason = f"No share for a period that ended within {model.within_months} months before the deadline."
        return Ruling("void", reason, None, observed, *facts, (), aside)
    last = in_time[-1]
    status = "came_true" if last.value >= model.threshold_percent else "failed"
    return Ruling(
        status,
        f"{last.value:g} % on {last.date}, against {model.threshold_percent:g} %.",
        question.deadline,
        observed,
        last.value,
        *facts[1:],
        ids([last]),
        aside,
    )


def shares(model: ShareByDeadline, known: Evidence, population: str) -> list[Observation]:
    """Return the shares of one population on a basis that counts, by date."""
    return [row for row in series(known, model.series, population) if row.basis in model.bases]


def resolve_both(question: Question, model: ShareByDeadline, known: Evidence, day: dt.date) -> Ruling:
    """Decide by all populations together: void when they disagree or one has no figure."""
    rulings = [
        resolve_share(question._replace(population=population), model, known, day) for population in model.populations
    ]
    evidence = tuple(name for ruling in rulings for name in ruling.evidence)
    statuses = {ruling.status for ruling in rulings}
    words = " ".join(f"{name}: {ruling.reason}" for name, ruling in zip(model.populations, rulings, strict=True))
    seen = [ruling.observed_to for ruling in rulings if ruling.observed_to]
    observed = min(seen) if len(seen) == len(rulings) else None
    status = statuses.pop() if len(statuses) == 1 else "void"
    resolved = question.deadline if status in ("came_true", "failed") else None
    return Ruling(status, words, resolved, observed, evidence=evidence)


def drawdowns(model: Burst, known: Evidence, start: dt.date) -> list[Observation]:
    """Return the basket's published falls from its high since `start`, in percent either way."""
    rows = series(known, model.basket.series, model.basket.subject)
    return [row._replace(value=abs(row.value)) for row in rows if row.date >= start]


def priced_rounds(model: Burst, known: Evidence, company: str) -> list[Observation]:
    """Return a company's valuations at priced rounds, by date: those whose basis names no other occasion."""
    rows = series(known, model.valuation, company)
    return [row for row in rows if not any(word in row.basis.lower() for word in model.not_rounds)]


def stages(rounds: Sequence[Observation]) -> list[Observation]:
    """Return the rounds that are stages of the round before: at the very same valuation."""
    return [row for before, row in pairwise(rounds) if row.value == before.value]


def down_rounds(model: Burst, known: Evidence) -> list[tuple[Observation, Observation]]:
    """Return the pairs of rounds in which the value before the new money lies below that after the previous round.

    A valuation equal to the one before is a stage of the same round. Where the amount of the round is not
    known, its value after the new money is taken: that can only miss a down round, not make one.
    """
    found = []
    for company in model.companies:
        rounds = [row for row in priced_rounds(model, known, company) if row.tier != "W"]
        staged = stages(rounds)
        rounds = [row for row in rounds if row not in staged]
        for before, row in pairwise(rounds):
            if row.value - raised(known, row) < before.value:
                found.append((before, row))
    return sorted(found, key=lambda pair: (pair[1].date, pair[1].id))


def raised(known: Evidence, valuation: Observation) -> float:
    """Return the money of the round that a valuation belongs to, in its unit; 0 when no event gives it."""
    amounts = [
        row.value
        for row in known.events
        if row.kind == "funding_round"
        and row.status == "completed"
        and row.tier != "W"
        and row.subject == valuation.subject
        and abs((row.date - valuation.date).days) <= ROUND_DAYS
        and row.value < valuation.value
    ]
    return max(amounts, default=0.0)


def triggers(question: Question, model: Burst, known: Evidence) -> dict[str, tuple[dt.date, tuple[str, ...]] | None]:
    """Return the first day since the clock's start on which each trigger was met, with its rows."""
    falls = [
        (row.date, (row.id,))
        for row in drawdowns(model, known, question.start)
        if row.value >= model.fall_percent and row.tier != "W"
    ]
    rounds = [
        (row.date, (before.id, row.id)) for before, row in down_rounds(model, known) if row.date >= question.start
    ]
    found = {BASKET_FALL: next(iter(falls), None), DOWN_ROUND: next(iter(rounds), None)}
    return {**found, BURST: min((pair for pair in found.values() if pair), default=None)}


def members_fall(model: Burst, known: Evidence, start: dt.date) -> list[Observation]:
    """Return the falls from their highs of the basket's members on the latest day since `start` that has any.

    Their mean is no fall of the basket, whose members do not peak on one day; it can only be larger.
    """
    rows = [
        row
        for row in known.observations
        if row.series == model.basket.series
        and row.subject in model.basket.members
        and row.date >= start
        and "high" in row.basis
    ]
    return [row for row in rows if row.date == rows[-1].date]


def basket_words(model: Burst, known: Evidence, start: dt.date) -> str:
    """Return what is known of the basket's fall, in words."""
    basket = drawdowns(model, known, start)
    if basket:
        deepest = max(basket, key=lambda row: row.value)
        return f"The deepest fall of the basket seen is {deepest.value:g} % on {deepest.date}."
    words = "No level of the basket is among the evidence."
    if rows := members_fall(model, known, start):
        mean = sum(abs(row.value) for row in rows) / len(rows)
        words += (
            f" {len(rows)} of its {len(model.basket.members)} members were {mean:.0f} % below their own highs "
            f"on average on {rows[0].date}{', by weak sources only' if {row.tier for row in rows} == {'W'} else ''}."
        )
    return words


def resolve_burst(question: Question, model: Burst, known: Evidence, day: dt.date) -> Ruling:
    """Decide whether a trigger was met, and some time later whether what had to survive did."""
    met = triggers(question, model, known)
    basket = drawdowns(model, known, question.start)
    rounds = [row for company in model.companies for row in priced_rounds(model, known, company)]
    staged = [row for company in model.companies for row in stages(priced_rounds(model, known, company))]
    rounds = [row for row in rounds if row.date >= question.start]
    aside = [f"{row.id}: a stage of the round before, at the same valuation" for row in staged if row in rounds]
    rounds = [row for row in rounds if row not in staged]
    words = {
        BASKET_FALL: basket_words(model, known, question.start),
        DOWN_ROUND: f"Priced rounds of the {len(model.companies)} companies since the clock started: {len(rounds)}.",
    }
    words[BURST] = f"{words[BASKET_FALL]} {words[DOWN_ROUND]}"
    reach = {
        BASKET_FALL: basket[-1].date if basket else None,
        DOWN_ROUND: max((row.date for row in rounds), default=None),
    }
    seen = [date for date in reach.values() if date]
    reach[BURST] = min(seen) if len(seen) == len(reach) else None
    evidence = {BASKET_FALL: ids(members_fall(model, known, question.start)), DOWN_ROUND: ids(rounds)}
    evidence[BURST] = (*evidence[BASKET_FALL], *evidence[DOWN_ROUND])
    name = question.population if question.population in words else BURST
    set_aside = tuple(aside) if name != BASKET_FALL else ()
    first = met[name]
    if first is None:
        none = f"{words[name]} {'Neither trigger has' if name == BURST else 'The trigger has not'} been seen."
        return Ruling("open", none, None, reach[name], evidence=evidence[name], set_aside=set_aside)
    if question.population in words:
        reason = f"Met on {first[0]}. {words[name]}"
        return Ruling("came_true", reason, first[0], reach[name], evidence=first[1], set_aside=set_aside)
    return aftermath(model, question, known, day, first)


def aftermath(
    model: Burst, question: Question, known: Evidence, day: dt.date, met: tuple[dt.date, tuple[str, ...]]
) -> Ruling:
    """Decide whether a burst was not catastrophic: companies, their revenue and the basket's floor have held."""
    burst, evidence = met
    judged = months_after(burst, model.judged_after_months)
    floor = [
        row for row in drawdowns(model, known, question.start) if row.value >= model.floor_percent and row.tier != "W"
    ]
    broken = [row for row in floor if row.date <= judged]
    if broken:
        reason = f"The basket closed {broken[0].value:g} % below its high on {broken[0].date}."
        return Ruling("failed", reason, broken[0].date, day, evidence=(*evidence, broken[0].id))
    if day < judged:
        return Ruling("open", f"Burst on {burst}; judged on {judged}.", None, day, evidence=evidence)
    roster = (*model.companies, "google_deepmind")
    shut = first_events([row for row in known.events if row.date <= judged], ("shutdown",), roster)
    left = len(roster) - len(shut)
    before, after = (run_rates(model, known, roster, at) for at in (burst, judged))
    both = [company for company in before if company in after]
    fell = sum(after[company] for company in both) < sum(before[company] for company in both)
    status = "failed" if left < model.survivors or fell else "came_true"
    revenue = "fallen" if fell else "not fallen"
    reason = f"Burst on {burst}; on {judged} {left} of {len(roster)} companies sell, their revenue has {revenue}."
    return Ruling(status, reason, judged, day, left, model.survivors, "company", evidence)


def run_rates(model: Burst, known: Evidence, roster: Sequence[str], at: dt.date) -> dict[str, float]:
    """Return each company's latest annualised revenue reported in the year up to a day, in US dollars a year."""
    found = {}
    for company in roster:
        rows = [row for row in series(known, model.revenue, company) if row.tier != "W"]
        rows = [row for row in rows if months_after(at, -12) < row.date <= at]
        if rows:
            found[company] = rows[-1].value
    return found


def earnings(model: Ratio, known: Evidence, company: str, against: str) -> list[Observation]:
    """Return a company's revenue per GPU-hour on one basis: the first that it has, the last against the yardstick.

    A rental price is that of one class of chip, so that chips of that class are the better count beside it.
    """
    rows = [row for row in series(known, model.series, company) if row.value > 0]
    bases = model.bases if against == THRESHOLD else model.bases[::-1]
    return next((found for basis in bases if (found := [row for row in rows if row.basis == basis])), [])


def ratios(model: Ratio, known: Evidence, population: str) -> list[Observation]:
    """Return revenue per GPU-hour of a company over the threshold, or over the rental price of that time.

    Where no price is known within `yardstick_days` of a figure, there is no ratio.
    """
    company, _, against = population.partition("/")
    found = []
    for row in earnings(model, known, company, against):
        prices = [] if against == THRESHOLD else yardstick(model, known, row)
        if against == THRESHOLD or prices:
            base = median(price.value for price in prices) if prices else model.threshold
            found.append(row._replace(value=row.value / base))
    return found


def yardstick(model: Ratio, known: Evidence, row: Observation) -> list[Observation]:
    """Return the prices that a revenue per GPU-hour is held against: those of the nearest day, either way.

    All figures of a company are held against prices of one basis, such as on-demand: the one that is near enough to
    most of their days with prices of tiers other than W, then with any, among equals the nearer in sum.
    """
    prices = [price for price in known.observations if price.series == model.yardstick and price.unit == row.unit]
    days = {each.date for each in series(known, model.series, row.subject)}

    def near(basis: str, day: dt.date, *, weak: bool = True) -> int | None:
        taken = [price for price in prices if price.basis == basis and (weak or price.tier != "W")]
        offs = [abs((price.date - day).days) for price in taken]
        return min((off for off in offs if off <= model.yardstick_days), default=None)

    def fit(basis: str) -> tuple[int, int, int, str]:
        offs = [off for day in days if (off := near(basis, day)) is not None]
        cited = [day for day in days if near(basis, day, weak=False) is not None]
        return -len(cited), -len(offs), sum(offs), basis

    basis = min({price.basis for price in prices}, key=fit, default="")
    nearest = near(basis, row.date)
    return [price for price in prices if price.basis == basis and abs((price.date - row.date).days) == nearest]


def resolve_ratio(question: Question, model: Ratio, known: Evidence) -> Ruling:
    """Report the latest ratio; a model company that stays below four quarters and then ends makes the rule true."""
    rows = ratios(model, known, question.population)
    company = question.population.partition("/")[0]
    if not rows:
        return Ruling("open", f"No revenue per GPU-hour of {company} that can be compared.", needed=1, unit="ratio")
    last = rows[-1]
    reason = (
        f"{last.value:.2f} times on {last.date}; below in {sum(row.value < 1 for row in rows)} of {len(rows)} periods."
    )
    facts = (last.date, last.value, 1.0, "ratio", ids([last]))
    if question.decides and (below := quarters_below(question, rows)):
        ends = first_events(known.events, (*OWNERSHIP, "shutdown"), (company,)).values()
        ended = [row for row in ends if below[-1].date <= row.date <= months_after(below[-1].date, FAILS_WITHIN)]
        if ended:
            evidence = (*ids(below), ended[0].id)
            reason = f"Below for {QUARTERS_BELOW} quarters up to {below[-1].date}, ended on {ended[0].date}."
            return Ruling("came_true", reason, ended[0].date, *facts[:-1], evidence)
    return Ruling("open", reason, None, *facts)


def quarters_below(question: Question, rows: Sequence[Observation]) -> list[Observation]:
    """Return the first run of four quarters below since the clock's start, of tiers other than W."""
    run: list[Observation] = []
    for row in rows:
        if row.date < question.start or row.tier == "W":
            continue
        follows = not run or (row.date - run[-1].date).days <= LONGEST_QUARTER
        run = ([*run, row] if follows else [row]) if row.value < 1 else []
        if len(run) == QUARTERS_BELOW:
            return run
    return []


def indicated(name: str, model: Indicators, known: Evidence) -> list[Observation]:
    """Return the latest observation of each subject of an indicator, the largest last."""
    shown = next(indicator for indicator in model.shown if indicator.series == name)
    latest = {
        row.subject: row
        for row in known.observations
        if row.series == name and row.basis == shown.basis and row.subject != shown.total
    }
    return sorted(latest.values(), key=lambda row: (row.value, row.id))


def ids(rows: Iterable[Event | Observation]) -> tuple[str, ...]:
    """Return the ids of rows."""
    return tuple(row.id for row in rows)
