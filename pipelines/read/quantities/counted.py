"""The numbers of a phrase that count as its own: with the sign that the words give them, without years and ordinals.

Belongs here: which numbers of quoted words may bound a value, and the sign of a fall. Does not: finding numbers
(`sentences`), or which of several a claim means (`judge.quoted`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tidebook.pipelines.read.quantities.grammar import QuantityError
from tidebook.pipelines.read.quantities.quantity import parse_quantity
from tidebook.pipelines.read.quantities.sentences import FoundQuantity, find_quantities
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.schemas.units import UNITS

UNCOUNTED = ("calendar year", "rank")
"""Units of numbers that never count: years and ordinals."""
_NAME = "part of a name"
"""What the reason says of a number behind a name."""

_PLACE = "a place in an order"
"""What the reason says of words such as `a fourth ferry`."""

_DAY = ("a day without a year", "a time of day")
"""The reasons for days and times, which are not amounts."""
_PERIOD = re.compile(
    r"(?:(?:first|second|third|fourth|last|final|1st|2nd|3rd|4th)[\s-]+)?(?:half|quarter)(?:[\s-]+year)?", re.IGNORECASE
)
"""A part of a year without an amount: `the fourth quarter` is not a quarter of anything."""

_FALLS = (
    r"f[ae]ll(?:s|en|ing)?|drop(?:s|ped|ping)?|declin(?:es?|ed|ing)|decreas(?:es?|ed|ing)|shr[aiu]nk(?:s|ing)?|s[aiu]nk(?:s|ing)?"
    r"|slip(?:s|ped)?|slid(?:es?)?|dip(?:s|ped)?|plung(?:es?|ed)|plummet(?:s|ed)?|tumbl(?:es?|ed)|slump(?:s|ed)?"
    r"|contract(?:s|ed)|reduced?|lowered|cut|down|lost"
)
_FALL_NOUNS = "falls?|drops?|declines?|decreases?|reductions?|cuts?|dips?|slumps?|contractions?"
_FALL_BEFORE = re.compile(
    rf"\b(?:(?:{_FALLS})(?:\s+by)?(?:\s+(?:a\s+further|another|some|an?))?|(?:{_FALL_NOUNS})\s+of(?:\s+some)?)\s+$",
    re.IGNORECASE,
)
_FALL_BEHIND = re.compile(
    rf"\s+(?:(?:{_FALL_NOUNS})\b|(?:lower|less|fewer|smaller|below|under|beneath|behind|short\s+of|down)\b)",
    re.IGNORECASE,
)
"""Words behind by how much something is less: `5% below its level`, `3% down on 2022`, `an 8% drop to 12 GW`."""
_RELATIVE = ("percent", "percentage point")
"""Units of numbers that such words make a fall: `12 GW below` may as well be how far apart two levels are."""
_OPPOSITE = {"at_least": "at_most", "at_most": "at_least"}


class Counted(NamedTuple):
    """A number of a phrase: its position and words there, and its value with the sign that the words give it."""

    start: int
    end: int
    text: str
    quantity: Quantity | None
    problem: str
    is_fall: bool = False

    @property
    def said(self) -> str:
        """Its words as `equals` takes them: a fall begins with a minus."""
        return f"−{self.text}" if self.is_fall else self.text


def is_set_aside(number: FoundQuantity) -> bool:
    """Whether a number never counts: a year, an ordinal, a day, a quarter of a year, part of a name."""
    if number.quantity is None:
        return (
            # Only the words of a problem tell what kind it is.
            _NAME in number.problem
            or _PLACE in number.problem
            or number.problem in _DAY
            or _PERIOD.fullmatch(number.text) is not None
            or (number.text.strip().isdigit() and "year" in number.problem)
        )
    return number.quantity.unit in UNCOUNTED


def counted_numbers(text: str) -> list[Counted]:
    """Return the numbers of a phrase that count, in order; `fell by 8%` and `an 8% drop` are −8%."""
    found = []
    for number in find_quantities(text):
        if is_set_aside(number):
            continue
        quantity = number.quantity
        is_fall = quantity is not None and quantity.value > 0 and _is_fall(text, number, quantity)
        if quantity and is_fall:
            quantity = mirrored(quantity)
        found.append(Counted(number.start, number.end, number.text, quantity, number.problem, is_fall))
    return found


def _is_fall(text: str, number: FoundQuantity, quantity: Quantity) -> bool:
    if _FALL_BEFORE.search(text, 0, number.start):
        return True
    return quantity.unit in _RELATIVE and _FALL_BEHIND.match(text, number.end) is not None


def mirrored(quantity: Quantity) -> Quantity:
    """Return the same number with the opposite sign."""
    interval = quantity.interval.mirrored()
    return quantity._replace(
        value=-quantity.value,
        low=interval.low,
        high=interval.high,
        low_open=interval.low_open,
        high_open=interval.high_open,
        kind=_OPPOSITE.get(quantity.kind, quantity.kind),
    )


def read_in(number: Counted, unit: str) -> Quantity | None:
    """Return a number in a unit that its words leave open, as `42` and `2:52` do; None if it cannot be read."""
    bare = number.quantity is None or number.quantity.unit == "number"
    if not bare or unit not in UNITS:
        return None
    try:
        quantity = parse_quantity(number.text, unit)
    except QuantityError:
        return None
    if quantity.kind == "missing":
        return None
    return mirrored(quantity) if number.is_fall else quantity
