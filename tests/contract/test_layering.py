"""The layers and what they may touch: one-way imports, Dagster at the edge, no wall clock, no pickle."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Mapping, Set
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tidebook.pipelines.graph.keys import ROOT, code_files

EDGE = ("tidebook.pipelines.defs", "tidebook.pipelines.definitions", "tidebook.pipelines.commands.app")


def module_of(path: Path, root: Path = ROOT) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {f"tidebook.{module_of(path)}": path for path in code_files() if path.suffix == ".py"}
MODULES = sorted(FILES)


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted names that a file imports, at its top, within functions and for type checkers alike."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@functools.cache
def imported(module: str) -> frozenset[str]:
    """Return the dotted names that a module imports anywhere in its text, submodules by name included."""
    return frozenset(imports(FILES[module]))


def reached_from(module: str) -> set[str]:
    """Return the project's modules reached by imports from this one."""
    found: set[str] = set()
    queue = [module]
    while queue:
        name = queue.pop()
        if name in FILES and name not in found:
            found.add(name)
            queue += imported(name)
    return found


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def test_every_module_is_covered() -> None:
    assert len(MODULES) > 30
    assert {"tidebook.pipelines.commands.app", "tidebook.schemas.base", "tidebook.pipelines.judge.flips"} <= set(
        MODULES
    )


def import_circle(root: Path, packages: tuple[str, ...]) -> list[str]:
    """Return modules of the packages of which each is imported by the next, the last by the first; else none."""
    files = {module_of(path, root): path for package in packages for path in (root / package).rglob("*.py")}
    graph: Mapping[str, Set[str]] = {name: {*imports(path)} & (files.keys() - {name}) for name, path in files.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Every import counts: one within a function, or for type checkers, only hides that two modules are one."""
    assert import_circle(ROOT, ("tidebook/pipelines", "tidebook/plugins", "tidebook/schemas", "tidebook")) == []


@pytest.mark.parametrize(
    "closing",
    [
        "from package import first",
        "from package.first import name",
        "def late():\n    import package.first",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from package.first import name",
    ],
)
def test_the_check_would_see_a_circle(tmp_path: Path, closing: str) -> None:
    texts = {"__init__": "", "first": "from package.inner import second", "inner/second": "import package.third"}
    for name, text in {**texts, "third": ""}.items():
        path = tmp_path / "package" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert import_circle(tmp_path, ("package",)) == []
    (tmp_path / "package" / "third.py").write_text(closing)
    found = import_circle(tmp_path, ("package",))
    assert set(found) == {"package.first", "package.inner.second", "package.third"}


@pytest.mark.parametrize("module", MODULES)
def test_only_the_edge_knows_dagster(module: str) -> None:
    if not any(within(module, name) for name in EDGE):
        assert not [name for name in imported(module) if within(name, "dagster")]


@pytest.mark.parametrize("module", ["tidebook.pipelines.graph.graph", "tidebook.pipelines.graph.run"])
def test_the_graph_and_the_plain_runner_reach_no_dagster(module: str) -> None:
    reached = reached_from(module)
    assert {
        "tidebook.pipelines.graph.steps.verdicts",
        "tidebook.pipelines.report.render",
        "tidebook.pipelines.judge.flips",
    } <= reached
    assert not [name for own in reached for name in imported(own) if within(name, "dagster")]


def attributes(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node)


CLOCKS = ("today", "now", "utcnow", "time.time", "localtime", "gmtime", "ctime")
FETCHES = (["dt.datetime.now"], {"time"})
"""The clock is read where sources are fetched, once, and nowhere else: the time of a fetch is recorded as an input."""
UNSEEDED = ("random.random", "random.seed", "np.random.seed", "np.random.rand", "default_rng", "uuid4")


@pytest.mark.parametrize("path", [path for path in code_files() if path.suffix == ".py"], ids=str)
def test_no_wall_clock_no_loose_randomness_no_pickle(path: Path) -> None:
    forbidden = [name for name in attributes(path) if name.endswith(CLOCKS) or name in UNSEEDED]
    banned = {"time", "random", "pickle", "cloudpickle", "shelve", "marshal", "uuid"}
    modules = imported(f"tidebook.{module_of(path)}") & banned
    allowed = FETCHES if module_of(path) == "pipelines.read.sources.fetch" else ([], set())
    assert (forbidden, modules) == allowed


def test_the_check_would_see_a_clock(tmp_path: Path) -> None:
    path = tmp_path / "clock.py"
    path.write_text("import datetime\nprint(datetime.date.today())\n")
    assert [name for name in attributes(path) if name.endswith(CLOCKS)] == ["datetime.date.today"]


def test_modules_open_with_what_belongs_there() -> None:
    for path in code_files():
        if path.suffix == ".py":
            text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
            assert text, f"{path.relative_to(ROOT)} has no opening"
