"""What changed between two releases in words: in lines or as JSON, and since the release before as a table.

`tidebook diff` says the former, the table `changes` has the latter. What counts as a change is found in `changes`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pyarrow import ArrowException
from pydantic import Field, TypeAdapter

from tidebook.pipelines.compare.causes import Cause, Change
from tidebook.pipelines.compare.changes import (
    TEXT,
    OutcomeChange,
    TableDifference,
    ValueChange,
    VerdictChange,
    compare,
    missing_tables,
)
from tidebook.pipelines.compare.previous import PreviousRelease
from tidebook.pipelines.compare.rows import COMPUTED, RowChange
from tidebook.pipelines.evaluate.declared import Metrics
from tidebook.pipelines.judge.predicates import FORMS
from tidebook.pipelines.read.documents import JsonDocument, json_value
from tidebook.pipelines.read.errors import shown
from tidebook.pipelines.read.formatting import (
    MINUS,
    digits_between,
    format_count,
    format_number,
    format_share,
    format_value,
    listed,
)
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.read.printed import Printed
from tidebook.releases import LocalRelease
from tidebook.schemas.analysis import Changes
from tidebook.schemas.base import Tables, table_of
from tidebook.schemas.parquet import read_parquet
from tidebook.schemas.vocabulary import STATUSES

APART = ("code", "view")
"""Kinds of unnecessary changes that get a sentence of their own."""

ALIKE_SHOWN = 20
"""Characters shown of the common beginning of two long texts."""

MOST_ROWS = 40
"""Maximum rows of one table, or values, that are listed in lines; JSON has all."""

MOST_NAMES = 6
"""Maximum unnecessary changes named in a verdict's line; JSON has all."""


@dataclass(frozen=True)
class ReleaseFacts(JsonDocument):
    """What the manifests of two releases say."""

    old: Annotated[str, Field(description="Id of the old release.")]
    new: Annotated[str, Field(description="Id of the new one.")]
    identical: Annotated[bool, Field(description="Whether they hold the same files.")]
    code_changed: bool
    libraries_changed: list[str]
    tables_added: list[str]
    tables_removed: list[str]


@dataclass(frozen=True)
class Difference(TableDifference, ReleaseFacts):
    """What `tidebook diff` says of two releases."""


def difference_of(old: LocalRelease, new: LocalRelease, found: TableDifference) -> Difference:
    """Return what differs between two releases whose tables differ so."""
    old_files, new_files = _published(old), _published(new)
    old_tables, new_tables = _table_names(old_files), _table_names(new_files)
    libraries = set(old.manifest["versions"].items()) ^ set(new.manifest["versions"].items())
    return Difference(
        old=old.release_id,
        new=new.release_id,
        identical=old_files == new_files,
        code_changed=old.manifest["code"] != new.manifest["code"],
        libraries_changed=sorted({name for name, _ in libraries}),
        tables_added=sorted(new_tables - old_tables),
        tables_removed=sorted(old_tables - new_tables),
        **vars(found),
    )


def _published(release: LocalRelease) -> dict[str, Any]:
    """Return the facts of the files of a release that a build makes, by path."""
    facts = release.manifest["files"]
    return {path: facts[path] for path in facts if path.startswith(("tables/", "report/"))}


def _table_names(files: Iterable[str]) -> set[str]:
    return {Path(file).stem for file in files if file.startswith("tables/")}


def fact_lines(difference: Difference) -> Iterator[str]:
    """Yield what besides the tables' content is not the same, and whether no verdict or no table differs."""
    if difference.code_changed:
        yield "The code differs."
    if difference.libraries_changed:
        yield f"Other versions: {', '.join(difference.libraries_changed)}"
    for side, names in (("old", difference.tables_removed), ("new", difference.tables_added)):
        yield from (f"Only the {side} release has the table {name}." for name in names)
    if not difference:
        yield "All tables that both have are equal."
        return
    if not difference.outcomes:
        yield "No outcome changed."
    if not difference.verdicts:
        yield "No verdict on a main interpretation changed."


