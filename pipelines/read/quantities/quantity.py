"""From one printed cell to its value and the interval that its text implies.

Belongs here: reading a cell in a known unit and a declared context, and the implied interval. Does not: the parts of a
cell (grammar.py), quantities in running text (sentences.py), tables and files, how wide an estimate is
(raw/assumptions.toml says), or conversion between units.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import inf, nan, sqrt

from tidebook.pipelines.read.quantities import grammar
from tidebook.pipelines.read.quantities.context import STRICT, Context
from tidebook.pipelines.read.quantities.dates import Span, take_date, take_last_date, take_period, take_time
from tidebook.pipelines.read.quantities.forms import parts_by
from tidebook.pipelines.read.quantities.grammar import PRINTED_UNITS, SECONDS, Amount, QuantityError, Reader, examples
from tidebook.pipelines.read.quantities.implied import OPPOSITE, Printed, implied_interval, kind_of
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.read.quantities.phrases import take_change, take_phrase
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.read.quantities.vocabulary import BLANKS
from tidebook.schemas.units import CURRENCIES, UNSCALED, Unit, cached_by_unit, get_unit

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
        mark    = "~" | "about" | "nearly" | "<" | "at most" | "≥" | "more than" | ...
        vague   = "thousands" | "tens of millions" | ("a few" | "several") "thousand"

    Which values a text allows is said by `implied_interval`, and docs/printed-numbers.md has all families of prints.
    Words that are a number of their own, such as `most` or `second-largest`, are in phrases.py. The value of a range
    is its middle, that of `thousands` and `a few hundred` the geometric mean of their ends. A vague amount of money may
    leave its currency to the column, a number only where the context declares it.

    Raises:
        QuantityError: the text cannot be read, or in more than one way.
        ValueError: the unit is unknown.
    """
    # The cache hashes a context field by field, which takes longer than reading a plain cell.
    read_cell = cell_reader(unit) if context is STRICT else cell_reader(unit, context)
    return read_cell(text)


LONGEST_CELL = 500
"""Maximum characters of a cell with a quantity in it; the quantity has a shorter limit of its own."""


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
        # Forms are tried at every place of a text, which takes seconds in one of thousands of characters.
        if len(text) > LONGEST_CELL:
            raise QuantityError(text, f"a cell of at most {LONGEST_CELL:,} characters", LONGEST_CELL)
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
    if unit.symbol in _SPANS or context.fractions or context.padded or context.estimated:
        return True
    if context.decimal == "," or context.grouping not in ("", ","):
        return True  # "1.234" may mean thousands
    if context.currency not in ("", unit.currency):
        return True  # a shared sign, such as `$` for CAD
    if any(map(str.isdigit, "".join((*context.missing, *context.nil)))):
        return True  # a mark such as -999
    return _must_print(unit, context) and _plain_signs(unit) == ("", "")


def _must_print(unit: Unit, context: Context) -> bool:
    """Whether each number must have its unit beside it, as the context declares none."""
    is_printed = unit.currency is not None or unit.symbol in PRINTED_UNITS
    return is_printed and not Reader("0", unit, context).unit_seen


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
        self.is_count = unit.count and not self.scale and unit.symbol not in SECONDS
        self.has_places = not self.scale and _has_places(unit)
        self.is_ratio = unit.symbol == "ratio"
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
        number = int(digits)
        half = self._half_of_whole(text, digits, letter) if decimals is None else 5
        return self.quantity(10 * number if sign in ("", "+") else -10 * number, half, power)

    def _half_of_whole(self, text: str, digits: str, letter: str) -> int:
        """Return the slack of a number without decimals, in tenths."""
        if self.is_ratio and text.endswith("x") and digits != "0":
            return int(digits)  # a multiple: a tenth either way
        if letter:
            return 5
        places = _rounded_to(digits, self.unit) if self.has_places else 0
        return max(0 if self.is_count else 5, 5 * places)

    def quantity(self, tenths: int, half: int, power: int) -> Quantity | None:
        """Return the quantity of a number and its slack in tenths of 10^`power`; None out of its bounds."""
        # Whole numbers until the division: each result is rounded once, as in `Amount.number`.
        times, over = (10**power, 10) if power > 0 else (1, 10 * 10**-power)
        lower, upper, symbol = self.unit.lower, self.unit.upper, self.unit.symbol
        value = tenths * times / over
        if not lower <= value <= upper:
            return None
        if not half:
            return Quantity(value, value, value, "exact", symbol, "")
        low, high = (tenths - half) * times / over, (tenths + half) * times / over
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
        # As a printed 0, with its slack; without the marks of zero, which would lead here again.
        return read(Reader("0", unit, replace(reader.context, nil=(), unit=unit.symbol)))
    start = reader.position
    change = take_change(reader) if reader.whole else 0
    reader.falls = change < 0
    phrase = take_phrase(reader) if reader.whole else None
    if phrase is not None:
        note = grammar.take_ending(reader, [], is_part=True) or phrase.note
        quantity = _quantity(phrase.value, phrase.allowed, phrase.kind, unit, note)
    else:
        quantity = _hedged(reader)
    return _mirrored(reader, quantity, start) if reader.falls else quantity


