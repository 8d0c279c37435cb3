"""TabFact's human-written programs, each as a dossier with one claim: `python -m benchmarks.tabfact PATH`.

A program becomes one expression over its table; `dossier.toml` and a CSV of the cells in print go through the steps of
a build, in memory, from the folder to the claim's verdict. Beside it a plain evaluator of the program itself runs. The
data stays where it is; PATH has `bootstrap.json` and a folder `tables`.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tidebook.pipelines.evaluate import scenarios as build
from tidebook.pipelines.evaluate.declared import Metrics
from tidebook.pipelines.evaluate.evaluations import columns
from tidebook.pipelines.evaluate.frame import MissingFigureError
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.graph.graph import graph_with
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.quantities.context import Context
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.schemas.units import UNITS, own_unit, use_units

PLAIN = "number"
"""The unit of a column without one."""

MISSING = ("", "-", "n / a")
"""Cells that a declaration of the columns would call missing."""

TOLERANT = ("avg", "sum", "diff")
"""What is computed equals a number as it is printed: within half of its last digit."""

COMPARED = {"eq": "==", "not_eq": "!=", "greater": ">", "less": "<", "greater_eq": ">=", "less_eq": "<="}

ASIDE = {"parentheses": "aside"}
"""What stands in parentheses behind a number is something else."""

READINGS: tuple[tuple[str, dict[str, Any]], ...] = (
    (PLAIN, {}),
    ("percent", {}),
    ("date", {}),
    ("second", {}),
    ("second", {"clock": "m:s"}),
    ("second", {"clock": "h:m"}),
    (PLAIN, {"grouping": " "}),
    (PLAIN, {"decimal": ","}),
    (PLAIN, {"padded": True}),
    (PLAIN, {"parentheses": "negative"}),
    (PLAIN, {"nil": ["e"]}),  # of golf: even with par
    *((unit, {}) for unit in UNITS.engine),
)
"""How a column may be declared to be read, the plainest first."""


FORMS = (
    ["{} - *", "{}-*"],  # the first of a score, a record or a span of years
    ["{} - *", "{}-*", "{}present", "{}"],  # some without the second
    ["* {} - *", "{} - *"],  # with win, loss or team before it
    ["* = {}"],  # rounds of golf and their sum
    ["* ({})"],  # points after goals and behinds, or after who made them
    ["* : {}"],
    ["* {}"],  # how many came, after where
    ["t{}", "{}"],  # a rank that is tied
    ["{} (*", "{}"],
)
"""Where in the cells of a column that hold more than it the quantity may be declared to stand."""


class CannotRunError(ValueError):
    """A program that cannot be an expression over its table as printed, with the reason."""


@dataclass(frozen=True)
class Column:
    """A column of texts; `numbers` are what they read as, None for each that is refused or missing.

    `declared` is what a dossier says of it beside name and unit; `words` are those of a unit of its own.
    """

    name: str
    texts: list[str]
    unit: str = PLAIN
    declared: Mapping[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    numbers: list[float | None] = field(default_factory=list)

    @property
    def unread(self) -> list[str]:
        """The cells that cannot be read and say something."""
        pairs = zip(self.texts, self.numbers, strict=True)
        return [text for text, found in pairs if found is None and text.strip() not in MISSING]

    @property
    def marks(self) -> list[str]:
        """Words among numbers, such as `dnf`: a declaration of the column would call them missing, too."""
        unread = self.unread
        words = not any(re.search(r"\d", text) for text in unread)
        return unread if words and 2 * len(unread) <= len(self.texts) else []

    @property
    def refused(self) -> list[str]:
        """The cells that cannot be read, and are no marks of missing values."""
        return [] if self.marks else self.unread

    def number(self, text: str) -> Quantity | None:
        """Return what a text says as a cell of this column, or None where it is refused or says that there is none."""
        use_units({self.unit: own_unit(self.unit, self.unit, self.words, counts=False)} if self.words else {})
        with suppress(QuantityError):
            found = parse_quantity(text.strip(), self.unit, Context(**as_context(self.declared)))
            return None if math.isnan(found.value) else found
        return None

    def meant(self, text: str, cell: bool) -> Quantity | None:
        """Return what a program's text says beside this column: a number in its unit, or else in whichever reads it.

        What is to equal a `cell` has the column's unit or is another text.
        """
        if cell:
            return self.number(text)
        others = (replace(self, unit=unit, words=(), declared={}) for unit in UNITS.engine)
        return next((found for each in (self, *others) if (found := each.number(text))), None)

    def read(self) -> Column:
        """Return the column with its numbers."""
        found = [self.number(text) for text in self.texts]
        return Column(
            self.name,
            self.texts,
            self.unit,
            self.declared,
            self.words,
            [each.value if each else None for each in found],
        )


def as_context(declared: Mapping[str, Any]) -> dict[str, Any]:
    """Return a declaration as the arguments of `Context`."""
    return {name: tuple(each) if isinstance(each, list) else each for name, each in declared.items()}


@dataclass(frozen=True)
class Table:
    """A table of columns by their header in print, and its rows."""

    columns: Mapping[str, Column]
    rows: int


def read_table(path: Path) -> Table:
    """Return the table of a file whose cells are parted by `#`; blanks are as a page shows them."""
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    cells = [[" ".join(cell.split()) for cell in line.split("#")] for line in lines]
    found: dict[str, Column] = {}
    names: Counter[str] = Counter()
    for place, title in enumerate(header.split("#")):
        plain = re.sub(r"\W+", "_", title, flags=re.ASCII).strip("_")
        name = f"c_{plain}" if plain else "c"
        names[name] += 1
        name += f"_{names[name]}" if names[name] > 1 else ""
        found[title] = best_reading(name, [row[place] for row in cells])
    return Table(found, len(cells))


def best_reading(name: str, texts: list[str]) -> Column:
    """Return a column in the reading that refuses the fewest cells, the plainest of those."""
    best = Column(name, texts).read()
    for unit, declared, words in readings_of(texts):
        if not best.unread:
            break
        other = Column(name, texts, unit, declared, words).read()
        best = min(best, other, key=lambda each: len(each.unread))
    return best


def readings_of(texts: Sequence[str]) -> Iterator[tuple[str, dict[str, Any], tuple[str, ...]]]:
    """Yield what a reader of the column might declare: the words that follow its numbers as a unit, or a reading."""
    found = [re.fullmatch(r"\s*[\d.,\s]*\d\s*([^\W\d][^\d(]*)(\(.*\)\s*)?", text) for text in texts]
    words = tuple(sorted({each[1].strip() for each in found if each}))
    # Goals and behinds with the points that they come to, as 11.15 (81), are no decimal with something aside.
    asides = [] if any(re.search(r"\d\.\d+ \(\d+\)", text) for text in texts) else [ASIDE]
    for declared in [{}, *asides] if words and len(words) <= MOST_WORDS else []:
        yield "printed_unit", declared, words
    for unit, declared in READINGS:
        yield unit, declared, ()
    for declared in asides:
        yield PLAIN, declared, ()
    for forms in FORMS:
        yield PLAIN, {"within": forms}, ()
        yield "second", {"within": forms, "clock": "m:s"}, ()
    if forms := first_numbers(texts):
        yield PLAIN, {"within": forms}, ()


def first_numbers(texts: Sequence[str]) -> list[str]:
    """Return the few forms by which the first number of a cell is the quantity; there are none if they take many."""
    forms = set()
    for each in filter(None, (re.match(r"(\D*)(\d[\d.,]*)(.*)", text.strip()) for text in texts)):
        before, _, after = each.groups()
        word = re.search(r"\S*\s?$", before)
        assert word
        whole = re.fullmatch(r"[\d\s.,]*", each[0])  # grouped or not, it is one number
        forms.add("{}" if whole else (before and f"*{word[0]}") + "{}" + (after and f"{after[0]}*"))
    return sorted(forms) if len(forms) <= MOST_WORDS + 1 else []


MOST_WORDS = 3
"""So many words may follow the numbers of a column and still be one unit, as `win` and `wins` are."""


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
        return " ".join(ends[0].split()), text[ends.end() :]
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
        self.marks: list[str] = []
        """Words among the numbers used."""

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
        value = column.meant(text, sign in ("==", "!="))
        if sign in ("==", "!=") and (value is None or column.refused):
            return f"{before}{column.name} {sign} {quoted(text)}"
        return f"{before}{self._numeric(column)} {sign} {written(text, value)}"

    def _numeric(self, column: Column) -> str:
        self.refused += column.refused[:1]
        self.marks += column.marks[:1]
        return f"{column.name}_number"

    def _is_number(self, call: Call | str) -> bool:
        return isinstance(call, Call) and (call.name != "hop" or not self._column(call.args[1]).refused)

    def _comparison(self, name: str, left: Call, right: Call | str) -> str:
        sign = COMPARED[name]
        if isinstance(right, Call):
            texts = sign in ("==", "!=") and not (self._is_number(left) and self._is_number(right))
            return f"{self._value(left, texts)} {sign} {self._value(right, texts)}"
        value = self._meant(left).meant(right, left.name == "hop" and sign in ("==", "!="))
        if self._is_number(left) and (value is not None or left.name != "hop"):
            computed = self._value(left, text=False)
            if sign == "==" and value is not None and left.name in TOLERANT:
                return f"{value.low!r} <= {computed} <= {value.high!r}"
            return f"{computed} {sign} {written(right, value)}"
        if sign not in ("==", "!="):
            raise CannotRunError("texts have no order")
        return f"{self._value(left, text=True)} {sign} {quoted(right)}"

    def _meant(self, call: Call) -> Column:
        """Return the column as whose cell the other side of a comparison is read."""
        if call.name == "diff":
            return self._meant(call.args[0])
        return COUNT if call.name == "count" else self._column(call.args[1])

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


COUNT = Column("count", [])
"""As what a count is read."""


def quoted(text: str) -> str:
    """Return a text as an expression has it."""
    mark = "'" if '"' in text else '"'
    if mark in text or "\\" in text:
        raise CannotRunError("a text with both quotes")
    return f"{mark}{text}{mark}"


def written(text: str, value: Quantity | None) -> str:
    """Return a number as an expression has it, a day as one."""
    if value is None:
        raise CannotRunError(f"a number that the grammar refuses: {text!r}")
    return f'quantity({value.value!r}, "date")' if value.unit == "date" else repr(value.value)


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
            return list(range(self.table.rows))
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
        wanted = column.meant(text, kind in ("eq", "not_eq"))
        have = column.numbers[row]
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
        printed = self._meant(left).meant(right, left.name == "hop" and kind in ("eq", "not_eq"))
        if printed is not None and self._numeric(left):
            if have is None:
                return None
            if kind == "eq" and left.name in TOLERANT:
                return printed.low <= have <= printed.high
            return ORDER[kind](have, printed.value)
        return None if text is None else (text == right) == (kind == "eq")

    def _numeric(self, call: Call) -> bool:
        return call.name != "hop" or not self.titles[call.args[1]].refused

    def _meant(self, call: Any) -> Column:
        while call.name == "diff":
            call = call.args[0]
        return COUNT if call.name == "count" else self.titles[call.args[1]]


ORDER: dict[str, Callable[[float, float], bool]] = {
    "eq": lambda left, right: left == right,
    "not_eq": lambda left, right: left != right,
    "greater": lambda left, right: left > right,
    "less": lambda left, right: left < right,
    "greater_eq": lambda left, right: left >= right,
    "less_eq": lambda left, right: left <= right,
}


# The dossier: two files, and the way from them to a verdict.

ARTICLE = """\
article = { title = "TabFact", published = 2020-01-01 }
assumptions = { draws = { count = 100 } }

