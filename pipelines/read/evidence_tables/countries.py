"""Countries by their names and ISO codes: one key for all spellings.

Belongs here: what CLDR knows (codes of ISO 3166, English names, by babel), and official and usual names that it lacks.
Does not: names of one publisher, which a dossier gives as `aka`, and groups of countries, which it declares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from tidebook.pipelines.read.names import slug_of_all

KOSOVO = ("XK", "XKX", "OWID_KOS", "Kosovo")
"""Not in ISO 3166; these are the user-assigned codes of the European Union, the World Bank and Our World in Data."""

OTHER_CODES = {"GRC": ("EL",)}
"""Codes of countries that are not in ISO 3166: that of the European Union for Greece. UK is among the names."""

_NO_COUNTRIES = {
    "ASC", "CPT", "DGA", "TAA", "QUU", "XAA", "XBB", "XKK", "ZZZ",  # of CLDR, reserved or assigned by users
    "BUR", "DDR", "FXX", "TMP", "YMD", "ZAR",  # withdrawn
}  # fmt: skip
"""Alpha-3 codes that CLDR has beside those of ISO 3166 in force."""

OTHER_NAMES = {
    "ARE": ("UAE",),
    "ARG": ("Argentine Republic",),
    "ATF": ("French Southern Territories", "French Southern and Antarctic Lands"),  # Babel 2.19 knows only the second
    "BES": ("Bonaire, Sint Eustatius and Saba",),
    "BIH": ("Bosnia",),
    "BRN": ("Brunei Darussalam",),
    "CHE": ("Swiss Confederation",),
    "CHN": ("PRC", "Mainland China"),
    "CIV": ("Ivory Coast",),
    "COD": ("DR Congo", "Democratic Republic of the Congo", "DRC", "Zaire"),
    "COG": ("Congo",),
    "CPV": ("Cabo Verde",),
    "CZE": ("Czech Republic",),
    "FLK": ("Falkland Islands (Malvinas)",),
    "FRA": ("French Republic",),
    "FRO": ("Faeroe Islands",),
    "FSM": ("Micronesia (country)", "Federated States of Micronesia"),
    "GAB": ("Gabonese Republic",),
    "GBR": ("UK", "Great Britain", "Britain", "United Kingdom of Great Britain and Northern Ireland"),
    "GRC": ("Hellenic Republic",),
    "HKG": ("Hong Kong", "Hong Kong SAR", "Hong Kong Special Administrative Region of China"),
    "HMD": ("Heard Island and McDonald Islands",),
    "ITA": ("Italian Republic",),
    "KGZ": ("Kyrgyz Republic",),
    "KOR": ("Republic of Korea",),
    "LAO": ("Lao PDR", "Lao People's Democratic Republic"),
    "LBN": ("Lebanese Republic",),
    "MAC": ("Macao", "Macao SAR", "Macau", "Macao Special Administrative Region of China"),
    "MAF": ("Saint Martin (French part)",),
    "MEX": ("United Mexican States",),
    "MKD": ("Macedonia", "FYR Macedonia", "TFYR Macedonia", "Former Yugoslav Republic of Macedonia"),
    "MMR": ("Burma", "Myanmar"),
    "NLD": ("Holland",),
    "PCN": ("Pitcairn",),
    "PRK": ("DPR Korea", "DPRK", "Democratic People's Republic of Korea"),
    "PRT": ("Portuguese Republic",),
    "PSE": ("Palestine", "West Bank and Gaza", "Occupied Palestinian Territory"),
    "RUS": ("Russian Federation",),
    "RWA": ("Rwandese Republic",),
    "SHN": ("Saint Helena, Ascension and Tristan da Cunha",),
    "SVK": ("Slovak Republic",),
    "SWZ": ("Swaziland",),
    "SXM": ("Sint Maarten (Dutch part)",),
    "SYR": ("Syrian Arab Republic",),
    "TGO": ("Togolese Republic",),
    "TLS": ("East Timor",),
    "TUR": ("Turkey",),
    "TWN": ("Taiwan, China", "Taiwan, Province of China", "Chinese Taipei"),
    "UMI": ("United States Minor Outlying Islands",),
    "USA": ("US", "USA", "United States of America"),
    "VAT": ("Vatican", "Holy See", "Holy See (Vatican City State)"),
    "VEN": ("Venezuela, RB",),
    "VIR": ("Virgin Islands of the United States",),
    "VNM": ("Viet Nam",),
    "WLF": ("Wallis and Futuna Islands",),
}
"""Official, short, former and statisticians' names of countries, by alpha-3 code, where CLDR has others."""

