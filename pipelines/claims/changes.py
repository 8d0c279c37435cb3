"""What changed between two releases: verdicts that turned and why, values that moved, rows that differ.

The causes of a turn are found in `causes`; how a change reads in words is the report's business.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipelines.claims.causes import Cause, Change, causes_of, changes_of
from pipelines.claims.database import LENS
from pipelines.claims.database_replay import NEEDED as NEEDED_THERE
from pipelines.claims.database_replay import DatabaseReplay, terms_on_database
from pipelines.claims.replay import Replay
from pipelines.claims.rows import CHANGES, RowChange, finding_changes, row_changes, told
from pipelines.metrics.declared import Metrics
from pipelines.worlds.lenses import best_known
from schemas.analysis import OF_THE_PRINT
from schemas.base import records
from schemas.units import UNSCALED

Tables = Mapping[str, pd.DataFrame]

NEEDED = {
    "figures": ("figure_id", "text", "value", "low", "high", "kind", "unit", "group", "locator"),
    "claims": ("claim_id", "statement", "untestable"),
    "readings": ("claim_id", "rank", "metric_id", "predicate"),
    "assumptions": ("name", "value"),
    "metrics": ("metric_id", "value", "unit"),
    "verdicts": ("claim_id", "status", "value", "probability", "metric_id", "predicate", "unit", "reason"),
}
"""The tables, and of each the columns, that both releases must have."""

KEY = ("claim_id", "lens", "as_of")
OWN = "changes"
"""The table that says what changed; two releases' accounts of it are not compared."""


@dataclass(frozen=True)
class Stand:
    """How a claim stands in one release."""

    status: str
    value: float
    probability: float
    metric_id: str
    predicate: str
    unit: str
    reason: str


@dataclass(frozen=True)
class Flip:
    """A verdict that is not what it was, with its causes; `as_of` is None where verdicts have no such date."""

    claim_id: str
    lens: str
    as_of: Any
    statement: str
    old: Stand
    new: Stand
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class Move:
    """A value that moved while no verdict turned: that of a claim's metric (`verdict`) or of another (`metric`).

    `change` is relative to the old value; NaN where that says nothing: dates, from zero, from or to no value.
    """

    kind: str
    name: str
    lens: str
    as_of: Any
    unit: str
    old: float
    new: float
    change: float
    old_probability: float
    new_probability: float


@dataclass(frozen=True)
class Difference:
    """All that differs between two releases; `counts` has changed rows by table, then by kind of change."""

    flips: tuple[Flip, ...]
    moved: tuple[Move, ...]
    rows: tuple[RowChange, ...]
    counts: Mapping[str, Mapping[str, int]]

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(self.flips or self.moved or self.counts)


Lens = Callable[[Tables, str, Any], pd.DataFrame | None]


def seen_figures(tables: Tables, lens: str, as_of: Any) -> pd.DataFrame | None:
    """Return the figures as a lens sees them; None for a lens that cannot be replayed."""
    if lens == "best_known" and "references" in tables:
        return best_known(tables["figures"], tables["references"], as_of)
    return tables["figures"] if lens == "printed" else None


def lacking(tables: Tables) -> str:
    """Return the first of the needed tables that is not among these with its columns, in words; nothing if none."""
    for name, columns in NEEDED.items():
        if name not in tables or not set(columns) <= set(tables[name].columns):
            return f"the table {name} with the columns {', '.join(columns)}"
    return ""


def compare(old: Tables, new: Tables, metrics: Metrics, figures_of: Lens = seen_figures) -> Difference:
    """Return what differs between the tables of two releases, which both have what `NEEDED` says.

    What turned a verdict is found with the metrics as they are now.
    """
    pairs = list(matched(old["verdicts"], new["verdicts"]))
    flips = flipped(old, new, pairs, metrics, figures_of)
    moved = [*moved_verdicts(pairs), *moved_metrics(old["metrics"], new["metrics"], pairs)]
    changes = {name: row_changes(name, old[name], new[name]) for name in old if name in new and name != OWN}
    counts = {
        name: {kind: sum(change.change == kind for change in found) for kind in CHANGES}
        for name, found in changes.items()
        if found
    }
    rows = [row for found in changes.values() for change in found if (row := told(change))]
    rows += finding_changes(changes.get("findings", []))
    return Difference(tuple(flips), tuple(moved), tuple(rows), counts)


