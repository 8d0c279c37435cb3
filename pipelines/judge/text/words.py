"""The words of labels and sentences that name rows: without endings, and what else says the same.

Belongs here: words as such. Does not: which rows and columns they name (`judge.readings.statements`).
"""

from __future__ import annotations

import re
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


def plain_label(label: str) -> str:
    """Return a label or head without what is in parentheses."""
    return re.sub(r"\([^()]*\)", " ", label)


_MEASURE = re.compile(r"[(,]\s*(?:in\s+)?(?P<words>[A-Za-zµμ°²³/·]+(?:\s[A-Za-z]+)?)\s*\)?\s*(?:\b(?:19|20)\d\d)?\s*$")


@cache
def measure_of(label: str) -> str:
    """Return the name of the measure at the end of a label, as in `Rainfall (mm)` or `Distance, m`; "" without one."""
    found = _MEASURE.search(label)
    if found is None:
        return ""
    return LETTERS.get(found["words"], "") or named(found["words"])


_POWERS = {"tera": 12, "giga": 9, "mega": 6, "kilo": 3, "hecto": 2, "centi": -2, "milli": -3, "micro": -6}
_TONS = {"metric_ton": "megagram", "tonne": "megagram"}


@cache
def without_prefix(measure: str) -> tuple[str, int]:
    """Return a measure without its SI prefix, and the power of ten of this: 9 for gigawatt hours."""
    name = measure.replace("-", "_").replace(" ", "_")
    power = 0
    for ton, plain in _TONS.items():
        if name.endswith(ton):
            name = plain
    for prefix, own in _POWERS.items():
        if name.startswith(prefix) and len(name) > len(prefix) + 2:
            return name.removeprefix(prefix), own
    return name, power


LETTERS = {"m": "meter", "s": "second", "h": "hour", "t": "metric_ton"}
"""Measures of one letter: in a label they are nothing else."""

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

_FROM_TWO = "two three four five six seven eight nine ten eleven twelve"
NUMBER_WORDS = {word: count for count, word in enumerate(_FROM_TWO.split(), 2)}
"""Numbers that texts write as words where labels have digits."""


def count_of(digits_or_word: str) -> int:
    """Return a count in digits or as a word."""
    return int(digits_or_word) if digits_or_word.isdigit() else NUMBER_WORDS.get(digits_or_word.lower(), 1)
