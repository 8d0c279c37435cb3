"""The quantity grammar: what one printed cell says, as a value with the interval that its text supports.

Belongs here: reading and writing a single cell whose unit is known. Does not: tables and files, how wide an
estimate is (raw/assumptions.toml says), or conversion from one unit to another.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from math import ceil, floor, inf, isfinite, isnan, log10, nan, sqrt
from typing import NamedTuple

from schemas.units import CURRENCIES, EPOCH, FIRST_YEAR, LAST_YEAR, UNITS, Unit, get_unit

LONGEST_TEXT = 200
MOST_DIGITS = 15
"""A float tells any two decimals of this many digits apart; more printed digits are refused."""
SMALLEST_POWER, LARGEST_POWER = -250, 300


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """One printed number, in the unit that its cell was read in.

    `kind` is exact, rounded, estimate, at_least, at_most or missing. `low` and `high` bound what the text
    supports: `low` is included, `high` is excluded when rounded or vague, inf when the text sets none. All
    three numbers are nan when missing; `low` and `high` are nan for an estimate without stated bounds. `note`
    is the reason of a missing value, or the words in parentheses. Unknown numbers count as equal.
    """

    value: float
    low: float
    high: float
    kind: str
    unit: str
    note: str

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Quantity) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[float | str | None, ...]:
        numbers = (None if isnan(number) else number for number in (self.value, self.low, self.high))
        return (*numbers, self.kind, self.unit, self.note)


class QuantityError(ValueError):
    """A text that cannot be read: the text, what was expected, the character (from 0) and why."""

    def __init__(self, text: str, expected: str, position: int, reason: str = "") -> None:
        super().__init__(text, expected, position, reason)
        self.text = text
        self.expected = expected
        self.position = position
        self.reason = reason

    def __str__(self) -> str:
        shown = self.text if len(self.text) <= 60 else self.text[:59] + "…"
        place = f"character {self.position + 1}" + (f": {self.reason}" if self.reason else "")
        return f"cannot read {shown!r} ({place}): expected {self.expected}"


# The vocabulary. Every pattern is matched where the reader stands; most skip the blanks before it.

_BLANKS = " \u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_B = f"[{_BLANKS}]"
_NOT_A_WORD = r"(?![A-Za-z0-9])"
_UNIT_PRINTED = {"percent": "percent", "ratio": "times"}
_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
}
_MAGNITUDE_WORDS = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_MAGNITUDES = {"k": 3, "m": 6, "mn": 6, "mm": 6, "b": 9, "bn": 9, "t": 12, "tn": 12} | _MAGNITUDE_WORDS
_MONEY_MAGNITUDES = frozenset({"m", "b", "t", "mm", "MM"})
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻−", "0123456789+--")
_MARKS = {
    "estimate": ("[~∼≈]", r"about|around|approximately|approx\.?|roughly|circa|ca\.|estimated|est\.?"),
    "at_most": ("≤|<=?", "at most|up to|under|below|less than|fewer than"),
    "at_least": ("≥|>=?", "at least|over|above|more than"),
}


def _pattern(regex: str) -> re.Pattern[str]:
    return re.compile(regex, re.ASCII)


def _words(regex: str) -> str:
    """Return a regex of words in any case with any blanks between them."""
    return f"(?i:{regex.replace(' ', f'{_B}+')})"


def _spellings(words: tuple[str, ...]) -> str:
    """Return a regex of any of `words`, the longest first; one with a capital only as it is written."""
    quoted = (re.escape(word).replace("\\ ", f"{_B}+") for word in sorted(words, key=len, reverse=True))
    return "|".join(word if any(map(str.isupper, word)) else f"(?i:{word})" for word in quoted)


def _plain(spelling: str) -> str:
    return " ".join(spelling.lower().split())


_CURRENCY_OF = {_plain(spelling): code for code, all_ in CURRENCIES.items() for spelling in all_}
_SIGNS = tuple(spelling for spelling in _CURRENCY_OF if not spelling[-1].isalpha())
_CODES = tuple(code.lower() for code in CURRENCIES)

_MARK = _pattern("|".join(f"(?P<{kind}>{signs}|{_words(words)}(?={_B}))" for kind, (signs, words) in _MARKS.items()))
_BY = _pattern(f"(?P<at_most>{_words('by')}(?={_B}))")
_SIGN = _pattern(f"{_B}*(?P<sign>[+−-])")
_CURRENCY_BEFORE = _pattern(f"{_B}*(?P<currency>{_spellings(_SIGNS + _CODES)})(?![A-Za-z])")
_CURRENCY_AFTER = _pattern(f"{_B}*(?P<currency>{_spellings(tuple(_CURRENCY_OF))}){_NOT_A_WORD}")
_TIMES_BEFORE = _pattern(f"{_B}*[xX×]")
_YEAR_NUMBER = _pattern(f"{_B}*(?P<digits>[0-9]{{4}})(?![0-9])")
_NUMBER = _pattern(
    rf"{_B}*(?:(?P<grouped>[1-9][0-9]{{0,2}}(?P<mark>[,\u00a0\u2009\u202f])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*)"
    r"|(?P<digits>0|[1-9][0-9]*))(?:\.(?P<fraction>[0-9]+))?"
    rf"(?P<scientific>[eE](?P<e>[+−-]?[0-9]+)"
    rf"|{_B}?[xX×]{_B}?10(?:\^(?P<raised>[+−-]?[0-9]+)|(?P<superscript>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)))?"
)
_NUMBER_WORD = _pattern(f"{_B}*(?P<word>{_words('|'.join(_NUMBER_WORDS))})(?![A-Za-z])")
_MAGNITUDE = _pattern(
    f"{_B}*(?P<magnitude>{_words('thousand|million|billion|trillion|bn|mn|tn')}|MM|mm|[KkMmBbTt]){_NOT_A_WORD}"
)
_VAGUE = _pattern(
    f"{_B}*(?:(?P<many>{_words('hundreds|thousands|millions|billions|trillions')})"
    f"|{_words('(?:a few|several) ')}(?P<few>{_words('|'.join(_MAGNITUDE_WORDS))})){_NOT_A_WORD}"
    f"(?:{_words(' of')}(?={_B}+[A-Za-z]))?"
)
_PLUS = _pattern(r"\+(?![0-9])")
_DASH = _pattern(f"(?:[–-]|{_B}+[–-]{_B}+)(?=[^+−–{_BLANKS}-])")
_TO = _pattern(_words(" to "))
_ESTIMATED_WORD = _words(r"(?:estimated|estimate|est\.?)")
_ESTIMATED = _pattern(rf"{_B}*\({_B}*{_ESTIMATED_WORD}{_B}*\)|(?:{_B}*,{_B}*|{_B}+){_ESTIMATED_WORD}(?![A-Za-z0-9.])")
_NOTE = _pattern(rf"{_B}*\((?P<note>[^()<>]*)\)")
_MISSING = _pattern(rf"{_words('n/a')}(?:{_B}*\((?P<note>[^()<>]*)\))?$")
_DATE = _pattern(f"{_B}*(?P<year>[0-9]{{4}})(?:-(?P<month>[0-9]{{2}})(?:-(?P<day>[0-9]{{2}}))?)?(?![0-9-])")
_NOTE_THAT_COUNTS = re.compile(
    r"\b(?:est|estimat\w*|approx\w*|at least|at most|up to|or more|or less|min|minimum|max|maximum"
    r"|negative|loss|hourly|daily|weekly|monthly|quarterly"
    r"|hundreds?|thousands?|millions?|billions?|trillions?|bn|mn|tn|dollars?|euros?|pounds?|yen|yuan|francs?|rupees?"
    r"|usd|eur|gbp|jpy|cny|rmb|cad|aud|nzd|chf|inr|krw|sek|nok|dkk|sgd|hkd|brl)\b",
    re.IGNORECASE,
)


@cache
def _unit_words(symbol: str) -> re.Pattern[str] | None:
    words = UNITS[symbol].words
    return _pattern(f"{_B}*(?:{_spellings(words)}){_NOT_A_WORD}") if words else None


@cache
def _words_of_other_units(symbol: str) -> frozenset[str]:
    own = {word.lower() for word in UNITS[symbol].words}
    return frozenset(word.lower() for unit in UNITS.values() for word in unit.words) - own


def examples(unit: Unit) -> tuple[str, ...]:
    """Return texts that can be read in `unit`, for messages and documentation."""
    if unit.price:
        sign = CURRENCIES[str(unit.currency)][0]
        return f"{sign}5.00", f"~{sign}0.15", f"{sign}2–4"
    if unit.currency:
        sign = CURRENCIES[unit.currency][0]
        return f"{sign}35B", f"{sign}1.2M+", f"{sign}2–4B"
    if unit.whole and unit.words:
        return "12", "100,000", "8K+"
    special = {
        "calendar year": ("2026", "by 2026", "2024–2026"),
        "date": ("2023-03-15", "2024-02", "2024"),
        "percent": ("92.0%", "~40%", "10–20%"),
        "ratio": ("10x", "×1.5", "2–4x"),
        "point": ("87.5", "~84", "80–90"),
        "month": ("18 months", "two", "12–24"),
        "year": ("two years", "5", "2–4"),
    }
    plain = ("0.85", "~0.5", "0.1–0.2") if unit.upper == 1 else ("2.1e25", "12", "8K+")
    return special.get(unit.symbol, plain)


@cache
def _expected(symbol: str) -> str:
    unit = UNITS[symbol]
    nouns = {"percent": "a percentage", "ratio": "a ratio", "date": "a date", "calendar year": "a year"}
    if unit.currency:
        noun = f"{'a price' if unit.price else 'an amount'} in {symbol}"
    elif unit.words and not unit.words[0].startswith("per "):
        noun = nouns.get(symbol, f"a number of {unit.words[0]}")
    else:
        noun = nouns.get(symbol, f"a number ({unit.meaning})")
    return f"{noun} such as {', '.join(examples(unit))} or N/A (reason)"


# The reader and the parts of a cell that it reads.


class _Reader:
    """A place in a text that is read in one unit."""

    __slots__ = ("end", "position", "text", "unit", "unit_seen")

    def __init__(self, text: str, unit: Unit) -> None:
        self.text = text
        self.unit = unit
        self.unit_seen = False
        self.position = 0
        self.end = len(text.rstrip(_BLANKS))
        _check_characters(self)
        self.position = len(text) - len(text.lstrip(_BLANKS))

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Step over what `pattern` matches here and return it; stay and return None if it does not."""
        found = pattern.match(self.text, self.position, self.end)
        if found is not None:
            self.position = found.end()
        return found

    def error(self, reason: str = "", position: int | None = None) -> QuantityError:
        """Return the error of stopping at `position`, by default here."""
        where = self.position if position is None else position
        while where < self.end and self.text[where] in _BLANKS:
            where += 1
        if not reason:
            rest = self.text[where : min(self.end, where + 12)]
            reason = f"{rest!r} does not belong here" if rest else "the text ends too soon"
        return QuantityError(self.text, _expected(self.unit.symbol), where, reason)


