"""Releases: the tables, report and inputs of one build, named by content, and which one is `latest`; at any place.

A reader of `latest` sees one build whole. What stands in the tables is not decided here. At the end: releases between
this machine and an object store, uploaded, downloaded, and mended where either is damaged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tidebook.pipelines.graph.keys import code_key, tidebook_version, versions
from tidebook.pipelines.graph.places import Bucket, Folder, Place
from tidebook.pipelines.graph.store import Entry, Store
from tidebook.pipelines.read.atomic import write_file
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.regular import hash_regular
from tidebook.places import MANIFEST, DamagedError, damaged, id_of, manifest_bytes, manifest_of
from tidebook.releases import (
    RELEASES,
    LocalRelease,
    damage,
    finished_and_abandoned,
    is_intact,
    latest,
    latest_id,
    published_files,
    release_at,
    release_ids,
)

if TYPE_CHECKING:
    from tidebook.pipelines.release.datapackage import About

TRIES = 3
"""How often what another machine may have begun to remove is written again."""
WITH_ID = re.compile(rf"(.+)/{RELEASES}/([0-9a-f]{{1,16}})")


@dataclass(frozen=True)
class Input:
    """A raw file that a release was made from; `rows` is None where it is no table."""

    data: bytes
    rows: int | None = None


def publish(
    out: Path,
    tables: Mapping[str, Entry],
    report: Entry,
    inputs: Mapping[str, Input],
    about: About,
    previous: str | None = None,
) -> tuple[LocalRelease, bool]:
    """Write a release, or mend it, and make it the latest; the flag says whether anything of it was written.

    `tables` are entries by table name, `inputs` the raw files by path; `previous` is the id of the release that the
    report compares this one with.
    """
    from tidebook.pipelines.release.datapackage import as_json, crate, datapackage

    files = {f"tables/{name}.parquet": entry.read(f"{name}.parquet") for name, entry in tables.items()}
    files |= {f"report/{name}": report.read(name) for name in report.files}
    files |= {f"inputs/{path}": given.data for path, given in inputs.items()}
    rows = {f"tables/{name}.parquet": entry.rows for name, entry in tables.items()}
    rows |= {f"inputs/{path}": given.rows for path, given in inputs.items()}
    facts = {path: file_facts(data, rows.get(path)) for path, data in sorted(files.items())}
    maker = this_code()
    for name, describe in (("datapackage.json", datapackage), ("ro-crate-metadata.json", crate)):
        files[name] = as_json(describe(about, maker, facts))
        facts[name] = file_facts(files[name])
    manifest = {
        **maker,
        "dossier": about.dossier,
        "as_of": about.as_of,
        "former": previous,
        "inputs": {path: facts[f"inputs/{path}"] for path in sorted(inputs)},
        "files": dict(sorted(facts.items())),
    }
    release_id = id_of(manifest)
    files[MANIFEST] = manifest_bytes(manifest)
    place = Folder(out)
    new = place.write_files(f"{RELEASES}/{release_id}", files, MANIFEST)
    place.set_latest(release_id)
    return LocalRelease(release_id, out / RELEASES / release_id, manifest), new


def this_code() -> dict[str, Any]:
    """Return what a manifest holds of who made a release: the version of Tidebook, and those of its libraries.

    `code` is that version too: a change that alters no result makes no release.
    """
    return {"tidebook": tidebook_version(), "code": tidebook_version(), "versions": versions()}


def file_facts(data: bytes, rows: int | None = None) -> dict[str, Any]:
    """Return what a manifest holds of a file: its SHA-256, its bytes, and its rows where it is a table."""
    return {"sha256": digest(data), "bytes": len(data)} | ({} if rows is None else {"rows": rows})


def find_place(name: str, home: Place) -> Place | None:
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


def prune(place: Place, keep: int) -> list[str]:
    """Remove all but the latest release and the newest others, `keep` in all; return the ids of what was removed.

    What a build that was killed left behind goes too. The caller holds the lock of the folder. Raises DamagedError if
    which release is the latest cannot be known; nothing is removed.
    """
    current = latest_id(place)
    finished, abandoned = finished_and_abandoned(place)
    kept = sorted(finished, key=lambda name: name != current)
    removed = []
    for name in [*kept[max(keep, 1) :], *abandoned]:
        if name != latest_id(place):  # which another machine may have moved meanwhile
            place.remove_folder(f"{RELEASES}/{name}", MANIFEST)  # first, so that none is seen in part
            removed.append(name)
    return removed


def remember_code(out: Path, release_id: str) -> None:
    """Note in the store by which code a release was made last, which its manifest does not say."""
    made = _made_by(release_id)
    if hash_regular(out / "store", "code") != digest(made):
        write_file(out / "store" / "code", made)


def _made_by(release_id: str) -> bytes:
    return f"{release_id} {code_key()}".encode()


def up_to_date(out: Path, inputs: Mapping[str, str | None]) -> LocalRelease | None:
    """Return the latest release when the inputs, code and library versions that made it are unchanged.

    `inputs` are the hashes of what a build reads. Its own files are checked too: a damaged release is not up to date.
    """
    release = latest(out)
    if release is None:
        return None
    same = (
        inputs == release.inputs()
        and release.manifest["versions"] == versions()
        and hash_regular(out / "store", "code") == digest(_made_by(release.release_id))
    )
    return release if same and is_intact(release) else None


def upload(release: LocalRelease, place: Bucket) -> None:
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


def mend(release: LocalRelease, place: Bucket) -> None:
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


def _published(release: LocalRelease) -> dict[str, bytes]:
    files, wrong = published_files(Folder(release.folder))
    if wrong:
        raise damaged(str(release.folder))
    return files


def download(place: Bucket, out: Path, partly: bool = False) -> LocalRelease | None:
    """Write the release at a place into an output folder, unless it is there as it was published.

    With `partly`, files that are not as they were published are left out, and without its manifest it is None. Raises
    DamagedError if the release is not at the place as it was published.
    """
    folder = out / RELEASES / place.name
    here = release_at(folder)
    if here and is_intact(here):
        return here  # without a lock, so that readers do not wait for a build
    files, wrong = published_files(place)
    if wrong and not partly:
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


def current_release(place: Place, out: Path, inputs: Mapping[str, str | None]) -> LocalRelease | None:
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
        files, wrong = published_files(Folder(out).at(folder))
        if not wrong and place.files(folder) and place.write_files(folder, files, MANIFEST):
            mended.append(f"release {name}")
    for name in release_ids(place):
        paths = damage(place.at(f"{RELEASES}/{name}"))
        still += [f"{place}/{RELEASES}/{name}/{path}" for path in paths]
        whole += [] if paths else [name]
    if whole and _named(place) not in whole:
        place.set_latest(whole[0])
        mended.append(f"latest is {whole[0]}")
    return mended, still
