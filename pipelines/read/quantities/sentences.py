"""The quantities of running text: each with its position, its unit and the words that modify it.

Belongs here: where a quantity begins and ends, its unit, and which words are unclear. Does not: the grammar itself, or
what a sentence claims about its quantities.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import inf
from typing import NamedTuple

from tidebook.pipelines.read.quantities import currencies, vocabulary
from tidebook.pipelines.read.quantities.context import STRICT, Context
from tidebook.pipelines.read.quantities.grammar import (
    MEASURE,
    MONEY_AHEAD,
    NUMBER_AHEAD,
    QuantityError,
    Reader,
    compiled,
    words,
)
from tidebook.pipelines.read.quantities.measures import Measure, measures_near, named
from tidebook.pipelines.read.quantities.numerals import read_ordinal
from tidebook.pipelines.read.quantities.quantity import read
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.read.quantities.vocabulary import BLANKS
from tidebook.schemas.units import (
    CURRENCIES,
    TIMES,
    UNITS,
    Unit,
    cached_by_unit,
    currency_codes,
    get_unit,
    recent_by_unit,
)

WINDOW = 80
"""Characters from the beginning of a quantity within which its unit stands."""
_BARE = ("number", "rank", "date", "calendar year")
"""Units of quantities that may stand without unit words."""
_MARK = "|".join(f"{signs}|{words(text)}(?=[{BLANKS}])" for signs, text in vocabulary.HEDGES.values())
_WORDS = (*vocabulary.VAGUE_WORDS, "a few", "several", "minus", "negative", "twice", "thrice", *vocabulary.ORDINALS)
_NO_DAY = rf"[0-9]{{1,3}}(?:,[0-9]{{3}}(?![0-9])|\.[0-9]|[{BLANKS}]?%)"
"""Digits behind a month that are a number of their own: `in June 14,250 patients came`."""
# A search for every place where a quantity may begin, so that most of a text is never parsed. A letter, digit or
# hyphen before it makes the digits part of a word: the 19 of `COVID-19`.
_START = compiled(
    rf"(?<=[A-Za-z_)])[<>≤≥]=?[{BLANKS}]?(?={NUMBER_AHEAD.pattern})"
    rf"|(?<![A-Za-z0-9_])(?<![A-Za-z0-9_][-./])(?<![0-9],)(?:{_MARK}|{words('between')}(?=[{BLANKS}])|{NUMBER_AHEAD.pattern}"
    rf"|{words('|'.join(_WORDS))}(?![A-Za-z])|{words('|'.join(vocabulary.MONTHS))}\.?[{BLANKS}]+(?!{_NO_DAY})[0-9]"
    rf"|(?:{'|'.join(vocabulary.SHORT_YEARS)})[{BLANKS}]?[0-9]{{4}})"
)
_FOUR_DIGITS = compiled("[0-9]{4}")
_YEAR = compiled("(?:19|20|21)[0-9]{2}")
# Words before a year, also of a list of years: `in 2019, 2020 and 2021`.
_BEFORE_YEAR = compiled(
    rf"(?:(?i:\b(?:in|by|since|until|till|during|of|years?|after|before|through|mid|early|late|fiscal|fy|from),?)|"
    rf"(?i:\b(?:{'|'.join(vocabulary.MONTHS)}))(?:\.?[{BLANKS}]+[0-9]{{1,2}},?)?)[{BLANKS}]+"
    rf"(?:{_FOUR_DIGITS.pattern}(?:,?[{BLANKS}]+(?:and|or|to)|,)[{BLANKS}]+)*$"
)
# Words before `of` that make round digits a number: `an average of 1500`.
_OF_NUMBERS = compiled(rf"(?i:\b(?:average|total|sum|maximum|minimum|mean|median)[{BLANKS}]+of[{BLANKS}]+)$")
# `in thousands` and `of millions` name a scale, no number.
_SCALE_ALONE = compiled(rf"(?i:\b(?:in|of)[{BLANKS}]+)$")
_CHANGES = compiled(rf"(?i:\b(?:{vocabulary.CHANGES})\b[^.;:!?]*)$")
_BELOW_ALL = compiled(rf"[−(-][{BLANKS}]?[0-9]{{3}}")
"""What is a change and no share: a profit that turns into a loss falls by more than 100%."""
_TAG = compiled(r"</?[A-Za-z][^<>]*$")
"""A tag up to the `>` that ends it, where its text ends."""
_BEFORE_DAY = compiled(rf"(?i:\b(?:{'|'.join(vocabulary.MONTHS)})\.?)[{BLANKS}]+$")
# `1990s` and `2018s` are not numbers of seconds.
_DECADE = compiled("[12][0-9]{3}s")
_TIME = compiled("[0-9](?::| ?[hms])")
_SPACED_DASH = compiled(rf"(?<=[{BLANKS}])[−-](?=[{BLANKS}])")
"""A dash between words and a number, and no sign: a sign is at its number."""
# The pronoun before a number of its own: `just one 52,000-barrel refinery`.
_ONE_BEFORE = compiled(rf"{words('one')}(?=[{BLANKS}][0-9])")
_TWO_IN_WORDS = compiled(f"(?<=ty)(?i:[{BLANKS}]and[{BLANKS}](?:{'|'.join(list(vocabulary.SMALL)[:9])}))(?![A-Za-z-])")
"""Words behind tens that may be ones of them, or a number of their own: `twenty and three`."""
_BETWEEN = compiled(rf"{words('between')}[{BLANKS}]+")
# A period of its own: `between 2018-19 and later`.
_BETWEEN_YEARS = compiled(rf"{words('between')}[{BLANKS}]+(?=[0-9]{{4}}[{vocabulary.DASHES}/][0-9]{{2}}(?![0-9]))")
_FROM = compiled(rf"(?i:\bfrom[{BLANKS}]+)$")
_TO = compiled(rf"(?i:[{BLANKS}]+(?:(?:up|down)[{BLANKS}]+)?to[{BLANKS}]+)")
_RISES = compiled(
    rf"(?i:\b(?:go(?:es|ing|ne)?|went|ris(?:e|es|en|ing)|rose|climb(?:s|ed)?|mov(?:es|ed)|jump(?:s|ed)?))[{BLANKS}]+$"
)
_UP_TO = compiled(rf"(?i:up[{BLANKS}]+to[{BLANKS}]+)(?={NUMBER_AHEAD.pattern})")
"""Behind such a verb a level and no bound: `goes up to £76m from £71m`."""
_TO_BEFORE = compiled(rf"(?i:\b(?:to|at|of|was|were|is|are)[{BLANKS}]+)$")
_FROM_BEHIND = compiled(
    rf"(?i:,?[{BLANKS}]+(?:(?:up|down)[{BLANKS}]+from|from|compared[{BLANKS}]+(?:to|with)|against|versus|vs\.?)[{BLANKS}]+)"
)
_MAGNITUDE = compiled(rf"[0-9.][{BLANKS}]?(?P<word>(?i:{'|'.join(vocabulary.MAGNITUDES)}))(?![A-Za-z])")
_BARE_END = compiled(r"[^0-9]*[0-9][0-9,.]*")
LEAST_PLAIN = 100
"""Smallest first end that has no magnitude because it needs none."""
LIKE = 20
"""Maximum ratio of the digits of two ends that share a magnitude, as in `from $10 to $15 billion`."""
CLOSE = 4
"""The same of a number in parentheses, which may be a mark of a note."""
_NO_NUMBER = compiled(
    rf"[0-9]{{1,2}}(?:[.:][0-9]{{2}})?[{BLANKS}]?(?P<half>(?i:[ap]\.?m))(?![A-Za-z0-9])\.?"
    rf"|[0-9]{{1,2}}[{BLANKS}](?:{'|'.join(map(str.title, vocabulary.MONTHS))})(?![A-Za-z])"
    rf"(?!\.?,?[{BLANKS}]+[0-9]{{4}})"
)
"""Times of a clock, and days without their year."""
_CODE = compiled(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_MONEY_SIGN = compiled(rf"[{''.join(currencies.MONEY_SIGNS)}]|[A-Z]{{2}}|[0-9] ?[pPcC](?![A-Za-z])")
_MONEY_WORDS = "cent|pence|buck|quid|sterling|usd|eur|gbp|jpy"
_MONEY_WORD = compiled(rf"{currencies.MONEY_NOUNS}|{_MONEY_WORDS}")
"""Words of money in small letters; which one, reading tells."""
_MONEY_STEMS = [re.split(r"\w\?|\[", word)[0] for word in f"{currencies.MONEY_NOUNS}|{_MONEY_WORDS}".split("|")]
"""The letters that each of them begins with."""
_NAME = compiled(f"(?:[A-Za-z-]+[{BLANKS}]){{0,3}}?{words(f'(?:{currencies.MONEY_NOUNS})')}(?![A-Za-z])")
_SCALE = words("|".join((*vocabulary.MAGNITUDE_WORDS, *(f"{word}s?" for word in vocabulary.DENOMINATORS), "halves")))
_UNREAD = words("|".join(vocabulary.UNREAD_MAGNITUDES))
# Signs that the quantity is longer than what could be read: letters, digits, another number. Of single letters,
# `a` and `I` are words, and the `v` of `3.1 v 4.6` is `versus`.
_GOES_ON = compiled(
    rf"[A-Za-z0-9_%^]|[.,:/’'-][0-9]|[-–/][A-Za-z]|[{BLANKS}]+(?!v[{BLANKS}]+[0-9])(?:[0-9]|(?:[B-HJ-Zb-z]|{_SCALE}|{_UNREAD})(?![A-Za-z0-9'’&]))"
)
_NO_ATTRIBUTE = "to|odd|something|plus|ish|fold|and|or|by|on|in|up|off|x"
_ATTRIBUTE = compiled(f"(?<=[0-9a-z])-(?!(?:{_NO_ATTRIBUTE})(?![a-z]))[a-z]{{2,}}")
"""A hyphen that joins a number to what is counted, as in `17-nation`, or a unit to a word, as in `5 year-old`."""
_STROKE = compiled("/(?P<words>[A-Za-zµμ]+)(?![A-Za-z0-9])")
_NEXT_NUMBER = compiled(rf"(?<=[A-Za-z])[{BLANKS}]+(?=[0-9])")
_MEASURE_GOES_ON = compiled(r"[A-Za-z0-9_%^]|[.,:/][0-9]")
"""Signs that a measure is longer than what could be read; a hyphen may join a word, as in `6.1-inch-wide`."""
_COMPOUND = compiled("(?<=[a-z])-[a-z]")
"""A hyphen that joins a number to a word: `half-way`, `one-off`."""
_WORD_GOES_ON = compiled(rf"(?<=[a-z])[{BLANKS}]+{words('|'.join(vocabulary.NUMERAL_STARTS))}(?![A-Za-z])")
_AND_PART = compiled(
    rf"[{BLANKS}]and[{BLANKS}](?:[a-z-]+|[0-9][0-9.,]*)[{BLANKS}](?:{_SCALE}|cents?|pence)(?![A-Za-z])"
)
"""Words that may go on an amount whose sign is before it."""
_ONES = words("|".join(vocabulary.SMALL))
_AND_CENTS = compiled(
    rf"(?<=[a-z])[{BLANKS}](?:and[{BLANKS}](?!{MONEY_AHEAD.pattern})(?={NUMBER_AHEAD.pattern})"
    rf"|{words('|'.join((*vocabulary.SMALL, *vocabulary.TENS)))}(?:[ -]{_ONES})?(?![A-Za-z]))"
)
_PC = compiled("[0-9]pc(?![a-z0-9])")
_PER = compiled(rf"(?:[{BLANKS}](?:per|an?)[{BLANKS}]|/)(?=[a-z0-9])")
_AGO = compiled(rf"[{BLANKS}](?:earlier|before|ago|later|previously)(?![a-z])")
"""Behind what is not a denominator then: `$15 million a year earlier`."""
_SIGNED = compiled(rf"[^0-9A-Za-z]*(?:[A-Z]{{1,3}})?[{''.join(currencies.MONEY_SIGNS)}]")
_LARGE = compiled(rf"[0-9]{{1,3}}(?:,[0-9]{{3}})+|.*[0-9][{BLANKS}]?{_SCALE}")
"""Print that no name has: `In June 641,000 came`, `In France 8.3 million`."""
# A capitalised word before a number, as in `Boeing 747`.
_NAME_BEFORE = compiled(rf"(?<![A-Za-z0-9])(?P<word>[A-Za-z]*[A-Z][A-Za-z]*)[{BLANKS}]$")
_CENTS = compiled(rf"[{BLANKS}]{words('(?:cents?|pence)')}(?![A-Za-z])")
"""Words behind `AU 18` that make it money."""
_OF_NUMBER = compiled(rf"[{BLANKS}]of[{BLANKS}][0-9]")
"""Behind a part of another number, and no part of a name: `on Corr 4,180 of 5,100 homes`."""
_PLURAL = compiled("[0-9]{1,3}s")
"""Several of a name, as in `Model 3s`, or seconds."""
_A_PART = compiled(words(f"(?:an?|one) (?:{'|'.join(vocabulary.ORDINALS)})"))
_A_NOUN = compiled(rf"[{BLANKS}]+(?!{words('|'.join(vocabulary.BEHIND_A_PART))}(?![A-Za-z]))[A-Za-z]")
_ONE_IN = compiled(words("[a-z0-9-]+ (?:in|of)(?: every)? [a-z0-9-]+"))
_A_TIME = compiled(rf"[{BLANKS}]+{words('(?:second|minute|hour|day|week|month|quarter|year|decade)s?')}(?![A-Za-z])")
# The end of errors that a declaration would solve.
_DECLARES = " its column declares which"
_RUN = compiled(rf"[^{BLANKS}]*")


class FoundQuantity(NamedTuple):
    """A quantity in a text: its position (the end excluded), its words and its value.

    For unclear words `quantity` is None and `problem` is the reason; otherwise `problem` is "". `measure` names the
    measure behind a plain number that is not a unit of figures, such as `mile/gallon`, in the words of pint or CLDR.
    """

    start: int
    end: int
    text: str
    quantity: Quantity | None
    problem: str
    measure: str = ""


def find_quantities(text: str, context: Context = STRICT) -> list[FoundQuantity]:
    """Find all quantities of a text, in order; unclear ones have a reason and no value.

    The unit is the one whose words or sign stand with the number; "number" without any.
    """
    return list(_quantities(text, context))


@recent_by_unit
def _quantities(text: str, context: Context) -> tuple[FoundQuantity, ...]:
    found: list[FoundQuantity] = []
    base = position = 0
    while base < len(text):
        # A part at a time: each look behind or ahead would else cross the whole text.
        # At the beginning of a word: the rest of a number that is cut would be read as another one.
        first = text.rfind(" ", 0, max(base - BEHIND, 0)) + 1
        part = text[first : base + PART + AHEAD]
        end = base + PART if base + PART + AHEAD < len(text) else len(text)
        for each in _found_in(part, position - first, end - first, context):
            found.append(each._replace(start=each.start + first, end=each.end + first))
        # A quantity that begins in this part may end in the next one, which must not read its end again.
        position = max(end, found[-1].end if found else 0)
        base = end
    return tuple(_with_shared_ends(text, found))


PART, BEHIND, AHEAD = 2_000, 200, 300
"""Characters of a text that are searched at once, and how many before and behind them may tell what they mean."""


def _found_in(text: str, position: int, end: int, context: Context) -> Iterator[FoundQuantity]:
    """Yield the quantities that begin between two positions of a text."""
    while (start := _START.search(text, position)) and start.start() < end:
        found, position = _found_at(text, start, context)
        if found is not None:
            yield found


def _found_at(text: str, start: re.Match[str], context: Context) -> tuple[FoundQuantity | None, int]:
    """Return the quantity that begins at a match of `_START`, None for none; and where the search goes on."""
    begin = start.end() - len(start[0].lstrip(BLANKS))
    word_end = _end_of_no_quantity(text, begin)
    if word_end:
        return None, word_end
    begin = _behind_rise(text, begin)
    time = _NO_NUMBER.match(text, begin)
    if time is not None:
        reason = "a time of day" if time["half"] else "a day without a year"
        return FoundQuantity(begin, time.end(), time[0], None, reason), time.end()
    longest = _longest_near(text, begin, context)
    if longest is None:
        # Skip the whole word, so that its rest does not begin a number; behind a sign one may begin at once.
        return None, max(start.end() if text[begin : begin + 1].isalpha() else begin + 1, begin + 1)
    between = _BETWEEN.match(text, begin) if "does not belong here" in longest.problem else None
    if between:  # `between 15.5 cm (6.1 inches) and 23.5 cm`: each end by itself
        return None, between.end()
    return longest if longest.text else None, max(longest.end, begin + 1)


def _behind_rise(text: str, begin: int) -> int:
    """Return where a number begins behind `up to`, if a verb before it makes that no bound; else `begin`."""
    up = _UP_TO.match(text, begin)
    if up is None or not _RISES.search(text, max(begin - WINDOW, 0), begin):
        return begin
    return up.end()


def _with_shared_ends(text: str, found: Sequence[FoundQuantity]) -> list[FoundQuantity]:
    """Give a bare number what only the one beside it prints: `from $10 to $15 billion`, `to $5.0 billion from 3.6`,
    `$4,312 million (3,984)`."""
    shared = list(found)
    for at, (first, second) in enumerate(pairwise(found)):
        if _is_second_of(text, first, second) and _BARE_END.fullmatch(second.text):
            shared[at + 1] = _like_other(second, first)
        is_change = _FROM.search(text, max(first.start - WINDOW, 0), first.start) and _TO.fullmatch(
            text, first.end, second.start
        )
        if is_change and _BARE_END.fullmatch(first.text):
            shared[at] = _like_other(first, second)
    return shared


def _is_second_of(text: str, first: FoundQuantity, second: FoundQuantity) -> bool:
    """Whether a number is compared with the one before: `to 5 from 4`, or alone in parentheses right behind it."""
    if _FROM_BEHIND.fullmatch(text, first.end, second.start):
        return _TO_BEFORE.search(text, max(first.start - WINDOW, 0), first.start) is not None
    in_parentheses = text[first.end : second.start] == " (" and text[second.end : second.end + 1] == ")"
    one, other = first.quantity, second.quantity
    if not in_parentheses or one is None or other is None or not other.value:
        return False
    printed = _MAGNITUDE.search(first.text)
    ratio = one.value / other.value / 10.0 ** vocabulary.MAGNITUDES[printed["word"].lower()] if printed else 0.0
    return len(second.text) > 1 and 1 / CLOSE <= ratio <= CLOSE


def _like_other(first: FoundQuantity, second: FoundQuantity) -> FoundQuantity:
    """Return a bare number with the unit and the magnitude of the one beside it, if they are meant for both."""
    one, other = first.quantity, second.quantity
    if one is None or other is None or not _may_share(one, other):
        return first
    takes_unit = one.unit == "number" and not first.measure
    if takes_unit and (other.unit == "percent" or second.measure):
        one = one._replace(unit=other.unit)
        first = first._replace(quantity=one, measure=second.measure)
    # The `m` of a measure is metres, no million.
    printed = None if second.measure else _MAGNITUDE.search(second.text)
    return _in_magnitude(first, one, other, printed["word"]) if printed else first


def _may_share(one: Quantity, other: Quantity) -> bool:
    """Whether a number may take over what only the one beside it prints."""
    return one.unit in ("number", other.unit) and one.kind == "rounded"


def _in_magnitude(first: FoundQuantity, one: Quantity, other: Quantity, word: str) -> FoundQuantity:
    """Return a bare number in the magnitude of the one beside it, as printed, or as unclear, by the ratio of both."""
    factor = 10.0 ** vocabulary.MAGNITUDES[word.lower()]
    ratio = other.value / factor / one.value if one.value else inf
    if 1 / LIKE <= ratio <= LIKE:
        one = one._replace(value=one.value * factor, low=one.low * factor, high=one.high * factor, unit=other.unit)
        return first._replace(quantity=one)
    if one.value >= LEAST_PLAIN:  # `from $200 to $4 million`
        return first
    return first._replace(quantity=None, problem=f"as printed, or in {word} as the number beside it?", measure="")


def _end_of_no_quantity(text: str, begin: int) -> int:
    """Return the end of an abbreviation or tag that only looks like the beginning of a quantity, 0 for others."""
    code = _CODE.match(text, begin)
    if code and code[0] not in currencies.SIGNS and code[0] not in currency_codes():
        return code.end()
    if text[begin] == ">" and _TAG.match(text, max(text.rfind("<", 0, begin), 0), begin):
        return begin + 1
    if _SPACED_DASH.match(text, begin):
        return begin + 1
    skipped = _ONE_BEFORE.match(text, begin) or _BETWEEN_YEARS.match(text, begin)
    return skipped.end() if skipped else 0


def _longest_near(text: str, start: int, context: Context) -> FoundQuantity | None:
    """Return the longest quantity at a position of a text; distant text does not matter."""
    first = max(start - BEHIND, 0)
    found = _longest(text[first : start + AHEAD], start - first, context)
    return None if found is None else found._replace(start=found.start + first, end=found.end + first)


@recent_by_unit
def _longest(text: str, start: int, context: Context) -> FoundQuantity | None:
    """Return the longest quantity at a position, or why it is unclear; None if no number is here.

    The text of the result is "" where a word such as `half-way` begins with a number and is none.
    """
    readings, errors = _readings(text, start, context)
    end = max((end for end, _ in readings), default=start)
    measured = _measured(text, start, end, context)
    if measured is not None:
        return measured
    if not readings:
        return _unreadable(text, start, errors)
    shared = _shared_currency(errors, end)
    if shared is not None:
        return _unclear(text, start, shared.position, shared.reason)
    longest = [quantity for reached, quantity in readings if reached == end]
    return _as_it_goes_on(_Span(text, start, end, longest), errors)


def _readings(text: str, start: int, context: Context) -> tuple[list[tuple[int, Quantity]], list[QuantityError]]:
    """Read the text in every unit that it may have; return each quantity with its end, and the errors of the others."""
    readings: list[tuple[int, Quantity]] = []
    errors: list[QuantityError] = []
    is_change = _CHANGES.search(text, max(start - WINDOW, 0), start) is not None
    for unit in _units(text, start):
        known = get_unit(unit)
        if unit == "percent" and _BELOW_ALL.match(text, start):
            known = replace(known, lower=-inf)
        reader = Reader(text, known, context, start, whole=False)
        reader.single = is_change
        try:
            quantity = read(reader)
        except QuantityError as error:
            errors.append(error)
        else:
            is_ago = "/" in unit and _AGO.match(text, reader.position)
            if unit in _BARE or (reader.unit_seen and not is_ago):
                readings.append((reader.position, quantity))
    return readings, errors


def _measured(text: str, start: int, end: int, context: Context) -> FoundQuantity | None:
    """Read the text as a number with a measure; None if that goes no further than `end`, or is unclear."""
    best: FoundQuantity | None = None
    for measure in measures_near(text, start, start + WINDOW):
        reader = Reader(text, _unit_of(measure), context, start, whole=False)
        reader.single = _CHANGES.search(text, max(start - WINDOW, 0), start) is not None
        try:
            quantity = read(reader)
        except QuantityError:
            continue
        after = reader.position
        if after > end and reader.unit_seen and not _MEASURE_GOES_ON.match(text, after):
            end = after
            # Figures have no such unit: `measure` names it beside the number.
            quantity = quantity._replace(unit="number")
            best = FoundQuantity(start, end, text[start:end], quantity, "", measure.name)
    return best


class _Price(NamedTuple):
    """What a price is for, such as `per megawatt_hour`, and where its words end."""

    name: str
    end: int


def _price_of_measure(text: str, end: int) -> _Price | None:
    """Return the measure behind a stroke, as in `$24/MWh`."""
    found = _STROKE.match(text, end)
    name = named(found["words"]) if found else ""
    return _Price(f"per {name}", found.end()) if found and name else None


def _starts_measure(text: str, end: int) -> bool:
    """Whether a number behind a quantity with a unit has a measure of its own: `eight million 250ml bottles`."""
    behind = _NEXT_NUMBER.match(text, end)
    return behind is not None and _measured(text, behind.end(), behind.end(), STRICT) is not None


def _unit_of(measure: Measure) -> Unit:
    """Return a measure as a unit without bounds."""
    return Unit(f"{MEASURE}{measure.words}", measure.name, None, -inf, inf, False, (measure.words,))


def _shared_currency(errors: Sequence[QuantityError], end: int) -> QuantityError | None:
    """Return the error of a sign or name behind a quantity that several currencies share.

    Without this error the number would be read without its currency.
    """
    for error in errors:
        if " may be " in error.reason and end <= error.position <= end + 1:
            return error
    return None


def _unreadable(text: str, start: int, errors: Sequence[QuantityError]) -> FoundQuantity | None:
    """Return why no unit could read a number; None if there is no number."""
    # A question names two readings, which says most; else the unit that read furthest is the likeliest.
    likeliest = max(errors, key=lambda error: (error.reason.endswith("?"), error.position))
    if not (NUMBER_AHEAD.match(text, start) or NUMBER_AHEAD.search(text, start, likeliest.position)):
        return None
    return _unclear(text, start, likeliest.position, likeliest.reason)


def _end_of_continuation(text: str, start: int, end: int, unit: str) -> int:
    """Return the end of a possible continuation of a quantity, 0 if there is none."""
    goes_on = _GOES_ON.match(text, end)
    if not goes_on and unit == "number":
        goes_on = _WORD_GOES_ON.match(text, end) or _TWO_IN_WORDS.match(text, end)
    if not goes_on and unit in CURRENCIES:
        # Behind `$5` only a fraction or cents go on; behind `five dollars` any number may be cents.
        is_signed = _SIGNED.match(text, start, end)
        goes_on = (_AND_PART if is_signed else _AND_CENTS).match(text, end)
    return goes_on.end() if goes_on else 0


def _reason_to_stop(text: str, end: int, errors: Sequence[QuantityError]) -> str:
    """Return why a quantity cannot end here: the question that a declaration would answer, or what follows."""
    for error in errors:
        if error.reason.endswith(_DECLARES):
            return error.reason.removesuffix(_DECLARES)
    return f"{text[end : end + 12]!r} goes on where the quantity ends"


@dataclass(frozen=True, eq=False)
class _Span:
    """Words of a text with their readings as a quantity, one in each unit that they may have."""

    text: str
    start: int
    end: int
    readings: Sequence[Quantity]

    @cached_property
    def words(self) -> str:
        return self.text[self.start : self.end]

    @cached_property
    def units(self) -> list[str]:
        return [quantity.unit for quantity in self.readings]

    @cached_property
    def has_recent_years(self) -> bool:
        """Whether all numbers of four digits are years from 1900 on; those before are seldom written as years."""
        return all(map(_YEAR.fullmatch, _FOUR_DIGITS.findall(self.words)))

    @cached_property
    def is_bare(self) -> bool:
        """Whether the words are four digits and nothing else."""
        return _FOUR_DIGITS.fullmatch(self.words) is not None

    @cached_property
    def is_called_year(self) -> bool:
        """Whether the text around says that it is a year: `in 1850`, or `(2017: ...)` as in a citation."""
        if not self.has_recent_years and _OF_NUMBERS.search(self.text, 0, self.start):
            return False
        around = self.text[self.start - 1 : self.start], self.text[self.end : self.end + 1]
        return _BEFORE_YEAR.search(self.text, 0, self.start) is not None or around == ("(", ":")


Meaning = Quantity | str | None
"""The quantity that is meant; or why it is unclear, "" for no quantity; or None, for the next rule to decide."""


def _as_it_goes_on(span: _Span, errors: Sequence[QuantityError]) -> FoundQuantity:
    """Return the quantity of some words, or why the text behind them leaves it unclear."""
    text, end = span.text, span.end
    next_end = _end_of_continuation(text, span.start, end, span.readings[0].unit)
    if next_end and _is_compound(span):
        return FoundQuantity(span.start, next_end, "", None, "")
    # Behind a year a number is another one: `In 2023 120 people`.
    is_year = span.is_bare and span.has_recent_years and span.is_called_year
    is_other = is_year and text[next_end - 1 : next_end].isdigit()
    if not next_end or is_other or _ATTRIBUTE.match(text, end) or _starts_measure(text, end):
        return _as_meant(span, "")
    per = _price_of_measure(text, end)
    if per is None:
        return _unclear(text, span.start, next_end, _reason_to_stop(text, end, errors))
    return _as_meant(replace(span, end=per.end), per.name)


def _is_compound(span: _Span) -> bool:
    """Whether a number in words begins a word that is none, such as `half-way`."""
    is_word = span.readings[0].unit in _BARE and not span.text[span.start].isdigit()
    return is_word and _COMPOUND.match(span.text, span.end) is not None


def _as_meant(span: _Span, per: str) -> FoundQuantity:
    """Return the one quantity that some words mean, `per` a measure or ""; or why several may be meant."""
    meant = _choose(span)
    if isinstance(meant, str):
        return FoundQuantity(span.start, span.end, span.words if meant else "", None, meant)
    return FoundQuantity(span.start, span.end, span.words, meant, "", per)


def _choose(span: _Span) -> Quantity | str:
    """Return the only valid reading, or why there is none; "" for words that are not a quantity."""
    for rule in _RULES:
        meaning = rule(span)
        if meaning is not None:
            return meaning
    # Days and years are often read from the same words: then only the year is named.
    units = [unit for unit in span.units if unit != "date" or "calendar year" not in span.units]
    return f"{' or '.join(units)}?"


def _part_or_place(span: _Span) -> Meaning:
    """Leave out `a third` before a noun: `a third attempt` is a place in an order."""
    if _A_PART.fullmatch(span.text, span.start, span.end) and _A_NOUN.match(span.text, span.end):
        return "a part, or a place in an order?"
    return None


def _one_in_a_time(span: _Span) -> Meaning:
    """Leave out `one in five years`, which is not a share."""
    if _ONE_IN.fullmatch(span.text, span.start, span.end) and _A_TIME.match(span.text, span.end):
        return "a part, or one in a time?"
    return None


def _part_of_name(span: _Span) -> Meaning:
    """Leave out a number behind a name, as in `Apollo 11`."""
    if (span.units != ["number"] and not _PLURAL.fullmatch(span.words)) or _OF_NUMBER.match(span.text, span.end):
        return None
    is_hedged = any(map(str.isdigit, span.words)) and not span.words[0].isdigit()
    if is_hedged or _LARGE.fullmatch(span.words):
        return None
    name = _NAME_BEFORE.search(span.text, max(span.start - WINDOW, 0), span.start)
    if name is None or name["word"].lower() in vocabulary.LEADING or _CENTS.match(span.text, span.end):
        return None
    return f"a number, or part of a name: {name['word']} {span.words}?"


def _no_quantity(span: _Span) -> Meaning:
    """Leave out `in thousands`, which says how a table is printed, the pronoun `one`, and ordinals of days."""
    if span.words.lower() in vocabulary.VAGUE_WORDS and _SCALE_ALONE.search(span.text, 0, span.start):
        return ""
    if span.units in (["number"], ["rank"]) and span.words.lower() == "one":
        return ""
    if span.units == ["rank"] and not _is_place(span):
        return ""
    return None


def _is_place(span: _Span) -> bool:
    """Whether an ordinal is a place in an order: `the third` or `94th`, but not `May 4th`."""
    if _BEFORE_DAY.search(span.text, 0, span.start):
        return False
    return span.words[0].isdigit() or span.text[: span.start].rstrip(BLANKS).lower().endswith("the")


def _early_years(span: _Span) -> Meaning:
    """Leave out `1250–1300`, which may be any range."""
    return "calendar years, or a range?" if span.units == ["calendar year"] and not span.has_recent_years else None


def _same_unit(span: _Span) -> Meaning:
    """Take the only reading, or the plain unit where the others are its quotients, as USD for USD/year."""
    if len(span.readings) == 1:
        return span.readings[0]
    plain_unit = span.units[0].partition("/")[0]
    if plain_unit in span.units and all(unit.startswith(plain_unit) for unit in span.units):
        return span.readings[span.units.index(plain_unit)]
    return None


def _year_or_number(span: _Span) -> Meaning:
    """Decide between a year and a number by the words before; 1850 alone is hardly ever a year."""
    if "calendar year" in span.units and span.has_recent_years and (span.is_called_year or not span.is_bare):
        return span.readings[span.units.index("calendar year")]
    is_one = len(_FOUR_DIGITS.findall(span.words)) == 1
    if is_one and "number" in span.units and not span.has_recent_years and not span.is_called_year:
        return span.readings[span.units.index("number")]
    return None


def _date(span: _Span) -> Meaning:
    """Take a date that is more than a year's number."""
    if "date" in span.units and span.has_recent_years and not span.is_bare:
        return span.readings[span.units.index("date")]
    return None


