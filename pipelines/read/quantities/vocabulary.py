"""The words and signs of printed numbers as data: numerals, magnitudes, marks, months, footnotes, markup.

Belongs here: tables of words and what each means. Does not: how they combine, which is the grammar, the signs and names
of money (currencies.py), or the words of units, which are in schemas/units.csv.
"""

import re
import unicodedata
from fractions import Fraction

BLANKS = " \u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
APOSTROPHES = "'’"
# Escaped, since a plain hyphen in the middle of a class would be a span of characters.
DASHES = r"\-‐‑‒–—―"
"""Every dash that may be between the ends of a range, for a class of a regex; the minus sign is none."""

_TO_NINETEEN = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen"""
SMALL = {word: number for number, word in enumerate(_TO_NINETEEN.split(), 1)}
UNREAD_MAGNITUDES = ("mils?", "dzs?", "doz")
"""Short words that multiply a number, or are something else: a number is refused with them."""
ZERO = ("zero", "nought", "naught")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
TENS = {word: 10 * number for number, word in enumerate(_TENS, 2)}
MAGNITUDE_WORDS = {"hundred": 2, "thousand": 3, "lakh": 5, "million": 6, "crore": 7, "billion": 9, "trillion": 12}
MAGNITUDES = MAGNITUDE_WORDS | {
    **{"k": 3, "m": 6, "mn": 6, "mm": 6, "b": 9, "bn": 9, "bln": 9, "t": 12, "tn": 12, "tln": 12, "trn": 12}
}
# `MM` beside `mm`: the case is kept, unlike in MAGNITUDES.
MONEY_MAGNITUDES = frozenset({"m", "b", "t", "mm", "MM"})
"""Magnitudes that mean something else where the unit is not money, such as metres."""
VAGUE_WORDS = {"tens": 10, "dozens": 12} | {f"{word}s": 10**power for word, power in MAGNITUDE_WORDS.items()}

_ORDINALS_TO_NINETEEN = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"""
ORDINALS = {word: number for number, word in enumerate(_ORDINALS_TO_NINETEEN.split(), 1)}
ORDINAL_TENS = {f"{word[:-1]}ieth": number for word, number in TENS.items()}
DENOMINATORS = {
    **{"half": 2, "quarter": 4},
    **{word: number for word, number in ORDINALS.items() if number > 2},
    **ORDINAL_TENS,
    **{f"{word}th": 10**power for word, power in MAGNITUDE_WORDS.items()},
}
NUMERAL_STARTS = (*SMALL, *TENS, *ZERO, "half", "quarter", "hundred", "an? (?:hundred|thousand|million|billion|dozen)")
NUMERAL_STARTS += (f"an? (?:{'|'.join(DENOMINATORS)})",)
# numeric() is a float: the nearest fraction with a small denominator is the one that the sign shows.
VULGAR = {
    sign: Fraction(unicodedata.numeric(sign)).limit_denominator(10).as_integer_ratio() for sign in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒"
}
PRINTED_DENOMINATORS = (2, 3, 4, 5, 6, 8, 10, 16, 32, 64)
"""What may be under the stroke after a whole number, as in `7 3/8`."""

