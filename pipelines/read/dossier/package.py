"""A Frictionless data package as a dossier: its resources become tables, the fields of their schemas columns.

Belongs here: how the words of the Table Schema are those of a dossier. Does not: what a dossier may hold (`declared`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from tidebook.pipelines.read.declarations import Declaration, Text, declare, read_day, repeated
from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean, refuse
from tidebook.pipelines.read.names import slug_of_all
from tidebook.pipelines.read.printed import Limits
from tidebook.pipelines.read.rawfile import INTEGER_HINT, Fault, RawFile

NUMBERS = ("number", "integer")
TYPES = (
    *NUMBERS, "string", "date", "boolean", "object", "array", "list", "datetime", "time", "year", "yearmonth",
    "duration", "geopoint", "geojson", "any",
)  # fmt: skip
"""The types of fields in Table Schema."""
DAYS = {"date": "date", "year": "calendar year"}


def _type(name: str) -> str:
    if name not in TYPES:
        raise PydanticCustomError("type", "a type of the Table Schema{close}", {"close": did_you_mean(name, TYPES)})
    return name


def _marks(values: Any) -> Any:
    """Return marks of missing values without the labels that some may have."""
    if not isinstance(values, list):
        return values
    return [each.get("value") if isinstance(each, dict) else each for each in values]


Type = Annotated[str, AfterValidator(_type)]
Listed = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
Marks = Annotated[list[str], BeforeValidator(_marks)]


class _Part(Declaration):
    """An object in a data package; other keys are ignored."""

    model_config = ConfigDict(extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def is_object(cls, value: Any) -> Any:
        """Refuse anything else, such as the address of a schema."""
        if not isinstance(value, dict):
            raise PydanticCustomError("object", "an object, in braces")
        return value


class _Limits(Limits, _Part):
    """What is checked of a field's values."""


class _Field(_Part):
    name: Text
    type: Type = "string"
    description: str | None = None
    unit: str = "number"
    decimal: str = Field(default=".", alias="decimalChar")
    grouping: str | None = Field(default=None, alias="groupChar")
    missing: Marks | None = Field(default=None, alias="missingValues")
    constraints: _Limits = _Limits()


class _Schema(_Part):
    fields: list[_Field]
    key: Listed = Field(default=[], alias="primaryKey")
    missing: Marks = Field(default=[""], alias="missingValues")


class _Resource(_Part):
    name: Text
    path: Listed = Field(default=[])
    title: str | None = None
    description: str | None = None
    table: _Schema | None = Field(default=None, alias="schema")


class _Package(_Part):
    resources: list[_Resource]


def package_document(raw: RawFile) -> dict[str, Any]:
    """Return what dossier.toml would say of a data package: its title and the day of its creation are the article's.

    Raises InputError as `package_tables` does, or if the package has no `created`.
    """
    package, tables = _read(raw)
    title = str(package.get("title") or package.get("name") or "Data package")
    if not package.get("created"):
        raise InputError(Problem(raw.path, "created, or beside it dossier.toml with the article's title and day"))
    created = str(package["created"])[:10]
    if (published := read_day(created)) is None:
        raise InputError(Problem(raw.path, "a day such as 2025-06-03", column="created", text=created))
    article = {"title": title, "published": published, "address": str(package.get("homepage") or "")}
    return {"article": article, "tables": tables}


def package_tables(raw: RawFile) -> dict[str, Any]:
    """Return what dossier.toml would say of the tables of a data package.

    A number without `unit` is a plain one; the fields of the primary key name the subject, or else the first text.
    Other texts are labels. Resources that are neither CSV nor have a schema, such as a page of notes, are not tables.
    Of the constraints, bounds and `enum` are those of the columns; others, such as `pattern`, are ignored.
    Raises InputError if the text is not a JSON object, a name occurs twice, a type or key is unknown, or the package
    has no resource with a path and fields.
    """
    return _read(raw)[1]


