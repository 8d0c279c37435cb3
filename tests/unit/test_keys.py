"""Content keys: comments change none, code changes those of the modules that it reaches, and of no others."""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.storage import keys
from tests.conftest import ROOT

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
    "lib/units.py": '"""Units."""\n\nUNIT = \'USD\'\n',
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
    root = tmp_path / "project"
    for name, text in PROJECT.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.setattr(keys, "ROOT", root)
    monkeypatch.setattr(keys, "PACKAGES", ("app", "lib"))
    monkeypatch.setattr(keys, "QUOTED", ("lib",))
    monkeypatch.setenv("TIDEBOOK_CACHE", str(tmp_path / "cache"))
    forget()
    yield root
    forget()


def code_keys() -> dict[str, str]:
    """Return the key of every module as the next process would compute it, and of the whole project."""
    forget()
    return {name: keys.code_key(name) for name in MODULES} | {"all": keys.project_key()}


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


def test_a_changed_docstring_counts_as_code_only_where_outputs_quote_it(project: Path) -> None:
    assert changed(project, "app/base.py", "Base.", "The base.") == set()
    assert changed(project, "lib/units.py", "Units.", "All units.") == {"lib.units", "app.figures", "all"}


def test_a_change_crosses_packages(project: Path) -> None:
    assert changed(project, "lib/units.py", "USD", "EUR") == {"lib.units", "app.figures", "all"}


def test_a_package_counts_for_all_its_modules(project: Path) -> None:
    everything = {name for name in MODULES if name.startswith("app")} | {"all"}
    assert changed(project, "app/__init__.py", "", "X = 1\n") == everything


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


def test_a_function_that_no_file_of_the_project_has_counts_by_itself() -> None:
    assert keys.function_key(once) == keys.function_key(once)
    assert keys.function_key(once) != keys.function_key(twice)


HELPED = """\
from app.middle import double
from app import apart, report
from app.report import page

LIMIT = 10
OTHER = 20


class Sized:
    LEAST = 1

    def size(self):
        return len(self.name)


def within(x, most=LIMIT):
    return min(x, most)


def alone(x):
    return x


def f(x, alone=None):
    '''Do what it does.'''
    from app.figures import UNIT

    return [within(x + Sized.LEAST), double, apart.VALUE, UNIT, alone]
"""


@pytest.fixture
def helped(project: Path) -> Path:
    """The small project with a function `f` that uses others of its module, and names of other modules."""
    (project / "app" / "helped.py").write_text(HELPED)
    return project


def function_of(project: Path, name: str = "f") -> Callable[..., object]:
    """Return a function of the module `app.helped`."""
    module: dict[str, Any] = {"__name__": "app.helped"}
    text = (project / "app" / "helped.py").read_text()
    exec(compile(text.partition("\n\n")[2], "helped", "exec"), module)  # without its imports
    found = module[name]
    assert callable(found)
    return found  # type: ignore[no-any-return]


def key_of(project: Path, *models: str) -> str:
    forget()
    return keys.function_key(function_of(project), models)


@pytest.mark.parametrize(
    ("name", "old", "new", "same"),
    [
        ("helped", "return [within", "return [  within", True),
        ("helped", "LIMIT = 10", "\n# A limit.\n\nLIMIT = 10", True),
        ("helped", "Do what it does.", "Do it.", True),
        ("helped", "OTHER = 20", "OTHER = 21", True),
        ("helped", "def alone(x):\n    return x", "def alone(x):\n    return -x", True),
        ("helped", "from app.report import page", "", True),
        ("helped", "def alone(x):", "def alone(y):", True),  # what the parameter `alone` is not
        ("helped", "x + Sized", "x - Sized", False),
        ("helped", "return [within(x", "return [(lambda: within)()(x", False),
        ("helped", "min(x", "max(x", False),
        ("helped", "LIMIT = 10", "LIMIT = 11", False),
        ("helped", "LEAST = 1", "LEAST = 2", False),
        ("helped", "len(self.name)", "len(self.name) + 1", False),
        ("middle", "2 * LIMIT", "3 * LIMIT", False),
        ("base", "LIMIT = 3", "LIMIT = 4", False),  # what middle uses
        ("apart", "VALUE = 1", "VALUE = 2", False),  # a module by its name
        ("figures", "print(UNIT)", "print(-UNIT)", False),  # an import within the function
        ("report/page", "NAME = 'page'", "NAME = 'leaf'", True),  # imported and not used
        ("top", "print(json", "print(-json", True),
    ],
)
def test_a_function_counts_with_what_it_uses_of_its_module_and_with_modules_whose_names_these_use(
    helped: Path, name: str, old: str, new: str, same: bool
) -> None:
    before = key_of(helped)
    path = helped / "app" / f"{name}.py"
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    assert (key_of(helped) == before) is same


