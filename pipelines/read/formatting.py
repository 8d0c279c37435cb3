"""Numbers for human readers: a value and its unit in words and signs, the same in every locale.

Belongs here: how a number, interval, share, date or list is written in tables, reports and on the terminal. Does not:
sentences, or what numbers mean.
"""

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from math import ceil, floor, inf, isinf, isnan, log10

from tidebook.schemas.units import CURRENCIES, EPOCH, TENFOLD, UNITS, UNSCALED, percent

NBSP = "\u00a0"
DASH = "\u2013"
MINUS = "\u2212"
MISSING = "no value"
DIGITS, MOST_DIGITS = 3, 9
"""Significant digits by default, and at most, to tell close numbers apart."""
P_DECIMALS = 3
"""Decimals of a p-value."""
SCIENTIFIC_FROM, WHOLE_BELOW, EXACT_BELOW = 1e16, 1e4, 1e6
"""Numbers from the first on have a power of ten; below the second, none is rounded to tens, and below the third no
whole number: a count of 18,045 beside one of 18,405 would read as 18,000."""
_PER_MILLION = 1e-6
"""Amounts per unit of money below this are shown per billion of it."""

_SCALES = ((1e12, "T"), (1e9, "B"), (1e6, "M"))
"""The largest first, since the first that fits is taken; thousands have none, and are printed in full."""
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)  # not strftime, which follows the locale
_FACTORS = {
    "percent": (1, "%"),
    **dict.fromkeys(("share", "probability"), (100, "%")),
    "1/year": (100, "% per year"),
    "ratio": (1, "×"),
    **dict.fromkeys(("index", "number", "correlation"), (1, "")),
}
"""By unit, the factor for display and the words behind the number."""


def format_value(value: float | None, unit: str, digits: int = DIGITS) -> str:
    """Return a value with its unit: `$8B`, `71.4%`, `12 people`, `p = 0.083`, `1 October 2024`.

    NaN is "no value"; infinite values are "without limit", or "no date".
    """
    if value is None or isnan(value):
        return MISSING
    if unit == "date":
        return "no date" if isinf(value) else format_date(EPOCH + dt.timedelta(days=round(value)))
    if isinf(value):
        return "without limit" if value > 0 else "without lower limit"
    if unit == "calendar year":
        return str(round(value))
    if unit in ("share", "probability") and digits == DIGITS:
        return format_share(value)
    return "".join(_parts(value, unit, digits))


def format_apart(value: float | None, unit: str, bounds: Iterable[float]) -> str:
    """Return a value with enough digits to differ from each bound that it does not equal: 2.001 years, not 2."""
    if value is None or isnan(value) or isinf(value):
        return format_value(value, unit)
    others = [bound for bound in bounds if bound != value and not isnan(bound)]
    for digits in range(DIGITS, MOST_DIGITS + 1):
        text = format_value(value, unit, digits)
        if all(format_value(bound, unit, digits) != text for bound in others):
            return text
    return format_value(value, unit)


def format_interval(
    low: float | None, high: float | None, unit: str, low_open: bool = False, high_open: bool = False
) -> str:
    """Return an interval with its unit once: `68.2–74.1%`, `$7.5B–$8.5B`, `at least $13B`, `any value`.

    An open end is written in words: `more than $13B`, `270 to less than 300 people`.
    """
    if low is None or high is None or isnan(low) or isnan(high):
        return MISSING
    if unit in UNSCALED and low <= UNITS[unit].lower:
        low = -inf  # the first day or year of the unit means that there is no bound
    if isinf(low) or isinf(high):
        return _unbounded(low, high, unit, low_open, high_open)
    if unit in UNSCALED:
        return _from_to(format_value(low, unit), format_value(high, unit))
    return _between(low, high, unit, low_open, high_open)


def _from_to(start: str, end: str) -> str:
    """Return two days or years, once if they are shown alike."""
    return start if start == end else f"{start} to {end}"


def _between(low: float, high: float, unit: str, low_open: bool, high_open: bool) -> str:
    """Return an interval of finite ends with as few digits as distinguish them."""
    digits = digits_between(low, high)
    (first, words), (last, last_words) = _parts(low, unit, digits), _parts(high, unit, digits)
    if first == last:
        return format_value(low, unit, digits)
    first, last = _aligned(first.removeprefix("p = "), last.removeprefix("p = "), digits)
    # Behind a minus sign or a power of ten, a dash could be read as another minus.
    between = DASH if low >= 0 and "×" not in first + last else " to "
    if low_open or high_open:
        before, between = ("more than " if low_open else ""), (" to less than " if high_open else " to ")
        return f"{before}{first}{between}{last}{last_words or words}"
    return f"{first}{between}{last}{last_words or words}"


