"""Countries by their names and ISO codes: one key for all spellings.

Belongs here: what ISO 3166 (by pycountry) and CLDR (English names, by babel) know. Does not: other names, which a
dossier gives as `aka`, and groups of countries, which it declares.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from tidebook.pipelines.read.names import slug_of_all

KOSOVO = ("XK", "XKX", "Kosovo")
"""Not in ISO 3166; these are the user-assigned codes of the European Union and the World Bank."""


def country(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-3 code of a country in small letters; None for another text.

    The text may be the code, the alpha-2 code, or an English name of the country, in any case.
    """
    return _codes().get(slug_of_all(text))


def country_name(code: str) -> str:
    """Return the English name of a country by its code as of `country`; the text itself for another one."""
    return _names().get(code, code)


def country_spellings(code: str) -> list[str]:
    """Return the codes and English names of a country by its code as of `country`, none of another text."""
    return _spellings().get(code, [])


@cache
def _spellings() -> dict[str, list[str]]:
    return {code: list(filter(None, spellings)) for code, spellings in _countries()}


@cache
def _codes() -> dict[str, str]:
    """Return the code of each spelling, as slugs; what several countries share names none of them."""
    found: dict[str, set[str]] = {}
    for code, spellings in _countries():
        for spelling in filter(None, spellings):
            found.setdefault(slug_of_all(spelling), set()).add(code)
    return {spelling: min(codes) for spelling, codes in found.items() if len(codes) == 1}


@cache
def _names() -> dict[str, str]:
    return {code: next(filter(None, reversed(spellings))) for code, spellings in _countries()}


def _countries() -> Iterator[tuple[str, list[str]]]:
    """Yield each country's code with its spellings, the usual English name last."""
    import pycountry  # lazy: few dossiers hold evidence tables
    from babel import Locale

    usual = Locale("en").territories
    for one in pycountry.countries:
        names = [one.name, getattr(one, "official_name", ""), getattr(one, "common_name", "")]
        turned = [" ".join(reversed(name.split(", "))) for name in names if name.count(", ") == 1]
        yield one.alpha_3.lower(), [one.alpha_2, one.alpha_3, *names, *turned, usual.get(one.alpha_2, "")]
    yield KOSOVO[1].lower(), list(KOSOVO)
