"""The grammar of printed numbers: the parts of a cell, each read where the one before ended.

Belongs here: marks, signs, numbers, magnitudes, currencies, unit words and notes. Does not: the interval that a number
implies (quantity.py), numbers in words (numerals.py), days and times (dates.py), the words themselves (vocabulary.py,
currencies.py).
"""

import re
import unicodedata
from collections.abc import Iterable
from fractions import Fraction
from functools import cache, cached_property
from math import inf, prod
from typing import Any, NamedTuple, cast

from tidebook.pipelines.read.quantities import currencies, vocabulary
from tidebook.pipelines.read.quantities.context import STRICT, Context
from tidebook.pipelines.read.quantities.implied import HEDGES
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.pipelines.read.quantities.numerals import UnclearNumeralError, read_numeral, read_ordinal
from tidebook.pipelines.read.quantities.vocabulary import APOSTROPHES, BLANKS, DASHES
from tidebook.schemas.units import CURRENCIES, UNITS, UNSCALED, Unit, cached_by_unit, currency_codes, get_unit

LONGEST_TEXT = 200
"""Maximum characters of a text that is a quantity as a whole: a longer cell holds prose."""
MOST_DIGITS = 15
"""Maximum digits of a number: a float keeps any two decimals of this length apart, and not of a greater one."""
SMALLEST_POWER, LARGEST_POWER = -250, 300
"""Powers of ten of a last digit, well within the range of floats, so that ends half a unit away are floats, too."""


class QuantityError(ValueError):
    """A text that is not a quantity; `position` is the index of the character where reading stopped."""

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
        """What was expected, and why, for the report of a problem with a cell."""
        return f"{self.expected} ({self.reason})" if self.reason else self.expected


# Patterns. Each is matched at the reader's position; most skip leading blanks.

_B = f"[{BLANKS}]"
_NOT_A_WORD = r"(?![A-Za-z0-9À-ÖØ-öø-ž])"
MEASURE = "measure "
"""Begins the symbol of a measure of running text that is not a unit of figures; the words as printed follow."""
PRINTED_UNITS = ("percent", "ratio", "percentage point", "basis point")
"""Units that must be printed with the number or declared by its column."""
WHOLES = {"share": 1, "probability": 1, "percent": 100}
"""What a whole is, by the units in which a part of it may stand."""
PROPORTIONS = ("number", "share", "probability", "percent")
"""Units that may be printed as `one in five`."""


class _OnceUsed:
    """A pattern that is compiled when it is first used: to compile all takes half a second, and few runs use many."""

    def __init__(self, regex: str) -> None:
        self._regex = regex

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self._regex, re.ASCII)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(self._pattern, name)
        setattr(self, name, found)  # from now on without this function
        return found


def compiled(regex: str) -> re.Pattern[str]:
    """Return the pattern of a regex whose classes `\\d` and `\\w` are ASCII only."""
    return cast("re.Pattern[str]", _OnceUsed(regex))


def words(regex: str) -> str:
    """Make a regex of words ignore case and accept any blanks between them."""
    return f"(?i:{regex.replace(' ', f'{_B}+')})"


def _spellings(spelled: Iterable[str]) -> str:
    """Return a regex of alternative spellings; one with a capital letter is matched in this case only."""
    alternatives = []
    # Longest first: a regex takes the first alternative that matches, and `metres` begins with `m`.
    for spelling in sorted(spelled, key=len, reverse=True):
        quoted = re.escape(spelling).replace("\\ ", f"{_B}+")
        # Case tells units apart: MW is not mW.
        alternatives.append(quoted if any(map(str.isupper, quoted)) else f"(?i:{quoted})")
    return "|".join(alternatives)


_BLANKS = compiled(f"{_B}*")
# Names such as `dollars` are behind their number; only signs and codes are before it.
_OWN_BEFORE = [word for word in currencies.OWN_CURRENCIES if not word[-1].isalpha() or word.upper() in CURRENCIES]
# The group that matches names the hedge.
_MARK = compiled(
    "|".join(f"(?P<{hedge}>{signs}|{words(text)}(?={_B}))" for hedge, (signs, text) in vocabulary.HEDGES.items())
)
_MARK_BEFORE_CELL = compiled(
    "|".join(f"(?P<{hedge}>{words(text)}(?={_B}))" for hedge, text in vocabulary.HEDGES_BEFORE_CELLS.items())
)


def _after(hedges: dict[str, str]) -> re.Pattern[str]:
    """Return the pattern of words behind a number, such as `60 or so` or `60, give or take`."""
    joint = f"(?:{_B}+|,{_B}+(?=(?i:give|more)))"
    return compiled("|".join(f"{joint}(?P<{hedge}>{words(text)}){_NOT_A_WORD}" for hedge, text in hedges.items()))


