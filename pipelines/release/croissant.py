"""A release as a data set in Croissant 1.1: its tables as files, and their columns with types and meanings.

Belongs here: how that standard states what the models declare. Does not: the other standards (`datapackage`,
`datacontract`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from tidebook.pipelines.release.datapackage import DESCRIPTION, LICENCE, About
from tidebook.places import is_table
from tidebook.schemas.base import Table, keys, references, summary, type_name

CROISSANT = "croissant.json"
PARQUET = "application/x-parquet"
"""The type of Parquet that readers of Croissant know."""

VERSION = "http://mlcommons.org/croissant/1.1"

_TEXTS = {"@container": "@language"}
_TERMS = (
    "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileObject",
    "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5",
    "parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate",
    "separator", "source", "subField", "transform",
)  # fmt: skip
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": _TEXTS,
    "conformsTo": "dct:conformsTo",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": _TEXTS,
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    **{term: f"cr:{term}" for term in _TERMS},
}
"""The context of the standard."""

TYPES = {"string": "sc:Text", "float64": "sc:Float", "int64": "sc:Integer", "bool": "sc:Boolean", "date": "sc:Date"}


def croissant(about: About, maker: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the description of a release's tables.

    Args:
        about: what the release says of itself.
        maker: holds the version of `tidebook`.
        files: by path, a file's `sha256` and `bytes`; the record, which holds the release's id, has none yet and is
            left out.
    """
    paths = {PurePosixPath(path).stem: path for path, facts in files.items() if is_table(path) and "sha256" in facts}
    models = {name: model for name, model in about.all_models.items() if name in paths}
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": VERSION,
        "name": about.article.slug,
        "description": f"{about.full_title}. {DESCRIPTION}",
        "version": maker["tidebook"],
        "datePublished": about.as_of,
        "license": LICENCE["path"],
        "url": about.article.address or "./",
        "citeAs": f"{about.full_title}, as of {about.as_of}",
        "creator": {"@type": "sc:Organization", "name": "Tidebook"},
        "distribution": [_file(name, path, files[path]) for name, path in paths.items() if name in models],
        "recordSet": [_record_set(name, model, models) for name, model in models.items()],
    }


def _file(name: str, path: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": f"{name}.parquet",
        "name": f"{name}.parquet",
        "contentUrl": path,
        "contentSize": f"{facts['bytes']} B",
        "encodingFormat": PARQUET,
        "sha256": facts["sha256"],
    }


def _record_set(name: str, model: type[Table], tables: Mapping[str, type[Table]]) -> dict[str, Any]:
    schema = model.to_schema()
    named: dict[str, str] = {}
    for other, pairs in references(schema):
        if other in tables:
            named |= {own: f"{other}/{there}" for own, there in pairs}
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": summary(model),
        "key": [{"@id": f"{name}/{key}"} for key in keys(schema)],
        "field": [_field(name, column, spec, named.get(column, "")) for column, spec in schema.columns.items()],
    }


def _field(table: str, column: str, spec: Any, refers: str) -> dict[str, Any]:
    unit = spec.metadata["unit"]
    items = spec.metadata["items"]
    found: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{table}/{column}",
        "name": column,
        "description": f"{spec.description} [{unit}]" if unit else spec.description,
        "dataType": TYPES[items or type_name(spec)],
        "source": {"fileObject": {"@id": f"{table}.parquet"}, "extract": {"column": column}},
    }
    if items:
        found |= {"isArray": True}
    if refers:
        found |= {"references": {"field": {"@id": refers}}}
    return found
