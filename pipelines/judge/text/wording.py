"""The words of findings on texts: what each rule says, and a template for each of its cases, in one place.

Belongs here: English for readers. Does not: what is found (`relate`), or where findings are printed (`report`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import isfinite
from types import MappingProxyType
from typing import NamedTuple

from tidebook.pipelines.read.formatting import format_number
from tidebook.pipelines.relate.anomaly import Anomaly
from tidebook.pipelines.relate.terms import CellPlace


class Rule(NamedTuple):
    """What a rule on texts says: its meaning, and the words of what breaks it, by case.

    Attributes:
        meaning: what each finding of it says.
        templates: words of a finding by case; "" is the usual one. Rules of sentences say for themselves what follows.
        is_replaceable: whether what would be right can replace what is printed; else it is described.
    """

    meaning: str
    templates: Mapping[str, str] = MappingProxyType({})
    is_replaceable: bool = False


RULES = {
    "total": Rule(
        "A total is not the sum of its parts.",
        {
            "": "{name}: {printed} is printed, {expected} follows from its parts{beside}{typo}",
            "part": "{name}: {printed} is printed, {expected} follows from the total and the other parts{beside}{typo}",
            "swapped": "{name}: {printed} and another cell make two sums fail{typo}",
            "crossing": "{name}: {printed} makes both the sum of its row and that of its column fail",
        },
        is_replaceable=True,
    ),
    "shares": Rule(
        "Shares of a whole do not add up to 100%.", {"": "{name}: the shares add up to {expected}%, not 100%{typo}"}
    ),
    "change": Rule(
        "A change or rate is not that of its two numbers.",
        {"": "{name}: {printed} is printed, {expected} follows from {first} and {second}{beside}"},
        is_replaceable=True,
    ),
    "share": Rule(
        "A share is not that of its part in its whole.",
        {"": "{name}: {printed} is printed, {expected} follows from {first} of {second}{beside}"},
        is_replaceable=True,
    ),
    "ratio": Rule(
        "A rate is not that of the two columns that give it in the other rows.",
        {"": "{name}: {printed} is printed, {expected} follows from {first} of {second}{beside}"},
    ),
    "order": Rule("Ranks or superlatives are out of order."),
    "grouping": Rule(
        "Digits are wrongly grouped.",
        {"": "its digits are not grouped by threes, as those of the other numbers are"},
    ),
    "rounding": Rule(
        "Numbers agree only thanks to rounding.", {"": "{name}: adds up only with rounding, off by {expected}"}
    ),
    "double": Rule(
        "Two rows of one label differ in one number.",
        {"": "{name}: {printed} is printed, and {first} in another row of the same label and numbers{typo}"},
    ),
    "carried": Rule(
        "A year opens with another balance than the year before closed with.",
        {"": "{name}: {printed} is printed, and the year before closed with {first}{typo}"},
    ),
    "copy": Rule("A number is that of the row above.", {"": "{head}: {label} repeats the number of {first_label}"}),
    "reading": Rule("A number or wording is not what its sentence says of the tables."),
    "direction": Rule("A rise is called a fall, or a fall a rise."),
    "level": Rule("A number is not that of the cell that its words name."),
    "difference": Rule("A number is not what one cell has more than another."),
    "multiple": Rule("A multiple or fraction is not that of its two numbers."),
    "points": Rule("A change in percentage points is not that of its two percentages."),
    "mean": Rule("A mean is not that of its numbers."),
    "repeat": Rule("Two numbers of a text seem to be of one quantity, and differ."),
    "near miss": Rule("A number is close to a cell of a row that its sentence mentions."),
}
"""The rules on texts by name. Plugins bring the words of theirs."""
REPLACEABLE = tuple(name for name, rule in RULES.items() if rule.is_replaceable)
BESIDE = {
    "total": (", which add up in {held} other", ", which add up in {held} others"),
    "change": (", as in {held} other row", ", as in {held} other rows"),
}
"""What is said of the other places in which the same holds: of one, and of several."""
TYPO = "; {typo} would correct it"
EXACT = 12
"""Significant digits of a number that is quoted in full."""
_NUMERAL = re.compile(r"\d[\d,]*(?:\.\d+)?")


class Words(NamedTuple):
    """A table as printed: the texts of cells, and the labels of rows and heads of columns."""

    texts: Sequence[Sequence[str]]
    labels: Sequence[str]
    heads: Sequence[str]

    def text(self, cell: CellPlace) -> str:
        """The text of a cell."""
        return self.texts[cell[0]][cell[1]].strip()

    def label(self, row: int) -> str:
        """The label of a row."""
        return self.labels[row] or f"row {row + 1}"


def expected_text(odd: Anomaly, words: Words) -> str:
    """Return what would be right as the accused cell prints its own number; "" where that is not one number."""
    if not isfinite(odd.expected) or not isfinite(odd.printed) or odd.rule == "rounding":
        return ""
    return _like(words.text(odd.cells[-1]), odd.printed, odd.expected, odd.high - odd.low)


def _follows(odd: Anomaly, words: Words) -> str:
    """Return between which values what would be right lies, once if they are printed alike."""
    if odd.low == odd.high or not isfinite(odd.low + odd.high) or not isfinite(odd.printed):
        return expected_text(odd, words) or (format_number(odd.expected, EXACT) if isfinite(odd.expected) else "")
    printed = words.text(odd.cells[-1])
    ends = [_like(printed, odd.printed, end, odd.high - odd.low) for end in (odd.low, odd.high)]
    return " to ".join(dict.fromkeys(ends))


def _like(printed: str, size: float, value: float, room: float) -> str:
    """Return a value in the scale and with the signs of a cell that prints `size`: `$60M` where it has `$61M`.

    Of a result that rounding leaves open, as a rate of two rounded numbers is, the digits are shown that the cell has.
    """
    numeral = _NUMERAL.search(printed)
    digits = float(numeral[0].replace(",", "")) if numeral else 0.0
    scale = abs(size) / digits if digits and size else 1.0
    shown = abs(value) / scale
    decimals = len(numeral[0].partition(".")[2]) if numeral else 0
    text = f"{shown:,.{decimals}f}" if room else format_number(round(shown, 10), EXACT)
    if numeral is None:
        return format_number(value, EXACT)
    sign = "−" if (value < 0) != (size < 0) and value < 0 else ""
    before, behind = printed[: numeral.start()], printed[numeral.end() :]
    if (value < 0) != (size < 0):  # the other sign, in whatever way this one is printed
        before, behind = re.sub(r"[-−–(]", "", before), behind.replace(")", "")
    return f"{sign}{before}{text}{behind}".strip()


def why(odd: Anomaly, words: Words) -> str:
    """Return an anomaly in a sentence."""
    row, column = odd.cells[-1]
    name = f"{words.label(row)}, {words.heads[column]}" if words.heads[column] else words.label(row)
    case, held = "", ""
    if odd.rule == "total" and not odd.is_result:
        case = "part" if isfinite(odd.printed) else "crossing"
    elif odd.rule == "total" and not isfinite(odd.printed):
        case = "swapped"
    if odd.rule == "shares" or (odd.rule == "rounding" and not odd.is_result):
        name = f"all, {words.heads[column]}"
    if odd.held and odd.rule in ("total", "change", "share", "ratio"):
        held = BESIDE["total" if odd.rule == "total" else "change"][odd.held > 1].format(held=odd.held)
    first, second = (odd.cells[0], odd.cells[1]) if len(odd.cells) > 1 else (odd.cells[0], odd.cells[0])
    return (
        RULES[odd.rule]
        .templates[case]
        .format(
            name=name,
            head=words.heads[column],
            label=words.label(row),
            printed=words.text(odd.cells[-1]),
            expected=_follows(odd, words),
            beside=held,
            typo=TYPO.format(typo=odd.typo) if odd.typo else "",
            first=words.text(first),
            second=words.text(second),
            first_label=words.label(first[0]),
        )
    )
