"""What commands print with `--json`: a class for each document, of which `schema` makes its JSON Schema.

Documents of rows have no class: their rows are those of published tables. Only a command that prints JSON imports this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.documents import Shape

ROWS = {"claims": "outcomes", "figures": "figure_outcomes"}
"""Commands that print the rows of one table, as an array."""


@dataclass(frozen=True)
class Status(Shape):
    """What `tidebook status` says of the latest release."""

    release: str
    """Id of the latest release."""
    place: str
    """Folder or object store that it is in."""
    up_to_date: bool
    """Whether a build would change nothing."""
    changed: list[str]
    """Inputs that are not what they were when it was built; empty where only code or libraries are."""
    unlocked: list[str]
    """Raw files that are not as `tidebook lock` recorded them."""
    outcomes: dict[str, dict[str, int]]
    """By kind of statement, and for figures: how many have each outcome."""


@dataclass(frozen=True)
class Fault(Shape):
    """One thing wrong in the raw folder."""

    file: str
    """File, below the raw folder."""
    line: int | None
    """Line, from 1."""
    column: str | None
    """Header of a CSV column, or key of a TOML file."""
    text: str | None
    """What was found there."""
    expected: str
    """What was expected, and what is near it."""


@dataclass(frozen=True)
class Checked(Shape):
    """What `tidebook check` found in the raw folder."""

    readable: bool
    """Whether all of it can be read."""
    rows: dict[str, int]
    """By table: how many rows it has; empty where something cannot be read."""
    problems: list[Fault]
    """What cannot be read."""
    notes: list[str]
    """What is no error but will surprise."""


@dataclass(frozen=True)
class Listed(Shape):
    """A release in `tidebook releases list`, the one written last first."""

    release: str
    """Its id."""
    as_of: str
    """Day on which its deadlines are open or passed."""
    bytes: int
    """Size of its files."""
    previous: str | None
    """Id of the release that it followed."""
    changed: list[str] | None
    """Inputs, code, libraries and date that differ from that one; null where it is not there."""
    latest: bool
    """Whether it is the latest."""


@dataclass(frozen=True)
class HeldTable(Shape):
    """A table of a release."""

    table: str
    """Its name."""
    rows: int
    """How many it has."""
    version: str
    """Version of its contract."""
    sha256: str
    """Hash of its Parquet file."""


@dataclass(frozen=True)
class Held(Shape):
    """What `tidebook releases show` says of a release."""

    release: str
    """Its id."""
    as_of: str
    """Day on which its deadlines are open or passed."""
    tables: list[HeldTable]
    """Its tables."""


@dataclass(frozen=True)
class Source(Shape):
    """A live source in `tidebook sources status`."""

    source: str
    """Its name."""
    status: str
    """Whether its newest snapshot may be relied on: current, stale or down; or no snapshot."""
    fetched: str | None
    """Day on which the newest snapshot was fetched."""
    vintage: str | None
    """Day of the publisher's copy in it."""
    rows: dict[str, int]
    """How many rows it has, and how many are used, irrelevant and quarantined; empty without a snapshot."""
    notes: list[str]
    """How the last fetch failed, which columns are unknown, which snapshot is missing."""


DOCUMENTS: dict[str, Any] = {
    "check": Checked,
    "releases list": list[Listed],
    "releases show": Held,
    "sources status": list[Source],
    "status": Status,
}
"""What commands print, by the command's name."""
