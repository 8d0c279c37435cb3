"""Judgement: references, verdicts, outcomes, sensitivity."""
