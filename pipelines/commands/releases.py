"""The commands on releases: `releases list`, `show`, `prune`, `repair`; `export`; and `verify`.

Belongs here: finding the release, and printing. Does not: writing, removing and repairing releases
(`release.release`), comparing them (`release.differences`), or the formats of exports (`release.exports`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from click.exceptions import Exit

from tidebook.descriptions import PACKAGE, parse_package
from tidebook.pipelines.commands.common import json_option, out_option, raw_option, release_argument
from tidebook.pipelines.commands.foreign import warn_of_foreign
from tidebook.pipelines.commands.help import Group
from tidebook.pipelines.commands.named import home, named_release, release_place
from tidebook.pipelines.commands.terminal import print_json, print_line, print_table
from tidebook.pipelines.compare.previous import FEED, ID
from tidebook.pipelines.graph.places import Folder, Place
from tidebook.pipelines.graph.previous import previous_files
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.read.account import mark
from tidebook.pipelines.read.atomic import write_file
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.formatting import format_count
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.settings import Settings, no_release, settings
from tidebook.pipelines.read.sources.selection import PATH as SNAPSHOTS
from tidebook.pipelines.read.sources.selection import PUBLISHING
from tidebook.pipelines.release import release as storage
from tidebook.places import ROWS, DamagedError, previous_of, read_file
from tidebook.releases import (
    LocalRelease,
    damage,
    is_intact,
    latest_id,
    manifests,
    release_at,
    release_ids,
    unlisted_files,
)


@dataclass(frozen=True)
class ListedRelease(JsonDocument):
    """A release in `tidebook releases list`, newest first."""

    release: str
    """Its id."""
    as_of: str
    """Day on which its deadlines are open or passed."""
    bytes: int
    """Size of its files."""
    previous: str | None
    """Id of the previous release."""
    changed: list[str] | None
    """Inputs, code, libraries and date that differ from the previous release; null if that was removed."""
    latest: bool
    """Whether it is the latest."""


@dataclass(frozen=True)
class ReleaseTable(JsonDocument):
    """A table of a release."""

    table: str
    """Name of the table."""
    rows: int
    """Number of rows."""
    version: str
    """Version of the table's contract."""
    sha256: str
    """SHA-256 of the Parquet file."""


@dataclass(frozen=True)
class ReleaseDetails(JsonDocument):
    """A release as `tidebook releases show` prints it."""

    release: str
    """Its id."""
    as_of: str
    """Day on which its deadlines are open or passed."""
    tables: list[ReleaseTable]
    """Its tables."""


@dataclass(frozen=True)
class Pruned(JsonDocument):
    """What `tidebook releases prune` did."""

    removed: list[str]
    """Ids of the removed releases."""
    kept: int
    """Number of releases that are left."""


@dataclass(frozen=True)
class Repaired(JsonDocument):
    """What `tidebook releases repair` did."""

    repaired: list[str]
    """What was repaired, in words."""
    damaged: list[str]
    """Files that are still damaged; the exit code is then 2."""
    releases: int
    """Number of releases."""


@dataclass(frozen=True)
class Verified(JsonDocument):
    """The result of `tidebook verify`."""

    release: str
    """Id of the release."""
    same: bool
    """Whether rebuilding it gave the same bytes."""
    inputs: int
    """Number of files that it was rebuilt from."""
    tables: int
    """Number of tables that are the same; 0 if any file differs."""
    files: int
    """Number of files, tables included, that are the same; 0 if any differs."""
    differences: list[str]
    """What differs, in words: the first table with its first row, then all files."""


@dataclass(frozen=True)
class Exported(JsonDocument):
    """What `tidebook export` wrote."""

    release: str
    """Id of the release."""
    written: list[str]
    """The files and folders written."""
    restricted: dict[str, list[str]]
    """Tables with values that may not be republished, and the sources of these values."""


@click.group(cls=Group)
def releases() -> None:
    """List, show, prune and repair releases."""


@releases.command("list")
@out_option
@json_option
def list_releases(out: str | None, as_json: bool) -> None:
    """List the releases of an output folder or object store, newest first, and what led to each."""
    folders = settings(None, out)
    place = home(folders)
    found = manifests(place)
    try:
        current = latest_id(place)
    except DamagedError as error:
        current = None
        print_line(f"warning: {error}", err=True)
    listed = [_listed(name, found, name == current) for name in found]
    if as_json:
        print_json(listed)
        return
    for each in listed:
        mark = "  latest" if each.latest else ""
        print_line(f"{each.release}  as of {each.as_of}  {each.bytes / 1e6:.1f} MB  {_origin(each)}{mark}", always=True)
    if not listed:
        print_line(str(no_release(folders.shown)))


