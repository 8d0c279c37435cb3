"""The command that makes a release anew from its own inputs and compares the two.

How a release is made is in `pipelines.assets`, how two are compared in `pipelines.storage.compare`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipelines.commands.common import Named, Out, input_errors, named_release
from pipelines.ingest.errors import InputError, Problem
from pipelines.ingest.rawfile import RawFile
from pipelines.settings import Settings, settings

if TYPE_CHECKING:
    from pipelines.storage.release import Release


def verify(name: Named = "", out: Out = None) -> None:
    """Make a release anew from its own inputs and compare. Exit code 1: it differs; 2: it is damaged, or none."""
    from pipelines.storage.compare import compared_files

    place = settings(None, name if "://" in name else out)
    with input_errors(), tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
        stored = stored_anew(name, place, Path(scratch))
        release = stored or named_release(name, place)
        check_whole(release, f"{place.remote}/releases/{release.release_id}" if stored else str(release.folder))
        try:
            derived = make_anew(release, Path(scratch))
        except InputError as error:
            typer.echo(f"Differs: this code cannot use the inputs of release {release.release_id}")
            raise RuntimeError("\n".join(map(str, error.problems))) from error
        lines = list(report(release, derived))
    if lines:
        for line in lines:
            typer.echo(line)
        raise typer.Exit(1)
    compared = compared_files(release, derived)
    tables = sum(path.startswith("tables/") for path in compared)
    typer.echo(
        f"Verified: made anew from its {len(release.inputs())} inputs, release {release.release_id} is the same: "
        f"{tables} tables among {len(compared)} files, byte for byte"
    )


def stored_anew(name: str, place: Settings, scratch: Path) -> Release | None:
    """Return a release of an object store as it stands there, with the former one; None where it is no such release."""
    if place.remote is None or Path(name or "none").is_dir():
        return None
    from pipelines.storage.objects import Objects, fetch, named_id
    from pipelines.storage.release import put_files, release_at

    objects = Objects(place.remote)
    release_id = named_id(objects, name)
    files = fetch(objects, release_id) if release_id else None
    if not release_id or not files:
        return None
    folder = scratch / "stored" / "releases" / release_id
    put_files(folder, files)
    release = release_at(folder)
    former = release.manifest["former"] if release else None
    if former and (former_files := fetch(objects, former)):
        put_files(folder.parent / former, former_files)
    return release


def check_whole(release: Release, where: str) -> None:
    """Raise InputError when a file of a release is not as its manifest states it; `where` is what a person calls it."""
    from pipelines.storage.compare import damage

    if damaged := damage(release):
        raise InputError([Problem(f"{where}/{path}", "the content that was published") for path in damaged])


def make_anew(release: Release, scratch: Path) -> Release:
    """Return the release that the code as it is makes from the inputs of another, saying first how the two differ.

    Raises:
        InputError: this code cannot use them.
    """
    from pipelines.run import CHANGES, RebuildInputs, rebuild
    from pipelines.sources.selection import PATH as SNAPSHOTS
    from pipelines.steps.graph import RAW_FILES, SOURCE_FILES, graph_with
    from pipelines.storage.atomic import write_file
    from pipelines.storage.compare import made_otherwise
    from pipelines.storage.previous import ID, previous_files
    from pipelines.storage.release import this_code

    for line in made_otherwise(release.manifest, this_code()):
        typer.echo(f"note: {line}", err=True)
    files = {path: release.folder / "inputs" / path for path in release.inputs()}
    for path in (*RAW_FILES.values(), *SOURCE_FILES.values()):
        if path in files:
            write_file(scratch / "raw" / path, files[path].read_bytes())
    snapshots = RawFile(SNAPSHOTS, files[SNAPSHOTS].read_bytes()) if SNAPSHOTS in files else None
    graph = graph_with(scratch / "raw", snapshots, settings().snapshots)
    former = previous_files(release)
    if former is not None:
        given = RebuildInputs(former)
    else:
        name = release.manifest["former"]
        typer.echo(
            f"note: the former release {name} is not there; the changes since then are taken as recorded", err=True
        )
        changes = (release.folder / "tables" / f"{CHANGES}.parquet").read_bytes()
        given = RebuildInputs({ID: name.encode()}, changes)
    return rebuild(graph, scratch / "out", given)


def report(release: Release, derived: Release) -> Iterator[str]:
    """Yield in lines what differs: the first table with its row and column, then all files."""
    from pipelines.storage.compare import differing, first_difference
    from schemas import TABLES
    from schemas.base import keys

    paths = differing(release, derived)
    stems = {Path(path).stem for path in paths if path.startswith("tables/")}
    for table in [*(name for name in TABLES if name in stems), *sorted(stems.difference(TABLES))][:1]:
        old, new = (found.folder / "tables" / f"{table}.parquet" for found in (release, derived))
        key = keys(TABLES[table].to_schema()) if table in TABLES else []
        yield f"Differs: table {table}, {first_difference(old, new, key)}"
    if paths:
        yield f"Files that differ: {', '.join(paths)}"
