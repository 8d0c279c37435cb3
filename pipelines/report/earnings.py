"""What an hour of a company's accelerators earned, beside the article's dollar and the rent of an H100 at the time.

Belongs here: the table `gpu_hours` in words. Does not: which rent is compared (`pipelines.forecasts.gpu_hours`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.formatting import format_count, format_date, format_interval, format_value
from pipelines.report.words import humanize

Row = Mapping[str, Any]
UNIT = "USD/GPU-hour"


@dataclass(frozen=True)
class Earned:
    """What an accelerator-hour earned a company, and what renting an H100 cost then."""

    company: str
    date: dt.date
    basis: str
    earned: str
    over_threshold: str
    rent: str
    rent_date: dt.date | None
    rent_basis: str
    weak_rent: bool
    over_rent: str


@dataclass(frozen=True)
class Earnings:
    """Revenue per GPU-hour, summed up in a sentence a company, and figure by figure."""

    sentences: list[str]
    rows: list[Earned]


def earnings(rows: Sequence[Row]) -> Earnings:
    """Return revenue per GPU-hour beside the article's dollar and the rent of the same time."""
    sentences = [_rent_words(rented)] if (rented := [row for row in rows if row["rental_price"] is not None]) else []
    by_company: dict[str, list[Row]] = {}
    for row in rows:
        by_company.setdefault(row["company"], []).append(row)
    sentences += [_company_words(humanize(name), mine) for name, mine in by_company.items()]
    return Earnings(sentences, [_earned(row) for row in rows])


def _rent_words(rows: Sequence[Row]) -> str:
    """Return what renting an H100 cost at the time of the figures, and what part of it the article asks for."""
    rents = [row["rental_price"] for row in rows]
    parts = [row["threshold"] / row["rental_price"] for row in rows]
    return (
        f"The article asks for {format_value(rows[0]['threshold'], UNIT)}. Renting an H100 cost "
        f"{format_interval(min(rents), max(rents), UNIT)} at the time of the figures below, so that it asks for "
        f"{format_interval(min(parts), max(parts), 'share')} of the rent."
    )


def _company_words(name: str, rows: Sequence[Row]) -> str:
    """Return what a company earned per GPU-hour, and in how many periods it is the article's dollar, and the rent.

    A period counts when its revenue is enough however accelerators are counted.
    """
    values = [row["value"] for row in rows]
    days = sorted({row["date"] for row in rows})
    dollar = [all(row["value"] >= row["threshold"] for row in rows if row["date"] == day) for day in days]
    ratios = [[row["over_rent"] for row in rows if row["date"] == day and row["over_rent"] is not None] for day in days]
    rented = [min(each) >= 1 for each in ratios if each]
    span = f"up to {format_date(days[-1])}" if len(days) == 1 else f"{format_date(days[0])} to {format_date(days[-1])}"
    words = (
        f"{name}: {format_interval(min(values), max(values), UNIT)} ({format_count(len(days), 'period')}, {span}). "
        f"At least what the article asks for, however accelerators are counted: in {sum(dollar)} of {len(dollar)}."
    )
    if rented:
        words += f" At least the rent of the time: in {sum(rented)} of {len(rented)}."
    return words


def _earned(row: Row) -> Earned:
    return Earned(
        company=humanize(row["company"]),
        date=row["date"],
        basis=row["basis"],
        earned=format_value(row["value"], UNIT),
        over_threshold=format_value(row["value"] / row["threshold"], "ratio"),
        rent="" if row["rental_price"] is None else format_value(row["rental_price"], UNIT),
        rent_date=row["rental_date"],
        rent_basis=row["rental_basis"],
        weak_rent=bool(row["rental_weak"]),
        over_rent="" if row["over_rent"] is None else format_value(row["over_rent"], "ratio"),
    )
