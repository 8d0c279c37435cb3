"""JSON Schemas of the TOML files of a dossier, for editors: made from the models that read these files.

Belongs here: which model reads which file, and how a model reads in an editor. Does not: what a file may hold, which
the models decide.
"""

from __future__ import annotations

import inspect
import json
import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema

from tidebook.pipelines.evaluate.declared import DeclaredMetrics
from tidebook.pipelines.evaluate.derived_references import ReferencesDocument
from tidebook.pipelines.judge.accepted import AcceptedDocument
from tidebook.pipelines.judge.declared import claims_model
from tidebook.pipelines.judge.predictions.questions import kinds_with
from tidebook.pipelines.read.corrections import CorrectionsDocument
from tidebook.pipelines.read.declarations import Assumptions, Declaration, Sources, predictions_model
from tidebook.pipelines.read.dossier.charts import Charts
from tidebook.pipelines.read.dossier.declared import dossier_model
from tidebook.pipelines.read.dossier.sections import DOSSIER, FILES, KEYS
from tidebook.pipelines.read.evidence_tables.declared import EvidenceDocument
from tidebook.pipelines.read.plugin import SwitchedOn, installed, readable
from tidebook.pipelines.read.text.figures import FiguresDocument, IgnoredDocument

if TYPE_CHECKING:
    from pydantic_core.core_schema import (
        DictSchema,
        LiteralSchema,
        ModelSchema,
        NullableSchema,
        TaggedUnionSchema,
        WithDefaultSchema,
    )

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The newest draft that both Taplo and Tombi read."""

FILE_NAMES = (DOSSIER, *(PurePosixPath(path).name for path in FILES.values()))
"""The TOML files of a dossier."""

_ATTRIBUTE = re.compile(r"^ {4}(\w+(?:, \w+)*): (.+(?:\n {5,}.+)*)", re.MULTILINE)
"""A line of `Attributes:` in the docstring of a model: names of fields and what they hold."""


def schema_name(path: str) -> str:
    """Return the TOML file whose schema a path has: its last part, and `accepted.toml` for `TEXT.accepted.toml`."""
    name = PurePosixPath(path).name
    return "accepted.toml" if name.endswith(".accepted.toml") else name


def toml_schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each TOML file of a dossier by its name, with all plugins that are installed."""
    return dict(_schemas(readable(installed())))


def models(plugins: SwitchedOn) -> Mapping[str, type[Declaration]]:
    """Return the model of each section's own file."""
    return {
        "claims": claims_model(plugins),
        "metrics": DeclaredMetrics,
        "predictions": predictions_model(kinds_with(plugins)),
        "assumptions": Assumptions,
        "sources": Sources,
        "charts": Charts,
        "accepted": AcceptedDocument,
        "corrections": CorrectionsDocument,
        "evidence": EvidenceDocument,
        "references": ReferencesDocument,
        "figures": FiguresDocument,
        "ignored": IgnoredDocument,
    }


@cache
def _schemas(plugins: SwitchedOn) -> Mapping[str, dict[str, Any]]:
    all_models = {"dossier": dossier_model(plugins), **models(plugins)}
    refs, found = models_json_schema(
        [(model, "validation") for model in all_models.values()], schema_generator=_ForEditors
    )
    parts: dict[str, Any] = found["$defs"]
    tops = {name: parts.pop(_target(refs[model, "validation"])) for name, model in all_models.items()}
    # The day is that of the newest evidence where none is given: `default_days`.
    tops["assumptions"].pop("required")
    accepted = {"accepted": tops["accepted"]["properties"]["accepted"]}
    tops["accepted"]["properties"] = dict(accepted)
    tops["claims"]["properties"] |= accepted
    whole = tops["dossier"]["properties"]
    for name, keys in KEYS.items():
        if name == "assumptions":
            whole[name] = {"$ref": "#/definitions/Assumptions"}
        else:
            whole |= {key: tops[name]["properties"][key] for key in keys}
    parts["Assumptions"] = tops["assumptions"]
    return {f"{name}.toml": _document(f"{name}.toml", top, parts) for name, top in tops.items()}


