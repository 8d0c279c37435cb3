"""Countries by their names and ISO codes: one key for all spellings.

Belongs here: what ISO 3166 (by pycountry) and CLDR (English names, by babel) know, and usual names that neither has.
Does not: names of one publisher, which a dossier gives as `aka`, and groups of countries, which it declares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from tidebook.pipelines.read.names import slug_of_all

KOSOVO = ("XK", "XKX", "Kosovo")
"""Not in ISO 3166; these are the user-assigned codes of the European Union and the World Bank."""

OTHER_NAMES = {
    "ARE": ("UAE",),
    "BIH": ("Bosnia",),
    "CHN": ("PRC", "Mainland China"),
    "CIV": ("Ivory Coast",),
    "COD": ("DR Congo", "DRC", "Zaire"),
    "FRO": ("Faeroe Islands",),
    "FSM": ("Micronesia (country)",),
    "GBR": ("UK", "Great Britain", "Britain"),
    "HKG": ("Hong Kong SAR",),
    "LAO": ("Lao PDR",),
    "MAC": ("Macao SAR", "Macau"),
    "MKD": ("Macedonia", "FYR Macedonia", "TFYR Macedonia", "Former Yugoslav Republic of Macedonia"),
    "MMR": ("Burma",),
    "NLD": ("Holland",),
    "PRK": ("DPR Korea", "DPRK"),
    "PSE": ("Palestine", "West Bank and Gaza", "Occupied Palestinian Territory"),
    "SWZ": ("Swaziland",),
    "TLS": ("East Timor",),
    "TUR": ("Turkey",),
    "TWN": ("Taiwan, China", "Chinese Taipei"),
    "USA": ("US", "USA"),
    "VAT": ("Vatican",),
    "VEN": ("Venezuela, RB",),
    "WLF": ("Wallis and Futuna Islands",),
}
"""Short, former and statisticians' names of countries, by alpha-3 code, where ISO 3166 and CLDR have others."""

_ABBREVIATIONS = {
    "dem": "democratic", "fed": "federal", "federated": "federal", "is": "islands", "rep": "republic", "st": "saint",
    "sts": "states",
}  # fmt: skip
_UNSAID = {"and", "of", "the"}


def country(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-3 code of a country in small letters; None for another text.

    The text may be the code, the alpha-2 code, or an English name of the country, in any case. The words of a name may
    stand in another order, and be shortened as in `Korea, Dem. People's Rep.`.
    """
    return _by_slug().get(slug_of_all(text)) or _by_words().get(_words_of(text))


def country_name(code: str) -> str:
    """Return the English name of a country by its code as of `country`; the text itself for another one."""
    return _names().get(code, code)


def country_spellings(code: str) -> list[str]:
    """Return the codes and English names of a country by its code as of `country`, none of another text."""
    return _spellings().get(code, [])


@cache
def _spellings() -> dict[str, list[str]]:
    return {code: [*codes, *names] for code, codes, names in _countries()}


@cache
def _by_slug() -> dict[str, str]:
    return _unshared(slug_of_all, ((code, [*codes, *names]) for code, codes, names in _countries()))


@cache
def _by_words() -> dict[str, str]:
    """Return the code of each country by the words of its names; codes are no words: IS is Iceland, not islands."""
    return _unshared(_words_of, ((code, names) for code, _, names in _countries()))


@cache
def _names() -> dict[str, str]:
    return {code: names[-1] for code, _, names in _countries()}


def _unshared(key_of: Callable[[str], str], spellings: Iterable[tuple[str, list[str]]]) -> dict[str, str]:
    """Return the code of each spelling by its key; what several countries share names none of them."""
    found: dict[str, set[str]] = {}
    for code, own in spellings:
        for spelling in own:
            found.setdefault(key_of(spelling), set()).add(code)
    return {key: min(codes) for key, codes in found.items() if len(codes) == 1}


def _words_of(name: str) -> str:
    """Return the words of a name, sorted and in full: what its forms in different files have in common."""
    text = slug_of_all(name).replace("_", " ")
    text = re.sub(r"\b([a-z]) (?=[a-z]\b)", r"\1", text)  # U.S.
    return " ".join(sorted({_ABBREVIATIONS.get(word, word) for word in text.split()} - _UNSAID))


def _countries() -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield each country's code as of `country`, its codes, and its names, the usual English one last."""
    import pycountry  # lazy: few dossiers hold evidence tables
    from babel import Locale

    usual = Locale("en").territories
    for one in pycountry.countries:
        names = [one.name, getattr(one, "official_name", ""), getattr(one, "common_name", "")]
        names += [*OTHER_NAMES.get(one.alpha_3, ()), usual.get(one.alpha_2, "")]
        yield one.alpha_3.lower(), [one.alpha_2, one.alpha_3], list(filter(None, names))
    yield KOSOVO[1].lower(), list(KOSOVO[:2]), [KOSOVO[2]]
