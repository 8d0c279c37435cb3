"""What the tables of a release mean: descriptions, units, types and keys, as its Data Package states them.

How a table is read is in `read`.
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
    """A column. `type` is a Table Schema type, such as `number` or `list of string`; `unit` is None without one."""

    name: str
    type: str
    description: str
    unit: str | None
    nullable: bool


@dataclass(frozen=True)
class Description:
    """A table: the version of its contract, what it holds, its rows, the columns that form its key, all columns."""

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
        """Return what each column means."""
        return {column.name: column.description for column in self.columns}


def describe(name: str, release: str | os.PathLike[str] | Release | None = None) -> Description:
    """Return what a table means. Raises LookupError if there is no such release, or no such table in it."""
    found = find_release(release)
    known = {entry["name"]: entry for entry in json.loads(found.read("datapackage.json"))["resources"]}
    if name not in known:
        raise unknown(name, found, sorted(known))
    entry = known[name]
    schema = entry["schema"]
    columns = tuple(_column(field) for field in schema["fields"])
    return Description(
        name, entry["version"], entry["description"], entry["rows"], tuple(schema["primaryKey"]), columns
    )


def _column(field: dict[str, Any]) -> Column:
    kind = f"list of {field['arrayItem']['type']}" if "arrayItem" in field else field["type"]
    nullable = not field.get("constraints", {}).get("required", False)
    return Column(field["name"], kind, field["description"], field.get("unit"), nullable)


def unknown(name: str, release: Release, known: list[str]) -> LookupError:
    """Return the error for a table that a release has not, naming those that it has."""
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return LookupError(f"release {release.release_id} has no table {name}{hint} (its tables: {', '.join(known)})")
