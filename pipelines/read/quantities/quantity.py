"""From one printed cell to its value and the interval that its text implies.

Belongs here: reading a cell in a known unit and a declared context, and the implied interval. Does not: the parts of a
cell (grammar.py), quantities in running text (sentences.py), tables and files, how wide an estimate is
(raw/assumptions.toml says), or conversion between units.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import inf, nan

from tidebook.pipelines.read.quantities import grammar
from tidebook.pipelines.read.quantities.context import STRICT, Context
from tidebook.pipelines.read.quantities.dates import Span, take_date, take_period, take_time
from tidebook.pipelines.read.quantities.forms import parts_by
from tidebook.pipelines.read.quantities.grammar import PRINTED_UNITS, Amount, QuantityError, Reader, examples
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.schemas.units import CURRENCIES, Unit, cached_by_unit, get_unit

__all__ = ["STRICT", "Context", "QuantityError", "cell_reader", "examples", "parse_quantity", "read"]


def parse_quantity(text: str, unit: str, context: Context = STRICT) -> Quantity:
    """Read one cell in `unit`, a symbol of `schemas.units` or the code of a currency.

    The grammar, blanks and case of words aside; docs/quantities.md has a sentence of each form:

        cell    = "N/A" [note] | [mark] (vague | amount [range | error]) [mark behind] [estimated] [footnote] [note]
        range   = ("–" | "-" | "to") amount | "between" amount "and" amount
        error   = "±" amount
        amount  = [sign] [currency] number [magnitude] ["+"] [currency] [unit words]
        number  = 12 | 100,000 | 816 000 | 87.5 | .311 | 2.1e25 | 2.1×10^25 | 10^6 | 7 3/8 | ¾ | words
        words   = "two hundred and six" | "two thirds" | "five and a half million" | "a dozen" | ...
        mark    = "~" | "about" | "<" | "at most" | "≥" | "more than" | ...
        vague   = "thousands" | "tens of millions" | ("a few" | "several") "thousand"

    A rounded number implies half a unit of its last printed digit either way, cut at the bounds of the unit. A whole
    number of countable things (`12`, `12.0`), a number word and a day are exact; a fraction in words is an estimate.
    A range and a number with an error are estimates; the value of a range is its middle. `thousands` means at least
    two of them; `a few` and `several` mean two to ten of them, with the geometric mean as value. A vague amount of
    money may leave its currency to the column, a number only where the context declares it.

    Raises:
        QuantityError: the text cannot be read, or in more than one way.
        ValueError: the unit is unknown.
    """
    # The cache hashes a context field by field, which takes longer than reading a plain cell.
    read_cell = cell_reader(unit) if context is STRICT else cell_reader(unit, context)
    return read_cell(text)


@cached_by_unit
def cell_reader(unit: str, context: Context = STRICT) -> Callable[[str], Quantity]:
    """Return the function that reads the cells of a column as `parse_quantity` does.

    Raises:
        ValueError: the unit is unknown.
    """
    meant = get_unit(unit)
    read_plain = _plain_reader(meant, context)

    def read_cell(text: str) -> Quantity:
        return read_plain(text) or read(Reader(text, meant, context))

    return _part_reader(meant, context, read_cell) if context.within else read_cell


def _part_reader(unit: Unit, context: Context, read_cell: Callable[[str], Quantity]) -> Callable[[str], Quantity]:
    """Return the function that reads the part of a cell that its form says is the quantity."""
    forms = list(map(parts_by, context.within))
    shown = " or ".join(f"'{form}'" for form in context.within)
    expected = f"a cell of the form {shown}, where {{}} is the quantity"

    def read_part(text: str) -> Quantity:
        errors: list[QuantityError] = []
        for parts in forms:
            found = _readable_parts(parts(text), read_cell, errors)
            if len(found) > 1:
                raise QuantityError(text, expected, 0, f"{' or '.join(found.values())}?")
            if found:
                return next(iter(found))
        whole = Reader(text, unit, context)
        if grammar.is_nil(whole) or grammar.take_missing(whole) is not None:
            return read_cell(text)
        # A single part leaves no doubt what was meant: its error says more than the form.
        raise errors[0] if len(errors) == 1 else QuantityError(text, expected, 0)

    return read_part


def _readable_parts(
    parts: Iterable[str], read_cell: Callable[[str], Quantity], errors: list[QuantityError]
) -> dict[Quantity, str]:
    """Return the different quantities of some parts, each with the first part that says it; collect the errors."""
    found: dict[Quantity, str] = {}
    for part in parts:
        try:
            found.setdefault(read_cell(part), part)
        except QuantityError as error:
            errors.append(error)
    return found


# Most cells are plain: a number in digits with the sign of its unit. One match reads them, ten times as fast as `read`.

_PLAIN_LETTERS = {"": 0, "K": 3, "M": 6, "B": 9, "T": 12}
_PLAIN_DIGITS = 14
"""Maximum digits of a plain number: with one more, as tenths, it is still an exact float."""


def _plain_reader(unit: Unit, context: Context) -> Callable[[str], Quantity | None]:
    """Return the function that reads plain cells as `read` does, and returns None for all others."""
    if _needs_grammar(unit, context):
        return lambda text: None
    return _PlainParser(unit, context).parse


def _needs_grammar(unit: Unit, context: Context) -> bool:
    """Whether a plain number in this unit and context may mean something else, or nothing."""
    if unit.symbol in ("date", "calendar year", "second") or context.fractions or context.padded:
        return True
    if context.decimal == "," or context.grouping not in ("", ","):
        return True
    if context.currency not in ("", unit.currency):
        return True  # a shared sign, such as `$` for CAD
    for mark in (*context.missing, *context.nil):
        if any(map(str.isdigit, mark)):  # such as -999
            return True
    is_printed = unit.currency is not None or unit.symbol in PRINTED_UNITS
    return is_printed and not Reader("0", unit, context).unit_seen and _plain_signs(unit) == ("", "")


def _plain_signs(unit: Unit) -> tuple[str, str]:
    """Return regexes of the sign of a unit before and behind its number, "" for none."""
    if unit.currency in CURRENCIES:
        return f"{re.escape(CURRENCIES[unit.currency][0])} ?", ""
    return {"percent": ("", " ?%"), "ratio": ("", "x")}.get(unit.symbol, ("", ""))


class _PlainParser:
    """Reads numbers in digits, with the sign of one unit, in one context."""

    def __init__(self, unit: Unit, context: Context) -> None:
        reader = Reader("0", unit, context)
        self.unit = unit
        self.scale = reader.scale
        self.is_count = unit.count and not self.scale
        self.takes_decimals = not (unit.whole or self.is_count)
        before, after = _plain_signs(unit)
        optional = "?" if reader.unit_seen else ""
        letter = "" if self.scale else "[KMBT]?"
        self.match = grammar.compiled(
            rf"([+−-]?)(?:{before}){optional}([1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+|0|[1-9][0-9]*)(?:\.([0-9]+))?"
            rf"({letter})(?:{after}){optional}"
        ).fullmatch

    def parse(self, text: str) -> Quantity | None:
        """Read a plain cell; None if the cell is not plain or may mean something else."""
        found = self.match(text)
        if found is None:
            return None
        sign, digits, decimals, letter = found.groups()
        digits = digits.replace(",", "")
        power = self.scale + _PLAIN_LETTERS[letter]
        if decimals is not None:
            # "1.234" may mean thousands: leave it to the full grammar.
            if not self.takes_decimals or len(decimals) == 3:
                return None
            digits += decimals
            power -= len(decimals)
        if len(digits) > _PLAIN_DIGITS:
            return None
        tenths = 10 * int(digits) if sign in ("", "+") else -10 * int(digits)
        return self.quantity(tenths, power, is_exact=self.is_count and not letter)

    def quantity(self, tenths: int, power: int, is_exact: bool) -> Quantity | None:
        """Return the quantity of a number in tenths of 10^`power`; None outside the bounds of the unit."""
        # Whole numbers until the division: each result is rounded once, as in `Amount.number`.
        times, over = (10**power, 10) if power > 0 else (1, 10 * 10**-power)
        lower, upper, symbol = self.unit.lower, self.unit.upper, self.unit.symbol
        value = tenths * times / over
        if not lower <= value <= upper:
            return None
        if is_exact:
            return Quantity(value, value, value, "exact", symbol, "")
        low, high = (tenths - 5) * times / over, (tenths + 5) * times / over
        return Quantity(value, max(lower, low), min(upper, high), "rounded", symbol, "")


def read(reader: Reader) -> Quantity:
    """Read the quantity at a reader: a whole cell, or as far as it goes in running text.

    Raises:
        QuantityError: as `parse_quantity` does.
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
    span = take_span(reader) if take_span else None
    if span is not None:
        return _spanned(reader, span, mark, start)
    interval: tuple[float, float, float] | None = grammar.take_vague(reader, kinds)
    if interval is None:
        amount = grammar.take_amount(reader)
        interval = _range(reader, amount, kinds, between=mark == "between")
        grammar.check_unit_seen(reader, amount)
    note = grammar.take_ending(reader, kinds)
    if interval is not None:
        return Quantity(*interval, kinds[0], unit.symbol, note)
    return _single(unit, amount, kinds[0] if kinds else "", note)


