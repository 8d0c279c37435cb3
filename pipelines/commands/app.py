"""The command line: it puts the commands together. Exit code 0 is good, 2 bad input, 1 anything else.

A signal ends a command with 128 and its number, as `__main__` has it. What a command does is in `commands`; a command's
module is imported when it is called, and what is heavy when that needs it.
"""

from __future__ import annotations

import io
import os
import sys
from collections import UserDict
from importlib import import_module
from typing import Any

import click
from click.exceptions import Exit

from tidebook.pipelines.commands.common import Group, plugin_command
from tidebook.pipelines.commands.terminal import tell
from tidebook.pipelines.read.dossier.sections import plugins_of
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.settings import raw_default

COMMANDS = {
    "build": "build:build",
    "claims": "outcomes:claims",
    "figures": "outcomes:figures",
    "read": "read:read",
    "explain": "compare:explain",
    "diff": "compare:diff",
    "check": "raw:check",
    "status": "raw:status",
    "lock": "raw:lock",
    "verify": "releases:verify",
    "export": "releases:export",
    "ui": "ui:ui",
    "open": "build:open_report",
    "schema": "schema:schema",
    "releases": "releases:releases",
    "sources": "sources:sources",
}
"""Where each command of the core is below `commands`; plugins bring others."""

FETCHING = ("sources",)
"""Commands that a dossier has no use for where none of its plugins fetches sources: help lists them where one does."""


class _Imported(UserDict[str, Any]):
    """Commands by name, each imported when it is asked for."""

    def __getitem__(self, name: str) -> click.Command:
        module, _, own = super().__getitem__(name).partition(":")
        found: click.Command = getattr(import_module(f"tidebook.pipelines.commands.{module}"), own)
        return found


class Commands(Group):
    """All commands: bad input ends one with its lines on stderr and exit code 2, a crash or failing disk with 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands that help lists."""
        on = plugins_of(raw_default())
        own = [name for name in self.commands if name not in FETCHING or on.parts("connectors")]
        return [*own, *(name for name in on.parts("commands") if " " not in name)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, one that an installed plugin brings if there is no other of this name."""
        return super().get_command(ctx, cmd_name) or plugin_command(cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that the line names."""
        try:
            return super().invoke(ctx)
        except Exit:  # which is a RuntimeError
            raise
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise Exit(1) from None
        except InputError as error:
            for problem in error.problems:
                tell(f"error: {problem}", err=True)
            raise Exit(2) from error
        except (OSError, RuntimeError, ImportError) as error:
            tell(f"error: {error}", err=True)
            raise Exit(1) from error


@click.group("tidebook", cls=Commands, commands=_Imported(COMMANDS), context_settings={"show_default": True})
@click.version_option(package_name="tidebook", message="tidebook %(version)s")
def app() -> None:
    """Keep the figures, claims and predictions of an analysis true."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal of any encoding: what it lacks becomes a question mark


if __name__ == "__main__":
    app(prog_name="tidebook")
