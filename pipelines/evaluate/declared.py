"""raw/metrics.toml as metrics: each an expression with its unit, theme and meaning, ready to be evaluated on worlds.

The language is in `expressions`, its values in `interpret`, units in `dimensions`.
"""

import functools
import keyword
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from tidebook.pipelines.evaluate.base import DeclaredMetric, Expression, Metric
from tidebook.pipelines.evaluate.dimensions import Columns, Conversions, check
from tidebook.pipelines.evaluate.expressions import ExpressionError, Linker, Node, as_problems, nodes, parse
from tidebook.pipelines.evaluate.interpret import evaluate
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.read.declarations import Declaration, Identifier, declare
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.dossier.declared import PrintedTables, Wording
from tidebook.pipelines.read.errors import Problem, close_to, refuse
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.units import get_unit


class DeclaredMetrics(Declaration):
    """raw/metrics.toml."""

    define: dict[Identifier, Expression] = Field(default={})
    metrics: dict[Identifier, DeclaredMetric] = Field(default={})


@dataclass(frozen=True)
class Formula:
    """A metric as it is declared, its expression linked."""

    declared: DeclaredMetric
    root: Node
    text: str

    @property
    def per_subject(self) -> bool:
        """Whether it gives one value per row."""
        return self.root.shape == "rows"


Formulas = dict[str, Formula]
Metrics = dict[str, Metric]
"""Metrics by name, ready to be evaluated."""

TableColumns = dict[str, Columns]
MetricsFile = Annotated[RawFile, "metrics.toml"]


def read_metrics(raw: MetricsFile, words: Wording) -> Formulas:
    """Return the metrics that a file declares, by name, their expressions parsed.

    Raises InputError if a key is missing, unknown or wrong, a unit or theme is unknown, or an expression cannot be read
    or linked.
    """
    declared = declare(DeclaredMetrics, raw)
    problems = [
        Problem(raw.path, "a name that is no word of the language", raw.toml_line((part, name)), part, name)
        for part in ("define", "metrics")
        for name in getattr(declared, part)
        if keyword.iskeyword(name)
    ]
    errors: list[ExpressionError] = []

    def attempt(call: Callable[..., Node], *arguments: Any) -> Node | None:
        try:
            return call(*arguments)
        except ExpressionError as error:
            errors.append(error)
            return None

    definitions = {name: attempt(parse, text, ("define", name)) for name, text in declared.define.items()}
    linker = Linker({name: tree for name, tree in definitions.items() if tree})
    for name, tree in definitions.items():
        if tree and not errors:
            attempt(linker.define, name, tree.place)
    formulas: Formulas = {}
    sound = not errors
    for name, metric in declared.metrics.items():
        if metric.theme and metric.theme not in words.themes:
            problems.append(raw.problem(("metrics", name, "theme"), unknown_theme(words.themes), metric.theme))
        try:
            get_unit(metric.unit)
        except ValueError as error:
            problems.append(raw.problem(("metrics", name, "unit"), f"a unit: {error}", metric.unit))
        tree = attempt(parse, metric.is_, ("metrics", name, "is"))
        if tree and sound and (linked := attempt(linker.link, tree)):
            formulas[name] = Formula(metric, linked, _with_definitions(tree, linker.definitions))
    refuse([*problems, *as_problems(errors, raw)])
    return formulas


def _with_definitions(expression: Node, definitions: Mapping[str, Node]) -> str:
    """Return an expression with the definitions that it uses, each after those that it rests on: `a = ...; a + b`."""
    used: dict[str, str] = {}

    def note(tree: Node) -> None:
        for name in dict.fromkeys(str(node.value) for node in nodes(tree) if node.kind == "name"):
            if name in definitions and name not in used:
                note(definitions[name])
                used[name] = " ".join(definitions[name].place.text.split())

    note(expression)
    texts = [f"{name} = {text}" for name, text in used.items()]
    return "; ".join([*texts, " ".join(expression.place.text.split())])


def unknown_theme(themes: Collection[str]) -> str:
    """Return what was expected of a theme."""
    return f"one of the themes {', '.join(themes)}" if themes else "no theme, for the dossier declares none"


