"""The quantities of running text: each with its place, its unit and the words that modify it.

Belongs here: where a quantity begins, which unit it is in, where it ends, and what is left out as unclear. Does not:
the grammar itself, or what a sentence claims about its quantities.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tidebook.pipelines.read.quantities import vocabulary
from tidebook.pipelines.read.quantities.context import STRICT, Context
from tidebook.pipelines.read.quantities.grammar import (
    MONEY_AHEAD,
    NUMBER_AHEAD,
    QuantityError,
    Reader,
    compiled,
    words,
)
from tidebook.pipelines.read.quantities.numerals import read_ordinal
from tidebook.pipelines.read.quantities.quantity import Quantity, read
from tidebook.pipelines.read.quantities.vocabulary import BLANKS
from tidebook.schemas.units import CURRENCIES, TIMES, UNITS, cached_by_unit, currency_codes, get_unit

WINDOW = 80
"""How many characters from its beginning on the unit of a quantity is looked for."""
SHORTEST_WRAPPED = 40
"""How many characters a line of a paragraph has at least that goes on in the next."""
_LINE = compiled(r"[^\n]*\n|[^\n]+")
_MARKED = compiled(r"[ \t]*(?:[#>|*+_-]|\n|$)")
"""What begins a line that is a paragraph of its own: a heading, a row, an entry of a list, nothing."""
_NO_QUANTITY = re.compile(r"^[ \t]*\(?[0-9]{1,3}[.)](?=[ \t])|https?://[^\s)>\]]+", re.MULTILINE)
_BARE = ("number", "rank", "date", "calendar year")
"""Units that a quantity may have without words."""
_MARK = "|".join(f"{signs}|{words(text)}(?=[{BLANKS}])" for signs, text in vocabulary.MARKS.values())
_WORDS = (*vocabulary.VAGUE_WORDS, "a few", "several", "minus", "negative", "twice", "thrice", *vocabulary.ORDINALS)
_START = compiled(
    rf"(?<=[A-Za-z_)])[<>≤≥]=?[{BLANKS}]?(?={NUMBER_AHEAD.pattern})"
    rf"|(?<![A-Za-z0-9_])(?<![A-Za-z0-9_][-./])(?<![0-9],)(?:{_MARK}|{words('between')}(?=[{BLANKS}])|{NUMBER_AHEAD.pattern}"
    rf"|{words('|'.join(_WORDS))}(?![A-Za-z])|{words('|'.join(vocabulary.MONTHS))}\.?[{BLANKS}]+[0-9]"
    rf"|(?:{'|'.join(vocabulary.SHORT_YEARS)})[{BLANKS}]?[0-9]{{4}})"
)
_FOUR_DIGITS = compiled("[0-9]{4}")
_YEAR = compiled("(?:19|20|21)[0-9]{2}")
_BEFORE_YEAR = compiled(
    rf"(?:(?i:\b(?:in|by|since|until|till|during|of|years?|after|before|through|mid|early|late|fiscal|fy|from),?)|"
    rf"(?i:\b(?:{'|'.join(vocabulary.MONTHS)}))(?:\.?[{BLANKS}]+[0-9]{{1,2}},?)?)[{BLANKS}]+"
    rf"(?:{_FOUR_DIGITS.pattern}(?:,?[{BLANKS}]+(?:and|or|to)|,)[{BLANKS}]+)*$"
)
_SCALE_ALONE = compiled(rf"(?i:\b(?:in|of)[{BLANKS}]+)$")
_CHANGES = compiled(rf"(?i:\b(?:{vocabulary.CHANGES})\b[^.;:!?]*)$")
_TAG = compiled(r"</?[A-Za-z][^<>]*$")
_BEFORE_DAY = compiled(rf"(?i:\b(?:{'|'.join(vocabulary.MONTHS)})\.?)[{BLANKS}]+$")
_DECADE = compiled("[0-9]{3}0s")
_TIME = compiled("[0-9](?::| ?[hms])")
_CODE = compiled(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_NAME = compiled(f"(?:[A-Za-z-]+[{BLANKS}]){{0,3}}?{words(f'(?:{vocabulary.MONEY_NOUNS})')}(?![A-Za-z])")
_SCALE = words("|".join((*vocabulary.MAGNITUDE_WORDS, *(f"{word}s?" for word in vocabulary.DENOMINATORS), "halves")))
_GOES_ON = compiled(
    rf"[A-Za-z0-9_%^]|[.,:/’'-][0-9]|[-–/][A-Za-z]|[{BLANKS}]+(?:[0-9]|(?:[B-HJ-Zb-z]|{_SCALE})(?![A-Za-z0-9'’]))"
)
_COMPOUND = compiled("(?<=[a-z])-[a-z]")
"""What makes a word of a number: `half-way`, `one-off`."""
_WORD_GOES_ON = compiled(rf"(?<=[a-z])[{BLANKS}]+{words('|'.join(vocabulary.NUMERAL_STARTS))}(?![A-Za-z])")
_AND_PART = compiled(
    rf"[{BLANKS}]and[{BLANKS}](?:[a-z-]+|[0-9][0-9.,]*)[{BLANKS}](?:{_SCALE}|cents?|pence)(?![A-Za-z])"
)
"""What may belong to an amount whose sign stands before it."""
_AND_CENTS = compiled(rf"(?<=[a-z])[{BLANKS}]and[{BLANKS}](?!{MONEY_AHEAD.pattern})(?={NUMBER_AHEAD.pattern})")
_PER = compiled(rf"(?:[{BLANKS}](?:per|an?)[{BLANKS}]|/)(?=[a-z0-9])")
_SIGNED = compiled(rf"[^0-9A-Za-z]*(?:[A-Z]{{1,3}})?[{''.join(vocabulary.MONEY_SIGNS)}]")
_NAME_BEFORE = compiled(rf"(?<![A-Za-z0-9])(?P<word>[A-Z][A-Za-z]*)[{BLANKS}]$")
_A_PART = compiled(words(f"(?:an?|one) (?:{'|'.join(vocabulary.ORDINALS)})"))
_A_NOUN = compiled(rf"[{BLANKS}]+(?!{words('|'.join(vocabulary.BEHIND_A_PART))}(?![A-Za-z]))[A-Za-z]")
_ONE_IN = compiled(words("[a-z0-9-]+ in [a-z0-9-]+"))
_A_TIME = compiled(rf"[{BLANKS}]+{words('(?:second|minute|hour|day|week|month|quarter|year|decade)s?')}(?![A-Za-z])")
_DECLARES = " its column declares which"
_RUN = compiled(rf"[^{BLANKS}]*")


class Found(NamedTuple):
    """A quantity in a text: its place (the end is not included), its words, and what they say.

    Where they do not say it in one way, `quantity` is None and `problem` the reason.
    """

    start: int
    end: int
    text: str
    quantity: Quantity | None
    problem: str


def find_quantities(text: str, context: Context = STRICT) -> list[Found]:
    """Return all quantities of a text in their order, those that are unclear with the reason.

    The unit is that whose words or sign stand with the number; "number" where there are none.
    """
    found: list[Found] = []
    position = 0
    while start := _START.search(text, position):
        begin = start.end() - len(start[0].lstrip(BLANKS))
        if (code := _CODE.match(text, begin)) and code[0] not in (vocabulary.SIGNS.keys() | currency_codes()):
            position = code.end()
            continue
        if text[begin] == ">" and _TAG.search(text, 0, begin):
            position = begin + 1
            continue
        best = _longest(text, begin, context)
        if best is None:
            position = max(start.end() if text[begin : begin + 1].isalpha() else begin + 1, begin + 1)
            continue
        position = max(best.end, begin + 1)
        if best.text:
            found.append(best)
    return found


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield the paragraphs of a text in Markdown, each with its place: a line that is wrapped goes on in the next.

    Numbers of lists and addresses of pages, which are no quantities, are struck out; nothing changes its place.
    """
    plain = _NO_QUANTITY.sub(lambda found: "_" * len(found[0]), text)
    start = 0
    for line in _LINE.finditer(plain):
        following = plain[line.end() : line.end() + 1]
        if (
            len(line[0]) < SHORTEST_WRAPPED
            or _MARKED.match(line[0])
            or not following
            or _MARKED.match(plain, line.end())
        ):
            yield start, plain[start : line.end()].replace("\n", " ")
            start = line.end()


