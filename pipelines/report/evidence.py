"""What outcomes rest on, down to the printed cell: sources and figures.

Belongs here: what the rest of the report refers to. Does not: what is concluded from it; nothing of that is imported.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipelines.report.words import as_sentence, possessive, table_title


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
    """Return figures by id; those of one name in several tables say which table they are of."""
    found = [
        Figure(
            **{name: row[name] for name in _FIGURE_COLUMNS},
            name=possessive(row["label"], row["quantity"]),
            source=sources[row["source_id"]],
        )
        for row in rows
    ]
    times = Counter(figure.name for figure in found)
    return {
        each.figure_id: replace(each, name=f"{each.name} ({table_title(each.table)})") if times[each.name] > 1 else each
        for each in found
    }
