"""Dagster assets: thin wrappers around plain functions."""