def _longest(text: str, start: int, context: Context) -> Found | None:
    """Return the reading that takes in most of the text, or why there is none; None if no number is here."""
    readings: list[tuple[int, Quantity]] = []
    errors: list[QuantityError] = []
    changes = _CHANGES.search(text, max(start - WINDOW, 0), start) is not None
    for unit in _units(text, start):
        reader = Reader(text, get_unit(unit), context, start, whole=False)
        reader.single = changes
        try:
            quantity = read(reader)
        except QuantityError as error:
            errors.append(error)
        else:
            if unit in _BARE or reader.unit_seen:
                readings.append((reader.position, quantity))
    if not readings:
        furthest = max(errors, key=lambda error: (error.reason.endswith("?"), error.position))
        if not (NUMBER_AHEAD.match(text, start) or NUMBER_AHEAD.search(text, start, furthest.position)):
            return None
        return _unclear(text, start, furthest.position, furthest.reason)
    end = max(end for end, _ in readings)
    for each in errors:
        if " may be " in each.reason and end <= each.position <= end + 1:  # a sign or name that currencies share
            return _unclear(text, start, each.position, each.reason)
    longest = [quantity for reached, quantity in readings if reached == end]
    signed = bool(_SIGNED.match(text, start, end))
    goes_on = (
        _GOES_ON.match(text, end)
        or (longest[0].unit == "number" and _WORD_GOES_ON.match(text, end))
        or (longest[0].unit in CURRENCIES and (_AND_PART if signed else _AND_CENTS).match(text, end))
    )
    if goes_on and _COMPOUND.match(text, end):
        return Found(start, goes_on.end(), "", None, "")
    if goes_on:
        asked = [error.reason.removesuffix(_DECLARES) for error in errors if error.reason.endswith(_DECLARES)]
        reason = f"{text[end : end + 12]!r} goes on where the quantity ends"
        return _unclear(text, start, goes_on.end(), asked[0] if asked else reason)
    said = _said(text, start, end, longest)
    if isinstance(said, str):
        return Found(start, end, text[start:end] if said else "", None, said)
    return Found(start, end, text[start:end], said, "")