_MARK_AFTER, _MARK_AFTER_CELL = _after(vocabulary.HEDGES_AFTER), _after(vocabulary.HEDGES_AFTER_CELLS)
_SUFFIX = compiled(f"-(?:(?P<odd>{words('odd|some(?:thing)?')})|(?P<about>{words('ish')})){_NOT_A_WORD}")
"""Marks that are joined to a number, before its unit: `60-odd companies`."""
_SUFFIX_IN_CELL = compiled(f"{_B}+(?P<odd>{words('odd')}){_NOT_A_WORD}|(?P<about>{words('ish')}){_NOT_A_WORD}")
_BY = "(?:by(?: the end of)?|before the end of)(?! the (?:start|beginning|end|middle))"
# Bounds of years only: `by 5 %` is a change.
_OF_YEARS = compiled(
    f"(?P<at_most>{words(f'{_BY}|until|no later than')}(?={_B}))"
    f"|(?P<less>{words('before')}(?={_B}))|(?P<over>{words('after|later than')}(?={_B}))"
    f"|(?P<at_least>{words('since|not before|no earlier than|from')}(?={_B})(?!.*{words(' to ')}))"
)
_ABOUT = compiled(f"{_B}+{words('about|around|roughly|some')}(?={_B})")
_BETWEEN = compiled(
    f"(?:{words('(?:anywhere|anything|somewhere|ranging) ')})?(?P<word>{words('|'.join(vocabulary.BETWEEN))}){_B}+"
)
_ONLY = compiled(
    words(
        "(?:only just|just|only|merely|fully|a total of|another|an additional|a (?:full|further|record)|in the range of"
        "|an? (?:mere|whopping|staggering|hefty|massive|meagre|paltry|modest|healthy|impressive|cool|round|tidy)"
        r"|in (?:a|the)(?= \S*[0-9]))(?= )"
    )
    + f"{_B}*"
)
"""Words before a number that leave its meaning as it is."""
_AVERAGE = compiled(words("(?:an? (?:average|mean|median) of|on average,?)(?= )") + f"{_B}*")
"""The same where a number is rounded anyway; that of whole things would not be exact."""
_A_GOOD = compiled(words("a good (?=[a-z])"))
_THE_MARK = compiled(f"{words('the (?=.*[0-9])')}(?=(?P<number>.*?){words(' mark')}{_B}*$)")
"""As in `past the 40% mark`."""
_LASTING = compiled(words("(?:in|for|lasting)(?= )") + f"{_B}*")
_PAST = compiled(words("(?:in|for|over|during) the (?:past|last|next|previous)(?= )") + f"{_B}*")
"""The same before a duration."""
# Both a hyphen and the minus sign U+2212 are printed as minus.
_SIGN = compiled(f"{_B}*(?:(?P<sign>[+−-])|(?P<word>{words(vocabulary.NEGATIVE)})(?={_B}))")
_CURRENCY_BEFORE = compiled(f"{_B}*(?P<currency>{_spellings(_OWN_BEFORE)})(?![A-Za-z])")
_CURRENCY_AFTER = compiled(f"(?:{_B}*|-)(?P<currency>{_spellings(currencies.OWN_CURRENCIES)}){_NOT_A_WORD}")
_OTHER_SIGN = compiled(
    f"{_B}*(?P<currency>{'|'.join(map(re.escape, sorted(currencies.SIGNS, key=len, reverse=True)))})(?![A-Za-z])"
)
# Any three capitals: whether they are a code is looked up, so that a wrong currency is named in the error.
_OTHER_CODE = compiled(f"{_B}*(?P<currency>[A-Z]{{3}})(?![A-Za-z])")
# At most three words before the noun, as in `Bosnia and Herzegovina marks`; fewer are tried first.
_OTHER_NAME = compiled(
    f"{_B}*(?P<currency>(?:[A-Za-z-]+{_B}){{0,3}}?{words(f'(?:{currencies.MONEY_NOUNS})')}){_NOT_A_WORD}"
)
_CODE_AND_SIGN = compiled(f"{_B}*(?P<code>[A-Z]{{3}}){_B}?(?P<sign>[$£¥€])")
_TIMES_BEFORE = compiled(f"{_B}*[xX×]")
# Letters keep their case: `m` and `M` are both million, but `mM` is not a magnitude. A hyphen needs a whole word
# behind it, as in `5-million`.
_MAGNITUDE = compiled(
    f"(?:{_B}*|-(?=[A-Za-z]{{4}}))(?P<magnitude>{words('thousand|lakh|million|crore|billion|trillion|bn|mn|tn|bln|tln|trn')}|MM|mm|[KkMmBbTt])"
    f"{_NOT_A_WORD}"
)
_MANY_WORDS = "1,?000|10,?000|100,?000|1,000,000|(?:(?:a|one|100) )?(?:thousand|million)"
_PEOPLE = "people|persons|inhabitants|residents|population|adults|children|women|men|(?:live )?births"
_PER_MANY = compiled(
    f"{_B}*(?P<sign>‰|(?:ppm|ppb){_NOT_A_WORD})"
    f"|{words(f' (?:per|(?:in|out of|for) every|in|out of) (?P<many>{_MANY_WORDS})')}(?![0-9,])"
    f"(?:{words(f' (?:{_PEOPLE})')})?"
)
"""What makes `3.2 per 1,000 people` a share."""
_MANY = {"‰": 3, "ppm": 6, "ppb": 9, "thousand": 3, "100 thousand": 5, "million": 6}
"""The powers of ten of wholes in words, such as the 3 of `per thousand`."""
_PART = compiled(words("(?:one|1) in .*|.* out of .*|.* (?:in|of) every .*"))
"""Proportions that are clear in running text, where `3 in 10` may also mean three of something in ten of another."""
_BEFORE_PART = compiled(
    rf"(?:^|[.,;:!?(\[—–\"“”]){_B}*$|"
    + words(
        r"(?:^|(?<![A-Za-z]))(?:and|or|but|that|where|while|whereas|when|if|because|as|with|for|to|than|by|is|are|was"
        r"|were|about|around|approximately|roughly|some|nearly|almost|only|just|over|under|least|most|up to) $"
    )
)
_BEHIND_PART = compiled(f"{_B}+[a-z]")
"""Words around `3 in 10` that make it a proportion: a conjunction or the like, and what there are three in ten of."""
# `3 million and` may begin a longer number: three million and twenty.
_MILLIONS_AND = compiled(f"[0-9.,]+{_B}{words('(?:thousand|lakh|million|crore|billion|trillion) and ')}")
# The last `of` belongs to `thousands of people`, where the unit follows.
_VAGUE = compiled(
    f"{_B}*(?:(?:{words('(?:many|several) ')})?"
    f"(?P<many>{words('tens|dozens|hundreds|thousands|millions|billions|trillions')})"
    f"|{words('(?:(?P<a_few>a few)|(?P<couple>a couple of)|several) ')}"
    f"(?P<few>{words('hundred(?: (?:thousand|million|billion))?|thousand|million|billion|trillion')}))"
    f"{_NOT_A_WORD}(?:{words(' of ')}(?P<more>{words('thousands|millions|billions|trillions')}){_NOT_A_WORD})?"
    f"(?:{words(' of')}(?={_B}+[A-Za-z]))?"
)
_AND_CENTS = compiled(f"{_B}+(?:{words('and ')})?")
_CENTS = compiled("(?P<cents>[0-9]{1,2})(?![0-9])")
_CENT_WORDS = {code: compiled(f"{_B}*{words(f'(?:{names})')}{_NOT_A_WORD}") for code, names in currencies.CENTS.items()}
_POINT = compiled(r"\.")
# `5+3` is a sum, and `+/-` an error.
_PLUS = compiled(rf"\+(?![0-9/])|-(?i:plus){_NOT_A_WORD}")
# Blanks are on both sides of a dash or on neither: `5 -3` has a sign. Two dashes are not a range.
_DASH = compiled(f"(?:[{DASHES}]|{_B}+[{DASHES}]{_B}+)(?=[^+−{DASHES}{BLANKS}])")
_TO = compiled(f"-?{words('(?: up)? to ')}")  # `two- to threefold`
_TO_IN_CELL = compiled(f"-{words('to')}-|{words(' (?:through|thru) ')}")
_OR = compiled(rf"{words(' or ')}(?=[0-9]|{words('|'.join((*vocabulary.SMALL, *vocabulary.TENS)))}(?![A-Za-z]))")
_AND = compiled(words(" and "))
_RANGE_ENDING = compiled(rf",?{_B}+{words('inclusive|range|bracket|area')}{_NOT_A_WORD}|{_B}*\({words('inclusive')}\)")
_AND_BOUND = compiled(f"(?:,?{words(' (?:but|and|yet|or|nor) ')}|,{_B}+)")
"""Between two bounds, as in `more than 20 but fewer than 30`."""
_ERROR = compiled(rf"{_B}*(?:±|\+/[−-]){_B}*|,?{words(' (?:give or take|plus(?: or |/)minus) ')}(?=\S*[0-9])")
# Digits only, as in `1.25(3)`; what they mean is checked by `take_error`.
_ERROR_BEHIND = compiled(rf"{_B}*\((?P<error>[0-9]*[.,]?[0-9]+)\)")
_ERROR_ENCLOSED = compiled(rf"{_B}*\({_B}*(?:±|\+/[−-]){_B}*")
_NEGATIVE_PERCENT = rf"\((?=[0-9][0-9.,]*{_B}?\){_B}?%)"
"""The parenthesis before a fall as accounts print it: `(115)%`."""
_ENCLOSED_PERCENT = compiled(_NEGATIVE_PERCENT)
_OPEN, _CLOSE = compiled(rf"{_B}*\("), compiled(rf"{_B}*\)")
# As British papers print it: `up 5pc`. In a cell it may be pieces.
_PC = compiled("pc(?![A-Za-z0-9])")
_PCT = compiled(rf"{_B}*(?i:pct)(?![A-Za-z0-9])\.?")
_OF_A_WHOLE = compiled(words(" of (?:an?|the|all|its|their|our|every|those|these)") + _NOT_A_WORD)
_ENCLOSED_DIGITS = compiled(rf"\((?=[0-9][0-9.,]*{_B}?\))")
# The point of `est.` may end a sentence, but no letter may follow: `estimates` says something else.
_ESTIMATED = compiled(
    rf"{_B}*\({_B}*{words(vocabulary.ESTIMATED)}{_B}*\)|(?:{_B}*,{_B}*|{_B}+){words(vocabulary.ESTIMATED)}(?![A-Za-z0-9.])"
)
# No parentheses or angle brackets inside: those would be markup, or a second note.
_NOTE = compiled(rf"{_B}*\((?P<note>[^()<>]*)\)")
_FOOTNOTE = compiled(rf"(?:{_B}*(?:\*+|[†‡§¶]+)|{words(vocabulary.FOOTNOTES)})(?![A-Za-z0-9])")
_MISSING = compiled(rf"{words(vocabulary.MISSING)}(?:{_B}*\((?P<note>[^()<>]*)\))?$")
# `half a million` is read by then: this is the article of a unit, as in `half of a year`.
_ARTICLE = compiled(words(r"(?: of)? an?(?= )"))
_TWICE = compiled(f"{_B}*(?P<word>{words('twice|thrice')}){_NOT_A_WORD}")
# Verbs and `-fold` only where the whole cell is the number: a sentence may double something else.
_FOLD = "|".join((*vocabulary.SMALL, *vocabulary.TENS, "hundred", "thousand", r"[1-9][0-9]{0,3}(?:\.[0-9]+)?"))
_VERBS = f"twice|thrice|(?:{'|'.join(vocabulary.MULTIPLES)})(?:e[ds]?|ing)?"
_MULTIPLE = compiled(
    f"{_B}*(?:{words('an? ')})?(?:(?P<word>{words(_VERBS)})"
    f"|(?P<number>{words(f'(?:{_FOLD})')})[-{BLANKS}]?(?i:fold)){_NOT_A_WORD}"
    f"(?:{words(' (?:increase|rise|growth|gain|jump)')})?"
)
_FACTOR_OF = compiled(f"{_B}*{words('(?:by )?a factor of ')}")
_AS_MANY = compiled(
    f"{words(' (?:as (?!of |an? |the )[a-z]+(?: as)?|the (?:number|size|price|amount|rate))')}{_NOT_A_WORD}"
    f"|(?P<more>{words(' (?:more|higher|larger|greater|bigger|longer|faster)(?: than)?')}){_NOT_A_WORD}"
)
SECONDS = {
    **{"second": Fraction(1), "minute": Fraction(60), "hour": Fraction(3600), "day": Fraction(86400)},
    **{"week": Fraction(7 * 86400), "month": Fraction(86400) * Fraction(1461, 48)},
    "year": Fraction(86400) * Fraction(1461, 4),
}
"""Units of durations, in seconds. A year has 365.25 days, a month is a twelfth of it."""
TIME_WORDS = {
    **SECONDS,
    **{"fortnight": 14 * SECONDS["day"], "decade": 10 * SECONDS["year"], "century": 100 * SECONDS["year"]},
}
TIME_WORDS |= {f"{word}s": size for word, size in TIME_WORDS.items()} | {"centuries": TIME_WORDS["century"]}
_TIME_WORD = compiled(f"(?:{_B}*|-)(?P<time>{words('|'.join(sorted(TIME_WORDS, key=len, reverse=True)))}){_NOT_A_WORD}")
_PARTED = compiled(
    f"(?P<of>{words(' of')})?(?P<the>{words('(?: all)?(?: the| these| those| its| their| our)?')})"
    f"(?P<noun>{words('(?: [a-z][a-z-]*){1,3}')}){_B}*$"
)
_NOT_PARTED = {*TIME_WORDS, *vocabulary.VAGUE_WORDS, *vocabulary.MAGNITUDE_WORDS, "percent", "percentage", "point"}
"""What a share may be of, such as `of the companies`, but for what makes another number of it, as in `half a year`."""
_AN = compiled(words("an?(?: single)?(?= )"))
_AND_A_HALF = compiled(f"{words(' and a half')}{_NOT_A_WORD}")
_BARE_POINTS = compiled(f"(?:{_B}*|-)(?P<points>{words('points?|pts?')}){_NOT_A_WORD}")
"""Percentage points where a whole cell is in them; in running text they may be those of a game or an index."""
_POINTS = {
    "percentage point": ("basis point", Fraction(1, 100)),
    "basis point": ("percentage point", Fraction(100)),
}
"""The other unit of a difference of percentages, and the factor from it."""
_YEAR_NUMBER = compiled("[0-9]{4}(?![0-9])")
_YEAR_BEFORE = compiled("(?<![0-9.,])(?:19|20)[0-9]{2}$")
LONGEST_YEAR = len("2024\n")
"""Maximum characters of a year before a position."""
# A power without a factor; `2 x 10^5` is an exponent of a number.
_TEN_RAISED = compiled(r"10(?:\^(?P<raised>[+−-]?[0-9]{1,4})|(?P<superscript>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,4}))")
_VULGAR = compiled(f"(?P<vulgar>[{''.join(vocabulary.VULGAR)}])")
# No point, comma or slash behind it: `1/2/2024` is a date.
_SLASHED = compiled(r"(?P<over>[0-9]{1,4})(?P<stroke>[/⁄])(?P<under>[1-9][0-9]{0,3})(?![0-9/,.])")
# A blank parts the fraction, for `73/8` is another number; a sign such as ¾ needs none.
_OVER = compiled(
    rf"(?:{_B}(?:(?i:and){_B})?(?P<over>[1-9][0-9]?)/(?P<under>[1-9][0-9]?)(?![0-9/])|{_B}?(?P<vulgar>[{''.join(vocabulary.VULGAR)}]))"
)
# Words in a note that would change the number: it would be read wrongly, so that it is refused.
_NOTE_THAT_COUNTS = re.compile(
    r"\b(?:est|estimat\w*|approx\w*|at least|at most|up to|or more|or less|min|minimum|max|maximum"
    r"|negative|loss|hourly|daily|weekly|monthly|quarterly"
    r"|hundreds?|thousands?|millions?|billions?|trillions?|bn|mn|tn|dollars?|euros?|pounds?|yen|yuan|francs?|rupees?"
    r"|usd|eur|gbp|jpy|cny|rmb|cad|aud|nzd|chf|inr|krw|sek|nok|dkk|sgd|hkd|brl)\b",
    re.IGNORECASE,
)
# Cells that tables print often, and that have a meaning only by declaration.
_UNCLEAR = (
    (compiled(rf"[{DASHES}−]+{_B}*$"), "a dash: missing, or nothing? its column declares which"),
    (compiled(rf"\({_B}*\W?{_B}*[0-9.,]+%?{_B}*\)"), "in parentheses: negative, or not? its column declares which"),
)
_NUMBERLESS = compiled(
    words(
        "(?:(?:the|an?) )?(?:(?:tiny|small|large|big|huge|fair|good|sizeable|sizable|substantial|significant) )?"
        "(?:lion['’]s share|bulk|fraction|share|part|portion|proportion|number|majority|minority|plurality|sliver)|many"
        "|countless|numerous|plenty|lots|umpteen|(?:a )?myriad|next to nothing|several|a few|few|some|a lot"
    )
    + _NOT_A_WORD
)
_MONEY = _spellings((*currencies.OWN_CURRENCIES, *currencies.SIGNS))
MONEY_AHEAD = compiled(f"(?:(?:[A-Z]{{3}}{_B}?)?(?:{_MONEY})|[A-Z]{{3}}{_B})")
NUMBER_AHEAD = compiled(
    rf"[+−-]?{_B}?(?:{MONEY_AHEAD.pattern}{_B}?(?:\((?=[0-9][0-9.,]*{_B}?\)))?)?[+−-]?\.?[0-9{''.join(vocabulary.VULGAR)}]"
    f"|{_NEGATIVE_PERCENT}|{words('|'.join(vocabulary.NUMERAL_STARTS))}(?![A-Za-z])"
)
"""The beginning of a number in running text."""


