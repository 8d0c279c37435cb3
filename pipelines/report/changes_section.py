"""What changed since the previous release as the report shows it: the same change under several lenses once.

What a change is and how it reads in words is in the table `changes` already; markup is in the templates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.formatting import format_date, joined
from pipelines.grouping import grouped
from pipelines.report.figures import Row
from pipelines.report.words import CODES, STATUSES, in_quotes, lens_words, plain, replace_ids

SHOWN = 40
"""So many changes of each part are shown; the table has all."""

ROWS = ("removed", "revised", "added")
"""What may have become of a row."""


@dataclass(frozen=True)
class ShownChange:
    """One change; `title` is a claim's statement or a metric's meaning, `lenses` says under which it is so."""

    kind: str
    table: str
    title: str
    old: str
    new: str
    text: str
    causes: list[str]
    lenses: str


@dataclass(frozen=True)
class ChangesSection:
    """All that changed: outcomes and verdicts that turned, values that moved, rows that differ.

    `previous` is the id of the release that this one is compared with, empty when there is none.
    """

    previous: str
    notes: list[str]
    turned: list[ShownChange]
    flips: list[ShownChange]
    moved: list[ShownChange]
    rows: list[ShownChange]
    counts: list[str]


def changes_section(
    table: Sequence[Row], statements: Mapping[str, str], meanings: Mapping[str, str], names: Mapping[str, str]
) -> ChangesSection:
    """Return the rows of the table `changes` in parts, given statements, metrics' meanings and names by id."""
    said = {**names, **statements}
    titles = {"outcome": said, "flip": said, "moved": said, "metric": meanings, **dict.fromkeys(ROWS, names)}

    def part(*kinds: str) -> list[ShownChange]:
        return _alike([row for row in table if row["kind"] in kinds], titles, names)

    return ChangesSection(
        previous=table[0]["previous"] if table else "",
        notes=[row["text"] for row in table if row["kind"] == "note"],
        turned=part("outcome"),
        flips=part("flip"),
        moved=part("moved", "metric"),
        rows=part(*ROWS),
        counts=[row["text"] for row in table if row["kind"] == "counted"],
    )


def _alike(rows: Iterable[Row], titles: Mapping[str, Mapping[str, str]], names: Mapping[str, str]) -> list[ShownChange]:
    """Return the rows as changes, those that differ in the lens alone as one."""
    same = ("kind", "table", "name", "old", "new", "text")
    alike = grouped(rows, lambda row: (*(row[name] for name in same), tuple(row["causes"])))
    found = []
    for (kind, table, name, old, new, text, causes), mine in alike.items():
        was, now = (STATUSES[CODES[each]].word if kind == "flip" and each in CODES else each for each in (old, new))
        first, *lines = (plain(in_quotes(replace_ids(line, names))) for line in (text, *causes))
        lenses = lens_words(mine, lambda days: joined(list(map(format_date, days))))
        found.append(ShownChange(kind, table, titles[kind].get(name, name), was, now, first, lines, lenses))
    return found