[[claims]]
id = "claim"
statement = "It is so"
interpretations = [{ interpretation = "it comes out true", metric = "claim", predicate = "at_least 1" }]
"""


def write_dossier(folder: Path, table: Table, expression: str) -> None:
    """Write a dossier of a table and a claim on it, with what the expression has of the columns.

    A column that it has as text and as numbers is there twice. Cells that are no numbers of a column of numbers are
    declared to be missing.
    """
    used = set(re.findall(r"\w+", re.sub(r"'[^']*'|\"[^\"]*\"", "", expression)))
    units: dict[str, Any] = {}
    found: dict[str, tuple[dict[str, Any], list[str]]] = {}
    for title, column in table.columns.items():
        if f"{column.name}_number" in used:
            if column.words:
                units[column.name] = {"meaning": column.name, "words": column.words, "counts": False}
            blank = {text.strip() for text in (*column.unread, *MISSING)} - {""}
            unit = column.name if column.words else column.unit
            about = {"unit": unit, "name": f"{column.name}_number", **column.declared, "missing": sorted(blank)}
            found[f"{title} "] = about, [text.strip() or "-" for text in column.texts]
        if column.name in used:
            found[title] = {"name": column.name, "role": "label"}, column.texts
    if not any("unit" in about for about, _ in found.values()):
        found["row"] = {"name": "row", "unit": PLAIN}, [str(row + 1) for row in range(table.rows)]
    text = io.StringIO()
    csv.writer(text).writerows([list(found), *zip(*(texts for _, texts in found.values()), strict=True)])
    (folder / "table.csv").write_text(text.getvalue(), encoding="utf-8")
    columns = {title: about for title, (about, _) in found.items()}
    tables = {"t": {"path": "table.csv", "title": "The table", "columns": columns}}
    metrics = {"claim": {"is": expression, "unit": PLAIN, "means": "Whether it is so"}}
    sections = {"units": units, "tables": tables, "metrics": metrics}
    lines = "".join(f"{name} = {toml(each)}\n" for name, each in sections.items())
    (folder / "dossier.toml").write_text(lines + ARTICLE, encoding="utf-8")


def toml(value: Any) -> str:
    """Return a value as TOML has it on one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml(name)} = {toml(each)}" for name, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


