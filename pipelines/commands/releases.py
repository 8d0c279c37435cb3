"""The commands about releases: list and prune.

How releases are written and removed is in `pipelines.storage.release`.
"""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.commands.common import Out, input_errors
from pipelines.settings import settings

releases_app = typer.Typer(no_args_is_help=True, help="List the releases, or remove old ones.")


@releases_app.command("list")
def list_releases(out: Out = None) -> None:
    """Show the releases of an output folder, the one written last first."""
    from pipelines.storage.release import latest, releases

    folder = settings(None, out).out
    with input_errors():
        found = releases(folder)
        current = latest(folder)
        for release in found:
            files = release.manifest["files"]
            tables = sum(path.startswith("tables/") for path in files)
            size = sum(facts["bytes"] for facts in files.values())
            mark = "  latest" if current and current.release_id == release.release_id else ""
            typer.echo(
                f"{release.release_id}  as of {release.manifest['as_of']}  {tables} tables  "
                f"{size / 1e6:.1f} MB  code {release.manifest['code'][:8]}{mark}"
            )
        if not found:
            typer.echo("No release yet: run `tidebook build`")


@releases_app.command()
def prune(
    keep: Annotated[int, typer.Option(min=1, help="How many releases stay, the latest among them.")],
    out: Out = None,
) -> None:
    """Remove old releases; the latest stays in any case. Waits for a build that is running."""
    from pipelines.storage import release as stored
    from pipelines.storage.store import Store

    folder = settings(None, out).out
    with input_errors():
        if not stored.releases(folder):
            typer.echo("No release yet: run `tidebook build`")
            return
        with Store(folder).exclusive():
            removed = stored.prune(folder, keep)
        for release in removed:
            typer.echo(f"Removed {release.release_id}")
        typer.echo(f"{len(stored.releases(folder))} kept")
