"""The package genai-prices: prices with some dated changes, shipped with this project's own dependencies.

It works without a network: what is fetched is the data that the installed package holds, as JSON of one form.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from pipelines.sources.base import Connector, Description, FileSpec, Parsed, ReceivedFile, Row, price, read_json

FILE = "prices.json"
PACKAGE = "genai-prices"
PERIOD_KEY = ("vendor", "model_id", "from_date")
VENDORS = ("anthropic", "deepseek", "google", "mistral", "openai", "x-ai")


DESCRIBE = Description(
    name="genai_prices",
    title="genai-prices",
    publisher="Pydantic",
    files=(FileSpec(FILE, f"package:{PACKAGE}", "json"),),
    licence="MIT",
    republish=True,
    attribution="genai-prices, Pydantic Services Inc., MIT licence",
    cadence="daily",
    max_age_days=7,
    quarantine_limit=10,
    note="The prices that the installed version of the package holds: those of the vendors themselves.",
)


def _packaged() -> ReceivedFile:
    data = json.dumps({"prices": list(entries())}, ensure_ascii=False, indent=1, sort_keys=True).encode()
    return ReceivedFile(FILE, f"package:{PACKAGE}", data, {"package-version": version(PACKAGE)})


def _read(files: Mapping[str, bytes], vintage: dt.date, parsed: Parsed) -> None:
    items = read_json(parsed.source, FILE, files[FILE], "prices")
    required = ("provider", "id", "input_mtok", "output_mtok", "start_date")
    parsed.prices = parsed.read_objects(FILE, items, required, _price_row, PERIOD_KEY)


def entries() -> Iterator[dict[str, Any]]:
    """Yield each price of the package: plain ones, and those from a day on; prices by the hour are left out."""
    from genai_prices.data import providers

    for provider in providers:
        for model in provider.models:
            conditions = model.prices if isinstance(model.prices, list) else [model.prices]
            for each in conditions:
                constraint = getattr(each, "constraint", None)
                start = getattr(constraint, "start_date", None)
                if constraint is None or start is not None:
                    prices: Any = getattr(each, "prices", each)
                    yield {
                        "provider": provider.id,
                        "id": model.id,
                        "name": model.name or "",
                        "input_mtok": _amount(prices.input_mtok),
                        "output_mtok": _amount(prices.output_mtok),
                        "cache_read_mtok": _amount(prices.cache_read_mtok),
                        "start_date": start.isoformat() if start else None,
                    }


def _amount(value: Any) -> float | None:
    """Return a price, that of the first tier where it depends on the length of the prompt."""
    base = getattr(value, "base", value)
    return None if base is None else float(base)


def _price_row(row: Row) -> list[dict[str, Any]]:
    """Return a vendor's own price; what others resell is irrelevant."""
    if row.text("provider") not in VENDORS:
        return []
    amounts = row.number("input_mtok"), row.number("output_mtok"), row.number("cache_read_mtok")
    return price(row.required("id"), row.required("provider"), row.text("name"), amounts, (row.day("start_date"), None))


SOURCE = Connector(DESCRIBE, _read, _packaged)