def known_tables(figures: pd.DataFrame, tables: PrintedTables, formulas: Formulas) -> TableColumns:
    """Return what the figures, and the declarations of their tables, say of every table, for the check of units.

    Of a table whose rows name their own quantity only those rows count that some formula may read.
    """
    subjects = {str(name): sorted(set(group)) for name, group in figures.groupby("table")["subject"]}
    found: dict[str, Columns] = {}
    for name, table in tables.tables.items():
        plain = Columns(subjects.get(name, []), table.quantities, table.labels)
        found[name] = Columns([], {}, [], {}) if table.rows == "figures" else plain
    known = figures["table"].isin([table for table, columns in found.items() if columns.own is None])
    parts = [part for formula in formulas.values() for part in nodes(formula.root)]
    named = {part.value for part in parts if part.kind == "subject"}
    read = {shape: set[str]() for shape in ("one", "rows")}
    for part in parts:
        if part.kind in ("column", "own"):
            read[part.shape].add(f"{part.args[0].table if part.args else part.table}/{part.value}")
    quantity = figures["table"] + "/" + figures["quantity"]
    own_rows = ~known & (quantity.isin(read["rows"]) | quantity.isin(read["one"]) & figures["subject"].isin(named))
    for own_table, rows in figures[own_rows].groupby("table"):
        units = {str(quantity): sorted(set(group)) for quantity, group in rows.groupby("quantity")["unit"]}
        own = {str(one): dict(zip(row["quantity"], row["unit"], strict=True)) for one, row in rows.groupby("subject")}
        alike = {quantity: same[0] for quantity, same in units.items() if len(same) == 1}
        found[str(own_table)] = Columns(sorted(own), alike, [], own)
    return found


def check_formulas(formulas: Formulas, tables: TableColumns, raw: RawFile) -> dict[str, Conversions]:
    """Return the factors of units within each metric.

    Raises InputError if a table, quantity or label is unknown, or units do not fit.
    """
    quantities = [f"{table}.{quantity}" for table, columns in tables.items() for quantity in columns.quantities]
    problems = [
        raw.problem(("metrics", name, "outliers"), f"a quantity of a table{close_to(each, quantities)}", each)
        for name, one in formulas.items()
        for each in (one.declared.outliers.figures if one.declared.outliers else ())
        if each not in quantities
    ]
    refuse(problems)
    found, errors = check({name: (one.root, one.declared.unit) for name, one in formulas.items()}, tables)
    refuse(as_problems(errors, raw))
    return found


def ready_metrics(formulas: Formulas, tables: TableColumns, raw: MetricsFile, cache: StepCache) -> Metrics:
    """Return the metrics, ready to be evaluated. Their units are checked where a formula or a table has changed.

    Raises InputError as `check_formulas` says.
    """
    outlines = {name: [_outline(one.root), one.declared.model_dump(exclude={"is_"})] for name, one in formulas.items()}

    def conversions(names: Sequence[str]) -> dict[str, Any]:
        found = check_formulas({name: formulas[name] for name in names}, tables, raw)
        return {name: [[*place, _signed(factor)] for place, factor in sorted(found[name].items())] for name in names}

    known = digest(repr(tables))
    found = cache.gather({name: digest([outline, known]) for name, outline in outlines.items()}, conversions)
    return {name: _metric(name, formula, outlines[name], found[name]) for name, formula in formulas.items()}


def metrics_on(raw: RawFile, words: Wording, tables: PrintedTables, figures: pd.DataFrame) -> Metrics:
    """Return the metrics of a file, checked on figures and ready to be evaluated.

    Raises InputError as `read_metrics` and `check_formulas` say.
    """
    formulas = read_metrics(raw, words)
    return ready_metrics(formulas, known_tables(figures, tables, formulas), raw, StepCache())


def _outline(root: Node) -> list[Any]:
    """Return what a linked tree says as a value of JSON: of each node its kind, value and arguments by number.

    Of a condition it has the words too, which a missing figure's name quotes.
    """
    order = {id(node): number for number, node in enumerate(nodes(root))}
    words = {id(node.args[1]): node.args[1].place.words for node in nodes(root) if node.kind == "select"}
    return [
        [node.kind, node.value, [order[id(part)] for part in node.args], words.get(id(node), "")]
        for node in nodes(root)
    ]


def _metric(name: str, formula: Formula, outline: list[Any], conversions: list[Any]) -> Metric:
    order = list(nodes(formula.root))
    factors = {(id(order[number]), place): factor for number, place, factor in conversions}
    function = functools.partial(evaluate, name, formula.root, factors=factors)
    rowwise = formula.per_subject and formula.root.rowwise
    key = digest([outline, conversions])
    return Metric(formula.declared, function, rowwise, key, formula.text)


def _signed(factor: Fraction) -> float:
    """Return a factor as `Factors` has it: what is divided by is negative, so that whole numbers stay so."""
    return float(factor) if factor >= 1 else -float(1 / factor)
