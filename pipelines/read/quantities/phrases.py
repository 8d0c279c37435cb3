"""Whole cells whose words are the number: `none`, `most`, `unchanged`, `second-largest`, `six-figure`, `7 of 9`.

Belongs here: phrases without a number that the grammar could read, each with the interval that it allows, and the verbs
of a change. Does not: hedges and numbers (grammar.py), dates and times (dates.py).
"""

import re
from collections.abc import Callable
from fractions import Fraction
from math import inf, sqrt
from typing import NamedTuple

from tidebook.pipelines.read.quantities import vocabulary
from tidebook.pipelines.read.quantities.grammar import SECONDS, TIME_WORDS, WHOLES, Reader, compiled, words
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.read.quantities.numerals import read_ordinal
from tidebook.pipelines.read.quantities.vocabulary import BLANKS
from tidebook.schemas.units import Unit

_B = f"[{BLANKS}]"
_END = f"{_B}*$"


class Phrase(NamedTuple):
    """What a phrase says: its value, the interval that it allows, its kind, and a note."""

    value: float
    allowed: Interval
    kind: str
    note: str = ""


def take_phrase(reader: Reader) -> Phrase | None:
    """Read a cell whose words are the number; None for any other cell."""
    text = reader.seen[reader.position : reader.end]
    # Most numbers begin with a digit or a sign: only a part of a whole, and a number of digits, do so as well.
    is_plain = not (text[:1].isalpha() or text[:1] == "#" or " of " in text or "igit" in text or "igure" in text)
    if is_plain and reader.unit.symbol != "rank":
        return None
    for rule in _RULES:
        phrase = rule(reader)
        if phrase is not None:
            reader.unit_seen = True
            return phrase
    return None


def _estimate(allowed: Interval) -> Phrase:
    """Return an estimate within an interval, with its middle as value; the geometric one, where factors matter."""
    is_wide = allowed.low > 0 and allowed.high >= 2 * allowed.low
    value = sqrt(allowed.low * allowed.high) if is_wide else (allowed.low + allowed.high) / 2
    return Phrase(value, allowed, "estimate")


# Shares.

_SIZE = "(?:slim|slender|narrow|bare|small|clear|simple|solid|comfortable|sizeable|sizable|substantial)"
"""What is said of a majority or a minority without setting a bound."""
_SHARES = {
    "most": Interval(0.5, 1, low_open=True, high_open=True),
    f"(?:the |a )?(?:{_SIZE} )?majority": Interval(0.5, 1, low_open=True),
    f"(?:the |a )?(?:{_SIZE}|large) minority|(?:the |a )?minority": Interval(0, 0.5, high_open=True),
    "(?:the |an? )?(?:vast|great|large|huge|overwhelming) majority": Interval(0.75, 1, high_open=True),
    "virtually all|practically all": Interval(0.95, 1),
    "(?:almost|nearly) (?:all|everyone|everybody)": Interval(0.9, 1),
    "(?:hardly|scarcely|barely) (?:any|anyone|anybody)": Interval(0, 0.05),
    "(?:virtually|practically|almost) (?:none|no one|nobody|no)": Interval(0, 0.05),
    "all|everyone|everybody": Interval(1, 1),
}
_SHARE = {compiled(f"{words(f'(?:{text})')}(?![A-Za-z0-9-])"): allowed for text, allowed in _SHARES.items()}


def _share(reader: Reader) -> Phrase | None:
    """Read `most` or `hardly any` as a share."""
    whole = WHOLES.get(reader.unit.symbol)
    if whole is None:
        return None
    for pattern, allowed in _SHARE.items():
        if reader.take(pattern):
            scaled = allowed.scaled(whole)
            return Phrase(float(whole), scaled, "exact") if allowed.is_point else _estimate(scaled)
    return None


# Nothing.

_NONE = compiled(f"{words('none|nil|nobody|no one|nothing|not (?:one|a single one)')}(?:{_END}|(?={words(' of ')}))")
_NO = compiled(f"{words('(?:no(?! [a-z]+ than)|zero|not a single|not one)')}{_B}+(?P<unit>.+?){_END}")
_UNCHANGED = compiled(
    f"{words('(?:stayed |remained |was )?')}(?P<nearly>{words('(?:broadly|roughly|largely|essentially|almost) ')})?"
    f"{words('(?:unchanged|flat|no change)')}{_END}"
)


