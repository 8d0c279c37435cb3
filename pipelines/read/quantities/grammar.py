"""The grammar of printed numbers: the parts of a cell, each read where the one before ended.

Belongs here: marks, signs, numbers, magnitudes, currencies and unit words, notes. Does not: what
a number supports (quantity.py), numbers in words (numerals.py), days and times (dates.py), the words themselves
(vocabulary.py).
"""

import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from fractions import Fraction
from functools import cache
from math import inf, sqrt
from typing import NamedTuple

from tidebook.pipelines.read.quantities import vocabulary
from tidebook.pipelines.read.quantities.context import STRICT, Context
from tidebook.pipelines.read.quantities.numerals import UnclearNumeralError, read_numeral, read_ordinal
from tidebook.pipelines.read.quantities.vocabulary import BLANKS, DASHES
from tidebook.schemas.units import CURRENCIES, UNITS, Unit, cached_by_unit, currency_codes, get_unit

LONGEST_TEXT = 200
MOST_DIGITS = 15
"""A float tells any two decimals of this many digits apart; more printed digits are refused."""
SMALLEST_POWER, LARGEST_POWER = -250, 300


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

    @property
    def hint(self) -> str:
        """What was expected, and why, as a problem with a cell says it."""
        return f"{self.expected} ({self.reason})" if self.reason else self.expected


# Patterns. Each is matched where the reader stands; most pass over the blanks before it.

_B = f"[{BLANKS}]"
_NOT_A_WORD = r"(?![A-Za-z0-9À-ÖØ-öø-ž])"
PRINTED_UNITS = ("percent", "ratio", "percentage point", "basis point")
"""The units that a number must print, or its column declare."""
PROPORTIONS = ("number", "share", "probability")
"""The units in which `one in five` is read."""


def compiled(regex: str) -> re.Pattern[str]:
    """Return a pattern of which digits and letters are ASCII."""
    return re.compile(regex, re.ASCII)


def words(regex: str) -> str:
    """Return a regex of words in any case with any blanks between them."""
    return f"(?i:{regex.replace(' ', f'{_B}+')})"


def _spellings(spelled: Iterable[str]) -> str:
    """Return a regex of any of the words, the longest first; one with a capital only as it is written."""
    quoted = (re.escape(word).replace("\\ ", f"{_B}+") for word in sorted(spelled, key=len, reverse=True))
    return "|".join(word if any(map(str.isupper, word)) else f"(?i:{word})" for word in quoted)


