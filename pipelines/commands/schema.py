"""The command `schema`: the JSON Schema of what a command prints with `--json`.

It is made of the class of the document, beside its command, and for rows of published tables of the table's model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from tidebook.pipelines.commands.raw import Checked, Status
from tidebook.pipelines.commands.releases import Held, Listed
from tidebook.pipelines.commands.sources import Source
from tidebook.pipelines.commands.terminal import json_text
from tidebook.pipelines.read.errors import InputError, Problem, close_to

ROWS = {"claims": "outcomes", "figures": "figure_outcomes"}
"""Commands that print the rows of one table, as an array."""

DOCUMENTS: dict[str, Any] = {
    "check": Checked,
    "releases list": list[Listed],
    "releases show": Held,
    "sources status": list[Source],
    "status": Status,
}
"""What other commands print, but for `diff`: the class of a difference is slow to import."""

DRAFT = "https://json-schema.org/draft/2020-12/schema"


@click.command()
@click.argument("command", default="", metavar="[COMMAND]", help="A command that takes --json, such as status.")
def schema(command: str) -> None:
    """Print the JSON Schema of what a command prints with --json; without a command, list those that take it."""
    names = sorted({*DOCUMENTS, *ROWS, "diff", "explain"})
    if not command:
        click.echo("\n".join(names))
    elif command in names:
        click.echo(json_text(json_schema(command)))
    else:
        expected = f"one of the commands {', '.join(names)}{close_to(command, names)}"
        raise InputError(Problem("tidebook schema", expected, text=command))


def json_schema(command: str) -> dict[str, Any]:
    """Return the JSON Schema of what a command prints with --json."""
    head = {"$schema": DRAFT, "title": f"tidebook {command} --json"}
    if command in ROWS:
        return {**head, "type": "array", "items": _row_schema(ROWS[command])}
    if command == "explain":
        from tidebook.pipelines.report.explain import EXPLAINED

        tables = {name: {"type": "array", "items": _row_schema(name)} for name in EXPLAINED}
        said = "Rows of the tables of the release that bear on a claim, a prediction or a figure."
        return {**head, "description": said, "type": "object", "properties": tables, "additionalProperties": False}
    from pydantic import TypeAdapter

    document = DOCUMENTS.get(command)
    if document is None:
        from tidebook.pipelines.compare.changes_table import Difference

        document = Difference
    return {**head, **TypeAdapter(document).json_schema(mode="serialization")}


def _row_schema(table: str) -> dict[str, Any]:
    """Return the schema of a row of a table, with meaning, unit and values of each column, from the table's model."""
    from tidebook.pipelines.release.datapackage import table_schema
    from tidebook.schemas.registry import ENGINE

    model = ENGINE[table]
    fields = {field["name"]: _cell_schema(field) for field in table_schema(model, "csv")["fields"]}
    return {"type": "object", "properties": fields, "required": [*fields], "additionalProperties": False}


def _cell_schema(field: Mapping[str, Any]) -> dict[str, Any]:
    limits = field.get("constraints", {})
    kind = {"date": "string"}.get(field["type"], field["type"])
    found: dict[str, Any] = {"type": [kind] if limits.get("required") else [kind, "null"]}
    if kind == "number":  # infinite bounds
        found = {"anyOf": [found, {"enum": ["inf", "-inf"]}]}
    if field["type"] == "date":
        found["format"] = "date"
    if "arrayItem" in field:
        found["items"] = {"type": field["arrayItem"]["type"]}
    if "enum" in limits:
        found["enum"] = [*limits["enum"], *([] if limits.get("required") else [None])]
    return found | {name: field[name] for name in ("description", "unit") if name in field}
