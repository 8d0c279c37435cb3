"""A release described for others: as a Frictionless Data Package (version 2), and as an RO-Crate 1.2.

The package has one resource per table, its schema from the table's model. The crate names all files, the sources they
rest on, and the run of Tidebook that made them, in plain JSON-LD: the `rocrate` library takes longer to import than a
release to describe; tests read it with that. Which files a release has is decided in `release`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from tidebook.schemas.base import Table, keys, summary, type_name, version
from tidebook.schemas.contracts import constraints
from tidebook.schemas.registry import ENGINE

PROFILES = "https://datapackage.org/profiles/2.0"
LICENCE = {"name": "Apache-2.0", "path": "https://www.apache.org/licenses/LICENSE-2.0", "title": "Apache License 2.0"}
TITLE = "Tidebook: figures, claims, verdicts and forecasts of an analysis"
DESCRIPTION = (
    "Each checkable statement of the analysis with its verdict, the figures that it rests on and what would turn it. "
    "The licence is that of the tables as a collection; figures belong to their sources, whose terms stand with each. "
    "A resource with `republish` false holds values that its `restrictedSources` do not allow to be published again."
)
TYPES = {"string": "string", "float64": "number", "int64": "integer", "bool": "boolean", "date": "date"}
LISTS = {"parquet": "any", "csv": "array"}
FORMATS = {
    "csv": "text/csv",
    "html": "text/html",
    "json": "application/json",
    "md": "text/markdown",
    "parquet": "application/vnd.apache.parquet",
    "svg": "image/svg+xml",
    "toml": "application/toml",
}
CRATE = "https://w3id.org/ro/crate/1.2"
TOOL = "#tidebook"


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


def datapackage(about: About, maker: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the package of those files that are tables; `files` maps each path to its `sha256`, `bytes` and `rows`.

    `maker` has the version of `tidebook`; a table's is that of its contract.
    """
    tables = {PurePosixPath(path).stem: path for path in files}
    return {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": "tidebook",
        "title": about.full_title,
        "description": DESCRIPTION,
        "version": maker["tidebook"],
        "created": f"{about.as_of}T00:00:00Z",
        "licenses": [LICENCE],
        "sources": [_source(row) for row in about.sources],
        "resources": [
            _resource(name, model, tables[name], files[tables[name]])
            | ({"republish": False, "restrictedSources": list(held)} if (held := about.restricted.get(name)) else {})
            for name, model in about.models.items()
            if name in tables and _kind(tables[name]) in LISTS
        ],
    }


def _kind(path: str) -> str:
    return PurePosixPath(path).suffix.removeprefix(".")


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
    kind = _kind(path)
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
    type_ = LISTS[kind] if items else TYPES[type_name(spec)]
    found = {
        "name": name,
        "type": type_,
        "description": spec.description,
        "unit": spec.metadata["unit"] or None,
        "arrayItem": {"type": TYPES[items]} if items else None,
        "missingValues": {"string": [], "number": ["", "nan"]}.get(type_),
        "constraints": ({} if spec.nullable else {"required": True}) | constraints(spec) or None,
    }
    return {label: fact for label, fact in found.items() if fact is not None}


def crate(about: About, maker: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the metadata of a release.

    `maker` has the version of `tidebook`, the key of its `code` and the `versions` of libraries; `files` maps each
    path to its `sha256` and `bytes`. The date is that on which the verdicts are judged.
    """
    sources = [_work(row) for row in about.sources]
    return {
        "@context": f"{CRATE}/context",
        "@graph": [
            {
                "@id": "./",
                "@type": "Dataset",
                "name": about.full_title,
                "description": DESCRIPTION,
                "datePublished": about.as_of,
                "license": {"@id": LICENCE["path"]},
                "hasPart": _ids(files),
                "isBasedOn": _ids(entity["@id"] for entity in sources),
                "mentions": {"@id": "#build"},
            },
            {
                "@id": "ro-crate-metadata.json",
                "@type": "CreativeWork",
                "conformsTo": {"@id": CRATE},
                "about": {"@id": "./"},
            },
            *(_part(path, facts, about.models) for path, facts in files.items()),
            {"@id": LICENCE["path"], "@type": "CreativeWork", "name": LICENCE["title"]},
            *sources,
            {
                "@id": "#build",
                "@type": "CreateAction",
                "name": "Build of this release",
                "instrument": {"@id": TOOL},
                "object": _ids(path for path in files if path.startswith("inputs/")),
                "result": _ids(path for path in files if not path.startswith("inputs/")),
            },
            {
                "@id": TOOL,
                "@type": "SoftwareApplication",
                "name": "Tidebook",
                "version": maker["tidebook"],
                "identifier": maker["code"],
                "softwareRequirements": _ids(f"#{name}" for name in maker["versions"]),
            },
            *(
                {"@id": f"#{name}", "@type": "SoftwareApplication", "name": name, "version": number}
                for name, number in maker["versions"].items()
            ),
        ],
    }


def _ids(ids: Iterable[str]) -> list[dict[str, str]]:
    return [{"@id": each} for each in ids]


def _part(path: str, facts: Mapping[str, Any], models: Mapping[str, type[Table]]) -> dict[str, Any]:
    place = PurePosixPath(path)
    found = {"@id": path, "@type": "File", "name": place.name}
    if place.parent.name == "tables" and place.stem in models:
        found["description"] = summary(models[place.stem])
    if (kind := _kind(path)) in FORMATS:
        found["encodingFormat"] = FORMATS[kind]
    return found | {"contentSize": str(facts["bytes"]), "sha256": facts["sha256"]}


def _work(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the sources table as an entity; its licence is kept in the words of the table."""
    return {
        "@id": f"#source/{row['source_id']}",
        "@type": "CreativeWork",
        "name": row["title"],
        "url": row["address"],
        "publisher": row["publisher"],
        "version": str(row["published"] or row["original_published"] or row["read"]),
        "usageInfo": row["licence"],
    }


def as_json(document: Mapping[str, Any]) -> bytes:
    """Return a document as the bytes that stand in a release."""
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n"
