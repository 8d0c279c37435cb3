"""A process that has everything imported and forks a child, with limits, for each task: a build costs what it computes.

Run as `python -m tests.reliability.warm SCRATCH DOSSIER`; a task is a line of JSON on stdin, its outcome one on stdout.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.conftest import ROOT, SHIPPED

MEMORY = 1 << 30
CPU_STOP = 30
WALL_STOP = 600

Task = dict[str, Any]


class Warm:
    """A warm process, seen from the tests."""

    def __init__(self, scratch: Path, base: Path | None = None, dossier: Path = SHIPPED) -> None:
        own = [str(scratch), str(dossier), *([str(base)] if base else [])]
        command = [sys.executable, "-m", "tests.reliability.warm", *own]
        pipe = subprocess.PIPE
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT, env=environment)
        self.base = Path(self.answer()["base"])

    def answer(self) -> Task:
        """Return the next line of its answers."""
        assert self.process.stdout is not None
        return dict(json.loads(self.process.stdout.readline()))

    def __call__(self, work: str, **task: Any) -> Task:
        """Have a task done and return its outcome; `work` is `module:function` of this folder."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"work": work, **task}) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self) -> None:
        """End it."""
        self.process.communicate()


def in_lanes(lanes: Sequence[Warm], seeds: Sequence[int], work: Callable[[Warm, int], Task]) -> list[Task]:
    """Return what comes of each seed, in order: each process has its share of them, one after the other."""

    def lane(number: int) -> list[Task]:
        return [work(lanes[number], seed) for seed in seeds[number :: len(lanes)]]

    with ThreadPoolExecutor() as pool:
        found = [task for part in pool.map(lane, range(len(lanes))) for task in part]
    return sorted(found, key=lambda task: int(task["seed"]))


@contextlib.contextmanager
def warm_lanes(place: Path, dossier: Path, count: int = 2) -> Iterator[list[Warm]]:
    """Warm processes that build a dossier, one for each processor."""
    first = Warm(place / "warm0", dossier=dossier)
    found = [first, *(Warm(place / f"warm{number}", first.base, dossier) for number in range(1, count))]
    yield found
    with ThreadPoolExecutor() as pool:
        list(pool.map(Warm.close, found))


def forked(work: Callable[[Task], Task], task: Task, place: Path) -> Task:
    """Run a task in a child of this process; what it answers comes with its processor time, memory and end."""
    answer = place / "answer.json"
    answer.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        child_work(work, task, answer)
    _, status, used = os.wait4(child, 0)
    found: Task = json.loads(answer.read_bytes()) if answer.is_file() else {}
    return {
        "cpu": used.ru_utime + used.ru_stime,
        **found,
        "rss": used.ru_maxrss << 10,
        "before": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10,
        "status": status,
    }


def child_work(work: Callable[[Task], Task], task: Task, answer: Path) -> None:
    """Do the work in the child and end it, whatever happens."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_STOP, CPU_STOP + 5))
        signal.alarm(WALL_STOP)
        answer.write_text(json.dumps(work(task)))
    except BaseException:
        answer.write_text(json.dumps({"end": "traceback", "text": traceback.format_exc()}))
    finally:
        sys.stderr.flush()
        os._exit(0)


LAZY = (
    "commands.raw", "commands.read", "commands.releases", "commands.compare", "commands.explain",
    "graph.check", "release.exports", "release.differences", "report.explain", "release.datapackage",
)  # fmt: skip


def _import_all() -> None:
    """Import what commands import only when they need it, once for all children."""
    for name in LAZY:
        importlib.import_module(f"tidebook.pipelines.{name}")


def serve(scratch: Path, dossier: Path, built: Path | None = None) -> None:
    """Answer tasks until stdin ends; a task names its work as `module:function`.

    The dossier is built first, in `scratch / "base"`, which may be a copy of what another has built.
    """
    from tidebook.pipelines.commands.app import app
    from tidebook.pipelines.commands.main import NEW_OBJECTS

    gc.set_threshold(NEW_OBJECTS)  # as the command has it
    scratch.mkdir(parents=True)
    base = scratch / "base"
    if built:
        shutil.copytree(built, base, symlinks=True)
        (base / "store" / "code").write_text("another code")
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        app(["build", "--raw", str(dossier), "--out", str(base)], standalone_mode=False)
    importlib.import_module("tests.reliability.mutants").know(dossier, base / "latest")
    _import_all()
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page
    print(json.dumps({"base": str(base)}), flush=True)  # noqa: T201
    for line in sys.stdin:
        task = json.loads(line)
        module, _, name = task["work"].partition(":")
        place = scratch / "case"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(dossier, place / "raw")
        if task.get("built", True):
            shutil.copytree(
                base, place / "out", copy_function=os.link if task.get("linked") else shutil.copy2, symlinks=True
            )
        work = getattr(importlib.import_module(f"tests.reliability.{module}"), name)
        print(json.dumps(forked(work, {**task, "place": str(place)}, scratch)), flush=True)  # noqa: T201
    shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    serve(*map(Path, sys.argv[1:]))
