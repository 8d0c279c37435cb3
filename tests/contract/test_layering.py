"""The rooms and what they may import: import-linter holds it, and these tests hold that import-linter does.

Which room may import which is declared in pyproject.toml.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest
from mypy.modulefinder import FindModuleCache, SearchPaths
from mypy.options import Options

from benchmarks import readability
from benchmarks.readability import imports_of, longest_chain, read_modules
from tests.conftest import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
CONTRACTS = {contract["name"]: contract for contract in PYPROJECT["importlinter"]["contracts"]}

LONGEST_CHAIN = 14
"""Maximum modules of which each imports the next when it is loaded."""


def modules() -> set[str]:
    """Return the dotted names of all modules of the package, whose folders stand at the top level."""
    found = set()
    for folder in (*(ROOT / name for name in ("pipelines", "plugins", "schemas")), ROOT / "tidebook"):
        for path in folder.rglob("*.py") if folder.name != "tidebook" else folder.glob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            package = parts if parts[0] == "tidebook" else ("tidebook", *parts)
            found.add(".".join(package).removesuffix(".__init__"))
    return found


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_imports_run_one_way() -> None:
    found = lint(ROOT)
    assert found.returncode == 0, found.stdout


def test_no_chain_of_imports_is_too_long() -> None:
    """Who follows what a module loads is soon at the bottom: docs/internals/decisions.md says why 14."""
    chain = longest_chain(imports_of(read_modules(readability.CORE)))
    assert len(chain) <= LONGEST_CHAIN, "\n".join(chain)


def test_import_linter_sees_every_module() -> None:
    """Folders are links below `tidebook`: a tool that does not follow them would find nothing wrong."""
    graph = grimp.build_graph("tidebook", cache_dir=None)
    assert graph.modules == modules()
    assert "tidebook.pipelines.judge.tipping_points" in graph.find_upstream_modules("tidebook.pipelines.graph.graph")


def test_mypy_sees_every_module() -> None:
    assert "tidebook" in PYPROJECT["mypy"]["packages"]
    paths = SearchPaths(python_path=(str(ROOT),), mypy_path=(), package_path=(), typeshed_path=())
    found = FindModuleCache(paths, None, Options()).find_modules_recursive("tidebook")
    assert modules() <= {source.module for source in found}


def test_every_room_is_in_the_contract() -> None:
    (layers,) = [contract["layers"] for contract in CONTRACTS.values() if contract["type"] == "layers"]
    ordered = {name.strip() for layer in layers for name in layer.split(":")}
    rooms = {".".join(name.split(".")[:3]) for name in modules() if name.startswith("tidebook.pipelines.")}
    public = {name for name in modules() if name.count(".") == 1} - {"tidebook.pipelines", "tidebook.plugins"}
    assert rooms | public <= ordered


FORBIDDEN = {
    ("read/rawfile", "tidebook.pipelines.judge.tipping_points"): "Data goes down the rooms",
    ("graph/run", "tidebook.pipelines.release.build"): "Data goes down the rooms",
    ("report/words", "tidebook.pipelines.evaluate.scenarios"): "The report is given tables",
    ("judge/tipping_points", "dagster"): "Only the edge",
    ("commands/build", "dagster"): "Commands come to Dagster",
}
"""Imports that break a contract, each by module and what it imports."""
CIRCLE = ("read/errors", "tidebook.pipelines.read.rawfile")


def test_the_contracts_refuse_each_forbidden_import(tmp_path: Path, subtests: pytest.Subtests) -> None:
    """An import counts inside a function too."""
    (tmp_path / "tidebook").mkdir()
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for name in modules():
        source = ROOT.joinpath(*name.split("."))
        path = source.with_suffix(".py") if source.with_suffix(".py").is_file() else source / "__init__.py"
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    for importing, imported in (*FORBIDDEN, CIRCLE):
        with (tmp_path / "tidebook" / "pipelines" / f"{importing}.py").open("a") as file:
            file.write(f"\n\ndef late():\n    import {imported}\n")
    found = lint(tmp_path)
    assert found.returncode == 1
    verdicts, _, told = found.stdout.partition("Broken contracts")
    assert re.search(r"in a circle.* BROKEN", verdicts), verdicts
    for (importing, imported), contract in FORBIDDEN.items():
        with subtests.test(importing=importing, imported=imported):
            assert re.search(rf"{contract}.* BROKEN", verdicts), verdicts
            assert re.search(rf"{importing.replace('/', '.')}\b.* -> {re.escape(imported)}\b", told), told
