"""Two releases held against each other: which files differ, and the first cell that does.

What a difference means for verdicts is found in `compare.changes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tidebook.releases import LocalRelease

DESCRIPTIONS = ("datapackage.json", "ro-crate-metadata.json")


def environment_differences(recorded: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[str]:
    """Yield in words how the code and libraries of one manifest differ from those of another."""
    if recorded["code"] != here["code"]:
        yield f"the code is another: recorded {recorded['code']}, here {here['code']}"
    recorded, here = recorded["versions"], here["versions"]
    for name in sorted({*recorded, *here}):
        if recorded.get(name) != here.get(name):
            yield f"{name}: recorded {recorded.get(name, 'none')}, here {here.get(name, 'none')}"


def compared_files(old: LocalRelease, new: LocalRelease) -> list[str]:
    """Return the files of two releases that the same inputs must give alike, sorted.

    What describes a release names its code and libraries, so it is left out where those differ.
    """
    left_out = DESCRIPTIONS if any(environment_differences(old.manifest, new.manifest)) else ()
    return sorted({*old.manifest["files"], *new.manifest["files"]}.difference(left_out))


def differing(old: LocalRelease, new: LocalRelease) -> list[str]:
    """Return the compared files that two releases do not hold alike, sorted."""
    was, now = old.manifest["files"], new.manifest["files"]
    return [path for path in compared_files(old, new) if was.get(path) != now.get(path)]


def first_difference(old: Path, new: Path, key: list[str]) -> str:
    """Return in words where two Parquet files of one table differ first: by columns, by a row and column, or in form.

    `key` names the columns that tell what row it is.
    """
    missing = [side for side, path in (("recorded", old), ("derived", new)) if not path.is_file()]
    if missing:
        return f"not among the {missing[0]} tables"
    tables = [pq.read_table(path, partitioning=None) for path in (old, new)]
    columns = [{field.name: str(field.type) for field in table.schema} for table in tables]
    for name in {**columns[0], **columns[1]}:
        was, now = (found.get(name, "no such column") for found in columns)
        if was != now:
            return f"column {name}: recorded {was}, derived {now}"
    return _first_row(tables, key) or "the same rows; only the form of the file differs"


def _first_row(tables: list[pa.Table], key: list[str]) -> str | None:
    """Return in words the first row and column in which two tables of equal columns differ, None when they do not."""
    for number, (was, now) in enumerate(zip_longest(*(table.to_pylist() for table in tables)), start=1):
        if was == now:
            continue
        either = was or now
        row = f"row {number} ({', '.join(f'{name} {either[name]}' for name in key if name in either)})"
        if was is None or now is None:
            return f"{row}: only in the {'derived' if was is None else 'recorded'} table"
        name = next(name for name in was if was[name] != now[name])
        return f"{row}, column {name}: recorded {was[name]!r}, derived {now[name]!r}"
    return None
