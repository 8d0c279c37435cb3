"""What the units are: their bounds, what is counted, and a share in percent."""

from __future__ import annotations

from math import inf

import pytest

from schemas.units import get_unit, percent


@pytest.mark.parametrize(
    ("symbol", "currency", "lower", "upper", "count", "whole", "price"),
    [
        ("USD", "USD", -inf, inf, False, False, False),
        ("USD/year", "USD", -inf, inf, False, False, False),
        ("USD/Mtok", "USD", 0, inf, False, False, True),
        ("token", None, 0, inf, True, True, False),
        ("month", None, 0, 12_000, True, False, False),
        ("year", None, 0, 1_000, True, False, False),
        ("calendar year", None, 1900, 2200, True, True, False),
        ("date", None, -25_567, 84_370, False, False, False),
        ("percent", None, -100, inf, False, False, False),
        ("probability", None, 0, 1, False, False, False),
        ("number", None, -inf, inf, False, False, False),
        ("rank", None, 1, inf, True, True, False),
        ("second", None, 0, inf, False, False, False),
        ("second/deal", None, 0, inf, False, False, False),
        ("USD/company/hour", "USD", 0, inf, False, False, True),
    ],
)
def test_a_unit_is_bounded(
    symbol: str, currency: str | None, lower: float, upper: float, count: bool, whole: bool, price: bool
) -> None:
    unit = get_unit(symbol)
    assert (unit.symbol, unit.currency, unit.lower, unit.upper) == (symbol, currency, lower, upper)
    assert (unit.count, unit.whole, unit.price) == (count, whole, price)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (0.0001, "less than 0.1 %"),
        (0.001, "0.1 %"),
        (0.0851, "8.5 %"),
        (0.5, "50 %"),
        (0.999, "99.9 %"),
        (0.9991, "more than 99.9 %"),
        (1, "100 %"),
        (1.204, "120.4 %"),
    ],
)
def test_a_share_in_percent(share: float, text: str) -> None:
    assert percent(share) == text
