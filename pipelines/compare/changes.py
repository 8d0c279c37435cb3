"""What changed between two releases: outcomes and verdicts with the causes, values, rows.

Belongs here: matching two releases, and the causes of a changed outcome, which are among the rows that it depends on.
Does not: the causes of a changed verdict, found by judging again (`causes`), or how a change reads in words
(`changes_table`).

A cell that was `$8B` and is `$40B` goes this way:

- `rows` finds the rows of each table that differ, as `RowChange`: the figure's own, which is reported, and those of
  computed tables, which are counted.
- A changed verdict is a `VerdictChange` here. Judging again in `causes` finds the figure as a `Change`, and that it
  changes the verdict alone: a `Cause`. Where the verdict stays, the value that moved is a `ValueChange`.
- A changed outcome is an `OutcomeChange`, with the changes behind the verdicts that it follows from.
- `compare` gives all of these as a `TableDifference`. `changes_table` puts each into words, such as `because
  firms/a/funding went from $8B to $40B`, in a row of the table `changes`, from which the report and the lines of
  `tidebook diff` are made. JSON has the objects themselves, changes and causes as `ChangeDocument` and `CauseDocument`.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, NamedTuple

import pandas as pd
from pydantic import Field, PlainSerializer

from tidebook.pipelines.compare.causes import Cause, Change, OtherView, Replay, Replayed, Role, causes_of
from tidebook.pipelines.compare.rows import (
    CHANGES,
    CellValue,
    Number,
    RowChange,
    comparison_changes,
    reported,
    row_changes,
)
from tidebook.pipelines.evaluate.declared import Metrics
from tidebook.pipelines.evaluate.evaluations import Evaluations
from tidebook.pipelines.evaluate.evidence_views import EvidenceView, best_known
from tidebook.pipelines.read.documents import JsonDocument, json_value
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.read.plugin import load, plugin, plugin_with
from tidebook.pipelines.read.printed import Printed, ends_of
from tidebook.schemas.base import Tables, records
from tidebook.schemas.units import UNSCALED
from tidebook.schemas.vocabulary import ABOUT_PRINTED, CONTRADICTS, EVIDENCE_VIEWS, SPREAD

_Pair = tuple[dict[str, Any], dict[str, Any]]
"""The old and the new row of one verdict."""

KEY = ("claim_id", "evidence_view", "as_of")
OWN = "changes"
"""The table of changes itself, which is not compared."""

ChangedRows = Mapping[str, Sequence[RowChange]]
Counts = Mapping[str, Mapping[str, int]]

OutcomeTable = Literal["outcomes", "figure_outcomes", "text_findings"]
OUTCOMES: Mapping[OutcomeTable, tuple[str, str]] = {
    "outcomes": ("statement_id", "why"),
    "figure_outcomes": ("figure_id", "reason"),
}
"""Tables of outcomes, statements first: the columns with the id and the reason."""

TEXT: Literal["text_findings"] = "text_findings"
NEW, GONE = "new", "gone"
"""The word for the outcome in a release that lacks the figure, claim or place."""

EVIDENCE = {
    "figures": "figure_id",
    "reference_values": "figure_id",
    "events": "event_id",
    "observations": "observation_id",
}
"""Tables of evidence, each with the column of its ids."""

DECLARED = {
    "claims": "claim_id",
    "interpretations": "claim_id",
    "predictions": "prediction_id",
    "metrics": "metric_id",
    "text_quotes": "quote_id",
}
"""Tables that define how a statement is judged, each with the column of its ids."""

ASSUMED = {"assumptions": "name"}

Day = Annotated[dt.date | None, PlainSerializer(json_value, return_type=str | None)]


@dataclass(frozen=True)
class ChangeDocument(JsonDocument):
    """A cause of a change."""

    kind: str
    name: str
    old: str
    new: str
    locator: str


def _change_document(change: Change) -> ChangeDocument:
    return ChangeDocument(change.kind, change.name, change.old, change.new, change.locator)


@dataclass(frozen=True)
class CauseDocument(JsonDocument):
    """A change, and what it does to a changed verdict."""

    role: Role
    """Whether it flips the verdict by itself, only with others, or not at all."""
    kind: str
    name: str
    old: str
    new: str
    locator: str
    figures: tuple[str, ...]
    alone: dict[str, CellValue] | None
    """Verdict on the claim with this change alone; null if it cannot be replayed."""


def _cause_document(cause: Cause) -> CauseDocument:
    change = vars(_change_document(cause.change))
    alone = cause.alone and cause.alone._asdict()
    return CauseDocument(**change, role=cause.role, figures=cause.change.figures, alone=alone)


@dataclass(frozen=True)
class Verdict(JsonDocument):
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
    "figures": ("figure_id", "subject", "text", "value", *SPREAD, "kind", "unit", "labels", "is_total", "locator"),
    "claims": ("claim_id", "statement", "untestable"),
    "interpretations": ("claim_id", "rank", "metric_id", "predicate"),
    "assumptions": ("name", "value"),
    "metrics": ("metric_id", "value", "unit"),
    "verdicts": ("claim_id", *VERDICT),
}
"""The tables, and of each the columns, that both releases must have."""


@dataclass(frozen=True)
class VerdictChange(JsonDocument):
    """A changed verdict."""

    claim_id: str
    evidence_view: str
    as_of: Day
    statement: str
    old: Verdict
    new: Verdict
    causes: tuple[Annotated[Cause, PlainSerializer(_cause_document)], ...]


@dataclass(frozen=True)
class ValueChange(JsonDocument):
    """A value that moved while its verdict stayed."""

    # `name` is the claim whose metric it is (`verdict`), or another metric (`metric`).
    kind: Literal["verdict", "metric"]
    name: str
    evidence_view: str
    as_of: Day
    unit: str
    old: Number
    new: Number
    change: Number
    """Relative to the old value; null if that is meaningless."""
    old_probability: Number
    new_probability: Number


@dataclass(frozen=True)
class OutcomeChange(JsonDocument):
    """A changed outcome of a statement or figure, or a contradiction in the text that is new or fixed."""

    # `causes` are changes of the rows that it depends on, in the nearest sense.
    table_name: OutcomeTable
    name: str
    """Id of the claim, prediction or figure; of a place of the text, its words."""
    old: str
    new: str
    why: str
    causes: tuple[Annotated[Change, PlainSerializer(_change_document)], ...]


@dataclass(frozen=True)
class TableDifference(JsonDocument):
    """All that differs between the tables of two releases."""

    # An attribute's docstring would not be inherited.
    outcomes: Annotated[tuple[OutcomeChange, ...], Field(description="Statements and figures whose outcome changed.")]
    verdicts: Annotated[tuple[VerdictChange, ...], Field(description="Changed verdicts, under each evidence view.")]
    moved: tuple[ValueChange, ...]
    rows: tuple[RowChange, ...]
    counts: Annotated[Counts, Field(description="By table: how many rows were removed, revised and added.")]

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(self.verdicts or self.moved or self.counts)


NO_DIFFERENCE = TableDifference((), (), (), (), {})
"""Between a release and none: what has no predecessor has not changed."""


def view_of(tables: Tables, view: str, as_of: Any, printed: Printed) -> EvidenceView | None:
    """Return an evidence view on a release's figures; None for one that cannot be replayed.

    `printed` says when the rows of a table end, which no table of a release records.
    """
    if view == "best_known" and "reference_values" in tables:
        verdicts = tables["verdicts"]
        day = verdicts["as_of"][verdicts["evidence_view"] == "printed"].min()
        # A replay does not repeat the words of disputes, so that it needs no names of publishers.
        return best_known(tables["figures"], tables["reference_values"], as_of, day, ends=ends_of(printed))
    return EvidenceView("printed", as_of, tables["figures"]) if view == "printed" else None


def missing_tables(tables: Tables) -> str:
    """Name the first table of `NEEDED` that is missing or lacks a column, with its columns; "" if none is."""
    if "readings" in tables and "interpretations" not in tables:
        return "today's names of tables and columns, as an older version of Tidebook wrote it"
    for name, columns in NEEDED.items():
        if name not in tables or not set(columns) <= set(tables[name].columns):
            return f"the table {name} with the columns {', '.join(columns)}"
    return ""


def differing_rows(old: Tables, new: Tables, printed: Printed) -> ChangedRows:
    """Return the rows that differ, by table that both sides have; a side may lack tables that could not be read."""
    old, new = map(_with_printed_metrics, (old, new))
    shared = [name for name in old if name in new and name != OWN]
    return {name: row_changes(name, old[name], new[name], printed) for name in shared}


def compare(
    old: Tables, new: Tables, metrics: Metrics, printed: Printed, differing: ChangedRows | None = None
) -> TableDifference:
    """Compare the tables of two releases, which both have what `NEEDED` says.

    Args:
        old: tables of the previous release.
        new: tables of this release.
        metrics: today's metrics, with which the causes of changed verdicts are found.
        printed: the dossier's own tables.
        differing: what `differing_rows` says of them, where it has been asked.
    """
    changes = dict(differing_rows(old, new, printed) if differing is None else differing)
    old, new = map(_with_printed_metrics, (old, new))
    pairs = list(_matched(old["verdicts"], new["verdicts"]))
    changed = list(_verdict_changes(old, new, pairs, metrics, printed))
    moved = list(_value_changes(old["metrics"], new["metrics"], pairs))
    if "evidence_rows" in changes:
        changes["evidence_rows"] = _looked_up(changes["evidence_rows"], old, new)
    rows = []
    for changed_rows in changes.values():
        for change in changed_rows:
            row = reported(change, printed)
            if row:
                rows.append(row)
    rows += comparison_changes(changes.get("comparisons", []))
    outcomes = [*outcome_changes(old, new, changes, _deciding(changed, old, new)), *_text_changes(old, new)]
    return TableDifference(tuple(outcomes), tuple(changed), tuple(moved), tuple(rows), _counts(changes))


def _with_printed_metrics(tables: Tables) -> Tables:
    """Return tables with the metrics on the printed figures alone; an older release has no others."""
    metrics = tables.get("metrics")
    if metrics is None or "evidence_view" not in metrics:
        return tables
    printed = metrics[metrics["evidence_view"] == "printed"].drop(columns=["evidence_view", "as_of"])
    return {**tables, "metrics": printed.reset_index(drop=True)}


def _looked_up(changes: Sequence[RowChange], *releases: Tables) -> list[RowChange]:
    """Return the changed rows of evidence that either release looks up, in whichever vintage.

    Others are there only because they may become what `latest` or an extreme means.
    """
    read: set[str] = set()
    for tables in releases:
        if "evidence_reads" in tables:
            read.update(_row_of(name) for name in tables["evidence_reads"]["evidence_row_id"])
    return [change for change in changes if _row_of(str(change.key["evidence_row_id"])) in read]


def _row_of(evidence_row_id: str) -> str:
    """Return the id of a row of evidence without its vintage."""
    return evidence_row_id.partition("@")[0]


class CellChanges(NamedTuple):
    """The changed cells of what is printed and of evidence; `unread`: files that changed where nothing reads them."""

    rows: Sequence[RowChange] = ()
    unread: Sequence[str] = ()


def cell_changes(old: Tables, new: Tables, printed: Printed, differing: ChangedRows) -> CellChanges:
    """Return the changed cells of what is printed and of evidence, of tables that both sides have.

    Args:
        old: tables of the previous release.
        new: tables of this one; of one that could not be built those that could be read.
        printed: the dossier's own tables.
        differing: what `differing_rows` says of them.
    """
    found: list[RowChange] = []
    for name in (*EVIDENCE, "evidence_rows", *printed):
        changes = differing.get(name, ())
        is_of_figures = name in printed and "figures" in new
        found += filter(None, (reported(each, printed) for each in changes)) if is_of_figures else changes
    was, now = (_evidence_files(tables) for tables in (old, new))
    told = {row.locator.partition(" (")[0] for row in found}
    return CellChanges(
        found, sorted(path for path, file in now.items() if was.get(path, file) != file and path not in told)
    )


def _evidence_files(tables: Tables) -> dict[str, str]:
    """Return by path which version of a file of evidence a release has read."""
    locators = tables["evidence_rows"]["locator"].unique() if "evidence_rows" in tables else ()
    return {path: version for path, _, version in (locator.partition(" (") for locator in locators)}


def _counts(changes: ChangedRows) -> dict[str, dict[str, int]]:
    """Count the changed rows of each table that has any, by how they changed."""
    counts = {}
    for name, rows in changes.items():
        if rows:
            kinds = Counter(row.change for row in rows)
            counts[name] = {kind: kinds[kind] for kind in CHANGES}
    return counts


def _deciding(changed: Sequence[VerdictChange], old: Tables, new: Tables) -> dict[str, list[Cause]]:
    """Return by claim the causes of those verdicts that its outcome follows from: a test's is that of the printed
    figures, and so is that of a claim which these contradict."""
    kinds = {row["claim_id"]: row.get("kind") for row in records(new["claims"])}
    contradicted = set()
    for tables in (old, new):
        for row in records(tables["outcomes"]) if "outcomes" in tables else ():
            if row["outcome"] == CONTRADICTS:
                contradicted.add(row["statement_id"])
    causes: dict[str, list[Cause]] = defaultdict(list)
    for flip in changed:
        is_of_print = kinds[flip.claim_id] in ABOUT_PRINTED
        views = {"printed"} if is_of_print else {"best_known"}
        if flip.claim_id in contradicted:
            views.add("printed")
        if flip.evidence_view in views:
            causes[flip.claim_id] += flip.causes
    return causes


# Verdicts and values


def _matched(old: pd.DataFrame, new: pd.DataFrame) -> Iterator[_Pair]:
    """Yield the verdicts that both releases give, in the new order, by those columns of `KEY` that both have.

    If each release has one day of a claim and evidence view that the other lacks, the two are the same evidence view at
    a later day.
    """
    columns = [name for name in KEY if name in old.columns and name in new.columns]
    was, now = _by_key(old, columns), _by_key(new, columns)
    old_only = grouped(was.keys() - now.keys(), lambda key: key[:2])
    new_only = grouped(now.keys() - was.keys(), lambda key: key[:2])
    for key, row in now.items():
        claim_and_view = key[:2]
        if key in was:
            yield was[key], row
        # With several days on a side, nothing says which of them belong together.
        elif len(old_only[claim_and_view]) == 1 == len(new_only[claim_and_view]):
            yield was[old_only[claim_and_view][0]], row


def _by_key(table: pd.DataFrame, columns: list[str]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the rows by the values of some columns, the first of several that share them."""
    rows = {}
    for row in records(table.drop_duplicates(columns)):
        rows[tuple(row[name] for name in columns)] = row
    return rows