_BLANKS = compiled(f"{_B}*")
_OWN_BEFORE = [word for word in vocabulary.OWN_CURRENCIES if not word[-1].isalpha() or word.upper() in CURRENCIES]
_MARK = compiled(
    "|".join(f"(?P<{kind}>{signs}|{words(text)}(?={_B}))" for kind, (signs, text) in vocabulary.MARKS.items())
)
_MARK_AFTER = compiled(
    "|".join(f"{_B}+(?P<{kind}>{words(text)}){_NOT_A_WORD}" for kind, text in vocabulary.MARKS_AFTER.items())
)
BY = compiled(f"(?P<at_most>{words('by')}(?={_B}))")
_BETWEEN = compiled(f"(?P<word>{words('|'.join(vocabulary.BETWEEN))}){_B}+")
_SIGN = compiled(f"{_B}*(?:(?P<sign>[+−-])|(?P<word>{words(vocabulary.NEGATIVE)})(?={_B}))")
_CURRENCY_BEFORE = compiled(f"{_B}*(?P<currency>{_spellings(_OWN_BEFORE)})(?![A-Za-z])")
_CURRENCY_AFTER = compiled(f"(?:{_B}*|-)(?P<currency>{_spellings(vocabulary.OWN_CURRENCIES)}){_NOT_A_WORD}")
_OTHER_SIGN = compiled(
    f"{_B}*(?P<currency>{'|'.join(map(re.escape, sorted(vocabulary.SIGNS, key=len, reverse=True)))})(?![A-Za-z])"
)
_OTHER_CODE = compiled(f"{_B}*(?P<currency>[A-Z]{{3}})(?![A-Za-z])")
_OTHER_NAME = compiled(
    f"{_B}*(?P<currency>(?:[A-Za-z-]+{_B}){{0,3}}?{words(f'(?:{vocabulary.MONEY_NOUNS})')}){_NOT_A_WORD}"
)
_CODE_AND_SIGN = compiled(f"{_B}*(?P<code>[A-Z]{{3}}){_B}?(?P<sign>[$£¥€])")
_TIMES_BEFORE = compiled(f"{_B}*[xX×]")
_MAGNITUDE = compiled(
    f"(?:{_B}*|-(?=[A-Za-z]{{4}}))(?P<magnitude>{words('thousand|lakh|million|crore|billion|trillion|bn|mn|tn|bln|tln|trn')}|MM|mm|[KkMmBbTt])"
    f"{_NOT_A_WORD}"
)
_PART = compiled(words("(?:one|1) in .*|.* out of .*"))
"""What is a part in running text too, where `3 in 10` may be so many in ten."""
_MILLIONS_AND = compiled(f"[0-9.,]+{_B}{words('(?:thousand|lakh|million|crore|billion|trillion) and ')}")
_VAGUE = compiled(
    f"{_B}*(?:(?P<many>{words('tens|dozens|hundreds|thousands|millions|billions|trillions')})"
    f"|{words('(?:a few|several) ')}(?P<few>{words('hundred|thousand|million|billion|trillion')})){_NOT_A_WORD}"
    f"(?:{words(' of ')}(?P<more>{words('thousands|millions|billions|trillions')}){_NOT_A_WORD})?"
    f"(?:{words(' of')}(?={_B}+[A-Za-z]))?"
)
_AND_CENTS = compiled(f"{_B}+(?:{words('and ')})?")
_CENTS = compiled("(?P<cents>[0-9]{1,2})(?![0-9])")
_CENT_WORDS = {code: compiled(f"{_B}*{words(f'(?:{names})')}{_NOT_A_WORD}") for code, names in vocabulary.CENTS.items()}
_POINT = compiled(r"\.")
_PLUS = compiled(r"\+(?![0-9/])")
_DASH = compiled(f"(?:[{DASHES}]|{_B}+[{DASHES}]{_B}+)(?=[^+−{DASHES}{BLANKS}])")
_TO = compiled(words(" to "))
_AND = compiled(words(" and "))
_ERROR = compiled(rf"{_B}*(?:±|\+/[−-]){_B}*")
_ERROR_BEHIND = compiled(rf"{_B}*\((?P<error>[0-9]*[.,]?[0-9]+)\)")
_ERROR_ENCLOSED = compiled(rf"{_B}*\({_B}*(?:±|\+/[−-]){_B}*")
_OPEN, _CLOSE = compiled(rf"{_B}*\("), compiled(rf"{_B}*\)")
_ESTIMATED = compiled(
    rf"{_B}*\({_B}*{words(vocabulary.ESTIMATED)}{_B}*\)|(?:{_B}*,{_B}*|{_B}+){words(vocabulary.ESTIMATED)}(?![A-Za-z0-9.])"
)
_NOTE = compiled(rf"{_B}*\((?P<note>[^()<>]*)\)")
_FOOTNOTE = compiled(rf"(?:{_B}*(?:\*+|[†‡§¶]+)|{words(vocabulary.FOOTNOTES)})(?![A-Za-z0-9])")
_MISSING = compiled(rf"{words(vocabulary.MISSING)}(?:{_B}*\((?P<note>[^()<>]*)\))?$")
_ARTICLE = compiled(words(r"(?: of)? an?(?= )"))
_TWICE = compiled(f"{_B}*(?P<word>{words('twice|thrice')}){_NOT_A_WORD}")
_YEAR_NUMBER = compiled("[0-9]{4}(?![0-9])")
_YEAR_BEFORE = compiled("(?<![0-9.,])(?:19|20)[0-9]{2}$")
_TEN_RAISED = compiled(r"10(?:\^(?P<raised>[+−-]?[0-9]{1,4})|(?P<superscript>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,4}))")
_VULGAR = compiled(f"(?P<vulgar>[{''.join(vocabulary.VULGAR)}])")
_SLASHED = compiled(r"(?P<over>[0-9]{1,4})/(?P<under>[1-9][0-9]{0,3})(?![0-9/,.])")
_OVER = compiled(
    rf"(?:{_B}(?:(?i:and){_B})?(?P<over>[1-9][0-9]?)/(?P<under>[1-9][0-9]?)(?![0-9/])|{_B}?(?P<vulgar>[{''.join(vocabulary.VULGAR)}]))"
)
_NOTE_THAT_COUNTS = re.compile(
    r"\b(?:est|estimat\w*|approx\w*|at least|at most|up to|or more|or less|min|minimum|max|maximum"
    r"|negative|loss|hourly|daily|weekly|monthly|quarterly"
    r"|hundreds?|thousands?|millions?|billions?|trillions?|bn|mn|tn|dollars?|euros?|pounds?|yen|yuan|francs?|rupees?"
    r"|usd|eur|gbp|jpy|cny|rmb|cad|aud|nzd|chf|inr|krw|sek|nok|dkk|sgd|hkd|brl)\b",
    re.IGNORECASE,
)
_UNCLEAR = (
    (compiled(rf"[{DASHES}−]+{_B}*$"), "a dash: missing, or nothing? its column declares which"),
    (compiled(rf"\({_B}*\W?{_B}*[0-9.,]+%?{_B}*\)"), "in parentheses: negative, or not? its column declares which"),
)
_MONEY = _spellings((*vocabulary.OWN_CURRENCIES, *vocabulary.SIGNS))
MONEY_AHEAD = compiled(f"(?:(?:[A-Z]{{3}}{_B}?)?(?:{_MONEY})|[A-Z]{{3}}{_B})")
NUMBER_AHEAD = compiled(
    rf"[+−-]?{_B}?(?:{MONEY_AHEAD.pattern}{_B}?)?[+−-]?\.?[0-9{''.join(vocabulary.VULGAR)}]"
    f"|{words('|'.join(vocabulary.NUMERAL_STARTS))}(?![A-Za-z])"
)
"""Where a number may begin in running text."""


