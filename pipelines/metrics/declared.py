"""raw/metrics.toml as metrics: each an expression with its unit, theme and meaning, ready to be evaluated on worlds.

The language is in `expressions`, its values in `interpret`, units in `dimensions`.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Annotated, Literal, get_args

import pandas as pd
from pydantic import Field

from pipelines.ingest.declarations import Declaration, Text, declare
from pipelines.ingest.errors import InputError, Problem
from pipelines.ingest.rawfile import RawFile
from pipelines.metrics.base import Metric
from pipelines.metrics.dimensions import Checked, Columns, Conversions, check
from pipelines.metrics.expressions import ExpressionError, Linker, Node, nodes, parse, told
from pipelines.metrics.interpret import evaluate, group_column
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


def read_metrics(raw: RawFile) -> dict[str, Formula]:
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


def known_tables(figures: pd.DataFrame) -> dict[str, Columns]:
    """Return what the figures, and the declarations of their tables, say of every table, for the check of units."""
    found: dict[str, Columns] = {}
    subjects = {str(name): frozenset(group) for name, group in figures.groupby("table")["subject"]}
    for name, model in PRINTED.items():
        columns = model.to_schema().columns
        roles = {column: spec.metadata for column, spec in columns.items()}
        labels = frozenset({group_column(name)} & set(columns))
        quantities = {column: about["unit"] for column, about in roles.items() if about["role"] == "quantity"}
        if not any(about["role"] == "quantity_name" for about in roles.values()):
            found[name] = Columns(subjects.pop(name, frozenset()), quantities, labels)
    for name, named in subjects.items():
        rows = figures[figures["table"] == name]
        own = {
            (subject, quantity): unit for subject, quantity, unit in rows[["subject", "quantity", "unit"]].to_numpy()
        }
        one = rows.groupby("quantity")["unit"].agg(lambda units: units.iloc[0] if units.nunique() == 1 else "")
        found[name] = Columns(named, {str(quantity): unit for quantity, unit in one.items() if unit}, frozenset(), own)
    return found


def conversions(formulas: Mapping[str, Formula], tables: Mapping[str, Columns], raw: RawFile) -> Checked:
    """Return the factors of units within each metric, and the warnings of subjects that are not there.

    Raises:
        InputError: a table, quantity or label is unknown, or units do not fit.
    """
    found = check({name: (one.root, one.declared.unit) for name, one in formulas.items()}, tables)
    if found.errors:
        raise told(found.errors, raw)
    return found


def metrics_of(formulas: Mapping[str, Formula], checked: Checked) -> dict[str, Metric]:
    """Return the metrics, ready to be evaluated on worlds."""
    return {name: metric_of(name, formula, checked.conversions[name]) for name, formula in formulas.items()}


def metric_of(name: str, formula: Formula, found: Conversions) -> Metric:
    """Return one metric, whose parts are converted as was found."""
    order = list(nodes(formula.root))
    factors = {(id(order[node]), place): signed(factor) for (node, place), factor in found.items()}
    about, root = formula.declared, formula.root
    rowwise = formula.per_subject and root.rowwise
    function = partial(evaluate, root, factors=factors)
    texts = about.unit, about.theme, about.means, about.method
    return Metric(name, function, *texts, rowwise, about.one_year, formula.per_subject)


def signed(factor: Fraction) -> float:
    """Return a factor as `Factors` has it: what is divided by is negative, so that whole numbers stay so."""
    return float(factor) if factor >= 1 else -float(1 / factor)