class _Amount(NamedTuple):
    """One number as printed: `digits` × 10^`power`, so that its last digit stands for 10^`power`.

    `magnitude` is the part of `power` that K, million and so on contribute, `plus` the place of a `+`.
    """

    start: int
    digits: int
    power: int
    word: bool
    plain: bool
    signed: bool
    scientific: bool
    magnitude: int
    leading_unit: bool
    trailing_unit: bool
    plus: int | None

    def number(self, halves: int = 0) -> float:
        """Return the float nearest to the number, moved by half a last digit times `halves`."""
        return float(f"{10 * self.digits + 5 * halves}e{self.power - 1}")


class _Support(NamedTuple):
    """A value with the bounds that the text itself states."""

    value: float
    low: float
    high: float


def parse_quantity(text: str, unit: str) -> Quantity:
    """Read one cell in `unit`, a symbol of `schemas.units`; bounds and value are in that unit.

    The grammar, blanks and case of words aside:

        cell    = "N/A" [note] | [mark] (vague | amount [("–" | "-" | "to") amount]) [estimated] [note]
        amount  = [sign] [currency] number [magnitude] ["+"] [currency] [unit words]
        number  = 12 | 100,000 | 87.5 | 2.1e25 | 2.1×10^25 | two
        mark    = "~" | "about" | "<" | "at most" | "≥" | "more than" | ...
        vague   = "thousands" | ("a few" | "several") "thousand"

    A rounded number supports half a unit of its last printed digit either way, cut at the bounds of the unit;
    a whole number of countable things, a number word and a day are exact. A range is an estimate, its value
    the middle. `thousands` says at least two of them; `a few` and `several` say two to ten of them, their
    value the geometric mean. A vague amount of money may leave its currency to the column, a number may not.

    Raises QuantityError if the text cannot be read, or not in one way only, and ValueError if the unit is
    unknown.
    """
    reader = _Reader(text, get_unit(unit))
    missing = reader.take(_MISSING)
    if missing is not None:
        note = _missing_reason(reader, missing)
        return Quantity(nan, nan, nan, "missing", unit, note)
    return _read_date(reader) if unit == "date" else _read_number(reader)


