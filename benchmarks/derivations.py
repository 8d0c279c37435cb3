"""TAT-QA's arithmetic derivations as expressions over the cells that they name, evaluated as a build does.

Belongs here: from a derivation such as `(44.1-56.7)/56.7` to an expression over the figures of a dossier, what that
gives, and whether it is the printed answer. Does not: the layout of TAT-QA or what a table's words declare (`tatqa`).
"""

from __future__ import annotations

import ast
import csv
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.tabfact import Results, toml
from benchmarks.tatqa import Derivation, Report, report_cells, reports
from tidebook.pipelines.evaluate import scenarios as build
from tidebook.pipelines.evaluate.evaluations import columns
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.quantities.context import Context
from tidebook.pipelines.read.quantities.quantity import QuantityError, parse_quantity
from tidebook.pipelines.read.quantities.sentences import find_quantities

POWERS = {"": 0, "percent": 0, "thousand": 3, "million": 6, "billion": 9}
"""The power of ten that the scale of an answer stands for."""
NUMBER = r"[$€£]?\s*(?:\d[\d,]*(?:\.\d+)?|\.\d+)%?"
SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
MOST_AVERAGED = 12
WITHIN = 0.005
"""Answers are printed to two decimals."""


class Cell(NamedTuple):
    """A number in print, as an expression names it: its digits, whether it is below zero, and its place if any."""

    name: str
    digits: str
    negative: bool
    unit: str
    row: int | None = None
    column: int | None = None


class Dossier:
    """A report as a dossier: a table of its cells for each unit and scale, and one of the numbers in its prose."""

    def __init__(self, report: Report, scale: int | None = None) -> None:
        self.report = report
        self.cells: list[Cell] = []
        self.tables: dict[str, dict[tuple[int, int], str]] = defaultdict(dict)
        self.declared: dict[str, dict[str, Any]] = {}
        self.prose: list[tuple[str, str]] = []
        for row, column, text, unit, context in report_cells(report):
            if unit not in ("calendar year", "date"):
                self._take(row, column, text, unit, context if scale is None else replace(context, scale=scale))
        for paragraph in report.paragraphs:
            for found in find_quantities(paragraph, Context(decimal=".")):
                if found.quantity and found.quantity.kind in ("exact", "rounded") and digits_of(found.text):
                    self.prose.append((found.text, found.quantity.unit))
                    name = f"prose[p{len(self.prose)}].said"
                    quantity = found.quantity
                    self.cells.append(Cell(name, digits_of(found.text), quantity.value < 0, quantity.unit))

    def _take(self, row: int, column: int, text: str, unit: str, context: Context) -> None:
        try:
            negative = parse_quantity(text, unit, context).value < 0
        except QuantityError:
            return
        name = re.sub(r"\W", "_", f"{unit}_{context.scale}".lower())
        said = {"scale": 10.0**context.scale, "inherits": True, "decimal": ".", "parentheses": "negative"}
        self.declared[name] = {"unit": unit, **said, "nil": list(context.nil), "footnotes": list(context.footnotes)}
        self.tables[name][row, column] = text
        self.cells.append(Cell(f"{name}[r{row}].c{column}", digits_of(text), negative, unit, row, column))

    def write(self, folder: Path, metrics: dict[str, dict[str, str]]) -> None:
        """Write the dossier with these metrics."""
        tables: dict[str, Any] = {}
        for name, cells in self.tables.items():
            heads = [f"c{column}" for column in range(1, max(column for _, column in cells) + 1)]
            rows = sorted({row for row, _ in cells})
            lines = [[f"r{row}", *(cells.get((row, place), "N/A") for place, _ in enumerate(heads, 1))] for row in rows]
            write_csv(folder / f"{name}.csv", [["row", *heads], *lines])
            quantities = {head: {"name": head, **self.declared[name]} for head in heads}
            held = {"row": {"name": "row", "role": "subject"}, **quantities}
            tables[name] = {"path": f"{name}.csv", "title": "Cells in print", "columns": held}
        if self.prose:
            lines = [[f"p{place}", "said", *said] for place, said in enumerate(self.prose, 1)]
            named = {"subject": "name", "quantity": "quantity", "text": "value", "unit": "unit"}
            write_csv(folder / "prose.csv", [list(named), *lines])
            held = {head: {"name": name} for head, name in named.items()}
            tables["prose"] = {
                **{"path": "prose.csv", "title": "Prose", "rows": "figures", "decimal": ".", "columns": held}
            }
        sections = {"tables": tables, "metrics": metrics}
        text = "".join(f"{name} = {toml(each)}\n" for name, each in sections.items())
        (folder / "dossier.toml").write_text(text + ARTICLE, encoding="utf-8")


