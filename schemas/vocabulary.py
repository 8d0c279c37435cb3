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
FIGURE_OUTCOMES = (
    "right", "drifted", "wrong", "contradicts itself", "depends", "outdated", "premature", "revised", "unchecked",
)  # fmt: skip
"""`drifted`, `contradicts itself`, `depends` and `revised` are reserved: no figure has them yet."""

SEVERITIES = ("minor", "moderate", "grave")
"""How far off a figure or a statement is. Reserved: none has one yet."""

WAYS = ("a power of ten", "another subject's value", "another unit or basis", "a factor")
"""In which way a figure is wrong."""

STATEMENT_KINDS = ("assertion", "consistency test", "prediction")
ASSERTION_OUTCOMES = (
    "drifted", "wrong", "contradicts itself", "outdated", "premature", "depends", "undecided", "unchecked",
    "consistent", "stands",
)  # fmt: skip
"""`drifted`, `contradicts itself` and `consistent` are reserved: no assertion has them yet."""

CONSISTENCY_OUTCOMES = ("contradicts itself", "depends", "consistent")
PREDICTION_OUTCOMES = ("came true", "failed", "open", "void", "not falsifiable", "depends")
OUTCOMES = tuple(dict.fromkeys((*ASSERTION_OUTCOMES, *CONSISTENCY_OUTCOMES, *PREDICTION_OUTCOMES)))

QUESTION = ("prediction_id", "clock", "deadline_interpretation", "population")
"""The columns that name a question of a prediction."""

HARDLY = 0.01
"""A prediction whose open readings are all less likely than this can hardly come true."""

DATE_STATUSES = ("supported", "contradicted", "depends", "untestable")
"""What all fair readings come to on a day. It depends where they differ, or where one is contested."""
