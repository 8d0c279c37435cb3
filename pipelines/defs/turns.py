"""Which Dagster runs are alive, and whose turn it is on an output folder.

A run holds a lease while its process lives: a locked file, which the system releases however the process ends. So a
run that is unfinished without a held lease has died, and whoever looks next may say so: no clock, no process id and no
name of a machine is compared. Where steps work apart, the process of the run also holds its turn, since no step can.

Belongs here: what holds for a run as a whole. Does not: which assets it makes (`sensors`), or the lock under which
results are written (`graph.store`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import shorten
from typing import Any, cast

import dagster as dg
from filelock import FileLock, Timeout

from tidebook.pipelines.defs.internals import (
    datetime_from_timestamp,
    get_current_timestamp,
    reload_code,
    without_pools,
)
from tidebook.pipelines.read.settings import Settings

RELOAD = "tidebook/reload"
"""The tag of a run after which the code server has to reload; it says why."""
AGAIN = "tidebook/again"
"""The tag of a run that replaces one that did not fail by itself: it names that run."""
GRACE = 60.0
"""Seconds after its start within which a run has taken its lease: it is the first thing that the process does."""
FAILURE_REASON = "dagster/failure_reason"
OWN_REASONS = ("STEP_FAILURE", "RUN_EXCEPTION", "JOB_INITIALIZATION_FAILURE")
"""Dagster's reason for a run that failed by itself, and would again; others were killed, or never started."""
OUTAGE = "tidebook/outage"
"""The tag of a run that an error of the system has ended, such as a full disk; it says which."""
TRIES = "tidebook/tries"
"""The tag of a run that is made once more after an outage: how many runs before it met one."""
PAUSE, MOST_DOUBLED = 300.0, 6
"""Seconds before a run that met an outage is made once more; each try doubles them, up to five hours."""
DIED = "The process of this run ended without a report: it was killed, or its machine was lost."


def _leases(folders: Settings) -> Path:
    return folders.out / "store" / "alive"


@contextmanager
def lease(folders: Settings, run_id: str) -> Iterator[None]:
    """Hold the lease of a run while the block lasts."""
    record = _leases(folders) / run_id
    with _lock(record):
        record.touch()  # only now: a record that is not locked is that of a dead run
        try:
            yield
        finally:
            _drop(record)


