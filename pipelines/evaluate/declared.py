"""Reads raw/metrics.toml: metrics as expressions with unit, theme and meaning, checked and ready to be evaluated.

Belongs here: the file, and how its checks are combined. Does not: the language (`expressions`), values (`interpret`) or
units (`dimensions`).
"""

from __future__ import annotations

import datetime as dt
import functools
import keyword
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from tidebook.pipelines.evaluate.base import DeclaredMetric, Expression, InlineMetric, Metric, MetricColumns
from tidebook.pipelines.evaluate.concentration import flat_value_of
from tidebook.pipelines.evaluate.dimensions import Columns, Conversions, check
from tidebook.pipelines.evaluate.evidence_values import EvidenceValues
from tidebook.pipelines.evaluate.expressions import (
    ExpressionError,
    Linker,
    Node,
    as_problems,
    columns_of,
    nodes,
    parse,
)
from tidebook.pipelines.evaluate.frame import Scenarios
from tidebook.pipelines.evaluate.interpret import NO_VALUES, Factors, evaluate
from tidebook.pipelines.evaluate.lookups import Lookup
from tidebook.pipelines.evaluate.possible import depends_on_numbers_alone, is_of_parts, statistic_of
from tidebook.pipelines.evaluate.print_range import depends_on_ties, difference, is_ruled, untied
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.evaluate.trail import Trail
from tidebook.pipelines.read.declarations import Declaration, Identifier, declare
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.errors import Problem, did_you_mean, refuse
from tidebook.pipelines.read.evidence_tables.series import NO_EVIDENCE, EvidenceTables
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.units import get_unit

if TYPE_CHECKING:
    import pandas as pd

    from tidebook.pipelines.read.dossier.declared import PrintedTables
    from tidebook.pipelines.read.dossier.wording import Labels

MOST_METRICS = 1_000
"""Each metric is evaluated in thousands of scenarios, which takes milliseconds: a file of more would take minutes."""


class DeclaredMetrics(Declaration):
    """raw/metrics.toml."""

    define: dict[Identifier, Expression] = Field(default={}, max_length=MOST_METRICS)
    metrics: dict[Identifier, DeclaredMetric] = Field(default={}, max_length=MOST_METRICS)


@dataclass(frozen=True)
class Formula:
    """A declared metric with its linked expression; `text` is the expression after the definitions that it uses.

    `said` is the day on which it was said, where that is not the article's: evidence is taken as of it.
    """

    declared: DeclaredMetric
    root: Node
    text: str
    said: dt.date | None = None

    @property
    def lookups(self) -> list[Lookup]:
        """What it looks up in evidence."""
        return list(dict.fromkeys(node.value for node in nodes(self.root) if node.kind in ("lookup", "when")))

    @property
    def per_subject(self) -> bool:
        """Whether it gives one value per row."""
        return self.root.shape == "rows"

    @property
    def outlier_figures(self) -> list[str]:
        """The figures, as table.quantity, that are suspect where the metric is an outlier."""
        return self.declared.outliers.figures if self.declared.outliers else []


Formulas = dict[str, Formula]


@dataclass(frozen=True)
class DraftFormulas:
    """Metrics before the quotations of claims say in which units some of them are."""

    formulas: Formulas


Metrics = dict[str, Metric]
"""Metrics by name, ready to be evaluated."""

TableColumns = dict[str, Columns]
MetricsFile = Annotated[RawFile, "metrics.toml"]


class _Attempts:
    """Calls that may fail: their errors are collected, so that all of a file are reported at once."""

    def __init__(self) -> None:
        self.errors: list[ExpressionError] = []

    def call(self, function: Callable[..., Node], *arguments: Any) -> Node | None:
        try:
            return function(*arguments)
        except ExpressionError as error:
            self.errors.append(error)
            return None


