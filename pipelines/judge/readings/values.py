"""What an expression of a reading gives: the range of its value over what the print of all its numbers allows.

Belongs here: names of readers resolved to cells and numbers, units, scales, and the range. Does not: the language and
its functions (`evaluate`), or whether a printed number agrees (`engine`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePath
from typing import NamedTuple

import numpy as np

from tidebook.pipelines.evaluate.base import DeclaredMetric
from tidebook.pipelines.evaluate.declared import Formula, metric_of
from tidebook.pipelines.evaluate.dimensions import Columns, Conversions, absent, check
from tidebook.pipelines.evaluate.expressions import COMPARISONS, ExpressionError, Linker, Node, nodes, parse
from tidebook.pipelines.evaluate.frame import MissingFigureError, Scenarios
from tidebook.pipelines.evaluate.print_range import ON_TIES, print_ranges
from tidebook.pipelines.judge.readings.hidden import HiddenNumber
from tidebook.pipelines.judge.readings.request import MaskedSentence, MaskedText
from tidebook.pipelines.judge.readings.tables import ReadTable
from tidebook.pipelines.judge.text.finding import Span
from tidebook.pipelines.judge.text.grid import Number
from tidebook.pipelines.read.errors import did_you_mean
from tidebook.pipelines.read.text.folded import folded
from tidebook.schemas.units import CURRENCIES

SEED = 0
NUMBERS, VALUE = "numbers", "value"
"""The table of the article's hidden numbers, and its only column."""
TOTALS = "_totals"
"""What is added to the id of a table for its totals, which functions over its rows leave out."""
INSIDE, OUTSIDE = 1 - 1e-6, 1 + 1e-6
"""Factors on half a unit of the last digit: where only order counts, neighbours such as 12.3 and 12.4 do not touch."""
_QUOTED = re.compile(r"(\"[^\"]*\"|'[^']*')")
_REFERENCE = re.compile(
    r"\b(?P<kind>number|text)\(\s*(?:(?:\"(?P<key>[a-z]{12})\"|'(?P<other>[a-z]{12})')\s*,\s*)?(?P<place>\d{1,6})\s*\)"
)
_CELL = re.compile(
    r"\b(?P<table>t\d+|f_[a-z]+(?:_2)*)(?:\[(?:\"(?P<row>[^\"]*)\"|'(?P<other>[^']*)')\])?\.(?P<column>[A-Za-z]\w*)"
)
_ORDERS = (*COMPARISONS.values(), "and", "or", "not", "all_of")


class UnreadableError(ValueError):
    """An expression that cannot be used; the message says why in a few words."""


class CellUsed(NamedTuple):
    """A cell or number that an expression reads: its words, where they stand, and whether its scale is certain."""

    id: str
    label: str
    span: Span
    is_scaled: bool
    words: tuple[str, ...]
    """The labels that name it, in the text's words."""


@dataclass(frozen=True)
class Value:
    """The range of an expression in one unit.

    Attributes:
        low, high: its ends.
        printed: its value with every number as printed.
        unit: the unit.
        cells: what it reads.
        words: the expression with names in place of ids.
        expression: the expression.
    """

    low: float
    high: float
    printed: float
    unit: str
    cells: tuple[CellUsed, ...]
    words: str
    expression: str


class _Figure(NamedTuple):
    """A cell as a figure: its value, half a unit of its last digit for its size and for its order, and its unit."""

    value: float
    slack: float
    order: float
    unit: str
    cell: CellUsed


