"""Evaluates an expression in all scenarios at once.

Belongs here: values with their subjects, joins by name, missing values, intervals. Does not: the grammar
(`expressions`), what a function computes (`functions`), or the factors of units (`dimensions`).

A value of rows is an array of scenarios × rows, a single value an array of scenarios. Values that are the same in all
scenarios have one scenario, which numpy broadcasts.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from tidebook.pipelines.evaluate.base import MetricColumns
from tidebook.pipelines.evaluate.calendar import months_between, on_year_scale
from tidebook.pipelines.evaluate.estimates import Estimate
from tidebook.pipelines.evaluate.evidence_values import EvidenceValues, LookedUp
from tidebook.pipelines.evaluate.expressions import (
    COLUMNS,
    COMPARISONS,
    CONDITIONS,
    EQUALITIES,
    OPERATORS,
    ExpressionError,
    Node,
    fitting_names,
    over_rows,
    relative_change,
)
from tidebook.pipelines.evaluate.frame import FloatArray, MissingFigureError, Scenarios
from tidebook.pipelines.evaluate.functions import (
    FUNCTIONS,
    TREND,
    Each,
    Function,
    One,
    calendar_place,
    max_,
    min_,
    missing,
)
from tidebook.pipelines.evaluate.ranges import (
    SIGNS,
    Ends,
    Entries,
    Rule,
    over_count,
    over_max,
    over_min,
    over_nth_largest,
    over_nth_smallest,
    over_sum,
    rank_of_rows,
)
from tidebook.pipelines.read.names import figure_of, parts_of
from tidebook.schemas.units import EPOCH, UNITS

Factors = Mapping[tuple[int, int], float]
"""Factors that convert the arguments of a node to the unit in which it takes them; a negative one divides.

