"""Numbers in words: `one hundred and three`, `two thirds`, `five and a half million`, `one in five`, `a dozen`.

Belongs here: from English words to a number, and whether a text has a number at all. Does not: reading digits, signs,
units, or what a number allows.
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
"""Maximum words that are looked at, so that a number in a long text takes no longer than in a cell."""
_BIG = {word: power for word, power in MAGNITUDE_WORDS.items() if word != "hundred"}
# Cheap test before the words are split. Digits may begin too, where words follow: `3 dozen`, `5 million and`.
_STARTS = re.compile(
    f"(?:{'|'.join((*SMALL, *TENS, *ZERO, *DENOMINATORS, 'an', 'a', 'every', 'hundred'))})(?![A-Za-z])"
    f"|[0-9]{{1,3}}[{BLANKS}](?:dozens?|hundred|in|(?:out[{BLANKS}])?of|over)(?![A-Za-z])"
    f"|[0-9]{{1,3}}[{BLANKS}](?:{'|'.join(_BIG)})[{BLANKS}]and(?![A-Za-z])",
    re.ASCII | re.IGNORECASE,
)
# At most six digits, and those of `1,000` only as the whole of `one in 1,000`: longer numbers are not part of a number
# in words.
_WORD = re.compile(
    rf"(?P<join>[{BLANKS}]*-?[{BLANKS}]*)(?P<word>[A-Za-z]+|[0-9]{{1,6}}(?![0-9]|[.,:/][0-9])"
    r"|(?:(?<=in )|(?<=of )|(?<=every ))[1-9][0-9]{0,2}(?:,000){1,3}(?![0-9]|[.,:/][0-9]))",
    re.ASCII,
)


class Numeral(NamedTuple):
    """A number in words: `digits` / `denominator` × 10^`power`.

    Attributes:
        power: The power of ten of its last word: 6 for `two million`, 0 for `two million and one`.
        loose: Whether it is a fraction, which people use for what is near.
        proportion: Whether it names a part and a whole, such as `one in five`.
        end: The position behind its last word.
    """

    digits: int
    denominator: int
    power: int
    loose: bool
    proportion: bool
    end: int


class UnclearNumeralError(ValueError):
    """Words that can be read in two ways; the message names both."""


class _Words:
    """The words from a position on: in small letters, with how each is joined to the one before and where it ends."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.joins: list[str] = []
        self.words: list[str] = []
        self.ends = [start]
        while len(self.words) < LONGEST_NUMERAL and (found := _WORD.match(text, self.ends[-1], end)):
            has_spaced_dash = "-" in found["join"] and len(found["join"]) > 1
            self.joins.append(" - " if has_spaced_dash else found["join"])
            self.words.append(found["word"].lower().replace(",", ""))
            self.ends.append(found.end())

    def at(self, place: int) -> str:
        """Return the word at an index, "" if there is none or a dash between blanks parts it from the one before."""
        if place >= len(self.words):
            return ""
        is_parted = place > 0 and self.joins[place] == " - "
        return "" if is_parted else self.words[place]

    def continue_with(self, place: int, phrase: tuple[str, ...]) -> bool:
        """Whether the words from an index on are those of a phrase."""
        return all(self.at(place + offset) == word for offset, word in enumerate(phrase))


class _Whole(NamedTuple):
    """A whole number: its value, the power of ten of its last word, whether it has an `and`, and the next index."""

    value: int
    power: int
    joined: bool
    after: int


def read_numeral(text: str, start: int, end: int) -> Numeral | None:
    """Read the number in words at `start`; None if there is none.

    Raises:
        UnclearNumeralError: the words can be read in two ways.
    """
    if not _STARTS.match(text, start, end):
        return None
    words = _Words(text, start, end)
    found = _fraction(words, 0) or _from_whole(words)
    return found and found._replace(end=words.ends[found.end])  # until here, an end is an index of a word


