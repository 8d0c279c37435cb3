"""Releases in an object store: sent file by file, then the manifest, last the pointer; brought back the same way.

An object is replaced whole or not at all, so that the pointer does what the link `latest` does in a folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.storage.atomic import point
from pipelines.storage.keys import digest
from pipelines.storage.release import ID, MANIFEST, Release, id_of, intact, latest, put_files, release_at, sound
from pipelines.storage.store import Store
from tidebook.places import POINTER, Bucket, store_errors

if TYPE_CHECKING:
    from obstore.store import ObjectStore

AT_ONCE = 8
ABANDONED = timedelta(days=1)


@dataclass(frozen=True)
class Stored:
    """An object: its size in bytes, and when the store got it by the store's own clock."""

    size: int
    since: datetime


class Objects:
    """The objects below an address such as `s3://bucket/prefix`.

    Every method may raise OSError, and RuntimeError when obstore is not installed.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.bucket = Bucket(self.url)

    def store(self) -> ObjectStore:
        """Return the connection."""
        try:
            return self.bucket.store()
        except ImportError as error:
            raise RuntimeError(str(error)) from error

    def read(self, path: str) -> bytes | None:
        """Return an object's bytes, None when there is none."""
        self.store()
        return self.bucket.read(path)

    def write(self, path: str, data: bytes) -> None:
        """Put an object."""
        store = self.store()
        import obstore

        with store_errors(self.url):
            obstore.put(store, path, data)

    def found(self, folder: str) -> dict[str, Stored]:
        """Return the objects below a folder by their path from there."""
        store = self.store()
        import obstore

        with store_errors(self.url):
            entries = [entry for chunk in obstore.list(store, prefix=folder) for entry in chunk]
        return {
            entry["path"].removeprefix(f"{folder}/"): Stored(entry["size"], entry["last_modified"]) for entry in entries
        }

    def remove(self, paths: list[str]) -> None:
        """Remove objects."""
        store = self.store()
        import obstore

        with store_errors(self.url):
            obstore.delete(store, paths)


def pointed(objects: Objects) -> str | None:
    """Return the id that the pointer names, None when there is no pointer.

    Raises:
        OSError: the pointer is damaged.
    """
    data = objects.read(POINTER)
    if data is None:
        return None
    try:
        found = str(json.loads(data)["release"])
    except (ValueError, KeyError, TypeError):
        found = ""
    if not ID.fullmatch(found):
        raise OSError(f"{objects.url}/{POINTER} is no pointer to a release")
    return found


def send(release: Release, objects: Objects) -> None:
    """Put a release whose files are not there yet, its manifest after them, then the pointer."""
    folder = f"releases/{release.release_id}"
    there = objects.found(folder)
    missing = [
        path
        for path, facts in release.manifest["files"].items()
        if path not in there or there[path].size != facts["bytes"]
    ]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda path: objects.write(f"{folder}/{path}", (release.folder / path).read_bytes()), missing))
    manifest = (release.folder / MANIFEST).read_bytes()
    if objects.read(f"{folder}/{MANIFEST}") != manifest:
        objects.write(f"{folder}/{MANIFEST}", manifest)
    if pointed_or_none(objects) != release.release_id:
        objects.write(POINTER, json.dumps({"release": release.release_id}).encode() + b"\n")


def pointed_or_none(objects: Objects) -> str | None:
    """Return the id that the pointer names, None when it is damaged or there is none."""
    try:
        return pointed(objects)
    except OSError:
        return None


def manifest_of(objects: Objects, release_id: str) -> Any:
    """Return the manifest of a release, None when there is none or it is not the one of this id."""
    data = objects.read(f"releases/{release_id}/{MANIFEST}")
    try:
        manifest = json.loads(data or b"")
    except ValueError:
        return None
    return manifest if sound(manifest) and id_of(manifest) == release_id else None


