"""What the publishers of AI data share: how a source is declared, and how a price becomes a row.

Belongs here: helpers of their modules. Does not: what is done with the rows (`rows`, `evidence`).
"""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tidebook.pipelines.read.sources.base import Connector, FileRow, Parsed, ReceivedFile, description

CONTENTS = "tidebook.plugins.live.rows:CONTENTS"
"""Where it is said what the rows of a source of AI data come to."""
PER_UNIT = "per GPU unit"
"""The basis of revenue per GPU-hour over all hours of a stock of GPUs."""


def source(
    name: str, read: Callable[[Mapping[str, bytes], Parsed], None], made: Callable[[], ReceivedFile] | None = None
) -> Connector:
    """Return the source that has this name in catalogue.toml, whose files `read` reads."""
    return Connector(description(Path(__file__).parent, name), read, made, contents=CONTENTS)


def per_million(row: FileRow, column: str) -> float:
    """Return what a million cost where a cell has the price of one."""
    return round(row.number(column) * 1_000_000, 9)


def price(
    model_id: str, vendor: str, name: str, prices: Iterable[float], dates: Iterable[dt.date | None] = (None, None)
) -> list[dict[str, Any]]:
    """Return one price as a list; `prices` are input, output and cached input in USD per million tokens.

    It is empty without an input price, and for models that are free.
    """
    amounts = dict(zip(("input_price", "output_price", "cached_price"), prices, strict=True))
    period = dict(zip(("from_date", "to_date"), dates, strict=True))
    found = {"model_id": model_id, "vendor": vendor, "name": name or model_id, **amounts, **period}
    return [] if math.isnan(amounts["input_price"]) or amounts["input_price"] == 0 else [found]
