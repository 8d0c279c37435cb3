"""TabFact's human-written programs as expressions of the language: `python -m benchmarks.tabfact PATH`.

Each program is written as one expression over its table and run, beside a plain evaluator of the program itself. The
data stays where it is; PATH has `bootstrap.json` and a folder `tables`. Cells are read by the quantity grammar.
"""

from __future__ import annotations

import json
import math
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.ingest.quantity import Quantity, QuantityError, parse_quantity
from pipelines.metrics.expressions import ExpressionError, Linker, parse
from pipelines.metrics.interpret import evaluate_view
from pipelines.worlds.frame import FloatArray, MissingFigureError
from schemas.units import UNITS

PLAIN = "1/year"
"""A unit whose numbers may have any sign and need no word: that of a column without one."""

MISSING = ("", "-", "n / a")
"""Cells that a declaration of the columns would call missing."""

TOLERANT = ("avg", "sum", "diff")
"""What is computed equals a number as it is printed: within half of its last digit."""

COMPARED = {"eq": "==", "not_eq": "!=", "greater": ">", "less": "<", "greater_eq": ">=", "less_eq": "<="}


class CannotRunError(ValueError):
    """A program that cannot be an expression over its table as printed, with the reason."""


@dataclass(frozen=True)
class Column:
    """A column of texts; `numbers` are what they read as in `unit`, None for each that is refused or missing."""

    name: str
    texts: list[str]
    unit: str
    numbers: list[float | None]

    @property
    def refused(self) -> list[str]:
        """The cells that cannot be read."""
        pairs = zip(self.texts, self.numbers, strict=True)
        return [text for text, found in pairs if found is None and text.strip() not in MISSING]


class Table:
    """A table of text columns and numbers, in one world: what an expression sees of it."""

    def __init__(self, columns: Mapping[str, Column], rows: int) -> None:
        self.columns = columns
        self.rows = [f"r{row + 1}" for row in range(rows)]
        self.by_name = {column.name: column for column in columns.values()}

    def __len__(self) -> int:
        return 1

    def subjects(self, table: str) -> Sequence[str]:
        """Return the rows."""
        return self.rows if table == "t" else []

    def labels(self, table: str, column: str) -> Mapping[str, str] | None:
        """Return the texts of a column."""
        found = self.by_name.get(column)
        return None if found is None else dict(zip(self.rows, found.texts, strict=True))

    def holds(self, table: str, subject: str, quantity: str) -> bool:
        """Return whether the table has such a column of numbers."""
        return quantity.removesuffix("_number") in self.by_name

    def read(self, table: str, subjects: Sequence[str], quantity: str) -> FloatArray:
        """Return the numbers of a column; a refused cell is missing."""
        numbers = self.by_name[quantity.removesuffix("_number")].numbers
        place = {row: at for at, row in enumerate(self.rows)}
        values = [numbers[place[subject]] for subject in subjects]
        return np.array([[math.nan if number is None else number for number in values]])

    def rest_on(self, table: str, subjects: Sequence[str]) -> None:
        """Rest on the rows: nothing here asks which."""

    def rely_on(self, table: str, subjects: Sequence[str]) -> None:
        """Rely on the rows: nothing here asks which."""


def read_table(path: Path) -> Table:
    """Return the table of a file whose cells are parted by `#`."""
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    cells = [line.split("#") for line in lines]
    columns: dict[str, Column] = {}
    names: Counter[str] = Counter()
    for place, title in enumerate(header.split("#")):
        plain = re.sub(r"\W+", "_", title, flags=re.ASCII).strip("_")
        name = f"c_{plain}" if plain else "c"
        names[name] += 1
        name += f"_{names[name]}" if names[name] > 1 else ""
        texts = [row[place] for row in cells]
        read = {unit: [number(text, unit) for text in texts] for unit in (PLAIN, *UNITS)}
        unit = min(read, key=lambda one: read[one].count(None))
        columns[title] = Column(name, texts, unit, [None if one is None else one.value for one in read[unit]])
    return Table(columns, len(cells))


def number(text: str, unit: str) -> Quantity | None:
    """Return what a cell says in a unit, or None where the grammar refuses it or it says that there is none."""
    try:
        found = parse_quantity(text.strip(), unit)
    except QuantityError:
        return None
    return None if math.isnan(found.value) else found