def _nothing(reader: Reader) -> Phrase | None:
    """Read `none`, or `no companies` with a word of the unit, as zero."""
    unit = reader.unit
    if unit.lower > 0 or unit.symbol in ("date", "calendar year", "rank"):
        return None
    start = reader.position
    # `none` in a column of money may be a value that is missing.
    is_counted = unit.whole or unit.symbol in ("number", "share", "probability", "percent")
    if is_counted and reader.take(_NONE):
        return _exact(0.0)
    found = reader.take(_NO)
    if found and (unit.symbol in WHOLES or _is_called(unit, found["unit"].lower())):
        return _exact(0.0)
    reader.position = start
    return None


def _is_called(unit: Unit, noun: str) -> bool:
    """Whether a noun in small letters names a unit."""
    return noun in {word.lower() for word in (*unit.words, unit.symbol, unit.many, unit.one)}


def _unchanged(reader: Reader) -> Phrase | None:
    """Read `unchanged` as a change of a quarter of a point at most, `broadly unchanged` as one of a point."""
    found = reader.take(_UNCHANGED) if reader.unit.symbol in ("percent", "percentage point") else None
    if found is None:
        return None
    most = 1.0 if found["nearly"] else 0.25
    return Phrase(0.0, Interval(-most, most), "rounded")


# Counts and powers of ten.

_NUMBER = "|".join((*vocabulary.SMALL, "[1-9][0-9]?"))
_BY_HOW_MANY = "(?P<over>(?:more than|over) )|(?P<nearly>(?:nearly|almost) )|(?:about|roughly) "
_ORDERS = compiled(
    f"(?:{words(_BY_HOW_MANY)})?{words(f'(?:(?P<least>{_NUMBER}) (?:to|or) (?={_NUMBER}))?')}"
    f"{words(f'(?:(?P<number>an?|{_NUMBER}) )?orders? of magnitude')}"
    f"(?:{words(' .*')})?{_END}"
)
_PART_OF_TEN = (
    f"(?:(?P<part>{words('low|lower|early|mid|middle|high|upper|late')})[-{BLANKS}]+"
    f"(?:{words('to')}[-{BLANKS}]+(?P<to>{words('mid|middle|high|upper|late')})[-{BLANKS}]+)?)?"
)
"""Such as `mid` or `low- to mid-`, before `teens` or `single digits`."""
_PERCENT = f"(?:{_B}*(?:%|{words('per(?: )?cent')}))?"
_DIGITS = compiled(
    f"{words('(?:an? |in the )?')}{_PART_OF_TEN}"
    f"(?P<number>{words(f'(?:single|double|triple|{_NUMBER})')})[-{BLANKS}]"
    f"{words('(?:figures?|digits?)')}{_PERCENT}"
    f"(?:{words(' (?:sums?|numbers?|amounts?|percentages?|rates?|growth)')})?{_END}"
)
_DIGITS_IN_PART = {
    **{"": (1, 10), **dict.fromkeys(("low", "lower", "early"), (1, 4))},
    **{**dict.fromkeys(("mid", "middle"), (3, 7)), **dict.fromkeys(("high", "upper", "late"), (6, 10))},
}
_NAMED = {"a": 1, "an": 1, "single": 1, "double": 2, "triple": 3} | vocabulary.SMALL
_SOME = {
    "a few": Interval(2, 7),
    "several": Interval(2, 10),
    "a few dozen": Interval(24, 84),
    "several dozen": Interval(24, 120),
    "a handful": Interval(3, 6),
    "a couple of dozen": Interval(20, 30),
    "(?:a )?couple": Interval(2, 2),
    "a pair": Interval(2, 2),
    "a baker['’]s dozen": Interval(13, 13),
    "scores": Interval(40, 100, high_open=True),
}
_SOME_PATTERNS = {
    compiled(f"{words(text)}(?:{words(' of')})?(?:{_B}+(?P<unit>[A-Za-z -]+?))?{_END}"): allowed
    for text, allowed in _SOME.items()
}


_TENS_IN_WORDS = {"teens": 10} | {f"{word[:-1]}ies": number for word, number in vocabulary.TENS.items()}
_IN_TENS = compiled(
    f"{words('(?:in )?(?:(?:the|his|her|their|its) )?')}{_PART_OF_TEN}"
    f"(?:(?P<tens>[1-9]0)s|(?P<word>{words('|'.join(_TENS_IN_WORDS))})){_PERCENT}{_END}"
)
_IN_PART = {"": (0, 10), **dict.fromkeys(("low", "lower", "early"), (0, 3)), **dict.fromkeys(("mid", "middle"), (4, 6))}


