"""The language of expressions: Python's parser, then a whitelist of its nodes, gives a small tree of nodes.

Belongs here: the grammar, its limits, names of definitions and their cycles, and whether an expression gives one value
or one per row. Does not: what is computed (`interpret`, `functions`) or units (`dimensions`). No expression is compiled
or executed as Python.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, NamedTuple

from tidebook.pipelines.evaluate.functions import FUNCTIONS, Function
from tidebook.pipelines.evaluate.lookups import IndexingError, Lookup, lookup_of
from tidebook.pipelines.read.errors import Problem, did_you_mean
from tidebook.pipelines.read.evidence_tables.series import NO_EVIDENCE, EvidenceTables
from tidebook.pipelines.read.rawfile import RawFile

LONGEST = 4_000
"""Maximum characters of an expression."""

MOST_NODES = 500
"""Maximum parts of an expression: numbers, names, signs and calls."""

DEEPEST = 40
"""Maximum nesting of parts, of brackets and of definitions."""

MOST_EXPANDED, DEEPEST_EXPANDED = 5_000, 100
"""Maximum parts and nesting with every definition written out wherever it is named."""

VALUE = "a value: a quantity of it, such as .name, or a name that [define] has"
"""Expectation in place of a table, a row or an unknown name."""

ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
COMPARISONS = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
EQUALITIES = ("==", "!=")
LOGIC = {ast.And: "and", ast.Or: "or"}
OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow}
BRACKETS = {"(": 1, "[": 1, ")": -1, "]": -1}
COLUMNS = "columns"
"""The word for several columns of a table, in place of as many arguments of a function."""

OF_SEVERAL = ("min", "max", "largest", "smallest", "rank")
"""Functions over the rows of one argument, or else over their arguments, which may be columns."""

KEYWORDS = {"latest": "until", "rank": "among"}
"""Functions that take one argument by its name."""

OVER_TIME = ("latest", "earliest", "slope", "growth", "change", "span", "step_changes", "differences")
"""Functions of values and times, of which evidence has its own."""

CONDITIONS = ("and", "or", "not", "all_of", *COMPARISONS.values())

_PERIOD = re.compile(r"(?<=[\[,:])(?P<blanks>\s*)(?P<period>\d{4}-(?:Q[1-4]|\d\d(?:-\d\d)?))(?=\s*[\],:])", re.I)
"""A quarter, month or day as an index, where nothing is subtracted."""
_TEXTS = re.compile(r"\"[^\"]*\"|'[^']*'")
_PERCENT = re.compile(
    r"""(?P<text>"[^"]*"|'[^']*')|(?<![\w.])(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?)(?P<blanks>[ ]*)%"""
    r"""(?!\s*[\w("'.])""",
    re.ASCII | re.IGNORECASE,
)
"""A number of percent, as `3%`; before another number or a name, the sign would be Python's remainder."""
_STRANGE = re.compile(r"[^\w\s.,:()\[\]+\-*/<>=!]", re.ASCII)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True)
class ExpressionPart:
    """The place of a part: the text of the whole expression, the part's start and end in it, and the key in TOML."""

    text: str
    start: int
    end: int
    key: tuple[str | int, ...]

    @property
    def words(self) -> str:
        """The text of the part."""
        return self.text[self.start : self.end]


class ExpressionError(ValueError):
    """An expression that cannot be used; `expected` says what was expected at the `place`."""

    def __init__(self, place: ExpressionPart, expected: str) -> None:
        super().__init__(f"character {place.start + 1}: expected {expected}")
        self.place = place
        self.expected = expected

    def problem(self, *files: RawFile) -> Problem:
        """Return the problem of the file, the first of them, that the expression is in."""
        place = self.place
        raw = next((file for file in files if place.key[0] in file.toml()), files[0])
        above = place.text.count("\n", 0, place.start)
        line = raw.toml_line(place.key)
        column = f"{'.'.join(map(str, place.key))}, character {place.start + 1}"
        return Problem(raw.path, self.expected, line and line + above, column, " ".join(place.words.split()))


