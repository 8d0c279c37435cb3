"""The previous release: what a build is compared with, kept in the store, so that removing old releases loses nothing.

What differs from it is found in `compare.changes`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tidebook.pipelines.graph.store import Entry, Store
from tidebook.pipelines.release.places import Folder
from tidebook.pipelines.release.release import LocalRelease, latest, published_files, release_at
from tidebook.places import MANIFEST

PREVIOUS = "previous_release"
"""The step that keeps it."""

ID = "id"
FEED = "report/feed.xml"
"""The feed of the releases up to it, which goes on in the next release's."""


@dataclass(frozen=True)
class PreviousRelease:
    """The previous release as the store keeps it, which is one of three cases.

    | case | `release_id` | `manifest` | key in the store |
    |---|---|---|---|
    | none: nothing was published before | empty | None | `none` |
    | kept: with manifest, tables and feed | its id | its own | `fed` and its id |
    | gone: not whole any more when it was wanted | its id | None | `lost` and its id |

    Where a release is computed again (`graph.run.rebuild`), what is known of it is given, with the key `given`.
    The manifest of a release names its previous one as `former`.
    """

    release_id: str
    manifest: Mapping[str, Any] | None
    folder: Path

    @property
    def feed(self) -> bytes:
        """Its feed; nothing where it has none."""
        path = self.folder / FEED
        return path.read_bytes() if path.is_file() else b""


def previous_id(out: Path, inputs: Mapping[str, str]) -> str:
    """Return the id of the release that `latest` pointed to before the inputs became these; empty when none did.

    `inputs` maps each raw file to its SHA-256.
    """
    release = latest(out)
    if release is None:
        return ""
    if release.inputs() == dict(inputs):
        return release.manifest.get("former") or ""
    return release.release_id


def keep_previous(out: Path, store: Store, inputs: Mapping[str, str]) -> tuple[Entry, bool]:
    """Bring the previous release's manifest, tables and feed into the store and make them current.

    The flag says whether they were there already. Of a release that is not whole only the id is kept.
    """
    name = previous_id(out, inputs)
    key, files = _key(name), dict[str, bytes]()
    if name and store.find(PREVIOUS, key) is None:
        files = _release_files(out / "releases" / name)
        key = key if files else f"lost{name}"
    return store.ensure(PREVIOUS, key, lambda: {ID: name.encode(), **files})


def _key(name: str) -> str:
    """Return the key of a release that is kept: with its feed, which stores of older code do not have."""
    return f"fed{name}" if name else "none"


def _release_files(folder: Path) -> dict[str, bytes]:
    """Return manifest, tables and feed of a release by their paths in it; nothing when it is not whole."""
    files, wrong = published_files(Folder(folder)) if release_at(folder) else ({}, [])
    kept = [name for name in files if name.startswith("tables/") or name in (MANIFEST, FEED)]
    return {} if wrong else {name: files[name] for name in kept}


def read_previous(entry: Entry) -> PreviousRelease:
    """Return the previous release of a stored entry."""
    manifest = json.loads(entry.read(MANIFEST)) if MANIFEST in entry.files else None
    return PreviousRelease(entry.read(ID).decode(), manifest, entry.folder)


def previous_files(release: LocalRelease) -> dict[str, bytes] | None:
    """Return the release that another was compared with, as the store keeps it.

    It is looked for beside the other and in the store there; None when it is in neither.
    """
    name = release.manifest.get("former") or ""
    if not name:
        return {ID: b""}
    releases = release.folder.resolve().parent
    if files := _release_files(releases / name):
        return {ID: name.encode(), **files}
    entry = Store(releases.parent).find(PREVIOUS, _key(name))
    return {path: entry.read(path) for path in entry.files} if entry else None
