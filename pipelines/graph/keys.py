"""Content keys: what a result depends on, hashed. Inputs' bytes, the engine's code, library versions.

Kept free of heavy imports: a build with nothing to do imports this and little else. Which inputs a step has is the
graph's business.
"""

import functools
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import tidebook
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.distributions import library_version
from tidebook.pipelines.read.plugin import plugin_place

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = Path(tidebook.__path__[0])
CORE = {"tidebook": PUBLIC, "pipelines": ROOT / "pipelines", "schemas": ROOT / "schemas"}
"""The folders of the core, whose code makes results, by name."""

TEXTS = (".css", ".csv", ".j2", ".json", ".toml")
"""Endings of the files beside modules that code reads."""

LIBRARIES = ("anyascii", "babel", "jinja2", "markdown-it-py", "numpy", "pandas", "pandera", "pint", "pyarrow")
"""Libraries that can change a result: with another version of one all is computed again."""


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that results depend on."""
    python = ".".join(map(str, sys.version_info[:3]))
    return {"python": python} | {name: library_version(name) for name in LIBRARIES}


@functools.cache
def tidebook_version() -> str:
    """Return the version of Tidebook, which a release records instead of the code."""
    return library_version("tidebook")


@functools.cache
def code_key(plugins: Sequence[str] = ()) -> str:
    """Return a key of the code of the core and of these plugins: paths and bytes of modules and of texts beside them.

    Paths count from each package on, so that a source tree and an installed wheel have the same key.
    """
    return key_of({**CORE, **{f"plugins/{name}": plugin_place(name) for name in plugins}})


def key_of(packages: Mapping[str, Path]) -> str:
    """Return a key of the code of packages, given by name as folders or single modules."""
    found = {}
    for name, path in _files(packages).items():
        with open(path, "rb", buffering=0) as stream:  # read whole, a buffer would take as long as the hash
            found[name] = digest(stream.read())
    return digest(found)


def code_files(packages: Mapping[str, Path]) -> list[Path]:
    """Return the files of packages that are code or are read by code, sorted."""
    return sorted(map(Path, _files(packages).values()))


def _files(packages: Mapping[str, Path]) -> dict[str, str]:
    """Return where each file is by its name from its package on, such as `pipelines/graph/keys.py`."""
    # Plain strings: each command comes here, and paths as objects take longer than hashing what is in the files.
    found = {}
    for package, root in packages.items():
        if root.is_file():  # a plugin may be a single module
            found[package] = str(root)
        for folder, folders, names in os.walk(root):
            # Of `tidebook` its own modules: in a wheel, and by links in a checkout, the others are below it.
            folders[:] = [] if root == PUBLIC else [name for name in folders if name != "__pycache__"]
            parents = folder.removeprefix(str(root)).replace(os.sep, "/")
            for name in names:
                if name.endswith((".py", *TEXTS)):
                    found[f"{package}{parents}/{name}"] = os.path.join(folder, name)
    return found