@dataclass(frozen=True, eq=False)
class Node:
    """A part of an expression.

    A linked tree has no names of definitions: the definitions are in their place. Only then are `shape`, `table`,
    `rowwise`, `cost` and `depth` known.

    Attributes:
        kind: A sign, or `number`, `text`, `name`, `own` (a column of the table whose brackets it is in), `table`,
            `subject`, `select`, `column` or `call`.
        value: The number, text or name.
        shape: `table`, `row` (a single row of a table), `rows` or `one`.
        table: The table whose rows it has.
        rowwise: Whether the value of each row depends on its own row only.
        cost: The number of its parts, with definitions written out.
        depth: The nesting of its parts, with definitions written out.
    """

    kind: str
    place: ExpressionPart
    value: Any = None
    args: tuple[Node, ...] = ()
    shape: str = ""
    table: str = ""
    rowwise: bool = True
    cost: int = 1
    depth: int = 1

    @cached_property
    def in_order(self) -> tuple[Node, ...]:
        """Every node of a linked tree, as `nodes` returns them; iterative, since it may be deeper than recursion."""
        found: list[Node] = []
        seen: set[int] = set()
        stack = [(self, False)]
        while stack:
            node, is_opened = stack.pop()
            if is_opened:
                found.append(node)
            # By identity: a definition is one node wherever it is named, and equal texts elsewhere have other places.
            elif id(node) not in seen:
                seen.add(id(node))
                stack.append((node, True))
                # Backwards, since a stack gives back last what was put in first.
                stack += [(argument, False) for argument in reversed(node.args)]
        return tuple(found)


def parse(text: str, key: tuple[str | int, ...]) -> Node:
    """Parse an expression into a tree whose names are unresolved; errors name the `key`.

    Raises:
        ExpressionError: the text is not an expression, uses more of Python than the language has, or is too large.
    """
    return _Parser(text, key).parse()