def metric_words(flip: VerdictChange) -> str:
    """Return a changed verdict's metric before and after, or why it is untestable; nothing if the metric changed."""
    old, new = flip.old, flip.new
    if "untestable" in (old.status, new.status):
        return f"{old.reason} → {new.reason}"
    if old.metric_id != new.metric_id or old.unit != new.unit:
        return ""
    shares = f"{format_share(old.probability)} → {format_share(new.probability)}"
    went = f"{new.metric_id} {_arrow(old.value, new.value, new.unit)}"
    form, *bounds = new.predicate.split()
    return f"{went}; {FORMS[form].words.format(*bounds, said=' '.join(bounds))} in {shares}"


def cause_lines(causes: Sequence[Cause]) -> Iterator[str]:
    """Yield the causes of a changed verdict: those sufficient alone, those needed together, and what else changed."""
    by_role = grouped(causes, lambda cause: cause.role)
    alone, together = by_role["alone"], by_role["together"]
    for cause in alone:
        yield f"because {_cause_words(cause.change)}; this alone changes it"
    yield from _joint_lines([cause.change for cause in together])
    if not alone and not together:
        yield "replaying found no cause"
    yield from _spare_lines([cause.change for cause in by_role["other"]])


def _joint_lines(changes: Sequence[Change]) -> Iterator[str]:
    if len(changes) == 1:
        yield f"because {_cause_words(changes[0])}, with the others"
    elif changes:
        yield "because of these together:"
        for change in changes:
            yield f"  {_cause_words(change)}"


def _spare_lines(changes: Sequence[Change]) -> Iterator[str]:
    """Yield the changes that were not needed: their names in one line, but some kinds each in its own."""
    names = [change.name for change in changes if change.kind not in APART]
    if names:
        yield f"also changed, without need: {listed(names, MOST_NAMES)}"
    for change in changes:
        if change.kind in APART:
            yield _cause_words(change)


def outcome_causes(change: OutcomeChange) -> Iterator[str]:
    """Yield what changed an outcome, a line for each change."""
    for cause in change.causes:
        yield f"because {_cause_words(cause)}"
    if not change.causes and change.table_name != TEXT:  # of a text, its words are the cause
        yield "no row that it depends on changed, so the question, the searches or the code did"


def _cause_words(change: Change) -> str:
    place = _place(change)
    if change.kind == "code":
        return _code_words(change)
    went = f"went from {' to '.join(_both_shown(change.old, change.new, change.kind == 'expression'))}"
    return {
        "figure": f"{change.name} {went}{place}",
        "row": f"{change.name} {went}{place}",
        "added": f"{change.name} was added{_text(change.new)}{place}",
        "removed": f"{change.name} was removed{_text(change.old)}{place}",
        "predicate": f"the claim's predicate {went}",
        "interpretation": f"the claim's {change.name.partition('.')[2] or 'interpretation'} {went}",
        "claim": f"the claim's declaration {went}",
        "assumption": f"the assumption {change.name} {went}",
        "quotation": f"the article's words at {change.name} {went}{place}",
        "order": "the order of the rows changed",
        "uncertainty": f"references show other errors: {format_count(len(change.figures), 'figure')} redrawn",
        "rows": f"{change.name}: {change.new}{place}",
        "expression": f"the expression of {change.name} {went}",
        "view": f"the evidence view {change.name} cannot be replayed",
    }[change.kind]


def _place(differs: Change | RowChange) -> str:
    return f" ({differs.locator})" if differs.locator else ""


def _text(text: str) -> str:
    return f": {shown(text)}" if text else ""


def _both_shown(old: object, new: object, apart: bool = False) -> tuple[str, str]:
    """Return two values as shown, only from their difference on if `apart` or if it would be cut off."""
    first, second = ("no value" if value is None else shown(str(value)) for value in (old, new))
    if apart or (first == second and str(old) != str(new)):
        first, second = map(shown, _differing_parts(str(old), str(new)))
    return first, second


