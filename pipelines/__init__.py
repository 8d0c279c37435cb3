"""Tidebook: keep the figures, claims and predictions of an analysis true."""
