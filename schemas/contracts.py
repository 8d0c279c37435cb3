"""The contract of each table with its readers, generated from its model.

`python -m tidebook.schemas.contracts` writes `contracts/<table>.json`, the current contract, and
`contracts/history.jsonl`, all versions. Models decide. A line of the history that names a release of Tidebook seals the
lines above it: they are never edited. What is below may be written again until the next release, so that a table steps
its version once between two releases, however often it changes.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pandera.pandas as pa

from tidebook.places import parse_json
from tidebook.schemas.base import Table, keys, row_order, summary, table_name, type_name, version
from tidebook.schemas.registry import ENGINE, RECORD

FOLDER = Path(__file__).parent / "contracts"
HISTORY = "history.jsonl"
SEAL = '{"release": '
"""How a line of a history begins that names a release, and not a version of a table."""
FIRST = "1.0"
VERSION = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}")

Step = Literal["none", "minor", "major"]
STEPS: tuple[Step, ...] = ("none", "minor", "major")

UNVERSIONED = ("name", "description", "refers")
"""What a contract says of a column beside the terms that have a version."""

CONSTRAINTS = {
    "isin": {"allowed_values": "enum"},
    "str_matches": {"pattern": "pattern"},
    "str_length": {"min_value": "minLength", "max_value": "maxLength"},
    "greater_than": {"min_value": "exclusiveMinimum"},
    "greater_than_or_equal_to": {"min_value": "minimum"},
    "less_than": {"max_value": "exclusiveMaximum"},
    "less_than_or_equal_to": {"max_value": "maximum"},
}
"""Pandera's checks and their arguments, by their names in Table Schema."""


def contract(model: type[Table]) -> dict[str, Any]:
    """Return a table's contract: version, meaning, key, order of rows, columns in order, rules on whole rows."""
    schema = model.to_schema()
    columns = [
        {
            "name": name,
            "type": f"list<{spec.metadata['items']}>" if spec.metadata["items"] else type_name(spec),
            "unit": spec.metadata["unit"],
            "nullable": spec.nullable,
            "description": spec.description,
            "constraints": constraints(spec),
            **({"refers": spec.metadata["refers"]} if spec.metadata["refers"] else {}),
        }
        for name, spec in schema.columns.items()
    ]
    return {
        "table": table_name(model),
        "version": version(model),
        "description": summary(model),
        "key": keys(schema),
        "order": row_order(model),
        "columns": columns,
        "rules": {str(check.name): str(check.description) for check in schema.checks},
    }


def constraints(spec: pa.Column) -> dict[str, Any]:
    """Return a column's rules by their names in Table Schema.

    Raises:
        KeyError: a check has no name there yet.
    """
    rules = {}
    for check in spec.checks:
        for argument, name in CONSTRAINTS[check.name].items():
            if check.statistics[argument] is not None:
                rules[name] = check.statistics[argument]
    return rules


def terms(contract: Mapping[str, Any]) -> dict[str, Any]:
    """Return the versioned part of a contract: all but descriptions and foreign keys, columns by name."""
    columns = {}
    for column in contract["columns"]:
        columns[column["name"]] = {name: value for name, value in column.items() if name not in UNVERSIONED}
    return {"key": contract["key"], "order": contract["order"], "columns": columns, "rules": list(contract["rules"])}


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[Step, str]]:
    """Yield each change of a table's terms in words, with the version step that it requires.

    Minor changes do not break a reader of the old terms: new columns, another order, more values, other bounds. Major
    ones may: columns or values removed, another type, unit, key, order of rows or pattern, new nulls. A renamed column
    is one removed and one added.
    """
    if set(old["key"]) != set(new["key"]):
        yield "major", f"key is {', '.join(new['key'])}, was {', '.join(old['key'])}"
    if old["order"] != new["order"]:
        yield "major", f"rows are in the order of the {new['order']}, were in that of the {old['order']}"
    before, after = old["columns"], new["columns"]
    yield from (("major", f"column {name} is gone") for name in before if name not in after)
    yield from (("minor", f"column {name} is new") for name in after if name not in before)
    yield from _shared_changes(before, after)
    if set(old["rules"]) != set(new["rules"]):
        yield "minor", f"rules are {', '.join(new['rules']) or 'none'}, were {', '.join(old['rules']) or 'none'}"


def _shared_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[Step, str]]:
    """Yield another order of the columns that stayed, then the changes of each of them."""
    shared = [name for name in old if name in new]
    if shared != [name for name in new if name in old]:
        yield "minor", "columns are in another order"
    for name in shared:
        yield from _column_changes(name, old[name], new[name])


def _column_changes(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[Step, str]]:
    for term in ("type", "unit"):
        if old[term] != new[term]:
            yield "major", f"{term} of {name} is {new[term]}, was {old[term]}"
    if old["nullable"] != new["nullable"]:
        yield ("major", f"{name} may be null") if new["nullable"] else ("minor", f"{name} is never null")
    before, after = old["constraints"], new["constraints"]
    for rule in sorted({*before, *after}):
        yield from _rule_changes(rule, name, before.get(rule), after.get(rule))


def _rule_changes(rule: str, name: str, old: Any, new: Any) -> Iterator[tuple[Step, str]]:
    """Yield the change of one rule of a column; None is no such rule."""
    if rule == "enum" and old and new:
        yield from _value_changes(name, old, new)
    elif old != new:
        is_other_pattern = rule == "pattern" and old is not None and new is not None
        yield "major" if is_other_pattern else "minor", f"{rule} of {name} is {new}, was {old}"


