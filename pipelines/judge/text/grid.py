"""The numbers of a table in a text: each with its row, its unit and the power of ten that the table declares.

Belongs here: reading cells without a declaration, by the words of the table alone. Does not: tables of a dossier, whose
columns are declared (`read.tables`), or what the numbers say about each other (`relate`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import NamedTuple

from tidebook.pipelines.judge.text.finding import Span
from tidebook.pipelines.judge.text.words import words
from tidebook.pipelines.read.quantities.context import Context
from tidebook.pipelines.read.quantities.sentences import find_quantities
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.read.text.blocks import is_head_within
from tidebook.pipelines.read.text.document import Cell, TextTable
from tidebook.pipelines.relate.terms import NIL

NUMBER = r"\d{1,3}(?:\s?,\s?\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "RMB": "CNY", "A$": "AUD", "C$": "CAD"}
_SIGN = "US[$]|A[$]|C[$]|[$€£¥]|RMB"
_CELL = re.compile(
    rf"(?:\+\s?)?(?P<minus>[-−–(]\s?)?(?P<sign>{_SIGN})?\s?(?P<inner>[-−–(]\s?)?(?P<number>{NUMBER})(?P<percent>\s?%)?\s?\)?"
    r"(?P<behind>\s?(?:%|pp|x))?\s?\)?(?P<notes>(?:\s?\((?:\d|[a-z])\)|[*†‡§#⁰¹²³⁴⁵⁶⁷⁸⁹])*)"
)
_UNCERTAIN = re.compile(r"\s*[-−]?\d+(?:\.(?P<decimals>\d+))?\s?(?:±|\+/-)")
"""A number with its error, which is not rounding: `1.42 ± 0.05`."""
_TWO_NUMBERS = re.compile(rf"\d{{1,3}}\s\(\s?\d+\s?\)|(?:{NUMBER})\s?(?:\(\s?\d[\d,.]+\s?\)|/\s?(?:{NUMBER}))")
"""A cell such as `26 (5)` or `4.5 / 11`; one digit in parentheses behind a long number is that of a note."""
_NIL = re.compile(rf"(?:{_SIGN})?\s*[-‐‑‒–—―]+\s*%?|nil", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]*\d)")
SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
CURRENCY_CODES = "EUR|USD|GBP|JPY|CNY|CHF|AUD|CAD|SEK|NOK|DKK|INR|BRL"
_SCALED = re.compile(
    r"(?:\bin\s+|\(|[$€£¥]\s?|\bof\s+|(?-i:\b[A-Z]{3}\s))(?:[A-Za-z.]+\s+)?(?:[$€£¥]\s?)?"
    r"(?P<word>thousand|million|billion|trillion)s?\b(?!\s+(?:shares|of(?!\s+(?:US|U\.S|[$€£¥]|dollars|euros|pounds|yen))))"
    r"|[$€£]\s?(?P<letter>m|mn|bn|k)\b|(?<!\d)['’(]\s?(?:[$€£]\s?)?(?P<zeros>000)s?\b|\b000s\b|[$€£](?P<three>000)s?\b"
    rf"|(?-i:\b(?P<before>[mMkT]|bn|mn)\s?(?:{CURRENCY_CODES})\b)|(?-i:\b(?:{CURRENCY_CODES})\s?(?P<behind>m|mn|bn|k)\b)",
    re.IGNORECASE,
)
_LETTERS = {"m": 1e6, "mn": 1e6, "bn": 1e9, "k": 1e3, "t": 1e3}
"""Powers of ten by the letters beside a sign or code of a currency; `TEUR` is thousands."""
_COUNTED = re.compile(
    r"\bnumber of\b|\b(?:shares|options|units|employees|headcount|customers|stores|sites|properties|days|years?|months"
    r"|(?<!-)term|life|ratio|volatility|times|weighted.average (?:common )?shares|people|persons|members|hours|tons)\b",
    re.IGNORECASE,
)
_PER_UNIT = re.compile(
    r"\bper\b(?! cent)|\b(?:earnings|loss|income|dividends?)\b.*\bper\b|(?<!\bpurchase )\bprice\b|\baverage\b|\beps\b",
    re.IGNORECASE,
)
_PERIODS = re.compile(r"\b(?:years?|months|days)\s+end(?:ed|ing)\b|\b\w+\s+months\b", re.IGNORECASE)
_RATE = re.compile(r"(?<!\d)\s?%|\bper ?cent(?:age)?\b|\bmargin\b(?!s? (?:account|call|loan))", re.IGNORECASE)
_RATE_HEAD = re.compile(r"(?<!\d)%|\bper ?cent(?:age)?\b", re.IGNORECASE)
_RANKED = re.compile(r"#|rank(?:ing)?|no\.?|place|position|pos\.?", re.IGNORECASE)
_NOTES = re.compile(r"(?:foot)?notes?|ref(?:erence)?|page", re.IGNORECASE)
_CHANGE = re.compile(
    r"\b(?:change|variance|var\.?|increase|decrease|growth|diff(?:erence)?|delta)\b|[+−-]/|\by/y\b|\byoy\b|Δ",
    re.IGNORECASE,
)
_BARE_PERIOD = re.compile(r"(?:(?:FY|Q[1-4]|H[12])[ -]?)?(?:(?:19|20)\d\d)(?:\s?[/–-]\s?\d{2,4})?")
_IN_PERCENT = re.compile(r"\((?:in )?(?:%|percent|per cent)\)\W*$", re.IGNORECASE)
_SHARE_OF = re.compile(r"%\s*of\b|\bpercent(?:age)? of\b|\bshare\b|\b% ?total\b", re.IGNORECASE)
_TEXT_CONTEXT = Context(decimal=".", parentheses="aside")


_SHORT_YEAR = re.compile(r"\b(?:FY|CY|F)\s?['’]?(\d\d)\b")


def _years(text: str) -> list[str]:
    """Return the years of a head, of `FY25` the last two digits."""
    return _YEAR.findall(text) + _SHORT_YEAR.findall(text)


class Number(NamedTuple):
    """A number in a cell.

    Attributes:
        row, column: its place among the rows below the heads and among the columns, from 0.
        text: the cell as printed.
        start, end: its offsets in the source.
        value: the number as printed, with its sign.
        half: half a unit of its last digit.
        unit: `percent`, `number`, or the code of a currency.
        factor: what the table's words multiply it by; 1 for percentages, counts and prices.
        is_scaled: whether the table says so, or the cell itself with a word such as `million`.
    """

    row: int
    column: int
    text: str
    start: int
    end: int
    value: float
    half: float
    unit: str
    factor: float
    is_scaled: bool

    @property
    def span(self) -> Span:
        """Its place in the source, with its words."""
        return Span(self.start, self.end, self.text)

    @property
    def size(self) -> float:
        """Its value without its sign, in the unit itself."""
        return abs(self.value) * self.factor

    @property
    def slack(self) -> float:
        """Half a unit of its last digit, in the unit itself."""
        return self.half * self.factor


@dataclass(frozen=True)
class Head:
    """The head of a column: its words, the years in it, and whether the column holds levels, changes or shares."""

    text: str
    years: tuple[int, ...]
    kind: str


class NumberTable:
    """The numbers of a table.

    Attributes:
        table: the table as it is in the text.
        around: the words around it that may declare a power of ten.
        announced: what the text says that it shows.
    """

    def __init__(self, table: TextTable, around: str = "", announced: str = "") -> None:
        self.table = table
        self.around = around
        self.announced = announced
        self._years_in: dict[int, bool] = {}

    @cached_property
    def about(self) -> str:
        """All words that are around its rows: caption, headings above, heads, and what stands right before it."""
        return " ".join([self.table.caption, *self.table.section, *self.table.heads, self.table.lead])

    @cached_property
    def labels(self) -> list[str]:
        """The label of each row: its first cell."""
        return self.table.labels

    @cached_property
    def groups(self) -> list[str]:
        """The heading within the table above each row: the label of the last row without numbers; "" for none."""
        found = []
        group = ""
        filled = {number.row for number in self.numbers}
        for index, row in enumerate(self.table.rows):
            if index not in filled and row[0].text and not any(cell.text for cell in row[1:] if not cell.spanned):
                group = row[0].text
            found.append(group)
        return found

    @cached_property
    def heads(self) -> list[Head]:
        """The head of each column; a head of an upper row spans the empty cells behind it."""
        rows = [[cell.text for cell in row] for row in self.table.header_rows]
        for row, below in pairwise(rows):
            # The first column holds labels, so that no head can span from it.
            for column in range(2, len(row)):
                # Only above a head: an empty column that parts two groups stays empty.
                if not row[column] and below[column]:
                    row[column] = row[column - 1]
        texts = []
        for column in range(self.table.width):
            texts.append(" / ".join(filter(None, dict.fromkeys(row[column] for row in rows))))
        return [_head(text) for text in texts]

    @cached_property
    def scale(self) -> float | None:
        """The power of ten that the table's own words declare for all of it, None for none."""
        first, *others = self.table.heads or [""]
        heads = [first, *(head for head in others if not _names_more(head))]
        # The nearest words first; those of the whole text come last, since another table may be meant.
        # A label that names a measure beside its power of ten declares that of its own row.
        labels = [label for label in self.labels[:2] if not _UNIT_BEHIND.search(label)]
        own = [self.table.caption, *heads, *labels, *self._leading_words, self.table.lead]
        for text in (*own, self.around):
            if factor := declared_scale(text):
                return factor
        return None

    @property
    def _leading_words(self) -> list[str]:
        """The cells of the first rows that hold no digit, as those below a head such as `2019`: `$ million`."""
        rows = [[cell.text for cell in row[1:]] for row in self.table.rows[:2]]
        return [text for row in rows if not any(map(str.isdigit, "".join(row))) for text in row]

    def _own_scale(self, row: int, column: int) -> float | None:
        """Return the power of ten that a row or column declares for itself, else that of the table."""
        return declared_scale(self.labels[row]) or declared_scale(self.heads[column].text) or self.scale

    @cached_property
    def currency(self) -> str:
        """The currency whose sign the table has, or whose code its caption or first head; "" for none or several."""
        texts = [self.table.caption, *self.table.heads, *self.labels, self.table.lead]
        texts += [cell.text for row in self.table.rows for cell in row[1:]]
        found = {_SIGNS[sign] for text in texts for sign in re.findall(_SIGN, text)}
        found = found or {code for text in (self.table.caption, *self.table.heads[:1]) for code in currency_codes(text)}
        return next(iter(found)) if len(found) == 1 else ""

    def currency_of(self, column: int) -> str:
        """Return the currency of a column, "" for none: where only heads of others have its sign, it has none."""
        return "" if column in self._unsigned_columns else self.currency

    @cached_property
    def _unsigned_columns(self) -> frozenset[int]:
        """The columns whose heads have words and no sign of a currency, where only heads of others have one."""
        signed = [bool(re.search(_SIGN, head.text)) for head in self.heads]
        if not any(signed[1:]) or self._has_sign_beyond_heads:
            return frozenset()
        return frozenset(column for column, head in enumerate(self.heads) if not signed[column] and words(head.text))

    @property
    def _has_sign_beyond_heads(self) -> bool:
        texts = [self.table.caption, *self.table.heads[:1], *self.labels, self.table.lead]
        texts += [cell.text for row in self.table.rows for cell in row[1:]]
        return any(re.search(_SIGN, text) for text in texts)

    @cached_property
    def numbers(self) -> list[Number]:
        """All numbers, by rows."""
        found = []
        for index, row in enumerate(self.table.rows):
            if is_head_within([" ".join(cell.text.split()) for cell in row]):
                continue
            for column, cell in enumerate(row[1:], 1):
                if not cell.spanned and (number := self._number(index, column, cell)):
                    found.append(number)
        return found

    def _number(self, row: int, column: int, cell: Cell) -> Number | None:
        text = cell.text.strip()
        if not any(map(str.isdigit, text)) or _NOTES.fullmatch(self.heads[column].text.strip()):
            return None
        plain = _CELL.fullmatch(text)
        if plain is None:
            return self._wordy_number(row, column, cell)
        digits = plain["number"]
        is_year = bool(_YEAR.fullmatch(digits)) and not (plain["sign"] or plain["percent"])
        if is_year and self._has_years(column):
            return None
        value = float("".join(digits.replace(",", "").split()))
        if plain["minus"] or plain["inner"]:
            value = -value
        half = 0.5 * 10.0 ** -len(digits.partition(".")[2])
        unit = self._unit(row, column, text)
        factor, is_known = self._factor(row, column, unit)
        start = cell.offsets[plain.start("number")]
        end = cell.offsets[plain.end("number") - 1] + 1
        return Number(row, column, text, start, end, value, half, unit, factor, is_known)

    def _factor(self, row: int, column: int, unit: str) -> tuple[float, bool]:
        """Return by what a number is multiplied, and whether that is known."""
        if not self._is_scaled(row, column, unit):
            return 1.0, True
        scale = self._own_scale(row, column)
        # Beside columns of money, one that counts is what it looks like.
        is_counted = unit == "number" and self.currency != "" == self.currency_of(column)
        return scale or 1.0, scale is not None or is_counted

    def _wordy_number(self, row: int, column: int, cell: Cell) -> Number | None:
        """Read a cell with more than a number, such as `$30M+` or `€433.5m (€366.5)`: the first number counts."""
        if len(cell.text) > LONGEST_CELL or re.match(r"[A-Za-z]{4,}", cell.text.strip()):
            return None
        first = next(iter(find_quantities(cell.text, _TEXT_CONTEXT)), None)
        if first is None or first.quantity is None or cell.text[: first.start].strip(" ~≈<>≤≥("):
            return None
        quantity = first.quantity
        uncertain = _UNCERTAIN.match(cell.text)
        is_exact = quantity.kind in ("exact", "rounded") or uncertain
        if not is_exact or quantity.unit in ("date", "calendar year", "rank"):
            return None
        # A count is exact, and gets half a unit as if it were rounded to ones.
        half = (quantity.high - quantity.low) / 2 or 0.5
        if uncertain:
            half = 0.5 * 10.0 ** -len(uncertain["decimals"] or "")
        unit = quantity.unit if quantity.unit in ("percent", "number") else quantity.unit.partition("/")[0]
        start, end = cell.offsets[first.start], cell.offsets[first.end - 1] + 1
        return Number(row, column, cell.text, start, end, quantity.value, half, unit, 1.0, True)

    def _has_years(self, column: int) -> bool:
        if column not in self._years_in:  # asked of each number that looks like a year
            self._years_in[column] = self._holds_years(column)
        return self._years_in[column]

    def _holds_years(self, column: int) -> bool:
        """Whether a column holds years: its head says so, or all of its numbers look like years."""
        if re.search(r"\byears?\b(?! ended| ending)", self.table.heads[column], re.IGNORECASE):
            return True
        texts = [row[column].text.strip() for row in self.table.rows if any(map(str.isdigit, row[column].text))]
        return all(_YEAR.fullmatch(text) for text in texts)

    def _unit(self, row: int, column: int, text: str) -> str:
        if "%" in text:
            return "percent"
        if sign := re.search(_SIGN, text):
            return _SIGNS[sign[0]]
        head, label = self.table.heads[column], self.labels[row]
        if _RATE_HEAD.search(head) or (_RATE.search(label) and not self._row_has_sign(row)):
            return "percent"
        if column in self._rate_columns or (self._is_in_percent and _BARE_PERIOD.fullmatch(head.strip())):
            return "percent"
        currency = self.currency_of(column)
        if currency and not _COUNTED.search(f"{label} {_PERIODS.sub('', head)}"):
            return currency
        return "number"

    @cached_property
    def _is_in_percent(self) -> bool:
        """Whether the head of the labels or the caption says that numbers below bare periods are percentages."""
        return any(_IN_PERCENT.search(text) for text in (*self.table.heads[:1], self.table.caption))

    @cached_property
    def _rate_columns(self) -> frozenset[int]:
        """The columns of changes or shares where only the first number may have a percent sign."""
        found = set()
        for column, head in enumerate(self.heads):
            texts = [row[column].text for row in self.table.rows if any(map(str.isdigit, row[column].text))]
            is_signed = any(re.search(_SIGN, text) for text in texts)
            if head.kind != "level" and texts and "%" in texts[0] and not is_signed:
                found.add(column)
        return frozenset(found)

    def _row_has_sign(self, row: int) -> bool:
        return any(re.search(_SIGN, cell.text) for cell in self.table.rows[row][1:])

    def _is_scaled(self, row: int, column: int, unit: str) -> bool:
        if unit == "percent":
            return False
        if _PER_UNIT.search(f"{self.labels[row]} {self.table.heads[column]}"):
            return False
        return not _COUNTED.search(self.labels[row]) or unit != "number"

    @cached_property
    def grid(self) -> list[list[Quantity | None]]:
        """The cells behind the labels as quantities, None where there is no number; a dash is zero."""
        places = {(number.row, number.column): number for number in self.numbers}
        grid: list[list[Quantity | None]] = []
        for index, row in enumerate(self.table.rows):
            line: list[Quantity | None] = []
            for column, cell in enumerate(row[1:], 1):
                number = places.get((index, column))
                if number is not None and self._has_two_numbers(cell.text) and column in self._mixed_columns:
                    line.append(None)
                elif number is not None:
                    line.append(self._quantity(number))
                else:
                    line.append(self._nil(index, column, cell))
            grid.append(line)
        return grid

    def _has_two_numbers(self, text: str) -> bool:
        return bool(_TWO_NUMBERS.fullmatch(text.strip()))

    @cached_property
    def _mixed_columns(self) -> frozenset[int]:
        """The columns in which only some cells hold two numbers, as `26 (5)` does: the first one may be anything."""
        found = set()
        for column in range(1, self.table.width):
            texts = [self.table.rows[number.row][column].text for number in self.numbers if number.column == column]
            if not all(map(self._has_two_numbers, texts)):
                found.add(column)
        return frozenset(found)

    def _nil(self, row: int, column: int, cell: Cell) -> Quantity | None:
        """Return the zero that a dash is; None for other cells, and for rates of change, where it is one left out."""
        if not _NIL.fullmatch(cell.text.strip()) or "-" in self.table.heads[column]:
            return None
        unit = self._summed_unit(self._unit(row, column, cell.text))
        is_left_out = unit == "percent" and self.heads[column].kind == "change"
        return None if is_left_out else Quantity(0.0, 0.0, 0.0, "exact", unit, NIL)

    def _quantity(self, number: Number) -> Quantity:
        is_rank = bool(_RANKED.fullmatch(self.table.heads[number.column].strip())) and number.value.is_integer()
        if is_rank:
            return Quantity(number.value, number.value, number.value, "exact", "rank", "")
        low, high = number.value - number.half, number.value + number.half
        return Quantity(number.value, low, high, "rounded", self._summed_unit(number.unit), "")

    def _summed_unit(self, unit: str) -> str:
        """Return the unit that counts where rows are added: whether a row is money is a guess, a percentage is not."""
        return unit if unit == "percent" else self.currency or unit


