"""Where results go: an output folder, or an object store with a folder on this machine; and what is kept beside it.

Belongs here: finding the place. Does not: the dossier (`settings`), or writing. Kept light: a command that only reads a
release imports this.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tidebook.pipelines.read.detail import detail
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.places import masked

STORES = ("s3", "s3a", "gs", "az", "azure", "adl", "abfs", "abfss", "https", "http", "file", "memory")
"""How the addresses of object stores begin."""
LOCAL_STORES = ("file", "memory")
"""Those that have no bucket or host."""

VERDICTS_ID = 10
"""Digits of the id of the verdicts, by which a report names its release: the start of the SHA-256 of verdicts.json.

The id of the release is a hash of all its files, the report among them, so that no page can state it.
"""


def cache() -> Path:
    """Return the cache folder outside output folders: TIDEBOOK_CACHE, else the user's cache."""
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("TIDEBOOK_CACHE") or user / "tidebook")


def output_of(out: str | Path | None) -> tuple[Path, str | None]:
    """Return the output place that a command names, else that of TIDEBOOK_OUT, else ./out; as in `output_place`."""
    if out:
        named, origin = str(out), "as named"
    elif from_variable := os.environ.get("TIDEBOOK_OUT"):
        named, origin = from_variable, "from TIDEBOOK_OUT"
    else:
        named, origin = "out", "by default"
    place, remote = output_place(named)
    detail("results: {} ({})", masked(remote) if remote else place, origin)
    return place, remote


def output_place(named: str) -> tuple[Path, str | None]:
    """Return the output folder on this machine, and the address of the object store if `named` is one.

    A `~` is the home folder, as in a shell: pyarrow, which writes tables, takes it so wherever a path begins with it.

    Raises InputError if an address is not one of an object store, or a path is not UTF-8.
    """
    scheme, separator, rest = named.partition(":/")
    if not separator or len(scheme) < 2:  # a single letter is a drive
        return in_unicode(Path(named).expanduser()), None
    if scheme not in STORES or not rest.startswith("/") or not (scheme in LOCAL_STORES or urlsplit(named).netloc):
        expected = f"a folder, or an address of an object store such as s3://bucket/prefix ({', '.join(STORES)})"
        raise InputError(Problem("the output", expected, text=named))
    remote = named.rstrip("/")
    # Named by the hash of the address, so that each store has a folder and no address has to be a file name.
    return cache() / hashlib.sha256(remote.encode()).hexdigest()[:16], remote


def owner_fault(manifest: Mapping[str, Any], own: str) -> str:
    """Return why an output folder cannot be used: its release is of another dossier; "" if it can.

    Args:
        manifest: of the release.
        own: the id of the dossier.
    """
    owner = manifest.get("dossier")
    other = f"it has those of {owner}; `--in` names the article, `--out` the folder"
    return f"a folder for results of {own}: {other}" if owner and own and owner != own else ""


def in_unicode(folder: Path) -> Path:
    """Return a folder. Raises InputError if its path is not UTF-8, which Arrow cannot read."""
    try:
        str(folder).encode()
    except UnicodeEncodeError as error:
        raise InputError(Problem(str(folder), "a folder whose path is UTF-8")) from error
    return folder