def _verdict_changes(
    old: Tables, new: Tables, pairs: Sequence[_Pair], metrics: Metrics, printed: Printed
) -> Iterator[VerdictChange]:
    """Yield the verdicts that changed, each with its causes."""
    claims = {row["claim_id"]: row for row in records(new["claims"])}
    # Most verdicts share their view: its figures are indexed and compared once.
    replay_of = functools.cache(functools.partial(_replay_of, old, new, metrics, printed, {}))
    old_terms, new_terms = (functools.cache(functools.partial(terms_of, tables)) for tables in (old, new))
    for was, now in pairs:
        if was["status"] == now["status"]:
            continue
        claim_id, view, days = (
            now["claim_id"],
            now.get("evidence_view", "printed"),
            (was.get("as_of"), now.get("as_of")),
        )
        seen = "printed" if claims[claim_id].get("kind") in ABOUT_PRINTED else view
        replay = replay_of(seen, days)
        if replay is None:
            causes = [Cause(Change("view", view), "other")]
        else:
            other = _other_view(seen)
            if other:
                before, after = other.terms(old, was), other.terms(new, now)
            else:
                before, after = old_terms()[claim_id], new_terms()[claim_id]
            # A term that only one release has, such as a new assumption, counts as the same in both, not as a change.
            terms = after | before, before | after
            causes = causes_of(replay, replay.changes(*terms), *terms, was["status"], now["status"])
        statement = claims[claim_id]["statement"]
        yield VerdictChange(claim_id, view, days[1], statement, _verdict(was), _verdict(now), tuple(causes))


