"""Rows added, removed and revised between two versions of a table, by the key of the table's model.

Belongs here: finding the rows that differ, and which of them are reported. Does not: what a change does to a verdict
(`causes`), or how it reads in words (`changes_table`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import PlainSerializer

from tidebook.pipelines.read.documents import JsonDocument, json_value
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.read.plugin import plugin_table, plugin_with
from tidebook.pipelines.read.printed import NUMBERS, Printed
from tidebook.schemas.base import keys, records
from tidebook.schemas.registry import ENGINE, SOURCED
from tidebook.schemas.vocabulary import SPREAD

HowChanged = Literal["added", "removed", "revised"]
CHANGES = get_args(HowChanged)

COMPUTED = (
    "scenarios", "metrics", "verdicts", "interpretation_verdicts", "tipping_points", "substitutions", "reconciliation",
    "comparisons", "hazards",
    "figure_outcomes", "outcomes", "changed_outcomes", "claim_cards", "sensitivity",
    "value_of_information", "multiverse", "calibration",
    "calibration_cases",
    "evidence_reads", "forecasts", "forecast_history", "scores", "skill", "resolutions",
    *SOURCED, "text_sentences", "text_left_out", "text_numbers", "text_cells", "text_findings",
)  # fmt: skip
"""Tables that follow from others or from snapshots: their changed rows are counted, not reported one by one. So are
those of plugins.

Two exceptions are reported: results of comparisons, and questions whose status changed, since the outcome of the
prediction need not change with it."""

SPREADING = ("figures", "reference_values")
"""Tables whose rows also describe the uncertainty of their values."""

IN_JSON = PlainSerializer(json_value, return_type=str | float | bool | list[str] | None)
CellValue = Annotated[Any, IN_JSON]
Number = Annotated[float, IN_JSON]
KeyedRows = dict[tuple[Any, ...], Row]
"""Rows of a table by the values of its key."""


@dataclass(frozen=True)
class Sides(JsonDocument):
    """A cell before and after."""

    old: CellValue
    new: CellValue


@dataclass(frozen=True)
class RowChange(JsonDocument):
    """A row that differs."""

    # The schema of the JSON output contains the docstring, so that details are here. `columns` are those that were
    # revised; of a row added or removed, the one with its text. `locator` is the place of a figure in its raw file.
    table_name: str
    change: HowChanged
    key: Mapping[str, CellValue]
    columns: Mapping[str, Annotated[tuple[Any, Any], PlainSerializer(lambda pair: Sides(*pair), return_type=Sides)]]
    locator: str


def row_changes(name: str, old: pd.DataFrame, new: pd.DataFrame, printed: Printed) -> list[RowChange]:
    """Compare two versions of a table row by row, matched by the table's key.

    Columns that only one version has are left out, those of the key too. A row that only moved in its raw file is the
    same. A table that neither the contracts nor the dossier know gives no changes.

    Args:
        name: the table's name, by which its key is found.
        old: the table of the previous release.
        new: the table of this release.
        printed: the dossier's own tables.

    Returns:
        The rows removed and revised in the old order, then those added in the new one.
    """
    if old is new or old.equals(new):
        return []
    key = _common(_key_of(name, printed), old, new)
    if not key:
        return []
    columns = [column for column in _common(old.columns, old, new) if column not in key]
    if old[key].equals(new[key]):
        # The same rows in the same order: only those that differ need to become Python's values, which is slow.
        old, new, columns = _only_differing(old, new, columns)
    return _changes_between(name, key, _by_key(old, key), _by_key(new, key), columns)


def _changes_between(
    name: str, key: Sequence[str], before: KeyedRows, after: KeyedRows, columns: Sequence[str]
) -> list[RowChange]:
    changes = []
    for values, row in before.items():
        place = dict(zip(key, values, strict=True))
        if values not in after:
            changes.append(_described(name, "removed", place, row))
            continue
        revised = _revised_cells(row, after[values], columns)
        if revised.keys() - {"locator"}:
            changes.append(RowChange(name, "revised", place, revised, str(after[values].get("locator", ""))))
    for values, row in after.items():
        if values not in before:
            changes.append(_described(name, "added", dict(zip(key, values, strict=True)), row))
    return changes


def _key_of(name: str, printed: Printed) -> Sequence[str]:
    """Return the columns of a table's key, none for an unknown table."""
    if name in printed:
        return printed[name].keys
    if name not in ENGINE and not plugin_with("tables", name):
        return []
    return keys((ENGINE.get(name) or plugin_table(name)).to_schema())


