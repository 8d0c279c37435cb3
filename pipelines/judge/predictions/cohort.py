"""Events of the members of a cohort: which count, which do not and why, and how long each member was exposed.

What the events decide is for the kinds of prediction.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from tidebook.pipelines.judge.predictions.base import Population, Question
from tidebook.pipelines.judge.predictions.rows import Event, years
from tidebook.pipelines.read.declarations import Predictions


class AskedOfCohorts(Protocol):
    """The model of a prediction on the members of cohorts: it names the one that decides."""

    decides: str


def every_cohort(model: AskedOfCohorts, declared: Predictions) -> list[Population]:
    """Return the cohorts as populations; the model names the one that decides."""
    populations = []
    for name, cohort in declared.cohorts.items():
        decides = name == model.decides
        populations.append(Population(name, decides, tuple(cohort), is_alternative=not decides))
    return populations


def searched_words(searched_to: dt.date | None) -> str:
    """Return in words up to when a search reached."""
    return f"Searched up to {searched_to}." if searched_to else "No search is on record."


def first_events(rows: Iterable[Event], kinds: Sequence[str], cohort: Sequence[str] | None = None) -> dict[str, Event]:
    """Return by date each subject's first completed event of these kinds that is not of tier W, on a cohort if any."""
    found: dict[str, Event] = {}
    for row in rows:
        counts = row.kind in kinds and row.status == "completed" and row.tier != "W"
        if counts and (cohort is None or row.subject in cohort):
            found.setdefault(row.subject, row)
    return found


def pending_events(question: Question[Any], rows: Iterable[Event], gone: Mapping[str, Event]) -> dict[str, Event]:
    """Return by subject the first event of the cohort that is announced and would count once it is completed.

    Weak sources and members that have already `gone` are left out.
    """
    found: dict[str, Event] = {}
    for row in rows:
        would_count = row.kind in question.model.events and row.status == "announced" and row.tier != "W"
        if would_count and row.subject in question.cohort and row.subject not in gone:
            found.setdefault(row.subject, row)
    return found


def exposure(
    question: Question[Any],
    gone: Mapping[str, Event],
    searched_to: dt.date,
    filed: Mapping[str, Event] = MappingProxyType({}),
) -> float:
    """Return the years of all members since the content date: each up to its event, or to the end of the search.

    One that has `filed` is watched elsewhere from then on.
    """
    ends = [gone[member].date if member in gone else searched_to for member in question.cohort]
    filings = [filed[member].date if member in filed else dt.date.max for member in question.cohort]
    return math.fsum(max(years(question.since, min(each)), 0.0) for each in zip(ends, filings, strict=True))


def not_counted(question: Question[Any], rows: Iterable[Event], counted: Sequence[Event]) -> tuple[str, ...]:
    """Return the rows that do not count though near what does, as `id: why`.

    They are of the kinds that the model counts or sets aside; of subjects off the cohort only those since the clock's
    start, as earlier ones could not have counted either way.
    """
    model = question.model
    found = []
    for row in rows:
        if row in counted or row.kind not in (*model.events, *model.excluded):
            continue
        if row.subject in question.cohort:
            found.append(f"{row.id}: {_why_not(question, row)}")
        elif row.counterparty in question.cohort:
            found.append(f"{row.id}: {row.counterparty} is the other party")
        elif row.date >= question.start:
            found.append(f"{row.id}: {row.subject} is not in the cohort")
    return tuple(found)


def _why_not(question: Question[Any], row: Event) -> str:
    if row.kind not in question.model.events:
        return f"{row.kind.replace('_', ' ')} does not count"
    if row.status != "completed":
        return f"{row.status}, not completed"
    if row.tier == "W":
        return "only a weak source"
    if row.date < question.start:
        return f"before the starting day, {question.start}"
    if question.deadline and row.date > question.deadline:
        return f"after the deadline {question.deadline}"
    return "not the first"
