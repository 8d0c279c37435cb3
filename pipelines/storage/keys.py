"""Content keys: what a result depends on, hashed. Inputs' bytes, own code without comments, library versions.

Kept free of heavy imports: a build with nothing to do imports this and little else. Which code a step has is asked
here; which inputs it has is the graph's business.
"""

import ast
import functools
import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.metadata import distribution, version
from pathlib import Path
from types import FunctionType
from typing import Any

from pipelines.grouping import grouped
from pipelines.storage.kept import Kept

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("pipelines", "schemas")
QUOTED = ("schemas",)
"""Outputs quote the docstrings of these packages, so that there they count as code."""

TEXTS = (".j2", ".css", ".csv", ".toml")
LIBRARIES = ("anyascii", "jinja2", "numpy", "pandas", "pandera", "pint", "pyarrow", "scipy", "scoringrules")

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINING = (*FUNCTIONS, ast.ClassDef)
DOCUMENTED = (*DEFINING, ast.Module)

Facts = Mapping[str, Any]
"""What is known of a module: `key`, dotted names of all `imports`, and by top-level name its `parts` and `origins`.

A part has the `key` of its statements and the `names` that it looks up; an origin is the dotted name behind an import.
"""


def digest(value: object) -> str:
    """Return the SHA-256, in hex, of bytes or of a value that JSON can hold."""
    data = value if isinstance(value, bytes) else json.dumps(value, sort_keys=True).encode()
    return hashlib.sha256(data).hexdigest()


def cache() -> Path:
    """Return the folder for what is worth keeping outside output folders: TIDEBOOK_CACHE, else the user's cache."""
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("TIDEBOOK_CACHE") or user / "tidebook")


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that results depend on."""
    python = ".".join(map(str, sys.version_info[:3]))
    return {"python": python} | {name: _version(name) for name in LIBRARIES}


def _version(library: str) -> str:
    """Return the version of a library; `importlib.metadata.version` parses all its metadata, which takes far longer."""
    stated = re.search(r"^Version: (.+)$", distribution(library).read_text("METADATA") or "", re.MULTILINE)
    return stated[1].strip() if stated else version(library)


def code_files() -> list[Path]:
    """Return the project's own files that are code or are read by code, sorted."""
    raw = str(ROOT / "pipelines" / "raw")  # within the wheel
    found = [
        os.path.join(folder, name)
        for package in PACKAGES
        for folder, _, names in os.walk(ROOT / package)
        for name in names
        if name.endswith((".py", *TEXTS)) and not f"{folder}/".startswith(f"{raw}/")
    ]
    return [Path(path) for path in sorted(found)]


@functools.cache
def code_hashes() -> dict[Path, str]:
    """Return the hash of each of the project's code files, comments included."""
    return {path: digest(path.read_bytes()) for path in code_files()}


def code_bytes_key() -> str:
    """Return a key of the project's code as it stands on disk, comments included."""
    return digest([[str(path.relative_to(ROOT)), found] for path, found in code_hashes().items()])


def project_key() -> str:
    """Return a key of all the project's code, comments left out."""
    return _modules_key(_modules())


def code_key(module: str) -> str:
    """Return a key of the code of a module and all that it imports of the project, comments left out."""
    return _modules_key(closure(module))


def _modules_key(names: Iterable[str]) -> str:
    """Return a key of the code of these modules, comments left out."""
    return digest({name: module_key(name) for name in sorted(names)})


def imported_by(function: Callable[..., object]) -> set[str]:
    """Return the project's modules that a function uses, those that it imports when it is called too."""
    return _used_by(getattr(function, "func", function))[1]


@functools.cache
def _used_by(function: FunctionType) -> tuple[dict[str, str], set[str]]:
    """Return the keys of a function and of what it uses of its module, and the modules whose names these use."""
    known = facts(function.__module__)
    parts: dict[str, str] = {}
    modules: set[str] = set()
    queue = [function.__qualname__.partition(".")[0]]
    while queue:
        name = queue.pop()
        if name in known["parts"] and name not in parts:
            part = known["parts"][name]
            parts[name] = part["key"]
            queue += part["names"]
            modules.update(part["imports"])
        if name in known["origins"]:
            modules.add(known["origins"][name])
    return parts, {owner(name) for name in modules} - {""}


def function_key(function: Callable[..., object], models: tuple[str, ...] = ()) -> str:
    """Return a key of a function: its own code, what it uses of its module, and the modules whose names these use.

    Other code of its module does not count. A partial counts with its arguments.
    """
    if isinstance(function, functools.partial):
        arguments = repr((function.args, sorted(function.keywords.items())))
        return digest([arguments, function_key(function.func, models)])
    assert isinstance(function, FunctionType)
    if module_path(function.__module__) is None:  # made while the process runs: its bytecode is all there is
        return digest([function.__code__.co_code.hex(), repr(function.__code__.co_consts)])
    parts, modules = _used_by(function)
    reached = set().union(*map(closure, {*modules, *models})) - {function.__module__}
    return digest([parts, _modules_key(reached)])


def owner(name: str) -> str:
    """Return the module of the project that a dotted name is or stands in; empty where there is none."""
    while name and module_path(name) is None:
        name = name.rpartition(".")[0]
    return name


