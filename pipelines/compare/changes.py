"""What changed between two releases: outcomes and verdicts that turned and why, other values, rows that differ.

The causes of a verdict's turn are found in `causes`, by judging again, those of an outcome's here, among the rows that
it rests on. How a change reads in words is in `changes_table`.

A cell that was `$8B` and is `$40B` goes this way:

- `rows` finds the rows of each table that differ, as `RowChange`: the figure's own, which is reported, and those of
  computed tables, which are counted.
- A verdict that is another is a `VerdictChange` here. Judging again in `causes` finds the figure as a `Change`, and
  that it turns the verdict alone: a `Cause`. Where the verdict stays, the value that moved is a `ValueChange`.
- An outcome that is another is an `OutcomeChange`, with the changes that turned the verdicts that it follows from.
- `compare` gives all of these as a `TableDifference`. `changes_table` puts each into words, such as `because
  firms/a/funding went from $8B to $40B`, in a row of the table `changes`: of such rows the report and the lines of
  `tidebook diff` are made. JSON has the objects themselves, of a change and a cause what `ToldChange` and `ToldCause`
  have.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import Field, PlainSerializer

from tidebook.pipelines.compare.causes import ROLES, Cause, Change, Replay, causes_of
from tidebook.pipelines.compare.database_replay import NEEDED as NEEDED_THERE
from tidebook.pipelines.compare.database_replay import DatabaseReplay, terms_on_database
from tidebook.pipelines.compare.rows import (
    CHANGES,
    CellValue,
    Number,
    RowChange,
    finding_changes,
    reported,
    row_changes,
)
from tidebook.pipelines.evaluate.declared import Metrics
from tidebook.pipelines.evaluate.evidence_views import Lens, best_known
from tidebook.pipelines.evaluate.scenarios import SPREAD
from tidebook.pipelines.judge.database import LENS
from tidebook.pipelines.read.documents import Shape, json_value
from tidebook.pipelines.read.grouping import grouped
from tidebook.pipelines.read.printed import Printed
from tidebook.schemas.base import Tables, records
from tidebook.schemas.units import UNSCALED
from tidebook.schemas.vocabulary import OF_THE_PRINT

_Pair = tuple[dict[str, Any], dict[str, Any]]
"""The old and the new row of one verdict."""

KEY = ("claim_id", "lens", "as_of")
OWN = "changes"
"""The table that says what changed; two releases' accounts of it are not compared."""

ChangedRows = Mapping[str, Sequence[RowChange]]
Counts = Mapping[str, Mapping[str, int]]

OUTCOMES = {"outcomes": ("statement_id", "why"), "figure_outcomes": ("figure_id", "reason")}
"""The tables of outcomes: the column of the id, and of what is said of it. Statements come first."""

EVIDENCE = {"figures": "figure_id", "references": "figure_id", "events": "event_id", "observations": "observation_id"}
"""Tables whose rows are evidence, each with the column by which it is named."""

DECLARED = {"claims": "claim_id", "readings": "claim_id", "predictions": "prediction_id", "metrics": "metric_id"}
"""Tables that say how a statement is judged, each with the column that says which."""

ASSUMED = {"assumptions": "name"}

Day = Annotated[dt.date | None, PlainSerializer(json_value, return_type=str | None)]
OutcomeTable = Literal["outcomes", "figure_outcomes"]


@dataclass(frozen=True)
class ToldChange(Shape):
    """A difference that turned something."""

    kind: str
    name: str
    old: str
    new: str
    locator: str


def _told_change(change: Change) -> ToldChange:
    return ToldChange(change.kind, change.name, change.old, change.new, change.locator)


@dataclass(frozen=True)
class ToldCause(Shape):
    """A change, and what it does to a verdict that turned."""

    role: Literal["alone", "together", "other"]
    """Whether it turns the verdict by itself, only with others, or not at all."""
    kind: str
    name: str
    old: str
    new: str
    locator: str
    figures: tuple[str, ...]
    alone: dict[str, CellValue] | None
    """What the claim comes to with this change alone; null where it cannot be replayed."""


