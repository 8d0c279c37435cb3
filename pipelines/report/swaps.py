"""Single references that turn a claim by themselves, in words that the report and `tidebook explain` share."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.formatting import format_date, format_value
from pipelines.report.words import possessive

Row = Mapping[str, Any]
SHOWN = 5
"""So many sources that turn a claim alone are shown; the table `swaps` has all."""


def turning_sources(tables: Mapping[str, Iterable[Row]], figures: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return by claim the references that turn it alone, the nearest in time first, the last line counting the others.

    `tables` are the rows of `swaps`, `sources` and `verdicts`; `figures` have a label, a quantity and a text.
    """
    titles = {row["source_id"]: row["title"] for row in tables.get("sources", [])}
    days = {row["claim_id"]: row["as_of"] for row in tables.get("verdicts", []) if row["lens"] == "printed"}
    turning: dict[str, list[Row]] = defaultdict(list)
    for row in tables.get("swaps", []):
        if row["turns"] and row["claim_id"] in days:
            turning[row["claim_id"]].append(row)
    found = {}
    for claim_id, rows in turning.items():
        nearest = sorted(rows, key=lambda row: _order(row, days[row["claim_id"]]))
        lines = [_words(row, figures[row["figure_id"]], titles[row["source_id"]]) for row in nearest[:SHOWN]]
        more = len(nearest) - SHOWN
        found[claim_id] = [*lines, *([f"{more} more stand in the table swaps"] if more > 0 else [])]
    return found


def _order(swap: Row, day: dt.date) -> tuple[Any, ...]:
    return abs(swap["as_of"] - day), swap["figure_id"], swap["as_of"], swap["source_id"]


def _words(swap: Row, figure: Any, title: str) -> str:
    of = figure if isinstance(figure, Mapping) else vars(figure)
    return (
        f"{possessive(of['label'], of['quantity'])}: {swap['reference']} instead of {of['text']} ({title}, "
        f"{format_date(swap['as_of'])}) gives {format_value(swap['value'], swap['unit'])}"
    )
