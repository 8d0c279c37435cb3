"""The commands on live sources: list, fetch, status, review.

Nothing is built here, and only `fetch` uses the network.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from tidebook.pipelines.commands.common import Group, json_option, raw_option
from tidebook.pipelines.commands.terminal import json_text, print_table, tell
from tidebook.pipelines.read.documents import Shape
from tidebook.pipelines.read.errors import InputError, Problem, close_to, printable
from tidebook.pipelines.read.settings import Settings, settings

if TYPE_CHECKING:
    from pathlib import Path

    from tidebook.pipelines.read.sources.fetch import FetchResult


@dataclass(frozen=True)
class Source(Shape):
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


@click.group(cls=Group)
def sources() -> None:
    """Live sources: fetch them into snapshots, which builds then read."""


@sources.command("list")
def list_sources() -> None:
    """Show every source: what it holds, its cadence, licence, and whether derived tables may be republished."""
    from tidebook.pipelines.read.sources.registry import FETCHED

    rows = []
    for one in (connector.describe for connector in FETCHED.values()):
        what, republish = f"{one.title}, {one.publisher}", "yes" if one.republish else "no"
        rows.append((one.name, what, one.cadence, f"tier {one.tier}", one.licence, republish))
    print_table(["source", "what", "asked", "tier", "licence", "may be republished"], rows)


@sources.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", help="Sources, as `list` names them. Default: all.")
@raw_option
def fetch(names: tuple[str, ...], raw: Path | None) -> None:
    """Fetch sources; other bytes than before become a snapshot. Exit code 1 when one could not be fetched."""
    from tidebook.pipelines.read.sources.registry import FETCHED
    from tidebook.pipelines.read.sources.snapshots import write_lock

    folders, failed = settings(raw), False
    for name in names:
        if name not in FETCHED:
            raise InputError(Problem(name, f"one of the sources {', '.join(FETCHED)}{close_to(name, FETCHED)}"))
    for outcome in _fetch_all(folders, list(dict.fromkeys(names or FETCHED))):
        bad = outcome.status == "failed"
        failed |= bad
        line = f"{outcome.source}: {outcome.status}; {outcome.message}"
        print(line, file=sys.stderr if bad else sys.stdout, flush=True)  # click writes past the bar that is shown below
        write_lock(folders.raw, folders.live)
    if failed:
        raise Exit(1)


def _fetch_all(folders: Settings, names: Sequence[str]) -> Iterator[FetchResult]:
    """Fetch sources one after the other and yield each outcome, showing what has arrived. Raises what `web` does."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    from tidebook.pipelines.read.sources.fetch import fetch as fetch_one
    from tidebook.pipelines.read.sources.fetch import web
    from tidebook.pipelines.read.sources.registry import CONNECTORS

    client, console = web(), Console(stderr=True)
    bar = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("files"))
    seen, both = console.is_terminal, sys.stdout.isatty()
    with Progress(*bar, console=console, transient=True, disable=not seen, redirect_stdout=both) as progress:
        counts = [len(CONNECTORS[name].describe.files) for name in names]
        task = progress.add_task("", total=sum(counts))
        for place, name in enumerate(names):
            progress.update(task, description=name, completed=sum(counts[:place]))

            def get(spec, headers):  # type: ignore[no-untyped-def]
                received = client.get(spec, headers)
                progress.advance(task)
                return received

            yield fetch_one(CONNECTORS[name], folders.live, get)


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
    from tidebook.pipelines.read.sources.registry import CONNECTORS, FETCHED
    from tidebook.pipelines.read.sources.snapshots import LOCK, attempts, history, locked
    from tidebook.pipelines.read.sources.snapshots import status as status_of
    from tidebook.pipelines.read.sources.tables import parse

    tried, named = attempts(folders.live), locked(folders.raw)
    for one in (connector.describe for connector in CONNECTORS.values()):
        taken = history(folders.live, one.name)
        if not taken and one.name not in FETCHED:
            continue
        notes = [f"{one.name}: {tried[one.name].error}"] if one.name in tried and tried[one.name].error else []
        if named.get(one.name) not in (None, *(each.snapshot for each in taken)):
            notes.append(f"{one.name}: {LOCK} names the snapshot {named[one.name]}, which is not in {folders.live}")
        if not taken:
            yield Source(one.name, "no snapshot", None, None, {}, notes)
            continue
        parsed = parse(folders.live, taken[-1])
        notes += [
            f"{one.name}/{count.file}: unknown columns {', '.join(count.unknown_columns)}"
            for count in parsed.files
            if count.unknown_columns
        ]
        state = status_of(one.name, tried, one.max_age_days)
        yield Source(one.name, state, str(taken[-1].day), taken[-1].vintage, parsed.totals(*PARTS), notes)


@sources.command()
@raw_option
@click.option("--most", default=20, help="How many names of each kind are shown.")
def review(raw: Path | None, most: int) -> None:
    """List names that entities.csv does not hold, the most frequent first, with the entity most like each.

    Nothing is matched by likeness: add an alias where a proposal is right.
    """
    folders = settings(raw)
    from tidebook.pipelines.read.rawfile import read_raw
    from tidebook.pipelines.read.sources import entities
    from tidebook.pipelines.read.sources.snapshots import history, sources_of
    from tidebook.pipelines.read.sources.tables import parse

    table = entities.read_entities(read_raw(folders.raw, entities.PATH))
    names: dict[str, list[str]] = {"company": [], "model": []}
    for source in sources_of(folders.live):
        parsed = parse(folders.live, history(folders.live, source)[-1])
        names["company"] += [name for row in parsed.models for name in row["organizations"]]
        names["model"] += [row["name"] for row in parsed.models] + [row["model_id"] for row in parsed.prices]
    rows = []
    for kind, found in names.items():
        proposed = entities.proposals(table, kind, found)
        click.echo(f"{kind}: {len(set(found)) - len(proposed)} names are in the table, {len(proposed)} are not")
        rows += [
            (one.kind, one.name, str(one.occurs), f"{one.entity_id} ({one.score:.0f})" if one.entity_id else "")
            for one in proposed[:most]
        ]
    print_table(["kind", "name", "occurs", "most like"], rows)
