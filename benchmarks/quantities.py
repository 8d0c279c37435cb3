"""How much of other people's print is read, and that none of it wrongly: `python -m benchmarks.quantities PATH`.

PATH is a folder of public test sets (Recognizers-Text, TAT-QA, SCITAB, TabFact) in their own layout; a set that is not
there is left out aloud. Each adapter declares what a table's own words say about its cells, as a person who loads the
table would. Values are compared: spans with what their set publishes, cells with a second reading by `float` alone.
TAT-QA's derivations are computed by the expression language from the cells that they name. `--refused` prints what is
refused, and why.
"""

from __future__ import annotations

import json
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from math import isclose, isnan
from pathlib import Path
from typing import NamedTuple

from benchmarks.derivations import measure as measure_derivations
from benchmarks.slips import measure as measure_slips
from benchmarks.tatqa import report_cells, reports
from tidebook.pipelines.read.quantities.quantity import STRICT, Context, QuantityError, parse_quantity
from tidebook.pipelines.read.quantities.sentences import find_quantities
from tidebook.schemas.units import EPOCH, UNITS

ENGLISH = Context(decimal=".")
MONEY = {
    **{"Dollar": "USD", "United States dollar": "USD", "Euro": "EUR", "Pound": "GBP", "British pound": "GBP"},
    "Japanese yen": "JPY",
}
TWO_READINGS = (
    (r"\d\^[+-]?\d", "a power of a number that is not ten"),
    (r"^\d+,\d{1,2}$", "a comma that may be the sign of decimals"),
    (r"\d ?(?:[gG]|m|MM)$", "a letter that is a magnitude of money only, or of bytes"),
    (
        r"(?:million|billion|trillion|thousand) and (?:a|one|two|three) (?:half|third|quarter|fourth)s?$",
        "part of what?",
    ),
    (
        r"(?:ty|hundred|thousand|million)[ -](?:ty|[a-z ]*)?(?:thirds|fourths|fifths|sixths|eighths|tenths)$",
        "n over what?",
    ),
    (r"^[+-]? ?\d+ ?/ ?\d+$", "a fraction, a date or a score?"),
    (r"^one one ", "two numbers, or a fraction?"),
    (r"ty - ", "a range, or a number with a hyphen?"),
    (r"thousand (?:mill|bill|trill)ionths?$", "a thousand of what?"),
)
"""Spans that are refused on purpose: what they look like, and why. None of them is looked up in the reader."""
MONTHS = "january february march april may june july august september october november december".split()  # noqa: SIM905


class Case(NamedTuple):
    """A text to read: in which unit and context, and what it says."""

    text: str
    unit: str
    expected: float
    context: Context = STRICT
    sentence: str = ""
    start: int = 0


