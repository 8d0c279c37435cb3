"""Printed figures and references by hand, for tests of comparisons, evidence views and substitutions.

Belongs here: rows as the tables have them, from few words. Does not: the rows of raw/.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd

from tests.unit.assumed import assumed
from tidebook.pipelines.read.evidence import read_valid_period
from tidebook.pipelines.read.intervals import spread_columns
from tidebook.pipelines.read.quantities.context import STRICT, Context
from tidebook.pipelines.read.quantities.quantity import parse_quantity
from tidebook.pipelines.read.reference_errors import STATED, error_columns
from tidebook.pipelines.read.references import parse_interval
from tidebook.pipelines.read.stated_intervals import StatedInterval
from tidebook.schemas.base import column_types
from tidebook.schemas.figures import Figures
from tidebook.schemas.reference import ReferenceValues

ASSUMED = assumed(estimate_spread="{ default = 1.5, FLOP = 2.3 }")
DAY = dt.date(2024, 10, 1)
"""The day that the figures speak for."""


def read(
    text: str, unit: str, basis: str = "as reported", interval: str = "", context: Context = STRICT
) -> dict[str, Any]:
    """Return value, interval, kind and spread of a text, as the grammar reads it."""
    reading = parse_quantity(text, unit, context)
    about = {"text": text, "value": reading.value, "kind": reading.kind, "unit": unit}
    return about | spread_columns(reading, basis, ASSUMED, parse_interval(interval, unit) if interval else None)


def printed(
    figure_id: str, text: str, unit: str = "USD", basis: str = "as reported", context: Context = STRICT
) -> dict[str, Any]:
    """Return a figure of the article, as its column declares that it reads."""
    table, subject, quantity = figure_id.split("/")
    return {
        "figure_id": figure_id,
        "table_name": table,
        "subject": subject,
        "quantity": quantity,
        "label": subject,
        "labels": "",
        "is_total": False,
        **read(text, unit, basis, context=context),
        "basis": basis,
        "note": "",
        "as_of": DAY,
        "source_id": "article",
        "locator": f"article/{table}.csv:2, column text",
    }


def reference(
    figure_id: str,
    text: str,
    unit: str = "USD",
    *,
    basis: str = "as reported",
    as_of: str = "2024-06-01",
    source: str = "list",
    tier: str = "P",
    interval: str = "",
) -> dict[str, Any]:
    """Return a reference for a figure; `interval` is a published one."""
    held = read_valid_period(as_of)
    assert held
    number = read(text, unit, basis, interval)
    is_stated = bool(interval) or number["distribution"] == "range"
    ends = StatedInterval(number["low"], number["high"], math.nan)
    return {
        "figure_id": figure_id,
        "basis": basis,
        **held._asdict(),
        "version": "",
        "source_id": source,
        **number,
        "tier": tier,
        "note": "",
        "locator": "reference/figures.csv:2",
        "available_from": held.as_of,
        "released": None,
        **error_columns(STATED if is_stated else "", number["low"], number["high"], ends, ASSUMED),
    }


def figures(*rows: dict[str, Any]) -> pd.DataFrame:
    """Return figures as their table."""
    return Figures.validate(column_types(Figures, pd.DataFrame(list(rows))))


def references(*rows: dict[str, Any]) -> pd.DataFrame:
    """Return references as their table."""
    return ReferenceValues.validate(column_types(ReferenceValues, pd.DataFrame(list(rows))))
