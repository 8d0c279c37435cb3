"""The base of every table model: one Pandera class holds columns, rules, units, keys and meaning.

Arrow schemas and the data dictionary are generated from the same class. No table is declared here.
"""

import datetime as dt
import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeVar

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow as arrow
from pandera.engines.pandas_engine import STRING
from typing_extensions import TypeAliasType

ARROW_TYPES = {
    "string": arrow.string(),
    "float64": arrow.float64(),
    "int64": arrow.int64(),
    "bool": arrow.bool_(),
    "date": arrow.date32(),
    "timestamp": arrow.timestamp("us"),
    "decimal(18, 6)": arrow.decimal128(18, 6),
    "decimal(38, 6)": arrow.decimal128(38, 6),
    "decimal(38, 0)": arrow.decimal128(38, 0),
}

Date = dt.date

Order = Literal["source", "key"]


class _Text(STRING):
    """Pandera's type of texts; if every value of a column is a text, it skips the list of failures."""

    def check(self, pandera_dtype: Any, data_container: Any = None) -> Any:
        """Return True if all values are texts, else the mask of those that are."""
        is_text: Any = super().check(pandera_dtype, data_container)
        return bool(np.all(is_text)) or is_text


class Table(pa.DataFrameModel):
    """A table that is strict, ordered and never coerced; its key columns are unique together.

    The class line states the version of the table's contract and the order of its rows, as in
    `class TippingPoints(Table, version="1.1", order="key")`: `key` sorts by the key, `source` keeps the order of
    the input.
    """

    class Config:
        strict = True
        ordered = True
        coerce = False

    _name: ClassVar[str] = ""
    _declaration: ClassVar[str] = ""
    _version: ClassVar[str]
    _order: ClassVar[Order]

    def __init_subclass__(cls, version: str = "1.0", order: Order = "source", **given: Any) -> None:
        """Keep the version and order that the class line states."""
        super().__init_subclass__(**given)  # type: ignore[no-untyped-call]
        cls._version, cls._order = version, order

    @classmethod
    def declaration(cls) -> str:
        """Return the declaration that a model was generated from; "" for one that is written as a class."""
        return cls._declaration

    @classmethod
    def build_schema_(cls, **given: Any) -> pa.DataFrameSchema:
        """Return the Pandera schema, with uniqueness of the columns marked as key, and patterns of whole texts."""
        schema = super().build_schema_(**given)
        schema.unique = keys(schema) or None
        for spec in schema.columns.values():
            spec.dtype = _Text() if isinstance(spec.dtype, STRING) else spec.dtype  # type: ignore[call-arg]
            spec.checks = [_whole(check) if check.name == "str_matches" else check for check in spec.checks]
        return schema


M = TypeVar("M", bound=Table)
Frame = TypeAliasType("Frame", pd.DataFrame, type_params=(M,))
"""A frame of a table's rows: a step reads it by a parameter `Frame[Figures]`, and makes it by such a result."""

Tables = Mapping[str, pd.DataFrame]
"""Frames by the names of their tables, such as those of a release."""


def column(
    description: str,
    *,
    unit: str | None = None,
    key: bool = False,
    items: str | None = None,
    refers: str | None = None,
    **rules: Any,
) -> Any:
    """Declare a column: meaning, unit of its values, part of the key, and Pandera rules (`ge`, `isin`, ...).

    Args:
        description: what its values mean.
        unit: their unit.
        key: whether it is part of the key.
        items: the Arrow type of the elements of a list column.
        refers: `table.column` of the row that a value names. Columns that refer to several columns of one table name
            a row of it together.
        rules: the rules of Pandera.
    """
    metadata = {"unit": unit, "key": key, "items": items, "refers": refers}
    # Pandera takes a tuple of one apart.
    given: dict[str, Any] = {name: list(rule) if isinstance(rule, tuple) else rule for name, rule in rules.items()}
    return pa.Field(description=description, metadata=metadata, **given)


def share_column(description: str, *, unit: str = "share", **rules: Any) -> Any:
    """Declare a column of parts of one."""
    return column(description, unit=unit, ge=0, le=1, **rules)


def probability_column(description: str, **rules: Any) -> Any:
    """Declare a column of probabilities."""
    return share_column(description, unit="probability", **rules)


def _whole(check: pa.Check) -> pa.Check:
    # Pandera's own matches the start of a text, and `$` also matches before a final newline: "abc\n" would pass.
    facts = check.statistics or {}
    return pa.Check(
        lambda texts: texts.str.fullmatch(facts["pattern"]), name=check.name, error=check.error, statistics=facts
    )


def keys(schema: pa.DataFrameSchema) -> list[str]:
    """Return the names of the key columns, in order."""
    return [name for name, spec in schema.columns.items() if spec.metadata["key"]]


