"""What decided the value of an expression: its two sides, and the rows that it turned on, in the order of their weight.

Belongs here: which rows of evidence and which figures an expression read as printed, and which of many decided a rank,
an extreme or a count. Does not: the record of them (`trail`), the value itself (`interpret`), or words.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tidebook.pipelines.evaluate.evidence_values import EvidenceValues
from tidebook.pipelines.evaluate.expressions import (
    COLUMNS,
    COMPARISONS,
    CONDITIONS,
    ExpressionError,
    Node,
    over_rows,
    relative_change,
)
from tidebook.pipelines.evaluate.frame import MissingFigureError, Scenarios
from tidebook.pipelines.evaluate.functions import calendar_place
from tidebook.pipelines.evaluate.interpret import Factors, Interpreter, Rows
from tidebook.pipelines.evaluate.trail import NO_TRAIL, DecidingRow, Side, Trail
from tidebook.pipelines.read.names import figure_of
from tidebook.schemas.units import DAYS_PER_YEAR

MOST_ROWS = 6
"""Maximum rows of a sum, a mean or a count that are named; of a rank the subject, its neighbours and the first."""

SAME_UNIT = ("min", "max", "mean", "sum", "median", "latest", "earliest", "first", "largest", "smallest", "row", "abs")
"""Functions whose result has the unit of their values."""

EXTREMES = {"min": 1, "smallest": 1, "max": -1, "largest": -1}
"""Functions that one row decides, with the sign that sorts that row first."""


Chosen = Sequence[tuple[str, str]]
"""Subjects of rows with their roles, in the order in which they are named."""


def trail(
    root: Node, scenarios: Scenarios, factors: Factors, evidence: EvidenceValues, units: Mapping[str, str], subject: str
) -> Trail:
    """Return what decided the value of a linked expression in the first scenario.

    Args:
        root: The expression.
        scenarios: The figures.
        factors: The factors of units.
        evidence: The evidence as of the day of judging.
        units: The unit of each figure.
        subject: The subject, of an expression with one value per row; else "".
    """
    tracer = _Tracer(Interpreter(scenarios, factors, evidence), units, subject)
    with np.errstate(all="ignore"), suppress(MissingFigureError, ExpressionError):
        return tracer.trail(root)
    return NO_TRAIL


@dataclass
class _Tracer:
    interpreter: Interpreter
    units: Mapping[str, str]
    subject: str
    found: dict[str, str] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    is_latest: list[bool] = field(default_factory=list)

    def trail(self, root: Node) -> Trail:
        kind, sides = self.sides(root)
        self.walk(root, [(self.subject, "")] if self.subject else None)
        rows = tuple(DecidingRow(name, role) for name, role in self.found.items())
        latest = bool(self.is_latest) and all(self.is_latest)
        parts = tuple(map(self.condition, _conditions(root)))
        holds = self.value(root) if root.kind in CONDITIONS else math.nan
        return Trail(kind, tuple(map(self.side, sides)), rows, len(self.read), latest, holds, parts)

    def condition(self, node: Node) -> Trail:
        """Return one of the conditions that an expression joins, with its own rows."""
        return replace(self, found={}, read=set(), is_latest=[]).trail(node)

    def sides(self, root: Node) -> tuple[str, tuple[Node, ...]]:
        """Return the kind of an expression, and the parts whose values say it."""
        if root.kind in COMPARISONS.values():
            return "condition", root.args
        if _conditions(root):
            return "several", ()
        if change := relative_change(root):
            return "change", (change.new, change.old)
        # A number that is written out, as in `x / 9`, is no side that a reader would compare with.
        if root.kind in ("-", "/") and all(any(self.rows_in(part)) for part in root.args):
            return "difference" if root.kind == "-" else "ratio", root.args
        if root.kind == "rank_among" or (root.kind == "call" and root.value in ("rank", "count", *EXTREMES)):
            return {"count": "count", "rank": "rank"}.get(root.value, "extreme" if root.kind == "call" else "rank"), (
                root,
            )
        return "value", (root,)

    def side(self, node: Node) -> Side:
        rows = list(dict.fromkeys(self.rows_in(node)))
        function = "rank" if node.kind == "rank_among" else str(node.value) if node.kind == "call" else ""
        if function == "row" and node.args[0].kind == "call" and node.args[0].value == "rank":
            function = "rank"
        taken, subject = len(rows), ""
        if function == "rank" and _ranked(node).kind == COLUMNS:
            taken = len(self.interpreter.columns(_ranked(node)))
        elif function == "rank":
            taken = len(self.by_subject(_ranked(node)))
            # A subject that is not among the rows that it is compared with makes one more.
            if node.kind == "rank_among" and set(self.rows_in(node.args[0])).isdisjoint(self.rows_in(node.args[1])):
                taken += 1
        elif function in EXTREMES and over_rows(node, node.args):
            taken = len(self.by_subject(node.args[-1]))
            subject = next((name for name, _ in self.extremes(node.args[-1], EXTREMES[function])), "")
        elif function == "count" and node.args[0].shape == "rows":
            taken = len(self.by_subject(node.args[0])) or taken
        value = self.value(node)
        if self.is_over_time(node):
            value *= 12 if (id(node), calendar_place(1)) in self.interpreter.factors else DAYS_PER_YEAR
        return Side(value, self.unit(node), rows[0] if len(rows) == 1 else "", function, taken, subject)

    def value(self, node: Node) -> float:
        """Return the value of a part in the first scenario, NaN for texts and for several rows."""
        found = self.interpreter.value(node)
        if found.value.dtype == object:
            return float("nan")
        if isinstance(found, Rows):
            place = found.subjects.index(self.subject) if self.subject in found.subjects else None
            return float("nan") if place is None else float(found.value[0, place])
        return float(found.value[0])

    def is_over_time(self, node: Node) -> bool:
        """Whether a part is the slope of evidence over its time, which is by day or month: a side says it by year."""
        is_slope = node.kind == "call" and node.value == "slope" and node.args[1].kind == "when"
        return is_slope and node.args[0].kind == "lookup" and "/" not in self.unit(node.args[0])

    def unit(self, node: Node) -> str:
        """Return the unit of a part, "" where it has none or its structure does not tell."""
        match node.kind:
            case "lookup":
                series = self.interpreter.evidence.tables.series[node.value.series]
                return series.values[node.value.value].unit
            case "column":
                return next((self.units.get(name, "") for name in self.rows_in(node)), "")
            case "neg":
                return self.unit(node.args[0])
            case "+" | "-":
                left, right = map(self.unit, node.args)
                return "percentage point" if node.kind == "-" and left == right == "percent" else left or right
            case "/":
                left, right = map(self.unit, node.args)
                is_ratio = left == right and left and node.args[1].kind != "number"
                return "ratio" if is_ratio else left if node.args[1].kind == "number" else ""
            case "call" if node.value in SAME_UNIT:
                return next(filter(None, map(self.unit, node.args)), "")
            case "call" if self.is_over_time(node):
                return f"{self.unit(node.args[0])}/year"
        return ""

    def rows_in(self, node: Node) -> Iterator[str]:
        """Yield the ids of all rows that a part reads."""
        if node.kind == "lookup":
            yield from self.interpreter.evidence.find(node.value).rows
        elif node.kind == "column":
            yield from self.figures(node).values()
        else:
            for part in node.args:
                yield from self.rows_in(part)

    def figures(self, node: Node) -> dict[str, str]:
        """Return the figures that a column reads, by subject; none of labels."""
        own = self.interpreter.selection(node.args[0])
        if self.interpreter.scenarios.labels(own.table, node.value) is not None:
            return {}
        kept = own.subjects
        if own.mask is not None:
            kept = tuple(name for name, is_chosen in zip(kept, own.mask[0], strict=True) if is_chosen)
        names = {name: figure_of(own.table, name, node.value) for name in kept}
        return {name: each for name, each in names.items() if self.interpreter.scenarios.holds(each)}

    # Which of many rows decided

    def walk(self, node: Node, chosen: Chosen | None) -> None:
        """Collect the rows of a part: of many the chosen ones, else the largest."""
        if node.kind == "lookup":
            self.add_looked_up(node, chosen)
        elif node.kind == "column":
            names = self.figures(node)
            self.add(names, self.ordered(names, self.interpreter.value(node)), chosen)
        elif node.kind == "rank_among":
            self.walk(node.args[0], chosen)
            self.walk(node.args[1], self.neighbours(node.args[1], self.value(node.args[0])))
        elif node.kind == "call" and node.value == "row":
            name = str(node.args[1].value)
            own: list[tuple[str, str]] = [(name, "")]
            if node.args[0].kind == "call" and node.args[0].value == "rank":
                ranked = node.args[0].args[-1]
                own += self.neighbours(ranked, self.of_subject(ranked, name))
            self.walk(node.args[0], own)
        elif node.kind == "call" and node.value in EXTREMES and over_rows(node, node.args):
            self.walk(node.args[-1], self.extremes(node.args[-1], EXTREMES[node.value]))
        elif node.kind == "call" and node.value == "count" and node.args[0].shape == "rows":
            self.walk(node.args[0], self.counted(node.args[0]) or chosen)
        else:
            for part in node.args:
                self.walk(part, chosen)

    def add_looked_up(self, node: Node, chosen: Chosen | None) -> None:
        found = self.interpreter.evidence.find(node.value)
        self.is_latest.append(node.value.until is not None)
        there = iter(found.rows)
        names: dict[str, str] = {}
        values: dict[str, float] = {}
        for subject, value in zip(found.subjects, found.values, strict=True):
            if not np.isnan(value):
                names[subject], values[subject] = next(there), value
        is_series = node.value.free == (node.value.time,)
        self.add(names, list(names) if is_series else sorted(names, key=lambda name: -values[name]), chosen)

    def add(self, names: Mapping[str, str], ordered: Sequence[str], chosen: Chosen | None) -> None:
        """Note the rows of chosen subjects; without any of them the first ones in order."""
        self.read.update(names.values())
        own = [(name, role) for name, role in chosen or () if name in names]
        if not own:
            own = [(name, "") for name in _ends(ordered)]
        for name, role in own:
            if not self.found.get(names[name]):
                self.found[names[name]] = self.found.get(names[name], role)

    def ordered(self, names: Mapping[str, str], found: Any) -> list[str]:
        """Return subjects with the largest values first."""
        if not isinstance(found, Rows):
            return list(names)
        values = dict(zip(found.subjects, found.value[0], strict=True))
        return sorted(names, key=lambda name: -np.nan_to_num(values.get(name, -np.inf)))

    def by_subject(self, node: Node) -> dict[str, float]:
        """Return the values of rows by subject, without missing ones; none of the cells of one row."""
        if node.kind == COLUMNS:
            return {}
        found = self.interpreter.value(node)
        if not isinstance(found, Rows) or found.value.dtype == object:
            return {}
        values = zip(found.subjects, map(float, found.value[0]), strict=True)
        return {name: value for name, value in values if not np.isnan(value)}

    def of_subject(self, node: Node, name: str) -> float:
        return self.by_subject(node).get(name, float("nan"))

    def neighbours(self, node: Node, value: float) -> Chosen:
        """Return the first row, and those just above and just below a value."""
        values = self.by_subject(node)
        above = sorted((each, name) for name, each in values.items() if each > value)
        below = sorted(((each, name) for name, each in values.items() if each < value), reverse=True)
        found = []
        if len(above) > 1:
            found.append((above[-1][1], "the first"))
        if above:
            found.append((above[0][1], "one above" if len(above) > 1 else "the first, one above"))
        if below:
            found.append((below[0][1], "one below"))
        return found

    def extremes(self, node: Node, sign: int) -> Chosen:
        """Return the row that is the extreme, and the next one."""
        values = self.by_subject(node)
        ordered = sorted(values, key=lambda name: (sign * values[name], name))
        roles = ("the lowest", "the next") if sign > 0 else ("the highest", "the next")
        return list(zip(ordered, roles, strict=False))

    def counted(self, node: Node) -> Chosen:
        """Return the rows of which a condition holds, none of another value."""
        rows = self.interpreter.value(node)
        if not isinstance(rows, Rows) or not rows.truth:
            return []
        return [(name, "counted") for name, value in self.by_subject(node).items() if value == 1][:MOST_ROWS]


def _conditions(root: Node) -> tuple[Node, ...]:
    """Return the conditions that an expression joins; none of a single one."""
    return root.args if root.kind in ("and", "or", "all_of") else ()


def _ranked(node: Node) -> Node:
    """Return the rows of a rank: of `rank(x, among = rows)`, of `row(rank(rows), name)` or of `rank(rows)`."""
    if node.kind == "rank_among":
        return node.args[1]
    inner = node.args[0] if node.value == "row" else node
    return inner.args[-1]


def _ends(ordered: Sequence[str]) -> list[str]:
    """Return all of a few; of many the first ones, and of a series its last."""
    return [*ordered] if len(ordered) <= MOST_ROWS else [*ordered[: MOST_ROWS - 1], ordered[-1]]
