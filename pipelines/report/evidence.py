"""What outcomes rest on, down to the printed cell: sources and figures, and single sources that turn a claim.

Belongs here: what the rest of the report refers to. Does not: what is concluded from it; nothing of that is imported.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

from pipelines.formatting import format_date, format_value
from pipelines.grouping import grouped
from pipelines.report.words import THEMES, as_sentence, humanize, possessive

Row = Mapping[str, Any]
SHOWN = 5
"""So many sources that turn a claim alone are shown; the table `swaps` has all."""


@dataclass(frozen=True)
class Source:
    """Where figures come from."""

    source_id: str
    title: str
    publisher: str
    address: str
    tier: str
    licence: str
    published: dt.date | None
    read: dt.date | None
    original_publisher: str
    original_address: str
    original_published: dt.date | None
    note: str

    @property
    def name(self) -> str:
        """Whose work it is, and where that was read, where another has published it."""
        mine = self.original_publisher
        return f"{mine}, read at {self.publisher}" if mine else self.publisher


_FIGURE_COLUMNS = ("figure_id", "table", "subject", "quantity", "label", "text", "value", "unit", "basis", "locator")


@dataclass(frozen=True)
class Figure:
    """One figure, down to the printed cell."""

    figure_id: str
    table: str
    subject: str
    quantity: str
    label: str
    name: str
    text: str
    value: float | None
    unit: str
    basis: str
    source: Source
    locator: str

    @property
    def title(self) -> str:
        """Its name as a line begins with it."""
        return self.name if self.name.startswith(self.label[:1]) else as_sentence(self.name)


def to_figures(rows: Iterable[Mapping[str, Any]], sources: Mapping[str, Source]) -> dict[str, Figure]:
    """Return figures by id; those of one name in several tables say which table they are of.

    It is said by the title of the theme that bears the table's name, or by that name.
    """
    found = [
        Figure(
            **{name: row[name] for name in _FIGURE_COLUMNS},
            name=possessive(row["label"], row["quantity"]),
            source=sources[row["source_id"]],
        )
        for row in rows
    ]
    times = Counter(figure.name for figure in found)
    for place, each in enumerate(found):
        if times[each.name] > 1:
            found[place] = replace(each, name=f"{each.name} ({THEMES.get(each.table) or humanize(each.table)})")
    return {each.figure_id: each for each in found}


def turning_sources(tables: Mapping[str, Iterable[Row]]) -> dict[str, list[str]]:
    """Return by claim the references that turn it alone, the nearest in time first, the last line counting the others.

    `tables` are the rows of `figures`, and of `swaps`, `sources` and `verdicts` where there are any.
    """
    figures = {row["figure_id"]: row for row in tables["figures"]}
    titles = {row["source_id"]: row["title"] for row in tables.get("sources", [])}
    days = {row["claim_id"]: row["as_of"] for row in tables.get("verdicts", []) if row["lens"] == "printed"}
    turning = (row for row in tables.get("swaps", []) if row["turns"] and row["claim_id"] in days)
    found = {}
    for claim_id, rows in grouped(turning, itemgetter("claim_id")).items():
        rows.sort(key=itemgetter("figure_id", "as_of", "source_id"))
        rows.sort(key=lambda row: abs(row["as_of"] - days[row["claim_id"]]))
        found[claim_id] = [_words(row, figures[row["figure_id"]], titles[row["source_id"]]) for row in rows[:SHOWN]]
        if len(rows) > SHOWN:
            found[claim_id].append(f"{len(rows) - SHOWN} more stand in the table swaps")
    return found


def _words(swap: Row, figure: Row, title: str) -> str:
    whose = possessive(figure["label"], figure["quantity"])
    source = f"({title}, {format_date(swap['as_of'])})"
    value = format_value(swap["value"], swap["unit"])
    return f"{whose}: {swap['reference']} instead of {figure['text']} {source} gives {value}"
