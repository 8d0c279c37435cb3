"""The release that an argument names, on this machine or in an object store.

Belongs here: finding it for a command. Does not: what is read of it (`latest`), or writing releases (`release`).
"""

from __future__ import annotations

from tidebook.pipelines.graph.places import Bucket, Folder, Place
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.settings import Settings, no_release, settings
from tidebook.pipelines.release.release import download, find_place
from tidebook.places import DamagedError
from tidebook.releases import LocalRelease, release_at


def home(folders: Settings) -> Place:
    """Return the place of the releases: an output folder, or an object store."""
    return Bucket(folders.remote) if folders.remote else Folder(folders.out)


def release_place(name: str, folders: Settings) -> Place:
    """Return the place of the release that an argument names; `""` names the latest.

    Raises:
        InputError: there is no such release, or the pointer to the latest is damaged.
        OSError: an object store cannot be reached.
    """
    expected = f"an output folder with a release, a release folder, or the id of a release in {folders.shown}"
    try:
        place: Place | None = find_place(name, home(folders))
    except DamagedError as error:
        raise InputError(Problem(name or folders.shown, f"the id of a release, since {error}")) from error
    if place is None:
        raise InputError(Problem(name, expected) if name else no_release(folders.shown))
    return place


def named_release(name: str, folders: Settings) -> LocalRelease:
    """Return the release that an argument names, downloaded if it is in an object store; `""` names the latest.

    Raises:
        InputError: there is no such release.
        OSError: it cannot be downloaded, or is damaged.
    """
    place = release_place(name, folders)
    if isinstance(place, Folder):
        release = release_at(place.path)
    else:
        address = place.url.rpartition("/releases/")[0]
        release = download(place, settings(None, address).out)
    if release is None:
        raise InputError(Problem(f"{place}/manifest.json", "the manifest of a release"))
    return release
