"""The job as a Kedro pipeline: a node for each step, every table a data set: `python -m ...kedro_job RAW OUT`.

It is run by Kedro's sequential runner from a script, which starts faster than `kedro run` in a Kedro project.
"""

import logging
import sys
from functools import partial
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DataCatalog
from kedro.pipeline import node, pipeline
from kedro.runner import SequentialRunner

from benchmarks.compare.job import GRAPH, STEPS, compute, raw, sources, table, write


class Raw(AbstractDataset[Any, Any]):
    """A raw file."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name

    def load(self) -> Any:
        """Read it."""
        return raw(self.folder, self.name)

    def save(self, data: Any) -> None:
        """Refuse: nobody writes raw files."""
        raise PermissionError(self.name)

    def _describe(self) -> dict[str, Any]:
        return {"name": self.name}


class Result(AbstractDataset[Any, Any]):
    """A table or the report, as the file that a build would write."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name

    def load(self) -> Any:
        """Read it."""
        return table(self.folder, self.name)

    def save(self, data: Any) -> None:
        """Write it."""
        write({self.name: data}, self.folder)

    def _describe(self) -> dict[str, Any]:
        return {"name": self.name}


def call(step: str, names: list[str], *given: Any) -> tuple[Any, ...]:
    """Run a step on its inputs in order, and return its results in order."""
    return tuple(compute(step, dict(zip(names, given, strict=True))).values())


def key(name: str) -> str:
    """Return the name of a data set: Kedro takes no slashes."""
    return name.replace("/", "__")


def main(place: Path, out: Path) -> None:
    """Run all steps."""
    logging.disable(logging.WARNING)
    nodes = []
    for step, made in STEPS.items():
        names = [name for part in sources(step) for name in part]
        function = partial(call, step, names)
        nodes.append(node(function, [key(name) for name in names], list(made), name=step))
    sets: dict[str, Any] = {key(name): Raw(place, name) for name in GRAPH.raw_files}
    sets |= {name: Result(out, name) for made in STEPS.values() for name in made}
    SequentialRunner().run(pipeline(nodes), DataCatalog(sets))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