def _parts(found: re.Match[str]) -> tuple[str, str]:
    """Return the first and the last part that `_PART_OF_TEN` has found, "" without one."""
    first = (found["part"] or "").lower()
    return first, (found["to"] or first).lower()


def _tens(reader: Reader) -> Phrase | None:
    """Read `the low 20s` as 20 to 23, `mid-forties` as 44 to 46, `the high 30s` as 37 to 39, `the 30s` as below 40.

    What is not whole may lie between these: the low 20s of a percentage are below 24, the high 30s below 40.
    """
    unit = reader.unit
    if unit.currency or unit.symbol in ("date", "calendar year", "rank", "share", "probability"):
        return None
    found = reader.take(_IN_TENS)
    if found is None:
        return None
    tens = int(found["tens"] or _TENS_IN_WORDS[found["word"].lower()])
    part, last_part = _parts(found)
    first, last = _IN_PART.get(part, (7, 9))[0], _IN_PART.get(last_part, (7, 9))[1]
    if part and unit.whole:
        return _estimate(Interval(tens + first, tens + last))
    if part:
        first, last = max(first - 1, 0), last + 1
    return _estimate(Interval(tens + first, tens + last, high_open=True))


def _orders(reader: Reader) -> Phrase | None:
    """Read `two orders of magnitude` as a factor of 50 to 200."""
    found = reader.take(_ORDERS) if reader.unit.symbol in ("ratio", "number") else None
    if found is None:
        return None
    power = 10.0 ** _count(found["number"] or "an")
    if found["least"]:
        least = 10.0 ** _count(found["least"])
        if least >= power:
            raise reader.error("range ends out of order", found.start("least"))
        return _estimate(Interval(least / 2, power * 2))
    if found["over"]:
        return Phrase(power, Interval(power, inf, low_open=True), "at_least")
    if found["nearly"]:
        return Phrase(power, Interval(power / 2, power, high_open=True), "estimate")
    return Phrase(power, Interval(power / 2, power * 2), "estimate")


def _digits(reader: Reader) -> Phrase | None:
    """Read `six-figure` as 100,000 to below a million, `low single-digit` as 1 to below 4."""
    found = reader.take(_DIGITS) if reader.unit.symbol not in ("date", "calendar year", "rank") else None
    if found is None:
        return None
    power = 10.0 ** (_count(found["number"]) - 1)
    part, last_part = _parts(found)
    first, last = _DIGITS_IN_PART[part][0], _DIGITS_IN_PART[last_part][1]
    return _estimate(Interval(first * power, last * power, high_open=True))


def _count(word: str) -> int:
    return int(word) if word.isdigit() else _NAMED[word.lower()]


def _some(reader: Reader) -> Phrase | None:
    """Read `a handful` or `a couple`, also with the unit."""
    unit, start = reader.unit, reader.position
    if not (unit.count or unit.symbol in ("number", "ratio", *SECONDS)):
        return None
    for pattern, some in _SOME_PATTERNS.items():
        found = reader.take(pattern)
        if found is None:
            continue
        allowed = _of_unit(some, (found["unit"] or "").lower(), unit)
        if allowed is None or allowed.low < unit.lower:  # a year is not `a few`
            reader.position = start
            continue
        return Phrase(allowed.low, allowed, "exact") if allowed.is_point else _estimate(allowed)
    return None


def _of_unit(some: Interval, noun: str, unit: Unit) -> Interval | None:
    """Return what words allow in a unit, given the noun behind them; None for a noun of another unit."""
    is_duration = unit.symbol in SECONDS
    if some.is_point and is_duration:  # a couple of years need not be two to the day: by a factor of 1.25 either way
        some = Interval(0.8 * some.low, 1.25 * some.high)
    if not noun or noun in {word.lower() for word in (*unit.words, unit.symbol, unit.many)}:
        return some
    return some.scaled(float(TIME_WORDS[noun] / SECONDS[unit.symbol])) if is_duration and noun in TIME_WORDS else None


_AGAIN = compiled(
    f"(?P<part>{words('(?:an? |one )?(?:half|third|quarter|fifth)')})"
    f"{words(' (?:as (?:much|many|large|big|high) again|again as (?:much|many|large|big|high)(?: as .*)?)')}{_END}"
)


