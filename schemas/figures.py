"""The table of figures, one published number each, and the summary of the worlds built from them."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from schemas.base import Date, Table, column

KINDS = ("exact", "rounded", "estimate", "at_least", "at_most", "missing")
FIGURE_ID = r"^[a-z0-9_]+/[a-z0-9_]+/[a-z0-9_]+$"


class Figures(Table, version="2.0"):
    """Every published number: the text as printed, its value and the interval that the text supports."""

    figure_id: str = column("Table, subject and quantity", key=True, str_matches=FIGURE_ID)
    table: str = column("Table that the figure was read from")
    subject: str = column("Slug of the subject")
    quantity: str = column("What is measured")
    label: str = column("Subject as printed")
    labels: str = column("Texts of the row that expressions may compare, as JSON by column; empty when there are none")
    text: str = column("The cell as printed", str_length={"min_value": 1})
    value: float = column("The number; null when missing", nullable=True)
    low: float = column("Lower end of the support, included; -inf when there is none", nullable=True)
    high: float = column("Upper end of the support, excluded when rounded; inf when the text sets none", nullable=True)
    kind: str = column("How the text states the number", isin=KINDS)
    unit: str = column("Unit of value, low and high")
    basis: str = column("What the number is of its kind: cloud rental, round, cumulative, ...")
    note: str = column("Reason of a missing value, or words in parentheses")
    as_of: Date = column("Date that the figure speaks of")
    source_id: str = column("Source in sources.toml")
    locator: str = column("Raw file, line and column of the cell")

    @pa.dataframe_check(description="low <= value <= high unless missing")
    @classmethod
    def support_holds_value(cls, figures: pd.DataFrame) -> pd.Series:
        """The value lies within its own support."""
        inside = (figures["low"] <= figures["value"]) & (figures["value"] <= figures["high"])
        return inside | (figures["kind"] == "missing")

    @pa.dataframe_check(description="a value is null exactly when the figure is missing")
    @classmethod
    def missing_has_no_value(cls, figures: pd.DataFrame) -> pd.Series:
        """Missing figures carry no value, all others do."""
        return figures["value"].isna() == (figures["kind"] == "missing")


class Worlds(Table):
    """Summary of the worlds: how each figure spreads over the worlds of each kind."""

    kind: str = column("Kind of world", key=True, isin=("printed", "draw", "drop", "scale"))
    figure_id: str = column("Figure", key=True, str_matches=FIGURE_ID)
    worlds: int = column("Worlds of this kind", ge=1)
    missing: int = column("Of these, worlds in which it has no value", ge=0)
    p05: float = column("5th percentile over these worlds, in the figure's unit", nullable=True)
    median: float = column("Median over these worlds, in the figure's unit", nullable=True)
    p95: float = column("95th percentile over these worlds, in the figure's unit", nullable=True)
