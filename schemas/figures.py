"""The table of figures, one published number each, and the summary of the worlds built from them."""

import pandas as pd
import pandera.pandas as pa

from tidebook.schemas.base import Date, Table, column, share_column

KINDS = ("exact", "rounded", "estimate", "at_least", "at_most", "missing")
DISTRIBUTIONS = ("none", "rounding", "range", "interval", "assumed", "fitted")
"""How worlds draw a figure: not at all; even over its rounding; even in the logarithm over a stated range; lognormal,
by a stated interval; even in the logarithm as far as is assumed; Student's t in the logarithm, as errors were found."""

FIGURE_ID = r"^[a-z0-9_]+/[a-z0-9_]+/[a-z0-9_]+$"


class Figures(Table, version="3.0"):
    """Every published number: the text as printed, its value and the interval that the text supports."""

    figure_id: str = column("Table, subject and quantity", key=True, str_matches=FIGURE_ID)
    table_name: str = column("Table that the figure was read from")
    subject: str = column("Slug of the subject")
    quantity: str = column("What is measured")
    label: str = column("Subject as printed")
    labels: str = column(
        "Texts of the row that expressions may compare, as JSON by column; null when there are none", nullable=True
    )
    text: str = column("The cell as printed; null only where an empty cell is declared as missing", nullable=True)
    value: float = column("The number; null when missing", nullable=True)
    low: float = column("Lower end of the support, included; -inf when there is none", nullable=True)
    high: float = column("Upper end of the support, excluded when rounded; inf when the text sets none", nullable=True)
    kind: str = column("How the text states the number", isin=KINDS)
    unit: str = column("Unit of value, low and high")
    distribution: str = column("How worlds draw it", isin=DISTRIBUTIONS)
    drawn_low: float = column("Lower end of its draws: the least, or the 5th percentile of a bell", nullable=True)
    drawn_high: float = column("Upper end of its draws: the largest, or the 95th percentile of a bell", nullable=True)
    degrees_of_freedom: float = column(
        "Degrees of freedom of a fitted spread; null for the others", nullable=True, gt=0
    )
    basis: str = column("What the number is of its kind: list price, cumulative, estimate of the year, ...")
    note: str = column("Reason of a missing value, or words in parentheses", nullable=True)
    as_of: Date = column("Date that the figure speaks of")
    source_id: str = column("Source in sources.toml")
    locator: str = column("Raw file, line and column of the cell")

    @pa.dataframe_check(description="low <= value <= high unless missing")
    @classmethod
    def support_holds_value(cls, figures: pd.DataFrame) -> pd.Series:
        """The value lies within its own support."""
        return figures["value"].between(figures["low"], figures["high"]) | (figures["kind"] == "missing")

    @pa.dataframe_check(description="a value is null exactly when the figure is missing")
    @classmethod
    def missing_has_no_value(cls, figures: pd.DataFrame) -> pd.Series:
        """Missing figures carry no value, all others do."""
        return figures["value"].isna() == (figures["kind"] == "missing")


FORMS = ("estimate", "open-ended", "estimate or open-ended", "rounded", "exact")
"""How figures may be off: those of the first two forms have a fitted spread."""


class CalibrationCases(Table, version="2.0", order="key"):
    """Figures whose value was known on the day of the content: whether their draws reach it, by each spread."""

    figure_id: str = column("Figure of the article", key=True, str_matches=FIGURE_ID)
    kind: str = column("How the text states the number", isin=KINDS)
    form: str = column("How it may be off", isin=FORMS)
    unit: str = column("Unit of the values")
    printed: float = column("The figure as printed")
    reference: float = column("The best reference on the day of the content")
    reference_as_of: Date = column("Date of the reference")
    source_id: str = column("Source of the reference")
    mistake: str = column("The finding by which it is left out of the fit; null when it is in", nullable=True)
    low: float = column("Lower end of its draws; where it is fitted, to the other subjects alone")
    high: float = column("Upper end of its draws; where it is fitted, to the other subjects alone")
    hit: bool = column("Whether the reference lies between the two")
    score: float = column("Interval score of the two, in the logarithm; null where none is fitted", nullable=True)
    assumed_low: float = column("Lower end of the spread that is assumed before references are seen")
    assumed_high: float = column("Upper end of the spread that is assumed before references are seen")
    assumed_hit: bool = column("Whether the reference lies between those two")
    assumed_score: float = column("Interval score of those two, in the logarithm; null likewise", nullable=True)


class Calibration(Table, version="2.0"):
    """How often the draws of figures reach what was known on the day of the content, by how they may be off."""

    form: str = column("How the figures may be off", key=True, isin=FORMS)
    cases: int = column("Figures with a reference", ge=1)
    mistakes: int = column(
        "Of these, left out of the fit: a value of another subject, unit or basis, a power of ten", ge=0
    )
    hits: int = column("Figures whose draws reach the reference", ge=0)
    coverage: float = share_column("Share of hits")
    coverage_low: float = share_column("Lower end of the share's exact 90 % interval")
    coverage_high: float = share_column("Upper end of the share's exact 90 % interval")
    score: float = column("Mean interval score, in the logarithm: smaller is better", nullable=True)
    assumed_hits: int = column("Hits of the spread that is assumed before references are seen", ge=0)
    assumed_score: float = column("Mean interval score of that spread", nullable=True)


class Scenarios(Table):
    """Summary of the worlds: how each figure spreads over the worlds of each kind."""

    kind: str = column("Kind of world", key=True, isin=("printed", "draw", "drop", "scale"))
    figure_id: str = column("Figure", key=True, str_matches=FIGURE_ID)
    scenarios: int = column("Worlds of this kind", ge=1)
    missing: int = column("Of these, worlds in which it has no value", ge=0)
    p05: float = column("5th percentile over these worlds, in the figure's unit", nullable=True)
    median: float = column("Median over these worlds, in the figure's unit", nullable=True)
    p95: float = column("95th percentile over these worlds, in the figure's unit", nullable=True)