def _plurals_by_words() -> dict[str, int]:
    """Return what `thousands` or `tens of millions` are counts of, by these words."""
    found = {}
    for word, power in vocabulary.MAGNITUDE_WORDS.items():
        if word in ("lakh", "crore"):
            continue
        found[f"{word}s"] = 10**power
        if word != "hundred":
            found |= {f"tens of {word}s": 10 * 10**power, f"hundreds of {word}s": 100 * 10**power}
    return found


_PLURALS = _plurals_by_words()
_IN_PLURALS = compiled(
    f"(?=[a-z]+[-{BLANKS}]+[a-z])(?:(?P<the>{words('in the ')}))?{words('(?:the )?')}{_PART_OF_TEN}"
    f"(?P<plural>{words('|'.join(sorted(_PLURALS, key=len, reverse=True)))})(?:{words(' of [a-z ]+')})?{_END}"
)


def _plurals(reader: Reader) -> Phrase | None:
    """Read `in the low hundreds` as 100 to below 400, `in the thousands` as 1,000 to below 10,000."""
    start = reader.position
    unit = reader.unit
    is_taken = unit.count or unit.symbol == "number" or (unit.currency is not None and not unit.price)
    found = reader.take(_IN_PLURALS) if is_taken else None
    if found is None or not (found["the"] or found["part"]):
        reader.position = start
        return None
    part, last_part = _parts(found)
    first, last = _DIGITS_IN_PART[part][0], _DIGITS_IN_PART[last_part][1]
    one = _PLURALS[" ".join(found["plural"].lower().split())]
    return _estimate(Interval(float(first * one), float(last * one), high_open=True))


def _again(reader: Reader) -> Phrase | None:
    """Read `half as much again` as one and a half times, or as a rise of 50 percent, with the slack of a multiple."""
    symbol = reader.unit.symbol
    found = reader.take(_AGAIN) if symbol in ("ratio", "percent") else None
    if found is None:
        return None
    times = 1 + 1 / vocabulary.DENOMINATORS[found["part"].lower().split()[-1]]
    allowed = Interval(0.9 * times, 1.1 * times)
    if symbol == "ratio":
        return Phrase(times, allowed, "rounded")
    return Phrase(100 * (times - 1), Interval(100 * (allowed.low - 1), 100 * (allowed.high - 1)), "rounded")


# Places in an order.

_HOW_MANY = f"(?P<number>{words(f'(?:[1-9][0-9]*|{_NUMBER}|twenty|fifty|hundred)')})"
_LIMIT = f"{_HOW_MANY}{_END}"
_TOP = compiled(words("(?:(?:among|in|within|one of) )?(?:the |a )?top(?: |-)") + _LIMIT)
_RANKED = compiled(
    words("(?:(?:is|was|are|were) )?(?:(?:ranked|ranks|placed|finished|came|comes|stands|in|at)(?: in| at)? (?!top))?")
    + words("(?:(?:joint|equal|(?:tied|level) (?:for|in))(?: |-)(?:the )?)?")
)
_OUTSIDE = compiled(words("(?:outside|not in|not among|below) (?:the )?top(?: |-)") + _LIMIT)
_BEHIND_ONE = compiled(words("behind only (?!.*(?:,| and ))[A-Za-z].*") + _END)
_PLACE = compiled(words("(?:the )?(?P<place>runner-up|runner up|winner)") + _END)
_SECOND_TO = compiled(words("second (?:(?P<only>only) to|to none)(?: .*)?") + _END)
_BEFORE_PLACE = r"(?:number|no\.?) ?"
_NUMBERED = compiled(
    f"(?:{words(f'(?:the )?{_BEFORE_PLACE}')}|#)(?P<number>{words(f'(?:[1-9][0-9]*|{_NUMBER})')}){_END}"
)
_THE = compiled(f"{words('(?:the )?')}")
_SUPERLATIVES = "[a-z]+(?:est|st)|(?:most|least)(?: |-)[a-z]+|best|worst|place"
_SUPERLATIVE = compiled(f"(?:-|{_B}+)(?:{words(_SUPERLATIVES)})(?:{_B}+[A-Za-z -]+)?{_END}")
_AMONG = compiled(
    f"{words('(?:among|one of) the ')}{_HOW_MANY}{_B}+(?:{words(_SUPERLATIVES)})(?:{_B}+[A-Za-z -]+)?{_END}"
)
_FIRST = compiled(words("(?:larg|bigg|high|great|fast|long|old|strong|rich|tall)est|best") + _END)
_TENS = {**vocabulary.TENS, "hundred": 100}


