"""What changed between two releases, in plain lines and as JSON.

What counts as a change is found in `pipelines.claims.changes`; how one reads in words is in `changes_table` there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pipelines.claims import changes_table
from pipelines.claims.causes import Cause, Change
from pipelines.claims.changes import Difference, OutcomeChange, ValueChange, VerdictChange
from pipelines.claims.rows import RowChange
from pipelines.documents import json_value
from pipelines.formatting import format_count
from pipelines.grouping import grouped
from pipelines.storage.release import Release

Told = TypeVar("Told", VerdictChange, ValueChange)

MOST_ROWS = 40
"""So many rows of one table, or values, are listed; JSON has all."""


def difference_lines(old: Release, new: Release, difference: Difference) -> Iterator[str]:
    """Yield what changed from one release to another: outcomes and verdicts with their causes, values, rows."""
    facts = changes_table.release_facts(old, new)
    if facts["identical"]:
        both = (
            f"both are release {facts['old']}" if facts["old"] == facts["new"] else "the releases hold the same files"
        )
        yield f"Identical: {both}"
        return
    yield from changes_table.fact_lines(facts, difference)
    if difference.outcomes:
        yield f"{format_count(len(difference.outcomes), 'outcome')} turned:"
    for turned in difference.outcomes:
        yield f"{turned.name}: {turned.old} → {turned.new}"
        yield from (f"  {line}" for line in (turned.why, *changes_table.outcome_causes(turned)) if line)
    if difference.verdicts:
        claims = {flip.claim_id for flip in difference.verdicts}
        yield f"{format_count(len(claims), 'claim')} turned:"
    for name, alike in _grouped(difference.verdicts, lambda flip: tuple(flip_lines(flip))):
        yield from flip_lines(alike[0], name)
    yield from _move_lines(difference)
    yield from _row_lines(difference)


def _move_lines(difference: Difference) -> Iterator[str]:
    """Yield the values that moved while no verdict turned."""
    for kind, heading in (("verdict", "Moved, with the verdict as it was:"), ("metric", "Other metrics that moved:")):
        if moved := [move for move in difference.values if move.kind == kind]:
            yield heading
            groups = _grouped(moved, changes_table.moved_words)
            lines = [f"  {name}: {changes_table.moved_words(alike[0])}" for name, alike in groups]
            yield from lines[:MOST_ROWS]
            if len(lines) > MOST_ROWS:
                yield f"  {len(lines) - MOST_ROWS} more; --json has all"


def _row_lines(difference: Difference) -> Iterator[str]:
    """Yield the rows that differ, and how many do in the tables that are computed from others."""
    if difference.rows:
        yield "Rows:"
    for table in dict.fromkeys(row.table for row in difference.rows):
        rows = [row for row in difference.rows if row.table == table]
        yield from (f"  {row_words(row)}" for row in rows[:MOST_ROWS])
        if len(rows) > MOST_ROWS:
            yield f"  {table}: {len(rows) - MOST_ROWS} more; --json has all"
    if counts := changes_table.computed_counts(difference):
        yield f"Computed tables: {'; '.join(counts.values())}"


def flip_lines(flip: VerdictChange, name: str = "") -> Iterator[str]:
    """Yield a verdict that turned, how its metric stood and stands, and its causes."""
    yield f"{name or flip.claim_id}: {flip.old['status']} → {flip.new['status']}"
    told = (flip.statement, changes_table.metric_words(flip), *changes_table.cause_lines(flip.causes))
    yield from (f"  {line}" for line in told if line)


def _grouped(changes: Sequence[Told], words: Callable[[Told], object]) -> Iterator[tuple[str, list[Told]]]:
    """Yield changes that are alike in words under several lenses together, with a name that says under which."""
    for (name, _), alike in grouped(changes, lambda change: (_name(change), words(change))).items():
        lenses: dict[str, list[str]] = {}
        for each in alike:
            lenses.setdefault(each.lens.replace("_", " "), []).append(str(each.as_of or ""))
        told = [f"{lens} {', '.join(days)}".strip() if lens != "printed" else lens for lens, days in lenses.items()]
        yield name if told == ["printed"] else f"{name} ({'; '.join(told)})", alike


def _name(change: VerdictChange | ValueChange) -> str:
    return change.claim_id if isinstance(change, VerdictChange) else change.name


def row_words(row: RowChange) -> str:
    """Return a changed row: its table, key, the texts before and after, and a figure's place."""
    words = changes_table.revised_words(row)
    if row.table == "findings":
        return f"finding of {changes_table.row_name(row)}: {words}"
    place = f" ({row.locator})" if row.locator else ""
    return f"{row.table} {row.change} {changes_table.row_name(row)}{': ' if words else ''}{words}{place}"


def difference_json(old: Release, new: Release, difference: Difference) -> dict[str, Any]:
    """Return what changed as JSON can hold it; the keys are those that docs/method.md lists."""
    parts = {
        "outcomes": difference.outcomes,
        "flips": difference.verdicts,
        "moved": difference.values,
        "rows": difference.rows,
        "counts": difference.counts,
    }
    return changes_table.release_facts(old, new) | {name: _json(part) for name, part in parts.items()}


def _json(told: Any) -> Any:
    """Return what is told as JSON can hold it: NaN as null, an infinity as the text `inf` or `-inf`.

    Of changes that is left out what only a replay needs; the cause of a verdict's turn has them beside its own fields.
    """
    match told:
        case Cause():
            alone = told.alone and _json(told.alone._asdict())
            return {"role": told.role, **_json(told.change), "figures": list(told.change.figures), "alone": alone}
        case Change():
            return {name: getattr(told, name) for name in ("kind", "name", "old", "new", "locator")}
        case RowChange():
            pairs = {name: {"old": old, "new": new} for name, (old, new) in told.columns.items()}
            return _json(vars(told) | {"columns": pairs})
        case OutcomeChange() | VerdictChange() | ValueChange():
            return _json(vars(told))
        case Mapping():
            return {name: _json(value) for name, value in told.items()}
        case tuple():
            return [_json(each) for each in told]
    return json_value(told)
