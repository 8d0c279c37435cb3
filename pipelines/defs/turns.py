"""Which Dagster runs are alive, and whose turn it is on an output folder.

A run holds a lease while its process lives: a locked file, which the system releases however the process ends. So a
run that is unfinished without a held lease has died, and whoever looks next may say so: no process id and no name of a
machine is compared. Where releases go to an object store, the file may be on a machine that is lost with its disk, so
the run gives signs of life in the store too: an object that it writes again and again. Their age is told by the clock
of the store alone. Where steps work apart, the process of the run also holds its turn, since no step can.

Dagster's own health checks know only runs that are containers, and its limit on the time of a run must be longer than
any run takes; both are on where deploy/ has them, and end what is seen by nobody here.

Belongs here: what holds for a run as a whole. Does not: which assets it makes (`sensors`), or the lock under which
results are written (`graph.store`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from textwrap import shorten
from threading import Event, Thread
from typing import Any, cast

import dagster as dg
from filelock import FileLock, Timeout

from tidebook.pipelines.defs.internals import (
    datetime_from_timestamp,
    get_current_timestamp,
    reload_code,
    without_pools,
)
from tidebook.pipelines.graph.places import Bucket
from tidebook.pipelines.read.settings import Settings
from tidebook.places import Stored

RELOAD = "tidebook/reload"
"""The tag of a run after which the code server has to reload; it says why."""
AGAIN = "tidebook/again"
"""The tag of a run that replaces one that did not fail by itself: it names that run."""
GRACE = 60.0
"""Seconds after its start within which a run has taken its lease: it is the first thing that the process does."""
ALIVE = "store/alive"
"""The folder of leases, in the output folder and in the object store."""
BEAT, SILENT = 10.0, timedelta(seconds=90)
"""Seconds between two signs of life in an object store, and the age of the last one from which a run counts as dead."""
LOOK = "look"
"""The object that is written to learn the time by the clock of the store."""
FAILURE_REASON = "dagster/failure_reason"
OWN_REASONS = ("STEP_FAILURE", "RUN_EXCEPTION", "JOB_INITIALIZATION_FAILURE")
"""Dagster's reason for a run that failed by itself, and would again; others were killed, or never started."""
OUTAGE = "tidebook/outage"
"""The tag of a run that an error of the system has ended, such as a full disk; it says which."""
NOT_LAUNCHED = "a launch that failed or took too long"
TRIES = "tidebook/tries"
"""The tag of a run that is made once more after an outage: how many runs before it met one."""
PAUSE, MOST_DOUBLED = 60.0, 8
"""Seconds before a run that met an outage is made once more; each try doubles them, up to four hours."""
DIED = "The process of this run ended without a report: it was killed, or its machine was lost."


def _leases(folders: Settings) -> Path:
    return folders.out / ALIVE


def has_leases(folders: Settings) -> bool:
    """Whether a run on this machine holds a lease on an output folder, or has died with it."""
    leases = _leases(folders)
    return leases.is_dir() and any(leases.iterdir())


@contextmanager
def lease(folders: Settings, run_id: str) -> Iterator[None]:
    """Hold the lease of a run while the block lasts."""
    record = _leases(folders) / run_id
    with _lock(record), _signs_of_life(folders, run_id):
        record.touch()  # only now: a record that is not locked is that of a dead run
        try:
            yield
        finally:
            _drop(record)


@contextmanager
def _signs_of_life(folders: Settings, run_id: str) -> Iterator[None]:
    """Give signs of life of a run in the object store while the block lasts, if releases go to one."""
    if folders.remote is None:
        yield
        return
    bucket, path, ended = Bucket(folders.remote), f"{ALIVE}/{run_id}", Event()
    bucket.write(path, b"")

    def beat() -> None:
        while not ended.wait(BEAT):
            with suppress(OSError):  # a store that does not answer for long ends the run when it publishes
                bucket.write(path, b"")

    beating = Thread(target=beat, name="signs-of-life", daemon=True)
    beating.start()
    try:
        yield
    finally:
        ended.set()
        beating.join()
        with suppress(OSError):  # it is removed once somebody looks
            bucket.remove([path])


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

    Raises OSError if a run is unfinished whose signs of life are in an object store that does not answer.
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
    _forget(folders, dead)
    found = [*dead, *_silent(instance, folders, jobs), *_not_failed_by_itself(instance, jobs)]
    return list({run.run_id: run for run in found}.values())


