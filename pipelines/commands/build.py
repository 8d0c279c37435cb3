"""The commands `build` and `open`: build a release, once or whenever an input is saved, and open its report.

Belongs here: progress, warnings and watching. Does not: how a release is built (`graph.run`, `release.build`), or the
lines on its outcomes (`outcomes`).
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
from click.exceptions import Exit

import tidebook
from tidebook.pipelines.commands import outcomes
from tidebook.pipelines.commands.common import article_options, check_out, json_option, out_option, print_error
from tidebook.pipelines.commands.foreign import warn_of_foreign
from tidebook.pipelines.commands.latest import (
    LatestRows,
    figure_names,
    latest_rows,
    outcome_counts,
    read_rows,
    severities,
)
from tidebook.pipelines.commands.locked import locked_differences, tell_of_sentences, warn_of_unlocked
from tidebook.pipelines.commands.named import home
from tidebook.pipelines.commands.terminal import print_json, print_line
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.read.account import is_own
from tidebook.pipelines.read.atomic import writable
from tidebook.pipelines.read.detail import listened
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.grouping import TableRows
from tidebook.pipelines.read.processes import open_in_browser
from tidebook.pipelines.read.settings import Settings, settings
from tidebook.pipelines.read.sources.selection import input_hashes
from tidebook.pipelines.release.release import current_release
from tidebook.releases import LocalRelease, latest

PAUSE = threading.Event()
LOOK, SETTLE = 0.3, 0.1
"""Seconds between two checks of the inputs, and from a change to the build: editors save a file in several steps."""
NAMED_STEPS = 8
"""Maximum rebuilt steps that are named without `-v`."""


@dataclass(frozen=True)
class Built(JsonDocument):
    """What `tidebook build` made."""

    release: str
    """Id of the latest release."""
    new: bool
    """Whether it was built now; false if nothing had changed."""
    changed: list[outcomes.ChangedOutcome]
    """Outcomes that differ from the previous release."""
    counts: dict[str, dict[str, int]]
    """Counts of outcomes, by kind of statement, and for figures."""
    report: str
    """The page of the report."""


@click.command()
@article_options
@out_option
@click.option(
    "--sources-as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Ignore snapshots taken after DAY.",
)
@click.option("--dagster", is_flag=True, help="Run as a Dagster job, which the UI then lists. Implied by DAGSTER_HOME.")
@click.option("--base-url", metavar="ADDRESS", help="Public address of the report, for search engines and feeds.")
@click.option(
    "--print",
    "print_",
    type=click.Choice(["short", "full"]),
    default="short",
    help="full: also write print.html, the whole report for printing.",
)
@click.option("--all", "everything", is_flag=True, help="List all statements with their outcomes.")
@click.option(
    "--fail-on",
    metavar="WORDS",
    help="Exit with 1 if there are such outcomes (comma-separated). wrong covers contradicts itself and drifted; "
    "uncovered means numbers of the text that nothing accounts for.",
)
@click.option("--open", "opened", is_flag=True, help="Open the report in a browser.")
@click.option("--watch", "watched", is_flag=True, help="Build again whenever an input file is saved.")
@json_option
def build(
    raw: Path | None,
    out: str | None,
    sources_as_of: datetime | None,
    dagster: bool,
    base_url: str | None,
    print_: str,
    everything: bool,
    fail_on: str | None,
    opened: bool,
    watched: bool,
    as_json: bool,
) -> None:
    """Build the tables and report, and show the outcomes."""
    unwanted = _unwanted(fail_on)
    if as_json and (watched or everything):
        raise InputError(Problem("--json", "neither --watch nor --all: `tidebook claims --json` lists all statements"))
    folders = settings(raw, out, sources_as_of and sources_as_of.date(), base_url or "", print_ == "full")
    by_dagster = dagster or bool(os.environ.get("DAGSTER_HOME"))
    warn_of_unlocked(locked_differences(folders))
    if watched:
        _watch(folders, by_dagster, opened)
        return
    current = _current(folders)
    previous = {} if current else _build(folders, by_dagster)
    tell_of_sentences(folders)
    if as_json:
        print_json(_built(folders, current, previous))
    elif current:
        release = LatestRows(folders.out, ())
        print_line(f"Nothing has changed since {release.release_name} of {release.title}: {folders.shown}/latest")
    else:
        show(folders, previous, everything)
    _finish(folders, unwanted, opened)


def _unwanted(fail_on: str | None) -> list[tuple[str, str]]:
    """Parse the outcomes on which to fail.

    Raises:
        InputError: one is unknown, or the option names none, such as an empty variable of a script.
    """
    unwanted = outcomes.unwanted_of(fail_on or "")
    if fail_on is not None and not unwanted:
        raise InputError(Problem("--fail-on", "at least one outcome, such as wrong"))
    return unwanted


def _built(folders: Settings, current: LocalRelease | None, previous: TableRows) -> Built:
    """Describe the latest release after a build; `current` is the release if the build changed nothing."""
    release = current or tidebook.find_release(folders.out)
    changed: list[outcomes.ChangedOutcome] = []
    if previous:
        now = read_rows(folders.out, outcomes.COMPARED)
        changed = [*outcomes.changed_statements(previous, now), *outcomes.changed_figures(previous, now)]
    return Built(release.release_id, not current, changed, outcome_counts(folders.out), str(report_of(folders)))


def report_of(folders: Settings) -> Path:
    """Return the page of the latest release's report."""
    return folders.out / "latest" / "report" / "index.html"


