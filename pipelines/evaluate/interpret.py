"""What an expression comes to in all worlds at once.

Belongs here: values with their subjects, joins by name, missing values, intervals. Does not: the grammar
(`expressions`), what a function computes (`functions`), or how a factor of units is found (`dimensions`).

A value is an array of worlds × rows, or of worlds for a single one; what is the same in all worlds has one.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tidebook.pipelines.evaluate.base import Estimate, MetricColumns
from tidebook.pipelines.evaluate.expressions import COMPARISONS, CONDITIONS, OPERATORS, ExpressionError, Node
from tidebook.pipelines.evaluate.frame import FloatArray, MissingFigureError, Worlds
from tidebook.pipelines.evaluate.functions import FUNCTIONS, Each, Function, One
from tidebook.schemas.units import EPOCH

Factors = Mapping[tuple[int, int], float]
"""By what an argument of a node is multiplied to be in the unit that is wanted; divided where it is negative.

The key is the node's `id` and the argument's place; (`id`, -1) stands for the node's own result.
"""


def _subject(figure_id: str) -> str:
    return figure_id.split("/")[1]


@dataclass(frozen=True, eq=False)
class Rows:
    """A value per row of a table; `fixed` where no world can change it, `truth` where each answers a condition."""

    table: str
    subjects: tuple[str, ...]
    value: Each
    fixed: bool = False
    truth: bool = False


@dataclass(frozen=True, eq=False)
class Selection:
    """Rows of a table, or a `single` one: `mask` says in which worlds each is chosen, None that all are in all worlds.

    `where` are the conditions in words. `whole` says that a column is read in every row of the table, for what chooses
    among them stands elsewhere or differs between worlds.
    """

    table: str
    subjects: tuple[str, ...]
    mask: npt.NDArray[np.bool_] | None = None
    single: bool = False
    whole: bool = False
    where: str = ""


def evaluate(name: str, root: Node, worlds: Worlds, factors: Factors) -> MetricColumns:
    """Return what a metric's linked expression comes to in each world.

    Raises MissingFigureError if a figure that it needs is not there, ExpressionError if a text stands where a number
    should.
    """
    interpreter = _Interpreter(worlds, factors)
    with np.errstate(all="ignore"):
        found = _numbers(interpreter.converted(root, -1, interpreter.value(root)), root)
    interpreter.read_relied_on()
    if isinstance(found, Rows):
        ids = [f"{name}/{subject}" for subject in found.subjects]
        parts = [found.value, np.nan, np.nan, np.nan]
    else:
        ids = [name]
        numbers = (found.value, found.n, found.low, found.high)
        parts = [np.nan if part is None else np.reshape(part, (-1, 1)) for part in numbers]
    # What is the same in all worlds has one row until here; what a division by zero made infinite is no value.
    shape = len(worlds), len(ids)
    return MetricColumns(ids, *(np.broadcast_to(np.where(np.isinf(part), np.nan, part), shape) for part in parts))


class _Interpreter:
    """One pass of an expression over worlds, whose `reads` say afterwards which figures the result rests on.

    These are enough for the same result without any other figure (it is what keys and flips take for granted). So what
    chooses rows is read beside what is computed with, in three ways:

    - `sum(cars[group == "small"].price)` reads the prices of small cars alone: a car's own labels stand beside them.
    - `sum(cars[not cat].price)` and `sum(cars[sales.group == "south"].price)` read the price of every car
      (`read_whole`): that a car is left out is said of another row or table, which must be there as well.
    - `count(cars)` reads no value, and rests on each car being there: any figure of it will do. Such rows are noted
      (`rely_on`), and get one at the end (`read_relied_on`) where no other part of the expression has read any.
    """

    def __init__(self, worlds: Worlds, factors: Factors) -> None:
        self.worlds = worlds
        self.factors = factors
        self.values: dict[int, Estimate | Rows] = {}
        self.selections: dict[int, Selection] = {}
        self.own: list[Selection] = []
        self.relied: dict[str, set[str]] = {}

    def converted(self, node: Node, place: int, value: Estimate | Rows) -> Estimate | Rows:
        """Return an argument in the unit that a node wants it in."""
        factor = self.factors.get((id(node), place))
        if factor is None:
            return value
        if isinstance(value, Rows):
            return replace(value, value=_scaled(value.value, factor))
        return value.mapped(lambda part: _scaled(part, factor))

    def value(self, node: Node) -> Estimate | Rows:
        if self.own:
            return self.fresh(node)  # what it means depends on the brackets that it stands in
        if id(node) not in self.values:
            self.values[id(node)] = self.fresh(node)
        return self.values[id(node)]

    def fresh(self, node: Node) -> Estimate | Rows:
        match node.kind:
            case "number":
                return Estimate(np.array([node.value]), fixed=True)
            case "text":
                return Estimate(np.array([node.value], dtype=object), fixed=True)
            case "own":
                own = self.own[-1]
                if own.subjects:
                    return self.column(own, node.value)
                return Rows(own.table, (), np.empty((1, 0)))
            case "subject":
                return self.subject(self.own[-1], node.value)
            case "column":
                base = node.args[0]
                if base.kind == "select" and base.shape == "table" and _elsewhere(base.args[1], base.table):
                    self.read_whole(base.table, node.value)  # what is asked for is read before what chooses its rows
                return self.column(self.selection(base), node.value)
            case "call":
                return self.call(node, FUNCTIONS[node.value])
        args = [self.converted(node, place, self.value(part)) for place, part in enumerate(node.args)]
        if node.kind in COMPARISONS.values():
            args = _comparable(node, args)
        else:
            args = [_numbers(argument, part) for argument, part in zip(args, node.args, strict=True)]
        found = self.each(args, _OPERATORS[node.kind])
        return replace(found, truth=node.kind in CONDITIONS) if isinstance(found, Rows) else found

    # Tables and their columns.

    def subjects(self, table: str) -> Sequence[str]:
        """Return the subjects of a table in printed order, none where there is no such table."""
        return list(dict.fromkeys(map(_subject, self.worlds.figures_of(table))))

    def read(self, table: str, subjects: Sequence[str], quantity: str) -> FloatArray:
        """Return a quantity, worlds × subjects, and count it as read. Raises MissingFigureError if one has none."""
        return self.worlds.take([f"{table}/{subject}/{quantity}" for subject in subjects])

    def rely_on(self, table: str, subjects: Sequence[str]) -> None:
        """Count a figure of each of these subjects as read, once all others are, unless one is."""
        self.relied.setdefault(table, set()).update(subjects)

    def read_relied_on(self) -> None:
        """Read a figure of every row that was relied on, so that what was read alone gives the same result."""
        for table, subjects in self.relied.items():
            rows = {_subject(name): name for name in reversed(self.worlds.figures_of(table))}
            seen = {_subject(name) for name in self.worlds.reads if name.startswith(f"{table}/")}
            self.worlds.take([name for subject, name in reversed(rows.items()) if subject in subjects - seen])

    def having(self, table: str, subjects: Sequence[str], quantity: str) -> tuple[str, ...]:
        """Return those of these subjects of which there is a quantity."""
        return tuple(one for one in subjects if self.worlds.holds(f"{table}/{one}/{quantity}"))

    def selection(self, node: Node) -> Selection:
        if id(node) not in self.selections:
            self.selections[id(node)] = self.fresh_selection(node)
        return self.selections[id(node)]

    def fresh_selection(self, node: Node) -> Selection:
        if node.kind == "table":
            return Selection(node.value, tuple(self.subjects(node.value)))
        condition = node.args[1]
        if condition.kind == "subject":
            return self.single(node.args[0], condition.value)
        base = self.selection(node.args[0])
        self.own.append(base)
        chosen = self.chosen(_rows(self.value(condition)), base)
        self.own.pop()
        where = condition.place.words
        if not chosen.fixed:
            mask = (chosen.value == 1) & (True if base.mask is None else base.mask)
            return replace(base, mask=mask, where=where)
        kept = chosen.value[0] == 1
        subjects = tuple(one for one, keep in zip(base.subjects, kept, strict=True) if keep)
        mask = None if base.mask is None else base.mask[:, kept]
        whole = base.whole or _elsewhere(condition, base.table)
        return Selection(base.table, subjects, mask, whole=whole, where=where)

    def single(self, base: Node, name: str) -> Selection:
        if base.kind == "table":
            return Selection(base.value, (name,), single=True)
        rows = self.selection(base)
        if name not in rows.subjects:
            raise MissingFigureError(f"{rows.table}/{name}/*")
        mask = None if rows.mask is None else rows.mask[:, [rows.subjects.index(name)]]
        return Selection(rows.table, (name,), mask, single=True)

    def subject(self, own: Selection, name: str) -> Rows:
        if name not in own.subjects:
            raise MissingFigureError(f"{own.table}/{name}/*")
        self.rely_on(own.table, [name])
        return Rows(own.table, own.subjects, np.array([[float(one == name) for one in own.subjects]]), fixed=True)

    def column(self, chosen: Selection, name: str) -> Estimate | Rows:
        """Return a label or quantity of a selection."""
        table, subjects = chosen.table, chosen.subjects
        labels = self.worlds.labels(table, name)
        if not chosen.single and labels is None:
            subjects = self.having(table, subjects, name)
        if not subjects:
            raise MissingFigureError(f"{table}/*/{name}" + (f" ({chosen.where})" if chosen.where else ""))
        if labels is not None:
            if chosen.single and subjects[0] not in labels:
                raise MissingFigureError(f"{table}/{subjects[0]}/{name}")
            if not self.own:  # what chooses rows is told by those that it chooses
                self.rely_on(table, subjects)
            values: Each = np.array([[labels.get(one) for one in subjects]], dtype=object)
        else:
            if chosen.whole:
                self.read_whole(table, name)
            values = self.read(table, subjects, name)
        if chosen.mask is not None:
            places = [chosen.subjects.index(one) for one in subjects]
            values = np.where(chosen.mask[:, places], values, _blank(values))
        fixed = labels is not None and chosen.mask is None
        return Estimate(values[:, 0], fixed=fixed) if chosen.single else Rows(table, subjects, values, fixed)

    def read_whole(self, table: str, quantity: str) -> None:
        """Count a quantity as read in every row of a table that has it."""
        self.read(table, self.having(table, self.subjects(table), quantity), quantity)

    def chosen(self, rows: Rows, own: Selection) -> Rows:
        """Return rows of any table brought to those of the table whose brackets they stand in, missing where it lacks.

        A label of another table rests on the rows of that table that have it.
        """
        if rows.subjects == own.subjects:
            return replace(rows, table=own.table)
        if rows.table != own.table and rows.fixed and rows.truth:
            hits = {one for one, hit in zip(rows.subjects, rows.value[0], strict=True) if hit == 1}
            self.worlds.take([name for name in self.worlds.figures_of(rows.table) if _subject(name) in hits])
        return replace(_brought(rows, own.subjects), table=own.table)

    # Row by row.

    def each(self, args: Sequence[Estimate | Rows], call: Callable[..., Each]) -> Estimate | Rows:
        """Return what is computed row by row where any argument has rows, else of the single values and their ends."""
        rows = [argument for argument in args if isinstance(argument, Rows)]
        if rows:
            if len({argument.table for argument in rows}) > 1:
                rows = [self.chosen(argument, self.own[-1]) for argument in rows]
            common = _common(rows)
            left = iter(rows)
            parts = [
                _brought(next(left), common).value if isinstance(argument, Rows) else argument.value[:, None]
                for argument in args
            ]
            return Rows(rows[0].table, common, _finite(call(*parts)), all(argument.fixed for argument in args))
        singles = [argument for argument in args if isinstance(argument, Estimate)]
        value = _finite(call(*(argument.value for argument in singles)))
        statistics = [argument for argument in singles if argument.n is not None]
        if not statistics:
            return Estimate(value, fixed=all(argument.fixed for argument in singles))
        n = functools.reduce(np.minimum, [argument.n for argument in statistics])
        if len(statistics) > 1 or statistics[0].low is None or statistics[0].high is None:
            return Estimate(value, n)
        ends = [
            [getattr(argument, end) if argument is statistics[0] else argument.value for argument in singles]
            for end in ("low", "high")
        ]
        low, high = (_finite(call(*parts)) for parts in ends)
        return Estimate(value, n, *_ordered(value, low, high))

    # Functions.

    def call(self, node: Node, function: Function) -> Estimate | Rows:
        name = function.name
        if name == "quantity":
            return self.value(node.args[0])
        if name == "count":
            return self.count(node.args[0])
        if name == "match":
            return self.match(*node.args)
        args = [self.converted(node, place, self.argument(node, place)) for place in range(len(node.args))]
        if name in ("lower", "upper"):
            (statistic,) = args
            assert isinstance(statistic, Estimate), "the linker sees to it"
            end = statistic.low if name == "lower" else statistic.high
            return Estimate(np.full(len(statistic.value), np.nan) if end is None else end, statistic.n)
        if name in ("min", "max") and len(args) == 1:
            return Estimate(_finite(function.call(_rows(args[0]).value)))
        if function.gives == "each":
            found = self.each(args, function.call)
            truth = name == "where" and isinstance(args[0], Rows) and args[0].truth
            return replace(found, truth=truth) if isinstance(found, Rows) else found
        return self.over_rows(function, args)

    def argument(self, node: Node, place: int) -> Estimate | Rows:
        """Return an argument of a function: numbers, but for those that take texts too."""
        part = node.args[place]
        word = FUNCTIONS[node.value].argument(place)
        value = self.value(part)
        if word == "day" and isinstance(value, Estimate) and value.value.dtype == object:
            return _day(value, part)
        return value if word == "cells" else _numbers(value, part)

    def over_rows(self, function: Function, args: Sequence[Estimate | Rows]) -> Estimate | Rows:
        """Return a function of several rows, which are joined by subject; those of `best_by` are of two tables."""
        rows = [argument for argument in args if isinstance(argument, Rows)]
        alike = rows[:2] if function.name == "best_by" else rows
        common = _common(alike)
        size = max(len(argument.value) for argument in args)
        parts: list[Any] = []
        for place, argument in enumerate(args):
            if isinstance(argument, Estimate):
                whole = function.argument(place) == "whole"
                parts.append(int(argument.value[0]) if whole else np.broadcast_to(argument.value, size))
            else:
                value = _brought(argument, common).value if argument in alike else argument.value
                parts.append(np.broadcast_to(value, (size, value.shape[1])))
        table, subjects = rows[0].table, common
        if function.name == "best_by":
            table, subjects = rows[-1].table, rows[-1].subjects
        missing = np.full(size if function.gives == "one" else (size, len(subjects)), np.nan)
        found = function.call(*parts) if common else missing
        if isinstance(found, Estimate):
            return found.mapped(_finite)
        if function.gives == "one":
            return Estimate(_finite(found))
        if isinstance(found, tuple):
            found, kept = found
            found, subjects = found[:, kept], tuple(np.array(subjects, dtype=object)[kept])
        return Rows(table, subjects, _finite(found), truth=function.unit == "condition")

    def count(self, node: Node) -> Estimate:
        """Return how many rows are chosen, conditions hold or values are known; n counts those that could have been."""
        if node.shape == "table":
            chosen = self.selection(node)
            every = self.subjects(chosen.table)
            self.rely_on(chosen.table, every)
            mask = np.ones((1, len(chosen.subjects))) if chosen.mask is None else chosen.mask
            return Estimate(mask.sum(axis=1).astype(float), np.full(len(mask), len(every)))
        found = _rows(self.value(node))
        known = ~pd.isna(found.value)
        counted = (found.value == 1) if found.truth else known
        n = known.sum(axis=1) if found.truth else np.full(len(known), known.shape[1])
        return Estimate(counted.sum(axis=1).astype(float), n)

    def match(self, values: Node, rows: Node) -> Rows:
        """Return values brought to other rows; of a plain column only what is asked for is read."""
        target = self.selection(rows) if rows.shape == "table" else _rows(self.value(rows))
        self.rely_on(target.table, target.subjects)
        mask = target.mask if isinstance(target, Selection) else None
        plain = values.kind == "column" and values.args[0].kind == "table"
        if plain and self.worlds.labels(values.table, values.value) is None:
            found = Rows(target.table, target.subjects, self.read(values.table, target.subjects, values.value))
        else:
            found = _rows(self.value(values))
            for one in target.subjects:
                if one not in found.subjects:
                    raise MissingFigureError(f"{found.table}/{one}/*")
            found = replace(_brought(found, target.subjects), table=target.table)
        if mask is None:
            return found
        return replace(found, value=np.where(mask, found.value, _blank(found.value)), fixed=False)


def _scaled(values: Each, factor: float) -> Each:
    return values * factor if factor > 0 else values / -factor


def _truth(values: Each) -> Each:
    return np.where(np.isnan(values), np.nan, values != 0)


def _compared(compare: Callable[[Any, Any], Any]) -> Callable[[Each, Each], Each]:
    def call(left: Each, right: Each) -> Each:
        return np.where(pd.isna(left) | pd.isna(right), np.nan, compare(left, right))

    return call


_OPERATORS: dict[str, Callable[..., Each]] = {
    "neg": operator.neg,
    **OPERATORS,
    "not": lambda values: 1 - _truth(values),
    "and": lambda *parts: functools.reduce(np.minimum, map(_truth, parts)),
    "or": lambda *parts: functools.reduce(np.maximum, map(_truth, parts)),
    "==": _compared(operator.eq),
    "!=": _compared(operator.ne),
    "<": _compared(operator.lt),
    "<=": _compared(operator.le),
    ">": _compared(operator.gt),
    ">=": _compared(operator.ge),
}


def _comparable(node: Node, args: Sequence[Estimate | Rows]) -> list[Estimate | Rows]:
    """Return the sides of a comparison: both numbers, a date written as text among them, or both texts and equality.

    Without rows nobody knows what a column holds, and there is nothing to compare.
    """
    if any(isinstance(argument, Rows) and not argument.subjects for argument in args):
        return list(args)
    texts = [argument.value.dtype == object for argument in args]
    if all(texts) and node.kind not in ("==", "!="):
        raise ExpressionError(node.place, "numbers: texts are equal or not, and have no order")
    if any(texts) and not all(texts):
        place = texts.index(True)
        one, part = args[place], node.args[place]
        if not isinstance(one, Estimate) or part.kind != "text":
            raise ExpressionError(part.place, "a number, as on the other side")
        return [_day(one, part) if argument is one else argument for argument in args]
    return list(args)


def _day(value: Estimate, node: Node) -> Estimate:
    """Return a date written as text in days, as figures have it."""
    try:
        day = dt.date.fromisoformat(str(value.value[0]))
    except ValueError as error:
        raise ExpressionError(node.place, "a number, or a date such as 2024-10-01") from error
    return Estimate(np.array([float((day - EPOCH).days)]))


def _numbers(value: Estimate | Rows, node: Node) -> Estimate | Rows:
    if value.value.dtype == object:
        raise ExpressionError(node.place, "a number, not a text")
    return value


def _rows(value: Estimate | Rows) -> Rows:
    assert isinstance(value, Rows), "the linker sees to it"
    return value


def _elsewhere(node: Node, table: str) -> bool:
    """Return whether a condition rests on more than the rows it chooses: another table's columns, or subjects."""
    here = node.kind == "subject" or (node.kind == "column" and node.table != table)
    return here or any(_elsewhere(part, table) for part in node.args)