def _check_characters(reader: _Reader) -> None:
    text = reader.text
    if len(text) > LONGEST_TEXT:
        raise reader.error(f"longer than {LONGEST_TEXT} characters", LONGEST_TEXT)
    if reader.end == 0:
        raise reader.error("the text is empty")
    if text.isascii() and text.isprintable():
        return
    for position, character in enumerate(text):
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
            raise reader.error(f"a control or unassigned character U+{ord(character):04X}", position)


def _missing_reason(reader: _Reader, found: re.Match[str]) -> str:
    if found["note"] is None:
        return ""
    note = " ".join(found["note"].split())
    if not note:
        raise reader.error("a reason without words", found.start("note"))
    return note


def _read_number(reader: _Reader) -> Quantity:
    kinds: list[str] = []
    mark = reader.take(_MARK) or (reader.take(_BY) if reader.unit.symbol == "calendar year" else None)
    if mark is not None:
        kinds.append(str(mark.lastgroup))
    support = _vague(reader, kinds)
    if support is None:
        amount = _amount(reader)
        support = _range(reader, amount, kinds)
        _check_unit_seen(reader, amount)
    note = _ending(reader, kinds)
    if support is not None:
        value, low, high = support
        return Quantity(value, low, high, kinds[0], reader.unit.symbol, note)
    return _single(reader.unit, amount, kinds[0] if kinds else "", note)