def _value_changes(name: str, old: Collection[Any], new: Collection[Any]) -> Iterator[tuple[Step, str]]:
    """Yield the change of the values that a column may have, if there is one."""
    if set(old) != set(new):
        was, now = (", ".join(map(str, values)) for values in (old, new))
        yield "minor" if set(old) <= set(new) else "major", f"values of {name} are {now}, were {was}"


def step(old: str, new: str) -> Step | None:
    """Return the step from one version to the next, or None if the second does not follow the first."""
    major, minor = map(int, old.split("."))
    following: dict[str, Step] = {old: "none", f"{major}.{minor + 1}": "minor", f"{major + 1}.0": "major"}
    return following.get(new)


def fault(previous: Mapping[str, Any] | None, found: Mapping[str, Any]) -> str | None:
    """Return the fault of a table's version, or None. Both entries have `table`, `version` and `terms`.

    A major step without other changes is valid: the meaning changed.
    """
    name, new = found["table"], found["version"]
    if previous is None:
        return None if new == FIRST else f"{name} {new}: the first version of a table is {FIRST}"
    old, steps = previous["version"], list(changes(previous["terms"], found["terms"]))
    least = max((size for size, _ in steps), key=STEPS.index, default="none")
    right = {"none": ("none", "major"), "minor": ("minor", "major"), "major": ("major",)}[least]
    changed = "; ".join(text for _, text in steps) or "nothing has changed"
    taken = step(old, new)
    return None if taken in right else f"{name} {new} after {old}: {changed}; this takes the step: {' or '.join(right)}"


def read_history(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Return every recorded version of every table, oldest first: `table`, `version`, `terms`."""
    return parse_history(_history_text(folder))


def _history_text(folder: Path) -> str:
    path = folder / HISTORY
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def sealed(text: str) -> str:
    """Return the lines of a history down to the last that names a release, all of them if none does."""
    lines = text.splitlines(keepends=True)
    seals = [index for index, line in enumerate(lines) if line.startswith(SEAL)]
    return "".join(lines[: seals[-1] + 1] if seals else lines)


def with_seal(text: str, release: str) -> str:
    """Return a history with a line that says that all above is published in a release."""
    return f"{text}{json.dumps({'release': release, 'sha256': hashlib.sha256(text.encode()).hexdigest()})}\n"


def broken_seals(text: str) -> list[str]:
    """Return the releases whose part of a history is not as it was when they were published."""
    above, broken = "", []
    for line in text.splitlines(keepends=True):
        if line.startswith(SEAL) and line != with_seal(above, parse_json(line.encode())["release"])[len(above) :]:
            broken.append(parse_json(line.encode())["release"])
        above += line
    return broken


def parse_history(text: str) -> list[dict[str, Any]]:
    """Return the entries of a history, which may come from anywhere. Raises ValueError if a line is not one of them."""
    entries = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(SEAL):
            continue
        entry = parse_json(line.encode())
        if not _is_entry(entry):
            raise ValueError(f"line {number} is no version of a table")
        entries.append(entry)
    return entries


def _is_entry(entry: Any) -> bool:
    """Whether a value has the structure of an entry of a history."""
    try:
        terms = entry["terms"]
        texts = [entry["table"], terms["order"], *terms["key"], *terms["rules"], *terms["columns"]]
        for column in terms["columns"].values():
            texts.append(column["type"])
            constraints = column["constraints"]
            texts += [str(value) for value in constraints.get("enum") or ()]
            if not isinstance(column["nullable"], bool) or {"unit"} - column.keys():
                return False
        return all(isinstance(text, str) for text in texts) and VERSION.fullmatch(entry["version"]) is not None
    except (LookupError, TypeError, AttributeError):
        return False


def current(models: Sequence[type[Table]]) -> list[dict[str, Any]]:
    """Return the versions that the models state now, as the history holds them."""
    stated = map(contract, models)
    return [{"table": each["table"], "version": each["version"], "terms": terms(each)} for each in stated]


def faults(models: Sequence[type[Table]], history: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with the versions of tables after those in a history."""
    last = {entry["table"]: entry for entry in history}
    return [text for entry in current(models) if (text := fault(last.get(entry["table"]), entry))]


def files(models: Sequence[type[Table]], published: str) -> dict[str, str | None]:
    """Return the files of contracts by name: each table's, and the history with its new versions.

    That of a table which is gone is None.

    Args:
        models: the tables as they are now.
        published: the lines of the history that stay.
    """
    published = f"{published.rstrip()}\n" if published.strip() else ""
    last = {entry["table"]: entry for entry in parse_history(published)}
    fresh = [entry for entry in current(models) if last.get(entry["table"], {}).get("version") != entry["version"]]
    found: dict[str, str | None] = {f"{name}.json": None for name in last}
    found[HISTORY] = published + "".join(f"{json.dumps(entry, ensure_ascii=False)}\n" for entry in fresh)
    for model in models:
        found[f"{table_name(model)}.json"] = json.dumps(contract(model), ensure_ascii=False, indent=1) + "\n"
    return found


def write(models: Sequence[type[Table]], folder: Path = FOLDER) -> list[str]:
    """Write the contracts of the engine's tables; return the faults, with any of which nothing is written."""
    published = sealed(_history_text(folder))
    if wrong := faults(models, parse_history(published)):
        return wrong
    folder.mkdir(exist_ok=True)
    for name, text in files(models, published).items():
        if text is None:
            (folder / name).unlink(missing_ok=True)
        else:
            (folder / name).write_text(text, encoding="utf-8")
    return []


if __name__ == "__main__":
    wrong = write([*ENGINE.values(), *RECORD.values()])
    sys.stderr.write("".join(f"error: {text}\n" for text in wrong))
    sys.exit(2 if wrong else 0)