LONGEST_CELL = 60
"""Maximum characters of a cell that holds a number with words."""


def _head(text: str) -> Head:
    # Two digits, as in `FY24`, are of this century.
    years = tuple(dict.fromkeys(int(year) if len(year) == 4 else 2000 + int(year) for year in _years(text)))
    if _CHANGE.search(text) or (len(years) > 1 and not re.search(r"\d\s?[-–/]\s?\d", text)):
        return Head(text, years, "change")
    if _SHARE_OF.search(text) or (text.strip(" ()/") == "%"):
        return Head(text, years, "share")
    return Head(text, years, "level")


_CURRENCY = re.compile(rf"\b(?:[mMkT]|bn|mn)?(?P<code>{CURRENCY_CODES})(?:m|mn|bn|k)?\b")


def currency_codes(text: str) -> list[str]:
    """Return the codes of currencies that a label has, with or without a power of ten: `mEUR`, `EUR million`."""
    return _CURRENCY.findall(text)


@cache
def _names_more(head: str) -> bool:
    """Whether a head that declares a power of ten says what its column holds, too: `Passengers (millions)`."""
    return bool(words(_CODE.sub(" ", _SCALED.sub(" ", head))) - _OF_MONEY)


_UNIT_BEHIND = re.compile(r"\w[^()]*\([^()]+\)\s*$")
_CODE = re.compile(r"\b[A-Z]{3}\b")
"""The code of a currency."""
_OF_MONEY = words("dollars euros pounds US USD EUR GBP except per share data percentages audited unaudited restated")


