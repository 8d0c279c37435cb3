"""The page docs/keys.md: every key of a dossier's TOML files, from the models that check them.

`python -m tidebook.pipelines.commands.keys_page > docs/keys.md` makes it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tidebook.pipelines.commands.toml_schemas import shipped_schemas

LEAST_SHARED = 3
"""Sections from which on keys that they have in common are listed once."""
HEAD = """# Keys of a dossier

Made from the classes that check the files of a dossier; change it there. [A dossier, key by key](dossier.md) explains
most of them, with examples. `*` marks a key that is needed.
"""


def page() -> str:
    """Return the page."""
    schema = shipped_schemas()["dossier.toml"]
    parts = schema["definitions"]
    headers: dict[str, str] = {}
    _walk(schema, "", parts, headers)
    rows = {name: _rows_of(parts[name]) for name in headers}
    counts = Counter(row for listed in rows.values() for row in listed)
    shared = [row for row, count in counts.items() if count >= LEAST_SHARED and not row.endswith("| |")]
    made = [HEAD]
    for name, header in headers.items():
        own = [row for row in rows[name] if row not in shared]
        if not own:
            continue
        said = str(parts[name].get("description", ""))
        if len(own) < len(rows[name]):
            said += " It also takes the keys of [printed numbers](#printed-numbers)."
        kinds = parts[name]["properties"].get("kind", {}).get("enum", ())
        kind = f', `kind = "{kinds[0]}"`' if len(kinds) == 1 else ""
        made.append(_section(f"`{header}`{kind}", said, own))
    made.append(_section("Printed numbers", "How the numbers of a table, a column or evidence are printed.", shared))
    return "\n".join(made)


def _section(title: str, said: str, rows: Sequence[str]) -> str:
    words = [said, ""] if said else []
    return "\n".join([f"## {title}", "", *words, "| key | value | what it says |", "|---|---|---|", *rows, ""])


def _rows_of(definition: Mapping[str, Any]) -> list[str]:
    """Return a row for each key of a section."""
    needed = definition.get("required", ())
    rows = []
    for key, value in definition.get("properties", {}).items():
        said = str(value.get("description", "")).replace("|", "\\|")
        said = f"{said[:1].upper()}{said[1:]}"
        mark = "\\*" if key in needed else ""
        rows.append(f"| `{key}`{mark} | {_kind(value)} | {said} |".replace("  |", " |"))
    return rows


def _kind(value: Mapping[str, Any]) -> str:
    """Return in words what a key's value is."""
    if "enum" in value or "const" in value:
        return ", ".join(f"`{each}`" for each in value.get("enum", [value.get("const")]))
    if "anyOf" in value:
        return " or ".join(dict.fromkeys(map(_kind, value["anyOf"])))
    if value.get("type") == "array":
        return f"list: {_kind(value['items'])}" if isinstance(value.get("items"), dict) else "list"
    names = {"boolean": "true or false", "integer": "whole number", "number": "number", "string": "text"}
    return "date" if value.get("format") == "date" else names.get(str(value.get("type")), "section")


def _walk(value: Mapping[str, Any], path: str, parts: Mapping[str, Any], headers: dict[str, str]) -> None:
    """Note by the name of each definition the header of the first section that it is, in the order of the keys."""
    for key, child in value.get("properties", {}).items():
        for name, header in _sections_in(child, f"{path}.{key}".lstrip(".")):
            if name not in headers:
                headers[name] = header
                _walk(parts[name], header.strip("[]"), parts, headers)


def _sections_in(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield the definitions that a value refers to, each with the header of its section."""
    if not isinstance(value, dict):
        return
    if "$ref" in value:
        yield value["$ref"].rpartition("/")[2], f"[{path}]"
    if isinstance(value.get("items"), dict):
        for name, form in _sections_in(value["items"], path):
            yield name, f"[{form}]"
    yield from _sections_in(value.get("additionalProperties"), f"{path}.NAME")
    for each in (*value.get("anyOf", ()), *value.get("allOf", ()), *value.get("oneOf", ()), value.get("then")):
        yield from _sections_in(each, path)


if __name__ == "__main__":
    sys.stdout.write(page())
