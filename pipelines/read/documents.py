"""What JSON can hold: values of tables in it, and the base of the classes that documents of commands are made of.

It imports neither pandas nor Pydantic: commands that only read a release start without them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import is_dataclass
from math import isfinite, isnan
from typing import Any, ClassVar


class JsonDocument:
    """A JSON document of a command, or a part of one: a dataclass whose fields are its only keys."""

    __pydantic_config__: ClassVar[Any] = {"use_attribute_docstrings": True, "extra": "forbid"}


def with_nulls(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of a table with null for texts that are empty, as the stored table has it."""
    return {name: None if isinstance(value, str) and not value else value for name, value in row.items()}


def json_value(value: Any, *, finite: bool = False) -> Any:
    """Return a value, or a structure of them, as JSON can hold it: NaN as None, dates as ISO text, arrays as lists.

    An infinite number is the text `inf` or `-inf`, or None where all numbers have to be `finite`.
    """
    if isinstance(value, float) and not isfinite(value):
        return None if finite or isnan(value) else str(value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    if hasattr(value, "tolist"):  # NumPy's arrays and scalars
        return json_value(value.tolist(), finite=finite)
    if isinstance(value, dt.date):
        return value.isoformat()
    return _json_structure(value, finite)


def _json_structure(value: Any, finite: bool) -> Any:
    if isinstance(value, list | tuple):
        return [json_value(item, finite=finite) for item in value]
    if is_dataclass(value):
        value = vars(value)
    if isinstance(value, Mapping):
        return {name: json_value(item, finite=finite) for name, item in value.items()}
    return value