class _Parser:
    def __init__(self, text: str, key: tuple[str | int, ...]) -> None:
        self.text = text
        self.key = key

    def parse(self) -> Node:
        self.check_text()
        tree = self.grammar()
        self.check_size(tree)
        return self.value(tree)

    def check_text(self) -> None:
        """Refuse what Python's parser should not see: long texts, strange characters, deep brackets."""
        if len(self.text) > LONGEST:
            raise self.error(LONGEST, len(self.text), f"at most {LONGEST:,} characters")
        # Any character may be in quotes but a backslash, which could hide the end of the text.
        text = _PERCENT.sub(lambda found: found[0].replace("%", " ") if found["number"] else found[0], self.text)
        bare = _TEXTS.sub(lambda found: "\\" if "\\" in found[0] else "_" * len(found[0]), text)
        bare = _PERIOD.sub(lambda found: "_" * len(found[0]), bare)
        if strange := _STRANGE.search(bare):
            raise self.error(
                strange.start(), strange.end(), "names, numbers, texts in quotes, + - * / ** and comparisons"
            )
        # Python would read 2020-10-29 as a difference, which is 1981.
        if date := re.search(r"(?<![\w.])\d{4}-\d{1,2}-\d{1,2}(?![\w.])", bare):
            raise self.error(date.start(), date.end(), f'a date in quotation marks: "{date[0]}"')
        depth = 0
        for position, sign in enumerate(bare):
            depth += BRACKETS.get(sign, 0)
            if depth > DEEPEST:
                raise self.error(position, position + 1, f"brackets nested at most {DEEPEST} deep")

    def check_size(self, tree: ast.expr) -> None:
        """Refuse a tree with too many parts, or nested too deep for the recursion that reads it."""
        # Breadth first in a list that grows, not by recursion: this check is what protects the recursion of `value`.
        queue: list[tuple[ast.expr, int]] = [(tree, 0)]
        for number, (node, depth) in enumerate(queue):
            if depth > DEEPEST:
                raise self.at(node, f"parts nested at most {DEEPEST} deep")
            if number >= MOST_NODES:
                raise self.at(node, f"at most {MOST_NODES} parts; give some of them a name under [define]")
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    queue.append((child, depth + 1))

    def grammar(self) -> ast.expr:
        """Return Python's tree of the text, in which line breaks count as blanks."""
        start = len(self.text) - len(self.text.lstrip())  # Python would take leading blanks for an indented block
        line = re.sub(r"\s", " ", self.text)[start:]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # Python only warns of some typing errors, such as `2and x`
                self.start = start
                self.line = line.encode()
                return ast.parse(self.as_python(line), mode="eval").body
        except SyntaxError as error:
            # Python's offsets count from 1 and may lie behind the end.
            size = len(self.text)
            at = min(start + (error.offset or 1) - 1, max(size - 1, 0))
            end = min(max(at + 1, start + (error.end_offset or 0) - 1), size)
            raise self.error(at, end, "an expression that is complete and well-formed") from error
        except (ValueError, MemoryError, RecursionError) as error:
            raise self.error(0, len(self.text), "an expression of plain text that is nested less deep") from error

    def as_python(self, line: str) -> str:
        """Return a text in which `3%` is `3j`, and a period of an index a name, each as long and at the same place."""

        def replaced(found: re.Match[str]) -> str:
            return found[0] if found["text"] else f"{found['number']}j{found['blanks']}"

        texts = [*_TEXTS.finditer(line)]

        def named(found: re.Match[str]) -> str:
            is_text = any(text.start() < found.start() < text.end() for text in texts)
            return found[0] if is_text else found["blanks"] + "P" * len(found["period"])

        return _PERCENT.sub(replaced, _PERIOD.sub(named, line))

    def error(self, start: int, end: int, expected: str) -> ExpressionError:
        return ExpressionError(ExpressionPart(self.text, start, end, self.key), expected)

    def place(self, tree: ast.expr) -> ExpressionPart:
        offsets = (tree.col_offset, tree.end_col_offset)  # in bytes of UTF-8
        start, end = (self.start + len(self.line[:offset].decode()) for offset in offsets)
        return ExpressionPart(self.text, start, end, self.key)

    def at(self, tree: ast.expr, expected: str) -> ExpressionError:
        return ExpressionError(self.place(tree), expected)

    def value(self, tree: ast.expr, inside: bool = False) -> Node:
        """Return the node of an expression; `inside` the brackets of a table, a lone name is a column of it."""
        place = self.place(tree)
        match tree:
            case ast.Constant(value=str() as text):
                return Node("text", place, text)
            case ast.Constant(value=int() | float() | complex() as number) if not isinstance(number, bool):
                return self.number(tree, number)
            case ast.Name(id=name):
                return Node("own" if inside else "name", place, self.name(tree, name))
            case ast.Attribute(value=base, attr=name):
                return Node("column", place, self.name(tree, name), (self.base(base),))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Node("neg", place, args=(self.value(operand, inside),))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.value(operand, inside)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Node("not", place, args=(self.value(operand, inside),))
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in ARITHMETIC:
                node = Node(ARITHMETIC[type(sign)], place, args=(self.value(left, inside), self.value(right, inside)))
                return self.finite(tree, node, "numbers with a finite result: this is never a value")
            case ast.BoolOp(op=sign, values=parts):
                return Node(LOGIC[type(sign)], place, args=tuple(self.value(part, inside) for part in parts))
            case ast.Compare():
                return self.comparison(tree, inside)
            case ast.Call():
                return self.call(tree, inside)
            case ast.Subscript():
                return self.base(tree)
        raise self.at(tree, "a number, a text, table.quantity, a definition, or a function of them")

    def number(self, tree: ast.Constant, number: complex) -> Node:
        """Return a number that is written out; one of percent stands as an imaginary one (`as_python`)."""
        place = self.place(tree)
        if isinstance(number, complex):
            if self.text[place.end - 1] not in " %":
                raise self.at(tree, "a number, a text, table.quantity, a definition, or a function of them")
            return Node("call", place, "quantity", (Node("number", place, number.imag), Node("text", place, "percent")))
        # float() raises OverflowError for a whole number of more than 308 digits.
        value = float(number) if number <= sys.float_info.max else math.inf
        return self.finite(tree, Node("number", place, value), "a number below 1.8e308")

    def finite(self, tree: ast.expr, node: Node, expected: str) -> Node:
        """Refuse numbers that are infinite: they would be missing in every scenario."""
        if not math.isfinite(_folded(node) or 0):
            raise self.at(tree, expected)
        return node

    def name(self, tree: ast.expr, name: str) -> str:
        place = self.place(tree)
        # A period between commas that are not of an index stands for a name here.
        if not _NAME.fullmatch(self.text[place.start : place.end] if isinstance(tree, ast.Name) else name):
            raise self.at(tree, "a name of letters, digits and _ that begins with a letter")
        return name

    def base(self, tree: ast.expr) -> Node:
        """Return the table or selection that is before a dot or bracket."""
        match tree:
            case ast.Name(id=name):
                return Node("name", self.place(tree), self.name(tree, name))
            case ast.Subscript(
                value=base, slice=ast.Constant(value=int() | float()) | ast.Slice() | ast.Tuple() as index
            ):
                parts = index.elts if isinstance(index, ast.Tuple) else [index]
                return Node("lookup", self.place(tree), args=(self.base(base), *map(self.index, parts)))
            case ast.Subscript(value=base, slice=condition):
                return Node("select", self.place(tree), args=(self.base(base), self.condition(condition)))
        raise self.at(tree, "the name of a table or of a selection of its rows")

    def index(self, tree: ast.expr) -> Node:
        """Return one index of an evidence table: a name, a number, a text, a range of these, or `:` for all."""
        place = self.place(tree)
        match tree:
            case ast.Constant(value=int() | float()):
                return Node("key", place, ast.unparse(tree))
            case ast.Name():
                return Node("key", place, self.text[place.start : place.end])
            case ast.Constant(value=str() as name):
                return Node("key", place, name)
            case ast.Slice(lower=lower, upper=upper, step=None):
                ends = [Node("open", place) if end is None else self.index(end) for end in (lower, upper)]
                return Node("range", place, args=tuple(ends))
        raise self.at(tree, "a key, a period such as 2019, a range such as 1990:2018, or : for all")

    def condition(self, tree: ast.expr) -> Node:
        """Return the condition in brackets: subjects and comparisons, joined by `and`, `or` and `not`."""
        place = self.place(tree)
        match tree:
            case ast.Name():
                return Node("subject", place, self.text[place.start : place.end])
            case ast.Constant(value=str() as name):
                return Node("subject", place, name)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Node("not", place, args=(self.condition(operand),))
            case ast.BoolOp(op=sign, values=parts):
                return Node(LOGIC[type(sign)], place, args=tuple(map(self.condition, parts)))
            case ast.Compare():
                return self.comparison(tree, inside=True)
        raise self.at(
            tree, 'a subject, "a subject" that is no name, not subject, or a comparison such as label == "text"'
        )

    def comparison(self, tree: ast.Compare, inside: bool) -> Node:
        """Return a comparison; `a < b < c` is two of them, joined by `and`."""
        place = self.place(tree)
        parts = [self.value(part, inside) for part in (tree.left, *tree.comparators)]
        comparisons = []
        # Not strict: there is one sign less than parts.
        for left, sign, right in zip(parts, tree.ops, parts[1:], strict=False):
            if type(sign) not in COMPARISONS:
                raise self.at(tree, f"one of {' '.join(COMPARISONS.values())}")
            comparisons.append(Node(COMPARISONS[type(sign)], place, args=(left, right)))
        return comparisons[0] if len(comparisons) == 1 else Node("and", place, args=tuple(comparisons))

    def call(self, tree: ast.Call, inside: bool) -> Node:
        name = tree.func.id if isinstance(tree.func, ast.Name) else ""
        if name == COLUMNS:
            return self.columns(tree)
        function = FUNCTIONS.get(name)
        if function is None:
            raise self.at(tree.func, "the name of a function" + did_you_mean(name, [*FUNCTIONS, COLUMNS]))
        if tree.keywords and name in KEYWORDS:
            return self.with_keyword(tree, name, inside)
        if tree.keywords or any(isinstance(argument, ast.Starred) for argument in tree.args):
            raise self.at(tree, f"plain arguments: {function.signature}")
        fewest = 1 if name in OVER_TIME else function.least  # the time of evidence is known
        if not fewest <= len(tree.args) <= function.most:
            raise self.at(tree, f"the arguments of {function.signature}")
        return Node("call", self.place(tree), name, tuple(self.value(argument, inside) for argument in tree.args))

    def with_keyword(self, tree: ast.Call, name: str, inside: bool) -> Node:
        """Return `latest(evidence, until = "2019-05-31")` or `rank(value, among = values)`."""
        word = KEYWORDS[name]
        if len(tree.args) != 1 or [keyword.arg for keyword in tree.keywords] != [word]:
            raise self.at(tree, f"{name}(values, {word} = ...)")
        parts = (tree.args[0], tree.keywords[0].value)
        return Node(word, self.place(tree), name, tuple(self.value(part, inside) for part in parts))

    def columns(self, tree: ast.Call) -> Node:
        """Return the columns of a table, a row or a selection, whose names match one of some patterns."""
        if tree.keywords or not tree.args:
            raise self.at(tree, 'columns(table, "pattern", ...)')
        patterns = []
        for argument in tree.args[1:]:
            if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                raise self.at(argument, 'a name of columns in quotation marks, with * for any text, such as "score_*"')
            patterns.append(argument.value)
        return Node("columns", self.place(tree), tuple(patterns) or ("*",), (self.base(tree.args[0]),))