def _common(rows: Sequence[Rows]) -> tuple[str, ...]:
    """Return the subjects that all of them have, in the order of the first."""
    first, *others = rows
    if all(other.subjects == first.subjects for other in others):
        return first.subjects
    shared = set(first.subjects).intersection(*(other.subjects for other in others))
    return tuple(one for one in first.subjects if one in shared)


def _brought(rows: Rows, subjects: tuple[str, ...]) -> Rows:
    """Return rows of these subjects in their order, missing where there is none."""
    if rows.subjects == subjects:
        return rows
    blank = np.full((len(rows.value), 1), None, dtype=rows.value.dtype)
    place = {one: at for at, one in enumerate(rows.subjects)}
    value = np.hstack([rows.value, blank])[:, [place.get(one, -1) for one in subjects]]
    return replace(rows, subjects=subjects, value=value)


def _finite(values: Each) -> Each:
    return values if values.dtype == object else np.where(np.isinf(values), np.nan, values)


def _blank(values: Each) -> Any:
    return None if values.dtype == object else np.nan


def _ordered(value: One, low: One, high: One) -> tuple[One, One]:
    """Return the mapped ends of an interval, the lower first; one alone is told by the side of the value it is on."""
    turned = (low > high) | (np.isnan(high) & (low > value)) | (np.isnan(low) & (high < value))
    return np.where(turned, high, low), np.where(turned, low, high)
