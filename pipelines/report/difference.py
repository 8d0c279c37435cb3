"""What changed between two releases, in plain lines and as JSON.

What counts as a change, and what caused a flip, is found in `pipelines.claims.changes`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipelines.claims.causes import ROLES, Cause, Change, listed
from pipelines.claims.changes import Difference, ValueChange, VerdictChange
from pipelines.claims.predicates import FORMS
from pipelines.claims.rows import COMPUTED, RowChange, plain
from pipelines.ingest.errors import shown
from pipelines.report.numbers import MINUS, digits_between, format_count, format_number, format_share, format_value
from pipelines.storage.release import Release

MOST_ROWS = 40
"""So many rows of one table, or values, are told in lines; JSON has all."""

ASIDE = ("code", "lens")
"""Kinds of cause that get a sentence of their own where they are not needed."""

DIFFERENCES = ("point",)
"""Units of differences, whose relative change says nothing; nor does that of a value whose sign changes."""

MOST_NAMES = 6
"""So many changes that a flip did not need are named in its line; JSON has all."""


def difference_lines(old: Release, new: Release, difference: Difference) -> Iterator[str]:
    """Yield what changed from one release to another: verdicts with their causes, values, rows."""
    facts = release_facts(old, new)
    if facts["identical"]:
        both = (
            f"both are release {facts['old']}" if facts["old"] == facts["new"] else "the releases hold the same files"
        )
        yield f"Identical: {both}"
        return
    yield from fact_lines(facts, difference)
    if difference.verdicts:
        yield f"{format_count(len(difference.verdicts), 'verdict')} turned:"
    for flip in difference.verdicts:
        yield from flip_lines(flip)
    yield from move_lines(difference)
    yield from row_lines(difference)


def fact_lines(facts: Mapping[str, Any], difference: Difference) -> Iterator[str]:
    """Yield what besides the tables' content is not the same, and whether no verdict or no table differs."""
    if facts["code_changed"]:
        yield "The code is not the same."
    if facts["libraries_changed"]:
        yield f"Not of the same version: {', '.join(facts['libraries_changed'])}"
    yield from (f"Only the {side} release has the table {name}." for side, name in lone_tables(facts))
    if not difference:
        yield "No table differs that both have."
    elif not difference.verdicts:
        yield "No verdict turned."