class Linker:
    """Resolves names: `definitions` are the unlinked trees by name, and every other name is a table."""

    def __init__(self, definitions: Mapping[str, Node], evidence: EvidenceTables = NO_EVIDENCE) -> None:
        self.definitions = definitions
        self.evidence = evidence
        self.linked: dict[str, Node] = {}
        self.open: list[str] = []

    def link(self, node: Node) -> Node:
        """Return a tree with its definitions in place of their names, and with shapes.

        A definition that is named twice is the same node twice, so that it is evaluated once.

        Raises:
            ExpressionError: a definition refers to itself, the tree is too large, or tables, rows and single values
                stand where they cannot.
        """
        linked = self._linked(node, "")
        if linked.shape in ("table", "row"):
            raise ExpressionError(node.place, VALUE)
        return linked

    def define(self, name: str, place: ExpressionPart) -> Node:
        """Return the linked tree of a definition, which may be a selection of rows.

        Raises:
            ExpressionError: as `link`.
        """
        if name in self.open:
            way = " -> ".join([*self.open[self.open.index(name) :], name])
            raise ExpressionError(place, f"a definition without a cycle: {way}")
        # Definitions are linked by recursion, each some calls deep.
        if len(self.open) > DEEPEST:
            raise ExpressionError(place, f"definitions nested at most {DEEPEST} deep")
        if name not in self.linked:
            self.open.append(name)
            try:
                self.linked[name] = self._linked(self.definitions[name], "")
            finally:
                self.open.pop()
        return self.linked[name]

    def _linked(self, node: Node, inside: str) -> Node:
        """Link a node; `inside` is the table whose brackets it is in, "" outside of brackets."""
        if looked_up := self._lookup(node):
            return looked_up
        if node.kind == "name":
            if node.value in self.definitions:
                return self.define(node.value, node.place)
            return replace(node, kind="table", shape="table", table=node.value)
        if node.kind == "lookup":
            raise self._no_evidence(node)
        if _may_take_times(node):
            node = self._with_times(node, inside)
        if node.shape:
            return node
        if node.kind == "select":
            args: tuple[Node, ...] = self._linked_selection(node)
        else:
            args = tuple(each if each.shape else self._linked(each, inside) for each in node.args)
        cost, depth = _size(node, args)
        return replace(node, args=args, cost=cost, depth=depth, **_shape(node, args, inside))

    def _lookup(self, node: Node) -> Node | None:
        """Return the values of evidence that a node names, with its indices and its value; None for another node."""
        base, value = (node.args[0], node.value) if node.kind == "column" else (node, "")
        indices: tuple[Node, ...] = ()
        if base.kind == "select":
            base, indices = base.args[0], (base.args[1],)
        elif base.kind == "lookup":
            base, indices = base.args[0], base.args[1:]
        if base.kind != "name" or base.value in self.definitions or base.value not in self.evidence.series:
            return None
        try:
            lookup = lookup_of(self.evidence, base.value, [_index(each) for each in indices], value)
        except IndexingError as fault:
            place = node.place if fault.index is None else indices[fault.index].place
            raise ExpressionError(place, fault.expected) from fault
        return _values_of(lookup, node.place)

    def _no_evidence(self, node: Node) -> ExpressionError:
        """Return the error of an index on something that is not evidence."""
        base, *indices = node.args
        if len(indices) == 1 and indices[0].kind == "key":
            quoted = f'{base.place.words}["{indices[0].value}"]'
            return ExpressionError(indices[0].place, f"quotation marks around a subject that is no name: {quoted}")
        expected = (
            f"one subject or condition in brackets, or evidence{did_you_mean(base.place.words, self.evidence.series)}"
        )
        return ExpressionError(base.place, expected)

    def _with_times(self, node: Node, inside: str) -> Node:
        """Return a call over evidence with the times that its values have; another call as it is."""
        first = self._linked(node.args[0], inside)
        args = (first, *node.args[1:])
        if node.kind == "among":
            return replace(node, kind="rank_among", args=args)
        lookups = _lookups_of(first)
        if node.kind == "until" or (node.value == "latest" and len(args) == 1 and lookups):
            return self._latest(node, first, args[1:])
        if node.value in OVER_TIME and len(args) == 1:
            if not lookups or not first.table:
                raise ExpressionError(node.place, f"the arguments of {FUNCTIONS[node.value].signature}")
            args = (first, _times_of(lookups[0].value, first))
        return replace(node, args=args)

    def _latest(self, node: Node, lookup: Node, until: Sequence[Node]) -> Node:
        """Return evidence at its latest time, up to a day that is written out or else the day of judging."""
        if node.value != "latest" or lookup.kind != "lookup":
            raise ExpressionError(lookup.place, "one series, such as latest(a[gbr]) / latest(b[gbr])")
        day = until[0] if until else None
        if day is not None and day.kind != "text":
            raise ExpressionError(day.place, 'a date in quotation marks, such as "2019-05-31"')
        try:
            latest = lookup.value.at_latest("" if day is None else day.value)
        except IndexingError as fault:
            raise ExpressionError(node.place if day is None else day.place, fault.expected) from fault
        return _values_of(latest, node.place)

    def _linked_selection(self, node: Node) -> tuple[Node, Node]:
        """Link the table of a selection, then the condition inside its brackets."""
        base = self._linked(node.args[0], "")
        if base.shape == "row":
            raise ExpressionError(node.args[0].place, "a quantity: it is a single row")
        if base.shape != "table":
            raise ExpressionError(node.args[0].place, "a table or a selection of its rows")
        return base, self._linked(node.args[1], base.table)


