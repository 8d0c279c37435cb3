"""Products and quotients of units with exact factors between them, such as 100 person/hour.

Belongs here: arithmetic of units alone. Does not: which units there are (`schemas.units`), or the units of expressions
(`dimensions`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tidebook.pipelines.read.errors import did_you_mean
from tidebook.schemas.units import DAYS_PER_YEAR, MULTIPLE, TENFOLD, UNITS, UNSCALED, cached_by_unit


@dataclass(frozen=True)
class Measure:
    """A number of a product of units.

    Attributes:
        magnitude: The number.
        powers: The power of each unit in the product, none of them 0.
    """

    magnitude: Fraction = Fraction(1)
    powers: Mapping[str, Fraction] = field(default_factory=dict)

    def __mul__(self, other: "Measure") -> "Measure":
        powers = dict(self.powers)
        for name, power in other.powers.items():
            powers[name] = powers.get(name, Fraction(0)) + power
        return Measure(self.magnitude * other.magnitude, {name: power for name, power in powers.items() if power})

    def __truediv__(self, other: "Measure") -> "Measure":
        return self * other ** Fraction(-1)

    def __pow__(self, exponent: Fraction) -> "Measure":
        powers = {name: power * exponent for name, power in self.powers.items() if exponent}
        # A root of a number is a float as a rule.
        return Measure(Fraction(self.magnitude**exponent), powers)


ONE = Measure()

DAY = Measure(powers={"day": Fraction(1)})
YEAR = Measure(Fraction(DAYS_PER_YEAR), DAY.powers)
TIME = {
    "day": DAY,
    "hour": Measure(Fraction(1, 24), DAY.powers),
    "second": Measure(Fraction(1, 86_400), DAY.powers),
    "year": YEAR,
    "month": Measure(YEAR.magnitude / 12, DAY.powers),
}
NUMBERS = {
    **dict.fromkeys(("percent", "percentage point"), Measure(Fraction(1, 100))),
    "basis point": Measure(Fraction(1, 10_000)),
    **dict.fromkeys(("number", "ratio", "share", "index", "correlation", "probability", "p-value"), ONE),
}


class UnitRegistry:
    """The units of `schemas.units`, with their products and quotients, each in terms of base units."""

    def __init__(self) -> None:
        self._bases = {**TIME, **NUMBERS}
        self._read: dict[str, Measure] = {}
        # Units that are multiples of others come last, when the others are defined.
        for name, unit in sorted(UNITS.named.items(), key=lambda named: named[1].of != ""):
            # A quotient needs no definition: `read` divides its parts.
            if "/" not in name:
                self._define_atoms(name, unit.of)
        self._bases.setdefault(TENFOLD, Measure(powers={TENFOLD: Fraction(1)}))

    def _define_atoms(self, name: str, of: str) -> None:
        """Define the parts of a unit as multiples of another one, or else as base units."""
        for atom in self._atoms(name):
            if atom not in self._bases and atom not in UNSCALED:
                self._bases[atom] = self.in_bases(self.read(of)) if of else Measure(powers={atom: Fraction(1)})

    @staticmethod
    def _atoms(part: str) -> list[str]:
        """Return the factors of a product; the `-` of a p-value is none."""
        return [part] if part in NUMBERS else part.split("-")

    def read(self, symbol: str) -> Measure:
        """Return the unit that a symbol stands for: names joined by `-` and divided by `/`, such as kg/person-hour.

        Raises:
            ValueError: one of the units is unknown; the text says what was expected.
        """
        if symbol not in self._read:
            self._read[symbol] = self._quotient(symbol)
        return self._read[symbol]

    def _quotient(self, symbol: str) -> Measure:
        first, *divisors = symbol.split("/")
        # A leading "1" stands for no unit, as in `1/year`.
        unit = ONE if first == "1" else self._product(symbol, first)
        for divisor in divisors:
            unit = unit / self._product(symbol, divisor)
        return unit

    def _product(self, symbol: str, part: str) -> Measure:
        """Return a product with an optional number, such as `100 person-hour`."""
        is_name = part in self._bases or part in UNITS.common
        number, _, name = ("", "", part) if is_name else part.rpartition(" ")
        if number and not re.fullmatch(MULTIPLE, number):
            raise ValueError(f"a unit such as USD/year, not {symbol}")
        product = Measure(Fraction(number or 1))
        for atom in self._atoms(name):
            if atom not in self._bases and atom in UNITS:
                self._define_atoms(atom, UNITS[atom].of)  # one that the iteration over UNITS does not give
            if atom not in self._bases:
                raise ValueError("a unit" + did_you_mean(atom, self._bases))
            product *= Measure(powers={atom: Fraction(1)})
        return product

    def in_bases(self, measure: Measure) -> Measure:
        """Return the same in base units; a time is in days."""
        found = Measure(measure.magnitude)
        for name, power in measure.powers.items():
            found *= self._bases[name] ** power
        return found

    def factor(self, have: Measure, want: Measure) -> Fraction | None:
        """Return the factor that converts a number from one unit to another, None if their dimensions differ."""
        found = self.in_bases(have / want)
        return None if found.powers else found.magnitude


@cached_by_unit
def unit_registry() -> UnitRegistry:
    """Return the units of this process: the engine's and the current dossier's."""
    return UnitRegistry()