def _differing_parts(old: str, new: str) -> tuple[str, str]:
    """Return two texts without most of their common beginning, so that the difference is visible."""
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    start = alike - ALIKE_SHOWN
    return (old, new) if start < ALIKE_SHOWN else (f"…{old[start:]}", f"…{new[start:]}")


def _code_words(change: Change) -> str:
    """Return in words what other code changes: how cells are parsed, or the verdict on equal inputs."""
    if change.name == "old inputs":
        return f"other code made the old release: this code gives {change.new} on its inputs, not {change.old}"
    if change.name == "new inputs":
        return f"other code made the new release: this code gives {change.old} on its inputs, not {change.new}"
    cells = format_count(len(change.figures), "cell")
    return f"the declarations of columns, or the code, parse {cells} of the same text differently"


def moved_words(move: ValueChange) -> str:
    """Return how a value moved: old, new, relative change, and the shares of the draws where these moved."""
    parts = [_arrow(move.old, move.new, move.unit)] if json_value(move.old) != json_value(move.new) else []
    # Of a difference in points, and of a value whose sign changes, the relative change says nothing.
    if not math.isnan(move.change) and move.unit.split(" ")[-1] != "point" and move.old * move.new > 0:
        size = format_number(abs(100 * move.change))
        parts[:1] = [f"{part} ({MINUS if move.change < 0 else '+'}{size}%)" for part in parts[:1]]
    if json_value(move.old_probability) != json_value(move.new_probability):
        parts.append(f"holds in {format_share(move.old_probability)} → {format_share(move.new_probability)}")
    return "; ".join(parts)


def _arrow(old: float, new: float, unit: str) -> str:
    """Return two values with enough digits to distinguish them."""
    known = not (math.isnan(old) or math.isnan(new) or math.isinf(old) or math.isinf(new))
    digits = {"digits": digits_between(old, new)} if known else {}
    return f"{format_value(old, unit, **digits)} → {format_value(new, unit, **digits)}"


def row_name(row: RowChange) -> str:
    """Return the key of a row in one word."""
    return "/".join(str(value) for value in row.key.values())


def revised_words(row: RowChange) -> str:
    """Return the texts of a changed row before and after; of one that was added or removed, the one that it has."""
    if row.table_name == "comparisons":
        return " → ".join(row.columns["result"])
    columns = {"text": row.columns["text"]} if "text" in row.columns else row.columns
    words = []
    for name, pair in columns.items():
        if name != "locator":
            texts = " → ".join(_both_shown(*pair))
            words.append(texts if name in ("text", "value") else f"{name} {texts}")
    if row.change != "revised":
        words = [shown(str(value)) for pair in columns.values() for value in pair if value is not None]
    return ", ".join(words)


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
    hashes: Mapping[str, str],
) -> pd.DataFrame:
    """Return what differs between the previous release and these tables, as rows of `schemas.analysis.Changes`.

    `hashes` are the SHA-256 of the tables' files: a table whose file is that of before is not read twice.
    A previous release that cannot be compared, damaged or made by code too old, is not an error: a note says so.
    """
    blank: dict[str, Any] = {name: "" for name in ("table_name", "name", "evidence_view", "unit", "old", "new")}
    blank |= {"previous": previous.release_id, "as_of": None, "causes": [], "caused_by": []}
    # This release does not exist yet: what its manifest will say is put together here.
    files: dict[str, Any] = {f"tables/{table}.parquet": {} for table in (*tables, "changes")}
    made = LocalRelease("", previous.folder, {"files": files, "code": code, "versions": versions})
    found = _rows(previous, made, tables, hashes, metrics, printed)
    return table_of(Changes, ({**blank, "position": place, **row} for place, row in enumerate(found)))