FORMS_OF_STATES = {
    "Republic of": """
        AGO ALB ARM AUT AZE BDI BEN BGR BIH BLR BWA CHL CIV CMR COG COL CPV CRI CUB CYP DJI ECU EST FIN FJI GHA GIN GMB
        GNB GNQ GTM GUY HND HRV HTI IDN IND IRQ ISL KAZ KEN KIR LBR LTU LVA MDA MDG MDV MHL MKD MLI MLT MMR MOZ MUS MWI
        NAM NER NIC NRU PAN PER PHL PLW POL PRY RWA SDN SEN SGP SLE SLV SMR SRB SSD SUR SVN SYC TCD TJK TTO TUN TUR UGA
        UZB VUT YEM ZAF ZMB ZWE""",
    "Kingdom of": "BEL BHR BTN DNK ESP KHM LSO MAR NLD NOR SAU SWE SWZ THA TON",
    "Islamic Republic of": "AFG IRN MRT PAK",
    "State of": "ERI ISR KWT PSE QAT",
    "Commonwealth of": "BHS DMA MNP",
    "Principality of": "AND LIE MCO",
    "Federal Republic of": "DEU NGA SOM",
    "People's Republic of": "BGD CHN",
    "Federal Democratic Republic of": "ETH NPL",
    "Independent State of": "PNG WSM",
    "Democratic Republic of": "STP TLS",
    "Arab Republic of": "EGY",
    "Bolivarian Republic of": "VEN",
    "Democratic Socialist Republic of": "LKA",
    "Eastern Republic of": "URY",
    "Federative Republic of": "BRA",
    "Grand Duchy of": "LUX",
    "Hashemite Kingdom of": "JOR",
    "People's Democratic Republic of": "DZA",
    "Plurinational State of": "BOL",
    "Socialist Republic of": "VNM",
    "Sultanate of": "OMN",
    "Union of": "COM",
    "United Republic of": "TZA",
}
"""What comes before a country's name in its official one, by alpha-3 codes: Vietnam was a Republic of Vietnam once."""

_ABBREVIATIONS = {
    "dem": "democratic", "fed": "federal", "federated": "federal", "is": "islands", "rep": "republic", "st": "saint",
    "sts": "states",
}  # fmt: skip
_UNSAID = {"and", "of", "the"}


ADJECTIVES = {
    "ARG": "Argentine Argentinian", "AUS": "Australian", "AUT": "Austrian", "BEL": "Belgian", "BGR": "Bulgarian",
    "BRA": "Brazilian", "CAN": "Canadian", "CHE": "Swiss", "CHL": "Chilean", "CHN": "Chinese", "COL": "Colombian",
    "CYP": "Cypriot", "CZE": "Czech", "DEU": "German", "DNK": "Danish Dane", "EGY": "Egyptian",
    "ESP": "Spanish Spaniard", "EST": "Estonian", "FIN": "Finnish Finn", "FRA": "French", "GBR": "British Briton",
    "GRC": "Greek", "HRV": "Croatian", "HUN": "Hungarian", "IDN": "Indonesian", "IRL": "Irish",
    "ISL": "Icelandic Icelander", "ISR": "Israeli", "ITA": "Italian", "JPN": "Japanese", "KEN": "Kenyan",
    "LTU": "Lithuanian", "LUX": "Luxembourgish", "LVA": "Latvian", "MAR": "Moroccan", "MEX": "Mexican",
    "MLT": "Maltese", "NGA": "Nigerian", "NLD": "Dutch", "NOR": "Norwegian", "PAK": "Pakistani", "PER": "Peruvian",
    "POL": "Polish Pole", "PRT": "Portuguese", "ROU": "Romanian", "RUS": "Russian", "SRB": "Serbian",
    "SVK": "Slovak", "SVN": "Slovenian Slovene", "SWE": "Swedish Swede", "THA": "Thai", "TUN": "Tunisian",
    "TUR": "Turkish Turk", "UKR": "Ukrainian", "VNM": "Vietnamese",
}  # fmt: skip
"""Words for what is of a country, and its people, that name no other one, by alpha-3 code."""
PARTS = {"England": "English", "Scotland": "Scottish Scot", "Wales": "Welsh", "Northern Ireland": ""}
"""Nations of the United Kingdom that count by themselves, with such words."""


