"""raw/metrics.toml as metrics: each an expression with its unit, theme and meaning, ready to be evaluated on worlds.

The language is in `expressions`, its values in `interpret`, units in `dimensions`.
"""

from __future__ import annotations

import functools
import json
import keyword
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal, get_args

import pandas as pd
from pydantic import Field, TypeAdapter

from pipelines.ingest.declarations import Declaration, Text, declare
from pipelines.ingest.errors import InputError, Problem
from pipelines.ingest.rawfile import RawFile
from pipelines.metrics.base import Metric
from pipelines.metrics.dimensions import Checked, Columns, Conversions, check
from pipelines.metrics.expressions import ExpressionError, Linker, Node, nodes, parse, told
from pipelines.metrics.interpret import evaluate, group_column
from pipelines.storage.keys import digest
from schemas import PRINTED
from schemas.analysis import THEMES
from schemas.units import get_unit

Theme = Literal["training", "models", "funding", "economics", "prices", "technology", "outlook"]
assert get_args(Theme) == THEMES

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=100)]
Expression = Annotated[str, Field(min_length=1)]


class DeclaredMetric(Declaration):
    """One metric. `one_year` says that its figures make sense together only where they speak of one year."""

    is_: Expression = Field(alias="is")
    unit: Text
    means: Text
    theme: Theme
    method: Text = "as the formula says"
    one_year: bool = False


class DeclaredMetrics(Declaration):
    """raw/metrics.toml."""

    define: dict[Name, Expression] = Field(default={})
    metrics: dict[Name, DeclaredMetric]


@dataclass(frozen=True)
class Formula:
    """A metric as it is declared, its expression linked."""

    declared: DeclaredMetric
    root: Node

    @property
    def per_subject(self) -> bool:
        """Whether it gives one value per row."""
        return self.root.shape == "rows"


Metrics = Mapping[str, Metric]
"""Metrics by name, ready to be evaluated."""


@functools.lru_cache(maxsize=4)
def read_metrics(raw: RawFile) -> Mapping[str, Formula]:
    """Return the metrics that a file declares, by name.

    Raises:
        InputError: a key is missing, unknown or wrong, a unit is unknown, or an expression cannot be read or linked.
    """
    declared = declare(DeclaredMetrics, raw)
    problems = [
        Problem(raw.path, "a name that is no word of the language", raw.toml_line((part, name)), part, name)
        for part in ("define", "metrics")
        for name in getattr(declared, part)
        if keyword.iskeyword(name)
    ]
    errors: list[ExpressionError] = []
    trees: dict[str, Node] = {}
    for name, text in declared.define.items():
        try:
            trees[name] = parse(text, ("define", name))
        except ExpressionError as error:
            errors.append(error)
    linker = Linker({} if errors else trees)
    for name, tree in {} if errors else trees.items():
        try:
            linker.define(name, tree.place)
        except ExpressionError as error:
            errors.append(error)
    formulas: dict[str, Formula] = {}
    sound = not errors
    for name, metric in declared.metrics.items():
        try:
            get_unit(metric.unit)
        except ValueError as error:
            where = ("metrics", name, "unit")
            problems.append(Problem(raw.path, str(error), raw.toml_line(where), ".".join(where), metric.unit))
        try:
            tree = parse(metric.is_, ("metrics", name, "is"))
            if sound:
                formulas[name] = Formula(metric, linker.link(tree))
        except ExpressionError as error:
            errors.append(error)
    if problems or errors:
        raise InputError([*problems, *(told(errors, raw).problems if errors else ())])
    return formulas


