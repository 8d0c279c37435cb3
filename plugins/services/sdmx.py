"""Data flows of the OECD and the European Central Bank in SDMX-CSV: one reader for codes, labels, or both.

Dimensions with one code are left out, the others are keys. `UNIT_MULT` multiplies the numbers of its row.
Source: https://github.com/sdmx-twg/sdmx-csv. Not tried live; tests answer in its form.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tidebook.pipelines.read.errors import InputError, Problem, printable
from tidebook.pipelines.read.evidence_tables.stated import Stated, stated_unit
from tidebook.pipelines.read.evidence_tables.taken import Get, TakenEvidence
from tidebook.pipelines.read.names import slug_of_all
from tidebook.plugins.services.observations import Answer, Observation, as_taken, refused, scaled

OECD = "https://sdmx.oecd.org/public/rest/data"
ECB = "https://data-api.ecb.europa.eu/service/data"
ABOUT = ("DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", "KEY")
"""Columns before the dimensions."""
UNITS = ("UNIT_MEASURE", "UNIT")
PERIOD, VALUE = "TIME_PERIOD", "OBS_VALUE"
PLACES = ("REF_AREA", "LOCATION", "COUNTRY", "GEO")
KNOWN = {"IX": "index", "PC": "percent", "PERCENT": "percent", "PS": "person", "PERS": "person", "PURE_NUMB": "number"}
"""Codes of units that are no words; those that begin with PT are percentages."""
LISTED = 8

Row = dict[str, str]
Labels = Mapping[tuple[str, str], str]
NO_LABELS: Labels = MappingProxyType({})


def take_oecd(rest: str, get: Get) -> TakenEvidence:
    """Return a data flow of the OECD by its key: `OECD.SDD.STES,DSD_STES@DF_CLI,/USA.M.LI...`.

    Raises:
        InputError: the address is none, or the answer is not one series of one unit.
        FetchError: it cannot be fetched.
    """
    where = f"{OECD}/{_checked('oecd', rest)}?format=csvfilewithlabels"
    about = {"publisher": "OECD", "address": "https://data-explorer.oecd.org", "licence": "CC BY 4.0"}
    return as_taken(_answer(f"oecd:{rest}", rest, get(where, "csv"), about))


def take_ecb(rest: str, get: Get) -> TakenEvidence:
    """Return a data flow of the European Central Bank by its key: `EXR/M.USD.EUR.SP00.A`. Raises as `take_oecd`."""
    where = f"{ECB}/{_checked('ecb', rest)}?format=csvdata"
    about = {
        "publisher": "European Central Bank",
        "address": f"https://data.ecb.europa.eu/data/datasets/{rest.partition('/')[0]}",
        "licence": "free, with the source named",
    }
    return as_taken(_answer(f"ecb:{rest}", rest, get(where, "csv"), about))


def _checked(service: str, rest: str) -> str:
    if not re.fullmatch(r"[\w.,@-]+/[\w.+*-]+", rest):
        expected = "a data flow and a key, such as ecb:EXR/M.USD.EUR.SP00.A"
        raise InputError(Problem(f"{service}:{rest}", expected))
    return rest


def _answer(address: str, rest: str, data: bytes, about: dict[str, Any]) -> Answer:
    rows, labels = _table(address, data)
    return answer_of_rows(address, _code(rest), rest.partition("/")[0], rows, about, labels)


def answer_of_rows(
    address: str, code: str, flow: str, rows: Sequence[Row], about: Mapping[str, Any], labels: Labels = NO_LABELS
) -> Answer:
    """Return rows of a flow as an answer; dimensions stand before the period. Raises InputError for several units."""
    headers = list(rows[0])
    before = headers[: headers.index(PERIOD)]
    dimensions = [header for header in before if header not in ABOUT]
    varying = [header for header in dimensions if len({row[header] for row in rows}) > 1]
    unit, words = _unit(address, rows, labels)
    keys = [header for header in varying if header not in UNITS]
    fixed = [_label(labels, header, rows[0][header]) for header in dimensions if header not in varying]
    titles = {row.get("STRUCTURE_NAME") or row.get("TITLE") or flow for row in rows}
    flow = titles.pop() if len(titles) == 1 else flow
    named = [text for text in fixed if text and text != flow and not text.startswith("_") and text != "Not applicable"]
    return Answer(
        address=address,
        code=code,
        title=f"{flow}: {', '.join(named)}" if named else flow,
        keys=[slug_of_all(header) for header in keys],
        rows=[_observation(address, row, keys) for row in rows],
        unit=unit,
        words=words,
        place=next((slug_of_all(header) for header in keys if header in PLACES), ""),
        source=about,
    )


def _code(rest: str) -> str:
    """Return a name for a flow and a key, without agency, version, and the codes of what does not apply."""
    flow, _, key = rest.partition("/")
    parts = [part for part in key.split(".") if part not in ("_Z", "")]
    return slug_of_all("_".join([flow.rpartition("@")[2].strip(","), *parts]))


def _table(address: str, data: bytes) -> tuple[list[Row], dict[tuple[str, str], str]]:
    """Return the rows by the ids of columns, and the labels of codes by column. Raises InputError without values."""
    text = data.decode("utf-8-sig", "replace")
    reader = csv.reader(io.StringIO(text))
    headers = next(reader, [])
    ids = [header.partition(":")[0].strip() for header in headers]
    if VALUE not in ids or PERIOD not in ids:
        raise refused(address, text)
    rows: list[Row] = []
    labels: dict[tuple[str, str], str] = {}
    for cells in reader:
        if len(cells) != len(headers):
            raise InputError(Problem(address, f"{len(headers)} cells in each row", text=f"{len(cells)} cells"))
        row: Row = {}
        column = ""
        for header, name, cell in zip(headers, ids, cells, strict=True):
            if not re.fullmatch("[A-Z][A-Z0-9_]*", name):
                labels[column, row[column]] = cell  # the label of the code before it
                continue
            column = name
            code, colon, label = cell.partition(": ") if ":" in header else (cell, "", "")
            row[name] = code
            if colon:
                labels[name, code] = label
        if row.get("ACTION") == "D":
            raise InputError(Problem(address, "observations, not rows that are deleted", text="ACTION D"))
        rows.append(row)
    if not rows:
        raise InputError(Problem(address, "an answer with observations; it has none"))
    return rows, labels


def _label(labels: Labels, header: str, code: str) -> str:
    return labels.get((header, code)) or code


def _unit(address: str, rows: Sequence[Row], labels: Labels) -> tuple[Stated, str]:
    """Return the unit of all rows, and what the service calls it. Raises InputError if there are several."""
    header = next((header for header in UNITS if header in rows[0]), "")
    codes = list(dict.fromkeys(row[header] for row in rows)) if header else [""]
    if len(codes) > 1:
        listed = ", ".join(f"{code} ({_label(labels, header, code)})" for code in codes[:LISTED])
        expected = f"one {header}: in the key of the address, or of a file as --where {header}={codes[0]}"
        raise InputError(Problem(address, expected, text=printable(listed)))
    code, words = codes[0], _label(labels, header, codes[0])
    base = rows[0].get("BASE_PER") or ""
    if code.startswith("PT"):
        return Stated("percent"), words
    named = words if words != code else unit_of_code(code).replace("_", " ")
    found = Stated(KNOWN[code]) if code in KNOWN else stated_unit(named)
    if found.unit == "index" and base:
        found = found._replace(basis=f"{base} = 100")
    # Where rows have a multiplier, the words of the unit name it once more.
    return found._replace(scale=1.0) if "UNIT_MULT" in rows[0] else found, words


def _observation(address: str, row: Row, keys: Sequence[str]) -> Observation:
    power = row.get("UNIT_MULT") or "0"
    if not re.fullmatch("-?[0-9]{1,2}", power):
        raise InputError(Problem(address, "a power of ten as UNIT_MULT", text=power))
    status = row.get("OBS_STATUS") or row.get("OBS_FLAG") or ""
    # The IMF marks no forecast, and says up to which year it has seen data.
    latest = row.get("LATEST_ACTUAL_ANNUAL_DATA") or ""
    status = "F" if latest.isdecimal() and row[PERIOD][:4] > latest else status
    flag = "" if status == "A" else status
    own = tuple(row[key] for key in keys)
    return Observation(own, row[PERIOD], scaled(row[VALUE], int(power)), flag)


_MEASURES = {
    "MEUR": "million euro",
    "EUR": "euro",
    "PER": "persons",
    "NR": "number",
    "T": "tonnes",
    "KG": "kilograms",
    "HA": "hectares",
}
_MULTIPLES = {"THS": "thousand", "MIO": "million", "": ""}


def unit_of_code(code: str) -> str:
    """Return what a code of Eurostat means in words, the code itself where that is not known."""
    if code.startswith("PC"):
        return "percent"
    match = re.fullmatch(rf"(?:CP_|CLV\d\d_)?(?:(THS|MIO)_)?({'|'.join(_MEASURES)})(_HAB)?", code)
    if match is None:
        return code
    per = "per inhabitant" if match[3] else ""
    return " ".join(filter(None, (_MULTIPLES[match[1] or ""], _MEASURES[match[2]], per)))