The key is the node's `id` and the argument's index; (`id`, -1) stands for the node's own result, and with
`calendar_place` the argument is a date that is read in calendar months first.
"""


def _subject_of(figure_id: str) -> str:
    return figure_id.split("/")[1]


@dataclass(frozen=True, eq=False)
class Rows:
    """A value per row of a table: an array of scenarios × rows, or of 1 × rows.

    `fixed` says that no scenario can change it, `truth` that each value is the answer to a condition, 1 or 0. `between`
    has the ends of rows that are missing, None where the values are all that there is. Of evidence that is `named` row
    by row, a missing one is never left out.
    """

    table: str
    subjects: tuple[str, ...]
    value: Each
    fixed: bool = False
    truth: bool = False
    between: Ends | None = None
    named: bool = False

    @property
    def ends(self) -> Ends:
        """The ends between which each value lies: the value itself where nothing is missing."""
        return self.between or Ends(self.value, self.value)


@dataclass(frozen=True, eq=False)
class Selection:
    """Rows of a table that a condition chooses.

    Attributes:
        mask: In which scenarios each row is chosen, scenarios × rows; None if all rows are, in all scenarios.
        single: Whether it is a single row, chosen by its subject.
        whole: Whether its columns count as read in every row of the table, because another row or table chooses.
        where: The condition in words.
        maybe: Which rows are chosen or not by what is missing, scenarios × rows; None if that is known of all.
    """

    table: str
    subjects: tuple[str, ...]
    mask: npt.NDArray[np.bool_] | None = None
    single: bool = False
    whole: bool = False
    where: str = ""
    maybe: npt.NDArray[np.bool_] | None = None


NO_VALUES = EvidenceValues(None)


def evaluate(
    name: str, root: Node, scenarios: Scenarios, factors: Factors, evidence: EvidenceValues = NO_VALUES
) -> MetricColumns:
    """Evaluate a metric's linked expression in every scenario; `scenarios` collects the figures that it reads.

    Raises:
        MissingFigureError: a figure that it needs does not exist.
        ExpressionError: a text stands where a number should.
    """
    interpreter = Interpreter(scenarios, factors, evidence)
    with np.errstate(all="ignore"):  # whatever cannot be computed is missing
        result = _numbers(interpreter.converted(root, -1, interpreter.value(root)), root)
    interpreter.read_relied_on()
    if isinstance(result, Rows):
        ids = [f"{name}/{subject}" for subject in result.subjects]
        parts, between = [result.value, np.nan, np.nan, np.nan], result.between
    else:
        ids = [name]
        parts = list(map(_as_column, (result.value, result.n, result.low, result.high)))
        between = None if result.least is None else Ends(_as_column(result.least), _as_column(result.most))
    shape = len(scenarios), len(ids)
    # Infinity is the result of a division by zero, and no value; but a range may be open.
    value, n, low, high = (np.broadcast_to(np.where(np.isinf(part), np.nan, part), shape) for part in parts)
    least, most = (None, None) if between is None else (np.where(np.isnan(value), np.nan, end) for end in between[:2])
    floor = result.floor[0] if isinstance(result, Estimate) and result.floor is not None else np.nan
    looked_up, gaps = tuple(interpreter.looked_up), tuple(interpreter.gaps)
    ends = tuple(interpreter.end_points)
    return MetricColumns(ids, value, n, low, high, least, most, float(floor), ends, looked_up, gaps)


def _as_column(part: Any) -> Any:
    return np.nan if part is None else np.reshape(part, (-1, 1))


class Interpreter:
    """One pass of an expression over scenarios. Afterwards, the `reads` of the scenarios are the figures it depends on.

    Keys and flips rely on this: the figures that were read alone must give the same result. Therefore figures that
    choose rows are read too, in three ways:

    - `sum(cars[group == "small"].price)` reads the prices of small cars only: labels of a car come with its figures.
    - `sum(cars[not cat].price)` and `sum(cars[sales.group == "south"].price)` read the price of every car
      (`read_whole`): another row or table, which must be known as well, excludes a car.
    - `count(cars)` reads no value but depends on the existence of each car, for which any figure of it will do. Such
      rows are noted (`rely_on`). At the end each gets one figure (`read_relied_on`), unless another part of the
      expression has read one.

    Attributes:
        values: Values of nodes outside of brackets, by the node's id.
        selections: Selections, by the node's id.
        own: The selections whose brackets the current node is in, the innermost last.
        is_lookup: Whether the innermost condition asks the rows of one other table, each by itself.
        relied: The subjects on whose existence the result depends, by table.
        end_points: The subjects of the first and last point of trends, in the first scenario.
        looked_up: The ids of the rows of evidence that it depends on.
        gaps: The values of evidence that are missing, in words.
    """

    def __init__(self, scenarios: Scenarios, factors: Factors, evidence: EvidenceValues = NO_VALUES) -> None:
        self.scenarios = scenarios
        self.factors = factors
        self.evidence = evidence
        self.looked_up: dict[str, None] = {}
        self.gaps: dict[str, None] = {}
        self.values: dict[int, Estimate | Rows] = {}
        self.selections: dict[int, Selection] = {}
        self.own: list[Selection] = []
        self.is_lookup = False
        self.relied: dict[str, set[str]] = {}
        self.end_points: dict[str, None] = {}

    def converted(self, node: Node, place: int, value: Estimate | Rows) -> Estimate | Rows:
        """Return an argument in the unit in which a node takes it."""
        in_months = place >= 0 and (id(node), calendar_place(place)) in self.factors
        # A span counts its months exactly (`as_meant`); other functions fit over many dates and need a common scale.
        if in_months and node.kind == "call" and node.value != "span":
            value = _mapped(value, on_year_scale)
        factor = self.factors.get((id(node), place))
        return value if factor is None else _mapped(value, lambda part: _scaled(part, factor))

    def value(self, node: Node) -> Estimate | Rows:
        """Return the value of a part, computed once outside of brackets."""
        if self.own:
            return self.fresh(node)  # inside brackets, the value depends on their table
        if id(node) not in self.values:
            self.values[id(node)] = self.fresh(node)
        return self.values[id(node)]

    def fresh(self, node: Node) -> Estimate | Rows:
        """Compute the value of a part."""
        match node.kind:
            case "number":
                return Estimate(np.array([node.value]), fixed=True)
            case "text":
                return Estimate(np.array([node.value], dtype=object), fixed=True)
            case "own":
                own = self.own[-1]
                return self.column(own, node.value) if own.subjects else Rows(own.table, (), np.empty((1, 0)))
            case "subject":
                return self.subject(self.own[-1], node.value)
            case "lookup":
                return self.lookup(node)
            case "when":
                found = self.evidence.find(node.value)
                days = [[np.nan if day is None else float((day - EPOCH).days) for day in found.days]]
                return Rows(node.table, found.subjects, np.array(days, dtype=float).reshape(1, -1), fixed=True)
            case "rank_among":
                return self.rank_among(node)
            case "column":
                return self.column_of(node.args[0], node.value)
            case "call":
                return self.call(node, FUNCTIONS[node.value])
        return self.operation(node)

    def operation(self, node: Node) -> Estimate | Rows:
        """Evaluate a sign, a comparison or a logical word."""
        args = [self.converted(node, place, self.value(part)) for place, part in enumerate(node.args)]
        if node.kind in COMPARISONS.values():
            args = _comparable(node, args)
        else:
            args = [_numbers(argument, part) for argument, part in zip(args, node.args, strict=True)]
        call, rule = _OPERATORS[node.kind], SIGNS[node.kind]
        if (id(node), calendar_place(0)) in self.factors:
            call, rule = _months, _month_ends
        result = self.of_growth(node, self.each(args, call, rule))
        return replace(result, truth=node.kind in CONDITIONS) if isinstance(result, Rows) else result

    def of_growth(self, node: Node, result: Estimate | Rows) -> Estimate | Rows:
        """Return a relative change without what is no growth: from a base that is not positive, or to below zero."""
        change = relative_change(node)
        if change is None:
            return result
        new, old = (self.value(part) for part in (change.new, change.old))
        if change.new.kind == change.old.kind == "lookup" and isinstance(result, Estimate):
            broken = self.evidence.broken(change.new.value, change.old.value)
            if broken:
                self.gaps[broken] = None
                return replace(result, value=np.full_like(result.value, np.nan))

        def grown(value: Any, later: Any, earlier: Any) -> Any:
            return np.where((earlier > 0) & (later >= 0) | np.isnan(value), value, np.nan)

        if all(isinstance(each, Estimate) for each in (result, new, old)):
            return replace(result, value=grown(result.value, new.value, old.value))
        known = self.each([result, new, old], grown, None)
        return replace(result, value=known.value) if known.value.shape == result.value.shape else known

    # Evidence

    def lookup(self, node: Node) -> Estimate | Rows:
        """Look up values of evidence: a single one, or one for each of the keys that its index leaves free."""
        found: LookedUp = self.evidence.find(node.value)
        self.looked_up.update(dict.fromkeys(found.rows))
        self.gaps.update(dict.fromkeys(found.gaps))
        value = np.array([found.values], dtype=float).reshape(1, -1)
        between = None
        if found.gaps:
            # A missing value may be whatever its unit allows: that leaves a result open, instead of leaving the row
            # out.
            unit = UNITS[self.evidence.tables.series[node.value.series].values[node.value.value].unit]
            lacking = np.isnan(value)
            between = Ends(np.where(lacking, unit.lower, value), np.where(lacking, unit.upper, value))
        if node.shape == "rows":
            return Rows(node.table, found.subjects, value, True, between=between, named=bool(found.gaps))
        if not found.subjects:
            raise MissingFigureError(node.value.words)
        least, most = (None, None) if between is None else (end[:, 0] for end in between[:2])
        return Estimate(value[:, 0], fixed=True, least=least, most=most)

    def rank_among(self, node: Node) -> Estimate:
        """Return the rank of a single value among rows, 1 for the largest; a missing row may be larger."""
        value, rows = (self.converted(node, place, self.value(part)) for place, part in enumerate(node.args))
        assert isinstance(value, Estimate), "the linker ensures it"
        among = _rows(rows)
        own, others = value.value[:, None], among.value
        larger = np.where(np.isnan(own).any(axis=1), np.nan, 1 + (others > own).sum(axis=1))
        if among.between is None and value.least is None:
            return Estimate(larger)
        low, high = (end[:, None] for end in value.ends[:2])
        least = 1 + (among.ends.low > high).sum(axis=1)
        most = 1 + (among.ends.high > low).sum(axis=1)
        return Estimate(larger, least=least.astype(float), most=most.astype(float))

    # Tables and their columns

    def subjects(self, table: str) -> Sequence[str]:
        """Return the subjects of a table in printed order, without totals of others; none for an unknown table."""
        figure_ids = self.scenarios.figures_of(table)
        return list(dict.fromkeys(_subject_of(each) for each in figure_ids if not self.scenarios.is_total(each)))

    def has_total(self, table: str, name: str) -> bool:
        """Whether a subject of a table is a total of others."""
        own = (each for each in self.scenarios.figures_of(table) if _subject_of(each) == name)
        return any(map(self.scenarios.is_total, own))

    def read(self, table: str, subjects: Sequence[str], quantity: str) -> FloatArray:
        """Read a quantity, scenarios × subjects. Raises MissingFigureError if a subject does not have it."""
        return self.scenarios.take([figure_of(table, subject, quantity) for subject in subjects])

    def rely_on(self, table: str, subjects: Sequence[str]) -> None:
        """Note that the result depends on the existence of these subjects."""
        self.relied.setdefault(table, set()).update(subjects)

    def read_relied_on(self) -> None:
        """Note the first figure of each row that the result depends on without reading a figure of it."""
        for table, subjects in self.relied.items():
            read = {_subject_of(figure_id) for figure_id in self.scenarios.reads if figure_id.startswith(f"{table}/")}
            first_of: dict[str, str] = {}
            for figure_id in reversed(self.scenarios.figures_of(table)):
                first_of[_subject_of(figure_id)] = figure_id  # backwards, so that the first one stays
            unread = subjects - read
            self.scenarios.note_rows(name for subject, name in reversed(first_of.items()) if subject in unread)

    def having(self, table: str, subjects: Sequence[str], quantity: str) -> tuple[str, ...]:
        """Return the subjects that have a quantity."""
        return tuple(subject for subject in subjects if self.scenarios.holds(figure_of(table, subject, quantity)))

    def selection(self, node: Node) -> Selection:
        """Return the rows that a table or brackets choose, once."""
        if id(node) not in self.selections:
            self.selections[id(node)] = self.fresh_selection(node)
        return self.selections[id(node)]

    def fresh_selection(self, node: Node) -> Selection:
        """Choose rows."""
        if node.kind == "table":
            return Selection(node.value, tuple(self.subjects(node.value)))
        condition = node.args[1]
        if condition.kind == "subject":
            return self.single(node.args[0], condition.value)
        base = self.selection(node.args[0])
        chosen = self.chosen(condition, base)
        where = condition.place.words
        if not chosen.fixed:
            mask = (chosen.value == 1) & (True if base.mask is None else base.mask)
            return replace(base, mask=mask, where=where, maybe=_maybe_chosen(chosen, base))
        # The choice is the same in all scenarios: the other rows are dropped, and need no mask.
        is_kept = chosen.value[0] == 1
        subjects = tuple(subject for subject, kept in zip(base.subjects, is_kept, strict=True) if kept)
        mask, maybe = (None if rows is None else rows[:, is_kept] for rows in (base.mask, base.maybe))
        whole = base.whole or _reads_other_tables(condition, base.table)
        return Selection(base.table, subjects, mask, whole=whole, where=where, maybe=maybe)

    def single(self, base: Node, name: str) -> Selection:
        """Return the row of a subject."""
        if base.kind == "table":
            return Selection(base.value, (name,), single=True)
        rows = self.selection(base)
        if name not in rows.subjects:
            raise MissingFigureError(f"{rows.table}/{name}/*")
        mask = None if rows.mask is None else rows.mask[:, [rows.subjects.index(name)]]
        return Selection(rows.table, (name,), mask, single=True)

    def subject(self, own: Selection, name: str) -> Rows:
        """Return the condition that a row is the one of a subject."""
        # A total is none of the rows that a condition asks: to leave it out changes nothing.
        if name not in own.subjects and not self.has_total(own.table, name):
            raise MissingFigureError(f"{own.table}/{name}/*")
        self.rely_on(own.table, [name])
        is_subject = np.array([[float(subject == name) for subject in own.subjects]])
        return Rows(own.table, own.subjects, is_subject, fixed=True)

    def column_of(self, base: Node, name: str) -> Estimate | Rows:
        """Return a label or quantity of a table or selection."""
        if base.kind == "select" and base.shape == "table" and _reads_other_tables(base.args[1], base.table):
            # Before the selection: the order of reads is that of the evidence in the report.
            self.read_whole(base.table, name)
        return self.column(self.selection(base), name)

    def column(self, chosen: Selection, name: str) -> Estimate | Rows:
        """Return a label or quantity of a selection, missing in the scenarios where a row is not chosen."""
        labels = self.scenarios.labels(chosen.table, name)
        ends = None
        if labels is not None:
            subjects = chosen.subjects
            values = self.labels_of(chosen, labels, name)
        else:
            subjects, values = self.quantity_of(chosen, name)
            ends = self.scenarios.ends([figure_of(chosen.table, subject, name) for subject in subjects])
        # Labels are the same in every scenario, unless a quantity chooses their rows.
        fixed = labels is not None and chosen.mask is None
        if chosen.mask is not None:
            places = list(map(chosen.subjects.index, subjects))
            mask, maybe = chosen.mask[:, places], None if chosen.maybe is None else chosen.maybe[:, places]
            ends = _masked_ends(values, ends, mask, maybe)
            values = np.where(mask, values, _blank(values))
        if chosen.single:
            least, most = (None, None) if ends is None else (ends.low[:, 0], ends.high[:, 0])
            return Estimate(values[:, 0], fixed=fixed, least=least, most=most)
        return Rows(chosen.table, subjects, values, fixed, between=ends)

    def labels_of(self, chosen: Selection, labels: Mapping[str, str], name: str) -> Each:
        """Return the labels of chosen rows, None where a row has none."""
        if not chosen.subjects:
            raise self.no_rows(chosen, name)
        if chosen.single and chosen.subjects[0] not in labels:
            raise MissingFigureError(f"{chosen.table}/{chosen.subjects[0]}/{name}")
        # Inside brackets, the rows that are chosen are read anyway, and `chosen` reads those of a look-up table.
        if not self.own or (chosen.table != self.own[-1].table and not self.is_lookup):
            self.rely_on(chosen.table, chosen.subjects)
        return np.array([list(map(labels.get, chosen.subjects))], dtype=object)

    def quantity_of(self, chosen: Selection, name: str) -> tuple[tuple[str, ...], FloatArray]:
        """Read a quantity of the chosen rows that have it; a single row must have it."""
        subjects = chosen.subjects if chosen.single else self.having(chosen.table, chosen.subjects, name)
        if not subjects:
            raise self.no_rows(chosen, name)
        if chosen.whole:
            self.read_whole(chosen.table, name)
        return subjects, self.read(chosen.table, subjects, name)

    def no_rows(self, chosen: Selection, name: str) -> MissingFigureError:
        """Return the error for a selection without rows."""
        return MissingFigureError(f"{chosen.table}/*/{name}" + (f" ({chosen.where})" if chosen.where else ""))

    def read_whole(self, table: str, quantity: str) -> None:
        """Read a quantity in every row of a table that has it."""
        self.read(table, self.having(table, self.subjects(table), quantity), quantity)

    def chosen(self, condition: Node, base: Selection) -> Rows:
        """Evaluate a condition for the rows whose brackets it is in.

        A condition that asks each row of another table by itself depends only on those rows that it holds for: a row
        that is not there is not chosen either.
        """
        outer, self.is_lookup = self.is_lookup, condition.rowwise and condition.table != base.table
        self.own.append(base)
        rows = _rows(self.value(condition))
        self.own.pop()
        if self.is_lookup and rows.fixed:
            hits = {subject for subject, value in zip(rows.subjects, rows.value[0], strict=True) if value == 1}
            of_table = self.scenarios.figures_of(rows.table)
            self.scenarios.note_rows(name for name in of_table if _subject_of(name) in hits)
            if not hits:
                self.rely_on(rows.table, rows.subjects)  # without a row of it, the column would be unknown
        self.is_lookup = outer
        return _joined(rows, base)

    # Row by row

    def each(
        self, args: Sequence[Estimate | Rows], call: Callable[..., Each], rule: Rule | None = None
    ) -> Estimate | Rows:
        """Compute a value row by row where any argument has rows, otherwise a single value with its interval.

        `rule` gives the range of the result where an argument has one.
        """
        singles, rows = _by_shape(args)
        if not rows:
            return _single(singles, call, rule)
        if len({argument.table for argument in rows}) > 1:
            rows = [_joined(argument, self.own[-1]) for argument in rows]
        common = _common(rows)
        # Each argument in its place: rows as they were joined, single values the same in every row.
        joined = iter(rows)
        parts: list[Each] = []
        ranges: list[Ends] = []
        for argument in args:
            if isinstance(argument, Rows):
                own = _reindexed(next(joined), common)
                parts.append(own.value)
                ranges.append(own.ends)
            else:
                parts.append(argument.value[:, None])
                ranges.append(Ends(argument.ends.low[:, None], argument.ends.high[:, None]))
        value = _finite(call(*parts))
        between = None
        if any(map(_has_ends, args)):
            between = _row_ends(rule, ranges, value)
        fixed, named = all(argument.fixed for argument in args), any(argument.named for argument in rows)
        return Rows(rows[0].table, common, value, fixed, between=between, named=named)

    # Functions

    def call(self, node: Node, function: Function) -> Estimate | Rows:
        """Evaluate a call: of a function that takes its arguments as they stand, or else of their values."""
        match function.name:
            case "quantity":
                return self.value(node.args[0])
            case "count":
                return self.count(node.args[0])
            case "match":
                return self.match(node.args[0], node.args[1], [str(part.value) for part in node.args[2:]])
            case "row":
                return self.row(_rows(self.value(node.args[0])), str(node.args[1].value))
        return self.applied(node, function, self.arguments(node))

    def arguments(self, node: Node) -> list[Estimate | Rows]:
        """Return the arguments of a function in the units that it takes; a pattern gives several columns."""
        args: list[Estimate | Rows] = []
        for place, part in enumerate(node.args):
            found = self.columns(part) if part.kind == COLUMNS else [self.argument(node, place)]
            args += [self.converted(node, place, value) for value in found]
        return args

    def applied(self, node: Node, function: Function, args: list[Estimate | Rows]) -> Estimate | Rows:
        """Apply a function to its arguments: to each row, or over the rows of a table."""
        if (id(node), TREND) in self.factors:
            time = int(self.factors[id(node), TREND]) - 1
            self.note_end_points(_rows(args[1 - time]), _rows(args[time]))
        if function.name in ("lower", "upper"):
            return _end_of_interval(function.name, args[0])
        if over_rows(node, node.args):
            return _over_rows_of_one(function, args)
        is_ranked = function.name in ("largest", "smallest")
        if is_ranked:
            function, args = _of_rank(function, int(args[0].value[0])), args[1:]
        function = self.as_meant(node, function)
        if is_ranked:
            return self.each(args, function.call, function.ends)
        if function.gives != "each":
            return self.over_rows(function, args)
        if function.name == "known":
            return _known_only(_rows(args[0]))
        result = self.each(args, function.call, function.ends)
        return replace(result, truth=_is_condition(function, args)) if isinstance(result, Rows) else result

    def as_meant(self, node: Node, function: Function) -> Function:
        """Return the variant of a function for its arguments: columns that may be missing, or whole months."""
        if any(part.kind == COLUMNS for part in node.args):
            function = _of_known(function)
        if function.name == "span" and (id(node), calendar_place(1)) in self.factors:
            function = replace(function, call=_month_span)
        return function

    def argument(self, node: Node, place: int) -> Estimate | Rows:
        """Return an argument of a function: numbers, or for `cells` also texts; a date as text becomes a number."""
        part = node.args[place]
        word = FUNCTIONS[node.value].argument(place)
        value = self.value(part)
        if word == "day" and isinstance(value, Estimate) and value.value.dtype == object:
            return _day(value, part)
        return value if word == "cells" else _numbers(value, part)

    def columns(self, node: Node) -> list[Estimate | Rows]:
        """Return the columns of a table or selection that a pattern fits, in printed order."""
        table = node.args[0].table
        names = dict.fromkeys(parts_of(figure_id)[2] for figure_id in self.scenarios.figures_of(table))
        fitting = fitting_names(names, node.value)
        if not fitting:
            raise MissingFigureError(f"{table}/*/{' or '.join(node.value)}")
        return [self.column_of(node.args[0], name) for name in fitting]

    def note_end_points(self, values: Rows, times: Rows) -> None:
        """Note the rows with the first and last time among those that have both."""
        common = _common([values, times])
        value, time = (_reindexed(rows, common).value[0] for rows in (values, times))
        known = [place for place in range(len(common)) if not np.isnan(value[place] + time[place])]
        if known:
            for choose in (min, max):
                self.end_points[common[choose(known, key=lambda place: time[place])]] = None

    def over_rows(self, function: Function, args: Sequence[Estimate | Rows]) -> Estimate | Rows:
        """Apply a function to several rows, which are joined by subject; those of `best_by` are of two tables."""
        _, rows = _by_shape(args)
        table, alike = rows[0].table, rows
        if function.name == "best_by":
            table, alike = rows[-1].table, rows[:2]
        common = _common(alike)
        subjects = rows[-1].subjects if function.name == "best_by" else common
        # An argument that does not vary has one scenario, which stands for all that the longest one has.
        size = max(len(argument.value) for argument in args)
        if common:
            result = function.call(*_as_arguments(function, args, alike, size))
        else:  # numpy has no largest, first or latest of nothing
            result = np.full(size if function.gives == "one" else (size, len(subjects)), np.nan)
        if isinstance(result, Estimate):
            return _with_ends(result.mapped(_finite), None, *alike)
        if function.gives == "one":
            return _with_ends(Estimate(_finite(result)), function.ends, *alike)
        if isinstance(result, tuple):  # with the rows that the function keeps
            result, kept = result
            result, subjects = result[:, kept], tuple(np.array(subjects, dtype=object)[kept])
        return _with_open(Rows(table, subjects, _finite(result), truth=function.unit == "condition"), alike)

    def count(self, node: Node) -> Estimate:
        """Count chosen rows, conditions that hold or known values; n is the number of rows that could have counted."""
        if node.shape == "table":
            chosen = self.selection(node)
            every = self.subjects(chosen.table)
            self.rely_on(chosen.table, every)
            mask = np.ones((1, len(chosen.subjects))) if chosen.mask is None else chosen.mask
            counted = Estimate(mask.sum(axis=1).astype(float), np.full(len(mask), len(every)))
            if chosen.maybe is None:
                return counted
            may, doubt = mask.astype(bool), chosen.maybe
            value = _where_known(counted.value, may | ~doubt, doubt)
            least, most = ((may & ~doubt).sum(axis=1).astype(float), (may | doubt).sum(axis=1).astype(float))
            return replace(counted, value=value, least=least, most=most)
        found = _rows(self.value(node))
        known_rows = np.asarray(~missing(found.value))
        rows = (found.value == 1) if found.truth else known_rows
        n = known_rows.sum(axis=1) if found.truth else np.full(len(known_rows), known_rows.shape[1])
        total = rows.sum(axis=1).astype(float)
        if found.truth and found.between:
            total = _where_known(total, known_rows, ~np.isnan(found.between.low) & ~known_rows)
        return _with_ends(Estimate(total, n), over_count, found)

    def row(self, rows: Rows, subject: str) -> Estimate:
        """Return the value of one row. Raises MissingFigureError if there is no such row."""
        if subject not in rows.subjects:
            raise MissingFigureError(f"{rows.table}/{subject}/*")
        place = rows.subjects.index(subject)
        least, most = (None, None) if rows.between is None else (end[:, place] for end in rows.between[:2])
        return Estimate(rows.value[:, place], fixed=rows.fixed, least=least, most=most)

    def match(self, values: Node, rows: Node, by: Sequence[str] = ()) -> Rows:
        """Return values of one table for the rows of another one, joined by subject or by labels."""
        target = self.selection(rows) if rows.shape == "table" else _rows(self.value(rows))
        self.rely_on(target.table, target.subjects)
        if by:
            return self.masked(self.paired(_rows(self.value(values)), target, by), target)
        is_plain = values.kind == "column" and values.args[0].kind == "table"
        if is_plain and self.scenarios.labels(values.table, values.value) is None:
            # Only what is needed is read: other rows of the table do not matter.
            read = self.read(values.table, target.subjects, values.value)
            names = [figure_of(values.table, subject, values.value) for subject in target.subjects]
            matched = Rows(target.table, target.subjects, read, between=self.scenarios.ends(names))
        else:
            matched = self.matched(_rows(self.value(values)), target)
        return self.masked(matched, target)

    def masked(self, matched: Rows, target: Selection | Rows) -> Rows:
        """Return matched values without those of rows that are not chosen in a scenario."""
        if not isinstance(target, Selection) or target.mask is None:
            return matched
        ends = _masked_ends(matched.value, matched.between, target.mask, target.maybe)
        value = np.where(target.mask, matched.value, _blank(matched.value))
        return replace(matched, value=value, fixed=False, between=ends)

    def paired(self, values: Rows, target: Selection | Rows, by: Sequence[str]) -> Rows:
        """Return values for other rows with the same labels. Raises MissingFigureError unless one row fits each."""
        self.rely_on(values.table, values.subjects)
        own, others = self.keys(values.table, values.subjects, by), self.keys(target.table, target.subjects, by)
        places = []
        for subject, key in zip(target.subjects, others, strict=True):
            # A row without a label must not pair with others that lack it, too.
            fitting = [place for place, other in enumerate(own) if other == key and None not in key]
            if len(fitting) != 1:
                words = " and ".join(f"{name} {text}" for name, text in zip(by, key, strict=True))
                raise MissingFigureError(f"{values.table}/*/* ({len(fitting)} rows of {words} for {subject}, not one)")
            places += fitting
        between = values.between and Ends(*(None if end is None else end[:, places] for end in values.between))
        return replace(
            values, table=target.table, subjects=target.subjects, value=values.value[:, places], between=between
        )

    def keys(self, table: str, subjects: Sequence[str], by: Sequence[str]) -> list[tuple[str | None, ...]]:
        """Return the labels of rows by which they are paired. Raises MissingFigureError for an unknown column."""
        columns = []
        for name in by:
            labels = self.scenarios.labels(table, name)
            if labels is None:
                raise MissingFigureError(f"{table}/*/{name}")
            columns.append(labels)
        return [tuple(labels.get(subject) for labels in columns) for subject in subjects]

    def matched(self, values: Rows, target: Selection | Rows) -> Rows:
        """Return computed values for other rows. Raises MissingFigureError for a subject without a value."""
        for subject in target.subjects:
            if subject not in values.subjects:
                raise MissingFigureError(f"{values.table}/{subject}/*")
        return replace(_reindexed(values, target.subjects), table=target.table)


def _single(args: Sequence[Estimate], call: Callable[..., Each], rule: Rule | None) -> Estimate:
    """Compute a single value; a sample size and an interval carry over from a statistic.

    The interval of one statistic is mapped through the operation. That of several is unknown: their errors may be
    related.
    """
    value = _finite(call(*(argument.value for argument in args)))
    result = Estimate(value, fixed=all(argument.fixed for argument in args))
    if any(map(_has_ends, args)):
        ends = _row_ends(rule, [argument.ends for argument in args], value)
        result = replace(result, least=ends.low, most=ends.high)
    statistics = [argument for argument in args if argument.n is not None]
    return _as_statistic(result, args, call, statistics) if statistics else result


def _as_statistic(
    result: Estimate, args: Sequence[Estimate], call: Callable[..., Each], statistics: Sequence[Estimate]
) -> Estimate:
    """Give a single value the sample size of the statistics among its arguments, and their interval."""
    result = replace(result, n=functools.reduce(np.minimum, map(attrgetter("n"), statistics)), fixed=False)
    statistic = statistics[0]
    if call is _OPERATORS["all_of"]:
        # Each condition may fail or hold over the interval of its own statistic.
        sides = [(part.low, part.high) if part.has_interval else (part.value, part.value) for part in args]
        low, high = (call(*side) for side in zip(*sides, strict=True))
        return replace(result, low=low, high=high)
    if len(statistics) > 1 or not statistic.has_interval:
        return result
    ends_of = [_finite(call(*_with_end(args, statistic, end))) for end in (statistic.low, statistic.high)]
    low, high = _ordered(result.value, *ends_of)
    return replace(result, low=low, high=high)


# Ranges, where rows are missing


def _has_ends(argument: Estimate | Rows) -> bool:
    return (argument.between if isinstance(argument, Rows) else argument.least) is not None


def _row_ends(rule: Rule | None, ranges: Sequence[Ends], value: Each) -> Ends:
    """Return the range of a result by its rule, without one NaN; a row may be left out where one of its parts may."""
    shape = value.shape
    ends = rule(*ranges) if rule else Ends(np.full(shape, np.nan), np.full(shape, np.nan))
    low = np.broadcast_to(np.asarray(ends.low, dtype=float), shape)
    high = np.broadcast_to(np.asarray(ends.high, dtype=float), shape)
    doubts = [part.maybe for part in (ends, *ranges) if part.maybe is not None]
    if not doubts:
        return Ends(low, high)
    return Ends(low, high, np.broadcast_to(functools.reduce(np.logical_or, doubts), shape))


def _with_ends(result: Estimate, rule: Rule | None, *rows: Rows) -> Estimate:
    """Return the value of a function over rows with its range, where one of them is missing.

    Without a rule, a missing row is only left out. Where no row is known at all, neither is the range; a result that
    may be anything, as a sum is to which a missing row may add or take away, has no value.
    """
    if _lacks_named(rule, rows):
        return Estimate(np.full(len(result.value), np.nan), result.n)
    if rule is None or len(rows) > 1 or rows[0].between is None:
        return result
    found = rule(_entries(rows[0]))
    is_open = np.isneginf(found.low) & np.isposinf(found.high)
    least, most = (np.where(np.isnan(result.value) | is_open, np.nan, end) for end in found[:2])
    # The value leaves missing rows out, which may put it outside of what is possible with them.
    inside = np.clip(result.value, least, most)  # NaN without a rule
    value = np.where(is_open, np.nan, np.where(np.isnan(inside), result.value, inside))
    return replace(result, value=value, least=least, most=most)


def _with_open(result: Rows, args: Sequence[Rows]) -> Rows:
    """Return rows whose missing values may be anything, if a named row of evidence is missing."""
    lacking = np.isnan(result.value)
    if result.truth or not lacking.any() or not any(each.named and each.between is not None for each in args):
        return result
    low, high = (np.where(lacking, end, result.value) for end in (-np.inf, np.inf))
    return replace(result, between=Ends(low, high), named=True)


def _lacks_named(rule: Rule | None, rows: Sequence[Rows]) -> bool:
    """Whether a row of evidence is missing that is named and that a function would leave out."""
    lacking = [each for each in rows if each.named and not each.truth and np.isnan(each.value).any()]
    if not lacking or (len(rows) == 1 and rule in _DECIDING):
        return False
    # Amounts that are not negative leave a sum open above: what is there may exceed a bound already.
    low = lacking[0].ends.low
    return not (len(rows) == 1 and rule is over_sum and bool((low >= 0).all()))


def _over_rows_of_one(function: Function, args: Sequence[Estimate | Rows]) -> Estimate | Rows:
    """Apply a function of several values to the rows of a single argument."""
    rows = _rows(args[-1])
    if function.name == "rank":
        value = function.call(rows.value)
        between = None if rows.between is None else rank_of_rows(_entries(rows))
        return Rows(rows.table, rows.subjects, value, between=between)
    if function.name in ("min", "max"):
        return _with_ends(Estimate(_finite(function.call(rows.value))), _OVER_ROWS[function.name], rows)
    place = int(args[0].value[0])
    rule = over_nth_largest(place) if function.name == "largest" else over_nth_smallest(place)
    # Largest and smallest leave nothing out: a missing row may be among them.
    return _with_ends(Estimate(_finite(function.call(place, rows.value))), rule, replace(rows, named=False))


def _is_condition(function: Function, args: Sequence[Estimate | Rows]) -> bool:
    """Whether the result is a condition, as `where(condition, other)` still is, which `count` counts by its ones."""
    return function.name == "where" and isinstance(args[0], Rows) and args[0].truth


def _of_rank(function: Function, rank: int) -> Function:
    """Return `largest` or `smallest` with the rank that they choose, as a function of the numbers alone."""
    ends = functools.partial(function.ends, rank) if function.ends else None
    return replace(function, call=functools.partial(function.call, rank), ends=ends)


def _of_known(function: Function) -> Function:
    """Return a function of the columns of a row in which a missing cell leaves the result open, as a missing row does.

    A cell without a value is as if it were the last in order; the first of `rank` is whose rank it is.
    """
    # An infinite stand-in drops out of the order, where NaN would make the whole row missing.
    last = np.inf if function.name in ("min", "smallest") else -np.inf
    kept = 1 if function.name == "rank" else 0
    call, rule = function.call, function.ends

    def of_values(*columns: Each) -> Each:
        return call(*columns[:kept], *(np.where(np.isnan(column), last, column) for column in columns[kept:]))

    def of_ends(*columns: Ends) -> Ends:
        assert rule is not None, "each function of several has a rule"
        known = [Ends(*(np.where(np.isnan(end), last, end) for end in column[:2])) for column in columns[kept:]]
        low, high = rule(*columns[:kept], *known)[:2]
        is_none = np.isinf(low) & (low == high)
        doubts = [column.maybe for column in columns if column.maybe is not None]
        maybe = functools.reduce(np.logical_or, doubts) if doubts else None
        return Ends(np.where(is_none, np.nan, low), np.where(is_none, np.nan, high), maybe)

    return replace(function, call=of_values, ends=of_ends)


_OVER_ROWS = {"min": over_min, "max": over_max}
_DECIDING = (over_min, over_max, over_count)
"""Rules of functions over rows that a missing one leaves open, unless a known one decides."""


def _entries(rows: Rows) -> Entries:
    low, high, maybe = rows.ends
    doubt = np.zeros(rows.value.shape, dtype=bool) if maybe is None else maybe
    return Entries(low, high, ~np.isnan(rows.value), doubt, rows.truth)


def _known_only(rows: Rows) -> Rows:
    """Return rows with missing values left out, not open between two ends."""
    if rows.between is None:
        return rows
    low, high = (np.where(np.isnan(rows.value), np.nan, end) for end in rows.between[:2])
    return replace(rows, between=rows.between._replace(low=low, high=high), named=False)


def _masked_ends(values: Each, ends: Ends | None, mask: Any, maybe: Any) -> Ends | None:
    """Return the ends of the rows that are chosen or may be; None where nothing is missing."""
    if values.dtype == object or (ends is None and maybe is None):
        return None
    low, high, _ = ends or Ends(values, values)
    there = mask if maybe is None else mask | maybe
    return Ends(np.where(there, low, np.nan), np.where(there, high, np.nan), maybe)


def _maybe_chosen(chosen: Rows, base: Selection) -> npt.NDArray[np.bool_] | None:
    """Return the rows that a condition may choose, since it is missing or the row itself may not be there."""
    if chosen.between is None and base.maybe is None:
        return None
    inside = True if base.mask is None else base.mask
    may = (chosen.ends.high == 1) & (inside if base.maybe is None else inside | base.maybe)
    sure = (chosen.ends.low == 1) & inside & ~(False if base.maybe is None else base.maybe)
    found: npt.NDArray[np.bool_] = may & ~sure
    return found


def _where_known(counts: One, known: npt.NDArray[np.bool_], unknown: npt.NDArray[np.bool_]) -> One:
    """Return counts, missing where nothing is known of any row that could have counted."""
    return np.where(unknown.any(axis=1) & ~known.any(axis=1), np.nan, counts)


def _with_end(args: Sequence[Estimate], statistic: Estimate, end: One) -> list[One]:
    """Return the values of arguments, with an end of its interval in place of a statistic's value."""
    return [end if argument is statistic else argument.value for argument in args]


