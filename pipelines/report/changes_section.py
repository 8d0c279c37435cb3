"""What changed since the previous release as the report shows it: the same change under several lenses once.

What a change is and how it reads in words is in the table `changes` already; markup is in the templates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.formatting import format_date, joined
from pipelines.grouping import grouped
from pipelines.report.words import CODES, STATUSES, in_quotes, plain, replace_ids

Row = Mapping[str, Any]
SHOWN = 40
"""So many changes of each part are shown; the table has all."""

ROWS = ("removed", "revised", "added")
"""What may have become of a row."""

_LENSES = {"printed": "as printed", "best_known": "as best known on {}", "database": "on the database of {}"}


@dataclass(frozen=True)
class ShownChange:
    """One change; `title` is a claim's statement or a metric's meaning, `lenses` says under which it is so."""

    kind: str
    table: str
    name: str
    title: str
    old: str
    new: str
    text: str
    causes: list[str]
    lenses: str


@dataclass(frozen=True)
class Part:
    """The first changes of one part, and how many more there are."""

    shown: list[ShownChange]
    more: int

    def __len__(self) -> int:
        """Return how many changes there are in all."""
        return len(self.shown) + self.more


@dataclass(frozen=True)
class ChangesSection:
    """All that changed: outcomes and verdicts that turned, values that moved, rows that differ; `table` has every row.

    `previous` is the id of the release that this one is compared with, empty when there is none.
    """

    previous: str
    notes: list[str]
    turned: Part
    flips: Part
    moved: Part
    rows: Part
    counts: list[str]
    table: Sequence[Row]


def changes_section(
    table: Sequence[Row], statements: Mapping[str, str], meanings: Mapping[str, str], names: Mapping[str, str]
) -> ChangesSection:
    """Return the rows of the table `changes` in parts, given statements, metrics' meanings and names by id."""
    said = {**names, **statements}
    titles = {"outcome": said, "flip": said, "moved": said, "metric": meanings, **dict.fromkeys(ROWS, names)}
    turned, flips, moved, rows = (
        _part([row for row in table if row["kind"] in kinds], titles, names)
        for kinds in (("outcome",), ("flip",), ("moved", "metric"), ROWS)
    )
    return ChangesSection(
        previous=table[0]["previous"] if table else "",
        notes=[row["text"] for row in table if row["kind"] == "note"],
        turned=turned,
        flips=flips,
        moved=moved,
        rows=rows,
        counts=[row["text"] for row in table if row["kind"] == "counted"],
        table=table,
    )


def _part(rows: Iterable[Row], titles: Mapping[str, Mapping[str, str]], names: Mapping[str, str]) -> Part:
    """Return the rows as changes, those that differ in the lens alone as one."""
    same = ("kind", "table", "name", "old", "new", "text")
    alike = grouped(rows, lambda row: (*(row[name] for name in same), tuple(row["causes"])))
    found = []
    for (kind, table, name, old, new, text, causes), mine in alike.items():
        was, now = (STATUSES[CODES[each]].word if kind == "flip" and each in CODES else each for each in (old, new))
        title = titles.get(kind, {}).get(name, name)
        first, *lines = (plain(in_quotes(replace_ids(line, names))) for line in (text, *causes))
        found.append(ShownChange(kind, table, name, title, was, now, first, lines, _lens_words(mine)))
    return Part(found[:SHOWN], len(found[SHOWN:]))


def _lens_words(rows: Iterable[Row]) -> str:
    """Return how the figures are taken in rows that say the same: `as printed, and as best known on ...`."""
    days: dict[str, list[str]] = {}
    for row in rows:
        if row["as_of"]:
            days.setdefault(row["lens"], []).append(format_date(row["as_of"]))
    return ", and ".join(words.format(joined(days[lens])) for lens, words in _LENSES.items() if lens in days)
