"""Each tool's wall time for the same job: cold, with nothing to do, with one cell changed; all in fresh processes.

The tools are installed from their locks into environments of their own under a scratch folder.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.builds import CELL, ROOT, ROUNDS, environment, measured
from benchmarks.compare.chain import Chain
from benchmarks.compare.dvc_job import project
from benchmarks.compare.job import PAGE, STEPS, files

CASES = ("cold", "nothing to do", "one cell changed")
CHAINS = ("doit", "snakemake")
"""Tools measured on a chain of trivial steps instead of the job, with nothing to do."""

TOOLS = ("tidebook", "plain script", "Kedro", "Hamilton", "DVC")
GOALS = {
    ("cold", "plain script"): 0.9,
    ("one cell changed", "plain script"): 0.6,
    ("nothing to do", "doit"): 1.2,
    ("cold", "Kedro"): 1.5,
    ("nothing to do", "DVC"): 0.35,
    ("one cell changed", "DVC"): 0.5,
}
"""The largest share of a tool's time that Tidebook may take."""

MODULES = {"plain script": "plain", "Kedro": "kedro_job", "Hamilton": "hamilton_job"}
DISTRIBUTIONS = {
    "Kedro": "kedro",
    "Hamilton": "apache-hamilton",
    "DVC": "dvc",
    "doit": "doit",
    "snakemake": "snakemake",
}


@dataclass(frozen=True)
class Tools:
    """Where programs are: `here` has Tidebook with Kedro and Hamilton, `dvc` has DVC, `chain` doit and Snakemake."""

    here: Path
    dvc: Path
    chain: Path

    def versions(self) -> dict[str, str]:
        """Return the version of each tool."""
        found = {}
        for name, package in DISTRIBUTIONS.items():
            python = {"DVC": self.dvc, **dict.fromkeys(CHAINS, self.chain)}.get(name, self.here) / "python"
            code = f"from importlib.metadata import version; print(version({package!r}))"
            found[name] = subprocess.run(
                [python, "-c", code], check=True, capture_output=True, text=True
            ).stdout.strip()
        return found


def install(folder: Path) -> Tools:
    """Make the environments."""
    here = environment(folder / "compare", "requirements-compare.lock")
    dvc, chain = (environment(folder / name, f"requirements-{name}.lock") for name in ("dvc", "chain"))
    return Tools(here, dvc, chain)


class Side:
    """One tool in a folder of its own, with its own copy of the dossier."""

    def __init__(self, tool: str, folder: Path, tools: Tools) -> None:
        self.tool = tool
        self.folder = folder
        self.tools = tools

    def command(self) -> list[str]:
        """Return the command that brings the results up to date."""
        raw, out = str(self.folder / "raw"), str(self.folder / "tables")
        if self.tool == "DVC":
            return [str(self.tools.dvc / "dvc"), "repro", "--quiet"]
        if self.tool == "tidebook":
            return [str(self.tools.here / "tidebook"), "build", "--raw", raw, "--out", out]
        return [str(self.tools.here / "python"), "-m", f"benchmarks.compare.{MODULES[self.tool]}", raw, out]

    def clear(self) -> None:
        """Forget all results, and take the committed dossier."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(ROOT / "raw", self.folder / "raw")
        if self.tool == "DVC":
            project(self.folder, self.tools.dvc / "dvc", self.tools.here / "python")

    def edit(self) -> None:
        """Change one cell."""
        path, old, new = CELL
        place = self.folder / "raw" / path
        place.write_text(place.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    def run(self) -> tuple[float, float]:
        """Return the seconds of one run: on the clock, and of processors."""
        return measured(self.command(), cwd=self.folder, PYTHONPATH=str(ROOT))

    def results(self) -> dict[str, bytes]:
        """Return what it has written: tables and the report's page."""
        out = self.folder / "tables"
        names = [name for step in STEPS for name in files(step)]
        if self.tool == "tidebook":
            places = {name: out / "latest" / ("report" if name == PAGE else "tables") / name for name in names}
        else:
            places = {name: out / name for name in names}
        return {name: place.read_bytes() for name, place in places.items()}


def differing(one: Side, other: Side, first: bool) -> list[str]:
    """Return what two tools did not make alike. A build that is not the first says what changed; the others do not."""
    mine, theirs = one.results(), other.results()
    aside = set() if first else {"changes.parquet", PAGE}
    return [name for name in mine if name not in aside and mine[name] != theirs[name]]


def measure(rounds: int = ROUNDS, say: Callable[[str], None] = print) -> dict[str, Any]:
    """Return the median seconds of each tool in each case over interleaved rounds, the first one being a warm-up.

    Raises:
        AssertionError: the tools did not make the same tables.
    """
    with tempfile.TemporaryDirectory() as scratch:
        tools = install(Path(scratch))
        sides = [Side(tool, Path(scratch) / "work" / tool.replace(" ", "-"), tools) for tool in TOOLS]
        times: dict[str, dict[str, list[tuple[float, float]]]] = {case: {tool: [] for tool in TOOLS} for case in CASES}
        chains = {tool: Chain(tool, Path(scratch) / "chain" / tool, tools.chain) for tool in CHAINS}
        times["nothing to do"] |= {tool: [] for tool in CHAINS}
        for number in range(rounds + 1):
            for case in CASES:
                for side in [*sides, *(chains.values() if case == "nothing to do" else ())]:
                    if isinstance(side, Chain):
                        pass
                    elif case == "cold":
                        side.clear()
                    elif case == "one cell changed":
                        side.edit()
                    taken = side.run()
                    say(f"round {number}, {case}, {side.tool}: {taken[0]:.2f} s, processors {taken[1]:.2f} s")
                    if number:
                        times[case][side.tool].append(taken)
                for side in sides[1:]:
                    differ = differing(sides[0], side, case != "one cell changed")
                    assert not differ, f"{side.tool} made other {', '.join(differ)} ({case})"
        return {
            "seconds": medians(times, 0),
            "processors": medians(times, 1),
            "rounds": rounds,
            "versions": {"tidebook": version("tidebook")} | tools.versions(),
        }


def medians(times: dict[str, dict[str, list[tuple[float, float]]]], place: int) -> dict[str, dict[str, float]]:
    """Return the median of one of the two numbers of each run, by case and tool."""
    return {
        case: {tool: median(taken[place] for taken in found) for tool, found in row.items()}
        for case, row in times.items()
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS), indent=1))