def read_metrics(
    raw: MetricsFile,
    words: Labels,
    inline: Sequence[InlineMetric] = (),
    claims: RawFile | None = None,
    evidence: EvidenceTables = NO_EVIDENCE,
) -> Formulas:
    """Read the metrics of a file, by name, and parse their expressions.

    Args:
        raw: the file.
        words: the dossier's themes.
        inline: metrics that are in claims.
        claims: the file of these claims.
        evidence: the declared evidence, which expressions may look up.

    Raises:
        InputError: a key is missing, unknown or wrong, a unit or theme is unknown, or an expression cannot be read.
    """
    declared = declare(DeclaredMetrics, raw)
    problems = _keyword_problems(declared, raw)
    attempts = _Attempts()
    linker = _linker(declared.define, attempts, evidence)
    # With a wrong definition, every metric that uses it would repeat its error.
    can_link = not attempts.errors
    formulas: Formulas = {}
    entries = [InlineMetric(name, metric, ("metrics", name, "is")) for name, metric in declared.metrics.items()]
    for entry in [*entries, *inline]:
        name, metric = entry.name, entry.declared
        if claims and entry.key[0] == "claims":
            problems += _inline_problems(entry, claims, declared.metrics)
        else:
            problems += _metric_problems(name, metric, raw, words)
        tree = attempts.call(parse, metric.is_, entry.key)
        linked = attempts.call(linker.link, tree) if tree and can_link else None
        if tree and linked:
            formulas[name] = Formula(metric, linked, _with_definitions(tree, linker.definitions), entry.said)
    refuse([*problems, *as_problems(attempts.errors, raw, *([claims] if claims else []))])
    return formulas


def _inline_problems(entry: InlineMetric, claims: RawFile, others: Collection[str]) -> Iterator[Problem]:
    """Yield the problems of a metric in a claim: its unit, or a name that another metric has."""
    place = entry.key[:-1]
    if entry.name in others:
        expected = f"a claim whose metric has a name of its own, not that of [metrics.{entry.name}]"
        yield claims.problem(entry.key, expected, entry.name)
    try:
        get_unit(entry.declared.unit)
    except ValueError as error:
        yield claims.problem((*place, "unit"), f"a unit: {error}", entry.declared.unit)


def _keyword_problems(declared: DeclaredMetrics, raw: RawFile) -> list[Problem]:
    """Return a problem for each name that is a keyword of Python, whose parser reads expressions."""
    problems = []
    for part, names in (("define", declared.define), ("metrics", declared.metrics)):
        for name in filter(keyword.iskeyword, names):
            expected = "a name that is not a word of the language"
            problems.append(Problem(raw.path, expected, raw.toml_line((part, name)), part, name))
    return problems


def _linker(texts: Mapping[str, str], attempts: _Attempts, evidence: EvidenceTables) -> Linker:
    """Return the linker of all definitions that can be parsed, each tried until one cannot be linked."""
    definitions = {}
    for name, text in texts.items():
        tree = attempts.call(parse, text, ("define", name))
        if tree:
            definitions[name] = tree
    linker = Linker(definitions, evidence)
    for name, tree in definitions.items():
        # After a first error the others may only follow from it, as of a definition that another one names.
        if not attempts.errors:
            attempts.call(linker.define, name, tree.place)
    return linker


def _metric_problems(name: str, metric: DeclaredMetric, raw: RawFile, words: Labels) -> Iterator[Problem]:
    """Yield the problems of a metric's theme and unit."""
    if metric.theme and metric.theme not in words.themes:
        yield raw.problem(("metrics", name, "theme"), unknown_theme(words.themes), metric.theme)
    try:
        get_unit(metric.unit)
    except ValueError as error:
        yield raw.problem(("metrics", name, "unit"), f"a unit: {error}", metric.unit)


def _with_definitions(expression: Node, definitions: Mapping[str, Node]) -> str:
    """Return the text of an expression after the definitions that it uses, in order of use: `a = ...; a + b`."""
    used: dict[str, str] = {}

    def add_definitions(tree: Node) -> None:
        for node in nodes(tree):
            name = str(node.value)
            if node.kind == "name" and name in definitions and name not in used:
                add_definitions(definitions[name])
                used[name] = " ".join(definitions[name].place.text.split())

    add_definitions(expression)
    texts = [f"{name} = {text}" for name, text in used.items()]
    return "; ".join([*texts, " ".join(expression.place.text.split())])


def unknown_theme(themes: Collection[str]) -> str:
    """Return what was expected in place of an unknown theme."""
    return f"one of the themes {', '.join(themes)}" if themes else "no theme, since the dossier declares none"


