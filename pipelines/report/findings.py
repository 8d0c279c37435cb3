"""Findings on the printed figures: those that better sources fault, and those right for a time or of another scope.

Belongs here: the table `findings` in words. Does not: how the findings are made (`pipelines.claims.reconciliation`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.formatting import format_date
from pipelines.report.evidence import Figure, Source
from schemas.reference import FINDINGS

Row = Mapping[str, Any]
FAULTLESS = ("agrees", "no reference", "not comparable", "only by rounding")
"""Findings that fault no figure."""

_FAULTS = (
    "exponent slip", "wrong attribution", "wrong unit", "wrong basis", "differs", "stale", "premature",
    "no single date", "no single scope", "outlier", "inconsistent",
)  # fmt: skip
"""The others, the gravest first."""


@dataclass(frozen=True)
class Finding:
    """What faults a figure of the article; `source` is absent when the finding rests on the article alone."""

    figure: Figure
    finding: str
    detail: str
    source: Source | None


@dataclass(frozen=True)
class FigureNote:
    """A figure that no finding faults: it was right until a day, or all other values are of another basis or scope.

    `values` are these values in words, or what it was on that day.
    """

    figure: Figure
    finding: str
    values: list[str]


def faults(rows: Iterable[Row], figures: Mapping[str, Figure], sources: Mapping[str, Source]) -> list[Finding]:
    """Return the findings that fault a figure, the gravest first, then by figure."""
    found = [row for row in rows if row["finding"] not in FAULTLESS]
    found.sort(key=lambda row: (_FAULTS.index(row["finding"]), row["figure_id"]))
    return [
        Finding(figures[row["figure_id"]], row["finding"], row["detail"], sources.get(row["source_id"]))
        for row in found
    ]


def figure_notes(
    rows: Iterable[Row],
    figures: Mapping[str, Figure],
    sources: Mapping[str, Source],
    references: Iterable[Row],
    published: dt.date,
) -> list[FigureNote]:
    """Return the figures that were right until a day before the publication, and those of another basis or scope.

    A value is given as its source has it, with its unit or basis, date and source.
    """
    by_figure: dict[str, list[Row]] = {}
    for row in references:
        by_figure.setdefault(row["figure_id"], []).append(row)
    notes = []
    for row in rows:
        figure, others, until = figures[row["figure_id"]], by_figure.get(row["figure_id"], []), row["held_until"]
        if row["finding"] == "not comparable":
            finding = "other basis or scope"
        elif row["finding"] == "agrees" and until and until < published:
            finding = f"right until {format_date(until)}"
            others = [other for other in others if other["as_of"] == until and other["unit"] == figure.unit]
        else:
            continue
        values = [
            f"{other['text']} ({other['basis']}, {format_date(other['as_of'])}, {sources[other['source_id']].title})"
            for other in others
        ]
        notes.append(FigureNote(figure, finding, values))
    return sorted(notes, key=lambda note: note.finding == "other basis or scope")


def finding_counts(rows: Iterable[Row]) -> dict[str, int]:
    """Return how many findings there are of each kind that occurs, in the order of the table's model."""
    kinds = [row["finding"] for row in rows]
    return {kind: kinds.count(kind) for kind in FINDINGS if kind in kinds}
