"""How many small changes to some modules their tests notice: `python -m benchmarks.mutation [numbers|rules] [COUNT]`.

mutmut's operators make the mutants, of patterns and tables of words outside functions too, which mutmut itself leaves
alone. Modules and tests are those of [tool.tidebook.mutation] in pyproject.toml. Each mutant runs in a process of its
own, forked from one that has loaded all but the project, against the tests of its module and then those of the others.
One that lives is shown with its number, by which `--only` runs it again, and as a difference.
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
import tomllib
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NamedTuple

SECONDS, MEMORY = 60, 4 << 30
"""What a mutant may take of the processor and of memory: one that takes more is noticed."""
LOADED = ("babel.numbers", "hypothesis", "pandera.pandas", "pyarrow", "click.testing")
"""What is worth loading once for all: no module of the project, which might have loaded the one that is changed."""
WHERE = "in functions", "outside functions"
OPTIONS = ("-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:faulthandler")


class Mutant(NamedTuple):
    """A module with one change; `number` is its place among all that there are."""

    number: int
    path: Path
    original: str
    source: str
    where: str

    def difference(self) -> str:
        """Return the changed lines, below the number and the module."""
        lines = difflib.unified_diff(self.original.splitlines(), self.source.splitlines(), n=0, lineterm="")
        changed = (line for line in lines if not line.startswith(("---", "+++")))
        return "\n".join([f"{self.number}: {self.path}", *changed])


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


class Mutants:
    """All mutants that mutmut's operators make of some modules."""

    def __init__(self, paths: Sequence[Path]) -> None:
        from mutmut.mutation.file_mutation import create_mutations

        self.found: list[tuple[Path, Any, Any]] = []
        for path in paths:
            module, mutations, *_ = create_mutations(str(path), path.read_text(encoding="utf-8"))
            self.found += [(path, module, mutation) for mutation in mutations]

    def drawn(self, count: int, seed: int) -> list[int]:
        """Return the numbers of some of them."""
        return random.Random(seed).sample(range(len(self.found)), min(count, len(self.found)))

    def mutant(self, number: int) -> Mutant:
        """Return one of them."""
        from libcst import Module
        from mutmut.mutation.file_mutation import deep_replace

        path, module, mutation = self.found[number]
        changed = deep_replace(module, mutation.original_node, mutation.mutated_node)
        assert isinstance(changed, Module)
        return Mutant(number, path, module.code, changed.code, WHERE[mutation.contained_by_top_level_function is None])


def lives(mutant: Mutant | None, *batches: Collection[str]) -> bool:
    """Return whether all tests pass with a mutant, or without any; later batches run where earlier ones pass."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        signal.alarm(10 * SECONDS)
        if mutant is not None:
            sys.meta_path.insert(0, _Finder(mutant))
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            import pytest

            code = next(filter(None, (int(pytest.main([*OPTIONS, *batch])) for batch in batches if batch)), 0)
    finally:
        os._exit(code)


def main() -> int:
    """Print what is not noticed of a sample of mutants, and how much is; 1 if that is less than it has to be."""
    declared = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]["tidebook"]["mutation"]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutation", description=__doc__)
    parser.add_argument("set", nargs="?", choices=declared, default="numbers", help="whose modules")
    parser.add_argument("count", nargs="?", type=int, default=400, help="how many mutants to draw")
    parser.add_argument("--seed", type=int, default=16, help="which ones")
    parser.add_argument("--only", nargs="+", type=int, metavar="NUMBER", help="those of these numbers, instead")
    asked = parser.parse_args()
    modules = {Path(name): own for name, own in declared[asked.set]["modules"].items()}
    tests = dict.fromkeys(test for own in modules.values() for test in own)
    for name in LOADED:
        importlib.import_module(name)
    if not lives(None, tests):
        print("the tests fail without any change", file=sys.stderr)
        return 2
    begun = time.monotonic()
    mutants = Mutants(list(modules))
    numbers = asked.only or mutants.drawn(asked.count, asked.seed)
    drawn, noticed = Counter[str](), Counter[str]()
    for mutant in map(mutants.mutant, numbers):
        own = modules[mutant.path]
        living = lives(mutant, own, [test for test in tests if test not in own])
        for group in (mutant.where, str(mutant.path)):
            drawn[group] += 1
            noticed[group] += not living
        if living:
            print(mutant.difference(), flush=True)
    for group in (*WHERE, *map(str, modules)):
        print(f"{group}: {noticed[group]} of {drawn[group]}")
    total = sum(noticed[where] for where in WHERE)
    share, minutes = total / len(numbers), (time.monotonic() - begun) / 60
    how = "by number" if asked.only else f"with seed {asked.seed}"
    print(f"noticed: {total} of {len(numbers)} ({share:.1%}) {how}, of {len(mutants.found):,}; {minutes:.0f} min")
    return int(share < declared[asked.set]["least"])


if __name__ == "__main__":
    sys.exit(main())
