"""A plain address of a CSV or Parquet file, or of a Data Package whose first table is taken.

Source of the format: https://datapackage.org/standard/data-package/.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit

from tidebook.pipelines.read.errors import InputError, Problem, printable
from tidebook.pipelines.read.evidence_tables.declared import PLACES, TIMES, units_of
from tidebook.pipelines.read.evidence_tables.layout import layout_of
from tidebook.pipelines.read.evidence_tables.stated import of_name, stated_unit
from tidebook.pipelines.read.evidence_tables.taken import Get, TakenEvidence
from tidebook.pipelines.read.names import identifiers, slug_of_all

KINDS = ("csv", "parquet")
"""The suffixes of files that can be evidence."""

MOST_COLUMNS = 1_000
"""Maximum columns of a table, each of which becomes a value that a person looks at."""


def take(rest: str, get: Get) -> TakenEvidence:
    """Return what an address holds; keys, values and units that it does not state are left to a person.

    Raises:
        InputError: the address ends in none of .csv, .parquet and datapackage.json, or a package lists no file.
        FetchError: it cannot be fetched.
    """
    address = f"https:{rest}"
    path = PurePosixPath(urlsplit(address).path)
    if path.name == "datapackage.json":
        return _package(address, get)
    kind = path.suffix.lstrip(".").lower()
    if kind not in KINDS:
        expected = "an address that ends in .csv, .parquet or datapackage.json"
        raise InputError(Problem("tidebook sources add", expected, text=address))
    return table_taken(path.stem, address, get(address, kind), kind, {}, {})


def _package(address: str, get: Get) -> TakenEvidence:
    try:
        package = json.loads(get(address, "json"))
    except (ValueError, RecursionError) as error:
        raise InputError(Problem(address, "a Data Package in JSON")) from error
    resources = package.get("resources") if isinstance(package, dict) else None
    if not isinstance(resources, list) or not resources or not isinstance(resources[0], dict):
        raise InputError(Problem(address, "a Data Package that lists resources"))
    first = resources[0]
    path = str(first.get("path") or "")
    kind = PurePosixPath(path).suffix.lstrip(".").lower()
    if kind not in KINDS:
        raise InputError(Problem(address, "a first resource whose path ends in .csv or .parquet", text=path))
    data = get(urljoin(address, path), kind)
    stem = str(first.get("name") or PurePosixPath(path).stem)
    return table_taken(stem, address, data, kind, units_of(first), package)


def table_taken(
    stem: str, address: str, data: bytes, kind: str, units: Mapping[str, str], package: Mapping[str, Any]
) -> TakenEvidence:
    """Return a table with the sections that its headers, and what a package says of it, allow.

    `units` has the columns that the package describes, each with its unit, "" without one.
    """
    name = identifiers([stem])[stem]
    headers = list(units) or _headers(data, kind)
    if len(headers) > MOST_COLUMNS:
        raise InputError(Problem(address, f"at most {MOST_COLUMNS:,} columns", text=f"{len(headers):,}"))
    keys = list(filter(_is_key, headers))
    values, notes = _values(headers, units)
    if not keys:
        notes.append(f"no key is known among {', '.join(headers)}: state it")
    return TakenEvidence(
        name=name,
        files={f"evidence/{name}.{kind}": data},
        source={
            "title": str(package.get("title") or stem),
            "publisher": urlsplit(address).hostname or "not named",
            "address": address,
            "tier": "S",
            "licence": _licence(package) or "not known",
        },
        evidence={"path": f"evidence/{name}.{kind}", "source": name, "key": keys or headers[:2], "values": values},
        notes=tuple(notes),
    )


def _is_key(header: str) -> bool:
    return slug_of_all(header) in (*PLACES, *TIMES)


def _values(headers: Iterable[str], units: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Return the columns beside the keys as values by name, and a note of each without a unit."""
    values, notes = {}, []
    for header, own in identifiers(header for header in headers if not _is_key(header)).items():
        stated = stated_unit(units.get(header, ""), header) if units.get(header) else of_name(header)
        if not stated.unit:
            notes.append(f"{header}: no unit is stated; it is written as number, which may be wrong")
        values[own] = stated.keys(header)
    return values, notes


def _licence(package: Mapping[str, Any]) -> str:
    stated = package.get("licenses")
    licences = stated if isinstance(stated, list) else []
    return ", ".join(str(each.get("name") or each.get("title")) for each in licences if isinstance(each, dict))


def _has_keys(headers: list[str]) -> bool:
    return any(map(_is_key, headers))


def _headers(data: bytes, kind: str) -> list[str]:
    import pyarrow as arrow

    try:
        if kind == "parquet":
            from pyarrow import parquet

            return list(parquet.read_schema(arrow.BufferReader(data)).names)
        return layout_of("tidebook sources add", data, _has_keys).headers
    except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(Problem("tidebook sources add", f"a {kind} file ({printable(str(error))})")) from error