class Values:
    """Evaluates the expressions of readings of one text."""

    def __init__(self, text: MaskedText, *, strictly: bool = False) -> None:
        """Take a text; `strictly`, rows that add up count as totals, whatever their label says."""
        self.text = text
        self._table_of = {table.id: table for table in text.tables}
        self._totals = {table.id: {*table.totals, *(table.suspects if strictly else ())} for table in text.tables}

    def of(self, expression: str, sentence: MaskedSentence, units: Sequence[str], *, n: int = 0) -> list[Value]:
        """Return the value of an expression in each of some units that it may have.

        Args:
            expression: the expression of a reading.
            sentence: the sentence that it is about.
            units: symbols of units, of which those that do not fit are left out.
            n: the number of the sentence that it is about, which it must not use; 0 for a wording.

        Raises:
            UnreadableError: it is no expression of the language, names what is not there, reads no cell and no number,
                or has none of the units.
        """
        root = self._linked(expression, sentence, n)
        words = self._in_words(expression, sentence)
        fitting = self._fitting(root, units)
        return [self._value(root, unit, expression, words, conversions) for unit, conversions in fitting]

    def condition(self, expression: str, sentence: MaskedSentence) -> Value:
        """Return the range of a condition: 1 where it holds, 0 where it does not, both where rounding decides.

        Raises:
            UnreadableError: as `of`, or it is no condition.
        """
        root = self._linked(expression, sentence, 0)
        if root.kind not in _ORDERS:
            raise UnreadableError("a condition expected, such as a comparison")
        words = self._in_words(expression, sentence)
        if known := self._order_of_cells(root, expression, words):
            return known
        ((unit, conversions),) = self._fitting(root, ["number"])
        return self._value(root, unit, expression, words, conversions, is_condition=True)

    def _order_of_cells(self, root: Node, expression: str, words: str) -> Value | None:
        """Return whether one of two cells in the same unit is larger; None for any other condition."""
        if root.kind not in ON_TIES:
            return None
        first, second = (self._figures.get(_id_of_cell(part)) for part in root.args)
        if first is None or second is None or first.unit != second.unit:
            return None
        apart = first.value - second.value
        if abs(apart) <= first.order + second.order:
            return None  # rounding may decide
        holds = float((apart > 0) == (root.kind in (">", ">=")))
        return Value(holds, holds, holds, "number", (first.cell, second.cell), words, expression)

    def may_add_totals(self, expression: str) -> bool:
        """Whether an expression has all rows of a table in which a row adds up that is not called a total."""
        names = set(re.findall(r"\w+", expression))
        return any(table.suspects for table in self.text.tables if table.id in names)

    # Names

    def _linked(self, expression: str, sentence: MaskedSentence, n: int) -> Node:
        """Return the tree of an expression with the ids of rows and numbers in place of their names."""
        try:
            tree = parse(self._with_names(expression, sentence, n), ("is",))
            root = Linker({}).link(self._resolved(tree))
        except ExpressionError as error:
            raise _unreadable(error) from error
        for node in nodes(root):
            if node.kind == "table" and node.value not in self._columns:
                known = ", ".join(self._table_of) or "no table has numbers"
                raise UnreadableError(f"a table expected ({known}), not {node.value}")
        if root.shape != "one":
            raise UnreadableError("one value expected, not one for each row")
        tables = {node.table for node in nodes(root) if node.kind in ("table", "subject", "column", "own")}
        if not any(tables):
            raise UnreadableError("a cell or another number expected, not a constant")
        unknown = next(absent(root, self._columns), None)
        if unknown:
            raise _unreadable(unknown)
        return root

    def _with_names(self, expression: str, sentence: MaskedSentence, n: int) -> str:
        """Return an expression with a name in place of each `number(k)` and `text(k)`."""

        def named(found: re.Match[str]) -> str:
            return f"{NUMBERS}_{self._place(found, sentence, n)}"

        # `text("key", 2)` has quotes of its own, which are found first.
        text = re.sub(
            r"\btext\(\s*[\"'][a-z]{12}[\"']\s*,\s*\d+\s*\)", lambda found: _REFERENCE.sub(named, found[0]), expression
        )
        parts = _QUOTED.split(text)
        return "".join(part if part[:1] in "\"'" else _REFERENCE.sub(named, part) for part in parts if part)

    def _place(self, found: re.Match[str], sentence: MaskedSentence, n: int) -> int:
        """Return the number in the article, from 1, that a reference is to."""
        place, key = int(found["place"]), found["key"] or found["other"]
        if found["kind"] == "text" and not key:
            if not 1 <= place <= self.text.count:
                raise UnreadableError(f"text(1) to text({self.text.count}) expected, not {found[0]}")
            number = place
        else:
            own = sentence
            if key:
                known = self.text.by_key.get(key) or self.text.others_by_key.get(key) or [sentence]
                own = known[0]
                if own.key != key:
                    raise UnreadableError(f"the key of a sentence expected, not {key}")
            if not 1 <= place <= len(own.numbers):
                raise UnreadableError(f"the sentence has {len(own.numbers)} numbers, and no {found[0]}")
            number = own.first + place - 1
        if n and number == sentence.first + n - 1:
            raise UnreadableError("another number expected than the one that it is about")
        return number

    def _resolved(self, node: Node) -> Node:
        """Return an unlinked tree with rows by their index, and numbers of the text as cells of a table."""
        if node.kind in ("name", "own") and (found := re.fullmatch(rf"{NUMBERS}_(\d+)", str(node.value))):
            row = Node("subject", node.place, f"n{found[1]}")
            base = Node("select", node.place, args=(replace(node, kind="name", value=NUMBERS), row))
            return Node("column", node.place, VALUE, (base,))
        if node.kind == "select":
            return self._resolved_selection(node)
        if node.kind == "call" and node.value == "rank" and len(node.args) == 2 and not _has_rows(node.args[0]):
            # `rank(value, rows)` reads as the rank of the value among the rows.
            value, rows = map(self._resolved, node.args)
            larger = Node("call", node.place, "count", (Node(">", node.place, args=(rows, value)),))
            return Node("+", node.place, args=(Node("number", node.place, 1.0), larger))
        if node.kind == "call" and node.value == "row" and len(node.args) == 2 and node.args[1].kind == "text":
            table = next((part.value for part in _unlinked(node.args[0]) if part.value in self._table_of), "")
            if table:
                subject = replace(node.args[1], value=self._subject(str(table), node.args[1]))
                return replace(node, args=(self._resolved(node.args[0]), subject))
        return replace(node, args=tuple(map(self._resolved, node.args)))

    def _resolved_selection(self, node: Node) -> Node:
        base, condition = node.args
        name = str(base.value) if base.kind == "name" else ""
        table = self._table_of.get(name)
        if table is None:
            return replace(node, args=tuple(map(self._resolved, node.args)))
        if condition.kind == "subject":
            subject, is_total = self._row(table, condition)
            chosen = replace(base, value=f"{name}{TOTALS}" if is_total else name)
            return replace(node, args=(chosen, subject))
        if condition.kind == "not" and condition.args[0].kind == "subject" and self._row(table, condition.args[0])[1]:
            return base  # whose rows have no total
        return replace(node, args=(base, self._with_rows(table, condition)))

    def _with_rows(self, table: ReadTable, part: Node, *, is_left_out: bool = False) -> Node:
        """Return a condition with rows by their index; a total may only be left out, where it has no effect."""
        if part.kind != "subject":
            if part.kind in ("select", "column", "own"):
                return self._resolved(part)
            inside = is_left_out != (part.kind == "not")
            return replace(part, args=tuple(self._with_rows(table, each, is_left_out=inside) for each in part.args))
        subject, is_total = self._row(table, part)
        if not is_total:
            return subject
        if not is_left_out:
            raise ExpressionError(part.place, "a row that is no total of others")
        some = replace(part, value=f"r{next(row for row in table.rows if row not in self._totals[table.id])}")
        return Node("and", part.place, args=(some, Node("not", part.place, args=(some,))))

    def _row(self, table: ReadTable, node: Node) -> tuple[Node, bool]:
        """Return a row by its index, and whether it is a total."""
        subject = self._subject(table.id, node)
        return replace(node, value=subject), int(subject[1:]) in self._totals[table.id]

    def _subject(self, table: str, node: Node) -> str:
        """Return the id of the row that a reader names: by its name, whatever the case, or without its parentheses."""
        rows = self._table_of[table].rows
        wanted = str(node.value)
        for simplified in (str, _simple, _without_parentheses):
            found = [index for index, name in rows.items() if simplified(name) == simplified(wanted)]
            if len(found) == 1:
                return f"r{found[0]}"
        close = did_you_mean(wanted, rows.values())
        raise ExpressionError(node.place, f"a row of {table}{close}")

    # Values

    @cached_property
    def _columns(self) -> dict[str, Columns]:
        """The columns of each table for the check of units."""
        found = {}
        for table in self.text.tables:
            for name, rows in self._parts(table).items():
                found[name] = _columns_of(table, rows)
        own = {f"n{place}": {VALUE: unit_of(number)} for place, number in self._numbers.items()}
        found[NUMBERS] = Columns(sorted(own), {}, [], own)
        return found

    def _columns_for(self, root: Node) -> dict[str, Columns]:
        """Return the columns for the check of an expression: where only some of the text's numbers name a currency,
        all have it, as in `from £2 million to 3 million`."""
        own = self._columns[NUMBERS].own or {}
        names = {str(node.value) for node in nodes(root) if node.kind == "subject" and node.table == NUMBERS}
        units = {own[name][VALUE] for name in names if name in own}
        if len(units) != 2 or "number" not in units or units.isdisjoint(CURRENCIES):
            return self._columns
        plain = {name: {VALUE: "number"} if name in names else column for name, column in own.items()}
        return {**self._columns, NUMBERS: replace(self._columns[NUMBERS], own=plain)}

    def _parts(self, table: ReadTable) -> dict[str, list[int]]:
        totals = self._totals[table.id]
        plain = [index for index in table.rows if index not in totals]
        return {table.id: plain, f"{table.id}{TOTALS}": sorted(totals)}

    @cached_property
    def _numbers(self) -> dict[int, HiddenNumber]:
        """The hidden numbers of the article whose words are clear, from 1; `three quarters` may be a share or not."""
        found = {}
        for sentence in (*self.text.sentences, *self.text.others):
            for place, number in enumerate(sentence.numbers, sentence.first):
                if number.found.quantity is not None and not number.found.text.lower().endswith("quarters"):
                    found[place] = number
        return found

    @cached_property
    def _figures(self) -> dict[str, _Figure]:
        """The cells by their ids."""
        found = {}
        for table in self.text.tables:
            for name, rows in self._parts(table).items():
                for (row, place), number in table.cells.items():
                    column = table.column_at(place)
                    if row in rows and column:
                        id = f"{name}/r{row}/{column.id}"
                        slack, order = table.slack_of(number)
                        cell = CellUsed(
                            id,
                            table.name_of(row, column),
                            table.span_of(number),
                            table.is_scale_sure(number),
                            table.labels_of(row, column),
                        )
                        value, slack, order = (each * number.factor for each in (number.value, slack, order))
                        found[id] = _Figure(value, slack, order, known_unit(number), cell)
        return found

    @cached_property
    def _scenarios(self) -> Scenarios:
        ids, values, labels = [], [], {}
        for id, (value, *_) in self._figures.items():
            ids.append(id)
            values.append(value)
            table, row, _ = id.split("/")
            labels[id] = self._row_texts(table, int(row[1:]))
        for place, number in self._numbers.items():
            ids.append(f"{NUMBERS}/n{place}/{VALUE}")
            values.append(number.found.quantity.value if number.found.quantity else np.nan)
        return Scenarios(np.array([values], dtype=float).reshape(1, -1), ids, labels)

    def _row_texts(self, name: str, row: int) -> str:
        table = self._table_of[name.removesuffix(TOTALS)]
        texts = {column.id: column.texts[list(table.rows).index(row)] for column in table.columns if column.is_text}
        return json.dumps(texts) if texts else ""

    def _fitting(self, root: Node, units: Sequence[str]) -> list[tuple[str, Conversions]]:
        """Return those of some units in which an expression may be stated, each with the conversions that it takes.

        Raises:
            UnreadableError: none fits.
        """
        fitting: list[tuple[str, Conversions]] = []
        errors = []
        cell = self._figures.get(_id_of_cell(root))
        own = cell.unit if cell else ""
        for unit in units:
            if unit == own:
                fitting.append((unit, {}))
                if unit == "number":
                    break
                continue
            conversions, problems = check({"value": (root, unit)}, self._columns_for(root))
            errors += problems
            if problems:
                continue
            fitting.append((unit, conversions["value"]))
            if unit == "number" and (len(nodes(root)) - 1, -1) not in conversions["value"]:
                break  # a plain number, and no percentage
        if not fitting:
            raise _unreadable(errors[0])
        return fitting

    def _value(
        self,
        root: Node,
        unit: str,
        expression: str,
        words: str,
        conversions: Conversions,
        *,
        is_condition: bool = False,
    ) -> Value:
        if (id := _id_of_cell(root)) in self._figures and not conversions:
            # Most readings are single cells: the machinery of metrics would take most of the time.
            value, slack, _, _, cell = self._figures[id]
            return Value(value - slack * OUTSIDE, value + slack * OUTSIDE, value, unit, (cell,), words, expression)
        declared = DeclaredMetric.model_validate({"is": expression, "unit": unit, "means": "a reading"})
        metric = metric_of(Formula(declared, root, expression), conversions)
        scenarios = self._scenarios.with_values(self._scenarios.values)
        try:
            printed = float(metric.function(scenarios).value[0, 0])
        except MissingFigureError as error:
            raise UnreadableError(f"no number in {error.figure_id}") from error
        except ExpressionError as error:
            raise _unreadable(error) from error
        read = [id for id, is_value in scenarios.reads.items() if is_value]
        if np.isnan(printed):
            raise UnreadableError("it has no value: a cell is empty, or a number is divided by zero")
        cells = tuple(self._cell(id) for id in read)
        own = self._scenarios.of(scenarios.reads)
        found = print_ranges(metric, own, self._ends(read, is_condition), SEED).get("value")
        low, high = (found.low, found.high) if found else (printed, printed)
        if is_condition and low != high and not any(node.kind in ("+", "-", "*", "/", "**") for node in nodes(root)):
            # Rounding does not change the order of two numbers of different print: only ties leave it open.
            near = {*(found.nearby if found else ()), printed}
            low, high = (min(near), max(near))
        return Value(low, high, printed, unit, cells, words, expression)

    def _ends(self, read: Sequence[str], is_order: bool) -> dict[str, tuple[float, float]]:
        """Return the ends of what the print of each cell and number allows.

        Whole counts of the text that give each other are exact: 120 and 31 are not 152.
        """
        if all(id.startswith(f"{NUMBERS}/") and _is_count(self.number(id)) for id in read):
            return {}
        ends = {}
        for id in read:
            if id in self._figures:
                value, slack, order, *_ = self._figures[id]
                half = order * INSIDE if is_order else slack * OUTSIDE
                low, high = value - half, value + half
            else:
                quantity = self.number(id).found.quantity
                assert quantity is not None, "unclear numbers are not among the figures"
                # Rounding is never off by all halves at once: 41, 14 and 9 millions are not 62.
                low = quantity.value - (quantity.value - quantity.low) * INSIDE
                high = quantity.value + (quantity.high - quantity.value) * INSIDE
            if low < high:
                ends[id] = (low, high)
        return ends

    def number(self, id: str) -> HiddenNumber:
        """Return the number of the article that an id is of."""
        return self._numbers[int(id.split("/")[1][1:])]

    def _cell(self, id: str) -> CellUsed:
        if id in self._figures:
            return self._figures[id].cell
        place = int(id.split("/")[1][1:])
        sentence = self.text.sentence_of(place)
        assert sentence is not None, "a number of the figures is one of a sentence"
        span = sentence.span_of(self._numbers[place])
        # What is in another text is named by its sentence, as a cell is by its labels.
        words = (sentence.masked,) if sentence.document else ()
        return CellUsed(id, f"“{span.words}”", span, True, words)

    def _in_words(self, expression: str, sentence: MaskedSentence) -> str:
        """Return an expression with the names of rows and columns in place of ids, and numbers as printed."""

        def named(found: re.Match[str]) -> str:
            table = self._table_of.get(found["table"])
            column = next((each for each in table.columns if each.id == found["column"]), None) if table else None
            if column is None:
                return found[0]
            name = found["row"] or found["other"]
            file = f"{PurePath(table.document.name).name}: " if table and table.document else ""
            row = f"{name}, " if name else ""
            return f"[{file}{row}{column.head or column.id}]"

        def printed(found: re.Match[str]) -> str:
            return self._number_in_words(self._place(found, sentence, 0)) or found[0]

        return " ".join(_REFERENCE.sub(printed, _CELL.sub(named, expression)).split())

    def _number_in_words(self, place: int) -> str:
        """Return a number of the text as it is printed, and the file that it is in; "" for one that is unclear."""
        sentence, number = self.text.sentence_of(place), self._numbers.get(place)
        if sentence is None or number is None:
            return ""
        if sentence.document is None:
            return number.found.text
        return f"“{sentence.span_of(number).words}” of {PurePath(sentence.document.name).name}"


