"""Tables of data files as a sentence names them: a row for each thing, a column for each period, countries by name.

Belongs here: turning long tables, and codes of countries. Does not: reading files (`beside`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from tidebook.pipelines.read.evidence_tables.countries import PARTS, country, country_name
from tidebook.pipelines.read.quantities.measures import named
from tidebook.pipelines.read.text.blocks import Cell, TextTable
from tidebook.schemas.units import UNITS

MOST_KEYS = 3
"""Maximum columns of keys of a long table."""
MOST_COLUMNS = 60
"""Maximum values of the key that becomes columns."""
_TIME = re.compile(
    r"(?:FY|CY)?\s?(?:1[6-9]|20|21)\d\d(?:[-/]?(?:Q[1-4]|H[12]|\d\d(?:-\d\d)?(?:T00:00:00)?))?|(?:Q[1-4]|H[12])(?:[-\s/]?['’]?(?:\d\d){1,2})?"
    r"|(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?(?:[-\s/]?['’]?(?:\d\d){1,2})?|(?:week|W)\s?\d\d?",
    re.IGNORECASE,
)
"""A cell that names a year, a quarter, a month or a day."""
_NUMBER = re.compile(r"[-−+(]?\s?[$€£]?\d[\d.,\s]*\)?\s?%?")
_OF_COUNTRIES = re.compile(
    r"\b(?:cc|countr(?:y|ies)|nations?|geo|iso\d?|location|economy|ref area|entity)\b", re.IGNORECASE
)
_CURRENCIES = frozenset(code for code, unit in UNITS.items() if unit.currency == code)
_MAGNITUDES = ("thousand", "k", "million", "mn", "m", "billion", "bn", "trillion")
_KNOWN_SHARE = 0.8
"""Share of a column's cells that are codes of countries where it is a column of countries."""

_OTHER_CODES = {
    # Of the Olympic Committee and of FIFA, where ISO has another one; of Eurostat.
    "ALG": "dza", "ANG": "ago", "BAN": "bgd", "BOT": "bwa", "BUL": "bgr", "CAM": "khm", "CHI": "chl", "CRC": "cri",
    "CRO": "hrv", "DEN": "dnk", "EL": "grc", "ESA": "slv", "FIJ": "fji", "GER": "deu", "GRE": "grc", "GUA": "gtm",
    "HAI": "hti", "HON": "hnd", "INA": "idn", "IRI": "irn", "KSA": "sau", "KUW": "kwt", "LAT": "lva", "LBA": "lby",
    "MAD": "mdg", "MAS": "mys", "MGL": "mng", "MON": "mco", "MYA": "mmr", "NCA": "nic", "NED": "nld", "NEP": "npl",
    "NGR": "nga", "OMA": "omn", "PAR": "pry", "PHI": "phl", "PLE": "pse", "POR": "prt", "PUR": "pri", "RSA": "zaf",
    "SLO": "svn", "SRI": "lka", "SUD": "sdn", "SUI": "che", "TAN": "tza", "TPE": "twn", "URU": "ury",
    "VIE": "vnm", "ZAM": "zmb", "ZIM": "zwe",
}  # fmt: skip
_PARTS = {name[:3].upper(): name for name in PARTS} | {"NIR": "Northern Ireland"}


def readable(table: TextTable) -> TextTable:
    """Return a table of a data file with names in place of codes, words in place of slugs, and long rows turned."""
    if not table.header_rows or not table.rows:
        return table
    header = [[replace(cell, text=_head(cell.text)) for cell in row] for row in table.header_rows]
    return _turned(_with_countries(replace(table, header_rows=header)))


def _head(text: str) -> str:
    """Return the words of a slug, with its unit in brackets: `hydro (gwh)` of `hydro_gwh`."""
    *words, last = text.split("_")
    if not words or text != text.lower():
        return text.replace("_", " ")
    if last in _MAGNITUDES and words[1:] and words[-1].upper() in _CURRENCIES:
        return f"{' '.join(words[:-1])} ({words[-1].upper()} {last})"
    unit = {"pct": "%", "percent": "%"}.get(last, last.upper() if last.upper() in _CURRENCIES else "")
    if not unit and not named(last):
        return text.replace("_", " ")
    return f"{' '.join(words)} ({unit or last})"


def _with_countries(table: TextTable) -> TextTable:
    rows = [list(row) for row in table.rows]
    for column, head in enumerate(table.heads):
        texts = {row[column].text.strip() for row in rows} - {""}
        names = {text: name for text in texts if (name := _name_of(text, head))}
        if len(names) > 1 and len(names) >= _KNOWN_SHARE * len(texts):
            for row in rows:
                row[column] = replace(row[column], text=names.get(row[column].text.strip(), row[column].text))
    return replace(table, rows=rows)