_RULES: tuple[Callable[[_Span], Meaning], ...] = (
    _part_or_place,
    _one_in_a_time,
    _part_of_name,
    _no_quantity,
    _early_years,
    _same_unit,
    _year_or_number,
    _date,
)
"""How one of several readings is chosen. The first rule that decides wins, so that the order matters."""


def _unclear(text: str, start: int, position: int, reason: str) -> FoundQuantity:
    """Return words that cannot be read, up to the end of the one at `position`."""
    run = _RUN.match(text, max(position, start))
    end = run.end() if run else position
    span = _without_close(text[start:end].rstrip(_CLOSES))
    return FoundQuantity(start, start + len(span), span, None, reason)


_CLOSES = f"{BLANKS}.,;:"


def _without_close(span: str) -> str:
    """Return words without the parentheses and quotes at their end that open before them."""
    while span[-1:] in _PAIRS and span.count(span[-1]) > span.count(_PAIRS[span[-1]]):
        span = span[:-1].rstrip(_CLOSES)
    return span


_PAIRS = {")": "(", "]": "[", "”": "“"}


@cached_by_unit
def _names(symbol: str) -> tuple[str, ...]:
    """Return the names of a unit behind `per`, in small letters."""
    spellings = UNITS[symbol].words if symbol in UNITS else ()
    return tuple(name.lower() for name in (symbol, *spellings))


