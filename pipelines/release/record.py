"""What a release says of itself in data: `release.json`, and the table `release` with the same content as one row.

Both hold the id of the release, which is why the id leaves them out (`tidebook.places.id_of`): they are made last.

Belongs here: their content. Does not: descriptions of the other files (`datapackage`), or how a release is written
(`release`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tidebook.pipelines.release.datapackage import About, as_json
from tidebook.places import RECORD, RECORD_TABLE, parse_json, previous_of, read_file

if TYPE_CHECKING:
    from tidebook.releases import LocalRelease


def record_of(release_id: str, manifest: Mapping[str, Any], about: About) -> dict[str, Any]:
    """Return the row of the table `release`: id, article, dates and versions."""
    article = about.article
    return {
        **stated(release_id, manifest),
        "title": article.title,
        "publisher": article.publisher,
        "address": article.address,
        "written_from": article.content,
        "written_to": article.content_to,
        "published": article.published,
        "as_of": dt.date.fromisoformat(about.as_of),
        "evidence_to": about.evidence_to,
    }


def stated(release_id: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a row that follows from the manifest."""
    versions = dict(manifest["versions"])
    python = versions.pop("python", None)
    return {
        "release": release_id,
        "previous": previous_of(manifest),
        "dossier": manifest.get("dossier"),
        "tidebook": manifest.get("tidebook"),
        "python": python,
        "libraries": [f"{name} {number}" for name, number in sorted(versions.items())],
    }


def record_files(row: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the two files of a row by path; null is an absent text in either."""
    from tidebook.schemas.base import table_of, with_nulls
    from tidebook.schemas.parquet import to_parquet
    from tidebook.schemas.releases import Release
    from tidebook.schemas.rules import valid_table

    frame = table_of(Release, [{**row, **_empty(row)}])
    table = valid_table(Release, frame)
    if table is None:
        Release.validate(with_nulls(Release, frame))  # which says what is wrong
    ordered = {name: row[name] for name in frame.columns}
    return {RECORD: as_json(_plain(ordered)), RECORD_TABLE: to_parquet(Release, frame if table is None else table)}


def _empty(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts that are absent, as frames have them: ""."""
    return {name: "" for name in ("previous", "publisher", "address") if not row[name]}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as JSON has it: days as texts, null for an absent text."""
    days = {name: value.isoformat() for name, value in row.items() if isinstance(value, dt.date)}
    return {name: value if value != "" else None for name, value in {**row, **days}.items()}


def record_faults(release: LocalRelease) -> list[str]:
    """Return what the record of a release says otherwise than its manifest does, by field; [] without a record.

    The id of a release leaves the record out, so that it cannot vouch for it. Releases of older versions have none.
    """
    if RECORD not in release.manifest["files"]:
        return []
    from tidebook.read import parse_parquet

    found = _parsed(read_file(release.folder / RECORD))
    expected = {**stated(release.release_id, release.manifest), "as_of": release.manifest["as_of"]}
    faults = []
    for name, value in expected.items():
        if found.get(name) != value:
            faults.append(f"{RECORD}: {name} is {found.get(name)!r}, in manifest.json {value!r}")
    table = release.folder / RECORD_TABLE
    rows = [_plain(row) for row in parse_parquet(read_file(table), str(table)).to_pylist()]
    if rows != [found]:
        faults.append(f"{RECORD_TABLE}: another row than {RECORD} has")
    return faults


def _parsed(data: bytes) -> dict[str, Any]:
    """Return the object in a file of JSON that may come from anywhere, {} if it holds none."""
    with suppress(ValueError):
        found = parse_json(data)
        return found if isinstance(found, dict) else {}
    return {}
