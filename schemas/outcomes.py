"""The outcome of each printed figure, and of each statement made from the figures.

The words are listed in `vocabulary`; `judge.outcomes` and `judge.figure_outcomes` decide which one applies.
"""

from tidebook.schemas.base import Date, Table, column
from tidebook.schemas.figures import FIGURE_ID
from tidebook.schemas.vocabulary import (
    CARD_KINDS,
    DATE_STATUSES,
    ERROR_TYPES,
    FIGURE_OUTCOMES,
    NUMBER_OUTCOMES,
    OUTCOMES,
    QUANTITY_KINDS,
    SEVERITIES,
    SLUG,
    STATEMENT_KINDS,
    VALUE_CHANGES,
    VINTAGE_KINDS,
)

OUTCOMES_OF_ANY = tuple(dict.fromkeys((*FIGURE_OUTCOMES, *OUTCOMES)))
"""Outcomes of figures and statements."""


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


class ClaimCards(Table, order="key"):
    """What was judged of each claim on its own day: the value, the rows that decided, and a sentence that corrects.

    Every surface prints these. `metric_id`, `evidence_view` and `as_of` are the key of `metrics`.
    """

    claim_id: str = column("Claim", key=True, str_matches=SLUG, refers="claims.claim_id")
    statement: str = column("The claim, paraphrased")
    place: str = column("File, line and column of its words, or the article's section; null if unknown", nullable=True)
    outcome: str = column("Outcome of the claim", isin=OUTCOMES)
    kind: str = column(
        "What kind of value decides it; `figure`: a figure that it states, `none`: nothing does", isin=CARD_KINDS
    )
    day: Date = column("Day on which it is judged")
    day_reason: str = column("Why that day")
    evidence_view: str = column("Evidence view that decides; null without an interpretation", nullable=True)
    as_of: Date = column("As-of date of that view", nullable=True)
    metric_id: str = column("Metric that decides; null without an interpretation", nullable=True)
    predicate: str = column("Condition on it; null without an interpretation", nullable=True)
    value: float = column("Its value on that day, in `unit`", nullable=True)
    low: float = column("Lower end of its range", nullable=True)
    high: float = column("Upper end of its range", nullable=True)
    unit: str = column("Unit of the value; null without one", nullable=True)
    sides: object = column(
        "That value; of a condition both sides, of several conditions those of each; empty without any", items="float64"
    )
    found: str = column("The value in words, with both sides of what is compared; null if there is none", nullable=True)
    source: str = column("Who says so, in words; null if nothing bears on it", nullable=True)
    correction: str = column("What is so, as a sentence after the statement")
    rows: object = column("Rows of evidence and figures that decided, the subject first", items="string")
    trail: object = column("The same rows in words, each with its period, vintage and source", items="string")
    rows_read: int = column("How many rows the value was computed from", ge=0)
    periods: str = column("That the rows are of different periods, in words; null if they are not", nullable=True)
    vintages: str = column(
        "right by all vintages of its evidence; by that of its day, but not by later ones; by an old figure that was "
        "replaced when it was said; by none; or only by a later one. Null without vintages",
        isin=VINTAGE_KINDS,
        nullable=True,
    )
    vintage_words: str = column("The same in words, with the days", nullable=True)
    would_change: str = column("What would change the outcome; null if nothing is known to", nullable=True)
    value_kind: str = column(
        "Kind of the quantity that it rests on, of several the one to look at again first, as in `hazards`; null of a "
        "date, and if it rests on the article's own figures or on nothing",
        isin=QUANTITY_KINDS,
        nullable=True,
    )
    value_change: str = column("How such values change, as in `hazards`", isin=VALUE_CHANGES, nullable=True)
    keeps: str = column("How soon 1 in 3 of such values had changed, in words; null if not known", nullable=True)
    look_again: Date = column("Day from which 1 in 3 of such values had changed", nullable=True)


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
    decided_view: str = column(
        "Evidence view whose verdict decides the outcome; null if no interpretation does", nullable=True
    )
    decided_on: Date = column("As-of date of that view", nullable=True)
    decided_rank: float = column("Rank of the interpretation that decides", ge=0, nullable=True)
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


class ChangedOutcomes(Table, order="key"):
    """Each outcome that is another word if one assumption is changed: the first screen under other assumptions."""

    statement_kind: str = column("figure, or kind of statement", key=True, isin=("figure", *STATEMENT_KINDS))
    statement_id: str = column("Figure or claim", key=True)
    assumption: str = column("Assumption that is changed", key=True)
    written: str = column("Value as declared; null of the cut-offs that claims write themselves", nullable=True)
    value: str = column("Changed value", key=True)
    outcome: str = column("Outcome as declared", isin=OUTCOMES_OF_ANY)
    changed_outcome: str = column("Outcome with the assumption changed", isin=OUTCOMES_OF_ANY)
    changed_severity: str = column(
        "How far off it is then, as for figures and statements; null for one that is not faulted",
        isin=SEVERITIES,
        nullable=True,
    )
