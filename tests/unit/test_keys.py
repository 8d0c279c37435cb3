"""Content keys: comments change none, code changes those of the modules that it reaches, and of no others."""

from __future__ import annotations

import ast
import functools
import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.storage import keys

PROJECT = {
    "app/__init__.py": '"""The app."""\n',
    "app/base.py": '"""Base."""\n\nLIMIT = 3\n',
    "app/middle.py": "from app.base import LIMIT\n\n\ndef double() -> int:\n    return 2 * LIMIT\n",
    "app/top.py": "import json\n\nimport app.middle\n\nprint(json, app.middle)\n",
    "app/lazy.py": "def late():\n    from app import base\n\n    return base\n",
    "app/apart.py": "VALUE = 1\n",
    "app/loop_a.py": "import app.loop_b\n",
    "app/loop_b.py": "import app.loop_a\n",
    "app/report/__init__.py": "",
    "app/report/page.py": "NAME = 'page'\n",
    "app/report/other.py": "NAME = 'other'\n",
    "app/report/templates/page.html.j2": "<p>{{ name }}</p>\n",
    "app/report/style.css": "p { color: black }\n",
    "lib/__init__.py": "",
    "lib/units.py": "UNIT = 'USD'\n",
    "app/figures.py": "from lib.units import UNIT\n\nprint(UNIT)\n",
    "outside/__init__.py": "X = 1\n",
    "app/data.json": "{}\n",
}
MODULES = [
    "app", "app.apart", "app.base", "app.figures", "app.lazy", "app.loop_a", "app.loop_b", "app.middle", "app.report",
    "app.report.other", "app.report.page", "app.top", "lib", "lib.units",
]  # fmt: skip