def _rank(reader: Reader) -> Phrase | None:
    """Read `top ten`, `second-largest`, `runner-up` or `No. 3` as a place in an order."""
    if reader.unit.symbol != "rank":
        return None
    phrase = _named_place(reader)
    if phrase is not None:
        return phrase
    start = reader.position
    reader.take(_RANKED)
    phrase = _place_behind_verb(reader) or _superlative(reader)
    if phrase is None:
        reader.position = start
    return phrase


def _named_place(reader: Reader) -> Phrase | None:
    """Read `runner-up`, or places that begin or end somewhere: `top ten`, `outside the top ten`."""
    if found := reader.take(_TOP) or reader.take(_AMONG):
        return Phrase(1.0, Interval(1.0, _place(found["number"])), "estimate")
    if found := reader.take(_OUTSIDE):
        value = _place(found["number"])
        return Phrase(value, Interval(value, inf, low_open=True), "at_least")
    found = reader.take(_PLACE)
    if found is None:
        return None
    return _exact(1.0 if found["place"].lower() == "winner" else 2.0)


def _place_behind_verb(reader: Reader) -> Phrase | None:
    """Read what may be behind `ranked`: `behind only Norway`, `second to none` or `No. 3`."""
    if reader.take(_BEHIND_ONE):
        return _exact(2.0)
    if found := reader.take(_SECOND_TO):
        return _exact(2.0 if found["only"] else 1.0)
    found = reader.take(_NUMBERED)
    return _exact(_place(found["number"])) if found else None


def _superlative(reader: Reader) -> Phrase | None:
    """Read `the third-largest` or `second place`; a bare ordinal is left to the grammar."""
    start = reader.position
    reader.take(_THE)
    if reader.take(_FIRST):
        return _exact(1.0)
    ordinal = read_ordinal(reader.seen, reader.position, reader.end)
    if ordinal is None:
        # The pattern of ordinals wants no hyphen behind them.
        named = _ORDINAL_AHEAD.match(reader.seen, reader.position, reader.end)
        ordinal = (vocabulary.ORDINALS[named["word"].lower()], named.end()) if named else None
    if ordinal is not None:
        reader.position = ordinal[1]
        if reader.take(_SUPERLATIVE) or reader.position == reader.end:
            return _exact(float(ordinal[0]))
    reader.position = start
    return None


_ORDINAL_AHEAD = compiled(f"(?P<word>{words('|'.join(vocabulary.ORDINALS))})(?=-)")


def _place(text: str) -> float:
    """Return a number in digits or as one word."""
    word = text.lower()
    return float(word) if word.isdigit() else float(vocabulary.SMALL.get(word) or _TENS[word])


def _exact(value: float) -> Phrase:
    return Phrase(value, Interval.point(value), "exact")


# A part and its whole.

_WORD_OR_DIGITS = f"(?:{'|'.join((*vocabulary.SMALL, *vocabulary.TENS))}|[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+)"
_WHOLE = f"(?P<whole>{words(_WORD_OR_DIGITS)})(?:{_B}+[a-z]+)?{_END}"
_OF = compiled(f"(?P<part>{words(_WORD_OR_DIGITS + '|none')}){words(' (?:out )?of (?:the )?')}{_WHOLE}")
_BUT = f"(?:{words(' but ')}(?P<but>{words(_WORD_OR_DIGITS)}))?"
_ALL_OF = compiled(f"{words('all')}{_BUT}{words('(?: of)?(?: the)? ')}{_WHOLE}")
_BOTH = compiled(f"(?P<which>{words('both|neither')})(?:{words(' of them')}|{_B}+[a-z]+)?{_END}")


def part_and_whole(text: str) -> tuple[int, int] | None:
    """Return the two numbers of `7 of 9`, `all nine`, `all but one of nine` or `both`; None for other texts."""
    text = text.strip(BLANKS)
    if found := _OF.match(text):
        part = 0 if found["part"].lower() == "none" else _whole(found["part"])
        return part, _whole(found["whole"])
    if found := _ALL_OF.match(text):
        whole = _whole(found["whole"])
        return whole - (_whole(found["but"]) if found["but"] else 0), whole
    if found := _BOTH.match(text):
        return (2 if found["which"].lower() == "both" else 0), 2
    return None


def _whole(text: str) -> int:
    word = text.lower().replace(",", "")
    return int(word) if word.isdigit() else vocabulary.SMALL.get(word) or vocabulary.TENS[word]


