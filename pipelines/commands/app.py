"""The command line: the commands by name, and how errors become exit codes.

Exit codes: 0 for success, 1 for findings on which a command fails, 2 for bad input, 3 for any other failure; a signal
gives 128 plus its number (see `main`).
Belongs here: finding commands, and handling their errors. Does not: what a command does. That is in the other modules
of `commands`, each imported when its command is called, since some take long to import.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections import UserDict
from importlib import import_module
from typing import Any

import click
from click.exceptions import Exit

from tidebook.pipelines.commands.common import FAILED, print_error
from tidebook.pipelines.commands.help import Sections, equipped
from tidebook.pipelines.read.errors import InputError, Problem, shown
from tidebook.places import DamagedError

COMMANDS = {
    "build": "build:build",
    "claims": "outcomes:claims",
    "figures": "outcomes:figures",
    "read": "read:read",
    "reading": "reading:reading",
    "explain": "explain:explain",
    "diff": "compare:diff",
    "review": "review:review",
    "replay": "replay:replay",
    "check": "check:check",
    "accept": "accept:accept",
    "match": "match:match",
    "new": "new:new",
    "follow": "follow:follow",
    "status": "raw:status",
    "lock": "raw:lock",
    "verify": "releases:verify",
    "export": "releases:export",
    "ui": "ui:ui",
    "open": "build:open_report",
    "mcp": "mcp:mcp",
    "lsp": "lsp:lsp",
    "schema": "schema:schema",
    "completion": "completion:completion",
    "releases": "releases:releases",
    "sources": "sources:sources",
}
"""Module and attribute of each command of the core, relative to `commands`; plugins bring more."""


TOO_LONG = "a path that a file system can have: names of at most 255 bytes"


class _Imported(UserDict[str, Any]):
    """Commands by name, each imported on first use."""

    def __getitem__(self, name: str) -> click.Command:
        module, _, own = super().__getitem__(name).partition(":")
        found: click.Command = getattr(import_module(f"tidebook.pipelines.commands.{module}"), own)
        return found


class Commands(Sections):
    """All commands. Errors go to stderr, and turn into exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands that help lists."""
        from tidebook.pipelines.commands.plugins import plugin_command_names  # imports what reads dossiers

        # Others, such as "sources review", are in the group that they name.
        return [*self.commands, *(name for name in plugin_command_names() if " " not in name)]

    def find_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; one of an installed plugin if the core has none of this name."""
        found = super().find_command(ctx, cmd_name)
        if found:
            return found
        from tidebook.pipelines.commands.plugins import plugin_command

        return plugin_command(cmd_name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse words that no file name can contain: no shell passes them, but a calling program may."""
        for word in args:
            if not _is_encodable(word):
                print_error(InputError(Problem("tidebook", "arguments without a NUL or half a character", text=word)))
                ctx.exit(2)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that the line names."""
        try:
            return super().invoke(ctx)
        except Exit:  # not an error, though a RuntimeError
            raise
        except BrokenPipeError:
            # The reader closed the pipe, as `| head` does. Python would fail again on flushing stdout at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise Exit(FAILED) from None
        except (InputError, DamagedError) as error:
            print_error(error)
            raise Exit(2) from error
        except (OSError, RuntimeError, ImportError) as error:
            if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
                print_error(InputError(Problem(shown(str(error.filename)), TOO_LONG)))
                raise Exit(2) from error
            print_error(error)
            raise Exit(FAILED) from error


def _is_encodable(word: str) -> bool:
    try:
        return b"\0" not in os.fsencode(word)
    except UnicodeEncodeError:
        return False


SETTINGS = {"show_default": True, "help_option_names": ["-h", "--help"]}
"""Settings of click for all commands."""


@click.group("tidebook", cls=Commands, commands=_Imported(COMMANDS), context_settings=SETTINGS)
@click.version_option(package_name="tidebook", message="tidebook %(version)s")
def app() -> None:
    """Check an article's figures, claims and predictions, and report which hold."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal whose encoding lacks a character shows a question mark instead of failing.
            stream.reconfigure(errors="replace")


equipped("", app)


if __name__ == "__main__":
    app(prog_name="tidebook")