def _units(text: str, start: int) -> list[str]:
    """Return the units whose sign or word is near, then those that need none."""
    window = _window(text, start)
    may_be_money = _may_be_money(window)
    units = _near_units(window, may_be_money=may_be_money)
    # Sorted: a set has another order in another process.
    codes = sorted(_near_currencies(window, may_be_money=may_be_money) - CURRENCIES.keys())
    ranks = ["rank"] if read_ordinal(text, start, len(text)) else []
    # The order decides between readings of equal length.
    return list(dict.fromkeys([*units, *codes, "number", *ranks, "date", "calendar year"]))


_WINDOW = compiled(
    r"[^0-9]{0,80}(?:[^A-Za-z0-9 ]{0,3}[0-9][^ ]*(?: +(?:(?:[A-Za-z]{1,3}|[^A-Za-z0-9 ]{1,3}|[a-z]+ion|hundred|thousand"
    r"|between|about|under|around|nearly|almost|roughly) +)*(?=[^A-Za-z ]*[0-9]))?)*"
    r"(?: +[^0-9 ][^ ]*(?: +[0-9][^ ]*)?){0,5}"
)
"""All numbers behind which a unit may stand, as in `3, 4 or 5 1/2 km`, and a few words."""


def _window(text: str, start: int) -> str:
    """Return the text from a quantity to what may be its unit: a few words behind its numbers."""
    found = _WINDOW.match(text, start, min(start + WINDOW, len(text)))
    return found[0] if found else text[start : start + WINDOW]


