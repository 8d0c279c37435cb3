"""The commands about releases: list, show, prune and repair.

How releases are written and removed is in `pipelines.storage.release`, how they are mended in `sync`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.common import AsJson, Named, Out, home, named_release
from pipelines.commands.terminal import json_text, print_table, tell
from pipelines.formatting import format_count
from pipelines.ingest.errors import InputError, Problem
from pipelines.settings import settings
from pipelines.storage import release as storage
from pipelines.storage import sync
from pipelines.storage.places import Folder
from pipelines.storage.store import Store
from tidebook.places import DamagedError

if TYPE_CHECKING:
    from pipelines.commands.shapes import Listed

NONE = "No release yet: run `tidebook build`"

releases_app = typer.Typer(no_args_is_help=True, help="List the releases, show one, or remove old ones.")


@releases_app.command("list")
def list_releases(out: Out = None, as_json: AsJson = False) -> None:
    """Show the releases of an output folder or object store, the one written last first, and what made each."""
    place = home(settings(None, out))
    manifests = storage.manifests(place)
    try:
        current = storage.latest_id(place)
    except DamagedError as error:
        current = None
        tell(f"note: {error}", err=True)
    found = [_listed(name, manifests, name == current) for name in manifests]
    if as_json:
        typer.echo(json_text(found))
        return
    for each in found:
        mark = "  latest" if each.latest else ""
        tell(f"{each.release}  as of {each.as_of}  {each.bytes / 1e6:.1f} MB  {_made_by(each)}{mark}")
    if not found:
        tell(NONE)


def _listed(name: str, manifests: Mapping[str, Mapping[str, Any]], latest: bool) -> Listed:
    """Return what is told of a release: also what differs from the one that it followed, raw files, code, date."""
    from pipelines.commands.shapes import Listed

    manifest = manifests[name]
    previous, changed = manifest["former"], None
    if other := manifests.get(previous):
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


@releases_app.command()
def show(name: Named = "", out: Out = None, as_json: AsJson = False) -> None:
    """Show what a release holds: each table with its rows, the version of its contract, and its hash."""
    from pipelines.commands.shapes import Held, HeldTable
    from pipelines.exports.content import contents

    release = named_release(name, settings(None, out))
    facts = release.manifest["files"]
    tables = [
        HeldTable(each.name, facts[each.path]["rows"], each.version, facts[each.path]["sha256"])
        for each in contents(release)
    ]
    held = Held(release.release_id, release.manifest["as_of"], tables)
    if as_json:
        typer.echo(json_text(held))
        return
    tell(f"Release {held.release}, as of {held.as_of}")
    rows = [(each.table, f"{each.rows:>9,}", each.version, each.sha256[:12]) for each in tables]
    print_table(["table", "     rows", "contract", "sha256"], rows, width=120)


@releases_app.command()
def prune(
    keep: Annotated[int, typer.Option(min=1, help="How many releases stay, the latest among them.")], out: Out = None
) -> None:
    """Remove old releases; the latest stays in any case. Waits for a build that is running."""
    folders = settings(None, out)
    place = home(folders)
    if not storage.release_ids(place):
        tell(NONE)
        return
    removed = storage.prune(place, keep) if folders.remote else []
    if folders.out.is_dir():
        with Store(folders.out).exclusive():
            here = storage.prune(Folder(folders.out), keep)
        removed = removed if folders.remote else here
    for release_id in removed:
        tell(f"Removed {release_id}")
    tell(f"{len(storage.release_ids(place))} kept")


@releases_app.command()
def repair(out: Out = None) -> None:
    """Mend damaged releases and the latest one's link or pointer. Exit code 2: something stays damaged.

    Objects of a store are mended from the releases on this machine. Where none is left, a build makes the latest again.
    """
    folders = settings(None, out)
    place = home(folders)
    if not folders.remote and not storage.release_ids(place):
        tell(NONE)
        return
    with Store(folders.out).exclusive():
        mended, damaged = sync.repair(place, folders.out)
    for what in mended:
        tell(f"Mended: {what}")
    if damaged:
        raise InputError([Problem(path, "the content that was published") for path in damaged])
    if not mended:
        count = len(storage.release_ids(place))
        words = f"{format_count(count, 'release is', 'releases are')} as published"
        tell(f"Nothing to mend: {words}" if count else NONE)
