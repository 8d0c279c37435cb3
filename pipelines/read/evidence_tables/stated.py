"""What publishers' words for a unit mean: `Billions of chained 2017 dollars` is USD, times 10⁹, on a basis.

Belongs here: the words of units in metadata, headers and names of indicators. Does not: the units themselves
(`schemas.units`), codes of one publisher (its plugin), or units in an article's cells (`read.quantities`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tidebook.schemas.units import CURRENCIES, SHORT_TIMES, TIMES, UNITS, cached_by_unit, currency_codes


class Stated(NamedTuple):
    """A unit as it is stated: its symbol, "" for none that is known, the factor of its numbers, and their basis."""

    unit: str = ""
    scale: float = 1.0
    basis: str = ""

    def keys(self, column: str) -> dict[str, str | float]:
        """Return the keys that declare a column of such values, without a unit as `number`."""
        found: dict[str, str | float] = {"column": column, "unit": self.unit or "number"}
        if self.scale != 1:
            found["scale"] = self.scale
        return found | ({"basis": self.basis} if self.basis else {})


_SCALES = {
    r"(?:tens? of )thousands?": 1e4,
    r"hundred thousands?": 1e5,
    r"thousands?|thous\.?|ths\.?|000s|'000s?|in 000": 1e3,
    r"hundred millions?": 1e8,
    r"millions?|mill?\.?|mio\.?|mn": 1e6,
    r"billions?|bill?\.?|bn": 1e9,
    r"trillions?|trn": 1e12,
}
_SCALE = [
    (re.compile(rf"(?:^|(?<=[\s(,]))(?:{words})(?:\s+of)?(?=$|[\s),])", re.I), by) for words, by in _SCALES.items()
]

_PERCENT = re.compile(
    r"%|\b(?:percent|per cent|percentages?|pct|prosent|procent|prozent)\b|"
    r"^(?:annual )?rate of change|^growth rate|^share of\b|^PC(?:_|$)",
    re.I,
)
_INDEX = re.compile(r"\b(?:index|indices)\b|^\d{4}(?:-\d\d)?\s*=\s*100$", re.I)
_BASE = re.compile(r"\b(\d{4}(?:-\d{2,4})?)\s*=\s*(100|1)\b")

_PRICES = re.compile(
    r"\b(?:constant|current|chained|chain[- ]linked|real|nominal|inflation[- ]adjusted|PPPs?)\b|"
    r"\bin \d{4} prices\b|\b\d{4} (?:prices|US\$|USD|dollars|euros?|international)|\(\d{4}\)",
    re.I,
)
"""What makes money of another kind than money as such: its prices, or the year that defines them."""
_INTERNATIONAL = re.compile(r"\bint(?:ernationa)?l?\.?[- ]?(?:\$|dollars?)|\bPPP\b(?!.*US\$)", re.I)

_PER = re.compile(
    r"(?:\bper\s+|\s*/\s*)(?:(?P<count>[\d,. ]*\d(?:\s?(?:thousand|million))?|thousand|million)\s+)?"
    r"(?P<of>[a-z][a-z .-]*?)$",
    re.I,
)
_PER_PEOPLE = re.compile(r"\bper\s+(?P<count>1[0, ]*000|thousand|million)$", re.I)
"""Cases per 100,000: of people, as statisticians leave unsaid."""
_PEOPLE = (
    "capita", "head", "population", "people", "persons", "person", "inhabitants", "inhabitant", "residents", "pop",
)  # fmt: skip
_CAPITA = re.compile(r"\bper (?:capita|person|head|inhabitant)\b", re.I)
_COUNTS = ("number", "count", "no.", "nr", "units", "total", "total number")


@cached_by_unit
def stated_unit(text: str, title: str = "") -> Stated:
    """Return what a unit in words means.

    Args:
        text: the unit, or a title that has it in brackets.
        title: the name of the series: what `per 1,000 people` counts, and whether money is per capita.
    """
    text = " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split()).strip(" .")
    if not text or text in UNITS:
        return Stated(text if text in UNITS else "")
    if re.search(r"\b(?:percentage|percent|%)[- ]points?\b", text, re.I):
        return Stated("percentage point")
    if _PERCENT.search(text):
        return Stated("percent")
    if _BASE.search(text) or _INDEX.search(text):
        base = _BASE.search(text) or re.search(r"\b((?:19|20)\d\d)()\b", text)
        return Stated("index", 1.0, f"{base[1]} = {base[2] or 100}" if base else "")
    found = _per(text, title) or _amount(text)
    if found.unit and "/" not in found.unit and _CAPITA.search(title) and found.unit != "percent":
        return found._replace(unit=f"{found.unit}/person")
    return found


def of_name(name: str) -> Stated:
    """Return the unit that stands in the last brackets of a name, as in `GDP (current US$)`, or behind its last comma.

    The rest of the name says what is counted per thousand, and whether money is per capita.
    """
    brackets = re.findall(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)", name)
    behind = [name.rpartition(",")[2]] if "," in name else []
    for each in [*reversed(brackets), *behind]:
        found = stated_unit(each.strip(), name)
        if found.unit:
            return _people_or(found, name)
    counted = re.match(r"(?:total )?number of (.+)", name, re.I)
    if counted and " per " not in name:
        return Stated(_noun(counted[1]))
    return _per(name, name) or Stated()  # without brackets: Homicide rate per 100,000 people


def _per(text: str, title: str) -> Stated | None:
    """Return a quotient, such as deaths per 100,000 population; None for a text that is none."""
    found = _PER_PEOPLE.search(text) or _PER.search(text)
    if not found:
        return None
    under = _denominator(found.groupdict().get("of", "people").lower().strip())
    over = text[: found.start()].strip(" ,(")
    # `Per 1,000 people` is the unit of what the title counts so: its last words before `per`.
    named = re.split(r"[\s(]*\bper\b", title.lower())[0] if not over else ""
    amount = _amount(over or named) if over or named else Stated("1")
    if not amount.unit and named:
        amount = Stated("1")
    if not under or not amount.unit:
        return Stated()
    count = _number(found["count"] or "")
    symbol = f"{amount.unit}/{count} {under}" if count else f"{amount.unit}/{under}"
    return amount._replace(unit=symbol) if symbol in UNITS else Stated()


def _denominator(text: str) -> str:
    """Return the unit that something is per: people, a time, which is a unit only there, or another unit."""
    if text in _PEOPLE:
        return "person"
    time = SHORT_TIMES.get(text, text.removesuffix("s"))
    return time if time in TIMES else _noun(text)


def _number(text: str) -> str:
    """Return a count such as 100,000, `1 000` or `million` in digits, "" for one."""
    scale = {"thousand": 1_000, "million": 1_000_000}.get(text.rsplit(maxsplit=1)[-1] if text else "", 1)
    digits = re.sub(r"[^\d]", "", text)
    number = int(digits or 1) * scale if text else 1
    return str(number) if number > 1 else ""


def _amount(text: str) -> Stated:
    """Return the unit of a text without a quotient: money, a measure or counted things, times a power of ten."""
    scale, rest = 1.0, text
    for pattern, by in _SCALE:
        if pattern.search(rest):
            scale, rest = by, pattern.sub(" ", rest, count=1)
            break
    rest = " ".join(rest.split()).strip(" ,()")
    if not rest or rest.lower() in _COUNTS:
        return Stated("number", scale)
    # `million euro` is of euros, `thousand people` of people.
    symbol = "person" if rest.lower() in _PEOPLE else _money(rest)
    if symbol:
        return Stated(symbol, scale, rest if _PRICES.search(rest) else "")
    return Stated(_noun(rest), scale)


def _people_or(found: Stated, name: str) -> Stated:
    """Return people for a total that a name calls a population, such as `Population, total`, else what was found."""
    is_people = found.unit == "number" and re.search(r"\bpopulation\b", name, re.I) is not None
    return found._replace(unit="person") if is_people else found


def _money(text: str) -> str:
    """Return the currency that a text names, "" if it names none."""
    if _INTERNATIONAL.search(text):
        return "international dollar"
    for word in re.findall(r"[A-Z]{3}\b", text):
        if word in currency_codes() and word in UNITS:
            return str(word)
    lowered = f" {text.lower()} "
    for code, spellings in CURRENCIES.items():
        for each in sorted(spellings, key=len, reverse=True):
            if re.search(rf"(?<![a-z-]){re.escape(each.lower())}s?(?![a-z])", lowered):
                return code
    return ""


def _noun(text: str) -> str:
    """Return the unit that a noun names, with or without words before it: `reported cases` are cases."""
    words = text.lower().strip(" .,()").split()
    for start in range(len(words)):
        symbol = _by_word().get(" ".join(words[start:]))
        if symbol:
            return symbol
    # `deaths from road injuries`: what is before the first preposition.
    head = re.split(r"\s+(?:of|from|in|by|among|with|due to)\b|\s*\(", text.lower(), maxsplit=1)[0]
    return _noun(head) if head != text.lower() else ""


@cached_by_unit
def _by_word() -> dict[str, str]:
    found: dict[str, str] = {}
    for symbol, unit in UNITS.nameable.items():
        if unit.currency is None:
            found.update(dict.fromkeys([symbol.lower(), *(word.lower() for word in unit.words)], symbol))
    return {word: symbol for word, symbol in found.items() if len(word) > 1 or not word.isalpha()}