def _verdict(row: Row) -> Verdict:
    return Verdict(*(row[name] for name in VERDICT))


def _replay_of(
    old: Tables,
    new: Tables,
    metrics: Metrics,
    printed: Printed,
    known: dict[str, Evaluations],
    view: str,
    days: tuple[Any, Any],
) -> Replayed | None:
    """Return the replay of two releases under an evidence view; None if they lack its tables.

    `known` is what replays under other views have evaluated.
    """
    other = _other_view(view)
    if other:
        return other.replay(old, new)
    was, now = view_of(old, view, days[0], printed), view_of(new, view, days[1], printed)
    if was is None or now is None:
        return None
    looked_up = [release.get("evidence_rows") for release in (old, new)]
    return Replay(was, now, metrics, (old["figures"], new["figures"]), printed, looked_up, known)


def _other_view(view: str) -> OtherView | None:
    """Return an evidence view that an installed plugin brings, if it is one."""
    found = plugin_with("views", view) if view not in EVIDENCE_VIEWS else ""
    other: OtherView | None = load(plugin(found).views[view].replay) if found else None
    return other


def terms_of(tables: Tables) -> dict[str, dict[str, str]]:
    """Return by claim the terms of its judgement, as text: claim, interpretation, and every assumption by name."""
    judged = {row["claim_id"]: row for row in records(tables["interpretations"]) if row["rank"] == 0}
    blank = {"interpretation": "", "metric_id": "", "predicate": "", "least_n": "1", "requires": ""}
    assumed = dict(zip(tables["assumptions"]["name"], tables["assumptions"]["value"], strict=True))
    known = {row["metric_id"]: row for row in records(tables["metrics"])}
    terms = {}
    for claim in records(tables["claims"]):
        name = claim["claim_id"]
        interpretation = blank
        if name in judged:
            interpretation = {part: str(judged[name].get(part, text)) for part, text in blank.items()}
        metric = known.get(interpretation["metric_id"], {})
        stated = {part: metric.get(part, "") for part in ("expression", "unit")}
        terms[name] = {"claim_id": name, "untestable": str(claim["untestable"]), **interpretation, **stated, **assumed}
    return terms


