"""What changed between two releases, in plain lines and as JSON.

What counts as a change, and what caused a flip, is found in `pipelines.claims.changes`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pipelines.claims.causes import Cause, Change
from pipelines.claims.changes import Difference, Flip, Move
from pipelines.claims.rows import COMPUTED, RowChange, plain
from pipelines.ingest.errors import shown
from pipelines.report.numbers import MINUS, digits_between, format_count, format_number, format_share, format_value

MOST_ROWS = 40
"""So many rows of one table are told in lines; JSON has all."""


def difference_lines(difference: Difference) -> Iterator[str]:
    """Yield what changed: verdicts that turned with their causes, values that moved, rows that differ."""
    if difference.flips:
        yield f"{format_count(len(difference.flips), 'verdict')} turned:"
        for flip in difference.flips:
            yield from flip_lines(flip)
    else:
        yield "No verdict turned."
    for kind, heading in (("verdict", "Moved, with the verdict as it was:"), ("metric", "Other metrics that moved:")):
        if moved := [move for move in difference.moved if move.kind == kind]:
            yield heading
            yield from (f"  {move_words(move)}" for move in moved)
    if difference.rows:
        yield "Rows:"
        for table in dict.fromkeys(row.table for row in difference.rows):
            rows = [row for row in difference.rows if row.table == table]
            yield from (f"  {row_words(row)}" for row in rows[:MOST_ROWS])
            if len(rows) > MOST_ROWS:
                yield f"  {table}: {len(rows) - MOST_ROWS} more; --json has all"
    if counts := [count_words(name, difference.counts[name]) for name in COMPUTED if name in difference.counts]:
        yield f"Computed tables: {'; '.join(counts)}"


def flip_lines(flip: Flip) -> Iterator[str]:
    """Yield a verdict that turned, how its metric stood and stands, and its causes."""
    old, new = flip.old, flip.new
    yield f"{flip.claim_id}{seen(flip.lens, flip.as_of)}: {old.status} -> {new.status}"
    yield f"  {flip.statement}"
    if "untestable" in (old.status, new.status):
        yield f"  {old.reason} -> {new.reason}"
    elif old.metric_id == new.metric_id and old.unit == new.unit:
        shares = f"{format_share(old.probability)} -> {format_share(new.probability)} of the draws"
        values = arrow(old.value, new.value, new.unit)
        yield f"  {new.metric_id} {values}; {new.predicate} in {shares}"
    for role, words in (("alone", "turns it alone"), ("together", ""), ("other", "")):
        causes = [cause for cause in flip.causes if cause.role == role]
        if role == "together" and causes:
            yield "  only together these turn it:" if len(causes) > 1 else "  with all the others this turns it:"
        elif role == "other" and causes:
            yield "  also changed, not needed to turn it:"
        for cause in causes:
            yield f"  {'' if words else '  '}{cause_words(cause)}{': ' + words if words else ''}"
    if not any(cause.role != "other" for cause in flip.causes):
        yield "  what turned it was not found by replaying"


def cause_words(cause: Cause) -> str:
    """Return a cause in words."""
    change = cause.change
    place = f" ({change.locator})" if change.locator else ""
    if change.kind == "code":
        return code_words(change)
    pair = f"{shown(change.old)} -> {shown(change.new)}"
    return {
        "figure": f"{change.name} {pair}{place}",
        "added": f"added {change.name} {shown(change.new)}{place}",
        "removed": f"removed {change.name} {shown(change.old)}{place}",
        "predicate": f"the claim's predicate {pair}",
        "reading": f"the claim's reading, {change.name} {pair}",
        "claim": f"how the claim is declared {pair}",
        "assumption": f"the assumption {change.name} {pair}",
        "order": "the order of the rows",
        "lens": f"the lens {change.name} is not replayed here",
    }[change.kind]


def code_words(change: Change) -> str:
    """Return in words how other code comes in: in the reading of cells, or by another verdict on the same inputs."""
    if change.name == "old inputs":
        return f"the code: on the old inputs it gives {change.new}, where the old release says {change.old}"
    if change.name == "new inputs":
        return f"the code: on the new inputs it gives {change.old}, where the new release says {change.new}"
    return f"the code: {format_count(len(change.figures), 'cell')} with the same text read otherwise"


def move_words(move: Move) -> str:
    """Return a value that moved: old, new, relative change, and the shares of the draws where these moved."""
    parts = [arrow(move.old, move.new, move.unit)] if plain(move.old) != plain(move.new) else []
    if not math.isnan(move.change):
        size = format_number(abs(100 * move.change))
        parts[:1] = [f"{part} ({MINUS if move.change < 0 else '+'}{size} %)" for part in parts[:1]]
    if plain(move.old_probability) != plain(move.new_probability):
        parts.append(f"holds in {format_share(move.old_probability)} -> {format_share(move.new_probability)}")
    return f"{move.name}{seen(move.lens, move.as_of)}: {'; '.join(parts)}"


def row_words(row: RowChange) -> str:
    """Return a changed row: its table, key, the texts before and after, and a figure's place."""
    key = "/".join(str(value) for value in row.key.values())
    told = {"text": row.columns["text"]} if "text" in row.columns else row.columns
    pairs = [
        " -> ".join(shown(str(value)) for value in pair if value is not None) if None in pair
        else f"{shown(str(pair[0]))} -> {shown(str(pair[1]))}"
        for name, pair in told.items()
        if name != "locator"
    ]  # fmt: skip
    names = [name for name in told if name != "locator"]
    labelled = [pair if name in ("text", "value") else f"{name} {pair}" for name, pair in zip(names, pairs, strict=True)]
    words = f": {', '.join(labelled)}" if labelled else ""
    return f"{row.table} {row.change} {key}{words}{f' ({row.locator})' if row.locator else ''}"