def _from_whole(words: _Words) -> Numeral | None:
    """Read a number that begins with a whole one: decimals, dozens, fractions and proportions may follow."""
    whole = _whole(words)
    if whole is None:
        return None
    numeral = (
        _decimals(words, whole)
        or _dozens(words, whole)
        or _parts(words, whole)
        or _mixed_number(words, whole)
        or _proportion(words, whole)
    )
    if numeral is not None:
        return numeral
    if words.words[0].isdigit() and whole.after == 1:
        return None  # digits alone are not a number in words
    return Numeral(whole.value // 10**whole.power, 1, whole.power, False, False, whole.after)


def _dozens(words: _Words, whole: _Whole) -> Numeral | None:
    """Read `dozen` behind a number; `dozens` needs more than one."""
    allowed = ("dozen", "dozens") if whole.value > 1 else ("dozen",)
    if whole.power or words.at(whole.after) not in allowed:
        return None
    return Numeral(12 * whole.value, 1, 0, False, False, whole.after + 1)


def _parts(words: _Words, whole: _Whole) -> Numeral | None:
    """Read `two thirds`. Raises UnclearNumeralError where the number above the stroke may end elsewhere."""
    part = _denominator(words, whole.after, plural=whole.value != 1)
    if part is None:
        return None
    denominator, after = part
    # `twenty fifths` may be 20/5 or so many 25ths.
    ends_in_tens = whole.value % 100 in TENS.values() and 2 < denominator < 10
    if ends_in_tens or whole.joined or whole.power:
        raise UnclearNumeralError("an ambiguous fraction")
    return Numeral(whole.value, denominator, 0, True, False, after)


def _mixed_number(words: _Words, whole: _Whole) -> Numeral | None:
    """Read `five and a half`."""
    rest = _fraction(words, whole.after + 1) if words.at(whole.after) == "and" else None
    return _mixed(whole, rest) if rest else None


_JOINTS = [tuple(joint.split()) for joint in ("in every", "out of every", "of every", "in", "out of", "over")]
"""Words between a part and its whole; longer ones before those that they begin with."""


def _proportion(words: _Words, whole: _Whole) -> Numeral | None:
    """Read `one in five`, `two in every five`, `three out of ten` or `one over two`.

    None where the second number is not a whole of parts.
    """
    for joint in _JOINTS:
        if not words.continue_with(whole.after, joint):
            continue
        total = _whole(words, whole.after + len(joint))
        if total and whole.value < total.value and _may_be_whole(total.value, whole.value):
            return Numeral(whole.value, total.value, 0, True, True, total.after)
    return None


def _may_be_whole(total: int, part: int) -> bool:
    """Whether a number is a whole of parts: larger ones are round, as in `one in 1,000`, or of one, as in `one in 250`.

    `three in 2,024` is a number in a year.
    """
    return total <= 100 or str(total).strip("0") == "1" or (part == 1 and total < 1000)


def _whole(words: _Words, start: int = 0) -> _Whole | None:
    """Read groups below a thousand, each with its magnitude, from the largest to the smallest."""
    if words.at(start) in ZERO:
        return _Whole(0, 0, False, start + 1)
    number = _Whole(0, 0, False, start)
    magnitude = 99  # above all: the first group may have any
    while magnitude:
        group, magnitude = _group_below(words, number, magnitude)
        if group is None:
            break
        number = _Whole(number.value + group.value, group.power, number.joined or group.joined, group.after)
    return number if number.value else None


def _group_below(words: _Words, before: _Whole, limit: int) -> tuple[_Whole | None, int]:
    """Read the group behind others with a magnitude below theirs; return it and its magnitude."""
    has_and = before.value > 0 and words.at(before.after) == "and"
    group = _group(words, before.after + has_and)
    if group is None or _begins_in_digits(words, before):
        return None, 0
    magnitude, after = _magnitudes(words, group.after)
    if magnitude >= limit or (magnitude and group.value >= 1000):
        return None, 0
    if not magnitude and _is_above_stroke(words, before, group):
        return None, 0
    return _Whole(group.value * 10**magnitude, magnitude + group.power, group.joined or has_and, after), magnitude


def _begins_in_digits(words: _Words, before: _Whole) -> bool:
    """Whether digits behind a number in words begin another one, as in `eight million 250 ml`."""
    return before.value > 0 and not words.at(0).isdigit() and words.at(before.after).isdigit()


def _is_above_stroke(words: _Words, before: _Whole, group: _Whole) -> bool:
    """Whether a group behind others is the number of a fraction, as in `two million and three quarters`."""
    return before.value > 0 and _denominator(words, group.after, plural=group.value != 1) is not None


def _magnitudes(words: _Words, place: int) -> tuple[int, int]:
    """Read `million`, or several such as `thousand billion`: return their power of ten and the next index."""
    power = 0
    while words.at(place) in _BIG:
        power += _BIG[words.at(place)]
        place += 1
    return power, place


def _group(words: _Words, place: int) -> _Whole | None:
    """Read a number below a thousand, or some hundreds."""
    number, after = _group_start(words, place)
    if not number:
        return None
    # `twenty hundred` is not a number in English, but `twelve hundred` is.
    is_round = number >= 10 and number % 10 == 0
    if words.at(after) != "hundred" or is_round:
        return _Whole(number, 0, False, after)
    hundreds, after = 100 * number, after + 1
    joined = words.at(after) == "and"
    rest, following = _below_hundred(words, after + joined)
    if joined and words.at(after + 1).isdigit():
        rest, following = int(words.at(after + 1)), after + 2
    if rest >= 100:
        return None
    return _Whole(hundreds + rest, 0, joined, following) if rest else _Whole(hundreds, 2, False, after)


def _group_start(words: _Words, place: int) -> tuple[int, int]:
    """Read the number that begins a group, and return it with the next index; 0 if there is none."""
    first, second = words.at(place), words.at(place + 1)
    if first.isdigit():
        return int(first), place + 1
    if first in ("a", "an") and second in (*MAGNITUDE_WORDS, "dozen"):
        return 1, place + 1
    if first == "hundred" and second in _BIG:  # `hundred million`, without `a`
        return 1, place
    return _below_hundred(words, place)


def _below_hundred(words: _Words, place: int) -> tuple[int, int]:
    """Return a number from 1 to 99 and the next index; 0 if there is none."""
    first = words.at(place)
    if first in TENS:
        ones = SMALL.get(words.at(place + 1), 0)
        return (TENS[first] + ones, place + 2) if 0 < ones < 10 else (TENS[first], place + 1)
    return SMALL.get(first, 0), place + 1


def _decimals(words: _Words, whole: _Whole) -> Numeral | None:
    """Read what follows `point`: digits one by one, or one number below a hundred."""
    if words.at(whole.after) != "point" or whole.power >= 3:
        return None
    digits, place = "", whole.after + 1
    while (word := words.at(place)) in ZERO or 0 < SMALL.get(word, 0) < 10:
        digits, place = digits + str(SMALL.get(word, 0)), place + 1
    if not digits:
        number, place = _below_hundred(words, place)
        digits = str(number or "")
    return Numeral(int(f"{whole.value}{digits}"), 1, -len(digits), False, False, place) if digits else None


def _fraction(words: _Words, place: int) -> Numeral | None:
    """Read a fraction of one, and `million` or `dozen` behind it."""
    first = words.at(place)
    if first == "every":
        return _every(words, place + 1)
    bare = first in ("half", "quarter")
    number = 1 if bare else _number_of_parts(first)
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
        return None  # `quarter` alone is three months
    return Numeral(number, denominator, power, True, False, following + 1 if power else after)


def _number_of_parts(word: str) -> int:
    """Return the number above the stroke of a fraction in words, 0 for another word."""
    return 1 if word in ("a", "an") else SMALL.get(word, 0)


def _every(words: _Words, place: int) -> Numeral | None:
    """Read what follows `every`: `second` or `other` of them are a half."""
    whole = 2 if words.at(place) == "other" else ORDINALS.get(words.at(place), 0)
    return Numeral(1, whole, 0, True, True, place + 1) if whole > 1 else None


def _denominator(words: _Words, place: int, plural: bool) -> tuple[int, int] | None:
    """Read the name of a fraction; return its denominator and the next index."""
    if place >= len(words.words):
        return None
    word = words.words[place]
    if word in TENS and words.at(place + 1) and words.joins[place + 1] == "-":
        ones = ORDINALS.get(_singular(words.at(place + 1), plural), 0)
        return (TENS[word] + ones, place + 2) if 0 < ones < 10 else None
    denominator = DENOMINATORS.get(_singular(word, plural))
    return (denominator, place + 1) if denominator else None


def _singular(word: str, plural: bool) -> str:
    """Return the singular of a word, "" for a singular where a plural is due."""
    if not plural:
        return word
    if word == "halves":
        return "half"
    return word[:-1] if word.endswith("s") else ""


def _mixed(whole: _Whole, rest: Numeral) -> Numeral:
    """Add a fraction to a whole number.

    Raises UnclearNumeralError if the number has a magnitude and the fraction has no smaller one: `a million and a half`
    is 1,000,000.5 or 1.5 million.
    """
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
    """Read a place in an order, such as `94th` or `twenty-first`; return it and the position of its end.

    None for other words, and for suffixes that do not fit, such as `2th`.
    """
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


_NUMERALS = re.compile(
    rf"\b(?:zero|{'|'.join((*SMALL, *TENS))}|hundreds?|thousands?|millions?|billions?|trillions?|dozens?"
    r"|half|halves|twice|thrice)\b|\S*\d\S*",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\b(?:third|quarter|fifth|tenth)s?\b|\b(?:doubl|tripl|quadrupl)(?:e[ds]?|ing)\b", re.IGNORECASE)


def has_numeral(text: str) -> bool:
    """Whether a text has digits or a numeral in words."""
    return bool(_NUMERALS.search(text) or _PARTS.search(text))


def without_numerals(text: str) -> str:
    """Return a text without its numerals, in digits or words."""
    return _NUMERALS.sub(" ", text)
