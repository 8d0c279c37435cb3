"""What changed since the former release as the report shows it: the same change under several lenses told once.

What a change is and how it reads in words stands in the table already (`since`); markup is in the templates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.report.numbers import format_date
from pipelines.report.words import joined, named

Row = Mapping[str, Any]
SEEN = {"printed": "as printed", "best_known": "as best known on {}", "database": "on the database of {}"}
SHOWN = 40
"""So many changes of each part are shown; the table has all."""


@dataclass(frozen=True)
class Changed:
    """One change; `title` is a claim's statement or a metric's meaning, `seen` says under which lenses it is so."""

    kind: str
    table: str
    name: str
    title: str
    old: str
    new: str
    text: str
    causes: list[str]
    seen: str


@dataclass(frozen=True)
class Part:
    """The first changes of one part, and how many more there are."""

    shown: list[Changed]
    more: int

    def __len__(self) -> int:
        """Return how many changes there are in all."""
        return len(self.shown) + self.more


@dataclass(frozen=True)
class Since:
    """All that changed: verdicts that turned, values that moved, rows that differ; `table` has every row as it is."""

    former: str
    notes: list[str]
    flips: Part
    moved: Part
    rows: Part
    counts: list[str]
    table: list[Row]

    @property
    def first(self) -> bool:
        """Return whether there was no former release."""
        return not self.former


def since(
    rows: Iterable[Row], statements: Mapping[str, str], meanings: Mapping[str, str], names: Mapping[str, str]
) -> Since:
    """Return the rows of the table `changes` in parts, given claims' statements, metrics' meanings, names by id."""
    table = list(rows)
    titles = {"flip": statements, "moved": statements, "metric": meanings}
    flips, moved, rest = (
        part([row for row in table if row["kind"] in kinds], titles, names)
        for kinds in (("flip",), ("moved", "metric"), ("removed", "revised", "added"))
    )
    return Since(
        former=table[0]["former"] if table else "",
        notes=[row["text"] for row in table if row["kind"] == "note"],
        flips=flips,
        moved=moved,
        rows=rest,
        counts=[row["text"] for row in table if row["kind"] == "counted"],
        table=table,
    )


def part(rows: Iterable[Row], titles: Mapping[str, Mapping[str, str]], names: Mapping[str, str]) -> Part:
    """Return the rows as changes, those that differ in the lens alone as one."""
    same = ("kind", "table", "name", "old", "new", "text")
    grouped: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        grouped.setdefault((*(row[name] for name in same), tuple(row["causes"])), []).append(row)
    found = []
    for (kind, table, name, old, new, text, causes), alike in grouped.items():
        title = titles.get(kind, {}).get(name, name)
        told = [named(line, names) for line in (text, *causes)]
        found.append(Changed(kind, table, name, title, old, new, told[0], told[1:], lens_words(alike)))
    return Part(found[:SHOWN], len(found[SHOWN:]))


def lens_words(rows: Iterable[Row]) -> str:
    """Return how the figures are taken in rows that say the same: `as printed, and as best known on ...`."""
    days: dict[str, list[str]] = {}
    for row in rows:
        if row["as_of"]:
            days.setdefault(row["lens"], []).append(format_date(row["as_of"]))
    words = {lens: SEEN[lens].format(joined(found)) for lens, found in days.items()}
    return ", and ".join(words[lens] for lens in SEEN if lens in words)
