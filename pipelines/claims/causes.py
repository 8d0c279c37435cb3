"""What turned a verdict between two releases: the changes of figures and terms that do it alone or only together.

A claim is judged again in `replay`; which verdicts turned, and all else that differs, is in `changes`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pipelines.claims.replay import Outcome, Replay, State, Terms
from schemas.units import UNSCALED

KINDS = ("figure", "added", "removed", "models", "predicate", "reading", "claim", "assumption", "order", "code", "lens")
ROLES = ("alone", "together", "other")
DECIDING = ("value", "low", "high", "kind", "unit", "group")
"""The columns of a figure that can change a metric."""

READING = ("untestable", "metric_id", "predicate", "least_n", "requires")


@dataclass(frozen=True)
class Change:
    """One difference between two releases that a claim's verdict may rest on.

    `kind` is one of `KINDS`; `name` the figure, row, claim or assumption; `old` and `new` its texts.
    `figures` and `terms` are what a replay takes from the new release to apply it.
    """

    kind: str
    name: str
    old: str = ""
    new: str = ""
    locator: str = ""
    figures: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cause:
    """A change and what it does to the verdict; `alone` is what the claim comes to with this change alone.

    `role` is `alone` when it turns the verdict by itself, `together` when it is one of those that do only
    together, and `other` when the verdict turns without it. `alone` is None for what cannot be replayed.
    """

    change: Change
    role: str
    alone: Outcome | None = None


def listed(names: Sequence[str], most: int) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


class Replayed(Protocol):
    """Two releases under one lens, ready to be mixed."""

    def outcomes(self, states: Sequence[State]) -> list[Outcome]:
        """Return what the claim comes to in each state, judged as the build does."""


def causes_of(replay: Replayed, changes: Sequence[Change], old: Terms, new: Terms, was: str, now: str) -> list[Cause]:
    """Return the causes of a verdict's turn from status `was` to `now`, those that suffice alone first.

    `changes` are all that differ of what the verdict rests on.
    """
    base, joined, complete, *alone = replay.outcomes(
        [
            state([], old, new),
            state(changes, old, new),
            State(frozenset(), new, all=True),
            *(state([change], old, new) for change in changes),
        ]
    )
    code = []
    if base.status != was:
        code.append(Cause(Change("code", "old inputs", was, base.status), "alone" if base.status == now else "other"))
    if complete.status != now:
        role = "alone" if complete.status == was else "together"
        code.append(Cause(Change("code", "new inputs", complete.status, now), role))
    turned = base.status == now
    roles = ["alone" if outcome.status == now and not turned else "other" for outcome in alone]
    if "alone" not in roles and joined.status == now and not turned:
        needed = least(replay, old, new, changes, now)
        roles = ["together" if change in needed else "other" for change in changes]
    causes = [Cause(*found) for found in zip(changes, roles, alone, strict=True)]
    if joined.status != now == complete.status and "alone" not in roles and not turned:
        code.append(Cause(Change("order", "rows"), "together" if changes else "alone"))
    return sorted([*causes, *code], key=lambda cause: ROLES.index(cause.role))


def state(changes: Iterable[Change], old: Terms, new: Terms) -> State:
    """Return the old release with some changes applied."""
    applied = list(changes)
    names = {name for change in applied for name in change.terms}
    switched = frozenset(name for change in applied for name in change.figures)
    return State(switched, {**old, **{name: new[name] for name in names}})


def least(replay: Replayed, old: Terms, new: Terms, changes: Sequence[Change], now: str) -> list[Change]:
    """Return changes that together give the status `now` and of which none can be spared."""
    spared = [[other for other in changes if other is not change] for change in changes]
    without = replay.outcomes([state(rest, old, new) for rest in spared])
    needed = [change for change, outcome in zip(changes, without, strict=True) if outcome.status != now]
    if replay.outcomes([state(needed, old, new)])[0].status == now:
        return needed
    kept = list(changes)
    for change in changes:
        rest = [other for other in kept if other is not change]
        if replay.outcomes([state(rest, old, new)])[0].status == now:
            kept = rest
    return kept


def changes_of(replay: Replay, old: Terms, new: Terms) -> list[Change]:
    """Return all that differs of what a claim's verdict rests on: figures of its evidence, terms, assumptions."""
    metric_ids = [
        name
        for terms in (old, new)
        for name in (terms["metric_id"], terms["requires"].partition(" ")[0])
        if name and not terms["untestable"]
    ]
    evidence = dict.fromkeys(name for metric_id in metric_ids for name in replay.evidence(metric_id))
    return [*figure_changes(replay, list(evidence), old, new), *term_changes(old, new)]


