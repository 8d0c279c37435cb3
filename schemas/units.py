"""The units that a number may have, each with its physical bounds and the words that a cell may print for it.

Belongs here: a share as percent; units.csv has one line per unit, with spellings of currencies. Does not: units of an
article, which its dossier declares; reading text (`read.quantities.quantity`); conversion between units.
"""

import csv
import difflib
import re
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

with (Path(__file__).parent / "units.csv").open(encoding="utf-8", newline="") as stream:
    ROWS = list(csv.DictReader(stream))

CURRENCIES: dict[str, tuple[str, ...]] = {
    row["symbol"]: tuple(row["words"].split("; ")) for row in ROWS if row["kind"] == "currency"
}
"""The spellings of each currency, its sign first, in any case. Words stand after the number only.

Every other currency is a unit as well, by its ISO code.
"""


@dataclass(frozen=True)
class Unit:
    """One unit of measure.

    `lower` and `upper` are the physical bounds, both included. `count` says that a plain whole number of it
    is exact, `whole` that a fraction of it cannot exist. `words` may follow a number in a cell: those with a
    capital letter only as written (MW is no mW), the others in any case. `noun` is what
    a value is called and `examples` are texts of it, where these do not follow from the rest. Of a `binary` one K may
    be 1,024; a multiple is `of` another unit.
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
    binary: bool = False
    of: str = ""

    @property
    def price(self) -> bool:
        """Whether this is money that cannot be negative, such as US dollars per hour."""
        return self.currency is not None and self.lower >= 0

    @property
    def many(self) -> str:
        """What several of it are called."""
        return self.words[0] if self.words else self.symbol + "s" * self.count

    @property
    def one(self) -> str:
        """What one of it is called: as its symbol where that is a word of it, else as the last of its words."""
        return self.symbol if self.symbol in self.words or not self.words else self.words[-1]


def own_unit(
    symbol: str,
    meaning: str,
    words: Sequence[str] = (),
    counts: bool = True,
    minimum: float = 0.0,
    maximum: float = inf,
    binary: bool = False,
    of: str = "",
) -> Unit:
    """Return a unit as a dossier declares it."""
    return Unit(
        symbol, meaning, None, float(minimum), float(maximum), counts, tuple(words), counts, binary=binary, of=of
    )


def _engine_units() -> Iterator[Unit]:
    """Yield the units of units.csv, those of figures before those that metrics alone have."""
    for row in ROWS:
        symbol, kind = row["symbol"], row["kind"]
        lower, upper = _bound(row["lower"], -inf), _bound(row["upper"], inf)
        words, examples = (tuple(filter(None, row[name].split("; "))) for name in ("words", "examples"))
        words = words if symbol not in CURRENCIES else ()  # which stand on either side of a number
        currency = symbol[:3] if kind in ("currency", "money") else None
        whole = kind == "thing"
        counts = whole or kind == "duration"
        yield Unit(symbol, row["meaning"], currency, lower, upper, counts, words, whole, row["noun"], examples)


def _bound(text: str, none: float) -> float:
    """Return a bound of a unit, in days since 1970 where it is a day."""
    return float((date.fromisoformat(text) - EPOCH).days) if text.count("-") == 2 else float(text or none)


TIMES = ("day", "hour")
"""Times of which units may be: per hour, or a thing's hours."""
SHORT_TIMES = {"h": "hour"}
"""How a time may be written behind a slash."""


@cache
def currency_codes() -> frozenset[str]:
    """Return the ISO codes of all currencies, those of the past too (CLDR's, by babel)."""
    from babel import Locale

    return frozenset(Locale("en").currencies)


