"""The inference ledger: hourly rows of what was served, by whom, on what, for how much; and what they add up to."""
