"""Metadata of a release in two standards: a Frictionless Data Package (version 2), and an RO-Crate 1.3.

The package has one resource per table, with a schema from the table's model. The crate names all files, the sources
that they depend on, and the run of Tidebook that made them.

Belongs here: how these standards describe a release. Does not: which files a release has (`release`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import PurePosixPath
from typing import Any

from pydantic_core import to_json

from tidebook.pipelines.read.dossier.declared import Article
from tidebook.places import ROWS, is_table
from tidebook.schemas.base import Table, keys, references, summary, type_name, version
from tidebook.schemas.contracts import constraints
from tidebook.schemas.registry import ENGINE
from tidebook.schemas.registry import RECORD as RECORDS

PROFILES = "https://datapackage.org/profiles/2.0"
LICENCE = {"name": "Apache-2.0", "path": "https://www.apache.org/licenses/LICENSE-2.0", "title": "Apache License 2.0"}
TITLE = "Tidebook: figures, claims, verdicts and forecasts of an analysis"
DESCRIPTION = (
    "Each checkable statement of the analysis with its verdict, the figures that it depends on and what would flip it. "
    "The licence covers the tables as a collection; figures belong to their sources, whose terms are given with each. "
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
CRATE_FILE = "ro-crate-metadata.json"
CRATE = "https://w3id.org/ro/crate/1.3"
TOOL = "#tidebook"


@dataclass(frozen=True)
class About:
    """What a release says of itself beside its files.

    Attributes:
        as_of: the day on which its verdicts are judged.
        sources: rows of the table `sources`.
        article: what was analysed.
        restricted: by table, the ids of the sources whose values in it may not be republished.
        models: the models of all tables that it may hold.
        evidence_to: the newest day from which any of its evidence could be known.
    """

    as_of: str
    sources: Sequence[Mapping[str, Any]]
    article: Article
    restricted: Mapping[str, Sequence[str]] = field(default_factory=dict)
    models: Mapping[str, type[Table]] = field(default_factory=lambda: ENGINE)
    evidence_to: dt.date | None = None

    @property
    def full_title(self) -> str:
        """The title of the release."""
        return f"{TITLE}: {self.article.title}"

    @property
    def all_models(self) -> Mapping[str, type[Table]]:
        """The models of all tables and of the record."""
        return {**RECORDS, **self.models}


def datapackage(about: About, maker: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the Data Package of a release's tables.

    Args:
        about: what the release says of itself.
        maker: holds the version of `tidebook`.
        files: by path, a file's `sha256`, `bytes` and `rows`.
    """
    tables = {PurePosixPath(path).stem: path for path in filter(is_table, files)}
    resources = []
    for name, model in about.all_models.items():
        path = tables.get(name)
        if path is None:
            continue
        resource = _resource(name, model, path, files[path])
        foreign = foreign_keys(model, tables)
        if foreign:
            resource["schema"]["foreignKeys"] = foreign
        restricted = about.restricted.get(name)
        if restricted:
            resource |= {"republish": False, "restrictedSources": list(restricted)}
        resources.append(resource)
    return {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": about.article.slug,
        "title": about.full_title,
        "description": DESCRIPTION,
        "version": maker["tidebook"],
        "created": f"{about.as_of}T00:00:00Z",
        "licenses": [LICENCE],
        "sources": list(map(_source, about.sources)),
        "resources": resources,
    }


def foreign_keys(model: type[Table], tables: Container[str]) -> list[dict[str, Any]]:
    """Return the foreign keys of a table that lead to `tables`, as Table Schema has them."""
    found = []
    for table, pairs in references(model.to_schema()):
        if table in tables:
            own, other = map(list, zip(*pairs, strict=True))
            found.append({"fields": own, "reference": {"resource": table, "fields": other}})
    return found


def _kind(path: str) -> str:
    return PurePosixPath(path).suffix.removeprefix(".")


