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

from tidebook.pipelines.commands.common import Group
from tidebook.pipelines.commands.terminal import tell
from tidebook.pipelines.read.dossier.sections import packs_of
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
    "ledger": "ledger:ledger",
}
"""Where each command is below `commands`."""

PACKS = {"sources": "live", "ledger": "ledger"}
"""Commands that a dossier has no use for without a pack: help lists them where there is one."""


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
        packs = packs_of(raw_default())
        return [name for name in self.commands if PACKS.get(name) in (None, *packs)]

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
