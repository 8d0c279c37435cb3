"""The command that rebuilds a release from its own inputs and compares the two.

How a release is built is in `pipelines.run`, how two are compared in `pipelines.storage.compare`.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import typer

from pipelines.commands.common import Named, Out, Raw, release_place
from pipelines.ingest.errors import InputError, Problem
from pipelines.ingest.rawfile import RawFile
from pipelines.settings import Settings, settings
from pipelines.sources.selection import PATH as SNAPSHOTS
from pipelines.sources.selection import PUBLISHING
from pipelines.storage.atomic import write_file
from pipelines.storage.places import Folder, Place
from pipelines.storage.previous import FEED, ID, previous_files
from pipelines.storage.release import Release, damage, release_at, strays, this_code
from pipelines.storage.sync import download


def verify(name: Named = "", out: Out = None, raw: Raw = None) -> None:
    """Rebuild a release from its own inputs and compare. Exit code 1: it differs; 2: it is damaged, or none.

    Of the raw folder nothing is read; snapshots of live sources, of which a release holds the hashes, lie beside it.
    """
    from pipelines.storage.compare import compared_files

    with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
        folders = settings(raw, out)
        release = _as_published(release_place(name, folders), Path(scratch, "read"))
        try:
            rebuilt = rebuild(release, Path(scratch), folders)
        except InputError as error:
            typer.echo(f"Differs: this code cannot use the inputs of release {release.release_id}")
            raise RuntimeError("\n".join(map(str, error.problems))) from error
        lines = list(_differences(release, rebuilt))
    if lines:
        for line in lines:
            typer.echo(line)
        raise typer.Exit(1)
    compared = compared_files(release, rebuilt)
    tables = sum(path.startswith("tables/") for path in compared)
    typer.echo(
        f"Verified: rebuilt from its {len(release.inputs())} inputs, release {release.release_id} is the same: "
        f"{tables} tables among {len(compared)} files, byte for byte"
    )


def _as_published(place: Place, scratch: Path) -> Release:
    """Return the release at a place, read as it stands there; one of an object store is written into `scratch`.

    Then the one that it was compared with is, too, where the store has that as it was published. Raises InputError if a
    file, or the manifest, is not as it was published.
    """
    if paths := damage(place):
        raise InputError([Problem(f"{place}/{path}", "the content that was published") for path in paths])
    if paths := strays(place):
        raise InputError([Problem(f"{place}/{path}", "no file that its manifest does not list") for path in paths])
    release = release_at(place.path) if isinstance(place, Folder) else download(place, scratch)
    assert release is not None
    if (previous := release.manifest["former"]) and not isinstance(place, Folder):
        download(replace(place, url=f"{place.url.rpartition('/')[0]}/{previous}"), scratch, partly=True)
    return release


def rebuild(release: Release, scratch: Path, folders: Settings) -> Release:
    """Return the release that the code as it is makes from the inputs of another, saying first how the two differ.

    Raises InputError if this code cannot use them.
    """
    from pipelines.report.export import earlier_entries
    from pipelines.run import CHANGES
    from pipelines.run import rebuild as run_rebuild
    from pipelines.steps.graph import graph_with
    from pipelines.storage.compare import environment_differences

    for line in environment_differences(release.manifest, this_code()):
        typer.echo(f"note: {line}", err=True)
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
        name = release.manifest["former"]
        typer.echo(
            f"note: the previous release {name} is not there; the changes since then are taken as recorded", err=True
        )
        changes = (release.folder / "tables" / f"{CHANGES}.parquet").read_bytes()
        previous = {ID: name.encode(), FEED: earlier_entries((release.folder / FEED).read_bytes())}
    return run_rebuild(graph, scratch / "out", previous, changes)


def _differences(release: Release, rebuilt: Release) -> Iterator[str]:
    """Yield in lines what differs: the first table with its row and column, then all files."""
    from pipelines.storage.compare import differing, first_difference

    paths = differing(release, rebuilt)
    stems = {Path(path).stem for path in paths if path.startswith("tables/")}
    resources = json.loads((release.folder / "datapackage.json").read_bytes())["resources"]
    keys = {resource["name"]: resource["schema"]["primaryKey"] for resource in resources}
    for table in [*(name for name in keys if name in stems), *sorted(stems.difference(keys))][:1]:
        old, new = (found.folder / "tables" / f"{table}.parquet" for found in (release, rebuilt))
        yield f"Differs: table {table}, {first_difference(old, new, keys.get(table, []))}"
    if paths:
        yield f"Files that differ: {', '.join(paths)}"
