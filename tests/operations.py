"""A day of operation on real servers: `python -m tests.operations` plays it, and prints what happened and how long.

Each event is done to a copy of the small dossier as a person or a machine does it, under servers on the loopback
address with a DAGSTER_HOME of their own, and the result is awaited: a release, a failed run, an alert. An event whose
result does not come fails the script. Tests play parts of the day.

    python -m tests.operations           the whole day, under `dagster code-server start`, a daemon and a webserver
    python -m tests.operations postgres  the whole day with runs in a PostgreSQL of its own, as deploy/postgres has it,
                                         and releases in an S3 store: machines are lost with their disks
    python -m tests.operations grpc      what changes the graph, under `dagster api grpc` and a daemon; or `dev`
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg

from tests.conftest import ROOT, SMALL, edit
from tests.publishers import FILES, Publisher, publishing
from tests.servers import (
    BUCKET,
    MODULE,
    SECONDS,
    Processes,
    Receiver,
    environment_of,
    free_port,
    graphql,
    listens,
    receiving,
    serving_postgres,
    serving_s3,
)
from tests.servers import workspace as write_workspace
from tidebook.pipelines.defs.sensors import OTHER_CODE
from tidebook.pipelines.defs.turns import AGAIN, RELOAD
from tidebook.pipelines.read.digest import digest
from tidebook.places import Release, find_release

SHOPS = Path("article", "shops.csv")
SOURCE, LOST = "genai_prices", "llm-prices"
JOB = "build_report"
UNFINISHED = [dg.DagsterRunStatus[each] for each in ("QUEUED", "NOT_STARTED", "STARTING", "STARTED")]
CODE = ("pipelines", "plugins", "raw", "schemas", "tidebook")
IGNORED = shutil.ignore_patterns("__pycache__")
WHOLE, POSTGRES = "code-server", "postgres"
"""The kind of servers under which the whole day is played, and its name where runs are kept in PostgreSQL."""
STORE = f"s3://{BUCKET}/releases"
LATE_MINUTES, LONGEST = 3, 300
"""Minutes after which a run that has not ended is reported, and seconds after which Dagster ends it."""
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
    home_of: Path = ROOT / "deploy" / "local"
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lay out the folders: the small dossier, with live sources switched on."""
        self.raw, self.home, self.cache = (self.folder / name for name in ("raw", "home", "cache"))
        self.out = self.settings.setdefault("TIDEBOOK_OUT", str(self.folder / "out"))
        shutil.copytree(SMALL, self.raw)
        with (self.raw / "dossier.toml").open("a") as stream:
            stream.write(LIVE)
        self.declared = (self.raw / "dossier.toml").read_text()
        self.home.mkdir()
        text = (self.home_of / "dagster.yaml").read_text()
        (self.home / "dagster.yaml").write_text(re.sub(r"(?<=max_runtime_seconds: )\d+", str(LONGEST), text))
        logs = self.folder / "logs"
        logs.mkdir()
        self.processes = Processes(logs)
        self.checkout = self.folder / "code"
        for name in CODE:
            shutil.copytree(ROOT / name, self.checkout / name, symlinks=True, ignore=IGNORED)
        shutil.copy(ROOT / "pyproject.toml", self.checkout)
        self.environment = environment_of(
            self.home,
            PYTHONPATH=str(self.checkout),
            TIDEBOOK_RAW=str(self.raw),
            TIDEBOOK_CACHE=str(self.cache),
            TIDEBOOK_WEBHOOK=self.receiver.address,
            TIDEBOOK_LATE_MINUTES=str(LATE_MINUTES),
            TIDEBOOK_MIRROR=self.publisher.address,
            **self.settings,
        )
        self.web, self.code, self.other_code = free_port(), free_port(), free_port()

    def start(self) -> None:
        """Start the servers, and wait until they answer."""
        if self.kind == "dev":
            command = [sys.executable, "-W", "ignore", "-m", "dagster", "dev", "-m", MODULE]
            self.processes.start("dev", [*command, "-h", "127.0.0.1", "-p", str(self.web)], self.environment)
            self.processes.wait(lambda: listens(self.web))
        else:
            self.start_code()
            self.start_daemon()

    def start_code(self, name: str = "code", **settings: str) -> None:
        """Start the code server of this kind; one of another name serves another dossier."""
        served = ["code-server", "start"] if self.kind == "code-server" else ["api", "grpc"]
        port = self.code if name == "code" else self.other_code
        command = ["dagster", *served, "-h", "127.0.0.1", "-p", str(port), "-m", MODULE]
        self.processes.start(name, command, self.environment | settings)
        self.processes.wait(lambda: listens(port))

    def start_daemon(self, *more: int) -> None:
        """Start the daemon, for code servers on more ports too."""
        named = write_workspace(self.home, self.code, *more)
        self.processes.start("daemon", ["dagster-daemon", "run", "-w", str(named)], self.environment)

    def start_web(self) -> None:
        """Start the webserver, which `dagster dev` has."""
        command = ["dagster-webserver", "-h", "127.0.0.1", "-p", str(self.web), "-w", str(self.home / "workspace.yaml")]
        self.processes.start("web", command, self.environment)
        self.processes.wait(lambda: listens(self.web))

    @property
    def folder_of_results(self) -> Path:
        """The folder on this machine in which releases are made."""
        return next(self.cache.glob("*/store")).parent if self.out == STORE else Path(self.out)

    @property
    def latest(self) -> Release | None:
        """The latest release, None before the first."""
        return latest(self.out)

    @property
    def release(self) -> str:
        """The id of the latest release, "" before the first."""
        found = self.latest
        return found.release_id if found else ""

    def tables(self) -> set[str]:
        """Return the names of the tables of the latest release."""
        found = self.latest
        return {Path(path).stem for path in found.manifest["files"] if path.startswith("tables/")} if found else set()

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