def _told_cause(cause: Cause) -> ToldCause:
    told = vars(_told_change(cause.change)) | {"role": cause.role, "figures": cause.change.figures}
    return ToldCause(**told, alone=cause.alone and cause.alone._asdict())


@dataclass(frozen=True)
class Verdict(Shape):
    """The verdict on a claim in one release."""

    status: str
    value: Number
    probability: Number
    metric_id: str
    predicate: str
    unit: str
    reason: str


VERDICT = tuple(Verdict.__annotations__)

NEEDED = {
    "figures": ("figure_id", "subject", "text", "value", *SPREAD, "kind", "unit", "labels", "locator"),
    "claims": ("claim_id", "statement", "untestable"),
    "readings": ("claim_id", "rank", "metric_id", "predicate"),
    "assumptions": ("name", "value"),
    "metrics": ("metric_id", "value", "unit"),
    "verdicts": ("claim_id", *VERDICT),
}
"""The tables, and of each the columns, that both releases must have."""


@dataclass(frozen=True)
class VerdictChange(Shape):
    """A verdict that turned."""

    claim_id: str
    lens: str
    as_of: Day
    statement: str
    old: Verdict
    new: Verdict
    causes: tuple[Annotated[Cause, PlainSerializer(_told_cause)], ...]


@dataclass(frozen=True)
class ValueChange(Shape):
    """A value that moved while its verdict stayed."""

    # `name` is the claim whose metric it is (`verdict`), or another metric (`metric`).
    kind: Literal["verdict", "metric"]
    name: str
    lens: str
    as_of: Day
    unit: str
    old: Number
    new: Number
    change: Number
    """Relative to the old value; null where that says nothing."""
    old_probability: Number
    new_probability: Number


@dataclass(frozen=True)
class OutcomeChange(Shape):
    """A statement or figure whose outcome turned."""

    # `causes` are changes of the rows that it rests on, in the nearest sense.
    table: OutcomeTable
    name: str
    """Id of the claim, prediction or figure."""
    old: str
    new: str
    why: str
    causes: tuple[Annotated[Change, PlainSerializer(_told_change)], ...]


@dataclass(frozen=True)
class TableDifference(Shape):
    """All that differs between the tables of two releases."""

    # An attribute's docstring would not be inherited.
    outcomes: Annotated[tuple[OutcomeChange, ...], Field(description="Statements and figures whose outcome turned.")]
    flips: Annotated[tuple[VerdictChange, ...], Field(description="Verdicts that turned, under each lens.")]
    moved: tuple[ValueChange, ...]
    rows: tuple[RowChange, ...]
    counts: Annotated[Counts, Field(description="By table: how many rows were removed, revised and added.")]

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(self.flips or self.moved or self.counts)


def lens_of(tables: Tables, lens: str, as_of: Any) -> Lens | None:
    """Return a lens on the figures; None for one that cannot be replayed."""
    if lens == "best_known" and "references" in tables:
        verdicts = tables["verdicts"]
        printed = verdicts["as_of"][verdicts["lens"] == "printed"].min()
        return best_known(tables["figures"], tables["references"], as_of, printed)
    return Lens("printed", as_of, tables["figures"]) if lens == "printed" else None


def missing_tables(tables: Tables) -> str:
    """Return the first of the needed tables that is not among these with its columns, in words; nothing if none."""
    for name, columns in NEEDED.items():
        if name not in tables or not set(columns) <= set(tables[name].columns):
            return f"the table {name} with the columns {', '.join(columns)}"
    return ""


