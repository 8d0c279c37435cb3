"""Finding a release by what a person calls it: an output folder, a release folder, or a release's id.

How releases are written is in `release`.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.storage.release import Release, latest, release_at


def find_release(name: str, out: Path) -> Release | None:
    """Return the release that a name means: the latest of an output folder, a release folder, or an id under `out`.

    The start of an id is enough where only one release has it. None when there is no such release.
    """
    folder = Path(name)
    if found := latest(folder) or release_at(folder):
        return found
    if not name or "/" in name or name.startswith("."):
        return None
    releases = sorted(place for place in (out / "releases").glob("*") if place.name.startswith(name))
    return release_at(releases[0]) if len(releases) == 1 else None
