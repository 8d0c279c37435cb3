"""The metadata of a step's result in the Dagster UI: its main numbers, its most important rows, the report.

Numbers come first: the UI plots each over the runs. Nothing here changes a result.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from tidebook.pipelines.defs.common import rows_metadata
from tidebook.pipelines.graph.step import Step
from tidebook.pipelines.graph.store import Entry
from tidebook.pipelines.judge.severity import by_graveness, graveness
from tidebook.schemas.vocabulary import DATE_STATUSES, FAULTED, FIGURE_OUTCOMES, OUTCOMES, STATEMENT_KINDS, STATUSES

PREVIEW_ROWS, GRAVEST = 8, 5
MOST_READ = 100_000
"""A table with more rows is not read for a preview: the UI shows only their number."""

HOLDS = DATE_STATUSES[0]
DATED_VIEWS = ("as_printed", "written", "published", "now")


def preview(step: Step, entry: Entry, read: Callable[[str], pd.DataFrame]) -> dict[str, Any]:
    """Return the metadata of a table or the report; `read` gives the table of a step."""
    if entry.rows is None:
        return _report_metadata(json.loads(entry.read("verdicts.json")), entry)
    if entry.rows > MOST_READ:
        return {"dagster/row_count": entry.rows}
    frame = read(step.name)
    numbers = NUMBERS[step.name](frame) if step.name in NUMBERS else {}
    shown = rows_metadata(by_rank(step.name, frame), PREVIEW_ROWS)
    return {**numbers, "dagster/row_count": entry.rows, "preview": shown}


def by_rank(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows of a table, the most important first; those of a table without ranks stay as they are."""
    if table not in RANKS or frame.empty:
        return frame
    return frame.iloc[np.argsort(RANKS[table](frame).to_numpy(), kind="stable")]