def latest(out: str) -> Release | None:
    """Return the latest release in an output folder or at the address of a store, None before the first."""
    with suppress(LookupError):
        return find_release(out)
    return None


RELOADS = """mutation($name: String!) { reloadRepositoryLocation(repositoryLocationName: $name) { __typename } }"""
LAUNCH = """mutation($execution: ExecutionParams!) { launchRun(executionParams: $execution) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""


@contextmanager
def site(kind: str, home_of: Path = ROOT / "deploy" / "local", **settings: str) -> Iterator[Site]:
    """Lay out a site with the dagster.yaml of a folder, and end its servers when the block ends. None runs before."""
    with (
        tempfile.TemporaryDirectory(prefix="tidebook-operations-") as folder,
        receiving() as receiver,
        publishing(dict(FILES)) as publisher,
    ):
        found = Site(Path(folder), kind, receiver, publisher, home_of, settings)
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
            for run in self.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE]), limit=2):
                told = [entry.dagster_event for entry in self.instance.all_logs(run.run_id) if entry.dagster_event]
                runs += [f"{run.run_id[:8]}: {event.message} {event.event_specific_data}" for event in told[-5:]]
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
        """Do something, wait for the one run that fails because of it and for its alert, and return the run.

        One that could not be launched in time, on a machine that is busy, is none: another is made in its place.
        """

        def failed(known: Collection[str]) -> list[dg.DagsterRun]:
            of_job = dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.FAILURE])
            records = self.instance.get_run_records(of_job)
            return [each.dagster_run for each in records if each.start_time and each.dagster_run.run_id not in known]

        before = [run.run_id for run in failed(())]
        act()
        self.wait(lambda: failed(before))
        (run,) = failed(before)
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
        known = "not reloaded" if RELOAD in run.tags else "reloaded"
        assert (self.site.kind == "grpc") == (RELOAD in run.tags), run.tags
        return f"new release: the code location has {known}"

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

    def repaired_dossier(self) -> str:
        """Mend it, with another publisher than before."""
        text = self.site.declared.replace("Tidebook, a test", "Tidebook, another test")
        self.new_release(lambda: (self.site.raw / "dossier.toml").write_text(text))
        self.site.declared = text
        return "new release"

    # What a day brings.

    def edit(self, old: str, new: str) -> None:
        """Save a cell of the printed table."""
        edit(self.site.raw / SHOPS, old, new)

    def built(self) -> bool:
        """Return whether the latest release was built from the printed table as it is, and nothing goes on."""
        found = self.site.latest
        here = digest((self.site.raw / SHOPS).read_bytes())
        return found is not None and found.manifest["inputs"][str(SHOPS)]["sha256"] == here

    def count(self, act: Callable[[], object]) -> int:
        """Do something, wait until the report is of what is saved then, and return the number of runs that it took."""
        before = len(self.site.runs(self.instance))
        act()
        self.wait(self.built)
        self.rest()
        return len(self.site.runs(self.instance)) - before

    def save(self) -> str:
        """Save one cell."""
        runs = self.count(lambda: self.edit("$20M", "$21M"))
        return f"new release by {runs} run"

    def double_save(self) -> str:
        """Save two cells, half a second apart."""

        def act() -> None:
            self.edit("$21M", "$22M")
            time.sleep(0.5)
            self.edit("$30M", "$31M")

        return f"new release of the second save; runs: {self.count(act)}"

    def save_in_a_run(self) -> str:
        """Save a cell while the run of another save goes on."""

        def act() -> None:
            self.edit("$22M", "$23M")
            self.started_run()
            self.edit("$31M", "$32M")

        return f"new release of the second save; runs: {self.count(act)}"

    def started_run(self) -> dg.DagsterRun:
        """Wait for a run that has started, and return it."""
        self.wait(lambda: self.site.runs(self.instance, dg.DagsterRunStatus.STARTED))
        return self.site.runs(self.instance, dg.DagsterRunStatus.STARTED)[0]

    def broken_cell(self) -> str:
        """Save a cell that is no amount."""
        run = self.failed_run(lambda: self.edit("$23M", "$1Z"))
        told = next(told for told in self.site.receiver.told("run_failure") if told["run_id"] == run.run_id)
        assert 'article/shops.csv:3, column "Sales": found "$1Z"' in told["text"], told
        return "one failed run and its alert, with file, line and column; the release before stays"

    def repaired_cell(self) -> str:
        """Mend it."""
        return f"new release; runs: {self.count(lambda: self.edit('$1Z', '$24M'))}"

    def missing_source(self) -> str:
        """Fetch twice while a publisher has lost a file."""
        path = next(path for path in self.site.publisher.files if LOST in path)
        content = self.site.publisher.files.pop(path)
        seconds = []
        for _ in range(2):
            run = self.failed_run(lambda: self.site.launch("fetch_daily"), "fetch_daily")
            record = self.instance.get_run_record_by_id(run.run_id)
            assert record is not None
            seconds.append((record.end_time or 0.0) - (record.start_time or 0.0))
        self.wait(lambda: self.site.receiver.told("source_failure"))
        self.site.publisher.files[path] = content
        self.rest()
        (told,) = self.site.receiver.told("source_failure")
        assert "failed 2 times in a row" in told["text"], told
        return f"two failed runs of {seconds[0]:.0f} and {seconds[1]:.0f} s, an alert of each and one of the source"

    def killed_daemon(self) -> str:
        """Kill the daemon, save a cell, and start it again."""
        self.site.processes.kill("daemon")
        self.edit("$24M", "$25M")
        return f"new release after its start; runs: {self.count(self.site.start_daemon)}"

    def killed_run(self) -> str:
        """Kill the process of a run."""

        def act() -> None:
            self.edit("$25M", "$26M")
            os.kill(self.process_of(self.started_run()), signal.SIGKILL)

        runs = self.count(act)
        again = [run for run in self.site.runs(self.instance) if AGAIN in run.tags]
        assert again, "the release is of the run that died"
        return f"closed as failed, made once more by itself, an alert; runs: {runs}"

    def process_of(self, run: dg.DagsterRun) -> int:
        """Return the id of the process of a run, as its first event tells."""
        texts = [entry.message or entry.user_message for entry in self.instance.all_logs(run.run_id)]
        return int(next(found[1] for text in texts if (found := re.search(r"\(pid: (\d+)\)", text))))

    def lost_machine(self) -> str:
        """Kill the code server with a run in it, and the daemon; then start both."""
        self.edit("$26M", "$27M")
        run = self.started_run()
        self.site.processes.kill("daemon")
        self.lose_code_server(run)

        def start() -> None:
            self.site.start_code()
            self.site.start_daemon()

        runs = self.count(start)
        assert self.status_of(run) == dg.DagsterRunStatus.FAILURE
        return f"the run is closed as failed after the start, and made once more; runs: {runs}"

    def lost_code_server(self) -> str:
        """Kill the code server with a run in it, and start another one, while the daemon goes on."""
        self.edit("$28M", "$29M")
        run = self.started_run()
        self.lose_code_server(run)
        runs = self.count(self.site.start_code)
        assert self.status_of(run) == dg.DagsterRunStatus.FAILURE
        self.wait(lambda: run.run_id in [told["run_id"] for told in self.site.receiver.told("run_failure")])
        return f"the run is closed as failed, reported, and made once more; runs: {runs}"

    def lose_code_server(self, run: dg.DagsterRun) -> None:
        """Kill the code server and a run in it; with releases in a store, what was on its disk is lost too."""
        self.site.processes.kill("code")
        with suppress(ProcessLookupError):
            os.kill(self.process_of(run), signal.SIGKILL)
        if self.site.out == STORE:
            shutil.rmtree(self.site.cache)

    def status_of(self, run: dg.DagsterRun) -> dg.DagsterRunStatus:
        """Return what has become of a run."""
        found = self.instance.get_run_by_id(run.run_id)
        assert found is not None
        return found.status

    def hung_run(self) -> str:
        """Stop the process of a run, as with a machine that is out of memory, until Dagster ends the run.

        The code server, which is asked to end the process, starts no other run until it has reloaded.
        """
        before = len(self.site.runs(self.instance))
        self.edit("$29M", "$30M")
        run = self.started_run()
        process = self.process_of(run)
        lease = self.site.folder_of_results / "store" / "alive" / run.run_id
        self.wait(lease.exists)  # one that hangs before that is closed as one that died
        os.kill(process, signal.SIGSTOP)
        self.wait(lambda: self.site.receiver.told("run_late"))
        late = self.site.receiver.told("run_late")[-1]["text"]
        assert run.run_id[:8] in late, late
        self.site.processes.wait(lambda: self.status_of(run) == dg.DagsterRunStatus.FAILURE, 2 * LONGEST)
        os.kill(process, signal.SIGKILL)  # what Dagster asks to end may not: it holds the folder until it is gone
        self.site.processes.wait(self.built, 2 * SECONDS)
        self.rest()
        runs = len(self.site.runs(self.instance)) - before
        late_by, ended = LATE_MINUTES, LONGEST // 60
        return (
            f"an alert after {late_by} minutes; Dagster ends it after {ended}, and it is made once more; runs: {runs}"
        )

    def reload(self) -> str:
        """Reload the code location as the button of the UI does, then save a cell."""
        done = graphql(self.site.web, RELOADS, name="tidebook")["reloadRepositoryLocation"]["__typename"]
        runs = self.count(lambda: self.edit("$27M", "$28M"))
        return f"{done}; new release; runs: {runs}"

    def partial(self) -> str:
        """Materialize one asset alone, then all that lie behind it, as the UI does."""
        ended = []
        for assets in (["figures"], ["figure_outcomes", "verdict_report"]):
            run_id = self.site.launch("__ASSET_JOB", *assets)
            self.wait(lambda run_id=run_id: (run := self.instance.get_run_by_id(run_id)) and run.is_finished)
            run = self.instance.get_run_by_id(run_id)
            assert run is not None
            ended.append(run.status.value)
        assert ended == ["SUCCESS", "SUCCESS"]
        return "both runs succeed; no other follows"

    def two_dossiers(self) -> str:
        """Serve a second dossier beside the first, and break it."""
        site = self.site
        raw, out = site.folder / "raw2", f"{site.out}2"
        shutil.copytree(SMALL, raw)
        site.processes.end("daemon")
        site.start_code("code2", TIDEBOOK_RAW=str(raw), TIDEBOOK_OUT=out)
        site.start_daemon(site.other_code)
        self.wait(lambda: latest(out))
        self.rest()
        self.failed_run(lambda: edit(raw / SHOPS, "$20M", "$1Z"))
        runs = self.count(lambda: self.edit("$30M", "$33M"))
        return f"a release of its own; its broken cell fails alone, the first goes on; runs: {runs}"

    def upgrade(self) -> str:
        """Restart the code server with another version of the code."""
        with (self.site.checkout / "pipelines" / "judge" / "verdicts.py").open("a") as stream:
            stream.write("# Another version.\n")

        def again() -> list[dg.DagsterRun]:
            done = self.site.runs(self.instance, dg.DagsterRunStatus.SUCCESS)
            return [run for run in done if run.tags.get("tidebook/changed") == OTHER_CODE]

        self.site.processes.end("code")
        self.site.start_code()
        self.wait(again)
        return "the first tick requests a run, in which the new code computes everything"

    def all(self) -> None:
        """Play the whole day."""
        self.outline()
        self.site.start_web()
        for event, act in (
            ("save", self.save),
            ("double save", self.double_save),
            ("save in a run", self.save_in_a_run),
            ("broken cell", self.broken_cell),
            ("repaired cell", self.repaired_cell),
            ("partial materializations", self.partial),
            ("404 of a source, twice", self.missing_source),
            ("killed daemon", self.killed_daemon),
            ("killed run", self.killed_run),
            ("lost machine", self.lost_machine),
            ("reload", self.reload),
            ("failing tick", self.failing_tick),
            ("lost code server", self.lost_code_server),
            ("hung run", self.hung_run),
            ("two dossiers", self.two_dossiers),
            ("upgrade", self.upgrade),
        ):
            self.play(event, act)
        self.play("alerts of the day", self.alerts)

    def alerts(self) -> str:
        """Count the alerts: one for each run that failed, and none beside those that an event has awaited."""
        failed = list(self.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE])))
        self.wait(lambda: len(self.site.receiver.told("run_failure")) >= len(failed))
        told = Counter(message["event"] for message in self.site.receiver.messages)
        runs = {message["run_id"] for message in self.site.receiver.told("run_failure")}
        assert runs == {run.run_id for run in failed}, "a daemon that is killed may tell one twice"
        texts = {event: {message["text"] for message in self.site.receiver.told(event)} for event in told}
        assert len(texts["tick_failure"]) == len(texts["source_failure"]) == 1, texts
        for text in texts.get("run_late", ()):  # that of the run that hung, and of others on a machine that is slow
            late = next(run for run in self.instance.get_run_records() if run.dagster_run.run_id[:8] in text)
            assert (late.end_time or 0.0) - late.create_timestamp.timestamp() > LATE_MINUTES * 60, text
        assert not told["old_graph"] and not told["source_late"]
        counts = ", ".join(f"{event}: {count}" for event, count in sorted(told.items()))
        return f"{counts}; failed runs: {len(failed)}"

    def failing_tick(self) -> str:
        """Put a folder where the lock of a run stands, so that no tick can tell whether that run is alive."""
        run = self.site.runs(self.instance)[0]
        record = self.site.folder_of_results / "store" / "alive" / run.run_id
        record.touch()
        record.with_suffix(".lock").mkdir()
        self.wait(lambda: self.site.receiver.told("tick_failure"))
        record.with_suffix(".lock").rmdir()
        record.unlink()
        (told,) = self.site.receiver.told("tick_failure")
        assert "raw_content" in told["text"], told
        return f"one alert: {told['text'].splitlines()[-1][:80]}"

    def outline(self) -> None:
        """Play all that changes the graph."""
        self.play("start", self.start)
        self.play("new table", self.new_table)
        self.play("edit of the new table", self.edit_new_table)
        self.play("removed table", self.removed_table)
        self.play("broken dossier", self.broken_dossier)
        self.play("repaired dossier", self.repaired_dossier)
        self.play("first snapshot", self.first_snapshot)


@contextmanager
def day(kind: str, home_of: Path = ROOT / "deploy" / "local", **settings: str) -> Iterator[Day]:
    """Yield a day on a site of its own."""
    with site(kind, home_of, **settings) as place, dg.DagsterInstance.from_config(str(place.home)) as instance:
        yield Day(place, instance)


def main(kind: str) -> None:
    """Play the day, and print it as a table."""
    with tempfile.TemporaryDirectory() as logs, ExitStack() as stack:
        if kind == POSTGRES:
            server = stack.enter_context(serving_postgres(Processes(Path(logs))))
            environment = server.environment | stack.enter_context(serving_s3())
            os.environ |= environment
            found = day(WHOLE, ROOT / "deploy" / "postgres", TIDEBOOK_OUT=STORE, **environment)
        else:
            found = day(kind)
        played = stack.enter_context(found)
        (played.outline if kind in ("dev", "grpc") else played.all)()
        sys.stdout.write("| event | what happened | seconds |\n|---|---|---:|\n")
        for each in played.happened:
            sys.stdout.write(f"| {each.event} | {each.outcome} | {each.seconds:.1f} |\n")


if __name__ == "__main__":
    main(*sys.argv[1:] or [WHOLE])
