"""The commands on sources that are fetched: list, fetch, status, and those that plugins add.

Nothing is built here, and only `fetch` uses the network.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from tidebook.pipelines.commands.common import Extended, json_option, raw_option
from tidebook.pipelines.commands.terminal import json_text, print_table, tell
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean, printable
from tidebook.pipelines.read.settings import Settings, settings

if TYPE_CHECKING:
    from pathlib import Path

    from tidebook.pipelines.read.sources.base import Connector
    from tidebook.pipelines.read.sources.fetch import FetchResult


@dataclass(frozen=True)
class Source(JsonDocument):
    """A live source in `tidebook sources status`."""

    source: str
    """Its name."""
    status: str
    """Whether its newest snapshot may be relied on: current, stale or down; or no snapshot."""
    fetched: str | None
    """Day on which the newest snapshot was fetched."""
    vintage: str | None
    """Day of the publisher's copy in it."""
    rows: dict[str, int]
    """How many rows it has, and how many are used, irrelevant and quarantined; empty without a snapshot."""
    notes: list[str]
    """How the last fetch failed, which columns are unknown, which snapshot is missing."""


@click.group(cls=Extended)
def sources() -> None:
    """Live sources: fetch them into snapshots, which builds then read."""


@sources.command("list")
def list_sources() -> None:
    """Show every source: what it holds, its cadence, licence, and whether derived tables may be republished."""
    from tidebook.pipelines.read.sources.registry import all_connectors
    from tidebook.pipelines.read.sources.registry import fetched as only_fetched

    rows = []
    for one in (connector.describe for connector in only_fetched(all_connectors()).values()):
        what, republish = f"{one.title}, {one.publisher}", "yes" if one.republish else "no"
        rows.append((one.name, what, one.cadence, f"tier {one.tier}", one.licence, republish))
    print_table(["source", "what", "asked", "tier", "licence", "may be republished"], rows)


@sources.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", help="Sources, as `list` names them. Default: all.")
@raw_option
def fetch(names: tuple[str, ...], raw: Path | None) -> None:
    """Fetch sources; other bytes than before become a snapshot. Exit code 1 when one could not be fetched."""
    from tidebook.pipelines.read.sources.registry import fetched as only_fetched
    from tidebook.pipelines.read.sources.snapshots import write_lock

    folders, failed = settings(raw), False
    known = only_fetched(connectors_of(folders))
    for name in names:
        if name not in known:
            raise InputError(Problem(name, f"one of the sources {', '.join(known)}{did_you_mean(name, known)}"))
    for outcome in _fetch_all(folders, [known[name] for name in dict.fromkeys(names or known)]):
        bad = outcome.status == "failed"
        failed |= bad
        line = f"{outcome.source}: {outcome.status}; {outcome.message}"
        print(line, file=sys.stderr if bad else sys.stdout, flush=True)  # click writes past the bar that is shown below
        write_lock(folders.raw, folders.fetched)
    if failed:
        raise Exit(1)


def connectors_of(folders: Settings) -> dict[str, Connector]:
    """Return the sources of the plugins that are on. Raises InputError if none of them has any."""
    from tidebook.pipelines.read.dossier.sections import plugins_of
    from tidebook.pipelines.read.sources.registry import connectors

    assert folders.fetched
    return connectors(plugins_of(folders.raw))


def _fetch_all(folders: Settings, sources: Sequence[Connector]) -> Iterator[FetchResult]:
    """Fetch sources one after the other and yield each outcome, showing what has arrived. Raises what `web` does."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    from tidebook.pipelines.read.sources.fetch import fetch as fetch_one
    from tidebook.pipelines.read.sources.fetch import web

    client, console = web(), Console(stderr=True)
    bar = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("files"))
    seen, both = console.is_terminal, sys.stdout.isatty()
    with Progress(*bar, console=console, transient=True, disable=not seen, redirect_stdout=both) as progress:
        counts = [len(each.describe.files) for each in sources]
        task = progress.add_task("", total=sum(counts))
        for place, each in enumerate(sources):
            progress.update(task, description=each.describe.name, completed=sum(counts[:place]))

            def get(spec, headers):  # type: ignore[no-untyped-def]
                received = client.get(spec, headers)
                progress.advance(task)
                return received

            yield fetch_one(each, folders.fetched, get)


@sources.command()
@raw_option
@json_option
def status(raw: Path | None, as_json: bool) -> None:
    """Say of each source which snapshot is in use, what became of its rows, and how the last fetch went."""
    found = list(_sources(settings(raw)))
    if as_json:
        click.echo(json_text(found))
        return
    rows = []
    for each in found:
        counts = (f"{each.rows[part]:,}" if each.rows else "" for part in PARTS)
        rows.append((each.source, each.status, each.fetched or "", each.vintage or "", *counts))
    print_table(["source", "status", "fetched", "vintage", *PARTS], rows)
    for each in found:
        for note in each.notes:
            tell(printable(note))


PARTS = ("rows", "used", "irrelevant", "quarantined")


def _sources(folders: Settings) -> Iterator[Source]:
    """Yield what is told of each source that can be fetched, or has a snapshot."""
    from tidebook.pipelines.read.sources.snapshots import LOCK, attempts, history, locked
    from tidebook.pipelines.read.sources.snapshots import status as status_of
    from tidebook.pipelines.read.sources.tables import parse

    tried, named = attempts(folders.fetched), locked(folders.raw)
    for connector in connectors_of(folders).values():
        one = connector.describe
        taken = history(folders.fetched, one.name)
        if not taken and not connector.fetched:
            continue
        notes = [f"{one.name}: {tried[one.name].error}"] if one.name in tried and tried[one.name].error else []
        if named.get(one.name) not in (None, *(each.snapshot for each in taken)):
            notes.append(f"{one.name}: {LOCK} names the snapshot {named[one.name]}, which is not in {folders.fetched}")
        if not taken:
            yield Source(one.name, "no snapshot", None, None, {}, notes)
            continue
        parsed = parse(folders.fetched, taken[-1])
        notes += [
            f"{one.name}/{count.file}: unknown columns {', '.join(count.unknown_columns)}"
            for count in parsed.files
            if count.unknown_columns
        ]
        state = status_of(one.name, tried, one.max_age_days)
        yield Source(one.name, state, str(taken[-1].day), taken[-1].vintage, parsed.totals(*PARTS), notes)