def _may_take_times(node: Node) -> bool:
    """Whether a function wants the times of values, which evidence has by itself."""
    return node.kind in KEYWORDS.values() or (node.kind == "call" and node.value in OVER_TIME)


def _size(node: Node, args: Sequence[Node]) -> tuple[int, int]:
    """Return `cost` and `depth` of a node whose arguments are linked.

    Raises:
        ExpressionError: they are more than is allowed.
    """
    cost = 1 + sum(argument.cost for argument in args)
    depth = 1 + max((argument.depth for argument in args), default=0)
    if cost > MOST_EXPANDED or depth > DEEPEST_EXPANDED:
        expected = f"at most {MOST_EXPANDED:,} parts, {DEEPEST_EXPANDED} deep, with all definitions written out"
        raise ExpressionError(node.place, expected)
    return cost, depth


def _shape(node: Node, args: tuple[Node, ...], inside: str) -> dict[str, Any]:
    """Return `shape`, `table` and `rowwise` of a node whose arguments are linked."""
    match node.kind:
        case "own" | "subject":
            return {"shape": "rows", "table": inside}
        case "rank_among":
            _expect(args[0], ("one",), "a single value")
            _expect(args[1], ("rows",), "values of several rows")
            return {"shape": "one", "rowwise": False}
        case "select":
            base, chosen = args
            _expect(chosen, ("rows",), f"a comparison of a label or quantity of {base.table}")
            shape = "row" if chosen.kind == "subject" else "table"
            return {"shape": shape, "table": base.table, "rowwise": base.rowwise and chosen.rowwise}
        case "column" | "columns":
            (base,) = args
            _expect(base, ("table", "row"), "the name of a table or of a selection of its rows")
            if base.shape == "row":
                return {"shape": "one", "rowwise": False}
            return {"shape": "rows", "table": base.table, "rowwise": base.rowwise}
        case "call":
            return _call_shape(node, FUNCTIONS[node.value], args, inside)
    for argument in args:
        _expect(argument, ("one", "rows"), VALUE)
        _refuse_columns(argument)
    return _joined(args, inside)