def _report_metadata(said: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
    """Return what the report says first: headline, changed outcomes, most severe figures; with its badge and a link."""
    image = base64.b64encode(entry.read("badge.svg")).decode()
    turned = [f"- `{row['name']}`: {row['old']} → {row['new']}" for row in said["changes"] if row["kind"] == "outcome"]
    faulted = [row for row in said["figures"] if row["outcome"] in FAULTED]
    gravest = [
        f"- **{row['outcome']}** {_escaped(row['name'])}, printed {_escaped(row['printed'])}: {_escaped(row['reason'])}"
        for row in by_graveness(faulted)[:GRAVEST]
    ]
    parts = [f"![badge](data:image/svg+xml;base64,{image})", *map(_escaped, said["headline"])]
    for heading, lines in (("Changed since the previous release", turned), ("Most severe figures", gravest)):
        parts += [f"### {heading}", "\n".join(lines)] if lines else []
    return {"summary": dg.MetadataValue.md("\n\n".join(parts))}


def _escaped(text: str) -> str:
    """Escape text of a dossier, so that it cannot become Markdown such as a link."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(text.split()))


def _figure_numbers(frame: pd.DataFrame) -> dict[str, Any]:
    counts = frame["outcome"].value_counts()
    found: dict[str, Any] = {f"figures_{word}": int(counts.get(word, 0)) for word in FIGURE_OUTCOMES}
    return found | {"severity_of_all": round(float(frame["severity_index"].sum()), 3)}


def _outcome_numbers(frame: pd.DataFrame) -> dict[str, Any]:
    """Count outcomes by kind of statement, and the assertions that hold in each view."""
    found: dict[str, Any] = {}
    for kind in STATEMENT_KINDS:
        mine = frame[frame["statement_kind"] == kind]
        counts = mine["outcome"].value_counts()
        found |= {f"{kind}s {word}".replace(" ", "_"): int(counts[word]) for word in OUTCOMES if word in counts}
    assertions = frame[frame["statement_kind"] == STATEMENT_KINDS[0]]
    return found | {f"hold_{view}": int((assertions[view] == HOLDS).sum()) for view in DATED_VIEWS}


def _verdict_numbers(frame: pd.DataFrame) -> dict[str, Any]:
    counts = frame.loc[frame["evidence_view"] == "printed", "status"].value_counts()
    return {f"as_printed_{status}": int(counts.get(status, 0)) for status in STATUSES}


def _change_numbers(frame: pd.DataFrame) -> dict[str, Any]:
    rows = frame[frame["kind"].isin(["removed", "revised", "added"])]
    return {
        "outcomes_turned": int((frame["kind"] == "outcome").sum()),
        "verdicts_turned": int(frame.loc[frame["kind"] == "verdict", "name"].nunique()),
        "values_moved": int(frame.loc[frame["kind"].isin(["moved", "metric"]), "name"].nunique()),
        "rows_changed": len(rows),
    }


def _calibration_numbers(frame: pd.DataFrame) -> dict[str, Any]:
    shares = zip(frame["form"], frame["coverage"], strict=True)
    return {f"reached_{form}".replace(" ", "_"): round(float(share), 3) for form, share in shares}


def _forecast_numbers(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the largest probability of each prediction among its open interpretations."""
    open_ones = frame[frame["current"] & frame["decides"] & (frame["status"] == "open")]
    largest = open_ones.groupby("prediction_id")["probability"].max().dropna()
    return {f"probability_{name}": round(float(value), 4) for name, value in largest.items()}


NUMBERS: dict[str, Callable[[pd.DataFrame], dict[str, Any]]] = {
    "figure_outcomes": _figure_numbers,
    "outcomes": _outcome_numbers,
    "verdicts": _verdict_numbers,
    "changes": _change_numbers,
    "calibration": _calibration_numbers,
    "forecasts": _forecast_numbers,
}
"""By table, the function that counts more than its rows."""


def _in_order(column: str, order: Sequence[str]) -> Callable[[pd.DataFrame], pd.Series[Any]]:
    places = {word: place for place, word in enumerate(order)}
    return lambda frame: frame[column].map(places).fillna(len(places))


def _graveness(frame: pd.DataFrame) -> pd.Series[Any]:
    """Rank figures: the gravest come first."""
    keys = [graveness(*row) for row in zip(frame["severity"], frame["severity_index"], strict=True)]
    place = {key: rank for rank, key in enumerate(sorted(set(keys), reverse=True))}
    return pd.Series([place[key] for key in keys], frame.index, float)


def _falling(column: str) -> Callable[[pd.DataFrame], pd.Series[Any]]:
    return lambda frame: -frame[column].astype(float)


def _far(frame: pd.DataFrame) -> pd.Series[Any]:
    """Rank factors: those furthest from one come first."""
    return -pd.Series(np.log10(frame["factor"].astype(float))).abs()


RANKS: dict[str, Callable[[pd.DataFrame], pd.Series[Any]]] = {
    "calibration_cases": lambda frame: frame["hit"],
    "changes": _in_order("kind", ("outcome", "verdict", "removed", "revised", "added", "moved", "metric")),
    "figure_outcomes": _graveness,
    "comparisons": _far,
    "tipping_points": lambda frame: -_far(frame),
    "forecasts": lambda frame: ~(frame["current"] & frame["decides"]),
    "value_of_information": _falling("decided"),
    "outcomes": _in_order(
        "outcome", ("wrong", "contradicts itself", "failed", "outdated", "premature", "depends", "stands")
    ),
    "reconciliation": lambda frame: frame["intervals_overlap"] | ~frame["comparable"],
    "sensitivity": _falling("flips"),
    "substitutions": _falling("flips"),
    # Nine is more than the statuses: all other views come behind the printed one.
    "verdicts": lambda frame: _in_order("status", STATUSES[1:])(frame) + 9.0 * (frame["evidence_view"] != "printed"),
}
"""By table, the rank of each row, the most important first; other tables are shown in their own order."""
