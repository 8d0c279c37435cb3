"""What a reader remembers: one word for each printed figure, and one for each statement made from the figures.

What each word means, and when it is given, is in `judge.outcomes`.
"""

from tidebook.schemas.base import SLUG, Date, Table, column
from tidebook.schemas.figures import FIGURE_ID
from tidebook.schemas.vocabulary import DATE_STATUSES, FIGURE_OUTCOMES, OUTCOMES, SEVERITIES, STATEMENT_KINDS, WAYS


class FigureOutcomes(Table, version="2.0", order="key"):
    """One word for each figure that the article prints, with the better value and how much hangs on it."""

    figure_id: str = column("Figure of the article", key=True, str_matches=FIGURE_ID)
    outcome: str = column(
        "right; wrong; outdated: right until a day before publication; premature: right only after it was written; "
        "unchecked: nothing comparable is known",
        isin=FIGURE_OUTCOMES,
    )
    judged: str = column(
        "The outcome apart from a quotation that drifted; reserved, null for now", isin=FIGURE_OUTCOMES, nullable=True
    )
    severity: str = column("How far off it is; reserved, null for now", isin=SEVERITIES, nullable=True)
    error_type: str = column("In which way a wrong one errs; null for others", isin=WAYS, nullable=True)
    printed: str = column("The figure as printed")
    value: float = column("The figure as printed, in `unit`")
    unit: str = column("Unit of `value`")
    better: str = column("The better value as its source has it; null when unchecked", nullable=True)
    better_value: float = column("The better value, in `better_unit`", nullable=True)
    better_unit: str = column("Unit of the better value; null when unchecked", nullable=True)
    basis: str = column("Basis of the better value; null when unchecked", nullable=True)
    day: Date = column("Day of the better value", nullable=True)
    source_id: str = column("Source of the better value; null when unchecked", nullable=True)
    valid_from: Date = column("First day on which the printed value was right", nullable=True)
    valid_until: Date = column("Day on which another value took its place", nullable=True)
    factor: float = column("Printed value over the better one; null where they do not compare", nullable=True)
    claims: int = column("Claims that read or assert it", ge=0)
    severity_index: float = column(
        "max(|log10 of the factor|, 0.3 for another subject, unit or basis) x (1 + claims); 0 unless it is faulted",
        unit="index",
        ge=0,
    )
    reason: str = column("Why, in one sentence")


class Outcomes(Table, version="2.0"):
    """One word for each statement: assertions of the article, tests of its consistency, and its predictions."""

    statement_kind: str = column("What sort of statement it is", key=True, isin=STATEMENT_KINDS)
    statement_id: str = column("Id of the claim or prediction", key=True, str_matches=SLUG)
    statement: str = column("The statement, paraphrased")
    quote: str = column("Words of the article by which its place is found; null when not given", nullable=True)
    outcome: str = column("The word that a reader remembers", isin=OUTCOMES)
    judged: str = column(
        "The outcome apart from a quotation that drifted; reserved, null for now", isin=OUTCOMES, nullable=True
    )
    severity: str = column("How far off it is; reserved, null for now", isin=SEVERITIES, nullable=True)
    why: str = column("Why, in one plain sentence")
    as_printed: str = column(
        "By all fair readings, on the printed figures; null for predictions", isin=DATE_STATUSES, nullable=True
    )
    written: str = column("The same on the day of the content", isin=DATE_STATUSES, nullable=True)
    published: str = column("The same on the day of publication", isin=DATE_STATUSES, nullable=True)
    now: str = column("The same as of today", isin=DATE_STATUSES, nullable=True)
    evidence_to: Date = column("Last day of the evidence taken", nullable=True)
    false_since: Date = column(
        "Day since which it no longer holds; null where it still does, or never did", nullable=True
    )
    wrong_evidence: object = column(
        "Evidence that is wrong as printed, though the outcome rests on better", items="string"
    )
    sensitive_to: object = column(
        "Assumptions of which another value, each by itself, gives another outcome; none where it is robust to all",
        items="string",
    )
    interpretations: int = column("Fair readings, those that decide", ge=0)
    flip_figure_id: str = column(
        "Figure whose smallest change turns it, as printed; null when none does, or the print stands otherwise",
        nullable=True,
    )
    flip_from: float = column("The figure as printed, in `flip_unit`", nullable=True)
    flip_at: float = column("Value of the figure at which it turns, in `flip_unit`", nullable=True)
    flip_unit: str = column("Unit of that figure; null when none turns it", nullable=True)
    flip_direction: str = column("Whether the figure has to grow or shrink", isin=("up", "down"), nullable=True)
    probability: float = column(
        "Of an open prediction: the largest probability among its open readings", unit="probability", nullable=True
    )
    decided_by: str = column("What would decide it; null when it is decided", nullable=True)