def _of(reader: Reader) -> Phrase | None:
    """Read `7 of 9` as a share, or as a count that names its whole."""
    unit = reader.unit
    share = WHOLES.get(unit.symbol)
    text = reader.seen[reader.position : reader.end]
    # `two out of three` of a whole is a fraction in words, which the grammar reads.
    is_loose = share is not None and " out " in text
    numbers = part_and_whole(text) if unit.whole or (share and not is_loose) else None
    if numbers is None:
        return None
    part, whole = numbers
    if not 0 <= part <= whole or not whole:
        raise reader.error("a part larger than its whole")
    reader.position = reader.end
    if not share:
        return Phrase(float(part), Interval.point(float(part)), "exact", f"of {whole}")
    value = Fraction(share * part, whole)
    if part in (0, whole):
        return _exact(float(value))
    # Half a unit of the third digit, to which such a share is usually printed: 7 of 9, or 77.8%.
    slack = Fraction(share, 2000)
    return Phrase(float(value), Interval(float(value - slack), float(value + slack)), "rounded")


_RULES: tuple[Callable[[Reader], Phrase | None], ...] = (
    _rank,
    _of,
    _share,
    _nothing,
    _unchanged,
    _some,
    _tens,
    _orders,
    _again,
    _digits,
    _plurals,
)

# Verbs of a change.

_FALLS = (
    "fell|dropped|lost|declined|decreased|shrank|sank|slipped|slid|dipped|plunged|plummeted|tumbled|contracted|down|cut"
    "|reduced|shed|eased|crashed|collapsed|trimmed|slashed|(?:edged|went|came|ticked|inched) (?:down|lower)"
    "|(?:an? )?(?:fall|drop|decline|decrease|loss|cut|reduction|dip|slump) of"
)
_RISES = (
    "rose|grew|gained|climbed|increased|jumped|surged|soared|expanded|advanced|up(?! to(?![A-Za-z]))|added"
    "|rallied|leapt|raised|boosted|(?:edged|went|crept|ticked|inched|shot) (?:up|higher)"
    "|(?:an? )?(?:rise|gain|increase|growth|jump|surge) of"
)
_CHANGE = compiled(f"(?:(?P<fall>{words(_FALLS)})|(?P<rise>{words(_RISES)})){words('(?: by| in(?= half))?(?= )')}{_B}*")
_MULTIPLES = "|".join(vocabulary.MULTIPLES)
_AUXILIARY = compiled(
    words("(?:has|have|had|was|were|is|are)(?: been)? ")
    + f"(?={words(f'{_FALLS}|{_RISES}|(?:(?:(?:more|less) than|nearly|almost|about|roughly) )?(?:{_MULTIPLES})')})"
)
_LEVEL = compiled(words("(?:to|from) "))


_NOUN_BEHIND = "(?P<fall>fall|drop|decline|decrease|cut|reduction|loss|dip)|rise|increase|gain|jump|growth"
_NOUN = compiled(f"{words('an? ')}(?P<number>.*?[0-9%].*?){_B}+{words(f'(?:{_NOUN_BEHIND})')}{_END}")
_ADVERB = compiled(
    f"(?P<number>.*?){_B}+(?<!or[{BLANKS}])(?<!and[{BLANKS}])"
    f"(?:(?P<fall>{words('lower|down|less|fewer')})|{words('higher|up|more')}){_END}"
)


def take_change(reader: Reader) -> int:
    """Read the verb of a change: return -1 for a fall, 1 for a rise, 0 without one.

    In `a 10% drop` and `10% lower` the word is behind the number, which is then the end of what is to be read.

    Raises:
        QuantityError: the number behind the verb is where something went, not by how much.
    """
    start = reader.position
    if reader.unit.symbol == "percent" and (adverb := _ADVERB.match(reader.seen, start, reader.end)):
        reader.end = adverb.end("number")
        return _direction(adverb)
    if not reader.seen[start : start + 1].isalpha():
        return 0
    if reader.take(_AUXILIARY):
        start = reader.position
    if noun := _NOUN.match(reader.seen, start, reader.end):
        reader.position, reader.end = noun.start("number"), noun.end("number")
        return _direction(noun)
    found: re.Match[str] | None = reader.take(_CHANGE)
    if found is None:
        return 0
    if _LEVEL.match(reader.seen, reader.position, reader.end):
        raise reader.error("a level that it went to or came from, not the change", start)
    return _direction(found)


def _direction(found: re.Match[str]) -> int:
    return -1 if found["fall"] else 1