def _said(text: str, start: int, end: int, readings: list[Quantity]) -> Quantity | str:
    """Return which of several readings of the same words is meant, or why none is; nothing for what is no quantity."""
    span = text[start:end]
    units = [quantity.unit for quantity in readings]
    if _A_PART.fullmatch(text, start, end) and _A_NOUN.match(text, end):
        return "a part, or a place in an order?"
    if _ONE_IN.fullmatch(text, start, end) and _A_TIME.match(text, end):
        return "a part, or one in a time?"
    name = _NAME_BEFORE.search(text, max(start - WINDOW, 0), start) if units == ["number"] else None
    if name and name["word"].lower() not in vocabulary.LEADING:
        return f"a number, or part of a name: {name['word']} {span}?"
    if span.lower() in vocabulary.VAGUE_WORDS and _SCALE_ALONE.search(text, 0, start):
        return ""  # "in thousands" is how a table is printed
    nameless = len(units) == 1 and units[0] in ("number", "rank")
    if nameless and (span.lower() == "one" or (units[0] == "rank" and not _is_place(text, start, span))):
        return ""
    recent = all(map(_YEAR.fullmatch, _FOUR_DIGITS.findall(span)))
    if units == ["calendar year"] and not recent:
        return "calendar years, or a range?"
    plain = [quantity for quantity in readings if quantity.unit == units[0].partition("/")[0]]
    if len(units) == 1 or (plain and all(unit.startswith(plain[0].unit) for unit in units)):
        return (plain or readings)[0]
    told = _BEFORE_YEAR.search(text, 0, start) or (text[start - 1 : start], text[end : end + 1]) == ("(", ":")
    bare = _FOUR_DIGITS.fullmatch(span)
    if "calendar year" in units and recent and (told or not bare):
        return readings[units.index("calendar year")]
    if bare and not recent and not told:
        return readings[units.index("number")]  # 1850 alone is hardly ever a year
    if "date" in units and recent and not bare:
        return readings[units.index("date")]
    named = [unit for unit in units if unit != "date" or "calendar year" not in units]
    return f"{' or '.join(named)}?"


def _is_place(text: str, start: int, span: str) -> bool:
    """Whether an ordinal is a place in an order: `the third` or `94th`, but not `May 4th`."""
    if _BEFORE_DAY.search(text, 0, start):
        return False
    return span[0].isdigit() or text[:start].rstrip(BLANKS).lower().endswith("the")


def _unclear(text: str, start: int, position: int, reason: str) -> Found:
    """Return what cannot be read, up to the end of the word where that shows."""
    run = _RUN.match(text, max(position, start))
    span = text[start : run.end() if run else position].rstrip(f"{BLANKS}.,;:")
    return Found(start, start + len(span), span, None, reason)


@cached_by_unit
def _names(symbol: str) -> tuple[str, ...]:
    """Return what a unit may be called behind `per`, in small letters."""
    words = UNITS[symbol].words if symbol in UNITS else ()
    return tuple(word.lower() for word in (symbol, *words))


def _units(text: str, start: int) -> list[str]:
    """Return the units of which a sign or word stands near, and those that need none."""
    window = text[start : start + WINDOW]
    low = window.lower()
    near = [
        symbol
        for symbol, unit in UNITS.items()
        if unit.currency == symbol or any(word.lower() in low for word in unit.words)
        if unit.currency or not unit.words[0].startswith("per ")
    ]
    products = (f"{one}-{time}" for time in TIMES if time in low for one in near)
    near += [unit for unit in products if any(word.lower() in low for word in UNITS[unit].words)]
    rests = [low[found.end() :] for found in _PER.finditer(low)]
    if rests:
        under = [one for one in (*near, *TIMES) if any(rest.startswith(_names(one)) for rest in rests)]
        near += [f"{one}/{other}" for other in dict.fromkeys(under) for one in near if one != other]
    if "twice" in low or "thrice" in low:
        near.append("ratio")
    if _TIME.search(window):
        near.append("second")
    if _DECADE.match(window):
        near = []
    codes = {code for sign, meant in vocabulary.SIGNS.items() if sign in window for code in meant}
    codes |= {found[0] for found in _CODE.finditer(window)} & currency_codes()
    for found in _NAME.finditer(window):
        name = found[0].lower().split()
        full = (vocabulary.currency_names().get(" ".join(name[place:])) for place in range(len(name)))
        codes |= set(filter(None, full)) or set(vocabulary.currencies_called(name[-1]))
    places = ["rank"] if read_ordinal(text, start, len(text)) else []
    return [*dict.fromkeys([*near, *sorted(codes - set(CURRENCIES)), "number", *places, "date", "calendar year"])]