def _value_changes(old: pd.DataFrame, new: pd.DataFrame, pairs: Sequence[_Pair]) -> Iterator[ValueChange]:
    """Yield the claims whose metric, or share of draws, changed while their verdict stayed, then the other metrics.

    The others are metrics that no claim is judged by as printed.
    """
    judged = set()
    for was, now in pairs:
        if now.get("evidence_view", "printed") == "printed":
            judged.add(now["metric_id"])
        if was["status"] == now["status"] and _moved(was, now):
            yield _value_change("verdict", now["claim_id"], was, now)
    known = {row["metric_id"]: row for row in records(old)}
    for now in records(new):
        name = now["metric_id"]
        if name in known and name not in judged and _moved(known[name], now):
            yield _value_change("metric", name, known[name], now)


def _moved(was: Row, now: Row) -> bool:
    """Whether the value or the share of draws changed."""
    same_share = _equal(was.get("probability", math.nan), now.get("probability", math.nan))
    return not (_equal(was["value"], now["value"]) and same_share)


def _value_change(kind: Literal["verdict", "metric"], name: str, was: Row, now: Row) -> ValueChange:
    return ValueChange(
        kind=kind,
        name=name,
        evidence_view=now.get("evidence_view", "printed"),
        as_of=now.get("as_of"),
        unit=now["unit"],
        old=was["value"],
        new=now["value"],
        change=_relative(was, now),
        old_probability=was.get("probability", math.nan),
        new_probability=now.get("probability", math.nan),
    )


