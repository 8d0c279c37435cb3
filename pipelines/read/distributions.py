"""The folders in which installed distributions describe themselves, and single files of them.

`importlib.metadata` takes a tenth of the time of a command that finds nothing to do: it imports the parser of e-mails,
and opens the metadata of every distribution to find entry points. Belongs here: finding the folders. Does not: what is
looked for in them.
"""

import functools
import os
import sys
from collections.abc import Mapping

METADATA = (".dist-info", ".egg-info")
"""How the names of these folders end."""


@functools.cache
def metadata_folders() -> Mapping[str, str]:
    """Return the folder of each distribution by its name in lower case with `_`, sorted within a place of `sys.path`.

    As on any search path, the first distribution of a name counts.
    """
    found: dict[str, str] = {}
    for place in sys.path:
        try:
            folders = [name for name in os.listdir(place or os.curdir) if name.endswith(METADATA)]
        except OSError:
            continue
        for folder in sorted(folders):
            name = folder.rpartition(".")[0].partition("-")[0].lower().replace(".", "_")
            found.setdefault(name, os.path.join(place, folder))
    return found


def library_version(library: str) -> str:
    """Return the version of an installed library. Raises PackageNotFoundError if it is not installed."""
    folder = metadata_folders().get(library.lower().replace("-", "_"), "")
    try:
        with open(os.path.join(folder, "METADATA"), encoding="utf-8") as stream:
            for line in stream:
                if line.startswith("Version:"):
                    return line.removeprefix("Version:").strip()
    except OSError:
        pass
    from importlib.metadata import version  # reads other forms of distributions too

    return version(library)
