"""The first event among the companies of a roster: a constant hazard per company, learnt from prior and record.

Several events by a deadline are in `events_by_deadline`.
"""

from __future__ import annotations

import datetime as dt

from pipelines.forecasts.base import Forecast, Question, Resolution
from pipelines.forecasts.models import by_deadline, rate_of, rate_words
from pipelines.forecasts.roster import OWNERSHIP, every_roster, exposure, first_events, not_counted
from pipelines.forecasts.rows import Evidence, ids, months_after, years
from pipelines.ingest.declarations import FirstEvent

SCORED = True
populations = every_roster


def resolve(question: Question[FirstEvent], known: Evidence, day: dt.date) -> Resolution:
    """Decide whether the first event of the roster has come; void when it came before the clock started."""
    first = list(first_events(known.events, question.model.events, question.roster).values())[:1]
    aside = not_counted(question, known.events, first)
    facts = (day, float(len(first)), 1.0, "company", ids(first), aside)
    if not first:
        return Resolution("open", f"None of the {len(question.roster)} companies has been listed.", None, *facts)
    row = first[0]
    if row.date < question.start:
        reason = f"The first listing, {row.subject} on {row.date}, came before the clock started on {question.start}."
        return Resolution("void", reason, None, *facts)
    return Resolution("came_true", f"{row.subject} was listed on {row.date}.", row.date, *facts)


def forecast(question: Question[FirstEvent], known: Evidence, day: dt.date) -> Forecast:
    """Forecast a first event by the deadline, or within the horizon where there is none."""
    model = question.model
    listed = first_events(known.events, model.events, question.roster)
    # A company that was taken over can no longer be listed itself: it is at risk no more.
    gone = {**first_events(known.events, OWNERSHIP, question.roster), **listed}
    by = question.deadline or months_after(day, model.horizon_months)
    seen = [row for row in listed.values() if row.date >= question.since]
    prior = rate_of(model.prior)
    rate = prior.after(len(seen), exposure(question, gone, day))
    at_risk = len(question.roster) - len(gone)
    horizon = "by the deadline" if question.deadline else f"within {model.horizon_months} months of the day"
    return Forecast(
        f"Hazard of a first event {horizon}: every company neither listed nor taken over is listed at one unknown "
        "rate, learnt from the prior and from the roster's own listings per company-year since the content date.",
        rate_words(model.prior, "company-years"),
        by,
        *by_deadline(rate, 1, at_risk, years(day, by)),
        measure="companies listed so far",
        value=float(len(seen)),
        unit="company",
        n=len(seen),
        evidence=ids(seen),
        climatology=by_deadline(prior, 1, len(question.roster), years(day, by)).probability,
        last_value=float(bool(seen)),
    )
