"""What is exported: the tables of a release as they were published, and what it says of itself.

How each format writes them is in the module named after it.
"""

import datetime as dt
import io
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.ingest.errors import InputError, Problem
from pipelines.storage.keys import digest
from pipelines.storage.release import Release

NAME = re.compile("[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Column:
    """A column: its name, what it means and the unit of its values, empty where it has none."""

    name: str
    meaning: str
    unit: str

    def note(self) -> str:
        """Return meaning and unit in one text."""
        return f"{self.meaning} [{self.unit}]" if self.unit else self.meaning


@dataclass(frozen=True)
class Content:
    """A table as it was published, with its path in the release, its contract's version, meaning, key and columns."""

    name: str
    path: str
    version: str
    meaning: str
    key: list[str]
    columns: list[Column]
    table: pa.Table

    def rows(self) -> Iterator[list[Any]]:
        """Yield each row's values in the order of the columns; None is null."""
        for row in self.table.to_pylist():
            yield list(row.values())


def package(release: Release) -> dict[str, Any]:
    """Return the Data Package of a release. Raises InputError if it is damaged."""
    found: dict[str, Any] = json.loads(published(release, "datapackage.json"))
    for resource in found["resources"]:
        if not NAME.fullmatch(resource["name"]):
            raise InputError(Problem("datapackage.json", "names of lower-case letters", text=resource["name"]))
    return found


def contents(release: Release) -> list[Content]:
    """Return the tables of a release in the order of its Data Package. Raises InputError if a file is damaged."""
    found = []
    for resource in package(release)["resources"]:
        table = pq.read_table(io.BytesIO(published(release, resource["path"])))
        fields = resource["schema"]["fields"]
        columns = [Column(field["name"], field["description"], field.get("unit", "")) for field in fields]
        key = resource["schema"]["primaryKey"]
        named = (resource["name"], resource["path"], resource["version"], resource["description"])
        found.append(Content(*named, key, columns, table))
    return found


def published(release: Release, path: str) -> bytes:
    """Return a file of a release as it was published. Raises InputError if it is not what the manifest states."""
    place = release.folder / path
    data = place.read_bytes() if place.is_file() else b""
    if digest(data) != release.manifest["files"].get(path, {}).get("sha256"):
        raise InputError(Problem(str(place), "the content that was published"))
    return data


def about(release: Release) -> list[tuple[str, str]]:
    """Return what names a release, as pairs of a name and a text."""
    return [
        ("release", release.release_id),
        ("as_of", release.manifest["as_of"]),
        ("tidebook", release.manifest["tidebook"]),
        ("code", release.manifest["code"]),
    ]


def as_text(value: Any) -> str:
    """Return a value as Table Schema writes it: lists as JSON, infinities as INF and -INF, null as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f"{value}".upper()
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def extra(library: str, kind: str) -> RuntimeError:
    """Return the error that a format's library is not installed."""
    return RuntimeError(f'{kind} needs {library}, which is not installed: pip install "tidebook[export]"')