def test_a_default_is_looked_up_in_the_module_even_where_a_parameter_has_its_name(helped: Path) -> None:
    path = helped / "app" / "helped.py"
    path.write_text(path.read_text().replace("alone=None", "alone=alone"))
    before = key_of(helped)
    path.write_text(path.read_text().replace("def alone(x):", "def alone(y):"))
    assert key_of(helped) != before


def test_what_is_used_within_a_lambda_counts(helped: Path) -> None:
    path = helped / "app" / "helped.py"
    path.write_text(path.read_text().replace("[within(x", "[(lambda: within)()(x"))
    before = key_of(helped)
    path.write_text(path.read_text().replace("min(x", "max(x"))
    assert key_of(helped) != before


def test_a_constant_that_is_put_together_counts_with_all_its_parts(helped: Path) -> None:
    path = helped / "app" / "helped.py"
    path.write_text(path.read_text().replace("LIMIT = 10", "LIMIT = 10\nif LIMIT:\n    LIMIT += 1"))
    before = key_of(helped)
    path.write_text(path.read_text().replace("LIMIT += 1", "LIMIT += 2"))
    assert key_of(helped) != before


def test_models_count_with_the_modules_that_they_import(helped: Path) -> None:
    plain, with_loop, with_top = key_of(helped), key_of(helped, "app.loop_a"), key_of(helped, "app.loop_a", "app.top")
    assert len({plain, with_loop, with_top}) == 3
    (helped / "app" / "loop_b.py").write_text("import app.loop_a\n\nY = 1\n")
    assert key_of(helped) == plain
    assert key_of(helped, "app.loop_a") != with_loop


def test_functions_of_one_module_have_keys_of_their_own(helped: Path) -> None:
    forget()
    found = {keys.function_key(function_of(helped, name)) for name in ("f", "within", "alone")}
    assert len(found) == 3


def test_a_partial_counts_with_its_arguments() -> None:
    found = [keys.function_key(functools.partial(once, *args)) for args in ((), (1,), (2,))]
    named = [keys.function_key(functools.partial(once, **{"value": number})) for number in (1, 2)]
    assert len({*found, *named, keys.function_key(once), keys.function_key(functools.partial(twice, 1))}) == 7


# The meaning of a syntax tree.


SHELL = "class A:\n    SHARE = 2\n    def f(self):\n        return {'a', 'b'} == self\n"


def meaning(text: str) -> list[object]:
    return keys.meaning(ast.parse(text), False)


def test_the_line_that_a_class_stands_on_does_not_count() -> None:
    assert meaning(f"\n\n# Two.\n{SHELL}") == meaning(SHELL)
    assert meaning(SHELL.replace("SHARE = 2", "SHARE = 1")) != meaning(SHELL)
    assert meaning(SHELL.replace("'b'", "'c'")) != meaning(SHELL)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = 'a'", "x = b'a'"),
        ("x = 0.1", "x = 0.10000000000000002"),
        ("x = None", "x = 'None'"),
        ("x = ...", "x = 'Ellipsis'"),
        ("x = (1, 2)", "x = [1, 2]"),
        ("x = a.b", "x = a.c"),
        ("x = a < b", "x = a <= b"),
        ("f(a, b)", "f(b, a)"),
        ("f(a=1)", "f(b=1)"),
        ("f(*a)", "f(a)"),
        ("x = {**a}", "x = {a: a}"),
        ("def f(a, /): pass", "def f(a): pass"),
        ("def f(*, a): pass", "def f(a): pass"),
        ("def f(a=1, b=2): pass", "def f(a=2, b=1): pass"),
        ("def f(): pass", "async def f(): pass"),
        ("def f(a: int): pass", "def f(a: str): pass"),
        ("@g\ndef f(): pass", "def f(): pass"),
        ("if a: b\nelse: c", "if a:\n  b\n  c"),
        ("try: a\nfinally: b", "try: a\nexcept E: b"),
        ("x = f'{a!r}'", "x = f'{a!s}'"),
        ("x = f'{a:>3}'", "x = f'{a:>4}'"),
        ("from a import b", "from a import b as c"),
        ("for a in b: c", "while a: c"),
    ],
)
def test_other_code_has_another_meaning(text: str, other: str) -> None:
    assert meaning(text) != meaning(other)