_SLIVER = "little|bit|shade|touch|tad|whisker|hair|fraction|smidgen|smidge|notch"
_A_LITTLE = f"(?:(?:only )?just|slightly|marginally|fractionally|a (?:{_SLIVER}))"
_MUCH = "(?:well|far|much|considerably|significantly|comfortably|substantially)"
_MORE = "(?:(?:more|greater|larger|higher) than|over|above|in excess of|(?:somewhere )?north of)"
_LESS = "(?:(?:less|fewer|lower|smaller) than|under|below|(?:somewhere )?south of)"
HEDGES = {
    # A word is read as the first that fits: `more than or equal to` before `more than`.
    "just_under": ("(?!)", f"{_A_LITTLE} {_LESS}|(?:just )?(?:short|shy) of"),
    "just_over": ("(?!)", f"{_A_LITTLE} {_MORE}"),
    "well_over": ("(?!)", f"{_MUCH} {_MORE}"),
    "at_least": (
        "≥|>=",
        "at (?:the (?:very )?)?least|(?:no|not) (?:less|fewer|lower) than|(?:a )?minimum(?: of)?"
        "|as (?:few|little|low) as|(?:more|greater|larger|higher) (?:than or equal to|or equal (?:than|to))",
    ),
    "at_most": (
        "≤|<=",
        "at (?:the (?:very )?)?most|(?:no|not) (?:more|greater|higher) than|(?:a )?maximum(?: of)?|not exceeding"
        "|capped at|(?:less|fewer|lower|smaller) (?:than or equal to|or equal (?:than|to))",
    ),
    "up_to": ("(?!)", "up to|as (?:many|much|high) as"),
    "over": (">", f"{_MORE}|exceeding"),
    "plus": ("(?!)", "upwards? of|a good(?= [0-9£$€])"),
    "less": (
        "<|(?i:sub)-(?=[0-9$£€])",
        f"(?:{_MUCH} |anything )?{_LESS}|{_MUCH} short of|nowhere near|not even",
    ),
    "within": ("(?!)", "within(?! a whisker)"),
    "nearly": (
        "(?!)",
        "nearly|almost|approaching|not quite|not far short of|nigh on|close on|getting on for|(?:verging|bordering) on"
        "|the (?:best|better) part of",
    ),
    # `Barely 40%` is 40% or so, on either side of it, that is thought to be little.
    "close_to": ("(?!)", "close to|near|within a whisker of|not far (?:off|from)|barely|hardly|scarcely"),
    "about": (
        r"[~∼≈]|(?i:ca?\.)(?=[0-9])",
        r"(?:somewhere )?(?:about|around)|approximately|approx\.?|roughly|more or less|circa|ca?\.|(?:an )?estimated"
        r"|est\.?|some|in the (?:region|neighbou?rhood|vicinity|ballpark) of|(?:on|in|of) the order of(?! magnitude)",
    ),
    "exactly": ("(?!)", "exactly|precisely"),
}
"""What may come before a number, by what it says: signs, then words that need a blank after them."""
HEDGES_BEFORE_CELLS = {
    "nearly": "pushing|nudging|knocking on|as good as",
    "over": "topping|surpassing|beyond|past",
    "at_most": r"(?:a )?max\.?(?: of)?",
    "at_least": r"(?:a )?min\.?(?: of)?",
}
"""The same where the whole cell is the number; a sentence may be about `pushing 300 people`."""
HEDGES_AFTER = {
    "about": "or so|or thereabouts|give or take",
    "plus": "plus",
    "at_most": "at (?:the )?(?:very )?most|(?:or|and) (?:less|fewer|below|lower|under)(?! than| or equal)",
    "at_least": "at (?:the )?(?:very )?least|(?:or|and) (?:more|above|greater|higher|over|up)(?! than| or equal)",
}
HEDGES_AFTER_CELLS = {
    "about": r"more or less|approximately|approx\.?",
    "at_most": "tops|max(?:imum)?",
    "at_least": "minimum",
}
"""The same behind the number: `max` and `tops` may also belong to the next words of a sentence."""
MULTIPLES = {
    **{"twice": (2, 1), "thrice": (3, 1), "doubl": (2, 1), "tripl": (3, 1), "trebl": (3, 1)},
    **{"quadrupl": (4, 1), "quintupl": (5, 1), "halv": (1, 2)},
}
"""Words for how many times one number is another, by their beginning: a fraction."""
ESTIMATED = r"(?:estimated|estimate|est\.?)"
NEGATIVE = "minus|negative"
BETWEEN = ("between", "from")
MISSING = r"n/a|n\.a\.|n/m|n\.m\."
FOOTNOTES = r"[*∗]+|[†‡§¶]+|\[(?:[a-z]|[1-9][0-9]?|(?:note|nb)(?: )?[0-9]{1,2})\]|[ᵃᵇᶜᵈᵉᶠ]"
MARKUP = re.compile(r"\[(?:BOLD|ITALIC)\]|</?(?:bold|italic|b|i|em|strong)>")
"""Marks of layout that tools leave in cells; they count as blanks."""
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻−", "0123456789+--")

_MONTHS = "january february march april may june july august september october november december"
MONTHS = {name: number for number, word in enumerate(_MONTHS.split(), 1) for name in (word, word[:3])} | {"sept": 9}
SHORT_YEARS = {"Q1": (1, 3), "Q2": (4, 6), "Q3": (7, 9), "Q4": (10, 12), "H1": (1, 6), "H2": (7, 12)}
SHORT_YEARS |= {name[::-1]: months for name, months in SHORT_YEARS.items()}
"""Parts of a calendar year: the first month and the last."""
DIGITS = {
    "fullwidth": "０１２３４５６７８９",
    "arabic": "٠١٢٣٤٥٦٧٨٩",
    "persian": "۰۱۲۳۴۵۶۷۸۹",
    "devanagari": "०१२३४५६७८९",
    "bengali": "০১২৩৪৫৬৭৮৯",
    "thai": "๐๑๒๓๔๕๖๗๘๙",
}

# Stems with their endings: `\w*` alone would match other words, such as `risk` for `ris`.
CHANGES = (
    "from|by|up|down|went|moved|cut|rose|ris(?:es?|en|ing)|fell|fall(?:s|en|ing)?|grew|grow(?:s|n|ing)?|increas\\w*"
    "|decreas\\w*|declin\\w*|drop\\w*|climb\\w*|jump\\w*|reduc\\w*|rais\\w*|lower\\w*|expand\\w*|chang\\w*|gain\\w*"
    "|improv\\w*|slip\\w*|edg\\w*|shr[aiu]nk\\w*|plung\\w*|plummet\\w*|soar\\w*|surg\\w*|slid\\w*|doubl\\w*"
)
"""Words behind which `10 % to 20 %` may say what something changed to."""
# A capital at the beginning of a sentence makes no name of these words.
_LEADING = """
    a about above after all almost already although an and another any are around as at back because before below
    between both but by do during each either even every few for from given had has have here how if in including into
    is it its just last least less like more most my nearly neither next no nor not now of off on once one only or other
    our out over per plus roughly she since so some still such than that the their them then there these they this those
    though through to today together under unless until up was we were what when where which while who why with within
    without would yet you your
"""
LEADING = frozenset(_LEADING.split())
"""Words that a sentence may begin with before a number; other words with a capital are names, as in `Apollo 11`."""
_BEHIND_A_PART = """
    a above all an and are as at be below better bigger but by cheaper dearer down each faster fewer for from greater
    had has have higher if in is its larger less longer lower more of off on or since shorter slower smaller so than
    that the their them then they this to until up was were when where which while will with within without worse would
"""
BEHIND_A_PART = tuple(_BEHIND_A_PART.split())
"""Words behind `a third` that make it a part; any other word may be what is the third of its kind."""
