"""The units that a number may have, each with its physical bounds and the words that a cell may print for it.

Belongs here: the units of every article, a row each in units.csv, and of currencies their spellings. Does not: units
of one article (its dossier) or of a plugin (its `PLUGIN`); reading text (`read.quantities.quantity`); conversion
(`evaluate.dimensions`).
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from math import inf
from pathlib import Path
from typing import Any, TypeVar

EPOCH = date(1970, 1, 1)
"""Day zero of the unit `date`."""

UNSCALED = ("date", "calendar year")
"""Units with an arbitrary zero, so that multiples of a value are meaningless."""


def _table(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


ROWS = _table("units")

CURRENCIES: dict[str, tuple[str, ...]] = {
    row["symbol"]: tuple(row["words"].split("; ")) for row in ROWS if row["kind"] == "currency"
}
"""The spellings of each currency, its sign first, in any case. Words may only follow the number.

Every other currency is a unit as well, by its ISO code.
"""


@dataclass(frozen=True)
class Unit:
    """One unit of measure.

    Attributes:
        symbol: the symbol, such as `USD/hour`.
        meaning: the unit in words.
        currency: the ISO code, if it is an amount of money.
        lower, upper: the physical bounds, both included.
        count: whether a plain whole number of it is exact.
        words: words that may follow a number in a cell: those with a capital letter only as written (MW is not mW), the
            others in any case.
        whole: whether fractions of it cannot exist.
        noun: what a value is called, if that does not follow from the rest.
        examples: printed texts of it, likewise.
        binary: whether K may mean 1,024.
        of: the unit that it is a multiple of.
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
        """The plural."""
        return self.words[0] if self.words else self.symbol + "s" * self.count

    @property
    def one(self) -> str:
        """The singular: its symbol if that is a word of it, else the last of its words."""
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
    """Yield the units of units.csv: those of figures, then those of metrics only."""
    for row in ROWS:
        symbol, kind = row["symbol"], row["kind"]
        lower, upper = _bound(row["lower"], -inf), _bound(row["upper"], inf)
        words, examples = (tuple(filter(None, row[name].split("; "))) for name in ("words", "examples"))
        words = words if symbol not in CURRENCIES else ()  # these may precede or follow a number
        currency = symbol[:3] if kind in ("currency", "money") else None
        whole = kind == "thing"
        counts = whole or kind == "duration"
        yield Unit(symbol, row["meaning"], currency, lower, upper, counts, words, whole, row["noun"], examples)


def _common_units() -> Iterator[Unit]:
    """Yield the units of common_units.csv, which measure, and of counted.csv, which count things."""
    for row in _table("common_units"):
        # Below zero too, since a series may be of changes.
        lower, words = _bound(row["lower"], -inf), tuple(row["words"].split("; "))
        yield Unit(row["symbol"], row["meaning"], None, lower, inf, False, words, of=row["of"])
    for row in _table("counted"):
        words = tuple(row["words"].split("; "))
        yield Unit(row["symbol"], words[0], None, 0.0, inf, True, words, True)


def _bound(text: str, none: float) -> float:
    """Return a bound of a unit; a date in days since 1970."""
    return float((date.fromisoformat(text) - EPOCH).days) if text.count("-") == 2 else float(text or none)


TIMES = ("day", "hour")
"""Times in derived units: per hour, or machine-hours."""
SHORT_TIMES = {"h": "hour"}
"""Short forms of a time after a slash."""


@cache
def currency_codes() -> frozenset[str]:
    """Return the ISO codes of all currencies, past ones included (CLDR, by babel)."""
    from babel import Locale

    return frozenset(Locale("en").currencies)


