"""The rules of the row contract as expressions of an engine: compiled from the Pandera model, judged in one pass.

Rules on texts are run by Pandera itself, once on each text that occurs. What happens to bad rows is in `month`.
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
"""Pandera's checks of one number: how each compares, and the name of its argument."""


def compile_rules(model: type[Table], rows: ir.Table, columns: Collection[str]) -> dict[str, ir.BooleanValue]:
    """Return by name what each rule but those on texts says of a row; `columns` are those that the rows have.

    What a rule says of a null is null. The name is that of the asset checks of other tables: column and check. Raises
    KeyError if a check has no counterpart here yet.
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
    """Return by name of the rule the texts that fail it."""
    checks = model.to_schema().columns[column].checks if texts else ()
    series = pd.Series(list(texts), dtype="str")
    return {f"{column}_{check.name}": series[~check(series).check_output.astype(bool)].tolist() for check in checks}


def broken(holds: Mapping[str, ir.BooleanValue]) -> dict[str, ir.BooleanValue]:
    """Return by rule whether a row breaks it. Nulls break the rule on nulls."""
    return {name: ~rule.fill_null(not name.endswith("_null")) for name, rule in holds.items()}