_SPANS: dict[str, Callable[[Reader], Span | None]]
_SPANS = {"date": take_date, "calendar year": take_period, "second": take_time}
"""Parsers of dates, periods and times, by unit."""


def _spanned(reader: Reader, span: Span, mark: str, start: int) -> Quantity:
    """Return a date, period or time with its mark. A date can only be an estimate, a period has no mark."""
    unit, kinds = reader.unit, [mark] if mark else []
    if unit.symbol == "calendar year":
        grammar.add_kind(reader, kinds, "estimate", start)
    note = grammar.take_ending(reader, kinds)
    if unit.symbol == "date" and kinds and kinds[0] != "estimate":
        raise reader.error("a bound, which a date cannot be", start)
    kind = "exact" if span.low == span.high else "rounded"
    if kinds:
        kind = kinds[0]
    if kind == "between":
        raise reader.error("a range of times, which cannot be read", start)
    value, low, high = span
    bounds = {"at_least": (value, inf), "at_most": (unit.lower, value), "estimate": (nan, nan)}
    if kind in bounds and unit.symbol != "calendar year":
        low, high = bounds[kind]
    return Quantity(value, low, high, kind, unit.symbol, note)


def _range(reader: Reader, first: Amount, kinds: list[str], between: bool) -> Span | None:
    """Read the rest of a range or an error; without one, apply the first amount's plus and return None."""
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
    if second.magnitude and not first.magnitude:  # `2–4 million` means two million to four million
        first = first._replace(power=first.power + second.magnitude)
    low, high = first.number(), second.number()
    grammar.check_bounds(reader, low, first.start)
    grammar.check_bounds(reader, high, second.start)
    if low >= high:
        raise reader.error("range ends out of order", second.start)
    return Span((low + high) / 2, low, high)


