"""Price lists: the package genai-prices, Simon Willison's llm-prices, and LiteLLM's map of prices per token."""

import json
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.sources.base import (
    Connector,
    FileRow,
    Parsed,
    ReadRow,
    ReceivedFile,
    read_json,
)
from tidebook.plugins.live.extra import needed
from tidebook.plugins.live.publisher import per_million, price, source

PACKAGE, PACKAGED, HISTORICAL, TOKEN_PRICES = "genai-prices", "prices.json", "historical.json", "model_prices.json"
PACKAGED_VENDORS = ("anthropic", "deepseek", "google", "mistral", "openai", "x-ai")
LITELLM_VENDORS = ("anthropic", "deepseek", "gemini", "mistral", "openai", "xai")
LITELLM_EXAMPLE = "sample_spec"


def _source(
    name: str, file: str, read_row: ReadRow, key: tuple[str, ...], made: Callable[[], ReceivedFile] | None = None
) -> Connector:
    """Return the source of a file with one object, a list of prices."""

    def read(files: Mapping[str, bytes], parsed: Parsed) -> None:
        items = read_json(name, file, files[file], "prices")
        parsed.rows["model_prices"] += parsed.read_objects(file, items, read_row, key)

    return source(name, read, made)


def _packaged() -> ReceivedFile:
    """Return the prices in the installed package as canonical JSON, without the network."""
    data = json.dumps({"prices": list(entries())}, ensure_ascii=False, indent=1, sort_keys=True).encode()
    return ReceivedFile(PACKAGED, f"package:{PACKAGE}", data, {"package-version": version(PACKAGE)})


def entries() -> Iterator[dict[str, Any]]:
    """Yield the prices of the package, with their first day if they have one.

    Raises:
        RuntimeError: it is not installed.
    """
    with needed("genai_prices", "genai-prices"):
        from genai_prices.data import providers

    for provider in providers:
        for model in provider.models:
            about = {"provider": provider.id, "id": model.id, "name": model.name or ""}
            conditional = model.prices if isinstance(model.prices, list) else [model.prices]
            for each in conditional:
                constraint = getattr(each, "constraint", None)
                start = getattr(constraint, "start_date", None)
                if constraint is not None and start is None:
                    continue  # a price for some hours of the day
                prices: Any = getattr(each, "prices", each)
                yield {
                    **about,
                    "input_mtok": _amount(prices.input_mtok),
                    "output_mtok": _amount(prices.output_mtok),
                    "cache_read_mtok": _amount(prices.cache_read_mtok),
                    "start_date": start.isoformat() if start else None,
                }


def _amount(value: Any) -> float | None:
    """Return a price; if it depends on the length of the prompt, that of the first tier."""
    base = getattr(value, "base", value)
    return None if base is None else float(base)


def _packaged_price(row: FileRow) -> list[dict[str, Any]]:
    """Return a vendor's own price; those of resellers are irrelevant."""
    if row.text("provider") not in PACKAGED_VENDORS:
        return []
    amounts = map(row.number, ("input_mtok", "output_mtok", "cache_read_mtok"))
    return price(row.required("id"), row.required("provider"), row.text("name"), amounts, (row.day("start_date"), None))


def _dated_price(row: FileRow) -> list[dict[str, Any]]:
    amounts = map(row.number, ("input", "output", "input_cached"))
    dates = map(row.day, ("from_date", "to_date"))
    return price(row.required("id"), row.required("vendor"), row.text("name"), amounts, dates)


def _read_litellm(files: Mapping[str, bytes], parsed: Parsed) -> None:
    document = read_json(parsed.source, TOKEN_PRICES, files[TOKEN_PRICES])
    if not isinstance(document, dict) or not all(isinstance(facts, dict) for facts in document.values()):
        raise InputError(Problem(f"{parsed.source}/{TOKEN_PRICES}", "an object of models"))
    items = [{**facts, "model": name} for name, facts in document.items()]
    parsed.rows["model_prices"] += parsed.read_objects(TOKEN_PRICES, items, _token_price, ("vendor", "model_id"))


def _token_price(row: FileRow) -> list[dict[str, Any]]:
    vendor = row.text("litellm_provider")
    if vendor not in LITELLM_VENDORS or row.text("mode") != "chat" or row.text("model") == LITELLM_EXAMPLE:
        return []
    columns = ("input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost")
    amounts = (per_million(row, column) for column in columns)
    return price(row.required("model"), vendor, "", amounts)


GENAI_PRICES = _source("genai_prices", PACKAGED, _packaged_price, ("vendor", "model_id", "from_date"), _packaged)
LLM_PRICES = _source("llm_prices", HISTORICAL, _dated_price, ("vendor", "model_id", "from_date", "to_date"))
LITELLM_PRICES = source("litellm_prices", _read_litellm)
