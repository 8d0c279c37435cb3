"""Where the raw tables are read and where results go: arguments first, then environment, then defaults."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

PACKAGED_RAW = Path(__file__).parent / "raw"
CHECKOUT_RAW = Path(__file__).resolve().parents[1] / "raw"


@dataclass(frozen=True)
class Settings:
    """Folders of one project. `remote` is the address of the object store that releases are sent to, if any.

    Then `out` is a folder on this machine in which they are made.
    """

    raw: Path
    out: Path
    remote: str | None = None

    @property
    def shown(self) -> str:
        """Return where a person looks for results."""
        return self.remote or str(self.out)


def settings(raw: Path | None = None, out: str | Path | None = None) -> Settings:
    """Return the folders.

    The raw folder is `raw`, else TIDEBOOK_RAW, else ./raw where that exists, else the tables that the
    package ships. The output folder or address is `out`, else TIDEBOOK_OUT, else ./out.
    """
    named = str(out or os.environ.get("TIDEBOOK_OUT") or "out")
    if "://" in named:
        remote = named.rstrip("/")
        return Settings(raw or raw_default(), cache() / hashlib.sha256(remote.encode()).hexdigest()[:16], remote)
    return Settings(raw or raw_default(), Path(named))


def cache() -> Path:
    """Return the folder that holds what is made for object stores: TIDEBOOK_CACHE, else the user's cache."""
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("TIDEBOOK_CACHE") or user / "tidebook")


def raw_default() -> Path:
    """Return the raw folder when none is named."""
    if named := os.environ.get("TIDEBOOK_RAW"):
        return Path(named)
    found = [place for place in (Path("raw"), PACKAGED_RAW, CHECKOUT_RAW) if (place / "claims.toml").is_file()]
    return found[0] if found else Path("raw")