def _not_failed_by_itself(instance: dg.DagsterInstance, jobs: Collection[str]) -> list[dg.DagsterRun]:
    """Return the last run of these jobs if it failed, but not by itself: its server, or a start, has closed it.

    No lease tells of it where the process died before it took one, or had the time to give it back. A run that met an
    outage is returned too, once its pause is over. One that failed before it started has met one: its code server took
    too long, or cannot launch any run. Dagster's waits for ever for the answer of a process that it asks to end, and
    holds a lock meanwhile, where that process is stopped or busy in one call of C; so the server is asked to reload.
    """
    last = [record for job in jobs for record in instance.get_run_records(dg.RunsFilter(job_name=job), limit=1)]
    record = max(last, key=lambda record: record.create_timestamp, default=None)
    if record is None or record.dagster_run.status != dg.DagsterRunStatus.FAILURE:
        return []
    run = record.dagster_run
    if OUTAGE not in run.tags:
        if run.tags.get(FAILURE_REASON) in OWN_REASONS:
            return []
        if record.start_time is not None:
            return [run]
        run = run.with_tags({**run.tags, OUTAGE: NOT_LAUNCHED})
        instance.add_run_tags(run.run_id, {OUTAGE: NOT_LAUNCHED})
        Thread(target=reload_code, args=(run,), name="reload", daemon=True).start()  # whoever looks is in that server
    pause = PAUSE * 2 ** min(_tries(run), MOST_DOUBLED)
    return [run] if get_current_timestamp() - (record.end_time or 0.0) >= pause else []


def _tries(run: dg.DagsterRun) -> int:
    return int(run.tags.get(TRIES, "0"))


def tags_of_another_try(run: dg.DagsterRun) -> dict[str, str]:
    """Return the tags of a run that replaces one."""
    return {AGAIN: run.run_id, **({TRIES: str(_tries(run) + 1)} if OUTAGE in run.tags else {})}


def _silent(instance: dg.DagsterInstance, folders: Settings, jobs: Collection[str]) -> list[dg.DagsterRun]:
    """Record as failed the runs that started a while ago and show no sign of life, and return them.

    Of `jobs` those count too that never showed one: they died before they could take their lease.
    """
    long_ago = datetime_from_timestamp(get_current_timestamp() - GRACE)
    started = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED], updated_before=long_ago)
    runs = [run for run in instance.get_runs(started) if not (_leases(folders) / run.run_id).exists()]
    if not runs:
        return []
    signs, now = _signs(folders)
    found = []
    for run in runs:
        sign = signs.get(run.run_id)
        if sign is None:
            is_dead = run.job_name in jobs and _said_nothing_since(instance, run, long_ago.timestamp())
        else:
            is_dead = now is not None and now - sign.written > SILENT
        if is_dead:
            instance.report_run_failed(run, DIED)
            found.append(run)
    _forget(folders, found)
    return found


def _forget(folders: Settings, dead: Collection[dg.DagsterRun]) -> None:
    """Remove the signs of life of dead runs."""
    if folders.remote is not None and dead:
        Bucket(folders.remote).remove([f"{ALIVE}/{run.run_id}" for run in dead])


def _signs(folders: Settings) -> tuple[dict[str, Stored], datetime | None]:
    """Return the last sign of life of each run in the object store, and the time by its clock; nothing without one."""
    if folders.remote is None:
        return {}, None
    bucket = Bucket(folders.remote)
    bucket.write(f"{ALIVE}/{LOOK}", b"")
    signs = bucket.files(ALIVE)
    return signs, signs.pop(LOOK).written


def _said_nothing_since(instance: dg.DagsterInstance, run: dg.DagsterRun, time: float) -> bool:
    """Whether the last event of a run is older than a time. One that just gave its lease back is about to end well."""
    last = instance.get_records_for_run(run.run_id, limit=1, ascending=False).records
    return not last or last[0].timestamp < time


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
    are kept apart by the pool of their assets: docs/internals/operations.md.
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
