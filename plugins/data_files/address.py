"""A plain address of a CSV or Parquet file, or of a Data Package whose first table is taken.

Source of the format: https://datapackage.org/standard/data-package/.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.evidence_tables.declared import units_of
from tidebook.pipelines.read.evidence_tables.guess import NO_CHOICES, Choices, Guess, guessed
from tidebook.pipelines.read.evidence_tables.series import PLACES, TIMES
from tidebook.pipelines.read.evidence_tables.stated import of_name, stated_unit
from tidebook.pipelines.read.evidence_tables.taken import Get, TakenEvidence
from tidebook.pipelines.read.names import identifiers, slug_of_all

KINDS = ("csv", "parquet")
"""The suffixes of files that can be evidence."""

MOST_COLUMNS = 1_000
"""Maximum columns of a table, each of which becomes a value that a person looks at."""


def take(rest: str, get: Get, choices: Choices = NO_CHOICES) -> TakenEvidence:
    """Return what an address holds, with what its columns are taken for.

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
    return table_taken(path.stem, address, get(address, kind), kind, {}, {}, choices)


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
    stem: str,
    address: str,
    data: bytes,
    kind: str,
    units: Mapping[str, str],
    package: Mapping[str, Any],
    choices: Choices = NO_CHOICES,
) -> TakenEvidence:
    """Return a table with the sections that its headers and cells, and what a package says of it, allow.

    `units` has the columns that the package describes, each with its unit, "" without one.
    """
    name = identifiers([stem])[stem]
    found = _described(units) if units else guessed(address, data, choices)
    if len(found.evidence.get("values", ())) > MOST_COLUMNS:
        raise InputError(Problem(address, f"at most {MOST_COLUMNS:,} columns"))
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
        evidence={"path": f"evidence/{name}.{kind}", "source": name, **found.evidence},
        notes=tuple(found.notes),
        questions=tuple(found.questions),
        shown=tuple(found.shown),
    )


def _described(units: Mapping[str, str]) -> Guess:
    """Return what a package says of a table's columns: keys by their names, values with their units."""
    keys = [header for header in units if slug_of_all(header) in (*PLACES, *TIMES)]
    values, notes = {}, []
    for header, own in identifiers(header for header in units if header not in keys).items():
        stated = stated_unit(units[header], header) if units[header] else of_name(header)
        if not stated.unit:
            notes.append(f"{header}: no unit is stated; it is written as number, which may be wrong")
        values[own] = stated.keys(header)
    questions = [] if keys else [f"no key is known among {', '.join(units)}: --key COLUMN"]
    return Guess({"key": keys, "values": values}, notes, questions)


def _licence(package: Mapping[str, Any]) -> str:
    stated = package.get("licenses")
    licences = stated if isinstance(stated, list) else []
    return ", ".join(str(each.get("name") or each.get("title")) for each in licences if isinstance(each, dict))
