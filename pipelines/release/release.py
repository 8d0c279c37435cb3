"""Publishing releases: the tables, report and inputs of one build, named by their content; `latest` is one of them.

Belongs here: writing, removing and repairing releases at a place; copying them between this machine and an object
store. Does not: finding and checking them (`tidebook.releases`), or what a release contains.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tidebook.descriptions import PACKAGE
from tidebook.pipelines.graph.keys import tidebook_version, versions
from tidebook.pipelines.graph.places import Bucket, Folder, Place
from tidebook.pipelines.graph.store import Entry, Store
from tidebook.pipelines.read.account import MARKS, is_own, mark, mark_of
from tidebook.pipelines.read.atomic import write_file
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.outputs import VERDICTS_ID
from tidebook.pipelines.read.regular import hash_regular
from tidebook.pipelines.release.current import CODE, STORE, code_record, up_to_date
from tidebook.places import (
    MANIFEST,
    RECORD,
    RECORD_TABLE,
    ROWS,
    DamagedError,
    damaged,
    id_of,
    manifest_bytes,
    manifest_of,
)
from tidebook.releases import (
    RELEASES,
    LocalRelease,
    damage,
    finished_and_abandoned,
    is_intact,
    latest_id,
    manifests,
    published_files,
    release_at,
    release_ids,
)

if TYPE_CHECKING:
    from tidebook.pipelines.release.datapackage import About

TRIES = 3
"""Attempts to write what another machine may be removing at the same time."""
WITH_ID = re.compile(rf"(.+)/{RELEASES}/([0-9a-f]{{1,16}})")


@dataclass(frozen=True)
class Input:
    """An input of a release; `rows` is None for a file that is not a table.

    Of an input that is withheld, the release has only the SHA-256, which is `withheld`.
    """

    data: bytes
    rows: int | None = None
    withheld: str = ""


def publish(
    out: Path,
    tables: Mapping[str, Entry],
    report: Entry,
    inputs: Mapping[str, Input],
    about: About,
    previous: str | None = None,
    extracts: Mapping[str, bytes] = MappingProxyType({}),
) -> tuple[LocalRelease, bool]:
    """Write a release, or repair it, and make it the latest; the flag says whether anything of it was written.

    `tables` are entries by table name, `inputs` the raw files by path; `previous` is the id of the release that the
    report compares this one with; `extracts` are the parts that were read of inputs that are withheld.
    """
    from tidebook.pipelines.release.croissant import CROISSANT, croissant
    from tidebook.pipelines.release.datapackage import CRATE_FILE, as_json, crate, datapackage
    from tidebook.pipelines.release.readers import reader_files
    from tidebook.pipelines.release.record import record_files, record_of

    maker = this_code()
    files = _made_files(tables, report, inputs, extracts)
    files |= reader_files(
        {name: about.models[name] for name in tables if name in about.models}, maker, about.article.slug
    )
    rows = {f"tables/{name}.parquet": entry.rows for name, entry in tables.items()}
    rows |= {f"inputs/{path}": given.rows for path, given in inputs.items()}
    facts = {path: file_facts(data, rows.get(path)) for path, data in sorted(files.items())}
    # The two records hold the id of the release, which is a hash of the rest: they are named here without theirs.
    described = dict(sorted({**facts, RECORD: {}, RECORD_TABLE: {"rows": 1}}.items()))
    standards = {PACKAGE: datapackage, CROISSANT: croissant, CRATE_FILE: crate}
    for name, describe in standards.items():
        files[name] = as_json(describe(about, maker, described))
        facts[name] = described[name] = file_facts(files[name])
    manifest = {
        **maker,
        "dossier": about.article.slug,
        "as_of": about.as_of,
        "previous": previous,
        "inputs": {path: _input_facts(path, inputs[path], facts) for path in sorted(inputs)},
        "files": facts,
    }
    release_id = id_of(manifest)
    record = record_files(record_of(release_id, manifest, about))
    files |= record
    facts |= {RECORD: file_facts(record[RECORD]), RECORD_TABLE: file_facts(record[RECORD_TABLE], 1)}
    files[MANIFEST] = manifest_bytes(manifest)
    place, release = Folder(out), LocalRelease(release_id, out / RELEASES / release_id, manifest)
    new = place.write_files(f"{RELEASES}/{release_id}", files, MANIFEST)
    mark(out, release)
    place.set_latest(release_id)
    return release, new


def _made_files(
    tables: Mapping[str, Entry], report: Entry, inputs: Mapping[str, Input], extracts: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return the files of a release that do not describe it, by path: tables, report, inputs and extracts of these."""
    files = {f"tables/{name}.parquet": entry.read(f"{name}.parquet") for name, entry in tables.items()}
    for name in report.files:
        files[f"report/{name}"] = report.read(name)
    for path, given in inputs.items():
        if not given.withheld:
            files[f"inputs/{path}"] = given.data
    for name, data in extracts.items():
        files[f"{ROWS}{name}"] = data
    return files


