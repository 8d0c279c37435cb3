"""The command `schema`: JSON Schemas of what commands print with `--json`, of a finding, and of a dossier's TOML files.

`python -m tidebook.pipelines.commands.schema` writes the published ones to `schemas/json`.

Belongs here: schemas from the class of a document, and from the model of a table whose rows are printed. Does not:
these classes, which are beside their commands, or the schemas of TOML files (`toml_schemas`).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel

from tidebook.pipelines.commands.accept import Written
from tidebook.pipelines.commands.build import Built
from tidebook.pipelines.commands.checking import Checked
from tidebook.pipelines.commands.common import DocumentOption
from tidebook.pipelines.commands.follow import Followed
from tidebook.pipelines.commands.match import Matched
from tidebook.pipelines.commands.new import NewDossier
from tidebook.pipelines.commands.plugins import plugin_command, plugin_command_names
from tidebook.pipelines.commands.raw import Recorded, Status
from tidebook.pipelines.commands.read import ReadText
from tidebook.pipelines.commands.releases import Exported, ListedRelease, Pruned, ReleaseDetails, Repaired, Verified
from tidebook.pipelines.commands.replay import ReplayedStatement
from tidebook.pipelines.commands.sources import Source, SourceStatus
from tidebook.pipelines.commands.terminal import print_json, print_line
from tidebook.pipelines.judge.finding import Finding
from tidebook.pipelines.judge.proposed import Proposals
from tidebook.pipelines.judge.readings.reading import Reading
from tidebook.pipelines.judge.readings.request import ReadingRequest
from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean
from tidebook.schemas.json_schemas import BESIDE, FINDING, FOLDER, file_name, schema_line, schema_path

PROPOSALS, READING, READING_REQUEST = "proposals", "reading", "reading-request"
"""The schemas of what `new --proposals` takes, of a line of a file of readings, and of what a reader is given."""

MODELS: dict[str, tuple[type[BaseModel], str]] = {
    PROPOSALS: (Proposals, "Proposals for a dossier, which tidebook new verifies"),
    READING: (Reading, "A line of a file of readings, which tidebook read computes and compares"),
}
"""Files that commands take, by the name of the schema: the model and the title."""

ROWS = {"claims": "outcomes", "figures": "figure_outcomes"}
"""Commands that print the rows of one table as an array."""

DOCUMENTS: dict[str, Any] = {
    "accept": Written,
    "build": Built,
    "check": Checked,
    "export": Exported,
    FINDING: Finding,
    "follow": Followed,
    "lock": Recorded,
    "match": Matched,
    "new": NewDossier,
    "read": ReadText,
    READING_REQUEST: ReadingRequest,
    "replay": list[ReplayedStatement],
    "releases list": list[ListedRelease],
    "releases prune": Pruned,
    "releases repair": Repaired,
    "releases show": ReleaseDetails,
    "sources list": list[SourceStatus],
    "sources status": list[Source],
    "status": Status,
    "verify": Verified,
}
"""Documents of other commands; that of `diff` is left out, since its class is slow to import."""

TITLES = {FINDING: "A finding of Tidebook", READING_REQUEST: "What a reader of a text is given"}
DRAFT = "https://json-schema.org/draft/2020-12/schema"


@click.command()
@click.argument(
    "name",
    default="",
    metavar="[NAME]",
    help="A command with --json, finding, proposals, reading, reading-request, or a TOML file.",
)
@click.option("--write", "folder", metavar="DIR", help="Write the schemas of TOML files beside the dossier in DIR.")
def schema(name: str, folder: str | None) -> None:
    """Print a JSON Schema: of a command's --json output, of a finding, or of a TOML file; without a name, list them."""
    if folder is not None:
        _write_schemas(Path(folder))
        return
    from tidebook.pipelines.commands.toml_schemas import FILE_NAMES, schema_name, toml_schemas

    names = [*sorted({*DOCUMENTS, *ROWS, *_plugin_documents(), *MODELS, "diff", "explain"}), *FILE_NAMES]
    if not name:
        for each in names:
            print_line(each, always=True)
    elif schema_name(name) in FILE_NAMES:
        print_json(toml_schemas()[schema_name(name)])
    elif name in names:
        print_json(json_schema(name))
    else:
        expected = f"one of {', '.join(names)}{did_you_mean(name, names)}"
        raise InputError(Problem("tidebook schema", expected, text=name))


def _plugin_documents() -> dict[str, Any]:
    """Return the documents of the commands that plugins bring, by command."""
    found = {}
    for name in plugin_command_names():
        command = plugin_command(name)
        inside = command.commands if isinstance(command, click.Group) else {}
        for path, each in {name: command, **{f"{name} {own}": each for own, each in inside.items()}}.items():
            for parameter in each.params if each else ():
                if isinstance(parameter, DocumentOption):
                    found[path] = parameter.document
    return found


def _write_schemas(folder: Path) -> None:
    """Write the schemas of TOML files beside a dossier, and print the line that each file needs to name its own."""
    from tidebook.pipelines.commands.toml_schemas import as_json, toml_schemas
    from tidebook.pipelines.read.atomic import write_file
    from tidebook.pipelines.read.dossier.sections import DOSSIER, FILES, is_dossier
    from tidebook.pipelines.read.rawfile import check_written, is_there, read_raw

    if not is_dossier(folder):
        raise InputError(Problem(str(folder), f"a folder with {DOSSIER}"))
    for name in toml_schemas():
        check_written(folder, schema_path(name))
    for name, found in toml_schemas().items():
        write_file(folder / schema_path(name), as_json(found).encode())
    print_line(f"Wrote {len(toml_schemas())} schemas to {folder / BESIDE}")
    for path in (DOSSIER, *FILES.values()):
        line = schema_line(path)
        if is_there(folder, path) and line not in read_raw(folder, path).text().splitlines():
            print_line(f"{path}: add the line {line}")


def json_schema(command: str) -> dict[str, Any]:
    """Return the JSON Schema of a command's `--json` output, of a finding, a request, or of a file that is taken."""
    if command in MODELS:
        model, title = MODELS[command]
        return {**model.model_json_schema(by_alias=True), "$schema": DRAFT, "title": title}
    title = TITLES.get(command, f"tidebook {command} --json")
    head = {"$schema": DRAFT, "title": title}
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

    document = DOCUMENTS.get(command) or _plugin_documents().get(command)
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


def published_files() -> dict[str, str]:
    """Return the files of `schemas/json` by name."""
    from tidebook.pipelines.commands.toml_schemas import as_json, shipped_schemas

    found = {**shipped_schemas(), **{name: json_schema(name) for name in (FINDING, READING_REQUEST, *MODELS)}}
    return {file_name(name): as_json(schema) for name, schema in found.items()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in published_files().items():
        Path(FOLDER, name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(published_files())} schemas in {FOLDER}\n")
