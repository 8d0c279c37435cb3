"""Jobs that two processes share, run by `python -m tests.unit.shared_jobs CASE`: the tests' own process has threads.

Prints as JSON what came of each job and who did it, how often jobs were begun, and whether a process is left over.
"""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping

from pipelines.shared import Shared

FIRST = os.getpid()
BEGUN = tempfile.TemporaryFile("ab", buffering=0)  # noqa: SIM115
"""Gets a byte from either process for each job that it begins."""
Jobs = Mapping[str, list[str]]


def drawn(seed: int) -> Jobs:
    """Return up to forty jobs, each resting on some of those before it."""
    dice = random.Random(seed)
    names = [f"job {number}" for number in range(dice.randint(2, 40))]
    return {name: dice.sample(names[:place], dice.randint(0, min(place, 3))) for place, name in enumerate(names)}


def wait(name: str) -> None:
    """Take up to three thousandths of a second, another time for each job and process."""
    threading.Event().wait(random.Random(f"{name} {os.getpid()}").random() * 0.003)


def fails(name: str) -> None:
    """Fail in two jobs, whoever does them."""
    wait(name)
    if name in ("job 3", "job 4"):
        raise ValueError(name)


def fails_in_the_fork(name: str) -> None:
    """Fail in one process only."""
    wait(name)
    if os.getpid() != FIRST:
        raise ValueError(name)


def is_killed(name: str) -> None:
    """Be killed in the fork, at its third job or so."""
    wait(name)
    if os.getpid() != FIRST and int(name.split()[1]) % 3 == 0:
        os.kill(os.getpid(), signal.SIGKILL)


def refuse() -> int:
    """Do as a system that has no room for another process."""
    raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def shared(jobs: Jobs, work: Callable[[str], None]) -> dict[str, list[str]]:
    """Do the jobs in order; return by job its value, or error, and who did it."""
    values: dict[str, int] = {}

    def do(name: str) -> tuple[int, int]:
        BEGUN.write(b".")
        work(name)
        values[name] = 1 + sum(values[each] for each in jobs[name])
        return values[name], os.getpid()

    def take(told: str, name: str) -> tuple[int, int]:
        value, process = map(int, told.split())
        values[name] = value
        return value, process

    def prepare(name: str) -> None:
        assert name not in values, "it is done"
        raise ValueError("what cannot be prepared is done all the same")

    found: dict[str, list[str]] = {}
    with Shared(jobs, do, lambda result: f"{result[0]} {result[1]}", take, prepare, ["job 5"]) as steps:
        for name in steps.jobs:
            if any(found[each][0].startswith("error") for each in jobs[name]):
                found[name] = ["error below", ""]
                continue
            try:
                value, process = steps.result(name)
                found[name] = [str(value), "first" if process == FIRST else "fork"]
            except ValueError as error:
                found[name] = [f"error {error}", ""]
            if steps.may_fork and len(steps.ready()) > 1:
                steps.fork(lambda: None)
    return found


if __name__ == "__main__":
    case, seeds = sys.argv[1], range(int(sys.argv[2]), int(sys.argv[3]))
    if case == "alone":
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    if case == "refused":
        os.fork = refuse
    if case == "threads":
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    work = {each.__name__: each for each in (fails, fails_in_the_fork, is_killed)}.get(case, wait)
    results = [shared(drawn(seed), work) for seed in seeds]
    try:
        os.waitpid(-1, os.WNOHANG)
        left = True
    except ChildProcessError:
        left = False
    sys.stdout.write(json.dumps({"results": results, "begun": os.fstat(BEGUN.fileno()).st_size, "left": left}))
    sys.stdout.flush()
    os._exit(0)
