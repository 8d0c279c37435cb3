"""A release as a Frictionless Data Package (version 2): one resource per table, its schema from the table's model.

What a table holds is declared in `schemas`; which files a release has is decided in `release`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from schemas.base import Table, keys, summary, type_name, version
from schemas.contracts import constraints
from schemas.registry import ENGINE

PROFILES = "https://datapackage.org/profiles/2.0"
LICENCE = {"name": "Apache-2.0", "path": "https://www.apache.org/licenses/LICENSE-2.0", "title": "Apache License 2.0"}
NAME = "tidebook"
TITLE = "Tidebook: figures, claims, verdicts and forecasts of an analysis"
DESCRIPTION = (
    "Each checkable statement of the analysis with its verdict, the figures that it rests on and what would turn it. "
    "The licence is that of the tables as a collection; figures belong to their sources, whose terms stand with each. "
    "A resource with `republish` false holds values that its `restrictedSources` do not allow to be published again."
)
TYPES = {"string": "string", "float64": "number", "int64": "integer", "bool": "boolean", "date": "date"}
LISTS = {"parquet": "any", "csv": "array"}
FORMATS = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv"}


@dataclass(frozen=True)
class About:
    """What a release says of itself beside its files: the day its verdicts are judged on, and its sources' rows.

    `restricted` has by table the ids of the sources whose values in it may not be republished, `models` are those of
    all tables that it may hold; `dossier` is the id and `title` the title of what was analysed.
    """

    as_of: str
    sources: Sequence[Mapping[str, Any]]
    restricted: Mapping[str, Sequence[str]] = field(default_factory=dict)
    models: Mapping[str, type[Table]] = field(default_factory=lambda: ENGINE)
    dossier: str = ""
    title: str = ""

    @property
    def full_title(self) -> str:
        """The title of the release."""
        return f"{TITLE}: {self.title}" if self.title else TITLE


def datapackage(about: About, own: str, files: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the package of those files that are tables; `files` maps each path to its `sha256`, `bytes` and `rows`.

    `own` is Tidebook's version; a table's is that of its contract.
    """
    tables = {PurePosixPath(path).stem: path for path in files}
    return {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": NAME,
        "title": about.full_title,
        "description": DESCRIPTION,
        "version": own,
        "created": f"{about.as_of}T00:00:00Z",
        "licenses": [LICENCE],
        "sources": [_source(row) for row in about.sources],
        "resources": [
            _resource(name, model, tables[name], files[tables[name]])
            | ({"republish": False, "restrictedSources": list(held)} if (held := about.restricted.get(name)) else {})
            for name, model in about.models.items()
            if name in tables and PurePosixPath(tables[name]).suffix.removeprefix(".") in FORMATS
        ],
    }


def _source(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the sources table as a source of the package, its licence and tier as further properties."""
    return {
        "title": row["title"],
        "path": row["address"],
        "version": str(row["published"] or row["original_published"] or row["read"]),
        "sourceId": row["source_id"],
        "publisher": row["publisher"],
        "licence": row["licence"],
        "tier": row["tier"],
    }


def _resource(name: str, model: type[Table], path: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table's resource. Frictionless cannot count the bytes of Parquet, so that they are not stated there."""
    kind = PurePosixPath(path).suffix.removeprefix(".")
    found = {
        "name": name,
        "type": "table",
        "path": path,
        "version": version(model),
        "description": summary(model),
        "format": kind,
        "mediatype": FORMATS[kind],
        "hash": f"sha256:{facts['sha256']}",
        "rows": facts["rows"],
        "schema": table_schema(model, kind),
    }
    return found | ({"encoding": "utf-8", "bytes": facts["bytes"]} if kind == "csv" else {})


def table_schema(model: type[Table], kind: str) -> dict[str, Any]:
    """Return a model as a Table Schema: types, meanings, units, constraints and the primary key."""
    schema = model.to_schema()
    return {
        "$schema": f"{PROFILES}/tableschema.json",
        "fields": [_field(name, spec, kind) for name, spec in schema.columns.items()],
        "primaryKey": keys(schema),
    }


def _field(name: str, spec: Any, kind: str) -> dict[str, Any]:
    """Return a column as a field.

    An empty text is a value, and Frictionless reads a null number of Parquet as `nan`: hence `missingValues`.
    A list is an `array` of JSON in CSV; the lists of Parquet are `any`, since Frictionless takes them for no `array`.
    """
    items = spec.metadata["items"]
    found: dict[str, Any] = {"name": name, "type": TYPES[type_name(spec)] if not items else LISTS[kind]}
    found["description"] = spec.description
    if spec.metadata["unit"]:
        found["unit"] = spec.metadata["unit"]
    if items:
        found["arrayItem"] = {"type": TYPES[items]}
    if found["type"] == "string":
        found["missingValues"] = []
    elif found["type"] == "number":
        found["missingValues"] = ["", "nan"]
    limits = ({} if spec.nullable else {"required": True}) | constraints(spec)
    return found | ({"constraints": limits} if limits else {})


def as_json(document: Mapping[str, Any]) -> bytes:
    """Return a document as the bytes that stand in a release."""
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n"