def _rows(
    previous: PreviousRelease,
    made: LocalRelease,
    tables: Tables,
    hashes: Mapping[str, str],
    metrics: Metrics,
    printed: Printed,
) -> Iterator[Row]:
    """Yield the rows of the table."""
    if not previous.release_id:
        yield _note(FIRST)
        return
    name = f"release {previous.release_id}, the latest before the raw files changed"
    if previous.manifest is None:
        yield _note(f"Nothing can be compared with {name}: it is damaged or gone.")
        return
    release = LocalRelease(previous.release_id, previous.folder, previous.manifest)
    try:
        old = _tables_of(release, tables, hashes)
        if missing := missing_tables(old):
            yield _note(f"Nothing can be compared with {name}: it lacks {missing}.")
            return
        if strange := set(old["verdicts"]["status"]) - set(STATUSES):
            raise ValueError(f"no such verdict: {', '.join(sorted(map(str, strange)))}")
        difference = difference_of(release, made, compare(old, tables, metrics, printed))
        found = list(difference_rows(difference))
    except UNREADABLE as error:
        why = f"{type(error).__name__}: {error}".splitlines()[0]
        yield _note(f"Nothing can be compared with {name}: it is of another version ({why}).")
        return
    yield _note(f"Compared with {name}.")
    yield from map(_note, fact_lines(difference))
    yield from found