@functools.cache
def closure(module: str) -> frozenset[str]:
    """Return the project's modules reached by imports from this one, parent packages included."""
    found: set[str] = set()
    queue = [module]
    while queue:
        name = queue.pop()
        if name not in found and module_path(name):
            found.add(name)
            queue += [*facts(name)["imports"], name.rpartition(".")[0]]
    return frozenset(found)


@functools.cache
def _modules() -> dict[str, Path]:
    """Return the files of the project's modules by their dotted names."""
    return {module_name(path): path for path in code_hashes() if path.suffix == ".py"}


def module_path(name: str) -> Path | None:
    """Return the file of one of the project's modules, or None for any other."""
    return _modules().get(name)


def module_name(path: Path) -> str:
    """Return the dotted name of one of the project's module files."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def module_key(name: str) -> str:
    """Return a key of what a module does, and of the templates and tables beside it."""
    path = module_path(name)
    beside: dict[str, str] = {}
    if path and path.name != "__init__.py":
        beside = _texts().get(path.parent, {}) | _texts().get(path.parent / "templates", {})
    return digest([facts(name)["key"], beside])


@functools.cache
def _texts() -> dict[Path, dict[str, str]]:
    """Return the hashes of templates and tables by name, by the folder that they lie in."""
    texts = grouped((path for path in code_hashes() if path.suffix in TEXTS), lambda path: path.parent)
    return {folder: {path.name: code_hashes()[path] for path in inside} for folder, inside in texts.items()}


def facts(name: str) -> Facts:
    """Return what is known of one of the project's modules."""
    return _all_facts().get(name, {"key": "", "imports": [], "parts": {}, "origins": {}})


@functools.cache
def _all_facts() -> dict[str, Facts]:
    """Return the facts of all modules by name; those of texts last parsed here are kept in the user's cache, by hash.

    Parsing everything takes ten times as long as reading it back.
    """
    shelf = cache() / f"code-{sys.version_info[0]}.{sys.version_info[1]}-{digest(str(ROOT))[:8]}"
    kept = Kept(shelf, digest(Path(__file__).read_bytes()), most=0)
    quoted = {name: name.partition(".")[0] in QUOTED for name in _modules()}
    found = kept.gather(
        {name: f"{code_hashes()[path]}{'+' if quoted[name] else ''}" for name, path in _modules().items()},
        lambda names: {name: parse(_modules()[name].read_text(encoding="utf-8"), quoted[name]) for name in names},
    )
    with suppress(OSError):  # where it cannot be written, the next process parses again
        kept.save()
    return found


def parse(text: str, quoted: bool) -> Facts:
    """Return the facts of a module's text; docstrings count only where they are `quoted`."""
    tree = ast.parse(text)
    parts: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            origins |= _aliases(statement)
            continue
        for name in _defined(statement):
            part = parts.setdefault(name, {"key": "", "names": [], "imports": []})
            part["key"] = digest([part["key"], meaning(statement, quoted)])
            part["names"] = sorted({*part["names"], *_names(statement)})
            part["imports"] = sorted({*part["imports"], *_imports(statement)})
    return {"key": digest(meaning(tree, quoted)), "imports": sorted(_imports(tree)), "parts": parts, "origins": origins}


def meaning(node: ast.AST, quoted: bool) -> list[object]:
    """Return what a syntax tree says as a value that JSON can hold; lines, comments and layout are left out.

    So are fields that hold nothing, which differ between versions of Python.
    """
    found: list[object] = [type(node).__name__]
    skipped = int(not quoted and isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None)
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            found.append([name, meaning(value, quoted)])
        elif isinstance(value, list):
            parts = value[skipped:] if name == "body" else value
            if isinstance(node, ast.JoinedStr):  # Python 3.12 closes a nested format with an empty text
                parts = [one for one in parts if not (isinstance(one, ast.Constant) and one.value == "")]
            said = [meaning(one, quoted) if isinstance(one, ast.AST) else one for one in parts]
            found += [[name, said]] if said else []
        elif isinstance(node, ast.Constant) and name == "value":
            found.append(f"{type(value).__name__} {value!r}")
        elif value is not None and name not in {"type_comment", "kind"}:
            found.append([name, value])
    return found


def _defined(statement: ast.stmt) -> list[str]:
    """Return the names that a top-level statement defines, in its branches too."""
    if isinstance(statement, DEFINING):
        return [statement.name]
    stored = [
        node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    ]
    return [*stored, *(alias for node in ast.walk(statement) for alias in _aliases(node))]


def _names(statement: ast.AST) -> set[str]:
    """Return the names that a statement looks up; those in a function's body that are its parameters are not looked up.

    Parameters of steps have the names of other steps, whose code is none of theirs.
    """
    if isinstance(statement, FUNCTIONS):
        own = {node.arg for node in ast.walk(statement.args) if isinstance(node, ast.arg)}
        around = [statement.args, *statement.decorator_list, *filter(None, [statement.returns])]
        return set().union(*map(_all_names, around), set().union(*map(_all_names, statement.body)) - own)
    return _all_names(statement)


def _all_names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _imports(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted names that are imported anywhere in a tree: each module, and each name from one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield str(node.module)
        yield from _aliases(node).values()


def _aliases(node: ast.AST) -> dict[str, str]:
    """Return the dotted name behind each name that an import binds; none for another statement."""
    if isinstance(node, ast.Import):
        return {each.asname or each.name.partition(".")[0]: each.name for each in node.names}
    if isinstance(node, ast.ImportFrom):
        return {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return {}
