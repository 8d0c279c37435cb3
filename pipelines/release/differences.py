"""Differences between the files of two releases, down to the first cell.

Belongs here: comparing bytes and cells. Does not: what a difference means for verdicts (`compare.changes`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyarrow as pa

from tidebook.descriptions import PACKAGE
from tidebook.pipelines.release.croissant import CROISSANT
from tidebook.pipelines.release.datacontract import DATA_CONTRACT
from tidebook.pipelines.release.datapackage import CRATE_FILE
from tidebook.places import RECORD, RECORD_TABLE, read_file
from tidebook.read import parse_parquet
from tidebook.releases import LocalRelease

DESCRIPTIONS = (PACKAGE, CRATE_FILE, CROISSANT, DATA_CONTRACT)
"""Files of a release that name the code that made it."""


def environment_differences(recorded: Mapping[str, Any], current: Mapping[str, Any]) -> Iterator[str]:
    """Yield in words how the code and libraries of one manifest differ from those of another."""
    if recorded["code"] != current["code"]:
        yield f"the code differs: recorded {recorded['code']}, here {current['code']}"
    old, new = recorded["versions"], current["versions"]
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield f"{name}: recorded {old.get(name, 'none')}, here {new.get(name, 'none')}"


def compared_files(old: LocalRelease, new: LocalRelease) -> list[str]:
    """Return the files that must be equal in two releases from the same inputs, sorted."""
    paths = {*old.manifest["files"], *new.manifest["files"]}
    if old.release_id != new.release_id:
        # Records hold the id, which differs with any file.
        paths.difference_update((RECORD, RECORD_TABLE))
    if any(environment_differences(old.manifest, new.manifest)):
        # Descriptions name the code and libraries: where those differ, so do they.
        paths.difference_update(DESCRIPTIONS)
    return sorted(paths)


def differing(old: LocalRelease, new: LocalRelease) -> list[str]:
    """Return the compared files that differ between two releases, sorted."""
    recorded, derived = old.manifest["files"], new.manifest["files"]
    return [path for path in compared_files(old, new) if recorded.get(path) != derived.get(path)]


def first_difference(old: Path, new: Path, key: list[str]) -> str:
    """Return in words where two Parquet files of one table first differ: in a column, in a row, or only in form.

    Args:
        old: the recorded file.
        new: the file derived from the same inputs.
        key: the columns that identify a row.
    """
    for side, path in (("recorded", old), ("derived", new)):
        if not path.is_file():
            return f"not among the {side} tables"
    recorded, derived = (parse_parquet(read_file(path), str(path)) for path in (old, new))
    difference = _column_difference(recorded, derived) or _row_difference(recorded, derived, key)
    return difference or "the same rows; only the form of the file differs"


def _column_difference(recorded: pa.Table, derived: pa.Table) -> str | None:
    old, new = _types(recorded), _types(derived)
    for name in {**old, **new}:
        old_type, new_type = old.get(name, "no such column"), new.get(name, "no such column")
        if old_type != new_type:
            return f"column {name}: recorded {old_type}, derived {new_type}"
    return None


def _types(table: pa.Table) -> dict[str, str]:
    return {field.name: str(field.type) for field in table.schema}


def _row_difference(recorded: pa.Table, derived: pa.Table, key: list[str]) -> str | None:
    """Return in words the first row and column in which two tables with equal columns differ."""
    rows = zip_longest(recorded.to_pylist(), derived.to_pylist())
    for number, (old, new) in enumerate(rows, start=1):
        if old == new:
            continue
        if old is None:
            return f"{_row_words(number, new, key)}: only in the derived table"
        if new is None:
            return f"{_row_words(number, old, key)}: only in the recorded table"
        name = next(name for name in old if old[name] != new[name])
        return f"{_row_words(number, old, key)}, column {name}: recorded {old[name]!r}, derived {new[name]!r}"
    return None


def _row_words(number: int, row: Mapping[str, Any], key: list[str]) -> str:
    parts = []
    for name in key:
        if name in row:
            parts.append(f"{name} {row[name]}")
    return f"row {number} ({', '.join(parts)})"
