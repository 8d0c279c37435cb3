"""What one printed cell says, as a value with the interval that its text supports.

Belongs here: reading a cell in a known unit and a declared context, and what a number supports. Does not: the parts of
a cell (grammar.py), quantities in running text (sentences.py), tables and files, how wide an estimate is
(raw/assumptions.toml says), or conversion from one unit to another.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from math import inf, isnan, nan
from typing import NamedTuple

from tidebook.pipelines.read.quantities import grammar
from tidebook.pipelines.read.quantities.context import STRICT, Context
from tidebook.pipelines.read.quantities.dates import Span, take_date, take_period, take_time
from tidebook.pipelines.read.quantities.forms import parts_by
from tidebook.pipelines.read.quantities.grammar import PRINTED_UNITS, Amount, QuantityError, Reader, examples
from tidebook.schemas.units import CURRENCIES, Unit, cached_by_unit, get_unit

__all__ = ["STRICT", "Context", "Quantity", "QuantityError", "cell_reader", "examples", "parse_quantity", "read"]


class Quantity(NamedTuple):
    """One printed number, in the unit that its cell was read in.

    `kind` is exact, rounded, estimate, at_least, at_most or missing. `low` and `high` bound what the text
    supports: `low` is included, `high` is excluded when rounded or vague, inf when the text sets none. All
    three numbers are nan when missing; `low` and `high` are nan for an estimate without stated bounds. `note`
    is the reason of a missing value, or footnote marks and the words in parentheses. Unknown numbers count as equal.
    """

    value: float
    low: float
    high: float
    kind: str
    unit: str
    note: str

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Quantity) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[float | str | None, ...]:
        numbers = (None if isnan(number) else number for number in (self.value, self.low, self.high))
        return (*numbers, self.kind, self.unit, self.note)


def parse_quantity(text: str, unit: str, context: Context = STRICT) -> Quantity:
    """Read one cell in `unit`, a symbol of `schemas.units` or the code of a currency; all three numbers are in it.

    The grammar, blanks and case of words aside; docs/quantities.md has a sentence of each form:

        cell    = "N/A" [note] | [mark] (vague | amount [range | error]) [mark behind] [estimated] [footnote] [note]
        range   = ("–" | "-" | "to") amount | "between" amount "and" amount
        error   = "±" amount
        amount  = [sign] [currency] number [magnitude] ["+"] [currency] [unit words]
        number  = 12 | 100,000 | 816 000 | 87.5 | .311 | 2.1e25 | 2.1×10^25 | 10^6 | 7 3/8 | ¾ | words
        words   = "two hundred and six" | "two thirds" | "five and a half million" | "a dozen" | ...
        mark    = "~" | "about" | "<" | "at most" | "≥" | "more than" | ...
        vague   = "thousands" | "tens of millions" | ("a few" | "several") "thousand"

    A rounded number supports half a unit of its last printed digit either way, cut at the bounds of the unit;
    a whole number of countable things (`12`, `12.0`), a number word and a day are exact, a fraction in words is an
    estimate. A range is an estimate, its value the middle; a number with an error is one too. `thousands` says at least
    two of them; `a few` and `several` say two to ten of them, their value the geometric mean. A vague amount of money
    may leave its currency to the column, a number only where the context declares it.

    Raises QuantityError if the text cannot be read, or not in one way only, and ValueError if the unit is
    unknown.
    """
    read_cell = cell_reader(unit) if context is STRICT else cell_reader(unit, context)  # a context is slow to look up
    return read_cell(text)


@cached_by_unit
def cell_reader(unit: str, context: Context = STRICT) -> Callable[[str], Quantity]:
    """Return what reads the cells of a column as `parse_quantity` does. Raises ValueError for an unknown unit."""
    meant = get_unit(unit)
    plain = _plain_reader(meant, context)

    def read_cell(text: str) -> Quantity:
        return plain(text) or read(Reader(text, meant, context))

    return _part_reader(meant, context, read_cell) if context.within else read_cell


def _part_reader(unit: Unit, context: Context, read_cell: Callable[[str], Quantity]) -> Callable[[str], Quantity]:
    """Return the function that reads the part of a cell that its form says is the quantity."""
    forms = list(map(parts_by, context.within))
    shown = " or ".join(f"'{form}'" for form in context.within)
    expected = f"a cell of the form {shown}, where {{}} is the quantity"

    def read_part(text: str) -> Quantity:
        failed = []
        for parts in forms:
            found: dict[Quantity, str] = {}
            for part in parts(text):
                try:
                    found.setdefault(read_cell(part), part)
                except QuantityError as error:
                    failed.append(error)
            if len(found) > 1:
                raise QuantityError(text, expected, 0, f"{' or '.join(found.values())}?")
            if found:
                return next(iter(found))
        whole = Reader(text, unit, context)
        if grammar.is_nil(whole) or grammar.take_missing(whole) is not None:
            return read_cell(text)
        raise failed[0] if len(failed) == 1 else QuantityError(text, expected, 0)

    return read_part


# Plain cells are most of all cells: a number in digits with the sign of its unit. One match reads them.

_PLAIN_LETTERS = {"": 0, "K": 3, "M": 6, "B": 9, "T": 12}
_PLAIN_DIGITS = 14


def _plain_reader(unit: Unit, context: Context) -> Callable[[str], Quantity | None]:
    """Return the function that reads plain cells as `read` does, and leaves all others."""
    signs = {"percent": ("", " ?%"), "ratio": ("", "x")}
    before, after = signs.get(unit.symbol, ("", ""))
    if unit.currency in CURRENCIES:
        before = f"{re.escape(CURRENCIES[unit.currency][0])} ?"
    inherited = Reader("0", unit, context).unit_seen
    unprinted = unit.currency is not None or unit.symbol in PRINTED_UNITS
    special = unit.symbol in ("date", "calendar year", "second") or context.fractions or context.padded
    marked = any(char.isdigit() for mark in (*context.missing, *context.nil) for char in mark)  # such as -999
    declared = context.decimal == "," or context.grouping not in ("", ",")
    shared = context.currency not in ("", unit.currency)
    if special or marked or declared or shared or (unprinted and not inherited and not (before or after)):
        return lambda text: None
    optional = "?" if inherited else ""
    scale = Reader("0", unit, context).scale
    match = grammar.compiled(
        rf"([+−-]?)(?:{before}){optional}([1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+|0|[1-9][0-9]*)(?:\.([0-9]+))?"
        rf"({'' if scale else '[KMBT]?'})(?:{after}){optional}"
    ).fullmatch
    symbol, lower, upper, whole, count = unit.symbol, unit.lower, unit.upper, unit.whole, unit.count and not scale

    def read_plain(text: str) -> Quantity | None:
        found = match(text)
        if found is None:
            return None
        sign, printed, decimals, letter = found.groups()
        printed = printed.replace(",", "")
        power = scale + _PLAIN_LETTERS[letter]
        if decimals is not None:
            if whole or count or len(decimals) == 3:
                return None
            printed += decimals
            power -= len(decimals)
        if len(printed) > _PLAIN_DIGITS:
            return None
        tenths = -10 * int(printed) if sign and sign != "+" else 10 * int(printed)
        times, over = (10**power, 10) if power > 0 else (1, 10 * 10**-power)
        value = tenths * times / over
        if not lower <= value <= upper:
            return None
        if count and not letter:
            return Quantity(value, value, value, "exact", symbol, "")
        low, high = (tenths - 5) * times / over, (tenths + 5) * times / over  # of whole numbers: rounded once
        return Quantity(value, low if low > lower else lower, high if high < upper else upper, "rounded", symbol, "")

    return read_plain


def read(reader: Reader) -> Quantity:
    """Read the quantity at a reader: a whole cell, or as far as it goes in running text.

    Raises QuantityError as `parse_quantity` does.
    """
    unit = reader.unit
    missing = grammar.take_missing(reader) if reader.whole else None
    if missing is not None:
        return Quantity(nan, nan, nan, "missing", unit.symbol, missing)
    if grammar.is_nil(reader):
        return read(Reader("0", unit, replace(reader.context, nil=(), unit=unit.symbol)))
    start = reader.position
    mark = grammar.take_mark(reader)
    kinds = [mark] if mark not in ("", "between") else []
    take_span = _SPANS.get(unit.symbol)
    if take_span and (span := take_span(reader)) is not None:
        return _spanned(reader, span, mark, start)
    support: tuple[float, float, float] | None = grammar.take_vague(reader, kinds)
    if support is None:
        amount = grammar.take_amount(reader)
        support = _range(reader, amount, kinds, between=mark == "between")
        grammar.check_unit_seen(reader, amount)
    note = grammar.take_ending(reader, kinds)
    if support is not None:
        return Quantity(*support, kinds[0], unit.symbol, note)
    return _single(unit, amount, kinds[0] if kinds else "", note)


_SPANS: dict[str, Callable[[Reader], Span | None]]
_SPANS = {"date": take_date, "calendar year": take_period, "second": take_time}
"""By unit, what reads what no number says."""


def _spanned(reader: Reader, span: Span, mark: str, start: int) -> Quantity:
    """Return a date, period or time with its mark, which a date can have as an estimate only, a period not at all."""
    unit, kinds = reader.unit, [mark] if mark else []
    if unit.symbol == "calendar year":
        grammar.add_kind(reader, kinds, "estimate", start)
    note = grammar.take_ending(reader, kinds)
    kind = kinds[0] if kinds else "exact" if span.low == span.high else "rounded"
    if unit.symbol == "date" and kinds and kind != "estimate":
        raise reader.error("a bound, which a date cannot be", start)
    if kind == "between":
        raise reader.error("a range of times, which cannot be read", start)
    value, low, high = span
    bounds = {"at_least": (value, inf), "at_most": (unit.lower, value), "estimate": (nan, nan)}
    if kind in bounds and unit.symbol != "calendar year":
        low, high = bounds[kind]
    return Quantity(value, low, high, kind, unit.symbol, note)


def _range(reader: Reader, first: Amount, kinds: list[str], between: bool) -> Span | None:
    """Read the rest of a range or an error; without one, take in the first amount's plus and return None."""
    start = reader.position
    error = grammar.take_error(reader, first)
    if error is not None:
        grammar.add_kind(reader, kinds, "estimate", start)
        return _within(reader, first, error)
    found = grammar.take_second(reader, first, between)
    if found is None:
        if between:
            raise reader.error("")
        if first.plus is not None:
            grammar.add_kind(reader, kinds, "at_least", first.plus)
        grammar.check_bounds(reader, first.number(), first.start)
        return None
    unit, (second, dashed) = reader.unit, found
    grammar.add_kind(reader, kinds, "estimate", start)
    if reason := _unclear_range(unit, first, second, dashed):
        raise reader.error(reason, second.start)
    if second.magnitude and not first.magnitude:
        first = first._replace(power=first.power + second.magnitude)
    low, high = first.number(), second.number()
    grammar.check_bounds(reader, low, first.start)
    grammar.check_bounds(reader, high, second.start)
    if low >= high:
        raise reader.error("a range that does not rise", second.start)
    return Span((low + high) / 2, low, high)