class Results(dict[str, Any]):
    """The results of the steps of a dossier, each computed when it is asked for and kept in memory alone."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.graph = graph_with(folder, None, None)
        assert self.graph.dossier
        use_units(self.graph.dossier.declared_units)

    def __missing__(self, name: str) -> Any:
        if name in self.graph.raw_files:
            self[name] = self.graph.as_read(name, self.graph.read(name).data)
        else:
            step = self.graph.steps[name]
            arguments = {parameter: self[source] for parameter, source in step.inputs.items()}
            self[name] = step.function(**arguments, **{parameter: StepCache() for parameter in step.given(StepCache)})
        return self[name]


def judged(results: Results) -> bool | None:
    """Return what the claim of a dossier comes to as printed: true, false or missing."""
    verdicts = results["interpretation_verdicts"]
    (found,) = verdicts.loc[verdicts["evidence_view"] == "printed", "value"]
    return None if math.isnan(found) else found == 1


def evaluated_in(results: Results) -> float:
    """Return the seconds that the claim's expression takes on the printed figures."""
    metrics: Metrics = results["declared/metrics"]
    scenarios = build.printed_scenarios(results["figures"])
    start = time.process_time()
    with suppress(MissingFigureError):
        columns(metrics["claim"], scenarios)
    return time.process_time() - start