def _add_kind(reader: _Reader, kinds: list[str], kind: str, position: int) -> None:
    if kinds and kind not in kinds:
        raise reader.error("two marks that disagree", position)
    kinds.append(kind)


def _vague(reader: _Reader, kinds: list[str]) -> _Support | None:
    start = reader.position
    found = reader.take(_VAGUE)
    if found is None:
        return None
    many, few = found["many"], found["few"]
    magnitude = 10.0 ** _MAGNITUDE_WORDS[(few or many[:-1]).lower()]
    _add_kind(reader, kinds, "estimate" if few else "at_least", start)
    plus, _ = _tail(reader)
    if plus is not None:
        _add_kind(reader, kinds, "at_least", plus)
    unit = reader.unit
    if unit.symbol in _UNIT_PRINTED or unit.price:
        _check_unit_seen(reader, None)
    low, high = 2 * magnitude, 10 * magnitude
    for bound in (low, high) if few else (low,):
        _check_bounds(reader, bound, start)
    return _Support(sqrt(low * high), low, high) if few else _Support(low, low, inf)


def _amount(reader: _Reader) -> _Amount:
    start = reader.position
    sign = reader.take(_SIGN)
    leading_unit = _leading_unit(reader)
    if leading_unit and sign is None:
        sign = reader.take(_SIGN)
    word = reader.take(_NUMBER_WORD) if sign is None else None
    if word is not None:
        digits, power, fraction, scientific = _NUMBER_WORDS[word["word"].lower()], 0, "", False
    else:
        digits, power, fraction, scientific = _digits(reader)
    magnitude = _magnitude(reader, scientific)
    if len(fraction) == 3 and not magnitude and not scientific and 0 < digits // 1000 < 1000:
        _check_thousands(reader, start)
    plus, trailing_unit = _tail(reader)
    if leading_unit and trailing_unit and reader.unit.symbol == "ratio":
        raise reader.error("x on both sides")
    if sign is not None and sign["sign"] != "+":
        digits = -digits
    power += magnitude
    if reader.unit.whole and power < 0 and digits % 10**-power:
        raise reader.error("a fraction of something whole", start)
    return _Amount(
        start=start,
        digits=digits,
        power=power,
        word=word is not None,
        plain=not (fraction or scientific or magnitude),
        signed=sign is not None,
        scientific=scientific,
        magnitude=magnitude,
        leading_unit=leading_unit,
        trailing_unit=trailing_unit,
        plus=plus,
    )


