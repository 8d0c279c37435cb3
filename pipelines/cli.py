"""The command line; what is about releases is in `commands`. Exit code 0 is good, 2 bad input, 1 anything else.

Commands call what other modules do; heavy imports wait until a command needs them.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.commands.common import (
    Out,
    Raw,
    input_errors,
    named_release,
    read_rows,
    read_table,
    sync_latest,
    verdict_counts,
)
from pipelines.commands.export import export
from pipelines.commands.ledger import ledger_app
from pipelines.commands.outcomes import claims, figures, words_of
from pipelines.commands.read import read
from pipelines.commands.releases import releases_app
from pipelines.commands.sources import sources_app
from pipelines.commands.verify import verify
from pipelines.dossier.sections import input_paths
from pipelines.ingest.errors import InputError, Problem
from pipelines.settings import Settings, executor, ledger_settings, settings
from pipelines.sources.selection import PATH as SNAPSHOTS
from pipelines.sources.selection import selected_inputs
from schemas.vocabulary import FIGURE_OUTCOMES, OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.dossier.declared import Dossier
    from pipelines.metrics.declared import Metrics
    from pipelines.storage.release import Release

SUPERSEDED = "ignore:Function `dev_command` is superseded:FutureWarning"
"""What `dagster dev` says of `dg dev`, which is for developers of Dagster projects and not installed here."""

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Keep the figures, claims and predictions of an analysis true.",
)
app.command()(claims)
app.command()(figures)
app.command()(read)
app.command()(verify)
app.command()(export)
app.add_typer(releases_app, name="releases")
app.add_typer(sources_app, name="sources")
app.add_typer(ledger_app, name="ledger")


@app.command()
def build(
    raw: Raw = None,
    out: Out = None,
    sources_as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Read snapshots of sources up to this day only.")
    ] = None,
    dagster: Annotated[
        bool,
        typer.Option("--dagster", help="Build as a Dagster job, which the UI then shows; so too with DAGSTER_HOME."),
    ] = False,
    base_url: Annotated[
        str, typer.Option(help="Address that the report will have, for search engines and feeds.", metavar="ADDRESS")
    ] = "",
    print_: Annotated[
        Literal["short", "full"], typer.Option("--print", help="full: also write print.html, with everything to print.")
    ] = "short",
    everything: Annotated[bool, typer.Option("--all", help="List every statement with its outcome.")] = False,
    fail_on: Annotated[
        str, typer.Option(help="Exit with 1 where a statement or figure has one of these outcomes.", metavar="WORDS")
    ] = "",
    opened: Annotated[bool, typer.Option("--open", help="Open the report in a browser.")] = False,
) -> None:
    """Bring tables, verdicts and report up to date, and show the outcomes."""
    from pipelines.storage.release import up_to_date

    with input_errors():
        unwanted = words_of(fail_on, tuple(dict.fromkeys((*OUTCOMES, *FIGURE_OUTCOMES))), "--fail-on")
        day = sources_as_of.date() if sources_as_of else None
        folders = settings(raw, out, day, base_url, print_ == "full")
        tell_lock(folders)
        sync_latest(folders, mending=True)
        others = selected_inputs(folders)
        if current := up_to_date(folders.raw, folders.out, input_paths(folders.raw, SNAPSHOTS in others), others):
            if folders.remote:
                from pipelines.storage.places import Bucket
                from pipelines.storage.sync import mend

                mend(current, Bucket(folders.remote))
            typer.echo(f"Nothing has changed since release {current.release_id}: {folders.shown}/latest")
        else:
            _build(folders, dagster or bool(os.environ.get("DAGSTER_HOME")), everything)
    _finish(folders, unwanted, opened)


def _build(folders: Settings, dagster: bool, everything: bool) -> None:
    from pipelines.storage.atomic import writable
    from pipelines.storage.store import Store

    writable(folders.out)
    with Store(folders.out).exclusive():
        former = None
        with suppress(InputError):  # no release, or a damaged one
            former = read_table(folders.out, "verdicts")
        _run_build(folders, dagster)
        show_build(folders, former, everything)


def _finish(folders: Settings, unwanted: Sequence[str], opened: bool) -> None:
    """Open the report if asked to; exit with 1 where the release has an outcome that is not wanted."""
    if opened:
        typer.launch((folders.out / "latest" / "report" / "index.html").resolve().as_uri())
    with input_errors():
        rows = read_rows(folders.out, ("outcomes", "figure_outcomes")) if unwanted else {}
    found = Counter(row["outcome"] for table in rows.values() for row in table)
    if bad := [f"{found[word]} {word}" for word in unwanted if found[word]]:
        typer.echo(f"Failed: {', '.join(bad)}", err=True)
        raise typer.Exit(1)


def tell_lock(folders: Settings) -> None:
    """Say on stderr which raw files differ from the lock. Raises InputError if there is no raw folder."""
    from pipelines.ingest.lock import LOCK, differences

    if not folders.raw.is_dir():
        raise InputError(Problem(str(folders.raw), "a folder of raw tables"))
    for path in differences(folders.raw):
        typer.echo(f"note: {path} differs from {LOCK}; `tidebook lock` records it", err=True)


def _run_build(folders: Settings, dagster: bool) -> None:
    """Build and publish, showing each step as it is begun; by Dagster, where the run is kept, if asked for.

    Raises:
        InputError: the raw input is bad; nothing is published.
        RuntimeError: a step crashed.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    from pipelines.run import Run, RunObserver, build_release
    from pipelines.steps.graph import graph_of

    console = Console(stderr=True)
    bar = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    graph = graph_of(folders)
    steps = len(Run.order(graph)) + 1
    rebuilt: list[str] = []
    with Progress(*bar, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("starting", total=steps)

        class Shown(RunObserver):
            def started(self, step: str) -> None:
                progress.update(task, description=step)

            def finished(self, step: str, reused: bool) -> None:
                progress.update(task, advance=1)
                rebuilt.extend([] if reused else [step])

            def noted(self, line: str) -> None:
                console.print(f"note: {line}", highlight=False, soft_wrap=True, markup=False)

        if dagster:
            from pipelines.defs.command import run_job

            run_job(folders, Shown())
        else:
            build_release(folders, graph, Shown())
    console.print(f"{len(rebuilt)} of {steps} steps rebuilt: {', '.join(rebuilt)}", highlight=False, soft_wrap=True)


def show_build(folders: Settings, former: pd.DataFrame | None, everything: bool = False) -> None:
    """Print on stdout how many statements and figures have which outcome, what turned, and where the report is."""
    from pipelines.commands.outcomes import summary

    if everything:
        claims(out=str(folders.out))
    for line in summary(folders.out):
        typer.echo(line)
    for line in changed(as_printed(read_table(folders.out, "verdicts")), former):
        typer.secho(line, bold=True)
    if folders.remote:
        typer.echo(f"Published: {folders.remote}")
    typer.echo(f"Report: {folders.out / 'latest' / 'report' / 'index.html'}")


def changed(verdicts: pd.DataFrame, former: pd.DataFrame | None) -> list[str]:
    """Return a line for each verdict that is not what it was."""
    if former is None:
        return []
    was = as_printed(former).set_index("claim_id")["status"].to_dict()
    now = verdicts.set_index("claim_id")["status"].to_dict()
    names = [name for name in {**now, **was} if now.get(name) != was.get(name)]
    return [f"Changed: {name}: {was.get(name, 'new')} → {now.get(name, 'gone')}" for name in names]


def as_printed(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts of the printed lens."""
    return verdicts[verdicts["lens"] == "printed"]


@app.command()
def status(raw: Raw = None, out: Out = None) -> None:
    """Say whether the latest release is up to date, which raw files were edited, and how the verdicts stand."""
    from pipelines.storage.release import hash_inputs, latest, up_to_date

    folders = settings(raw, out)
    with input_errors():
        tell_lock(folders)
        sync_latest(folders)
        release = latest(folders.out)
        if release is None:
            raise InputError(Problem(folders.shown, "a folder with a release; `tidebook build` makes the first"))
        inputs = release.inputs()
        others = selected_inputs(folders)
        paths = input_paths(folders.raw, SNAPSHOTS in others)
        found = {**hash_inputs(folders.raw, paths), **others}
        edited = [path for path in sorted({*inputs, *found}) if found.get(path) != inputs.get(path)]
        typer.echo(f"Latest release: {release.release_id} in {folders.shown}")
        if up_to_date(folders.raw, folders.out, paths, others):
            typer.echo("Up to date")
        else:
            typer.echo(f"Out of date: {', '.join(edited) or 'code, libraries or files of the release'} changed")
        typer.echo(verdict_counts(folders.out))


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help="Id of a claim, a prediction, or a figure: table/subject/quantity")],
    out: Out = None,
) -> None:
    """Trace a verdict or forecast back to its evidence, or a figure to what better sources say."""
    folders = settings(None, out)
    with input_errors():
        from pipelines.report.explain import EXPLAINED
        from pipelines.report.explain import explain as trace

        sync_latest(folders)
        for line in trace(name, read_rows(folders.out, EXPLAINED)):
            typer.echo(line)


@app.command()
def diff(
    old: Annotated[
        str | None,
        typer.Argument(
            metavar="A", help="An output folder, a release folder, or the id of a release; by default the previous"
        ),
    ] = None,
    new: Annotated[
        str | None,
        typer.Argument(metavar="B", help="What it is compared with, named in the same way; by default the latest"),
    ] = None,
    out: Out = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the same as JSON.")] = False,
) -> None:
    """Say what changed from release A to B: verdicts that turned and why, values that moved, rows that differ."""
    folders = settings(None, out)
    with input_errors():
        for place, name in (("A", old), ("B", new)):
            if name == "":  # others take the latest then; here a slip in a script would pass unseen
                raise InputError(Problem(place, "an output folder, a release folder, or the id of a release"))
        latest = named_release(new or "", folders)
        releases = named_release(old or _previous_of(latest), folders), latest
        from pipelines.claims.changes import compare
        from pipelines.report.changes_text import difference_json, difference_lines

        tables = _release_tables(releases[0]), _release_tables(releases[1])
        dossier, metrics = _release_metrics(releases[1], *tables)
        found = compare(*tables, metrics, dossier.models)
        if as_json:
            content = difference_json(*releases, found)
            typer.echo(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False))
        else:
            for line in difference_lines(*releases, found):
                typer.echo(line)


def _previous_of(release: Release) -> str:
    """Return the id of the release before another. Raises InputError if it is the first."""
    if not (previous := release.manifest["former"]):
        raise InputError(Problem(str(release.folder), "a release that is not the first, or two to compare"))
    return str(previous)


def _release_metrics(release: Release, *tables: dict[str, pd.DataFrame]) -> tuple[Dossier, Metrics]:
    """Return the dossier of a release with its metrics, checked on the figures in these tables of releases.

    Raises InputError if it has none, or they do not fit the figures.
    """
    import pandas as pd

    from pipelines.dossier.checked import read_dossier
    from pipelines.dossier.sections import main_file, section_of, section_paths
    from pipelines.ingest.rawfile import read_raw
    from pipelines.metrics.declared import metrics_on

    figures = pd.concat([each["figures"] for each in tables]).drop_duplicates("figure_id", keep="last")
    inputs = release.folder / "inputs"
    dossier = read_dossier(read_raw(inputs, main_file(inputs)))
    path = section_paths(inputs)["metrics"]
    raw = section_of(path, read_raw(inputs, path).data, "metrics")
    return dossier, metrics_on(raw, dossier.themes, dossier.models, figures)


def _release_tables(release: Release) -> dict[str, pd.DataFrame]:
    """Return all tables of a release.

    Raises InputError if a table is damaged, or what a comparison needs is missing.
    """
    from pyarrow import ArrowException

    from pipelines.claims.changes import missing_tables
    from pipelines.storage.parquet import read_parquet

    tables = {}
    for path in sorted((release.folder / "tables").glob("*.parquet")):
        try:
            tables[path.stem] = read_parquet(path)
        except (ArrowException, OSError):
            raise InputError(Problem(str(path), "a Parquet file that can be read")) from None
    if lack := missing_tables(tables):
        raise InputError(Problem(str(release.folder), f"a release that has {lack}"))
    return tables


@app.command()
def check(
    raw: Raw = None, strict: Annotated[bool, typer.Option("--strict", help="Take notes for errors.")] = False
) -> None:
    """Read and check the raw folder only; nothing is built."""
    folders = settings(raw)
    with input_errors():
        tell_lock(folders)
        from pipelines.run import check as check_raw

        with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
            counts, notes = check_raw(folders.raw, Path(scratch))
    for line in notes:
        typer.echo(f"{'error' if strict else 'note'}: {line}", err=True)
    if notes and strict:
        raise typer.Exit(2)
    typer.echo(", ".join(f"{count} {name}" for name, count in counts.items()) + ": all can be read")


def _record_contracts(raw: Path) -> list[str]:
    """Record the contracts of a dossier's tables where it keeps them, and return the files that changed.

    Raises InputError if a table changed without a step of its version.
    """
    folder = raw / "contracts"
    if not folder.is_dir():
        return []
    from pipelines.dossier.checked import read_dossier
    from pipelines.dossier.sections import main_file
    from pipelines.ingest.rawfile import read_raw
    from schemas.contracts import write

    main = main_file(raw)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    if faults := write(list(read_dossier(read_raw(raw, main)).models.values()), folder):
        raise InputError([Problem(main, text) for text in faults])
    after = {path: path.read_bytes() for path in folder.iterdir()}
    return sorted(f"contracts/{path.name}" for path in {**before, **after} if before.get(path) != after.get(path))


@app.command()
def lock(raw: Raw = None) -> None:
    """Record the raw files as they are now in sources.lock, and in contracts/ what their tables promise."""
    from pipelines.ingest.lock import write_lock

    with input_errors():
        folder = settings(raw).raw
        changed_paths = [*_record_contracts(folder), *write_lock(folder)]
    for path in changed_paths:
        typer.echo(f"recorded {path}")
    if not changed_paths:
        typer.echo("The lock was up to date")


@app.command()
def ui(
    raw: Raw = None, out: Out = None, port: Annotated[int, typer.Option(help="Port on this machine.")] = 3000
) -> None:
    """Open the graph in Dagster on 127.0.0.1; saving a raw file then rebuilds the report."""
    folders = settings(raw, out)
    with input_errors():
        tell_lock(folders)
        from pipelines.defs.command import home_of
        from pipelines.defs.executors import executor_of

        executor_of(executor())  # a wrong setting is told here in a line, and not by each process of Dagster
        ledger_settings()
    os.environ |= {
        "DAGSTER_HOME": str(home_of(folders)),
        "TIDEBOOK_RAW": str(folders.raw.resolve()),
        "TIDEBOOK_OUT": folders.remote or str(folders.out.resolve()),
        "TIDEBOOK_UI": f"http://127.0.0.1:{port}",
    }
    typer.echo(f"Open http://127.0.0.1:{port} in a browser; Ctrl-C ends it")
    sys.stdout.flush()
    command = [sys.executable, "-W", SUPERSEDED, "-m", "dagster", "dev", "-m", "pipelines.definitions"]
    os.execv(sys.executable, [*command, "-h", "127.0.0.1", "-p", str(port)])


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"tidebook {version('tidebook')}")
        raise typer.Exit


@app.callback()
def print_anywhere(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Print on a terminal of any encoding: what it does not have becomes a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


if __name__ == "__main__":
    app()