# Programs.


@dataclass(frozen=True)
class Call:
    """A part of a program: a function and its arguments, which are calls or texts."""

    name: str
    args: list[Any]


def read_program(text: str) -> Call:
    """Return the tree of a program such as `eq{count{filter_eq{all_rows; year; 1990}}; 3}=True`."""
    found, rest = _read(text.removesuffix("=True"))
    assert isinstance(found, Call) and not rest.strip(), text
    return found


def _read(text: str) -> tuple[Any, str]:
    opened = re.match(r"\s*([a-z_]+)\{", text)
    if not opened:
        ends = re.match(r"[^;}]*", text)
        assert ends
        return ends[0].strip(), text[ends.end() :]
    args = []
    rest = text[opened.end() - 1 :]
    while rest[:1] in ("{", ";"):
        found, rest = _read(rest[1:])
        args.append(found)
    return Call(opened[1], args), rest[1:]


# The adapter: a program as an expression.


class Adapter:
    """Writes the programs on one table as expressions."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.refused: list[str] = []
        """Cells that cannot be read among those of the numbers used; they are missing."""

    def condition(self, call: Call) -> str:
        """Return the expression of a program, which is 1 or 0."""
        match call.name, call.args:
            case "and", [left, right]:
                return f"{self.condition(left)} and {self.condition(right)}"
            case "only", [rows]:
                return f"count({self._rows(rows)}) == 1"
            case "all_eq" | "all_greater" | "all_less" | "all_greater_eq" | "all_less_eq", [rows, column, text]:
                sign = COMPARED[call.name.removeprefix("all_")]
                return f"min({self._compared(f'{self._rows(rows)}.', self._column(column), sign, text)}) == 1"
            case "eq" | "not_eq" | "greater" | "less", [left, right]:
                return self._comparison(call.name, left, right)
        raise CannotRunError(f"{call.name} is no condition")

    def _column(self, title: str) -> Column:
        if title not in self.table.columns:
            raise CannotRunError(f"the table has no column {title!r}")
        return self.table.columns[title]

    def _rows(self, call: Call | str) -> str:
        """Return the selection that a program filters."""
        if call == "all_rows":
            return "t"
        if not isinstance(call, Call) or not call.name.startswith("filter_"):
            raise CannotRunError(f"{call} are no rows")
        rows, title, text = call.args
        sign = COMPARED[call.name.removeprefix("filter_")]
        return f"{self._rows(rows)}[{self._compared('', self._column(title), sign, text)}]"

    def _compared(self, before: str, column: Column, sign: str, text: str) -> str:
        """Return the comparison of a column with what a program has as text."""
        value = number(text, column.unit)
        if sign in ("==", "!=") and (value is None or column.refused):
            return f"{before}{column.name} {sign} {quoted(text)}"
        return f"{before}{self._numeric(column)} {sign} {written(text, value)}"

    def _numeric(self, column: Column) -> str:
        self.refused += column.refused[:1]
        return f"{column.name}_number"

    def _is_number(self, call: Call | str) -> bool:
        return isinstance(call, Call) and (call.name != "hop" or not self._column(call.args[1]).refused)

    def _comparison(self, name: str, left: Call, right: Call | str) -> str:
        sign = COMPARED[name]
        if isinstance(right, Call):
            texts = sign in ("==", "!=") and not (self._is_number(left) and self._is_number(right))
            return f"{self._value(left, texts)} {sign} {self._value(right, texts)}"
        unit = self._unit(left)
        value = number(right, unit)
        if self._is_number(left) and (value is not None or left.name != "hop"):
            computed = self._value(left, text=False)
            if sign == "==" and value is not None and left.name in TOLERANT:
                return f"{value.low!r} <= {computed} <= {value.high!r}"
            return f"{computed} {sign} {written(right, value)}"
        if sign not in ("==", "!="):
            raise CannotRunError("texts have no order")
        return f"{self._value(left, text=True)} {sign} {quoted(right)}"

    def _unit(self, call: Call) -> str:
        """Return the unit of what a call gives."""
        if call.name == "diff":
            return self._unit(call.args[0])
        return PLAIN if call.name == "count" else self._column(call.args[1]).unit

    def _value(self, call: Call, text: bool) -> str:
        """Return the expression of a single value, as text or number."""
        match call.name, call.args:
            case "count", [rows]:
                return f"count({self._rows(rows)})"
            case "diff", [left, right]:
                return f"({self._value(left, text)} - {self._value(right, text)})"
            case "avg" | "sum" | "max" | "min", [rows, title]:
                name = {"avg": "mean"}.get(call.name, call.name)
                return f"{name}({self._rows(rows)}.{self._numeric(self._column(title))})"
            case "hop", [rows, title]:
                column = self._column(title)
                name = column.name if text else self._numeric(column)
                if rows.name in ("argmax", "argmin"):
                    inner, by = rows.args
                    chosen = self._rows(inner)
                    end = {"argmax": "at_max", "argmin": "at_min"}[rows.name]
                    return f"{end}({chosen}.{name}, {chosen}.{self._numeric(self._column(by))})"
                return f"first({self._rows(rows)}.{name})"
        raise CannotRunError(f"{call.name} is no value")


def quoted(text: str) -> str:
    """Return a text as an expression has it."""
    mark = "'" if '"' in text else '"'
    if mark in text or "\\" in text:
        raise CannotRunError("a text with both quotes")
    return f"{mark}{text}{mark}"


def written(text: str, value: Quantity | None) -> str:
    """Return a number as an expression has it."""
    if value is None:
        raise CannotRunError(f"a number that the grammar refuses: {text!r}")
    return repr(value.value)


# The plain evaluator: the program itself on lists of rows, without expressions.


class Plain:
    """Evaluates a program on rows, a list of places; None is a missing value, and wins wherever it meets another."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.titles = table.columns

    def truth(self, call: Call) -> bool | None:
        """Return whether a program holds."""
        match call.name:
            case "and":
                sides = [self.truth(part) for part in call.args]
                return None if None in sides else all(sides)
            case "only":
                return len(self._rows(call.args[0])) == 1
            case "eq" | "not_eq" | "greater" | "less":
                return self._holds(call.name, *call.args)
        _, title, text = call.args
        kept = [self._keeps(row, title, call.name.removeprefix("all_"), text) for row in self._rows(call.args[0])]
        known = [one for one in kept if one is not None]
        return all(known) if known else None

    def _rows(self, call: Any) -> list[int]:
        if call == "all_rows":
            return list(range(len(self.table.rows)))
        rows, title, *text = call.args
        if call.name in ("argmax", "argmin"):
            numbers = self.titles[title].numbers
            known = [row for row in self._rows(rows) if numbers[row] is not None]
            best = max if call.name == "argmax" else min
            return [best(known, key=lambda row: numbers[row] or 0.0)] if known else []
        kind = call.name.removeprefix("filter_")
        return [row for row in self._rows(rows) if self._keeps(row, title, kind, text[0])]

    def _keeps(self, row: int, title: str, kind: str, text: str) -> bool | None:
        column = self.titles[title]
        wanted, have = number(text, column.unit), column.numbers[row]
        if kind in ("eq", "not_eq") and (wanted is None or column.refused):
            return (column.texts[row] == text) == (kind == "eq")
        if wanted is None:
            return None
        return None if have is None else ORDER[kind](have, wanted.value)

    def _value(self, call: Any) -> tuple[str | None, float | None]:
        """Return a single value as text and as number."""
        if call.name == "count":
            return None, float(len(self._rows(call.args[0])))
        if call.name == "diff":
            left, right = (self._value(part)[1] for part in call.args)
            return None, None if left is None or right is None else left - right
        column = self.titles[call.args[1]]
        rows = self._rows(call.args[0])
        if call.name == "hop":
            return (column.texts[rows[0]], column.numbers[rows[0]]) if rows else (None, None)
        numbers = [one for row in rows if (one := column.numbers[row]) is not None]
        if not numbers:
            return None, None
        found = {"avg": lambda: math.fsum(numbers) / len(numbers), "sum": lambda: math.fsum(numbers)}
        return None, found.get(call.name, lambda: (max if call.name == "max" else min)(numbers))()

    def _holds(self, kind: str, left: Any, right: Any) -> bool | None:
        text, have = self._value(left)
        if isinstance(right, Call):
            other, wanted = self._value(right)
            if kind in ("greater", "less") or (self._numeric(left) and self._numeric(right)):
                return None if have is None or wanted is None else ORDER[kind](have, wanted)
            return None if text is None or other is None else (text == other) == (kind == "eq")
        unit = self._unit(left)
        printed = number(right, unit)
        if printed is not None and self._numeric(left):
            if have is None:
                return None
            if kind == "eq" and left.name in TOLERANT:
                return printed.low <= have <= printed.high
            return ORDER[kind](have, printed.value)
        return None if text is None else (text == right) == (kind == "eq")

    def _numeric(self, call: Call) -> bool:
        return call.name != "hop" or not self.titles[call.args[1]].refused

    def _unit(self, call: Any) -> str:
        while call.name == "diff":
            call = call.args[0]
        return PLAIN if call.name == "count" else self.titles[call.args[1]].unit


