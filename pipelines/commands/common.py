"""What commands share: the folder options, and finding what an argument names.

No command is declared here.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

import tidebook
from tidebook.pipelines.commands.terminal import tell
from tidebook.pipelines.graph.places import Bucket, Folder, Place
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.lock import LOCK, differences
from tidebook.pipelines.read.settings import Settings, settings
from tidebook.pipelines.release import release as storage
from tidebook.pipelines.release.release import find_place
from tidebook.places import DamagedError
from tidebook.releases import LocalRelease, release_at
from tidebook.schemas.units import own_unit, use_units

LONGEST = 1000
"""Characters that a list of commands has for what one does: the first sentence of its help."""

raw_option = click.option(
    "--raw",
    type=Path,
    help="Folder of the raw tables. Default: TIDEBOOK_RAW, this folder or ./raw if a dossier, or the packaged tables.",
)
out_option = click.option(
    "--out", metavar="PLACE", help="Folder or s3://bucket/prefix of the results. Default: TIDEBOOK_OUT or ./out."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, as `tidebook schema` describes it.")
release_argument = click.argument(
    "name", default="", metavar="[ID]", help="Id or folder of a release. Default: the latest."
)


class Group(click.Group):
    """Commands under one name, listed in their order with the whole of what they do."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands; click cuts each to a line."""
        with formatter.section("Commands"):
            found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
            formatter.write_dl([(name, command.get_short_help_str(LONGEST)) for name, command in found if command])


def locked_differences(folders: Settings) -> list[str]:
    """Return the raw files that differ from the lock. Raises InputError if there is no raw folder."""
    if not folders.raw.is_dir():
        raise InputError(Problem(str(folders.raw), "a folder of raw tables"))
    return differences(folders.raw)


def tell_lock(differing: Iterable[str]) -> None:
    """Say on stderr which raw files differ from the lock."""
    for path in differing:
        tell(f"note: {path} differs from {LOCK}; `tidebook lock` records it", err=True)


def home(folders: Settings) -> Place:
    """Return where the releases of these settings are."""
    return Bucket(folders.remote) if folders.remote else Folder(folders.out)


def sync_latest(folders: Settings) -> None:
    """Make the latest release of an object store, if results go to one, the latest here."""
    if folders.remote:
        storage.sync_latest(Bucket(folders.remote), folders.out)


def release_place(name: str, folders: Settings) -> Place:
    """Return the place of the release that an argument names, of the latest when it names none.

    Raises InputError if there is none, or no telling which one is the latest, OSError if an object store cannot be
    reached.
    """
    expected = f"an output folder with a release, a release folder, or the id of a release in {folders.shown}"
    try:
        place = find_place(name, home(folders))
    except DamagedError as error:
        place, expected = None, f"the id of a release, since {error}"
    if place is None:
        raise InputError(Problem(name or folders.shown, expected))
    return place


def named_release(name: str, folders: Settings) -> LocalRelease:
    """Return the release that an argument names, the latest when it names none; one in an object store is downloaded.

    Raises InputError if there is none, OSError if it cannot be downloaded as it was published.
    """
    place = release_place(name, folders)
    if isinstance(place, Folder):
        release = release_at(place.path)
    else:
        address = place.url.rpartition("/releases/")[0]
        release = storage.download(place, settings(None, address).out)
    if release is None:
        raise InputError(Problem(f"{place}/manifest.json", "the manifest of a release"))
    return release


def read_rows(out: Path, names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of these tables of the latest release by table, null as None; without pandas, which is slow.

    Raises InputError if there is no release, it has no such table, or a table is damaged.
    """
    with _release_errors(out, "manifest.json"):
        release = tidebook.find_release(out)
    with suppress(OSError, LookupError, ValueError, TypeError):  # a data package, or a release of before
        declared = tomllib.loads(release.read("inputs/dossier.toml").decode())
        use_units({symbol: own_unit(symbol, **each) for symbol, each in declared.get("units", {}).items()})
    rows = {}
    for name in names:
        with _release_errors(out, f"tables/{name}.parquet"):
            rows[name] = tidebook.read_table(name, release, engine="arrow").to_pylist()
    return rows


def latest_rows(out: str | None, names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Return rows as `read_rows` does, of the latest release of an object store where `out` is one."""
    folders = settings(None, out)
    sync_latest(folders)
    return read_rows(folders.out, names)


def outcome_counts(out: Path) -> dict[str, dict[str, int]]:
    """Return by kind of statement, and for figures, how many of each outcome the latest release has, from its JSON.

    Raises InputError if there is no release, or this part of it is damaged.
    """
    with _release_errors(out, path := "report/verdicts.json"):
        counts: dict[str, dict[str, int]] = json.loads(tidebook.find_release(out).read(path))["outcome_counts"]
    return counts


@contextmanager
def _release_errors(out: Path, path: str) -> Iterator[None]:
    place, kind = str(out / "latest" / path), "JSON" if path.endswith("json") else "Parquet"
    try:
        yield
    except LookupError:
        raise InputError(Problem(place, "a release; run `tidebook build` first")) from None
    except OSError:
        raise InputError(Problem(place, f"a {kind} file as it was published; `tidebook build` mends it")) from None