def _end_of_interval(name: str, statistic: Estimate | Rows) -> Estimate:
    assert isinstance(statistic, Estimate), "the linker ensures it"
    end = statistic.low if name == "lower" else statistic.high
    return Estimate(np.full(len(statistic.value), np.nan) if end is None else end, statistic.n)


def _as_arguments(function: Function, args: Sequence[Estimate | Rows], alike: Sequence[Rows], size: int) -> list[Any]:
    """Return arrays of `size` scenarios for a function over rows, those of `alike` rows with their common subjects."""
    common = _common(alike)
    arrays: list[Any] = []
    for place, argument in enumerate(args):
        if isinstance(argument, Rows):
            aligned = _reindexed(argument, common) if argument in alike else argument
            arrays.append(np.broadcast_to(aligned.value, (size, aligned.value.shape[1])))
        elif function.argument(place) == "whole":
            arrays.append(int(argument.value[0]))
        else:
            arrays.append(np.broadcast_to(argument.value, size))
    return arrays


def _mapped(value: Estimate | Rows, call: Callable[[Each], Each]) -> Estimate | Rows:
    """Apply a rising function to a value and to its ends."""
    if isinstance(value, Estimate):
        return value.mapped(call)
    between = value.between and value.between._replace(low=call(value.between.low), high=call(value.between.high))
    return replace(value, value=call(value.value), between=between)


