"""Shared by commands: their options, and printing errors.

Belongs here: what nearly every command uses. Does not: commands, or what only some of them need: a release (`named`,
`latest`), the lock (`locked`) or plugins (`plugins`).
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tidebook.pipelines.commands.terminal import print_line
from tidebook.pipelines.read.detail import detail
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.plugin import WITHOUT, left_out
from tidebook.places import masked

if TYPE_CHECKING:
    from tidebook.pipelines.read.rawfile import RawFile
    from tidebook.pipelines.read.settings import Settings

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

FAILED = 3
"""Exit code of a crash, a failing disk, or a closed pipe: neither a finding nor bad input."""


class _Renamed(click.Option):
    """An option whose first name is the one that help shows; the others are its names of earlier versions."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        return record and (f"{self.opts[0]} {self.make_metavar(ctx)}", record[1])


DEFAULT = "Default: TIDEBOOK_DOSSIER, else . or ./raw if it holds dossier.toml."
raw_option = click.option(
    "--in", "--dossier", "--raw", "raw", cls=_Renamed, type=Path, metavar="ARTICLE",
    callback=lambda _context, _parameter, named: named and dossier_named(named),
    help=f"Folder or text of the article. {DEFAULT}",
)  # fmt: skip
out_option = click.option(
    "--out", metavar="PLACE", help="Output folder or s3://bucket/prefix. Default: TIDEBOOK_OUT or ./out."
)


def written_option(name: str, variable: str, metavar: str, help: str) -> Callable[[Decorated], Decorated]:
    """Return an option for a file that a command writes, as `variable`."""
    return click.option(name, variable, metavar=metavar, type=click.Path(path_type=Path, dir_okay=False), help=help)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON; `tidebook schema` prints its schema.")


def dossier_named(named: Path) -> Path:
    """Return the folder of an article that a command names: the folder itself, or that of its text.

    Raises:
        InputError: a text is of no dossier.
    """
    if not named.is_file():
        return named
    from tidebook.pipelines.read.dossier.sections import dossier_of_text

    folder = dossier_of_text(named)
    if folder is None:
        expected = "the folder of a dossier, or its text; `tidebook new TEXT DIR` makes one from a text"
        raise InputError(Problem(str(named), expected))
    return folder


def article_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Let a command take its article as an argument, or by `--in`, as `raw`: the folder of the dossier, or None."""

    @functools.wraps(command)
    def called(article: Path | None, raw: Path | None, **given: Any) -> Any:
        if article is not None and raw is not None:
            raise InputError(Problem("--in", "either --in or the article as an argument, not both"))
        return command(raw=raw if article is None else dossier_named(article), **given)

    argument = click.argument(
        "article", required=False, type=Path, metavar="[ARTICLE]", help=f"Folder or text of the article. {DEFAULT}"
    )
    return argument(raw_option(called))


def _leave_out(context: click.Context, _: click.Parameter, names: tuple[str, ...]) -> None:
    """Leave plugins out as long as a command runs, in the processes that it starts too."""
    if not left_out(names, "--without"):
        return
    before = os.environ.get(WITHOUT)
    os.environ[WITHOUT] = ",".join(names)

    def restore() -> None:
        if before is None:
            del os.environ[WITHOUT]
        else:
            os.environ[WITHOUT] = before

    context.call_on_close(restore)


without_option = click.option(
    "--without",
    multiple=True,
    metavar="NAME",
    expose_value=False,
    callback=_leave_out,
    help=f"Leave out the rules for texts of an installed plugin. Default: {WITHOUT}.",
)


class DocumentOption(click.Option):
    """The option `--json` of a plugin's command, with the class of its document for `tidebook schema`."""

    def __init__(self, *words: Any, document: Any, **settings: Any) -> None:
        super().__init__(*words, **settings)
        self.document = document


def json_option_of(document: Any) -> Callable[[Decorated], Decorated]:
    """Return the option `--json` for a plugin's command that prints this document."""
    return click.option(
        "--json", "as_json", cls=DocumentOption, document=document, is_flag=True, help="Print JSON instead of tables."
    )


release_argument = click.argument("name", default="", metavar="[ID]", help="Release id or folder. Default: the latest.")


def print_error(error: Exception) -> None:
    """Print an error on stderr: each problem of bad input, or its message, with secrets in addresses masked."""
    lines = error.problems if isinstance(error, InputError) else [masked(str(error))]
    for line in lines:
        print_line(f"error: {line}", err=True, always=True)


def check_out(folders: Settings) -> None:
    """Check before the first write that results go to a folder, or to a new one.

    Raises:
        InputError: the output is a file, or a dangling link, which would create a folder elsewhere.
    """
    if folders.out.is_file():
        raise InputError(Problem(str(folders.out), "a folder for results, not a file"))
    if folders.out.is_symlink() and not folders.out.exists():
        raise InputError(Problem(str(folders.out), "a folder for results, not a link to nothing"))


def text_file(name: str) -> RawFile:
    """Read the named text, or standard input.

    Raises:
        InputError: there is no such file, it is too large, or it cannot be read.
    """
    from tidebook.pipelines.read.rawfile import RawFile, named_file

    if name == "-":
        return RawFile("standard input", sys.stdin.buffer.read())
    file = named_file(name, "a file of text, or - for standard input")
    detail("reads {}: {} bytes", name, len(file.data))
    return file
