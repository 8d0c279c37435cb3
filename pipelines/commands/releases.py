"""The commands about releases: list, show and prune.

How releases are written and removed is in `pipelines.storage.release`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from pipelines.commands.common import Named, Out, input_errors, named_release
from pipelines.settings import Settings, settings

releases_app = typer.Typer(no_args_is_help=True, help="List the releases, show one, or remove old ones.")


@releases_app.command("list")
def list_releases(out: Out = None) -> None:
    """Show the releases of an output folder or object store, the one written last first, and what made each."""
    folders = settings(None, out)
    with input_errors():
        found, current = known(folders)
        manifests = dict(found)
        for release_id, manifest in found:
            size = sum(facts["bytes"] for facts in manifest["files"].values())
            mark = "  latest" if release_id == current else ""
            typer.echo(
                f"{release_id}  as of {manifest['as_of']}  {size / 1e6:.1f} MB  {made_by(manifest, manifests)}{mark}"
            )
        if not found:
            typer.echo("No release yet: run `tidebook build`")


def made_by(manifest: Mapping[str, Any], manifests: Mapping[str, Mapping[str, Any]]) -> str:
    """Return which release a release followed, and what differs from that one: raw files, code, date."""
    former = manifest["former"]
    if former is None:
        return "of the first raw files"
    if former not in manifests:
        return f"after {former[:8]}, which is gone"
    other = manifests[former]
    names = sorted(manifest["inputs"].keys() | other["inputs"].keys())
    changed = [name for name in names if manifest["inputs"].get(name) != other["inputs"].get(name)]
    changed += [name for name in ("code", "as_of", "versions") if manifest[name] != other[name]]
    return f"after {former[:8]}, by {', '.join(changed).replace('as_of', 'date') or 'nothing but that'}"


def known(folders: Settings) -> tuple[list[tuple[str, Mapping[str, Any]]], str | None]:
    """Return each release's id and manifest, the one written last first, and the id of the latest."""
    if folders.remote is None:
        from pipelines.storage.release import latest, releases

        current = latest(folders.out)
        found = [(release.release_id, release.manifest) for release in releases(folders.out)]
        return found, current.release_id if current else None
    from pipelines.storage.objects import Objects, manifest_of, pointed, whole_releases

    objects = Objects(folders.remote)
    manifests = [(name, manifest_of(objects, name)) for name in whole_releases(objects)]
    return [(name, manifest) for name, manifest in manifests if manifest], pointed(objects)


@releases_app.command()
def show(name: Named = "", out: Out = None) -> None:
    """Show what a release holds: each table with its rows, the version of its contract, and its hash."""
    folders = settings(None, out)
    with input_errors():
        release = named_release(name, folders)
        from rich.console import Console
        from rich.table import Table

        from pipelines.exports.content import contents

        grid = Table("table", "rows", "contract", "sha256", box=None, pad_edge=False)
        grid.columns[1].justify = "right"
        for content in contents(release):
            facts = release.manifest["files"][content.path]
            grid.add_row(content.name, f"{facts['rows']:,}", content.version, facts["sha256"][:12])
        console = Console(width=None if sys.stdout.isatty() else 120, markup=False, highlight=False)
        console.print(f"Release {release.release_id}, as of {release.manifest['as_of']}")
        console.print(grid)


@releases_app.command()
def prune(
    keep: Annotated[int, typer.Option(min=1, help="How many releases stay, the latest among them.")],
    out: Out = None,
) -> None:
    """Remove old releases; the latest stays in any case. Waits for a build that is running."""
    from pipelines.storage import release as local

    folders = settings(None, out)
    with input_errors():
        found, _ = known(folders)
        if not found:
            typer.echo("No release yet: run `tidebook build`")
            return
        removed: list[str] = []
        if folders.remote:
            from pipelines.storage.objects import Objects, prune_stored

            removed = prune_stored(Objects(folders.remote), keep)
        if folders.out.is_dir():
            from pipelines.storage.store import Store

            with Store(folders.out).exclusive():
                here = [release.release_id for release in local.prune(folders.out, keep)]
            removed = removed if folders.remote else here
        for release_id in removed:
            typer.echo(f"Removed {release_id}")
        typer.echo(f"{len(known(folders)[0])} kept")
