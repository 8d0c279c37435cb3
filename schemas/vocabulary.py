"""The fixed words of claims, verdicts and events, for those who read tables without checking them; nothing is imported."""

THEMES = ("training", "models", "funding", "economics", "prices", "technology", "outlook")
CLAIM_KINDS = ("table cell", "takeaway", "prose", "internal consistency", "prediction")
OF_THE_PRINT = ("table cell", "internal consistency")
"""Kinds of claims about the printed figures themselves, which no lens replaces for them."""

LENSES = ("printed", "best_known")
JUDGED = (*LENSES, "database")
STATUSES = ("supported", "contradicted", "contested", "untestable")

EVENT_KINDS = (
    "merger", "acquisition", "licence_and_hire", "minority_stake", "listing", "filing", "draft_filing",
    "funding_round", "price_change", "launch", "shutdown", "rule",
)  # fmt: skip
PUBLIC = ("listing", "filing", "price_change", "launch", "rule")
"""Kinds of events that happen in public: a completed one could be known on its own day, whoever tells of it later."""
