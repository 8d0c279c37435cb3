"""What the columns of a publisher's table are: keys, periods, countries, values, flags, and what all rows share.

Belongs here: the guess from headers and cells, and what has to be asked. Does not: reading a table as it is declared
(`files`), or units in words (`stated`).
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean, printable
from tidebook.pipelines.read.evidence_tables.countries import country
from tidebook.pipelines.read.evidence_tables.flags import NO_VALUE
from tidebook.pipelines.read.evidence_tables.formats import PARQUET
from tidebook.pipelines.read.evidence_tables.layout import MOST_HEADER_LINES, SEARCHED_ROWS, joined_header
from tidebook.pipelines.read.evidence_tables.periods import Period, fiscal_period, period, period_of, resolution_of
from tidebook.pipelines.read.evidence_tables.series import PLACES, TIMES
from tidebook.pipelines.read.evidence_tables.stated import Stated, of_name, stated_unit
from tidebook.pipelines.read.names import identifiers, slug_of_all
from tidebook.pipelines.read.rawfile import OTHER_SIGNS, decoded

MOST_ROWS = 20_000
"""Rows that are looked at."""
SHOWN_ROWS, SHOWN_CELLS = 3, 8
ANY_MONTH = "January"
"""A first month by which fiscal years are told from other texts; which one it is makes no difference to that."""

_NUMBER = re.compile(r"[-−+]?(?:\d{1,3}(?:[ ,.'’\N{NO-BREAK SPACE}]\d{3})+|\d+)?(?:[.,]\d+)?(?:[eE][+-]?\d+)?\s?%?")
_DECIMAL = re.compile(r"\d[.,]\d{1,2}$|\d[.,]\d{4,}|\d[eE][+-]?\d")
_YEAR = re.compile(r"(?:YR?)?(1[5-9]\d\d|20\d\d|21\d\d)(?: \[YR\d{4}\])?")
_DAY_FIRST = re.compile(r"\d{1,2}[./]\d{1,2}[./]\d{2,4}( .*)?")
_IS_DAY = re.compile(r"\d{4}-\d{2}-\d{2}").fullmatch
_FLAGS = re.compile(
    r"(?:obs_?)?(?:flags?|status)|flag codes?|symbol|obs_?flag|obs_?status|obs_value_flag", re.IGNORECASE
)
_UNITS = re.compile(r"units?|unit_?measure|unit of measure|measure_?unit", re.IGNORECASE)
_MULTIPLIERS = re.compile(r"unit_?mult(?:iplier)?|powercode code|powercode", re.IGNORECASE)
_ABOUT = re.compile(
    r"dataflow|structure(?:_id|_name)?|action|key|decimals|last update|obs_conf|conf_status|time_format|notes?|"
    r"footnotes?|source|scale|collection|availability",
    re.IGNORECASE,
)
"""Headers of columns that say something of a row, and are no key and no value."""
_OF_FLOWS = ("DATAFLOW", "STRUCTURE")
"""How the first header of SDMX-CSV begins."""
_VALUES = re.compile(r"(?:obs_?)?values?", re.IGNORECASE)


class Choices(NamedTuple):
    """What a person says of a table: the texts of columns, the keys, the column of values, its unit, fiscal years."""

    where: Mapping[str, str] = {}
    key: tuple[str, ...] = ()
    value: str = ""
    unit: str = ""
    fiscal_year: str = ""

    def period_of(self, text: str) -> Period | None:
        """Return the period that a text names, where fiscal years are declared or may be."""
        return period_of(text, self.fiscal_year or ANY_MONTH)


NO_CHOICES = Choices()


@dataclass(frozen=True)
class Guess:
    """What a table is taken for.

    Attributes:
        evidence: the keys of its section.
        notes: what was passed over, or has to be looked at.
        questions: what has to be said before it can be added.
        shown: the guess and its first rows in words.
        named: the code and name of the series, where a column of one text has them.
    """

    evidence: Mapping[str, Any]
    notes: Sequence[str] = ()
    questions: Sequence[str] = ()
    shown: Sequence[str] = ()
    named: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Sheet:
    """A table as texts: its headers, some of its rows, the lines above the header, and those that it is made of.

    `last` is what the last of these lines has in each column, such as its unit.
    """

    path: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    above: Sequence[str] = field(default=())
    lines: int = 1
    last: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def columns(self) -> dict[str, list[str]]:
        """The cells of each column without blanks around them, by header."""
        places = enumerate(self.headers)
        return {header: [row[place].strip() for row in self.rows] for place, header in places if header}


def sheet_of_csv(path: str, data: bytes) -> Sheet:
    """Return a CSV file as texts. Raises InputError if no header is found, or it is not CSV in UTF-8."""
    text = decoded(path, data[: data.rfind(b"\n", 0, 2**24) + 1] if len(data) > 2**24 else data)
    best: Sheet | None = None
    for sign in (",", *OTHER_SIGNS):
        try:
            rows = list(itertools.islice(csv.reader(io.StringIO(text), delimiter=sign), MOST_ROWS))
        except csv.Error:
            continue
        found = _below_header(path, [row for row in rows if any(row)])
        if found and (best is None or len(found.headers) > len(best.headers)):
            best = found
    if best is None:
        expected = "a table: a header, and below it rows of as many cells, some of which are numbers"
        raise InputError(Problem(path, expected))
    return best


def sheet_of_parquet(path: str, data: bytes) -> Sheet:
    """Return the first rows of a Parquet file as texts. Raises InputError if it cannot be read."""
    import pyarrow as arrow
    from pyarrow import parquet

    try:
        batches = parquet.ParquetFile(arrow.BufferReader(data)).iter_batches(batch_size=MOST_ROWS)
        table = next(batches, None)
    except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(Problem(path, f"a parquet file ({printable(str(error))})")) from error
    if table is None:
        raise InputError(Problem(path, "a table with rows"))
    cells = [["" if cell is None else str(cell) for cell in column.to_pylist()] for column in table.columns]
    return Sheet(path, table.schema.names, list(zip(*cells, strict=True)))


def _below_header(path: str, rows: Sequence[Sequence[str]]) -> Sheet | None:
    """Return the table below the first line that names all columns, or below the first ones that do so together.

    A line of units belongs to the header. Raises InputError for a header that names two columns alike.
    """
    for place in range(min(SEARCHED_ROWS, len(rows))):
        found = _sheet(path, rows, place, 1)
        if found is not None:
            with_units = _sheet(path, rows, place, 2) if _are_units(found.rows[0]) else None
            return with_units or found
        for lines in range(2, MOST_HEADER_LINES + 1):
            found = _sheet(path, rows, place, lines)
            last = _sheet(path, rows, place + lines - 1, 1)
            if found is not None and (last is None or not last.headers[0]):
                return found
        twice = [name for name, count in Counter(filter(None, rows[place])).items() if count > 1]
        if twice and all(rows[place]) and not any(map(_is_number, rows[place])):
            raise InputError(Problem(path, "headers that differ", text=twice[0]))
    return None


def _sheet(path: str, rows: Sequence[Sequence[str]], place: int, lines: int) -> Sheet | None:
    """Return the table whose header is some lines at a place: as wide as the next row, its columns all named."""
    header, behind = rows[place : place + lines], rows[place + lines :]
    width = len(header[0]) if behind else 0
    if width < 2 or {width} != {*map(len, header), len(behind[0])}:
        return None
    if lines > 1 and not _are_names(header[-1][1:]):
        return None
    names = joined_header([[cell.strip() for cell in row] for row in header])
    named = [name for name in names if name]
    # Rows often end with a sign, which makes a last column without a header.
    if len(named) < max(2, width - 1) or len(set(named)) < len(named) or all(map(_is_number, named)):
        return None
    below = [row for row in behind if len(row) == width]
    if not any(map(_is_number, (*below[0], *below[-1]))):
        return None
    above = [" ".join(filter(None, row)) for row in rows[:place]]
    return Sheet(path, names, below, above, lines, dict(zip(names, header[-1], strict=True)))


def _are_names(cells: Iterable[str]) -> bool:
    """Whether the cells of a line are no values: none is a number, unless all are periods."""
    texts = [cell.strip() for cell in cells if cell.strip()]
    return bool(texts) and (all(map(period, texts)) or not any(map(_is_number, texts)))


def _are_units(row: Sequence[str]) -> bool:
    """Whether the cells of a row, but for the first, are units, as below a header."""
    texts = [cell.strip("()[] ") for cell in row[1:] if cell.strip()]
    return _are_names(texts) and all(stated_unit(text).unit for text in texts)


def _is_number(text: str) -> bool:
    return bool(text.strip()) and _NUMBER.fullmatch(text.strip()) is not None


def guessed(path: str, data: bytes, choices: Choices = NO_CHOICES) -> Guess:
    """Return what a CSV or Parquet file is taken for. Raises InputError if it is no table, or as `guess`."""
    return guess(sheet_of_parquet(path, data) if data.startswith(PARQUET) else sheet_of_csv(path, data), choices)


def looks_measured(counts: Mapping[str, int]) -> bool:
    """Whether the texts of a key, with how often each occurs, look like measurements: many numbers with decimals."""
    numbers = [text for text in counts if _is_number(text)]
    if len(counts) < 5 or len(numbers) < 0.8 * len(counts):
        return False
    return sum(bool(_DECIMAL.search(text)) for text in numbers) >= 0.3 * len(numbers)


def guess(sheet: Sheet, choices: Choices = NO_CHOICES) -> Guess:
    """Return what a table is taken for. Raises InputError if a choice names no column, or no text of one."""
    for header in (*choices.key, *filter(None, [choices.value])):
        if header not in sheet.columns and not (header == "year" and choices.key):
            raise _no_column(sheet.path, header, sheet.columns)
    check_where(sheet.path, choices.where, sheet.columns)
    found = _guess(sheet, choices)
    return replace(found, named=(_only_text(sheet, "code"), _only_text(sheet, "name")))


def check_where(path: str, where: Mapping[str, str], columns: Mapping[str, Collection[str]]) -> None:
    """Check that a table has these texts in these columns. Raises InputError if it lacks one."""
    for header, text in where.items():
        if header not in columns:
            raise _no_column(path, header, columns)
        if text not in columns[header]:
            known = sorted(set(columns[header]))
            listed = ", ".join(known[:SHOWN_CELLS])
            expected = f"a text of it{did_you_mean(text, known) or f', such as {listed}'}"
            raise InputError(Problem(path, expected, column=header, text=text))


def _no_column(path: str, header: str, known: Iterable[str]) -> InputError:
    near = did_you_mean(header, known) or f": {', '.join(itertools.islice(known, SHOWN_CELLS))}"
    return InputError(Problem(path, f"one of the columns{near}", text=header))


def _only_text(sheet: Sheet, kind: str) -> str:
    """Return the code or name of the only indicator or series of a table, "" if it has several or none."""
    header = next((each for each in sheet.columns if each.lower() in (f"indicator {kind}", f"series {kind}")), "")
    texts = set(filter(None, sheet.columns[header])) if header else ()
    return texts.pop() if len(texts) == 1 else ""


def _guess(sheet: Sheet, choices: Choices) -> Guess:
    periods = [header for header in sheet.columns if _is_period_in_header(header)]
    if len(periods) >= 3:
        return _Wide(sheet, choices, periods).guess()
    _, *others = sheet.columns
    countries = [header for header in others if country(header)]
    if len(countries) >= 3 and len(countries) > len(others) / 2 and not choices.key:
        return _WideByCountry(sheet, choices).guess()
    return _Long(sheet, choices).guess()


def _is_period_in_header(header: str) -> bool:
    # Without a dash or a blank a number of months, 201905, may be anything.
    is_written = bool(re.search(r"[- ]", header)) and period(header) is not None
    return _YEAR.fullmatch(header) is not None or is_written or fiscal_period(header, ANY_MONTH) is not None


class _Columns:
    """The columns of a table that rows are chosen from, those that `where` names left out."""

    def __init__(self, sheet: Sheet, choices: Choices) -> None:
        places = {header: place for place, header in enumerate(sheet.columns)}
        wanted = {places[header]: text for header, text in choices.where.items()}
        rows = zip(*sheet.columns.values(), strict=True)
        kept = [row for row in rows if all(row[place] == text for place, text in wanted.items())]
        self.sheet, self.choices = sheet, choices
        self.cells = {header: [row[place] for row in kept] for header, place in places.items()}
        self.notes: list[str] = []
        self.questions: list[str] = []

    def keys_of_layout(self, periods: Sequence[str], where: str) -> dict[str, Any]:
        """Return the keys that say how many lines the header has, and which fiscal years the periods are.

        A fiscal year without its first month is a question, for 2011-12 is a month too.
        """
        found: dict[str, Any] = {"header": self.sheet.lines} if self.sheet.lines > 1 else {}
        fiscal = [text for text in periods if fiscal_period(text, ANY_MONTH)]
        if not fiscal or len(fiscal) < 0.8 * len(periods):
            return found
        if not self.choices.fiscal_year:
            expected = "what is their first month? --fiscal-year April"
            self.questions.append(f"{where} has fiscal years such as {fiscal[0]}: {expected}")
        return {**found, "fiscal_year": self.choices.fiscal_year}

    def there(self, header: str) -> list[str]:
        """Return the cells of a column that hold something."""
        return [cell for cell in self.cells[header] if cell not in NO_VALUE]

    def share(self, header: str, test: Callable[[str], object]) -> float:
        """Return the share of the distinct texts of a column that pass a test."""
        texts = set(self.there(header))
        return sum(bool(test(text)) for text in texts) / len(texts) if texts else 0.0

    def is_constant(self, header: str) -> bool:
        return len(set(self.there(header))) <= 1

    def is_same_as(self, header: str, other: str) -> bool:
        """Whether each text of a column stands beside one text of another, as a code beside its label."""
        pairs = set(zip(self.cells[header], self.cells[other], strict=True))
        return len(pairs) == len({left for left, _ in pairs}) == len({right for _, right in pairs})

    def are_unique(self, headers: Sequence[str]) -> bool:
        rows = list(zip(*(self.cells[header] for header in headers), strict=True)) if headers else []
        return len(set(rows)) == len(rows) and bool(rows)

    def place(self, among: Sequence[str]) -> str:
        """Return the column of countries among some, "" without one."""
        found = []
        for header in among:
            texts = set(self.there(header))
            share = self.share(header, country)
            is_named = slug_of_all(header) in PLACES
            if share >= 0.5 or (is_named and (share > 0.2 or not texts)):
                found.append((share, is_named, header))
        return max(found, key=lambda each: (round(each[0], 1), each[1]))[2] if found else ""

    def unit(self, header: str) -> Stated:
        """Return the unit of a column of values: as said, by a column of units, its header, or what stands above it."""
        if self.choices.unit:
            return stated_unit(self.choices.unit)
        for other in self.cells:
            if _UNITS.fullmatch(other) and self.is_constant(other) and self.there(other):
                stated = stated_unit(self.there(other)[0], header)
                if stated.unit:
                    return stated
        found = (
            stated_unit(self.sheet.last.get(header, "").strip("()[] "), header) if self.sheet.lines > 1 else Stated()
        )
        found = found if found.unit or not header else of_name(header)
        for other in self.cells:
            if not found.unit and self.is_constant(other) and self.there(other):
                found = of_name(self.there(other)[0])
        for line in self.sheet.above:
            found = found if found.unit else of_name(line)
        return found

    def value(self, header: str, name: str) -> dict[str, Any]:
        """Return the declaration of a column of values, with a note if its unit is not known."""
        stated = self.unit(header)
        if not stated.unit:
            self.notes.append(f"{name}: no unit is stated; it is written as number, which may be wrong: --unit UNIT")
        for other in self.cells:
            power = self.there(other)[0] if _MULTIPLIERS.fullmatch(other) and self.there(other) else ""
            if power and not self.is_constant(other):
                self.questions.append(
                    f"{other} varies, which multiplies rows by several powers of ten: --where {other}=…"
                )
            elif power.startswith("-"):
                self.questions.append(f"{other} is {power}: multiply the numbers by 10^{power} first")
            elif re.fullmatch("[1-9]|1[0-5]", power):
                stated = stated._replace(scale=stated.scale * 10.0 ** int(power))
                self.notes.append(f"{other} is {power}: numbers are multiplied by 10^{power}")
            if other.upper() == "SCALE" and self.there(other):
                self.notes.append(f"{other} says how numbers are shown: it multiplies nothing")
        found = stated.keys(header)
        if self._is_with_comma(header):
            found |= {"decimal": ",", "grouping": "."}
        return found

    def _is_with_comma(self, header: str) -> bool:
        """Whether numbers have a comma before decimals: a cell such as 1.234,5 or 12,5 says so."""
        texts = self.there(header) if header else []
        return any(re.search(r",\d{1,2}$|,\d{4,}$|\.\d{3},", text) for text in texts) and not any(
            re.search(r"\d\.\d{1,2}$|\d\.\d{4,}$", text) for text in texts
        )

    def passed_over(self, header: str) -> None:
        """Say of a column that it is not used, if a reader might expect it to be."""
        if self.share(header, _DAY_FIRST.fullmatch) > 0.8:
            self.notes.append(f"{header} is passed over: days such as {self.there(header)[0]} are read as 2020-01-29")
        elif not self.is_constant(header):
            self.notes.append(f"{header} is passed over: it is neither a key nor a value")


class _Wide(_Columns):
    """A table whose headers are periods."""

    def __init__(self, sheet: Sheet, choices: Choices, periods: Sequence[str]) -> None:
        super().__init__(sheet, choices)
        self.periods = periods

    def guess(self) -> Guess:
        others = [header for header in self.cells if header not in self.periods]
        first = others[0] if others else ""
        if not first or next(iter(self.cells)) != first:
            self.questions.append("the first column has no name of a row, such as a country: put it first")
        name = slug_of_all(first) or "name"
        where = dict(self.choices.where)
        for header in others[1:]:
            if header not in where and not self.is_constant(header) and not self.is_same_as(first, header):
                if self.are_unique([first]):
                    self.passed_over(header)
                else:
                    self.questions.append(_which(header, self.there(header)))
        is_place = bool(self.place([first])) if first else False
        value = self.value(self.periods[0], "value")
        found = filter(None, map(self.choices.period_of, self.periods))
        length = resolution_of(each.text for each in found) or "year"
        evidence: dict[str, Any] = {"wide": length, **self.keys_of_layout(self.periods, "the header")}
        evidence |= {} if is_place else {"key": [first, length]}
        evidence |= {"where": where} if where else {}
        evidence |= {key: each for key, each in value.items() if key != "column"}
        words = (
            f"one value for each {name if not is_place else 'country'} and {len(self.periods)} periods in the header"
        )
        return Guess(evidence, self.notes, self.questions, list(self._shown(first, words, value)))

    def _shown(self, first: str, words: str, value: Mapping[str, Any]) -> Iterator[str]:
        yield f"guess: {words}; {_unit_words(value)}"
        last = self.periods[-1]
        for name, cell in itertools.islice(zip(self.cells[first], self.cells[last], strict=True), SHOWN_ROWS):
            yield f"  {name}, {last}: {cell or 'nothing'}"


class _WideByCountry(_Columns):
    """A table whose headers are countries, and whose first column has the periods."""

    def guess(self) -> Guess:
        first, *others = self.cells
        if self.share(first, self.choices.period_of) < 0.8:
            self.questions.append(f"{first} holds no periods such as 2019 or 2019-Q2, beside countries in the header")
        length = resolution_of(self.there(first))
        value = self.value(others[0], "value")
        evidence: dict[str, Any] = {"wide": "country", "resolution": length}
        evidence |= self.keys_of_layout(self.there(first), first)
        evidence |= {key: each for key, each in value.items() if key != "column"}
        shown = [f"guess: one value for each {length} and {len(others)} countries in the header; {_unit_words(value)}"]
        for row in itertools.islice(zip(self.cells[first], self.cells[others[0]], strict=True), SHOWN_ROWS):
            shown.append(f"  {others[0]}, {row[0]}: {row[1] or 'nothing'}")
        return Guess(evidence, self.notes, self.questions, shown)


class _Long(_Columns):
    """A table with a row for each value, or each combination of keys."""

    def guess(self) -> Guess:
        time = self._time()
        rest = [header for header in self.cells if header != time and header not in self.choices.where]
        flag = next((header for header in rest if _FLAGS.fullmatch(header)), "")
        about = [header for header in rest if _ABOUT.fullmatch(header) or _MULTIPLIERS.fullmatch(header)]
        free = [header for header in rest if header != flag and header not in about]
        values = self._values(free)
        texts = [header for header in free if header not in values]
        place = self.place([header for header in texts if not self.is_constant(header)] or texts)
        keys = list(self.choices.key) or self._keys(time, place, texts)
        for header in texts:
            if header not in keys and not any(self.is_same_as(header, key) for key in keys):
                self.passed_over(header)
        dated = [header for header in values if self.sheet.lines > 1 and period(header.partition(" ")[0])]
        if len(dated) > 1:
            expected = "leave the columns of one of these, so that the header has periods alone"
            self.questions.append(f"the header has periods beside other names, such as {dated[0]}: {expected}")
        if not values:
            self.questions.append("no column holds numbers to look up: --value COLUMN")
        if not time and not keys:
            self.questions.append("no column names the rows: --key COLUMN")
        named = identifiers(values)
        declared = {own: self.value(header, header) for header, own in named.items()}
        evidence: dict[str, Any] = {"key": keys, **self.keys_of_layout(self.there(time) if time else (), time)}
        if time and slug_of_all(time) not in TIMES:
            evidence["time"] = time
        length = resolution_of(self.there(time)) if time else ""
        if time and length != "day" and self.share(time, _IS_DAY) == 1:
            evidence["resolution"] = length
            self.notes.append(f"{time} has the first day of each {length}: it is read as one value for each {length}")
        if place in keys and slug_of_all(place) not in PLACES:
            evidence["place"] = place
        evidence |= {"where": dict(self.choices.where)} if self.choices.where else {}
        evidence |= {"flag": flag} if flag and self.there(flag) else {}
        evidence["values"] = declared
        return Guess(evidence, self.notes, self.questions, list(self._shown(keys, named, declared)))

    def _time(self) -> str:
        """Return the column of periods, the one whose header says so first."""
        found = []
        for header in self.cells:
            is_named = slug_of_all(header) in TIMES
            share = self.share(header, self.choices.period_of)
            # Numbers of four digits may be anything, unless the header says that they are years.
            if self.there(header) and share > 0.8 and (is_named or self.share(header, _YEAR.fullmatch) in (0.0, 1.0)):
                found.append((is_named, share, header))
        return max(found, key=lambda each: each[:2])[2] if found else ""

    def _values(self, free: Sequence[str]) -> list[str]:
        """Return the columns that hold numbers to look up, and no codes of what the row is about."""
        if self.choices.value:
            return [self.choices.value]
        numeric = [header for header in free if self.there(header) and self.share(header, _is_number) >= 0.9]
        numeric = [header for header in numeric if header not in self.choices.key]
        named = [header for header in numeric if _VALUES.fullmatch(header)]
        return named or numeric

    def _keys(self, time: str, place: str, texts: Sequence[str]) -> list[str]:
        """Return the keys: country and time, and what else tells rows apart; units that vary are a question."""
        keys = [header for header in (place, time) if header]
        varying = [header for header in texts if header not in keys and not self.is_constant(header)]
        varying = [header for header in varying if not any(self.is_same_as(header, key) for key in keys)]
        headers = list(self.cells)
        if headers[0].startswith(_OF_FLOWS) and time in headers:
            # The dimensions of a data flow stand before its time, and rows that differ in one are other series, though
            # country and time alone may tell the rows of a file apart.
            varying = [header for header in varying if headers.index(header) < headers.index(time)]
        elif keys and self.are_unique(keys):
            return keys
        others: list[str] = []
        for header in varying:
            if any(self.is_same_as(header, key) for key in others):
                continue
            if _UNITS.fullmatch(header):
                self.questions.append(_which(header, self.there(header)))
            others.append(header)
        found = [*others, *keys]
        if not self.are_unique(found) and not self.questions:
            listed = ", ".join(found) or "no column"
            self.questions.append(f"several rows have the same {listed}: which column tells them apart? --key COLUMN")
        for header in others:
            if looks_measured(Counter(self.there(header))):
                self.questions.append(f"{header} looks like a measurement, and not like a key: --value {header}")
        return [header for header in found if not _UNITS.fullmatch(header)]

    def _shown(
        self, keys: Sequence[str], named: Mapping[str, str], declared: Mapping[str, Mapping[str, Any]]
    ) -> Iterator[str]:
        listed = [f"{own} ({_unit_words(declared[own])})" for own in named.values()]
        more = f" and {len(listed) - SHOWN_CELLS} more" if len(listed) > SHOWN_CELLS else ""
        yield f"guess: key {', '.join(keys) or 'none'}; values {', '.join(listed[:SHOWN_CELLS]) or 'none'}{more}"
        columns = [header for header in (*keys, *itertools.islice(named, SHOWN_CELLS)) if header in self.cells]
        for row in itertools.islice(zip(*(self.cells[header] for header in columns), strict=True), SHOWN_ROWS):
            yield f"  {', '.join(cell or 'nothing' for cell in row)}"


def _which(header: str, texts: Sequence[str]) -> str:
    """Return the question which of several texts of a column is meant."""
    known = list(dict.fromkeys(texts))
    listed = ", ".join(known[:SHOWN_CELLS]) + (", …" if len(known) > SHOWN_CELLS else "")
    return f'{header} has {len(known)} texts ({listed}): which one? --where "{header}={known[0]}"'


def _unit_words(value: Mapping[str, Any]) -> str:
    scale = f", times {value['scale']:g}" if value.get("scale") else ""
    return f"{value['unit']}{scale}"