@cache
def _number(decimal: str, grouping: str, padded: bool) -> re.Pattern[str]:
    """Return the pattern of a number in digits for the declared signs."""
    # Undeclared, either sign and thin blanks may group thousands, but not the sign of decimals.
    undeclared = ",.".replace(decimal or ".", "") + "\u00a0\u2009\u202f"
    alike = {" ": BLANKS} | dict.fromkeys(APOSTROPHES, APOSTROPHES)
    groups = alike.get(grouping, grouping) if grouping else undeclared
    # A group `spaced` is always defined, so that the match has it; `(?!)` never matches.
    spaced = "|(?P<spaced>(?!))" if grouping else r"|(?P<spaced>[1-9][0-9]{0,2}(?: [0-9]{3})+)(?![0-9])"
    whole = "[0-9]+" if padded else "0|[1-9][0-9]*"
    point = re.escape(decimal or ".")
    return compiled(
        rf"{_B}*(?:(?P<grouped>[1-9][0-9]{{0,2}}(?P<mark>[{re.escape(groups)}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*)"
        rf"{spaced}|(?P<digits>{whole}|(?={point}[0-9])))(?:{point}(?P<fraction>[0-9]+))?"
        rf"(?P<scientific>[eE](?P<e>[+−-]?[0-9]+)"
        rf"|{_B}?[xX×·⋅*]{_B}?10(?:\^(?P<raised>[+−-]?[0-9]+)|(?P<superscript>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<lost>[−-][0-9]+)))?"
    )


@cached_by_unit
def _unit_words(symbol: str) -> re.Pattern[str] | None:
    """Return the pattern of a unit's words; None for a unit without words."""
    if symbol.startswith(MEASURE):
        return compiled(f"(?:{_B}*|-){re.escape(symbol.removeprefix(MEASURE))}{_NOT_A_WORD}")
    spellings = UNITS[symbol].words if symbol in UNITS else ()
    if not spellings:
        return None
    # A hyphen joins only words of three letters and more: `5-year`, but not `5-m`.
    return compiled(f"(?:{_B}*|-(?=[A-Za-z]{{3}}))(?:{_spellings(spellings)}){_NOT_A_WORD}")


@cached_by_unit
def _words_of_other_units(symbol: str) -> frozenset[str]:
    """Return the words of all units but one, in small letters."""
    words_of_all = {word.lower() for unit in UNITS.values() for word in unit.words}
    own = UNITS[symbol].words if symbol in UNITS else ()
    return frozenset(words_of_all.difference(map(str.lower, own)))


def _takes_scale(unit: Unit) -> bool:
    """Whether "in millions" may apply to a unit: it applies to money and to sums without an upper bound."""
    return unit.upper == inf and not unit.price and unit.symbol not in (*PRINTED_UNITS, "rank", "second", "share")


def examples(unit: Unit) -> tuple[str, ...]:
    """Return texts that can be read in `unit`, for messages and documentation."""
    if unit.currency:
        return _examples_of_money(unit)
    if unit.whole and unit.words:
        return "12", "100,000", "8K+"
    if unit.examples:
        return unit.examples
    if unit.upper == inf:
        return "2.1e25", "12", "8K+"
    if unit.upper == 1:
        return "0.85", "~0.5", "0.1–0.2"
    # A bounded scale without examples of its own: numbers near its top, as people report them.
    low, some, more, high = (f"{unit.lower + part * (unit.upper - unit.lower):.4g}" for part in (0.8, 0.84, 0.875, 0.9))
    return more, f"~{some}", f"{low}–{high}"


def _examples_of_money(unit: Unit) -> tuple[str, ...]:
    code = unit.currency or ""
    sign = CURRENCIES[code][0] if code in CURRENCIES else f"{code} "
    if unit.price:
        return f"{sign}5.00", f"~{sign}0.15", f"{sign}2–4"
    return f"{sign}35B", f"{sign}1.2M+", f"{sign}2–4B"


@cached_by_unit
def _expected(symbol: str) -> str:
    if symbol.startswith(MEASURE):
        return "a number"
    unit = get_unit(symbol)
    if unit.currency:
        noun = f"{'a price' if unit.price else 'an amount'} in {symbol}"
    elif unit.words and not unit.words[0].startswith("per "):
        noun = unit.noun or f"a number of {unit.words[0]}"
    else:
        noun = unit.noun or f"a number ({unit.meaning})"
    return f"{noun} such as {', '.join(examples(unit))} or N/A (reason)"


