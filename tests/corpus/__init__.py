"""Pairs of a printed number and the truth, with the verdict of an editor: the meaning of a printed number as a test.

`pairs.csv`, `variants.csv` and `wordings.csv` have the columns `id printed unit truth verdict rule`; a verdict is
right, wrong, either where editors would differ, or refused where the words have no single meaning.
`python -m tests.corpus [FILE]` tells which pairs agree, are refused by the grammar, or disagree.

Belongs here: a pair as a figure of an article beside a reference, judged as a build judges it. Does not: rules.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.unit.assumed import assumed
from tidebook.pipelines.evaluate.reconciliation import judged_figures, paired_figures
from tidebook.pipelines.read.intervals import spread_columns
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity
from tidebook.pipelines.read.reference_errors import NO_ERROR, STATED
from tidebook.schemas.base import records, table_of
from tidebook.schemas.figures import Figures
from tidebook.schemas.reference import ReferenceValues
from tidebook.schemas.units import CURRENCIES, UNITS, Unit, own_unit, use_units

PAIRS, VARIANTS, WORDINGS = (Path(__file__).parent / f"{name}.csv" for name in ("pairs", "variants", "wordings"))
"""The pairs, others of the same families with other numbers, words and units, and the same in rarer words."""
KNOWN, WRITTEN = dt.date(2024, 6, 1), dt.date(2024, 10, 1)
ASSUMED = assumed()

MEASURED = frozenset(
    (
        "km",
        "m",
        "mile",
        "kg",
        "tonne",
        "g",
        "°C",
        "°F",
        "MW",
        "GW",
        "kWh",
        "TWh",
        "ha",
        "litre",
        "FLOP",
        "minute",
        "hour",
        "day",
        "week",
    )
)
"""Units of pairs that a dossier would declare as no counts; all others that the engine does not have are counts."""
BINARY = ("token",)
NAMES = {"percent change": "percent"}
"""Units of pairs by another name."""

_YEARS = re.compile(r"\b(?:1[5-9]|20)\d\d(?!\d)|(?:st|nd|rd|th) century|\d0s\b")
_POINTS = re.compile(r"(?<![a-z])(?:(?P<basis>basis points?|bps?)|(?:percentage )?(?:points?|pts?)|pp)(?![a-z])")
_SIGNS = {"£": "GBP", "pound": "GBP", "€": "EUR", "euro": "EUR", "$": "USD", "dollar": "USD", "¥": "JPY"}
_SET = re.compile(r"(?:(?P<word>at least|at most|more than|less than|between) )(?P<low>\S+)(?: and (?P<high>\S+))?")
_DATED = {"at least": "since", "more than": "after", "at most": "by", "less than": "before"}
_LIKE_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
_CHANGE = re.compile(r"from (?P<before>\S+) to (?P<after>\S+)")


class Pair(NamedTuple):
    """A printed number, the truth, and what an editor says."""

    id: str
    printed: str
    unit: str
    truth: str
    verdict: str
    rule: str


class Result(NamedTuple):
    """What the engine says of a pair: right, wrong, either where nothing decides, or refused with a reason."""

    pair: Pair
    verdict: str
    detail: str

    @property
    def agrees(self) -> bool:
        """Whether an editor would accept the verdict."""
        return "either" in (self.verdict, self.pair.verdict) or self.verdict == self.pair.verdict

    @property
    def is_refused(self) -> bool:
        """Whether the print has a meaning and is refused."""
        return self.verdict == "refused" != self.pair.verdict


def pairs_of(path: Path = PAIRS) -> list[Pair]:
    """Read the pairs of a file; further columns are ignored."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [Pair(**{name: row[name] for name in Pair._fields}) for row in csv.DictReader(stream)]


def results_of(pairs: Sequence[Pair]) -> list[Result]:
    """Judge pairs as a build does: each text becomes a figure of a table of its own, its truth references for it."""
    results: dict[int, Result] = {}
    figures: dict[int, dict[str, Any]] = {}
    references: list[dict[str, Any]] = []
    with _units_of(pairs):
        for place, pair in enumerate(pairs):
            figure_id = f"pair_{place}/pair/number"
            try:
                figure = _figure(figure_id, pair.printed, _unit_in_print(pair))
                known = [_reference(figure_id, text, unit) for text, unit in _truths(pair)]
            except QuantityError as error:
                results[place] = Result(pair, "refused", error.hint)
            else:
                figures[place] = figure
                references += known
        # Through the tables, so that the rows have the types of a build.
        rows = records(table_of(Figures, list(figures.values()))), records(table_of(ReferenceValues, references))
        judged = judged_figures(paired_figures(*rows), WRITTEN, ASSUMED)
        for place, (_, comparison, _) in zip(figures, judged, strict=True):
            verdict = {"agrees": "right", "no reference": "either"}.get(comparison.name, "wrong")
            results[place] = Result(pairs[place], verdict, f"{comparison.name}: {comparison.detail}")
    return [results[place] for place in range(len(pairs))]


