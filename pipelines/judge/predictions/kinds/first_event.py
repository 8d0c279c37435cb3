"""The first event among the members of a cohort: a constant hazard of each, learnt from prior and record.

One with a precursor on record, such as a draft for a listing, has a hazard of its own, learnt from all such. Several
events by a deadline are in `events_by_deadline`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
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
from tidebook.pipelines.judge.predictions.models import Rate, by_deadline, either, rate_of, rate_words
from tidebook.pipelines.judge.predictions.rows import Event, Evidence, ids, months_after, years
from tidebook.pipelines.read.declarations import Forecasting, KindsOfEvents, Months, Precursor, RatePrior, Text
from tidebook.pipelines.read.naming import COHORT, NameOf
from tidebook.schemas.units import UNITS


class FirstEvent(Forecasting):
    """The first of `events` among a cohort, forecast `horizon_months` ahead; else as `EventsByDeadline`.

    Whoever sees one of the kinds `gone` can no longer see any of them.
    """

    kind: Literal["first_event"]
    unit: str
    measure: Text
    events: KindsOfEvents = Field(min_length=1)
    excluded: KindsOfEvents = Field([])
    gone: KindsOfEvents = Field([])
    decides: Annotated[str, NameOf(COHORT)]
    horizon_months: Months
    prior: RatePrior
    after: Precursor | None = None


MODEL = FirstEvent
SCORED = True
populations = every_cohort


def resolve(question: Question[FirstEvent], known: Evidence, day: dt.date) -> Resolution:
    """Decide whether the first event of the cohort has come; void when it came before the clock started."""
    first = list(first_events(known.events, question.model.events, question.cohort).values())[:1]
    aside = not_counted(question, known.events, first)
    searched = question.searched_to(question.model.events, known, day)
    facts = (searched, float(len(first)), 1.0, question.model.unit, ids(first), aside)
    if not first:
        many = UNITS[question.model.unit].many
        none = f"No {_named(question.model.events)} of the {len(question.cohort)} {many} is known."
        reason = f"{none} {searched_words(searched)}"
        return Resolution("open", reason, None, *facts)
    row, kind = first[0], _named([first[0].kind])
    if row.date < question.start:
        reason = f"The first {kind}, {row.subject} on {row.date}, came before the starting day, {question.start}."
        return Resolution("void", reason, None, *facts)
    return Resolution("came true", f"{row.subject}: {kind} on {row.date}.", row.date, *facts)


def forecast(question: Question[FirstEvent], known: Evidence, day: dt.date) -> Forecast:
    """Forecast a first event by the deadline, or within the horizon where there is none.

    What is not known begins where the search ended, and so does the time in which it may have happened.
    """
    model = question.model
    happened = first_events(known.events, model.events)
    gone = {**first_events(known.events, model.gone), **happened}
    filed = _filed(model, known, gone)
    by = question.deadline or months_after(day, model.horizon_months)
    searched = question.searched_to(model.events, known, day) or question.since
    # The search may have gone on beyond the deadline.
    ahead = max(years(searched, by), 0.0)
    seen = [happened[name] for name in question.cohort if name in happened and happened[name].date >= question.since]
    plain = [row for row in seen if row.subject not in filed]
    prior = rate_of(model.prior)
    at_risk = [name for name in question.cohort if name not in gone]
    rate = prior.after(len(plain), exposure(question, gone, searched, filed))
    chance = by_deadline(rate, 1, sum(name not in filed for name in at_risk), ahead)
    rows = seen
    if model.after:
        on_file = sum(name in filed for name in at_risk)
        chance = either(chance, by_deadline(_rate_after(model, filed, gone, searched), 1, on_file, ahead))
        rows = [*seen, *filed.values()]
    return Forecast(
        _method(question),
        _prior_words(model),
        by,
        *chance,
        measure=model.measure,
        value=float(len(seen)),
        unit=model.unit,
        n=len(rows),
        evidence=ids(rows),
        prior_only=by_deadline(prior, 1, len(question.cohort), ahead).probability,
        last_value=float(bool(seen)),
        with_pending=1.0 if pending_events(question, known.events, gone) else math.nan,
    )


def _method(question: Question[FirstEvent]) -> str:
    """Say how a first event is forecast."""
    model, one = question.model, UNITS[question.model.unit].one
    horizon = "by the deadline" if question.deadline else f"within {model.horizon_months} months of the day"
    method = (
        f"Hazard of a first event {horizon}: every {one} that can still see one sees it at one unknown rate, learnt "
        f"from the prior and from the list's own events per {one}-year from the content date to the end of the search."
    )
    if not model.after:
        return method
    return (
        f"{method} A {one} with a {_named(model.after.events)} on record has a rate of its own, learnt from the time "
        f"that every such {one}, on the list or not, has waited since."
    )


def _prior_words(model: FirstEvent) -> str:
    per = f"{UNITS[model.unit].one}-years"
    words = rate_words(model.prior, per)
    if not model.after:
        return words
    return f"without {_named(model.after.events)}: {words}; with one: {rate_words(model.after.prior, per)}"


def _filed(model: FirstEvent, known: Evidence, gone: Mapping[str, Event]) -> dict[str, Event]:
    """Return each subject's first precursor, on any cohort or none, that did not come after it was gone."""
    if model.after is None:
        return {}
    first = first_events(known.events, model.after.events)
    return {name: row for name, row in first.items() if name not in gone or row.date <= gone[name].date}


def _rate_after(model: FirstEvent, filed: Mapping[str, Event], gone: Mapping[str, Event], searched: dt.date) -> Rate:
    """Return the rate of those with a precursor: each is watched from it to its event, or to the search's end."""
    assert model.after
    ends = {name: gone[name].date if name in gone else searched for name in filed}
    happened = sum(name in gone and gone[name].kind in model.events for name in filed)
    return rate_of(model.after.prior).after(
        happened, math.fsum(max(years(filed[name].date, ends[name]), 0.0) for name in filed)
    )


def _named(kinds: Sequence[str]) -> str:
    return " or ".join(kind.replace("_", " ") for kind in kinds)
