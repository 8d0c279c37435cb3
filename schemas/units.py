"""The units that a number may have, each with its physical bounds and the words that a cell may print for it.

Belongs here: one line per unit, the spellings of currencies, a share as percent. Does not: reading text, which is
pipelines/ingest/quantity.py, or conversion between units.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import inf
from typing import Any, TypeVar

EPOCH = date(1970, 1, 1)
"""Day zero of the unit `date`."""

UNSCALED = ("date", "calendar year")
"""The units whose zero is a convention, so that a multiple of a value means nothing."""

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""The calendar years that dates and calendar years may lie in, both included."""

CURRENCIES: dict[str, tuple[str, ...]] = {
    "USD": ("$", "US$", "USD", "US dollars", "US dollar", "dollars", "dollar"),
    "EUR": ("€", "EUR", "euros", "euro"),
    "GBP": ("£", "GBP", "pounds", "pound"),
    "JPY": ("¥", "JPY", "yen"),
}
"""The spellings of each currency, its sign first, in any case. Words stand after the number only."""


@dataclass(frozen=True)
class Unit:
    """One unit of measure.

    `lower` and `upper` are the physical bounds, both included. `count` says that a plain whole number of it
    is exact, `whole` that a fraction of it cannot exist. `words` may follow a number in a cell: those with a
    capital letter only as written (FLOPs counts operations, FLOPS is a speed), the others in any case.
    """

    symbol: str
    meaning: str
    currency: str | None
    lower: float
    upper: float
    count: bool
    words: tuple[str, ...]
    whole: bool = False

    @property
    def price(self) -> bool:
        """Whether this is money that cannot be negative, such as US dollars per GPU-hour."""
        return self.currency is not None and self.lower >= 0


def own_unit(
    symbol: str,
    meaning: str,
    words: Sequence[str] = (),
    counts: bool = True,
    minimum: float = 0.0,
    maximum: float = inf,
) -> Unit:
    """Return a unit as a dossier declares it."""
    return Unit(symbol, meaning, None, minimum, maximum, counts, tuple(words), counts)


def _things(symbol: str, meaning: str, *words: str, lower: float = 0.0, upper: float = inf) -> Unit:
    return Unit(symbol, meaning, None, lower, upper, True, words, whole=True)


def _duration(symbol: str, meaning: str, upper: float, *words: str) -> Unit:
    return Unit(symbol, meaning, None, 0.0, upper, True, words)


def _money(symbol: str, meaning: str, *words: str) -> Unit:
    return Unit(symbol, meaning, symbol[:3], -inf, inf, False, words)


def _price(symbol: str, meaning: str, *words: str) -> Unit:
    return Unit(symbol, meaning, symbol[:3], 0.0, inf, False, words)


def _measure(symbol: str, meaning: str, lower: float, upper: float, *words: str) -> Unit:
    return Unit(symbol, meaning, None, lower, upper, False, words)


def _days(day: date) -> float:
    return float((day - EPOCH).days)


_FIRST_DAY, _LAST_DAY = _days(date(FIRST_YEAR, 1, 1)), _days(date(LAST_YEAR, 12, 31))

_PER_MTOK = ("per million tokens", "per 1M tokens", "per Mtok", "/million tokens", "/1M tokens", "/Mtok")
_PER_GPU_HOUR = ("per GPU-hour", "per GPU hour", "per gpu-hour", "/GPU-hour", "/GPU hour", "/gpu-hour")

_FIGURE_UNITS = (
    _money("USD", "US dollars"),
    _money("EUR", "euros"),
    _money("GBP", "pounds sterling"),
    _money("JPY", "Japanese yen"),
    _money("USD/year", "US dollars per year", "per year", "a year", "annually", "/year"),
    _price("USD/GPU-hour", "US dollars per hour of one GPU", *_PER_GPU_HOUR),
    _price("USD/Mtok", "US dollars per million tokens", *_PER_MTOK),
    _measure("FLOP", "floating-point operations", 0.0, inf, "FLOP", "FLOPs"),
    _things("token", "tokens of text", "tokens", "token"),
    _things("parameter", "parameters of a model", "parameters", "parameter", "params"),
    _things("GPU", "graphics processors", "GPUs", "GPU", "gpus", "gpu"),
    _measure("GPU-day", "days of one GPU", 0.0, inf, "GPU-days", "GPU-day", "gpu-days", "gpu-day"),
    _things("star", "stars of a code repository", "stars", "star"),
    _things("person", "people", "people", "persons", "person", "researchers", "researcher"),
    _things("company", "companies", "companies", "company"),
    _things("deal", "funding deals", "deals", "deal"),
    _things("event", "events that have happened", "events", "event"),
    _duration("month", "months, a duration", 12_000.0, "months", "month"),
    _duration("year", "years, a duration", 1_000.0, "years", "year"),
    _measure("second", "seconds, a duration", 0.0, inf, "seconds", "second", "secs", "sec", "s"),
    _things("calendar year", "years of the calendar", lower=float(FIRST_YEAR), upper=float(LAST_YEAR)),
    _measure("date", "days since 1970-01-01", _FIRST_DAY, _LAST_DAY),
    _measure("percent", "parts of a hundred", -100.0, inf, "%", "percent", "per cent", "percents", "percentage"),
    _measure("percentage point", "differences of percentages", -inf, inf, "pp", "p.p.", "percentage points"),
    _measure("basis point", "hundredths of a percentage point", -inf, inf, "bps", "bp", "basis points", "basis point"),
    _measure("point", "points of a benchmark that ends at 100", 0.0, 100.0, "points", "point"),
    _measure("ratio", "how many times one number is another", 0.0, inf, "x", "×", "times"),
)

