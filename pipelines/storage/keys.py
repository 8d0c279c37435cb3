"""Content keys: what a result depends on, hashed. Inputs' bytes, own code without comments, library versions.

Kept free of heavy imports: a build with nothing to do imports this and little else.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("pipelines", "schemas")
TEXTS = (".j2", ".css")
LIBRARIES = ("altair", "jinja2", "numpy", "pandas", "pandera", "pyarrow", "scipy", "scoringrules", "vl-convert-python")


def digest(value: object) -> str:
    """Return the SHA-256, in hex, of bytes or of a value that JSON can hold."""
    data = value if isinstance(value, bytes) else json.dumps(value, sort_keys=True).encode()
    return hashlib.sha256(data).hexdigest()


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that results depend on."""
    python = ".".join(map(str, sys.version_info[:3]))
    return {"python": python} | {name: version(name) for name in LIBRARIES}


def code_files() -> list[Path]:
    """Return the project's own files that are code or are read by code, sorted."""
    found = [
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix in (".py", *TEXTS)
    ]
    return sorted(found)


def code_bytes_key() -> str:
    """Return a key of the project's code as it stands on disk, comments included."""
    return digest([[str(path.relative_to(ROOT)), digest(path.read_bytes())] for path in code_files()])


def code_key(module: str | None = None) -> str:
    """Return a key of the code of a module and all that it imports of the project, comments left out.

    Without a module, the key of the whole project.
    """
    names = closure(module) if module else {module_name(path) for path in code_files() if path.suffix == ".py"}
    return digest({name: module_key(name) for name in sorted(names)})


@functools.cache
def closure(module: str) -> set[str]:
    """Return the project's modules reached by imports from this one, parent packages included."""
    found: set[str] = set()
    queue = [module]
    while queue:
        name = queue.pop()
        if name not in found and module_path(name):
            found.add(name)
            queue += [*imported(name), name.rpartition(".")[0]]
    return found


def module_path(name: str) -> Path | None:
    """Return the file of one of the project's modules, or None for any other."""
    if name.partition(".")[0] not in PACKAGES:
        return None
    base = ROOT.joinpath(*name.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


def module_name(path: Path) -> str:
    """Return the dotted name of one of the project's module files."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def syntax(name: str) -> ast.Module:
    """Return the syntax tree of one of the project's modules."""
    path = module_path(name)
    return ast.parse(path.read_bytes() if path else b"")


@functools.cache
def module_key(name: str) -> str:
    """Return a key of a module's syntax, which has no comments, and of the templates beside it."""
    path = module_path(name)
    beside = {}
    if path and path.name != "__init__.py":
        folders = (path.parent, path.parent / "templates")
        beside = {
            file.name: digest(file.read_bytes())
            for folder in folders
            for file in folder.glob("*")
            if file.suffix in TEXTS
        }
    return digest([ast.dump(syntax(name)), beside])


@functools.cache
def imported(name: str) -> set[str]:
    """Return the dotted names that a module imports anywhere in its text, submodules by name included."""
    found: set[str] = set()
    for node in ast.walk(syntax(name)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def step_key(name: str, inputs: Mapping[str, str], module: str) -> str:
    """Return the key of a step's result: its name, its inputs' content, the code of its module, library versions."""
    return digest([name, dict(inputs), code_key(module), versions()])