def _hedged(reader: Reader) -> Quantity:
    """Read a number with its hedge."""
    unit, start = reader.unit, reader.position
    hedge = grammar.take_hedge(reader)
    # `Between` is no hedge yet: the second number, which it needs, adds the range.
    hedges = [hedge] if hedge not in ("", "between") else []
    take_span = _SPANS.get(unit.symbol)
    span = take_span(reader) if take_span else None
    if span is not None:
        return _spanned(reader, span, hedge, hedges, start)
    allowed = grammar.take_vague(reader, hedges)
    if allowed is not None:
        # The geometric mean: hundreds may be two or nine of them, which are factors and no distances.
        value = allowed.low if allowed.is_bound else sqrt(allowed.low * allowed.high)
        note = grammar.take_ending(reader, hedges)
        return _quantity(value, allowed, grammar.KINDS[hedges[-1]], unit, note)
    return _in_numbers(reader, hedges, between=hedge == "between")


def _in_numbers(reader: Reader, hedges: list[str], between: bool) -> Quantity:
    """Read one number, a range or two bounds, behind their hedge."""
    unit = reader.unit
    amount = grammar.take_amount(reader)
    if reader.falls and amount.form in CHANGES and unit.symbol == "percent":
        # What fell by a factor of three is a third now.
        left = 1 / amount.exact()
        amount = Amount(left.numerator, 0, left.denominator, word=amount.word, form="multiple", start=amount.start)
        reader.falls = False
    span = _range(reader, amount, hedges, between)
    if span is None and hedges and (other := grammar.take_other_bound(reader, hedges[0])):
        return _two_bounds(reader, (hedges[0], amount), other)
    grammar.check_unit_seen(reader, amount)
    note = grammar.take_ending(reader, hedges, is_part=amount.loose)
    if span is not None:
        return Quantity(*span, grammar.KINDS[hedges[0]], unit.symbol, note)
    return _single(_printed(unit, amount, _main_hedge(reader, hedges)), unit, note)


def _main_hedge(reader: Reader, hedges: Sequence[str]) -> str:
    """Return the hedge that tells the interval of a number; "" for none."""
    if not hedges:
        return "about" if reader.context.estimated else ""
    return "odd" if "odd" in hedges else hedges[0]  # `some 60-odd` is no fewer than 60


def _two_bounds(reader: Reader, first: tuple[str, Amount], second: tuple[str, Amount]) -> Quantity:
    """Return the numbers between two bounds, each with its word, such as `more than 20 but fewer than 30`."""
    unit, start = reader.unit, second[1].start
    reason = _unclear_units(unit, first[1], second[1], dashed=False) or _unclear_magnitudes(first[1], second[1])
    if reason:
        raise reader.error(reason, start)
    first = first[0], _like_second(first[1], second[1])
    # `Fewer than 30 but more than 20` names the upper end first.
    lower, upper = (first, second) if grammar.KINDS[first[0]] == "at_least" else (second, first)
    for _, amount in (lower, upper):
        grammar.check_amount(reader, amount)
    low, high = lower[1].number(), upper[1].number()
    if low >= high:
        raise reader.error("bounds out of order", start)
    grammar.check_unit_seen(reader, first[1])
    note = grammar.take_ending(reader, ["range"])
    allowed = Interval(low, high, lower[0] in _OPEN_BOUNDS, upper[0] in _OPEN_BOUNDS)
    return _quantity((low + high) / 2, allowed, "estimate", unit, note)


_OPEN_BOUNDS = ("over", "well_over", "less")
"""Bounds that leave their number out."""