def forget() -> None:
    """Forget what this process remembers of the code."""
    for found in vars(keys).values():
        if hasattr(found, "cache_clear"):
            found.cache_clear()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small project of two packages, in the place of this one."""
    for name, text in PROJECT.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(keys, "ROOT", tmp_path)
    monkeypatch.setattr(keys, "PACKAGES", ("app", "lib"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    forget()
    yield tmp_path
    forget()


def code_keys() -> dict[str, str]:
    """Return the key of every module as the next process would compute it, and of the whole project."""
    forget()
    return {name: keys.code_key(name) for name in MODULES} | {"all": keys.code_key()}


def changed(project: Path, name: str, old: str, new: str) -> set[str]:
    """Change one file and return the modules whose keys change."""
    before = code_keys()
    text = (project / name).read_text()
    assert text.count(old) == 1 or not old
    (project / name).write_text(text.replace(old, new) if old else new + text)
    after = code_keys()
    return {module for module in before if before[module] != after[module]}


# Comments and code.


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("app/base.py", "LIMIT = 3", "LIMIT = 3  # no more"),
        ("app/base.py", "LIMIT = 3", "\n\n# A comment.\n\nLIMIT = 3"),
        ("app/base.py", "LIMIT = 3", "LIMIT  =  (3)"),
        ("app/middle.py", "return 2 * LIMIT", "return (\n        2 * LIMIT  # twice\n    )"),
        ("app/data.json", "{}", '{"a": 1}'),
        ("outside/__init__.py", "X = 1", "X = 2"),
    ],
)
def test_comments_blank_lines_layout_and_other_files_change_no_key(
    project: Path, name: str, old: str, new: str
) -> None:
    assert changed(project, name, old, new) == set()


def test_a_changed_constant_changes_the_module_and_all_that_import_it(project: Path) -> None:
    assert changed(project, "app/base.py", "LIMIT = 3", "LIMIT = 4") == {
        "app.base", "app.middle", "app.top", "app.lazy", "all",
    }  # fmt: skip


def test_a_change_does_not_reach_what_is_imported(project: Path) -> None:
    assert changed(project, "app/top.py", "import json", "import json as j") == {"app.top", "all"}


def test_a_changed_docstring_counts_as_code(project: Path) -> None:
    assert "app.base" in changed(project, "app/base.py", "Base.", "The base.")


def test_a_change_crosses_packages(project: Path) -> None:
    assert changed(project, "lib/units.py", "USD", "EUR") == {"lib.units", "app.figures", "all"}


def test_a_package_counts_for_all_its_modules(project: Path) -> None:
    everything = {name for name in MODULES if name.startswith("app")} | {"all"}
    assert changed(project, "app/__init__.py", "The app.", "This app.") == everything


def test_modules_that_import_each_other_change_together(project: Path) -> None:
    assert changed(project, "app/loop_b.py", "", "Y = 1\n") == {"app.loop_a", "app.loop_b", "all"}


def test_a_new_import_reaches_at_once(project: Path) -> None:
    assert changed(project, "app/apart.py", "", "import app.base\n") == {"app.apart", "all"}
    assert "app.apart" in changed(project, "app/base.py", "LIMIT = 3", "LIMIT = 4")


def test_a_module_turned_into_a_package_keeps_its_key(project: Path) -> None:
    before = code_keys()["app.apart"]
    (project / "app" / "apart").mkdir()
    (project / "app" / "apart.py").rename(project / "app" / "apart" / "__init__.py")
    assert code_keys()["app.apart"] == before


# Templates.


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("app/report/templates/page.html.j2", "<p>", "<h1>"),
        ("app/report/style.css", "black", "white"),
    ],
)
def test_a_template_counts_for_the_modules_beside_it(project: Path, name: str, old: str, new: str) -> None:
    assert changed(project, name, old, new) == {"app.report.page", "app.report.other", "all"}


def test_a_template_counts_for_the_importers_of_the_modules_beside_it(project: Path) -> None:
    (project / "app" / "top.py").write_text("import app.report.page\n")
    found = changed(project, "app/report/style.css", "black", "white")
    assert found == {"app.report.page", "app.report.other", "app.top", "all"}


# What is reached.


def test_the_closure_has_parents_and_leaves_out_what_is_not_the_projects(project: Path) -> None:
    assert keys.closure("app.top") == {"app", "app.top", "app.middle", "app.base"}
    assert keys.closure("app.lazy") == {"app", "app.lazy", "app.base"}
    assert keys.closure("json") == set()
    assert keys.closure("outside") == set()


def test_the_files_of_the_code_are_listed_in_order(project: Path) -> None:
    found = [str(path.relative_to(project)) for path in keys.code_files()]
    assert found == sorted(found)
    assert set(found) == set(PROJECT) - {"outside/__init__.py", "app/data.json"}


@pytest.mark.parametrize(
    ("name", "place"),
    [("app", "app/__init__.py"), ("app.base", "app/base.py"), ("app.report.page", "app/report/page.py")],
)
def test_a_module_and_its_file(project: Path, name: str, place: str) -> None:
    assert keys.module_path(name) == project / place
    assert keys.module_name(project / place) == name


@pytest.mark.parametrize("name", ["app.nothing", "app.base.LIMIT", "outside", "json", ""])
def test_what_is_no_module_of_the_project_has_no_file(project: Path, name: str) -> None:
    assert keys.module_path(name) is None


# The key of bytes.


def bytes_key() -> str:
    forget()
    return keys.code_bytes_key()


def test_the_key_of_the_bytes_changes_with_comments_names_and_templates(project: Path) -> None:
    seen = {bytes_key()}
    (project / "app" / "base.py").write_text(PROJECT["app/base.py"] + "# A comment.\n")
    seen.add(bytes_key())
    (project / "app" / "apart.py").rename(project / "app" / "away.py")
    seen.add(bytes_key())
    (project / "app" / "report" / "style.css").write_text("")
    seen.add(bytes_key())
    assert len(seen) == 4
    (project / "app" / "data.json").write_text("[]")
    assert bytes_key() in seen


def test_keys_do_not_depend_on_where_the_project_lies(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, code = code_keys(), bytes_key()
    moved = project.parent / "moved"
    project.rename(moved)
    monkeypatch.setattr(keys, "ROOT", moved)
    assert code_keys() == before
    assert bytes_key() == code
    moved.rename(project)


# The key of a function.


def once(value: int) -> int:
    return value


def twice(value: int) -> int:
    return 2 * value


def both(value: int) -> int:
    return once(value) + twice(value)


def function_of(text: str) -> Callable[..., object]:
    """Return the function `f` that a module of this text defines."""
    module: dict[str, Any] = {"__name__": "made"}
    exec(compile(text, "made", "exec"), module)
    found = module["f"]
    assert callable(found)
    return found  # type: ignore[no-any-return]


HELPED = "def g(x):\n    return x + 1\n\ndef f(x):\n    return g(x)\n"


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (HELPED.replace("x + 1", "x  +  1  # more"), True),
        (f"# A line more.\n\n{HELPED}", True),
        (HELPED + "def h():\n    return 2\n", True),
        (HELPED.replace("x + 1", "x + 2"), False),
        (HELPED.replace("x + 1", "x - 1"), False),
        (HELPED.replace("return g(x)", "return g(g(x))"), False),
        (HELPED.replace("return g(x)", "return (lambda: g(x))()"), False),
    ],
)
def test_a_function_counts_with_those_of_its_module_that_it_calls(text: str, same: bool) -> None:
    assert (keys.function_key(function_of(text)) == keys.function_key(function_of(HELPED))) is same


def test_a_function_called_from_within_a_lambda_counts() -> None:
    text = HELPED.replace("return g(x)", "return (lambda: g(x))()")
    changed = text.replace("x + 1", "x + 2")
    assert keys.function_key(function_of(text)) != keys.function_key(function_of(changed))


def test_a_partial_counts_with_its_arguments() -> None:
    found = [keys.function_key(functools.partial(both, *args)) for args in ((), (1,), (2,))]
    assert len({*found, keys.function_key(both)}) == 4


SHELL = "class A:\n    SHARE = 2\n    def f(self):\n        return {'a', 'b'} == self\n"


def test_the_line_that_a_class_stands_on_does_not_count() -> None:
    def meaning(text: str) -> list[object]:
        return keys.meaning(compile(text, "made", "exec"))

    assert meaning(f"\n\n# Two.\n{SHELL}") == meaning(SHELL)
    assert meaning(SHELL.replace("SHARE = 2", "SHARE = 1")) != meaning(SHELL)
    assert meaning(SHELL.replace("'b'", "'c'")) != meaning(SHELL)


# The key of a step.


def test_the_key_of_a_step_has_its_name_inputs_code_and_versions(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = keys.step_key("a", {"x": "1", "y": "2"}, "app.base", once)
    assert keys.step_key("a", {"y": "2", "x": "1"}, "app.base", once) == first
    others = {
        keys.step_key("b", {"x": "1", "y": "2"}, "app.base", once),
        keys.step_key("a", {"x": "1", "y": "3"}, "app.base", once),
        keys.step_key("a", {"x": "2", "y": "1"}, "app.base", once),
        keys.step_key("a", {"x": "1"}, "app.base", once),
        keys.step_key("a", {"x": "1", "y": "2"}, "app.apart", once),
        keys.step_key("a", {"x": "1", "y": "2"}, "app.base", twice),
    }
    monkeypatch.setattr(keys, "versions", lambda: {"pandas": "0.1"})
    others.add(keys.step_key("a", {"x": "1", "y": "2"}, "app.base", once))
    assert len(others - {first}) == 7


def test_the_digest_of_bytes_and_of_values() -> None:
    assert keys.digest(b"a") == hashlib.sha256(b"a").hexdigest()
    assert keys.digest({"b": 1, "a": [None, "é"]}) == keys.digest({"a": [None, "é"], "b": 1})
    assert keys.digest([1, 2]) != keys.digest([2, 1])
    with pytest.raises(TypeError):
        keys.digest({1, 2})


def test_the_versions_name_every_library_that_results_depend_on() -> None:
    found = keys.versions()
    assert set(found) == {"python", *keys.LIBRARIES}
    assert all(text[0].isdigit() for text in found.values())


# This project itself.


def test_the_code_of_a_figure_does_not_reach_the_report() -> None:
    forget()
    reached = keys.closure("pipelines.ingest.tables")
    assert {"pipelines.ingest.quantity", "schemas.units", "schemas.printed"} <= reached
    assert not [
        name for name in reached if name.startswith(("pipelines.report", "pipelines.metrics", "pipelines.assets"))
    ]


def test_no_module_is_imported_by_a_relative_name() -> None:
    """The keys follow absolute imports only."""
    forget()
    found = [
        path.name
        for path in keys.code_files()
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert found == []
    assert len(keys.code_files()) > 40
