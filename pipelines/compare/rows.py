"""Rows added, removed and revised between two versions of a table, by the key of the table's model.

What such a change does to a verdict is in `causes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import PlainSerializer

from tidebook.pipelines.evaluate.scenarios import SPREAD
from tidebook.pipelines.read.documents import Shape, json_value
from tidebook.pipelines.read.grouping import grouped
from tidebook.pipelines.read.printed import NUMBERS, Printed
from tidebook.schemas.base import keys, records
from tidebook.schemas.registry import ENGINE, SOURCED

HowChanged = Literal["added", "removed", "revised"]
CHANGES = get_args(HowChanged)

COMPUTED = (
    "worlds", "metrics", "verdicts", "reading_verdicts", "flips", "swaps", "reconciliation", "findings",
    "figure_outcomes", "outcomes", "sensitivity", "information", "multiverse", "calibration", "calibration_cases",
    "forecasts", "forecast_history", "scores", "skill", "resolutions", "projections", "gpu_hours",
    *SOURCED,
)  # fmt: skip
"""Tables that follow from others or from snapshots: their changed rows are counted, not reported one by one.

Alone of these, findings that are no longer what they were are reported as well, and so are questions that are decided
otherwise: the outcome of a prediction need not turn with one of them."""

SPREADING = ("figures", "references")
"""Tables whose rows also say how their values may be off."""

IN_JSON = PlainSerializer(json_value, return_type=str | float | bool | list[str] | None)
CellValue = Annotated[Any, IN_JSON]
Number = Annotated[float, IN_JSON]


@dataclass(frozen=True)
class Sides(Shape):
    """A cell before and after."""

    old: CellValue
    new: CellValue


@dataclass(frozen=True)
class RowChange(Shape):
    """A row that differs."""

    # `columns` are those that were revised; of a row added or removed, the one with the text that stands for it.
    # `locator` is the place of a figure in its raw file.
    table: str
    change: HowChanged
    key: Mapping[str, CellValue]
    columns: Mapping[str, Annotated[tuple[Any, Any], PlainSerializer(lambda pair: Sides(*pair), return_type=Sides)]]
    locator: str


def row_changes(name: str, old: pd.DataFrame, new: pd.DataFrame, printed: Printed) -> list[RowChange]:
    """Return the changed rows of a table: those removed and revised in the old order, then those added.

    `printed` are the dossier's own tables.

    Columns that only one version has are left out, those of the key too, and so is a table that is not known here.
    A row that only moved in its raw file is the same.
    """
    if old is new or old.equals(new):
        return []
    own = printed[name].keys if name in printed else keys(ENGINE[name].to_schema()) if name in ENGINE else []
    by = [key for key in own if key in old and key in new]
    if not by:
        return []
    shared = [column for column in old.columns if column in new.columns and column not in by]
    if old[by].equals(new[by]):
        # The same rows in the same order: only those that differ need to become Python's values.
        shared = [column for column in shared if not old[column].equals(new[column])]
        differs = np.zeros(len(old), dtype=bool)
        for column in shared:
            differs |= _differs(old[column], new[column])
        old, new = old[differs], new[differs]
    was, now = (
        {tuple(json_value(row[key]) for key in by): row for row in records(frame.drop_duplicates(by))}
        for frame in (old, new)
    )
    found = []
    for key, row in was.items():
        place = dict(zip(by, key, strict=True))
        if key not in now:
            found.append(_lone(name, "removed", place, row))
            continue
        both = {column: (json_value(row[column]), json_value(now[key][column])) for column in shared}
        revised = {column: pair for column, pair in both.items() if pair[0] != pair[1]}
        if revised.keys() - {"locator"}:
            found.append(RowChange(name, "revised", place, revised, str(now[key].get("locator", ""))))
    added = ((key, row) for key, row in now.items() if key not in was)
    return found + [_lone(name, "added", dict(zip(by, key, strict=True)), row) for key, row in added]


def _differs(old: pd.Series, new: pd.Series) -> npt.NDArray[np.bool_]:
    """Return in which rows two columns differ; one missing value is as good as another."""
    if "object" in (old.dtype, new.dtype) or old.dtype != new.dtype:  # lists, for instance
        return np.array([json_value(was) != json_value(now) for was, now in zip(old, new, strict=True)], dtype=bool)
    return ((old != new) & ~(old.isna() & new.isna())).to_numpy(dtype=bool)


def _lone(name: str, change: HowChanged, key: Mapping[str, Any], row: Mapping[str, Any]) -> RowChange:
    """Return a row that only one side has, with its text where its table has one."""
    column = "text" if "text" in row else "value" if name == "assumptions" else ""
    text = json_value(row[column]) if column else None
    pair = (text, None) if change == "removed" else (None, text)
    return RowChange(name, change, key, {column: pair} if column else {}, str(row.get("locator", "")))


def finding_changes(changes: Iterable[RowChange]) -> list[RowChange]:
    """Return, for each figure whose findings are not what they were, one change from the old ones to the new.

    What is found is part of the key of the table `findings`, so that there it is a row removed and one added.
    """
    lone = (each for each in changes if each.change != "revised" and "finding" in each.key)
    found = []
    for figure_id, own in sorted(grouped(lone, lambda each: each.key["figure_id"]).items()):
        sides = ([each.key["finding"] for each in own if each.change == side] for side in ("removed", "added"))
        old, new = (", ".join(names) or "none" for names in sides)
        found.append(RowChange("findings", "revised", {"figure_id": figure_id}, {"finding": (old, new)}, ""))
    return found


def reported(change: RowChange, printed: Printed) -> RowChange | None:
    """Return a change as it is reported by itself, or None when it is only counted.

    The numbers of a printed table are reported as figures, without how far they may be off, which is fitted.
    """
    if change.table == "resolutions" and "status" in change.columns:
        return replace(change, columns={"status": change.columns["status"]})
    if change.table in COMPUTED:
        return None
    if change.table in SPREADING and change.change == "revised":
        rest = {name: pair for name, pair in change.columns.items() if name not in SPREAD}
        return replace(change, columns=rest) if rest else None
    if change.table in printed:
        numbers = {each.name for each in printed[change.table].printed.values() if each.holds in NUMBERS}
        rest = {name: pair for name, pair in change.columns.items() if name not in numbers}
        return RowChange(change.table, change.change, change.key, rest, "") if rest else None
    return change
