"""LiteLLM's price map: what many providers charge per token. Wrong entries are known, so it is a weak source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pipelines.ingest.errors import InputError, Problem
from pipelines.sources.base import (
    MEBIBYTE,
    Description,
    FileCount,
    FileSpec,
    Parsed,
    Row,
    WebSource,
    mark_duplicates,
    read_json,
    take_rows,
)
from pipelines.sources.prices import price

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
PER_MILLION = 1_000_000


def read(files: Mapping[str, bytes], vintage: dt.date, parsed: Parsed) -> None:
    """Read the prices of chat models that vendors themselves sell."""
    document = read_json(DESCRIBE.name, FILE, files[FILE])
    path = f"{DESCRIBE.name}/{FILE}"
    if not isinstance(document, dict) or not all(isinstance(facts, dict) for facts in document.values()):
        raise InputError(Problem(path, "an object of models"))
    keys = {key for facts in document.values() for key in facts}
    missing = [key for key in ("input_cost_per_token", "litellm_provider", "mode") if key not in keys]
    if missing:
        raise InputError(Problem(path, f"the keys {', '.join(missing)}, which are missing"))
    parsed.files.append(FileCount(FILE))
    rows = (Row(place, {"model": name, **facts}) for place, (name, facts) in enumerate(document.items(), start=1))
    made = take_rows(DESCRIBE.name, FILE, rows, parsed, entry)
    parsed.prices += mark_duplicates(made, ("vendor", "model_id"), parsed)


def entry(row: Row) -> list[dict[str, Any]]:
    """Return the price of a vendor's chat model."""
    vendor = row.text("litellm_provider")
    if vendor not in VENDORS or row.text("mode") != "chat" or row.text("model") == EXAMPLE:
        return []
    columns = ("input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost")
    given, made, cached = (round(row.number(column) * PER_MILLION, 9) for column in columns)
    return price(row.needed("model"), vendor, "", (given, made, cached))


SOURCE = WebSource(DESCRIBE, read)