def _equal(was: float, now: float) -> bool:
    """Whether two numbers are the same to nine digits; NaN equals NaN."""
    # Another version of a library may sum in another order, which moves the last digits.
    return math.isclose(was, now, rel_tol=1e-9) or (math.isnan(was) and math.isnan(now))


def _relative(was: Row, now: Row) -> float:
    """Return the change of a value relative to the old one; NaN if units differ or the unit has no zero."""
    if was["unit"] != now["unit"] or now["unit"] in UNSCALED or was["value"] == 0:
        return math.nan
    return float((now["value"] - was["value"]) / abs(was["value"]))


# Outcomes


def outcome_changes(
    old: Tables, new: Tables, rows: ChangedRows, changed: Mapping[str, Sequence[Cause]]
) -> list[OutcomeChange]:
    """Return the outcomes that changed, statements first, each with the changes behind it.

    What only one release judges has not changed; without outcomes in a release, nothing has.

    Args:
        old: tables of the previous release.
        new: tables of this release.
        rows: changed rows by table.
        changed: the causes of changed verdicts, by claim.
    """
    figures = {}
    for figure in _changed_outcomes("figure_outcomes", old, new):
        figures[figure.name] = replace(figure, causes=tuple(_first_changed(rows, {figure.name}, set())))
    statements = []
    for statement in _changed_outcomes("outcomes", old, new):
        causes = _causes(statement.name, (old, new), rows, changed.get(statement.name, ()), figures)
        statements.append(replace(statement, causes=tuple(causes)))
    return [*statements, *figures.values()]