@contextmanager
def _units_of(pairs: Sequence[Pair]) -> Iterator[None]:
    """Declare the units of the pairs that the engine does not have, as a dossier would."""
    before = UNITS.declared
    use_units({})
    symbols = {NAMES.get(pair.unit, pair.unit) for pair in pairs}
    use_units({symbol: _declared(symbol) for symbol in sorted(symbols) if symbol not in UNITS})
    try:
        yield
    finally:
        use_units(before)


def _declared(symbol: str) -> Unit:
    words = (_plural(symbol), symbol) if symbol.isalpha() and len(symbol) > 3 else (symbol,)
    if symbol == "minute":
        words += ("min",)
    minimum = -273.15 if symbol.startswith("°") else 0.0
    return own_unit(symbol, symbol, words, symbol not in MEASURED, minimum, binary=symbol in BINARY)


def _plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def _figure(figure_id: str, text: str, unit: str) -> dict[str, Any]:
    table, subject, quantity = figure_id.split("/")
    place = {
        "table_name": table,
        "subject": subject,
        "quantity": quantity,
        "label": subject,
        "labels": "",
        "is_total": False,
    }
    printed = _number(figure_id, text, unit)
    return {**place, **printed, "as_of": WRITTEN, "source_id": "article", "locator": "article/prose.csv:2"}


def _reference(figure_id: str, text: str, unit: str) -> dict[str, Any]:
    days = {"as_of": KNOWN, "earliest": None, "until": None, "available_from": KNOWN, "released": None, **NO_ERROR}
    source = {"source_id": "source", "tier": "P", "locator": "reference/figures.csv:2"}
    number = _number(figure_id, text, unit)
    stated = {"error_by": STATED} if number["distribution"] == "range" else {}
    return {**number, **days, **source, **stated}


def _number(figure_id: str, text: str, unit: str) -> dict[str, Any]:
    """Return what the tables say of a printed number."""
    quantity = parse_quantity(text, unit)
    about = {"figure_id": figure_id, "text": text, "value": quantity.value, "kind": quantity.kind, "unit": unit}
    return {**about, "basis": "as counted", "note": "", **spread_columns(quantity, "as counted", ASSUMED)}


def _unit_in_print(pair: Pair) -> str:
    """Return the unit that the print names itself, such as pounds where the truth is in dollars; else the pair's."""
    unit, text = NAMES.get(pair.unit, pair.unit), pair.printed
    if unit in CURRENCIES:
        return next((code for sign, code in _SIGNS.items() if sign in text), unit)
    if unit in ("percent", "percentage point", "basis point"):
        if found := _POINTS.search(text):
            return "basis point" if found["basis"] and unit != "percentage point" else "percentage point"
        return "percent" if re.search("%|per ?cent", text) else unit
    return _year_unit(unit, text)


def _year_unit(unit: str, text: str) -> str:
    """Return `calendar year` where the print of a `year` is a date."""
    return "calendar year" if unit == "year" and _YEARS.search(text) else unit


def _truths(pair: Pair) -> Iterator[tuple[str, str]]:
    """Yield the truth as texts of references with their units."""
    unit = _year_unit(NAMES.get(pair.unit, pair.unit), pair.printed)
    if change := _CHANGE.fullmatch(pair.truth):
        yield from _change(float(change["before"]), float(change["after"]), _unit_in_print(pair))
    elif bounds := _SET.fullmatch(pair.truth):
        word, low = bounds["word"], _exact(bounds["low"], unit)
        if unit in ("date", "calendar year") and word in _DATED:
            yield f"{_DATED[word]} {low}", unit
        else:
            yield f"{word} {low}" + (f" and {_exact(bounds['high'], unit)}" if bounds["high"] else ""), unit
    elif " of " in pair.truth or unit in ("date", "calendar year", "rank"):
        yield pair.truth, unit
    else:
        yield f"exactly {_exact(pair.truth, unit)}", unit


def _change(before: float, after: float, unit: str) -> Iterator[tuple[str, str]]:
    """Yield the difference of two rates, and the relative change."""
    points = after - before
    if unit == "basis point":
        yield f"exactly {100 * points:.10g} basis points", unit
    else:
        yield f"exactly {points:.10g} percentage points", "percentage point"
    yield f"exactly {100 * points / before:.10g}%", "percent"


def _exact(number: str, unit: str) -> str:
    """Return a number with the sign of its unit, and with a fourth decimal: `7.254` may be thousands."""
    if _LIKE_THOUSANDS.fullmatch(number):
        number += "0"
    if unit in CURRENCIES:
        return f"{unit} {number}"
    ending = {"percent": "%", "ratio": "x", "percentage point": " pp", "basis point": " bp"}.get(unit, "")
    return f"{number}{ending}"


def counts(results: Sequence[Result]) -> dict[str, Any]:
    """Return how many pairs agree, are refused and disagree."""
    refused = sum(result.is_refused for result in results)
    agree = sum(result.agrees and not result.is_refused for result in results)
    return {"agree": agree, "refused": refused, "disagree": len(results) - agree - refused}
