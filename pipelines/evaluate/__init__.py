"""Evaluation: scenarios, expressions with their units, and metrics."""