def _read(raw: RawFile) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a package and its tables."""
    whole = RawFile(raw.path, b"")  # whose problems have no lines
    document = _document(raw)
    found = declare(_Package, whole, document).resources if isinstance(document, dict) else []
    problems: list[Problem] = []
    tables: dict[str, Any] = {}
    for index, resource in enumerate(found):
        if resource.table or any(path.lower().endswith(".csv") for path in resource.path):
            faults = list(_faults(resource, tables))
            problems += [whole.problem(("resources", index, *at), expected, text) for at, expected, text in faults]
            tables[_name(resource.name)] = _table(resource, resource.table) if resource.table and not faults else {}
    refuse(problems)
    if not tables:
        expected = "a data package with resources, and of each table name, path and schema.fields"
        raise InputError(Problem(raw.path, expected))
    return document, tables


def _document(raw: RawFile) -> Any:
    """Parse the JSON of a package. Raises InputError for other text, and for a key that occurs twice in its object."""
    twice: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        counts = Counter(name for name, _ in pairs)
        twice.extend(name for name, count in counts.items() if count > 1)
        return dict(pairs)

    try:
        document = json.loads(raw.text(), object_pairs_hook=once)
    except RecursionError as error:
        raise InputError(Problem(raw.path, "a data package in JSON that is nested less deeply")) from error
    except ValueError as error:
        why, line = getattr(error, "msg", INTEGER_HINT), getattr(error, "lineno", None)
        raise InputError(Problem(raw.path, f"a data package in JSON ({why})", line)) from error
    refuse([Problem(raw.path, "each key once in its object", text=name) for name in twice])
    return document


def _faults(resource: _Resource, before: Collection[str]) -> Iterator[Fault]:
    """Yield the faults of a table, each at its place there."""
    if _name(resource.name) in before:
        yield ("name",), "a name that no resource before it has", resource.name
    if len(resource.path) != 1:
        yield ("path",), "the path of one file, as a table has one", ", ".join(resource.path)
    if not resource.table:
        yield ("schema",), "the key schema", None
        return
    names = [field.name for field in resource.table.fields]
    for place in repeated(names):
        yield ("schema", "fields", place, "name"), "a name that no field before it has", names[place]
    for name in resource.table.key:
        if name not in names:
            yield ("schema", "primaryKey"), f"names of fields{did_you_mean(name, names)}", name


def _table(resource: _Resource, schema: _Schema) -> dict[str, Any]:
    subjects = schema.key or [field.name for field in schema.fields if field.type == "string"][:1]
    return {
        "path": resource.path[0],
        "title": resource.title or resource.description or resource.name,
        "columns": {field.name: _column(field, field.name in subjects) for field in schema.fields},
        "missing": schema.missing,
    }


def _column(field: _Field, is_subject: bool) -> dict[str, Any]:
    """Return what dossier.toml would say of a field."""
    column: dict[str, Any] = {"name": _name(field.name), "description": field.description or ""}
    column |= field.constraints.model_dump(exclude_none=True)
    column |= {"role": "subject"} if is_subject else _unit_and_signs(field)
    if "unit" not in column:
        if "enum" in column:  # a package may list the texts of a label as numbers
            column["enum"] = [str(value) for value in column["enum"]]
    elif field.missing is not None:
        column["missing"] = field.missing
    return column


def _unit_and_signs(field: _Field) -> dict[str, Any]:
    """Return the unit and marks of a field of numbers or days; nothing for a field of texts."""
    if field.type in NUMBERS:
        # A package that writes 1.234,5 rarely says so of the point too.
        grouping = field.grouping or ("." if field.decimal == "," else ",")
        return {"unit": field.unit, "inherits": True, "decimal": field.decimal, "grouping": grouping}
    return {"unit": DAYS[field.type]} if field.type in DAYS else {}


def _name(text: str) -> str:
    found = slug_of_all(text)
    return found if found[:1].isalpha() else f"c_{found}"