def _values_of(lookup: Lookup, place: ExpressionPart) -> Node:
    """Return the linked node of what is looked up."""
    return Node("lookup", place, lookup, shape="rows" if lookup.free else "one", table=lookup.table)


def _lookups_of(values: Node) -> list[Node]:
    """Return the lookups of evidence whose rows some values have."""
    return [each for each in nodes(values) if each.kind == "lookup" and each.table == values.table]


def _times_of(lookup: Lookup, values: Node) -> Node:
    """Return the times of values over one of the lookups in them. Raises ExpressionError if they are over more."""
    if lookup.free != (lookup.time,):
        expected = f"evidence over time alone, not over {' and '.join(lookup.free) or 'a single value'}"
        raise ExpressionError(values.place, expected)
    return Node("when", values.place, lookup, shape="rows", table=values.table)


def _index(node: Node) -> tuple[str, ...]:
    """Return one index: a key, the two ends of a range, "" for an open one."""
    if node.kind == "range":
        return tuple(str(end.value or "") for end in node.args)
    if node.kind not in ("key", "subject", "text"):
        raise ExpressionError(node.place, "a key, a period such as 2019, or a range such as 1990:2018")
    return (str(node.value),)


def _refuse_columns(argument: Node) -> None:
    if argument.kind == COLUMNS:
        raise ExpressionError(argument.place, f"columns as arguments of {', '.join(OF_SEVERAL)}")


