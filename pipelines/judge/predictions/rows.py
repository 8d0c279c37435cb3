"""Evidence as plain records, and `known_on`: the only way in which rows reach a model.

What a record counts for is decided in `kinds`.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple, TypeVar

import pandas as pd

from tidebook.schemas.base import records
from tidebook.schemas.units import DAYS_PER_YEAR


class Event(NamedTuple):
    """A row of `schemas.evidence.Events`."""

    id: str
    date: dt.date
    kind: str
    status: str
    subject: str
    counterparty: str
    value: float
    tier: str
    available: dt.date


class Observation(NamedTuple):
    """A row of `schemas.evidence.Observations`; `value` is in `unit`."""

    id: str
    date: dt.date
    series: str
    subject: str
    value: float
    unit: str
    basis: str
    tier: str
    available: dt.date


EvidenceRow = TypeVar("EvidenceRow", Event, Observation)


class Evidence(NamedTuple):
    """All rows, or those known on a day, each kind by date, then id."""

    events: tuple[Event, ...]
    observations: tuple[Observation, ...]


def evidence_of(events: pd.DataFrame, observations: pd.DataFrame) -> Evidence:
    """Return the tables as records; observations without a value are left out."""
    happened = (Event(row["event_id"], *(row[name] for name in Event._fields[1:])) for row in records(events))
    valued = records(observations[observations["value"].notna()])
    measured = (Observation(row["observation_id"], *(row[name] for name in Observation._fields[1:])) for row in valued)
    return Evidence(in_order(happened), in_order(measured))


def in_order(rows: Iterable[EvidenceRow]) -> tuple[EvidenceRow, ...]:
    """Return the rows by date, then id."""
    return tuple(sorted(rows, key=lambda row: (row.date, row.id)))


def known_on(rows: Evidence, day: dt.date) -> Evidence:
    """Return the rows dated on or before a day that could be known on it."""

    def known(row: Event | Observation) -> bool:
        return max(row.date, row.available) <= day

    return Evidence(tuple(filter(known, rows.events)), tuple(filter(known, rows.observations)))


def series(rows: Evidence, name: str, subject: str) -> list[Observation]:
    """Return the observations of one series of one subject, by date."""
    return [row for row in rows.observations if row.series == name and row.subject == subject]


def ids(rows: Iterable[Event | Observation]) -> tuple[str, ...]:
    """Return the ids of rows."""
    return tuple(row.id for row in rows)


def count_weak(rows: Iterable[Observation]) -> int:
    """Return the number of rows of tier W."""
    return sum(row.tier == "W" for row in rows)


def years(start: dt.date, end: dt.date) -> float:
    """Return the years from one day to another, 365.25 days each."""
    return (end - start).days / DAYS_PER_YEAR


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the same day of the month so many months later, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_ends(start: dt.date, end: dt.date) -> list[dt.date]:
    """Return the last days of months from `start` to `end`, both included."""
    return list(pd.date_range(start, end, freq="ME").date)
