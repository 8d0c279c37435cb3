"""What changed since the release before, as the table `changes`, in the words of `tidebook diff`.

What counts as a change is found in `changes`, its words are in `change_words`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from pyarrow import ArrowException

from pipelines.claims.change_words import (
    cause_lines,
    computed_counts,
    fact_lines,
    metric_words,
    moved_words,
    outcome_causes,
    release_facts,
    revised_words,
    row_name,
)
from pipelines.claims.changes import Difference, Tables, ValueChange, VerdictChange, compare, missing_tables
from pipelines.claims.rows import Printed, RowChange
from pipelines.claims.turned import OutcomeChange
from pipelines.metrics.declared import Metrics
from pipelines.storage.parquet import read_parquet
from pipelines.storage.previous import PreviousRelease
from pipelines.storage.release import Release
from schemas.analysis import Changes
from schemas.base import column_types
from schemas.vocabulary import STATUSES

FIRST = "This is the first release in its folder: there is none to compare it with."
UNREADABLE = (ArrowException, OSError, LookupError, ValueError, TypeError, AttributeError)
"""What reading or replaying tables of another version of the code may raise."""


def changes_table(
    previous: PreviousRelease,
    code: str,
    versions: Mapping[str, str],
    metrics: Metrics,
    printed: Printed,
    tables: dict[str, pd.DataFrame],
) -> pd.DataFrame:
    """Return what differs between the previous release and these tables, as rows of `schemas.analysis.Changes`.

    A previous release that cannot be compared, damaged or made by code too old, is no error: a note says so.
    """
    blank: dict[str, Any] = {name: "" for name in ("table", "name", "lens", "unit", "old", "new")}
    blank |= {"previous": previous.release_id, "as_of": None, "causes": [], "caused_by": []}
    # This release does not exist yet: what its manifest will say is put together here.
    files: dict[str, Any] = {f"tables/{table}.parquet": {} for table in (*tables, "changes")}
    made = Release("", previous.folder, {"files": files, "code": code, "versions": versions})
    found = _rows(previous, made, tables, metrics, printed)
    rows = [blank | {"place": place} | row for place, row in enumerate(found)]
    return column_types(Changes, pd.DataFrame(rows))


def _rows(
    previous: PreviousRelease, made: Release, tables: Tables, metrics: Metrics, printed: Printed
) -> Iterator[dict[str, Any]]:
    """Yield the rows of the table without what is empty in them."""
    if not previous.release_id:
        yield _note(FIRST)
        return
    name = f"release {previous.release_id}, the latest before the raw files changed"
    if previous.manifest is None:
        yield _note(f"Nothing can be compared with {name}: it is damaged or gone.")
        return
    release = Release(previous.release_id, previous.folder, previous.manifest)
    try:
        files = sorted(path for path in previous.manifest["files"] if path.startswith("tables/"))
        old = {Path(file).stem: read_parquet(previous.folder / file) for file in files}
        if missing := missing_tables(old):
            yield _note(f"Nothing can be compared with {name}: it lacks {missing}.")
            return
        if strange := set(old["verdicts"]["status"]) - set(STATUSES):
            raise ValueError(f"no such verdict: {', '.join(sorted(map(str, strange)))}")
        difference = compare(old, tables, metrics, printed)
        found = list(_difference_rows(difference))
    except UNREADABLE as error:
        why = f"{type(error).__name__}: {error}".splitlines()[0]
        yield _note(f"Nothing can be compared with {name}: it is of another version ({why}).")
        return
    yield _note(f"Compared with {name}.")
    yield from map(_note, fact_lines(release_facts(release, made), difference))
    yield from found


def _difference_rows(difference: Difference) -> Iterator[dict[str, Any]]:
    """Yield a row for each outcome and verdict that turned, value that moved and row that differs, then the counts."""
    yield from map(_outcome_row, difference.outcomes)
    yield from map(_flip_row, difference.verdicts)
    yield from map(_move_row, difference.values)
    yield from map(_changed_row, difference.rows)
    for table, words in computed_counts(difference).items():
        yield {"kind": "counted", "table": table, "text": words}


def _note(text: str) -> dict[str, Any]:
    return {"kind": "note", "text": text}


def _outcome_row(turned: OutcomeChange) -> dict[str, Any]:
    return {
        "kind": "outcome",
        "table": turned.table,
        "name": turned.name,
        "old": turned.old,
        "new": turned.new,
        "text": turned.why,
        "causes": list(outcome_causes(turned)),
        "caused_by": [change.name for change in turned.causes],
    }


def _flip_row(flip: VerdictChange) -> dict[str, Any]:
    return {
        "kind": "flip",
        "table": "verdicts",
        "name": flip.claim_id,
        "lens": flip.lens,
        "as_of": flip.as_of,
        "old": flip.old.status,
        "new": flip.new.status,
        "text": metric_words(flip),
        "causes": list(cause_lines(flip.causes)),
        "caused_by": [cause.change.name for cause in flip.causes if cause.role != "other"],
    }


def _move_row(move: ValueChange) -> dict[str, Any]:
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


def _changed_row(row: RowChange) -> dict[str, Any]:
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
