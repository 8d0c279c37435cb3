"""The commands on sources: `sources list`, `fetch`, `add`, `status`, and those that plugins add.

Belongs here: printing what is known of sources. Does not: fetching and snapshots (`read.sources`), or the sources
themselves, which plugins bring. Only `fetch` and `add` use the network.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from tidebook.pipelines.commands.common import FAILED, json_option, raw_option
from tidebook.pipelines.commands.plugins import ExtensibleGroup
from tidebook.pipelines.commands.terminal import harmless, is_quiet, print_json, print_line, print_table
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean, printable, without_commands
from tidebook.pipelines.read.settings import Settings, settings

if TYPE_CHECKING:
    from pathlib import Path

    from tidebook.pipelines.read.evidence_tables.guess import Choices
    from tidebook.pipelines.read.evidence_tables.taken import TakenEvidence
    from tidebook.pipelines.read.sources.base import Connector, Description
    from tidebook.pipelines.read.sources.fetch import FetchResult
    from tidebook.pipelines.read.sources.snapshots import Attempt, Snapshot

MOST_JSON = 8 * 2**20
"""Maximum bytes of metadata, which take many times as much memory."""


@dataclass(frozen=True)
class Source(JsonDocument):
    """A live source in `tidebook sources status`."""

    source: str
    """Name of the source."""
    status: str
    """State of its newest snapshot: current, stale or down; or no snapshot."""
    fetched: str | None
    """Day on which the newest snapshot was fetched."""
    vintage: str | None
    """Day of the publisher's copy in that snapshot."""
    rows: dict[str, int]
    """Number of rows, and of used, irrelevant and quarantined ones; empty without a snapshot."""
    notes: list[str]
    """Why the last fetch failed, unknown columns, and a snapshot that the lock names but is missing."""


@dataclass(frozen=True)
class SourceStatus(JsonDocument):
    """A live source in `tidebook sources list`."""

    source: str
    """Name of the source."""
    title: str
    """What it holds."""
    publisher: str
    """Who publishes it."""
    cadence: str
    """How often it changes: daily, weekly or monthly."""
    tier: str
    """Tier of its values as evidence: P, S, W or D."""
    licence: str
    """Its licence."""
    republish: bool
    """Whether tables derived from it may be republished."""


@click.group(cls=ExtensibleGroup)
def sources() -> None:
    """Add evidence to a dossier, and fetch live sources into snapshots, which builds read."""


@sources.command("list")
@json_option
def list_sources(as_json: bool) -> None:
    """List all sources with content, update cadence, licence, and whether derived tables may be republished."""
    from tidebook.pipelines.read.sources.registry import all_connectors
    from tidebook.pipelines.read.sources.registry import fetched as only_fetched

    known = []
    for connector in only_fetched(all_connectors()).values():
        one = connector.describe
        known.append(
            SourceStatus(one.name, one.title, one.publisher, one.cadence, one.tier, one.licence, one.republish)
        )
    if as_json:
        print_json(known)
        return
    rows = []
    for each in known:
        content = f"{each.title}, {each.publisher}"
        republish = "yes" if each.republish else "no"
        rows.append((each.source, content, each.cadence, f"tier {each.tier}", each.licence, republish))
    print_table(["source", "content", "cadence", "tier", "licence", "may be republished"], rows)


@sources.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", help="Names from `tidebook sources list`. Default: all.")
@raw_option
def fetch(names: tuple[str, ...], raw: Path | None) -> None:
    """Download sources; save a snapshot of each that changed. Exit code 3: a source could not be fetched.

    Evidence from `sources add` is fetched again too; a changed file becomes a new vintage. Of each kind those come
    first on whose values a claim of the latest release rests that are soonest due to change.
    """
    from tidebook.pipelines.read.dossier.refreshing import addresses
    from tidebook.pipelines.read.sources.order import due
    from tidebook.pipelines.read.sources.registry import fetched as only_fetched
    from tidebook.pipelines.read.sources.snapshots import write_lock

    folders, failed = settings(raw), False
    evidence = addresses(folders.dossier)
    is_live = folders.snapshots is not None or not evidence
    known = only_fetched(connectors_of(folders)) if is_live else {}
    days = due(folders.out)
    source_ids = {name: each.source for name, each in evidence.items()}
    source_ids |= {name: each.describe.source_id for name, each in known.items()}
    wanted = sorted(_wanted(names, [*source_ids]), key=lambda name: days.get(source_ids[name], dt.date.max))
    for name in filter(evidence.__contains__, wanted):
        try:
            print_line(f"{name}: {_refetched(folders, name, evidence[name].address)}")
        except InputError as error:
            failed = True
            print_line(f"{name}: failed; {error}; what was fetched before stays, and is stale", err=True)
    for outcome in _fetch_all(folders, [known[name] for name in wanted if name in known]) if is_live else ():
        failed |= outcome.status == "failed"
        _print_fetched(outcome)
        write_lock(folders.fetched)
    if failed:
        raise Exit(FAILED)