def lone_tables(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the tables that one release has alone, each with `old` or `new`."""
    return [("old", name) for name in facts["tables_removed"]] + [("new", name) for name in facts["tables_added"]]


def move_lines(difference: Difference) -> Iterator[str]:
    """Yield the values that moved while no verdict turned."""
    for kind, heading in (("verdict", "Moved, with the verdict as it was:"), ("metric", "Other metrics that moved:")):
        if moved := [move for move in difference.values if move.kind == kind]:
            yield heading
            yield from (f"  {move_words(move)}" for move in moved[:MOST_ROWS])
            if len(moved) > MOST_ROWS:
                yield f"  {len(moved) - MOST_ROWS} more; --json has all"


def row_lines(difference: Difference) -> Iterator[str]:
    """Yield the rows that differ, and how many do in the tables that are computed from others."""
    if difference.rows:
        yield "Rows:"
    for table in dict.fromkeys(row.table for row in difference.rows):
        rows = [row for row in difference.rows if row.table == table]
        yield from (f"  {row_words(row)}" for row in rows[:MOST_ROWS])
        if len(rows) > MOST_ROWS:
            yield f"  {table}: {len(rows) - MOST_ROWS} more; --json has all"
    if counts := computed_counts(difference):
        yield f"Computed tables: {'; '.join(counts.values())}"


def computed_counts(difference: Difference) -> dict[str, str]:
    """Return how many rows changed of each table that is computed from others, in words."""
    return {name: count_words(name, difference.counts[name]) for name in COMPUTED if name in difference.counts}


def flip_lines(flip: VerdictChange) -> Iterator[str]:
    """Yield a verdict that turned, how its metric stood and stands, and its causes."""
    yield f"{flip.claim_id}{seen(flip.lens, flip.as_of)}: {flip.old.status} → {flip.new.status}"
    yield from (f"  {line}" for line in (flip.statement, stand_words(flip), *cause_lines(flip.causes)) if line)


def stand_words(flip: VerdictChange) -> str:
    """Return how the metric of a flip stood and stands, or why it cannot be tested; nothing when it is another."""
    old, new = flip.old, flip.new
    if "untestable" in (old.status, new.status):
        return f"{old.reason} → {new.reason}"
    if old.metric_id != new.metric_id or old.unit != new.unit:
        return ""
    shares = f"{format_share(old.probability)} → {format_share(new.probability)} of the draws"
    return f"{new.metric_id} {arrow(old.value, new.value, new.unit)}; {predicate_words(new.predicate)} in {shares}"


def predicate_words(predicate: str) -> str:
    """Return a predicate as declared in words: `at least 0.6667`."""
    form, *bounds = predicate.split()
    return FORMS[form].words.format(*bounds)


def cause_lines(causes: Sequence[Cause]) -> Iterator[str]:
    """Yield the causes of a flip: each that is enough alone, those that are only together, and what else changed."""
    alone, together = ([cause_words(cause.change) for cause in causes if cause.role == role] for role in ROLES[:2])
    yield from (f"because {words}; this alone turns it" for words in alone)
    if len(together) == 1:
        yield f"because {together[0]}, with the others"
    elif together:
        yield "because of these, none of which turns it alone:"
        yield from (f"  {words}" for words in together)
    if not alone and not together:
        yield "what turned it could not be found by replaying"
    if others := [cause.change.name for cause in causes if cause.role == "other" and cause.change.kind not in ASIDE]:
        yield f"also changed, without being needed: {listed(others, MOST_NAMES)}"
    aside = [cause.change for cause in causes if cause.role == "other" and cause.change.kind in ASIDE]
    yield from (cause_words(change) for change in aside)


def cause_words(change: Change) -> str:
    """Return a cause in words."""
    place = f" ({change.locator})" if change.locator else ""
    if change.kind == "code":
        return code_words(change)
    went = f"went from {shown(change.old)} to {shown(change.new)}"
    return {
        "figure": f"{change.name} {went}{place}",
        "added": f"{change.name} was added: {shown(change.new)}{place}",
        "removed": f"{change.name} was removed: {shown(change.old)}{place}",
        "predicate": f"the claim's predicate {went}",
        "reading": f"the claim's reading {went}",
        "claim": f"the claim's declaration {went}",
        "assumption": f"the assumption {change.name} {went}",
        "order": "the order of the rows changed",
        "models": f"{change.name}: {change.new}{place}",
        "lens": f"the lens {change.name} is not replayed here",
    }[change.kind]


def code_words(change: Change) -> str:
    """Return in words how other code comes in: in the reading of cells, or by another verdict on the same inputs."""
    if change.name == "old inputs":
        return f"other code made the old release: this code gives {change.new} on its inputs, not {change.old}"
    if change.name == "new inputs":
        return f"other code made the new release: this code gives {change.old} on its inputs, not {change.new}"
    return f"the code reads {format_count(len(change.figures), 'cell')} of the same text otherwise"


def move_words(move: ValueChange) -> str:
    """Return a value that moved, with its name."""
    return f"{move.name}{seen(move.lens, move.as_of)}: {moved_words(move)}"


def moved_words(move: ValueChange) -> str:
    """Return how a value moved: old, new, relative change, and the shares of the draws where these moved."""
    parts = [arrow(move.old, move.new, move.unit)] if plain(move.old) != plain(move.new) else []
    if not math.isnan(move.change) and move.unit not in DIFFERENCES and move.old * move.new > 0:
        size = format_number(abs(100 * move.change))
        parts[:1] = [f"{part} ({MINUS if move.change < 0 else '+'}{size} %)" for part in parts[:1]]
    if plain(move.old_probability) != plain(move.new_probability):
        parts.append(f"holds in {format_share(move.old_probability)} → {format_share(move.new_probability)}")
    return "; ".join(parts)


def row_words(row: RowChange) -> str:
    """Return a changed row: its table, key, the texts before and after, and a figure's place."""
    words = revised_words(row)
    if row.table == "findings":
        return f"finding of {row_name(row)}: {words}"
    place = f" ({row.locator})" if row.locator else ""
    return f"{row.table} {row.change} {row_name(row)}{': ' if words else ''}{words}{place}"


def row_name(row: RowChange) -> str:
    """Return the key of a row in one word."""
    return "/".join(str(value) for value in row.key.values())


def revised_words(row: RowChange) -> str:
    """Return the texts of a changed row before and after; of one that was added or removed, the one that it has."""
    if row.table == "findings":
        return " → ".join(row.columns["finding"])
    columns = {"text": row.columns["text"]} if "text" in row.columns else row.columns
    words = []
    for name, pair in columns.items():
        if name != "locator":
            texts = " → ".join("no value" if value is None else shown(str(value)) for value in pair)
            words.append(texts if name in ("text", "value") else f"{name} {texts}")
    if row.change != "revised":
        words = [shown(str(value)) for pair in columns.values() for value in pair if value is not None]
    return ", ".join(words)


def count_words(table: str, counts: Mapping[str, int]) -> str:
    """Return how many rows of a table changed."""
    return f"{table} {', '.join(f'{count} {kind}' for kind, count in counts.items() if count)}"


def arrow(old: float, new: float, unit: str) -> str:
    """Return two values with as many digits as tell them apart."""
    known = not (math.isnan(old) or math.isnan(new) or math.isinf(old) or math.isinf(new))
    digits = {"digits": digits_between(old, new)} if known else {}
    return f"{format_value(old, unit, **digits)} → {format_value(new, unit, **digits)}"


def seen(lens: str, as_of: Any) -> str:
    """Return under which lens a verdict is given, when it is not as printed."""
    if lens == "printed":
        return ""
    return f" ({lens}, {as_of})" if as_of else f" ({lens})"


def difference_json(old: Release, new: Release, difference: Difference) -> dict[str, Any]:
    """Return what changed as JSON can hold it; the keys are those that docs/method.md lists."""
    return release_facts(old, new) | {
        "flips": [flip_json(flip) for flip in difference.verdicts],
        "moved": [cells(asdict(move)) for move in difference.values],
        "rows": [row_json(row) for row in difference.rows],
        "counts": {name: dict(counts) for name, counts in difference.counts.items()},
    }


def release_facts(old: Release, new: Release) -> dict[str, Any]:
    """Return what the manifests of two releases say: ids, whether they hold the same, code, libraries, tables."""
    files = [
        {path: facts for path, facts in release.manifest["files"].items() if path.startswith(("tables/", "report/"))}
        for release in (old, new)
    ]
    versions = [set(release.manifest["versions"].items()) for release in (old, new)]
    tables = [{Path(name).stem for name in part if name.startswith("tables/")} for part in files]
    return {
        "old": old.release_id,
        "new": new.release_id,
        "identical": files[0] == files[1],
        "code_changed": old.manifest["code"] != new.manifest["code"],
        "libraries_changed": sorted({name for name, _ in versions[0] ^ versions[1]}),
        "tables_added": sorted(tables[1] - tables[0]),
        "tables_removed": sorted(tables[0] - tables[1]),
    }


def flip_json(flip: VerdictChange) -> dict[str, Any]:
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
