"""The job run from the command line, in an instance that the UI shows afterwards.

Belongs here: the instance's home and its settings. Does not: what the job is made of (`job`).
"""

import errno
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import dagster as dg
from sqlalchemy.exc import OperationalError

from tidebook.pipelines.defs.internals import read_storages
from tidebook.pipelines.defs.job import JOB, build_defs
from tidebook.pipelines.defs.turns import close_dead_runs
from tidebook.pipelines.graph.run import RunObserver
from tidebook.pipelines.read.atomic import write_file
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.outputs import cache
from tidebook.pipelines.read.settings import Settings

INSTANCE = """\
# Runs start at once; they take turns by themselves.
run_coordinator:
  module: dagster.core.run_coordinator
  class: DefaultRunCoordinator
# A line a step, and no line for each of Dagster's own events.
python_logs:
  python_log_level: INFO
# A run that never starts is marked as failed.
run_monitoring:
  enabled: true
  start_timeout_seconds: 300
# Sources that were not fetched in time show as stale.
freshness:
  enabled: true
telemetry:
  enabled: false
nux:
  enabled: false
"""
DISK = ("OSError", "FileExistsError", "FileNotFoundError", "IsADirectoryError", "NotADirectoryError", "PermissionError")
"""Names of the classes of errors of files: an event has its error as texts only."""
REASON = 300
"""Maximum characters shown of Dagster's own message on a home that it cannot use."""

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster's own log would stand between the lines of progress."""


def home_place(folders: Settings) -> Path:
    """Return where the home of the instance is: DAGSTER_HOME, or else a folder of the cache for the output folder.

    It is not in the output folder, which may have come with somebody else's article: `dagster.yaml` names code to run.
    """
    own = cache() / "dagster" / digest(os.path.realpath(folders.out))[:16]
    return Path(os.environ.get("DAGSTER_HOME") or own).resolve()


def home_of(folders: Settings) -> Path:
    """Return the home of the instance, created if needed."""
    home = home_place(folders)
    try:
        if not (home / "dagster.yaml").is_file():
            write_file(home / "dagster.yaml", INSTANCE.encode())
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        expected = f"a folder for the settings and runs of Dagster, but: {error.strerror}"
        raise InputError(Problem(str(home), expected)) from error
    return home


@contextmanager
def instance_of(folders: Settings) -> Iterator[dg.DagsterInstance]:
    """Open the instance of the home. Raises InputError if Dagster cannot use what is there, OSError on a full disk."""
    home = home_of(folders)

    def words_of(error: Exception) -> str:
        return " ".join(str(getattr(error, "orig", error)).split())[:REASON]

    try:
        with ExitStack() as opened:
            try:
                instance = opened.enter_context(dg.DagsterInstance.from_config(str(home)))
                read_storages(instance)
            except OperationalError:
                raise
            except Exception as error:
                raise InputError(Problem(str(home), f"a home that Dagster can use, but: {words_of(error)}")) from error
            yield instance
    except OperationalError as error:
        raise OSError(f"{home}: {words_of(error)}") from error


def run_job(folders: Settings, observer: RunObserver) -> None:
    """Run the job in this process. The caller holds the store's lock.

    Raises InputError if the raw input is bad, RuntimeError if a step crashed; then nothing is published.
    """
    job = build_defs(folders, observer).resolve_job_def(JOB)
    with _signals_passed_on(), instance_of(folders) as instance:
        close_dead_runs(instance, folders)
        result = job.execute_in_process(instance=instance, raise_on_error=False, run_config=QUIET)
    if observer.problems:
        raise InputError(list(dict.fromkeys(observer.problems)))
    if not result.success:
        raise RuntimeError("\n".join(_failure_texts(result)))


@contextmanager
def _signals_passed_on() -> Iterator[None]:
    """Let Dagster handle a signal and record the run as interrupted, then raise the signal again to end the command."""
    reader, writer = os.pipe()
    for end in (reader, writer):
        os.set_blocking(end, False)
    others = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(others)
        with suppress(BlockingIOError):
            # A byte for each signal: more than anybody sends during a run.
            for number in os.read(reader, 64):
                signal.raise_signal(number)
        os.close(reader)
        os.close(writer)


def _failure_texts(result: dg.ExecuteInProcessResult) -> list[str]:
    """Return why a run failed: the file that could not be read or written, or the trace of a crash."""
    for event in result.all_events:
        if event.is_step_failure and (error := event.step_failure_data.error):
            crash = error.cause or error
            while error.cause:
                error = error.cause
            named = error if error.cls_name in DISK else crash
            return [named.message.strip().removeprefix(f"{named.cls_name}: ")]
    return ["the run failed before its first step"]
