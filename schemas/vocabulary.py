"""The fixed words of claims and verdicts, for those who read tables without checking them. Nothing is imported here."""

CLAIM_KINDS = ("table cell", "takeaway", "prose", "internal consistency", "prediction")
OF_THE_PRINT = ("table cell", "internal consistency")
"""Kinds of claims about the printed figures themselves, which no lens replaces for them."""

LENSES = ("printed", "best_known")
JUDGED = (*LENSES, "database")
STATUSES = ("supported", "contradicted", "contested", "untestable")
WEIGHTS = ("fair", "strict", "loose")
"""Fair readings decide a claim's outcome."""
