"""The words of labels and sentences that name rows: without endings, and what else says the same.

Belongs here: words as such. Does not: rows and columns (`rows`, `columns`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from tidebook.pipelines.read.quantities.measures import named

WORD = re.compile(r"[A-Za-z][A-Za-z&'’]+")
_NAMELESS = (
    "a an and are as at by for from had has have in is it its of on or our such than that the their there these "
    "this to was we were which with company group fiscal year years ended ending month months three six nine "
    "twelve quarter first second third fourth period same prior previous current last approximately about "
    "compared during respectively also january february march april may june july august september october "
    "november december total consolidated overall million billion thousand amount amounts change changes increase "
    "decrease less"
)
_STOP = frozenset(_NAMELESS.split())
"""Words that name no row."""


@cache
def words(text: str) -> frozenset[str]:
    """Return the words of a text that say something, plurals as singulars."""
    found = set()
    for word in WORD.findall(text):
        low = word.lower().rstrip("'’")
        if low.endswith(("'s", "’s")):
            low = low[:-2]
        if low not in _STOP and len(low) > 1:
            found.add(_stem(low))
    return frozenset(found)


def _stem(word: str) -> str:
    # `ties` is of `tie`, not of `ty`.
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    # `glass`, `census` and `basis` are singulars.
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


_ENDING = re.compile(r"(?:ments?|ations?|ions?|ings?|ships?|ed|erns?|ers?|ly|al|e)$")


def root(word: str) -> str:
    """Return a long word without its ending."""
    root = _ENDING.sub("", word)
    return root if len(root) >= SHORTEST_ROOT else word


SHORTEST_ROOT = 5
"""Minimum letters of a root: what is left of a short word says nothing."""

SHORTEST_BEGINNING = 4
"""Minimum letters of a word that abbreviates a longer one, as `hydro` does `hydropower`."""


def beginnings(word: str) -> Iterator[str]:
    """Yield what a word may be shortened to."""
    yield from (word[:end] for end in range(SHORTEST_BEGINNING, len(word) - 1))


_SMALL = frozenset({"a", "an", "and", "for", "in", "of", "on", "or", "per", "the", "to", "with"})
_ALIAS = re.compile(r"\(([A-Z][A-Za-z]{1,7})\)")
"""An abbreviation behind the words that it abbreviates."""
MOST_WORDS = 12
"""Maximum words at the beginning of a label that an acronym may abbreviate."""


def acronyms(label: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the initials of each run of two to five words of a label, with these words: `saas` of a service.

    Runs with small words give initials with and without them; what is in parentheses is an acronym as it is.
    """
    for alias in _ALIAS.findall(label):
        yield alias.lower(), words(plain_label(label))
    parts = re.findall(r"[A-Za-z]+", label)[:MOST_WORDS]
    for kept, fewest in ((parts, 3), ([part for part in parts if part.lower() not in _SMALL], 2)):
        for first in range(len(kept)):
            for last in range(first + fewest, min(first + 5, len(kept)) + 1):
                run = kept[first:last]
                yield "".join(word[0] for word in run).lower(), words(" ".join(run))


def plain_label(label: str) -> str:
    """Return a label or head without what is in parentheses."""
    return re.sub(r"\([^()]*\)", " ", label)


_MEASURE = re.compile(r"[(,]\s*(?:in\s+)?(?P<words>[A-Za-zµμ°²³/·]+(?:\s[A-Za-z]+)?)\s*\)?\s*$")


@cache
def measure_of(label: str) -> str:
    """Return the name of the measure at the end of a label, as in `Rainfall (mm)` or `Distance, m`; "" without one."""
    found = _MEASURE.search(label)
    if found is None:
        return ""
    return LETTERS.get(found["words"], "") or named(found["words"])


LETTERS = {"m": "meter", "s": "second", "h": "hour", "t": "metric_ton"}
"""Measures of one letter: in a label they are nothing else."""

ACRONYM = re.compile(r"(?<![A-Za-z])[A-Z](?:&?[A-Za-z])*&?[A-Z](?![a-rt-z])")
"""The s of a plural may follow, as in `NGOs`."""

_ALIKE = (
    "revenue sale turnover sold",
    "profit income earning",
    "employee staff headcount workforce worker",
    "resident inhabitant people population",
    "woman women female",
    "man men male",
    "child children",
    "patient participant",
    "debt borrowing",
    "mean average",
    "expense cost expenditure spending",
    "match game",
    "loss deficit",
    "solar photovoltaic pv",
)
"""Words that texts use for each other, as singulars."""
ALIKE = {word: frozenset(line.split()) for line in _ALIKE for word in line.split()}

ALIKE |= {
    "eps": words("earnings income per share"),
    "capex": words("capital expenditure"),
    "opex": words("operating expense"),
}

IN_ALL = "total"
"""The word for labels such as `Total`, which name no row."""
SAYS_IN_ALL = re.compile(
    r"\b(?:totals?|totall?(?:ed|ing)|overall|altogether|combined|in all|all told|together|as a whole)\b", re.IGNORECASE
)
OF_TOTAL = re.compile(
    r"\s+of\s+(?:(?:the|its|their|our)\s+)?(?:total|all|whole|overall)\b(?P<what>(?:\s+(?!in\b|of\b|at\b|and\b)[a-z]+){0,2})",
    re.IGNORECASE,
)
"""Behind a share of the total, with what that is of."""

_FROM_TWO = "two three four five six seven eight nine ten eleven twelve"
NUMBER_WORDS = {word: count for count, word in enumerate(_FROM_TWO.split(), 2)}
"""Numbers that texts write as words where labels have digits."""
COUNT_WORD = rf"(?:\d{{1,3}}|one|{'|'.join(NUMBER_WORDS)})"
"""A count in digits or as a word, as a regex."""


def count_of(digits_or_word: str) -> int:
    """Return a count in digits or as a word."""
    return int(digits_or_word) if digits_or_word.isdigit() else NUMBER_WORDS.get(digits_or_word.lower(), 1)