def _within(reader: Reader, amount: Amount, error: Amount) -> Span:
    """Return a number with the bounds that its error sets, cut at those of the unit."""
    if error.signed or error.plus is not None or amount.plus is not None or amount.scientific != error.scientific:
        raise reader.error("an error that cannot be told", error.start)
    if amount.trailing_unit > error.trailing_unit or (amount.magnitude and not error.magnitude):
        raise reader.error("a unit or magnitude on the number only", error.start)
    if error.magnitude and not amount.magnitude:
        amount = amount._replace(power=amount.power + error.magnitude)
    unit, middle, width = reader.unit, amount.exact(), error.exact()
    grammar.check_bounds(reader, float(middle), amount.start)
    return Span(float(middle), max(float(middle - width), unit.lower), min(float(middle + width), unit.upper))


def _unclear_range(unit: Unit, first: Amount, second: Amount, dashed: bool) -> str:
    """Return why two amounts do not make a range that can be read in one way only, "" if they do."""
    nameless = unit.symbol == "number"
    if unit.currency or unit.symbol in PRINTED_UNITS:
        nameless = not (first.leading_unit or second.trailing_unit)
    if first.plus is not None or second.plus is not None:
        return "a range with a plus"
    if dashed and (first.signed or second.signed):
        return "a sign in a range with a dash"
    if dashed and first.word and second.word and first.number() % 10 == 0 and second.number() % 10:
        return "a range, or one number with a hyphen?"
    if first.scientific != second.scientific:
        return "an exponent on one end only"
    if second.leading_unit > first.leading_unit or first.trailing_unit > second.trailing_unit:
        return "a unit on one end only"
    if dashed and nameless:
        return "a range, a score or a difference?"
    if first.magnitude and not second.magnitude:
        return "a magnitude on the lower end only"
    if second.magnitude and not first.magnitude and (second.leading_unit or first.trailing_unit):
        return "a magnitude that may belong to both ends or to one"
    return ""


def _single(unit: Unit, amount: Amount, kind: str, note: str) -> Quantity:
    value = amount.number()
    if not kind:
        zeros = 0 < amount.decimals == -amount.power and amount.is_whole() and not amount.scientific  # as in `12.0`
        exact = (amount.plain and (amount.word or unit.symbol == "rank")) or (unit.count and (amount.plain or zeros))
        kind = "exact" if exact else "estimate" if amount.loose else "rounded"
    low, high = {
        "exact": (value, value),
        "rounded": (max(amount.number(-1), unit.lower), min(amount.number(+1), unit.upper)),
        "estimate": (nan, nan),
        "at_least": (value, inf),
        "at_most": (unit.lower, value),
    }[kind]
    return Quantity(value, low, high, kind, unit.symbol, note)
