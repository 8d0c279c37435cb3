"""Whether an expression's units fit, and the factors by which its parts are converted; all that is known before worlds.

Belongs here: tables and columns that an expression names, units, subjects that are not there. Does not:
values. Only this module needs pint, and a build imports it only where an expression or a unit has changed.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tidebook.pipelines.evaluate.expressions import COMPARISONS, ExpressionError, Node, constant, nodes
from tidebook.pipelines.evaluate.functions import FUNCTIONS, Function
from tidebook.pipelines.read.errors import close_to
from tidebook.schemas.units import DAYS_PER_YEAR, MULTIPLE, TENFOLD, UNITS, UNSCALED, cached_by_unit, get_unit

Conversions = dict[tuple[int, int], Fraction]
"""By what an argument is multiplied: the node's number in the order of `nodes`, the argument's place, -1 the result."""

TIME = {
    "day": "[time]",
    "hour": "day / 24",
    "second": "day / 86400",
    "year": f"{DAYS_PER_YEAR} * day",
    "month": "year / 12",
}
NUMBERS = {
    **dict.fromkeys(("percent", "percentage point"), "0.01"),
    "basis point": "0.0001",
    **dict.fromkeys(("number", "ratio", "share", "index", "correlation", "probability", "p-value"), "[]"),
}
OF_AMOUNTS = ("sum", "share", "hhi", "top_share", "growth", "change", "step_changes", "log", "log10", "abs")
"""Functions that make no sense of points in time, which are compared and subtracted, but not added or multiplied."""


@dataclass(frozen=True)
class Columns:
    """What is known of a table beside its values: subjects, the unit of each quantity, and which columns are labels.

    `own` are the units of rows that name quantity and unit themselves, by subject, then quantity; `quantities` has
    those that are the same throughout, and other quantities may come.
    """

    subjects: list[str]
    quantities: dict[str, str]
    labels: list[str] = field(default_factory=list)
    own: dict[str, dict[str, str]] | None = None


@dataclass(frozen=True)
class _Dim:
    """What a value is: of a pint `unit`, `bare` number, `count`, a point in time, `label` or `words`, or `unknown`."""

    kind: str
    unit: Any = None


BARE, COUNT, LABEL, WORDS, UNKNOWN = (_Dim(kind) for kind in ("bare", "count", "label", "words", "unknown"))


class UnitRegistry:
    """Units in a registry of our own, in which quotients and products of units are units."""

    def __init__(self) -> None:
        import pint

        self.mismatch = pint.DimensionalityError
        self.registry: Any = pint.UnitRegistry(None, non_int_type=Fraction)
        self.names: dict[str, str] = {}
        for name, meaning in {**TIME, **NUMBERS}.items():
            self._define(name, meaning)
        for name, unit in sorted(UNITS.named.items(), key=lambda each: each[1].of != ""):
            for atom in [] if "/" in name else self._atoms(name):
                if atom not in self.names and atom not in UNSCALED:
                    of = self.read(unit.of) if unit.of else None
                    self._define(atom, f"{of.magnitude} * {of.units}" if of else f"[{self._plain(atom)}]")
        if TENFOLD not in self.names:
            self._define(TENFOLD, f"[{TENFOLD}]")

    @staticmethod
    def _plain(name: str) -> str:
        """Return a name of its own that pint can parse, whatever letters and signs a unit has."""
        known = name in TIME or name in NUMBERS
        return ("" if known else "unit_") + re.sub("[^A-Za-z0-9]", lambda sign: f"_{ord(sign[0])}_", name)

    @staticmethod
    def _atoms(part: str) -> list[str]:
        return [part] if part in NUMBERS else part.split("-")

    def _define(self, name: str, meaning: str) -> None:
        self.names[name] = self._plain(name)
        self.registry.define(f"{self._plain(name)} = {meaning}")

    def read(self, symbol: str) -> Any:
        """Return the unit of a symbol: units joined by `-` and parted by `/`, such as kg/person-hour.

        Raises ValueError if one of them is unknown; the text says what was expected.
        """
        found = self.registry.Quantity(Fraction(1), "")
        for place, part in enumerate(symbol.split("/")):
            number, _, name = part.rpartition(" ") if part not in self.names else ("", "", part)
            if number and not re.fullmatch(MULTIPLE, number):
                raise ValueError(f"a unit such as USD/year, not {symbol}")
            here = self.registry.Quantity(Fraction(number or 1), "")
            for atom in [] if part == "1" and not place else self._atoms(name):
                if atom not in self.names and atom in UNITS:  # a currency, which none of the iteration is
                    self._define(atom, f"[{atom}]")
                if atom not in self.names:
                    raise ValueError("a unit" + close_to(atom, self.names))
                here *= self.registry.Quantity(Fraction(1), self.names[atom])
            found = here if not place else found / here
        return found

    def factor(self, have: Any, want: Any) -> Fraction | None:
        """Return by what a number in one unit is multiplied to be in another, or None where they do not fit."""
        try:
            return Fraction((have / want).to("").magnitude)
        except self.mismatch:
            return None


@cached_by_unit
def _units() -> UnitRegistry:
    return UnitRegistry()


def check(
    roots: Mapping[str, tuple[Node, str]], tables: Mapping[str, Columns]
) -> tuple[dict[str, Conversions], list[ExpressionError]]:
    """Return how the parts of linked expressions, each with the symbol of its unit, are converted, and what is wrong.

    One with a figure that is not there is no error: `absent` finds it.
    """
    checker = _Checker(_units(), tables)
    conversions: dict[str, Conversions] = {}
    errors = []
    for name, (root, symbol) in roots.items():
        try:
            of_result = checker.result(root, symbol)
        except ExpressionError as error:
            errors.append(error)
            continue
        order = {id(node): number for number, node in enumerate(nodes(root))}
        conversions[name] = {
            (order[node], place): factor
            for (node, place), factor in {**checker.factors, (id(root), -1): of_result}.items()
            if node in order and factor != 1
        }
    return conversions, errors


def absent(root: Node, tables: Mapping[str, Columns]) -> Iterator[ExpressionError]:
    """Yield the places of a linked expression that name rows, a row, or a quantity of one, that are not in print."""
    empty: set[str] = set()
    for node in nodes(root):
        table = node.args[0].table if node.kind == "column" else node.table
        known = tables.get(table)
        if known is None or table in empty:
            continue
        if node.kind == "table" and not known.subjects:
            empty.add(table)
            yield ExpressionError(node.place, "a table with rows")
            continue
        if node.kind == "subject" and node.value not in known.subjects:
            yield ExpressionError(node.place, f"a subject of {node.table}" + close_to(str(node.value), known.subjects))
        if node.kind == "column" and node.args[0].kind == "select" and node.args[0].args[1].kind == "subject":
            subject = str(node.args[0].args[1].value)
            row = (known.own or {}).get(subject)
            if row is not None and node.value not in row:
                yield ExpressionError(node.place, f"a quantity of {subject}" + close_to(str(node.value), row))


def unlike(root: Node, labels: Mapping[tuple[str, str], Collection[str]]) -> Iterator[ExpressionError]:
    """Yield the texts of a linked expression that no row has as the label that it is compared with."""
    for node in nodes(root):
        for one, other in (node.args, node.args[::-1]) if node.kind == "==" else ():
            table = one.args[0].table if one.kind == "column" else one.table
            texts = labels.get((table, str(one.value))) if one.kind in ("own", "column") else None
            if texts and other.kind == "text" and other.value not in texts:
                yield ExpressionError(other.place, f"a {one.value} of {table}" + close_to(other.value, sorted(texts)))


class _Checker:
    def __init__(self, units: UnitRegistry, tables: Mapping[str, Columns]) -> None:
        self.units = units
        self.tables = tables
        self.none = units.read("1")
        self.ratio = _Dim("unit", self.none)
        self.day = units.read("day")
        self.known: dict[int, _Dim] = {}
        self.factors: dict[tuple[int, int], Fraction] = {}

    def result(self, root: Node, symbol: str) -> Fraction:
        """Return by what the result is multiplied to be in a unit. Raises ExpressionError where they do not fit."""
        dim = self.amount(root, points=True)
        want = self.named(symbol)
        if dim.kind == "count" and (want.kind != "unit" or get_unit(symbol).whole):
            return Fraction(1)
        if dim.kind in ("bare", "count"):
            dim = self.ratio
        factor = self.between(dim, want)
        if factor is None:
            raise ExpressionError(
                root.place, f"a value in {symbol}, as the metric's unit says; this is {self.words(dim)}"
            )
        return factor

    def named(self, symbol: str) -> _Dim:
        return _Dim(symbol) if symbol in UNSCALED else _Dim("unit", self.units.read(symbol))

    def between(self, have: _Dim, want: _Dim) -> Fraction | None:
        """Return the factor from one to the other, None where they do not fit."""
        if "unknown" in (have.kind, want.kind):
            return Fraction(1)
        if have.kind != want.kind:
            return None
        return Fraction(1) if have.unit is None else self.units.factor(have.unit, want.unit)

    def words(self, dim: _Dim) -> str:
        if dim.unit is None:
            return {"bare": "a number without a unit", "count": "a count"}.get(dim.kind, f"a {dim.kind}")
        number = "" if dim.unit.magnitude == 1 else f"{float(dim.unit.magnitude):g} "
        above: list[str] = []
        below: list[str] = []
        for name, power in sorted(dim.unit.unit_items()):
            symbol = next(symbol for symbol, plain in self.units.names.items() if plain == name)
            (above if power > 0 else below).append(symbol + (f"^{float(abs(power)):g}" if abs(power) != 1 else ""))
        shown = "/".join(["-".join(above) or "1", *below]) if above or below else ""
        return number + shown or "a number without a unit"

    def dim(self, node: Node) -> _Dim:
        if id(node) not in self.known:
            self.known[id(node)] = self.fresh(node)
        return self.known[id(node)]

    def fresh(self, node: Node) -> _Dim:
        match node.kind:
            case "number" | "text":
                return BARE if node.kind == "number" else WORDS
            case "subject":
                self.table(node, node.table)
                return self.ratio
            case "table" | "select":
                self.selection(node)
                return UNKNOWN
            case "own":
                return self.column(node, self.table(node, node.table), None)
            case "column":
                return self.column(node, *self.selection(node.args[0]))
            case "call":
                return self.call(node, FUNCTIONS[node.value])
            case "neg":
                return self.amount(node.args[0])
            case "not" | "and" | "or":
                for part in node.args:
                    self.condition(part)
                return self.ratio
            case "+" | "-":
                return self.sum(node)
            case "*" | "/":
                return self.product(node)
            case "**":
                return self.power(node)
        assert node.kind in COMPARISONS.values(), node.kind
        self.comparison(node)
        return self.ratio

    # Tables and columns.

    def table(self, node: Node, name: str) -> Columns:
        if name not in self.tables:
            raise ExpressionError(node.place, "the name of a table or definition" + close_to(name, self.tables))
        return self.tables[name]

    def selection(self, node: Node) -> tuple[Columns, str | None]:
        """Return the table of a selection, and its subject where it is a single row."""
        if node.kind == "table":
            return self.table(node, node.value), None
        columns, _ = self.selection(node.args[0])
        condition = node.args[1]
        if condition.kind == "subject":
            return columns, str(condition.value)
        self.condition(condition)
        return columns, None

    def column(self, node: Node, columns: Columns, subject: str | None) -> _Dim:
        name = str(node.value)
        if name in columns.labels:
            return LABEL
        if columns.own is not None:
            row = columns.own.get(subject or "", {})
            symbol = row.get(name) or columns.quantities.get(name)
            mixed = sorted({units[name] for units in columns.own.values() if name in units})
            if symbol is None and subject is None and mixed:
                raise ExpressionError(node.place, f"rows of one unit, not of {' and '.join(mixed)}")
            return self.named(symbol) if symbol else UNKNOWN
        if name not in columns.quantities:
            close = close_to(name, [*columns.quantities, *columns.labels])
            raise ExpressionError(node.place, "a quantity or label of the table" + close)
        return self.named(columns.quantities[name])

    # Numbers.

    def amount(self, node: Node, points: bool = False) -> _Dim:
        """Return what a number is, of which a multiple makes sense unless `points` will do.

        Raises ExpressionError if it is a text or such a point.
        """
        dim = self.dim(node)
        if dim.kind in ("label", "words"):
            raise ExpressionError(node.place, "a number, not a text")
        if dim.kind in UNSCALED and not points:
            raise ExpressionError(node.place, f"an amount, not a {dim.kind}")
        return dim

    def condition(self, node: Node) -> None:
        dim = self.amount(node)
        if dim.unit is not None and self.units.factor(dim.unit, self.none) is None:
            raise ExpressionError(node.place, f"a condition, which is 1 or 0, not {self.words(dim)}")

    def aligned(self, node: Node, first: int, second: int) -> _Dim:
        """Return what two arguments are, the second converted to the first's unit; a bare number takes the other's.

        Raises ExpressionError if they do not fit.
        """
        left, right = (self.amount(node.args[place], points=True) for place in (first, second))
        for one, other in ((left, right), (right, left)):
            if one.kind in ("bare", "unknown"):
                return other
            if one.kind == "count" and (other.kind == "count" or self.counted(other)):
                return other
        factor = self.between(right, left)
        if factor is None:
            expected = f"a value in {self.words(left)}, as before; this is {self.words(right)}"
            raise ExpressionError(node.args[second].place, expected)
        self.factors[id(node), second] = factor
        return left

    def counted(self, dim: _Dim) -> bool:
        """Return whether a count may stand in this unit: a thing that is counted, or none."""
        whole = (symbol for symbol, unit in UNITS.named.items() if unit.whole)
        names = {self.units.names[symbol] for symbol in whole if symbol in self.units.names}
        return dim.unit is not None and (dim.unit.unitless or str(dim.unit.units) in names)

    def sum(self, node: Node) -> _Dim:
        left, right = (self.amount(part, points=True) for part in node.args)
        if left.kind in UNSCALED and right.kind == left.kind and node.kind == "-":
            return _Dim("unit", self.day if left.kind == "date" else self.units.read("year"))
        for point, place, other in ((left, 1, right), (right, 0, left)):
            if point.kind in UNSCALED and other.kind not in UNSCALED and (place or node.kind == "+"):
                self.duration(node, place, "day" if point.kind == "date" else "year")
                return point
        if left.kind in UNSCALED or right.kind in UNSCALED:
            raise ExpressionError(
                node.place, f"a difference of two dates, or a date and a duration, not {node.kind} of these"
            )
        return self.aligned(node, 0, 1)

    def product(self, node: Node) -> _Dim:
        left, right = map(self.amount, node.args)
        if UNKNOWN in (left, right):
            return UNKNOWN
        if right.kind == "bare" and left.kind in ("bare", "count"):
            return left
        if left.kind == "bare" and right.kind == "count" and node.kind == "*":
            return right
        one, other = (self.none if dim.unit is None else dim.unit for dim in (left, right))
        return _Dim("unit", one * other if node.kind == "*" else one / other)

    def power(self, node: Node) -> _Dim:
        base, exponent = map(self.amount, node.args)
        if exponent.unit is not None:
            time = dict(exponent.unit.dimensionality)
            per = time.pop("[time]", 0)
            factor = self.units.factor(exponent.unit, self.units.read("year") ** per)
            if time or factor is None:
                raise ExpressionError(
                    node.args[1].place, f"an exponent without a unit, or in time, not {self.words(exponent)}"
                )
            self.factors[id(node), 1] = factor
        if base.unit is None:
            return base if base.kind == "unknown" else BARE if exponent.kind == "bare" else self.ratio
        plain = self.units.factor(base.unit, self.none)
        if plain is not None:
            self.factors[id(node), 0] = plain
            return self.ratio
        number = constant(node.args[1])
        if number is None:
            raise ExpressionError(
                node.args[1].place, f"a number written out: the power of {self.words(base)} has its unit"
            )
        return _Dim("unit", base.unit ** Fraction(number).limit_denominator(1000))

    def comparison(self, node: Node) -> None:
        dims = [self.dim(part) for part in node.args]
        texts = [dim.kind in ("label", "words") for dim in dims]
        if all(texts):
            if node.kind not in ("==", "!="):
                raise ExpressionError(node.place, "numbers: texts are equal or not, and have no order")
        elif any(texts):
            place = texts.index(True)
            self.date(node.args[place], dims[1 - place])
        elif {dim.kind for dim in dims} == {"date", "bare"}:
            number = node.args[dims.index(BARE)]
            raise ExpressionError(number.place, 'a date such as "2024-10-01", as on the other side')
        else:
            self.aligned(node, 0, 1)

    def date(self, node: Node, other: _Dim) -> None:
        """Check a date that is written as text, where the other side is one."""
        if node.kind != "text" or other.kind not in ("date", "unknown"):
            raise ExpressionError(node.place, f"a number, as on the other side, which is {self.words(other)}")
        try:
            dt.date.fromisoformat(node.value)
        except ValueError as error:
            raise ExpressionError(node.place, "a date such as 2024-10-01") from error

    # Functions.

    def call(self, node: Node, function: Function) -> _Dim:
        if function.name == "quantity":
            try:
                return self.named(str(node.args[1].value))
            except ValueError as error:
                raise ExpressionError(node.args[1].place, str(error)) from error
        if function.name == "match":
            self.dim(node.args[1])
            return self.dim(node.args[0])
        dims = [self.argument(node, function, place) for place in range(len(node.args))]
        if function.name in ("min", "max"):
            with_unit = [place for place, dim in enumerate(dims) if dim.kind not in ("bare", "count", "unknown")]
            chosen = with_unit[0] if with_unit else 0
            dims[0] = dims[chosen]
            for place in range(len(dims)):
                dims[0] = self.aligned(node, chosen, place) if place != chosen else dims[0]
        match function.unit:
            case "same":
                return dims[0]
            case "second":
                return dims[1]
            case "count":
                return COUNT
            case "day" | "decade":
                return _Dim("unit", self.units.read(function.unit))
            case "quotient":
                y, x = (self.day if dim.kind == "date" else dim.unit for dim in dims)
                return UNKNOWN if UNKNOWN in dims else _Dim("unit", (y or self.none) / (x or self.none))
        return self.ratio

    def argument(self, node: Node, function: Function, place: int) -> _Dim:
        part, word = node.args[place], function.argument(place)
        if word in ("whole", "number", "text"):
            return BARE
        if word in ("cells", "table"):
            return self.dim(part)
        if word == "day" and self.dim(part).kind == "words":
            self.date(part, self.dim(node.args[1]))
            return self.dim(node.args[1])
        dim = self.amount(part, points=not (function.name in OF_AMOUNTS and place == 0))
        match word:
            case "days":
                return dim if dim.kind == "date" else self.duration(node, place, "day", dim.kind == "calendar year")
            case "years":
                return self.duration(node, place, "year")
            case "day":
                return self.aligned(node, 1, place)
            case "period":
                self.duration(node, place, "year", convert=False)
        if function.name == "where" and place == 1:
            self.condition(part)
        return dim

    def duration(self, node: Node, place: int, unit: str, year: bool = False, convert: bool = True) -> _Dim:
        """Check an argument that is a duration, or counts calendar years, and convert it; a bare number stays."""
        dim = _Dim("unit", self.units.read("year")) if year else self.amount(node.args[place])
        if dim.unit is None:
            return dim
        factor = self.units.factor(dim.unit, self.units.read(unit))
        if factor is None:
            raise ExpressionError(node.args[place].place, f"a time, such as a number of years, not {self.words(dim)}")
        if convert:
            self.factors[id(node), place] = factor
        return dim
