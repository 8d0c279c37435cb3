"""Evidence fetched again: what its publisher's file holds now becomes a vintage beside what it held.

Belongs here: which evidence has an address, and the files and keys of a new vintage. Does not: fetching, or evidence
that is added for the first time (`adding`).
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from tidebook.pipelines.read.atomic import write_file
from tidebook.pipelines.read.dossier.sections import section_paths
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.evidence_tables.taken import TakenEvidence
from tidebook.pipelines.read.rawfile import RawFile, check_written, is_there, read_raw
from tidebook.pipelines.read.toml_text import toml_value


class Published(NamedTuple):
    """Where an evidence table was taken, and the id of its source."""

    address: str
    source: str


def addresses(raw: Path) -> dict[str, Published]:
    """Return where each evidence table of a dossier was taken that names its address, by name."""
    tables = _document(raw, "evidence").get("evidence", {})
    found = {}
    for name, table in tables.items() if isinstance(tables, dict) else ():
        address = table.get("address") if isinstance(table, dict) else None
        if isinstance(address, str) and isinstance(table.get("path"), str):
            found[name] = Published(address, str(table.get("source")))
    return found


def refresh(raw: Path, name: str, found: TakenEvidence, day: dt.date) -> list[dt.date]:
    """Save the current files of publishers as vintages, and return the days of new ones.

    A vintage has the day that the publisher states, else the day of reading; the file that was there has the day of its
    source. Nothing is written where the file is the same.

    Args:
        raw: the dossier.
        name: the evidence table, whose section keeps its other keys.
        found: what its address holds now.
        day: today.

    Raises:
        InputError: a day of the file that was there is not known, or the section cannot be changed.
    """
    document = _document(raw, "evidence")
    table = document["evidence"][name]
    _check_unit(raw, name, table, found)
    _check_columns(raw, name, table, found)
    if table.get("since"):
        return _replaced(raw, table["path"], found, day)
    known = _known(raw, name, table)
    new = _newer(known, found, day)
    if not new:
        return []
    kept = {**known, **new}
    path = table["path"] if "{}" in table["path"] else f"evidence/{name}/{{}}{PurePosixPath(table['path']).suffix}"
    about = {key: data for key, data in found.files.items() if key not in _files(found)}
    files = {**{path.replace("{}", str(each)): data for each, data in kept.items()}, **about}
    where = section_paths(raw)["evidence"]
    text = _with_keys(read_raw(raw, where), name, {"path": path, "vintages": sorted(kept)})
    # All before the first is written, so that no vintage is kept by half.
    for each in (*files, where):
        check_written(raw, each)
    for each, data in files.items():
        write_file(raw / each, data)
    write_file(raw / where, text.encode())
    # Last, so that the dossier never names a file that is gone.
    if path != table["path"]:
        (raw / table["path"]).unlink()
    return sorted(new)


def _check_unit(raw: Path, name: str, table: Mapping[str, Any], found: TakenEvidence) -> None:
    """Check that values are still in the unit that the publisher stated when they were added.

    Raises:
        InputError: they are in another one, so that old and new values cannot be compared.
    """
    before = table.get("values")
    for value, now in found.evidence.get("values", {}).items():
        had = before.get(value) if isinstance(before, dict) else None
        # What is not stated, a person may have declared.
        if not isinstance(had, dict) or not isinstance(now, dict) or now["unit"] == "number":
            continue
        differ = [key for key in ("unit", "scale", "basis") if had.get(key) != now.get(key)]
        if differ:
            where = section_paths(raw)["evidence"]
            expected = ", ".join(f"{key} {had.get(key)}" for key in differ) + ", as before"
            said = ", ".join(f"{key} {now.get(key)}" for key in differ)
            raise InputError(Problem(where, f"{expected}; add it under another name", column=name, text=said))


def _check_columns(raw: Path, name: str, table: Mapping[str, Any], found: TakenEvidence) -> None:
    """Check that the publisher's file still has the columns that the section names, and tells rows apart by no other.

    Raises:
        InputError: it does not; a flag that nothing reads would make a forecast an observation.
    """
    named, now = _columns(table), _columns(found.evidence)
    newest = max(table["vintages"]) if "{}" in table["path"] else ""
    before = _headers(read_raw(raw, table["path"].replace("{}", str(newest))).data)
    if not named <= before:
        return  # below lines of the publisher's own, or no CSV
    headers = _headers(next(data for path, data in found.files.items() if path in _files(found)))
    differ = sorted((named - headers) | (now - before))
    if differ:
        where = section_paths(raw)["evidence"]
        expected = "the columns of the file that was fetched before; add it under another name"
        raise InputError(Problem(where, expected, column=name, text=", ".join(differ)))


def _columns(table: Mapping[str, Any]) -> set[str]:
    """Return the columns by which a section tells rows apart or judges them."""
    return {*table.get("key", ()), *filter(None, (table.get("flag"), table.get("since")))}


def _headers(data: bytes) -> set[str]:
    return set(next(csv.reader([data.partition(b"\n")[0].decode("utf-8-sig", "replace")]), ()))


def _replaced(raw: Path, path: str, found: TakenEvidence, day: dt.date) -> list[dt.date]:
    """Replace a file whose rows have days of their own, and return the day if it has changed."""
    data = found.files[found.evidence["path"]]
    if data == read_raw(raw, path).data:
        return []
    check_written(raw, path)
    write_file(raw / path, data)
    return [day]


def _document(raw: Path, section: str) -> dict[str, Any]:
    path = section_paths(raw)[section]
    return read_raw(raw, path).toml() if is_there(raw, path) else {}


def _known(raw: Path, name: str, table: Mapping[str, Any]) -> dict[dt.date, bytes]:
    """Return the vintages of a table by their days; a single file has the day of its source."""
    if "{}" in table["path"]:
        return {day: read_raw(raw, table["path"].replace("{}", str(day))).data for day in table["vintages"]}
    source = _document(raw, "sources").get("sources", {}).get(table.get("source"), {})
    day = source.get("published") or source.get("read")
    if not isinstance(day, dt.date):
        where = section_paths(raw)["sources"]
        raise InputError(Problem(where, "published or read: the day of the existing file", text=name))
    return {day: read_raw(raw, table["path"]).data}


def _files(found: TakenEvidence) -> dict[str, dt.date | None]:
    """Return the files of data that were taken, each with the day that is stated of it."""
    path, vintages = found.evidence["path"], found.evidence.get("vintages")
    if vintages:
        return {path.replace("{}", str(day)): day for day in vintages}
    return {path: found.source.get("published")}


def _newer(known: Mapping[dt.date, bytes], found: TakenEvidence, today: dt.date) -> dict[dt.date, bytes]:
    """Return the vintages after the known ones that differ from the one before."""
    newest = max(known)
    last = known[newest]
    new = {}
    for path, stated in _files(found).items():
        data = found.files[path]
        day = stated if stated and stated > newest else max(today, newest)
        is_old = "vintages" in found.evidence and stated != day
        if data != last and not is_old:
            new[day] = last = data
    return new


def _with_keys(file: RawFile, name: str, keys: Mapping[str, Any]) -> str:
    """Return a file with other values of keys of an evidence table, each a line of its own.

    Raises:
        InputError: they have no lines of their own; the message says what to write.
    """
    lines = file.text().splitlines(keepends=True)
    wanted = file.toml()
    table = wanted["evidence"][name]
    added = []
    for key, value in keys.items():
        line = f"{key} = {toml_value(value)}\n"
        place = file.toml_line(("evidence", name, key)) if key in table else None
        if place:
            lines[place - 1] = line
        else:
            added.append(line)
        table[key] = value
    first = file.toml_line(("evidence", name, "path")) or 1
    lines[first:first] = added
    text = "".join(lines)
    try:
        changed = RawFile(file.path, text.encode()).toml()
    except InputError:
        changed = {}
    if changed != wanted:
        expected = "lines " + "; ".join(f"{key} = {toml_value(value)}" for key, value in keys.items())
        raise InputError(file.problem(("evidence", name), f"{expected}, each in a line of its own", name))
    return text