def known_tables(figures: pd.DataFrame, tables: PrintedTables, formulas: Formulas) -> TableColumns:
    """Return the columns of every table, from the figures and the declarations, for the check of units.

    Of tables whose rows are figures, which may have millions, only rows count that some formula may read.
    """
    subjects = {str(name): sorted(set(group)) for name, group in figures.groupby("table_name")["subject"]}
    known: dict[str, Columns] = {}
    plain = []
    for name, table in tables.tables.items():
        if table.rows == "figures":
            known[name] = Columns([], {}, [], {})
        else:
            totals = frozenset(figures.loc[figures["is_total"] & (figures["table_name"] == name), "subject"])
            known[name] = Columns(
                subjects.get(name, []), table.quantities, table.labels, texts=table.texts, totals=totals
            )
            plain.append(name)
    rows_of_others = figures[~figures["table_name"].isin(plain) & _may_be_read(figures, formulas)]
    for table_name, rows in rows_of_others.groupby("table_name"):
        known[str(table_name)] = _own_columns(rows)
    return known


def _may_be_read(figures: pd.DataFrame, formulas: Formulas) -> pd.Series[bool]:
    """Return for each figure whether a formula may read it: a column of several rows, or of a named subject."""
    subjects: set[Any] = set()
    columns = {"one": set[str](), "rows": set[str]()}
    for formula in formulas.values():
        for node in nodes(formula.root):
            if node.kind == "subject":
                subjects.add(node.value)
            elif node.kind in ("column", "own"):
                table = node.args[0].table if node.args else node.table
                columns[node.shape].add(f"{table}/{node.value}")
    quantity = figures["table_name"] + "/" + figures["quantity"]
    is_named = figures["subject"].isin(subjects)
    return quantity.isin(columns["rows"]) | (quantity.isin(columns["one"]) & is_named)


def _own_columns(rows: pd.DataFrame) -> Columns:
    """Return the columns of a table whose rows name their quantity and unit."""
    units = {str(quantity): set(group) for quantity, group in rows.groupby("quantity")["unit"]}
    same_in_all = {quantity: min(symbols) for quantity, symbols in units.items() if len(symbols) == 1}
    own = {}
    for subject, group in rows.groupby("subject"):
        own[str(subject)] = dict(zip(group["quantity"], group["unit"], strict=True))
    return Columns(sorted(own), same_in_all, [], own)


def check_formulas(
    formulas: Formulas, tables: TableColumns, *files: RawFile, evidence: EvidenceTables = NO_EVIDENCE
) -> dict[str, Conversions]:
    """Return the factors of units within each metric; `files` are those of metrics and of claims.

    Raises:
        InputError: a table, quantity or label is unknown, or units do not fit.
    """
    quantities = [f"{table}.{quantity}" for table, columns in tables.items() for quantity in columns.quantities]
    problems = []
    for name, formula in formulas.items():
        for figure in formula.outlier_figures:
            if figure not in quantities:
                expected = f"a quantity of a table{did_you_mean(figure, quantities)}"
                problems.append(files[0].problem(("metrics", name, "outliers"), expected, figure))
    refuse(problems)
    roots = {name: (formula.root, formula.declared.unit) for name, formula in formulas.items()}
    conversions, errors = check(roots, tables, evidence)
    refuse(as_problems(errors, *files))
    return conversions


def ready_metrics(
    formulas: Formulas,
    tables: TableColumns,
    raw: MetricsFile,
    cache: StepCache,
    *claims: RawFile,
    evidence: EvidenceValues = NO_VALUES,
) -> Metrics:
    """Return the metrics, ready to be evaluated. Their units are checked where a formula or a table has changed.

    Those that look up `evidence` take its newest values; `Metric.on` gives them as of a day.

    Raises InputError as `check_formulas` says.
    """
    outlines = {name: [_outline(one.root), one.declared.model_dump(exclude={"is_"})] for name, one in formulas.items()}

    def conversions(names: Sequence[str]) -> dict[str, Any]:
        own = {name: formulas[name] for name in names}
        found = check_formulas(own, tables, raw, *claims, evidence=evidence.tables)
        return {name: _as_lists(found[name]) for name in names}

    known = digest(repr(tables) + (repr(evidence.tables) if evidence.tables.series else ""))
    found = cache.gather({name: digest([outline, known]) for name, outline in outlines.items()}, conversions)
    metrics = {}
    for name, formula in formulas.items():
        metric = _metric(name, formula, outlines[name], found[name], evidence)
        points = _points(name, formula.root, tables)
        # With a key of its own: a cached result of the same expression without the difference would lack it.
        metrics[name] = replace(metric, points=points, key=digest([metric.key, "points"])) if points else metric
    return metrics


def metrics_on(
    raw: RawFile, words: Labels, tables: PrintedTables, figures: pd.DataFrame, evidence: EvidenceValues = NO_VALUES
) -> Metrics:
    """Read the metrics of a file and check them on figures, and on the evidence that they look up.

    Raises:
        InputError: as `read_metrics` and `check_formulas`.
    """
    formulas = read_metrics(raw, words, evidence=evidence.tables)
    return ready_metrics(formulas, known_tables(figures, tables, formulas), raw, StepCache(), evidence=evidence)