def _leading_unit(reader: _Reader) -> bool:
    if reader.unit.currency is not None:
        return _currency(reader, reader.take(_CURRENCY_BEFORE))
    if reader.unit.symbol == "ratio" and reader.take(_TIMES_BEFORE):
        reader.unit_seen = True
        return True
    return False


def _currency(reader: _Reader, found: re.Match[str] | None) -> bool:
    if found is None:
        return False
    code = _CURRENCY_OF[_plain(found["currency"])]
    if code != reader.unit.currency:
        raise reader.error(f"{code} is another currency", found.start("currency"))
    reader.unit_seen = True
    return True


def _digits(reader: _Reader) -> tuple[int, int, str, bool]:
    """Read figures: all digits, the power of ten of the last, the fraction as printed, whether scientific."""
    if reader.unit.symbol == "calendar year":
        year = reader.take(_YEAR_NUMBER)
        if year is None:
            raise reader.error()
        return int(year["digits"]), 0, "", False
    start = reader.position
    found = reader.take(_NUMBER)
    if found is None:
        raise reader.error()
    grouped, mark, digits, fraction, scientific, e, raised, superscript = found.groups("")
    if grouped and scientific:
        raise reader.error("groups of thousands with an exponent", found.start("scientific"))
    printed = (grouped.replace(mark, "") if grouped else digits) + fraction
    if len(printed.lstrip("0")) > MOST_DIGITS:
        raise reader.error(f"more than {MOST_DIGITS} digits", start)
    exponent = (e or raised or superscript or "0").translate(_SUPERSCRIPTS)
    power = int(exponent) - len(fraction) if len(exponent) < 6 else LARGEST_POWER
    if not SMALLEST_POWER <= power < LARGEST_POWER - len(printed):
        raise reader.error("too large or too small a number", start)
    return int(printed), power, fraction, bool(scientific)


def _magnitude(reader: _Reader, scientific: bool) -> int:
    """Read K, million and so on; return the power of ten, 0 if there is none."""
    found = reader.take(_MAGNITUDE)
    if found is None:
        return 0
    word = found["magnitude"]
    if scientific:
        raise reader.error("an exponent and a magnitude", found.start("magnitude"))
    if word in _MONEY_MAGNITUDES and reader.unit.currency is None:
        raise reader.error(f"{word!r} is a magnitude for money only", found.start("magnitude"))
    return _MAGNITUDES[word.lower()]


def _tail(reader: _Reader) -> tuple[int | None, bool]:
    """Read what may follow a number; return the place of a plus, if any, and whether there is a unit."""
    plus = reader.take(_PLUS)
    money = reader.unit.currency is not None and _currency(reader, reader.take(_CURRENCY_AFTER))
    pattern = _unit_words(reader.unit.symbol)
    words = pattern is not None and reader.take(pattern) is not None
    if words and reader.unit.currency is None:
        reader.unit_seen = True
    plus = plus or reader.take(_PLUS)
    return plus.start() if plus else None, money or words


