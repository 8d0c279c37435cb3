"""The copy of the previous release in the store, so that removing old releases loses nothing.

Which release that is, and what is read of it, is in `compare.previous`.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from tidebook.pipelines.compare.previous import ID, PREVIOUS, PreviousRelease, previous_id, release_files
from tidebook.pipelines.graph.store import Entry, Store
from tidebook.places import MANIFEST, previous_of
from tidebook.releases import LocalRelease


def keep_previous(out: Path, store: Store, inputs: Mapping[str, str]) -> tuple[Entry, bool]:
    """Bring the previous release's manifest, tables and feed into the store and make them current.

    The flag says whether they were there already. Of a release that is not whole only the id is kept.
    """
    name = previous_id(out, inputs)
    key, files = _key(name), dict[str, bytes]()
    if name and store.find(PREVIOUS, key) is None:
        files = release_files(out / "releases" / name)
        # A key of its own: once the release is whole again, it is looked up anew.
        key = key if files else f"lost{name}"
    return store.ensure(PREVIOUS, key, lambda: {ID: name.encode(), **files})


def _key(name: str) -> str:
    """Return the key of a release that is kept: with its feed, which stores of older code do not have."""
    return f"fed{name}" if name else "none"


def read_previous(entry: Entry) -> PreviousRelease:
    """Return the previous release of a stored entry."""
    manifest = json.loads(entry.read(MANIFEST)) if MANIFEST in entry.files else None
    return PreviousRelease(entry.read(ID).decode(), manifest, entry.folder)


def previous_files(release: LocalRelease) -> dict[str, bytes] | None:
    """Return the release that another was compared with, as the store keeps it.

    It is looked for beside the other and in the store there; None when it is in neither.
    """
    name = previous_of(release.manifest) or ""
    if not name:
        return {ID: b""}
    releases = release.folder.resolve().parent
    if files := release_files(releases / name):
        return {ID: name.encode(), **files}
    entry = Store(releases.parent).find(PREVIOUS, _key(name))
    return {path: entry.read(path) for path in entry.files} if entry else None
