"""Counts of readability, worked out by hand for short sources."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from benchmarks.readability import (
    Imports,
    Lines,
    Module,
    chained_conditionals,
    complexity,
    comprehensions_of,
    conditionals_of,
    count_statements,
    cycles_of,
    function_length,
    functions_of,
    imports_of,
    lines_of,
    longest_chain,
    main,
    nested_comprehensions,
)

SOURCE = '''\
# A licence.

"""A module."""

import os  # noqa: F401

LIMIT = 3
"""How many there may be."""


def sign(number):
    """Return the sign.

    Zero has none.
    """
    # Why: the first comment that counts.
    return "+" if number > 0 else "-" if number < 0 else ""  # and the second


class Grid:
    """Rows of cells."""

    def doubled(self, rows):

        def twice(cell):
            return 2 * cell

        return [[twice(cell) for cell in row if cell] for row in rows]
'''


def module(name: str, source: str, is_package: bool = False) -> Module:
    return Module(name, is_package, source, ast.parse(source))


SHORT = module("short", SOURCE)


def test_lines_are_code_comments_or_docstrings() -> None:
    assert lines_of(SHORT) == Lines(
        total=28, code={5, 7, 11, 17, 20, 23, 25, 26, 28}, comments={16, 17}, docstrings={3, 8, 12, 13, 14, 15, 21}
    )


def test_functions_count_with_methods_and_nested_ones() -> None:
    functions = {function.name: function for function in functions_of(SHORT)}
    lengths = {name: function_length(function, lines_of(SHORT)) for name, function in functions.items()}
    assert lengths == {"sign": 2, "doubled": 4, "twice": 2}
    # one, and one for each conditional; one, and one for each of two loops and an `if`
    assert {name: complexity(function) for name, function in functions.items()} == {"sign": 3, "doubled": 4, "twice": 1}


def test_expressions_that_hold_branches_or_loops_count() -> None:
    # import, LIMIT, sign, return, Grid, doubled, twice, return, return: no docstring
    assert count_statements(SHORT) == 9
    assert len(comprehensions_of(SHORT.tree)) == 2
    assert nested_comprehensions(SHORT) == 1
    assert len(conditionals_of(SHORT)) == 2
    assert chained_conditionals(SHORT) == 1


def test_imports_are_found_however_they_are_written() -> None:
    modules = [
        module("app", "from .names import NAME\nfrom . import paths", is_package=True),
        module("app.names", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import app.paths"),
        module("app.paths", "def load():\n    from app import names"),
        module("app.sub", "from .. import app", is_package=True),
        module("app.sub.deep", "import json, app.paths\nfrom ..names import NAME\nfrom whole.app.sub import deep"),
        module("app.sub.main", "from whole.app.sub.deep import run"),
    ]
    loaded: Imports = {
        "app": {"app.names", "app.paths"},
        "app.names": set(),
        "app.paths": set(),
        "app.sub": {"app"},
        "app.sub.deep": {"app.paths", "app.names"},
        "app.sub.main": {"app.sub.deep"},
    }
    assert imports_of(modules) == loaded
    assert imports_of(modules, in_functions=True) == loaded | {"app.paths": {"app.names"}}


@pytest.mark.parametrize(
    ("imports", "longest"),
    [
        ({"a": set()}, ["a"]),
        ({"a": {"b", "c"}, "b": {"c"}, "c": set()}, ["a", "b", "c"]),
        # b and c import each other: a, that cycle, d
        ({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}, ["a", "b", "d"]),
    ],
)
def test_the_longest_chain_counts_a_cycle_once(imports: Imports, longest: list[str]) -> None:
    assert longest_chain(imports) == longest


def test_a_cycle_has_all_modules_that_reach_each_other() -> None:
    cycles = cycles_of({"a": {"b"}, "b": {"c"}, "c": {"b"}})
    assert cycles == {"a": frozenset("a"), "b": frozenset("bc"), "c": frozenset("bc")}


def test_the_table_has_a_column_for_each_code_base(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, source in (("short", SOURCE), ("empty", "")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(source, encoding="utf-8")
    main([f"both={tmp_path / 'short'},{tmp_path / 'empty'}", f"empty={tmp_path / 'empty'}"])
    head, _, *rows = capsys.readouterr().out.splitlines()
    assert head == "|  | both | empty |"
    assert "| lines of code | 9 | 0 |" in rows
    assert "| functions with a docstring, % | 33.3 | – |" in rows
    assert "| nested comprehensions per 1,000 statements | 111.1 | – |" in rows
    assert "| modules | 2 | 1 |" in rows


def test_a_folder_without_python_files_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="found no Python files, expected the folder of a package"):
        main([f"nothing={tmp_path}"])