@cache
def _number(decimal: str, grouping: str, padded: bool) -> re.Pattern[str]:
    groups = {"": ",.".replace(decimal or ".", "") + "\u00a0\u2009\u202f", " ": BLANKS}.get(grouping, grouping)
    spaced = "" if grouping else r"|(?P<spaced>[1-9][0-9]{0,2}(?: [0-9]{3})+)(?![0-9])"
    whole = "[0-9]+" if padded else "0|[1-9][0-9]*"
    point = re.escape(decimal or ".")
    return compiled(
        rf"{_B}*(?:(?P<grouped>[1-9][0-9]{{0,2}}(?P<mark>[{re.escape(groups)}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*)"
        rf"{spaced or '|(?P<spaced>(?!))'}|(?P<digits>{whole}|(?={point}[0-9])))(?:{point}(?P<fraction>[0-9]+))?"
        rf"(?P<scientific>[eE](?P<e>[+−-]?[0-9]+)"
        rf"|{_B}?[xX×·⋅*]{_B}?10(?:\^(?P<raised>[+−-]?[0-9]+)|(?P<superscript>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)))?"
    )


@cached_by_unit
def _unit_words(symbol: str) -> re.Pattern[str] | None:
    own = UNITS[symbol].words if symbol in UNITS else ()
    return compiled(f"(?:{_B}*|-(?=[A-Za-z]{{3}}))(?:{_spellings(own)}){_NOT_A_WORD}") if own else None


@cached_by_unit
def _words_of_other_units(symbol: str) -> frozenset[str]:
    own = {word.lower() for word in UNITS[symbol].words} if symbol in UNITS else set()
    return frozenset(word.lower() for unit in UNITS.values() for word in unit.words) - own


def _takes_scale(unit: Unit) -> bool:
    """Whether "in millions" may speak of this unit: of money and of what can be counted or summed without end."""
    return unit.upper == inf and not unit.price and unit.symbol not in (*PRINTED_UNITS, "rank", "second", "share")


def examples(unit: Unit) -> tuple[str, ...]:
    """Return texts that can be read in `unit`, for messages and documentation."""
    if unit.currency:
        sign = CURRENCIES[unit.currency][0] if unit.currency in CURRENCIES else f"{unit.currency} "
        texts = ("5.00", "~0.15", "2–4") if unit.price else ("35B", "1.2M+", "2–4B")
        return tuple(f"~{sign}{text[1:]}" if text[0] == "~" else sign + text for text in texts)
    if unit.whole and unit.words:
        return "12", "100,000", "8K+"
    if unit.upper in (1, inf):
        return unit.examples or (("0.85", "~0.5", "0.1–0.2") if unit.upper == 1 else ("2.1e25", "12", "8K+"))
    low, some, more, high = (f"{unit.lower + part * (unit.upper - unit.lower):.4g}" for part in (0.8, 0.84, 0.875, 0.9))
    return unit.examples or (more, f"~{some}", f"{low}–{high}")


@cached_by_unit
def _expected(symbol: str) -> str:
    unit = get_unit(symbol)
    if unit.currency:
        noun = f"{'a price' if unit.price else 'an amount'} in {symbol}"
    elif unit.words and not unit.words[0].startswith("per "):
        noun = unit.noun or f"a number of {unit.words[0]}"
    else:
        noun = unit.noun or f"a number ({unit.meaning})"
    return f"{noun} such as {', '.join(examples(unit))} or N/A (reason)"


# The reader and the parts of a cell that it reads.


