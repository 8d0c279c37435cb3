"""Descriptions of a release's tables: meanings, units, types and keys, as its Data Package states them.

Belongs here: what tables mean. Does not: reading their rows (`read`).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

from tidebook.places import Release, StrangeError, find_release, parse_json

PACKAGE = "datapackage.json"
NAME = re.compile("[a-z][a-z0-9_]*")
"""Names of tables, which become file names and parts of SQL."""
COLUMN = re.compile("[A-Za-z_][A-Za-z0-9_]*")
"""Names of columns, which become headers in spreadsheets and parts of SQL."""


@dataclass(frozen=True)
class Column:
    """A column; `type` is a type of Table Schema, such as `number` or `list of string`; `unit` may be None.

    `values` are all that it may have, null aside, where its contract lists them; else there are none.
    """

    name: str
    type: str
    description: str
    unit: str | None
    nullable: bool
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Description:
    """A table: its contract's version, a description, the number of rows, the columns of its key, all columns."""

    name: str
    version: str
    description: str
    rows: int
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def units(self) -> dict[str, str]:
        """Return the unit of each column that has one."""
        return {column.name: column.unit for column in self.columns if column.unit}

    @property
    def descriptions(self) -> dict[str, str]:
        """Return the description of each column."""
        return {column.name: column.description for column in self.columns}

    @property
    def values(self) -> dict[str, tuple[str, ...]]:
        """Return the allowed values of each column whose contract lists them."""
        return {column.name: column.values for column in self.columns if column.values}


def describe(name: str, release: str | os.PathLike[str] | Release | None = None) -> Description:
    """Return the description of a table.

    Args:
        name: the table.
        release: a release, as in `find_release`.

    Raises:
        LookupError: there is no such release, or it has no such table.
        OSError: the release is damaged.
    """
    source = find_release(release)
    package = parse_package(source.read(PACKAGE), f"{source.place}/{PACKAGE}")
    known = {resource["name"]: resource for resource in package["resources"]}
    if name not in known:
        raise unknown(name, source, sorted(known))
    resource = known[name]
    schema = resource["schema"]
    return Description(
        name=name,
        version=resource["version"],
        description=resource["description"],
        rows=resource["rows"],
        key=tuple(schema["primaryKey"]),
        columns=tuple(map(_column, schema["fields"])),
    )


def parse_package(data: bytes, shown: str) -> dict[str, Any]:
    """Return the Data Package in these bytes of a release, which may come from anywhere; `shown` names it in errors.

    Raises:
        DamagedError: it has not the structure that a build writes.
    """
    try:
        document: dict[str, Any] = parse_json(data)
        faults = [fault for resource in document["resources"] if (fault := _fault(resource))]
        names = [resource["name"] for resource in document["resources"]]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise StrangeError(shown, "a Data Package with the schema of each table") from error
    if faults or len(names) > len(set(names)):
        raise StrangeError(shown, faults[0] if faults else "one resource for each table")
    return document


def _fault(resource: dict[str, Any]) -> str:
    """Return what was expected of a resource, "" if nothing is wrong. What it lacks or has of another type raises."""
    schema = resource["schema"]
    fields = schema["fields"]
    if not all(isinstance(text, str) for text in _texts(resource)) or not isinstance(resource["rows"], int):
        raise TypeError("a text or a number")
    if not NAME.fullmatch(resource["name"]):
        return "names of tables of lower-case letters, digits and underscores"
    columns = [field["name"] for field in fields]
    if not all(map(COLUMN.fullmatch, columns)) or len({name.lower() for name in columns}) < len(columns):
        return f"columns of {resource['name']} of letters, digits and underscores, no two of which differ by case alone"
    if not {*schema["primaryKey"]} <= {*columns}:
        return f"a key of {resource['name']} of its own columns"
    return ""


def _texts(resource: dict[str, Any]) -> list[Any]:
    """Return all that has to be a text in a resource. What it lacks or has of another type raises."""
    schema = resource["schema"]
    texts = [resource[name] for name in ("name", "path", "version", "description")]
    texts += [*schema["primaryKey"], *resource.get("restrictedSources", ())]
    for field in schema["fields"]:
        texts += [field["name"], field["type"], field["description"], field.get("unit", "")]
        texts += [field["arrayItem"]["type"]] if "arrayItem" in field else []
        texts += [*field.get("constraints", {}).get("enum", ())]
    for foreign in schema.get("foreignKeys", ()):
        there = foreign["reference"]
        texts += [*foreign["fields"], there["resource"], *there["fields"]]
    return texts


def _column(field: dict[str, Any]) -> Column:
    type_ = f"list of {field['arrayItem']['type']}" if "arrayItem" in field else field["type"]
    constraints = field.get("constraints", {})
    nullable = not constraints.get("required", False)
    values = tuple(constraints.get("enum", ()))
    return Column(field["name"], type_, field["description"], field.get("unit"), nullable, values)


def unknown(name: str, release: Release, known: list[str]) -> LookupError:
    """Return the error for a table that a release does not have; it lists those that it has."""
    import difflib  # only this error needs it

    close = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return LookupError(f"release {release.release_id} has no table {name}{hint} (its tables: {', '.join(known)})")