@cache
def declared_scale(text: str) -> float | None:
    """Return the power of ten that words such as `in millions` or `£'000` declare."""
    found = _SCALED.search(text)
    if found is None:
        return None
    if found["word"]:
        return SCALES[found["word"].lower()]
    letters = found["letter"] or found["before"] or found["behind"]
    return _LETTERS[letters.lower()] if letters else 1e3


_AS_FOLLOWS = re.compile(r"\b(?:are|is|was|were)\s+as\s+follows\b", re.IGNORECASE)
_TABLE_SHOWS = re.compile(
    r"\b(?:following\s+table|table\s+(?:above|below))\s+"
    r"(?:shows|presents|summari[sz]es|sets\s+(?:forth|out)|gives|lists|details|provides)\b(?P<what>[^.;:]{0,200})",
    re.IGNORECASE,
)
"""What a sentence says that a table shows: `The following table shows our sales`, `Our sales were as follows`."""


def _announced(texts: Iterable[str]) -> str:
    found = []
    for text in texts:
        before = (text[max(match.start() - 200, 0) : match.start()] for match in _AS_FOLLOWS.finditer(text))
        found += [re.split("[.;:]", each)[-1] for each in before]
        found += [match["what"] for match in _TABLE_SHOWS.finditer(text)]
    return " ".join(found)


def number_tables(tables: Sequence[TextTable], around: Sequence[str]) -> list[NumberTable]:
    """Return the tables of a text with their numbers.

    Args:
        tables: the tables.
        around: the paragraphs, which may say `(in millions)`, and what the only table shows.
    """
    stated = " ".join(
        re.findall(r"\((?:[^()]{0,60}\s)?in (?:thousand|million|billion)s\b[^()]{0,80}\)", " ".join(around))
    )
    announcing = [around if len(tables) == 1 else [table.lead] for table in tables]
    return [NumberTable(table, stated, _announced(own)) for table, own in zip(tables, announcing, strict=True)]
