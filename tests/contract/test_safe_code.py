"""What the code must not use: pickles, evaluated text, shells, clocks, chance, IO managers, unescaped templates.

Ruff sees most of it (`S`, `TID251` in pyproject.toml). Belongs here: that it does, and what it cannot see, which are
names of methods and of arguments.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tidebook.pipelines.graph.keys import CORE, code_files

CODE = sorted(
    {
        *code_files({**CORE, "plugins": ROOT / "plugins"}),
        *(ROOT / "benchmarks").rglob("*.py"),
        *(ROOT / ".ci").glob("*.py"),
    }
)
UNSEEN = {
    "to_pickle", "read_pickle", "allow_pickle", "eval", "exec", "popen", "shell", "io_manager_key", "io_manager_def",
    "pickle", "cPickle", "cloudpickle", "dill", "joblib", "shelve", "marshal",
}  # fmt: skip
"""The modules too: benchmarks may import what is banned elsewhere, such as `time`, but not these."""

FORBIDDEN = """\
import pickle
from cloudpickle import dumps
import dill
import joblib
import shelve
import marshal
from pandas import read_pickle
from dagster import IOManager
from dagster import fs_io_manager
import dagster as dg; dg.ConfigurableIOManager
import subprocess; subprocess.run(x, shell=True)
import os; os.popen(x)
import os; os.system(x)
eval(text)
exec(text)
import jinja2; jinja2.Environment()
import datetime; datetime.date.today()
import time
from random import choice
"""


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in CODE if path.suffix == ".py"}


def names(tree: ast.AST) -> Iterator[str]:
    """Yield every name that a module imports, reads of an object or passes by keyword."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.Import(names=aliases):
                yield from (alias.name for alias in aliases)
            case ast.ImportFrom(module=str(module)):
                yield module


def test_ruff_refuses_what_is_forbidden() -> None:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "json"]
    found = subprocess.run(
        [*command, "--stdin-filename", "pipelines/judge/made_up.py", "-"],
        cwd=ROOT,
        input=FORBIDDEN,
        capture_output=True,
        text=True,
        check=False,
    )
    refused = {
        each["location"]["row"] for each in json.loads(found.stdout) if re.fullmatch(r"(S|TID|DTZ)\d+", each["code"])
    }
    lines = FORBIDDEN.splitlines()
    assert [line for number, line in enumerate(lines, start=1) if number not in refused] == []


def test_no_forbidden_name_is_used(trees: dict[Path, ast.Module]) -> None:
    used = {path.relative_to(ROOT): UNSEEN & {*names(tree)} for path, tree in trees.items()}
    assert {path: names for path, names in used.items() if names} == {}


@pytest.mark.parametrize(
    "text",
    [
        "frame.to_pickle(path)",
        "np.load(path, allow_pickle=True)",
        "frame.eval(text)",
        "import pickle",
        "asset(io_manager_key='x')",
    ],
)
def test_the_scan_would_see_it(text: str) -> None:
    assert UNSEEN & {*names(ast.parse(text))}


def test_templates_escape_by_themselves(trees: dict[Path, ast.Module]) -> None:
    silent = [
        path.relative_to(ROOT)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("Environment")
        and "autoescape" not in {keyword.arg for keyword in node.keywords}
    ]
    assert silent == []
    assert [path for path in CODE if path.suffix == ".j2" and "autoescape false" in path.read_text("utf-8")] == []
