"""The commands about releases: list, show, prune and repair.

How releases are written and removed is in `pipelines.storage.release`, how they are mended in `sync`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from pipelines.commands.common import Named, Out, home, input_errors, named_release, print_table
from pipelines.ingest.errors import InputError, Problem
from pipelines.settings import settings

NONE = "No release yet: run `tidebook build`"

releases_app = typer.Typer(no_args_is_help=True, help="List the releases, show one, or remove old ones.")


@releases_app.command("list")
def list_releases(out: Out = None) -> None:
    """Show the releases of an output folder or object store, the one written last first, and what made each."""
    folders = settings(None, out)
    with input_errors():
        from pipelines.storage.release import latest_id, manifests
        from tidebook.places import DamagedError

        place = home(folders)
        found = manifests(place)
        try:
            current = latest_id(place)
        except DamagedError as error:
            current = None
            typer.echo(f"note: {error}", err=True)
        for release_id, manifest in found.items():
            size = sum(facts["bytes"] for facts in manifest["files"].values())
            mark = "  latest" if release_id == current else ""
            typer.echo(
                f"{release_id}  as of {manifest['as_of']}  {size / 1e6:.1f} MB  {_made_by(manifest, found)}{mark}"
            )
        if not found:
            typer.echo(NONE)


def _made_by(manifest: Mapping[str, Any], manifests: Mapping[str, Mapping[str, Any]]) -> str:
    """Return which release a release followed, and what differs from that one: raw files, code, date."""
    previous = manifest["former"]
    if previous is None:
        return "of the first raw files"
    if previous not in manifests:
        return f"after {previous[:8]}, which is gone"
    other = manifests[previous]
    names = sorted(manifest["inputs"].keys() | other["inputs"].keys())
    changed = [name for name in names if manifest["inputs"].get(name) != other["inputs"].get(name)]
    changed += [name for name in ("code", "as_of", "versions") if manifest[name] != other[name]]
    return f"after {previous[:8]}, by {', '.join(changed).replace('as_of', 'date') or 'nothing but that'}"


@releases_app.command()
def show(name: Named = "", out: Out = None) -> None:
    """Show what a release holds: each table with its rows, the version of its contract, and its hash."""
    folders = settings(None, out)
    with input_errors():
        release = named_release(name, folders)
        from pipelines.exports.content import contents

        facts = release.manifest["files"]
        rows = [
            (table.name, f"{facts[table.path]['rows']:>9,}", table.version, facts[table.path]["sha256"][:12])
            for table in contents(release)
        ]
        typer.echo(f"Release {release.release_id}, as of {release.manifest['as_of']}")
        print_table(["table", "     rows", "contract", "sha256"], rows, width=120)


@releases_app.command()
def prune(
    keep: Annotated[int, typer.Option(min=1, help="How many releases stay, the latest among them.")], out: Out = None
) -> None:
    """Remove old releases; the latest stays in any case. Waits for a build that is running."""
    folders = settings(None, out)
    with input_errors():
        from pipelines.storage import release as storage
        from pipelines.storage.places import Folder
        from pipelines.storage.store import Store

        place = home(folders)
        if not storage.release_ids(place):
            typer.echo(NONE)
            return
        removed = storage.prune(place, keep) if folders.remote else []
        if folders.out.is_dir():
            with Store(folders.out).exclusive():
                here = storage.prune(Folder(folders.out), keep)
            removed = removed if folders.remote else here
        for release_id in removed:
            typer.echo(f"Removed {release_id}")
        typer.echo(f"{len(storage.release_ids(place))} kept")


@releases_app.command()
def repair(out: Out = None) -> None:
    """Mend damaged releases and the latest one's link or pointer. Exit code 2: something stays damaged.

    Objects of a store are mended from the releases on this machine. Where none is left, a build makes the latest again.
    """
    folders = settings(None, out)
    with input_errors():
        from pipelines.storage.release import release_ids
        from pipelines.storage.store import Store
        from pipelines.storage.sync import repair as mend

        place = home(folders)
        if not folders.remote and not release_ids(place):
            typer.echo(NONE)
            return
        with Store(folders.out).exclusive():
            mended, damaged = mend(place, folders.out)
        for what in mended:
            typer.echo(f"Mended: {what}")
        if damaged:
            raise InputError([Problem(path, "the content that was published") for path in damaged])
        if not mended:
            count = len(release_ids(place))
            words = f"Nothing to mend: {count} release{' is' if count == 1 else 's are'} as published"
            typer.echo(words if count else NONE)