def _wanted(names: Sequence[str], known: Sequence[str]) -> list[str]:
    """Return the named sources, each once, or all that are known. Raises InputError for an unknown name."""
    for name in names:
        if name not in known:
            raise InputError(Problem(name, f"one of the sources {', '.join(known)}{did_you_mean(name, known)}"))
    return list(dict.fromkeys(names or known))


def _print_fetched(outcome: FetchResult) -> None:
    """Print what became of a source, of a quiet command only a failure. click.echo would write into the bar."""
    has_failed = outcome.status == "failed"
    if has_failed or not is_quiet():
        line = without_commands(harmless(f"{outcome.source}: {outcome.status}; {outcome.message}"))
        print(line, file=sys.stderr if has_failed else sys.stdout, flush=True)


class _WithAddresses(click.Command):
    """A command whose help lists the addresses that the installed plugins take."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help, then the addresses."""
        from tidebook.pipelines.read.plugin import all_plugins

        super().format_help_text(ctx, formatter)
        addresses = [each for plugin in all_plugins() for each in plugin.evidence.values()]
        if addresses:
            with formatter.section("Addresses"):
                formatter.write_dl([(each.form, each.what) for each in addresses])


@sources.command(cls=_WithAddresses)
@click.argument("address", metavar="ADDRESS")
@click.option("--where", multiple=True, metavar="COLUMN=TEXT", help="Of a table: only rows with TEXT in COLUMN.")
@click.option("--key", multiple=True, metavar="COLUMN", help="Of a table: a key, the time included.")
@click.option("--value", default="", metavar="COLUMN", help="Of a table: the column of values.")
@click.option("--unit", default="", help="Of a table: the unit of its values, as a symbol or in words.")
@click.option(
    "--fiscal-year", default="", metavar="MONTH", help="Of a table: the first month of years such as 2019/20."
)
@raw_option
def add(
    address: str,
    where: tuple[str, ...],
    key: tuple[str, ...],
    value: str,
    unit: str,
    fiscal_year: str,
    raw: Path | None,
) -> None:
    """Add evidence from ADDRESS or a file to the dossier: its files, and the sections that declare it.

    The columns of a file are guessed and shown; an unsure guess is a question, and nothing is written. Nothing is
    fetched in a build.
    """
    from tidebook.pipelines.read.dossier.adding import add as add_evidence
    from tidebook.pipelines.read.sources.fetch import day_of_reading

    folder = settings(raw).dossier
    _check_unit(folder, unit)
    found = _taken(address, _choices(where, key, value, unit, fiscal_year))
    for line in found.shown:
        print_line(line)
    if found.questions:
        raise InputError([Problem(address, f"an answer: {each}") for each in found.questions])
    for path in add_evidence(folder, found, day_of_reading(), address):
        print_line(f"written: {folder / path}")
    for note in found.notes:
        print_line(f"note: {note}", err=True)
    first = next(iter(found.evidence.get("values", ())), "value")
    print_line(f"Expressions look it up as {found.name}[...].{first}; review the sections first.")


def _check_unit(raw: Path, unit: str) -> None:
    """Check that a unit is one that is known, or that the dossier declares. Raises InputError if it is none."""
    from tidebook.pipelines.read.dossier.checked import read_dossier
    from tidebook.pipelines.read.dossier.sections import DOSSIER
    from tidebook.pipelines.read.evidence_tables.stated import stated_unit
    from tidebook.pipelines.read.rawfile import read_raw
    from tidebook.schemas.units import UNITS

    if not unit or stated_unit(unit).unit:
        return
    # After it units of its own are known; another error of the dossier is for `check`.
    with suppress(InputError):
        read_dossier(read_raw(raw, DOSSIER))
    if not stated_unit(unit).unit:
        words = [word for each in UNITS.nameable.values() for word in (each.symbol, *each.words)]
        expected = f"a unit as a symbol or in words, or one of your own, [units.NAME] in {DOSSIER}"
        raise InputError(Problem("--unit", f"{expected}{did_you_mean(unit, words)}", text=unit))