def fetch(objects: Objects, release_id: str) -> dict[str, bytes] | None:
    """Return a release's files as they are in the store, manifest included; None when it has no manifest."""
    manifest = manifest_of(objects, release_id)
    if manifest is None:
        return None
    paths = [*manifest["files"], MANIFEST]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        read = threads.map(lambda path: objects.read(f"releases/{release_id}/{path}"), paths)
        return {path: data for path, data in zip(paths, read, strict=True) if data is not None}


def bring(objects: Objects, release_id: str, out: Path) -> Release:
    """Write a release into an output folder, unless it is there. The caller holds the lock of the store in `out`.

    Raises:
        OSError: it is not in the object store as it was published.
    """
    folder = out / "releases" / release_id
    here = release_at(folder)
    if here and intact(folder, (folder / MANIFEST).read_bytes()):
        return here
    files = fetch(objects, release_id) or {}
    stated = json.loads(files.get(MANIFEST, b'{"files": {"": {"sha256": ""}}}'))["files"]
    if any(path not in files or digest(files[path]) != facts["sha256"] for path, facts in stated.items()):
        raise OSError(f"{objects.url}/releases/{release_id} is not what was published; `tidebook verify` says more")
    put_files(folder, files)
    return Release(release_id, folder, json.loads(files[MANIFEST]))


def follow(objects: Objects, out: Path) -> str | None:
    """Make the latest release of an output folder the one that the pointer names, and return that one's id.

    None when there is no pointer.

    Raises:
        OSError: the store is not there, or the release is not in it as it was published.
    """
    name = pointed(objects)
    if name is None:
        objects.found("releases")  # a store that is not there is told now, not after a build
    here = latest(out)
    if name and not (here and here.release_id == name):
        with Store(out).exclusive():
            bring(objects, name, out)
            point(out / "latest", f"releases/{name}")
    return name


def stored(objects: Objects) -> dict[str, dict[str, Stored]]:
    """Return the objects of each release by its id, those without a manifest included."""
    folders: dict[str, dict[str, Stored]] = {}
    for path, entry in objects.found("releases").items():
        name, _, rest = path.partition("/")
        folders.setdefault(name, {})[rest] = entry
    return folders


def whole_releases(objects: Objects) -> list[str]:
    """Return the ids of the releases that have a manifest, the one completed last first."""
    found = stored(objects)
    whole = sorted(name for name, files in found.items() if MANIFEST in files and ID.fullmatch(name))
    return sorted(whole, key=lambda name: found[name][MANIFEST].since, reverse=True)


def named_id(objects: Objects, name: str) -> str | None:
    """Return the id of the release that a name means: the one that starts so, or by its address or none the latest."""
    if name == "" or "://" in name:
        return pointed(objects)
    found = [release_id for release_id in whole_releases(objects) if release_id.startswith(name)]
    return found[0] if len(found) == 1 else None


def prune_stored(objects: Objects, keep: int) -> list[str]:
    """Remove all but the pointed-to release and the newest others, `keep` in all; return the ids of what was removed.

    A release's manifest goes first, so that none is seen in part. What a build that was killed left behind goes too,
    once it is a day older than the newest object.
    """
    current = pointed(objects)
    whole = sorted(whole_releases(objects), key=lambda name: name != current)
    found = stored(objects)
    removed = []
    for name in [*whole[max(keep, 1) :], *abandoned(found)]:
        if name != pointed(objects):
            if MANIFEST in found[name]:
                objects.remove([f"releases/{name}/{MANIFEST}"])
            objects.remove([f"releases/{name}/{path}" for path in sorted(found[name]) if path != MANIFEST])
            removed.append(name)
    return removed


def abandoned(found: Mapping[str, Mapping[str, Stored]]) -> list[str]:
    """Return the ids of releases without a manifest that nobody has added to for a day, by the store's clock."""
    newest = max((entry.since for files in found.values() for entry in files.values()), default=None)
    return [
        name
        for name, files in found.items()
        if newest and MANIFEST not in files and newest - max(entry.since for entry in files.values()) > ABANDONED
    ]
