"""Dated evidence read from raw CSV: what happened, and what was measured when.

Rows are kept as they were reported; what counts for a prediction is decided in `judge.predictions`.
"""

import pandas as pd
import pandera.pandas as pa

from tidebook.schemas.base import SLUG, Date, Table, column
from tidebook.schemas.figures import KINDS

AVAILABLE = "Day from which it could be known: as entered, else that of its source's publication, never before its date"
EVENT_STATUSES = ("completed", "announced", "reported")
TIERS = ("P", "S", "W", "D")


class Events(Table, version="3.0"):
    """What happened: each event with its day, to whom or what, and its source."""

    event_id: str = column("Event", key=True, str_matches=SLUG)
    date: Date = column("Day on which it happened, or was announced when `status` says so")
    kind: str = column("What sort of event it is", str_matches=SLUG)
    status: str = column("completed, announced but not completed, or only reported", isin=EVENT_STATUSES)
    subject: str = column("Slug of whom or what it happened to", str_matches=SLUG)
    counterparty: str = column("The other party, as reported; null when there is none", nullable=True)
    text: str = column("The amount as reported; null when there is none", nullable=True)
    value: float = column("The amount, in `unit`", nullable=True)
    low: float = column("Lower end of what the text supports", nullable=True)
    high: float = column("Upper end of what the text supports", nullable=True)
    quantity_kind: str = column("How the text states the amount", isin=KINDS)
    unit: str = column("Unit of value, low and high; null when there is no amount", nullable=True)
    source_id: str = column("Source in sources.toml")
    tier: str = column("P primary, S secondary, W weak, D derived", isin=TIERS)
    note: str = column("What to know about it", nullable=True)
    locator: str = column("Raw file and line")
    available_from: Date = column(AVAILABLE)


class Observations(Table, version="2.0"):
    """Dated series: what was measured of whom or what, on which day."""

    observation_id: str = column("Series, subject, date and source", key=True)
    series: str = column("What is measured", str_matches=SLUG)
    subject: str = column("Slug of what it is measured of", str_matches=SLUG)
    date: Date = column("Day, or last day of the period, that the value speaks of")
    text: str = column("The value as published", str_length={"min_value": 1})
    value: float = column("The value, in `unit`", nullable=True)
    low: float = column("Lower end of what the text supports; -inf when there is none", nullable=True)
    high: float = column("Upper end of what the text supports; inf when there is none", nullable=True)
    quantity_kind: str = column("How the text states the value", isin=KINDS)
    unit: str = column("Unit of value, low and high")
    basis: str = column("On which basis it was measured, or its scope")
    source_id: str = column("Source in sources.toml")
    tier: str = column("P primary, S secondary, W weak, D derived", isin=TIERS)
    note: str = column("What to know about it", nullable=True)
    locator: str = column("Raw file and line")
    available_from: Date = column(AVAILABLE)

    @pa.dataframe_check(description="low <= value <= high unless missing")
    @classmethod
    def support_holds_value(cls, rows: pd.DataFrame) -> pd.Series:
        """The value lies within its own support."""
        return rows["value"].between(rows["low"], rows["high"]) | (rows["quantity_kind"] == "missing")