def known_tables(figures: pd.DataFrame, formulas: Mapping[str, Formula]) -> dict[str, Columns]:
    """Return what the figures, and the declarations of their tables, say of every table, for the check of units.

    Of a table whose rows name their own quantity only those rows count that some formula may read.
    """
    found: dict[str, Columns] = {}
    for table, model in PRINTED.items():
        columns = {column: spec.metadata for column, spec in model.to_schema().columns.items()}
        if not any(about["role"] == "quantity_name" for about in columns.values()):
            quantities = {column: about["unit"] for column, about in columns.items() if about["role"] == "quantity"}
            labels = [column for column in columns if column == group_column(table)]
            found[table] = Columns([], quantities, labels)
    known = figures["table"].isin(found)
    for name, group in figures[known].groupby("table")["subject"]:
        found[str(name)].subjects.extend(sorted(set(group)))
    parts = [part for formula in formulas.values() for part in nodes(formula.root)]
    named = {part.value for part in parts if part.kind == "subject"}
    read = {shape: set[str]() for shape in ("one", "rows")}
    for part in parts:
        if part.kind in ("column", "own"):
            read[part.shape].add(f"{part.args[0].table if part.args else part.table}/{part.value}")
    quantity = figures["table"] + "/" + figures["quantity"]
    own_rows = ~known & (quantity.isin(read["rows"]) | quantity.isin(read["one"]) & figures["subject"].isin(named))
    for name, rows in figures[own_rows].groupby("table"):
        units = {str(quantity): sorted(set(group)) for quantity, group in rows.groupby("quantity")["unit"]}
        own = {str(one): dict(zip(row["quantity"], row["unit"], strict=True)) for one, row in rows.groupby("subject")}
        alike = {quantity: same[0] for quantity, same in units.items() if len(same) == 1}
        found[str(name)] = Columns(sorted(own), alike, [], own)
    return found


COLUMNS = TypeAdapter(dict[str, Columns])
"""What is known of tables, as JSON."""

CONVERSIONS = "conversions.json"


def check_formulas(formulas: Mapping[str, Formula], tables: Mapping[str, Columns], raw: RawFile) -> Checked:
    """Return the factors of units within each metric, and the warnings of subjects that are not there.

    Raises:
        InputError: a table, quantity or label is unknown, or units do not fit.
    """
    found = check({name: (one.root, one.declared.unit) for name, one in formulas.items()}, tables)
    if found.errors:
        raise told(found.errors, raw)
    return found


def written(found: Mapping[str, Conversions]) -> bytes:
    """Return conversions as JSON, each factor as a fraction."""
    plain = {
        name: [[*place, str(factor)] for place, factor in sorted(one.items())] for name, one in sorted(found.items())
    }
    return json.dumps(plain, indent=1).encode()


@functools.lru_cache(maxsize=4)
def metrics_of(raw: RawFile, conversions: RawFile) -> dict[str, Metric]:
    """Return the metrics of a file, ready to be evaluated, with the conversions that `written` has kept."""
    kept = {
        name: {(node, place): Fraction(factor) for node, place, factor in one}
        for name, one in json.loads(conversions.data).items()
    }
    key = digest([raw.sha256, conversions.sha256])
    return {name: metric_of(name, formula, kept[name], key) for name, formula in read_metrics(raw).items()}


def metrics_on(raw: RawFile, figures: pd.DataFrame) -> dict[str, Metric]:
    """Return the metrics of a file, checked on figures and ready to be evaluated.

    Raises:
        InputError: as `read_metrics` and `check_formulas` say.
    """
    formulas = read_metrics(raw)
    found = check_formulas(formulas, known_tables(figures, formulas), raw)
    return metrics_of(raw, RawFile(CONVERSIONS, written(found.conversions)))


def metric_of(name: str, formula: Formula, found: Conversions, key: str) -> Metric:
    """Return one metric, whose parts are converted as was found."""
    order = list(nodes(formula.root))
    factors = {(id(order[node]), place): signed(factor) for (node, place), factor in found.items()}
    about, root = formula.declared, formula.root
    rowwise = formula.per_subject and root.rowwise
    function = functools.partial(evaluate, root, factors=factors)
    texts = about.unit, about.theme, about.means, about.method
    return Metric(name, function, *texts, rowwise, about.one_year, formula.per_subject, key)


def signed(factor: Fraction) -> float:
    """Return a factor as `Factors` has it: what is divided by is negative, so that whole numbers stay so."""
    return float(factor) if factor >= 1 else -float(1 / factor)