def _listed(name: str, manifests: Mapping[str, Mapping[str, Any]], latest: bool) -> ListedRelease:
    """Describe a release by its manifest and that of the previous one."""
    manifest = manifests[name]
    previous = previous_of(manifest)
    before = manifests.get(previous or "")
    changed = _changed_parts(before, manifest) if before else None
    size = sum(facts["bytes"] for facts in manifest["files"].values())
    return ListedRelease(name, manifest["as_of"], size, previous, changed, latest)


def _changed_parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the inputs that differ between two manifests, then `code`, `as_of` and `versions` if these do."""
    changed = []
    for path in sorted(after["inputs"].keys() | before["inputs"].keys()):
        if after["inputs"].get(path) != before["inputs"].get(path):
            changed.append(path)
    for part in ("code", "as_of", "versions"):
        if after[part] != before[part]:
            changed.append(part)
    return changed


def _origin(release: ListedRelease) -> str:
    """Return which release came before, and what changed since."""
    if release.previous is None:
        return "first release"
    previous = release.previous[:8]
    if release.changed is None:
        return f"after {previous}, which was removed"
    if not release.changed:
        return f"after {previous}, same inputs"
    changed = ", ".join(release.changed).replace("as_of", "date")
    return f"after {previous}, changed: {changed}"


@releases.command()
@release_argument
@out_option
@json_option
def show(name: str, out: str | None, as_json: bool) -> None:
    """Show the tables of a release with their number of rows, contract version and hash."""
    from tidebook.pipelines.release.exports import contents

    release = named_release(name, settings(None, out))
    warn_of_foreign(release)
    tables = []
    for each, table in contents(release):
        facts = release.manifest["files"][each["path"]]
        tables.append(ReleaseTable(each["name"], table.num_rows, each["version"], facts["sha256"]))
    details = ReleaseDetails(release.release_id, release.manifest["as_of"], tables)
    if as_json:
        print_json(details)
        return
    print_line(f"Release {details.release}, as of {details.as_of}")
    rows = [(each.table, f"{each.rows:>9,}", each.version, each.sha256[:12]) for each in tables]
    print_table(["table", "     rows", "contract", "sha256"], rows)


@releases.command()
@release_argument
@out_option
def adopt(name: str, out: str | None) -> None:
    """Take a release as made by this account: of your other machine, or of an older version.

    Builds then compare with it. Its stored results are computed again all the same.
    """
    folders = settings(None, out)
    release = named_release(name, folders)
    if not is_intact(release):
        raise InputError(Problem(str(release.folder), "a release whose files are as published"))
    folder = release.folder.resolve().parent.parent
    with Store(folder).exclusive():
        mark(folder, release)
    print_line(f"Adopted {release.release_id}")


@releases.command()
@click.option("--keep", type=click.IntRange(min=1), required=True, help="Releases to keep, including the latest.")
@out_option
@json_option
def prune(keep: int, out: str | None, as_json: bool) -> None:
    """Remove old releases, never the latest. Waits for a running build."""
    folders = settings(None, out)
    place = home(folders)
    if not release_ids(place) and not as_json:
        print_line(str(no_release(folders.shown)))
        return
    removed = storage.prune(place, keep) if folders.remote else []
    if folders.out.is_dir():
        with Store(folders.out).exclusive():
            here = storage.prune(Folder(folders.out), keep)
        removed = removed if folders.remote else here
    kept = len(release_ids(place))
    if as_json:
        print_json(Pruned(removed, kept))
        return
    for release_id in removed:
        print_line(f"Removed {release_id}")
    print_line(f"{kept} kept")


@releases.command()
@out_option
@json_option
def repair(out: str | None, as_json: bool) -> None:
    """Repair damaged releases and the link or pointer to the latest. Exit code 2: some damage remains.

    Files in an object store are repaired from the releases on this machine. If none is left, the next build recreates
    the latest release.
    """
    folders = settings(None, out)
    place = home(folders)
    repaired: list[str] = []
    damaged: list[str] = []
    if folders.remote or release_ids(place):
        with Store(folders.out).exclusive():
            repaired, damaged = storage.repair(place, folders.out)
    if as_json:
        print_json(Repaired(repaired, damaged, len(release_ids(place))))
    else:
        for what in repaired:
            print_line(f"Repaired: {what}")
    if damaged:
        raise InputError([Problem(path, "the content that was published") for path in damaged])
    if not repaired and not as_json:
        count = len(release_ids(place))
        intact = f"{format_count(count, 'release is', 'releases are')} intact"
        print_line(f"Nothing to repair: {intact}" if count else str(no_release(folders.shown)))


@click.command()
@release_argument
@click.option("--duckdb", type=Path, metavar="FILE", help="Write one DuckDB database.")
@click.option("--csv", type=Path, metavar="DIR", help="Write a CSV file for each table.")
@click.option("--xlsx", type=Path, metavar="FILE", help="Write one Excel workbook.")
@out_option
@json_option
def export(name: str, duckdb: Path | None, csv: Path | None, xlsx: Path | None, out: str | None, as_json: bool) -> None:
    """Write the tables of a release as DuckDB, CSV or Excel."""
    if not any((duckdb, csv, xlsx)):
        raise InputError(Problem("tidebook export", "at least one of --duckdb FILE, --csv DIR, --xlsx FILE"))
    _check_replaceable(duckdb, b"DUCK")
    _check_replaceable(xlsx, b"PK")
    release = named_release(name, settings(None, out))
    warn_of_foreign(release)
    from tidebook.pipelines.commands.progress import progress_of_run
    from tidebook.pipelines.release.exports import package, write_csv, write_duckdb, write_xlsx

    tables = package(release)["resources"]
    writers = ((duckdb, write_duckdb), (csv, write_csv), (xlsx, write_xlsx))
    wanted = [(path, write) for path, write in writers if path]
    with progress_of_run() as observer:
        observer.run_started(len(wanted) * len(tables))
        for path, write in wanted:
            write(release, path, observer)
    restricted = {table["name"]: table["restrictedSources"] for table in tables if table.get("republish") is False}
    exported = Exported(release.release_id, [str(path) for path, _ in wanted], restricted)
    if as_json:
        print_json(exported)
    else:
        _print_exported(exported)


def _print_exported(exported: Exported) -> None:
    for place in exported.written:
        print_line(f"Wrote {place}")
    for table, sources in exported.restricted.items():
        print_line(f"warning: {table} holds values of {', '.join(sources)}, which may not be republished", err=True)


def _check_replaceable(path: Path | None, mark: bytes) -> None:
    """Check that an export overwrites nothing but an earlier export.

    Raises:
        InputError: there is a file of another format.
    """
    if path and not _is_replaceable(path, mark):
        raise InputError(Problem(str(path), "a new file, or an earlier export: other files are not overwritten"))


def _is_replaceable(path: Path, mark: bytes) -> bool:
    """Whether the path is free or an export; `mark` is in the first bytes of that format."""
    if not path.exists():
        return not path.is_symlink()
    with suppress(OSError):
        if path.is_file():
            with path.open("rb") as stream:
                return mark in stream.read(16)
    return False


@click.command()
@release_argument
@out_option
@raw_option
@json_option
def verify(name: str, out: str | None, raw: Path | None, as_json: bool) -> None:
    """Rebuild a release from its own inputs and compare. Exit code 1: it differs; 2: it is damaged or missing.

    Does not read the dossier; reads the snapshots of live sources beside it, as a release holds only their
    hashes.
    """
    from tidebook.pipelines.release.differences import compared_files
    from tidebook.pipelines.release.record import record_faults

    with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
        folders = settings(raw, out)
        release = _as_published(release_place(name, folders), Path(scratch, "read"))
        lines = []
        compared: list[str] = []
        try:
            rebuilt = rebuild(release, Path(scratch), folders)
        except InputError as error:
            lines.append(f"Differs: this code cannot use the inputs of release {release.release_id}")
            lines += map(str, error.problems)
        else:
            lines += [*_differences(release, rebuilt), *map("Differs: {}".format, record_faults(release))]
            compared = [] if lines else list(compared_files(release, rebuilt))
    tables = sum(path.startswith("tables/") for path in compared)
    found = Verified(release.release_id, not lines, len(release.inputs()), tables, len(compared), lines)
    if as_json:
        print_json(found)
    else:
        _print_verified(found)
    if lines:
        raise Exit(1)


def _print_verified(found: Verified) -> None:
    for line in found.differences:
        print_line(line, always=True)
    if found.same:
        print_line(
            f"Verified: rebuilt from its {found.inputs} inputs, release {found.release} is the same: "
            f"{found.tables} tables among {found.files} files, byte for byte"
        )


def _as_published(place: Place, scratch: Path) -> LocalRelease:
    """Return the release at a place; one in an object store, and its previous release, are downloaded to `scratch`.

    Raises:
        InputError: a file is damaged, or the manifest does not list it.
    """
    damaged = damage(place)
    if damaged:
        raise InputError([Problem(f"{place}/{path}", "the content that was published") for path in damaged])
    unlisted = unlisted_files(place)
    if unlisted:
        raise InputError([Problem(f"{place}/{path}", "only files listed in manifest.json") for path in unlisted])
    release = release_at(place.path) if isinstance(place, Folder) else storage.download(place, scratch)
    assert release is not None
    previous = previous_of(release.manifest)
    if previous and not isinstance(place, Folder):
        # The table `changes` compares with the previous release, so rebuilding it needs that one, too.
        storage.download(replace(place, url=f"{place.url.rpartition('/')[0]}/{previous}"), scratch, partly=True)
    return release


def rebuild(release: LocalRelease, scratch: Path, folders: Settings) -> LocalRelease:
    """Build a release again from its own inputs with the current code, after warning of differences of code.

    Raises:
        InputError: the current code cannot read the inputs.
    """
    from tidebook.pipelines.commands.progress import progress_of_run
    from tidebook.pipelines.graph.graph import graph_with
    from tidebook.pipelines.graph.structure import CHANGES
    from tidebook.pipelines.release.build import rebuild as run_rebuild
    from tidebook.pipelines.release.differences import environment_differences
    from tidebook.schemas.registry import OF_TEXT

    for line in environment_differences(release.manifest, storage.this_code()):
        print_line(f"warning: {line}", err=True)
    files = _held_inputs(release)
    withheld = {path: sha256 for path, sha256 in release.inputs().items() if path not in files}
    # These two are not files of an article: a build writes them from its snapshots and options.
    snapshots = RawFile(SNAPSHOTS, files.pop(SNAPSHOTS)) if SNAPSHOTS in files else None
    published = RawFile(PUBLISHING, files.pop(PUBLISHING)) if PUBLISHING in files else None
    for path, data in files.items():
        write_file(scratch / "raw" / path, data)
    graph = graph_with(scratch / "raw", snapshots, folders.snapshots, published)
    previous = previous_files(release)
    # A text that is not the author's own is not in the release; what was read of it is.
    taken = [*OF_TEXT] if graph.dossier.article.text in withheld else []
    if previous is None:
        taken.append(CHANGES)
        previous = _in_place_of_previous(release)
    tables = _files_of(release, taken)
    with progress_of_run() as observer:
        return run_rebuild(graph, scratch / "out", previous, tables, withheld, _extracts(release), observer)


def _held_inputs(release: LocalRelease) -> dict[str, bytes]:
    """Return the inputs that a release has itself, by path; of others it knows only the hash."""
    held = [path for path in release.inputs() if f"inputs/{path}" in release.manifest["files"]]
    return {path: (release.folder / "inputs" / path).read_bytes() for path in held}


def _files_of(release: LocalRelease, tables: Iterable[str]) -> dict[str, bytes]:
    """Return the files of those of these tables that a release has, by name."""
    paths = {name: f"tables/{name}.parquet" for name in tables}
    held = release.manifest["files"]
    return {name: (release.folder / path).read_bytes() for name, path in paths.items() if path in held}


def _in_place_of_previous(release: LocalRelease) -> dict[str, bytes]:
    """Warn that the previous release is missing, and return its id and its entries in the feed instead."""
    from tidebook.pipelines.report.export import earlier_entries

    name = previous_of(release.manifest) or ""
    print_line(f"warning: the previous release {name} is missing; its changes are copied, not computed again", err=True)
    return {ID: name.encode(), FEED: earlier_entries((release.folder / FEED).read_bytes())}


def _extracts(release: LocalRelease) -> dict[str, bytes]:
    """Return what a release has of data sets, as the step makes it that takes this from them; {} without data sets.

    Raises:
        InputError: it does not say of which input something is a part.
    """
    from tidebook.pipelines.evaluate.evidence_rows import FILES, files_read

    inputs, hashes, found = release.inputs(), {}, {}
    for path in release.manifest["files"]:
        if not path.startswith(ROWS):
            continue
        name = path.removeprefix(ROWS)
        whole = name.partition("/")[2]
        if whole not in inputs:
            raise InputError(Problem(str(release.folder / path), "rows of a file that manifest.json has as an input"))
        hashes[whole] = inputs[whole]
        found[name] = read_file(release.folder / path)
    return {**found, FILES: files_read(hashes)} if found else {}


def _differences(release: LocalRelease, rebuilt: LocalRelease) -> Iterator[str]:
    """Yield a line with the first difference in a table, and one with all files that differ."""
    from tidebook.pipelines.release.differences import differing, first_difference

    paths = differing(release, rebuilt)
    tables = {Path(path).stem for path in paths if path.startswith("tables/")}
    path = release.folder / PACKAGE
    resources = parse_package(path.read_bytes(), str(path))["resources"]
    keys = {resource["name"]: resource["schema"]["primaryKey"] for resource in resources}
    # In the order of the data package, so that the same table is named each time.
    ordered = [name for name in keys if name in tables] + sorted(tables.difference(keys))
    if ordered:
        table = ordered[0]
        old, new = (found.folder / "tables" / f"{table}.parquet" for found in (release, rebuilt))
        yield f"Differs: table {table}, {first_difference(old, new, keys.get(table, []))}"
    if paths:
        yield f"Files that differ: {', '.join(paths)}"