def _source(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the table `sources` as a source of the package; licence and tier are further properties."""
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
    """Return a table as a resource."""
    kind = _kind(path)
    resource = {
        "name": name,
        "type": "table",
        "path": path,
        "version": version(model),
        "description": summary(model),
        "format": kind,
        "mediatype": FORMATS[kind],
        "rows": facts["rows"],
        "schema": table_schema(model, kind),
    }
    if "sha256" in facts:  # the record, which holds the id of the release, has no hash yet
        resource["hash"] = f"sha256:{facts['sha256']}"
    if kind == "csv":
        # Of Parquet, Frictionless counts other bytes than the file has, and would call it damaged.
        resource |= {"encoding": "utf-8", "bytes": facts["bytes"]}
    return resource


def table_schema(model: type[Table], kind: str) -> dict[str, Any]:
    """Return a model as a Table Schema, with types, descriptions, units, constraints and the primary key.

    Args:
        model: the table's model.
        kind: the format of its file, `parquet` or `csv`.
    """
    schema = model.to_schema()
    return {
        "$schema": f"{PROFILES}/tableschema.json",
        "fields": [_field(name, spec, kind) for name, spec in schema.columns.items()],
        "primaryKey": keys(schema),
    }


def _field(name: str, spec: Any, kind: str) -> dict[str, Any]:
    """Return a column as a field, without properties that are unknown."""
    items = spec.metadata["items"]
    # Lists are arrays of JSON in CSV; those of Parquet Frictionless does not accept as `array`.
    type_ = LISTS[kind] if items else TYPES[type_name(spec)]
    limits = constraints(spec) if spec.nullable else {"required": True} | constraints(spec)
    field = {
        "name": name,
        "type": type_,
        "description": spec.description,
        "unit": spec.metadata["unit"] or None,
        "arrayItem": {"type": TYPES[items]} if items else None,
        "missingValues": _missing_values(type_, spec.nullable),
        "constraints": limits or None,
    }
    return {label: value for label, value in field.items() if value is not None}


def _missing_values(type_: str, nullable: bool) -> list[str] | None:
    """Return the texts that stand for null in a field of this type, or None where they are the standard's own."""
    if type_ == "string":
        return [""] if nullable else []  # without nulls an empty text is a value
    if type_ == "number":
        return ["", "nan"]  # a null number of Parquet reaches Frictionless as `nan`
    return None


def crate(about: About, maker: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the RO-Crate metadata of a release, as plain JSON-LD.

    Args:
        about: what the release says of itself.
        maker: holds the version of `tidebook`, the key of its `code`, and the `versions` of libraries.
        files: by path, a file's `sha256` and `bytes`.
    """
    # The library `rocrate` takes longer to import than a release to describe; tests read the crate with it.
    sources = list(map(_work, about.sources))
    return {
        "@context": f"{CRATE}/context",
        "@graph": [
            _dataset(about, files, sources),
            {
                "@id": CRATE_FILE,
                "@type": "CreativeWork",
                "conformsTo": {"@id": CRATE},
                "about": {"@id": "./"},
            },
            *(_part(path, facts, about.all_models) for path, facts in files.items()),
            {"@id": LICENCE["path"], "@type": "CreativeWork", "name": LICENCE["title"]},
            *sources,
            _build_action(files),
            {
                "@id": TOOL,
                "@type": "SoftwareApplication",
                "name": "Tidebook",
                "version": maker["tidebook"],
                "identifier": maker["code"],
                "softwareRequirements": _ids(map("#{}".format, maker["versions"])),
            },
            *(_library(name, number) for name, number in maker["versions"].items()),
        ],
    }


def _ids(ids: Iterable[str]) -> list[dict[str, str]]:
    return [{"@id": identifier} for identifier in ids]


def _dataset(about: About, files: Iterable[str], sources: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": about.full_title,
        "description": DESCRIPTION,
        "datePublished": about.as_of,
        "license": {"@id": LICENCE["path"]},
        "hasPart": _ids(files),
        "isBasedOn": _ids(map(itemgetter("@id"), sources)),
        "mentions": {"@id": "#build"},
    }


def _build_action(files: Iterable[str]) -> dict[str, Any]:
    """Return the run that made the release: which files went in, and which came out."""
    inputs: list[str] = []
    results: list[str] = []
    for path in files:
        (inputs if path.startswith(("inputs/", ROWS)) else results).append(path)
    return {
        "@id": "#build",
        "@type": "CreateAction",
        "name": "Build of this release",
        "instrument": {"@id": TOOL},
        "object": _ids(inputs),
        "result": _ids(results),
    }


def _library(name: str, number: str) -> dict[str, Any]:
    return {"@id": f"#{name}", "@type": "SoftwareApplication", "name": name, "version": number}


def _part(path: str, facts: Mapping[str, Any], models: Mapping[str, type[Table]]) -> dict[str, Any]:
    """Return a file as an entity; a table has the summary of its model."""
    location = PurePosixPath(path)
    entity = {"@id": path, "@type": "File", "name": location.name}
    if location.stem in models and is_table(path):
        entity["description"] = summary(models[location.stem])
    kind = _kind(path)
    if kind in FORMATS:
        entity["encodingFormat"] = FORMATS[kind]
    if "sha256" not in facts:
        return entity
    return entity | {"contentSize": str(facts["bytes"]), "sha256": facts["sha256"]}


def _work(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the table `sources` as an entity; its licence stays in the words of the table."""
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
    """Return a document as the bytes of its file in a release."""
    # As `json.dumps` with an indent would, which writes it in Python: ten times as long, of 190 kB each time.
    return to_json(document, indent=1) + b"\n"
