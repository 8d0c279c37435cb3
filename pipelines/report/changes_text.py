"""What changed between two releases, in plain lines and as JSON.

What counts as a change is found in `pipelines.claims.changes`; how one reads in words is in `changes_table` there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pydantic import TypeAdapter

from pipelines.claims import changes_table
from pipelines.claims.changes_table import Difference
from pipelines.claims.rows import RowChange
from pipelines.formatting import format_count
from pipelines.grouping import grouped

MOST_ROWS = 40
"""So many rows of one table, or values, are listed; JSON has all."""

Row = dict[str, Any]
"""A row of the table `changes`, with the statement of a verdict's claim beside it."""


def difference_lines(difference: Difference) -> Iterator[str]:
    """Yield what changed from one release to another: outcomes and verdicts with their causes, values, rows."""
    if difference.identical:
        same = difference.old == difference.new
        yield f"Identical: {f'both are release {difference.old}' if same else 'the releases hold the same files'}"
        return
    yield from changes_table.fact_lines(difference)
    rows = grouped(changes_table.difference_rows(difference), lambda row: row["kind"])
    if outcomes := rows["outcome"]:
        yield f"{format_count(len(outcomes), 'outcome')} turned:"
    for row in outcomes:
        yield from turned_lines(row, row["name"])
    if flips := rows["flip"]:
        yield f"{format_count(len({row['name'] for row in flips}), 'claim')} turned:"
    for name, row in _under_lenses(flips, lambda row: tuple(turned_lines(row, ""))):
        yield from turned_lines(row, name)
    for kind, heading in (("moved", "Moved, with the verdict as it was:"), ("metric", "Other metrics that moved:")):
        if rows[kind]:
            yield heading
            lines = [f"  {name}: {row['text']}" for name, row in _under_lenses(rows[kind], lambda row: row["text"])]
            yield from lines[:MOST_ROWS]
            if len(lines) > MOST_ROWS:
                yield f"  {len(lines) - MOST_ROWS} more; --json has all"
    yield from _row_lines(difference.rows)
    if counts := [row["text"] for row in rows["counted"]]:
        yield f"Computed tables: {'; '.join(counts)}"


def turned_lines(row: Row, name: str) -> Iterator[str]:
    """Yield an outcome or verdict that turned, what is said of it and its causes."""
    yield f"{name}: {row['old']} → {row['new']}"
    yield from (f"  {line}" for line in (row.get("statement"), row["text"], *row["causes"]) if line)


def _row_lines(changed: Sequence[RowChange]) -> Iterator[str]:
    if changed:
        yield "Rows:"
    for table, rows in grouped(changed, lambda row: row.table).items():
        yield from (f"  {row_words(row)}" for row in rows[:MOST_ROWS])
        if len(rows) > MOST_ROWS:
            yield f"  {table}: {len(rows) - MOST_ROWS} more; --json has all"


def _under_lenses(rows: Sequence[Row], words: Callable[[Row], object]) -> Iterator[tuple[str, Row]]:
    """Yield one row of those that say the same under several lenses, each with a name that says under which."""
    for alike in grouped(rows, lambda row: (row["name"], words(row))).values():
        lenses: dict[str, list[str]] = {}
        for each in alike:
            lenses.setdefault(each["lens"].replace("_", " "), []).append(str(each["as_of"] or ""))
        told = [f"{lens} {', '.join(days)}".strip() if lens != "printed" else lens for lens, days in lenses.items()]
        name = alike[0]["name"]
        yield name if told == ["printed"] else f"{name} ({'; '.join(told)})", alike[0]


def row_words(row: RowChange) -> str:
    """Return a changed row: its table, key, the texts before and after, and a figure's place."""
    words = changes_table.revised_words(row)
    if row.table == "findings":
        return f"finding of {changes_table.row_name(row)}: {words}"
    place = f" ({row.locator})" if row.locator else ""
    return f"{row.table} {row.change} {changes_table.row_name(row)}{': ' if words else ''}{words}{place}"


def difference_json(difference: Difference) -> Any:
    """Return what changed as JSON can hold it; the keys are those that docs/method.md lists."""
    # Pydantic would warn of whole numbers in cells, which its classes have as numbers.
    return TypeAdapter(Difference).dump_python(difference, mode="json", warnings=False)
