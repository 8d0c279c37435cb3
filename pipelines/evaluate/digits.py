"""What the digits of a printed number allow, and whether a reference is a coarser form of the same number.

Belongs here: digits as they are printed, zeros at the end included. Does not: what a text implies by its words
(`read.quantities`), or how a figure compares with its references (`reconciliation`).
"""

from __future__ import annotations

import re

from tidebook.pipelines.read.formatting import significant_digits
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.quantities.interval import Interval
from tidebook.schemas.units import UNITS, UNSCALED

PLAIN = ("exact", "rounded")
"""Kinds of numbers without a word that widens or bounds them."""


def is_coarser_form(reference: Row, figure: Row) -> bool:
    """Whether a reference prints the number of a figure with fewer digits, rounded or cut off.

    It is within one unit of its own last digit of it: 81.7 million is said of 81,755,538.
    """
    if figure["kind"] not in PLAIN or reference["unit"] != figure["unit"]:
        return False
    allowed = coarser_interval(reference, figure)
    return allowed is not None and abs(figure["value"] - reference["value"]) < allowed.high - allowed.low


def coarser_interval(reference: Row, figure: Row) -> Interval | None:
    """Return what a rounded reference allows if it prints fewer digits than a figure, else None."""
    if reference["kind"] != "rounded":
        return None
    allowed, full = Interval.of(reference), in_full(figure)
    # 300 may be a round number in an article, but what is known counts as it stands.
    digits = in_full(reference)
    if len(significant_digits(reference["value"])) == 1 and digits.within(allowed):
        allowed = digits
    return allowed if allowed.high - allowed.low > full.high - full.low else None


def in_full(figure: Row) -> Interval:
    """Return what the printed digits allow when all of them count, zeros too, and no word is read."""
    value = figure["value"]
    half = half_unit(figure)
    return Interval(value - half, value + half)


def half_unit(figure: Row) -> float:
    """Return half a unit of the last printed digit; 0 for a count and for a number in words."""
    value, unit = figure["value"], figure["unit"]
    if figure["kind"] == "exact" or not value or unit in UNSCALED:
        return 0.0
    digits = re.sub(r"\D", "", number_in(figure["text"], value)).lstrip("0")
    if not digits or (UNITS[unit].whole and float(digits) == abs(value)):
        return 0.0
    return float(abs(value) / float(digits) / 2)


def number_in(text: str, value: float) -> str:
    """Return the number in a cell that is the value but for a power of ten, in ASCII digits; the shortest of several.

    It is "" if other things give the value: words, both ends of a range, hours and minutes.
    """
    plain = re.sub(r"\d", lambda digit: str(int(digit[0])), text)  # digits of any script
    own = significant_digits(value)
    numbers = []
    # Groups of three digits after a blank or an apostrophe belong to one number: 1 234 567, 1'234.
    for number in re.findall(r"\d+(?:[\s'’]\d{3}(?!\d))*(?:[.,]\d+)*", plain):
        if re.sub(r"\D", "", number).strip("0") == own:
            numbers.append(number)
    return min(numbers, key=len, default="")
