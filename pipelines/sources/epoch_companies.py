"""Epoch AI's data on AI companies: revenue, funding rounds, usage, spending on compute.

What a company's rounds add up to is decided where they are used.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from typing import Any

from pipelines.sources.base import Parsed, Row, WebSource
from pipelines.sources.epoch import VALUE_KEY, csv_file, description, observation

REVENUE, FUNDING, USAGE, SPEND = "revenue.csv", "funding.csv", "usage.csv", "compute_spend.csv"
DESCRIBE = description(
    "epoch_companies",
    "Data on AI companies",
    (
        csv_file(REVENUE, "ai_companies_revenue_reports.csv"),
        csv_file(FUNDING, "ai_companies_funding_rounds.csv"),
        csv_file(USAGE, "ai_companies_usage_reports.csv"),
        csv_file(SPEND, "ai_companies_compute_spend.csv"),
    ),
    "Rounds that are not closed, and revenue of a part of a company, are irrelevant here. Ids are not unique.",
)
SOURCES = tuple(f"Source {number}" for number in range(1, 7))
NOTES = ("Id", "Notes", "Graph note", "Exclude from graph view", "Report date", "Source type", "Source Type", *SOURCES)
AMOUNT = "Annualized revenue (USD)"


def _read(files: Mapping[str, bytes], vintage: dt.date, parsed: Parsed) -> None:
    def read_file(
        file: str, required: tuple[str, ...], known: tuple[str, ...], read_row: Any, aliases: Any = None
    ) -> None:
        row = functools.partial(read_row, vintage=vintage)
        parsed.observations += parsed.read_csv(file, files[file], required, (*NOTES, *known), row, VALUE_KEY, aliases)

    older = {"Revenue amount (normalize to annual)": AMOUNT}
    revenue_columns = ("Annualized revenue type", "Scope", "Confidence")
    read_file(REVENUE, ("Company", "Date", AMOUNT), revenue_columns, _revenue, older)
    money = ("Funding (equity)", "Funding (debt)", "Valuation (post-money)")
    read_file(FUNDING, ("Company", "Close date", "Status", *money), ("Type", "Confidence"), _funding)
    counts = ("Active users", "Active users time period", "Daily tokens", "Daily messages")
    read_file(USAGE, ("Company", "Date", "Product", *counts), ("Confidence",), _usage)
    parts = ("Inference compute spend", "R&D compute spend", "Total compute spend")
    read_file(SPEND, ("Company", "Date", "Amount", "Category", "Period type"), ("Confidence", *parts), _spend)


def _dated(row: Row, column: str, vintage: dt.date) -> tuple[dt.date | None, bool]:
    """Return the day in a column, and whether it lies after the publisher's copy."""
    day = row.required_day(column)
    return day, day is not None and day > vintage


def _revenue(row: Row, vintage: dt.date) -> list[dict[str, Any]]:
    """Return an annualized revenue of a whole company; where no scope is given it is one."""
    if row.text("Scope") not in ("", "Full company"):
        return []
    day, later = _dated(row, "Date", vintage)
    basis = row.text("Annualized revenue type") or "annualized"
    return observation(row, "annualized_revenue", row.required("Company"), day, row.number(AMOUNT), "USD", basis, later)


def _funding(row: Row, vintage: dt.date) -> list[dict[str, Any]]:
    if row.text("Status") != "Closed":
        return []
    day, later = _dated(row, "Close date", vintage)
    company, basis = row.required("Company"), row.text("Type") or "not stated"
    columns = {
        "funding_equity": "Funding (equity)",
        "funding_debt": "Funding (debt)",
        "valuation": "Valuation (post-money)",
    }
    return [
        each
        for series, column in columns.items()
        for each in observation(row, series, company, day, row.number(column), "USD", basis, later)
    ]


def _usage(row: Row, vintage: dt.date) -> list[dict[str, Any]]:
    day, later = _dated(row, "Date", vintage)
    company, product = row.required("Company"), row.text("Product") or "all products"
    period = row.text("Active users time period").lower() or "unstated"
    columns = {
        f"{period}_users": ("Active users", "users"),
        "tokens_per_day": ("Daily tokens", "tokens/day"),
        "messages_per_day": ("Daily messages", "messages/day"),
    }
    return [
        each
        for series, (column, unit) in columns.items()
        for each in observation(row, series, company, day, row.number(column), unit, product, later)
    ]


def _spend(row: Row, vintage: dt.date) -> list[dict[str, Any]]:
    day, later = _dated(row, "Date", vintage)
    basis = f"{row.text('Category') or 'not stated'}; {(row.text('Period type') or 'not stated').lower()}"
    return observation(row, "compute_spend", row.required("Company"), day, row.number("Amount"), "USD", basis, later)


SOURCE = WebSource(DESCRIBE, _read)