@click.command("open")
@article_options
@out_option
def open_report(raw: Path | None, out: str | None) -> None:
    """Open the report of the latest release in a browser."""
    latest_rows(out, (), raw)  # fetches it from an object store; raises InputError if there is no release
    _open(settings(None, out))


def _open(folders: Settings) -> None:
    address = report_of(folders).resolve().as_uri()
    if not open_in_browser(address):
        print_line(f"warning: no browser could be started; the report is at {address}", err=True)


def _current(folders: Settings) -> LocalRelease | None:
    """Return the latest release, repaired if damaged, if a build would change nothing; else None."""
    return current_release(home(folders), folders.out, input_hashes(folders))


def _build(folders: Settings, dagster: bool, steps: bool = True) -> TableRows:
    """Build, and return the outcomes of the previous release; empty if there was none."""
    check_out(folders)
    writable(folders.out)
    previous: TableRows = {}
    with Store(folders.out).exclusive():
        release = latest(folders.out)
        if release and is_own(release):
            with suppress(InputError):  # a damaged one
                previous = read_rows(folders.out, outcomes.COMPARED)
        elif release:
            warn_of_foreign(release)
        _run(folders, dagster, steps)
    return previous


def _run(folders: Settings, dagster: bool, steps: bool) -> None:
    """Build and publish a release, in this process or as a Dagster job, and show each step when it starts.

    Raises:
        InputError: an input is bad; nothing is published.
        RuntimeError: a step crashed; nothing is published.
    """
    from tidebook.pipelines.commands.progress import progress_of_run
    from tidebook.pipelines.graph.graph import graph_of
    from tidebook.pipelines.graph.run import Run
    from tidebook.pipelines.release.build import build_release

    graph = graph_of(folders)
    all_steps = len(Run.order(graph)) + 1
    with progress_of_run() as observer:
        if dagster:
            from tidebook.pipelines.defs.command import run_job

            observer.run_started(all_steps)
            run_job(folders, observer)
        else:
            build_release(folders, graph, observer)
    for line in observer.warnings:
        print_line(f"warning: {line}", err=True)
    rebuilt = observer.rebuilt
    if steps:
        is_named = len(rebuilt) <= NAMED_STEPS or (listened() and len(rebuilt) < all_steps)
        which = f": {', '.join(rebuilt)}" if is_named else ""
        print_line(f"{len(rebuilt)} of {all_steps} steps rebuilt{which}", err=True)


def show(folders: Settings, previous: TableRows, everything: bool) -> None:
    """Print changed outcomes with causes, the counts of outcomes, the gravest figures, and the report's path."""
    if everything:
        outcomes.list_claims("", str(folders.out), False)
    if previous:
        names = figure_names(folders.out)
        for line in outcomes.change_lines(previous, read_rows(folders.out, outcomes.COMPARED)):
            print_line(outcomes.with_names(line, names))
    print_line(LatestRows(folders.out, ()).heading)
    for line in outcomes.summary(folders.out):
        print_line(line)
    if folders.remote:
        print_line(f"Published: {folders.shown}")
    print_line(f"Report: {report_of(folders)}")


def _finish(folders: Settings, unwanted: Sequence[tuple[str, str]], opened: bool) -> None:
    """Open the report if requested; exit with 1 if the release has an unwanted outcome."""
    if opened:
        _open(folders)
    if unwanted:
        found = outcomes.unwanted_words(unwanted, severities(folders.out))
        if found:
            print_line(f"Failed: {found}", err=True, always=True)
            raise Exit(1)


def _watch(folders: Settings, dagster: bool, opened: bool) -> None:
    """Build now and after each input change, printing one line on changed outcomes or errors, until Ctrl-C."""
    print_line(f"Watching {folders.raw}; Ctrl-C ends it", err=True)
    with suppress(KeyboardInterrupt):
        for _ in _saved(folders):
            try:
                line = _build_once(folders, dagster)
            except (InputError, OSError, RuntimeError) as error:
                print_error(error)
            else:
                print_line(line)
                if opened:
                    _open(folders)
            opened = False
            sys.stdout.flush()


def _build_once(folders: Settings, dagster: bool) -> str:
    """Build if an input changed; return a line on the changed outcomes."""
    if _current(folders):
        return "nothing has changed"
    previous = _build(folders, dagster, steps=False)
    now = read_rows(folders.out, outcomes.COMPARED)
    statements = [f"{each.id}: {each.words}" for each in outcomes.changed_statements(previous, now)]
    changed = [*statements, *outcomes.figure_lines(outcomes.changed_figures(previous, now))]
    return "; ".join(changed or outcomes.moved_lines(now["changes"])) or "no outcome changed"


def _saved(folders: Settings) -> Iterator[None]:
    """Yield once at the start, then after each input change."""
    seen: dict[str, tuple[int, int]] | None = None
    while True:
        now = _stamps(folders)
        if now != seen:
            if seen is not None:
                PAUSE.wait(SETTLE)
            seen = _stamps(folders)
            yield
        else:
            PAUSE.wait(LOOK)


def _stamps(folders: Settings) -> dict[str, tuple[int, int]]:
    """Return size and modification time of each file in the dossier and among the snapshots."""
    stamps = {}
    for folder in (folders.raw, folders.snapshots):
        if folder is None or not folder.is_dir():
            continue
        for path in folder.rglob("*"):
            with suppress(OSError):  # a file may vanish while this runs: editors replace files
                if path.is_file():
                    facts = path.stat()
                    stamps[str(path)] = facts.st_size, facts.st_mtime_ns
    return stamps