def _choices(where: Sequence[str], key: Sequence[str], value: str, unit: str, fiscal_year: str) -> Choices | None:
    """Return what a person says of a file, None if it is nothing. Raises InputError for a text without `=`."""
    from tidebook.pipelines.read.evidence_tables.guess import Choices

    pairs = [each.partition("=") for each in where]
    for text, (_, equals, _) in zip(where, pairs, strict=True):
        if not equals:
            raise InputError(Problem("--where", "a column and its text, such as unit=PC", text=text))
    found = Choices({column: text for column, _, text in pairs}, tuple(key), value, unit, fiscal_year)
    return found if any(found) else None


def _taken(address: str, choices: Choices | None = None) -> TakenEvidence:
    """Take evidence from its address. Raises InputError if it cannot be fetched, or is not as expected."""
    from tidebook.pipelines.read.dossier.adding import taken
    from tidebook.pipelines.read.regular import MAX_BYTES
    from tidebook.pipelines.read.sources.base import FetchError, FileSpec
    from tidebook.pipelines.read.sources.fetch import web

    client = web()

    def get(where: str, kind: str) -> bytes:
        most = MOST_JSON if kind == "json" else MAX_BYTES
        received = client.get(FileSpec("evidence", where, kind, most), {})  # type: ignore[arg-type]
        return received.data if received else b""

    try:
        return taken(address, get, choices)
    except FetchError as error:
        raise InputError(Problem(address, f"an answer ({error})")) from error


def _refetched(folders: Settings, name: str, address: str) -> str:
    """Fetch evidence again, and return in words whether its publisher's file is another one."""
    from tidebook.pipelines.read.dossier.refreshing import refresh
    from tidebook.pipelines.read.sources.fetch import day_of_reading

    days = refresh(folders.raw, name, _taken(address), day_of_reading())
    return f"vintage of {', '.join(map(str, days))}" if days else "unchanged"


def connectors_of(folders: Settings) -> dict[str, Connector]:
    """Return the sources of the dossier's plugins by name.

    Raises:
        InputError: no plugin of the dossier fetches sources.
    """
    from tidebook.pipelines.read.dossier.sections import plugins_of
    from tidebook.pipelines.read.sources.registry import connectors

    assert folders.fetched
    return connectors(plugins_of(folders.raw))


def _fetch_all(folders: Settings, sources: Sequence[Connector]) -> Iterator[FetchResult]:
    """Fetch sources one after the other, with a progress bar over their files, and yield each result."""
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
    """Show the snapshot in use of each source, the counts of its rows, and why the last fetch failed."""
    found = list(_sources(settings(raw)))
    if as_json:
        print_json(found)
        return
    rows = []
    for each in found:
        counts = (f"{each.rows[part]:,}" if each.rows else "" for part in PARTS)
        rows.append((each.source, each.status, each.fetched or "", each.vintage or "", *counts))
    print_table(["source", "status", "fetched", "vintage", *PARTS], rows)
    for each in found:
        for note in each.notes:
            print_line(printable(note))


PARTS = ("rows", "used", "irrelevant", "quarantined")


def _sources(folders: Settings) -> Iterator[Source]:
    """Yield the state of each source that can be fetched or has a snapshot."""
    from tidebook.pipelines.read.sources.snapshots import LOCK, attempts, history, locked

    tried, locked_snapshots = attempts(folders.fetched), locked(folders.raw)
    for connector in connectors_of(folders).values():
        name = connector.describe.name
        snapshots = history(folders.fetched, name)
        if not snapshots and not connector.fetched:
            continue
        notes = []
        if name in tried and tried[name].error:
            notes.append(f"{name}: {tried[name].error}")
        wanted = locked_snapshots.get(name)
        if wanted and wanted not in [each.snapshot for each in snapshots]:
            notes.append(f"{name}: {LOCK} names the snapshot {wanted}, which is not in {folders.fetched}")
        if snapshots:
            yield _source_with_snapshot(connector.describe, folders, snapshots[-1], tried, notes)
        else:
            yield Source(name, "no snapshot", None, None, {}, notes)


def _source_with_snapshot(
    one: Description, folders: Settings, newest: Snapshot, tried: Mapping[str, Attempt], notes: list[str]
) -> Source:
    from tidebook.pipelines.read.sources.snapshots import status as status_of
    from tidebook.pipelines.read.sources.tables import parse

    parsed = parse(folders.fetched, newest)
    for count in parsed.files:
        if count.unknown_columns:
            notes.append(f"{one.name}/{count.file}: unknown columns {', '.join(count.unknown_columns)}")
    state = status_of(one.name, tried, one.max_age_days)
    return Source(one.name, state, str(newest.day), newest.vintage, parsed.totals(*PARTS), notes)
