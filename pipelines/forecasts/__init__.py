"""Forecasts: predictions, their clocks and deadlines."""