ARTICLE = 'article = { title = "TAT-QA", published = 2021-01-01 }\n'


def write_csv(path: Path, lines: Sequence[Sequence[str]]) -> None:
    """Write a table as a dossier has it."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(lines)


def digits_of(text: str) -> str:
    """Return the first number of a text in plain digits, without zeros that say nothing; "" where there is none."""
    found = re.search(r"\d[\d,]*(?:\.\d+)?|\.\d+", text)
    return f"{Decimal(found[0].replace(',', '')).normalize():f}" if found else ""


def expression(derivation: Derivation, cells: Sequence[Cell]) -> str:
    """Return a derivation as an expression over figures; what is no figure stays a number.

    Raises:
        SyntaxError: it is no arithmetic.
    """
    printed: list[str] = []

    def name(found: re.Match[str]) -> str:
        printed.append(found[0])
        return f" n{len(printed) - 1} "

    plain = re.sub(NUMBER, name, derivation.text).replace("[", "(").replace("]", ")")
    tree = ast.parse(plain.strip(), mode="eval").body
    return _Writer(cells, printed, plain, derivation.scale == "percent").written(tree)


class _Writer:
    """Writes the tree of a derivation, in which the printed numbers are `n0`, `n1`, ..."""

    def __init__(self, cells: Sequence[Cell], printed: Sequence[str], plain: str, percent: bool) -> None:
        self.cells, self.printed, self.plain, self.percent = cells, printed, plain, percent
        digits = {digits_of(text) for text in printed}
        named = [cell for cell in cells if cell.digits in digits and cell.row is not None]
        self.rows = Counter(cell.row for cell in named)
        self.columns = Counter(cell.column for cell in named)

    def written(self, node: ast.expr) -> str:
        """Return a part of the derivation as an expression."""
        match node:
            case ast.Name():
                return self._number(node, below=False)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Name() as name):
                return self._number(name, below=True)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return f"(-{self.written(inner)})"
            case ast.BinOp(left=left, op=ast.Mult() | ast.Div(), right=ast.Name() as right) if self._converts(right):
                return self.written(left)
            case ast.BinOp(left=left, op=op, right=right):
                constant = isinstance(right, ast.Name) and self._is_constant(left, op, right)
                other = self._digits(right) if constant else self.written(right)  # type: ignore[arg-type]
                return f"({self.written(left)} {SIGNS[type(op)]} {other})"
        raise SyntaxError(f"no arithmetic: {ast.unparse(node)}")

    def _digits(self, name: ast.Name) -> str:
        return digits_of(self.printed[int(name.id[1:])])

    def _converts(self, factor: ast.Name) -> bool:
        """Whether a factor makes a percentage, or thousands of millions: units do that in a dossier."""
        return self._digits(factor) in (("100", "1000") if self.percent else ("1000",))

    def _is_constant(self, left: ast.expr, op: ast.operator, right: ast.Name) -> bool:
        """Whether a number says how many are averaged, or is the one that is taken from a quotient."""
        match left, op:
            case ast.UnaryOp(operand=inner), _:
                return self._is_constant(inner, op, right)
            case ast.BinOp(op=ast.Add()), ast.Div():
                return self._digits(right).isdigit() and int(self._digits(right)) <= MOST_AVERAGED
            case ast.BinOp(op=ast.Div()), ast.Sub():
                return self._digits(right) == "1"
        return False

    def _number(self, name: ast.Name, below: bool) -> str:
        """Return the figure with these digits that is nearest to the others, turned where the other sign is meant.

        A number that stands alone in parentheses is below zero where the cell is, as reports print it.
        """
        digits = self._digits(name)
        cells = [cell for cell in self.cells if cell.digits == digits]
        alone = re.search(rf"\(\s*{name.id}\s*\)", self.plain) is not None
        below = below != (alone and any(cell.negative for cell in cells))
        if not cells:
            constant = f'quantity({digits}, "percent")' if "%" in self.printed[int(name.id[1:])] else digits
            return f"(-{constant})" if below else constant
        best = max(cells, key=lambda cell: (self._near(cell), cell.negative == below))
        return best.name if best.negative == below else f"(-{best.name})"

    def _near(self, cell: Cell) -> int:
        return 0 if cell.row is None else self.rows[cell.row] + self.columns[cell.column]


def result(dossier: Dossier, text: str, unit: str, folder: Path) -> float:
    """Return what an expression gives over the figures as printed.

    Raises:
        InputError: its units do not go together, or do not give this one.
    """
    dossier.write(folder, {"answer": {"is": text, "unit": unit, "means": "The answer"}})
    results = Results(folder)
    found = columns(results["declared/metrics"]["answer"], build.printed_scenarios(results["figures"]))
    return float(found.value[0, 0])


def answer(dossier: Dossier, derivation: Derivation, folder: Path) -> tuple[str, float | None]:
    """Return what a derivation gives in the scale of its answer, in words and as a number if it gives one."""
    text = expression(derivation, dossier.cells)
    named = [cell.unit for cell in dossier.cells if cell.name in text]
    problem = ""
    for unit in ["percent"] if derivation.scale == "percent" else dict.fromkeys((*named, "number", "ratio")):
        try:
            value = result(dossier, text, unit, folder) / 10 ** POWERS[derivation.scale]
        except InputError as error:
            problem = problem or f"{text} in {unit}: {error.problems[0].expected}"
        else:
            return f"{text} gives {value:.10g} {derivation.scale} {unit}", value
    return problem, None


def agrees(found: float | None, derivation: Derivation) -> bool:
    """Whether a result is the printed answer, within its rounding."""
    return found is not None and abs(found - derivation.answer) <= WITHIN * (1 + 1e-9)


def others(path: Path) -> Iterator[tuple[str, str]]:
    """Yield for each derivation "" or why its answer is not given as the report's own words declare its cells."""
    with tempfile.TemporaryDirectory(prefix="tatqa-") as scratch:
        for report in reports(path):
            dossier = Dossier(report)
            for each in report.derivations:
                told, found = answer(dossier, each, Path(scratch))
                scaled = None
                if not agrees(found, each) and each.scale != "percent":
                    _, scaled = answer(Dossier(report, POWERS[each.scale]), each, Path(scratch))
                about = f"{each.text} ({each.answer:.10g} {each.scale}): {told}"
                yield ("" if agrees(found, each) else "scale" if agrees(scaled, each) else "other"), about


def measure(path: Path) -> str:
    """Return how many derivations give the printed answer, and each that does not."""
    found = list(others(path))
    kinds = Counter(kind for kind, _ in found)
    right = kinds[""] + kinds["scale"]
    told = "".join(f"\n  {about}" for kind, about in found if kind == "other")
    return (
        f"TAT-QA derivations that give the printed answer: {right} of {len(found)} ({right / len(found):.1%}), of "
        f"which {kinds['scale']} with cells in the scale of the answer, which the report's words do not have{told}"
    )