def _id_of_cell(root: Node) -> str:
    """Return the id of the cell that a linked tree is, "" if it is none alone."""
    if root.kind != "column" or root.args[0].kind != "select" or root.args[0].args[1].kind != "subject":
        return ""
    table, subject = root.args[0].args
    return f"{table.value}/{subject.value}/{root.value}"


def _unreadable(error: ExpressionError) -> UnreadableError:
    return UnreadableError(f"found {' '.join(error.place.words.split())[:60]!r}, expected {error.expected}")


def _unlinked(node: Node) -> Iterator[Node]:
    yield node
    for part in node.args:
        yield from _unlinked(part)


def _has_rows(node: Node) -> bool:
    """Whether an unlinked tree is a column of several rows, and no cell or statistic."""
    if node.kind != "column":
        return False
    return node.args[0].kind != "select" or node.args[0].args[1].kind != "subject"


def _simple(name: str) -> str:
    return re.sub(r"[\W_]+", " ", folded(name).text.lower()).strip()


def _without_parentheses(name: str) -> str:
    return _simple(re.sub(r"\([^()]*\)", " ", name))


def _columns_of(table: ReadTable, rows: Sequence[int]) -> Columns:
    """Return the columns of a part of a table; where rows of a column differ in unit, by row."""
    labels = [column.id for column in table.columns if column.is_text]
    units: dict[str, set[str]] = {}
    own: dict[str, dict[str, str]] = {f"r{row}": {} for row in rows}
    for (row, place), number in table.cells.items():
        column = table.column_at(place)
        if row in rows and column:
            units.setdefault(column.id, set()).add(known_unit(number))
            own[f"r{row}"][column.id] = known_unit(number)
    same = {name: next(iter(symbols)) for name, symbols in units.items() if len(symbols) == 1}
    texts = {column.id: [*column.texts] for column in table.columns if column.is_text}
    if len(same) == len(units):
        return Columns(list(own), same, labels, texts=texts)
    return Columns(list(own), same, labels, own, texts=texts)


def _is_count(number: HiddenNumber) -> bool:
    """Whether a printed number is a whole count that no zero at its end says is rounded."""
    quantity = number.found.quantity
    if quantity is None or quantity.unit != "number" or not quantity.value.is_integer():
        return False
    return quantity.high - quantity.low <= 1 and re.fullmatch(r"[\d,]+", number.found.text) is not None


def known_unit(number: Number) -> str:
    """Return the unit of a cell for expressions: percent, the code of a currency, else a plain number."""
    return number.unit if number.unit == "percent" or number.unit in CURRENCIES else "number"


def unit_of(number: HiddenNumber) -> str:
    """Return the unit of a printed number for expressions; things that are counted or measured are plain numbers."""
    assert number.found.quantity is not None
    unit = number.found.quantity.unit
    if number.found.measure.startswith("percent"):
        return "percent"  # `10.8 percent a year before`
    kept = ("percent", "percentage point", "basis point", "ratio")
    return unit if unit in kept or unit in CURRENCIES else "number"