def _common(columns: Iterable[str], old: pd.DataFrame, new: pd.DataFrame) -> list[str]:
    """Return the columns that both versions have."""
    return [column for column in columns if column in old and column in new]


def _only_differing(
    old: pd.DataFrame, new: pd.DataFrame, columns: Iterable[str]
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Drop rows and columns that are equal, given two versions with the same keys in the same order."""
    columns = [column for column in columns if not old[column].equals(new[column])]
    differs = np.zeros(len(old), dtype=bool)
    for column in columns:
        differs |= _differs(old[column], new[column])
    return old[differs], new[differs], columns


def _by_key(table: pd.DataFrame, key: Sequence[str]) -> KeyedRows:
    """Return the rows by the values of their key, the first of several that share it."""
    rows: KeyedRows = {}
    for row in records(table.drop_duplicates(key)):
        rows[tuple(json_value(row[column]) for column in key)] = row
    return rows


def _revised_cells(old: Row, new: Row, columns: Sequence[str]) -> dict[str, tuple[Any, Any]]:
    """Return the columns whose cells differ, with both values."""
    revised = {}
    for column in columns:
        before, after = json_value(old[column]), json_value(new[column])
        if before != after:
            revised[column] = before, after
    return revised


def _differs(old: pd.Series, new: pd.Series) -> npt.NDArray[np.bool_]:
    """Return the rows in which two columns differ; missing values are equal."""
    if "object" in (old.dtype, new.dtype) or old.dtype != new.dtype:
        # Lists do not compare elementwise.
        pairs = zip(old, new, strict=True)
        return np.array([json_value(before) != json_value(after) for before, after in pairs], dtype=bool)
    return ((old != new) & ~(old.isna() & new.isna())).to_numpy(dtype=bool)


def _described(name: str, change: HowChanged, key: Mapping[str, Any], row: Row) -> RowChange:
    """Describe a row that only one release has, with its text if its table has one."""
    columns: dict[str, tuple[Any, Any]] = {}
    column = _text_column(name, row)
    if column:
        text = json_value(row[column])
        columns[column] = (text, None) if change == "removed" else (None, text)
    return RowChange(name, change, key, columns, str(row.get("locator", "")))


def _text_column(name: str, row: Row) -> str:
    if "text" in row:
        return "text"
    return "value" if name in ("assumptions", "evidence_rows") else ""


def comparison_changes(changes: Iterable[RowChange]) -> list[RowChange]:
    """Join the changed results of each figure into one change from the old results to the new.

    The result is part of the key of `comparisons`, so that a new result is a row removed and a row added.
    """
    lone = (change for change in changes if change.change != "revised" and "result" in change.key)
    joined = []
    for figure_id, same in sorted(grouped(lone, lambda change: change.key["figure_id"]).items()):
        by_side = grouped(same, lambda change: change.change)
        old, new = _results(by_side["removed"]), _results(by_side["added"])
        joined.append(RowChange("comparisons", "revised", {"figure_id": figure_id}, {"result": (old, new)}, ""))
    return joined


def _results(changes: Iterable[RowChange]) -> str:
    return ", ".join(change.key["result"] for change in changes) or "none"


def reported(change: RowChange, printed: Printed) -> RowChange | None:
    """Return a change in the form that is reported, or None if it is only counted.

    The numbers of a printed table are reported as figures, without their uncertainty, which is fitted.
    """
    if change.table_name == "resolutions" and "status" in change.columns:
        return replace(change, columns={"status": change.columns["status"]})
    if not _is_reported(change.table_name, printed):
        return None
    if change.table_name in SPREADING and change.change == "revised":
        rest = _without(change.columns, SPREAD)
        return replace(change, columns=rest) if rest else None
    if change.table_name in printed:
        rest = _without(change.columns, _number_columns(printed, change.table_name))
        return RowChange(change.table_name, change.change, change.key, rest, "") if rest else None
    return change


def _is_reported(table: str, printed: Printed) -> bool:
    """Whether changed rows of a table are reported one by one: those of the engine's tables that are not computed."""
    return table not in COMPUTED and (table in ENGINE or table in printed)


def _number_columns(printed: Printed, name: str) -> list[str]:
    return [column.name for column in printed[name].printed.values() if column.holds in NUMBERS]


def _without(columns: Mapping[str, tuple[Any, Any]], names: Collection[str]) -> dict[str, tuple[Any, Any]]:
    return {name: sides for name, sides in columns.items() if name not in names}