def _mirrored(reader: Reader, quantity: Quantity, start: int) -> Quantity:
    """Return what `fell` makes of a number: the same with the opposite sign."""
    unit = reader.unit
    if quantity.value < 0:
        raise reader.error("a fall of a negative number", start)
    if unit.lower >= 0 and quantity.value > 0:
        raise reader.error("a fall, in a unit without negative numbers", start)
    kind = OPPOSITE.get(quantity.kind, quantity.kind)
    allowed = quantity.interval.mirrored().clipped(unit.lower, unit.upper)
    # Adding 0.0 turns -0.0 into 0.0.
    return _quantity(-quantity.value + 0.0, allowed, kind, unit, quantity.note, quantity.loose)


_SPANS: dict[str, Callable[[Reader], Span | None]] = {
    **{"date": take_date, "calendar year": take_period},
    **dict.fromkeys(("second", "minute", "hour", "day"), take_time),
}
"""Parsers of dates, periods and times, by unit."""


def _spanned(reader: Reader, span: Span, hedge: str, hedges: list[str], start: int) -> Quantity:
    """Return a date, period or time with its hedge."""
    is_date = reader.unit.symbol == "date"
    last = take_last_date(reader, between=hedge == "between") if is_date and reader.whole else None
    if last is not None:
        if last.low <= span.high:
            raise reader.error("range ends out of order", start)
        span = Span((span.low + last.high) // 2, span.low, last.high)
    elif hedge == "between":
        raise reader.error("a range of times, which cannot be read", start)
    note = grammar.take_ending(reader, hedges)
    hedge = hedges[0] if hedges else ""
    if reader.unit.symbol in UNSCALED:
        return _date_or_period(reader, span, hedge, note, start)
    # The digits of a clock are not decimals of its seconds: 2:03:20, which is 7,400 s, vouches for each of them.
    is_clock = ":" in reader.text[start:]
    return _single(_printed_time(span, hedge, is_clock), reader.unit, note)


def _date_or_period(reader: Reader, span: Span, hedge: str, note: str, start: int) -> Quantity:
    """Return a date or period with its hedge, "" for none: a bound has its end as value, other hedges its middle."""
    unit = reader.unit
    allowed = _dated(reader, Interval(span.low, span.high), hedge, start)
    value = {"at_most": allowed.high, "at_least": allowed.low}.get(grammar.KINDS.get(hedge, ""), span.value)
    if hedge or unit.symbol == "calendar year":
        kind = grammar.KINDS[hedge or "range"]
    else:
        kind = "exact" if allowed.is_point else "rounded"
    return _quantity(value, allowed, kind, unit, note, loose=kind == "estimate")


def _printed_time(span: Span, hedge: str, is_clock: bool) -> Printed:
    """Return a time with the sizes that its interval depends on."""
    value = Fraction(span.value)
    half = Fraction(span.high) - value if span.high > span.value else NONE
    coarse = half
    if half and not is_clock:
        coarse = _coarse_of(round(value / (2 * half)), 2 * half)
    return Printed(value, hedge, half=half, coarse=coarse)


def _dated(reader: Reader, span: Interval, hedge: str, start: int) -> Interval:
    """Return what a word before a date or period allows: `by 2026` all days to the end of it."""
    low, high = span.low, span.high
    unit = reader.unit
    match hedge:
        case "":
            return span
        case "about" | "close_to":
            # Nobody says by how much: half as long again either way.
            off = max((high - low) / 2, 3.0)
            return Interval(low - off, high + off).clipped(unit.lower, unit.upper)
        case "at_most":
            return Interval(unit.lower, high)
        case "less":
            return Interval(unit.lower, low, high_open=True)
        case "over":
            return Interval(high, inf, low_open=True)
        case "at_least":
            return Interval(low, inf)
    raise reader.error("a date with a word other than about, by, before, after or since", start)


def _range(reader: Reader, first: Amount, hedges: list[str], between: bool) -> Span | None:
    """Read the rest of a range or an error; without one, apply the first amount's plus and return None."""
    start = reader.position
    error = grammar.take_error(reader, first)
    if error is not None:
        grammar.add_hedge(reader, hedges, "range", start)
        return _within(reader, first, error)
    found = grammar.take_second(reader, first, between)
    if found is None:
        if between:
            raise reader.error("")
        _add_own_hedges(reader, first, hedges, start)
        grammar.check_amount(reader, first)
        return None
    second, dashed = found
    reason = _unclear_range(reader.unit, first, second, dashed)
    if reason and _is_parting(reader, first, start):
        reader.position = start
        return None
    grammar.add_hedge(reader, hedges, "range", start)
    grammar.take_range_ending(reader)
    if reason:
        raise reader.error(reason, second.start)
    return _from_to(reader, _like_second(first, second), second)


def _add_own_hedges(reader: Reader, amount: Amount, hedges: list[str], end: int) -> None:
    """Add the plus and the mark that are joined to a number."""
    if amount.plus is not None:
        grammar.add_hedge(reader, hedges, "plus", amount.plus)
    if amount.mark:
        grammar.add_hedge(reader, hedges, amount.mark, end)


def _from_to(reader: Reader, first: Amount, second: Amount) -> Span:
    """Return the range between two numbers. Raises QuantityError if they are out of order or of the unit's bounds."""
    low, high = first.number(), second.number()
    if second.form in CHANGES and reader.unit.symbol == "percent":
        low, high = 100 * (low - 1), 100 * (high - 1)
    grammar.check_amount(reader, first)
    grammar.check_amount(reader, second)
    if low > high and high < 0 and low < 0:  # `−3% to −5%`, as seen from zero
        low, high = high, low
    if low >= high:
        raise reader.error("range ends out of order", second.start)
    return Span((low + high) / 2, low, high)


def _is_parting(reader: Reader, first: Amount, dash: int) -> bool:
    """Whether a dash between blanks may part two clauses of running text, behind a number with its own unit."""
    return not reader.whole and first.has_unit and reader.seen[dash : dash + 1] in tuple(BLANKS)


def _like_second(first: Amount, second: Amount) -> Amount:
    """Return the lower end of a range with the magnitude, the converted unit and the sign of the upper one."""
    if second.magnitude and not first.magnitude:  # `2–4 million` means two million to four million
        first = first._replace(power=first.power + second.magnitude)
    if second.factor != 1 and not first.trailing_unit:
        first = first._replace(factor=second.factor)
    if second.signed and second.digits < 0 and not first.signed:
        first = first._replace(digits=-first.digits)
    return first


def _within(reader: Reader, amount: Amount, error: Amount) -> Span:
    """Return a number with the bounds that its error gives, cut at those of the unit."""
    if _is_ambiguous(amount, error):
        raise reader.error("an ambiguous error bound", error.start)
    if amount.trailing_unit > error.trailing_unit and reader.unit.symbol not in PRINTED_UNITS:
        error = error._replace(factor=amount.factor, trailing_unit=True)  # `30 minutes ± 5`
    if amount.trailing_unit > error.trailing_unit or (amount.magnitude and not error.magnitude):
        raise reader.error("a unit or magnitude on the number only", error.start)
    if error.magnitude and not amount.magnitude:
        amount = amount._replace(power=amount.power + error.magnitude)
    unit, middle, width = reader.unit, amount.exact(), error.exact()
    grammar.check_amount(reader, amount)
    return Span(float(middle), max(float(middle - width), unit.lower), min(float(middle + width), unit.upper))


def _is_ambiguous(amount: Amount, error: Amount) -> bool:
    """Whether a number and its error differ in how they are written, or a sign or plus says more than a size."""
    has_plus = amount.plus is not None or error.plus is not None
    return error.signed or has_plus or amount.scientific != error.scientific


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
    if first.mark or second.mark:
        return "a hedge within a range"
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
        is_nameless = not (first.leading_unit or second.trailing_unit or second.form in CHANGES)
    else:
        is_nameless = unit.symbol == "number"
    return "a range, a score or a difference?" if dashed and is_nameless else ""


def _unclear_magnitudes(first: Amount, second: Amount) -> str:
    if first.magnitude and not second.magnitude:
        return "a magnitude on the lower end only"
    if second.magnitude and not first.magnitude and first.trailing_unit:
        return "a magnitude that may belong to both ends or to one"
    return ""


def _printed(unit: Unit, amount: Amount, hedge: str) -> Printed:
    """Return an amount with the sizes that its interval depends on."""
    value, half = amount.exact(), _half_unit(unit, amount)
    form = _form_of(unit, amount)
    # Words have no coarse digit: sizes as large as these leave the limit to a share of the number (`implied`).
    if form == "multiple":
        coarse = abs(value) / 4
    elif amount.loose:
        coarse = abs(value)
    else:
        coarse = _coarse(amount) if hedge else NONE  # of use to a hedge only
    if form in ("multiple", "duration", "part"):
        half = NONE  # a word has no last digit
    return Printed(
        value,
        hedge,
        form,
        half=half,
        coarse=coarse,
        places=_places(unit, amount),
        magnitude=amount.magnitude > HUNDRED,
        one=100 if unit.symbol == "percent" else 1,
        is_change=unit.symbol == "percent" and amount.form in CHANGES,
        is_fall=amount.form == "multiple" and 0 < value < 1 and not amount.loose,
    )


CHANGES = ("multiple", "factor")
"""Forms of numbers that stand for a relative change where the unit is percent."""
NONE = Fraction(0)
HUNDRED = 2
"""The power of ten of `hundred`, which is printed like the digits 100."""


def _half_unit(unit: Unit, amount: Amount) -> Fraction:
    """Return half a unit of the last printed digit; 0 for a number whose digits are all of it."""
    if _is_in_full(unit, amount):
        return NONE
    return amount.half() if amount.magnitude != HUNDRED else amount.half() / 100


def _is_in_full(unit: Unit, amount: Amount) -> bool:
    """Whether the digits of a number are all of it: a count, a place in an order, or a number in words."""
    is_count = unit.count and unit.symbol not in SECONDS
    if is_count and _has_idle_zeros(amount):
        return True
    is_named = amount.word and unit.symbol == "number"
    has_all_digits = amount.plain or amount.magnitude == HUNDRED
    return has_all_digits and (is_count or is_named or unit.symbol == "rank")


def _has_idle_zeros(amount: Amount) -> bool:
    """Whether all decimals are zeros: `12.0` people are twelve."""
    return 0 < amount.decimals == -amount.power and amount.is_whole() and not amount.scientific


def _form_of(unit: Unit, amount: Amount) -> str:
    """Return the form of an amount, as `Printed` has it."""
    if amount.form:
        return amount.form
    is_duration = unit.symbol in SECONDS
    if amount.word and is_duration:
        return "duration"
    if not amount.loose:
        return "digits"
    if abs(amount.digits) > amount.denominator:
        return "mixed"
    is_share = unit.symbol in (*grammar.PROPORTIONS, "ratio") and not amount.power > 0
    return "fraction" if is_share else "part"


def _coarse(amount: Amount) -> Fraction:
    """Return half a unit of the last digit that is not a trailing zero."""
    return _coarse_of(abs(amount.digits), 2 * amount.half(), has_decimals=amount.decimals > 0)


def _coarse_of(digits: int, size: Fraction, has_decimals: bool = False) -> Fraction:
    """Return the same for the number `digits` × `size`."""
    while not has_decimals and digits and digits % 10 == 0:
        digits, size = digits // 10, size * 10
    if not digits:
        return Fraction(0)
    # People count by fives: 75 and 1.5 million are round numbers.
    is_five = digits > 10 and digits % 10 == 5
    return size * (5 if is_five else 1) / 2


def _places(unit: Unit, amount: Amount) -> Fraction:
    """Return half the unit to which a round number may have been rounded: 500 of 248,000, 5 of 300, 0 of 1,200."""
    in_full = amount.plain or (amount.magnitude == HUNDRED and not amount.loose)
    if not in_full or amount.form or not _has_places(unit):
        return NONE
    places = _rounded_to(str(abs(int(amount.exact()))), unit)
    return Fraction(places, 2) if places else NONE


def _has_places(unit: Unit) -> bool:
    """Whether zeros at the end of a number may be no more than places."""
    return unit.symbol not in _WITHOUT_PLACES and unit.upper == inf


def _rounded_to(digits: str, unit: Unit) -> int:
    """Return the unit to which a whole number may have been rounded, 0 if its zeros do not say so."""
    if not digits.endswith("00"):
        return 0
    significant = digits.rstrip("0")
    zeros = len(digits) - len(significant)
    if len(significant) >= 2 and zeros >= 3:
        return int(10**zeros)
    if len(significant) == 1 and unit.currency is None:
        return int(10 ** (zeros - 1))
    return 0


_WITHOUT_PLACES = ("calendar year", "rank", "ratio", *grammar.PRINTED_UNITS, *SECONDS)
"""Units in which 100 is no rounder than 101; nor is it on a scale that ends somewhere, or as an amount of money."""


def _single(printed: Printed, unit: Unit, note: str) -> Quantity:
    """Return a single number with its implied interval."""
    allowed = implied_interval(printed, unit)
    value = float(printed.number())
    kind = kind_of(printed, allowed)
    loose = printed.hedge in ("about", "close_to")
    return _quantity(value, allowed, kind, unit, note, loose)


def _quantity(value: float, allowed: Interval, kind: str, unit: Unit, note: str, loose: bool = False) -> Quantity:
    low, high, low_open, high_open = allowed
    return Quantity(value, low, high, kind, unit.symbol, note, low_open, high_open, loose)
