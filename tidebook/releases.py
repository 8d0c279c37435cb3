"""Releases at a place: their ids, manifests and files, which one is the latest, and what of one is damaged.

What a table of one holds is in `read`; nothing is written here: how releases are published and mended is the business
of whoever makes them.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tidebook.places import ID, MANIFEST, ReadableFolder, ReadablePlace, manifest_of, parse_manifest

RELEASES = "releases"
ABANDONED = timedelta(days=1)
ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.ENAMETOOLONG, errno.EISDIR)
"""Errors of a disk on which there is no manifest; after any other there may be one."""


@dataclass(frozen=True)
class LocalRelease:
    """A release in a folder of this machine: its id, folder, and manifest."""

    release_id: str
    folder: Path
    manifest: Mapping[str, Any]

    def inputs(self) -> dict[str, str]:
        """Return the SHA-256 of each raw file that it was made from, by its path under the raw folder."""
        return {path: facts["sha256"] for path, facts in self.manifest["inputs"].items()}


def latest(out: Path) -> LocalRelease | None:
    """Return the release that `latest` points to, or None when there is none that can be read."""
    found = ReadableFolder(out).latest()  # where it leads now: it may lead elsewhere a moment later
    return release_at(found.path) if found else None


def release_at(folder: Path) -> LocalRelease | None:
    """Return the release in a folder of its own, or None when it is none.

    What it says of itself is taken as it is: see `is_intact`. Raises OSError if a manifest is there and the disk does
    not give it: a build that took this for no release would not say which one it follows.
    """
    try:
        manifest = parse_manifest((folder / MANIFEST).read_bytes())
    except OSError as error:
        if error.errno in ABSENT:
            return None
        raise
    return LocalRelease(folder.resolve().name, folder, manifest) if manifest else None


def is_intact(release: LocalRelease) -> bool:
    """Return whether a release is as it was published, manifest and every file."""
    return not damage(ReadableFolder(release.folder))


def damage(place: ReadablePlace) -> list[str]:
    """Return the paths of what is not as it was published in the release at a place, the manifest among them."""
    return published_files(place)[1]


def strays(place: ReadablePlace) -> list[str]:
    """Return the paths of what lies in the release at a place although its manifest does not list it."""
    manifest = manifest_of(place.name, place.read(MANIFEST) or b"")
    return sorted(place.files("").keys() - {MANIFEST, *(manifest["files"] if manifest else ())})


def published_files(place: ReadablePlace) -> tuple[dict[str, bytes], list[str]]:
    """Return the files of the release at a place that are as published, manifest first, and the paths of the others.

    Where the manifest itself is damaged or missing, there is nothing else.
    """
    (data,) = place.read_all([MANIFEST])
    manifest = manifest_of(place.name, data or b"")
    if data is None or manifest is None:
        return {}, [MANIFEST]
    facts, files = manifest["files"], {MANIFEST: data}
    for path, found in zip(facts, place.read_all(facts), strict=True):
        if found is not None and hashlib.sha256(found).hexdigest() == facts[path]["sha256"]:
            files[path] = found
    return files, sorted(facts.keys() - files.keys())


def latest_id(place: ReadablePlace) -> str | None:
    """Return the id of the latest release at a place, None without one. Raises DamagedError if the pointer is none."""
    return found.name if (found := place.latest()) else None


def release_ids(place: ReadablePlace) -> list[str]:
    """Return the ids of the releases at a place that have a manifest, the one written last first."""
    return finished_and_abandoned(place)[0]


def manifests(place: ReadablePlace) -> dict[str, Mapping[str, Any]]:
    """Return the manifests of the releases at a place, the one written last first, without those that are damaged."""
    ids = release_ids(place)
    found = zip(ids, place.read_all(f"{RELEASES}/{name}/{MANIFEST}" for name in ids), strict=True)
    return {name: manifest for name, data in found if (manifest := manifest_of(name, data or b""))}


def finished_and_abandoned(place: ReadablePlace) -> tuple[list[str], list[str]]:
    """Return the ids of the releases with a manifest, the one written last first, and of those given up.

    These have no manifest, and nobody has added to them for a day before the newest file, by the place's clock.
    """
    finished: dict[str, datetime] = {}
    touched: dict[str, datetime] = {}
    for path, entry in sorted(place.files(RELEASES).items()):
        name, _, rest = path.partition("/")
        if ID.fullmatch(name):
            touched[name] = max(entry.written, touched.get(name, entry.written))
            if rest == MANIFEST:
                finished[name] = entry.written
    newest = max(touched.values(), default=None)
    unfinished = {name: time for name, time in touched.items() if name not in finished}
    abandoned = [name for name, time in unfinished.items() if newest and newest - time > ABANDONED]
    return sorted(finished, key=lambda name: finished[name], reverse=True), abandoned