def country(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-3 code of a country in small letters; None for another text.

    The text may be the code, the alpha-2 code, or an English name of the country, in any case. The words of a name may
    be in another order, and be shortened as in `Korea, Dem. People's Rep.`.
    """
    return _by_slug().get(slug_of_all(text)) or _by_words().get(_words_of(text))


def country_name(code: str) -> str:
    """Return the English name of a country by its code as of `country`; the text itself for another one."""
    return _names().get(code, code)


def spoken_country(code: str) -> str:
    """Return the English name of a country as it stands in a sentence: `the United States`."""
    name = country_name(code)
    return f"the {name}" if _WITH_ARTICLE.match(name) else name


_WITH_ARTICLE = re.compile(
    r"(?:United |Netherlands|Philippines|Gambia|Bahamas|Maldives|Comoros)|.* (?:Republic|Islands)$"
)


def country_spellings(code: str) -> list[str]:
    """Return the codes and English names of a country by its code as of `country`, none of another text."""
    return _spellings().get(code, [])


@cache
def spoken_names(text: str) -> tuple[str, ...]:
    """Return the names by which a sentence may call a country, `Britain` and `British` of the United Kingdom.

    None for a text that names no country, and no code but those that are spoken, such as UK.
    """
    code = country(text)
    if code is None:
        return tuple(PARTS.get(text, "").split())
    names = [name for name in country_spellings(code) if not name.isupper() or name in _SPOKEN_CODES]
    return tuple(dict.fromkeys([*names, *ADJECTIVES.get(code.upper(), "").split()]))


_SPOKEN_CODES = ("UK", "US", "USA", "UAE")


@cache
def _spellings() -> dict[str, list[str]]:
    return {code: [*codes, *names] for code, codes, names in _countries()}


@cache
def _by_slug() -> dict[str, str]:
    return _unshared(slug_of_all, ((code, [*codes, *names]) for code, codes, names in _countries()))


@cache
def _by_words() -> dict[str, str]:
    """Return the code of each country by the words of its names; codes are not words: IS is Iceland, not islands."""
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
    from babel import Locale  # lazy: babel is slow to import, and few dossiers hold evidence tables

    usual, forms = Locale("en").territories, _forms()
    for alpha_3, alpha_2 in _codes():
        if alpha_2 in usual:
            names = [*OTHER_NAMES.get(alpha_3, ()), _in_full(usual[alpha_2]), usual[alpha_2]]
            codes = [alpha_2, alpha_3, *OTHER_CODES.get(alpha_3, ())]
            yield alpha_3.lower(), codes, [*_official(forms.get(alpha_3, ""), names), *names]
    yield KOSOVO[1].lower(), list(KOSOVO[:3]), [KOSOVO[3]]


def _codes() -> Iterator[tuple[str, str]]:
    """Yield the alpha-3 and alpha-2 codes of ISO 3166, which CLDR has among the aliases of territories."""
    from babel.core import get_global

    for alias, territories in get_global("territory_aliases").items():
        if re.fullmatch("[A-Z]{3}", alias) and alias not in _NO_COUNTRIES and len(territories) == 1:
            yield alias, territories[0]


def _in_full(name: str) -> str:
    """Return a name of CLDR as most files have it: `St. Kitts & Nevis` is Saint Kitts and Nevis."""
    return name.replace("&", "and").replace("St.", "Saint").replace("’", "'")


def _official(form: str, names: Iterable[str]) -> Iterator[str]:
    """Yield the names of a country with the form of its state before and behind them, as both are in use."""
    if form:
        for name in names:
            yield from (f"{form} {name}", f"{form} the {name}", f"{name}, {form}")


def _forms() -> dict[str, str]:
    """Return the form of each state by its alpha-3 code."""
    return {code: form for form, codes in FORMS_OF_STATES.items() for code in codes.split()}