def _scaled(values: Each, factor: float) -> Each:
    # Dividing by 60 rounds once; multiplying by 1/60 would round twice.
    return values * factor if factor > 0 else values / -factor


def _truth(values: Each) -> Each:
    return np.where(np.isnan(values), np.nan, values != 0)


def _compared(compare: Callable[[Any, Any], Any]) -> Callable[[Each, Each], Each]:
    def call(left: Each, right: Each) -> Each:
        return np.where(missing(left) | missing(right), np.nan, compare(left, right))

    return call


def _months(last: Each, first: Each) -> Each:
    return months_between(first, last)


def _month_ends(last: Ends, first: Ends) -> Ends:
    return Ends(_months(last.low, first.high), _months(last.high, first.low))


def _month_span(values: Each, days: Each) -> One:
    counted = np.where(np.isnan(values), np.nan, days)
    return months_between(min_(counted), max_(counted))


_OPERATORS: dict[str, Callable[..., Each]] = {
    "neg": operator.neg,
    **OPERATORS,
    "not": lambda values: 1 - _truth(values),
    "and": lambda *parts: functools.reduce(np.minimum, map(_truth, parts)),
    "or": lambda *parts: functools.reduce(np.maximum, map(_truth, parts)),
    "all_of": lambda *parts: _all_of([_truth(part) for part in parts]),
    "==": _compared(operator.eq),
    "!=": _compared(operator.ne),
    "<": _compared(operator.lt),
    "<=": _compared(operator.le),
    ">": _compared(operator.gt),
    ">=": _compared(operator.ge),
}


