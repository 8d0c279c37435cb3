"""The fixed words of claims and verdicts, for those who read tables without checking them. Nothing is imported here."""

REPORTED = "as reported"
"""The basis of a value that a report tells, on the day of the report: a price, by contrast, starts on its date."""

CLAIM_KINDS = ("table cell", "takeaway", "prose", "internal consistency", "prediction")
ABOUT_PRINTED = ("table cell", "internal consistency")
"""Kinds of claims about the printed figures themselves, which no lens replaces for them."""

EVIDENCE_VIEWS = ("printed", "best_known")
JUDGED = (*EVIDENCE_VIEWS, "database")
STATUSES = ("supported", "contradicted", "contested", "untestable")
STRICTNESS = ("fair", "strict", "loose")
"""Fair readings decide a claim's outcome."""

FAULTED = ("wrong", "outdated", "premature")
FIGURE_OUTCOMES = ("right", *FAULTED, "unchecked")
WAYS = ("a power of ten", "another subject's value", "another unit or basis", "a factor")
"""In which way a figure is wrong."""

STATEMENT_KINDS = ("assertion", "consistency test", "prediction")
ASSERTION_OUTCOMES = ("wrong", "outdated", "premature", "depends", "undecided", "unchecked", "stands")
CONSISTENCY_OUTCOMES = ("disagrees", "open", "agrees")
PREDICTION_OUTCOMES = ("came true", "failed", "open", "void", "not falsifiable", "depends")
OUTCOMES = tuple(dict.fromkeys((*ASSERTION_OUTCOMES, *CONSISTENCY_OUTCOMES, *PREDICTION_OUTCOMES)))

QUESTION = ("prediction_id", "clock", "deadline_interpretation", "population")
"""The columns that name a question of a prediction."""

HARDLY = 0.01
"""A prediction whose open readings are all less likely than this can hardly come true."""

DATE_STATUSES = ("S", "C", "D", "U")
"""Supported, contradicted, depends on the reading or contested, untestable: by all fair readings at one moment."""
