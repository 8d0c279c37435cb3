"""References, the independent values: raw/reference/figures.csv by the same grammar, and counts of raw events.

What the article's figures are worth beside them is judged in `pipelines.claims.reconciliation`.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import pandas as pd

from pipelines.ingest.corrections import Corrections, corrected
from pipelines.ingest.declarations import Assumptions, Predictions, Sources
from pipelines.ingest.errors import InputError, Problem
from pipelines.ingest.evidence import Held, read_held
from pipelines.ingest.names import name_hint
from pipelines.ingest.quantity import QuantityError, parse_quantity
from pipelines.ingest.rawfile import RawFile, no_rows
from pipelines.ingest.spreads import parse_interval, spread_columns
from pipelines.ingest.tables import Models, misnamed
from schemas.base import column_types, records
from schemas.reference import TIERS, References
from schemas.units import UNITS

COUNT_BASIS = "completed events"
"""The basis of a figure that counts events."""

HEADERS = ("figure_id", "basis", "text", "interval", "unit", "as_of", "source", "tier", "note")


def references_table(
    references: RawFile | None,
    events: pd.DataFrame,
    corrections: Corrections,
    sources: Sources,
    assumptions: Assumptions,
    models: Models,
    predictions: Predictions,
) -> pd.DataFrame:
    """Return the references as rows of `schemas.reference.References`, sorted by key.

    To those of the file come the counts of events that the predictions declare. Raises InputError if a cell cannot be
    read, a unit, tier or source is unknown, or as `corrected` says.
    """
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    references = references or no_rows(HEADERS)
    for line, record in corrected(references, HEADERS, corrections):
        wrong = _wrong_cells(record, sources.sources, models)
        if wrong:
            problems += [Problem(references.path, expected, line, name, record[name]) for name, expected in wrong]
            continue
        try:
            reading = parse_quantity(record["text"], record["unit"])
            interval = parse_interval(record["interval"], record["unit"]) if record["interval"] else None
        except QuantityError as error:
            column = "text" if error.text == record["text"] else "interval"
            problems.append(Problem(references.path, error.expected, line, column, record[column]))
            continue
        rows.append(
            {
                **record,
                **(read_held(record["as_of"]) or Held(dt.date.min))._asdict(),
                "source_id": record["source"],
                "value": reading.value,
                "kind": reading.kind,
                **spread_columns(reading, record["basis"], assumptions, interval),
                "locator": f"{references.path}:{line}",
            }
        )
    if problems:
        raise InputError(problems)
    rows += event_counts(
        events, {name: (each.kinds, predictions.counted(each)) for name, each in predictions.counts.items()}
    )
    frame = column_types(References, pd.DataFrame(rows))
    return frame.sort_values(["figure_id", "basis", "as_of", "source_id"], ignore_index=True)


def event_counts(
    events: pd.DataFrame, counts: Mapping[str, tuple[Collection[str], Collection[str]]]
) -> Iterator[dict[str, Any]]:
    """Yield how many events count for a figure on each day on which the number rises, as rows of references.

    `counts` has by figure the kinds of events that count, and the subjects to whom. It is 0 from the first day that the
    table of events covers. Events that are not completed, or of tier W, do not count.
    """
    sure = events[(events["status"] == "completed") & (events["tier"] != "W")].sort_values(["date", "event_id"])
    for figure_id, (kinds, subjects) in sorted(counts.items()):
        rows = sure[sure["kind"].isin(list(kinds)) & sure["subject"].isin(list(subjects))]
        if rows.empty:
            continue
        first = rows["date"].iloc[0]
        none = f"none of the events that count is dated before {first}"
        steps = [(events["date"].min(), 0, rows.head(1), none)]
        for day in rows["date"].unique():
            past = rows[rows["date"] <= day]
            steps.append((day, len(past), past.tail(1), ", ".join(past["event_id"])))
        for day, number, last, note in steps:
            (row,) = records(last[["source_id", "locator"]])
            value = float(number)
            reading = {"text": str(number), "value": value, "kind": "exact", "spread": "none"}
            reading |= dict.fromkeys(("low", "high", "drawn_low", "drawn_high"), value)
            about = {
                "figure_id": figure_id,
                "basis": COUNT_BASIS,
                "as_of": day,
                "earliest": None,
                "until": None,
                "unit": "event",
                "tier": "D",
                "note": note,
            }
            yield about | reading | row


def _wrong_cells(record: dict[str, str], sources: Any, models: Models) -> list[tuple[str, str]]:
    wrong = []
    if expected := misnamed(record["figure_id"], models):
        wrong.append(("figure_id", expected))
    if record["unit"] not in UNITS:
        wrong.append(("unit", f"one of the units {', '.join(UNITS)}"))
    if record["tier"] not in TIERS:
        wrong.append(("tier", f"one of {', '.join(TIERS)}"))
    if record["source"] not in sources:
        wrong.append(("source", "the id of a source in sources.toml"))
    if read_held(record["as_of"]) is None:
        wrong.append(("as_of", "a day or month such as 2024-10-02 or 2024-10, or two with a stroke, from and until"))
    if expected := name_hint(record["basis"]):
        wrong.append(("basis", expected))
    return wrong