def _all_of(parts: Sequence[Each]) -> Each:
    """Return where all conditions hold: 0 where one does not, whatever the others are; else missing if one is."""
    least = functools.reduce(np.fmin, parts)  # which ignores NaN
    return np.where(least == 0, 0.0, functools.reduce(np.minimum, parts))


def _comparable(node: Node, args: Sequence[Estimate | Rows]) -> list[Estimate | Rows]:
    """Return the sides of a comparison as numbers, or as texts that are compared for equality.

    A date that is written as text and compared with numbers becomes a number.
    """
    for argument in args:
        if isinstance(argument, Rows) and not argument.subjects:
            return list(args)  # without rows, the type of a column is unknown, and nothing is compared
    are_texts = [argument.value.dtype == object for argument in args]
    if all(are_texts):
        if node.kind not in EQUALITIES:
            raise ExpressionError(node.place, "numbers: texts are equal or not, and have no order")
        return list(args)
    if not any(are_texts):
        return list(args)
    place = are_texts.index(True)
    text, part = args[place], node.args[place]
    if not isinstance(text, Estimate) or part.kind != "text":
        raise ExpressionError(part.place, "a number, as on the other side")
    sides = list(args)
    sides[place] = _day(text, part)
    return sides


def _day(value: Estimate, node: Node) -> Estimate:
    """Return a date that is written as text in days since 1970, the unit of figures."""
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
    assert isinstance(value, Rows), "the linker ensures it"
    return value


