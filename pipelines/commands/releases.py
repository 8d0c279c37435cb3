"""The commands about releases: list, show, prune and repair; `export`, and `verify`, which rebuilds one and compares.

How releases are written, removed and mended is in `release.release`, how two are compared in `compare`, and
how each format is written in `release.exports`.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from click.exceptions import Exit

from tidebook.pipelines.commands.common import (
    Group,
    home,
    json_option,
    named_release,
    out_option,
    raw_option,
    release_argument,
    release_place,
)
from tidebook.pipelines.commands.terminal import json_text, print_table, tell
from tidebook.pipelines.compare.previous import FEED, ID
from tidebook.pipelines.graph.places import Folder, Place
from tidebook.pipelines.graph.previous import previous_files
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.read.atomic import write_file
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.formatting import format_count
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.settings import Settings, settings
from tidebook.pipelines.read.sources.selection import PATH as SNAPSHOTS
from tidebook.pipelines.read.sources.selection import PUBLISHING
from tidebook.pipelines.release import release as storage
from tidebook.places import DamagedError, previous_of
from tidebook.releases import LocalRelease, damage, latest_id, manifests, release_at, release_ids, strays

NONE = "No release yet: run `tidebook build`"


@dataclass(frozen=True)
class Listed(JsonDocument):
    """A release in `tidebook releases list`, the one written last first."""

    release: str
    """Its id."""
    as_of: str
    """Day on which its deadlines are open or passed."""
    bytes: int
    """Size of its files."""
    previous: str | None
    """Id of the release that it followed."""
    changed: list[str] | None
    """Inputs, code, libraries and date that differ from that one; null where it is not there."""
    latest: bool
    """Whether it is the latest."""


@dataclass(frozen=True)
class HeldTable(JsonDocument):
    """A table of a release."""

    table: str
    """Its name."""
    rows: int
    """How many it has."""
    version: str
    """Version of its contract."""
    sha256: str
    """Hash of its Parquet file."""


@dataclass(frozen=True)
class Held(JsonDocument):
    """What `tidebook releases show` says of a release."""

    release: str
    """Its id."""
    as_of: str
    """Day on which its deadlines are open or passed."""
    tables: list[HeldTable]
    """Its tables."""


@click.group(cls=Group)
def releases() -> None:
    """List the releases, show one, or remove old ones."""


@releases.command("list")
@out_option
@json_option
def list_releases(out: str | None, as_json: bool) -> None:
    """Show the releases of an output folder or object store, the one written last first, and what made each."""
    place = home(settings(None, out))
    found = manifests(place)
    try:
        current = latest_id(place)
    except DamagedError as error:
        current = None
        tell(f"note: {error}", err=True)
    listed = [_listed(name, found, name == current) for name in found]
    if as_json:
        click.echo(json_text(listed))
        return
    for each in listed:
        mark = "  latest" if each.latest else ""
        tell(f"{each.release}  as of {each.as_of}  {each.bytes / 1e6:.1f} MB  {_made_by(each)}{mark}")
    if not listed:
        tell(NONE)


def _listed(name: str, manifests: Mapping[str, Mapping[str, Any]], latest: bool) -> Listed:
    """Return what is told of a release: also what differs from the one that it followed, raw files, code, date."""
    manifest = manifests[name]
    previous, changed = previous_of(manifest), None
    if other := manifests.get(previous or ""):
        names = sorted(manifest["inputs"].keys() | other["inputs"].keys())
        changed = [each for each in names if manifest["inputs"].get(each) != other["inputs"].get(each)]
        changed += [each for each in ("code", "as_of", "versions") if manifest[each] != other[each]]
    size = sum(facts["bytes"] for facts in manifest["files"].values())
    return Listed(name, manifest["as_of"], size, previous, changed, latest)


def _made_by(each: Listed) -> str:
    if each.previous is None:
        return "of the first raw files"
    if each.changed is None:
        return f"after {each.previous[:8]}, which is gone"
    return f"after {each.previous[:8]}, by {', '.join(each.changed).replace('as_of', 'date') or 'nothing but that'}"


@releases.command()
@release_argument
@out_option
@json_option
def show(name: str, out: str | None, as_json: bool) -> None:
    """Show what a release holds: each table with its rows, the version of its contract, and its hash."""
    from tidebook.pipelines.release.exports import contents

    release = named_release(name, settings(None, out))
    tables = []
    for each, _ in contents(release):
        facts = release.manifest["files"][each["path"]]
        tables.append(HeldTable(each["name"], facts["rows"], each["version"], facts["sha256"]))
    held = Held(release.release_id, release.manifest["as_of"], tables)
    if as_json:
        click.echo(json_text(held))
        return
    tell(f"Release {held.release}, as of {held.as_of}")
    rows = [(each.table, f"{each.rows:>9,}", each.version, each.sha256[:12]) for each in tables]
    print_table(["table", "     rows", "contract", "sha256"], rows)


@releases.command()
@click.option(
    "--keep", type=click.IntRange(min=1), required=True, help="How many releases stay, the latest among them."
)
@out_option
def prune(keep: int, out: str | None) -> None:
    """Remove old releases; the latest stays in any case. Waits for a build that is running."""
    folders = settings(None, out)
    place = home(folders)
    if not release_ids(place):
        tell(NONE)
        return
    removed = storage.prune(place, keep) if folders.remote else []
    if folders.out.is_dir():
        with Store(folders.out).exclusive():
            here = storage.prune(Folder(folders.out), keep)
        removed = removed if folders.remote else here
    for release_id in removed:
        tell(f"Removed {release_id}")
    tell(f"{len(release_ids(place))} kept")


@releases.command()
@out_option
def repair(out: str | None) -> None:
    """Mend damaged releases and the latest one's link or pointer. Exit code 2: something stays damaged.

    Objects of a store are mended from the releases on this machine. Where none is left, a build makes the latest again.
    """
    folders = settings(None, out)
    place = home(folders)
    if not folders.remote and not release_ids(place):
        tell(NONE)
        return
    with Store(folders.out).exclusive():
        mended, damaged = storage.repair(place, folders.out)
    for what in mended:
        tell(f"Mended: {what}")
    if damaged:
        raise InputError([Problem(path, "the content that was published") for path in damaged])
    if not mended:
        count = len(release_ids(place))
        words = f"{format_count(count, 'release is', 'releases are')} as published"
        tell(f"Nothing to mend: {words}" if count else NONE)


@click.command()
@release_argument
@click.option("--duckdb", type=Path, metavar="FILE", help="Write one DuckDB database.")
@click.option("--csv", type=Path, metavar="DIR", help="Write a CSV file for each table.")
@click.option("--xlsx", type=Path, metavar="FILE", help="Write one Excel workbook.")
@out_option
def export(name: str, duckdb: Path | None, csv: Path | None, xlsx: Path | None, out: str | None) -> None:
    """Write the tables of a release as DuckDB, CSV or Excel."""
    if not (duckdb or csv or xlsx):
        raise InputError(Problem("tidebook export", "at least one of --duckdb FILE, --csv DIR, --xlsx FILE"))
    for path, mark in ((duckdb, b"DUCK"), (xlsx, b"PK")):
        if path and not _is_replaceable(path, mark):
            expected = "a file that an earlier export made, or none: another one is not overwritten"
            raise InputError(Problem(str(path), expected))
    release = named_release(name, settings(None, out))
    from tidebook.pipelines.release.exports import package, write_csv, write_duckdb, write_xlsx

    for path, write in ((duckdb, write_duckdb), (csv, write_csv), (xlsx, write_xlsx)):
        if path:
            write(release, path)
            click.echo(f"Wrote {path}")
    for table in package(release)["resources"]:
        if table.get("republish") is False:
            sources = ", ".join(table["restrictedSources"])
            click.echo(f"note: {table['name']} holds values of {sources}, which may not be republished", err=True)


def _is_replaceable(path: Path, mark: bytes) -> bool:
    """Return whether nothing is there, or a file of the format whose first bytes have this mark."""
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
def verify(name: str, out: str | None, raw: Path | None) -> None:
    """Rebuild a release from its own inputs and compare. Exit code 1: it differs; 2: it is damaged, or none.

    Of the raw folder nothing is read; snapshots of live sources, of which a release holds the hashes, lie beside it.
    """
    from tidebook.pipelines.release.differences import compared_files

    with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
        folders = settings(raw, out)
        release = _as_published(release_place(name, folders), Path(scratch, "read"))
        try:
            rebuilt = rebuild(release, Path(scratch), folders)
        except InputError as error:
            click.echo(f"Differs: this code cannot use the inputs of release {release.release_id}")
            raise RuntimeError("\n".join(map(str, error.problems))) from error
        lines = list(_differences(release, rebuilt))
    if lines:
        for line in lines:
            click.echo(line)
        raise Exit(1)
    compared = compared_files(release, rebuilt)
    tables = sum(path.startswith("tables/") for path in compared)
    click.echo(
        f"Verified: rebuilt from its {len(release.inputs())} inputs, release {release.release_id} is the same: "
        f"{tables} tables among {len(compared)} files, byte for byte"
    )


def _as_published(place: Place, scratch: Path) -> LocalRelease:
    """Return the release at a place, read as it stands there; one of an object store is written into `scratch`.

    Then the one that it was compared with is, too, where the store has that as it was published. Raises InputError if a
    file, or the manifest, is not as it was published.
    """
    if paths := damage(place):
        raise InputError([Problem(f"{place}/{path}", "the content that was published") for path in paths])
    if paths := strays(place):
        raise InputError([Problem(f"{place}/{path}", "no file that its manifest does not list") for path in paths])
    release = release_at(place.path) if isinstance(place, Folder) else storage.download(place, scratch)
    assert release is not None
    if (previous := previous_of(release.manifest)) and not isinstance(place, Folder):
        storage.download(replace(place, url=f"{place.url.rpartition('/')[0]}/{previous}"), scratch, partly=True)
    return release


def rebuild(release: LocalRelease, scratch: Path, folders: Settings) -> LocalRelease:
    """Return the release that the code as it is makes from the inputs of another, saying first how the two differ.

    Raises InputError if this code cannot use them.
    """
    from tidebook.pipelines.graph.graph import graph_with
    from tidebook.pipelines.graph.run import CHANGES
    from tidebook.pipelines.release.build import rebuild as run_rebuild
    from tidebook.pipelines.release.differences import environment_differences
    from tidebook.pipelines.report.export import earlier_entries

    for line in environment_differences(release.manifest, storage.this_code()):
        click.echo(f"note: {line}", err=True)
    files = {path: (release.folder / "inputs" / path).read_bytes() for path in release.inputs()}
    snapshots, published = (
        RawFile(name, files.pop(name)) if name in files else None for name in (SNAPSHOTS, PUBLISHING)
    )
    for path, data in files.items():
        write_file(scratch / "raw" / path, data)
    graph = graph_with(scratch / "raw", snapshots, folders.snapshots, published)
    previous = previous_files(release)
    changes = None
    if previous is None:
        name = previous_of(release.manifest) or ""
        click.echo(
            f"note: the previous release {name} is not there; the changes since then are taken as recorded", err=True
        )
        changes = (release.folder / "tables" / f"{CHANGES}.parquet").read_bytes()
        previous = {ID: name.encode(), FEED: earlier_entries((release.folder / FEED).read_bytes())}
    return run_rebuild(graph, scratch / "out", previous, changes)


def _differences(release: LocalRelease, rebuilt: LocalRelease) -> Iterator[str]:
    """Yield in lines what differs: the first table with its row and column, then all files."""
    from tidebook.pipelines.release.differences import differing, first_difference

    paths = differing(release, rebuilt)
    stems = {Path(path).stem for path in paths if path.startswith("tables/")}
    resources = json.loads((release.folder / "datapackage.json").read_bytes())["resources"]
    keys = {resource["name"]: resource["schema"]["primaryKey"] for resource in resources}
    for table in [*(name for name in keys if name in stems), *sorted(stems.difference(keys))][:1]:
        old, new = (found.folder / "tables" / f"{table}.parquet" for found in (release, rebuilt))
        yield f"Differs: table {table}, {first_difference(old, new, keys.get(table, []))}"
    if paths:
        yield f"Files that differ: {', '.join(paths)}"
