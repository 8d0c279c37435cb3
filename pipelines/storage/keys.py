"""Content keys: what a result depends on, hashed. Inputs' bytes, own code without comments, library versions.

Kept free of heavy imports: a build with nothing to do imports this and little else.
"""

from __future__ import annotations

import dis
import functools
import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.machinery import SourceFileLoader
from importlib.metadata import version
from pathlib import Path
from types import CodeType, FunctionType

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("pipelines", "schemas")
TEXTS = (".j2", ".css")
LIBRARIES = ("altair", "jinja2", "numpy", "pandas", "pandera", "pyarrow", "scipy", "scoringrules", "vl-convert-python")
EXTENDED, IMPORT, IMPORT_FROM = (dis.opmap[name] for name in ("EXTENDED_ARG", "IMPORT_NAME", "IMPORT_FROM"))


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
def compiled(name: str) -> CodeType | None:
    """Return the code of one of the project's modules, compiled by Python or read from where Python keeps it."""
    path = module_path(name)
    return SourceFileLoader(name, str(path)).get_code(name) if path else None


def meaning(code: CodeType) -> list[object]:
    """Return what a code object does as a value that JSON can hold; lines, comments and layout are left out."""
    constants: list[object] = []
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            constants.append(meaning(constant))
        elif isinstance(constant, frozenset):
            constants.append(sorted(map(repr, constant)))
        elif constant == code.co_firstlineno and "__firstlineno__" in code.co_names:
            constants.append("line")  # from Python 3.13 on the body of a class holds its own line
        else:
            constants.append(repr(constant))
    known = [code.co_name, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars]
    counts = [code.co_flags, code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount]
    return [code.co_code.hex(), code.co_exceptiontable.hex(), known, counts, constants]


@functools.cache
def module_key(name: str) -> str:
    """Return a key of what a module does, and of the templates beside it."""
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
    code = compiled(name)
    return digest([code and meaning(code), beside])


@functools.cache
def imported(name: str) -> set[str]:
    """Return the dotted names that a module imports anywhere in its text, submodules by name included."""
    code = compiled(name)
    return set(imports(code)) if code else set()


def imports(code: CodeType) -> Iterator[str]:
    """Yield the dotted names that a code object and those within it import."""
    module, high = "", 0
    operations, arguments = code.co_code[::2], code.co_code[1::2]
    for operation, low in zip(operations, arguments, strict=True) if IMPORT in operations else ():
        argument = high | low
        high = argument << 8 if operation == EXTENDED else 0
        if operation == IMPORT:
            module = code.co_names[argument]
            yield module
        elif operation == IMPORT_FROM:
            yield f"{module}.{code.co_names[argument]}"
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from imports(constant)


def names(code: CodeType) -> set[str]:
    """Return the names that a code object and those within it look up."""
    return set(code.co_names).union(*(names(inner) for inner in code.co_consts if isinstance(inner, CodeType)))


def function_key(function: Callable[..., object]) -> str:
    """Return a key of what a function does itself, with the functions of its own module that it calls.

    A partial counts with its arguments.
    """
    found: dict[str, object] = {}
    if isinstance(function, functools.partial):
        found["arguments"] = repr((function.args, sorted(function.keywords.items())))
        function = function.func
    queue = [function]
    while queue:
        one = queue.pop()
        if isinstance(one, FunctionType) and one.__module__ == function.__module__ and one.__qualname__ not in found:
            found[one.__qualname__] = meaning(one.__code__)
            queue += [one.__globals__[name] for name in names(one.__code__) if name in one.__globals__]
    return digest(found)


def step_key(name: str, inputs: Mapping[str, str], module: str | None, compute: Callable[..., object]) -> str:
    """Return the key of a step's result: its name, its inputs' content, its code, library versions.

    Its code is that of its module, or of the whole project without one, and of `compute`, which may stand elsewhere.
    """
    return digest([name, dict(inputs), code_key(module), function_key(compute), versions()])