def _check_thousands(reader: _Reader, start: int) -> None:
    unit = reader.unit
    if unit.count or (unit.currency is not None and not unit.price):
        raise reader.error("the point may separate thousands", start)


def _check_bounds(reader: _Reader, number: float, start: int) -> None:
    unit = reader.unit
    if not unit.lower <= number <= unit.upper:
        raise reader.error(f"outside the bounds {unit.lower:g} to {unit.upper:g}", start)


def _check_unit_seen(reader: _Reader, amount: _Amount | None) -> None:
    if reader.unit_seen:
        return
    if reader.unit.currency is not None:
        raise reader.error("no currency", amount.start if amount else None)
    if reader.unit.symbol in _UNIT_PRINTED:
        raise reader.error(f"no {reader.unit.words[0]}")


def _range(reader: _Reader, first: _Amount, kinds: list[str]) -> _Support | None:
    """Read the rest of a range; without one, take in the first amount's plus and return None."""
    start = reader.position
    dash = reader.take(_DASH)
    if dash is None and reader.take(_TO) is None:
        if first.plus is not None:
            _add_kind(reader, kinds, "at_least", first.plus)
        _check_bounds(reader, first.number(), first.start)
        return None
    _add_kind(reader, kinds, "estimate", start)
    second = _amount(reader)
    reason = _unclear_range(first, second, dashed=dash is not None)
    if reason:
        raise reader.error(reason, second.start)
    if second.magnitude and not first.magnitude:
        first = first._replace(power=first.power + second.magnitude)
    low, high = first.number(), second.number()
    _check_bounds(reader, low, first.start)
    _check_bounds(reader, high, second.start)
    if low >= high:
        raise reader.error("a range that does not rise", second.start)
    return _Support((low + high) / 2, low, high)


def _unclear_range(first: _Amount, second: _Amount, *, dashed: bool) -> str:
    """Return why two amounts do not make a range that can be read in one way only, "" if they do."""
    if first.plus is not None or second.plus is not None:
        return "a range with a plus"
    if dashed and (first.signed or second.signed):
        return "a sign in a range with a dash"
    if first.scientific != second.scientific:
        return "an exponent on one end only"
    if second.leading_unit > first.leading_unit or first.trailing_unit > second.trailing_unit:
        return "a unit on one end only"
    if first.magnitude and not second.magnitude:
        return "a magnitude on the lower end only"
    if second.magnitude and not first.magnitude and (second.leading_unit or first.trailing_unit):
        return "a magnitude that may belong to both ends or to one"
    return ""


def _ending(reader: _Reader, kinds: list[str]) -> str:
    """Read `(est.)` and a note, in either order, up to the end of the text; return the note."""
    note, estimated = "", False
    while reader.position < reader.end:
        start = reader.position
        if not estimated and reader.take(_ESTIMATED):
            _add_kind(reader, kinds, "estimate", start)
            estimated = True
        elif not note and (found := reader.take(_NOTE)):
            note = _note(reader, found)
        else:
            raise reader.error()
    return note


def _note(reader: _Reader, found: re.Match[str]) -> str:
    note = " ".join(found["note"].split())
    start = found.start("note")
    if not any(map(str.isalpha, note)):
        raise reader.error("a note without words", start)
    if any(character.isnumeric() or unicodedata.category(character) == "Sc" for character in note):
        raise reader.error("a note with a number or a currency", start)
    unit_words = re.sub(r"^(?:in|of|per) ", "", note.lower())
    if _NOTE_THAT_COUNTS.search(note) or unit_words in _words_of_other_units(reader.unit.symbol):
        raise reader.error("a note that changes the number", start)
    return note