_TAKEN: Mapping[str, tuple[tuple[str, ...], str]] = {
    **dict.fromkeys(("rows", "days", "cells"), (("rows",), "values of several rows")),
    "table": (("table", "rows"), "a table, a selection or rows"),
    "any": (("one", "rows"), "values"),
}
"""The shapes of an argument by the word for it, and their description; other words take a single value."""


def _call_shape(node: Node, function: Function, args: tuple[Node, ...], inside: str) -> dict[str, Any]:
    """Check the arguments of a function and return `shape`, `table` and `rowwise` of its result."""
    for place, argument in enumerate(args):
        _check_argument(function, place, argument)
        if node.value not in OF_SEVERAL:
            _refuse_columns(argument)
    if over_rows(node, args):
        _expect(args[-1], ("rows",), f"values of several rows, or several values: {function.signature}")
        if node.value == "rank":
            return {"shape": "rows", "table": args[0].table, "rowwise": False}
        return {"shape": "one", "rowwise": False}
    if node.value == "row":
        return {"shape": "one", "rowwise": False}
    if node.value == "match":
        return {"shape": "rows", "table": args[1].table, "rowwise": args[0].rowwise and args[1].rowwise}
    if function.gives == "each":
        return _joined(args, inside)
    rows = [argument for argument in args if argument.shape != "one"]
    if function.name == "best_by":
        # Values and days are of one table, the result is of another.
        _joined(tuple(rows[:2]), "")
        return {"shape": "rows", "table": rows[2].table, "rowwise": False}
    joined = _joined(tuple(rows), "")
    return {"shape": function.gives, "table": joined["table"] if function.gives == "rows" else "", "rowwise": False}


def over_rows(node: Node, args: Sequence[Node]) -> bool:
    """Whether a call of a function of several values is over the rows of a single one."""
    return node.value in OF_SEVERAL and len(args) == FUNCTIONS[node.value].least and args[-1].kind != COLUMNS


def _check_argument(function: Function, place: int, argument: Node) -> None:
    word = function.argument(place)
    if word in ("number", "whole", "text"):
        _check_constant(argument, word)
        return
    shapes, expected = _TAKEN.get(word, (("one",), "a single value"))
    _expect(argument, shapes, f"{expected}: {function.signature}")


def _joined(args: tuple[Node, ...], inside: str) -> dict[str, Any]:
    """Return `shape`, `table` and `rowwise` of a value that is computed row by row.

    Inside brackets, rows of other tables are joined by subject. Elsewhere, rows of different tables are an error.
    """
    rowwise = all(argument.rowwise for argument in args)
    rows = [argument for argument in args if argument.shape == "rows"]
    if not rows:
        return {"shape": "one", "table": "", "rowwise": rowwise}
    table = rows[0].table
    others = [argument for argument in rows if argument.table != table]
    if not others:
        return {"shape": "rows", "table": table, "rowwise": rowwise}
    if not inside:
        expected = f"rows of {table}; match(other.quantity, {table}) joins those of another table"
        raise ExpressionError(others[0].place, expected)
    return {"shape": "rows", "table": inside, "rowwise": rowwise}


def _expect(node: Node, shapes: tuple[str, ...], expected: str) -> None:
    if node.shape not in shapes:
        raise ExpressionError(node.place, expected)


def _check_constant(node: Node, word: str) -> None:
    """Refuse an argument that is not written out, and a `whole` one below 1 or with a fraction."""
    if word == "whole":
        if not (node.kind == "number" and node.value >= 1 and node.value.is_integer()):
            raise ExpressionError(node.place, "a whole number of at least 1")
        return
    is_text = node.kind == "text"
    is_number = not is_text and constant(node) is not None
    if (word == "text" and not is_text) or (word == "number" and not is_number):
        raise ExpressionError(node.place, f"a {word} written out")


def of_row(values: Node, subject: str) -> Node:
    """Return the value of one row of linked rows, by subject."""
    name = replace(values, kind="text", value=subject, args=(), shape="one", table="", rowwise=True, cost=1, depth=1)
    return _made("call", "row", (values, name))