def _near_units(window: str, *, may_be_money: bool) -> list[str]:
    """Return the units whose words are near, with their products and quotients; reading tells which currency."""
    if _DECADE.match(window):
        return []  # the `s` of `1990s` is not a second
    low = window.lower()
    units = _near_simple_units(low, may_be_money=may_be_money)
    units += _near_products(units, low)
    units += _near_quotients(units, low)
    if "twice" in low or "thrice" in low:
        units.append("ratio")
    if _TIME.search(window):
        units.append("second")
    return units


def _near_simple_units(low: str, *, may_be_money: bool) -> list[str]:
    """Return the units, in their order, whose words a text in small letters has; all currencies, if it has money."""
    # A letter within a word is no unit: nearly every sentence has the `s` of seconds.
    near = {symbol for word, symbol in _words_of_units() if word in low and (len(word) > 1 or _is_alone(word, low))}
    if _PC.search(low):
        near.add("percent")
    return [symbol for symbol, unit in UNITS.items() if symbol in near or (may_be_money and unit.currency == symbol)]


def _is_alone(letter: str, low: str) -> bool:
    return re.search(rf"(?<![a-z]){re.escape(letter)}(?![a-z])", low) is not None


@cached_by_unit
def _words_of_units() -> list[tuple[str, str]]:
    """Return the words of units in lower case, each with its unit; without units that are only denominators."""
    found = []
    for symbol, unit in UNITS.items():
        is_counted = unit.currency is not None or not unit.words or not unit.words[0].startswith("per ")
        if is_counted and unit.currency != symbol:
            found += [(word, symbol) for word in _small_words(symbol)]
    return found