def _changed_outcomes(table: OutcomeTable, old: Tables, new: Tables) -> Iterator[OutcomeChange]:
    """Yield the outcomes of a table that changed, without their causes."""
    if table not in old or table not in new:
        return
    key, why = OUTCOMES[table]
    was = {row[key]: row["outcome"] for row in records(old[table])}
    for row in records(new[table]):
        name, outcome = row[key], row["outcome"]
        if name in was and was[name] != outcome:
            yield OutcomeChange(table, name, was[name], outcome, row[why], ())


def contradictions(tables: Tables) -> dict[str, Row]:
    """Return by id the certain contradictions of a release's text that no figure or claim reports."""
    rows = records(tables[TEXT]) if TEXT in tables else []
    return {row["finding_id"]: row for row in rows if row["tier"] == "certain" and not row["told_by"]}


def contradiction_name(row: Row) -> str:
    """Return the name of a place in the text: its words and its line."""
    return f"“{row['printed']}” in line {row['line']} of the text"


def _text_changes(old: Tables, new: Tables) -> Iterator[OutcomeChange]:
    """Yield the contradictions in the text that are new or fixed, if both releases have the text."""
    if TEXT not in old or TEXT not in new:
        return
    was, now = contradictions(old), contradictions(new)
    for name, row in now.items():
        if name not in was:
            yield OutcomeChange(TEXT, contradiction_name(row), NEW, CONTRADICTS, row["why"], ())
    for name, row in was.items():
        if name not in now:
            yield OutcomeChange(TEXT, contradiction_name(row), CONTRADICTS, GONE, "", ())


def _causes(
    name: str,
    tables: Sequence[Tables],
    rows: ChangedRows,
    changed: Sequence[Cause],
    figures: Mapping[str, OutcomeChange],
) -> list[Change]:
    """Return the nearest causes of a statement's changed outcome.

    The first that exists of: causes of a changed verdict, of a changed figure that it asserts, changed
    evidence, changed declarations, changed assumptions.
    """
    causes: dict[Change, None] = {}
    for cause in changed:
        if cause.role in ("alone", "together"):
            causes.update(dict.fromkeys(_at_its_source(cause.change, rows)))
    if causes:
        return list(causes)
    asserted: dict[str, None] = {}
    for each in tables:
        for claim in _rows_of(each, "claims", "claim_id", name):
            asserted.update(dict.fromkeys(claim.get("states_figures", ())))
    of_figures: list[Change] = []
    for figure_id in asserted:
        if figure_id in figures:
            of_figures += figures[figure_id].causes
    return of_figures or _first_changed(rows, *_dependencies(name, tables))


