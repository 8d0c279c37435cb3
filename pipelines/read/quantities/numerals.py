"""Numbers in words: `one hundred and three`, `two thirds`, `five and a half million`, `one in five`, `a dozen`.

Belongs here: from English words to a number. Does not: digits, signs, units, or what a number supports.
"""

import re
from fractions import Fraction
from typing import NamedTuple

from tidebook.pipelines.read.quantities.vocabulary import (
    BLANKS,
    DENOMINATORS,
    MAGNITUDE_WORDS,
    ORDINAL_TENS,
    ORDINALS,
    SMALL,
    TENS,
    ZERO,
)

LONGEST_NUMERAL = 24
_BIG = {word: power for word, power in MAGNITUDE_WORDS.items() if word != "hundred"}
_STARTS = re.compile(
    f"(?:{'|'.join((*SMALL, *TENS, *ZERO, *DENOMINATORS, 'an', 'a', 'hundred'))})(?![A-Za-z])"
    f"|[0-9]{{1,3}}[{BLANKS}](?:dozens?|hundred|in|out[{BLANKS}]of|over)(?![A-Za-z])"
    f"|[0-9]{{1,3}}[{BLANKS}](?:{'|'.join(_BIG)})[{BLANKS}]and(?![A-Za-z])",
    re.ASCII | re.IGNORECASE,
)
_WORD = re.compile(
    rf"(?P<join>[{BLANKS}]*-?[{BLANKS}]*)(?P<word>[A-Za-z]+|[0-9]{{1,6}}(?![0-9]|[.,:/][0-9]))", re.ASCII
)


class Numeral(NamedTuple):
    """A number in words: `digits` / `denominator` × 10^`power`, where its last word counts.

    `power` is above 0 after `hundred`, `thousand` and so on. `loose` says that it is a fraction, which people use for
    what is near; `proportion` that it names a part and a whole, such as `one in five`.
    """

    digits: int
    denominator: int
    power: int
    loose: bool
    proportion: bool
    end: int


class UnclearNumeralError(ValueError):
    """Words with two readings, which it names."""