# The reader and the functions that take the parts of a cell.


class Reader:
    """A position in a text that is read in one unit and context.

    Attributes:
        seen: The text as patterns see it: blanks for markup, ASCII digits for a declared script. It is as long as the
            text, so that positions in one are positions in the other.
        whole: Whether the whole text must be the quantity; otherwise, reading stops where the quantity ends.
        single: Whether `to` begins no range: in running text it may name what something changed to.
        falls: Whether the number is by how much something fell.
        unit_seen: Whether the unit is printed or declared.
        scale: The declared power of ten, 0 where it does not apply to the unit.
    """

    __slots__ = ("context", "end", "falls", "position", "scale", "seen", "single", "text", "unit", "unit_seen", "whole")

    def __init__(self, text: str, unit: Unit, context: Context = STRICT, start: int = 0, whole: bool = True) -> None:
        self.text = text
        self.unit = unit
        self.context = context
        self.whole = whole
        self.single = False
        self.falls = False
        self.unit_seen = context.unit == unit.symbol or context.currency == unit.currency
        self.scale = context.scale if _takes_scale(unit) else 0
        self.position = start
        self.seen = text
        self.end = len(text.rstrip(BLANKS))
        if whole:
            self._check_characters()
        if "[" in text or "<" in text:
            # As many blanks as characters: positions must stay.
            self.seen = vocabulary.MARKUP.sub(lambda found: " " * len(found[0]), text)
            self.end = len(self.seen.rstrip(BLANKS))
        if context.digits:
            self.seen = self.seen.translate(str.maketrans(vocabulary.DIGITS[context.digits], "0123456789"))
        self.take(_BLANKS)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match a pattern at the position and move behind it; without a match, stay and return None."""
        found = pattern.match(self.seen, self.position, self.end) if self.position < self.end else None
        if found is not None:
            self.position = found.end()
        return found

    def error(self, reason: str = "", position: int | None = None) -> QuantityError:
        """Return the error for a text that cannot be read from `position` on, by default from the current one."""
        where = self.position if position is None else position
        while where < self.end and self.seen[where] in BLANKS:
            where += 1
        if not reason:
            rest = self.text[where : min(self.end, where + 12)]
            reason = f"{rest!r} does not belong here" if rest else "the text ends too soon"
        return QuantityError(self.text, _expected(self.unit.symbol), where, reason)

    def no_number(self) -> QuantityError:
        """Return the error for a missing number; signs without one, such as a dash, have their own reason."""
        if self.whole and _NUMBERLESS.match(self.seen, self.position, self.end):
            return self.error("words that say no number")
        for pattern, reason in _UNCLEAR:
            if pattern.match(self.seen, self.position, self.end):
                return self.error(reason)
        if self.whole and (found := _UNCLEAR[0][0].match(self.seen, 0, self.end)):
            return self.error(_UNCLEAR[0][1], found.start())
        return self.error()

    def _check_characters(self) -> None:
        """Refuse a text that is too long, empty, or has characters that nobody sees."""
        text = self.text
        if len(text) > LONGEST_TEXT:
            raise self.error(f"longer than {LONGEST_TEXT} characters", LONGEST_TEXT)
        if self.end == 0 and "" not in self.context.missing:
            raise self.error("the text is empty")
        if text.isascii() and text.isprintable():
            return  # fast path: nearly every cell
        for position, character in enumerate(text):
            if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
                raise self.error(f"a control or unassigned character U+{ord(character):04X}", position)


ONE = Fraction(1)


class Amount(NamedTuple):
    """One number as printed: `digits` / `denominator` × 10^`power`. Its last digit counts 10^`power`.

    The number stays exact until `number`, so that its bounds are rounded only once.

    Attributes:
        decimals: The number of printed decimals.
        magnitude: The part of `power` that K, million and so on contribute.
        word: Whether the number is in words.
        loose: Whether it is a fraction in words, which people use for what is near.
        form: "multiple" or "times more" for words such as `doubled`, "factor" for `2.5-fold`, "fraction" for `2/3`,
            else "".
        factor: By what the printed unit has to be multiplied, as for cents in dollars and years in months.
        plain: Whether it is a whole number without magnitude, exponent or fraction.
        scientific: Whether it has an exponent.
        start: Its position in the text.
        signed: Whether it has a sign.
        leading_unit, trailing_unit: Whether its unit is printed before and behind it.
        plus: The position of a `+` behind it, None without one.
        mark: The hedge joined to it, such as "odd" in `60-odd`, "" without one.
    """

    digits: int
    power: int
    denominator: int = 1
    decimals: int = 0
    magnitude: int = 0
    word: bool = False
    loose: bool = False
    form: str = ""
    factor: Fraction = ONE
    plain: bool = True
    scientific: bool = False
    start: int = 0
    signed: bool = False
    leading_unit: bool = False
    trailing_unit: bool = False
    plus: int | None = None
    mark: str = ""

    def number(self, halves: int = 0) -> float:
        """Return the nearest float to the number plus `halves` times half of its last digit."""
        if self.denominator == 1 and self.factor == 1:
            # Parsing a decimal text rounds once; a product with a power of ten would round twice.
            return float(f"{10 * self.digits + 5 * halves}e{self.power - 1}")
        return float(self.exact() + halves * self.half())

    def exact(self) -> Fraction:
        """Return the number as a fraction."""
        return self._times(self.digits, self.denominator)

    def half(self) -> Fraction:
        """Return half a unit of its last digit."""
        return self._times(1, 2 * self.denominator)

    def _times(self, over: int, under: int) -> Fraction:
        """Return over / under × 10^power in the reader's unit."""
        # One fraction rather than a product of three: each costs more than the rest of a cell.
        if self.power >= 0:
            number = Fraction(over * 10**self.power, under)
        else:
            number = Fraction(over, under * 10**-self.power)
        return number if self.factor == 1 else self.factor * number

    @property
    def has_unit(self) -> bool:
        """Whether its unit is printed with it."""
        return self.leading_unit or self.trailing_unit

    def is_whole(self) -> bool:
        """Whether the number has no fractional part."""
        is_plain = self.power >= 0 and self.denominator == 1 and self.factor == 1
        return is_plain or self.exact().denominator == 1


def take_missing(reader: Reader) -> str | None:
    """Read a missing value and return its reason, "" without one; None if the cell holds a value.

    Raises:
        QuantityError: the reason has no words.
    """
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
    """Whether the text is a mark that its column declares as zero."""
    return bool(reader.context.nil) and _without_sign(reader) in reader.context.nil


def _without_sign(reader: Reader) -> str:
    """Return the text without outer blanks, currency sign and percent sign: `$ —` has the mark of `—`."""
    start = reader.position
    if reader.unit.currency:
        currency = _CURRENCY_BEFORE.match(reader.seen, start, reader.end)
        start = currency.end() if currency else start
    text = reader.seen[start : reader.end].strip(BLANKS)
    return text.rstrip(f"%{BLANKS}") if reader.unit.symbol == "percent" else text


def take_hedge(reader: Reader) -> str:
    """Read the word before a number: return its name in `implied.HEDGES`, "between" before a range, or ""."""
    found = _take_mark(reader)
    if found is None:
        if reader.whole and _take_a_good(reader):
            return "plus"
        return "between" if reader.take(_BETWEEN) else ""
    if reader.whole:
        reader.take(_BLANKS)
        if mark := reader.take(_THE_MARK):
            reader.end = mark.end("number")
    hedge = str(found.lastgroup)
    if HEDGES[hedge] != "estimate":
        reader.take(_ABOUT)  # `up to about 300` says no less about its top than `up to 300`
    return hedge


def _take_mark(reader: Reader) -> re.Match[str] | None:
    """Read the sign or words of a hedge, named by its regex group; in a whole cell, those for cells too."""
    if reader.unit.symbol in UNSCALED and (of_years := reader.take(_OF_YEARS)):
        return of_years
    if not reader.whole:
        return reader.take(_MARK)
    _take_idle_words(reader)
    return reader.take(_MARK) or reader.take(_MARK_BEFORE_CELL)


def _take_a_good(reader: Reader) -> bool:
    """Take the `good` of `a good dozen`, a dozen or more, and leave the article, which belongs to the number."""
    found = _A_GOOD.match(reader.seen, reader.position, reader.end)
    if found is None:
        return False
    start = reader.position + 1
    # As many blanks as characters: positions must stay.
    reader.seen = reader.seen[:start] + " " * (found.end() - start) + reader.seen[found.end() :]
    return True


def _take_idle_words(reader: Reader) -> None:
    """Take words before a number that leave its meaning as it is."""
    is_duration = reader.unit.symbol in SECONDS
    if is_duration and reader.take(_PAST):
        return
    start = reader.position
    reader.take(_ONLY)
    if not reader.unit.count:
        reader.take(_AVERAGE)
    if is_duration:
        reader.take(_LASTING)
    # `just over` is a hedge, and `in the region of` another.
    if _MARK.match(reader.seen, start, reader.end):
        reader.position = start


