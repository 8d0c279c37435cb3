"""Shared by the publishers of AI data: declaring a source, and making the row of a price.

Belongs here: helpers of their modules. Does not: what is done with the rows (`rows`, `evidence`).
"""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tidebook.pipelines.read.sources.base import Connector, FileRow, Parsed, ReceivedFile, description

CONTENTS = "tidebook.plugins.live.rows:CONTENTS"
"""Location of the tables that sources of AI data fill."""
PER_UNIT = "per GPU unit"
"""The basis of revenue per GPU-hour over all hours of a stock of GPUs."""


def source(
    name: str, read: Callable[[Mapping[str, bytes], Parsed], None], made: Callable[[], ReceivedFile] | None = None
) -> Connector:
    """Return the source with this name in catalogue.toml; `read` parses its files."""
    return Connector(description(Path(__file__).parent, name), read, made, contents=CONTENTS)


def per_million(row: FileRow, column: str) -> float:
    """Return the price of a million from a cell with the price of one."""
    return round(row.number(column) * 1_000_000, 9)


def price(
    model_id: str, vendor: str, name: str, prices: Iterable[float], dates: Iterable[dt.date | None] = (None, None)
) -> list[dict[str, Any]]:
    """Return one price as a list; empty without an input price, and for free models.

    `prices` are those of input, output and cached input, in USD per million tokens.
    """
    amounts = dict(zip(("input_price", "output_price", "cached_price"), prices, strict=True))
    period = dict(zip(("from_date", "to_date"), dates, strict=True))
    found = {"model_id": model_id, "vendor": vendor, "name": name or model_id, **amounts, **period}
    return [] if math.isnan(amounts["input_price"]) or amounts["input_price"] == 0 else [found]