def compare(old: Tables, new: Tables, metrics: Metrics, printed: Printed) -> TableDifference:
    """Return what differs between the tables of two releases, which both have what `NEEDED` says.

    What turned a verdict is found with the metrics as they are now.
    """
    pairs = list(_matched(old["verdicts"], new["verdicts"]))
    flips = list(_verdict_changes(old, new, pairs, metrics, printed))
    moved = list(_value_changes(old["metrics"], new["metrics"], pairs))
    changes = {name: row_changes(name, old[name], new[name], printed) for name in old if name in new and name != OWN}
    counts = {
        name: {kind: sum(change.change == kind for change in found) for kind in CHANGES}
        for name, found in changes.items()
        if found
    }
    rows = [row for found in changes.values() for change in found if (row := reported(change, printed))]
    rows += finding_changes(changes.get("findings", []))
    outcomes = outcome_changes(old, new, changes, _deciding(flips, new["claims"]))
    return TableDifference(tuple(outcomes), tuple(flips), tuple(moved), tuple(rows), counts)


def _deciding(flips: Sequence[VerdictChange], claims: pd.DataFrame) -> dict[str, list[Cause]]:
    """Return by claim the causes of those verdicts that its outcome follows from: a test's is that of the print."""
    kinds = {row["claim_id"]: row.get("kind") for row in records(claims)}
    found: dict[str, list[Cause]] = defaultdict(list)
    for each in flips:
        if each.lens == ("printed" if kinds[each.claim_id] in OF_THE_PRINT else "best_known"):
            found[each.claim_id] += each.causes
    return found


def _matched(old: pd.DataFrame, new: pd.DataFrame) -> Iterator[_Pair]:
    """Yield the verdicts that both releases give, in the new order, by those columns of `KEY` that both have.

    Where just one day of a claim and lens is left on either side, the two are the same lens at a later day.
    """
    by = [name for name in KEY if name in old.columns and name in new.columns]
    was, now = (
        {tuple(row[name] for name in by): row for row in records(frame.drop_duplicates(by))} for frame in (old, new)
    )
    lone = grouped(was.keys() - now.keys(), lambda key: key[:2])
    left = [key[:2] for key in now if key not in was]
    for key, row in now.items():
        if key in was:
            yield was[key], row
        elif len(lone[key[:2]]) == 1 == left.count(key[:2]):
            yield was[lone[key[:2]][0]], row


def _verdict_changes(
    old: Tables, new: Tables, pairs: Sequence[_Pair], metrics: Metrics, printed: Printed
) -> Iterator[VerdictChange]:
    """Yield the verdicts that turned, each with its causes."""
    claims = {row["claim_id"]: row for row in records(new["claims"])}
    replay_of = functools.cache(functools.partial(_replay_of, old, new, metrics, printed))
    terms_in = [functools.cache(functools.partial(terms_of, tables)) for tables in (old, new)]
    for was, now in pairs:
        if was["status"] == now["status"]:
            continue
        claim_id, lens, days = now["claim_id"], now.get("lens", "printed"), (was.get("as_of"), now.get("as_of"))
        seen = "printed" if claims[claim_id].get("kind") in OF_THE_PRINT else lens
        if (replay := replay_of(seen, days)) is None:
            causes = [Cause(Change("lens", lens), "other")]
        else:
            first, second = (
                terms_on_database(tables, verdict) if seen == LENS else terms()[claim_id]
                for tables, terms, verdict in zip((old, new), terms_in, (was, now), strict=True)
            )
            # A term that only one release has, such as a new assumption, counts as the same in both: it is no change.
            terms = second | first, first | second
            causes = causes_of(replay, replay.changes(*terms), *terms, was["status"], now["status"])
        before, after = (Verdict(*(row[name] for name in VERDICT)) for row in (was, now))
        yield VerdictChange(claim_id, lens, days[1], claims[claim_id]["statement"], before, after, tuple(causes))


def _replay_of(
    old: Tables, new: Tables, metrics: Metrics, printed: Printed, lens: str, days: tuple[Any, Any]
) -> Replay | DatabaseReplay | None:
    """Return the replay of two releases under a lens, or None when they do not have what it takes."""
    if lens == LENS:
        return DatabaseReplay(old, new) if all(name in each for name in NEEDED_THERE for each in (old, new)) else None
    was, now = lens_of(old, lens, days[0]), lens_of(new, lens, days[1])
    if was is None or now is None:
        return None
    return Replay(was, now, metrics, (old["figures"], new["figures"]), printed)