def figure_changes(replay: Replay, evidence: Sequence[str], old: Terms, new: Terms) -> list[Change]:
    """Return the changes of figures: those revised, rows added or removed, how estimates spread."""
    changes: list[Change] = []
    spread: dict[str, list[str]] = defaultdict(list)
    rows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in evidence:
        was, now = replay.old.rows.get(name), replay.new.rows.get(name)
        if was is None or now is None:
            if was or now:
                rows["added" if was is None else "removed", name.rpartition("/")[0]].append(name)
        elif not same(was, now):
            if described(was) == described(now):
                spread[spread_name(now["unit"], {**old, **new})].append(name)
            else:
                both = described(was), described(now)
                changes.append(Change("figure", name, *both, now["locator"], figures=(name,)))
    for (kind, row), names in rows.items():
        side = replay.new if kind == "added" else replay.old
        alone = len(names) == 1
        texts = {name: side.rows[name]["text"] for name in names}
        text = ", ".join(text if alone else f"{name.split('/')[2]} {text}" for name, text in texts.items())
        both = ("", text) if kind == "added" else (text, "")
        locator = side.rows[names[0]]["locator"]
        changes.append(Change(kind, names[0] if alone else row, *both, locator, figures=tuple(names)))
    for name, figures in spread.items():
        if old.get(name) == new.get(name):
            changes.append(Change("code", "reading of cells", figures=tuple(figures)))
        else:
            changes.append(Change("assumption", name, old.get(name, ""), new.get(name, ""), figures=tuple(figures)))
    return changes


def same(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Return whether two versions of a figure give the same worlds."""
    return all(was[part] == now[part] or (was[part] != was[part] and now[part] != now[part]) for part in DECIDING)


def described(figure: Mapping[str, Any]) -> str:
    """Return a figure's text, with its group where it has one."""
    return f"{figure['text']} ({figure['group']})" if figure["group"] else str(figure["text"])


def spread_name(unit: str, terms: Terms) -> str:
    """Return the assumption that sets how far an estimate in a unit may be off."""
    if unit in UNSCALED:
        return "dates.estimate_days"
    own = f"estimate_spread.{unit}"
    return own if own in terms else "estimate_spread.default"


def term_changes(old: Terms, new: Terms) -> list[Change]:
    """Return the changes of the claim's reading and of the assumptions that decide it besides its figures."""
    claim_id = new["claim_id"]
    changes = []
    if old["untestable"] != new["untestable"]:
        changes.append(Change("claim", claim_id, asked(old), asked(new), terms=READING))
    elif old["metric_id"] != new["metric_id"]:
        changes.append(Change("reading", claim_id, asked(old), asked(new), terms=READING))
    else:
        for name in READING[2:]:
            if old[name] != new[name]:
                kind = "predicate" if name == "predicate" else "reading"
                label = claim_id if name == "predicate" else f"{claim_id}.{name}"
                changes.append(Change(kind, label, old[name], new[name], terms=(name,)))
    words = set(re.findall(r"\S+", " ".join(terms[name] for terms in (old, new) for name in ("predicate", "requires"))))
    for name in dict.fromkeys([*old, *new]):
        part, _, key = name.partition(".")
        decides = part in ("draws", "open_ended", "verdicts") or (part == "cutoffs" and key in words)
        if decides and old.get(name) != new.get(name):
            changes.append(Change("assumption", name, old.get(name, ""), new.get(name, ""), terms=(name,)))
    return changes


def asked(terms: Terms) -> str:
    """Return what a claim is judged on, in short."""
    if terms["untestable"]:
        return f"untestable: {terms['untestable']}"
    return f"{terms['metric_id']} {terms['predicate']}"
