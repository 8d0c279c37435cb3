"""The files that the section [evidence] names, found without checking what it says.

Belongs here: paths alone, for commands that list or copy a dossier's files. Does not: the declarations (`declared`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tidebook.pipelines.read.rawfile import RawFile


def paths_of(raw: RawFile) -> list[str]:
    """Return the files that a section of evidence names, sorted; what is wrong in it is reported where it is read."""
    named: set[str] = set()
    for table in _as_table(raw.toml().get("evidence")).values():
        if isinstance(table, dict):
            named.update(each for each in _paths(table) if isinstance(each, str) and each)
    return sorted(named)


def _as_table(found: object) -> dict[str, Any]:
    """Return a table of TOML, an empty one for anything else."""
    return found if isinstance(found, dict) else {}


def metadata_of(raw: RawFile) -> list[str]:
    """Return the files that state titles and units, sorted."""
    tables = map(_as_table, _as_table(raw.toml().get("evidence")).values())
    return sorted({str(table["metadata"]) for table in tables if table.get("metadata")})


def _paths(table: dict[str, Any]) -> Iterator[Any]:
    path, vintages = table.get("path"), table.get("vintages")
    if isinstance(path, str) and isinstance(vintages, list):
        yield from (path.replace("{}", str(day)) for day in vintages)
    else:
        yield path
    yield table.get("metadata")
    for each in _as_table(table.get("series")).values():
        file = each.get("file") if isinstance(each, dict) else each
        if isinstance(file, str) and isinstance(table.get("files"), str):
            yield table["files"].replace("{}", file)
