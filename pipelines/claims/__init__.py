"""Claims: predicates, verdicts and flips."""
