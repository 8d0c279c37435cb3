"""The appendix: tables as they are, each value in words, on pages of their own.

Belongs here: which columns of which table stand on which page. Does not: what is said on the main page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from types import NoneType
from typing import Any, NamedTuple

from tidebook.pipelines.read.formatting import digits_between, format_date, format_number, format_value
from tidebook.pipelines.read.grouping import Row, TableRows
from tidebook.pipelines.report.figures import ShownSource
from tidebook.pipelines.report.words import CLOCKS, THEMES, TIERS, as_prose, humanize, replace_ids, web_address
from tidebook.schemas.base import Table, column_unit, summary, table_name, version
from tidebook.schemas.registry import ENGINE

OF_THE_UNIT = ("value", "low", "high", "value_low", "value_high", "interval_low", "interval_high", "counted", "needed")
"""Columns whose unit stands in their row."""

MOST_ROWS = 2_000
"""So many rows of a table are shown, far more than anybody reads in a browser; its file has all."""

LONG, VERY_LONG = 40, 160
"""Characters from which on a text has a wide column, or a very wide one."""

_PREDICTION = "prediction_id clock deadline_reading population"


class ShownCell(NamedTuple):
    """A text, with an address where it leads to one, and the classes that it has in HTML."""

    text: str
    link: str = ""
    style: str = ""


@dataclass(frozen=True)
class Grid:
    """A table: its columns with whether they hold numbers, and its rows, each after its id where it has one.

    Of its rows so many are `left_out`.
    """

    name: str
    title: str
    heads: list[tuple[str, bool]]
    rows: list[tuple[str, list[ShownCell]]]
    left_out: int = 0


@dataclass(frozen=True)
class Page:
    """A page of the appendix."""

    name: str
    title: str
    intro: str
    grids: list[Grid]


PAGES = {
    "method": ("How this was judged", "", ("assumptions", "sensitivity", "multiverse", "calibration")),
    "scores": (
        "Forecasts and scores",
        "Every question that the predictions were put as, how each was decided, and how forecasts of them did against "
        "simple rules. A clock is the day that a deadline counts from; a population is whom or what is counted.",
        ("forecasts", "resolutions", "scores", "skill", "projections", "gpu_hours"),
    ),
    "sources": (
        "Sources",
        "Where every number comes from. Primary sources are those that know best; weak ones decide nothing.",
        ("sources", "source_files", "trends", "revisions", "quarantine"),
    ),
    "metrics": (
        "Measures",
        "Every measure that a statement is judged by: its value on the printed figures, the middle 90 % of its values "
        "over many draws of all that the figures may stand for, and n, the number of cases.",
        ("metrics", "reading_verdicts"),
    ),
    "evidence": (
        "All evidence",
        "Every printed figure with what its text supports, and every value, event and observation held against them.",
        ("figures", "references", "findings", "events", "observations"),
    ),
}
"""The pages, each with its title, what is said above it, and its tables."""

TABLES = {
    "assumptions": ("What the outcomes rest on and no source states", "name value meaning"),
    "sensitivity": (
        "What one assumption with another value turns",
        "claim_id lens as_of rank assumption written value status changed_status",
    ),
    "multiverse": (
        "Each statement on every path: readings, moments, assumptions",
        "claim_id paths holds explained_by explained ask_figure_id ask_decided",
    ),
    "calibration": ("How the spread of estimates was fitted", "*"),
    "forecasts": (
        "Forecasts",
        f"{_PREDICTION} version current by status probability low high measure value unit method prior n",
    ),
    "resolutions": ("How each question stands", f"{_PREDICTION} deadline status resolved_on observed_to reason"),
    "scores": ("Scores: lower is better", f"{_PREDICTION} forecaster n came_true brier log_score"),
    "skill": ("Skill beside simple rules, over predictions with a known outcome", "*"),
    "projections": (
        "Projections",
        "quantity population kind origin horizon_years target value low high unit n tested covered method",
    ),
    "gpu_hours": ("What an hour of accelerators earned", "*"),
    "sources": (
        "All sources",
        "title publisher original_publisher tier published original_published read licence note",
    ),
    "source_files": (
        "Live sources: the snapshots in use",
        "title publisher status fetched_on vintage rows used irrelevant quarantined attribution republish",
    ),
    "trends": ("Growth over databases, per year", "quantity population since growth low high n method"),
    "revisions": ("Past values that publishers revised", "source item column_name old new fetched_at"),
    "quarantine": ("Cells that could not be read", "*"),
    "metrics": ("Measures", "theme meaning value low high interval_low interval_high n method"),
    "reading_verdicts": ("Judged on whole databases", "claim_id reading status value low high probability n reason"),
    "figures": ("Figures", "label quantity text low high kind unit basis note as_of source_id locator"),
    "references": ("What other sources say", "figure_id text unit basis as_of tier source_id note locator"),
    "findings": ("Findings", "figure_id finding factor held_from held_until detail source_id"),
    "events": ("Events", "date kind status subject counterparty text note tier source_id locator"),
    "observations": ("Observations", "date subject series text basis note tier source_id locator"),
}
"""The title of each table and the columns of it that are shown; `*` are all."""

ONLY: dict[str, Callable[[Row], bool]] = {
    "sensitivity": lambda row: row["turns"],
    "reading_verdicts": lambda row: row["lens"] == "database",
}
"""Which rows of a table are shown, where not all are."""

_LABELS = {
    "as_of": "day", "text": "as given", "low": "from", "high": "to", "label": "subject", "source_id": "source",
    "figure_id": "figure", "claim_id": "statement", "prediction_id": "prediction", "interval_low": "own 90 % from",
    "interval_high": "own 90 % to", "deadline_reading": "deadline read as", "clock": "counted from",
    "locator": "place", "changed_status": "would be", "lens": "figures used", "rank": "reading, from 0",
    "explained_by": "what explains most", "explained": "share it explains", "ask_figure_id": "figure to ask for",
    "ask_decided": "would decide",
}  # fmt: skip


_ADDRESSES = {"title": "address", "original_publisher": "original_address"}
"""Columns of sources that lead to the address in another one."""

_FIGURES = {"printed": "as printed", "best_known": "best known", "database": "whole databases"}
_WORDED = {"clock": CLOCKS, "tier": TIERS, "theme": THEMES, "lens": _FIGURES}
"""Columns whose codes have words."""


class DataTable(NamedTuple):
    """A table of the release, as the reader may download it."""

    name: str
    meaning: str
    rows: int
    size: str
    version: str


def data_table(model: type[Table], rows: int, size: int) -> DataTable:
    """Return a table as it may be downloaded, given its model, its rows and the bytes of its file."""
    return DataTable(table_name(model), summary(model), rows, f"{max(1, round(size / 1000)):,} kB", version(model))


def tables_page(tables: Sequence[DataTable]) -> Page:
    """Return the page of all tables of the release."""
    heads = [("table", False), ("what it holds", False), ("rows", True), ("size", True), ("contract", True)]
    rows = []
    for each in tables:
        numbers = (ShownCell(text, "", "number") for text in (str(each.rows), each.size, each.version))
        rows.append(("", [ShownCell(each.name, f"../tables/{each.name}.parquet"), ShownCell(each.meaning), *numbers]))
    grids = [Grid("tables", "All tables", heads, rows)] if rows else []
    return Page("tables", "Tables", "Every table of this release, as Parquet, with the version of its contract.", grids)


def appendix(tables: TableRows, sources: Mapping[str, ShownSource], names: Mapping[str, str]) -> list[Page]:
    """Return the pages with the tables that have rows; `names` are those of ids.

    Where not all figures can be shown, those that measures read come first.
    """
    pages, read = [], {name for row in tables.get("metrics", ()) for name in row["evidence"]}
    for name, (title, intro, mine) in PAGES.items():
        shown = {table: list(filter(ONLY.get(table), tables.get(table, ()))) for table in mine}
        if len(shown.get("figures", ())) > MOST_ROWS:
            shown["figures"].sort(key=lambda row: row["figure_id"] not in read)
        grids = [_grid(table, rows, sources, names) for table, rows in shown.items() if rows]
        pages.append(Page(name, title, intro, grids))
    return pages


def _grid(table: str, rows: Sequence[Row], sources: Mapping[str, ShownSource], names: Mapping[str, str]) -> Grid:
    """Return a table that has rows, in which ids are names, without columns that are empty."""
    title, shown = TABLES[table]
    columns = list(rows[0]) if shown == "*" else [name for name in shown.split() if name in rows[0]]
    columns = [name for name in columns if any(row[name] not in (None, "", []) for row in rows)]
    units = {name: column_unit(ENGINE[table], name) for name in columns}
    numeric = {name: all(type(row[name]) in (int, float, NoneType) for row in rows) for name in columns}

    def cell(name: str, row: Row) -> ShownCell:
        text, link = _cell(name, row, units[name], sources, names)
        wide = "wide widest" if len(text) > VERY_LONG else "wide" if len(text) > LONG else ""
        return ShownCell(text, link, "number" if numeric[name] else wide)

    heads = [(_LABELS.get(name, name.replace("_", " ")), numeric[name]) for name in columns]
    cells = [(_row_id(table, row), [cell(name, row) for name in columns]) for row in rows[:MOST_ROWS]]
    return Grid(table, title, heads, cells, len(rows) - len(cells))


def _row_id(table: str, row: Row) -> str:
    if table == "figures":
        return f"cell-{row['figure_id'].replace('/', '-')}"
    return f"source-{row['source_id']}" if table == "sources" else ""


def _cell(
    name: str, row: Row, unit: str | None, sources: Mapping[str, ShownSource], names: Mapping[str, str]
) -> tuple[str, str]:
    """Return the text of a cell, and the address that it leads to or nothing."""
    value = row[name]
    if name == "source_id" and value in sources:
        return sources[value].name, f"sources.html#source-{value}"
    if value and (address := row.get(_ADDRESSES.get(name, ""))):
        return value, web_address(address)
    if isinstance(value, float) and unit is None and name in OF_THE_UNIT and "unit" in row:
        if name in ("low", "high") and all(row[end] is not None and isfinite(row[end]) for end in ("low", "high")):
            return format_value(value, row["unit"], digits_between(row["low"], row["high"])), ""
        return format_value(value, row["unit"]), ""
    return _text(name, value, unit, names), ""


def _text(name: str, value: Any, unit: str | None, names: Mapping[str, str]) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return format_date(value)
    if isinstance(value, float):
        return format_value(value, unit) if unit in ("probability", "share", "ratio") else format_number(value)
    if isinstance(value, list):
        return ", ".join(_text(name, each, unit, names) for each in value)
    if not isinstance(value, str):
        return str(value)
    if name in _WORDED:
        return _WORDED[name].get(value, value)
    if name in ("subject", "counterparty", "population", "series", "quantity", "company", "prediction_id"):
        return humanize(value) if "/" not in value else value
    if name in ("figure_id", "ask_figure_id", "metric_id", "claim_id"):
        return names.get(value, value)
    return as_prose(replace_ids(value, names) if name in ("reason", "detail") else value)
