"""What stands beside the verdicts as printed: findings on the figures, verdicts as best known, the forecasts.

How they are laid out is in the templates; what they mean is decided where the tables are made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipelines.report.numbers import format_date, format_interval, format_share, format_value
from pipelines.report.parts import Evidence, Source
from pipelines.worlds.lenses import best_known
from schemas.base import records
from schemas.reference import FINDINGS

Row = Mapping[str, Any]
QUIET = ("agrees", "no reference", "not comparable")
ERRORS = (
    "exponent slip", "wrong attribution", "wrong unit", "wrong basis", "differs", "stale", "premature",
    "no single date", "outlier",
)  # fmt: skip


@dataclass(frozen=True)
class FoundFigure:
    """One finding on a figure of the article; `source` is absent when it rests on the article alone."""

    figure: Evidence
    finding: str
    detail: str
    source: Source | None


@dataclass(frozen=True)
class QuietFigure:
    """A figure that no finding faults: it was right until a day, or all other values are of another basis or scope.

    `values` are these values in words, or what it was on that day.
    """

    figure: Evidence
    finding: str
    values: list[str]


@dataclass(frozen=True)
class OtherVerdict:
    """A claim whose verdict changes with the figures as best known: the status under each lens and day.

    `replaced` holds the values that stand for printed figures on the last day, each with date, source and place.
    """

    claim_id: str
    statement: str
    printed: str
    known: list[tuple[dt.date, str, str]]
    replaced: list[str]


@dataclass(frozen=True)
class Outlook:
    """The current forecast on one prediction, clock, reading and population."""

    prediction_id: str
    clock: str
    reading: str
    population: str
    status: str
    probability: str
    measure: str
    method: str
    prior: str
    n: int


def found_figures(
    rows: Iterable[Row], evidence: Mapping[str, Evidence], sources: Mapping[str, Source]
) -> list[FoundFigure]:
    """Return the findings that are no agreement, the gravest first, then by figure."""
    found = [row for row in rows if row["finding"] not in QUIET]
    found.sort(key=lambda row: (ERRORS.index(row["finding"]), row["figure_id"]))
    return [
        FoundFigure(evidence[row["figure_id"]], row["finding"], row["detail"], sources.get(row["source_id"]))
        for row in found
    ]


def quiet_figures(
    rows: Iterable[Row],
    evidence: Mapping[str, Evidence],
    sources: Mapping[str, Source],
    references: Iterable[Row],
    published: dt.date,
) -> list[QuietFigure]:
    """Return the figures that were right until a day before the publication, and those of another basis or scope.

    A value is told as its source has it, with its unit or basis, date and source.
    """
    by_figure: dict[str, list[Row]] = {}
    for row in references:
        by_figure.setdefault(row["figure_id"], []).append(row)
    found = []
    for row in rows:
        figure, known, until = evidence[row["figure_id"]], by_figure.get(row["figure_id"], []), row["held_until"]
        if row["finding"] == "not comparable":
            finding = "other basis or scope"
        elif row["finding"] == "agrees" and until and until < published:
            finding = f"right until {format_date(until)}"
            known = [other for other in known if other["as_of"] == until and other["unit"] == figure.unit]
        else:
            continue
        values = [
            f"{other['text']} ({other['basis']}, {format_date(other['as_of'])}, {sources[other['source_id']].title})"
            for other in known
        ]
        found.append(QuietFigure(figure, finding, values))
    return sorted(found, key=lambda quiet: quiet.finding == "other basis or scope")


def finding_counts(rows: Iterable[Row]) -> dict[str, int]:
    """Return how many findings there are of each kind that occurs, in the order of the table's model."""
    kinds = [row["finding"] for row in rows]
    return {kind: kinds.count(kind) for kind in FINDINGS if kind in kinds}


def known_values(
    figures: pd.DataFrame, references: pd.DataFrame, day: dt.date, sources: Mapping[str, Source]
) -> dict[str, str]:
    """Return each figure as best known on a day, in words, with its date, source and place."""
    return {
        row["figure_id"]: (
            f"{row['label']}, {row['quantity'].replace('_', ' ')}: {row['text']} ({format_date(row['as_of'])}, "
            f"{sources[row['source_id']].title}; {row['locator']})"
        )
        for row in records(best_known(figures, references, day))
    }


def other_verdicts(claims: Iterable[Row], verdicts: Iterable[Row], values: Mapping[str, str]) -> list[OtherVerdict]:
    """Return the claims whose status as best known differs, on some day, from that as printed.

    `values` are the figures in words, as they are known on the last of these days.
    """
    by_claim: dict[str, list[Row]] = {}
    for row in verdicts:
        by_claim.setdefault(row["claim_id"], []).append(row)
    found = []
    for claim in claims:
        rows = by_claim.get(claim["claim_id"], [])
        printed = next((row for row in rows if row["lens"] == "printed"), None)
        known = sorted((row for row in rows if row["lens"] == "best_known"), key=lambda row: row["as_of"])
        if printed and any(row["status"] != printed["status"] for row in known):
            found.append(
                OtherVerdict(
                    claim["claim_id"],
                    claim["statement"],
                    printed["status"],
                    [
                        (
                            row["as_of"],
                            row["status"],
                            "" if row["status"] == "untestable" else format_value(row["value"], row["unit"]),
                        )
                        for row in known
                    ],
                    [values.get(name, name) for name in known[-1]["replaced"]],
                )
            )
    return found


def outlooks(rows: Iterable[Row]) -> list[Outlook]:
    """Return the current forecasts in words."""
    found = []
    for row in rows:
        chance = "none given" if row["probability"] is None else format_share(row["probability"])
        if row["low"] is not None and row["high"] is not None:
            chance += f" ({format_interval(row['low'], row['high'], 'probability')})"
        measure = row["measure"]
        if row["value"] is not None:
            measure += f": {format_value(row['value'], row['unit'])}"
        found.append(
            Outlook(
                row["prediction_id"],
                row["clock"],
                row["deadline_reading"],
                row["population"].replace("_", " "),
                row["status"].replace("_", " "),
                chance,
                measure,
                row["method"],
                row["prior"],
                row["n"],
            )
        )
    return found
