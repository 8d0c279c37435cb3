"""Releases: the tables, report and inputs of one build in a folder named by content, and the link `latest` to it.

A reader of `latest` sees one build whole. What stands in the tables is not decided here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pipelines.storage.atomic import point, remove_folder, write_file, write_folder
from pipelines.storage.keys import code_bytes_key, code_key, digest, versions
from pipelines.storage.regular import hash_regular
from pipelines.storage.store import Entry

if TYPE_CHECKING:
    from pipelines.storage.datapackage import About

MANIFEST = "manifest.json"
ID = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True)
class Release:
    """A published release: its id, folder, and manifest."""

    release_id: str
    folder: Path
    manifest: Mapping[str, Any]

    def inputs(self) -> dict[str, str]:
        """Return the SHA-256 of each raw file that it was made from, by its path under the raw folder."""
        return {path: facts["sha256"] for path, facts in self.manifest["inputs"].items()}


@dataclass(frozen=True)
class Input:
    """A raw file that a release was made from; `rows` is None where it is no table."""

    data: bytes
    rows: int | None = None


def publish(
    out: Path,
    tables: Mapping[str, Entry],
    report: Entry,
    inputs: Mapping[str, Input],
    about: About,
    former: str | None = None,
) -> tuple[Release, bool]:
    """Write a release and point `latest` to it; the flag says whether it is new.

    `tables` are entries by table name, `inputs` the raw files by path; `former` is the id of the release that the
    report compares this one with.
    """
    from pipelines.storage.crate import crate
    from pipelines.storage.datapackage import as_json, datapackage

    files = {f"tables/{name}.parquet": entry.read(f"{name}.parquet") for name, entry in tables.items()}
    files |= {f"report/{name}": report.read(name) for name in report.files}
    files |= {f"inputs/{path}": given.data for path, given in inputs.items()}
    rows = {f"tables/{name}.parquet": entry.rows for name, entry in tables.items()}
    rows |= {f"inputs/{path}": given.rows for path, given in inputs.items()}
    facts = {path: file_facts(data, rows.get(path)) for path, data in sorted(files.items())}
    maker = this_code()
    files["datapackage.json"] = as_json(datapackage(about, maker["tidebook"], facts))
    facts["datapackage.json"] = file_facts(files["datapackage.json"])
    files["ro-crate-metadata.json"] = as_json(crate(about, maker, facts))
    facts["ro-crate-metadata.json"] = file_facts(files["ro-crate-metadata.json"])
    manifest = {
        **maker,
        "as_of": about.as_of,
        "former": former,
        "inputs": {path: facts[f"inputs/{path}"] for path in sorted(inputs)},
        "files": dict(sorted(facts.items())),
    }
    release_id = id_of(manifest)
    folder = out / "releases" / release_id
    files[MANIFEST] = as_bytes(manifest)
    new = not intact(folder, files[MANIFEST])
    if new:
        put_files(folder, files)
    link = out / "latest"
    if not link.is_symlink() or link.readlink() != Path("releases", release_id):
        point(link, f"releases/{release_id}")
    return Release(release_id, folder, manifest), new


def this_code() -> dict[str, Any]:
    """Return what a manifest holds of who made a release: Tidebook's version, the key of its code, its libraries."""
    return {"tidebook": version("tidebook"), "code": code_key(), "versions": versions()}


def file_facts(data: bytes, rows: int | None = None) -> dict[str, Any]:
    """Return what a manifest holds of a file: its SHA-256, its bytes, and its rows where it is a table."""
    return {"sha256": digest(data), "bytes": len(data)} | ({} if rows is None else {"rows": rows})


def as_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Return a manifest as it stands in a release."""
    return json.dumps(manifest, indent=1, sort_keys=True).encode() + b"\n"


def id_of(manifest: Mapping[str, Any]) -> str:
    """Return the id of the release that has this manifest."""
    return digest(manifest)[:16]


def put_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make the folder of a release in one step, or put right file by file what is damaged in the one that is there."""
    if folder.is_dir():
        for path in damaged(folder, files):
            write_file(folder / path, files[path])
    else:
        write_folder(folder, files)


