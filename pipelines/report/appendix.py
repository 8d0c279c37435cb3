"""The appendix: tables of the release on pages of their own, with every value in words.

Belongs here: which columns of which table each page shows, and how a cell reads. Does not: the main page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from types import NoneType
from typing import Any, NamedTuple

from tidebook.pipelines.read.formatting import digits_between, format_count, format_date, format_number, format_value
from tidebook.pipelines.read.grouping import Row, TableRows
from tidebook.pipelines.read.plugin import Listed, plugin, plugin_table, plugin_with
from tidebook.pipelines.report.figures import ShownSource
from tidebook.pipelines.report.words import (
    CLOCKS,
    THEMES,
    TIERS,
    as_prose,
    as_sentence,
    for_texts,
    humanize,
    humanize_inside,
    population_words,
    replace_ids,
    series_words,
    web_address,
)
from tidebook.schemas.base import Table, column_unit, summary, table_name, version
from tidebook.schemas.registry import ENGINE
from tidebook.schemas.vocabulary import BY_FACTOR, EVIDENCE_VIEWS

OF_THE_UNIT = ("value", "low", "high", "value_low", "value_high", "ci_low", "ci_high", "counted", "needed")
"""Columns whose unit is in the column `unit` of their row."""

MOST_ROWS = 2_000
"""Maximum rows shown of a table, more than anybody reads in a browser; its file has all."""

MOST_COLUMNS = 7
"""Maximum columns of a table; the last one holds all further values of a row."""

LONG = 40
"""Characters above which a text gets a wide column."""


class ShownCell(NamedTuple):
    """A cell: its text, the address that it links to or `""`, and its classes in HTML."""

    text: str
    link: str = ""
    style: str = ""


class ShownRow(NamedTuple):
    """A row: its id in the page or `""`, its cells, and its further values, each with the name of its column."""

    row_id: str
    cells: list[ShownCell]
    more: list[tuple[str, ShownCell]]


@dataclass(frozen=True)
class Grid:
    """A table of the appendix.

    Attributes:
        heads: the columns, each with whether it holds numbers.
        has_more: whether its rows have further values, in one more column.
        left_out: the number of rows that are not shown.
    """

    name: str
    title: str
    heads: list[tuple[str, bool]]
    rows: list[ShownRow]
    has_more: bool = False
    left_out: int = 0

    @property
    def anchor(self) -> str:
        """The id of its heading in the page."""
        return f"table-{self.name}"


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
        "Each prediction, turned into yes/no questions, with its result and our probability, and how our forecasts "
        "scored against simple rules. “Counted from” is the start date for the deadline; the population is whom or "
        "what is counted.",
        ("forecasts", "resolutions", "scores", "skill"),
    ),
    "sources": (
        "Sources",
        "Where every number comes from. Primary sources have first-hand knowledge; weak sources decide nothing.",
        ("sources", "source_files", "revisions", "quarantine"),
    ),
    "metrics": (
        "Measures",
        "Every measure that a statement is judged by: its value on the printed figures; the range of the middle 90% "
        "of its values, over many draws of what the figures may mean; and n, the number of cases.",
        ("metrics",),
    ),
    "evidence": (
        "All evidence",
        "Every printed figure with the range that its wording allows, and everything we compared it with.",
        ("figures", "reference_values", "comparisons", "events", "observations"),
    ),
}
"""The pages by name: title, introduction, tables."""

TABLES = {
    "assumptions": ("Our assumptions, which no source states", "name value meaning"),
    "sensitivity": (
        "Results that change with one assumption",
        "claim_id assumption written value status changed_status | evidence_view as_of rank",
    ),
    "multiverse": (
        "Each statement under every combination of reading, day and assumption",
        "claim_id paths holds explained_by explained ask_figure_id ask_decided",
    ),
    "calibration": ("How the uncertainty of estimates was fitted", "*"),
    "forecasts": (
        "Forecasts",
        "prediction_id population by status probability measure | low high value deadline_interpretation clock method "
        "prior n version current",
    ),
    "resolutions": (
        "Result of each question",
        "prediction_id population deadline status resolved_on reason | deadline_interpretation clock observed_to",
    ),
    "scores": (
        "Scores: lower is better",
        "prediction_id population forecaster came_true brier log_score | deadline_interpretation clock n",
    ),
    "skill": ("Skill against simple rules, for predictions with a known outcome", "*"),
    "sources": (
        "All sources",
        "title publisher original_publisher tier published read | original_published licence note",
    ),
    "source_files": (
        "Live sources: the snapshots used",
        "title publisher status fetched_on vintage rows | used irrelevant quarantined attribution republish",
    ),
    "revisions": ("Past values revised by their publishers", "source item column_name old new fetched_at"),
    "quarantine": ("Cells that could not be read", "*"),
    "metrics": ("Measures", "meaning value low high n theme | interval_low interval_high method"),
    "figures": ("Figures", "label quantity text low high source_id | kind unit basis note as_of locator"),
    "reference_values": (
        "What other sources say",
        "figure_id text as_of basis tier source_id | unit note locator",
    ),
    "comparisons": ("Comparisons", "figure_id result factor valid_from valid_until detail source_id"),
    "events": ("Events", "date kind subject counterparty text source_id | status tier note locator"),
    "observations": ("Observations", "date subject series text basis source_id | tier note locator"),
}
"""Title and columns of each table: those after `|` share the last one; `*` shows all."""

ONLY: dict[str, Callable[[Row], bool]] = {
    "sensitivity": lambda row: row["flips"],
    "interpretation_verdicts": lambda row: row["evidence_view"] not in EVIDENCE_VIEWS,
}
"""Filters for tables of which not all rows are shown."""

_LABELS = {
    "as_of": "day", "text": "as given", "low": "from", "high": "to", "label": "subject", "source_id": "source",
    "figure_id": "figure", "claim_id": "statement", "prediction_id": "prediction", "ci_low": "90% CI from",
    "ci_high": "90% CI to", "deadline_interpretation": "deadline read as", "clock": "counted from",
    "locator": "place", "changed_status": "would be", "evidence_view": "figures used", "rank": "reading, from 0",
    "explained_by": "explained most by", "explained": "share explained", "ask_figure_id": "figure to ask for",
    "ask_decided": "would settle",
}  # fmt: skip


_ADDRESSES = {"title": "address", "original_publisher": "original_address"}
"""Columns of sources that link to the address in another column."""

_FIGURES = {"printed": "as printed", "best_known": "best known"}
_WORDED = {"clock": CLOCKS, "tier": TIERS, "theme": THEMES, "evidence_view": _FIGURES}
"""Words for the codes of these columns."""


_NAMED = {"population": population_words, "series": series_words}
"""How ids in these columns are worded, by the dossier's own words if it has any."""

