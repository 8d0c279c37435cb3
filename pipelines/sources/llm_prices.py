"""Simon Willison's llm-prices: list prices per vendor with the days on which they changed, as JSON."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pipelines.sources.base import Connector, Description, FileSpec, Parsed, Row, price, read_json

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
    items, key = read_json(parsed.source, FILE, files[FILE], "prices"), ("vendor", "model_id", "from_date", "to_date")
    parsed.prices += parsed.read_objects(FILE, items, REQUIRED, _price_row, key)


def _price_row(row: Row) -> list[dict[str, Any]]:
    dates = row.day("from_date"), row.day("to_date")
    amounts = row.number("input"), row.number("output"), row.number("input_cached")
    return price(row.required("id"), row.required("vendor"), row.text("name"), amounts, dates)


SOURCE = Connector(DESCRIBE, _read)
