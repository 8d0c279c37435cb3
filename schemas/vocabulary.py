"""The fixed words of claims, verdicts and outcomes, and names of columns and rows, for readers of tables that do not
validate. Imports nothing."""

SLUG = r"^[a-z0-9]+(_[a-z0-9]+)*$"
"""The form of ids and names in columns."""

INTERVAL = ("value", "low", "high", "low_open", "high_open")
"""The columns with the value of a figure and its implied interval."""

SPREAD = ("distribution", "drawn_low", "drawn_high", "degrees_of_freedom")
"""The columns with the distribution of a figure."""

REPORTED = "as reported"
"""The basis of a value dated by the report that states it; a price, by contrast, starts on its date."""

CLAIM_KINDS = ("table cell", "takeaway", "prose", "internal consistency", "prediction")
ABOUT_PRINTED = ("table cell", "internal consistency")
"""Kinds of claims about the printed figures themselves, for which no evidence view replaces them."""

EVIDENCE_VIEWS = ("printed", "best_known")
"""The evidence views of the core; plugins may bring others, on which they judge claims."""

ANY_KIND, LATER, REVISION = "any", "later value", "revision"
QUANTITY_KINDS = ("price", "total", "score", "rate", "index", "count", ANY_KIND)
VALUE_CHANGES = (LATER, REVISION)
"""How a published value changes: what it measures moves on, or the publisher replaces it for the same period."""

HORIZONS = (6, 12, 24)
"""Months after which changes of values and of outcomes are counted."""

MOST_AGAIN = 5
"""How many claims are named to look at again first."""

CARD_KINDS = (
    "value", "difference", "change", "ratio", "rank", "extreme", "count", "condition", "several", "figure", "none",
)  # fmt: skip
"""What decides a claim: the form of its expression, several conditions, a figure that it states, or nothing."""

VINTAGE_KINDS = ("right by all", "right by its day", "old figure", "never right", "right only later")
"""What the vintages of its evidence say of a claim."""

STATUSES = ("supported", "contradicted", "contested", "untestable")
OF_EVIDENCE_TABLES = ("evidence_reads", "evidence_rows")
"""Tables of releases whose dossier declares evidence tables; others have none of them."""

TEXT_SENTENCES = "text_sentences"
"""A table of releases whose dossier has the article's own text."""

STRICTNESS = ("fair", "strict", "loose")
"""Fair interpretations decide a claim's outcome."""

CONTRADICTS, DRIFTED = "contradicts itself", "drifted"
FAULTED = ("wrong", CONTRADICTS, "outdated", "premature")
NOT_TO_BELIEVE = ("wrong", CONTRADICTS, DRIFTED)
"""What a reader should not believe, or cannot find in the article: errors for `tidebook check` by itself."""
FIGURE_OUTCOMES = (
    "right", "drifted", "wrong", "contradicts itself", "depends", "outdated", "premature", "revised", "expired",
    "unchecked",
)  # fmt: skip
"""`drifted`: the article's text has another number now; `revised`: right by the data of its day, not by newer ones;
`expired`: right until a day, and no value is known after it."""

SEVERITIES = ("minor", "moderate", "grave")
"""How far off a figure or a statement is, the least first."""

WITH_SEVERITY = ("wrong", "outdated", "contradicts itself")
"""Outcomes of figures and statements that have a severity."""

BY_FACTOR = "a factor"
ERROR_TYPES = ("a power of ten", "another subject's value", "another unit or basis", BY_FACTOR, "more than its whole")
"""Types of error of a wrong figure."""

TEXT_TIERS = ("certain", "likely")
"""How sure a release is that a text contradicts itself, the surest first."""

STATEMENT_KINDS = ("assertion", "consistency test", "prediction")
UNCOVERED = "uncovered"
"""What a number of the article's text is called that nothing accounts for."""

ASSERTION_OUTCOMES = (
    "drifted", "wrong", "contradicts itself", "outdated", "premature", "depends", "undecided", "revised", "expired",
    "unchecked", "consistent", "stands",
)  # fmt: skip
"""`drifted`: the quotation is gone from the article's text, or its number is another."""

NUMBER_OUTCOMES = ("wrong", "contradicts itself", "depends", "outdated", "premature", "revised", "expired")
"""Outcomes of the number that a statement prints, beside that of its test; the first counts that one of them has."""

CONSISTENCY_OUTCOMES = ("contradicts itself", "depends", "consistent")
PREDICTION_OUTCOMES = ("came true", "failed", "open", "void", "not falsifiable", "depends", "advice")
OUTCOMES = tuple(dict.fromkeys((*ASSERTION_OUTCOMES, *CONSISTENCY_OUTCOMES, *PREDICTION_OUTCOMES)))

QUESTION = ("prediction_id", "clock", "deadline_interpretation", "population")
"""The columns that identify a question of a prediction."""

VERY_UNLIKELY = 0.01
"""A prediction is very unlikely if every open interpretation has a lower probability than this."""

DATE_STATUSES = ("supported", "contradicted", "depends", "untestable")
"""Statuses of a claim on a day, by all fair interpretations. It depends if they differ or one is contested."""