def references(schema: pa.DataFrameSchema) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the foreign keys of a table: each with the other table, and pairs of a column and the one there."""
    found: list[tuple[str, list[tuple[str, str]]]] = []
    for name, spec in schema.columns.items():
        table, _, there = (spec.metadata["refers"] or "").partition(".")
        if not table:
            continue
        begun = [pairs for other, pairs in found if other == table and not _has_end(pairs, there)]
        if begun:
            begun[0].append((name, there))
        else:
            found.append((table, [(name, there)]))
    return found


def _has_end(pairs: Sequence[tuple[str, str]], column: str) -> bool:
    """Whether a foreign key refers to a column already: another one is then another key."""
    return any(there == column for _, there in pairs)


def table_name(model: type[Table]) -> str:
    """Return the name of a table, that of its class in snake_case: `ModelPrices` is `model_prices`."""
    return model._name or re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()


def version(model: type[Table]) -> str:
    """Return the version of a table's contract, `major.minor`."""
    return model._version


def row_order(model: type[Table]) -> Order:
    """Return whether a table's rows are sorted by its key, or in the order of its input."""
    return model._order


def arrow_schema(model: type[Table]) -> arrow.Schema:
    """Return the Arrow schema with each column's description, unit and listed values, and the table's own, as metadata.

    `values` is a JSON array: all values that the column may have beside null.
    """
    schema = model.to_schema()
    fields = []
    for name, spec in schema.columns.items():
        items = spec.metadata["items"]
        kind = arrow.list_(ARROW_TYPES[items]) if items else ARROW_TYPES[type_name(spec)]
        values = listed_values(spec)
        notes = {
            "description": spec.description,
            "unit": spec.metadata["unit"],
            "values": values and json.dumps(values),
        }
        metadata = {label: text for label, text in notes.items() if text}
        fields.append(arrow.field(name, kind, nullable=spec.nullable, metadata=metadata))
    contract = {"tidebook.contract": table_name(model), "tidebook.version": version(model)}
    return arrow.schema(fields, metadata={**contract, "description": summary(model)})


def listed_values(spec: pa.Column) -> list[Any]:
    """Return the values that a column may have, [] where they are not listed."""
    for check in spec.checks:
        if check.name == "isin":
            return list(check.statistics["allowed_values"])
    return []


def column_types(model: type[Table], frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the model's columns, in order and of their types.

    An empty frame gets typed columns. Nothing is validated.
    """
    if frame.empty:
        return _no_rows(model).copy()
    types = _frame_types(model)
    ordered = frame.reindex(columns=list(types))
    had = dict(zip(types, ordered.dtypes, strict=True))
    others = {name: kind for name, kind in types.items() if had[name] != kind}
    typed = ordered.astype(others) if others else ordered
    for name in others:
        if typed[name].dtype == object and types[name] == "str":  # of pandas 2, to which a missing text is "nan"
            typed[name] = typed[name].where(ordered[name].notna())
    return typed


def with_nulls(model: type[Table], frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table as it is stored: an empty text is null in columns that may be null.

    Steps write and compare plain texts, without NaN; readers of a stored table get nulls.
    `parquet.read_parquet` is the inverse.
    """
    names = [name for name, spec in model.to_schema().columns.items() if spec.nullable and type_name(spec) == "string"]
    empty = {name: frame[name] == "" for name in names if name in frame}
    return frame.assign(**{name: frame[name].mask(rows) for name, rows in empty.items() if rows.any()})


def table_of(model: type[Table], rows: Iterable[Mapping[str, Any]] | pd.DataFrame) -> pd.DataFrame:
    """Return rows as a table: `column_types` of them, sorted by the key if the model says so."""
    frame = column_types(model, rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows)))
    if row_order(model) != "key":
        return frame
    first, *others = keys(model.to_schema())
    # Of a sorted table of many rows and columns none is moved.
    is_sorted = not others and frame[first].is_monotonic_increasing
    return frame if is_sorted else frame.sort_values([first, *others], ignore_index=True)


@functools.cache
def _frame_types(model: type[Table]) -> dict[str, str]:
    """Return the type that each column has in a frame."""
    plain = {"string": "str", "float64": "float64", "int64": "int64", "bool": "bool"}
    return {name: plain.get(type_name(spec), "object") for name, spec in model.to_schema().columns.items()}


@functools.cache
def _no_rows(model: type[Table]) -> pd.DataFrame:
    types = _frame_types(model)
    return pd.DataFrame(columns=list(types)).astype(types)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as dicts by column name."""
    # Several times faster than `DataFrame.to_dict`, which builds each row's values one by one.
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, row, strict=True)) for row in frame.to_numpy(object).tolist()]


def type_name(spec: pa.Column) -> str:
    """Return the plain name of a column's type: string, float64, int64, bool, date, timestamp, decimal or object."""
    name = str(spec.dtype)
    if name.startswith("datetime64"):
        return "timestamp"
    return "string" if name.startswith("str") else name.lower()


def column_unit(model: type[Table], name: str) -> str | None:
    """Return the unit that a table's model gives a column, if it does."""
    spec = model.to_schema().columns.get(name)
    return spec.metadata["unit"] if spec else None


def summary(model: type[Table]) -> str:
    """Return the first line of a model's docstring: the table's meaning in one sentence."""
    return (model.__doc__ or "").strip().splitlines()[0]
