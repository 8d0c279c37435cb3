"""Simon Willison's llm-prices: list prices per vendor with the days on which they changed, as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pipelines.ingest.errors import InputError, Problem
from pipelines.sources.base import (
    Description,
    FileSpec,
    Parsed,
    Row,
    WebSource,
    json_rows,
    mark_duplicates,
    read_json,
    read_rows,
)
from pipelines.sources.prices import price

FILE = "historical.json"
DESCRIBE = Description(
    name="llm_prices",
    title="llm-prices",
    publisher="Simon Willison",
    files=(FileSpec(FILE, "https://www.llm-prices.com/historical-v1.json", "json"),),
    licence="none stated",
    republish=False,
    attribution="Simon Willison, llm-prices.com",
    cadence="daily",
    max_age_days=7,
    quarantine_limit=10,
    note="The first day is inclusive, the last exclusive; most prices have neither.",
)
REQUIRED = ("id", "vendor", "name", "input", "output", "from_date", "to_date")


def _read(files: Mapping[str, bytes], vintage: dt.date, parsed: Parsed) -> None:
    document = read_json(DESCRIBE.name, FILE, files[FILE])
    if not isinstance(document, dict) or "prices" not in document:
        raise InputError(Problem(f"{DESCRIBE.name}/{FILE}", "an object with the key prices"))
    rows = json_rows(DESCRIBE.name, FILE, document["prices"], parsed, REQUIRED, ("input_cached",))
    records = read_rows(DESCRIBE.name, FILE, rows, parsed, _price_row)
    parsed.prices += mark_duplicates(records, ("vendor", "model_id", "from_date", "to_date"), parsed)


def _price_row(row: Row) -> list[dict[str, Any]]:
    dates = row.day("from_date"), row.day("to_date")
    amounts = row.number("input"), row.number("output"), row.number("input_cached")
    return price(row.required("id"), row.required("vendor"), row.text("name"), amounts, dates)


SOURCE = WebSource(DESCRIBE, _read)
