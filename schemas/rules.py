"""The rules of a table's model, each checked by itself, with the rows that fail it.

Pandera runs them; a rule that crashes is an error, never a failed rule.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.engines.pandas_engine import Engine
from pandera.errors import SchemaErrorReason

from tidebook.schemas.base import Table, keys, with_nulls

PHRASES = {
    "greater_than": "more than {min_value}",
    "greater_than_or_equal_to": "at least {min_value}",
    "less_than_or_equal_to": "at most {max_value}",
    "isin": "one of {allowed_values}",
    "str_matches": "text of the pattern {pattern}",
}
"""Words for Pandera's own checks."""

SHOWN = 3
"""Maximum failing values that are named."""


@dataclass(frozen=True)
class Rule:
    """One rule: a name fit for an asset check, its column, and its meaning."""

    name: str
    column: str | None
    meaning: str


@dataclass(frozen=True)
class RuleResult:
    """The result of a rule. `rows` are the positions of failing rows; `text` lists the failures, or is ""."""

    rule: Rule
    passed: bool
    rows: list[int]
    text: str = ""


def rules(model: type[Table]) -> list[Rule]:
    """Return the rules of a model: columns and types, key, then each check of a column or row."""
    return list(_rule_places(model).values())


def _rule_places(model: type[Table]) -> dict[tuple[str | None, str], Rule]:
    """Return each rule by the column (None for the whole table) and the text by which Pandera names it."""
    schema = model.to_schema()
    places: dict[tuple[str | None, str], Rule] = {}
    places[None, "schema"] = Rule("schema", None, "the declared columns, in order, of their types, without nulls")
    if key := keys(schema):
        places[None, "multiple_fields_uniqueness"] = Rule("key", None, f"{', '.join(key)} together occur once")
    for column, spec in schema.columns.items():
        for check in spec.checks:
            places[column, str(check.error)] = Rule(f"{column}_{check.name}", column, f"{column}: {words(check)}")
    for check in schema.checks:
        places[None, str(check.name)] = Rule(str(check.name), None, str(check.description))
    return places


def words(check: pa.Check) -> str:
    """Return a check in words, such as `at least 0`; custom checks carry their own."""
    phrase = PHRASES.get(str(check.name))
    if phrase is None:
        return re.sub(r"\s+", " ", str(check.error))
    facts = {
        name: ", ".join(map(str, fact)) if name == "allowed_values" else fact
        for name, fact in (check.statistics or {}).items()
    }
    return phrase.format(**facts)


def validate(model: type[Table], frame: pd.DataFrame) -> list[RuleResult]:
    """Check a frame against each rule of its model.

    Raises:
        RuntimeError: a rule crashed.
    """
    places = _rule_places(model)
    failing: dict[Rule, tuple[list[int], list[str]]] = {}
    stored = with_nulls(model, frame.reset_index(drop=True))
    if surely_valid(model.to_schema(), stored):
        return [RuleResult(rule, True, []) for rule in places.values()]
    try:
        model.to_schema().validate(stored, lazy=True)
    except pa.errors.SchemaErrors as errors:
        shapes = (SchemaErrorReason.WRONG_DATATYPE, SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME)
        sound = all(error.reason_code not in shapes for error in errors.schema_errors)
        for error in errors.schema_errors:
            if error.reason_code == SchemaErrorReason.CHECK_ERROR and sound:
                raise RuntimeError(f"a rule of {model.__name__} crashed: {error}") from errors
        for case in errors.failure_cases.itertuples():
            rule = places.get((None if case.schema_context == "DataFrameSchema" else case.column, str(case.check)))
            rows, texts = failing.setdefault(rule or places[None, "schema"], ([], []))
            if case.index is not None and not pd.isna(case.index):
                rows.append(int(case.index))
            texts.append(f"{case.column}: {case.check}: {case.failure_case}")
    results = []
    for rule in places.values():
        rows, texts = failing.get(rule, ([], []))
        results.append(RuleResult(rule, rule not in failing, sorted(set(rows)), _first_few(texts)))
    return results


def surely_valid(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> bool:
    """Whether a frame passes a schema, by the schema's own types and checks.

    Pandera's `validate` copies the schema of each column and books each result, which takes three times as long. Where
    this is False, it says what fails, and in which rows.
    """
    if list(frame.columns) != list(schema.columns):
        return False
    try:
        columns = all(_column_is_valid(spec, frame[name]) for name, spec in schema.columns.items())
        is_keyed = not schema.unique or not frame.duplicated(subset=schema.unique).any()
        return columns and is_keyed and all(bool(check(frame).check_passed) for check in schema.checks)
    except Exception:  # of a rule that crashes, Pandera's words are reported
        return False


def _column_is_valid(spec: pa.Column, values: pd.Series) -> bool:
    """Whether a column has values of its type that pass its checks, and none is missing where none may be."""
    if spec.coerce or spec.unique or spec.regex or spec.parsers:  # which no table has
        return False
    if not spec.nullable and values.isna().any():
        return False
    is_of_type: Any = spec.dtype is None or spec.dtype.check(Engine.dtype(values.dtype), values)
    return bool(np.all(is_of_type)) and all(bool(check(values).check_passed) for check in spec.checks)


def _first_few(texts: list[str]) -> str:
    """Return the first different texts, and how many more there are."""
    different = list(dict.fromkeys(texts))
    more = f" and {len(different) - SHOWN} more" if len(different) > SHOWN else ""
    return "; ".join(different[:SHOWN]) + more
