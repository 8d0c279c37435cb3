"""Independent evidence for the article's figures, and what comparing the two finds."""

import pandas as pd
import pandera.pandas as pa

from tidebook.schemas.base import SLUG, Date, Table, column
from tidebook.schemas.evidence import AVAILABLE, TIERS
from tidebook.schemas.figures import DISTRIBUTIONS, FIGURE_ID, KINDS

MISTAKES = ("power-of-ten error", "wrong attribution", "wrong unit", "wrong basis")
"""Findings by which a printed value is not an inexact one of what it stands for."""

WITHIN_TABLES = ("outlier", "no single date", "no single scope", "inconsistent", "only by rounding")
"""Findings that rest on the printed tables alone."""

FINDINGS = ("agrees", "outdated", "premature", *MISTAKES, "differs", "not comparable", "no reference", *WITHIN_TABLES)


class ReferenceValues(Table, order="key"):
    """What better sources say of the article's figures: each value with its basis, date, source and tier."""

    figure_id: str = column("Figure that the value is for", key=True, str_matches=FIGURE_ID)
    basis: str = column("What the number is of its kind", key=True)
    as_of: Date = column("Day from which the value held, or on which it was reported", key=True)
    source_id: str = column("Source in sources.toml", key=True, str_matches=SLUG)
    earliest: Date = column("First day from which it may have held, where `as_of` is only the last", nullable=True)
    until: Date = column("Day from which it no longer held, where the source or a successor tells", nullable=True)
    text: str = column("The value as the source has it", str_length={"min_value": 1})
    value: float = column("The number, in `unit`; null when the source has none", nullable=True)
    low: float = column("Lower end of the published interval, else of the text's support", nullable=True)
    high: float = column("Upper end of the published interval, else of the text's support", nullable=True)
    kind: str = column("How the text states the number", isin=KINDS)
    unit: str = column("Unit of value, low and high")
    distribution: str = column("How worlds draw it where it stands for a figure", isin=DISTRIBUTIONS)
    drawn_low: float = column("Lower end of its draws: the least, or the 5th percentile of a bell", nullable=True)
    drawn_high: float = column("Upper end of its draws: the largest, or the 95th percentile of a bell", nullable=True)
    degrees_of_freedom: float = column(
        "Degrees of freedom of a fitted spread; null for the others", nullable=True, gt=0
    )
    tier: str = column("P primary, S secondary, W weak, D derived", isin=TIERS)
    note: str = column("Arithmetic of a derived value, or what to know; corrections are named here", nullable=True)
    locator: str = column("Raw file and line of the row")
    available_from: Date = column(AVAILABLE)

    @pa.dataframe_check(description="low <= value <= high unless missing")
    @classmethod
    def interval_holds_value(cls, references: pd.DataFrame) -> pd.Series:
        """The value lies within its own interval."""
        return references["value"].between(references["low"], references["high"]) | (references["kind"] == "missing")


class Reconciliation(Table, version="2.0", order="key"):
    """Each figure of the article beside each independent value for it."""

    figure_id: str = column("Figure of the article", key=True, str_matches=FIGURE_ID)
    reference_basis: str = column("Basis of the reference", key=True)
    reference_as_of: Date = column("Date of the reference", key=True)
    source_id: str = column("Source of the reference", key=True)
    printed: str = column("The figure as printed")
    basis: str = column("Basis of the figure as printed")
    unit: str = column("Unit of the figure as printed")
    reference: str = column("The reference as its source has it")
    reference_unit: str = column("Unit of the reference")
    tier: str = column("Tier of the reference", isin=TIERS)
    ratio: float = column("Printed value divided by the reference", unit="ratio", nullable=True)
    comparable: bool = column("Whether unit and basis are the same")
    intervals_overlap: bool = column("Whether the supports have a value in common")


class Findings(Table, version="2.0", order="key"):
    """What the comparison says of each figure of the article, and what the printed tables say of themselves."""

    figure_id: str = column("Figure of the article", key=True, str_matches=FIGURE_ID)
    finding: str = column("What was found", key=True, isin=FINDINGS)
    factor: float = column("Printed value divided by the value it is held against", unit="ratio", nullable=True)
    valid_from: Date = column("First day on which the printed value was right", nullable=True)
    valid_until: Date = column("Day on which another value took its place", nullable=True)
    detail: str = column("The finding in words")
    source_id: str = column("Source that the finding rests on; null when it rests on the article alone", nullable=True)
    evidence: object = column("Ids of the figures concerned, with their own first", items="string")