def _unbounded(low: float, high: float, unit: str, low_open: bool, high_open: bool) -> str:
    """Return an interval without a finite lower end, upper end or both."""
    if isinf(low) and isinf(high):
        return "any value"
    if isinf(low):
        return f"{'less than' if high_open else 'at most'} {format_value(high, unit)}"
    return f"{'more than' if low_open else 'at least'} {format_value(low, unit)}"


def digits_between(first: float, last: float) -> int:
    """Return how many significant digits distinguish two numbers, from 3 to 9.

    For equal numbers, all of their digits, if these are at most 9, and 3 otherwise.
    """
    distance, size = abs(last - first), max(abs(first), abs(last))
    if distance:
        return min(max(DIGITS, ceil(log10(size / distance)) + 1), MOST_DIGITS)
    own = len(significant_digits(size))
    return max(DIGITS, own) if own <= MOST_DIGITS else DIGITS


def significant_digits(value: float) -> str:
    """Return the digits of a number, at most fifteen, without sign, point and trailing zeros: `248` for 248,000."""
    return f"{abs(value):.14e}".partition("e")[0].replace(".", "").rstrip("0")


def format_share(share: float | None) -> str:
    """Return a share as a percentage: `71.4%`."""
    if share is None or isnan(share):
        return MISSING
    return percent(share).replace("-", MINUS)


def format_count(count: int, singular: str, plural: str | None = None) -> str:
    """Return a count with its noun: `1 claim`, `12 claims`."""
    return f"{_grouped(count)} {singular if count == 1 else plural or singular + 's'}"


def joined(items: Sequence[str], word: str = "and") -> str:
    """Return items as an English list: `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def listed(names: Sequence[str], most: int, between: str = ", ") -> str:
    """Return the first names and the number of the others: `a, b and 3 more`."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{between.join(names[:most])}{more}"


def format_date(day: dt.date | None) -> str:
    """Return a date in English words, whatever the locale: `1 October 2024`."""
    return "no date" if day is None else f"{day.day}{NBSP}{_MONTHS[day.month - 1]}{NBSP}{day.year}"


def format_month(day: dt.date) -> str:
    """Return a month in short: `Oct 2024`."""
    return f"{_MONTHS[day.month - 1][:3]}{NBSP}{day.year}"


def month_words(day: dt.date) -> str:
    """Return a month with its year: `June 2024`."""
    return format_date(day).partition(NBSP)[2]


_DAY = r"(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])"
_SPAN = re.compile(rf"(some day )?between ({_DAY}) and ({_DAY})")


def days_in_words(text: str) -> str:
    """Return a text with its dates in words, a whole month by its name: `in June 2024`."""
    return re.sub(_DAY, lambda match: _date_words(match[0]), _SPAN.sub(_span_words, text))


def _span_words(match: re.Match[str]) -> str:
    some_day, first, last = match.groups()
    year, month, day = map(int, last.split("-"))
    if (first, day) != (f"{last[:7]}-01", monthrange(year, month)[1]):
        return match[0]
    name = month_words(dt.date(year, month, 1))
    return name if some_day else f"in {name}"


def _date_words(text: str) -> str:
    """Return a date in words; a text that only looks like a date stays as it is."""
    try:
        return format_date(dt.date.fromisoformat(text))
    except ValueError:
        return text


def format_number(value: float, digits: int = DIGITS) -> str:
    """Return a plain number with `digits` significant digits, grouped thousands and no trailing zeros."""
    if value == 0:
        return "0"
    if isinf(value):
        return "infinity" if value > 0 else f"{MINUS}infinity"
    sign = MINUS if value < 0 else ""
    size = abs(value)
    # Below 0.0001 a reader would have to count the zeros.
    if size >= SCIENTIFIC_FROM or size < 1e-4:
        return sign + _scientific(size, digits)
    return sign + _grouped(_rounded(size, digits))


def is_small_count(value: float | None, unit: str) -> bool:
    """Whether a number of whole things is so small that a percentage of it says nothing: 3 of 4 dimensions."""
    return unit in UNITS and UNITS[unit].whole and abs(value or 0) < FEW


FEW = 10
"""Counts below this have no percentages."""


def off_words(factor: float | None) -> str:
    """Return how far off a printed value is that is `factor` times the better one: `10 times too low`."""
    if factor is None or factor <= 0 or factor == 1:
        return ""
    side, size = ("high", factor) if factor > 1 else ("low", 1 / factor)
    # From 1.95 on it is rounded to 2 times.
    if size >= 1.95:
        return f"{format_number(size, 2 if size < 10 else DIGITS)} times too {side}"
    return f"{format_number(100 * abs(factor - 1), 2)}% too {side}"