@dataclass
class Result:
    """What a reader made of a set."""

    read: int = 0
    wrong: list[tuple[str, float, float]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many texts there were."""
        return self.read + len(self.wrong) + len(self.refused)


Reading = Callable[[Case], float | str]
"""Returns the value of a text, or why it is refused."""


def same(value: float, expected: float) -> bool:
    """Whether two numbers are the same: published values have 15 digits, and some fractions fewer."""
    return (isnan(value) and isnan(expected)) or isclose(value, expected, rel_tol=1e-12, abs_tol=1e-14)


def measure(cases: Iterable[Case], reading: Reading) -> Result:
    """Read all texts of a set."""
    result = Result()
    for case in cases:
        value = reading(case)
        if isinstance(value, str):
            result.refused.append((case.text, value))
        elif same(value, case.expected):
            result.read += 1
        else:
            result.wrong.append((case.text, value, case.expected))
    return result


def tidebook(case: Case) -> float | str:
    """Return the value that this project reads, or why it refuses."""
    try:
        return parse_quantity(case.text, case.unit, case.context).value
    except QuantityError as error:
        return error.reason


def in_sentence(case: Case) -> float | str:
    """Return the value that is found at the place of the text in its sentence."""
    for found in find_quantities(case.sentence, case.context):
        if found.start < case.start + len(case.text) and case.start < found.end:
            quantity = found.quantity
            if quantity is not None and case.unit not in (quantity.unit.partition("/")[0], "number"):
                return f"found as {quantity.unit}"
            return found.problem if quantity is None else quantity.value
    return "not found"


def price_parser(case: Case) -> float | str:
    """Return the amount that price-parser finds."""
    from price_parser import Price

    amount = Price.fromstring(case.text).amount_float
    return "nothing found" if amount is None else float(amount)


def quantulum3(case: Case) -> float | str:
    """Return the one quantity that quantulum3 finds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its classifier is left out
        from quantulum3 import parser
    try:
        found = parser.parse(case.text)
    except Exception as error:
        return type(error).__name__
    return float(found[0].value) if len(found) == 1 else f"{len(found)} quantities found"


OTHERS: dict[str, Reading] = {"price-parser": price_parser, "quantulum3": quantulum3}


# Recognizers-Text: spans of sentences with the values that Microsoft publishes.


def spans(path: Path, model: str) -> Iterator[tuple[str, dict[str, str], str, int]]:
    """Yield each span of a model's specification: its text, what it says, its sentence and where it begins."""
    for case in json.loads((path / "recognizers-text" / f"{model}.json").read_text(encoding="utf-8-sig")):
        for result in case["Results"]:
            start, end = result["Start"], result["End"] + 1
            yield case["Input"][start:end], result["Resolution"], case["Input"], start


def currency_spans(path: Path) -> Iterator[Case]:
    """Yield amounts in dollars, euros, pounds and yen."""
    for text, said, sentence, start in spans(path, "NumberWithUnit/CurrencyModel"):
        if said["unit"] in MONEY:
            yield Case(text, MONEY[said["unit"]], float(said["value"]), ENGLISH, sentence, start)


def number_spans(path: Path) -> Iterator[Case]:
    """Yield numbers without a unit."""
    for text, said, sentence, start in spans(path, "Number/NumberModel"):
        yield Case(text, "number", float(said["value"]), ENGLISH, sentence, start)


def clear_number_spans(path: Path) -> Iterator[Case]:
    """Yield the numbers that have one reading."""
    for case in number_spans(path):
        if not any(re.search(pattern, case.text) for pattern, _ in TWO_READINGS):
            yield case


def percent_spans(path: Path) -> Iterator[Case]:
    """Yield percentages."""
    for text, said, sentence, start in spans(path, "Number/PercentModel"):
        yield Case(text, "percent", float(said["value"].rstrip("%")), ENGLISH, sentence, start)


# The second reading of a cell: without the grammar, by `float` alone, after what its column declares.


def second_reading(text: str, unit: str, context: Context) -> float:
    """Return what a cell says, nan if this reading cannot tell."""
    plain = re.sub(r"\[(?:BOLD|ITALIC)\]|</?bold>", "", text)
    for mark in context.footnotes:
        plain = re.sub(rf"(?<=[\d), ]){re.escape(mark)}", "", plain)
    plain = re.sub(r"^US\$", "$", plain.strip()).strip(" ,")
    if plain.strip("$€£ ") in context.nil:
        return 0.0
    if unit == "date":
        return day(plain)
    plain = re.sub(r"\s*\([A-Za-z][^()]*\)$", "", plain)
    plain = re.sub(r"(\d+) (\d+)/(\d+)", lambda part: repr(int(part[1]) + int(part[2]) / int(part[3])), plain)
    plain = re.sub(r"[$€£%\s,\u00a0]", "", plain).replace("−", "-")
    if unit == "second":
        parts = [float(part) for part in plain.split(":")]
        if len(parts) == 2 and context.clock == "h:m":
            parts.append(0.0)
        return sum(part * 60.0**place for place, part in enumerate(reversed(parts)))
    if unit == "calendar year" and (years := re.fullmatch(r"(\d{4})[-–/](\d{4})", plain)):
        return (int(years[1]) + int(years[2])) / 2
    plain = re.split(r"±|\+/-", plain)[0].lstrip("<>≤≥=~≈").rstrip("*†‡§+")
    if context.parentheses == "negative":
        plain = re.sub(r"^\((.*)\)$", r"-\1", plain)
    letters = {"K": 1e3, "M": 1e6, "B": 1e9}
    factor = letters.get(plain[-1:], 1.0)
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", plain.rstrip("KMB"))
    try:
        number = float(plain) * factor
    except ValueError:
        return float("nan")
    scaled = unit not in ("percent", "rank", "second", "calendar year")
    return float(f"{float(plain)!r}e{context.scale}") if scaled and context.scale and factor == 1.0 else number


def day(text: str) -> float:
    """Return a day, or the middle of a month, as days since 1970."""
    words = text.replace(",", " ").lower().split()
    numbers = [int(word) for word in words if word.isdigit()]
    names = [word for word in words if not word.isdigit()]
    if len(names) != 1 or names[0] not in MONTHS or not 1 <= len(numbers) <= 2 or not 1000 <= numbers[-1] < 10000:
        return float("nan")
    month, year = MONTHS.index(names[0]) + 1, numbers[-1]
    if len(numbers) == 2:
        return float((date(year, month, numbers[0]) - EPOCH).days)
    first, after = date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    return float(((first - EPOCH).days + (after - EPOCH).days) // 2)


def case(text: str, unit: str, context: Context) -> Case:
    """Return a cell with its second reading."""
    return Case(text, unit, second_reading(text, unit, context), context)


# TAT-QA: tables of annual reports.


def tatqa_cells(path: Path) -> Iterator[Case]:
    """Yield the cells of rows with a label."""
    for report in reports(path):
        for row, _, text, unit, context in report_cells(report):
            if report.rows[row - 1][0].strip():
                yield case(text, unit, context)


# SCITAB: tables of papers, with the marks of their layout.


def scitab_cells(path: Path) -> Iterator[Case]:
    """Yield the cells that hold one number: no words, no lists, no slashes."""
    tables = json.loads((path / "scitab" / "sci_tab.json").read_text(encoding="utf-8"))
    for table in {table["table_id"]: table for table in tables}.values():
        rows = table["table_content_values"]
        padded = {place for row in rows for place, cell in enumerate(row) if re.match(r"0\d", cell)}
        for row in rows:
            for place, text in enumerate(row[1:], 1):
                plain = re.sub(r"\[(?:BOLD|ITALIC)\]|</?bold>", "", text).strip()
                if re.search(r"\d", plain) and not re.search(
                    r"[A-JLN-Za-z/]|\d\S* +\d|\d-\d", plain.replace(" ± ", "±")
                ):
                    context = replace(ENGLISH, padded=place in padded)
                    yield case(text, "percent" if "%" in text else "number", context)


# TabFact: tables of Wikipedia.

COUNTED = re.compile(r"[+-]? ?[\d.,:]+(?: \d+)*%?")
"""One number or time: no score, sum, list, code or slash, nothing in parentheses."""


def tabfact_cells(path: Path, letters: bool = False) -> Iterator[Case]:
    """Yield the cells that hold one number; with `letters`, those that hold a day or month in words."""
    for file in sorted((path / "tabfact" / "tables").glob("*.csv")):
        heads, *rows = (line.split("#") for line in file.read_text(encoding="utf-8").splitlines())
        padded = {place for row in rows for place, cell in enumerate(row) if re.match(r"0\d", cell)}
        for row in rows:
            for place, text in enumerate(row):
                head = heads[place] if place < len(heads) else ""
                clock = "m:s" if re.search("time|length|duration", head) else ""
                context = replace(ENGLISH, padded=place in padded, clock=clock)
                if letters:
                    if not isnan(day(text)):
                        yield case(text, "date", context)
                elif re.search(r"\d", text) and COUNTED.fullmatch(text):
                    unit = "percent" if "%" in text else "second" if ":" in text else "number"
                    yield case(text, unit, context)


def tabfact_days(path: Path) -> Iterator[Case]:
    """Yield the cells that hold a day or month in words."""
    return tabfact_cells(path, letters=True)


SETS: tuple[tuple[str, Callable[[Path], Iterator[Case]], Reading, bool], ...] = (
    ("Recognizers currency spans, $ EUR GBP JPY", currency_spans, tidebook, True),
    ("Recognizers number spans", number_spans, tidebook, True),
    ("the same, without those of two readings", clear_number_spans, tidebook, True),
    ("Recognizers percent spans", percent_spans, tidebook, True),
    ("Recognizers currency spans, found in their sentences", currency_spans, in_sentence, False),
    ("Recognizers number spans, found in their sentences", number_spans, in_sentence, False),
    ("TAT-QA cells of rows with a label", tatqa_cells, tidebook, False),
    ("SCITAB cells", scitab_cells, tidebook, False),
    ("TabFact cells", tabfact_cells, tidebook, False),
    ("TabFact days and months", tabfact_days, tidebook, False),
)


def installed(name: str) -> bool:
    """Whether a package is there."""
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


@cache
def plain_cells() -> tuple[tuple[str, str], ...]:
    """Return 200,000 different plain cells: counts, decimals, money, percentages."""
    cells = []
    for number in range(200_000):
        size = number * 7919 % 9_999_991
        forms = (f"{size:,}", f"{size / 10:.1f}", f"${size:,}", f"{size % 1000 / 10}%", str(size))
        cells.append((forms[number % 5], ("person", "number", "USD", "percent", "person")[number % 5]))
    return tuple(cells)


def cells_per_second() -> float:
    """Return how many plain cells are read in a second of processor time: one pass, each cell once."""
    cells = plain_cells()
    for cached in UNITS.caches:
        cached.cache_clear()
    begin = time.process_time()
    for text, unit in cells:
        parse_quantity(text, unit)
    return len(cells) / (time.process_time() - begin)


def main(arguments: list[str]) -> int:
    """Print the table; the exit code is 1 if anything is read wrongly."""
    places = [Path(argument) for argument in arguments if not argument.startswith("-")]
    if len(places) != 1 or not places[0].is_dir():
        print("usage: python -m benchmarks.quantities PATH [--refused]", file=sys.stderr)
        return 2
    others = {name: reading for name, reading in OTHERS.items() if installed(name)}
    for name in OTHERS.keys() - others.keys():
        print(f"left out: {name} is not installed")
    print("| set | texts | read | refused | wrong |" + "".join(f" {name}: read, wrong |" for name in others))
    print("|---|---:|---:|---:|---:|" + "---:|" * len(others))
    failed = False
    kept: dict[str, Result] = {}
    for name, cases_of, reading, shared in SETS:
        try:
            cases = list(cases_of(places[0]))
        except FileNotFoundError as error:
            print(f"left out: {name}, there is no {error.filename}")
            continue
        kept[name] = result = measure(cases, reading)
        failed |= bool(result.wrong)
        share = f"{result.read:,} ({result.read / max(result.count, 1):.1%})"
        line = f"| {name} | {result.count:,} | {share} | {len(result.refused):,} | {len(result.wrong):,} |"
        for other in others.values():
            found = measure(cases, other) if shared else None
            line += f" {found.read:,}, {len(found.wrong):,} |" if found else " |"
        print(line)
    print(f"\n{cells_per_second():,.0f} plain cells a second, in one pass on one core")
    if (places[0] / "tatqa").is_dir():
        print(measure_slips(places[0]))
        print(measure_derivations(places[0]))
    for name, result in kept.items():
        for text, value, expected in result.wrong:
            print(f"wrong: {name}: {text!r} read as {value!r}, is {expected!r}")
        if "--refused" in arguments:
            print("".join(f"\nrefused: {name}: {text!r}: {reason}" for text, reason in sorted(set(result.refused))))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
