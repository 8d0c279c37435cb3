"""Content keys: one key of all code, which is the same wherever the packages lie, and the versions beside it."""

from __future__ import annotations

import ast
import hashlib
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tidebook.pipelines.graph import keys
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.outputs import cache

PROJECT = {
    "app/__init__.py": '"""The app."""\n',
    "app/report/page.py": "NAME = 'page'\n",
    "app/report/templates/page.html.j2": "<p>{{ name }}</p>\n",
    "app/report/style.css": "p { color: black }\n",
    "app/facts.json": "{}\n",
    "lib/units.csv": "unit\nUSD\n",
    "lib/catalogue.toml": "a = 1\n",
}
NO_CODE = {"app/notes.txt": "notes\n", "outside/__init__.py": "X = 1\n"}


def forget() -> None:
    """Forget what this process remembers of code and versions."""
    for found in vars(keys).values():
        if hasattr(found, "cache_clear"):
            found.cache_clear()


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A small project of two packages, and what is none of their code."""
    root = tmp_path / "project"
    for name, text in (PROJECT | NO_CODE).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    forget()
    yield root
    forget()


def packages(root: Path) -> dict[str, Path]:
    return {name: root / name for name in ("app", "lib")}


def code_key(root: Path) -> str:
    """Return the key of the two packages."""
    return keys.key_of(packages(root))


def test_the_code_is_modules_and_the_texts_beside_them(project: Path) -> None:
    found = keys.code_files(packages(project))
    assert [path.relative_to(project).as_posix() for path in found] == sorted(PROJECT)


@pytest.mark.parametrize("name", PROJECT)
def test_each_byte_of_each_file_counts(project: Path, name: str) -> None:
    before = code_key(project)
    with (project / name).open("a") as file:
        file.write("# ")
    changed = code_key(project)
    (project / name).unlink()
    assert len({before, changed, code_key(project)}) == 3


@pytest.mark.parametrize("name", NO_CODE)
def test_what_is_not_a_code_of_the_packages_does_not_count(project: Path, name: str) -> None:
    before = code_key(project)
    (project / name).unlink()
    assert code_key(project) == before


def test_the_name_of_a_file_counts(project: Path) -> None:
    before = code_key(project)
    (project / "app" / "facts.json").rename(project / "app" / "other.json")
    assert code_key(project) != before


def test_a_source_tree_and_a_wheel_have_the_same_key(project: Path, tmp_path: Path) -> None:
    installed = tmp_path / "elsewhere" / "site-packages"
    for package in ("lib", "app"):
        shutil.copytree(project / package, installed / package)
    (installed / "app" / "__pycache__").mkdir()
    (installed / "app" / "__pycache__" / "page.cpython-311.pyc").write_bytes(b"bytecode")
    assert code_key(installed) == code_key(project)


@pytest.mark.parametrize(("on", "counts"), [((), False), (("mine",), True)])
def test_the_code_of_a_plugin_counts_where_it_is_on(
    project: Path, monkeypatch: pytest.MonkeyPatch, on: tuple[str, ...], counts: bool
) -> None:
    monkeypatch.setattr(keys, "CORE", {"app": project / "app"})
    monkeypatch.setattr(keys, "plugin_place", lambda name: project / "lib")
    before = keys.code_key(on)
    (project / "lib" / "units.csv").write_text("unit\nEUR\n")
    forget()
    assert (keys.code_key(on) != before) is counts


def test_the_code_of_the_core_is_in_every_key() -> None:
    names = {path.relative_to(keys.ROOT).as_posix() for path in keys.code_files(keys.CORE)}
    assert {
        "pipelines/judge/tipping_points.py", "pipelines/report/templates/index.html.j2", "schemas/units.csv",
        "tidebook/places.py",
    } <= names  # fmt: skip
    assert not [name for name in names if name.startswith(("plugins", "tidebook/pipelines"))]


def test_the_cache_is_the_users_unless_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TIDEBOOK_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache() == tmp_path / "tidebook"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache() == tmp_path / ".cache" / "tidebook"


def test_the_digest_of_bytes_and_of_values() -> None:
    assert digest(b"a") == hashlib.sha256(b"a").hexdigest()
    assert digest({"b": 1, "a": [None, "é"]}) == keys.digest({"a": [None, "é"], "b": 1})
    assert digest([1, 2]) != keys.digest([2, 1])
    with pytest.raises(TypeError):
        digest({1, 2})


def test_the_versions_name_every_library_that_results_depend_on() -> None:
    found = keys.versions()
    assert set(found) == {"python", *keys.LIBRARIES}
    assert all(text[0].isdigit() for text in [*found.values(), keys.tidebook_version()])


ROOMS_OF_RESULTS = (
    *(f"pipelines/{room}" for room in ("read", "relate", "evaluate", "judge", "compare", "report")),
    "schemas",
)
FETCHING = {"filelock", "httpcore2", "httpx2", "tenacity"}
"""What is fetched is in the key by its content."""
ACCEPTING = {"pydantic", "pydantic-core", "typing-extensions"}
"""Models accept or refuse what is declared; the values are those of the file."""
OF_JINJA = {"markupsafe"}
READ_AS_A_FILE = {"pint"}
"""Its table of units is read, and nothing of it is imported."""
BESIDE = {"openpyxl"}
"""What reads files that a command brings beside a text, which are no input of a build."""


def test_an_upgrade_of_any_library_that_makes_results_computes_again() -> None:
    installed, imported = packages_distributions(), set[str]()
    for room in ROOMS_OF_RESULTS:
        for path in (keys.ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    imported |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    imported.add(node.module.partition(".")[0])
    libraries = {
        installed[name][0].lower().replace("_", "-") for name in imported - {*sys.stdlib_module_names, "tidebook"}
    }
    assert libraries - FETCHING - ACCEPTING - OF_JINJA - BESIDE == set(keys.LIBRARIES) - READ_AS_A_FILE
