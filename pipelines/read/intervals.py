"""The uncertainty of one number: the interval that its text implies, and the distribution to draw it from.

Belongs here: what follows from one text and the assumptions. Does not: errors that were observed
(`evaluate.calibration`), or the draws (`evaluate.scenarios`).
"""

import math
from typing import Any, NamedTuple

from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.schemas.units import UNITS, UNSCALED


class StatedInterval(NamedTuple):
    """An interval stated beside a value; `percent` is its coverage, NaN if it is not stated."""

    low: float
    high: float
    percent: float


def support(reading: Quantity, assumed: Assumptions) -> tuple[float, float]:
    """Return the implied interval of a reading; an estimate without bounds gets the one assumed for its unit."""
    if reading.kind != "estimate" or not math.isnan(reading.low):
        return reading.low, reading.high
    return assumed_ends(reading.kind, reading.value, reading.unit, assumed)


def assumed_ends(kind: str, value: float, unit: str, assumed: Assumptions) -> tuple[float, float]:
    """Return the interval assumed for an estimate or an open-ended number, in its unit.

    Dates are off by days and calendar years by years; other numbers by a factor. An open end extends away from the
    value. No reference is used, so that the interval can be compared with the references later.
    """
    size, rules = abs(value), assumed.open_ended
    if kind == "at_least":
        return _within(value, value + size * (rules.at_least_hides - 1), unit)
    if kind == "at_most":
        return _within(value - size * (1 - 1 / rules.at_most_hides), value, unit)
    if unit in UNSCALED:
        days = assumed.dates.estimate_days
        off = days if unit == "date" else math.ceil(days / 365)
        return value - off, value + off
    spread = assumed.spread(unit)
    low, high = sorted((value / spread, value * spread))
    return _within(low, high, unit)


def ends_are_assumed(figure: Row, assumed: Assumptions) -> bool:
    """Whether the interval of a figure or reference is assumed and not stated.

    No column says so, therefore the ends are compared: an estimate whose text states just these ends counts as well.
    """
    kind, value, unit = figure["kind"], figure["value"], figure["unit"]
    return kind == "estimate" and (figure["low"], figure["high"]) == assumed_ends(kind, value, unit, assumed)


def spread_columns(
    reading: Quantity, basis: str, assumed: Assumptions, interval: StatedInterval | None = None
) -> dict[str, Any]:
    """Return the columns of `Figures` on the uncertainty of a reading, in its unit.

    `interval` is stated beside it. A figure whose basis is among the `exact_bases`, such as a list price, is a
    statement and no measurement: it does not vary.
    """
    low, high = support(reading, assumed) if interval is None else interval[:2]
    is_open = (reading.low_open, reading.high_open) if interval is None else (False, False)
    if reading.kind == "missing" or basis in assumed.exact_bases:
        spread, (drawn_low, drawn_high) = "none", (reading.value, reading.value)
    elif interval is not None:
        spread, (drawn_low, drawn_high) = _drawn_from_interval(interval)
    else:
        spread, (drawn_low, drawn_high) = _drawn_from_text(reading, (low, high), assumed)
    return {
        "low": low,
        "high": high,
        "low_open": is_open[0],
        "high_open": is_open[1],
        "distribution": spread,
        "drawn_low": drawn_low,
        "drawn_high": drawn_high,
        "degrees_of_freedom": math.nan,
    }


def _drawn_from_interval(interval: StatedInterval) -> tuple[str, tuple[float, float]]:
    """Return how to draw from a stated interval: a lognormal with this coverage, or uniformly without one."""
    low, high, percent = interval
    if low > 0 and not math.isnan(percent):
        return "interval", _inner(low, high, percent)
    return "range", (low, high)


def _drawn_from_text(
    reading: Quantity, ends: tuple[float, float], assumed: Assumptions
) -> tuple[str, tuple[float, float]]:
    """Return how to draw from the implied interval of a reading."""
    unit = reading.unit
    match reading.kind:
        case "rounded":
            return "rounding", _within(*ends, unit)
        case "at_least" | "at_most":
            # The implied interval is open: draws need the assumed end.
            return "assumed", assumed_ends(reading.kind, reading.value, unit, assumed)
        case "estimate":
            return "assumed" if math.isnan(reading.low) else "range", _within(*ends, unit)
    return "none", (reading.value, reading.value)


def _within(low: float, high: float, unit: str) -> tuple[float, float]:
    """Cut an interval at the bounds of its unit."""
    return max(low, UNITS[unit].lower), min(high, UNITS[unit].upper)


def _inner(low: float, high: float, percent: float) -> tuple[float, float]:
    """Return the 5th and 95th percentile of the lognormal distribution whose central `percent` are the interval."""
    from scipy.special import ndtri  # lazy: scipy is slow to import, and few dossiers state such intervals

    # In logarithms it is normal around the middle; widths of a normal are proportional to its quantiles.
    middle, half = math.log(low * high) / 2, math.log(high / low) / 2
    half *= float(ndtri(0.95) / ndtri(0.5 + percent / 200))
    return math.exp(middle - half), math.exp(middle + half)
