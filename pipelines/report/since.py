"""What changed since the former release, as a table, in the words of `tidebook diff`.

What counts as a change is found in `pipelines.claims.changes`; how the report lays the table out is in `content`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from pyarrow import ArrowException

from pipelines.claims.changes import Difference, Flip, Move, compare, lacking
from pipelines.claims.rows import RowChange
from pipelines.metrics.declared import Metrics
from pipelines.report.difference import (
    cause_lines,
    computed_counts,
    fact_lines,
    moved_words,
    release_facts,
    revised_words,
    row_name,
    stand_words,
)
from pipelines.storage.former import Former
from pipelines.storage.keys import code_key, versions
from pipelines.storage.parquet import read_parquet
from pipelines.storage.release import Release
from schemas.analysis import STATUSES, Changes
from schemas.base import column_types

FIRST = "This is the first release in its folder: there is none to compare it with."
UNREADABLE = (ArrowException, OSError, LookupError, ValueError, TypeError, AttributeError)
"""What reading or replaying tables of another version of the code may raise."""


def changes_table(former: Former, metrics: Metrics, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what differs between the former release and these tables, as rows of `schemas.analysis.Changes`.

    A former release that cannot be compared, damaged or made by code too old, is no error: a note says so.
    """
    blank: dict[str, Any] = {name: "" for name in ("table", "name", "lens", "unit", "old", "new")}
    blank |= {"former": former.release_id, "as_of": None, "causes": [], "caused_by": []}
    rows = [blank | {"place": place} | row for place, row in enumerate(change_rows(former, metrics, tables))]
    return column_types(Changes, pd.DataFrame(rows))


def change_rows(former: Former, metrics: Metrics, tables: Mapping[str, pd.DataFrame]) -> Iterator[dict[str, Any]]:
    """Yield the rows of the table without what is empty in them."""
    if not former.release_id:
        yield note(FIRST)
        return
    name = f"release {former.release_id}, the latest before the raw files changed"
    if former.manifest is None:
        yield note(f"Nothing can be compared with {name}: it is damaged or gone.")
        return
    release = Release(former.release_id, former.folder, former.manifest)
    try:
        old = {Path(file).stem: read_parquet(former.folder / file) for file in files_of(release)}
        if lack := lacking(old):
            yield note(f"Nothing can be compared with {name}: it lacks {lack}.")
            return
        if strange := set(old["verdicts"]["status"]) - set(STATUSES):
            raise ValueError(f"no such verdict: {', '.join(sorted(map(str, strange)))}")
        difference = compare(old, tables, metrics)
        found = list(differing(difference))
    except UNREADABLE as error:
        why = f"{type(error).__name__}: {error}".splitlines()[0]
        yield note(f"Nothing can be compared with {name}: it is of another version ({why}).")
        return
    files: dict[str, Any] = {f"tables/{table}.parquet": {} for table in (*tables, "changes")}
    made = Release("", former.folder, {"files": files, "code": code_key(), "versions": versions()})
    yield note(f"Compared with {name}.")
    yield from map(note, fact_lines(release_facts(release, made), difference))
    yield from found


def files_of(release: Release) -> list[str]:
    """Return the paths of a release's tables."""
    return sorted(name for name in release.manifest["files"] if name.startswith("tables/"))


def differing(difference: Difference) -> Iterator[dict[str, Any]]:
    """Yield a row for each verdict that turned, value that moved and row that differs, then the counts."""
    yield from map(flip_row, difference.flips)
    yield from map(move_row, difference.moved)
    yield from map(differing_row, difference.rows)
    for table, words in computed_counts(difference).items():
        yield {"kind": "counted", "table": table, "text": words}


def note(text: str) -> dict[str, Any]:
    """Return the row of a note."""
    return {"kind": "note", "text": text}


def flip_row(flip: Flip) -> dict[str, Any]:
    """Return the row of a verdict that turned."""
    return {
        "kind": "flip",
        "table": "verdicts",
        "name": flip.claim_id,
        "lens": flip.lens,
        "as_of": flip.as_of,
        "old": flip.old.status,
        "new": flip.new.status,
        "text": stand_words(flip),
        "causes": list(cause_lines(flip.causes)),
        "caused_by": [cause.change.name for cause in flip.causes if cause.role != "other"],
    }


def move_row(move: Move) -> dict[str, Any]:
    """Return the row of a value that moved."""
    return {
        "kind": "moved" if move.kind == "verdict" else "metric",
        "table": "verdicts" if move.kind == "verdict" else "metrics",
        "name": move.name,
        "lens": move.lens,
        "as_of": move.as_of,
        "unit": move.unit,
        "old": "" if pd.isna(move.old) else repr(float(move.old)),
        "new": "" if pd.isna(move.new) else repr(float(move.new)),
        "text": moved_words(move),
    }


def differing_row(row: RowChange) -> dict[str, Any]:
    """Return the row of a row that differs."""
    pairs = [row.columns["text"]] if "text" in row.columns else list(row.columns.values())
    old, new = ("; ".join(str(pair[side]) for pair in pairs if pair[side] is not None) for side in (0, 1))
    place = f" ({row.locator})" if row.locator else ""
    return {
        "kind": row.change,
        "table": row.table,
        "name": row_name(row),
        "old": old,
        "new": new,
        "text": f"{revised_words(row)}{place}".strip(),
    }