def terms_of(tables: Tables) -> dict[str, dict[str, str]]:
    """Return by claim what it is judged by, as text: claim, reading judged on, and every assumption by its name."""
    judged = {row["claim_id"]: row for row in records(tables["readings"]) if row["rank"] == 0}
    blank = {"reading": "", "metric_id": "", "predicate": "", "least_n": "1", "requires": ""}
    assumed = dict(zip(tables["assumptions"]["name"], tables["assumptions"]["value"], strict=True))
    known = {row["metric_id"]: row for row in records(tables["metrics"])}
    found = {}
    for claim in records(tables["claims"]):
        name = claim["claim_id"]
        reading = {part: str(judged[name].get(part, text)) for part, text in blank.items()} if name in judged else blank
        metric = known.get(reading["metric_id"], {})
        stated = {part: metric.get(part, "") for part in ("expression", "unit")}
        found[name] = {"claim_id": name, "untestable": str(claim["untestable"]), **reading, **stated, **assumed}
    return found


def _value_changes(old: pd.DataFrame, new: pd.DataFrame, pairs: Sequence[_Pair]) -> Iterator[ValueChange]:
    """Yield the claims whose metric, or share of draws, changed while their verdict stayed, then the other metrics.

    These are metrics that no claim as printed is judged on.
    """
    judged = {now["metric_id"] for _, now in pairs if now.get("lens", "printed") == "printed"}
    known = {row["metric_id"]: row for row in records(old) if row["metric_id"] not in judged}
    both: list[tuple[Literal["verdict", "metric"], str, *_Pair]]
    both = [("verdict", now["claim_id"], was, now) for was, now in pairs if was["status"] == now["status"]]
    both += [("metric", name, known[name], now) for now in records(new) if (name := now["metric_id"]) in known]
    for kind, name, was, now in both:
        shares = [row.get("probability", math.nan) for row in (was, now)]
        values = was["value"], now["value"]
        if not (_equal(*values) and _equal(*shares)):
            seen = now.get("lens", "printed"), now.get("as_of")
            yield ValueChange(kind, name, *seen, now["unit"], *values, _relative(was, now), *shares)


def _equal(was: float, now: float) -> bool:
    """Return whether two numbers are the same to nine digits, or both are none."""
    return math.isclose(was, now, rel_tol=1e-9) or (math.isnan(was) and math.isnan(now))


def _relative(was: Mapping[str, Any], now: Mapping[str, Any]) -> float:
    """Return the change of a value relative to the old one, NaN where that says nothing."""
    if was["unit"] != now["unit"] or now["unit"] in UNSCALED or was["value"] == 0:
        return math.nan
    return float((now["value"] - was["value"]) / abs(was["value"]))


def outcome_changes(
    old: Tables, new: Tables, rows: ChangedRows, turned: Mapping[str, Sequence[Cause]]
) -> list[OutcomeChange]:
    """Return the outcomes that turned, given the changed rows by table and the causes of verdicts that turned by claim.

    What only one release judges has not turned; of releases without outcomes nothing has.
    """
    figures = {
        each.name: replace(each, causes=tuple(_first_changed(rows, {each.name}, set())))
        for each in _turned("figure_outcomes", old, new)
    }
    statements = [
        replace(each, causes=tuple(_causes(each.name, (old, new), rows, turned.get(each.name, ()), figures)))
        for each in _turned("outcomes", old, new)
    ]
    return [*statements, *figures.values()]


def _turned(table: OutcomeTable, old: Tables, new: Tables) -> Iterator[OutcomeChange]:
    """Yield what turned in a table, without its causes."""
    if table in old and table in new:
        key, why = OUTCOMES[table]
        was = {row[key]: row["outcome"] for row in records(old[table])}
        for row in records(new[table]):
            if was.get(row[key], row["outcome"]) != row["outcome"]:
                yield OutcomeChange(table, row[key], was[row[key]], row["outcome"], row[why], ())