@contextmanager
def marking_outages(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """Tag the run that an error of the system ends: it is made once more, where bad input would fail again."""
    try:
        yield
    except OSError as error:
        instance.add_run_tags(run_id, {OUTAGE: shorten(f"{type(error).__name__}: {error}", 250, placeholder=" …")})
        raise


def _drop(record: Path) -> None:
    record.unlink(missing_ok=True)
    record.with_suffix(".lock").unlink(missing_ok=True)


def _lock(record: Path) -> FileLock:
    record.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(record.with_suffix(".lock"))


def close_dead_runs(instance: dg.DagsterInstance, folders: Settings, jobs: Collection[str] = ()) -> list[dg.DagsterRun]:
    """Record as failed the runs into an output folder whose process has died, and return them.

    A run that its server has recorded as failed already is returned too. Runs of other instances stay. Of `jobs`, those
    that never took a lease are closed after a while, and the last run is returned as long as it is one that died, or
    met an outage some time ago.
    """
    dead = []
    leases = _leases(folders)
    records = sorted(path for path in leases.glob("*") if not path.suffix) if leases.is_dir() else []
    for record in records:
        run = instance.get_run_by_id(record.name)
        if run is None:
            continue
        try:
            lock = _lock(record)
            lock.acquire(timeout=0)
        except Timeout:
            continue
        with lock:
            if not record.exists():  # it ended well meanwhile
                continue
            if not run.is_finished:
                instance.report_run_failed(run, DIED)
            _drop(record)
        dead.append(run)
    found = [*dead, *_never_leased(instance, folders, jobs), *_not_failed_by_itself(instance, jobs)]
    return list({run.run_id: run for run in found}.values())


def _not_failed_by_itself(instance: dg.DagsterInstance, jobs: Collection[str]) -> list[dg.DagsterRun]:
    """Return the last run of these jobs if it failed, but not by itself: its server, or a start, has closed it.

    No lease tells of it where the process died before it took one, or had the time to give it back. A run that met an
    outage is returned too, once its pause is over.
    """
    last = [record for job in jobs for record in instance.get_run_records(dg.RunsFilter(job_name=job), limit=1)]
    record = max(last, key=lambda record: record.create_timestamp, default=None)
    if record is None or record.dagster_run.status != dg.DagsterRunStatus.FAILURE:
        return []
    run = record.dagster_run
    if OUTAGE in run.tags:
        pause = PAUSE * 2 ** min(_tries(run), MOST_DOUBLED)
        is_due = get_current_timestamp() - (record.end_time or 0.0) >= pause
    else:
        is_due = run.tags.get(FAILURE_REASON) not in OWN_REASONS
    return [run] if is_due else []


def _tries(run: dg.DagsterRun) -> int:
    return int(run.tags.get(TRIES, "0"))


def tags_of_another_try(run: dg.DagsterRun) -> dict[str, str]:
    """Return the tags of a run that replaces one."""
    return {AGAIN: run.run_id, **({TRIES: str(_tries(run) + 1)} if OUTAGE in run.tags else {})}


def _never_leased(instance: dg.DagsterInstance, folders: Settings, jobs: Collection[str]) -> list[dg.DagsterRun]:
    """Record as failed the runs of jobs that started a while ago and hold no lease, and return them.

    They died before they could take one. Of runs that work in an object store alone, the lease is on another machine.
    """
    found: list[dg.DagsterRun] = []
    if folders.remote is not None:
        return found
    long_ago = datetime_from_timestamp(get_current_timestamp() - GRACE)
    for job in jobs:
        started = dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.STARTED], updated_before=long_ago)
        for record in instance.get_run_records(started):
            run = record.dagster_run
            if not (_leases(folders) / run.run_id).exists():
                instance.report_run_failed(run, DIED)
                found.append(run)
    return found


@contextmanager
def reloading_after(run: dg.DagsterRun) -> Iterator[None]:
    """Ask the code server to reload when the block ends, if the run was requested so."""
    try:
        yield
    finally:
        if RELOAD in run.tags:
            reload_code(run)


def _taking_turns(executor: dg.Executor, folders: Settings) -> dg.Executor:
    """Let the run of an executor take its turn on an output folder, and hold it until all of its steps are done.

    The object stays the same: Dask's executor asks whether a run has one of its own class.
    """
    execute = executor.execute

    def in_turn(plan_context: Any, execution_plan: Any) -> Iterator[dg.DagsterEvent]:
        run = plan_context.dagster_run
        marking = marking_outages(plan_context.instance, run.run_id)
        with marking, lease(folders, run.run_id), _turn(folders), reloading_after(run):
            yield from execute(without_pools(plan_context), execution_plan)

    executor.execute = in_turn  # type: ignore[method-assign]
    return executor


def _turn(folders: Settings) -> FileLock:
    return FileLock(folders.out / "store" / "turn")


def in_turn(executor: dg.ExecutorDefinition, folders: Settings) -> dg.ExecutorDefinition:
    """Return an executor of steps in processes of their own, of which two runs into one output folder take turns.

    The folder is one that the processes of both runs share. Runs on several machines that share an object store alone
    are kept apart by the pool of their assets: docs/operations.md.
    """
    create = executor.executor_creation_fn
    assert create is not None
    return dg.ExecutorDefinition(
        name=executor.name,
        # The schema holds the configuration that the executor was given before, which Dagster's annotation leaves out.
        config_schema=cast(Any, executor.config_schema),
        requirements=executor._requirements_fn,
        executor_creation_fn=lambda context: _taking_turns(create(context), folders),
        description=executor.description,
    )
