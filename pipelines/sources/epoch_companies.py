"""Epoch AI's data on AI companies: revenue, funding rounds, usage, spending on compute.

What a company's rounds add up to is decided where they are used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pipelines.sources.base import Parsed, Row, WebSource, csv_rows, mark_duplicates, take_rows
from pipelines.sources.epoch import csv_file, description, observation

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


def read(files: Mapping[str, bytes], vintage: dt.date, parsed: Parsed) -> None:
    """Read the four files as observations."""

    def take(file: str, needed: tuple[str, ...], known: tuple[str, ...], make: Any, aliases: Any = None) -> None:
        rows = csv_rows(DESCRIBE.name, file, files[file], parsed, needed, (*NOTES, *known), aliases)
        made = take_rows(DESCRIBE.name, file, rows, parsed, lambda row: make(row, vintage))
        key = ("series", "subject", "date", "value", "basis")
        parsed.observations += mark_duplicates(made, key, parsed)

    older = {"Revenue amount (normalize to annual)": AMOUNT}
    revenue_columns = ("Annualized revenue type", "Scope", "Confidence")
    take(REVENUE, ("Company", "Date", AMOUNT), revenue_columns, revenue, older)
    money = ("Funding (equity)", "Funding (debt)", "Valuation (post-money)")
    take(FUNDING, ("Company", "Close date", "Status", *money), ("Type", "Confidence"), funding)
    counts = ("Active users", "Active users time period", "Daily tokens", "Daily messages")
    take(USAGE, ("Company", "Date", "Product", *counts), ("Confidence",), usage)
    parts = ("Inference compute spend", "R&D compute spend", "Total compute spend")
    take(SPEND, ("Company", "Date", "Amount", "Category", "Period type"), ("Confidence", *parts), spend)


def dated(row: Row, column: str, vintage: dt.date) -> tuple[dt.date | None, bool]:
    """Return the day in a column, which may not be empty, and whether it lies after the publisher's copy."""
    day = row.day(column)
    if day is None:
        row.needed(column)
    return day, day is not None and day > vintage


def revenue(row: Row, vintage: dt.date) -> list[dict[str, Any]]:
    """Return an annualized revenue of a whole company; where no scope is given it is one."""
    if row.text("Scope") not in ("", "Full company"):
        return []
    day, later = dated(row, "Date", vintage)
    basis = row.text("Annualized revenue type") or "annualized"
    return observation(row, "annualized_revenue", row.needed("Company"), day, row.number(AMOUNT), "USD", basis, later)


def funding(row: Row, vintage: dt.date) -> list[dict[str, Any]]:
    """Return equity, debt and valuation of a closed round."""
    if row.text("Status") != "Closed":
        return []
    day, later = dated(row, "Close date", vintage)
    company, basis = row.needed("Company"), row.text("Type") or "not stated"
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


def usage(row: Row, vintage: dt.date) -> list[dict[str, Any]]:
    """Return active users, tokens and messages of one product."""
    day, later = dated(row, "Date", vintage)
    company, product = row.needed("Company"), row.text("Product") or "all products"
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


def spend(row: Row, vintage: dt.date) -> list[dict[str, Any]]:
    """Return what a company spent on compute in a period."""
    day, later = dated(row, "Date", vintage)
    basis = f"{row.text('Category') or 'not stated'}; {(row.text('Period type') or 'not stated').lower()}"
    return observation(row, "compute_spend", row.needed("Company"), day, row.number("Amount"), "USD", basis, later)


SOURCE = WebSource(DESCRIBE, read)
