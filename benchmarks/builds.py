"""Wall time of `tidebook build`, cold, with nothing to do and with one cell changed, beside the toy job."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
CELL = ("article/regional_funding.csv", "China,$8B", "China,$40B")
ROUNDS = 5
ENVIRONMENT = "environment"


class Used(NamedTuple):
    """What a command used: seconds on the clock and of processors, and its peak of memory in MiB."""

    clock: float
    processor: float
    peak: float


def used(command: list[str], cwd: Path = ROOT, **environment: str) -> Used:
    """Run a command in a fresh process and return what it and the processes that it waited for used.

    Raises:
        RuntimeError: it failed; the message ends with what it wrote to stderr.
    """
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env=own | environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    errors = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)  # of this process alone, unlike RUSAGE_CHILDREN
    clock = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]}: exit {process.returncode}: {errors[-2_000:]}")
    return Used(clock, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 2**10)


def timed(command: list[str], cwd: Path = ROOT, **environment: str) -> float:
    """Return the seconds that a command takes in a fresh process."""
    return used(command, cwd, **environment).clock


def measured(command: list[str], cwd: Path = ROOT, **environment: str) -> tuple[float, float]:
    """Return the seconds that a command takes in a fresh process: on the clock, and of processors."""
    found = used(command, cwd, **environment)
    return found.clock, found.processor


def environment(folder: Path, lock: str) -> Path:
    """Make an environment of what a lock holds and of this checkout, and return the folder of its programs.

    What else the caller's environment has would be imported too: Pandera looks for Dask and Spark.
    """
    uv, python = BIN / "uv", folder / "bin" / "python"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    into: list[str | Path] = [uv, "pip", "install", "--quiet", "--python", python]
    subprocess.run([*into, "--compile-bytecode", "-r", ROOT / lock], check=True)
    subprocess.run([*into, "--no-deps", "--editable", ROOT], check=True)
    return python.parent


def measure(rounds: int = ROUNDS) -> dict[str, float]:
    """Return the median seconds of each case over interleaved rounds, the first round being a warm-up."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        environment(folder / ENVIRONMENT, "requirements.lock")
        found: dict[str, list[float]] = {}
        for number in range(rounds + 1):
            for name, case in CASES.items():
                seconds = case(folder)
                if number:
                    found.setdefault(name, []).append(seconds)
        return {name: median(times) for name, times in found.items()}


def build(folder: Path, *program: str) -> float:
    """Return the seconds of one build of the scratch copy of the dossier."""
    first, *rest = program or ("tidebook",)
    command = [str(folder / ENVIRONMENT / "bin" / first), *rest, "build"]
    return timed([*command, "--raw", str(folder / "raw"), "--out", str(folder / "out")])


def cold(folder: Path, *program: str) -> float:
    """Build into an empty folder."""
    for name in ("raw", "out"):
        shutil.rmtree(folder / name, ignore_errors=True)
    shutil.copytree(ROOT / "raw", folder / "raw")
    return build(folder, *program)


def cold_collecting(folder: Path) -> float:
    """Build into an empty folder where Python looks for cycles as often as it does by itself."""
    threshold = gc.get_threshold()[0]
    often = f"import tidebook.pipelines.commands.main as command; command.NEW_OBJECTS = {threshold}; command.main()"
    return cold(folder, "python", "-c", often)


def one_cell(folder: Path) -> float:
    """Build after one cell has changed."""
    path, old, new = CELL
    place = folder / "raw" / path
    place.write_text(place.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return build(folder)


def toy(folder: Path) -> float:
    """Run the toy job through Dagster's command line in an instance of its own."""
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    command = [str(folder / ENVIRONMENT / "bin" / "dagster"), "job", "execute", "-f", "benchmarks/toy.py", "-j", "toy"]
    return timed(command, DAGSTER_HOME=str(home))


CASES: dict[str, Callable[[Path], float]] = {
    "toy job of eleven assets": toy,
    "build, cold, collecting as often as Python by itself": cold_collecting,
    "build, cold": cold,
    "build, nothing to do": build,
    "build, one cell changed": one_cell,
}