KINDS = HEDGES | {"range": "estimate"}
"""The kind of number that a hedge makes, or the dash of a range."""


def add_hedge(reader: Reader, hedges: list[str], hedge: str, position: int) -> None:
    """Add a hedge. Raises QuantityError if an earlier one makes another kind of number."""
    if any(KINDS[earlier] != KINDS[hedge] for earlier in hedges):
        raise reader.error("two marks that disagree", position)
    hedges.append(hedge)


def take_vague(reader: Reader, hedges: list[str]) -> Interval | None:
    """Read `thousands`, `tens of millions` or `a few million`; None if the text is not vague."""
    start = reader.position
    found = reader.take(_VAGUE) if reader.unit.symbol != "calendar year" else None
    if found is None:
        return None
    allowed = _vague(reader, found)
    plus = _tail(reader).plus
    if plus is not None and found["few"]:
        raise reader.error("two marks that disagree", plus)
    if plus is not None:
        allowed = Interval(allowed.low, inf)
    add_hedge(reader, hedges, "range" if plus is None else "plus", start)
    if reader.unit.symbol in PRINTED_UNITS or reader.unit.price:
        check_unit_seen(reader)
    check_bounds(reader, allowed.low, start)
    return allowed


def _vague(reader: Reader, found: re.Match[str]) -> Interval:
    """Return what vague words allow: two to ten of what they name, `a few` two to seven, a couple of them about two."""
    many, few, more = found["many"], found["few"], found["more"]
    if few and more:
        raise reader.error("", found.start("more"))
    if few:
        # `A few hundred thousand` names both words in the singular, the vocabulary has plurals.
        one = float(prod(vocabulary.VAGUE_WORDS[f"{word}s"] for word in few.lower().split()))
        if found["couple"]:
            # Two, by a factor of 1.25 either way.
            return Interval(1.6 * one, 2.5 * one)
        return Interval(2 * one, (7 if found["a_few"] else 10) * one)
    one = float(vocabulary.VAGUE_WORDS[more.lower()]) if more else 1.0
    least = vocabulary.VAGUE_WORDS[many.lower()]
    # The next power of ten has its own word.
    return Interval(2 * least * one, float(10 ** len(str(least))) * one, high_open=True)


class _Front(NamedTuple):
    """What comes before the digits of a number: whether it has a sign, a minus, an open parenthesis, a unit."""

    signed: bool
    negative: bool
    enclosed: bool
    has_unit: bool


class _Tail(NamedTuple):
    """What follows a number: a plus by its position, a hedge, whether there is a unit, the factor to the reader's."""

    plus: int | None
    mark: str
    has_unit: bool
    factor: Fraction


def take_amount(reader: Reader) -> Amount:
    """Read one number with its sign, currency, magnitude, plus and unit words.

    Raises:
        QuantityError: there is no number, or it can be read in more than one way.
    """
    start = reader.position
    front = _front(reader)
    amount = _take_number(reader, front.has_unit)
    _check_thousands(reader, amount, start)
    tail = _tail(reader, amount.loose)
    if tail.has_unit and reader.unit.currency and not (front.has_unit or amount.magnitude):
        amount = _with_magnitude(reader, amount)  # `75 USD million`
    if front.enclosed:
        amount, tail = _behind_parenthesis(reader, amount, tail, start)
    amount = _in_unit(reader, amount, front, tail, start)
    return amount._replace(
        digits=-amount.digits if front.negative else amount.digits,
        start=start,
        signed=front.signed,
        leading_unit=front.has_unit,
        trailing_unit=tail.has_unit,
        plus=tail.plus,
        mark=amount.mark or tail.mark,
    )


def _in_unit(reader: Reader, amount: Amount, front: _Front, tail: _Tail, start: int) -> Amount:
    """Return a number in the reader's unit, given the marks around its digits."""
    _check_quarter(reader, amount, tail, start)
    has_unit = front.has_unit or tail.has_unit
    amount = _as_multiple(reader, amount, has_unit)
    if tail.factor is not ONE:
        amount = amount._replace(factor=amount.factor * tail.factor)
    if amount.loose and reader.whole:
        amount = _as_part(reader, amount, tail.has_unit)
    if front.has_unit and tail.has_unit and reader.unit.symbol == "ratio":
        raise reader.error("x on both sides")
    amount = _as_declared(reader, amount, start, tail.has_unit)
    return _with_cents(reader, amount) if has_unit else amount


def _check_quarter(reader: Reader, amount: Amount, tail: _Tail, start: int) -> None:
    """Refuse `a quarter` as a duration, unless its unit is printed."""
    is_quarter = amount.loose and amount.denominator == 4
    if is_quarter and reader.unit.symbol in SECONDS and not tail.has_unit:
        raise reader.error("a quarter of one, or three months?", start)


def _as_part(reader: Reader, amount: Amount, has_unit: bool) -> Amount:
    """Read a fraction in words of a whole: `a third` is 33.3 percent, and as a ratio half is that of another number.

    `half a percent` has its unit.
    """
    if reader.unit.symbol == "ratio":
        reader.unit_seen = True
    if reader.unit.symbol != "percent" or has_unit:
        return amount
    reader.unit_seen = True
    return amount._replace(factor=Fraction(100))


def _front(reader: Reader) -> _Front:
    """Read sign, currency and open parenthesis, in either order: `-$5`, `$-5`, `$(5)`, `($5)`."""
    start = reader.position
    sign = reader.take(_SIGN)
    has_unit = _leading_unit(reader)
    if has_unit and sign is None:
        sign = reader.take(_SIGN)
    is_enclosed = _opens_negative(reader, has_unit and sign is None)
    if is_enclosed:
        if sign:
            raise reader.error("a sign and parentheses", start)
        has_unit = has_unit or _leading_unit(reader)
    is_minus = sign is not None and sign["sign"] != "+"
    return _Front(sign is not None, is_enclosed or is_minus, is_enclosed, has_unit)


def _opens_negative(reader: Reader, behind_unit: bool) -> bool:
    """Take the parenthesis that opens a negative number; `behind_unit` tells that a unit without sign is before it."""
    if behind_unit and not reader.whole and reader.unit.currency is not None:
        # `$(3.2) million` is a loss, while parentheses around the whole amount may be an aside.
        return reader.take(_ENCLOSED_DIGITS) is not None
    if reader.unit.symbol == "percent" and reader.take(_ENCLOSED_PERCENT):
        return True
    return reader.context.parentheses == "negative" and reader.take(_OPEN) is not None


def _close_negative(reader: Reader, start: int) -> None:
    """Take the parenthesis that closes a negative number."""
    if not reader.take(_CLOSE):
        raise reader.error()
    # A column may declare both: `(1)` as a footnote, and parentheses as negative.
    if reader.seen[start : reader.position].strip(BLANKS) in reader.context.footnotes:
        raise reader.error("a negative number, or a footnote?", start)


def _take_number(reader: Reader, leading_unit: bool) -> Amount:
    """Read the number itself, with its magnitude."""
    start = reader.position
    reader.take(_BLANKS)
    amount = _number_of_unit(reader)
    if amount is not None:
        return amount
    amount = _in_words(reader, leading_unit) or _in_digits(reader, start)
    if amount.magnitude:  # in words, such as `two million`
        return amount._replace(plain=False)
    mark = _suffix(reader)
    magnitude = _magnitude(reader, amount.scientific)
    plain = amount.plain and not magnitude
    return amount._replace(power=amount.power + magnitude, magnitude=magnitude, plain=plain, mark=mark)


def _suffix(reader: Reader) -> str:
    """Take a mark that is joined to a number; return the hedge that it is, "" without one."""
    found = reader.take(_SUFFIX) or (reader.take(_SUFFIX_IN_CELL) if reader.whole else None)
    return str(found.lastgroup) if found else ""


def _number_of_unit(reader: Reader) -> Amount | None:
    """Read a number that only its unit has: a year, a place in an order, `twice`."""
    match reader.unit.symbol:
        case "calendar year":
            year = reader.take(_YEAR_NUMBER)
            if year is None:
                raise reader.error()
            return Amount(int(year[0]), 0)
        case "rank":
            ordinal = read_ordinal(reader.seen, reader.position, reader.end)
            if ordinal is not None:
                rank, reader.position = ordinal
                return Amount(rank, 0)
        case "ratio" | "percent":
            return _take_multiple(reader)
    return _one_of_unit(reader) if reader.whole else None


def _one_of_unit(reader: Reader) -> Amount | None:
    """Read the article of `a decade` or `a dollar` as one, and `a year and a half` as one and a half."""
    start = reader.position
    if not reader.take(_AN):
        return None
    after = reader.position
    has_unit = _trailing_unit(reader) or _other_unit(reader) != 1
    has_half = has_unit and reader.take(_AND_A_HALF)
    if has_half:
        # The unit that is before the half is read now; nothing may follow.
        reader.position = after
        factor = ONE if _trailing_unit(reader) else _other_unit(reader)
        reader.take(_AND_A_HALF)
        return Amount(3, 0, denominator=2, word=True, loose=True, plain=False, factor=factor, trailing_unit=True)
    reader.position = after if has_unit else start
    return Amount(1, 0, word=True) if has_unit else None


