"""What the connectors to price lists share: the row of a model's price."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

LIST = "list price"


def price(
    model_id: str,
    vendor: str,
    name: str,
    prices: tuple[float, float, float],
    dates: tuple[dt.date | None, dt.date | None] = (None, None),
) -> list[dict[str, Any]]:
    """Return one price as a list; `prices` are input, output and cached input in USD per million tokens.

    It is empty without an input price, and for models that are free.
    """
    given, made, cached = prices
    if math.isnan(given) or given == 0:
        return []
    return [
        {
            "model_id": model_id,
            "vendor": vendor,
            "name": name or model_id,
            "input_price": given,
            "output_price": made,
            "cached_price": cached,
            "from_date": dates[0],
            "to_date": dates[1],
        }
    ]