# The benchmark.


@dataclass
class Found:
    """What came of the programs."""

    ran: dict[str, list[tuple[bool | None, bool]]] = field(default_factory=dict)
    expressions: list[float] = field(default_factory=list)
    dossiers: list[float] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def add(self, name: str, table: Table, text: str, folder: Path) -> None:
        """Run one program on a table."""
        adapter, program = Adapter(table), read_program(text)
        try:
            expression = adapter.condition(program)
            expected = Plain(table).truth(program)
            write_dossier(folder, table, expression)
            start = time.process_time()
            results = Results(folder)
            found = judged(results)
            self.dossiers.append(time.process_time() - start)
        except (CannotRunError, InputError) as error:
            why = "; ".join(str(error).splitlines())
            self.others.append(f"not run: {why}: {name}: {text}")
            return
        self.expressions.append(evaluated_in(results))
        kind = f"{PRINTED}, words among numbers declared missing" if adapter.marks else PRINTED
        kind = "with cells declared missing that say something" if adapter.refused else kind
        self.ran.setdefault(kind, []).append((found, found == expected))
        for cell in (adapter.refused or adapter.marks)[:1]:
            self.others.append(f"{kind}: {cell!r}: {name}: {expression}")
        if found != expected:
            self.others.append(f"differ: {found}, but {expected} by the plain evaluator: {name}: {expression}")


def main(path: Path) -> int:
    """Run every program and print what came of them."""
    tables = json.loads((path / "bootstrap.json").read_text(encoding="utf-8"))
    found, total = Found(), sum(map(len, tables.values()))
    with tempfile.TemporaryDirectory(prefix="tabfact-") as scratch:
        first = next(iter(tables))
        table = read_table(path / "tables" / first)
        Found().add(first, table, "only{all_rows}=True", Path(scratch))  # what is imported once is not counted
        for name, programs in tables.items():
            table = read_table(path / "tables" / name)
            for entry in programs:
                found.add(name, table, entry[-1], Path(scratch))
    print(f"{total} programs")
    for kind, ran in sorted(found.ran.items()):
        report(kind, ran, total)
    agree = [same for kind, ran in found.ran.items() if kind.startswith(PRINTED) for _, same in ran]
    print(f"run {PRINTED} in all: {len(agree)} ({len(agree) / total:.1%})")
    told("an expression takes", found.expressions)
    told("from the folder to the verdict it takes", found.dossiers)
    print(*sorted(found.others), sep="\n")
    return 0 if len(agree) >= LEAST_RUN * total and sum(agree) >= LEAST_AGREE * len(agree) else 1


PRINTED = "as printed"
LEAST_RUN, LEAST_AGREE = 0.97, 0.99
"""What share of the programs has to run as printed, and of those to agree with the plain evaluator."""


def told(what: str, seconds: list[float]) -> None:
    """Print how long something takes."""
    ordered = sorted(seconds)
    middle, late, last = (1e3 * ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.99, 1))
    print(f"{what} {middle:.1f} ms in the median, 99 of 100 at most {late:.1f}, the longest {last:.1f}")


def report(kind: str, found: Sequence[tuple[bool | None, bool]], total: int) -> None:
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
