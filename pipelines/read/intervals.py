"""How far a number may be off: the interval that its text supports, and how worlds draw it.

Belongs here: what one text and the assumptions say. Does not: what errors were found (`evaluate.calibration`),
or the drawing (`evaluate.scenarios`).
"""

import math
import re
from typing import Any, NamedTuple

from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.quantities.quantity import Quantity, parse_quantity
from tidebook.schemas.units import UNITS, UNSCALED

LEVEL = re.compile(r" at (\d\d(?:\.\d+)?) ?%\Z", re.ASCII)
"""How a stated interval ends that says how much it covers: `8.2e24–4.4e25 at 90 %`."""


class Interval(NamedTuple):
    """An interval stated beside a value; `percent` is what it covers, NaN where it does not say."""

    low: float
    high: float
    percent: float


def parse_interval(text: str, unit: str) -> Interval:
    """Return a stated interval. Raises QuantityError if it cannot be read in the unit."""
    level = LEVEL.search(text)
    reading = parse_quantity(text[: level.start()] if level else text, unit)
    return Interval(reading.low, reading.high, float(level[1]) if level else math.nan)


def support(reading: Quantity, assumed: Assumptions) -> tuple[float, float]:
    """Return the interval of a reading; an estimate without bounds gets the assumed spread of its unit."""
    if reading.kind != "estimate" or not math.isnan(reading.low):
        return reading.low, reading.high
    return assumed_ends(reading.kind, reading.value, reading.unit, assumed)


def assumed_ends(kind: str, value: float, unit: str, assumed: Assumptions) -> tuple[float, float]:
    """Return how far an estimate or an open-ended number may be off, before any reference is seen.

    A date is off by days, a calendar year by years; anything else by a factor, an open end away from the value.
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
    """Return whether it is assumed how far an estimate may be off, of a row of figures or references.

    No column says so, so the ends are compared: an estimate whose text states just those ends counts as well.
    """
    kind, value, unit = figure["kind"], figure["value"], figure["unit"]
    return kind == "estimate" and (figure["low"], figure["high"]) == assumed_ends(kind, value, unit, assumed)


def spread_columns(
    reading: Quantity, basis: str, assumed: Assumptions, interval: Interval | None = None
) -> dict[str, Any]:
    """Return `low`, `high` and how worlds draw a reading, as columns of `Figures`; `interval` is stated beside it.

    What is stated and not measured, such as a list price, does not vary: its basis is among the `exact_bases`.
    """
    low, high = support(reading, assumed) if interval is None else interval[:2]
    spread, ends = "none", (reading.value, reading.value)
    if reading.kind == "missing" or basis in assumed.exact_bases:
        pass
    elif interval is not None and low > 0 and not math.isnan(interval.percent):
        spread, ends = "interval", _inner(low, high, interval.percent)
    elif interval is not None:
        spread, ends = "range", (low, high)
    elif reading.kind == "rounded":
        spread, ends = "rounding", _within(low, high, reading.unit)
    elif reading.kind in ("at_least", "at_most"):
        spread, ends = "assumed", assumed_ends(reading.kind, reading.value, reading.unit, assumed)
    elif reading.kind == "estimate":
        spread, ends = "assumed" if math.isnan(reading.low) else "range", _within(low, high, reading.unit)
    drawn = dict(zip(("drawn_low", "drawn_high"), ends, strict=True))
    return {"low": low, "high": high, "spread": spread, **drawn, "degrees": math.nan}


def _within(low: float, high: float, unit: str) -> tuple[float, float]:
    """Return an interval within the bounds of its unit."""
    return max(low, UNITS[unit].lower), min(high, UNITS[unit].upper)


def _inner(low: float, high: float, percent: float) -> tuple[float, float]:
    """Return the 5th and 95th percentile of the lognormal distribution of which an interval covers so many percent."""
    from scipy.special import ndtri  # importing it takes long, and few dossiers state such intervals

    middle, half = math.log(low * high) / 2, math.log(high / low) / 2
    half *= float(ndtri(0.95) / ndtri(0.5 + percent / 200))
    return math.exp(middle - half), math.exp(middle + half)
