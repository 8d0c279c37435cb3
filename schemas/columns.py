"""Whether a table that was read has the columns of its contract: a release may come from anywhere, or any version.

It reads the generated contracts, not the models, which take long to import.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow

FOLDER = Path(__file__).parent / "contracts"
ARROW = {
    "bool": "bool",
    "date": "date32[day]",
    "float64": "double",
    "int64": "int64",
    "list<float64>": "list<element: double>",
    "list<string>": "list<element: string>",
    "string": "string",
}
"""Types of Arrow by those of contracts."""


MANY = 50_000
"""Rows from which distinct words are found by Arrow."""


@functools.cache
def _contract(name: str) -> dict[str, Any]:
    """Return the contract of an engine's table, without columns for any other."""
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        return {"columns": [], "version": ""}
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def column_fault(name: str, table: pyarrow.Table) -> str:
    """Return what its contract expects of a table that was read: a column, its type, nulls or words; "" if all is so.

    Of tables that are not the engine's nothing is expected.
    """
    contract = _contract(name)
    for column in contract["columns"]:
        fault = _fault(column, table)
        if fault and (other := _other_version(contract, table)):
            return f"version {contract['version']} of {name}, not {other} of another Tidebook"
        if fault:
            return f"the column {column['name']} of version {contract['version']} of {name}: {fault}"
    return ""


def _other_version(contract: dict[str, Any], table: pyarrow.Table) -> str:
    """Return the version of its contract that a file of a table names, if it is another one; else ""."""
    named = (table.schema.metadata or {}).get(b"tidebook.version", b"").decode()
    return "" if named == contract["version"] else named


def _fault(column: dict[str, Any], table: pyarrow.Table) -> str:
    places = table.schema.get_all_field_indices(column["name"])
    if len(places) != 1:
        return f"once, not {len(places)} times"
    values = table.column(places[0])
    if str(values.type) != ARROW[column["type"]]:
        return f"{ARROW[column['type']]}, not {values.type}"
    if values.null_count and not column["nullable"]:
        return "no nulls"
    words = column["constraints"].get("enum")
    if words and column["type"] == "string":
        # `unique` imports `pyarrow.compute`, which takes a fifth of the time of `tidebook explain`.
        different = values.unique() if len(values) > MANY else values
        strange = sorted(set(different.to_pylist()) - {*words, None})
        return f"one of {', '.join(words)}, not {strange[0]}" if strange else ""
    return ""
