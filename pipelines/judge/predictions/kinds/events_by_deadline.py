"""At least so many of a cohort see an event by a deadline: gamma and Poisson over the cohort.

A single event without a deadline is in `first_event`.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Annotated, Literal

from pydantic import Field

from tidebook.pipelines.judge.predictions.base import Forecast, Question, Resolution
from tidebook.pipelines.judge.predictions.cohort import (
    every_cohort,
    exposure,
    first_events,
    not_counted,
    pending_events,
    searched_words,
)
from tidebook.pipelines.judge.predictions.models import (
    QUANTILES,
    by_deadline,
    count_quantile,
    counts,
    rate_of,
    rate_words,
)
from tidebook.pipelines.judge.predictions.rows import Event, Evidence, ids, years
from tidebook.pipelines.read.declarations import Count, Forecasting, KindsOfEvents, RatePrior, Text
from tidebook.pipelines.read.naming import COHORT, NameOf
from tidebook.schemas.units import UNITS


class EventsByDeadline(Forecasting):
    """At least `needed` of a cohort see one of `events` by the deadline; `decides` names the cohort.

    A cohort's members are of a `unit`, such as `person`; `measure` says in words what is counted. Events of the kinds
    `excluded` do not count, and are listed.
    """

    kind: Literal["events_by_deadline"]
    unit: str
    measure: Text
    events: KindsOfEvents = Field(min_length=1)
    excluded: KindsOfEvents = Field([])
    needed: Count
    decides: Annotated[str, NameOf(COHORT, count="needed")]
    prior: RatePrior


MODEL = EventsByDeadline
SCORED = True
populations = every_cohort


def resolve(question: Question[EventsByDeadline], known: Evidence, day: dt.date) -> Resolution:
    """Decide whether enough of the cohort have seen a counting event by the deadline."""
    needed, unit = question.model.needed, UNITS[question.model.unit]
    counted = _counted(question, known, day)
    searched = question.searched_to(question.model.events, known, day)
    status, decided_on = "open", None
    if len(counted) >= needed:
        status, decided_on = "came true", counted[needed - 1].date
    # On its own day the deadline can still be met.
    elif question.deadline and day > question.deadline and searched and searched >= question.deadline:
        status, decided_on = "failed", question.deadline
    count = f"{len(counted)} of the {len(question.cohort)} {unit.many} count since {question.start}"
    return Resolution(
        status,
        f"{count}; it takes {needed}. {searched_words(searched)}",
        decided_on,
        searched,
        len(counted),
        needed,
        unit.symbol,
        ids(counted),
        not_counted(question, known.events, counted),
    )


def _counted(question: Question[EventsByDeadline], known: Evidence, day: dt.date) -> list[Event]:
    firsts = first_events(known.events, question.model.events, question.cohort).values()
    return [row for row in firsts if question.start <= row.date <= (question.deadline or day)]


def forecast(question: Question[EventsByDeadline], known: Evidence, day: dt.date) -> Forecast:
    """Forecast the number by the deadline, of which nothing is known from the end of the search on.

    The rate is learnt since the content date, but only what counts under the clock lessens what is needed: one
    whose event came before it neither counts nor can see another.
    """
    model, one = question.model, UNITS[question.model.unit].one
    gone = first_events(known.events, model.events, question.cohort)
    seen = [row for row in gone.values() if row.date >= question.since]
    prior = rate_of(model.prior)
    searched = question.searched_to(model.events, known, day) or question.since
    rate = prior.after(len(seen), exposure(question, gone, searched))
    at_risk = len(question.cohort) - len(gone)
    left = max(years(searched, question.deadline), 0.0) if question.deadline else 0.0
    counted = len(_counted(question, known, day))
    chance = by_deadline(rate, model.needed - counted, at_risk, left)
    pending = len(pending_events(question, known.events, gone))
    with_pending = by_deadline(rate, model.needed - counted - pending, at_risk - pending, left).probability
    expected = counts(rate, at_risk, left)
    middle, low, high = (counted + count_quantile(expected, share) for share in QUANTILES)
    return Forecast(
        f"Gamma and Poisson: every {one} of the list that has not seen its event sees it at one unknown rate, learnt "
        f"from the prior and from the list's own events per {one}-year from the content date to the end of the "
        "search.",
        rate_words(model.prior, f"{one}-years"),
        question.deadline,
        *chance,
        measure=model.measure,
        value=middle,
        value_low=low,
        value_high=high,
        unit=model.unit,
        n=len(seen),
        evidence=ids(seen),
        prior_only=by_deadline(prior, model.needed, len(question.cohort), left).probability,
        last_value=float(counted >= model.needed),
        with_pending=with_pending if pending else math.nan,
    )