_TEXTS = ("reason", "detail")
"""Columns of texts with ids in them."""


class DataTable(NamedTuple):
    """A table of the release that the reader may download."""

    name: str
    meaning: str
    rows: int
    size: str
    version: str


def data_table(model: type[Table], rows: int, size: int) -> DataTable:
    """Describe a table for download.

    Args:
        model: the table's model.
        rows: the number of its rows.
        size: the size of its file in bytes.
    """
    return DataTable(table_name(model), summary(model), rows, f"{max(1, round(size / 1000)):,} kB", version(model))


def tables_page(tables: Sequence[DataTable]) -> Page:
    """Build the page of all tables of the release."""
    heads = [("table", False), ("what it holds", False), ("rows", True), ("size", True), ("contract", True)]
    rows = []
    for table in tables:
        cells = [ShownCell(table.name, f"../tables/{table.name}.parquet"), ShownCell(table.meaning)]
        for number in (str(table.rows), table.size, table.version):
            cells.append(ShownCell(number, "", "number"))
        rows.append(ShownRow("", cells, []))
    grids = [Grid("tables", "All tables", heads, rows)] if rows else []
    return Page("tables", "Tables", "Every table of this release, as Parquet, with the version of its contract.", grids)


def appendix(tables: TableRows, sources: Mapping[str, ShownSource], names: Mapping[str, str]) -> list[Page]:
    """Build the pages; tables without rows are left out.

    Args:
        tables: rows by table.
        sources: sources by id.
        names: words for all ids.
    """
    builder = _GridBuilder(tables, sources, names)
    pages = []
    of_plugins = {table: _listed(table) for table in tables if table not in TABLES}
    for name, (title, intro, table_names) in PAGES.items():
        added = [table for table, listed in of_plugins.items() if listed and listed.page == name]
        grids = filter(None, map(builder.grid, (*table_names, *added)))
        found = list(grids)
        counted = {"sources": _copies_words, "method": _unknown_words}.get(name, lambda _: "")(tables)
        pages.append(Page(name, title, f"{intro}{counted}", found))
    return pages