def _within(reader: Reader, amount: Amount, error: Amount) -> Span:
    """Return a number with the bounds that its error gives, cut at those of the unit."""
    if error.signed or error.plus is not None or amount.plus is not None or amount.scientific != error.scientific:
        raise reader.error("an ambiguous error bound", error.start)
    if amount.trailing_unit > error.trailing_unit or (amount.magnitude and not error.magnitude):
        raise reader.error("a unit or magnitude on the number only", error.start)
    if error.magnitude and not amount.magnitude:
        amount = amount._replace(power=amount.power + error.magnitude)
    unit, middle, width = reader.unit, amount.exact(), error.exact()
    grammar.check_bounds(reader, float(middle), amount.start)
    return Span(float(middle), max(float(middle - width), unit.lower), min(float(middle + width), unit.upper))


def _unclear_range(unit: Unit, first: Amount, second: Amount, dashed: bool) -> str:
    """Return why two amounts make no range that can be read in one way only, "" if they do."""
    return (
        _unclear_signs(first, second, dashed)
        or _unclear_units(unit, first, second, dashed)
        or _unclear_magnitudes(first, second)
    )


def _unclear_signs(first: Amount, second: Amount, dashed: bool) -> str:
    if first.plus is not None or second.plus is not None:
        return "a range with a plus"
    if dashed and (first.signed or second.signed):
        return "a sign in a range with a dash"
    if dashed and _is_hyphenated(first, second):
        return "a range, or one number with a hyphen?"
    if first.scientific != second.scientific:
        return "an exponent on one end only"
    return ""


def _is_hyphenated(first: Amount, second: Amount) -> bool:
    """Whether two numbers in words may be one, as in `twenty-five`."""
    return first.word and second.word and first.number() % 10 == 0 and second.number() % 10 != 0


def _unclear_units(unit: Unit, first: Amount, second: Amount, dashed: bool) -> str:
    if second.leading_unit > first.leading_unit or first.trailing_unit > second.trailing_unit:
        return "a unit on one end only"
    if unit.currency or unit.symbol in PRINTED_UNITS:
        is_nameless = not (first.leading_unit or second.trailing_unit)
    else:
        is_nameless = unit.symbol == "number"
    return "a range, a score or a difference?" if dashed and is_nameless else ""


def _unclear_magnitudes(first: Amount, second: Amount) -> str:
    if first.magnitude and not second.magnitude:
        return "a magnitude on the lower end only"
    if second.magnitude and not first.magnitude and (second.leading_unit or first.trailing_unit):
        return "a magnitude that may belong to both ends or to one"
    return ""


def _single(unit: Unit, amount: Amount, kind: str, note: str) -> Quantity:
    """Return a single number with its implied interval."""
    value = amount.number()
    kind = kind or _kind_of(unit, amount)
    low, high = {
        "exact": (value, value),
        "rounded": (max(amount.number(-1), unit.lower), min(amount.number(+1), unit.upper)),
        "estimate": (nan, nan),
        "at_least": (value, inf),
        "at_most": (unit.lower, value),
    }[kind]
    return Quantity(value, low, high, kind, unit.symbol, note)


def _kind_of(unit: Unit, amount: Amount) -> str:
    """Return the kind of a number without marks."""
    if amount.plain and (amount.word or unit.symbol == "rank" or unit.count):
        return "exact"
    # `12.0` people are twelve.
    has_idle_zeros = 0 < amount.decimals == -amount.power and amount.is_whole() and not amount.scientific
    if unit.count and has_idle_zeros:
        return "exact"
    return "estimate" if amount.loose else "rounded"
