"""The outcome of each printed figure, and of each statement made from the figures.

The words are listed in `vocabulary`; `judge.outcomes` and `judge.figure_outcomes` decide which one applies.
"""

from tidebook.schemas.base import Date, Table, column
from tidebook.schemas.figures import FIGURE_ID
from tidebook.schemas.vocabulary import (
    DATE_STATUSES,
    ERROR_TYPES,
    FIGURE_OUTCOMES,
    NUMBER_OUTCOMES,
    OUTCOMES,
    SEVERITIES,
    SLUG,
    STATEMENT_KINDS,
)


class FigureOutcomes(Table, version="4.0", order="key"):
    """The outcome of each printed figure, with the better value and the number of affected claims."""

    figure_id: str = column("Figure of the article", key=True, str_matches=FIGURE_ID, refers="figures.figure_id")
    outcome: str = column(
        "right; drifted: the article's text has another number now; wrong; contradicts itself: its own table says "
        "otherwise; depends: on which of several sources is right, or on a basis that is not stated; outdated: right "
        "until a day, with another value known by publication; premature: right only after it was written; revised: "
        "right by a value of the same period that was replaced after publication; expired: right until a day, with no "
        "value known after it; unchecked: no comparable value is known",
        isin=FIGURE_OUTCOMES,
    )
    judged: str = column(
        "Outcome of one that has drifted by all other rules; null for others", isin=FIGURE_OUTCOMES, nullable=True
    )
    severity: str = column(
        "How far off it is, if it is wrong, outdated or contradicts itself: minor, below `materiality`; grave, by a "
        "factor of two, in sign, or another subject's value; else moderate; null for others",
        isin=SEVERITIES,
        nullable=True,
    )
    error_type: str = column("Type of error of a wrong figure; null for others", isin=ERROR_TYPES, nullable=True)
    printed: str = column("Figure as printed")
    value: float = column("Figure as printed, in `unit`")
    unit: str = column("Unit of `value`")
    better: str = column("Better value as its source prints it; null when unchecked", nullable=True)
    better_value: float = column("Better value, in `better_unit`", nullable=True)
    better_unit: str = column("Unit of the better value; null when unchecked", nullable=True)
    basis: str = column("Basis of the better value; null when unchecked", nullable=True)
    day: Date = column("Date of the better value", nullable=True)
    source_id: str = column(
        "Source of the better value; null when unchecked", nullable=True, refers="sources.source_id"
    )
    error_by: str = column(
        "What the error of the better value is known by, as in `reference_values`; null if it is not known",
        nullable=True,
    )
    valid_from: Date = column("First day on which the printed value was right", nullable=True)
    valid_until: Date = column("Day on which it ended or another value superseded it", nullable=True)
    factor: float = column("Printed value divided by the better one; null if they are not comparable", nullable=True)
    claims: int = column("Number of claims that read or state it", ge=0)
    severity_index: float = column(
        "max(|log10(factor)|, 0.3 for another subject, unit or basis) x (1 + claims); 0 if right, unchecked or open",
        unit="index",
        ge=0,
    )
    reason: str = column("Reason, in one sentence")
    accepted: str = column("Why its finding is accepted; null if it is not", nullable=True)


class Outcomes(Table, version="3.0"):
    """The outcome of each statement: the article's assertions, tests of its consistency, and its predictions."""

    statement_kind: str = column("Kind of statement", key=True, isin=STATEMENT_KINDS)
    statement_id: str = column("Id of the claim or prediction", key=True, str_matches=SLUG)
    statement: str = column("Statement, paraphrased")
    quote: str = column("Quotation that locates it in the article; null when not given", nullable=True)
    outcome: str = column("Outcome of the statement", isin=OUTCOMES)
    judged: str = column(
        "Outcome of one that has drifted by all other rules; null for others", isin=OUTCOMES, nullable=True
    )
    number: str = column(
        "Outcome of the figures whose number it prints, where a test of its own gives its statuses; null if they have "
        "no fault, or are all that it says",
        isin=NUMBER_OUTCOMES,
        nullable=True,
    )
    severity: str = column(
        "How far off it is, if it is wrong, outdated or contradicts itself, as for figures: by its figures, or by the "
        "factor between a measure and its bound; null for others",
        isin=SEVERITIES,
        nullable=True,
    )
    why: str = column("Reason, in one plain sentence")
    as_printed: str = column(
        "Status on the printed figures, by all fair interpretations; null for predictions",
        isin=DATE_STATUSES,
        nullable=True,
    )
    written: str = column(
        "Status when written, by its test: untestable if no independent value bears on it",
        isin=DATE_STATUSES,
        nullable=True,
    )
    published: str = column("Status when published", isin=DATE_STATUSES, nullable=True)
    now: str = column("Status on the as-of date", isin=DATE_STATUSES, nullable=True)
    evidence_to: Date = column("Last day of the evidence used", nullable=True)
    false_since: Date = column("Day since which it no longer holds; null if it still does, or never did", nullable=True)
    wrong_evidence: object = column(
        "Figures that are wrong as printed and were replaced by better values", items="string"
    )
    sensitive_to: object = column(
        "Assumptions that change the outcome, each varied by itself; empty if it is robust to all",
        items="string",
    )
    interpretations: int = column("Number of fair interpretations", ge=0)
    flip_figure_id: str = column(
        "Figure with the nearest value that would change the outcome; null if there is none",
        nullable=True,
        refers="figures.figure_id",
    )
    flip_from: float = column("Value of the figure that the outcome rests on, in `flip_unit`", nullable=True)
    flip_at: float = column("Value of the figure at which the outcome changes, in `flip_unit`", nullable=True)
    flip_unit: str = column("Unit of that figure; null without a tipping point", nullable=True)
    flip_direction: str = column("Direction of the change", isin=("up", "down"), nullable=True)
    probability: float = column(
        "Highest probability that an open prediction comes true as stated, by the open interpretations that decide; "
        "null where only bounds are known",
        unit="probability",
        nullable=True,
    )
    probability_low: float = column(
        "Lowest probability, or lower bound, over its open interpretations and other cohorts",
        unit="probability",
        nullable=True,
    )
    probability_high: float = column(
        "Highest probability, or upper bound, over the same, also if all that is announced is completed in time",
        unit="probability",
        nullable=True,
    )
    very_unlikely: bool = column("Whether every open interpretation that decides has a probability below 1%")
    decided_by: str = column("What would decide it; null if it is decided", nullable=True)
    accepted: str = column("Why its finding is accepted; null if it is not", nullable=True)
