"""The command line: it puts the commands together. Exit code 0 is good, 2 bad input, 1 anything else.

A signal ends a command with 128 and its number, as `__main__` has it. What a command does is in `commands`; heavy
imports wait until a command needs them.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pipelines.commands.build import build, open_report
from pipelines.commands.compare import diff, explain
from pipelines.commands.ledger import ledger_app
from pipelines.commands.outcomes import claims, figures
from pipelines.commands.raw import check, lock, status
from pipelines.commands.read import read
from pipelines.commands.releases import export, releases_app, verify
from pipelines.commands.schema import schema
from pipelines.commands.sources import sources_app
from pipelines.commands.terminal import tell
from pipelines.commands.ui import ui
from pipelines.ingest.errors import InputError


class Commands(TyperGroup):
    """The commands: bad input ends one with its lines on stderr and exit code 2, a crash or failing disk with 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that the line names."""
        try:
            return super().invoke(ctx)
        except typer.Exit:  # which is a RuntimeError
            raise
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(1) from None
        except InputError as error:
            for problem in error.problems:
                tell(f"error: {problem}", err=True)
            raise typer.Exit(2) from error
        except (OSError, RuntimeError, ImportError) as error:
            tell(f"error: {error}", err=True)
            raise typer.Exit(1) from error


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Keep the figures, claims and predictions of an analysis true.",
)
for command in (build, claims, figures, read, explain, diff, check, status, lock, verify, export, ui):
    app.command()(command)
app.command("open")(open_report)
app.command()(schema)
app.add_typer(releases_app, name="releases")
app.add_typer(sources_app, name="sources")
app.add_typer(ledger_app, name="ledger")


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"tidebook {version('tidebook')}")
        raise typer.Exit


@app.callback()
def print_anywhere(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Print on a terminal of any encoding: what it does not have becomes a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


if __name__ == "__main__":
    app()
