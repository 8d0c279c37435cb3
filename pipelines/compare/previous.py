"""The previous release: which one a build is compared with, and what is read of it.

The copy of it that a store keeps is the runner's (`graph.previous`); what differs from it is found in `changes`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tidebook.pipelines.read.account import is_own
from tidebook.places import MANIFEST, ReadableFolder, previous_of
from tidebook.releases import latest, published_files, release_at

PREVIOUS = "previous_release"
"""The step that keeps it."""

ID = "id"
FEED = "report/feed.xml"
"""The feed of the releases up to it, which the next release's feed continues."""


@dataclass(frozen=True)
class PreviousRelease:
    """The previous release as the store keeps it, which is one of three cases.

    | case | `release_id` | `manifest` | key in the store |
    |---|---|---|---|
    | none: nothing was published before | empty | None | `none` |
    | kept: with manifest, tables and feed | its id | its own | `fed` and its id |
    | gone: not whole any more when it was wanted | its id | None | `lost` and its id |

    Where a release is computed again (`release.build.rebuild`), what is known of it is given, with the key `given`.
    The manifest of a release names the one before as `previous`.
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

    `inputs` maps each raw file to its SHA-256. One that this account did not make is not compared with.
    """
    release = latest(out)
    if release is None or not is_own(release):
        return ""
    # Same inputs, new code: do not compare the release with itself.
    if release.inputs() == dict(inputs):
        return previous_of(release.manifest) or ""
    return release.release_id


def release_files(folder: Path) -> dict[str, bytes]:
    """Return manifest, tables and feed of a release by path; nothing if it is damaged."""
    files, wrong = published_files(ReadableFolder(folder)) if release_at(folder) else ({}, [])
    kept = [name for name in files if name.startswith("tables/") or name in (MANIFEST, FEED)]
    return {} if wrong else {name: files[name] for name in kept}
