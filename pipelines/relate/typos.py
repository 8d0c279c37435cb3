"""Typos: which single slip would turn a printed number into one that is wanted, and among how many slips that is.

Belongs here: what a hand does to one number. Does not: numbers that change places (`totals`), or what a slip proves.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from tidebook.pipelines.relate.terms import Term
from tidebook.schemas.units import UNITS

FACTOR, DIGIT, TRANSPOSED = "a factor of ten", "one digit", "two digits in each other's place"
SWAPPED = "two cells swapped"
LONGEST = 18
"""Maximum digits of a number whose typos are tried."""


class Typo(NamedTuple):
    """A slip: its name, the number that was meant, and how many slips like it there are."""

    name: str
    value: float
    ways: float


def typos(term: Term, low: float, high: float) -> Iterator[Typo]:
    """Yield the slips of a number whose correction lies between two ends."""
    for factor in (0.1, 10.0):
        if low <= factor * term.value <= high and _may_be(term, factor):
            yield Typo(FACTOR, factor * term.value, 2)
    digits = str(abs(round(term.value / term.last)))
    if len(digits) > LONGEST:
        return
    step = -term.last if term.value < 0 else term.last
    yield from _one_digit(term.value, digits, step, low, high)
    yield from _two_digits(term.value, digits, step, low, high)


def typo_between(term: Term, meant: Term) -> str:
    """Return the name of the slip that would turn a number into another one, "" for none."""
    return next((each.name for each in typos(term, meant.value - meant.half, meant.value + meant.half)), "")


def _may_be(term: Term, factor: float) -> bool:
    """Whether a tenth or ten times a number can exist: a tenth of 22 people cannot."""
    return factor > 1 or not UNITS[term.unit].whole or term.value % 10 == 0


def _one_digit(value: float, digits: str, step: float, low: float, high: float) -> Iterator[Typo]:
    for place, printed in enumerate(digits):
        size = 10 ** (len(digits) - 1 - place) * step
        for digit in string.digits:
            meant = value + (int(digit) - int(printed)) * size
            if digit != printed and low <= meant <= high:
                # At each place before nine other digits might stand.
                yield Typo(DIGIT, meant, 9 * (place + 1))


def _two_digits(value: float, digits: str, step: float, low: float, high: float) -> Iterator[Typo]:
    for place, (first, second) in enumerate(pairwise(digits)):
        # Neighbours in each other's place change a number by nine times their difference.
        meant = value + 9 * (int(second) - int(first)) * 10 ** (len(digits) - 2 - place) * step
        if first != second and low <= meant <= high:
            yield Typo(TRANSPOSED, meant, len(digits) - 1)
