"""What the code must not use: pickle in any form, evaluated text, shells, an IO manager, templates without escaping."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tidebook.pipelines.graph.keys import code_files

FORBIDDEN = {
    "pickle", "cPickle", "cloudpickle", "dill", "joblib", "shelve", "marshal", "to_pickle", "read_pickle",
    "allow_pickle", "eval", "exec", "popen", "shell",
    "io_manager_key", "io_manager_def", "IOManager", "ConfigurableIOManager", "fs_io_manager", "mem_io_manager",
}  # fmt: skip
CODE = sorted({*code_files(), *(ROOT / "benchmarks").rglob("*.py"), ROOT / ".ci" / "audit.py"})


def names(tree: ast.AST) -> Iterator[str]:
    """Yield every name that a module reads, calls, imports or passes by keyword."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
            case ast.Import(names=aliases):
                yield from (part for alias in aliases for part in alias.name.split("."))
            case ast.ImportFrom(module=module, names=aliases):
                yield from (module or "").split(".")
                yield from (alias.name for alias in aliases)
            case ast.keyword(arg=str(name)):
                yield name


@pytest.mark.parametrize("path", [path for path in CODE if path.suffix == ".py"], ids=lambda path: path.name)
def test_nothing_forbidden_is_used(path: Path) -> None:
    assert set(names(ast.parse(path.read_text(encoding="utf-8")))) & FORBIDDEN == set()


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from pandas import read_pickle",
        "frame.to_pickle(path)",
        "np.load(path, allow_pickle=True)",
        "dg.asset(io_manager_key='x')",
        "subprocess.run(x, shell=True)",
        "eval(text)",
    ],
)
def test_the_scan_would_see_it(text: str) -> None:
    assert set(names(ast.parse(text))) & FORBIDDEN


def test_templates_escape_by_themselves() -> None:
    for path in CODE:
        if path.suffix == ".py":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Environment"):
                    assert "autoescape" in {keyword.arg for keyword in node.keywords}, path
    for path in (ROOT / "pipelines").rglob("*.html.j2"):
        assert "autoescape false" not in path.read_text(encoding="utf-8")
