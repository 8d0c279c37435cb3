"""Content keys: what a result depends on, hashed. Inputs' bytes, the engine's code, library versions.

Kept free of heavy imports: a build with nothing to do imports this and little else. Which inputs a step has is the
graph's business.
"""

import functools
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.distributions import library_version
from tidebook.pipelines.read.plugin import plugin_places

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (ROOT / "pipelines", ROOT / "plugins", ROOT / "schemas")
"""The folders of the packages whose code makes results."""

TEXTS = (".css", ".csv", ".j2", ".json", ".toml")
"""Endings of the files beside modules that code reads."""

LIBRARIES = ("anyascii", "babel", "jinja2", "numpy", "pandas", "pandera", "pint", "pyarrow")


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that results depend on."""
    python = ".".join(map(str, sys.version_info[:3]))
    return {"python": python} | {name: library_version(name) for name in LIBRARIES}


@functools.cache
def tidebook_version() -> str:
    """Return the version of Tidebook, which stands for its code in a release."""
    return library_version("tidebook")


@functools.cache
def code_key(packages: tuple[Path, ...] = ()) -> str:
    """Return a key of the code of packages, given their folders: paths and bytes of modules and of texts beside them.

    Without any it is that of this project and of all installed plugins. Paths count from the package on, so that a
    source tree and an installed wheel have the same key.
    """
    found = {}
    for name, path in _files(packages or (*PACKAGES, *_other_plugins())).items():
        with open(path, "rb", buffering=0) as stream:  # read whole, a buffer would take as long as the hash
            found[name] = digest(stream.read())
    return digest(found)


def _other_plugins() -> list[Path]:
    """Return the places of the installed plugins that are not this project's own."""
    return [place for place in plugin_places() if not place.is_relative_to(ROOT)]


def code_files(packages: Iterable[Path] = PACKAGES) -> list[Path]:
    """Return the files of packages that are code or are read by code, sorted."""
    return sorted(map(Path, _files(packages).values()))


def _files(packages: Iterable[Path]) -> dict[str, str]:
    """Return where each file is by its name from its package on, such as `pipelines/graph/keys.py`."""
    # Plain strings: each command comes here, and paths as objects take longer than hashing what is in the files.
    found = {}
    for root in packages:
        if root.is_file():  # a package may be a single module
            found[f"{root.parent.name}/{root.name}"] = str(root)
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if name != "__pycache__"]
            parents = folder.removeprefix(str(root)).replace(os.sep, "/")
            for name in names:
                if name.endswith((".py", *TEXTS)):
                    found[f"{root.name}{parents}/{name}"] = os.path.join(folder, name)
    return found
