"""Units of measure that running text prints and `schemas.units` lacks: `50mph`, `6.1-inch`, `16 miles per gallon`.

Belongs here: which words behind a number name a measure. Their names, symbols and prefixes are those of pint's
definitions and of CLDR, from babel. Does not: conversion, or units that figures have, which are declared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from tidebook.pipelines.read.quantities.vocabulary import BLANKS, LEADING

_WORD = r"[A-Za-zµμΩÅ°]+[²³]?|[A-Za-z]+\^?[23](?![0-9])"
# A short word glued to digits, a word behind a blank or a hyphen; then `per` and `/` join further ones.
_BEHIND = re.compile(
    rf"(?<=[0-9A-Za-z])(?:[{BLANKS}]?|-)(?P<first>{_WORD})(?:(?P<joint>[{BLANKS}]per[{BLANKS}]|[{BLANKS}]an?[{BLANKS}]|[/·-])"
    rf"(?P<second>{_WORD}))?(?![A-Za-z0-9²³])"
)
_POWER = {"square": "square ", "sq": "square ", "cubic": "cubic ", "cu": "cubic "}
_PREFIXED_WORDS = re.compile(
    rf"(?P<prefix>(?i:{'|'.join(_POWER)})\.?|degrees?|deg|nautical|light|fl|fluid|metric|short|long|troy)[{BLANKS}-]"
    rf"(?P<unit>{_WORD})(?![A-Za-z0-9])"
)
_TWO_WORDS = re.compile(rf"(?P<first>[a-z]{{4,}})[{BLANKS}-](?P<second>[a-z]{{4,}})(?![A-Za-z0-9-])")
"""A measure of two words, such as `terawatt hours`."""
_LETTERS = frozenset("glLVW")
"""Single letters that are measures: `5 m` may be metres or million, `5 A` a house, `5 C` a class."""
_OTHER_WORDS = """
    am pm has do no so me mi can hand hands link links point points item items count counts part parts turn turns grade
    drop drops night nights circle pond bar bars shake stone pinch mil mils