ORDER: dict[str, Callable[[float, float], bool]] = {
    "eq": lambda left, right: left == right,
    "not_eq": lambda left, right: left != right,
    "greater": lambda left, right: left > right,
    "less": lambda left, right: left < right,
    "greater_eq": lambda left, right: left >= right,
    "less_eq": lambda left, right: left <= right,
}


# The benchmark.


def run(table: Table, text: str) -> bool | None:
    """Return what an expression comes to over a table: true, false or missing."""
    root = Linker({}).link(parse(text, ("metrics", "claim", "is")))
    try:
        found = float(evaluate_view(root, table, {}).value[0])
    except MissingFigureError:
        return None
    return None if math.isnan(found) else found == 1


def main(path: Path) -> int:
    """Run every program and print what came of them."""
    tables = json.loads((path / "bootstrap.json").read_text(encoding="utf-8"))
    ran: dict[str, list[tuple[bool | None, bool]]] = {"as printed": [], "with refused cells missing": []}
    seconds: list[float] = []
    others: list[str] = []
    total = 0
    run(read_table(path / "tables" / next(iter(tables))), "count(t) == 1")  # what is imported once is not counted
    for name, programs in tables.items():
        table = read_table(path / "tables" / name)
        adapter = Adapter(table)
        for entry in programs:
            total += 1
            program = read_program(entry[-1])
            adapter.refused = []
            try:
                text = adapter.condition(program)
                start = time.process_time()
                found = run(table, text)
                seconds.append(time.process_time() - start)
            except (CannotRunError, ExpressionError) as error:
                others.append(f"not run: {error}: {name}: {entry[-1]}")
                continue
            expected = Plain(table).truth(program)
            ran["with refused cells missing" if adapter.refused else "as printed"].append((found, found == expected))
            if adapter.refused:
                others.append(f"cell refused: {adapter.refused[0]!r}: {name}: {text}")
            if found != expected:
                others.append(f"differ: {found}, but {expected} by the plain evaluator: {name}: {text}")
    print(f"{total} programs")
    for kind, found in ran.items():
        if found:
            report(kind, found, total)
    seconds.sort()
    middle, late, last = (1e3 * seconds[int(share * (len(seconds) - 1))] for share in (0.5, 0.99, 1))
    print(f"an expression takes {middle:.2f} ms in the median, 99 of 100 at most {late:.2f}, the longest {last:.2f}")
    print(*sorted(others), sep="\n")
    agree = [same for found in ran.values() for _, same in found]
    return 0 if sum(agree) >= 0.99 * len(agree) else 1


def report(kind: str, found: list[tuple[bool | None, bool]], total: int) -> None:
    """Print the shares of the programs that ran in one way."""
    ran, agree = len(found), sum(same for _, same in found)
    print(f"run {kind}: {ran} ({ran / total:.1%}), of which {agree} ({agree / ran:.1%}) agree with the plain evaluator")
    counts = Counter(value for value, _ in found)
    words = ((True, "true"), (False, "false"), (None, "missing"))
    print("  " + ", ".join(f"{counts[value]} ({counts[value] / ran:.1%}) come out {word}" for value, word in words))


if __name__ == "__main__":
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "bootstrap.json").is_file():
        sys.exit("usage: python -m benchmarks.tabfact PATH, a folder with bootstrap.json and tables")
    sys.exit(main(Path(sys.argv[1])))
