"""What commands print with `--json`: a class for each document, of which `schema` makes its JSON Schema.

Documents of rows have no class: their rows are those of published tables. Only a command that prints JSON imports this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pipelines.documents import Shape

ROWS = {"claims": "outcomes", "figures": "figure_outcomes"}
"""Commands that print the rows of one table, as an array."""

Cell = str | float | bool | list[str] | None


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


@dataclass(frozen=True)
class Change(Shape):
    """A difference that turned something."""

    kind: str
    name: str
    old: str
    new: str
    locator: str


@dataclass(frozen=True)
class Turned(Shape):
    """A statement or figure whose outcome turned."""

    table: Literal["outcomes", "figure_outcomes"]
    name: str
    """Id of the claim, prediction or figure."""
    old: str
    new: str
    why: str
    causes: list[Change]


@dataclass(frozen=True)
class Verdict(Shape):
    """The verdict on a claim in one release."""

    status: str
    value: Cell
    probability: Cell
    metric_id: str
    predicate: str
    unit: str
    reason: str


@dataclass(frozen=True)
class Cause(Change):
    """A change, and what it does to a verdict that turned."""

    role: Literal["alone", "together", "other"]
    """Whether it turns the verdict by itself, only with others, or not at all."""
    figures: list[str]
    alone: dict[str, Cell] | None
    """What the claim comes to with this change alone; null where it cannot be replayed."""


@dataclass(frozen=True)
class Flip(Shape):
    """A verdict that turned."""

    claim_id: str
    lens: str
    as_of: str | None
    statement: str
    old: Verdict
    new: Verdict
    causes: list[Cause]


@dataclass(frozen=True)
class Moved(Shape):
    """A value that moved while its verdict stayed."""

    kind: Literal["verdict", "metric"]
    name: str
    lens: str
    as_of: str | None
    unit: str
    old: Cell
    new: Cell
    change: Cell
    """Relative to the old value; null where that says nothing."""
    old_probability: Cell
    new_probability: Cell


@dataclass(frozen=True)
class Sides(Shape):
    """A cell before and after."""

    old: Cell
    new: Cell


@dataclass(frozen=True)
class ChangedRow(Shape):
    """A row that differs."""

    table: str
    change: Literal["removed", "revised", "added"]
    key: dict[str, Cell]
    columns: dict[str, Sides]
    locator: str


@dataclass(frozen=True)
class Difference(Shape):
    """What `tidebook diff` says of two releases."""

    old: str
    """Id of the old release."""
    new: str
    """Id of the new one."""
    identical: bool
    """Whether they hold the same files."""
    code_changed: bool
    libraries_changed: list[str]
    tables_added: list[str]
    tables_removed: list[str]
    outcomes: list[Turned]
    """Statements and figures whose outcome turned."""
    flips: list[Flip]
    """Verdicts that turned, under each lens."""
    moved: list[Moved]
    rows: list[ChangedRow]
    counts: dict[str, dict[str, int]]
    """By table: how many rows were removed, revised and added."""


DOCUMENTS: dict[str, Any] = {
    "check": Checked,
    "diff": Difference,
    "releases list": list[Listed],
    "releases show": Held,
    "sources status": list[Source],
    "status": Status,
}
"""What commands print, by the command's name."""