def _tables_of(release: LocalRelease, tables: Tables, hashes: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Return the tables of a release; those whose files are as they are now are not read again."""
    facts = release.manifest["files"]
    found = {}
    for file in sorted(facts):
        if file.startswith("tables/"):
            name = Path(file).stem
            is_same = facts[file].get("sha256") == hashes.get(name, "")
            found[name] = tables[name] if is_same else read_parquet(release.folder / file)
    return found


def _note(text: str) -> Row:
    return {"kind": "note", "text": text}


def difference_rows(difference: TableDifference) -> Iterator[Row]:
    """Yield a row for each changed outcome, changed verdict, moved value and changed row, then the counts.

    Omits empty columns; the row of a verdict also has the claim's statement.
    """
    yield from map(_outcome_row, difference.outcomes)
    yield from map(_verdict_row, difference.verdicts)
    yield from map(_moved_row, difference.moved)
    yield from map(_differing_row, difference.rows)
    for table in COMPUTED:
        counts = difference.counts.get(table)
        if counts:
            words = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
            yield {"kind": "counted", "table_name": table, "text": f"{table} {words}"}


def _outcome_row(change: OutcomeChange) -> Row:
    return {
        **vars(change),
        "kind": "outcome",
        "text": change.why,
        "causes": list(outcome_causes(change)),
        "caused_by": [cause.name for cause in change.causes],
    }


def _verdict_row(change: VerdictChange) -> Row:
    return {
        **vars(change),
        "kind": "verdict",
        "table_name": "verdicts",
        "name": change.claim_id,
        "text": metric_words(change),
        "old": change.old.status,
        "new": change.new.status,
        "causes": list(cause_lines(change.causes)),
        "caused_by": [cause.change.name for cause in change.causes if cause.role != "other"],
    }


def _moved_row(move: ValueChange) -> Row:
    kind, table = ("moved", "verdicts") if move.kind == "verdict" else ("metric", "metrics")
    return {
        **vars(move),
        "kind": kind,
        "table_name": table,
        "old": _number_text(move.old),
        "new": _number_text(move.new),
        "text": moved_words(move),
    }


def _number_text(value: float) -> str:
    return "" if pd.isna(value) else repr(float(value))


def _differing_row(row: RowChange) -> Row:
    pairs = [row.columns["text"]] if "text" in row.columns else list(row.columns.values())
    return {
        "kind": row.change,
        "table_name": row.table_name,
        "name": row_name(row),
        "old": _side_text(pairs, 0),
        "new": _side_text(pairs, 1),
        "text": f"{revised_words(row)}{_place(row)}".strip(),
    }


def _side_text(pairs: Sequence[tuple[Any, Any]], side: int) -> str:
    return "; ".join(str(pair[side]) for pair in pairs if pair[side] is not None)


def difference_lines(difference: Difference) -> Iterator[str]:
    """Yield what changed from one release to another: outcomes and verdicts with their causes, values, rows."""
    if difference.identical:
        same = difference.old == difference.new
        yield f"Identical: {f'both are release {difference.old}' if same else 'the releases hold the same files'}"
        return
    yield from fact_lines(difference)
    rows = grouped(difference_rows(difference), lambda row: row["kind"])
    yield from _outcome_lines(rows["outcome"])
    yield from _verdict_lines(rows["verdict"])
    yield from _moved_lines("Moved, verdict unchanged:", rows["moved"])
    yield from _moved_lines("Other metrics that moved:", rows["metric"])
    yield from _row_lines(difference.rows)
    counts = [row["text"] for row in rows["counted"]]
    if counts:
        yield f"Computed tables: {'; '.join(counts)}"


def _outcome_lines(rows: Sequence[Row]) -> Iterator[str]:
    if rows:
        yield f"{format_count(len(rows), 'outcome')} changed:"
    for row in rows:
        yield from _change_lines(row, row["name"])


def _verdict_lines(rows: Sequence[Row]) -> Iterator[str]:
    if rows:
        claims = {row["name"] for row in rows}
        yield f"{format_count(len(claims), 'claim')} changed:"
    for name, row in _under_views(rows, lambda row: tuple(_change_lines(row, ""))):
        yield from _change_lines(row, name)


def _moved_lines(heading: str, rows: Sequence[Row]) -> Iterator[str]:
    if not rows:
        return
    yield heading
    lines = [f"  {name}: {row['text']}" for name, row in _under_views(rows, lambda row: row["text"])]
    yield from lines[:MOST_ROWS]
    if len(lines) > MOST_ROWS:
        yield f"  {len(lines) - MOST_ROWS} more; --json has all"


def _change_lines(row: Row, name: str) -> Iterator[str]:
    """Yield a changed outcome or verdict, its reason and its causes."""
    yield f"{name}: {row['old']} → {row['new']}"
    yield from (f"  {line}" for line in (row.get("statement"), row["text"], *row["causes"]) if line)


def _row_lines(changed: Sequence[RowChange]) -> Iterator[str]:
    if changed:
        yield "Rows:"
    for table, rows in grouped(changed, lambda row: row.table_name).items():
        yield from (f"  {row_words(row)}" for row in rows[:MOST_ROWS])
        if len(rows) > MOST_ROWS:
            yield f"  {table}: {len(rows) - MOST_ROWS} more; --json has all"


def _under_views(rows: Sequence[Row], words: Callable[[Row], object]) -> Iterator[tuple[str, Row]]:
    """Yield rows that are equal under several evidence views once, with a name that lists the views."""
    for alike in grouped(rows, lambda row: (row["name"], words(row))).values():
        evidence_views: dict[str, list[str]] = {}
        for row in alike:
            view = row["evidence_view"].replace("_", " ")
            evidence_views.setdefault(view, []).append(str(row["as_of"] or ""))
        views = [_view_words(view, days) for view, days in evidence_views.items()]
        name = alike[0]["name"]
        yield name if views == ["printed"] else f"{name} ({'; '.join(views)})", alike[0]


def _view_words(view: str, days: Sequence[str]) -> str:
    return view if view == "printed" else f"{view} {', '.join(days)}".strip()


def row_words(row: RowChange) -> str:
    """Return a changed row: its table, key, the texts before and after, and a figure's place."""
    words = revised_words(row)
    if row.table_name == "comparisons":
        return f"comparison of {row_name(row)}: {words}"
    return f"{row.table_name} {row.change} {row_name(row)}{': ' if words else ''}{words}{_place(row)}"


def difference_json(difference: Difference) -> Any:
    """Return what changed as JSON can hold it; `tidebook schema diff` prints the form."""
    # Pydantic would warn of whole numbers in cells, which its classes have as numbers.
    return TypeAdapter(Difference).dump_python(difference, mode="json", warnings=False)