"""
_NO_MEASURES = frozenset(_OTHER_WORDS.split())
"""Names of measures that are more often other words."""


class Measure(NamedTuple):
    """A measure in a text: its words as printed, and its name, such as `mile/gallon`."""

    words: str
    name: str


def measures_near(text: str, start: int, end: int) -> list[Measure]:
    """Return the measures that stand right behind a number or word between two positions, in order."""
    found: dict[str, Measure] = {}
    for behind in _BEHIND.finditer(text, start, end):
        measure = _measure(text, behind)
        if measure is not None:
            found.setdefault(measure.words, measure)
    return list(found.values())


def _measure(text: str, behind: re.Match[str]) -> Measure | None:
    begin = behind.start("first")
    worded = _PREFIXED_WORDS.match(text, begin)
    if worded is not None:
        name = named(f"{worded['prefix'].rstrip('.')} {worded['unit']}")
        if name:
            return Measure(worded[0], name)
    first = named(behind["first"])
    if not first:
        return None
    two = _TWO_WORDS.match(text, begin)
    if two is not None and (name := named(f"{two['first']} {two['second']}")):
        return Measure(two[0], name)
    second = named(behind["second"]) if behind["second"] else ""
    if not second:
        return Measure(behind["first"], first)
    sign = "-" if behind["joint"] in "·-" else "/"
    return Measure(text[begin : behind.end("second")], f"{first}{sign}{second}")


@cache
def named(words: str) -> str:
    """Return the name of a measure by its words or its symbol, "" for words that are none."""
    words = " ".join(words.split())
    if _is_other_word(words):
        return ""
    prefix, _, unit = words.partition(" ")
    if prefix.lower() in _POWER:
        return _raised(_POWER[prefix.lower()], unit)
    if prefix.lower() in ("degree", "degrees", "deg"):
        scale = unit.lower()
        return {"c": "degree_Celsius", "f": "degree_Fahrenheit"}.get(scale, "") or _known().get(scale, "")
    power = re.fullmatch(r"(?P<unit>.+?)\^?(?P<power>[23²³])", words)
    if power and len(power["unit"]) <= 2:
        return _raised("square " if power["power"] in "2²" else "cubic ", power["unit"])
    return _simple(words)


def _is_other_word(words: str) -> bool:
    """Whether a letter or word behind a number is more often something else than a measure."""
    if len(words) == 1 and words.isalpha() and words not in _LETTERS:
        return True
    return words.lower() in LEADING or words.lower() in _NO_MEASURES


def _raised(power: str, words: str) -> str:
    """Return the name of a square or cubic unit, "" if the words are not a unit."""
    name = _simple(words)
    return power + name if name else ""


def _simple(words: str) -> str:
    """Return the name of a unit without powers: as it is written, with a prefix, or in other case."""
    known = _known()
    if words in known:
        return known[words]
    low = words.lower()
    if len(words) > 3 and low in known:
        return known[low]
    return _prefixed(words) or _folded().get(low, "")


def _prefixed(words: str) -> str:
    """Return the name of a unit with an SI prefix, such as `kWh`; a word takes a word, a symbol a symbol."""
    names, symbols, prefixes = _definitions()
    for end in range(1, min(len(words), _LONGEST_PREFIX + 1)):
        prefix, rest = words[:end], words[end:]
        full = prefixes.get(prefix)
        if full is None:
            continue
        if prefix == full and rest in names:
            return full + names[rest]
        if prefix in _PREFIXES and rest in symbols and (symbols[rest] in _COMMON or _is_telling(words, rest)):
            return full + symbols[rest]
    return ""


def _is_telling(words: str, symbol: str) -> bool:
    """Whether letters are hardly a word: `has` is not a hectoarcsecond, `Ma` no million years."""
    return words != words.lower() and (len(symbol) > 1 or symbol.isupper())


_LONGEST_PREFIX = 6
_PREFIXES = frozenset("kMGTPmµμunpcdh")
"""Prefixes that print joins to symbols."""
_COMMON = ("gram", "meter", "liter", "second", "hertz", "watt", "mole", "byte", "bit")


@cache
def _definitions() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return pint's units by name and by symbol, and its prefixes: what each is called in full."""
    names: dict[str, str] = {}
    symbols: dict[str, str] = {}
    prefixes: dict[str, str] = {}
    spec = find_spec("pint")  # importing pint itself takes half a second
    assert spec is not None and spec.origin is not None
    text = Path(spec.origin).with_name("default_en.txt").read_text(encoding="utf-8")
    for name, others in _defined_in(text):
        if name.endswith("-"):
            for spelling in (name, *others):
                prefixes.setdefault(spelling.rstrip("-"), name.rstrip("-"))
            continue
        names.setdefault(name.replace("_", " "), name)
        for spelling in others:
            is_word = len(spelling) > 3 and spelling.islower() and spelling.replace("_", "").isalpha()
            (names if is_word else symbols).setdefault(spelling.replace("_", " "), name)
    for word, name in list(names.items()):
        names.setdefault(f"{word}s", name)
    # The longest prefixes first: `da` begins with `d`.
    return names, symbols, dict(sorted(prefixes.items(), key=lambda each: -len(each[0])))


def _defined_in(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each unit and prefix that a file of pint's defines, with its other spellings."""
    for line in text.splitlines():
        parts = [part.strip() for part in line.partition("#")[0].split("=")]
        name = parts[0]
        if len(parts) > 1 and re.fullmatch(r"[A-Za-z_]+-?", name) and not line.startswith((" ", "@")):
            yield name, [part for part in parts[2:] if part != "_"]


@cache
def _known() -> dict[str, str]:
    """Return all names and symbols without a prefix, those of CLDR in every length and number included."""
    names, symbols, _ = _definitions()
    return {**_locale_units(), **symbols, **names}


@cache
def _folded() -> dict[str, str]:
    """Return the symbols that begin with a capital or end in one, in small letters: print has `Ghz` and `HZ`."""
    _, symbols, prefixes = _definitions()
    folded = {symbol.lower(): name for symbol, name in symbols.items() if len(symbol) >= 2}
    for prefix, full in prefixes.items():
        for symbol, name in symbols.items():
            if prefix in ("k", "M", "G", "T") and len(symbol) >= 2 and symbol != symbol.lower():
                folded.setdefault((prefix + symbol).lower(), full + name)
    return folded


@cache
def _locale_units() -> dict[str, str]:
    """Return CLDR's units by their English words in every length, such as `mpg` and `miles per gallon`."""
    from babel import Locale
    from babel.units import format_unit

    found: dict[str, str] = {}
    for identity in map(str, Locale("en").unit_display_names):
        name = identity.partition("-")[2].replace("-per-", "/").replace("-", "_")
        for length in ("long", "short", "narrow"):
            for count in (1, 2):
                words = format_unit(count, identity, length, locale="en").lstrip(f"12{BLANKS}")
                if words and not re.search(r"[0-9\"'″′]", words):
                    found.setdefault(words, name)
    return found