class Reader:
    """A place in a text that is read in one unit and context.

    `seen` is the text with markup as blanks and with ASCII digits for those of a declared script: as long as the text.
    A reader that is not `whole` reads as far as the text goes on meaning the quantity; one that is `single` takes no
    range with `to`, which may say what something changed to.
    """

    __slots__ = ("context", "end", "position", "scale", "seen", "single", "text", "unit", "unit_seen", "whole")

    def __init__(self, text: str, unit: Unit, context: Context = STRICT, start: int = 0, whole: bool = True) -> None:
        self.text = text
        self.unit = unit
        self.context = context
        self.whole = whole
        self.single = False
        self.unit_seen = context.unit == unit.symbol or context.currency == unit.currency
        self.scale = context.scale if _takes_scale(unit) else 0
        self.position = start
        self.seen = text
        self.end = len(text.rstrip(BLANKS))
        if whole:
            self._check_characters()
        if "[" in text or "<" in text:
            self.seen = vocabulary.MARKUP.sub(lambda found: " " * len(found[0]), text)
            self.end = len(self.seen.rstrip(BLANKS))
        if context.digits:
            self.seen = self.seen.translate(str.maketrans(vocabulary.DIGITS[context.digits], "0123456789"))
        self.take(_BLANKS)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Step over what `pattern` matches here and return it; stay and return None if it does not."""
        found = pattern.match(self.seen, self.position, self.end) if self.position < self.end else None
        if found is not None:
            self.position = found.end()
        return found

    def error(self, reason: str = "", position: int | None = None) -> QuantityError:
        """Return the error of stopping at `position`, by default here."""
        where = self.position if position is None else position
        while where < self.end and self.seen[where] in BLANKS:
            where += 1
        if not reason:
            rest = self.text[where : min(self.end, where + 12)]
            reason = f"{rest!r} does not belong here" if rest else "the text ends too soon"
        return QuantityError(self.text, _expected(self.unit.symbol), where, reason)

    def no_number(self) -> QuantityError:
        """Return the error of there being no number here."""
        for pattern, reason in _UNCLEAR:
            if pattern.match(self.seen, self.position, self.end):
                return self.error(reason)
        if self.whole and (found := _UNCLEAR[0][0].match(self.seen, 0, self.end)):
            return self.error(_UNCLEAR[0][1], found.start())
        return self.error()

    def _check_characters(self) -> None:
        text = self.text
        if len(text) > LONGEST_TEXT:
            raise self.error(f"longer than {LONGEST_TEXT} characters", LONGEST_TEXT)
        if self.end == 0 and "" not in self.context.missing:
            raise self.error("the text is empty")
        if text.isascii() and text.isprintable():
            return
        for position, character in enumerate(text):
            if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
                raise self.error(f"a control or unassigned character U+{ord(character):04X}", position)


class Amount(NamedTuple):
    """One number as printed: `digits` / `denominator` × 10^`power`, so that its last digit stands for 10^`power`.

    `magnitude` is the part of `power` that K, million and so on contribute, `decimals` how many are printed, `plus`
    the place of a `+`. A `word` is a number in words, a `loose` one a fraction in words.
    """

    digits: int
    power: int
    denominator: int = 1
    decimals: int = 0
    magnitude: int = 0
    word: bool = False
    loose: bool = False
    plain: bool = True
    scientific: bool = False
    start: int = 0
    signed: bool = False
    leading_unit: bool = False
    trailing_unit: bool = False
    plus: int | None = None

    def number(self, halves: int = 0) -> float:
        """Return the float nearest to the number, moved by half a last digit times `halves`."""
        if self.denominator == 1:
            return float(f"{10 * self.digits + 5 * halves}e{self.power - 1}")
        return float(self.exact() + Fraction(halves, 2 * self.denominator) * Fraction(10) ** self.power)

    def exact(self) -> Fraction:
        """Return the number itself."""
        return Fraction(self.digits, self.denominator) * Fraction(10) ** self.power

    def is_whole(self) -> bool:
        """Whether the number is one without a fraction."""
        return (self.power >= 0 and self.denominator == 1) or self.exact().denominator == 1


def take_missing(reader: Reader) -> str | None:
    """Read a missing value, with the reason in its note; None if it is none."""
    marks = reader.context.missing
    if marks and _without_sign(reader) in marks:
        return ""
    found = reader.take(_MISSING)
    if found is None:
        return None
    note = " ".join((found["note"] or "").split())
    if found["note"] is not None and not note:
        raise reader.error("a reason without words", found.start("note"))
    return note


def is_nil(reader: Reader) -> bool:
    """Whether the text is a mark that its column declares to mean zero."""
    return bool(reader.context.nil) and _without_sign(reader) in reader.context.nil


def _without_sign(reader: Reader) -> str:
    """Return the text without blanks around it and without the sign of its currency or the percent sign."""
    found = _CURRENCY_BEFORE.match(reader.seen, reader.position, reader.end) if reader.unit.currency else None
    text = reader.seen[found.end() if found else reader.position : reader.end].strip(BLANKS)
    return text.rstrip(f"%{BLANKS}") if reader.unit.symbol == "percent" else text


def take_mark(reader: Reader) -> str:
    """Read what stands before a number: the kind that it makes of it, "between", or nothing."""
    mark = reader.take(_MARK) or (reader.take(BY) if reader.unit.symbol == "calendar year" else None)
    if mark is not None:
        return str(mark.lastgroup)
    return "between" if reader.take(_BETWEEN) else ""


def add_kind(reader: Reader, kinds: list[str], kind: str, position: int) -> None:
    """Add a mark, which must agree with those before."""
    if kinds and kind not in kinds:
        raise reader.error("two marks that disagree", position)
    kinds.append(kind)


def take_vague(reader: Reader, kinds: list[str]) -> tuple[float, float, float] | None:
    """Read `thousands`, `tens of millions` or `a few million`: the value, the least and the most (else inf)."""
    start = reader.position
    found = reader.take(_VAGUE) if reader.unit.symbol != "calendar year" else None
    if found is None:
        return None
    many, few, more = found["many"], found["few"], found["more"]
    if few and more:
        raise reader.error("", found.start("more"))
    least = 2.0 * (10 ** vocabulary.MAGNITUDE_WORDS[few.lower()] if few else vocabulary.VAGUE_WORDS[many.lower()])
    least *= vocabulary.VAGUE_WORDS[more.lower()] if more else 1
    add_kind(reader, kinds, "estimate" if few else "at_least", start)
    plus, _ = _tail(reader)
    if plus is not None:
        add_kind(reader, kinds, "at_least", plus)
    if reader.unit.symbol in PRINTED_UNITS or reader.unit.price:
        check_unit_seen(reader)
    most = 5 * least if few else inf
    check_bounds(reader, least, start)
    if few:
        check_bounds(reader, most, start)
    return sqrt(least * most) if few else least, least, most


def take_amount(reader: Reader) -> Amount:
    """Read one number with its sign, currency, magnitude, plus and unit words."""
    start, context = reader.position, reader.context
    sign = reader.take(_SIGN)
    leading_unit = _leading_unit(reader)
    if leading_unit and sign is None:
        sign = reader.take(_SIGN)
    enclosed = context.parentheses == "negative" and reader.take(_OPEN) is not None
    if enclosed:
        if sign:
            raise reader.error("a sign and parentheses", start)
        leading_unit = leading_unit or _leading_unit(reader)
    amount = _take_number(reader, leading_unit)
    _check_thousands(reader, amount, start)
    plus, trailing_unit = _tail(reader, amount.loose)
    if enclosed:
        if not reader.take(_CLOSE):
            raise reader.error()
        if reader.seen[start : reader.position].strip(BLANKS) in context.footnotes:
            raise reader.error("a negative number, or a footnote?", start)
        if not trailing_unit:
            plus, trailing_unit = _tail(reader)
    if leading_unit and trailing_unit and reader.unit.symbol == "ratio":
        raise reader.error("x on both sides")
    amount = _declared(reader, amount, start, trailing_unit)
    if leading_unit or trailing_unit:
        amount = _with_cents(reader, amount)
    if enclosed or (sign is not None and sign["sign"] != "+"):
        amount = amount._replace(digits=-amount.digits)
    if reader.unit.whole and not amount.is_whole():
        raise reader.error("a fraction of something whole", start)
    return amount._replace(
        start=start, signed=sign is not None, leading_unit=leading_unit, trailing_unit=trailing_unit, plus=plus
    )


def _take_number(reader: Reader, leading_unit: bool) -> Amount:
    start = reader.position
    reader.take(_BLANKS)
    if reader.unit.symbol == "calendar year":
        if year := reader.take(_YEAR_NUMBER):
            return Amount(int(year[0]), 0)
        raise reader.error()
    if reader.unit.symbol == "rank" and (ordinal := read_ordinal(reader.seen, reader.position, reader.end)):
        reader.position = ordinal[1]
        return Amount(ordinal[0], 0)
    if reader.unit.symbol == "ratio" and (twice := reader.take(_TWICE)):
        reader.unit_seen = True
        return Amount(2 if twice["word"].lower() == "twice" else 3, 0, word=True)
    amount = _in_words(reader, leading_unit) or _in_digits(reader, start)
    if amount.magnitude:
        return amount._replace(plain=False)
    magnitude = _magnitude(reader, amount.scientific)
    plain = amount.plain and not magnitude
    return amount._replace(power=amount.power + magnitude, magnitude=magnitude, plain=plain)


def _in_words(reader: Reader, leading_unit: bool) -> Amount | None:
    found = _MILLIONS_AND.match(reader.seen, reader.position, reader.end)
    if found and leading_unit:
        return None  # nobody means one amount by "$3 million and 20"
    if found and not reader.whole:
        raise reader.error("one number, or two?", found.end())
    try:
        numeral = read_numeral(reader.seen, reader.position, reader.end)
    except UnclearNumeralError as error:
        raise reader.error(str(error)) from None
    if numeral is None:
        return None
    if numeral.proportion and reader.unit.symbol not in PROPORTIONS:
        raise reader.error("a part of a whole", reader.position)
    if numeral.proportion and not (reader.whole or _PART.fullmatch(reader.seen, reader.position, numeral.end)):
        raise reader.error("a part of a whole, or a number in another?", numeral.end - 1)
    if len(str(numeral.digits)) > MOST_DIGITS:
        raise reader.error(f"more than {MOST_DIGITS} digits")
    reader.position = numeral.end
    return Amount(
        numeral.digits,
        numeral.power,
        denominator=numeral.denominator,
        magnitude=max(numeral.power, 0),
        word=True,
        loose=numeral.loose,
        plain=not (numeral.loose or numeral.power),
    )


def _in_digits(reader: Reader, start: int) -> Amount:
    raised = reader.take(_TEN_RAISED)
    if raised is not None:
        return _ten_raised(reader, raised)
    if slashed := reader.take(_SLASHED):
        return _slashed(reader, slashed)
    if vulgar := reader.take(_VULGAR):
        over, under = vocabulary.VULGAR[vulgar["vulgar"]]
        return Amount(over, 0, denominator=under, plain=False)
    context = reader.context
    found = reader.take(_number(context.decimal, context.grouping, context.padded))
    if found is None:
        raise reader.no_number()
    grouped, mark, spaced, digits, fraction, scientific, e, raised_by, superscript = found.groups("")
    if grouped and scientific:
        raise reader.error("groups of thousands with an exponent", found.start("scientific"))
    if spaced and (sum(map(str.isspace, spaced)) == 1 and " 0" not in spaced):
        raise reader.error(f"{spaced.replace(' ', ',')}, or two numbers?", start if reader.whole else found.end() - 1)
    whole = grouped.replace(mark, "") if grouped else spaced.replace(" ", "") or digits
    printed = whole + fraction
    if len(printed.lstrip("0")) > MOST_DIGITS:
        raise reader.error(f"more than {MOST_DIGITS} digits", start)
    exponent = (e or raised_by or superscript or "0").translate(vocabulary.SUPERSCRIPTS)
    power = int(exponent) - len(fraction)
    if not SMALLEST_POWER <= power < LARGEST_POWER - len(printed):
        raise reader.error("too large or too small a number", start)
    if not fraction and not scientific and (part := reader.take(_OVER)):
        return _with_fraction(reader, int(whole), part)
    plain = not (fraction or scientific)
    return Amount(int(printed), power, decimals=len(fraction), scientific=bool(scientific), plain=plain)


def _ten_raised(reader: Reader, found: re.Match[str]) -> Amount:
    """Return a power of ten; a small superscript may also be the mark of a footnote."""
    exponent = int((found["raised"] or found["superscript"]).translate(vocabulary.SUPERSCRIPTS))
    if found["superscript"] and 0 <= exponent <= 3:
        raise reader.error(f"{10**exponent:,}, or 10 with footnote {exponent}?", found.start())
    if not SMALLEST_POWER <= exponent < LARGEST_POWER - 1:
        raise reader.error("too large or too small a number", found.start())
    return Amount(1, exponent, plain=False, scientific=True)


def _slashed(reader: Reader, found: re.Match[str]) -> Amount:
    """Return a fraction such as `2/3`, which is one for sure where a part of something is wanted."""
    over, under = int(found["over"]), int(found["under"])
    if reader.unit.symbol not in ("share", "probability") or over > under:
        raise reader.error("a fraction, a date or a score?", found.start("under"))
    return Amount(over, 0, denominator=under, plain=False)


def _with_fraction(reader: Reader, whole: int, found: re.Match[str]) -> Amount:
    """Return a whole number with a fraction behind it, such as `7 3/8`."""
    over, under = vocabulary.VULGAR[found["vulgar"]] if found["vulgar"] else (int(found["over"]), int(found["under"]))
    if not over < under or (under not in vocabulary.PRINTED_DENOMINATORS and not found["vulgar"]):
        raise reader.error(position=found.start())
    return Amount(whole * under + over, 0, denominator=under, plain=False)


def _magnitude(reader: Reader, scientific: bool) -> int:
    """Read K, million and so on; return the power of ten, 0 if there is none."""
    start, own = reader.position, _unit_words(reader.unit.symbol)
    found = reader.take(_MAGNITUDE)
    if found is None:
        return 0
    word = found["magnitude"]
    if own and (spelled := own.match(reader.seen, start, reader.end)) and spelled.end() >= found.end():
        if spelled[0].strip(BLANKS) not in reader.unit.words:
            raise reader.error(f"{word!r} as a magnitude, or for {reader.unit.symbol}?", found.start("magnitude"))
        reader.position = start
        return 0
    if scientific:
        raise reader.error("an exponent and a magnitude", found.start("magnitude"))
    if word in vocabulary.MONEY_MAGNITUDES and reader.unit.currency is None:
        raise reader.error(f"{word!r} is a magnitude for money only", found.start("magnitude"))
    return vocabulary.MAGNITUDES[word.lower()]


def _declared(reader: Reader, amount: Amount, start: int, printed_unit: bool) -> Amount:
    """Apply the scale, and the fractions of one, that the column declares."""
    if reader.context.fractions and reader.unit.symbol == "percent":
        if printed_unit:
            raise reader.error("a percentage, where the column declares fractions of one", start)
        reader.unit_seen = True
        return amount._replace(power=amount.power + 2)
    if not reader.scale:
        return amount
    if amount.magnitude:
        raise reader.error(f"its own magnitude, or also that of the column, 10^{reader.scale}?", start)
    return amount._replace(power=amount.power + reader.scale, plain=False)


def _leading_unit(reader: Reader) -> bool:
    if reader.unit.currency is not None:
        return _code_and_sign(reader) or _currency(reader, _CURRENCY_BEFORE, _OTHER_SIGN, _OTHER_CODE)
    if reader.unit.symbol == "ratio" and reader.take(_TIMES_BEFORE):
        reader.unit_seen = True
        return True
    return False


def _code_and_sign(reader: Reader) -> bool:
    """Take a code with the sign that it explains, as in `NZD $5`."""
    found = _CODE_AND_SIGN.match(reader.seen, reader.position, reader.end)
    if found is None or found["code"] not in currency_codes():
        return False
    code, sign = found.groups()
    if code not in (vocabulary.OWN_CURRENCIES[sign], *vocabulary.SHARED_SIGNS.get(sign, ())):
        raise reader.error(f"{code} or the currency of {sign}?", found.start("sign"))
    if code != reader.unit.currency:
        raise reader.error(f"{code} is another currency", found.start("code"))
    reader.position = found.end()
    reader.unit_seen = True
    return True


def _currency(reader: Reader, *patterns: re.Pattern[str]) -> bool:
    """Take a sign, code or name of money by the first of the patterns that finds one."""
    position = reader.position
    for pattern in patterns:
        found = reader.take(pattern)
        if found is None:
            continue
        codes = _meant(found["currency"], reader.context.currency)
        if reader.unit.currency in codes and (len(codes) == 1 or reader.context.currency in codes):
            reader.unit_seen = True
            return True
        if codes:
            other = f"{codes[0]} is another currency"
            which = other if len(codes) == 1 else f"{found['currency']} may be {', '.join(codes)}"
            raise reader.error(which, found.start("currency"))
        reader.position = position
    return False


def _meant(spelling: str, declared: str) -> tuple[str, ...]:
    """Return the currencies of a sign, a code or a name such as `Mexican pesos`; of `pesos` all that are called so."""
    name = " ".join(spelling.lower().split())
    if declared in vocabulary.SHARED_SIGNS.get(name, ()):
        return (declared,)
    if name in vocabulary.OWN_CURRENCIES:
        return (vocabulary.OWN_CURRENCIES[name],)
    if spelling in vocabulary.SIGNS:
        return vocabulary.SIGNS[spelling]
    code = vocabulary.currency_names().get(name.upper() if spelling.isupper() else name)
    return (code,) if code else vocabulary.currencies_called(name)


def _tail(reader: Reader, loose: bool = False) -> tuple[int | None, bool]:
    """Read what may follow a number; return the place of a plus, if any, and whether there is a unit."""
    plus = reader.take(_PLUS)
    pattern, before = _unit_words(reader.unit.symbol), reader.position
    article = reader.take(_ARTICLE) if loose else None
    money = reader.unit.currency is not None and _currency(
        reader, _CURRENCY_AFTER, _OTHER_SIGN, _OTHER_CODE, _OTHER_NAME
    )
    worded = pattern is not None and reader.take(pattern) is not None
    if worded and reader.unit.currency is None:
        reader.unit_seen = True
    if article and not (money or worded):
        reader.position = before
    plus = plus or reader.take(_PLUS)
    return plus.start() if plus else None, money or worded


def _with_cents(reader: Reader, amount: Amount) -> Amount:
    """Add the cents of `10 dollars and 30 cents`."""
    code, position = reader.unit.currency, reader.position
    if code not in _CENT_WORDS or not amount.plain or reader.take(_AND_CENTS) is None:
        return amount
    numeral = None
    with suppress(UnclearNumeralError):
        numeral = read_numeral(reader.seen, reader.position, reader.end)
    found = None if numeral else reader.take(_CENTS)
    cents = int(found["cents"]) if found else 0
    if numeral and not (numeral.power or numeral.loose):
        reader.position, cents = numeral.end, numeral.digits
    if 0 < cents < 100 and reader.take(_CENT_WORDS[code]):
        return amount._replace(digits=100 * amount.digits + cents, power=-2, plain=False)
    reader.position = position
    return amount


def _check_thousands(reader: Reader, amount: Amount, start: int) -> None:
    """Refuse one to three digits, a point and three digits, where the point may separate thousands."""
    unit, digits = reader.unit, amount.digits
    if amount.decimals != 3 or amount.magnitude or amount.scientific or not 0 < digits // 1000 < 1000:
        return
    if reader.context.decimal or not (unit.count or unit.symbol == "number" or (unit.currency and not unit.price)):
        return
    both = "" if reader.take(_POINT) else f": {digits / 1000:.3f}, or {digits:,}?"
    raise reader.error(f"the point may separate thousands{both}", start)


def check_bounds(reader: Reader, number: float, start: int) -> None:
    """Refuse a number that its unit cannot have."""
    unit = reader.unit
    if not unit.lower <= number <= unit.upper:
        raise reader.error(f"outside the bounds {unit.lower:g} to {unit.upper:g}", start)


def check_unit_seen(reader: Reader, amount: Amount | None = None) -> None:
    """Refuse a number without its currency, percent sign or x, if no column declares it."""
    if reader.unit_seen:
        return
    if reader.unit.currency is not None:
        raise reader.error("no currency", amount.start if amount else None)
    if reader.unit.symbol in PRINTED_UNITS:
        raise reader.error(f"no {reader.unit.words[0]}")


def take_second(reader: Reader, first: Amount, between: bool) -> tuple[Amount, bool] | None:
    """Read the upper end of a range; return it and whether a dash came before it."""
    start = reader.position
    dash = reader.take(_DASH)
    if not (dash or (not reader.single and reader.take(_TO)) or (between and reader.take(_AND))):
        return None
    if not reader.whole and not NUMBER_AHEAD.match(reader.seen, reader.position, reader.end):
        reader.position = start
        return None
    try:
        return take_amount(reader), dash is not None
    except QuantityError:
        if reader.whole or dash or not (first.leading_unit or first.trailing_unit):
            raise
        reader.position = start  # running text goes on to something else, as in "3 % to $5"
        return None


def take_error(reader: Reader, amount: Amount) -> Amount | None:
    """Read what a number is known to within: after ±, or in parentheses alone where the column declares that."""
    enclosed = reader.take(_ERROR_ENCLOSED)
    if enclosed or reader.take(_ERROR):
        error = take_amount(reader)
        if enclosed and not reader.take(_CLOSE):
            raise reader.error()
        return error
    if reader.context.parentheses == "error" and (found := reader.take(_ERROR_BEHIND)):
        whole, _, decimals = found["error"].replace(",", ".").partition(".")
        if len(decimals) != amount.decimals or not decimals:
            raise reader.error("an error of other decimals than its number", found.start("error"))
        return Amount(int(whole + decimals), amount.power, start=found.start("error"))
    return None


def take_ending(reader: Reader, kinds: list[str]) -> str:
    """Read footnote marks, `or more`, `(est.)` and a note, up to the end of the text; return marks and note."""
    notes: list[str] = []
    estimated = noted = False
    is_year = not reader.whole and _YEAR_BEFORE.search(reader.seen, 0, reader.position)  # "2024, est." is of its year
    while reader.position < reader.end:
        start = reader.position
        if found := reader.take(_MARK_AFTER):
            add_kind(reader, kinds, str(found.lastgroup), start)
        elif not (estimated or is_year) and reader.take(_ESTIMATED):
            add_kind(reader, kinds, "estimate", start)
            estimated = True
        elif not reader.whole:
            break
        elif (found := reader.take(_FOOTNOTE)) or (found := reader.take(_footnotes(reader.context.footnotes))):
            notes.append(found[0].strip(BLANKS))
        elif not noted and (found := reader.take(_NOTE)):
            notes.append(_note(reader, found))
            noted = True
        else:
            raise reader.error()
    return " ".join(notes)


@cache
def _footnotes(marks: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern of the marks that a column declares, with commas between them."""
    any_ = "|".join(map(re.escape, sorted(marks, key=len, reverse=True)))
    return compiled(f"{_B}*(?:{any_})(?:{_B}*,?{_B}*(?:{any_}))*{_NOT_A_WORD}" if marks else "(?!)")


def _note(reader: Reader, found: re.Match[str]) -> str:
    note = " ".join(found["note"].split())
    start = found.start("note")
    if reader.context.parentheses == "aside":
        return note
    if re.fullmatch(r"[+−-]?[0-9.,]+%?", note):
        raise reader.error("a second number: a rank, a score, an error or a footnote? its column declares which", start)
    if not any(map(str.isalpha, note)):
        raise reader.error("a note without words", start)
    if any(character.isnumeric() or unicodedata.category(character) == "Sc" for character in note):
        raise reader.error("a note with a number or a currency", start)
    unit_words = re.sub(r"^(?:in|of|per) ", "", note.lower())
    if _NOTE_THAT_COUNTS.search(note) or unit_words in _words_of_other_units(reader.unit.symbol):
        raise reader.error("a note that changes the number", start)
    return note
