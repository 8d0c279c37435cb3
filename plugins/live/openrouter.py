"""OpenRouter: the models that it lists with their prices, and the daily tokens of each model.

Belongs here: reading its files, and the share of open-weight models, by the rule in the note of catalogue.toml.
"""

import datetime as dt
import functools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.grouping import grouped
from tidebook.pipelines.read.sources.base import (
    FileRow,
    Parsed,
    observation,
    read_json,
)
from tidebook.plugins.live.publisher import per_million, price, source

MODELS, RANKINGS = "models.json", "rankings_daily.csv"
SHARE = "open_weight_share"
BASIS = "prompt and completion, as each provider counts them"
ALIASES = {"model_permaslug": "model", "total_tokens": "tokens"}


def _read(files: Mapping[str, bytes], parsed: Parsed) -> None:
    document = read_json(parsed.source, MODELS, files[MODELS])
    document = document if isinstance(document, dict) else {}
    links, items = document.get("links"), document.get("data")
    if isinstance(links, dict) and links.get("next"):
        raise InputError(Problem(f"{parsed.source}/{MODELS}", "all models in one page, without a next one"))
    open_weight: dict[str, bool] = {}

    def listed(row: FileRow) -> list[dict[str, Any]]:
        name, pricing = row.required("id"), row.cells.get("pricing")
        if not isinstance(pricing, dict):
            row.reject("pricing", "an object with prompt and completion")
            return []
        open_weight[name] = bool(row.text("hugging_face_id"))
        slug = row.text("canonical_slug")
        if slug:  # the rankings name models by it
            open_weight[slug] = open_weight[name]
        if str(pricing.get("prompt", "")).startswith("-"):
            return []  # entries of the router itself have no price of their own
        cells = row._replace(cells=pricing)  # a bad price rejects the row
        amounts = map(functools.partial(per_million, cells), ("prompt", "completion", "input_cache_read"))
        return price(name, name.partition("/")[0], row.text("name"), amounts)

    parsed.rows["model_prices"] += parsed.read_objects(MODELS, items, listed, ("model_id",))
    daily = functools.partial(_daily_tokens, open_weight=open_weight)
    tokens = parsed.read_csv(RANKINGS, files[RANKINGS], daily, ("subject", "date"), ALIASES)
    parsed.observations += [*tokens, *_shares(tokens)]


def _daily_tokens(row: FileRow, open_weight: Mapping[str, bool]) -> list[dict[str, Any]]:
    # `number` takes an empty cell for an unknown one.
    row.required("tokens")
    name, day, tokens = row.required("model"), row.required_day("date"), row.number("tokens")
    found = observation("tokens_per_day", name, day, tokens, "tokens/day", BASIS)
    # A variant such as `:free` is of the same model.
    return [{**each, "open": open_weight.get(name.partition(":")[0])} for each in found]


def _shares(tokens: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the daily open-weight share in percent: of all tokens, and of those of listed models.

    The share of all tokens is a lower bound: models that are not listed count as closed.
    """
    counted = [row for row in sorted(tokens, key=itemgetter("date")) if not row["duplicate_of"]]
    shares = []
    for day, rows in grouped(counted, itemgetter("date")).items():
        first = {key: rows[0][key] for key in ("source", "file", "row", "duplicate_of")}
        shares += [first | share for share in _shares_of_day(day, rows)]
    return shares


def _shares_of_day(day: dt.date, rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the shares of one day's rows as observations."""
    listed = [row for row in rows if row["open"] is not None]
    open_tokens = _tokens_of(row for row in listed if row["open"])
    for basis, whole in (("all tokens", _tokens_of(rows)), ("tokens of classed models", _tokens_of(listed))):
        share = 100 * open_tokens / whole if whole else math.nan
        yield from observation(SHARE, "openrouter", day, share, "percent", basis)


def _tokens_of(rows: Iterable[Mapping[str, Any]]) -> float:
    return math.fsum(row["value"] for row in rows)


SOURCE = source("openrouter", _read)