def _causes(
    name: str,
    tables: Sequence[Tables],
    rows: ChangedRows,
    turned: Sequence[Cause],
    figures: Mapping[str, OutcomeChange],
) -> list[Change]:
    """Return what turned the outcome of a statement, the first of these that there is: what turned a verdict on it,
    what turned a figure that it asserts, evidence that is not the same, what it is judged by, assumptions."""
    if replayed := dict.fromkeys(cause.change for cause in turned if cause.role in ROLES[:2]):
        return list(dict.fromkeys(each for change in replayed for each in _at_its_source(change, rows)))
    claims = [row for table in tables for row in _of(table, "claims", "claim_id", name)]
    asserted = dict.fromkeys(each for row in claims for each in row.get("asserts", ()) if each in figures)
    if of_figures := [change for figure in asserted for change in figures[figure].causes]:
        return of_figures
    return _first_changed(rows, *_rests_on(name, tables))


def _first_changed(rows: ChangedRows, rests: set[str], judged: set[str]) -> list[Change]:
    """Return the changed rows of evidence and of what is declared; where there are none, those of assumptions."""

    def changed(named: Mapping[str, str], ids: set[str] | None) -> list[Change]:
        return [
            change
            for each, column in named.items()
            for row in rows.get(each, ())
            if ids is None or row.key.get(column) in ids
            for change in _changes(row, column)
        ]

    return [*changed(EVIDENCE, rests), *changed(DECLARED, judged)] or changed(ASSUMED, None)


def _at_its_source(change: Change, rows: ChangedRows) -> list[Change]:
    """Return what stood behind a figure that a lens replaced: changed references, once a place; else the change."""
    behind = [row for row in rows.get("references", ()) if row.key.get("figure_id") in change.figures]
    found = {row.locator: each for row in behind for each in _changes(row, "figure_id")}
    return list(found.values()) or [change]


def _rests_on(name: str, tables: Sequence[Tables]) -> tuple[set[str], set[str]]:
    """Return the ids of the evidence of a statement, and those by which its declaration is found, in both releases."""
    evidence, judged = set(), {name}
    for each in tables:
        of_metrics = {row["metric_id"]: row for row in records(each["metrics"])}
        for row in _of(each, "readings", "claim_id", name):
            judged.add(row["metric_id"])
            evidence.update(of_metrics.get(row["metric_id"], {}).get("evidence", ()))
        for row in _of(each, "claims", "claim_id", name):
            evidence.update(row.get("asserts", ()))
        for table in ("resolutions", "forecasts"):
            for row in _of(each, table, "prediction_id", name):
                evidence.update(row["evidence"])
    return evidence, judged


def _of(tables: Tables, name: str, column: str, value: str) -> list[dict[str, Any]]:
    table = tables.get(name)
    return records(table[table[column] == value]) if table is not None and column in table else []


def _changes(row: RowChange, column: str) -> Iterator[Change]:
    """Yield a changed row as what it changes: its text where it has one, else each column that is another."""
    name = str(row.key[column])
    kind, text = _TEXTS.get(row.table, ("row", "text"))
    pair = row.columns.get(text)
    if row.change == "revised" and pair is None:
        others = {} if row.table == "metrics" else row.columns
        for other, both in others.items():
            if other not in ("locator", *SPREAD):
                old, new = map(_text, both)
                read = other == "value" and kind == "figure"  # the same text: what is declared of it is another
                what = f"{name}, as it is read," if read else f"{row.table} {name}, {other}"
                yield Change("row", what, old, new, row.locator)
        return
    old, new = map(_text, pair or ("", ""))
    kind = kind if row.change == "revised" else row.change
    yield Change(kind, name if pair else f"{row.table} {name}", old, new, row.locator)


_TEXTS = {
    "figures": ("figure", "text"),
    "references": ("figure", "text"),
    "assumptions": ("assumption", "value"),
    "metrics": ("expression", "expression"),
}
"""Of some tables, what kind of change it is, and the column with the text."""


def _text(value: Any) -> str:
    found = json_value(value)
    return "" if found is None else str(found)
