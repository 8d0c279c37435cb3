"""What commands share: the folder options, how errors end a command, and finding what an argument names.

No command is declared here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.ingest.errors import InputError, Problem
from pipelines.settings import Settings, settings

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.storage.release import Release

Raw = Annotated[
    Path | None,
    typer.Option(help="Folder of the raw tables. Default: TIDEBOOK_RAW, ./raw, or the packaged tables."),
]
Out = Annotated[
    str | None,
    typer.Option(help="Folder or s3://bucket/prefix of the results. Default: TIDEBOOK_OUT or ./out.", metavar="PLACE"),
]

Named = Annotated[
    str, typer.Argument(metavar="[ID]", help="Id or folder of a release. Default: the latest.", show_default=False)
]


def print_table(headers: Sequence[str], rows: Iterable[Sequence[str]], width: int) -> None:
    """Print rows as a table on stdout, so wide where that is no terminal."""
    from rich.console import Console
    from rich.table import Table

    table: Table = Table(*headers, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else width, markup=False, highlight=False).print(table)


@contextmanager
def input_errors() -> Iterator[None]:
    """Turn bad input into its lines on stderr and exit code 2, and a crash or failing disk into exit code 1."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    except InputError as error:
        for problem in error.problems:
            typer.echo(f"error: {problem}", err=True)
        raise typer.Exit(2) from error
    except (OSError, RuntimeError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


def follow_pointer(folders: Settings) -> str | None:
    """Bring the latest release of an object store to this machine, and return its id; None without one."""
    if folders.remote is None:
        return None
    from pipelines.storage.objects import Objects, follow

    return follow(Objects(folders.remote), folders.out)


def named_release(name: str, folders: Settings) -> Release:
    """Return the release that an argument names, the latest when it names none; one in an object store is brought.

    Raises:
        InputError: there is none.
        OSError: it cannot be brought.
    """
    from pipelines.storage.find import find_release
    from pipelines.storage.release import latest

    place = settings(None, name) if "://" in name else folders
    if name == "" or "://" in name:
        follow_pointer(place)
        release = latest(place.out)
    else:
        release = find_release(name, place.out) or stored_release(name, place)
    if release is None:
        expected = f"an output folder with a release, a release folder, or the id of a release in {place.shown}"
        raise InputError(Problem(name or place.shown, expected))
    return release


def stored_release(start: str, folders: Settings) -> Release | None:
    """Return the release of an object store whose id starts so, brought to this machine; None unless there is one."""
    if folders.remote is None:
        return None
    from pipelines.storage.objects import Objects, bring, named_id
    from pipelines.storage.store import Store

    objects = Objects(folders.remote)
    release_id = named_id(objects, start)
    if release_id is None:
        return None
    with Store(folders.out).exclusive():
        return bring(objects, release_id, folders.out)


def read_table(out: Path, name: str) -> pd.DataFrame:
    """Return a table of the latest release.

    Raises:
        InputError: there is no release, it has no such table, or the table is damaged.
    """
    from pyarrow import ArrowException

    from pipelines.storage.parquet import read_parquet

    path = out / "latest" / "tables" / f"{name}.parquet"
    if not path.is_file():
        raise InputError(Problem(str(path), "a release; run `tidebook build` first"))
    try:
        return read_parquet(path)
    except (ArrowException, OSError):
        raise InputError(Problem(str(path), "a Parquet file that can be read; `tidebook build` mends it")) from None
