"""The units of expressions: whether they fit, and the factors that convert their parts.

Belongs here: checks that need no values, of tables, columns, subjects and units that an expression names. Does not:
values (`interpret`), or products of units (`unit_products`).
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from tidebook.pipelines.evaluate.expressions import (
    COMPARISONS,
    EQUALITIES,
    OF_SEVERAL,
    ExpressionError,
    Node,
    constant,
    fitting_names,
    nodes,
)
from tidebook.pipelines.evaluate.functions import FUNCTIONS, TREND, Function, calendar_place
from tidebook.pipelines.evaluate.unit_products import Measure, UnitRegistry, unit_registry
from tidebook.pipelines.read.errors import close_names, did_you_mean, suggestion
from tidebook.pipelines.read.evidence_tables.series import NO_EVIDENCE, EvidenceTables
from tidebook.pipelines.read.formatting import listed
from tidebook.schemas.units import UNITS, UNSCALED, get_unit

Conversions = dict[tuple[int, int], Fraction]
"""Factors of arguments, by the node's number in the order of `nodes` and the argument's index; -1 is the result.

`calendar_place` of an index says, with 1 as its factor, that the argument is a date to be read in calendar months, and
`TREND` by its factor which argument of a trend is the time.
"""

PERCENTAGES = ("percent", "percentage point", "basis point")
"""Units of which a written number may be the whole."""
WHOLES = (1, 100)
"""Numbers that beside a percentage, in `+` and `-`, are the whole."""
OF_AMOUNTS = ("sum", "share", "hhi", "top_share", "growth", "change", "step_changes", "log", "log10", "abs")
"""Functions that take no points in time: these are compared and subtracted, but not added or multiplied."""


HIGHEST_POWER = 12
"""Maximum power of a unit: no measure has one as high, and an exact factor to the power of 1e9 takes hours."""

NO_ROWS = "a table with rows"
"""Expectation in place of a table that is empty."""


@dataclass(frozen=True)
class Columns:
    """The columns of a table.

    Attributes:
        subjects: Its subjects.
        quantities: The unit of each quantity.
        labels: The columns whose texts expressions may compare.
        own: For rows that name quantity and unit themselves, the unit by subject and quantity. Then `quantities` has
            only those with one unit in all rows, and quantities that no row has yet are allowed.
        texts: All texts that a label may have, by its name, where its column declares them.
        totals: The subjects that are totals of others, which are no rows unless one is named alone.
    """

    subjects: list[str]
    quantities: dict[str, str]
    labels: list[str] = field(default_factory=list)
    own: dict[str, dict[str, str]] | None = None
    texts: dict[str, list[str]] = field(default_factory=dict)
    totals: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Dim:
    """The dimension of a value.

    Attributes:
        kind: "unit" with a `unit`, "bare" for a number that is written out, "count", "label", "words" for a text
            that is written out, "unknown", or a unit of points in time, "date" or "calendar year".
        unit: The product of units.
        percent: "level" for a percentage as such, "points" for the difference of two, "" for everything else.
        spans: The differences of dates, by the node's id, of which it is made.
    """

    kind: str
    unit: Measure | None = None
    percent: str = ""
    spans: frozenset[int] = frozenset()


BARE, COUNT, LABEL, WORDS, UNKNOWN = (_Dim(kind) for kind in ("bare", "count", "label", "words", "unknown"))


SHORT_TIMES = ("day", "hour", "second")
"""Units of time that are not whole parts of a calendar month."""

TRENDS = ("slope", "growth", "pearson", "spearman", "kendall")
"""Functions that describe a trend if one of their first two arguments is a time."""

PERCENT_KINDS = {"percent": "level", "percentage point": "points", "basis point": "points"}
"""Which units are a percentage as such, and which the difference of two."""


def check(
    roots: Mapping[str, tuple[Node, str]],
    tables: Mapping[str, Columns],
    evidence: EvidenceTables = NO_EVIDENCE,
) -> tuple[dict[str, Conversions], list[ExpressionError]]:
    """Check the units of linked expressions.

    An expression that names an unknown figure is correct here: `absent` finds it.

    Args:
        roots: By name, the expression and the symbol of the unit that its result must have.
        tables: The columns of each table.
        evidence: The declared evidence, with its units.

    Returns:
        The factors other than 1 of each correct expression, and the errors of the others.
    """
    checker = _Checker(unit_registry(), tables, evidence=evidence)
    conversions: dict[str, Conversions] = {}
    errors = []
    for name, (root, symbol) in roots.items():
        try:
            of_result = checker.result(root, symbol)
            by_calendar = checker.by_calendar(root, symbol)
            own = checker
            if by_calendar:
                # Again with months for these differences, which changes the factors all the way up to the result.
                own = _Checker(unit_registry(), tables, by_calendar, evidence)
                of_result = own.result(root, symbol)
        except ExpressionError as error:
            errors.append(error)
            continue
        conversions[name] = _conversions(root, own, of_result)
    return conversions, errors


def _conversions(root: Node, checker: "_Checker", of_result: Fraction) -> Conversions:
    factors: Conversions = {}
    marks: Conversions = {}
    for number, node in enumerate(nodes(root)):
        if id(node) in checker.trends:
            marks[number, TREND] = Fraction(checker.trends[id(node)])
        for place in range(len(node.args)):
            factors[number, place] = checker.factors.get((id(node), place), Fraction(1))
            if id(node) in checker.calendar and checker.dim(node.args[place]).kind == "date":
                marks[number, calendar_place(place)] = Fraction(1)
        if node is root:
            factors[number, -1] = of_result
    # Marks have the factor 1 or 2 as a code: they join after the factors of 1 are left out.
    return {place: factor for place, factor in factors.items() if factor != 1} | marks


def absent(root: Node, tables: Mapping[str, Columns]) -> Iterator[ExpressionError]:
    """Yield an error for each place of a linked expression that names rows, a row or a quantity that is not printed."""
    empty: set[str] = set()
    for node in nodes(root):
        name = node.args[0].table if node.kind == "column" else node.table
        columns = tables.get(name)
        if columns is None or name in empty:
            continue
        if node.kind == "table" and not columns.subjects:
            empty.add(name)  # one error is enough: its rows are missing as well
            yield ExpressionError(node.place, NO_ROWS)
        elif node.kind == "subject":
            yield from _absent_subject(node, node.table, columns)
        elif node.kind == "column":
            yield from _absent_quantity(node, columns)
    yield from _absent_rows(root, tables)
    yield from _chosen_totals(root, tables)


def _absent_rows(root: Node, tables: Mapping[str, Columns]) -> Iterator[ExpressionError]:
    """Yield an error for each row that a call of `row` names and its table does not have."""
    for node in nodes(root):
        if node.kind == "call" and node.value == "row":
            table = node.args[0].table
            if table in tables and tables[table].subjects:
                yield from _absent_subject(node.args[1], table, tables[table])
                if str(node.args[1].value) in tables[table].totals:
                    yield ExpressionError(node.args[1].place, f"a row of {table} that is no total of others")


def _chosen_totals(node: Node, tables: Mapping[str, Columns]) -> Iterator[ExpressionError]:
    """Yield an error for each total that a condition chooses: conditions choose among the rows that it sums."""
    for place, part in enumerate(node.args):
        if node.kind == "select" and place == 1:
            if part.kind != "subject":
                yield from _totals_chosen_by(part, tables)
        else:
            yield from _chosen_totals(part, tables)


def _totals_chosen_by(
    part: Node, tables: Mapping[str, Columns], *, is_left_out: bool = False
) -> Iterator[ExpressionError]:
    if part.kind in ("select", "column", "call"):
        yield from _chosen_totals(part, tables)
        return
    if part.kind == "subject" and not is_left_out and part.table in tables and part.value in tables[part.table].totals:
        yield ExpressionError(
            part.place, f"a row of {part.table} that is no total of others; alone in brackets it is a row"
        )
    for each in part.args:
        yield from _totals_chosen_by(each, tables, is_left_out=is_left_out != (part.kind == "not"))


def _absent_subject(node: Node, table: str, columns: Columns) -> Iterator[ExpressionError]:
    """Yield an error for a subject that a table does not have."""
    subject = str(node.value)
    if subject not in columns.subjects:
        yield ExpressionError(node.place, f"a subject of {table}" + did_you_mean(subject, columns.subjects))


def _absent_quantity(node: Node, columns: Columns) -> Iterator[ExpressionError]:
    """Yield an error for a quantity that a single row does not have, where rows name their own."""
    base = node.args[0]
    if base.kind != "select" or base.args[1].kind != "subject":
        return
    subject = str(base.args[1].value)
    row = (columns.own or {}).get(subject)
    if row is not None and node.value not in row:
        yield ExpressionError(node.place, f"a quantity of {subject}" + did_you_mean(str(node.value), row))


def unlike(
    root: Node, labels: Mapping[tuple[str, str], Collection[str]], tables: Mapping[str, Columns]
) -> Iterator[tuple[ExpressionError, bool]]:
    """Yield an error for each text of a linked expression that is compared with a label and that no row has.

    Each with whether it is near the text of a row, and the column of labels does not declare it: then it is a slip.
    `labels` has the texts of each column of labels, by table and column.
    """
    for node in nodes(root):
        if node.kind in EQUALITIES:
            left, right = node.args
            yield from _unlike_text(left, right, labels, tables)
            yield from _unlike_text(right, left, labels, tables)


def _unlike_text(
    label: Node, text: Node, labels: Mapping[tuple[str, str], Collection[str]], tables: Mapping[str, Columns]
) -> Iterator[tuple[ExpressionError, bool]]:
    if label.kind not in ("own", "column") or text.kind != "text":
        return
    table, name = label.args[0].table if label.kind == "column" else label.table, str(label.value)
    known = labels.get((table, name))
    if not known or text.value in known:
        return
    declared = tables[table].texts.get(name, ()) if table in tables else ()
    close = [] if text.value in declared else close_names(str(text.value), sorted(known))
    yield ExpressionError(text.place, f"a {name} of {table}{suggestion(close)}"), bool(close)


def unmatched(root: Node, tables: Mapping[str, Columns]) -> Iterator[ExpressionError]:
    """Yield an error for each condition on another table that lacks rows of the table whose rows it selects.

    Such rows are not selected, whatever the condition: one that was renamed in one table only would go unnoticed.
    """
    for node in nodes(root):
        if node.kind == "select" and node.args[1].kind != "subject":
            for column in nodes(node.args[1]):
                if column.kind == "column" and column.args[0].kind == "table" and column.args[0].table != node.table:
                    yield from _unmatched_rows(column, node.table, tables)


def _unmatched_rows(column: Node, table: str, tables: Mapping[str, Columns]) -> Iterator[ExpressionError]:
    other = column.args[0].table
    if table not in tables or other not in tables:
        return
    own, others = tables[table].subjects, tables[other].subjects
    without = sorted(set(own) - set(others))
    if not without or not others:
        return
    free = sorted(set(others) - set(own))
    close = dict.fromkeys(near for name in without for near in close_names(name, free))
    verbs = ("has", "is") if len(without) == 1 else ("have", "are")
    words = f"{listed(without, MOST_NAMED)} {verbs[0]} none and {verbs[1]} not selected"
    expected = f"a row of {other} for each of {table}; {words}{suggestion([*close][:MOST_NAMED])}"
    yield ExpressionError(column.place, expected)


def small_percentages(root: Node, tables: Mapping[str, Columns]) -> Iterator[ExpressionError]:
    """Yield an error for each bare number up to 1 that a linked expression compares with a percentage.

    It is taken in percent, where a share of the whole may be meant: `share > 0.5` asks for half a percent.
    """
    for node in nodes(root):
        if node.kind not in COMPARISONS.values():
            continue
        for part, other in (node.args, node.args[::-1]):
            number = constant(part)
            if number is not None and 0 < abs(number) <= 1 and _is_percentage(other, tables):
                taken = f"{number:g} beside a percentage is taken as the latter"
                yield ExpressionError(part.place, f"{100 * number:g}% or {number:g}%, with the sign: {taken}")


def _is_percentage(node: Node, tables: Mapping[str, Columns]) -> bool:
    """Whether a node is a column of percentages or a function that keeps their unit, as `mean` does."""
    if node.kind == "call" and FUNCTIONS[node.value].unit == "same":
        return _is_percentage(node.args[0], tables)
    if node.kind not in ("column", "own"):
        return False
    columns = tables.get(node.args[0].table if node.kind == "column" else node.table)
    return columns is not None and columns.quantities.get(str(node.value)) == "percent"


MOST_NAMED = 3
"""Maximum rows that a warning names."""


def fitting(
    root: Node, tables: Mapping[str, Columns], symbols: Sequence[str], evidence: EvidenceTables = NO_EVIDENCE
) -> list[str]:
    """Return those of some units in which a printed number may state the value of a linked expression.

    Percent states a ratio, and points the difference of two percentages, never the other way round. A count is stated
    as a number or in a counted unit, a date as a date, a year never.

    Raises:
        ExpressionError: the expression cannot be used.
    """
    checker = _Checker(unit_registry(), tables, evidence=evidence)
    dim = checker.amount(root, points=True)
    return [symbol for symbol in symbols if symbol != "calendar year" and checker.states(dim, symbol)]


class _Checker:
    """Finds the dimension of each node, and collects in `factors` the conversions by the node's id and argument.

    A difference of dates counts calendar months and years, not days: 1 January to 1 July is half a year, however many
    days that is. Only where it meets days, hours or seconds, or a number without a unit, does it count days:
    then it is among `in_days`. Which of the two is known once all is read: so the expression is checked again.
    """

    def __init__(
        self,
        units: UnitRegistry,
        tables: Mapping[str, Columns],
        calendar: frozenset[int] = frozenset(),
        evidence: EvidenceTables = NO_EVIDENCE,
    ) -> None:
        """Begin a check; `calendar` are the nodes that take dates in calendar months, by id."""
        self.units = units
        self.evidence = evidence
        self.calendar = calendar
        self.takes_dates: set[int] = set()
        self.trends: dict[int, int] = {}
        self.in_days: set[int] = set()
        self.tables = tables
        self.unitless = units.read("1")
        self.ratio = _Dim("unit", self.unitless)
        self.day = units.read("day")
        self.dims: dict[int, _Dim] = {}
        self.factors: dict[tuple[int, int], Fraction] = {}

    def result(self, root: Node, symbol: str) -> Fraction:
        """Return the factor that converts the result to a unit. Raises ExpressionError if their dimensions differ."""
        dim = self.amount(root, points=True)
        want = self.named(symbol)
        if dim.percent == "points" and want.percent == "level":
            expected = "percentage point as the metric's unit, since it is a difference of two percentages; a change in"
            raise ExpressionError(root.place, f"{expected} percent is the difference over the earlier one")
        # A count is stated as it is in a unit of whole things, such as shops.
        if dim.kind == "count" and (want.kind != "unit" or get_unit(symbol).whole):
            return Fraction(1)
        if dim.kind in ("bare", "count"):
            dim = self.ratio
        factor = self.between(dim, want)
        if factor is None and symbol == "number":
            factor = self.of_wholes(dim)
        if factor is None:
            raise ExpressionError(
                root.place, f"a value in {symbol}, as the metric's unit says; this is {self.words(dim)}"
            )
        return factor

    def states(self, dim: _Dim, symbol: str) -> bool:
        """Whether a printed number in a unit may be a value of a dimension."""
        want = self.named(symbol)
        if dim.kind == "count":
            return symbol == "number" or get_unit(symbol).whole
        if dim.kind == "bare":
            dim = self.ratio
        if (dim.percent == "points") != (want.percent == "points"):
            return False
        if symbol == "number" and self.of_wholes(dim) is not None:
            return True
        return self.between(dim, want) is not None

    def of_wholes(self, dim: _Dim) -> Fraction | None:
        """Return the number that one counted thing stands for, since `42` may be 42 shops; None for any other unit."""
        if dim.unit is None or len(dim.unit.powers) != 1:
            return None
        is_whole = all(power == 1 and get_unit(name).whole for name, power in dim.unit.powers.items())
        return dim.unit.magnitude if is_whole else None

    def by_calendar(self, root: Node, symbol: str) -> frozenset[int]:
        """Return the nodes of a checked expression that take their dates in calendar months, by id."""
        spans = self.dim(root).spans
        in_days = self.in_days | (spans if self.has_days(self.named(symbol)) else frozenset())
        return frozenset(id(node) for node in nodes(root) if id(node) in self.takes_dates and id(node) not in in_days)

    def has_days(self, dim: _Dim) -> bool:
        """Whether a unit has days, hours or seconds in it, which are not parts of a calendar month."""
        return dim.unit is not None and any(name in SHORT_TIMES for name in dim.unit.powers)

    def meet(self, spans: frozenset[int], other: _Dim) -> None:
        """Note that differences of dates are compared with or converted to another dimension."""
        if self.has_days(other) or other.kind == "bare":
            self.in_days |= spans

    def difference(self, node: Node, days: str) -> _Dim:
        """Return the dimension of a difference of dates: calendar months or days, or in compounds of the latter."""
        self.takes_dates.add(id(node))
        unit = self.units.read("month" if id(node) in self.calendar else days)
        return _Dim("unit", unit, spans=frozenset([id(node)]))

    def named(self, symbol: str) -> _Dim:
        if symbol in UNSCALED:
            return _Dim(symbol)
        return _Dim("unit", self.units.read(symbol), PERCENT_KINDS.get(symbol, ""))

    def between(self, have: _Dim, want: _Dim) -> Fraction | None:
        """Return the factor that converts one dimension to another, None if they differ; unknown ones always fit."""
        if "unknown" in (have.kind, want.kind):
            return Fraction(1)
        if have.kind != want.kind:
            return None
        if have.unit is None or want.unit is None:
            return Fraction(1)
        return self.units.factor(have.unit, want.unit)

    def words(self, dim: _Dim) -> str:
        """Return a dimension in words, such as `km/second^2`."""
        if dim.unit is None:
            return {"bare": "a number without a unit", "count": "a count"}.get(dim.kind, f"a {dim.kind}")
        above: list[str] = []
        below: list[str] = []
        for name, power in sorted(dim.unit.powers.items()):
            exponent = f"^{float(abs(power)):g}" if abs(power) != 1 else ""
            (above if power > 0 else below).append(name + exponent)
        unit = "/".join(["-".join(above) or "1", *below]) if above or below else ""
        number = "" if dim.unit.magnitude == 1 else f"{float(dim.unit.magnitude):g} "
        return number + unit or "a number without a unit"

    def dim(self, node: Node) -> _Dim:
        if id(node) not in self.dims:  # definitions are shared: each is checked once
            self.dims[id(node)] = self.fresh(node)
        return self.dims[id(node)]

    def fresh(self, node: Node) -> _Dim:
        match node.kind:
            case "number" | "text":
                return BARE if node.kind == "number" else WORDS
            case "subject":
                self.table(node, node.table)
                return self.ratio
            case "table" | "select":
                self.selection(node)
                return UNKNOWN
            case "lookup" | "when" | "rank_among":
                return self.of_evidence(node)
            case "own":
                return self.column(node, self.table(node, node.table), None)
            case "column" | "columns":
                read = self.column if node.kind == "column" else self.columns
                return read(node, *self.selection(node.args[0]))
            case "call":
                return self.call(node, FUNCTIONS[node.value])
            case "neg":
                return self.amount(node.args[0])
            case "not" | "and" | "or" | "all_of":
                for part in node.args:
                    self.condition(part)
                return self.ratio
            case "+" | "-" | "*" | "/" | "**":
                return self.arithmetic(node)
        assert node.kind in COMPARISONS.values(), node.kind
        self.comparison(node)
        return self.ratio

    def arithmetic(self, node: Node) -> _Dim:
        if node.kind in ("+", "-"):
            return self.sum(node)
        return self.power(node) if node.kind == "**" else self.product(node)

    def of_evidence(self, node: Node) -> _Dim:
        """Return the dimension of values of evidence, of their times, or of a rank among values."""
        match node.kind:
            case "lookup":
                return self.named(self.evidence.series[node.value.series].values[node.value.value].unit)
            case "when":
                return self.named("date")
        self.aligned(node, 0, 1)
        return COUNT

    # Tables and columns

    def table(self, node: Node, name: str) -> Columns:
        if name not in self.tables:
            known = [*self.tables, *self.evidence.series]
            raise ExpressionError(node.place, "the name of a table or definition" + did_you_mean(name, known))
        return self.tables[name]

    def selection(self, node: Node) -> tuple[Columns, str | None]:
        """Return the columns of a selection's table, and its subject if it is a single row."""
        if node.kind == "table":
            return self.table(node, node.value), None
        columns, _ = self.selection(node.args[0])
        condition = node.args[1]
        if condition.kind == "subject":
            return columns, str(condition.value)
        self.condition(condition)
        return columns, None

    def column(self, node: Node, columns: Columns, subject: str | None) -> _Dim:
        name = str(node.value)
        if name in columns.labels:
            return LABEL
        if columns.own is not None:
            return self.own_quantity(node, columns, columns.own, subject)
        if name not in columns.quantities:
            close = did_you_mean(name, [*columns.quantities, *columns.labels])
            raise ExpressionError(node.place, "a quantity or label of the table" + close)
        return self.named(columns.quantities[name])

    def columns(self, node: Node, columns: Columns, subject: str | None) -> _Dim:
        """Return the common dimension of the columns that a pattern fits."""
        if columns.own is not None:
            raise ExpressionError(node.args[0].place, "a table with columns: here each row names its quantity")
        names = fitting_names(columns.quantities, node.value)
        if not names:
            close = did_you_mean(node.value[0].strip("*"), columns.quantities)
            raise ExpressionError(node.place, f"a name or pattern of columns of {node.args[0].table}{close}")
        # Backwards, so that the error names the first column of each unit.
        units = {columns.quantities[name]: name for name in reversed(names)}
        dims = {symbol: self.named(symbol) for symbol in units}
        if len(dims) > 1:
            listed = " and ".join(f"{name} ({symbol})" for symbol, name in list(units.items())[:2])
            raise ExpressionError(node.place, f"columns of one unit, not {listed}: name them by patterns")
        return next(iter(dims.values()))

    def own_quantity(
        self, node: Node, columns: Columns, own: Mapping[str, Mapping[str, str]], subject: str | None
    ) -> _Dim:
        """Return the dimension of a quantity where rows name their own; unknown if no row has it yet."""
        name = str(node.value)
        symbol = own.get(subject or "", {}).get(name) or columns.quantities.get(name)
        if symbol is not None:
            return self.named(symbol)
        mixed = sorted({units[name] for units in own.values() if name in units})
        if subject is None and mixed:
            raise ExpressionError(node.place, f"rows of one unit, not of {' and '.join(mixed)}")
        return UNKNOWN

    # Numbers

    def amount(self, node: Node, points: bool = False) -> _Dim:
        """Return the dimension of a number.

        Raises ExpressionError for texts, and for points in time unless `points`: multiples of these make no sense.
        """
        dim = self.dim(node)
        if dim.kind in ("label", "words"):
            raise ExpressionError(node.place, "a number, not a text")
        if dim.kind in UNSCALED and not points:
            raise ExpressionError(node.place, f"an amount, not a {dim.kind}")
        return dim

    def condition(self, node: Node) -> None:
        dim = self.amount(node)
        if dim.unit is not None and self.units.factor(dim.unit, self.unitless) is None:
            raise ExpressionError(node.place, f"a condition, which is 1 or 0, not {self.words(dim)}")

    def aligned(self, node: Node, first: int, second: int) -> _Dim:
        """Return the common dimension of two arguments, and convert the second to the unit of the first.

        A number that is written out takes the unit of the other. Raises ExpressionError if the dimensions differ.
        """
        left, right = (self.amount(node.args[place], points=True) for place in (first, second))
        spans = left.spans | right.spans
        for one, other, place in ((left, right, first), (right, left, second)):
            if constant(node.args[place]) != 0:  # nothing is as many days as months
                self.meet(other.spans, one)
            if one.kind in ("bare", "unknown"):
                return other
            if one.kind == "count" and (other.kind == "count" or self.counted(other)):
                return other
        factor = self.between(right, left)
        if factor is None:
            expected = f"a value in {self.words(left)}, as before; this is {self.words(right)}"
            raise ExpressionError(node.args[second].place, expected)
        self.factors[id(node), second] = factor
        return replace(left, spans=spans)

    def counted(self, dim: _Dim) -> bool:
        """Whether a count fits a dimension: that of things that are counted, or of plain numbers."""
        if dim.unit is None:
            return False
        if self.units.factor(dim.unit, self.unitless) == 1:
            return True
        known = UNITS.nameable
        return list(dim.unit.powers.values()) == [1] and all(
            name in known and known[name].whole for name in dim.unit.powers
        )

    def sum(self, node: Node) -> _Dim:
        """Check a sum or difference, in which points in time have an arithmetic of their own."""
        left, right = (self.amount(part, points=True) for part in node.args)
        if left.kind not in UNSCALED and right.kind not in UNSCALED:
            dim = self.with_number(node, left, right) or self.aligned(node, 0, 1)
            return replace(dim, percent=_percent_of_sum(node.kind, left.percent, right.percent))
        if left.kind == right.kind and node.kind == "-":
            return self.difference(node, "day") if left.kind == "date" else _Dim("unit", self.units.read("year"))
        if right.kind not in UNSCALED:
            self.duration(node, 1, _step_of(left))
            return left
        if left.kind not in UNSCALED and node.kind == "+":
            self.duration(node, 0, _step_of(right))
            return right
        raise ExpressionError(
            node.place, f"a difference of two dates, or a date and a duration, not {node.kind} of these"
        )

    def with_number(self, node: Node, left: _Dim, right: _Dim) -> _Dim | None:
        """Return the dimension of a sum of a number that is written out and a quantity without dimension, else None.

        Beside a percentage 1 is the whole, and so is 100: `1 - share` and `100 - share` are what is left. Beside a
        product of percentages, or a ratio of units such as MW/GW, a number is what it is.
        """
        if (left.kind == "bare") == (right.kind == "bare"):
            return None
        place, other = (0, right) if left.kind == "bare" else (1, left)
        if other.unit is None or (plain := self.units.factor(other.unit, self.unitless)) in (None, 1):
            return None
        if not self.is_percentage(other):
            self.factors[id(node), 1 - place] = plain
            return self.ratio
        number = constant(node.args[place])
        if number in WHOLES and not _is_hundredth(node.args[1 - place]):
            self.factors[id(node), place] = 1 / plain / Fraction(number)
        elif number != 0:
            raise ExpressionError(node.args[place].place, _percent_words(number))
        return other

    def is_percentage(self, dim: _Dim) -> bool:
        """Whether a dimension is that of a percentage, or of the difference of two, and not of a product of them."""
        if dim.unit is None:
            return False
        powers = [power for name, power in dim.unit.powers.items() if name in PERCENTAGES]
        return powers == [1]

    def product(self, node: Node) -> _Dim:
        left, right = map(self.amount, node.args)
        if UNKNOWN in (left, right):
            return UNKNOWN
        # A multiple of a count that is written out, such as 2 * count(cars), is a count.
        if right.kind == "bare" and left.kind in ("bare", "count"):
            return left
        if left.kind == "bare" and right.kind == "count" and node.kind == "*":
            return right
        first, second = (self.unitless if dim.unit is None else dim.unit for dim in (left, right))
        unit = first * second if node.kind == "*" else first / second
        return _Dim("unit", unit, spans=left.spans | right.spans)

    def power(self, node: Node) -> _Dim:
        base, exponent = map(self.amount, node.args)
        if exponent.unit is not None:
            self.convert_exponent(node, exponent.unit)
        if base.kind == "unknown":
            return base
        if base.unit is None:
            return BARE if exponent.kind == "bare" else self.ratio
        plain = self.units.factor(base.unit, self.unitless)
        if plain is not None:
            self.factors[id(node), 0] = plain
            return self.ratio
        number = constant(node.args[1])
        if number is None:
            raise ExpressionError(
                node.args[1].place, f"a number written out: the power of {self.words(base)} has its unit"
            )
        times = Fraction(number).limit_denominator(1000)  # 1/3 as a float is not a third
        if any(abs(power * times) > HIGHEST_POWER for power in base.unit.powers.values()):
            raise ExpressionError(node.args[1].place, f"a result with units to the power of at most {HIGHEST_POWER}")
        return _Dim("unit", base.unit**times, spans=base.spans)

    def convert_exponent(self, node: Node, exponent: Measure) -> None:
        """Convert an exponent in time, as in `growth ** (end - start)`, to years; factors of growth are per year."""
        # The power of time in the exponent, 0 of a pure number; any other dimension in it is an error.
        per = self.units.in_bases(exponent).powers.get("day", Fraction(0))
        factor = self.units.factor(exponent, self.units.read("year") ** per)
        if factor is None:
            words = self.words(_Dim("unit", exponent))
            raise ExpressionError(node.args[1].place, f"an exponent without a unit, or in time, not {words}")
        self.factors[id(node), 1] = factor

    def comparison(self, node: Node) -> None:
        dims = [self.dim(part) for part in node.args]
        are_texts = [dim.kind in ("label", "words") for dim in dims]
        if all(are_texts):
            if node.kind not in EQUALITIES:
                raise ExpressionError(node.place, "numbers: texts are equal or not, and have no order")
        elif any(are_texts):
            place = are_texts.index(True)
            self.date(node.args[place], dims[1 - place])
        elif {dim.kind for dim in dims} == {"date", "bare"}:
            number = node.args[dims.index(BARE)]
            raise ExpressionError(number.place, 'a date such as "2024-10-01", as on the other side')
        else:
            self.aligned(node, 0, 1)

    def date(self, node: Node, other: _Dim) -> None:
        """Check a date that is written as text and compared with `other`."""
        if node.kind != "text" or other.kind not in ("date", "unknown"):
            raise ExpressionError(node.place, f"a number, as on the other side, which is {self.words(other)}")
        try:
            dt.date.fromisoformat(node.value)
        except ValueError as error:
            raise ExpressionError(node.place, "a date such as 2024-10-01") from error

    # Functions

    def call(self, node: Node, function: Function) -> _Dim:
        if function.name == "quantity":
            try:
                return self.named(str(node.args[1].value))
            except ValueError as error:
                raise ExpressionError(node.args[1].place, str(error)) from error
        if function.name == "match":
            self.dim(node.args[1])
            self.pairing(node)
            return self.dim(node.args[0])
        if function.name == "row":
            return self.dim(node.args[0])
        dims = [self.argument(node, function, place) for place in range(len(node.args))]
        if function.name in TRENDS:
            self.note_trend(node, dims)
        if function.name in OF_SEVERAL:
            first = 1 if function.name in ("largest", "smallest") else 0
            common = self.all_aligned(node, dims, first)
            return COUNT if function.name == "rank" else common
        return self.of_result(node, function, dims)

    def note_trend(self, node: Node, dims: Sequence[_Dim]) -> None:
        """Note which argument of a trend is the time, if one is; that of a growth always is."""
        # `slope(y, x)` has its time second as a rule; `slope(date, x)` may have it first.
        for place in (1, 0):
            if dims[place].kind in UNSCALED or (node.value == "growth" and place == 1):
                self.trends[id(node)] = place + 1
                return

    def of_result(self, node: Node, function: Function, dims: Sequence[_Dim]) -> _Dim:
        """Return the dimension of a function's result by what it says of its unit."""
        match function.unit:
            case "same":
                return dims[0]
            case "second":
                return dims[1]
            case "count":
                return COUNT
            case "day":
                return self.difference(node, "day") if dims[1].kind == "date" else _Dim("unit", self.units.read("day"))
            case "decade":
                return _Dim("unit", self.units.read(function.unit))
            case "quotient":
                return self.quotient(node, *dims)
            case "rate":
                self.aligned(node, 0, 1)
                return _Dim("unit", self.units.read("1/year"))
        return self.ratio

    def pairing(self, node: Node) -> None:
        """Check the labels by which rows are paired: both tables must have them."""
        for part in node.args[2:]:
            for table in {node.args[0].table: None, node.args[1].table: None}:
                labels = self.table(node, table).labels
                if part.value not in labels:
                    close = did_you_mean(part.value, labels)
                    raise ExpressionError(part.place, f"a label or a part of the subject of {table}{close}")

    def all_aligned(self, node: Node, dims: Sequence[_Dim], first: int = 0) -> _Dim:
        """Return the common dimension of the arguments from `first` on, converted to the first one that has a unit."""
        places = range(first, len(dims))
        # In `max(0, prices.a)` the number takes the unit of the price, although it stands first.
        with_unit = [place for place in places if dims[place].kind not in ("bare", "count", "unknown")]
        chosen = with_unit[0] if with_unit else first
        common = dims[chosen]
        for place in places:
            if place != chosen:
                common = self.aligned(node, chosen, place)
        return common

    def quotient(self, node: Node, y: _Dim, x: _Dim) -> _Dim:
        """Return the dimension of a slope; dates count in calendar months or in days."""
        if UNKNOWN in (y, x):
            return UNKNOWN
        spans = y.spans | x.spans
        if "date" in (y.kind, x.kind):
            of_dates = self.difference(node, "day")
            spans |= of_dates.spans
        above, below = (of_dates.unit if dim.kind == "date" else dim.unit for dim in (y, x))
        return _Dim("unit", (above or self.unitless) / (below or self.unitless), spans=spans)

    def argument(self, node: Node, function: Function, place: int) -> _Dim:
        """Check an argument by the word that its function has for it, and return its dimension."""
        part, word = node.args[place], function.argument(place)
        if word in ("whole", "number", "text"):
            return BARE
        if word in ("cells", "table"):
            return self.dim(part)
        if word == "day" and self.dim(part).kind == "words":
            self.date(part, self.dim(node.args[1]))
            return self.dim(node.args[1])
        takes_points = place > 0 or function.name not in OF_AMOUNTS
        dim = self.amount(part, points=takes_points)
        if word in ("days", "years", "day", "period"):
            return self.time(node, place, word, dim)
        if function.name == "where" and place == 1:
            self.condition(part)
        return dim

    def time(self, node: Node, place: int, word: str, dim: _Dim) -> _Dim:
        """Check an argument that is a day or a duration."""
        match word:
            case "days" if dim.kind != "date":
                return self.duration(node, place, "day", dim.kind == "calendar year")
            case "days" if node.value == "growth":
                self.growth_days(node, place)
            case "years":
                return self.duration(node, place, "year")
            case "day":
                return self.aligned(node, 1, place)
            case "period":
                # The result has the unit of the period, so that nothing is converted.
                self.duration(node, place, "year", convert=False)
        return dim

    def growth_days(self, node: Node, place: int) -> None:
        """Take the days of a growth, which is per year, by the calendar: a month of it is a twelfth of a year."""
        self.takes_dates.add(id(node))
        if id(node) in self.calendar:
            self.factors[id(node), place] = self.units.in_bases(self.units.read("month")).magnitude

    def duration(self, node: Node, place: int, unit: str, year: bool = False, convert: bool = True) -> _Dim:
        """Check an argument that is a duration, or a calendar `year`, and convert it to a unit of time.

        A number that is written out stays as it is.
        """
        dim = _Dim("unit", self.units.read("year")) if year else self.amount(node.args[place])
        if dim.unit is None:
            return dim
        factor = self.units.factor(dim.unit, self.units.read(unit))
        if factor is None:
            raise ExpressionError(node.args[place].place, f"a time, such as a number of years, not {self.words(dim)}")
        self.meet(dim.spans, _Dim("unit", self.units.read(unit)))
        if convert:
            self.factors[id(node), place] = factor
        return dim


def _is_hundredth(node: Node) -> bool:
    """Whether a node divides by 100: a percentage needs no conversion to be a part of the whole."""
    return node.kind == "/" and constant(node.args[1]) == 100


def _percent_words(number: float | None) -> str:
    """Return what is expected in place of a number beside a percentage."""
    if number in WHOLES:
        return "a percentage as it is beside the whole: 12% is 0.12 of it without / 100"
    told = "" if number is None else f": {number:g}% for percentage points, {100 * number:g}% for {number:g} wholes"
    return f"1 or 100, which is the whole, or a number in percent{told}"


def _percent_of_sum(sign: str, left: str, right: str) -> str:
    """Return what a sum or difference is of percentages: two of them differ in percentage points."""
    if left == right == "level":
        return "points" if sign == "-" else "level"
    if "level" in (left, right):
        return "level"
    return left or right


def _step_of(point: _Dim) -> str:
    """Return the unit of the difference between two points in time."""
    return "day" if point.kind == "date" else "year"
