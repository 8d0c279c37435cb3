"""Descriptions of a release's tables: meanings, units, types and keys, as its Data Package states them.

Belongs here: what tables mean. Does not: reading their rows (`read`).
"""

from __future__ import annotations

import difflib
import json
import os
from dataclasses import dataclass
from typing import Any

from tidebook.places import Release, find_release


@dataclass(frozen=True)
class Column:
    """A column; `type` is a type of Table Schema, such as `number` or `list of string`; `unit` may be None."""

    name: str
    type: str
    description: str
    unit: str | None
    nullable: bool


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
    resources = json.loads(source.read("datapackage.json"))["resources"]
    known = {resource["name"]: resource for resource in resources}
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


def _column(field: dict[str, Any]) -> Column:
    type_ = f"list of {field['arrayItem']['type']}" if "arrayItem" in field else field["type"]
    nullable = not field.get("constraints", {}).get("required", False)
    return Column(field["name"], type_, field["description"], field.get("unit"), nullable)


def unknown(name: str, release: Release, known: list[str]) -> LookupError:
    """Return the error for a table that a release does not have; it lists those that it has."""
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return LookupError(f"release {release.release_id} has no table {name}{hint} (its tables: {', '.join(known)})")
