"""The benchmark's own reader of numbers, so that planted slips do not depend on the reader under test.

Belongs here: digits with their sign of money, percent and magnitude, in cells and sentences. Does not: numbers in
words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.text.documents import Document, Where

_NUMERAL = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_MAGNITUDES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_PROSE = re.compile(
    rf"(?<![\w.,/$€£¥–-])(?P<money>[A-Z]{{0,2}}[$€£¥]\s?)?(?P<numeral>{_NUMERAL})(?![\d/]|[.,]\d|[-–]?\w)"
    r"(?P<percent>\s?%|\s(?:percent|per cent)\b)?(?:\s(?P<magnitude>thousand|million|billion)\b)?"
)
_CELL = re.compile(
    rf"[A-Z]{{0,2}}[$€£¥]?\s*(?P<minus>[-−(]\s*)?[$€£¥]?\s*(?P<numeral>{_NUMERAL})\s*(?P<percent>%?\s*\)?\s*%?)"
    r"(?:\s*(?:\([a-z\d]\)|\*))*"
)
_NO_QUANTITY_BEFORE = re.compile(
    r"(?i)(?:\b(?:january|february|march|april|may|june|july|august|september|october|november|december|note|notes|item"
    r"|section|part|level|ifrs|ias|asc|asu|topic|form|page|pages|rule|tier|class|series|step|phase|no\.?)\s|\($)$"
)
_TIME_BEHIND = re.compile(r"(?i)\s(?:years?|months?|days?|weeks?|quarters?|hours?)\b")
_YEAR = re.compile(r"(?:19|20)\d\d")
_SENTENCE_END = re.compile(r"(?<=[.;])\s+(?=[A-Z(])")
_NO_MONEY = re.compile(
    r"(?i)number of|\bshares\b|\bunits\b|\boptions\b|employees|headcount|\byears\)|\bterm\b|\blife\b"
)
_PER_ONE = re.compile(r"(?i)per (?:\w+ )?(?:share|unit)|price|\(cents\)")
_SCALE = re.compile(
    r"(?i)\bin (?:u\.?s\.? )?(?:dollars in )?(thousand|million|billion)s?\b|[$€£]\s?(thousand|million|billion)s?\b"
    r"|\b(thousand|million|billion)s of\b|[$€£]\s?(m|bn|k)\b|(['’]000|[$€£]000)"
)
_SCALES = {"m": 1e6, "bn": 1e9, "k": 1e3} | _MAGNITUDES


@dataclass(frozen=True)
class Number:
    """A printed number: where its digits stand in its block, and what is printed around them.

    Attributes:
        factor: What its word of magnitude multiplies it by.
        unit: "money", "percent" or "plain"; in a cell without a sign, "plain" may be money too.
        magnitude: Where its word of magnitude stands, None without one.
    """

    where: Where
    start: int
    end: int
    text: str
    factor: float = 1.0
    unit: str = "plain"
    negative: bool = False
    magnitude: tuple[int, int] | None = None

    @property
    def printed(self) -> float:
        """The digits as a number, without sign and magnitude."""
        return float(self.text.replace(",", ""))

    @property
    def half(self) -> float:
        """Half a unit of the last digit."""
        return float(0.5 * 10.0**-self.decimals)

    @property
    def decimals(self) -> int:
        """How many digits stand behind the point."""
        return len(self.text.partition(".")[2])

    @property
    def significant(self) -> int:
        """How many digits it has, without zeros at the beginning and at the end of a whole number."""
        digits = self.text.replace(",", "")
        return len((digits.replace(".", "") if "." in digits else digits.rstrip("0")).lstrip("0"))

    @property
    def signed(self) -> float:
        """The digits with their sign, without magnitude."""
        return -self.printed if self.negative else self.printed


def prose_numbers(document: Document) -> Iterator[tuple[Number, tuple[int, int]]]:
    """Yield each number of the paragraphs that is no year, day, note or time span, with the span of its sentence."""
    for row, text in enumerate(document.paragraphs):
        for begin, end in sentences(text):
            for found in _PROSE.finditer(text, begin, end):
                number = _prose_number(Where(row), found)
                if _is_quantity(text, found, number):
                    yield number, (begin, end)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the begin and end of each sentence."""
    begin = 0
    for found in _SENTENCE_END.finditer(text):
        yield begin, found.start()
        begin = found.end()
    yield begin, len(text)


def _prose_number(where: Where, found: re.Match[str]) -> Number:
    word = found["magnitude"]
    return Number(
        where,
        found.start("numeral"),
        found.end("numeral"),
        found["numeral"],
        factor=_MAGNITUDES[word] if word else 1.0,
        unit="money" if found["money"] else "percent" if found["percent"] else "plain",
        magnitude=found.span("magnitude") if word else None,
    )


def _is_quantity(text: str, found: re.Match[str], number: Number) -> bool:
    if number.unit != "plain" or number.magnitude:
        return True
    if _YEAR.fullmatch(number.text) or _TIME_BEHIND.match(text, found.end()):
        return False
    return not _NO_QUANTITY_BEFORE.search(text[max(0, found.start() - 16) : found.start("numeral")])


def cell_numbers(document: Document) -> dict[Where, Number]:
    """Return the number of each cell that holds one, without the column of labels and the rows at the head."""
    found: dict[Where, Number] = {}
    for row in range(head_rows(document), len(document.rows)):
        for column in range(1, len(document.rows[row])):
            number = _cell_number(document, Where(row, column))
            if number is not None:
                found[number.where] = number
    return found


def _cell_number(document: Document, where: Where) -> Number | None:
    found = _CELL.fullmatch(document.text_at(where))
    if found is None:
        return None
    label = document.rows[where.row][0]
    is_percent = "%" in found["percent"] or "%" in heading(document, where.column) or "%" in label
    unit = "percent" if is_percent and not re.search(r"[$€£¥]", found[0]) else "plain"
    return Number(where, *found.span("numeral"), found["numeral"], unit=unit, negative=found["minus"] is not None)


def head_rows(document: Document) -> int:
    """Return how many rows at the top hold no number but years."""
    for at, row in enumerate(document.rows):
        if any(_CELL.fullmatch(cell) and not _YEAR.match(cell) for cell in row[1:]):
            return at
    return len(document.rows)


def heading(document: Document, column: int) -> str:
    """Return the text at the head of a column."""
    return " ".join(row[column] for row in document.rows[: head_rows(document)] if row[column])


def factors(document: Document, cell: Number, prose: Number) -> tuple[float, ...]:
    """Return the factors that may bring a cell to the scale of a number in the prose; () if they do not compare."""
    about = f"{document.rows[cell.where.row][0]} {heading(document, cell.where.column)}"
    if (cell.unit == "percent") != (prose.unit == "percent"):
        return ()
    is_no_money = _NO_MONEY.search(about) and "$" not in document.text_at(cell.where)
    if prose.unit == "money" and is_no_money:
        return ()
    scale = declared_scale(document)
    if prose.unit == "percent" or _PER_ONE.search(about) or scale == 1.0:
        return (1.0,)
    return (scale, 1.0) if prose.unit == "money" else (1.0,)


def declared_scale(document: Document) -> float:
    """Return the scale of a table's amounts, such as 1000: as its heads declare it, or else the paragraphs."""
    heads = " ".join(" ".join(row) for row in document.rows[: head_rows(document) + 1])
    for words in (heads, " ".join(document.paragraphs)):
        if found := _SCALE.search(words):
            return _SCALES.get(next(filter(None, found.groups())).lower(), 1e3)
    return 1.0
