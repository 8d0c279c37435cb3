"""Finding a release by what a person calls it. How releases are kept is in `release`."""

import re
from pathlib import Path

from pipelines.storage.places import Bucket, Folder, Place
from pipelines.storage.release import RELEASES, release_ids
from tidebook.places import MANIFEST

WITH_ID = re.compile(rf"(.+)/{RELEASES}/([0-9a-f]{{1,16}})")


def find_release(name: str, home: Place) -> Place | None:
    """Return the place of the release that a name means; None when there is no such release.

    A name is the path of an output folder, which means its latest release, or of a release's own folder; an address of
    either; an id at `home`, of which the start is enough where only one release has it; empty for the latest there.
    Raises OSError if an object store cannot be reached, or has no valid pointer.
    """
    if "://" in name:
        named = WITH_ID.fullmatch(name := name.rstrip("/"))
        home, name = (Bucket(named[1]), named[2]) if named else (Bucket(name), "")
    elif name:
        folder = Folder(Path(name).resolve())
        if found := folder.latest() or (folder if (folder.path / MANIFEST).is_file() else None):
            return found
    if not name:
        return home.latest()
    ids = [release_id for release_id in release_ids(home) if release_id.startswith(name)]
    return home.at(f"{RELEASES}/{ids[0]}") if len(ids) == 1 else None
