"""Predictions: how they stand, how likely they are, how forecasts did."""
