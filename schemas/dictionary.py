"""The data dictionary in Markdown, generated from the core's table models: `python -m tidebook.schemas.dictionary`."""

import sys

from tidebook.schemas.base import Table, arrow_schema, keys, row_order, table_name, version
from tidebook.schemas.registry import ENGINE, RECORD

HEAD = """# Data dictionary

Generated from the table models by `make pages`; edit the models, not this page. Tables are in
`<out>/latest/tables/<name>.parquet`, but `release`, which is `<out>/latest/release.parquet`; those of
[plugins](plugins.md) come last, grouped by plugin.
[Contracts](contracts.md) says what the versions promise.
"""

ROWS = {"key": "sorted by the key", "source": "in the order of their input"}


def dictionary() -> str:
    """Return the page: a section per table with column, type, unit, key and meaning."""
    return HEAD + "".join(section(model) for model in (*ENGINE.values(), *RECORD.values()))


def section(model: type[Table]) -> str:
    """Return the section of one table."""
    key = keys(model.to_schema())
    schema = arrow_schema(model)
    lines = [
        f"\n## {table_name(model)}\n",
        (schema.metadata or {})[b"description"].decode() + "\n",
        f"Contract {version(model)}; rows {ROWS[row_order(model)]}.\n",
        "| column | type | unit | key | null | meaning |",
        "|---|---|---|---|---|---|",
    ]
    for field in schema:
        notes = field.metadata or {}
        unit, meaning = (notes.get(name, b"").decode() for name in (b"unit", b"description"))
        marks = ("yes" if field.name in key else "", "yes" if field.nullable else "")
        lines.append(f"| `{field.name}` | {field.type} | {unit} | {marks[0]} | {marks[1]} | {meaning} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(dictionary())
