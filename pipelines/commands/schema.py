"""The command `schema`: the JSON Schema of what a command prints with `--json`.

Belongs here: schemas from the class of a document, and from the model of a table whose rows are printed. Does not:
these classes, which are beside their commands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from tidebook.pipelines.commands.check import Checked
from tidebook.pipelines.commands.raw import Status
from tidebook.pipelines.commands.releases import Held, Listed
from tidebook.pipelines.commands.sources import Source
from tidebook.pipelines.commands.terminal import print_json, tell
from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean

ROWS = {"claims": "outcomes", "figures": "figure_outcomes"}
"""Commands that print the rows of one table as an array."""

DOCUMENTS: dict[str, Any] = {
    "check": Checked,
    "releases list": list[Listed],
    "releases show": Held,
    "sources status": list[Source],
    "status": Status,
}
"""Documents of other commands; that of `diff` is left out, since its class is slow to import."""

DRAFT = "https://json-schema.org/draft/2020-12/schema"


@click.command()
@click.argument("command", default="", metavar="[COMMAND]", help="Command that takes --json, such as status.")
def schema(command: str) -> None:
    """Print the JSON Schema of a command's --json output; without a command, list the commands that take --json."""
    names = sorted({*DOCUMENTS, *ROWS, "diff", "explain"})
    if not command:
        for name in names:
            tell(name)
    elif command in names:
        print_json(json_schema(command))
    else:
        expected = f"one of the commands {', '.join(names)}{did_you_mean(command, names)}"
        raise InputError(Problem("tidebook schema", expected, text=command))


def json_schema(command: str) -> dict[str, Any]:
    """Return the JSON Schema of a command's `--json` output."""
    head = {"$schema": DRAFT, "title": f"tidebook {command} --json"}
    if command in ROWS:
        return {**head, "type": "array", "items": _row_schema(ROWS[command])}
    if command == "explain":
        from tidebook.pipelines.report.explain import EXPLAINED

        tables = {name: {"type": "array", "items": _row_schema(name)} for name in EXPLAINED}
        description = "Rows of the release's tables about a claim, a prediction or a figure."
        return {
            **head,
            "description": description,
            "type": "object",
            "properties": tables,
            "additionalProperties": False,
        }
    from pydantic import TypeAdapter

    document = DOCUMENTS.get(command)
    if document is None:
        from tidebook.pipelines.compare.changes_table import Difference

        document = Difference
    return {**head, **TypeAdapter(document).json_schema(mode="serialization")}


def _row_schema(table: str) -> dict[str, Any]:
    """Return the schema of a table's row, with description, unit and allowed values of each column."""
    from tidebook.pipelines.release.datapackage import table_schema
    from tidebook.schemas.registry import ENGINE

    model = ENGINE[table]
    fields = {field["name"]: _cell_schema(field) for field in table_schema(model, "csv")["fields"]}
    return {"type": "object", "properties": fields, "required": [*fields], "additionalProperties": False}


def _cell_schema(field: Mapping[str, Any]) -> dict[str, Any]:
    limits = field.get("constraints", {})
    is_required = limits.get("required", False)
    type_ = "string" if field["type"] == "date" else field["type"]
    schema: dict[str, Any] = {"type": [type_] if is_required else [type_, "null"]}
    if type_ == "number":
        # JSON has no infinity: infinite bounds are texts.
        schema = {"anyOf": [schema, {"enum": ["inf", "-inf"]}]}
    if field["type"] == "date":
        schema["format"] = "date"
    if "arrayItem" in field:
        schema["items"] = {"type": field["arrayItem"]["type"]}
    if "enum" in limits:
        schema["enum"] = limits["enum"] if is_required else [*limits["enum"], None]
    return schema | {name: field[name] for name in ("description", "unit") if name in field}
