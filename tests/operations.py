"""A day of operation on real servers: `python -m tests.operations` plays it, and prints what happened and how long.

Each event is done to a copy of the small dossier as a person or a machine does it, under servers on the loopback
address with a DAGSTER_HOME of their own, and the result is awaited: a release, a failed run, an alert. An event whose
result does not come fails the script. Tests play parts of the day.

    python -m tests.operations           the whole day, under `dagster dev`
    python -m tests.operations grpc      what changes the graph, under `dagster api grpc` and a daemon; or code-server
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg

from tests.conftest import ROOT, SMALL, edit
from tests.publishers import FILES, Publisher, publishing
from tests.servers import MODULE, Processes, Receiver, environment_of, free_port, graphql, listens, receiving
from tests.servers import workspace as write_workspace
from tidebook.releases import latest

SHOPS = Path("article", "shops.csv")
SOURCE = "genai_prices"
JOB = "article_changed"
UNFINISHED = [dg.DagsterRunStatus[each] for each in ("QUEUED", "NOT_STARTED", "STARTING", "STARTED")]
KINDS = {
    "dev": "`dagster dev`",
    "code-server": "`dagster code-server start` and a daemon",
    "grpc": "`dagster api grpc` and a daemon",
}
LIVE = """
[plugins.live]
growth = "shops/north/sales"
period = "shops/south/sales"
"""
NEW_TABLE = """
[tables.towns]
path = "article/towns.csv"
title = "Towns"

[tables.towns.columns]
"Town" = { name = "town", role = "subject" }
"People" = { name = "people", unit = "number", basis = "census" }
"""


@dataclass
class Site:
    """A deployment on this machine: folders, servers of one of the KINDS, a webhook, publishers of sources."""

    folder: Path
    kind: str
    receiver: Receiver
    publisher: Publisher
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lay out the folders: the small dossier, with live sources switched on."""
        self.raw, self.out, self.home = (self.folder / name for name in ("raw", "out", "home"))
        shutil.copytree(SMALL, self.raw)
        with (self.raw / "dossier.toml").open("a") as stream:
            stream.write(LIVE)
        self.declared = (self.raw / "dossier.toml").read_text()
        self.home.mkdir()
        shutil.copy(ROOT / "deploy" / "local" / "dagster.yaml", self.home)
        logs = self.folder / "logs"
        logs.mkdir()
        self.processes = Processes(logs)
        self.environment = environment_of(
            self.home,
            TIDEBOOK_RAW=str(self.raw),
            TIDEBOOK_OUT=str(self.out),
            TIDEBOOK_CACHE=str(self.folder / "cache"),
            TIDEBOOK_WEBHOOK=self.receiver.address,
            TIDEBOOK_MIRROR=self.publisher.address,
            **self.settings,
        )
        self.web, self.code = free_port(), free_port()

    def start(self) -> None:
        """Start the servers, and wait until they answer."""
        if self.kind == "dev":
            command = [sys.executable, "-W", "ignore", "-m", "dagster", "dev", "-m", MODULE]
            self.processes.start("dev", [*command, "-h", "127.0.0.1", "-p", str(self.web)], self.environment)
            self.processes.wait(lambda: listens(self.web))
        else:
            self.start_code()
            self.start_daemon()

    def start_code(self) -> None:
        """Start the code server of this kind."""
        served = ["code-server", "start"] if self.kind == "code-server" else ["api", "grpc"]
        command = ["dagster", *served, "-h", "127.0.0.1", "-p", str(self.code), "-m", MODULE]
        self.processes.start("code", command, self.environment)
        self.processes.wait(lambda: listens(self.code))

    def start_daemon(self) -> None:
        """Start the daemon."""
        named = write_workspace(self.home, self.code)
        self.processes.start("daemon", ["dagster-daemon", "run", "-w", str(named)], self.environment)

    @property
    def release(self) -> str:
        """The id of the latest release, "" before the first."""
        found = latest(self.out)
        return found.release_id if found else ""

    def tables(self) -> set[str]:
        """Return the names of the tables of the latest release."""
        return {path.stem for path in (self.out / "latest" / "tables").glob("*.parquet")}

    def runs(self, instance: dg.DagsterInstance, *statuses: dg.DagsterRunStatus, job: str = JOB) -> list[dg.DagsterRun]:
        """Return the runs of a job, the last first."""
        return list(instance.get_runs(dg.RunsFilter(job_name=job, statuses=list(statuses))))

    def launch(self, job: str, *assets: str) -> str:
        """Request a run as the UI does, and return its id."""
        location = MODULE if self.kind == "dev" else "tidebook"
        selector: dict[str, object] = {
            "repositoryLocationName": location,
            "repositoryName": "__repository__",
            "jobName": job,
        }
        if assets:
            selector["assetSelection"] = [{"path": asset.split("/")} for asset in assets]
        done = graphql(self.web, LAUNCH, execution={"selector": selector, "mode": "default"})["launchRun"]
        assert done["__typename"] == "LaunchRunSuccess", done
        return str(done["run"]["runId"])


