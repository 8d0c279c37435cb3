"""Selecting rows of a release's tables.

Belongs here: selections that several modules of the report make, whatever the table. Does not: what rows mean.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tidebook.pipelines.read.grouping import Row


def only(rows: Iterable[Row], **values: object) -> list[Row]:
    """Return the rows that have these values in the columns of these names."""
    chosen = []
    for row in rows:
        if all(row[name] == value for name, value in values.items()):
            chosen.append(row)
    return chosen


def by_key(rows: Iterable[Row], key: str) -> dict[Any, Row]:
    """Return rows by their value in a column, the last one if several have it."""
    return {row[key]: row for row in rows}


def column_by(rows: Iterable[Row], key: str, column: str) -> dict[Any, Any]:
    """Return the values of a column by those of another one."""
    return {row[key]: row[column] for row in rows}