def _unknown_words(tables: TableRows) -> str:
    """Count the figures that are wrong by a factor of a reference whose error is not known; `""` if there are none."""
    wrong = [row for row in tables.get("figure_outcomes", ()) if row["error_type"] == BY_FACTOR]
    unknown = sum(not row["error_by"] for row in wrong)
    if not unknown:
        return ""
    figures = f"{format_count(len(wrong), 'figure')} that {'is' if len(wrong) == 1 else 'are'} wrong by a factor"
    return f"Of {figures}, {unknown} {'rests' if unknown == 1 else 'rest'} on a reference whose error is not known."


def _copies_words(tables: TableRows) -> str:
    """Count the sources of which we read a copy without knowing the original's address; `""` for none."""
    rows = tables.get("sources", ())
    copies = [row for row in rows if row["original_publisher"] and not row["original_address"]]
    if not copies:
        return ""
    sources = format_count(len(rows), "source")
    return f" Of {len(copies)} of {sources} we read a copy, and do not know the address of the original."


def _listed(table: str) -> Listed | None:
    """Return the appendix entry that an installed plugin gives a table, or None."""
    found = plugin_with("appendix", table)
    return plugin(found).appendix[table] if found else None


def _filled(cells: Iterable[tuple[str, ShownCell]]) -> list[tuple[str, ShownCell]]:
    """Leave out empty cells, given each cell with its label."""
    return [(label, cell) for label, cell in cells if cell.text]


def _title_and_columns(table: str) -> tuple[str, str]:
    listed = None if table in TABLES else _listed(table)
    return (listed.title, listed.columns) if listed else TABLES[table]


class _GridBuilder:
    """Builds the tables of the pages."""

    def __init__(self, tables: TableRows, sources: Mapping[str, ShownSource], names: Mapping[str, str]) -> None:
        self.tables, self.sources, self.names, self.in_texts = tables, sources, names, for_texts(names)

    def grid(self, table: str) -> Grid | None:
        """Build a table, with names for ids and without empty columns; None if it has no rows."""
        rows = self._rows(table)
        if not rows:
            return None
        title, shown = _title_and_columns(table)
        model = ENGINE.get(table) or plugin_table(table)
        first, further = _columns(rows, shown)
        units = {name: column_unit(model, name) for name in (*first, *further)}
        numeric = {name for name in units if _is_numeric(name, rows)}
        heads = [(_label(name), name in numeric) for name in first]
        lines = []
        for row in rows[:MOST_ROWS]:
            cells = {name: self._cell(name, row, unit, name in numeric) for name, unit in units.items()}
            more = [(_label(name), cells[name]) for name in further]
            lines.append(ShownRow(_row_id(table, row), [cells[name] for name in first], _filled(more)))
        return Grid(table, title, heads, lines, bool(further), len(rows) - len(lines))

    def _rows(self, table: str) -> list[Row]:
        rows = list(filter(ONLY.get(table), self.tables.get(table, ())))
        if table == "figures" and len(rows) > MOST_ROWS:
            # Not all can be shown: those that measures read come first.
            read: set[str] = set()
            for metric in self.tables.get("metrics", ()):
                read.update(metric["evidence"])
            rows.sort(key=lambda row: row["figure_id"] not in read)
        return rows

    def _cell(self, name: str, row: Row, unit: str | None, is_numeric: bool) -> ShownCell:
        text, link = self._text_and_link(name, row, unit)
        if is_numeric:
            return ShownCell(text, link, "number")
        return ShownCell(text, link, "wide" if len(text) > LONG else "")

    def _text_and_link(self, name: str, row: Row, unit: str | None) -> tuple[str, str]:
        value = row[name]
        if name == "source_id" and value in self.sources:
            return self.sources[value].name, f"sources.html#source-{value}"
        address = row.get(_ADDRESSES.get(name, ""))
        if value and address:
            return as_prose(value), web_address(address)
        if isinstance(value, float) and unit is None and name in OF_THE_UNIT and "unit" in row:
            return _value_text(name, row), ""
        return _text(name, value, unit, self.in_texts if name in _TEXTS else self.names), ""