LAUNCH = """mutation($execution: ExecutionParams!) { launchRun(executionParams: $execution) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""


@contextmanager
def site(kind: str, **settings: str) -> Iterator[Site]:
    """Lay out a site, and end its servers when the block ends. Nothing is started yet."""
    with (
        tempfile.TemporaryDirectory(prefix="tidebook-operations-") as folder,
        receiving() as receiver,
        publishing(dict(FILES)) as publisher,
    ):
        found = Site(Path(folder), kind, receiver, publisher, settings)
        try:
            yield found
        finally:
            found.processes.end_all()


@dataclass(frozen=True)
class Happened:
    """One event of the day: what was done, what came of it, and after how many seconds."""

    event: str
    outcome: str
    seconds: float


class Day:
    """Events on a site, each played and awaited; `happened` is the account of them."""

    def __init__(self, place: Site, instance: dg.DagsterInstance) -> None:
        self.site, self.instance = place, instance
        self.happened: list[Happened] = []

    def wait(self, condition: Callable[[], object]) -> None:
        """Wait until something is so; fail with the servers' logs if it is not in time."""
        self.site.processes.wait(condition)

    def play(self, event: str, act: Callable[[], str]) -> None:
        """Do one thing, and record what came of it and how long that took."""
        start = time.monotonic()
        try:
            outcome = act()
        except AssertionError as error:
            runs = [f"{run.job_name} {run.status.value} {run.tags}" for run in self.instance.get_runs(limit=5)]
            runs += [message["text"] for message in self.site.receiver.messages]
            raise AssertionError("\n".join([event, *runs])) from error
        self.happened.append(Happened(event, outcome, time.monotonic() - start))
        sys.stderr.write(f"{event}: {outcome} ({self.happened[-1].seconds:.1f} s)\n")

    def rest(self) -> None:
        """Wait until no run goes on and a tick has looked since."""
        self.wait(lambda: not self.instance.get_runs_count(dg.RunsFilter(statuses=UNFINISHED)))

    def new_release(self, act: Callable[[], object]) -> str:
        """Do something, wait for the release that follows from it, and return its id."""
        before = self.site.release
        act()
        self.wait(lambda: self.site.release not in ("", before))
        self.rest()
        return self.site.release

    def failed_run(self, act: Callable[[], object], job: str = JOB) -> dg.DagsterRun:
        """Do something, wait for the one run that fails because of it and for its alert, and return the run."""
        before = {run.run_id for run in self.site.runs(self.instance, dg.DagsterRunStatus.FAILURE, job=job)}
        act()

        def failed() -> list[dg.DagsterRun]:
            found = self.site.runs(self.instance, dg.DagsterRunStatus.FAILURE, job=job)
            return [run for run in found if run.run_id not in before]

        self.wait(failed)
        (run,) = failed()
        self.wait(lambda: run.run_id in [told["run_id"] for told in self.site.receiver.told("run_failure")])
        return run

    # What changes the graph: each must be built, whether the code server reloads or not.

    def start(self) -> str:
        """Start the servers on a dossier that was never built."""
        self.new_release(self.site.start)
        return "first release"

    def first_snapshot(self) -> str:
        """Fetch a source for the first time, as cron would do."""
        command = [sys.executable, "-m", "tidebook", "sources", "fetch", SOURCE]
        self.new_release(lambda: subprocess.run(command, env=self.site.environment, check=True, capture_output=True))
        assert "source_files" in self.site.tables(), self.site.tables()
        return "new release with the tables of sources"

    def new_table(self) -> str:
        """Declare a table that the code location does not know."""

        def act() -> None:
            (self.site.raw / "article" / "towns.csv").write_text("Town,People\nNorthampton,90000\n")
            (self.site.raw / "dossier.toml").write_text(self.site.declared + NEW_TABLE)

        self.new_release(act)
        assert "towns" in self.site.tables()
        return "new release with the table"

    def edit_new_table(self) -> str:
        """Edit a cell of the table that is new."""
        self.new_release(lambda: edit(self.site.raw / "article" / "towns.csv", "90000", "91000"))
        (run, *_) = self.site.runs(self.instance)
        selected = len(run.asset_selection or ())
        known = "reloaded" if selected else "not reloaded"
        assert (self.site.kind == "grpc") == (not selected), run.tags
        return f"new release by a run of {selected or 'all'} assets: the code location has {known}"

    def removed_table(self) -> str:
        """Remove that table again."""

        def act() -> None:
            (self.site.raw / "dossier.toml").write_text(self.site.declared)
            (self.site.raw / "article" / "towns.csv").unlink()

        self.new_release(act)
        assert "towns" not in self.site.tables()
        return "new release without the table"

    def broken_dossier(self) -> str:
        """Save a dossier that is no TOML."""
        run = self.failed_run(lambda: (self.site.raw / "dossier.toml").write_text("[article\n"))
        told = next(told for told in self.site.receiver.told("run_failure") if told["run_id"] == run.run_id)
        assert "dossier.toml:1" in told["text"], told
        return "one failed run, one alert: " + told["text"].splitlines()[-1][:90]

    def mended_dossier(self) -> str:
        """Mend it, with another publisher than before."""
        text = self.site.declared.replace("Tidebook, a test", "Tidebook, another test")
        self.new_release(lambda: (self.site.raw / "dossier.toml").write_text(text))
        self.site.declared = text
        return "new release"

    def outline(self) -> None:
        """Play all that changes the graph."""
        self.play("start", self.start)
        self.play("new table", self.new_table)
        self.play("edit of the new table", self.edit_new_table)
        self.play("removed table", self.removed_table)
        self.play("broken dossier", self.broken_dossier)
        self.play("mended dossier", self.mended_dossier)
        self.play("first snapshot", self.first_snapshot)


@contextmanager
def day(kind: str, **settings: str) -> Iterator[Day]:
    """Yield a day on a site of its own."""
    with site(kind, **settings) as place, dg.DagsterInstance.from_config(str(place.home)) as instance:
        yield Day(place, instance)


def main(kind: str) -> None:
    """Play the day, and print it as a table."""
    with day(kind) as played:
        played.outline()
    sys.stdout.write(f"Under {KINDS[kind]}:\n\n| event | what happened | seconds |\n|---|---|---:|\n")
    for each in played.happened:
        sys.stdout.write(f"| {each.event} | {each.outcome} | {each.seconds:.1f} |\n")


if __name__ == "__main__":
    main(*sys.argv[1:] or ["dev"])
