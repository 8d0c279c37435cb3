"""How many small changes to the grammar and the units their tests notice: `python -m benchmarks.mutation [COUNT]`.

mutmut's operators make the mutants, of patterns and tables of words outside functions too, which mutmut itself leaves
alone. Modules and tests are those of [tool.mutmut] in pyproject.toml. Each mutant runs in a process of its own, forked
from one that has loaded all but the project; one that lives is shown as a difference.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import importlib.machinery
import importlib.util
import io
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import NamedTuple

SECONDS, MEMORY = 60, 4 << 30
"""What a mutant may take of the processor and of memory: one that takes more is noticed."""
LOADED = ("babel.numbers", "hypothesis", "pandera.pandas", "pyarrow", "typer.testing")
"""What is worth loading once for all: no module of the project, which might have loaded the one that is changed."""
WHERE = "in functions", "outside functions"
OPTIONS = ("-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:faulthandler")
LEAST = 0.9


class Mutant(NamedTuple):
    """A module with one change."""

    path: Path
    source: str
    where: str

    def difference(self) -> str:
        """Return the changed lines."""
        old = self.path.read_text(encoding="utf-8").splitlines()
        lines = difflib.unified_diff(old, self.source.splitlines(), n=0, lineterm="")
        return "\n".join([str(self.path), *(line for line in lines if not line.startswith(("---", "+++")))])


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module from another source than its file's."""

    def __init__(self, name: str, mutant: Mutant) -> None:
        super().__init__(name, str(mutant.path.absolute()))
        self.source = mutant.source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source, self.path, "exec", dont_inherit=True)


class _Finder:
    """Finds the changed module."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = ".".join(mutant.path.with_suffix("").parts)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_loader(fullname, _Loader(fullname, self.mutant))


def drawn_mutants(paths: Sequence[Path], count: int, seed: int) -> tuple[list[Mutant], int]:
    """Return some of the mutants that mutmut's operators make of the modules, and how many there are in all."""
    from mutmut.mutation.file_mutation import create_mutations, deep_replace

    population = []
    for path in paths:
        module, mutations, *_ = create_mutations(str(path), path.read_text(encoding="utf-8"))
        population += [(path, module, mutation) for mutation in mutations]
    found = []
    for path, module, mutation in random.Random(seed).sample(population, min(count, len(population))):
        changed = deep_replace(module, mutation.original_node, mutation.mutated_node)
        found.append(Mutant(path, changed.code, WHERE[mutation.contained_by_top_level_function is None]))
    return found, len(population)


def lives(mutant: Mutant | None, tests: Sequence[str]) -> bool:
    """Return whether all tests pass with a mutant, or without any."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        signal.alarm(10 * SECONDS)
        if mutant is not None:
            sys.meta_path.insert(0, _Finder(mutant))  # type: ignore[arg-type]
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            import pytest

            code = int(pytest.main([*OPTIONS, *tests]))
    finally:
        os._exit(code)


def main() -> int:
    """Print what is not noticed of a sample of mutants, and how much is; 1 if that is less than nine in ten."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutation", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=400, help="how many mutants to draw")
    parser.add_argument("--seed", type=int, default=16, help="which ones")
    asked = parser.parse_args()
    from mutmut.configuration import config

    for name in LOADED:
        importlib.import_module(name)
    tests, paths = config().pytest_add_cli_args_test_selection, config().source_paths
    if not lives(None, tests):
        print("the tests fail without any change", file=sys.stderr)
        return 2
    begun = time.monotonic()
    sample, population = drawn_mutants(paths, asked.count, asked.seed)
    drawn, noticed = Counter[str](), Counter[str]()
    for mutant in sample:
        living = lives(mutant, tests)
        for group in (mutant.where, str(mutant.path)):
            drawn[group] += 1
            noticed[group] += not living
        if living:
            print(mutant.difference(), flush=True)
    for group in (*WHERE, *map(str, paths)):
        print(f"{group}: {noticed[group]} of {drawn[group]}")
    total = sum(noticed[where] for where in WHERE)
    share, minutes = total / len(sample), (time.monotonic() - begun) / 60
    print(
        f"noticed: {total} of {len(sample)} ({share:.1%}) with seed {asked.seed}, of {population:,}; {minutes:.0f} min"
    )
    return int(share < LEAST)


if __name__ == "__main__":
    sys.exit(main())