def _columns(rows: Sequence[Row], shown: str) -> tuple[list[str], list[str]]:
    """Return the columns to show, and those that share one more column, both without empty columns."""
    columns, _, rest = shown.partition("|")
    names = list(rows[0]) if shown == "*" else columns.split()
    first = [name for name in names if _is_filled(name, rows)]
    further = [name for name in rest.split() if _is_filled(name, rows)]
    if len(first) + bool(further) > MOST_COLUMNS:
        first, further = first[: MOST_COLUMNS - 1], [*first[MOST_COLUMNS - 1 :], *further]
    elif len(first) + len(further) <= MOST_COLUMNS:
        first, further = [*first, *further], []
    return first, further


def _label(name: str) -> str:
    return _LABELS.get(name, name.replace("_", " "))


def _is_filled(name: str, rows: Sequence[Row]) -> bool:
    return any(row.get(name) not in (None, "", []) for row in rows)


def _is_numeric(name: str, rows: Sequence[Row]) -> bool:
    return all(type(row[name]) in (int, float, NoneType) for row in rows)


def _value_text(name: str, row: Row) -> str:
    """Return a value in the unit of its row; the ends of an interval with enough digits to distinguish them."""
    low, high = row.get("low"), row.get("high")
    if name in ("low", "high") and low is not None and high is not None and isfinite(low) and isfinite(high):
        return format_value(row[name], row["unit"], digits_between(low, high))
    return format_value(row[name], row["unit"])


def _row_id(table: str, row: Row) -> str:
    if table == "figures":
        return f"cell-{row['figure_id'].replace('/', '-')}"
    return f"source-{row['source_id']}" if table == "sources" else ""


def _text(name: str, value: Any, unit: str | None, names: Mapping[str, str]) -> str:
    """Return a value in words, by its type; a text by its column."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case dt.date():
            return format_date(value)
        case float():
            return format_value(value, unit) if unit in ("probability", "share", "ratio") else format_number(value)
        case list():
            return ", ".join(_text(name, item, unit, names) for item in value)
        case str():
            return _string_text(name, value, names)
        case _:
            return str(value)


def _string_text(name: str, text: str, names: Mapping[str, str]) -> str:
    if name in _WORDED:
        return _WORDED[name].get(text, text)
    if name in ("kind", "status"):
        return humanize_inside(text)
    if name in _NAMED:
        return as_sentence(_NAMED[name](text))
    if name in ("subject", "counterparty", "quantity", "company", "prediction_id"):
        return humanize(text) if "/" not in text else text
    if name in ("figure_id", "ask_figure_id", "metric_id", "claim_id"):
        return names.get(text, text)
    if name in _TEXTS:
        text = replace_ids(text, names)
    return as_prose(text)
