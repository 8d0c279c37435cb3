"""What outcomes rest on, down to the printed cell: sources and figures.

Belongs here: what the rest of the report refers to. Does not: what is concluded from it; nothing of that is imported.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipelines.formatting import format_interval
from pipelines.report.words import FIGURE_KINDS, as_sentence, possessive, table_title


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

    @property
    def day(self) -> dt.date:
        """Return the day of publication, else of the original, else of reading; one of them is there."""
        return next(day for day in (self.published, self.original_published, self.read) if day)

    @property
    def link(self) -> str:
        """Return the address if a browser may follow it, else nothing."""
        return self.address if self.address.startswith(("https://", "http://")) else ""


_FIGURE_COLUMNS = (
    "figure_id", "table", "subject", "quantity", "label", "text", "value", "low", "high", "unit", "note", "as_of",
    "basis", "locator",
)  # fmt: skip


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
    low: float | None
    high: float | None
    unit: str
    kind: str
    support: str
    note: str
    as_of: dt.date
    basis: str
    source: Source
    locator: str

    @property
    def title(self) -> str:
        """Its name as a line begins with it."""
        return self.name if self.name.startswith(self.label[:1]) else as_sentence(self.name)


def to_figures(rows: Iterable[Mapping[str, Any]], sources: Mapping[str, Source]) -> dict[str, Figure]:
    """Return figures by id; those of one name in several tables say which table they are of."""
    found = [to_figure(row, sources) for row in rows]
    times = Counter(figure.name for figure in found)
    return {
        each.figure_id: replace(each, name=f"{each.name} ({table_title(each.table)})") if times[each.name] > 1 else each
        for each in found
    }


def to_figure(row: Mapping[str, Any], sources: Mapping[str, Source]) -> Figure:
    """Return a figure with its source, and its support in words."""
    missing = row["kind"] == "missing"
    return Figure(
        **{name: row[name] for name in _FIGURE_COLUMNS},
        name=possessive(row["label"], row["quantity"]),
        kind=FIGURE_KINDS[row["kind"]],
        support="none" if missing else format_interval(row["low"], row["high"], row["unit"]),
        source=sources[row["source_id"]],
    )