def _name_of(code: str, head: str) -> str:
    """Return the name of a country by its code, "" for another text. Codes of two letters are those of much else."""
    if not re.fullmatch(r"[A-Z]{2,3}", code) or (len(code) == 2 and not _OF_COUNTRIES.search(head)):
        return ""
    if code in _PARTS:
        return _PARTS[code]
    found = country(code) or _OTHER_CODES.get(code)
    return country_name(found) if found else ""


def _turned(table: TextTable) -> TextTable:
    """Return a long table with a row for each thing and a column for each period; another one as it is."""
    keys = _keys(table)
    if len(keys) < 2:
        return table
    across = [column for column in keys if _is_time(table, column)] or keys[-1:]
    down = [column for column in keys if column not in across] or [across.pop(0)]
    periods = list(dict.fromkeys(_period(row, across) for row in table.rows))
    others = [column for column in range(table.width) if column not in keys]
    values = [column for column in others if _is_of_numbers(table, column)]
    if len(periods) > MOST_COLUMNS or not all(periods) or not values:
        return table
    things: dict[tuple[str, ...], dict[str, Sequence[Cell]]] = {}
    for row in table.rows:
        thing = tuple(row[column].text.strip() for column in down)
        things.setdefault(thing, {})[_period(row, across)] = row
    # Texts that each thing has once, such as its name beside its code, stay.
    texts = [column for column in others if _is_of_things(things.values(), column)]
    first, heads = table.rows[0][0], table.heads
    titles = [", ".join(heads[column] for column in down), *(heads[column] for column in texts)]
    titles += [f"{heads[column]} {period}".strip() for column in values for period in periods]
    rows = []
    for by_period in things.values():
        some = next(iter(by_period.values()))
        row = [_made(_label(some, down, heads), some[down[0]]), *(some[column] for column in texts)]
        for column in values:
            for period in periods:
                row.append(by_period[period][column] if period in by_period else _made("", some[across[0]]))
        rows.append(row)
    return replace(table, header_rows=[[_made(title, first) for title in titles]], rows=rows)


def _period(row: Sequence[Cell], columns: Sequence[int]) -> str:
    """Return the period of a row, which a year and a quarter may name in two columns."""
    return " ".join(row[column].text.strip() for column in columns).strip()


def _keys(table: TextTable) -> list[int]:
    """Return the fewest columns from the left whose texts tell all rows apart, without attributes; none where the first
    one does."""
    for count in range(1, min(MOST_KEYS, table.width - 1) + 1):
        names = [tuple(cell.text.strip() for cell in row[:count]) for row in table.rows]
        if len(set(names)) == len(names):
            return _without_attributes(names) if all(all(name) for name in names) else []
    return []


def _without_attributes(names: Sequence[tuple[str, ...]]) -> list[int]:
    """Return the places of keys without what the first one has once on several rows, as a maker its country."""
    firsts = {name[0] for name in names}
    kept = []
    for place in range(len(names[0])):
        is_once = 2 * len(firsts) <= len(names) and len({(name[0], name[place]) for name in names}) == len(firsts)
        if not place or not is_once:
            kept.append(place)
    return kept


def _share(table: TextTable, column: int, fits: Callable[[str], object]) -> float:
    texts = [row[column].text.strip() for row in table.rows if row[column].text.strip()]
    return sum(bool(fits(text)) for text in texts) / len(texts) if texts else 0.0


def _is_time(table: TextTable, column: int) -> bool:
    return _share(table, column, _TIME.fullmatch) > 0.9


def _is_of_numbers(table: TextTable, column: int) -> bool:
    return _share(table, column, _NUMBER.fullmatch) > 0.5


def _is_of_things(lines: Iterable[dict[str, Sequence[Cell]]], column: int) -> bool:
    """Whether a column has one text with letters for each thing."""
    for by_period in lines:
        texts = {row[column].text.strip() for row in by_period.values()}
        if len(texts) != 1 or not re.search(r"[^\W\d_]", next(iter(texts))):
            return False
    return True


def _label(row: Sequence[Cell], columns: Sequence[int], heads: Sequence[str]) -> str:
    """Return the name of a thing by its keys; one that is a number has its head before it, as `version 3.9`."""
    parts = []
    for column in columns:
        text = row[column].text.strip()
        parts.append(text if re.search(r"[^\W\d_]", text) else f"{heads[column]} {text}")
    return ", ".join(parts)


def _made(text: str, like: Cell) -> Cell:
    """Return a cell with a text that the file does not have in one place."""
    return Cell(text, like.place)
