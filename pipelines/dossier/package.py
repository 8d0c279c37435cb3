"""A Frictionless data package as a dossier: its resources become tables, the fields of their schemas columns.

Belongs here: how the words of the Table Schema are those of a dossier. Does not: what a dossier may hold (`declared`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.ingest.errors import InputError, Problem, close_to
from pipelines.ingest.names import slug_of_all
from pipelines.ingest.rawfile import RawFile

NUMBERS = ("number", "integer")
TYPES = (
    *NUMBERS, "string", "date", "boolean", "object", "array", "list", "datetime", "time", "year", "yearmonth",
    "duration", "geopoint", "geojson", "any",
)  # fmt: skip
"""The types of fields in Table Schema."""
DAYS = {"date": "date", "year": "calendar year"}
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "enum")


def package_document(raw: RawFile) -> dict[str, Any]:
    """Return what dossier.toml would say of a data package: its title and the day of its creation are the article's.

    Raises InputError as `package_tables` does, or if the package has no `created`.
    """
    from pipelines.ingest.declarations import read_day

    package, tables = _read(raw)
    title = str(package.get("title") or package.get("name") or "Data package")
    if "created" not in package:
        raise InputError(Problem(raw.path, "created, or beside it dossier.toml with the article's title and day"))
    created = str(package["created"])[:10]
    if (published := read_day(created)) is None:
        raise InputError(Problem(raw.path, "a day such as 2025-06-03", column="created", text=created))
    article = {"title": title, "published": published, "address": str(package.get("homepage", ""))}
    return {"article": article, "tables": tables}


def package_tables(raw: RawFile) -> dict[str, Any]:
    """Return what dossier.toml would say of the tables of a data package.

    A number without `unit` is a plain one; the fields of the primary key name the subject, or else the first text.
    Other texts are labels. Resources that are neither CSV nor have a schema, such as a page of notes, are no tables.
    Raises InputError if the text is no JSON object, a name stands twice, a type or key is unknown, or the package has
    no resource with a path and fields.
    """
    return _read(raw)[1]


def _read(raw: RawFile) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a package and its tables."""
    try:
        package = json.loads(raw.text(), object_pairs_hook=_once)
        found = [each for each in package["resources"] if "schema" in each or _path(each).lower().endswith(".csv")]
        return package, _once((_name(each["name"]), _table(each)) for each in found)
    except (ValueError, RecursionError) as error:
        raise InputError(Problem(raw.path, f"a data package in JSON ({error})")) from error
    except (KeyError, TypeError, AttributeError) as error:
        expected = f"a data package with resources, and of each name, path and schema.fields (no {error})"
        raise InputError(Problem(raw.path, expected)) from error


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return a mapping of pairs. Raises ValueError if a name stands twice, of which one would be lost."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name} stands twice")
        found[name] = value
    return found


def _path(resource: Mapping[str, Any]) -> str:
    path = resource["path"]
    if isinstance(path, list) and len(path) != 1:
        raise ValueError(f"{resource['name']} has {len(path)} files, where a table has one")
    return str(path[0] if isinstance(path, list) else path)


def _table(resource: Mapping[str, Any]) -> dict[str, Any]:
    schema = resource["schema"]
    if not isinstance(schema, dict):
        raise ValueError(f"the schema of {resource['name']} stands elsewhere, where its fields are to stand here")
    fields = _once((str(field["name"]), field) for field in schema["fields"]).values()
    key = schema.get("primaryKey") or []
    named = [key] if isinstance(key, str) else list(key)
    texts = [field["name"] for field in fields if field.get("type", "string") == "string"]
    subjects = named or texts[:1]
    names = [field["name"] for field in fields]
    words = [(each, "field", names) for each in named] + [(field.get("type", "any"), "type", TYPES) for field in fields]
    for word, what, known in words:
        if word not in known:
            raise ValueError(f"{word} is no {what}{close_to(str(word), known)}")
    columns = {}
    for field in fields:
        column: dict[str, Any] = {"name": _name(field["name"]), "description": str(field.get("description", ""))}
        limits = {bound: limit for bound, limit in field.get("constraints", {}).items() if bound in BOUNDS}
        if field["name"] in subjects:
            column["role"] = "subject"
        elif field.get("type") in NUMBERS:
            column |= {"unit": str(field.get("unit", "number")), "inherits": True, **limits}
            decimal = field.get("decimalChar", ".")
            column |= {"decimal": decimal, "grouping": field.get("groupChar", "." if decimal == "," else ",")}
        elif field.get("type") in DAYS:
            column["unit"] = DAYS[field["type"]]
        elif "enum" in limits:
            column["enum"] = limits["enum"]
        columns[str(field["name"])] = column
    return {
        "path": _path(resource),
        "title": str(resource.get("title") or resource.get("description") or resource["name"]),
        "columns": columns,
        "missing": schema.get("missingValues", [""]),
    }


def _name(text: str) -> str:
    found = slug_of_all(str(text))
    return found if found[:1].isalpha() else f"c_{found}"