def _take_multiple(reader: Reader) -> Amount | None:
    """Read `twice`, `doubled`, `tenfold` or `a factor of ten`; None for other numbers.

    In percent such a word is a relative change, which only a whole cell shows.
    """
    if reader.whole:
        multiple = _multiple_of_cell(reader)
        if multiple is not None:
            return multiple
    if reader.unit.symbol == "ratio" and (twice := reader.take(_TWICE)):
        reader.unit_seen = True
        return Amount(2 if twice["word"].lower() == "twice" else 3, 0, word=True, form="multiple")
    return None


def _multiple_of_cell(reader: Reader) -> Amount | None:
    """Read words that are a multiple where a whole cell has them, such as `doubled`."""
    if found := reader.take(_MULTIPLE):
        reader.unit_seen = True
        return _fold(found["number"]) if found["number"] else _multiple_of_verb(found["word"].lower())
    if reader.take(_FACTOR_OF):
        reader.unit_seen = True
        amount = _in_words(reader, False) or _in_digits(reader, reader.position)
        return amount._replace(form="factor" if amount.decimals else "multiple")
    return None


def _multiple_of_verb(word: str) -> Amount:
    """Return what `doubled` or `halving` does to a number."""
    over, under = next(number for stem, number in vocabulary.MULTIPLES.items() if word.startswith(stem))
    return Amount(over, 0, denominator=under, word=True, form="multiple")


def _fold(number: str) -> Amount:
    """Return the number before `-fold`, in digits or as one word."""
    if number[0].isdigit():
        whole, _, decimals = number.partition(".")
        form = "factor" if decimals else "multiple"
        return Amount(int(whole + decimals), -len(decimals), decimals=len(decimals), form=form)
    word = number.lower()
    value = vocabulary.SMALL.get(word) or vocabulary.TENS.get(word) or 10 ** vocabulary.MAGNITUDE_WORDS[word]
    return Amount(value, 0, word=True, form="multiple")


def _as_multiple(reader: Reader, amount: Amount, has_unit: bool) -> Amount:
    """Mark a number of times as a multiple: `3x`, `three times as many`, `three times more`."""
    if reader.unit.symbol != "ratio" and amount.form != "multiple":
        return amount
    found = reader.take(_AS_MANY) if reader.whole else None
    if found is None:
        return amount._replace(form="multiple") if has_unit and _is_whole_and_some(amount) else amount
    if found["more"]:
        return amount._replace(form="times more")
    # With decimals its digits count, as of any other number.
    return amount._replace(form="" if amount.decimals else "multiple")


def _is_whole_and_some(amount: Amount) -> bool:
    """Whether a number is whole, printed as such, and not 0."""
    return not amount.decimals and not amount.loose and amount.is_whole() and amount.digits != 0


def _in_words(reader: Reader, leading_unit: bool) -> Amount | None:
    """Read a number in words; None if the number is in digits."""
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
    if numeral.proportion:
        _check_proportion(reader, numeral.end)
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


LONGEST_LEAD = 24
"""Characters before a proportion that tell what it may be."""


def _check_proportion(reader: Reader, end: int) -> None:
    """Refuse `one in five` where the unit has no such parts, or where the words may be two numbers."""
    if reader.unit.symbol not in PROPORTIONS:
        raise reader.error("a part of a whole", reader.position)
    if reader.whole or _PART.fullmatch(reader.seen, reader.position, end):
        return
    before = reader.seen[max(reader.position - LONGEST_LEAD, 0) : reader.position]
    is_alone = not before.strip() and end == len(reader.seen)
    if not is_alone and not (_BEFORE_PART.search(before) and _BEHIND_PART.match(reader.seen, end)):
        raise reader.error("a part of a whole, or a number in another?", end - 1)


def _in_digits(reader: Reader, start: int) -> Amount:
    """Read a number in digits, a fraction or a power of ten."""
    amount = _power_or_fraction(reader)
    if amount is not None:
        return amount
    context = reader.context
    found = reader.take(_number(context.decimal, context.grouping, context.padded))
    if found is None:
        raise reader.no_number()
    _check_groups(reader, found, start)
    whole, fraction = _whole_digits(found), found["fraction"] or ""
    printed = whole + fraction
    if len(printed.lstrip("0")) > MOST_DIGITS:
        raise reader.error(f"more than {MOST_DIGITS} digits", start)
    power = _exponent(found) - len(fraction)
    if not SMALLEST_POWER <= power < LARGEST_POWER - len(printed):
        raise reader.error("too large or too small a number", start)
    plain = not (fraction or found["scientific"])
    if plain and (part := reader.take(_OVER)):
        return _with_fraction(reader, int(whole), part)
    return Amount(int(printed), power, decimals=len(fraction), scientific=bool(found["scientific"]), plain=plain)


def _power_or_fraction(reader: Reader) -> Amount | None:
    """Read `10^6`, `2/3` or `¾`."""
    if raised := reader.take(_TEN_RAISED):
        return _ten_raised(reader, raised)
    if slashed := reader.take(_SLASHED):
        return _slashed(reader, slashed)
    if vulgar := reader.take(_VULGAR):
        over, under = vocabulary.VULGAR[vulgar["vulgar"]]
        return Amount(over, 0, denominator=under, plain=False, form=_form_of_fraction(reader))
    return None


def _check_groups(reader: Reader, found: re.Match[str], start: int) -> None:
    """Refuse groups of thousands that may be something else."""
    if found["grouped"] and found["scientific"]:
        raise reader.error("groups of thousands with an exponent", found.start("scientific"))
    spaced = found["spaced"]
    # `20 708` may be two numbers; two blanks, or a group that begins with 0, leave no doubt.
    if spaced and sum(map(str.isspace, spaced)) == 1 and " 0" not in spaced:
        raise reader.error(f"{spaced.replace(' ', ',')}, or two numbers?", start if reader.whole else found.end() - 1)


def _whole_digits(found: re.Match[str]) -> str:
    """Return the digits before the decimal sign, without the signs between thousands."""
    if found["grouped"]:
        return found["grouped"].replace(found["mark"], "")
    return (found["spaced"] or "").replace(" ", "") or found["digits"] or ""


def _exponent(found: re.Match[str]) -> int:
    # `lost`: copied text often has `10-6` in place of 10⁻⁶.
    return _power_of(found["e"] or found["raised"] or found["superscript"] or found["lost"] or "0")


def _power_of(exponent: str) -> int:
    """Return an exponent; one of very many digits, which Python refuses to parse, as one that is too large."""
    return int(exponent.translate(vocabulary.SUPERSCRIPTS)) if len(exponent) < 9 else LARGEST_POWER


def _ten_raised(reader: Reader, found: re.Match[str]) -> Amount:
    """Return a power of ten; a small superscript may also mark a footnote."""
    exponent = _power_of(found["raised"] or found["superscript"])
    if found["superscript"] and 0 <= exponent <= 3:
        raise reader.error(f"{10**exponent:,}, or 10 with footnote {exponent}?", found.start())
    if not SMALLEST_POWER <= exponent < LARGEST_POWER - 1:
        raise reader.error("too large or too small a number", found.start())
    return Amount(1, exponent, plain=False, scientific=True)


def _slashed(reader: Reader, found: re.Match[str]) -> Amount:
    """Return a fraction such as `2/3`, which only a share or a probability makes one for sure."""
    over, under = int(found["over"]), int(found["under"])
    is_share = reader.unit.symbol in ("share", "probability")
    if over < under and not is_share and _is_part(reader, found["stroke"], under):
        return Amount(over, 0, denominator=under, plain=False, form="fraction")
    if not is_share or over > under:
        raise reader.error("a fraction, a date or a score?", found.start("under"))
    return Amount(over, 0, denominator=under, plain=False, form=_form_of_fraction(reader))


def _is_part(reader: Reader, stroke: str, under: int) -> bool:
    """Whether a fraction of running text can be nothing else: `1/2 of the`, `1/4 inch`, or with its own stroke."""
    if reader.whole or (reader.unit.symbol != "number" and not reader.unit.symbol.startswith(MEASURE)):
        return False
    if stroke == "⁄":
        return True
    if under not in vocabulary.PRINTED_DENOMINATORS:
        return False
    return spelled_behind(reader) or _OF_A_WHOLE.match(reader.seen, reader.position, reader.end) is not None


def _form_of_fraction(reader: Reader) -> str:
    """Return "fraction" where `2/3` is a part of a whole; elsewhere its denominator says how fine it is."""
    return "fraction" if reader.unit.symbol in ("share", "probability") else ""


def _with_fraction(reader: Reader, whole: int, found: re.Match[str]) -> Amount:
    """Return a whole number with a fraction behind it, such as `7 3/8`."""
    over, under = vocabulary.VULGAR[found["vulgar"]] if found["vulgar"] else (int(found["over"]), int(found["under"]))
    if not over < under or (under not in vocabulary.PRINTED_DENOMINATORS and not found["vulgar"]):
        raise reader.error(position=found.start())
    return Amount(whole * under + over, 0, denominator=under, plain=False)