class Units(Mapping[str, Unit]):
    """Every unit by its symbol: the engine's, then those that a dossier declares, then products and quotients.

    The currencies that the engine has no spellings of are units as well, which no iteration yields.
    """

    def __init__(self) -> None:
        self.engine = {unit.symbol: unit for unit in _engine_units()}
        self.declared: Mapping[str, Unit] = {}
        self.caches: list[Any] = []
        self._made: dict[str, Unit] = {}

    @property
    def named(self) -> dict[str, Unit]:
        """All units that are neither products nor quotients."""
        return {**self.declared, **self.engine}

    def use(self, declared: Mapping[str, Unit]) -> None:
        """Have these units of a dossier beside the engine's; what was remembered by other units is forgotten."""
        if declared != self.declared:
            self.declared = dict(declared)
            self._made = {}
            for each in self.caches:
                each.cache_clear()

    def __getitem__(self, symbol: str) -> Unit:
        if found := self.engine.get(symbol) or self.declared.get(symbol) or self._made.get(symbol):
            return found
        self._made[symbol] = self._currency(symbol) or self._quotient(symbol)
        return self._made[symbol]

    @staticmethod
    def _currency(symbol: str) -> Unit | None:
        """Return a currency that the engine has no spellings of."""
        is_code = len(symbol) == 3 and symbol.isupper() and symbol in currency_codes()
        return Unit(symbol, symbol, symbol, -inf, inf, False, ()) if is_code else None

    def _quotient(self, symbol: str) -> Unit:
        """Return the unit of one thing per another."""
        over, *under = symbol.split("/")
        if not under:
            return self._product(symbol)
        of = self[over] if over != "1" else None
        currency, lower = (of.currency, of.lower) if of else (None, -inf)
        names = [name for each in under for name in self._under(each)]
        before = [""] if currency or of is None else [*of.words, over]
        joints = [" per ", "/", " a ", " an "] if len(under) == 1 else []
        endings = tuple(f"{word}{joint}{name}".strip() for word in before for name in names for joint in joints)
        endings += tuple(f"{word}/{short}" for word in before for short, time in SHORT_TIMES.items() if under == [time])
        per = " and ".join(under)
        return Unit(symbol, f"{over} per {per}", currency, 0.0 if currency else lower, inf, False, endings)

    def _under(self, symbol: str) -> Sequence[str]:
        """Return the words of what another unit is per, such as `people` or `1e6 people`."""
        number, _, name = symbol.rpartition(" ") if symbol not in self.engine else ("", "", symbol)
        if number and not re.fullmatch(MULTIPLE, number):
            raise KeyError(symbol)
        words = (name,) if name in (*TIMES, TENFOLD) else (self[name].one, *self[name].words, name)
        return [f"{number} {word}".strip() for word in dict.fromkeys(words)]

    def _product(self, symbol: str) -> Unit:
        """Return the unit of a thing's days or hours, or of one thing times another that a dossier declares."""
        thing, _, other = symbol.rpartition("-")
        if other not in (*TIMES, *self.declared):
            raise KeyError(symbol)
        of = self[thing]
        names = dict.fromkeys((thing, *of.words))
        others = (f"{other}s", other) if other in TIMES else dict.fromkeys((other, *self[other].words))
        words = tuple(f"{name}{joint}{end}" for name in names for joint in "- " for end in others)
        meaning = f"{other}s of one {thing}" if other in TIMES else f"{thing} times {other}"
        return Unit(symbol, meaning, of.currency, of.lower, inf, False, words)

    def __iter__(self) -> Iterator[str]:
        yield from self.engine
        yield from self.declared

    def __len__(self) -> int:
        return len(self.engine) + len(self.declared)


TENFOLD, MULTIPLE = "decade", r"(?=[0-9.]*[1-9])[0-9]{1,15}(\.[0-9]{1,15})?(e[0-9]{1,2})?"
"""A factor of ten, per which a slope over a logarithm is; the number of a multiple of a unit, which is not zero."""

UNITS = Units()
"""The units of the dossier that this process works on."""

use_units = UNITS.use

DAYS_PER_YEAR = 365.25
"""Of the Julian year."""

FIRST_YEAR, LAST_YEAR = int(UNITS["calendar year"].lower), int(UNITS["calendar year"].upper)
"""The calendar years that dates and calendar years may lie in, both included."""

FIRST_SEEN, LAST_SEEN = date(1500, 1, 1), date(2075, 12, 31)
"""Between these lie the days of what was seen, such as an event or a page; others, 0203 or 2106, are slips."""


_ALIKE = {
    **dict.fromkeys(CURRENCIES, "money"),
    **dict.fromkeys(("day", "hour", "second", "month", "year"), "time"),
    **dict.fromkeys(("percent", "percentage point", "basis point", "ratio", "share", "number"), "number"),
}
"""Units that convert into one another, or at least measure the same, by what they measure."""


def dimension(symbol: str) -> str:
    """Return what a unit measures: the same for units that are taken for one another, such as currencies."""
    atoms = re.split("([-/])", re.sub(r"(^|/)[0-9.e+]+ ", r"\1", symbol)) if symbol not in _ALIKE else [symbol]
    return "".join(_ALIKE.get(atom) or _without_multiple(atom) for atom in atoms)


def _without_multiple(symbol: str) -> str:
    """Return the unit that a declared one is a multiple of, or else the unit itself."""
    unit = UNITS.declared.get(symbol)
    return unit.of.partition(" ")[2] if unit and unit.of else symbol


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
    parts = (part for part in re.split("[/-]", symbol) if part not in UNITS and part not in TIMES)
    *_, unknown = (symbol, *parts)
    known = [*UNITS, *TIMES] if unknown != symbol else [*UNITS]  # times are units only in products and quotients
    short = [SHORT_TIMES[unknown]] if unknown in SHORT_TIMES else []
    close = short or difflib.get_close_matches(unknown, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else "a dossier declares it in [units]"
    raise ValueError(f"unknown unit {symbol!r}; {hint}")