def damaged(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Return the files that a folder does not hold with this content."""
    return [path for path, data in files.items() if content_hash(folder / path) != digest(data)]


def content_hash(path: Path) -> str | None:
    """Return the SHA-256 of a file, None for one that cannot be read."""
    try:
        return digest(path.read_bytes())
    except OSError:
        return None


def intact(folder: Path, manifest: bytes) -> bool:
    """Return whether a release holds this manifest and every file that it states."""
    files = json.loads(manifest)["files"]
    try:
        same = (folder / MANIFEST).read_bytes() == manifest
    except OSError:
        return False
    return same and all(content_hash(folder / path) == facts["sha256"] for path, facts in files.items())


def releases(out: Path) -> list[Release]:
    """Return the releases of an output folder that can be read, the one written last first."""
    folders = [path for path in (out / "releases").glob("*") if not path.name.startswith(".")]
    found = [release for path in folders if (release := release_at(path))]
    return sorted(found, key=lambda one: (-one.folder.stat().st_mtime_ns, one.release_id))


def prune(out: Path, keep: int) -> list[Release]:
    """Remove all but the latest release and the newest others, `keep` in all, and return what was removed.

    Each goes in one step. The caller holds the store's lock.
    """
    current = latest(out)
    found = releases(out)
    found.sort(key=lambda release: current is None or release.release_id != current.release_id)
    for release in found[max(keep, 1) :]:
        remove_folder(release.folder)
    return found[max(keep, 1) :]


def latest(out: Path) -> Release | None:
    """Return the release that `latest` points to, or None when there is none that can be read."""
    return release_at(out / "latest")


def release_at(folder: Path) -> Release | None:
    """Return the release in a folder of its own, or None when it is none or its manifest cannot be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return None
    return Release(folder.resolve().name, folder, manifest) if sound(manifest) else None


def sound(manifest: Any) -> bool:
    """Return whether a manifest is of the shape that a build writes, and names no place outside its release."""
    try:
        facts = [*manifest["files"].values(), *manifest["inputs"].values()]
        paths = [PurePosixPath(path) for path in (*manifest["files"], *manifest["inputs"])]
        texts = [manifest["code"], manifest["as_of"], *(fact["sha256"] for fact in facts)]
        former = manifest["former"]
        return (
            all(isinstance(text, str) for text in texts)
            and isinstance(manifest["versions"], dict)
            and not any(path.is_absolute() or ".." in path.parts or "\\" in str(path) for path in paths)
            and (former is None or ID.fullmatch(former) is not None)
        )
    except (KeyError, TypeError, AttributeError):
        return False


def hash_inputs(raw: Path, paths: Iterable[str]) -> dict[str, str | None]:
    """Return the SHA-256 of these files under the raw folder, None for one that cannot be read."""
    return {path: hash_regular(raw, path) for path in paths}


def remember_code(out: Path) -> None:
    """Note which bytes of code made the latest release, so that the next build can tell quickly."""
    key = code_bytes_key()
    note = out / "store" / "code"
    if content_hash(note) != digest(key.encode()):
        write_file(note, key.encode())


def up_to_date(raw: Path, out: Path, others: Mapping[str, str] | None = None) -> Release | None:
    """Return the latest release when the raw files, code and library versions that made it are unchanged.

    `others` are the hashes of inputs that are no raw files, by name. Its own files are checked too: a damaged release
    is not up to date.
    """
    release = latest(out)
    if release is None:
        return None
    inputs = release.inputs()
    same = (
        {**hash_inputs(raw, inputs), **(others or {})} == inputs
        and release.manifest["versions"] == versions()
        and content_hash(out / "store" / "code") == digest(code_bytes_key().encode())
    )
    return release if same and intact(release.folder, (release.folder / MANIFEST).read_bytes()) else None
