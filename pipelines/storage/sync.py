"""Releases between this machine and an object store: uploaded, downloaded, and mended where either is damaged.

What a release is, and which one is the latest at a place, is in `release`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pipelines.storage.places import Bucket, Folder, Place
from pipelines.storage.release import (
    RELEASES,
    Release,
    damage,
    is_intact,
    latest_id,
    published_files,
    release_at,
    release_ids,
    up_to_date,
)
from pipelines.storage.store import Store
from tidebook.places import MANIFEST, DamagedError, damaged, manifest_of

TRIES = 3
"""How often what another machine may have begun to remove is written again."""


def upload(release: Release, place: Bucket) -> None:
    """Publish a release in an object store: its files, then its manifest, then the pointer. Raises what `mend` does.

    Another machine may have begun to remove it as an old one: it is written again until it is there with the pointer.
    """
    folder, files = f"{RELEASES}/{release.release_id}", _published(release)
    for _ in range(TRIES):
        for _ in range(TRIES):
            if not place.write_files(folder, files, MANIFEST):
                break
        place.set_latest(release.release_id)
        if not place.write_files(folder, files, MANIFEST):
            return


def mend(release: Release, place: Bucket) -> None:
    """Bring an object store's copy of a release to what was published, and a pointer that leads to no release to it.

    Where it leads to another release, which another machine may have published meanwhile, it stays. Raises DamagedError
    if the release here is not as it was published, OSError if the store cannot be reached, or refuses.
    """
    place.write_files(f"{RELEASES}/{release.release_id}", _published(release), MANIFEST)
    named = _named(place)
    if named == release.release_id:
        return
    if not named or not manifest_of(named, place.read(f"{RELEASES}/{named}/{MANIFEST}") or b""):
        place.set_latest(release.release_id)


def _named(place: Place) -> str | None:
    try:
        return latest_id(place)
    except DamagedError:
        return None


def _published(release: Release) -> dict[str, bytes]:
    files, whole = _split(Folder(release.folder))
    if not whole:
        raise damaged(str(release.folder))
    return files


def _split(place: Place) -> tuple[dict[str, bytes], bool]:
    """Return the files of the release at a place that are as published, and whether these are all."""
    files = dict(published_files(place))
    return {path: data for path, data in files.items() if data is not None}, None not in files.values()


def download(place: Bucket, out: Path, partly: bool = False) -> Release | None:
    """Write the release at a place into an output folder, unless it is there as it was published.

    With `partly`, files that are not as they were published are left out, and without its manifest it is None. Raises
    DamagedError if the release is not at the place as it was published.
    """
    folder = out / RELEASES / place.name
    here = release_at(folder)
    if here and is_intact(here):
        return here  # without a lock, so that readers do not wait for a build
    files, whole = _split(place)
    if not whole and not partly:
        raise damaged(str(place))
    with Store(out).exclusive():
        if MANIFEST in files:
            Folder(out).write_files(f"{RELEASES}/{place.name}", files, MANIFEST)
        return release_at(folder)


def sync_latest(place: Bucket, out: Path, mending: bool = False) -> None:
    """Make the latest release of an output folder the one that the object store's pointer names, if there is one.

    With `mending`, as builds want it, damage stops nothing: where the pointer leads to no manifest, the newest release
    that has one is taken, and of that what is damaged is left out, so that the build makes it again. Raises
    DamagedError if without `mending`, the pointer or the release is not as it was published, OSError if the store
    cannot be reached, or is not there.
    """
    named = _named(place) if mending else latest_id(place)
    for release_id in _candidates(place, named, mending):
        if download(place.at(f"{RELEASES}/{release_id}"), out, mending):
            if latest_id(Folder(out)) != release_id:
                with Store(out).exclusive():
                    # A run has published meanwhile, or a prune has taken it for old.
                    moved = _named(place) != named or release_at(out / RELEASES / release_id) is None
                    if not moved:
                        Folder(out).set_latest(release_id)
                if moved:
                    sync_latest(place, out, mending)
            return


def current_release(place: Place, out: Path, inputs: Mapping[str, str | None]) -> Release | None:
    """Return the latest release of an output folder when it is up to date, as `up_to_date` says.

    `place` is where releases go. In an object store it is the one which the pointer names, and whole afterwards.
    """
    if isinstance(place, Bucket):
        sync_latest(place, out, mending=True)
    release = up_to_date(out, inputs)
    if release and isinstance(place, Bucket):
        mend(release, place)
    return release


def _candidates(place: Bucket, named: str | None, mending: bool) -> Iterator[str]:
    if named:
        yield named
    if mending or not named:
        others = release_ids(place)  # without a pointer too: a store that is not there is told before a build
        yield from others if mending else ()


def repair(place: Place, out: Path) -> tuple[list[str], list[str]]:
    """Mend releases at a place, and which one is the latest; return what was mended, and what is still damaged.

    An object store is mended from the copies in the output folder `out` of this machine. A pointer or link that leads
    to no release as it was published leads to the newest one afterwards. The caller holds the lock of `out`.
    """
    mended, still, whole = [], [], []
    for name in release_ids(Folder(out)) if isinstance(place, Bucket) else ():
        folder = f"{RELEASES}/{name}"
        files, intact = _split(Folder(out).at(folder))
        if intact and place.files(folder) and place.write_files(folder, files, MANIFEST):
            mended.append(f"release {name}")
    for name in release_ids(place):
        paths = damage(place.at(f"{RELEASES}/{name}"))
        still += [f"{place}/{RELEASES}/{name}/{path}" for path in paths]
        whole += [] if paths else [name]
    if whole and _named(place) not in whole:
        place.set_latest(whole[0])
        mended.append(f"latest is {whole[0]}")
    return mended, still
