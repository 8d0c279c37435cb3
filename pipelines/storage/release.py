"""Releases: the tables, report and inputs of one build, named by content, and which one is `latest`; at any place.

A reader of `latest` sees one build whole. What stands in the tables is not decided here; copies between a folder
and an object store are made in `sync`.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.storage.atomic import write_file
from pipelines.storage.keys import code_bytes_key, digest, project_key, versions
from pipelines.storage.places import Bucket, Folder, Place
from pipelines.storage.regular import ABSENT, hash_regular
from tidebook.places import ID, MANIFEST, id_of, is_valid, manifest_bytes, manifest_of, parse_json

if TYPE_CHECKING:
    from pipelines.storage.datapackage import About
    from pipelines.storage.store import Entry

RELEASES = "releases"
ABANDONED = timedelta(days=1)
WITH_ID = re.compile(rf"(.+)/{RELEASES}/([0-9a-f]{{1,16}})")


@dataclass(frozen=True)
class Release:
    """A release in a folder of this machine: its id, folder, and manifest."""

    release_id: str
    folder: Path
    manifest: Mapping[str, Any]

    def inputs(self) -> dict[str, str]:
        """Return the SHA-256 of each raw file that it was made from, by its path under the raw folder."""
        return {path: facts["sha256"] for path, facts in self.manifest["inputs"].items()}


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
) -> tuple[Release, bool]:
    """Write a release, or mend it, and make it the latest; the flag says whether anything of it was written.

    `tables` are entries by table name, `inputs` the raw files by path; `previous` is the id of the release that the
    report compares this one with.
    """
    from pipelines.storage.crate import crate
    from pipelines.storage.datapackage import as_json, datapackage

    files = {f"tables/{name}.parquet": entry.read(f"{name}.parquet") for name, entry in tables.items()}
    files |= {f"report/{name}": report.read(name) for name in report.files}
    files |= {f"inputs/{path}": given.data for path, given in inputs.items()}
    rows = {f"tables/{name}.parquet": entry.rows for name, entry in tables.items()}
    rows |= {f"inputs/{path}": given.rows for path, given in inputs.items()}
    facts = {path: file_facts(data, rows.get(path)) for path, data in sorted(files.items())}
    maker = this_code()
    files["datapackage.json"] = as_json(datapackage(about, maker["tidebook"], facts))
    facts["datapackage.json"] = file_facts(files["datapackage.json"])
    files["ro-crate-metadata.json"] = as_json(crate(about, maker, facts))
    facts["ro-crate-metadata.json"] = file_facts(files["ro-crate-metadata.json"])
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
    return Release(release_id, out / RELEASES / release_id, manifest), new


def this_code() -> dict[str, Any]:
    """Return what a manifest holds of who made a release: Tidebook's version, the key of its code, its libraries."""
    return {"tidebook": version("tidebook"), "code": project_key(), "versions": versions()}


def file_facts(data: bytes, rows: int | None = None) -> dict[str, Any]:
    """Return what a manifest holds of a file: its SHA-256, its bytes, and its rows where it is a table."""
    return {"sha256": digest(data), "bytes": len(data)} | ({} if rows is None else {"rows": rows})


def latest(out: Path) -> Release | None:
    """Return the release that `latest` points to, or None when there is none that can be read."""
    found = Folder(out).latest()  # where it leads now: it may lead elsewhere a moment later
    return release_at(found.path) if found else None


def release_at(folder: Path) -> Release | None:
    """Return the release in a folder of its own, or None when it is none.

    What it says of itself is taken as it is: see `is_intact`. Raises OSError if a manifest is there and the disk does
    not give it: a build that took this for no release would not say which one it follows.
    """
    try:
        manifest = parse_json((folder / MANIFEST).read_bytes())
    except ValueError:
        return None
    except OSError as error:
        if error.errno in (*ABSENT, errno.EISDIR):
            return None
        raise
    return Release(folder.resolve().name, folder, manifest) if is_valid(manifest) else None


def is_intact(release: Release) -> bool:
    """Return whether a release is as it was published, manifest and every file."""
    return not damage(Folder(release.folder))


def damage(place: Place) -> list[str]:
    """Return the paths of what is not as it was published in the release at a place, the manifest among them."""
    return sorted(path for path, data in published_files(place) if data is None)


