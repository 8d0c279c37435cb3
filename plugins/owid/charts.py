"""A chart of Our World in Data: its data as CSV and its metadata, by the name in the chart's address.

Source: https://docs.owid.io/projects/etl/api/chart-api/. Not tried live; tests answer in its format.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.evidence_tables.countries import country
from tidebook.pipelines.read.evidence_tables.stated import stated_unit
from tidebook.pipelines.read.evidence_tables.taken import Get, TakenEvidence
from tidebook.pipelines.read.names import identifiers

SITE = "https://ourworldindata.org/grapher"
QUERY = "v=1&csvType=full&useColumnShortNames=true"

NOT_VALUES = ("Entity", "Code", "Year", "Day")


def take(rest: str, get: Get) -> TakenEvidence:
    """Return the data of a chart with its metadata, all countries and years.

    Raises:
        InputError: the name is none, or an answer is not as documented.
        FetchError: it cannot be fetched.
    """
    if not re.fullmatch(r"[a-z0-9-]+", rest):
        raise InputError(Problem("tidebook sources add", "owid: and a chart, such as owid:life-expectancy", text=rest))
    data = get(f"{SITE}/{rest}.csv?{QUERY}", "csv")
    metadata = _metadata(rest, get(f"{SITE}/{rest}.metadata.json?{QUERY}", "json"))
    headers, names = _table(rest, data)
    time = next((name for name in ("Year", "Day") if name in headers), "")
    if "Entity" not in headers or not time:
        raise InputError(Problem(rest, "columns Entity, Code and Year or Day", text=", ".join(headers)))
    values, notes = _values(headers, metadata["columns"])
    title = str(metadata["chart"].get("title") or rest)
    name = identifiers([rest])[rest]
    return TakenEvidence(
        name=name,
        files={f"evidence/{rest}.csv": data, f"evidence/{rest}.metadata.json": _sorted(metadata)},
        source=_source(title, f"{SITE}/{rest}", metadata),
        evidence={
            "path": f"evidence/{rest}.csv",
            "title": title,
            "source": name,
            "key": ["Entity", time],
            "values": values,
            "aka": names,
        },
        notes=tuple(notes),
    )


def _values(headers: Iterable[str], columns: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the values of a chart by name with the units that metadata state, and a note of each unknown one."""
    # The header is the key, or the title or short name of the column, by how the file was downloaded.
    known = {about.get(name): about for name in ("shortName", "titleShort") for about in map(_object, columns.values())}
    known |= {key: _object(about) for key, about in columns.items()}
    values, notes = {}, []
    for header, own in identifiers(header for header in headers if header not in NOT_VALUES).items():
        about = known.get(header, {})
        text = str(about.get("unit", ""))
        stated = stated_unit(text, str(about.get("titleShort") or header))
        if not stated.unit:
            notes.append(f"{header}: the unit {text!r} is none that is known; declare it under [units], or change it")
            stated = stated._replace(unit=text)
        values[own] = stated.keys(header)
    return values, notes


def _source(title: str, address: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the source that a chart is, with what the metadata of its first column say of where that is from."""
    first = _object(next(iter(metadata["columns"].values()), {}))
    return {
        "title": title,
        "publisher": "Our World in Data",
        "original_publisher": str(first.get("citationShort") or metadata["chart"].get("citation") or ""),
        "address": address,
        "tier": "S",
        "licence": "CC BY 4.0 for the work of Our World in Data; that of the original data see its address",
        "published": _day(first.get("lastUpdated")),
        "note": str(first.get("citationLong") or ""),
    }


def _metadata(name: str, data: bytes) -> dict[str, Any]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(Problem(name, "metadata in JSON")) from error
    if not isinstance(document, dict) or not isinstance(document.get("columns"), dict):
        raise InputError(Problem(name, "metadata with the keys chart and columns"))
    return {**document, "chart": _object(document.get("chart"))}


def _object(found: Any) -> Mapping[str, Any]:
    """Return an object of JSON, an empty one for anything else."""
    return found if isinstance(found, dict) else {}


def _table(name: str, data: bytes) -> tuple[list[str], dict[str, str]]:
    """Return the headers of a chart's data, and the other names that entities have there."""
    try:
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
        headers = [*(rows.fieldnames or [])]
        return headers, _other_names(rows) if "Entity" in headers else {}
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(Problem(name, "data as CSV in UTF-8")) from error


def _day(text: object) -> dt.date | None:
    with suppress(TypeError, ValueError):
        return dt.date.fromisoformat(text)  # type: ignore[arg-type]
    return None


def _sorted(metadata: Mapping[str, Any]) -> bytes:
    """Return metadata without the day of the download, so that the same data make the same file."""
    kept = {key: value for key, value in metadata.items() if key != "dateDownloaded"}
    return (json.dumps(kept, indent=1, sort_keys=True) + "\n").encode()


def _other_names(rows: csv.DictReader[str]) -> dict[str, str]:
    """Return the entities that are countries by their code and not by their name, and the world."""
    names: dict[str, str] = {}
    for row in rows:
        entity, code = row["Entity"] or "", (row.get("Code") or "").lower()
        if entity == "World":
            names["world"] = entity
        elif country(code) == code and country(entity) != code:
            names[code] = entity
    return dict(sorted(names.items()))
