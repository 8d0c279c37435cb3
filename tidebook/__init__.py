"""Public API that reads releases of Tidebook: tables with units and descriptions, from a folder or an object store.

The names in `__all__` are public and keep their meaning until the next major version. Nothing is computed here. Each
name is imported when it is first used: the command line is in this package too, and most of it uses none of them.
"""

import sys

# `python -m tidebook` puts the folder that it starts in first, which may be somebody else's article, and imports this
# package before all else. While Python looks for the module to run, "-m" is the first argument.
if (
    sys.argv[:1] == ["-m"]
    and not sys.flags.safe_path
    and any(word.removeprefix("-m").partition(".")[0] == "tidebook" for word in sys.orig_argv)
):
    sys.path.pop(0)

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tidebook.descriptions import Column, Description, describe
    from tidebook.places import Release, find_release
    from tidebook.read import read_table, read_tables, tables

__all__ = ["Column", "Description", "Release", "describe", "find_release", "read_table", "read_tables", "tables"]

_MODULES = {
    **dict.fromkeys(("Column", "Description", "describe"), "tidebook.descriptions"),
    **dict.fromkeys(("Release", "find_release"), "tidebook.places"),
    **dict.fromkeys(("read_table", "read_tables", "tables"), "tidebook.read"),
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return globals().setdefault(name, getattr(import_module(_MODULES[name]), name))


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