class _Words:
    """The words from a place on: how each is joined to the one before, in small letters, and where it ends."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.joins: list[str] = []
        self.words: list[str] = []
        self.ends = [start]
        while len(self.words) < LONGEST_NUMERAL and (found := _WORD.match(text, self.ends[-1], end)):
            self.joins.append(" - " if "-" in found["join"] and len(found["join"]) > 1 else found["join"])
            self.words.append(found["word"].lower())
            self.ends.append(found.end())

    def at(self, place: int) -> str:
        """Return the word at a place, if it belongs to the one before: a dash between blanks parts them."""
        return self.words[place] if place < len(self.words) and (not place or self.joins[place] != " - ") else ""


class _Whole(NamedTuple):
    """A whole number: the power of ten of its last word, whether it has an `and`, and the next place."""

    value: int
    power: int
    joined: bool
    after: int


def read_numeral(text: str, start: int, end: int) -> Numeral | None:
    """Read the number in words at `start`, if any. Raises UnclearNumeralError if it can be read in two ways."""
    if not _STARTS.match(text, start, end):
        return None
    words = _Words(text, start, end)
    found = _fraction(words, 0) or _from_whole(words)
    return found and found._replace(end=words.ends[found.end])


def _from_whole(words: _Words) -> Numeral | None:
    whole = _whole(words)
    if whole is None:
        return None
    if words.at(whole.after) == "point" and whole.power < 3 and (decimal := _decimals(words, whole)):
        return decimal
    if words.at(whole.after) in (("dozen", "dozens") if whole.value > 1 else ("dozen",)) and not whole.power:
        return Numeral(12 * whole.value, 1, 0, False, False, whole.after + 1)
    part = _denominator(words, whole.after, plural=whole.value != 1)
    if part is not None:
        tens_first = whole.value % 100 in TENS.values() and 2 < part[0] < 10
        if tens_first or whole.joined or whole.power:
            raise UnclearNumeralError("a fraction whose parts cannot be told apart")
        return Numeral(whole.value, part[0], 0, True, False, part[1])
    if words.at(whole.after) == "and" and (rest := _fraction(words, whole.after + 1)):
        return _mixed(whole, rest)
    for joint in (("in",), ("out", "of"), ("over",)):
        after = whole.after + len(joint)
        if tuple(words.at(place) for place in range(whole.after, after)) == joint:
            other = _whole(words, after)
            if other and whole.value < other.value and (other.value <= 100 or str(other.value).strip("0") == "1"):
                return Numeral(whole.value, other.value, 0, True, True, other.after)
    if words.words[0].isdigit() and whole.after == 1:
        return None
    return Numeral(whole.value // 10**whole.power, 1, whole.power, False, False, whole.after)


def _whole(words: _Words, start: int = 0) -> _Whole | None:
    """Read groups below a thousand, each with its magnitude, from the largest down."""
    if words.at(start) in ZERO:
        return _Whole(0, 0, False, start + 1)
    value, power, joined, after, last = 0, 0, False, start, 99
    while last:
        place = after + (value > 0 and words.at(after) == "and")
        group = _group(words, place)
        if group is None:
            break
        number, trailing, inner, following = group
        magnitude = 0
        while words.at(following) in _BIG:
            magnitude += _BIG[words.at(following)]
            following += 1
        if magnitude >= last or (magnitude and number >= 1000):
            break
        if value and not magnitude and _denominator(words, following, plural=number != 1):
            break
        value, power, joined = value + number * 10**magnitude, magnitude + trailing, joined or inner or place != after
        after, last = following, magnitude
    return _Whole(value, power, joined, after) if value else None


def _group(words: _Words, place: int) -> tuple[int, int, bool, int] | None:
    """Read a number below a thousand, or some hundreds; return it, its last power, whether joined, the next place."""
    first = words.at(place)
    if first.isdigit():
        number, after = int(first), place + 1
    elif first in ("a", "an") and words.at(place + 1) in (*MAGNITUDE_WORDS, "dozen"):
        number, after = 1, place + 1
    elif first == "hundred" and words.at(place + 1) in _BIG:
        number, after = 1, place
    else:
        number, after = _below_hundred(words, place)
    if not number:
        return None
    if words.at(after) != "hundred" or (number >= 10 and number % 10 == 0):
        return number, 0, False, after
    number, after = 100 * number, after + 1
    joined = words.at(after) == "and"
    last = words.at(after + joined)
    rest, following = (int(last), after + 2) if joined and last.isdigit() else _below_hundred(words, after + joined)
    if rest >= 100:
        return None
    return (number + rest, 0, joined, following) if rest else (number, 2, False, after)


def _below_hundred(words: _Words, place: int) -> tuple[int, int]:
    """Return a number from 1 to 99 and the next place; 0 if there is none."""
    first = words.at(place)
    if first in TENS:
        ones = SMALL.get(words.at(place + 1), 0)
        return (TENS[first] + ones, place + 2) if 0 < ones < 10 else (TENS[first], place + 1)
    return SMALL.get(first, 0), place + 1


def _decimals(words: _Words, whole: _Whole) -> Numeral | None:
    """Read what follows `point`: digits one by one, or one number below a hundred."""
    digits, place = "", whole.after + 1
    while (word := words.at(place)) in ZERO or 0 < SMALL.get(word, 0) < 10:
        digits, place = digits + str(SMALL.get(word, 0)), place + 1
    if not digits:
        number, place = _below_hundred(words, place)
        digits = str(number or "")
    return Numeral(int(f"{whole.value}{digits}"), 1, -len(digits), False, False, place) if digits else None


def _fraction(words: _Words, place: int) -> Numeral | None:
    """Read a fraction of one, with `million`, `dozen` and so on behind it if there are."""
    first = words.at(place)
    bare = first in ("half", "quarter")
    number = 1 if bare or first in ("a", "an") else SMALL.get(first, 0)
    if not number:
        return None
    part = _denominator(words, place + (not bare), plural=number != 1)
    if part is None:
        return None
    denominator, after = part
    following = after + (words.at(after) == "of")
    following += words.at(following) in ("a", "an")
    if words.at(following) == "dozen":
        dozens = Fraction(12 * number, denominator)
        return Numeral(dozens.numerator, dozens.denominator, 0, dozens.denominator > 1, False, following + 1)
    power = MAGNITUDE_WORDS.get(words.at(following), 0)
    if bare and first == "quarter" and not power:
        return None
    return Numeral(number, denominator, power, True, False, following + 1 if power else after)


def _denominator(words: _Words, place: int, plural: bool) -> tuple[int, int] | None:
    """Read the name of a fraction; return what stands below the stroke, and the next place."""
    if place >= len(words.words):
        return None
    word = words.words[place]
    if word in TENS and words.at(place + 1) and words.joins[place + 1] == "-":
        ones = ORDINALS.get(_singular(words.at(place + 1), plural), 0)
        return (TENS[word] + ones, place + 2) if 0 < ones < 10 else None
    denominator = DENOMINATORS.get(_singular(word, plural))
    return (denominator, place + 1) if denominator else None


def _singular(word: str, plural: bool) -> str:
    """Return the singular of a plural, and nothing for a singular where a plural is due."""
    if not plural:
        return word
    if word == "halves":
        return "half"
    return word[:-1] if word.endswith("s") else ""


def _mixed(whole: _Whole, rest: Numeral) -> Numeral:
    """Add a fraction to a whole number; after a magnitude it has one of its own, or two readings."""
    if whole.power and not 0 < rest.power < whole.power:
        raise UnclearNumeralError(f"{whole.value:,} and a part of one, or and a part of its magnitude?")
    if whole.power:
        total = whole.value + Fraction(rest.digits, rest.denominator) * 10**rest.power
        return Numeral(total.numerator, total.denominator, 0, True, False, rest.end)
    digits = whole.value * rest.denominator + rest.digits
    return Numeral(digits, rest.denominator, rest.power, True, False, rest.end)


_ORDINAL = re.compile(
    rf"(?P<number>[0-9]{{1,6}})(?P<suffix>st|nd|rd|th)(?![A-Za-z0-9])"
    rf"|(?:(?P<tens>{'|'.join(TENS)})-)?(?P<word>{'|'.join((*ORDINALS, *ORDINAL_TENS, 'hundredth'))})(?![A-Za-z-])",
    re.ASCII | re.IGNORECASE,
)


def read_ordinal(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Read a place in an order, such as `94th` or `twenty-first`; return it and where it ends."""
    found = _ORDINAL.match(text, start, end)
    if found is None:
        return None
    if found["number"]:
        number = int(found["number"])
        teens = number // 10 % 10 == 1
        suffix = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return (number, found.end()) if number and found["suffix"].lower() == suffix else None
    word = found["word"].lower()
    number = ORDINALS.get(word) or ORDINAL_TENS.get(word) or 100
    if found["tens"]:
        return (TENS[found["tens"].lower()] + number, found.end()) if number < 10 else None
    return number, found.end()
