"""Releases: all tables and the report of one build in a folder named by content, and the link `latest` to it.

A reader of `latest` sees one build whole. What stands in the tables is not decided here.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.storage.atomic import point, write_file, write_folder
from pipelines.storage.keys import code_bytes_key, code_key, digest, versions
from pipelines.storage.store import Entry

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Release:
    """A published release: its id, folder, and manifest."""

    release_id: str
    folder: Path
    manifest: Mapping[str, Any]


def publish(
    out: Path, tables: Mapping[str, Entry], report: Entry, inputs: Mapping[str, str], former: str | None = None
) -> tuple[Release, bool]:
    """Write a release and point `latest` to it; the flag says whether it is new.

    `tables` are entries by table name; `inputs` maps each raw file to its SHA-256; `former` is the id of the
    release that the report compares this one with.
    """
    files = {f"tables/{name}.parquet": entry.read(f"{name}.parquet") for name, entry in tables.items()}
    files |= {f"report/{name}": report.read(name) for name in report.files}
    rows = {f"tables/{name}.parquet": entry.rows for name, entry in tables.items()}
    manifest = {
        "inputs": dict(sorted(inputs.items())),
        "former": former,
        "code": code_key(),
        "versions": versions(),
        "files": {
            name: {"sha256": digest(data), "bytes": len(data)} | ({"rows": rows[name]} if name in rows else {})
            for name, data in sorted(files.items())
        },
    }
    release_id = digest(manifest)[:16]
    folder = out / "releases" / release_id
    data = json.dumps(manifest, indent=1, sort_keys=True).encode() + b"\n"
    new = not intact(folder, data)
    if new:
        shutil.rmtree(folder, ignore_errors=True)
        write_folder(folder, {**files, MANIFEST: data})
    link = out / "latest"
    if not link.is_symlink() or link.readlink() != Path("releases", release_id):
        point(link, f"releases/{release_id}")
    return Release(release_id, folder, manifest), new


def intact(folder: Path, manifest: bytes) -> bool:
    """Return whether a release holds this manifest and every file that it states."""
    files = json.loads(manifest)["files"]
    try:
        return (folder / MANIFEST).read_bytes() == manifest and all(
            digest((folder / name).read_bytes()) == facts["sha256"] for name, facts in files.items()
        )
    except OSError:
        return False


def latest(out: Path) -> Release | None:
    """Return the release that `latest` points to, or None when there is none that can be read."""
    return release_at(out / "latest")


def release_at(folder: Path) -> Release | None:
    """Return the release in a folder of its own, or None when it is none or its manifest cannot be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        sound = isinstance(manifest["inputs"], dict) and isinstance(manifest["files"], dict)
        known = {"code", "versions"} <= set(manifest)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Release(folder.resolve().name, folder, manifest) if sound and known else None


def hash_inputs(raw: Path, paths: list[str]) -> dict[str, str | None]:
    """Return the SHA-256 of these files under the raw folder, None for one that cannot be read."""
    found: dict[str, str | None] = {}
    for path in paths:
        try:
            found[path] = digest((raw / path).read_bytes())
        except OSError:
            found[path] = None
    return found


def remember_code(out: Path) -> None:
    """Note which bytes of code made the latest release, so that the next build can tell quickly."""
    key = code_bytes_key()
    note = out / "store" / "code"
    if not note.is_file() or note.read_text() != key:
        write_file(note, key.encode())


def up_to_date(raw: Path, out: Path) -> Release | None:
    """Return the latest release when the raw files, code and library versions that made it are unchanged.

    Its own files are checked too: a damaged release is not up to date.
    """
    release = latest(out)
    if release is None:
        return None
    inputs = release.manifest["inputs"]
    try:
        code = (out / "store" / "code").read_text()
    except OSError:
        return None
    same = (
        hash_inputs(raw, list(inputs)) == inputs
        and release.manifest["versions"] == versions()
        and code == code_bytes_key()
    )
    return release if same and intact(release.folder, (release.folder / MANIFEST).read_bytes()) else None
