"""The data dictionary in Markdown, generated from the core's table models.

`python -m tidebook.schemas.dictionary` writes a page per table to docs/tables/, and prints the index.
"""

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from tidebook.schemas.base import Table, arrow_schema, keys, row_order, table_name, version
from tidebook.schemas.registry import ENGINE, RECORD

HEAD = """# Data dictionary

Each table has a page with its columns, types, units and meanings. Tables are in
`<out>/latest/tables/<name>.parquet`, but `release`, which is `<out>/latest/release.parquet`.
[Contracts](contracts.md) says what the versions promise; `tidebook.describe("figures")` says the same in Python. Those
of [plugins](plugins.md) come last.

Generated from the table models by `make pages`; edit the models, not these pages.
"""

FIRST = ("figure_outcomes", "outcomes", "claim_cards", "figures", "reference_values", "forecasts")
"""The tables that an analyst needs first."""

ROWS_OF_INDEX = "| table | columns | contract | what it holds |\n|---|---:|---|---|\n"

PAGES = Path(__file__).resolve().parents[1] / "docs" / "tables"
"""Folder of the pages of tables, in a checkout."""

ROWS = {"key": "sorted by the key", "source": "in the order of their input"}


def dictionary() -> str:
    """Return the index: a line per table of the core; those of plugins follow it."""
    models = {table_name(model): model for model in core_models()}
    first = "".join(line(models.pop(name)) for name in FIRST)
    others = "".join(map(line, models.values()))
    return f"{HEAD}\n## The six to start with\n\n{ROWS_OF_INDEX}{first}\n## The others\n\n{ROWS_OF_INDEX}{others}"


def core_models() -> list[type[Table]]:
    """Return the models of the core's tables."""
    return [*ENGINE.values(), *RECORD.values()]


def line(model: type[Table]) -> str:
    """Return the line of the index on one table; its anchor is where the table's section once was."""
    name, schema = table_name(model), arrow_schema(model)
    description = (schema.metadata or {})[b"description"].decode()
    first = re.split(r"(?<=[.;:]) ", description)[0].rstrip(".;:")
    return f'| <a id="{name}"></a>[{name}](tables/{name}.md) | {len(schema)} | {version(model)} | {first} |\n'


def write_pages(models: Iterable[type[Table]]) -> None:
    """Write the page of each table."""
    PAGES.mkdir(exist_ok=True)
    for model in models:
        (PAGES / f"{table_name(model)}.md").write_text(page(model), encoding="utf-8")


def page(model: type[Table]) -> str:
    """Return the page of one table: column, type, unit, key, meaning and allowed values."""
    key = keys(model.to_schema())
    schema = arrow_schema(model)
    lines = [
        f"# {table_name(model)}\n",
        (schema.metadata or {})[b"description"].decode() + "\n",
        f"Contract {version(model)}; rows {ROWS[row_order(model)]}.\n",
        "| column | type | unit | key | null | meaning |",
        "|---|---|---|---|---|---|",
    ]
    for field in schema:
        notes = field.metadata or {}
        unit, meaning = (notes.get(name, b"").decode() for name in (b"unit", b"description"))
        if b"values" in notes:
            meaning += f": {', '.join(f'`{value}`' for value in json.loads(notes[b'values']))}"
        marks = ("yes" if field.name in key else "", "yes" if field.nullable else "")
        lines.append(f"| `{field.name}` | {field.type} | {unit} | {marks[0]} | {marks[1]} | {meaning} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    write_pages(core_models())
    sys.stdout.write(dictionary())