def _single(unit: Unit, amount: _Amount, kind: str, note: str) -> Quantity:
    value = amount.number()
    if not kind:
        exact = amount.plain and (unit.count or amount.word)
        kind = "exact" if exact else "rounded"
    low, high = {
        "exact": (value, value),
        "rounded": (max(amount.number(-1), unit.lower), min(amount.number(+1), unit.upper)),
        "estimate": (nan, nan),
        "at_least": (value, inf),
        "at_most": (unit.lower, value),
    }[kind]
    return Quantity(value, low, high, kind, unit.symbol, note)


def _read_date(reader: _Reader) -> Quantity:
    kinds: list[str] = []
    start = reader.position
    mark = reader.take(_MARK)
    if mark is not None and mark.lastgroup != "estimate":
        raise reader.error("a bound, which a date cannot be", start)
    start = reader.position
    found = reader.take(_DATE)
    if found is None:
        raise reader.error()
    if not FIRST_YEAR <= int(found["year"]) <= LAST_YEAR:
        raise reader.error(f"outside the years {FIRST_YEAR} to {LAST_YEAR}", start)
    try:
        first, following = _days(found)
    except ValueError:
        raise reader.error("no such date", start) from None
    if mark is not None:
        kinds.append("estimate")
    note = _ending(reader, kinds)
    value = float((first + following) // 2)
    if kinds:
        return Quantity(value, nan, nan, "estimate", "date", note)
    if found["day"]:
        return Quantity(value, value, value, "exact", "date", note)
    return Quantity(value, float(first), min(float(following), reader.unit.upper), "rounded", "date", note)


def _days(found: re.Match[str]) -> tuple[int, int]:
    """Return the first day of a day, month or year, and the first day after it, both counted from EPOCH."""
    year, month, day = int(found["year"]), int(found["month"] or 1), int(found["day"] or 1)
    first = date(year, month, day)
    if found["day"]:
        following = first + timedelta(days=1)
    elif found["month"]:
        following = date(year + month // 12, month % 12 + 1, 1)
    else:
        following = date(year + 1, 1, 1)
    return (first - EPOCH).days, (following - EPOCH).days


# Writing.


def format_quantity(quantity: Quantity) -> str:
    """Return a text that `parse_quantity` reads back as an equal quantity in the same unit.

    Raises ValueError if the grammar has no such text.
    """
    note = f" ({quantity.note})" if quantity.note else ""
    for text in _texts(quantity, get_unit(quantity.unit)):
        try:
            if parse_quantity(text + note, quantity.unit) == quantity:
                return text + note
        except QuantityError:
            continue
    raise ValueError(f"no text says {quantity}")


def _texts(quantity: Quantity, unit: Unit) -> Iterator[str]:
    """Yield texts that may say the quantity, the most readable first; some say another one."""
    if quantity.kind == "missing":
        yield "N/A"
    elif not (isfinite(quantity.value) and unit.lower <= quantity.value <= unit.upper):
        return
    elif unit.symbol == "date":
        yield from _date_texts(quantity)
    elif unit.symbol == "calendar year":
        yield from _year_texts(quantity)
    elif quantity.kind == "rounded":
        for digits, power in _printed_digits(quantity):
            yield from (_with_unit(number, unit) for number in _numbers(digits, power))
    elif quantity.kind == "estimate" and not isnan(quantity.low):
        yield from _range_texts(quantity, unit)
    else:
        yield from _marked_texts(quantity, unit)


def _date_texts(quantity: Quantity) -> Iterator[str]:
    day = EPOCH + timedelta(days=int(quantity.value))
    yield ("~" if quantity.kind == "estimate" else "") + day.isoformat()
    yield f"{day.year}-{day.month:02}"
    yield f"{day.year}"


def _year_texts(quantity: Quantity) -> Iterator[str]:
    if quantity.kind == "estimate" and isfinite(quantity.low) and isfinite(quantity.high):
        yield f"{quantity.low:.0f}–{quantity.high:.0f}"
    year = f"{quantity.value:.0f}"
    yield {"estimate": f"~{year}", "at_least": f"{year}+", "at_most": f"by {year}"}.get(quantity.kind, year)


def _marked_texts(quantity: Quantity, unit: Unit) -> Iterator[str]:
    before, after = {"estimate": ("~", ""), "at_least": ("", "+"), "at_most": ("≤ ", "")}.get(quantity.kind, ("", ""))
    for number in _numbers(*_shortest(quantity.value)):
        yield before + _with_unit(number, unit) + after
    for word, value in _NUMBER_WORDS.items():
        if value == quantity.value:
            yield _with_unit(word, unit)


def _range_texts(quantity: Quantity, unit: Unit) -> Iterator[str]:
    for word, power in _MAGNITUDE_WORDS.items():
        if quantity.low == 2 * 10.0**power:
            yield _with_unit(f"a few {word}", unit)
    if not (isfinite(quantity.low) and isfinite(quantity.high)):
        return
    between = " to " if quantity.low < 0 else "–"
    ends = zip(_forms(*_shortest(quantity.low)), _forms(*_shortest(quantity.high)), strict=True)
    for low, high in ends:
        if low and high:
            yield _with_unit(low, unit) + between + _with_unit(high, unit)


def _with_unit(number: str, unit: Unit) -> str:
    """Return the number with the unit that a cell must print, if any."""
    if number[0].isalpha():
        return f"{number} {unit.currency or _UNIT_PRINTED.get(unit.symbol, '')}".rstrip()
    if unit.currency:
        sign = CURRENCIES[unit.currency][0]
        return f"-{sign}{number[1:]}" if number[0] == "-" else sign + number
    return number + (unit.words[0] if unit.symbol in _UNIT_PRINTED else "")


def _shortest(value: float) -> tuple[int, int]:
    """Return the fewest digits, and the power of ten of the last, that name this float."""
    sign, digits, power = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    if not text:
        return 0, 0
    return int(text) * (-1 if sign else 1), int(power) + len(digits) - len(text)


def _printed_digits(quantity: Quantity) -> Iterator[tuple[int, int]]:
    """Yield the digits and the power of the last one that may have left this rounding interval."""
    digits, power = _shortest(quantity.value)
    gaps = [gap for gap in (quantity.value - quantity.low, quantity.high - quantity.value) if 0 < gap < inf]
    exponents = [log10(2 * gap) for gap in gaps]
    for last in sorted({step(exponent) for exponent in exponents for step in (floor, ceil)}):
        if power >= last:
            yield digits * 10 ** (power - last), last
        elif digits == 0:
            yield 0, last


def _numbers(digits: int, power: int) -> Iterator[str]:
    """Yield the ways of writing digits × 10^power, the most readable first."""
    with_magnitude, in_full, scientific = _forms(digits, power)
    ordered = (with_magnitude, in_full) if power > 0 else (in_full, with_magnitude)
    yield from (form for form in (*ordered, scientific) if form)


def _forms(digits: int, power: int) -> tuple[str, str, str]:
    """Return digits × 10^power with a magnitude, in full and with an exponent; "" where one is not fit."""
    sign, printed = "-" if digits < 0 else "", str(abs(digits))
    order = len(printed) - 1 + power
    scientific = f"{sign}{printed[0]}{'.' * (len(printed) > 1)}{printed[1:]}e{order}"
    with_magnitude = ""
    for letter, magnitude in (("T", 12), ("B", 9), ("M", 6), ("K", 3)):
        if magnitude <= order < 15 and digits:
            with_magnitude = _in_full(digits, power - magnitude) + letter
            break
    in_full = _in_full(digits, power) if power > -10 and order < MOST_DIGITS else ""
    return with_magnitude, in_full, scientific


def _in_full(digits: int, power: int) -> str:
    """Return digits × 10^power without an exponent, thousands separated by commas."""
    places = max(-power, 0)
    printed = str(abs(digits) * 10 ** max(power, 0)).zfill(places + 1)
    split = len(printed) - places
    point = "." if places else ""
    return f"{'-' if digits < 0 else ''}{int(printed[:split]):,}{point}{printed[split:]}"
