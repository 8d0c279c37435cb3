"""What the report shows of live sources: their state and rows, growth over databases, verdicts on it, revisions.

How it is laid out is in the templates; without snapshots there is nothing to show.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.formatting import format_date, format_interval, format_share, format_value

Row = Mapping[str, Any]
LENS = "database"
REVISIONS_SHOWN = 20
PRICE = "input_price"
QUANTITIES = {"training_compute": "Training compute", "training_cost": "Training cost", "input_price": "Input price"}


@dataclass(frozen=True)
class LiveSource:
    """One source: its state, its snapshot, and what became of its rows."""

    title: str
    publisher: str
    status: str
    fetched_on: dt.date
    vintage: dt.date
    rows: int
    used: int
    irrelevant: int
    quarantined: int
    unknown: str
    attribution: str
    republish: bool


_OF_A_SOURCE = ("title", "publisher", "status", "fetched_on", "vintage", "attribution", "republish")
_OF_A_FILE = ("rows", "used", "irrelevant", "quarantined")


@dataclass(frozen=True)
class Trend:
    """Growth of one quantity of one population, in words."""

    name: str
    since: dt.date
    growth: str
    interval: str
    doubling: str
    n: int
    method: str


@dataclass(frozen=True)
class Windows:
    """Growth of one quantity of one population in each window: factor, interval and number of models as texts."""

    name: str
    cells: list[str]


@dataclass(frozen=True)
class DatabaseReading:
    """The verdict on one reading of a claim on the database."""

    claim_id: str
    statement: str
    printed: str
    status: str
    reading: str
    value: str
    interval: str
    holds: str
    n: int


@dataclass(frozen=True)
class Live:
    """All of it; `trends` are those used, `windows` each population over windows that begin on the days in `since`.

    `changes` are revisions as sentences, the latest few of `revised`.
    """

    sources: list[LiveSource]
    trends: list[Trend]
    since: list[dt.date]
    windows: list[Windows]
    readings: list[DatabaseReading]
    changes: list[str]
    revised: int
    bad_cells: int

    @property
    def troubled(self) -> list[LiveSource]:
        """Return the sources that are stale or down."""
        return [source for source in self.sources if source.status != "current"]


def live(rows: Mapping[str, list[dict[str, Any]]]) -> Live:
    """Return what the tables of sources hold; nothing where there are none."""
    revisions = sorted(rows.get("revisions", []), key=lambda row: row["fetched_at"], reverse=True)
    trends = rows.get("trends", [])
    since = sorted({row["since"] for row in trends if row["quantity"] != PRICE})
    return Live(
        _live_sources(rows.get("source_files", [])),
        [_to_trend(row) for row in trends if row["main"] or row["quantity"] == PRICE],
        since,
        _windows(trends, since),
        _database_readings(rows),
        [_revision(row) for row in revisions[:REVISIONS_SHOWN]],
        len(revisions),
        len(rows.get("quarantine", [])),
    )


def _live_sources(files: Iterable[Row]) -> list[LiveSource]:
    grouped: dict[str, list[Row]] = {}
    for row in files:
        grouped.setdefault(row["source"], []).append(row)
    return [
        LiveSource(
            **{name: mine[0][name] for name in _OF_A_SOURCE},
            **{name: sum(row[name] for row in mine) for name in _OF_A_FILE},
            unknown=", ".join(name for row in mine for name in row["unknown_columns"]),
        )
        for mine in grouped.values()
    ]


def _to_trend(row: Row) -> Trend:
    years = row["doubling_years"]
    doubling = "" if years is None else f"{'doubles' if years > 0 else 'halves'} in {abs(years):.2g} years"
    growth = "too few models" if row["growth"] is None else f"{format_value(row['growth'], 'ratio')} per year"
    return Trend(
        _trend_name(row),
        row["since"],
        growth,
        "" if row["low"] is None else format_interval(row["low"], row["high"], "ratio"),
        doubling,
        row["n"],
        row["method"],
    )


def _trend_name(row: Row) -> str:
    return f"{QUANTITIES[row['quantity']]}, {row['population'].replace('_', ' ')}"


def _windows(trends: Iterable[Row], since: Iterable[dt.date]) -> list[Windows]:
    """Return the growth of each quantity and population by window, to show how much hangs on that."""
    found: dict[str, dict[dt.date, str]] = {}
    for row in trends:
        if row["quantity"] != PRICE:
            found.setdefault(_trend_name(row), {})[row["since"]] = _window(row)
    return [Windows(name, [texts[day] for day in since]) for name, texts in found.items()]


def _window(row: Row) -> str:
    """Return the growth in one window: `4.07× (3.62–4.55), n = 91`."""
    n = f"n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{row['n']}"
    if row["growth"] is None:
        return f"too few, {n}"
    interval = "" if row["low"] is None else f" ({format_interval(row['low'], row['high'], 'ratio').rstrip('×')})"
    return f"{format_value(row['growth'], 'ratio')}{interval}, {n}"


def _database_readings(rows: Mapping[str, list[dict[str, Any]]]) -> list[DatabaseReading]:
    """Return the verdicts under the lens, each beside that as printed."""
    statements = {row["claim_id"]: row["statement"] for row in rows.get("claims", [])}
    printed = {row["claim_id"]: row["status"] for row in rows.get("verdicts", []) if row["lens"] == "printed"}
    return [
        DatabaseReading(
            row["claim_id"],
            statements[row["claim_id"]],
            printed[row["claim_id"]],
            row["status"],
            row["reading"],
            format_value(row["value"], row["unit"]),
            "" if row["low"] is None else format_interval(row["low"], row["high"], row["unit"]),
            row["reason"] if row["probability"] is None else format_share(row["probability"]),
            row["n"],
        )
        for row in rows.get("reading_verdicts", [])
        if row["lens"] == LENS
    ]


def _revision(row: Row) -> str:
    column = row["column_name"].replace("_", " ")
    day = format_date(dt.date.fromisoformat(row["fetched_at"][:10]))
    return f"{row['item']}: {column} was {row['old'] or 'not given'}, is {row['new'] or 'not given'} since {day}"
