"""Evidence as plain records, and `known_on`, the only way in which rows reach a model.

Belongs here: records by day, and calendar arithmetic. Does not: what a record means for a question (`kinds`).
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
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
    available_from: dt.date


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
    available_from: dt.date


EvidenceRow = TypeVar("EvidenceRow", Event, Observation)


class Evidence(NamedTuple):
    """All rows, or those known on a day, each kind by date, then id."""

    events: tuple[Event, ...]
    observations: tuple[Observation, ...]


def evidence_of(events: pd.DataFrame, observations: pd.DataFrame) -> Evidence:
    """Convert the tables to records; observations without a value are left out."""
    valued = observations[observations["value"].notna()]
    happened = _records(Event, ["event_id", *Event._fields[1:]], events)
    measured = _records(Observation, ["observation_id", *Observation._fields[1:]], valued)
    return Evidence(in_order(happened), in_order(measured))


def _records(kind: Callable[..., EvidenceRow], columns: Sequence[str], table: pd.DataFrame) -> Iterator[EvidenceRow]:
    """Yield the rows of a table as records, given the columns of their fields."""
    for row in records(table):
        yield kind(*(row[name] for name in columns))


def in_order(rows: Iterable[EvidenceRow]) -> tuple[EvidenceRow, ...]:
    """Sort rows by date, then id."""
    return tuple(sorted(rows, key=lambda row: (row.date, row.id)))


def known_on(rows: Evidence, day: dt.date) -> Evidence:
    """Return the rows dated on or before a day that could be known on it."""

    def known(row: Event | Observation) -> bool:
        # A row may be dated ahead, or be published long after its day.
        return max(row.date, row.available_from) <= day

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
    """Return the years of 365.25 days from one day to another."""
    return (end - start).days / DAYS_PER_YEAR


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the same day of a later month, or that month's last day if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_ends(start: dt.date, end: dt.date) -> list[dt.date]:
    """Return the last days of the months from `start` to `end`, both inclusive."""
    return list(pd.date_range(start, end, freq="ME").date)