class Units(Mapping[str, Unit]):
    """Every unit by its symbol: the engine's, then those that a dossier declares, then products and quotients.

    Currencies without spellings in the engine, and `common` measures and counted things, are units as well where one
    is named: iteration omits them, so that no text is read by their words unless a unit is stated.
    """

    def __init__(self) -> None:
        self.engine = {unit.symbol: unit for unit in _engine_units()}
        self.declared: Mapping[str, Unit] = {}
        self.common = {unit.symbol: unit for unit in _common_units()}
        self.caches: list[Any] = []
        self._made: dict[str, Unit] = {}

    @property
    def named(self) -> dict[str, Unit]:
        """All units that are neither products nor quotients."""
        return {**self.declared, **self.engine}

    @property
    def nameable(self) -> dict[str, Unit]:
        """All that may be named so: `named`, and common measures and counted things."""
        return {**self.common, **self.named}

    def use(self, declared: Mapping[str, Unit]) -> None:
        """Use these units of a dossier beside the engine's; clears the unit caches if they change."""
        if declared != self.declared:
            self.declared = dict(declared)
            self._made = {}
            for cached in self.caches:
                cached.cache_clear()

    def __getitem__(self, symbol: str) -> Unit:
        unit = self.engine.get(symbol) or self.declared.get(symbol) or self._made.get(symbol)
        if unit:
            return unit
        self._made[symbol] = self.common.get(symbol) or self._currency(symbol) or self._quotient(symbol)
        return self._made[symbol]

    @staticmethod
    def _currency(symbol: str) -> Unit | None:
        """Return a currency without spellings in the engine."""
        is_code = len(symbol) == 3 and symbol.isupper() and symbol in currency_codes()
        return Unit(symbol, symbol, symbol, -inf, inf, False, ()) if is_code else None

    def _quotient(self, symbol: str) -> Unit:
        """Return the unit of one thing per another."""
        if len(factors(symbol)) > MOST_FACTORS:
            raise KeyError(symbol)
        over, *under = symbol.split("/")
        if not under:
            return self._product(symbol)
        of = self[over] if over != "1" else None
        currency, lower = (of.currency, of.lower) if of else (None, -inf)
        # A sign is before the amount of a currency, and is read by itself.
        numerators = [""] if currency or of is None else [*of.words, over]
        denominators = [self._under(each) for each in under]  # of each, as it may be no unit
        words = _spellings(symbol, numerators, denominators[0], under[0]) if len(under) == 1 else ()
        per = " and ".join(under)
        # A sum of money may be a loss; a price per something is never below zero.
        return Unit(symbol, f"{over} per {per}", currency, 0.0 if currency else lower, inf, False, words)

    def _under(self, symbol: str) -> Sequence[str]:
        """Return the words of a denominator, such as `people` or `1e6 people`."""
        number, _, name = symbol.rpartition(" ") if symbol not in self.engine else ("", "", symbol)
        if number and not re.fullmatch(MULTIPLE, number):
            raise KeyError(symbol)
        words = (name,) if name in (*TIMES, TENFOLD) else (self[name].one, *self[name].words, name)
        return [f"{number} {word}".strip() for word in dict.fromkeys(words)]

    def _product(self, symbol: str) -> Unit:
        """Return a unit times days or hours, such as machine-hours, or times another unit that a dossier declares."""
        thing, _, other = symbol.rpartition("-")
        if other not in (*TIMES, *self.declared):
            raise KeyError(symbol)
        of = self[thing]
        names = dict.fromkeys((thing, *of.words))
        others = (f"{other}s", other) if other in TIMES else dict.fromkeys((other, *self[other].words))
        if len(names) * 2 * len(others) > MOST_SPELLINGS:
            raise ValueError(f"unit {symbol!r} has more than {MOST_SPELLINGS:,} spellings")
        words = tuple(f"{name}{joint}{end}" for name in names for joint in "- " for end in others)
        meaning = f"{other}s of one {thing}" if other in TIMES else f"{thing} times {other}"
        return Unit(symbol, meaning, of.currency, of.lower, inf, False, words)

    def __iter__(self) -> Iterator[str]:
        yield from self.engine
        yield from self.declared

    def __len__(self) -> int:
        return len(self.engine) + len(self.declared)


def _spellings(
    symbol: str, numerators: Sequence[str], denominators: Sequence[str], denominator: str
) -> tuple[str, ...]:
    """Return the ways to write a unit of one thing per another, such as `km/h`, `km/hour` or `kilometres an hour`.

    Raises ValueError if there are too many.
    """
    if len(numerators) * len(JOINTS) * len(denominators) > MOST_SPELLINGS:
        raise ValueError(f"unit {symbol!r} has more than {MOST_SPELLINGS:,} spellings")
    found = []
    for numerator in numerators:
        for name in denominators:
            found += [f"{numerator}{joint}{name}".strip() for joint in JOINTS]
    shorts = [short for short, time in SHORT_TIMES.items() if time == denominator]
    for numerator in numerators:
        found += [f"{numerator}/{short}" for short in shorts]
    return tuple(found)


