"""Dated evidence read from raw CSV: events and measurements.

Rows are kept as they were reported; what counts for a prediction is decided in `judge.predictions`.
"""

import pandas as pd
import pandera.pandas as pa

from tidebook.schemas.base import Date, Table, column
from tidebook.schemas.figures import KINDS
from tidebook.schemas.vocabulary import SLUG

AVAILABLE = "Day from which it was available: as entered, else its source's publication date, never before its date"
EVENT_STATUSES = ("completed", "announced", "reported")
TIERS = ("P", "S", "W", "D")


class Events(Table, version="3.0"):
    """Events, each with its date, subject and source."""

    event_id: str = column("Event", key=True, str_matches=SLUG)
    date: Date = column("Date of the event, or of its announcement if `status` says so")
    kind: str = column("Kind of event", str_matches=SLUG)
    status: str = column("completed, announced but not completed, or only reported", isin=EVENT_STATUSES)
    subject: str = column("Slug of the subject", str_matches=SLUG)
    counterparty: str = column("Other party, as reported; null if there is none", nullable=True)
    text: str = column("Amount as reported; null if there is none", nullable=True)
    value: float = column("Amount, in `unit`", nullable=True)
    low: float = column("Lower end of the implied interval", nullable=True)
    high: float = column("Upper end of the implied interval", nullable=True)
    quantity_kind: str = column("How the text states the amount", isin=KINDS)
    unit: str = column("Unit of value, low and high; null without an amount", nullable=True)
    source_id: str = column("Source in sources.toml", refers="sources.source_id")
    tier: str = column("P primary, S secondary, W weak, D derived", isin=TIERS)
    note: str = column("Remarks", nullable=True)
    locator: str = column("Raw file and line")
    available_from: Date = column(AVAILABLE)


class Observations(Table, version="2.0"):
    """Dated series of measurements."""

    observation_id: str = column("Series, subject, date and source", key=True)
    series: str = column("What is measured", str_matches=SLUG)
    subject: str = column("Slug of the subject", str_matches=SLUG)
    date: Date = column("Date, or last day of the period, that the value describes")
    text: str = column("Value as published", str_length={"min_value": 1})
    value: float = column("Value, in `unit`", nullable=True)
    low: float = column("Lower end of the implied interval; -inf if there is none", nullable=True)
    high: float = column("Upper end of the implied interval; inf if there is none", nullable=True)
    quantity_kind: str = column("How the text states the value", isin=KINDS)
    unit: str = column("Unit of value, low and high")
    basis: str = column("Measurement basis or scope")
    source_id: str = column("Source in sources.toml", refers="sources.source_id")
    tier: str = column("P primary, S secondary, W weak, D derived", isin=TIERS)
    note: str = column("Remarks", nullable=True)
    locator: str = column("Raw file and line")
    available_from: Date = column(AVAILABLE)

    @pa.dataframe_check(description="low <= value <= high unless missing")
    @classmethod
    def support_holds_value(cls, rows: pd.DataFrame) -> pd.Series:
        """The value lies within its implied interval."""
        return rows["value"].between(rows["low"], rows["high"]) | (rows["quantity_kind"] == "missing")


class EvidenceRows(Table, version="1.1", order="key"):
    """The rows of evidence tables that expressions look up; no others are read or stored."""

    evidence_row_id: str = column("Series, keys, period and value; of one of several vintages its day", key=True)
    series: str = column("Series, as expressions name it", str_matches=SLUG)
    keys: str = column(
        "Keys beside the time, joined by `/`: ISO codes of countries, slugs; null if none", nullable=True
    )
    period: str = column("Year, quarter, month or day that it describes; null of what has no time", nullable=True)
    value_name: str = column("Which of the series' values", str_matches=SLUG)
    value: float = column("Value, in `unit`")
    unit: str = column("Unit of the value")
    basis: str = column("Measurement basis or scope; null if none is declared", nullable=True)
    flag: str = column("Flag of the publisher, such as p for provisional; null if none is set", nullable=True)
    vintage: Date = column("Day on which the publisher's file held this value; null without vintages", nullable=True)
    source_id: str = column("Source in sources.toml", refers="sources.source_id")
    title: str = column("Title of the series")
    note: str = column("What replaces the publisher's metadata; null if nothing does", nullable=True)
    locator: str = column("Raw file, with its SHA-256")


class EvidenceReads(Table, order="key"):
    """Which rows of evidence each metric looks up on any day of judging, and each computed reference."""

    metric_id: str = column("Metric, without the subject, or figure with such a reference", key=True)
    evidence_row_id: str = column("Row of evidence", key=True, refers="evidence_rows.evidence_row_id")