def strays(place: Place) -> list[str]:
    """Return the paths of what lies in the release at a place although its manifest does not list it."""
    manifest = manifest_of(place.name, place.read(MANIFEST) or b"")
    return sorted(place.files("").keys() - {MANIFEST, *(manifest["files"] if manifest else ())})


def published_files(place: Place) -> Iterator[tuple[str, bytes | None]]:
    """Yield the path and bytes of each file of the release at a place; None for one that is not as it was published.

    The manifest comes first, and alone where it is itself damaged or missing.
    """
    (data,) = place.read_all([MANIFEST])
    manifest = manifest_of(place.name, data or b"")
    yield MANIFEST, data if manifest else None
    facts = manifest["files"] if manifest else {}
    for path, found in zip(facts, place.read_all(facts), strict=True):
        genuine = found is not None and digest(found) == facts[path]["sha256"]
        yield path, found if genuine else None


def latest_id(place: Place) -> str | None:
    """Return the id of the release that is the latest at a place; None when there is none.

    Raises DamagedError if the pointer of an object store is none.
    """
    return found.name if (found := place.latest()) else None


def release_ids(place: Place) -> list[str]:
    """Return the ids of the releases at a place that have a manifest, the one written last first."""
    return _finished_and_abandoned(place)[0]


def manifests(place: Place) -> dict[str, Mapping[str, Any]]:
    """Return the manifests of the releases at a place, the one written last first, without those that are damaged."""
    ids = release_ids(place)
    found = zip(ids, place.read_all(f"{RELEASES}/{name}/{MANIFEST}" for name in ids), strict=True)
    read = {name: manifest_of(name, data or b"") for name, data in found}
    return {name: manifest for name, manifest in read.items() if manifest}


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


def prune(place: Place, keep: int) -> list[str]:
    """Remove all but the latest release and the newest others, `keep` in all; return the ids of what was removed.

    What a build that was killed left behind goes too. The caller holds the lock of the folder. Raises DamagedError if
    which release is the latest cannot be known; nothing is removed.
    """
    current = latest_id(place)
    finished, abandoned = _finished_and_abandoned(place)
    kept = sorted(finished, key=lambda name: name != current)
    removed = []
    for name in [*kept[max(keep, 1) :], *abandoned]:
        if name != latest_id(place):  # which another machine may have moved meanwhile
            place.remove_folder(f"{RELEASES}/{name}", MANIFEST)  # first, so that none is seen in part
            removed.append(name)
    return removed


def _finished_and_abandoned(place: Place) -> tuple[list[str], list[str]]:
    """Return the ids of the releases with a manifest, the one written last first, and of those given up.

    These have no manifest, and nobody has added to them for a day before the newest file, by the place's clock.
    """
    finished: dict[str, datetime] = {}
    touched: dict[str, datetime] = {}
    for path, entry in sorted(place.files(RELEASES).items()):
        name, _, rest = path.partition("/")
        if ID.fullmatch(name):
            touched[name] = max(entry.written, touched.get(name, entry.written))
            if rest == MANIFEST:
                finished[name] = entry.written
    newest = max(touched.values(), default=None)
    unfinished = {name: time for name, time in touched.items() if name not in finished}
    abandoned = [name for name, time in unfinished.items() if newest and newest - time > ABANDONED]
    return sorted(finished, key=lambda name: finished[name], reverse=True), abandoned


def owner_fault(release: Release, own: str) -> str:
    """Return what is wrong with a folder whose release is of another dossier than this; nothing where it is not."""
    owner = release.manifest.get("dossier")
    return f"a folder for results of {own}: it has those of {owner}" if owner and owner != own else ""


def hash_inputs(raw: Path, paths: Iterable[str]) -> dict[str, str | None]:
    """Return the SHA-256 of these files under the raw folder, None for one that cannot be read."""
    return {path: hash_regular(raw, path) for path in paths}


def remember_code(out: Path, release_id: str) -> None:
    """Note which bytes of code made a release, so that the next build can tell quickly while it is the latest."""
    made = _made_by(release_id)
    if hash_regular(out / "store", "code") != digest(made):
        write_file(out / "store" / "code", made)


def _made_by(release_id: str) -> bytes:
    return f"{release_id} {code_bytes_key()}".encode()


def up_to_date(out: Path, inputs: Mapping[str, str | None]) -> Release | None:
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