@pytest.mark.parametrize("opening", ['"""Says."""', "'Says.'", '"""Says\n    more."""'])
def test_docstrings_count_only_where_they_are_quoted(opening: str) -> None:
    for text in ("{}\nX = 1\n", "class A:\n    {}\n    X = 1\n", "async def f():\n    {}\n    return 1\n"):
        said, silent, other = text.format(opening), text.format("").replace("    \n", ""), text.format("'Other.'")
        assert keys.meaning(ast.parse(said), False) == keys.meaning(ast.parse(silent), False)
        assert keys.meaning(ast.parse(said), False) == keys.meaning(ast.parse(other), False)
        assert keys.meaning(ast.parse(said), True) != keys.meaning(ast.parse(silent), True)
        assert keys.meaning(ast.parse(said), True) != keys.meaning(ast.parse(other), True)


def test_only_the_first_text_of_a_body_is_a_docstring() -> None:
    text = "def f():\n    'Says.'\n    'more'\n    return 'last'\n"
    assert meaning(text.replace("more", "less")) != meaning(text)
    assert meaning(text.replace("last", "best")) != meaning(text)
    assert meaning("X = 'Says.'") != meaning("X = 'Other.'")


# The same code under other versions of Python.


SAMPLE = r"""
import os.path as p
from a import (b, c as d)
X: int = 1_000; Y = 0x10; Z = 1e3j
TEXT = 'a' "b" f'{X!r:>{Y}} and {d("x")}' u'c'
DATA = b'a' rb'\d'
def f(a, /, b: "int" = 1, *args: int, c, d=..., **kwargs) -> None:
    '''Doc.'''
    global G
    G = [x async for x in y] if (n := len(args)) else {k: v for k, v in z if not k}
    with open(p) as one, (two): yield from one
@decorated(1)
class A(B, metaclass=M):
    def g(self): return lambda *a, k=None: not a[1:2, ::3] < 3 <= k
    async def h(self):
        try: await self
        except* ValueError as e: raise e from None
        else: del self
match X:
    case {"a": [1, *rest], **other} if rest: pass
    case A(b=1) | None: assert X, "no"
    case _: nonlocal_ = -X @ Y // 3 << 1
"""
PARSE = """
import json, pathlib, sys
sys.path.insert(0, sys.argv[1])
from pipelines.storage import keys
texts = {path: pathlib.Path(path).read_text(encoding="utf-8") for path in sys.argv[2:]}
print(json.dumps({path: [keys.parse(text, quoted) for quoted in (True, False)] for path, text in texts.items()}))
"""


def interpreter(version: str) -> str:
    """Return a Python of this version, of the path or of pyenv; empty where there is none."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = [shutil.which(f"python{version}"), *sorted(pyenv.glob(f"versions/{version}.*/bin/python"))]
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    for path in filter(None, map(str, filter(None, found))):
        answer = subprocess.run([path, "-c", ask], capture_output=True, text=True, check=False)
        if answer.returncode == 0 and answer.stdout.strip() == version:
            return path
    return ""


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_the_same_code_has_the_same_facts_under_another_python(version: str, tmp_path: Path) -> None:
    python = interpreter(version)
    if not python:
        pytest.skip(f"no Python {version} on this machine, so that its syntax trees are not compared")
    (tmp_path / "sample.py").write_text(SAMPLE)
    paths = [tmp_path / "sample.py", *sorted((ROOT / "pipelines" / "storage").glob("*.py"))]
    command = [python, "-B", "-W", "ignore", "-c", PARSE, str(ROOT), *map(str, paths)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    here = {str(path): [keys.parse(path.read_text(), quoted) for quoted in (True, False)] for path in paths}
    assert json.loads(answer.stdout) == here


# What is kept of code once parsed.


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are parsed, as they are."""
    texts: list[str] = []

    def noted(text: str, quoted: bool) -> keys.Facts:
        texts.append(text)
        return parse(text, quoted)

    parse = keys.parse
    monkeypatch.setattr(keys, "parse", noted)
    return texts


