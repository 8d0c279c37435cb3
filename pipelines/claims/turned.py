"""Outcomes that turned between two releases: of printed figures and of statements, and the rows that turned them.

Belongs here: which outcome is not what it was, and which changed rows it rests on. Does not: verdicts on single
readings (`changes`), which are judged again to find their causes (`causes`), or words (`changes_table`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from pipelines.claims.causes import ROLES, Cause, Change
from pipelines.claims.rows import RowChange, plain
from pipelines.worlds.build import SPREAD
from schemas.base import records

Tables = Mapping[str, pd.DataFrame]
Rows = Mapping[str, Sequence[RowChange]]

OUTCOMES = {"outcomes": ("statement_id", "why"), "figure_outcomes": ("figure_id", "reason")}
"""The tables of outcomes: the column of the id, and of what is said of it. Statements come first."""

EVIDENCE = {"figures": "figure_id", "references": "figure_id", "events": "event_id", "observations": "observation_id"}
"""Tables whose rows are evidence, each with the column by which it is named."""

DECLARED = {"claims": "claim_id", "readings": "claim_id", "predictions": "prediction_id", "metrics": "metric_id"}
"""Tables that say how a statement is judged, each with the column that says which."""

ASSUMED = {"assumptions": "name"}


@dataclass(frozen=True)
class OutcomeChange:
    """An outcome that is not what it was; `causes` are changes of the rows that it rests on, in the nearest sense."""

    table: str
    name: str
    old: str
    new: str
    why: str
    causes: tuple[Change, ...]


def outcome_changes(old: Tables, new: Tables, rows: Rows, turned: Mapping[str, Sequence[Cause]]) -> list[OutcomeChange]:
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


def _turned(table: str, old: Tables, new: Tables) -> Iterator[OutcomeChange]:
    """Yield what turned in a table, without its causes."""
    if table in old and table in new:
        key, why = OUTCOMES[table]
        was = {row[key]: row["outcome"] for row in records(old[table])}
        for row in records(new[table]):
            if was.get(row[key], row["outcome"]) != row["outcome"]:
                yield OutcomeChange(table, row[key], was[row[key]], row["outcome"], row[why], ())


def _causes(
    name: str, tables: Sequence[Tables], rows: Rows, turned: Sequence[Cause], figures: Mapping[str, OutcomeChange]
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


def _first_changed(rows: Rows, rests: set[str], judged: set[str]) -> list[Change]:
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


def _at_its_source(change: Change, rows: Rows) -> list[Change]:
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
    return "" if plain(value) is None else str(plain(value))
