"""Epoch AI's data on AI companies: revenue, funding rounds, usage, spending on compute.

What a company's rounds add up to is decided where they are used.
"""

import datetime as dt
from typing import Any

from pipelines.sources.base import Row
from pipelines.sources.epoch import File, csv_file, description, observations, source

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
AMOUNT = "Annualized revenue (USD)"
MONEY = {"funding_equity": "Funding (equity)", "funding_debt": "Funding (debt)", "valuation": "Valuation (post-money)"}


def _revenue(row: Row, vintage: dt.date) -> list[dict[str, Any]]:
    """Return an annualized revenue of a whole company; where no scope is given it is one."""
    if row.text("Scope") not in ("", "Full company"):
        return []
    basis = row.text("Annualized revenue type") or "annualized"
    columns = {"annualized_revenue": (AMOUNT, "USD")}
    return observations(row, columns, row.required("Company"), row.required_day("Date"), basis, vintage)


def _funding(row: Row, vintage: dt.date) -> list[dict[str, Any]]:
    if row.text("Status") != "Closed":
        return []
    columns = {series: (column, "USD") for series, column in MONEY.items()}
    company, basis = row.required("Company"), row.text("Type") or "not stated"
    return observations(row, columns, company, row.required_day("Close date"), basis, vintage)


def _usage(row: Row, vintage: dt.date) -> list[dict[str, Any]]:
    period = row.text("Active users time period").lower() or "unstated"
    columns = {
        f"{period}_users": ("Active users", "users"),
        "tokens_per_day": ("Daily tokens", "tokens/day"),
        "messages_per_day": ("Daily messages", "messages/day"),
    }
    product = row.text("Product") or "all products"
    return observations(row, columns, row.required("Company"), row.required_day("Date"), product, vintage)


def _spend(row: Row, vintage: dt.date) -> list[dict[str, Any]]:
    basis = f"{row.text('Category') or 'not stated'}; {(row.text('Period type') or 'not stated').lower()}"
    columns = {"compute_spend": ("Amount", "USD")}
    return observations(row, columns, row.required("Company"), row.required_day("Date"), basis, vintage)


SOURCE = source(
    DESCRIBE,
    File(REVENUE, ("Company", "Date", AMOUNT), _revenue, {"Revenue amount (normalize to annual)": AMOUNT}),
    File(FUNDING, ("Company", "Close date", "Status", *MONEY.values()), _funding),
    File(
        USAGE,
        ("Company", "Date", "Product", "Active users", "Active users time period", "Daily tokens", "Daily messages"),
        _usage,
    ),
    File(SPEND, ("Company", "Date", "Amount", "Category", "Period type"), _spend),
)
