"""Events of the companies of a roster: which count, which do not and why, and how long each company was exposed.

What the events decide is for the kinds of prediction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelines.forecasts.base import Population, Question
from pipelines.forecasts.rows import Event, years
from pipelines.ingest.declarations import EventsByDeadline, FirstEvent, Predictions

OWNERSHIP = ("merger", "acquisition")
"""Events that end a company's independence when completed."""


def every_roster(model: EventsByDeadline | FirstEvent, declared: Predictions) -> list[Population]:
    """Return the rosters as populations, of which the model names the one that decides."""
    return [Population(name, name == model.decides, tuple(roster)) for name, roster in declared.rosters.items()]


def first_events(rows: Iterable[Event], kinds: Sequence[str], roster: Sequence[str]) -> dict[str, Event]:
    """Return each roster company's first completed event of these kinds that is not of tier W, by date."""
    found: dict[str, Event] = {}
    for row in rows:
        if row.kind in kinds and row.status == "completed" and row.tier != "W" and row.subject in roster:
            found.setdefault(row.subject, row)
    return found


def exposure(question: Question[Any], gone: Mapping[str, Event], day: dt.date) -> float:
    """Return the company-years of the roster since the content date, each up to its event or to `day`."""
    ends = [min(gone[company].date, day) if company in gone else day for company in question.roster]
    return sum(max(years(question.since, end), 0.0) for end in ends)


def not_counted(question: Question[Any], rows: Iterable[Event], counted: Sequence[Event]) -> tuple[str, ...]:
    """Return the rows that do not count though near what does, as `id: why`.

    They are of the kinds that the model counts or sets aside; of companies off the roster only those since the clock's
    start, as earlier ones could not have counted either way.
    """
    model = question.model
    found = []
    for row in rows:
        if row in counted or row.kind not in (*model.events, *model.set_aside):
            continue
        if row.subject in question.roster:
            found.append(f"{row.id}: {_why_not(question, row)}")
        elif row.kind in OWNERSHIP and row.counterparty in question.roster:
            found.append(f"{row.id}: {row.counterparty} is the buyer")
        elif row.date >= question.start:
            found.append(f"{row.id}: {row.subject} is not on the roster")
    return tuple(found)


def _why_not(question: Question[Any], row: Event) -> str:
    if row.kind not in question.model.events:
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
