"""Releases at a place: their ids, manifests and files, which one is the latest, and which files are damaged.

Belongs here: finding and checking releases. Does not: reading their tables (`read`); writing anything.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tidebook.places import ID, MANIFEST, ReadableFolder, ReadablePlace, manifest_of, parse_manifest, read_file

RELEASES = "releases"
ABANDONED = timedelta(days=1)
"""Time without a new file after which an unfinished release is given up."""

ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.ENAMETOOLONG, errno.EISDIR)
"""Errors that mean that a file does not exist; after any other error it may exist."""


@dataclass(frozen=True)
class LocalRelease:
    """A release in a folder of this machine."""

    release_id: str
    folder: Path
    manifest: Mapping[str, Any]

    def inputs(self) -> dict[str, str]:
        """Return the SHA-256 of each input, by its path in the article's folder."""
        return {path: facts["sha256"] for path, facts in self.manifest["inputs"].items()}


def latest(out: Path) -> LocalRelease | None:
    """Return the release that `latest` points to, or None if there is none."""
    place = ReadableFolder(out).latest()  # resolved once: a moment later the link may point elsewhere
    return release_at(place.path) if place else None


def release_at(folder: Path) -> LocalRelease | None:
    """Return the release in a folder, or None if the folder has no valid manifest.

    Does not check the files: see `is_intact`.

    Raises:
        OSError: the manifest exists and cannot be read.
    """
    try:
        manifest = parse_manifest(read_file(folder / MANIFEST))
    except OSError as error:
        # Only if it is absent: after an error of the disk, a build would not name the release that it follows.
        if error.errno in ABSENT:
            return None
        raise
    return LocalRelease(folder.resolve().name, folder, manifest) if manifest else None


def is_intact(release: LocalRelease) -> bool:
    """Whether the manifest and every file are as published."""
    return not damage(ReadableFolder(release.folder))


def damage(place: ReadablePlace) -> list[str]:
    """Return the files of the release at a place that are missing or not as published."""
    return published_files(place)[1]


def unlisted_files(place: ReadablePlace) -> list[str]:
    """Return the files of the release at a place that its manifest does not list."""
    manifest = manifest_of(place.name, place.read(MANIFEST) or b"")
    listed = manifest["files"] if manifest else {}
    return sorted(place.files("").keys() - {MANIFEST, *listed})


def published_files(place: ReadablePlace) -> tuple[dict[str, bytes], list[str]]:
    """Return the intact files of the release at a place, manifest first, and the paths of the other files.

    Without an intact manifest nothing is known of the others: it alone is returned as damaged.
    """
    (data,) = place.read_all([MANIFEST])
    manifest = manifest_of(place.name, data or b"")
    if data is None or manifest is None:
        return {}, [MANIFEST]
    facts, files = manifest["files"], {MANIFEST: data}
    for path, content in zip(facts, place.read_all(facts), strict=True):
        if content is not None and hashlib.sha256(content).hexdigest() == facts[path]["sha256"]:
            files[path] = content
    return files, sorted(facts.keys() - files.keys())


def latest_id(place: ReadablePlace) -> str | None:
    """Return the id of the latest release at a place, or None without one.

    Raises:
        DamagedError: the pointer does not name a release.
    """
    release = place.latest()
    return release.name if release else None


def release_ids(place: ReadablePlace) -> list[str]:
    """Return the ids of the releases at a place that have a manifest, the newest first."""
    return finished_and_abandoned(place)[0]


def manifests(place: ReadablePlace) -> dict[str, Mapping[str, Any]]:
    """Return the intact manifests of the releases at a place by id, the newest first."""
    ids = release_ids(place)
    intact: dict[str, Mapping[str, Any]] = {}
    for name, data in zip(ids, place.read_all(f"{RELEASES}/{name}/{MANIFEST}" for name in ids), strict=True):
        manifest = manifest_of(name, data or b"")
        if manifest:
            intact[name] = manifest
    return intact


def finished_and_abandoned(place: ReadablePlace) -> tuple[list[str], list[str]]:
    """Return the ids of releases with a manifest, the newest first, and of unfinished ones that are given up.

    An unfinished release is given up if nothing was added to it for a day, by the place's clock.
    """
    finished: dict[str, datetime] = {}
    touched: dict[str, datetime] = {}
    for path, entry in sorted(place.files(RELEASES).items()):
        name, _, rest = path.partition("/")
        if ID.fullmatch(name):
            touched[name] = max(entry.written, touched.get(name, entry.written))
            if rest == MANIFEST:
                finished[name] = entry.written
    # The newest file stands for the present: the clock of this machine may differ from the store's.
    newest = max(touched.values(), default=None)
    abandoned = []
    for name, written in touched.items():
        if name not in finished and newest and newest - written > ABANDONED:
            abandoned.append(name)
    return sorted(finished, key=lambda name: finished[name], reverse=True), abandoned