_METRIC_UNITS = (
    _price("USD/FLOP", "US dollars per floating-point operation", "per FLOP", "/FLOP"),
    _price("USD/1e24 FLOP", "US dollars per 1e24 floating-point operations", "per 1e24 FLOP", "/1e24 FLOP"),
    _price("USD/point", "US dollars per benchmark point", "per point", "/point"),
    _price("USD/Mtok/point", "US dollars per million tokens and benchmark point", "per Mtok per point", "/Mtok/point"),
    _price("USD/deal", "US dollars per funding deal", "per deal", "/deal"),
    _measure("GPU-hour", "hours of one GPU", 0.0, inf, "GPU-hours", "GPU-hour", "gpu-hours", "gpu-hour"),
    _measure("GPU-hour/year", "hours of one GPU per year", 0.0, inf, "GPU-hours per year", "GPU-hours/year"),
    _measure("1/year", "relative change per year", -inf, inf, "per year", "/year"),
    _measure("point/USD", "benchmark points per US dollar", -inf, inf, "points per USD", "points/USD"),
    _measure("point/decade", "benchmark points per factor of ten", -inf, inf, "points per decade"),
    _price("USD/EUR", "US dollars per euro", "per EUR", "/EUR"),
    _measure("number", "a number without a unit", -inf, inf),
    _things("rank", "a place in an order", lower=1.0),
    _measure("share", "a part of something, as a fraction of it", 0.0, inf),
    _measure("index", "an index without a unit of its own", 0.0, inf),
    _measure("correlation", "a correlation coefficient", -1.0, 1.0),
    _measure("probability", "a probability", 0.0, 1.0),
    _measure("p-value", "a probability under the null hypothesis", 0.0, 1.0),
)


TIMES = ("day", "hour")
"""Times of which units may be: per hour."""


class Units(Mapping[str, Unit]):
    """Every unit by its symbol: first the engine's, of figures and then of metrics alone, then a dossier's own."""

    def __init__(self) -> None:
        self.engine = {unit.symbol: unit for unit in (*_FIGURE_UNITS, *_METRIC_UNITS)}
        self.declared: Mapping[str, Unit] = {}
        self.caches: list[Any] = []

    def __getitem__(self, symbol: str) -> Unit:
        return self.engine.get(symbol) or self.declared.get(symbol) or self._quotient(symbol)

    def _quotient(self, symbol: str) -> Unit:
        """Return the unit of one thing per another."""
        over, *under = symbol.split("/")
        if not under or not all(each in self or each in TIMES for each in under) or (over != "1" and over not in self):
            raise KeyError(symbol)
        per = " ".join(f"per {each}" for each in under)
        of = self[over] if over != "1" else None
        currency, lower = (of.currency, of.lower) if of else (None, -inf)
        names = [word for each in under for word in (self[each].words if each in self else ()) or (each,)]
        before = [""] if currency or of is None else [*of.words, over]
        joints = [" per ", "/", " a "] if len(under) == 1 else []
        endings = tuple(f"{word}{joint}{name}".strip() for word in before for name in names for joint in joints)
        return Unit(symbol, f"{over} {per}", currency, 0.0 if currency else lower, inf, False, endings)

    def __iter__(self) -> Iterator[str]:
        yield from self.engine
        yield from self.declared

    def __len__(self) -> int:
        return len(self.engine) + len(self.declared)


UNITS = Units()
"""The units of the dossier that this process works on."""


def use_units(declared: Mapping[str, Unit]) -> None:
    """Have these units of a dossier beside the engine's; what was remembered by other units is forgotten."""
    if declared != UNITS.declared:
        UNITS.declared = dict(declared)
        for each in UNITS.caches:
            each.cache_clear()


F = TypeVar("F", bound=Callable[..., Any])


def cached_by_unit(function: F) -> F:
    """Remember what a function makes of a unit, as long as the same units are there."""
    cached: Any = cache(function)
    UNITS.caches.append(cached)
    return cached  # type: ignore[no-any-return]


def percent(share: float) -> str:
    """Return a share of one in percent, to one decimal; it says 0 or 100 only where it is exactly so."""
    if 0 < share < 0.001:
        return "less than 0.1 %"
    if 0.999 < share < 1:
        return "more than 99.9 %"
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def get_unit(symbol: str) -> Unit:
    """Return the unit with this symbol. Raises ValueError for an unknown symbol, naming those that look like it."""
    unit = UNITS.get(symbol)
    if unit is not None:
        return unit
    close = difflib.get_close_matches(symbol, UNITS, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else "schemas/units.py lists the units"
    raise ValueError(f"unknown unit {symbol!r}; {hint}")
