"""Independent evidence for the article's figures, and what comparing the two gives."""

import pandas as pd
import pandera.pandas as pa

from tidebook.schemas.base import Date, Table, column
from tidebook.schemas.evidence import AVAILABLE, TIERS
from tidebook.schemas.figures import DISTRIBUTIONS, FIGURE_ID, KINDS
from tidebook.schemas.vocabulary import SLUG

MISTAKES = (
    "power-of-ten error", "wrong attribution", "wrong unit", "wrong basis", "unstated basis", "disputed",
    "beyond its whole",
)  # fmt: skip
"""Results that are errors, bases that may differ or sources that exclude each other, not imprecision."""

WITHIN_TABLES = ("outlier", "no single date", "no single scope", "inconsistent", "only by rounding", "repeated")
"""Results that follow from the printed tables alone."""

RESULTS = (
    "agrees", "outdated", "premature", *MISTAKES, "differs", "uncertain reference", "above its whole",
    "not comparable", "no reference", *WITHIN_TABLES,
)  # fmt: skip


class ReferenceValues(Table, version="2.1", order="key"):
    """Independent values for the article's figures, each with its basis, date, source and tier."""

    figure_id: str = column("Figure that the value is for", key=True, str_matches=FIGURE_ID)
    basis: str = column("Measurement basis", key=True)
    as_of: Date = column("Day from which the value held, or on which it was reported", key=True)
    source_id: str = column("Source in sources.toml", key=True, str_matches=SLUG, refers="sources.source_id")
    earliest: Date = column(
        "Earliest day from which it may have held, if `as_of` is the latest possible", nullable=True
    )
    until: Date = column("Day from which it no longer held, if known", nullable=True)
    version: str = column(
        "Version that the value is of, such as a model's name; all values of one version end on one day; null if none",
        nullable=True,
    )
    text: str = column("Value as the source prints it", str_length={"min_value": 1})
    value: float = column("Value, in `unit`; null if the source has none", nullable=True)
    low: float = column("Lower end of the published interval, else of the implied interval", nullable=True)
    high: float = column("Upper end of the published interval, else of the implied interval", nullable=True)
    low_open: bool = column("Whether the lower end is excluded, as in `over 1,000`")
    high_open: bool = column("Whether the upper end is excluded, as in `under 5%`")
    kind: str = column("How the text states the number", isin=KINDS)
    unit: str = column("Unit of value, low and high")
    distribution: str = column("Distribution of its draws where it replaces a figure", isin=DISTRIBUTIONS)
    drawn_low: float = column("Lower end of its draws: minimum, or 5th percentile (normal, t)", nullable=True)
    drawn_high: float = column("Upper end of its draws: maximum, or 95th percentile (normal, t)", nullable=True)
    degrees_of_freedom: float = column(
        "Degrees of freedom of a fitted distribution; null for others", nullable=True, gt=0
    )
    error_by: str = column(
        "What its error is known by: stated, confidence CLASS, assumption NAME, learnt from so many pairs of sources, "
        "or exact, of a number that is repeated, such as a count; null if it is not known",
        nullable=True,
    )
    error_low: float = column(
        "Lower end of the 95% interval that its error gives; null if it is not known, or none", nullable=True
    )
    error_high: float = column("Upper end of that interval", nullable=True)
    tier: str = column("P primary, S secondary, W weak, D derived", isin=TIERS)
    note: str = column("Arithmetic of a derived value, remarks and corrections", nullable=True)
    locator: str = column("Raw file and line of the row")
    available_from: Date = column(AVAILABLE)
    released: Date = column(
        "Day of its release, before which nobody knew it; null where its row states none", nullable=True
    )

    @pa.dataframe_check(description="low <= value <= high unless missing")
    @classmethod
    def interval_holds_value(cls, references: pd.DataFrame) -> pd.Series:
        """The value lies within its interval."""
        return references["value"].between(references["low"], references["high"]) | (references["kind"] == "missing")


class Reconciliation(Table, version="3.0", order="key"):
    """Each figure of the article beside each independent value for it."""

    figure_id: str = column("Figure of the article", key=True, str_matches=FIGURE_ID, refers="figures.figure_id")
    reference_basis: str = column("Basis of the reference", key=True)
    reference_as_of: Date = column("Date of the reference", key=True)
    source_id: str = column("Source of the reference", key=True, refers="sources.source_id")
    printed: str = column("Figure as printed")
    basis: str = column("Basis of the figure as printed")
    unit: str = column("Unit of the figure as printed")
    reference: str = column("Reference as its source prints it")
    reference_unit: str = column("Unit of the reference")
    tier: str = column("Tier of the reference", isin=TIERS)
    ratio: float = column("Printed value divided by the reference", unit="ratio", nullable=True)
    comparable: bool = column("Whether unit and basis are the same")
    intervals_overlap: bool = column("Whether the implied intervals overlap")


class Comparisons(Table, version="1.1", order="key"):
    """Each figure compared with its references, and with other figures of its table."""

    figure_id: str = column("Figure of the article", key=True, str_matches=FIGURE_ID, refers="figures.figure_id")
    result: str = column("What the comparison shows", key=True, isin=RESULTS)
    factor: float = column("Printed value divided by the value compared with", unit="ratio", nullable=True)
    valid_from: Date = column("First day on which the printed value was right", nullable=True)
    valid_until: Date = column("Day on which it ended or another value superseded it", nullable=True)
    detail: str = column("The result in words")
    source_id: str = column(
        "Source of the value compared with; null if it is the article's own", nullable=True, refers="sources.source_id"
    )
    evidence: object = column("Ids of the figures concerned, this one first", items="string")