def _parts(value: float, unit: str, digits: int) -> tuple[str, str]:
    """Return the number of a value, with any sign of currency, and the words behind it."""
    over, _, per = unit.partition("/")
    if over in UNITS and UNITS[over].currency == over:
        sign = CURRENCIES[over][0] if over in CURRENCIES else f"{over}{NBSP}"
        return _money(value, sign, digits), f" {_per(per)}" if per else ""
    if unit == "p-value":
        return _p_value(value, digits), ""
    if unit in _FACTORS:
        factor, words = _FACTORS[unit]
        return format_number(factor * value, digits), words
    if per in CURRENCIES and 0 < abs(value) < _PER_MILLION:
        number, noun = _scaled(value * 1e9, digits), _counted(value * 1e9, over)
        return number, f"{NBSP}{noun} per{NBSP}{CURRENCIES[per][0]}1B"
    return _scaled(value, digits), NBSP + _counted(value, unit) if unit else ""


def _p_value(value: float, digits: int) -> str:
    if digits <= DIGITS and value >= 10**-P_DECIMALS:
        return f"p = {format_number(round(value, P_DECIMALS), digits)}"
    # A small one keeps its digits: `p = 0` would be wrong.
    return f"p = {format_number(value, digits)}"


def _counted(value: float, unit: str) -> str:
    """Return a unit as it follows a number: `region`, `regions`, `W`, `medals per person`."""
    over, _, per = unit.partition("/")
    if per and unit not in UNITS.named:
        return f"{_counted(value, over)} {_per(per)}"
    known = UNITS.get(unit)
    if known is None:
        return unit
    return known.one if abs(value) == 1 else known.many


def _per(units: str) -> str:
    """Return the denominator of a unit in words: `per year`, `per euro and person`, `per 10²⁴ operations`."""
    return "per " + " and ".join(map(_one, units.split("/")))


def _one(unit: str) -> str:
    """Return the singular of a unit, or the plural behind a number: `year`, `10²⁴ operations`."""
    if unit not in UNITS.named:
        number, _, name = unit.rpartition(" ")
        if number:
            return f"{_scientific(float(number), DIGITS)}{NBSP}{_one(name)}"
    if unit in CURRENCIES:
        return CURRENCIES[unit][-1]
    if unit == TENFOLD:
        return "tenfold"
    return UNITS[unit].one if unit in UNITS else unit


def _aligned(first: str, last: str, digits: int) -> tuple[str, str]:
    """Pad two plain numbers with zeros to the same decimals, within `digits`: `68.0` beside `74.1`."""
    for text in (first, last):
        if not text.lstrip(MINUS).replace(".", "", 1).isdigit():
            return first, last
    places = max(len(text.partition(".")[2]) for text in (first, last))
    return _padded(first, places, digits), _padded(last, places, digits)


def _padded(text: str, places: int, digits: int) -> str:
    """Append zeros to a plain number up to `places` decimals or `digits` significant digits."""
    whole, _, decimals = text.partition(".")
    while len(decimals) < places and len((whole + decimals).lstrip(MINUS).lstrip("0")) < digits:
        decimals += "0"
    return f"{whole}.{decimals}" if decimals else whole


def _money(value: float, sign: str, digits: int) -> str:
    """Return an amount with its currency sign: cents below a hundred, K never, M, B and T above a million."""
    minus = MINUS if value < 0 else ""
    size = abs(value)
    # As cents it would be nothing.
    if size < 0.01:
        return f"{minus}{sign}{format_number(size, digits)}"
    if size < 100:
        cents = 2 if digits == DIGITS else max(2, digits - 1 - floor(log10(size)))
        whole, _, part = f"{size:.{cents}f}".partition(".")
        return f"{minus}{sign}{whole}.{part.rstrip('0').ljust(2, '0')}"
    return f"{minus}{sign}{_scaled(size, digits)}"


def _scaled(value: float, digits: int) -> str:
    """Return a number with M, B or T from a million on, and with a power of ten from 10¹⁶ on."""
    size = abs(value)
    if WHOLE_BELOW < size < SCIENTIFIC_FROM:
        for scale, letter in _SCALES:
            if _rounded(size, digits) >= scale:  # rounded first: 999,999 is 1M and not 1,000,000
                return f"{format_number(value / scale, digits)}{letter}"
    return format_number(value, digits)


def _scientific(size: float, digits: int) -> str:
    """Return a positive number as `2.1 × 10²⁵`."""
    mantissa, exponent = f"{size:.{digits - 1}e}".split("e")
    power = f"10{str(int(exponent)).translate(_SUPERSCRIPTS)}"
    return power if float(mantissa) == 1 else f"{_grouped(float(mantissa))}{NBSP}×{NBSP}{power}"


def _rounded(size: float, digits: int) -> float:
    """Round a positive number to significant digits; to ones below ten thousand, and a whole one below a million."""
    places = digits - 1 - floor(log10(size))
    keeps_ones = size < WHOLE_BELOW or (size < EXACT_BELOW and float(size).is_integer())
    return round(size, max(places, 0) if keeps_ones else places)


def _grouped(size: float) -> str:
    """Return a non-negative number with commas between thousands, without an exponent or trailing zeros."""
    return f"{size:,.10f}".rstrip("0").rstrip(".")