def _magnitude(reader: Reader, scientific: bool) -> int:
    """Read K, million and so on; return the power of ten, 0 if there is none."""
    found = reader.take(_MAGNITUDE)
    if found is None:
        return 0
    if _is_word_of_unit(reader, found):
        reader.position = found.start()
        return 0
    word = found["magnitude"]
    if scientific:
        raise reader.error("an exponent and a magnitude", found.start("magnitude"))
    is_before_unit = word == "m" and spelled_behind(reader)  # `1.2m people`
    if word in vocabulary.MONEY_MAGNITUDES and reader.unit.currency is None and not is_before_unit:
        raise reader.error(f"{word!r} is a magnitude for money only", found.start("magnitude"))
    return vocabulary.MAGNITUDES[word.lower()]


def _is_word_of_unit(reader: Reader, found: re.Match[str]) -> bool:
    """Whether what looks like a magnitude begins a word of the unit: `m` for metres, `t` for tonnes.

    Raises QuantityError if it is such a word in other case.
    """
    unit_words = _unit_words(reader.unit.symbol)
    spelled = unit_words.match(reader.seen, found.start(), reader.end) if unit_words else None
    if spelled is None or spelled.end() < found.end():
        return False
    if spelled[0].strip(BLANKS) not in reader.unit.words:
        reason = f"{found['magnitude']!r} as a magnitude, or for {reader.unit.symbol}?"
        raise reader.error(reason, found.start("magnitude"))
    return True


def spelled_behind(reader: Reader) -> bool:
    """Whether the words of the unit are at the position, as the tons of `1.2m tons` do."""
    pattern = _unit_words(reader.unit.symbol)
    return pattern is not None and pattern.match(reader.seen, reader.position, reader.end) is not None


def _as_declared(reader: Reader, amount: Amount, start: int, printed_unit: bool) -> Amount:
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
    """Take a unit that is before its number: money, or the x of a ratio."""
    if reader.unit.currency is not None:
        return _code_and_sign(reader) or _currency(reader, _CURRENCY_BEFORE, _OTHER_SIGN, _OTHER_CODE)
    if reader.unit.symbol == "ratio" and reader.take(_TIMES_BEFORE):
        reader.unit_seen = True
        return True
    return False


def _code_and_sign(reader: Reader) -> bool:
    """Take a code together with the sign that it explains, as in `NZD $5`."""
    found = _CODE_AND_SIGN.match(reader.seen, reader.position, reader.end)
    if found is None or found["code"] not in currency_codes():
        return False
    code, sign = found.groups()
    if code not in (currencies.OWN_CURRENCIES[sign], *currencies.SHARED_SIGNS.get(sign, ())):
        raise reader.error(f"{code} or the currency of {sign}?", found.start("sign"))
    if code != reader.unit.currency:
        raise reader.error(f"{code} is another currency", found.start("code"))
    reader.position = found.end()
    reader.unit_seen = True
    return True


def _currency(reader: Reader, *patterns: re.Pattern[str]) -> bool:
    """Take the sign, code or name of the unit's currency with the first pattern that finds one.

    Raises QuantityError if it is another currency's, or shared by several and none is declared.
    """
    position = reader.position
    for pattern in patterns:
        found = reader.take(pattern)
        if found is None:
            continue
        codes = _currencies_of(found["currency"], reader.context.currency)
        if reader.unit.currency in codes and (len(codes) == 1 or reader.context.currency in codes):
            reader.unit_seen = True
            return True
        if codes:
            if len(codes) == 1:
                raise reader.error(f"{codes[0]} is another currency", found.start("currency"))
            raise reader.error(f"{found['currency']} may be {', '.join(codes)}", found.start("currency"))
        reader.position = position  # three capitals that are not a currency
    return False


def _currencies_of(spelling: str, declared: str) -> tuple[str, ...]:
    """Return the currencies that a sign, code or name such as `Mexican pesos` may mean; `pesos` means several."""
    # What the column declares comes first: `$` is the US dollar only where nothing else is declared.
    name = " ".join(spelling.lower().split())
    if declared in currencies.SHARED_SIGNS.get(name, ()):
        return (declared,)
    if name in currencies.OWN_CURRENCIES:
        return (currencies.OWN_CURRENCIES[name],)
    if spelling in currencies.SIGNS:
        return currencies.SIGNS[spelling]
    code = currencies.currency_names().get(name.upper() if spelling.isupper() else name)
    return (code,) if code else currencies.currencies_called(name)


def _tail(reader: Reader, loose: bool = False) -> _Tail:
    """Read what may follow a number. A `loose` one may have an article before its unit, as in `half a year`."""
    plus = reader.take(_PLUS)
    mark = _suffix(reader)
    before = reader.position
    article = reader.take(_ARTICLE) if loose else None
    has_unit, factor = _trailing_unit(reader), ONE
    # In running text `sentences` tries each other unit by itself, and the longest reading wins.
    if not has_unit and reader.whole:
        factor = _other_unit(reader)
        has_unit = factor is not ONE
    # Without a unit behind it the article belongs to the next words: `half a million`, `half a dozen`.
    if article and not has_unit:
        reader.position = before
    plus = plus or reader.take(_PLUS)  # `5+ years` or `5 years+`
    return _Tail(plus.start() if plus else None, mark, has_unit, factor)


def _behind_parenthesis(reader: Reader, amount: Amount, tail: _Tail, start: int) -> tuple[Amount, _Tail]:
    """Take the parenthesis that closes a negative number, with the magnitude and the unit that may follow it."""
    _close_negative(reader, start)
    if not reader.whole and not amount.magnitude:
        amount = _with_magnitude(reader, amount)
    return amount, tail if tail.has_unit else _tail(reader)


def _with_magnitude(reader: Reader, amount: Amount) -> Amount:
    """Take a magnitude that stands behind the unit or parenthesis of a number."""
    magnitude = _magnitude(reader, amount.scientific)
    if not magnitude:
        return amount
    return amount._replace(power=amount.power + magnitude, magnitude=magnitude, plain=False)


def _trailing_unit(reader: Reader) -> bool:
    """Take a currency behind a number, then the unit's words; return whether there is either."""
    if reader.unit.symbol == "percent" and _short_percent(reader):
        reader.unit_seen = True
        return True
    has_money = reader.unit.currency is not None and _currency(
        reader, _CURRENCY_AFTER, _OTHER_SIGN, _OTHER_CODE, _OTHER_NAME
    )
    has_words = _words_behind(reader)
    # The words of a price, such as `per year`, do not say its currency.
    if has_words and reader.unit.currency is None:
        reader.unit_seen = True
    return has_money or has_words


def _short_percent(reader: Reader) -> bool:
    """Take `pct`, or the `pc` of running text; return whether one of them is there."""
    return reader.take(_PCT) is not None or (not reader.whole and reader.take(_PC) is not None)


def _words_behind(reader: Reader) -> bool:
    """Take the words of the unit; return whether they are there."""
    pattern = _unit_words(reader.unit.symbol)
    if pattern is not None and reader.take(pattern):
        return True
    return reader.whole and reader.unit.symbol == "percentage point" and _bare_points(reader)


def _bare_points(reader: Reader) -> bool:
    """Take the points of `3 points`, unless the dossier has others; return whether they are there."""
    found = _BARE_POINTS.match(reader.seen, reader.position, reader.end)
    if found is None or found["points"].lower() in _words_of_other_units(reader.unit.symbol):
        return False
    reader.position = found.end()
    return True


def _other_unit(reader: Reader) -> Fraction:
    """Take the word of a unit that converts into the reader's: cents, basis points, times; return the factor, or 1."""
    symbol = reader.unit.symbol
    if symbol in _CENT_WORDS and reader.take(_CENT_WORDS[symbol]):
        reader.unit_seen = True
        return Fraction(1, 100)
    if symbol in _POINTS:
        other, factor = _POINTS[symbol]
        pattern = _unit_words(other)
        if pattern is not None and reader.take(pattern):
            reader.unit_seen = True
            return factor
    if symbol in WHOLES and (found := reader.take(_PER_MANY)):
        reader.unit_seen = True
        return Fraction(WHOLES[symbol], _many(found["sign"] or found["many"]))
    if symbol in SECONDS and (found := reader.take(_TIME_WORD)):
        return TIME_WORDS[found["time"].lower()] / SECONDS[symbol]
    return ONE


def _many(text: str) -> int:
    """Return the whole of `per 1,000` or `per million`."""
    word = re.sub("^(?:a|one) ", "", " ".join(text.lower().split()))
    return int(10 ** _MANY[word]) if word in _MANY else int(word.replace(",", ""))