def _input_facts(path: str, given: Input, facts: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    return {"sha256": given.withheld, "bytes": 0} if given.withheld else facts[f"inputs/{path}"]


def this_code() -> dict[str, Any]:
    """Return the part of a manifest that says which code makes a release: the versions of Tidebook and its libraries.

    `code` is the version too, so that a change that alters no result makes no release.
    """
    return {"tidebook": tidebook_version(), "code": tidebook_version(), "versions": versions()}


def file_facts(data: bytes, rows: int | None = None) -> dict[str, Any]:
    """Return the entry of a file in a manifest: its SHA-256 and size, and the rows of a table."""
    facts = {"sha256": digest(data), "bytes": len(data)}
    return facts if rows is None else facts | {"rows": rows}


def find_place(name: str, home: Place) -> Place | None:
    """Return the place of the release that a name stands for, or None if there is none.

    Args:
        name: the path of an output folder, which stands for its latest release, or of a release's own folder; the
            address of either in an object store; the id of a release at `home`, or the start of one if it is unique;
            the id of the verdicts that its report prints; or `""` for the latest release at `home`.
        home: the place of releases that are named by id.

    Raises:
        OSError: an object store cannot be reached, or has no valid pointer.
    """
    if "://" in name:
        address = name.rstrip("/")
        with_id = WITH_ID.fullmatch(address)
        return _with_id(with_id[2], Bucket(with_id[1])) if with_id else Bucket(address).latest()
    if not name:
        return home.latest()
    folder = Folder(Path(name).resolve())
    found = folder.latest()
    if found:
        return found
    if (folder.path / MANIFEST).is_file():
        return folder
    return _with_id(name, home)


def _with_id(start: str, home: Place) -> Place | None:
    """Return the place of the only release whose id, or else whose verdicts' id, starts like this."""
    ids = [release_id for release_id in release_ids(home) if release_id.startswith(start)]
    if not ids and len(start) >= VERDICTS_ID:
        ids = [name for name, manifest in manifests(home).items() if _verdicts_hash(manifest).startswith(start)]
    return home.at(f"{RELEASES}/{ids[0]}") if len(ids) == 1 else None


def _verdicts_hash(manifest: Mapping[str, Any]) -> str:
    return str(manifest["files"].get("report/verdicts.json", {}).get("sha256", ""))


def prune(place: Place, keep: int) -> list[str]:
    """Remove all but the latest release and the newest others, and what a killed build left; return the removed ids.

    The caller holds the lock of the folder.

    Args:
        place: where the releases are.
        keep: how many remain in all, the latest among them.

    Raises:
        DamagedError: it is not known which release is the latest; nothing is removed.
    """
    current = latest_id(place)
    finished, abandoned = finished_and_abandoned(place)
    by_priority = sorted(finished, key=lambda name: name != current)
    removed = []
    for name in [*by_priority[max(keep, 1) :], *abandoned]:
        if name != latest_id(place):  # another machine may have moved the pointer meanwhile
            # The manifest goes first: a reader never sees a part of a release.
            place.remove_folder(f"{RELEASES}/{name}", MANIFEST)
            removed.append(name)
    return removed


def remember_code(out: Path, release_id: str, plugins: Sequence[str] = ()) -> None:
    """Record in the store which code made a release last, with these plugins on, since the manifest does not say it."""
    record = code_record(release_id, plugins)
    # A build with nothing to do leaves the output folder untouched.
    if hash_regular(out / STORE, CODE) != digest(record):
        write_file(out / STORE / CODE, record)


def upload(release: LocalRelease, place: Bucket) -> None:
    """Publish a release in an object store: its files, then its manifest, then the pointer.

    Another machine may be removing the same release as an old one: it is written again until nothing is missing.

    Raises:
        DamagedError: the release here is not as published.
        OSError: the store cannot be reached, or refuses.
    """
    folder, files = f"{RELEASES}/{release.release_id}", _published(release)
    for _ in range(TRIES):
        for _ in range(TRIES):
            if not place.write_files(folder, files, MANIFEST):
                break
        _mark_copy(release, place)
        place.set_latest(release.release_id)
        if not place.write_files(folder, files, MANIFEST):
            return


def repair_copy(release: LocalRelease, place: Bucket) -> None:
    """Repair an object store's copy of a release, and the pointer if it names no intact release.

    Raises:
        DamagedError: the release here is not as published.
        OSError: the store cannot be reached, or refuses.
    """
    place.write_files(f"{RELEASES}/{release.release_id}", _published(release), MANIFEST)
    _mark_copy(release, place)
    named = _named(place)
    if named == release.release_id:
        return
    # A pointer to another intact release stays: another machine may have published it meanwhile.
    if not named or not manifest_of(named, place.read(f"{RELEASES}/{named}/{MANIFEST}") or b""):
        place.set_latest(release.release_id)


def _mark_copy(release: LocalRelease, place: Bucket) -> None:
    """Let whoever has the secret of this account know that it made a release in an object store."""
    path, data = f"{MARKS}/{release.release_id}", mark_of(release).encode()
    if is_own(release) and place.read(path) != data:
        place.write(path, data)


def _mark_downloaded(release: LocalRelease | None, place: Bucket, out: Path) -> LocalRelease | None:
    """Copy the mark of a release from the object store where it is; return the release."""
    if release and not is_own(release):
        root = Bucket(place.url.removesuffix(f"/{RELEASES}/{release.release_id}"))
        if root.read(f"{MARKS}/{release.release_id}") == mark_of(release).encode():
            mark(out, release)
    return release


def _named(place: Place) -> str | None:
    try:
        return latest_id(place)
    except DamagedError:
        return None


def _published(release: LocalRelease) -> dict[str, bytes]:
    files, damaged_paths = published_files(Folder(release.folder))
    if damaged_paths:
        raise damaged(str(release.folder))
    return files


def download(place: Bucket, out: Path, partly: bool = False) -> LocalRelease | None:
    """Copy the release at a place into an output folder, unless an intact copy is there.

    Args:
        place: the release's place.
        out: the output folder.
        partly: copy the intact files of a damaged release, and return None if its manifest is damaged.

    Raises:
        DamagedError: the release at the place is damaged, and not `partly`.
    """
    folder = out / RELEASES / place.name
    local = release_at(folder)
    if local and is_intact(local):
        return _mark_downloaded(local, place, out)  # without the lock: readers shall not wait for a build
    files, damaged_paths = published_files(place)
    if damaged_paths and not partly:
        raise damaged(str(place))
    with Store(out).exclusive():
        if MANIFEST in files:
            Folder(out).write_files(f"{RELEASES}/{place.name}", files, MANIFEST)
        return _mark_downloaded(release_at(folder), place, out)


def sync_latest(place: Bucket, out: Path, repairing: bool = False) -> None:
    """Make the release that an object store's pointer names, if there is one, the latest of an output folder.

    Args:
        place: the object store.
        out: the output folder.
        repairing: let no damage stop a build: if the pointer names no release with a manifest, take the newest one that
            has one; leave out damaged files, which the build makes again.

    Raises:
        DamagedError: the pointer or the release is damaged, and not `repairing`.
        OSError: the store cannot be reached, or does not exist.
    """
    named = _named(place) if repairing else latest_id(place)
    for release_id in _candidates(place, named, repairing):
        if not download(place.at(f"{RELEASES}/{release_id}"), out, repairing):
            continue
        if latest_id(Folder(out)) != release_id:
            with Store(out).exclusive():
                # Meanwhile a run may have published another release, or a prune may have removed this one.
                moved = _named(place) != named or release_at(out / RELEASES / release_id) is None
                if not moved:
                    Folder(out).set_latest(release_id)
            if moved:
                sync_latest(place, out, repairing)
        return


def current_release(place: Place, out: Path, inputs: Mapping[str, str | None]) -> LocalRelease | None:
    """Return the latest release of an output folder if it is up to date, as in `up_to_date`.

    Args:
        place: where releases are published; in an object store, the latest is fetched first and its copy repaired.
        out: the output folder.
        inputs: SHA-256 of what a build would read, by path.
    """
    if isinstance(place, Bucket):
        sync_latest(place, out, repairing=True)
    release = up_to_date(out, inputs)
    if release and isinstance(place, Bucket):
        repair_copy(release, place)
    return release


def _candidates(place: Bucket, named: str | None, repairing: bool) -> Iterator[str]:
    if named:
        yield named
    if repairing or not named:
        # Read without a pointer too: a store that does not exist is reported before a build starts.
        others = release_ids(place)
        if repairing:
            yield from others


def repair(place: Place, out: Path) -> tuple[list[str], list[str]]:
    """Repair the releases at a place and its pointer; return what was repaired, and the files still damaged.

    An object store is repaired from the copies in the output folder of this machine. A pointer or link that leads to
    no intact release is moved to the newest one. The caller holds the lock of `out`.
    """
    repaired = _restored(place, out) if isinstance(place, Bucket) else []
    damaged_paths, intact = [], []
    for name in release_ids(place):
        paths = damage(place.at(f"{RELEASES}/{name}"))
        for path in paths:
            damaged_paths.append(f"{place}/{RELEASES}/{name}/{path}")
        if not paths:
            intact.append(name)
    if intact and _named(place) not in intact:
        place.set_latest(intact[0])
        repaired.append(f"latest is {intact[0]}")
    return repaired, damaged_paths


def _restored(place: Bucket, out: Path) -> list[str]:
    """Restore the releases of an object store of which this machine has intact copies; return which were damaged."""
    restored = []
    for name in release_ids(Folder(out)):
        folder = f"{RELEASES}/{name}"
        files, damaged_paths = published_files(Folder(out).at(folder))
        # A release that is not in the store was pruned there: it does not come back.
        if not damaged_paths and place.files(folder) and place.write_files(folder, files, MANIFEST):
            restored.append(f"release {name}")
    return restored
