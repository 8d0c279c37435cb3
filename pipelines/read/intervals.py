"""How a number is drawn: the distribution that its implied interval, or an interval stated beside it, gives.

Belongs here: what follows from one parsed number and the assumptions. Does not: which values a text allows
(`quantities.implied`), errors that were observed (`evaluate.calibration`), or the draws (`evaluate.scenarios`).
"""

import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.read.stated_intervals import StatedInterval, drawn_from_interval
from tidebook.schemas.units import UNITS, UNSCALED


def assumed_ends(kind: str, value: float, unit: str, assumed: Assumptions) -> tuple[float, float]:
    """Return the interval from which an estimate or an open-ended number is drawn, in its unit.

    Dates are off by days and calendar years by years; other numbers by a factor. An open end extends away from the
    value. No reference is used, so that the interval can be compared with the references later.
    """
    size, rules = abs(value), assumed.open_ended
    if unit in UNSCALED:
        days = assumed.dates.estimate_days
        # A whole number of years: a calendar year has no parts.
        off = days if unit == "date" else math.ceil(days / 365)
        return value - off * (kind != "at_least"), value + off * (kind != "at_most")
    if kind == "at_least":
        return _within(value, value + size * (rules.at_least_hides - 1), unit)
    if kind == "at_most":
        return _within(value - size * (1 - 1 / rules.at_most_hides), value, unit)
    spread = assumed.spread(unit)
    # Sorted, for a negative value.
    low, high = sorted((value / spread, value * spread))
    return _within(low, high, unit)


def spread_columns(
    quantity: Quantity, basis: str, assumed: Assumptions, interval: StatedInterval | None = None
) -> dict[str, Any]:
    """Return the columns of `Figures` on the uncertainty of a quantity, in its unit.

    `interval` is stated beside it. Without one, a figure whose basis is among the `exact_bases`, such as a list price,
    is a statement and no measurement: it does not vary.
    """
    allowed = quantity.interval if interval is None else Interval(*interval[:2])
    if quantity.kind != "missing" and interval is not None:
        spread, (drawn_low, drawn_high) = drawn_from_interval(interval)
    elif quantity.kind == "missing" or basis in assumed.exact_bases:
        spread, (drawn_low, drawn_high) = "none", (quantity.value, quantity.value)
    else:
        spread, (drawn_low, drawn_high) = _drawn_from_text(quantity, assumed)
    return {
        **allowed._asdict(),
        "distribution": spread,
        "drawn_low": drawn_low,
        "drawn_high": drawn_high,
        "degrees_of_freedom": math.nan,
    }


def _drawn_from_text(quantity: Quantity, assumed: Assumptions) -> tuple[str, tuple[float, float]]:
    """Return how to draw what a text allows."""
    low, high, unit = quantity.low, quantity.high, quantity.unit
    if quantity.kind == "rounded":
        # A day is drawn as a moment of it, so that the last one ends with the next.
        return "rounding", _within(low, high + (unit == "date"), unit)
    if quantity.loose or math.isinf(low) or math.isinf(high) or quantity.kind in ("at_least", "at_most"):
        return "assumed", assumed_ends(quantity.kind, quantity.value, unit, assumed)
    if quantity.kind == "estimate":
        return "range", (low, high)
    return "none", (quantity.value, quantity.value)


def measured_columns(row: Mapping[str, Any], assumed: Assumptions) -> dict[str, Any]:
    """Return how an exact number is drawn where its basis makes it a measurement, given its row of `Figures`."""
    if row["kind"] == "missing":
        return {}
    loose = False
    if row["kind"] == "estimate":
        with suppress(QuantityError):
            loose = parse_quantity(row["text"], row["unit"]).loose
    read = Quantity(row["value"], row["low"], row["high"], row["kind"], row["unit"], "", loose=loose)
    spread, (low, high) = _drawn_from_text(read, assumed)
    return {"distribution": spread, "drawn_low": low, "drawn_high": high}


def _within(low: float, high: float, unit: str) -> tuple[float, float]:
    """Cut an interval at the bounds of its unit."""
    return max(low, UNITS[unit].lower), min(high, UNITS[unit].upper)
