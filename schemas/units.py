"""The units that a number may have, each with its physical bounds and the words that a cell may print for it.

Belongs here: the spellings of currencies, a share as percent; units.csv has one line per unit. Does not: reading text,
which is pipelines/ingest/quantity.py, or conversion between units.
"""

import csv
import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import inf
from pathlib import Path
from typing import Any, TypeVar

EPOCH = date(1970, 1, 1)
"""Day zero of the unit `date`."""

UNSCALED = ("date", "calendar year")
"""The units whose zero is a convention, so that a multiple of a value means nothing."""

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
    capital letter only as written (FLOPs counts operations, FLOPS is a speed), the others in any case. `noun` is what
    a value is called and `examples` are texts of it, where these do not follow from the rest.
    """

    symbol: str
    meaning: str
    currency: str | None
    lower: float
    upper: float
    count: bool
    words: tuple[str, ...]
    whole: bool = False
    noun: str = ""
    examples: tuple[str, ...] = ()

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


def _engine_units() -> Iterator[Unit]:
    """Yield the units of units.csv, those of figures before those that metrics alone have."""
    with (Path(__file__).parent / "units.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            symbol, kind = row["symbol"], row["kind"]
            lower, upper = _bound(row["lower"], -inf), _bound(row["upper"], inf)
            words, examples = (tuple(filter(None, row[name].split("; "))) for name in ("words", "examples"))
            currency = symbol[:3] if kind in ("money", "price") else None
            counts = kind in ("thing", "duration")
            yield Unit(
                symbol, row["meaning"], currency, lower, upper, counts, words, kind == "thing", row["noun"], examples
            )


def _bound(text: str, none: float) -> float:
    """Return a bound of a unit, in days since 1970 where it is a day."""
    return float((date.fromisoformat(text) - EPOCH).days) if text.count("-") == 2 else float(text or none)


TIMES = ("day", "hour")
"""Times of which units may be: per hour."""


class Units(Mapping[str, Unit]):
    """Every unit by its symbol: first the engine's, of figures and then of metrics alone, then a dossier's own."""

    def __init__(self) -> None:
        self.engine = {unit.symbol: unit for unit in _engine_units()}
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

FIRST_YEAR, LAST_YEAR = int(UNITS["calendar year"].lower), int(UNITS["calendar year"].upper)
"""The calendar years that dates and calendar years may lie in, both included."""


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
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else "schemas/units.csv lists the units"
    raise ValueError(f"unknown unit {symbol!r}; {hint}")