def matched(old: pd.DataFrame, new: pd.DataFrame) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the verdicts that both releases give, in the new order, by those columns of `KEY` that both have.

    Where just one day of a claim and lens is left on either side, the two are the same lens at a later day.
    """
    by = [name for name in KEY if name in old.columns and name in new.columns]
    was, now = (
        {tuple(row[name] for name in by): row for row in records(frame.drop_duplicates(by))} for frame in (old, new)
    )
    lone: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for key in was.keys() - now.keys():
        lone[key[:2]].append(key)
    left = [key[:2] for key in now if key not in was]
    for key, row in now.items():
        if key in was:
            yield was[key], row
        elif len(lone[key[:2]]) == 1 == left.count(key[:2]):
            yield was[lone[key[:2]][0]], row


def flipped(
    old: Tables,
    new: Tables,
    pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]],
    metrics: Metrics,
    figures_of: Lens,
) -> Iterator[Flip]:
    """Yield the verdicts that turned, each with its causes."""
    claims = {row["claim_id"]: row for row in records(new["claims"])}
    replays: dict[tuple[Any, ...], Replay | DatabaseReplay | None] = {}
    for was, now in pairs:
        if was["status"] == now["status"]:
            continue
        claim_id, lens, days = now["claim_id"], now.get("lens", "printed"), (was.get("as_of"), now.get("as_of"))
        seen = "printed" if claims[claim_id].get("kind") in OF_THE_PRINT else lens
        if (seen, days) not in replays:
            replays[seen, days] = replay_of(old, new, seen, days, metrics, figures_of)
        replay = replays[seen, days]
        if replay is None:
            causes = [Cause(Change("lens", lens), "other")]
        else:
            first, second = (
                terms_on_database(table, verdict) if seen == LENS else terms_of(table, claim_id)
                for table, verdict in ((old, was), (new, now))
            )
            terms = second | first, first | second
            changes = replay.changes(*terms) if isinstance(replay, DatabaseReplay) else changes_of(replay, *terms)
            causes = causes_of(replay, changes, *terms, was["status"], now["status"])
        yield Flip(claim_id, lens, days[1], claims[claim_id]["statement"], stand(was), stand(now), tuple(causes))


def replay_of(
    old: Tables, new: Tables, lens: str, days: tuple[Any, Any], metrics: Metrics, figures_of: Lens
) -> Replay | DatabaseReplay | None:
    """Return the replay of two releases under a lens, or None when they do not have what it takes."""
    if lens == LENS:
        return DatabaseReplay(old, new) if all(name in each for name in NEEDED_THERE for each in (old, new)) else None
    was, now = figures_of(old, lens, days[0]), figures_of(new, lens, days[1])
    return None if was is None or now is None else Replay(was, now, metrics)


def terms_of(tables: Tables, claim_id: str) -> dict[str, str]:
    """Return what a claim is judged by, as text: claim, reading judged on, and every assumption by its name."""
    claims, readings = tables["claims"], tables["readings"]
    claim = records(claims[claims["claim_id"] == claim_id])[0]
    judged = records(readings[(readings["claim_id"] == claim_id) & (readings["rank"] == 0)])
    blank = {"reading": "", "metric_id": "", "predicate": "", "least_n": "1", "requires": ""}
    reading = {name: str(judged[0].get(name, text)) for name, text in blank.items()} if judged else blank
    assumed = dict(zip(tables["assumptions"]["name"], tables["assumptions"]["value"], strict=True))
    return {"claim_id": claim_id, "untestable": str(claim["untestable"]), **reading, **assumed}


def stand(verdict: Mapping[str, Any]) -> Stand:
    """Return how a claim stands by its verdict."""
    return Stand(**{name: verdict[name] for name in Stand.__dataclass_fields__})


def moved_verdicts(pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> Iterator[Move]:
    """Yield the claims whose metric, or share of draws, moved while their verdict stayed."""
    for was, now in pairs:
        parts = "value", "probability"
        if was["status"] == now["status"] and not all(equal(was[part], now[part]) for part in parts):
            yield Move(
                "verdict",
                now["claim_id"],
                now.get("lens", "printed"),
                now.get("as_of"),
                now["unit"],
                was["value"],
                now["value"],
                relative(was, now),
                was["probability"],
                now["probability"],
            )


def moved_metrics(
    old: pd.DataFrame, new: pd.DataFrame, pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]]
) -> Iterator[Move]:
    """Yield the metrics that moved and that no claim as printed is judged on."""
    judged = {now["metric_id"] for _, now in pairs if now.get("lens", "printed") == "printed"}
    known = {row["metric_id"]: row for row in records(old)}
    for now in records(new):
        was = known.get(now["metric_id"])
        if was and now["metric_id"] not in judged and not equal(was["value"], now["value"]):
            values = was["value"], now["value"], relative(was, now), np.nan, np.nan
            yield Move("metric", now["metric_id"], "printed", None, now["unit"], *values)


def equal(was: float, now: float) -> bool:
    """Return whether two numbers are the same to nine digits, or both are none."""
    return math.isclose(was, now, rel_tol=1e-9) or (math.isnan(was) and math.isnan(now))


def relative(was: Mapping[str, Any], now: Mapping[str, Any]) -> float:
    """Return the change of a value relative to the old one, NaN where that says nothing."""
    if was["unit"] != now["unit"] or now["unit"] in UNSCALED or was["value"] == 0:
        return math.nan
    return float((now["value"] - was["value"]) / abs(was["value"]))
