"""The rules of a table's model, each checked by itself, with the rows that fail it.

Pandera runs them; a rule that crashes is an error, never a failed rule.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from math import inf
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow as arrow
from pandera.engines.pandas_engine import STRING, Engine
from pandera.errors import SchemaErrorReason
from pyarrow import compute

from tidebook.schemas.base import Table, keys, with_nulls
from tidebook.schemas.parquet import to_arrow

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


def all_passed(model: type[Table]) -> list[RuleResult]:
    """Return the results of a model's rules for rows that pass them all."""
    return [RuleResult(rule, True, []) for rule in rules(model)]


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
    if valid_table(model, frame) is not None:
        return all_passed(model)
    places = _rule_places(model)
    failing: dict[Rule, tuple[list[int], list[str]]] = {}
    try:
        model.to_schema().validate(_stored(model, frame), lazy=True)
    except pa.errors.SchemaErrors as errors:
        if crashed := _crashed_rule(errors):
            raise RuntimeError(f"a rule of {model.__name__} crashed: {crashed}") from errors
        failing = _failures(errors.failure_cases, places)
    results = []
    for rule in places.values():
        rows, texts = failing.get(rule, ([], []))
        results.append(RuleResult(rule, rule not in failing, sorted(set(rows)), _first_few(texts)))
    return results


def _crashed_rule(errors: pa.errors.SchemaErrors) -> pa.errors.SchemaError | None:
    """Return the error of a rule that crashed; on columns of other types, or that are not there, any rule may."""
    shapes = (SchemaErrorReason.WRONG_DATATYPE, SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME)
    if any(error.reason_code in shapes for error in errors.schema_errors):
        return None
    crashed = (error for error in errors.schema_errors if error.reason_code == SchemaErrorReason.CHECK_ERROR)
    return next(crashed, None)


def _failures(
    cases: pd.DataFrame, places: Mapping[tuple[str | None, str], Rule]
) -> dict[Rule, tuple[list[int], list[str]]]:
    """Return the rows that fail each rule, and in words what fails."""
    failing: dict[Rule, tuple[list[int], list[str]]] = {}
    case: Any
    for case in cases.itertuples():
        column = None if case.schema_context == "DataFrameSchema" else case.column
        rule = places.get((column, str(case.check)), places[None, "schema"])
        rows, texts = failing.setdefault(rule, ([], []))
        if case.index is not None and not pd.isna(case.index):
            rows.append(int(case.index))
        texts.append(f"{case.column}: {case.check}: {case.failure_case}")
    return failing


def valid_table(model: type[Table], frame: pd.DataFrame) -> arrow.Table | None:
    """Return a frame as it is stored if it surely passes its model, by the model's own types and checks, else None.

    Pandera's `validate` copies the schema of each column and books each result, which takes ten times as long. Where
    this is None, it says what fails, and in which rows.
    """
    schema = model.to_schema()
    if list(frame.columns) != list(schema.columns):
        return None
    stored = cache(lambda: _stored(model, frame))
    try:
        table = to_arrow(model, frame)
        for (name, spec), kind in zip(schema.columns.items(), frame.dtypes, strict=True):
            if not (_is_of_type(spec, kind, frame, name) and _column_is_valid(spec, table[name], stored)):
                return None
        is_keyed = not schema.unique or not frame.duplicated(subset=schema.unique).any()
        is_valid = is_keyed and all(bool(check(stored()).check_passed) for check in schema.checks)
    except Exception:  # of a value that cannot be stored, or a rule that crashes, Pandera's words are reported
        return None
    return table if is_valid else None


def _stored(model: type[Table], frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are checked: as they are stored, numbered from 0."""
    return with_nulls(model, frame.reset_index(drop=True))


def _is_of_type(spec: pa.Column, kind: Any, frame: pd.DataFrame, name: str) -> bool:
    """Whether a column's type is the declared one; of a column of objects, each is looked at."""
    if isinstance(kind, pd.StringDtype) and isinstance(spec.dtype, STRING):
        return True
    objects = frame[name] if kind.kind == "O" else None
    is_of_type: Any = spec.dtype is None or spec.dtype.check(_type_of(kind), objects)
    return bool(np.all(is_of_type))


@cache
def _type_of(kind: Any) -> Any:
    """Return Pandera's type for one of pandas or numpy."""
    return Engine.dtype(kind)


def _column_is_valid(spec: pa.Column, values: arrow.ChunkedArray, stored: Callable[[], pd.DataFrame]) -> bool:
    """Whether a column passes its checks, and none of its values is missing where none may be."""
    if spec.coerce or spec.unique or spec.regex or spec.parsers:  # which no table has
        return False
    if values.null_count and not spec.nullable:
        return False
    return all(_passes(check, values, lambda: stored()[spec.name]) for check in spec.checks)


def _passes(check: pa.Check, values: arrow.ChunkedArray, column: Callable[[], pd.Series]) -> bool:
    """Whether values pass a check; the usual ones are read from what they state, which is faster than to call them."""
    stated = check.statistics or {}
    if check.name == "isin":
        return {*values.unique().to_pylist()} <= {None, *stated["allowed_values"]}
    if values.null_count == len(values):
        return True
    if check.name in ("greater_than_or_equal_to", "less_than_or_equal_to"):
        ends = compute.min_max(values).as_py()
        low, high = stated.get("min_value", -inf), stated.get("max_value", inf)
        return bool(low <= ends["min"] and ends["max"] <= high)
    if check.name == "str_matches":
        pattern = re.compile(stated["pattern"])
        return all(text is None or pattern.fullmatch(text) for text in values.unique().to_pylist())
    return bool(check(column()).check_passed)


def _first_few(texts: list[str]) -> str:
    """Return the first different texts, and how many more there are."""
    different = list(dict.fromkeys(texts))
    more = f" and {len(different) - SHOWN} more" if len(different) > SHOWN else ""
    return "; ".join(different[:SHOWN]) + more