def conjunction(parts: Sequence[tuple[Node, str, Sequence[tuple[str, float]]]]) -> Node:
    """Return the condition that linked values meet all of their bounds.

    A part that is false makes it false, whatever the others are; otherwise one that is missing makes it missing.

    Args:
        parts: a value, its unit, and its bounds, each a sign and a number in that unit; one bound of several is enough
            where a sign begins with `or`.
    """
    conditions = []
    for value, unit, bounds in parts:
        compared = []
        for sign, bound in bounds:
            number, name = (replace(value, kind=kind, value=own, args=(), shape="one", table="", cost=1, depth=1)
                            for kind, own in (("number", bound), ("text", unit)))  # fmt: skip
            limit = _made("call", "quantity", (number, name))
            compared.append(_made(sign.removeprefix("or "), None, (value, limit)))
        either = any(sign.startswith("or ") for sign, _ in bounds)
        conditions.append(
            compared[0] if len(compared) == 1 else _made("or" if either else "and", None, tuple(compared))
        )
    return _made("all_of", None, tuple(conditions))


def _made(kind: str, value: Any, args: tuple[Node, ...]) -> Node:
    """Return a single value made of linked parts, at the place of the first."""
    cost, depth = 1 + sum(part.cost for part in args), 1 + max(part.depth for part in args)
    return Node(kind, args[0].place, value, args, "one", "", all(part.rowwise for part in args), cost, depth)


def fitting_names(names: Iterable[str], patterns: Sequence[str]) -> list[str]:
    """Return the names of columns that one of the patterns of a node `columns` fits."""
    return [name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)]


def nodes(root: Node) -> Sequence[Node]:
    """Return every node of a linked tree once, arguments before the nodes that use them: the order numbers them."""
    return root.in_order


def _folded(node: Node) -> float | None:
    """Return the value of numbers that are written out: NaN if it is none, None if it depends on figures."""
    if node.kind not in OPERATORS:
        return constant(node)
    left, right = map(_folded, node.args)
    if left is None or right is None:
        return None
    try:
        result = OPERATORS[node.kind](left, right)
    except ArithmeticError:  # division by zero, or more than a float holds
        return math.nan
    return math.nan if isinstance(result, complex) else float(result)  # a root of a negative number is complex


def constant(node: Node) -> float | None:
    """Return the value of a number that is written out, with its sign, None for other nodes."""
    if node.kind == "neg":
        inner = constant(node.args[0])
        return None if inner is None else -inner
    return float(node.value) if node.kind == "number" else None


def columns_of(root: Node) -> Iterator[tuple[str, str, str]]:
    """Yield each column that a linked expression reads, as often as it occurs with all definitions written out."""
    if root.kind == "own":
        yield root.table, root.value, ""
    elif root.kind == "column":
        base = root.args[0]
        is_single = base.kind == "select" and base.args[1].kind == "subject"
        yield base.table, root.value, str(base.args[1].value) if is_single else ""
    for part in root.args:
        yield from columns_of(part)


class RelativeChange(NamedTuple):
    """The parts of `new / old - 1`, `1 - new / old` or `(new - old) / old`: what less what, from where to where."""

    first: Node
    second: Node
    new: Node
    old: Node


def relative_change(root: Node) -> RelativeChange | None:
    """Return the parts of a relative change; None for another expression."""
    if root.kind == "-" and _is_one(root.args[1]) and root.args[0].kind == "/":
        new, old = root.args[0].args
        return RelativeChange(new, old, new, old)
    if root.kind == "-" and _is_one(root.args[0]) and root.args[1].kind == "/":
        new, old = root.args[1].args
        return RelativeChange(old, new, new, old)
    if root.kind == "/" and root.args[0].kind == "-":
        first, second = root.args[0].args
        base = list(columns_of(root.args[1]))
        # (a - b) / c is a relative change only if c is one of the two; (a - b) / (1 + b) is none.
        is_sum = root.args[1].kind in ("+", "-")
        if base and base == list(columns_of(second)) and is_sum == (second.kind in ("+", "-")):
            return RelativeChange(first, second, first, second)
        if base and base == list(columns_of(first)) and is_sum == (first.kind in ("+", "-")):
            return RelativeChange(first, second, second, first)
    return None


def _is_one(node: Node) -> bool:
    return node.kind == "number" and bool(node.value == 1)


def as_problems(errors: Iterable[ExpressionError], *files: RawFile) -> list[Problem]:
    """Return the distinct errors of expressions as problems of the files that they are in."""
    return list(dict.fromkeys(error.problem(*files) for error in errors))