def metric_of(formula: Formula, conversions: Conversions) -> Metric:
    """Return the metric `value` of an expression alone, with the factors that `dimensions.check` found for it."""
    return _metric("value", formula, _outline(formula.root), _as_lists(conversions), NO_VALUES)


def _outline(root: Node) -> list[Any]:
    """Return a linked tree as a value of JSON: of each node kind, value, arguments by number, and words.

    Only a condition has words, which the id of a missing figure quotes.
    """
    order = {id(node): number for number, node in enumerate(nodes(root))}
    words = {id(node.args[1]): node.args[1].place.words for node in nodes(root) if node.kind == "select"}
    outline = []
    for node in nodes(root):
        arguments = [order[id(argument)] for argument in node.args]
        outline.append([node.kind, node.value, arguments, words.get(id(node), "")])
    return outline


def _metric(
    name: str, formula: Formula, outline: list[Any], conversions: list[Any], evidence: EvidenceValues
) -> Metric:
    order = nodes(formula.root)
    factors = {(id(order[number]), place): factor for number, place, factor in conversions}
    lookups = formula.lookups
    own: dict[str, Any] = {"evidence": evidence} if lookups else {}
    function = functools.partial(evaluate, name, formula.root, factors=factors, **own)
    rowwise = formula.per_subject and formula.root.rowwise
    key = digest([outline, conversions, evidence.key(lookups)] if lookups else [outline, conversions])

    def on(day: dt.date, rows: pd.DataFrame | None) -> Metric:
        known = evidence if rows is None else evidence.with_rows(rows)
        return _metric(name, formula, outline, conversions, known.on(day, formula.said))

    def by_vintage(day: dt.date, meant: dt.date) -> Metric:
        return _metric(name, formula, outline, conversions, evidence.by_vintage(day, formula.said or meant))

    def traced(scenarios: Scenarios, units: Mapping[str, str], subject: str) -> Trail:
        from tidebook.pipelines.evaluate.tracing import trail  # lazy: only cards trace values

        return trail(formula.root, scenarios, factors, evidence, units, subject)

    return Metric(
        formula.declared,
        function,
        rowwise,
        key,
        formula.text,
        columns_read=tuple(columns_of(formula.root)),
        is_ruled=is_ruled(formula.root),
        untied=_untied(name, formula.root, factors, own),
        on=on if lookups else None,
        by_vintage=by_vintage if lookups else None,
        traced=traced,
        vintages=tuple(evidence.vintages(lookups)),
        statistic=statistic_of(formula.root),
        is_numeric=depends_on_numbers_alone(formula.root),
        is_of_parts=is_of_parts(formula.root),
        flat=flat_value_of(formula.root),
    )


def _untied(
    name: str, root: Node, factors: Factors, own: Mapping[str, Any]
) -> Callable[[Scenarios], MetricColumns] | None:
    """Return an expression whose comparisons decide otherwise of equals; None without comparisons and ranks."""
    if not depends_on_ties(root):
        return None
    other = untied(root)
    renamed = {}
    for (node_id, place), factor in factors.items():
        renamed[id(other[node_id]), place] = factor
    return functools.partial(evaluate, name, other[id(root)], factors=renamed, **own)


def _points(name: str, root: Node, tables: TableColumns) -> Callable[[Scenarios], MetricColumns] | None:
    """Return the function of the difference in percentage points; None but for a relative change of percentages."""
    points = difference(root)
    if points is None:
        return None
    for table, quantity, subject in columns_of(points):
        columns = tables.get(table, Columns([], {}))
        unit = (columns.own or {}).get(subject, {}).get(quantity) or columns.quantities.get(quantity)
        if unit != "percent":
            return None
    return functools.partial(evaluate, name, points, factors={})


def _as_lists(conversions: Mapping[tuple[int, int], Fraction]) -> list[list[float]]:
    """Return conversions as a value of JSON: the node by number, the place of the argument, and the factor."""
    return [[node, place, _signed(factor)] for (node, place), factor in sorted(conversions.items())]


def _signed(factor: Fraction) -> float:
    """Return a factor of `Factors`: a fraction as a negative divisor, so that whole numbers stay whole."""
    return float(factor) if factor >= 1 else -float(1 / factor)