def _with_cents(reader: Reader, amount: Amount) -> Amount:
    """Add the cents of `10 dollars and 30 cents`."""
    code, position = reader.unit.currency, reader.position
    if code not in _CENT_WORDS or not amount.plain or reader.take(_AND_CENTS) is None:
        return amount
    cents = _cents(reader)
    if 0 < cents < 100 and reader.take(_CENT_WORDS[code]):
        return amount._replace(digits=100 * amount.digits + cents, power=-2, plain=False)
    reader.position = position
    return amount


def _cents(reader: Reader) -> int:
    """Read a number of cents, in words or digits; 0 if there is none."""
    try:
        numeral = read_numeral(reader.seen, reader.position, reader.end)
    except UnclearNumeralError:
        numeral = None
    if numeral is None:
        found = reader.take(_CENTS)
        return int(found["cents"]) if found else 0
    if numeral.power or numeral.loose:
        return 0
    reader.position = numeral.end
    return numeral.digits


def _check_thousands(reader: Reader, amount: Amount, start: int) -> None:
    """Refuse one to three digits, a point and three digits, where the point may separate thousands."""
    thousands, rest = divmod(amount.digits, 1000)
    # `0.125` begins with no thousands.
    is_like_thousands = amount.decimals == 3 and 0 < thousands < 1000
    if not is_like_thousands or amount.magnitude or amount.scientific:
        return
    if reader.context.decimal or not _reaches_thousands(reader.unit):
        return
    both = f": {thousands}.{rest:03d}, or {amount.digits:,}?"
    if reader.take(_POINT):  # as in `1.234.567`: surely thousands, but not declared
        both = ""
    raise reader.error(f"the point may separate thousands{both}", start)


def _reaches_thousands(unit: Unit) -> bool:
    """Whether thousands are as likely in a unit as three decimals."""
    if unit.currency:
        # Prices such as $1.234 per litre have three decimals, amounts of money two.
        return not unit.price or unit.count
    return unit.count or unit.symbol == "number"


def check_amount(reader: Reader, amount: Amount) -> None:
    """Raise QuantityError for a fraction of something whole, or a number outside the bounds of its unit."""
    if reader.unit.whole and not amount.is_whole():
        raise reader.error("a fraction of something whole", amount.start)
    check_bounds(reader, amount.number(), amount.start)


def check_bounds(reader: Reader, number: float, start: int) -> None:
    """Raise QuantityError for a number outside the bounds of its unit."""
    unit = reader.unit
    if not unit.lower <= number <= unit.upper:
        raise reader.error(f"outside the bounds {unit.lower:g} to {unit.upper:g}", start)


def check_unit_seen(reader: Reader, amount: Amount | None = None) -> None:
    """Raise QuantityError for a number whose currency, percent sign or x is neither printed nor declared."""
    if reader.unit_seen:
        return
    if reader.unit.currency is not None:
        raise reader.error("no currency", amount.start if amount else None)
    if reader.unit.symbol in PRINTED_UNITS:
        raise reader.error(f"no {reader.unit.words[0]}")


def take_second(reader: Reader, first: Amount, between: bool) -> tuple[Amount, bool] | None:
    """Read the upper end of a range: return it and whether a dash came before it; None without one.

    `between` allows `and` before it.
    """
    start = reader.position
    dash = None if _range_word(reader, between) else reader.take(_DASH)
    if not dash and reader.position == start:
        return None
    if not reader.whole and not NUMBER_AHEAD.match(reader.seen, reader.position, reader.end):
        reader.position = start
        return None
    try:
        return take_amount(reader), dash is not None
    except QuantityError:
        # Running text may go on to something else, as in "3 % to $5".
        if reader.whole or dash or not first.has_unit:
            raise
        reader.position = start
        return None


def take_range_ending(reader: Reader) -> None:
    """Take words behind a range that leave it as it is: `20 to 30 inclusive`, `in the 20–30% range`."""
    if reader.whole:
        reader.take(_RANGE_ENDING)


def take_other_bound(reader: Reader, hedge: str) -> tuple[str, Amount] | None:
    """Read the bound on the other side of a number, such as `but fewer than 30` behind `more than 20`.

    Return its word and its number; None without one.
    """
    start = reader.position
    if reader.whole and reader.take(_AND_BOUND):
        other = take_hedge(reader)
        if {HEDGES.get(hedge), HEDGES.get(other)} == {"at_least", "at_most"}:
            return other, take_amount(reader)
    reader.position = start
    return None


def _range_word(reader: Reader, between: bool) -> bool:
    """Take the word between the ends of a range."""
    if not reader.single and reader.take(_TO):
        return True
    if reader.whole and reader.take(_TO_IN_CELL):
        return True
    if reader.whole and not between and reader.take(_OR):  # three or four
        return True
    return between and reader.take(_AND) is not None


def take_error(reader: Reader, amount: Amount) -> Amount | None:
    """Read the error of a number, after ± or, where the column declares it, in parentheses; None without one.

    Raises:
        QuantityError: the error has other decimals than its number.
    """
    enclosed = reader.take(_ERROR_ENCLOSED)
    if enclosed or reader.take(_ERROR):
        error = take_amount(reader)
        if enclosed and not reader.take(_CLOSE):
            raise reader.error()
        return error
    if reader.context.parentheses == "error" and (found := reader.take(_ERROR_BEHIND)):
        whole, _, decimals = found["error"].replace(",", ".").partition(".")
        # `1.25 (3)` may mean 0.03 or 3: only an error with the same decimals is clear.
        if len(decimals) != amount.decimals or not decimals:
            raise reader.error("an error of other decimals than its number", found.start("error"))
        return Amount(int(whole + decimals), amount.power, start=found.start("error"))
    return None


def take_ending(reader: Reader, hedges: list[str], is_part: bool = False) -> str:
    """Read footnote marks, `or more`, `(est.)` and a note up to the end of the text; return marks and note.

    A share may say of what. `is_part`: also without an `of`, as in `most companies`. In running text, reading stops at
    the first word that is none of these.

    Raises:
        QuantityError: a whole cell goes on with something else, or a mark disagrees with those in `hedges`.
    """
    notes: list[str] = []
    may_be_estimated = not _ends_in_year(reader)
    noted = False
    while reader.position < reader.end:
        start = reader.position
        if mark := _take_mark_behind(reader):
            add_hedge(reader, hedges, str(mark.lastgroup), start)
        elif may_be_estimated and reader.take(_ESTIMATED):
            add_hedge(reader, hedges, "about", start)
            may_be_estimated = False
        elif not reader.whole:
            break
        elif footnote := _take_footnote(reader):
            notes.append(footnote[0].strip(BLANKS))
        elif not noted and (note := reader.take(_NOTE)):
            notes.append(_note(reader, note))
            noted = True
        elif not _take_whole(reader, is_part):
            raise reader.error()
    return " ".join(notes)


def _take_mark_behind(reader: Reader) -> re.Match[str] | None:
    """Read a hedge behind a number; in a whole cell, those for cells too."""
    return reader.take(_MARK_AFTER) or (reader.take(_MARK_AFTER_CELL) if reader.whole else None)


def _take_footnote(reader: Reader) -> re.Match[str] | None:
    """Take a mark of a footnote: one that any print has, or one that the column declares."""
    return reader.take(_FOOTNOTE) or reader.take(_footnotes(reader.context.footnotes))


def _take_whole(reader: Reader, is_part: bool) -> bool:
    """Take what a share is of, such as the companies of `most companies`; return whether it is there."""
    found = _PARTED.match(reader.seen, reader.position, reader.end)
    if found is None or reader.unit.symbol not in ("share", "probability", "percent"):
        return False
    noun = found["noun"].lower().split()
    if not _NOT_PARTED.isdisjoint(noun):
        return False
    # `a third larger` is not a third, and `60% fewer` is not 60% of anything.
    is_named = found["of"] or (is_part and (found["the"] or noun[0] not in vocabulary.BEHIND_A_PART))
    if is_named:
        reader.position = reader.end
    return bool(is_named)


def _ends_in_year(reader: Reader) -> bool:
    """Whether a quantity of running text ends in a year: "2024, est." says that the year's number is an estimate."""
    # `$` also matches before a last line break: hence a character more than a year has.
    start = max(reader.position - LONGEST_YEAR, 0)
    return not reader.whole and _YEAR_BEFORE.search(reader.seen, start, reader.position) is not None


@cache
def _footnotes(marks: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of a column's footnote marks, with commas between them."""
    if not marks:
        return compiled("(?!)")  # never matches
    any_mark = "|".join(map(re.escape, sorted(marks, key=len, reverse=True)))
    return compiled(f"{_B}*(?:{any_mark})(?:{_B}*,?{_B}*(?:{any_mark}))*{_NOT_A_WORD}")


def _note(reader: Reader, found: re.Match[str]) -> str:
    """Return the words in parentheses. Raises QuantityError if they may change the number."""
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
    # `(in thousands)` and `(per day)` change the number as much as `(thousands)` does.
    unit_words = re.sub(r"^(?:in|of|per) ", "", note.lower())
    if _NOTE_THAT_COUNTS.search(note) or unit_words in _words_of_other_units(reader.unit.symbol):
        raise reader.error("a note that changes the number", start)
    return note