JOINTS = (" per ", "/", " a ", " an ")
"""What is between the two sides of a quotient."""

MOST_FACTORS = 6
"""Maximum factors of a unit. Its spellings double or quadruple with each, and no measure has as many."""


MOST_SPELLINGS = 20_000
"""Maximum spellings of a product or quotient: those of its factors, multiplied."""


def factors(symbol: str) -> list[str]:
    """Return the parts of a symbol between `-` and `/`."""
    return re.split("[/-]", symbol)


TENFOLD, MULTIPLE = "decade", r"(?=[0-9.]*[1-9])[0-9]{1,15}(\.[0-9]{1,15})?(e[0-9]{1,2})?"
"""The denominator of a slope over a logarithm, a factor of ten; the nonzero number in a multiple of a unit."""

UNITS = Units()
"""The units of this process: the engine's and the current dossier's."""

use_units = UNITS.use

DAYS_PER_YEAR = 365.25
"""Length of the Julian year."""

FIRST_YEAR, LAST_YEAR = int(UNITS["calendar year"].lower), int(UNITS["calendar year"].upper)
"""Bounds of dates and calendar years, both included."""

FIRST_SEEN, LAST_SEEN = date(1500, 1, 1), date(2075, 12, 31)
"""Bounds of observed dates, such as those of events and pages; others, such as 0203 or 2106, are typos."""


_ALIKE = {
    **dict.fromkeys(CURRENCIES, "money"),
    **dict.fromkeys(("day", "hour", "second", "month", "year"), "time"),
    **dict.fromkeys(("percent", "percentage point", "basis point", "ratio", "share", "number"), "number"),
}
"""Units by their dimension: those that convert into one another, or measure the same."""


def dimension(symbol: str) -> str:
    """Return the dimension of a unit; all currencies share one."""
    atoms = re.split("([-/])", re.sub(r"(^|/)[0-9.e+]+ ", r"\1", symbol)) if symbol not in _ALIKE else [symbol]
    return "".join(_ALIKE.get(atom) or _without_multiple(atom) for atom in atoms)


def _without_multiple(symbol: str) -> str:
    """Return the base unit of a declared multiple, or else the unit itself."""
    unit = UNITS.declared.get(symbol) or UNITS.common.get(symbol)
    return unit.of.partition(" ")[2] if unit and unit.of else symbol


F = TypeVar("F", bound=Callable[..., Any])

RECENT = 4096
"""Maximum results that `recent_by_unit` keeps: the blocks of a text of 100,000 words."""


def cached_by_unit(function: F) -> F:
    """Cache a function of units until other units are used."""
    cached: Any = cache(function)
    UNITS.caches.append(cached)
    return cached  # type: ignore[no-any-return]


def recent_by_unit(function: F) -> F:
    """Cache the latest calls of a function of texts until other units are used.

    Editing a text changes one block of many; memory stays bounded however many texts are read.
    """
    cached: Any = lru_cache(maxsize=RECENT)(function)
    UNITS.caches.append(cached)
    return cached  # type: ignore[no-any-return]


def percent(share: float) -> str:
    """Return a share in percent, to one decimal; 0% and 100% are exact."""
    if 0 < share < 0.001:
        return "less than 0.1%"
    if 0.999 < share < 1:
        return "more than 99.9%"
    return f"{100 * share:.1f}".removesuffix(".0") + "%"


def get_unit(symbol: str) -> Unit:
    """Return the unit with this symbol.

    Raises:
        ValueError: the symbol is unknown; the message suggests similar ones.
    """
    unit = UNITS.get(symbol)
    if unit is not None:
        return unit
    if len(factors(symbol)) > MOST_FACTORS:
        raise ValueError(f"unit {symbol!r} has more than {MOST_FACTORS} factors")
    parts = (part for part in factors(symbol) if part not in UNITS and part not in TIMES)
    *_, unknown = (symbol, *parts)
    known = [*UNITS, *TIMES] if unknown != symbol else [*UNITS]  # times are units only in products and quotients
    short = [SHORT_TIMES[unknown]] if unknown in SHORT_TIMES else []
    import difflib  # only this error needs it

    close = short or difflib.get_close_matches(unknown, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else "a dossier declares it in [units]"
    raise ValueError(f"unknown unit {symbol!r}; {hint}")
