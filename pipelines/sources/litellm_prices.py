"""LiteLLM's price map: what many providers charge per token. Wrong entries are known, so it is a weak source."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pipelines.ingest.errors import InputError, Problem
from pipelines.sources.base import (
    MEBIBYTE,
    Connector,
    Description,
    FileSpec,
    Parsed,
    Row,
    price,
    read_json,
)

FILE = "model_prices.json"
ADDRESS = "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"
DESCRIBE = Description(
    name="litellm_prices",
    title="LiteLLM model prices and context windows",
    publisher="BerriAI",
    files=(FileSpec(FILE, ADDRESS, "json", 32 * MEBIBYTE),),
    licence="MIT",
    republish=True,
    attribution="LiteLLM, BerriAI, MIT licence",
    cadence="daily",
    max_age_days=7,
    tier="W",
    quarantine_limit=25,
    note="Prices of today without history. Errors of a factor of ten have been patched, so it never decides.",
)
VENDORS = ("anthropic", "deepseek", "gemini", "mistral", "openai", "xai")
EXAMPLE = "sample_spec"
REQUIRED = ("model", "litellm_provider", "mode", "input_cost_per_token", "output_cost_per_token")
PER_MILLION = 1_000_000


def _read(files: Mapping[str, bytes], vintage: dt.date, parsed: Parsed) -> None:
    document = read_json(DESCRIBE.name, FILE, files[FILE])
    path = f"{DESCRIBE.name}/{FILE}"
    if not isinstance(document, dict) or not all(isinstance(facts, dict) for facts in document.values()):
        raise InputError(Problem(path, "an object of models"))
    items = [{**facts, "model": name} for name, facts in document.items()]
    parsed.prices += parsed.read_objects(FILE, items, REQUIRED, _price_row, ("vendor", "model_id"))


def _price_row(row: Row) -> list[dict[str, Any]]:
    vendor = row.text("litellm_provider")
    if vendor not in VENDORS or row.text("mode") != "chat" or row.text("model") == EXAMPLE:
        return []
    columns = ("input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost")
    input_price, output_price, cached_price = (round(row.number(column) * PER_MILLION, 9) for column in columns)
    return price(row.required("model"), vendor, "", (input_price, output_price, cached_price))


SOURCE = Connector(DESCRIBE, _read)