def count_words(table: str, counts: Mapping[str, int]) -> str:
    """Return how many rows of a table changed."""
    return f"{table} {', '.join(f'{count} {kind}' for kind, count in counts.items() if count)}"


def arrow(old: float, new: float, unit: str) -> str:
    """Return two values with as many digits as tell them apart."""
    known = not (math.isnan(old) or math.isnan(new) or math.isinf(old) or math.isinf(new))
    digits = {"digits": digits_between(old, new)} if known else {}
    return f"{format_value(old, unit, **digits)} -> {format_value(new, unit, **digits)}"


def seen(lens: str, as_of: Any) -> str:
    """Return under which lens a verdict is given, when it is not as printed."""
    if lens == "printed":
        return ""
    return f" ({lens}, {as_of})" if as_of else f" ({lens})"


def difference_json(difference: Difference) -> dict[str, Any]:
    """Return what changed as JSON can hold it; the keys are those that docs/method.md lists."""
    return {
        "flips": [flip_json(flip) for flip in difference.flips],
        "moved": [cells(asdict(move)) for move in difference.moved],
        "rows": [row_json(row) for row in difference.rows],
        "counts": {name: dict(counts) for name, counts in difference.counts.items()},
    }


def flip_json(flip: Flip) -> dict[str, Any]:
    """Return a verdict that turned."""
    return {
        "claim_id": flip.claim_id,
        "lens": flip.lens,
        "as_of": cell(flip.as_of),
        "statement": flip.statement,
        "old": cells(asdict(flip.old)),
        "new": cells(asdict(flip.new)),
        "causes": [cause_json(cause) for cause in flip.causes],
    }


def cause_json(cause: Cause) -> dict[str, Any]:
    """Return a cause."""
    change = cause.change
    return {
        "role": cause.role,
        "kind": change.kind,
        "name": change.name,
        "old": change.old,
        "new": change.new,
        "locator": change.locator,
        "figures": list(change.figures),
        "alone": cells(cause.alone._asdict()) if cause.alone else None,
    }


def row_json(row: RowChange) -> dict[str, Any]:
    """Return a changed row."""
    return {
        "table": row.table,
        "change": row.change,
        "key": cells(row.key),
        "columns": {name: {"old": cell(old), "new": cell(new)} for name, (old, new) in row.columns.items()},
        "locator": row.locator,
    }


def cells(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with every value as JSON can hold it."""
    return {name: cell(value) for name, value in row.items()}


def cell(value: Any) -> Any:
    """Return a value as JSON can hold it: NaN as null, an infinity as the text `inf` or `-inf`."""
    value = plain(value)
    if isinstance(value, list):
        return [cell(item) for item in value]
    return str(value) if isinstance(value, float) and math.isinf(value) else value