def shelf() -> Path:
    (found,) = keys.cache().glob("code-*")
    return found


def test_code_is_parsed_once_and_then_only_what_changed(project: Path, parsed: list[str]) -> None:
    before = code_keys()
    texts = {text for name, text in PROJECT.items() if name.endswith(".py") and not name.startswith("outside")}
    assert set(parsed) == texts
    parsed.clear()
    assert code_keys() == before
    assert parsed == []
    (project / "app" / "base.py").write_text("LIMIT = 5\n")
    assert code_keys() != before
    assert parsed == ["LIMIT = 5\n"]
    (project / "app" / "base.py").write_text(PROJECT["app/base.py"])
    parsed.clear()
    assert code_keys() == before
    assert parsed == [PROJECT["app/base.py"]], "what is no more is not kept for ever"


def test_one_text_is_kept_for_where_docstrings_count_and_for_where_they_do_not(project: Path) -> None:
    def module_keys(says: str) -> list[str]:
        for folder in ("app", "lib"):
            (project / folder / "same.py").write_text(f'"""{says}"""\n')
        forget()
        return [keys.module_key("app.same"), keys.module_key("lib.same")]

    first, second = module_keys("One."), module_keys("Two.")
    assert first[0] == second[0]
    assert first[1] != second[1]
    assert module_keys("One.") == first


@pytest.mark.parametrize("harm", ["gone", "cut", "emptied", "no text", "a list", "other facts", "no seal"])
def test_a_damaged_cache_of_code_is_none_and_is_mended(project: Path, parsed: list[str], harm: str) -> None:
    before, data = code_keys(), shelf().read_bytes()
    whole = len(set(parsed))
    if harm == "gone":
        shelf().unlink()
    else:
        seal, _, text = data.partition(b"\n")
        other = {name: {**found, "key": "0" * 64} for name, found in json.loads(text).items()}
        harmed = {
            "cut": data[:-3],
            "emptied": b"",
            "no text": b"\xff",
            "a list": b"[1]",
            "other facts": seal + b"\n" + json.dumps(other).encode(),
            "no seal": text,
        }
        shelf().write_bytes(harmed[harm])
    parsed.clear()
    assert code_keys() == before
    assert len(set(parsed)) == whole
    assert shelf().read_bytes() == data
    assert [path.name for path in keys.cache().iterdir()] == [shelf().name], "no temporary file is left"


def test_facts_that_other_code_found_are_not_used(
    project: Path, parsed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = code_keys()
    (tmp_path / "keys.py").write_text("# another way of parsing")
    monkeypatch.setattr(keys, "__file__", str(tmp_path / "keys.py"))
    parsed.clear()
    assert code_keys() == before
    assert parsed


def test_without_a_place_for_the_cache_code_is_parsed_each_time(
    project: Path, parsed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = code_keys()
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TIDEBOOK_CACHE", str(tmp_path / "file" / "below"))
    for _ in range(2):
        parsed.clear()
        assert code_keys() == before
        assert parsed


def test_each_checkout_and_each_version_of_python_keeps_its_own(
    project: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = code_keys()
    moved = project.parent / "moved"
    shutil.copytree(project, moved)
    monkeypatch.setattr(keys, "ROOT", moved)
    (moved / "app" / "base.py").write_text("LIMIT = 5\n")
    assert code_keys() != before
    monkeypatch.setattr(keys, "ROOT", project)
    parsed.clear()
    assert code_keys() == before
    assert parsed == []
    assert len(list(keys.cache().glob(f"code-{sys.version_info[0]}.{sys.version_info[1]}-*"))) == 2


def test_the_cache_is_the_users_unless_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TIDEBOOK_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert keys.cache() == tmp_path / "tidebook"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert keys.cache() == tmp_path / ".cache" / "tidebook"


# Digests and versions.


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
    assert {"pipelines.ingest.quantity", "schemas.units", "pipelines.ingest.printed"} <= reached
    assert not [
        name for name in reached if name.startswith(("pipelines.report", "pipelines.metrics", "pipelines.steps"))
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


def test_no_module_of_the_project_is_imported_without_a_name_of_its_own() -> None:
    """`import pipelines.a` binds `pipelines`, which would stand for one module only where two are imported so."""
    forget()
    found = [
        f"{path.name}: {alias.name}"
        for path in keys.code_files()
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name.partition(".")[0] in keys.PACKAGES and not alias.asname
    ]
    assert found == []