def _first_changed(rows: ChangedRows, evidence: Collection[str], judged: Collection[str]) -> list[Change]:
    """Return the changed rows of evidence and declarations; if there are none, those of assumptions.

    Args:
        rows: changed rows by table.
        evidence: ids of the evidence.
        judged: ids in the tables that define how a statement is judged.
    """
    changes = []
    for tables, ids in ((EVIDENCE, evidence), (DECLARED, judged)):
        for table, column in tables.items():
            for row in rows.get(table, ()):
                if row.key.get(column) in ids:
                    changes += _changes(row, column)
    if changes:
        return changes
    for table, column in ASSUMED.items():
        for row in rows.get(table, ()):
            changes += _changes(row, column)
    return changes


def _at_its_source(change: Change, rows: ChangedRows) -> list[Change]:
    """Return the changed references behind a figure that an evidence view replaced, one a place; without any, the
    change."""
    by_place: dict[str, Change] = {}
    for row in rows.get("reference_values", ()):
        if row.key.get("figure_id") in change.figures:
            for reference in _changes(row, "figure_id"):
                by_place[row.locator] = reference
    return list(by_place.values()) or [change]


def _dependencies(name: str, tables: Sequence[Tables]) -> tuple[set[str], set[str]]:
    """Return the ids of a statement's evidence, and those of its declarations, in both releases."""
    evidence, judged = set(), {name, f"claims/{name}"}
    for release in tables:
        of_metrics = {row["metric_id"]: row for row in records(release["metrics"])}
        for row in _rows_of(release, "interpretations", "claim_id", name):
            judged.add(row["metric_id"])
            evidence.update(of_metrics.get(row["metric_id"], {}).get("evidence", ()))
        for row in _rows_of(release, "claims", "claim_id", name):
            evidence.update(row.get("states_figures", ()))
        for table in ("resolutions", "forecasts"):
            for row in _rows_of(release, table, "prediction_id", name):
                evidence.update(row["evidence"])
    return evidence, judged


def _rows_of(tables: Tables, name: str, column: str, value: str) -> list[dict[str, Any]]:
    table = tables.get(name)
    return records(table[table[column] == value]) if table is not None and column in table else []


_TEXTS = {
    "figures": ("figure", "text"),
    "reference_values": ("figure", "text"),
    "assumptions": ("assumption", "value"),
    "metrics": ("expression", "expression"),
    "text_quotes": ("quotation", "words"),
}
"""Tables with a text: the kind of change, and the column of the text."""


def _changes(row: RowChange, column: str) -> list[Change]:
    """Describe a changed row, whose id is in `column`: by its text if that changed, else by each changed column."""
    name = str(row.key[column])
    kind, text = _TEXTS.get(row.table_name, ("row", "text"))
    pair = row.columns.get(text)
    if row.change != "revised":
        kind = row.change
    elif pair is None:
        return _column_changes(row, name, kind)
    old, new = map(_text, pair or ("", ""))
    return [Change(kind, name if pair else f"{row.table_name} {name}", old, new, row.locator)]


def _column_changes(row: RowChange, name: str, kind: str) -> list[Change]:
    # A metric's other columns follow from its expression, unit and figures; those of figures are reported themselves.
    if row.table_name == "metrics":
        if "unit" not in row.columns:
            return []
        old, new = map(_text, row.columns["unit"])
        return [Change("row", f"the unit of {name}", old, new, row.locator)]
    changes = []
    for column, pair in row.columns.items():
        # A moved line is no change of content, and a spread has its own cause.
        if column in ("locator", *SPREAD):
            continue
        label = f"{row.table_name} {name}, {column}"
        if column == "value" and kind == "figure":
            # The text is the same, so that the declared context of the cell must have changed.
            label = f"{name}, as it is read,"
        old, new = map(_text, pair)
        changes.append(Change("row", label, old, new, row.locator))
    return changes


def _text(value: Any) -> str:
    written = json_value(value)
    return "" if written is None else str(written)