@cached_by_unit
def _small_words(symbol: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in UNITS[symbol].words)


def _near_products(units: Sequence[str], low: str) -> list[str]:
    """Return products of units and times, such as person-hour."""
    products = []
    for time in TIMES:
        if time in low:
            products += [f"{unit}-{time}" for unit in units]
    return [product for product in products if _names_any(low, _small_words(product))]


def _names_any(low: str, words: Sequence[str]) -> bool:
    return any(word in low for word in words)


def _near_quotients(units: Sequence[str], low: str) -> list[str]:
    """Return quotients of units, such as USD/hour, whose denominator is behind `per`, `a` or `/`."""
    rests = [low[found.end() :] for found in _PER.finditer(low)]
    if not rests:
        return []
    denominators: dict[str, None] = {}
    for unit in (*units, *TIMES):
        if any(rest.startswith(_names(unit)) for rest in rests):
            denominators[unit] = None
    quotients = []
    for denominator in denominators:
        quotients += [f"{unit}/{denominator}" for unit in units if unit != denominator]
    return quotients


def _may_be_money(window: str) -> bool:
    """Whether a sign, code or word of money is near."""
    low = window.lower()
    # Looking for stems is many times faster than the pattern, which is then seldom tried.
    has_word = any(stem in low for stem in _MONEY_STEMS) and _MONEY_WORD.search(low) is not None
    return has_word or _MONEY_SIGN.search(window) is not None


def _near_currencies(window: str, *, may_be_money: bool) -> set[str]:
    """Return the codes of the currencies whose sign, code or name is near."""
    codes: set[str] = set()
    for sign, meanings in currencies.SIGNS.items():
        if sign in window:
            codes.update(meanings)
    if not may_be_money:
        return codes
    codes |= {found[0] for found in _CODE.finditer(window)} & currency_codes()
    for found in _NAME.finditer(window):
        codes |= _currencies_named(found[0].lower().split())
    return codes


def _currencies_named(words: Sequence[str]) -> set[str]:
    """Return the currencies that words end in: `new zealand dollars`, or all dollars where no full name is there."""
    names = currencies.currency_names()
    endings = [" ".join(words[place:]) for place in range(len(words))]
    codes = {names[ending] for ending in endings if ending in names}
    return codes or set(currencies.currencies_called(words[-1]))
