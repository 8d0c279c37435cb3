"""Steps computed in a process of its own while Dagster starts; its run then finds them in the store and records them.

Only `tidebook build` works so. What goes wrong here is left to the run, which meets it again and tells it.
"""

from __future__ import annotations

import contextlib
import gc
import json
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from pipelines.settings import Settings
from pipelines.storage.store import Entry, Store

if TYPE_CHECKING:
    from pipelines.assets.graph import Graph


class Ahead:
    """The process, while a `with` block lasts. The block must hold the store's lock."""

    def __init__(self, folders: Settings) -> None:
        self.folders = folders
        self.computed: dict[str, bool] = {}

    def __enter__(self) -> Ahead:
        command = [sys.executable, "-P", "-m", __name__, self.folders.as_text()]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.process.kill()
        self.process.communicate()

    def has_computed(self, step: str) -> bool:
        """Wait for the process to come past a step, or to end; return whether it has computed the step anew."""
        assert self.process.stdout is not None
        while step not in self.computed and (line := self.process.stdout.readline()):
            name, computed = json.loads(line)
            self.computed[name] = computed
        return self.computed.get(step, False)


def order(graph: Graph) -> list[str]:
    """Return all steps, each after those that it needs, as near to Dagster's own order as that allows."""
    from pipelines.storage.former import FORMER

    needed = {name: {*node.step.inputs.values(), *node.gates} for name, node in graph.nodes.items()}
    sorter = TopologicalSorter({**needed, FORMER: set(graph.raw_files)})
    sorter.prepare()
    steps: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        steps += ready
        sorter.done(*ready)
    return steps


class Apart(Store):
    """A store of which this process alone knows the current results; what it puts there is for all."""

    def __init__(self, out: Path) -> None:
        super().__init__(out)
        self.keys: dict[str, str] = {}

    def make_current(self, step: str, key: str) -> None:
        """Say which result of a step is current."""
        self.keys[step] = key

    def current(self, step: str) -> Entry | None:
        """Return a step's current result, or None before its first."""
        return self.find(step, self.keys[step]) if step in self.keys else None


def compute(folders: Settings) -> None:
    """Bring step after step up to date until one fails; write to stdout each one's name and whether it was computed."""
    from pipelines.assets.graph import load, raw_inputs, take_in
    from pipelines.assets.source_graph import graph_of
    from pipelines.report import vega
    from pipelines.storage.former import FORMER, keep_former
    from pipelines.storage.steps import run_step

    gc.disable()  # as in the build that waits for this
    vega.start()
    store = Apart(folders.out)
    graph = graph_of(folders)
    for name in order(graph):
        if name in graph.raw_files:
            reused = take_in(store, graph, name)[2]
        elif name == FORMER:
            reused = keep_former(folders.out, store, raw_inputs(store, graph))[1]
        else:
            outcome = run_step(store, graph.nodes[name].step, load)
            if outcome.entry is None:
                return
            reused = outcome.reused
        sys.stdout.write(json.dumps([name, not reused]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    with contextlib.suppress(Exception):
        compute(Settings.of_text(sys.argv[1]))
