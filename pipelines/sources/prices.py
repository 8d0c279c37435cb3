"""What the connectors to price lists share: the row of a model's price."""

import datetime as dt
import math
from typing import Any


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
    input_price, output_price, cached_price = prices
    if math.isnan(input_price) or input_price == 0:
        return []
    return [
        {
            "model_id": model_id,
            "vendor": vendor,
            "name": name or model_id,
            "input_price": input_price,
            "output_price": output_price,
            "cached_price": cached_price,
            "from_date": dates[0],
            "to_date": dates[1],
        }
    ]