def _target(reference: Mapping[str, Any]) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _document(name: str, top: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a file with the definitions that it needs."""
    used: dict[str, Any] = {}
    queue = list(_references(top))
    for part in queue:
        if part not in used:
            used[part] = parts[part]
            queue += _references(parts[part])
    definitions = {part: used[part] for part in sorted(used)}
    return {"$schema": DRAFT, "title": f"Tidebook: {name}", **top, "definitions": definitions}


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield _target(schema)
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)


class _ForEditors(GenerateJsonSchema):
    """Schemas as editors show them: with what docstrings say of keys, and without what TOML does not have."""

    def __init__(self, by_alias: bool = True, ref_template: str = "#/definitions/{model}", **more: Any) -> None:
        super().__init__(by_alias, "#/definitions/{model}", **more)

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Leave out titles, which repeat the key."""
        return False

    def nullable_schema(self, schema: NullableSchema) -> JsonSchemaValue:
        """TOML has no null: a key is left out."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        """Keep defaults that a file can say."""
        found = super().default_schema(schema)
        default = found.get("default")
        is_number = isinstance(default, float) and math.isfinite(default)
        if not (is_number or (isinstance(default, str | int) and default != "")):
            found.pop("default", None)
        return _beside_reference(found)

    def tagged_union_schema(self, schema: TaggedUnionSchema) -> JsonSchemaValue:
        """Choose by the tag, so that what is wrong is reported for the kind that was named, not of all of them."""
        tag = str(schema["discriminator"])
        kinds = {str(name): self.generate_inner(choice) for name, choice in schema["choices"].items()}
        choices = [{"if": _is(tag, name), "then": choice} for name, choice in kinds.items()]
        head = {"type": "object", "required": [tag], "properties": {tag: {"enum": [*kinds]}}}
        return {**head, "allOf": choices}

    def dict_schema(self, schema: DictSchema) -> JsonSchemaValue:
        """Hold all keys to the form of names: `patternProperties` would pass over others."""
        found = super().dict_schema(schema)
        for pattern, values in found.pop("patternProperties", {}).items():
            found["additionalProperties"] = values
            found["propertyNames"] = {"pattern": pattern, **found.get("propertyNames", {})}
        return found

    def literal_schema(self, schema: LiteralSchema) -> JsonSchemaValue:
        """List a single value too, which editors propose."""
        found = super().literal_schema(schema)
        return {"type": found["type"], "enum": [found["const"]]} if "const" in found and "type" in found else found

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        """Describe keys by the docstring of the model."""
        found = super().model_schema(schema)
        summary, attributes = _documented(schema["cls"])
        found.pop("title", None)
        found.pop("description", None)
        fields = schema["cls"].model_fields
        for name, words in attributes.items():
            if name in fields:
                key = fields[name].alias or name
                found["properties"][key] = _beside_reference({**found["properties"][key], "description": words})
        return {"description": summary, **found} if summary else found


def _is(tag: str, value: str) -> dict[str, Any]:
    return {"properties": {tag: {"const": value}}, "required": [tag]}


def _beside_reference(schema: JsonSchemaValue) -> JsonSchemaValue:
    """Return a schema in which a reference stands alone: draft 7 passes over what is beside one."""
    if "$ref" not in schema or len(schema) == 1:
        return schema
    others = {key: value for key, value in schema.items() if key != "$ref"}
    return {"allOf": [{"$ref": schema["$ref"]}], **others}


def _documented(model: type) -> tuple[str, dict[str, str]]:
    """Return the first paragraph of a model's docstring, and what its `Attributes:` say of fields."""
    summary = ""
    words: dict[str, str] = {}
    for each in model.__mro__[: model.__mro__.index(Declaration)]:
        text, _, listed = inspect.cleandoc(each.__doc__ or "").partition("Attributes:\n")
        summary = summary or " ".join(text.strip().partition("\n\n")[0].split())
        for names, meaning in _ATTRIBUTE.findall(listed):
            words = dict.fromkeys(names.split(", "), " ".join(meaning.split())) | words
    return summary, words


def shipped_schemas() -> Mapping[str, dict[str, Any]]:
    """Return the JSON Schema of each TOML file by its name, with the plugins that Tidebook brings."""
    return _schemas(SwitchedOn(tuple(name for name, module in installed().items() if module.startswith("tidebook."))))


def as_json(schema: Mapping[str, Any]) -> str:
    """Return the text of a file with a schema."""
    return json.dumps(schema, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
