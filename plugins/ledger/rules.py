"""The rules of the row contract as expressions of an engine, compiled from the Pandera model.

Belongs here: compiling rules. Rules on texts are run by Pandera itself, once for each distinct text. Does not: what
happens to bad rows (`month`).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from tidebook.schemas.base import Table, type_name

if TYPE_CHECKING:
    import ibis.expr.types as ir

COMPARISONS: Mapping[str, tuple[Callable[[Any, Any], Any], str]] = {
    "greater_than": (operator.gt, "min_value"),
    "greater_than_or_equal_to": (operator.ge, "min_value"),
    "less_than": (operator.lt, "max_value"),
    "less_than_or_equal_to": (operator.le, "max_value"),
}
"""Pandera's checks of one number: operator, and name of the argument."""


def compile_rules(model: type[Table], rows: ir.Table, columns: Collection[str]) -> dict[str, ir.BooleanValue]:
    """Compile each rule, except those on texts, to whether a row satisfies it; null for a null.

    Rules are named like the asset checks of other tables, by column and check. `columns` are those that the rows have.

    Raises:
        KeyError: a check is not in `COMPARISONS`.
    """
    schema = model.to_schema()
    found: dict[str, ir.BooleanValue] = {}
    for name, spec in schema.columns.items():
        if name not in columns:
            continue
        if not spec.nullable:
            found[f"{name}_null"] = rows[name].notnull()
        if type_name(spec) != "string":
            for check in spec.checks:
                compare, argument = COMPARISONS[check.name]
                found[f"{name}_{check.name}"] = compare(rows[name], check.statistics[argument])
    for check in schema.checks:
        found[str(check.name)] = getattr(model, str(check.name))(rows)
    return found


def bad_texts(model: type[Table], column: str, texts: Sequence[str]) -> dict[str, list[str]]:
    """Return the texts that break each rule of a column, by name of the rule."""
    if not texts:
        return {}
    series = pd.Series(list(texts), dtype="str")
    bad = {}
    for check in model.to_schema().columns[column].checks:
        passed = check(series).check_output.astype(bool)
        bad[f"{column}_{check.name}"] = series[~passed].tolist()
    return bad


def broken(holds: Mapping[str, ir.BooleanValue]) -> dict[str, ir.BooleanValue]:
    """Negate rules: whether a row breaks each. A null breaks only the rule on nulls."""
    return {name: ~rule.fill_null(not name.endswith("_null")) for name, rule in holds.items()}
