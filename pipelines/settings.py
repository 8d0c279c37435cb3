"""Where the raw tables are read and where results go: arguments first, then environment, then defaults."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PACKAGED_RAW = Path(__file__).parent / "raw"
CHECKOUT_RAW = Path(__file__).resolve().parents[1] / "raw"


@dataclass(frozen=True)
class Settings:
    """Folders of one project."""

    raw: Path
    out: Path


def settings(raw: Path | None = None, out: Path | None = None) -> Settings:
    """Return the folders.

    The raw folder is `raw`, else TIDEBOOK_RAW, else ./raw where that exists, else the tables that the
    package ships. The output folder is `out`, else TIDEBOOK_OUT, else ./out.
    """
    return Settings(raw or raw_default(), out or Path(os.environ.get("TIDEBOOK_OUT", "out")))


def raw_default() -> Path:
    """Return the raw folder when none is named."""
    if named := os.environ.get("TIDEBOOK_RAW"):
        return Path(named)
    found = [place for place in (Path("raw"), PACKAGED_RAW, CHECKOUT_RAW) if (place / "claims.toml").is_file()]
    return found[0] if found else Path("raw")