def _by_shape(args: Sequence[Estimate | Rows]) -> tuple[list[Estimate], list[Rows]]:
    """Separate single values from rows."""
    singles: list[Estimate] = []
    rows: list[Rows] = []
    for argument in args:
        if isinstance(argument, Rows):
            rows.append(argument)
        else:
            singles.append(argument)
    return singles, rows


def _reads_other_tables(node: Node, table: str) -> bool:
    """Whether a condition depends on more than the rows that it chooses: on other tables, or on a named subject."""
    if node.kind == "subject" or (node.kind == "column" and node.table != table):
        return True
    return any(_reads_other_tables(part, table) for part in node.args)


def _common(rows: Sequence[Rows]) -> tuple[str, ...]:
    """Return the subjects that all rows share, in the order of the first."""
    first, *others = rows
    if all(other.subjects == first.subjects for other in others):
        return first.subjects  # fast path: columns of one table
    shared = set(first.subjects).intersection(*(other.subjects for other in others))
    return tuple(subject for subject in first.subjects if subject in shared)


def _joined(rows: Rows, own: Selection) -> Rows:
    """Join rows of any table by subject to those of a selection, missing where they lack one of its subjects."""
    return replace(_reindexed(rows, own.subjects), table=own.table)


def _reindexed(rows: Rows, subjects: tuple[str, ...]) -> Rows:
    """Return values for other subjects in their order, missing where a subject has none."""
    if rows.subjects == subjects:
        return rows
    blank = np.full((len(rows.value), 1), None, dtype=rows.value.dtype)
    column_of = {subject: column for column, subject in enumerate(rows.subjects)}
    # A column of blanks is appended: index -1 is its place.
    places = [column_of.get(subject, -1) for subject in subjects]
    value = np.hstack([rows.value, blank])[:, places]
    between = rows.between
    if between is not None:
        low, high = (np.hstack([end, np.full((len(end), 1), np.nan)])[:, places] for end in between[:2])
        doubt = between.maybe
        maybe = None if doubt is None else np.hstack([doubt, np.zeros((len(doubt), 1), bool)])[:, places]
        between = Ends(low, high, maybe)
    return replace(rows, subjects=subjects, value=value, between=between)


def _finite(values: Each) -> Each:
    return values if values.dtype == object else np.where(np.isinf(values), np.nan, values)


def _blank(values: Each) -> Any:
    return None if values.dtype == object else np.nan


def _ordered(value: One, low: One, high: One) -> tuple[One, One]:
    """Return the ends of a mapped interval, the lower first: operations such as `1 - x` swap them.

    Where one end is missing, the side of the value on which the other one lies decides.
    """
    is_swapped = (low > high) | (np.isnan(high) & (low > value)) | (np.isnan(low) & (high < value))
    return np.where(is_swapped, high, low), np.where(is_swapped, low, high)
