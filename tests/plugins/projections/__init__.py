"""Tests of the plugin projections."""
